"""The files of a run, read back: the report needs nothing but the folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from stance.errors import InputError

Row = Mapping[str, Any]
"""One JSON object of an output file; the columns are the contract of docs/formats.md."""

_REQUIRED = {
    "claims": ("claim_id", "claim"),
    "stances": ("doc_id", "holder", "holder_type", "claim_id", "stance", "status"),
    "timelines": ("holder", "holder_type", "claim_id", "points"),
    "shifts": ("holder", "holder_type", "claim_id", "date_before", "date_after"),
    "attributions": ("doc_id", "kind"),
}


@dataclass(frozen=True, slots=True)
class Results:
    """The rows of ``stance track``'s output files, and its run.json."""

    claims: tuple[Row, ...]
    stances: tuple[Row, ...]
    timelines: tuple[Row, ...]
    shifts: tuple[Row, ...]
    attributions: tuple[Row, ...]
    run: Row


def load_results(folder: Path) -> Results:
    """Read the output folder of ``stance track``.

    Raises :class:`~stance.errors.InputError` with file and row where a file is missing or broken.

    >>> import tempfile
    >>> load_results(Path(tempfile.mkdtemp()))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    stance.errors.InputError: ...claims.jsonl: the file is missing; run `stance track` first
    """
    tables = {
        name: tuple(_rows(folder / f"{name}.jsonl", need)) for name, need in _REQUIRED.items()
    }
    path = folder / "run.json"
    run = _parse(_text(path), path, None)
    return Results(**tables, run=run)


def _rows(path: Path, required: tuple[str, ...]) -> Iterator[Row]:
    # Not str.splitlines(): it also cuts at U+2028 and friends, which JSON leaves inside strings.
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        row = _parse(line, path, number)
        for name in required:
            if name not in row:
                raise InputError(
                    "the column is missing; write the file again with `stance track`",
                    file=str(path),
                    row=number,
                    field=name,
                )
        yield row


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("the file is missing; run `stance track` first", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read as UTF-8 text: {error}", file=str(path)) from error


def _parse(line: str, path: Path, number: int | None) -> Row:
    try:
        value = json.loads(line, parse_constant=_refuse)
    except ValueError as error:
        message = f"not valid JSON ({error}); run `stance track` again"
        raise InputError(message, file=str(path), row=number) from error
    if not isinstance(value, dict):
        message = f"a JSON object is needed, found {type(value).__name__}; run `stance track` again"
        raise InputError(message, file=str(path), row=number)
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number of JSON")
