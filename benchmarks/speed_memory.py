"""What needs a process of its own: growth with the rows, peak memory, setup, two at once.

For growth the head is a stub that answers at once, because the model itself would take hours for a
million rows: what grows is the pipeline around it. A child is
``python -m benchmarks.speed_memory TASK MODEL ARGUMENTS`` and prints one JSON object.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks.speed_pairs import MIXED, make_pairs
from stance.inference import NLI
from stance.inference.plan import Batch


def growth(path: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Rows, seconds, megabytes above the idle process, and the exponent of time in rows."""
    rows = [_child("stub", path, size) for size in sizes]
    logs = np.log([[row["rows"], row["seconds"]] for row in rows])
    return {
        "head": "stub",
        "rows": rows,
        "exponent": round(float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0]), 3),
    }


def peak_memory(path: Path, counts: Sequence[int]) -> dict[str, Any]:
    """Megabytes at most while so many pairs were scored, above the model before its first pair."""
    ways = [("onednn", "fp32"), ("onednn", "bf16"), ("openvino", "bf16")]
    rows = []
    for backend, dtype in ways:
        try:
            found = [_child("peak", path, backend, dtype, count) for count in counts]
        except subprocess.CalledProcessError:
            continue  # not on this machine
        rows.append(
            {"way": f"{backend} {dtype}", "model_mb": found[0]["model_mb"]}
            | {f"{n:,} pairs": one["mb_above"] for n, one in zip(counts, found, strict=True)}
        )
    return {"rows": rows}


def setups(
    path: Path, device: str, names: Sequence[str], count: int, *, int8: bool
) -> dict[str, Any]:
    """For each way: seconds from imported libraries to a first score, and peak memory."""
    rows = []
    for name in names:
        try:
            rows.append({"way": name} | _child("setup", path, device, name, count, int(int8)))
        except subprocess.CalledProcessError as error:
            reason = error.stderr.strip().splitlines()[-1] if error.stderr else "no message"
            rows.append({"way": name, "setup_seconds": None, "does_not_run": reason[:200]})
    return {"pairs": count, "rows": rows}


def two_processes(path: Path, count: int, rounds: int) -> dict[str, Any]:
    """Pairs per second of two processes of one thread each, against one of them alone."""

    def rate(processes: int) -> float:
        command = _command("score", path, count, rounds)
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)
        ]
        outs = [process.communicate()[0] for process in running]
        return sum(count / float(json.loads(out.splitlines()[-1])["seconds"]) for out in outs)

    one, two = rate(1), rate(2)
    return {
        "way": "stance, torch alone (fp32)",
        "one": round(one, 1),
        "two": round(two, 1),
        "x_one": round(two / one, 2),
    }


def _command(task: str, path: Path, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "benchmarks.speed_memory", task, str(path), *map(str, arguments)]


def _child(task: str, path: Path, *arguments: object) -> dict[str, Any]:
    command = _command(task, path, *arguments)
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def _megabytes(field: str) -> int:
    """``VmRSS`` (now) or ``VmHWM`` (at most so far) of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(field))


def _score(path: Path, count: int, rounds: int) -> dict[str, Any]:
    torch.set_num_threads(1)
    nli = NLI.from_pretrained(path, device="cpu", dtype="fp32")
    pairs = make_pairs(count)
    nli.score(pairs[:16])
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        nli.score(pairs)
        times.append(time.perf_counter() - start)
    return {"seconds": median(times)}


def _peak(path: Path, backend: str, dtype: str, count: int) -> dict[str, Any]:
    nli = NLI.from_pretrained(path, device="cpu", backend=backend, dtype=dtype)
    pairs = make_pairs(count)
    nli.score(pairs[:1])
    model = _megabytes("VmRSS")
    nli.score(pairs)
    return {"model_mb": model, "mb_above": _megabytes("VmHWM") - model}


def _setup(path: Path, device: str, name: str, count: int, int8: bool) -> dict[str, Any]:
    from benchmarks.speed_ways import all_ways

    way = next(way for way in all_ways(path, device, int8=int8) if way.name == name)
    pairs = make_pairs(count, MIXED)
    start = time.perf_counter()
    score = way.make()
    score(pairs[:1])
    seconds = time.perf_counter() - start
    score(pairs)
    return {"setup_seconds": round(seconds, 2), "peak_mb": _megabytes("VmHWM")}


def _stub(path: Path, count: int) -> dict[str, Any]:
    nli = NLI.from_pretrained(path, device="cpu", backend="torch", dtype="fp32")

    def stub(batch: Batch) -> torch.Tensor:
        return torch.zeros(len(batch.lengths), 3)

    nli._forwards[nli._ways[0]] = stub
    nli.score(make_pairs(100))
    idle = _megabytes("VmRSS")
    start = time.perf_counter()
    seen = sum(1 for _ in nli.stream(_distinct(count)))
    seconds = time.perf_counter() - start
    return {
        "rows": seen,
        "seconds": round(seconds, 3),
        "rows_per_second": round(seen / seconds),
        "mb_above": _megabytes("VmHWM") - idle,
    }


def _distinct(count: int) -> Iterator[tuple[str, str]]:
    pairs = make_pairs(2_000)
    for number in itertools.islice(itertools.count(), count):
        text, claim = pairs[number % len(pairs)]
        yield f"{number} {text}", claim


def _main(task: str, model: str, *rest: str) -> dict[str, Any]:
    path = Path(model)
    if task == "stub":
        return _stub(path, int(rest[0]))
    if task == "score":
        return _score(path, int(rest[0]), int(rest[1]))
    if task == "peak":
        return _peak(path, rest[0], rest[1], int(rest[2]))
    return _setup(path, rest[0], rest[1], int(rest[2]), rest[3] == "1")


if __name__ == "__main__":
    print(json.dumps(_main(*sys.argv[1:])))
