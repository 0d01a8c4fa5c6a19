"""How much a sentence is worth checking or taking a side on, from its surface alone.

Two things make a statement worth following: it asserts a checkable fact, or it takes a position
(should, will, ready to, refuses to, an idiom of standpoint). The first is two logistic regressions
on the features below, fitted by ``python -m stance.training.checkworthiness`` on sentences of
debates and speeches; their coefficients are the file ``data/checkworthiness.json``. A model's
sentence head (:class:`stance.inference.sentences.SentenceHead`) does the same better, at the price
of running an encoder. Debates label only facts, so the second has no such data and is a plain rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.gazetteer import gazetteer
from stance.quantities import amounts, dates

POSITION_WEIGHT = 0.6
"""Check-worthiness of a position without any checkable fact in it: listed, after the facts."""

_FINITE = re.compile(
    r"\b(?:am|is|are|was|were|be|been|has|have|had|do|does|did|can|could|may|might|must|shall|"
    r"should|will|would|won|ca|cannot|\w+n['’]t|\w+['’](?:s|re|ve|ll|d|m)|\w{3,}ed|"
    r"(?:welcome|support|oppose|reject|accept|want|need|expect|believe|think|remain|continue|"
    r"include|plan|demand|mean|require|agree|seek|back|face|depend|know|say|make|take|give|get|"
    r"go|come|see|show|keep|hold|run|lead|lose|win|pay|cost|call|work|help|become|begin|"
    r"confirm|intend|refuse|deny|insist|hope|stand|stay|risk|threaten|cause|create|offer)s?|"
    r"made|took|gave|got|went|came|saw|knew|said|kept|held|ran|led|lost|won|paid|met|sent|spent|"
    r"brought|bought|built|rose|fell|grew|began|became|found|left|thought|told|put|cut|hit|set)\b",
    re.IGNORECASE,
)
_POSITION = re.compile(
    r"\b(?:should(?:n['’]t)?|must(?:n['’]t)?|ought to|ha(?:ve|s|d) to|needs? to|had better|"
    r"(?:is|are|be|stands?|remains?|always|fully|quite|we['’]re) "
    r"(?:now |also |always |fully |not )?"
    r"(?:ready|prepared|willing|unwilling|committed|determined|opposed|in favou?r|open|set|poised)|"
    r"readiness|willingness|support(?:s|ed)?|oppos(?:e|es|ed)|reject(?:s|ed)?|welcom(?:e|es|ed)|"
    r"back(?:s|ed)|refus(?:e|es|ed)|agree(?:s|d)?|disagree\w*|demand(?:s|ed)?|approv(?:e|es|ed)|"
    r"condemn(?:s|ed)?|favou?r(?:s|ed)?|unacceptable|inadmissible|essential|necessary|"
    r"(?:in)?appropriate|wrong|a mistake|unfair|best|worst|against)\b",
    re.IGNORECASE,
)
_PREDICTION = re.compile(
    r"\b(?:will|won['’]t|shall|going to|expect(?:s|ed)? to|plans? to|intends? to|about to|"
    r"\w+['’]ll|would|by (?:the end of|next|\d{4})|likely|unlikely)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:(?:good (?:morning|evening|afternoon|night)|hello|hi|dear|welcome (?:to|back)|"
    r"thank(?:s| you)|ladies and|congratulations|please|may god|god bless|mr\.? speaker|"
    r"read more|sign up|click|subscribe|follow us|leave a|advertisement|copyright|photo|image)\b)",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<!^)(?<![.!?“\"] )\b[A-Z][\w’'-]*")
_IMPERATIVE = re.compile(r"^\W*(?:let(?:['’]s| us| me)|look|listen|remember|imagine)\b", re.I)
_COMPARATIVE = re.compile(
    r"\b(?:more|less|fewer|most|least|highest|lowest|largest|biggest|greatest|first|only|than|"
    r"increas\w+|decreas\w+|doubl\w+|tripl\w+|rose|fell|grew|cut|record|average|rate|every)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:\w{3,}ed|was|were|had|did|made|took|gave|went|spent|lost|won)\b", re.I)
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FIRST = re.compile(r"\b(?:I|I['’]\w+|me|my|myself)\b")
_WE = re.compile(r"\b(?:we|us|our|we['’]\w+)\b", re.IGNORECASE)
_YOU = re.compile(r"\b(?:you|your|you['’]\w+)\b", re.IGNORECASE)
_MIND = re.compile(r"\b(?:think|believe|hope|feel|know|want|wish|guess|say|tell|mean)\b", re.I)
_DEICTIC = re.compile(r"^\W*(?:that|this|it|these|those|and|but|so|well|now|yes|no)\b", re.I)
_MONEY = re.compile(
    r"\b(?:tax\w*|jobs?|budget|deficit|econom\w+|spending|debt|wages?|trade|income|unemploy\w+|"
    r"school\w*|students?|health|insurance|crime|war|troops|oil|energy|program\w*|law|bill|"
    r"legislation|vot\w+|percent|state|federal|workers|business\w*)\b",
    re.IGNORECASE,
)

FEATURES = (
    "finite", "words", "amounts", "dates", "digits", "names", "position", "prediction",
    "question", "greeting", "imperative", "comparative", "past", "first_person", "we", "you",
    "mind", "deictic", "public_matters", "short", "negated",
)  # fmt: skip
"""Column order of :func:`features`."""


def features(sentences: Sequence[str]) -> NDArray[np.float64]:
    """Surface features, one row per sentence, columns as in :data:`FEATURES`."""
    return np.array([_row(s) for s in sentences], np.float64).reshape(-1, len(FEATURES))


def _row(text: str) -> tuple[float, ...]:
    words = len(_WORDS.findall(text))

    def share(pattern: re.Pattern[str]) -> float:
        return float(np.log1p(len(pattern.findall(text))))

    return (
        float(bool(_FINITE.search(text))),
        float(np.log1p(words)),
        float(np.log1p(len(amounts(text)))),
        float(np.log1p(len(dates(text)))),
        float(any(c.isdigit() for c in text)),
        share(_CAPITAL),
        float(bool(_POSITION.search(text))),
        float(bool(_PREDICTION.search(text))),
        float(text.rstrip("”\"'’ ").endswith("?")),
        float(bool(_GREETING.search(text))),
        float(bool(_IMPERATIVE.search(text))),
        share(_COMPARATIVE),
        share(_PAST),
        share(_FIRST),
        share(_WE),
        share(_YOU),
        share(_MIND),
        float(bool(_DEICTIC.search(text))),
        share(_MONEY),
        float(words < 6),
        float(bool(re.search(r"\bn[o']t\b|n['’]t\b|\bno\b|\bnever\b", text, re.I))),
    )


Floats = NDArray[np.float64]

OUTPUTS = ("worth", "verifiable")
"""Columns of :func:`facts`: a fact-checker would check it (ClaimBuster); it can be checked at all
(PoliClaim)."""


def coefficients(fitted: Mapping[str, Any]) -> tuple[Floats, Floats]:
    """Weights ``(2, len(FEATURES))`` and intercepts ``(2,)`` out of a file of fitted outputs."""
    weights = [[fitted[name]["features"][column] for column in FEATURES] for name in OUTPUTS]
    return np.array(weights), np.array([fitted[name]["intercept"] for name in OUTPUTS])


@lru_cache(maxsize=1)
def _rules() -> tuple[Floats, Floats]:
    return coefficients(
        json.loads(files("stance").joinpath("data/checkworthiness.json").read_text("utf-8"))
    )


def facts(sentences: Sequence[str]) -> Floats:
    """Probabilities ``(n, 2)`` that a sentence asserts a fact, columns as in :data:`OUTPUTS`.

    >>> dull, news = facts(["I hope you are all well.", "Wages fell by 3 percent in 2019."])
    >>> bool((news > dull).all())
    True
    """
    weights, intercepts = _rules()
    return np.asarray(1 / (1 + np.exp(-(features(sentences) @ weights.T + intercepts))))


def has_finite_verb(text: str) -> bool:
    """True where some word can be the verb of a clause.

    >>> has_finite_verb("the plant is late"), has_finite_verb("the late plant")
    (True, False)
    """
    return bool(_FINITE.search(text))


def takes_position(sentence: str) -> bool:
    """True for a standpoint, a readiness, a prediction or a known idiom of one.

    >>> takes_position("The talks should go on."), takes_position("The talks took two days.")
    (True, False)
    """
    if _POSITION.search(sentence) or _PREDICTION.search(sentence):
        return True
    plain = sentence.casefold().replace("’", "'")
    return any(
        all(part in plain for part in idiom.casefold().split("{x}")) for idiom in gazetteer().idioms
    )


def checkworthiness(sentences: Sequence[str], asserted: Floats | None = None) -> Floats:
    """Probability in [0, 1] that each sentence is worth following. Questions, greetings and
    sentences without a finite verb get 0.

    ``asserted`` are the probabilities of a sentence head, ``(n, 2)`` as :func:`facts` gives them
    without one. Figures: ``benchmarks quality --task checkworthiness``.

    >>> a, b = checkworthiness(["Unemployment fell to 4 per cent in 2019.", "Thank you all."])
    >>> bool(a > 0.5), float(b)
    (True, 0.0)
    """
    rows = features(sentences)
    fact = (facts(sentences) if asserted is None else asserted).mean(axis=1)
    position = np.array([POSITION_WEIGHT * takes_position(s) for s in sentences])
    column = {name: rows[:, i] for i, name in enumerate(FEATURES)}
    void = (column["question"] > 0) | (column["greeting"] > 0) | (column["finite"] == 0)
    return np.where(void, 0.0, 1 - (1 - fact) * (1 - position))
