"""A statement in plain words: what one asks for, promises, believes as what should, will be, is.

Shown "called on Malta to extradite him" or "I think that Malta should extradite him", the shipped
models answer neutral to "Malta should extradite him" more often than not, though they are sure of
"said that Malta should extradite him". Whoever asks, promises or believes takes that side, so a
model is asked about the side. What is only feared, hoped or expected stays as it was said.
"""

from __future__ import annotations

import re
from dataclasses import replace

from stance.checkworthiness import has_finite_verb
from stance.content import ACCUSATIVE, AIMS, AUXILIARY, INFINITIVE, cue_lemma, cue_of, main_clause
from stance.lexical import tokens
from stance.signals import wants
from stance.types import Passage
from stance.voice import SUBJECTS, premise_for, spoken_name

_DEMANDS = re.compile(
    r"(?<!not )(?<!n[’']t )(?:(?P<for>(?:call|ask|press|push|appeal)(?:s|ed|ing)? for|"
    r"demand(?:s|ed|ing)?)|(?P<to>call(?:s|ed|ing)? (?:up)?on|urg(?:es?|ed|ing)|"
    r"ask(?:s|ed|ing)?|appeal(?:s|ed|ing)? to|want(?:s|ed)?|would like|press(?:es|ed|ing)?|"
    r"push(?:es|ed|ing)?|implor(?:es?|ed|ing)|beg(?:s|ged|ging)?|exhort(?:s|ed)?|"
    r"plead(?:s|ed|ing)? with|invit(?:es?|ed|ing)|instruct(?:s|ed)?|order(?:s|ed)?|"
    r"advis(?:es?|ed|ing)|petition(?:s|ed)?))$"
)
_WHOM = re.compile(
    r"(?!(?:for|on|to|about|whether|if|that|what|why|how|when|where|who|it|of|in|with|at|from|by|"
    r"[a-z]+ing)\b)"
    r"[^,;:.!?“”\"()]{2,80}",
    re.IGNORECASE,
)
_A_THING = re.compile(
    r"(?!(?:it|such|this|that|these|those|in|of|on|at|to|what|who|how|[a-z]+ing)\b)[a-z][\w’'-]*\s[^,]*[.\W]*$"
)
_WE_ASK = re.compile(
    r"\b(?:I|[Ww]e) (?:(?:also|again|now|still|only|\w+ly) )?(?:call (?:up)?on|urge|ask|appeal to|"
    r"want|would like|implore|beg|invite) "
    r"(?P<who>(?!(?:to|for|that|whether|if|it)\b)[^,;:.!?]{2,60}?) (?P<no>not )?to (?=[a-z]+\b)"
    r"(?!(?:the|an?|his|her|its|their|our|my|this|that|all|us|you|me)\b)"
)
_WERE_IT_SO = re.compile(r"\b(?:would|could|might|may)\b")
_WILL = re.compile(r"\b(?:will|is going to|are going to)\b(?! not\b)")
_SURELY = (
    r"(?:(?:now|still|also|always|just|therefore|quite|pretty|rather|very|more than|do|"
    r"(?!hardly|scarcely|barely|rarely|only|partly)\w+ly) ){0,2}"
)
_SURE = r"(?:sure|certain|convinced|confident|persuaded|adamant|of the (?:opinion|view))"
_CLAUSE = (
    r"(?:(?P<that>that (?!(?:is|was|are|were|would|will|can|could|has|had|does|did|should|must|may|"
    r"might|[’'])))|(?=(?:the|an?|th(?:is|at|ese|ose)|its?|we|they|s?he|you|there|our|my|his|her|"
    r"their|most|many|all|no|nobody|some|every|both|people|[A-Z][\w’'-]+)\b))"
)
_OPINION = re.compile(
    r"(?:(?<=: )|(?<=[.!?;] )|(?<=, )|(?<=– )|(?<=— )|^|(?<=\b(?:and|but) )|(?<=\bbecause ))"
    r"(?P<lead>(?:(?:And|But|So|Yes|No|Well|Now|Today|Frankly|Honestly),? )?)"
    rf"(?:(?:I|[Ww]e) {_SURELY}(?:(?P<no>don[’']t|do not) )?{_SURELY}"
    rf"(?:think|believe|reckon|feel|maintain|have no doubt|know(?= that\b)|would (?:say|argue)|"
    rf"(?:take|hold) the view|(?:am|are|remain) {_SURELY}{_SURE})"
    rf"|(?:I[’']m|[Ww]e[’']re) {_SURELY}{_SURE}"
    rf"|(?:[Mm]y|[Oo]ur) (?:own |personal |firm )?(?:view|opinion|position|belief|conviction|"
    r"impression|feeling|sense|conclusion) is|[Ii]t seems to me|I[’']m afraid|I am afraid"
    rf"|[Ii]n (?:my|our) (?:own |humble )?(?:view|opinion|judge?ment),?),? {_CLAUSE}(?P<first>\w)"
)
"""First persons before what they hold. "I am not sure that" and "I thought" are no opinion."""
_BELIEVES = re.compile(
    rf"{_SURELY}(?:believe[sd]?|thinks?|thought|feels?|felt|reckon(?:s|ed)?|"
    rf"(?:is|was|are|were|remains?|remained) {_SURELY}{_SURE}|(?:takes?|took|holds?|held) the view|"
    rf"(?:has|had|have) no doubt) {_CLAUSE}(?P<first>\w)"
)
SHORT = 4
"""Words up to which what follows "I believe" must have a verb that is known to be one."""
_WE = re.compile(r"\b(?:[Ww]e|[Oo]ur)\b")


def put_plainly(words: str, passage: Passage, claim: str, document: str) -> str:
    """``words``, a passage's premise, with what its holder asks for, promises or believes said as
    what should be, will be, is. Asking is for claims of what should be, a promise for claims of
    what will be; ``document`` is the text that the passage stands in.

    >>> from stance.types import Passage
    >>> said = Passage("d", 0, 40, "I think that Malta should extradite him.", "Post", "outlet")
    >>> put_plainly(said.text, said, "Malta should extradite him.", said.text)
    'Malta should extradite him.'
    """
    if passage.attribution is None or passage.holder_type == "outlet":
        return _OPINION.sub(_held, words)
    direct = passage.attribution.kind == "direct"
    if wants(claim):
        words = _demanded(passage, document) or words
    elif _WILL.search(claim) and not direct:
        words = _promised(passage) or words
    if direct:
        return _OPINION.sub(_held, _spoken_for(words, passage, claim))
    believes = _BELIEVES.match(words, len(spoken_name(passage.holder)) + 1)
    if believes is None or not words.startswith(spoken_name(passage.holder)):
        return words
    if not (believes["that"] or has_finite_verb(main_clause(_behind(believes)))):
        return words  # "believed the polls that showed it"
    return f"{words[: believes.start()]}said that {words[believes.start('first') :]}"


def _behind(found: re.Match[str]) -> str:
    """What is believed, up to the next stop."""
    return re.split(r"[.!?;:]", found.string[found.start("first") :], maxsplit=1)[0]


def _is_clause(found: re.Match[str]) -> bool:
    """Whether a clause follows, and not whom one believes."""
    clause = _behind(found)
    return bool(found["that"]) or len(clause.split()) > SHORT or has_finite_verb(clause)


def _held(found: re.Match[str]) -> str:
    """The clause behind "I think", or nothing changed where none is."""
    if not _is_clause(found):
        return found[0]
    lead, first = found["lead"], found["first"]
    begins = not lead and found.string[: found.start()].rstrip()[-1:] in ("", *".!?:")
    if found["no"]:
        return f"{lead}{'It' if begins else 'it'} is not the case that {first}"
    return f"{lead}{first.upper() if begins else first}"


def _spoken_for(words: str, passage: Passage, claim: str) -> str:
    """A quotation in which "we" are whom the claim is about, with whom its holder speaks for."""
    name, body = spoken_name(passage.holder), passage.affiliation
    if not body or not _WE.search(words) or not words.startswith(f"{name} said: "):
        return words
    theirs = tokens(body)
    if not theirs or tokens(claim)[: len(theirs)] != theirs or set(theirs) <= set(tokens(name)):
        return words
    of = spoken_name(body)
    of = f"the {of[4:]}" if of.startswith("The ") else of
    return f"{name} of {of} said: {words[len(name) + 7 :]}"


def _promised(passage: Passage) -> str | None:
    """What a passage promises, as what will be."""
    said, infinitive = passage.attribution, INFINITIVE.match(passage.text)
    if said is None or infinitive is None or said.polarity != "asserts":
        return None
    if cue_lemma(passage) not in AIMS or _WERE_IT_SO.search(cue_of(passage)):
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
    cue, text = _DEMANDS.search(cue_of(passage)), passage.text
    if cue is None:
        return None
    infinitive = INFINITIVE.match(text)
    if infinitive and cue["to"] is None and not (cue["for"] or "").endswith(" for"):
        return None  # "demanded an oath to leave"
    if infinitive:  # whom is left out of the content: "asked Malta"
        end = said.cue_end if said.cue_end is not None else passage.start
        whom = document[end : passage.start].strip() if end < passage.start else ""
        if not _WHOM.fullmatch(whom):
            return None
        text = f"{_subject(whom)} should {infinitive[1] or ''}{text[infinitive.end() :]}"
    elif (wanted := ACCUSATIVE.match(text)) and not AUXILIARY.search(wanted["who"]):
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
    return SUBJECTS.get(whom, whom)
