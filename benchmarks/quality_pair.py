"""The pair head on its dev sets, with bootstrap intervals, and the probes that catch shortcuts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance import NLI
from stance.training import read_recipe
from stance.training.evaluation import dev_sets
from stance.training.metrics import calibration_error, macro_f1, metric
from stance.training.sources import Example

ROUNDS = 1000
PROBE_ROWS = 900


def run(nli: NLI, data_dir: Path) -> dict[str, Any]:
    """Figures per dev set of the model's own recipe, and the probes.

    ``hypothesis_only`` replaces every text by a full stop; ``shuffled`` gives every claim the text
    of another row. Both must fall to what the claims alone give away.
    """
    recipe = read_recipe(nli.path / "recipe.toml")
    two_way = {s.options.get("name") for s in recipe.dev if s.options.get("two_way")}
    sets = dev_sets(recipe, data_dir)
    tables = [_row(nli, name, rows, name in two_way) for name, rows in sets.items()]
    return {"sets": tables, "probes": _probes(nli, sets, two_way)}


def _row(nli: NLI, name: str, rows: Sequence[Example], two_way: bool) -> dict[str, Any]:
    probs = _scores(nli, rows, two_way)
    labels = np.array([row.label for row in rows])
    found = metric().compute(predictions=probs, references=labels)
    low, high = interval(labels, probs.argmax(axis=1))
    return {
        "set": name,
        "rows": len(rows),
        "two_way": two_way,
        "majority_accuracy": round(float(np.bincount(labels).max() / len(labels)), 3),
        "accuracy": round(found["accuracy"], 3),
        "macro_f1": round(found["macro_f1"], 3),
        "macro_f1_95": [low, high],
        "ece": round(calibration_error(probs, labels.tolist()), 3),
    }


def _scores(nli: NLI, rows: Sequence[Example], two_way: bool) -> NDArray[np.float64]:
    probs = nli.score([(row.premise, row.hypothesis) for row in rows]).astype(np.float64)
    if two_way:
        probs[:, 1] = 0.0
        probs /= probs.sum(axis=1, keepdims=True)
    return probs


def interval(
    labels: NDArray[np.int64], guesses: NDArray[np.int64], seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap of macro-F1 over rows, 95 %."""
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(ROUNDS):
        rows = rng.integers(0, len(labels), len(labels))
        draws.append(macro_f1(labels[rows], guesses[rows]))
    low, high = np.quantile(draws, (0.025, 0.975))
    return round(float(low), 3), round(float(high), 3)


def _probes(nli: NLI, sets: dict[str, list[Example]], two_way: set[Any]) -> list[dict[str, Any]]:
    out = []
    for name, rows in sets.items():
        rng = random.Random(7)
        sample = rng.sample(rows, min(PROBE_ROWS, len(rows)))
        texts = [row.premise for row in sample]
        rng.shuffle(texts)
        labels = [row.label for row in sample]
        blank = [Example(".", row.hypothesis, row.label, "") for row in sample]
        mixed = [
            Example(text, row.hypothesis, row.label, "")
            for text, row in zip(texts, sample, strict=True)
        ]
        accuracy = {
            probe: round(
                float(np.mean(_scores(nli, made, name in two_way).argmax(axis=1) == labels)), 3
            )
            for probe, made in (("hypothesis_only", blank), ("shuffled", mixed))
        }
        majority = round(float(np.bincount(labels).max() / len(labels)), 3)
        out.append({"set": name, "majority_accuracy": majority, **accuracy})
    return out
