"""Seconds per claim of ``stance verify`` over corpora of three sizes, and what the index costs.

``python -m benchmarks verify-speed`` alone writes it, to be run when nothing else runs.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.verify_sets import by_claim, load
from stance.archive import Archive
from stance.store import Store
from stance.training.sources import read_rows
from stance.types import Document
from stance.verification import verify

SIZES = (1_000, 10_000, 100_000)
CLAIMS = 20
PER_DOCUMENT = 5
_SETS = ("fm2-dev", "healthver-dev", "climate_fever-all", "mnli-train_part", "snli-train_part")


def run(nli: Any, data_dir: Path, sizes: Sequence[int] = SIZES) -> list[dict[str, Any]]:
    """A row per size, see :func:`measured`."""
    asked = [text for text, _ in by_claim(load(data_dir, "fm2-dev"))[:CLAIMS]]
    sentences = _sentences(data_dir, 3 * max(sizes))
    with tempfile.TemporaryDirectory() as folder:
        return [
            measured(nli, asked, _corpus(sentences, size), Path(folder) / f"{size}.duckdb")
            for size in sizes
        ]


def measured(
    nli: Any, asked: Sequence[str], documents: Sequence[Document], path: Path
) -> dict[str, Any]:
    """What an index of these documents costs and how fast claims are answered from it.

    Documents are paragraphs of three premises of NLI sets, five to a document: no real articles,
    but real sentences. ``first``: nine tenths of the documents, split, embedded and written to a
    new store. ``more``: all of them, of which the store knows nine tenths. ``again``: all of them,
    all known. ``search`` is the index alone, ``verify`` the whole flow with the model, reading
    fifty documents that were not read before (cold) or were (warm).
    """
    store = Store(path)
    known = documents[: len(documents) * 9 // 10]
    spent = [_built(Archive(part, store=store)) for part in (known, documents, documents)]
    archive = Archive(documents, store=store)
    _built(archive)
    search = _seconds(lambda text: archive._nearest(text, 50), asked)
    size = path.stat().st_size
    cold = _seconds(lambda text: verify(text, archive, scorer=nli), asked)
    warm = _seconds(lambda text: verify(text, archive, scorer=nli), asked)
    index, _, points = archive._index
    held = points.nbytes + sum(
        part.nbytes for part in index.scores.values() if hasattr(part, "nbytes")
    )
    return {
        "passages": len(documents) * PER_DOCUMENT,
        "claims": len(asked),
        **dict(zip(("first_s", "more_s", "again_s"), spent, strict=True)),
        "store_mib": round(size / 2**20, 1),
        "memory_mib": round(held / 2**20, 1),
        "search_p50_s": search[0],
        "search_p95_s": search[1],
        "verify_cold_p50_s": cold[0],
        "verify_cold_p95_s": cold[1],
        "verify_warm_p50_s": warm[0],
        "verify_warm_p95_s": warm[1],
    }


def _built(archive: Archive) -> float:
    started = time.perf_counter()
    archive._nearest("warm", 1)
    return round(time.perf_counter() - started, 2)


def _sentences(data_dir: Path, most: int) -> list[str]:
    found: dict[str, None] = {}
    for name in _SETS:
        for row in read_rows(data_dir / "nli" / f"{name}.jsonl.gz"):
            found[row["premise"]] = None
        if len(found) >= most:
            break
    return list(found)[:most]


def _corpus(sentences: Sequence[str], size: int) -> list[Document]:
    """``size`` paragraphs; where sentences run out they come again in other company."""
    n = len(sentences)
    paragraphs = [
        " ".join(sentences[(i + step * (1 + 3 * i // n)) % n] for step in range(3))
        for i in range(0, 3 * size, 3)
    ]
    groups = [paragraphs[i : i + PER_DOCUMENT] for i in range(0, size, PER_DOCUMENT)]
    return [Document(str(i), "\n\n".join(g), f"outlet {i % 40}") for i, g in enumerate(groups)]


def _seconds(act: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile of the seconds per text."""
    spent = []
    for text in texts:
        started = time.perf_counter()
        act(text)
        spent.append(time.perf_counter() - started)
    p50, p95 = np.percentile(spent, [50, 95])
    return round(float(p50), 4), round(float(p95), 4)
