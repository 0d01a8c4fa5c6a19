"""What every process of a run is told, and what it gives back: chunks in, finished parts out.

A run may be one process, a process per device, or actors on a Ray cluster. All get the same
:class:`Job`, frozen in the run's manifest, and chunks that are a function of the input alone:
who computes a chunk makes no difference to its bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from stance.inference.backends import Choice
from stance.inference.chunks import Chunk
from stance.inference.nli import NLI, Scored
from stance.inference.parts import output_rows, part_bytes
from stance.store import as_store

T = TypeVar("T")

FROZEN = ("backend", "dtype", "batch_tokens", "threads")
"""Fields of a job that the manifest keeps: what was chosen when the run began."""


@dataclass(frozen=True, slots=True)
class Job:
    """How to load the model and how to write a part.

    ``threads`` is that of the process that began the run: sums in another order differ in the last
    bits. ``store`` is the path of a store of scores, if any. ``sample`` are the pairs of the chunk
    that the choice is made by, where the model is calibrated on them; else empty.
    """

    model: str
    backend: str
    dtype: str
    batch_tokens: int | str
    max_length: int | None
    two_way: bool
    threads: int
    format: str
    schema: Any = None
    store: str | None = None
    sample: Sequence[object] = ()

    @property
    def calibrated(self) -> bool:
        """Whether the model is made for the job's own pairs: ``sample`` then has them."""
        return Choice(self.backend, self.dtype).calibrated

    def load(self, device: str) -> NLI:
        """The model on a device, ready to compute this job."""
        nli = NLI.from_pretrained(
            self.model,
            device=device,
            dtype=self.dtype,
            backend=self.backend,
            batch_tokens=self.batch_tokens,
            max_length=self.max_length,
            two_way=self.two_way,
        )
        if self.sample:
            nli.calibrate(nli.plan(self.sample))
        return nli


@dataclass(frozen=True, slots=True)
class Counts:
    """What was done, of a part or of a run."""

    rows: int = 0
    errors: int = 0
    long_texts: int = 0
    computed_pairs: int = 0
    tokens: int = 0
    known_pairs: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows + other.rows,
            self.errors + other.errors,
            self.long_texts + other.long_texts,
            self.computed_pairs + other.computed_pairs,
            self.tokens + other.tokens,
            self.known_pairs + other.known_pairs,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A scored chunk as it goes to the disk."""

    number: int
    content: bytes
    counts: Counts


Finished = Callable[[], Part]
"""A chunk that is computed. Called, it is brought into the format of the output."""


def count(scored: Scored) -> Counts:
    """What a scored window holds."""
    return Counts(
        len(scored.probs),
        len(scored.errors),
        int((scored.windows > 1).sum()),
        scored.pairs,
        scored.tokens,
        scored.known,
    )


def scorable(nli: NLI, pairs: Iterable[object]) -> bool:
    """Whether any row of a chunk can be scored: by the first such chunk the choice is made."""
    return any(len(nli.plan([pair]).lengths) for pair in pairs)


def freeze(job: Job, nli: NLI, pairs: Sequence[object]) -> tuple[Job, dict[str, object]]:
    """Choose by a chunk's pairs; the job as all shall compute it, and what to report."""
    if pairs:
        nli.choose(nli.plan(pairs))
    info: dict[str, Any] = nli.info()
    chosen = {name: info[name] for name in FROZEN}
    job = replace(job, **chosen)
    return replace(job, sample=pairs if job.calibrated else ()), info


def score_chunks(job: Job, nli: NLI, chunks: Iterable[Chunk]) -> Iterator[Part]:
    """Parts of chunks, in order; the next chunk is tokenised while this one is computed."""
    for chunk, scored in scored_chunks(job, nli, chunks):
        yield part_of(job, chunk, scored)


def scored_chunks(job: Job, nli: NLI, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Scored]]:
    """Chunks and their scores, in order."""
    waiting: deque[Chunk] = deque()

    def pairs() -> Iterator[list[object]]:
        for chunk in chunks:
            waiting.append(chunk)
            yield chunk.pairs

    choice = Choice(job.backend, job.dtype)
    for scored in nli.score_windows(pairs(), choice, as_store(job.store)):
        yield waiting.popleft(), scored


def part_of(job: Job, chunk: Chunk, scored: Scored) -> Part:
    """A scored chunk as it goes to the disk."""
    rows = output_rows(chunk.rows, scored)
    return Part(chunk.number, part_bytes(rows, job.format, job.schema), count(scored))


def behind(items: Iterable[T], work: Callable[[T], object], waiting: int = 2) -> None:
    """Do ``work`` with every item in one thread, in order, while the next items are made.

    At most ``waiting`` items wait beside the one that is worked on. An error of ``work`` is raised
    when the next item is there. What was handed over is finished, whatever ends the items.

    >>> behind(range(3), print)
    0
    1
    2
    """
    with ThreadPoolExecutor(1) as pool:
        handed: deque[Future[object]] = deque()
        for item in items:
            handed.append(pool.submit(work, item))
            while handed and (len(handed) > waiting or handed[0].done()):
                handed.popleft().result()
        while handed:
            handed.popleft().result()
