"""What a speaker is reported to hold, as a whole sentence.

Contents come in many shapes: "(promised) to sign by March", "(wants) the fund to pay", "(welcomed)
the deployment", "(urged that) the accords be kept". Each says something checkable once it has a
subject and a finite verb; what cannot get them is no statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from stance.checkworthiness import has_finite_verb
from stance.speech.cues import CUES
from stance.types import Passage
from stance.voice import premise_for

_INFINITIVE = re.compile(r"^\W*(not\s+)?to\s+(?=[a-z])", re.IGNORECASE)
_ACCUSATIVE = re.compile(r"^(?P<who>[^,;]{2,80}?)\s+(?P<no>not\s+)?to\s+(?=[a-z]+\b)(?!the\b|a\b)")
_SUBJUNCTIVE = re.compile(
    r"^(?P<who>(?:(?!\b(?:will|would|can|could|may|might|must|shall|should|to|not)\b)[^,;])+?)"
    r"\s+(?P<no>not\s+)?be\s+(?=\w+(?:ed|en|ne|t|de|ready|free)\b)",
    re.IGNORECASE,
)
_WISH_WORDS = (
    "urge ask order encourage advise beg invite instruct press challenge direct want require "
    "request call demand expect persuade recommend propose suggest wish prefer need appeal insist"
)
_AIM_WORDS = (
    "vow promise pledge plan agree offer threaten decide intend aim undertake prepare resolve hope "
    "volunteer seek"
)
_WISHES, _AIMS = frozenset(_WISH_WORDS.split()), frozenset(_AIM_WORDS.split())
_MENTIONS = frozenset(
    {"discuss", "mention", "cite", "quote", "refer", "point", "address", "note", "recall", "name"}
)
_REFUSALS = frozenset({"refuse", "decline"})
_AUXILIARY = re.compile(
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
    r"\b(?:have|has|had|is|are|was|were|will|to|since|of|by|and|or|the)\W*$", re.I
)
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
    cue = _lemma(passage)
    infinitive = _INFINITIVE.match(text)
    if infinitive and cue in _WISHES | _AIMS | _REFUSALS:
        negative = bool(infinitive[1]) != (cue in _REFUSALS)
        verb = "should" if cue in _WISHES else "will"
        said = f"{_subject(passage)} {verb} {'not ' * negative}{text[infinitive.end() :]}"
        return Statement(said, cue not in _WISHES)  # who should is not said
    if cue in _WISHES:
        text = _wished(text)
    if _is_object(passage, text):
        return Statement("" if cue in _MENTIONS else _position(passage, text), True)
    asked = text.lstrip("“‘\"' ").casefold().startswith("whether ")
    whole = not (asked or _VERB_FIRST.match(text) or _CUT_OFF.search(text))
    whole = whole and has_finite_verb(main_clause(text))
    return Statement(text, whole or passage.kind == "headline")


def _wished(text: str) -> str:
    """ "the fund to pay" and "the fund be paid": what is wished for should be."""
    wanted = _ACCUSATIVE.match(text)
    if wanted and not _AUXILIARY.search(wanted["who"]):
        return f"{wanted['who']} should {wanted['no'] or ''}{text[wanted.end() :]}"
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
    word = CUES.get(_cue(passage).casefold().split()[-1]) or CUES.get(_lemma(passage))
    takes_object = word is not None and bool(word.frames & {"o", "p"})
    quoted_first = a.cue_start is not None and a.cue_start > passage.start
    return takes_object and not quoted_first and not _AUXILIARY.search(main_clause(text))


def _position(passage: Passage, text: str) -> str:
    """The cue is the position: it stays, with its holder."""
    if text == passage.text and passage.premise:
        return passage.premise
    assert passage.attribution is not None
    speaker = passage.affiliation or passage.holder
    return premise_for(text, replace(passage.attribution, holder=speaker))


def _subject(passage: Passage) -> str:
    name = passage.affiliation or passage.holder
    return name.removeprefix("unnamed ")


def _cue(passage: Passage) -> str:
    return (passage.attribution.cue if passage.attribution else None) or "said"


def _lemma(passage: Passage) -> str:
    for word in reversed(_cue(passage).casefold().split()):
        if word in CUES:
            return CUES[word].lemma
    return ""
