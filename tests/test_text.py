"""Sentences and paragraphs: exact offsets on any input, and the cases news text is full of."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.text import header, language, language_of, paragraphs, sentences

SHARED = Path(__file__).parents[2] / "shared" / "seeds"

PIECES = st.sampled_from(
    [
        *(
            "U.S. ",
            "Gen. Ito ",
            "Mr. ",
            "Sept. 13 ",
            "No. 5 ",
            "J. K. ",
            "he said",
            "The dam holds",
        ),
        *(". ", "? ", "! ", "… ", "...", ".” ", "“", "”", "«", "»", '"', "’", "‘", "(", ")", "[1]"),
        *(
            "\n",
            "\n\n",
            "\r\n",
            "\t",
            " ",
            "\u00a0",
            "\u3000",
            "\u2028",
            "\u200b",
            "é",
            "Ж",
            "中。",
        ),
        *("😀", "\ud800", "\x00", "\x1c", "1.", "3 p.m. ", "iPhone ", "a", "B"),
    ]
)
NEWSLIKE = st.lists(PIECES, max_size=40).map("".join)
ANY_TEXT = st.one_of(st.text(st.characters(), max_size=200), NEWSLIKE)


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_offsets_reproduce_and_cover_the_text(text: str) -> None:
    for spans in (sentences(text), paragraphs(text)):
        reached = 0
        for span in spans:
            assert text[span.start : span.end] == span.text
            assert span.text == span.text.strip() != ""
            assert not text[reached : span.start].strip()
            reached = span.end
        assert not text[reached:].strip()


@given(ANY_TEXT)
@settings(max_examples=200, deadline=None)
def test_no_sentence_crosses_a_paragraph(text: str) -> None:
    whole = iter(paragraphs(text))
    paragraph = next(whole, None)
    for sentence in sentences(text):
        while paragraph and sentence.start >= paragraph.end:
            paragraph = next(whole, None)
        assert paragraph and paragraph.start <= sentence.start <= sentence.end <= paragraph.end


@given(ANY_TEXT, st.data())
@settings(max_examples=200, deadline=None)
def test_a_part_of_a_text_is_split_as_if_alone(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    alone = [(s.start + start, s.end + start, s.text) for s in sentences(text[start:end])]
    assert [(s.start, s.end, s.text) for s in sentences(text, start, end)] == alone


@pytest.mark.parametrize(
    "whole",
    [
        "He met U.S. senators on Sept. 13 in Washington.",
        "Gen. Ito, a former U.S. official, said the No. 5 reactor was safe.",
        "Lt. Gov. Ana Ruiz and Rep. Jo B. Hale (D-Calif.) disagree.",
        "J. K. Brandt paid $3.5 million to Acme Inc. on Friday.",
        "The talks begin at 5 p.m. Tuesday in St. Louis.",
        "They meet at 4 p.m. ET on Thursday.",
        "The E.U. mission will begin this month.",
        "“Will you go?” asked the reporter.",
        "“Is that all?” Mayor Ruiz asked.",
        "“No!” shouted Lee.",
        "Atty. Gen. Moss said approx. 5 km of road is gone.",
        "Sen. Hale, D-Mass., disagreed.",
        "Yahoo! said it would pay.",
    ],
)
def test_stays_whole(whole: str) -> None:
    assert texts(whole) == [whole]


@pytest.mark.parametrize(
    "parts",
    [
        ["“It is done.”", "He left the room."],
        ["“We are ready,” he said.", "“We will go.”", "Then he left."],
        ["He said: “I do not.", "I will not.”", "Mr. Jones agreed."],
        ["«C’est fini.»", "She agreed."],
        ['"It is over."', '"Is it?"', "Nobody knew."],
        ["It was ‘over.’", "Nobody believed it."],
        ["The mission starts now.", "(Its head is unknown.)", "Troops follow."],
        ["Then she paused…", "And she left."],
        ["It ended so...", "And she left."],
        ["Really,” Ito said.", "Nobody else spoke."],  # the opening mark is missing
        ["The answer is no.", "Armenia will not go."],
        ["It was ready. [1]", "Then it was not."],
        ["The price rose.", "iPhone sales fell."],
        ["He left in 2019.", "3 people stayed."],
        ["She lives in the U.S.", "The president does not."],
        ["i agree.", "he left."],
    ],
)
def test_splits(parts: list[str]) -> None:
    assert texts(" ".join(parts)) == parts


def test_single_line_breaks_separate_paragraphs() -> None:
    text = "Dam Holds, Mayor Says\nThe dam holds.\nIt is old.\n\nLeave a Reply"
    found = [p.text for p in paragraphs(text)]
    assert found == ["Dam Holds, Mayor Says", "The dam holds.", "It is old.", "Leave a Reply"]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    wrapped = (
        "The reservoir above the town has been filling since the spring, and the\n"
        "engineers who look after it say that the wall will hold. Mayor Ana Ruiz\n"
        "said so on Monday."
    )
    assert [p.text for p in paragraphs(f"{wrapped}\n\nMore.")] == [wrapped, "More."]
    assert len(sentences(wrapped)) == 2


@pytest.mark.parametrize("unit", ["Word here. ", "word. ", " ", "!? ", "(A.) ", "“", "\n", ". . "])
def test_time_is_linear_in_length(unit: str) -> None:
    sentences(unit)
    started = time.process_time()
    sentences(unit * (400_000 // len(unit)))
    assert time.process_time() - started < 20


def test_header_reads_fields_and_leaves_the_text() -> None:
    text = '---\ntitle: "Rain: a report"\ndate: 2022-10-12\nTags:\n  - a\n---\n\nIt rained.'
    fields, start = header(text)
    assert fields == {"title": "Rain: a report", "date": "2022-10-12"}
    assert text[start:].strip() == "It rained."
    assert header("---\r\ndate: 2022-10\r\n---\r\nIt rained.")[0] == {"date": "2022-10"}


def test_header_of_a_text_without_one() -> None:
    for text in ("", "It rained.", "--- not front matter", "---\nno end: here", "date unknown"):
        assert header(text) == ({}, 0)
    assert header("date 2022-10-12It")[0] == {"date": "2022-10-12"}
    assert header("date 2022-10-123 rained") == ({}, 0)


@given(ANY_TEXT)
@settings(deadline=None)
def test_header_and_language_take_anything(text: str) -> None:
    fields, start = header(text)
    assert 0 <= start <= len(text) and (fields or start == 0)
    assert language(text) is None or language(text) == language(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The mission is ready to go, the minister said on Wednesday.", "en"),
        ("Galuzin said that Nikol Pashinyan and Ilham Aliyev met.", "en"),
        ("Der Minister sagte, dass die Mission bereit sei.", "de"),
        ("Le ministre a déclaré que la mission était prête.", "fr"),
        ("El presidente dijo que no habrá acuerdo este año.", "es"),
        ("Bakan, misyonun yarın için hazır olduğunu söyledi.", "tr"),
        ("Кремль заявил, что миссия готова.", "ru"),
        ("Առաքելությունը պատրաստ է։", "hy"),
        ("任务已经准备就绪。", "zh"),
    ],
)
def test_language(text: str, expected: str) -> None:
    assert language(text) == expected


@pytest.mark.parametrize(
    "text", ["", "CSTO", "1,234 (56)", "Ruiz: “No comment.”", "Leave a Reply", "https://a.example"]
)
def test_language_of_fragments_is_not_foreign(text: str) -> None:
    assert language(text) in (None, "en")


ENGLISH = "The harbour closes next year, the minister said on Monday, and it will not open."
GERMAN = "Der Hafen wird nächstes Jahr geschlossen, wie der Minister am Montag sagte."


@pytest.mark.parametrize(
    ("stated", "text", "expected"),
    [
        *((code, "CSTO", "en") for code in ("eng", "English", "en-US", "EN", "English (US)")),
        *((code, ENGLISH, "en") for code in ("und", "mul", "zxx", "", None)),
        *((code, GERMAN, "de") for code in ("und", "mul", "zxx", "de-AT")),
        *((code, "CSTO", None) for code in ("und", "mul", "zxx")),
        ("de", "CSTO", "de"),
        ("fr", ENGLISH, "fr"),  # what is stated is not doubted
    ],
)
def test_what_is_stated_of_the_language(
    stated: str | None, text: str, expected: str | None
) -> None:
    assert language_of(stated, text) == expected


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the raw articles beside the checkout")
def test_real_articles() -> None:
    for path in SHARED.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        found = sentences(text)
        assert all(text[s.start : s.end] == s.text for s in found)
        assert language(text) == "en"
        assert len(found) > 10
        for sentence in found:
            assert not sentence.text.startswith(("”", "’", "»", ","))
            assert not sentence.text.endswith(("U.S.", "Gen.", "Sept.", "“"))


def test_a_form_of_address_ends_no_sentence() -> None:
    text = "It is late, according to Ms. Tran, who left. Mx. Lee came."
    assert [s.text for s in sentences(text)] == [text[:44], text[45:]]
