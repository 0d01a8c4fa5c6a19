"""Short forms of a claim's things, said in the claim's words where the document knows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.anchoring import anchored, dated
from stance.dates import parse_date
from stance.stances import mirror_pairs_for, pairs_for
from stance.types import Candidate, Claim, Document, Passage

TOLL = "Drivers should pay a toll to use the Kestrel Bridge."
STORY = Document(
    "d",
    "The council of Ardle debated the Kestrel Bridge on Monday. The bridge is too dear, Moira Tann "
    "said. Her party had opposed the Lower Mill Bridge as well. That bridge never paid, she said.",
    "Ardle Gazette",
    title="Kestrel Bridge: who pays?",
)


@pytest.mark.parametrize(
    ("text", "claim", "told"),
    [
        ("The bridge is too dear.", TOLL, "The Kestrel Bridge is too dear."),
        ("No toll for this bridge!", TOLL, "No toll for the Kestrel Bridge!"),
        ("The bridges are too dear.", TOLL, None),  # not one thing
        ("The bridge in Corrin is too dear.", TOLL, None),  # says which itself
        ("The bridge's deck is sound.", TOLL, None),
        ("The Kestrel Bridge beats the bridge we had.", TOLL, None),  # two, and one is named
        ("The toll is unfair.", "The toll of Orvane is unfair.", None),  # nobody speaks of Orvane
        ("It cannot be.", "The ball cannot be in play.", None),
    ],
)
def test_bare_phrases_become_the_claims(text: str, claim: str, told: str | None) -> None:
    assert anchored(text, claim, STORY, 60) == (told or text)


def test_the_thing_named_last_is_the_one_meant() -> None:
    place = STORY.text.index("That bridge")
    assert anchored("That bridge never paid.", TOLL, STORY, place) == "That bridge never paid."


@pytest.mark.parametrize(
    ("text", "claim", "told"),
    [
        ("A bridge would help.", TOLL, None),
        (
            "I think a deal is near.",
            "A deal on the bridge is near.",
            "I think a deal on the bridge is near.",
        ),
        (
            "Any toll is unfair.",
            "The bridge toll is unfair.",
            None,
        ),  # the document has no such toll
        ("There is no deal.", "A deal on the tunnel is near.", None),
    ],
)
def test_what_is_not_there_yet_is_named_too(text: str, claim: str, told: str | None) -> None:
    assert anchored(text, claim, STORY, 60) == (told or text)


def test_of_a_name() -> None:
    story = Document("d", "The price is fair, she wrote.", "Post", title="Orvane: the debate")
    claim = "The price of Orvane is fair."
    assert anchored("The price is fair.", claim, story) == "The price of Orvane is fair."
    assert anchored("The price of bread is fair.", claim, story) == "The price of bread is fair."


@given(st.text(max_size=80), st.text(max_size=60))
def test_any_text_passes(text: str, claim: str) -> None:
    assert anchored(text, claim, Document("d", text, "s")) == text or "the" in text.casefold()


PUBLISHED = parse_date("2022-10-12")  # a Wednesday
ATTACK = "Azerbaijan attacked Armenia in September 2022."


@pytest.mark.parametrize(
    ("text", "when", "told"),
    [
        ("They invaded it in September.", "September 2022", "They invaded it in September 2022."),
        ("It was hit on 13 September.", "2022", "It was hit on 13 September, 2022."),
        ("In September it was hit.", "September 2020", "In September 2022 it was hit."),
        ("The September 13-14 raids.", "September 2022", "The September 13-14, 2022 raids."),
        ("It was hit on Tuesday.", "2022", "It was hit on Tuesday (11 October 2022)."),
        ("Tuesday’s attack.", "October 2022", "Tuesday’s (11 October 2022) attack."),
        ("Last month’s attack.", "September 2022", "Last month’s (September 2022) attack."),
        ("It was hit last year.", "May 2021", "It was hit last year (2021)."),
        ("It was hit in September 2020.", "September 2022", None),
        ("The vote is in September.", "the summer of 2026", None),  # another matter
        ("It was hit on Tuesday.", "September 2022", None),
        ("It will be hit on Tuesday.", "2022", None),  # another Tuesday
        ("The truce holds until March.", "2022", None),
        ("It may be hit.", "2022", None),
    ],
)
def test_dates_get_the_year_that_readers_knew(text: str, when: str, told: str | None) -> None:
    claim = f"Azerbaijan attacked Armenia in {when}."
    assert dated(text, claim, PUBLISHED) == (told or text)
    assert dated(text, "Azerbaijan attacked Armenia in September.", PUBLISHED) == text
    assert dated(text, claim, None) == text


@given(
    st.lists(
        st.sampled_from(
            "on in Tuesday September 13 -14 last month ’s May , . will by 2021".split()
        ),
        max_size=12,
    ).map(" ".join)
)
def test_dating_only_adds_words(text: str) -> None:
    rest = iter(dated(text, ATTACK, PUBLISHED))
    assert all(character in rest for character in text)


def test_pairs_are_told_in_the_claims_words() -> None:
    words = "The bridge is too dear"
    start = STORY.text.index(words)
    told = "Moira Tann said that the bridge is too dear."
    passage = Passage(
        "d", start, start + len(words), words, "Moira Tann", "speaker", premise=told
    )  # fmt: skip
    candidate, claim = Candidate(passage, "c", 1.0), Claim("c", "The Kestrel Bridge is safe.")
    assert pairs_for([candidate], [claim]) == [(told, claim.text)]
    told = "Moira Tann said that the Kestrel Bridge is too dear."
    assert pairs_for([candidate], [claim], [STORY]) == [(told, claim.text)]
    assert mirror_pairs_for([candidate], [claim], [STORY]) == [
        (told, "The Kestrel Bridge is not safe.")
    ]


def test_pairs_are_told_with_years() -> None:
    text = "Forces invaded Armenia last month."
    story = Document("d", text, "Post", date=PUBLISHED)
    passage = Passage("d", 0, len(text), text, "Post", "outlet", premise=text)
    [(told, _)] = pairs_for([Candidate(passage, "c", 1.0)], [Claim("c", ATTACK)], [story])
    assert told == "Forces invaded Armenia last month (September 2022)."
