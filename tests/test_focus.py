"""Who is meant by a pronoun or a bare office: the person a sentence or a paragraph is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.attribution import attribute
from stance.naming.focus import Subject, subject_before
from stance.naming.mentions import describe
from stance.types import Document

_SCRAPS = (
    "", "’s", "the", "of", ",", "-", "US", "it", "She", "Prime Minister", "Secretary of", "Ann Lee",
    "spokesman", "union’s board", "212-page report", "himself", "only two", "officials",
)  # fmt: skip
EARLIER = "Mayor Viktor Brandel opened the hall. “It took us nine years,” he said.\n\n"


def said(*texts: str) -> list[list[tuple[str, str]]]:
    """Holder and first words of every statement, per document."""
    documents = [Document(f"d{n}", text, "The Gazette") for n, text in enumerate(texts)]
    found = attribute(documents)
    return [[(a.holder, a.content[0].text) for a in found if a.doc_id == d.id] for d in documents]


def last(text: str) -> str:
    return said(text)[0][-1][0]


@pytest.mark.parametrize(
    ("paragraph", "holder"),
    [
        ("His rival, Tirza Oklund, was not glad. The roof, she said, leaked.", "Tirza Oklund"),
        ("Tirza Oklund of Open Ground was not there. The roof, she said, leaked.", "Tirza Oklund"),
        ("Noe Varrick, whose sons laid the floor, was proud. ‘It is oak,’ he said.", "Noe Varrick"),
        ("A plumber from the next valley was less polite. The roof would fall, he said.",
         "unnamed plumber from the next valley"),
        ("A harbour board clerk, who may not speak in public, laughed. “With whose money?”",
         "unnamed harbour board clerk"),
        ("One of the council’s own treasurers sighed. The money was gone, she said.",
         "unnamed one of the council’s own treasurers"),
        ("The curator of the hall, Tirza Oklund, wept. It was good, she said.", "Tirza Oklund"),
        ("Noe Varrick waved it away: a roof, he said, was a roof.", "Noe Varrick"),
        ("Noe Varrick counted the tiles and, he said, found six missing.", "Noe Varrick"),
        ("Tirza Oklund came. She pointed at the Norvel Ganz crane. The roof, she said, leaked.",
         "Tirza Oklund"),
    ],
)  # fmt: skip
def test_subject_of_the_sentence_before_comes_before_an_earlier_speaker(
    paragraph: str, holder: str
) -> None:
    assert last(EARLIER + paragraph) == holder


@pytest.mark.parametrize(
    "paragraph",
    [
        "Mrs Tirza Oklund was unmoved. The roof was sound, he said.",
        "The roof was sound, he said.",
        "Norvel Ganz sent its foreman home. The roof was sound, he said.",
        "The weather was bad. A number of tiles fell. The roof was sound, he said.",
    ],
)
def test_other_subjects_leave_the_pronoun_to_the_speaker(paragraph: str) -> None:
    assert last(EARLIER.replace("Mayor", "Mr") + paragraph) == "Viktor Brandel"


def test_office_as_subject_owns_the_pronoun() -> None:
    text = (
        "Governor Tirza Oklund lowered the fee. Noe Varrick of the board wanted more, he said.\n\n"
        "On the harbour the governor was gloomy. It would silt up by spring, she said."
    )
    assert last(text) == "Tirza Oklund"


@pytest.mark.parametrize(
    "paragraph",
    [
        "Noe Varrick withdrew his support. “I was wrong,” the Reform deputy said.",
        "For Noe Varrick it comes too late. “My bees are dead,” said the beekeeper.",
        "In parliament Noe Varrick spoke. Every hive, the People’s Bloc deputy said, was ill.",
        "Noe Varrick came. He sighed. “So be it,” said the beekeeper.",
    ],
)  # fmt: skip
def test_office_nobody_holds_is_the_only_person_in_focus(paragraph: str) -> None:
    assert last("The vote was on Monday.\n\n" + paragraph) == "Noe Varrick"


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Mayor Ada Brandel came. “It is done,” the union leader said.", "unnamed union leader"),
        ("Health Minister Eva Brandel came. “No,” the finance minister said.",
         "unnamed finance minister"),
        ("Noe Varrick came. Ada Brandel, a nurse, left. “No,” the beekeeper said.",
         "unnamed beekeeper"),
        ("Mr Noe Varrick came. “No,” the spokeswoman said.", "unnamed spokeswoman"),
    ],
)  # fmt: skip
def test_office_of_somebody_else_stays_unnamed(text: str, holder: str) -> None:
    told = said(text)[0][-1][0]
    assert told.removeprefix("unnamed ") == holder.removeprefix("unnamed ")
    assert told.startswith("unnamed ")


def test_office_learned_from_the_focus_is_theirs_later_in_the_document() -> None:
    text = (
        "Noe Varrick withdrew his support. “I was wrong,” the Reform deputy said.\n\n"
        "Ada Brandel, the mayor, was glad. “Welcome,” she said.\n\n"
        "The Reform deputy said it had been a hard week."
    )
    assert last(text) == "Noe Varrick"


def test_office_in_the_opening_is_who_speaks_next() -> None:
    wire = (
        "KARSK, May 4 - The bridge will open in June, the city's harbour commissioner told "
        "councillors on Monday.\n\nTirza Oklund said the last span was in place."
    )
    later = "The harbour commissioner said in autumn that it would be spring."
    first, second = said(wire, later)
    assert first[0][0] == first[-1][0] == "Tirza Oklund"
    assert second[-1][0] == "Tirza Oklund"


def test_office_in_the_opening_is_nobody_of_another_office() -> None:
    wire = (
        "KARSK, May 4 - The bridge will open in June, the harbour commissioner told "
        "councillors on Monday.\n\nMayor Tirza Oklund said the last span was in place."
    )
    assert said(wire)[0][0][0] == "unnamed harbour commissioner"


def test_description_without_a_name_goes_on() -> None:
    text = (
        "A senior aide to the mayor says the tender was fixed.\n\n"
        "Minister Ada Brandel saw nothing. “Not one call,” she said.\n\n"
        "“There were calls,” the aide said."
    )
    assert last(text) == "unnamed senior aide to the mayor"


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Governor Ada Brandel came. The governor nevertheless said no.", "Ada Brandel"),
        ("Minister Ada Brandel came. The minister herself said no.", "Ada Brandel"),
        ("Governor Ada Brandel came. The governor, who is late, said no.", "Ada Brandel"),
        ("Mr Noe Varrick has at last said that it leaks.", "Noe Varrick"),
        ("Reform leader Noe Varrick, who as late as February had mocked the plan, said it leaks.",
         "Noe Varrick"),
        ("Comptroller Noe Varrick's 80-page report says that it leaks.", "Noe Varrick"),
        ("The Ministry of Rural Roads was calm: its lawyers, a statement said, had read it.",
         "Ministry of Rural Roads"),
        ("Ada Brandel, head of the guard, came. Chief Brandel said it leaks.", "Ada Brandel"),
        ("Ada Brandel runs the ward. Nurse Ada Brandel said it leaks.", "Ada Brandel"),
        ("Norland’s Constitutional Court on Friday said it leaks.",
         "Norland’s Constitutional Court"),
    ],
)  # fmt: skip
def test_words_beside_a_holder_are_no_part_of_it(text: str, holder: str) -> None:
    assert last(text) == holder


def test_surname_that_looks_like_a_plural_opens_a_sentence() -> None:
    first = "Mayor Noe Vantes came. “Good,” he said."
    assert said(first, "Vantes said it leaks.")[1] == [("Noe Vantes", "it leaks")]


def test_subject_before_needs_a_sentence_before() -> None:
    from stance.naming.cast import cast_of
    from stance.naming.corpus import corpus_of
    from stance.naming.people import Scene

    text = "Mr Noe Varrick came.\nIt leaks, he said. He left. Then it rained, he said."
    cast = cast_of(text, [])
    scene = Scene(Document("d", text, "s"), cast, corpus_of([cast]), {}, [])
    assert subject_before(scene, text.index("he said")) is None
    at = text.index("He left")
    assert subject_before(scene, text.rindex("he said")) == Subject(at, at, pronoun="m")


def test_the_it_trade_is_no_pronoun() -> None:
    assert describe("IT boss").kind != "pronoun"
    assert describe("it too").kind == "pronoun"


@given(st.lists(st.sampled_from(_SCRAPS), max_size=6).map(" ".join))
def test_no_source_phrase_is_too_odd_to_sort(phrase: str) -> None:
    assert describe(phrase).kind
