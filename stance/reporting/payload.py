"""What the page draws, as one compact JSON value: texts once, rows as short lists of indices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stance.decomposition import Interval
from stance.pairwise import contradictions
from stance.reporting.findings import (
    Holder,
    by_certainty,
    first_positions,
    holder_of,
    opposite_sides,
)
from stance.reporting.levels import Behind, Split, look_behind
from stance.reporting.methods import facts, flatten, untested
from stance.reporting.phrases import shorten, visible, web_address
from stance.reporting.results import Results, Row
from stance.stancerows import read_stances
from stance.trends import TrendPoint
from stance.types import Document, Evidence, Stance

LABELS = ("supports", "neutral", "refutes", "unrelated")
"""A stance in the payload is its place in this tuple, or -1 for none."""

_CELLS = 3  # holders named with their part of a group's change
_SKIPPED = 20  # lines of skipped rows; run.json has them all


def build_payload(
    results: Results,
    documents: Sequence[Document] | None = None,
    *,
    quote_chars: int = 600,
    quotes_per_stance: int = 3,
    behind: Behind | None = None,
) -> dict[str, Any]:
    """The report's data. Rows are lists that name documents, holders and quotations by position.

    ``quote_chars`` cuts long quotations; ``quotes_per_stance`` keeps the most telling ones
    (a shift keeps one at the least). ``behind`` is what :func:`look_behind` found already.
    Stances that are ``unrelated`` are counted and not listed. No text is trusted: control and
    reordering characters are spelled out, addresses other than http(s) are dropped.

    >>> build_payload(Results((), (), (), (), (), {}))["claims"]
    []
    """
    book = _Book(quote_chars, quotes_per_stance)
    for described in _described_documents(results.run, documents):
        book.document(described["id"], described)
    for row in results.claims:
        book.claim(row)
    for row in results.stances:
        book.document(row["doc_id"], row)
        book.claim(row)
    spoken = [row for row in results.stances if _label(row["stance"]) in (0, 1, 2)]
    first = first_positions(spoken)
    behind = behind or look_behind(results.stances)
    payload = {
        "stances": [book.stance(row) for row in spoken],
        "series": [
            line for row in results.timelines if (line := book.series(row, behind.levels))[2]
        ],
        "shifts": [book.shift(row) for row in sorted(results.shifts, key=by_certainty)],
        **_both_sides(spoken, book),
        "splits": sorted(map(book.split, behind.splits), key=lambda split: split["claim"]),
        "opposite": [
            [book.claim_at(claim_id), date, [[book.holder(h), _label(s)] for h, s in sides.items()]]
            for claim_id, date, sides in opposite_sides(spoken)
        ],
        "first": [
            [
                [date, book.holder(holder), _label(stance), numbers]
                for date, holder, stance, numbers in first.get(claim_id, ())
            ]
            for claim_id in book.claims
        ],
        "coverage": _coverage(results, book),
        "facts": facts(results.run),
        "untested": [visible(line) for line in untested(results.run)],
        "run": flatten(results.run, skip=("documents", "skipped")),
    }
    return payload | {
        "claims": list(book.claims.values()),
        "holders": book.holders(),
        "documents": book.documents(),
        "quotes": list(book.quotes),
        "quoteChars": quote_chars,
    }


class _Book:
    """Numbers every document, holder, claim and quotation in the order it is met."""

    def __init__(self, quote_chars: int, quotes_per_stance: int) -> None:
        self.quote_chars, self.quotes_per_stance = quote_chars, quotes_per_stance
        self.claims: dict[str, dict[str, Any]] = {}
        self.quotes: dict[str, int] = {}
        self._documents: dict[str, tuple[int, dict[str, Any]]] = {}
        self._holders: dict[Holder, tuple[int, dict[str, Any]]] = {}
        self._claim_numbers: dict[str, int] = {}

    def documents(self) -> list[dict[str, Any]]:
        return [entry for _, entry in self._documents.values()]

    def holders(self) -> list[dict[str, Any]]:
        return [entry for _, entry in self._holders.values()]

    def document(self, doc_id: str | None, row: Row | None = None) -> int | None:
        if doc_id is None:
            return None
        if doc_id not in self._documents:
            self._documents[doc_id] = len(self._documents), {"id": visible(doc_id)}
        number, entry = self._documents[doc_id]
        for name in ("source", "date", "title") if row else ():
            if name not in entry and row and row.get(name):
                entry[name] = visible(row[name])
        if row and "url" not in entry and (url := web_address(row.get("url"))):
            entry["url"] = url
        return number

    def document_at(self, doc_id: str) -> int:
        return self._documents[doc_id][0]

    def holder(self, holder: Holder, affiliation: object = None) -> int:
        if holder not in self._holders:
            entry = {"name": visible(holder[0]), "type": visible(holder[1])}
            self._holders[holder] = len(self._holders), entry
        number, entry = self._holders[holder]
        if affiliation and "affiliation" not in entry:
            entry["affiliation"] = visible(affiliation)
        return number

    def claim(self, row: Row) -> int:
        claim_id = row["claim_id"]
        if claim_id not in self.claims:
            self._claim_numbers[claim_id] = len(self.claims)
            self.claims[claim_id] = {
                "id": visible(claim_id),
                "text": visible(row.get("claim") or claim_id),
                "origin": visible(row.get("origin")),
                "members": sum(not m.get("copy_of") for m in row.get("members") or ()),
                "first": [visible(row["first_date"]), visible(row["first_holder"])]
                if row.get("first_date") and row.get("first_holder")
                else None,
            }
        return self._claim_numbers[claim_id]

    def claim_at(self, claim_id: str) -> int:
        return self._claim_numbers[claim_id]

    def evidence(self, row: Row, name: str, stance: int, at_least: int = 0) -> list[int]:
        spans = [span for span in row.get(name) or () if span.get("text")]
        if stance in (0, 2):
            side = "p_supports" if stance == 0 else "p_refutes"
            spans = sorted(spans, key=lambda span: -float(span.get(side) or 0))
        return [self.quote(span["text"]) for span in spans[: max(self.quotes_per_stance, at_least)]]

    def quote(self, text: str) -> int:
        shown = shorten(visible(text).strip(), self.quote_chars)
        return self.quotes.setdefault(shown, len(self.quotes))

    def stance(self, row: Row) -> list[Any]:
        label = _label(row["stance"])
        return [
            self.document(row["doc_id"]),
            self.holder(holder_of(row), row.get("affiliation")),
            self.claim(row),
            label,
            [_p(row.get(f"p_{name}")) for name in LABELS],
            int(bool(row.get("conditional"))),
            visible(row["statement_date"]) if row.get("statement_date") else 0,
            self.evidence(row, "evidence", label),
        ]

    def series(self, row: Row, trends: Mapping[tuple[Holder, str], list[TrendPoint]]) -> list[Any]:
        points = [
            [
                visible(point["date"]),
                [self.document(doc_id) for doc_id in point.get("doc_ids") or ()],
                _label(point.get("stance")),
                *(_p(point[name]) for name in ("score", "low", "high")),
            ]
            for point in row["points"]
            if _label(point.get("stance")) in (0, 1, 2)
        ]
        level = [
            [str(point.date), *map(_p, (point.level, point.low, point.high)), point.observations]
            for point in trends.get((holder_of(row), str(row["claim_id"])), ())
        ]
        return [self.holder(holder_of(row)), self.claim(row), points, level]

    def split(self, split: Split) -> dict[str, Any]:
        change = split.change
        parts = {"change": change.total, "within": change.within, "between": change.between}
        return {
            "claim": self.claim_at(split.claim_id),
            "type": split.holder_type,
            "day": split.day.isoformat(),
            "counts": split.counts,
            "means": [_p(change.before), _p(change.after)],
            "both": sum(bool(cell.count_before and cell.count_after) for cell in change.cells),
            "holders": len(change.cells),
            **{
                name: [_p(x) for x in (part.value, *_on_scale(part))]
                for name, part in parts.items()
            },
            "cells": [
                [
                    self.holder((cell.cell[0], split.holder_type)),
                    _p(cell.within),
                    _p(cell.between),
                    cell.count_before,
                    cell.count_after,
                ]
                for cell in change.cells[:_CELLS]
            ],
        }

    def shift(self, row: Row) -> dict[str, Any]:
        sides = _label(row.get("stance_from")), _label(row.get("stance_to"))
        return {
            "holder": self.holder(holder_of(row)),
            "claim": self.claim(row),
            "stances": sides,
            "dates": [visible(row["date_before"]), visible(row["date_after"])],
            "documents": [
                self.document(row.get("doc_before")),
                self.document(row.get("doc_after")),
            ],
            "delta": _p(row.get("delta")),
            "basis": visible(row.get("basis")),
            "probability": row.get("probability"),
            "p": row.get("p_value"),
            "q": row.get("q_value"),
            "kind": visible(row.get("kind")),
            "evidence": [
                self.evidence(row, "evidence_before", sides[0], at_least=1),
                self.evidence(row, "evidence_after", sides[1], at_least=1),
            ],
        }


def _described_documents(run: Row, documents: Sequence[Document] | None) -> Iterable[Row]:
    for document in documents or ():
        yield {name: getattr(document, name) for name in ("id", "source", "date", "title", "url")}
    listed = run.get("documents")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, Mapping) and entry.get("id") is not None:
            yield entry


def _both_sides(spoken: Sequence[Row], book: _Book) -> dict[str, Any]:
    """Holders on both sides: within a document the clearest passages, on a day the two rows."""
    stances: list[Stance] = []
    numbers: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(spoken):
        for read in read_stances([row], report=_ignore):
            stances.append(read)
            numbers[read.doc_id, read.holder, read.holder_type, read.claim_id] = number
    days, within = [], []
    for one in contradictions(stances):
        whose = one.holder, one.holder_type, one.claim_id
        rows = [numbers[doc_id, *whose] for doc_id in (one.doc_supports, one.doc_refutes)]
        if rows[0] == rows[1]:
            sides = one.evidence_supports[0], one.evidence_refutes[0]
            within.append([rows[0], *([book.quote(s.text), *_odds(s)] for s in sides)])
        else:
            first = spoken[rows[0]]
            day = visible(first["date"])
            days.append([book.claim(first), book.holder(holder_of(first)), day, rows])
    return {"conflicts": days, "contradictions": within}


def _coverage(results: Results, book: _Book) -> dict[str, Any]:
    labels = {claim_id: Counter[str]() for claim_id in book.claims}
    reasons: dict[str, list[Row]] = {}
    for row in results.stances:
        labels.setdefault(row["claim_id"], Counter())[row["stance"] or "abstain"] += 1
        if row["status"] == "abstain":
            reasons.setdefault(visible(row.get("reason") or "no reason given"), []).append(row)
    return {
        "claims": [[counts[name] for name in (*LABELS, "abstain")] for counts in labels.values()],
        "abstentions": [
            [reason, len(rows), sorted({book.document_at(row["doc_id"]) for row in rows})]
            for reason, rows in sorted(reasons.items())
        ],
        "skipped": _skipped(results.run),
        "attributions": sorted(
            Counter(visible(row["kind"]) for row in results.attributions).items()
        ),
    }


def _skipped(run: Row) -> list[str]:
    lines = run.get("skipped")
    if not isinstance(lines, list):
        return []
    rest = [f"and {len(lines) - _SKIPPED} more"] if len(lines) > _SKIPPED else []
    return [visible(line) for line in lines[:_SKIPPED]] + rest


def _label(stance: object) -> int:
    return LABELS.index(stance) if stance in LABELS else -1


def _ignore(problem: object) -> None:
    """A row that is no stance of a run is shown without what would be read from it."""


def _odds(span: Evidence) -> list[float]:
    return [_p(span.p_supports), _p(span.p_refutes)]


def _on_scale(part: Interval) -> tuple[float, float]:
    """Few statements give intervals beyond what a difference of two scores can be."""
    return max(part.low, -2.0), min(part.high, 2.0)


def _p(value: object) -> float:
    # Two digits are what is shown; whole numbers lose their ".0". It is half of a large page.
    number = round(float(value), 2) if isinstance(value, int | float) else 0.0
    return int(number) if number.is_integer() else number
