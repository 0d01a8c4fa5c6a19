"""Strict dates of documents, and dates that articles speak of ("on Wednesday", "last month").

:func:`parse_date` reads what a data file states and guesses nothing: ISO 8601 or an error.
:func:`resolve_date` and :func:`find_dates` read English phrases against the day a text appeared.
The table of phrases is our own: general date parsers read "may", "second" and "Sun" as dates,
prefer the wrong side of the anchor, and do not say how precisely a date is known.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from stance.almanac import MONTHS, WEEKDAYS
from stance.errors import InputError
from stance.types import Date, Precision, Span

_ADVICE = "write a day (2022-10-12), a month (2022-10) or a year (2022)"
_ISO = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ][0-9:.,]+ ?(?:Z|[+-][0-9:]+)?)?)?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.]?)([0-9]{2})\2([0-9]{2})")


def parse_date(value: object) -> Date:
    """Read a date as data files state it, to the precision it is stated with.

    Takes ISO 8601 text (a day, a month, a year; of a time of day only the day as written is kept,
    whatever its zone), days with the year first (2022/10/12, 20221012), dates and datetimes of the
    standard library, pandas and NumPy, a year as an integer, and :class:`~stance.types.Date`.
    Raises :class:`~stance.errors.InputError` for
    anything else, missing values and epoch numbers included.

    >>> str(parse_date("2022-10-12T09:30:00Z")), parse_date("2022-10").precision
    ('2022-10-12', 'month')
    """
    if isinstance(value, Date):
        return value
    if isinstance(value, dt.date) and value == value:  # pandas' NaT is a datetime unlike itself
        return Date(dt.date(value.year, value.month, value.day))
    if type(value).__name__ == "datetime64":
        value = str(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 2999:
        value = str(value)
    if not isinstance(value, str):
        kind = type(value).__name__
        raise InputError(f"{_shown(value)} ({kind}) is not a date; {_ADVICE}")
    text = value.strip()
    if year_first := _YEAR_FIRST.fullmatch(text):
        text = "-".join(year_first.group(1, 3, 4))
    match = _ISO.fullmatch(text)
    if match is None:
        slashed = re.fullmatch(r"[0-9]{1,4}[/.][0-9]{1,2}[/.][0-9]{1,4}", text)
        why = "does not say which part is the day" if slashed else "is not an ISO 8601 date"
        raise InputError(f"{_shown(value)} {why}; {_ADVICE}")
    year, month, day = match.groups()
    try:
        if day and len(text) > 10:
            dt.datetime.fromisoformat(text.replace(" Z", "Z"))
        start = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise InputError(f"{_shown(value)} is not a date: {error}; {_ADVICE}") from None
    precision: Precision = "day" if day else "month" if month else "year"
    return Date(start, precision)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    "twelve",
)
_COUNT = {word: n for n, word in enumerate(NUMBERS, 1)} | {"a": 1, "an": 1, "a couple of": 2}

# Names of days and months count only with a capital: "may", "march" and "sat" are words.
_DAY_NAME = "|".join(name.capitalize() for name in WEEKDAYS)
_DAY_SHORT = r"(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\."
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_MONTH_NAME = "|".join(name.capitalize() for name in MONTHS)
_YEAR = r"(?:1[89]|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
# "on March 20" without a year is of the past year up to the anchor; what lies less than two months
# ahead of it is announced rather than ten months old.
_AHEAD = dt.timedelta(days=60)

_Resolver = Callable[[re.Match[str], Date], "Date | None"]


def resolve_date(phrase: str, anchor: Date) -> Date | None:
    """What day, month or year an English phrase means in a text that appeared on ``anchor``.

    A weekday is the last one up to and including the anchor; a day without a year the latest that
    is not over 60 days after it; a month the last one begun by then. A week is given by its Monday,
    "a month ago" to the month, "two years ago" to the year. None where the phrase is no date, or
    the anchor is not known precisely enough to tell.

    >>> friday = parse_date("2023-04-07")
    >>> [str(resolve_date(p, friday)) for p in ("on Wednesday", "last month", "March 20, 2019")]
    ['2023-04-05', '2023-03', '2019-03-20']
    """
    for pattern, resolve in (*_IN_TEXT, *_ALONE):
        match = re.fullmatch(
            rf"{_LEAD}(?:{pattern.pattern}){_TRAIL}", phrase.strip(), pattern.flags
        )
        if match:
            return _resolved(resolve, match, anchor)
    return None


def find_dates(text: str, anchor: Date) -> list[tuple[Span, Date]]:
    """The dates ``text`` speaks of, with the words that name them, in order of their place.

    Phrases that cannot be resolved against ``anchor`` are left out; see :func:`resolve_date`.

    >>> [(s.text, str(d)) for s, d in find_dates("It met on Oct. 3.", parse_date("2022-10-12"))]
    [('Oct. 3', '2022-10-03')]
    """
    hits = [(m, resolve) for pattern, resolve in _IN_TEXT for m in pattern.finditer(text)]
    hits.sort(key=lambda hit: (hit[0].start(), -hit[0].end()))
    found: list[tuple[Span, Date]] = []
    reached = 0
    for match, resolve in hits:
        if match.start() < reached:
            continue
        date = _resolved(resolve, match, anchor)
        if date is not None:
            reached = match.end()
            found.append((Span(match.start(), reached, match.group()), date))
    return found


def in_words(date: Date) -> str:
    """A date as English text says it, as far as it is known.

    >>> in_words(parse_date("2022-09-13")), in_words(parse_date("2022-09"))
    ('13 September 2022', 'September 2022')
    """
    parts = [str(date.start.day), MONTHS[date.start.month - 1].capitalize(), str(date.start.year)]
    return " ".join(parts[{"day": 0, "month": 1, "year": 2}[date.precision] :])


def names_month(phrase: str) -> bool:
    """Whether the words of a date have a month in them: "Sept. 3", not "last month".

    >>> names_month("Sept. 3"), names_month("last month")
    (True, False)
    """
    return re.search(rf"\b{_MONTH}(?![a-z])", phrase) is not None


def _resolved(resolve: _Resolver, match: re.Match[str], anchor: Date) -> Date | None:
    try:
        return resolve(match, anchor)
    except (ValueError, OverflowError):  # "February 30", a year before 1
        return None


def _shift_days(anchor: Date, days: int) -> Date | None:
    if anchor.precision != "day":
        return None
    return Date(anchor.start + dt.timedelta(days=days))


def _shift_months(anchor: Date, months: int) -> Date | None:
    if anchor.precision == "year":
        return None
    year, month = divmod(anchor.start.year * 12 + anchor.start.month - 1 + months, 12)
    return Date(dt.date(year, month + 1, 1), "month")


def _shift_years(anchor: Date, years: int) -> Date:
    return Date(dt.date(anchor.start.year + years, 1, 1), "year")


def _shift_weeks(anchor: Date, weeks: int) -> Date | None:
    return _shift_days(anchor, 7 * weeks - anchor.start.weekday())


_NEAR_DAYS = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "last night": -1}


def _near_day(match: re.Match[str], anchor: Date) -> Date | None:
    word = " ".join(match["near"].lower().split())
    if word.startswith("the day"):
        return _shift_days(anchor, -2 if word.endswith("yesterday") else 2)
    return _shift_days(anchor, _NEAR_DAYS.get(word, 0))


def _weekday(match: re.Match[str], anchor: Date) -> Date | None:
    which = (match["which"] or "").lower().strip()
    name = match["weekday"].lower().rstrip(".")
    number = next(i for i, weekday in enumerate(WEEKDAYS) if weekday.startswith(name[:3]))
    ahead = (number - anchor.start.weekday()) % 7
    if which == "next":
        return _shift_days(anchor, ahead or 7)
    if which == "this":
        return _shift_days(anchor, number - anchor.start.weekday())
    if which == "last":
        return _shift_days(anchor, ahead - 7)
    return _shift_days(anchor, ahead - 7 if ahead else 0)


def month_number(name: str) -> int:
    return next(i for i, month in enumerate(MONTHS, 1) if month.startswith(name[:3].lower()))


def _day_of_year(match: re.Match[str], anchor: Date) -> Date | None:
    month, day = month_number(match["month"]), int(re.sub(r"\D", "", match["day"]))
    if match["year"]:
        return Date(dt.date(int(match["year"]), month, day))
    if anchor.precision != "day":
        return None
    for year in range(anchor.start.year + 1, anchor.start.year - 9, -1):
        try:
            date = dt.date(year, month, day)
        except ValueError:  # 29 February
            continue
        if date <= anchor.start + _AHEAD:
            return Date(date)
    return None


def _month(match: re.Match[str], anchor: Date) -> Date | None:
    groups = match.groupdict()
    number, which = month_number(match["month"]), (groups.get("which") or "").lower().strip()
    if groups.get("year"):
        return Date(dt.date(int(match["year"]), number, 1), "month")
    if anchor.precision == "year":
        return None
    year, now = anchor.start.year, anchor.start.month
    if which == "next":
        year += number <= now
    elif which == "last":
        year -= number >= now
    elif which != "this":
        year -= number > now
    return Date(dt.date(year, number, 1), "month")


def _year(match: re.Match[str], anchor: Date) -> Date:
    return Date(dt.date(int(match["year"]), 1, 1), "year")


def _iso(match: re.Match[str], anchor: Date) -> Date:
    return Date(dt.date.fromisoformat(match["iso"]))


_UNITS: dict[str, Callable[[Date, int], Date | None]] = {
    "day": _shift_days,
    "week": lambda anchor, n: _shift_days(anchor, 7 * n),
    "month": _shift_months,
    "year": _shift_years,
    "decade": lambda anchor, n: _shift_years(anchor, 10 * n),
}


def _ago(match: re.Match[str], anchor: Date) -> Date | None:
    word = " ".join(match["count"].lower().split())
    count = int(word) if word.isdecimal() else _COUNT[word]
    return _UNITS[match["unit"].lower()](anchor, -count)


def _period(match: re.Match[str], anchor: Date) -> Date | None:
    step = {"last": -1, "this": 0, "next": 1}[match["which"].lower()]
    shift = {"week": _shift_weeks, "month": _shift_months, "year": _shift_years}
    return shift[match["unit"].lower()](anchor, step)


def _table(*rows: tuple[str, int, _Resolver]) -> tuple[tuple[re.Pattern[str], _Resolver], ...]:
    return tuple((re.compile(pattern, flags), resolve) for pattern, flags, resolve in rows)


_WHICH = r"(?:(?P<which>[Ll]ast|[Tt]his|[Nn]ext)\s+)"
_COMES_BEFORE = r"(?:[Ii]n|[Ss]ince|[Dd]uring|[Uu]ntil|[Ee]arly|[Ll]ate|[Mm]id-?)\s*"
_IN_TEXT = _table(
    (r"\b(?P<iso>(?:19|20)\d\d-\d\d-\d\d)\b", re.ASCII, _iso),
    (
        rf"(?:\b(?:{_DAY_NAME}|{_DAY_SHORT}),?\s+)?\b(?P<month>{_MONTH})\s+(?P<day>{_DAY})\b"
        rf"(?!,?\d)(?:(?:,\s*|\s+)(?P<year>{_YEAR})\b)?",
        re.ASCII,
        _day_of_year,
    ),
    (
        rf"(?:\b(?:{_DAY_NAME}|{_DAY_SHORT}),?\s+)?\b(?P<day>{_DAY})\s+(?:of\s+)?"
        rf"(?P<month>{_MONTH})(?<=[a-z.])(?!\w)(?:,?\s+(?P<year>{_YEAR})\b)?",
        re.ASCII,
        _day_of_year,
    ),
    (rf"\b(?P<month>{_MONTH}),?\s+(?P<year>{_YEAR})\b", re.ASCII, _month),
    (rf"\b{_WHICH}?(?P<weekday>{_DAY_NAME})\b", re.ASCII, _weekday),
    (rf"\b(?:on\s+|{_WHICH})(?P<weekday>{_DAY_SHORT})", re.ASCII, _weekday),
    (rf"\b{_WHICH}(?P<month>{_MONTH_NAME})\b(?!,?\s+{_YEAR})", re.ASCII, _month),
    (rf"(?<=\b[Ii]n )(?P<month>{_MONTH_NAME})\b(?!,?\s+{_YEAR})", re.ASCII, _month),
    (rf"\b{_COMES_BEFORE}(?P<month>{_MONTH_NAME})\b(?!,?\s+{_YEAR})", re.ASCII, _month),
    (rf"(?<=\b[Ii]n )(?P<year>{_YEAR})\b(?![-–,.]?\d)", re.ASCII, _year),
    (rf"\b{_COMES_BEFORE}(?P<year>{_YEAR})\b(?![-–,.]?\d)", re.ASCII, _year),
    (
        r"\b(?P<near>the\s+day\s+(?:before\s+yesterday|after\s+tomorrow)|today|tonight|yesterday"
        r"|tomorrow|last\s+night|this\s+(?:morning|afternoon|evening))\b",
        re.ASCII | re.IGNORECASE,
        _near_day,
    ),
    (
        r"\b(?P<which>last|this|next)\s+(?P<unit>week|month|year)\b(?!-)",
        re.ASCII | re.IGNORECASE,
        _period,
    ),
    (
        rf"\b(?P<count>\d{{1,4}}|a\s+couple\s+of|an?|{'|'.join(NUMBERS)})\s+"
        r"(?P<unit>day|week|month|year|decade)s?\s+ago\b",
        re.ASCII | re.IGNORECASE,
        _ago,
    ),
)
# What is a date when it stands alone, but too often something else inside a text.
_ALONE = _table(
    (rf"(?P<which>)(?P<weekday>{_DAY_SHORT}|{_DAY_SHORT[:-2]})", re.ASCII, _weekday),
    (rf"(?P<month>{_MONTH})", re.ASCII, _month),
    (rf"(?P<year>{_YEAR})", re.ASCII, _year),
)
_LEAD = (
    r"(?:(?:[Oo]n|[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Dd]uring|[Bb]efore|[Aa]fter|[Ee]arly"
    r"|[Ee]arlier|[Ll]ater?|[Bb]ack|[Mm]id|[Tt]he|[Aa]s of)[\s-]+)*"
)
_TRAIL = r"(?:'s|’s)?(?:\s+(?:morning|afternoon|evening|night|noon))?"
