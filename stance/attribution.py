"""Who says what: holders, cues and contents of every document.

:func:`attribute` reads documents and returns one :class:`~stance.types.Attribution` per statement.
Quotations come first, each becomes one token of its sentence; the grammar of reporting clauses
finds source, cue and content (:mod:`stance.speech`); the sources of the whole corpus are resolved
together (:mod:`stance.holders`), and copies of one quotation vote on their speaker
(:mod:`stance.copies`). :func:`passages` then gives every character of a document to one voice
(:mod:`stance.voice`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from stance.copies import vote
from stance.dates import find_dates
from stance.furniture import Line, lines
from stance.holders import Mention, resolve_holders
from stance.naming.joint import joint_names
from stance.naming.mentions import WRITINGS
from stance.naming.names import bare
from stance.naming.people import Holder
from stance.speech.answers import ANSWERED
from stance.speech.attitudes import ATTITUDE, FREE, TOPIC, TOPIC_DECLINED
from stance.speech.cues import cue_class_of, negated, polarity_of
from stance.speech.extraction import Found, Range, Reading, Tagged, find, from_spans
from stance.speech.headlines import HEADLINE
from stance.speech.interviews import TURN
from stance.speech.positions import POSITIONS
from stance.speech.precision import precision
from stance.speech.rules import CITED, RELAYED
from stance.text import sentences
from stance.types import Attribution, AttributionKind, Date, Document, Polarity, Span
from stance.utterances import last_day
from stance.voice import passages

__all__ = ["Reading", "Tagged", "Tagger", "attribute", "passages"]


Opinion = tuple[Sequence[float], Sequence[Tagged]]
"""How sure each find of the rules is now, 0 to drop it, and what they missed."""


class Tagger(Protocol):
    """A second opinion on texts, such as :class:`stance.inference.tagger.TokenHead`: one
    :data:`Opinion` for each :class:`Reading`."""

    def __call__(self, readings: Sequence[Reading], /) -> Sequence[Opinion]: ...


_BACKGROUND_DAYS = 45
_HELD: dict[str, Polarity] = {
    **POSITIONS,
    TOPIC: "asserts",
    TOPIC_DECLINED: "declines",
    ANSWERED: "denies",
}
_LABELLED = frozenset(("X: words", TURN, HEADLINE))
"""Rules whose speaker stands before a colon."""


def attribute(
    documents: Iterable[Document],
    *,
    aliases: Mapping[str, str] | None = None,
    tagger: Tagger | None = None,
) -> list[Attribution]:
    """All attributions of all documents, in reading order, holders resolved across the corpus.

    ``aliases`` maps any name to the holder it should count as. ``tagger`` is a second opinion on
    what the rules find; they stand alone without it. ``reason`` names the rule, or the token
    head, or both and whether they agree. No text raises.

    >>> text = "“It is safe,” Mayor Anna Lee said. Lee denied that it leaks."
    >>> for a in attribute([Document("d1", text, "Herald")]):
    ...     print(a.holder, a.cue, a.polarity, a.content[0].text, sep=" | ")
    Anna Lee | said | asserts | “It is safe,”
    Anna Lee | denied | denies | that it leaks
    """
    docs = list(documents)
    laid_out = [lines(d) for d in docs]
    found = [find(d, parts) for d, parts in zip(docs, laid_out, strict=True)]
    if tagger is not None:
        found = _with_tagger(docs, laid_out, found, tagger)
    found = [
        [one for f in group for one in _each(d.text, f)]
        for d, group in zip(docs, found, strict=True)
    ]
    mentions = [
        [
            Mention(
                *(f.antecedent or f.source or (f.content[0][0],) * 2),
                f.rule in _LABELLED,
                parts[f.line].kind == "headline",
            )
            for f in group
        ]
        for group, parts in zip(found, laid_out, strict=True)
    ]
    quoted = [[c for f in group for c in _spoken(f)] for group in found]
    skipped = [_unread(d.text, parts) for d, parts in zip(docs, laid_out, strict=True)]
    resolved = resolve_holders(docs, mentions, quoted, skipped, aliases=aliases)
    return vote(
        [
            attribution
            for document, group, holders in zip(docs, found, resolved, strict=True)
            for attribution in _attributions(document, group, holders)
        ]
    )


def _unread(text: str, laid_out: Sequence[Line]) -> list[Range]:
    """Where nobody is introduced: page furniture, headlines and the datelines before paragraphs."""
    unread, before = [], 0
    for part in laid_out:
        if part.kind in ("furniture", "headline"):
            unread.append((part.start, part.end))
        elif text[before : part.start].strip():
            unread.append((before, part.start))
        before = part.end
    return unread


def _each(text: str, found: Found) -> list[Found]:
    """One report per speaker: "Anna Lee and Bo Chan said" is a statement of both."""
    if found.source is None or found.antecedent is not None:
        return [found]
    start, end = found.source
    names = joint_names(text[start:end], text)
    return [replace(found, antecedent=(start + a, start + b)) for a, b in names] or [found]


def _spoken(found: Found) -> list[Range]:
    return [c for c, quoted in zip(found.content, found.quoted, strict=True) if quoted]


def _attributions(
    document: Document, found: Sequence[Found], holders: Sequence[Holder | None]
) -> Iterable[Attribution]:
    speakers = _speakers(found, holders)
    for item, holder in zip(found, speakers, strict=True):
        if holder is None or _is_record(item, holder) or _is_asked(document.text, item):
            continue
        yield _attribution(document, item, holder)


_ASKED_OF = re.compile(r"(?:\w+\s)*(?:was|were|is|are|been|being|when|if)\s(?:\w+ly\s)?asked\b")


def _is_asked(text: str, item: Found) -> bool:
    """What somebody is asked is nobody's statement: "Asked whether it would hold, Lee said"."""
    cue = text[slice(*item.cue)] if item.cue else ""
    return cue.startswith("Asked") or _ASKED_OF.match(cue) is not None


def _is_record(item: Found, holder: Holder) -> bool:
    """Where a report was read: "“We will not blink,” Lee said, according to a transcript"."""
    nobody = holder.name.startswith("unnamed ") and item.rule == RELAYED
    return nobody and bool(WRITINGS & {bare(word) for word in holder.name.split()})


def _speakers(found: Sequence[Found], holders: Sequence[Holder | None]) -> list[Holder | None]:
    """The holder of every report; a quotation without a cue takes its neighbour's.

    One that its paragraph leaves open is said by whoever closes it in the next paragraph, one
    that follows a speaker's words by that speaker, any other by the person last spoken of.
    """
    speakers = [
        h if item.source or item.antecedent else None
        for item, h in zip(found, holders, strict=True)
    ]
    for k in range(len(found) - 2, -1, -1):
        after = found[k + 1]
        opens_next = after.opens_line and after.line == found[k].line + 1 and any(after.quoted)
        if found[k].source is None and found[k].unclosed and opens_next:
            speakers[k] = speakers[k + 1]
    for k, item in enumerate(found):
        if item.source is None and item.antecedent is None and speakers[k] is None:
            follows = k > 0 and _goes_on(found[k - 1], item)
            speakers[k] = speakers[k - 1] if follows else holders[k]
    return speakers


def _goes_on(before: Found, item: Found) -> bool:
    """A quotation without a cue belongs to who spoke before it, at most one paragraph away."""
    if item.line == before.line:
        return True
    if item.line != before.line + 1 or not item.opens_line:
        return False
    return item.fills_line or before.unclosed


def _attribution(document: Document, item: Found, holder: Holder) -> Attribution:
    text = document.text
    cue = text[slice(*item.cue)] if item.cue else None
    date = _statement_date(document, item)
    confidence = item.probability or precision(item.rule, item.lemma)
    return Attribution(
        doc_id=document.id,
        kind=_kind(item),
        holder=holder.name,
        holder_type=holder.holder_type,
        affiliation=holder.affiliation,
        holder_start=item.source[0] if item.source else None,
        holder_end=item.source[1] if item.source else None,
        cue=cue,
        cue_start=item.cue[0] if item.cue else None,
        cue_end=item.cue[1] if item.cue else None,
        content=tuple(Span(a, b, text[a:b]) for a, b in item.content),
        confidence=round(confidence * holder.certain, 3),
        reason=f"{item.rule}; token head {item.opinion}" if item.opinion else item.rule,
        polarity=_polarity(text, item, cue),
        cue_class=cue_class_of(cue or "", item.lemma),
        background=_is_background(document, item, cue, date),
        statement_date=date,
    )


def _polarity(text: str, item: Found, cue: str | None) -> Polarity:
    """What somebody quotes they assert, and what they put before their verb, even where the verb
    is "disagreed" or "objected"; not where the verb is negated ("whether it is, she did not say").
    """
    if cue is None or all(item.quoted):
        return "asserts"
    if item.rule in _HELD:
        return _HELD[item.rule]
    behind = [c for c in item.content if item.cue and c[0] >= item.cue[0]]
    polarity = polarity_of(cue, item.lemma, text[slice(*(behind or item.content)[0])])
    told_first = not behind or not item.rule.startswith("X ")
    told_first = told_first and item.cue is not None and item.content[0][0] < item.cue[0]
    return "asserts" if told_first and polarity == "denies" and not negated(cue) else polarity


def _declines(text: str, item: Found) -> bool:
    cue = text[slice(*item.cue)] if item.cue else None
    return _polarity(text, item, cue) == "declines"


def _kind(item: Found) -> AttributionKind:
    if all(item.quoted):
        return "mixed" if item.rule == RELAYED else "direct"
    return "mixed" if item.mixed else "indirect"


_DATE_HINT = re.compile(
    r"\d|day\b|(?:last|this|earlier|previous) |ago\b|[A-Z][a-z]+(?:uary|ember|ober|ust)\b"
    r"|\b(?:March|April|May|June|July)\b"
)
_LONG_AGO = re.compile(
    r"\b(?:previously|years? (?:ago|earlier)|in the past|back then|at the time)\b"
)


def _statement_date(document: Document, item: Found) -> Date | None:
    """The date in the reporting clause: the sentence without what is said and without asides."""
    if document.date is None:
        return None
    for piece in _reporting_words(document.text, item):
        if _DATE_HINT.search(piece) and (dates := find_dates(piece, document.date)):
            return dates[0][1]
    return None


_ASIDE = re.compile(
    r"\b(?:who|which|whose|where|when|after|before|since)\b[^,]*|,\s(?:\w+ly\s)?\w+ing\b.*"
)


def _reporting_words(text: str, item: Found) -> list[str]:
    """What stands around the cue, then what opens the sentence; contents and asides left out."""
    if item.cue is None:
        return []
    start, end = item.sentence
    at = item.cue[0]
    left = max((b for _, b in item.content if b <= at), default=start)
    right = min((a for a, _ in item.content if a >= at), default=end)
    opening = min((a for a, _ in item.content), default=end)
    pieces = [text[left:right]]
    if opening > start and left > start:
        pieces.append(text[start:opening])
    return [_ASIDE.sub("", piece) for piece in pieces]


def _is_background(document: Document, item: Found, cue: str | None, date: Date | None) -> bool:
    """Told as history: dated well before the document, or reported in the pluperfect."""
    if cue and re.match(r"had\s", cue):
        return True
    if any(_LONG_AGO.search(piece) for piece in _reporting_words(document.text, item)):
        return True
    if date is None or document.date is None:
        return False
    # From the last day it can mean, so that "this year" is never long ago.
    return (document.date.start - last_day(date)).days > _BACKGROUND_DAYS


def rule_finds(document: Document) -> list[Tagged]:
    """What the rules find in one document, with the confidence of each rule.

    >>> rule_finds(Document("d", "Anna Lee said that it leaks.", "Herald"))[0].content
    ((14, 27),)
    """
    return [_tagged(f) for f in find(document, lines(document))]


def _tagged(found: Found) -> Tagged:
    return Tagged(found.source, found.cue, found.content, precision(found.rule, found.lemma))


_TWO_VOICES = frozenset((RELAYED, CITED))
"""Rules for one of two who have the same words, of whom a head knows one."""
_UNTAUGHT = _TWO_VOICES | POSITIONS.keys() | {ANSWERED, ATTITUDE, FREE, HEADLINE}
_UNTAUGHT |= {TOPIC, TOPIC_DECLINED}
"""Rules a head is not asked about: what it was taught on marks no such contents."""
_SETTLED = frozenset(("quote, X said", "quote, said X", "X said quote", "continued", TURN))
_CLAUSE = 130  # characters beside a quotation that a plain reporting clause may have


def _with_tagger(
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
        readings.append(Reading(document.text, [_tagged(f) for f in asked[-1]], spans))
    opinions = tagger(readings)
    return [
        _settled(document.text, lines_, group, about, reading, opinion)
        for document, lines_, group, about, reading, opinion in zip(
            documents, laid_out, found, asked, readings, opinions, strict=True
        )
    ]


def _untaught(laid_out: Sequence[Line], found: Found) -> bool:
    label = found.rule in _LABELLED and laid_out[found.line].kind == "headline"
    return label or found.rule in _UNTAUGHT


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
    answers = [f for f in kept if f.rule == ANSWERED]
    answered = {f.sentence for f in answers}
    for f, rule, p in zip(asked, reading.found, sure, strict=True):
        if p == 0 and f.sentence in answered:
            kept.append(replace(f, opinion="doubts"))  # the head may mix up who said and who denies
        elif p > 0:
            kept.append(
                replace(f, probability=p, opinion="agrees" if p >= rule.probability else "doubts")
            )
        elif _declines(text, f):  # a refusal is none of the contents a head was taught
            kept.append(replace(f, opinion="doubts"))
    cut = [_in_one_sentence(text, one) for one in added]
    cues = {f.cue for f in kept if f.cue is not None}
    kept += [
        from_spans(text, laid_out, _behind_as(text, one))
        for one, whole in zip(cut, added, strict=True)
        if not _from_before(text, one)
        and not (one != whole and one.cue in cues)
        and not _of_another_sentence(text, one)
        and not any(_meets(one.holder, a.source) for a in answers)
    ]
    return sorted(kept, key=lambda f: f.content[0][0])


def _meets(one: Range | None, two: Range | None) -> bool:
    return one is not None and two is not None and one[0] < two[1] and two[0] < one[1]


_SENTENCE_END = re.compile(r"[.!?]\s")
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
    """Whether a head gives a verb the subject of the sentence before: "…, it says. The firm has
    offered 4%"."""
    if one.holder is None or one.cue is None or one.cue[0] < one.holder[1]:
        return False
    between = text[one.holder[1] : one.cue[0]]
    return bool(_SENTENCE_END.search(between)) and not _MARK.search(between)


def _behind_as(text: str, one: Tagged) -> Tagged:
    """ "Crews to strike as firm says it cannot pay": what stands before "as" is not the firm's."""
    start = one.holder[0] if one.holder else 0
    if one.cue is None or one.cue[0] < start or not _AS.search(text[max(0, start - 9) : start]):
        return one
    behind = tuple(span for span in one.content if span[0] >= one.cue[1])
    return replace(one, content=behind) if behind else one


def _in_one_sentence(text: str, one: Tagged) -> Tagged:
    """Contents without quotation marks end where the sentence of their verb does."""
    kept = []
    for a, b in one.content:
        parts = [(s.start, s.end) for s in sentences(text, a, b)]
        at = one.cue[0] if one.cue else a
        if len(parts) > 1 and not _MARK.search(text[a:b]):
            a, b = parts[0] if at <= parts[0][1] else parts[-1]
        kept.append((a, b))
    return replace(one, content=tuple(kept))


_AS = re.compile(r"\s(?:as|while|after)\s(?:the\s)?$")


def _is_settled(line: Line, found: Sequence[Found]) -> bool:
    """A quotation and its reporting clause: there the rules are as good as always right."""
    if not found or any(f.rule not in _SETTLED or not all(f.quoted) for f in found):
        return False
    quoted = sum(b - a for f in found for a, b in f.content)
    return line.end - line.start - quoted < _CLAUSE
