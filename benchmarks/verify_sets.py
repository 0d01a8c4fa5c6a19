"""The sets that verification is measured and fitted on: claims, their evidence, gold verdicts."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stance.training.sources import FEWEST, held_out
from stance.training.sources import read_rows as rows
from stance.types import Document

CUT = frozenset({"fever_nli-dev_2way", "climate_fever-all"})
"""Sets of which a part was trained on; only held-out claims and evidence are measured."""
_GOLD = {"entailment": "supports", "neutral": "neutral", "contradiction": "refutes"}
VERDICT = {"supports": "supported", "refutes": "refuted", "neutral": "not enough evidence"}

Row = dict[str, Any]


def load(data_dir: Path, name: str, *, unseen: bool = True) -> list[Row]:
    """Rows of a set with our labels, in an order that is random and the same everywhere."""
    found = [
        {**row, "label": _GOLD[row["label"]]}
        for row in rows(data_dir / "nli" / f"{name}.jsonl.gz")
        if row["label"] in _GOLD and row["premise"] != "sentence1"  # a header left in as a row
    ]
    if name in CUT:
        found = _half(found, unseen)
    return sorted(found, key=lambda r: zlib.crc32((r["hypothesis"] + r["premise"]).encode()))


def _half(found: Sequence[Row], unseen: bool) -> list[Row]:
    """The claims that recipes train on, or those held out: of these, as in
    :func:`stance.training.sources.halves`, the ones whose evidence stands under none of the former,
    where that leaves enough claims."""
    seen = [row for row in found if not held_out(row["hypothesis"])]
    if not unseen:
        return seen
    held = [row for row in found if held_out(row["hypothesis"])]
    known = {row["premise"] for row in seen}
    read = {row["hypothesis"] for row in held if row["premise"] in known}
    new = [row for row in held if row["hypothesis"] not in read]
    return new if len({row["hypothesis"] for row in new}) >= FEWEST else held


def by_claim(found: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows by claim, in an order that is random and the same everywhere."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in found:
        groups[row["hypothesis"]].append(row)
    return sorted(groups.items(), key=lambda item: zlib.crc32(item[0].encode()))


def gold_verdict(found: Sequence[Row]) -> str:
    """The verdict on a claim by the labels of its evidence: both sides are conflicting."""
    sides = {row["label"] for row in found} - {"neutral"}
    if len(sides) == 2:
        return "conflicting evidence"
    return VERDICT[sides.pop()] if sides else "not enough evidence"


def sources(found: Sequence[Row]) -> list[Document]:
    """The evidence of a claim, each piece a document of its own source."""
    return [Document(str(i), row["premise"], f"source {i}") for i, row in enumerate(found)]
