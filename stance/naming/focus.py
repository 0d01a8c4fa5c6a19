"""Who a paragraph is about: the subject of a sentence, to whom pronouns and bare offices go back.

A person need not be named to be spoken of: "A diplomat was less gallant. It would take another
winter, he said." has one in focus, who stays unnamed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from stance.naming.cast import Range
from stance.naming.mentions import WRITINGS, Described, describe
from stance.naming.names import Name, bare, first_names, fold, gender, is_institution
from stance.naming.nouns import gender_told, is_person_noun
from stance.naming.people import (
    WINDOW,
    Holder,
    Scene,
    Told,
    by_role,
    full_name,
    gender_of,
    is_person,
    roles_of,
    surname_alone,
)
from stance.naming.places import actor
from stance.speech.cues import word_set
from stance.speech.subjects import first_noun_phrase
from stance.speech.tags import Tokens, is_function_word, lowered, tokenize

_EVIDENT = 1.6  # what it counts for to be the subject of the sentence before, or the last speaker
_UNPROVED = 1.2  # the same for a name of which nothing says that it is a person's
_OVERTAKEN = 0.8  # what is left of it for a speaker after whom another was the subject


@dataclass(frozen=True, slots=True)
class Subject:
    """A sentence's subject that can be a person: a name, a phrase that describes one, or the
    gender of a pronoun.

    ``sentence`` is where its sentence begins.
    """

    start: int
    sentence: int
    name: Name | None = None
    told: Described | None = None
    pronoun: str = ""


def person_before(scene: Scene, at: int, sex: str, *, of_two: bool = True) -> Holder | None:
    """The person a pronoun at ``at`` means; of the other gender never, if ``sex`` is given; nor,
    if ``of_two``, whom a pronoun of the other gender before it means.

    Every sentence in between costs, a new paragraph twice; it counts for a person to be the
    subject of a sentence, the more of the one just before, to have spoken last, to have just been
    introduced, and to be known by gender. Salience of this kind is what rule-based resolution
    rests on (Lappin and Leass 1994, https://aclanthology.org/J94-4002).
    """
    best: tuple[float, int, Holder] | None = None
    breaks = scene.cast.breaks
    here = bisect_right(breaks, at)
    speaker = next((t for t in reversed(scene.told) if t.start < at and _one_person(t)), None)
    focus = _focus(scene, at, sex, speaker)
    other = _of_other_sex(scene, at, sex) if of_two else None
    for start, holder in _candidates(scene, at, sex, focus):
        if other is not None and holder.name == other.name:
            continue
        away = here - bisect_right(breaks, start)
        score = -0.5 * min(away, 30)
        score += 0.8 if start in scene.cast.subjects or (focus and start == focus[0]) else 0.0
        score += 0.4 if start in scene.cast.introduced else 0.0
        score -= _ONE_WORD if _is_one_word(scene, holder) else 0.0
        if speaker is not None and start == speaker.start:
            score += _OVERTAKEN if focus else _EVIDENT
        elif focus and start == focus[0]:
            score += focus[2]
        if sex and holder.words and gender_of(scene, holder.words) == sex:
            score += 0.5
        if best is None or (score, start) > best[:2]:
            best = (score, start, holder)
    return best[2] if best else _unproved_before(scene, at, sex)


def _of_other_sex(scene: Scene, at: int, sex: str) -> Holder | None:
    """Whom "he" before a "she" in the same paragraph means, or the other way round."""
    if not sex:
        return None
    text, spoken = scene.document.text, scene.cast.spoken
    pronoun = _HE if sex == "f" else _SHE
    found = [m.start() for m in pronoun.finditer(text, text.rfind("\n", 0, at) + 1, at)]
    last = next((place for place in reversed(found) if not spoken[place]), None)
    other = "m" if sex == "f" else "f"
    return None if last is None else person_before(scene, last, other, of_two=False)


_HE, _SHE = re.compile(r"\b[Hh]e\b"), re.compile(r"\b[Ss]he\b")
_ONE_WORD = 1.0  # what it costs to have one name only, of which nothing says that it is a person's


def _is_one_word(scene: Scene, holder: Holder) -> bool:
    words = holder.words
    if len(words) != 1 or fold(words[0]) in scene.corpus.surnames or words in scene.cast.kin:
        return False
    return not (gender_of(scene, words) or roles_of(scene, words))


def _unproved_before(scene: Scene, at: int, sex: str) -> Holder | None:
    """The last name that opens a sentence and may be a person's, where nobody surely is one."""
    for name in reversed(scene.cast.names):
        if at - name.start > WINDOW:
            return None
        if name.start < at and (opens_as_person(scene, name) or _acts(scene, name)):
            holder = _holder(scene, name)
            if _fits(scene, holder, sex):
                return replace(holder, certain=0.5)
    return None


_ACTS = re.compile(r"\s(?:did|had|has|was|is|would|will|could|came|went|[a-z]{2,}(?:ed|es))\b")


def _acts(scene: Scene, name: Name) -> bool:
    """Whether a name is the subject of a later clause: "it was old, but Walt Holm did not come"."""
    text = scene.document.text
    begins = re.search(
        r"(?:,\s(?:and|but|so|yet)|;|—|–)\s$", text[max(0, name.start - 8) : name.start]
    )
    acts = _ACTS.match(text, name.end)
    return bool(begins and acts) and _may_be_person(scene, name, name.end)


_NO_PERSON = WRITINGS | word_set("ad advert spot clip video performance debate vote poll plan deal")


def _one_person(told: Told) -> bool:
    """Whether "she" can be who spoke: never a tweet or an advert, which speak too."""
    head = re.split(r"\s(?:of|from|in|at|for|by|with|on)\s", told.holder.name)[0].split()[-1]
    return bool(told.holder.words) or (told.kind == "role" and bare(head) not in _NO_PERSON)


def _candidates(
    scene: Scene, at: int, sex: str, focus: tuple[int, Holder, float] | None
) -> Iterator[tuple[int, Holder]]:
    """People named or spoken of before ``at`` who may be meant, nearest first."""
    if focus:
        yield focus[:2]
    for one in reversed(scene.told):
        if one.start < at and _one_person(one) and _fits(scene, one.holder, sex):
            yield one.start, one.holder
    for name in reversed(scene.cast.names):
        if at - name.start > WINDOW:
            break
        if name.start < at and is_person(scene, name):
            holder = _holder(scene, name)
            if _fits(scene, holder, sex):
                yield name.start, holder


def _holder(scene: Scene, name: Name) -> Holder:
    words = full_name(scene, name)
    return Holder(" ".join(words), words=words)


def _fits(scene: Scene, holder: Holder, sex: str) -> bool:
    if holder.words:
        return not sex or gender_of(scene, holder.words) in ("", sex)
    return not sex or gender_told(holder.name) in ("", sex)


def _focus(
    scene: Scene, at: int, sex: str, speaker: Told | None
) -> tuple[int, Holder, float] | None:
    """The subject of the sentence before, with its place and weight, unless somebody spoke
    there or later."""
    subject = subject_before(scene, at, sex)
    if subject is None or (speaker is not None and speaker.start >= subject.sentence):
        return None
    if not sex and not _ENDED.search(scene.document.text[:at][-4:]):
        return None  # words quoted inside a sentence that has no verb of saying
    holder = _kept_on(scene, subject, at, sex) or meant_by(scene, subject)
    if holder is None or not _fits(scene, holder, sex):
        return None
    proved = subject.name is None or is_person(scene, subject.name)
    if not proved and _subject_beside(scene, subject, at):
        return None
    return subject.start, holder, _EVIDENT if proved else _UNPROVED


_OBJECT = {
    "m": re.compile(r"\bhim\b"),
    "f": re.compile(
        r"\bher(?=[.,;:]|\s(?:for|in|on|at|to|by|with|and|that|last|this|about|from)\b)"
    ),
}


def _kept_on(scene: Scene, subject: Subject, at: int, sex: str) -> Holder | None:
    """Whom "her" in the sentence before means, where a stranger is the subject: who has a pronoun
    stays who is spoken of ("A doctor sat with her. “Nobody knows,” she said")."""
    if not sex or subject.told is None or subject.told.definite:
        return None
    met = _OBJECT[sex].search(scene.document.text, subject.start, at)
    if met is None or scene.cast.spoken[met.start()]:
        return None
    return person_before(scene, subject.start, sex, of_two=False)


_ENDED = re.compile(r"[.!?…:”\"’»)]\s*$")


def _subject_beside(scene: Scene, subject: Subject, at: int) -> bool:
    """Whether a person opens a sentence between a subject and a pronoun, or that of the pronoun."""
    names = scene.cast.names
    between = names[bisect_right(names, subject.start, key=lambda n: n.start) :]
    return any(
        n.start in scene.cast.subjects and is_person(scene, n) for n in between if n.start < at
    )


def meant_by(scene: Scene, subject: Subject) -> Holder | None:
    """The person a subject stands for, named or not."""
    if subject.name is not None:
        return _holder(scene, subject.name)
    if subject.told is None:
        return person_before(scene, subject.start, subject.pronoun, of_two=False)
    if subject.told.definite:
        return by_role(scene, subject.told, subject.start)
    return Holder(f"unnamed {lowered(subject.told.text)}", certain=0.8)


def subject_phrases(
    scene: Scene, at: int, before: int, *, here: bool
) -> Iterator[tuple[Tokens, Range]]:
    """The subjects of so many sentences ``before`` that of ``at`` in its paragraph, and of that one
    too if ``here``, nearest first: a sentence's words, and which of them are the subject."""
    text, breaks = scene.document.text, scene.cast.breaks
    paragraph = text.rfind("\n", 0, at) + 1
    later = (b for b in breaks[: bisect_right(breaks, at)] if b > paragraph)
    starts = list(dict.fromkeys([paragraph, *later]))
    for start in starts[-before - 1 : None if here else -1][::-1]:
        end = min(at, next((b for b in breaks if b > start), at))
        tokens = tokenize(text, start, end)
        found = first_noun_phrase(tokens, len(tokens.tags))
        if found is not None:
            yield tokens, found


def subject_before(scene: Scene, at: int, sex: str = "") -> Subject | None:
    """The last person who is the subject of a sentence before that of ``at``, in its paragraph."""
    first, last = _before(scene, at)
    spoken, breaks = scene.cast.spoken, scene.cast.breaks
    between = breaks[bisect_right(breaks, first) : bisect_left(breaks, last)]
    for sentence in reversed([first, *dict.fromkeys(between)] if first < last else []):
        end = min(last, next((b for b in between if b > sentence), last))
        if spoken[min(_opened(scene, sentence), len(spoken) - 1)]:
            continue
        found = _pronoun_subject(scene, sentence) or _named_subject(scene, sentence, end, sex)
        found = found or _described_subject(scene, sentence, end)
        if found is not None and not (sex and found.pronoun and found.pronoun != sex):
            return found
    return None


def _before(scene: Scene, at: int) -> tuple[int, int]:
    """From the start of the paragraph to that of the sentence around ``at``, of the quotation in
    which that sentence begins, or of the clause after a colon or an "and, she said,"."""
    text, breaks, spoken = scene.document.text, scene.cast.breaks, scene.cast.spoken
    first = text.rfind("\n", 0, at) + 1
    k = bisect_right(breaks, at)
    last = max(first, breaks[k - 1] if k else 0)
    while last > first and spoken[last]:
        last -= 1
    colons = [m.end() for m in _CLAUSE_ENDS.finditer(text[last:at]) if not spoken[last + m.start()]]
    if re.search(r"\b(?:and|but),\s$", text[last:at]) or _WHO.match(text, last, at):
        return first, at
    return first, last + colons[-1] if colons else last


_WHO = re.compile(r"\s*(?:[Tt]he|[Aa]n?)\s[^,.;:]{2,60},\swho\s[^.;:]*$")
"""An unfinished clause on the subject of its own sentence: "The athlete, who left because,"."""
_CLAUSE_ENDS = re.compile(r"[:;]\s|,\sbut\s")
_MARKS = re.compile(r"[\s“\"‘«'—–(\u200b\ufeff]*")


def _opened(scene: Scene, at: int) -> int:
    """The first character of a sentence that is no space and no mark; of a quotation its first."""
    text = scene.document.text
    while at < len(text) and text[at].isspace():
        at += 1
    if at < len(text) and not scene.cast.spoken[at] and (marks := _MARKS.match(text, at)):
        return marks.end()
    return at


def _pronoun_subject(scene: Scene, start: int) -> Subject | None:
    at = _opened(scene, start)
    word = re.compile(r"(?:(?:But|And|Yet|Still,)\s)?(?P<word>[Hh]e|[Ss]he)\s").match(
        scene.document.text, at
    )
    if word is None:
        return None
    return Subject(word.start("word"), start, pronoun="m" if word["word"].lower() == "he" else "f")


def _named_subject(scene: Scene, start: int, end: int, sex: str) -> Subject | None:
    """A name that is the subject, or for whom something is so: "For Lee it is too late"."""
    names = scene.cast.names
    k = bisect_left(names, start, key=lambda n: n.start)
    while k < len(names) and names[k].start < end:
        name = names[k]
        k += 1
        lead = scene.document.text[start : name.start].strip(" “\"‘«'—–(")
        if name.start not in scene.cast.subjects and not _SETTING.fullmatch(lead):
            continue
        if not _surely_person(scene, name) and not _may_be_person(scene, name, end):
            continue
        if scene.document.text[name.end : name.end + 2] in ("’s", "'s"):
            continue
        known = gender(name.words, name.title) or gender_of(scene, full_name(scene, name))
        if not sex or known in ("", sex):
            return Subject(name.start, start, name)
    return None


_SETTING = re.compile(r"For|To|(?:In|On|At|From|Inside|Outside)\s(?:the\s)?[\w’'-]+(?:\s[a-z]+)?")
"""What may stand before a subject without a comma: "In parliament Lee called", "For Lee it is"."""


def _may_be_person(scene: Scene, name: Name, end: int) -> bool:
    """Two or three words that are the name of nothing else, alone in their sentence."""
    words = full_name(scene, name)
    if not 1 < len(words) < 4 or is_institution(words) or actor(" ".join(words)):
        return False
    if words[0] in scene.corpus.shorts or any(map(is_function_word, words)):
        return False
    if words[0].endswith("ing") and words[0].casefold() not in first_names():
        return False  # "Blaming Lindqvist was easy; she preferred"
    if re.search(r"\bits\b", scene.document.text[name.end : end]):
        return False
    names = scene.cast.names
    k = bisect_right(names, name.start, key=lambda n: n.start)
    return not any(_surely_person(scene, n) for n in names[k : k + 8] if n.start < end)


def opens_as_person(scene: Scene, name: Name) -> bool:
    """Whether a name that opens its sentence may be a person's though nothing proves it."""
    return name.start in scene.cast.subjects and _may_be_person(scene, name, name.end)


def _surely_person(scene: Scene, name: Name) -> bool:
    """A person by a title, a first name or a surname used alone; what is told of a company ("the
    builder") may look like an office."""
    full = full_name(scene, name)
    known = bool(name.title or gender_of(scene, full) or surname_alone(scene, full))
    known |= name.words == full[:1] and bool(roles_of(scene, full))  # "Wu" of Wu Haiyang
    return known and is_person(scene, name)


_ADJUNCT = re.compile(
    r"(?:(?:In|On|At|After|Before|During|Since|For|With|By|From|Under|About|As to)\s"
    r"(?:(?!\b(?:he|she|it|they|was|were|is|are|has|had)\b)[^,.;:]){2,50}?,?"
    r"|(?:Asked|Told|Pressed|Questioned|Speaking)\s[^,.;:]{2,90},)\s(?=(?:the|an?)\s)"
)


def _described_subject(scene: Scene, start: int, end: int) -> Subject | None:
    text = scene.document.text
    at = _opened(scene, start)
    opening = re.compile(r"(?:But|And|Yet|So)\s").match(text, at, end)
    at = opening.end() if opening else at
    adjunct = _ADJUNCT.match(text, at, end)
    at = adjunct.end() if adjunct else at
    lead = re.match(
        r"(?:the|an?|one|another|(?P<his>his|her|its|their))\s", text[at : at + 9], re.I
    )
    if lead is None:
        return None
    tokens = tokenize(text, at, end)
    found = first_noun_phrase(tokens, len(tokens.tags))
    if found is None or found[0] != 0:
        return None
    comma = tokens.tags.find(",", 0, found[1])
    words = list(tokens.words[: comma if comma > 0 else found[1]])
    kept = _person_phrase(words)
    if kept is None:
        return None
    if apposed := _apposed(scene, tokens.ends[len(words) - 1]):
        return Subject(apposed.start, start, apposed)
    if lead["his"]:
        return None
    return Subject(at, start, told=describe(" ".join(kept)))


_APPOSED = re.compile(r"(?:\s(?:who|that)\s[^,.;:—]{3,80})?,\s")


def _apposed(scene: Scene, at: int) -> Name | None:
    """ "The bishop of Karsk, Ada Holm, held a vigil": the name behind the phrase."""
    names = scene.cast.names
    k = bisect_left(names, at, key=lambda n: n.start)
    if k == len(names) or not _APPOSED.fullmatch(scene.document.text[at : names[k].start]):
        return None
    whole = len(names[k].words) > 1 or names[k].words in scene.cast.kin
    return names[k] if whole and not is_institution(names[k].words) else None


def _person_phrase(words: list[str]) -> list[str] | None:
    """The words of a noun phrase as far as they describe one person; None where they do not."""
    if words[0].lower() == "one" and words[1:2] == ["of"]:
        several = words[-1].removesuffix("s")  # "one of the council's own treasurers"
        return words if several != words[-1] and is_person_noun(several) else None
    k = 1
    while k < len(words) and not is_function_word(words[k]):
        k += 1
    while k > 1 and not is_person_noun(words[k - 1]):
        k -= 1  # "the governor nevertheless", "the minister gloomy"
    if k == 1 or k > 7:
        return None
    tied = words[k : k + 1] in (["of"], ["from"], ["in"], ["at"], ["for"])
    return words if tied and len(words) < 9 else words[:k]
