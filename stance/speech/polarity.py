"""What a report does to its content: asserts it, denies it, or declines to say."""

from __future__ import annotations

from stance.speech.answers import ANSWERED
from stance.speech.attitudes import TOPIC, TOPIC_DECLINED
from stance.speech.cues import negated, polarity_of
from stance.speech.extraction import Found
from stance.speech.positions import POSITIONS
from stance.speech.rules import REFUSED_TOO
from stance.types import Polarity

_HELD: dict[str, Polarity] = {
    **POSITIONS,
    TOPIC: "asserts",
    TOPIC_DECLINED: "declines",
    ANSWERED: "denies",
}


def polarity(text: str, item: Found, cue: str | None) -> Polarity:
    """What somebody quotes they assert, and what they put before their verb, even where the verb
    is "disagreed" or "objected"; not where the verb is negated ("whether it is, she did not say").
    """
    if cue is None or all(item.quoted):
        return "asserts"
    if item.rule in _HELD:
        return _HELD[item.rule]
    if item.rule.endswith(REFUSED_TOO):
        cue = f"did not {cue}"
    behind = [c for c in item.content if item.cue and c[0] >= item.cue[0]]
    polarity = polarity_of(cue, item.lemma, text[slice(*(behind or item.content)[0])])
    told_first = not behind or not item.rule.startswith("X ")
    told_first = told_first and item.cue is not None and item.content[0][0] < item.cue[0]
    return "asserts" if told_first and polarity == "denies" and not negated(cue) else polarity


def declines(text: str, item: Found) -> bool:
    """Whether a report says that nothing was said."""
    cue = text[slice(*item.cue)] if item.cue else None
    return polarity(text, item, cue) == "declines"
