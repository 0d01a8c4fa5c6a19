"""Run a plan: batch after batch through a backend, smaller batches where memory runs out."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from stance.inference.plan import Batch, Plan, assemble, batches
from stance.inference.tokens import IntArray

log = logging.getLogger(__name__)

NO_ROOM = ("out of memory", "not enough memory", "allocate memory", "alloc_failed", "bad_alloc")
"""What a RuntimeError says where memory ran out: not every allocator has an exception of its own.

In turn: CUDA (also for pinned memory) and MPS, torch on the CPU (both forms), cuBLAS and cuDNN,
OpenVINO.
"""


class Forward(Protocol):
    """What a backend is: logits of a batch's pairs, (pairs, labels) float32, in batch order.

    The tensor may still be on its way on a device; nothing waits for it before the window ends.
    """

    def __call__(self, batch: Batch) -> torch.Tensor: ...


def run_plan(
    plan: Plan, forward: Forward, tokens: int, wanted: IntArray | None = None
) -> NDArray[np.float32]:
    """Logits of every unit of a plan, or of the ``wanted`` ones: (units, labels) float32.

    NaN where a unit is not wanted, or does not fit in memory even alone.
    """
    chosen = np.arange(len(plan.lengths)) if wanted is None else wanted
    groups = (chosen[units] for units in batches(plan.lengths[chosen], tokens))
    return run_groups(plan, forward, groups, tokens)[0]


def run_groups(
    plan: Plan, forward: Forward, groups: Iterable[IntArray], limit: int
) -> tuple[NDArray[np.float32], int]:
    """Logits as of :func:`run_plan`, by groups of units; and the limit that fitted in memory.

    A group of more than ``limit`` tokens is halved until it fits; where memory runs out the limit
    becomes half of what was tried, and stays so.
    """
    order: list[IntArray] = []
    outputs: list[torch.Tensor] = []
    for units in groups:
        stack = [units]
        while stack:
            part = stack.pop()
            if len(part) > 1 and int(plan.lengths[part].sum()) > limit:
                stack += [part[len(part) // 2 :], part[: len(part) // 2]]
                continue
            output = _attempt(plan, forward, part)
            if output is None and len(part) > 1:
                limit = max(1, int(plan.lengths[part].sum()) // 2)
                log.warning("out of memory; going on with at most %d tokens a batch", limit)
                stack.append(part)
                continue
            order.append(part)
            outputs.append(torch.full((1, 1), torch.nan) if output is None else output)
    labels = max((output.shape[1] for output in outputs if output.shape[1] > 1), default=3)
    logits = np.full((len(plan.lengths), labels), np.nan, dtype=np.float32)
    for part, values in zip(order, _to_host(outputs), strict=True):
        logits[part] = values
    return logits, limit


def to_device(array: NDArray[Any], device: torch.device) -> torch.Tensor:
    """An array on the device; to CUDA from pinned memory, so that nobody waits for the copy.

    From pageable memory the copy would first wait for all work before it. The pinned block is
    torch's to reuse, once the copy is done.
    """
    tensor = torch.from_numpy(array)
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def _attempt(plan: Plan, forward: Forward, units: IntArray) -> torch.Tensor | None:
    """One forward, or None where memory ran out."""
    try:
        return forward(assemble(plan, units))
    except (torch.OutOfMemoryError, MemoryError):
        pass
    except RuntimeError as error:
        if not any(words in str(error).lower() for words in NO_ROOM):
            raise
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return None


def _to_host(outputs: list[torch.Tensor]) -> list[NDArray[np.float32]]:
    """One copy from the device for a whole window, not one per batch."""
    if not outputs or all(output.device.type == "cpu" for output in outputs):
        return [output.float().numpy() for output in outputs]
    device = next(output.device for output in outputs if output.device.type != "cpu")
    wide = max(output.shape[1] for output in outputs)
    whole = torch.cat([o.float().to(device).expand(-1, wide) for o in outputs]).cpu().numpy()
    return np.split(whole, np.cumsum([len(output) for output in outputs])[:-1])
