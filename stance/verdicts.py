"""What a verdict is: its four words, its rows, and how the verdicts on parts go together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stance.types import Candidate, Claim, Date, Document
from stance.weighing import COUNTS, Witness

VerdictLabel = Literal["supported", "refuted", "not enough evidence", "conflicting evidence"]
VERDICTS: tuple[VerdictLabel, ...] = (
    "supported",
    "refuted",
    "not enough evidence",
    "conflicting evidence",
)

ROWS_PER_SIDE = 5
CONTESTED = 0.5
"""Share of the stronger side's evidence that the weaker needs for a conflict: half."""


@dataclass(frozen=True, slots=True)
class VerdictEvidence:
    """A decisive passage, ``document.text[start:end] == text``, and how strongly it speaks.

    ``p_supports`` and ``p_refutes`` are the strengths of :mod:`stance.strength`: the model's
    probabilities, as far as the passage speaks of the claim at all.
    """

    doc_id: str
    source: str
    date: Date | None
    holder: str
    start: int
    end: int
    text: str
    p_supports: float
    p_refutes: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the documents known by ``as_of`` (None: all documents) say of a claim.

    ``p_supported`` and ``p_refuted`` sum to at most 1. ``evidence`` has one passage per
    independent voice and side, strongest first.
    """

    claim_id: str
    claim: str
    as_of: Date | None
    verdict: VerdictLabel
    p_supported: float
    p_refuted: float
    evidence: tuple[VerdictEvidence, ...]


def label(for_it: float, against: float, threshold: float) -> VerdictLabel:
    """The word for two strengths in [0, 1].

    A side counts from ``threshold``. Where both do they conflict, unless the weaker leaves less
    than :data:`CONTESTED` of the doubt out that the stronger does, by its logarithm: one faint
    voice against ten clear ones is shown, and is no conflict.

    >>> label(0.9, 0.2, 0.5), label(0.9, 0.8, 0.5), label(0.99, 0.6, 0.5)
    ('supported', 'conflicting evidence', 'supported')
    """
    told = [math.log1p(-min(side, 1 - 1e-9)) for side in (for_it, against)]
    if min(for_it, against) >= threshold and max(told) <= CONTESTED * min(told):
        return "conflicting evidence"
    if max(for_it, against) < threshold:
        return "not enough evidence"
    return "supported" if for_it > against else "refuted"


def evidence_rows(
    candidates: Sequence[Candidate],
    documents: Mapping[str, Document],
    strengths: NDArray[np.float64],
    seen: Sequence[Witness],
) -> list[VerdictEvidence]:
    """The best passage of each witness that says something, sides mixed, strongest first."""
    ranked: list[tuple[float, int]] = []
    for side in ("supports", "refutes"):
        strong = [w for w in seen if getattr(w, side) >= COUNTS and w.weight > 0]
        strong.sort(key=lambda w, side=side: -getattr(w, side))  # type: ignore[misc]
        for witness in strong[:ROWS_PER_SIDE]:
            best = witness.best_for if side == "supports" else witness.best_against
            ranked.append((getattr(witness, side), best))
    order = dict.fromkeys(i for _, i in sorted(ranked, key=lambda pair: -pair[0]))
    return [_row(candidates[i], documents, strengths[i]) for i in order]


def _row(
    candidate: Candidate, documents: Mapping[str, Document], strengths: NDArray[np.float64]
) -> VerdictEvidence:
    passage = candidate.passage
    document = documents[passage.doc_id]
    return VerdictEvidence(
        document.id,
        document.source,
        document.date,
        passage.holder,
        passage.start,
        passage.end,
        passage.text,
        float(strengths[0]),
        float(strengths[1]),
    )


def combined(claim: Claim, found: Sequence[Verdict]) -> Verdict:
    """The verdict on "A and B": as true as its weakest part, as false as its falsest."""
    labels = {v.verdict for v in found}
    word: VerdictLabel = "not enough evidence"
    if "refuted" in labels:
        word = "refuted"
    elif "conflicting evidence" in labels:
        word = "conflicting evidence"
    elif labels == {"supported"}:
        word = "supported"
    rows = sorted(
        (row for v in found for row in v.evidence), key=lambda r: -max(r.p_supports, r.p_refutes)
    )
    return replace(
        found[0],
        claim_id=claim.id,
        claim=claim.text,
        verdict=word,
        p_supported=min(v.p_supported for v in found),
        p_refuted=max(v.p_refuted for v in found),
        evidence=tuple(rows),
    )
