"""One of several: who "one of them" is one of, in the singular that describes them."""

from __future__ import annotations

import re

from stance.naming.focus import subject_phrases
from stance.naming.names import bare
from stance.naming.nouns import is_person_noun
from stance.naming.people import Scene
from stance.speech.tags import plural_ending

_OF_THEM = re.compile(r"(?P<many>.*\S)\s(?:of\sthem|of\sthese|of\sthose)$", re.I)
_IRREGULAR = {"men": "man", "women": "woman", "people": "person", "children": "child"}
_HEAD = re.compile(r"(.+?)(?:\s(?:of|from|in|at|for|with|on|who)\s.*)?", re.DOTALL)
_SENTENCES = 3  # in which the several are looked for


def of_them(scene: Scene, phrase: str, at: int) -> str | None:
    """ "One of them" as one of those last spoken of: after "Deckhands rallied round." a "deckhand";
    "two of them" are "two of the deckhands". None where nobody fits."""
    match = _OF_THEM.fullmatch(phrase)
    if match is None and phrase.lower() != "one":
        return None
    several = _subject(scene, at) or next(
        (one.holder.name for one in reversed(scene.told) if one.kind == "group" and one.start < at),
        None,
    )
    if several is None:
        return None
    several = several.removeprefix("unnamed ")
    if match is None or match["many"].lower() == "one":
        return singular(several)
    return f"{match['many'].lower()} of the {several}"


def singular(several: str) -> str:
    """One of those whom a description names in the plural.

    >>> singular("team-mates"), singular("women of the port")
    ('team-mate', 'woman of the port')
    """
    parts = _HEAD.fullmatch(several)
    words = (parts[1] if parts else several).split()
    rest = several[len(parts[1]) :] if parts else ""
    return " ".join([*words[:-1], _one(words[-1])]) + rest


def _one(word: str) -> str:
    low = word.lower()
    stem = next((tail for tail in _IRREGULAR if low.endswith(tail)), None)
    if stem is not None:
        return word[: len(word) - len(stem)] + _IRREGULAR[stem]
    if low.endswith("ies") and len(low) > 4:
        return word[:-3] + "y"
    return word[:-1] if low.endswith("s") and not low.endswith("ss") else word


def _subject(scene: Scene, at: int) -> str | None:
    """The people, in the plural, who are the subject of a sentence just before, nearest first."""
    found = subject_phrases(scene, at, _SENTENCES, here=True)
    subjects = [tokens.words[slice(*phrase)] for tokens, phrase in found]
    told = [_plural(words, surely=True) for words in subjects]
    told += [_plural(words, surely=False) for words in subjects]
    words = next((words for words in told if words), None)
    return " ".join([words[0].lower(), *words[1:]]) if words else None


def _plural(words: list[str], *, surely: bool) -> list[str]:
    """The words of a phrase up to a plural noun, for people if ``surely``, without what only
    counts them."""
    for k, word in enumerate(words):
        last = bare(word).rpartition("-")[2]
        several = plural_ending(last)
        if last in _IRREGULAR or (several and (not surely or is_person_noun(_one(last)))):
            first = next((j for j in range(k) if bare(words[j]) not in _COUNTS), k)
            return words[first : k + 1]
        if word.istitle() and k:
            return []
    return []


_COUNTS = frozenset(
    "the a some many several few most all two three four five six seven eight nine ten dozens "
    "hundreds of his her their its other both".split()
)
