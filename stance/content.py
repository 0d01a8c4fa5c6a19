"""What a speaker is reported to hold, as a whole sentence.

Contents come in many shapes: "(promised) to sign by March", "(wants) the fund to pay", "(welcomed)
the deployment", "(urged that) the accords be kept". Each says something checkable once it has a
subject and a finite verb; what cannot get them is no statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from stance.checkworthiness import finite_verb, has_finite_verb
from stance.naming.affiliations import speaks_for
from stance.speech.cues import CUES
from stance.speech.tags import is_function_word
from stance.text import sentences
from stance.types import Passage, Span
from stance.voice import charge, premise_for, spoken_name

INFINITIVE = re.compile(r"^\W*(not\s+)?to\s+(?=[a-z])", re.IGNORECASE)
ACCUSATIVE = re.compile(
    r"^(?P<who>[^,;]{2,80}?)\s+(?P<no>not\s+)?to\s+(?=[a-z]+\b)"
    r"(?!(?:the|an?|his|her|its|their|our|my|this|that|these|those|all|some|every|each)\b)"
)
_SUBJUNCTIVE = re.compile(
    r"^(?P<who>(?:(?!\b(?:will|would|can|could|may|might|must|shall|should|to|not)\b)[^,;])+?)"
    r"\s+(?P<no>not\s+)?be\s+(?=\w+(?:ed|en|ne|t|de|ready|free)\b)",
    re.IGNORECASE,
)
_WISH_WORDS = (
    "urge ask order encourage advise beg invite instruct press challenge direct want require "
    "request call demand persuade recommend propose suggest wish prefer need appeal insist"
)
_AIM_WORDS = "vow promise pledge agree decide undertake prepare resolve"
_WISHES, AIMS = frozenset(_WISH_WORDS.split()), frozenset(_AIM_WORDS.split())
# What one wants, hopes or plans to do oneself is less than what one will do: the verb stays.
_SELF = frozenset(
    "expect want propose suggest prefer demand wish need hope seek threaten offer aim volunteer "
    "plan intend".split()
)
_MENTIONS = frozenset(
    {"discuss", "mention", "cite", "quote", "refer", "point", "address", "note", "recall", "name"}
)
_REFUSALS = frozenset({"refuse", "decline"})
_CALLS = frozenset({"call", "demand", "request", "propose", "recommend", "need", "suggest"})
_INDEFINITE = re.compile(r"\W*(?:an?|another|more|further|new|urgent|immediate)\s", re.IGNORECASE)
"""Behind "called for", what a thing is for: "an emergency meeting to discuss the test"."""
_POINTS_BACK = re.compile(
    r"\W*that\s+(?:also\s+)?(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|"
    r"should|does|did)\b"
)
AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|shall|should|do|does|did)"
    r"\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"(?:,\s*|\s)(?:which|who|whom|whose|that|when|where|while|since|because|as|after|before|if|"
    r"unless|once|until|although|though)\s[^,;.]*",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(
    r"\b(?:have|has|had|is|are|was|were|will|to|since|of|by|and|or|the|an?|from|for|with|at|into|"
    r"than|between|its|their|our|my|including|such\s+as)\W*$",
    re.IGNORECASE,
)
_ASKED = re.compile(r"^\W*(?:whether|what|how|who|whom|why|where|which|when)\b(?!\s*,)", re.I)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being|be)\b", re.IGNORECASE)
_GOES_ON = re.compile(r"\W*(?:not\s+)?(?:to\s+[a-z]|as\s)", re.IGNORECASE)
_LOWER = re.compile(r"[“\"‘«'\s]*[a-z]")
_VERB_FIRST = re.compile(
    r"^\W*(?:is|are|was|were|be|been|has|have|had|will|would|can|could|should|must|may|might|did|"
    r"does|do|left|made|took|gave|went|came|said|went|\w{3,}ed)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """``text`` is a sentence; ``whole`` is False where its subject or verb stands elsewhere."""

    text: str
    whole: bool


def statement(passage: Passage, text: str) -> Statement:
    """``text``, a sentence of ``passage``, with the subject and verb that its cue implies.

    >>> from stance.types import Attribution, Passage, Span
    >>> a = Attribution("d", "indirect", "Norway", "speaker", None, 0, 6, "refused", 7, 14,
    ...                 (Span(15, 23, "to sign."),), 1.0)
    >>> p = Passage("d", 15, 23, "to sign.", "Norway", "speaker", attribution=a)
    >>> statement(p, p.text).text
    'Norway will not sign.'
    """
    indirect = passage.attribution is not None and passage.attribution.kind != "direct"
    if indirect and _ASKED.match(text):
        return _NOTHING  # what is asked is not asserted
    asserted = passage.attribution is not None and passage.attribution.polarity == "asserts"
    if indirect and asserted and (charged := charge(cue_of(passage), text)):
        return Statement(f"{charged[0].upper()}{charged[1:]}", True)
    cue = cue_lemma(passage)
    infinitive = INFINITIVE.match(text)
    if infinitive and cue in _SELF:
        return Statement(_position(passage, text), True)
    if infinitive and cue in _WISHES | AIMS | _REFUSALS:
        negative = bool(infinitive[1]) != (cue in _REFUSALS)
        verb = ("should " if cue in _WISHES else "will ") + "not " * negative
        said = f"{spoken_name(_speaking(passage, text))} {verb}{text[infinitive.end() :]}"
        return Statement(said, cue not in _WISHES)  # who should is not said
    if indirect and _GOES_ON.match(text):
        return _NOTHING  # the rest of a clause whose verb is not the speaker's
    if (cue in _WISHES or cue == "expect") and not (cue in _CALLS and _INDEFINITE.match(text)):
        text = _wished(text, "should" if cue in _WISHES else "will")
    if _is_object(passage, text):
        words = "" if cue in _MENTIONS else _position(passage, text)
        clausal = words.endswith(f"said that {text.strip()}".rstrip(".") + ".")
        verbless = clausal and not has_finite_verb(main_clause(text))  # "said that the loss of it"
        return Statement(words, not (_CUT_OFF.search(text) or verbless))
    whole = not (_begins_with_verb(text) or _CUT_OFF.search(text) or _POINTS_BACK.match(text))
    whole = whole and has_finite_verb(main_clause(text))
    return Statement(text, whole or passage.kind == "headline")


_NOTHING = Statement("", True)


def clause(passage: Passage, start: int, end: int, document: str) -> tuple[int, str]:
    """Where the clause of ``document[start:end]`` begins, and its words without the cue's clause.

    A content is the tail of a clause where the cue is in the passive ("The owners are understood
    to be willing") and where the reporting clause cuts it in two ("Those matters, Lee said, were
    raised"): both are read as the one clause they are.
    """
    said, text = passage.attribution, document[start:end]
    if said is None or said.kind == "direct":
        return start, text
    before = [span for span in said.content if span.end <= start]
    tail = start == passage.start and _LOWER.match(text) is not None
    if not tail:
        return start, text
    verbal = said.cue_start is not None and said.cue_start < start and _GOES_ON.match(text)
    if verbal and before:
        return before[-1].start, document[before[-1].start : end]
    if verbal and _PASSIVE.search(said.cue or ""):
        begin = [s.start for s in sentences(document, max(0, start - 600), end)][-1]
        return begin, document[begin:end]
    if before and _split(before[-1], document, start):
        cut = said.cue_start is not None and before[-1].end <= said.cue_start < start
        first = before[-1].text.rstrip(" ,") + " " if cut else document[before[-1].start : start]
        return before[-1].start, first + text
    return start, text


def _split(piece: Span, document: str, start: int) -> bool:
    """Whether a sentence that begins with ``piece`` goes on at ``start``."""
    between = document[piece.end : start]
    return len(between) < 200 and not re.search(r"[.?!…;]", piece.text[-2:] + between)


def _begins_with_verb(text: str) -> bool:
    """Whether the subject stands elsewhere: "inevitably raises questions"."""
    verb = finite_verb(text)
    first = verb is not None and not re.search(
        r"\w", re.sub(r"\b\w+ly\b", "", text[: verb.start()])
    )
    return bool(_VERB_FIRST.match(text)) or (first and text.lstrip("“‘\"' ")[:1].islower())


def _wished(text: str, verb: str) -> str:
    """ "the fund to pay" and "the fund be paid": what is wished for should be."""
    wanted = ACCUSATIVE.match(text)
    if wanted and not AUXILIARY.search(wanted["who"]):
        return f"{wanted['who']} {verb} {wanted['no'] or ''}{text[wanted.end() :]}"
    return _SUBJUNCTIVE.sub(lambda m: f"{m['who']} should {m['no'] or ''}be ", text, count=1)


def main_clause(text: str) -> str:
    """The text without its relative and adverbial clauses: what must hold the main verb."""
    opening = re.match(r"\W*(?:that|if|when|as|after|before|since|because|while)\s", text, re.I)
    return text if opening else _RELATIVE.sub(" ", text)


def _is_object(passage: Passage, text: str) -> bool:
    """True where the content is a noun phrase after a verb of opinion: "welcomed the offer"."""
    a = passage.attribution
    if a is None or a.kind == "direct" or text != passage.text or text.startswith("that "):
        return False
    word = CUES.get(cue_of(passage).casefold().split()[-1]) or CUES.get(cue_lemma(passage))
    takes_object = word is not None and bool(word.frames & {"o", "p"})
    quoted_first = a.cue_start is not None and a.cue_start > passage.start
    if not takes_object or quoted_first or word is None:
        return False
    return not word.frames & {"s", "c"} or not AUXILIARY.search(main_clause(text))


def _position(passage: Passage, text: str) -> str:
    """The cue is the position: it stays, with its holder."""
    if text == passage.text and passage.premise:
        return passage.premise
    assert passage.attribution is not None
    return premise_for(text, replace(passage.attribution, holder=_speaking(passage, text)))


def _speaking(passage: Passage, text: str) -> str:
    """Who refuses, wants or promises: whom the speaker speaks for, else himself, as where it is
    about him ("to release his tax records")."""
    theirs = passage.affiliation
    own = re.search(r"\b(?:his|her|himself|herself)\b", text)
    return theirs if theirs and speaks_for(theirs) and not own else passage.holder


def cue_of(passage: Passage) -> str:
    return (passage.attribution.cue if passage.attribution else None) or "said"


def cue_lemma(passage: Passage) -> str:
    words = cue_of(passage).casefold().split()
    if len(words) > 1 and is_function_word(words[-2]) and words[-2] not in _AUXILIARIES:
        return ""  # "split over plan": a noun
    for word in reversed(words):
        if word in CUES:
            return CUES[word].lemma
    return ""


_AUXILIARIES = frozenset(
    "is are was were be been has have had do does did will would can could may might must shall "
    "should not to also n't doesn’t doesn't didn’t didn't don’t don't".split()
)
