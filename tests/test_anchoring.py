"""Short forms of a claim's things, said in the claim's words where the document knows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.anchoring import anchored
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


def test_of_a_name() -> None:
    story = Document("d", "The price is fair, she wrote.", "Post", title="Orvane: the debate")
    claim = "The price of Orvane is fair."
    assert anchored("The price is fair.", claim, story) == "The price of Orvane is fair."
    assert anchored("The price of bread is fair.", claim, story) == "The price of bread is fair."


@given(st.text(max_size=80), st.text(max_size=60))
def test_any_text_passes(text: str, claim: str) -> None:
    assert anchored(text, claim, Document("d", text, "s")) == text or "the" in text.casefold()


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
