"""Quotations whose speaker stands in another paragraph: before a colon, or in a line under them.

"Mayor Ana Ruiz said on Tuesday:" with the quotation in the next paragraph, and "— Ana Ruiz, mayor"
under a quotation or an embedded post.
"""

from __future__ import annotations

import re

from stance.furniture import Line
from stance.speech.cues import CUES
from stance.speech.quotes import find_quotes

Range = tuple[int, int]

SIGNED = "quote — X"
"""The rule of a paragraph whose speaker is named in a line of its own under it."""
_LEAD = 300  # characters before the colon that may hold the verb
_SENTENCE_END = re.compile(r"[.!?]\s")
_NAME = (
    r"[A-ZÀ-Þ][\w.’'-]*(?:\s(?:[A-ZÀ-Þ][\w.’'-]*|d[aeiou]|de[lnr]|van|von|bin|al|el|la|le)){0,5}"
)
_SIGNATURE = re.compile(
    rf"\s*(?:[—–―]|--)\s?(?P<name>{_NAME})(?:\s\((?P<handle>@\w+)\)|,\s[^.!?]{{1,90}})?"
    r"(?:,?\s[A-Z][a-z]{2,8}\.?\s\d{1,2},\s\d{4}|,?\s\d{1,2}\s[A-Z][a-z]{2,8}\s\d{4})?\.?\s*"
)
"""A dash, a name, then a handle or an office and a date."""


def leads_to(text: str, line: Line, below: Line) -> bool:
    """Whether a paragraph ends in a reporting clause with a colon, and the next is what is said.

    >>> leads_to("Lee said:\\n\\n“It leaks.”", Line(0, 9, "body"), Line(11, 22, "body"))
    True
    """
    if not text.endswith(":", line.start, line.end):
        return False
    last = _SENTENCE_END.split(text[max(line.start, line.end - _LEAD) : line.end])[-1]
    words = (word.strip(",:").lower() for word in last.split())
    says = any(CUES[word].frames & set("st") for word in words if word in CUES)
    quotes = find_quotes(text, below.start, below.end) if says else []
    return bool(quotes) and quotes[0].start == below.start


def signature(text: str, line: Line, below: Line) -> Range | None:
    """The name in the line ``below`` a quotation that says whose words it was.

    With a handle it is an embedded post, which needs no quotation marks.

    >>> text = "“It leaks.”\\n— Anna Lee, mayor"
    >>> text[slice(*signature(text, Line(0, 11, "body"), Line(12, 29, "body")))]
    'Anna Lee'
    """
    signed = _SIGNATURE.fullmatch(text, below.start, below.end)
    if signed is None:
        return None
    quotes = find_quotes(text, line.start, line.end)
    whole = quotes and quotes[0].start == line.start and quotes[-1].end >= line.end - 1
    return signed.span("name") if whole or signed["handle"] else None
