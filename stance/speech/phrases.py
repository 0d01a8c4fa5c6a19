"""Reports without a reporting verb: "according to X", "X is convinced that", "X’s claim that"."""

from __future__ import annotations

import re

from stance.speech.contents import NP_VERB, clause_before
from stance.speech.cues import word_set
from stance.speech.rules import Report
from stance.speech.subjects import BE, VERB, group_start, noun_phrase, subject
from stance.speech.tags import Tokens

_ACCORDED = re.compile(r"P|O|[DNnd()R]+(?:p[DNndR]+)*")
_OBJECT = re.compile(r"[DNnd]+(?:p[DNnd]+)*")
ADJECTIVES = word_set(
    """
    confident convinced worried concerned hopeful sure certain adamant optimistic skeptical
    sceptical afraid aware pessimistic critical supportive dismissive wary fearful doubtful
    insistent unequivocal
    """
)
NOUNS = word_set(
    """
    statement claim assertion announcement allegation suggestion argument belief view warning
    promise pledge vow hope fear fears insistence concern concerns conviction accusation
    admission denial prediction contention assurance assurances remark comment opinion
    revelation claims allegations statements hopes decision proposal conclusion acknowledgment
    notion
    """
)
NOUN_OF = word_set(
    """
    criticism support opposition call calls praise endorsement condemnation rejection demand
    demands attack attacks defense defence
    """
)


def according(t: Tokens, i: int, end: int) -> Report | None:
    if t.lows[i + 1 : i + 2] != ["to"] or t.tags[max(0, i - 2) : i] == "W,":
        return None  # "who, according to the minutes, asked": told as who asked
    match = _ACCORDED.match(t.tags, i + 2, end)
    if match is None:
        return None
    stop = match.end()
    source = (i + 2, stop)
    opening = t.tags[i - 1] == "," and (i == 1 or t.tags[i - 2] in "hscw" or i < 4)
    opening = opening and stop + 1 < end
    if i == 0 or t.tags[i - 1] in "cs-" or opening:
        comma = t.tags.find(",", stop, end)
        s = stop if comma < 0 else comma + 1
        if s >= end:
            return None
        return Report(source, (i, i + 2), ((s, end),), "according to X, clause")
    left = clause_before(t, i - 1 if t.tags[i - 1] == "," else i)
    if left is None:
        return None
    spans = [left]
    aside = t.tags[i - 1] == "," and t.tags[stop : stop + 1] == "," and stop + 1 < end
    if aside and not VERB.search(t.tags, *left):
        spans.append((stop + 1, end))
    return Report(source, (i, i + 2), tuple(spans), "clause, according to X")


OPINIONS = word_set("view opinion words eyes estimation assessment judgment judgement telling mind")


def opinion(t: Tokens, i: int, end: int) -> Report | None:
    """In X's view, …; in the opinion of X, …; …, in X's words"""
    begins = i > 0 and t.lows[i] in OPINIONS and "in" in t.lows[max(0, i - 8) : i]
    if not begins:
        return None
    opening = max(k for k in range(max(0, i - 8), i) if t.lows[k] == "in")
    if t.lows[i + 1 : i + 2] == ["of"] and t.lows[opening + 1 : i] == ["the"]:
        match = _ACCORDED.match(t.tags, i + 2, end)
        if match is None:
            return None
        source, stop = match.span(), match.end()
    else:
        owned = t.lows[i - 1] in ("his", "her", "their", "its") or t.lows[i - 1].endswith("'s")
        if not owned or opening + 1 == i:
            return None
        source, stop = (opening + 1, i), i + 1
    opens = opening == 0 or t.tags[opening - 1] == ";"
    if opens and t.tags[stop : stop + 1] == "," and stop + 1 < end:
        return Report(source, (i, i + 1), ((stop + 1, end),), "according to X, clause")
    if t.tags[opening - 1] == "," and opening > 4 and (stop == end or t.tags[stop] == ","):
        left = clause_before(t, opening - 1)
        if left:
            return Report(source, (i, i + 1), (left,), "clause, according to X")
    subject_alone = re.fullmatch("[DndN]+", t.tags[: max(0, opening - 1)])
    if subject_alone and t.tags[opening - 1] == "," == t.tags[stop : stop + 1] and stop + 1 < end:
        parts = ((0, opening - 1), (stop + 1, end))  # "The failure, in her view, was at Karsk"
        return Report(source, (i, i + 1), parts, "clause, according to X")
    return None


def adjective(t: Tokens, i: int, end: int) -> Report | None:
    """X is convinced that …"""
    g = group_start(t, i)
    if not any(w in BE or w in ("remain", "remains", "remained") for w in t.lows[g:i]):
        return None
    source, implied, antecedent = subject(t, g - 1, [])
    s = i + 1
    if source is None or s >= end:
        return None
    if t.tags[s] not in "hpsP" and not NP_VERB.match(t.tags, s, end):
        return None
    if t.tags[s] == "p":
        s += 1
        if s >= end:
            return None
    return Report(source, (g, s), ((s, end),), "X is convinced", "", implied, antecedent)


def noun(t: Tokens, i: int, end: int) -> Report | None:
    """X's claim that …; their criticism of …"""
    k = i - 1
    while k >= 0 and t.tags[k] in "nd" and not t.lows[k].endswith("'s"):
        k -= 1
    if k < 0 or not (t.lows[k].endswith("'s") or t.lows[k] in ("his", "her", "their", "its")):
        return None
    source = (k, k + 1) if t.tags[k] == "D" else noun_phrase(t, k)
    s = i + 1
    if source is None or s >= end:
        return None
    if t.lows[i] in NOUNS and t.tags[s] == "h":
        return Report(source, (i, i + 1), ((s, _that_end(t, s, end)),), "X's claim that")
    if t.lows[i] in NOUN_OF and t.lows[s] in ("of", "for", "to", "on", "against"):
        m = _OBJECT.match(t.tags, s + 1, end)
        return Report(source, (i, s + 1), (m.span(),), "X's criticism of") if m else None
    return None


def _that_end(t: Tokens, s: int, end: int) -> int:
    """Where a clause that is itself a subject ends: "Lee’s claim that it leaks, raises doubts"."""
    for comma in (k for k in range(s, end) if t.tags[k] == ","):
        after = t.tags[comma + 1 : comma + 2]
        third = t.lows[comma + 1 : comma + 2]
        new_verb = after in ("A", "v", "S", "V") or (
            after == "n" and third[0].endswith("s") and t.tags[comma + 2 : comma + 3] in ("D", "N")
        )
        if new_verb and VERB.search(t.tags, s, comma):
            return comma
    return end
