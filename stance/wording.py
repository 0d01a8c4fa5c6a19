"""A statement in words that stand alone: who "we" are, which mission "the mission" is.

No parser: pronouns and definite noun phrases are resolved by rules that only act where one
antecedent is in sight, and say so where it is not. Idioms and addresses used as actors ("Paris
refuses") are rewritten from :mod:`stance.gazetteer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from stance.antecedents import (
    base,
    earlier,
    is_other_word,
    is_person,
    kinds,
    kinds_of_name,
    only_one,
    open_pronouns,
    put,
)
from stance.definites import BODY_NAME, definites
from stance.gazetteer import gazetteer, without_countries
from stance.idioms import in_plain_words
from stance.naming.affiliations import ORG_NOUNS, STATE_NOUNS, speaks_for
from stance.naming.names import bare, is_institution
from stance.voice import spoken_name

_FIRST_PLURAL = re.compile(r"\b(we|us|our|ours|ourselves)\b", re.IGNORECASE)
_FIRST_SINGULAR = re.compile(r"\b(I|me|my|mine|myself)\b(?!\.)")
_SECOND = re.compile(r"\b(?:you|your|yours|yourself|yourselves)\b", re.IGNORECASE)
_DEMONSTRATIVE = re.compile(
    r"^\W*(?:this|that|these|those)\s+(?:is|was|are|were|will|would|can|could|should|must|has)\b",
    re.IGNORECASE,
)
_HELD_BACK = re.compile(r"^\W*that,?\s+(?=\w)")  # "That brine" points, "that brine" introduces
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
_PLURAL_NAME = re.compile(r"(?:[^su’'i]s|people|police)$")
# What a government does and no city: deciding, wanting, saying, negotiating, sending, supporting.
_ACT = (
    "accept accuse act agree announce apologi[sz]e approve ask back call comply concede "
    "condemn confirm consider cooperate decide demand deny discuss negotiate expect expel honou?r "
    "impose insist intervene invade join leave lift mediate offer oppose pledge press promise "
    "propose protest push ratify recall recogni[sz]e refuse reject respond resume retaliate say "
    "seek send sign summon supply support suspend talk urge veto want warn welcome withdraw"
)
_ACTED = (
    "accepted accused acted agreed announced apologi[sz]ed approved asked backed called "
    "complied conceded condemned confirmed considered cooperated decided demanded denied discussed "
    "negotiated expelled honou?red imposed insisted intervened invaded joined left lifted mediated "
    "offered opposed pledged pressed promised proposed protested pushed ratified recalled "
    "recogni[sz]ed refused rejected responded resumed retaliated said sought sent signed summoned "
    "supplied supported suspended talked urged vetoed wanted warned welcomed withdrawn"
)
_SINGLE_QUOTED = re.compile(r"(?<!\w)[‘'](\w(?:[^‘’']|(?<=\w)[’'](?=\w))*[^\s‘’'])[’'](?!\w)")
_TRIM = ' \t\n,;:–—-“”„‟«»"‘'


@dataclass(frozen=True, slots=True)
class Wording:
    """``text`` stands alone unless ``clear`` is False: then something in it points elsewhere."""

    text: str
    clear: bool


def reword(
    text: str,
    before: str,
    *,
    holder: str,
    affiliation: str | None,
    speaker: bool,
    reported: bool = False,
    previous: str = "",
    aside: str = "",
) -> Wording:
    """The statement ``text`` in words that need no context; ``before`` is the document up to it.

    First-person words become the speaker (singular) or whom he speaks for (plural), definite noun
    phrases their fuller form earlier in the document. "He" is the speaker where his words are
    ``reported`` rather than quoted, else what ``previous``, the sentence before in the same voice,
    is about; ``aside`` is what stands between the speaker's name and his words, where another
    thing may be named that "it" is. Where one word stays open, the text is returned as it stands,
    cleaned of quotation marks and of what only ties it to its context, and ``clear`` is False.
    Hedges stay.

    >>> reword("“We are ready for the mission,”", "The EU plans a border mission to Moldova.",
    ...        holder="Ann Lee", affiliation="Denmark", speaker=True)
    Wording(text='Denmark is ready for the border mission to Moldova.', clear=True)
    >>> reword("it will fail", "", holder="Port Council", affiliation=None, speaker=True,
    ...        reported=True).text
    'The Port Council will fail.'
    >>> reword("It will fail.", "", holder="The Post", affiliation=None, speaker=False).clear
    False
    """
    plain = tidied(text)
    out = plain
    if speaker:
        out = _first_person(out, holder, affiliation)
    if speaker and reported:
        out = _third_person_speaker(out, holder, aside)
    others = holder if reported else f"{holder}; {affiliation}"  # are meant: who speaks is no "it"
    out = _taken_up(out, previous, others if speaker else "")
    clear = not _SECOND.search(out) and not any(
        next(_words_of_speaker(p, out), None) for p in (_FIRST_PLURAL, _FIRST_SINGULAR)
    )
    bodies = (name for name in (affiliation, holder) if speaker and name and _body(name))
    out, resolved = definites(out, before, next(bodies, None))
    clear = clear and resolved and not _DEMONSTRATIVE.match(out)
    if not clear or any(True for _ in open_pronouns(out)):
        return Wording(plain, False)
    return Wording(tidied(literal(out)), True)


def _words_of_speaker(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What ``pattern`` finds of first-person words, less what only looks like one: the US."""
    return (m for m in pattern.finditer(text) if not is_other_word(text, *m.span()))


def _third_person_speaker(text: str, holder: str, aside: str) -> str:
    """ "He" in what somebody is reported to have said is that person, where it can be."""
    m = next(open_pronouns(text), None)
    if m is None:
        return text
    words = tuple(holder.split())
    named = not holder.startswith("unnamed ")
    possible = kinds_of_name(words) if named else kinds(holder.removeprefix("unnamed "))
    wanted = base(m["word"])
    # Things are many, people are talked of: "it" and "they" are the speaker at the opening alone.
    opening = not re.search(r"\w", text[: m.start()])
    if opening and wanted == "it" and (nearer := only_one("it", aside, but=holder)):
        return put(text, m, nearer)
    if wanted not in possible or not (opening or wanted in ("he", "she")):
        return text
    if named and wanted == "it" and not _body(holder) and "they" not in possible:
        return text  # what may be a person
    if wanted in ("he", "she") and not _is_somebody(holder):
        return text
    return _agreeing(put(text, m, _article(holder)), text, m)


def _is_somebody(holder: str) -> bool:
    """Whether a speaker is a person: a full name that is no body's, or a described one."""
    words = holder.split()
    if words[0] == "unnamed" or len(words) == 1:
        return is_person(holder.removeprefix("unnamed "))
    return not _body(holder)


def _taken_up(text: str, previous: str, speaker: str) -> str:
    """A pronoun that opens the statement as what the sentence before is about; "he" and "she"
    anywhere, for people are talked of on and on."""
    m = next(open_pronouns(text), None)
    if m is None or not previous:
        return text
    opening = m.start() == 0
    if not opening and base(m["word"]) not in ("he", "she"):
        return text
    meant = earlier(m["word"], previous, but=speaker, only_subject=not opening)
    if meant is None:
        return text
    meant = re.sub(r"^(?:This|That|These|Those)\b", "The", meant)
    return _agreeing(put(text, m, meant), text, m)


def _body(name: str) -> bool:
    """Whether a name is that of an institution."""
    if name.startswith("unnamed "):
        return False
    return bool(BODY_NAME.fullmatch(name)) or is_institution(tuple(name.split()))


def _agreeing(text: str, old: str, m: re.Match[str]) -> str:
    """After "they" became one speaker, the verb is in the singular."""
    if base(m["word"]) != "they" or m["word"].casefold() != "they":
        return text
    rest = old[m.end() :]
    if not rest or not text.endswith(rest) or _is_plural(text[: len(text) - len(rest)]):
        return text
    verb = re.match(r"(\s+(?:also\s+|now\s+|still\s+|\w+ly\s+)?)([\w’']+)", rest)
    if not verb:
        return text
    return text[: len(text) - len(rest)] + verb[1] + _third_person(verb[2]) + rest[verb.end() :]


def _article(holder: str) -> str:
    """A holder in a sentence: with "the" where it is a body or somebody described."""
    if holder.startswith("unnamed "):
        return re.sub(r"^An?\s", "The ", spoken_name(holder))
    body = BODY_NAME.fullmatch(holder) or holder[:1].islower()
    return f"the {holder}" if body and " " in holder else spoken_name(holder)


def literal(text: str) -> str:
    """Idioms and addresses used as actors in plain words; the text itself where there are none.

    >>> literal("The ball is in Oslo's court.")
    'It is up to the Norwegian government to act next.'
    >>> literal("Talks were held in Oslo.")
    'Talks were held in Oslo.'
    """

    def actor(m: re.Match[str]) -> str:
        return m["pre"] + _capital(_seats()[m["seat"].casefold()], m["pre"] == "")

    return _actors().sub(actor, in_plain_words(text))


@lru_cache(maxsize=1)
def _seats() -> Mapping[str, str]:
    return {seat.casefold(): actor for seat, actor in gazetteer().seats.items()}


@lru_cache(maxsize=1)
def _actors() -> re.Pattern[str]:
    """A seat as the subject of a verb of will or speech, or after "up to": never after "in".

    A city hosts, grows and has inhabitants; it is the city itself that does. "Washington said he"
    tells of a person.
    """
    seats = "|".join(sorted(map(re.escape, gazetteer().seats), key=len, reverse=True))
    act, acted = "|".join(_ACT.split()), "|".join(_ACTED.split())
    able = "ready|willing|prepared|expected|determined|convinced"
    adverb = r"(?:(?:not|also|now|still|never|soon|only|again|already|always|\w+ly)\s+)*"
    verbs = (
        rf"(?:should|must|will|would|can|could|may|might)\s+{adverb}(?:(?:continue|have)\s+to\s+)?"
        rf"(?:{act}|be (?:{able}))|(?:cannot|(?:wo|would|should|must|ca|could)n[’']t)\s+(?:{act})|"
        rf"has\s+(?:to\s+(?:{act})|{adverb}(?:{acted}))|needs?\s+to\s+(?:{act})|is (?:{able})|"
        "wants?|seeks?|says?|said|rejects?|rejected|welcomes?|welcomed|"
        "refuses?|refused|agrees?|agreed|accuses?|accused|denies|denied|insists?|insisted|"
        "supports?|supported|opposes?|opposed|demands?|demanded|expects?|expected|plans?|planned|"
        "warned|warns?|hopes?|to (?:act|decide)"
    )
    person = r"\w+\s+(?:that\s+)?(?:he|she)|(?:says?|said)\s+(?:that\s+)?(?:his|her|I|my)"
    return re.compile(
        rf"(?P<pre>^|[,;:]\s|\b(?:that|and|but|up to|upon)\s)(?P<seat>{seats})"
        rf"(?=\s+(?-i:{verbs})\b)(?!\s+(?:{person})\b)",
        re.IGNORECASE,
    )


def _capital(words: str, wanted: bool) -> str:
    return words[0].upper() + words[1:] if wanted else words


_TIE = re.compile(
    r"(?:(?:and|but|so|yet|or)\s+(?!that\b|far\b|long\b|much\b|many\b)|"
    r"(?:(?:and|but)\s+)?(?:also|however|"
    r"meanwhile|moreover|furthermore|therefore|thus|besides|well|look|now|then|still|of course|"
    r"to be (?:very )?clear|i mean|you know|"
    r"in addition|by contrast|on the other hand|at the same time|for (?:example|instance)|"
    r"as a result|that said|so|yes|no|obviously|frankly|again|first(?: of all)?|finally|"
    r"second),\s+)",
    re.IGNORECASE,
)
"""What ties a sentence to the one before: it says nothing of its own."""
_PERFORMS = re.compile(
    r"(?:I|we)\s+(?:(?:would|’d|'d)\s+like\s+to|want\s+to|must|have\s+to|can(?:\s+only)?|should|"
    r"will(?:\s+just)?|do)\s+(?:also\s+|again\s+)?(?:emphasi[sz]e|stress|say|underline|underscore|"
    r"reiterate|repeat|point\s+out|note|add|assure\s+(?:you|everyone|everybody)|remind\s+(?:you|"
    r"everyone)|tell\s+you|be\s+(?:very\s+)?clear)(?:\s+that\b|[:,])\s*",
    re.IGNORECASE,
)
"""Saying that one says it: what follows is said."""
TAG_QUESTION = re.compile(
    r",\s+(?:is|are|was|were|do|does|did|has|have|will|would|can|should)(?:n[’']t)?\s+"
    r"(?:it|he|she|they|we|you|I)\?$",
    re.IGNORECASE,
)
_SECOND_THAT = re.compile(
    r"(,?\s+(?:and|but))\s+that\s+(?=(?:the|an?|it|he|she|they|we|there|[A-Z])\b)"
)


def tidied(text: str) -> str:
    """Blanks and quotation marks tidied, one capital, one full stop; nothing that only ties the
    sentence to what stands before it.

    >>> tidied("but “the port will close,”")
    'The port will close.'
    """
    plain = re.sub(r"[“”„‟«»\"\[\]]|''|``", "", text)
    plain = _SINGLE_QUOTED.sub(r"\1", plain)
    plain = re.sub(r"\s+", " ", plain).strip(_TRIM)
    if plain.count("(") != plain.count(")"):
        plain = plain.replace("(", "").replace(")", "")
    held_back = _HELD_BACK.match(plain)
    plain = _HELD_BACK.sub("", plain)
    plain = _TIE.sub("", plain, count=1) if _TIE.match(plain) else plain
    plain = _PERFORMS.sub("", plain, count=1) if _PERFORMS.match(plain) else plain
    if held_back or plain[:1].islower():
        plain = _SECOND_THAT.sub(r"\1 ", plain)
    plain = TAG_QUESTION.sub("", plain).rstrip(" ,;:–—-’'")
    if not plain:
        return ""
    return plain[0].upper() + plain[1:] + ("" if plain[-1] in ".!?…" else ".")


def _first_person(text: str, holder: str, affiliation: str | None) -> str:
    """Say the speaker's name where he says I, and whom he speaks for where he says we, if that is
    known: the words stay where it is not."""
    text = re.sub(r"\b([Ww]e)['’](re|ve|ll|d)\b", _expand, text)
    text = re.sub(r"\bI['’](m|ve|ll|d)\b", _expand_i, text)
    if us := _group(text, holder, affiliation):
        text = _renamed(text, r"\b[Ww]e\b", _article(us), "our|us|ours|ourselves")
    return _renamed(text, r"\bI\b", _article(holder), "my|me|mine|myself")


_QUANTIFIED = r"(?:most|all|some|many|each|one|both|none|any|half|majority|\w+\s+percent)\s+of\s+us"
_NATIONAL = (
    "president nation country military army troops soldiers veterans generals economy border "
    "borders streets democracy constitution republic society homeland flag founders planet world"
)
_EVERYBODY = re.compile(
    rf"\b{_QUANTIFIED}\b|\b(?:our|this)\s+(?:own\s+|nation[’']s\s+)?"
    rf"(?:{'|'.join(_NATIONAL.split())})\b",
    re.IGNORECASE,
)


def _group(text: str, holder: str, affiliation: str | None) -> str | None:
    """Whom somebody means by "we": the body he speaks for, or the body that speaks.

    A member of a parliament speaks for none of it, nor for the state that elected him; a person of
    no known body is no group; and "most of us", "our troops" are more people than any body has.
    """
    us = affiliation if affiliation and speaks_for(affiliation) else holder
    countries, besides = without_countries(us)
    nation = bool(countries) and not besides.strip()
    if _EVERYBODY.search(text) and not nation:
        return None
    if us == holder and not nation:
        unnamed = holder.startswith("unnamed ")
        several = _is_plural(_article(holder)) if unnamed else " and " in holder
        if not several and (_is_somebody(holder) or (unnamed and not _names_body(holder))):
            return None
    return us


def _names_body(holder: str) -> bool:
    """Whether somebody unnamed is a body: "unnamed government", "unnamed panel of doctors"."""
    head = re.split(r"\s(?:of|for|in|at|from|on)\s", holder)[0]
    return bare(head.split()[-1]) in ORG_NOUNS | STATE_NOUNS


def _expand(m: re.Match[str]) -> str:
    return m[1] + " " + {"re": "are", "ve": "have", "ll": "will", "d": "would"}[m[2]]


def _expand_i(m: re.Match[str]) -> str:
    return "I " + {"m": "am", "ve": "have", "ll": "will", "d": "would"}[m[1]]


def _renamed(text: str, subject: str, name: str, others: str) -> str:
    """Subject pronouns become ``name`` with the verb made to agree, the others follow."""
    plural = _is_plural(name)
    adverb = r"(?:(?:also|always|now|still|fully|already|never|just|even|only|\w+ly)\s+)?"
    verb = re.compile(rf"(?P<word>{subject})(?P<gap>\s+{adverb})(?P<verb>(?!{subject})[\w’']+)")

    def subject_and_verb(m: re.Match[str]) -> str:
        if is_other_word(text, *m.span("word")):
            return m[0]
        ahead = text[: m.start()].rstrip()
        inverted = re.search(
            r"\b(?:did|do|does|can|could|will|would|should|must|[A-Z]\w+ and)$", ahead
        )
        agreeing = m["verb"] if plural or inverted else _third_person(m["verb"])
        return name + m["gap"] + agreeing

    first = next(_words_of_speaker(re.compile(rf"{subject}|\b(?:{others})\b"), text), None)
    text = verb.sub(subject_and_verb, text)
    possessive = name + ("’" if name.endswith("s") else "’s")
    body = "their" if plural else "its" if _is_body(name) else possessive
    opened = first is not None and re.fullmatch(subject.replace("\\b", ""), first[0]) is not None

    def other(m: re.Match[str]) -> str:
        if is_other_word(text, *m.span()):
            return m[0]
        if m[0].casefold() in ("our", "my", "ours", "mine"):
            # Said once in a clause, a body is "its" from then on.
            return (
                body
                if opened and re.search(re.escape(name) + r"[^,;]*$", text[: m.start()])
                else possessive
            )
        return name

    text = re.sub(rf"\b(?:{others})\b", other, text, flags=re.IGNORECASE)
    return re.sub(r"([^.!?]\s)The ", r"\1the ", text) if name.startswith("The ") else text


def _is_body(name: str) -> bool:
    words = tuple(name.removeprefix("the ").removeprefix("The ").split())
    return "they" in kinds_of_name(words) or any(is_institution((w,)) for w in words)


def _is_plural(name: str) -> bool:
    """Whether a name takes a plural verb: "Greens", "the officials"; not "the Union of Ports"."""
    words = name.split()
    head = re.split(r"\s(?:of|for|in|at|from|to|on|with|by|about|against)\s", name)[0].split()[-1]
    if " and " in name:
        return True
    if words[0].casefold() == "the" and head[0].islower():
        return kinds(name) == frozenset({"they"})
    if len(words) == 1 or head[0].islower():
        return bool(_PLURAL_NAME.search(head))
    return bool(re.search(r"(?:crats|licans|ives|als|ens|ists|ers|ians)$", head)) and _is_body(name)


def _third_person(verb: str) -> str:
    low = verb.casefold()
    if low in _AGREEMENT:
        return _AGREEMENT[low]
    if low == "am":
        return "is"
    if low in _UNCHANGED or (low.endswith(("ed", "n’t", "n't", "ly", "ing")) and low != "need"):
        return verb
    if low.endswith(("s", "sh", "ch", "x", "z", "o")):
        return verb + "es"
    return verb[:-1] + "ies" if re.search(r"[^aeiou]y$", low) else verb + "s"
