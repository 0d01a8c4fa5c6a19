"""Strict dates, and English phrases against the day an article appeared."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.dates import find_dates, parse_date, resolve_date
from stance.errors import InputError
from stance.types import Date

WEDNESDAY = parse_date("2022-10-12")
PRECISIONS = st.sampled_from(["day", "month", "year"])


@given(st.dates(), PRECISIONS)
def test_round_trip(day: dt.date, precision: str) -> None:
    date = Date(day, precision)  # type: ignore[arg-type]
    again = parse_date(str(date))
    assert (str(again), again.precision) == (str(date), precision)
    assert parse_date(again) is again


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.binary()))
def test_anything_else_is_an_input_error(value: object) -> None:
    try:
        assert isinstance(parse_date(value), Date)
    except InputError as error:
        assert "write a day (2022-10-12)" in str(error)


@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_times_are_taken_at_the_day_written(moment: dt.datetime) -> None:
    assert parse_date(moment).start == moment.date()
    if moment.utcoffset() is None or moment.utcoffset().seconds % 60 == 0:  # type: ignore[union-attr]
        assert parse_date(moment.isoformat()).start == moment.date()


@pytest.mark.parametrize(
    "written",
    [
        "2022-10-12T23:59:59-11:00",
        "2022-10-12T00:00Z",
        "2022-10-12 09:30",
        " 2022-10-12 ",
        "2022-10-12T09:30:00.123456789+00:00",
        "2022/10/12",
        "2022.10.12",
        "20221012",
    ],
)
def test_day_of_a_time(written: str) -> None:
    assert str(parse_date(written)) == "2022-10-12"


@pytest.mark.parametrize(
    "written",
    [
        "March",
        "03/04/2022",
        "12.10.2022",
        "2022-13-01",
        "2022-02-30",
        "2022-1-2",
        "2022101",
        "20221312",
        "",
        "2022-10T10:00",
        "2022-10-12T25:00",
        "2022-W41",
        "0000",
        "２０２２",
        "today",
        float("nan"),
        1665532800,
        2022.0,
        True,
        None,
        ["2022"],
    ],
)
def test_rejected(written: object) -> None:
    with pytest.raises(InputError, match="write a day"):
        parse_date(written)


def test_slashes_are_told_apart() -> None:
    with pytest.raises(InputError, match="which part is the day"):
        parse_date("03/04/2022")


def test_numpy_and_pandas() -> None:
    np = pytest.importorskip("numpy")
    assert str(parse_date(np.datetime64("2022-10"))) == "2022-10"
    assert str(parse_date(np.datetime64("2022-10-12T05:00"))) == "2022-10-12"
    pd = pytest.importorskip("pandas")
    assert str(parse_date(pd.Timestamp("2022-10-12", tz="Asia/Yerevan"))) == "2022-10-12"
    for missing in (pd.NaT, pd.NA, np.datetime64("NaT")):
        with pytest.raises(InputError):
            parse_date(missing)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("on Wednesday", "2022-10-12"),
        ("Tuesday", "2022-10-11"),
        ("late on Tuesday night", "2022-10-11"),
        ("Thursday", "2022-10-06"),
        ("last Wednesday", "2022-10-05"),
        ("next Friday", "2022-10-14"),
        ("today", "2022-10-12"),
        ("yesterday", "2022-10-11"),
        ("the day before yesterday", "2022-10-10"),
        ("last week", "2022-10-03"),
        ("last month", "2022-09"),
        ("earlier this month", "2022-10"),
        ("last year", "2021"),
        ("on March 20", "2022-03-20"),
        ("the 20th of March", "2022-03-20"),
        ("20 March 2019", "2019-03-20"),
        ("March 20, 2019", "2019-03-20"),
        ("Sept. 13", "2022-09-13"),
        ("Oct. 20", "2022-10-20"),
        ("Feb. 29", "2020-02-29"),
        ("Wednesday, Oct. 5", "2022-10-05"),
        ("in November", "2021-11"),
        ("in October", "2022-10"),
        ("last October", "2021-10"),
        ("June 2021", "2021-06"),
        ("in 2019", "2019"),
        ("two weeks ago", "2022-09-28"),
        ("10 days ago", "2022-10-02"),
        ("a month ago", "2022-09"),
        ("three years ago", "2019"),
        ("2022-09-01", "2022-09-01"),
    ],
)
def test_resolve(phrase: str, expected: str) -> None:
    assert str(resolve_date(phrase, WEDNESDAY)) == expected


@pytest.mark.parametrize(
    "phrase", ["", "may", "march", "soon", "Feb. 30", "9999 years ago", "the second", "12", "Sunny"]
)
def test_not_a_date(phrase: str) -> None:
    assert resolve_date(phrase, WEDNESDAY) is None


def test_an_imprecise_anchor_resolves_only_what_it_can() -> None:
    october, year = parse_date("2022-10"), parse_date("2022")
    assert resolve_date("on Wednesday", october) is None
    assert str(resolve_date("last month", october)) == "2022-09"
    assert resolve_date("last month", year) is None
    assert str(resolve_date("last year", year)) == "2021"
    assert str(resolve_date("March 20, 2019", year)) == "2019-03-20"


def test_find_dates_in_a_text() -> None:
    text = (
        "On Wednesday the board may march on. The pacts of November 9, 2020 and January 11 hold,"
        " she told The Sun. since 2019. May said on Oct. 3 that in March 2,000 people came."
    )
    found = find_dates(text, WEDNESDAY)
    assert [(span.text, str(date)) for span, date in found] == [
        ("Wednesday", "2022-10-12"),
        ("November 9, 2020", "2020-11-09"),
        ("January 11", "2022-01-11"),
        ("since 2019", "2019"),
        ("Oct. 3", "2022-10-03"),
        ("in March", "2022-03"),
    ]
    assert all(text[span.start : span.end] == span.text for span, _ in found)


WORDS = st.sampled_from(
    [
        "on ",
        "last ",
        "March ",
        "20",
        ", 2019",
        "Wednesday",
        "two ",
        "weeks ago",
        "in ",
        "2022-02-31",
        "February ",
        "30 ",
        "May ",
        "9999 ",
        "years ago ",
        "Sun. ",
        "th ",
        "of ",
        "\n",
    ]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=12).map("".join)), st.dates(), PRECISIONS)
def test_find_dates_takes_anything(text: str, day: dt.date, precision: str) -> None:
    anchor = Date(day, precision)  # type: ignore[arg-type]
    reached = 0
    for span, _ in find_dates(text, anchor):
        assert reached <= span.start < span.end
        assert text[span.start : span.end] == span.text
        reached = span.end
    assert resolve_date(text, anchor) is None or text.strip()


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2098, 1, 1)))
def test_a_weekday_is_within_the_last_seven_days(day: dt.date) -> None:
    for number, name in enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]):
        found = resolve_date(f"on {name}", Date(day))
        assert found and found.start.weekday() == number
        assert 0 <= (day - found.start).days < 7


def test_a_month_with_its_year_is_not_the_month_alone() -> None:
    found = find_dates("In November 2021, he left.", Date(dt.date(2024, 5, 10)))
    assert [(span.text, str(date)) for span, date in found] == [("November 2021", "2021-11")]
