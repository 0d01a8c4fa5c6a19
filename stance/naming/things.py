"""Institutions at their place: "the ministry", "the company", "it", and what is named in full."""

from __future__ import annotations

import re
from dataclasses import replace

from stance.naming.bodies import body_subject
from stance.naming.cast import Words
from stance.naming.groups import (
    FIRMS,
    company_before,
    group_before,
    group_described,
    ministry_of,
    names_apart,
    only_body,
    state_before,
    subject_group,
)
from stance.naming.mentions import Described
from stance.naming.names import INSTITUTION_WORDS, bare, first_names, fold, is_institution
from stance.naming.people import Holder, Scene, gender_of, roles_of, surname_alone
from stance.naming.places import actor, adjectival
from stance.naming.unnamed import unnamed
from stance.speech.cues import word_set


def institution(scene: Scene, told: Described, at: int) -> Holder | None:
    """Who a phrase means whose head is an institution's, named or not."""
    low = told.text.casefold()
    shouted = told.text.isupper() and len(low) > _LETTERS
    shouted = shouted and told.text not in scene.corpus.acronyms
    if shouted and re.search(rf"\b{re.escape(low)}\b", scene.document.text):
        return unnamed(scene, replace(told, kind="group", text=low), at)  # "ANGLERS have told"
    date = scene.document.date.start if scene.document.date else None
    if told.state:
        place = actor(told.state, date, scene.cast.capitals)
        if place is not None:
            return Holder(place)
    text = re.sub(r"^(?:the|his|her|their|its|our)\s", "", told.text, flags=re.I)
    words = {bare(w) for w in text.split()}
    head = bare(re.split(r"\sof\s|\sfor\s", text)[0].split()[-1])
    if text == "statement" and (author := subject_group(scene, at)):
        return Holder(author, certain=0.6)  # "its lawyers, a statement said"
    if (whose := _OF_A_STATE.fullmatch(text)) and actor(whose["state"]):
        plain = replace(told, text=whose["what"], role=(head,))
        known = _described_group(scene, plain, head, {head}, at) if head in _ANYWHERE else None
        if known or head in _ANYWHERE:  # "the South Korean company"
            return known or unnamed(scene, told, at)
    if told.name is None and not re.search(r"[A-Z]", text):
        known = _described_group(scene, told, head, words, at)
        return known or unnamed(scene, told, at)
    if len(text.split()) < 3 and head in INSTITUTION_WORDS and not told.state:
        longer = group_before(scene, head, words, at)  # "the Water Board"
        if longer is not None and longer.certain > 0.8 and len(longer.name) > len(text):
            return longer
    place = actor(text, date, scene.cast.capitals)
    long = scene.corpus.acronyms.get(text.replace(".", ""))
    if place or long:
        return Holder(place or actor(long or "") or long or text)
    return Holder(adjectival(text))


_OF_A_STATE = re.compile(r"(?P<state>[A-Z]\w+(?:\s[A-Z]\w+)?)\s(?P<what>[a-z]+)")
_LETTERS = 4
"""Letters up to which a word in capitals is an acronym, though the text has it small as well."""
_GENERIC = FIRMS | word_set(
    """
    organization organisation agency bloc body alliance association movement charity network
    outlet newspaper paper publication institution
    """
)
_ANYWHERE = _GENERIC - {"agency", "body", "bloc", "alliance", "movement"}
"""Bodies of which a state has many: to say whose they are does not name one."""


def _described_group(
    scene: Scene, told: Described, head: str, words: set[str], at: int
) -> Holder | None:
    """ "the ministry", "the company": the institution it stands for, if one is known."""
    if not told.definite:
        return None
    found = group_before(scene, head, words, at)
    if found is None and len(words) == 1:
        if head in FIRMS:
            found = company_before(scene, head, at)
        if found is None and head in _GENERIC:
            last = thing(scene, head, at)
            apart = last is not None and _tells_of(scene, last, head, at)
            found = last if last and last.certain > 0.5 and not apart else None
    if found is None and len(words) == 1 and head in _OVERSEERS:
        found = _overseer(scene, at)
    if found is None and head in _STATE:
        found = state_before(scene, at)
    if found is None and head == "ministry":
        found = ministry_of(scene, words) or _same_described(scene, head)
    if found is None and len(words) == 1 and head not in _GENERIC:
        found = group_described(scene, head, at)
    return found or (only_body(scene, head, words) if head not in _GENERIC else None)


def _tells_of(scene: Scene, speaker: Holder, head: str, at: int) -> bool:
    """Whether what somebody said last has "the company" in it, which is then somebody else."""
    said = next((one for one in reversed(scene.told) if one.start < at), None)
    if said is None or said.holder.name != speaker.name:
        return False
    return names_apart(scene, said.start, head, at)


_OVERSEERS = frozenset({"regulator", "watchdog", "inspectorate"})
_OVERSEEING = word_set(
    "board authority agency commission office council inspectorate bureau administration"
)


def _overseer(scene: Scene, at: int) -> Holder | None:
    """ "the regulator": the last speaker whose name is such a body's ("the Medicines Board")."""
    for one in reversed(scene.told):
        name = {bare(word) for word in one.holder.name.split()}
        named = not one.holder.name.startswith("unnamed ")
        if one.start < at and named and name & _OVERSEEING:
            return replace(one.holder, certain=0.6)
    return None


_STATE = word_set("government authorities administration")


def _same_described(scene: Scene, head: str) -> Holder | None:
    """ "the ministry" after "the health ministry", neither of which has a name."""
    for one in reversed(scene.told):
        if one.holder.name.startswith("unnamed ") and one.holder.name.split()[-1] == head:
            return one.holder
    return None


_IT = ("it", "its", "itself")


def thing(scene: Scene, word: str, at: int) -> Holder | None:
    """ "it", "they": the last speaker that is no single person, for "it" an institution."""
    several = word in ("they", "them", "their")
    subject = None if several or word not in _IT else body_subject(scene, at)
    spoke = max((one.start for one in scene.told if one.start < at), default=-1)
    if subject is not None and subject[0] > spoke:
        start, told = subject
        found = institution(scene, told, start)
        return replace(found, certain=0.6) if found else None
    for one in reversed(scene.told):
        if one.start >= at or one.holder.holder_type != "speaker":
            continue
        if one.holder.words and (several or not _may_bething(scene, one.holder.words)):
            here = "\n" not in scene.document.text[one.start : at]
            if several or not here or not _unproved(scene, one.holder.words):
                continue
        if one.kind in ("institution", "person") or (several and one.kind == "group"):
            return replace(one.holder, certain=0.6)
    for name in reversed(scene.cast.names):
        if name.start >= at or at - name.start > 600:
            continue
        if scene.document.text[name.start - 1 : name.end + 1] == f"({name.text})":
            continue  # the agency of a dateline
        if is_institution(name.words) or actor(name.text):
            long = scene.corpus.acronyms.get(name.text.replace(".", ""))
            return Holder(actor(name.text) or long or name.text, certain=0.4)
    return Holder(f"unnamed {word}", certain=0.3) if several else None


def _may_bething(scene: Scene, words: Words) -> bool:
    """A name of three words or more of which nothing says that it is a person's: a firm's."""
    return len(words) > 2 and not (surname_alone(scene, words) or _person(scene, words))


def _unproved(scene: Scene, words: Words) -> bool:
    """A name of which nothing says that it is a person's: "Deco", which spoke just before."""
    if len(words) > 1:
        return not (surname_alone(scene, words) or _person(scene, words))
    whose = any(len(full) > 1 for full in scene.corpus.surnames.get(fold(words[0]), ()))
    return not whose and not _person(scene, words)


def _person(scene: Scene, words: Words) -> bool:
    known = gender_of(scene, words) or roles_of(scene, words)
    return bool(known) or words[0].casefold() in first_names()
