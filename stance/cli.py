"""The command line: parse, call, print. Every verb is a function of the library.

Data goes to standard output or ``-o``; everything else to standard error. Exit codes: 0 done,
1 failure, 2 usage, 3 a shift was found under ``--fail-on-shift``, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from stance import __version__
from stance.errors import StanceError, UsageError

app = typer.Typer(
    name="stance",
    help="Find claims in dated documents, who makes them, each holder's stance, and its shifts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """How rows are written."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    table = "table"


class Engine(StrEnum):
    """What runs the processes of a large scoring run."""

    local = "local"
    ray = "ray"


class OnError(StrEnum):
    """What a row that cannot be read does."""

    skip = "skip"
    fail = "fail"


Docs = Annotated[str, typer.Argument(help="File, folder, or - for JSON Lines on standard input.")]
Claims = Annotated[str | None, typer.Option("--claims", help="File with the claims (text, id).")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="File to write; format by suffix.")]
OutDir = Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")]
Fmt = Annotated[Format | None, typer.Option("--format", help="Format of the rows written.")]
Errors = Annotated[OnError, typer.Option("--on-error", help="Bad rows: skip and count, or fail.")]
Aliases = Annotated[Path | None, typer.Option("--aliases", help="JSON file {alias: holder}.")]
Model = Annotated[
    str,
    typer.Option("--model", help="Name (stance models), folder, or hub id as org/name@revision."),
]
RulesAlone = Annotated[
    bool, typer.Option("--rules-alone", help="Find who says what without the token head; fast.")
]
TwoWay = Annotated[
    bool, typer.Option("--two-way", help="Accept a head that knows no contradiction.")
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:N or mps.")]
Dtype = Annotated[str, typer.Option("--dtype", help="auto, fp32, bf16, fp16 or int8.")]
Backend = Annotated[str, typer.Option("--backend", help="auto, torch, onednn or openvino.")]
BatchTokens = Annotated[str, typer.Option("--batch-tokens", help="auto, or tokens per batch.")]
Coverage = Annotated[float, typer.Option("--coverage", help="Share of rows answered, up to 1.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random.")]
Store = Annotated[
    Path | None, typer.Option("--store", help="DuckDB file that keeps scores and runs.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace another run's output.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]
FailOnShift = Annotated[bool, typer.Option("--fail-on-shift", help="Exit 3 if there is a shift.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stance {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find claims in dated documents, who makes them, each holder's stance, and its shifts."""


@app.command()
def attribute(
    docs: Docs,
    out: Out = None,
    fmt: Fmt = None,
    on_error: Errors = OnError.skip,
    aliases: Aliases = None,
    model: Model = "default",
    rules_alone: RulesAlone = False,
    device: Device = "auto",
    quiet: Quiet = False,
) -> None:
    """Who says what: holder, cue and content of every attribution."""
    from stance.verbs import attribute

    documents = _read(docs, on_error, quiet)
    used = None if rules_alone else model
    rows = attribute(documents, aliases=_aliases(aliases), model=used, device=device)
    _write(rows, "attributions", out, fmt)


@app.command()
def detect(
    docs: Docs,
    out: Out = None,
    fmt: Fmt = None,
    on_error: Errors = OnError.skip,
    model: Model = "default",
    device: Device = "auto",
    quiet: Quiet = False,
) -> None:
    """Check-worthy claims, their holders and their self-contained wording."""
    from stance.verbs import as_model, detect

    documents = _read(docs, on_error, quiet)
    _write(detect(documents, model=as_model(model, device=device)), "detected", out, fmt)


@app.command()
def match(
    docs: Docs,
    claims: Annotated[str, typer.Option("--claims", help="File with the claims (text, id).")],
    out: Out = None,
    fmt: Fmt = None,
    on_error: Errors = OnError.skip,
    quiet: Quiet = False,
) -> None:
    """Passages that may bear on each claim, best first; no model is needed."""
    from stance.verbs import match

    documents = _read(docs, on_error, quiet)
    _write(match(documents, _claims(claims, on_error, quiet)), "matches", out, fmt)


@app.command()
def score(
    pairs: Annotated[
        str,
        typer.Argument(
            help="Table of (text, claim) rows, - for JSON Lines on standard input, or a data set "
            "of the hub: hf://owner/name[@revision][/config][/split]."
        ),
    ],
    out: Out = None,
    fmt: Fmt = None,
    text_col: Annotated[str, typer.Option("--text-col", help="Column of the text.")] = "text",
    claim_col: Annotated[str, typer.Option("--claim-col", help="Column of the claim.")] = "claim",
    claims: Annotated[
        str | None, typer.Option("--claims", help="Score every text against these claims.")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Count and estimate; score nothing.")
    ] = False,
    model: Model = "default",
    two_way: TwoWay = False,
    device: Device = "auto",
    devices: Annotated[
        str, typer.Option("--devices", help="A process for each: cuda:0,cuda:1. Default: all GPUs.")
    ] = "",
    engine: Annotated[
        Engine, typer.Option("--engine", help="local, or ray for actors on a Ray cluster.")
    ] = Engine.local,
    address: Annotated[
        str | None, typer.Option("--address", help="Of the Ray cluster; else this machine.")
    ] = None,
    dtype: Dtype = "auto",
    backend: Backend = "auto",
    batch_tokens: BatchTokens = "auto",
    store: Store = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Batch scoring of (text, claim) rows; resumable, row order kept, nothing dropped."""
    from stance.scoring import score_file

    summary = score_file(
        pairs,
        out,
        text_col=text_col,
        claim_col=claim_col,
        claims=claims,
        model=model,
        device=device,
        devices=[name.strip() for name in devices.split(",") if name.strip()],
        engine=engine.value,
        address=address,
        dtype=dtype,
        backend=backend,
        batch_tokens=batch_tokens,
        store=store,
        command=_command(),
        two_way=two_way,
        format=fmt.value if fmt else None,
        overwrite=overwrite,
        plan_only=plan,
        quiet=quiet,
    )
    if plan:
        typer.echo(json.dumps(summary, indent=2))
    elif not quiet:
        typer.echo(json.dumps(summary), err=True)


@app.command()
def track(
    docs: Docs,
    out: OutDir,
    claims: Claims = None,
    on_error: Errors = OnError.skip,
    aliases: Aliases = None,
    coverage: Coverage = 1.0,
    model: Model = "default",
    rules_alone: RulesAlone = False,
    two_way: TwoWay = False,
    device: Device = "auto",
    dtype: Dtype = "auto",
    backend: Backend = "auto",
    batch_tokens: BatchTokens = "auto",
    store: Store = None,
    seed: Seed = 0,
    overwrite: Overwrite = False,
    fail_on_shift: FailOnShift = False,
    quiet: Quiet = False,
) -> None:
    """The whole flow: attributions, claims, stances, timelines, shifts and a report."""
    _track(
        docs,
        out,
        claims=claims,
        on_error=on_error.value,
        aliases=_aliases(aliases),
        coverage=coverage,
        model=model,
        rules_alone=rules_alone,
        two_way=two_way,
        device=device,
        dtype=dtype,
        backend=backend,
        batch_tokens=batch_tokens,
        store=store,
        seed=seed,
        overwrite=overwrite,
        quiet=quiet,
        fail_on_shift=fail_on_shift,
    )


@app.command()
def demo(
    out: OutDir = Path("out/demo"),
    overwrite: Overwrite = False,
    device: Device = "auto",
    quiet: Quiet = False,
) -> None:
    """Track the packaged seed corpus and print what was found."""
    from stance.models import data_folder

    _track(str(data_folder("seeds")), out, overwrite=overwrite, device=device, quiet=quiet)


def _track(
    docs: str, out: Path, *, quiet: bool, fail_on_shift: bool = False, **settings: Any
) -> None:
    from rich.console import Console

    from stance.reporting import print_summary
    from stance.tracking import track

    source: object = sys.stdin.buffer if docs == "-" else docs
    found = track(
        docs if docs != "-" else source,
        out=out,
        command=_command(),
        log=_logger(quiet),
        **settings,
    )
    _report_problems(found.problems, quiet)
    if not quiet:
        print_summary(out, Console())
        typer.echo(f"report: {out / 'report.html'}", err=True)
    if fail_on_shift and found.shifts:
        raise typer.Exit(3)


class By(StrEnum):
    """What a series belongs to."""

    holder = "holder"
    affiliation = "affiliation"
    source = "source"
    claim = "claim"


@app.command()
def shifts(
    table: Annotated[str, typer.Argument(help="Table of who, what, when, label or score.")],
    out: Out = None,
    fmt: Fmt = None,
    by: Annotated[By, typer.Option("--by", help="Whose series are tested.")] = By.holder,
    alpha: Annotated[float, typer.Option("--alpha", help="False discovery rate.")] = 0.05,
    threshold: Annotated[
        float, typer.Option("--threshold", help="Least probability of a pairwise shift.")
    ] = 0.6,
    on_error: Errors = OnError.skip,
    seed: Seed = 0,
    fail_on_shift: FailOnShift = False,
    quiet: Quiet = False,
) -> None:
    """Change detection on stances.jsonl, a folder of stance track, or anyone's labels."""
    from stance.changes import find_shifts
    from stance.rows import fail

    problems: list[object] = []
    report = fail if on_error is OnError.fail else problems.append
    found = find_shifts(
        _stances_file(table),
        by=by.value,
        alpha=alpha,
        threshold=threshold,
        seed=seed,
        report=report,
    )
    _report_problems(problems, quiet)
    _write(found.shifts, "shifts", out, fmt)
    _logger(quiet)(str(found))
    if fail_on_shift and found.shifts:
        raise typer.Exit(3)


@app.command()
def trend(
    table: Annotated[str, typer.Argument(help="Table of who, what, when, label or score.")],
    out: Out = None,
    fmt: Fmt = None,
    by: Annotated[By, typer.Option("--by", help="Whose levels are smoothed.")] = By.holder,
    every: Annotated[
        int | None, typer.Option("--every", help="Also give the level every so many days.")
    ] = None,
    on_error: Errors = OnError.skip,
    quiet: Quiet = False,
) -> None:
    """Smoothed levels with intervals over real time, for series of three days or more."""
    from stance.rows import fail
    from stance.trends import Trend, trend

    problems: list[object] = []
    report = fail if on_error is OnError.fail else problems.append
    found = trend(_stances_file(table), by=by.value, every=every, report=report)
    _report_problems(problems, quiet)
    _write(found, Trend, out, fmt)


def _stances_file(source: str | Path) -> str:
    """The stances of a folder of ours, or the source as it is."""
    path = Path(source)
    return str(path / "stances.jsonl" if path.is_dir() else source)


class Period(StrEnum):
    """What shares are told by."""

    month = "month"
    quarter = "quarter"
    year = "year"


@app.command()
def audit(
    folder: Annotated[Path, typer.Argument(help="Output folder of stance track.")],
    n: Annotated[int, typer.Option("-n", help="Rows to draw for hand labels.")] = 100,
    labels: Annotated[Path | None, typer.Option("--labels", help="The sample, filled in.")] = None,
    period: Annotated[
        Period | None, typer.Option("--period", help="Also shares of each month, quarter or year.")
    ] = None,
    width: Annotated[
        float, typer.Option("--width", help="Width of interval that more_labels is told for.")
    ] = 0.1,
    out: Out = None,
    fmt: Fmt = None,
    seed: Seed = 0,
) -> None:
    """Draw a sample for hand labels; with --labels, shares and trends corrected by them."""
    from stance.audit import audit_estimate, draw_sample
    from stance.stancerows import read_stances

    rows = read_stances(_stances_file(folder))
    if labels is None:
        chosen = fmt or (None if out else Format.csv)
        _write(draw_sample(rows, n, seed), None, out, chosen)
    else:
        chosen = fmt or (None if out else Format.table)
        span: Any = period.value if period else None
        _write(audit_estimate(rows, labels, period=span, width=width), None, out, chosen)


class Voices(StrEnum):
    """Who may speak as evidence."""

    any = "any"
    outlet = "outlet"
    named = "named"


@app.command()
def verify(
    claim: Annotated[str | None, typer.Argument(help="The claim, if not --claims.")] = None,
    evidence: Annotated[str, typer.Option("--evidence", help="Documents to search.")] = "",
    claims: Claims = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Last date of evidence.")] = None,
    voices: Annotated[
        Voices, typer.Option("--voices", help="Who may be evidence; outlet: outlets' own words.")
    ] = Voices.any,
    source_weights: Annotated[
        Path | None, typer.Option("--source-weights", help="JSON file {source or holder: weight}.")
    ] = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="Also a row for each part of a compound claim.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="A row for each day by which documents appeared.")
    ] = False,
    jsonld: Annotated[
        Path | None, typer.Option("--jsonld", help="Also write the claims as schema.org JSON-LD.")
    ] = None,
    ratings: Annotated[
        Path | None,
        typer.Option("--ratings", help="Table of your ratings, for ClaimReviews in --jsonld."),
    ] = None,
    out: Out = None,
    fmt: Fmt = None,
    on_error: Errors = OnError.skip,
    model: Model = "default",
    two_way: TwoWay = False,
    device: Device = "auto",
    store: Store = None,
    quiet: Quiet = False,
) -> None:
    """A verdict on each claim, with the passages for and against it.

    --claims takes a file of claims, or a ClaimReview feed (.json, .jsonld).
    """
    from stance.archive import Archive
    from stance.dates import parse_date
    from stance.readers import read_claims
    from stance.schemaorg import read_claim_reviews, verdict_nodes, write_jsonld
    from stance.store import as_store
    from stance.store.scores import Remembering
    from stance.verbs import as_model, verify
    from stance.verification import Verdict
    from stance.verification import history as by_day

    if (claim is None) == (claims is None) or not evidence:
        raise UsageError("give one claim or --claims FILE, and --evidence DOCS")
    if parts and history:
        raise UsageError("--parts and --history are two tables; ask for one at a time")
    if ratings is not None and jsonld is None:
        raise UsageError("--ratings are written to --jsonld FILE; name it")
    if claim is not None:
        wanted = read_claims([claim])
    elif Path(str(claims)).suffix.lower() in (".json", ".jsonld"):
        wanted = read_claim_reviews(str(claims))
    else:
        wanted = _claims(str(claims), on_error, quiet)
    how: dict[str, Any] = {"voices": voices.value, "source_weights": _weights(source_weights)}
    kept = as_store(store, _logger(quiet))
    day = parse_date(as_of) if as_of else None
    archive = Archive(_read(evidence, on_error, quiet), day, store=kept)
    left = archive.left_out
    if left.undated or left.later:
        _logger(quiet)(f"left out: {left.later} later and {left.undated} undated documents")
    nli = as_model(model, device=device, two_way=two_way)
    if history:
        scorer = nli if kept is None else Remembering(nli, kept)
        found = [row for one in wanted for row in by_day(one, archive, scorer=scorer, **how)]
    else:
        how["parts"] = parts
        found = verify(wanted, archive, model=nli, store=kept, command=_command(), **how)
    _write(found, Verdict, out, fmt)
    if jsonld is not None:
        write_jsonld(verdict_nodes(found, archive.documents, ratings), jsonld)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Output folder of stance track.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="HTML file to write.")] = None,
) -> None:
    """Write report.html again from a folder of results."""
    from stance.reporting import render

    typer.echo(render(folder, out=out))


@app.command()
def runs(
    store: Annotated[Path, typer.Argument(help="DuckDB file of --store.")],
    run_id: Annotated[int | None, typer.Argument(help="Show all about this run.")] = None,
    out: Out = None,
    fmt: Fmt = None,
) -> None:
    """The runs that a store holds, oldest first: settings, model, counts, seconds."""
    from stance.store import Store
    from stance.store.runs import listing

    found = Store(store, read_only=True).runs()
    chosen = fmt or (None if out else Format.table)
    shape = chosen.value if chosen else out.suffix.lstrip(".").lower() if out else "table"
    _write(listing(found, run_id, shape), None, out, chosen)


@app.command()
def models(fmt: Fmt = Format.table) -> None:
    """The models: shipped ones, and known ones of the hub that are fetched when asked for."""
    from stance.models import model_rows

    _write(model_rows(), None, None, fmt)


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="recipe.toml: sources, mix and settings.")],
    out: OutDir,
    data: Annotated[
        Path, typer.Option("--data", help="Folder the recipe's files are in.")
    ] = Path(),
    init: Annotated[
        str | None, typer.Option("--init", help="Encoder: folder, package, hub id.")
    ] = None,
    device: Device = "cpu",
    quiet: Quiet = False,
) -> None:
    """Fine-tune a pair model by a recipe; goes on where a killed run stopped."""
    from stance.training import read_recipe, train

    typer.echo(train(read_recipe(recipe), data, out, init=init, device=device, log=_logger(quiet)))


@app.command()
def doctor(fmt: Fmt = Format.table) -> None:
    """Check that scoring works here: versions, device, model, checksum, threads."""
    from stance.doctor import examine

    findings = examine()
    _write([{"check": f.check, "value": f.value, "ok": f.ok} for f in findings], None, None, fmt)
    failed = [f for f in findings if not f.ok]
    for finding in failed:
        typer.echo(f"stance: {finding.check}: {finding.value}", err=True)
    if failed:
        raise typer.Exit(1)


def _command() -> str:
    """What was typed, for the records of a run."""
    return "stance " + " ".join(sys.argv[1:])


def _read(source: str, on_error: OnError, quiet: bool) -> list[Any]:
    from stance.readers import load

    loaded = load(source, on_error=on_error.value)
    _report_problems(loaded.problems, quiet)
    return loaded.documents


def _claims(source: str, on_error: OnError, quiet: bool) -> list[Any]:
    from stance.readers import load_claims

    found, problems = load_claims(source, on_error=on_error.value)
    _report_problems(problems, quiet)
    if not found:
        raise UsageError(f"no usable claim in {source}; give at least one row with 'text'")
    return found


def _aliases(path: Path | None) -> dict[str, str] | None:
    return None if path is None else _object(path, str, "alias: holder")


def _weights(path: Path | None) -> dict[str, float] | None:
    return None if path is None else _object(path, (int, float), "source or holder: weight")


def _object(path: Path, kind: Any, wanted: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(v, kind) for v in found.values()):
        raise UsageError(f"{path} must hold one JSON object of {wanted}")
    return found


def _write(
    rows: Iterable[Any], kind: str | type | None, out: Path | None, fmt: Format | None
) -> None:
    from stance.writers import write

    write(rows, out, format=fmt.value if fmt else None, kind=kind)


def _report_problems(problems: Sequence[object], quiet: bool) -> None:
    """The first skipped rows by name, the rest by number."""
    if quiet or not problems:
        return
    for problem in problems[:10]:
        typer.echo(f"skipped {problem}", err=True)
    if len(problems) > 10:
        typer.echo(f"skipped {len(problems) - 10} more rows", err=True)


def _logger(quiet: bool) -> Any:
    return (lambda line: None) if quiet else (lambda line: typer.echo(line, err=True))


def main() -> None:
    """Run the command line; a user's mistake is one line on standard error, never a traceback."""
    # nothing here may reach for a hub unless the user names one: find_model does that itself
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    try:
        app(standalone_mode=True)
    except StanceError as error:
        from stance.redaction import redacted

        typer.echo(f"stance: {redacted(str(error))}", err=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        typer.echo("stance: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # the reader of a pipe left (head, less): nothing is wrong, and nothing can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
