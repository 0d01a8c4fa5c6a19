"""Growth with the number of rows, in a process of its own: seconds and peak memory.

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


def _stream(count: int) -> Iterator[tuple[str, str]]:
    pairs = make_pairs(2_000)
    for number in itertools.islice(itertools.count(), count):
        text, claim = pairs[number % len(pairs)]
        yield f"{number} {text}", claim


def _main() -> None:
    path, count = Path(sys.argv[1]), int(sys.argv[2])
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
