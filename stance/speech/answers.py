"""Denials that stand behind what they deny: "…, a charge the mills reject", "…, which Lee denied".

News tells an accusation and its answer in one breath. The answer has a speaker of its own, and its
content is the accuser's: what stands before the comma.
"""

from __future__ import annotations

import re

ANSWERED = "X denied it"
"""The rule of a denial whose content is what another speaker said just before."""

Range = tuple[int, int]

_SAID = (
    r"(?:allegation|accusation|charge|claim|assertion|suggestion|contention|insinuation|account|"
    r"version|rumou?r|report|description|characteri[sz]ation|criticism|fear|view|argument|warning)s?"
)
_OPENING = (
    rf"(?:(?:an?\s|the\s|all\s)?(?:[a-z-]+\s)?{_SAID}(?:\s(?:that|which))?"
    r"|something(?:\s(?:that|which))?|which)"
)
_DENIES = r"(?:den(?:y|ies)|rejects?|dismiss(?:es)?|disputes?|refutes?|repudiates?)"
_DENIED = r"(?:denied|rejected|dismissed|disputed|refuted|repudiated)"
_FALSE = (
    r"(?:baseless|unfounded|groundless|false|untrue|absurd|nonsense|exaggerated|ridiculous|a\slie)"
)
_CALLS = rf"(?:calls|called|described\sas)\s{_FALSE}"
_MANNER = r"(?:(?:\w+ly|always|also|since|repeatedly)\s)?"
_CUE = (
    rf"(?P<cue>(?:(?:has|have|had)\s{_MANNER})?{_MANNER}"
    rf"(?:{_DENIED}|{_DENIES}|{_CALLS}))\b"
)
_WHO = (
    r"(?P<who>(?!(?:is|are|was|were|has|have|had|will|would|can|could)\b)[\w’'.-]+"
    r"(?:\s[\w’'.-]+){0,5}?)"
)
_AFTER = (
    r"(?=\s*(?:[.;:!?”\"]|$)|\s(?:on|in|at|as|and|last|earlier|this)\s"
    r"|,\s(?:and|but|while|as|after|before|though|although|\w+ing)\b)"
)
"""What may follow: not the rest of a clause that the denial stands in ("a plan, which …, was")."""
_ACTIVE = re.compile(rf",\s{_OPENING}\s{_WHO}\s{_CUE}{_AFTER}")
_PASSIVE = re.compile(
    rf",\s{_OPENING}\s(?:(?:is|was|were|are|(?:has|have)\sbeen)\s)?{_MANNER}"
    rf"(?P<cue>{_DENIED})\sby\s(?P<who>[\w’'.-]+(?:\s[\w’'.-]+){{0,6}}?){_AFTER}"
)
_ACCUSED = re.compile(r"^\S+(?:\s\S+){0,8}?\s(?:of|for)\s(?=\w)")


def answer(
    text: str, content: Range, end: int, lemma: str
) -> tuple[int, Range, Range, Range] | None:
    """A denial behind what somebody says, in a sentence that ends at ``end``.

    Where the said ends, then who denies, the verb, and what is denied: of an accusation (by its
    verb's ``lemma``) what somebody is accused of. None where nobody answers.

    >>> text = "Reis said the vote was rigged, a claim rejected by the commission."
    >>> said, who, cue, denied = answer(text, (10, 29), len(text), "say")
    >>> text[slice(*who)], text[slice(*cue)], text[slice(*denied)]
    ('the commission', 'rejected', 'the vote was rigged')
    """
    found = _ACTIVE.search(text, content[0], end) or _PASSIVE.search(text, content[0], end)
    if found is None or found.start() <= content[0]:
        return None
    denied = (content[0], found.start())
    if lemma in ("accuse", "blame", "charge", "suspect"):
        accused = _ACCUSED.match(text[slice(*denied)])
        denied = (denied[0] + accused.end(), denied[1]) if accused else denied
    who = found.span("who")
    if text[who[1] - 1] == "." and not re.search(r"\b(?:[A-Z]\.)+$", text[slice(*who)]):
        who = (who[0], who[1] - 1)
    return found.start(), who, found.span("cue"), denied
