"""What runs know, kept between them in one DuckDB file: scores, documents, results, the runs.

:class:`Store` owns the file; the other modules put one kind of rows in and take them out. docs/
store.md describes the tables, which anyone may query with DuckDB itself.
"""

from stance.store.file import Store, as_store

__all__ = ["Store", "as_store"]
