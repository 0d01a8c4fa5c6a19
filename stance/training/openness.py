"""Fit what tells that a statement leaves a claim open.

``python -m stance.training.openness`` writes ``stance/data/refusals.json``, the words of those who
take no side, from ``refusals.jsonl`` (invented sentences, half of them look-alikes that do take
one) and sentences of the scenes that take one. With a model's folder behind it, it writes that
model's ``open.json``: what its pair head's last state says of (statement, claim) pairs, from
``open.jsonl``, 125 invented articles in which every refusal has the claims that it leaves open.
They go through the same attribution and matching as anybody's articles.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.leftopen import asked_pairs, beside, shares_of_best
from stance.refusals import grams, refusing, weighed
from stance.silence import takes_no_side
from stance.training import scenes
from stance.training.sources import read_rows
from stance.types import Candidate, Claim, Document

Floats = NDArray[np.float64]

DATA = Path(__file__).parents[1] / "data"
WORDS = "refusals.json"
SIDED = 3000
"""Sentences of the scenes beside those of ``refusals.jsonl``, each at half the weight."""
FEWEST = 3
KEPT = 4000
"""Grams that are kept: those of the largest weights."""
STRENGTH = 10.0
STATE_STRENGTH = 0.01
"""Inverse strength of the penalty on the 768 (small: 384) columns of the state."""
FOLDS = 5
UNTOLD = 0.5
"""Weight of rows whose statement the articles' gold says nothing of: hardly any leaves one open."""


def fit_words() -> dict[str, Any]:
    """The coefficients of :mod:`stance.refusals`."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    rows = list(read_rows(DATA / "refusals.jsonl"))
    sided = _sided()
    texts = [row["text"] for row in rows] + sided
    labels = [row["label"] for row in rows] + [0] * len(sided)
    counts = Counter(gram for text in texts for gram in grams(text))
    rarity = {
        gram: round(float(np.log((1 + len(texts)) / (1 + n)) + 1), 3)
        for gram, n in counts.items()
        if n >= FEWEST
    }
    weight = [1.0] * len(rows) + [0.5] * len(sided)
    for _ in range(2):  # over all grams, then over those that are kept
        vectors = DictVectorizer()
        x = vectors.fit_transform([weighed(text, rarity) for text in texts])
        model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(x, labels, sample_weight=weight)
        found = dict(zip(vectors.feature_names_, model.coef_[0].tolist(), strict=True))
        kept = sorted(found, key=lambda gram: (-abs(found[gram]), gram))[:KEPT]
        rarity = {gram: rarity[gram] for gram in sorted(kept)}
    return {
        "source": "python -m stance.training.openness",
        "rows": len(texts),
        "intercept": round(float(model.intercept_[0]), 4),
        "grams": {gram: [rarity[gram], round(found[gram], 4)] for gram in rarity},
    }


def _sided() -> list[str]:
    """Statements of training scenes that take a side on some claim, in no word that takes none."""
    found = [
        statement["text"]
        for scene in scenes.read()
        for statement, labels in zip(scene["statements"], scene["labels"], strict=True)
        if statement["kind"] != "outlet" and set(labels) & set("SR")
        if not takes_no_side(statement["text"])
    ]
    random.Random(0).shuffle(found)
    return found[:SIDED]


@dataclass(frozen=True, slots=True)
class Article:
    """An article of ``open.jsonl`` with the candidates of the flow, and their labels."""

    document: Document
    claims: list[Claim]
    candidates: list[Candidate]
    labels: list[int]
    weights: list[float]


def articles() -> Iterator[Article]:
    """The training articles after attribution and matching."""
    from stance.attribution import attribute, passages
    from stance.dates import parse_date
    from stance.inference.tagger import TokenHead
    from stance.matching import deciding, match

    tagger = TokenHead.beside()
    for row in read_rows(DATA / "open.jsonl"):
        document = Document(
            row["id"], row["text"], row["source"], parse_date(row["date"]), row["title"]
        )
        claims = [Claim(claim["id"], claim["text"]) for claim in row["claims"]]
        voices = passages(document, attribute([document], tagger=tagger))
        found = [c for c in deciding(match(voices, claims)) if c.passage.holder_type == "speaker"]
        told = [_told(row, c) for c in found]
        yield Article(document, claims, found, [t[0] for t in told], [t[1] for t in told])


def _told(row: dict[str, Any], candidate: Candidate) -> tuple[int, float]:
    """Whether a statement leaves its claim open by the gold, and how much that row counts."""
    passage = candidate.passage

    def here(span: dict[str, Any]) -> bool:
        return bool(passage.start < span["end"] and span["start"] < passage.end)

    refusals = [span for span in row["open"] if here(span)]
    label = any(candidate.claim_id in span["claims"] for span in refusals)
    known = refusals or any(here(span) for span in row["sides"])
    return int(label), 1.0 if known else UNTOLD


def fit_head(folder: Path, *, device: str = "cpu") -> dict[str, Any]:
    """``open.json`` for the model in ``folder``: some minutes of one core.

    The state is read by a regression of its own, whose answer on articles that it was not fitted on
    (five folds) is then weighed beside the words of the statement and the claim.
    """
    from stance.inference.openness import PairStates
    from stance.models import find_model

    ref = find_model(folder)
    states = PairStates(ref, device=device)
    known = [article for article in articles() if article.candidates]
    x, words, share = [], [], []
    for article in known:
        asked = asked_pairs([article.document], article.candidates, article.claims)
        x.append(states(asked))
        words.append(refusing([c.passage.text for c in article.candidates]))
        share.append(shares_of_best([article.document], article.candidates, article.claims))
    labels = np.array([label for article in known for label in article.labels])
    weights = np.array([weight for article in known for weight in article.weights])
    groups = np.repeat(np.arange(len(known)), [len(a.candidates) for a in known])
    return {
        "source": "python -m stance.training.openness",
        "encoder": ref.sha256,
        "rows": len(labels),
        **_weighed(
            np.vstack(x), beside(np.hstack(words), np.hstack(share)), labels, weights, groups
        ),
    }


def _weighed(
    states: Floats,
    others: Floats,
    labels: NDArray[np.int_],
    weights: Floats,
    groups: NDArray[np.int_],
) -> dict[str, Any]:
    """One linear rule over the state and the columns beside it."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    def regression(rows: NDArray[np.int_]) -> tuple[Floats, float]:
        return _regression(states[rows], labels[rows], weights[rows])

    unseen = np.zeros(len(labels))
    for train, test in GroupKFold(FOLDS).split(states, labels, groups):
        column, intercept = regression(train)
        unseen[test] = states[test] @ column + intercept
    column, intercept = regression(np.arange(len(labels)))
    both = np.hstack([unseen[:, None], others])
    last = LogisticRegression(C=1.0, max_iter=1000).fit(both, labels, sample_weight=weights)
    scale = float(last.coef_[0][0])
    return {
        "intercept": round(float(last.intercept_[0]) + scale * intercept, 4),
        "beside": [round(float(w), 4) for w in last.coef_[0][1:]],
        "states": [round(scale * float(w), 5) for w in column],
    }


def _regression(
    states: Floats, labels: Sequence[int] | NDArray[np.int_], weights: Floats
) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(states)
    model = LogisticRegression(C=STATE_STRENGTH, max_iter=3000)
    model.fit(scaler.transform(states), labels, sample_weight=weights)
    column = model.coef_[0] / scaler.scale_
    return column, float(model.intercept_[0] - column @ scaler.mean_)


if __name__ == "__main__":
    from stance.inference.openness import FILE

    if len(sys.argv) > 1:
        made, target = fit_head(Path(sys.argv[1])), Path(sys.argv[1]) / FILE
    else:
        made, target = fit_words(), DATA / WORDS
    target.write_text(json.dumps(made, ensure_ascii=False) + "\n", encoding="utf-8")
