"""Whom somebody speaks for, read from the words before a name and from the apposition behind it."""

from __future__ import annotations

import re

from stance.naming.institutions import institution_span
from stance.naming.names import (
    INSTITUTION_WORDS,
    PORTFOLIOS,
    SPOKES,
    TITLES,
    bare,
    is_institution,
    runs,
)
from stance.naming.nouns import BODY_NOUNS
from stance.speech.cues import word_set
from stance.speech.tags import is_opening

DETERMINER = re.compile(
    r"^(?:the|a|an|this|that|these|those|some|many|several|few|most|all|any|one|two|three|both"
    r"|another|other|no|each|every|certain|numerous|various)\s+",
    re.I,
)
ORG_NOUNS = (
    INSTITUTION_WORDS
    | BODY_NOUNS
    | word_set(
        """
    paper report study survey poll website site magazine statement document memo letter filing
    lawsuit complaint ad article story editorial ruling organisers publication opposition jury
    panel delegation
    """
    )
)
STATE_NOUNS = word_set("government authorities side administration leadership")
_BYGONE = word_set(
    """
    former then longtime veteran famed rival presumptive fellow retired interim shadow caretaker
    incoming outgoing sitting late jailed ousted exiled deposed disgraced embattled
    """
)
"""What offices are called besides: a capital there opens the sentence."""
_LEVELS = word_set(
    "town city county state district village local regional national federal police fire party"
)
_FIELDS = PORTFOLIOS | word_set(
    """
    affairs agriculture aviation border broadcasting business child civil climate club commerce
    communications consumer development digital employment enterprise fisheries food forestry home
    housing immigration industry industries information infrastructure investment law legal media
    mines mining office oil parliamentary pensions petroleum planning ports power prisons public
    railways religious resources revenue rural science shipping social solicitor sports tax team
    technology telecom tourism treasury tribal urban water welfare women works youth
    academic clinical constitutional criminal economic environmental financial independent medical
    military political industrial
    crypto fashion film movie music nobel oscar pop property pulitzer rap reality rock soap tech
    television tv
    """
)
"""What offices, trades and prizes are for: whoever holds them is of no "Water Resources", no "Pop"
and no "Nobel"."""
_COURTS = word_set("appeals bankruptcy circuit district high superior supreme")
_MATTER = re.compile(r"(?:tion|sion|ment|ity|ance|ence|ing|ure|ics|ship|ology)$")
_ELECTED = word_set("mp mep msp mla leader candidate councillor lawmaker politician peer")
_DAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
_OFFICE_FOR = re.compile(
    r"\b(?P<office>[\w’'-]+(?:\s[\w’'-]+){0,4}?)\s(?:for|of|at|with)\s(?P<owner>.+?)"
    r"(?:,|\swho\b|$)"
)
_OWNED_OFFICE = re.compile(
    r"(?:the\s)?(?P<owner>[A-Z][\w.-]*(?:\s[A-Z][\w.-]*){0,4})[’']s?\s(?P<office>(?:[\w-]+\s?){1,4})"
)
_HEADED = re.compile(r"(?:the\s)?(.+?)(?:[’']s?)?\s(?:spokes\w+|minister|president|leader)\b")
_TIED = re.compile(r"^[a-z][\w\s-]*?\s(?:for|of|at|with)\s(?=(?:the\s)?[A-Z])")
_ITS = re.compile(r"\W*(its|their)\s[a-z]", re.I)
_ROLE_SUFFIX = re.compile(r"\w{3,}(?:er|or|ist|man|woman|person|ian|ant)$")
_RELATION = word_set(
    """
    mother father brother sister daughter wife husband neighbour neighbor supporter follower admirer
    reader viewer lover opponent winner survivor son widow widower uncle aunt
    niece nephew cousin grandmother grandfather grandson granddaughter grandchild fiancé fiancée
    twin mum mom dad ex-wife ex-husband girlfriend boyfriend friend rival successor predecessor
    counterpart colleague critic ally confidant confidante
    """
)
"""What somebody is to another, for whom they do not speak."""


def is_field(name: str) -> bool:
    """Whether the one word, or the last one, of a name says what an office is for.

    >>> is_field("Health"), is_field("Customs Enforcement"), is_field("Labour"), is_field("Airbus")
    (True, True, False, False)
    """
    last = bare(name.split()[-1])
    party = last in ("labour", "labor")
    return not party and (last in _FIELDS or last.endswith(("tion", "ment")))


def affiliation_of(before: str, tail: str) -> str | None:
    """Whom a named person belongs to, from the words before the name or the apposition."""
    found = _affiliation_of(before, tail)
    return None if found is None or _BROKEN_OFF.search(found) else found


_BROKEN_OFF = re.compile(r"(?:(?:^|\s)(?:and|or|&)|,)$")


def _affiliation_of(before: str, tail: str) -> str | None:
    if tail:
        for m in _OFFICE_FOR.finditer(tail):
            if any(_is_office(word) for word in m["office"].split()):
                return _first_owner(m["owner"])
        m2 = _OWNED_OFFICE.match(tail)
        if m2 and any(_is_office(word) for word in m2["office"].split()):
            return m2["owner"]
        m3 = _HEADED.match(tail)
        if m3 and (owner := _without_titles(m3.group(1).split())) and owner[0][:1].isupper():
            return " ".join(owner)
        if m4 := _ITS.match(tail):
            return m4.group(1).lower()
    if m4 := _ITS.match(before):
        return m4.group(1).lower()
    words = DETERMINER.sub("", before).split()
    kept = _without_titles(words)
    last = next((k for k, word in enumerate(kept) if word.endswith(("’s", "'s"))), len(kept))
    if not any(bare(word) in ORG_NOUNS for word in kept[last + 1 :]):
        kept = kept[: last + 1]  # "Norland's Fisheries Commissioner"
    owned = bool(kept) and bool(re.search(r"[’']s?$", kept[-1]))
    if any(is_relation(word) for word in words[len(kept) :]):
        return None  # "Lee’s rival"
    if kept and (kept[-1].endswith("-based") or bare(kept[-1]) in ("press", "opposition")):
        return None  # "Lagos-based dealer", "Press secretary"
    if kept and (owned or len(kept) < len(words)) and kept[0][0].isupper():
        return re.sub(r"[’']s?$", "", " ".join(kept))
    return None


def is_relation(word: str) -> bool:
    """Whether a noun says what somebody is to another: "rival", "husband"."""
    return bare(word) in _RELATION


_BEHIND = re.compile(r"\s(?P<how>of|from|at|with)\s(?:[Tt]he\s)?(?=[A-Z])")
_FIRM = word_set(
    """
    capital partners securities research analytics holdings consulting associates advisors advisers
    ventures markets economics energy pharma labs systems technologies management investments
    """
)


def belongs_to(raw: str, end: int) -> str | None:
    """Whom a name belongs to that ends at ``end``: "Lee of the Post Office", "Lee at Northbank".

    Behind "of" and "from" most names are places, so only what reads like a group's counts.

    >>> belongs_to("Bo Chan of Doctors Without Borders", 7), belongs_to("Bo Chan of Leeds", 7)
    ('Doctors Without Borders', None)
    """
    found = _BEHIND.match(raw, end)
    name = runs(raw, found.end()) if found else []
    if found is None or not name or name[0][0] != found.end():
        return None
    start, stop = institution_span(raw, *name[0])
    if more := re.match(r"\s&(?:\s[A-Z][\w’'-]*)+", raw[stop:]):
        stop += more.end()
    text = raw[start:stop]
    words = tuple(text.split())
    grouped = is_institution(words) or any(bare(w) in _FIRM or is_opening(w) for w in words[1:])
    return text if grouped or "&" in words or found["how"] in ("at", "with") else None


_LEGISLATURES = word_set(
    """
    senate house parliament congress assembly legislature majority minority caucus knesset duma rada
    bundestag bundesrat sejm riksdag storting folketing cortes diet commons lords gop
    """
)
_AMERICAN_STATES = re.compile(
    r"Ala(?:bama|ska)|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho"
    r"|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan"
    r"|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)"
    r"|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island"
    r"|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington State|Wisconsin|Wyoming"
)


def speaks_for(affiliation: str) -> bool:
    """Whether somebody of ``affiliation`` says "we" for it: a ministry, a country, a firm; a member
    of a parliament speaks for neither that nor the state that elected him.

    >>> [speaks_for(a) for a in ("Denmark", "Ferro Steel", "Senate Majority", "Texas")]
    [True, True, False, False]
    """
    if _AMERICAN_STATES.fullmatch(affiliation):
        return False
    return not any(bare(word) in _LEGISLATURES for word in affiliation.split())


_PARTICIPLE = re.compile(r"[a-z]-(?:[a-z]+(?:ing|ed)|born|year-old)$")


def _is_office(word: str) -> bool:
    """Whether a common noun says that somebody works for whom it is tied to."""
    low = bare(word)
    if low in _RELATION or low in ("number", "order", "matter"):
        return False
    return low in TITLES or low in SPOKES or low == "member" or bool(_ROLE_SUFFIX.match(low))


def _first_owner(text: str) -> str:
    """The name that opens a phrase, without what is said of its place: "the Institute of Law at
    Bergholm University" is the institute; the phrase itself where no name opens it."""
    lead = DETERMINER.match(text)
    first = lead.end() if lead else 0
    found = runs(text, first)
    if not found:
        return text
    if found[0][0] > first:  # "professor of law at Leiden"
        later = _TIED.search(text, first)
        return _first_owner(text[later.end() :]) if later else text
    for run in reversed(found[:2]):  # "the Post and Telecom Authority" has its noun in the second
        start, end = institution_span(text, *run)
        if start == first and is_institution(tuple(text[start:end].split())):
            return text[start:end]
    a, b = found[0]
    return text[a:b] if re.match(r"\s(?:in|at|from|on|near)\s|$", text[b:]) else text[first:]


def _without_titles(words: list[str]) -> list[str]:
    """Words before an office: "Armenian" of "Armenian foreign minister", "Lee’s" of "Lee’s chief
    policy adviser"; an institution keeps its common noun ("Labour party leader")."""
    kept = list(words)
    while kept and (bare(kept[-1]) in TITLES or bare(kept[-1]) in SPOKES):
        if bare(kept[-1]) in PORTFOLIOS and kept[-1].endswith(("’s", "'s")):
            break  # "Labour’s Ada Holm"
        office = words[len(kept) : len(kept) + 1]
        if bare(kept[-1]) in PORTFOLIOS and office and bare(office[0]) in _ELECTED:
            break  # "Labour MP": a party, no portfolio
        kept.pop()
    while kept and (bare(kept[0]) in _BYGONE | _DAYS or _PARTICIPLE.search(kept[0])):
        kept.pop(0)  # "Former Florida governor", where a capital only opens the sentence
    if all(bare(word) in _LEVELS for word in kept):
        return []  # "Town Clerk"
    if len(kept) < len(words) and bare(words[len(kept)]) not in _ELECTED:
        at = len(kept)
        minister = bare(words[len(kept)]) == "minister"
        if bare(words[len(kept)]) == "judge" and kept and bare(kept[-1]) in _COURTS:
            return []  # "U.S. District Judge"
        while kept and (bare(kept[-1]) in _FIELDS or (minister and _MATTER.search(kept[-1]))):
            kept.pop()  # "Water Resources Minister", "Irrigation Minister"
        while kept and len(kept) < at and bare(kept[-1]) in TITLES:
            kept.pop()  # "Chief Medical Officer"
    names = [k for k, word in enumerate(kept) if word[0].isupper()]
    if names and names[-1] < len(kept) - 1 and bare(kept[-1]) not in ORG_NOUNS | STATE_NOUNS:
        kept = kept[: names[-1] + 1]
        if all(bare(word) in _LEVELS or is_field(word) for word in kept):
            return []  # "Local resident", "Pop star"
    return kept
