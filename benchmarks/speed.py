"""The speed suite: our ways beside the libraries one would take instead, in one run.

Ways alternate, round after round, in one process with the same threads; figures are medians of at
least five rounds, ratios are taken round by round, so that a busy machine hits all alike.
``fraction_of_limit`` is the FLOPs at the pairs' real lengths over the matrix-product peak measured
in the same run in the same dtype. Every scenario is kept in a file of its own as it ends:
``python -m benchmarks speed --scenario long`` measures one again.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks import results
from benchmarks import speed_peers as peers
from benchmarks.speed_bars import bars
from benchmarks.speed_limit import gemm_peaks, pair_flops, seconds
from benchmarks.speed_memory import growth, peak_memory, setups, two_processes
from benchmarks.speed_pairs import LONG, MIXED, SHORT, Pair, make_pairs
from benchmarks.speed_ways import (
    CROSS_ENCODER,
    EXACT,
    NOT_COMPARED,
    PIPELINE,
    SINGLE,
    Way,
    all_ways,
    padding,
)
from stance.errors import UsageError
from stance.inference import NLI
from stance.inference.linears import onednn_works

PAIR_GFLOP = 1.67
"""Of a MiniLM-L6 pair of mixed lengths; a larger model is given fewer pairs."""

ON_GPU = 25
"""So many times a CPU's pairs: several full batches, and the peers still end within a minute."""


@dataclass(slots=True)
class Bench:
    """What the scenarios share: the model, the sizes, the ways (made when first needed)."""

    path: Path
    device: str
    quick: bool
    int8: bool
    peak: dict[str, float]
    ways: dict[str, tuple[Way, peers.Peer]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        return 2 if self.quick else 5

    def pairs(self, usual: int) -> int:
        """Pairs for a scenario: fewer of a larger model, more on a GPU, a few for a quick look."""
        if self.quick:
            return 24
        lengths = NLI.from_pretrained(self.path, device="cpu").plan(make_pairs(200)).lengths
        gflop = pair_flops(self.path, lengths) / 200 / 1e9
        scale = PAIR_GFLOP / max(PAIR_GFLOP, gflop) * (1 if self.device == "cpu" else ON_GPU)
        return max(40, round(usual * scale))

    def made(self, only: Callable[[Way], bool] = lambda way: True) -> list[tuple[Way, peers.Peer]]:
        """The ways that run here."""
        chosen = []
        for way in filter(only, all_ways(self.path, self.device, int8=self.int8)):
            if way.name not in self.ways and way.name not in self.failed:
                try:
                    self.ways[way.name] = (way, way.make())
                except Exception as error:
                    self.failed[way.name] = str(error)[:200]
            if way.name in self.ways:
                chosen.append(self.ways[way.name])
        return chosen


def compare(bench: Bench, pairs: list[Pair], ways: list[tuple[Way, peers.Peer]]) -> list[Any]:
    """One row per way: speed, share of the limit, padding, agreement with fp32, ratios."""
    plan = NLI.from_pretrained(bench.path, device="cpu").plan(pairs)
    lengths = plan.lengths[np.searchsorted(plan.pair_of, plan.row_pair)]
    flops = pair_flops(bench.path, plan.lengths)
    exact = dict(bench.ways)[EXACT][1](pairs)
    given = {way.name: np.arange(0, len(pairs), way.every) for way, _ in ways}
    probs = {way.name: score([pairs[i] for i in given[way.name]]) for way, score in ways}
    times: dict[str, list[float]] = {way.name: [] for way, _ in ways}
    for _ in range(bench.rounds):
        for way, score in ways:
            part = [pairs[i] for i in given[way.name]]
            share = float(lengths[given[way.name]].sum()) / float(lengths.sum())
            times[way.name].append(seconds(lambda s=score, p=part: s(p), bench.device) / share)
    rows = []
    for way, _ in ways:
        typical = median(times[way.name])
        part, other = exact[given[way.name]], probs[way.name]
        peak = bench.peak.get(way.dtype)
        hand = [w.name for w, _ in ways if "by hand" in w.name and w.dtype == way.dtype]
        rows.append(
            {
                "way": way.name,
                "pairs_per_second": round(len(pairs) / typical, 1),
                "tokens_per_second": round(float(lengths.sum()) / typical),
                "fraction_of_limit": round(flops / typical / 1e9 / peak, 3) if peak else None,
                "padding": round(padding(way, lengths, pairs), 3),
                "max_delta": float(f"{np.abs(other - part).max():.2g}"),
                "label_agreement": round(float((other.argmax(1) == part.argmax(1)).mean()), 4),
                "x_pipeline": _ratio(times, way.name, _named(times, PIPELINE)),
                "x_cross_encoder": _ratio(times, way.name, _named(times, CROSS_ENCODER)),
                "x_by_hand": _ratio(times, way.name, hand) if "stance" in way.name else None,
            }
        )
    return rows


def _named(times: dict[str, list[float]], peer: str) -> list[str]:
    """A peer in whatever dtypes it ran: ours is compared with its fastest."""
    return [name for name in times if name in (peer, f"{peer}, bf16")]


def _ratio(times: dict[str, list[float]], own: str, others: Sequence[str]) -> float | None:
    """How many times faster than the best of others, round by round."""
    known = [times[name] for name in others if name in times]
    if not known:
        return None
    best = [min(each) for each in zip(*known, strict=True)]
    return round(median(b / t for b, t in zip(best, times[own], strict=True)), 2)


def mixed(bench: Bench) -> dict[str, Any]:
    """Lengths as in real text, every way."""
    return _compared(bench, make_pairs(bench.pairs(240), MIXED), bench.made())


def short(bench: Bench) -> dict[str, Any]:
    """Short pairs."""
    return _compared(bench, make_pairs(bench.pairs(400), SHORT), bench.made(_not_single))


def long(bench: Bench) -> dict[str, Any]:
    """150 to 512 tokens."""
    return _compared(bench, make_pairs(bench.pairs(64), LONG), bench.made(_not_single))


def duplicates(bench: Bench) -> dict[str, Any]:
    """30 of 100 rows seen before."""
    pairs = make_pairs(bench.pairs(150), MIXED, duplicates=0.3)
    return _compared(bench, pairs, bench.made(_not_single))


def _not_single(way: Way) -> bool:
    return way.name != SINGLE


def _compared(
    bench: Bench, pairs: list[Pair], ways: list[tuple[Way, peers.Peer]]
) -> dict[str, Any]:
    rows = compare(bench, pairs, ways)
    return {"pairs": len(pairs), "rows": rows, "not_run": NOT_COMPARED | bench.failed}


def _fastest(bench: Bench) -> tuple[str, NLI]:
    """Ours in the smallest float dtype that runs here, by the backend that is faster on a few short
    pairs; with its name.
    """
    backends: dict[str, str | None] = {"stance": None}
    if bench.device == "cpu":
        torch_alone = "onednn" if onednn_works(torch.float32) else "torch"
        backends = {
            "stance, extra cpu": "openvino",
            "stance, torch alone": torch_alone,
            "stance, compiled here": "native",
        }
    pairs = make_pairs(8 if bench.quick else 200, SHORT)
    for dtype in ("bf16", "fp32"):
        made: dict[str, NLI] = {}
        for name, backend in backends.items():
            with suppress(UsageError):
                made[f"{name} ({dtype})"] = NLI.from_pretrained(
                    bench.path, device=bench.device, dtype=dtype, backend=backend or "auto"
                )
        if made:
            least = dict.fromkeys(made, float("inf"))
            for _ in range(3):  # in turns: another program's burst hits one and not the next
                for name, nli in made.items():
                    least[name] = min(least[name], _taken(nli, pairs, bench.device))
            name = min(least, key=least.__getitem__)
            return name, made[name]
    plain = NLI.from_pretrained(bench.path, device=bench.device, backend="transformers")
    return "stance, transformers (fp32)", plain


def _taken(nli: NLI, pairs: list[Pair], device: str) -> float:
    nli.score(pairs)
    return min(seconds(lambda: nli.score(pairs), device) for _ in range(3))


def matrix(bench: Bench) -> dict[str, Any]:
    """1,000 texts × 50 claims; against the zero-shot pipeline on the first few texts."""
    count = 4 if bench.quick else 1_000
    texts = [text for text, _ in make_pairs(count, SHORT, seed=1)]
    claims = [claim for _, claim in make_pairs(4 if bench.quick else 50, SHORT, seed=2)]
    few, some = max(2, count // 200), max(2, count // 20)
    theirs = peers.zero_shot(bench.path, bench.device)
    theirs(texts[:1], claims[:8])
    exact = NLI.from_pretrained(
        bench.path, device=bench.device, dtype="fp32", backend="transformers"
    )
    labels = exact.matrix(texts[:some], claims).argmax(-1)
    ours = dict([_fastest(bench)])
    if bench.int8:
        nli = NLI.from_pretrained(bench.path, device=bench.device, dtype="int8")
        ours["stance (int8)"] = nli
    agree = {
        name: float((nli.matrix(texts[:some], claims).argmax(-1) == labels).mean())
        for name, nli in ours.items()
    }
    rates: dict[str, list[float]] = {name: [] for name in ("theirs", *ours)}
    for _ in range(bench.rounds):
        for name, nli in ours.items():
            taken = seconds(lambda nli=nli: nli.matrix(texts[:some], claims))
            rates[name].append(some * len(claims) / taken)
        rates["theirs"].append(few * len(claims) / seconds(lambda: theirs(texts[:few], claims)))
    rows = []
    for name, nli in ours.items():
        whole = seconds(lambda nli=nli: nli.matrix(texts, claims))
        ratios = [a / b for a, b in zip(rates[name], rates["theirs"], strict=True)]
        rows.append(
            {
                "way": name,
                "seconds": round(whole, 2),
                "pairs_per_second": round(count * len(claims) / whole, 1),
                "label_agreement": round(agree[name], 4),
                "x_zero_shot": round(median(ratios), 1),
            }
        )
    return {
        "texts": count,
        "claims": len(claims),
        "zero_shot_pairs_per_second": round(median(rates["theirs"]), 1),
        "zero_shot_timed_on_texts": few,
        "rows": rows,
    }


def latency(bench: Bench) -> dict[str, Any]:
    """Milliseconds for one pair, median of 15."""
    pair = make_pairs(1, MIXED)
    rows = []
    for way, score in bench.made():
        score(pair)
        times = [seconds(lambda s=score: s(pair), bench.device) for _ in range(15)]
        rows.append({"way": way.name, "milliseconds": round(1e3 * median(times), 2)})
    return {"rows": rows}


def warm_cache(bench: Bench) -> dict[str, Any]:
    """The same pairs scored again from a store of scores, against scoring them."""
    from stance.store import Store

    pairs = make_pairs(bench.pairs(1_000), MIXED)
    nli = NLI.from_pretrained(bench.path, device=bench.device, dtype="fp32")
    nli.choose(nli.plan(pairs))  # the probe is no part of scoring
    nli.score(pairs[:2])
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "scores.duckdb")
        cold = seconds(lambda: nli.score(pairs, store=store), bench.device)
        warm = median(seconds(lambda: nli.score(pairs, store=store)) for _ in range(5))
    return {
        "pairs": len(pairs),
        "cold_seconds": round(cold, 4),
        "warm_seconds": round(warm, 4),
        "x_cold": round(cold / warm, 1),
    }


def memory(bench: Bench) -> dict[str, Any]:
    """Peak memory above the loaded model by pairs scored, each in a fresh process."""
    counts = [40, 80] if bench.quick else [bench.pairs(1_000), bench.pairs(4_000)]
    return peak_memory(bench.path, counts)


def growing(bench: Bench) -> dict[str, Any]:
    """Time and memory of the pipeline from 1,000 to 1,000,000 rows, the model a stub."""
    return growth(
        bench.path, [1_000, 3_000] if bench.quick else [1_000, 10_000, 100_000, 1_000_000]
    )


def setup(bench: Bench) -> dict[str, Any]:
    """Seconds until the first score and peak memory, each way in a fresh process."""
    names = [way.name for way in all_ways(bench.path, bench.device, int8=bench.int8)]
    return setups(bench.path, bench.device, names, 8 if bench.quick else 60, int8=bench.int8)


def processes(bench: Bench) -> dict[str, Any]:
    """Two processes of one thread each, against one."""
    return two_processes(bench.path, bench.pairs(150), bench.rounds)


SCENARIOS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "mixed": mixed,
    "short": short,
    "long": long,
    "duplicates": duplicates,
    "matrix": matrix,
    "latency": latency,
    "warm-cache": warm_cache,
    "processes": processes,
    "memory": memory,
    "setup": setup,
    "growth": growing,
}
ON_CPU = ("processes", "memory", "growth")


def run(
    device: str = "cpu",
    quick: bool = False,
    model: str = "default",
    scenarios: Sequence[str] = (),
    int8: bool = False,
    log: Callable[[str], None] = print,
) -> list[Path]:
    """Measure scenarios (all by default), each kept as it ends; returns their files."""
    nli = NLI.from_pretrained(model, device=device)
    bench = Bench(nli.path, device, quick, int8, gemm_peaks(device))
    name = device if device == "cpu" else torch.cuda.get_device_name()
    facts = {
        "device": name,
        "model": nli.ref.name,
        "model_sha256": nli.ref.sha256,
        "threads": torch.get_num_threads(),
        "rounds": bench.rounds,
        "peak_gflops": bench.peak,
    }
    written = []
    model_stem = f"speed_{name.replace(' ', '-')}_{nli.ref.name}"
    for scenario in scenarios or SCENARIOS:
        if device != "cpu" and scenario in ON_CPU:
            continue
        start = time.perf_counter()
        try:
            figures = SCENARIOS[scenario](bench)
        except Exception as error:  # the others are not lost: this one can be measured again
            log(f"{scenario}: failed: {type(error).__name__}: {error}")
            continue
        stem = f"{model_stem}_{scenario}{'_quick' * quick}"
        written.append(results.save(stem, figures, **facts))
        log(f"{scenario}: {time.perf_counter() - start:.0f} s, {written[-1]}")
    if device == "cpu" and not quick:
        written.append(results.save(f"{model_stem}_bars", {"rows": bars(model_stem)}))
    return written
