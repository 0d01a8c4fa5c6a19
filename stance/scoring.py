"""``stance score``: millions of (text, claim) rows from a table to a table, resumable.

Read in chunks, planned and scored chunk by chunk, written as parts; a run killed anywhere is
taken up by the same command and ends in the same bytes. Chunks are scored in this process, by one
process per device, or by actors on a Ray cluster.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stance.errors import UsageError
from stance.readers import read_claims
from stance.store import Store, as_store
from stance.store.runs import Entry, recorded

if TYPE_CHECKING:
    from stance.inference import NLI
    from stance.inference.chunks import Chunk
    from stance.inference.jobs import Counts, Finished

Row = dict[str, object]
FORMATS = ("jsonl", "csv", "parquet")
CHUNK_ROWS = 8_192
"""Rows a part: what is sorted and deduplicated together. A kill costs the part that is computed
and at most three that wait to be written."""


def score_file(
    source: object,
    out: str | Path | None = None,
    *,
    text_col: str = "text",
    claim_col: str = "claim",
    claims: object = None,
    model: str | Path = "default",
    device: str = "auto",
    devices: Sequence[str] = (),
    dtype: str = "auto",
    backend: str = "auto",
    batch_tokens: int | str = "auto",
    store: str | Path | Store | None = None,
    max_length: int | None = None,
    two_way: bool = False,
    format: str | None = None,
    overwrite: bool = False,
    plan_only: bool = False,
    quiet: bool = False,
    chunk_rows: int = CHUNK_ROWS,
    engine: str = "local",
    address: str | None = None,
    command: str | None = None,
) -> dict[str, object]:
    """Score every row of a table and write it with the results; returns a summary.

    ``source`` is a .jsonl, .csv or .parquet path, ``"-"``, a data set of the hub as
    ``hf://owner/name[@revision][/config][/split]`` (streamed), a frame, a dataset split or an
    iterable of dicts. ``claims`` (a path or list) scores every text against every claim instead
    of ``claim_col``; output rows then carry ``claim_id`` and ``claim``. ``out`` is a path, or None
    or ``"-"`` for standard output. Output columns are the input's, then ``label, p_supports,
    p_refutes, p_neutral, status, error``; an input column of such a name becomes
    ``input_<name>``. A row that cannot be scored has status ``error`` and says why; a long text
    read in overlapping windows is ``ok`` and ``error`` says in how many.

    With a path the run is resumable: the same call goes on after a kill, and does nothing where
    the output is finished. ``plan_only`` counts and estimates without scoring.

    ``devices`` names several devices of one kind, each with a process of its own; without it all
    CUDA devices are used unless ``device`` names one. (As with everything ``multiprocessing``
    starts, a script then needs ``if __name__ == "__main__":``.) With ``engine="ray"`` actors on
    the Ray cluster at ``address``, or on this machine, score the chunks. However many compute, on
    devices of one kind the output is the same.

    ``store``, a :class:`stance.Store` or its path, keeps scores and a row on the run (with the
    ``command`` line, if any): pairs that it knows are not computed.

    Raises UsageError where ``out`` belongs to another command (unless ``overwrite``) or a column
    is missing, InputError where the source cannot be read, StanceError where a process was
    killed: the same call goes on.
    """
    from stance.inference.chunks import read_chunks, taken_names
    from stance.inference.inputs import opened, source_schema, told_apart
    from stance.inference.jobs import Counts, Job, behind
    from stance.inference.options import current_threads
    from stance.inference.placement import place

    chosen = _format(out, format)
    listed = None if claims is None else [(claim.id, claim.text) for claim in read_claims(claims)]
    if chunk_rows < 1:
        raise UsageError(f"chunk_rows is {chunk_rows}; give a number above 0")
    where = place(device, devices, engine, address)
    if where.ray and (source == "-" or isinstance(source, Iterator)):
        raise UsageError("--engine ray reads the input twice; give a file or an hf:// address")
    if where.ray and store is not None:
        raise UsageError("a store is a file of this machine; leave away --store or --engine ray")
    table = opened(source)
    kept = None if plan_only else as_store(store)
    job = Job(
        # other processes may work in another directory
        model=str(Path(model).resolve()) if Path(model).is_dir() else str(model),
        backend=backend,
        dtype=dtype,
        batch_tokens=batch_tokens,
        max_length=max_length,
        two_way=two_way,
        threads=current_threads(),
        format=chosen,
        store=None if kept is None else str(kept.path.resolve()),
    )

    def chunks() -> Iterator[Chunk]:
        return read_chunks(table, text_col, claim_col, listed, chunk_rows)

    if plan_only:
        return _estimate(job.load(where.first), chunks())
    if out is None or str(out) == "-":
        if where.ray:
            raise UsageError("--engine ray writes a file; give -o FILE")
        asked = {"text_col": text_col, "claim_col": claim_col, "dtype": dtype, "backend": backend}
        with recorded(kept, "score", command=command, settings=asked) as entry:
            return _to_stdout(job.load(where.first), chunks(), chosen, quiet, entry)

    from stance.inference.chunks import CHUNK_CHARACTERS
    from stance.inference.parts import join_parts
    from stance.inference.placement import score_missing
    from stance.inference.run import model_identity, open_run
    from stance.models import find_model

    with told_apart(table) as (digest, total):
        ref = find_model(model)
        frozen: dict[str, object] = {
            "source": str(source) if isinstance(source, str | Path) else type(source).__name__,
            "source_sha256": digest,
            "text_col": text_col,
            "claim_col": claim_col,
            "claims": None if listed is None else [list(claim) for claim in listed],
            "model_sha256": ref.sha256,
            **model_identity(ref),
            "device": where.kind,
            "dtype": dtype,
            "backend": backend,
            "batch_tokens": str(batch_tokens),
            "max_length": max_length,
            "two_way": two_way,
            "format": chosen,
            "chunk_rows": chunk_rows,
            "chunk_characters": CHUNK_CHARACTERS,
        }
        run = open_run(Path(out), frozen, overwrite=overwrite)
        try:
            if run.finished:
                return dict(run.state["summary"]) | {"unchanged": True}
            start = time.perf_counter()
            found = run.numbers()
            before = sum((Counts(**run.read_counts(number)) for number in found), Counts())
            counts = before
            rows = None if total is None else total * len(listed or [0])
            job = replace(job, schema=source_schema(table, taken_names(listed)))
            with (
                recorded(kept, "score", command=command, settings=frozen) as entry,
                _progress(quiet, rows, before) as advance,
            ):

                def keep(finished: Finished) -> None:
                    nonlocal counts
                    part = finished()
                    run.save_part(part.number, part.content, asdict(part.counts))
                    counts += part.counts
                    advance(counts)
                    _note(entry, run.state.get("info", {}), counts)

                behind(score_missing(run, job, where, chunks, frozenset(found)), keep)
            numbers = run.numbers()
            parts = [run.part(number) for number in numbers]
            run.save_output(lambda draft: join_parts(parts, draft, chosen, job.schema))
            seconds = time.perf_counter() - start
            summary = _summary(run.state["info"], counts, seconds, before.rows) | {
                "out": str(out),
                "parts": len(numbers),
                "parts_found": len(found),
            }
            run.finish(summary)
            return summary
        finally:
            run.close()


def _format(out: str | Path | None, format: str | None) -> str:
    to_stdout = out is None or str(out) == "-"
    chosen = format or ("jsonl" if to_stdout else Path(str(out)).suffix.lower().lstrip("."))
    allowed = (*FORMATS, "table") if to_stdout else FORMATS
    if chosen not in allowed:
        raise UsageError(f"the output format '{chosen}' is none of {', '.join(allowed)}")
    return chosen


def _to_stdout(
    nli: NLI, chunks: Iterable[Chunk], format: str, quiet: bool, entry: Entry
) -> dict[str, object]:
    from stance.inference.jobs import Counts, count
    from stance.inference.parts import output_rows
    from stance.writers import write

    start, counts = time.perf_counter(), Counts()
    waiting: list[Chunk] = []

    def windows() -> Iterator[list[object]]:
        for chunk in chunks:
            waiting.append(chunk)
            yield chunk.pairs

    def rows() -> Iterator[Row]:
        nonlocal counts
        for scored in nli.score_windows(windows(), store=entry.store):
            counts += count(scored)
            _note(entry, nli.info(), counts)
            yield from output_rows(waiting.pop(0).rows, scored)

    write(rows(), None, format=format)
    return _summary(nli.info(), counts, time.perf_counter() - start)


def _note(entry: Entry, info: Mapping[str, object], counts: Counts) -> None:
    """What the store's row on the run says, up to now."""
    entry.model = info
    known, new = counts.known_pairs, counts.computed_pairs
    entry.counts = {**asdict(counts), "pairs": known + new, "pairs_known": known, "pairs_new": new}


def _summary(
    info: dict[str, object], counts: Counts, seconds: float, found: int = 0
) -> dict[str, object]:
    """What a run did; ``found`` rows were there when these ``seconds`` began."""
    return {
        **asdict(counts),
        "seconds": round(seconds, 3),
        "rows_per_second": round((counts.rows - found) / seconds, 1) if seconds else 0.0,
        **info,
    }


def _estimate(nli: NLI, chunks: Iterable[Chunk]) -> dict[str, object]:
    """``--plan``: what a run would compute, how long it would take here; nothing is scored.

    ``unique_pairs`` and what follows from them count within a chunk, as a run does: a pair that
    comes again in a later one counts again. ``padding`` is what the plan's batches have of it (none
    where a backend lays pairs end to end). ``peak_memory_mb`` is what this process takes without
    the model, and an estimate for the model and a batch; those are ``device_memory_mb`` on a GPU.
    """
    from stance.inference.backends import Choice, packed
    from stance.inference.plan import padded_tokens

    rows = pairs = units = tokens = errors = long_texts = in_order = padded = base = 0
    speed = 0.0
    for chunk in chunks:
        plan = nli.plan(chunk.pairs)
        if not speed and len(plan.lengths):
            base = _peak_memory()  # no weights are loaded yet
            speed = nli.speed(plan)
        padded += padded_tokens(plan.lengths, nli.batch_tokens)
        rows += len(plan.row_pair)
        errors += len(plan.errors)
        pairs += int((plan.windows > 0).sum())
        units += len(plan.lengths)
        tokens += int(plan.lengths.sum())
        long_texts += int((plan.windows > 1).sum())
        batches = [plan.lengths[i : i + 32] for i in range(0, len(plan.lengths), 32)]
        in_order += sum(int(batch.max()) * len(batch) for batch in batches)
    info = nli.info()
    choice = Choice(str(info["backend"]), str(info["dtype"]))
    needs = nli.footprint(choice)
    on_cpu = nli.device == "cpu"
    on_device = needs.weights + needs.batch
    host = needs.loading + on_device * on_cpu
    return {
        "rows": rows,
        "unique_pairs": pairs,
        "errors": errors,
        "long_texts": long_texts,
        "forwards": units,
        "tokens": tokens,
        "padding": 0.0 if packed(choice) or not padded else round(1 - tokens / padded, 4),
        "padding_in_input_order": round(1 - tokens / in_order, 4) if in_order else 0.0,
        "estimated_seconds": round(tokens / speed, 1) if speed else 0.0,
        "peak_memory_mb": (base + host) // 2**20,
        "device_memory_mb": None if on_cpu else on_device // 2**20,
        **info,
    }


def _peak_memory() -> int:
    """The most bytes that this process has taken; 0 on Windows, where Python does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak  # in kB but there


@contextmanager
def _progress(quiet: bool, total: int | None, before: Counts) -> Iterator[Callable[[Counts], None]]:
    """A bar on a terminal's standard error: rows, rate, time left; ``before`` took no time now."""
    if quiet or not sys.stderr.isatty():
        yield lambda counts: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.completed:,} rows"),
        progress.BarColumn(),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
    )
    start = time.perf_counter()
    with progress.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total, completed=before.rows, rate="")

        def advance(counts: Counts) -> None:
            seconds = max(1e-9, time.perf_counter() - start)
            rows, tokens = counts.rows - before.rows, counts.tokens - before.tokens
            rate = f"{rows / seconds:,.0f} rows/s, {tokens / seconds:,.0f} tokens/s"
            bar.update(task, completed=counts.rows, rate=rate)

        yield advance
