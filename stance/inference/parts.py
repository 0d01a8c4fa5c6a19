"""Scored rows on their way to a file: JSON Lines or Parquet parts, then one output."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from stance.errors import OutputError
from stance.inference.nli import Scored
from stance.rows import missing
from stance.types import LABELS

Row = dict[str, object]
OUTPUTS = ("label", "p_supports", "p_refutes", "p_neutral", "status", "error")


def renamed(row: Row, taken: Sequence[str]) -> Row:
    """A row whose columns named like an output are kept as ``input_<name>``.

    >>> renamed({"text": "a", "label": 3}, OUTPUTS)
    {'text': 'a', 'input_label': 3}
    """
    if not any(name in row for name in taken):
        return row
    fresh: Row = {}
    for name, value in row.items():
        new = name
        while new in taken or (new != name and new in row):
            new = f"input_{new}"
        fresh[new] = value
    return fresh


def output_rows(rows: Iterable[Row], scored: Scored) -> Iterator[Row]:
    """Input columns and results, row by row; probabilities rounded to 6 decimals."""
    best = np.nan_to_num(scored.probs, nan=-1.0).argmax(axis=1)
    values = scored.probs.astype(np.float64).round(6).tolist()
    for i, row in enumerate(rows):
        supports, neutral, refutes = values[i]
        ok = i not in scored.errors
        yield row | {
            "label": LABELS[best[i]] if ok else None,
            "p_supports": supports if ok else None,
            "p_refutes": refutes if ok else None,
            "p_neutral": neutral if ok else None,
            "status": "ok" if ok else "error",
            "error": scored.word(i),
        }


def part_bytes(rows: Iterable[Row], format: str, schema: Any) -> bytes:
    """The content of one part: Parquet for a Parquet output, else JSON Lines."""
    if format != "parquet":
        return b"".join(map(_line, rows))
    import pyarrow.parquet as pq

    content, listed = io.BytesIO(), list(rows)
    with _fitting():
        pq.write_table(_table(listed, schema), content, compression="zstd")
    return content.getvalue()


def join_parts(parts: Sequence[Path], out: Path, format: str, schema: Any = None) -> None:
    """Write finished parts, in order, to ``out``; whoever asks sees to it that it appears whole.

    ``schema`` is the output's where the source states its columns: no rows have them too.
    """
    if format == "parquet":
        with _fitting():
            _join_parquet(parts, out, schema)
    elif format == "csv":
        from stance.writers import write

        if write(_with_all_columns(parts), out, format="csv") == 0:
            names = OUTPUTS if schema is None else tuple(schema.names)
            _csv_without_rows(names, out)
    else:
        _join_bytes(parts, out)


def output_schema(source_schema: Any, taken: Sequence[str]) -> Any:
    """The Arrow schema of an output: a Parquet input's own columns (None otherwise), then ours."""
    import pyarrow as pa

    own = [] if source_schema is None else list(source_schema)
    names = renamed(dict.fromkeys((field.name for field in own), None), taken)
    fields = [field.with_name(name) for field, name in zip(own, names, strict=True)]
    extra = [name for name in taken if name not in OUTPUTS]
    kinds = {name: pa.float64() for name in OUTPUTS if name.startswith("p_")}
    return pa.schema(
        fields + [pa.field(name, kinds.get(name, pa.string())) for name in (*extra, *OUTPUTS)]
    )


def _line(row: Row) -> bytes:
    return _json(row).encode() + b"\n"


def _json(value: object) -> str:
    """JSON that can be encoded: a lone surrogate is carried along as an escape.

    A cell that is NaN is missing: null. An infinite number, which JSON has not, is a word.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, default=_shown, allow_nan=False)
    except ValueError:
        loose = json.dumps(value, default=_shown)
        return _json(json.loads(loose, parse_constant=lambda n: None if n == "NaN" else n))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, default=_shown)
    return text


def _shown(value: object) -> str | None:
    return None if missing(value) else str(value)


@contextmanager
def _fitting() -> Iterator[None]:
    """Turns what Arrow raises into one error: for an input whose values do not keep its types."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, ValueError, OverflowError) as error:
        reason = str(error).partition("\n")[0]
        raise OutputError(f"the rows do not fit a Parquet table ({reason}); write .jsonl") from None


def _table(rows: list[Row], schema: Any) -> Any:
    import pyarrow as pa

    if schema is not None:
        return pa.Table.from_pylist(rows, schema=schema)
    names = dict.fromkeys(name for row in rows for name in row)
    table = pa.table({_named(name): _column([row.get(name) for row in rows]) for name in names})
    for name in set(OUTPUTS) & set(table.column_names):
        kind = pa.float64() if name.startswith("p_") else pa.string()
        at = table.column_names.index(name)
        table = table.set_column(at, pa.field(name, kind), table.column(at).cast(kind))
    return table


def _named(name: str) -> str:
    """A column's name in UTF-8: a lone surrogate is written as ``\\ud800``."""
    return name.encode("utf-8", "backslashreplace").decode()


def _column(values: list[object]) -> Any:
    """An Arrow array; values of kinds that do not go together, or not into Parquet, become text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = [_storable(value) for value in values]
    try:
        column = pa.array(values)
        # an object without fields cannot be written, lists in a hundred lists cannot be read
        trial = io.BytesIO()
        pq.write_table(pa.table({"": column.slice(0, 0)}), trial)
        pq.read_schema(trial)
    except (pa.ArrowException, ValueError, OverflowError, OSError):
        return pa.array([_text(value) for value in values], pa.string())
    return column


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else _json(value)


def _storable(value: object) -> object:
    """A missing cell is null. Parquet strings are UTF-8: a lone surrogate is a question mark."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return None if missing(value) else value


def _join_bytes(parts: Sequence[Path], draft: Path) -> None:
    with draft.open("wb") as stream:
        for part in parts:
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, stream, 1 << 20)


def _csv_without_rows(names: Sequence[str], draft: Path) -> None:
    with draft.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow(names)


def _join_parquet(parts: Sequence[Path], draft: Path, schema: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = _unified([pq.read_schema(part) for part in parts])
    if whole is None:
        whole = output_schema(None, OUTPUTS) if schema is None else schema
    inputs = [field for field in whole if field.name not in OUTPUTS]
    whole = _castable(parts, pa.schema([*inputs, *(whole.field(name) for name in OUTPUTS)]))
    with pq.ParquetWriter(draft, whole, compression="zstd") as writer:
        for part in parts:
            table = pq.read_table(part)
            columns = [
                _cast(table.column(field.name), field.type)
                if field.name in table.column_names
                else pa.nulls(len(table), field.type)
                for field in whole
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=whole))


def _unified(schemas: Sequence[Any]) -> Any:
    """One schema for all parts, None for none; types that do not go together become text."""
    import pyarrow as pa

    kinds: dict[str, list[Any]] = {}
    for field in (field for schema in schemas for field in schema):
        kinds.setdefault(field.name, []).append(pa.schema([field]))
    fields = []
    for name, alone in kinds.items():
        try:
            fields.append(pa.unify_schemas(alone, promote_options="permissive").field(name))
        except pa.ArrowException:
            fields.append(pa.field(name, pa.string()))
    return pa.schema(fields) if schemas else None


def _castable(parts: Sequence[Path], whole: Any) -> Any:
    """The schema with text where a part's values do not go into the type of all parts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for part in parts:
        held = pq.read_schema(part)
        other = [f.name for f in held if f.type not in (pa.null(), whole.field(f.name).type)]
        if not other:
            continue
        table = pq.read_table(part)
        for name in other:
            try:
                _cast(table.column(name), whole.field(name).type)
            except pa.ArrowException:
                place = whole.get_field_index(name)
                whole = whole.set(place, pa.field(name, pa.string()))
    return whole


def _cast(column: Any, kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_string(kind) and not pa.types.is_nested(column.type):
        with suppress(pa.ArrowException):  # bytes that are no text
            return column.cast(kind)
    if pa.types.is_string(kind):
        return pa.chunked_array([[_text(value) for value in column.to_pylist()]], kind)
    return column.cast(kind)


def _with_all_columns(parts: Sequence[Path]) -> Iterator[Row]:
    """Rows of JSON Lines parts, each with every column that any row has, ours last."""
    names: dict[str, None] = {}
    for row in _rows(parts):
        names.update(dict.fromkeys(row))
    order = [*(name for name in names if name not in OUTPUTS), *OUTPUTS]
    for row in _rows(parts):
        yield {name: row.get(name) for name in order}


def _rows(parts: Sequence[Path]) -> Iterator[Row]:
    for part in parts:
        with part.open(encoding="utf-8") as stream:
            for line in stream:
                yield json.loads(line)
