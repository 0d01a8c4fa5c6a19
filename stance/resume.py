"""What a killed ``stance track`` had scored already, kept beside its output until it is finished.

Scoring is the one expensive stage, and everything else follows from it and the input. So windows
of scores are all that is kept: the same command computes the rest again, in the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.errors import OutputError, remedy

if TYPE_CHECKING:
    from stance.inference import NLI
    from stance.store import Store

WINDOW = 4_096
"""Pairs scored and kept at once: what a kill can cost."""

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class KeptScores:
    """A model that scores in windows and keeps each in ``folder`` (nothing where it is None).

    A window is known again by ``run`` (what decides the output), backend, dtype and its pairs:
    it is taken only where it would be computed in the same way, so that bytes stay the same.
    Pairs that ``store`` knows are not computed.
    """

    nli: NLI
    folder: Path | None
    run: str
    store: Store | None = None

    def score(self, pairs: Pairs) -> NDArray[np.float32]:
        """``(n, 3)`` in the order supports, neutral, refutes; NaN rows that cannot be scored."""
        windows = [pairs[i : i + WINDOW] for i in range(0, len(pairs), WINDOW)]
        if not windows:
            return np.zeros((0, 3), np.float32)
        choice = self.nli.choose(self.nli.plan(windows[0]))
        names = [self._name(str(choice), window) for window in windows]
        held = [self._read(name, len(w)) for name, w in zip(names, windows, strict=True)]
        missing = [w for w, known in zip(windows, held, strict=True) if known is None]
        fresh = self.nli.score_windows(missing, choice, self.store)
        for place, known in enumerate(held):
            if known is None:
                held[place] = probs = next(fresh).probs
                self._keep(names[place], probs)
        return np.concatenate([known for known in held if known is not None])

    def _name(self, choice: str, window: Pairs) -> str:
        digest = hashlib.blake2b(f"{self.run} {choice}".encode(), digest_size=16)
        digest.update(json.dumps(window).encode())
        return digest.hexdigest()

    def _read(self, name: str, rows: int) -> NDArray[np.float32] | None:
        if self.folder is None or not (self.folder / name).is_file():
            return None
        values = np.frombuffer((self.folder / name).read_bytes(), "<f4")
        return values.reshape(rows, 3).astype(np.float32) if values.size == rows * 3 else None

    def _keep(self, name: str, probs: NDArray[np.float32]) -> None:
        from stance.inference.run import write_whole

        if self.folder is not None:
            data = probs.astype("<f4").tobytes()
            write_whole(self.folder / name, lambda draft: draft.write_bytes(data))


@contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """A hidden folder beside ``target`` for one process at a time; it outlives a failure.

    Raises OutputError before any work is done where nothing can be written there, and UsageError
    where another process is writing ``target``. Whoever finished removes it with :func:`discard`.
    """
    from stance.inference.run import take

    try:
        place = target.resolve()  # "." has no name, and a link may lead to another disk
        folder = place.with_name(f".{place.name}.part")
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
    except (OSError, ValueError) as error:  # a name with NUL is no path at all
        reason = getattr(error, "strerror", None) or error
        raise OutputError(
            f"cannot write beside {str(target)[:200]!r}: {reason}; {remedy(error)}"
        ) from error
    with lock:
        take(lock, target)
        yield folder


def discard(folder: Path) -> None:
    """Remove what a finished run kept."""
    shutil.rmtree(folder, ignore_errors=True)
