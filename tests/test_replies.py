"""Words that only point at what somebody else has said: what they answer, and which side."""

from __future__ import annotations

import numpy as np
import pytest

from stance.attribution import attribute
from stance.evidence import premise
from stance.matching import match
from stance.stances import decide, pairs_for
from stance.types import Claim, Document, Passage
from stance.voice import passages


def read(text: str) -> dict[str, Passage]:
    """The last passage of each speaker."""
    document = Document("d", text, "Post")
    found = passages(document, attribute([document]))
    return {p.holder: p for p in found if p.holder_type == "speaker"}


RIGGED = "Anna Reis said the vote had been rigged. "
SAID = "Anna Reis said that the vote had been rigged."


@pytest.mark.parametrize(
    ("reply", "holder", "polarity"),
    [
        ("Karl Bo, who heads the commission, rejected the claim.", "Karl Bo", "denies"),
        ("Karl Bo dismissed that as nonsense.", "Karl Bo", "denies"),
        ("Karl Bo brushed this aside.", "Karl Bo", "denies"),
        ("Karl Bo called the accusation “a fairy tale”.", "Karl Bo", "denies"),
        ("Karl Bo described her claims as baseless.", "Karl Bo", "denies"),
        ("“That is a lie,” Karl Bo said.", "Karl Bo", "denies"),
        ("“This isn’t true,” Karl Bo said.", "Karl Bo", "denies"),
        ("Karl Bo called that untrue.", "Karl Bo", "denies"),
        ("Karl Bo echoed that view.", "Karl Bo", "asserts"),
        ("Karl Bo confirmed it.", "Karl Bo", "asserts"),
        ("“That is correct,” Karl Bo said.", "Karl Bo", "asserts"),
    ],
)
def test_what_words_point_at_is_what_was_said_before(
    reply: str, holder: str, polarity: str
) -> None:
    passage = read(RIGGED + reply)[holder]
    assert passage.attribution is not None
    assert (passage.answers, passage.attribution.polarity) == (SAID, polarity)
    assert premise(passage) == SAID


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        (RIGGED + "Karl Bo rejected the plan for a new vote.", "Karl Bo"),  # says something
        (RIGGED + "Karl Bo denied that it was.", "Karl Bo"),
        (RIGGED + "Karl Bo declined to comment on the claim.", "Karl Bo"),
        (RIGGED + "She denied the claim.", "Anna Reis"),  # nobody answers oneself
        (RIGGED + "The sun shone. " * 40 + "Karl Bo rejected the claim.", "Karl Bo"),  # too far
        ("Karl Bo rejected the claim. Anna Reis said the vote had been rigged.", "Karl Bo"),
        (RIGGED + "“That is a lie. The count was open,” Karl Bo said.", "Karl Bo"),
    ],
)
def test_who_says_something_answers_nothing(text: str, holder: str) -> None:
    assert read(text)[holder].answers == ""


def test_an_accusation_that_the_outlet_tells_is_answered_too() -> None:
    found = read("Norvane has been accused of poisoning the lake. Karl Bo, its head, denied that.")
    assert found["Karl Bo"].answers == "Norvane has been accused of poisoning the lake."


def test_who_shares_a_denial_denies() -> None:
    found = read(RIGGED + "Karl Bo rejected the claim. Lena Voss echoed that view.")
    passage = found["Lena Voss"]
    assert passage.attribution is not None
    assert (passage.answers, passage.attribution.polarity) == (SAID, "denies")


def test_a_reply_takes_the_other_side_in_its_own_words() -> None:
    """The scores are of what is answered, turned round; the evidence is the denier's."""
    text = RIGGED + "Karl Bo rejected the claim."
    document, claim = Document("d", text, "Post"), Claim("c", "The vote was rigged.")
    candidates = match(passages(document, attribute([document])), [claim])
    speakers = {c.passage.holder for c in candidates}
    assert {"Anna Reis", "Karl Bo"} <= speakers
    told = [words for words, _ in pairs_for(candidates, [claim], [document])]
    scores = np.array([(0.95, 0.04, 0.01) if "rigged" in w else (0, 1, 0) for w in told])
    rows = {r.holder: r for r in decide([document], [claim], candidates, scores)}
    assert (rows["Anna Reis"].stance, rows["Karl Bo"].stance) == ("supports", "refutes")
    assert [e.text for e in rows["Karl Bo"].evidence] == ["the claim"]


@pytest.mark.parametrize(
    ("text", "premise_"),
    [
        (
            "A vote on the proposed pier was put off. Anna Reis opposes the plan.",
            "Anna Reis opposes the proposed pier.",
        ),
        (
            "The town has a plan to close the pier. Anna Reis welcomed the plan.",
            "Anna Reis welcomed the plan to close the pier.",
        ),
        ("It rained. Anna Reis opposes the plan.", "Anna Reis opposes the plan."),
    ],
)
def test_which_plan_somebody_is_for_or_against(text: str, premise_: str) -> None:
    assert premise(read(text)["Anna Reis"]) == premise_


def test_a_report_is_answered_where_it_was_told_of() -> None:
    text = (
        "Troops had fired first, the Border Mission said in a report on Monday. “There is no "
        "doubt,” Lena Voss said. Karl Bo dismissed the report as biased."
    )
    assert read(text)["Karl Bo"].answers == "The Border Mission said that Troops had fired first."


def test_all_of_a_statement_is_answered() -> None:
    text = "“It is unfair,” Anna Reis said. “It is unsafe.” Karl Bo disputed that."
    answers = read(text)["Karl Bo"].answers
    assert "unfair" in answers and "unsafe" in answers


@pytest.mark.parametrize(
    ("text", "answers", "polarity"),
    [
        (
            "Asked whether she backed a raise for all, Ada Roe replied: “Yes. They earned it.”",
            "Ada Roe said that she backed a raise for all.",
            "asserts",
        ),
        (
            "Asked by reporters if the dam would hold, Ada Roe said: “No.”",
            "Ada Roe said that the dam would hold.",
            "denies",
        ),
        ("Asked if she would resign, Ada Roe said: “No comment.”", "", "asserts"),
        ("Asked when she would resign, Ada Roe said: “Yes, well.”", "", "asserts"),
    ],
)
def test_yes_and_no_answer_what_was_asked(text: str, answers: str, polarity: str) -> None:
    document = Document("d", text, "Post")
    told = attribute([document])
    assert [a.holder for a in told] == ["Ada Roe"]
    last = passages(document, told)[-1]
    assert last.attribution is not None
    assert (last.answers, last.attribution.polarity) == (answers, polarity)
