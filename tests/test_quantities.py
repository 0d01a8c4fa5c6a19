"""Amounts and dates: what is read, and what counts as different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.quantities import Amount, amounts, dates, differ


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200 civilian observers arrived", [Amount(200, "observer")]),
        ("two hundred observers", [Amount(200, "observer")]),
        ("$1.5bn in aid", [Amount(1.5e9, "dollar")]),
        ("prices rose 4.5 per cent", [Amount(4.5, "%")]),
        ("4.5% of voters", [Amount(4.5, "%")]),
        ("more than 3 million refugees", [Amount(3e6, "refugee", "at least")]),
        ("no more than 3 refugees", [Amount(3, "refugee", "at most")]),
        ("not less than 3 refugees", [Amount(3, "refugee", "at least")]),
        ("less than 3 refugees", [Amount(3, "refugee", "at most")]),
        ("1,250 soldiers", [Amount(1250, "soldier")]),
        ("on March 4 they met", []),
        ("one of them", []),
        ("no numbers here", []),
        ("three winters out of four", [Amount(75, "%", "about")]),
        ("one in five pupils", [Amount(20, "%", "about")]),
        ("3 deaths in 5 days", [Amount(3, "death"), Amount(5, "day")]),
        ("a quarter of the herd", [Amount(25, "%", "about")]),
        ("the house voted 31 to 28", [Amount(31, "vote"), Amount(28, "vote")]),
        ("a pit 12m wide", [Amount(12, "metre")]),
        ("a 12-foot wall", [Amount(12, "foot")]),
        ("on 5 March 2021 they met", []),
        ("in 2019 observers came", []),
        ("for $2000", [Amount(2000, "dollar")]),
        ("sent 2000 observers", [Amount(2000, "observer")]),
        ("over a thousand suspects", [Amount(1000, "suspect", "at least")]),
        ("four and a half million copies", [Amount(4.5e6, "copy")]),
        ("two hundred and fifty-six copies", [Amount(256, "copy")]),
        ("for five six minutes", []),
        ("rose by $3bn", [Amount(3e9, "dollar", role="by")]),
        ("rose to about $3bn", [Amount(3e9, "dollar", "about", "to")]),
        ("the 27th state, in 221 BC, three times", []),
        ("a 13th-century church", [Amount(13, "century")]),
    ],
)
def test_amounts(text: str, expected: list[Amount]) -> None:
    assert amounts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 4 March 2021", [(2021, 3, 4)]),
        ("March 4, 2021", [(2021, 3, 4)]),
        ("by October 2022", [(2022, 10, None)]),
        ("in May", [(None, 5, None)]),
        ("they may go and march on", []),
        ("since 1998", [(1998, None, None)]),
        ("since the 2019 elections", [(2019, None, None)]),
        ("in 2019 observers came", [(2019, None, None)]),
        ("below 1990 levels", [(1990, None, None)]),
        ("it costs $2000, or £ 2000", []),
        ("it costs 2000 euros", []),
        ("some 2000 miles away", []),
        ("sent 2000 civilian observers", []),
        ("more than 2000 workers", []),
        ("Blade Runner 2049 and Agenda 2030", []),
        ("In 2019 and by Sept. 2020", [(2019, None, None), (2020, 9, None)]),
        ("Since 2019", [(2019, None, None)]),
        ("1982's sequel", [(1982, None, None)]),
        ("in the 1970s", [(1970, None, None)]),
    ],
)
def test_dates(text: str, expected: list[tuple[int | None, int | None, int | None]]) -> None:
    assert [(d.year, d.month, d.day) for d in dates(text)] == expected


@pytest.mark.parametrize(
    ("passage", "claim", "different"),
    [
        ("We send 100 observers.", "They send 200 observers.", True),
        ("We send 100 observers.", "They send 100 observers.", False),
        ("We send observers.", "They send 200 observers.", False),
        ("At least 150 observers go.", "They send 200 observers.", False),
        ("Up to 150 observers go.", "They send 200 observers.", True),
        ("About 195 observers go.", "They send 200 observers.", False),
        ("We send 100 observers and 200 trucks.", "They send 200 trucks.", False),
        ("It opens in June 2025.", "It opens in March 2025.", True),
        ("It opens in June.", "It opens in 2025.", False),
        ("It opens on 3 June 2025.", "It opens in June 2025.", False),
        ("Prices rose by 3 per cent.", "Prices rose by 5%.", True),
        ("The ferry failed on three of four days.", "It failed three days out of four.", False),
        ("One in five pupils was ill.", "20% of the pupils were ill.", False),
        ("One in five pupils was ill.", "Half of the pupils were ill.", True),
        ("It passed by 31 votes to 28.", "The house voted 31 to 28 for it.", False),
        ("It passed by 31 votes to 28.", "The house voted 35 to 24 for it.", True),
        ("The well is 20 feet deep.", "The well is 6 metres deep.", False),
        ("The well is 20 feet deep.", "The well is 20 metres deep.", True),
        ("The pit is 6m deep.", "The pit is 20 feet deep.", False),
        ("It took two weeks.", "It took 14 days.", False),
        ("It lasted 5 to 10 days.", "It lasted 7 votes.", False),
        ("Rates rose to 8%.", "Rates rose from 5% to 8%.", False),
        ("Rates rose to 9%.", "Rates rose from 5% to 8%.", True),
        ("The well is 20 feet deep.", "The well is 6 metres deep and 1 metre wide.", False),
        ("We send 100 observers and 30 trucks.", "They send 200 observers and 30 trucks.", True),
        ("We sent 100 observers.", "They will send 200 observers.", True),
        ("It ran in 2019.", "It ran between 2019 and 2021.", False),
        ("It ran in 2020.", "It ran between 2019 and 2021.", False),
        ("It ran in 2022.", "It ran between 2019 and 2021.", True),
        ("It costs $2000.", "It costs $2000 since 2021.", False),
        ("It rose to 8%.", "It rose by 5%.", False),
        ("It rose 3%.", "It rose by 5%.", True),
        ("It will cost $273bn, up from $267bn.", "The cost will rise by $6bn.", False),
        ("It will cost $273bn, up from $267bn.", "The cost will rise by $9bn.", True),
        ("Two men watch a man and three men play.", "Five men are there.", False),
        ("Over a thousand men went.", "1,200 men went.", False),
        ("It was made in 2006.", "It was made before 2009.", False),
        ("It was made in 2006.", "It was made prior to 2005.", True),
        ("It was made in 2006.", "It was made after 2005.", False),
        ("It was made in 2006.", "It was made in 2005 or later.", False),
        ("It was made in 2006.", "It was made in or before 2005.", True),
        ("It was made in 1982.", "It was made in the 1980s.", False),
        ("It was made in 1982.", "It was made in the 1970s.", True),
        ("It was made in 1919.", "It is from the 1900's.", False),
        ("We will cut them by 2030.", "We will cut them by 2035.", True),
        ("We will cut them by 2030.", "We will cut them in 2028.", False),
        ("It ran by 3 June 2020.", "It ran on 4 June 2020.", True),
        ("It opens in May.", "It opens after June.", False),
        ("Ryan stars in Blade Runner 2049.", "Ryan starred in it in 2017.", False),
    ],
)
def test_differ(passage: str, claim: str, different: bool) -> None:
    assert differ(passage, claim) is different


def test_each_value_can_be_asked_for() -> None:
    assert differ("Rates rose to 8%.", "Rates rose from 5% to 8%.", each=True)
    assert not differ("Rates rose from 5% to 8%.", "Rates rose to 8%.", each=True)


@given(st.text(max_size=200))
def test_a_text_never_differs_from_itself(text: str) -> None:
    assert not differ(text, text)
