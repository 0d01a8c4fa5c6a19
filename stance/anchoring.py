"""A statement in the claim's own words for a thing and a day: "the plant" of a desalination plant,
"in September" of September 2022.

News names a thing in full once and then says "the plant", and it never says the year. A pair model
reads one passage and cannot know which plant, or which September; it answers neutral. Where the
document itself names the claim's plant, and no other one in between, the bare phrase is said in the
claim's words; where a claim has a year, dates are said with theirs, reckoned from the document's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial

from stance.bounds import in_bounds
from stance.dates import find_dates, in_words, names_month
from stance.quantities import CalendarDate, dates
from stance.types import Date, Document

_SMALL = frozenset(
    "a about after against an and any are as at be been before because between but by can cannot "
    "could did do does during every for from had has have he her his if in into is it its may "
    "might more most must no not of off on or our out over she should so some such than that the "
    "their these they this those to under until up was we were what when where which while who "
    "will with without would you your".split()
)
_DETERMINER = (
    r"(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|[Hh]is|[Hh]er|[Oo]ur|[Tt]h(?:is|at)|[A-Z][\w-]*[’']s?)"
)
_WORD = r"[^\W\d_][\w’'-]*"
_NAME = r"[A-Z][\w’-]+"
_OF_NAME = re.compile(
    rf"\b(?P<head>[a-z][\w-]+) (?:of|in|for|on|between|with) "
    rf"(?P<name>(?:the )?{_NAME}(?: {_NAME})*|the [a-z][\w-]+)"
)
_MODIFIED = re.compile(
    rf"\b{_DETERMINER} (?P<words>(?:{_WORD} ){{1,4}}?)(?P<head>{_WORD})"
    rf"(?=\W*$|[,;:] | (?:{'|'.join(sorted(_SMALL))})\b| \w+ed {_DETERMINER}\b)"
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_REST = re.compile(r"(?:\s?[-–]\s?\d{1,2}\b)?(?:[’']s\b)?")
"""What still belongs to a date in a text: "September 13-14", "Tuesday's"."""
_TO_COME = re.compile(
    r"\b(?:will|would|shall|going to|plan\w* to|due to|set to|expected to)\b|[’']ll\b"
)
_UP_TO = re.compile(r"\b(?:by|until|before|ahead of)\s+(?:the\s+)?$", re.IGNORECASE)
_AFTER = r"(?!\s+(?:of|for|in|on|between|with|that|which|who|whose|to)\b)(?![-’'])"
"""What follows a bare phrase must not say more of it: "the plant in Dunmore" is another one."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """A noun phrase of a claim: ``full`` as the claim says it, ``bare`` finds its short form."""

    full: str
    head: str
    said: re.Pattern[str]
    bare: re.Pattern[str]


def in_claims_words(text: str, claim: str, document: Document, place: int) -> str:
    """``text``, which stands at ``place`` in ``document``, :func:`anchored`, with its times as the
    claim says them (:func:`stance.bounds`), and :func:`dated`.
    """
    full = in_bounds(anchored(text, claim, document, place), claim, document.date)
    return dated(full, claim, document.date)


def anchored(text: str, claim: str, document: Document, place: int | None = None) -> str:
    """``text`` with bare noun phrases in the fuller words that ``claim`` has for them.

    ``document`` is where the text stands, ``place`` its offset there: headline or text must name
    the thing in full, and the last thing of its kind named in full before ``place``, if any is,
    must be it.

    >>> story = Document("d", "The desalination plant divides the council.", "The Post")
    >>> anchored("Ann Lee will vote for the plant.", "The desalination plant is safe.", story)
    'Ann Lee will vote for the desalination plant.'
    >>> anchored("It is the plant in Dunmore.", "The desalination plant is safe.", story)
    'It is the plant in Dunmore.'
    """
    for thing in _things(claim):
        if not thing.bare.search(text) or thing.full.casefold() in text.casefold():
            continue
        if _named(thing, document) and not _other(thing, document.text[:place]):
            text = thing.bare.sub(partial(_put, full=thing.full), text)
    return text


def dated(text: str, claim: str, published: Date | None) -> str:
    """``text`` with the years of its dates, as a reader of the day it appeared understood them.

    Only dates that lie in one of the claim's, or in its month of another year: other years would
    only invite a model to compare what has nothing to do with each other. And not of what is to
    come: "on Tuesday" and "until March" are then other days.

    >>> from stance.dates import parse_date
    >>> day = parse_date("2022-10-12")
    >>> dated("It was attacked on September 13-14.", "It was attacked in 2022.", day)
    'It was attacked on September 13-14, 2022.'
    >>> dated("They met last month.", "They met in September 2022.", day)
    'They met last month (September 2022).'
    """
    if published is None or not _YEAR.search(claim) or _TO_COME.search(text):
        return text
    asked = dates(claim)
    for span, date in reversed(find_dates(text, published)):
        if not any(_near(date, one) for one in asked):
            continue
        ahead = _UP_TO.search(text[: span.start]) or span.text.casefold().startswith("until")
        if ahead or _YEAR.search(span.text):
            continue
        rest = _REST.match(text, span.end)
        end = rest.end() if rest else span.end
        year = f"{',' * (date.precision == 'day')} {date.start.year}"
        added = year if names_month(span.text) else f" ({in_words(date)})"
        text = f"{text[:end]}{added}{text[end:]}"
    return text


def _near(date: Date, asked: CalendarDate) -> bool:
    """Whether a date lies in one that a claim has, or in its month of any year."""
    month = None if date.precision == "year" else date.start.month
    if asked.month is not None and asked.month == month:
        return True
    return asked.year == date.start.year and (asked.month is None or month is None)


def _named(thing: _Thing, document: Document) -> bool:
    return bool(thing.said.search(document.text) or thing.said.search(document.title or ""))


def _put(m: re.Match[str], full: str) -> str:
    first = m[1] if m[1].lower() in ("a", "an", "any") else "the"
    return f"{first.capitalize() if m[1][0].isupper() else first} {full}"


@lru_cache(maxsize=4096)
def _things(claim: str) -> tuple[_Thing, ...]:
    """The noun phrases of a claim that a document may say for short."""
    found: dict[str, _Thing] = {}
    for m in _OF_NAME.finditer(claim):
        if m["head"] not in _SMALL:
            name = re.escape(m["name"].removeprefix("the "))
            found.setdefault(m["head"], _thing(m[0], m["head"], rf"\b{name}\b"))
    for m in _MODIFIED.finditer(claim):
        words = m["words"].split()
        if m["head"].casefold() in _SMALL or any(w.casefold() in _SMALL for w in words):
            continue
        said = r"\s+".join([*map(re.escape, words), _forms(m["head"])])
        found.setdefault(m["head"], _thing(f"{m['words']}{m['head']}", m["head"], rf"\b{said}\b"))
    return tuple(found.values())


def _thing(full: str, head: str, said: str) -> _Thing:
    named = re.search(rf"[A-Z].*\b{re.escape(head)}$", full)  # a bridge is no Kestrel Bridge
    words = "the|this|that|these|those" + ("" if named else "|an?|any")
    bare = rf"\b({words})\s+{re.escape(head)}\b{_AFTER}"
    return _Thing(full, head, re.compile(said, re.IGNORECASE), re.compile(bare, re.IGNORECASE))


def _forms(head: str) -> str:
    """The word in singular and plural, as a pattern."""
    return rf"{re.escape(head.removesuffix('s'))}(?:s|es)?"


def _other(thing: _Thing, before: str) -> bool:
    """Whether the last thing of this kind that ``before`` names in full is another one."""
    kinds = re.finditer(rf"\b({_WORD})\s+{_forms(thing.head)}\b", before, re.IGNORECASE)
    last = next((m for m in reversed(list(kinds)) if m[1].casefold() not in _SMALL), None)
    return last is not None and not thing.said.search(before[max(0, last.start() - 60) :])
