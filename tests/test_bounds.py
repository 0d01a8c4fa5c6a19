"""Times and amounts of statements, in the words of a claim that they keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.bounds import in_amount, in_bounds, in_time
from stance.dates import parse_date

DAY = parse_date("2025-09-10")
OUT = "Both furnaces will be out before the end of 2025."
POLLS = "The country will hold an early election in spring 2026."
OPEN = "The plant will deliver water before the summer of 2026."


@pytest.mark.parametrize(
    ("text", "claim", "told"),
    [
        ("They’ll both be cold by Christmas", OUT, True),
        ("It would shut both by mid-December", OUT, True),
        ("My expectation is that both will be out by new year", OUT, True),
        ("Both will be taken out of service, starting on 1 December", OUT, True),
        ("They must be gone by the thirty-first of December", OUT, True),
        ("They will be out by the end of the year", OUT, True),
        ("They should be out by Dec. 31", OUT, True),
        ("They will be out in two weeks", OUT, True),
        ("They will be out in eight months", OUT, False),
        ("They will be out by Easter", OUT, False),
        ("They will be out in 2026", OUT, False),
        ("They will be out in March", OUT, False),
        ("They will run until October", OUT, False),
        ("They will be out after October", OUT, False),
        ("They will not be out by October", OUT, False),
        ("There is no way that they are out by October", OUT, False),
        ("They went out in May", OUT, False),
        ("They will be out before the end of 2025", OUT, False),
        ("We are going to vote, and I have proposed April 19 as the day", POLLS, True),
        ("We shall vote on March 1", POLLS, True),
        ("We shall vote by April", POLLS, False),
        ("We shall vote in October", POLLS, False),
        ("The opening date of March 2026 was not in question", OPEN, True),
        ("It will open by Christmas next year", OPEN, False),
        ("It would report in the autumn", "It will open by the spring of 2027.", False),
        ("It will be out by Christmas", "It will be out by the end of it.", False),
    ],
)
def test_a_time_within_the_claims_is_said_as_it(text: str, claim: str, told: bool) -> None:
    assert ("(" in in_time(text, claim, DAY)) == told


def test_of_what_should_have_happened_months_are_past_ones() -> None:
    claim, day = "The firm knew of the leak before the summer of 2023.", parse_date("2024-05-02")
    assert in_time("They have known since April 2023.", claim, day).endswith(
        "since April 2023 (before the summer of 2023)."
    )
    assert in_time("They learned of it in March 2024.", claim, day).endswith("in March 2024.")
    assert in_time("They learned of it in April.", claim, day).endswith("in April.")
    assert in_time("They learned of it.", claim, None) == "They learned of it."


@pytest.mark.parametrize(
    ("text", "claim", "said"),
    [
        ("27 people died", "At least 20 people died.", "at least 20 (27) people died"),
        ("12 people died", "At least 20 people died.", None),
        ("20 people died", "More than 20 people died.", None),
        ("12 people died, 40 people were hurt", "At least 20 people died.", None),
        ("For €1.3bn", "It costs more than €1 billion.", "For more than €1 billion (€1.3bn)"),
        ("About 2,400 jobs", "More than 2,000 jobs go.", "more than 2,000 (About 2,400) jobs"),
        ("About 2,100 jobs go", "More than 2,000 jobs go.", None),
        ("Some 40 percent agree", "42 percent agree.", "42 percent (Some 40 percent) agree"),
        ("About 49 percent agree", "52 percent agree.", None),
        ("49 percent agree", "50 percent agree.", None),
        ("66 percent of us", "Two thirds of us agree.", "two thirds (66 percent) of us"),
        ("66 percent of us", "More than half of us agree.", "more than half (66 percent) of us"),
        ("It took 21 days", "It took three weeks.", "It took three weeks (21 days)"),
        ("It rose by 9 percent", "It is above 8 percent.", None),
        ("Now at 9.1%", "It is above 8 percent.", "Now at above 8 percent (9.1%)"),
        ("It will not cost €3m", "It will cost less than €5m.", None),
        ("6 percent", "It rose from about 6 percent to some 6.1 percent.", None),
        ("200 people", "200 people", None),
    ],
)  # fmt: skip
def test_an_amount_that_keeps_the_claims_is_said_as_it(
    text: str, claim: str, said: str | None
) -> None:
    assert in_amount(text, claim) == (said or text)


WORDS = st.sampled_from(
    "at least more than about 20 27 2,000 two thirds of half percent people jobs will by before in "
    "the end of 2025 2026 Christmas spring March 31 February ( ) . , € 1.3bn not weeks days".split()
)
PHRASES = st.lists(WORDS, max_size=14).map(" ".join)


@given(PHRASES, PHRASES)
def test_nothing_of_a_text_is_lost(text: str, claim: str) -> None:
    """What is added is added: the text's characters are all there, in order."""
    rest = iter(in_bounds(text, claim, DAY))
    assert all(letter in rest for letter in text)


@given(st.text(), st.text())
def test_any_text_is_read(text: str, claim: str) -> None:
    assert len(in_bounds(text, claim, DAY)) >= len(text)
