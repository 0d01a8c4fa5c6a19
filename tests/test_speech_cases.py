"""Reported speech in news, sentence by sentence: who said what by which word, and who did not."""

from __future__ import annotations

import pytest

from stance.attribution import attribute
from stance.secondopinion import _credible
from stance.speech.extraction import Tagged
from stance.types import Document

Told = list[tuple[str, str | None, str]]


def told(text: str) -> Told:
    """Holder, cue and whole content of every attribution; contents stand where they say."""
    found = attribute([Document("d", text, "The Herald")])
    for row in found:
        assert all(text[s.start : s.end] == s.text for s in row.content)
    return [(a.holder, a.cue, " … ".join(s.text for s in a.content)) for a in found]


OPEN = "“The plant will open in May.”"

PARAGRAPHS: list[tuple[str, Told]] = [
    (
        f"Mayor Ana Ruiz said on Tuesday:\n\n{OPEN}\n\nShe added that water is cheap.",
        [("Ana Ruiz", "said", OPEN), ("Ana Ruiz", "added", "that water is cheap")],
    ),
    (
        f"Mayor Ana Ruiz said on Tuesday:\n{OPEN}\nShe added that water is cheap.",
        [("Ana Ruiz", "said", OPEN), ("Ana Ruiz", "added", "that water is cheap")],
    ),
    (
        "The council met in Karsk on Monday. Mayor Ana Ruiz said:\n\n“The plant will open.\n\n"
        "“Nobody was harmed.\n\n“We will pay for it.”\n\nBo Chan said it was late.",
        [
            ("Ana Ruiz", "said", "“The plant will open."),
            ("Ana Ruiz", None, "“Nobody was harmed."),
            ("Ana Ruiz", None, "“We will pay for it.”"),
            ("Bo Chan", "said", "it was late"),
        ],
    ),
    ("Shell wrote in a letter:\n\n'It leaks.'", [("Shell", "wrote", "'It leaks.'")]),
    ("Ana Ruiz said:\n\nIt leaks.", []),
    # the lead has something of what is said
    (
        "Bo Chan said that the plan was dead:\n\n“It leaks.”",
        [("Bo Chan", "said", "that the plan was dead … “It leaks.”")],
    ),
    # a quotation that has its own speaker, and leads that say nothing
    (
        "Here is what officials told us:\n\n“It leaks,” Anna Lee said. “We knew it.”",
        [("Anna Lee", "said", "“It leaks,” … “We knew it.”")],
    ),
    (f"Quote of the day:\n\n{OPEN}", []),
    # a line with a dash and a name under the words
    (
        f"{OPEN}\n\n— Tomas Lind (@tlind) March 6, 2024",
        [("Tomas Lind", None, OPEN)],
    ),
    (
        f"The council met in Karsk on Monday.\n\n{OPEN}\n– Ana Ruiz, mayor",
        [("Ana Ruiz", None, OPEN)],
    ),
    (
        "“The plant will open.\n\n“Nobody was harmed.”\n\n— Ana Ruiz, Mayor of Karsk",
        [
            ("Ana Ruiz", None, "“The plant will open."),
            ("Ana Ruiz", None, "“Nobody was harmed.”"),
        ],
    ),
    (
        "The council met in Karsk.\n\nThe plant will open.\n\n— Tomas Lind (@tlind) March 6, 2024",
        [("Tomas Lind", None, "The plant will open.")],
    ),
    # nobody is quoted, the paragraph has its own speaker, or the line names no one
    ("The plant will open in May.\n\n— Ana Ruiz, mayor", []),
    (
        "“It leaks,” said Ana Ruiz.\n\n— Tomas Lind (@tlind) March 6, 2024",
        [("Ana Ruiz", "said", "“It leaks,”")],
    ),
    (f"{OPEN}\n\n– Reporting by Bo Chan", []),
]

QUOTATIONS: list[tuple[str, Told]] = [
    (
        "''The plant will open,'' Ana Ruiz said. ``It is safe,'' Lind added.",
        [
            ("Ana Ruiz", "said", "''The plant will open,''"),
            ("Lind", "added", "``It is safe,''"),
        ],
    ),
    ("“The plan,” said Anna Lee, “is dead.”", [("Anna Lee", "said", "“The plan,” … “is dead.”")]),
    (
        "“The idea,” said Mary Beard, “is bonkers.”",
        [("Mary Beard", "said", "“The idea,” … “is bonkers.”")],
    ),
    (
        "“When I saw the flames,” said Li Wei, “I ran.”",
        [("Li Wei", "said", "“When I saw the flames,” … “I ran.”")],
    ),
    ("“The plan,” she said, “failed.”", [("unnamed woman", "said", "“The plan,” … “failed.”")]),
    # a few words that go on with nobody's speech
    (
        "“It leaks,” Anna Lee said, calling it “a mess,” and “a shame.”",
        [
            ("Anna Lee", "said", "“It leaks,”"),
            ("Anna Lee", "calling", "it “a mess,” and “a shame.”"),
        ],
    ),
    # any verb in the past beside a quotation
    (
        "“The tariffs are illegal,” a federal court ruled.",
        [("unnamed federal court", "ruled", "“The tariffs are illegal,”")],
    ),
    (
        "“The tariffs are illegal,” the court ruled on Friday.",
        [("unnamed court", "ruled", "“The tariffs are illegal,”")],
    ),
    ("“Don't do it,” the coach begged.", [("unnamed coach", "begged", "“Don't do it,”")]),
    ("“Don't do it,” begged the coach.", [("unnamed coach", "begged", "“Don't do it,”")]),
    ("“Get out!” screamed the landlord.", [("unnamed landlord", "screamed", "“Get out!”")]),
    ("“Get out!” the landlord screamed.", [("unnamed landlord", "screamed", "“Get out!”")]),
    ("The song “Get Out!” topped the charts.", []),
    # without a verb of speech
    (
        "As Churchill put it, “We shall never surrender.”",
        [("Churchill", "put it", "“We shall never surrender.”")],
    ),
    ("As one aide put it: “He's toast.”", [("unnamed aide", "put it", "“He's toast.”")]),
    ("“He's toast,” as one aide put it.", [("unnamed aide", "put it", "“He's toast,”")]),
    ("He put it on the table.", []),
    (
        "To quote Churchill: “We shall never surrender.”",
        [("Churchill", "To quote", "“We shall never surrender.”")],
    ),
    (
        "It was, in the words of one senator, “a stitch-up”.",
        [("unnamed senator", "words", "It was … “a stitch-up”")],
    ),
    (
        "In Merkel's words, the crisis was “a test”.",
        [("Merkel", "words", "the crisis was “a test”")],
    ),
    # who tells, not who listens
    ("“Leave now,” villagers were told by the army.", [("unnamed army", "told", "“Leave now,”")]),
    (
        "Workers were told by managers that the plant would close.",
        [("unnamed managers", "told", "that the plant would close")],
    ),
    ("Workers were told on Monday that the plant would close.", []),
    ("She was asked by reporters whether she would stay.", []),
    (
        "The judge was quoted as saying by the newspaper Clarín that the evidence was thin.",
        [("unnamed judge", "saying", "that the evidence was thin")],
    ),
]

ACCORDING: list[tuple[str, Told]] = [
    (f"According to Anna Lee, {who}, the treaty is dead.", [("Anna Lee", "According to", dead)])
    for dead in ("the treaty is dead",)
    for who in (
        "a former minister",
        "who led the talks",
        "of Leeds University",
        "director of the Institute of Law",
    )
] + [
    (
        "The treaty, according to Anna Lee, a former minister, is dead.",
        [("Anna Lee", "according to", "The treaty … is dead")],
    ),
    (
        "According to the Wall Street Journal, which cited people familiar with the matter, Intel "
        "is in talks.",
        [("Wall Street Journal", "According to", "Intel is in talks")],
    ),
    (
        "According to Anna Lee, the dam, the bridge and the road are closed.",
        [("Anna Lee", "According to", "the dam, the bridge and the road are closed")],
    ),
    (
        "According to Anna Lee, a man entered the shop, shot the clerk and fled.",
        [("Anna Lee", "According to", "a man entered the shop, shot the clerk and fled")],
    ),
    (
        "According to Anna Lee, the treaty is dead, and the talks are over.",
        [("Anna Lee", "According to", "the treaty is dead, and the talks are over")],
    ),
]

CLAIMS: list[tuple[str, Told]] = [
    (
        "The IMF's warning that debt is unsustainable has rattled markets.",
        [("IMF", "warning", "that debt is unsustainable")],
    ),
    (
        "The IMF's warning that debt is rising and that banks are weak has rattled markets.",
        [("IMF", "warning", "that debt is rising and that banks are weak")],
    ),
    (
        "Ford's announcement that the plant would close shocked workers.",
        [("Ford", "announcement", "that the plant would close")],
    ),
    (
        "The company's insistence that the water is safe did not convince residents.",
        [("unnamed company", "insistence", "that the water is safe")],
    ),
    (
        "Anna Lee's claim, repeated on Friday, that the vote was rigged is false.",
        [("Anna Lee", "claim", "that the vote was rigged")],
    ),
    (
        "The company's claim that the water is safe was rejected by residents.",
        [
            ("unnamed company", "claim", "that the water is safe"),
            ("unnamed residents", "rejected", "that the water is safe"),
        ],
    ),
    ("Anna Lee’s claim that it leaks", [("Anna Lee", "claim", "that it leaks")]),
    (
        "Bo Chan repeated his warning that debt is unsustainable.",
        [("Bo Chan", "repeated", "his warning that debt is unsustainable")],
    ),
]

RELATIVES: list[tuple[str, Told]] = [
    (
        "Rwanda, which the UN says arms M23, denied the charge.",
        [("United Nations", "says", "arms M23"), ("Rwanda", "denied", "the charge")],
    ),
    (
        "The man police say shot the guard has denied murder.",
        [("unnamed police", "say", "shot the guard"), ("unnamed man", "has denied", "murder")],
    ),
    (
        "The striker, who Juventus say is not for sale, told Sky he was happy.",
        [
            ("Juventus", "say", "is not for sale"),
            ("unnamed striker", "told", "he was happy"),
        ],
    ),
    (
        "The minister, who denies wrongdoing, said he would stay.",
        [("unnamed minister", "said", "he would stay")],
    ),
    (
        "Anna Lee said set designers were late.",
        [("Anna Lee", "said", "set designers were late")],
    ),
    (
        "It is a decision that, the court said, “shocks the conscience”.",
        [("unnamed court", "said", "It is a decision that … “shocks the conscience”")],
    ),
    (
        "Senate Majority Leader John Thune, R-S.D., said it would not.",
        [("John Thune", "said", "it would not")],
    ),
    (
        "“It leaks,” said Rep. Ada Holm, D-N.Y., on Friday.",
        [("Ada Holm", "said", "“It leaks,”")],
    ),
]

CONDITIONS: list[tuple[str, Told]] = [
    ("If the court says yes, the sale will go ahead.", []),
    ("Unless the EU agrees that the deal is fair, it will fail.", []),
    ("Whenever the minister claims that crime has fallen, nobody listens.", []),
    ("The sale will go ahead if the court says the deal is fair.", []),
    (
        "If the governor says the bridge is safe, drivers will believe her, said Tom Reilly",
        [
            (
                "Tom Reilly",
                "said",
                "If the governor says the bridge is safe, drivers will believe her",
            )
        ],
    ),
    (
        "When the bank said in May it was safe, people believed it.",
        [("unnamed bank", "said", "it was safe"), ("unnamed people", "believed", "it")],
    ),
    (
        "While Anna Lee says it is safe, Bo Chan says it leaks.",
        [("Anna Lee", "says", "it is safe"), ("Bo Chan", "says", "it leaks")],
    ),
    ("If elected, Anna Lee says he will cut taxes.", [("Anna Lee", "says", "he will cut taxes")]),
]


@pytest.mark.parametrize(
    ("text", "rows"),
    PARAGRAPHS + QUOTATIONS + ACCORDING + CLAIMS + RELATIVES + CONDITIONS,
    ids=lambda value: value[:50] if isinstance(value, str) else "",
)
def test_who_says_what_by_which_word(text: str, rows: Told) -> None:
    assert sorted(told(text), key=str) == sorted(rows, key=str)


LISTS = [
    ("On Tuesday, Poland, Latvia and Estonia said they would go.", "Poland Latvia Estonia"),
    ("In a joint letter, Shell, BP and Equinor said the tax was harmful.", "Shell BP Equinor"),
    ("The attack was condemned by Shell, BP and Equinor.", "Shell BP Equinor"),
    ("The attack was condemned by Shell, and shares fell sharply.", "Shell"),
    ("In Karsk, Norland, Anna Lee and Bo Chan said it leaks.", "Anna-Lee Bo-Chan"),
]


@pytest.mark.parametrize(("text", "holders"), LISTS)
def test_every_name_of_a_list_speaks(text: str, holders: str) -> None:
    assert [holder.replace(" ", "-") for holder, _, _ in told(text)] == holders.split()


NOT_SAID = [
    ("When the bank says it is safe, people laugh.", "the bank", "says", "it is safe"),
    ("Workers were told that it would close.", "Workers", "were told", "that it would close"),
]


@pytest.mark.parametrize(("text", "holder", "cue", "content"), NOT_SAID)
def test_a_token_head_adds_neither_conditions_nor_listeners(
    text: str, holder: str, cue: str, content: str
) -> None:
    def span(words: str) -> tuple[int, int]:
        return text.index(words), text.index(words) + len(words)

    assert not _credible(text, Tagged(span(holder), span(cue), (span(content),), 0.9))


def test_what_a_memo_says_is_no_content_of_the_verb_behind_it() -> None:
    text = (
        "According to a draft memo seen by the Ledger, engineers at the authority warned as early "
        "as August that chargers would overheat."
    )
    found = attribute([Document("d", text, "The Ledger")])
    assert [c.text for a in found for c in a.content] == [text[text.index("engineers") : -1]]


def test_a_figure_takes_the_whole_quotation_along() -> None:
    text = 'The union disputes the sum; its president, Al Venn, puts the bill at "twelve, tops".'
    found = attribute([Document("d", text, "The Ledger")])
    assert [c.text for c in found[-1].content] == ['the bill at "twelve, tops"']


@pytest.mark.parametrize(
    "before",
    [
        "A spokeswoman for GridSør, Liv Marie Dahl, did not respond to requests for comment",
        "GridSør did not reply to questions",
    ],
)
def test_the_company_is_the_one_that_was_asked(before: str) -> None:
    text = (
        "Nordlys Ferries, which runs nine routes, said the date was unrealistic. "
        f"{before}, but the company wrote in a filing that capacity was available."
    )
    found = attribute([Document("d", text, "The Ledger")])
    assert found[-1].holder == "GridSør"
    assert found[0].holder == "Nordlys Ferries"
