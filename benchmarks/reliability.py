"""What the library does when things go wrong: kills, full disks, hostile input; a growing store.

``python -m benchmarks reliability`` writes each part's figures as soon as it has them.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.reliability_fuzz import fuzz
from benchmarks.reliability_jobs import JOBS, tiny_model
from benchmarks.reliability_kills import full_disk, kills
from benchmarks.reliability_store import grow

PARTS = ("score", "track", "disk", "fuzz", "store")
ROWS, KILLS, FUZZED = 20_000, 30, 10_000
MORE = 10  # documents that a store of half as many documents as rows gets more
_SHARES = (0.05, 0.3, 0.6, 0.9, 1.2, 1.6)  # of the largest file; parts and output need twice it


def run(
    parts: Sequence[str] = PARTS,
    *,
    quick: bool = False,
    rows: int = ROWS,
    minutes: float = math.inf,
) -> Iterator[dict[str, Any]]:
    """All figures so far after each part; those of parts not asked for stay as they were.

    Parts: kills of ``stance score`` and of ``stance track`` on ``rows`` rows, full disks, fuzzed
    input, a store that grows. After ``minutes`` no further job is killed.
    """
    name = suite_name(quick)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["STANCE_CACHE"] = str(folder / "cache")
        tiny_model(folder / "model")
        for part in parts:
            if part in JOBS:
                job = JOBS[part](folder, 1_000 if quick else rows)
                figure: Any = kills(job, folder, 2 if quick else KILLS, minutes=minutes)
            elif part == "disk":
                shares = _SHARES[1:2] if quick else _SHARES
                size = 500 if quick else 2_000
                figure = [full_disk(make(folder, size), folder, shares) for make in JOBS.values()]
            elif part == "store":
                figure = grow(folder, 300 if quick else rows // 2, MORE)
            else:
                figure = fuzz(folder, 200 if quick else FUZZED)
            held = results.FOLDER / f"{name}.json"  # read late: another part may just have ended
            figures = results.load(name)["figures"] if held.exists() else {}
            yield {p: figure if p == part else figures.get(p) for p in PARTS}


def suite_name(quick: bool) -> str:
    """The file of the figures."""
    return "reliability-quick" if quick else "reliability"
