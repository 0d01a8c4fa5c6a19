"""A resumable run on disk: ``OUT.stance-run/`` beside the output, with a manifest and parts.

Every chunk of the input becomes one part, renamed into place whole. A run killed anywhere finds its
finished parts again; the output appears at once, when all parts are there. The manifest freezes
the command, the model and what was chosen, so a run taken up again computes the same bytes. The
versions of the libraries that took part are on record, and not frozen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any

from stance import __version__
from stance.errors import OutputError, UsageError, remedy
from stance.models import ModelRef

MANIFEST = "manifest.json"

_TOKENIZER_FILES = ("*token*.json", "vocab*", "merges*", "*.model")
"""tokenizer.json, what is said about it beside it, and what older tokenizers are made of."""


@dataclass(slots=True)
class Run:
    """The folder of a run; ``state`` is its manifest."""

    out: Path
    folder: Path
    state: dict[str, Any]
    lock: IO[str]

    @property
    def finished(self) -> bool:
        return bool(self.state.get("finished"))

    def part(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}"

    def save(self, **changes: object) -> None:
        """Put values into the manifest, safely."""
        self.state.update(changes)
        text = json.dumps(self.state, indent=1, ensure_ascii=False)
        write_whole(self.folder / MANIFEST, lambda path: path.write_text(text, "utf-8"))

    def save_part(self, number: int, content: bytes, counts: Mapping[str, int]) -> None:
        """Keep a finished part and what it counted; the counts first, so no part lacks them."""
        text = json.dumps(dict(counts))
        write_whole(self._counts(number), lambda path: path.write_text(text, "utf-8"))
        write_whole(self.part(number), lambda path: path.write_bytes(content))

    def numbers(self) -> list[int]:
        """The numbers of the finished parts, ascending."""
        return sorted(int(file.name.removeprefix("part-")) for file in self.folder.glob("part-*"))

    def read_counts(self, number: int) -> dict[str, int]:
        """What a finished part counted."""
        text = self._counts(number).read_text("utf-8")
        return {name: int(value) for name, value in json.loads(text).items()}

    def save_output(self, write: Callable[[Path], object]) -> None:
        """Let ``write`` fill the output, which appears when it is whole."""
        write_whole(self.out, write, drafts=self.folder)

    def finish(self, summary: Mapping[str, object]) -> None:
        """Record the finished output; its parts are no longer needed."""
        self.save(finished=True, out_bytes=self.out.stat().st_size, summary=dict(summary))
        self.clear()

    def clear(self) -> None:
        """Remove all parts."""
        for old in (*self.folder.glob("part-*"), *self.folder.glob("counts-*")):
            old.unlink()

    def close(self) -> None:
        self.lock.close()

    def _counts(self, number: int) -> Path:
        return self.folder / f"counts-{number:06d}.json"


def open_run(out: Path, command: Mapping[str, object], *, overwrite: bool) -> Run:
    """Take up the run that writes ``out``, or begin one.

    With ``overwrite`` a finished run, one of another command, or one whose manifest is damaged
    begins anew; an unfinished one of the same command goes on.

    Raises UsageError where ``out`` exists and another command (or nobody known) made it, where
    an unfinished run of another command is in the way, or where the same run is going on.
    """
    folder = out.with_name(f"{out.name}.stance-run")
    _held(out, folder, command, overwrite=overwrite)  # refused before anything is made
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise OutputError(
            f"cannot write beside {out}: {error.strerror or error}; {remedy(error)}"
        ) from error
    take(lock, out)
    for draft in folder.glob(".*"):  # of a process that was killed
        draft.unlink()
    try:  # again: another process may have finished meanwhile
        state = _held(out, folder, command, overwrite=overwrite)
    except UsageError:
        lock.close()
        raise
    finished = state is not None and state.get("finished")
    stale = finished and not out.is_file()
    same = state is not None and state.get("command") == dict(command)
    if state is None or stale or (overwrite and (finished or not same)):
        run = Run(out, folder, {"command": dict(command)}, lock)
        run.clear()
    else:
        run = Run(out, folder, state, lock)
    if run.finished:
        run.clear()  # killed between finishing and clearing up
    else:
        known, now = run.state.get("versions", []), _versions()
        run.save(versions=known if now in known else [*known, now])
    return run


def _held(
    out: Path, folder: Path, command: Mapping[str, object], *, overwrite: bool
) -> dict[str, Any] | None:
    """The manifest in a run's folder, None where none is; raises UsageError as open_run does.

    One under which nothing was done yet (a mistyped option) is in nobody's way.
    """
    state = _read_manifest(folder, overwrite=overwrite)
    if state is not None and not _begun(out, folder, state):
        return None
    if overwrite:
        return state
    if state is not None and state.get("command") != dict(command):
        differ = _difference(state.get("command", {}), command)
        raise UsageError(
            f"{out} belongs to another command ({differ}); choose another output, or give "
            "--overwrite"
        )
    whole = state is not None and state.get("finished") and out.is_file()
    changed = whole and state is not None and out.stat().st_size != state.get("out_bytes")
    if changed or (state is None and out.exists()):
        raise UsageError(
            f"{out} exists and is not what this command wrote; choose another output, or "
            "give --overwrite"
        )
    return state


def _begun(out: Path, folder: Path, state: Mapping[str, Any]) -> bool:
    """Whether anything was chosen, computed or written under a manifest."""
    return "frozen" in state or out.exists() or any(folder.glob("part-*"))


def write_whole(path: Path, write: Callable[[Path], object], *, drafts: Path | None = None) -> None:
    """Let ``write`` fill a file that takes its name only when it is whole and on the disk.

    Until then it lies in ``drafts``, a folder of the same disk, or beside its place.
    """
    draft = (drafts or path.parent) / f".{path.name}.{os.getpid()}"
    try:
        write(draft)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; {remedy(error)}"
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def model_identity(ref: ModelRef) -> dict[str, object]:
    """What scores depend on beside a model's weights, for the manifest.

    The calibration as it is, the files of tokenizer and config by their checksums; of a cascade
    those of both models.
    """
    parts = ref.parts or (ref,)
    held = [part.card.get("calibration") for part in parts]
    return {
        "calibration": held if ref.parts else held[0],
        "tokenizer_sha256": _files_sha256([part.path for part in parts], _TOKENIZER_FILES),
        "config_sha256": _files_sha256([part.path for part in parts], ("config.json",)),
    }


def _files_sha256(folders: Sequence[Path], patterns: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted({file for pattern in patterns for file in folder.glob(pattern)}):
            digest.update(f"{file.name}\0{file_sha256(file)}\n".encode())
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    found = {"stance": __version__}
    for name in ("torch", "transformers", "tokenizers", "numpy", "pyarrow", "openvino", "nncf"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_manifest(folder: Path, *, overwrite: bool) -> dict[str, Any] | None:
    try:
        state = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        if overwrite and isinstance(error, ValueError):
            return None
        raise UsageError(
            f"the manifest in {folder} cannot be read ({error}); remove the folder or give "
            "--overwrite"
        ) from error
    return state if isinstance(state, dict) else None


def _difference(held: Mapping[str, object], asked: Mapping[str, object]) -> str:
    for name in sorted({*held, *asked}):
        if held.get(name) != asked.get(name):
            return f"its {name} was {held.get(name)!r}, now {asked.get(name)!r}"
    return "its manifest is damaged"


def take(lock: IO[str], out: Path) -> None:
    """Hold the run's lock; the system frees it when the process ends, however it ends."""
    with suppress(ImportError):  # no fcntl on Windows: two runs at once are not caught there
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise UsageError(f"another process is writing {out}; wait for it to end") from error
