"""Bare definite phrases in their fuller earlier form: "the mission" is "the border mission"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from stance.checkworthiness import finite_verb
from stance.speech.tags import is_function_word

_DETERMINER = r"(?:the|this|that|these|those|such(?: an?)?)"
_HEADS = (
    "mission agreement plan proposal project bill law deal treaty programme program operation "
    "decision measure step move initiative summit meeting talks reform resolution document draft "
    "sanction plant bridge drug vaccine strike vote referendum election budget tax contract merger "
    "study report investigation ruling policy rule ban scheme facility pipeline dam railway line "
    "attack ceasefire truce offer price cut rise fund levy tariff permit licence license work "
    "process effort idea issue matter approach"
)
_LEAGUE = frozenset({"organization", "union", "alliance", "group", "treaty", "association"})
_FIRM = frozenset({"company", "corporation", "group", "bank"})
_KINDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("organization", "organisation", "group", "bloc", "alliance", "union"), _LEAGUE
    ),
    "company": _FIRM,
    "ministry": frozenset({"ministry"}),
    "agency": frozenset({"agency"}),
    "association": frozenset({"association"}),
}
"""What a body is called for short, and the last words of names that it can be short for."""
_BODIES = frozenset(
    "bank court hospital council university college school party committee commission board club "
    "airline inspectorate federation institute department authority foundation".split()
)
"""Bodies whose name says what they are: "the bank" is the one Bank that was named."""
_DEFINITE = re.compile(
    rf"\b({_DETERMINER})\s+"
    rf"((?:{'|'.join([*_HEADS.split(), *_KINDS, *sorted(_BODIES)])})(?:s|es)?)\b"
    r"(?!\s+(?:of|to|on|for|with|in|between|that|which)\b)(?!-)(?:(?=[’']s?\W)|(?![’']))",
    re.IGNORECASE,
)
_TIMES = (
    "year month week day time moment morning afternoon evening night summer autumn fall winter "
    "spring season century decade weekend country region city town world house case point way kind "
    "sort type reason"
)
_POINTING = re.compile(
    rf"(?:^\W*(?:this|these)|\bsuch)\s+(?!(?:{'|'.join(_TIMES.split())})s?\b)([a-z][\w-]+)",
    re.IGNORECASE,
)
_MODIFIED = (
    r"\b(?:(?i:an?|the|its|their|his|her|our|this)|[A-Z][\w’-]*[’']s?)\s+"
    r"((?:(?!(?:and|or|of|to|in|on|for|that|which|is|was|will|has|the|an?)\b)(?:(?:[A-Z]\.)+|[\w’-]+(?:\.[\w’-]+)*)\s+){{0,4}}?"
    r"{head}\b"
    r"(?:\s+(?:to|of|in|on|for|with|between|along)\s+(?:the\s+)?(?!{calendar})(?:[A-Z][\w’-]+(?:[\s-](?=[A-Z]))?)+"
    r"|\s+(?:to|of|for)\s+[a-z]+(?:ing|ed)?\s+(?:[A-Z][\w’-]+\s?)+)?)"
)
_CALENDAR = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Jan|Feb|Mar|Apr|May|June?\b|July?\b|Aug|Sep|Oct|"
    r"Nov|Dec)"
)
BODY_NAME = re.compile(
    r"\b((?:[A-Z][\w’-]+\s+(?:(?:of|for|and|the)\s+)*){1,6}"
    r"(?:Organi[sz]ation|Group|Union|Alliance|Company|Ministry|Agency|Association|Council|"
    r"Corporation|Commission|Fund|Bank|Party|Treaty|Authority|Board|Federation|Confederation|"
    r"Inspectorate|Court|Committee|Department|Institute|League|Service|Nations|Chamber|Coalition|"
    r"Congress|Government)\b(?:\s+(?:of|for)\s+(?:the\s+)?[A-Z][\w’-]+)*)(?:\s+\(([A-Z]{2,8})\))?"
    r"|\b([A-Z]{3,8})\b"
)


def definites(text: str, before: str, own: str | None) -> tuple[str, bool]:
    """Each bare definite noun phrase in its fuller earlier form; False where one has none.

    ``own`` is the body the speaker belongs to: to him it is "the organization".
    """
    clear = True

    def fuller(m: re.Match[str]) -> str:
        nonlocal clear
        head = m[2].casefold()
        if m[2][0].isupper() and re.match(r"\s[A-Z]", text[m.end() :]):
            return m[0]  # "the Tax Policy Center"
        if _named_in(text[: m.start()], head) or _is_compound(text[m.end() :]):
            return m[0]
        if head in _BODIES:
            names = _names(head, f"{before}. {own or ''}")
            clear = clear and len(names) < 2
            return _with_article(names[0], m[1]) if len(names) == 1 else m[0]
        if head in _KINDS:
            phrase = f"the {own}" if own and _fits(own, head) else _body(head, before)
        else:
            phrase = _antecedent(head, before)
        if phrase is None:
            clear = clear and m[1].casefold() == "the" and head not in _KINDS
            clear = clear and not _antecedents(head, before)
            return m[0]
        return _with_article(phrase, m[1])

    out = _DEFINITE.sub(fuller, text)
    return out, clear and not any(_points(m, out) for m in _POINTING.finditer(out))


_INTENT = (
    r"\b{head}s?\s((?:to|(?:that|which)\s(?:would|will))\s[a-z][\w’'-]*"
    r"(?:\s[$€£]?[\w’'%-]+(?:[.,]\d+)*){{1,9}}?)"
    r"(?=[,.;:!?]|\s(?:but|and|which|who|that|because|after|before|when|while|said|says|has|have|is|"
    r"was|are|were|will|would|on\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b)"
)
_PROPOSED = re.compile(
    r"\b(?:proposed|planned)\s((?:(?!(?:a|an|the|to|by|for|and|or)\b)[\w’'-]+\s){0,3}?[a-z][\w’'-]{2,})"
    r"(?=[,.;:!?]|\s(?:in|on|at|for|of|to|by|from|with|after|before|near|would|will|is|was|has|could|"
    r"and|but|which|that)\b)"
)
_PLANS = frozenset("plan proposal project scheme idea bid".split())


def purpose(head: str, before: str) -> str | None:
    """What a bare "the plan" (``head``) is in full by the text before it: its last purpose, or the
    last thing that was proposed.

    >>> purpose("plan", "Residents fear the plan to close the pier. It rained.")
    'the plan to close the pier'
    >>> purpose("bill", "A bill that would cap rents is before the committee.")
    'the bill that would cap rents'
    >>> purpose("plan", "A vote on the proposed waterfront stadium was put off.")
    'the proposed waterfront stadium'
    """
    told = list(re.compile(_INTENT.format(head=head), re.IGNORECASE).finditer(before))
    if told:
        return f"the {head} {told[-1][1]}"
    proposed = list(_PROPOSED.finditer(before)) if head in _PLANS else []
    return f"the proposed {proposed[-1][1]}" if proposed else None


def _with_article(phrase: str, determiner: str) -> str:
    phrase = phrase.removeprefix("the ").removeprefix("The ")
    if not re.match(r"St\.?\s|[A-Z][\w-]*[’']s\s", phrase):  # "St Anne's Hospital", "Lee's Bank"
        phrase = f"the {phrase}"
    return phrase[0].upper() + phrase[1:] if determiner[0].isupper() else phrase


def _is_compound(after: str) -> bool:
    """Whether the noun only says of what kind the next one is: "the council vote"."""
    follower = re.match(r"\s+([a-z][\w-]*)", after)
    if not follower or is_function_word(follower[1]) or follower[1].endswith("ly"):
        return False
    return finite_verb(f"it {follower[1]}") is None


def _points(m: re.Match[str], text: str) -> bool:
    """Whether "this judgment" names something that the sentence has not named before it."""
    if is_function_word(m[1]) or re.search(r"\b(?:no|any|all|other)\s$", text[: m.start()]):
        return False
    stem = re.sub(r"(?:es|s)$", "", m[1].casefold())
    return not re.search(rf"\b{re.escape(stem)}", text[: m.start()].casefold())


@lru_cache(maxsize=64)
def _name_pattern(head: str) -> re.Pattern[str]:
    word = head[0].upper() + head[1:]
    tail = r"(?:\s+(?:of|for)\s+(?:the\s+)?[A-Z][\w’-]+(?:\s+[A-Z][\w’-]+)*)"
    return re.compile(rf"\b(?:(?:[A-Z][\w’'-]+\s+)+{word}\b{tail}?|{word}\b{tail})")


def _names(head: str, text: str) -> list[str]:
    """The bodies of this kind that a text names, each once, in its longest form."""
    found: list[str] = []
    for m in _name_pattern(head).finditer(text):
        name = re.sub(r"^(?:The|In|At|But|And|When|As|For|On)\s+", "", " ".join(m[0].split()))
        known = next((f for f in found if f in name or name in f), None)
        if len(name.split()) < 2:
            continue
        if known is None:
            found.append(name)
        else:
            found[found.index(known)] = max(known, name, key=len)
    return found


def _named_in(text: str, head: str) -> bool:
    """True where the same sentence has already introduced the thing."""
    return bool(_antecedents(head, text))


def _antecedents(head: str, before: str) -> list[str]:
    """Fuller noun phrases with this head, in order of mention, the last one last."""
    plural = head.endswith("s") and not head.endswith("ss")
    # "The reports" are not one report; "the sanction" may be one of several.
    wanted = head if plural else f"{head}s?"
    pattern = re.compile(_MODIFIED.format(head=wanted, calendar=_CALENDAR))
    found = [m[1].strip() for m in pattern.finditer(before)]
    return [f for f in found if len(f.split()) > 1]


def _antecedent(head: str, before: str) -> str | None:
    """The one thing meant: the last fuller mention, if every recent one can be the same thing."""
    found = _antecedents(head, before[-1500:])
    if not found:
        return None
    names = [frozenset(re.findall(r"\b[A-Z][\w’-]+", f)) for f in found[-3:]]
    rivals = any(a and b and not a & b for a in names for b in names)
    if rivals:
        return None
    return max(found[-3:], key=lambda f: len(re.findall(r"\b[A-Z]", f)))


def _body(head: str, before: str) -> str | None:
    """The only body of this kind named so far; two make "the organization" unclear."""
    found: dict[str, str] = {}
    for m in BODY_NAME.finditer(before):
        name = " ".join((m[1] or m[3]).split())
        if not _fits(name, head):
            continue
        short = m[2] or m[3] or "".join(w[0] for w in name.split() if w[0].isupper())
        found.setdefault(short, name)
    if len(found) != 1:
        return None
    return "the " + re.sub(r"^The ", "", next(iter(found.values())))


def _fits(name: str, head: str) -> bool:
    """True where "the ``head``" can be short for ``name``; an acronym is taken for a league."""
    if " " not in name and name.isupper():
        return _KINDS[head] is _LEAGUE
    return name.split()[-1].casefold().replace("organisation", "organization") in _KINDS[head]
