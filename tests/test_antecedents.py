"""Who is meant by "he", "it" and "they", and what a sentence is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.antecedents import earlier, is_person, kinds, only_one, open_pronouns, subject


def left_open(text: str) -> list[str]:
    return [m[0] for m in open_pronouns(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The ferry is so old that it leaks.", []),
        ("If they cannot berth, they will not come.", ["they", "they"]),
        ("Harbour Watch praised it as a triumph.", ["it"]),
        ("Anna Lee called it reckless.", ["it"]),
        ("The navy had escorted her to the pier.", ["her"]),
        ("Both Denmark and other allies are ready for it.", ["it"]),
        ("The cranes save time, and Denmark will not give up on them.", []),
        ("Lee will offer a deal to Ruiz when they meet in June.", []),
        ("It is important to sign now.", []),
        ("It is expected to sink next month.", ["It"]),
        ("It would take more weeks before the dredger arrives.", []),
        ("In June he resigned.", ["he"]),
        ("IT will grow, and the yard lives off IT.", []),
        ("IT WILL GROW.", ["IT"]),
    ],
)
def test_what_stays_open(text: str, found: list[str]) -> None:
    assert left_open(text) == found


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("The survey, paid for by the port, is due in May.", "The survey"),
        ("With this lease, the dock has a future.", "the dock"),
        ("The rail plan will fail.", "The rail plan"),
        ("Immediately after Denmark asked for help, it came.", None),
        ("There are no ships.", None),
        ("This was a hard choice.", None),
        ("The US left the pact.", "The US"),
        ("World War I was long.", "World War I"),
        ("The coast and us suffered.", None),
        ("The song I wrote is out.", None),
    ],
)
def test_what_a_sentence_is_about(sentence: str, about: str | None) -> None:
    assert subject(sentence) == about


@pytest.mark.parametrize(
    ("pronoun", "sentence", "meant"),
    [
        ("It", "The survey is due in May.", "The survey"),
        ("its", "Some 400 families live off the bay.", "the bay"),
        ("they", "The coast guards searched the vessel.", "The coast guards"),
        ("he", "A trip to the island ruined the holiday.", None),
        ("she", "Anna Lee runs the yard.", "Anna Lee"),
        ("it", "The two men met in Lisbon before dawn.", None),
        ("it", "The mayor left.", None),
        ("they", "Denmark sent the Baltic Rail Board.", None),
    ],
)
def test_a_pronoun_takes_up_the_sentence_before(
    pronoun: str, sentence: str, meant: str | None
) -> None:
    assert earlier(pronoun, sentence) == meant


def test_a_speaker_is_i_in_his_own_words() -> None:
    before = "Dock Union is relieved, but it wants the lease in writing."
    assert earlier("it", before) == "Dock Union"
    assert earlier("it", before, but="Dock Union") == "the lease"


def test_the_one_thing_in_sight() -> None:
    assert only_one("it", " was quick to scorn the offer, ") == "the offer"
    assert only_one("it", "the offer and the lease") is None
    assert only_one("it", "the mayor") is None


def test_people_are_told_from_things() -> None:
    assert is_person("the harbour master's wife")
    assert not is_person("Harbour Street")
    assert kinds("Lee and Ruiz") == frozenset({"they"})


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_text_can_be_read(text: str, before: str) -> None:
    list(open_pronouns(text))
    earlier("it", before)
    subject(text)
