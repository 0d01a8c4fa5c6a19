"""A store that grows: ten documents more than ten thousand, and what is scored again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.reliability_jobs import CLAIMS, start, track_job


def grow(folder: Path, documents: int, more: int) -> list[dict[str, Any]]:
    """Track ``documents`` into a new store, the same and ``more`` into it, and all without one.

    One row a run: pairs that bear on a claim, different ones that the model was asked, seconds by
    stage. ``stances_unlike`` counts rows whose label is not that of the run without a store.
    """
    source = _documents(folder, documents + more)
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    old = folder / "old.jsonl"
    old.write_text("".join(lines[:documents]), encoding="utf-8")
    store = folder / "growing.duckdb"
    runs = [
        _track(folder, "first", old, store),
        _track(folder, "ten more", source, store),
        _track(folder, "all, no store", source, None),
    ]
    labels = [_labels(folder / run["run"]) for run in runs]
    for run, own in zip(runs, labels, strict=True):
        run["stances"] = len(own)
        run["stances_unlike"] = sum(labels[-1].get(key) != label for key, label in own.items())
    runs[0]["stances_unlike"] = None  # fewer documents: who is meant may differ
    runs[1]["store_mb"] = round(store.stat().st_size / 1e6, 1)
    return runs


def _documents(folder: Path, count: int) -> Path:
    """The documents of the killed job, no two of which say the same words."""
    track_job(folder, count * (len(CLAIMS) + 4))
    path = folder / "documents.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    with path.open("w", encoding="utf-8") as stream:
        for number, row in enumerate(rows):
            row["text"] = row["text"].replace(",” ", f" in ward {number},” ")
            stream.write(json.dumps(row) + "\n")
    return path


def _track(folder: Path, name: str, source: Path, store: Path | None) -> dict[str, Any]:
    out, log = folder / name, folder / "store.log"
    arguments = ["track", str(source), "--claims", str(folder / "claims.txt"), "-o", str(out)]
    arguments += ["--model", str(folder / "model"), "--backend", "torch", "--dtype", "fp32"]
    process = start([*arguments, *(["--store", str(store)] if store else []), "--quiet"], log)
    process.join()
    if process.exitcode:
        raise SystemExit(f"stance track failed: {log.read_text(encoding='utf-8')}")
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    counts, seconds = run["counts"], run["seconds"]
    asked = _asked(store) if store else None
    return {
        "run": name,
        "documents": counts["documents"],
        "pairs": counts["pairs"],
        "pairs_scored": asked,
        "seconds_attributing": seconds["attribute"],
        "seconds_scoring": seconds["score"],
        "seconds": round(sum(seconds.values()), 1),
    }


def _asked(store: Path) -> int:
    from stance import Store

    return int(Store(store).runs()[-1]["counts"]["pairs_new"])


def _labels(out: Path) -> dict[tuple[str, ...], str | None]:
    keys = ("doc_id", "holder", "holder_type", "claim_id")
    with (out / "stances.jsonl").open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return {tuple(row[key] for key in keys): row["stance"] for row in rows}
