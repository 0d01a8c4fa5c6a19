"""Interviews and transcripts: whose paragraph is whose, where no sentence says so.

A label and a colon at the start of several lines name the speakers of a transcript. In an interview
often the first turns alone have one, or the answers: there the questions tell the rest, and what
stands between two of them is the answer. Both are told by the structure of the whole document,
never by one colon; questions are the outlet's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stance.furniture import Line
from stance.speech.cues import INTERVIEW, word_set
from stance.text import sentences

Range = tuple[int, int]

TURN = "turn of X"
"""The rule of what stands in a turn of a transcript or in an answer of an interview."""
LABELS = word_set(
    """
    WATCH UPDATE UPDATED BREAKING LIVE VIDEO PHOTO PHOTOS READ OPINION ANALYSIS EXCLUSIVE NOTE
    CORRECTION EDITOR WARNING SPOILER REPORT POLL RELATED ALSO TRANSCRIPT MORE SOURCE SOURCES PS
    INTERVIEW PICTURE IMAGE CAPTION HEADLINE HEADLINES BRIEFING
    """
)
"""What stands before a colon and is nobody, in capitals."""
_LABELLED = re.compile(
    r"(?P<head>(?P<label>[A-Z][\w.’'-]*(?:\s(?:&|[A-Z][\w.’'-]*)){0,3})"
    r"(?P<who>,\s[A-Z][A-Z\s,.’'-]+)?"
    r"(?:\s[(\[][a-z][^)\]]{2,30}[)\]])?(?::|(?<=\b[QA])\.))\s+(?=\S)"
)
_ASKS = re.compile(r"\?[”\"’']?$")
_FIRST_PERSON = re.compile(r"\b(?:I|me|my|myself|we|us|I[’']\w+|we[’']\w+|We)\b")
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|You|Your)\b")
_MARKS = re.compile(r"[“”„\"«»]")
_FEWEST = 3  # questions with an answer from which a text may be an interview
_QUESTION_WORDS = 45  # a longer paragraph without a question mark is no question
_MOST = 0.6  # of the body between the first question and the last answer
_FRAMED = 0.35  # the same where so many questions are answered that it is one inside a report
_MANY = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """The words of one speaker in a line. ``label`` names them there, ``speaker`` anywhere: it is
    empty where nobody is labelled, and None for a question of the outlet."""

    label: Range | None
    speaker: Range | None
    words: Range


def turns(text: str, source: str, laid_out: Sequence[Line]) -> dict[int, Turn]:
    """The lines of a document that are turns of a transcript or an interview, by their number.

    >>> from stance.furniture import lines
    >>> from stance.types import Document
    >>> talk = "Herald: Safe?\\n\\nAnna Lee: Yes.\\n\\nDear?\\n\\nNo.\\n\\nDry?\\n\\nI think so."
    >>> found = turns(talk, "Herald", lines(Document("d", talk, "Herald")))
    >>> [talk[slice(*turn.words)] for turn in found.values() if turn.speaker]
    ['Yes.', 'No.', 'I think so.']
    """
    heads = {
        number: match
        for number, line in enumerate(laid_out)
        if (match := _LABELLED.match(text, line.start, line.end)) and _may_speak(match["label"])
    }
    counts = Counter(match["label"] for match in heads.values())
    often = {label for label, n in counts.items() if n > 1}
    caps = {match["label"] for match in heads.values() if match["who"] and match["label"].isupper()}
    asking = {label for label in counts if _is_interviewer(text, source, label, heads, laid_out)}
    in_capitals = bool(caps) or sum(label.isupper() for label in often) > 1
    known = often | caps | {label for label in counts if in_capitals and label.isupper()}
    known |= {label for label in counts if any(_same_name(label, other) for other in known)}
    if len(often) > 1 or caps:
        spoken = {number: match for number, match in heads.items() if match["label"] in known}
        return _transcript(text, laid_out, spoken, asking)
    return _interview(text, laid_out, heads, asking)


def _same_name(label: str, other: str) -> bool:
    """Whether one is the other in full: "Lena Okafor" in her first turn, then "Okafor"."""
    short, full = sorted((label.split(), other.split()), key=len)
    return full[-len(short) :] == short


def _may_speak(label: str) -> bool:
    return label.split()[0].upper() not in LABELS


def _is_interviewer(
    text: str, source: str, label: str, heads: Mapping[int, re.Match[str]], laid_out: Sequence[Line]
) -> bool:
    """A label of the outlet: its name or initials, "Q", its reporter, or who only ever asks."""
    if label in INTERVIEW:
        return label.startswith("Q")
    name = re.sub(r"^The\s", "", source)
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]\w*", name))
    if label.casefold() in (name.casefold(), source.casefold()) or label == initials.upper():
        return True
    if re.search(
        rf"\b(?:[Bb]y|BY|Interview:?|Questions:?)\s(?:[A-Z][\w.-]*\s)?{re.escape(label)}\b", text
    ):
        return True
    rows = {n: m for n, m in heads.items() if not m["who"] and not m["label"].isupper()}
    asks = [
        bool(_ASKS.search(_line(text, laid_out[n]))) for n, m in rows.items() if m["label"] == label
    ]
    rest = [
        bool(_ASKS.search(_line(text, laid_out[n]))) for n, m in rows.items() if m["label"] != label
    ]
    others = {m["label"] for m in rows.values()} - {label}
    return len(others) == 1 and len(asks) > 1 and all(asks) and not any(rest)


def _line(text: str, line: Line) -> str:
    return text[line.start : line.end].rstrip()


def _transcript(
    text: str, laid_out: Sequence[Line], heads: Mapping[int, re.Match[str]], asking: set[str]
) -> dict[int, Turn]:
    """Turns with a label, and the paragraphs between two of them that go on with the first."""
    found: dict[int, Turn] = {}
    first, last = min(heads), max(heads)
    dense = 2 * len(heads) >= last - first
    for number in range(first, last + 1):
        line = laid_out[number]
        if number in heads:
            found[number] = _labelled(heads[number], line, asking, heads)
        elif dense and number - 1 in found and _goes_on(text, line):
            found[number] = Turn(None, found[number - 1].speaker, (line.start, line.end))
    return found


def _goes_on(text: str, line: Line) -> bool:
    return line.kind == "body" and not _MARKS.search(text, line.start, line.end)


def _labelled(
    head: re.Match[str], line: Line, asking: set[str], heads: Mapping[int, re.Match[str]]
) -> Turn:
    label = head.span("label")
    if head["label"] in asking:
        return Turn(label, None, (head.end(), line.end))
    if head["label"] in INTERVIEW:  # "A": whoever was introduced before the first of them
        same = next(match for match in heads.values() if match["label"] == head["label"])
        return Turn(label, same.span("label"), (head.end(), line.end))
    return Turn(label, label, (head.end(), line.end))


def _interview(
    text: str, laid_out: Sequence[Line], heads: Mapping[int, re.Match[str]], asking: set[str]
) -> dict[int, Turn]:
    """Questions and answers of which not every one has a label."""
    body = [
        n for n, line in enumerate(laid_out) if line.kind != "furniture" and line.start < line.end
    ]
    asked = {n for n in body if _ASKS.search(_line(text, laid_out[n]))}
    asked |= {n for n, head in heads.items() if head["label"] in asking}
    after_question = [n for at, n in pairwise(body) if at in asked]
    name = next((heads[n]["label"] for n in after_question if n in heads), None)
    answers = {n: head for n, head in heads.items() if head["label"] == name} if name else {}
    starts = [n for n in body if n in asked or n in answers]
    if not starts:
        return {}
    region = body[body.index(starts[0]) :]
    roles = _roles(text, laid_out, region, asked, answers)
    region = list(_without_close(text, laid_out, region, roles))
    if not _is_interview(text, laid_out, body, region, roles, asked, bool(answers)):
        return {}
    named = answers[min(answers)].span("label") if answers else (laid_out[region[0]].start,) * 2
    found: dict[int, Turn] = {}
    for number in region:
        line, head = laid_out[number], answers.get(number) or heads.get(number)
        label = head.span("label") if head and head["label"] in asking | {name} else None
        begin = head.end() if head and label else line.start
        speaker = named if roles[number] == "A" else None
        found[number] = Turn(label, speaker, (begin, line.end))
    return found


def _roles(
    text: str,
    laid_out: Sequence[Line],
    region: Sequence[int],
    asked: set[int],
    answers: Mapping[int, re.Match[str]],
) -> dict[int, str]:
    """Question ("Q") or answer ("A") for every paragraph, read in order."""
    every = len(answers) >= _FEWEST  # the answers have labels, so nothing else is one
    roles: dict[int, str] = {}
    before = ""
    for at, number in enumerate(region):
        after = region[at + 1] if at + 1 < len(region) else -1
        if number in answers:
            role = "A"
        elif after in answers:
            role = "Q"
        elif number in asked:
            role = "A" if before == "Q" and after in asked and not every else "Q"
        elif before == "Q":
            role = "Q" if every else "A"
        elif every or after < 0 or after in asked:
            role = "A"
        else:
            role = "Q" if _may_ask(text, laid_out[number]) else "A"
        roles[number] = before = role
    return roles


def _may_ask(text: str, line: Line) -> bool:
    """One sentence that says nothing of its speaker: "There is talk of a second bridge."; or two
    that say "you"."""
    words = _line(text, line)
    single = len(sentences(text, line.start, line.end)) <= 1 + bool(_SECOND_PERSON.search(words))
    return single and len(words.split()) <= _QUESTION_WORDS and not _FIRST_PERSON.search(words)


def _without_close(
    text: str, laid_out: Sequence[Line], region: Sequence[int], roles: Mapping[int, str]
) -> Sequence[int]:
    """The paragraphs up to the last answer: what follows it is the outlet's unless it says "I"."""
    last = max((k for k in range(1, len(region)) if roles[region[k - 1]] == "Q"), default=-1)
    stop = last + 1
    while stop < len(region) and _FIRST_PERSON.search(_line(text, laid_out[region[stop]])):
        stop += 1
    return region[:stop]


def _is_interview(
    text: str,
    laid_out: Sequence[Line],
    body: Sequence[int],
    region: Sequence[int],
    roles: Mapping[int, str],
    asked: set[int],
    labelled: bool,
) -> bool:
    questions = [n for n in region if roles[n] == "Q"]
    answers = [n for n in region if roles[n] == "A"]
    pairs = sum(roles[a] + roles[b] == "QA" for a, b in pairwise(region))
    if pairs < _FEWEST or 2 * len(asked & set(questions)) < len(questions):
        return False
    size = sum(laid_out[n].end - laid_out[n].start for n in region)
    most = _FRAMED if pairs >= _MANY else _MOST
    if size < most * sum(laid_out[n].end - laid_out[n].start for n in body):
        return False
    told = [n for n in answers if _FIRST_PERSON.search(_line(text, laid_out[n]))]
    spoken_to = any(_SECOND_PERSON.search(_line(text, laid_out[n])) for n in questions)
    return labelled or (2 * len(told) >= len(answers) and spoken_to)
