"""A second opinion on what the rules of attribution find: a token head that was taught on PolNeAR.

What the head doubts is less sure, or gone; what it adds stands beside the rules' finds, trimmed to
what it can mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from stance.furniture import Line
from stance.speech.answers import ANSWERED
from stance.speech.attitudes import ATTITUDE, FREE, TOPIC, TOPIC_DECLINED
from stance.speech.clauses import CONDITIONS, is_past
from stance.speech.cues import ASKED, CUES
from stance.speech.extraction import Found, Range, Reading, Tagged, from_spans
from stance.speech.headlines import HEADLINE
from stance.speech.interviews import TURN
from stance.speech.neighbours import SIGNED
from stance.speech.phrases import IN_WORDS
from stance.speech.polarity import declines
from stance.speech.positions import POSITIONS
from stance.speech.precision import precision
from stance.speech.rules import CITED, GAP, RELAYED, STAFF
from stance.text import sentences
from stance.types import Document

Opinion = tuple[Sequence[float], Sequence[Tagged]]
"""How sure each find of the rules is now, 0 to drop it, and what they missed."""


class Tagger(Protocol):
    """A second opinion on texts, such as :class:`stance.inference.tagger.TokenHead`: one
    :data:`Opinion` for each :class:`Reading`."""

    def __call__(self, readings: Sequence[Reading], /) -> Sequence[Opinion]: ...


LABELLED = frozenset(("X: words", TURN, HEADLINE))
"""Rules whose speaker stands before a colon."""
_TWO_VOICES = frozenset((RELAYED, CITED))
"""Rules for one of two who have the same words, of whom a head knows one."""
_UNTAUGHT = _TWO_VOICES | POSITIONS.keys() | {ANSWERED, ATTITUDE, FREE, HEADLINE}
_UNTAUGHT |= {SIGNED, TOPIC, TOPIC_DECLINED}
"""Rules a head is not asked about: what it was taught on marks no such contents."""
_UNTAUGHT_FORMS = (GAP, IN_WORDS)
"""Ends of rules that a head is not asked about: it takes the main clause for what is said."""
_SETTLED = frozenset(("quote, X said", "quote, said X", "X said quote", "continued", TURN))
_CLAUSE = 130  # characters beside a quotation that a plain reporting clause may have


def with_tagger(
    documents: Sequence[Document],
    laid_out: Sequence[Sequence[Line]],
    found: Sequence[Sequence[Found]],
    tagger: Tagger,
) -> list[list[Found]]:
    """Rules and token head together: what the head doubts is less sure, or gone; what it adds
    stands beside it. It reads neither page furniture nor paragraphs that are plain quotations."""
    asked: list[list[Found]] = []
    readings = []
    for document, lines_, group in zip(documents, laid_out, found, strict=True):
        read = _read_lines(lines_, group)
        asked.append([f for f in group if f.line in read and not _untaught(lines_, f)])
        spans = [(line.start, line.end) for n, line in enumerate(lines_) if n in read]
        readings.append(Reading(document.text, [tagged(f) for f in asked[-1]], spans))
    opinions = tagger(readings)
    return [
        _settled(document.text, lines_, group, about, reading, opinion)
        for document, lines_, group, about, reading, opinion in zip(
            documents, laid_out, found, asked, readings, opinions, strict=True
        )
    ]


def _untaught(laid_out: Sequence[Line], found: Found) -> bool:
    label = found.rule in LABELLED and laid_out[found.line].kind == "headline"
    return label or found.rule in _UNTAUGHT or found.rule.endswith(_UNTAUGHT_FORMS)


def _read_lines(laid_out: Sequence[Line], found: Sequence[Found]) -> set[int]:
    by_line: dict[int, list[Found]] = {}
    for f in found:
        by_line.setdefault(f.line, []).append(f)
    return {
        number
        for number, line in enumerate(laid_out)
        if line.kind != "furniture" and not _is_settled(line, by_line.get(number, ()))
    }


def _settled(
    text: str,
    laid_out: Sequence[Line],
    found: Sequence[Found],
    asked: Sequence[Found],
    reading: Reading,
    opinion: Opinion,
) -> list[Found]:
    """What stands of one document once the head has spoken."""
    sure, added = opinion
    kept = [f for f in found if f not in asked]
    own = [f for f in kept if f.rule == ANSWERED or f.rule in LABELLED]
    untaught = {f.cue for f in kept}
    answered = {f.sentence for f in kept if f.rule == ANSWERED or f.rule.endswith(GAP)}
    for f, rule, p in zip(asked, reading.found, sure, strict=True):
        if p == 0 and f.sentence in answered:
            kept.append(replace(f, opinion="doubts"))  # the head may mix up who said and who denies
        elif p > 0:
            kept.append(
                replace(f, probability=p, opinion="agrees" if p >= rule.probability else "doubts")
            )
        elif declines(text, f):  # a refusal is none of the contents a head was taught
            kept.append(replace(f, opinion="doubts"))
    cut = [_in_one_sentence(text, _without_question(text, one)) for one in added]
    cues = {f.cue for f in kept if f.cue is not None}
    kept += [
        from_spans(text, laid_out, _behind_as(text, one))
        for one, whole in zip(cut, added, strict=True)
        if _credible(text, one)
        and not (one != whole and one.cue in cues)
        and not any(_within(one.cue, cue) for cue in cues)
        and not any(f.cue == one.cue and _inside_of(one, f) for f in kept)
        and not any(cue == one.cue or _within(cue, one.cue) for cue in untaught - {None})
        and not any(_meets(one.holder, a.source) for a in own)
    ]
    return sorted(kept, key=lambda f: f.content[0][0])


def _credible(text: str, one: Tagged) -> bool:
    """Whether what a head adds can be a statement of its holder at all."""
    return not (
        _from_before(text, one)
        or _of_another_sentence(text, one)
        or _is_relative(text, one)
        or _is_post(text, one)
        or _is_supposed(text, one)
        or _only_listens(text, one)
    )


_SUPPOSED = re.compile(rf"\b(?:{'|'.join(sorted(CONDITIONS))})\s$", re.I)


def _is_supposed(text: str, one: Tagged) -> bool:
    """Whether somebody only might say it: "when the bank says it is safe"."""
    if one.holder is None or one.cue is None or one.holder[0] > one.cue[0]:
        return False
    supposed = _SUPPOSED.search(text[max(0, one.holder[0] - 10) : one.holder[0]])
    return bool(supposed) and not is_past(re.findall(r"\w+", text[slice(*one.cue)].lower()))


_TOLD = re.compile(r"(?:\w+\s)*(?:is|are|was|were|been|being|be)\s(?:\w+ly\s)?(?P<verb>\w+)$", re.I)


def _only_listens(text: str, one: Tagged) -> bool:
    """Whether a holder is told what another says: "workers were told that it would close"."""
    if one.holder is None or one.cue is None or one.holder[0] > one.cue[0]:
        return False
    told = _TOLD.match(text[slice(*one.cue)])
    cue = CUES.get(told["verb"].lower()) if told else None
    return cue is not None and "t" in cue.frames and "past" in cue.forms


def _inside_of(one: Tagged, known: Found) -> bool:
    """Whether a head gives a verb a content that holds what a rule gave it: an apposition more."""
    a, b = known.content[0] if known.content else (-1, -1)
    return any(start <= a and b <= end for start, end in one.content)


def _meets(one: Range | None, two: Range | None) -> bool:
    return one is not None and two is not None and one[0] < two[1] and two[0] < one[1]


def _within(one: Range | None, two: Range | None) -> bool:
    """Whether a cue is a part of another: "not be drawn on" of "would not be drawn on"."""
    if one is None or two is None or one == two:
        return False
    return two[0] <= one[0] and one[1] <= two[1]


_SENTENCE_END = re.compile(r"[.!?]\s")
_WORD_END = re.compile(r"[a-z]{4,}[.!?]\s")
_MARK = re.compile(r"[“”„\"«»]")


def _from_before(text: str, one: Tagged) -> bool:
    """Whether a head gives somebody the sentence before theirs, of which only a quotation would be
    theirs: "The ferry still runs. According to the port, traffic fell."."""
    named = [span[0] for span in (one.holder, one.cue) if span is not None]
    end = max(b for _, b in one.content)
    if not named or end > min(named):
        return False
    between = text[end : min(named)]
    return bool(_SENTENCE_END.search(between)) and not _MARK.search(text[end - 1 : min(named)])


def _of_another_sentence(text: str, one: Tagged) -> bool:
    """Whether a head gives a verb the subject of another sentence: "…, it says. The firm has
    offered 4%", "Sudan did not comment on it. An official said"."""
    if one.cue is not None and one.content[0][0] > one.cue[1]:
        between = text[one.cue[1] : one.content[0][0] + 1]
        if _WORD_END.search(between) and not _MARK.search(between):
            return True  # "…,” she points out. It is too early to say that …"
    if one.holder is None or one.cue is None:
        return False
    behind = one.holder[0] > one.cue[0]  # there a full stop may be a title's: "said U.S. Rep. Lee"
    between = text[min(one.holder[1], one.cue[1]) : max(one.holder[0], one.cue[0])]
    ends = (_WORD_END if behind else _SENTENCE_END).search(between)
    return bool(ends) and not _MARK.search(between)


_NO_SUBJECT = re.compile(
    r"that (?:(?:for the (?:first|last|second) time|at (?:last|once)|also|now|would|will|could) )*"
    r"(?!(?:is|was|does)\b)\w+s\s(?:the|an?|its|their|his|her)\b"
)


def _is_relative(text: str, one: Tagged) -> bool:
    """Whether a clause behind a noun only describes it: "an agreement that limits the number"."""
    if one.cue is None or any(w in CUES for w in text[slice(*one.cue)].lower().split()):
        return False
    return _NO_SUBJECT.match(text, one.content[0][0]) is not None


_POSTED = re.compile(r"(?:names?|named|dismiss(?:es|ed)?|appoint(?:s|ed)?|nominated)$")


def _is_post(text: str, one: Tagged) -> bool:
    """Whether somebody was only named to a post or dismissed from one."""
    cue = text[slice(*one.cue)] if one.cue else ""
    words = re.findall(r"[a-z]+", text[one.content[0][0] : one.content[0][1]].lower()[:60])
    return _POSTED.search(cue) is not None and not STAFF.isdisjoint(words[:5])


def _behind_as(text: str, one: Tagged) -> Tagged:
    """ "Crews to strike as firm says it cannot pay": what stands before "as" is not the firm's."""
    start = one.holder[0] if one.holder else 0
    if one.cue is None or one.cue[0] < start or not _AS.search(text[max(0, start - 9) : start]):
        return one
    behind = tuple(span for span in one.content if span[0] >= one.cue[1])
    return replace(one, content=behind) if behind else one


_ASKED = re.compile(rf"(?:^|[.!?\n]\s*){ASKED}[^.!?\n]{{0,80}}$")


def _without_question(text: str, one: Tagged) -> Tagged:
    """ "Asked whether they were on the way, he would only say that …": his words are the second."""
    kept = [(a, b) for a, b in one.content if not _ASKED.search(text[max(0, a - 100) : a])]
    return replace(one, content=tuple(kept)) if kept else one


def _in_one_sentence(text: str, one: Tagged) -> Tagged:
    """Contents without quotation marks end where the sentence of their verb does; before a
    quotation no whole sentence belongs to it."""
    kept = []
    for a, b in one.content:
        parts = [(s.start, s.end) for s in sentences(text, a, b)]
        at = one.cue[0] if one.cue else a
        mark = _MARK.search(text, a, b)
        if len(parts) > 1 and mark is None:
            a, b = parts[0] if at <= parts[0][1] else parts[-1]
        elif mark is not None:
            a = max(start for start, _ in parts if start <= mark.start())
        kept.append((a, b))
    return replace(one, content=tuple(kept))


_AS = re.compile(r"\s(?:as|while|after)\s(?:the\s)?$")


def _is_settled(line: Line, found: Sequence[Found]) -> bool:
    """A quotation and its reporting clause: there the rules are as good as always right."""
    if not found or any(f.rule not in _SETTLED or not all(f.quoted) for f in found):
        return False
    quoted = sum(b - a for f in found for a, b in f.content)
    return line.end - line.start - quoted < _CLAUSE


def tagged(found: Found) -> Tagged:
    """A find of the rules as a head reads it, with the confidence of its rule."""
    return Tagged(found.source, found.cue, found.content, precision(found.rule, found.lemma))
