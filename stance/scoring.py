"""``stance score``: millions of (text, claim) rows from a table to a table, resumable.

Read in chunks, planned and scored chunk by chunk, written as parts; a run killed anywhere is
taken up by the same command and ends in the same bytes.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.errors import InputError, UsageError
from stance.readers import read_claims

if TYPE_CHECKING:
    from stance.inference import NLI
    from stance.inference.backends import Choice
    from stance.inference.chunks import Chunk
    from stance.inference.nli import Scored

Row = dict[str, object]
FORMATS = ("jsonl", "csv", "parquet")
CHUNK_ROWS = 8_192
"""Rows a part: what a kill can cost, and what is sorted and deduplicated together."""


@dataclass(slots=True)
class Counts:
    rows: int = 0
    errors: int = 0
    long_texts: int = 0
    computed_pairs: int = 0
    tokens: int = 0

    def add(self, other: Counts) -> None:
        for name in fields(self):
            setattr(self, name.name, getattr(self, name.name) + getattr(other, name.name))


def _counts(scored: Scored) -> Counts:
    return Counts(
        len(scored.probs),
        len(scored.errors),
        int((scored.windows > 1).sum()),
        scored.pairs,
        scored.tokens,
    )


def score_file(
    source: object,
    out: str | Path | None = None,
    *,
    text_col: str = "text",
    claim_col: str = "claim",
    claims: object = None,
    model: str | Path = "default",
    device: str = "auto",
    dtype: str = "auto",
    backend: str = "auto",
    batch_tokens: int | str = "auto",
    max_length: int | None = None,
    two_way: bool = False,
    format: str | None = None,
    overwrite: bool = False,
    plan_only: bool = False,
    quiet: bool = False,
    chunk_rows: int = CHUNK_ROWS,
) -> dict[str, object]:
    """Score every row of a table and write it with the results; returns a summary.

    ``source`` is a .jsonl, .csv or .parquet path, ``"-"``, a frame, a dataset split or an
    iterable of dicts. ``claims`` (a path or list) scores every text against every claim instead
    of ``claim_col``; output rows then carry ``claim_id`` and ``claim``. ``out`` is a path, or None
    or ``"-"`` for standard output. Output columns are the input's, then ``label, p_supports,
    p_refutes, p_neutral, status, error``; an input column of such a name becomes
    ``input_<name>``. A row that cannot be scored has status ``error`` and says why; a long text
    read in overlapping windows is ``ok`` and ``error`` says in how many.

    With a path the run is resumable: the same call goes on after a kill, and does nothing where
    the output is finished. ``plan_only`` counts and estimates without scoring.

    Raises UsageError where ``out`` belongs to another command (unless ``overwrite``) or a column
    is missing, InputError where the source cannot be read.
    """
    from stance.inference import NLI
    from stance.inference.chunks import read_chunks, taken_names

    chosen = _format(out, format)
    listed = None if claims is None else [(claim.id, claim.text) for claim in read_claims(claims)]
    if chunk_rows < 1:
        raise UsageError(f"chunk_rows is {chunk_rows}; give a number above 0")

    def load(backend: str, dtype: str, tokens: int | str) -> NLI:
        return NLI.from_pretrained(
            model,
            device=device,
            dtype=dtype,
            backend=backend,
            batch_tokens=tokens,
            max_length=max_length,
            two_way=two_way,
        )

    def chunks() -> Iterator[Chunk]:
        return read_chunks(source, text_col, claim_col, listed, chunk_rows)

    if plan_only:
        return _estimate(load(backend, dtype, batch_tokens), chunks())
    if out is None or str(out) == "-":
        return _to_stdout(load(backend, dtype, batch_tokens), chunks(), chosen, quiet)

    from stance.inference.parts import join_parts, output_rows, write_part
    from stance.inference.run import open_run
    from stance.models import find_model

    digest, total = _identity(source)
    command: dict[str, object] = {
        "source": str(source) if isinstance(source, str | Path) else type(source).__name__,
        "source_sha256": digest,
        "text_col": text_col,
        "claim_col": claim_col,
        "claims": None if listed is None else [list(claim) for claim in listed],
        "model_sha256": find_model(model).sha256,
        "device": device,
        "dtype": dtype,
        "backend": backend,
        "batch_tokens": str(batch_tokens),
        "max_length": max_length,
        "two_way": two_way,
        "format": chosen,
        "chunk_rows": chunk_rows,
    }
    run = open_run(Path(out), command, overwrite=overwrite)
    try:
        if run.finished:
            return dict(run.state["summary"]) | {"unchanged": True}
        start = time.perf_counter()
        frozen = run.state.get("frozen")
        if frozen:
            nli = load(frozen["backend"], frozen["dtype"], frozen["batch_tokens"])
        else:
            nli = load(backend, dtype, batch_tokens)
        reading = chunks()
        first = list(itertools.islice(reading, 1))
        choice: Choice | None = None
        if first and (not frozen or frozen["dtype"] == "int8"):
            choice = nli.choose(nli.plan(first[0].pairs))
        if not frozen:
            info = nli.info()
            names = ("backend", "dtype", "batch_tokens")
            run.save(frozen={name: info[name] for name in names}, info=info)
        taken = taken_names(listed)
        schema = _source_schema(source, taken) if chosen == "parquet" else None
        counts, number, resumed = Counts(), 0, 0
        todo: list[tuple[int, Chunk]] = []

        def missing() -> Iterator[list[object]]:
            nonlocal number, resumed
            for chunk in itertools.chain(first, reading):
                if run.part(number).is_file():
                    resumed += 1
                    counts.add(Counts(**run.read_counts(number)))
                else:
                    todo.append((number, chunk))
                    yield chunk.pairs
                number += 1

        with _progress(quiet, None if total is None else total * len(listed or [0])) as advance:
            for scored in nli.score_windows(missing(), choice):
                at, chunk = todo.pop(0)
                done = _counts(scored)
                run.save_counts(at, asdict(done))
                write_part(run.part(at), output_rows(chunk.rows, scored), chosen, schema)
                counts.add(done)
                advance(counts)
        parts = [run.part(i) for i in range(number)]
        join_parts(parts, run.out, chosen)
        summary = _summary(nli, counts, time.perf_counter() - start) | {
            "out": str(out),
            "parts": number,
            "parts_found": resumed,
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


def _identity(source: object) -> tuple[str, int | None]:
    """What tells a source from another, and its rows if they are cheap to count.

    A stream or an object in memory is never the same twice: such a run cannot be taken up again.
    """
    if not isinstance(source, str | Path) or str(source) == "-":
        return os.urandom(16).hex(), None
    path = Path(source)
    if not path.is_file():
        raise InputError(
            "no such file; check the spelling and the working directory", file=str(path)
        )
    from stance.inference.run import file_sha256

    rows = None
    if path.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        with suppress(Exception):  # a damaged file is reported where its rows are read
            rows = int(pq.read_metadata(path).num_rows)
    elif path.suffix.lower() == ".jsonl":
        with path.open("rb") as stream:
            rows = sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
    return file_sha256(path), rows


def _source_schema(source: object, taken: tuple[str, ...]) -> Any:
    """The Arrow schema of the output where the source is Parquet, so that its types are kept."""
    from stance.inference.parts import output_schema

    if not isinstance(source, str | Path) or Path(source).suffix.lower() != ".parquet":
        return None
    import pyarrow.parquet as pq

    return output_schema(pq.read_schema(source), taken)


def _to_stdout(nli: NLI, chunks: Iterable[Chunk], format: str, quiet: bool) -> dict[str, object]:
    from stance.inference.parts import output_rows
    from stance.writers import write

    start, counts = time.perf_counter(), Counts()
    waiting: list[Chunk] = []

    def windows() -> Iterator[list[object]]:
        for chunk in chunks:
            waiting.append(chunk)
            yield chunk.pairs

    def rows() -> Iterator[Row]:
        for scored in nli.score_windows(windows()):
            counts.add(_counts(scored))
            yield from output_rows(waiting.pop(0).rows, scored)

    write(rows(), None, format=format)
    return _summary(nli, counts, time.perf_counter() - start)


def _summary(nli: NLI, counts: Counts, seconds: float) -> dict[str, object]:
    return {
        "rows": counts.rows,
        "errors": counts.errors,
        "long_texts": counts.long_texts,
        "computed_pairs": counts.computed_pairs,
        "tokens": counts.tokens,
        "seconds": round(seconds, 3),
        "rows_per_second": round(counts.rows / seconds, 1) if seconds else 0.0,
        **nli.info(),
    }


def _estimate(nli: NLI, chunks: Iterable[Chunk]) -> dict[str, object]:
    """``--plan``: what a run would compute, how long it would take here; nothing is scored."""
    import resource

    rows = pairs = units = tokens = errors = long_texts = in_order = 0
    speed = 0.0
    for chunk in chunks:
        plan = nli.plan(chunk.pairs)
        if not speed and len(plan.lengths):
            speed = nli.speed(plan)
        rows += len(plan.row_pair)
        errors += len(plan.errors)
        pairs += int((plan.windows > 0).sum())
        units += len(plan.lengths)
        tokens += int(plan.lengths.sum())
        long_texts += int((plan.windows > 1).sum())
        batches = [plan.lengths[i : i + 32] for i in range(0, len(plan.lengths), 32)]
        in_order += sum(int(batch.max()) * len(batch) for batch in batches)
    return {
        "rows": rows,
        "unique_pairs": pairs,
        "errors": errors,
        "long_texts": long_texts,
        "forwards": units,
        "tokens": tokens,
        "padding_in_input_order": round(1 - tokens / in_order, 4) if in_order else 0.0,
        "estimated_seconds": round(tokens / speed, 1) if speed else 0.0,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **nli.info(),
    }


@contextmanager
def _progress(quiet: bool, total: int | None) -> Iterator[Callable[[Counts], None]]:
    """A bar on a terminal's standard error: rows, rate, time left."""
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
        task = bar.add_task("", total=total, rate="")

        def advance(counts: Counts) -> None:
            seconds = max(1e-9, time.perf_counter() - start)
            rate = f"{counts.rows / seconds:,.0f} rows/s, {counts.tokens / seconds:,.0f} tokens/s"
            bar.update(task, completed=counts.rows, rate=rate)

        yield advance
