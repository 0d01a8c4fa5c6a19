"""Whose every statement is, in texts that are no plain reports (``benchmarks/formats``)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.attribution import attribute
from stance.naming.names import fold
from stance.readers import load
from stance.types import Attribution

if TYPE_CHECKING:
    from stance.attribution import Tagger

FOLDER = Path(__file__).parent / "formats"
_ENOUGH = 0.6
"""Share of a statement's characters that a holder's content must have for it to be found."""


def statements(tagger: Tagger | None) -> list[dict[str, Any]]:
    """Per storyline and over all: of how many statements the holder is right, and whose else they
    are: another speaker's, or nobody's but the outlet's."""
    rows = []
    total: Counter[str] = Counter()
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        documents = load(folder / "documents.jsonl").documents
        found: dict[str, list[Attribution]] = {}
        for one in attribute(documents, tagger=tagger):
            found.setdefault(one.doc_id, []).append(one)
        lines = (folder / "statements.jsonl").read_text("utf-8").splitlines()
        gold = [json.loads(line) for line in lines]
        counts = Counter(_whose(row, found.get(row["doc_id"], ())) for row in gold)
        total += counts
        rows.append(_row(folder.name, counts))
    return [*rows, _row("all", total)]


def _whose(gold: dict[str, Any], found: Sequence[Attribution]) -> str:
    span = gold["start"], gold["end"]
    own = [one for one in found if fold(one.holder) == fold(gold["holder"])]
    if max((_share(span, one) for one in own), default=0.0) >= _ENOUGH:
        return "right"
    others = [one for one in found if one.holder_type == "speaker" and _share(span, one) > 0]
    return "another" if others else "nobody"


def _share(span: tuple[int, int], one: Attribution) -> float:
    start, end = span
    covered = sum(max(0, min(end, s.end) - max(start, s.start)) for s in one.content)
    return covered / max(1, end - start)


def _row(name: str, counts: Counter[str]) -> dict[str, Any]:
    size = sum(counts.values())
    return {
        "storyline": name,
        "statements": size,
        "holder_right": round(counts["right"] / size, 3),
        "another": round(counts["another"] / size, 3),
        "nobody": round(counts["nobody"] / size, 3),
    }
