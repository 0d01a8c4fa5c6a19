"""Same claim or not, on pairs that people judged: what clusters claims across documents.

*Votes*: PERSPECTRUM's crowd votes on paraphrases, the half of the claims that no constant is fitted
on; four in five are paraphrases, so saying yes to all has a high F1. *Clusters*: PERSPECTRUM's dev
claims; two perspectives of one cluster, against two of different clusters, some of them of the
other side. *News*: MRPC's dev sentences, never fitted on.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.claims import may_be_one, same_claims
from stance.lexical import tokens
from stance.training.metrics import intervals
from stance.training.sources import held_out, read_rows
from stance.vectors import embed

Pair = tuple[str, str, bool]
PAIRS = 250
"""Pairs of one cluster, of two, and half as many of opposite sides; the sample of the votes is
nearly twice this."""


def run(nli: Any, data: Path, *, quick: bool = False) -> list[dict[str, Any]]:
    """One row per set and system; ``nli`` has ``score(pairs) -> (n, 3)``."""
    most = PAIRS // 10 if quick else PAIRS
    sets = {
        "PERSPECTRUM votes": votes(data, 2 * most, fitted=False),
        "PERSPECTRUM clusters": clusters(data, "dev", most),
        "MRPC": news(data, 2 * most),
    }
    out = []
    for name, pairs in sets.items():
        out.append(_row(name, "all pairs", pairs, [True] * len(pairs)))
        for system, scorer in (("words", None), ("words, vectors, entailment", nli)):
            said = [len(same_claims([a, b], scorer)) == 1 for a, b, _ in _scored(pairs, scorer)]
            out.append(_row(name, system, pairs, said))
    return out


def _scored(pairs: Sequence[Pair], scorer: Any) -> Sequence[Pair]:
    """The pairs, after one batched call that fills the store behind the scorer."""
    if scorer is not None:
        scorer.score([(a, b) for a, b, _ in pairs] + [(b, a) for a, b, _ in pairs])
    return pairs


def _row(name: str, system: str, pairs: Sequence[Pair], said: Sequence[bool]) -> dict[str, Any]:
    gold = np.array([same for *_, same in pairs])
    found = np.array(said, bool)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(500):
        i = rng.integers(0, len(gold), len(gold))
        draws.append(_f1(gold[i], found[i]))
    low, high = np.quantile(draws, (0.025, 0.975))
    return {
        "set": name,
        "pairs": len(pairs),
        "same": round(float(gold.mean()), 3),
        "system": system,
        "f1": round(_f1(gold, found), 3),
        "f1_95": [round(float(low), 3), round(float(high), 3)],
        "precision": round(float(gold[found].mean()), 3) if found.any() else None,
        "macro_f1_95": list(intervals(gold.astype(int), found.astype(int))["macro_f1"]),
    }


def _f1(gold: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    total = gold.sum() + said.sum()
    return float(2 * (gold & said).sum() / total) if total else 0.0


def votes(data: Path, most: int, *, fitted: bool) -> list[Pair]:
    """Crowd votes; ``fitted`` chooses the half of the claims that constants may be fitted on."""
    found = list(read_rows(data / "matching" / "perspectrum_paraphrase-all.jsonl.gz"))
    rows = [r for r in found if held_out(r["claim"], 0.5) == fitted]
    random.Random(5).shuffle(rows)
    return [(r["text"], r["text2"], r["label"] == "paraphrase") for r in rows[:most]]


def clusters(data: Path, half: str, most: int) -> list[Pair]:
    """Pairs of perspectives on one claim: of one cluster, of two, and of opposite sides."""
    by_claim: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(data / "matching" / f"perspectrum_clusters-{half}.jsonl.gz"):
        by_claim[row["claim"]].append(row)
    same: list[Pair] = []
    other: list[Pair] = []
    opposite: list[Pair] = []
    for found in by_claim.values():
        for i, a in enumerate(found):
            for b in found[:i]:
                if a["text"] == b["text"]:
                    continue
                one = a["cluster"] == b["cluster"]
                kind = same if one else other if a["label"] == b["label"] else opposite
                kind.append((a["text"], b["text"], one))
    rng = random.Random(5)
    return rng.sample(same, most) + rng.sample(other, most) + rng.sample(opposite, most // 2)


def news(data: Path, most: int) -> list[Pair]:
    """Sentences of news reports, from the front of MRPC's dev rows."""
    found = list(read_rows(data / "matching" / "mrpc-dev.jsonl.gz"))[:most]
    return [(r["text"], r["text2"], str(r["label"]) == "1") for r in found]


def fit_same(nli: Any, data: Path) -> tuple[float, ...]:
    """The constants ``SAME`` of :mod:`stance.claims`, from PERSPECTRUM's train clusters."""
    from sklearn.linear_model import LogisticRegression

    pairs = [p for p in clusters(data, "train", PAIRS) if may_be_one(p[0], p[1])]
    left, right = [a for a, _, _ in pairs], [b for _, b, _ in pairs]
    both = [*zip(left, right, strict=True), *zip(right, left, strict=True)]
    entails = nli.score(both)[:, 0].reshape(2, -1).min(axis=0)
    words = [_dice(a, b) for a, b in zip(left, right, strict=True)]
    near = (embed(left) * embed(right)).sum(axis=1)
    x = np.column_stack([words, near, entails])
    model = LogisticRegression(C=10.0).fit(x, [same for *_, same in pairs])
    return tuple(round(float(v), 2) for v in (*model.intercept_, *model.coef_[0]))


def _dice(a: str, b: str) -> float:
    left, right = set(tokens(a)), set(tokens(b))
    return 2 * len(left & right) / max(len(left) + len(right), 1)
