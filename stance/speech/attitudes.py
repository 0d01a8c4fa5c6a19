"""Attitudes told of somebody in words that are no verb of saying, and topics put first.

"Ortiz was blunt: fares will rise", "About the cost she had no doubts", and what follows a sentence
such as "Ortiz was unmoved.": the next sentence, if its tenses are those of reported speech, goes on
with what was thought or said (free indirect speech; Banfield 1982, *Unspeakable Sentences*).
Patterns run over the words of a sentence in lower case, as in :mod:`stance.speech.positions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from stance.speech.cues import word_set
from stance.speech.rules import Report
from stance.speech.subjects import (
    VERB,
    Range,
    first_noun_phrase,
    group_start,
    looks_verbal,
    noun_phrase,
    subject,
)
from stance.speech.tags import Tokens

ATTITUDE = "X was firm: words"
"""The rule of a clause or of sentences that explain somebody's attitude."""
TOPIC = "on Y, X takes a side"
"""The rule of an attitude to what the sentence opens with."""
TOPIC_DECLINED = "on Y, X declines"
"""The same for somebody who says nothing of it."""
FREE = "X goes on freely"
"""The rule of a sentence in the tenses of reported speech behind one that reports."""

_BE = r"(?:is|are|was|were|remain(?:s|ed)?|sound(?:s|ed)|seem(?:s|ed)|appear(?:s|ed)|stay(?:s|ed))"
_MOOD = (
    r"(?:un(?:moved|repentant|impressed|convinced|deterred|apologetic|yielding|bending|equivocal"
    r"|compromising|persuaded|perturbed|enthusiastic|troubled|worried|concerned|changed)|adamant"
    r"|blunt|firm|defiant|dismissive|sceptical|skeptical|scathing|emphatic|categorical|cautious"
    r"|guarded|optimistic|pessimistic|gloomy|confident|certain|sure|positive|critical|clear"
    r"|insistent|forthright|unambiguous|supportive|hostile|sanguine|relaxed|conciliatory|frank"
    r"|candid|evasive|vague|hopeful|doubtful|resolute|furious|indignant|generous|gallant|kind"
    r"|enthusiastic|encouraging|philosophical|sympathetic|charitable|opposed|in favou?r)"
)
_MORE = r"(?:(?:as|so|very|quite|rather|equally|just|more|less|not|no|far|much|even|also|still) )*"
_OUTLOOK = (
    r"(?:worr|misgiving|doubt|qualm|fear|objection|illusion|regret|reservation|concern|hope"
    r"|complaint|quarrel|criticism|praise|sympathy)\w*"
)
_SIDE = r"(?:position|view|stance|line|opinion|answer|verdict|message)"
_ATTITUDE = (
    rf"{_BE} {_MORE}{_MOOD}",
    rf"(?:has|have|had|sees?|saw|expressed|voiced) (?:\w+ )?{_OUTLOOK}",
    r"(?:has|have|had) not changed (?:his|her|its|their) (?:mind|position|view|tune)",
    rf"{_SIDE} (?:is|was|remain(?:s|ed)) (?:un)?(?:changed|clear|simple|firm|plain|different"
    r"|the same|unaltered)",
    r"(?:saw|sees|put|puts|views?|viewed) (?:it|this|that|things|matters) (?:quite |very |rather )?"
    r"(?:differently|otherwise|the other way)",
    r"(?:took|takes|held|holds|was of|is of|struck|strikes) (?:a|the) (?:very |quite )?"
    r"(?:different|opposite|other|same|similar|dimmer|milder|harder|softer) (?:view|line|tone|note"
    r"|opinion|position)",
    r"(?:begged|begs) to differ|disagree[sd]?|stood (?:firm|fast)|stands (?:firm|fast)"
    r"|would not budge|was having none of it|shrugged|demurred",
)
_ON_TOPIC = (
    r"(?:agree[sd]?|disagree[sd]?|differ(?:s|ed)?|concur(?:s|red)?|ha(?:s|ve|d) no (?:view|opinion)"
    r"|ha(?:s|ve|d) (?:softened|hardened|shifted))",
)
_SILENT = (
    r"(?:say|said|says|reveal|revealed) (?:nothing|little|no more)",
    r"(?:ha(?:s|ve|d)|ga?[iv]e[sn]?|offer(?:s|ed)?) no (?:comment|answer|reply|opinion|view)",
    r"(?:declin|refus)\w+ to (?:comment|say|speak|answer|elaborate|be drawn)",
    r"(?:be|was|were|been) drawn|did not (?:comment|elaborate|say)",
    rf"(?:kept|keeps|{_BE}) (?:silent|quiet|mum|vague|non-committal|tight-lipped)",
)
_OPENERS = (
    "as for", "as to", "as regards", "with regard to", "when it comes to", "regarding",
    "concerning", "about", "on",
)  # fmt: skip
_TOPIC_NP = re.compile(
    r"[DnNd][^,;:.Q()-]{0,11}(?=,)|D{0,2}[nd]+(?:p[DnNd]+)*O?(?=P)|D{0,2}[nd]+(?:p[Dnd]+)*O?(?=[DN])"
)
# "On the whole", "On the trail": where, when and how, and not of what is spoken
_NO_TOPIC = word_set(
    """
    day days week month year night morning evening afternoon eve way trail floor stage side hand
    phone telephone radio television tv air whole contrary spot face basis occasion anniversary
    sidelines website site page facebook twitter arrival return front ground street streets road
    monday tuesday wednesday thursday friday saturday sunday call flight visit trip
    """
)


@dataclass(frozen=True, slots=True)
class _Match:
    first: int
    after: int
    silent: bool
    plain: bool  # an attitude that needs no topic


def topic(t: Tokens, end: int) -> Range | None:
    """The words that open a sentence and say what it is about, their preposition included.

    >>> from stance.speech.tags import tokenize
    >>> t = tokenize("As for the deadline, Ortiz was adamant.", 0, 39)
    >>> topic(t, len(t.tags) - 1)
    (0, 4)
    """
    start = 1 if t.tags[:1] == "c" else 0
    line = " ".join(t.lows[start : start + 4]) + " "
    opener = next((o for o in _OPENERS if line.startswith(o + " ")), None)
    if opener is None:
        return None
    match = _TOPIC_NP.match(t.tags, start + len(opener.split()), end)
    if match is None or match.end() >= end - 1:
        return None
    words = t.lows[slice(*match.span())]
    if set(words) & _NO_TOPIC or words[0] == "that":
        return None
    return start, match.end()


def attitude(t: Tokens, end: int) -> Report | None:
    """Somebody's attitude with its content: the clause behind a colon, the topic, or both.

    A report without content is an attitude that the next sentences may explain.
    """
    about = topic(t, end)
    for found in _matches(" ".join(t.lows[:end])):
        if not found.plain and about is None:
            continue
        report = _held(t, found, about, end)
        if report is not None:
            return report
    return None


def _matches(line: str) -> list[_Match]:
    return [
        _Match(
            line.count(" ", 0, m.start()),
            line.count(" ", 0, m.end()) + 1,
            m["silent"] is not None,
            m["plain"] is not None,
        )
        for m in _pattern().finditer(line)
    ]


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    plain, fronted, silent = ("|".join(p) for p in (_ATTITUDE, _ON_TOPIC, _SILENT))
    return re.compile(
        rf"(?<!\S)(?:(?P<silent>{silent})|(?P<plain>{plain})|(?P<fronted>{fronted}))(?!\w)"
    )


def _held(t: Tokens, found: _Match, about: Range | None, end: int) -> Report | None:
    start = group_start(t, found.first)
    after = found.after
    if start and t.lows[start - 1].endswith("'s"):  # "the union's position is unchanged"
        source = noun_phrase(t, start - 1)
    else:
        source, implied, antecedent = subject(t, start - 1, [])
        if implied or antecedent is not None:
            return None
    opened = about[1] if about else 0
    while t.tags[opened : opened + 1] in (",", "R", "c"):
        opened += 1
    if source is None or source[0] != opened or not _can_speak(t, source):
        return None  # only the subject of the sentence: nothing inside another clause
    cue = (start, after)
    rest = t.tags[after:end]
    if rest.startswith(":") and after + 3 < end and "Q" not in rest and not found.silent:
        said = (after + 1, end)
        spans = (about, said) if about else (said,)
        return Report(source, cue, spans, ATTITUDE)
    if about is not None and not rest.strip("RT"):
        return Report(source, cue, (about,), TOPIC_DECLINED if found.silent else TOPIC)
    if rest or found.silent or not found.plain:
        return None
    return Report(source, cue, (), ATTITUDE)


_SPEAKER = re.compile(
    r"\w{2,}(?:[eo]r|ist|ian|ant|man|woman|person|men|women)s?$|(?:union|council|court|ministry|board"
    r"|party|government|police|company|bank|commission|committee|club|agency|association|opposition"
    r"|coalition|cabinet|parliament|team|firm|group|chief|head|chair|official|aide|nurse|witness"
    r"|expert|critic|diplomat|delegate|analyst|coach|captain|judge|priest|farmer|parent)(?:e?s)?$"
)
_THING = word_set("matter letter number answer order paper weather offer river tower other factor")


def _can_speak(t: Tokens, source: Range) -> bool:
    """A name, he or she, or a noun for people: "the message is clear" is nobody's attitude."""
    words = [word.removesuffix("'s") for word in t.lows[slice(*source)]]
    tags, _, apposed = t.tags[slice(*source)].partition(",")
    if VERB.search(tags):
        return False
    if tags == "P":
        return words[0] in ("he", "she", "they")
    head = tags.partition("p")[0]
    if "N" in head or "N" in apposed:
        return True
    last = words[len(head) - 1] if head else ""
    return last not in _THING and _SPEAKER.match(last) is not None


def with_topic(t: Tokens, report: Report, end: int) -> Report:
    """A clause that somebody says of a topic put first takes the topic along: "it" is that."""
    about = topic(t, end)
    if about is None or t.lows[about[0]] == "on" or report.source is None:
        return report
    first = report.content[0][0] if report.content else 0
    if not report.rule.startswith(_CLAUSES) or report.source[0] > about[1] + 1 or first < about[1]:
        return report
    return replace(report, content=(about, *report.content))


_CLAUSES = ("X said that", "X said clause", "X is convinced")

# ------------------------------------------------------------------- free indirect speech

_SHIFTED = word_set("had would could might hadn't wouldn't couldn't")
_NOW = word_set("is are am has have will can do does isn't aren't hasn't haven't won't can't don't")
_WAS = word_set("was were wasn't weren't did didn't")
_NEGATIVE = word_set("no not never nor neither nobody nothing none")
_INTRO = re.compile(r"(?:[RT,c]|pD?[nN]+,)*")
"""What may stand before the subject: an adverb, "by then,"."""


def shifted(t: Tokens, *, plain: bool) -> bool:
    """Whether a sentence is in the tenses of reported speech throughout: "It had been closed", "No
    crack would be found". With ``plain`` also "There was no reason", which is told in the past.

    >>> from stance.speech.tags import tokenize
    >>> [shifted(tokenize(s, 0, len(s)), plain=True) for s in ("It had closed.", "It closed.")]
    [True, False]
    """
    end = len(t.tags)
    opens = _INTRO.match(t.tags)
    start = opens.end() if opens else 0
    about = first_noun_phrase(t, end)
    if "Q" in t.tags or ":" in t.tags or about is None or t.words[-1] == "?":
        return False
    first = next((k for k in range(start, end) if t.tags[k] in "AvSV"), end)
    if first >= end or t.tags[first] != "A":
        return False
    if t.lows[first] in _WAS:
        negative = _NEGATIVE & set(t.lows[: first + 3]) or t.lows[first].endswith("n't")
        if not plain or not negative:
            return False
    elif t.lows[first] not in _SHIFTED:
        return False
    if any(looks_verbal(t, k) for k in range(start + 1, first)):
        return False
    return not _NOW & set(t.lows) and not _told_in_past(t, first)


def _told_in_past(t: Tokens, first: int) -> bool:
    """Whether a later clause has a plain past verb of its own, as narrative has."""
    for k in range(first + 1, len(t.tags)):
        if t.tags[k] in "vSV" and not set(t.tags[group_start(t, k) : k]) & {"A"}:
            return True
    return False


def backshifted(words: list[str]) -> bool:
    """Whether a content told in the past is: "that it had closed", not "that it is safe"."""
    return bool((_SHIFTED | _WAS) & set(words)) and not _NOW & set(words)
