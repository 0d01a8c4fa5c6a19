"""Records to rows with the columns of the file formats, and back.

The columns and their order are public (docs/schemas). A record's fields are its columns, in order;
attributions and timelines leave some out, candidates take theirs from the passage, claims rename
two.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from stance.dates import parse_date
from stance.errors import InputError
from stance.rows import Problem, fail, numbered_rows
from stance.types import Attribution, Candidate, Claim, Date, Document, Timeline

T = TypeVar("T")
_UNIONS = (types.UnionType, typing.Union)  # "str | None", and "Literal[…] | None"

_ATTRIBUTION = (
    *("doc_id", "kind", "holder", "holder_type", "affiliation", "holder_start", "holder_end"),
    *("cue", "cue_start", "cue_end", "content", "confidence"),
)
_CANDIDATE = ("doc_id", "start", "end", "text", "holder", "claim_id", "score")
_TIMELINE = ("holder", "holder_type", "claim_id", "claim", "points")
_CLAIM_NAMES = {"id": "claim_id", "text": "claim"}
_CHOSEN: dict[type, tuple[str, ...]] = {Attribution: _ATTRIBUTION, Timeline: _TIMELINE}


def record(item: object) -> dict[str, object]:
    """A record as a row of plain JSON values, with the columns of its file format in order.

    Dates become ISO text of their precision, floats are rounded to 6 decimals (None where not
    finite), spans and evidence become lists of dicts. Takes every type of :mod:`stance.types`,
    any other dataclass with its fields as columns, and mappings, whose floats stay as they are:
    columns of a user's table pass through.

    >>> from stance.types import Claim
    >>> record(Claim("c1", "The mission is ready."))["claim"]
    'The mission is ready.'
    """
    if isinstance(item, Mapping):
        return {str(key): _plain(value, digits=None) for key, value in item.items()}
    special = _SPECIAL.get(type(item))
    if special:
        return {key: _plain(value) for key, value in special(item).items()}
    return {name: _plain(getattr(item, name)) for name in columns(type(item))}


def columns(kind: type) -> tuple[str, ...]:
    """The columns of a record type, in order.

    >>> from stance.types import Candidate
    >>> columns(Candidate)
    ('doc_id', 'start', 'end', 'text', 'holder', 'claim_id', 'score')
    """
    return tuple(column_types(kind))


@functools.cache
def column_types(kind: type) -> Mapping[str, Any]:
    """Column name to type annotation, in order."""
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is not a record type")
    hints = typing.get_type_hints(kind)
    if kind is Candidate:
        types_ = {**typing.get_type_hints(hints["passage"]), **hints}
        return {name: types_[name] for name in _CANDIDATE}
    if kind in _CHOSEN:
        return {name: hints[name] for name in _CHOSEN[kind]}
    names = _CLAIM_NAMES if kind is Claim else {}
    return {names.get(f.name, f.name): hints[f.name] for f in dataclasses.fields(kind)}


def _candidate(item: Candidate) -> dict[str, object]:
    passage = [getattr(item.passage, name) for name in _CANDIDATE[:-2]]
    return dict(zip(_CANDIDATE, [*passage, item.claim_id, item.score], strict=True))


def _claim(item: Claim) -> dict[str, object]:
    return dict(
        zip(columns(Claim), (getattr(item, f.name) for f in dataclasses.fields(Claim)), strict=True)
    )


def _document(item: Document) -> dict[str, object]:
    own = {f.name: getattr(item, f.name) for f in dataclasses.fields(item) if f.name != "extra"}
    return own | dict(item.extra)


_SPECIAL: dict[type, Callable[[Any], dict[str, object]]] = {
    Candidate: _candidate,
    Claim: _claim,
    Document: _document,
}


def _plain(value: object, digits: int | None = 6) -> object:
    """A value as JSON knows it; floats to ``digits`` decimals, or as they are."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Date):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return float(value) if digits is None else round(float(value), digits) + 0.0  # never -0.0
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return record(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, digits) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, digits) for inner in value]
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return _plain(value.tolist(), digits)
    return str(value)


def read_records(path: str | Path, kind: type[T]) -> list[T]:
    """Load rows that this library wrote back into records: the inverse of :func:`record`.

    ``path`` is a .jsonl or .parquet file; columns that ``kind`` does not know are ignored, fields
    the file format leaves out get their defaults. Raises :class:`~stance.errors.InputError` naming
    row and field where a column is missing or holds a value of the wrong kind.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "claims.jsonl").write_text('{"claim_id": "c1", "claim": "It is on."}\\n')
    >>> read_records(folder / "claims.jsonl", Claim)[0].text
    'It is on.'
    """
    records: list[T] = []
    for number, row in numbered_rows(path, _not_empty):
        try:
            records.append(_build(kind, row))
        except InputError as error:
            where = {"file": str(path), "row": number, "field": error.field}
            raise InputError(error.message, **where) from None  # type: ignore[arg-type]
    return records


def _not_empty(problem: Problem) -> None:
    """Strict, but an output without rows is no mistake."""
    if problem.row is not None:
        fail(problem)


def _build(kind: type[T], row: Mapping[str, object]) -> T:
    hints = typing.get_type_hints(kind)
    names = _CLAIM_NAMES if kind is Claim else {}
    values: dict[str, Any] = {}
    for f in dataclasses.fields(kind):  # type: ignore[arg-type]
        column = names.get(f.name, f.name)
        optional = f.default is not dataclasses.MISSING
        if column not in row and not optional:
            raise InputError(
                f"the column is missing; is this a file of {kind.__name__} rows?", field=column
            )
        if column not in row or (row[column] is None and optional):
            continue
        try:
            values[f.name] = _value(hints[f.name], row[column])
        except (TypeError, InputError) as error:
            raise InputError(str(error), field=column) from None
    return kind(**values)


def not_none(hint: Any) -> Any:
    """The annotation without its "or None"."""
    if typing.get_origin(hint) not in _UNIONS:
        return hint
    return next(a for a in typing.get_args(hint) if a is not type(None))


def _value(hint: Any, value: object) -> object:
    """``value`` as the annotation ``hint`` wants it, or TypeError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in _UNIONS:
        return None if value is None else _value(not_none(hint), value)
    if origin is Literal:
        if value not in arguments:
            raise TypeError(f"{value!r} is none of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(_value(arguments[0], inner) for inner in value)
    if hint is Date:
        return parse_date(value)
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return _build(typing.cast(type, hint), value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and type(value) is hint:
        return value
    raise TypeError(f"{value!r:.80} is a {type(value).__name__}, not what this column holds")
