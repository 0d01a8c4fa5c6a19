"""The rules of reporting: each looks at one cue and says source, cue and content, or None.

A rule's name is kept in what it finds; how often it is right stands in
:mod:`stance.speech.precision`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stance.speech.answers import ANSWERED
from stance.speech.contents import (
    NP_VERB,
    TAIL,
    clause_before,
    content,
    main_verb,
    of_a_noun,
    quotes_and_lead,
    resumed,
    says_something,
)
from stance.speech.cues import CUES, Cue, negated, word_set
from stance.speech.subjects import (
    BE,
    TIMES,
    VERB,
    Range,
    apposition,
    gap,
    group_start,
    noun_phrase,
    shared,
    subject,
)
from stance.speech.tags import Tokens

_AS_SAYING = re.compile(r"([DnNdO]+(?:p[DnN]+)*)?(?:p[DnNd]+)?s?G")
_AFTER_VERB = re.compile(r"P|[Dd]pO|[DNnd(][DNnd()]*(?:p[DNnd]+)*")
_APPOSED = re.compile(r",[^,.Q;:-]*(?:,[^,.Q;:GSV-]*)?(?=[.,Q;:-]|$)")
_SAID_COLON = re.compile(r"([DNn]+):(Q)")
_CITED_THAT = re.compile(r"([DNnd]+(?:p[DNnd]+)*),?(h)")
_NAME_APPOSED = re.compile(r"[DNn]*N+,[DnpRG][^QAvSVB]*$")
_ASIDE_SOURCE = re.compile(r"[DNn]*N[DNnc]*,")
_PARENTHETICAL = word_set("believe think hope fear reckon suspect figure find show")
_FINDS = word_set("show find report indicate")
_EVIDENCE = word_set(
    """
    poll polls survey surveys study studies polling findings paper article report reports records
    data results figures emails documents statistics analysis research census projections
    """
)
_INVERTS = word_set("say write report note add explain warn argue think believe reckon")
_BESIDE = word_set(
    """
    beside alongside aboard opposite next above below beneath around atop afterwards afterward there
    here nearby downstairs upstairs indoors outdoors backstage onstage overhead abroad
    """
)
"""Words of place that end a name behind the verb: "said Ada Holm beside her"."""
_BELONGS = word_set("of for from with at")
_CARRIED = word_set(
    "citing quoting carried quoted cited reported published broadcast aired relayed distributed"
)
_TOLD = word_set("tell warn remind assure inform promise advise notify")
"""Verbs behind what is said that may have a listener: "the dam leaks, Lee told them"."""
_NAMES = word_set("call name dub")
_BEFORE_WORDS = word_set("asked pressed questioned quizzed according")
"""What opens a clause that is not what is said: how somebody was asked, or who told it."""
_BY_NAME = re.compile(r"[Dn]*N+")
_WHOM = re.compile(r"[DNnd]+(?:p[DNnd]+)*")
_VOICES = word_set(
    """
    official officials source sources people person aide aides diplomat diplomats minister
    spokesman spokeswoman spokesperson lawmaker lawmakers witness witnesses employee employees
    embassy ministry agency police army military government regulator prosecutors lawyers
    """
)
CITED = "…, citing X"
"""The rule of those whose words an outlet tells: "the bank may fail, the Post reported, citing two
officials"."""
RELAYED = "relayed by X"
"""The rule of an outlet's own row for words that it carries and somebody else says."""
REFUSED_TOO = "+or"
"""Ends the rule of a verb that an earlier refusal covers: "would not comment on it or say why"."""
GAP = "+gap"
"""Ends the rule of a verb in a clause about what stands before it: "Rwanda, which the UN says arms
rebels"."""
_CATENATIVE = word_set("went goes going continued continues came continue used")
_GETS_IN_TOUCH = word_set(
    "emailed wrote called phoned rang telephoned texted posted tweeted stood took spoke"
)
_TELLS = word_set("say tell ask announce explain complain warn add")


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


_DONE_TO = word_set("down off aside away up out")


def _is_their_noun(t: Tokens, i: int) -> bool:
    """Whether a word like a verb is what something was done to: "played down fears"."""
    if t.lows[i] not in _CLAIMS:
        return False
    k = i - 2 if i and t.lows[i - 1] in _DONE_TO else i - 1
    return k > 0 and t.lows[k].endswith("ed") and t.tags[k] in "nSV" and t.tags[k - 1] in "nNP"


def verb(t: Tokens, i: int, told: Sequence[Range], end: int) -> Report | None:
    cue = CUES.get(t.lows[i])
    if cue is None:
        return None
    if cue.lemma in ("quote", "cite"):
        if i == 1 and t.lows[0] == "to" and (words := _to_quote(t, end)):
            return words
        relayed = _as_saying(t, i, end)
        if relayed is not None:
            return relayed
    tag = t.tags[i]
    if _is_their_noun(t, i):
        return None
    if i == 0 and tag == "S" and (opened := _SAID_COLON.match(t.tags, 1)):
        return Report(opened.span(1), (0, 1), (opened.span(2),), "X said quote", cue.lemma)
    g = group_start(t, i)
    group = t.lows[g:i]
    progressive = any(w in BE for w in group)
    if tag == "G" and not progressive:
        return _participle(t, i, cue, told, end)
    particle = t.lows[i + 1 : i + 2]
    if particle == ["off"] or (particle == ["out"] and cue.lemma == "rule"):
        return None  # "told off", "called off", "ruled out"
    if particle == ["by"] and not progressive and "s" not in cue.frames:
        return None  # "a letter seen by the Post"; not "said by telephone"
    if tag in "SV" and "past" in cue.forms and progressive:
        return _passive(t, i, g, cue, end)  # the one who spoke is not the subject
    j = g - 1
    start = g
    if j >= 0 and t.tags[j] == "t":
        caught = _catenative(t, j)
        if caught is None and t.lows[i] in _TELLS:
            near = range(j - 1, max(0, j - 5), -1)  # "She emailed us to say"
            caught = next((k for k in near if t.lows[k] in _GETS_IN_TOUCH), None)
        if caught is None:
            return None
        start = group_start(t, caught)
        j = start - 1
    elif tag == "B" and not group and (j < 0 or t.tags[j] not in "PnNWc,)h"):
        return None
    quoted = t.tags[max(0, j)] == "Q" and "past" in cue.forms  # “Don't,” begged the coach
    tells = ("s" in cue.frames and tag == "S") or (cue.lemma in _INVERTS and t.tags[j] == ",")
    tells = tells or (quoted and tag in "SV" and not group)
    inverted = j >= 0 and t.tags[j] in "Q," and tells
    if inverted or (j < 0 and tag == "S"):
        got = _inverted(t, i, start, cue, end)
        if got is not None:
            return got
    source, implied, antecedent = subject(t, j, told)
    if source is None or (cue.lemma in _NAMES and source[0] and t.tags[source[0] - 1] == "W"):
        return None  # "a diver whom we call Ada"
    if "according" in t.lows[source[0] : source[1]]:
        return None  # "…, according to Karsk estimates": no verb
    if source[1] - source[0] == 1 and t.lows[source[0]] in _ARTICLES:
        return None  # "the rules that started it", "there is compelling evidence"
    if source[0] == 1 and t.lows[0] == "as" and negated(" ".join(t.lows[start : i + 1])):
        return None  # "As Lee never said, …"
    if start == i and _agreed_on(t, i, source, cue, end):
        return None
    if "s" in cue.frames and _OUGHT & set(t.lows[start:i]) and t.lows[i + 1 : i + 2] == ["so"]:
        return None  # "She should say so to their face"
    told_before = _as_told(t, i, start, source, cue, end)
    if told_before is not None:
        return told_before
    out = cue.lemma == "point" and t.lows[i + 1 : i + 2] == ["out"]
    speaks = "s" in cue.frames or cue.lemma in _PARENTHETICAL or out
    # behind a quotation every verb is one of speech: “It is illegal,” a court ruled
    speaks = speaks or (t.tags[source[0] - 1 : source[0]] == "Q" and "past" in cue.forms)
    if speaks and not implied and antecedent is None:
        back = _postposed(t, i, start, source, cue, end)
        if back is not None:
            return back
    if cleft := _cleft(t, i, start, source, cue, end):
        return cleft
    if t.tags[i + 1 : i + 3] in (",S", ",V"):
        return None  # "Holm, who also testified, said …": the next verb is the main one
    inner = implied and "s" not in cue.frames and _MODALS & set(t.lows[start:i])
    if inner and "S" in t.tags[:start]:
        return None  # "said it did not want war but would defend itself": part of what is said
    said = content(t, i, cue, end)
    if said is not None and cue.lemma in _POSTS and _is_post(t, said[1][0]):
        return None  # "named four of them to his cabinet", "dismissed his ministers"
    if said is None and cue.lemma in _FINDS and _EVIDENCE & set(t.lows[source[0] : source[1]]):
        said = (i + 1, ((i + 1, end),), "X said clause") if i + 2 < end else None
    if said is None:
        return None
    cue_end, spans, rule = said
    if "s" in cue.frames and (inner_source := gap(t, i, source)):
        source, spans, rule = inner_source, ((i + 1, main_verb(t, i + 1, end)),), rule + GAP
    elif spans[0][1] == end and (stop := _which_ends(t, source, spans[0][0], end)):
        spans, rule = ((spans[0][0], stop),), rule + GAP
    if implied:
        rule += "+and"
    elif t.tags[source[0]] in "Wh" and source[1] - source[0] == 1:
        if t.lows[source[0]] != "who" and not rule.startswith("X said"):
            return None  # "a law that protects …": things that say nothing
        named = antecedent and "N" in t.tags[slice(*antecedent)]
        if antecedent and not named and _NO & set(t.lows[: antecedent[0]]):
            return None  # "no court frees a man who said": nobody in particular
        if not named and rule in ("X criticized Y", "X wants to", "X called for"):
            return None  # "voters who oppose …": whoever does, nobody in particular
        rule += "+who"
    return Report(source, (start, cue_end), spans, rule, cue.lemma, implied, antecedent)


_THEN_PREDICATE = re.compile(r",(?=[RT]*[AvSV])")


def _which_ends(t: Tokens, source: Range, s: int, end: int) -> int:
    """The comma that ends a relative clause in which somebody speaks: "Rwanda, which the UN says
    arms rebels, denied it"; else 0."""
    if source[0] < 2 or t.tags[source[0] - 2 : source[0]] != ",W":
        return 0
    comma = _THEN_PREDICATE.search(t.tags, s, end)
    return comma.start() if comma else 0


_POSTS = word_set("name dismiss propose announce")
STAFF = word_set(
    """
    cabinet government minister ministers staff employee employees worker workers official officials
    chief boss manager managers coach adviser advisers aide aides general generals head director
    board member members candidate candidates figures allies
    """
)
"""Who is named to a post, or dismissed from one."""


def _is_post(t: Tokens, about: Range) -> bool:
    """Whether an object is somebody: its last noun before a preposition or a comma."""
    stop = next((k for k in range(*about) if t.tags[k] in "p,;:hWw"), about[1])
    nouns = [k for k in range(about[0], stop) if t.tags[k] in "nN"]
    named = stop < about[1] and t.lows[stop] in ("to", "as") and "N" in t.tags[about[0] : stop]
    return bool(nouns) and (t.lows[nouns[-1]] in STAFF or named)


_ARTICLES = word_set("the a an its their his her our my your no every there")
_MODALS = word_set("would could will can should might may must")
_OUGHT = word_set("should must")
PASSIVE = "Y was criticized by X"
"""The rule of those who take a side on the subject of a passive."""
_SIDES = word_set(
    """
    support oppose endorse criticize criticise reject condemn welcome praise denounce dismiss defend
    deny dispute refute rebut contest challenge applaud attack blast slam ridicule back favor favour
    commend deplore decry champion approve veto
    """
)
_DENY = word_set("reject dismiss deny dispute refute rebut contest")
_CLAIMS = word_set(
    """
    claim claims report reports suggestion suggestions allegation allegations accusation accusations
    rumour rumours rumor rumors assertion assertions speculation charges fears hopes
    """
)
""" "Reports that they had met were dismissed by the delegation"."""
_BY_WHOM = re.compile(
    r"[RT]*(p)([DNnd]+(?:p[DNn]+)*(?:(?:,[DN][Nnd]*)*,?c[DN][DNnd]*+(?:p[DNn]++)*+(?![RT]*[AvSV]))?)"
)
""" "by the UN", "by the UN, the EU and the African Union"."""


def _passive(t: Tokens, i: int, g: int, cue: Cue, end: int) -> Report | None:
    """ "The bill was rejected by the Farmers' Union": the union's side, and what it is taken on."""
    by = _BY_WHOM.match(t.tags, i + 1, end)
    if by is None or t.lows[by.start(1)] != "by" or negated(" ".join(t.lows[g:i])):
        return None
    source = by.span(2)
    if "t" in cue.frames and cue.lemma != "ask":  # what somebody is asked is no statement
        return _told_by(t, i, g, source, cue, end)
    if cue.lemma not in _SIDES:
        return None
    claimed = t.tags.find("h", 1, g)
    opens = claimed > 0 and t.lows[claimed - 1] in _CLAIMS and not VERB.search(t.tags, 0, claimed)
    if opens and cue.lemma in _DENY:
        return Report(source, (i, i + 1), ((claimed, g),), ANSWERED, "deny")
    about, implied, _ = subject(t, g - 1, [])
    if about is None or implied or t.tags[about[0]] in "Wh":
        return None
    named = "N" in t.tags[slice(*source)] or _VOICES & set(t.lows[slice(*source)])
    return Report(source, (i, i + 1), (about,), PASSIVE, cue.lemma) if named else None


def _told_by(t: Tokens, i: int, g: int, source: Range, cue: Cue, end: int) -> Report | None:
    """ "Workers were told by managers that …", "“Leave now,” villagers were told by the army": who
    tells, never who listens."""
    after = source[1]
    if t.tags[after : after + 1] in ("h", "w") and after + 1 < end:
        return Report(source, (i, i + 1), ((after, end),), "X said that", cue.lemma)
    if "i" in cue.frames and t.tags[after : after + 1] == "t" and after + 1 < end:
        return Report(source, (i, i + 1), ((after, end),), "X urged Y to", cue.lemma)
    spans = tuple((k, k + 1) for k in range(g) if t.tags[k] == "Q")
    whole = spans and spans[0][0] == 0 and (after >= end or t.tags[after] in "pT,")
    return Report(source, (i, i + 1), spans, "quote, X said", cue.lemma) if whole else None


def held(t: Tokens, i: int, end: int) -> Report | None:
    """ "There were, the court held, grave doubts": a judgement told in passing."""
    start = group_start(t, i)
    source, implied, _ = subject(t, start - 1, [])
    if source is None or implied or not source[0] or t.tags[source[0] - 1] != ",":
        return None
    return _postposed(t, i, start, source, CUES["added"], end)


def _cleft(t: Tokens, i: int, start: int, source: Range, cue: Cue, end: int) -> Report | None:
    """ "Ten years is what Lee wants": what stands before "is what"."""
    what = source[0] - 1
    if what < 2 or t.lows[what] != "what" or t.lows[what - 1] not in BE:
        return None
    if i + 1 < end and t.tags[i + 1] not in ",.;:-":
        return None
    left = clause_before(t, what - 1)
    return Report(source, (start, i + 1), (left,), "clause, X said", cue.lemma) if left else None


_NO = word_set("no nobody none never without")
_THEN_VERB = re.compile(r"(?:[RT]|p[DNndT]+)+A")


def _agreed_on(t: Tokens, i: int, source: Range, cue: Cue, end: int) -> bool:
    """ "The truce announced in May will hold", "rejected as “noise” complaints that …": what was
    announced or rejected says nothing."""
    reduced = "past" in cue.forms and "N" not in t.tags[slice(*source)]
    if reduced and _THEN_VERB.match(t.tags, i + 1, end):
        return True
    a = source[0]
    return a > 1 and t.lows[a - 1] == "as" and t.tags[a - 2] in "SVvn"


def _as_told(t: Tokens, i: int, start: int, source: Range, cue: Cue, end: int) -> Report | None:
    """As X pointed out, …"""
    if source[0] != 1 or t.lows[0] != "as":
        return None
    comma = t.tags.find(",", i + 1, end)
    if comma < 0 or comma + 2 >= end:
        return None
    span = (comma + 1, end)
    return Report(source, (start, i + 1), (span,), "according to X, clause", cue.lemma)


def _to_quote(t: Tokens, end: int) -> Report | None:
    """To quote Churchill: “…”"""
    whom = _WHOM.match(t.tags, 2, end)
    if whom is None or t.tags[whom.end()] not in ",:" or whom.end() + 1 >= end:
        return None
    return Report(whom.span(), (0, 2), ((whom.end() + 1, end),), "according to X, clause", "quote")


def put_it(t: Tokens, i: int, end: int) -> Report | None:
    """As Churchill put it, “…”; “…,” as Churchill put it"""
    start = group_start(t, i)
    source, implied, _ = subject(t, start - 1, [])
    if source is None or implied or t.lows[i + 1 : i + 2] != ["it"]:
        return None
    first = source[0] - 1
    if first < 0 or t.lows[first] != "as":
        return None
    cue, after = (start, i + 2), i + 2
    if first == 0 and t.tags[after : after + 1] in (",", ":") and after + 1 < end:
        return Report(source, cue, ((after + 1, end),), "according to X, clause")
    quoted = after >= end and t.tags[max(0, first - 1)] == "Q"
    left = clause_before(t, first) if quoted else None
    return Report(source, cue, (left,), "quote, X said") if left else None


def _as_saying(t: Tokens, i: int, end: int) -> Report | None:
    """TASS quoted X as saying …; X was quoted as saying …"""
    match = _AS_SAYING.match(t.tags, i + 1, end)
    if match is None or t.lows[match.end() - 2] != "as" or t.lows[match.end() - 1] != "saying":
        return None
    source = match.span(1)
    if source[0] < 0:
        j = group_start(t, i) - 1
        found = noun_phrase(t, j) if j >= 0 else None
        if found is None:
            return None
        source = found
    after = match.end()
    if t.lows[after : after + 1] == ["by"] and "Q" in t.tags[:i]:
        after = end  # "was quoted as saying by the union": the words stand before
    elif t.lows[after : after + 1] == ["by"] and (by := _BY_WHOM.match(t.tags, after, end)):
        after = by.end()
    while after < end and t.tags[after] in ",:":
        after += 1
    if after < end:
        return Report(source, (match.end() - 1, match.end()), ((after, end),), "X said that", "say")
    if "Q" in t.tags[:i]:
        spans = tuple((k, k + 1) for k in range(i) if t.tags[k] == "Q")
        return Report(source, (match.end() - 1, match.end()), spans, "quote, X said", "say")
    return None


def _catenative(t: Tokens, j: int) -> int | None:
    """ "went on to", "continued to" before an infinitive cue; the index of its verb."""
    k = j - 1
    if k >= 0 and t.lows[k] == "on":
        k -= 1
    return k if k >= 0 and t.lows[k] in _CATENATIVE else None


def _postposed(t: Tokens, i: int, start: int, source: Range, cue: Cue, end: int) -> Report | None:
    """“…,” X said / …, X said on Monday. / …, X said, …"""
    before = source[0] - 1
    while before >= 0 and t.tags[before] in "sR" and t.lows[before] in ("as", "so"):
        before -= 1
    if before < 0 or t.lows[source[0]] in ("down", "up", "compared"):
        return None  # "…, down from 2 percent in its April forecast"
    tail = TAIL.match(t.tags, i + 1)
    if t.tags[before] not in ",Q-":
        asked = t.tags[0] == "w" and tail and tail.end() >= end and "A" in t.tags[source[1] : i]
        span = (0, source[0])  # "Whether it will close she would not say"
        return (
            Report(source, (start, i + 1), (span,), "clause, X said", cue.lemma) if asked else None
        )
    that = t.tags.find("h", i + 1, end)
    if tail is not None:
        stop = tail.end()
    elif that > i + 3 and of_a_noun(t, that) and (tail := TAIL.match(t.tags[:that], i + 1)):
        stop = end  # "…, Lee said on Sunday in a shift from his claim in May that …"
    elif "Q" in t.tags[max(0, before - 1) : before + 1] and t.tags[i + 1 : i + 2] != "h":
        stop = next((k for k in range(i + 1, end) if t.tags[k] in ",;:Q-"), end)
    else:
        return None
    after = i + 2 if cue.lemma == "point" and t.lows[i + 1 : i + 2] == ["out"] else i + 1
    then = t.lows[after : after + 1] in (["last"], ["this"]) and after + 1 < len(t.lows)
    if then and t.lows[after + 1] in TIMES:
        after += 2  # "…, he said last month, though …"
    if cue.lemma not in _TOLD and t.tags[after : after + 1] in tuple("DNnPd"):
        return None
    left = clause_before(t, before + 1 if t.tags[before] == "Q" else before)
    if left is None:
        return None
    told = _NAMED_FIRST.match(t.tags, left[0], left[1]) if t.tags[source[0]] == "P" else None
    if told and t.lows[told.end() - 1] == "but" and told.end() < left[1]:
        left = (told.end(), left[1])  # "Ada Holm kept out of it, but it would hold, she said"
    quoted = "Q" in t.tags[left[0] : left[1]]
    if not quoted and (
        t.lows[left[0]] in _BEFORE_WORDS or (stop >= end and not says_something(t, left))
    ):
        return None
    if t.tags[stop : stop + 1] == ":":
        return None
    spans = [left] if not quoted else quotes_and_lead(t, left)
    rule = "quote, X said" if quoted else "clause, X said"
    spans += resumed(t, stop, end, quoted, left)
    return Report(source, (start, i + 1), tuple(spans), rule, cue.lemma)


_NAMED_FIRST = re.compile(r"N{2,4}(?![,N])[^Q,;:]*,c")


def goes_on(t: Tokens, i: int, end: int) -> Report | None:
    """…, she went on, …: said, though neither word says so alone."""
    if t.lows[i + 1 : i + 2] != ["on"] or (i + 2 < end and t.tags[i + 2] not in ",.:;Q-"):
        return None
    start = group_start(t, i)
    source, implied, _ = subject(t, start - 1, [])
    if source is None or implied:
        return None
    return _postposed(t, i + 1, start, source, CUES["added"], end)


def _may_invert(t: Tokens, i: int, start: int, cue: Cue, end: int) -> bool:
    """ "…, said X" rather than "X, the mayor, said that …": no clause follows the verb."""
    if cue.lemma not in _INVERTS or _NAME_APPOSED.match(t.tags, 0, start - 1):
        return False
    aside = _ASIDE_SOURCE.match(t.tags, i + 1, end)  # "The plan, said Lee and others, would fail"
    if not says_something(t, (0, start - 1)) and not (aside and VERB.search(t.tags, aside.end())):
        return False
    after = t.tags[i + 1 : i + 3]
    if after[:1] in ("", "P", "h", "w", "n") or (after[0] == "D" and after[1:] not in ("n", "N")):
        return False
    if NP_VERB.match(t.tags, i + 1, end):
        return False
    return cue.lemma == "say" or t.tags[i + 1 : i + 2] == "N"


def _inverted(t: Tokens, i: int, start: int, cue: Cue, end: int) -> Report | None:
    """“…,” said X, the …; also "…, said X"."""
    if start == 0:
        return None
    after_quote = t.tags[max(0, start - 2) : start] == "Q,"
    if t.tags[start - 1] == "," and not after_quote and not _may_invert(t, i, start, cue, end):
        return None
    match = _AFTER_VERB.match(t.tags, i + 1, end)
    if match is None:
        return None
    stop = match.end()
    beside = next((k for k in range(i + 2, stop) if t.lows[k] in _BESIDE), stop)
    stop = beside if set(t.tags[i + 1 : beside]) <= {"N"} else stop
    place = t.tags.find("p", i + 1, stop)
    if place > 0 and set(t.tags[i + 1 : place]) == {"N"} and t.lows[place] not in _BELONGS:
        stop = place  # "cried Ada Holm through a megaphone"
    source = (i + 1, stop)
    if t.tags[stop : stop + 1] == "," and t.tags[stop + 1 : stop + 2] in tuple("DnNdWp"):
        close = _APPOSED.match(t.tags, stop)
        if (close and close.end() >= end - 1) or (close and t.tags[close.end()] in ",.Q"):
            source = (i + 1, close.end()) if close else source
            stop = source[1]
    at = start - 1
    left = clause_before(t, at + 1 if t.tags[at] == "Q" else at)
    if left is None:
        return None
    quoted = "Q" in t.tags[left[0] : left[1]]
    spans = quotes_and_lead(t, left) if quoted else [left]
    tail = TAIL.match(t.tags, stop)
    spans += resumed(t, tail.end() if tail else stop, end, quoted, left)
    rule = "quote, said X" if quoted else "clause, said X"
    return Report(source, (start, i + 1), tuple(spans), rule, cue.lemma)


def _participle(t: Tokens, i: int, cue: Cue, told: Sequence[Range], end: int) -> Report | None:
    """…, adding that …; a letter saying that …"""
    j = i - 1
    while j > 0 and (t.tags[j] in "RT" or t.tags[j : j + 2] == "pT"):
        j -= 1  # "a statement on Friday saying that"
    if j < 0 or t.tags[j] == "R":
        return None
    source: Range | None
    beside = apposition(t, j) if t.tags[j] == "," else None
    if beside is not None and t.lows[beside[0]] in ("its", "his", "her", "their"):
        source, implied = beside, False  # "its director, Ada Holm, adding that"
    elif t.tags[j] in ",cps-":
        source, implied = shared(t, j, told), True
    elif t.tags[j] in "nN":
        source, implied = noun_phrase(t, j), False
        if source and (author := _author(t, source)):
            source = author
        elif source and t.tags[source[0]] == "n" and t.tags[max(0, source[0] - 1)] in "tA":
            source = _who_would(t, source[0])  # "would do well to stop claiming that"
        elif source and (place := _way(t, source)):
            source, implied = shared(t, place, told), True
    else:
        return None
    cited = _CITED_THAT.match(t.tags, i + 1, end) if cue.lemma in ("cite", "quote") else None
    if cited is not None:  # "reported, citing two officials, that …": the officials speak
        span = (cited.start(2), end)
        return Report(cited.span(1), (i, i + 1), (span,), "X said that", cue.lemma)
    named = _WHOM.match(t.tags, i + 1, end) if t.lows[i] in ("citing", "quoting") else None
    if named and _VOICES & set(t.lows[slice(*named.span())]):
        return Report(named.span(), (i, i + 1), (), CITED, cue.lemma)
    said = content(t, i, cue, end)
    if source is None or said is None:
        return None
    return Report(source, (i, said[0]), said[1], said[2] + "+ing", cue.lemma, implied)


_TEXTS = word_set(
    """
    statement letter lawsuit suit complaint report petition filing memo note message email tweet
    post motion brief submission article video resolution decree appeal communique
    """
)
_ISSUED = word_set(
    """
    issued released published sent signed filed wrote posted submitted circulated drafted sponsored
    made shared penned tabled issues releases publishes sends signs files writes posts
    """
)


def _author(t: Tokens, text: Range) -> Range | None:
    """Whose words a text is: "The ministry issued a statement saying …" is the ministry's."""
    head = next((k for k in range(*text) if t.tags[k] == "p"), text[1]) - 1
    verb = text[0] - 1
    if verb < 1 or t.lows[head] not in _TEXTS or t.lows[verb] not in _ISSUED:
        return None
    return subject(t, group_start(t, verb) - 1, [])[0]


_THROUGH = word_set("through across into onto outside inside around towards toward past along")


def _way(t: Tokens, found: Range) -> int:
    """Where a way or a place begins in a phrase or before it, which no participle goes with:
    "Thousands marched through Madrid demanding that …"; else 0."""
    first = max(0, found[0] - 1)
    return next((k for k in range(first, found[1]) if t.lows[k] in _THROUGH), 0)


def _who_would(t: Tokens, k: int) -> Range | None:
    """The subject of the auxiliary before an infinitive."""
    modal = t.tags.rfind("A", 0, k)
    return subject(t, group_start(t, modal) - 1, [])[0] if modal > 0 else None


def carrier(t: Tokens, i: int, end: int) -> Report | None:
    """ "…, Interfax quoted him as saying", "in remarks carried by Tass": the outlet; its content is
    that of the report beside it."""
    if t.lows[i] not in _CARRIED:
        return None
    if t.lows[i] in ("citing", "quoting"):  # "the Post reported, citing two officials, that …"
        told = i > 2 and t.tags[i - 1] == "," and t.tags[i - 2] in "SV"
        source = noun_phrase(t, group_start(t, i - 2) - 1) if told else None
        return Report(source, (i - 2, i - 1), (), RELAYED) if source else None
    if t.lows[i + 1 : i + 2] == ["by"]:
        named = _BY_NAME.match(t.tags, i + 2, end)
        return Report(named.span(), (i, i + 2), (), RELAYED) if named else None
    said = _AS_SAYING.match(t.tags, i + 1, end)
    if said is None or said.span(1)[0] < 0 or t.lows[said.end() - 1] != "saying":
        return None
    start = group_start(t, i)
    source = noun_phrase(t, start - 1) if start else None
    named_too = source and "N" in t.tags[slice(*source)]
    return Report(source, (start, i + 1), (), RELAYED) if named_too else None
