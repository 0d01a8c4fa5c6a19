"""When not to answer: the mirror test, and the share of rows worth their risk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stance.evidence import REFUTES, SUPPORTS, Judged
from stance.types import Stance

AGREE = 0.5
"""A claim and its negation cannot both have this probability of support (or of refutation)."""
PENALTY = 0.5
"""What is left of a row's confidence when the mirror test speaks against it."""
FAILED = ("mirror-inconsistent", "prior-driven")
"""The reasons of rows that fail the mirror test."""


def mirrored(
    rows: Sequence[Stance],
    used: Sequence[Sequence[int]],
    judged: Judged,
    mirror_scores: NDArray[np.floating],
) -> list[Stance]:
    """Lower the confidence of rows whose claim and negated claim get the same answer.

    ``used[i]`` are the candidates that ``rows[i]`` is read from. ``mirror-inconsistent``: the text
    is said to support (or refute) both. ``prior-driven``: the negation changes nothing at all, so
    the answer comes from the wording of the claim rather than from the text.
    """
    mirror = np.asarray(mirror_scores, np.float64)
    out = []
    for row, found in zip(rows, used, strict=True):
        reason = _against(row, np.array(found, np.intp), judged, mirror)
        if reason:
            row = replace(row, confidence=row.confidence * PENALTY, reason=reason)
        out.append(row)
    return out


def _against(
    row: Stance, used: NDArray[np.intp], judged: Judged, mirror: NDArray[np.float64]
) -> str | None:
    """Why the candidate that decides a row fails the mirror test, None where it passes."""
    if row.stance not in ("supports", "refutes") or not used.size:
        return None
    column = SUPPORTS if row.stance == "supports" else REFUTES
    best = used[np.argmax(judged.scores[used, column] * judged.relevance[used])]
    if not np.isfinite(mirror[best]).all() or mirror[best, column] < AGREE:
        return None
    unmoved = np.abs(mirror[best] - judged.scores[best]).max() < 0.1
    return "prior-driven" if unmoved else "mirror-inconsistent"


def surety(row: Stance) -> tuple[bool, float]:
    """A key that sorts rows, the riskiest first: those that fail the mirror test, then by
    confidence."""
    return row.reason not in FAILED, row.confidence


def answered(count: int, coverage: float) -> int:
    """How many of ``count`` rows are answered at a coverage.

    >>> answered(10, 0.9), answered(3, 0.6)
    (9, 2)
    """
    return math.ceil(coverage * count - 1e-9)


def cover(rows: Sequence[Stance], coverage: float) -> list[Stance]:
    """Keep the label of the surest share of rows; the rest abstains, with a reason.

    Rows that say nothing of their claim (unrelated) are neither counted nor touched: with them
    nearly every outlet × claim row, however sure, would make room for a wrong one.
    """
    says = [i for i, r in enumerate(rows) if r.status == "ok" and r.stance != "unrelated"]
    drop = len(says) - answered(len(says), coverage)
    riskiest = set(sorted(says, key=lambda i: surety(rows[i]))[:drop])
    return [
        replace(r, status="abstain", stance=None, reason=r.reason or "low-confidence")
        if i in riskiest
        else r
        for i, r in enumerate(rows)
    ]
