"""From source phrases to holders: one canonical name per person or institution in the corpus.

Within a document: surnames after full names, roles ("the minister"), pronouns, "the group".
Across documents: spellings and shorter forms of a name fall together, the fullest form names the
holder. A government goes by the name of its state ("Yerevan", "the Armenian government" and
"Armenia" are the holder ``Armenia``, affiliation None). Who has no name is ``unnamed
<description>``, one per description and document.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from stance.checkworthiness import finite_verb
from stance.naming.bodies import is_own_name
from stance.naming.cast import Range, Words, cast_of
from stance.naming.corpus import corpus_of, plain
from stance.naming.focus import person_before
from stance.naming.headlines import bare_speaker, may_head
from stance.naming.mentions import Described, describe
from stance.naming.names import TITLES, Name, bare, fold, is_institution
from stance.naming.offices import (
    by_nationality,
    epithet,
    in_focus,
    introduced,
    is_absent,
    named_later,
    nation_of,
    office_of,
    only_leader,
    owned_before,
    same_described,
    staff_of,
)
from stance.naming.people import (
    Holder,
    Scene,
    Told,
    by_role,
    full_name,
    is_common,
    roles_of,
)
from stance.naming.places import actor
from stance.naming.things import institution, thing
from stance.naming.unnamed import affiliation, unnamed
from stance.speech.cues import INTERVIEW
from stance.types import Document


@dataclass(frozen=True, slots=True)
class Mention:
    """A source phrase at ``start:end`` of its document; empty where nobody is named: whoever
    speaks there. A ``label`` stands before a colon, where many a word does that is no speaker; in a
    ``headline`` articles are left out."""

    start: int
    end: int
    label: bool = False
    headline: bool = False


def resolve_holders(
    documents: Sequence[Document],
    mentions: Sequence[Sequence[Mention]],
    quoted: Sequence[Sequence[Range]],
    skipped: Sequence[Sequence[Range]],
    *,
    aliases: Mapping[str, str] | None = None,
) -> list[list[Holder | None]]:
    """Resolve the mentions of every document, given in reading order, against the whole corpus.

    ``quoted`` are the spans of direct speech per document: a name inside them is no antecedent of
    a pronoun outside. ``skipped`` spans (headlines, page furniture) name nobody. ``aliases`` map
    any name to the canonical one. None stands for a mention that is nobody ("you").

    >>> doc = Document("d", "Minister Anna Lee spoke. Lee said no.", "Herald")
    >>> resolve_holders([doc], [[Mention(25, 28)]], [[]], [[]])[0][0].name
    'Anna Lee'
    """
    casts = [
        cast_of(document.text, spoken, unread)
        for document, spoken, unread in zip(documents, quoted, skipped, strict=True)
    ]
    corpus = corpus_of(casts)
    named = {fold(alias): canonical for alias, canonical in (aliases or {}).items()}
    resolved: list[list[Holder | None]] = []
    together = zip(documents, casts, mentions, strict=True)
    for number, (document, cast, group) in enumerate(together):
        scene = Scene(document, cast, corpus, named, [], number)
        resolved.append([_resolve(scene, mention) for mention in group])
    return _one_wording(_share_affiliations(resolved))


def _resolve(scene: Scene, mention: Mention) -> Holder | None:
    if mention.start == mention.end:
        guess = person_before(scene, mention.start, "")
        return replace(guess, certain=0.6) if guess else None
    told = describe(scene.document.text[mention.start : mention.end])
    if mention.headline:
        told = bare_speaker(scene, told) or told
    may = may_head if mention.headline else _may_label
    if told.kind == "nobody" or (mention.label and not may(scene, told)):
        return None
    holder = _who(scene, told, mention)
    if holder is None:
        return None
    holder = _renamed(scene, holder)
    scene.spoke.add(holder.words)
    kind = told.kind
    if kind == "person" and holder.name.startswith("unnamed "):
        kind = "group"  # "Critics say": a capital that opens the sentence
    scene.told.append(Told(mention.start, holder, frozenset(told.role), kind))
    return holder


def _may_label(scene: Scene, told: Described) -> bool:
    """Before a colon a name, a place, or a word that opens several lines, as in a transcript."""
    if told.text in INTERVIEW:
        return True
    if told.kind == "role":  # "Deputy Spokesperson:", as in a briefing
        return bool(told.role) and _labels(scene, told.text) > 1
    if told.kind != "person" or told.name is None or len(told.name.words) > 1 or told.name.title:
        return True
    word = told.name.text
    if fold(word) in scene.cast.full or fold(word) in scene.corpus.surnames or actor(word):
        return True
    return _labels(scene, word) > 1


def _labels(scene: Scene, word: str) -> int:
    """How many lines a word and a colon open."""
    return len(re.findall(rf"^\W*{re.escape(word)}:", scene.document.text, re.M))


def _who(scene: Scene, told: Described, mention: Mention) -> Holder | None:
    if mention.label and told.text in INTERVIEW:
        if told.text.startswith("Q"):
            return Holder(scene.document.source, "outlet")
        return person_before(scene, mention.start, "") or Holder("unnamed interviewee")
    if told.kind == "self":
        return Holder(scene.document.source, "outlet")
    if told.kind == "pronoun":
        return _pronoun(scene, told.text, mention)
    if told.kind == "person" and told.name is not None:
        return _person(scene, told, told.name, mention)
    if mention.label and told.name is not None and told.text.isupper():  # a turn in a transcript
        return _person(scene, told, told.name, mention)
    if told.kind == "institution":
        return office_of(scene, told, mention.start) or institution(scene, told, mention.start)
    if told.kind == "group" and (owned := owned_before(scene, told, mention.start)):
        return _who(scene, owned, mention)
    if told.kind == "group" and (body := staff_of(scene, told)):
        return body
    if told.kind == "role" and (surname := _surname(scene, told.text)):
        return surname
    if told.kind == "role" and (named := _named_last(scene, told.text)):
        return named
    told = _in_one_word(told)
    if nation_of(told):
        found = by_nationality(scene, told, mention.start)
        return found or unnamed(scene, told, mention.start)
    if told.kind == "role":
        found = None
        if told.definite:
            found = _by(scene, told, mention.start, same_described, introduced, by_role)
        if told.definite and (found is None or (found.words and is_absent(scene, found))):
            found = (
                _by(scene, told, mention.start, epithet, in_focus, only_leader, named_later)
                or found
            )
        if found is not None and _theirs(scene, told, found, mention.start):
            found = None
        found = found or _predicate(scene, told, mention)
        if found is not None:
            theirs = affiliation(scene, told.affiliation, mention.start) if found.words else None
            return replace(found, affiliation=found.affiliation or theirs)
    return unnamed(scene, replace(told, text=_without_predicate(told.text)), mention.start)


def _without_predicate(words: str) -> str:
    """ "Spot ends with footage of Lee" is the spot: a verb and what follows describe nobody."""
    verb = finite_verb(words)
    if verb is None or verb.end() == len(words) or _TELLS_WHICH.match(words, verb.start()):
        return words  # "rights advocates", "research conducted by the Centre"
    kept = re.sub(r"\s+(?:who|which|that|and|or)$", "", words[: verb.start()].rstrip(" ,"))
    return kept if kept and not _NO_HEAD.search(kept) else words


_TELLS_WHICH = re.compile(r"(?:called|named|known|close)\b|[\w-]+ed (?:by|in|on|as)\b", re.I)
_NO_HEAD = re.compile(r"(?:^|\s)(?:[A-Z][\w’'.-]*|\w+ing|\w+[’']s)$")


def _surname(scene: Scene, text: str) -> Holder | None:
    """ "Dean" or "Judge" after Howard Dean was named: he, and no office."""
    if not re.fullmatch(r"[A-Z][\w-]+", text):
        return None
    here = {name.words for name in scene.cast.names if name.words[-1] == text and name.words[1:]}
    words = here.pop() if len(here) == 1 else ()
    return Holder(" ".join(words), words=words) if words else None


_Way = Callable[[Scene, Described, int], Holder | None]


def _by(scene: Scene, told: Described, at: int, *ways: _Way) -> Holder | None:
    """Who is meant by the first of some ways that knows."""
    return next((who for way in ways if (who := way(scene, told, at))), None)


_LAST_TWO = re.compile(
    r"\s(?:of|for)\s(?:the\s)?(?:[A-Z][\w’'-]*\s)+(?P<name>[A-Z][\w’'-]+\s[A-Z][\w’'-]+)$"
)


def _named_last(scene: Scene, text: str) -> Holder | None:
    """ "Leader of Common Future Ada Holm": a name that the documents know ends the phrase."""
    found = _LAST_TWO.search(text)
    words = scene.corpus.people.get(tuple(found["name"].split()), ()) if found else ()
    return Holder(" ".join(words), words=words) if words and not is_institution(words) else None


_HEADS = {"head of state": "president", "head of government": "premier"}


def _in_one_word(told: Described) -> Described:
    """ "The head of state" as "the president", "the head of government" as "the premier"."""
    office = _HEADS.get(told.text.casefold()) if told.kind == "role" else None
    return replace(told, text=office, role=(office,), affiliation=None) if office else told


def _theirs(scene: Scene, told: Described, found: Holder, at: int) -> bool:
    """ "Her lawyer" is not she herself, nor is the minister "the minister's spokesman"."""
    theirs = re.match(r"(?:\S+\s)*?(\S+)[’']s\s", told.text)
    if theirs and bare(theirs[1]) in TITLES and bare(theirs[1]) in roles_of(scene, found.words):
        return True
    whose = re.match(r"(his|her)\s", told.text, re.I)
    owner = person_before(scene, at, "m" if whose[1].lower() == "his" else "f") if whose else None
    return owner is not None and owner.words == found.words


_IS = re.compile(r"\b(?:It|He|She|This)\s(?:is|was|has been)\s(?:[\w’-]+\s){0,7}$")


def _predicate(scene: Scene, told: Described, mention: Mention) -> Holder | None:
    """ "It is a blow for a man who had said …": the man is the one spoken of."""
    sex = {"man": "m", "woman": "f"}.get(told.role[-1] if told.role else "")
    before = scene.document.text[max(0, mention.start - 80) : mention.start]
    if sex is None or told.definite or not _IS.search(before):
        return None
    found = person_before(scene, mention.start, sex)
    return replace(found, certain=0.7) if found else None


def _renamed(scene: Scene, holder: Holder) -> Holder:
    """The user's aliases and the outlet's own name come last and win."""
    name = holder.name
    if holder.holder_type == "speaker" and not holder.words:
        name = _written(scene, name)
    name = scene.aliases.get(fold(name), name)
    theirs = holder.affiliation and _written(scene, holder.affiliation)
    if theirs is not None:
        theirs = scene.aliases.get(fold(theirs), theirs)
    if holder.holder_type == "speaker" and _is_outlet(scene, holder, name):
        return Holder(scene.document.source, "outlet", certain=holder.certain)
    return replace(holder, name=name, affiliation=theirs)


def _written(scene: Scene, name: str) -> str:
    """A name in the one wording of the corpus: apostrophes alike, no country in front."""
    return scene.corpus.written.get(plain(name), name)


def _is_outlet(scene: Scene, holder: Holder, name: str) -> bool:
    source = scene.document.source
    if fold(name.removeprefix("The ")) == fold(source.removeprefix("The ")):
        return True
    if len(holder.words) > 1 or fold(name) in scene.corpus.surnames or actor(name):
        return False
    return is_own_name(source, name)


def _person(scene: Scene, told: Described, name: Name, mention: Mention) -> Holder:
    date = scene.document.date.start if scene.document.date else None
    theirs = affiliation(scene, told.affiliation, mention.start)
    if not name.title and not told.role:
        if fold(name.text) in scene.aliases:
            return Holder(name.text)
        place = actor(name.text, date, scene.cast.capitals)
        if place is not None:
            return Holder(place)
        long = scene.corpus.acronyms.get(name.text.replace(".", ""))
        if long is not None:
            return Holder(actor(long) or long)
    if len(name.words) == 1 and not name.title and is_common(scene, name):
        phrase = scene.document.text[mention.start : mention.end].split(",")[0]
        tied = re.match(rf"{re.escape(told.text)} (?:of|for) ", phrase)
        text = phrase if tied else told.text
        common = replace(told, text=text[:1].lower() + text[1:])
        if tied:  # "Lawyers for Ada Holm"
            common = replace(common, affiliation=phrase[tied.end() :])
        return unnamed(scene, common, mention.start)
    long = scene.corpus.shorts.get(name.text)
    if long is not None and not name.title and fold(name.text) not in scene.corpus.surnames:
        return Holder(long)
    words = full_name(scene, name)
    if mention.label and all(word.isupper() for word in words):
        words = tuple(word.capitalize() for word in words)
    theirs = theirs or scene.corpus.states.get(words) or _belonging(scene, words)
    return Holder(" ".join(words), "speaker", theirs, words=words)


def _belonging(scene: Scene, words: Words) -> str | None:
    """The one institution that any document tells of a person."""
    theirs = scene.corpus.belongs.get(words, set())
    return next(iter(theirs)) if len(theirs) == 1 else None


def _pronoun(scene: Scene, pronoun: str, mention: Mention) -> Holder | None:
    if pronoun in ("they", "them", "their", "it", "its", "itself"):
        return thing(scene, pronoun, mention.start)
    sex = "f" if pronoun in ("she", "her", "herself") else "m"
    found = person_before(scene, mention.start, sex)
    return replace(found, certain=0.85) if found else Holder(f"unnamed {_guess(sex)}", certain=0.3)


def _guess(sex: str) -> str:
    return "woman" if sex == "f" else "man"


def _one_wording(resolved: list[list[Holder | None]]) -> list[list[Holder | None]]:
    """ "Norland's cabinet" and "Norland’s cabinet" are one holder: the commoner of the two."""
    counts: Counter[str] = Counter()
    for holder in (h for group in resolved for h in group if h and h.holder_type == "speaker"):
        counts.update({holder.name, holder.affiliation or ""})
    commonest: dict[str, str] = {}
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        commonest.setdefault(plain(name), name)

    def worded(holder: Holder | None) -> Holder | None:
        if holder is None or holder.holder_type != "speaker":
            return holder
        theirs = holder.affiliation and commonest[plain(holder.affiliation)]
        return replace(holder, name=commonest[plain(holder.name)], affiliation=theirs)

    return [[worded(holder) for holder in group] for group in resolved]


def _share_affiliations(resolved: list[list[Holder | None]]) -> list[list[Holder | None]]:
    """A person's affiliation is what the document says, else what most of the corpus says."""
    everywhere: dict[str, Counter[str]] = defaultdict(Counter)
    for group in resolved:
        for holder in group:
            if holder and holder.words and holder.affiliation:
                everywhere[holder.name][holder.affiliation] += 1
    shared: list[list[Holder | None]] = []
    for group in resolved:
        here: dict[str, str] = {}
        for holder in group:
            if holder and holder.words and holder.affiliation:
                here.setdefault(holder.name, holder.affiliation)
        shared.append(
            [
                replace(h, affiliation=here.get(h.name) or everywhere[h.name].most_common(1)[0][0])
                if h and h.words and not h.affiliation and h.name in everywhere
                else h
                for h in group
            ]
        )
    return shared
