"""Passages: every character in one voice, furniture out, premises that read as sentences."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.attribution import attribute, passages
from stance.furniture import lines
from stance.types import Attribution, Document, Passage, Span
from stance.voice import premise_for, spoken_name


def voices(text: str, title: str | None = None) -> list[Passage]:
    """Passages of one document of The Herald."""
    document = Document("d", text, "The Herald", title=title)
    return passages(document, attribute([document]))


def test_speaker_and_outlet_take_turns() -> None:
    text = "The dam leaks. “It is safe,” Mayor Anna Lee said on Monday. She left at noon."
    assert [(p.holder_type, p.text) for p in voices(text)] == [
        ("outlet", "The dam leaks."),
        ("speaker", "“It is safe,”"),
        ("outlet", "She left at noon."),
    ]


def test_what_the_outlet_adds_to_a_reporting_sentence_is_its_own() -> None:
    text = "The old dam has been leaking for years, and Anna Lee said that it must go."
    assert [(p.holder, p.text) for p in voices(text)] == [
        ("The Herald", "The old dam has been leaking for years"),
        ("Anna Lee", "that it must go"),
    ]


def test_what_somebody_does_while_speaking_is_the_outlets() -> None:
    text = "Mayor Anna Lee opened the bridge on Monday, saying that it was safe."
    assert [(p.holder, p.text) for p in voices(text)] == [
        ("The Herald", "Mayor Anna Lee opened the bridge on Monday"),
        ("Anna Lee", "that it was safe"),
    ]


def test_long_documents_are_cut_in_linear_time() -> None:
    assert len(voices("Anna Lee said it is safe.\n" * 3000)) == 3000


@pytest.mark.parametrize(
    ("text", "premise"),
    [
        ("“It is safe,” Anna Lee said.", "Anna Lee said: It is safe."),
        ("Anna Lee said that it is safe.", "Anna Lee said that it is safe."),
        ("The dam is safe, Anna Lee said.", "Anna Lee said that the dam is safe."),
        ("The dam, Anna Lee said, is safe.", "Anna Lee said that the dam is safe."),
        ("Anna Lee denied that it leaks.", "Anna Lee denied that it leaks."),
        (
            "Anna Lee declined to say whether it leaks.",
            "Anna Lee declined to say whether it leaks.",
        ),
        ("Anna Lee’s claim that it leaks is wrong.", None),
        ("A harbour official said that it leaks.", "A harbour official said that it leaks."),
        ("Critics say that it leaks.", "Critics say that it leaks."),
        ("The dam is safe, according to Anna Lee.", "Anna Lee said that the dam is safe."),
        ("The Harbour Union warned of a strike.", "The Harbour Union warned of a strike."),
    ],
)
def test_premises_are_sentences_about_the_speaker(text: str, premise: str | None) -> None:
    said = [p.premise for p in voices(text) if p.holder_type == "speaker"]
    if premise is None:
        assert said[0].startswith("Anna Lee said that it leaks")
    else:
        assert said[0] == premise


def test_a_participle_becomes_a_predicate() -> None:
    text = "Anna Lee said it is safe, adding that it is old."
    assert voices(text)[-1].premise == "Anna Lee added that it is old."


def test_a_pronoun_brings_its_sentence_along() -> None:
    told = voices("The dam leaks at night. It was built in 1950.")
    assert told[1].premise == "The dam leaks at night. It was built in 1950."
    assert told[1].text == "It was built in 1950."


FURNITURE = [
    "Leave a Reply",
    "Your email address will not be published. Required fields are marked *",
    "Sign Up for Our Newsletters",
    "Subscribe to our newsletter for more stories like this",
    "Share on Facebook",
    "Read more: what the mayor earns",
    "Մատչելիության հղումներ",
    "Ссылки для упрощенного доступа",
    "© 2024 The Herald. All rights reserved.",
    "Advertisement",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_has_no_voice(line: str) -> None:
    body = "Mayor Anna Lee opened the dam on Monday before a large crowd."
    more = "The ceremony lasted for two hours and ended with a song."
    text = f"{body}\n\n{line}\n\n{more}"
    assert [p.text for p in voices(text)] == [body, more]


def test_teasers_after_the_story_are_left_out() -> None:
    story = "Mayor Anna Lee opened the dam on Monday before a large crowd of guests.\n\n" * 6
    teasers = (
        "You May Also Like\n\nPort Sold To Norvik\n\n"
        "OSLO — The old port was sold on Wednesday to the biggest…"
    )
    assert all("port" not in p.text.lower() for p in voices(story + teasers))


def test_headline_and_caption_are_marked() -> None:
    text = (
        "Dam Opens At Last\n\n"
        "Norway - Mayor Anna Lee cuts the ribbon at the dam in Oslo, May 3, 2024.\n\n"
        "Mayor Anna Lee opened the dam on Monday before a large crowd."
    )
    assert [p.kind for p in voices(text, "Dam opens at last")] == ["headline", "caption", "body"]


def test_prefix_and_dateline_are_no_statement() -> None:
    text = " date 2024-05-10 OSLO (AP) — The dam opened on Monday before a large crowd."
    assert [p.text for p in voices(text)] == ["The dam opened on Monday before a large crowd."]


_PIECES = st.sampled_from(
    [
        "“It leaks,” ", "Anna Lee said. ", "The dam is old. ", "He denied that it leaks. ", "\n\n",
        "according to Lee, ", "Read more", " date 2024-01-01 ", "Leave a Reply\n", "adding that ",
        "it is late", ", who said ", "“", "”", "'", "Մատչ", " — ", "(AP) ", "…", "? ",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=150), st.lists(_PIECES, max_size=25).map("".join)))
def test_passages_partition_the_body(text: str) -> None:
    document = Document("d", text, "The Herald")
    found = attribute([document])
    cut = passages(document, found)
    reached = 0
    for passage in cut:
        assert passage.text and text[passage.start : passage.end] == passage.text
        assert reached <= passage.start < passage.end
        assert passage.premise.strip()
        reached = passage.end
    body = [line for line in lines(document) if line.kind != "furniture"]
    assert all(any(b.start <= p.start and p.end <= b.end for b in body) for p in cut)
    taken = {k for p in cut for k in range(p.start, p.end)}
    spoken = {k for a in found for s in a.content for k in range(s.start, s.end)}
    reporting = [line for line in body if any(_reports(line.start, line.end, a) for a in found)]
    for line in body:  # a line nobody is reported in belongs to the outlet, word for word
        if line not in reporting and not spoken & set(range(line.start, line.end)):
            words = (m.start() for m in re.finditer(r"\w", text[line.start : line.end]))
            assert all(line.start + k in taken for k in words)


def _reports(start: int, end: int, attribution: object) -> bool:
    places = [getattr(attribution, name) for name in ("holder_start", "cue_start")]
    return any(place is not None and start <= place < end for place in places)


@pytest.mark.parametrize(
    "line",
    [
        "Related: New bridge opens · Lee: “I will not resign” · Ten questions about tolls",
        "Home | Politics | Business | Sport | “Talking Points” podcast",
    ],
)
def test_a_line_of_links_is_furniture_even_where_it_quotes(line: str) -> None:
    story = ("Anna Lee resigned on Monday after a long debate.", "She left at noon with her staff.")
    text = f"{story[0]}\n\n{line}\n\n{story[1]}"
    document = Document("d", text, "Herald")
    found = attribute([document])
    assert not found
    assert line not in {p.text for p in passages(document, found)}


def test_words_said_together_are_a_passage_of_each() -> None:
    document = Document("d", "Anna Lee and Bo Chan said that the dam leaks.", "Herald")
    found = passages(document, attribute([document]))
    assert [(p.holder, p.text) for p in found] == [
        ("Anna Lee", "that the dam leaks"),
        ("Bo Chan", "that the dam leaks"),
    ]


@pytest.mark.parametrize(
    ("cue", "words", "premise"),
    [
        (
            "have backed away from",
            "closing the ward",
            "Ada Lee have backed away from closing the ward.",
        ),
        ("has calculated", "that it will be four", "Ada Lee has calculated that it will be four."),
        ("argument", "that it leaks", "Ada Lee said that it leaks."),
    ],
)
def test_what_the_head_finds_keeps_its_verb(cue: str, words: str, premise: str) -> None:
    text = f"Ada Lee {cue} {words}"
    start = len("Ada Lee ")
    content = Span(start + len(cue) + 1, len(text), words)
    told = Attribution(
        doc_id="d", kind="indirect", holder="Ada Lee", holder_type="speaker", affiliation=None,
        holder_start=0, holder_end=7, cue=cue, cue_start=start, cue_end=start + len(cue),
        content=(content,), confidence=0.5, reason="token head",
    )  # fmt: skip
    assert premise_for(words, told) == premise


def test_a_body_without_a_name_takes_the_article() -> None:
    assert spoken_name("unnamed county") == "The county"
    assert spoken_name("unnamed opposition") == "The opposition"
    assert spoken_name("unnamed engineer") == "An engineer"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Bakers walked out of talks with the mills on Monday, accusing them of acting as a "
            "cartel.",
            "Bakers walked out of talks with the mills on Monday, accusing them of acting as a "
            "cartel.",
        ),
        ("Anna Lee met the ministers and accused them of lying.",) * 2,
        ("Anna Lee left the meeting, saying the dam leaks.", "Anna Lee said that the dam leaks."),
    ],
)
def test_a_pronoun_of_a_second_verb_is_read_behind_the_first(text: str, told: str) -> None:
    document = Document("d", text, "Herald")
    spoken = [p for p in passages(document, attribute([document])) if p.holder != "Herald"]
    assert [p.premise for p in spoken] == [told]


@pytest.mark.parametrize(
    ("text", "premise"),
    [
        ("Lee accused the mill of dumping waste.", "Lee said that the mill was dumping waste."),
        (
            "Lee accused the ministers of having lied.",
            "Lee said that the ministers had lied.",
        ),
        ("Lee accuses him of fraud.", "Lee said that he was guilty of fraud."),
        (
            "Lee blamed the mayor for the flood.",
            "Lee said that the mayor was to blame for the flood.",
        ),
        (
            "Lee blames the flood on the mayor.",
            "Lee said that the mayor was to blame for the flood.",
        ),
        ("Lee blamed the mayor.", "Lee blamed the mayor."),
    ],
)
def test_an_accusation_is_told_as_the_statement_it_is(text: str, premise: str) -> None:
    document = Document("d", text, "Herald")
    (passage,) = passages(document, attribute([document]))
    assert passage.premise == premise


@pytest.mark.parametrize(
    ("text", "premise"),
    [
        ("“It is madness,” Ann Lee said of the ban.", "of the ban: It is madness."),
        ("“It is madness,” Ann Lee told reporters about the ban.", "of the ban: It is madness."),
        ("Asked about the ban, Ann Lee said: “It is madness.”", "of the ban: It is madness."),
        ("“It is madness,” Ann Lee said of the ban on Monday.", "of the ban: It is madness."),
        ("“It is madness,” Ann Lee told the head of the bank.", ": It is madness."),
        ("“It is madness,” Ann Lee said of it.", ": It is madness."),
        ("“It is madness,” Ann Lee said of that ban.", "of that ban: It is madness."),
        (
            "“He is asked about this, day by day,” Ann Lee said.",
            ": He is asked about this, day by day.",
        ),
        ("“It is madness,” Ann Lee said of herself.", ": It is madness."),
        ("“It is madness,” Ann Lee said of late.", ": It is madness."),
    ],
)
def test_what_a_quotation_is_about_stands_before_it(text: str, premise: str) -> None:
    document = Document("d", text, "Herald")
    said = [p for p in passages(document, attribute([document])) if p.holder == "Ann Lee"]
    assert [" ".join(p.premise.split()) for p in said] == [
        f"Ann Lee said{' ' * (premise[0] != ':')}{premise}"
    ]


def test_fears_that_are_played_down_are_nobodys_verb() -> None:
    document = Document("d", "Ann Lee played down fears that the dam leaks.", "Herald")
    assert [(a.holder, a.polarity) for a in attribute([document])] == [("Ann Lee", "denies")]
