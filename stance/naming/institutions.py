"""How far the name of an institution reaches: "the Department of Health and Human Services"."""

from __future__ import annotations

import re

from stance.almanac import MONTHS, WEEKDAYS
from stance.naming.names import INSTITUTION_WORDS, TITLES, WORD, bare, first_names
from stance.naming.places import actor
from stance.speech.cues import word_set

_OF_PART = re.compile(
    rf"\s(?:of|for|on)\s(?:the\s)?(?P<name>{WORD}(?:\s{WORD}){{0,3}}(?:,\s{WORD}(?:\s{WORD})?"
    rf"(?=,?\s(?:and|&)\s))*)"
)
_AND_PART = re.compile(rf",?\s(?:and|&)\s(?P<name>{WORD}(?:\s{WORD}){{0,3}})")
_BEFORE_AND = re.compile(rf"\b[Tt]he\s(?P<name>{WORD}(?:\s{WORD})?(?:,\s{WORD})?),?\s(?:and|&)\s$")


def institution_span(text: str, start: int, end: int) -> tuple[int, int]:
    """An institution's name with what belongs to it before and behind.

    >>> text = "the Securities and Exchange Commission of New Norland said"
    >>> text[slice(*institution_span(text, 19, 38))]
    'Securities and Exchange Commission of New Norland'
    """
    before = _BEFORE_AND.search(text, max(0, start - 60), start)
    if before and _is_part(before["name"]):
        start = before.start("name")
    for _ in range(2):
        of = _OF_PART.match(text, end)
        if (
            of is None
            or bare(of["name"].split()[0]) in _CALENDAR
            or (of.group().split()[0] != "of" and not by_field(text[start:end]))
        ):
            break
        end = of.end()
        if owner := _POSSESSIVE.search(of["name"]):  # "the Bank of England’s Ada Holm"
            return start, of.start("name") + owner.start()
        more = _AND_PART.match(text, end)
        if more and by_field(text[start:end]) and _is_part(more["name"]):
            end = more.end()
    return start, end - (2 if text[start:end].endswith(("’s", "'s")) else 0)


_POSSESSIVE = re.compile(r"(?:[’']s|(?<=s)[’'])\s")
_CALENDAR = frozenset((*MONTHS, *WEEKDAYS))
_FIELDS = word_set(
    """
    ministry department office committee commission institute institution council directorate
    bureau agency authority board secretariat association federation centre center court union
    chamber administration inspectorate faculty school society alliance movement campaign
    coalition fund foundation network forum front
    """
)


def by_field(name: str) -> bool:
    """Whether an institution is named for a field of work: "the Ministry of Health and Welfare"."""
    return bare(re.split(r"\sof\s|\sfor\s|\son\s", name)[0].split()[-1]) in _FIELDS


def _is_part(name: str) -> bool:
    """Whether what stands beside "and" belongs to a name, and is nobody of its own."""
    words = name.split()
    first = bare(words[0])
    whole = len(words) > 1 and bare(words[-1]) in INSTITUTION_WORDS
    person = first in first_names() or first in TITLES
    letters = len(words[0]) > 1 and words[0].isupper()
    return not (whole or person or letters or actor(name))
