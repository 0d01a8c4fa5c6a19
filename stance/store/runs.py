"""What was run: one row per run, written when it begins and again when it ends."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stance.errors import StanceError, UsageError
from stance.redaction import redacted
from stance.store.strings import restored, storable

if TYPE_CHECKING:
    from stance.store.file import Store

_JSON = ("settings", "model", "versions", "counts")
_BRIEF = ("documents", "claims", "rows", "pairs", "pairs_known", "pairs_new", "stances")


@dataclass(slots=True)
class Entry:
    """A run while it goes on; ``model`` and ``counts`` are written when it ends."""

    store: Store | None = None
    run_id: int = 0
    model: Mapping[str, object] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def recorded(
    store: Store | None,
    verb: str,
    *,
    command: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> Iterator[Entry]:
    """Record what happens inside as a run: ``running``, then ``done``, ``failed``, ``interrupted``.

    Without a store nothing is recorded. A run whose process was killed stays ``running`` in the
    file and is listed as ``stopped``.

    >>> with recorded(None, "track") as entry:
    ...     entry.counts["documents"] = 3
    """
    if store is None:
        yield Entry()
        return
    begun = time.monotonic()
    with store.writing() as connection:
        entry = Entry(store, _begin(connection, verb, command, settings or {}))
    known, new = store.known, store.new

    def close(status: str, error: str | None = None) -> None:
        # a verb whose processes had the file open counts for itself
        seen = {"pairs_known": store.known - known, "pairs_new": store.new - new}
        entry.counts = seen | entry.counts
        with store.writing() as connection:
            _end(connection, entry, status, error, time.monotonic() - begun)

    try:
        yield entry
    except BaseException as raised:
        status = "failed" if isinstance(raised, Exception) else "interrupted"
        with suppress(StanceError):  # what stopped the run matters more than what stops this
            close(status, f"{type(raised).__name__}: {raised}")
        raise
    close("done")


def listed(connection: Any) -> list[dict[str, Any]]:
    """Every run as a row, oldest first."""
    rows = connection.sql("SELECT * FROM runs ORDER BY run_id").to_arrow_table().to_pylist()
    return [_row(row) for row in rows]


def listing(
    rows: Sequence[Mapping[str, Any]], run_id: int | None = None, format: str = "jsonl"
) -> list[dict[str, Any]]:
    """Rows for people: the main columns of every run, or all of one.

    Settings and the like are objects in ``jsonl``, JSON in other formats; as a ``table`` to look
    at, one run has a row per field. Raises UsageError where the store holds no run of that number.

    >>> run = {"run_id": 1, "verb": "track", "status": "done", "started": "2024-05-02T08:00:00Z",
    ...        "seconds": 2.5, "settings": {"seed": 0}, "model": {"model": "small"},
    ...        "counts": {"documents": 3}, "command": None}
    >>> listing([run], 1, "table")[5]
    {'field': 'settings.seed', 'value': 0}
    """
    if run_id is None:
        found = [_brief(row) for row in rows]
    else:
        found = [dict(row) for row in rows if row["run_id"] == run_id]
    if run_id is not None and not found:
        known = f"runs up to {rows[-1]['run_id']}" if rows else "no run yet"
        raise UsageError(f"the store holds no run {run_id}; it holds {known}")
    if format == "jsonl":
        return found
    if format == "table":
        return [_short(row) for row in found] if run_id is None else list(_fields(found[0]))
    return [
        {k: json.dumps(v) if isinstance(v, dict) else v for k, v in row.items()} for row in found
    ]


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """A row narrow enough for a terminal."""
    shown = {k: v for k, v in row.items() if k not in ("settings", "command")}
    settings = " ".join(f"{k}={v}" for k, v in row["settings"].items() if v)
    return shown | {"sha256": (row["sha256"] or "")[:12], "settings": settings}


def _brief(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("run_id", "verb", "status", "started", "seconds")},
        **{name: row["counts"].get(name) for name in _BRIEF},
        "model": row["model"].get("model"),
        "sha256": row["model"].get("sha256"),
        "settings": row["settings"],
        "command": row["command"],
    }


def _fields(row: Mapping[str, Any], prefix: str = "") -> Iterator[dict[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping) and value:
            yield from _fields(value, f"{prefix}{name}.")
        else:
            yield {"field": prefix + name, "value": value}


def _begin(connection: Any, verb: str, command: str | None, settings: Mapping[str, object]) -> int:
    next_number = "SELECT coalesce(max(run_id), 0) + 1 FROM runs"
    ((run_id,),) = connection.execute(next_number).fetchall()
    connection.execute(
        "INSERT INTO runs (run_id, verb, status, started, command, settings, versions, host, pid)"
        " VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?)",
        [
            run_id,
            verb,
            _now(),
            None if command is None else storable(redacted(command)),
            json.dumps(redacted(dict(settings)), default=str),
            json.dumps(_versions()),
            storable(platform.node()),
            os.getpid(),
        ],
    )
    return int(run_id)


def _end(connection: Any, entry: Entry, status: str, error: str | None, seconds: float) -> None:
    connection.execute(
        "UPDATE runs SET status = ?, ended = ?, seconds = ?, model = ?, counts = ?, error = ?"
        " WHERE run_id = ?",
        [
            status,
            _now(),
            round(seconds, 3),
            json.dumps(redacted(dict(entry.model)), default=str),
            json.dumps(entry.counts),
            None if error is None else storable(redacted(error)),
            entry.run_id,
        ],
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    from stance import __version__

    names = ("torch", "transformers", "tokenizers", "numpy", "duckdb")
    return {"stance": __version__, **{name: version(name) for name in names}}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    out = {k: restored(v) if isinstance(v, str) else v for k, v in row.items()}
    out |= {name: json.loads(row[name] or "{}") for name in _JSON}
    for name in ("started", "ended"):
        out[name] = f"{row[name].isoformat()}Z" if row[name] else None
    if row["status"] == "running" and row["host"] == platform.node() and _gone(row["pid"]):
        out["status"] = "stopped"
    return out


def _gone(pid: int) -> bool:
    """Whether no process of this machine has the number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
