"""When not to answer: the mirror test, and the share of rows worth their risk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stance.types import Stance

AGREE = 0.5
"""A claim and its negation cannot both have this probability of support (or of refutation)."""
PENALTY = 0.5
"""What is left of a row's confidence when the mirror test speaks against it."""
_SIDES = ("supports", "refutes")


def mirrored(
    rows: Sequence[Stance],
    indices: Sequence[Sequence[int]],
    scores: NDArray[np.floating],
    mirror_scores: NDArray[np.floating],
) -> list[Stance]:
    """Lower the confidence of rows whose claim and negated claim get the same answer.

    ``indices[i]`` are the candidates of ``rows[i]``. ``mirror-inconsistent``: the text is said to
    support (or refute) both. ``prior-driven``: the negation changes nothing at all, so the answer
    comes from the wording of the claim rather than from the text.
    """
    given, mirror = np.asarray(scores, np.float64), np.asarray(mirror_scores, np.float64)
    out = []
    for row, found in zip(rows, indices, strict=True):
        reason = _against(row, given[list(found)], mirror[list(found)])
        if reason:
            row = replace(row, confidence=row.confidence * PENALTY, reason=row.reason or reason)
        out.append(row)
    return out


def _against(row: Stance, scores: NDArray[np.float64], mirror: NDArray[np.float64]) -> str | None:
    """Why the strongest candidate of a row fails the mirror test, None where it passes."""
    known = np.isfinite(mirror).all(axis=1)
    if row.stance not in _SIDES or not known.any():
        return None
    column = 0 if row.stance == "supports" else 2
    best = int(np.argmax(np.where(known, scores[:, column], -1.0)))
    if mirror[best, column] < AGREE:
        return None
    unmoved = np.abs(mirror[best] - scores[best]).max() < 0.1
    return "prior-driven" if unmoved else "mirror-inconsistent"


def cover(rows: Sequence[Stance], coverage: float) -> list[Stance]:
    """Keep the label of the most confident share of rows; the rest abstains, with a reason.

    Rows that say nothing of their claim (unrelated) are neither counted nor touched: with them
    nearly every outlet × claim row, however sure, would make room for a wrong one.
    """
    says = [i for i, r in enumerate(rows) if r.status == "ok" and r.stance != "unrelated"]
    drop = len(says) - math.ceil(coverage * len(says) - 1e-9)
    riskiest = set(sorted(says, key=lambda i: rows[i].confidence)[:drop])
    return [
        replace(r, status="abstain", stance=None, reason=r.reason or "low-confidence")
        if i in riskiest
        else r
        for i, r in enumerate(rows)
    ]
