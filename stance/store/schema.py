"""The tables, and how those of earlier versions become them."""

from __future__ import annotations

from typing import Any

from stance.errors import OutputError, UsageError

VERSION = 3
"""Goes up with every change of the tables; ``MIGRATIONS`` leads from each version to the next."""

TABLES = """
CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
CREATE TABLE scorers (
    scorer INTEGER PRIMARY KEY, digest BLOB NOT NULL, weights VARCHAR,
    tokenizer VARCHAR, head VARCHAR, backend VARCHAR, dtype VARCHAR, max_length INTEGER
);
CREATE TABLE scores (
    scorer INTEGER NOT NULL, text BLOB NOT NULL, claim BLOB NOT NULL,
    p_supports FLOAT NOT NULL, p_neutral FLOAT NOT NULL, p_refutes FLOAT NOT NULL
);
CREATE TABLE runs (
    run_id INTEGER PRIMARY KEY, verb VARCHAR NOT NULL, status VARCHAR NOT NULL,
    started TIMESTAMP NOT NULL, ended TIMESTAMP, seconds DOUBLE, command VARCHAR,
    settings VARCHAR, model VARCHAR, versions VARCHAR, counts VARCHAR, error VARCHAR,
    host VARCHAR, pid INTEGER
);
CREATE TABLE documents (
    document BLOB NOT NULL, doc_id VARCHAR NOT NULL, source VARCHAR NOT NULL, date VARCHAR,
    title VARCHAR, url VARCHAR, lang VARCHAR, text VARCHAR NOT NULL, extra VARCHAR NOT NULL
);
CREATE TABLE run_documents (run_id INTEGER NOT NULL, nth INTEGER NOT NULL, document BLOB NOT NULL);
CREATE TABLE passages (
    document BLOB NOT NULL, passage BLOB NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    holder VARCHAR NOT NULL, holder_type VARCHAR NOT NULL, affiliation VARCHAR,
    kind VARCHAR NOT NULL, text VARCHAR NOT NULL, premise BLOB NOT NULL
);
CREATE TABLE claims (
    run_id INTEGER NOT NULL, claim_id VARCHAR NOT NULL, claim VARCHAR NOT NULL,
    digest BLOB NOT NULL, origin VARCHAR NOT NULL,
    members STRUCT(doc_id VARCHAR, start BIGINT, "end" BIGINT, text VARCHAR, holder VARCHAR)[],
    first_date VARCHAR, first_holder VARCHAR
);
CREATE TABLE stances (
    run_id INTEGER NOT NULL, doc_id VARCHAR NOT NULL, source VARCHAR NOT NULL, date VARCHAR,
    holder VARCHAR NOT NULL, holder_type VARCHAR NOT NULL, affiliation VARCHAR,
    claim_id VARCHAR NOT NULL, claim VARCHAR NOT NULL, stance VARCHAR,
    p_supports DOUBLE, p_refutes DOUBLE, p_neutral DOUBLE, p_unrelated DOUBLE, confidence DOUBLE,
    conditional BOOLEAN, status VARCHAR NOT NULL, reason VARCHAR, statement_date VARCHAR,
    evidence STRUCT(start BIGINT, "end" BIGINT, text VARCHAR, p_supports DOUBLE,
                    p_refutes DOUBLE)[]
);
"""

READINGS = """
CREATE TABLE readings (
    document BLOB NOT NULL, reader BLOB NOT NULL, passages VARCHAR NOT NULL
);
CREATE TABLE paragraphs (
    document BLOB NOT NULL, reader BLOB NOT NULL, lengths INTEGER[] NOT NULL,
    terms INTEGER[] NOT NULL
);
CREATE TABLE terms (term INTEGER NOT NULL, word VARCHAR NOT NULL);
"""

POINTS = """
DELETE FROM paragraphs;
ALTER TABLE paragraphs ADD COLUMN points BLOB;
"""

MIGRATIONS = {1: READINGS, 2: POINTS}
"""From a version to the next: what is to be done to its tables. Never changed once released."""


def create(connection: Any) -> None:
    """Make the tables of this version in an empty database."""
    connection.execute(TABLES)
    connection.execute(READINGS)
    connection.execute(POINTS)
    connection.execute("INSERT INTO meta VALUES ('schema', ?)", [str(VERSION)])


def version_of(connection: Any, path: object) -> int:
    """The version of a store's tables.

    Raises UsageError for a database that is no store, OutputError for one that a later version of
    this library made.
    """
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
    names = {name for (name,) in connection.execute(tables).fetchall()}
    found = []
    if "meta" in names:
        found = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchall()
    if not found:
        raise UsageError(
            f"{path} is a DuckDB database but no store of stance; give another file name"
        )
    version = int(found[0][0])
    if version > VERSION:
        raise OutputError(
            f"the store {path} was made by a later version of stance (schema {version}, this one "
            f"knows {VERSION}); upgrade with: pip install -U stance-tracker, or give another file"
        )
    return version


def migrate(connection: Any, version: int) -> None:
    """Bring the tables from ``version`` to this one's; all in the caller's transaction."""
    for step in range(version, VERSION):
        connection.execute(MIGRATIONS[step])
    connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", [str(VERSION)])
