"""The speed suite: our ways beside the libraries one would take instead, in one run.

Everything runs in one process with the same threads, in alternating rounds; figures are medians and
ratios are taken round by round, so that a busy machine hits all alike. ``fraction_of_limit`` is
the FLOPs at the pairs' real lengths over the matrix-product peak measured in the same run in the
same dtype.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks import speed_peers as peers
from benchmarks.speed_memory import growth, two_processes
from benchmarks.speed_pairs import LONG, MIXED, SHORT, Pair, make_pairs
from stance.inference import NLI, ScoreCache
from stance.inference import openvino as our_openvino
from stance.inference.linears import onednn_linear, onednn_works

BASE = "transformers pipeline (32)"


def run(
    device: str = "cpu", quick: bool = False, model: str = "default", pairs: int | None = None
) -> dict[str, Any]:
    """All scenarios on one device; ``quick`` takes fewer pairs and three rounds."""
    path = NLI.from_pretrained(model, device=device).path
    count, rounds = pairs or (96 if quick else 1_000), 3 if quick else 5
    peak = gemm_peaks(device)
    mixed = make_pairs(count, MIXED)
    ways, setup = make_ways(path, device)
    figures: dict[str, Any] = {
        "device": torch.cuda.get_device_name() if device.startswith("cuda") else "cpu",
        "threads": torch.get_num_threads(),
        "pairs": count,
        "rounds": rounds,
        "peak_gflops": peak,
        "setup_seconds": setup,
        "mixed": compare(ways, mixed, path, peak, rounds),
    }
    slow = {name for name in ways if name.startswith("transformers pipeline")}
    fast = {name: way for name, way in ways.items() if name not in slow or name == BASE}
    for name, words in (("short", SHORT), ("long", LONG)):
        some = make_pairs(count // (1 if name == "short" else 3), words)
        figures[name] = compare(fast, some, path, peak, rounds)
    repeats = make_pairs(count, MIXED, duplicates=0.3)
    figures["duplicates_30_percent"] = compare(fast, repeats, path, peak, rounds)
    figures["matrix"] = matrix(path, device, (20, 5) if quick else (1_000, 50))
    figures["one_pair_ms"] = latency(ways, mixed[0])
    figures["warm_cache"] = warm_cache(path, device, mixed)
    if device == "cpu":
        figures["two_processes"] = two_processes(path, count)
    figures["growth"] = growth(path, [1_000, 10_000] + ([] if quick else [100_000, 1_000_000]))
    return figures


def make_ways(path: Path, device: str) -> tuple[dict[str, peers.Peer], dict[str, Any]]:
    """Everything that runs here, with seconds of setup (or why it does not run)."""

    def ours(**options: Any) -> Callable[[], peers.Peer]:
        def make() -> peers.Peer:
            nli = NLI.from_pretrained(path, device=device, **options)
            nli.score(make_pairs(2))
            return lambda pairs: nli.score(pairs).astype(np.float64)

        return make

    makers: dict[str, Callable[[], peers.Peer]] = {
        "stance (fp32)": ours(dtype="fp32"),
        "transformers pipeline (1)": lambda: peers.pipeline(path, device, 1),
        BASE: lambda: peers.pipeline(path, device, 32),
        "CrossEncoder.predict": lambda: peers.cross_encoder(path, device),
        "plain sorted loop": lambda: peers.sorted_loop(path, device),
    }
    if device == "cpu":
        makers |= {
            "OpenVINO fp32 by hand": lambda: peers.openvino(path, "fp32"),
            "OpenVINO bf16 by hand": lambda: peers.openvino(path, "bf16"),
            "ONNX Runtime fp32 by hand": lambda: peers.onnxruntime(path),
            "stance (torch alone, bf16)": ours(backend="onednn", dtype="bf16"),
        }
        if our_openvino.installed():
            makers |= {
                "stance (OpenVINO fp32)": ours(backend="openvino", dtype="fp32"),
                "stance (OpenVINO bf16)": ours(backend="openvino", dtype="bf16"),
            }
    else:
        makers |= {
            "stance (bf16)": ours(dtype="bf16"),
            "stance (fp16)": ours(dtype="fp16"),
        }
    ways: dict[str, peers.Peer] = {}
    setup: dict[str, Any] = {}
    for name, make in makers.items():
        start = time.perf_counter()
        try:
            ways[name] = make()
        except Exception as error:
            setup[name] = f"does not run here: {str(error)[:160]}"
        else:
            setup[name] = round(time.perf_counter() - start, 2)
    return ways, setup


def compare(
    ways: dict[str, peers.Peer],
    pairs: list[Pair],
    path: Path,
    peak: dict[str, float],
    rounds: int,
) -> list[dict[str, Any]]:
    """One row per way: speeds, ratios to the pipeline and CrossEncoder, agreement with fp32."""
    plan = NLI.from_pretrained(path, device="cpu").plan(pairs)
    lengths = plan.lengths[np.searchsorted(plan.pair_of, plan.row_pair)]
    flops = pair_flops(path, plan.lengths)
    exact = ways["plain sorted loop"](pairs)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    busy: dict[str, list[float]] = {name: [] for name in ways}
    probs: dict[str, Any] = {}
    for name, way in ways.items():
        probs[name] = way(pairs)  # also warms up
    for _ in range(rounds):
        for name, way in ways.items():
            start, start_busy = time.perf_counter(), time.process_time()
            way(pairs)
            seconds[name].append(time.perf_counter() - start)
            busy[name].append(time.process_time() - start_busy)
    rows = []
    for name, times in seconds.items():
        dtype = "bf16" if "bf16" in name else "fp16" if "fp16" in name else "fp32"
        row: dict[str, Any] = {
            "way": name,
            "pairs_per_second": round(len(pairs) / median(times), 1),
            # Of use where other work shares the processor: the time this process really had.
            "pairs_per_cpu_second": round(len(pairs) / median(busy[name]), 1),
            "tokens_per_second": round(float(lengths.sum()) / median(times)),
            "fraction_of_limit": round(flops / median(times) / 1e9 / peak[dtype], 3),
            "max_delta": float(f"{np.abs(probs[name] - exact).max():.2g}"),
            "label_agreement": round(float((probs[name].argmax(1) == exact.argmax(1)).mean()), 4),
        }
        for key, other in (("x_pipeline", BASE), ("x_cross_encoder", "CrossEncoder.predict")):
            if other in seconds:
                ratios = [theirs / own for theirs, own in zip(seconds[other], times, strict=True)]
                row[key] = round(median(ratios), 2)
        rows.append(row)
    return rows


def pair_flops(path: Path, lengths: Any) -> float:
    """Multiply-adds × 2 of the encoder for unpadded pairs of these lengths."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(path)
    width, inner = config.hidden_size, config.intermediate_size
    tokens = lengths.astype(np.float64)
    dense = 2 * tokens * (4 * width * width + 2 * width * inner)
    attention = 4 * tokens**2 * width
    return float(config.num_hidden_layers * (dense + attention).sum())


def gemm_peaks(device: str) -> dict[str, float]:
    """GFLOP/s of one large matrix product by dtype: best of ten, oneDNN's or torch's."""
    peaks = {}
    for name, dtype in (
        ("fp32", torch.float32),
        ("bf16", torch.bfloat16),
        ("fp16", torch.float16),
    ):
        if device == "cpu" and name == "fp16":
            continue
        size = 2_048 if device == "cpu" else 8_192
        x = torch.randn(size, size).to(device, dtype)
        w = torch.randn(size, size).to(device, dtype)
        products = [lambda x=x, w=w: torch.nn.functional.linear(x, w)]
        if device == "cpu" and onednn_works(dtype):
            fused = onednn_linear(w, torch.zeros(size, dtype=dtype), "none")
            products.append(lambda x=x, fused=fused: fused(x, None))
        with torch.inference_mode():
            best = min(_seconds(product, device) for product in products for _ in range(10))
        peaks[name] = round(2 * size**3 / best / 1e9, 1)
    return peaks


def _seconds(work: Callable[[], object], device: str) -> float:
    start = time.perf_counter()
    work()
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return time.perf_counter() - start


def matrix(path: Path, device: str, shape: tuple[int, int]) -> dict[str, Any]:
    """Texts × claims against the zero-shot pipeline, which is timed on a tenth and scaled."""
    texts = [text for text, _ in make_pairs(shape[0], SHORT, seed=1)]
    claims = [claim for _, claim in make_pairs(shape[1], SHORT, seed=2)]
    nli = NLI.from_pretrained(path, device=device)
    nli.matrix(texts[:2], claims)
    ours = _seconds(lambda: nli.matrix(texts, claims), "cpu")
    theirs_way = peers.zero_shot(path, device)
    part = max(2, shape[0] // 50)
    theirs = _seconds(lambda: theirs_way(texts[:part], claims), "cpu") * shape[0] / part
    return {
        "texts": shape[0],
        "claims": shape[1],
        "pairs_per_second": round(shape[0] * shape[1] / ours, 1),
        "zero_shot_pairs_per_second": round(shape[0] * shape[1] / theirs, 1),
        "zero_shot_timed_on_texts": part,
        "x_zero_shot": round(theirs / ours, 2),
    }


def latency(ways: dict[str, peers.Peer], pair: Pair) -> dict[str, float]:
    """Milliseconds for one pair, median of 15."""
    return {
        name: round(
            1e3 * median(_seconds(lambda way=way: way([pair]), "cpu") for _ in range(15)), 2
        )
        for name, way in ways.items()
    }


def warm_cache(path: Path, device: str, pairs: list[Pair]) -> dict[str, float]:
    """The same pairs scored again from a store of scores, against scoring them."""
    nli = NLI.from_pretrained(path, device=device, dtype="fp32")
    nli.score(pairs[:2])
    with tempfile.TemporaryDirectory() as folder, ScoreCache(Path(folder) / "scores.db") as cache:
        cold = _seconds(lambda: nli.score(pairs, store=cache), device)
        warm = min(_seconds(lambda: nli.score(pairs, store=cache), device) for _ in range(3))
    return {"cold": round(cold, 4), "warm": round(warm, 4), "x_cold": round(cold / warm, 1)}
