"""Denials that stand behind what they deny: whose words are whose."""

from __future__ import annotations

import pytest

from stance.attribution import attribute
from stance.evidence import premise
from stance.types import Document
from stance.voice import passages

CASES = [
    (
        "Bakers walked out of talks with the flour mills on Monday, accusing them of acting as a "
        "cartel, an allegation the mills rejected.",
        ("unnamed mills", "acting as a cartel", "Mills denied acting as a cartel."),
        ("unnamed bakers", "them of acting as a cartel"),
    ),
    (
        "Karl Holm accused the ministry of hiding the report, an accusation the ministry denies.",
        ("unnamed ministry", "hiding the report", "The ministry denied hiding the report."),
        ("Karl Holm", "the ministry of hiding the report"),
    ),
    (
        "Anna Reis said the vote was rigged, a claim rejected by the election commission.",
        ("unnamed election commission", "the vote was rigged", "the vote was rigged"),
        ("Anna Reis", "the vote was rigged"),
    ),
    (
        "Anna Reis said that the vote was rigged, which commission head Karl Bo has repeatedly "
        "denied.",
        ("Karl Bo", "that the vote was rigged", "the vote was rigged"),
        ("Anna Reis", "that the vote was rigged"),
    ),
    (
        "Critics say the law will silence journalists, a fear the government calls baseless.",
        ("unnamed government", "the law will silence journalists", "the law will silence "
         "journalists"),
        ("unnamed critics", "the law will silence journalists"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "denier", "accuser"), CASES)
def test_the_denier_has_what_the_accuser_says(
    text: str, denier: tuple[str, str, str], accuser: tuple[str, str]
) -> None:
    document = Document("d", text, "Herald")
    found = attribute([document])
    by_polarity = {a.polarity: a for a in found}
    assert len(found) == 2
    assert (by_polarity["denies"].holder, by_polarity["denies"].content[0].text) == denier[:2]
    assert (by_polarity["asserts"].holder, by_polarity["asserts"].content[0].text) == accuser
    for a in found:
        for span in a.content:
            assert text[span.start : span.end] == span.text
    told = {p.holder: premise(p) for p in passages(document, found) if p.attribution}
    assert told[denier[0]] == denier[2]
    assert set(told) == {denier[0], accuser[0]}, "each has a passage of their own"


@pytest.mark.parametrize(
    ("text", "denier"),
    [
        ("Ada Lee accuses Bo Holm of fraud, charges he calls absurd.", "Bo Holm"),
        ("Analysts say the bank is insolvent, a claim it disputes.", "unnamed bank"),
        ("The UN says 30 people died, a figure the army disputes.", "unnamed army"),
    ],
)
def test_a_pronoun_that_denies_is_whom_it_is_about(text: str, denier: str) -> None:
    found = attribute([Document("d", text, "Herald")])
    assert [a.holder for a in found if a.polarity == "denies"] == [denier]


@pytest.mark.parametrize(
    "text",
    [
        "Anna Reis said the vote was rigged, and the commission denied her a recount.",
        "Anna Reis said the vote was rigged, which nobody had expected.",
        "Anna Reis said the budget, which parliament rejected, was sound.",
        "Anna Reis said the budget, which parliament rejected on Monday, was sound.",
    ],
)
def test_no_answer_where_nobody_answers(text: str) -> None:
    found = attribute([Document("d", text, "Herald")])
    assert not [a for a in found if a.reason == "X denied it"]


@pytest.mark.parametrize(
    ("text", "holder", "content"),
    [
        (
            "Reports that the pair had met in Geneva were dismissed by the Iranian delegation.",
            "Iranian delegation",
            "that the pair had met in Geneva",
        ),
        (
            "Claims that the dam leaks have been rejected by the operator.",
            "unnamed operator",
            "that the dam leaks",
        ),
    ],
)
def test_what_a_report_says_is_what_is_denied(text: str, holder: str, content: str) -> None:
    (found,) = attribute([Document("d", text, "Herald")])
    assert (found.holder, found.polarity) == (holder, "denies")
    assert found.content[0].text == content
