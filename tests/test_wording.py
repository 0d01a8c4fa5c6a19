"""Self-contained wording: what is filled in, what stays open, what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.negation import negate
from stance.wording import literal, reword


def spoken(text: str, before: str = "", affiliation: str | None = "Denmark") -> tuple[str, bool]:
    wording = reword(text, before, holder="Ann Lee", affiliation=affiliation, speaker=True)
    return wording.text, wording.clear


def test_we_is_whom_one_speaks_for_and_the_verb_agrees() -> None:
    assert spoken("“We are ready and we have the ships,”") == (
        "Denmark is ready and Denmark has the ships.",
        True,
    )


def test_i_is_the_speaker() -> None:
    assert spoken("“I support the rail levy of 2019,”")[0] == (
        "Ann Lee supports the rail levy of 2019."
    )


def test_a_definite_phrase_takes_its_fuller_form() -> None:
    before = "The council debated a tidal power plant on Monday. "
    assert spoken("the plant should open", before) == (
        "The tidal power plant should open.",
        True,
    )


def test_two_rivals_leave_a_phrase_open() -> None:
    before = "A Danish mission left. A Swedish mission stayed. "
    text, clear = spoken("“The mission is over.”", before)
    assert (text, clear) == ("The mission is over.", False)


def test_such_decisions_without_antecedent_are_open() -> None:
    assert not spoken("“Such decisions are taken at the top.”")[1]


def test_the_organization_is_the_speakers_own() -> None:
    text, clear = spoken(
        "“The organization is ready,”",
        "The Nordic Council and the European Union met. ",
        affiliation="Baltic Rail Organization",
    )
    assert (text, clear) == ("The Baltic Rail Organization is ready.", True)


def test_the_organization_between_two_is_open() -> None:
    before = "The Baltic Union met the Nordic Alliance (NA). "
    assert not spoken("“The organization is ready,”", before)[1]


def test_a_pronoun_without_antecedent_is_open_and_the_text_stays_literal() -> None:
    assert spoken("“He will resign,”") == ("He will resign.", False)


def test_a_pronoun_with_its_noun_in_the_sentence_is_clear() -> None:
    assert spoken("The harbour is so old that it leaks")[1]


def test_hedges_stay() -> None:
    assert spoken("“We may perhaps join,”")[0] == "Denmark may perhaps join."


def test_that_is_dropped_only_where_it_introduces() -> None:
    assert spoken("that taxes will rise")[0] == "Taxes will rise."
    assert spoken("That tax will hurt")[0].startswith("That tax")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The ball is in London’s court.", "It is up to the British government to act next."),
        ("Talks on the dam are off the table.", "Talks on the dam are no longer under discussion."),
        ("Warsaw should decide.", "The Polish government should decide."),
        ("She arrived in Warsaw.", "She arrived in Warsaw."),
        ("A table stood on the tablecloth.", "A table stood on the tablecloth."),
    ],
)
def test_idioms_and_seats(text: str, plain: str) -> None:
    assert literal(text) == plain


@pytest.mark.parametrize(
    ("claim", "opposite"),
    [
        ("The bridge is safe.", "The bridge is not safe."),
        ("The bridge is not safe.", "The bridge is safe."),
        ("Taxes won’t rise.", "Taxes will rise."),
        ("The city should build it.", "The city should not build it."),
        ("Norway wants a treaty.", "Norway does not want a treaty."),
        ("No one knows.", None),
        ("Ships in the harbour.", None),
    ],
)
def test_negate(claim: str, opposite: str | None) -> None:
    assert negate(claim) == opposite


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_can_be_reworded(text: str, before: str) -> None:
    reword(text, before, holder="Ann Lee", affiliation=None, speaker=True)
    literal(text)
    negate(text)
