"""Rows of any table, one at a time: JSON Lines, CSV, Parquet, frames, datasets, plain dicts.

Nothing here knows what the rows mean. A row that cannot be read goes to ``report`` as a
:class:`Problem`, and reading goes on with the next; a ``report`` that raises makes it fatal.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from stance.errors import InputError, UsageError

Row = dict[str, object]
TABLE_SUFFIXES = (".jsonl", ".csv", ".parquet")
STDIN = "<stdin>"
_SEPARATOR = re.compile("sep=(.)", re.IGNORECASE)
"""The first line of CSV files that spreadsheets write for one another."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, a row or a field of it; ``str()`` says it in one line.

    Rows count from 1 as an editor or spreadsheet shows them: the header of a CSV file is row 1,
    and a blank line of a JSON Lines file counts. In Parquet files and frames the first row is 1.
    """

    file: str | None
    row: int | None
    field: str | None
    message: str

    def error(self) -> InputError:
        return InputError(self.message, file=self.file, row=self.row, field=self.field)

    def __str__(self) -> str:
        return str(self.error())


Report = Callable[[Problem], None]


def fail(problem: Problem) -> None:
    """The strict ``report``: raises the problem as an :class:`~stance.errors.InputError`."""
    raise problem.error()


def read_rows(source: object, *, report: Report = fail) -> Iterator[Row]:
    """Stream the rows of a table as dicts, in order, whatever holds it.

    ``source`` is the path of a .jsonl, .csv or .parquet file, ``"-"`` for JSON Lines on standard
    input, a pandas, polars, Arrow or datasets object, or any iterable of mappings. Cells of a CSV
    file are strings. A row that cannot be read goes to ``report``, by default an
    :class:`~stance.errors.InputError` that names file and row; with ``report=problems.append``
    reading goes on. Files that cannot be opened raise in any case.

    >>> list(read_rows([{"text": "It rained.", "claim": "It was wet."}]))
    [{'text': 'It rained.', 'claim': 'It was wet.'}]
    """
    for _, row in numbered_rows(source, report):
        yield row


def numbered_rows(
    source: object, report: Report, as_row: Callable[[object], object] = lambda item: item
) -> Iterator[tuple[int, Row]]:
    """As :func:`read_rows`, each row with its number; ``as_row`` may turn plain items into rows."""
    if isinstance(source, str | Path):
        return _file_rows(source, report)
    return _object_rows(source, report, as_row)


def missing(value: object) -> bool:
    """None, an empty cell, NaN, NaT or pandas.NA.

    >>> missing(""), missing(float("nan")), missing(0)
    (True, True, False)
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return type(value).__name__ in ("NAType", "NaTType") or (
        isinstance(value, float) and value != value
    )


def source_name(source: object) -> str | None:
    """How problems name the source: its path, ``<stdin>``, or None for an object in memory."""
    if isinstance(source, str) and source == "-":
        return STDIN
    return str(source) if isinstance(source, str | Path) else None


def existing(path: str | Path) -> Path:
    """The path, if something is there to read."""
    if not str(path):  # Path("") is the working directory, which nobody asked for
        raise UsageError("no path was given; name a file or folder, or . for this folder")
    try:
        if Path(path).exists():
            return Path(path)
        reason = "no such file or directory"
    except (OSError, ValueError) as error:  # a name with NUL, or a whole text given as a path
        reason = f"not a path ({getattr(error, 'strerror', None) or error})"
    shown = str(path) if len(str(path)) <= 200 else f"{str(path)[:197]}..."
    raise InputError(f"{reason}; check the spelling and the working directory", file=shown)


@contextmanager
def opened(path: str | Path) -> Iterator[IO[bytes]]:
    """The file's bytes, or standard input for ``-``."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        with existing(path).open("rb") as stream:
            yield stream
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(path)) from None


def undecodable(data: bytes, error: UnicodeDecodeError, offset: int = 0) -> str:
    """Why bytes are not UTF-8, where, and what to do."""
    if offset == 0 and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "is UTF-16, not UTF-8; save it as UTF-8"
    byte, place = data[error.start], offset + error.start
    return f"byte 0x{byte:02x} at position {place} is not UTF-8; save the file as UTF-8"


def _file_rows(path: str | Path, report: Report) -> Iterator[tuple[int, Row]]:
    suffix = ".jsonl" if path == "-" else existing(path).suffix.lower()
    readers = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
    if suffix not in readers:
        kind = "a folder" if Path(path).is_dir() else f"a file of kind '{suffix}'"
        known = ", ".join(readers)
        raise InputError(f"is {kind}, not a table; give one of {known}", file=str(path))
    return readers[suffix](path, report)


def _jsonl(path: str | Path, report: Report) -> Iterator[tuple[int, Row]]:
    file, offset, empty = source_name(path), 0, True
    with opened(path) as stream:
        for number, line in enumerate(stream, 1):
            start, offset = offset, offset + len(line)
            if number == 1 and line.startswith(b"\xef\xbb\xbf"):
                line, start = line[3:], 3
            if not line.strip():
                continue
            empty = False
            try:
                row = json.loads(line.decode())
            except UnicodeDecodeError as error:
                report(Problem(file, number, None, undecodable(line, error, start)))
            except RecursionError:
                report(Problem(file, number, None, "is nested too deeply to be a record"))
            except ValueError as error:
                report(Problem(file, number, None, f"is not JSON ({error}); one object a line"))
            else:
                if isinstance(row, dict):
                    yield number, row
                else:
                    kind = type(row).__name__
                    message = f"is a JSON {kind}, not an object; write {{...}} with named fields"
                    report(Problem(file, number, None, message))
    if empty:
        report(Problem(file, None, None, "the file is empty"))


@dataclass(slots=True)
class _Lines:
    """Decoded lines of a CSV file, remembering the first bytes of a record that are not UTF-8."""

    stream: IO[bytes]
    offset: int = 0
    broken: str | None = None

    def __iter__(self) -> Iterator[str]:
        for line in self.stream:
            start, self.offset = self.offset, self.offset + len(line)
            if start == 0 and line.startswith(b"\xef\xbb\xbf"):
                line, start = line[3:], 3
            try:
                yield line.decode()
            except UnicodeDecodeError as error:
                self.broken = self.broken or undecodable(line, error, start)
                yield line.decode(errors="replace")


def csv_header(path: str | Path) -> list[str]:
    """The columns of a CSV file; none where it is empty. Raises InputError like its rows do."""
    with opened(path) as stream:
        begun = _csv_begun(_Lines(stream), source_name(path))
    return begun[1] if begun else []


def _csv_begun(lines: _Lines, file: str | None) -> tuple[Any, list[str], int] | None:
    """The rows of cells behind the header, the header, and how many lines stand above it; None for
    a file that has none."""
    csv.field_size_limit(2**31 - 1)  # the module's default of 128 KiB is shorter than long reports
    head = next(iter(lines), None)
    if head is None or not head.strip():
        return None
    stated = _SEPARATOR.fullmatch(head.rstrip("\r\n"))
    if stated and (head := next(iter(lines), "")).strip() == "":
        return None
    delimiter = stated[1] if stated else max(",;\t", key=head.count)
    cells = csv.reader(_chain(head, lines), delimiter=delimiter, strict=True)
    return cells, _csv_header(cells, lines, file), 1 if stated else 0


def _csv(path: str | Path, report: Report) -> Iterator[tuple[int, Row]]:
    file = source_name(path)
    with opened(path) as stream:
        lines = _Lines(stream)
        begun = _csv_begun(lines, file)
        if begun is None:
            report(Problem(file, None, None, "the file is empty"))
            return
        cells, header, above = begun
        while True:
            number = cells.line_num + above + 1
            try:
                values = next(cells, None)
            except csv.Error as error:
                end = cells.line_num + above
                last = f", lost to row {end}" if end > number else ""
                message = f'quotation marks gone wrong{last} ({error}); write " inside as ""'
                report(Problem(file, number, None, message))
                continue
            if values is None:
                return
            broken, lines.broken = lines.broken, None
            if broken:
                field = next((h for h, v in zip(header, values, strict=False) if "�" in v), None)
                report(Problem(file, number, field, broken))
            elif len(values) == len(header):
                yield number, dict(zip(header, values, strict=True))
            elif values:
                message = f"has {len(values)} cells where the header has {len(header)}"
                report(Problem(file, number, None, f"{message}; check its commas and quotes"))


def _chain(head: str, lines: Iterable[str]) -> Iterator[str]:
    yield head
    yield from lines


def _csv_header(cells: Iterator[list[str]], lines: _Lines, file: str | None) -> list[str]:
    try:
        header = [name.strip() for name in next(cells)]
    except (csv.Error, StopIteration) as error:
        raise InputError(f"the header cannot be read: {error}", file=file, row=1) from None
    if lines.broken:
        raise InputError(f"the header: {lines.broken}", file=file, row=1)
    _no_column_twice(header, file, 1)
    return header


def _parquet(path: str | Path, report: Report) -> Iterator[tuple[int, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = str(path)
    try:
        number = 0
        with pq.ParquetFile(path) as table:
            _no_column_twice(table.schema_arrow.names, file)
            for batch in table.iter_batches(batch_size=4096):
                yield from _arrow_rows(batch, number, file, report)
                number += batch.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"is not a readable Parquet file: {reason}", file=file) from None
    if number == 0:
        report(Problem(file, None, None, "the file is empty"))


def _arrow_rows(
    batch: Any, before: int, file: str | None, report: Report
) -> Iterator[tuple[int, Row]]:
    """Rows of an Arrow batch or table; one by one where a value cannot be taken out."""
    try:
        rows = batch.to_pylist()
    except (ValueError, OverflowError):  # bytes that are no text, dates beyond the calendar
        rows = [None] * batch.num_rows
    for place, row in enumerate(rows):
        number = before + place + 1
        try:
            yield number, batch.slice(place, 1).to_pylist()[0] if row is None else row
        except (ValueError, OverflowError) as error:
            report(Problem(file, number, None, f"cannot be read: {error}"))


def _object_rows(
    source: object, report: Report, as_row: Callable[[object], object]
) -> Iterator[tuple[int, Row]]:
    kind = type(source).__module__.partition(".")[0]
    rows: Any = source
    if kind == "pyarrow" and hasattr(rows, "schema") and not hasattr(rows, "to_batches"):
        rows = _arrow_table(rows)
    if kind == "pandas" and hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        yield from enumerate(_pandas_rows(rows), 1)
    elif kind == "polars" and hasattr(rows, "lazy"):
        yield from enumerate(rows.lazy().collect().iter_rows(named=True), 1)
    elif kind == "pyarrow" and hasattr(rows, "to_batches"):
        _no_column_twice(rows.schema.names, None)
        number = 0
        for batch in rows.to_batches(max_chunksize=4096):
            yield from _arrow_rows(batch, number, None, report)
            number += batch.num_rows
    elif isinstance(source, Mapping) or not isinstance(source, Iterable):
        shown = f"{type(source).__module__}.{type(source).__name__}"
        raise UsageError(
            f"cannot read rows from a {shown}; give a path, a frame, one split of a dataset, or"
            " an iterable of dicts"
        )
    else:
        for number, row in enumerate(map(as_row, source), 1):
            if isinstance(row, Mapping):
                yield number, {str(key): value for key, value in row.items()}
            else:
                message = f"is a {type(row).__name__}, not a mapping with named fields"
                report(Problem(None, number, None, message))


def _arrow_table(rows: Any) -> Any:
    """One record batch, or a reader of them, as a table."""
    import pyarrow as pa

    if isinstance(rows, pa.RecordBatch):
        return pa.Table.from_batches([rows])
    return rows.read_all() if isinstance(rows, pa.RecordBatchReader) else rows


def _no_column_twice(names: Iterable[object], file: str | None, row: int | None = None) -> None:
    twice = [str(name) for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InputError(f"column '{min(twice)}' appears twice; rename one", file=file, row=row)


def _pandas_rows(frame: Any) -> Iterator[Row]:
    named = [name for name in frame.index.names if name is not None]
    if named:  # an index with a name is a column that was put there; without one it is a count
        frame = frame.reset_index(level=named)
    _no_column_twice(frame.columns, None)
    for start in range(0, len(frame), 4096):
        for row in frame.iloc[start : start + 4096].to_dict("records"):
            yield {str(key): value for key, value in row.items()}
