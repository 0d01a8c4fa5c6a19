"""Attention inside each pair of a packed batch, over runs of one length or by a varlen kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch.nn.attention import SDPBackend, sdpa_kernel

from stance.inference.plan import Batch
from stance.inference.tokens import IntArray

Attend = Callable[[torch.Tensor], torch.Tensor]
"""(tokens, 3 x width) queries, keys and values side by side to (tokens, width)."""

BF16_STEP = 32
"""Attention in bf16 on a CPU reads whole multiples of it.

Torch's softmax takes what a row has beyond a multiple of its vectors one number at a time. Measured
with AVX-512 and tiles: 60 tokens a pair take twice as long as 64; whole forwards gain .08 on pairs
of mixed lengths and .15 on long ones, in fp32 nothing.
"""


def equal_runs(lengths: IntArray) -> Iterator[tuple[int, int, int]]:
    """(first token, pairs, length) of neighbouring pairs of one length.

    >>> list(equal_runs(np.array([5, 5, 3])))
    [(0, 2, 5), (10, 1, 3)]
    """
    cuts = np.flatnonzero(np.diff(lengths)) + 1
    start = 0
    for first, last in zip([0, *cuts], [*cuts, len(lengths)], strict=True):
        length, count = int(lengths[first]), int(last - first)
        yield start, count, length
        start += count * length


def fused_attention(device: torch.device) -> AbstractContextManager[None]:
    """All ways to compute attention on a GPU but cuDNN's.

    That one builds a plan for every new shape, and every batch here has another: the first
    thousands of pairs then wait for plans.
    """
    if device.type != "cuda":
        return nullcontext()
    return sdpa_kernel(
        [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
    )


def run_attention(
    batch: Batch, heads: int, bias: torch.Tensor | None, like: torch.Tensor
) -> Attend:
    """Scaled dot-product attention over runs of equal length; nothing is padded or copied.

    In bf16 on a CPU each pair is read on into the rows behind it, up to a multiple of
    ``BF16_STEP`` where there are as many, and those keys are masked. ``bias`` (heads, longest,
    longest) is added to the scores (MPNet's relative positions) or, if boolean, says who sees
    whom. ``like`` (rows, …) has the rows, dtype and device of what will come. Rows past the last
    pair give zeros.
    """
    step = BF16_STEP if like.device.type == "cpu" and like.dtype == torch.bfloat16 else 1
    runs = []
    for start, count, length in equal_runs(batch.lengths):
        read = min(-(-length // step) * step, len(like) - start - (count - 1) * length)
        if bias is not None:  # a model's positions need not be a multiple of the step
            read = min(read, bias.shape[-1])
        runs.append((start, count, length, read, _mask(bias, length, read, like.device)))

    def attend(qkv: torch.Tensor) -> torch.Tensor:
        row, width = qkv.shape[1], qkv.shape[1] // heads // 3
        out = qkv.new_zeros(len(qkv), row // 3)
        with fused_attention(qkv.device):
            for start, count, length, read, mask in runs:
                q, k, v = qkv.as_strided(
                    (3, count, heads, read, width),
                    (row // 3, length * row, width, row, 1),
                    start * row,
                )
                mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
                out[start : start + count * length].view(count, length, heads, width).copy_(
                    mixed[:, :, :length].transpose(1, 2)
                )
        return out

    return attend


def _mask(
    bias: torch.Tensor | None, length: int, read: int, device: torch.device
) -> torch.Tensor | None:
    """What attention adds to its scores, or who sees whom; nobody sees a key past ``length``."""
    cut = None if bias is None else bias[None, :, :read, :read]
    if read == length:
        return cut
    seen = torch.arange(read, device=device) < length
    if cut is None:
        return seen[None, None, None]
    return cut & seen if cut.dtype == torch.bool else cut.masked_fill(~seen, -torch.inf)


def varlen_works(device: torch.device, dtype: torch.dtype, width: int = 32) -> bool:
    """Whether torch (2.10 or later) has a variable-length kernel for this device, dtype and width
    of a head: it takes multiples of 8 alone.
    """
    if device.type != "cuda" or dtype not in (torch.float16, torch.bfloat16):
        return False
    try:
        from torch.nn.attention.varlen import varlen_attn

        probe = torch.zeros(4, 1, width, device=device, dtype=dtype)
        ends = torch.tensor([0, 1, 4], device=device, dtype=torch.int32)
        varlen_attn(probe, probe, probe, ends, ends, 3, 3)
    except (ImportError, RuntimeError, TypeError, ValueError, AttributeError):
        return False  # also where another torch's kernel wants other arguments
    return True


def varlen_attention(batch: Batch, heads: int, ends: torch.Tensor) -> Attend:
    """One flash-attention call for all pairs of a batch.

    ``ends`` are the pairs' cumulative token counts from 0, int32, on the device; the last of them
    is the padded row count, so that trailing tokens attend to each other and disturb nobody.
    """
    from torch.nn.attention.varlen import varlen_attn

    longest = max(int(batch.lengths.max()), 128)  # trailing rows are fewer than 128

    def attend(qkv: torch.Tensor) -> torch.Tensor:
        q, k, v = qkv.view(qkv.shape[0], 3, heads, -1).unbind(1)
        mixed = varlen_attn(q, k, v, ends, ends, longest, longest)
        assert isinstance(mixed, torch.Tensor)
        return mixed.reshape(qkv.shape[0], -1)

    return attend
