"""What one candidate pair says: model scores corrected by what a model cannot be trusted with.

Who denied, who declined to answer, what is history, and numbers that differ are facts of the text;
they are applied to the ``(n, 3)`` scores here, deterministically, before anything is aggregated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.checkworthiness import has_finite_verb
from stance.quantities import differ
from stance.types import Candidate, Claim, Passage

Floats = NDArray[np.float64]

RELEVANCE = (-3.64, 5.66, 2.39)
"""Logistic regression that a passage bears on a claim, where the model takes a side: intercept,
weight of the matcher's score, weight of ``1 - p_neutral``. Support and refutation count that much.
"""
TOPIC = (-3.04, 7.57)
"""The same from the matcher's score alone: what a passage needs to be neutral rather than
unrelated, because a model that cannot decide says nothing about the topic. Both are fitted by
``benchmarks.quality_stance.fit_relevance``."""
DECLINED = 2.0
"""A refusal to answer names little itself; what it is about stands beside it, so the score that
its place lends it counts, doubled, as its topic."""
SAME_MATTER = 0.5
"""Matcher score from which a differing number contradicts; below it, it only takes support away."""

SUPPORTS, NEUTRAL, REFUTES = 0, 1, 2

_CONDITION = re.compile(
    r"\b(?:only (?:if|when|once|after|on)|if|provided(?: that)?|providing|as long as|so long as|"
    r"on (?:the )?condition|on one condition|conditional (?:on|upon)|as soon as|once|unless|until|"
    r"subject to|pending|in case|assuming|contingent (?:on|upon)|depend(?:s|ing)? on|"
    r"(?:the )?only thing (?:that is )?(?:required|needed|missing)|"
    r"(?:this |that |it |which )?(?:will |would )?(?:first )?require[sd]? (?:the |a |an )?"
    r"(?:\w+ ){0,2}(?:decision|approval|consent|vote|mandate|agreement|permission)|"
    r"when [^,.;]{3,80}?(?:, | (?:we|they|it|he|she|the parties) )[^.;]{0,40}?\b(?:will|can)|"
    r"(?:will|can|would) [^.;]{2,80}? when)\b",
    re.IGNORECASE,
)
_NO_CONDITION = re.compile(
    r"\b(?:as if|even if|if not (?:more|better)|(?:ask|asks|asked|wonder|wonders|wondered|"
    r"know|knows|say|see|doubt|doubts|unclear|decide) if|what if|if only|at once|"
    r"once (?:again|more|a|every|per|was)|more than once|was once|all at once)\b",
    re.IGNORECASE,
)
_SAYS = (
    r"(?:said|says|saying|told|tells|announc(?:ed|es|ing)|add(?:ed|s)|stat(?:ed|es)|explain(?:ed|s)|"
    r"argu(?:ed|es)|not(?:ed|es)|warn(?:ed|s)|insist(?:ed|s)|den(?:ied|ies)|declared|asked|"
    r"claim(?:ed|s|ing)|report(?:ed|edly|s)|confirm(?:ed|s)|declin(?:ed|es)|refused to say|replied|"
    r"quoted)"
)
_OPINES = (
    r"(?:called (?:for|on)|urg(?:ed|es)|accus\w+|alleg\w+|pledged|promis\w+|vow\w+|believes?|"
    r"thinks?|hopes?|expects?|wants?|complain\w+|critici[sz]\w+|prais\w+|reject(?:s|ed)|"
    r"dismiss(?:es|ed)|questioned|suggest\w+|critics|supporters|opponents|"
    r"proponents|for (?:his|her|its) part|in (?:his|her|their|its) (?:view|opinion|words))"
)
_REPORTS = re.compile(rf"\b{_SAYS}\b|\baccording to\b", re.IGNORECASE)
_OTHERS_OPINION = re.compile(rf"\b{_OPINES}\b", re.IGNORECASE)
_RELAY = re.compile(rf"^\W*(?:that\s)?[A-Z][\w’'-]+(?:\s[\w’'-]+){{0,6}}?\s{_SAYS}\b")
_QUOTE = re.compile('[“”„«»"]')
_THAT = re.compile(
    r"^\W*(?:(?:[\w-]+\s+){0,4}?(?:claim|report|suggestion|allegation|accusation|charge|rumou?r|idea|"
    r"notion|assertion|speculation)s?\s+)?that\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Corrected probabilities of n candidates, ``(n, 3)``; relevance and topic, ``(n,)`` each."""

    scores: Floats
    relevance: Floats
    topic: Floats


def premise(passage: Passage) -> str:
    """What the model reads for a passage: its premise, or the bare content where a denial flips it.

    The flip is exact; asking the model to see through "denied that" is not.
    """
    return denied_clause(passage) or passage.premise or passage.text


def denied_clause(passage: Passage) -> str | None:
    """The clause a holder denies, None where nothing is denied or no whole clause is ("rejected
    the plan"): a noun phrase entails nothing, so there the model reads the cue as well.
    """
    if passage.attribution is None or passage.attribution.polarity != "denies":
        return None
    clause = _THAT.sub("", passage.text).strip()
    return clause if has_finite_verb(clause) else None


def judge(
    candidates: Sequence[Candidate], claims: Mapping[str, Claim], scores: NDArray[np.floating]
) -> Judged:
    """Correct the model's scores by polarity and quantities, and say how each pair belongs."""
    out = np.array(scores, np.float64).reshape(-1, 3)
    match = np.array([c.score for c in candidates], np.float64)
    intercept, by_match, by_side = RELEVANCE
    relevance = _logistic(intercept + by_match * match + by_side * (1 - out[:, NEUTRAL]))
    topic = _logistic(TOPIC[0] + TOPIC[1] * match)
    flipped = np.array([denied_clause(c.passage) is not None for c in candidates], bool)
    out[flipped] = out[flipped][:, ::-1]
    declined = np.array([_declines(c.passage) for c in candidates], bool)
    out[declined] = (0.0, 1.0, 0.0)
    topic[declined] = np.minimum(DECLINED * match[declined], 1.0)
    for i in np.flatnonzero(out[:, SUPPORTS] > out[:, REFUTES]).tolist():
        if differ(candidates[i].passage.text, claims[candidates[i].claim_id].text):
            lost = out[i, SUPPORTS]
            out[i, SUPPORTS] = 0.0
            out[i, REFUTES if match[i] >= SAME_MATTER else NEUTRAL] += lost
    return Judged(out, relevance, topic)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)), np.float64)


def _declines(passage: Passage) -> bool:
    return passage.attribution is not None and passage.attribution.polarity == "declines"


def conditional(text: str) -> bool:
    """True where the words set a condition: only if, provided that, once …, subject to.

    >>> conditional("We will sign once parliament agrees."), conditional("We will sign.")
    (True, False)
    """
    return bool(_CONDITION.search(_NO_CONDITION.sub(" ", text)))


def only_reports(passage: Passage, text: str) -> bool:
    """True where the news of ``text`` is that somebody else spoke.

    An outlet's sentence with a verb of saying anywhere; a speaker's (an agency's, a spokesman's)
    where it begins with a name that speaks.
    """
    return bool((_REPORTS if passage.holder_type == "outlet" else _RELAY).search(text))


def own_voice(passage: Passage) -> bool:
    """True for an outlet's passage that asserts by itself: no report, no quotation, no caption."""
    return (
        passage.holder_type == "outlet"
        and passage.attribution is None
        and passage.kind != "caption"
        and not only_reports(passage, passage.text)
        and not _OTHERS_OPINION.search(passage.text)
        and not _QUOTE.search(passage.text)
    )
