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
from stance.signals import wants
from stance.speech.cues import CUES
from stance.speech.tags import is_function_word
from stance.text import sentences
from stance.types import Passage, Span
from stance.voice import charge, premise_for, spoken_name

_INFINITIVE = re.compile(r"^\W*(not\s+)?to\s+(?=[a-z])", re.IGNORECASE)
_ACCUSATIVE = re.compile(
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
_WISHES, _AIMS = frozenset(_WISH_WORDS.split()), frozenset(_AIM_WORDS.split())
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


_DEMANDS = re.compile(
    r"(?<!not )(?<!n[’']t )(?:(?P<for>(?:call|ask|press|plead|push|appeal)(?:s|ed|ing)? for|"
    r"pled for|demand(?:s|ed|ing)?)|(?P<to>call(?:s|ed|ing)? (?:up)?on|urg(?:es?|ed|ing)|"
    r"ask(?:s|ed|ing)?|appeal(?:s|ed|ing)? to|want(?:s|ed)?|would like|press(?:es|ed|ing)?|"
    r"push(?:es|ed|ing)?|implor(?:es?|ed|ing)|beg(?:s|ged|ging)?|exhort(?:s|ed)?|"
    r"plead(?:s|ed|ing)? with|invit(?:es?|ed|ing)|instruct(?:s|ed)?|order(?:s|ed)?|"
    r"advis(?:es?|ed|ing)|petition(?:s|ed)?))$"
)
_WHOM = re.compile(
    r"(?!(?:for|on|to|about|whether|if|that|what|why|how|when|where|who|it|of|in|with|at|from|by)\b)"
    r"[^,;:.!?“”\"()]{2,80}",
    re.IGNORECASE,
)
_A_THING = re.compile(
    r"(?!(?:it|such|this|that|these|those|in|of|on|at|to|what|who|how)\b)[a-z][\w’'-]*\s[^,]*[.\W]*$"
)
_WE_ASK = re.compile(
    r"\b(?:I|[Ww]e) (?:(?:also|again|now|still|only|\w+ly) )?(?:call (?:up)?on|urge|ask|appeal to|"
    r"want|would like|implore|beg|invite) "
    r"(?P<who>(?!(?:to|for|that|whether|if|it)\b)[^,;:.!?]{2,60}?) (?P<no>not )?to (?=[a-z]+\b)"
    r"(?!(?:the|an?|his|her|its|their|our|my|this|that|all|us|you|me)\b)"
)
_WILL = re.compile(r"\b(?:will|is going to|are going to)\b(?! not\b)")
_NOMINATIVE = {"him": "he", "her": "she", "them": "they", "us": "we", "me": "I"}


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
    if indirect and asserted and (charged := charge(_cue(passage), text)):
        return Statement(f"{charged[0].upper()}{charged[1:]}", True)
    cue = _lemma(passage)
    infinitive = _INFINITIVE.match(text)
    if infinitive and cue in _SELF:
        return Statement(_position(passage, text), True)
    if infinitive and cue in _WISHES | _AIMS | _REFUSALS:
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
    wanted = _ACCUSATIVE.match(text)
    if wanted and not _AUXILIARY.search(wanted["who"]):
        return f"{wanted['who']} {verb} {wanted['no'] or ''}{text[wanted.end() :]}"
    return _SUBJUNCTIVE.sub(lambda m: f"{m['who']} should {m['no'] or ''}be ", text, count=1)


def put_plainly(passage: Passage, claim: str, document: str) -> str | None:
    """What a passage asks for or promises, as what its holder says should or will be, for a claim
    of that; None for other passages and claims.

    "Called on Malta to extradite him" and "vowed to extradite him" leave both shipped models unsure
    of "Malta should" and "Malta will extradite him"; of what is said in those words they are sure.

    >>> from stance.attribution import attribute
    >>> from stance.types import Document
    >>> from stance.voice import passages
    >>> text = "Ann Lee called on Malta to extradite him."
    >>> doc = Document("d", text, "Post")
    >>> [said] = [p for p in passages(doc, attribute([doc])) if p.holder == "Ann Lee"]
    >>> put_plainly(said, "Malta should extradite him.", text)
    'Ann Lee said: Malta should extradite him.'
    """
    said = passage.attribution
    if said is None or said.holder_type == "outlet":
        return None
    if wants(claim):
        return _demanded(passage, document)
    infinitive = _INFINITIVE.match(passage.text)
    if said.kind == "direct" or infinitive is None or not _WILL.search(claim):
        return None
    if said.polarity != "asserts" or _lemma(passage) not in _AIMS:
        return None
    negative = "not " if infinitive[1] else ""
    text = f"{spoken_name(passage.holder)} will {negative}{passage.text[infinitive.end() :]}"
    return premise_for(text, replace(said, kind="direct"))


def _demanded(passage: Passage, document: str) -> str | None:
    """What a passage asks for, as what its holder says should be."""
    said = passage.attribution
    if said is None or said.polarity != "asserts":
        return None
    if said.kind == "direct":
        words = _WE_ASK.sub(_should, passage.premise)
        return words if words != passage.premise else None
    cue, text = _DEMANDS.search(_cue(passage)), passage.text
    if cue is None or (cue["to"] is None and cue["for"] is None):
        return None
    if infinitive := _INFINITIVE.match(text):  # whom is left out of the content: "asked Malta"
        end = said.cue_end if said.cue_end is not None else passage.start
        whom = document[end : passage.start].strip() if end < passage.start else ""
        if not _WHOM.fullmatch(whom):
            return None
        text = f"{_subject(whom)} should {infinitive[1] or ''}{text[infinitive.end() :]}"
    elif (wanted := _ACCUSATIVE.match(text)) and not _AUXILIARY.search(wanted["who"]):
        if not _WHOM.fullmatch(wanted["who"]):
            return None
        text = f"{_subject(wanted['who'])} should {wanted['no'] or ''}{text[wanted.end() :]}"
    elif cue["for"] and _A_THING.match(text) and not has_finite_verb(main_clause(text)):
        text = f"there should be {text}"
    else:
        return None
    return premise_for(f"{text[0].upper()}{text[1:]}", replace(said, kind="direct"))


def _should(found: re.Match[str]) -> str:
    who = _subject(found["who"])
    begins = found[0][0] == "W" or found.string[: found.start()].rstrip()[-1:] in ".:!?"
    return f"{who[0].upper() if begins else who[0]}{who[1:]} should {found['no'] or ''}"


def _subject(whom: str) -> str:
    return _NOMINATIVE.get(whom, whom)


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
    if not takes_object or quoted_first or word is None:
        return False
    return not word.frames & {"s", "c"} or not _AUXILIARY.search(main_clause(text))


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


def _cue(passage: Passage) -> str:
    return (passage.attribution.cue if passage.attribution else None) or "said"


def _lemma(passage: Passage) -> str:
    words = _cue(passage).casefold().split()
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
