"""What lies behind the points: the smoothed level of a series, and who moved a group's mean."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from stance.decomposition import Decomposition, decompose
from stance.reporting.findings import Holder
from stance.reporting.results import Row
from stance.rows import Problem
from stance.stancerows import read_stances
from stance.trends import TrendPoint, trend
from stance.types import HolderType, Stance

_BETWEEN = 16  # days between the first and the last whose level is drawn too: gaps are unsure
_MOST = 60  # days of one series that are drawn
_DAYS = 6_000  # days smoothed in all, the longest series first: some seconds
_TELLING = 1.0  # width of an interval on the scale of 2 from which on a level says nothing
_EACH_SIDE = 5  # statements before and after, below which a mean is no group's mean
_DRAWS = 500
_KINDS: tuple[HolderType, ...] = ("speaker", "outlet")


@dataclass(frozen=True, slots=True)
class Split:
    """How the mean of all speakers (or outlets) on a claim changed at ``day``, and why."""

    claim_id: str
    holder_type: HolderType
    day: dt.date
    counts: tuple[int, int]
    change: Decomposition


@dataclass(frozen=True, slots=True)
class Behind:
    """The levels of a run's series and the splits of its groups; seconds of work on a large run."""

    levels: dict[tuple[Holder, str], list[TrendPoint]]
    splits: list[Split]


def look_behind(rows: Sequence[Row]) -> Behind:
    """Levels and splits of the rows of stances.jsonl.

    >>> look_behind([])
    Behind(levels={}, splits=[])
    """
    stances = stances_of(rows)
    return Behind(levels(stances), splits(stances))


def stances_of(rows: Sequence[Row]) -> list[Stance]:
    """The dated stances among the rows of stances.jsonl; rows that are none are left out.

    >>> stances_of([{"doc_id": "d", "stance": "supports"}])
    []
    """
    found = read_stances(list(rows), report=_ignore)
    return [row for row in found if row.date and row.stance in ("supports", "neutral", "refutes")]


def levels(stances: Sequence[Stance]) -> dict[tuple[Holder, str], list[TrendPoint]]:
    """The trend of each holder on each claim they take a side on, by (holder, claim id).

    Left out is a series of less than three days, or one so short or unsure that the 95 % interval
    spans half the scale on every day (:func:`stance.trends.trend`). The level is given for the
    days of observations and some between, where less is known. A large run has them for its
    longest series.
    """
    days: defaultdict[tuple[str, str], list[Stance]] = defaultdict(list)
    for row in stances:
        days[row.holder, row.claim_id].append(row)
    found: dict[tuple[Holder, str], list[TrendPoint]] = {}
    room = _DAYS
    for rows in sorted(days.values(), key=len, reverse=True):
        if not any(row.stance in ("supports", "refutes") for row in rows):
            continue
        dates = {row.date.start for row in rows if row.date is not None}
        length = (max(dates) - min(dates)).days
        room -= len(dates) + _BETWEEN
        if room < 0:
            break
        for one in trend(rows, every=max(1, length // _BETWEEN)):
            if min(point.high - point.low for point in one.points) < _TELLING:
                key = (one.holder, one.holder_type), one.claim_id
                found[key] = _thinned(list(one.points))
    return found


def splits(stances: Sequence[Stance]) -> list[Split]:
    """For each claim, the change of the mean of all speakers, and of all outlets, in the middle.

    The middle is the day that leaves as many statements before as from it on, where what a holder
    says in a day is one. Groups that take no side, or have fewer than five statements on a side,
    are left out.
    """
    groups: defaultdict[tuple[str, HolderType], list[Stance]] = defaultdict(list)
    for row in stances:
        groups[row.claim_id, row.holder_type].append(row)
    found = []
    claims = dict.fromkeys(row.claim_id for row in stances)
    for claim_id in claims:
        for kind in _KINDS:
            rows = groups[claim_id, kind]
            if any(row.stance in ("supports", "refutes") for row in rows):
                found += _split(claim_id, kind, rows)
    return found


def _split(claim_id: str, kind: HolderType, rows: Sequence[Stance]) -> list[Split]:
    days = sorted(day for _, day in {(row.holder, row.date.start) for row in rows if row.date})
    starts = [(abs(2 * n - len(days)), n) for n in range(1, len(days)) if days[n - 1] < days[n]]
    if not starts:
        return []
    _, before = min(starts)
    counts = before, len(days) - before
    if min(counts) < _EACH_SIDE:
        return []
    change = decompose(list(rows), days[before], draws=_DRAWS)
    return [Split(claim_id, kind, days[before], counts, change)]


def _thinned(points: list[TrendPoint]) -> list[TrendPoint]:
    if len(points) <= _MOST:
        return points
    places = [round(i * (len(points) - 1) / (_MOST - 1)) for i in range(_MOST)]
    return [points[i] for i in places]


def _ignore(problem: Problem) -> None:
    """A table that is no run's still has a page; its points and stances stand there."""
