"""Dense layers as plain functions: torch's own, or oneDNN's with weights packed once.

PyTorch sends fp32 products on x86 to MKL, which is slow on AMD; oneDNN is not, and also fuses GELU
and the residual sum into the product. Its operators are private to torch (they serve
torch.compile), so they stand behind :func:`onednn_works` and are checked before use.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F  # noqa: N812

Activation = Literal["none", "gelu", "gelu_tanh", "relu"]
Linear = Callable[[torch.Tensor, torch.Tensor | None], torch.Tensor]
"""``linear(x, residual)``: activation(x @ W.T + b), plus the residual where one is given."""

MakeLinear = Callable[[torch.Tensor, torch.Tensor | None, Activation], Linear]

_ONEDNN = {
    "none": ("none", ""),
    "gelu": ("gelu", "none"),
    "gelu_tanh": ("gelu", "tanh"),
    "relu": ("relu", ""),
}


def activate(x: torch.Tensor, activation: Activation) -> torch.Tensor:
    if activation == "none":
        return x
    if activation == "relu":
        return F.relu(x)
    return F.gelu(x, approximate="tanh" if activation == "gelu_tanh" else "none")


def torch_linear(weight: torch.Tensor, bias: torch.Tensor | None, activation: Activation) -> Linear:
    """A dense layer through ``torch.nn.functional.linear``."""

    def linear(x: torch.Tensor, residual: torch.Tensor | None = None) -> torch.Tensor:
        y = activate(F.linear(x, weight, bias), activation)
        return y if residual is None else y.add_(residual)

    return linear


def onednn_linear(
    weight: torch.Tensor, bias: torch.Tensor | None, activation: Activation
) -> Linear:
    """A dense layer through oneDNN, for fp32 or bf16 weights on a CPU."""
    ops = torch.ops.mkldnn
    packed = ops._reorder_linear_weight(weight.contiguous(), None)
    attr, algorithm = _ONEDNN[activation]

    def linear(x: torch.Tensor, residual: torch.Tensor | None = None) -> torch.Tensor:
        if residual is not None and activation == "none":
            summed: torch.Tensor = ops._linear_pointwise.binary(x, residual, packed, bias, "add")
            return summed
        y: torch.Tensor = ops._linear_pointwise(x, packed, bias, attr, [], algorithm)
        return y if residual is None else y.add_(residual)

    return linear


@functools.cache
def onednn_works(dtype: torch.dtype) -> bool:
    """Whether this machine's torch has the operators, and they compute what torch computes."""
    if (
        dtype == torch.bfloat16
        and not getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)()
    ):
        return False
    generator = torch.Generator().manual_seed(0)
    x, residual = (torch.randn(3, 16, generator=generator).to(dtype) for _ in range(2))
    weight = torch.randn(16, 16, generator=generator).to(dtype)
    bias = torch.randn(16, generator=generator).to(dtype)
    tolerance = 1e-4 if dtype == torch.float32 else 0.1
    try:
        with torch.inference_mode():
            for activation in ("none", "gelu", "gelu_tanh", "relu"):
                for extra in (None, residual):
                    ours = onednn_linear(weight, bias, activation)(x, extra)
                    theirs = torch_linear(weight, bias, activation)(x, extra)
                    if not torch.allclose(ours, theirs, atol=tolerance, rtol=tolerance):
                        return False
    except (RuntimeError, AttributeError, NotImplementedError, TypeError):
        return False
    return True
