"""Which claims a corpus is about: what several voices or days come back to, each subject once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stance.lexical import tokens
from stance.types import DetectedClaim
from stance.vectors import embed

Groups = Sequence[Sequence[DetectedClaim]]

RELATED = 0.65
"""Cosine of two wordings from which one bears on the other."""
ALIKE = 0.75
"""Cosine from which a claim says little beside one that ranks before it."""
COMPARED = 2000
"""Groups of greatest weight that are compared with each other; the others follow by weight."""
UNCLEAR = 0.25
"""What an unclear wording keeps of its weight: a poor claim to ask others about."""
LONG = 25
"""Words from which a claim's weight falls with its length: it says several things at once."""


def most_discussed(groups: Groups, limit: int | None) -> list[int]:
    """Indices of the groups of one claim each, most worth tracking first, at most ``limit``.

    A claim's weight is its check-worthiness times the number of its different wordings and
    holders, so that one wire text in ten papers counts once; and it grows with the other holders
    and documents that speak of the same thing, for a claim that nobody takes up has no stances.
    A claim that says nearly what one before it says comes after the others.
    """
    if not groups:
        return []
    weights = np.array([_weight(g) for g in groups])
    by_weight = np.argsort(-weights, kind="stable")
    first, rest = by_weight[:COMPARED].tolist(), by_weight[COMPARED:].tolist()
    compared = [groups[i] for i in first]
    near = _nearness([plainest(group).canonical for group in compared])
    echoes = np.array([_echoes(i, compared, near[i]) for i in range(len(compared))])
    left = weights[first] * (1 + np.log1p(echoes))
    order: list[int] = []
    for _ in range(min(len(first), limit if limit is not None else len(first))):
        best = int(np.argmax(left))
        order.append(first[best])
        left = np.where((near[best] >= ALIKE) & (left > 0), left / 2, left)
        left[best] = -1.0
    return [*order, *rest][:limit]


def _weight(group: Sequence[DetectedClaim]) -> float:
    voices = {(d.holder, " ".join(tokens(d.text))) for d in group}
    clear = 1.0 if any(d.status == "ok" for d in group) else UNCLEAR
    short = min(1.0, LONG / max(1, min(len(d.canonical.split()) for d in group)))
    return clear * short * max(d.checkworthiness for d in group) * len(voices)


def _echoes(i: int, groups: Groups, near: NDArray[np.float32]) -> int:
    """Holders and documents besides this claim's own that speak of what it speaks of."""
    own = {d.holder for d in groups[i]} | {d.doc_id for d in groups[i]}
    others = [d for j in np.flatnonzero(near >= RELATED).tolist() if j != i for d in groups[j]]
    return len({d.holder for d in others} - own) + len({d.doc_id for d in others} - own)


def plainest(group: Sequence[DetectedClaim]) -> DetectedClaim:
    """The member that words the claim: clear, near to the others, short, check-worthy."""
    near = _nearness([d.canonical for d in group]).mean(axis=1)

    def fitness(i: int) -> tuple[bool, float]:
        d = group[i]
        length = len(d.canonical.split())
        return d.status == "ok", float(near[i]) + 0.5 * d.checkworthiness - 0.01 * length

    return group[max(range(len(group)), key=fitness)]


def _nearness(texts: Sequence[str]) -> NDArray[np.float32]:
    points = embed(texts)
    return np.asarray(points @ points.T, np.float32)
