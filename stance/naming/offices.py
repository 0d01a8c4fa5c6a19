"""Offices whose holder the text does not say outright: "the beekeeper", "the head of the union".

Who holds it follows from where it stands: it is the person the paragraph is about, or the one who
speaks next after an opening that gives the office alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from stance.naming.cast import Words
from stance.naming.focus import meant_by, opens_as_person, person_before, subject_before
from stance.naming.mentions import Described, describe
from stance.naming.names import Name, bare, is_institution
from stance.naming.nouns import gender_told, is_person_noun
from stance.naming.people import (
    Holder,
    Scene,
    by_role,
    full_name,
    gender_of,
    is_person,
    may_hold,
    roles_of,
)
from stance.naming.places import actor, compatriots, nationality
from stance.speech.cues import CUES, word_set

_LEADS = 2  # paragraphs in which an office may come before the name of who holds it


def is_absent(scene: Scene, holder: Holder) -> bool:
    """Whether a document never names the person whom other documents offer for an office."""
    return all(full_name(scene, name) != holder.words for name in scene.cast.names)


_JOINED = re.compile(r"\s(?:and|&)\s[A-Z]")
"""What makes two of a subject: no office means them both."""


def in_focus(scene: Scene, told: Described, at: int) -> Holder | None:
    """Who an office means that nobody was said to hold: the one person the paragraph is about.

    "Ada Holm withdrew her support. “I was wrong,” the Liberal deputy said." The office is hers from
    here on.
    """
    if not told.role or not is_person_noun(told.role[-1]):
        return None
    subject = subject_before(scene, at)
    meant = meant_by(scene, subject) if subject and not subject.told else _only_one(scene, told, at)
    if meant is None or not meant.words:
        return None
    name = subject.name if subject else None
    if name is not None and _JOINED.match(scene.document.text, name.end):
        return None
    first = scene.document.text.rfind("\n", 0, at) + 1
    others = {
        full_name(scene, n)
        for n in scene.cast.names
        if first <= n.start < at and (is_person(scene, n) or opens_as_person(scene, n))
    }
    if others - {meant.words} or not _may_hold(scene, meant.words, told):
        return None
    return _learned(scene, meant.words, told, 0.7)


def same_described(scene: Scene, told: Described, at: int) -> Holder | None:
    """ "The official" after "a senior official of the port", who was left without a name."""
    head = told.role[-1] if told.role else ""
    for one in reversed(scene.told):
        if one.start >= at or one.kind != "role" or one.holder.words:
            continue
        if head not in one.roles and head not in _ANYBODY:
            continue
        alone = told.text.casefold() == head and not _has_name(scene, head, at)
        if alone or one.holder.name.removeprefix("unnamed ")[:1].islower():
            return replace(one.holder, certain=0.7)
    return None


def _has_name(scene: Scene, office: str, at: int) -> bool:
    """Whether somebody named before is told to hold this very office."""
    names = (n for n in scene.cast.names if n.start < at)
    return any(office in roles_of(scene, full_name(scene, name)) for name in names)


_ANYBODY = word_set("person source")


def introduced(scene: Scene, told: Described, at: int) -> Holder | None:
    """ "The official" behind "A senior official was blunter.", of whom nothing was quoted yet."""
    subject = subject_before(scene, at)
    if subject is None or subject.told is None or subject.told.definite or len(told.role) != 1:
        return None
    return meant_by(scene, subject) if told.role[-1] in subject.told.role else None


_AGED = re.compile(r"(?P<age>\d{1,3})-year-old\b")
_EPITHETS = word_set(
    """
    guru finalist champion medallist medalist legend star ace veteran skipper striker midfielder
    goalkeeper keeper winger defender runner sprinter swimmer cyclist boxer golfer player athlete
    tycoon magnate millionaire billionaire businessman businesswoman entrepreneur industrialist
    pensioner grandmother grandfather mother father widow widower actor actress singer comedian
    novelist politician native
    """
)
"""What may be said of anybody just spoken of: no office, and not only one has it."""


def epithet(scene: Scene, told: Described, at: int) -> Holder | None:
    """ "The 54-year-old", "the former Olympic finalist": by the age that stands behind a name, else
    whom the lines before are about."""
    aged = _AGED.search(told.text)
    if aged:
        behind = re.compile(rf",?\s\(?{aged['age']}\b(?!\s(?:per|percent|years|minutes))")
        for name in scene.cast.names:
            if name.start < at and behind.match(scene.document.text, name.end):
                words = full_name(scene, name)
                return Holder(" ".join(words), words=words, certain=0.9)
    head = bare(told.text.split()[-1]) if told.text else ""
    if not aged and head not in _EPITHETS:
        return None
    found = person_before(scene, at, gender_told(told.text))
    return replace(found, certain=0.7) if found and found.words else None


_NATION = re.compile(r"(?:^|\s)(?P<who>[A-Z]\w+(?:\s[A-Z]\w+)?)$")


def only_leader(scene: Scene, told: Described, at: int) -> Holder | None:
    """ "The Chinese leader": the one person of the paragraph who is of no other state."""
    if told.role[-1:] != ("leader",) or not told.affiliation or not actor(told.affiliation):
        return None
    first = scene.document.text.rfind("\n", 0, at) + 1
    names = [n for n in scene.cast.names if first <= n.start < at and is_person(scene, n)]
    fitting = {full_name(scene, n) for n in names}
    fitting = {words for words in fitting if _may_hold(scene, words, told)}
    return _learned(scene, fitting.pop(), told, 0.6) if len(fitting) == 1 else None


def nation_of(told: Described) -> str | None:
    """The state of somebody of whom nothing else is told: "the young American"."""
    who = _NATION.search(told.text) if told.kind == "role" else None
    return nationality(who["who"]) if who else None


_PRONOUN = re.compile(r"[^.!?“\"]{0,60}?\b(?:(?P<m>he|his)|(?P<f>she|her))\b")


def by_nationality(scene: Scene, told: Described, at: int) -> Holder | None:
    """ "The Argentine", "the Frenchwoman": whom the lines before are about, unless told to be of
    another nation; it is known of them from here on."""
    state = nation_of(told)
    if state is None or not told.definite:
        return None
    follows = _PRONOUN.match(scene.document.text, at)
    sex = gender_told(told.text) or (str(follows.lastgroup) if follows else "")
    for words in _spoken_of(scene, at, sex):
        roles = roles_of(scene, words)
        if state.casefold() in roles or not any(actor(role) for role in roles):
            scene.roles.setdefault(words, set()).add(state.casefold())
            return Holder(" ".join(words), words=words, certain=0.7)
    return None


def _spoken_of(scene: Scene, at: int, sex: str) -> Iterator[Words]:
    """Whom a pronoun at ``at`` would mean, then everybody who may be, the nearest first."""
    first = person_before(scene, at, sex)
    if first is not None and first.words:
        yield first.words
    start = scene.document.text.rfind("\n", 0, at) + 1
    for name in reversed(scene.cast.names):
        words = full_name(scene, name)
        if name.start >= at or (sex and gender_of(scene, words) not in ("", sex)):
            continue
        if is_person(scene, name) or (name.start >= start and _may_act(scene, name)):
            yield words


def _may_act(scene: Scene, name: Name) -> bool:
    """A name that opens its sentence and is neither a body's nor a place's."""
    named = is_institution(name.words) or actor(name.words[0]) or name.text in scene.corpus.shorts
    return name.start in scene.cast.subjects and not named


def _only_one(scene: Scene, told: Described, at: int) -> Holder | None:
    """The only person named so far, of whom nothing is told, for an office of no other body."""
    before = {full_name(scene, n) for n in scene.cast.names if n.start < at and is_person(scene, n)}
    if len(before) != 1 or told.affiliation or roles_of(scene, words := before.pop()):
        return None
    return Holder(" ".join(words), words=words)


def _may_hold(scene: Scene, words: Words, told: Described) -> bool:
    """Whether nothing speaks against it: another office, or a noun of the other gender."""
    sex = gender_told(told.text)
    other = sex and gender_of(scene, words) not in ("", sex)
    return not other and may_hold(told, roles_of(scene, words))


def _learned(scene: Scene, words: Words, told: Described, certain: float) -> Holder:
    """The office is theirs in this document; one of several words in the corpus too."""
    roles_of(scene, words)
    scene.roles.setdefault(words, set()).update(told.role)
    if len(told.role) > 1:
        scene.corpus.roles.setdefault(words, set()).update(told.role)
        scene.corpus.stories.setdefault(words, set()).add(scene.number)
        for role in told.role:
            scene.corpus.holding.setdefault(role, set()).add(words)
    return Holder(" ".join(words), words=words, certain=certain)


def named_later(scene: Scene, told: Described, at: int) -> Holder | None:
    """An office in the opening whose holder is the next who speaks: "…, the city's transport
    commissioner said. [New paragraph] Ada Holm said the second tube was dug"."""
    text = scene.document.text
    if not told.role or not is_person_noun(told.role[-1]):
        return None
    names = scene.cast.names
    later = names[bisect_right(names, at, key=lambda n: n.start) :]
    name = next((n for n in later if is_person(scene, n) or _says(text, n)), None)
    if name is None or len(name.words) < 2 or name.title or not _says(text, name):
        return None
    lead = len(re.findall(r"\S\s*\n", text[:at])) < _LEADS
    gap = len(re.findall(r"\S\s*\n", text[at : name.start]))
    words = full_name(scene, name)
    first = all(full_name(scene, n) != words for n in names if n.start < at)
    opens = name.start in scene.cast.subjects or text[name.start - 2] in '”"’»'
    if gap > (1 if lead else 0) or not first or not opens:
        return None
    return _learned(scene, words, told, 0.7) if _may_hold(scene, words, told) else None


def _says(text: str, name: Name) -> bool:
    behind = re.match(r"\s([a-z]+)", text[name.end : name.end + 30])
    return bool(behind) and behind[1] in CUES  # type: ignore[index]


_OFFICE = re.compile(
    r"(?:(?P<whose>.+?)(?:[’']s|(?<=s)[’'])\s(?:own\s)?office|office\sof\s(?P<of>.+))$"
)


def office_of(scene: Scene, told: Described, at: int) -> Holder | None:
    """One office under its names: "Keller’s office", "the office of Mayor Keller", and "the mayor’s
    office" where the text has one of the others and names one mayor."""
    match = _OFFICE.match(told.text)
    if match is None:
        return None
    whose = describe(match["whose"] or match["of"])
    if whose.kind == "person" and whose.name is not None and not whose.name.text.isupper():
        words = full_name(scene, whose.name)
        known = whose.name.title or gender_of(scene, words) or roles_of(scene, words)
        return Holder(f"office of {' '.join(words)}") if known or len(words) > 1 else None
    if whose.kind != "role" or len(whose.role) != 1:
        return None
    found = by_role(scene, replace(whose, definite=True), at)
    if found is None or not found.words or found.certain < 0.8:
        return None
    last = re.escape(found.words[-1])
    explicit = rf"\b{last}[’']s?\soffice\b|\boffice\sof\s(?:[\w.’-]+\s){{0,4}}{last}\b"
    if not re.search(explicit, scene.document.text):
        return None
    return Holder(f"office of {' '.join(found.words)}", certain=0.8)


def _trade(told: Described) -> str:
    """What each of a definite bare plural does, "" where it does not say: "the auditors"."""
    who = bare(told.text).removesuffix("s")
    if compatriots(told.text):
        return ""
    return who if told.definite and " " not in told.text and is_person_noun(who) else ""


def owned_before(scene: Scene, told: Described, at: int) -> Described | None:
    """ "The auditors" after "the Court of Audit’s auditors", if the text has them of one owner."""
    if not _trade(told):
        return None
    owner = r"[Tt]he\s[a-z]+|(?:[A-Z][\w-]*\s(?:of\s|for\s|and\s)?(?:the\s)?){0,4}[A-Z][\w-]*"
    phrase = rf"\b({owner})(?:[’']s|(?<=s)[’'])\s(?:own\s)?{re.escape(told.text)}\b"
    found = {m[1].casefold(): m[0] for m in re.finditer(phrase, scene.document.text[:at])}
    return describe(found.popitem()[1]) if len(found) == 1 else None


def staff_of(scene: Scene, told: Described) -> Holder | None:
    """ "The auditors" of a text that names one State Audit Office, "the inspectors" of the Rail
    Inspectorate: the body whose name has their work in it."""
    who = _trade(told)
    if not who or who == bare(told.text):
        return None
    bodies = {
        name
        for _, name in scene.cast.groups
        for word in map(bare, name.split())
        if len(word) >= _STEM and (who.startswith(word) or word.startswith(who))
    }
    return Holder(bodies.pop(), certain=0.6) if len(bodies) == 1 else None


_STEM = 5  # letters from which a word is enough to tell a trade by
