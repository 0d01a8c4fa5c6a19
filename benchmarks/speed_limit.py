"""What the machine could do: the peak of a matrix product, and the FLOPs that pairs need."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stance.inference.linears import onednn_linear, onednn_works

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def gemm_peaks(device: str) -> dict[str, float]:
    """GFLOP/s of one large matrix product by dtype: best of ten, oneDNN's or torch's."""
    peaks = {}
    size = 2_048 if device == "cpu" else 8_192
    for name, dtype in _DTYPES.items():
        if device == "cpu" and name == "fp16":
            continue
        x, w = (torch.randn(size, size).to(device, dtype) for _ in range(2))
        products: list[Callable[[], object]] = [lambda x=x, w=w: torch.nn.functional.linear(x, w)]
        if device == "cpu" and onednn_works(dtype):
            fused = onednn_linear(w, torch.zeros(size, dtype=dtype), "none")
            products.append(lambda x=x, fused=fused: fused(x, None))
        peaks[name] = _peak(products, size, device)
    x, w = (torch.randint(-99, 99, (size, size), dtype=torch.int8).to(device) for _ in range(2))
    with suppress(RuntimeError):  # without an int8 product, int8 rows have no fraction
        peaks["int8"] = _peak([lambda: torch._int_mm(x, w.t())], size, device)
    return peaks


def _peak(products: list[Callable[[], object]], size: int, device: str) -> float:
    with torch.inference_mode():
        best = min(seconds(product, device) for product in products for _ in range(10))
    return round(2 * size**3 / best / 1e9, 1)


def seconds(work: Callable[[], object], device: str = "cpu") -> float:
    """Wall time of a piece of work, to its end on the device."""
    start = time.perf_counter()
    work()
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return time.perf_counter() - start


def pair_flops(path: Path, lengths: Any) -> float:
    """Multiply-adds × 2 of the encoder for unpadded pairs of these lengths."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(path)
    width, inner = config.hidden_size, config.intermediate_size
    tokens = np.asarray(lengths, dtype=np.float64)
    dense = 2 * tokens * (4 * width * width + 2 * width * inner)
    attention = 4 * tokens**2 * width
    return float(config.num_hidden_layers * (dense + attention).sum())
