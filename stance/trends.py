"""The level of a stance over real time, smoothed, with what is not known about it.

A hidden level drifts as a random walk in continuous time: the longer the gap, the less the last
observation says of today. Each dated observation is evidence about the level of its day. Stances
enter by likelihood: a row's true stance is supports, neutral or refutes with chances that depend
on the level, and the model's calibrated probabilities (or, for bare labels, an audited confusion
matrix) say how well the row tells which. So an unsure row moves the level less, and an error-prone
model widens the interval, however many rows there are. Scores without probabilities have Gaussian
noise of unknown size.

This is the local level model of dynamic linear models (West & Harrison 1997; for pooled polls,
Jackman 2005, Australian Journal of Political Science 40), with a bounded scale and labels in place
of Gaussian noise. It is solved on a grid: exact filtering forward and smoothing backward (Kitagawa
1987, JASA 82; the Gaussian case is Rauch, Tung & Striebel 1965), for many speeds of the walk and
several kinds of noise at once, weighted by how well each predicts the series. Their uncertainty is
in the interval (trends in benchmarks/shifts.py gives its coverage).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from stance.errors import UsageError
from stance.rows import Report, fail
from stance.series import Series, series_of_rows, series_of_stances
from stance.stancerows import recognised
from stance.timelines import Confusion, label_rates, relabelled
from stance.types import Date, HolderType, Stance
from stance.utterances import By, check_by

Floats = NDArray[np.float64]

MASS = 0.96
"""Posterior probability inside what is called the 95 % interval. The size of the noise is read from
the scores themselves, which the posterior does not know: with .95, intervals of simulated walks
and waves hold the true level on .92 to .93 of days, with this on .94."""
MIN_DAYS = 3
"""Days with observations below which a series has no trend to speak of."""
GRID = 81
FARTHEST = 5.0
"""Largest log odds of one side: a mean stance of ±0.99 where neutral is rare."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Standard deviations of the walk over the whole time of a series, each as likely beforehand: in
log odds of a stance, or in standard deviations of the scores."""
NEUTRAL = (0.05, 0.3, 1.0, 4.0)
"""Weights of neutral beside the two sides at level 0, each as likely beforehand."""
NOISE = (0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4)
"""Standard deviations of the noise of scores, in those of the scores, each as likely beforehand."""


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
    in an audit, in the order supports, neutral, refutes: labels (of stance rows their stance, in
    place of their own probabilities) are then corrected for the labeller's errors; without it they
    are taken for what they are. Probabilities are read as
    evidence from a model calibrated on equally frequent stances, as in :mod:`stance.pairwise`.

    >>> rows = [{"holder": "A", "claim": "c", "date": f"2024-{m:02}-01",
    ...          "label": "favor" if m < 7 else "against"} for m in range(1, 13)]
    >>> points = trend(rows)[0].points
    >>> [(str(p.date), round(p.level, 1)) for p in (points[0], points[-1])]
    [('2024-01-01', 0.9), ('2024-12-01', -0.9)]
    """
    check_by(by)
    if every is not None and every < 1:
        raise UsageError(f"every is {every}; give a number of days, 1 or more")
    matrix = None if confusion is None else label_rates(confusion)
    table = recognised(table, report=report)
    if isinstance(table, list | tuple) and table and isinstance(table[0], Stance):
        rows = table if confusion is None else relabelled(table, confusion)
        series = series_of_stances(rows, by=by, utterances=utterances)
        matrix = None  # the rows have it
    else:
        series = series_of_rows(table, by=by, report=report)
    found = []
    for one in series:
        if len({date.start for date in one.dates}) >= MIN_DAYS:
            points = tuple(_points(one, every, matrix))
            found.append(Trend(one.holder, one.holder_type, one.claim_id, one.claim, points))
    return found


def _points(one: Series, every: int | None, matrix: Floats | None) -> list[TrendPoint]:
    starts = np.array([date.start.toordinal() for date in one.dates])
    days = np.unique(starts)
    if every is not None:
        days = np.unique(np.concatenate([days, np.arange(starts.min(), starts.max() + 1, every)]))
    places = np.searchsorted(days, starts)
    chances = [row for row in one.chances if row is not None]
    if len(chances) == len(one.scores):
        values, logs, unit = log_likelihood(np.array(chances), matrix)
    else:
        values, logs, unit = of_scores(np.array(one.scores))
    evidence = np.zeros((len(days), *logs.shape[1:]))
    np.add.at(evidence, places, logs)
    mean, low, high = smooth(evidence, values, np.diff(days).astype(float), unit)
    counts = np.bincount(places, minlength=len(days))
    dates = {date.start.toordinal(): date for date in one.dates}
    return [
        TrendPoint(
            dates.get(day, Date(dt.date.fromordinal(day))),
            float(mean[i]),
            float(low[i]),
            float(high[i]),
            int(counts[i]),
        )
        for i, day in enumerate(days.tolist())
    ]


def log_likelihood(chances: Floats, rates: Floats | None = None) -> tuple[Floats, Floats, float]:
    """Levels ``(V, G)``, log likelihoods ``(n, V, G)`` of probabilities ``(n, 3)``, and the unit.

    At log odds x the true stance is supports, neutral, refutes in proportions e^x : v : e^−x.
    """
    odds = np.linspace(-FARTHEST, FARTHEST, GRID)
    parts = [
        np.stack([np.exp(odds), np.full(GRID, weight), np.exp(-odds)], axis=1) for weight in NEUTRAL
    ]
    shares = np.stack([part / part.sum(axis=1, keepdims=True) for part in parts])
    told = chances / chances.sum(axis=1, keepdims=True)
    if rates is not None:
        told = told @ rates.T
    logs = np.log(np.maximum(np.einsum("vgk,ik->ivg", shares, told), 1e-300))
    return shares[:, :, 0] - shares[:, :, 2], logs, (GRID - 1) / (2 * FARTHEST)


def of_scores(scores: Floats) -> tuple[Floats, Floats, float]:
    """The same for scores on any scale; a spread of nothing is taken for a hundredth."""
    spread = max(float(scores.std(ddof=1)), 0.01 * max(float(np.abs(scores).max()), 0.01))
    reach = spread + (float(scores.max()) - float(scores.min())) / 4
    levels = np.linspace(scores.min() - reach, scores.max() + reach, GRID)
    noise = spread * np.array(NOISE)[:, None]
    off = (scores[:, None, None] - levels) / noise
    unit = spread / float(levels[1] - levels[0])
    return np.tile(levels, (len(NOISE), 1)), -0.5 * off**2 - np.log(noise), unit


def smooth(
    logs: Floats, values: Floats, gaps: Floats, unit: float
) -> tuple[Floats, Floats, Floats]:
    """Mean level and 95 % interval of each day, each ``(n,)``.

    ``logs`` is the log likelihood ``(n, V, G)`` of the days' observations at G places of the walk
    under V kinds of noise (0 on a day without any), ``values`` ``(V, G)`` the levels there,
    ``gaps`` ``(n − 1,)`` the times between. ``unit`` is how many places the unit of
    :data:`SPEEDS` spans.
    """
    size = len(logs)
    variance = (np.array(SPEEDS) * unit) ** 2 / max(float(gaps.sum()), 1e-9)
    basis, decay = _walk(values.shape[1])
    tops = logs.max(axis=(1, 2), keepdims=True)
    seen = np.exp(logs - tops)  # the tops are the same for every speed and noise: they cancel

    def moved(chance: Floats, gap: float) -> Floats:
        kept = np.exp(variance[:, None] * gap * decay)[:, None, :]
        flat = chance.reshape(-1, chance.shape[-1])  # one product of matrices, not one per model
        waves = (flat @ basis).reshape(chance.shape) * kept
        return np.maximum((waves.reshape(flat.shape) @ basis.T).reshape(chance.shape), 0.0)

    start = np.full((len(SPEEDS), *values.shape), 1.0 / values.shape[1])
    ahead = np.empty((size, *start.shape))
    weight = np.zeros(start.shape[:2])
    for t in range(size):
        ahead[t] = (start if t == 0 else moved(ahead[t - 1], float(gaps[t - 1]))) * seen[t]
        total = ahead[t].sum(axis=-1, keepdims=True) + 1e-300
        ahead[t] /= total
        weight += np.log(total[..., 0])
    model = np.exp(weight - weight.max())
    model /= model.sum()
    back = np.ones_like(start)
    found = np.empty((size, *values.shape))
    for t in range(size - 1, -1, -1):
        both = ahead[t] * back
        both *= (model / (both.sum(axis=-1) + 1e-300))[..., None]
        found[t] = both.sum(axis=0)
        if t:
            back = moved(back * seen[t], float(gaps[t - 1]))
            back /= back.sum(axis=-1, keepdims=True) + 1e-300
    return _summary(found.reshape(size, -1), values.ravel())


@lru_cache(maxsize=4)
def _walk(places: int) -> tuple[Floats, Floats]:
    """Eigenvectors and eigenvalues of a random walk between two walls, per unit of variance."""
    k = np.arange(places)
    basis = np.cos(np.pi * np.outer(k + 0.5, k) / places) * np.sqrt(2 / places)
    basis[:, 0] /= np.sqrt(2)
    return basis, np.cos(np.pi * k / places) - 1


def _summary(chance: Floats, values: Floats) -> tuple[Floats, Floats, Floats]:
    """Means and equal-tailed quantiles of distributions ``(n, K)`` over values ``(K,)``."""
    order = np.argsort(values, kind="stable")
    values, chance = values[order], chance[:, order] / chance.sum(axis=1, keepdims=True)
    below = np.cumsum(chance, axis=1) - chance / 2
    tail = (1 - MASS) / 2
    low = np.array([np.interp(tail, row, values) for row in below])
    high = np.array([np.interp(1 - tail, row, values) for row in below])
    return chance @ values, low, high
