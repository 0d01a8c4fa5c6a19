"""The clause of a statement that a claim is about, in words of its own.

"We made progress on many points, and I believe a deal is near" says that a deal is near, which a
pair model sees at .75 where it is all that somebody said, and at .05 behind the other half.
"""

from __future__ import annotations

import re

from stance.checkworthiness import has_finite_verb
from stance.evidence import denied_clause
from stance.lexical import tokens
from stance.silence import is_silent
from stance.types import Passage

_JOINTS = re.compile(r"\s*(?:[;:—–]|,?\s(?:and|but)\s(?=[\w’'“\"])|(?<=[.!?])[”\"’']?\s)\s*")
_OPENING = re.compile(
    r"^(?:(?:and|but|so|that|(?:I|we) (?:believe|think|know|hope|say|(?:am|are) sure)(?: that)?)"
    r"\s+)+",
    re.IGNORECASE,
)
_EDGES = " ,.“”\"'‘’"
FEWEST_WORDS = 3
"""Words from which a piece with a verb is a clause of its own."""


def own_clause(passage: Passage, claim: str) -> str | None:
    """A premise of the one clause that has most of a claim's words, as its holder's statement.

    None where a statement has one clause, or no clause has a word of the claim; where nothing is
    said, or what is said is denied.

    >>> text = "We made progress on many points, and I believe a deal is near"
    >>> own_clause(Passage("d", 0, 61, text, "Ann Lee", "speaker"), "A deal on the dam is near.")
    'Ann Lee said that a deal is near.'
    """
    if passage.holder_type != "speaker" or passage.answers:
        return None
    found = clauses(passage.text)
    if len(found) < 2 or is_silent(passage) or denied_clause(passage) is not None:
        return None
    asked = frozenset(tokens(claim))
    shared = [len(asked.intersection(tokens(clause))) for clause in found]
    if not max(shared):
        return None
    best = _OPENING.sub("", found[shared.index(max(shared))])
    return f"{passage.holder} said that {best}."


def clauses(text: str) -> list[str]:
    """The main clauses of a text; what has no verb of its own stays with the clause before it.

    >>> clauses("The wall is old, and it will leak. Nobody will help, and no law.")
    ['The wall is old', 'it will leak', 'Nobody will help, no law']
    """
    found: list[str] = []
    for part in (piece.strip(_EDGES) for piece in _JOINTS.split(text)):
        if len(part.split()) >= FEWEST_WORDS and has_finite_verb(part):
            found.append(part)
        elif part and found:
            found[-1] += f", {part}"
    return found
