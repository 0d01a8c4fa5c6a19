"""Has the level of a series changed? A max-type permutation test, fast enough for many series.

The statistic is the largest share of variance that one segment's own level explains, over every
split into before and after, at a discount inner segments of a quarter and half the length (a stance
taken and given up again), and a steady rise or fall. Its null distribution comes from the series
itself:

* fewer than :data:`BLOCKS_FROM` points: the values are permuted, which is exact whenever their
  order means nothing under the null, whatever their distribution (labels, ties, skew);
* from there on the series may remember its past. The statistic is then conditional on the
  previous value (a regression with a lag, so that it hardly depends on how strong the memory is),
  and blocks of the innovations of an AR(1) fitted *without* a change are permuted and run through
  the fitted recursion again (post-blackened block resampling: Davison & Hinkley 1997, ch. 8),
  in short blocks for the p-value, and in long ones, which have to agree at alpha;
* in a group of as many points whose members are heard a few times each, a lag would leave out
  too much: everyone's values are turned round or not, each as likely with a memory as without.

A series of several holders is stratified: every holder has a level and a past of their own, and
only their own values change places. So a changing mix of unchanging holders is no change.

p-values are sequential Monte-Carlo p-values (Besag & Clifford 1991): a series that is plainly
unremarkable stops after a few dozen permutations; a remarkable one goes on until its p can be
told from the Benjamini–Hochberg threshold of all the series (Sandve et al. 2011).

Arrays are time-major, ``(n, …)``, so that every step over time is one contiguous operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from stance.errors import UsageError

Floats = NDArray[np.floating]
Ints = NDArray[np.intp]

BLOCKS_FROM = 24
"""Points from which the memory of a series can be estimated; below, permutation is plain."""
MANY, BRIEFLY, TWICE = 10, 6, 3
"""A group of so many heard again, on average less than six times, is tested by turning round. Fewer
people have too few orders for a small p; but less than three times each, a lag leaves nothing."""
INNER_DISCOUNT = 0.85
"""Weight of inner segments: they are many, and would cost single changes their power."""
EXCEEDANCES = 25
"""Permutations at least as extreme after which a series is settled (p known to about 20 %)."""
FEWEST, MOST = 499, 400_000
"""Permutations of a series not settled earlier: at least, at most."""
SHORT_BLOCKS, LONG_BLOCKS = 0.6, 1.4
"""Innovations kept together, as multiples of n^(1/3). Few long blocks cannot give a small p; short
ones call remembered labels, which are no AR(1), changed in 7 of 100 series. So short blocks give
the p-value, and the long ones have to agree at alpha (false_alarms in benchmarks/shifts.py)."""
LONGEST_SHARE, LONGEST_ALWAYS = 10, 3
"""No block holds more than a tenth of the series (but three points): of six blocks in random order,
one in ten orders leaves a clean flip as it was, and no flip could be told at 0.05."""
SPARE = 400_000
"""Permutations spent on the series of one call before thrift sets in: a few get 1,999 each."""
CHUNK = 400_000
"""Numbers in one working array: small enough for a core's cache."""
TINY = 1e-9
TINY_SHARE = 1e-12  # of the largest score: less is the rounding of a constant
FLOOR = 1e-3
CLOSE = 1e-5  # ties between float32 statistics count as ties


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared in a series of ``n`` points.

    ``kept`` are the points that enter the comparison (all, or those with a past), ``past`` the
    place of each one's previous value (empty without a lag), ``codes`` the stratum of each kept
    point. Candidate segments are ``[starts, ends)`` counted in kept points, first the plain
    splits, whose positions in the whole series are ``splits``, then inner segments; the last
    candidate is ``ramp``, a steady rise, without which the lag would explain slow drifts away.
    ``room`` is each candidate's variance within strata.
    """

    n: int
    strata: tuple[Ints, ...]
    kept: Ints
    past: Ints
    codes: Ints
    starts: Ints
    ends: Ints
    ramp: Floats
    room: Floats
    splits: Ints


@dataclass(frozen=True, slots=True)
class Tested:
    """For each of S series: p-value, permutations spent, largest weighted share explained."""

    p: Floats
    permutations: Ints
    statistic: Floats


def smallest_segment(n: int) -> int:
    """Points a segment needs: two in the shortest series, three from twelve points on."""
    return 2 if n < 12 else 3


def plan(
    n: int,
    *,
    strata: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    lagged: bool | None = None,
) -> Plan:
    """Lay out the comparison for series of ``n`` points in order of time.

    ``strata`` names the holder of each point; ``times`` says which points share a date (no
    split falls between those); ``lagged`` whether points are compared given their past, by
    default from :data:`BLOCKS_FROM` points on, but not in a group whose members are heard a few
    times each: a lag leaves out everyone's first answer, and all of those heard twice.

    >>> plan(8).splits.tolist()
    [2, 3, 4, 5, 6]
    """
    codes = (
        np.zeros(n, dtype=np.intp) if strata is None else np.unique(strata, return_inverse=True)[1]
    )
    kept, past = np.arange(n), np.empty(0, dtype=np.intp)
    if lagged is None:
        lagged = n >= BLOCKS_FROM and not _brief(np.bincount(codes))
    if lagged:
        last: dict[int, int] = {}
        previous = np.full(n, -1, dtype=np.intp)
        for now, code in enumerate(codes.tolist()):
            previous[now] = last.get(code, -1)
            last[code] = now
        kept = np.flatnonzero(previous >= 0)
        past = previous[kept]
    least = smallest_segment(n)
    splits = np.arange(least, n - least + 1)
    if times is not None:
        splits = splits[np.diff(np.asarray(times, dtype=float))[splits - 1] > 0]
    starts, ends = [splits], [np.full(len(splits), n)]
    for length in (n // 4, n // 2):
        if length >= 4:  # a long segment is found from every few starts as well as from all
            coarse = splits[:: max(1, n // 32)]
            place = np.searchsorted(splits, coarse + length)
            starts.append(coarse[place < len(splits)])
            ends.append(splits[place[place < len(splits)]])
    first, after = np.concatenate(starts), np.concatenate(ends)
    first_kept, after_kept = np.searchsorted(kept, first), np.searchsorted(kept, after)
    inside = codes[kept]
    room = _room(inside, first_kept, after_kept)
    ramp = _within(kept / n, inside)
    room = np.append(room, max(float(ramp @ ramp), TINY))
    groups = tuple(np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1]))
    return Plan(n, groups, kept, past, inside, first_kept, after_kept, ramp, room, splits)


def _room(codes: Ints, starts: Ints, ends: Ints) -> Floats:
    """Variance within strata of the indicator of each segment: over strata, inside · (1 − inside /
    all). Memory grows with the points, not with their product with the strata."""
    sizes = np.maximum(np.bincount(codes), 1).astype(float)
    # the squares of a suffix: one point more of a stratum that has m in it adds (2m + 1) / all
    later = np.zeros(len(sizes))
    squares = np.zeros(len(codes) + 1)
    for at in range(len(codes) - 1, -1, -1):
        code = codes[at]
        squares[at] = squares[at + 1] + (2 * later[code] + 1) / sizes[code]
        later[code] += 1
    room = np.empty(len(starts))
    for at, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        square = squares[start]
        if end < len(codes):
            square = float((np.bincount(codes[start:end], minlength=len(sizes)) ** 2 / sizes).sum())
        room[at] = end - start - square
    return room


def _brief(sizes: Ints) -> bool:
    """Whether those of a group who are heard again are so a few times each."""
    again = sizes[sizes > 1]
    return len(again) > 0 and float(again.mean()) < (BRIEFLY if len(again) >= MANY else TWICE)


def comparable(layout: Plan) -> bool:
    """Whether any split has somebody on both sides; not where everyone is heard once, or all is
    of one day.
    """
    return len(layout.splits) > 0 and float(layout.room[:-1].max()) >= FLOOR


def explained(values: Floats, layout: Plan) -> Floats:
    """Share of the variance that each candidate explains: ``(n, …)`` → ``(candidates, …)``.

    With a past, the share of what the previous value leaves unexplained.
    """
    tail = (1,) * (values.ndim - 1)
    rest = _within(values[layout.kept], layout.codes)
    room = layout.room.astype(values.dtype).reshape(-1, *tail)
    if len(layout.past):
        lag = _within(values[layout.past], layout.codes)
        lag /= np.sqrt(np.einsum("t...,t...->...", lag, lag) + TINY)
        rest -= np.einsum("t...,t...->...", rest, lag) * lag
        used = _sums(lag, layout)
        used *= used
        room = np.subtract(room, used, out=used)
    share = _sums(rest, layout)
    share *= share
    # A segment that the past explains has no room left; share <= room * total, so none is lost.
    share /= np.maximum(room, FLOOR)
    share /= np.einsum("t...,t...->...", rest, rest) + TINY
    return np.minimum(share, 1.0, out=share)


def _within(values: Floats, codes: Ints) -> Floats:
    """Values less the mean of their stratum, in place (``values`` is a fresh array)."""
    if not len(codes) or codes.max() == codes.min():
        values -= values.mean(axis=0) if len(codes) else 0
        return values
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order], prepend=-1))
    sizes = np.diff(np.append(edges, len(codes)))
    means = np.add.reduceat(values[order], edges, axis=0)
    means /= sizes.astype(values.dtype).reshape(-1, *(1,) * (values.ndim - 1))
    values[order] -= np.repeat(means, sizes, axis=0)
    return values


def _sums(values: Floats, layout: Plan) -> Floats:
    """Sums over every candidate segment, up to the sign, and along the ramp."""
    total = np.empty((len(values) + 1, *values.shape[1:]), dtype=values.dtype)
    total[0] = 0.0
    for t in range(len(values)):  # row by row: numpy's cumsum strides across columns
        np.add(total[t], values[t], out=total[t + 1])
    count = len(layout.starts)
    sums = np.empty((count + 1, *values.shape[1:]), dtype=values.dtype)
    np.take(total, layout.starts, axis=0, out=sums[:count], mode="clip")  # "raise" would buffer
    sums[:count] -= total[layout.ends]
    sums[count] = np.tensordot(layout.ramp.astype(values.dtype), values, axes=1)
    return sums


def strongest(values: Floats, layout: Plan) -> Floats:
    """The largest weighted share of any candidate, ``(n, …)`` → ``(…)``."""
    share = explained(values, layout)
    share[len(layout.splits) : -1] *= values.dtype.type(INNER_DISCOUNT)
    return np.asarray(share.max(axis=0, initial=0.0))


def memory(values: Floats, layout: Plan) -> Floats:
    """First-order autocorrelation fitted without a change, ``(n, S)`` → ``(S,)``.

    Least squares underestimates it in short series (Kendall 1954); the bias is taken out.
    """
    if not len(layout.past):
        return np.zeros(values.shape[1])
    rest, lag = (_within(values[place], layout.codes) for place in (layout.kept, layout.past))
    raw = (rest * lag).sum(axis=0) / ((lag**2).sum(axis=0) + TINY)
    sizes = [len(places) for places in layout.strata if len(places) > 1]
    size = max(sum(sizes) / len(sizes), 8.0)
    return np.asarray(np.clip((size * raw + 1) / (size - 3), -0.9, 0.97))


def varies(values: Floats) -> NDArray[np.bool_]:
    """Whether the values of each series differ by more than the rounding of a constant."""
    least = TINY_SHARE * np.abs(values).max(axis=0, initial=0.0)
    return np.asarray(values.std(axis=0) > least)


def check_seed(seed: int) -> None:
    """Raise :class:`UsageError` for a seed that numpy would not take."""
    if seed < 0:
        raise UsageError(f"the seed is {seed}; give 0 or a whole number above")


def level_test(
    values: Floats,
    layout: Plan | None = None,
    *,
    seed: int = 0,
    alpha: float = 0.05,
    family: int | None = None,
) -> Tested:
    """Test S series of n points each, ``(n, S)`` in order of time, for any change of level.

    ``family`` is how many series are tested in all (here and elsewhere, S by default); with
    ``alpha`` it sets how small a p-value has to be resolved. A series that never varies has p = 1.

    >>> flip = np.repeat([1.0, -1.0], 6)[:, None]
    >>> bool(level_test(flip).p[0] < 0.01)
    True
    """
    size, count = values.shape
    layout = layout or plan(size)
    if layout.n != size:
        raise UsageError(f"the plan is for {layout.n} points, the series have {size}")
    check_seed(seed)
    moving = varies(values)
    scaled = (values - values.mean(axis=0)) / np.where(moving, values.std(axis=0), 1.0)
    observed = strongest(scaled.astype(np.float32), layout)
    wanted = np.flatnonzero(moving & (observed > 0) & (len(layout.splits) > 0))
    phi = memory(scaled, layout)
    shocks = _innovations(scaled, phi, layout).astype(np.float32)
    case = _Case(layout, shocks, phi, observed)
    p, spent = np.ones(count), np.zeros(count, dtype=int)
    fewest = min(1_999, max(FEWEST, SPARE // count))
    small = alpha / (2 * (family or count))
    p[wanted], spent[wanted] = _sequential(case, wanted, seed, fewest, small, SHORT_BLOCKS)
    doubtful = np.flatnonzero(p <= alpha)
    if len(layout.past) and len(doubtful):
        long, more = _sequential(case, doubtful, seed + 1, FEWEST, 1.0, LONG_BLOCKS)
        p[doubtful] = np.where(long > alpha, long, p[doubtful])
        spent[doubtful] += more
    return Tested(p, spent, observed)


@dataclass(frozen=True, slots=True)
class _Case:
    layout: Plan
    shocks: Floats  # (n, S)
    phi: Floats  # (S,)
    observed: Floats  # (S,)


def _sequential(
    case: _Case, which: Ints, seed: int, fewest: int, small: float, blocks: float
) -> tuple[Floats, Ints]:
    """Sequential Monte-Carlo p-values of some series, and the permutations each took.

    Series without enough exceedances go on for at least ``fewest`` permutations and until p can
    be told from ``small`` times their number, the threshold if just they were to be reported.
    """
    hits, spent = np.zeros(len(which), dtype=int), np.zeros(len(which), dtype=int)
    p = np.ones(len(which))
    going = np.arange(len(which))
    rng = np.random.default_rng(seed)
    total, batch = 0, 50
    while len(going):
        orders = _orders(case.layout, batch, rng, blocks)
        for rows in _chunks(going, batch * case.layout.n):
            series = which[rows]
            drawn = _rerun(case.shocks[:, series][orders], case.phi[series], case.layout)
            extreme = strongest(drawn, case.layout) >= case.observed[series] - CLOSE
            over = np.cumsum(extreme, axis=0) + hits[rows]
            settled = over[-1] >= EXCEEDANCES
            stop = np.argmax(over >= EXCEEDANCES, axis=0) + 1
            hits[rows] = over[-1]
            spent[rows] = total + np.where(settled, stop, batch)
            late = (hits[rows] + 1) / (spent[rows] + 1)
            p[rows] = np.where(settled, EXCEEDANCES / spent[rows], late)
        going = going[hits[going] < EXCEEDANCES]
        total += batch
        if total >= min(max(fewest, 1 / (small * max(len(going), 1))), MOST):
            break
        batch = min(2 * batch, 2_000)
    return p, spent


@lru_cache(maxsize=512)
def critical_share(n: int, alpha: float) -> float:
    """The 1 − ``alpha`` quantile, simulated, of the statistic without a lag in white noise."""
    draws = np.random.default_rng(n).standard_normal((n, max(1_000, min(4_000, 400_000 // n))))
    return float(np.quantile(strongest(draws, plan(n, lagged=False)), 1 - alpha))


def _innovations(values: Floats, phi: Floats, layout: Plan) -> Floats:
    """What the fitted recursion leaves; first values are scaled as the others."""
    shocks = _centre(values, layout)
    if not len(layout.past):
        return shocks
    level = shocks.copy()
    shocks[layout.kept] -= phi * level[layout.past]
    first = np.setdiff1d(np.arange(layout.n), layout.kept)
    shocks[first] *= np.sqrt(1 - phi**2)
    return _centre(shocks, layout)


def _centre(values: Floats, layout: Plan) -> Floats:
    centred = values.copy()
    for members in layout.strata:
        centred[members] -= centred[members].mean(axis=0)
    return centred


def _rerun(shocks: Floats, phi: Floats, layout: Plan) -> Floats:
    """Innovations ``(n, B, S)`` → series, by the recursion, in place."""
    if not len(layout.past):
        return shocks
    factor = phi.astype(shocks.dtype)
    first = np.setdiff1d(np.arange(layout.n), layout.kept)
    shocks[first] /= np.sqrt(1 - factor**2)
    for now, before in zip(layout.kept.tolist(), layout.past.tolist(), strict=True):
        shocks[now] += factor * shocks[before]
    return shocks


def _orders(layout: Plan, batch: int, rng: np.random.Generator, blocks: float) -> Ints:
    """``batch`` random orders within strata, ``(n, batch)``; in blocks where there is a past."""
    orders = np.empty((layout.n, batch), dtype=np.intp)
    turned = not len(layout.past) and layout.n >= BLOCKS_FROM and len(layout.strata) > 1
    for members in layout.strata:
        if len(members) == 1:
            orders[members] = members[0]
        elif turned:
            back = rng.random(batch) < 0.5
            orders[members] = np.where(back, members[::-1, None], members[:, None])
        else:
            length = _block_length(len(members), blocks) if len(layout.past) else 1
            orders[members] = members[_in_blocks(len(members), length, batch, rng)].T
    return orders


def _in_blocks(size: int, length: int, batch: int, rng: np.random.Generator) -> Ints:
    block = np.arange(size) // length
    keys = rng.random((batch, int(block[-1]) + 1))[:, block]
    order = np.argsort(keys, axis=1, kind="stable")
    if length > 1:  # a random circular offset moves the borders of the blocks
        order = (order + rng.integers(size, size=(batch, 1))) % size
    return order


def _block_length(size: int, blocks: float) -> int:
    longest = max(LONGEST_ALWAYS, size // LONGEST_SHARE)
    return max(2, min(round(blocks * float(np.cbrt(size))), longest))


def _chunks(rows: Ints, cost: int) -> list[Ints]:
    return np.array_split(rows, max(1, -(-len(rows) * cost // CHUNK)))
