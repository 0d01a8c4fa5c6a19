"""One process per device on one machine; a chunk goes to whoever has least left to do."""

from __future__ import annotations

import pickle
import queue
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

import torch

from stance.errors import StanceError, UsageError
from stance.inference.chunks import Chunk
from stance.inference.jobs import Job, Part, score_chunks

AHEAD = 2
"""Chunks a process holds: one is computed while the next is tokenised."""


class _Worker:
    """A process on a device, started with its first chunk.

    ``owed`` is the size in characters of each chunk that it has and has not given back.
    """

    def __init__(self, job: Job, device: str) -> None:
        self.job, self.device = job, device
        self.owed: dict[int, int] = {}
        self.process: Any = None
        self.pipe: Connection | None = None

    def send(self, chunk: Chunk | None) -> None:
        """Hand over a chunk; None says that no more will come.

        Raises UsageError for rows that cannot be handed over.
        """
        try:
            if chunk is not None:
                self.owed[chunk.number] = sum(map(_size, chunk.pairs))
                if self.pipe is None:
                    self._start()
            if self.pipe is not None:
                with suppress(OSError):  # it has ended: receiving will say so
                    self.pipe.send(chunk)
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
            raise UsageError(
                f"the rows cannot be handed to other processes ({error}); leave --devices away, "
                "or write the rows to a file first"
            ) from error

    def receive(self) -> Part:
        assert self.pipe is not None
        try:
            answer: Part | str = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            raise StanceError(
                f"the process on {self.device} ended with exit code {self.process.exitcode}; "
                "finished parts are kept: give the same command again to go on"
            ) from None
        if not isinstance(answer, Part):
            raise StanceError(answer)
        del self.owed[answer.number]
        return answer

    def end(self) -> None:
        if self.pipe is not None:
            self.pipe.close()
            self.process.terminate()
            self.process.join()

    def _start(self) -> None:
        context = get_context("spawn")  # CUDA does not survive a fork
        ours, theirs = context.Pipe()
        arguments = (self.job, self.device, theirs)
        process = context.Process(target=_work, args=arguments, daemon=True)
        process.start()
        theirs.close()  # so that the pipe ends when the process does
        self.pipe, self.process = ours, process


def score_on_devices(job: Job, devices: Sequence[str], chunks: Iterable[Chunk]) -> Iterator[Part]:
    """Parts of chunks as they are finished, computed by one process for each device.

    Work is handed out by what it weighs: the next chunk goes to the process that owes the fewest
    characters, which stand in for tokens (those are counted in the processes).

    Raises StanceError where a process fails or is killed; finished parts are not lost.
    """
    workers = [_Worker(job, device) for device in devices]
    coming = iter(chunks)
    more = True
    try:
        while more or any(worker.owed for worker in workers):
            while more and (free := [w for w in workers if len(w.owed) < AHEAD]):
                chunk = next(coming, None)
                if chunk is None:
                    more = False
                    for worker in workers:
                        worker.send(None)
                else:
                    min(free, key=lambda worker: sum(worker.owed.values())).send(chunk)
            busy: dict[Any, _Worker] = {worker.pipe: worker for worker in workers if worker.owed}
            for pipe in wait(list(busy)):
                yield busy[pipe].receive()
    finally:
        for worker in workers:
            worker.end()


def _size(pair: object) -> int:
    """Characters of a pair; 0 for a row that cannot be scored."""
    return sum(len(str(value)) for value in pair) if isinstance(pair, tuple) else 0


def _work(job: Job, device: str, pipe: Connection) -> None:
    """The process: chunks in by the pipe, parts out; it ends with its parent, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    torch.set_num_threads(job.threads)
    chunks: queue.SimpleQueue[Chunk | None] = queue.SimpleQueue()
    # Always reading, so that no side waits for the other with a full pipe before it.
    threading.Thread(target=_listen, args=(pipe, chunks), daemon=True).start()
    try:
        for part in score_chunks(job, job.load(device), iter(chunks.get, None)):
            pipe.send(part)
    except StanceError as error:
        pipe.send(str(error))


def _listen(pipe: Connection, chunks: queue.SimpleQueue[Chunk | None]) -> None:
    with suppress(EOFError, OSError):
        while (chunk := pipe.recv()) is not None:
            chunks.put(chunk)
    chunks.put(None)
