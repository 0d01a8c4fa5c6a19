"""What all documents together know of who is named: spellings, offices, institutions, stories."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from stance.naming.cast import Cast, Words
from stance.naming.names import (
    INSTITUTION_WORDS,
    PARTICLES,
    bare,
    first_names,
    fold,
    same_person,
    without_particles,
)
from stance.naming.nouns import is_person_noun
from stance.naming.places import actor
from stance.speech.cues import word_set

_LONG_FORM = re.compile(
    r"\b((?:[A-Z][\w-]+(?:[’']s?)?\s(?:(?:of|for|and|on|the|in|to)\s){0,2}){1,7}[A-Z][\w-]+)"
    r"(?:\s\(([A-Z][A-Z.]{1,8})\))?"
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What all documents together know: canonical people, their surnames and roles, acronyms,
    and the names of institutions.

    ``holding`` lists the people of whom a role is told, ``groups`` the institutions by each of
    their words, ``shorts`` a company's full name by its first word, ``stories`` the documents
    that name somebody, ``named`` the rare names of each document, ``written`` maps a name with an
    apostrophe to its one wording (see :func:`wordings`), ``bodies`` an institution to the documents
    that name it, ``genders`` are those that pronouns tell.
    """

    people: dict[Words, Words]
    surnames: dict[str, set[Words]]
    states: dict[Words, str]
    acronyms: dict[str, str]
    roles: dict[Words, set[str]]
    holding: dict[str, set[Words]]
    groups: dict[str, set[str]]
    belongs: dict[Words, set[str]]
    shorts: dict[str, str]
    stories: dict[Words, set[int]]
    named: list[frozenset[str]]
    written: dict[str, str]
    bodies: dict[str, set[int]]
    genders: dict[Words, str]


def corpus_of(casts: Sequence[Cast]) -> Corpus:
    """Put the casts of all documents together: spellings of one person fall into one name.

    The fullest form names the person, among equally long ones that with its accents, then the
    commonest.
    """
    counts: Counter[Words] = Counter()
    for cast in casts:
        for group in cast.full.values():
            counts.update(name.words for name in group)
    people: dict[Words, Words] = {}
    for cluster in _clusters(counts):
        canonical = max(
            cluster,
            key=lambda words: (len(words), not _capitals(words), _accented(words), counts[words]),
        )
        people.update(dict.fromkeys(cluster, canonical))
    people.update(_behind_bodies(people, casts))
    people.update(_by_surnames(people, {words for cast in casts for words in cast.roles}))
    people.update(_with_trades(people))
    surnames: dict[str, set[Words]] = defaultdict(set)
    for words, canonical in people.items():
        surnames[fold(words[-1])].add(canonical)
    acronyms: dict[str, str] = {}
    states: dict[Words, str] = {}
    roles: dict[Words, set[str]] = defaultdict(set)
    groups: dict[str, set[str]] = defaultdict(set)
    belongs: dict[Words, set[str]] = defaultdict(set)
    stories: dict[Words, set[int]] = defaultdict(set)
    bodies: dict[str, set[int]] = defaultdict(set)
    for number, cast in enumerate(casts):
        _note_acronyms(cast.text, acronyms)
        for words, state in cast.states.items():
            states.setdefault(people.get(words, words), state)
        for words, told in cast.roles.items():
            if len(words) > 1:
                roles[people.get(words, words)] |= told
                stories[people.get(words, words)].add(number)
        for words, institution in cast.belongs.items():
            belongs[people.get(words, words)].add(institution)
        for institution in {name for _, name in cast.groups}:
            bodies[institution].add(number)
            for word in institution.split():
                groups[bare(word)].add(institution)
    holding: dict[str, set[Words]] = defaultdict(set)
    for words, told in roles.items():
        for role in told:
            holding[role].add(words)
    return Corpus(
        people,
        dict(surnames),
        states,
        acronyms,
        dict(roles),
        dict(holding),
        dict(groups),
        dict(belongs),
        _shorts(casts),
        dict(stories),
        _rare_names(casts),
        wordings(Counter(name for cast in casts for _, name in cast.groups)),
        dict(bodies),
        _told_by_pronouns(people, casts),
    )


_VOTES = 2
"""Sentences that must agree on somebody's gender, against one in so many squared at most."""


def _told_by_pronouns(people: Mapping[Words, Words], casts: Sequence[Cast]) -> dict[Words, str]:
    votes: dict[Words, Counter[str]] = defaultdict(Counter)
    for cast in casts:
        for (words, sex), count in cast.pronouns.items():
            votes[people.get(words, words)][sex] += count
    found = {}
    for words, counts in votes.items():
        (sex, most), *other = counts.most_common()
        if most >= _VOTES and (not other or most >= _VOTES**2 * other[0][1]):
            found[words] = sex
    return found


_OWNED = re.compile(r"([A-Z][\w-]*(?:\s[A-Z][\w-]*)?)'s\s(?=[A-Z][\w-]*\s(?:[a-z]+\s)*[A-Z])")
_NO_OWNER = frozenset("men women children people king queen prince mother father".split())


def plain(name: str) -> str:
    """A name with straight apostrophes: two outlets set one name differently."""
    return name.replace("’", "'")


def wordings(counts: Mapping[str, int]) -> dict[str, str]:
    """The one wording of names with an apostrophe, by :func:`plain`: the commonest.

    A country or a town in front is no part of a name that stands without it too, unless two of
    them own such a body: "Norvik’s Court of Audit" is the Court of Audit.

    >>> wordings({"Norvik’s Audit Court": 2, "Audit Court": 1, "Dockers' Union": 1})
    {"Norvik's Audit Court": 'Audit Court', "Dockers' Union": "Dockers' Union"}
    >>> wordings({"Norvik’s Audit Court": 2, "Audit Court": 1, "Orrin’s Audit Court": 1})
    {"Norvik's Audit Court": 'Norvik’s Audit Court', "Orrin's Audit Court": 'Orrin’s Audit Court'}
    """
    commonest: dict[str, str] = {}
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        if "'" in plain(name):
            commonest.setdefault(plain(name), name)
    owners: dict[str, set[str]] = defaultdict(set)
    for name in {plain(name) for name in counts}:
        for first in range(1, len(name.split())):
            lead, rest = " ".join(name.split()[:first]), " ".join(name.split()[first:])
            if rest in counts:
                owners[rest].add(lead)
    found: dict[str, str] = {}
    for name, wording in commonest.items():
        owned = _OWNED.match(name)
        rest = name[owned.end() :] if owned else ""
        alone = owned is not None and owned[1].casefold() not in _NO_OWNER
        found[name] = rest if alone and len(owners[rest]) == 1 else wording
    return found


def _by_surnames(people: Mapping[Words, Words], told: Collection[Words]) -> dict[Words, Words]:
    """ "Tavares de Melo" for "Rui Tavares de Melo": a surname of several words, used alone.

    Of one person only, who is known by a first name, by a role that is ``told``, or by a name of
    four words; one with a particle needs no such proof.
    """
    whole: dict[tuple[str, ...], set[Words]] = defaultdict(set)
    for words, canonical in people.items():
        known = len(words) > 3 or bare(words[0]) in first_names() or words in told
        known = known and not _is_trade(words[0])
        for cut in range(1, len(words) - 1):
            surname = words[cut].casefold() in PARTICLES
            if surname or known:
                whole[tuple(map(fold, words[cut:]))].add(canonical)
            if surname:  # "De Sousa" of "Rui de Sousa e Silva"
                first = next(
                    k for k in range(cut, len(words)) if without_particles(words[k : k + 1])
                )
                whole[tuple(map(fold, words[cut : first + 1]))].add(canonical)
    found = {}
    for words in people:
        named = whole.get(tuple(map(fold, words)), set()) - {people[words]}
        if len(named) == 1 and bare(words[0]) not in first_names():
            found[words] = next(iter(named))
    return found


def _with_trades(people: dict[Words, Words]) -> dict[Words, Words]:
    """ "Nurse Ada Holm", "Chief Holm": a trade before a name that is known without it."""
    plain: dict[str, set[Words]] = defaultdict(set)
    for canonical in people.values():
        if not _is_trade(canonical[0]):
            plain[fold(canonical[-1])].add(canonical)
    found: dict[Words, Words] = {}
    for words in people:
        if _is_trade(words[0]):
            named = plain[fold(words[-1])]
            fitting = {n for n in named if len(words) == 2 or same_person(n, words[1:])}
            if len(fitting) == 1:
                found[words] = fitting.pop()
    return found


def _behind_bodies(people: Mapping[Words, Words], casts: Sequence[Cast]) -> dict[Words, Words]:
    """ "Common Future Rain Põldma" for Rain Põldma: a party before a name known without it.

    "Aung San Suu Kyi" has four names herself: she opens a sentence, and no Aung San does.
    """
    opening = {n.words for cast in casts for n in cast.names if n.start in cast.subjects}
    return {
        words: people[words[-2:]]
        for words in people
        if len(words) > 3
        and words[-2:] in people
        and bare(words[0]) not in first_names()
        and (words not in opening or words[:-2] in opening or bare(words[-2]) in first_names())
    }


def _is_trade(word: str) -> bool:
    return is_person_noun(word) and bare(word) not in first_names()


def _shorts(casts: Sequence[Cast]) -> dict[str, str]:
    """ "Norvik" for "Norvik Holdings": a first word that stands alone where the full name does; and
    "Harbor Point" for "Harbor Point Partners", where the last word is a firm's.

    Neither people, who go by their last word, nor places, nor words with two full names.
    """
    full: dict[str, set[str]] = defaultdict(set)
    for cast in casts:
        here: dict[str, set[str]] = defaultdict(set)
        two = {name.text for name in cast.names if len(name.words) == 2 and not name.title}
        for name in cast.names:
            if name.title or len(name.words) < 2:
                continue
            if len(name.words) < 4 and name.words[0] in cast.alone:
                here[name.words[0]].add(name.text)
            pair = " ".join(name.words[:2])
            if 2 < len(name.words) < 6 and pair in two and _is_firm(pair, name.words, cast.text):
                here[pair].add(name.text)
        for first, longer in here.items():
            last = {text.split()[-1] for text in longer}
            if not last & cast.alone and not _may_be_common(first, cast.text):
                full[first] |= longer
    return {
        first: longer.pop()
        for first, longer in full.items()
        if len(longer) == 1 and actor(first) is None
    }


_FIRM_ENDINGS = word_set(
    """
    partners holdings group inc ltd llc plc corp corporation company co pharma pharmaceuticals
    therapeutics energy capital systems technologies industries motors airlines logistics ventures
    properties developments resources solutions foods media entertainment labs laboratories
    """
)


def _is_firm(pair: str, words: Words, text: str) -> bool:
    """Whether a name of three words or more is a firm's, whose first two are neither a person's
    nor a place's."""
    if bare(words[-1]) not in _FIRM_ENDINGS or words[0].casefold() in first_names():
        return False
    return re.search(rf"\b(?:in|near|from|to)\s{re.escape(pair)}\b(?!\s[A-Z])", text) is None


def _may_be_common(word: str, text: str) -> bool:
    """A first name, a kind of institution, or a word that the text has in lower case too."""
    low = word.casefold()
    known = low in first_names() or low in INSTITUTION_WORDS or low.endswith(("ic", "an", "ish"))
    return known or re.search(rf"\b{re.escape(low)}\b", text) is not None


_STORY_SHARE = 0.5
"""Names in a larger share of the documents tell no story from another."""


def _rare_names(casts: Sequence[Cast]) -> list[frozenset[str]]:
    """The names of each document that few others have."""
    found = [frozenset(fold(name.words[-1]) for name in cast.names) for cast in casts]
    counts = Counter(name for names in found for name in names)
    most = max(2.0, _STORY_SHARE * len(casts))
    return [frozenset(name for name in names if counts[name] <= most) for names in found]


def _accented(words: Words) -> bool:
    return not all(word.isascii() for word in words)


def _capitals(words: Words) -> bool:
    """Whether a name is written in capitals throughout, as in a transcript."""
    return all(word.isupper() for word in words)


def _clusters(counts: Counter[Words]) -> Iterable[list[Words]]:
    """Groups of spellings; only names that share two initials are ever compared."""
    blocks: dict[tuple[str, str], list[Words]] = defaultdict(list)
    for words in counts:
        blocks[fold(words[0])[:1], fold(words[-1])[:2]].append(words)
    for block in blocks.values():
        clusters: list[list[Words]] = []
        for words in sorted(block, key=lambda w: (-len(w), -counts[w], w)):
            home = next((c for c in clusters if same_person(c[0], words)), None)
            if home is None:
                clusters.append([words])
            else:
                home.append(words)
        yield from clusters


def _note_acronyms(text: str, table: dict[str, str]) -> None:
    """ "Harbour Workers Union (HWU)" explains HWU; without brackets equal initials do."""
    used = {
        m.group().replace(".", "") for m in re.finditer(r"\b(?:[A-Z]\.){2,6}|\b[A-Z]{2,8}\b", text)
    }
    if not used:
        return
    for match in _LONG_FORM.finditer(text):
        long, given = match.group(1), (match.group(2) or "").replace(".", "")
        words = [w for w in re.split(r"[\s-]", long) if w[:1].isupper()]
        for cut in range(len(words) - 1):
            initials = "".join(w[0] for w in words[cut:])
            if initials == given or (not given and initials in used and len(initials) > 1):
                plain = re.sub(r"[’']s?$", "", long[long.find(words[cut]) :])
                table.setdefault(initials, plain)
                break
