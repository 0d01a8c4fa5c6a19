"""``python -m benchmarks speed|quality|packing|shifts|reliability|tables``."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import results

app = typer.Typer(no_args_is_help=True, add_completion=False)
DATA = Path(__file__).parents[2] / "shared" / "data"
Data = Annotated[Path, typer.Option("--data", help="Folder of the training and dev data.")]
Quick = Annotated[bool, typer.Option("--quick", help="Fewer rows and rounds, for a look.")]


class Task(StrEnum):
    """What is measured."""

    pair = "pair"
    checkworthiness = "checkworthiness"
    attribution = "attribution"
    cascade = "cascade"
    claims = "claims"
    matching = "matching"
    stance = "stance"
    verify = "verify"
    wordings = "wordings"


@app.command()
def quality(
    task: Annotated[Task, typer.Option("--task")] = Task.pair,
    data: Data = DATA,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", help="May be repeated (pair, checkworthiness, wordings)."),
    ] = None,
    rows: Annotated[int | None, typer.Option("--rows", help="At most so many of a set.")] = None,
    hub: Annotated[
        list[str] | None,
        typer.Option("--hub", help="A data set of the hub or a folder: NAME[[:CONFIG]:SPLIT]."),
    ] = None,
    quick: Quick = False,
) -> None:
    """Quality on dev halves and on the seed corpus' gold."""
    from stance import NLI
    from stance.models import data_folder, find_model

    figures: Any
    models = model or ["default"]
    end = "-quick" if quick else ""
    if task is Task.pair:
        from benchmarks import quality_pair

        most = rows or (quality_pair.QUICK_ROWS if quick else None)
        figures = quality_pair.run(
            models, data, data_folder("seeds"), rows=most, hub=hub or (), log=_note
        )
        _done(f"quality_pair{end}", figures, most_rows=most)
        return
    if task is Task.checkworthiness:
        from benchmarks import quality_checkworthiness

        figures = quality_checkworthiness.run(data, models, quick=quick)
        checksums = {name: find_model(name).sha256 for name in models}
        _done(f"quality_checkworthiness{end}", figures, models=checksums)
        return
    if task is Task.attribution:
        from benchmarks import quality_attribution

        raw = data.parent / "seeds"
        figures = quality_attribution.run(data, data_folder("seeds"), raw, quick=quick)
        _done(f"quality_{task}{'-quick' if quick else ''}", figures)
        return
    if task is Task.matching:
        from benchmarks import quality_matching

        _done(
            f"quality_matching{end}", quality_matching.run(data, data_folder("seeds"), quick=quick)
        )
        return
    if task is Task.wordings:
        from benchmarks import quality_wordings

        figures = [
            {"model": name, **row}
            for name in models
            for row in quality_wordings.run(NLI.from_pretrained(name))
        ]
        checksums = {name: find_model(name).sha256 for name in models}
        _done("quality_wordings", figures, models=checksums)
        return
    if task is Task.cascade:
        from benchmarks import quality_cascade

        figures = quality_cascade.run(data, data_folder("seeds"), quick=quick)
        checksums = {part.name: part.sha256 for part in find_model("cascade").parts}
        _done(f"quality_cascade{end}", figures, models=checksums)
        return
    nli = NLI.from_pretrained(models[0])
    if models[0] != "default":
        end = f"-{Path(models[0]).name}{end}"
    if task is Task.stance:
        from benchmarks import quality_stance
        from benchmarks.kept import Kept

        figures = quality_stance.run(Kept(nli), data, data_folder("seeds"), quick=quick)
    elif task is Task.claims:
        from benchmarks import quality_claims
        from benchmarks.kept import Kept

        figures = quality_claims.run(Kept(nli), data, quick=quick)
    else:
        from benchmarks import quality_verify
        from benchmarks.kept import Kept

        figures = quality_verify.run(Kept(nli), data, data_folder("seeds"), quick=quick)
    _done(f"quality_{task}{end}", figures, model=nli.info())


@app.command()
def packing(
    trained: Annotated[Path, typer.Option("--trained", help="Folder as trained, in fp16.")],
    packed: Annotated[
        Path | None, typer.Option("--packed", help="Its shards; packed/ inside it if not given.")
    ] = None,
    data: Data = DATA,
    rows: Annotated[int | None, typer.Option("--rows", help="At most so many of a set.")] = None,
) -> None:
    """What int8 shards change of a trained model's answers, on its dev sets."""
    from benchmarks import packing_loss
    from stance.models import find_model
    from stance.training.make import PACKED

    shards = packed or trained / PACKED
    figures = packing_loss.run(trained, shards, data, rows=rows, log=_note)
    checksums = {str(folder): find_model(folder).sha256 for folder in (trained, shards)}
    _done("packing", {"sets": figures}, models=checksums, most_rows=rows)


@app.command()
def verify_speed(
    data: Data = DATA,
    model: Annotated[str, typer.Option("--model")] = "default",
    size: Annotated[
        list[int] | None, typer.Option("--size", help="Passages; may be repeated.")
    ] = None,
) -> None:
    """Seconds per claim of stance verify by the number of passages, and what the index costs."""
    from benchmarks import verify_speed as suite
    from stance import NLI

    nli = NLI.from_pretrained(model)
    _done("verify_speed", suite.run(nli, data, size or suite.SIZES), model=nli.info())


@app.command()
def speed(
    device: Annotated[str, typer.Option("--device")] = "cpu",
    model: Annotated[str, typer.Option("--model")] = "default",
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Only this one; may be repeated.")
    ] = None,
    int8: Annotated[bool, typer.Option("--int8", help="With int8, and what it costs.")] = False,
    quick: Quick = False,
) -> None:
    """Pairs per second beside the libraries one would take instead, in the same run."""
    from benchmarks import speed as suite

    if unknown := set(scenario or ()) - set(suite.SCENARIOS):
        known = ", ".join(suite.SCENARIOS)
        raise typer.BadParameter(f"no scenario {', '.join(unknown)}; there are: {known}")
    suite.run(
        device, quick, model, scenario or (), int8, log=lambda line: typer.echo(line, err=True)
    )


@app.command()
def shifts(data: Data = DATA, quick: Quick = False) -> None:
    """False alarms, power, coverage and speed of the shift tests on simulated and real series."""
    from benchmarks import shifts as suite

    _done("shifts-quick" if quick else "shifts", suite.run(quick=quick, data_dir=data))


class Part(StrEnum):
    """What goes wrong: kills of a command, full disks, hostile input."""

    score = "score"
    track = "track"
    disk = "disk"
    fuzz = "fuzz"
    store = "store"


@app.command()
def reliability(
    part: Annotated[Part | None, typer.Option("--part", help="Only this one.")] = None,
    rows: Annotated[int, typer.Option("--rows", help="Rows of a job that is killed.")] = 20_000,
    minutes: Annotated[float, typer.Option("--minutes", help="Kill no further job after.")] = 1e6,
    quick: Quick = False,
) -> None:
    """Kills at random moments, full disks, hostile input, a growing store: what is lost, what is
    said, what is done twice."""
    from benchmarks import reliability as suite

    parts = [part] if part else suite.PARTS
    for figures in suite.run(parts, quick=quick, rows=rows, minutes=minutes):
        _done(suite.suite_name(quick), figures, model="random weights, one layer, made on the spot")


@app.command()
def confidence(data: Data = DATA) -> None:
    """Count on annotated articles how often every rule of the reporting grammar is right."""
    from benchmarks import fit_confidence

    typer.echo(f"wrote {fit_confidence.run(data)}", err=True)


@app.command()
def tables() -> None:
    """Fill the tables of the docs from the JSON of the runs, and draw the pictures of speed."""
    from benchmarks.risk_plot import draw
    from benchmarks.speed_plot import draw_all
    from benchmarks.tables import pages, refresh

    if find_spec("matplotlib"):
        draw_all()
        draw()
    else:
        _note("pictures stay as they are: no matplotlib here; pip install 'stance-tracker[bench]'")
    for page in pages():
        page.write_text(refresh(page), encoding="utf-8")


def _note(line: str) -> None:
    typer.echo(line, err=True)


def _done(name: str, figures: Any, **facts: Any) -> None:
    Console().print_json(data=figures)
    typer.echo(f"wrote {results.save(name, figures, **facts)}", err=True)


if __name__ == "__main__":
    app()
