"""The sets a pair head is measured on, and the rows that their floors may learn from."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from stance.errors import InputError
from stance.models import find_model
from stance.training import evaluation, sources
from stance.training.recipe import Recipe, Source, read_recipe
from stance.training.sources import Example

MORE = Path(__file__).with_name("pair_sets.toml")
STANCE = ("gwsd", "emergent", "perspectrum", "vast", "semeval2016t6", "ibmcs")
"""Files of the sets whose mean macro-F1 is reported."""
FEWEST_GROUPS = 5
FLOOR_ROWS = 4000
"""Training rows a floor learns from, at most: more change it by less than its interval."""


@dataclass(frozen=True, slots=True)
class DevSet:
    """Rows nobody trained on; ``seen`` is true where a stage of the model trains on the same file
    with another cut, so that some of them may have been.
    """

    name: str
    rows: list[Example]
    two_way: bool
    stance: bool
    seen: bool


def recipe_of(model: str) -> Recipe:
    """The recipe of the last stage beside a model's weights, with the sources of all its stages;
    that of the default model where it has none.

    The last stage is the one whose calibrating sets are those that the card's calibration was
    fitted on; ``recipe.toml`` where no other is.
    """
    ref = find_model(model)
    stages = {file.name: read_recipe(file) for file in sorted(ref.path.glob("*.toml"))}
    if "recipe.toml" not in stages:
        return recipe_of("default")
    fitted = (ref.card.get("calibration") or {}).get("fitted_on")
    fits = [stage for stage in stages.values() if _calibrating(stage) == fitted]
    last = fits[-1] if fits else stages["recipe.toml"]
    every = [s for stage in stages.values() for s in (*stage.sources, *stage.unlabelled)]
    return replace(last, sources=tuple(every))


def _calibrating(recipe: Recipe) -> list[str]:
    return [name_of(source) for source in recipe.dev if source.options.get("calibrate")]


def dev_sources(recipe: Recipe) -> list[Source]:
    """The recipe's dev sets, and those of ``pair_sets.toml`` it lacks."""
    more = tomllib.loads(MORE.read_text(encoding="utf-8"))["dev"]
    own = {"kind", "file", "per_label"}
    known = {name_of(source) for source in recipe.dev}
    extra = [
        Source(
            kind=row["kind"],
            file=row["file"],
            per_label=row.get("per_label"),
            options={key: value for key, value in row.items() if key not in own},
        )
        for row in more
        if row["name"] not in known
    ]
    return [*recipe.dev, *extra]


def files_of(source: Source) -> list[str]:
    """The files a source is read from, and those it is kept apart from."""
    apart = source.options.get("apart", [])
    return [f for f in (source.file, *([apart] if isinstance(apart, str) else apart)) if f]


def load(source: Source, recipe: Recipe, data: Path, most: int | None = None) -> DevSet:
    """The rows of one set, at most ``most`` of them, drawn with a fixed seed.

    Of sets that the calibration was fitted on, only the half it has not seen.
    """
    half = "dev" if source.options.get("holdout") else "train"
    rows = sources.load(source, data, recipe.seed, half)
    if source.options.get("calibrate"):
        rows = [row for row in rows if not evaluation.first_half(row)]
    if most is not None and len(rows) > most:
        rows = random.Random(7).sample(rows, most)
    if len({row.label for row in rows}) < 2:
        raise InputError(
            f"the dev set '{name_of(source)}' has fewer than two labels", file=source.file
        )
    return DevSet(
        name=name_of(source),
        rows=rows,
        two_way=bool(source.options.get("two_way")),
        stance=Path(source.file).name.startswith(STANCE),
        seen=any(
            other.file == source.file
            and other.kind in ("pairs", "targets")
            and other.options.get("holdout") != source.options.get("holdout")
            for other in recipe.sources
        ),
    )


def train_half(source: Source, recipe: Recipe, data: Path) -> list[Example]:
    """What a floor may learn from: the other side of the cut, or the training file beside a dev
    file; nothing where there is neither.
    """
    # templates kept for evaluation are as new to the floor as to the model; the texts that the dev
    # rows are kept apart from are what it learns from
    options = {k: v for k, v in source.options.items() if k not in ("unseen", "apart", "half")}
    whole = replace(source, per_label=None, options=options)
    if options.get("holdout") or source.options.get("half"):
        return sources.load(whole, data, recipe.seed, "train")[:FLOOR_ROWS]
    file = data / source.file
    found: list[Example] = []
    for sibling in sorted(file.parent.glob(f"{file.name.split('-')[0]}-train*.jsonl.gz")):
        if sibling != file:
            name = str(sibling.relative_to(data))
            found += sources.load(replace(whole, file=name), data, recipe.seed, "train")
    random.Random(recipe.seed).shuffle(found)
    return found[:FLOOR_ROWS]


def name_of(source: Source) -> str:
    return str(source.options.get("name", source.file or source.kind))


def groups(rows: Iterable[Example]) -> list[str]:
    """What rows depend on each other: their claim, or their text where texts recur more; each row
    for itself where there would be next to no groups.
    """
    rows = list(rows)
    choices = ([row.hypothesis for row in rows], [row.premise for row in rows])
    for names in sorted(choices, key=lambda names: len(set(names))):
        if len(set(names)) >= FEWEST_GROUPS:
            return names
    return [str(i) for i in range(len(rows))]
