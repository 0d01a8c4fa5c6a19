"""Fit the two regressions of check-worthiness, on surface features alone or on an encoder too.

``python -m stance.training.checkworthiness DATA`` writes ``stance/data/checkworthiness.json``;
with a model's folder behind it, it writes that model's sentence head, ``sentences.json``.

``worth`` learns from ClaimBuster (CC BY 4.0): a fifth of the sentences, by a hash of the text, is
left out. ``verifiable`` learns from the part of PoliClaim that a language model labelled, forty
speeches; the eight speeches labelled by people are left out whole. What is left out serves
``python -m benchmarks quality --task checkworthiness``.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.checkworthiness import FEATURES, OUTPUTS, features
from stance.training.sources import read_rows

Floats = NDArray[np.float64]
Labelled = tuple[list[str], list[int]]

CLAIMBUSTER = ("claimbuster-train.jsonl.gz", "claimbuster-kfold_25ncs.jsonl.gz")
POLICLAIM = "policlaim-train_silver_bronze.jsonl.gz"
POLICLAIM_GOLD = "policlaim-train_gold.jsonl.gz"
TARGET = Path(__file__).parents[1] / "data" / "checkworthiness.json"
STRENGTHS = (0.1, 0.3, 1.0)
"""Inverse strengths of the L2 penalty to choose from."""


FOLDS = 5


def fold(text: str) -> int:
    """Which fifth of all sentences one belongs to, by a hash of its text."""
    return zlib.crc32(text.strip().casefold().encode()) % FOLDS


def held_out(text: str) -> bool:
    """True for the fifth of all sentences that is never trained on."""
    return fold(text) == 0


def claimbuster(data: Path) -> list[dict[str, Any]]:
    """Rows of both ClaimBuster files, each sentence once."""
    found: dict[str, dict[str, Any]] = {}
    for name in CLAIMBUSTER:
        for row in read_rows(data / "claims" / name):
            found.setdefault(row["text"].strip().casefold(), row)
    return list(found.values())


def training_rows(data: Path) -> dict[str, Labelled]:
    """Texts and 0/1 labels for each output."""
    worth = [row for row in claimbuster(data) if not held_out(row["text"])]
    verifiable = list(read_rows(data / "claims" / POLICLAIM))
    return {
        name: ([row["text"] for row in rows], [int(row["label"]) for row in rows])
        for name, rows in zip(OUTPUTS, (worth, verifiable), strict=True)
    }


def fit(data: Path) -> dict[str, Any]:
    """The coefficients of :mod:`stance.checkworthiness`, without an encoder."""
    rows = training_rows(data)
    return {
        "source": "python -m stance.training.checkworthiness",
        **{name: regression(features(rows[name][0]), rows[name][1]) for name in OUTPUTS},
    }


def fit_head(data: Path, folder: Path, *, device: str = "cpu") -> dict[str, Any]:
    """The sentence head of the model in ``folder``; some minutes of one core for a small model."""
    from stance.inference.sentences import HalfEncoder
    from stance.models import find_model

    ref = find_model(folder)
    encoder = HalfEncoder(ref.path, device=device)
    rows = training_rows(data)
    return {
        "source": "python -m stance.training.checkworthiness",
        "encoder": ref.sha256,
        **{
            name: regression(features(rows[name][0]), rows[name][1], encoder(rows[name][0]))
            for name in OUTPUTS
        },
    }


def regression(
    surface: Floats,
    labels: Sequence[int],
    states: Floats | None = None,
    *,
    strengths: Sequence[float] = STRENGTHS,
) -> dict[str, Any]:
    """A logistic regression whose weights fit unscaled columns.

    The penalty is the one with the best macro-F1 on three folds of the rows given, taken in their
    order, so that most of a speech lies in one fold. Columns are scaled to a third of their
    deviation, so that it weighs on hundreds of them alike.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold, cross_val_score
    from sklearn.preprocessing import StandardScaler

    x = surface if states is None else np.hstack([states, surface])
    scaler = StandardScaler().fit(x)
    scaled = scaler.transform(x) / 3

    def model(strength: float) -> LogisticRegression:
        return LogisticRegression(C=strength, max_iter=500)

    def quality(strength: float) -> float:
        folds = KFold(3)
        return float(
            cross_val_score(model(strength), scaled, labels, cv=folds, scoring="f1_macro").mean()
        )

    strength = strengths[0] if len(strengths) == 1 else max(strengths, key=quality)
    fitted = model(strength).fit(scaled, labels)
    weights = fitted.coef_[0] / scaler.scale_ / 3
    cut = x.shape[1] - len(FEATURES)
    found: dict[str, Any] = {
        "rows": len(labels),
        "strength": strength,
        "intercept": round(float(fitted.intercept_[0] - weights @ scaler.mean_), 4),
        "features": {n: round(float(w), 4) for n, w in zip(FEATURES, weights[cut:], strict=True)},
    }
    if cut:
        found["states"] = [round(float(w), 4) for w in weights[:cut]]
    return found


if __name__ == "__main__":
    from stance.inference.sentences import FILE

    data = Path(sys.argv[1])
    if len(sys.argv) > 2:
        made, target = fit_head(data, Path(sys.argv[2])), Path(sys.argv[2]) / FILE
    else:
        made, target = fit(data), TARGET
    target.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
