"""Scores kept between runs: a file of (text, claim) digests and their probabilities."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stance.errors import OutputError

_ASK = 500  # keys a query: under the smallest limit of variables that SQLite is built with


class ScoreStore(Protocol):
    """Where scores are kept. Keys are digests that hold everything a score depends on."""

    def get(self, keys: Sequence[bytes]) -> NDArray[np.float32]:
        """(n, 3) probabilities, NaN rows where a key is unknown."""

    def put(self, keys: Sequence[bytes], probs: NDArray[np.float32]) -> None:
        """Keep (n, 3) probabilities."""


def pair_keys(scope: bytes, pairs: Sequence[tuple[str, str]]) -> list[bytes]:
    """16-byte digests of pairs under a scope: weights, tokenizer, backend, dtype, longest input."""
    keys = []
    for text, claim in pairs:
        digest = hashlib.blake2b(scope, digest_size=16)
        digest.update(text.encode())
        digest.update(b"\0")  # no scored string holds one
        digest.update(claim.encode())
        keys.append(digest.digest())
    return keys


class ScoreCache:
    """A :class:`ScoreStore` in one SQLite file; several processes may share it.

    >>> with ScoreCache(":memory:") as cache:
    ...     cache.put([b"k"], np.array([[0.5, 0.25, 0.25]], dtype=np.float32))
    ...     cache.get([b"k", b"?"]).tolist()
    [[0.5, 0.25, 0.25], [nan, nan, nan]]
    """

    def __init__(self, path: str | Path) -> None:
        try:
            self._file = sqlite3.connect(path, timeout=60.0)
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = NORMAL")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS scores (key BLOB PRIMARY KEY, probs BLOB NOT NULL)"
                " WITHOUT ROWID"
            )
        except sqlite3.Error as error:
            raise OutputError(
                f"cannot keep scores in {path}: {error}; name a file that can be written"
            ) from error

    def get(self, keys: Sequence[bytes]) -> NDArray[np.float32]:
        """(n, 3) probabilities, NaN rows where a key is unknown."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _ASK):
            part = keys[start : start + _ASK]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, probs FROM scores WHERE key IN ({marks})"
            found.update(self._file.execute(query, part))
        unknown = np.full(3, np.nan, dtype="<f4").tobytes()
        joined = b"".join(found.get(key, unknown) for key in keys)
        return np.frombuffer(joined, dtype="<f4").reshape(-1, 3).astype(np.float32)

    def put(self, keys: Sequence[bytes], probs: NDArray[np.float32]) -> None:
        """Keep (n, 3) probabilities."""
        rows = (row.tobytes() for row in probs.astype("<f4"))
        with self._file:
            self._file.executemany(
                "INSERT OR REPLACE INTO scores VALUES (?, ?)", zip(keys, rows, strict=True)
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> ScoreCache:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
