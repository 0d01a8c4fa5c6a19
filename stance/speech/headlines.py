"""The short grammar of headlines: "Minister: bridge is safe", "Bridge ‘safe’, says minister".

Articles and verbs are left out there. Who stands at a colon or behind a dash may be no
speaker at all ("Update: …"); :mod:`stance.holders` keeps those who can speak.
"""

from __future__ import annotations

import re

from stance.speech.cues import CUES
from stance.speech.interviews import LABELS
from stance.speech.rules import Report
from stance.speech.tags import Tokens

HEADLINE = "headline: X"
"""The rule of a bare speaker before a colon or behind a dash."""
_BEFORE = re.compile(r"((?:D?[Nn]{1,4})):")
_BEHIND = re.compile(r"-(D?n{1,3}|N)$|:(D?[Nn]{1,4})$")
_SAYS = re.compile(r",(?:([SV])(D?[Nn]{1,5})|(D?[Nn]{1,4})([SV]))$")
_FEWEST = 3  # words that a bare speaker says at least


def headline(t: Tokens, end: int) -> Report | None:
    """The speaker of a headline that has no verb of saying, or nothing like a clause before it.

    >>> from stance.speech.tags import tokenize
    >>> t = tokenize("Minister: bridge is safe", 0, 24, title_case=True)
    >>> headline(t, len(t.tags)).source
    (0, 1)
    """
    tags = t.tags[:end]
    before = _BEFORE.match(tags)
    if before and end - before.end() >= _FEWEST - 1:
        if any(word.upper() in LABELS for word in t.words[slice(*before.span(1))]):
            return None
        colon = before.end() - 1
        return Report(before.span(1), (colon, colon + 1), ((colon + 1, end),), HEADLINE)
    said = _SAYS.search(tags)
    if said and said.start() >= 2:
        cue, source = (said.span(1), said.span(2)) if said[1] else (said.span(4), said.span(3))
        verb = CUES[t.lows[cue[0]]]
        if "s" in verb.frames:
            rule = "clause, said X" if said[1] else "clause, X said"
            return Report(source, cue, ((0, said.start()),), rule, verb.lemma)
    behind = _BEHIND.search(tags)
    if behind and behind.start() >= _FEWEST and "Q" not in tags:
        mark = behind.start()
        return Report(behind.span(behind.lastindex or 0), (mark, mark + 1), ((0, mark),), HEADLINE)
    return None
