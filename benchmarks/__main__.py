"""``python -m benchmarks speed|quality|shifts|tables``."""

from __future__ import annotations

from enum import StrEnum
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
    attribution = "attribution"
    stance = "stance"
    verify = "verify"


@app.command()
def quality(
    task: Annotated[Task, typer.Option("--task")] = Task.pair,
    data: Data = DATA,
    model: Annotated[str, typer.Option("--model")] = "default",
    quick: Quick = False,
) -> None:
    """Quality on dev halves and on the seed corpus' gold."""
    from stance import NLI
    from stance.models import data_folder

    if task is Task.attribution:
        from benchmarks import quality_attribution

        _done(f"quality-{task}", quality_attribution.run(data))
        return
    nli = NLI.from_pretrained(model)
    figures: Any
    if task is Task.pair:
        from benchmarks import quality_pair

        figures = quality_pair.run(nli, data)
    elif task is Task.stance:
        from benchmarks import quality_stance

        figures = quality_stance.run(nli, data, data_folder("seeds"))
    else:
        from benchmarks import quality_verify

        figures = quality_verify.run(nli, data, data_folder("seeds"), quick=quick)
    _done(f"quality-{task}", figures, model=nli.info())


@app.command()
def speed(device: Annotated[str, typer.Option("--device")] = "cpu", quick: Quick = False) -> None:
    """Pairs per second beside the libraries one would take instead, in the same run."""
    from benchmarks import speed as suite

    _done(f"speed-{device}{'-quick' if quick else ''}", suite.run(device=device, quick=quick))


@app.command()
def shifts(data: Data = DATA, quick: Quick = False) -> None:
    """False alarms, power, coverage and speed of the shift tests on simulated and real series."""
    from benchmarks import shifts as suite

    _done("shifts-quick" if quick else "shifts", suite.run(quick=quick, data_dir=data))


@app.command()
def tables() -> None:
    """Fill the tables of the docs from the JSON of the runs."""
    from benchmarks.tables import pages, refresh

    for page in pages():
        page.write_text(refresh(page), encoding="utf-8")


def _done(name: str, figures: Any, **facts: Any) -> None:
    Console().print_json(data=figures)
    typer.echo(f"wrote {results.save(name, figures, **facts)}", err=True)


if __name__ == "__main__":
    app()
