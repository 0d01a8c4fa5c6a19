"""Positions and refusals in phrases, and subjects with something between them and their verb."""

from __future__ import annotations

import pytest

from stance.attribution import attribute
from stance.types import Document

POSITIONS = [
    ("Bo Chan, a spokesman for the yard, would not be drawn on fares.", "declines", "fares"),
    ("Mayor Ada Holm was giving nothing away on fares.", "declines", "fares"),
    ("The Harbour Board took no position on the fares.", "declines", "the fares"),
    ("Ada Holm left open who would pay for the quay.", "declines", "who would pay for the quay"),
    ("Ada Holm would neither confirm the visit nor rule it out.", "declines", "the visit"),
    ("Ada Holm did not rule out a second quay.", "declines", "a second quay"),
    ("Ada Holm kept her own counsel on the fares.", "declines", "the fares"),
    ("Ada Holm was not at present in a position to give dates.", "declines", "dates"),
    ("Ada Holm brushed that aside, saying the quay was sound.", "denies", "that aside"),
    ("Ada Holm waved away suggestions that the quay sinks.", "denies",
     "suggestions that the quay sinks"),
    ("Minister Ada Holm would hear none of that.", "denies", "that"),
    ("Bo Chan does not believe in her calendar.", "denies", "her calendar"),
    ("Bo Chan thinks little of the calendar.", "denies", "the calendar"),
    ("Ada Holm took back what she had said of the crews.", "denies",
     "what she had said of the crews"),
    ("Ada Holm ruled out a second quay.", "denies", "a second quay"),
    ("Ada Holm let it be known that the quay stays.", "asserts", "that the quay stays"),
    ("Ada Holm pointed the finger at the port office.", "asserts", "the port office"),
    ("She had no worries about the eels, Ada Holm.", "asserts", "the eels, Ada Holm"),
    ("Ada Holm came out in favour of a second quay.", "asserts", "in favour of a second quay"),
    ("The crews, who came with flags, were of the same opinion.", "asserts",
     "of the same opinion"),
    ("The High Court held on Tuesday that the fares were void.", "asserts",
     "that the fares were void"),
]  # fmt: skip


def told(text: str) -> list[tuple[str, str, str]]:
    """Holder, polarity and words of every attribution."""
    return [
        (a.holder, a.polarity, " … ".join(s.text for s in a.content))
        for a in attribute([Document("d", text, "The Herald")])
    ]


@pytest.mark.parametrize(("text", "polarity", "words"), POSITIONS)
def test_a_position_without_a_verb_of_saying(text: str, polarity: str, words: str) -> None:
    assert (polarity, words) in [(does, said) for _, does, said in told(text)]


@pytest.mark.parametrize(
    "text",
    [
        "The storm brushed the roof. It pointed north.",  # no phrase
        "It left open the gate.",
        "The wind that took no side moved on.",
        "The crowd was drawn on Tuesday from the whole valley.",  # no refusal
        "Bo Chan was in a position to pay.",
    ],
)
def test_things_and_other_meanings_hold_no_position(text: str) -> None:
    assert told(text) == []


def test_a_position_inside_anothers_words_is_theirs() -> None:
    assert told("Bo Chan said Ada Holm would not be drawn on fares.") == [
        ("Bo Chan", "asserts", "Ada Holm would not be drawn on fares")
    ]


BETWEEN = [
    ("Ada Holm, too, wants 3.20 marks a car.", "Ada Holm", "3.20 marks a car"),
    ("Ada Holm, who, according to the minutes, wanted a discount, left.", "Ada Holm",
     "a discount, left"),
    ("Mayor Ada Holm herself conceded that the quay sinks.", "Ada Holm", "that the quay sinks"),
    ("Ada Holm nevertheless expects that the quay holds.", "Ada Holm", "that the quay holds"),
    ("“It sinks,” said Ada Holm of the Pilots' League, who announced that she would sue.",
     "Ada Holm", "that she would sue"),
    ("“It sinks,” said Bo Chan of the Union of Pilots, who has always held that it would.",
     "Bo Chan", "that it would"),
    ("Ada Holm, who heads the board, said the fares in 11,000 cases had been lost.",
     "Ada Holm", "the fares in 11,000 cases had been lost"),
    ("The plan pleased Open Docks, whose director, Bo Chan, said that it was overdue.",
     "Bo Chan", "that it was overdue"),
    ("Ada Holm called the report “a fable”; no member of the board, she said, had sunk it.",
     "Ada Holm", "the report “a fable”"),
    ("The quay is dear, thought Ada Holm of the Chamber of Pilots.", "Ada Holm",
     "The quay is dear"),
    ("Nor was it dear: eleven crews, Ada Holm went on, had come home.", "Ada Holm",
     "eleven crews … had come home"),
    ("‘We will live under it’: Mayor Holm sticks to ceiling|Ada Holm opened the quay.",
     "Ada Holm", "‘We will live under it’"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "holder", "words"), BETWEEN)
def test_who_said_it_with_something_between(text: str, holder: str, words: str) -> None:
    found = [(who, said) for who, _, said in told(text.replace("|", "\n\n"))]
    assert (holder, words) in found


def test_words_quoted_in_passing_are_those_of_who_spoke_before() -> None:
    text = (
        "Ada Holm told us it sinks. The crews would sail “on the second of May, wind permitting”."
    )
    document = Document("d", text, "The Herald")
    spoken, passing = attribute([document])
    assert (passing.holder, passing.kind, passing.cue) == ("Ada Holm", "mixed", None)
    assert passing.content[0].text.startswith("The crews would sail")
    assert spoken.content[0].text == "it sinks"


@pytest.mark.parametrize(
    "text",
    [
        "The crews would sail “on the second of May”.",  # nobody spoke before
        "Ada Holm told us it sinks. Last week Bo Chan sailed on “the best ship of the port”.",
        "Ada Holm told us it sinks. The “Gull” sailed.",  # a name
    ],
)
def test_quotation_marks_alone_name_no_speaker(text: str) -> None:
    assert not [words for _, _, words in told(text) if "sail" in words or "sailed" in words]
