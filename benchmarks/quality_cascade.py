"""What the cascade saves and what it changes: pairs the strong model still scores, labels it alone
would give, pairs a second beside either model.

On the dev sets (rows the threshold was not fitted on) and on what a run scores: the candidate pairs
of the seed corpus and of the reports. Speeds are medians of alternating rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import seed_gold
from benchmarks.quality_pair_sets import dev_sources, load, recipe_of
from benchmarks.speed_limit import seconds
from stance import NLI
from stance.errors import InputError
from stance.matching import deciding, match
from stance.models import find_model
from stance.stances import pairs_for
from stance.training.evaluation import first_half

ROWS, ROUNDS = 150, 5
Pair = tuple[str, str]


def run(data: Path, seeds: Path, *, quick: bool = False) -> dict[str, Any]:
    """``fit`` (of the shipped card), ``sets``: a row each, and ``speed``: a row per model."""
    ref = find_model("cascade")
    first, second = (NLI.from_pretrained(part) for part in ref.parts)
    card = ref.card["cascade"]
    found = _sets(data, ROWS // 5 if quick else ROWS)
    corpora = {
        "seed corpus": [seed_gold.load(seeds)],
        "reports": seed_gold.stories(seed_gold.REPORTS),
    }
    for name, golds in corpora.items():
        pairs = [pair for gold in golds for pair in _candidates(gold)]
        found[name] = pairs[:: max(1, len(pairs) // (4 * ROWS))]
    rows = [
        {"set": name, **_compared(first, second, pairs, float(card["threshold"]))}
        for name, pairs in found.items()
    ]
    timed = found["seed corpus"] + found["reports"]  # enough that each model's ways are measured
    return {
        "fit": {key: card[key] for key in ("threshold", "agreement", "sent", "pairs")},
        "sets": rows,
        "speed": _speeds(timed[:40] if quick else timed, 2 if quick else ROUNDS),
    }


def _sets(data: Path, most: int) -> dict[str, list[Pair]]:
    """The dev sets of the strong model's recipe, less the half that a threshold is fitted on
    (:func:`stance.training.make.fit_heads`); one whose file is missing is left out.
    """
    recipe = recipe_of("base")
    found: dict[str, list[Pair]] = {}
    for source in dev_sources(recipe):
        try:
            held = load(source, recipe, data)
        except InputError:
            continue
        rows = [row for row in held.rows if not first_half(row)][:most]
        if rows:
            found[held.name] = [(row.premise, row.hypothesis) for row in rows]
    return found


def _candidates(gold: seed_gold.Gold) -> list[Pair]:
    passages = seed_gold.found_passages(gold)
    return pairs_for(deciding(match(passages, gold.claims)), gold.claims, gold.documents)


def _compared(first: NLI, second: NLI, pairs: Sequence[Pair], threshold: float) -> dict[str, Any]:
    fast, strong = first.score(pairs), second.score(pairs)
    kept = fast.max(axis=1) >= threshold
    said = np.where(kept, fast.argmax(axis=1), strong.argmax(axis=1))
    return {
        "pairs": len(pairs),
        "first_agrees": round(float((fast.argmax(1) == strong.argmax(1)).mean()), 4),
        "agreement": round(float((said == strong.argmax(axis=1)).mean()), 4),
        "sent": round(float(1 - kept.mean()), 4),
    }


def _speeds(pairs: Sequence[Pair], rounds: int) -> list[dict[str, Any]]:
    models = {name: NLI.from_pretrained(name) for name in ("small", "base", "cascade")}
    times: dict[str, list[float]] = {name: [] for name in models}
    for nli in models.values():
        nli.score(pairs)  # the choice of a backend is no part of scoring
    for _ in range(rounds):
        for name, nli in models.items():
            times[name].append(seconds(lambda m=nli: m.score(pairs)))
    return [
        {
            "model": name,
            "pairs_per_second": round(len(pairs) / median(own), 1),
            "x_base": round(median(b / t for b, t in zip(times["base"], own, strict=True)), 2),
        }
        for name, own in times.items()
    ]
