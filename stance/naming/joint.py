"""Several names that speak as one: "Anna Lee and Bo Chan", "the ministry and the bank"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stance.naming.affiliations import is_field
from stance.naming.institutions import by_field, institution_span
from stance.naming.names import (
    SPOKES,
    TITLES,
    WORD,
    bare,
    first_names,
    is_institution,
    joined_names,
    parse_name,
    runs,
)
from stance.naming.nouns import is_person_noun
from stance.naming.places import actor
from stance.speech.cues import CUES, word_set

Range = tuple[int, int]

_NAMES = rf"(?:[Tt]he\s)?{WORD}(?:\s(?:(?:of|the|for)\s){{0,2}}{WORD})*"
_ROLE = r"(?:[a-z][a-z-]+\s){1,3}"
_STATES = "states countries islands republics governments ministries"
_PART = (
    rf"(?:{_NAMES}\s{_ROLE}{WORD}(?:\s{WORD})+|{_ROLE}{WORD}(?:\s{WORD})+"
    rf"|{_NAMES}(?:\s(?:{'|'.join(_STATES.split())}))?)"
)
_JOINT = re.compile(rf"{_PART}(?:,\s{_PART}){{0,3}},?\s(?:and|&)\s{_PART}")
_OFFICE = re.compile(
    rf"[Tt]he\s(?:{'|'.join(sorted(map(re.escape, TITLES)))})\s(?:of|for)\s", re.IGNORECASE
)
_TIE = re.compile(r",?\s(?:and|&)\s|,\s")
_SMALL = word_set(f"the of for and {_STATES}")
_SEATED = word_set("university college hospital school police council county borough district")
"""Bodies of a place, whose name may have "and" in it: "Washington and Lee University"."""


def joint_names(phrase: str, text: str) -> list[Range]:
    """Where each name of a joint subject stands in ``phrase``; empty where it is one name.

    Two bare names are two holders unless something tells that they are one: see
    :func:`_is_one_name`.

    >>> phrase = "Ministers Anna Lee and Bo Chan"
    >>> [phrase[a:b] for a, b in joint_names(phrase, phrase)]
    ['Anna Lee', 'Bo Chan']
    >>> joint_names("The Food and Seed Commission", "")
    []
    """
    whole = re.sub(r"^[Bb]oth\s", "", phrase.strip(" ,"))
    if not _JOINT.fullmatch(whole) or actor(whole):
        return []
    last = runs(whole)[-1]
    ties = list(_TIE.finditer(whole))
    if institution_span(whole, *last)[0] < ties[-1].end() <= last[0]:
        return []  # "the Food and Seed Commission"
    cuts = [0, *(tie.end() for tie in ties)]
    ends = [*(tie.start() for tie in ties), len(whole)]
    if any(institution_span(whole, *run)[1] > ends[0] for run in runs(whole, 0, ends[0])):
        return []  # "the Department of Ports and Waters"
    if any(_OFFICE.match(whole, a, b) for a, b in zip(cuts[1:], ends[1:], strict=True)):
        return []  # "Anna Lee, the MP for Karsk and Norhaven"
    parts = [_without_titles(whole, a, b) for a, b in zip(cuts, ends, strict=True)]
    lead = phrase.find(whole)
    names = [whole[a:b] for a, b in parts]
    if not _may_be_joint(names, text):
        return []
    titled = parts[0][0] > 0
    listed = len(parts) > 2  # "Lee, Chan and Holm" is no one's name
    standing = titled or listed or all(_stands_alone(name, text) for name in names)
    if not standing and all(map(_is_bare, names)):
        standing = not _is_one_name(whole, names, text)
    return [(a + lead, b + lead) for a, b in parts] if standing else []


def _without_titles(text: str, start: int, end: int) -> Range:
    """ "Ministers Anna Lee": the office of both belongs to neither's name."""
    first = text[start:end].split()[0]
    if first.endswith("s") and bare(first)[:-1] in TITLES and first != text[start:end]:
        return start + len(first) + 1, end
    return start, end


def _may_be_joint(names: Sequence[str], text: str) -> bool:
    """Whether nothing makes one person of them: "Defence Secretary and MP Ada Holm", "Actor and
    singer Ada Holm", "Chelsea and England striker Ada Holm"."""
    small = [w for name in names for w in name.split() if w.islower() and w not in _SMALL]
    if any(not (w in TITLES or w in SPOKES or is_person_noun(w)) for w in small):
        return False
    nameless = any(parse_name(name, 0, len(name)) is None for name in names[:-1])
    if nameless and not re.match(r"[Tt]he\s", names[-1]):
        return False
    return not small or all(_is_persons(name, text) for name in names)


def _is_persons(name: str, text: str) -> bool:
    words = name.split()
    if any(w.islower() or bare(w) in TITLES for w in words) or bare(words[0]) in first_names():
        return True
    return len(words) == 1 and _is_surname(words[0], text)


def _stands_alone(name: str, text: str) -> bool:
    words = tuple(re.sub(r"^[Tt]he\s", "", name).split())
    return len(words) > 1 or bool(actor(name)) or is_institution(words) or _is_surname(name, text)


def _is_surname(word: str, text: str) -> bool:
    """Whether a text has a word as somebody's surname."""
    return re.search(rf"\b[A-Z][\w’-]+ {re.escape(word)}\b", text) is not None


def _is_bare(name: str) -> bool:
    """A name without an office and without "of": "Airbus", "General Motors"."""
    found = parse_name(name, 0, len(name))
    tied = re.search(r"\s(?:of|for)\s", name)
    return found is not None and not found.title and not tied


def _is_one_name(whole: str, names: Sequence[str], text: str) -> bool:
    """Whether two bare names with "and" between are one: a listed one, one with "&", twice the same
    word, a field of work, one that goes with a verb or a possessive in the singular, or one that
    comes again while neither part stands alone.

    >>> _is_one_name("Airbus and Bo", ["Airbus", "Bo"], "Airbus and Bo said they would pay.")
    False
    >>> _is_one_name("Holm and Lee", ["Holm", "Lee"], "Holm and Lee said its lorries were late.")
    True
    """
    first, last = names
    if whole.casefold() in joined_names() or "&" in whole or first == last:
        return True
    if is_field(first) or is_field(last):
        return True  # "Immigration and Customs Enforcement"
    again = len(re.findall(re.escape(whole), text))
    alone = any(_comes_alone(name, whole, text) for name in names)
    seated = is_institution(tuple(last.split())) and " " in last
    if seated and (by_field(last) or bare(last.split()[-1]) in _SEATED):
        return not alone  # "Washington and Lee University"
    return (again > 1 and not alone) or _is_singular(whole, text)


def _comes_alone(name: str, whole: str, text: str) -> bool:
    rest = text.replace(whole, "")
    return re.search(rf"\b{re.escape(name)}\b", rest) is not None or bool(actor(name))


_ITS = re.compile(r"\s(?:[a-z]+\s){1,3}its\b")


def _is_singular(whole: str, text: str) -> bool:
    """Whether a name goes with "has", "says", "said its"."""
    for found in re.finditer(rf"{re.escape(whole)}(?=\s(?P<verb>[a-z]+))", text):
        verb = found["verb"]
        third = verb in CUES and CUES[verb].forms == {"third"}
        if third or verb in ("has", "is", "was", "does") or _ITS.match(text, found.end()):
            return True
    return False
