"""How strongly a passage that was found speaks for or against a claim.

A pair model is taught on sentences that were chosen for each other. Asked about what a search
brings up, it sees contradictions between sentences that have nothing to do with each other, and it
is surest there. So its probabilities are read together with how much of the claim the passage
speaks of at all, and turned into the probability that the passage is evidence for that side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance import vectors
from stance.evidence import SIDES, premise
from stance.lexical import words
from stance.types import Candidate, Claim, Document

Floats = NDArray[np.float64]

ELSEWHERE = 0.5
"""What a name of the claim counts that stands in the document but not in the passage: news calls
people and places by name once, and "the minister" or "the works" after that."""
SUREST = 0.002
"""Probabilities are read as if no nearer than this to 0 and 1: beyond it a model only boasts."""

_NAME = re.compile(r"\b[A-Z][\w’']+(?=\s+[A-Z])|(?<!^)\b[A-Z][\w’']+")


COVERED = 5.0
"""Weight of coverage in both regressions where a card has no other: a careful one, for models that
are sure of sentences that have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Two logistic regressions: intercept, and what the model's log-odds of the side count.

    By default what ``python -m benchmarks.fit_verify`` found for the small model. ``covered`` is
    what coverage counts in both.
    """

    supports: tuple[float, float] = (-4.378, 0.585)
    refutes: tuple[float, float] = (-4.304, 0.96)
    covered: float = COVERED


def strengths(seen: Floats, weights: Weights) -> Floats:
    """Probabilities ``(n, 2)`` that passages are evidence for, and against, a claim.

    ``seen`` is what :func:`features` gives, ``(n, 3)``. They sum to at most 1.

    >>> both = np.array([[2.0, -4.0, 0.9], [2.0, -4.0, 0.3]])
    >>> about, beside = strengths(both, Weights())[:, 0]
    >>> bool(about > 0.6 > 0.4 > beside)
    True
    """
    sides = np.array([weights.supports, weights.refutes])
    odds = sides[:, 0] + sides[:, 1] * seen[:, :2] + weights.covered * seen[:, 2:]
    both = 1 / (1 + np.exp(-odds))
    return np.asarray(both / np.maximum(both.sum(axis=1, keepdims=True), 1.0))


def features(
    claim: Claim,
    found: Sequence[Candidate],
    scores: Floats,
    documents: Mapping[str, Document],
) -> Floats:
    """``(n, 3)``: log-odds of support and of refutation, coverage."""
    odds = np.clip(scores[:, SIDES], SUREST, 1 - SUREST)
    texts = [premise(c.passage) for c in found]
    around = [documents[c.passage.doc_id] for c in found if c.passage.doc_id in documents]
    whole = {d.id: f"{d.title or ''} {d.text}" for d in around}
    covered = coverage(claim.text, texts, [whole.get(c.passage.doc_id, "") for c in found])
    return np.column_stack([np.log(odds / (1 - odds)), covered]).astype(np.float64)


def coverage(claim: str, texts: Sequence[str], around: Sequence[str] = ()) -> Floats:
    """How much of a claim each text speaks of, ``(n,)`` in [0, 1].

    Every content word of the claim counts what the nearest word of the text is like it (cosine of
    static vectors), rare words more than common ones. Names and the other words are averaged
    apart, and the smaller average counts: a text about the same people need not speak of the same
    matter, nor one about the same matter of the same people. A name that stands only ``around``
    the text counts :data:`ELSEWHERE`; numbers are left to :mod:`stance.quantities`.

    >>> near, far = coverage("The dam leaks.", ["A leak was found in the dam.", "Sheep graze."])
    >>> bool(near > 0.8 > 0.5 > far)
    True
    """
    wanted = [word for word in words(claim) if not word[0].isdigit()]
    rows = [words(text) for text in texts]
    known = list(dict.fromkeys([*wanted, *(word for row in rows for word in row)]))
    if not wanted:
        return np.zeros(len(texts))
    points, weight = vectors.by_word(known)
    number = {word: i for i, word in enumerate(known)}
    asked = [number[word] for word in wanted]
    alike = np.maximum(points[asked] @ points.T, 0.0)
    alike[np.arange(len(asked)), asked] = 1.0
    names = {name.casefold().removesuffix("'s") for name in _NAME.findall(claim)}
    named = np.array([word in names for word in wanted])
    parts = [part for part in (named, ~named) if part.any()]
    out = np.zeros(len(texts))
    for i, row in enumerate(rows):
        best = alike[:, [number[word] for word in row]].max(axis=1) if row else np.zeros(len(asked))
        if around and names:
            said = set(words(around[i])) & names
            best = np.maximum(best, [ELSEWHERE if word in said else 0.0 for word in wanted])
        out[i] = min(_mean(best[part], weight[asked][part]) for part in parts)
    return out


def _mean(values: Floats, weight: NDArray[np.float32]) -> float:
    return float(values @ weight) / max(float(weight.sum()), 1e-9)
