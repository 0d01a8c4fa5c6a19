"""What a statement is about where it does not say so itself: scored again beside its context.

"Bills stay where they are" takes a side only for who knows what the report is about. So a premise
that takes no clear side alone is read again behind the headline and the sentence before, by models
that were taught to tell the holder's words from those (``stance.training.scenes``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.anchoring import in_claims_words
from stance.claims import Scorer
from stance.clausewise import own_clause
from stance.evidence import (
    NEUTRAL,
    OTHER_NUMBER,
    RELEVANCE,
    SIDES,
    bearing,
    belonging,
    other_numbers,
)
from stance.furniture import Line, lines
from stance.hypotheses import agreeing, score_worded
from stance.signals import wants
from stance.speech.cues import negated
from stance.stances import OUTLET_SIDE, SIDE, mirror_pairs_for, pairs_for
from stance.text import sentences
from stance.types import Candidate, Claim, Document, Passage, Span

CLEAR = 0.85
"""Probability of a side from which a statement is understood alone and needs no context."""
FAINT = 0.1
"""Probability of a side below which a statement is not read again: asking those from .05 on too
costs half as many of such pairs more, and gains nothing on the invented stories."""
GAIN = 0.2
"""What a side must gain beside its context for the context to be asked by itself."""
CLAUSE = 0.25
"""What the clause that a claim is about counts beside the whole statement. From .25 to .5 reports
and seed corpus gain, .01 and .002 of macro-F1; the larger of both scores gains nothing."""
WORDING = 0.15
"""What a second wording of the claim counts beside its own. From 0 to .15 no corpus moves by more
than .003 of macro-F1, and from .3 the seed corpus loses."""
LONGEST = 400
"""Most characters of a sentence that serves as context; a longer one is no reminder."""


def score_candidates(
    scorer: Scorer,
    documents: Sequence[Document],
    candidates: Sequence[Candidate],
    claims: Sequence[Claim],
    *,
    context: bool = False,
    side: float = SIDE,
    outlet_side: float = OUTLET_SIDE,
    relevance: Sequence[float] = RELEVANCE,
) -> NDArray[np.float32]:
    """Scores of each candidate's premise against its claim, ``(n, 3)``, for ``decide``.

    What says a claim in its own words with another number is settled before any model is asked
    (:func:`stance.evidence.other_numbers`).

    With ``context`` a pair that takes no clear side, but could with it, is scored again with its
    context, and gets the mean of both scores, the second without the sides that the context takes
    by itself (:func:`statements_own`); what is then still unclear and has several clauses is asked
    once more by the one that the claim is about (:mod:`stance.clausewise`), and a speaker's, where
    it is unclear, in a second wording of the claim. What could take a side
    follows from the thresholds of ``decide``, which are given here as there. Whoever takes a side
    on "the decision" and says no more is read behind the headline alone (:func:`reacts`). A card
    says whether its model gains by it (:func:`reading`): base does, small does not, as it makes
    less of longer premises (``benchmarks quality --task stance``, rows with and without context).
    """
    known = {claim.id: claim for claim in claims}
    settled = other_numbers(candidates, known, {d.id: d for d in documents})
    out = np.tile(np.array(OTHER_NUMBER, np.float32), (len(candidates), 1))
    asked = np.setdiff1d(np.arange(len(candidates)), settled)
    left = [candidates[i] for i in asked]
    pairs = pairs_for(left, claims, documents)
    sides = (side, outlet_side)
    out[asked] = _scores(scorer, documents, left, pairs, context, sides, relevance)
    return out


def score_mirrors(
    scorer: Scorer,
    documents: Sequence[Document],
    candidates: Sequence[Candidate],
    claims: Sequence[Claim],
    *,
    context: bool = False,
    side: float = SIDE,
    outlet_side: float = OUTLET_SIDE,
    relevance: Sequence[float] = RELEVANCE,
) -> NDArray[np.float32]:
    """The same for the negated claims, as ``mirror_scores`` of ``decide``; NaN where no rule
    negates one. They double the cost of a run."""
    pairs = mirror_pairs_for(candidates, claims, documents)
    asked = [i for i, pair in enumerate(pairs) if pair is not None]
    out = np.full((len(pairs), 3), np.nan, np.float32)
    out[asked] = _scores(
        scorer,
        documents,
        [candidates[i] for i in asked],
        [pair for pair in pairs if pair is not None],
        context,
        (side, outlet_side),
        relevance,
    )
    return out


def _scores(
    scorer: Scorer,
    documents: Sequence[Document],
    candidates: Sequence[Candidate],
    pairs: Sequence[tuple[str, str]],
    context: bool,
    sides: tuple[float, float],
    relevance: Sequence[float],
) -> NDArray[np.float32]:
    """Scores of ``pairs``, one for each candidate; ``sides`` are a speaker's and an outlet's."""
    alone = score_worded(scorer, pairs)
    if not context or not pairs:
        return alone
    told = _beside_context(scorer, documents, candidates, pairs, alone, sides, relevance)
    told = _with_clauses(scorer, documents, candidates, pairs, told)
    return _with_wordings(scorer, candidates, pairs, told, sides, relevance)


def _beside_context(
    scorer: Scorer,
    documents: Sequence[Document],
    candidates: Sequence[Candidate],
    pairs: Sequence[tuple[str, str]],
    alone: NDArray[np.float32],
    sides: tuple[float, float],
    relevance: Sequence[float],
) -> NDArray[np.float32]:
    """Scores in which pairs that could take a side with their context are asked beside it."""
    reacting = [i for i, c in enumerate(candidates) if reacts(c.passage)]
    alone = _with_reactions(scorer, documents, candidates, pairs, alone, reacting)
    around = contexts(documents, [c.passage for c in candidates])
    open_ = _open(candidates, alone, *sides, relevance)
    open_[reacting] = False
    asked = [i for i, text in enumerate(around) if text and open_[i]]
    if not asked:
        return alone
    told = score_worded(scorer, [(f"{around[i]} {pairs[i][0]}", pairs[i][1]) for i in asked])
    gained = [k for k, i in enumerate(asked) if (told[k] - alone[i])[SIDES].max() > GAIN]
    if gained:
        own = score_worded(scorer, [(around[asked[k]], pairs[asked[k]][1]) for k in gained])
        told[gained] = statements_own(alone[[asked[k] for k in gained]], told[gained], own)
    return _blended(alone, asked, told, 0.5)


def _with_clauses(
    scorer: Scorer,
    documents: Sequence[Document],
    candidates: Sequence[Candidate],
    pairs: Sequence[tuple[str, str]],
    told: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Scores in which unclear statements of several clauses are asked once more, by the clause that
    the claim is about."""
    homes = {d.id: d for d in documents}
    found: dict[int, tuple[str, str]] = {}
    for i in np.flatnonzero(told[:, SIDES].max(axis=1) < CLEAR).tolist():
        passage, claim = candidates[i].passage, pairs[i][1]
        if clause := own_clause(passage, claim):
            found[i] = in_claims_words(clause, claim, homes[passage.doc_id], passage.start), claim
    if not found:
        return told
    return _blended(told, list(found), score_worded(scorer, list(found.values())), CLAUSE)


def _with_wordings(
    scorer: Scorer,
    candidates: Sequence[Candidate],
    pairs: Sequence[tuple[str, str]],
    told: NDArray[np.float32],
    sides: tuple[float, float],
    relevance: Sequence[float],
) -> NDArray[np.float32]:
    """Scores in which a speaker's unclear statements are asked in a second wording of the claim."""
    found: dict[int, tuple[str, str]] = {}
    for i in np.flatnonzero(_open(candidates, told, *sides, relevance)).tolist():
        passage, (text, claim) = candidates[i].passage, pairs[i]
        if passage.holder_type != "speaker" or reacts(passage):
            continue
        if words := agreeing(claim, passage.holder):
            found[i] = text, words
    if not found:
        return told
    again = np.asarray(scorer.score(list(found.values())), np.float32)
    return _blended(told, list(found), again, WORDING)


def _blended(
    scores: NDArray[np.float32], asked: Sequence[int], again: NDArray[np.float32], weight: float
) -> NDArray[np.float32]:
    """``scores`` with those ``asked`` again counting by ``weight``, where both could be scored."""
    out = np.array(scores, np.float32)
    mean = (1 - weight) * out[asked] + weight * again
    out[asked] = np.where(np.isfinite(mean).all(axis=1, keepdims=True), mean, out[asked])
    return out


_EVENT = re.compile(
    r"(?:the|this|that|these|those|his|her|its|their)\s(?:[\w’'-]+\s)?(?:decision|move|plan|measure|"
    r"step|ruling|verdict|judge?ment|announcement|agreement|deal|accord|pact|vote|bill|law|proposal|"
    r"resolution|resignation|appointment|outcome|result|change|ban|settlement|truce|ceasefire|news|"
    r"reform|offer|initiative)s?(?:\sas\s.+)?",
    re.IGNORECASE,
)
_TAKES_A_SIDE = re.compile(
    r"\b(?:(?P<for>welcom|prais|hail|applaud|cheer|back|support|endors|defend|champion|celebrat)|condemn|"
    r"critici[sz]|denounc|deplor|reject|oppos|slam|blast|attack|regret|decr|ridicul|mourn|bemoan)\w*$",
    re.IGNORECASE,
)


def reacts(passage: Passage) -> bool:
    """Whether somebody takes a side on what a report is about, in no more words than that:
    "welcomed the decision", "condemned the move"."""
    told, cue = passage.attribution, _cue(passage)
    if (
        passage.answers
        or told is None
        or told.kind == "direct"
        or negated(cue)
        or not _TAKES_A_SIDE.search(cue)
    ):
        return False
    return _EVENT.fullmatch(passage.text.strip(" .,")) is not None


def _cue(passage: Passage) -> str:
    return (passage.attribution.cue if passage.attribution else None) or ""


def _with_reactions(
    scorer: Scorer,
    documents: Sequence[Document],
    candidates: Sequence[Candidate],
    pairs: Sequence[tuple[str, str]],
    alone: NDArray[np.float32],
    reacting: Sequence[int],
) -> NDArray[np.float32]:
    """Scores in which ``reacting`` candidates are read behind the headline that says to what.

    Of what should be, whoever is against the event takes the other side than the event does, which
    a model sees less well than it reads the headline: there the mean of both counts.
    """
    wanted = {candidates[i].passage.doc_id for i in reacting}
    heads = {d.id: _closed(_story(d)[0]) for d in documents if d.id in wanted}
    asked = [i for i in reacting if 0 < len(heads.get(candidates[i].passage.doc_id, "")) <= LONGEST]
    if not asked:
        return alone
    behind = [(heads[candidates[i].passage.doc_id], *pairs[i]) for i in asked]
    told = score_worded(scorer, [(f"{head} {words}", claim) for head, words, claim in behind])
    wished = [k for k, (_, _, claim) in enumerate(behind) if wants(claim)]
    if wished:
        events = score_worded(scorer, [(behind[k][0], behind[k][2]) for k in wished])
        for k, event in zip(wished, events, strict=True):
            cue = _TAKES_A_SIDE.search(_cue(candidates[asked[k]].passage))
            against = cue is not None and cue["for"] is None
            told[k] = (told[k] + (event[::-1] if against else event)) / 2
    out = np.array(alone, np.float32)
    out[asked] = told
    return out


def statements_own(
    alone: NDArray[np.floating], told: NDArray[np.floating], context: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Scores beside the context, ``(n, 3)``, without the sides that the context takes by itself.

    Below a headline "Pact ready to send monitors" whatever is said seems to support that it is.
    What a statement gains there counts as far as the context alone does not take that side.

    >>> alone, told, headline = [[0.2, 0.8, 0.0]], [[0.9, 0.1, 0.0]], [[0.95, 0.05, 0.0]]
    >>> round(float(statements_own(*map(np.array, (alone, told, headline)))[0, 0]), 2)
    0.23
    """
    out = np.array(told, np.float32)
    gain = np.maximum(0.0, told - alone)[:, SIDES] * context[:, SIDES]
    out[:, SIDES] -= gain
    out[:, NEUTRAL] += gain.sum(axis=1)
    return out


def _open(
    candidates: Sequence[Candidate],
    alone: NDArray[np.floating],
    side: float,
    outlet_side: float,
    relevance: Sequence[float],
) -> NDArray[np.bool_]:
    """Pairs without a clear side that would take one, if their context made them certain of it."""
    taken = np.nan_to_num(alone[:, SIDES].max(axis=1), nan=1.0).astype(np.float64)
    most = (1 + taken) / 2
    weight = belonging(bearing(candidates), most, relevance)
    outlets = np.array([c.passage.holder_type == "outlet" for c in candidates], bool)
    wanted = np.where(outlets, outlet_side, side)
    return np.asarray((taken >= FAINT) & (taken < CLEAR) & (most * weight >= wanted))


def contexts(documents: Sequence[Document], passages: Sequence[Passage]) -> list[str]:
    """The headline of a passage's document and the sentence of its story before it.

    >>> d = Document("d", "The dam leaks. It will hold, Lee said.", "Post", title="Dam in danger")
    >>> contexts([d], [Passage("d", 15, 27, "It will hold", "Lee", "speaker")])
    ['Dam in danger. The dam leaks.']
    """
    wanted = {p.doc_id for p in passages}
    stories = {d.id: _story(d) for d in documents if d.id in wanted}
    return [_context(stories[p.doc_id], p) for p in passages]


def _story(document: Document) -> tuple[str, list[Span]]:
    """The headline and the sentences of the body."""
    kinds = lines(document)
    head = document.title or next((_cut(document, x) for x in kinds if x.kind == "headline"), "")
    body = [s for x in kinds if x.kind == "body" for s in sentences(document.text, x.start, x.end)]
    return head.strip(), body


def _cut(document: Document, line: Line) -> str:
    return document.text[line.start : line.end]


def _context(story: tuple[str, list[Span]], passage: Passage) -> str:
    head, body = story
    before = [s.text for s in body if s.end <= passage.start][-1:]
    parts = [_closed(head), *before]
    kept = [p for p in parts if p and len(p) <= LONGEST and p.rstrip(".") not in passage.text]
    return " ".join(kept)


def _closed(head: str) -> str:
    return head if head[-1:] in (".", "!", "?", "") else f"{head}."


def reading(card: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of :func:`score_candidates` that a model's card sets.

    >>> reading({"stance": {"context": False, "side": 0.25, "related": 0.4}})
    {'context': False, 'side': 0.25}
    """
    names = ("context", "side", "outlet_side", "relevance")
    return {k: v for k, v in card.get("stance", {}).items() if k in names}
