"""Several names that speak as one: "Anna Lee and Bo Chan", "the ministry and the bank"."""

from __future__ import annotations

import re

from stance.naming.institutions import institution_span
from stance.naming.names import TITLES, WORD, bare, is_institution, runs
from stance.naming.places import actor

Range = tuple[int, int]

_PART = (
    rf"(?:[Tt]he\s)?{WORD}(?:\s(?:(?:of|the|for)\s){{0,2}}{WORD})*"
    r"(?:\s(?:states|countries|islands|republics|governments|ministries))?"
)
_JOINT = re.compile(rf"{_PART}(?:,\s{_PART}){{0,3}},?\s(?:and|&)\s{_PART}")
_OFFICE = re.compile(
    rf"[Tt]he\s(?:{'|'.join(sorted(map(re.escape, TITLES)))})\s(?:of|for)\s", re.IGNORECASE
)
_TIE = re.compile(r",?\s(?:and|&)\s|,\s")


def joint_names(phrase: str, text: str) -> list[Range]:
    """Where each name of a joint subject stands in ``phrase``; empty where it is one name.

    A single word is a name of its own if ``text`` has it as somebody's surname.

    >>> phrase = "Ministers Anna Lee and Bo Chan"
    >>> [phrase[a:b] for a, b in joint_names(phrase, phrase)]
    ['Anna Lee', 'Bo Chan']
    >>> joint_names("The Food and Seed Commission", "")
    []
    """
    whole = phrase.strip(" ,")
    if not _JOINT.fullmatch(whole) or actor(whole):
        return []
    last = runs(whole)[-1]
    ties = list(_TIE.finditer(whole))
    if institution_span(whole, *last)[0] < ties[-1].end() <= last[0]:
        return []  # "the Food and Seed Commission"
    cuts = [0, *(tie.end() for tie in ties)]
    ends = [*(tie.start() for tie in ties), len(whole)]
    if any(institution_span(whole, *run)[1] > ends[0] for run in runs(whole, 0, ends[0])):
        return []  # "the Department of Ports and Waters"
    if any(_OFFICE.match(whole, a, b) for a, b in zip(cuts[1:], ends[1:], strict=True)):
        return []  # "Anna Lee, the MP for Karsk and Norhaven"
    parts = [_without_titles(whole, a, b) for a, b in zip(cuts, ends, strict=True)]
    lead = phrase.find(whole)
    titled = parts[0][0] > 0
    listed = len(parts) > 2  # "Lee, Chan and Holm" is no one's name
    standing = titled or listed or all(_stands_alone(whole[a:b], text) for a, b in parts)
    return [(a + lead, b + lead) for a, b in parts] if standing else []


def _without_titles(text: str, start: int, end: int) -> Range:
    """ "Ministers Anna Lee": the office of both belongs to neither's name."""
    first = text[start:end].split()[0]
    if first.endswith("s") and bare(first)[:-1] in TITLES and first != text[start:end]:
        return start + len(first) + 1, end
    return start, end


def _stands_alone(name: str, text: str) -> bool:
    words = tuple(re.sub(r"^[Tt]he\s", "", name).split())
    if len(words) > 1 or actor(name) or is_institution(words):
        return True
    return re.search(rf"\b[A-Z][\w’-]+ {re.escape(words[0])}\b", text) is not None
