"""A statement in words that stand alone: who "we" are, which mission "the mission" is.

No parser: pronouns and definite noun phrases are resolved by rules that only act where one
antecedent is in sight, and say so where it is not. Idioms and addresses used as actors ("Paris
refuses") are rewritten from :mod:`stance.gazetteer`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from stance.gazetteer import gazetteer

_DETERMINER = r"(?:the|this|that|these|those|such(?: an?)?)"
_HEADS = (
    "mission agreement plan proposal project bill law deal treaty programme program operation "
    "decision measure step move initiative summit meeting talks reform resolution document draft "
    "sanction plant bridge drug vaccine strike vote referendum election budget tax contract merger "
    "study report investigation ruling policy rule ban scheme facility pipeline dam railway line "
    "attack ceasefire truce offer price cut rise fund levy tariff permit licence license"
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
_DEFINITE = re.compile(
    rf"\b({_DETERMINER})\s+((?:{'|'.join([*_HEADS.split(), *_KINDS])})(?:s|es)?)\b"
    r"(?!\s+(?:of|to|on|for|with|in|between|that|which)\b)(?![-’'])",
    re.IGNORECASE,
)
_MODIFIED = (
    r"\b(?:(?i:an?|the|its|their|his|her|our|this)|[A-Z][\w’-]*[’']s?)\s+"
    r"((?:(?!(?:and|or|of|to|in|on|for|that|which|is|was|will|has|the|an?)\b)[\w’.-]+\s+){{0,4}}?"
    r"{head}"
    r"(?:\s+(?:to|of|in|on|for|with|between|along)\s+(?:the\s+)?(?!{calendar})(?:[A-Z][\w’-]+(?:[\s-](?=[A-Z]))?)+"
    r"|\s+(?:to|of|for)\s+[a-z]+(?:ing|ed)?\s+(?:[A-Z][\w’-]+\s?)+)?)"
)
_CALENDAR = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Jan|Feb|Mar|Apr|May|June?\b|July?\b|Aug|Sep|Oct|"
    r"Nov|Dec)"
)
_BODY_NAME = re.compile(
    r"\b((?:[A-Z][\w’-]+\s+(?:(?:of|for|and|the)\s+)*){1,6}"
    r"(?:Organi[sz]ation|Group|Union|Alliance|Company|Ministry|Agency|Association|Council|"
    r"Corporation|Commission|Fund|Bank|Party|Treaty|Authority|Board)\b)(?:\s+\(([A-Z]{2,8})\))?"
    r"|\b([A-Z]{3,8})\b"
)
_FIRST_PLURAL = re.compile(r"\b(we|us|our|ours|ourselves)\b", re.IGNORECASE)
_FIRST_SINGULAR = re.compile(r"\b(I|me|my|mine|myself)\b(?!\.)")
_THIRD = re.compile(r"\b(he|she|it|they|him|her|his|its|their|them)\b", re.IGNORECASE)
_DEMONSTRATIVE = re.compile(
    r"^\W*(?:this|that|these|those)\s+(?:is|was|are|were|will|would|can|could|should|must|has)\b",
    re.IGNORECASE,
)
_HELD_BACK = re.compile(r"^\W*that\s+(?=\w)")  # "That brine" points, "that brine" introduces
_AGREEMENT = {"are": "is", "have": "has", "were": "was", "do": "does", "don’t": "does not",
              "don't": "does not", "aren’t": "is not", "aren't": "is not"}  # fmt: skip
# Words after a subject that take no ending in the third person: modals, past forms, adverbs.
_UNCHANGED_WORDS = (
    "will would can could shall should must may might cannot had did not never was were made took "
    "gave got went came saw knew said kept held ran led lost won paid met sent spent brought "
    "bought built rose fell grew began became found left thought told put cut hit set "
    "stood felt heard wrote spoke chose fought both all just only"
)
_UNCHANGED = frozenset(_UNCHANGED_WORDS.split())
_PLURAL_ENTITY = re.compile(r"\b(?:States|Nations|\w+s)$|\band\b|^unnamed\b.*s$")
_SINGLE_QUOTED = re.compile(r"(?<!\w)[‘'](\w(?:[^‘’']|(?<=\w)[’'](?=\w))*[^\s‘’'])[’'](?!\w)")
_TRIM = ' \t\n,;:–—-“”„‟«»"‘'


@dataclass(frozen=True, slots=True)
class Wording:
    """``text`` stands alone unless ``clear`` is False: then something in it points elsewhere."""

    text: str
    clear: bool


def reword(
    text: str, before: str, *, holder: str, affiliation: str | None, speaker: bool
) -> Wording:
    """The statement ``text`` in words that need no context; ``before`` is the document up to it.

    First-person words become the speaker (singular) or whom he speaks for (plural), definite noun
    phrases their fuller form earlier in the document. Where one word stays open, the text is
    returned as it stands, cleaned of quotation marks alone, and ``clear`` is False. Hedges stay.

    >>> reword("“We are ready for the mission,”", "The EU plans a border mission to Moldova.",
    ...        holder="Ann Lee", affiliation="Denmark", speaker=True)
    Wording(text='Denmark is ready for the border mission to Moldova.', clear=True)
    >>> reword("It will fail.", "", holder="The Post", affiliation=None, speaker=False).clear
    False
    """
    plain = _sentence(text)
    out, clear = plain, True
    if speaker:
        out = _first_person(out, holder, affiliation)
    clear = not (_FIRST_PLURAL.search(out) or _FIRST_SINGULAR.search(out))
    own = affiliation if speaker and affiliation and _BODY_NAME.fullmatch(affiliation) else None
    out, resolved = _definites(out, before, own)
    clear = clear and resolved and not _open_pronoun(out) and not _DEMONSTRATIVE.match(out)
    if not clear:
        return Wording(plain, False)
    return Wording(_sentence(literal(out)), True)


def literal(text: str) -> str:
    """Idioms and addresses used as actors in plain words; the text itself where there are none.

    >>> literal("The ball is in Oslo's court.")
    'It is up to the Norwegian government to act next.'
    >>> literal("Talks were held in Oslo.")
    'Talks were held in Oslo.'
    """
    for pattern, meaning in _idioms():
        for m in reversed(list(pattern.finditer(text))):
            plain = meaning.replace("{x}", m.groupdict().get("x") or "")
            text = text[: m.start()] + _capital(plain, m[0][0].isupper()) + text[m.end() :]

    def actor(m: re.Match[str]) -> str:
        return m["pre"] + _capital(_seats()[m["seat"].casefold()], m["pre"] == "")

    return _actors().sub(actor, text)


@lru_cache(maxsize=1)
def _idioms() -> list[tuple[re.Pattern[str], str]]:
    found = []
    for idiom, meaning in gazetteer().idioms.items():
        body = re.escape(idiom).replace("'", "['’]").replace(r"\ ", r"\s+")
        body = body.replace(r"\{x\}", r"(?P<x>(?:the |our |their |his |her )?[\w’'. -]+?)")
        found.append((re.compile(rf"\b{body}\b", re.IGNORECASE), meaning))
    return found


@lru_cache(maxsize=1)
def _seats() -> Mapping[str, str]:
    return {seat.casefold(): actor for seat, actor in gazetteer().seats.items()}


@lru_cache(maxsize=1)
def _actors() -> re.Pattern[str]:
    """A seat as the subject of a verb of will or speech, or after "up to": never after "in"."""
    seats = "|".join(sorted(map(re.escape, gazetteer().seats), key=len, reverse=True))
    verbs = (
        "should|must|will|would|can|could|may|might|has|is (?:ready|willing|prepared|expected|"
        "determined|convinced)|wants?|seeks?|says?|said|rejects?|rejected|welcomes?|welcomed|"
        "refuses?|refused|agrees?|agreed|accuses?|accused|denies|denied|insists?|insisted|"
        "supports?|supported|opposes?|opposed|demands?|demanded|expects?|expected|plans?|planned|"
        "warned|warns?|hopes?|needs?|to (?:act|decide)"
    )
    return re.compile(
        rf"(?P<pre>^|[,;:]\s|\b(?:that|and|but|up to|upon)\s)(?P<seat>{seats})(?=\s+(?:{verbs})\b)",
        re.IGNORECASE,
    )


def _capital(words: str, wanted: bool) -> str:
    return words[0].upper() + words[1:] if wanted else words


def _sentence(text: str) -> str:
    """Blanks and quotation marks tidied, one capital, one full stop."""
    plain = re.sub(r"[“”„‟«»\"\[\]]", "", text)
    plain = _SINGLE_QUOTED.sub(r"\1", plain)
    plain = re.sub(r"\s+", " ", plain).strip(_TRIM)
    plain = _HELD_BACK.sub("", plain).rstrip(" ,;:–—-’'")
    if not plain:
        return ""
    return plain[0].upper() + plain[1:] + ("" if plain[-1] in ".!?…" else ".")


def _first_person(text: str, holder: str, affiliation: str | None) -> str:
    """Say the speaker's name where he says I, and whom he speaks for where he says we."""
    many = affiliation or holder
    if _BODY_NAME.fullmatch(many) and " " in many:
        many = f"the {many}"
    text = re.sub(r"\b([Ww]e)['’](re|ve|ll|d)\b", _expand, text)
    text = re.sub(r"\bI['’](m|ve|ll|d)\b", _expand_i, text)
    text = _renamed(text, r"\b[Ww]e\b", many, "our|us|ours|ourselves")
    return _renamed(text, r"\bI\b", holder, "my|me|mine|myself")


def _expand(m: re.Match[str]) -> str:
    return m[1] + " " + {"re": "are", "ve": "have", "ll": "will", "d": "would"}[m[2]]


def _expand_i(m: re.Match[str]) -> str:
    return "I " + {"m": "am", "ve": "have", "ll": "will", "d": "would"}[m[1]]


def _renamed(text: str, subject: str, name: str, others: str) -> str:
    """Subject pronouns become ``name`` with the verb made to agree, the others follow."""
    plural = bool(_PLURAL_ENTITY.search(name)) and name != "United States"
    adverb = r"(?:(?:also|always|now|still|fully)\s+)?"
    verb = re.compile(rf"{subject}(?P<gap>\s+{adverb})(?P<verb>[\w’']+)")

    def subject_and_verb(m: re.Match[str]) -> str:
        return name + m["gap"] + (m["verb"] if plural else _third_person(m["verb"]))

    text = verb.sub(subject_and_verb, text)
    possessive = name + ("’" if name.endswith("s") else "’s")

    def other(m: re.Match[str]) -> str:
        return possessive if m[0].casefold() in ("our", "my", "ours", "mine") else name

    return re.sub(rf"\b(?:{others})\b", other, text, flags=re.IGNORECASE)


def _third_person(verb: str) -> str:
    low = verb.casefold()
    if low in _AGREEMENT:
        return _AGREEMENT[low]
    if low == "am":
        return "is"
    if low in _UNCHANGED or low.endswith(("ed", "n’t", "n't", "ly", "ing")):
        return verb
    if low.endswith(("s", "sh", "ch", "x", "z", "o")):
        return verb + "es"
    return verb[:-1] + "ies" if re.search(r"[^aeiou]y$", low) else verb + "s"


def _definites(text: str, before: str, own: str | None) -> tuple[str, bool]:
    """Each bare definite noun phrase in its fuller earlier form; False where one has none.

    ``own`` is the body the speaker belongs to: to him it is "the organization".
    """
    clear = True

    def fuller(m: re.Match[str]) -> str:
        nonlocal clear
        head = m[2].casefold()
        if _named_in(text[: m.start()], head):
            return m[0]
        if head in _KINDS:
            phrase = f"the {own}" if own and _fits(own, head) else _body(head, before)
        else:
            phrase = _antecedent(head, before)
        if phrase is None:
            clear = clear and m[1].casefold() == "the" and head not in _KINDS
            clear = clear and not _antecedents(head, before)
            return m[0]
        if phrase.startswith("the ") or m[1][0].isupper():
            phrase = phrase if phrase.startswith("the ") else f"the {phrase}"
            return phrase[0].upper() + phrase[1:] if m[1][0].isupper() else phrase
        return f"the {phrase}"

    return _DEFINITE.sub(fuller, text), clear


def _named_in(text: str, head: str) -> bool:
    """True where the same sentence has already introduced the thing."""
    return bool(_antecedents(head, text))


def _antecedents(head: str, before: str) -> list[str]:
    """Fuller noun phrases with this head, in order of mention, the last one last."""
    singular = head[:-1] if head.endswith("s") and not head.endswith("ss") else head
    pattern = re.compile(_MODIFIED.format(head=rf"{singular}s?", calendar=_CALENDAR))
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
    for m in _BODY_NAME.finditer(before):
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


def _open_pronoun(text: str) -> bool:
    """True where a third-person word has nothing before it in the sentence to refer to."""
    if re.search(r"\b(?:for|of|to|on|with|by) it\b(?=\W*$|[,;])", text):
        return not re.search(r"\b(?:the|a|an|this)\s+[a-z]+", text)
    for m in _THIRD.finditer(text):
        ahead = text[: m.start()]
        dummy = m[0].casefold() == "it" and re.match(
            r"\s+(?:is|was|will be|would be|remains)\s+"
            r"(?:up to|for|\w+\s+(?:that|to|for)\b|time\b)",
            text[m.end() :],
        )
        if not dummy and not re.search(r"\b[A-Z][\w’-]+|\b(?:the|a|an|every|each)\s+\w+", ahead):
            return True
    return False
