"""Fit the coefficients of :mod:`stance.checkworthiness`.

``python -m stance.training.checkworthiness DATA`` reads ClaimBuster's training split (CC BY 4.0)
and the human-labelled part of PoliClaim under ``DATA/claims`` and writes
``stance/data/checkworthiness.json``. Every fifth sentence, by a hash of its text, is left out and
serves ``benchmarks quality --task claims``.
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from pathlib import Path

import numpy as np

from stance.checkworthiness import FEATURES, features

TRAINING_FILES = ("claimbuster-train.jsonl.gz", "policlaim-train_gold.jsonl.gz")
TARGET = Path(__file__).parents[1] / "data" / "checkworthiness.json"


def held_out(text: str) -> bool:
    """True for the fifth of all sentences that is never trained on."""
    return zlib.crc32(text.strip().casefold().encode()) % 5 == 0


def sentences(path: Path) -> tuple[list[str], list[int]]:
    """Texts and 0/1 labels of one ``.jsonl.gz`` file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [r["text"] for r in rows], [int(r["label"]) for r in rows]


def fit(data: Path) -> dict[str, object]:
    """The coefficients for raw (unscaled) features; each file weighs the same."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    texts: list[str] = []
    labels: list[int] = []
    weights: list[float] = []
    for name in TRAINING_FILES:
        rows = [(t, y) for t, y in zip(*sentences(data / "claims" / name), strict=True)]
        kept = [(t, y) for t, y in rows if not held_out(t)]
        texts += [t for t, _ in kept]
        labels += [y for _, y in kept]
        weights += [1 / len(kept)] * len(kept)
    matrix = features(texts)
    scaler = StandardScaler().fit(matrix)
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(scaler.transform(matrix), labels, sample_weight=np.array(weights) * len(weights))
    raw = model.coef_[0] / scaler.scale_
    return {
        "source": "python -m stance.training.checkworthiness",
        "rows": len(texts),
        "intercept": round(float(model.intercept_[0] - raw @ scaler.mean_), 4),
        "weights": {n: round(float(w), 4) for n, w in zip(FEATURES, raw, strict=True)},
    }


if __name__ == "__main__":
    TARGET.write_text(json.dumps(fit(Path(sys.argv[1])), indent=1) + "\n", encoding="utf-8")
