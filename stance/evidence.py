"""What one candidate pair says: model scores corrected by what a model cannot be trusted with.

Who denied, who declined to answer, what is history, and numbers that differ are facts of the text;
they are applied to the ``(n, 3)`` scores here, deterministically, before anything is aggregated.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.anchoring import dated
from stance.checkworthiness import has_finite_verb
from stance.content import main_clause
from stance.lexical import tokens
from stance.negation import is_negated
from stance.quantities import amounts, dates, differ, leaves_room, without_numbers
from stance.signals import only_asks
from stance.silence import declines, is_silent, undecided
from stance.types import Candidate, Claim, Document, Passage

Floats = NDArray[np.float64]

RELEVANCE = (-3.87, 7.51, 2.05)
"""Logistic regression that a passage bears on a claim, where the model takes a side: intercept,
weight of how it bears (:func:`bearing`), weight of ``1 - p_neutral``. Support and refutation count
that much. A model that is surer of its neutrals may have its own in its card."""
TOPIC = (-3.39, 8.94)
"""The same from :func:`bearing` alone: what a passage needs to be neutral rather than unrelated,
because a model that cannot decide says nothing about the topic. Both are fitted by
``benchmarks.quality_stance.fit_relevance``."""
ASIDE = 2.5
"""Taken from the intercept of ``TOPIC`` for speakers: of 41 who were near a claim in the stories,
reports and seed corpus without a side and without saying so, two were neutral on it."""
MATTER = (0.3, 0.05)
"""Half-way point and width of the logistic by which passages count less in documents that tell of
something else (``Candidate.about``). Together with the block of :mod:`stance.matching` it leaves
one in seven of the sides that speakers were given on another story's claim, where twenty invented
stories stand in one corpus (``benchmarks quality --task stance``, *mixed*)."""
SURE = 0.8
"""The same from which a refusal can be one about the claim: its words seldom say what it is about.
"""
OUTSPOKEN = 0.7
"""Probability of a side from which a passage takes it although it says in other words that none is
taken: "I am in no doubt that they were moved. How many, I don't know." At .7 the invented stories
are best."""
SAME_MATTER = 0.5
"""Matcher score from which a differing number contradicts; below it, it only takes support away."""

OTHER_NUMBER = (0.03, 0.06, 0.91)
"""Scores of a passage that says the claim in its own words with another number
(:func:`other_numbers`): the labels of 233 such rows of twelve NLI and fact-checking sets."""
OWN_WORDS = 0.9
"""Share of the claim's content words that such a passage has, beside ``SAID_BACK`` of its own in
the claim and at most ``LONGEST_SAID`` words."""
SAID_BACK = 1 / 3
LONGEST_SAID = 30

MEANT = 3.0
"""Power of a side's share of the strongest side that the same statement takes on any claim
(:func:`told_apart`). From 1 to 3 the seed corpus' macro-F1 rises and that of the invented stories
stays where it is."""

SUPPORTS, NEUTRAL, REFUTES = 0, 1, 2
SIDES = [SUPPORTS, REFUTES]

_THAT = re.compile(
    r"^\W*(?:(?:[\w-]+\s+){0,4}?(?:claim|report|suggestion|allegation|accusation|charge|rumou?r|idea|"
    r"notion|assertion|speculation)s?\s+)?that\s+",
    re.IGNORECASE,
)


_DOING = re.compile(r"\W*[a-z]+ing\b")


@dataclass(frozen=True, slots=True)
class Judged:
    """Corrected probabilities of n candidates, ``(n, 3)``; relevance and topic, ``(n,)`` each.

    ``speaks``, ``(n,)``: that a passage which takes no side is neutral on its claim and not about
    something else. ``overruled``, ``(n,)``: a number or a date took away the side that the model
    saw.
    """

    scores: Floats
    relevance: Floats
    topic: Floats
    speaks: Floats
    overruled: NDArray[np.bool_]


def premise(passage: Passage) -> str:
    """What the model reads for a passage: its premise, or the bare content where a denial flips it.

    The flip is exact; asking the model to see through "denied that" is not.
    """
    answers = passage.answers if has_finite_verb(passage.answers) else ""
    return denied_clause(passage) or answers or passage.premise or passage.text


def denied_clause(passage: Passage) -> str | None:
    """The clause a holder denies, None where nothing is denied or no whole clause is ("rejected
    the plan"): a noun phrase entails nothing, so there the model reads the cue as well.
    """
    if passage.attribution is None or passage.attribution.polarity != "denies":
        return None
    if has_finite_verb(passage.answers):
        return passage.answers
    if _DOING.match(passage.text):
        return None  # "ruled out hosting the talks" has no verb in "talks"
    clause = _THAT.sub("", passage.text).strip()
    return clause if has_finite_verb(main_clause(clause)) else None


def judge(
    candidates: Sequence[Candidate],
    claims: Mapping[str, Claim],
    scores: NDArray[np.floating],
    weights: Sequence[float] = RELEVANCE,
    *,
    documents: Mapping[str, Document] | None = None,
    left_open: Floats | None = None,
) -> Judged:
    """Correct the model's scores by polarity and quantities, and say how each pair belongs.

    ``weights`` are those of the model, in the order of ``RELEVANCE``; ``documents`` by id tell
    the years that passages leave out, and what words that take no side are about. ``left_open``,
    ``(n,)``, is what :func:`stance.leftopen.left_open` says of that.
    """
    homes = documents or {}
    raw = np.array(scores, np.float64).reshape(-1, 3)
    bears = bearing(candidates)
    relevance = belonging(bears, 1 - raw[:, NEUTRAL], weights)
    topic = _logistic(TOPIC[0] + TOPIC[1] * bears)
    matter = _matter(candidates)
    relevance, topic = relevance * matter, topic * matter
    open_ = np.where(tells_of(candidates), undecided(candidates, claims, homes), 0.0)
    if left_open is not None:
        open_ = np.maximum(open_, left_open)
    out, overruled = corrected(candidates, claims, raw, homes)
    speaks = _speaks(candidates, topic, bears, open_)
    return Judged(out, relevance, topic, speaks, overruled)


def _matter(candidates: Sequence[Candidate]) -> Floats:
    """How surely the documents of passages tell of their claims' matter, ``(n,)``."""
    about = np.array([c.about for c in candidates], np.float64)
    return _logistic((about - MATTER[0]) / MATTER[1])


def tells_of(candidates: Sequence[Candidate]) -> NDArray[np.bool_]:
    """Whether words that take no side can be about the claim, by their document, ``(n,)``."""
    return np.asarray(_matter(candidates) >= SURE)


def corrected(
    candidates: Sequence[Candidate],
    claims: Mapping[str, Claim],
    scores: NDArray[np.floating],
    documents: Mapping[str, Document],
) -> tuple[Floats, NDArray[np.bool_]]:
    """The ``scores`` and ``overruled`` of :func:`judge`, for whoever weighs them otherwise."""
    out = as_meant(candidates, scores)
    overruled = np.zeros(len(out), bool)
    settled = set(other_numbers(candidates, claims, documents))
    for i, candidate in enumerate(candidates):
        passage, claim = candidate.passage, claims[candidate.claim_id].text
        if only_asks(passage, claim):
            out[i] = (0.0, 1.0, 0.0)
            continue
        if i in settled:
            out[i] = OTHER_NUMBER
            overruled[i] = True
            continue
        denied = denied_clause(passage) is not None
        supported = out[i, SUPPORTS] > out[i, REFUTES]
        if (
            not supported
            and leaves_room(passage.text, claim)  # few claims have numbers: asked first
            and _in_own_words(passage.text, claim)
        ):
            out[i] = (0.0, 1.0, 0.0)
            continue
        if not (denied or supported) or not _differs(passage, claim, documents):
            continue
        negated = is_negated(passage.text), is_negated(claim)
        if denied:  # to deny 100 says nothing of 200
            out[i] = (0.0, 1.0, 0.0)
        elif negated == (False, True):  # "It costs 8" does support "it does not cost 5"
            continue
        else:
            contrary = candidate.score >= SAME_MATTER and negated[0] == negated[1]
            out[i, REFUTES if contrary else NEUTRAL] += out[i, SUPPORTS]
            out[i, SUPPORTS] = 0.0
        overruled[i] = True
    return out, overruled


def _differs(passage: Passage, claim: str, documents: Mapping[str, Document]) -> bool:
    """Whether a number or date of the claim is another in the passage, by the document's year."""
    home = documents.get(passage.doc_id)
    return differ(dated(passage.text, claim, home.date if home else None), claim)


def other_numbers(
    candidates: Sequence[Candidate],
    claims: Mapping[str, Claim],
    documents: Mapping[str, Document],
) -> list[int]:
    """The candidates that say their claim in its own words with another number or date.

    That is a refutation which no model needs to be asked for, and small models do not see. What a
    holder denies, declines to say or asks for is none.

    >>> from stance.types import Candidate, Passage
    >>> says = "We will send 100 observers to the border"
    >>> p = Passage("d", 0, 40, says, "Ann", "speaker")
    >>> claim = Claim("c", "They will send 200 observers to the border.")
    >>> other_numbers([Candidate(p, "c", 1.0)], {"c": claim}, {})
    [0]
    """
    numbered = {key for key, claim in claims.items() if amounts(claim.text) or dates(claim.text)}
    return [
        i
        for i, c in enumerate(candidates)
        if c.claim_id in numbered
        and _in_own_words(c.passage.text, claims[c.claim_id].text)
        and denied_clause(c.passage) is None
        and not is_silent(c.passage)
        and not only_asks(c.passage, claims[c.claim_id].text)
        and _differs(c.passage, claims[c.claim_id].text, documents)
    ]


def _in_own_words(said: str, claim: str) -> bool:
    """Whether a short text says nearly what a claim says, whatever the numbers."""
    if len(said.split()) > LONGEST_SAID or is_negated(said) != is_negated(claim):
        return False
    ours, asked = (set(tokens(without_numbers(text))) for text in (said, claim))
    both = len(ours & asked)
    return bool(both) and both >= OWN_WORDS * len(asked) and both >= SAID_BACK * len(ours)


def told_apart(
    candidates: Sequence[Candidate], scores: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Scores ``(n, 3)`` in which a statement's faint sides give way to its clear one.

    "The price is fair" supports that claim and, a little, all others on the matter ("The fund
    should pay"). What is said is the claim that the model is surest of; sides on other claims of
    the same passage count by the power ``MEANT`` of their share of that, the rest is neutral.

    >>> from stance.types import Candidate, Passage
    >>> p = Passage("d", 0, 17, "The price is fair", "Ann", "speaker")
    >>> pairs = [Candidate(p, claim, 1.0) for claim in ("fair", "pay")]
    >>> told_apart(pairs, np.array([[0.9, 0.1, 0.0], [0.45, 0.55, 0.0]]))[:, 0].round(2).tolist()
    [0.9, 0.06]
    """
    out = np.array(scores, np.float64).reshape(-1, 3)
    sides = out[:, SIDES].max(axis=1)
    kept = share_of_best([(*place_of(c), c.passage.holder) for c in candidates], sides) ** MEANT
    out[:, SIDES] *= kept[:, None]
    out[:, NEUTRAL] = 1 - out[:, SUPPORTS] - out[:, REFUTES]
    return out


def belonging(bears: Floats, sided: Floats, weights: Sequence[float] = RELEVANCE) -> Floats:
    """Probability that passages bear on their claims, from :func:`bearing` and ``1 - p_neutral``.

    >>> belonging(np.array([0.1, 0.6]), np.array([0.9, 0.9])).round(1).tolist()
    [0.2, 0.9]
    """
    intercept, by_match, by_side = weights
    return _logistic(intercept + by_match * bears + by_side * sided)


def as_meant(candidates: Sequence[Candidate], scores: NDArray[np.floating]) -> Floats:
    """Scores turned round where the holder denies what was scored, neutral where no side is taken.

    Holds for the claim and for its negation alike.
    """
    out = np.array(scores, np.float64).reshape(-1, 3)
    flipped = np.array([denied_clause(c.passage) is not None for c in candidates], bool)
    out[flipped] = out[flipped][:, ::-1]
    plain = out[:, SIDES].max(axis=1) >= OUTSPOKEN
    silent = [
        declines(c.passage) or (is_silent(c.passage) and not plain[i])
        for i, c in enumerate(candidates)
    ]
    out[np.array(silent, bool)] = (0.0, 1.0, 0.0)
    return out


def bearing(candidates: Sequence[Candidate]) -> Floats:
    """Matching scores, lowered where the same passage matches another of the claims better.

    Asked of several claims on one subject, nearly every passage matches all of them a little; what
    it is about is the one that it matches best. By the root of the ratio, because a sentence can
    speak of two claims: area under the curve .88 → .90 on Emergent's claims
    (``benchmarks quality --task matching``).
    """
    return np.array([c.score for c in candidates], np.float64) * _rank(candidates) ** 0.5


def _rank(candidates: Sequence[Candidate]) -> Floats:
    """Each score as a share of the best that any claim has with the same passage."""
    return share_of_best([place_of(c) for c in candidates], [c.score for c in candidates])


def share_of_best(places: Sequence[Hashable], values: Iterable[float]) -> Floats:
    """Each value as a share of the largest at the same place; 0 where all there are 0."""
    found = np.array(list(values), np.float64)
    best: defaultdict[Hashable, float] = defaultdict(float)
    for place, value in zip(places, found.tolist(), strict=True):
        best[place] = max(best[place], value)
    return np.asarray(found / np.maximum([best[place] for place in places], 1e-9), np.float64)


def place_of(candidate: Candidate) -> tuple[str, int, int]:
    passage = candidate.passage
    return passage.doc_id, passage.start, passage.end


def _speaks(candidates: Sequence[Candidate], topic: Floats, bears: Floats, open_: Floats) -> Floats:
    """An outlet speaks of a claim as soon as it is on topic; a speaker who takes no side does where
    that is said (``open_``), and else only in words that are hardly about anything else."""
    speakers = np.array([c.passage.holder_type == "speaker" for c in candidates], bool)
    near = _logistic(TOPIC[0] - ASIDE + TOPIC[1] * bears)
    return np.maximum(np.where(speakers, near, topic), open_)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)), np.float64)
