"""Who is named in the documents: people with roles, spellings and affiliations, acronyms."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from stance.almanac import DAY_OF_MONTH, MONTHS, WEEKDAYS
from stance.naming.affiliations import ORG_NOUNS
from stance.naming.institutions import institution_span
from stance.naming.names import (
    CROWNED,
    NUMBER_NAME,
    SPOKES,
    TITLES,
    UPPER,
    Name,
    bare,
    first_names,
    fold,
    gender,
    is_institution,
    parse_name,
    runs,
    without_particles,
)
from stance.naming.nouns import gender_told, is_plural_noun
from stance.naming.places import actor, adjectival, stated_capitals
from stance.speech.cues import word_set
from stance.speech.tags import is_opening

Words = tuple[str, ...]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody one document names, in order of appearance outside quotations.

    ``full`` maps a folded surname to the full names with it, ``roles`` a name to the words that
    say what the person is, ``states`` to the state whose office it is; ``subjects`` holds the
    starts of names that open a sentence, ``introduced`` those with a role beside them.
    ``alone`` are words that stand as a name by themselves, ``groups`` names that are no
    person's, ``belongs`` those told of a person, ``breaks`` the ends of sentences, those of
    paragraphs twice, ``pronouns`` counts the sentences about one person by the gender of their
    pronouns, ``kin`` has first names told of somebody's family and single names with an age,
    ``spoken`` has a 1 for every character inside a quotation.
    """

    text: str
    names: list[Name] = field(default_factory=list)
    full: dict[str, list[Name]] = field(default_factory=dict)
    roles: dict[Words, set[str]] = field(default_factory=dict)
    genders: dict[Words, str] = field(default_factory=dict)
    pronouns: Counter[tuple[Words, str]] = field(default_factory=Counter)
    states: dict[Words, str] = field(default_factory=dict)
    capitals: dict[str, str] = field(default_factory=dict)
    subjects: set[int] = field(default_factory=set)
    introduced: set[int] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    groups: list[tuple[int, str]] = field(default_factory=list)
    belongs: dict[Words, str] = field(default_factory=dict)
    breaks: list[int] = field(default_factory=list)
    spoken: bytearray = field(default_factory=bytearray)
    kin: set[Words] = field(default_factory=set)


_BREAK = re.compile(
    r"[.!?…](?<!\b[A-Z]\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bMrs\.)[”\"’)]*\s|\n"
)
_OPENING = re.compile(  # what may stand before a subject: nothing, a phrase, a role
    r"(?:.*[:;—–”\"]\s*)?(?:(?:In|On|At|After|Before|During|Since|For|With|By|From|Under)\s[^,.;]{2,60},\s)?"
    r"(?:(?:The|An?|Its|Their|His|Her|But|And)\s)?((?:[\w’'-]+\s){0,4})"
)
_MARKS = " “\"‘«'—–(\u200b\ufeff"
_PLACES = word_set("of in at from near for to with by")
_NO_ROLE = word_set(
    """
    of in to with by for at from on about against into over under as than like via near after
    before while when that which who whose where said says told and or but is was were are has
    had have will would met saw asked if because
    """
)
_SAYING = word_set("said says told tells met asked and but that when while if because")
_NOT_NAMES = frozenset((*MONTHS, *WEEKDAYS)) | word_set(
    """
    the a an in on at but and or he she it they we i you his her their its this that these those
    when while after before if as for with by from to of there what who how why where not no yes so
    then now asked according meanwhile however also both some many most still since until because
    although though earlier later last next
    """
)
_POSSESSIVES = ("’s", "'s", "s’", "s'")
_BEHIND = re.compile(
    r",\s(an?\s|the\s|(?!who\s)[\w’'-]+[’']s\s"
    r"|who\s(?=(?:is|was|has been|heads?|leads?|chairs?|runs?|serves?|served|acts?)\s))?"
    r"((?!who\s)[^,.;]{3,80})"
)
_TIED = re.compile(r"\s(?:of|for|in|at|with|from|on|to|who|that|which)\s")
_ROLE_WORD = re.compile(r"(?:\w{3,}(?:er|or|ist|man|woman|person|ian)|head|chief)$")
_OFFICE_OF = re.compile(
    r"\b[Tt]he\s((?:[a-z][\w-]*\s){0,2}[a-z][\w-]*)\s(?:of|at|for)\s([^,.;:”\"]{3,70}),\s(?:\w+\.?\s)?$"
)
_ROLE_BEFORE = re.compile(r"(?:(?<=\s)|^)((?:[a-z][\w’'-]+\s){1,3})$")


def cast_of(text: str, quoted: Sequence[Range], skipped: Sequence[Range] = ()) -> Cast:
    """Names of a text outside ``skipped`` spans.

    Those inside ``quoted`` spans give full names but open no sentence.

    >>> list(cast_of("Gov. Anna Lee met Bo Chan.", []).full)
    ['le', 'chan']
    """
    unread, spoken = _marked(text, skipped), _marked(text, quoted)
    cast = Cast(text, capitals=stated_capitals(text), spoken=spoken)
    for match in _BREAK.finditer(text):
        cast.breaks.extend([match.end()] * (2 if match.group().endswith("\n") else 1))
    owner = (0, 0)
    for a, b in runs(text):
        start = _skip_opening(text, a, b)
        whose, owner = owner, (start, b)
        name = parse_name(text, start, b) if start < b else None
        if name is None or unread[name.start] or DAY_OF_MONTH.match(text, name.start):
            continue
        if shared := _FAMILY.match(text, name.end):  # "Bill and Hillary Clinton"
            name = _with_family(name, shared)
        if not is_institution(name.words) and _not_of_a_place(text, name):
            _note_person(cast, name)
        if not spoken[name.start]:
            cast.names.append(name)
            if len(name.words) == 1:
                cast.alone.add(name.words[0])
            if _opens_sentence(cast, a):
                cast.subjects.add(name.start)
        gap = text[whose[1] - 2 : name.start]  # "Ada’s ", "the Workers’ "
        owned = gap.endswith(" ") and len(gap) < 5 and gap[:-1].endswith(_POSSESSIVES)
        _note_group(cast, name, whose[0] if owned else name.start, b)
    _note_pronouns(cast)
    return cast


_HIM_OR_HER = re.compile(r"\b(?:(?P<m>he|him|his|himself)|(?P<f>she|her|hers|herself))\b", re.I)


_OPENS_WITH = re.compile(r"(?:(?P<m>He)|(?P<f>She))\s")


def _note_pronouns(cast: Cast) -> None:
    """What pronouns tell of a person: those behind the one name of a sentence, up to the end of the
    next one if that opens with "he" or "she"."""
    k = 0
    for start, end in pairwise([0, *cast.breaks, len(cast.text)]):
        here = []
        while k < len(cast.names) and cast.names[k].start < end:
            here.append(cast.names[k])
            k += 1
        people = {whole for name in here if (whole := _whole(cast, name))}
        if len(people) != 1 or start == end:
            continue
        last = here[-1].end
        if cast.text[last : last + 1] in ("’", "'"):
            continue  # "Holm’s wife said that she"
        found = {
            m.lastgroup
            for m in _HIM_OR_HER.finditer(cast.text, last, end)
            if not cast.spoken[m.start()]
        }
        then = _OPENS_WITH.match(cast.text, end)
        found |= {then.lastgroup} if then else set()
        if len(found) == 1:
            cast.pronouns[people.pop(), str(found.pop())] += 1


def _whole(cast: Cast, name: Name) -> Words | None:
    """The full name of what may be a person, as far as the text has one."""
    if is_institution(name.words) or (len(name.words) == 1 and actor(name.text)):
        return None
    if len(name.words) > 1:
        return name.words
    known = cast.full.get(fold(name.words[0]))
    return known[0].words if known else None


_SPEAKS = (
    r"\s(?:said|says|told|tells|added|adds|also|has|had|was|is|wrote|warned|argued|called|who)\b"
)


def _not_of_a_place(text: str, name: Name) -> bool:
    """Whether a name that begins like a state's or a capital's is a person's all the same: by a
    title, an age, or by its last word, which acts alone elsewhere ("Israel Katz … Katz said")."""
    if actor(name.words[0]) is None:
        return True
    if not 1 < len(name.words) < 4:
        return False
    if name.title or re.compile(r",\s\d\d?,").match(text, name.end):
        return True
    surname = re.compile(rf"\b{re.escape(name.words[-1])}{_SPEAKS}")
    return any(_stands_alone(text, m.start()) for m in surname.finditer(text))


def _stands_alone(text: str, at: int) -> bool:
    """Whether no other word of a name stands before the word at ``at``."""
    return re.search(r"[A-Z][\w’'.-]*\s$", text[max(0, at - 20) : at]) is None


def _marked(text: str, spans: Sequence[Range]) -> bytearray:
    marks = bytearray(len(text) + 1)
    for a, b in spans:
        marks[a:b] = b"\1" * (b - a)
    return marks


def _opens_sentence(cast: Cast, at: int) -> bool:
    """A name is its sentence's subject: nothing, an opening phrase or a role before it."""
    before = bisect_right(cast.breaks, at)
    start = cast.breaks[before - 1] if before else 0
    if at - start > 100:
        return False
    match = _OPENING.fullmatch(cast.text[start:at].lstrip(_MARKS))
    return match is not None and not any(w.lower() in _NO_ROLE for w in match.group(1).split())


def _note_group(cast: Cast, name: Name, start: int, end: int) -> None:
    """An institution with what belongs to its name: "the Ministry of Health"."""
    if not is_institution(name.words) or name.title:
        return
    first, last = start, name.end
    if end == name.end:
        first, last = institution_span(cast.text, start, end)
    text = cast.text[first:last]
    if " " in text:
        cast.groups.append((first, adjectival(text)))


_INITIAL = re.compile(r"[A-Z]\.")
_WILL_IT = re.compile(r"Will\s(?:[A-Z][\w’'-]*\s){1,4}[a-z][^.!\n]*\?")


def _skip_opening(text: str, a: int, b: int) -> int:
    """A sentence's first word is capitalised without belonging to the name behind it."""
    while a < b:
        word = text[a:b].split(None, 1)[0]
        if _INITIAL.fullmatch(word):  # "A. P. J. Kumar"
            return a
        asks = word == "Will" and _WILL_IT.match(text, a)
        if bare(word) not in _NOT_NAMES and not is_opening(word) and not asks:
            return a
        if NUMBER_NAME.match(text, a, b):
            return a
        a += len(word)
        while a < b and text[a].isspace():
            a += 1
    return b


def _note_person(cast: Cast, name: Name) -> None:
    kind = gender(name.words, name.title)
    if kin := _kin(cast.text, name):
        cast.kin.add(name.words)
        kind = kind or gender_told(kin)
    elif len(name.words) == 1 and _AGE.match(cast.text, name.end):
        cast.kin.add(name.words)
    if kind:
        cast.genders.setdefault(name.words, kind)
    roles = cast.roles.setdefault(name.words, set())
    roles.update(name.title)
    if bare(name.words[0]) in CROWNED:
        roles.add(bare(name.words[0]))  # "Pope Francis" is the pope
    spelled = [w for w in without_particles(name.words) if not _INITIAL.fullmatch(w)]
    if len(name.words) < 2 or len(spelled) > _MOST_NAMES:
        return
    cast.full.setdefault(fold(name.words[-1]), []).append(name)
    known = len(roles)
    lower = _ROLE_BEFORE.search(cast.text, max(0, name.start - 50), name.start)
    if lower and not set(words := lower.group(1).split()) & _NO_ROLE:
        roles.update(bare(w) for w in words)
    before = re.split(r"[\s,]+", cast.text[_after_person(cast, name) : name.start])[-6:-1]
    for written in reversed(before):
        word = bare(written)
        ended = written.endswith((".", "!", "?", "”", '"')) and word not in TITLES
        if word in _PLACES or word in _SAYING or ended:
            break  # "the mayor of Karsk": the office is not the town's; "the mayor said. Lee …"
        owner = actor(word)
        if word in TITLES or word in SPOKES or owner:
            roles.add(word)
            roles.add((owner or word).casefold())
    office = _OFFICE_OF.search(cast.text, max(0, name.start - 110), name.start)
    if office:  # "The president of the Norvik Rowing Club, Ada Holm,"
        roles.update(bare(w) for w in office.group(1).split())
        if institution := _institution_in(cast.text, *office.span(2)):
            cast.belongs.setdefault(name.words, institution)
    state = _state_before(cast.text, name)
    if state is not None:
        cast.states.setdefault(name.words, state)
    behind = _BEHIND.match(cast.text, name.end, name.end + 100)
    if behind and _says_who(behind.group(1), behind.group(2)):
        roles.update(bare(w) for w in behind.group(2).split())
        if (behind.group(1) or "")[:1].isupper():  # "Ada Holm, Orrin's chief executive": of Orrin
            roles.add(bare(behind.group(1).strip()))
        if institution := _institution_in(cast.text, *behind.span(2)):
            cast.belongs.setdefault(name.words, institution)
    if len(roles) > known or name.title:
        cast.introduced.add(name.start)


def _after_person(cast: Cast, name: Name) -> int:
    """Where what is told of a person before the name can begin: behind the person named before, of
    "President Ada Lee hosted Bo Chan"."""
    last = cast.names[-1] if cast.names else None
    known = last is not None and (last.title or bare(last.words[0]) in first_names())
    return max(name.start - 60, 0, last.end if last and known and len(last.words) > 1 else 0)


_FAMILY = re.compile(
    rf"\sand\s(?P<first>[{UPPER}][\w’'-]+)\s(?P<family>[{UPPER}][\w’'-]+)(?!\s[{UPPER}])"
)


def _with_family(name: Name, shared: re.Match[str]) -> Name:
    """ "Bill" of "Bill and Hillary Clinton", "Brothers Bill and Bo Clinton" as Bill Clinton."""
    first = name.words[-1]
    names = bare(first) in first_names() and bare(shared["first"]) in first_names()
    lone = len(name.words) == 1 or (len(name.words) == 2 and is_plural_noun(name.words[0]))
    if not lone or not names or actor(first) or is_institution((shared["family"],)):
        return name
    return replace(name, words=(first, re.sub(r"[’']s?$", "", shared["family"])))


_MOST_NAMES = 4  # words of a person's name, without particles and initials


_KIN = (
    r"(?:wife|husband|widow|widower|mother|father|mum|mom|dad|son|daughter|brother|sister|twin|uncle"
    r"|aunt|niece|nephew|cousin|grandmother|grandfather|grandson|granddaughter|fianc[ée]e?)"
)
_AGE = re.compile(r",\s\d\d,")
_KIN_BEFORE = re.compile(
    rf"\b(?:[Hh]is|[Hh]er|[Tt]heir|[Mm]y|[A-Z][\w-]+[’']s?)\s(?:[a-z-]+\s)?(?P<kin>{_KIN}),?\s$"
)
_KIN_BEHIND = re.compile(rf",\s(?:his|her|their|[A-Z][\w-]+[’']s)\s(?:[a-z-]+\s)?(?P<kin>{_KIN})\b")


def _kin(text: str, name: Name) -> str:
    """What of somebody a person is who has a first name only: "His wife Denise", "Denise, his
    wife,"."""
    if len(name.words) > 1 or name.title:
        return ""
    found = _KIN_BEFORE.search(text, max(0, name.start - 60), name.start)
    found = found or _KIN_BEHIND.match(text, name.end)
    return found["kin"] if found else ""


def _institution_in(text: str, start: int, end: int) -> str | None:
    """The first institution of an apposition: "director of the Orrin Water Board"."""
    for a, b in runs(text, start, end):
        name = parse_name(text, a, b)
        if name and not name.title and is_institution(name.words):
            whole = text[slice(*institution_span(text, name.start, name.end))]
            if " " in whole:
                return adjectival(whole)
    return None


def _says_who(determiner: str | None, apposition: str) -> bool:
    """Whether an apposition is of a person: "the chief executive", not "a Dutch insurer"."""
    if not determiner and not _is_role(apposition.split()[0]):
        return False
    return bare(_TIED.split(apposition)[0].split()[-1]) not in ORG_NOUNS


def _is_role(word: str) -> bool:
    return bare(word) in TITLES or bare(word) in SPOKES or bool(_ROLE_WORD.match(word))


def _state_before(text: str, name: Name) -> str | None:
    """The state of an office: "Armenian Foreign Minister X", "his Uzbek counterpart X"."""
    words = text[max(0, name.start - 60) : name.start].split()
    while words and (bare(words[-1]) in TITLES or bare(words[-1]) == "counterpart"):
        last = words.pop()
        if words and (owner := actor(bare(words[-1]))) and not last.endswith(","):
            return owner
    return None
