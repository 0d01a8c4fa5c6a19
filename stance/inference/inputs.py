"""What ``stance score`` reads besides a file: data sets of the hub, and how a source is told apart.

``hf://owner/name[@revision][/config][/split]`` is streamed, never downloaded whole. A folder
``owner/name`` in the working directory is taken first, so a downloaded copy works offline.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from stance.errors import InputError, StanceError, UsageError
from stance.inference.run import file_sha256
from stance.rows import Problem, csv_header, numbered_rows

_HUB = re.compile(r"hf://([^/@]+/[^/@]+)(?:@([^/]+))?(?:/([^/]+))?(?:/([^/]+))?/?")
_FORM = "hf://owner/name[@revision][/config][/split]"


@dataclass(frozen=True, slots=True)
class HubTable:
    """One split of a data set of the hub. ``identity`` is its commit, or its files' checksum."""

    repo: str
    revision: str | None
    config: str | None
    split: str
    identity: str = ""


def parse_hub(address: str) -> HubTable:
    """Read an address; an unnamed split is ``""`` until :func:`opened` finds the only one.

    >>> parse_hub("hf://nyu-mll/glue@main/mnli/train")
    HubTable(repo='nyu-mll/glue', revision='main', config='mnli', split='train', identity='')
    >>> parse_hub("hf://stanfordnlp/snli/test").config is None
    True
    """
    found = _HUB.fullmatch(address)
    if found is None:
        raise UsageError(f"'{address}' is no data set of the hub; write {_FORM}")
    repo, revision, first, second = found.groups()
    config, split = (first, second) if second else (None, first)
    return HubTable(repo, revision, config, split or "")


def opened(source: object) -> object:
    """A source as it is; an ``hf://`` address as the table it names, pinned to today's commit.

    Raises InputError where the hub cannot be reached or has no such data set or split.
    """
    if not isinstance(source, str) or not source.startswith("hf://"):
        return source
    table = parse_hub(source)
    from datasets import get_dataset_split_names

    with _reading(table):
        if Path(table.repo).is_dir():
            if table.revision:
                raise UsageError(
                    f"{source} names the folder {table.repo} here, which has no revision; "
                    "leave @ away, or work in another directory"
                )
            table = replace(table, identity=_folder_sha256(Path(table.repo)))
        else:
            from huggingface_hub import HfApi

            found = HfApi().dataset_info(table.repo, revision=table.revision, timeout=30).sha
            table = replace(table, revision=found, identity=str(found))
        splits = get_dataset_split_names(table.repo, table.config, revision=table.revision)
    if not table.split and len(splits) == 1:
        table = replace(table, split=splits[0])
    if table.split not in splits:
        asked = f"no split '{table.split}'" if table.split else "more than one split"
        raise UsageError(f"{source} has {asked}; name one of {', '.join(splits)}: {_FORM}")
    return table


def rows_in(source: object) -> object:
    """What :func:`stance.rows.numbered_rows` reads a source from."""
    return _hub_rows(source) if isinstance(source, HubTable) else source


def _hub_rows(table: HubTable) -> Iterator[Any]:
    from datasets import load_dataset

    with _reading(table):
        yield from load_dataset(
            table.repo, table.config, split=table.split, revision=table.revision, streaming=True
        )


@contextmanager
def _reading(table: HubTable) -> Iterator[None]:
    """Turns whatever the hub's clients raise, which changes with their versions, into one error."""
    try:
        yield
    except StanceError:
        raise
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"cannot be read from the hub ({reason}); check the name and the network, or fetch it "
            f"once: hf download {table.repo} --repo-type dataset --local-dir {table.repo}",
            file=f"hf://{table.repo}",
        ) from error


def _folder_sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder)}\0{file_sha256(file)}\n".encode())
    return digest.hexdigest()


@contextmanager
def told_apart(source: object) -> Iterator[tuple[str, int | None]]:
    """As :func:`identity`; standard input is read to its end first, to be told from another.

    While the context lasts standard input gives what it gave, from a temporary file.
    """
    if not (isinstance(source, str) and source == "-"):
        yield identity(source)
        return
    given = sys.stdin
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(given.buffer, copy)
        copy.seek(0)
        digest = hashlib.file_digest(copy, "sha256").hexdigest()
        copy.seek(0)
        rows = _lines(copy)
        copy.seek(0)
        sys.stdin = io.TextIOWrapper(copy)
        try:
            yield digest, rows
        finally:
            sys.stdin = given


def identity(source: object) -> tuple[str, int | None]:
    """What tells a source from another, and its rows where they can be counted, for the progress.

    An object in memory is never the same twice: such a run cannot be taken up again.
    """
    if isinstance(source, HubTable):
        return f"{source.identity} {source.config or ''} {source.split}", None
    if not isinstance(source, str | Path):
        return os.urandom(16).hex(), None
    path = Path(source)
    if not path.is_file():
        raise InputError(
            "no such file; check the spelling and the working directory", file=str(path)
        )
    rows = None
    if path.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        with suppress(Exception):  # a damaged file is reported where its rows are read
            rows = int(pq.read_metadata(path).num_rows)
    elif path.suffix.lower() == ".jsonl":
        with path.open("rb") as stream:
            rows = _lines(stream)
    elif path.suffix.lower() == ".csv":
        problems: list[Problem] = []
        with suppress(StanceError):  # reported where its rows are read
            good = sum(1 for _ in numbered_rows(path, problems.append))
            rows = good + sum(problem.row is not None for problem in problems)
    return file_sha256(path), rows


def _lines(stream: IO[bytes]) -> int:
    """Lines of a file, the last one too where no line feed ends it."""
    count, last = 0, b"\n"
    for block in iter(lambda: stream.read(1 << 20), b""):
        count, last = count + block.count(b"\n"), block[-1:]
    return count + (last != b"\n")


def source_schema(source: object, taken: tuple[str, ...]) -> Any:
    """The Arrow schema of the output where a file states its columns, rows or no rows.

    Parquet keeps its types; every cell of a CSV file is a string.
    """
    from stance.inference.parts import output_schema

    suffix = Path(source).suffix.lower() if isinstance(source, str | Path) else ""
    if suffix == ".csv" and isinstance(source, str | Path):
        import pyarrow as pa

        return output_schema(pa.schema([(name, pa.string()) for name in csv_header(source)]), taken)
    if suffix != ".parquet":
        return None
    import pyarrow.parquet as pq

    return output_schema(pq.read_schema(source), taken)
