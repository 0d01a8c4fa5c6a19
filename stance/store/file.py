"""The file: made whole, opened for moments, with errors that say what to do."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.errors import InputError, MissingExtraError, OutputError, UsageError
from stance.store import schema, scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Log = Callable[[str], None]

WAIT = 60.0
"""Seconds to wait for a file that another process has open. A run has it open for a fraction of a
second at a time, so only somebody's own DuckDB session holds it for longer."""

_CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_TELL_AFTER = 1.0
_KEPT = (
    "; what was written before is kept: free space or check the disk, then give the same command"
    " again"
)
_LOCKED = re.compile(r"Conflicting lock is held in (.+?)\.?(?: See also|$)", re.DOTALL)
_BUSY = ("Could not set lock on file", "different configuration than existing")
_ONE_AT_A_TIME = threading.RLock()  # of the threads of this process; the file's lock does the rest


class Store:
    """One DuckDB file of scores, documents, results and runs.

    The file is made where there is none, and is open only while something is read or written: two
    runs may share it, and it can be read while a run computes. Everything is written in
    transactions; a process killed anywhere leaves what was written before.

    ``wait`` is for how many seconds to wait for a file that another process has open; after the
    first, ``log`` is told who that is. ``known`` and ``new`` count the pairs that were looked up
    with success and those that were added.

    Raises UsageError where the file is something else, OutputError where it cannot be opened or
    a later version made it, InputError where ``read_only`` is given and there is no file,
    MissingExtraError without duckdb.

    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()) / "run.duckdb")
    >>> store.runs()
    []
    """

    def __init__(
        self,
        path: str | Path,
        *,
        read_only: bool = False,
        wait: float = WAIT,
        log: Log | None = None,
    ) -> None:
        self.path = Path(path)
        self.known = 0
        self.new = 0
        self._wait = wait
        self._log = log or logging.getLogger(__name__).warning
        _duckdb()
        if not read_only:
            _check_writable(self.path)
            _make(self.path)
        elif not self.path.is_file():
            raise InputError("no such store; check the spelling", file=str(path))
        _check_kind(self.path)
        with self.reading() as connection:
            version = schema.version_of(connection, self.path)
        if version < schema.VERSION:
            with self.writing() as connection:  # somebody else may have done it meanwhile
                schema.migrate(connection, schema.version_of(connection, self.path))

    def get(self, scorer: Mapping[str, object], keys: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (n, 3) of pairs by their keys (n, 32), NaN rows where one is unknown.

        ``scorer`` says everything else that a score depends on. Columns are supports, neutral,
        refutes, as they were scored.
        """
        with self.reading() as connection:
            found = scores.get(connection, scorer, keys)
        self.known += int((found[:, 0] == found[:, 0]).sum())
        return found

    def put(
        self, scorer: Mapping[str, object], keys: NDArray[np.uint8], probs: NDArray[np.float32]
    ) -> None:
        """Keep probabilities (n, 3) of pairs; those that are known already stay as they are."""
        with self.writing() as connection:
            self.new += scores.put(connection, scorer, keys, probs)

    def runs(self) -> list[dict[str, Any]]:
        """Every run, oldest first: its verb, status, settings, model, counts and seconds."""
        from stance.store import runs

        with self.reading() as connection:
            return runs.listed(connection)

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """The open file as a DuckDB connection that cannot write."""
        with self._connected(read_only=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """The open file in one transaction: all that is done with it is kept, or nothing."""
        with self._connected(read_only=False) as connection:
            connection.begin()
            yield connection
            connection.commit()

    @contextmanager
    def _connected(self, *, read_only: bool) -> Iterator[Any]:
        duckdb = _duckdb()
        with _ONE_AT_A_TIME:
            connection = self._open(read_only)
            try:
                yield connection
                connection.close()  # moves what was committed into the file, or leaves it beside
            except duckdb.Error as error:
                what = "read" if read_only else "write"
                advice = "; see whether the file is whole" if read_only else _KEPT
                raise OutputError(
                    f"cannot {what} the store {self.path}: {_first_line(error)}{advice}"
                ) from error
            finally:
                with suppress(duckdb.Error):
                    connection.close()

    def _open(self, read_only: bool) -> Any:
        duckdb = _duckdb()
        start = time.monotonic()
        told = False
        while True:
            try:
                return _connect(self.path, read_only=read_only)
            except duckdb.Error as error:
                if not any(sign in str(error) for sign in _BUSY):
                    raise OutputError(
                        f"cannot open the store {self.path}: {_first_line(error)}"
                    ) from error
                waited = time.monotonic() - start
                who = _who(str(error))
                if waited >= self._wait:
                    raise OutputError(
                        f"the store {self.path} is in use by {who}; wait for it to end or close "
                        "it there, or give another file"
                    ) from error
                if waited >= _TELL_AFTER and not told:
                    self._log(f"waiting for the store {self.path}, in use by {who}")
                    told = True
                time.sleep(min(0.1, self._wait))


def as_store(store: str | Path | Store | None, log: Log | None = None) -> Store | None:
    """A store as it is, or opened by its path; None stays None.

    >>> as_store(None) is None
    True
    """
    return Store(store, log=log) if isinstance(store, str | Path) else store


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError("duckdb", "store", "keeping a store") from None
    return duckdb


def _connect(path: Path, *, read_only: bool = False) -> Any:
    connection = _duckdb().connect(str(path), read_only=read_only, config=_CONFIG)
    connection.execute("SET enable_progress_bar = false")  # it would go to standard output
    return connection


def _make(path: Path) -> None:
    """An empty store, in place at once: a kill on the way leaves no half of one."""
    if path.is_file() and path.stat().st_size:
        return
    duckdb = _duckdb()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(draft)
        try:
            connection.begin()
            schema.create(connection)
            connection.commit()
            connection.execute("CHECKPOINT")  # closing would do it too, but say nothing on failure
        finally:
            connection.close()
        if path.is_file():
            draft.replace(path)  # over a file of no bytes
        else:
            _move_new(draft, path)
    except (OSError, duckdb.Error) as error:
        raise OutputError(
            f"cannot make the store {path}: {_first_line(error)}; check the folder, its "
            "permissions and the space left"
        ) from error
    finally:
        for left in (draft, draft.with_name(f"{draft.name}.wal")):
            left.unlink(missing_ok=True)


def _move_new(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first, and its store is as good
    except OSError:  # a file system without links
        draft.replace(path)


def _check_writable(path: Path) -> None:
    """Before a long run rather than at its end: can the file be written where it is?"""
    if path.is_dir():
        raise UsageError(f"the store {path} is a folder; give a file name such as run.duckdb")
    for place in (path, path.parent):
        if place.exists() and not os.access(place, os.W_OK):
            raise OutputError(f"cannot write the store {path}: {place} is read-only")


def _check_kind(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(12)
    if head[8:] != b"DUCK":
        raise UsageError(
            f"{path} is not a DuckDB file, and is left as it is; give another name for the store"
        )


def _who(message: str) -> str:
    found = _LOCKED.search(message)
    return found[1].strip() if found else "another part of this process"


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].removeprefix("IO Error: ")
