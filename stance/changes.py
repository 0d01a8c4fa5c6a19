"""Shifts: where a holder's stance on a claim changed, and how far that can be trusted.

Two kinds of evidence, told apart by ``basis``. ``pairwise``: two consecutive points whose
calibrated probabilities make a change likely, with quotations on both sides
(:mod:`stance.pairwise`). ``test``: a whole series of scores or bare labels whose level changes
more than its own noise explains, with a permutation p-value and a Benjamini–Hochberg q-value over
all series tested (:mod:`stance.changepoints`). docs/shifts.md explains both.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.errors import UsageError
from stance.pairwise import THRESHOLD, check_threshold, kind_of, pairwise_shifts
from stance.rows import Report, fail
from stance.series import (
    Series,
    in_no_series,
    ordered,
    series_of_rows,
    series_of_stances,
    series_of_timelines,
)
from stance.stancerows import LABEL_ALONE, genres_beside, recognised
from stance.timelines import Confusion, build_timelines, left_out, relabelled
from stance.types import LABELS, Date, Label, Shift, Stance, Timeline
from stance.utterances import By, check_by

if TYPE_CHECKING:
    from stance.changepoints import Plan

ALPHA = 0.05
MIN_POINTS = 8
"""Shortest series tested: below, not even a perfect flip is rarer than one in twenty by chance."""
WIDEST = 2.0
"""The largest change of a stance, from 1 to −1."""


@dataclass(frozen=True, slots=True)
class SeriesTest:
    """What the test says of one series; ``shifts`` is empty where there is no evidence of one.

    ``spread`` is the standard deviation around the found levels (0 where all points are alike),
    ``memory`` the first-order
    autocorrelation, ``detectable`` the smallest change of level that a series of this length and
    noise, tested alone, shows with 80 % power at ``alpha``; infinite where not even a change from
    one end of the scale to the other would show. ``dates`` are the likeliest days of change (the
    first point after), where ``shifts`` give the interval.
    """

    holder: str
    claim_id: str
    points: int
    p_value: float
    q_value: float
    spread: float
    memory: float
    detectable: float
    dates: tuple[Date, ...]
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything one call found: shifts of both kinds and the account of what was tested.

    ``too_short`` counts the series not tested: of fewer than ``min_points`` points, or of a group
    in which nobody is heard on two dates, so that nothing can be compared.
    """

    shifts: tuple[Shift, ...]
    tests: tuple[SeriesTest, ...]
    too_short: int
    alpha: float
    min_points: int
    left_out: Mapping[str, int] = field(default_factory=dict)

    def unchanged(self, most: int = 20) -> list[str]:
        """A line for each series tested and not changed: what it would have shown, tested alone.

        The change of level found in four cases of five, smallest first; of more than ``most``
        series the number of the others.
        """
        quiet = [test for test in self.tests if not test.shifts]
        quiet.sort(key=lambda test: (not test.spread, test.detectable))
        lines = [f"unchanged: {one.holder}, {one.claim_id}: {_seen(one)}" for one in quiet[:most]]
        if len(quiet) > most:
            lines.append(f"unchanged: {len(quiet) - most} others")
        return lines

    def __str__(self) -> str:
        changed = sum(bool(test.shifts) for test in self.tests)
        pairs = sum(shift.basis == "pairwise" for shift in self.shifts)
        lines = [
            f"{len(self.tests)} series tested at q <= {self.alpha:g}: {changed} changed; "
            f"{self.too_short} not tested (under {self.min_points} points, or nobody in it heard "
            "on two dates); "
            f"{pairs} shifts from evidence on both sides"
        ]
        quiet = [test.detectable for test in self.tests if not test.shifts and test.spread]
        if quiet:
            lines.append(
                "no evidence of a shift is not evidence of none: a typical unchanged series here, "
                f"tested alone, would show {_visible(np.median(quiet))} in four cases of five"
            )
        return "\n".join([*lines, *in_no_series(self.left_out)])


def _seen(test: SeriesTest) -> str:
    if not test.spread:
        return f"{test.points} points, all alike"
    return f"{test.points} points would show {_visible(test.detectable)}"


def _visible(size: float | np.floating) -> str:
    if not math.isfinite(size):
        return "not even the largest change"
    return f"a change of {size:.2f}" if 0.1 <= size < 1000 else f"a change of {size:.3g}"


def shifts(
    table: object,
    *,
    by: By = "holder",
    alpha: float = ALPHA,
    threshold: float = THRESHOLD,
    seed: int = 0,
    min_points: int = MIN_POINTS,
    confusion: Confusion | None = None,
    report: Report = fail,
) -> list[Shift]:
    """Changes of stance in stance rows, timelines, or any table of who, what, when and score.

    Shorthand for :func:`find_shifts`, without the account of what was tested.

    >>> rows = [{"holder": "A", "claim": "c", "date": f"2024-01-{d:02}",
    ...          "score": 0.9 if d < 9 else -0.9} for d in range(1, 17)]
    >>> [(s.kind, str(s.date_before), str(s.date_after)) for s in shifts(rows)]
    [('reversal', '2024-01-07', '2024-01-10')]
    """
    found = find_shifts(
        table,
        by=by,
        alpha=alpha,
        threshold=threshold,
        seed=seed,
        min_points=min_points,
        confusion=confusion,
        report=report,
    )
    return list(found.shifts)


def find_shifts(
    table: object,
    *,
    stances: Iterable[Stance] | None = None,
    by: By = "holder",
    alpha: float = ALPHA,
    threshold: float = THRESHOLD,
    seed: int = 0,
    min_points: int = MIN_POINTS,
    genres: Mapping[str, str] | None = None,
    utterances: Mapping[tuple[str, str], str] | None = None,
    confusion: Confusion | None = None,
    report: Report = fail,
) -> Findings:
    """Find shifts and say what was tested.

    ``table``: stance rows in any form or the folder of a run (both kinds of evidence), timelines of
    holders (tested; pairwise too where their ``stances`` are given), or a path, frame or dicts with
    ``holder``, ``claim`` or ``claim_id``, ``date`` and ``score``, ``p_*`` or ``label`` (tested).
    ``by`` groups stance rows and tables; inside a group everyone is compared with themselves, so a
    changing mix of speakers is no shift (see :func:`stance.decomposition.decompose`). A pairwise
    row by affiliation names the person, or the institution itself, who changed. A row is reported
    by test where its q-value is at most ``alpha``, pairwise where its probability is at least
    ``threshold``.
    ``genres`` and ``utterances`` are as in :func:`stance.pairwise.pairwise_shifts` and
    :func:`stance.timelines.build_timelines`; of a run's folder or its stances.jsonl the genres are
    those in its run.json, so that the run's own shifts come out again. ``confusion`` is as in
    :func:`stance.timelines.build_timelines`, for pairwise evidence: a test needs no probabilities.
    """
    from stance.changepoints import check_seed

    check_by(by)
    if not 0 < alpha < 1:
        raise UsageError(f"alpha is {alpha}; give a rate between 0 and 1, such as 0.05")
    check_seed(seed)
    check_threshold(threshold)
    genres = genres_beside(table) if genres is None else genres
    table = recognised(table, report=report)
    items = table if isinstance(table, list | tuple) else None
    pairs: list[Shift] = []
    left: Counter[str] = Counter()
    if items and all(isinstance(item, Stance) for item in items):
        series = series_of_stances(items, by=by, utterances=utterances)
        left.update(left_out(items))
        if by in ("holder", "affiliation"):  # of a group, too, everyone is compared with themselves
            rows = _evidence_of_pairs(items, confusion)
            lines = build_timelines(rows, utterances=utterances)
            pairs = pairwise_shifts(lines, rows, threshold=threshold, genres=genres)
    elif items and all(isinstance(item, Timeline) for item in items):
        if by != "holder":
            raise UsageError(f"timelines cannot be grouped by {by!r} again; give the stances")
        series = series_of_timelines(items)
        if stances is not None:
            told = _evidence_of_pairs(stances, confusion)
            pairs = pairwise_shifts(items, told, threshold=threshold, genres=genres)
    elif confusion is not None:
        raise UsageError(
            "a confusion matrix tells what stance rows are worth as evidence on both sides; this "
            "table is tested without probabilities (stance trend takes the matrix with any labels)"
        )
    else:
        series = series_of_rows(table, by=by, report=report, left_out=left)
    sure = [ordered(one) for one in series]
    if around := sum(len(a.dates) - len(b.dates) for a, b in zip(series, sure, strict=True)):
        left["dated too coarsely to be before or after others"] = around
    tests, too_short = series_tests(sure, alpha=alpha, seed=seed, min_points=min_points)
    found = [*pairs, *(shift for test in tests for shift in test.shifts)]
    found.sort(key=lambda one: (one.holder, one.claim_id, one.date_before, one.date_after))
    return Findings(tuple(found), tuple(tests), too_short, alpha, min_points, left)


def _evidence_of_pairs(stances: Iterable[Stance], confusion: Confusion | None) -> list[Stance]:
    """Rows that say how sure they are; a label alone does so only by an audit of the labels."""
    if confusion is not None:
        return relabelled(stances, confusion)
    return [row for row in stances if row.reason != LABEL_ALONE]


def series_tests(
    series: Sequence[Series],
    *,
    alpha: float = ALPHA,
    seed: int = 0,
    min_points: int = MIN_POINTS,
) -> tuple[list[SeriesTest], int]:
    """Test every series that is long enough; returns the tests and how many were not tested.

    A group in which nobody is heard on two dates is not tested either. q-values are
    Benjamini–Hochberg over all series tested. A series with q ≤ ``alpha`` is searched for the
    places of change; each has to stand on its own between its neighbours, so its p is the larger
    of the series' and its own. ``series`` are those of one table, and read alike: all as labels,
    or all as scores, however each looks by itself.
    """
    from scipy.stats import false_discovery_control

    from stance.changepoints import BLOCKS_FROM, comparable, level_test, memory, plan
    from stance.segments import is_settled, like_labels

    if min_points < MIN_POINTS:
        raise UsageError(
            f"min_points is {min_points}; series under {MIN_POINTS} points cannot show a change"
        )
    long: list[Series] = []
    alike: defaultdict[int, list[int]] = defaultdict(list)
    layouts: dict[int, Plan] = {}
    for one in series:
        if len(one.scores) < min_points:
            continue
        days = [date.start.toordinal() for date in one.dates]
        alone = len(set(one.strata)) == 1
        settled = alone and len(days) >= BLOCKS_FROM and is_settled(np.array(one.scores))
        if alone and not settled and len(set(days)) == len(days):
            alike[len(one.scores)].append(len(long))
        else:
            layout = plan(
                len(one.scores),
                strata=one.strata,
                times=days,
                lagged=False if settled else None,
            )
            if not comparable(layout):
                continue
            layouts[len(long)] = layout
        long.append(one)
    p_values, phis = np.ones(len(long)), np.zeros(len(long))
    batches = [(places, plan(size)) for size, places in alike.items()]
    batches += [([place], layout) for place, layout in layouts.items()]
    for places, layout in batches:
        values = np.array([long[place].scores for place in places]).T
        done = level_test(values, layout, seed=seed, alpha=alpha, family=len(long))
        p_values[places] = done.p
        phis[places] = memory(values, layout)
    q_values = false_discovery_control(p_values) if len(long) else p_values
    labels = all(one.stance_scale for one in series)
    labels = labels and like_labels([np.array(one.scores) for one in series])
    tests = []
    for place, one in enumerate(long):
        layout = layouts.get(place) or plan(len(one.scores))
        p, q = float(p_values[place]), float(q_values[place])
        counted = labels and len(set(one.strata)) == 1  # moved to one mean, labels are scores
        tests.append(_account(one, layout, p, q, float(phis[place]), alpha, seed, counted))
    return tests, len(series) - len(long)


def _account(
    one: Series,
    layout: Plan,
    p: float,
    q: float,
    phi: float,
    alpha: float,
    seed: int,
    labels: bool,
) -> SeriesTest:
    from stance.changepoints import varies
    from stance.segments import detectable, is_drift

    scores = _same_people(one)
    changes = _changes(scores, one, alpha, seed, labels) if q <= alpha else []
    days = np.array([date.start.toordinal() for date in one.dates], dtype=float)
    drift = bool(changes) and is_drift(scores, days, [best for _, best, _, _ in changes])
    if drift:  # no places of change; one row tells the two halves apart
        changes = [_likeliest(scores, one, labels)]
    edges = [0, *(best for _, best, _, _ in changes), len(scores)]
    levels = [float(scores[a:b].mean()) for a, b in itertools.pairwise(edges)]
    rest = scores - np.repeat(levels, np.diff(edges))
    _, heard = np.unique(one.strata, return_counts=True)
    free = sum(heard) - len(heard) - len(levels) + 1  # everyone's own level is taken out
    spread = float(np.sqrt((rest**2).sum() / max(free, 1))) if varies(scores) else 0.0
    room = float(layout.room[: len(layout.splits)].max()) if len(heard) > 1 else None
    seen = detectable(len(scores), spread, phi, alpha, lagged=len(layout.past) > 0, room=room)
    if (one.stance_scale and seen > WIDEST) or _orders_of(heard, layout) < 1 / alpha:
        seen = math.inf
    return SeriesTest(
        holder=one.holder,
        claim_id=one.claim_id,
        points=len(scores),
        p_value=p,
        q_value=q,
        spread=spread,
        memory=phi,
        detectable=seen,
        dates=tuple(one.dates[best] for _, best, _, _ in changes),
        shifts=tuple(
            _shift(one, (first, last), levels[: i + 2], max(p, own), max(q, own), drift)
            for i, (first, _, last, own) in enumerate(changes)
        ),
    )


def _orders_of(heard: NDArray[np.intp], layout: Plan) -> float:
    """How many orders a permutation can give a group: where they are few, none is rare."""
    from stance.changepoints import BLOCKS_FROM

    again = heard[heard > 1]
    if len(heard) == 1 or len(layout.past):
        return math.inf
    if layout.n >= BLOCKS_FROM:  # turned round or not
        return 2.0 ** len(again)
    return math.prod(math.factorial(int(size)) for size in again)


def _same_people(one: Series) -> NDArray[np.float64]:
    """Scores with each member of a group moved to the group's mean: what is left is change."""
    scores = np.array(one.scores)
    codes = np.unique(one.strata, return_inverse=True)[1]
    means = np.bincount(codes, scores) / np.bincount(codes)
    return np.asarray(scores - means[codes] + scores.mean())


def _part(one: Series, start: int, end: int, lagged: bool | None = None) -> Plan:
    from stance.changepoints import plan

    days = [date.start.toordinal() for date in one.dates[start:end]]
    return plan(end - start, strata=one.strata[start:end], times=days, lagged=lagged)


def _likeliest(
    scores: NDArray[np.float64], one: Series, labels: bool
) -> tuple[int, int, int, float]:
    from stance.segments import locate

    return *locate(scores, _part(one, 0, len(scores), lagged=False), labels=labels), 0.0


def _changes(
    scores: NDArray[np.float64],
    one: Series,
    alpha: float,
    seed: int,
    labels: bool,
) -> list[tuple[int, int, int, float]]:
    """Places of change as (first, best, last position, own p); at least one."""
    from stance.changepoints import level_test
    from stance.segments import confirm, locate, search

    def own_p(start: int, end: int) -> float:
        if (start, end) == (0, len(scores)):
            return 0.0  # the whole series' own test has spoken
        return float(level_test(scores[start:end, None], _part(one, start, end), seed=seed).p[0])

    # Where long levels were tested without their past, steps are still looked for beside it: a
    # slow decline would fall apart into many.
    kept = confirm(scores, search(scores, _part(one, 0, len(scores))), own_p, alpha)
    placed = []
    for start, place, end, p in kept:
        around = _part(one, start, end, lagged=False)
        first, _, last = locate(scores[start:end], around, labels=labels)
        placed.append((min(start + first, place), place, max(start + last, place), p))
    return placed or [_likeliest(scores, one, labels)]


def _shift(
    one: Series,
    place: tuple[int, int],
    levels: Sequence[float],
    p: float,
    q: float,
    drift: bool,
) -> Shift:
    """The change between the last two of the ``levels`` so far."""
    first, last = place
    before, after = levels[-2:]
    stance_from, stance_to, kind = _name(levels, one.stance_scale)
    return Shift(
        holder=one.holder,
        holder_type=one.holder_type,
        claim_id=one.claim_id,
        claim=one.claim,
        stance_from=stance_from,
        stance_to=stance_to,
        date_before=one.dates[first - 1],
        date_after=one.dates[last],
        doc_before=one.docs[first - 1],
        doc_after=one.docs[last],
        delta=after - before,
        basis="test",
        probability=None,
        p_value=p,
        q_value=q,
        kind="drift" if drift else kind,
        evidence_before=one.evidence[first - 1],
        evidence_after=one.evidence[last],
    )


def _name(levels: Sequence[float], stance_scale: bool) -> tuple[Label | None, Label | None, str]:
    """Stances of the last two levels and what to call the change; other scales rise and fall."""
    before, after = levels[-2:]
    trend = "increase" if after > before else "decrease"
    if not stance_scale:
        return None, None, trend
    stance_from, stance_to = _side(before), _side(after)
    if stance_from != stance_to:
        sided = any(_side(level) != "neutral" for level in levels[:-2])
        return stance_from, stance_to, kind_of(stance_from, stance_to, sided=sided)
    if stance_from == "neutral":
        return stance_from, stance_to, trend
    return stance_from, stance_to, "hardening" if abs(after) > abs(before) else "softening"


def _side(level: float) -> Label:
    """The stance a mean score amounts to; a third of the scale each."""
    return LABELS[0] if level >= 1 / 3 else LABELS[2] if level <= -1 / 3 else LABELS[1]
