"""Did the same people change, or did others speak? Kitagawa's decomposition of a group's change.

A group's mean stance before and after a day differs because its members changed (within), or
because other members, or the same ones in other proportions, are heard (between):

    within  = Σ (score_after − score_before) · (share_before + share_after) / 2
    between = Σ (share_after − share_before) · (score_before + score_after) / 2

over cells, such as holders, or holders × sources (Kitagawa 1955, JASA 50). The two add up to the
whole change. A cell heard on one side only has no change of its own to show: all of it is between.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stance.changepoints import check_seed
from stance.dates import parse_date
from stance.errors import UsageError
from stance.series import Scored, mean_chances, on_stance_scale, person, scored_rows
from stance.stancerows import recognised
from stance.types import Stance
from stance.utterances import is_unnamed, last_day, observations

Cell = Literal["holder", "affiliation", "source", "claim"]
DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell's part; scores are None on a side where it is not heard.

    Unnamed people have a cell for each side: those heard before and after need not be the same.

    Between parts are told against the group's overall mean, so that a cell adds to the change by
    being heard more only where it stands above that mean; their sum is the same.
    """

    cell: tuple[str, ...]
    count_before: int
    count_after: int
    share_before: float
    share_after: float
    score_before: float | None
    score_after: float | None
    within: float
    between: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change of a group's mean score, split; ``cells`` largest part first."""

    before: float
    after: float
    total: Interval
    within: Interval
    between: Interval
    cells: tuple[CellChange, ...]


def decompose(
    table: object,
    split: object = None,
    *,
    before: tuple[object, object] | None = None,
    after: tuple[object, object] | None = None,
    by: Cell | Sequence[Cell] = "holder",
    seed: int = 0,
    draws: int = DRAWS,
) -> Decomposition:
    """Split a change of a group's mean stance into within and between ``by``.

    ``table``: stance rows or a table as in :func:`stance.changes.shifts`, already cut to the group
    and claims in question. Either ``split``, the first day of "after", or two spans of days
    ``before`` and ``after``, ends included. Every independent observation counts once (in a table,
    what a holder says of a claim on a day is averaged); one dated to a month or year that is not
    wholly on one side is left out.

    The intervals are for the process behind the observations: a Bayesian bootstrap of each side
    (Rubin 1981), with spreads corrected for small cells; a cell heard once borrows the spread of
    the others, or of its side where every cell is heard once. Where all rows carry probabilities,
    each draw also draws the true stances. Equal answers are not certainty: where nobody's answers
    differ, they vary as if half an answer of a side's n + 1 had been at the other end of the scale.
    Where nothing tells how much an answer varies (one bare answer on each side, or all the same on
    an unknown scale), the intervals are infinite. Raises :class:`UsageError` where a side is empty,
    or where the spans overlap or are not in order.

    >>> rows = [{"holder": h, "claim": "c", "date": f"2024-0{m}-{d:02}", "score": s}
    ...         for h, m, d, s in [("A", 1, 1, 1), ("A", 1, 2, 1), ("B", 1, 3, -1),
    ...                            ("A", 2, 1, 1), ("B", 2, 2, -1), ("B", 2, 3, -1)]]
    >>> split = decompose(rows, "2024-02-01")
    >>> round(split.total.value, 2), round(split.within.value, 2), round(split.between.value, 2)
    (-0.67, 0.0, -0.67)
    >>> split.within.low < -0.5 and split.within.high > 0.5  # few answers, though all alike
    True
    """
    check_seed(seed)
    if draws < 2:
        raise UsageError(f"draws is {draws}; give 2 or more, better {DRAWS}")
    columns: tuple[Cell, ...] = (by,) if isinstance(by, str) else tuple(by)
    for column in columns:
        if column not in ("holder", "affiliation", "source", "claim"):
            raise UsageError(
                f"cannot split by {column!r}; choose from holder, affiliation, source, claim"
            )
    rows, chances = _rows(table, columns)
    side = _sides(rows, split, before, after)
    used = side >= 0
    score = np.array([row.score for row in rows])[used]
    side = side[used]
    names, code = _cells([row for row, use in zip(rows, used, strict=True) if use], columns, side)
    for value, name in ((0, "before"), (1, "after")):
        if not (side == value).any():
            raise UsageError(f"there is nothing dated {name}; move the split or widen the spans")
    point = _kitagawa(*_shares(np.ones((1, len(score))), score[None], side, code, len(names)))
    sampled = _bootstrap(
        score, side, code, len(names), None if chances is None else chances[used], seed, draws
    )
    freedom = max(len(score) - len({*zip(code, side, strict=True)}), 3)
    parts = [_interval(float(p[0]), d, freedom) for p, d in zip(point[:2], sampled, strict=True)]
    total = _interval(float(point[0][0] + point[1][0]), sampled[0] + sampled[1], freedom)
    means = [float(score[side == value].mean()) for value in (0, 1)]
    return Decomposition(
        means[0], means[1], total, parts[0], parts[1], _cell_changes(names, score, side, code)
    )


def _rows(
    table: object, columns: Sequence[Cell]
) -> tuple[list[Scored], NDArray[np.float64] | None]:
    """Observations as scored rows, with (n, 3) probabilities where all of them have some."""
    table = recognised(table)
    if not (isinstance(table, list | tuple) and table and isinstance(table[0], Stance)):
        extra = [column for column in columns if column in ("affiliation", "source")]
        rows = _once_a_day(scored_rows(table, columns=extra), columns)
        known = [row.chances for row in rows if row.chances is not None]
        return rows, _shares_of_one(known) if len(known) == len(rows) else None
    claims = {row.claim_id: row.claim for row in table}
    found: list[Scored] = []
    chances = []
    for (_, claim_id), seen in observations(table, by="claim").items():
        for one in seen:
            first = one.rows[0]
            found.append(
                Scored(
                    one.holder,
                    one.holder_type,
                    first.affiliation or one.holder,
                    first.source,
                    claim_id,
                    claims[claim_id],
                    one.date,
                    one.score,
                    first.doc_id,
                )
            )
            chances.append((one.supports, one.neutral, one.refutes))
    return found, _shares_of_one(chances)


def _once_a_day(rows: Iterable[Scored], columns: Sequence[Cell]) -> list[Scored]:
    """One row for all that a holder says of a claim on a day, in one cell; nobody unnamed twice."""
    days: defaultdict[tuple[object, ...], list[Scored]] = defaultdict(list)
    for place, row in enumerate(rows):
        who = person(row.holder, row.doc_id, place)
        cell = tuple(_key(row, column) for column in columns)
        days[who, row.claim_id, row.date, cell].append(row)
    return [
        replace(
            seen[0],
            score=math.fsum(row.score for row in seen) / len(seen),
            chances=mean_chances(seen),
        )
        for seen in days.values()
    ]


def _shares_of_one(chances: Sequence[tuple[float, float, float]]) -> NDArray[np.float64]:
    table = np.array(chances, dtype=float).reshape(-1, 3)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _sides(
    rows: Sequence[Scored],
    split: object,
    before: tuple[object, object] | None,
    after: tuple[object, object] | None,
) -> NDArray[np.int64]:
    """0 before, 1 after, −1 neither, for each row; a month around the split is neither."""
    days = np.array([row.date.start.toordinal() for row in rows], dtype=np.int64)
    ends = np.array([last_day(row.date).toordinal() for row in rows], dtype=np.int64)
    if split is not None and before is None and after is None:
        day = _day(split)
        return np.where(days >= day, 1, np.where(ends < day, 0, -1)).astype(np.int64)
    if split is not None or before is None or after is None:
        raise UsageError("give either a split day, or both spans of days 'before' and 'after'")
    spans = _span(before, "before"), _span(after, "after")
    if spans[0][1] >= spans[1][0]:
        raise UsageError("the span 'before' has to end before the span 'after' begins")
    side = np.full(len(rows), -1, dtype=np.int64)
    for value, (first, last) in enumerate(spans):
        side[(days >= first) & (ends <= last)] = value
    return side


def _span(given: tuple[object, object], name: str) -> tuple[int, int]:
    """The first and the last day of a span, whose ends may be months or years."""
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise UsageError(
            f"{name} is {given!r}; give two dates, the first and the last, such as "
            "('2024-01-01', '2024-01-31')"
        )
    first, last = _day(given[0]), last_day(parse_date(given[1])).toordinal()
    if first > last:
        raise UsageError(f"{name} runs from {given[0]} to {given[1]}; give the earlier date first")
    return first, last


def _day(value: object) -> int:
    return dt.date.toordinal(parse_date(value).start)


def _cells(
    rows: Sequence[Scored], columns: Sequence[Cell], side: NDArray[np.int64]
) -> tuple[list[tuple[str, ...]], NDArray[np.int64]]:
    """Names of the cells, and each row's; who has no name is another on the other side."""
    keys = []
    for row, when in zip(rows, side.tolist(), strict=True):
        name = tuple(_key(row, column) for column in columns)
        nobody = any(not part or is_unnamed(part) for part in name)
        keys.append((name, when if nobody else -1))
    cells = sorted(set(keys))
    places = {cell: place for place, cell in enumerate(cells)}
    return [name for name, _ in cells], np.array([places[key] for key in keys], dtype=np.int64)


def _key(row: Scored, column: Cell) -> str:
    if column == "affiliation":
        return row.affiliation or row.holder
    return row.claim_id if column == "claim" else str(getattr(row, column))


def _shares(
    weight: NDArray[np.float64],
    score: NDArray[np.float64],
    side: NDArray[np.int64],
    code: NDArray[np.int64],
    cells: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and scores ``(draws, n)`` → shares and mean scores ``(2, draws, cells)``."""
    member = (code[:, None] == np.arange(cells)).astype(float)
    share = np.empty((2, len(weight), cells))
    level = np.empty_like(share)
    for value in (0, 1):
        here = side == value
        mass = weight[:, here] @ member[here]
        with np.errstate(invalid="ignore"):
            level[value] = ((weight * score)[:, here] @ member[here]) / mass
        share[value] = mass / mass.sum(axis=1, keepdims=True)
    return share, level


def _kitagawa(
    share: NDArray[np.float64], level: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Within and between ``(draws,)``; a level missing on one side is the other side's."""
    filled = np.where(np.isnan(level), level[::-1], level)
    within = ((filled[1] - filled[0]) * share.mean(axis=0)).sum(axis=1)
    between = ((share[1] - share[0]) * filled.mean(axis=0)).sum(axis=1)
    return within, between


def _bootstrap(
    score: NDArray[np.float64],
    side: NDArray[np.int64],
    code: NDArray[np.int64],
    cells: int,
    chances: NDArray[np.float64] | None,
    seed: int,
    draws: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Within and between of each draw; infinite where nothing tells how much an answer varies."""
    rng = np.random.default_rng(seed)
    weight = rng.standard_exponential((draws, len(score)))
    place = code * 2 + side
    size = np.bincount(place)[place]
    mean = np.bincount(place, score)[place] / size
    certain = chances is None or bool((chances.max(axis=1) == 1).all())
    unseen = _unseen_spread(score, side, place, certain)
    if not np.isfinite(unseen).all():
        return np.full(draws, np.inf), np.full(draws, np.inf)
    # Deviations are stretched so that the bootstrap's variance of a cell's mean is s²/m.
    stretch = np.sqrt((size + 1) / np.maximum(size - 1, 1) * (size - 1) / size)
    drawn = np.tile(mean + (score - mean) * stretch, (draws, 1))
    if chances is not None:  # unstretched: what the model does not know is no sampling error
        up = rng.random((draws, len(score)))
        drawn += (up < chances[:, 0]).astype(float) - (up > 1 - chances[:, 2])
        drawn -= chances[:, 0] - chances[:, 2]
    drawn += unseen * rng.standard_normal(drawn.shape)
    return _kitagawa(*_shares(weight, drawn, side, code, cells))


def _unseen_spread(
    score: NDArray[np.float64], side: NDArray[np.int64], place: NDArray[np.int64], certain: bool
) -> NDArray[np.float64]:
    """How much each answer may vary beyond what its cell shows: equal answers are no certainty.

    One observation's worth of the spread within cells; where each is heard once, of that within
    sides. Where that is 0, so much that the mean of m answers has 1/m of a prior variance.
    Infinite where nothing is known of it.
    """
    pooled = _spread(score, place)
    if pooled is None:  # every cell is heard once
        pooled = _spread(score, side)
    if pooled is None and certain:  # and so is every side
        return np.full(len(score), np.inf)
    size = np.bincount(place)[place]
    if pooled is None or pooled <= 1e-9 * np.abs(score).max():  # 0 but for rounding
        # Over m observations the bootstrap's weights have squares that add up to 2 / (m + 1).
        return np.asarray(_prior_spread(score, side) * np.sqrt((size + 1) / (2 * size)))
    return np.asarray(pooled / np.sqrt(size))


def _spread(score: NDArray[np.float64], place: NDArray[np.int64]) -> float | None:
    """Pooled standard deviation of scores within places; None where each has but one."""
    size = np.bincount(place)
    freedom = len(score) - int((size > 0).sum())
    rest = score - np.bincount(place, score)[place] / size[place]
    return float(np.sqrt((rest @ rest) / freedom)) if freedom else None


def _prior_spread(score: NDArray[np.float64], side: NDArray[np.int64]) -> NDArray[np.float64]:
    """A spread for answers that never differ, for each answer; infinite on an unknown scale.

    As if half an answer of a side's n + 1 had been at the other end of the scale, as in
    :mod:`stance.audit`. A single one that really is there gives more spread than that, so that a
    deviating answer does not make the intervals shorter.
    """
    scale = 2.0 if on_stance_scale(score.tolist()) else float(np.ptp(score))
    size = np.bincount(side)[side]
    return np.asarray((scale or math.inf) * np.sqrt(0.5 / (size + 1)))


def _interval(value: float, drawn: NDArray[np.float64], freedom: int) -> Interval:
    from scipy.stats import t

    spread = float(drawn.std()) if np.isfinite(drawn).all() else np.inf
    reach = float(t.ppf(0.975, freedom)) * spread
    return Interval(value, value - reach, value + reach)


def _cell_changes(
    names: Sequence[tuple[str, ...]],
    score: NDArray[np.float64],
    side: NDArray[np.int64],
    code: NDArray[np.int64],
) -> tuple[CellChange, ...]:
    middle = float(np.mean([score[side == value].mean() for value in (0, 1)]))
    found = []
    for place, name in enumerate(names):
        mine = [score[(code == place) & (side == value)] for value in (0, 1)]
        shares = [len(mine[value]) / int((side == value).sum()) for value in (0, 1)]
        levels = [float(part.mean()) if len(part) else None for part in mine]
        known = [level for level in levels if level is not None]
        change = known[1] - known[0] if len(known) == 2 else 0.0
        found.append(
            CellChange(
                name,
                len(mine[0]),
                len(mine[1]),
                shares[0],
                shares[1],
                levels[0],
                levels[1],
                within=change * sum(shares) / 2,
                between=(shares[1] - shares[0]) * (sum(known) / len(known) - middle),
            )
        )
    return tuple(sorted(found, key=lambda cell: -abs(cell.within + cell.between)))
