"""Reports without a reporting verb: "according to X", "X is convinced that", "X’s claim that"."""

from __future__ import annotations

import re

from stance.speech.contents import NP_VERB, clause_before, main_verb
from stance.speech.cues import word_set
from stance.speech.rules import Report
from stance.speech.subjects import (
    BE,
    VERB,
    Range,
    group_start,
    looks_verbal,
    noun_phrase,
    subject,
)
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
    if opening and i > 1 and t.tags[0] in "DnNd":  # "The treaty, according to Lee, is dead"
        after = _explained(t, source, end, _PREDICATE) or stop
        opening = t.tags[after] != "," or not _PREDICATE.match(t.tags, after + 1, end)
    if i == 0 or t.tags[i - 1] in "cs-" or opening:
        comma = t.tags.find(",", stop, end)
        s = stop if comma < 0 else comma + 1
        if comma == stop and (close := _explained(t, source, end, _CLAUSE)):
            source, s = (i + 2, close), close + 1
        if s >= end:
            return None
        return Report(source, (i, i + 2), ((s, end),), "according to X, clause")
    left = clause_before(t, i - 1 if t.tags[i - 1] == "," else i)
    if left is None:
        return None
    spans = [left]
    aside = t.tags[i - 1] == "," and t.tags[stop : stop + 1] == "," and stop + 1 < end
    if aside and not VERB.search(t.tags, *left):
        close = _explained(t, source, end, _PREDICATE) or stop
        source = (i + 2, close)
        spans.append((close + 1, end))
    return Report(source, (i, i + 2), tuple(spans), "clause, according to X")


_CLAUSE = re.compile(rf"P|Q|{NP_VERB.pattern}")
_PREDICATE = re.compile(r"R*[AvSV]")
_BELONGS = word_set("of from at with for")


def _explained(t: Tokens, source: Range, end: int, rest: re.Pattern[str]) -> int:
    """The comma that closes an apposition to ``source`` or a relative clause, before the ``rest``
    of the sentence: "according to Anna Lee, a former minister, the treaty is dead"; else 0."""
    first = source[1] + 1
    close = t.tags.find(",", first, end)
    if close < 0 or not rest.match(t.tags, close + 1, end):
        return 0
    if t.tags[first] == "W" or t.lows[first] == "whose":
        return close
    opens = t.tags[first] in "Dnd" or t.lows[first] in _BELONGS
    named = t.tags[source[0]] in "Dn" and set(t.tags[first:close]) == {"N"}
    plain = not re.search("[AvSVBGPQ]", t.tags[first:close])
    plain = plain and not any(looks_verbal(t, k) for k in range(first + 1, close))
    return close if plain and (opens or named) else 0


IN_WORDS = "+words"
"""Ends the rule of what is put in somebody's own words: "in Merkel's words"."""
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
    how = IN_WORDS if t.lows[i] == "words" else ""
    opens = opening == 0 or t.tags[opening - 1] == ";"
    if opens and t.tags[stop : stop + 1] == "," and stop + 1 < end:
        return Report(source, (i, i + 1), ((stop + 1, end),), "according to X, clause" + how)
    if t.tags[opening - 1] == "," and opening > 4 and (stop == end or t.tags[stop] == ","):
        left = clause_before(t, opening - 1)
        if left:
            return Report(source, (i, i + 1), (left,), "clause, according to X" + how)
    subject_alone = re.fullmatch("[DndN]+A?|PA", t.tags[: max(0, opening - 1)])
    if subject_alone and t.tags[opening - 1] == "," == t.tags[stop : stop + 1] and stop + 1 < end:
        parts = ((0, opening - 1), (stop + 1, end))  # "The failure, in her view, was at Karsk"
        return Report(source, (i, i + 1), parts, "clause, according to X" + how)
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
    if t.lows[i] in NOUNS and (that := _that_start(t, s, end)):
        stop = _that_end(t, that, end)
        if not VERB.search(t.tags, 0, source[0]):
            stop = main_verb(t, that, stop)
        return Report(source, (i, i + 1), ((that, stop),), "X's claim that")
    if t.lows[i] in NOUN_OF and t.lows[s] in ("of", "for", "to", "on", "against"):
        m = _OBJECT.match(t.tags, s + 1, end)
        return Report(source, (i, s + 1), (m.span(),), "X's criticism of") if m else None
    return None


def _that_start(t: Tokens, s: int, end: int) -> int:
    """The "that" behind a noun, with or without an aside before it: "Lee's claim, made in May,
    that it leaks"; else 0."""
    if t.tags[s] == ",":
        s = t.tags.find(",h", s + 1, end) + 1
        return s if s and not set(t.tags[:s]) & set("Q;:") else 0
    return s if t.tags[s] == "h" else 0


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
