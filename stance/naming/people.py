"""People in one document: who a surname, an office or a pronoun means at its place.

The document's own names count first, then the corpus; a guess says how certain it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from stance.naming.cast import Cast, Words
from stance.naming.corpus import Corpus
from stance.naming.mentions import Described, MentionKind
from stance.naming.names import (
    HONORIFICS,
    PORTFOLIOS,
    SPOKES,
    TITLES,
    Name,
    bare,
    first_names,
    fold,
    gender,
    is_institution,
)
from stance.naming.nouns import NO_NOUN, gender_told, is_person_noun, is_plural_noun
from stance.naming.places import actor
from stance.speech.cues import word_set
from stance.types import Document, HolderType

_SHORT: dict[str, tuple[str, ...]] = {
    "senator": ("sen",),
    "governor": ("gov",),
    "congressman": ("rep", "representative"),
    "congresswoman": ("rep", "representative"),
    "lawmaker": ("rep", "sen", "congressman", "congresswoman", "mp", "deputy"),
    "general": ("gen",),
    "professor": ("prof",),
    "official": ("official", "aide", "minister", "secretary", "director"),
    "premier": ("prime",),
    "diplomat": ("ambassador", "envoy", "foreign", "consul"),
    "politician": (
        "leader",
        "senator",
        "minister",
        "deputy",
        "mp",
        "lawmaker",
        "mayor",
        "governor",
    ),
    "executive": ("ceo", "cfo", "director", "president", "chairman"),
    "economist": ("analyst", "strategist"),
    "analyst": ("economist", "strategist", "expert"),
    "expert": ("analyst", "professor", "researcher", "scientist"),
    "academic": ("professor", "lecturer", "researcher"),
    "chief": ("chief", "head", "director", "executive", "ceo", "governor", "president"),
    "ceo": ("executive", "boss"),
    "chairman": ("chair", "chairwoman", "chairperson"),
    "chairwoman": ("chair", "chairperson"),
    "chairperson": ("chair", "chairman", "chairwoman"),
    "chair": ("chairman", "chairwoman", "chairperson"),
    "head": ("head", "director", "chief", "chair", "leader", "president"),
    "boss": ("chief", "head", "director", "executive", "president", "ceo"),
    "scientist": ("researcher", "professor", "biologist", "physicist", "chemist"),
    "researcher": ("scientist", "professor"),
    "doctor": ("dr", "physician", "surgeon", "neurologist"),
    "lawyer": ("attorney", "counsel"),
    "aide": ("aide", "adviser", "advisor"),
    "pontiff": ("pope",),
    "monarch": ("king", "queen", "emperor", "sultan", "emir"),
}
_HEADS_OF_STATE = word_set("president prime premier chancellor taoiseach king emir sultan leader")
"""Who may be "the French leader", "the Kremlin leader"."""
_OF_NO_WEIGHT = word_set("of the a an for in at and to s his her their its our own former")
_FEW = 200  # people of one role who are compared
WINDOW = 2500  # characters before a pronoun in which its person is looked for


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a mention stands for; ``certain`` is the chance that a guessed one is right."""

    name: str
    holder_type: HolderType = "speaker"
    affiliation: str | None = None
    certain: float = 1.0
    words: Words = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A mention that was resolved: where, who, by which words, and what kind of phrase."""

    start: int
    holder: Holder
    roles: frozenset[str]
    kind: MentionKind


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known while one document's mentions are resolved in order."""

    document: Document
    cast: Cast
    corpus: Corpus
    aliases: Mapping[str, str]
    told: list[Told]
    number: int = 0
    roles: dict[Words, set[str]] = field(default_factory=dict)
    full: dict[tuple[Words, Words], Words] = field(default_factory=dict)
    evident: dict[Words, bool] = field(default_factory=dict)
    spoke: set[Words] = field(default_factory=set)


def full_name(scene: Scene, name: Name) -> Words:
    """The canonical full name behind a name as written."""
    key = (name.words, name.title)
    if key not in scene.full:
        scene.full[key] = _full_name(scene, name)
    return scene.full[key]


def _full_name(scene: Scene, name: Name) -> Words:
    people = scene.corpus.people
    if len(name.words) == 2 and bare(name.words[0]) in _RANKS and (known := _ranked(scene, name)):
        return known
    if name.words in people:
        return people[name.words]
    if len(name.words) > 1:
        tail = people.get(name.words[-2:])
        return tail if tail is not None and len(name.words) > 2 else name.words
    here = scene.cast.full.get(fold(name.words[0]), [])
    sex = "f" if set(name.title) & {"mrs", "ms", "miss"} else "m" if "mr" in name.title else ""
    everywhere = scene.corpus.surnames.get(fold(name.words[0]), set())
    if sex:  # "Ms. Behera" beside Manoj Behera: his wife, if the documents have one
        sure = {w for w in everywhere if gender_of(scene, w) == sex}
        here = [n for n in here if people.get(n.words, n.words) in sure] or here
        if len(sure) == 1 and not any(people.get(n.words, n.words) in sure for n in here):
            return next(iter(sure))
    fitting = [n for n in here if not sex or gender_of(scene, n.words) in ("", sex)]
    if fitting:
        best = _owner(scene, name, fitting, people)
        return people.get(best, best)
    everywhere = {w for w in everywhere if not sex or gender_of(scene, w) in ("", sex)}
    if len(everywhere) == 1:
        return next(iter(everywhere))
    given = [n for n in scene.cast.names if n.words in people and n.words[0] == name.words[0]]
    if given:  # "Hillary" after "Hillary Clinton", "Li" after "Li Qiang"
        return _last_introduced(scene, name, given) or name.words
    return _inside(scene, name) or name.words


def _of_a_thing(scene: Scene, name: Name) -> bool:
    """ "The Rachel Maddow Show": an article before a name and no title."""
    before = scene.document.text[max(0, name.start - 5) : name.start]
    return not name.title and bool(re.search(r"\b[Tt]he\s$", before))


def _last_introduced(scene: Scene, name: Name, having: Sequence[Name]) -> Words | None:
    """Who of several with one first name goes by it: who came last before it stood alone."""
    people = scene.corpus.people
    alone = next((n.start for n in scene.cast.names if n.words == name.words), 0)
    before = [n for n in having if n.start < alone]
    if len({people[n.words] for n in having}) > 1 and not before:
        return None
    return people[max(before or having, key=lambda n: n.start).words]


def _inside(scene: Scene, name: Name) -> Words | None:
    """ "Lula" after "Luiz Inácio Lula da Silva": the one person with this word inside the name."""
    word = fold(name.words[0])
    if bare(name.words[0]) in first_names() or is_institution(name.words):
        return None
    whole = {
        scene.corpus.people.get(n.words, n.words)
        for group in scene.cast.full.values()
        for n in group
        if word in map(fold, n.words[1:-1]) and is_person(scene, n) and not _of_a_thing(scene, n)
    }
    return whole.pop() if len(whole) == 1 else None


_RANKS = word_set("general major")


def _ranked(scene: Scene, name: Name) -> Words | None:
    """ "General Tadjo" after Issa Tadjo, where "General Motors" is a name."""
    found = {n.words for n in scene.cast.full.get(fold(name.words[1]), ()) if n.words != name.words}
    found -= {w for w in found if w[:-1] == name.words[:1]}
    whole = {scene.corpus.people.get(w, w) for w in found}
    return whole.pop() if len(whole) == 1 else None


def _owner(
    scene: Scene, name: Name, fitting: Sequence[Name], people: Mapping[Words, Words]
) -> Words:
    """Who of one surname goes by it alone: whom a text had introduced last when it first said the
    surname by itself; the others keep their first names. Else whom it names most."""
    whole = {people.get(n.words, n.words) for n in fitting}
    if len(whole) > 1:
        titled = [n for n in fitting if set(name.title) & scene.cast.roles.get(n.words, set())]
        if len({people.get(n.words, n.words) for n in titled}) == 1:
            return titled[0].words
        alone = [n.start for n in scene.cast.names if n.words == name.words]
        before = [n for n in fitting if alone and n.start < alone[0]]
        if before:
            return max(before, key=lambda n: n.start).words
    counts = Counter(n.words for n in fitting)
    return max(fitting, key=lambda n: (counts[n.words], -n.start)).words


def is_common(scene: Scene, name: Name) -> bool:
    """Whether a capitalised word is one only because it opens a sentence: "Critics say"."""
    word = name.words[0]
    if fold(word) in scene.cast.full or word.casefold() in first_names():
        return False
    lower = bool(re.search(rf"\b{re.escape(word.lower())}\b", scene.document.text))
    if not lower and any(
        w[0].casefold() in first_names() or scene.corpus.roles.get(w)
        for w in scene.corpus.surnames.get(fold(word), ())
    ):
        return False
    starts = [n.start for n in scene.cast.names if n.words[0] == word]
    if any(start not in scene.cast.subjects for start in starts):
        return False
    return lower or is_plural_noun(word)


def roles_of(scene: Scene, words: Words) -> set[str]:
    """Every word that says what a person is: here, under any form of the name, or elsewhere."""
    if not scene.roles:
        for name in scene.cast.names:
            full = full_name(scene, name)
            known = scene.roles.setdefault(full, set(scene.corpus.roles.get(full, ())))
            known |= scene.cast.roles.get(name.words, set())
    return scene.roles.get(words, set())


def heads_of(office: str) -> set[str]:
    """The words for who is meant by an office: any spokesperson, "sen" for "senator"."""
    return set(SPOKES) if office in SPOKES else {office, *_SHORT.get(office, ())}


def by_role(scene: Scene, told: Described, at: int) -> Holder | None:
    """ "the Russian foreign minister", "the spokesperson": the person with these roles.

    Who was spoken of in this document comes first; else the only one in the corpus of whom every
    word of the phrase is told.
    """
    head = told.role[-1] if told.role else ""
    wanted = {_state(w) for w in _content_words(told)}
    states = {w for w in wanted if actor(w)}
    heads = _HEADS_OF_STATE if head == "leader" and states else heads_of(head)
    best: tuple[float, int, Holder] | None = None
    for start, words, before in _people(scene, told, at):
        roles = roles_of(scene, words) | before
        if not heads & roles or (states and _of_another(states, roles)):
            continue
        if head == "chief" and roles & heads == {"chief"} and roles & _SPECIALISTS:
            continue  # a chief economist is nobody's chief
        roles |= _theirs(scene, words)
        if _other_field(wanted, roles) or _is_man(scene, head, words):
            continue
        score = len(wanted & roles) + (0.5 if head in roles else 0.0)
        if not score and told.affiliation:
            continue  # "the head of the union" is not the chief of another body
        nearness = start - at if start <= at else at - start - WINDOW
        if best is None or (score, nearness) >= best[:2]:
            best = (score, nearness, Holder(" ".join(words), words=words))
    if best is not None:
        return replace(best[2], certain=0.8)
    if len(wanted) < 2 and is_person_noun(head) and (only := _only_person(scene, head, at)):
        return only
    known = scene.corpus.roles
    fitting = [w for w in _holding(scene, wanted) if heads & known[w]]
    if len(wanted) > 1 and len(fitting) == 1:
        return Holder(" ".join(fitting[0]), words=fitting[0], certain=0.6)
    if not told.definite:
        return None
    if found := _of_this_story(scene, fitting):
        return found
    holding = [w for w in _holding(scene, wanted, heads) if not _is_man(scene, head, w)]
    if len(holding) == 1 and is_main(scene, scene.corpus.stories[holding[0]]):
        return Holder(" ".join(holding[0]), words=holding[0], certain=0.5)
    return None


_SPECIALISTS = word_set(
    "economist analyst strategist scientist medical technology whip correspondent"
)


def _theirs(scene: Scene, words: Words) -> set[str]:
    """The words of the institutions that somebody is from."""
    return {bare(w) for body in scene.corpus.belongs.get(words, ()) for w in body.split()}


def _holding(scene: Scene, wanted: set[str], heads: Set[str] = frozenset()) -> list[Words]:
    """People of the corpus of whom every wanted word is told; of ``heads`` one is enough."""
    told = scene.corpus.holding
    groups = [told.get(word, set()) for word in wanted - heads]
    if heads:
        groups.append(set().union(*(told.get(word, set()) for word in heads)))
    return sorted(set.intersection(*groups)) if groups else []


def _is_man(scene: Scene, office: str, words: Words) -> bool:
    """Whether an office of women cannot be his: "the chairwoman"."""
    return office.endswith("woman") and gender(words, ()) == "m"


_MAIN_SHARE = 1 / 3
"""Share of the documents from which on somebody or something is what a corpus is about."""


def is_main(scene: Scene, documents: Set[int]) -> bool:
    """Whether documents that have somebody or something tell the story of this one: one of them
    shares two names with it that few have, or they are a good part of the corpus."""
    named = scene.corpus.named
    if len(documents) >= max(2, _MAIN_SHARE * len(named)):
        return True
    here = named[scene.number]
    return any(len(here & named[k]) > 1 for k in documents)


def _of_this_story(scene: Scene, people: Sequence[Words]) -> Holder | None:
    """The one of several whom documents name that share rare names with this one: "the minister"
    of an editorial is the minister of the reports it is about."""
    here = scene.corpus.named[scene.number]
    shared = [
        (max(len(here & scene.corpus.named[k]) for k in scene.corpus.stories[words]), words)
        for words in people[:_FEW]
    ]
    shared.sort(reverse=True)
    if not shared or shared[0][0] == 0 or (len(shared) > 1 and shared[1][0] * 2 > shared[0][0]):
        return None
    return Holder(" ".join(shared[0][1]), words=shared[0][1], certain=0.5)


def _only_person(scene: Scene, noun: str, at: int) -> Holder | None:
    """Who is meant by an office nobody was said to hold, where only one person was named and can
    be it: no woman is "the fisherman"."""
    before = {full_name(scene, n) for n in scene.cast.names if n.start < at and is_person(scene, n)}
    if len(before) != 1 or roles_of(scene, words := before.pop()):
        return None
    if {gender_told(noun), gender_of(scene, words)} == {"f", "m"}:
        return None
    return Holder(" ".join(words), words=words, certain=0.5)


def _people(scene: Scene, told: Described, at: int) -> Iterator[tuple[int, Words, frozenset[str]]]:
    for one in scene.told:
        if one.holder.words and one.start < at:
            yield one.start, one.holder.words, one.roles
    for name in scene.cast.names:
        words = full_name(scene, name)
        if roles_of(scene, words):
            yield name.start, words, frozenset()


def _content_words(told: Described) -> set[str]:
    text = " ".join([*told.role, told.text.casefold(), told.affiliation or ""])
    return {bare(w) for w in re.findall(r"[\w’'-]+", text)} - _OF_NO_WEIGHT


def may_hold(told: Described, roles: set[str]) -> bool:
    """Whether an office can belong to somebody with these roles: of the same state and field, and
    no other office beside it."""
    wanted = _content_words(told)
    states = {_state(w) for w in wanted if actor(w)}
    if states and _of_another(states, roles):
        return False
    if _other_field(wanted, roles):
        return False
    alike = any(len(word) > 3 and word in roles for word in told.role)
    if states and told.role[-1] == "leader":
        alike |= bool(roles & _HEADS_OF_STATE)
    return alike or not (set(told.role) & OFFICES and roles & OFFICES)


_LED = word_set(
    """
    protest union student religious rebel tribal community church strike separatist military
    business gang youth village farm
    """
)
"""What somebody may lead who leads no party and no country."""


def _other_field(wanted: set[str], roles: set[str]) -> bool:
    """A finance minister is no health minister, and neither is prime minister."""
    if "prime" in wanted and not {"prime", "premier"} & roles:
        return True
    if "leader" in wanted and (led := wanted & _LED) and "leader" in roles and not led & roles:
        return True  # "the protest leader" is no leader of the opposition
    fields, theirs = wanted & PORTFOLIOS, roles & PORTFOLIOS
    if fields and not theirs and "secretary" in wanted:
        return bool({"general", "press"} & roles)  # a union's or a spokeswoman
    return bool(fields and theirs and not fields & theirs)


OFFICES = (TITLES | set(SPOKES)) - NO_NOUN - HONORIFICS


def _state(word: str) -> str:
    return (actor(word) or word).casefold()


def _of_another(states: set[str], roles: set[str]) -> bool:
    return not states & roles and any(actor(w) for w in roles)


def surname_alone(scene: Scene, full: Words) -> bool:
    return full[-1] in scene.cast.alone


def gender_of(scene: Scene, words: Words) -> str:
    """A person's gender by title, first name, pronouns or a namesake of one surname, else ""."""
    genders = scene.cast.genders
    full = scene.corpus.people.get(words, words)
    known = genders.get(words) or genders.get(full)
    known = known or gender(full, ()) or scene.corpus.genders.get(full)
    if known is None:
        known = next((g for w, g in genders.items() if w[-1] == words[-1] and len(w) > 1), None)
    return known or ""


def is_person(scene: Scene, name: Name) -> bool:
    """A name with evidence: a title, a role, a known first name, or a surname used alone."""
    if is_institution(name.words):
        return False
    if actor(name.words[0]) and name.words not in scene.corpus.people:
        return False
    full = full_name(scene, name)
    if name.title or full in scene.spoke or full in scene.cast.kin:
        return True
    if full not in scene.evident:
        evidence = roles_of(scene, full) or gender_of(scene, full)
        scene.evident[full] = len(full) > 1 and bool(evidence or surname_alone(scene, full))
    return scene.evident[full]
