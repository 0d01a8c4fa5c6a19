"""How strongly a passage that was found speaks for or against a claim.

A pair model is taught on sentences that were chosen for each other. Asked about what a search
brings up, it sees contradictions between sentences that have nothing to do with each other, and it
is surest there. So whether the passage is about the claim has a say in whether it is evidence at
all; the model alone says for which side.

Two things tell that it is. That it matches (:mod:`stance.matching`): rare words are shared, among
documents on many matters. And that it covers the claim: among documents on one matter no word is
rare, and what counts is that little of the claim is left out. The better of both counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance import vectors
from stance.evidence import NEUTRAL, SIDES, belonging, premise
from stance.lexical import words
from stance.types import Candidate, Claim

Floats = NDArray[np.float64]

LEAST = 0.2
"""Coverage from which a passage is evidence at all: below it, it lacks the names or the matter."""

_NAME = re.compile(r"\b[A-Z][\w’']+(?=\s+[A-Z])|(?<!^)\b[A-Z][\w’']+")


@dataclass(frozen=True, slots=True)
class Weights:
    """Logistic regressions that a passage found is evidence, by how it matches and by what it
    covers: intercept, weight of that, weight of ``1 - p_neutral``.

    By default what ``python -m benchmarks.fit_verify`` found for the base model.
    """

    matched: tuple[float, ...] = (-6.221, 7.641, 2.7)
    covered: tuple[float, ...] = (-4.407, 2.31, 3.459)


def strengths(close: Floats, scores: Floats, weights: Weights) -> Floats:
    """Probabilities ``(n, 2)`` that passages are evidence for, and against, a claim.

    ``close`` is what :func:`closeness` gives, ``scores`` supports, neutral, refutes ``(n, 3)``.

    >>> said = np.array([[0.9, 0.06, 0.04], [0.9, 0.06, 0.04]])
    >>> about, beside = strengths(np.array([[0.7, 0.9], [0.2, 0.2]]), said, Weights())[:, 0]
    >>> bool(about > 0.7 > 0.4 > beside)
    True
    """
    sided = 1 - scores[:, NEUTRAL]
    both = (weights.matched, weights.covered)
    found = np.max([belonging(close[:, i], sided, w) for i, w in enumerate(both)], axis=0)
    found[close[:, 1] < LEAST] = 0.0
    sides = scores[:, SIDES]
    share = sides / np.maximum(sides.sum(axis=1, keepdims=True), 1e-9)
    return np.asarray(found[:, None] * share)


def closeness(claim: Claim, found: Sequence[Candidate]) -> Floats:
    """``(n, 2)``: matching score and :func:`coverage` of each candidate."""
    covered = coverage(claim.text, [premise(c.passage) for c in found])
    return np.column_stack([[c.score for c in found], covered]).reshape(-1, 2)


def coverage(claim: str, texts: Sequence[str]) -> Floats:
    """How much of a claim each text speaks of, ``(n,)`` in [0, 1].

    Every content word of the claim counts what the nearest word of the text is like it (cosine of
    static vectors), rare words more than common ones. Names and the other words are averaged
    apart, and the smaller average counts: a text about the same people need not speak of the same
    matter, nor one about the same matter of the same people. Numbers are left to
    :mod:`stance.quantities`.

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
        out[i] = min(_mean(best[part], weight[asked][part]) for part in parts)
    return out


def _mean(values: Floats, weight: NDArray[np.float32]) -> float:
    return float(values @ weight) / max(float(weight.sum()), 1e-9)
