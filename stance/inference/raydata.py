"""``--engine ray``: the chunks of a run scored by actors on a Ray cluster, through Ray Data.

One task on the driver's node reads the input as it is needed; actors that hold the model score
several chunks a call; finished parts stream back to the driver, which alone writes. Ray starts a
killed actor again and gives it its chunks again, so nothing is lost.
"""

from __future__ import annotations

import importlib.util
import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import torch

from stance.errors import MissingExtraError, StanceError, UsageError
from stance.inference.chunks import Chunk
from stance.inference.jobs import Job, Part, freeze, score_chunks

CHUNKS_A_CALL = 4
"""Chunks in one call of an actor: one is tokenised while another is computed."""

Chunks = Callable[[], Iterator[Chunk]]


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """A connection to a running cluster, or Ray on this machine; ended if it was made here.

    Raises MissingExtraError without the extra [ray], UsageError where no cluster answers.
    """
    if importlib.util.find_spec("ray") is None:
        raise MissingExtraError("ray", "ray", "--engine ray")
    import ray

    ours = not ray.is_initialized()
    if ours:
        try:
            ray.init(address, include_dashboard=False, logging_level=logging.WARNING)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise UsageError(f"no Ray cluster at {address or 'this machine'}: {error}") from error
    try:
        yield
    finally:
        if ours:
            ray.shutdown()


def needs(job: Job, device: str) -> dict[str, float]:
    """What a process that holds the model asks Ray for: a GPU where there are any, else threads."""
    import ray

    if device not in ("auto", "cpu", "cuda"):
        raise UsageError(f"device '{device}' with --engine ray; give auto, cpu or cuda")
    gpus = ray.cluster_resources().get("GPU", 0)
    if device == "cuda" and not gpus:
        raise UsageError("device 'cuda': the Ray cluster has no GPU")
    if device != "cpu" and gpus:
        return {"num_gpus": 1, "num_cpus": 1}
    return {"num_cpus": job.threads}


def choose_on_ray(job: Job, device: str, pairs: Sequence[object]) -> tuple[Job, dict[str, object]]:
    """The choice that all actors follow, made where they will run."""
    import ray

    asked = needs(job, device)
    task = ray.remote(**asked)(_choose)
    with _failures():
        found: tuple[Job, dict[str, object]] = ray.get(
            task.remote(job, "cuda" if "num_gpus" in asked else "cpu", pairs)
        )
    return found


def _choose(job: Job, device: str, pairs: Sequence[object]) -> tuple[Job, dict[str, object]]:
    torch.set_num_threads(job.threads)
    return freeze(job, job.load(device), pairs)


def score_on_ray(job: Job, device: str, chunks: Chunks) -> Iterator[Part]:
    """Parts of the chunks that ``chunks()`` gives, as they are finished.

    ``chunks`` is called in a task on this node; what it closes over is sent there.
    """
    import pyarrow as pa
    import ray
    from ray.data import ActorPoolStrategy, DataContext
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    asked = needs(job, device)
    have = ray.cluster_resources()
    unit, each = ("GPU", 1) if "num_gpus" in asked else ("CPU", job.threads)
    actors = max(1, int(have.get(unit, 1) // each))

    chunks = from_here(chunks)

    def read(_: Any) -> Iterator[Any]:
        for chunk in chunks():
            yield pa.table({"chunk": pa.array([pickle.dumps(chunk)], pa.large_binary())})

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    context.target_max_block_size = 1  # a chunk is large: each is a block of its own
    with DataContext.current(context):
        parts = (
            ray.data.from_items([0])  # already there: a read would want a CPU of its own
            .map_batches(read, num_cpus=0, scheduling_strategy=here)
            .map_batches(
                _Actor,
                fn_constructor_args=(job, "cuda" if unit == "GPU" else "cpu"),
                batch_size=CHUNKS_A_CALL,
                batch_format="pyarrow",
                compute=ActorPoolStrategy(size=actors),
                **asked,
            )
        )
    with _failures():
        for table in parts.iter_batches(batch_size=None, batch_format="pyarrow"):
            for part in table["part"]:
                yield pickle.loads(part.as_py())


def from_here(chunks: Chunks) -> Chunks:
    """The same chunks wherever they are read: paths mean what they mean in today's directory.

    A process of Ray works in another one.
    """
    folder = Path.cwd()

    def read() -> Iterator[Chunk]:
        with chdir(folder):
            yield from chunks()

    return read


@contextmanager
def _failures() -> Iterator[None]:
    """Our own errors as they were raised on the cluster; Ray's in one line."""
    from ray.exceptions import RayError

    try:
        yield
    except RayError as error:
        cause = getattr(error, "cause", None)
        if isinstance(cause, StanceError):
            raise cause from error
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else repr(error)
        raise StanceError(
            f"the run on Ray failed ({reason}); finished parts are kept: give the same command "
            "again to go on"
        ) from error


class _Actor:
    """Holds the model; a call takes a table of chunks and gives a table of parts."""

    def __init__(self, job: Job, device: str) -> None:
        torch.set_num_threads(job.threads)
        self.job, self.nli = job, job.load(device)

    def __call__(self, table: Any) -> Any:
        import pyarrow as pa

        chunks = (pickle.loads(chunk.as_py()) for chunk in table["chunk"])
        parts = [pickle.dumps(part) for part in score_chunks(self.job, self.nli, chunks)]
        return pa.table({"part": pa.array(parts, pa.large_binary())})
