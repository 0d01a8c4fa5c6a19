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

from stance.gazetteer import gazetteer, idiom_pattern
from stance.quantities import amounts, dates
from stance.speech.cues import CUES

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
_AUXILIARY = (
    r"am|is|are|was|were|has|have|had|do|does|did|can|could|may|might|must|shall|should|will|would|"
    r"won[’']?t|cannot|\w+n['’]t"
)
# Verbs whose base and -s forms are hardly ever nouns.
_VERBS = (
    "accept achieve acquire adapt admit adopt affect agree allow apply argue arise arrive assume "
    "attend avoid become begin believe belong bring build buy carry choose come commit comprise "
    "confirm consist contain continue contribute create decide define deliver deny depend "
    "describe deserve destroy determine develop die differ disagree disappear discuss eat "
    "eliminate emerge employ enable encourage enforce enjoy ensure enter envisage establish "
    "exceed exist expand expect explain express extend face fail find follow forbid forget gather "
    "generate get give go grow happen hear hire hold ignore imply impose improve include indicate "
    "insist intend introduce invest involve join keep kill know lead learn leave let lie lose "
    "maintain make manage mean meet need obtain occur operate oppose outnumber outweigh owe own "
    "participate pay perform persist possess prefer prepare prevent proceed prohibit promote "
    "protect prove provide publish pursue qualify receive recognise recognize recommend recover "
    "reduce refuse reject rely remain remove replace represent require resemble resign respond "
    "restrict resume retain reveal satisfy say see seek seem sell send serve solve speak spend "
    "stand stay strengthen submit succeed suffer suggest survive sustain take teach tell tend "
    "think threaten transform trust undermine understand urge vary violate want warn weaken "
    "welcome write"
)
_PAST_FORMS = (
    "ate beat became began bit blew bore bought broke brought built came caught chose clung dealt "
    "did drew drove fed fell felt fled flew forbade forgot fought froze gave got grew had heard "
    "held hid hung kept knew laid lay led lent lost made meant met overcame paid ran rang rode "
    "rose said sang sank saw sent shook shone slept slid sold sought spent spoke sprang stole "
    "stood struck stuck swept swore swung taught threw told took tore underwent understood "
    "undertook was went were withdrew woke won wore wrote"
)
# A pronoun with an apostrophe is never a possessive: "it's ready", but "Ann's house".
_AFTER_PRONOUN = "|".join(
    rf"(?<=\b{word})['’](?:{ends})"
    for words, ends in (
        ("it he she that there here who", "s"),
        ("they we you who", "re|ve"),
        ("I", "m|ve"),
        ("it he she that there who they we you I", "ll|d"),
    )
    for word in words.split()
)
_SURE = re.compile(
    rf"\b(?:{_AUXILIARY}|{'|'.join(_PAST_FORMS.split())}|"
    rf"(?P<form>(?:{'|'.join(_VERBS.split())})(?:s|es)?|\w{{3,}}ed|"
    r"(?:appl|carr|den|d|l|impl|justif|qualif|rel|satisf|var)ies))\b"
    r"|(?<=\w)['’](?:s|re|ve|ll|d|m)\b"
    r"(?=\s+(?:a|an|the|not|so|very|too|been|going|\w+ed|\w+ing|\w+ly)\b)"
    rf"|(?:{_AFTER_PRONOUN})\b(?=\s+\w)",
    re.IGNORECASE,
)
_OFTEN_NOUNS = (
    "back benefit call cause change claim close cost cover cut damage deal demand drive drop end "
    "fall fear fight force grant harm help hit hope hurt impact increase lack lay lift limit live "
    "look lower mark matter move offer open order place plan play point produce promise push put "
    "raise rank reach read rest result return rise risk rule run set share shift shot show shut "
    "sound split spread start state stem stop suit supply support switch talk target test thought "
    "turn use value view vote wait walk watch win wish work left cast quit"
)
_REPORTING = "|".join(sorted(form for form, cue in CUES.items() if cue.forms & {"third", "past"}))
_PERHAPS = re.compile(
    rf"\b(?:(?:{'|'.join(_OFTEN_NOUNS.split())})(?:s|es)?|{_REPORTING})\b", re.IGNORECASE
)
_OF_A_NOUN = re.compile(
    r"\b(?:the|an?|our|your|my|its|their|his|her|own|of|in|for|with|to|no|this|more|any|some|new)\s$",
    re.IGNORECASE,
)
# "A quick vote" is a thing, "the unions vote" is not: one voter "votes".
_BASE_FORM = re.compile(r"(?!cut|put|set|hit|shot|shut|split|spread|left|cast|quit|read)\w*[^sd]")
_IN_A_PHRASE = re.compile(
    r"\b(?:the|an?|our|your|my|its|their|his|her|this)\s(?:[\w-]+\s)?[\w-]*[^s\s]\s$", re.IGNORECASE
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
# What follows is no column of :func:`features`: the regressions are fitted on those above.
_MODAL = re.compile(
    r"\b(?:could|cannot|can(?:['’]t| not)|might|may (?:be|have|not|soon|yet|even|also|well|\w+e?)\b"
    r"|(?:no|little|any) (?:need|intention|plans?|reason|evidence|doubt|alternative|choice|risk|"
    r"chance|prospect) (?:for|of|to|that)|doubts? that|in danger of|at risk|rul(?:e|es|ed) out|"
    r"(?:wants?|expects?|hopes?|aims?|seeks?|tr(?:y|ies|ying)) to)\b"
)
_JUDGEMENT = re.compile(
    r"\b(?:is|are|was|were|be|been|has been|remains?|seems?|looks?|becomes?)\s+"
    r"(?:(?:not|so|too|very|now|also|still|simply|clearly|totally|completely|deeply|highly|a|an|"
    r"the|such|just|no|more|far|much)\s+)*"
    r"(?:dangerous|false|untrue|true|safe|unsafe|legal|illegal|unlawful|lawful|harmful|premature|"
    r"reckless|serious|historic|great|good|bad|worse|better|terrible|unbearable|intolerable|"
    r"acceptable|justified|unjust|just|right|fair|dead|late|early|small|weak|strong|rare|common|"
    r"important|vital|crucial|urgent|wise|unwise|impossible|possible|doubtful|certain|"
    r"disappointing|worrying|concerning|alarming|"
    r"responsible|guilty|innocent|victor(?:y|ies)|defeat|disasters?|catastrophe|scandal|disgrace|"
    r"failure|success|threat|risk|danger|burden|crime|lie|priority|priorities|part of|designed to|"
    r"about|for sale|enough|many)\b|\btoo (?:many|much|few|little|high|low|late|early|\w+)\b",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(
    r"\b(?P<one>it|he|she|that|there|here|who)['’]s\b|\b(?P<many>they|we|you)['’]re\b",
    re.IGNORECASE,
)
# Who can do something, at the start of a headline: "Plans to build", "Right to repair" are things.
_OFFICE = (
    r"(?:government|parliament|president|premier|minister|chancellor|mayor|governor|senate|"
    r"congress|council|court|cabinet|commission|police|army)"
)
_NOT_TO_DO = r"(?:a|an|the|this|that|its|his|her|their|our|my|your|all|any|some|no|date|and|or)"
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


def finite_verb(text: str) -> re.Match[str] | None:
    """The first word that can be the verb of a clause; None where there is none.

    A form that may be a noun too is taken only where no surer one is found, and never after an
    article: "The rail plan will help" has its verb in "will".

    >>> finite_verb("The rail plan will help")[0], finite_verb("Orbita plans a site")[0]
    ('will', 'plans')
    """
    for m in _SURE.finditer(text):
        if m[0] in ("May", "Will") and text[: m.start()].strip(' “"'):
            continue  # a month, a name
        if m["form"] is None or not _OF_A_NOUN.search(text, 0, m.start()):
            return m
    for m in _PERHAPS.finditer(text):
        noun = _OF_A_NOUN.search(text, 0, m.start()) or (
            _BASE_FORM.fullmatch(m[0]) and _IN_A_PHRASE.search(text, 0, m.start())
        )
        if not noun and re.search(r"\w", text[: m.start()]):
            return m
    return None


def has_finite_verb(text: str) -> bool:
    """True where some word can be the verb of a clause.

    >>> has_finite_verb("the plant is late"), has_finite_verb("the late plant")
    (True, False)
    """
    return finite_verb(text) is not None


def announces(text: str) -> bool:
    """True for a headline that says with an infinitive what a state or an office will do.

    >>> announces("Armenia to sign by March"), announces("Plan to sign by March")
    (True, False)
    """
    return _announcement().match(text) is not None


@lru_cache(maxsize=1)
def _announcement() -> re.Pattern[str]:
    words = gazetteer()
    states = {name for names in words.countries for name in names if name} | {*words.houses}
    names = "|".join(sorted(map(re.escape, states), key=len, reverse=True))
    # Upper case tells a name: "EU to act", not "how to act".
    state = rf"(?:(?i:the )?(?:{names}|(?:[A-Z]\.?){{2,6}}))"
    kind = r"(?:prime|foreign|defen[cs]e|finance|interior|supreme|high|city|town|county|federal)"
    who = rf"(?:(?:{state}|(?i:the))\s)?(?:(?i:{kind})\s)?(?i:{_OFFICE})"
    one = rf"(?:{who}|{state})"
    verbs = "|".join([*_VERBS.split(), *_OFTEN_NOUNS.split()])
    return re.compile(
        rf"\W*{one}(?:(?:,| and) {one})*\s(?i:not\s)?(?i:to)\s"
        rf"(?!{_NOT_TO_DO}\b)(?:[a-z]+|(?i:{verbs}|be|have|sign|ban|join|host))\b"
    )


def takes_position(sentence: str) -> bool:
    """True for a standpoint, a readiness, a prediction or a known idiom of one.

    >>> takes_position("The talks should go on."), takes_position("The talks took two days.")
    (True, False)
    """
    full = _CONTRACTED.sub(_in_full, sentence)
    if any(p.search(full) for p in (_POSITION, _PREDICTION, _MODAL, _JUDGEMENT)):
        return True
    if announces(sentence):
        return True
    plain = sentence.casefold().replace("’", "'")
    return any(
        all(part in plain for part in parts) and idiom.search(sentence)
        for parts, idiom in _idioms()
    )


def _in_full(m: re.Match[str]) -> str:
    return f"{m['one']} is" if m["one"] else f"{m['many']} are"


@lru_cache(maxsize=1)
def _idioms() -> list[tuple[list[str], re.Pattern[str]]]:
    """Each idiom as words that a text must hold, quickly looked for, and as its pattern."""
    slot = re.compile(r"\s*\{\w+\}(?:'s)?\s*")
    return [(slot.split(idiom.casefold()), idiom_pattern(idiom)) for idiom in gazetteer().idioms]


def checkworthiness(sentences: Sequence[str], asserted: Floats | None = None) -> Floats:
    """Probability in [0, 1] that each sentence is worth following. Questions, greetings and
    sentences without a finite verb get 0, but for headlines such as "Norway to join the bank".

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
    verbless = np.array([not (has_finite_verb(s) or announces(s)) for s in sentences], bool)
    void = (column["question"] > 0) | (column["greeting"] > 0) | verbless
    return np.where(void, 0.0, 1 - (1 - fact) * (1 - position))
