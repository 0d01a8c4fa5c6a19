"""Reporting clauses: which words of one sentence are source, cue and content.

The grammar works on the tag string of :mod:`stance.tags`. Each rule has a name; the rule's
precision on PolNeAR-train, measured by ``benchmarks/quality_attribution.py``, becomes the
confidence of what it finds (:data:`CONFIDENCE` in :mod:`stance.attribution`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from stance.cues import CUES, PARTICLES, Cue, word_set
from stance.tags import Tokens

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Report:
    """One reporting clause in token indices; ``implied``: the source was named before."""

    source: Range | None
    cue: Range | None
    content: tuple[Range, ...]
    rule: str
    lemma: str = ""
    implied: bool = False
    antecedent: Range | None = None


_BE = word_set("is are was were be been being am isn't aren't wasn't weren't")
_VERB = re.compile("[AvSVB]")
# What may stand between a verb and the end of a clause that follows its content.
_TAIL = re.compile(r"[RT]*(?:(?:[pt]|(?<=[.,Q])s)?[DnNdOTR]+|[pt](?=[.,]))*(?=[-.,;:Q]|$)")
_ADJUNCT = re.compile(r"(?:[RT]|p(?:[DnNdTO]|(?<=n)p)+)*")
_TO_THAT = re.compile(r"[RTpDnNdOt]{0,14}h")
_TO_QUOTE = re.compile(r"[RTpDnNdOt]{0,14}[,:]?Q")
_PLACE = re.compile(r"(?:p(?:[DnNdT]|p(?=[DN]))+)+(?=[h:,])")
_APPOSITIVE = frozenset("DWndN")
_NP_LEFT = frozenset("nNdDpR()h")
_ADJECTIVES = word_set(
    """
    confident convinced worried concerned hopeful sure certain adamant optimistic skeptical
    sceptical afraid aware pessimistic critical supportive dismissive wary fearful doubtful
    insistent unequivocal
    """
)
_NOUNS = word_set(
    """
    statement claim assertion announcement allegation suggestion argument belief view warning
    promise pledge vow hope fear fears insistence concern concerns conviction accusation
    admission denial prediction contention assurance assurances remark comment opinion
    revelation claims allegations statements hopes decision proposal conclusion acknowledgment
    notion
    """
)
_NOUN_OF = word_set(
    """
    criticism support opposition call calls praise endorsement condemnation rejection demand
    demands attack attacks defense defence
    """
)
_CATENATIVE = word_set("went goes going continued continues came continue")


def reports(t: Tokens) -> list[Report]:
    """Every reporting clause of a sentence, in order of its cue.

    >>> from stance.tags import tokenize
    >>> r = reports(tokenize("Anna Lee said Monday that it ends.", 0, 34))[0]
    >>> r.source, r.cue, r.content
    ((0, 2), (2, 3), ((4, 7),))
    """
    found: list[Report] = []
    end = _end(t)
    i = 0
    while i < end:
        tag = t.tags[i]
        new: Report | None = None
        if tag in "SVBG":
            new = _verb(t, i, found, end)
        elif tag == "G" or t.lows[i] == "according":
            new = _according(t, i, end)
        elif t.lows[i] in _ADJECTIVES:
            new = _adjective(t, i, end)
        elif t.lows[i] in _NOUNS or t.lows[i] in _NOUN_OF:
            new = _noun(t, i, end)
        if new is not None:
            merged = _merge(t, found, new)
            if merged is not None:
                found = merged
                i = max(i, (new.cue or (i, i))[1] - 1)
        i += 1
    return found + _left_over(t, found, end)


def _end(t: Tokens) -> int:
    """Index after the last token that is not sentence-final punctuation."""
    end = len(t.tags)
    while end and t.tags[end - 1] == ".":
        end -= 1
    return end


# ---------------------------------------------------------------------------------- subjects


def _group_start(t: Tokens, i: int) -> int:
    """First token of the verb group that ends at ``i``: auxiliaries, adverbs, dates."""
    k = i
    while k > 0:
        tag = t.tags[k - 1]
        if tag in "AR" or tag == "T" or (tag == "p" and k < i and t.tags[k] == "T"):
            k -= 1
        else:
            break
    return k


def _noun_phrase(t: Tokens, j: int) -> Range | None:
    """The noun phrase that ends with token ``j``, found leftwards."""
    k = j
    while k >= 0 and t.tags[k] in _NP_LEFT:
        if t.tags[k] == "h" and k != j:
            break
        if t.tags[k] == "D" and not (k > 1 and t.tags[k - 1] == "p" and t.tags[k - 2] in "nNd)"):
            if k and t.tags[k - 1] == "D":
                k -= 1
                continue
            k -= 1
            break
        k -= 1
    if k > 0 and t.tags[k] == "c" and _joins_nouns(t, k):
        left = _noun_phrase(t, k - 1)
        if left is not None:
            return (left[0], j + 1)
    start = k + 1
    while start < j and t.tags[start] in "R":
        start += 1
    if start <= j and t.tags[start] == "p":
        start = _after_adjunct(t, start, j)
    return (start, j + 1) if start <= j and re.search("[nNdD]", t.tags[start : j + 1]) else None


def _joins_nouns(t: Tokens, k: int) -> bool:
    """``and`` at ``k`` joins two noun phrases: no verb stands between it and the clause start."""
    left = max(t.tags.rfind(mark, 0, k) for mark in ",;:-Qsh") + 1
    return k > left and t.tags[k - 1] in "nNd" and not _VERB.search(t.tags, left, k)


def _after_adjunct(t: Tokens, start: int, j: int) -> int:
    """Skip a leading prepositional phrase: "In Florida officials" -> "officials"."""
    k = start
    while k <= j and t.tags[k] == "p":
        k += 1
        if k <= j and t.tags[k] == "D":
            k += 1
        kind = t.tags[k] if k <= j else ""
        while k <= j and t.tags[k] == kind:
            k += 1
    return k if k <= j else start + 1


def _subject(t: Tokens, j: int, found: list[Report]) -> tuple[Range | None, bool, Range | None]:
    """Source whose last token is ``j``: its range, whether it is implied, its antecedent."""
    if j < 0:
        return None, False, None
    tag = t.tags[j]
    if tag == "P":
        return (j, j + 1), False, None
    if tag == "W" or (tag == "h" and j and t.tags[j - 1] in "nN"):
        before = j - 1 if j and t.tags[j - 1] != "," else j - 2
        return (j, j + 1), False, _noun_phrase(t, before) if before >= 0 else None
    if tag == "c":
        return _shared(t, j, found), True, None
    if tag in ",-)":
        return _apposition(t, j), False, None
    if tag in "nNdD" or t.lows[j] == "that":
        return _noun_phrase(t, j), False, None
    return None, False, None


def _shared(t: Tokens, j: int, found: list[Report]) -> Range | None:
    """The subject of a verb joined by "and" or a participle: the sentence's first subject."""
    for report in reversed(found):
        if report.source is not None and report.source[1] <= j:
            return report.source
    return _first_noun_phrase(t, j)


def _first_noun_phrase(t: Tokens, limit: int) -> Range | None:
    """The subject at the start of the sentence, past an opening "On Monday,"."""
    k = 0
    if t.tags[:1] in ("p", "s", "T", "R", "c", "G"):
        comma = t.tags.find(",", 0, limit)
        k = comma + 1 if comma >= 0 else (1 if t.tags[:1] in "cR" else limit)
    match = re.compile(r"P|[DnNd]+(?:p[DnNd]+)*").match(t.tags, k, limit)
    return match.span() if match else None


def _apposition(t: Tokens, j: int) -> Range | None:
    """The noun phrase before an apposition closed by the comma at ``j``."""
    closing = t.tags[j]
    opening = {")": "(", ",": ",", "-": "-"}[closing]
    m = j
    for _ in range(3):
        m = t.tags.rfind(opening, 0, m)
        if m <= 0:
            return None
        if t.tags[m + 1 : m + 2] in _APPOSITIVE or t.tags[m + 1 : m + 2] == "p":
            head = _noun_phrase(t, m - 1) if t.tags[m - 1] in "nNd)" else None
            if head and head[1] - head[0] < 14 and _looks_named(t, head):
                return (head[0], j)
    return None


def _looks_named(t: Tokens, head: Range) -> bool:
    return "N" in t.tags[head[0] : head[1]] or t.tags[head[0]] == "D"


# ---------------------------------------------------------------------------------- verbs


def _verb(t: Tokens, i: int, found: list[Report], end: int) -> Report | None:
    cue = CUES.get(t.lows[i])
    if cue is None:
        return None
    if t.lows[i] == "according":
        return _according(t, i, end)
    tag = t.tags[i]
    g = _group_start(t, i)
    group = t.lows[g:i]
    progressive = any(w in _BE for w in group)
    if tag == "G" and not progressive:
        return _participle(t, i, cue, found, end)
    if tag in "SV" and "past" in cue.forms and progressive:
        return None  # passive: the one who spoke is not the subject
    j = g - 1
    start = g
    if j >= 0 and t.tags[j] == "t":
        caught = _catenative(t, j)
        if caught is None:
            return None
        start = _group_start(t, caught)
        j = start - 1
    elif tag == "B" and not group and (j < 0 or t.tags[j] not in "PnNWc,)h"):
        return None
    inverted = j >= 0 and t.tags[j] in "Q," and "s" in cue.frames and tag == "S"
    if inverted or (j < 0 and tag == "S"):
        got = _inverted(t, i, start, cue, end)
        if got is not None:
            return got
    source, implied, antecedent = _subject(t, j, found)
    if source is None:
        return None
    if "s" in cue.frames and not implied and antecedent is None:
        back = _postposed(t, i, start, source, cue, end)
        if back is not None:
            return back
    content = _content(t, i, cue, end)
    if content is None:
        return None
    cue_end, spans, rule = content
    if implied:
        rule += "+and"
    elif t.tags[source[0]] in "Wh" and source[1] - source[0] == 1:
        rule += "+who"
    return Report(source, (start, cue_end), spans, rule, cue.lemma, implied, antecedent)


def _catenative(t: Tokens, j: int) -> int | None:
    """ "went on to", "continued to" before an infinitive cue; the index of its verb."""
    k = j - 1
    if k >= 0 and t.lows[k] == "on":
        k -= 1
    return k if k >= 0 and t.lows[k] in _CATENATIVE else None


def _clause_before(t: Tokens, stop: int) -> Range | None:
    """Content that ends before the comma at ``stop``, from the start of the sentence."""
    start = 0
    while start < stop and t.tags[start] in "c,-.":
        start += 1
    return (start, stop) if start < stop else None


def _postposed(t: Tokens, i: int, start: int, source: Range, cue: Cue, end: int) -> Report | None:
    """“…,” X said / …, X said on Monday. / …, X said, …"""
    before = source[0] - 1
    while before >= 0 and t.tags[before] in "sR" and t.lows[before] in ("as", "so"):
        before -= 1
    if before < 0 or t.tags[before] not in ",Q-":
        return None
    tail = _TAIL.match(t.tags, i + 1)
    if tail is None:
        return None
    stop = tail.end()
    if "t" not in cue.frames and t.tags[i + 1 : i + 2] in tuple("DNnPd"):
        return None
    left = _clause_before(t, before + 1 if t.tags[before] == "Q" else before)
    if left is None:
        return None
    quoted = "Q" in t.tags[left[0] : left[1]]
    if not quoted and not _VERB.search(t.tags, *left) and stop >= end:
        return None
    if t.tags[stop : stop + 1] == ":":
        return None
    spans = [left] if not quoted else _quotes_and_lead(t, left)
    rule = "quote, X said" if quoted else "clause, X said"
    spans += _resumed(t, stop, end, quoted, left)
    return Report(source, (start, i + 1), tuple(spans), rule, cue.lemma)


def _quotes_and_lead(t: Tokens, left: Range) -> list[Range]:
    """The quotations at the end of ``left``; words before them only if they run into them."""
    first = t.tags.find("Q", *left)
    if first > left[0] and not _VERB.search(t.tags, left[0], first):
        return [left]
    return [(k, k + 1) for k in range(*left) if t.tags[k] == "Q"] if first == left[0] else [left]


def _resumed(t: Tokens, stop: int, end: int, quoted: bool, left: Range) -> list[Range]:
    """What goes on after a reporting clause in the middle of the content."""
    while stop < end and t.tags[stop] in ",-:;":
        stop += 1
    if stop >= end:
        return []
    if t.tags[stop] == "Q":
        return [(stop, stop + 1)]
    if quoted or t.tags[stop] in "GW":
        return []
    if re.search("[SG]", t.tags[stop:end]):
        return []
    return [(stop, end)]


def _inverted(t: Tokens, i: int, start: int, cue: Cue, end: int) -> Report | None:
    """“…,” said X, the …; also "…, said X"."""
    if start > 0 and t.tags[start - 1] == "," and not _VERB.search(t.tags, 0, start - 1):
        if "Q" not in t.tags[:start]:
            return None
    if start == 0:
        return None
    match = re.compile(r"P|[DNnd(][DNnd()]*(?:p[DNnd]+)*").match(t.tags, i + 1, end)
    if match is None:
        return None
    stop = match.end()
    source = (i + 1, stop)
    if t.tags[stop : stop + 1] == "," and t.tags[stop + 1 : stop + 2] in tuple("DnNdWp"):
        close = re.compile(r",[^,.Q;:-]*(?:,[^,.Q;:-]*)?(?=[.,Q;:-]|$)").match(t.tags, stop)
        if (close and close.end() >= end - 1) or (close and t.tags[close.end()] in ",.Q"):
            source = (i + 1, close.end()) if close else source
            stop = source[1]
    at = start - 1
    left = _clause_before(t, at + 1 if t.tags[at] == "Q" else at)
    if left is None:
        return None
    quoted = "Q" in t.tags[left[0] : left[1]]
    spans = _quotes_and_lead(t, left) if quoted else [left]
    tail = _TAIL.match(t.tags, stop)
    spans += _resumed(t, tail.end() if tail else stop, end, quoted, left)
    rule = "quote, said X" if quoted else "clause, said X"
    return Report(source, (start, i + 1), tuple(spans), rule, cue.lemma)


# ---------------------------------------------------------------------------------- contents


def _content(t: Tokens, i: int, cue: Cue, end: int) -> tuple[int, tuple[Range, ...], str] | None:
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
        colon = re.compile(r"[RTpDnNdOt]{0,14}:").match(tags, r, end)
        if colon and colon.end() < end:
            return i + 1, ((colon.end(), end),), "X said:"
    if "p" in frames and r < end and t.lows[r] in PARTICLES.get(cue.lemma, ()):
        s = r + 1
        while s < end and tags[s] in "RT":
            s += 1
        return (r + 1, ((s, end),), "X called for") if s < end else None
    if "i" in frames and (m := re.compile(r"R*tR?[nBNvSVA]").match(tags, r)):
        return i + 1, ((m.start() + m.group().index("t"), end),), "X wants to"
    if frames & {"s", "c", "t"}:
        s = _clause_start(t, r, end, addressee="t" in frames)
        if s is not None and _is_clause(t, s, end, strict="s" not in frames):
            return i + 1, ((s, end),), "X said that" if tags[s] == "h" else "X said clause"
    if "i" in frames or "t" in frames:
        m = re.compile(r"(?:O|[DnNd]+(?:p[DnN]+)?)(tR?[nBNSVA])").match(tags, r)
        if m and cue.frames & {"i", "t"}:
            return i + 1, ((m.start(1), end),), "X urged Y to"
    if "o" in frames:
        s = r
        while s < end and tags[s] in "RT":
            s += 1
        if s < end and tags[s] in "DNnOdwQh":
            rule = "X said that" if tags[s] == "h" else "X criticized Y"
            return i + 1, ((s, end),), rule
    return None


def _clause_start(t: Tokens, r: int, end: int, addressee: bool) -> int | None:
    tags = t.tags
    if r < end and tags[r] in "hw":
        return r
    first = tags[r : r + 1]
    if addressee or first in tuple("pTRO"):
        that = _TO_THAT.match(tags, r, end)
        if that:
            return that.end() - 1
    s = r
    if addressee:
        m = re.compile(r"O|N+|D[nN]+|n").match(tags, s, end)
        if m is None:
            return None
        s = m.end()
    adverbs = re.compile(r"(?:T|R|pT)*").match(tags, s, end)
    s = adverbs.end() if adverbs else s
    place = _PLACE.match(tags, s, end)
    if place:
        s = place.end()
    if s < end and tags[s] == ",":
        s += 1
    return s if s < end else None


def _is_clause(t: Tokens, s: int, end: int, strict: bool) -> bool:
    if s >= end or t.tags[s] in ".,;:)":
        return False
    if t.tags[s] in "hw":
        return end - s > 1
    verb = _VERB.search(t.tags, s, end)
    if strict:
        return bool(verb) and t.tags[s] in "PDNnds" and verb is not None and verb.start() > s
    return bool(verb) or t.tags[s] in "DNnPd"


def _participle(t: Tokens, i: int, cue: Cue, found: list[Report], end: int) -> Report | None:
    """…, adding that …; a letter saying that …"""
    j = i - 1
    while j >= 0 and t.tags[j] == "R":
        j -= 1
    if j < 0:
        return None
    source: Range | None
    if t.tags[j] in ",cps-":
        source = _shared(t, j, found)
        implied = True
    elif t.tags[j] in "nN":
        source, implied = _noun_phrase(t, j), False
    else:
        return None
    content = _content(t, i, cue, end)
    if source is None or content is None:
        return None
    return Report(source, (i, content[0]), content[1], content[2] + "+ing", cue.lemma, implied)


def _according(t: Tokens, i: int, end: int) -> Report | None:
    if t.lows[i + 1 : i + 2] != ["to"]:
        return None
    match = re.compile(r"P|O|[DNnd()R]+(?:p[DNndR]+)*").match(t.tags, i + 2, end)
    if match is None:
        return None
    stop = match.end()
    source = (i + 2, stop)
    if i == 0 or t.tags[i - 1] in "cs-":
        comma = t.tags.find(",", stop, end)
        s = stop if comma < 0 else comma + 1
        return (
            Report(source, (i, i + 2), ((s, end),), "according to X, clause") if s < end else None
        )
    left = _clause_before(t, i - 1 if t.tags[i - 1] == "," else i)
    if left is None:
        return None
    spans = [left]
    if t.tags[stop : stop + 1] == "," and t.tags[i - 1] == "," and stop + 1 < end:
        if not _VERB.search(t.tags, *left):
            spans.append((stop + 1, end))
    return Report(source, (i, i + 2), tuple(spans), "clause, according to X")


def _adjective(t: Tokens, i: int, end: int) -> Report | None:
    """X is convinced that …"""
    g = _group_start(t, i)
    if not any(w in _BE or w in ("remain", "remains", "remained") for w in t.lows[g:i]):
        return None
    source, implied, antecedent = _subject(t, g - 1, [])
    s = i + 1
    if source is None or s >= end or t.tags[s] not in "hpsP":
        return None
    if t.tags[s] == "p":
        s += 1
    return Report(source, (g, s), ((s, end),), "X is convinced", "", implied, antecedent)


def _noun(t: Tokens, i: int, end: int) -> Report | None:
    """X's claim that …; their criticism of …"""
    k = i - 1
    while k >= 0 and t.tags[k] in "nd" and not t.lows[k].endswith("'s"):
        k -= 1
    if k < 0 or not (t.lows[k].endswith("'s") or t.lows[k] in ("his", "her", "their", "its")):
        return None
    source = (k, k + 1) if t.tags[k] == "D" else _noun_phrase(t, k)
    s = i + 1
    if source is None or s >= end:
        return None
    if t.lows[i] in _NOUNS and t.tags[s] == "h":
        return Report(source, (i, i + 1), ((s, end),), "X's claim that")
    if t.lows[i] in _NOUN_OF and t.lows[s] in ("of", "for", "to", "on", "against"):
        m = re.compile(r"[DNnd]+(?:p[DNnd]+)*").match(t.tags, s + 1, end)
        return Report(source, (i, s + 1), (m.span(),), "X's criticism of") if m else None
    return None


# ---------------------------------------------------------------------------------- several in one


def _merge(t: Tokens, found: list[Report], new: Report) -> list[Report] | None:
    """Add ``new``; None if it only stands inside what another one says."""
    if not found:
        return [new]
    last = found[-1]
    if new.rule in ("quote, X said", "clause, X said", "quote, said X", "clause, said X") or (
        new.rule == "clause, according to X"
    ):
        if last.rule.startswith(("X said", "quote", "clause", "according")) and last.content:
            if last.content[-1][1] > new.content[0][0] and last.content[-1][0] < _first(new):
                cut = _first(new)
                return [*found[:-1], _cut(t, last, cut)]  # the inner speaker is the holder
            return [*found, new]
        return [new]
    inside = [c for c in last.content if c[0] <= _first(new) < c[1]]
    if not inside:
        return [*found, new] if _first(new) >= _last(last) or new.implied else None
    at = _break(t, new, inside[0])
    if at is None:
        return None
    if at - inside[0][0] < 1:
        return None
    return [*found[:-1], _cut(t, last, at), new]


def _first(report: Report) -> int:
    assert report.cue is not None
    if report.source is None or report.implied:
        return report.cue[0]
    return min(report.source[0], report.cue[0])


def _last(report: Report) -> int:
    spans = [*report.content, report.cue or (0, 0)]
    return max(b for _, b in spans)


def _cut(t: Tokens, report: Report, at: int) -> Report:
    """The same report with its content ending before ``at`` and the comma there."""
    while at > 0 and t.tags[at - 1] in ",-c":
        at -= 1
    spans = tuple((a, min(b, at)) for a, b in report.content if a < at)
    return replace(report, content=spans) if spans else report


def _break(t: Tokens, new: Report, inside: Range) -> int | None:
    """Where the outer content stops because ``new`` starts a clause of its own."""
    first = _first(new)
    before = t.tags[first - 1]
    if new.rule.endswith("+ing"):
        return first - 1 if before == "," else None
    if new.rule.endswith("+who"):
        return first - 1 if before == "," else None
    if new.implied:
        return first - 1 if before == "c" else None
    k = first
    while k > inside[0] and t.tags[k - 1] in "csR":
        k -= 1
    if k > inside[0] and t.tags[k - 1] in ",;-":
        return k - 1
    return None


def _left_over(t: Tokens, found: list[Report], end: int) -> list[Report]:
    """Quotations nobody claimed: a missing verb, or the words of whoever spoke before."""
    taken = [c for report in found for c in report.content]
    free = [
        k for k in range(len(t.tags)) if t.tags[k] == "Q" and not any(a <= k < b for a, b in taken)
    ]
    if not free:
        return []
    if len(free) == 1 and not found and free[0] == 0:
        bare = re.compile(r"Q,?(N{1,4})(?=[p.,s]|$)").match(t.tags)
        if bare:
            return [Report(bare.span(1), None, ((0, 1),), "quote, X")]
    return [Report(None, None, tuple((k, k + 1) for k in free), "continued")]
