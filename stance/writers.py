"""Rows to files: JSON Lines, CSV, Parquet, or a table to look at.

A file appears whole or not at all, and appears even without rows: CSV with its header, Parquet
with its schema.
"""

from __future__ import annotations

import csv
import dataclasses
import filecmp
import io
import itertools
import json
import os
import re
import sys
import typing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from stance.errors import OutputError, UsageError, remedy
from stance.records import column_types, columns, not_none, read_records, record
from stance.types import (
    Attribution,
    Candidate,
    Claim,
    Date,
    DetectedClaim,
    Shift,
    Stance,
    Timeline,
)

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_records", "record", "to_arrow", "write"]

Format = Literal["jsonl", "csv", "parquet", "table"]
Row = dict[str, object]
_FORMATS = ("jsonl", "csv", "parquet", "table")
_KINDS: dict[str, type] = {
    "attributions": Attribution,
    "detected": DetectedClaim,
    "matches": Candidate,
    "claims": Claim,
    "stances": Stance,
    "timelines": Timeline,
    "shifts": Shift,
}
_BATCH = 8192


def write(
    rows: Iterable[object],
    target: str | Path | None = None,
    *,
    format: Format | str | None = None,
    kind: str | type | None = None,
    overwrite: bool = True,
) -> int:
    """Write records or mappings to a file or to standard output; returns how many.

    ``target`` is a path, whose suffix gives the format unless ``format`` does, or None or ``"-"``
    for standard output (JSON Lines unless ``format`` says otherwise). Formats are ``jsonl``,
    ``csv`` (nested columns as JSON), ``parquet`` and ``table``. ``kind`` names the rows
    ("stances", "shifts", …, or a record type) so that an output without rows still has its
    columns; mappings take their columns from the first row.

    In CSV a text that a spreadsheet would run as a formula, one that begins with ``=``, ``+``,
    ``-``, ``@`` or a control character and is no number, gets an apostrophe before it. With
    ``overwrite=False`` a file that holds the same bytes is left as it is, and one that holds
    anything else is an error.

    Raises :class:`~stance.errors.OutputError` if the file cannot be written, and
    :class:`~stance.errors.UsageError` for an unknown format or kind, or a file that is not to be
    overwritten. Nothing is left behind if anything fails, the iterable included.

    >>> write([{"holder": "Ana Ruiz", "stance": "supports"}])
    {"holder": "Ana Ruiz", "stance": "supports"}
    1
    """
    chosen = output_format(target, format)
    to_stdout = _is_stdout(target)
    plain, of = _plain(rows, kind)
    opened = _stdout(chosen) if to_stdout else _whole(Path(str(target)), overwrite)
    with opened as stream:
        return _WRITERS[chosen](plain, stream, of)


def write_text(text: str, target: str | Path, *, overwrite: bool = True) -> None:
    """Write one text to a file, whole or not at all, as :func:`write` does with rows.

    Raises :class:`~stance.errors.OutputError` if the file cannot be written, and
    :class:`~stance.errors.UsageError` where it holds something else and ``overwrite`` is False.

    >>> write_text("{}", "/dev/null")
    """
    with _whole(Path(target), overwrite) as stream:
        stream.write(text.encode())


def output_format(target: str | Path | None, format: str | None = None) -> str:
    """The format that :func:`write` takes; raises UsageError where there is none.

    >>> output_format("shifts.csv"), output_format(None)
    ('csv', 'jsonl')
    """
    suffix = "jsonl" if _is_stdout(target) else Path(str(target)).suffix.lower().lstrip(".")
    chosen = format or suffix
    if chosen not in _FORMATS:
        given = f"format {format!r}" if format else f"the suffix of '{target}'"
        raise UsageError(f"{given} is none of {', '.join(_FORMATS)}; give a format")
    return chosen


def _is_stdout(target: str | Path | None) -> bool:
    return target is None or str(target) == "-"


def to_arrow(rows: Iterable[object], *, kind: str | type | None = None) -> pa.Table:
    """Records or mappings as one Arrow table with the columns and types of the files.

    pandas, polars and ``datasets`` take it over without going through Python again:
    ``table.to_pandas()``, ``polars.from_arrow(table)`` and ``datasets.Dataset(table)``, the last
    two without a copy. ``kind`` as in :func:`write`.

    >>> to_arrow([{"holder": "Ana Ruiz", "stance": "supports"}]).column_names
    ['holder', 'stance']
    """
    import pyarrow as pa

    plain, of = _plain(rows, kind)
    try:
        batches = list(_arrow_batches(plain, of))
    except (pa.ArrowException, UnicodeEncodeError) as error:
        reason = str(error).splitlines()[0]
        raise OutputError(f"the rows do not fit an Arrow table ({reason}); write .jsonl") from None
    return pa.concat_tables(batches)


def _plain(rows: Iterable[object], kind: str | type | None) -> tuple[Iterator[Row], type | None]:
    """Rows as mappings, and the record type that gives their columns where one is known."""
    if isinstance(kind, str) and kind not in _KINDS:
        raise UsageError(f"rows of kind {kind!r} are unknown; give one of {', '.join(_KINDS)}")
    pending = iter(rows)
    first = list(itertools.islice(pending, 1))
    of = _KINDS[kind] if isinstance(kind, str) else kind
    if of is None and first and type(first[0]) in _KINDS.values():
        of = type(first[0])
    return map(record, itertools.chain(first, pending)), of


def _jsonl(rows: Iterator[Row], stream: IO[bytes], of: type | None) -> int:
    count = 0
    for row in rows:
        try:
            line = json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError:  # a lone surrogate carried along from the input
            line = json.dumps(row).encode()
        stream.write(line + b"\n")
        count += 1
    return count


def _csv(rows: Iterator[Row], stream: IO[bytes], of: type | None) -> int:
    header, rows = _header(rows, of)
    text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="")
    writer = csv.writer(text)
    count = 0
    try:
        if header:
            writer.writerow([_safe(name) for name in header])
        for row in rows:
            writer.writerow([_cell(row.get(name)) for name in header])
            count += 1
    finally:
        text.detach()  # or the wrapper would close standard output
    return count


def _header(rows: Iterator[Row], of: type | None) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Columns of the type, or of the first row; later rows may not bring more."""
    first = list(itertools.islice(rows, 1))
    header = columns(of) if of else tuple(first[0]) if first else ()
    return header, map(_checked, itertools.chain(first, rows), itertools.repeat(frozenset(header)))


def _checked(row: Row, known: frozenset[str]) -> Row:
    if not known.issuperset(row):
        name = next(name for name in row if name not in known)
        raise OutputError(f"column '{name}' is in a later row but not in the first; write .jsonl")
    return row


# Spreadsheets run such cells as formulas (OWASP, "CSV injection"); a minus before digits is data.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _safe(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def _parquet(rows: Iterator[Row], stream: IO[bytes], of: type | None) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 0
    try:
        tables = _arrow_batches(rows, of)
        first = next(tables)
        with pq.ParquetWriter(stream, first.schema, compression="zstd") as writer:
            for table in itertools.chain([first], tables):
                writer.write_table(table)
                count += table.num_rows
    except (pa.ArrowException, UnicodeEncodeError) as error:
        reason = str(error).splitlines()[0]
        raise OutputError(f"the rows do not fit a Parquet table ({reason}); write .jsonl") from None
    return count


def _arrow_batches(rows: Iterator[Row], of: type | None) -> Iterator[pa.Table]:
    """The rows in tables of one schema; a table without rows where there are none."""
    import pyarrow as pa

    batch = list(itertools.islice(rows, _BATCH))
    schema = arrow_schema(of) if of else _inferred_schema(batch)
    known = frozenset(schema.names)
    while True:
        for row in batch:
            _checked(row, known)
        yield pa.Table.from_pylist(batch, schema=schema)
        batch = list(itertools.islice(rows, _BATCH))
        if not batch:
            return


def _inferred_schema(batch: list[Row]) -> Any:
    """Types of mappings by their values; a column that is empty so far is taken for text."""
    import pyarrow as pa

    names = {name: None for row in batch for name in row}
    table = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in batch])
    return pa.schema(
        [
            pa.field(f.name, pa.string() if pa.types.is_null(f.type) else f.type)
            for f in table.schema
        ]
    )


def arrow_schema(of: type) -> Any:
    """The Arrow schema of a record type's rows."""
    import pyarrow as pa

    return pa.schema([(name, _arrow_type(hint)) for name, hint in column_types(of).items()])


def _arrow_type(hint: Any) -> Any:
    import pyarrow as pa

    hint = not_none(hint)
    if typing.get_origin(hint) is tuple:
        return pa.list_(_arrow_type(typing.get_args(hint)[0]))
    if dataclasses.is_dataclass(hint) and hint is not Date:
        fields = column_types(typing.cast(type, hint))
        return pa.struct([(name, _arrow_type(inner)) for name, inner in fields.items()])
    simple = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    return simple.get(hint, pa.string())  # str, Date and the Literals


_CELL_WIDTH = 48


def _table(rows: Iterator[Row], stream: IO[bytes], of: type | None) -> int:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    header, rows = _header(rows, of)
    table = Table(*header)
    for row in rows:
        table.add_row(*[Text(_shown(row.get(name))) for name in header])
    out = io.StringIO()
    # To a file as wide as its content; a terminal folds what it has no room for.
    width = (
        None if stream is getattr(sys.stdout, "buffer", None) and sys.stdout.isatty() else 10_000
    )
    Console(file=out, width=width).print(table)
    stream.write(re.sub(r" +$", "", out.getvalue(), flags=re.M).encode(errors="replace"))
    return table.row_count


def _shown(value: object) -> str:
    """A cell of a table to look at: one short line."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " | ".join(map(_shown, value))
    elif isinstance(value, dict):
        value = value["text"] if "text" in value else " ".join(map(_shown, value.values()))
    line = " ".join((f"{value:.3f}" if isinstance(value, float) else str(value)).split())
    line = "".join(char if char.isprintable() else "�" for char in line)  # no escape sequences
    return line if len(line) <= _CELL_WIDTH else f"{line[: _CELL_WIDTH - 1]}…"


_WRITERS: dict[str, Callable[[Iterator[Row], IO[bytes], type | None], int]]
_WRITERS = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet, "table": _table}


@contextmanager
def _stdout(chosen: str) -> Iterator[IO[bytes]]:
    if chosen == "parquet" and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal; give an output file")
    try:
        if hasattr(sys.stdout, "buffer"):
            sys.stdout.flush()
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        else:  # a replaced standard output, as in notebooks and doctests
            stream = io.BytesIO()
            yield stream
            sys.stdout.write(stream.getvalue().decode())
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _whole(path: Path, overwrite: bool) -> Iterator[IO[bytes]]:
    """A stream whose content becomes ``path`` only once all of it is written."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as stream:  # a pipe or device is written to, never replaced
                yield stream
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as stream:
                yield stream
            if overwrite or not path.is_file():
                part.replace(path)
            elif not filecmp.cmp(part, path, shallow=False):
                raise UsageError(
                    f"{path} exists and holds something else; choose another output, or --overwrite"
                )
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; {remedy(error)}"
        ) from error
