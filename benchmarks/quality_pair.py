"""The pair head: dev sets with intervals and floors beside them, probes, the seed corpus' gold.

Every part is kept under ``out/`` as soon as it is measured, by the checksums of the weights, of the
rows it is measured on and of the code that measures it: a run that was cut off goes on where it
stopped.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
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
from stance import NLI, negation
from stance.errors import UsageError
from stance.inference import heads
from stance.inference.heads import Head
from stance.models import find_model
from stance.training import evaluation, metrics, wording
from stance.training.recipe import Recipe
from stance.training.sources import Example

Log = Callable[[str], None]
Figure = tuple[float | None, list[float] | None, int]
"""What was reached, its 95 % interval, and of how many rows."""
KEPT = Path(__file__).parents[1] / "out" / "benchmarks" / "quality_pair"
PACKAGE = Path(evaluation.__file__).parents[1]
"""The whole library: from gold evidence nearly all of it decides."""
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

    def kept(what: str, key: Any, code: Sequence[Path], make: Callable[[], Any]) -> Any:
        path = KEPT / name / f"{_slug(what)}.json"
        return _kept(path, [key, weights, _sha(code)], make, f"{name}: {what}", log)

    def floor_of(dev: DevSet, train: Sequence[Example]) -> Any:
        path = KEPT / "floors" / f"{_slug(dev.name)}.json"
        key = [_told(dev), _rows_digest(train), _sha(_code(sets, quality_pair_floors, metrics))]
        make = partial(quality_pair_floors.floors, dev, train)
        return _kept(path, key, make, f"floors: {dev.name}", log)

    most = PROBE_ROWS if rows is None else min(rows, PROBE_ROWS)
    recipe = sets.recipe_of(model)
    found, shortcuts, loaded = [], [], []
    for dev, train in _sets(recipe, data, rows, own, log):
        loaded.append(dev)
        measuring = _code(sets, heads, evaluation, metrics)
        figures = kept(dev.name, _told(dev), measuring, partial(_figures, dev, score, head))
        found.append(_row(dev, figures, floor_of(dev, train)))
        probe = partial(probes.shortcuts, score, dev, most)
        probing = _code(probes, sets, metrics, negation, wording)
        shortcuts.append(kept(f"{dev.name} probes", [_told(dev), most], probing, probe))
    out: dict[str, Any] = {"facts": nli.info(), "sets": found, "probes": shortcuts}
    if data.is_dir():
        asked = partial(probes.consistency, score, loaded, data, most)
        votes = [file for file in [data / probes.VOTES] if file.is_file()]
        key = [[_told(dev) for dev in loaded], _sha(votes), most]
        out["consistency"] = kept("consistency", key, _code(probes, negation, wording), asked)
        stories = seed_gold.stories()
        reports = seed_gold.together(seed_gold.stories(seed_gold.REPORTS))
        corpora = {
            "seed corpus": seed_gold.load(seeds),
            "reports": reports,
            "stories": seed_gold.together(stories),
        }
        read = partial(quality_pair_seed.run, score, corpora, nli.ref.card)
        code = _code(quality_pair_seed, seed_gold)
        code += sorted(f for f in PACKAGE.rglob("*") if f.is_file() and f.suffix != ".pyc")
        folders = (seeds, seed_gold.STORIES, seed_gold.REPORTS)
        files = [f for folder in folders for f in sorted(folder.rglob("*.jsonl"))]
        out["seed"] = kept("gold evidence", [_sha(files), nli.ref.card], code, read)
        out["floors"] = floors(out, base=nli.ref.name == "base")
    return out


def _sets(
    recipe: Recipe, data: Path, rows: int | None, own: Sequence[DevSet], log: Log
) -> Iterator[tuple[DevSet, Sequence[Example]]]:
    """Every set, and what its floor may learn from; one that lacks a file is left out and named."""
    for source in sets.dev_sources(recipe) if data.is_dir() else ():
        missing = [data / f for f in sets.files_of(source) if not (data / f).is_file()]
        if missing:
            log(f"{sets.name_of(source)}: left out, {missing[0]} is missing")
        else:
            yield sets.load(source, recipe, data, rows), sets.train_half(source, recipe, data)
    for dev in own:
        yield dev, ()


def _told(dev: DevSet) -> list[Any]:
    """What the figures of a set depend on, whichever files and readers its rows came through."""
    return [dev.name, dev.two_way, _rows_digest(dev.rows)]


def _rows_digest(rows: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps((row.premise, row.hypothesis, row.label, row.key)).encode())
    return digest.hexdigest()[:16]


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

    def line(what: str, asked: float, figure: Figure, *, most: bool = False) -> None:
        reached, wide, count = figure
        met = reached is not None and (reached <= asked if most else reached >= asked)
        out.append({
            "floor": what, "asked": f"{'≤' if most else '≥'} {asked:.2f}", "reached": reached,
            "reached_95": wide, "rows": count, "met": met,
        })  # fmt: skip

    for name, figure, small, strong in FLOORS:
        line(f"{name}, {figure.replace('_', '-')}", strong if base else small,
             _mean([rows[name]] if name in rows else [], figure))  # fmt: skip
    stance = [row for row in found["sets"] if row["stance"] and not row["seen"]]
    line(f"stance sets, mean macro-f1 of {len(stance)} unseen", STANCE_FLOOR[base],
         _mean(stance, "macro_f1"))  # fmt: skip
    line("stance sets, worst distance to TF-IDF", 0.0, _of(stance, "over_tfidf", min))
    seed = next(row for row in found["seed"] if row["reading"].startswith("premise"))
    line("seed corpus from gold evidence, macro-f1", SEED_FLOOR[base], _mean([seed], "macro_f1"))
    line("calibration error, mean over sets", MOST_ECE, _mean(found["sets"], "ece"), most=True)
    line("shuffled target over chance, mean", MOST_OVER_CHANCE,
         _mean(found["probes"], "over_chance"), most=True)  # fmt: skip
    line("shuffled target over chance, worst", MOST_OVER_CHANCE,
         _of(found["probes"], "over_chance", max), most=True)  # fmt: skip
    line("hypothesis only over majority, worst", MOST_OVER_MAJORITY,
         _of(found["probes"], "over_majority", max), most=True)  # fmt: skip
    return out


def _of(rows: Sequence[dict[str, Any]], column: str, which: Callable[..., Any]) -> Figure:
    """The smallest or largest of a column; its interval is that of its own set."""
    known = [row for row in rows if row[column] is not None]
    return _mean([which(known, key=lambda row: row[column])] if known else [], column)


def _mean(rows: Sequence[dict[str, Any]], column: str) -> Figure:
    """The mean of a column. Its 95 % interval, where every set has one, is that of a mean of
    independent sets: the distances to their own ends add up in squares."""
    known = [row for row in rows if row[column] is not None]
    count = sum(row["rows"] for row in known)
    if not known:
        return None, None, 0
    values = np.array([row[column] for row in known])
    mean = float(values.mean())
    wide = [row.get(f"{column}_95") for row in known]
    if None in wide:
        return round(mean, 3), None, count
    below, above = np.sqrt(((np.array(wide) - values[:, None]) ** 2).sum(axis=0)) / len(values)
    return round(mean, 3), [round(mean - below, 3), round(mean + above, 3)], count


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


def _code(*modules: ModuleType) -> list[Path]:
    """Files of the code that measures: old figures are not to be taken for new ones."""
    return [Path(str(module.__file__)) for module in modules]


def _sha(files: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
