"""Interviews and transcripts: answers are the speaker's, questions the outlet's."""

from __future__ import annotations

import pytest

from stance.attribution import attribute, passages
from stance.types import Document


def said(text: str, source: str = "Canal Review") -> list[tuple[str, str]]:
    """Holder and words of every attribution."""
    found = attribute([Document("d", text, source)])
    return [(a.holder, " … ".join(s.text for s in a.content)) for a in found]


FIRST_ONLY = """“The lock is older than I am”

Mirela Dunst, harbour master of Oster, on gates, eels and a dry summer

Canal Review: Last year you called the new gates a waste. Do you still?

Mirela Dunst: No. I had not seen them close.

So the water stays in?

Most of it does. Ask me again after the drought.

There is talk of a second basin.

Whoever talks of it has not seen the bill. I have.

And the eels?

They climb. Nobody taught them.

I have watched it from my window.

You retire in May. What then?

A garden. Without a pond.

The questions were asked by Per Falk. Next week: a bridge keeper.
"""


def test_a_name_before_the_first_answer_tells_the_others() -> None:
    assert said(FIRST_ONLY) == [
        ("Mirela Dunst", words)
        for words in (
            "No. I had not seen them close.",
            "Most of it does. Ask me again after the drought.",
            "Whoever talks of it has not seen the bill. I have.",
            "They climb. Nobody taught them.",
            "I have watched it from my window.",
            "A garden. Without a pond.",
        )
    ]


def test_an_answer_is_direct_speech_and_a_question_the_outlets() -> None:
    document = Document("d", FIRST_ONLY, "Canal Review")
    found = attribute([document])
    assert {(a.kind, a.cue, a.polarity) for a in found} == {("direct", None, "asserts")}
    voices = {p.text: p.holder for p in passages(document, found)}
    assert voices["There is talk of a second basin."] == "Canal Review"
    assert voices["The questions were asked by Per Falk."] == "Canal Review"
    for a in found:
        assert all(document.text[s.start : s.end] == s.text for s in a.content)


LABELLED_ANSWERS = """Mirela Dunst has run the port of Oster since spring. We met her on the quay.

Ms Dunst, who pays for the gates?

Dunst: The canton. I only open them.

They say in town that you sleep there.

Dunst (laughs): They say much in town.

Clemens Roth says the gates are late.

Dunst: He would.

And are they?

Dunst: By a month, perhaps.

I was told March. It may be April.
"""


def test_answers_with_a_surname_have_questions_without_a_mark() -> None:
    found = said(LABELLED_ANSWERS)
    assert [words for who, words in found if who == "Mirela Dunst"] == [
        "The canton. I only open them.",
        "They say much in town.",
        "He would.",
        "By a month, perhaps.",
        "I was told March. It may be April.",
    ]
    assert ("Clemens Roth", "the gates are late") in found  # what a question reports


def test_without_labels_the_person_introduced_says_i() -> None:
    text = (
        "Harbour master Mirela Dunst met us on the quay.\n\nDo you like the gates?\n\nI do.\n\n"
        "Will they hold?\n\nI would not stand here otherwise.\n\nWhat do you fear?\n\nEels. I have "
        "seen what they do."
    )
    assert [who for who, _ in said(text)] == ["Mirela Dunst"] * 3


def test_questions_that_an_article_answers_itself_are_no_interview() -> None:
    text = (
        "Mirela Dunst closed the lock on Monday. What now?\n\nWho closed the lock?\n\nThe harbour "
        "master did.\n\nWhen does it open?\n\nThe port office has no date.\n\nWho pays?\n\n"
        "The canton pays for the gates."
    )
    assert said(text) == []


def test_a_colon_alone_makes_no_turn() -> None:
    text = (
        "Mirela Dunst closed the lock.\n\nThe reason: eels.\n\nPlan: The gates open in May.\n\n"
        "Ships wait at the quay.\n\nWho knows for how long?"
    )
    assert said(text) == []


@pytest.mark.parametrize("asker", ["Canal Review", "CR", "Per Falk", "Q"])
def test_who_only_asks_is_the_outlet(asker: str) -> None:
    text = (
        f"By Per Falk\n\nMirela Dunst met us.\n\n{asker}: Is it dry?\n\n"
        "Mirela Dunst: It was in May.\n\n"
        f"{asker}: And now?\n\nMirela Dunst: It rains."
    )
    assert said(text) == [("Mirela Dunst", "It was in May."), ("Mirela Dunst", "It rains.")]


def test_a_hearing_has_several_speakers_who_go_on_in_new_paragraphs() -> None:
    text = (
        "Ada Holm: The gates were late.\n\nNobody told the board.\n\nBo Chan: We wrote in May.\n\n"
        "Ada Holm: To whom?\n\nBo Chan: To you."
    )
    assert said(text) == [
        ("Ada Holm", "The gates were late."),
        ("Ada Holm", "Nobody told the board."),
        ("Bo Chan", "We wrote in May."),
        ("Ada Holm", "To whom?"),
        ("Bo Chan", "To you."),
    ]


def test_a_full_name_in_the_first_turn_is_the_surname_of_the_next() -> None:
    talk = (
        "TV4: Minister, is the deal off?\n\nRuth Amadi: No. It rests. We will sign.\n\n"
        "TV4: The opposition says you gave in.\n\nAmadi: It has not read a line.\n\n"
        "TV4: So no change?\n\nAmadi: None."
    )
    found = attribute([Document("d", talk, "TV4")])
    hers = [a.content[0].text for a in found if a.holder == "Ruth Amadi"]
    assert hers == ["No. It rests. We will sign.", "It has not read a line.", "None."]
    assert "you gave in" in {a.content[0].text for a in found if a.holder == "unnamed opposition"}


FRAMED = (
    "KARSK – Energy Minister Ada Roe on Tuesday visited the terminal where the gas from the south "
    "comes ashore. She spoke to the Gazette before the tour.",
    "Minister, in October you said nobody would notice if the line stopped. Do you still say so?",
    "Storage is at 95 per cent. I am not going to promise that there will be enough.",
    "Will there be a contract by the end of the year?",
    "I don't make bets. Ask me on 31 December.",
    "Should the neighbours take less?",
    "It is not for us to tell them what they should earn.",
    "And the south? Does it still want to use the line?",
    "I spoke to their minister last week. They want to go on. I have no doubt about that.",
    "You asked the Commission to mediate. It has done nothing.",
    "I ask again today. It is the Commission's job.",
    "Bo Chan, managing director of Karsk Transit, who accompanied the minister, said he still "
    "counted on a signature in December. “The teams are working on the text,” he said.",
    "Mayor Rosario Inza was not reassured. The works would not get through January if the line ran "
    "dry, he said. “There isn't enough gas in this country, whatever the capital says.”",
)


def test_an_interview_inside_a_report_has_its_questions_and_answers() -> None:
    document = Document("d", "\n\n".join(FRAMED), "Karsk Gazette", title="At the terminal")
    spoken = [(a.holder, a.content[0].text[:12]) for a in attribute([document])]
    assert [who for who, _ in spoken[:5]] == ["Ada Roe"] * 5
    assert spoken[4] == ("Ada Roe", "I ask again ")
    assert {who for who, _ in spoken[5:]} == {"Bo Chan", "Rosario Inza"}


def test_a_label_in_capitals_is_a_turn_where_the_others_are() -> None:
    talk = (
        "JO HALL: Morning. Bo Lyle is here.\n\nBO LYLE: Morning.\n\nHALL: Was it you?\n\n"
        "LYLE: It was.\n\nHALL: Councillor Ada Roe listens. Do you believe him?\n\nROE: I do not."
    )
    found = [a.holder for a in attribute([Document("d", talk, "Radio")])]
    assert found[-1] == "Ada Roe"
