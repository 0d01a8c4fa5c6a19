"""Places that stand for whoever governs there: a capital, a house, a state and its adjective.

The list is ``stance/data/seats.csv`` (name, actor, from, to; ISO dates, open where empty) and the
countries of :mod:`stance.gazetteer`. What no list has is read from the text itself: "the Uzbek
capital, Tashkent" makes Tashkent an address of the Uzbek government in that document.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from stance.gazetteer import gazetteer

Period = tuple[str, dt.date, dt.date]

_STATED = re.compile(
    r"\b(?P<owner>[A-Z][\w-]+(?:\s[A-Z][\w-]+)?)(?:[’']s?)?\scapital,?\s(?:city\s)?(?:of\s)?"
    r"(?P<seat>[A-Z][\w-]+(?:\s[A-Z][\w-]+)?)"
    r"|\b(?P<seat2>[A-Z][\w-]+),\s(?:the\s)?capital\sof\s(?P<owner2>[A-Z][\w-]+(?:\s[A-Z][\w-]+)?)"
)


@lru_cache(maxsize=65536)
def _key(name: str) -> str:
    return re.sub(r"^the\s|[.’']", "", name.casefold()).strip()


@lru_cache(maxsize=1)
def _seats() -> Mapping[str, tuple[Period, ...]]:
    table: dict[str, tuple[Period, ...]] = {}
    for name, adjective, seat in gazetteer().countries:
        for word in (name, adjective, seat):
            if word:
                table[_key(word)] = ((name, dt.date.min, dt.date.max),)
    listed: dict[str, tuple[Period, ...]] = {}
    with files("stance").joinpath("data/seats.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            since = dt.date.fromisoformat(row["from"]) if row["from"] else dt.date.min
            until = dt.date.fromisoformat(row["to"]) if row["to"] else dt.date.max
            key = _key(row["name"])
            listed[key] = (*listed.get(key, ()), (row["actor"], since, until))
    return {**table, **listed}


def actor(
    name: str, date: dt.date | None = None, stated: Mapping[str, str] | None = None
) -> str | None:
    """Who acts under the name of a place: a state or a house; None if no place is known by it.

    Without a date the period that is open today counts.

    >>> actor("Yerevan"), actor("the Kremlin"), actor("Bonn", dt.date(1985, 1, 1)), actor("Bonn")
    ('Armenia', 'Russia', 'Germany', None)
    """
    key = _key(name)
    for owner, since, until in _seats().get(key, ()):
        if since <= (date or dt.date.today()) < until:
            return owner
    return (stated or {}).get(key)


def adjective_of(state: str) -> str:
    """ "Armenian" for "Armenia"; the name itself where no adjective is known.

    >>> adjective_of("Norway"), adjective_of("Ruritania")
    ('Norwegian', 'Ruritania')
    """
    return next((adj for name, adj, _ in gazetteer().countries if name == state), state)


_COLLECTIVE = re.compile(r"(?:sh|nch|tch|ese|ss)$")
"""How adjectives end that mean all of a nation: "the French", "the Chinese"."""
_FURTHER = re.compile(r"(?:an|ien|i|Czech|Malagasy|Burkinabe)$")
"""How the adjectives end that the gazetteer has beside further names of a state."""
_NOUNS = {
    "argentinian": "Argentina",
    "aussie": "Australia",
    "basque": "Spain",
    "brit": "Britain",
    "briton": "Britain",
    "catalan": "Spain",
    "croat": "Croatia",
    "dane": "Denmark",
    "filipina": "Philippines",
    "filipino": "Philippines",
    "finn": "Finland",
    "icelander": "Iceland",
    "kurd": "Kurdistan",
    "luxembourger": "Luxembourg",
    "new zealander": "New Zealand",
    "northern irishman": "Northern Ireland",
    "palestinian": "Palestine",
    "pole": "Poland",
    "scot": "Britain",
    "serb": "Serbia",
    "slovene": "Slovenia",
    "spaniard": "Spain",
    "swede": "Sweden",
    "tibetan": "Tibet",
    "turk": "Turkey",
}
"""Nouns for somebody of a nation whose adjective is another word."""
_MEN = {
    "dutch": "Netherlands",
    "english": "Britain",
    "french": "France",
    "irish": "Ireland",
    "scots": "Britain",
    "welsh": "Britain",
    "ulster": "Northern Ireland",
}


@lru_cache(maxsize=1)
def _adjectives() -> Mapping[str, str]:
    table = {adj.casefold(): name for name, adj, _ in gazetteer().countries}
    for name, *further in gazetteer().states:
        table.update({word.casefold(): name for word in further if _FURTHER.search(word)})
    return {word: name for word, name in table.items() if not _COLLECTIVE.search(word)}


def nationality(word: str) -> str | None:
    """The state of one person who is called by it; None for "the French", who are all of them.

    >>> [nationality(w) for w in ("Argentine", "Serb", "Frenchwoman", "French", "South Korean")]
    ['Argentina', 'Serbia', 'France', None, 'South Korea']
    """
    low = word.casefold()
    stem = re.sub(r"(?:wo)?m[ae]n$", "", low)
    return _NOUNS.get(low) or _adjectives().get(low) or (_MEN.get(stem) if stem != low else None)


def compatriots(word: str) -> str | None:
    """The state of several who are called by it: "the Ukrainians", "Frenchmen".

    >>> [compatriots(w) for w in ("Ukrainians", "Frenchmen", "Philippines")]
    ['Ukraine', 'France', None]
    """
    if word.endswith("men"):
        return nationality(word)
    return nationality(word[:-1]) if word.endswith("s") and actor(word) is None else None


def adjectival(name: str) -> str:
    """One wording of an institution: "Russia’s Foreign Ministry" is the Russian one.

    >>> adjectival("Norway’s Labour Court"), adjectival("Teachers’ Union")
    ('Norwegian Labour Court', 'Teachers’ Union')
    """
    match = re.match(r"([A-Z][\w ]+?)[’']s\s(?=[A-Z])", name)
    if match:
        for country, adjective, _ in gazetteer().countries:
            if country == match.group(1):
                return f"{adjective} {name[match.end() :]}"
    return name


def stated_capitals(text: str) -> dict[str, str]:
    """Capitals that the text itself explains, as keys of :func:`actor`'s ``stated``.

    >>> stated_capitals("They met in Ruritania’s capital Strelsau.")
    {'strelsau': 'Ruritania'}
    """
    if "capital" not in text:
        return {}
    found: dict[str, str] = {}
    for m in _STATED.finditer(text):
        owner, seat = m["owner"] or m["owner2"], m["seat"] or m["seat2"]
        found[_key(seat)] = actor(owner) or owner
    return found
