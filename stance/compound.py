"""A claim that says two things, as two claims: "A and B" can be half true.

Only clauses and predicates are taken apart, and only where the words leave no doubt; noun phrases
("Armenia and Azerbaijan met") stay whole, because what two do together is not what each does. A
claim left whole costs a coarser verdict, a wrong part costs a wrong one.
"""

from __future__ import annotations

import re
from itertools import pairwise

from stance.speech.cues import CUES
from stance.speech.tags import Tokens, tokenize
from stance.text import sentences

MIN_WORDS = 2
"""Words a part must have; shorter ones are remainders of a coordinated phrase."""
MAX_WORDS = 300
"""Words of the longest claim that is split: beyond, it is a text, and takes minutes."""

_THIRD = frozenset(
    "accepts allows backs bans begins blames blocks brings builds buys carries causes closes "
    "contains continues cuts delivers denies destroys ends ensures enters exports fails faces "
    "finances funds gains gets gives goes harms has helps hides hires holds ignores imports "
    "improves includes increases is joins keeps kills knows lacks launches leads leaves lets "
    "loses lowers makes meets moves needs obtains offers opens opposes owns pays performs plans "
    "prevents produces promises protects proves provides publishes pulls raises reaches receives "
    "reduces rejects releases remains removes requires runs saves sells sends serves sets shows "
    "signs slows spends spreads stands starts stays stops supports takes threatens treats uses "
    "violates wants wins withdraws works writes".split()
)
_PAST = frozenset(
    "became began broke brought built bought came chose did drew drove fell fought found gave "
    "got grew had held kept knew led lost made met paid ran rose sent sold spent spoke stood "
    "stole struck sank swore took taught threw told was went were withdrew won wrote".split()
)
_PARTICIPLES = frozenset(
    "built bought brought found held kept led lost made paid sent sold".split()
)
_NOT_VERBS = frozenset("hundred indeed need speed seed breed creed feed weed red bed".split())
# Up to one of these a sentence speaks of a condition, a report or a relation, not of two facts.
_EMBEDDED = frozenset("hsWw")
_SUBJECT = frozenset("he she it they".split())
_AUXILIARIES = frozenset("is are was were has have had been be being not".split())


def split_claim(claim: str) -> list[str]:
    """The parts of a compound claim, each a sentence; ``[claim]`` where it says one thing.

    >>> split_claim("The plant was built in 2020 and closed in 2023.")
    ['The plant was built in 2020.', 'The plant was closed in 2023.']
    >>> split_claim("The drug is safe and effective.")
    ['The drug is safe and effective.']
    """
    body = re.sub(r"[.!?…\s]+$", "", claim)
    if len(body.split()) > MAX_WORDS or re.search(r"[“”«»\"]", body) or len(sentences(body)) > 1:
        return [claim]
    t = tokenize(body, 0, len(body))
    for at, word in enumerate(t.lows):
        if word not in ("and", "but", ";"):
            continue
        if _EMBEDDED & set(t.tags[:at]):
            return [claim]
        left = re.sub(r"[\s,;]+$", "", body[: t.starts[at]])
        right = _right_part(t, at, body)
        if right and _long_enough(left) and _long_enough(right):
            return [f"{left}.", *split_claim(f"{right}.")]
    return [claim]


def _long_enough(text: str) -> bool:
    return len(text.split()) >= MIN_WORDS


def _right_part(t: Tokens, at: int, body: str) -> str | None:
    """What stands after the conjunction as a sentence of its own, None where it is none."""
    verbs = [i for i in range(at) if is_finite(t, i)]
    verb = verbs[0] if verbs else None
    start = at + 1
    if t.lows[at] == ";" and start < len(t.lows) and t.lows[start] in ("and", "but"):
        start += 1
    while start < len(t.lows) and (t.tags[start] == "R" or t.lows[start] == "then"):
        start += 1
    if verb is None or verb == 0 or start >= len(t.lows) or _two_clauses(t, verbs):
        return None
    if _is_auxiliary(t, at - 1) or _is_auxiliary(
        t, -1
    ):  # "could not have and did not", "and oil did"
        return None
    subject = body[: t.ends[verb - 1]]
    rest = body[t.starts[start] :]
    if t.lows[start] in _SUBJECT:
        return f"{subject}{body[t.ends[start] :]}" if is_finite(t, start + 1) else None
    if _opens_predicate(t, start):
        group = _shared_auxiliaries(t, verb, start)
        return f"{subject} {' '.join([*group, rest])}"
    if t.lows[start] in ("this", "that", "which") and is_finite(t, start + 1):
        return None
    if _is_clause(t, start) and not _may_report(t, at):
        return rest[:1].upper() + rest[1:]
    return None


def is_finite(t: Tokens, i: int) -> bool:
    """Whether token ``i`` can be the finite verb of a main clause.

    >>> t = tokenize("The plan protects nobody.", 0, 25)
    >>> [word for i, word in enumerate(t.lows) if is_finite(t, i)]
    ['protects']
    """
    if i >= len(t.lows):
        return False
    if t.tags[i] in "AvSV" and t.lows[i] not in ("been", "be", "being", "not", "never"):
        return True
    low = t.lows[i]
    before, following = t.tags[i - 1 : i], t.tags[i + 1 : i + 2]
    if t.tags[i] != "n" or (before and before in "DpR,"):
        return False
    if low in _THIRD or low in _PAST:
        return True
    if low.endswith("s") and not low.endswith(("ss", "us")):
        return bool(before) and following == "D"  # "feeds the lake": a plural takes no article
    # "averaged temperature", "planned strikes": before a bare noun a participle is an adjective.
    return _is_past(low) and following != "n"


def _is_auxiliary(t: Tokens, i: int) -> bool:
    return t.tags[i] == "A" and t.words[i].islower()  # but not the month of May


def _two_clauses(t: Tokens, verbs: list[int]) -> bool:
    """Whether finite verbs stand apart: "data show dogs can fall ill" reports its second clause."""
    return any(b - a > 1 and set(t.tags[a + 1 : b]) - set("AR") for a, b in pairwise(verbs))


def _is_past(low: str) -> bool:
    return low.endswith("ed") and len(low) > 4 and low not in _NOT_VERBS


def _opens_predicate(t: Tokens, i: int) -> bool:
    """Whether the words after the conjunction go on with another verb of the same subject."""
    following = t.tags[i + 1] if i + 1 < len(t.tags) else "."
    return is_finite(t, i) and following not in ".,"


def _shared_auxiliaries(t: Tokens, verb: int, start: int) -> list[str]:
    """The auxiliaries of the first predicate, where the second begins with a bare participle."""
    low = t.lows[start]
    active = t.tags[start + 1 : start + 2] in ("D", "N", "O")
    if active or not (_is_past(low) or low in _PARTICIPLES) or "born" in t.lows[verb:start]:
        return []
    end = verb
    while end < start and t.lows[end] in _AUXILIARIES:
        end += 1
    return t.words[verb:end]


def _is_clause(t: Tokens, start: int) -> bool:
    """Whether a noun phrase and a finite verb follow."""
    for i in range(start, len(t.lows)):
        if i > start and is_finite(t, i):
            following = t.lows[i + 1] if i + 1 < len(t.lows) else ""
            return not (_is_past(t.lows[i]) and following in ("of", "by"))
        if t.tags[i] not in "DNndp" or (i == start and t.tags[i] == "p"):
            return False
    return False


def _may_report(t: Tokens, at: int) -> bool:
    """Whether "and" may join two subjects of a reported clause ("she expects Ann and Bob to …")."""
    if t.lows[at] != "and" or t.tags[at - 1] == ",":
        return False
    return any(
        t.tags[i] in "SV" and t.lows[i] in CUES and "c" in CUES[t.lows[i]].frames for i in range(at)
    )
