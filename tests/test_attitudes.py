"""Attitudes, topics put first, free indirect speech, headlines, echoes and offices."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stance.attribution import Opinion, Reading, attribute, passages
from stance.types import Attribution, Document


def found(text: str) -> list[Attribution]:
    return attribute([Document("d", text, "The Herald")])


def told(text: str) -> list[tuple[str, str]]:
    """Holder and words of every attribution."""
    return [(a.holder, " … ".join(s.text for s in a.content)) for a in found(text)]


def voices(text: str) -> list[tuple[str, str]]:
    """Holder and words of every passage."""
    document = Document("d", text, "The Herald")
    return [(p.holder, p.text) for p in passages(document, attribute([document]))]


TOPICS = [
    (
        "Mayor Anna Ortiz met the press. About the product itself she had no misgivings.",
        ("Anna Ortiz", "About the product itself"),
    ),
    (
        "On the merger, the Dock Union's position is unchanged: it wants it stopped.",
        ("Dock Union", "On the merger … it wants it stopped"),
    ),
    (
        "As for the deadline, Anna Ortiz was adamant that it could not be met.",
        ("Anna Ortiz", "As for the deadline … that it could not be met"),
    ),
    (
        "On the figures the board has presented, Anna Ortiz was scathing: they were invented.",
        ("Anna Ortiz", "On the figures the board has presented … they were invented"),
    ),
    (
        "On the merger itself Anna Ortiz has not changed her mind.",
        ("Anna Ortiz", "On the merger itself"),
    ),
    (
        "Anna Ortiz accepted the laboratory’s finding that the water was clean.",
        ("Anna Ortiz", "the laboratory’s finding that the water was clean"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), TOPICS)
def test_a_topic_put_first_belongs_to_what_is_said_of_it(
    text: str, expected: tuple[str, str]
) -> None:
    assert told(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Anna Ortiz spoke on Monday. About the two deaths in Karsk she would say nothing.",
        "Anna Ortiz spoke on Monday. On the question of fares she was silent.",
    ],
)
def test_who_says_nothing_of_a_topic_declines_on_it(text: str) -> None:
    (one,) = found(text)
    assert (one.holder, one.polarity) == ("Anna Ortiz", "declines")
    assert one.content[0].text.startswith(("About the two deaths", "On the question"))


def test_a_denial_with_its_topic_first_stays_a_denial() -> None:
    (one,) = found("As for the dam, Anna Lee denied that it leaks.")
    assert one.polarity == "denies"
    (passage,) = {
        p.premise for p in passages(Document("d", "As for the dam, Anna Lee denied that it leaks.",
                                             "The Herald"), [one])
    }  # fmt: skip
    assert passage == "Anna Lee denied as for the dam that it leaks."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday, Anna Ortiz opened the bridge.",  # no topic, no attitude
        "The implication is clear: the bridge leaks.",  # nobody's
        "About noon the weather was clear.",
        "On the bridge, Anna Ortiz laid a wreath.",
    ],
)
def test_what_is_nobodys_attitude_has_no_row(text: str) -> None:
    assert told(text) == []


FREE = "Mayor Anna Ortiz defended the plan. "
SPOKEN = [
    (
        "Ortiz was unmoved. The bridge had been inspected in May. No crack had been found.",
        ["The bridge had been inspected in May.", "No crack had been found."],
    ),
    (
        "Ortiz was unrepentant. She would not resign. There was no reason to.",
        ["She would not resign.", "There was no reason to."],
    ),
    (
        "Ortiz said the bridge would open. It would cost nothing. The crowd left.",
        ["the bridge would open", "It would cost nothing."],
    ),
    (
        "The leader of the council, Anna Ortiz, saw it differently. The county would not pay.",
        ["The county would not pay."],
    ),
]


@pytest.mark.parametrize(("text", "words"), SPOKEN)
def test_sentences_in_reported_tenses_go_on_with_what_was_said(text: str, words: list[str]) -> None:
    spoken = [t for holder, t in voices(FREE + text) if holder == "Anna Ortiz"]
    assert spoken[1:] == words


@pytest.mark.parametrize(
    "text",
    [
        "The bridge was built in 1962.",  # plain past
        "The talks had lasted two days.",  # about nothing that was said
        "The council would decide next week.",
        "The bridge has 900 bolts.",
        "Bo Chan had closed the bridge before.",  # about somebody else
        "When it opened, the bridge had been the longest.",
        "The bridge had just opened when a bolt fell.",
    ],
)
def test_what_the_outlet_tells_stays_its_own(text: str) -> None:
    assert ("The Herald", text) in voices(f"Anna Ortiz said the bridge was safe. {text}")


def test_an_attitude_in_the_present_opens_nothing() -> None:
    text = "Anna Ortiz is unmoved. The bridge was closed on Monday."
    assert all(holder == "The Herald" for holder, _ in voices(text))


BODY = "\n\nThe bridge in Karsk was shut on Monday. Transport Minister Anna Lee spoke to the press."
HEADLINES = [
    ("Minister: bridge is safe", BODY, ("Anna Lee", "bridge is safe")),
    ("Transport minister: bridge is safe", BODY, ("Anna Lee", "bridge is safe")),
    ("Bridge is safe, minister says", BODY, ("Anna Lee", "Bridge is safe")),
    ("Bridge ‘safe’, says minister", BODY, ("Anna Lee", "Bridge ‘safe’")),
    ("Bridge is safe – minister", BODY, ("Anna Lee", "Bridge is safe")),
    ("Government to close bridge, minister says", BODY, ("Anna Lee", "Government to close bridge")),
    (
        "Bridge is safe – minister",
        BODY + " Finance Minister Bo Chan stayed away.",
        ("unnamed minister", "Bridge is safe"),  # one of two
    ),
    ("Nurses: pay offer is an insult", BODY, ("unnamed nurses", "pay offer is an insult")),
    ("Health chief: jab is safe", BODY, ("unnamed health chief", "jab is safe")),
    (
        "Union vows strike",
        "\n\nThe Dock Workers’ Union met on Monday in Karsk. Its leader spoke to the union.",
        ("Dock Workers’ Union", "strike"),
    ),
    (
        "Port to cut 300 jobs, union vows strike",
        "\n\nTwo unions met on Monday in Karsk, and a third union will meet today.",
        ("unnamed union", "strike"),
    ),
]


@pytest.mark.parametrize(("title", "body", "expected"), HEADLINES)
def test_bare_speakers_of_headlines(title: str, body: str, expected: tuple[str, str]) -> None:
    assert told(title + body)[0] == expected


@pytest.mark.parametrize(
    "title",
    [
        "Update: bridge is closed again",
        "The Latest: bridge is closed again",
        "Next month: the forgotten tunnel",
        "Bridge closed again – live updates",
        "Bridge is closed again – Karsk Gazette",
        "Close the bridge, and say so",
    ],
)
def test_labels_of_headlines_that_are_nobody(title: str) -> None:
    assert told(title + BODY) == []


ECHOES = [
    ("Anna Ortiz wants the bridge closed, and she is right.", "the bridge closed", "she is right."),
    (
        "Anna Ortiz says the bridge is safe, but she is wrong.",
        "the bridge is safe",
        "she is wrong.",
    ),
    (
        "The union argues that the bridge leaks; it has a point.",
        "that the bridge leaks",
        "it has a point.",
    ),
]


@pytest.mark.parametrize(("text", "said", "judged"), ECHOES)
def test_an_echo_is_the_speakers_and_the_judgement_the_outlets(
    text: str, said: str, judged: str
) -> None:
    first, second = voices(text)
    assert first[1] == said
    assert second == ("The Herald", judged)


def test_the_judgement_is_read_with_what_it_judges() -> None:
    text = "Anna Ortiz wants the bridge closed, and she is right."
    document = Document("d", text, "The Herald")
    last = passages(document, attribute([document]))[-1]
    assert last.premise == text


def test_a_judgement_inside_what_is_said_stays_there() -> None:
    assert told("Anna Ortiz says the plan is fair and it is right for the town.") == [
        ("Anna Ortiz", "the plan is fair and it is right for the town")
    ]


GROUPS = [
    ("The board of Sable Mutual rejected the bid.", ("Sable Mutual", None)),
    ("The supervisory board of the Harbour Trust rejected the bid.", ("Harbour Trust", None)),
    ("Sable Mutual’s management said it was too low.", ("Sable Mutual", None)),
    (
        "A spokesperson for Norvik Holdings said it leaks.",
        ("unnamed spokesperson for Norvik Holdings", "Norvik Holdings"),
    ),
    (
        "A spokesman for Anna Ortiz said it leaks.",
        ("unnamed spokesman for Anna Ortiz", "Anna Ortiz"),
    ),
    (
        "Mayor Anna Ortiz left. A spokesman for the mayor said it leaks.",
        ("unnamed spokesman for the mayor", "Anna Ortiz"),
    ),
    (
        "Anna Ortiz left. Ortiz’s lawyers said it leaks.",
        ("unnamed lawyers for Anna Ortiz", "Anna Ortiz"),
    ),
    ("Lawyers for Anna Ortiz said it leaks.", ("unnamed lawyers for Anna Ortiz", "Anna Ortiz")),
    ("University of Turku professor Anna Lee said it leaks.", ("Anna Lee", "University of Turku")),
    ("Secretary of State Ken Holm said it leaks.", ("Ken Holm", None)),
    ("Local resident Jim Harrow said it leaks.", ("Jim Harrow", None)),
]


@pytest.mark.parametrize(("text", "expected"), GROUPS)
def test_who_speaks_for_whom(text: str, expected: tuple[str, str | None]) -> None:
    last = found(text)[-1]
    assert (last.holder, last.affiliation) == expected


def test_her_lawyer_is_not_she_herself() -> None:
    assert told("Anna Ortiz left. Her lawyer said it leaks.") == [
        ("unnamed lawyer of Anna Ortiz", "it leaks")
    ]


def test_one_office_under_two_names() -> None:
    text = (
        "Mayor Lena Keller opened the bridge. The mayor’s office said it was safe. "
        "The office of Mayor Keller said it leaks. Keller’s office said no more."
    )
    assert {holder for holder, _ in told(text)} == {"office of Lena Keller"}


def test_an_office_the_text_does_not_equate_stays_unnamed() -> None:
    text = "Mayor Lena Keller opened the bridge. The mayor’s office said it was safe."
    assert told(text) == [("unnamed mayor’s office", "it was safe")]


def test_people_of_an_institution_are_told_again_without_it() -> None:
    text = (
        "The Court of Audit’s auditors said money was missing. "
        "The auditors found that nobody had checked."
    )
    first, second = told(text)
    assert first[0] == second[0] == "Court of Audit"


def test_a_prime_minister_is_no_other_minister() -> None:
    text = "Transport Minister Ada Voss left. The Prime Minister said it leaks."
    assert told(text) == [("unnamed prime minister", "it leaks")]


def test_the_question_is_not_the_answer() -> None:
    assert told("Asked whether she would run, Anna Ortiz laughed and left.") == []


def test_the_agency_of_a_dateline_is_not_it() -> None:
    text = (
        "KARSK, March 4 (Tarn News) - Karsk Port Holding said most jobs would go.\n\n"
        "There would be no cuts before May, it said."
    )
    assert {holder for holder, _ in told(text)} == {"Karsk Port Holding"}


def test_a_token_head_that_was_taught_no_attitudes_drops_none() -> None:
    def nothing(readings: Sequence[Reading]) -> Sequence[Opinion]:
        return [([0.0] * len(r.found), []) for r in readings]

    text = "Minister: bridge is safe" + BODY + " Lee was unmoved. It had been checked in May."
    found = attribute([Document("d", text, "The Herald")], tagger=nothing)
    assert [(a.holder, a.content[0].text) for a in found] == [
        ("Anna Lee", "bridge is safe"),
        ("Anna Lee", "It had been checked in May."),
    ]


@pytest.mark.parametrize(
    ("text", "cue", "polarity", "premise"),
    [
        ("Mayor Ida Holm withdrew her call for a halt.", "withdrew her call for", "denies",
         "Ida Holm withdrew her call for a halt."),
        ("Mayor Ida Holm has dropped her demand for a new vote.", "dropped her demand for",
         "denies", "Ida Holm dropped her demand for a new vote."),
        ("Mayor Ida Holm retracted her claim that the dam was safe.", "retracted her claim",
         "denies", "Ida Holm retracted her claim that the dam was safe."),
        ("Mayor Ida Holm stopped short of calling for the works to be halted.",
         "stopped short of calling for", "declines",
         "Ida Holm stopped short of calling for the works to be halted."),
        ("Mayor Ida Holm shied away from saying that the dam is safe.", "shied away from saying",
         "declines", "Ida Holm shied away from saying that the dam is safe."),
        ("Mayor Ida Holm dropped the phone, saying that the dam is safe.", "saying", "asserts",
         "Ida Holm said that the dam is safe."),
    ],
)  # fmt: skip
def test_what_is_taken_back_is_not_said(text: str, cue: str, polarity: str, premise: str) -> None:
    document = Document("d", text, "The Post")
    (found,) = attribute([document])
    (said,) = [p for p in passages(document, [found]) if p.holder_type == "speaker"]
    assert (found.holder, found.cue, found.polarity) == ("Ida Holm", cue, polarity)
    assert said.premise == premise
