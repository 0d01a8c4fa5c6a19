"""Denials that stand behind what they deny: "…, a charge the mills reject", "…, which Lee denied".

News tells an accusation and its answer in one breath. The answer has a speaker of its own, and its
content is the accuser's: what stands before the comma.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ANSWERED = "X denied it"
"""The rule of a denial whose content is what another speaker said just before."""

Range = tuple[int, int]

SAID = (
    r"(?:allegation|accusation|charge|claim|assertion|suggestion|contention|insinuation|account|"
    r"version|rumou?r|report|description|characteri[sz]ation|criticism|fear|view|argument|warning|"
    r"figure|number|toll|estimate|finding|conclusion|concern|worry|worries|objection|complaint|remark|"
    r"comment|statement)s?"
)
_OPENING = (
    rf"(?:(?:an?\s|the\s|all\s)?(?:[a-z-]+\s)?{SAID}(?:\s(?:that|which))?"
    r"|something(?:\s(?:that|which))?|which)"
)
_DENIES = r"(?:den(?:y|ies)|rejects?|dismiss(?:es)?|disputes?|refutes?|repudiates?)"
_DENIED = r"(?:denied|rejected|dismissed|disputed|refuted|repudiated)"
FALSE = (
    r"(?:baseless|unfounded|groundless|false|untrue|absurd|nonsense|exaggerated|ridiculous|a\slie|lies|"
    r"misleading|fabricated|fabrications?|fiction|fake|rubbish|laughable|slander|slanderous|defamatory|"
    r"a\sfairy\stale|fairy\stales|a\ssmear|a\shoax|propaganda)"
)
_CALLS = rf"(?:calls|called|described\sas)\s[“\"‘']?{FALSE}"
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
    r"(?=[”\"’']?\s*(?:[.;:!?”\"]|$)|\s(?:on|in|at|as|and|last|earlier|this)\s[^,]*$"
    r"|,\s(?:and|but|while|as|after|before|though|although|\w+ing)\b)"
)
"""What may follow: not the rest of a clause that the denial stands in ("a plan, which …, was")."""
_ACTIVE = re.compile(rf",\s{_OPENING}\s{_WHO}\s{_CUE}{_AFTER}")
_PASSIVE = re.compile(
    rf",\s{_OPENING}\s(?:(?:is|was|were|are|(?:has|have)\sbeen)\s)?{_MANNER}"
    rf"(?P<cue>{_DENIED})\sby\s(?P<who>[\w’'.-]+(?:\s[\w’'.-]+){{0,6}}?){_AFTER}"
)
_ACCUSED = re.compile(r"^(?P<whom>\S+(?:\s\S+){0,8}?)\s(?:of|for)\s(?=\w)")
_SUBJECT = re.compile(
    r"(?:that\s)?(?P<whom>(?:the|[A-Z])[\w’'-]*(?:\s[\w’'-]+){0,2}?)\s"
    r"(?:is|are|was|were|has|have|had|will|would|could|may|might|must|should|did|does)\b"
)
_PRONOUNS = frozenset(("he", "she", "it", "they"))


@dataclass(frozen=True, slots=True)
class Answer:
    """A denial behind what is said, in characters: where the said ends, who denies by which verb,
    what is denied, and whom a pronoun means that denies."""

    end: int
    who: Range
    cue: Range
    denied: Range
    meant: Range | None = None


def answer(text: str, content: Range, end: int, lemma: str) -> Answer | None:
    """The denial behind what somebody says, in a sentence that ends at ``end``; None where nobody
    answers.

    Of an accusation (by its verb's ``lemma``) what somebody is accused of is denied, and "he" who
    denies it is the accused.

    >>> text = "Reis said the vote was rigged, a claim rejected by the commission."
    >>> found = answer(text, (10, 29), len(text), "say")
    >>> text[slice(*found.who)], text[slice(*found.denied)]
    ('the commission', 'the vote was rigged')
    """
    found = _ACTIVE.search(text, content[0], end) or _PASSIVE.search(text, content[0], end)
    if found is None or found.start() <= content[0]:
        return None
    start = content[0]
    denied = (start, found.start())
    said = text[slice(*denied)]
    accused = _ACCUSED.match(said) if lemma in ("accuse", "blame", "charge", "suspect") else None
    whom = accused or _SUBJECT.match(said)
    if accused:
        denied = (start + accused.end(), denied[1])
    who = found.span("who")
    if text[who[1] - 1] == "." and not re.search(r"\b(?:[A-Z]\.)+$", text[slice(*who)]):
        who = (who[0], who[1] - 1)
    meant = None
    if whom and text[slice(*who)].lower() in _PRONOUNS:
        meant = (start + whom.start("whom"), start + whom.end("whom"))
    return Answer(found.start(), who, found.span("cue"), denied, meant)
