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
_OTHER_NEGATION = re.compile(
    r"\b(?:no|never|nobody|nothing|neither|nor|none|hardly|without)\b", re.I
)


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
    negated = _NEGATED.search(claim)
    if negated:
        return f"{claim[: negated.start()]}{negated[1]} {claim[negated.end() :]}"
    verb, auxiliary = _PRESENT.search(claim), _POSITIVE.search(claim)
    if auxiliary and (verb is None or auxiliary.start() < verb.start()):
        return f"{claim[: auxiliary.end()]} not{claim[auxiliary.end() :]}"
    if verb and not _PLURAL_BEFORE.search(claim[: verb.start()]):
        base = _THIRD[verb[1]]
        return f"{claim[: verb.start()]}does not {base}{claim[verb.end() :]}"
    return None
