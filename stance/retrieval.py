"""Which passages of an archive are weighed for a claim, and what is plain in them without a model.

Search opens documents, reading cuts them into voices, matching ranks their passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stance import vectors
from stance.archive import Archive
from stance.evidence import NEUTRAL, REFUTES, SUPPORTS, corrected, denied_clause, premise
from stance.matching import Embed, match
from stance.negation import is_negated
from stance.quantities import same_in_other_units
from stance.text import sentences
from stance.types import Candidate, Claim, Document
from stance.utterances import same_wording
from stance.weighing import Voices, admissible, misread_negation

K = 50
"""Documents read per claim; ``benchmarks quality --task verify`` gives recall at 5."""
PASSAGES = 10
"""Most different passages weighed per claim: further down, a model finds sides in mere neighbours
of a claim more often than evidence."""
COPIES = 100
"""Most passages scored per claim, near copies of the different ones included."""


def candidates_for(
    claim: Claim,
    archive: Archive,
    voices: Voices = "any",
    k: int = K,
    embed: Embed | None = vectors.embed,
) -> tuple[list[Candidate], dict[str, Document]]:
    """The passages that are weighed for a claim, best matches first, and the documents read."""
    documents = {d.id: d for d in archive.near(claim.text, k)}
    found = [p for d in documents.values() for p in archive.passages(d)]
    usable = [p for p in found if admissible(p, claim.text, voices)]
    # Evidence may tell another story than the one that the claim is of: no document is left out.
    return _first_different(match(usable, [claim], elsewhere=0.0, embed=embed)), documents


def _first_different(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best candidates up to ten different wordings, with the near copies of those."""
    kept: list[Candidate] = []
    texts: list[str] = []
    for candidate in candidates:
        text = premise(candidate.passage)
        if not copied(text, texts):
            if len(texts) == PASSAGES:
                continue
            texts.append(text)
        kept.append(candidate)
        if len(kept) == COPIES:
            break
    return kept


def copied(text: str, others: Iterable[str]) -> bool:
    """Whether a text is one of the others, or nearly so.

    >>> copied("The dam broke.", ["Rain fell.", "The dam broke."])
    True
    """
    return any(text == other or same_wording(text, other) for other in others)


def judged(
    claim: Claim,
    candidates: Sequence[Candidate],
    scores: NDArray[np.float32],
    documents: Mapping[str, Document] | None = None,
) -> NDArray[np.float64]:
    """Scores of candidates ``(n, 3)``, corrected by what the text says plainly.

    Numbers, dates, denials and negations are compared here without the model. The dates of
    ``documents``, by id, tell the years that their passages leave out.
    """
    passages = [c.passage for c in candidates]
    raw = np.array(scores, np.float32)
    for i in np.flatnonzero(raw[:, SUPPORTS] > raw[:, REFUTES]).tolist():
        # Of a denial the model read the clause that is denied; corrected() turns it round.
        if misread_negation(denied_clause(passages[i]) or passages[i].text, claim.text):
            raw[i] = raw[i, ::-1]
    for i in np.flatnonzero(raw[:, REFUTES] > raw[:, SUPPORTS]).tolist():
        if _only_units_differ(passages[i].text, claim.text):
            raw[i, NEUTRAL] += raw[i, REFUTES]
            raw[i, REFUTES] = 0.0
    # Not weighted by judge's relevance, which is fitted on whole documents of one topic:
    # stance.strength has its own.
    return corrected(candidates, {claim.id: claim}, raw, documents or {})[0]


def _only_units_differ(passage: str, claim: str) -> bool:
    """Whether a sentence has the claim's amount in another unit, and neither or both are negated:
    what a negation contradicts stays contradicted in any unit."""
    negated = is_negated(claim)
    return same_in_other_units(passage, claim) and any(
        is_negated(s.text) == negated and same_in_other_units(s.text, claim)
        for s in sentences(passage)
    )
