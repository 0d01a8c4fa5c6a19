"""Check-worthiness on sentences and speeches nobody trained on, floors beside it.

*ClaimBuster*: the fifth of the sentences of both files that a hash leaves out. *PoliClaim*: the
eight speeches that people labelled, all of them left out. *CheckThat! 2024*: its English dev
sentences that are not among the ClaimBuster sentences trained on. Further, with the head of the
first model fitted anew: every fifth of ClaimBuster in turn, since one fold says little of a floor
that is near, and a learning curve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.checkworthiness import OUTPUTS, coefficients, facts, features
from stance.inference.sentences import SentenceHead
from stance.training import checkworthiness as training
from stance.training.metrics import calibration_error, intervals, macro_f1
from stance.training.sources import read_rows

Floats = NDArray[np.float64]
Encode = Callable[[Sequence[str]], Floats]
Rows = tuple[list[str], list[int], list[str]]
PARTS = (0.125, 0.25, 0.5, 1.0)
QUICK_ROWS = 300
FLOORS = {"ClaimBuster": 0.85, "PoliClaim": 0.80}


def run(data: Path, models: Sequence[str], *, quick: bool = False) -> dict[str, Any]:
    """``sets`` (one row per set and system), ``floors``, and unless ``quick`` ``folds`` and
    ``curve``.
    """
    rows = dev_rows(data)
    if quick:
        rows = {name: tuple(part[:QUICK_ROWS] for part in found) for name, found in rows.items()}  # type: ignore[misc]
    heads = {model: SentenceHead.load(model) for model in models}
    systems: dict[str, Callable[[Sequence[str]], Floats]] = {
        "TF-IDF + logistic regression": _counted_words(data),
        "surface features": facts,
        **{f"sentence head of {name}": head.facts for name, head in heads.items()},
    }
    sets = [line for name, found in rows.items() for line in _lines(name, found, systems)]
    last = {line["set"]: line for line in sets}
    out: dict[str, Any] = {
        "sets": sets,
        "floors": [
            {
                "floor": f"{name}, macro-f1",
                "asked": f"≥ {asked:.2f}",
                "reached": last[name]["macro_f1"],
                "met": last[name]["macro_f1"] >= asked,
            }
            for name, asked in FLOORS.items()
        ],
    }
    if not quick:
        head = next(iter(heads.values()))
        encode = _remembering(head.encoder)
        out["folds"] = claimbuster_folds(data, head, encode)
        out["curve"] = learning_curve(data, head, encode, rows)
    return out


def dev_rows(data: Path) -> dict[str, Rows]:
    """Texts, labels and what each row belongs to (its speech, or itself), by set."""
    known = {_key(row) for row in training.claimbuster(data) if not training.held_out(row["text"])}
    folder = data / "claims"
    claimbuster = [r for r in training.claimbuster(data) if training.held_out(r["text"])]
    policlaim = list(read_rows(folder / training.POLICLAIM_GOLD))
    checkthat = [r for r in read_rows(folder / "checkthat2024_task1-dev.jsonl.gz")
                 if _key(r) not in known]  # fmt: skip
    return {
        "ClaimBuster": _columns(claimbuster),
        "PoliClaim": _columns(policlaim),
        "CheckThat! 2024": _columns(checkthat),
    }


def _key(row: Mapping[str, Any]) -> str:
    return str(row["text"]).strip().casefold()


def _columns(rows: Sequence[Mapping[str, Any]]) -> Rows:
    return (
        [str(row["text"]) for row in rows],
        [int(str(row["label"]) in ("1", "Yes")) for row in rows],
        [str(row.get("source") or row["text"]) for row in rows],
    )


def _lines(
    name: str, rows: Rows, systems: Mapping[str, Callable[[Sequence[str]], Floats]]
) -> list[dict[str, Any]]:
    texts, labels, groups = rows
    column = OUTPUTS.index("verifiable" if name == "PoliClaim" else "worth")
    share = float(np.mean(labels))
    common = [int(share >= 0.5)] * len(labels)
    found = [
        {
            "set": name,
            "system": "majority class",
            "rows": len(labels),
            "positive": round(share, 3),
            "macro_f1": round(macro_f1(labels, common), 3),
            "accuracy": round(max(share, 1 - share), 3),
        }
    ]
    for system, score in systems.items():
        figures = measured(score(texts)[:, column], labels, groups)
        found.append({"set": name, "system": system, **figures})
    return found


def measured(p: Floats, labels: Sequence[int], groups: Sequence[str]) -> dict[str, Any]:
    """Figures of probabilities ``(n,)`` that a label is 1, cut at one half."""
    from sklearn.metrics import roc_auc_score

    said = (p >= 0.5).astype(int).tolist()
    return {
        "rows": len(labels),
        "positive": round(float(np.mean(labels)), 3),
        "macro_f1": round(macro_f1(labels, said), 3),
        "macro_f1_95": intervals(labels, said, groups)["macro_f1"],
        "accuracy": round(float(np.mean(np.asarray(said) == np.asarray(labels))), 3),
        "roc_auc": round(float(roc_auc_score(labels, p)), 3),
        "ece": round(calibration_error(np.column_stack([1 - p, p]), labels), 3),
    }


def _counted_words(data: Path) -> Callable[[Sequence[str]], Floats]:
    """Words and pairs of words, learned from the rows that the heads learn from."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    fitted = [
        make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            LogisticRegression(C=4.0, max_iter=300),
        ).fit(*rows)
        for rows in training.training_rows(data).values()
    ]
    return lambda texts: np.column_stack([model.predict_proba(texts)[:, 1] for model in fitted])


def claimbuster_folds(data: Path, head: SentenceHead, encode: Encode) -> list[dict[str, Any]]:
    """Each fifth by a head fitted on the other four, and all of them together."""
    rows = training.claimbuster(data)
    texts, labels, groups = _columns(rows)
    fold = np.array([training.fold(text) for text in texts])
    p = np.zeros(len(texts))
    found = []
    for k in range(training.FOLDS):
        others, own = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        p[own] = _refitted(head, "worth", encode, _taken(texts, others), _taken(labels, others))(
            _taken(texts, own)
        )
        figures = measured(p[own], _taken(labels, own), _taken(groups, own))
        found.append({"fold": str(k), **figures})
    return [*found, {"fold": "all", **measured(p, labels, groups)}]


def learning_curve(
    data: Path, head: SentenceHead, encode: Encode, dev: Mapping[str, Rows]
) -> list[dict[str, Any]]:
    """Macro-F1 by the number of training rows, with the head's own encoder and penalty."""
    found = []
    for output, name in zip(OUTPUTS, ("ClaimBuster", "PoliClaim"), strict=True):
        texts, labels = training.training_rows(data)[output]
        seen, gold, groups = dev[name]
        order = np.random.default_rng(3).permutation(len(texts))
        for part in PARTS:
            some = order[: round(part * len(texts))]
            score = _refitted(head, output, encode, _taken(texts, some), _taken(labels, some))
            figures = measured(score(seen), gold, groups)
            kept = {key: figures[key] for key in ("macro_f1", "macro_f1_95")}
            found.append({"set": name, "training_rows": len(some), **kept})
    return found


def _taken(values: Sequence[Any], rows: NDArray[np.int64]) -> list[Any]:
    return [values[i] for i in rows]


def _refitted(
    head: SentenceHead, output: str, encode: Encode, texts: Sequence[str], labels: Sequence[int]
) -> Callable[[Sequence[str]], Floats]:
    """One output of the head fitted on other rows, as a function to probabilities ``(n,)``."""
    strengths = (head.card[output]["strength"],)
    fitted = training.regression(features(texts), labels, encode(texts), strengths=strengths)
    weights, cut = coefficients(dict.fromkeys(OUTPUTS, fitted))
    states = np.array(fitted["states"])

    def score(new: Sequence[str]) -> Floats:
        logits = encode(new) @ states + features(new) @ weights[0] + cut[0]
        return np.asarray(1 / (1 + np.exp(-logits)))

    return score


def _remembering(encoder: Encode) -> Encode:
    """The same vectors, each text encoded once."""
    known: dict[str, Floats] = {}

    def encode(texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, encoder(new), strict=True))
        return np.array([known[text] for text in texts])

    return encode
