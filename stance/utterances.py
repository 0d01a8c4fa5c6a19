"""From stance rows to independent observations: one utterance counts once, whoever carries it.

Three outlets that relay one sentence are one observation with three documents, not three. What
counts as one: everything a holder is found to say about a claim on one day, and what repeats it
almost word for word in the days after (a second outlet, a later edition).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, utils

from stance.errors import UsageError
from stance.types import Date, HolderType, Stance

By = Literal["holder", "affiliation", "source", "claim"]
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
    following = (date.start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return following - dt.timedelta(days=1)


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
    """Rows of one series → observations; the first date of an utterance is its date."""
    groups: list[list[Stance]] = []
    by_day: dict[tuple[str, Date], int] = {}
    by_name: dict[str, int] = {}
    recent: defaultdict[str, list[int]] = defaultdict(list)  # who could have been copied
    for row in sorted(rows, key=lambda row: _date(row).start):
        name = known.get((row.doc_id, row.holder))
        day = (row.holder, _date(row))
        # A wire story reprinted by other outlets is one voice; a speaker is only ever himself.
        pool = "" if row.holder_type == "outlet" else row.holder
        if name is not None:
            place = by_name.get(name)
        else:
            place = _copied(row, [(i, groups[i]) for i in recent[pool]])
            place = by_day.get(day) if place is None else place
        if place is None:
            place = len(groups)
            groups.append([])
            recent[pool].append(place)
            if name is not None:
                by_name[name] = place
            else:
                by_day[day] = place
        groups[place].append(row)
        recent[pool] = [i for i in recent[pool] if _days(groups[i][0], row) <= WINDOW_DAYS]
    return [_observation(group) for group in groups]


def _copied(row: Stance, earlier: Sequence[tuple[int, Sequence[Stance]]]) -> int | None:
    """The latest observation whose words the row's best evidence repeats."""
    if not row.evidence:
        return None
    for place, group in reversed(earlier):
        if _days(group[0], row) > WINDOW_DAYS:
            continue
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


def _days(earlier: Stance, later: Stance) -> int:
    return (_date(later).start - _date(earlier).start).days
