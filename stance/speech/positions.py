"""Positions and refusals told in phrases rather than with a verb of saying.

"would not be drawn on the figure", "brushed that aside", "took no position on the tax": each is a
phrase with a place for what it is about. Phrases are patterns over the words of a sentence in lower
case; who holds the position is the grammatical subject, as for any cue.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from stance.speech.cues import negated
from stance.speech.rules import Report
from stance.speech.subjects import VERB, Range, group_start, subject
from stance.speech.tags import Tokens
from stance.types import Polarity

POSITIONS: dict[str, Polarity] = {
    "X declines on Y": "declines",
    "X turns down Y": "denies",
    "X takes a side on Y": "asserts",
}
"""The rules of a position that a phrase tells, with what it does to its content."""

_OWN = r"(?:his|her|its|their)(?: own)?"
_THEM = r"(?:himself|herself|itself|themselves)"
_WH = r"(?:whether|when|why|how|what|who|which|where|if)"

_ABOUT = r"(?:(?:about|around|roughly|some|nearly|over|(?:more|less|fewer) than) )?"
_NUMBER = (
    r"(?:[$€£]?\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty"
    r"|forty|fifty|half|zero|a (?:third|quarter|half))\b)"
)

# Each pattern begins with the verb; what follows its match is what the position is about, or the
# group "of" where the words stand inside the phrase.
_PHRASES: dict[Polarity, tuple[str, ...]] = {
    "declines": (
        rf"(?:drawn|pinned down)(?= (?:on|about|over|as to|regarding|{_WH})\b)"
        r"(?: (?:on|about|over|as to|regarding)\b)?",
        r"(?:giv\w+|gave) (?:nothing|little) away (?:on|about|as to|over)",
        r"neither (?:confirm|deny)\w* (?P<of>[^,;]+?) nor (?:confirm|den|rul)\w+[^,;]*",
        r"(?:took|takes?|taken) no (?:firm |clear )?(?:position|stance|view|sides?) (?:on|in)",
        r"(?:take|took|taken) (?:(?:a|any|up a) (?:\w+ )?)?(?:position|stance|view|stand|side)s? "
        r"(?:on|in|over)",
        r"yet to (?:(?:take|adopt) (?:a|any) (?:\w+ )?(?:position|stance|view|stand) on|take sides "
        r"(?:in|on|over)|(?:decide|comment|rule|pronounce) on)",
        rf"yet to (?:decide|say|make up {_OWN} minds?)(?= {_WH}\b)",
        rf"(?:left|leaves?|leaving) (?:it )?open(?= {_WH}\b)",
        r"(?:left|leaves?|leaving) open the question(?: of)?",
        rf"commit {_THEM}(?: (?:to|on|about|as to))?(?= \w)",
        rf"(?:kept|keeps?) {_OWN} counsel (?:on|about|as to)",
        r"(?:remain(?:ed|s)?|stay(?:ed|s)|kept|keeps) (?:silent|mum|tight-lipped|non-committal"
        r"|noncommittal|vague|coy) (?:on|about|as to|over)",
        r"(?:reserv|withh)\w+ (?:judgment|judgement) (?:on|about|as to)",
        r"(?:sidestepped|dodged|ducked|evaded|skirted)(?= (?:the|a|any|that|this) )",
        r"in a position to (?:say|give|name|comment|confirm|tell|judge|provide)(?: on)?(?= \w)",
        r"(?:ma|ga|offer|ha)(?:de|ve|ed|d) no (?:further )?comment (?:on|about)",
    ),
    "denies": (
        r"(?:hear|have|brook|want) none of(?= (?:that|it|this|the)\b)",
        r"(?:threw|throws?|thrown) (?:it |this |that |them )?out(?= (?:[^,;]* )?(?:as|bids?|offers?"
        r"|proposals?|plans?|claims?|cases?|lawsuits?|suits?|appeals?|complaints?|motions?|petitions?"
        r"|bills?|amendments?|objections?|charges?|requests?|ideas?)\b)",
        r"(?:brush|wav|swept?|sweep|push|shrug|laugh)\w*(?= (?P<of>(?:the|that|this|it|such|any"
        r"|those|these|all|her|his|their)\b(?: [^\s,;:]+)*? (?:aside|away|off)\b))",
        r"(?:brush|wav|swept?|sweep|push|shrug|laugh)\w* (?:aside|away|off)(?= (?:the|that|this|any"
        r"|such|all|his|her|their|its|\w{4,}s)\b)",
        r"pour(?:ed|s) (?:cold water|scorn) on",
        r"(?:play(?:s|ed) down|allay(?:s|ed)|dispel(?:s|led)|quell(?:s|ed)|sooth(?:es|ed))"
        r"(?= (?:\w+ )?(?:fears?|concerns?|worries|warnings?|suggestions?|talk|reports?|speculation"
        r"|claims?|rumou?rs?|risks?|threats?|dangers?|hopes?)\b)",
        r"(?:gave|gives?) short shrift to",
        r"(?:took|takes?|taken) issue with",
        r"rul(?:e|ed|es|ing) out(?= \w)",
        r"(?:took|takes?|taken) back(?= what\b)",
        r"believ(?:e|es|ed) in(?= \w)",
        r"(?:thinks?|thought) (?:very )?(?:little|nothing|the worst) of",
        r"(?:has|have|had) (?:no|little) (?:faith|confidence|trust|time|patience) (?:in|for|with)",
        r"(?:has|have|had) no intention of",
    ),
    "asserts": (
        r"(?:has|have|had|sees?|saw) no (?:\w+ )?(?:worr|misgiving|doubt|qualm|fear|objection"
        r"|illusion|regret)\w* (?:about|over|that|as to|to)",
        r"(?:sees?|saw) no (?:\w+ )?(?:reason|need|point|case|ground|grounds|evidence|problem"
        r"|alternative|contradiction) (?:to|for|in|why|that|of)",
        r"let it be known(?= \w)",
        r"(?:has |have |had )?(?:came|comes?|coming) (?:a)?round to(?= (?:the|this|that|his|her|its"
        r"|their|a|an)\b)",
        rf"puts?(?= (?P<of>(?:[\w’'-]+ ){{1,5}}?at {_ABOUT}{_NUMBER}[^,;]*))",
        r"(?:made|makes?|making) (?:it )?(?:very |quite |perfectly )?(?:clear|plain)"
        r"(?= (?:that|he|she|they|his|her|their)\b)",
        r"(?:made|makes?) no secret of",
        r"point(?:ed|s)? (?:the|a) finger at",
        r"(?:laid|lays?|put|puts|pinned) (?:the|all the|much of the) blame (?:on|at|for|with)",
        rf"(?:stood|stands?) by(?= {_OWN} )",
        rf"(?:stuck|sticks?|clung|clings?|sticking|held|holds?) (?:fast )?to(?= {_OWN} )",
        r"(?:is|are|was|were)(?= (?P<of>of (?:the same|the opposite|another|a different|like)"
        r" (?:opinion|view|mind)))",
        r"of the (?:opinion|view)(?= that\b)",
        r"(?:took|takes?|held|holds?) the view(?= that\b)",
        r"(?:held|holds|ruled)(?: on \w+)?(?= that \w)",
        rf"(?:threw|throws?|thrown|put) {_OWN} (?:full )?weight behind",
        r"(?:came|comes?|come) out(?: strongly)?(?= (?:in (?:favou?r|support) of|for|against)\b)",
        r"sid(?:ed|es) with",
        rf"(?:add|lend)(?:s|ed)? {_OWN} (?:voice|name)s? to|lent {_OWN} (?:voice|name)s? to",
        r"join(?:s|ed)(?= (?:\w+ |\w+[’']s )?(?:calls?|demands?) (?:for|to)\b)",
        rf"(?:gave|gives|given|lent) {_OWN} (?:support|backing|blessing|approval) to",
        r"(?:is|are|was|were|be|been)(?= (?:in favou?r of|opposed to)\b)",
        r"(?:spoke|spoken|speaks) out(?= (?:against|for|in)\b)",
        r"(?:hit|hits) (?:out|back) at",
        r"(?:shot|fired|hit|snapped|pushed|shoots|fires|hits) back(?= that\b)",
        r"(?:cast|casts) doubt (?:on|over)",
        r"would (?:like|love|prefer|rather)(?= \w)",
        r"accept(?:s|ed)?(?= (?:the|his|her|its|their|this|that)\b[^,;:]*? (?:word|finding|verdict"
        r"|conclusion|view|argument|explanation|criticism|evidence|account|estimate|assessment"
        r"|judge?ment)s?\b)",
    ),
}
_ONLY_NEGATED = re.compile(
    r"(?:drawn|pinned down|in a position|commit|believ|t(?:ake|ook|aken) (?!no\b|back|issue))"
)
_THINGS = frozenset(("it", "this", "that", "which", "what", "there"))


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    groups = [rf"(?P<p_{polarity}>{'|'.join(p)})" for polarity, p in _numbered().items()]
    return re.compile(rf"(?<!\S)(?:{'|'.join(groups)})(?!\w)")


def _numbered() -> dict[Polarity, list[str]]:
    """The patterns with every group named once."""
    number = 0
    made: dict[Polarity, list[str]] = {}
    for polarity, patterns in _PHRASES.items():
        for pattern in patterns:
            made.setdefault(polarity, []).append(pattern.replace("?P<of>", f"?P<of{number}>"))
            number += 1
    return made


def positions(t: Tokens, end: int) -> list[Report]:
    """Every position of a sentence; what it does to its content is in :data:`POSITIONS`.

    >>> from stance.speech.tags import tokenize
    >>> text = "Anna Lee would not be drawn on the date."
    >>> t = tokenize(text, 0, len(text))
    >>> [(r.source, r.cue, r.content, r.rule) for r in positions(t, len(t.tags) - 1)]
    [((0, 2), (2, 7), ((7, 9),), 'X declines on Y')]
    """
    words = t.lows[:end]
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)
    line = " ".join(words)
    found: list[Report] = []
    for match in _pattern().finditer(line):
        first = bisect_right(starts, match.start()) - 1
        after = bisect_right(starts, max(match.start(), match.end() - 1))
        inner = next((k for k, v in match.groupdict().items() if k.startswith("of") and v), None)
        about = (after, end)
        if inner is not None:
            about = (
                bisect_right(starts, match.start(inner)) - 1,
                bisect_right(starts, match.end(inner) - 1),
            )
        polarity = next(p for p in _PHRASES if match[f"p_{p}"] is not None)
        report = _held(t, first, after, about, match.group(), polarity)
        if report is not None:
            found.append(report)
    return found


def _held(
    t: Tokens, first: int, after: int, about: Range, phrase: str, polarity: Polarity
) -> Report | None:
    start = group_start(t, first)
    negative = negated(" ".join(t.lows[start:first]))
    if _ONLY_NEGATED.match(phrase):
        if not negative:
            return None
    elif negative and polarity != "declines":
        polarity = "declines" if polarity == "denies" else "denies"  # "did not rule out …"
    source, implied, antecedent = subject(t, start - 1, [])
    if source is None or implied or about[0] >= about[1] or not _is_somebody(t, source):
        return None
    if antecedent is not None and "N" not in t.tags[slice(*antecedent)]:
        return None
    cue = (start, about[0] if about[0] < after else after)
    rule = next(name for name, does in POSITIONS.items() if does == polarity)
    return Report(source, cue, (about,), rule, "", False, antecedent)


def _is_somebody(t: Tokens, source: Range) -> bool:
    """Somebody named, told of or described, no thing."""
    tags = t.tags[slice(*source)].partition(",")[0]
    if t.lows[source[0]] in _THINGS or VERB.search(tags):
        return False
    return tags in ("P", "W") or "N" in tags or (tags[0] == "D" and "p" not in tags)
