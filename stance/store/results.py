"""Documents, and what a run found in them: passages, claims, stances."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from stance.dates import parse_date
from stance.evidence import premise
from stance.records import record
from stance.store.digests import digest
from stance.store.strings import restored, storable_row
from stance.types import Claim, Document, Passage, Stance
from stance.writers import arrow_schema

if TYPE_CHECKING:
    from stance.store.file import Store
    from stance.store.runs import Entry

_FIELDS = ("id", "source", "date", "title", "url", "lang", "text")


def document_digest(document: Document) -> bytes:
    """What tells a document from every other: all its fields.

    >>> document_digest(Document("d", "Rain.", "Herald")) == document_digest(
    ...     Document("d", "Rain.", "Ledger"))
    False
    """
    fields = [getattr(document, name) for name in _FIELDS]
    fields[2] = document.date and str(document.date)
    return digest(json.dumps([*fields, _extra(document)]))


def keep_results(
    entry: Entry,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    claims: Sequence[Claim],
    stances: Sequence[Stance],
) -> None:
    """Keep what a run read and found, where it has a store.

    Documents are kept once, whatever the number of runs. Passages are as the newest run that read
    their document cut it. Claims and stances are kept for every run.
    """
    if entry.store is None:
        return
    with entry.store.writing() as connection:
        names = _keep_documents(connection, entry.run_id, documents)
        _keep_passages(connection, names, passages)
        _insert(connection, "claims", Claim, entry.run_id, claims)
        _insert(connection, "stances", Stance, entry.run_id, stances)


def documents(store: Store, run_id: int | None = None) -> list[Document]:
    """The documents of a run in their order, or all that the store knows.

    >>> documents(Store("run.duckdb"))[0].source  # doctest: +SKIP
    'The Ledger'
    """
    query = "SELECT d.* FROM documents d"
    if run_id is not None:
        query += " JOIN run_documents r USING (document) WHERE r.run_id = ? ORDER BY r.nth"
    with store.reading() as connection:
        given = [] if run_id is None else [run_id]
        rows = connection.sql(query, params=given).to_arrow_table().to_pylist()
    return [_document(row) for row in rows]


def _document(row: dict[str, Any]) -> Document:
    text = {k: restored(v) if isinstance(v, str) else v for k, v in row.items()}
    return Document(
        id=text["doc_id"],
        text=text["text"],
        source=text["source"],
        date=parse_date(text["date"]) if text["date"] else None,
        title=text["title"],
        url=text["url"],
        lang=text["lang"],
        extra=json.loads(row["extra"]),
    )


def _keep_documents(
    connection: Any, run_id: int, documents: Sequence[Document]
) -> dict[str, bytes]:
    """New documents, and which ones the run had; gives the digest of each id."""
    import pyarrow as pa

    names = [document_digest(d) for d in documents]
    run = {"nth": range(len(names)), "document": names}
    types = pa.schema([("nth", pa.int32()), ("document", pa.binary())])
    connection.register("run_rows", pa.table(run, schema=types))
    connection.execute(f"INSERT INTO run_documents SELECT {run_id}, nth, document FROM run_rows")
    known = connection.execute(
        "SELECT r.nth FROM run_rows r JOIN documents d USING (document)"
    ).fetchnumpy()
    old = set(known["nth"].tolist())
    new = {names[n]: d for n, d in enumerate(documents) if n not in old}
    columns = ("document", "doc_id", "source", "date", "title", "url", "lang", "text", "extra")
    rows = [{"document": name, **_document_row(d), "extra": _extra(d)} for name, d in new.items()]
    schema = pa.schema([(c, pa.binary() if c == "document" else pa.string()) for c in columns])
    connection.register("new_documents", pa.Table.from_pylist(rows, schema=schema))
    connection.execute("INSERT INTO documents BY NAME SELECT * FROM new_documents")
    return {d.id: name for d, name in zip(documents, names, strict=True)}


def _document_row(document: Document) -> dict[str, Any]:
    row = {name: getattr(document, name) for name in _FIELDS[1:]}
    row |= {"doc_id": document.id, "date": document.date and str(document.date)}
    stored = storable_row(row)
    assert isinstance(stored, dict)
    return stored


def _extra(document: Document) -> str:
    return json.dumps(dict(document.extra), default=str)


def _keep_passages(connection: Any, names: dict[str, bytes], passages: Iterable[Passage]) -> None:
    import pyarrow as pa

    rows = [_passage_row(names[p.doc_id], p) for p in passages if p.doc_id in names]
    text = ("holder", "holder_type", "affiliation", "kind", "text")
    types = {"start": pa.int32(), "end": pa.int32()} | dict.fromkeys(text, pa.string())
    binary = dict.fromkeys(("document", "passage", "premise"), pa.binary())
    schema = pa.schema([*(binary | types).items()])
    connection.register("new_passages", pa.Table.from_pylist(rows, schema=schema))
    connection.execute(
        "DELETE FROM passages WHERE document IN (SELECT document FROM run_rows)"
        " AND passage NOT IN (SELECT passage FROM new_passages)"
    )
    connection.execute(
        "INSERT INTO passages BY NAME SELECT * FROM new_passages n"
        " WHERE NOT EXISTS (SELECT 1 FROM passages p WHERE p.passage = n.passage)"
    )


def _passage_row(document: bytes, passage: Passage) -> dict[str, Any]:
    names = ("start", "end", "holder", "holder_type", "affiliation", "kind", "text")
    row = storable_row({name: getattr(passage, name) for name in names})
    assert isinstance(row, dict)
    read = digest(premise(passage))
    name = digest(json.dumps([document.hex(), read.hex(), *row.values()]))
    return {"document": document, "passage": name, "premise": read, **row}


def _insert(connection: Any, table: str, kind: type, run_id: int, rows: Sequence[object]) -> None:
    import pyarrow as pa

    plain = [storable_row(record(row)) for row in rows]
    new = pa.Table.from_pylist(plain, schema=arrow_schema(kind))
    if table == "claims":
        column = pa.array([digest(row.text) for row in rows], pa.binary())  # type: ignore[attr-defined]
        new = new.append_column("digest", column)
    connection.register("new_rows", new)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT {run_id} AS run_id, * FROM new_rows")
