"""The command line: parse, call, print. Every verb is a function of the library.

Data goes to standard output or ``-o``; everything else to standard error. Exit codes: 0 done,
1 failure, 2 usage, 3 a shift was found under ``--fail-on-shift``, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from stance import __version__
from stance.errors import InputError, StanceError, UsageError, remedy
from stance.options import (
    Aliases,
    Backend,
    BatchTokens,
    By,
    Claims,
    Confusion,
    Coverage,
    Device,
    Docs,
    Dtype,
    Engine,
    Errors,
    FailOnShift,
    Fmt,
    Folder,
    Format,
    Model,
    OnError,
    Out,
    OutDir,
    Overwrite,
    Period,
    Quiet,
    RulesAlone,
    Seed,
    Store,
    Table,
    TableFmt,
    TwoWay,
    Voices,
)

app = typer.Typer(
    name="stance",
    help="Find claims in dated documents, who makes them, each holder's stance, and its shifts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _examples(*lines: str) -> str:
    """What stands below a verb's options; the first character keeps the lines as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


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


@app.command(
    epilog=_examples(
        "stance attribute news.jsonl --format table",
        "stance attribute articles --rules-alone -o who.csv",
    )
)
def attribute(
    docs: Docs,
    out: Out = None,
    fmt: Fmt = None,
    on_error: Errors = OnError.skip,
    aliases: Aliases = None,
    model: Model = "default",
    rules_alone: RulesAlone = False,
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Who says what: holder, cue and content of every attribution."""
    from stance.verbs import attribute

    _check_format(out, fmt)
    documents = _read(docs, on_error, quiet)
    used = None if rules_alone else model
    rows = attribute(documents, aliases=_aliases(aliases), model=used, device=device)
    _write(rows, "attributions", out, fmt, overwrite)


@app.command(epilog=_examples("stance detect news.jsonl -o claims.csv"))
def detect(
    docs: Docs,
    out: Out = None,
    fmt: Fmt = None,
    on_error: Errors = OnError.skip,
    model: Model = "default",
    two_way: TwoWay = False,
    device: Device = "auto",
    dtype: Dtype = "auto",
    backend: Backend = "auto",
    batch_tokens: BatchTokens = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Check-worthy claims, their holders, self-contained wording.

    Rows of equal claim_id make the same claim.
    """
    from stance.verbs import as_model, detect

    _check_format(out, fmt)
    documents = _read(docs, on_error, quiet)
    nli = as_model(
        model,
        device=device,
        dtype=dtype,
        backend=backend,
        batch_tokens=batch_tokens,
        two_way=two_way,
    )
    _write(detect(documents, model=nli), "detected", out, fmt, overwrite)


@app.command(epilog=_examples("stance match news.jsonl --claims claims.txt --format table"))
def match(
    docs: Docs,
    claims: Claims = None,
    out: Out = None,
    fmt: Fmt = None,
    on_error: Errors = OnError.skip,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Passages that may bear on each claim, best first.

    No model is needed.
    """
    from stance.verbs import match

    _check_format(out, fmt)
    loaded = _load(docs, on_error, quiet, claims)
    if claims is None and loaded.claims_path is None:
        raise UsageError(
            f"no claims: give --claims FILE, or a folder that holds claims.* ({' '.join(docs)} "
            "holds none)"
        )
    wanted = _claims(claims or loaded.claims_path, on_error, quiet)
    _write(match(loaded.documents, wanted), "matches", out, fmt, overwrite)


@app.command(
    epilog=_examples(
        "stance score pairs.csv -o scored.csv",
        "stance score posts.csv --text-col body --claims claims.txt -o posts.parquet",
    )
)
def score(
    pairs: Annotated[
        str,
        typer.Argument(
            metavar="PAIRS",
            help="Table of (text, claim) rows, - for JSON Lines on standard input, or a data set "
            "of the hub: hf://owner/name[@revision][/config][/split].",
        ),
    ],
    out: Out = None,
    fmt: Fmt = None,
    text_col: Annotated[str, typer.Option("--text-col", help="Column of the text.")] = "text",
    claim_col: Annotated[str, typer.Option("--claim-col", help="Column of the claim.")] = "claim",
    claims: Annotated[
        str | None,
        typer.Option(
            "--claims", help="File with claims (text, id): score every text against each."
        ),
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
    """Batch scoring of (text, claim) rows, millions of them.

    Goes on where a killed run stopped. Row order is kept; a row that cannot be scored is kept with
    status error.
    """
    from stance.scoring import score_file

    summary = score_file(
        pairs,
        out,
        text_col=text_col,
        claim_col=claim_col,
        claims=None if claims is None else _claims(claims, OnError.skip, quiet),
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


@app.command(
    epilog=_examples(
        "stance track news.jsonl --claims claims.txt -o run",
        "stance track articles --model small -o small-run",
    )
)
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
    """The whole flow, from documents to shifts and a report.

    Writes attributions, claims, stances, timelines and shifts as .jsonl, report.html and run.json.
    Without --claims the claims the documents are most about are found.
    """
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


@app.command(epilog=_examples("stance demo --model small"))
def demo(
    out: OutDir = Path("out/demo"),
    model: Model = "default",
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Track the packaged seed corpus and print what was found."""
    from stance.models import data_folder

    seeds = [str(data_folder("seeds"))]
    _track(seeds, out, overwrite=overwrite, model=model, device=device, quiet=quiet)


def _track(
    docs: Sequence[str], out: Path, *, quiet: bool, fail_on_shift: bool = False, **settings: Any
) -> None:
    from rich.console import Console

    from stance.reporting import print_summary
    from stance.tracking import track

    found = track(
        _paths(docs),
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


@app.command(
    epilog=_examples(
        "stance shifts run --format table",
        "stance shifts labels.csv --by claim -o shifts.jsonl",
    )
)
def shifts(
    table: Table,
    out: Out = None,
    fmt: Fmt = None,
    by: Annotated[By, typer.Option("--by", help="Whose series are tested.")] = By.holder,
    alpha: Annotated[float, typer.Option("--alpha", help="False discovery rate.")] = 0.05,
    threshold: Annotated[
        float, typer.Option("--threshold", help="Least probability of a pairwise shift.")
    ] = 0.6,
    confusion: Confusion = None,
    on_error: Errors = OnError.skip,
    seed: Seed = 0,
    overwrite: Overwrite = False,
    fail_on_shift: FailOnShift = False,
    quiet: Quiet = False,
) -> None:
    """Changes of stance in a run, or in anyone's labels or scores."""
    from stance.changes import find_shifts
    from stance.rows import fail

    _check_format(out, fmt)
    problems: list[object] = []
    report = fail if on_error is OnError.fail else problems.append
    found = find_shifts(
        table,
        by=by.value,
        alpha=alpha,
        threshold=threshold,
        seed=seed,
        confusion=_confusion(confusion),
        report=report,
    )
    _report_problems(problems, quiet)
    _write(found.shifts, "shifts", out, fmt, overwrite)
    _logger(quiet)("\n".join([str(found), *found.unchanged()]))
    if not found.tests and not found.too_short:
        nothing = _NOTHING.format("tested")
        if fail_on_shift:  # or a job that reads nothing would never be noticed
            raise InputError(nothing, file=table)
        _logger(quiet)(f"{table}: {nothing}")
    if fail_on_shift and found.shifts:
        raise typer.Exit(3)


@app.command(epilog=_examples("stance trend labels.csv --every 30 -o levels.jsonl"))
def trend(
    table: Table,
    out: Out = None,
    fmt: Fmt = None,
    by: Annotated[By, typer.Option("--by", help="Whose levels are smoothed.")] = By.holder,
    every: Annotated[
        int | None, typer.Option("--every", help="Also give the level every so many days.")
    ] = None,
    confusion: Confusion = None,
    on_error: Errors = OnError.skip,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Smoothed levels with intervals over real time.

    For series of three days or more.
    """
    from stance.rows import fail
    from stance.trends import Trend, find_trends

    _check_format(out, fmt)
    problems: list[object] = []
    report = fail if on_error is OnError.fail else problems.append
    found = find_trends(
        _stances_file(table),
        by=by.value,
        every=every,
        confusion=_confusion(confusion),
        report=report,
    )
    _report_problems(problems, quiet)
    _write(found.trends, Trend, out, fmt, overwrite)
    _logger(quiet)(str(found))
    if not found.trends and not found.too_short:
        _logger(quiet)(f"{table}: {_NOTHING.format('smoothed')}")


_NOTHING = "no row could be used, so nothing was {}; check its columns, dates and labels"


def _stances_file(source: str | Path) -> str:
    """The stances of a folder of ours, or the source as it is."""
    path = Path(source)
    return str(path / "stances.jsonl" if source != "" and path.is_dir() else source)


@app.command(
    epilog=_examples(
        "stance audit run -n 40 -o sample.csv",
        "stance audit run --labels labelled.csv --period month",
    )
)
def audit(
    folder: Folder,
    n: Annotated[int, typer.Option("-n", help="Rows to draw for hand labels.")] = 100,
    labels: Annotated[Path | None, typer.Option("--labels", help="The sample, filled in.")] = None,
    period: Annotated[
        Period | None, typer.Option("--period", help="Also shares of each month, quarter or year.")
    ] = None,
    width: Annotated[
        float, typer.Option("--width", help="Width of interval that more_labels is told for.")
    ] = 0.1,
    confusion: Annotated[
        Path | None,
        typer.Option("--confusion", help="Also write the labels' confusion matrix here, as JSON."),
    ] = None,
    out: Out = None,
    fmt: Fmt = None,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """A sample for hand labels; shares corrected by them.

    With --labels, the sample with its column label filled in, shares and trends as the model has
    them and corrected. --confusion counts true stances by the model's, for stance trend and shifts.
    """
    from stance.audit import audit_estimate, confusion_matrix, draw_sample
    from stance.stancerows import read_stances
    from stance.writers import write_text

    _check_format(out, fmt)
    if confusion is not None and labels is None:
        raise UsageError("--confusion is counted from --labels FILE; name it")
    rows = read_stances(_stances_file(folder))
    if labels is None:
        chosen = fmt or (None if out else Format.csv)
        _write(draw_sample(rows, n, seed), None, out, chosen, overwrite)
    else:
        chosen = fmt or (None if out else Format.table)
        span: Any = period.value if period else None
        found = audit_estimate(rows, labels, period=span, width=width)
        _write(found, None, out, chosen, overwrite)
        if confusion is not None:
            matrix = json.dumps(confusion_matrix(rows, labels))
            write_text(matrix + "\n", confusion, overwrite=overwrite)


@app.command(
    epilog=_examples(
        'stance verify "The dam broke." --evidence news.jsonl --as-of 2023-05-04',
        "stance verify --claims claims.txt --evidence articles -o verdicts.jsonl",
    )
)
def verify(
    claim: Annotated[
        str | None, typer.Argument(metavar="CLAIM", help="The claim, if not --claims.")
    ] = None,
    evidence: Annotated[
        str, typer.Option("--evidence", help="Documents to search: a file, a folder or -.")
    ] = "",
    claims: Claims = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Last date of evidence, such as 2023-05-04.")
    ] = None,
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
    dtype: Dtype = "auto",
    backend: Backend = "auto",
    batch_tokens: BatchTokens = "auto",
    store: Store = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """A verdict on each claim, with the passages for and against it.

    --claims takes a file of claims, or a ClaimReview feed (.json, .jsonld, .jsonl).
    """
    from stance.archive import Archive
    from stance.readers import read_claims
    from stance.rows import read_rows
    from stance.schemaorg import check_jsonld, verdict_nodes, write_jsonld
    from stance.store import as_store
    from stance.verbs import as_model, verify
    from stance.verification import Verdict, unanswered

    _check_format(out, fmt)
    if not evidence or (claim is not None and claims is not None):
        raise UsageError("give one claim or --claims FILE, and --evidence DOCS")
    if claim is not None and not claim.strip():
        raise UsageError("the claim is empty; give one claim, or --claims FILE")
    if parts and history:
        raise UsageError("--parts and --history are two tables; ask for one at a time")
    if ratings is not None and jsonld is None:
        raise UsageError("--ratings are written to --jsonld FILE; name it")
    day = _day(as_of)
    loaded = _load(evidence, on_error, quiet, claims)
    claims = claims or (None if claim or not loaded.claims_path else str(loaded.claims_path))
    if claim is not None:
        wanted = read_claims([claim])
    elif claims is None:
        raise UsageError("give one claim or --claims FILE, and --evidence DOCS")
    else:
        wanted = _claims(claims, on_error, quiet)
    rated = list(read_rows(ratings)) if ratings is not None else []
    if jsonld is not None:  # mistakes in what is written last show before the work
        coming = unanswered(wanted, parts=parts)
        verdict_nodes(coming, (), rated)
        if not overwrite:
            check_jsonld(jsonld, coming)
    how: dict[str, Any] = {"voices": voices.value, "source_weights": _weights(source_weights)}
    kept = as_store(store, _logger(quiet))
    archive = Archive(loaded.documents, day, store=kept)
    nli = as_model(
        model,
        device=device,
        dtype=dtype,
        backend=backend,
        batch_tokens=batch_tokens,
        two_way=two_way,
    )
    if not history:
        how["parts"] = parts
    found = verify(
        wanted,
        archive,
        model=nli,
        store=kept,
        command=_command(),
        by_day=history,
        log=_logger(quiet),
        **how,
    )
    if jsonld is not None:  # first the file that may be refused, then the rows
        nodes = verdict_nodes(found, archive.documents, rated, wanted)
        write_jsonld(nodes, jsonld, overwrite=overwrite)
    _write(found, Verdict, out, fmt, overwrite)


@app.command(epilog=_examples("stance report run"))
def report(
    folder: Folder,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="HTML file to write.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write report.html again from a folder of results."""
    from stance.reporting import render

    typer.echo(render(folder, out=out, overwrite=overwrite))


@app.command(epilog=_examples("stance runs kept.duckdb"))
def runs(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="DuckDB file of --store.")],
    run_id: Annotated[
        int | None, typer.Argument(metavar="RUN", help="Show all about this run.")
    ] = None,
    out: Out = None,
    fmt: Fmt = None,
    overwrite: Overwrite = False,
) -> None:
    """The runs that a store holds: settings, model, counts, seconds.

    Oldest first.
    """
    from stance.store import Store
    from stance.store.runs import listing

    _check_format(out, fmt)
    found = Store(store, read_only=True).runs()
    chosen = fmt or (None if out else Format.table)
    shape = chosen.value if chosen else out.suffix.lstrip(".").lower() if out else "table"
    _write(listing(found, run_id, shape), None, out, chosen, overwrite)


@app.command(epilog=_examples("stance models --format jsonl"))
def models(fmt: TableFmt = Format.table) -> None:
    """The models: shipped ones, and known ones of the hub.

    Those of the hub are fetched when they are asked for by name.
    """
    from stance.models import model_rows

    _write(model_rows(), None, None, fmt)


@app.command(epilog=_examples("stance train recipe.toml --data pairs -o mine"))
def train(
    recipe: Annotated[
        Path, typer.Argument(metavar="RECIPE", help="recipe.toml: sources, mix and settings.")
    ],
    out: OutDir,
    data: Annotated[
        Path, typer.Option("--data", help="Folder the recipe's files are in.")
    ] = Path(),
    init: Annotated[
        str | None,
        typer.Option("--init", help="Encoder: shipped model, folder, package, ORG/NAME@REV."),
    ] = None,
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Fine-tune a pair model by a recipe.

    Goes on where a killed run stopped.
    """
    from stance.training import read_recipe, train

    made = train(
        read_recipe(recipe),
        data,
        out,
        init=init,
        device=device,
        overwrite=overwrite,
        log=_logger(quiet),
    )
    typer.echo(made)


@app.command(epilog=_examples("stance doctor"))
def doctor(fmt: TableFmt = Format.table) -> None:
    """Check that scoring works here.

    Versions, device, model, checksum, threads, and one scored pair as proof. Exit 1 if it does not.
    """
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
    return shlex.join(["stance", *sys.argv[1:]])


def _paths(given: Sequence[str]) -> str | list[str | Path]:
    return given[0] if len(given) == 1 else [Path(x) if x not in ("", "-") else x for x in given]


def _load(
    source: str | Sequence[str], on_error: OnError, quiet: bool, claims: str | None = None
) -> Any:
    from stance.readers import load

    if claims == "-" and "-" in source:
        raise UsageError("documents and claims cannot both be standard input; give one as a file")
    paths = source if isinstance(source, str) else _paths(source)
    loaded = load(paths, on_error=on_error.value, claims=claims)
    _report_problems(loaded.problems, quiet)
    if (note := loaded.note()) and not quiet:
        typer.echo(note, err=True)
    return loaded


def _read(source: Sequence[str], on_error: OnError, quiet: bool) -> list[Any]:
    documents: list[Any] = _load(source, on_error, quiet).documents
    return documents


def _day(as_of: str | None) -> Any:
    from stance.dates import parse_date

    try:
        return None if as_of is None else parse_date(as_of)
    except InputError as error:
        raise UsageError(f"--as-of: {error}") from None


def _claims(source: str | Path, on_error: OnError, quiet: bool) -> list[Any]:
    from stance.readers import load_claims

    found, problems = load_claims(source, on_error=on_error.value)
    _report_problems(problems, quiet)
    if not found:
        raise UsageError(f"no usable claim in {source}; give at least one row with 'text'")
    return found


def _aliases(path: Path | None) -> dict[str, str] | None:
    return None if path is None else _object(path, str, "alias: holder")


def _weights(path: Path | None) -> dict[str, float] | None:
    from stance.verification import check_weights

    found = None if path is None else _object(path, object, "source or holder: weight")
    check_weights(found)
    return found


def _confusion(path: Path | None) -> Any:
    return None if path is None else _json(path)


def _object(path: Path, kind: Any, wanted: str) -> dict[str, Any]:
    found = _json(path)
    if not isinstance(found, dict) or not all(isinstance(v, kind) for v in found.values()):
        raise UsageError(f"{path} must hold one JSON object of {wanted}")
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None
    except RecursionError:
        raise UsageError(f"cannot read {path}: it is nested too deeply") from None


def _check_format(out: Path | None, fmt: Format | None) -> None:
    """Before the work, not after it."""
    from stance.writers import output_format

    output_format(out, fmt.value if fmt else None)


def _write(
    rows: Iterable[Any],
    kind: str | type | None,
    out: Path | None,
    fmt: Format | None,
    overwrite: bool = False,
) -> None:
    from stance.writers import write

    write(rows, out, format=fmt.value if fmt else None, kind=kind, overwrite=overwrite)


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


def _interrupted() -> NoReturn:
    typer.echo("stance: interrupted; the same command goes on where it can", err=True)
    sys.exit(130)


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
        _interrupted()
    except SystemExit as stop:
        if stop.code == 130:  # typer turned the interrupt into this, without a word
            _interrupted()
        raise
    except BrokenPipeError:
        # the reader of a pipe left (head, less): nothing is wrong, and nothing can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:  # a full disk behind standard output, a folder that vanished
        where = f" ({error.filename})" if error.filename else ""
        typer.echo(f"stance: {error.strerror or error}{where}; {remedy(error)}", err=True)
        sys.exit(1)
