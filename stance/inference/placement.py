"""Where the chunks of a run are computed: here, by a process per device, or on a Ray cluster."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from stance.errors import UsageError
from stance.inference.chunks import Chunk
from stance.inference.jobs import (
    FROZEN,
    Finished,
    Job,
    Part,
    freeze,
    part_of,
    scorable,
    scored_chunks,
)
from stance.inference.nli import NLI
from stance.inference.options import pick_device
from stance.inference.processes import score_on_devices
from stance.inference.raydata import choose_on_ray, cluster, score_on_ray
from stance.inference.run import Run

Chunks = Callable[[], Iterator[Chunk]]


@dataclass(frozen=True, slots=True)
class Place:
    """``kind`` is the device as the manifest has it, ``devices`` those with a process each."""

    kind: str
    devices: tuple[str, ...] = ()
    ray: bool = False
    address: str | None = None

    @property
    def first(self) -> str:
        """The device that the choice of a backend is made on."""
        return self.devices[0] if self.devices else self.kind


def place(device: str, devices: Sequence[str], engine: str, address: str | None) -> Place:
    """Read the options. Raises UsageError for devices that are not here or cannot go together.

    >>> place("auto", ["cpu", "cpu"], "local", None)
    Place(kind='cpu', devices=('cpu', 'cpu'), ray=False, address=None)
    """
    if engine not in ("local", "ray"):
        raise UsageError(f"no engine '{engine}'; give local or ray")
    if address is not None and engine != "ray":
        raise UsageError(f"address '{address}' is for --engine ray")
    if engine == "ray":
        if devices:
            raise UsageError("--engine ray finds its own devices; leave --devices away")
        return Place(device, ray=True, address=address)
    kinds = {pick_device(name).type for name in devices}
    if len(kinds) > 1:
        raise UsageError(f"devices {', '.join(devices)} are of several kinds; give one kind")
    if devices:
        return Place(kinds.pop(), tuple(devices))
    if device in ("auto", "cuda") and torch.cuda.device_count() > 1:
        return Place(device, tuple(f"cuda:{i}" for i in range(torch.cuda.device_count())))
    return Place(device)


def score_missing(
    run: Run, job: Job, where: Place, chunks: Chunks, found: frozenset[int]
) -> Iterator[Finished]:
    """The parts that ``found`` lacks, as they are finished, by what the manifest has frozen.

    A run that begins makes its choice by the first chunk with a row that can be scored and puts it
    into the manifest; what comes before that chunk does not depend on it. With Ray ``chunks`` is
    called again, on the cluster.
    """
    return (_on_ray if where.ray else _here)(run, job, where, chunks, found)


def _on_ray(
    run: Run, job: Job, where: Place, chunks: Chunks, found: frozenset[int]
) -> Iterator[Finished]:
    with cluster(where.address):
        # only to plan: the way and the device are those of the cluster
        nli = NLI.from_pretrained(
            job.model, device="cpu", max_length=job.max_length, two_way=job.two_way
        )
        pairs = next((chunk.pairs for chunk in chunks() if scorable(nli, chunk.pairs)), [])
        if frozen := run.state.get("frozen"):
            job = _resumed(job, frozen, pairs)
        else:
            job, info = choose_on_ray(job, where.kind, pairs)
            _keep(run, job, info)
        parts = score_on_ray(
            job, where.kind, lambda: (chunk for chunk in chunks() if chunk.number not in found)
        )
        yield from map(_given, parts)


def _here(
    run: Run, job: Job, where: Place, chunks: Chunks, found: frozenset[int]
) -> Iterator[Finished]:
    reading = chunks()
    frozen = run.state.get("frozen")
    job = _resumed(job, frozen, ()) if frozen else job
    first: list[Chunk] = []
    nli = None
    if not frozen or job.calibrated:
        nli = job.load(where.first)
        for chunk in reading:
            if scorable(nli, chunk.pairs):
                first = [chunk]
                break
            if chunk.number not in found:  # errors only: the same bytes by any way
                yield from _computed(job, nli, [chunk])
        pairs = first[0].pairs if first else []
        if frozen:
            job, nli = _resumed(job, frozen, pairs), None
        else:
            job, info = freeze(job, nli, pairs)
            _keep(run, job, info)
    missing = (c for c in itertools.chain(first, reading) if c.number not in found)
    ahead = list(itertools.islice(missing, 2))
    left = itertools.chain(ahead, missing)
    if where.devices and len(ahead) > 1:  # one chunk is no work for several
        nli = None
        if torch.cuda.is_available():
            torch.cuda.empty_cache()  # what the choice took on the first device
        yield from map(_given, score_on_devices(job, where.devices, left))
    elif ahead:
        with _threads(job.threads):
            yield from _computed(job, nli or job.load(where.first), left)


def _computed(job: Job, nli: NLI, chunks: Iterable[Chunk]) -> Iterator[Finished]:
    for chunk, scored in scored_chunks(job, nli, chunks):
        yield partial(part_of, job, chunk, scored)


def _given(part: Part) -> Finished:
    """A part that another process has brought into the format."""
    return lambda: part


def _resumed(job: Job, frozen: dict[str, object], pairs: Sequence[object]) -> Job:
    """The job as the run began it; what is calibrated is so again, on the same pairs."""
    kept: dict[str, Any] = dict(frozen)
    job = replace(job, **kept)
    return replace(job, sample=pairs if job.calibrated else ())


def _keep(run: Run, job: Job, info: dict[str, object]) -> None:
    run.save(frozen={name: getattr(job, name) for name in FROZEN}, info=info)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """As many threads as the run began with: sums in another order differ in the last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
