"""The pair head: dev sets with intervals and floors beside them, probes, the seed corpus' gold.

Every part is kept under ``out/`` as soon as it is measured, by the weights' checksum and the code
that measures it: a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import quality_hub, quality_pair_floors, quality_pair_seed, seed_gold
from benchmarks import quality_pair_probes as probes
from benchmarks import quality_pair_sets as sets
from benchmarks.quality_pair_sets import DevSet
from stance import NLI, contexts, evidence, stances
from stance.errors import UsageError
from stance.inference.heads import Head
from stance.models import find_model
from stance.training import evaluation, metrics, sources, synthetic
from stance.training.recipe import Recipe, Source
from stance.training.sources import Example

Log = Callable[[str], None]
KEPT = Path(__file__).parents[1] / "out" / "benchmarks" / "quality_pair"
PROBE_ROWS = 900
QUICK_ROWS = 60

FLOORS: tuple[tuple[str, str, float, float], ...] = (
    ("MNLI matched", "accuracy", 0.74, 0.82),
    ("SNLI", "accuracy", 0.85, 0.89),
    ("HealthVer", "macro_f1", 0.45, 0.58),
    ("FM2", "accuracy", 0.65, 0.74),
    ("FEVER-style, two-way", "accuracy", 0.80, 0.88),
    ("reported speech, unseen verbs", "accuracy", 0.85, 0.92),
)
"""Set, figure, and what is asked of the small and of the base model."""
STANCE_FLOOR, SEED_FLOOR = (0.62, 0.70), (0.52, 0.68)
MOST_ECE, MOST_OVER_CHANCE, MOST_OVER_MAJORITY = 0.04, 0.03, 0.08


def run(
    models: Sequence[str],
    data: Path,
    seeds: Path,
    *,
    rows: int | None = None,
    hub: Sequence[str] = (),
    log: Log = print,
) -> dict[str, Any]:
    """``models`` and, one after another with the model's name, the rows of ``floors``, ``sets``,
    ``probes``, ``consistency`` and ``seed``.

    At most ``rows`` rows of a set. ``hub`` are further sets (:mod:`benchmarks.quality_hub`); with
    them alone, where ``data`` is no folder, nothing else is measured.
    """
    if joined := [name for name in models if find_model(name).parts]:
        raise UsageError(f"{joined[0]} joins two models; give them, or quality --task cascade")
    own = [quality_hub.load(spec, rows) for spec in hub]  # a wrong name shows before the work
    found = {name: measure(name, data, seeds, rows, own, log) for name in models}
    return {
        "models": {name: figures["facts"] for name, figures in found.items()},
        **{
            part: [
                {"model": name, **row}
                for name, figures in found.items()
                for row in figures.get(part, [])
            ]
            for part in ("floors", "sets", "probes", "consistency", "seed")
        },
    }


def measure(
    model: str, data: Path, seeds: Path, rows: int | None, own: Sequence[DevSet], log: Log
) -> dict[str, Any]:
    """All figures of one model: ``facts`` about it, and the rows of every part."""
    nli = NLI.from_pretrained(model)
    head = head_of(nli)

    def score(pairs: Sequence[tuple[str, str]], two_way: bool) -> NDArray[np.float64]:
        found = nli.score(pairs).astype(np.float64)
        return evaluation.without_neutral(found) if two_way else found

    name = nli.ref.name.replace("/", "--")
    weights = [nli.ref.sha256, repr(head)]
    reading = (sets, sources, synthetic)  # what decides which rows a set has

    def kept(what: str, key: Any, code: Sequence[ModuleType], make: Callable[[], Any]) -> Any:
        path = KEPT / name / f"{_slug(what)}.json"
        return _kept(path, [key, weights, _digest(code)], make, f"{name}: {what}", log)

    def floor_of(plan: Plan, dev: DevSet) -> Any:
        path = KEPT / "floors" / f"{_slug(plan.name)}.json"
        key = [plan.key, _digest((*reading, quality_pair_floors, metrics))]
        return _kept(path, key, partial(_floors, plan, dev), f"floors: {plan.name}", log)

    most = PROBE_ROWS if rows is None else min(rows, PROBE_ROWS)
    recipe = sets.recipe_of(model)
    found, shortcuts, loaded = [], [], []
    plans = [Plan(dev.name, len(dev.rows), partial(_same, dev), list) for dev in own]
    if data.is_dir():
        there = [s for s in sets.dev_sources(recipe) if not s.file or (data / s.file).is_file()]
        for source in sets.dev_sources(recipe):
            if source not in there:
                log(f"{sets.name_of(source)}: left out, {data / source.file} is missing")
        plans = [_plan(source, recipe, data, rows) for source in there] + plans
    for plan in plans:
        loaded.append(dev := plan.load())
        measuring = (*reading, evaluation, metrics)
        figures = kept(plan.name, plan.key, measuring, partial(_figures, dev, score, head))
        found.append(_row(dev, figures, floor_of(plan, dev)))
        probe = partial(probes.shortcuts, score, dev, most)
        shortcuts.append(kept(f"{plan.name} probes", [plan.key, most], (*reading, probes), probe))
    out: dict[str, Any] = {"facts": nli.info(), "sets": found, "probes": shortcuts}
    if data.is_dir():
        asked = partial(probes.consistency, score, loaded, data, most)
        out["consistency"] = kept("consistency", [rows, most], (*reading, probes), asked)
        stories = seed_gold.stories()
        reports = seed_gold.together(seed_gold.stories(seed_gold.REPORTS))
        corpora = {
            "seed corpus": seed_gold.load(seeds),
            "reports": reports,
            "stories": seed_gold.together(stories),
        }
        read = partial(quality_pair_seed.run, score, corpora, nli.ref.card)
        code = (quality_pair_seed, seed_gold, stances, evidence, contexts, metrics)
        files = [f for folder in (seeds, seed_gold.STORIES) for f in folder.rglob("*.jsonl")]
        key = [_sha(sorted(files)), nli.ref.card]
        out["seed"] = kept("gold evidence", key, code, read)
        out["floors"] = floors(out, base=nli.ref.name == "base")
    return out


@dataclass(frozen=True, slots=True)
class Plan:
    """A set to measure: how it and its floor's training rows are read, and what they depend on."""

    name: str
    key: Any
    load: Callable[[], DevSet]
    train: Callable[[], Sequence[Example]]


def _plan(source: Source, recipe: Recipe, data: Path, rows: int | None) -> Plan:
    return Plan(
        sets.name_of(source),
        [repr(source), recipe.seed, rows],
        partial(sets.load, source, recipe, data, rows),
        partial(sets.train_half, source, recipe, data),
    )


def _same(dev: DevSet) -> DevSet:
    return dev


def _floors(plan: Plan, dev: DevSet) -> dict[str, Any]:
    return quality_pair_floors.floors(dev, plan.train())


def _figures(dev: DevSet, score: probes.Score, head: Head) -> dict[str, Any]:
    probs = score([(row.premise, row.hypothesis) for row in dev.rows], False)
    labels = [row.label for row in dev.rows]
    logits = uncalibrated(probs, head)
    row = evaluation.measure(dev.name, labels, logits, head, two_way=dev.two_way)
    guesses = (evaluation.without_neutral(probs) if dev.two_way else probs).argmax(axis=1)
    wide = metrics.intervals(labels, guesses.tolist(), sets.groups(dev.rows))
    return row | {f"{name}_95": value for name, value in wide.items()}


def uncalibrated(probs: NDArray[np.float64], head: Head) -> NDArray[np.float64]:
    """What the head said before its calibration: logits, up to a constant per row."""
    logits: NDArray[np.float64] = head.temperature * (
        np.log(np.maximum(probs, 1e-12)) - np.asarray(head.bias)
    )
    return logits


def head_of(nli: NLI) -> Head:
    """The calibration that the model's probabilities carry, in our order of labels."""
    fitted = nli.ref.card.get("calibration") or {}
    bias = [float(value) for value in fitted.get("bias", (0.0, 0.0, 0.0))]
    return Head((0, 1, 2), float(fitted.get("temperature", 1.0)), (bias[0], bias[1], bias[2]))


def _row(dev: DevSet, figures: dict[str, Any], floor: dict[str, Any]) -> dict[str, Any]:
    """A line of the table: the model's figures, and the floors beside them."""
    order = ("accuracy", "accuracy_95", "macro_f1", "macro_f1_95", "ece_before", "ece", "said")
    return {
        "set": dev.name,
        "rows": len(dev.rows),
        "two_way": dev.two_way,
        "seen": dev.seen,
        "stance": dev.stance,
        **{name: figures[name] for name in order},
        **floor,
        "over_tfidf": round(figures["macro_f1"] - floor["tfidf_macro_f1"], 3),
    }


def floors(found: dict[str, Any], *, base: bool) -> list[dict[str, Any]]:
    """What is asked of the model, what it reached, and whether that is enough."""
    rows = {row["set"]: row for row in found["sets"]}
    out = []

    def line(what: str, asked: float, reached: float | None, *, most: bool = False) -> None:
        met = reached is not None and (reached <= asked if most else reached >= asked)
        sign = "≤" if most else "≥"
        out.append({"floor": what, "asked": f"{sign} {asked:.2f}", "reached": reached, "met": met})

    for name, figure, small, strong in FLOORS:
        line(f"{name}, {figure.replace('_', '-')}", strong if base else small,
             rows[name][figure] if name in rows else None)  # fmt: skip
    stance = [row for row in found["sets"] if row["stance"] and not row["seen"]]
    mean = round(float(np.mean([row["macro_f1"] for row in stance])), 3) if stance else None
    line(f"stance sets, mean macro-f1 of {len(stance)} unseen", STANCE_FLOOR[base], mean)
    line("stance sets, worst distance to TF-IDF", 0.0,
         min((row["over_tfidf"] for row in stance), default=None))  # fmt: skip
    seed = next(row for row in found["seed"] if row["reading"].startswith("premise"))
    line("seed corpus from gold evidence, macro-f1", SEED_FLOOR[base], seed["macro_f1"])
    line("calibration error, mean over sets", MOST_ECE, _mean(found["sets"], "ece"), most=True)
    line("shuffled target over chance, mean", MOST_OVER_CHANCE,
         _mean(found["probes"], "over_chance"), most=True)  # fmt: skip
    line("shuffled target over chance, worst", MOST_OVER_CHANCE,
         _worst(found["probes"], "over_chance"), most=True)  # fmt: skip
    line("hypothesis only over majority, worst", MOST_OVER_MAJORITY,
         _worst(found["probes"], "over_majority"), most=True)  # fmt: skip
    return out


def _values(rows: Sequence[dict[str, Any]], column: str) -> list[float]:
    return [row[column] for row in rows if row[column] is not None]


def _mean(rows: Sequence[dict[str, Any]], column: str) -> float | None:
    values = _values(rows, column)
    return round(float(np.mean(values)), 3) if values else None


def _worst(rows: Sequence[dict[str, Any]], column: str) -> float | None:
    return max(_values(rows, column), default=None)


def _kept(path: Path, key: Any, make: Callable[[], Any], what: str, log: Log) -> Any:
    """What was measured before under the same key, or measured now and kept."""
    key = json.loads(json.dumps(key))
    if path.is_file():
        old = json.loads(path.read_text(encoding="utf-8"))
        if old["key"] == key:
            log(f"{what}: kept")
            return old["value"]
    log(f"{what} …")
    value = json.loads(json.dumps(make()))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"key": key, "value": value}, indent=1), encoding="utf-8")
    part.replace(path)
    return value


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.casefold()).strip("-")


def _digest(modules: Sequence[ModuleType]) -> str:
    """Of the code that measures, so that old figures are not taken for new ones."""
    return _sha([Path(str(module.__file__)) for module in modules])


def _sha(files: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
