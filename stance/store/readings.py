"""What documents say when each is read alone: kept for :class:`stance.archive.Archive`.

A reading depends on the document and on the code that reads it, and is known by the digests of
both; nothing has to be told when either changes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance.store.digests import SIZE
from stance.store.results import document_digest
from stance.store.strings import restored, storable
from stance.types import Attribution, Date, Document, Passage, Span

if TYPE_CHECKING:
    from stance.store.file import Store

_PACKAGES = ("sentencex", "PyStemmer", "py3langid", "rapidfuzz")


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """Paragraphs as numbers of words: paragraph ``i``, of document ``homes[i]``, has ``rows[i]``.

    ``words`` gives each word its number, from 0 without gaps; ``points[i]`` is the paragraph's
    vector in half precision.
    """

    rows: list[list[int]]
    homes: NDArray[np.intp]
    words: dict[str, int]
    points: NDArray[np.float16]


def kept_passages(
    store: Store, documents: Sequence[Document], read: Callable[[Document], list[Passage]]
) -> list[list[Passage]]:
    """The passages of each document: those that are known, and those that ``read`` gives."""
    names = [document_digest(d) for d in documents]
    with store.reading() as connection:
        _register(connection, names)
        rows = connection.sql(
            "SELECT a.nth, r.passages FROM asked a JOIN readings r USING (document, reader)"
        ).fetchall()
    found = {n: [_passage(p) for p in json.loads(text)] for n, text in rows}
    new = {n: read(d) for n, d in enumerate(documents) if n not in found}
    if new:
        texts = [json.dumps([dataclasses.asdict(p) for p in new[n]], default=str) for n in new]
        with store.writing() as connection:
            _insert(connection, "readings", [names[n] for n in new], passages=texts)
    return [found[n] if n in found else new[n] for n in range(len(documents))]


def kept_terms(
    store: Store,
    documents: Sequence[Document],
    split: Callable[[Document], list[list[str]]],
    place: Callable[[Sequence[Document]], list[NDArray[np.float16]]],
) -> Terms:
    """The words and vectors of every paragraph of the documents: those that are known, and what
    ``split`` and ``place`` give for the rest.
    """
    names = [document_digest(d) for d in documents]
    with store.reading() as connection:
        _register(connection, names)
        known = connection.sql(
            "SELECT a.nth FROM asked a JOIN paragraphs p USING (document, reader)"
        ).fetchnumpy()["nth"]
    old = set(known.tolist())
    new = {n: split(d) for n, d in enumerate(documents) if n not in old}
    if new:
        points = [rows.tobytes() for rows in place([documents[n] for n in new])]
        with store.writing() as connection:
            _keep_terms(connection, [names[n] for n in new], list(new.values()), points)
    with store.reading() as connection:
        _register(connection, names)
        table = connection.sql(
            "SELECT a.nth, p.lengths, p.terms, p.points FROM asked a"
            " JOIN paragraphs p USING (document, reader) ORDER BY a.nth"
        ).to_arrow_table()
        vocabulary = dict(connection.sql("SELECT term, word FROM terms").fetchall())
    lengths = _flat(table["lengths"])
    used, numbers = np.unique(_flat(table["terms"]), return_inverse=True)
    per_document = [len(row) for row in table["lengths"].to_pylist()]
    ends = np.cumsum(lengths).tolist()
    flat = numbers.tolist()
    return Terms(
        [flat[end - size : end] for end, size in zip(ends, lengths.tolist(), strict=True)],
        np.repeat(table["nth"].to_numpy(), per_document).astype(np.intp),
        {restored(vocabulary[term]): i for i, term in enumerate(used.tolist())},
        _points(table["points"], len(lengths)),
    )


@cache
def reader() -> bytes:
    """A digest of all code that reads: of this package, and versions of what it reads with."""
    from stance import __version__

    root = Path(__file__).parents[1]
    found = hashlib.blake2b(" ".join([__version__, *map(version, _PACKAGES)]).encode())
    for file in sorted([*root.rglob("*.py"), *(root / "data").glob("*.*")]):
        found.update(file.read_bytes())
    return found.digest()[:SIZE]


def _register(connection: Any, names: Sequence[bytes]) -> None:
    import pyarrow as pa

    asked = {
        "nth": pa.array(range(len(names)), pa.int64()),
        "document": pa.array(names, pa.binary()),
        "reader": pa.array([reader()] * len(names), pa.binary()),
    }
    connection.register("asked", pa.table(asked))


def _insert(connection: Any, table: str, names: Sequence[bytes], **columns: Any) -> None:
    """Put the readings of documents in the place of what was known of them."""
    import pyarrow as pa

    numbers = pa.list_(pa.int32())
    kinds = {"passages": pa.string(), "lengths": numbers, "terms": numbers, "points": pa.binary()}
    rows = {
        "document": pa.array(names, pa.binary()),
        "reader": pa.array([reader()] * len(names), pa.binary()),
        **{name: pa.array(values, kinds[name]) for name, values in columns.items()},
    }
    connection.register("new_rows", pa.table(rows))
    connection.execute(f"DELETE FROM {table} WHERE document IN (SELECT document FROM new_rows)")
    # a document that is given twice is read once
    connection.execute(f"INSERT INTO {table} BY NAME SELECT DISTINCT ON (document) * FROM new_rows")


def _keep_terms(
    connection: Any, names: Sequence[bytes], split: list[list[list[str]]], points: list[bytes]
) -> None:
    import pyarrow as pa

    known = {w: t for t, w in connection.sql("SELECT term, word FROM terms").fetchall()}
    first = len(known)
    numbered = [
        [known.setdefault(storable(w), len(known)) for paragraph in document for w in paragraph]
        for document in split
    ]
    new = list(known.items())[first:]
    rows = {"term": [number for _, number in new], "word": [word for word, _ in new]}
    types = pa.schema([("term", pa.int32()), ("word", pa.string())])
    connection.register("new_terms", pa.table(rows, schema=types))
    connection.execute("INSERT INTO terms SELECT * FROM new_terms")
    lengths = [[len(paragraph) for paragraph in document] for document in split]
    _insert(connection, "paragraphs", names, lengths=lengths, terms=numbered, points=points)


def _points(column: Any, count: int) -> NDArray[np.float16]:
    """The vectors of all documents, in order: ``(count, size)``."""
    joined = b"".join(value for chunk in column.chunks for value in chunk.to_pylist())
    flat: NDArray[np.float16] = np.frombuffer(joined, np.float16)
    return flat.reshape(count, -1) if count else flat.reshape(0, 1)


def _flat(column: Any) -> NDArray[np.int64]:
    parts: Iterable[Any] = (chunk.flatten().to_numpy() for chunk in column.chunks)
    return np.concatenate([np.zeros(0, np.int64), *parts]).astype(np.int64)


def _passage(row: dict[str, Any]) -> Passage:
    said = row["attribution"]
    if said is not None:
        date = said["statement_date"]
        said = Attribution(
            **said
            | {
                "content": tuple(Span(**span) for span in said["content"]),
                "statement_date": date
                and Date(dt.date.fromisoformat(date["start"]), date["precision"]),
            }
        )
    return Passage(**row | {"attribution": said})
