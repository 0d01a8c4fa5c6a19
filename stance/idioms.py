"""Idioms in plain words: "the ball is in Oslo's court" says whose turn it is.

The idioms are those of :mod:`stance.gazetteer`. Nothing of a sentence outside its idiom is lost or
said twice; where it cannot be told how far the idiom reaches, the sentence stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stance.checkworthiness import finite_verb
from stance.gazetteer import gazetteer, idiom_pattern
from stance.naming.names import WORD
from stance.text import sentences

_OBJECT = {"my": "me", "your": "you", "his": "him", "her": "her", "its": "it", "our": "us",
           "their": "them", "one's": "one"}  # fmt: skip
_INFINITIVE = re.compile(
    r"\s(?:not\s+)?to\s+(?!(?:the|an?|this|that|these|those|its|their|our|his|her|my|your|some|any|"
    r"all|both|each|every|no|it|them|him|us|me|you|one|two|three|which|whom)\b)[a-z]+"
)
_CONJUNCTION = (
    r"but|while|because|if|when|after|before|since|until|unless|though|although|whereas|so|as|than"
)
_EDGE = re.compile(rf"[;:“”\"]|\s(?:{_CONJUNCTION})\b|(?P<soft>\s?[,—–()]|\s(?:and|or)\b)")
_HARD_EDGE = re.compile(rf"[;:“”\"]|\s(?:{_CONJUNCTION})\b")
_RELATIVE = re.compile(r"\b(?:who|which|that|whose|where)\b")
_NO_NAME = re.compile(r"(?:whether|how|what|why|when|where|who|whom|which|whoever|\w+ing)\b")
_ON_OTHERS = re.compile(r"\b(?:and|or|but|not|than|as|also)\s+(?:on|with)\b")
_INITIALS = re.compile(r"(?:[A-Z]\.){2,}$")
_BE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|remains?|remained|stays?|stayed|lies|lay|stands?)"
    r"(?:n['’]t)?(?:\s+(?:not|no|longer|now|still|again|back|all|also|already|\w+ly))*\s*$",
    re.IGNORECASE,
)
_INSERTED = re.compile(r",[^,;:.!?]*,(?=\s*(?:is|are|was|were|has|have|had|will|remains?)\b)")
_CLAUSE = re.compile(rf"[,;:.!?—–()“”\"\n]|\b(?:{_CONJUNCTION}|and|or|that)\b", re.IGNORECASE)
_DETERMINER = re.compile(r"\b(?:the|an?|his|her|its|our|your|my|their|no|any|some|every)\s", re.I)


def in_plain_words(text: str) -> str:
    """``text`` with its idioms in plain words.

    >>> in_plain_words("The onus is on Mayor Ida Brandt to pay, and the ball is in their court.")
    'It is up to Mayor Ida Brandt to pay, and it is up to them to act next.'
    >>> in_plain_words("The knife is on the table.")
    'The knife is on the table.'
    """
    for idiom, pattern in _patterns():
        for m in reversed(list(pattern.finditer(text))):
            if m[0].isupper():
                continue  # plain words amid capitals would stand out
            found = _meaning(idiom, m)
            if found is not None:
                plain, end = found
                capital = plain[0].upper() if m[0][0].isupper() else plain[0]
                text = text[: m.start()] + capital + plain[1:] + text[end:]
    return text


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(idiom, idiom_pattern(idiom)) for idiom in gazetteer().idioms]


def _meaning(idiom: str, m: re.Match[str]) -> tuple[str, int] | None:
    """What an idiom says where ``m`` found it, and where what it replaces ends."""
    known, text = gazetteer(), m.string
    if idiom in known.ambiguous and not _is_of_a_matter(text, m.start(), m.end()):
        return None
    groups = m.groupdict()
    meaning = known.idioms[idiom].replace(" {is}", groups.get("is") or "")
    owner = groups.get("x")
    if owner and _has_verb(owner):
        return None
    if owner and "{x}" not in meaning and owner.casefold() not in text[: m.start()].casefold():
        return None  # "they dragged Lee's feet out of the water"
    said, _, act = meaning.partition("{x}")
    if idiom.endswith("{x}"):
        if not m[0][1:].islower():
            return None  # a headline in capitals hides where a name ends
        return _up_to(said, act, m)
    own = groups.get("own")
    name = _OBJECT[own.casefold().replace("’", "'")] if own else owner or ""
    if _INFINITIVE.match(text, m.end()) and act.startswith(" to "):
        act = ""
    return (said + name + act if "{x}" in meaning else meaning), m.end()


def _up_to(said: str, act: str, m: re.Match[str]) -> tuple[str, int] | None:
    """The idiom whose name comes last: ``act`` goes behind the whole of the name."""
    if not act:
        return said.rstrip(), m.end()
    text = m.string
    end = next(s.end for s in sentences(text) if s.start <= m.start() < s.end)
    rest = text[m.end() : end].rstrip("”’\"')]")
    rest = rest if _INITIALS.search(rest) else rest.rstrip(".?!… ")
    found = _name_end(rest)
    if found is None:
        return None
    size, goes_on = found
    name = rest[:size]
    stop = "." if _INITIALS.search(name) and m.end() + size == end else ""
    return said.rstrip() + name + ("" if goes_on else act + stop), m.end() + size


def _name_end(rest: str) -> tuple[int, bool] | None:
    """How far the name or noun phrase reaches with which ``rest`` of a sentence begins, and
    whether an infinitive follows; None where that cannot be told."""
    first = rest.lstrip()
    if not first[:1].isalnum() or _NO_NAME.match(first) or _ON_OTHERS.search(rest):
        return None
    act = _INFINITIVE.search(rest)
    if act and not _has_verb(rest[: act.start()]) and not _HARD_EDGE.search(rest, 0, act.start()):
        return act.start(), True
    size = len(rest)
    for edge in _EDGE.finditer(rest):
        following = rest[edge.end() :]
        clause = re.split(r"[,;:—–()]", following)[0]
        if edge["soft"] and edge["soft"].strip() in ("and", "or") and not _has_verb(clause):
            continue  # "Norway and Denmark"
        if edge["soft"] == "," and re.search(r"\sand\s", following) and not _has_verb(following):
            continue  # "Norway, Denmark and Iceland"
        size = edge.start()
        break
    return None if _has_verb(rest[:size]) else (size, False)


def _has_verb(words: str) -> bool:
    """Whether words hold a verb of their own: not one in "those who run the port"."""
    plain = re.sub(WORD, "Xx", words)
    verb = finite_verb(plain)
    return verb is not None and not _RELATIVE.search(plain, 0, verb.start())


def _is_of_a_matter(text: str, start: int, end: int) -> bool:
    """Whether the idiom at ``start:end`` is said of something that can be discussed or done."""
    before = _CLAUSE.split(_INSERTED.sub("", text[:start]))[-1]
    if not before.strip():
        return _matters().search(_CLAUSE.split(text[end:])[0]) is not None
    if not _BE.search(before):  # "peace, with a knife on the table": the nearest thing counts
        before = _DETERMINER.split(before)[-1]
    return _matters().search(before) is not None


@lru_cache(maxsize=1)
def _matters() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(gazetteer().matters)})(?:s|es)?\b", re.IGNORECASE)
