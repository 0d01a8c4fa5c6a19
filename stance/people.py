"""People in one document: who a surname, an office or a pronoun means at its place.

The document's own names count first, then the corpus; a guess says how certain it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from stance.cast import Cast, Corpus, Words
from stance.mentions import Described
from stance.names import SPOKES, Name, first_names, fold, is_institution
from stance.places import actor
from stance.types import Document, HolderType

_SHORT: dict[str, tuple[str, ...]] = {
    "senator": ("sen",),
    "governor": ("gov",),
    "congressman": ("rep", "representative"),
    "congresswoman": ("rep", "representative"),
    "lawmaker": ("rep", "sen", "congressman", "congresswoman", "mp"),
    "general": ("gen",),
    "professor": ("prof",),
    "official": ("official", "aide", "minister", "secretary", "director"),
    "premier": ("prime",),
    "diplomat": ("ambassador", "envoy"),
    "politician": ("leader", "senator", "minister"),
    "chief": ("chief", "head", "director"),
    "aide": ("aide", "adviser", "advisor"),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a mention stands for; ``certain`` is the chance that a guessed one is right."""

    name: str
    holder_type: HolderType = "speaker"
    affiliation: str | None = None
    certain: float = 1.0
    words: Words = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known while one document's mentions are resolved in order."""

    document: Document
    cast: Cast
    corpus: Corpus
    aliases: Mapping[str, str]
    told: list[tuple[int, Holder, frozenset[str]]]


def full_name(scene: Scene, name: Name) -> Words:
    """The canonical full name behind a name as written."""
    people = scene.corpus.people
    if name.words in people:
        return people[name.words]
    if len(name.words) > 1:
        tail = people.get(name.words[-2:])
        return tail if tail is not None and len(name.words) > 2 else name.words
    here = scene.cast.full.get(fold(name.words[0]), [])
    sex = "f" if set(name.title) & {"mrs", "ms", "miss"} else "m" if "mr" in name.title else ""
    fitting = [n for n in here if not sex or scene.cast.genders.get(n.words, sex) == sex]
    if fitting:
        counts = Counter(n.words for n in fitting)
        best = max(fitting, key=lambda n: (counts[n.words], -n.start))
        return people.get(best.words, best.words)
    everywhere = scene.corpus.surnames.get(fold(name.words[0]), set())
    if len(everywhere) == 1:
        return next(iter(everywhere))
    given = {
        people[w] for n in scene.cast.names if (w := n.words) in people and w[0] == name.words[0]
    }
    if len(given) == 1:  # "Hillary" after "Hillary Clinton"
        return next(iter(given))
    return name.words


def is_common(scene: Scene, name: Name) -> bool:
    """Whether a capitalised word is one only because it opens a sentence: "Critics say"."""
    word = name.words[0]
    if fold(word) in scene.cast.full or word.casefold() in first_names():
        return False
    starts = [n.start for n in scene.cast.names if n.words[0] == word]
    if any(start not in scene.cast.subjects for start in starts):
        return False
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return plural or bool(re.search(rf"\b{re.escape(word.lower())}\b", scene.document.text))


def by_role(scene: Scene, told: Described, at: int) -> Holder | None:
    """ "the Russian foreign minister", "the spokesperson": the person with these roles."""
    wanted = set(told.role)
    head = told.role[-1] if told.role else ""
    heads = set(SPOKES) if head in SPOKES else {head, *_SHORT.get(head, ())}
    for word in told.role:
        owner = actor(word)
        if owner:
            wanted.discard(word)
            wanted.add(owner.casefold())
    best: tuple[float, int, Holder] | None = None
    for start, holder, roles in scene.told:
        if heads & roles and holder.words:
            score = len(wanted & roles) + 0.5
            if best is None or (score, start) >= best[:2]:
                best = (score, start, holder)
    for name in scene.cast.names:
        roles_here = scene.cast.roles.get(name.words, set())
        if not heads & roles_here or (name.start >= at and best is not None):
            continue
        states = {w for w in wanted if actor(w)}
        if states and not states & roles_here and any(actor(w) for w in roles_here):
            continue
        score = float(len(wanted & roles_here))
        if best is None or (score, name.start) >= best[:2]:
            words = full_name(scene, name)
            best = (score, name.start, Holder(" ".join(words), words=words, certain=0.8))
    return replace(best[2], certain=0.8) if best else None


def person_before(scene: Scene, at: int, sex: str) -> Holder | None:
    """The person a pronoun at ``at`` means: the last speaker, or a name that opened a sentence
    since; then any name, nearest first. Never one of the other gender, if ``sex`` is given."""
    genders = scene.cast.genders

    def fits(words: Words) -> bool:
        full = scene.corpus.people.get(words, words)
        known = genders.get(words) or genders.get(full)
        if known is None:
            known = next((g for w, g in genders.items() if w[-1] == words[-1] and len(w) > 1), None)
        return not sex or known in (None, sex)

    speaker = next(
        ((s, h) for s, h, _ in reversed(scene.told) if h.words and s < at and fits(h.words)), None
    )
    unnamed = next(
        ((s, h) for s, h, r in reversed(scene.told) if s < at and h.name.startswith("unnamed ")),
        None,
    )
    since = speaker[0] if speaker else -1
    opened: Name | None = None
    for name in reversed(scene.cast.names):
        if name.start >= at:
            continue
        if name.start <= since:
            break
        if name.start in scene.cast.subjects and _is_person(scene, name) and fits(name.words):
            opened = name
            break
    if opened is not None:
        words = full_name(scene, opened)
        return Holder(" ".join(words), words=words)
    if unnamed and (speaker is None or unnamed[0] > speaker[0]):
        return unnamed[1]
    if speaker:
        return speaker[1]
    for name in reversed(scene.cast.names):
        if name.start < at and _is_person(scene, name) and fits(name.words):
            words = full_name(scene, name)
            return Holder(" ".join(words), words=words)
    return None


def _is_person(scene: Scene, name: Name) -> bool:
    """A name with evidence: a title, a role, a known first name, or a surname used alone."""
    if is_institution(name.words) or actor(name.words[0]):
        return False
    full = full_name(scene, name)
    if name.title or any(h.words == full for _, h, _ in scene.told):
        return True
    evidence = scene.cast.roles.get(full) or scene.cast.genders.get(full)
    return len(full) > 1 and bool(evidence or any(n.words == full[-1:] for n in scene.cast.names))
