"""Words that only point at what somebody else has just said: "denied the accusation", "That is a
lie", "echoed that view".

Alone they take no side on anything. What they point at stands before them, in another's words; who
denies it holds the contrary of those, who echoes it the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from stance.definites import purpose
from stance.speech.answers import FALSE, SAID
from stance.speech.cues import ASKED, CUES, negated
from stance.text import sentences
from stance.types import Passage, Polarity

REACH = 400
"""Characters between a reply and what it answers: about a paragraph."""

_POINTER = (
    rf"(?:(?:the|this|that|these|those|such|all|both|any|his|her|its|their)\s(?:[\w’'-]+\s){{0,2}}"
    rf"{SAID}(?:\s(?:against|by|from|made|levell?ed|about)\s[^,;]{{2,40}}?)?|that|this|it|them|so)"
)
_TAIL = (
    r"(?:\s(?:outright|aside|out|off|entirely|completely|categorically|flatly|strongly|firmly|"
    r"vehemently|altogether|as\s[^.;]{2,80}))?"
)
_DENIED = re.compile(rf"\W*{_POINTER}{_TAIL}\W*", re.IGNORECASE)
_CALLED = re.compile(rf"\W*{_POINTER}\s(?:as\s)?\W?(?:[\w-]+\s){{0,3}}?{FALSE}\b.*", re.I | re.S)
_SHARED = re.compile(rf"\W*{_POINTER}\W*", re.IGNORECASE)
_THAT_IS = r"\W*(?:that|this|it|those|these)(?:[’']s|\s(?:is|are|was|were))"
_TRUE = r"(?:true|so|right|correct|accurate|the case)"
_IS_FALSE = re.compile(
    rf"{_THAT_IS}(?:\s(?:(?!not\b)[\w-]+\s){{0,3}}?{FALSE}"
    rf"|(?:n[’']t|\s(?:[\w-]+\s)?not)\s(?:\w+\s)?{_TRUE})\W*",
    re.IGNORECASE,
)
_IS_TRUE = re.compile(rf"{_THAT_IS}\s(?:[\w-]+ly\s)?{_TRUE}\W*", re.IGNORECASE)
_CALLS = frozenset({"call", "describe", "label", "brand", "term", "deem", "consider"})
_SHARES = frozenset({"echo", "share", "confirm", "endorse", "repeat", "second"})
_ACCUSED = re.compile(r"\b(?:accus|alleg|blam|suspect)\w*", re.IGNORECASE)


def answered(passages: Sequence[Passage], text: str) -> list[Passage]:
    """One document's passages in reading order, those that only point with what they point at.

    Of "opposes the plan" that is the plan by the ``text`` before it: ``answers`` names it and the
    premise has it in its place.

    >>> from stance.attribution import attribute, passages
    >>> from stance.types import Document
    >>> text = "Lee said that the mill poisoned the lake. The mill denied it."
    >>> document = Document("d", text, "Post")
    >>> [p.answers for p in passages(document, attribute([document]))]
    ['', 'Lee said that the mill poisoned the lake.']
    """
    out = list(passages)
    for i, passage in enumerate(out):
        if (yes := _said_yes(passage, text)) and passage.attribution is not None:
            polarity: Polarity = "asserts" if yes[0] else "denies"
            told = replace(passage.attribution, polarity=polarity)
            out[i] = replace(passage, answers=yes[1], attribution=told)
            continue
        if named := _named(passage, text):
            premise = passage.premise.replace(passage.text.strip(" .,"), named, 1)
            out[i] = replace(passage, answers=named, premise=premise)
            continue
        way = _way(passage)
        said = _before(out, i, way, text) if way else None
        if said is not None and passage.attribution is not None:
            denied = way == "denies" or (
                said.answers
                and said.attribution is not None
                and said.attribution.polarity == "denies"
            )
            told = replace(passage.attribution, polarity="denies" if denied else "asserts")
            words = said.answers or _whole(out[:i], said)
            out[i] = replace(passage, answers=words, attribution=told)
    return out


_ASKED = re.compile(
    rf"{ASKED}[^.?!\n]{{0,50}}?\s(?:whether|if)\s([^.?!\n]{{8,160}}?),\s[^,.?!\n]{{2,60}}$"
)
_YES = re.compile(
    r"\W*(?:(?P<no>no|never|not at all|absolutely not|of course not)|yes|yeah|absolutely|"
    r"definitely|of course|certainly|indeed)\b"
    r"(?!\s(?:one|matter|doubt|idea|comment|longer|more|less)\b)",
    re.IGNORECASE,
)


def _said_yes(passage: Passage, text: str) -> tuple[bool, str] | None:
    """Whether a quotation says yes or no to what its speaker was asked, and to what: "Asked whether
    he backed the demand, he replied: “Yes.”"."""
    said = passage.attribution
    if said is None or said.kind != "direct" or passage.holder_type != "speaker":
        return None
    asked = _ASKED.search(text[max(0, passage.start - 300) : passage.start])
    answer = _YES.match(passage.text)
    if asked is None or answer is None:
        return None
    return answer["no"] is None, f"{passage.holder} said that {asked[1]}."


_BARE = re.compile(
    r"\W*(?:the|this|that)\s(plan|proposal|project|scheme|idea|bid|bill|measure|move|law|ban|deal)\W*",
    re.IGNORECASE,
)
_SHORT_OF_A_STORY = 2500
"""Characters before a bare "the plan" in which it is looked for."""


def _named(passage: Passage, text: str) -> str | None:
    """What "the plan" is that somebody opposes or welcomes, by the text before it."""
    said = passage.attribution
    bare = _BARE.fullmatch(passage.text)
    if said is None or said.kind == "direct" or passage.holder_type != "speaker" or not bare:
        return None
    before = text[max(0, passage.start - _SHORT_OF_A_STORY) : passage.start]
    return purpose(bare[1].casefold(), before)


def _way(passage: Passage) -> str | None:
    """Whether a passage only points at something that it ``denies`` or ``shares``."""
    said = passage.attribution
    if said is None or passage.holder_type != "speaker" or said.polarity == "declines":
        return None
    text = passage.text
    if said.kind == "direct":
        return "denies" if _IS_FALSE.fullmatch(text) else _IS_TRUE.fullmatch(text) and "shares"
    cue = (said.cue or "").casefold()
    if said.polarity == "denies":
        return "denies" if _DENIED.fullmatch(text) else None
    lemmas = {CUES[word].lemma for word in cue.split() if word in CUES}
    if lemmas & _CALLS and _CALLED.fullmatch(text):
        return "denies"
    shares = lemmas & _SHARES and not negated(cue) and _SHARED.fullmatch(text)
    return "shares" if shares else None


def _whole(passages: Sequence[Passage], one: Passage) -> str:
    """A statement in full, of which ``one`` may be the last of several quotations."""
    said = one.attribution
    parts = [p for p in passages if said is not None and p.attribution == said] or [one]
    return " ".join(p.premise or p.text for p in parts)


_TEXT = re.compile(r"\b(report|study|audit|survey|figure|estimate|warning)s?\b", re.IGNORECASE)


def _before(passages: Sequence[Passage], i: int, way: str, text: str) -> Passage | None:
    """What another speaker says nearest before a reply, or an accusation that the outlet tells;
    of "the report" what stands in a sentence with one.

    Who shares a view may share a reply; what is denied is never a denial, so that replies are
    looked through there.
    """
    reply = passages[i]
    if (named := _TEXT.search(reply.text)) and (own := _of_text(passages[:i], named[1], text)):
        return own if own.holder != reply.holder else None
    for other in reversed(passages[:i]):
        if reply.start - other.end > REACH:
            return None
        if other.holder == reply.holder or other.kind == "headline":
            continue
        if other.answers:
            if way == "shares":
                return other
            continue
        told = other.attribution
        if told is None:
            if _ACCUSED.search(other.text):
                return other
        elif told.polarity == "asserts" and len(other.text.split()) > 2:
            return other
    return None


def _of_text(passages: Sequence[Passage], noun: str, text: str) -> Passage | None:
    """The last statement of a speaker whose sentence tells of a report (or a study, an audit)."""
    told = [s for s in sentences(text) if re.search(rf"\b{noun}", s.text, re.IGNORECASE)]
    for other in reversed(passages):
        said = other.attribution
        if said is None or said.polarity != "asserts" or other.answers:
            continue
        if any(s.start <= other.start < s.end for s in told):
            return other
    return None
