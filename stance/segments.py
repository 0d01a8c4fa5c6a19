"""Where a series changed, how surely, and what would have been too small to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import ruptures
from numpy.typing import NDArray

from stance.changepoints import (
    BLOCKS_FROM,
    Plan,
    critical_share,
    explained,
    smallest_segment,
)
from stance.errors import UsageError
from stance.series import on_stance_scale

MOST_CHANGES = 10
"""Changes looked for in one series; more is not a story but noise or a cycle."""
DATE_LEVEL = 0.95
TEMPER = 0.6
"""Power of a Gaussian likelihood of a date: noise has heavier tails, and untempered sets are too
short."""

PRICE_LENGTHS, PRICE_MEMORIES = (24, 32, 40, 100, 200), (0.0, 0.25, 0.5, 0.75, 0.95)
PRICE = (
    (2.15, 3.57, 4.85, 5.54, 5.25),
    (1.14, 2.61, 4.42, 5.90, 6.18),
    (1.31, 2.19, 4.95, 7.16, 7.28),
    (1.05, 1.38, 2.14, 5.24, 8.45),
    (0.98, 1.27, 1.78, 3.19, 12.91),
)
"""How many times the change that plain permutation shows is needed where memory is allowed for, by
length (rows) and memory; ``python -m benchmarks.fit_detectable`` gives it."""


def search(scores: NDArray[np.float64], layout: Plan) -> list[int]:
    """Candidate change positions, found by exact least-squares segmentation (ruptures).

    The penalty is a low one (twice the residual variance times log n): it is the tests after it
    that decide. Positions k mean that point k is the first of a new level.

    >>> from stance.changepoints import plan
    >>> scores = np.repeat([1.0, -1.0, 1.0], 8)
    >>> search(scores, plan(24))
    [8, 16]
    """
    size, scores = len(scores), standard(scores)
    best = explained(scores[:, None], layout)[: len(layout.splits), 0].max(initial=0.0)
    noise = max(float(scores.var() * (1 - best)), 1e-6)
    finder = ruptures.KernelCPD(kernel="linear", min_size=smallest_segment(size))
    found = finder.fit(scores[:, None]).predict(pen=2 * noise * np.log(size))[:-1]
    allowed = set(layout.splits.tolist())
    return [int(k) for k in found if k in allowed][:MOST_CHANGES]


SETTLED = ((8, 0.05), (12, 0.1))
"""A series is no noise that remembers where steps on average no oftener than every eighth point
leave a twentieth of its variance, or rarer ones a tenth. Of the unchanged series of the benchmark
at most 3 in 1,000 are so, at any length from 24 points on (AR(1) of 0.8 among them)."""


def is_settled(scores: NDArray[np.float64]) -> bool:
    """Whether long levels or a straight line are nearly all that there is in a series.

    An AR(1) fitted to such a series takes the levels for memory, and its few shocks, in whatever
    order, make a series that looks the same. Memory that strong would not stand still between.

    >>> is_settled(np.repeat([1.0, 0.0, -1.0], 10)), is_settled(np.sin(np.arange(30.0)))
    (True, False)
    """
    scaled, size = standard(scores), len(scores)
    moves = np.sort(np.diff(scaled) ** 2)  # all but the steps are differences of what is left
    length, share = SETTLED[0][0], SETTLED[-1][1]
    if not scaled.any() or moves[: len(moves) - size // length].sum() > 4 * share * size:
        return False
    times = np.arange(size) - (size - 1) / 2
    if 1 - float(times @ scaled) ** 2 / float(times @ times) / size <= SETTLED[0][1]:
        return True
    finder = ruptures.KernelCPD(kernel="linear", min_size=smallest_segment(size))
    finder.fit(scaled[:, None])
    for length, share in SETTLED:
        steps = min(size // length - 1, MOST_CHANGES)
        if steps > 0:
            cuts = [0, *finder.predict(n_bkps=steps)]
            parts = [scaled[a:b] for a, b in pairwise(cuts)]
            if sum(float(((part - part.mean()) ** 2).sum()) for part in parts) <= share * size:
                return True
    return False


def standard(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores in standard deviations from their mean: no place may hang on their unit."""
    rest = scores - scores.mean()
    spread = float(rest.std())
    return np.asarray(rest / spread) if spread > 0 else rest


def confirm(
    scores: NDArray[np.float64],
    found: list[int],
    p_value: Callable[[int, int], float],
    alpha: float,
) -> list[tuple[int, int, int, float]]:
    """Backward elimination: drop the least sure change until each stands among its neighbours.

    ``p_value(start, end)`` tests ``scores[start:end]``, in which one change is looked for. Returns
    ``(start, position, end, p)`` for each change that stays.
    """
    keep = list(found)
    while keep:
        edges = [0, *keep, len(scores)]
        ps = [p_value(edges[i], edges[i + 2]) for i in range(len(keep))]
        worst = int(np.argmax(ps))
        if ps[worst] <= alpha:
            return [(edges[i], k, edges[i + 2], ps[i]) for i, k in enumerate(keep)]
        del keep[worst]
    return []


def locate(
    scores: NDArray[np.float64],
    layout: Plan,
    *,
    labels: bool | None = None,
) -> tuple[int, int, int]:
    """The likeliest split of a series with one change, and the 95 % credible set around it.

    The posterior of the split under a flat prior over positions, with both levels integrated out.
    Labels are counted: the shares of the three labels on either side have Jeffreys priors, so that
    a series of eight that looks like a clean flip may still hold a wrong label beside the split.
    A score between two labels counts as parts of both. ``labels`` says whether the scores are
    labels; by default they are where they look like it (:func:`like_labels`). Other scores have
    Gaussian noise of unknown size, where the
    posterior is proportional to (1 − share explained)^(−m/2); m is the number of points less the
    three things fitted, times :data:`TEMPER`. Both are tempered where what the split leaves is
    autocorrelated (date_interval_coverage in benchmarks/shifts.py). ``layout`` is a plan without a
    lag. Returns ``(first, best, last)`` positions of the split; raises :class:`UsageError` where
    all points share one date.

    >>> from stance.changepoints import plan
    >>> locate(np.repeat([1.0, -1.0], 6), plan(12))
    (5, 6, 7)
    """
    if not len(layout.splits):
        raise UsageError("the points share one date; give points of at least two dates")
    scaled = standard(scores)
    share = explained(scaled[:, None], layout)[: len(layout.splits), 0].astype(float)
    best = int(layout.splits[int(np.argmax(share))])
    rest = np.concatenate([part - part.mean() for part in (scaled[:best], scaled[best:])])
    repeat = max(float(rest[1:] @ rest[:-1] / max(float(rest @ rest), 1e-12)), 0.0)
    if like_labels([scores]) if labels is None else labels:
        logs = _log_counts(parts_of_labels(scores), layout.splits)
        best = int(layout.splits[int(np.argmax(logs))])
    else:
        logs = -0.5 * TEMPER * (len(scores) - 3) * np.log(np.maximum(1 - share, 1e-12))
    logs *= (1 - repeat) / (1 + repeat)
    weight = np.exp(logs - logs.max())
    order = np.argsort(-weight, kind="stable")
    enough = int(np.searchsorted(np.cumsum(weight[order]) / weight.sum(), DATE_LEVEL)) + 1
    chosen = layout.splits[order[:enough]]
    return int(chosen.min()), best, int(chosen.max())


def like_labels(several: Sequence[NDArray[np.float64]]) -> bool:
    """Whether −1, 0 and 1 tell most of the differences within the series of a table.

    Of all together: of two series of one table, both are labels or neither is.

    >>> like_labels([np.array([1.0, 1.0, -1.0]), np.array([0.9, 1.0, 0.8])])
    True
    """
    if not all(on_stance_scale(scores.tolist()) for scores in several):
        return False
    off = sum(float(((scores - np.round(scores)) ** 2).sum()) for scores in several)
    return off <= sum(len(scores) * float(scores.var()) for scores in several) / 2


def parts_of_labels(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores on the stance scale as parts ``(n, 3)`` of the two labels they lie between.

    >>> parts_of_labels(np.array([1.0, -0.25])).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.75, 0.25]]
    """
    sides = np.stack([scores, np.zeros(len(scores)), -scores], axis=1).clip(0.0, 1.0)
    sides[:, 1] = 1 - sides.sum(axis=1)
    return np.asarray(sides)


def _log_counts(parts: NDArray[np.float64], splits: NDArray[np.intp]) -> NDArray[np.float64]:
    """Log marginal likelihood of the labels at each split (Dirichlet-multinomial, Jeffreys)."""
    from scipy.special import gammaln

    counts = np.vstack([np.zeros(3), np.cumsum(parts, axis=0)])
    sides = np.stack([counts[splits], counts[-1] - counts[splits]])
    logs = gammaln(sides + 0.5).sum(axis=-1) - gammaln(sides.sum(axis=-1) + 1.5)
    return np.asarray(logs.sum(axis=0))


def is_drift(scores: NDArray[np.float64], days: NDArray[np.float64], places: list[int]) -> bool:
    """Whether a straight line over real time describes a series better than steps at ``places``.

    By BIC: a line has two parameters, k steps have 2k + 1 (levels and places).
    """
    size, scores = len(scores), standard(scores)
    parts = [scores[a:b] for a, b in pairwise([0, *places, size])]
    steps = sum(float(((part - part.mean()) ** 2).sum()) for part in parts)
    rest, time = scores - scores.mean(), days - days.mean()
    line = float(rest @ rest) - float(time @ rest) ** 2 / max(float(time @ time), 1e-12)
    worth = [size * np.log(max(error / size, 1e-9)) for error in (line, steps)]
    return bool(worth[0] + 2 * np.log(size) < worth[1] + (2 * len(places) + 1) * np.log(size))


def detectable(
    n: int,
    spread: float,
    memory: float,
    alpha: float,
    *,
    lagged: bool | None = None,
    room: float | None = None,
) -> float:
    """The smallest change of level that a series of ``n`` points shows in four cases of five.

    Tested alone: among many series the q-value asks for more. For a change in the middle, noise
    of standard deviation ``spread`` and first-order ``memory``. ``lagged`` is whether memory is
    allowed for, by default from 24 points on; it then costs :data:`PRICE` times as much, read
    between lengths and memories (simulated at ``alpha`` 0.05, and taken to hold at others).
    ``room``, n/4 in one person's series, is less in a group: what its best split compares of
    people with themselves.

    >>> 1.5 < detectable(40, 1.0, 0.0, 0.05) < 1.9
    True
    """
    size = spread * plainly_detectable(n, alpha)
    if room is not None:
        size *= float(np.sqrt(n / 4 / room))
    if lagged or (lagged is None and n >= BLOCKS_FROM):
        prices = [np.interp(memory, PRICE_MEMORIES, row) for row in PRICE]
        size *= float(np.interp(np.log(n), np.log(PRICE_LENGTHS), prices))
    return size


def plainly_detectable(n: int, alpha: float) -> float:
    """The same in standard deviations where the values are simply permuted: ``(c + z) · 2/√n``.

    c is the critical value of the max-type statistic (simulated once per length), z the normal
    quantile of four in five.
    """
    from scipy.stats import norm

    share = min(critical_share(n, round(alpha, 4)), 0.98)
    needed = np.sqrt((n - 2) * share / (1 - share)) + norm.ppf(0.8)
    return float(needed * 2 / np.sqrt(n))
