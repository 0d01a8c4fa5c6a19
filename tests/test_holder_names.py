"""Who a phrase names: bodies with an owner, the outlet itself, nobody in particular, one of
several, and who is named only in other documents."""

from __future__ import annotations

import pytest

from stance.attribution import attribute
from stance.naming.several import singular
from stance.types import Document

OUTLET = "The Karsk Courier"


def holders(*texts: str) -> list[str]:
    """Holder of every attribution of the texts, in order."""
    documents = [Document(f"d{k}", text, OUTLET) for k, text in enumerate(texts)]
    return [a.holder for a in attribute(documents)]


def said(text: str) -> list[tuple[str, str]]:
    """Holder and words of every attribution of a text."""
    found = attribute([Document("d", text, OUTLET)])
    return [(a.holder, " … ".join(span.text for span in a.content)) for a in found]


# ---------------------------------------------------------------------- bodies with an owner


def test_a_country_in_front_of_a_body_makes_no_second_one() -> None:
    texts = (
        "Norvania's Audit Court said the port is broke.",
        "Norvania’s Audit Court said the port is sold.",
        "The Audit Court denied that it is late.",
    )
    assert holders(*texts) == ["Audit Court"] * 3


def test_bodies_of_two_countries_stay_two() -> None:
    texts = (
        "Norvania's Audit Court said the port is broke.",
        "Orrinland’s Audit Court said the port is sold.",
        "The Audit Court denied that it is late.",
    )
    assert len(set(holders(*texts))) == 3
    texts = ("Norway's Foreign Ministry said it rains.", "Sweden’s Foreign Ministry said it snows.")
    assert holders(*texts) == ["Norwegian Foreign Ministry", "Swedish Foreign Ministry"]


def test_an_apostrophe_of_either_kind_names_one_holder() -> None:
    texts = ("Norvania's cabinet approved the dyke.", "Norvania’s cabinet rejected the wall.")
    assert len(set(holders(*texts))) == 1


# ---------------------------------------------------------------------- the outlet itself


@pytest.mark.parametrize(
    "text",
    [
        "This newspaper believes that the tram is too slow.",
        "This page has said that the tram is too slow.",
        "The Courier believes that the tram is too slow.",
        "The Karsk Courier believes that the tram is too slow.",
    ],
)
def test_an_outlet_by_the_names_it_has_for_itself(text: str) -> None:
    assert holders(text) == [OUTLET]


def test_whom_an_outlet_telephoned_speaks_and_not_the_outlet() -> None:
    text = "Five of the six brokers this newspaper telephoned expect the port to close."
    assert holders(text) == ["unnamed five of the six brokers"]


# ---------------------------------------------------------------------- nobody in particular


@pytest.mark.parametrize(
    "text",
    [
        "Anyone who tells you that the tram is fast is selling something.",
        "Not everybody asked about the fares.",
        "Since Monday everybody knows what the tram costs.",
        "No court would rule that the tram is illegal.",
        "No missing bolt explains that.",
        "No judge frees a driver who has said that he slept.",
        "For a year we printed what the two camps say and kept our mouths shut.",
        "It says that the tram is too slow.",
    ],
)
def test_nobody_in_particular_holds_nothing(text: str) -> None:
    assert [h for h in holders(text) if h != OUTLET] == []


def test_somebody_with_a_place_is_an_unnamed_source() -> None:
    text = "Someone close to the board said that the tram is dead."
    assert holders(text) == ["unnamed someone close to the board"]


def test_it_is_the_body_that_the_sentence_before_is_about() -> None:
    text = "The harbour committee met on Monday. It also says that the quay is unsafe."
    assert holders(text) == ["unnamed harbour committee"]


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Deckhands rallied round. “He reads the chart,” said one of them.", "unnamed deckhand"),
        ("Three divers came up. One said that the hull was gone.", "unnamed diver"),
        ("The growers were angry. “No,” said two of them.", "unnamed two of the growers"),
        ("Two of those present said that it was over.", "unnamed two of those present"),
    ],
)
def test_one_of_several(text: str, holder: str) -> None:
    assert holders(text) == [holder]


def test_one_of_a_plural() -> None:
    assert [singular(s) for s in ("fire-women", "parties", "people at the gate")] == [
        "fire-woman",
        "party",
        "person at the gate",
    ]


# ---------------------------------------------------------------------- who speaks


@pytest.mark.parametrize(
    ("text", "holder", "words"),
    [
        (
            "The sale of tickets agreed in May will go ahead, according to Ada Holm of the port.",
            "Ada Holm",
            "The sale of tickets agreed in May will go ahead",
        ),
        (
            "The head of the port, Ada Holm, rejected as “idle chatter” reports that it closes.",
            "Ada Holm",
            "reports that it closes",
        ),
        (
            "A first plan had been struck down by a maritime court, which found that it was void.",
            "unnamed maritime court",
            "that it was void",
        ),
        (
            "She lent a coat to a sailor who has told friends that the ship leaks.",
            "unnamed sailor",
            "that the ship leaks",
        ),
        (
            "“We are too few,” Ada Holm objects in a letter to the council.",
            "Ada Holm",
            "“We are too few,”",
        ),
        ("“It floats,” said Ada Holm beside her.", "Ada Holm", "“It floats,”"),
        ("“It floats,” said Ada Holm aboard the ferry.", "Ada Holm", "“It floats,”"),
        (
            "Her motion was backed by the anglers' group Clear Water.",
            "Clear Water",
            "Her motion",
        ),
        (
            "Orrin Bank made a bid that Corvo Mutual threw out within an hour as “a joke”.",
            "Corvo Mutual",
            "within an hour as “a joke”",
        ),
        (
            "Ten years is what Ada Holm wants, ten.",
            "Ada Holm",
            "Ten years",
        ),
        (
            "Ada Holm would do well to stop claiming that the ship is safe.",
            "Ada Holm",
            "that the ship is safe",
        ),
        (
            "The old sailor swears he has never touched the sail.",
            "unnamed old sailor",
            "he has never touched the sail",
        ),
        (
            "Professor Holm puts them at twelve hundred or so.",
            "Holm",
            "them at twelve hundred or so",
        ),
        ("Ms Holm has come round to the same view.", "Holm", "the same view"),
        (
            "There were, the court held on Monday, “grave doubts” that the weir is safe.",
            "unnamed court",
            "There were … “grave doubts” that the weir is safe",
        ),
        (
            "Leo Holm, a former sailor, who has argued for cheaper ships, sat down.",
            "Leo Holm",
            "cheaper ships, sat down",
        ),
        (
            "Asked about the anglers' fears, Ada Holm was brief. The weir would hold, she said.",
            "Ada Holm",
            "The weir would hold",
        ),
    ],
)
def test_the_speaker_and_the_words(text: str, holder: str, words: str) -> None:
    assert said(text) == [(holder, words)]


@pytest.mark.parametrize(
    "text",
    [
        "The noise puts the children at risk.",
        "The weir was dismissed by the flood.",
        "He threw out the old nets and went home.",
    ],
)
def test_what_is_no_position(text: str) -> None:
    assert [h for h in holders(text) if h.startswith("unnamed")] == []


# ---------------------------------------------------------------------- one bearer of an office


def test_the_chief_executive_is_the_ceo() -> None:
    text = (
        "Ada Holm, chief executive of Orrin Water, met investors. Bo Chan, head of the Anglers' "
        "Club, was there too. The weir would stay, the Orrin CEO said."
    )
    assert holders(text) == ["Ada Holm"]
    assert holders(text.replace("chief executive of Orrin Water", "Orrin's chief executive")) == [
        "Ada Holm"
    ]


def test_the_manager_of_a_district_named_elsewhere() -> None:
    texts = (
        "Bo Chan, who is the manager of the Dry Creek Canal District, left.",
        "The district's own manager says that the canal leaks.",
    )
    assert holders(*texts) == ["Bo Chan"]


def test_the_one_governor_of_a_story_is_meant_in_its_editorial() -> None:
    story = "Gov. Ada Holm met Bo Chan and Leo Stark in Karsk."
    leader = (
        "Mr. Chan is wrong and so is Mr. Stark.\n\nThe governor calls it the best canal on earth."
    )
    assert holders(story, leader) == ["Ada Holm"]
    two = "Gov. Mia Falk met Bo Chan and Leo Stark in Orrin."
    assert holders(story, two, leader) == ["unnamed governor"]


def test_a_woman_is_no_chairman_of_men_and_a_man_no_chairwoman() -> None:
    story = "The chair of the river tribunal, {}, left for Karsk with Bo Chan and Mia Falk."
    news = "Bo Chan and Mia Falk waited in Karsk. “It is late,” the chairwoman said."
    assert holders(story.format("Anna Holm"), news) == ["Anna Holm"]
    assert holders(story.format("Peter Holm"), news) == ["unnamed chairwoman"]


def test_the_one_coastguard_of_a_story() -> None:
    named = "The Norvik Coastguard met Ada Holm and Bo Chan in Karsk."
    told = "Ada Holm and Bo Chan were safe in Karsk, the coastguard said."
    assert holders(named, told) == ["Norvik Coastguard"]
    other = "The Orrin Coastguard met Ada Holm and Bo Chan in Karsk."
    assert holders(named, other, told) == ["unnamed coastguard"]


def test_a_person_in_focus_is_meant_before_one_of_another_text() -> None:
    other = "Foreign Minister Bo Chan met the press."
    text = "Ada Holm had come with one wish.\n\n“Open the gate,” the foreign minister said."
    text = text.replace("\n\n", " ")
    assert holders(other, text) == ["Ada Holm"]


def test_a_name_that_nothing_proves_is_better_than_nobody() -> None:
    text = (
        "The bunting was old, but Walt Brynjolf did not come for it.\n\n"
        "“You know what a weir drinks?” he said."
    )
    assert holders(text) == ["Walt Brynjolf"]


def test_a_town_that_accuses_is_not_who_she_is() -> None:
    text = "Ada Holm praised the pact, which Strelsau has accused of haste. “It is fine,” she said."
    assert holders(text)[-1] == "Ada Holm"


def test_a_trade_stands_for_the_one_body_that_is_named_for_it() -> None:
    text = "The Rail Inspectorate opened a file. The inspectors said the brakes had failed."
    assert [a.holder for a in attribute([Document("d", text, "Post")])] == ["Rail Inspectorate"]
    text = f"The Mines Inspectorate was asked too. {text}"
    assert [a.holder for a in attribute([Document("d", text, "Post")])] == ["unnamed inspectors"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Vice President Joseph R. Dunn Jr. said that it rains.", "Joseph R. Dunn"),
        ("Martin King III said that it rains.", "Martin King"),
        ("Robert King Jr. said that it rains.", "Robert King"),
        ("“It rains,” said Anna Lee Sr. on Monday.", "Anna Lee"),
        ("Henry IV said that it rains.", "Henry IV"),
        ("Bo Ek this week also said that it rains.", "Bo Ek"),
        ("The Audit Court last month said that it rains.", "Audit Court"),
        ("Howard Dean is ill. Dean, a doctor, said that it rains.", "Howard Dean"),
        ("The spot ends with a tune and said that it rains.", "unnamed spot"),
        ("It hurt Secretary of State Anna Hult. Hult said that it rains.", "Anna Hult"),
    ],
)
def test_what_stands_behind_a_name_is_no_part_of_it(text: str, name: str) -> None:
    document = Document("d", text, "The Post")
    assert [a.holder for a in attribute([document]) if a.holder_type == "speaker"] == [name]
