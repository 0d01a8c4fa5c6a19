"""Numbers, dates and findings in words, and text made safe to show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from stance.almanac import MONTHS

_WORDS = "no one two three four five six seven eight nine".split()
_MONTHS = [name.capitalize() for name in MONTHS]
# Controls, lone surrogates, and the marks that reorder the text around them. The plain direction
# marks and joiners (U+200C to U+200F) stay: Persian, Arabic and Hebrew need them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def visible(value: object) -> str:
    """``value`` as text in which nothing is hidden: control and reordering marks are spelled out.

    >>> visible("safe\\u202etxt.exe"), visible(None)
    ('safe[U+202E]txt.exe', '')
    """
    if value is None:
        return ""
    return _UNSEEN.sub(lambda m: " " if m[0] == "\r" else f"[U+{ord(m[0]):04X}]", str(value))


def web_address(value: object) -> str | None:
    """``value`` if it is a plain http or https address, else None.

    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', None)
    """
    if not isinstance(value, str) or visible(value) != value or re.search(r"[\s\\]", value):
        return None
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname)
    except ValueError:
        return None
    return value if named and parts.scheme in ("http", "https") else None


def shorten(text: str, limit: int) -> str:
    """``text`` cut at a word so that it keeps at most ``limit`` characters and an ellipsis.

    >>> shorten("one two three", 9)
    'one two …'
    """
    if len(text) <= limit:
        return text
    head = text[:limit]
    cut = head.rfind(" ", limit * 2 // 3)
    return (head[:cut] if cut > 0 else head).rstrip() + " …"


def count(number: int, noun: str) -> str:
    """A number below ten as a word, then the noun.

    >>> count(1, "document"), count(12, "shift"), count(0, "change")
    ('one document', '12 shifts', 'no changes')
    """
    figure = _WORDS[number] if number < len(_WORDS) else f"{number:,}"
    return f"{figure} {noun if number == 1 else noun + 's'}"


def long_date(iso: str) -> str:
    """An ISO date in words, to the precision it has.

    >>> long_date("2022-10-12"), long_date("2022-10"), long_date("2022")
    ('12 October 2022', 'October 2022', '2022')
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", iso)
    if not match or not 1 <= int(match[2] or 1) <= 12:
        return iso
    day = f"{int(match[3])} " if match[3] else ""
    month = f"{_MONTHS[int(match[2]) - 1]} " if match[2] else ""
    return f"{day}{month}{match[1]}"


def listing(names: Sequence[str]) -> str:
    """Names joined as in a sentence.

    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
