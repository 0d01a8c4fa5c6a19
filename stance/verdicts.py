"""What a verdict is: its four words, its rows, and how the verdicts on parts go together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stance.retrieval import copied
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
BEARS = 0.02
"""Strength from which a passage that decides nothing is shown beside "not enough evidence": of the
gold evidence found for FM2's claims 84 % is above it with the small model and 98 % with base."""
CONTESTED = 0.3
"""Share of the stronger side's evidence that the weaker needs for a conflict."""


@dataclass(frozen=True, slots=True)
class VerdictEvidence:
    """A passage, ``document.text[start:end] == text``, and how strongly it speaks.

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
    independent voice and side, strongest first: the decisive ones, and where there is not enough
    evidence also the nearest that decide nothing (both strengths below 0.3).
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
    verdict: VerdictLabel,
) -> list[VerdictEvidence]:
    """The best passage of each witness that says something, sides mixed, strongest first.

    Where that is not enough for a verdict the next witnesses follow, up to five rows in all: what
    comes nearest to the claim and decides nothing.
    """
    ranked: list[tuple[float, int]] = []
    for side in ("supports", "refutes"):
        strong = [w for w in seen if getattr(w, side) >= COUNTS and w.weight > 0]
        strong.sort(key=lambda w, side=side: -getattr(w, side))  # type: ignore[misc]
        for witness in strong[:ROWS_PER_SIDE]:
            ranked.append((getattr(witness, side), _best(witness, side)))
    order = list(dict.fromkeys(i for _, i in sorted(ranked, key=lambda pair: -pair[0])))
    if verdict == "not enough evidence":
        for i in _nearest(seen):
            told = [candidates[j].passage.text for j in order]
            if len(told) >= ROWS_PER_SIDE:
                break
            if not copied(candidates[i].passage.text, told):
                order.append(i)
    return [_row(candidates[i], documents, strengths[i]) for i in order]


def _nearest(seen: Sequence[Witness]) -> list[int]:
    """The passages of witnesses that bear on the claim and count on neither side, best first."""
    found = []
    for witness in seen:
        side = "supports" if witness.supports >= witness.refutes else "refutes"
        strength = getattr(witness, side)
        if BEARS <= strength < COUNTS and witness.weight > 0:
            found.append((strength, _best(witness, side)))
    return [i for _, i in sorted(found, key=lambda pair: -pair[0])]


def _best(witness: Witness, side: str) -> int:
    return witness.best_for if side == "supports" else witness.best_against


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
    rows = [row for v in found for row in v.evidence]
    if word != "not enough evidence":  # what was only near to one part decided nothing
        rows = [row for row in rows if max(row.p_supports, row.p_refutes) >= COUNTS]
    rows.sort(key=lambda r: -max(r.p_supports, r.p_refutes))
    return replace(
        found[0],
        claim_id=claim.id,
        claim=claim.text,
        verdict=word,
        p_supported=min(v.p_supported for v in found),
        p_refuted=max(v.p_refuted for v in found),
        evidence=tuple(rows),
    )
