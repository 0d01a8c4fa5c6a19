"""Which lines of a document are headline, caption, body, and which are page furniture.

Furniture is told by shape, not by a list of sites: short lines without a sentence, imperative
calls to the reader, addresses, another script, and everything after the story has ended.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from stance.text import paragraphs
from stance.types import Document

LineKind = Literal["body", "headline", "caption", "furniture"]


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the document and what it is; ``start`` skips a date prefix or dateline."""

    start: int
    end: int
    kind: LineKind


_PREFIX = re.compile(r"\s*date \d{4}-\d{2}-\d{2}\s+|\s*---\n.*?\n---\s*\n", re.S)
_DATELINE = re.compile(
    r"(?:[A-Z][A-Z.’' -]+(?:,\s[A-Z][\w.]+(?:\s[A-Z][\w.]+)?)*|[A-Z][\w’-]+(?:\s[A-Z][\w’-]+)?)"
    r"(?:,\s(?:\w+\.?\s\d{1,2}|\d{1,2}\s\w+)(?:,?\s\d{4})?)?\s*(?:\([\w\s./-]{2,30}\))?\s*[—–]+\s+"
    r"|[A-Z][A-Z.’' -]{2,}(?:,\s[A-Z][\w.]+)?(?:,?\s(?:\w+\.?\s\d{1,2}|\d{1,2}\s\w+)\.?)?"
    r"\s(?:\([A-Z][\w. ]{1,18}\)|/[A-Z][\w. ]{1,15}/)\.?\s*(?:[-—–]+\s*)?"
    r"|[A-Z][A-Z.’' ]{3,}(?:,\s[A-Z][\w.]+)?\s-{1,2}\s"
    r"|[A-Z][A-Z.’' ]{2,}(?:,\s[A-Z][\w.]+)?,\s(?:\w+\.?\s\d{1,2}|\d{1,2}\s\w+)\s-+\s"
    r"|[A-Z][\w’-]+(?:\s[A-Z][\w’-]+)?(?:,\s[A-Z]\w+)?\s\((?:AP|AFP|CNN|Reuters|TASS|dpa|DPA|UPI|"
    r"PTI|ANI|Xinhua|EFE|ANSA|Bloomberg|BBC)\)\s*(?:[-—–]+\s*)?"
)
_CITY = re.compile(r"(?:[A-Z]{4,}|[A-Z]{3,}(?: [A-Z]{3,}){1,2}): (?=[A-Z“\"‘])", re.MULTILINE)
"""A city before a colon, as Indian papers put it; in a transcript many lines begin like that."""
_SENTENCE_END = re.compile(r"[.!?…][”\"’'»)\]]*$")
_TERMINAL = re.compile(r"[.!?…:;,—–-][”\"’'»)\]]*$")
_TALK_TO_READER = re.compile(
    r"\b(?:your|you)\b.{0,60}"
    r"\b(?:e-?mail|inbox|newsletters?|comments?|browser|account|password)\b"
    r"|\b(?:subscribe|sign up|log in|sign in|register|unsubscribe|get notified)\b"
    r"|^(?:click|tap) (?:here|to)\b"
    r"|^(?:read|see|view|watch|share|load|show) (?:more|also|all|next)\b"
    r"|^(?:leave|post|write|add) an? (?:reply|comment)\b"
    r"|^(?:share|follow|like|print|tweet|email)(?: (?:this|us|on|via|with|to)\b.*)?$"
    r"|\ball rights reserved\b|©|^(?:advertisement|sponsored)\b"
    r"|^(?:related|recommended|trending|most (?:read|viewed|popular)|popular|suggested|top|latest)"
    r"(?: (?:articles?|stories|posts?|news|topics?|content|videos?))?:?$"
    r"|^(?:more (?:on|from|in)|explore more)\b[^.!?]{3,40}$|^(?:also read|read also|see also)\b"
    r"|^skip to \w+|^accept (?:all )?cookies\b|^our standards:"
    r"|^you (?:may|might) (?:also )?(?:like|enjoy)\b|^(?:tags?|filed under|categories|topics):"
    r"|\b(?:cookies?|privacy) policy\b|^required fields\b",
    re.I,
)
_CAPTION_OPEN = re.compile(
    r"^(?:[A-Z][\w’-]+(?:\s[A-Z][\w’-]+)?\s[-–—]\s|\(?(?:photo|image|video|file)\b)", re.I
)
_CAPTION_END = re.compile(
    r"(?:,\s(?:\w+\s\d{1,2},\s\d{4}|\d{1,2}\s\w+\s\d{4}|on \w+ \d{1,2}(?:, \d{4})?)\.?$"
    r"|\((?:photo|image|file|ap|reuters|afp|getty)\b[^)]*\)\.?$|/(?:AP|AFP|Reuters|Getty)\b)",
    re.I,
)
_CREDIT = re.compile(  # whose picture it is: "[File: Ada Holm/The Ledger]", "LEDGER/Ada Holm"
    r"[\[(](?i:file|photo|image|courtesy|credit|picture)\b[^\])]*[\])]\.?$|^\[\d+/\d+\]"
    r"|^(?:Getty Images|(?i:image|photo|picture) (?:source|credit|by)\b)|\s©\s[^.]{2,60}$"
    r"|\b[A-Z]{3,}/[A-Z][\w’-]+ [A-Z][\w’-]+"
)
_BYLINE = re.compile(
    r"^(?i:by|words by|written by|posted by|text by|(?:additional )?reporting by|editing by)"
    r"\s(?:[A-Z@]|\w+ on [A-Z])"
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_DAY = r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?"
_STAMP = re.compile(  # when it was put on the page, and nothing else
    rf"^(?=\D{{0,40}}\d)(?:\b(?:{_MONTH}|{_DAY}|first|last|published|updated|posted|modified|issued"
    r"|on|at|am|pm|a\.m|p\.m|ago|min(?:ute)?s?|hours?|days?|weeks?|read|[a-z]?[a-z][sdm]?t|utc"
    r"|\d+(?:st|nd|rd|th)?)\b|[\s,.:·|+/()T-])+$",
    re.I,
)
_AMENDED = re.compile(
    r"\W*(?:(?:this|the) (?:article|story|piece|report|page|post|headline)(?: and its headline)?"
    r" (?:was|has been|is being) (?:amended|corrected|updated|edited|changed|clarified)\b"
    r"|an earlier version of this (?:article|story|piece|report|post)\b"
    r"|(?:correction|clarification|editor[’']s note):)",
    re.I,
)
_LETTER = re.compile(r"[^\W\d_]")
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")
_LIST_MARK = re.compile(r"\s[·•|»›>]\s")
_TEASER_END = re.compile(r"(?:…|\.\.\.)$")


def lines(document: Document) -> list[Line]:
    """Every paragraph of the document with its kind, in order.

    >>> doc = Document("d", "Lee Resigns\\n\\nAnna Lee resigned.\\n\\nLeave a Reply", "Herald")
    >>> [line.kind for line in lines(doc)]
    ['headline', 'body', 'furniture']
    """
    text = document.text
    prefix = _PREFIX.match(text)
    first = prefix.end() if prefix else 0
    spans = [(max(p.start, first), p.end) for p in paragraphs(text) if p.end > first]
    texts = [text[a:b] for a, b in spans]
    title = _folded(document.title or "")
    script = _script(text[:2000])
    seen = Counter(texts)
    body = [_is_prose(t) for t in texts]
    last = max((i for i, prose in enumerate(body) if prose), default=-1)
    ended = _story_end(texts, last)
    kinds: list[Line] = []
    one_city = sum(_CITY.match(t) is not None for t in texts) == 1
    headline_open = True
    for i, ((a, b), line) in enumerate(zip(spans, texts, strict=True)):
        kind: LineKind = "body"
        if (
            i >= ended
            or (len(line) < 160 and _TALK_TO_READER.search(line))
            or _is_link_list(line)
            or _is_page_note(line)
            or (script and _script(line[:200]) not in ("", script))
        ):
            kind = "furniture"
        elif title and len(line) < 2 * len(title) and _folded(line) == title:
            kind = "headline"
        elif (seen[line] > 1 and _is_captionlike(line, strict=False)) or _is_captionlike(line):
            kind = "caption"
        elif not _SENTENCE_END.search(line[-5:]) and len(line) < 200 and not _quotes_speech(line):
            if headline_open and len(line.split()) > 1:
                kind = "headline"
            elif len(line.split()) <= 3 or (not _TERMINAL.search(line[-5:]) and len(line) < 60):
                kind = "furniture" if not headline_open and len(line.split()) <= 3 else "headline"
        if kind == "body" and _is_prose(line):
            headline_open = False
            dateline = _DATELINE.match(line) or (one_city and _CITY.match(line))
            if dateline:
                a += dateline.end()
        kinds.append(Line(a, b, kind))
    return kinds


def _is_prose(line: str) -> bool:
    return (
        len(line.split()) >= 6
        and bool(_SENTENCE_END.search(line[-5:]))
        and not _TEASER_END.search(line[-5:])
    )


def _is_link_list(line: str) -> bool:
    """Navigation and teasers in one line: pieces between list marks, and no sentence end."""
    marks = len(_LIST_MARK.findall(line))
    short = marks == 1 and len(line.split()) <= 6
    return (marks >= 2 or short) and not _SENTENCE_END.search(line[-5:])


def _is_page_note(line: str) -> bool:
    """Who wrote it and when it was put there, in a line of its own."""
    if _AMENDED.match(line):
        return True
    if len(line) > 160:
        return False
    names = _BYLINE.match(line) and not (_is_prose(line) or "”" in line or '"' in line)
    return bool(names or _STAMP.match(line))


def _story_end(texts: list[str], last: int) -> int:
    """Index of the first line after the story: a call to the reader that no prose follows."""
    for i, line in enumerate(texts):
        if len(line) < 60 and _TALK_TO_READER.search(line):
            rest = [t for t in texts[i + 1 :] if _is_prose(t) and not _TALK_TO_READER.search(t)]
            before = sum(len(t) for t in texts[:i] if _is_prose(t))
            if before and sum(map(len, rest)) < 0.25 * before:
                return i
    return len(texts)


def _is_captionlike(line: str, strict: bool = True) -> bool:
    if len(line) > 300 or line.count(". ") > 2:
        return False
    if _CREDIT.search(line) and not _quotes_speech(line):
        return True
    opens, ends = bool(_CAPTION_OPEN.match(line)), bool(_CAPTION_END.search(line))
    return opens and ends if strict else opens or ends or len(line) < 300


def _quotes_speech(line: str) -> bool:
    if len(line) < 50 and line[:1] in "“\"‘'" and line[-1:] in "”\"’'" and line[-2:-1].isalnum():
        return False  # a few quoted words above a part of the story
    return line[:1] in "“\"‘«„'" or line[-1:] in '”"»'


def _folded(line: str) -> str:
    return re.sub(r"\W+", " ", line).strip().casefold()


def _script(line: str) -> str:
    """Name of the writing system most letters of ``line`` belong to; empty without letters."""
    if line.isascii():
        return "LATIN" if _LETTER.search(line) else ""
    letters = len(_LETTER.findall(line))
    foreign = _NOT_LATIN.findall(line)
    if 2 * len(foreign) <= letters:
        return "LATIN" if letters else ""
    return unicodedata.name(Counter(foreign).most_common(1)[0][0], "?").split()[0]
