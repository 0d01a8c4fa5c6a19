"""What a source phrase says about the one who speaks: name, role, affiliation, number.

"Kremlin spokesman Ivan Orlov", "a senior union official", "his deputy" and "they" are different
kinds of evidence; :func:`describe` sorts them, :mod:`stance.holders` finds out who is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from stance.naming.affiliations import (
    DETERMINER,
    ORG_NOUNS,
    STATE_NOUNS,
    affiliation_of,
    belongs_to,
    is_field,
    is_relation,
)
from stance.naming.institutions import institution_span
from stance.naming.names import (
    INSTITUTION_WORDS,
    NUMBER_NAME,
    PORTFOLIOS,
    SPOKES,
    TITLES,
    WORD,
    Name,
    bare,
    first_names,
    is_institution,
    joined_names,
    parse_name,
)
from stance.naming.names import runs as name_runs
from stance.naming.nouns import is_person_noun
from stance.naming.places import compatriots, nationality
from stance.speech.cues import word_set
from stance.speech.subjects import TIMES
from stance.speech.tags import is_opening, plural_ending

MentionKind = Literal["person", "institution", "pronoun", "role", "group", "self", "nobody"]

_PRONOUNS = word_set("he she they it him her them his their its himself herself")
_SELF = word_set("i we me us my our")
_OWNER = re.compile(r"(?:[A-Z][\w-]*\s){0,3}[A-Z][\w-]*(?:[’']s|s[’'])\s$")
_NOBODY = word_set("you your yours yourself there")
_NO_ONE = re.compile(
    r"(?:(?:and|but|or|nor|not|almost|nearly|hardly)\s)*"
    r"(?:(?:nobody|no[ -]one|none|neither|any(?:one|body)|every(?:one|body)|whoever)\b"
    r"|no\s(?!\d)[a-z]|(?:the\s)?[\d.,]+%?$|some(?:one|body)(?:\selse)?$|those$)"
)
"""Who is nobody in particular: "anyone who tells you …", "no court would say so". Somebody with a
place ("someone close to the board") is an unnamed source."""
_OUTLET = re.compile(
    r"(?:this|our)\s(?:news)?(?:paper|magazine|page|column|weekly|daily|journal|letter|site|website"
    r"|programme|program|broadcaster|station|channel|publication|blog|bulletin)"
    r"(?:[’']s?\s(?:editorial\sboard|editors?|leader|leading\sarticle))?"
)
"""How an outlet speaks of itself."""
_COMMON = word_set(
    """
    another others some many one two several few most both
    people police officials authorities management investigators prosecutors witnesses residents
    neighbours neighbors experts critics analysts scientists researchers doctors company
    """
)
WRITINGS = word_set(
    """
    statement statements transcript transcripts recording recordings email emails e-mail letter
    letters tweet tweets post posts memo memoir book blog diary testimony remarks speech message
    messages account words comments note opinion report study survey analysis data figures
    statistics records filing filings minutes paper papers article essay column op-ed brief leaflet
    leaflets pamphlet manifesto newsletter dissent tape
    """
)
"""What holds somebody's words; without an author it is nobody."""
_TELLS = re.compile(
    r"(?:which|whose|where)\b|who\s(?!(?:is|was|has been|serves?|served|acts?|acted)\b)",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"(?:(?P<whose>his|her|their|its)(?:\sown)?|(?P<owner>(?:[A-Z][\w.-]*\s){0,4}[A-Z][\w.-]*)[’']s?)"
    r"\s(?:[a-z\d][\w-]*\s){0,2}(?P<what>[a-z-]+)(?=$|[\s,])",
    re.I,
)
_WHOSE = r"[A-Z][\w.&-]*(?:\s(?:(?:of|and|for|the)\s){0,2}[A-Z][\w.&-]*){0,5}"
_SPEAKS = (
    r"(?:(?:supervisory|executive|whole|full|top|senior|own|new)\s){0,2}(?:board(?:\sof\s(?:directors"
    r"|governors|trustees|management))?|management(?:\s(?:board|team))?|directors|press\s(?:service"
    r"|office))"
)
_ORGAN = re.compile(
    rf"(?:[Tt]he\s)?(?:{_SPEAKS}\s(?:of|at)\s(?P<of>(?:the\s)?{_WHOSE}(?:\s[a-z]{{4,}})?)"
    rf"|(?P<whose>{_WHOSE})(?:[’']s|(?<=s)[’'])\s{_SPEAKS})$"
)
"""What speaks for an institution as a whole."""
_BY = re.compile(
    r"(?:an?|the|this|that|one|another)\s(?:[a-z][\w-]*\s){0,2}(?P<what>[a-z-]+),?\s(?:by|from)\s(?=\S)",
    re.I,
)
_FIGURES = re.compile(
    r"(?:[Tt]he\s)?(?P<owner>(?:[A-Z][\w.&-]*\s){0,4}[A-Z][\w.&-]*)(?:[’']s?)?\s(?:(?:official|own|latest)\s)?"
    r"(?:estimates|figures|data|statistics|projections|forecasts)$"
)
""" "World Health Organization estimates": whose they are."""
_CUT = re.compile(
    r",(?!\d)|\(|\s(?:who|which|that|whose)\s|\s[—–-]\s|;|\s(?:has|have|had|is|was|were|will|would)\s"
)
_AFTER_HEAD = re.compile(
    r"(?<=\w)\s(?:himself|herself|itself|themselves|nevertheless|nonetheless|however|also|still|now"
    r"|then|too|again|meanwhile|alone|already|once|twice|there|here)$"
)
"""What may stand between a subject and its verb and is no part of it."""
_PREPOSITION = re.compile(
    r"\s(?:of|for|in|at|from|with|on|to|by|inside|outside|near|close|familiar|aboard)\s"
)
_ROLE_NAME = re.compile(
    r"\s(?!for\s)([a-z]+(?:man|woman|person|or|er|ist|ief|ent|st|yst|ad))(?:\s[A-Z][\w’'.-]*){2,3}$"
)
_FULL_NAME = re.compile(r"[A-Z][\w’'-]+(?:\s[A-Z][\w’'.-]*){1,2}")
_DEFINITE = re.compile(
    r"(?i:the|this|that|his|her|their|its|our)\s|[A-Z][\w.-]*(?:\s[A-Z][\w.-]*){0,3}[’'](?:s\s|\s)"
)
_LEAD = re.compile(
    r"(?:The|A|An|Some|Many|His|Her|Their|One|No|Most|Other|Several|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Dozens|But|And|As|That|Its"
    r"|This|These|Those|Both)\b(?!\.)\s*"
)
_ACRONYM = re.compile(r"\s\([A-Z][\w.&-]{1,9}\)(?=\s(?:[a-z]+\s){1,3}[A-Z])")
_MEDIA_NOUNS = word_set(
    """
    agency newspaper channel network website magazine station outlet broadcaster tabloid daily
    news state state-run business television tv radio wire online satellite
    """
)
_TIMES = TIMES | word_set("day hour decade century")
_PLURAL_ROLES = word_set("people police officials some many others")


@dataclass(frozen=True, slots=True)
class Described:
    """A source phrase taken apart. ``text`` has no determiner and no apposition."""

    kind: MentionKind
    text: str
    name: Name | None = None
    role: tuple[str, ...] = ()
    affiliation: str | None = None
    definite: bool = False
    state: str | None = None


_PEER = re.compile(
    r"(?:[Tt]he\s)?(?P<name>(?:Duke|Duchess|Earl|Countess|Prince|Princess|Archbishop|Bishop|Aga)\sof\s"
    r"[A-Z][\w-]+)"
)


@lru_cache(maxsize=16384)
def describe(phrase: str) -> Described:
    """Sort a source phrase; offsets of a name in it count from the phrase's first word.

    >>> told = describe("Harbour Union spokeswoman Mia Falk")
    >>> told.kind, told.name.text, told.affiliation
    ('person', 'Mia Falk', 'Harbour Union')
    """
    raw = re.sub(r"[’']s$", "", phrase.strip(" ,"))
    raw = _ACRONYM.sub("", raw)  # "Department of Ports (DoP) spokesperson Ada Holm"
    raw = re.sub(r"^(?:So|But|And|Yet|Then|Even|Now|Only)\s(?=[a-z])", "", raw)
    if not raw.strip():  # "’s" alone, cut from a name before it
        return Described("nobody", raw)
    low = raw.casefold().replace("’", "'")
    first = re.split(r"['\s]", low, maxsplit=1)[0]
    plain = raw.split()[-1].isupper() and len(raw.split()[-1]) > 1  # "the US"
    if not plain and (low in _SELF or (first in _SELF and len(low) < 6)):
        return Described("self", raw)
    if _OUTLET.fullmatch(low):
        return Described("self", raw)
    if (first in _NOBODY and len(low) < 8) or _NO_ONE.match(low):
        return Described("nobody", raw)
    if low in _PRONOUNS or (
        first in ("he", "she", "they", "it") and len(low) < 8 and not raw.startswith("IT ")
    ):
        return Described("pronoun", first)
    if peer := _PEER.fullmatch(raw):
        return Described(
            "person", peer["name"], Name(peer.start("name"), len(raw), tuple(peer["name"].split()))
        )
    if low in PORTFOLIOS and raw[:1].isupper():  # "Labour has ruled it out": a party, no office
        return Described("institution", raw, Name(0, len(raw), (raw,)))
    if low in _COMMON or first in (
        "someone",
        "somebody",
    ):  # a capital there only opens the sentence
        raw = raw.lower()
    organ = _ORGAN.match(raw)
    if organ is not None:  # "the board of Sable Mutual", "Sable’s management": Sable Mutual itself
        return describe(organ["of"] or organ["whose"])
    owner = _author(raw)
    if owner is not None:
        return describe(owner)
    cut = _CUT.search(raw, 1)
    head = (raw[: cut.start()] if cut else raw).rstrip()
    while behind := _AFTER_HEAD.search(head):
        head = head[: behind.start()]
        raw = head if cut is None else head + raw[cut.start() :]
        cut = _CUT.search(raw, 1) if cut else None
    tail = raw[cut.end() :].strip() if cut and raw[cut.start()] in ",(—–-" else ""
    if owned := _owned_person(raw, head):
        return owned
    preposition = _PREPOSITION.search(head)
    role_name = _ROLE_NAME.search(head)
    if preposition and role_name and role_name.start(1) > preposition.start() + 1:
        begins = tuple(head[: preposition.start()].split())
        if not _FULL_NAME.fullmatch(" ".join(begins)) or is_institution(begins):
            preposition = None  # "University of Turku professor Anna Lee"
    if preposition and (named := _person_after(raw, head, preposition)):
        return named
    pre = head[: preposition.start()] if preposition else head
    post = head[preposition.end() :] if preposition else ""
    return _sort(raw, pre.rstrip(), post, tail)


_OWNED_PERSON = re.compile(
    rf"(?:[Tt]he\s)?(?P<owner>{_WHOSE})(?:[’']s|(?<=s)[’'])\s(?P<who>{WORD}(?:\s{WORD}){{1,2}})$"
)


def _owned_person(raw: str, head: str) -> Described | None:
    """ "The Bank of England’s Andrew Bailey": somebody behind a name with "of" in it."""
    owned = _OWNED_PERSON.match(head)
    if owned is None or " of " not in owned["owner"]:
        return None
    name = parse_name(raw, *owned.span("who"))
    if name is None or is_institution(name.words) or len(name.words) < 2:
        return None
    return Described("person", name.text, name, name.title, owned["owner"])


def _person_after(raw: str, head: str, preposition: re.Match[str]) -> Described | None:
    """ "Secretary of State Ken Detzner": a known first name begins the name at the end."""
    office = bare(head[: preposition.start()].rstrip().rpartition(" ")[2])
    if office not in TITLES and office not in SPOKES:
        return None
    for found in re.finditer(r"[A-Z][\w’'-]+", head[preposition.end() :]):
        at = preposition.end() + found.start()
        lead = head[preposition.end() : at].split()
        known = found.group().casefold() in first_names()
        if known and not lead:
            return None  # "a spokesman for Ada Holm" is not Ada Holm
        office_of = set(map(bare, lead)) - {"the", "and"}
        of_state = bool(office_of) and office_of <= _STATE_OFFICES
        of_state = of_state and bare(found.group()) not in _STATE_OFFICES
        if (known or of_state) and _FULL_NAME.fullmatch(head, at):
            name = parse_name(raw, at, len(head))
            if name is None or len(name.words) < 2:
                return None
            role = [w for word in head[:at].split() if (w := bare(word)) in TITLES or w in SPOKES]
            affiliation = affiliation_of(head[: preposition.start()], "")
            return Described("person", name.text, name, tuple(role), affiliation)
    return None


_STATE_OFFICES = PORTFOLIOS | word_set("state treasury homeland security affairs")
"""Words of "Secretary of State", "Minister of Foreign Affairs"."""


def _author(raw: str) -> str | None:
    """Whose words a writing tells: "Lee’s statement", "a letter from the union", "his email"."""
    if figures := _FIGURES.match(raw):
        return figures["owner"]
    match = _OWNED.match(raw) or _BY.match(raw)
    if match is None or match["what"].lower() not in WRITINGS:
        return None
    if match.re is _BY:
        return raw[match.end() :]
    return match["whose"].lower() if match["whose"] else match["owner"]


def _sort(raw: str, pre: str, post: str, tail: str) -> Described:
    found = name_runs(raw, 0, len(pre))
    definite = bool(_DEFINITE.match(raw))
    spoken_for = tail and post[:1].isupper() and bare(post.split()[-1]) in TITLES
    if spoken_for and (speaker := _apposed(raw, post, tail)):
        return speaker  # "The House of Commons Speaker, Ada Holm"
    if found and found[0][0] == 0:  # "The", "His": a capital that opens the phrase
        counted = NUMBER_NAME.match(raw)
        lead = None if counted else _LEAD.match(raw, 0, found[0][1])
        if lead and lead.end() >= found[0][1]:
            found = found[1:]
        elif lead:
            found[0] = (lead.end(), found[0][1])
        while found and not counted and is_opening(raw[slice(*found[0])].split()[0]):
            at = re.compile(r"\s").search(raw, *found[0])
            found = [(at.end(), found[0][1]), *found[1:]] if at else found[1:]
    if found and found[-1][1] >= len(pre) and (who := _national(raw, pre, found[-1], definite)):
        return _apposed(raw, post, tail) or who
    if found and found[-1][1] >= len(pre):
        name = parse_name(raw, *found[-1])
        if name is None:  # only a title: "the Prime Minister"
            named = _apposed(raw, post, tail)
            return named or _common(raw, pre, post, definite or raw[:1].isupper())
        return _proper(raw, name, found[-1], pre, post, tail)
    return _apposed(raw, post, tail) or _common(raw, pre, post, definite)


def _national(raw: str, pre: str, span: tuple[int, int], definite: bool) -> Described | None:
    """ "The Argentine", "two Americans": somebody of a nation and no name. A bare "American" is
    none such, "Americans" are."""
    word = raw[slice(*span)]
    several = compatriots(word) is not None
    alone = not DETERMINER.match(raw) and not definite
    if not several and (nationality(word) is None or alone or word.endswith("men")):
        return None
    text = DETERMINER.sub("", raw[: len(pre)])
    role = tuple(map(bare, text.split()))
    return Described("group" if several else "role", text, None, role, None, definite)


def _proper(
    raw: str, name: Name, span: tuple[int, int], pre: str, post: str, tail: str
) -> Described:
    """A phrase that ends in a proper name."""
    first = span[0]
    owner = _OWNER.search(raw, 0, first)
    whole = raw[slice(*span)]
    if is_institution(name.words) and not name.title:
        a, b = institution_span(raw, *span)
        whole = raw[a:b]  # "the Bank of England"
        if owner and a == first:
            whole = owner.group() + whole  # "Teachers’ Union", "Russia’s Foreign Ministry"
        return Described("institution", re.sub(r"[’']s?$", "", whole), name)
    if owner and len(name.words) == 1 and owner.group().rstrip().endswith(("s’", "s'")):
        return Described("institution", owner.group() + whole, name)  # "the Fishers’ Cooperative"
    before = raw[: span[0]].strip()
    if joined := _JOINED.fullmatch(raw):
        return Described("institution", joined["name"], name)
    role = [w for word in before.split() if (w := bare(word)) in TITLES or w in SPOKES]
    role += [w for w in name.title if w not in ("mr", "mrs", "ms", "dr", "miss")]
    if _TELLS.match(tail):
        tail = ""  # what a country did is no office: "Moscow, which signed a defence pact with"
    behind = re.split(r"[\s,]+", tail)[:8]
    role += [w for word in behind if (w := bare(word)) in TITLES or w in SPOKES]
    affiliation = affiliation_of(raw[: name.start].strip(), tail) or belongs_to(raw, name.end)
    return Described("person", name.text, name, tuple(role), affiliation)


_JOINED = re.compile(rf"(?:[Tt]he\s)?(?P<name>{WORD}(?:\s{WORD})?\s(?:and|&)\s{WORD})")
"""One name with "and" in it, "Marks and Spencer": two would have been told apart before."""
_BODIES = word_set(
    """
    regulator watchdog charity operator company firm agency bank union group party supplier maker
    developer retailer contractor club network newspaper broadcaster ministry authority court
    department
    """
)


def _apposed(raw: str, post: str, tail: str) -> Described | None:
    """A common noun explained by a name: "the official, Ivan Orlov", "the group’s Ivan Orlov"."""
    at = raw.find(",")
    if at >= 0 and tail:
        inner = name_runs(raw, at + 1)
        between = raw[at + 1 : inner[0][0]].strip() if inner else "nothing"
        if between == "the":  # "her coalition partner, the Liberals"
            span = institution_span(raw, *inner[0])
            named = parse_name(raw, *inner[0])
            if named and not named.title and span[1] >= len(raw.rstrip(" ,")):
                return Described("institution", raw[slice(*span)], named)
        party = len(inner) > 1 and re.search(r"[’']s\s$", raw[: inner[1][0]])
        of_party = None
        if party and not between:  # "the shadow minister, Labour's Ed Marsh"
            of_party, inner = re.sub(r"[’']s$", "", raw[slice(*inner[0])]), inner[1:]
        name = parse_name(raw, *inner[0]) if not between else None
        before = raw[:at]
        belongs = _PREPOSITION.search(before)  # "the governor of the central bank, Helena Moura"
        noun = bare(before[: belongs.start() if belongs else at].split()[-1])
        if name and not name.title and noun in _BODIES and inner[0][1] >= len(raw.rstrip(" ,")):
            body = re.sub(r"^\S+-based\s", "", raw[slice(*inner[0])])
            return Described("institution", body, name)  # "the regulator, Ofcomm"
        surname = is_person_noun(noun)  # "his predecessor, Tamm"
        whole = name and (len(name.words) > 1 or name.title or surname)
        if name and whole and not is_institution(name.words):
            role = [w for word in before.split() if (w := bare(word)) in TITLES or w in SPOKES]
            affiliation = _of_office(before, belongs)
            return Described("person", name.text, name, tuple(role), of_party or affiliation)
    inner = name_runs(raw) if post else []
    if inner and re.search(r"[’']s?\s$", raw[: inner[-1][0]]):
        name = parse_name(raw, *inner[-1])
        if name and len(name.words) > 1 and inner[-1][1] >= len(raw.split(",")[0]):
            head = bare(DETERMINER.sub("", raw).split()[0])
            return Described("person", name.text, name, (head,))
    return None


_CAPITAL_OWNER = re.compile(r"(?:[Tt]he\s)?[A-Z][^,]*?[’']s?\s[a-z]")


def _of_office(before: str, belongs: re.Match[str] | None) -> str | None:
    """Whose an office is: "the governor of the central bank", "the UN’s envoy for Africa", "the
    House of Commons Speaker"."""
    if belongs is None or _CAPITAL_OWNER.match(before, 0, belongs.start()):
        return affiliation_of(before[: belongs.start()] if belongs else before, "")
    body, last = before[: belongs.start()].split()[-1], before.split()[-1]
    if body[:1].isupper() and last[:1].isupper() and bare(last) in TITLES - PORTFOLIOS:
        return affiliation_of(before, "")
    behind = before[belongs.end() :]
    return None if all(word == "and" or is_field(word) for word in behind.split()) else behind


_DONE_BY = re.compile(r"(?:[a-z]ed|seen|told|led|held|run|known|shown|given|chosen)$")


def _owner_words(words: list[str]) -> str | None:
    """The capitalised words before a noun, with "and" where they are one name: "Food and Drug
    Administration" of "Food and Drug Administration officials"."""
    named = [k for k, w in enumerate(words) if re.match(r"[A-Z]", w) and bare(w) not in TITLES]
    kept = [w for k, w in enumerate(words) if k in named or (k - 1 in named and w == "and")]
    text = re.sub(r"[’']s?$|\sand$", "", " ".join(kept))
    one = bare(text.split()[-1]) in INSTITUTION_WORDS if text else False
    return (
        None if " and " in text and not (one or text.casefold() in joined_names()) else text or None
    )


def _common(raw: str, pre: str, post: str, definite: bool) -> Described:
    """A phrase whose head is a common noun."""
    plain = DETERMINER.sub("", pre)
    words = plain.split()
    head = bare(words[-1]) if words else ""
    described = " ".join([plain, re.split(r",(?!\d)", raw[len(pre) :])[0].strip()]).strip()
    role = tuple(bare(w) for w in words)
    if head.removesuffix("s") in _TIMES:
        return Described("nobody", raw)  # "a letter from his doctor Friday afternoon that says"
    if head in STATE_NOUNS:
        owner = " ".join(words[:-1])
        return Described(
            "institution", plain, None, role, owner or post or None, definite, owner or post
        )
    if head in _MEDIA_NOUNS and words[0][0].isupper():
        media = len(words) - 1
        while media > 1 and words[media - 1].lower() in _MEDIA_NOUNS:
            media -= 1
        if all(word[0].isupper() for word in words[:media]):  # "Interfax news agency"
            name = " ".join(words[:media])
            return Described("institution", name, Name(0, len(name), tuple(words[:media])))
    if head in ORG_NOUNS:
        return Described("institution", described, None, role, None, definite)
    affiliation = re.split(r"\swho\b|,", post)[0] if post else None
    related = is_relation(head) and (post or re.search(r"[’']s?\s", pre))
    if related or (raw[len(pre) :].startswith(" by ") and _DONE_BY.search(pre)):
        affiliation = None  # "economists polled by Reuters", "Holm’s rival"
    elif affiliation is None:
        affiliation = _owner_words(words[:-1])
    plural = head in _PLURAL_ROLES or plural_ending(head)
    return Described("group" if plural else "role", described, None, role, affiliation, definite)
