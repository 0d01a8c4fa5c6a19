"""From stance rows to independent observations: one utterance counts once, whoever carries it.

Three outlets that relay one sentence are one observation with three documents, not three. What
counts as one: everything a holder is found to say about a claim on one day, and what repeats it
almost word for word in the days after (a second outlet, a later edition). Two unnamed people are
one only where their words are copies.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, utils

from stance.errors import UsageError
from stance.types import By as By
from stance.types import Date, HolderType, Precision, Stance

BY: tuple[By, ...] = ("holder", "affiliation", "source", "claim")

WINDOW_DAYS = 3
"""How long a near-copy still counts as the same utterance; wire stories are reprinted for days."""
SAME_TEXT = 90.0
"""Similarity (0–100, best partial alignment) from which two evidence texts are one wording."""
SHORTEST_TEXT = 40
"""Characters below which only equal texts are copies: short phrases recur in new statements."""
EVERYONE = "*"
"""The ``holder`` of a series over all holders (``by="claim"``)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one holder says about one claim at one time, with every row that carries it.

    ``supports``, ``neutral`` and ``refutes`` are means over the rows: copies of one wording share
    the model's error, so averaging them, rather than multiplying, keeps the uncertainty honest.
    """

    date: Date
    holder: str
    holder_type: HolderType
    rows: tuple[Stance, ...]
    supports: float
    neutral: float
    refutes: float

    @property
    def score(self) -> float:
        return self.supports - self.refutes


def group_key(row: Stance, by: By) -> str:
    """The name of the series a row belongs to.

    By affiliation, people without one and institutions speaking for themselves stand under their
    own name, so that a ministry and its spokesperson meet in one series.
    """
    if by == "holder":
        return row.holder
    if by == "affiliation":
        return row.affiliation or row.holder
    return row.source if by == "source" else EVERYONE


def check_by(by: str) -> By:
    """``by`` if it is a known grouping, else a :class:`UsageError`."""
    for known in BY:
        if by == known:
            return known
    raise UsageError(f"cannot group by {by!r}; choose one of {', '.join(BY)}")


def is_unnamed(holder: str) -> bool:
    """True for ``unnamed <description>``: nobody whose change of mind could be told."""
    return holder.startswith("unnamed ")


def last_day(date: Date) -> dt.date:
    """The last day a date can mean.

    >>> last_day(Date(dt.date(2023, 2, 1), "month"))
    datetime.date(2023, 2, 28)
    """
    if date.precision == "day":
        return date.start
    if date.precision == "year":
        return dt.date(date.start.year, 12, 31)
    return date.start.replace(day=monthrange(date.start.year, date.start.month)[1])


def in_order(dates: Sequence[Date]) -> list[int]:
    """Places of the dates that have an order among themselves; the others lie around some of them.

    A date known to the month or year is neither before nor after a day in it. Of a month and what
    is dated within it, whichever are more keep their place, and of as many the more precise.

    >>> march = Date(dt.date(2024, 3, 1), "month")
    >>> in_order([march, Date(dt.date(2024, 3, 5)), Date(dt.date(2024, 4, 1), "month")])
    [1, 2]
    >>> in_order([march, march, Date(dt.date(2024, 3, 5))])
    [0, 1]
    """
    if all(date.precision == "day" for date in dates):
        return list(range(len(dates)))
    count = Counter(_period(date, date.precision) for date in dates)
    days = Counter(_period(date, "month") for date in dates if date.precision == "day")
    months: Counter[str] = Counter()
    for month in {_period(date, "month") for date in dates if date.precision != "year"}:
        months[month[:4]] += max(days[month], count[month])

    def stands(date: Date) -> bool:
        year, month = _period(date, "year"), _period(date, "month")
        if date.precision == "year" or count[year] > months[year]:
            return date.precision == "year" and count[year] > months[year]
        return (count[month] > days[month]) == (date.precision == "month")

    return [place for place, date in enumerate(dates) if stands(date)]


def _period(date: Date, precision: Precision) -> str:
    return str(Date(date.start, precision))


def usable(row: Stance) -> bool:
    """True for a row that can be a point in time: dated, decided, and about the claim."""
    return row.date is not None and row.status == "ok" and row.stance not in (None, "unrelated")


def observations(
    stances: Iterable[Stance],
    *,
    by: By = "holder",
    utterances: Mapping[tuple[str, str], str] | None = None,
) -> dict[tuple[str, str], list[Observation]]:
    """Independent observations of every series, in order of date.

    ``stances`` may hold any rows; those that are not :func:`usable` are left out, and with
    ``by="affiliation"`` unnamed people too. ``utterances`` names the utterance a row carries by
    ``(doc_id, holder)`` where the caller knows better than the wording does. Returns
    ``{(series name, claim_id): observations}``, sorted by that key.
    """
    series: defaultdict[tuple[str, str], list[Stance]] = defaultdict(list)
    for row in stances:
        if not usable(row) or (by == "affiliation" and is_unnamed(row.holder)):
            continue
        series[group_key(row, by), row.claim_id].append(row)
    return {key: _merge(series[key], utterances or {}) for key in sorted(series)}


def _merge(rows: Sequence[Stance], known: Mapping[tuple[str, str], str]) -> list[Observation]:
    """Rows of one series → observations, in order; an utterance has its first date.

    Of a month and a day in it, the day: by then it was said.
    """
    groups: list[list[Stance]] = []
    ends: list[dt.date] = []  # the last day on which each can have been first said
    by_day: dict[tuple[str, str, Date], int] = {}
    by_name: dict[str, int] = {}
    recent: defaultdict[str, list[int]] = defaultdict(list)  # who could have been copied
    for row in sorted(rows, key=lambda row: (_date(row).start, last_day(_date(row)))):
        name = known.get((row.doc_id, row.holder))
        # The unnamed officials of two documents need not be one.
        day = (row.holder, row.doc_id if is_unnamed(row.holder) else "", _date(row))
        # A wire story reprinted by other outlets is one voice; a speaker is only ever himself.
        pool = "" if row.holder_type == "outlet" else row.holder
        if name is not None:
            place = by_name.get(name)
        else:
            recent[pool] = [i for i in recent[pool] if _days(ends[i], row) <= WINDOW_DAYS]
            place = _copied(row, [(i, groups[i]) for i in recent[pool]])
            place = by_day.get(day) if place is None else place
        if place is None:
            place = len(groups)
            groups.append([])
            ends.append(last_day(_date(row)))
            recent[pool].append(place)
            if name is not None:
                by_name[name] = place
            else:
                by_day[day] = place
        groups[place].append(row)
        ends[place] = min(ends[place], last_day(_date(row)))
    found = [_observation(sorted(group, key=_said_by)) for group in groups]
    return sorted(found, key=lambda one: one.date.start)


def _said_by(row: Stance) -> tuple[dt.date, int]:
    """The day by which it was said, the narrower date first."""
    return last_day(_date(row)), -_date(row).start.toordinal()


def _copied(row: Stance, earlier: Sequence[tuple[int, Sequence[Stance]]]) -> int | None:
    """The latest observation whose words the row's best evidence repeats."""
    if not row.evidence:
        return None
    for place, group in reversed(earlier):
        spans = (span for one in group for span in one.evidence)
        if any(same_wording(row.evidence[0].text, span.text) for span in spans):
            return place
    return None


def same_wording(a: str, b: str) -> bool:
    """Whether two texts are near-identical wordings, one perhaps longer than the other.

    >>> same_wording("We stand ready to open the border crossing this week, he said.",
    ...              "“We stand ready to open the border crossing this week”")
    True
    >>> same_wording("We are ready.", "We are ready to leave.")
    False
    """
    a, b = utils.default_process(a), utils.default_process(b)
    if min(len(a), len(b)) < SHORTEST_TEXT:
        return bool(a) and a == b
    return fuzz.partial_ratio(a, b, score_cutoff=SAME_TEXT) > 0


def _observation(rows: Sequence[Stance]) -> Observation:
    size = len(rows)
    return Observation(
        date=_date(rows[0]),
        holder=rows[0].holder,
        holder_type=rows[0].holder_type,
        rows=tuple(rows),
        supports=sum(row.p_supports for row in rows) / size,
        neutral=sum(row.p_neutral for row in rows) / size,
        refutes=sum(row.p_refutes for row in rows) / size,
    )


def _date(row: Stance) -> Date:
    assert row.date is not None  # usable() has looked
    return row.date


def _days(end: dt.date, row: Stance) -> int:
    """The fewest days that can lie between."""
    return (_date(row).start - end).days
