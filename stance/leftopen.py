"""Which claims a statement leaves open: "She would wait for the auditors", on whether he knew.

To be neutral takes two things, that no side is taken and that it is this claim's question which
stays open. Both are learned (:mod:`stance.inference.openness`); what only the words tell stays with
:mod:`stance.silence`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from stance.contexts import contexts
from stance.evidence import OUTSPOKEN, SIDES, place_of, share_of_best, tells_of
from stance.refusals import refusing
from stance.silence import claim_shares
from stance.stances import pairs_for
from stance.types import Candidate, Claim, Document

Floats = NDArray[np.float64]

HINT = 5.0
"""What the whole of a claim's words around a statement count beside the log odds of the statement's
own; a pair is asked where both come to more than 0, as two of five do. On the stories, the reports,
the seed corpus and the dispatches macro-F1 is that of asking all to the third digit."""
Pairs = Sequence[tuple[str, str]]


def left_open(
    head: Callable[[Pairs, Floats], Floats],
    documents: Sequence[Document],
    candidates: Sequence[Candidate],
    claims: Sequence[Claim],
    scores: NDArray[np.floating],
) -> Floats:
    """Probability that a speaker's statement leaves its claim open, ``(n,)``, for ``decide``.

    0 for outlets, for statements with a clear side by ``scores``, and in documents that do not
    surely tell of the claim's matter, which are not asked.
    """
    out = np.zeros(len(candidates))
    taken = np.nan_to_num(np.asarray(scores)[:, SIDES].max(axis=1), nan=1.0) if len(out) else out
    speakers = np.array([c.passage.holder_type == "speaker" for c in candidates], bool)
    asked = np.flatnonzero(speakers & (taken < OUTSPOKEN) & tells_of(candidates)).tolist()
    if not asked:
        return out
    said = refusing([candidates[i].passage.text for i in asked])
    places = {place_of(candidates[i]) for i in asked}  # a share is one of all claims asked there
    near = [i for i, c in enumerate(candidates) if place_of(c) in places]
    found = shares_of_best(documents, [candidates[i] for i in near], claims)
    columns = beside(said, found[np.isin(near, asked)])
    hinted = columns @ np.array([1.0, HINT]) > 0
    left = np.array(asked)[hinted]
    pairs = asked_pairs(documents, [candidates[i] for i in left], claims)
    out[left] = head(pairs, columns[hinted])
    return out


def asked_pairs(
    documents: Sequence[Document], candidates: Sequence[Candidate], claims: Sequence[Claim]
) -> list[tuple[str, str]]:
    """Each statement behind its headline and the sentence before it, with its claim."""
    around = contexts(documents, [c.passage for c in candidates])
    pairs = pairs_for(candidates, claims, documents)
    return [
        (f"{context} {premise}".strip(), claim)
        for context, (premise, claim) in zip(around, pairs, strict=True)
    ]


def beside(words: Floats, shares: Floats) -> Floats:
    """The columns that the head reads beside the state, ``(n, 2)``."""
    return np.stack([words, shares], axis=1)


def shares_of_best(
    documents: Sequence[Document], candidates: Sequence[Candidate], claims: Sequence[Claim]
) -> Floats:
    """The share of its claim's words around each statement, as a share of the best claim's there,
    ``(n,)``; 0 where no claim has a word."""
    known = {claim.id: claim for claim in claims}
    homes = {document.id: document for document in documents}
    found = claim_shares(candidates, known, homes)
    return share_of_best([place_of(c) for c in candidates], found.tolist())
