"""What needs a process of its own: growth with the number of rows, and two processes at once.

The head is a stub that answers at once, because the model itself would take hours for a million
rows: what grows is the pipeline around it. Run: ``python -m benchmarks.speed_memory MODEL ROWS``.
"""

from __future__ import annotations

import itertools
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from benchmarks.speed_pairs import make_pairs
from stance.inference import NLI
from stance.inference.plan import Batch


def growth(path: Path, sizes: list[int]) -> dict[str, object]:
    """Rows, seconds, megabytes above the idle process, and the exponent of time in rows."""
    rows = []
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.speed_memory", str(path), str(size)]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rows.append(json.loads(out.splitlines()[-1]))
    logs = np.log([[row["rows"], row["seconds"]] for row in rows])
    exponent = float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0]) if len(rows) > 1 else None
    return {"head": "stub", "rows": rows, "exponent": exponent}


def two_processes(path: Path, count: int) -> dict[str, float]:
    """Pairs per second of two processes of one thread each, against one of them alone."""
    command = [sys.executable, "-m", "benchmarks.speed_memory", str(path), str(count), "score"]

    def rate(processes: int) -> float:
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)
        ]
        outs = [process.communicate()[0] for process in running]
        return sum(count / float(json.loads(out.splitlines()[-1])["seconds"]) for out in outs)

    one, two = rate(1), rate(2)
    return {"one": round(one, 1), "two": round(two, 1), "x_one": round(two / one, 2)}


def _score(path: Path, count: int) -> None:
    torch.set_num_threads(1)
    nli = NLI.from_pretrained(path, device="cpu", dtype="fp32")
    pairs = make_pairs(count)
    nli.score(pairs[:16])
    start = time.perf_counter()
    nli.score(pairs)
    print(json.dumps({"seconds": time.perf_counter() - start}))


def _stream(count: int) -> Iterator[tuple[str, str]]:
    pairs = make_pairs(2_000)
    for number in itertools.islice(itertools.count(), count):
        text, claim = pairs[number % len(pairs)]
        yield f"{number} {text}", claim


def _main() -> None:
    path, count = Path(sys.argv[1]), int(sys.argv[2])
    if sys.argv[3:] == ["score"]:
        _score(path, count)
        return
    nli = NLI.from_pretrained(path, device="cpu", backend="torch", dtype="fp32")

    def stub(batch: Batch) -> torch.Tensor:
        return torch.zeros(len(batch.lengths), 3)

    nli._forwards[nli._ways[0]] = stub
    nli.score(make_pairs(100))
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    seen = sum(1 for _ in nli.stream(_stream(count)))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps({"rows": seen, "seconds": round(seconds, 3), "mb_above": (peak - idle) // 1024})
    )


if __name__ == "__main__":
    _main()
