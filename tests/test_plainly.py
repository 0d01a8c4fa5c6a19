"""What a statement asks for, promises or believes, in plain words for a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.attribution import attribute
from stance.evidence import premise
from stance.plainly import put_plainly
from stance.types import Document, Passage
from stance.voice import passages

SHOULD, WILL, IS = "Malta should do it.", "Malta will do it.", "The dam is safe."


def plain(text: str, claim: str = IS) -> str:
    """The premise of Ann Lee's first passage, after her name."""
    doc = Document("d", text, "Post")
    said = next(p for p in passages(doc, attribute([doc])) if p.holder == "Ann Lee")
    return put_plainly(premise(said), said, claim, text).removeprefix("Ann Lee ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ann Lee called on Malta to extradite him.", "said: Malta should extradite him."),
        ("Ann Lee has urged Malta not to do it.", "said: Malta should not do it."),
        ("Ann Lee wants Malta to extradite him.", "said: Malta should extradite him."),
        ("Ann Lee called for a ban on flights.", "said: There should be a ban on flights."),
        ("“We call on Malta to do it,” Ann Lee said.", "said: Malta should do it."),
        ("“I want ministers to act. Now,” Ann Lee said.", "said: Ministers should act. Now."),
        ("Ann Lee wants to extradite him.", "wants to extradite him."),
    ],
)
def test_what_is_asked_for_should_be(text: str, told: str) -> None:
    assert plain(text, SHOULD) == told
    assert "should" not in plain(text, WILL)


def test_what_is_not_asked_for_need_not_be() -> None:
    assert "should" not in plain("Ann Lee refused to call on Malta to do it.", SHOULD)
    assert "should" not in plain("Ann Lee stopped short of calling for a ban.", SHOULD)
    assert "should" not in plain("Ann Lee asked whether Malta was going to do it.", SHOULD)
    assert "should" not in plain("Ann Lee called for building more bases to deter it.", SHOULD)
    assert "should" not in plain("Ann Lee demanded that he make a pledge not to do it.", SHOULD)


def test_what_is_promised_will_be() -> None:
    assert plain("Ann Lee vowed to close the dam.", WILL) == "said: Ann Lee will close the dam."
    assert plain("Ann Lee vowed to close the dam.", IS) == "vowed to close the dam."
    told = plain("Ann Lee would pledge to close the dam if others paid.", WILL)
    assert told.startswith("would pledge")
    assert plain("Ann Lee threatened to close the dam.", WILL) == "threatened to close the dam."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("I think the dam is safe", "The dam is safe."),
        ("I really do believe that the dam is safe", "The dam is safe."),
        ("I'm absolutely convinced the dam is safe", "The dam is safe."),
        ("Yes, I think it is safe", "Yes, it is safe."),
        ("It is old, but I think it is safe", "It is old, but it is safe."),
        ("In my view, the dam is safe", "The dam is safe."),
        ("Our position is that the dam is safe", "The dam is safe."),
        ("I think that is wrong", "That is wrong."),
        ("My impression is that the dam is safe", "The dam is safe."),
        ("It seems to me that the dam is safe", "The dam is safe."),
        ("I'm afraid the dam is safe", "The dam is safe."),
        ("I don't think the dam is safe. Go", "It is not the case that the dam is safe. Go."),
        *(
            (same, f"{same}.")
            for same in (
                "I am not sure the dam is safe",
                "I thought the dam was safe",
                "I can't believe the dam is safe",
                "I think so",
                "I believe her",
                "I know the dam",
                "If I think it is unsafe I will say so",
                "I hope the dam is safe",
                "I am afraid of the dam",
                "I hardly think the dam is safe",
            )
        ),
    ],
)
def test_what_is_believed_is(words: str, told: str) -> None:
    assert plain(f"“{words},” Ann Lee said.") == f"said: {told}"


def test_beliefs_are_told_as_statements() -> None:
    assert plain("Ann Lee believes that the dam is safe.") == "said that the dam is safe."
    assert plain("Ann Lee is convinced that the dam is safe.") == "said that the dam is safe."
    assert plain("Ann Lee had believed that the dam was safe.").startswith("had believed")
    assert plain("Ann Lee believed the polls that showed it.").startswith("believed the polls")
    assert plain("Ann Lee thinks the dam is safe.") == "said that the dam is safe."
    assert plain("Ann Lee fears that the dam is unsafe.").startswith("fears")


def test_we_are_whom_the_holder_speaks_for_where_the_claim_is_about_them() -> None:
    said = "“We will send tanks,” Polish Defence Minister Ann Lee said."
    assert plain(said, "Poland will send tanks.") == "of Poland said: We will send tanks."
    assert plain(said, "Berlin will send tanks.") == "said: We will send tanks."


def test_what_one_rules_out_doing_is_no_clause() -> None:
    assert (
        plain("Ann Lee ruled out hosting the peace talks.") == "ruled out hosting the peace talks."
    )


@given(st.text(), st.text(min_size=1))
def test_any_words_are_read(words: str, claim: str) -> None:
    own = Passage("d", 0, len(words), words, "Post", "outlet", premise=words)
    assert isinstance(put_plainly(words, own, claim, words), str)
