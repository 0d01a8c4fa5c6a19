"""Contents: which words after, before or around a cue are what is said."""

from __future__ import annotations

import re
from itertools import pairwise

from stance.speech.cues import PARTICLES, Cue, word_set
from stance.speech.subjects import VERB, Range, group_start, looks_verbal
from stance.speech.tags import Tokens

# What may stand between a verb and the end of a clause that follows its content.
TAIL = re.compile(r"[RT]*(?:[pts]?[DnNdOTRc()]+|[ps]G|[pt](?=[.,]))*(?:s[^-.,;:Q]*)?(?=[-.,;:Q]|$)")
_TO_THAT = re.compile(r"[RTpDnNdOt]{0,14}(?:s[RTpDnNd]{1,12})?h")  # "on Friday after talks that"
_TO_QUOTE = re.compile(r"[RTpDnNdOt]{0,14}[,:]?Q")
NP_VERB = re.compile(r"[DnNd]+(?:p[DnNd]+)*R*[AvSV]")
_TO_COLON = re.compile(r"[RTpDnNdOt]{0,14}:")
_INFINITIVE = re.compile(r"R*tR?[nBNvSVA]")
_OBJECT_INFINITIVE = re.compile(r"(?:O|[DnNd]+(?:p[DnN]+)?)(A?tR?[nBNSVA])")
_ADDRESSEE_P = re.compile(r"(?:O|[DnNd]+)p")
# "told his colleague, Ana Ruiz, that": who was told has a name, or a story of their own
_ASIDE = re.compile(r",[^,;:Q]{1,14},(?=[hw])")
_ADDRESSEE = re.compile(r"O|N+|D[nN]+|n")
_ADVERBS = re.compile(r"(?:T|R|pT)*")
_PLACE = re.compile(r"(?:p(?:[DnNdT]|p(?=[DN]))+)+(?=[h:,])")
_TURNED = (["away"], ["down"], ["off"])
"""What makes another verb of one that takes sides: "backed away from", "called off"."""
_AS_THAT = re.compile(r"sR?[DQnNB]{1,5}(?<=[DQnN])(?P<said>[nBSV]h)")
_TAKEN_AS = word_set("reject dismiss describe denounce condemn deride ridicule decry")
"""Verbs whose object may stand behind what it is taken for."""
_ALSO_OBJECTS = word_set("it you having being")
_HELD = word_set("believe think hope suspect assume reckon")
_OBJECT_TOO = word_set("want expect require need like")
# Verbs of speech that take plain objects too: after them a bare noun phrase proves no clause.
_BARE_OBJECT = word_set(
    """
    add answer charge concede maintain pledge protest reason remark rule state underscore write
    email post offer report respond declare repeat reiterate press disclose decide determine signal
    """
)


_DOING = word_set(
    "deny admit propose defend oppose reject consider regret support recommend suggest favor favour"
)


def content(t: Tokens, i: int, cue: Cue, end: int) -> tuple[int, tuple[Range, ...], str] | None:
    """What follows a cue verb: end of the cue, content spans, name of the rule."""
    r = i + 1
    if r >= end:
        return None
    tags = t.tags
    frames = cue.frames
    if "s" in frames or "t" in frames:
        quote = _TO_QUOTE.match(tags, r)
        if quote:
            return i + 1, ((quote.end() - 1, quote.end()),), "X said quote"
        colon = _TO_COLON.match(tags, r, end)
        if colon and colon.end() < end:
            return i + 1, ((colon.end(), end),), "X said:"
    on = next((k for k in range(r, end) if tags[k] != "R"), end)  # "comment publicly on"
    if "p" in frames and on < end and t.lows[on] in PARTICLES.get(cue.lemma, ()):
        after = on + 1
        while after < end and tags[after] in "RT":
            after += 1
        if after >= end or tags[after] == ",":
            return None
        return on + 1, ((after, end),), "X called for"
    if "i" in frames and (m := _INFINITIVE.match(tags, r)):
        return i + 1, ((m.start() + m.group().index("t"), end),), "X wants to"
    if frames & {"c", "t"}:
        s = _clause_start(t, r, end, addressee="t" in frames)
        strict = "s" not in frames or cue.lemma in _BARE_OBJECT
        if s is not None and _is_clause(t, s, end, strict=strict, lemma=cue.lemma):
            return i + 1, ((s, end),), "X said that" if tags[s] == "h" else "X said clause"
    if "i" in frames or "t" in frames:
        m = _OBJECT_INFINITIVE.match(tags, r)
        if m and cue.frames & {"i", "t"}:
            start = r if cue.lemma in _OBJECT_TOO else m.start(1)
            return i + 1, ((start, end),), "X urged Y to"
    if "t" in frames and cue.lemma in ("ask", "tell", "warn"):
        about = _ADDRESSEE_P.match(tags, r, end)
        if about and t.lows[about.end() - 1] in ("about", "of") and about.end() < end:
            return i + 1, ((about.end(), end),), "X called for"
    if "o" in frames:
        after = r
        while after < end and tags[after] in "RT":
            after += 1
        if t.lows[after : after + 1] in _TURNED:
            return None
        if cue.lemma == "accuse" and t.lows[after : after + 1] == ["of"] and after + 1 < end:
            return i + 1, ((after, end),), "X criticized Y"  # "whom Lee accused of …"
        that = _AS_THAT.match(tags, after, end) if cue.lemma in _TAKEN_AS else None
        if that and t.lows[after] == "as":  # "rejected as “noise” reports that it leaks"
            return i + 1, ((that.start("said"), end),), "X said that"
        doing = tags[after : after + 1] == "G" and cue.lemma in _DOING  # "denies seeking a bomb"
        if after < end and (tags[after] in "DNnOdwQh" or doing or t.lows[after] in _ALSO_OBJECTS):
            rule = "X said that" if tags[after] == "h" else "X criticized Y"
            mark = tags.find(":Q", after, end)  # "dismissed the remark: “We will stay.”"
            return i + 1, ((after, mark if mark > 0 else end),), rule
    return None


def _clause_start(t: Tokens, r: int, end: int, addressee: bool) -> int | None:
    tags = t.tags
    if r < end and tags[r] in "hw":
        return r
    first = tags[r : r + 1]
    if addressee or first in tuple("pTROs") or t.lows[r : r + 1] in (["late"], ["early"]):
        that = _TO_THAT.match(tags, r, end)
        if that and not (that.end() > r + 3 and of_a_noun(t, that.end() - 1)):
            return that.end() - 1
    s = r
    if addressee:
        m = _ADDRESSEE.match(tags, s, end)
        if m is None:
            return s if first == "P" else None  # "swears he has never seen it"
        behind = t.lows[m.end()] if tags[m.end() : m.end() + 1] == "A" else "not"
        if t.lows[s] == "there" or behind != "not":
            return s  # "warned there would be no amnesty", "warned the money would have to come"
        s = m.end()
        aside = _ASIDE.match(tags, s, end)
        if aside:
            return aside.end()
    adverbs = _ADVERBS.match(tags, s, end)
    s = adverbs.end() if adverbs else s
    place = _PLACE.match(tags, s, end)
    if place:
        s = place.end()
    if s < end and tags[s] == ",":
        s += 1
    return s if s < end else None


def _is_clause(t: Tokens, s: int, end: int, strict: bool, lemma: str) -> bool:
    if s >= end or t.tags[s] in ".,;:)" or t.lows[s] in ("and", "but"):
        return False  # "what the two say and do"
    if t.tags[s] in "hw" or t.lows[s] == "if":
        return end - s > 1
    if strict:
        comma = t.tags.find(",", s, end)
        reach = comma if lemma == "assume" and comma > 0 else end
        if lemma in _HELD and t.tags[s] in "DNnd" and VERB.search(t.tags, s + 1, reach):
            return True
        return t.tags[s] == "P" or bool(NP_VERB.match(t.tags, s, end))
    return t.tags[s] in "DNnPd" or bool(VERB.search(t.tags, s, end))


_SAID_BEFORE = word_set(
    """
    declaration claim report statement view warning belief hope promise pledge suggestion allegation
    accusation argument assertion assurance insistence announcement prediction admission contention
    """
)


def of_a_noun(t: Tokens, that: int) -> bool:
    """Whether "that" belongs to a noun before it: "in a shift from its claim in May that"."""
    return bool(_SAID_BEFORE & set(t.lows[max(0, that - 4) : that]))


def main_verb(t: Tokens, s: int, end: int) -> int:
    """Where the main verb begins whose subject the clause at ``s`` belongs to: the first that
    follows another verb with nothing to join them; ``end`` without one."""
    verbs = [k for k in range(s, end) if t.tags[k] in "AvSV" and group_start(t, k) == k]
    for one, two in pairwise(verbs):
        if t.tags[two - 1] != "D" and not set(t.tags[one:two]) & set("chsWwPQ,;:"):
            return two
    told = range(verbs[0] + 2, end) if verbs else ()
    return next((k for k in told if t.lows[k].endswith("ed") and looks_verbal(t, k)), end)


def clause_before(t: Tokens, stop: int) -> Range | None:
    """Content that ends before the comma at ``stop``, from the start of the sentence."""
    start = max(t.tags.rfind(mark, 0, stop) for mark in ";:") + 1
    while start < stop and t.tags[start] in "c,-.":
        start += 1
    return (start, stop) if start < stop else None


def says_something(t: Tokens, span: Range) -> bool:
    """A clause or a quotation rather than an opening "On Monday": verbs are not all known."""
    if re.search("[QAvSVB]|PR*n|^[DNn]{1,4}t[nN]", t.tags[slice(*span)]):
        return True
    return span[1] - span[0] >= 5 and t.tags[span[0]] not in "psTRG"


def quotes_and_lead(t: Tokens, left: Range) -> list[Range]:
    """The quotations at the end of ``left``; words before them only if they run into them."""
    first = t.tags.find("Q", *left)
    if first > left[0] and not VERB.search(t.tags, left[0], first):
        return [left]
    return [(k, k + 1) for k in range(*left) if t.tags[k] == "Q"] if first == left[0] else [left]


_NARRATES = word_set(
    """
    drawing ending sparking prompting fuelling fueling marking capping escalating deepening
    signalling signaling triggering reversing dealing stoking easing dashing bringing
    """
)
"""Participles behind a reporting clause that go on with the news: "…, Lee said, ending a …"."""


def resumed(t: Tokens, stop: int, end: int, quoted: bool, left: Range) -> list[Range]:
    """What goes on after a reporting clause in the middle of the content."""
    while stop < end and t.tags[stop] in ",-:;":
        stop += 1
    if stop >= end:
        return []
    if t.tags[stop] == "Q":
        return [(stop, stop + 1)]
    if quoted or t.tags[stop] in "GW" or t.lows[stop] in _NARRATES:
        return []
    if VERB.search(t.tags, *left) and (
        re.search("[SG]", t.tags[stop:end]) or not re.search("[AvSVBn]", t.tags[stop:end])
    ):
        return []
    return [(stop, end)]
