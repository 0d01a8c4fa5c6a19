"""Who speaks in a headline, where articles and names are left out: "Minister: bridge is safe"."""

from __future__ import annotations

import re
from dataclasses import replace

from stance.naming.affiliations import ORG_NOUNS
from stance.naming.mentions import Described
from stance.naming.names import SPOKES, TITLES, bare, fold
from stance.naming.nouns import is_person_noun, lower_first
from stance.naming.people import Scene, full_name, heads_of, roles_of
from stance.naming.places import actor


def may_head(scene: Scene, told: Described) -> bool:
    """Whether who stands before a headline's colon can speak: an office, people by their trade, an
    institution, a name that the story has too; not "Update", "The Latest"."""
    if told.kind == "institution":
        return told.name is not None or told.text.split()[-1].lower() in ORG_NOUNS
    if told.kind in ("role", "group"):
        return bool(told.role) and _is_people(told.role[-1])
    if told.name is None:
        return False
    last = told.name.words[-1]
    known = fold(last) in scene.cast.full or fold(last) in scene.corpus.surnames
    return known or actor(told.name.text) is not None or _is_people(last)


def _is_people(word: str) -> bool:
    low = bare(word)
    return is_person_noun(low) or (low.endswith("s") and is_person_noun(low[:-1]))


def bare_speaker(scene: Scene, told: Described) -> Described | None:
    """A bare office or institution as the one that the story tells of: "Minister" is the minister
    where the text names only one, "Union" the union."""
    if told.kind == "role" and told.role:
        office = replace(told, text=lower_first(told.text))
        lone = told.affiliation is not None and " " not in told.affiliation
        if lone and actor(told.affiliation or "") is None:
            office = replace(office, affiliation=None)  # "Health chief", "Retired General"
        return replace(office, definite=len(_holding(scene, told.role[-1])) == 1)
    word = told.text
    one = told.kind == "institution" and " " not in word and word.istitle()
    text = scene.document.text
    if one and re.search(rf"\b(?:the|an?|its)\s(?:[a-z-]+\s){{0,2}}{word.lower()}\b", text):
        named = {g for _, g in scene.cast.groups if bare(word) in map(bare, g.split())}
        return Described("institution", word.lower(), None, (bare(word),), definite=len(named) == 1)
    return None


def _holding(scene: Scene, office: str) -> set[tuple[str, ...]]:
    """Everybody in this document with an office; any spokesperson is one."""
    if office not in TITLES | set(SPOKES):
        return set()
    heads = heads_of(office)
    named = {full_name(scene, n) for n in scene.cast.names}
    return {words for words in named if heads & roles_of(scene, words)}
