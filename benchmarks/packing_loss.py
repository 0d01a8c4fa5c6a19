"""What int8 shards cost: a trained fp16 folder and its shards, on the same dev pairs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.quality_pair import head_of, uncalibrated
from benchmarks.quality_pair_sets import dev_sources, load, name_of, recipe_of
from stance import NLI
from stance.errors import InputError
from stance.inference.heads import probabilities
from stance.training.evaluation import without_neutral
from stance.training.metrics import macro_f1


def run(
    trained: Path,
    packed: Path,
    data: Path,
    *,
    rows: int | None = None,
    log: Callable[[str], None] = print,
) -> list[dict[str, Any]]:
    """A row per dev set of the trained model's recipe, of at most ``rows`` pairs.

    ``max_dp`` and ``mean_dp`` are over pairs, of each the label whose probability moves most;
    ``agreement`` is the share of pairs with the same label. Both are read with the calibration of
    the packed one, so that nothing but the weights differs. Sets whose file is missing are left
    out and named.
    """
    recipe = recipe_of(str(trained))
    models = [NLI.from_pretrained(folder) for folder in (trained, packed)]
    head = head_of(models[1])
    found = []
    for source in dev_sources(recipe):
        try:
            held = load(source, recipe, data, rows)
        except InputError as error:
            log(f"{name_of(source)}: left out, {error}")
            continue
        pairs = [(row.premise, row.hypothesis) for row in held.rows]
        labels = [row.label for row in held.rows]
        p, q = (
            probabilities(uncalibrated(model.score(pairs).astype(float), head_of(model)), head)
            for model in models
        )
        if held.two_way:
            p, q = without_neutral(p), without_neutral(q)
        moved = np.abs(p - q).max(axis=1)
        found.append(
            {
                "set": held.name,
                "rows": len(pairs),
                "max_dp": round(float(moved.max()), 4),
                "mean_dp": round(float(moved.mean()), 5),
                "agreement": round(float((p.argmax(1) == q.argmax(1)).mean()), 4),
                "macro_f1_trained": round(macro_f1(labels, p.argmax(1).tolist()), 4),
                "macro_f1_packed": round(macro_f1(labels, q.argmax(1).tolist()), 4),
            }
        )
    return found
