"""A statement's times and amounts in the words of the claim's bounds, where they lie within them.

"By Christmas" is "before the end of the year", and 27 people are "at least 20". Encoders
read them as another date and another number, and answer that they contradict. Whether one lies
within the other is arithmetic, so it is done here, and the claim's words are put behind the
statement's. What lies outside is left to the model, which sees that.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections import Counter
from functools import lru_cache

from stance.almanac import MONTHS
from stance.dates import NUMBERS, month_number
from stance.negation import is_negated
from stance.quantities import same_amounts
from stance.types import Date

Interval = tuple[dt.date, dt.date]

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first "
    "twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh "
    "twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9}
_FEASTS = {"christmas": (12, 25), "new year": (12, 31)}
_SHORT = "|".join(["Sept", *(name[:3].capitalize() for name in MONTHS)])
_MONTH = "|".join([*(name.capitalize() for name in MONTHS), rf"(?:{_SHORT})\."])
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{'|'.join(reversed(_ORDINALS))})"
_YEAR = r"(?:19|20)\d\d"
_TIME = re.compile(
    r"\b(?:(?P<part>early|mid|late|(?:the )?(?:start|beginning|middle|end|close) of)[ -])?(?:the )?"
    r"(?:(?:"
    rf"(?:(?P<d1>{_DAY}) (?:of )?)?(?P<month>{_MONTH})(?![a-z])"
    r"(?: (?P<d2>\d{1,2})(?:st|nd|rd|th)?\b(?! ?(?:%|per\b|million|people)))?"
    r"|(?:(?P<which1>this|next) )?(?P<season>spring|summer|autumn)\b"
    r"|(?P<feast>Christmas|[Nn]ew [Yy]ear)\b(?![’'\w])(?! (?:[A-Z]|Day|party|tree)))"
    rf"(?:,? (?:of )?(?:(?P<y1>{_YEAR})|(?P<which3>this|next) year)\b)?"
    r"|(?P<which2>this|next) (?P<unit>month|year)\b"
    r"|(?P<ending>(?<=end of the )year|year[- ]end)\b"
    rf"|(?P<y2>{_YEAR})\b(?![’'-])"
    rf"|(?P<count>\d{{1,2}}|{'|'.join(NUMBERS[1:])}) (?P<units>day|week|month|year)s?\b)"
)
_NOT_THEN = re.compile(
    r"\b(?:until|till|since|after|than|beyond|past|between|every|each|last|not before)\s+"
    r"(?:the\s+)?$",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"\b(?:in|by|before|within|from|of|for|at|during|later than)\s+(?:the\s+)?$", re.I
)
_BY_THEN = re.compile(r"\b(?:by|before|within|ahead of|later than)\s+(?:the\s+)?$", re.IGNORECASE)
_SINCE = re.compile(r"\bsince\s+(?:the\s+)?$", re.IGNORECASE)
_AFTER_NOW = re.compile(r"\b(?:in|within)\s+$", re.IGNORECASE)
_LIMIT = re.compile(
    r"(?P<side>before|ahead of|by|(?:no|not) later than|in|during|within) (?:the )?$", re.IGNORECASE
)
_SOON = dt.timedelta(days=366)
"""Beyond it "in the autumn" may be of any year up to the claim's."""
_SENTENCE = re.compile(r"[.!?;]\s")
_CLAUSE = re.compile(r"[,;:.!?–—]|\b(?:and|but|while|although|though|because)\b")
_TO_COME = re.compile(
    r"\b(?:will|would|shall|must|should|can|could|may|might|going to|plan\w*|due|set|expect\w*|"
    r"propos\w*|ready|hop\w*|deadline|next)\b|[’']ll\b"
)


def in_bounds(text: str, claim: str, published: Date | None) -> str:
    """``text`` with the bounds of ``claim``: :func:`in_time` and :func:`in_amount`."""
    return in_time(in_amount(text, claim), claim, published)


def in_amount(text: str, claim: str) -> str:
    """``text`` with the amounts of ``claim`` before its own that say the same or keep a bound.

    Not in a clause that is negated: what does not cost 5 may cost 3.

    >>> in_amount("27 people died.", "At least 20 people died.")
    'at least 20 (27) people died.'
    >>> in_amount("12 people died.", "At least 20 people died.")
    '12 people died.'
    """
    said = [(at, words) for words, places in same_amounts(text, claim) for at in places]
    meant = Counter(at for at, _ in said)
    for (start, end), words in sorted(said, reverse=True):
        if meant[start, end] > 1:
            continue  # of "from 5 to 8 percent" either
        if not is_negated(_CLAUSE.split(text[:start])[-1]):
            text = f"{text[:start]}{words} ({text[start:end]}){text[end:]}"
    return text


def in_time(text: str, claim: str, published: Date | None) -> str:
    """``text`` with the time of ``claim`` behind each of its own times that lies within it.

    ``published`` is when the text appeared: days and months without a year are the next ones where
    the text tells of what is to come, the last ones for a claim on what should then have happened,
    and otherwise left alone. So are times in a clause that is negated (what is not done by May may
    be done by June) or that say how long something lasts.

    >>> from stance.dates import parse_date
    >>> day = parse_date("2025-09-10")
    >>> in_time("Both will be out by Christmas.", "Both will be out before the end of 2025.", day)
    'Both will be out by Christmas (before the end of 2025).'
    >>> in_time("Both will be out by May.", "Both will be out before the end of 2025.", day)
    'Both will be out by May.'
    """
    limit = _limit(claim)
    if limit is None or published is None or published.precision == "year":
        return text
    words, (start, end) = limit
    now, deadline = published.start, start == dt.date.min
    past = now > end
    if words.casefold() in text.casefold() or (past and not deadline):
        return text
    for found in reversed(list(_TIME.finditer(text))):
        before = text[: found.start()]
        by_then = _BY_THEN.search(before) is not None
        if not _meant(found, before, past) or (by_then and not deadline):
            continue
        to_come = by_then or _TO_COME.search(_SENTENCE.split(before)[-1]) is not None
        step = -1 if past and not to_come else int(not past and to_come and end - now <= _SOON)
        told = _interval(found, now, step)
        if told is None or not start <= told[1] <= end or not (past or now < told[1]):
            continue
        if not is_negated(_CLAUSE.split(before)[-1]):
            text = f"{text[: found.end()]} ({words}){text[found.end() :]}"
    return text


def _meant(found: re.Match[str], before: str, past: bool) -> bool:
    """Whether a time is when something is done: not "until May", not "for two years"; what was so
    since May was so before June.
    """
    if past and _SINCE.search(before):
        return True
    if found["count"]:
        return _AFTER_NOW.search(before) is not None
    if found["y2"]:
        return _THEN.search(before) is not None
    return _NOT_THEN.search(before) is None


@lru_cache(maxsize=4096)
def _limit(claim: str) -> tuple[str, Interval] | None:
    """The one time with a year by or in which a claim holds: its words, its first and last day."""
    times = list(_TIME.finditer(claim))
    if len(times) != 1 or not (times[0]["y1"] or times[0]["y2"]):
        return None
    (time,) = times
    side = _LIMIT.search(claim[: time.start()])
    told = _interval(time, dt.date.min, 0)
    if side is None or told is None:
        return None
    words, (start, end) = claim[side.start() : time.end()], told
    if side["side"].lower() in ("in", "during", "within"):
        return words, told
    if side["side"].lower() in ("before", "ahead of") and not (time["part"] or "").endswith(
        "end of"
    ):
        end = start - dt.timedelta(days=1)
    return words, (dt.date.min, end)


def _interval(found: re.Match[str], now: dt.date, step: int) -> Interval | None:
    """First and last day of a time; without a year the next one (``step`` 1), the last one that
    has begun (-1), or none (0).
    """
    try:
        if found["count"]:
            return _in_a_while(found, now) if step == 1 else None
        if found["which2"] or found["ending"]:
            return _unit(now, found["unit"] or "year", found["which2"] == "next")
        if found["y1"] or found["y2"]:
            years = [int(found["y1"] or found["y2"])]
        elif found["which3"]:
            years = [now.year + (found["which3"] == "next")]
        elif step == 0:
            return None
        else:
            first = now.year + (found["which1"] == "next")
            years = [first, first + step]
        told = [_part(_named(found, year), found["part"]) for year in years]
        if len(told) == 1:
            return told[0]
        return next(i for i in told if (i[1] >= now if step == 1 else i[0] <= now))
    except (ValueError, OverflowError):  # "February 30"
        return None


def _named(found: re.Match[str], year: int) -> Interval:
    if found["y2"]:
        return _year(year)
    if found["feast"]:
        day = dt.date(year, *_FEASTS[found["feast"].lower()])
        return day, day
    if found["season"]:
        first = _SEASONS[found["season"]]
        return dt.date(year, first, 1), _last_day(year, first + 2)
    month = month_number(found["month"])
    if said := found["d1"] or found["d2"]:
        word = said.lower()
        number = 1 + _ORDINALS.index(word) if word in _ORDINALS else int(re.sub(r"\D", "", said))
        return dt.date(year, month, number), dt.date(year, month, number)
    return dt.date(year, month, 1), _last_day(year, month)


def _part(whole: Interval, part: str | None) -> Interval:
    """The first third of "early 2026"; of the rest only the whole is certain."""
    start, end = whole
    if part and re.match(r"early|(?:the )?(?:start|beginning)", part):
        end = start + (end - start) / 3
    return start, end


def _unit(now: dt.date, unit: str, following: bool) -> Interval:
    if unit == "year":
        return _year(now.year + following)
    years, month = divmod(now.month - 1 + following, 12)
    first = dt.date(now.year + years, month + 1, 1)
    return first, _last_day(first.year, first.month)


def _year(year: int) -> Interval:
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def _in_a_while(found: re.Match[str], now: dt.date) -> Interval:
    said = found["count"]
    count = int(said) if said.isdigit() else 1 + NUMBERS.index(said)
    days = {"day": 1, "week": 7, "month": 31, "year": 366}[found["units"]]
    return now, now + dt.timedelta(days=days * count)


def _last_day(year: int, month: int) -> dt.date:
    return dt.date(year, month, monthrange(year, month)[1])
