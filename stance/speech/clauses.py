"""Reporting clauses: which words of one sentence are source, cue and content.

:mod:`stance.speech.rules` finds one report per cue; here they are put together, since a sentence
may hold several: "Lee said it is safe, but Chan warned that it leaks, adding …".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from stance.speech.attitudes import attitude, with_topic
from stance.speech.cues import CUES, negated, retreat_before, word_set
from stance.speech.headlines import headline
from stance.speech.interviews import LABELS
from stance.speech.phrases import (
    ADJECTIVES,
    NOUN_OF,
    NOUNS,
    OPINIONS,
    according,
    adjective,
    noun,
    opinion,
)
from stance.speech.positions import positions
from stance.speech.rules import (
    CITED,
    REFUSED_TOO,
    RELAYED,
    Report,
    carrier,
    goes_on,
    held,
    put_it,
    verb,
)
from stance.speech.subjects import Range, first_noun_phrase
from stance.speech.tags import Tokens
from stance.speech.verdicts import without_verdict

_VERBLESS = re.compile(
    r"Q,?(?P<x>N{1,4}|P)(?P<v>[nv]?|[nvVS]n)(?=[p.,sT]|$)|Q,?(?P<v2>n)(?P<x2>N{1,4})(?=[p.,sT]|$)"
)
_ACT = re.compile(
    r"Q,?(?P<x>D[nNd]{1,4}?(?:p[DnN]{1,3}?)?)(?P<v>[nvV])(?=[p.,sTR]|$)"
    r"|Q,?(?P<v2>[nvV])(?P<x2>D[nNd]{1,4}(?:p[DnN]{1,4})?)(?=[p.,sT]|$)"
)
"""“…!” the landlord screamed; “…!” screamed the landlord."""
_NEARBY = re.compile(r"Q[^NQ]{0,8}(N{1,4})")
_TURN = re.compile(r"(N{1,4}):")
OUTLETS = word_set(
    """
    times post news journal press network tv radio magazine herald tribune guardian telegraph
    reuters interfax tass bbc cnn agency ap afp bloomberg politico nbc cbs abc fox wire daily
    gazette courier record observer sputnik ria xinhua al-jazeera record sun mirror mail
    """
)
_NOTHING = word_set("nothing something little much more less enough anything everything")
_PARTICLES = frozenset(("out", "back", "in", "up", "off"))
_RELAYS = frozenset({"cite", "quote", "reference", "echo", "refer", "recall", "point"})


def reports(t: Tokens, *, is_headline: bool = False) -> list[Report]:
    """Every reporting clause of a sentence, in order of its cue.

    ``is_headline`` lets bare speakers pass: "Minister: bridge is safe".

    >>> from stance.speech.tags import tokenize
    >>> r = reports(tokenize("Anna Lee said Monday that it ends.", 0, 34))[0]
    >>> r.source, r.cue, r.content
    ((0, 2), (2, 3), ((4, 7),))
    """
    end = _end(t)
    turn = _TURN.match(t.tags)
    if turn and turn.end() < end and _is_turn(t, turn.end()):
        name, colon = turn.span(1), turn.end() - 1
        return [Report(name, (colon, colon + 1), ((colon + 1, end),), "X: words")]
    found: list[Report] = []
    i = 0
    while i < end:
        tag = t.tags[i]
        new: Report | None = None
        if t.lows[i] in ADJECTIVES:
            new = adjective(t, i, end)
        elif tag == "G" and t.lows[i] in NOUNS and t.lows[i - 1].endswith("'s"):
            new = noun(t, i, end)  # "the bank's warning that …" is no participle
        elif tag in "SVBG":
            new = verb(t, i, [r.source for r in found if r.source], end)
        elif t.lows[i] in ("went", "goes"):
            new = goes_on(t, i, end)
        elif t.lows[i] in ("put", "puts"):
            new = put_it(t, i, end)
        elif t.lows[i] == "held":
            new = held(t, i, end)
        elif t.lows[i] == "according":
            new = according(t, i, end)
        elif t.lows[i] in OPINIONS and (told := opinion(t, i, end)):
            new = told
        elif t.lows[i] in NOUNS or t.lows[i] in NOUN_OF:
            new = noun(t, i, end)
        if is_headline and new is not None and new.implied and not found:
            new = None  # "Close the airport, and say so"
        outlet = carrier(t, i, end)
        if new is not None:
            merged = _merge(t, found, new)
            if merged is not None:
                found = merged
                i = max(i, (new.cue or (i, i))[1] - 1)
        if outlet is not None and found:
            found = _carried(found, outlet)
        i += 1
    found = _with_positions(t, _without_conditions(t, found), end)
    found = [without_verdict(t, r, end) for r in _with_attitude(t, found, end)]
    if is_headline and not found and (short := headline(t, end)):
        return [short]
    found = [_taken_back(t, report) for report in _refused_too(t, found)]
    return found + _left_over(t, found, end)


CONDITIONS = word_set("if unless when whenever")
_PAST = word_set("was were had did has have would could might")


def is_past(cue: Iterable[str]) -> bool:
    """Whether a cue tells what was said, rather than what may be: its words, in lower case."""
    return any(w in _PAST or (w in CUES and "past" in CUES[w].forms) for w in cue)


def _is_condition(t: Tokens, report: Report) -> bool:
    """ "If the court says yes", "when the bank says it is safe": nobody said it. What is told in
    the past was said ("when the bank said in May that it was safe")."""
    if report.source is None or report.cue is None or report.implied or not report.source[0]:
        return False
    supposed = t.lows[report.source[0] - 1] in CONDITIONS
    return supposed and not is_past(t.lows[slice(*report.cue)])


def _without_conditions(t: Tokens, found: list[Report]) -> list[Report]:
    """Without what somebody only might say, and what else they do in the same condition."""
    supposed = {r.source for r in found if _is_condition(t, r)}
    return [r for r in found if not (_is_condition(t, r) or (r.implied and r.source in supposed))]


def _refused_too(t: Tokens, found: list[Report]) -> list[Report]:
    """With "or say whether she knew" as a refusal where "would not comment" stands before it."""
    out: list[Report] = []
    for report in found:
        if report.implied and report.cue and t.lows[report.cue[0] - 1] in ("or", "nor"):
            bare = t.tags[report.cue[0]] == "B"
            if bare and out and out[-1].cue and _refuses(t, out[-1]):
                report = replace(report, rule=report.rule.replace("+and", REFUSED_TOO))
        out.append(report)
    return out


def _refuses(t: Tokens, report: Report) -> bool:
    known = CUES.get(report.lemma)
    if known is not None and known.polarity == "declines":
        return True
    return report.cue is not None and negated(" ".join(t.lows[slice(*report.cue)]))


def _taken_back(t: Tokens, report: Report) -> Report:
    """With the words before the cue that take it back: "withdrew her call for"."""
    if report.cue is None:
        return report
    first, last = report.cue
    size = retreat_before(t.lows[:first])
    return replace(report, cue=(first - size, last)) if size else report


def _with_attitude(t: Tokens, found: list[Report], end: int) -> list[Report]:
    """An attitude told of the sentence's subject and what it is about; it spans the sentence, so
    that what it holds is no report of its own. Else a topic put first goes to what is said of it.
    """
    new = attitude(t, end)
    if new is not None and not new.content and new.cue is not None:
        first, last = new.cue  # "saw it differently": no object of "saw"
        return [r for r in found if r.cue is None or not first <= r.cue[0] < last]
    if new is None or any(_told_around(r, new) for r in found):
        return [with_topic(t, r, end) for r in found]
    return [new]


def _told_around(report: Report, new: Report) -> bool:
    """Whether the attitude only stands in what somebody says: "Ortiz was firm: no, Lee said"."""
    assert new.source is not None
    assert new.cue is not None
    outside = report.cue is not None and report.cue[0] >= new.cue[1]
    return outside and _content_start(report) <= new.source[0]


def _with_positions(t: Tokens, found: list[Report], end: int) -> list[Report]:
    """Positions that phrases tell beside what is said; none inside another's words."""
    for new in positions(t, end):
        begin, (start, stop) = _first(new), new.content[0]
        cue = new.cue or (begin, begin)
        apart = [
            all(b <= begin or cue[1] <= a for a, b in (*r.content, r.cue or (0, 0))) for r in found
        ]
        if not all(apart):
            if t.lows[begin - 1 : begin] != [";"]:
                continue
            found = [_cut(t, r, begin) if _content_start(r) < begin else r for r in found]
        inner = [r for r in found if start <= _first(r) < stop]
        at = _break(t, inner[0], (start, stop)) if inner else None
        if at is not None and at > start:
            new = _cut(t, new, at)
        else:
            found = [r for r in found if r not in inner]
        found = [_of_subject(r, new) for r in found]
        found = sorted([*found, new], key=_first)
    return found


def _of_subject(report: Report, side: Report) -> Report:
    """ "Dunn hit back at the claims, insisting that …": the side's subject is the participle's."""
    ours, theirs = report.source, side.source
    if not report.implied or ours is None or theirs is None or ours[0] != theirs[0]:
        return report
    return replace(report, source=theirs)


def _carried(found: list[Report], outlet: Report) -> list[Report]:
    """The outlet that carries the last report's words stands before it."""
    if any(r.source == outlet.source and r.cue == outlet.cue for r in found):
        return found
    *before, last = found
    return [*before, replace(outlet, content=last.content), last]


def _is_turn(t: Tokens, after: int) -> bool:
    """ "Lee: “We stay”" in a headline or a transcript, not "Update: …"."""
    if any(word.upper() in LABELS for word in t.words[: after - 1]):
        return False
    short = len(t.words) < 25 and after < 5  # a headline whose full stop is the page's
    return t.tags[after] == "Q" or t.tags[-1] != "." or short or t.words[0].isupper()


def _end(t: Tokens) -> int:
    """Index after the last token that is not sentence-final punctuation."""
    end = len(t.tags)
    while end and t.tags[end - 1] == ".":
        end -= 1
    return end


def _merge(t: Tokens, found: list[Report], new: Report) -> list[Report] | None:
    """Add ``new``; None if it only stands inside what another one says."""
    if not found:
        return [new] if new.rule != CITED else None
    last = found[-1]
    if new.rule.startswith(("quote, ", "clause, ")):
        return _around(t, found, new)
    if new.rule == CITED:
        known = last.content[-1][1] <= _first(new) and not last.implied
        return [*found[:-1], _relayed(last), replace(new, content=last.content)] if known else None
    inside = [c for c in last.content if c[0] <= _first(new) < c[1]]
    if not inside:
        if (at := _relative_end(t, last, new)) is not None:
            return [*found[:-1], _cut(t, last, at), new]
        apart = _first(new) >= _last(last) or new.implied or _stands_around(new, last)
        return [*found, new] if apart else None
    if last.lemma in _RELAYS and new.rule.endswith("+who") and t.tags[_first(new) - 1] != ",":
        outlet = last.source is not None and _is_outlet(t, last.source)
        carried = [replace(_relayed(last), content=new.content)] if outlet else []
        return [*found[:-1], *carried, new]  # "cited a statement by Lee, who said": Lee speaks
    at = _break(t, new, inside[0])
    if at is None and new.rule.endswith("+ing") and last.rule.endswith("+ing"):
        at = _first(new) - 1 if t.lows[_first(new) - 1] == "and" else None
    if at is None or at <= inside[0][0]:
        return [*found[:-1], _relayed(last), new] if _tells_of(t, last, new, inside[0]) else None
    return [*found[:-1], _cut(t, last, at), new]


def _around(t: Tokens, found: list[Report], new: Report) -> list[Report]:
    """``new`` follows its content. Another speaker who opens that content stays beside it; asides
    and the same person's own words ("he had hoped, the minister said") are dropped."""
    begin = new.content[0][0]
    found = [_cut(t, r, begin) if _first(r) < _content_start(r) < begin else r for r in found]
    inner = [r for r in found if r.content and r.content[-1][1] > begin]
    before = [r for r in found if r not in inner]
    main = [r for r in inner if "s" in CUES[r.lemma].frames] if all(r.lemma for r in inner) else []
    main = [r for r in main if r.source and not r.implied and not _is_condition(t, r)]
    main = [r for r in main if min(_first(r), r.content[0][0]) <= begin + 2]
    if not main or t.tags[_first(main[0])] == "W":
        return [*before, new]
    told = [_cut(t, r, _first(new)) for r in inner]
    if not _speaks_for_itself(t, new):
        return [*before, _relayed(new), *told]
    other = all(_says(t, r) for r in main)
    return [*before, new, *told] if other else [*before, new]


def _is_relative(t: Tokens, report: Report) -> bool:
    """Whether a report stands in a clause with "who", or "which the UN says"."""
    if report.rule.endswith("+who"):
        return True
    if report.source and t.tags[max(0, report.source[0] - 2) : report.source[0]] == ",W":
        return True
    return bool(report.source and report.cue and "who" in t.lows[report.source[1] : report.cue[0]])


def _relative_end(t: Tokens, relative: Report, new: Report) -> int | None:
    """ "Lee, who chairs the board, warned of …": the comma before the main verb."""
    if new.source is None or new.cue is None or not _is_relative(t, relative):
        return None
    comma = t.tags.rfind(",", 0, new.cue[0])
    begins = relative.content[0][0]
    around = new.source[0] < begins < comma and t.tags[comma + 1 : new.cue[0]].strip("RT") == ""
    return comma if around else None


def _stands_around(new: Report, inner: Report) -> bool:
    """ "The man police say shot the guard has denied it": a clause between subject and verb."""
    if new.source is None or new.cue is None:
        return False
    return new.source[1] <= _first(inner) and _last(inner) <= new.cue[0]


def _tells_of(t: Tokens, outer: Report, new: Report, inside: Range) -> bool:
    """ "The Post reported that Lee said …": an outlet's content that opens with a speaker."""
    if new.source is None or new.implied or t.tags[slice(*new.source)] in ("P", "W", "h"):
        return False
    outlet = outer.source is not None and _is_outlet(t, outer.source)
    speaks = bool(new.lemma) and "s" in CUES[new.lemma].frames
    return outlet and speaks and _first(new) <= inside[0] + 1


def _is_outlet(t: Tokens, source: Range) -> bool:
    words = (t.lows[k].removesuffix("'s") for k in range(*source))
    return any(word in OUTLETS for word in words)


def _says(t: Tokens, report: Report) -> bool:
    """Somebody named or described says something: neither "he" nor "the figures say nothing"."""
    assert report.source is not None
    empty = t.lows[report.content[0][0]] in _NOTHING
    return t.tags[slice(*report.source)] not in ("P", "W", "h") and not empty


def _relayed(report: Report) -> Report:
    """The report of an outlet that carries what others say."""
    return replace(report, rule=RELAYED)


def _speaks_for_itself(t: Tokens, report: Report) -> bool:
    """A person tells what others said; an outlet carries their words, and they are the holders."""
    if report.source is None or report.lemma == "report":
        return False
    a, b = report.source
    if t.tags[a:b] == "P":
        return True
    return t.tags[a] == "N" and not _is_outlet(t, report.source)


def _first(report: Report) -> int:
    assert report.cue is not None
    if report.source is None or report.implied:
        return report.cue[0]
    return min(report.source[0], report.cue[0])


def _content_start(report: Report) -> int:
    return report.content[0][0] if report.content else 0


def _last(report: Report) -> int:
    spans = [*report.content, report.cue or (0, 0)]
    return max(b for _, b in spans)


def _cut(t: Tokens, report: Report, at: int) -> Report:
    """The same report with its content ending before ``at`` and the comma there."""
    while at > 0 and t.tags[at - 1] in ",-c;:":
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
    if k > inside[0] and t.lows[k] in ("while", "whereas") and t.tags[first] not in "PW":
        return k  # "Lee says it leaks while Chan denies it"
    return None


def _left_over(t: Tokens, found: list[Report], end: int) -> list[Report]:
    """Quotations nobody claimed: a missing verb, or the words of whoever spoke before."""
    taken = [c for report in found for c in report.content]
    free = [
        k for k in range(len(t.tags)) if t.tags[k] == "Q" and not any(a <= k < b for a, b in taken)
    ]
    if not free:
        return []
    if not found and free[0] == 0:
        (alone,) = _verbless(t)
        rest = tuple((k, k + 1) for k in free)
        return [alone if free == [0] or alone.source is None else replace(alone, content=rest)]
    if free[0] and t.tags[free[0] - 1] == ":":
        source = first_noun_phrase(t, free[0])
        if source is not None:
            return [Report(source, None, ((free[0], free[0] + 1),), "X …: quote")]
    return [Report(None, None, tuple((k, k + 1) for k in free), "continued")]


def _verbless(t: Tokens) -> list[Report]:
    """“…,” X in an interview; “…,” X deadpanned: no verb, or one that no lexicon has."""
    match = _VERBLESS.match(t.tags)
    if match is not None:
        source = match.span("x") if match["x"] else match.span("x2")
        cue = match.span("v") if match["x"] else match.span("v2")
        if cue[0] == cue[1]:
            return [Report(source, None, ((0, 1),), "quote, X")]
        if cue[1] - cue[0] > 1 and t.lows[cue[1] - 1] in _PARTICLES:  # "Lee called out"
            return [Report(source, cue, ((0, 1),), "quote, X")]
        if t.lows[cue[0]].endswith("ed") or t.lows[cue[0]] in ("went", "goes", "put"):
            return [Report(source, cue, ((0, 1),), "quote, X")]
    act = _ACT.match(t.tags)
    if act is not None:
        cue = act.span("v") if act["v"] else act.span("v2")
        if t.lows[cue[0]].endswith("ed") or t.tags[cue[0]] in "vV":
            return [Report(act.span("x" if act["v"] else "x2"), cue, ((0, 1),), "quote, X")]
    near = _NEARBY.match(t.tags)
    if near is not None:
        return [Report(near.span(1), None, ((0, 1),), "quote near X")]
    return [Report(None, None, ((0, 1),), "continued")]
