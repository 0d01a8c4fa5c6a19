"""Numbers and dates compared without a model: encoders are known to read "200" and "300" alike.

Only what can be compared is: two amounts of the same unit or of units that convert, shares however
they are worded ("three in five", "60%"), counts of votes, two dates at the precision both have, a
decade or "before 2005" among them. A text without a comparable quantity says nothing, so silence is
never a difference.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Literal

from stance.almanac import MONTHS

Bound = Literal["exact", "about", "at least", "at most"]
DateBound = Literal["exact", "before", "after"]
Role = Literal["", "by", "to"]

_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_BY_TEN = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: value for value, word in enumerate(_BELOW_TWENTY.split())}
_TENS = {word: 10 * tens for tens, word in enumerate(_BY_TEN.split(), start=2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}
_MONTHS = {
    written: number
    for number, name in enumerate(MONTHS, start=1)
    for written in (name, name[:3], *(("sept",) if name == "september" else ()))
}
_CURRENCY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
_BOUNDS: tuple[tuple[str, Bound], ...] = (
    (r"not? more than", "at most"),  # before what is also the end of it
    (r"not? (?:less|fewer) than", "at least"),
    (r"(?:at least|more than|over|above|upwards of|exceed\w*)", "at least"),
    (r"(?:at most|less than|fewer than|under|below|up to)", "at most"),
    (r"(?:about|around|roughly|some|nearly|almost|approximately|close to|an estimated)", "about"),
)

_limit = "|".join(pattern for pattern, _ in _BOUNDS)
_LIMIT = re.compile(rf"\b(?:{_limit})(?:\s+an?)?\s*[$€£¥]?$", re.IGNORECASE)

_ROLE = re.compile(
    r"\b(by|to|at)(?:\s+(?:an?|about|around|roughly|some|nearly|almost|over|under|up|to|more|less|"
    r"than|as|much|another|further))*\s*[$€£¥]?$",
    re.IGNORECASE,
)
_month = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+)?(?P<month>{_month})\b\.?"
    rf"(?:\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:%|per|people)))?"
    rf"(?:,?\s+(?P<y1>(?:19|20)\d\d)\b)?|\b(?P<y2>(?:19|20)\d\d)(?P<decade>[’']?s)?\b",
    re.IGNORECASE,
)
_DATE_BOUNDS: tuple[tuple[str, DateBound], ...] = (
    (r"\b(?:before|prior to|earlier than|ahead of|(?:no|not) later than|by)", "before"),
    (r"\b(?:after|later than|(?:no|not) earlier than)", "after"),
)
_OR_BEFORE = re.compile(r"\s+or\s+(?P<side>earlier|before|later|after)\b", re.IGNORECASE)
_IN_A_NAME = re.compile(r"\b[A-Z][\w’'-]*\s$")
_WORDS_OF_TIME = (
    "in since by until till from during of before after for the a an and between early late mid "
    "above below under about around year spring summer autumn winter"
).split()
_NO_NAME = frozenset([*_WORDS_OF_TIME, *"or to through on at as fall".split()])
_OF_TIME = re.compile(
    rf"(?:^|\b(?:{'|'.join(_WORDS_OF_TIME)}|this|last|next|(?<!up )to|"
    r"(?<!more )(?<!less )(?<!fewer )than)|[’']s?|\b[A-Z]\w*|[^\w\s])[\s-]*$"
)
"""What stands before a year rather than a number: "in 2019", not "sent 2000"."""
_word = "|".join([*_UNITS, *_TENS, *_SCALES])
_AMOUNT = re.compile(
    rf"(?P<cur>[$€£¥])?\s?(?P<num>\d[\d,]*(?:\.\d+)?)(?:\s?(?P<short>bn|mn|tn|k|m)\b)?"
    rf"(?:\s+(?P<scale>hundred|thousand|million|billion|trillion)\b)?"
    rf"|\b(?P<words>(?:{_word})(?:\s+and\s+a\s+half\b)?(?:[\s-]+(?:and\s+)?(?:{_word}))*)\b",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b")
_small = "|".join([*_UNITS, *_TENS])
_SHARE = re.compile(
    rf"\b(?P<a>\d+|{_small})\s+(?:(?:[a-z]+\s+)?out\s+of|of|in)(?:\s+(?:the|every))?\s+"
    rf"(?P<b>\d+|{_small})\b(?!\s+(?:hour|day|week|month|year)s?\b)(?!\s?(?:%|per\s?cent))",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    r"\b(?:(?P<n>a|one|two|three|four)[\s-]+)?(?P<part>half|third|quarter|fifth|tenth)s?\s+of\b",
    re.IGNORECASE,
)
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_VOTES = re.compile(r"\b(?P<a>\d+)(?:\s+votes?)?\s*(?:to|[-–:])\s*(?P<b>\d+)\b(?!\s*(?:%|per\b))")
_VOTED = re.compile(r"\bvot(?:e|es|ed|ing)\b", re.IGNORECASE)
_UNIT_AFTER = re.compile(r"[\s-]*(%|per\s?cent|percent|[A-Za-z]+)(?:[\s-]+([A-Za-z]+))?", re.I)
_FUNCTION_WORDS = (
    "and or of the a an in on at to for from by with more than that who which were was is are has "
    "had have will would said as but new other time times bc bce ad ce"
)
_NOT_UNIT = frozenset(_FUNCTION_WORDS.split())
_ORDINAL = ("st", "nd", "rd", "th")


_LONG = re.compile(r"\s+(?:deep|wide|long|tall|high|across|away|below|above)\b")
_IRREGULAR = {"feet": "foot", "men": "man", "women": "woman", "children": "child", "inches": "inch"}
_MEASURES = {
    **dict.fromkeys(("metre", "meter"), ("length", 1.0)),
    **dict.fromkeys(("kilometre", "kilometer", "km"), ("length", 1e3)),
    **dict.fromkeys(("centimetre", "centimeter", "cm"), ("length", 0.01)),
    "mile": ("length", 1609.34),
    "foot": ("length", 0.3048),
    "inch": ("length", 0.0254),
    "tonne": ("weight", 1e3),
    "ton": ("weight", 1e3),
    **dict.fromkeys(("kilogram", "kilo", "kg"), ("weight", 1.0)),
    "gram": ("weight", 1e-3),
    "minute": ("time", 1.0),
    "hour": ("time", 60.0),
    "day": ("time", 1440.0),
    "week": ("time", 10080.0),
}
"""Units that convert: what they measure, and how many of the first of them they are."""
_COUNTED = frozenset(
    "euro dollar pound yen yuan rouble ruble rupee franc krone krona kroner kronor % people troop "
    "man".split()
).union(_MEASURES)
"""What is counted even where the number could be a year."""


NEAR = 0.05
"""How far a rough figure may be from one that it is said to be: 40 of 42 percent, not 49 of 52."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with what it counts, e.g. 200 ``observer``; ``%`` and currencies are units too.

    ``role`` tells a change ("rose by 5%") from where it led ("rose to 5%"), as far as words do.
    """

    value: float
    unit: str
    bound: Bound = "exact"
    role: Role = ""


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A date as far as the words give it; missing parts are None.

    ``span`` is how many years it covers: 10 for "the 1970s". ``bound`` is "before" in "by May" and
    "2005 or earlier".
    """

    year: int | None
    month: int | None
    day: int | None
    span: int = 1
    bound: DateBound = "exact"


def dates(text: str) -> list[CalendarDate]:
    """Calendar dates written in words or as a year, in order. "May" needs a day or a year.

    >>> dates("signed on 4 March 2021")
    [CalendarDate(year=2021, month=3, day=4, span=1, bound='exact')]
    """
    return [date for date, _ in _dated(text)]


def _dated(text: str) -> list[tuple[CalendarDate, tuple[int, int]]]:
    found = []
    for m in _DATE.finditer(text):
        if m["y2"] and (_counts(m, text) or _names_something(m, text)):
            continue
        day, year, month = m["d1"] or m["d2"], m["y1"] or m["y2"], m["month"]
        capital = bool(month) and month[0].isupper()
        verbal = bool(month) and month.casefold() in ("may", "march", "mar") and not (day or year)
        before = text[max(m.start() - 12, 0) : m.start()].casefold()
        if month and not capital:
            continue
        if verbal and not re.search(r"\b(?:in|by|since|until|last|this|next|of|before)\s$", before):
            continue
        if day and int(day) > 31:
            continue
        number = _MONTHS[month.casefold()] if month else None
        span = 1
        if m["decade"] and year.endswith("0"):  # "1982's" is a year's
            span = 100 if year.endswith("00") else 10
        date = CalendarDate(
            int(year) if year else None, number, int(day) if day else None, span, _side(m, text)
        )
        found.append((date, m.span()))
    return found


def _names_something(m: re.Match[str], text: str) -> bool:
    """Whether a year belongs to a name: "Agenda 2030", "Blade Runner 2049"."""
    before = _IN_A_NAME.search(text, max(m.start() - 24, 0), m.start())
    word = before[0].strip().casefold() if before else ""
    return bool(word) and word not in _NO_NAME and word.rstrip(".") not in _MONTHS


def _side(m: re.Match[str], text: str) -> DateBound:
    """Whether a date is one that something comes before or after."""
    if after := _OR_BEFORE.match(text, m.end()):
        return "before" if after["side"].casefold() in ("earlier", "before") else "after"
    for pattern, bound in _DATE_BOUNDS:
        if re.search(pattern + r"\s+(?:the\s+)?$", text[max(m.start() - 24, 0) : m.start()], re.I):
            return bound
    return "exact"


def _counts(m: re.Match[str], text: str) -> bool:
    """Whether digits like a year's are an amount: "$2000", "2000 euros", "sent 2000 lorries"."""
    before = text[max(m.start() - 24, 0) : m.start()]
    if before.rstrip()[-1:] in _CURRENCY:
        return True
    after = _UNIT_AFTER.match(text, m.end())
    unit = _unit_of(after)
    if after is None or not unit or unit in _COUNTED:
        return bool(unit)
    plural = any(word and word.endswith("s") and _singular(word) == unit for word in after.groups())
    return plural and not _OF_TIME.search(before)


def amounts(text: str) -> list[Amount]:
    """Numbers with a unit, in order; digits, words, currency signs and "2.5 million" alike.

    >>> [(x.value, x.unit, x.bound) for x in amounts("at least 2.5 million refugees and $40bn")]
    [(2500000.0, 'refugee', 'at least'), (40000000000.0, 'dollar', 'exact')]
    """
    return [amount for amount, _ in _shares(text)] + [amount for amount, _ in _numbers(text)]


def _numbers(text: str) -> Iterator[tuple[Amount, tuple[int, int]]]:
    """Amounts that are no shares, with where they stand: bound, number, a unit that converts."""
    taken = sorted(span for _, span in [*_dated(text), *_shares(text)])
    for m in _AMOUNT.finditer(text):
        start = m.start("num") if m["num"] else m.start()  # without the space before it
        at = bisect_right(taken, start, key=lambda span: span[0]) - 1
        if at >= 0 and start < taken[at][1]:
            continue
        value, unit = _value(m), _unit(m, text)
        if value is not None and unit:
            before = text[max(start - 24, 0) : start]
            first = min(_first(text, start), m.start("cur") if m["cur"] else start)
            behind = _UNIT_AFTER.match(text, m.end()) if unit == "%" or unit in _MEASURES else None
            end = m.end() if behind is None else behind.end(1)
            yield Amount(value, unit, _bound(before), _role(before)), (first, end)


def same_amounts(text: str, claim: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """A claim's amounts, in its words, and where a text says the same in others: another way of
    writing it, another unit, a rough figure for an exact one, what keeps a bound.

    None where another amount of that kind is not the same: of "12 died, 40 were hurt" arithmetic
    cannot tell which is meant.

    >>> same_amounts("It costs €1.3bn.", "It will cost more than €1 billion.")
    [('more than €1 billion', [(9, 15)])]
    >>> same_amounts("66 percent of us agree.", "Two thirds of the voters agree.")
    [('two thirds', [(0, 10)])]
    """
    out = []
    for asked, (start, end) in _written(claim):
        ours = ((_in_unit_of(amount, asked.unit), at) for amount, at in _written(text))
        same = [(amount, at) for amount, at in ours if amount is not None]
        words = claim[start : start + 1].lower() + claim[start + 1 : end]
        places = [at for _, at in same if text[slice(*at)].casefold() != words.casefold()]
        if places and all(_is_said(amount, asked) for amount, _ in same):
            out.append((words, places))
    return out


def leaves_room(text: str, claim: str) -> bool:
    """Whether a text bounds an amount of a claim without telling it: "at least 20" of 27.

    >>> leaves_room("At least 20 people died.", "27 people died.")
    True
    >>> leaves_room("At least 30 people died.", "27 people died.")
    False
    """
    for asked, _ in _written(claim):
        ours = (_in_unit_of(amount, asked.unit) for amount, _ in _written(text))
        same = [amount for amount in ours if amount is not None]
        unsaid = [a for a in same if _beyond(asked.value, a) and not _is_said(a, asked)]
        if same and len(unsaid) == len(same):
            return True
    return False


def _beyond(value: float, bound: Amount) -> bool:
    """Whether a value lies on the open side of a bound."""
    if bound.bound == "at least":
        return value >= bound.value
    return bound.bound == "at most" and value <= bound.value


@lru_cache(maxsize=4096)
def _written(text: str) -> tuple[tuple[Amount, tuple[int, int]], ...]:
    """Shares and other amounts with the words that say them."""
    shares = [
        (a, (_first(text, b), b + len(text[b:e].removesuffix(" of"))))
        for a, (b, e) in _shares(text)
    ]
    return tuple(sorted([*shares, *_numbers(text)], key=lambda found: found[1]))


def _first(text: str, start: int) -> int:
    """Where the bound of a number begins, or else the number."""
    limit = _LIMIT.search(text, max(start - 24, 0), start)
    return limit.start() if limit else start


def _is_said(said: Amount, asked: Amount) -> bool:
    """Whether an amount surely is the one that is asked, as near as either is told, or lies on the
    side of a bound, and not on it."""
    if (said.role == "by") != (asked.role == "by"):
        return False
    if said.bound not in ("exact", "about", asked.bound):
        return False
    if asked.bound in ("exact", "about"):
        rough = NEAR if "about" in (said.bound, asked.bound) else 1e-9
        return abs(said.value - asked.value) <= rough * max(said.value, asked.value)
    slack = 1.1 if said.bound == "about" else 1.0
    if asked.bound == "at least":
        return said.value > asked.value * slack
    return said.value * slack < asked.value


def _shares(text: str) -> list[tuple[Amount, tuple[int, int]]]:
    """Shares as percentages, and both counts of a vote, with where they stand."""
    found: list[tuple[Amount, tuple[int, int]]] = []
    for m in _SHARE.finditer(text):
        part, whole = _count(m["a"]), _count(m["b"])
        if 0 < part <= whole:
            found.append((Amount(100 * part / whole, "%", _rough(text, m.start())), m.span()))
    for m in _FRACTION.finditer(text):
        name = m["part"].casefold()
        if m["n"] or name == "half":
            parts = {"a": 1, "one": 1}.get((m["n"] or "a").casefold()) or _count(m["n"])
            found.append(
                (Amount(100 * parts / _PARTS[name], "%", _rough(text, m.start())), m.span())
            )
    if _VOTED.search(text):
        for m in _VOTES.finditer(text):
            found += [(Amount(float(m[group]), "vote"), m.span()) for group in ("a", "b")]
    return found


def _rough(text: str, start: int) -> Bound:
    """The bound of a share in words, which is never meant to the digit: "more than half of"."""
    bound = _bound(text[max(start - 24, 0) : start])
    return "about" if bound == "exact" else bound


def _count(word: str) -> float:
    low = word.casefold()
    return float(word) if word.isdigit() else float(_UNITS.get(low, _TENS.get(low, 0)))


def _value(m: re.Match[str]) -> float | None:
    if m["num"] and m["short"] == "m" and _LONG.match(m.string, m.end()):
        return float(m["num"].replace(",", ""))  # "12m wide" is metres
    if m["num"]:
        value = float(m["num"].replace(",", ""))
        value *= _SHORT.get((m["short"] or "").casefold(), 1)
        return value * _SCALES.get((m["scale"] or "").casefold(), 1)
    total = part = 0.0
    free = 100.0  # what may still be added: after "twenty" less than ten, after "six" nothing
    words = m["words"].casefold()
    for word in re.split(r"[\s-]+", _AND_A_HALF.sub(" half", words)):
        if word == "half":
            part += 0.5
        elif word in _SCALES:
            part, free = max(part, 1.0) * _SCALES[word], 100.0
            if _SCALES[word] >= 1e3:
                total, part = total + part, 0.0
        elif word != "and":
            number = _UNITS.get(word, _TENS.get(word, 0))
            if number >= free:  # "five six minutes" is no number
                return None
            part, free = part + number, 10.0 if word in _TENS else 0.0
    # A lone "one" is far more often a pronoun than a count.
    return None if words in ("one", "zero") else total + part


def _unit(m: re.Match[str], text: str) -> str:
    if m["num"] and m["cur"]:
        return _CURRENCY[m["cur"]]
    if m["short"] == "m" and _LONG.match(text, m.end()):
        return "metre"
    return _unit_of(_UNIT_AFTER.match(text, m.end()))


def _unit_of(after: re.Match[str] | None) -> str:
    """The unit in what follows a number, empty where there is none."""
    if not after:
        return ""
    first, second = after[1].casefold(), (after[2] or "").casefold()
    if first == "%" or first.replace(" ", "") == "percent" or (first, second) == ("per", "cent"):
        return "%"
    if first in _ORDINAL:
        return "century" if second == "century" else ""
    if first in _NOT_UNIT:
        return ""
    # "200 civilian observers": of two words the plural is the thing counted.
    noun = second if second.endswith("s") and not first.endswith("s") else first
    return _singular(noun)


def _singular(noun: str) -> str:
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith("s") and not noun.endswith(("ss", "us")):
        return noun[:-1]
    return noun


def _bound(before: str) -> Bound:
    for pattern, bound in _BOUNDS:
        if re.search(pattern + r"(?:\s+an?)?\s*[$€£¥]?$", before, re.IGNORECASE):
            return bound
    return "exact"


def _role(before: str) -> Role:
    m = _ROLE.search(before)
    return "" if m is None else "by" if m[1].casefold() == "by" else "to"


def differ(passage: str, claim: str, *, each: bool = False) -> bool:
    """True where the claim's amount or date is stated in the passage with another value.

    Same unit (or date part), no value of the passage compatible with any of the claim's: of "from
    5% to 8%" a text may give the end alone. With ``each``, every value of the claim must be among
    the passage's. Rough figures are compatible within a tenth, bounds with everything on their
    side, and so are years between two of the claim's.

    >>> differ("It will send 100 observers.", "It will send 200 observers.")
    True
    >>> differ("It will send observers.", "It will send 200 observers.")
    False
    """
    ours, found = amounts(passage), defaultdict[str, list[bool]](list)
    for claimed in amounts(claim):
        same = [b for a in ours if (b := _in_unit_of(a, claimed.unit)) is not None]
        same = [a for a in same if {a.role, claimed.role} != {"by", "to"}]
        if same:
            kind = _MEASURES.get(claimed.unit, (claimed.unit, 1.0))[0]
            found[kind].append(not _fits(same, claimed))
    said, asked = dates(passage), dates(claim)
    found["date"] = [_date_differs(said, d) for d in asked if any(_shared(s, d) for s in said)]
    if each:
        return any(any(values) for values in found.values())
    if _between(said, asked):
        del found["date"]
    return any(values and all(values) for values in found.values())


def _fits(found: Sequence[Amount], claimed: Amount) -> bool:
    """Whether an amount is one of a text's, all of them together, or two of them apart ("by 6")."""
    values = [a.value for a in found]
    totals = [sum(values)] if len(values) > 1 and claimed.unit != "%" else []
    if claimed.role == "by":
        totals += [abs(x - y) for x, y in combinations(values, 2)]
    reckoned = (Amount(total, claimed.unit) for total in totals)
    return any(_compatible(a, claimed) for a in (*found, *reckoned))


def without_numbers(text: str) -> str:
    """``text`` without its numbers and dates, to compare what is left.

    >>> without_numbers("It sends two hundred men in May 2021.").split()
    ['It', 'sends', 'men', 'in', '.']
    """
    for _, (start, end) in reversed(_dated(text)):
        text = f"{text[:start]} {text[end:]}"
    return _AMOUNT.sub(" ", text)


def same_in_other_units(passage: str, claim: str) -> bool:
    """True where the claim's amount is the passage's in another unit, which a model cannot work
    out and takes for a difference.

    >>> same_in_other_units("The well is 6 metres deep.", "The well is 20 feet deep.")
    True
    >>> same_in_other_units("The well is 20 feet deep.", "The well is 20 feet deep.")
    False
    """
    ours, found = amounts(passage), False
    for claimed in amounts(claim):
        if any(a.unit == claimed.unit for a in ours):
            continue
        other = [b for a in ours if (b := _in_unit_of(a, claimed.unit)) is not None]
        if other and not any(_compatible(b, claimed) for b in other):
            return False
        found = found or bool(other)
    return found


def _in_unit_of(amount: Amount, unit: str) -> Amount | None:
    """The amount in another unit, a rough one then; None where they measure different things."""
    if amount.unit == unit:
        return amount
    ours, theirs = _MEASURES.get(amount.unit), _MEASURES.get(unit)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return None
    bound: Bound = "about" if amount.bound == "exact" else amount.bound
    return Amount(amount.value * ours[1] / theirs[1], unit, bound)


def _compatible(a: Amount, b: Amount) -> bool:
    for x, y in ((a, b), (b, a)):
        if x.bound == "at least" and y.value >= x.value:
            return True
        if x.bound == "at most" and y.value <= x.value:
            return True
    rough = a.bound != "exact" or b.bound != "exact"
    return abs(a.value - b.value) <= (0.1 if rough else 1e-9) * max(abs(a.value), abs(b.value))


def _date_differs(said: Sequence[CalendarDate], asked: CalendarDate) -> bool:
    return not any(_agrees(d, asked) for d in said if _shared(d, asked))


def _between(said: Sequence[CalendarDate], asked: Sequence[CalendarDate]) -> bool:
    """Whether a year of ``said`` lies between two of ``asked``."""
    years = [date.year for date in asked if date.year]
    return any(min(years) < date.year < max(years) for date in said if date.year and years)


def _shared(a: CalendarDate, b: CalendarDate) -> bool:
    if {a.bound, b.bound} != {"exact"} and not (a.year and b.year):
        return False  # what came before May may be of any year
    return bool((a.year and b.year) or (a.month and b.month))


def _agrees(a: CalendarDate, b: CalendarDate) -> bool:
    if a.bound != b.bound:
        return _overlaps(a, b)
    if a.year and b.year and (a.span > 1 or b.span > 1):
        return a.year < b.year + b.span and b.year < a.year + a.span
    parts = ((a.year, b.year), (a.month, b.month), (a.day, b.day))
    return all(x is None or y is None or x == y for x, y in parts)


def _overlaps(a: CalendarDate, b: CalendarDate) -> bool:
    """Whether one day can be of both dates, where one of them is a bound; both have a year."""
    (first, last), (start, end) = _days(a), _days(b)
    return first <= end and start <= last


def _days(date: CalendarDate) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """The first and the last day of a date, open on the side of its bound."""
    year = date.year or 0
    first = (year, date.month or 1, date.day or 1)
    last = (year + date.span - 1, date.month or 12, date.day or 31)
    return (0, 0, 0) if date.bound == "before" else first, (
        (9999, 12, 31) if date.bound == "after" else last
    )
