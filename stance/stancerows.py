"""Stance rows read back from stances.jsonl, or from any table with its columns."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from stance.dates import parse_date
from stance.errors import InputError
from stance.rows import Problem, Report, Row, fail, missing, numbered_rows, source_name
from stance.types import LABELS, Date, Evidence, Stance, StanceLabel

NEEDED = frozenset(
    ("doc_id", "holder", "claim_id", "stance", "p_supports", "p_refutes", "p_neutral", "evidence")
)
_CHANCES = ("p_supports", "p_refutes", "p_neutral")


STANCES_FILE, RUN_FILE = "stances.jsonl", "run.json"
LABEL_ALONE = "label-alone"
"""The reason of rows read without probabilities: nothing says how sure their stance is."""


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of a source that can be read only once, numbered as it numbers them."""

    file: str | None
    rows: tuple[tuple[int, Row], ...]


def recognised(source: object, *, report: Report = fail) -> object:
    """Stance rows as records, whatever holds them; any other table as it is, or :class:`Held`.

    The folder of a run stands for its stances. An iterator, or a collection of stance records, is
    made a list.
    """
    if isinstance(source, str | Path) and _is_folder(source):
        source = Path(source) / STANCES_FILE
    source = _listed(source)
    once = (isinstance(source, str) and source == "-") or isinstance(source, Iterator)
    if once:  # a look at the first row would use it up
        source = Held(source_name(source), tuple(numbered_rows(source, report)))
    return read_stances(source, report=report) if are_stances(source) else source


def _listed(source: object) -> object:
    """Readers of Arrow batches and tables stay what they are."""
    if isinstance(source, Iterator):
        return source if hasattr(source, "schema") else list(source)
    if isinstance(source, Iterable) and not isinstance(source, str | list | tuple):
        return list(source) if isinstance(next(iter(source), None), Stance) else source
    return source


def named_rows(source: object, report: Report) -> tuple[str | None, Iterable[tuple[int, Row]]]:
    """What problems call a source, and its numbered rows."""
    if isinstance(source, Held):
        return source.file, source.rows
    return source_name(source), numbered_rows(source, report)


def read_stances(source: object, *, report: Report = fail) -> list[Stance]:
    """The stance rows that ``stance track`` wrote to stances.jsonl, as records.

    ``source`` is what :func:`stance.rows.read_rows` reads. A row that is none goes to ``report``,
    by default an :class:`~stance.errors.InputError` naming file, row and field.
    """
    found = []
    file, rows = named_rows(source, report)
    for number, row in rows:
        try:
            found.append(_stance(row))
        except InputError as error:
            report(Problem(file, number, error.field, error.message))
    return found


def are_stances(source: object) -> bool:
    """Whether a table that can be read again holds stance rows, by its first row."""
    if isinstance(source, list | tuple):
        return bool(source) and isinstance(source[0], Mapping) and source[0].keys() >= NEEDED
    row = next((row for _, row in named_rows(source, _ignore)[1]), None)
    return row is not None and row.keys() >= NEEDED


def genres_beside(source: object) -> dict[str, str]:
    """Which documents of a run are opinion, from the run.json in its folder or beside its stances.

    The rows do not say; without it a report and an editorial of an outlet look alike.
    """
    if not isinstance(source, str | Path):
        return {}
    path, folder = Path(source), _is_folder(source)
    if not folder and path.name != STANCES_FILE:
        return {}
    run = (path if folder else path.parent) / RUN_FILE
    try:
        documents = json.loads(run.read_text(encoding="utf-8"))["documents"]
        return {str(one["id"]): str(one["genre"]) for one in documents if one.get("genre")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # the rows alone, or another program's run.json


def _is_folder(source: str | Path) -> bool:
    if source == "":  # no path at all; Path("") would be the working directory
        return False
    try:
        return Path(source).is_dir()
    except OSError:  # a name too long: reading will say so
        return False


def _ignore(problem: Problem) -> None:
    """The reading proper reports problems; peeking does not."""


def _stance(row: Mapping[str, Any]) -> Stance:
    for field in sorted(NEEDED):
        if field not in row:
            raise InputError("is missing; give the stances.jsonl of a run", field=field)
    stance = _text(row, "stance")
    if stance is not None and stance not in get_args(StanceLabel):
        raise InputError(
            f"{stance!r} is not a stance; use {', '.join(get_args(StanceLabel))}",
            field="stance",
        )
    decided = stance is not None and (_text(row, "status") or "ok") == "ok"
    try:
        chances = _chances(row, stance if decided else None)
        unrelated, confidence = (
            0.0 if missing(row.get(name)) else float(row[name])
            for name in ("p_unrelated", "confidence")
        )
        evidence = tuple(_evidence(row["evidence"]))
    except InputError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"cannot be read ({error}); give the stances.jsonl of a run") from None
    return Stance(
        doc_id=str(row["doc_id"]),
        source=_text(row, "source") or str(row["doc_id"]),
        date=_date(row, "date"),
        holder=str(row["holder"]),
        holder_type="outlet" if row.get("holder_type") == "outlet" else "speaker",
        affiliation=_text(row, "affiliation"),
        claim_id=str(row["claim_id"]),
        claim=_text(row, "claim") or str(row["claim_id"]),
        stance=stance,  # type: ignore[arg-type]  # looked up above
        p_supports=chances[0],
        p_refutes=chances[1],
        p_neutral=chances[2],
        p_unrelated=unrelated,
        confidence=confidence,
        conditional=str(row.get("conditional")).strip().lower() in ("true", "1", "1.0"),
        status="ok" if decided else "abstain",
        reason=LABEL_ALONE if decided and _no_chances(row) else _text(row, "reason"),
        statement_date=_date(row, "statement_date"),
        evidence=evidence,
    )


def _text(row: Mapping[str, Any], field: str) -> str | None:
    return None if missing(row.get(field)) else str(row[field])


def _no_chances(row: Mapping[str, Any]) -> bool:
    return all(missing(row[name]) for name in _CHANCES)


def _chances(row: Mapping[str, Any], stance: str | None) -> list[float]:
    """p_supports, p_refutes, p_neutral; of a decided row they have to say something."""
    given = [None if missing(row[name]) else float(row[name]) for name in _CHANCES]
    if stance in LABELS and _no_chances(row):
        return [float(name == f"p_{stance}") for name in _CHANCES]
    chances = [0.0 if value is None else value for value in given]
    for name, value in zip(_CHANCES, chances, strict=True):
        check_chance(value, name)
    if stance in LABELS and (None in given or sum(chances) <= 0):
        raise InputError(
            f"p_supports, p_refutes and p_neutral are {given}; give all three, or none of them "
            "where the stance is all that is known",
            field=_CHANCES[given.index(None) if None in given else 0],
        )
    return chances


def check_chance(value: float, field: str) -> None:
    """Raise :class:`~stance.errors.InputError` for what is no probability, such as a percentage."""
    if not -1e-6 <= value <= 1 + 1e-6 or math.isnan(value):
        raise InputError(f"{value:g} is no probability; give one between 0 and 1", field=field)


def _evidence(spans: Any) -> Iterable[Evidence]:
    if isinstance(spans, str) and spans.strip():  # as CSV files hold nested columns
        spans = json.loads(spans)
    for span in () if missing(spans) else spans:
        yield Evidence(
            int(span["start"]),
            int(span["end"]),
            str(span["text"]),
            float(span["p_supports"]),
            float(span["p_refutes"]),
        )


def _date(row: Mapping[str, Any], field: str) -> Date | None:
    if missing(row.get(field)):
        return None
    try:
        return parse_date(row[field])
    except InputError as error:
        raise InputError(error.message, field=field) from None
