"""The level of a stance over real time, smoothed, with what is not known about it.

A hidden level drifts as a random walk in continuous time: the longer the gap, the less the last
observation says of today. Each dated observation is evidence about the level of its day. Stances
enter by likelihood: a row's true stance is supports, neutral or refutes with chances that depend
on the level, and the model's calibrated probabilities (or, for bare labels, an audited confusion
matrix) say how well the row tells which. So an unsure row moves the level less, and an error-prone
model widens the interval, however many rows there are. Scores without probabilities have noise of
unknown size, Gaussian or with heavy tails.

This is the local level model of dynamic linear models (West & Harrison 1997; for pooled polls,
Jackman 2005, Australian Journal of Political Science 40), with a bounded scale and labels in place
of Gaussian noise. It is solved on a grid: exact filtering forward and smoothing backward (Kitagawa
1987, JASA 82; the Gaussian case is Rauch, Tung & Striebel 1965), for many speeds of the walk and
several kinds of noise at once, weighted by how well each predicts the series. Their uncertainty is
in the interval (trends in benchmarks/shifts.py gives its coverage). The more is observed, the finer
the grid: its step is half of what the best known day leaves open.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import UsageError
from stance.rows import Report, Row, fail, missing
from stance.series import Series, in_no_series, series_of_rows, series_of_stances
from stance.stancerows import Held, named_rows, recognised
from stance.timelines import Confusion, label_rates, left_out, relabelled
from stance.types import Date, HolderType, Stance
from stance.utterances import By, check_by, group_key, is_unnamed, usable

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MASS = 0.96
"""Posterior probability inside what is called the 95 % interval. The size of the noise is read from
the scores themselves, which the posterior does not know: with .95, intervals of simulated walks
and waves hold the true level on .92 to .93 of days, with this on .94."""
MIN_DAYS = 3
"""Days with observations below which a series has no trend to speak of."""
MOST_POINTS = 20_000
"""Points that ``every`` may give a series: 54 years of days. More are a slip in a date."""
GRID = 84
"""Fewest places of the grid."""
FINEST = 2016
"""Most places of the grid: enough for the level of some ten thousand scores a day."""
CELLS = 4e7
"""Days × kinds of noise (or models) × places kept at once: 320 MB."""
STRIDE = 4
"""On every so many places the models are compared first: that is step enough to tell which are
out of the question (a sum over steps of two standard deviations is a percent off)."""
UNLIKELY = 1e-3
"""How likely beside the likeliest a model has to be to be computed on all places."""
LEAP = 1e-15
"""Chance of a walk to be anywhere else: no observation is impossible."""
ROUNDING = 1e-14
"""Largest difference, beside the largest score, of scores that are equal."""
FARTHEST = 5.0
"""Largest log odds of one side: a mean stance of ±0.99 where neutral is rare."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Standard deviations of the walk over the whole time of a series, each as likely beforehand: in
log odds of a stance, or in standard deviations of the scores."""
NEUTRAL = (0.05, 0.15, 0.4, 0.8, 1.5, 3.0, 6.0, 12.0)
"""Weights of neutral beside the two sides at level 0, each as likely beforehand."""
NOISE = (0.1, 0.135, 0.185, 0.25, 0.33, 0.42, 0.53, 0.66, 0.82, 1.0, 1.2, 1.45)
"""Scales of the noise of scores, in standard deviations of the scores, each as likely beforehand.
Of many scores one scale alone remains, hence steps of no more than a third."""
TAILS = 3.0
"""Degrees of freedom of the noise of scores where it has heavy tails (Student's t), so that an
outlier says little of the level; as likely beforehand as Gaussian noise."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The smoothed level of one day, its 95 % interval, and how many observations the day has."""

    date: Date
    level: float
    low: float
    high: float
    observations: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The smoothed level of one holder or group on one claim, in order of date.

    On the scale of stances the level is the mean true stance, from −1 (refutes) to 1 (supports).
    """

    holder: str
    holder_type: HolderType
    claim_id: str
    claim: str
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """The trends of a table and the account of what has none; ``str()`` says it in a line or two.

    ``too_short`` counts the series of fewer than three days, ``left_out`` the rows in no series.
    """

    trends: tuple[Trend, ...]
    too_short: int
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        told = f"{len(self.trends)} series smoothed, {self.too_short} under three days"
        return "\n".join([told, *in_no_series(self.left_out)])


def trend(
    table: object,
    *,
    by: By = "holder",
    every: int | None = None,
    confusion: Confusion | None = None,
    utterances: Mapping[tuple[str, str], str] | None = None,
    report: Report = fail,
) -> list[Trend]:
    """Smoothed levels with intervals, one per series with observations on three days or more.

    ``table``: stance rows in any form, or any table as in :func:`stance.changes.shifts`;
    ``by`` groups it. Where every row has ``p_*`` or a label, the level is the mean *true* stance;
    else scores are smoothed on their own scale. ``every``: also give the level every so many days
    between the first and the last observation. ``confusion[t, l]`` counts true stance t labelled l
    in an audit, in the order supports, neutral, refutes: labels are then corrected for the
    labeller's errors, in place of the rows' own probabilities and scores; without it they are taken
    for what they are. Raises :class:`UsageError` for a matrix with rows that have no label, and
    for ``every`` where it gives a series more than 20,000 points. Probabilities are read as
    evidence from a model calibrated on equally frequent stances, as in :mod:`stance.pairwise`.

    >>> rows = [{"holder": "A", "claim": "c", "date": f"2024-{m:02}-01",
    ...          "label": "favor" if m < 7 else "against"} for m in range(1, 13)]
    >>> points = trend(rows)[0].points
    >>> [(str(p.date), round(p.level, 1)) for p in (points[0], points[-1])]
    [('2024-01-01', 0.9), ('2024-12-01', -0.9)]
    """
    found = find_trends(
        table, by=by, every=every, confusion=confusion, utterances=utterances, report=report
    )
    return list(found.trends)


def find_trends(
    table: object,
    *,
    by: By = "holder",
    every: int | None = None,
    confusion: Confusion | None = None,
    utterances: Mapping[tuple[str, str], str] | None = None,
    report: Report = fail,
) -> Trends:
    """As :func:`trend`, with the account of the series and rows that have no trend."""
    check_by(by)
    if every is not None and every < 1:
        raise UsageError(f"every is {every}; give a number of days, 1 or more")
    matrix = None if confusion is None else label_rates(confusion)
    table = recognised(table, report=report)
    left: Counter[str] = Counter()
    if isinstance(table, list | tuple) and table and isinstance(table[0], Stance):
        left.update(left_out(table))
        left["unnamed"] = sum(usable(row) and _is_nobody(row, by) for row in table)
        rows = table if confusion is None else relabelled(table, confusion)
        series = series_of_stances(rows, by=by, utterances=utterances)
        series = [one for one in series if one.holder]
        matrix = None  # the rows have it
    else:
        table = table if matrix is None else _labels_alone(table, report)
        series = series_of_rows(table, by=by, report=report, left_out=left)
    long = [one for one in series if len({date.start for date in one.dates}) >= MIN_DAYS]
    if every is not None:
        for one in long:
            _check_points(one, every)
    found = tuple(
        Trend(one.holder, one.holder_type, one.claim_id, one.claim, _points(one, every, matrix))
        for one in long
    )
    return Trends(found, len(series) - len(long), left)


def _is_nobody(row: Stance, by: By) -> bool:
    name = group_key(row, by)
    return not name or is_unnamed(name) or (by == "affiliation" and is_unnamed(row.holder))


def _labels_alone(table: object, report: Report) -> Held:
    """The rows of a table, each with its label in place of its score and probabilities.

    A matrix says what a label is worth; what else stands beside it has no place in that.
    """
    file, rows = named_rows(table, report)
    return Held(file, tuple((number, _labelled(row, number)) for number, row in rows))


def _labelled(row: Row, number: int) -> Row:
    """A row with its label alone; :class:`UsageError` where there is something else and no label.

    >>> _labelled({"label": "for", "p_supports": 0.5, "p_refutes": 0.5}, 1)
    {'label': 'for', 'p_supports': None, 'p_refutes': None}
    """
    others = {name for name in ("score", "p_supports", "p_neutral", "p_refutes") if name in row}
    told = any(not missing(row[name]) for name in others)
    if told and missing(row.get("label")) and missing(row.get("stance")):
        raise UsageError(
            f"row {number} has no label, and a confusion matrix tells what labels are worth; give "
            "a column 'label', or smooth scores and probabilities without the matrix"
        )
    return {name: None if name in others else value for name, value in row.items()}


def _check_points(one: Series, every: int) -> None:
    first, last = (at(date.start for date in one.dates) for at in (min, max))
    points = (last - first).days // every + 1
    if points > MOST_POINTS:
        raise UsageError(
            f"every {every} days from {first} to {last}, the first and last date of "
            f"{one.holder!r} on {one.claim_id!r}, is {points:,} points; correct the dates, or give "
            f"a longer step (no more than {MOST_POINTS:,} points)"
        )


def _points(one: Series, every: int | None, matrix: Floats | None) -> tuple[TrendPoint, ...]:
    starts = np.array([date.start.toordinal() for date in one.dates])
    days = np.unique(starts)
    if every is not None:
        days = np.unique(np.concatenate([days, np.arange(starts.min(), starts.max() + 1, every)]))
    places = np.searchsorted(days, starts)
    gaps = np.diff(days).astype(float)
    chances = [row for row in one.chances if row is not None]
    if len(chances) == len(one.scores):
        values, logs, unit = log_likelihood(np.array(chances), matrix, places, gaps)
    else:
        values, logs, unit = of_scores(np.array(one.scores), places, gaps)
    mean, low, high = smooth(logs, values, gaps, unit)
    counts = np.bincount(places, minlength=len(days))
    dates = {date.start.toordinal(): date for date in one.dates}
    return tuple(
        TrendPoint(
            dates.get(day, Date(dt.date.fromordinal(day))),
            float(mean[i]),
            float(low[i]),
            float(high[i]),
            int(counts[i]),
        )
        for i, day in enumerate(days.tolist())
    )


def log_likelihood(
    chances: Floats,
    rates: Floats | None = None,
    days: Places | None = None,
    gaps: Floats | None = None,
) -> tuple[Floats, Floats, float]:
    """What :func:`smooth` takes, of probabilities ``(n, 3)``: levels, log likelihoods, the unit.

    ``days`` is the place of each row's day, ``gaps`` the times between the days; without them each
    row is a day of its own. At log odds x the true stance is supports, neutral, refutes in
    proportions e^x : v : e^−x.
    """
    days = np.arange(len(chances)) if days is None else days
    gaps = np.ones(len(chances) - 1) if gaps is None else gaps
    told = chances / chances.sum(axis=1, keepdims=True)
    if rates is not None:
        told = told @ rates.T
        told /= told.sum(axis=1, keepdims=True)
    # A sure row tells at most as much as a score with a noise of 1, three equal chances nothing.
    sure = np.bincount(days, (3 * (told**2).sum(axis=1) - 1) / 2, len(gaps) + 1)
    places = _places(2 * FARTHEST / _step(sure, gaps, 1.0), len(sure) * len(NEUTRAL))
    odds = np.linspace(-FARTHEST, FARTHEST, places)
    parts = [
        np.stack([np.exp(odds), np.full(places, weight), np.exp(-odds)], axis=1)
        for weight in NEUTRAL
    ]
    shares = np.stack([part / part.sum(axis=1, keepdims=True) for part in parts])

    def logs(told: Floats) -> Floats:
        chance = told @ shares.reshape(-1, 3).T
        found: Floats = np.log(np.maximum(chance, 1e-300))
        return found.reshape(-1, *shares.shape[:2])

    evidence = _by_day(told, days, (len(sure), *shares.shape[:2]), logs)
    return shares[:, :, 0] - shares[:, :, 2], evidence, (places - 1) / (2 * FARTHEST)


def of_scores(
    scores: Floats, days: Places | None = None, gaps: Floats | None = None
) -> tuple[Floats, Floats, float]:
    """The same of scores on any scale, in order of date.

    Computed in spreads of the scores, so that offset and unit mean nothing. What lies far outside
    of nine tenths of the scores widens neither the spread nor the grid: one slip of the pen among
    200 scores would be all that is seen.
    """
    days = np.arange(len(scores)) if days is None else days
    gaps = np.ones(len(scores) - 1) if gaps is None else gaps
    largest = float(np.abs(scores).max()) or 0.01
    scaled = scores / largest
    low, high = np.quantile(scaled, [0.05, 0.95])
    width = float(high - low)
    if width <= ROUNDING * max(abs(low), abs(high)):  # nearly all are equal
        width = float(np.ptp(scaled))
    usual = np.clip(scaled, low - width, high + width)
    center, spread = float(np.median(usual)), float(usual.std(ddof=1))
    if np.ptp(scaled) <= ROUNDING:  # all are equal
        spread = 0.01
    usual = (usual - center) / spread
    reach = 1 + 2 * float(np.ptp(usual)) / len(scores)  # few scores do not show how far it goes
    noise = float(np.clip(np.sqrt(np.mean(np.diff(usual) ** 2) / 2), NOISE[0], 1.0))
    span = float(np.ptp(usual)) + 2 * reach
    counts = np.bincount(days, minlength=len(gaps) + 1)
    scale = np.array(NOISE)[:, None]
    places = _places(span / _step(counts, gaps, noise), len(counts) * 2 * len(scale))
    levels = np.linspace(usual.min() - reach, usual.max() + reach, places)

    def squares(told: Floats) -> Floats:
        off: Floats = (told - levels)[:, None] ** 2
        return off

    def heavy(told: Floats) -> Floats:
        far: Floats = np.log1p(squares(told) / (TAILS * scale**2))
        return far

    told = ((scaled - center) / spread)[:, None]
    off = _by_day(told, days, (len(counts), 1, places), squares)
    # Rounded, as a thousandth is nothing beside the noise, and then many are told once.
    far = _by_day(np.round(told, 3), days, (len(counts), len(scale), places), heavy)
    top = math.lgamma((TAILS + 1) / 2) - math.lgamma(TAILS / 2) - math.log(TAILS / 2) / 2
    evidence = np.concatenate(
        [-off / (2 * scale**2), top * counts[:, None, None] - (TAILS + 1) / 2 * far], axis=1
    )
    evidence -= counts[:, None, None] * np.log(np.concatenate([scale, scale]))
    values = (center + spread * levels) * largest
    return np.tile(values, (2 * len(scale), 1)), evidence, (places - 1) / span


def _step(counts: NDArray[Any], gaps: Floats, noise: float) -> float:
    """Half the standard deviation of the best known day's level, if the walk is the slowest.

    By the Kalman filter from both ends, in numbers of observations: n of them, a gap later, are
    worth n / (1 + n · what the walk adds, in units of the noise).
    """
    told = [float(count) for count in counts]
    added = (gaps * (SPEEDS[0] / noise) ** 2 / max(float(gaps.sum()), 1e-9)).tolist()
    before = _carried(told, added)
    after = _carried(told[::-1], added[::-1])[::-1]
    known = max(a + n + b for a, n, b in zip(before, told, after, strict=True))
    return noise / (2 * math.sqrt(max(known, 1e-9)))


def _carried(counts: Sequence[float], added: Sequence[float]) -> list[float]:
    """What each day knows from the days before it."""
    known = [0.0]
    for count, more in zip(counts, added, strict=False):
        told = known[-1] + count
        known.append(told / (1 + told * more))
    return known


def _places(wanted: float, rows: int) -> int:
    """A number of places, in steps of some 20 % so that their walks are computed once."""
    most = min(FINEST, max(GRID, CELLS / rows))
    places = GRID
    while places < min(wanted, most):
        places += STRIDE * max(1, places // (5 * STRIDE))
    return places


def _by_day(
    told: Floats, days: Places, shape: tuple[int, int, int], logs: Callable[[Floats], Floats]
) -> Floats:
    """Log likelihoods of observations ``(n, k)`` summed by day; what is told twice is told once."""
    rows, counts = np.unique(np.column_stack([days, told]), axis=0, return_counts=True)
    days = rows[:, 0].astype(np.intp)
    evidence = np.zeros(shape)
    room = max(1, int(4e6) // (shape[1] * shape[2]))
    for start in range(0, len(rows), room):
        part = slice(start, start + room)
        firsts = np.flatnonzero(np.diff(days[part], prepend=-1))
        seen = logs(rows[part, 1:]) * counts[part, None, None]
        evidence[days[part][firsts]] += np.add.reduceat(seen, firsts)
    return evidence


def smooth(
    logs: Floats, values: Floats, gaps: Floats, unit: float
) -> tuple[Floats, Floats, Floats]:
    """Mean level and 95 % interval of each day, each ``(n,)``.

    ``logs`` is the log likelihood ``(n, V, G)`` of the days' observations at G places of the walk
    under V kinds of noise (0 on a day without any), ``values`` ``(V, G)`` the levels there,
    ``gaps`` ``(n − 1,)`` the times between. ``unit`` is how many places the unit of
    :data:`SPEEDS` spans. A model is a speed and a kind of noise. All are compared on every fourth
    place, and those not out of the question then computed on all.
    """
    kinds, speeds = (one.ravel() for one in np.indices((values.shape[0], len(SPEEDS))))
    rough = logs[:, :, STRIDE // 2 :: STRIDE]
    weight, _ = _forward(rough, kinds, speeds, gaps, unit / STRIDE, keep=False)
    likely = weight >= weight.max() + math.log(UNLIKELY)
    kinds, speeds = kinds[likely], speeds[likely]
    found = np.zeros((len(logs), *values.shape))
    top = -math.inf
    batches = math.ceil(len(kinds) * len(logs) * values.shape[1] / CELLS)
    for batch in np.array_split(np.arange(len(kinds)), batches):
        likeliest = _smoothed(logs, kinds[batch], speeds[batch], gaps, unit, found, top)
        top = max(top, likeliest)
    return _summary(found, values)


def _smoothed(
    logs: Floats,
    kinds: Places,
    speeds: Places,
    gaps: Floats,
    unit: float,
    found: Floats,
    top: float,
) -> float:
    """Add to ``found`` ``(n, V, G)`` the smoothed days under some models, by their weight.

    ``top`` is the log weight of the likeliest model in ``found``; returns that of these models.
    """
    weight, ahead = _forward(logs, kinds, speeds, gaps, unit, keep=True)
    highest = max(top, float(weight.max()))
    model = np.exp(weight - highest)
    found *= math.exp(top - highest)
    own, firsts = np.unique(kinds, return_index=True)
    moved = _walk(speeds, gaps, unit, logs.shape[2])
    back = np.ones(ahead.shape[1:])
    for t in range(len(logs) - 1, -1, -1):
        both = ahead[t] * back
        both *= (model / both.sum(axis=1))[:, None]
        found[t, own] += np.add.reduceat(both, firsts)
        if t:
            back *= _relative(logs[t])[0][kinds]
            back = moved(back / back.sum(axis=1, keepdims=True), float(gaps[t - 1]))
    return float(weight.max())


def _forward(
    logs: Floats, kinds: Places, speeds: Places, gaps: Floats, unit: float, *, keep: bool
) -> tuple[Floats, Floats]:
    """Log probability of the series under each of M models, and the filtered days ``(n, M, G)``."""
    moved = _walk(speeds, gaps, unit, logs.shape[2])
    chance = np.full((len(kinds), logs.shape[2]), 1 / logs.shape[2])
    weight = np.zeros(len(kinds))
    ahead = np.empty((len(logs) if keep else 0, *chance.shape))
    for t, day in enumerate(logs):
        seen, tops = _relative(day)
        chance = (moved(chance, float(gaps[t - 1])) if t else chance) * seen[kinds]
        total = chance.sum(axis=1, keepdims=True)
        chance /= total
        weight += np.log(total[:, 0]) + tops[kinds]
        if keep:
            ahead[t] = chance
    return weight, ahead


def _relative(day: Floats) -> tuple[Floats, Floats]:
    """Likelihoods ``(V, G)`` beside the largest of each kind, and the logarithms of those.

    Beside the largest of all kinds, those of the others would be 0 where a day has many rows.
    """
    tops = day.max(axis=1)
    return np.exp(day - tops[:, None]), tops


def _walk(
    speeds: Places, gaps: Floats, unit: float, places: int
) -> Callable[[Floats, float], Floats]:
    """What moves the chances ``(M, G)`` of M models over a gap, between two walls."""
    variance = (np.array(SPEEDS) * unit) ** 2 / max(float(gaps.sum()), 1e-9)
    decay = np.cos(np.pi * np.arange(places) / places) - 1

    def moved(chance: Floats, gap: float) -> Floats:
        kept = np.exp(variance[:, None] * gap * decay)[speeds]
        if places <= 2 * GRID:  # there one product of matrices is faster
            basis = _basis(places)
            found: Floats = (chance @ basis * kept) @ basis.T
        else:
            from scipy.fft import dct, idct

            found = idct(dct(chance, norm="ortho") * kept, norm="ortho")
        return np.maximum(found, LEAP, out=found)

    return moved


@lru_cache(maxsize=16)
def _basis(places: int) -> Floats:
    """Eigenvectors of a random walk between two walls: the cosine transform as a matrix."""
    k = np.arange(places)
    basis = np.cos(np.pi * np.outer(k + 0.5, k) / places) * np.sqrt(2 / places)
    basis[:, 0] /= np.sqrt(2)
    return np.asarray(basis)


def _summary(chance: Floats, values: Floats) -> tuple[Floats, Floats, Floats]:
    """Means and equal-tailed quantiles of distributions ``(n, V, G)`` over values ``(V, G)``.

    The mass of a place is spread over its cell, halfway to its neighbours: where all of it is on
    one place, the level is somewhere about there.
    """
    likely = chance.any(axis=(0, 2))
    chance, values = chance[:, likely], values[likely]
    chance /= chance.sum(axis=(1, 2), keepdims=True)
    middle = (values[:, 1:] + values[:, :-1]) / 2
    edges = np.concatenate([values[:, :1], middle, values[:, -1:]], axis=1)
    below = np.zeros((*chance.shape[:2], chance.shape[2] + 1))
    np.cumsum(chance, axis=2, out=below[:, :, 1:])
    heaviest = int(chance.sum(axis=(0, 2)).argmax())
    at = np.unique(np.concatenate([edges[heaviest], edges[:, 0], edges[:, -1]]))
    total = np.zeros((len(chance), len(at)))
    for kind, own in enumerate(edges):  # all on the cells of the heaviest kind
        place = np.interp(at, own, np.arange(len(own)))
        left = np.minimum(place.astype(np.intp), len(own) - 2)
        part = place - left
        total += below[:, kind, left] * (1 - part) + below[:, kind, left + 1] * part
    tail = (1 - MASS) / 2
    low = np.array([np.interp(tail, row, at) for row in total])
    high = np.array([np.interp(1 - tail, row, at) for row in total])
    mean = np.einsum("nvg,vg->n", chance, values)
    return mean, np.minimum(low, mean), np.maximum(high, mean)
