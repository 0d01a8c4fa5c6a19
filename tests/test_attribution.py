"""Who says what: every style of quoting, reported speech, denials, dates, furniture."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.attribution import Opinion, Reading, Tagged, attribute, passages
from stance.copies import utterance_ids
from stance.dates import parse_date
from stance.furniture import lines
from stance.speech.cues import CUES
from stance.speech.quotes import find_quotes
from stance.types import Attribution, Document

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"


def told(text: str, **fields: object) -> list[Attribution]:
    """Attributions of one document of 10 May 2024."""
    date = parse_date("2024-05-10")
    return attribute([Document("d", text, "The Herald", date, **fields)])  # type: ignore[arg-type]


def pairs(text: str) -> list[tuple[str, str]]:
    """Holder and whole content of every attribution."""
    return [(a.holder, " … ".join(s.text for s in a.content)) for a in told(text)]


QUOTED = {
    "curly": "“It leaks,” Anna Lee said.",
    "straight": '"It leaks," Anna Lee said.',
    "british": "‘It leaks,’ said Anna Lee.",
    "british straight": "'It leaks,' said Anna Lee.",
    "doubled": "''It leaks,'' Anna Lee said.",
    "guillemets": "«It leaks,» said Anna Lee.",
    "low high": "„It leaks“, said Anna Lee.",
    "before": "Anna Lee said: “It leaks.”",
    "before with comma": "Anna Lee told reporters on Tuesday, “It leaks.”",
    "question": "“It leaks?” Anna Lee asked.",
    "no verb": "“It leaks,” Anna Lee in an interview with Radio One.",
    "unknown verb": "“It leaks,” Anna Lee harrumphed.",
}


@pytest.mark.parametrize("style", QUOTED)
def test_direct_speech_in_every_house_style(style: str) -> None:
    (attribution,) = told(QUOTED[style])
    assert attribution.kind == "direct"
    assert attribution.holder == "Anna Lee"
    assert "It leaks" in attribution.content[0].text


def test_apostrophes_are_no_quotation_marks() -> None:
    text = "‘The drivers’ union won’t move,’ said Helen Marsh. It’s the workers’ day."
    (attribution,) = told(text)
    assert attribution.content[0].text == "‘The drivers’ union won’t move,’"
    assert not find_quotes("The '90s weren't the drivers' best years, 'twas said.")


def test_a_lost_mark_is_repaired() -> None:
    assert pairs("The dam is old and it will break one day,” Anna Lee said.") == [
        ("Anna Lee", "The dam is old and it will break one day,”")
    ]
    assert pairs("“The dam will break, Lee said. She left.")[0][1] == "“The dam will break,"


def test_interrupted_and_continued_quotations_are_one_statement() -> None:
    (attribution,) = told("“The dam,” engineer Dina Salo said, “was never safe.” “We knew it.”")
    assert [s.text for s in attribution.content] == [
        "“The dam,”",
        "“was never safe.”",
        "“We knew it.”",
    ]


def test_a_quotation_over_paragraphs_belongs_to_who_closes_it() -> None:
    text = (
        "Minister Lena Ortiz met Bo Chan.\n\n“The budget is sound. We will pay.\n\n"
        "“Nor will we cut,” Ortiz said."
    )
    assert [holder for holder, _ in pairs(text)] == ["Lena Ortiz", "Lena Ortiz"]


def test_quoted_words_in_a_sentence_are_mixed_speech_or_nobodys() -> None:
    (attribution,) = told("Anna Lee said the plan was “dead and buried” by now.")
    assert attribution.kind == "mixed"
    assert told("The so-called “green lane” opened in the harbour on Monday.") == []


INDIRECT = [
    ("Anna Lee said Monday that the dam is safe.", "that the dam is safe"),
    ("Anna Lee told the council on Friday that it leaks.", "that it leaks"),
    ("The dam is safe, Anna Lee said in a statement.", "The dam is safe"),
    ("The dam, Anna Lee said, is safe.", "The dam … is safe"),
    ("According to Anna Lee, the dam is safe.", "the dam is safe"),
    ("The dam is safe, according to Anna Lee.", "The dam is safe"),
    ("Anna Lee warned of a flood.", "a flood"),
    ("Anna Lee is convinced that it will hold.", "that it will hold"),
    ("Anna Lee went on to praise the crew.", "the crew"),
    ("Anna Lee promised to repair the dam.", "to repair the dam"),
    ("Anna Lee’s claim that it leaks", "that it leaks"),
    ("Anna Lee, who chairs the panel, said the dam was safe.", "the dam was safe"),
    ("Anna Lee, the chair of the panel, said the dam was safe.", "the dam was safe"),
    ("Reuters quoted Anna Lee as saying that it leaks.", "that it leaks"),
]


@pytest.mark.parametrize(("text", "content"), INDIRECT)
def test_reported_speech(text: str, content: str) -> None:
    assert (("Anna Lee", content)) in pairs(text)


def test_two_reports_in_one_sentence_are_two_statements() -> None:
    text = "Anna Lee said the dam is safe, but Bo Chan warned that it leaks, adding that he left."
    assert pairs(text) == [
        ("Anna Lee", "the dam is safe"),
        ("Bo Chan", "that it leaks"),
        ("Bo Chan", "that he left"),
    ]


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Lee denied that the dam leaks.", "denies"),
        ("Lee rejected the charge.", "denies"),
        ("Lee does not believe that the dam leaks.", "denies"),
        ("Lee declined to say whether the dam leaks.", "declines"),
        ("Police did not say who had opened the gate.", "declines"),
        ("Lee refused to close the gate.", "denies"),
        ("Lee said the dam does not leak.", "asserts"),
        ("Lee disagreed: “The dam is safe.”", "asserts"),
    ],
)
def test_polarity_of_the_cue(text: str, polarity: str) -> None:
    assert told(text)[0].polarity == polarity


@pytest.mark.parametrize(
    ("cue", "distance"),
    [("acknowledged", "endorses"), ("claimed", "distances"), ("said", "reports")],
)
def test_distance_of_the_outlet(cue: str, distance: str) -> None:
    assert told(f"Anna Lee {cue} that the dam leaks.")[0].cue_class == distance
    assert told(f"Anna Lee falsely {cue} that the dam leaks.")[0].cue_class == "distances"


def test_dates_and_background() -> None:
    today, long_ago, had = told(
        "On Tuesday Lee said it leaks. On November 3, 2021, Lee said it was safe. "
        "Lee had said that it was new."
    )
    assert (str(today.statement_date), today.background) == ("2024-05-07", False)
    assert (str(long_ago.statement_date), long_ago.background) == ("2021-11-03", True)
    assert had.background
    assert told("Lee said it opened on March 3.")[0].statement_date is None


def test_a_relayed_speaker_is_the_holder() -> None:
    assert pairs("TASS cited a source in the ministry as saying that the deal was dead.") == [
        ("TASS", "that the deal was dead"),
        ("unnamed source in the ministry", "that the deal was dead"),
    ]


RELAYS = {
    "at the end": "“We are ready,” Anna Lee said on Friday after a meeting, the Post reported.",
    "according to": "“We are ready,” Anna Lee said, according to the Post.",
    "in the passive": "“We are ready,” said Anna Lee in remarks carried by the Post.",
    "quoted as saying": "“We are ready,” the Post quoted Anna Lee as saying.",
    "in front": "The Post reported that Anna Lee said “we are ready”.",
    "twice indirect": "They are ready, Anna Lee told her colleague, the Post reported.",
}


@pytest.mark.parametrize("form", RELAYS)
def test_an_outlet_that_carries_words_has_a_row_beside_the_speaker(form: str) -> None:
    document = Document("d", RELAYS[form], "The Herald")
    outlet, speaker = attribute([document])
    assert (outlet.holder, speaker.holder) == ("Post", "Anna Lee")
    assert outlet.reason == "relayed by X"
    assert outlet.kind != "direct"
    assert {p.holder for p in passages(document, [outlet, speaker])} == {"Anna Lee"}


def test_a_person_who_tells_what_others_said_stands_beside_them() -> None:
    assert pairs("Two inspectors had assured her that the dam held, Lee recounted.") == [
        ("Lee", "Two inspectors had assured her that the dam held"),
        ("unnamed inspectors", "that the dam held"),
    ]
    assert pairs("He had hoped, the minister said, that the dam would hold.") == [
        ("unnamed minister", "He had hoped … that the dam would hold")
    ]


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("The dam will leak in May, Lee objected.", "asserts"),
        ("The dam would leak, Lee protested, if it rained.", "asserts"),
        ("Whether it will leak in May, she would not say.", "declines"),
    ],
)
def test_words_before_their_verb_are_asserted(text: str, polarity: str) -> None:
    assert [a.polarity for a in told(text)] == [polarity]


def test_a_transcript_turn_runs_to_its_end() -> None:
    text = (
        "ANNA LEE, HOST: Will it pass?\n\nBO CHAN, SENATOR: I doubt it. It lacks votes.\n\n"
        "LEE: Why?\n\nPlan: A bridge"
    )
    assert pairs(text) == [
        ("Anna Lee", "Will it pass?"),
        ("Bo Chan", "I doubt it. It lacks votes."),
        ("Anna Lee", "Why?"),
    ]


def test_an_interview_gives_questions_to_the_outlet() -> None:
    text = "Mayor Anna Lee spoke to us.\n\nQ: Will it pass?\n\nA: No.\n\nQ: Why?\n\nA: Money."
    assert pairs(text) == [("Anna Lee", "No."), ("Anna Lee", "Money.")]
    assert {(a.kind, a.cue) for a in told(text)} == {("direct", None)}


HOUSE_STYLES = [
    ("KARSK, March 3. /NORA/. As Oleg Varin pointed out, the bridge is safe.",
     "the bridge is safe"),
    ("KARSK, March 3 (Nora) - Oleg Varin opened it, saying that the bridge is safe.",
     "that the bridge is safe"),
    ("— The bridge is safe, said Oleg Varin on Tuesday.", "The bridge is safe"),
    ("Oleg Varin, who voted against, accused her of ‘playing politics’.",
     "her of ‘playing politics’"),
    ("“It is safe,” the group’s leader, Oleg Varin, said in a video posted online.",
     "“It is safe,”"),
    ("“It is safe,” said Oleg Varin, head of the yard, adding that it is new.", "that it is new"),
    ("Oleg Varin announced on Tuesday after the talks that it is safe.", "that it is safe"),
    ("The bridge, said Oleg Varin and others, would hold.", "The bridge … would hold"),
    ("The bridge is safe, Oleg Varin announced on Tuesday as he met the mayor.",
     "The bridge is safe"),
    ("Oleg Varin urged the crew not to leave.", "not to leave"),
    ("Oleg Varin, 31, who works at the port said he had seen it.", "he had seen it"),
    ("White House press secretary Oleg Varin said it was safe.", "it was safe"),
    ("In a letter, Oleg Varin wrote it. Oleg Varin’s letter said that it is safe.",
     "that it is safe"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "content"), HOUSE_STYLES)
def test_other_houses_report_in_other_ways(text: str, content: str) -> None:
    assert ("Oleg Varin", content) in pairs(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tragic: The bridge fell in March.\n\nThe bridge was old and it had no name at all.",
        "Do you say that it leaks?",
        "The Ledger opened, citing two divers, that the bridge is safe.",
    ],
)
def test_words_that_are_nobody(text: str) -> None:
    assert {holder for holder, _ in pairs(text)} <= {"unnamed divers"}


def test_page_furniture_says_nothing() -> None:
    text = (
        "The dam is safe, Mayor Anna Lee said on Monday.\n\nLeave a Reply\n\n"
        "Your email address will not be published.\n\nYou May Also Like\n\n"
        "OSLO — Bo Chan said on Friday that the port…"
    )
    assert [a.holder for a in told(text)] == ["Anna Lee"]


def test_copies_of_a_quotation_vote_on_the_speaker() -> None:
    words = "We will keep the old ferry running through all of the winter"
    first = Document("a", f"“{words},” Mayor Anna Lee said.", "A")
    second = Document("b", f"“{words} months,” she said.", "B")
    third = Document("c", f"Anna Lee said: “{words}.”", "C")
    found = attribute([first, second, third])
    assert utterance_ids(found) == [0, 0, 0]
    assert {a.holder for a in found} == {"Anna Lee"}
    alone = attribute([first])[0].confidence
    assert found[0].confidence > alone


def test_a_token_head_confirms_doubts_drops_and_adds() -> None:
    text = "Lee, the dam must go. Anna Lee said that it leaks. She praised it. He hopes it holds."
    start = text.index("the dam")
    document = Document("d", text, "Herald")
    rules = attribute([document])
    opinions = [0.97, 0.2, 0.0]

    def tagger(readings: Sequence[Reading]) -> list[Opinion]:
        (asked,) = readings
        assert [f.content[0][0] for f in asked.found] == [a.content[0].start for a in rules]
        return [(opinions, [Tagged((0, 3), None, ((start, start + 16),), 0.7)])]

    added, agreed, doubted = attribute([document], tagger=tagger)
    assert (added.holder, added.reason, added.confidence) == ("Anna Lee", "token head", 0.7)
    assert agreed.reason == "X said that; token head agrees"
    assert agreed.confidence > rules[0].confidence
    assert doubted.reason.endswith("doubts") and doubted.confidence < rules[1].confidence


def test_every_cue_has_a_frame_and_every_confidence_is_a_probability() -> None:
    assert all(cue.frames and cue.forms for cue in CUES.values())
    assert all(0 < a.confidence <= 1 for a in told(QUOTED["curly"] + " She left, he said."))


_PIECES = st.sampled_from(
    [
        "“", "”", '"', "'", "’", "‘", "«", "»", "„", "''", " ", ", ", ". ", ": ", " — ", "\n",
        "\n\n",
        "said", "Anna Lee", "he", "that", "denied", "according to", "Yerevan", "who", "(CSTO)",
        "the minister", "it leaks", "adding", "Mr.", "to say", "and", "on Friday", "\u200b", "é",
        "Read more", "-", "1", "…", "as saying", "quoted",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=40).map(" ".join)))
def test_no_text_raises_and_spans_reproduce_it(text: str) -> None:
    document = Document("d", text, "Herald", parse_date("2024-05-10"), "A title")
    for a in attribute([document]):
        assert a.content
        for span in a.content:
            assert span.text and text[span.start : span.end] == span.text
        if a.cue_start is not None:
            assert text[a.cue_start : a.cue_end] == a.cue
        if a.holder_start is not None and a.holder_end is not None:
            assert 0 <= a.holder_start < a.holder_end <= len(text)
        assert a.holder and 0 < a.confidence <= 1


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_quotations_never_overlap(text: str) -> None:
    reached = 0
    for quote in find_quotes(text):
        assert reached <= quote.start <= quote.inner_start <= quote.inner_end <= quote.end
        reached = quote.end


def test_raw_articles_have_every_speaker() -> None:
    if not SEEDS.is_dir():
        pytest.skip("needs the raw articles beside the checkout")
    rows = list(csv.DictReader((SEEDS / "metadata.csv").open(encoding="utf-8")))
    documents = [
        Document(
            row["id"],
            (SEEDS / row["file"]).read_text(encoding="utf-8"),
            row["source"],
            parse_date(row["date"]),
            row["title"] or None,
        )
        for row in rows
    ]
    found = attribute(documents)
    direct = [a for a in found if a.kind == "direct"]
    speakers = {
        (a.doc_id[:3], a.holder): sum(len(b.content) for b in direct if b.holder == a.holder)
        for a in direct
    }
    assert set(speakers) == {
        ("000", "Sergei Lavrov"),
        ("001", "Sergei Lavrov"),
        ("001", "Ararat Mirzoyan"),
        ("002", "Sergei Lavrov"),
        ("002", "Ararat Mirzoyan"),
        ("003", "Maria Zakharova"),
        ("003", "Yuri Shuvalov"),
        ("003", "Imangali Tasmagambetov"),
        ("004", "Mikhail Galuzin"),
    }
    marks = sum(d.text.split("Leave a Reply")[0].count("”") for d in documents)
    own = [a for a in found if a.reason != "relayed by X"]
    inside = sum(span.text.count("”") for a in own for span in a.content)
    assert inside == marks
    furniture = documents[1].text.index("Leave a Reply")
    assert all(a.content[-1].end < furniture for a in found if a.doc_id == documents[1].id)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Reuters reported, citing two officials, that the bank would fail.",
            [
                ("Reuters", "that the bank would fail"),
                ("unnamed officials", "that the bank would fail"),
            ],
        ),
        (
            "The bank will fail in May, Reuters reported on Monday, citing two officials.",
            [
                ("Reuters", "The bank will fail in May"),
                ("unnamed officials", "The bank will fail in May"),
            ],
        ),
        (
            "Officials who asked not to be named said it was over.",
            [("unnamed officials", "it was over")],
        ),
        (
            "« Nous », he said. «It is ours», cried Ana Solano at noon, «and it stays.»",
            [("unnamed man", "« Nous »"), ("Ana Solano", "«It is ours» … «and it stays.»")],
        ),
        ("Turnout fell, according to Lee.", [("Lee", "Turnout fell")]),
        (
            "According to a report by the Karsk Institute, turnout fell.",
            [("Karsk Institute", "turnout fell")],
        ),
        ("The dam, Lee pointed out, is old.", [("Lee", "The dam … is old")]),
        (
            "Lee’s claim that the dam is old and must go, places the burden on Chan.",
            [("Lee", "that the dam is old and must go")],
        ),
        (
            "Police came. “No,” one of them said.",
            [("unnamed one of them", "“No,”")],
        ),
    ],
)
def test_who_speaks_in_longer_sentences(text: str, found: list[tuple[str, str]]) -> None:
    assert pairs(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ida Lind told an aide, Ana Ruiz, that the talks failed.", "that the talks failed"),
        ("Ida Lind told reporters, who had waited for hours, that it leaks.", "that it leaks"),
    ],
)  # fmt: skip
def test_who_was_told_is_no_part_of_what_was_said(text: str, said: str) -> None:
    (found,) = attribute([Document("d", text, "Post")])
    assert (found.holder, [c.text for c in found.content]) == ("Ida Lind", [said])


CAUSES_SEEN = [
    ("One diver, who we are calling Ada, says she was told nothing.", "unnamed diver", "she was"),
    (
        "The staff see a flood coming, according to the quarterly report.",
        "unnamed quarterly",
        "The",
    ),
    ("When asked about a mining dispute, Anna Lee said she knew of none.", "Anna Lee", "she knew"),
    ("Anna Lee, for her part, said her town firmly adheres to it.", "Anna Lee", "her town"),
    ("Mayor Anna Lee, speaking before the vote, said the town was broke.", "Anna Lee", "the town"),
    ("Lee’s chair, Ada Holm (no relation), insisted that it leaks.", "Ada Holm", "that it"),
    ("Anna Lee has since urged the board to resign.", "Anna Lee", "to resign"),
    ("The Harbour Board neither confirmed nor denied the leak.", "Harbour Board", "nor denied"),
    ("In Norvik’s view, the contract ended in May.", "Norvik", "the contract"),
    ("In the opinion of Anna Lee, the contract has ended.", "Anna Lee", "the contract"),
    ("Anna Lee wrote to us to say that the dam leaks.", "Anna Lee", "that the dam"),
    ("As Anna Lee used to say, “mend what leaks.”", "Anna Lee", "“mend"),
    ("The unions blame Anna Lee.", "unnamed unions", "Anna Lee"),
    ("Judge Anna Lee ruled that the dam was unsafe.", "Anna Lee", "that the dam"),
    ("Anna Lee pleaded with the council to wait.", "Anna Lee", "the council"),
]


@pytest.mark.parametrize(("text", "holder", "begins"), CAUSES_SEEN)
def test_who_says_what_in_wordings_of_other_houses(text: str, holder: str, begins: str) -> None:
    assert any(who.startswith(holder) and said.startswith(begins) for who, said in pairs(text))


def test_while_parts_two_speakers() -> None:
    assert pairs("Doctors say the wards are full while the ministry denies that it is so.") == [
        ("unnamed doctors", "the wards are full"),
        ("unnamed ministry", "that it is so"),
    ]


def test_a_quotation_passed_on_by_a_press_office_is_the_speakers() -> None:
    text = "“Nobody can,” union head Bo Chan was quoted as saying by the union’s press service."
    assert pairs(text) == [("Bo Chan", "“Nobody can,”")]


def test_what_was_never_said_has_no_row() -> None:
    assert pairs("As Anna Lee never said, hope is no timetable.") == []
    assert pairs("Strike hits port, Norvik vows response") == [("Norvik", "response")]


PAGE = [
    "Skip to main content",
    "Home > Business > Ports",
    "By Ada Holm and Ole Lind",
    "posted by quill on January 8, 2025 in rants | 14 comments",
    "March 14, 2025 10:42 AM GMT+1 · Updated 3 hours ago",
    "Last modified on Wed 19 Nov 2025 11.31 GMT",
    "8 hours ago",
]
AFTER_THE_STORY = ["More on this story", "Top stories", "Suggested Topics:", "Explore more on this"]


@pytest.mark.parametrize("line", PAGE)
def test_what_stands_on_the_page_beside_the_story_is_furniture(line: str) -> None:
    text = f"{line}\nTown to keep its bridge\nMayor Anna Lee said that the bridge will stay open."
    kinds = [part.kind for part in lines(Document("d", text, "The Herald"))]
    assert kinds == ["furniture", "headline", "body"]


@pytest.mark.parametrize("line", AFTER_THE_STORY)
def test_teasers_after_the_story_have_no_rows(line: str) -> None:
    text = (
        "Mayor Anna Lee said that the bridge will stay open for the whole winter, and the harbour "
        f"board agreed to it.\n{line}\nStorm: mayor says ‘stay at home’\n2 March"
    )
    assert [holder for holder, _ in pairs(text)][:1] == ["Anna Lee"]
    assert all("stay at home" not in said for _, said in pairs(text))


@pytest.mark.parametrize(
    "line",
    [
        "A boat at the quay of Orvik [File: Ada Holm/The Ledger]",
        "[1/2]A boat at the quay of Orvik, January 9, 2025. LEDGER/Ada Holm",
        "Getty Images Anna Lee, in a coat, says goodbye to the crew",
    ],
)
def test_a_picture_credit_makes_a_caption(line: str) -> None:
    text = f"Town to keep its bridge\n{line}\nMayor Anna Lee said that the bridge will stay open."
    kinds = [part.kind for part in lines(Document("d", text, "The Herald"))]
    assert kinds == ["headline", "caption", "body"]


@pytest.mark.parametrize("line", ["May 5 deal collapses", "By then the mayor had left the town"])
def test_headlines_with_a_date_or_by_are_headlines(line: str) -> None:
    text = f"{line}\nMayor Anna Lee said that the bridge will stay open."
    assert lines(Document("d", text, "The Herald"))[0].kind == "headline"


def test_quoted_words_above_a_part_of_the_story_are_nobodys() -> None:
    text = (
        "Mr Ole Lind said that he “ought to have known”.\n‘I was fifteen’\n"
        "Ada Holm, a former diver, said that she never went back."
    )
    assert [said for _, said in pairs(text)] == [
        "that he “ought to have known”",
        "that she never went back",
    ]


def test_a_label_of_the_outlet_before_a_colon_speaks_not() -> None:
    assert pairs("Harbour Headlines: Norvik pledges two new ferries") == [
        ("Norvik", "two new ferries")
    ]


@pytest.mark.parametrize(
    "warning", ["there would be no amnesty", "the money would have to come from somewhere else"]
)
def test_who_would_do_something_is_no_addressee_of_a_warning(warning: str) -> None:
    (found,) = attribute([Document("d", f"Lee warned {warning}.", "Herald")])
    assert found.content[0].text == warning


def test_a_forecast_behind_a_figure_is_no_verb() -> None:
    text = "The IMF now sees growth of 1.2 percent, down from 1.9 percent in its April forecast."
    assert not [a for a in attribute([Document("d", text, "Herald")]) if a.cue == "forecast"]


def test_who_refuses_to_rule_out_takes_no_side() -> None:
    text = "Anna Lee refused to rule out a move. Bo Chan refused to pay."
    found = attribute([Document("d", text, "Herald")])
    assert [a.polarity for a in found] == ["declines", "denies"]


def test_what_could_not_yet_be_said() -> None:
    text = "The agency said it had begun and could not yet say whether the dam would hold."
    found = attribute([Document("d", text, "Herald")])
    assert [(a.cue, a.polarity) for a in found] == [
        ("said", "asserts"),
        ("could not yet say", "declines"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Asked whether the dam would hold, Anna Lee said it was early days.",
        "Anna Lee was asked whether the dam would hold. “It is early days,” she said.",
    ],
)
def test_what_somebody_is_asked_is_not_theirs(text: str) -> None:
    found = attribute([Document("d", text, "Herald")])
    assert [(a.holder, a.cue) for a in found] == [("Anna Lee", "said")]


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Anna Lee issued a statement saying the dam would hold.", "Anna Lee"),
        ("Anna Lee released a statement on Friday saying the dam would hold.", "Anna Lee"),
        ("Bo Chan filed a lawsuit alleging that the dam leaked.", "Bo Chan"),
        ("Police received a letter saying that the dam leaked.", "unnamed letter"),
    ],
)
def test_a_text_has_the_words_of_who_issued_it(text: str, holder: str) -> None:
    (found,) = attribute([Document("d", text, "Herald")])
    assert found.holder == holder


@pytest.mark.parametrize(
    ("text", "holder", "content"),
    [
        (
            "The drug is safe, the Drugs Board said on Friday, ending a long review.",
            "Drugs Board",
            "The drug is safe",
        ),
        (
            "Anna Lee said her country did not want war but would defend itself.",
            "Anna Lee",
            "her country did not want war but would defend itself",
        ),
        (
            "Bo Chan, who also testified, said nobody knew the cost.",
            "Bo Chan",
            "nobody knew the cost",
        ),
        (
            "KELT CITY, June 3 - Four soldiers were killed on Monday, officials said.",
            "unnamed officials",
            "Four soldiers were killed on Monday",
        ),
        (
            "NEW DELHI: The court will hear the case on Monday, Anna Lee said.",
            "Anna Lee",
            "The court will hear the case on Monday",
        ),
    ],
)
def test_where_a_content_begins_and_ends(text: str, holder: str, content: str) -> None:
    (found,) = attribute([Document("d", text, "Herald")])
    assert (found.holder, found.content[0].text) == (holder, content)
    assert len(found.content) == 1


@pytest.mark.parametrize(
    ("text", "holder", "polarity"),
    [
        ("Pat Doyle has rubbished reports that he will leave.", "Pat Doyle", "denies"),
        ("Erik Dahl declined to be drawn on rates.", "Erik Dahl", "declines"),
        ("The team that made the find stands by its claim.", "unnamed team", "asserts"),
        ("Advocate Meera Pillai argued that it was late.", "Meera Pillai", "asserts"),
    ],
)
def test_who_takes_which_way(text: str, holder: str, polarity: str) -> None:
    (found,) = attribute([Document("d", text, "Herald")])
    assert (found.holder, found.polarity) == (holder, polarity)


def test_what_somebody_denies_doing() -> None:
    (found,) = attribute([Document("d", "Lee denies seeking a deal.", "Herald")])
    assert (found.content[0].text, found.polarity) == ("seeking a deal", "denies")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (  # a party and a district behind the name
            "Sen. Ada Roe, R-Karsk, whose committee has had a bill for a year, said laws fail.",
            [("Ada Roe", "laws fail")],
        ),
        (  # "that" belongs to a noun
            "Norland is ready for talks provided that Karsk shows “real will”, minister Ada Roe "
            "said on Sunday in a shift from its claim in May that they were over.",
            [("Ada Roe", "Norland is ready for talks provided that Karsk shows “real will”")],
        ),
        (  # two participles
            "Ada Roe broke her silence, urging both sides back to the table and saying that "
            "she was open to it.",
            [("Ada Roe", "both sides back to the table"), ("Ada Roe", "that she was open to it")],
        ),
        (
            "Ada Roe says she is for it. She should say so to their faces.",
            [("Ada Roe", "she is for it")],
        ),
        (  # the speaker of a headline behind the colon
            "Norland ready to resume talks on the dam: Roe\n\nTalks will go on, Ada Roe said.",
            [
                ("Ada Roe", "Norland ready to resume talks on the dam"),
                ("Ada Roe", "Talks will go on"),
            ],
        ),
        ("Karsk did not comment publicly on the outcome.", [("Karsk", "the outcome")]),
        ("PM Ada Roe said it leaks.", [("Ada Roe", "it leaks")]),
        (  # a noun that looks like a verb of saying
            "Travel got easier, Karsk announced, days before the rules that caused it were due.",
            [("Karsk", "Travel got easier … days before the rules that caused it were due")],
        ),
        (  # "he" is the subject before the semicolon
            "Bo Chan hailed the deal. Max Dunn was less so; he told the radio that it was dear.",
            [("Bo Chan", "the deal"), ("Max Dunn", "that it was dear")],
        ),
        ("Ada Roe said late on July 31 that it leaks.", [("Ada Roe", "that it leaks")]),
        (
            "Talks failed, for which Ada Roe pinned the blame on Chan.",
            [("Ada Roe", "Chan")],
        ),
        (
            "The port's Ada Roe, who a year ago said that it leaks, said it would close.",
            [("Ada Roe", "that it leaks"), ("Ada Roe", "it would close")],
        ),
        (
            "Karsk Water: owners pull the plug\n\nIt is unsafe, Ada Roe said.",
            [("Ada Roe", "It is unsafe")],
        ),
        (
            "Karsk Water: pipes are safe\n\nThe pipes are safe, Karsk Water said.",
            [("Karsk Water", "pipes are safe"), ("Karsk Water", "The pipes are safe")],
        ),
        (
            "The environment department, Denvo, said it was safe. But the department insisted that "
            "it was dear.",
            [("Denvo", "it was safe"), ("Denvo", "that it was dear")],
        ),
        (  # what is shot back, and at whom
            "Ada Roe accused Chan of holding a deal hostage; Chan shot back that Roe was “lying”.",
            [("Ada Roe", "Chan of holding a deal hostage"), ("Chan", "that Roe was “lying”")],
        ),
        (
            "Ada Roe dismissed the remark: “Every fibre of ours is poured into the fight.”",
            [
                ("Ada Roe", "the remark"),
                ("Ada Roe", "“Every fibre of ours is poured into the fight.”"),
            ],
        ),
        ("Ada Roe dismissed almost her entire cabinet on Thursday.", []),
        ("Ada Roe named four members of the party to her cabinet.", []),
        (
            "Ada Roe, who last week voted for a motion to drop the case, said “enough is enough”.",
            [("Ada Roe", "a motion to drop the case"), ("Ada Roe", "“enough is enough”")],
        ),
        (
            "Ada Roe, who in the past has called Chan a man who “put lives at risk”, said that it "
            "had “gone on for too long”.",
            [
                ("Ada Roe", "Chan a man who “put lives at risk”"),
                ("Ada Roe", "that it had “gone on for too long”"),
            ],
        ),
        (
            "Prime Minister Ada Roe left. “It is for the courts,” the prime minister's official "
            "spokesman said.",
            [("unnamed prime minister's official spokesman", "“It is for the courts,”")],
        ),
        (  # "she" is whom the sentence began with
            "Bo Chan is not convinced. Ada Roe of Karsk Institute stayed out of it, but her tests, "
            "she wrote, suggest that it holds.",
            [("Ada Roe", "her tests … suggest that it holds")],
        ),
        (
            "“It leaks,” Ada Roe said. It is too early to say that there is compelling evidence, "
            "she and her colleague Bo Chan said.",
            [
                ("Ada Roe", "“It leaks,”"),
                ("Bo Chan", "It is too early to say that there is compelling evidence"),
            ],
        ),
        (
            "The Karsk Society of Ships and Sailors said that it waits.",
            [("Karsk Society of Ships and Sailors", "that it waits")],
        ),
        (
            "“We do not talk,” Ada Roe said last month, though she added that much was open.",
            [("Ada Roe", "“We do not talk,”"), ("Ada Roe", "that much was open")],
        ),
        (  # a gerund is no first name
            "Ada Roe was calm. “It leaks,” she said. Blaming Chan was easy; she preferred to blame "
            "the firm.",
            [("Ada Roe", "“It leaks,”"), ("Ada Roe", "to blame the firm")],
        ),
        (  # her own office, whoever's it is
            "Ada Roe is the city's transport commissioner. “It leaks,” the city's transport "
            "commissioner said.",
            [("Ada Roe", "“It leaks,”")],
        ),
        (
            "Ada Roe thanked supporters on X. “Bo is free!” she wrote.",
            [("Ada Roe", "supporters on X"), ("Ada Roe", "“Bo is free!”")],
        ),
        ("Labour has ruled out a sale.", [("Labour", "a sale")]),
        (
            "Ada Roe, director of Karsk Transit, who came with the minister, said it leaks.",
            [("Ada Roe", "it leaks")],
        ),
        (
            "Ada Roe, who heads the mission, UNKAR, said it leaks.",
            [("Ada Roe", "it leaks")],
        ),
        ("In Oran, his deputy, Ada Roe, said it leaks.", [("Ada Roe", "it leaks")]),
        (
            "In a statement to Karsk Nine, the league's chief executive, Ada Roe, said it leaks.",
            [("Ada Roe", "it leaks")],
        ),
        (
            "The leader of the Alliance for Civic Renewal, Ada Roe, said it leaks.",
            [("Ada Roe", "it leaks")],
        ),
        (
            "Ada Roe of pipeline operator Karsk Bon Transit said it leaks.",
            [("Ada Roe", "it leaks")],
        ),
        ("Steelmaker Arvanta said it leaks.", [("Arvanta", "it leaks")]),
        (
            "Ada Roe, the MP for Skelby and Barrow Marsh, said it leaks.",
            [("Ada Roe", "it leaks")],
        ),
        (
            "Yannis Perdi said it is empty. On the fish he was contradicted by Ada Roe, a "
            "biologist with the group Karsk Watch. “It is full,” she said.",
            [("Yannis Perdi", "it is empty"), ("Ada Roe", "“It is full,”")],
        ),
        (
            "A former technician at the plant told the Post that it leaks. “All knew,” the person "
            "said.",
            [
                ("unnamed former technician at the plant", "that it leaks"),
                ("unnamed former technician at the plant", "“All knew,”"),
            ],
        ),
        (
            "Energy Minister Ada Roe said she agreed.\n\nA senior official, speaking on condition "
            "of anonymity, was blunter. “We stay out,” the official said.",
            [("Ada Roe", "she agreed"), ("unnamed senior official", "“We stay out,”")],
        ),
        (
            "Defence Minister Issa Haroun Tadjo said it leaks. “It is ready,” General Tadjo said.",
            [("Issa Haroun Tadjo", "it leaks"), ("Issa Haroun Tadjo", "“It is ready,”")],
        ),
        (
            "Ministers “ready” to go, says defence minister\n\nDefence Minister Bo Tadjo said it "
            "leaks.\n\nThe minister said it was time. Ada Roe, who stood beside the minister, "
            "said no.",
            [
                ("Bo Tadjo", "Ministers “ready” to go"),
                ("Bo Tadjo", "it leaks"),
                ("Bo Tadjo", "it was time"),
                ("Ada Roe", "no"),
            ],
        ),
        (
            "Mayor Rosario Inza was not reassured. The works would not get through January, "
            "he said.",
            [("Rosario Inza", "The works would not get through January")],
        ),
        ("KARSK -- It is unsafe, Ada Roe said.", [("Ada Roe", "It is unsafe")]),
        (
            "It is unsafe, Ada Roe said.\n\n• This article was amended on 3 May. An earlier one "
            "misstated the number of spills.",
            [("Ada Roe", "It is unsafe")],
        ),
    ],
)
def test_read_in_new_articles(text: str, said: list[tuple[str, str]]) -> None:
    assert pairs(text) == said


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        (
            "Ada Roe, a Liberal, has not taken a position on the bill.",
            "has not taken a position on",
        ),
        ("The guild has yet to take a position on the merger.", "has yet to take a position on"),
        ("The firm has not decided whether to appeal.", "has not decided"),
        ("Karsk did not comment publicly on the outcome.", "did not comment publicly on"),
    ],
)
def test_what_is_left_open(text: str, cue: str) -> None:
    assert [(a.cue, a.polarity) for a in told(text)] == [(cue, "declines")]


@pytest.mark.parametrize(
    ("text", "polarity", "premise"),
    [
        (
            "Ada Roe would not comment on the raid, or say if it had failed.",
            ["declines", "declines"],
            "Ada Roe did not say if it had failed.",
        ),
        (
            "Ada Roe declined to comment or confirm that the dam leaks.",
            ["declines", "declines"],
            "Ada Roe did not confirm that the dam leaks.",
        ),
        (
            "Ada Roe would not comment on the raid and said the dam leaks.",
            ["declines", "asserts"],
            "Ada Roe said that the dam leaks.",
        ),
    ],
)
def test_a_refusal_covers_what_is_joined_to_it(
    text: str, polarity: list[str], premise: str
) -> None:
    document = Document("d", text, "Post")
    found = attribute([document])
    assert [a.polarity for a in found] == polarity
    assert passages(document, found)[-1].premise == premise


@pytest.mark.parametrize(
    ("text", "affiliation"),
    [
        (
            "Karsk General Hospital closed. Hospital CEO Ada Roe called it “a shame”.",
            "Karsk General Hospital",
        ),
        ("Hospital CEO Ada Roe called it “a shame”.", None),
        ("Irrigation Minister Ada Roe said it leaks.", None),
        (  # its: of the firm that spoke just before
            "GM said that it was fair. Denvo said that strikes would hurt. Its North America "
            "chief, Ada Roe, said that it was not there.",
            "Denvo",
        ),
        (
            "“It is bad,” said Ada Roe of the Freedom of the Press Foundation.",
            "Freedom of the Press Foundation",
        ),
        ("Egyptian Irrigation Minister Ada Roe said it leaks.", "Egypt"),
    ],
)
def test_a_common_noun_is_nobodys_affiliation(text: str, affiliation: str | None) -> None:
    assert told(text)[-1].affiliation == affiliation


@pytest.mark.parametrize(
    "text",
    [
        "**Ana Ruiz** said that the dam holds.",
        "[Ana Ruiz](https://x.org/a) [said](https://x.org/b) that the dam **holds**.",
        "# Dam\n\n> *Ana Ruiz* said that the dam [holds](https://x.org).",
    ],
)
def test_signs_of_markdown_are_read_past(text: str) -> None:
    document = Document("d", text, "Post")
    found = attribute([document])
    assert [(a.holder, a.cue) for a in found] == [("Ana Ruiz", "said")]
    (said,) = [p for p in passages(document, found) if p.holder_type == "speaker"]
    assert said.premise == "Ana Ruiz said that the dam holds."
    assert text[said.start : said.end] == said.text


def test_every_rule_has_a_chance_even_one_that_was_never_right() -> None:
    from stance.speech.precision import TABLE, UNKNOWN, precision

    with files("stance").joinpath(TABLE).open(encoding="utf-8") as rows:
        known = {(row["rule"], row["lemma"]): int(row["right"]) for row in csv.DictReader(rows)}
    assert 0 in {right for (_, lemma), right in known.items() if not lemma}
    assert all(0 < precision(rule, lemma) < 1 for rule, lemma in known)
    assert precision("no such rule") == UNKNOWN
