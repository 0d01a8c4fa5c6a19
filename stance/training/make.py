"""From a recipe to what is shipped, in one command; a killed one goes on with the same command.

    python -m stance.training.make prepare RECIPE MIX --data DATA
    python -m stance.training.make model MIX/recipe.toml OUT --data MIX --device cuda
    python -m stance.training.make mean FIRST TRAINED RECIPE OUT --data DATA
    python -m stance.training.make heads OUT/packed --data DATA --mix MIX --strong STRONG

``prepare`` reads and makes all pairs once, on any machine, and writes them as one small folder
that is a recipe with its data. ``model`` trains, packs, calibrates and measures: the part that
wants a GPU. ``mean`` does so with the mean of a model's weights and of those that a further stage
made of them. ``heads`` fits what stands on a small model's weights: the head for sentences worth
checking, and the cascade with a stronger model.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from stance.errors import InputError, ModelError, StanceError
from stance.training import LABELS, finish, mix, new_model, read_recipe, save, train
from stance.training.evaluation import dev_sets, first_half
from stance.training.recipe import Recipe
from stance.training.sources import Example

ORIGINAL = "original.toml"
PACKED = "packed"
"""The folder in a trained model's that is shipped: int8 shards and all that belongs to them."""
WITH_MARGIN = 0.995
"""Agreement that a cascade is fitted to. At .99 on development pairs it was .981 to .984 on
candidate pairs of whole articles (seed corpus, stories, reports), which are of another kind."""
Log = Callable[[str], None]

app = typer.Typer(no_args_is_help=True, add_completion=False)
Data = Annotated[Path, typer.Option("--data", help="Folder of the recipe's files.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:N.")]


def prepare_mix(recipe: Path, data: Path, out: Path, log: Log = print) -> Path:
    """Write all pairs of a recipe and its dev sets to ``out``, with a recipe that reads them.

    A mix of minutes of reading becomes files of some megabytes that load in seconds and need
    nothing else. Returns the new recipe's path. Raises InputError where settings stand below the
    first source.
    """
    known = read_recipe(recipe)
    out.mkdir(parents=True, exist_ok=True)
    rows = mix(known, data, log)
    files: list[tuple[str, str, Sequence[Example], dict[str, object]]] = [
        ("source", "train", [row for row in rows if row.label >= 0], {}),
        ("unlabelled", "unlabelled", [row for row in rows if row.label < 0], {}),
    ]
    for source, (name, held) in zip(known.dev, dev_sets(known, data).items(), strict=True):
        kept = {k: v for k, v in source.options.items() if k in ("calibrate", "two_way")}
        files.append(("dev", f"dev-{len(files) - 1}", held, {"name": name, **kept}))
    text = known.text.split("[[", 1)[0].rstrip()
    for key, stem, examples, options in files:
        if not examples:
            continue
        _write_examples(out / f"{stem}.jsonl.gz", examples)
        lines = {"kind": "pairs", "file": f"{stem}.jsonl.gz", "words": 1_000_000, **options}
        text += f"\n\n[[{key}]]\n" + "\n".join(f"{k} = {json.dumps(v)}" for k, v in lines.items())
    path = out / "recipe.toml"
    path.write_text(text + "\n", encoding="utf-8")
    shutil.copyfile(recipe, out / ORIGINAL)
    if _settings(read_recipe(path)) != _settings(known):
        raise InputError("write settings and tables above the first [[source]]", file=str(recipe))
    log(f"{len(rows)} pairs, {sum(f.stat().st_size for f in out.iterdir()) / 1e6:.1f} MB in {out}")
    return path


def make_model(
    recipe: Path,
    data: Path,
    out: Path,
    *,
    init: str | None = None,
    teacher: str | None = None,
    device: str = "auto",
    minutes: float | None = None,
    log: Log = print,
) -> Path:
    """Train by a recipe, pack, calibrate and measure on the packed weights; the packed folder.

    ``teacher`` takes the place of the recipe's. A step that is done is not done again.
    """
    from stance.models import CARD
    from stance.packing import pack

    known = read_recipe(recipe)
    if teacher and known.distil:
        known = replace(known, distil=replace(known.distil, teacher=teacher))
    train(known, data, out, init=init, device=device, minutes=minutes, log=log)
    made = json.loads((out / CARD).read_text(encoding="utf-8"))
    packed = out / PACKED
    if (packed / CARD).is_file():
        held = json.loads((packed / CARD).read_text(encoding="utf-8"))
        if held.get("packed_from") == made["sha256"]:
            log(f"{packed} was packed before")
            return packed
    pack(out, packed, frozen_layers=_frozen(known))
    (packed / CARD).unlink()
    more = {"seeds": made["seeds"], "packed_from": made["sha256"]}
    known = replace(known, init=made["init"])
    finish(known, data, packed, device=device, more=more, log=log)
    original = recipe.parent / ORIGINAL
    if original.is_file():
        shutil.copyfile(original, packed / "recipe.toml")
    return packed


def mean_model(
    first: str,
    trained: str,
    recipe: Path,
    data: Path,
    out: Path,
    *,
    device: str = "auto",
    log: Log = print,
) -> Path:
    """The mean of the weights of ``first`` and of what a stage made of it, packed in ``out``.

    It keeps more of what the stage before knew than the stage alone does (Wortsman et al. 2022,
    arXiv:2109.01903). ``recipe`` is the stage's: its development sets calibrate and measure, and
    what it froze is packed apart. Raises ModelError for two models of different shapes.
    """
    from stance.inference.options import pick_device
    from stance.models import find_model, loadable, weights_sha256
    from stance.packing import WHOLE, pack
    from stance.training.runs import mean_weights

    known = read_recipe(recipe)
    refs = [find_model(name) for name in (first, trained)]
    folders = [loadable(ref.path) for ref in refs]
    files = [folder / WHOLE for folder in folders]
    shapes = [_shapes(file) for file in files]
    if shapes[0] != shapes[1]:
        odd = sorted(dict(set(shapes[0].items()) ^ set(shapes[1].items())))
        raise ModelError(
            f"'{first}' and '{trained}' have no mean: they differ in {', '.join(odd[:3])}; "
            "give a model and what was trained from it"
        )
    model, tokenizer, _ = new_model(str(folders[1]), known, known.seed, pick_device("cpu"))
    model.load_state_dict(mean_weights(files))
    save(model, tokenizer, out)
    packed = pack(out, out / PACKED, frozen_layers=_frozen(known))
    more = {"mean_of": [weights_sha256(ref.path) for ref in refs]}
    return finish(known, data, packed, device=device, more=more, log=log)


def _shapes(file: Path) -> dict[str, tuple[int, ...]]:
    from safetensors import safe_open

    if not file.is_file():
        raise ModelError(f"{file} is missing; a mean needs weights in one file of that name")
    with safe_open(file, "pt") as held:
        return {name: tuple(held.get_slice(name).get_shape()) for name in held.keys()}  # noqa: SIM118


def _frozen(recipe: Recipe) -> int | None:
    """How many of the lowest layers a recipe leaves as they are, embeddings included."""
    return recipe.train.freeze_layers if recipe.train.freeze_embeddings else None


def fit_heads(
    model: Path, data: Path, mixed: Path, strong: Path | None, *, device: str, log: Log = print
) -> Path:
    """The sentence head of ``model``, and beside it the cascade with ``strong``, if one is given.

    The cascade's threshold is fitted on the first half of the dev pairs in ``mixed``, to
    :data:`WITH_MARGIN`.
    """
    from stance.inference import NLI
    from stance.inference.cascade import fit_threshold, save_cascade
    from stance.inference.sentences import FILE
    from stance.training.checkworthiness import fit_head

    head = fit_head(data, model, device=device)
    (model / FILE).write_text(json.dumps(head, indent=1) + "\n", encoding="utf-8")
    log(f"wrote {model / FILE}")
    if strong is None:
        return model
    sets = dev_sets(read_recipe(mixed / "recipe.toml"), mixed)
    rows = [row for held in sets.values() for row in held if first_half(row)]
    pairs = list(dict.fromkeys((row.premise, row.hypothesis) for row in rows))
    scores = [
        np.asarray(NLI.from_pretrained(m, device=device).score(pairs)) for m in (model, strong)
    ]
    fit = fit_threshold(scores[0], scores[1], agreement=WITH_MARGIN, log=log)
    return save_cascade(model.parent / "cascade", model, strong, fit)


def _settings(recipe: Recipe) -> tuple[object, ...]:
    return tuple(
        getattr(recipe, key)
        for key in "name init seed seeds licence languages train distil".split()
    )


def _write_examples(path: Path, examples: Sequence[Example]) -> None:
    """Rows as the kind ``pairs`` reads them; the same rows give the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as stream:
        stream.writelines(_lines(examples))


def _lines(examples: Iterable[Example]) -> Iterable[bytes]:
    for row in examples:
        label = {"label": LABELS[row.label]} if row.label >= 0 else {}
        kept = {"text": row.premise, "claim": row.hypothesis, **label, "key": row.key}
        yield (json.dumps(kept, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


@app.command()
def prepare(recipe: Path, out: Path, data: Data = Path()) -> None:
    """Read and make all pairs of a recipe once, into a folder that needs nothing else."""
    typer.echo(prepare_mix(recipe, data, out, _err))


@app.command()
def model(
    recipe: Path,
    out: Path,
    data: Data = Path(),
    init: Annotated[str | None, typer.Option("--init", help="Encoder to start from.")] = None,
    teacher: Annotated[str | None, typer.Option("--teacher", help="In place of its own.")] = None,
    device: Device = "auto",
    minutes: Annotated[
        float | None, typer.Option("--minutes", help="Begin no run that would end later.")
    ] = None,
) -> None:
    """Train, pack, calibrate and measure."""
    typer.echo(
        make_model(
            recipe,
            data,
            out,
            init=init,
            teacher=teacher,
            device=device,
            minutes=minutes,
            log=_err,
        )
    )


@app.command()
def mean(
    first: str, trained: str, recipe: Path, out: Path, data: Data = Path(), device: Device = "auto"
) -> None:
    """Pack, calibrate and measure the mean of a model and of what a stage made of it."""
    typer.echo(mean_model(first, trained, recipe, data, out, device=device, log=_err))


@app.command()
def heads(
    folder: Path,
    data: Data = Path(),
    mixed: Annotated[Path, typer.Option("--mix", help="What prepare wrote.")] = Path(),
    strong: Annotated[Path | None, typer.Option("--strong", help="The cascade's second.")] = None,
    device: Device = "auto",
) -> None:
    """Fit the sentence head of a packed model and its cascade with a stronger one."""
    typer.echo(fit_heads(folder, data, mixed, strong, device=device, log=_err))


def _err(line: str) -> None:
    typer.echo(line, err=True)


def main() -> None:
    """The command line; a mistake is one line and exit 1."""
    try:
        app(standalone_mode=True)
    except StanceError as error:
        typer.echo(f"make: {error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
