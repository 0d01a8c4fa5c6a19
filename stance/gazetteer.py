"""The editable word list behind canonical wording and matching: ``stance/data/wording.toml``.

Idioms with what they say literally, actors named by their house or capital, and the three names
of a country. Names are facts; nothing here is tuned to a corpus.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """``countries`` are (name, adjective, seat of government), ``states`` further names, each row
    of one state; ``houses`` and ``idioms`` map words to words.

    ``ambiguous`` are the idioms that have a plain sense too; they count of ``matters`` alone.
    """

    countries: tuple[tuple[str, str, str], ...]
    states: tuple[tuple[str, ...], ...]
    houses: Mapping[str, str]
    idioms: Mapping[str, str]
    ambiguous: frozenset[str]
    matters: tuple[str, ...]

    @property
    def seats(self) -> Mapping[str, str]:
        """An actor's address to the actor: ``"Paris" -> "the French government"``.

        >>> gazetteer().seats["Oslo"]
        'the Norwegian government'
        """
        capitals = {seat: f"the {adj} government" for _, adj, seat in self.countries if seat}
        return {**capitals, **self.houses}


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Read the packaged word list once.

    >>> gazetteer().houses["the Kremlin"]
    'the Russian government'
    """
    raw = tomllib.loads(files("stance").joinpath("data/wording.toml").read_text(encoding="utf-8"))
    countries = tuple((name, adjective, seat) for name, adjective, seat in raw["countries"])
    ambiguous = raw["ambiguous"]
    return Gazetteer(
        countries,
        tuple(map(tuple, raw["states"])),
        raw["houses"],
        raw["idioms"],
        frozenset(ambiguous["idioms"]),
        tuple(ambiguous["matters"]),
    )


_ADVERB = r"(?:not|no\s+longer|now|still|also|again|once\s+(?:again|more)|already|always|\w+ly)"
_IS = (
    r"(?P<is>(?:\s+(?:(?:is|was)(?:n['’]t)?|remain(?:s|ed)|(?:cannot|(?:has|had|will|would|can|could|"
    rf"may|might|must|should|wo|ca)(?:n['’]t)?)(?:\s+{_ADVERB})*\s+(?:be|been|remain|remained))"
    rf"|['’]s)(?:\s+{_ADVERB})*)"
)
_NAME_WORD = r"(?:(?-i:[A-Z]\.)+|(?:St|Mr|Mrs|Ms|Dr|Gen|Gov|Sen|Rep|Prof)\.|[\w’'-]+)"
_OWNER = (
    r"(?:(?P<own>my|your|his|her|its|our|their|one['’]s)"
    rf"|(?P<x>{_NAME_WORD}(?:\s+{_NAME_WORD}){{0,7}}?)(?:['’]s|(?<=s)['’]))"
)


def idiom_pattern(idiom: str) -> re.Pattern[str]:
    """An idiom of the list as it is found in texts: groups ``is``, and ``x`` or ``own`` where it
    has an owner. A last ``{x}`` is no part of the match: how far it reaches the words do not tell.

    >>> idiom_pattern("the ball {is} in {x}'s court").search("The ball wasn't in Oslo's court.")[0]
    "The ball wasn't in Oslo's court"
    """
    words = re.escape(idiom.removesuffix(" {x}")).replace("'", "['’]").replace(r"\ ", r"\s+")
    words = words.replace(r"\s+\{is\}", _IS).replace(r"\{x\}['’]s", _OWNER)
    return re.compile(rf"\b{words}\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def country_words() -> Mapping[str, str]:
    """Single lower-case words that name a country, to its one-word key.

    >>> country_words()["danish"], country_words()["copenhagen"]
    ('denmark', 'denmark')
    """
    words: dict[str, str] = {}
    for names in gazetteer().countries:
        key = names[0].casefold().replace(" ", "")
        words.update({name.casefold(): key for name in names if name and " " not in name})
    return words


def without_countries(text: str) -> tuple[frozenset[str], str]:
    """The countries a text names, by their names, adjectives and seats, and the text without them.

    >>> without_countries("South Korean Foreign Ministry")
    (frozenset({'South Korea'}), '  Foreign Ministry')
    """
    known, pattern = _country_names()
    found = frozenset(known[name] for name in pattern.findall(text))
    return found, pattern.sub(" ", text) if found else text


@lru_cache(maxsize=1)
def _country_names() -> tuple[Mapping[str, str], re.Pattern[str]]:
    known = {name: row[0] for row in gazetteer().countries for name in row if name}
    known.update({name: row[0] for row in gazetteer().states for name in row})
    longest_first = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    # No \b behind a name, for "U.S." ends in none.
    return known, re.compile(rf"\b({longest_first})(?:['’]?s)?(?!\w)")
