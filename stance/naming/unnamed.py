"""Who has no name, and whom somebody speaks for: "unnamed lawyer for Ada Holm"."""

from __future__ import annotations

import re

from stance.naming.focus import person_before
from stance.naming.groups import owner_before
from stance.naming.mentions import Described, describe
from stance.naming.names import INSTITUTION_WORDS, SPOKES, TITLES, bare, fold, joined_names
from stance.naming.nouns import is_person_noun, is_plural_noun, lower_first
from stance.naming.people import Holder, Scene, by_role, full_name
from stance.naming.places import actor, adjectival
from stance.naming.several import of_them
from stance.speech.cues import word_set
from stance.speech.tags import is_opening, is_preposition

_OF_THE_WORLD = word_set("western eastern northern southern european african asian arab")


def _is_adjective(text: str) -> bool:
    """One word that is no name of a party or a country, but of its members: "Republican"."""
    if text.casefold() in _OF_THE_WORLD:
        return True
    return " " not in text and actor(text) is None and text.endswith(("ican", "ian", "ratic"))


_CALLED_SHORT = word_set(
    """
    guild union association league federation society club council board commission committee
    ministry bank party company group trust authority agency institute foundation hospital
    university school college firm airline airport museum charity clinic church court corporation
    """
)
"""Common nouns of bodies: alone, with a capital that may only open the sentence, they name none."""


_TWO = re.compile(r"[A-Z][\w’'-]+\sand\s(?P<last>[A-Z][\w’'-]+)")


def affiliation(scene: Scene, text: str | None, at: int) -> str | None:
    """The institution, state or person somebody speaks for, in its canonical form."""
    if not text:
        return None
    if text in ("its", "their"):
        return owner_before(scene, at)
    if re.fullmatch(r"the [a-z]+", text) and is_person_noun(text.split()[1]):
        found = by_role(scene, describe(text), at)  # "a spokesman for the mayor"
        return found.name if found and found.words and found.certain >= 0.8 else None
    text = re.sub(r"^(?:the|The|an?)\s|[’']s?$|\s\([A-Z][\w.]{1,8}\)$", "", text).strip()
    if not text[:1].isupper() or is_opening(text) or _is_adjective(text):
        return None
    date = scene.document.date.start if scene.document.date else None
    place = actor(text, date, scene.cast.capitals)
    if place is not None:
        return place
    long = scene.corpus.acronyms.get(text.replace(".", ""))
    if long is not None:
        return actor(long) or long
    if (two := _TWO.fullmatch(text)) and text.casefold() not in joined_names():
        text = two["last"]  # "Chan and Holm adviser Bo Lee"
    if text in scene.corpus.shorts:
        return scene.corpus.shorts[text]
    if bare(text) in _CALLED_SHORT:  # "Guild president Lee" after "the Pilots' Guild"
        longer = {name for _, name in scene.cast.groups if name.split()[-1] == text != name}
        return longer.pop() if len(longer) == 1 else None
    if bare(text.split()[-1]) in INSTITUTION_WORDS:
        return adjectival(text)  # "Freedom of the Press Foundation"
    told = describe(text)
    if told.kind == "person" and told.name is not None and told.name.words and "&" not in text:
        return " ".join(full_name(scene, told.name))
    return adjectival(text)


def _says_nothing(word: str) -> bool:
    """A word that describes nobody: "by", "than"; "some", "others" do."""
    return is_preposition(word)


_NO_SUBJECT = re.compile(r"(?:who|which|what|that|whom|where|when|an?|the|I)$|there[’']s\b", re.I)


def unnamed(scene: Scene, told: Described, at: int) -> Holder:
    """The holder of a description that nobody is known to fit."""
    words = re.sub(r"\s+", " ", told.text).strip(" ,").removeprefix("unnamed ") or "source"
    if told.kind in ("role", "group") and (
        all(map(_says_nothing, words.split())) or _NO_SUBJECT.match(words)
    ):
        return Holder("unnamed source", certain=0.4)
    words = of_them(scene, words, at) or words
    if all(bare(word) in TITLES for word in words.split()):
        words = " ".join(w if w.isupper() or w == "Labour" else w.lower() for w in words.split())
    if _opens_only(scene, words, at):
        words = lower_first(words)
    if _COUNTED.match(words):
        words = words[0].lower() + words[1:]
    words = re.sub(r"^(?:our|my)\s", "", words, flags=re.I)
    possessive = re.match(r"(his|her|their|its)\s(?:own\s)?", words, re.I)
    if possessive:
        sex = {"his": "m", "her": "f"}.get(possessive.group(1).lower())
        owner = person_before(scene, at, sex) if sex else None
        last = scene.told[-1] if scene.told else None
        several = possessive.group(1).lower() == "their"
        if owner is None and last and not (sex and last.kind == "institution"):
            owner = None if several and last.holder.words else last.holder
        words = words[possessive.end() :]
        words = f"{words} of {owner.name.removeprefix('unnamed ')}" if owner else words
    theirs = affiliation(scene, told.affiliation, at)
    return Holder(f"unnamed {_owned(words, theirs)}", affiliation=theirs)


def _opens_only(scene: Scene, words: str, at: int) -> bool:
    """Whether a capital only opens the sentence: "Union leaders", "Economists polled by"."""
    first, _, rest = words.partition(" ")
    if not rest[:1].islower() or not scene.document.text.startswith(words, at):
        return False
    if fold(first) in scene.cast.full or fold(first) in scene.corpus.surnames:
        return False  # "Sanders supporters"
    return bare(first) in _CALLED_SHORT or is_plural_noun(first)


_COUNTED = re.compile(
    r"(?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Dozens|Hundreds|Many|Some|Several|Most)\s(?=[a-z])"
)
_OWNED = re.compile(
    r"[A-Z][^,]*?(?:[’']s|s[’'])\s(?:own\s)?(?P<what>[a-z][\w-]*)$"
    r"|(?P<other>[a-z][\w-]*)\s(?:for|of)\s[A-Z][^,]*$"
)
_ACT_FOR = frozenset(SPOKES) | word_set(
    "lawyer lawyers attorney attorneys counsel solicitor solicitors barrister"
)


def _owned(words: str, whom: str | None) -> str:
    """One description for "Holm’s lawyers" and "lawyers for Ada Holm"."""
    match = _OWNED.match(words)
    what = (match["what"] or match["other"]) if match else ""
    if whom is None or what not in _ACT_FOR:
        return words
    return f"{what} for {whom}"
