"""The opposite of a claim, by rule, for the mirror test; None where no rule is safe."""

from __future__ import annotations

import re

_AUXILIARY = (
    "is|are|was|were|has|have|had|will|would|can|could|should|must|may|might|shall|does|do|did"
)
_NEGATED = re.compile(rf"\b({_AUXILIARY})(?:\s+not|n['’]t)\b\s*", re.IGNORECASE)
_SPECIAL = re.compile(r"\b(cannot|can['’]t|won['’]t|shan['’]t)\b\s*", re.IGNORECASE)
_SPECIAL_BASE = {"cannot": "can", "can't": "can", "won't": "will", "shan't": "shall"}
_POSITIVE = re.compile(rf"\b({_AUXILIARY})\b(?!['’])", re.IGNORECASE)
# Third-person verbs that are not plural nouns: the ones positions are worded with.
_VERBS = (
    "accept agree back believe blame cause condemn consider continue cost cut demand deserve "
    "expect favour favor fear harm help hope hurt include increase intend lead make mean need "
    "oppose plan prefer prevent protect recognise recognize reduce refuse regard reject remain "
    "require risk save say seek see show support threaten trust violate want warn welcome work"
)
_THIRD = {("passes" if v == "pass" else f"{v}s"): v for v in _VERBS.split()}
_PRESENT = re.compile(rf"\b({'|'.join(_THIRD)})\b")
_PLURAL_BEFORE = re.compile(r"(?:^|\s)(?:a|an|the|of|in|its|their|his|her|our|and)\s$")
# "Will Smith", "in May", "the can": a name, a month or a thing, not a verb.
_NOUN_TOO = ("will", "may", "can", "might", "must")
_OWNED = re.compile(r"(?:\b(?:the|an?|its|their|his|our|my|your)|\w['’]s|s['’])\s+$", re.IGNORECASE)
_VIEW = 40  # characters before a word that decide
_NEXT_IS_VERB = re.compile(
    r"\s+(?:is|are|was|were|has|had|will|would|can|could|should|must|may|might|shall|does|did|"
    rf"{'|'.join(_THIRD)})\b",
    re.IGNORECASE,
)
_NEXT_IS_CAPITAL = re.compile(r"\s+[A-Z]")
_MONTH_BEFORE = re.compile(
    r"(?:\d|\b(?:in|of|by|since|until|from|to|last|next|this|early|mid|late))[\s-]+$", re.IGNORECASE
)
_OTHER_NEGATION = re.compile(
    r"\b(?:no|never|nobody|nothing|neither|nor|none|hardly|without)\b", re.I
)
_NEGATION = re.compile(
    r"\b(?:not?(?!\s+(?:more|less|fewer|later|earlier|sooner)\s+than\b)|never|nobody|none|neither|"
    r"cannot)\b|n['’]t\b",
    re.IGNORECASE,
)


def is_negated(text: str) -> bool:
    """Whether a text has an odd number of negations; "no more than" is none.

    >>> is_negated("It will not leak."), is_negated("No more than two leak.")
    (True, False)
    """
    return len(_NEGATION.findall(text)) % 2 == 1


def negate(claim: str) -> str | None:
    """``claim`` with its main verb negated, or un-negated; None where the rules do not reach.

    >>> negate("The bridge is safe."), negate("Bills will not rise.")
    ('The bridge is not safe.', 'Bills will rise.')
    >>> negate("Denmark welcomes the plan.")
    'Denmark does not welcome the plan.'
    >>> negate("Nobody knows.") is None
    True
    """
    if _OTHER_NEGATION.search(claim):
        return None
    special = _SPECIAL.search(claim)
    if special:
        base = _SPECIAL_BASE[special[1].casefold().replace("’", "'")]
        return f"{claim[: special.start()]}{base} {claim[special.end() :]}"
    negated = next((m for m in _NEGATED.finditer(claim) if _is_verb(m, claim)), None)
    if negated:
        return f"{claim[: negated.start()]}{negated[1]} {claim[negated.end() :]}"
    verb = _PRESENT.search(claim)
    auxiliary = next((m for m in _POSITIVE.finditer(claim) if _is_verb(m, claim)), None)
    if auxiliary and (verb is None or auxiliary.start() < verb.start()):
        return f"{claim[: auxiliary.end()]} not{claim[auxiliary.end() :]}"
    if verb and not _PLURAL_BEFORE.search(claim[: verb.start()]):
        base = _THIRD[verb[1]]
        return f"{claim[: verb.start()]}does not {base}{claim[verb.end() :]}"
    return None


def _is_verb(m: re.Match[str], claim: str) -> bool:
    """Whether an auxiliary that is spelt like a noun or a name is one: "The can will do"."""
    word, end = m[1], m.end(1)
    before = claim[max(0, m.start() - _VIEW) : m.start()]
    if word.casefold() not in _NOUN_TOO:
        return True
    if _OWNED.search(before) or _NEXT_IS_VERB.match(claim, end):
        return False
    if not word.istitle():
        return True
    if m.start() < _VIEW and not re.search(r"\w", before):  # at the start a verb asks
        return claim.rstrip(" ”\"'’").endswith("?")
    in_title_case = _NEXT_IS_CAPITAL.match(claim, end) is not None
    return in_title_case and not _MONTH_BEFORE.search(before)
