"""The editable word list behind canonical wording and matching: ``stance/data/wording.toml``.

Idioms with what they say literally, actors named by their house or capital, and the three names
of a country. Names are facts; nothing here is tuned to a corpus.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """``countries`` are (name, adjective, seat of government); the other two map words to words."""

    countries: tuple[tuple[str, str, str], ...]
    houses: Mapping[str, str]
    idioms: Mapping[str, str]

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
    return Gazetteer(countries, raw["houses"], raw["idioms"])


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
