"""Quotation marks: which characters of a paragraph stand between them.

Handles curly, straight, doubled-apostrophe, low-high („…“), guillemet and British single marks;
apostrophes are not taken for marks; a missing opening or closing mark is repaired where the
paragraph shows where it belongs. Spans are half open and include the marks that are there.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from stance.speech.cues import CUES


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters ``start:end`` of the text, marks included; ``inner_*`` leaves them out.

    ``opened`` and ``closed`` say whether the mark is really there.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    opened: bool = True
    closed: bool = True


_MARK = re.compile(r"''|``|[“”„‟\"«»‹›‘’‚']")
_CLOSERS: dict[str, tuple[str, ...]] = {
    "“": ("”",),
    "„": ("“", "”"),
    "‟": ("”",),
    "«": ("»",),
    "‹": ("›",),
    "‘": ("’",),
    "‚": ("‘", "’"),
    "``": ("''",),
    "»": ("«",),
    '"': ('"',),
    "''": ("''",),
    "'": ("'",),
}
_MARKS = 1_000
"""Marks of a paragraph that are looked at; one with more is no prose, and pairing is quadratic."""
_SINGLE = frozenset("‘’‚'")
_ELISION = re.compile(r"['’](?:\d0s|em|til|till|cause|tis|twas|bout|round|n['’])\b", re.I)
_LOST_CLOSE = re.compile(
    r"[,?!]\s(?=(?:(?:[A-Z][\w.’'-]*|the|a|he|she|they)\s){1,4}(\w+)\b|(\w+)\s(?:[A-Z]|he\b|she\b))"
)


def find_quotes(text: str, start: int = 0, end: int | None = None) -> list[Quote]:
    """Quotations of the paragraph ``text[start:end]``, in order, never overlapping.

    A quotation inside a quotation belongs to the outer one.

    >>> [q.start for q in find_quotes("“It’s late,” she said. ‘No,’ they said.")]
    [0, 23]
    """
    end = len(text) if end is None else end
    found: list[Quote] = []
    opener = ""
    begin = -1
    marks = list(itertools.islice(_MARK.finditer(text, start, end), _MARKS))
    for k, match in enumerate(marks):
        mark, at = match.group(), match.start()
        before = text[at - 1] if at > start else " "
        after = text[match.end()] if match.end() < end else " "
        if opener:
            if mark in _CLOSERS[opener] and _closes(text, mark, opener, before, after, marks[k:]):
                found.append(Quote(begin, match.end(), begin + len(opener), at))
                opener = ""
            elif mark == opener == "“" and _opens(mark, before, after):
                # The closing mark was lost: the new opening mark says where at the latest.
                found.append(_cut(text, begin, at, opener))
                begin = at
            continue
        if _opens(mark, before, after) and not _ELISION.match(text, at):
            if mark in _SINGLE and not _has_partner(text, mark, marks[k + 1 :], end):
                continue
            opener, begin = mark, at
        elif mark in ("”", '"') and not found and _ends_speech(text, at, end):
            # The opening mark was lost: the words run from the start of the paragraph.
            first = start + len(text[start:at]) - len(text[start:at].lstrip())
            if first < at:
                found.append(Quote(first, match.end(), first, at, opened=False))
    if opener:
        found.append(_cut(text, begin, end, opener))
    return found


def _opens(mark: str, before: str, after: str) -> bool:
    if mark in ("“", "„", "‟", "«", "‹", "``", "‚"):
        return True
    if mark in ("”", "›", "’"):
        return False
    if mark == "»":
        return not before.isalnum() and before not in ".,!?…" and not after.isspace()
    return not (before.isalnum() or before in ".,!?%)…’'") and not after.isspace() and after != ","


def _closes(
    text: str, mark: str, opener: str, before: str, after: str, rest: list[re.Match[str]]
) -> bool:
    if opener not in _SINGLE:
        return mark not in ('"', "''") or not (before.isspace() and after.isalnum())
    if after.isalnum() or before.isspace():
        return False
    if before in "s" and after == " ":  # a plural possessive, if a better end follows
        return not any(m.group() == mark and text[m.start() - 1] in ",.?!…" for m in rest[1:])
    return True


def _has_partner(text: str, mark: str, rest: list[re.Match[str]], end: int) -> bool:
    for match in rest:
        if match.group() in _CLOSERS.get(mark, ()):
            after = text[match.end()] if match.end() < end else " "
            if not after.isalnum() and not text[match.start() - 1].isspace():
                return True
    return False


def _ends_speech(text: str, at: int, end: int) -> bool:
    """A closing mark with no opening one counts only where speech visibly ends."""
    if at == 0 or text[at - 1] not in ",.?!…":
        return False
    tail = text[at + 1 : end].split(None, 8)[:8]
    return any("s" in CUES[w].frames for w in (t.strip(".,").lower() for t in tail) if w in CUES)


def _cut(text: str, begin: int, end: int, opener: str) -> Quote:
    """A quotation without closing mark ends before a reporting clause, or with its paragraph."""
    inner = begin + len(opener)
    for match in _LOST_CLOSE.finditer(text, inner, end):
        word = (match.group(1) or match.group(2) or "").lower()
        if word in CUES and "s" in CUES[word].frames and "past" in CUES[word].forms:
            stop = match.start() + 1
            return Quote(begin, stop, inner, stop, closed=False)
    stop = begin + len(text[begin:end].rstrip())
    return Quote(begin, stop, inner, max(inner, stop), closed=False)
