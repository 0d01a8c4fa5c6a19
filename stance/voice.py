"""The voices of a document: every character belongs to one speaker, to the outlet, or to nobody.

What a speaker says is the content of an attribution. What is left is the outlet's own voice, cut
into sentences; the reporting clause itself ("Lee said on Monday") asserts nothing but that it was
said, so it is nobody's passage, and neither are fragments without a verb and page furniture.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from stance.furniture import Line, lines
from stance.markup import as_written, unmarked
from stance.naming.affiliations import ORG_NOUNS, STATE_NOUNS
from stance.naming.names import INSTITUTION_WORDS, bare
from stance.replies import answered
from stance.speech.answers import ANSWERED
from stance.speech.attitudes import ATTITUDE, FREE, TOPIC, TOPIC_DECLINED
from stance.speech.cues import CUES, past_of, retreats
from stance.speech.extraction import TOKEN_HEAD
from stance.speech.headlines import HEADLINE
from stance.speech.rules import REFUSED_TOO, RELAYED
from stance.speech.subjects import looks_verbal
from stance.speech.tags import is_function_word, lowered, tokenize
from stance.speech.verdicts import is_verdict
from stance.text import sentences
from stance.types import Attribution, Document, Passage, PassageKind

Range = tuple[int, int]
Claimed = tuple[int, int, Attribution]

_QUOTE_MARKS = re.compile(r"[“”„‟«»\"]|''|``|(?<!\w)[‘'](?=\S)|(?<=[^\ss])[’'](?!\w)")
_PRONOUN = re.compile(r"(?:He|She|It|They|This|That|These|Those|His|Her|Their|Its|Such|Both)\b")
_CLAUSE_OPENER = re.compile(
    r"(?:who|which|whose|when|while|as|after|before|because|since|although|though|if|that|where"
    r"|until|than|whom)\b",
    re.I,
)
_FINITE = frozenset("AvSV")
_SUBJECT_BEFORE = ("+ing", "+and", REFUSED_TOO)
"""Ends of rules whose subject stands before an earlier verb."""


def passages(document: Document, attributions: Sequence[Attribution]) -> list[Passage]:
    """Cut a document into passages of one voice each, in order; they never overlap,
    but for those of speakers who say the same words together.

    ``attributions`` may be those of a whole corpus; only this document's are used. Where contents
    of two speakers overlap, the shorter one, the inner speaker, keeps the words; an outlet that
    carries them has only what it adds.

    >>> doc = Document("d", "The dam leaks. “It is safe,” Anna Lee said.", "Herald")
    >>> from stance.attribution import attribute
    >>> [(p.holder, p.text) for p in passages(doc, attribute([doc]))]
    [('Herald', 'The dam leaks.'), ('Anna Lee', '“It is safe,”')]
    """
    own = [a for a in attributions if a.doc_id == document.id and a.holder_type == "speaker"]
    written, document = document, unmarked(document)
    if document is not written:
        own = [replace(a, content=tuple(as_written(a.content, document.text))) for a in own]
    body = [line for line in lines(document) if line.kind != "furniture"]
    contents = _by_line(body, [(s.start, s.end, a) for a in own for s in a.content])
    clauses = _by_line(body, [(*span, a) for a in own if (span := _clause(a)) is not None])
    made: list[Passage] = []
    for line, here, reporting in zip(body, contents, clauses, strict=True):
        told_by = [(a, b) for a, b, _ in reporting]
        spoken = _speaker_spans(document.text, line, here, told_by)
        made += [_spoken_passage(document, line, *span) for span in spoken]
        said = [(max(a, line.start), min(b, line.end)) for a, b, _ in here]
        made += _outlet_passages(document, line, said, told_by)
    found = answered(sorted(made, key=lambda p: p.start), document.text)
    return [replace(p, text=written.text[p.start : p.end]) for p in found]


def _by_line(body: Sequence[Line], spans: Iterable[Claimed]) -> list[list[Claimed]]:
    """The spans that touch each line; both are in document order, or nearly so."""
    starts = [line.start for line in body]
    touching: list[list[Claimed]] = [[] for _ in body]
    for span in spans:
        index = max(0, bisect_right(starts, span[0]) - 1)
        while index < len(body) and body[index].start < span[1]:
            if span[0] < body[index].end:
                touching[index].append(span)
            index += 1
    return touching


def _spoken_passage(
    document: Document, line: Line, a: int, b: int, attribution: Attribution
) -> Passage:
    words = _whole(attribution, (a, b), document.text)
    told = _with_main_clause(document.text, line, (a, b), attribution)
    topic = _topic(document.text, line, attribution)
    return Passage(
        document.id,
        a,
        b,
        document.text[a:b],
        attribution.holder,
        attribution.holder_type,
        attribution.affiliation,
        _kind(line),
        told or premise_for(words, attribution, topic=topic),
        attribution,
        topic,
    )


_ON_WHAT = (
    r"(?P<topic>(?!(?:course|late|his own|her own|\w+sel(?:f|ves))\b)"
    r"(?!(?:it|him|her|them|this|that|which|whom|what)\b(?! [a-z]))[^.;:,“”\"()]{4,100}?)"
)
_BEHIND = re.compile(
    r"(?:(?:\s+(?:reporters|journalists|MPs|parliament|[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?))?"
    r"\s+(?:of|about|regarding|concerning|referring to|in reference to|commenting on)"
    rf"|\s+the \w+\s+(?:about|regarding))\s+{_ON_WHAT}"
    r"(?=\W*$|[.;:,(“\"]|\s(?:on (?:\w+day|\d)|in an? |at an? |after|before|during|when|while|as|"
    r"last|this|yesterday|today)\b)"
)
_AHEAD = re.compile(
    r"\b(?:[Aa]sked|[Ss]peaking|[Cc]ommenting|[Tt]alking|[Pp]ressed|[Qq]uizzed) (?:about|on|of)\s+"
    rf"{_ON_WHAT},"
)


def _topic(text: str, line: Line, attribution: Attribution) -> str:
    """What a quotation is said to be about: "said of the ban", "Asked about the ban, she said".

    "It is madness" is nothing without it.
    """
    if attribution.kind != "direct" or attribution.cue_start is None or not attribution.content:
        return ""
    ends = [end for end in (attribution.cue_end, attribution.holder_end) if end is not None]
    if behind := _BEHIND.match(text, max(ends), line.end):
        return re.sub(r"\s+", " ", behind["topic"]).strip()
    first = min(attribution.content[0].start, attribution.cue_start)
    begin = [s.start for s in sentences(text, line.start, line.end) if s.start <= first]
    ahead = _AHEAD.search(text, begin[-1] if begin else line.start, first)
    return re.sub(r"\s+", " ", ahead["topic"]).strip() if ahead else ""


_OTHERS = re.compile(r"(?:them|him|her|it)\b")


def _with_main_clause(text: str, line: Line, part: Range, attribution: Attribution) -> str | None:
    """ "Bakers left the talks with the mills, accusing them of …": whom the pronoun means stands in
    the clause before, so the premise has that too; None where no pronoun asks for it."""
    rule, cue = attribution.reason.partition(";")[0], attribution.cue_start
    if cue is None or cue > part[0] or not rule.endswith(_SUBJECT_BEFORE):
        return None
    if attribution.polarity != "asserts" or not _OTHERS.match(text, part[0]):
        return None
    around = [s for s in sentences(text, line.start, line.end) if s.start <= cue < s.end]
    if not around:
        return None
    return _closed(re.sub(r"\s+", " ", text[around[0].start : part[1]]).strip(" ,"))


def _whole(attribution: Attribution, part: Range, text: str) -> str:
    """A content cut in two by its reporting clause, read as the one sentence it is."""
    spans = attribution.content
    index = next((k for k, s in enumerate(spans) if s.start <= part[0] < s.end), None)
    if index is None or (part != (spans[index].start, spans[index].end)):
        return text[slice(*part)]
    first, last = index, index
    while first and _runs_on(spans[first - 1].text, spans[first].text):
        first -= 1
    while last + 1 < len(spans) and _runs_on(spans[last].text, spans[last + 1].text):
        last += 1
    return " ".join(span.text for span in spans[first : last + 1])


def _runs_on(one: str, two: str) -> bool:
    """Whether ``two`` goes on with the sentence of ``one``."""
    return not re.search(r"[.?!…][”\"’'»]*$", one) and bool(re.match(r"[“\"‘«'\s]*[a-z]", two))


def _kind(line: Line) -> PassageKind:
    return "body" if line.kind == "furniture" else line.kind


def _speaker_spans(
    text: str, line: Line, claims: Sequence[Claimed], clauses: Sequence[Range]
) -> list[Claimed]:
    """Contents inside a line. Where they overlap the inner one keeps the words, the outer one
    what it says besides: neither a scrap nor the inner reporting clause. What is denied right
    behind it ("…, which Chan denied") stays the accuser's and is the denier's as well."""
    answers = [claim for claim in claims if claim[2].reason == ANSWERED]
    others = [claim for claim in claims if claim[2].reason != ANSWERED]
    taken: list[Claimed] = []
    for start, end, attribution in sorted(others, key=_outwards):
        inside = (max(start, line.start), min(end, line.end))
        together = [(x, y) for x, y, other in taken if _jointly(attribution, other)]
        if together:
            taken += [(x, y, attribution) for x, y in together if inside[0] <= x and y <= inside[1]]
            continue
        holes = [(x, y) for x, y, _ in taken if x < inside[1] and inside[0] < y]
        for a, b in _without(inside, [*holes, *clauses] if holes else ()):
            a, b = _trimmed(text, a, b)
            if re.search(r"\w", text[a:b]) and (not holes or _says_more(text, a, b)):
                taken.append((a, b, attribution))
    taken += [(max(a, line.start), min(b, line.end), denial) for a, b, denial in answers]
    return sorted(taken, key=lambda claim: claim[0])


def _jointly(one: Attribution, other: Attribution) -> bool:
    """Whether two speakers say the same words by one verb: "Lee and Chan said"."""
    same = one.content == other.content and one.cue_start == other.cue_start is not None
    return same and one.holder_start == other.holder_start and one.holder != other.holder


def _outwards(claim: Claimed) -> tuple[bool, int, int]:
    """Inner speakers before outer ones, an outlet that carries words last."""
    start, end, attribution = claim
    return attribution.reason.startswith(RELAYED), end - start, start


def _says_more(text: str, a: int, b: int) -> bool:
    opening = re.match(r"\W*that\s", text[a:b])
    return _is_statement(text, *_core(text, a + opening.end() if opening else a, b), False)


def _without(span: Range, holes: Iterable[Range]) -> list[Range]:
    """What is left of a span when the holes are cut out."""
    pieces: list[Range] = []
    start, end = span
    for a, b in sorted(holes):
        if b <= start or a >= end:
            continue
        if a > start:
            pieces.append((start, a))
        start = max(start, b)
    if start < end:
        pieces.append((start, end))
    return pieces


def _trimmed(text: str, a: int, b: int) -> Range:
    piece = text[a:b]
    return a + len(piece) - len(piece.lstrip()), b - (len(piece) - len(piece.rstrip()))


def _outlet_passages(
    document: Document, line: Line, said: Sequence[Range], clauses: Sequence[Range]
) -> list[Passage]:
    text = document.text
    made: list[Passage] = []
    before = ""
    for sentence in sentences(text, line.start, line.end):
        for a, b in _told_by_outlet(text, (sentence.start, sentence.end), said, clauses):
            judged = (a, b) != (sentence.start, sentence.end) and is_verdict(text[a:b])
            premise = premise_for(sentence.text if judged else text[a:b], None, before)
            made.append(
                Passage(
                    document.id,
                    a,
                    b,
                    text[a:b],
                    document.source,
                    "outlet",
                    kind=_kind(line),
                    premise=premise,
                )
            )
        before = sentence.text
    return made


def _told_by_outlet(
    text: str, sentence: Range, said: Sequence[Range], clauses: Sequence[Range]
) -> list[Range]:
    """The parts of a sentence that the outlet itself asserts."""
    if not any(a < sentence[1] and sentence[0] < b for a, b in (*said, *clauses)):
        return [sentence] if re.search(r"\w", text[slice(*sentence)]) else []
    pieces: list[Range] = []
    for a, b in _without(sentence, [*said, *clauses]):
        adjunct = any(a == end for _, end in clauses)
        a, b = _core(text, a, b)
        if a < b and (is_verdict(text[a:b]) or _is_statement(text, a, b, adjunct)):
            pieces.append((a, b))
    return pieces


def _clause(attribution: Attribution) -> Range | None:
    """Name and cue with what stands between; the cue alone where the subject is an earlier one."""
    a = attribution
    if a.reason.partition(";")[0].endswith(_SUBJECT_BEFORE):
        ends: tuple[int | None, ...] = (a.cue_start, a.cue_end)
    else:
        ends = (a.holder_start, a.holder_end, a.cue_start, a.cue_end)
    known = [end for end in ends if end is not None]
    return (min(known), max(known)) if known else None


def _core(text: str, a: int, b: int) -> Range:
    """A remainder without the punctuation and conjunctions that tied it to the quotation."""
    lead = re.match(r"[\s,;:—–\-”“\"’‘.]*(?:(?:and|but|or|yet)\s+)?", text[a:b])
    a += lead.end() if lead else 0
    tail = re.search(r"[\s,;:—–\-“\"‘]*(?:\s(?:and|but|or|as))?\s*$", text[a:b])
    return a, a + tail.start() if tail else b


def _is_statement(text: str, a: int, b: int, adjunct: bool) -> bool:
    """Whether a remainder of a reporting sentence says something: a clause with a finite verb.

    An ``adjunct`` follows the cue: "on Friday after a meeting" still belongs to it.
    """
    if _CLAUSE_OPENER.match(text, a) or len(text[a:b].split()) < 5:
        return False
    tokens = tokenize(text, a, b)
    tags = tokens.tags
    if (adjunct and tags[0] in "pstTRG") or tags[-1] in "pstchwDA":
        return False
    return any(tags[i] in _FINITE or looks_verbal(tokens, i) for i in range(1, len(tags)))


def premise_for(
    text: str, attribution: Attribution | None, before: str = "", topic: str = ""
) -> str:
    """The wording of a passage that an NLI model reads as its premise.

    A speaker's words are told as a sentence about the speaker, so that denials and refusals stay
    visible, a quotation behind the ``topic`` that it is said to be about; the outlet's sentence
    stands for itself, after its predecessor ``before`` where a pronoun opens it.

    >>> doc = Document("d", "Lee denied that it leaks.", "Herald")
    >>> from stance.attribution import attribute
    >>> premise_for("that it leaks", attribute([doc])[0])
    'Lee denied that it leaks.'
    """
    plain = re.sub(r"\s+", " ", text).strip()
    if attribution is None or attribution.holder_type == "outlet":
        context = re.sub(r"\s+", " ", before)
        return f"{context} {plain}" if context and _PRONOUN.match(plain) else plain
    speaker = spoken_name(attribution.holder)
    words = re.sub(r"\s+", " ", _QUOTE_MARKS.sub("", plain)).strip(" ,")
    if attribution.kind == "direct":
        return _closed(f"{speaker} said{f' of {topic}' if topic else ''}: {words}")
    return _closed(f"{speaker} {_told(attribution, words)}")


def spoken_name(holder: str) -> str:
    """A holder as the subject of a sentence, with the article that it takes.

    >>> spoken_name("unnamed port official"), spoken_name("Anna Lee")
    ('A port official', 'Anna Lee')
    """
    if not holder.startswith("unnamed "):
        words = holder.split()
        ministry = len(words) > 1 and bare(words[-1]) in INSTITUTION_WORDS
        owned = words[-1].islower() and any(w.endswith(("’s", "'s")) for w in words)
        ministry = ministry and not owned  # "Anna Lee’s campaign"
        return f"The {holder}" if ministry and bare(words[0]) != "the" else holder
    name = holder.removeprefix("unnamed ")
    head = re.split(r"\s(?:of|for|in|at|from|with|to|on|who)\s", name)[0]
    plural = re.search(r"(?:[^su]s|men|women|people|police|some|many|others)$", head)
    if plural or is_function_word(name.split()[0]) or _OWNED_BY.match(name):
        return name[:1].upper() + name[1:]
    if bare(head.split()[-1]) in _BODIES:
        return f"The {name}"
    return f"{'An' if _VOWEL.match(name) else 'A'} {name}"


_OWNED_BY = re.compile(r"(?:[A-Z][\w.-]*\s)*[A-Z][\w-]*[’']s?\s")
_VOWEL = re.compile(
    r"[AEFHILMNORSX][A-Z]{1,2}\b|(?![Uu]ni|[Oo]ne\b|[Ee]u|U[A-Z]{1,3}\b)[AEIOUaeiou]"
)


_BODIES = ORG_NOUNS | STATE_NOUNS | {"city", "county", "district", "region", "town", "village"}


def _closed(sentence: str) -> str:
    return sentence if re.search(r"[.!?…]$", sentence) else sentence + "."


_NOUN_VERBS = {
    "criticism": "criticized",
    "support": "supported",
    "opposition": "opposed",
    "call": "called for",
    "calls": "called for",
    "praise": "praised",
    "endorsement": "endorsed",
    "condemnation": "condemned",
    "rejection": "rejected",
    "demand": "demanded",
    "demands": "demanded",
    "attack": "attacked",
    "attacks": "attacked",
    "defense": "defended",
    "defence": "defended",
    "denial": "denied",
}


def _told(attribution: Attribution, words: str) -> str:
    """Cue and content as a predicate: "denied that …", "wants to …", "said that …"."""
    rule, _, way = attribution.reason.partition(";")[0].partition("+")
    cue = re.sub(r"^[’']s\s", "has ", re.sub(r"\s+", " ", attribution.cue or "said"))
    if attribution.polarity == "asserts" and (charged := charge(cue, words)):
        return f"said that {charged}"
    if retreats(cue):
        return f"{cue} {lowered(words)}"
    if rule in ("X's claim that", "X's criticism of"):
        verb = _NOUN_VERBS.get(cue.split()[0].lower(), "said")
        return f"{verb} {words}"
    if rule in (TOPIC, TOPIC_DECLINED):
        return f"{cue} {lowered(words)}"
    words_first = rule in _WORDS_FIRST or (rule == TOKEN_HEAD and not _cue_leads(attribution))
    if words_first and attribution.polarity != "asserts":
        return f"{cue} {lowered(words)}"
    if words_first:
        inside = lowered(words)
        return f"said {inside}" if inside.startswith("that ") else f"said that {inside}"
    if rule == ANSWERED:
        return f"denied {words}"
    cue = f"did not {cue}" if way == REFUSED_TOO[1:] else _finite(cue, way)
    if rule in (ATTITUDE, HEADLINE):
        return f"said: {words}"
    if rule == "X said:":
        return f"{cue}: {words}"
    bare_clause = rule == "X said clause" and attribution.polarity == "asserts"
    if bare_clause and cue.split()[-1] in ("said", "says") and not words.startswith("only "):
        return f"{cue} that {lowered(words)}"
    return f"{cue} {lowered(words)}" if _topic_leads(attribution) else f"{cue} {words}"


SUBJECTS = {"him": "he", "her": "she", "them": "they", "us": "we", "me": "I"}
_ACCUSED = re.compile(
    r"(?P<whom>\S+(?:\s\S+){0,7}?)\sof\s(?:having\s(?P<done>\w)|(?P<doing>[a-z]+ing\b)|(?P<what>\w))"
)
_BLAMED = re.compile(r"(?P<whom>\S+(?:\s\S+){0,7}?)\sfor\s(?P<what>\w.*)")
_BLAMED_ON = re.compile(r"(?P<what>\S+(?:\s\S+){0,7}?)\son\s(?P<whom>\w.*)")


def charge(cue: str, words: str) -> str | None:
    """An accusation as the statement it is: "accused the mill of dumping waste" says that the mill
    was dumping waste. A pair model sees through "accused" less well: asked whether Keltia fired
    first, it gives "accused Keltia of firing first" .30, and "said that Keltia was firing" .91."""
    entry = CUES.get(cue.split()[-1].lower())
    lemma = entry.lemma if entry else ""
    patterns = {"accuse": (_ACCUSED,), "blame": (_BLAMED, _BLAMED_ON)}.get(lemma, ())
    told = next((m for p in patterns if (m := p.match(words))), None)
    if told is None:
        return None
    whom = SUBJECTS.get(told["whom"].lower(), told["whom"])
    several = whom in ("they", "we") or re.search(r"[^su’'i]s$|\sand\s", whom)
    was = "were" if several else "was"
    if lemma == "blame":
        return f"{whom.rstrip('.')} {was} to blame for {told['what']}"
    if told["done"]:
        return f"{whom} had {words[told.start('done') :]}"
    if told["doing"]:
        return f"{whom} {was} {words[told.start('doing') :]}"
    return f"{whom} {was} guilty of {words[told.start('what') :]}"


def _topic_leads(attribution: Attribution) -> bool:
    """Whether a topic put first stands before the verb: "As for the date, Lee said it stood"."""
    at = attribution.cue_start
    return at is not None and attribution.content[0].start < at


_WORDS_FIRST = frozenset(
    (
        "clause, X said",
        "clause, said X",
        "quote, X said",
        "quote, said X",
        "clause, according to X",
        "according to X, clause",
        RELAYED,
        FREE,
    )
)
"""Rules whose cue follows the words or is no verb: what they find is told with "said that"."""


def _cue_leads(attribution: Attribution) -> bool:
    """Whether a verb of reporting stands before the words."""
    if attribution.cue is None or attribution.cue_start is None:
        return False
    *lead, last = attribution.cue.lower().split()
    verb = last in CUES or last.endswith("ed") or bool(lead and lead[0] in _AUXILIARIES)
    return verb and attribution.cue_start < attribution.content[0].start


_AUXILIARIES = frozenset("has have had is are was were will would".split())


def _finite(cue: str, way: str) -> str:
    """A cue as a verb with a subject: "adding" is "added", "told" without a listener "said"."""
    *lead, last = cue.split()
    entry = CUES.get(last.lower())
    if entry and entry.forms == {"ing"} and (way == "ing" or not lead):
        last = past_of(entry.lemma)
    elif way == "ing" and lead and (first := CUES.get(lead[0].lower())):
        lead[0] = past_of(first.lemma)
    return " ".join([*lead, {"told": "said", "tells": "says", "tell": "say"}.get(last, last)])
