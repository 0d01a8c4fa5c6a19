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

from stance.copies import vote
from stance.dates import find_dates
from stance.furniture import Line, lines
from stance.holders import Mention, resolve_holders
from stance.markup import as_written, unmarked
from stance.naming.joint import joint_names
from stance.naming.mentions import WRITINGS
from stance.naming.names import bare
from stance.naming.people import Holder
from stance.naming.places import actor
from stance.secondopinion import LABELLED, Opinion, Tagger, tagged, with_tagger
from stance.speech.cues import ASKED, cue_class_of
from stance.speech.extraction import Found, Range, Reading, Tagged, find
from stance.speech.polarity import polarity
from stance.speech.precision import precision
from stance.speech.rules import RELAYED
from stance.types import Attribution, AttributionKind, Date, Document, Span
from stance.utterances import last_day
from stance.voice import passages

__all__ = ["Opinion", "Reading", "Tagged", "Tagger", "attribute", "passages"]


_BACKGROUND_DAYS = 45


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
    written = list(documents)
    docs = [unmarked(document) for document in written]
    laid_out = [lines(d) for d in docs]
    found = [find(d, parts) for d, parts in zip(docs, laid_out, strict=True)]
    if tagger is not None:
        found = with_tagger(docs, laid_out, found, tagger)
    found = [
        [one for f in group for one in _each(d.text, f)]
        for d, group in zip(docs, found, strict=True)
    ]
    mentions = [
        [
            Mention(
                *(f.antecedent or f.source or (f.content[0][0],) * 2),
                f.rule in LABELLED,
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
            replace(attribution, content=tuple(as_written(attribution.content, original.text)))
            for original, document, parts, group, holders in zip(
                written, docs, laid_out, found, resolved, strict=True
            )
            for attribution in _attributions(document, parts, group, holders)
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
    document: Document,
    laid_out: Sequence[Line],
    found: Sequence[Found],
    holders: Sequence[Holder | None],
) -> Iterable[Attribution]:
    speakers = _speakers(found, holders)
    told = [laid_out[item.line].kind != "headline" for item in found]
    heard = [h for h, body in zip(speakers, told, strict=True) if h and body]
    for item, holder, body in zip(found, speakers, told, strict=True):
        if holder is None or _is_record(item, holder) or _is_asked(document.text, item):
            continue
        if not body and item.rule in LABELLED and _is_topic(document.text, item, holder, heard):
            continue
        yield _attribution(document, item, holder)


_ASKED_OF = re.compile(r"(?:\w+\s)*(?:was|were|is|are|been|being|when|if)\s(?:\w+ly\s)?asked\b")


def _is_topic(text: str, item: Found, holder: Holder, heard: Sequence[Holder]) -> bool:
    """ "Thames Water: owners pull the plug": whom a headline names for its topic, and the story
    does not hear. A person speaks; so does a country, if no person of the story is told of
    ("Norland: Holm sacks cabinet")."""
    if holder.words or not heard or holder.name in {h.name for h in heard}:
        return False
    first = text[item.content[0][0] :].split(maxsplit=1)[0]
    return not actor(holder.name) or first in {h.words[-1] for h in heard if h.words}


_IN_QUESTION = re.compile(rf"(?:^|[.!?]\s|\n)\s*{ASKED}[^.?!,\n]*$")
_UNNAMED = re.compile(
    r"(?:not to be|to (?:remain|stay)|that (?:his|her|their) names? not be) "
    r"(?:further |publicly )?(?:named|identified|quoted|anonymous|used|published)"
)


def _is_asked(text: str, item: Found) -> bool:
    """What somebody is asked is nobody's statement: "Asked whether it would hold, Lee said"; nor
    is that a speaker asks not to be named."""
    cue = text[slice(*item.cue)] if item.cue else ""
    if item.content and _UNNAMED.match(text, item.content[0][0]):
        return True
    if item.cue and _IN_QUESTION.search(text[max(0, item.cue[0] - 200) : item.cue[0]]):
        return True
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
        polarity=polarity(text, item, cue),
        cue_class=cue_class_of(cue or "", item.lemma),
        background=_is_background(document, item, cue, date),
        statement_date=date,
    )


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
    return [tagged(f) for f in find(document, lines(document))]
