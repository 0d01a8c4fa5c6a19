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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stance.naming.cast import Range, Words, cast_of
from stance.naming.corpus import corpus_of
from stance.naming.focus import person_before
from stance.naming.groups import (
    company_before,
    group_before,
    group_described,
    ministry_of,
    owner_before,
    state_before,
    subject_group,
)
from stance.naming.headlines import bare_speaker, may_head
from stance.naming.mentions import Described, describe
from stance.naming.names import (
    INSTITUTION_WORDS,
    TITLES,
    Name,
    bare,
    first_names,
    fold,
    is_institution,
)
from stance.naming.nouns import is_person_noun
from stance.naming.offices import (
    in_focus,
    named_later,
    office_of,
    owned_before,
    same_described,
)
from stance.naming.people import (
    Holder,
    Scene,
    Told,
    by_role,
    full_name,
    gender_of,
    is_common,
    roles_of,
    surname_alone,
)
from stance.naming.places import actor, adjectival
from stance.speech.cues import INTERVIEW, word_set
from stance.speech.tags import is_opening, is_preposition
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
    return _share_affiliations(resolved)


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
    if told.kind != "person" or told.name is None or len(told.name.words) > 1 or told.name.title:
        return told.kind != "role"
    word = told.name.text
    if fold(word) in scene.cast.full or fold(word) in scene.corpus.surnames or actor(word):
        return True
    return len(re.findall(rf"^\W*{re.escape(word)}:", scene.document.text, re.M)) > 1


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
    if told.kind == "institution":
        return office_of(scene, told, mention.start) or _institution(scene, told, mention)
    if told.kind == "group" and (owned := owned_before(scene, told, mention.start)):
        return _who(scene, owned, mention)
    if told.kind == "role":
        found = same_described(scene, told, mention.start) if told.definite else None
        if found is None and told.definite:
            found = by_role(scene, told, mention.start)
        if found is None and told.definite:
            found = in_focus(scene, told, mention.start) or named_later(scene, told, mention.start)
        if found is not None and _theirs(scene, told, found, mention.start):
            found = None
        found = found or _predicate(scene, told, mention)
        if found is not None:
            theirs = _affiliation(scene, told.affiliation, mention.start) if found.words else None
            return replace(found, affiliation=found.affiliation or theirs)
    return _unnamed(scene, told, mention.start)


def _theirs(scene: Scene, told: Described, found: Holder, at: int) -> bool:
    """ "Her lawyer" is not she herself."""
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
    name = scene.aliases.get(fold(holder.name), holder.name)
    affiliation = holder.affiliation
    if affiliation is not None:
        affiliation = scene.aliases.get(fold(affiliation), affiliation)
    if holder.holder_type == "speaker" and fold(name) == fold(scene.document.source):
        return Holder(scene.document.source, "outlet", certain=holder.certain)
    return replace(holder, name=name, affiliation=affiliation)


# ---------------------------------------------------------------------------------- people


def _person(scene: Scene, told: Described, name: Name, mention: Mention) -> Holder:
    date = scene.document.date.start if scene.document.date else None
    affiliation = _affiliation(scene, told.affiliation, mention.start)
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
        return _unnamed(scene, common, mention.start)
    long = scene.corpus.shorts.get(name.text)
    if long is not None and not name.title and fold(name.text) not in scene.corpus.surnames:
        return Holder(long)
    words = full_name(scene, name)
    if mention.label and all(word.isupper() for word in words):
        words = tuple(word.capitalize() for word in words)
    affiliation = affiliation or scene.corpus.states.get(words) or _belonging(scene, words)
    return Holder(" ".join(words), "speaker", affiliation, words=words)


def _belonging(scene: Scene, words: Words) -> str | None:
    """The one institution that any document tells of a person."""
    theirs = scene.corpus.belongs.get(words, set())
    return next(iter(theirs)) if len(theirs) == 1 else None


def _pronoun(scene: Scene, pronoun: str, mention: Mention) -> Holder | None:
    if pronoun in ("they", "them", "their", "it", "its", "itself"):
        return _thing(scene, pronoun, mention.start)
    sex = "f" if pronoun in ("she", "her", "herself") else "m"
    found = person_before(scene, mention.start, sex)
    return replace(found, certain=0.85) if found else Holder(f"unnamed {_guess(sex)}", certain=0.3)


def _guess(sex: str) -> str:
    return "woman" if sex == "f" else "man"


# ---------------------------------------------------------------------------------- institutions


def _institution(scene: Scene, told: Described, mention: Mention) -> Holder | None:
    date = scene.document.date.start if scene.document.date else None
    if told.state:
        place = actor(told.state, date, scene.cast.capitals)
        if place is not None:
            return Holder(place)
    text = re.sub(r"^(?:the|his|her|their|its)\s", "", told.text, flags=re.I)
    words = {bare(w) for w in text.split()}
    head = bare(re.split(r"\sof\s|\sfor\s", text)[0].split()[-1])
    if text == "statement" and (author := subject_group(scene, mention.start)):
        return Holder(author, certain=0.6)  # "its lawyers, a statement said"
    if told.name is None and not re.search(r"[A-Z]", text):
        known = _described_group(scene, told, head, words, mention.start)
        return known or _unnamed(scene, told, mention.start)
    if len(text.split()) < 3 and head in INSTITUTION_WORDS and not told.state:
        longer = group_before(scene, head, words, mention.start)  # "the Water Board"
        if longer is not None and longer.certain > 0.8 and len(longer.name) > len(text):
            return longer
    if mention.label and told.name is not None and text.isupper():  # a turn in a transcript
        return _person(scene, told, told.name, mention)
    place = actor(text, date, scene.cast.capitals)
    long = scene.corpus.acronyms.get(text.replace(".", ""))
    if place or long:
        return Holder(place or actor(long or "") or long or text)
    return Holder(adjectival(text))


_FIRMS = word_set("company firm group maker manufacturer producer operator developer carrier")
_GENERIC = _FIRMS | word_set(
    """
    organization organisation agency bloc body alliance association movement charity network
    outlet newspaper paper publication institution
    """
)


def _described_group(
    scene: Scene, told: Described, head: str, words: set[str], at: int
) -> Holder | None:
    """ "the ministry", "the company": the institution it stands for, if one is known."""
    if not told.definite:
        return None
    found = group_before(scene, head, words, at)
    if found is None and len(words) == 1:
        if head in _FIRMS:
            found = company_before(scene, at)
        if found is None and head in _GENERIC:
            thing = _thing(scene, head, at)
            found = thing if thing and thing.certain > 0.5 else None
    if found is None and head in _STATE:
        found = state_before(scene, at)
    if found is None and head == "ministry":
        found = ministry_of(scene, words) or _same_described(scene, head)
    if found is None and len(words) == 1 and head not in _GENERIC:
        found = group_described(scene, head, at)
    return found


_STATE = word_set("government authorities administration")


def _same_described(scene: Scene, head: str) -> Holder | None:
    """ "the ministry" after "the health ministry", neither of which has a name."""
    for one in reversed(scene.told):
        if one.holder.name.startswith("unnamed ") and one.holder.name.split()[-1] == head:
            return one.holder
    return None


def _thing(scene: Scene, word: str, at: int) -> Holder | None:
    """ "it", "they": the last speaker that is no single person, for "it" an institution."""
    several = word in ("they", "them", "their")
    for one in reversed(scene.told):
        if one.start >= at or one.holder.holder_type != "speaker":
            continue
        if one.holder.words and (several or not _may_be_thing(scene, one.holder.words)):
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
    return Holder(f"unnamed {word}", certain=0.3)


def _may_be_thing(scene: Scene, words: Words) -> bool:
    """A name of three words or more of which nothing says that it is a person's: a firm's."""
    known = gender_of(scene, words) or roles_of(scene, words) or surname_alone(scene, words)
    return len(words) > 2 and not known and words[0].casefold() not in first_names()


def _is_adjective(text: str) -> bool:
    """One word that is no name of a party or a country, but of its members: "Republican"."""
    return " " not in text and actor(text) is None and text.endswith(("ican", "ian", "ratic"))


def _affiliation(scene: Scene, text: str | None, at: int) -> str | None:
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
    if text in scene.corpus.shorts:
        return scene.corpus.shorts[text]
    told = describe(text)
    if told.kind == "person" and told.name is not None and told.name.words:
        return " ".join(full_name(scene, told.name))
    return adjectival(text)


def _says_nothing(word: str) -> bool:
    """A word that describes nobody: "by", "than"; "some", "others" do."""
    return is_preposition(word)


def _unnamed(scene: Scene, told: Described, at: int) -> Holder:
    words = re.sub(r"\s+", " ", told.text).strip(" ,").removeprefix("unnamed ") or "source"
    if told.kind in ("role", "group") and all(map(_says_nothing, words.split())):
        return Holder("unnamed source", certain=0.4)
    if words.endswith(" of them"):
        group = next((t.holder.name for t in reversed(scene.told) if t.kind == "group"), "them")
        words = words.removesuffix("them") + group.removeprefix("unnamed ")
    if all(bare(word) in TITLES for word in words.split()):
        words = words.lower()
    possessive = re.match(r"(his|her|their|its)\s(?:own\s)?", words, re.I)
    if possessive:
        sex = {"his": "m", "her": "f"}.get(possessive.group(1).lower())
        owner = person_before(scene, at, sex) if sex else None
        owner = owner or (scene.told[-1].holder if scene.told else None)
        words = words[possessive.end() :]
        words = f"{words} of {owner.name.removeprefix('unnamed ')}" if owner else words
    affiliation = _affiliation(scene, told.affiliation, at)
    return Holder(f"unnamed {_owned(words, affiliation)}", affiliation=affiliation)


_OWNED = re.compile(
    r"[A-Z][^,]*?(?:[’']s|s[’'])\s(?:own\s)?(?P<what>[a-z][\w-]*)$"
    r"|(?P<other>[a-z][\w-]*)\s(?:for|of)\s[A-Z][^,]*$"
)
_ACT_FOR = word_set("lawyer lawyers attorney attorneys counsel solicitor solicitors barrister")


def _owned(words: str, affiliation: str | None) -> str:
    """One description for "Holm’s lawyers" and "lawyers for Ada Holm"."""
    match = _OWNED.match(words)
    what = (match["what"] or match["other"]) if match else ""
    if affiliation is None or what not in _ACT_FOR:
        return words
    return f"{what} for {affiliation}"


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
