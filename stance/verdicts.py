"""What a verdict is: its four words, its rows, and how the verdicts on parts go together."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class VerdictEvidence:
    """A decisive passage: ``document.text[start:end] == text``, and what the model makes of it."""

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


def label(for_it: bool, against: bool) -> VerdictLabel:
    """The word for which sides are strong enough.

    >>> label(True, False), label(True, True)
    ('supported', 'conflicting evidence')
    """
    if for_it and against:
        return "conflicting evidence"
    if for_it or against:
        return "supported" if for_it else "refuted"
    return "not enough evidence"


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
