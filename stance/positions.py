"""From what was decided to a row: evidence, flags and the fields of its document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stance.evidence import NEUTRAL, REFUTES, SUPPORTS, Floats, Judged
from stance.signals import conditional
from stance.types import Candidate, Claim, Document, Evidence, HolderType, Stance, StanceLabel

EVIDENCE_SPANS = 3
"""Most evidence spans kept per row, besides one that holds the condition."""
SPLIT = 0.3
"""Where the weaker side still has this much, one document says both: ``split-evidence``."""

_COLUMN: Mapping[StanceLabel, int] = {"supports": 0, "refutes": 1, "neutral": 2, "unrelated": 3}


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates of one holder on one claim in one document, as indices."""

    document: Document
    claim: Claim
    holder: str
    holder_type: HolderType
    indices: tuple[int, ...]


def row_of(
    group: Group,
    candidates: Sequence[Candidate],
    judged: Judged,
    used: Sequence[int],
    p: Floats,
    label: StanceLabel,
) -> Stance:
    """A row with a label. ``used`` are the candidates that may serve as evidence, ``p`` the four
    probabilities: supports, refutes, neutral, unrelated."""
    split = bool(min(p[0], p[1]) >= SPLIT)
    carrying = _carrying(used, judged, label, split)
    bound = _condition(carrying, candidates, judged, label)
    best = carrying[:EVIDENCE_SPANS]
    if bound is not None and bound not in best:
        best.append(bound)
    passages = [candidates[i].passage for i in best]
    affiliations = Counter(
        a for i in group.indices if (a := candidates[i].passage.affiliation) is not None
    )
    said = next((x.attribution for x in passages if x.attribution), None)
    return Stance(
        doc_id=group.document.id,
        source=group.document.source,
        date=group.document.date,
        holder=group.holder,
        holder_type=group.holder_type,
        affiliation=affiliations.most_common(1)[0][0] if affiliations else None,
        claim_id=group.claim.id,
        claim=group.claim.text,
        stance=label,
        p_supports=float(p[0]),
        p_refutes=float(p[1]),
        p_neutral=float(p[2]),
        p_unrelated=float(p[3]),
        confidence=float(p[_COLUMN[label]]),
        conditional=bound is not None,
        status="ok",
        reason="split-evidence" if split else None,
        statement_date=said.statement_date if said else None,
        evidence=tuple(
            Evidence(
                candidates[i].passage.start,
                candidates[i].passage.end,
                candidates[i].passage.text,
                float(judged.scores[i, SUPPORTS]),
                float(judged.scores[i, REFUTES]),
            )
            for i in best
        ),
    )


def _carrying(used: Sequence[int], judged: Judged, label: StanceLabel, split: bool) -> list[int]:
    """The candidates that carry a label, best first; of a split row, those of both sides."""
    if label == "unrelated" or not used:
        return []
    index = np.array(used)
    column = {"supports": [SUPPORTS], "refutes": [REFUTES], "neutral": [NEUTRAL]}[label]
    columns = [SUPPORTS, REFUTES] if split else column
    belongs = judged.speaks if columns == [NEUTRAL] else judged.relevance
    weight = judged.scores[index][:, columns].max(axis=1) * belongs[index]
    order = np.argsort(-weight, kind="stable")
    # A span half as strong as the best still shows something; weaker ones only dilute the row.
    return [used[i] for i in order if weight[i] >= weight[order[0]] / 2]


def _condition(
    carrying: Sequence[int], candidates: Sequence[Candidate], judged: Judged, label: StanceLabel
) -> int | None:
    """The strongest candidate that takes a row's side under a condition, None where none does."""
    if label not in ("supports", "refutes"):
        return None
    own, other = (SUPPORTS, REFUTES) if label == "supports" else (REFUTES, SUPPORTS)
    scores = judged.scores
    return next(
        (
            i
            for i in carrying
            if scores[i, own] > scores[i, other] and conditional(candidates[i].passage.text)
        ),
        None,
    )


def abstained(group: Group, reason: str) -> Stance:
    """A row without a label: nothing is known, so the four probabilities are even."""
    return Stance(
        group.document.id,
        group.document.source,
        group.document.date,
        group.holder,
        group.holder_type,
        None,
        group.claim.id,
        group.claim.text,
        None,
        *(0.25, 0.25, 0.25, 0.25),
        confidence=0.0,
        conditional=False,
        status="abstain",
        reason=reason,
        statement_date=None,
        evidence=(),
    )
