"""Bodies that a text does not name outright: "it" after "the committee met", "the coastguard" of a
story that has one Coastguard, an outlet by its short name."""

from __future__ import annotations

import re

from stance.naming.affiliations import ORG_NOUNS, STATE_NOUNS
from stance.naming.focus import subject_phrases
from stance.naming.mentions import Described, describe
from stance.naming.names import bare
from stance.naming.people import Scene
from stance.speech.cues import word_set

_MEDIA = word_set(
    """
    news agency newspaper press wire television tv radio network online media magazine weekly daily
    service group report online
    """
)
_SENTENCES = 2  # before "it" in which a body may be the subject


def body_subject(scene: Scene, at: int) -> tuple[int, Described] | None:
    """The institution, named or not, that is the subject of a sentence just before ``at`` in its
    paragraph, and where it stands."""
    text = scene.document.text
    for tokens, found in subject_phrases(scene, at, _SENTENCES, here=False):
        start = tokens.starts[found[0]]
        if scene.cast.spoken[start]:
            continue
        told = describe(text[start : tokens.ends[found[1] - 1]])
        head = (
            bare(re.split(r"\s(?:of|for|in|at)\s", told.text)[0].split()[-1]) if told.text else ""
        )
        if told.kind == "institution" and (told.name or head in ORG_NOUNS | STATE_NOUNS):
            return start, told
    return None


def is_own_name(source: str, name: str) -> bool:
    """Whether a name is what an outlet calls itself for short: its last word, or the word before
    those that every agency has.

    >>> [is_own_name("The Karsk Courier", n) for n in ("Courier", "the Karsk Courier", "Karsk")]
    [True, True, False]
    >>> is_own_name("Norvik News Agency", "Norvik")
    True
    """
    words = [bare(w) for w in re.sub(r"^[Tt]he\s", "", source).split()]
    asked = [bare(w) for w in re.sub(r"^[Tt]he\s", "", name).split()]
    if asked == words:
        return True
    if len(asked) != 1 or len(words) < 2:
        return False
    if asked[0] == words[-1] and asked[0] not in _MEDIA and not asked[0].isdigit():
        return True
    return asked[0] == words[0] and set(words[1:]) <= _MEDIA
