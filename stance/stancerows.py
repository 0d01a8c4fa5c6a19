"""Stance rows read back from stances.jsonl, or from any table with its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from stance.dates import parse_date
from stance.errors import InputError
from stance.rows import Problem, Report, fail, numbered_rows, source_name
from stance.types import Date, Evidence, Stance, StanceLabel

NEEDED = frozenset(
    ("doc_id", "holder", "claim_id", "stance", "p_supports", "p_refutes", "p_neutral", "evidence")
)


def read_stances(source: object, *, report: Report = fail) -> list[Stance]:
    """The stance rows that ``stance track`` wrote to stances.jsonl, as records.

    ``source`` is what :func:`stance.rows.read_rows` reads. A row that is none goes to ``report``,
    by default an :class:`~stance.errors.InputError` naming file, row and field.
    """
    found = []
    for number, row in numbered_rows(source, report):
        try:
            found.append(_stance(row))
        except InputError as error:
            report(Problem(source_name(source), number, error.field, error.message))
    return found


def are_stances(source: object) -> bool:
    """Whether a table in memory or a .jsonl file holds stance rows, by its first row."""
    if isinstance(source, list | tuple):
        return bool(source) and isinstance(source[0], Mapping) and source[0].keys() >= NEEDED
    if isinstance(source, str | Path) and str(source).endswith(".jsonl"):
        row = next((row for _, row in numbered_rows(source, _ignore)), None)
        return row is not None and row.keys() >= NEEDED
    return False


def _ignore(problem: Problem) -> None:
    """The reading proper reports problems; peeking does not."""


def _stance(row: Mapping[str, Any]) -> Stance:
    for field in sorted(NEEDED):
        if field not in row:
            raise InputError("is missing; give the stances.jsonl of a run", field=field)
    if row["stance"] is not None and row["stance"] not in get_args(StanceLabel):
        raise InputError(
            f"{row['stance']!r} is not a stance; use {', '.join(get_args(StanceLabel))}",
            field="stance",
        )
    try:
        chances = [
            float(row.get(name) or 0.0)
            for name in ("p_supports", "p_refutes", "p_neutral", "p_unrelated", "confidence")
        ]
        evidence = tuple(_evidence(row["evidence"]))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"cannot be read ({error}); give the stances.jsonl of a run") from None
    return Stance(
        doc_id=str(row["doc_id"]),
        source=str(row.get("source") or row["doc_id"]),
        date=_date(row, "date"),
        holder=str(row["holder"]),
        holder_type="outlet" if row.get("holder_type") == "outlet" else "speaker",
        affiliation=row.get("affiliation") or None,
        claim_id=str(row["claim_id"]),
        claim=str(row.get("claim") or row["claim_id"]),
        stance=row["stance"],
        p_supports=chances[0],
        p_refutes=chances[1],
        p_neutral=chances[2],
        p_unrelated=chances[3],
        confidence=chances[4],
        conditional=bool(row.get("conditional")),
        status="ok" if row.get("status", "ok") == "ok" and row["stance"] else "abstain",
        reason=row.get("reason") or None,
        statement_date=_date(row, "statement_date"),
        evidence=evidence,
    )


def _evidence(spans: Iterable[Mapping[str, Any]] | None) -> Iterable[Evidence]:
    for span in spans or ():
        yield Evidence(
            int(span["start"]),
            int(span["end"]),
            str(span["text"]),
            float(span["p_supports"]),
            float(span["p_refutes"]),
        )


def _date(row: Mapping[str, Any], field: str) -> Date | None:
    if not row.get(field):
        return None
    try:
        return parse_date(row[field])
    except InputError as error:
        raise InputError(error.message, field=field) from None
