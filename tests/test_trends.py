"""Trends: real time counts, the model's errors count, intervals hold the truth."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from stance.errors import UsageError
from stance.trends import Trend, TrendPoint, of_scores, smooth, trend
from tests.test_timelines import row


def table(days: list[int], values: list[object], column: str = "label") -> list[dict[str, object]]:
    first = dt.date(2024, 1, 1)
    return [
        {"holder": "A", "claim": "c", "date": str(first + dt.timedelta(days=d)), column: v}
        for d, v in zip(days, values, strict=True)
    ]


def only(found: list[Trend]) -> tuple[TrendPoint, ...]:
    (line,) = found
    return line.points


def test_levels_follow_a_change_and_stay_on_the_scale() -> None:
    points = only(trend(table(list(range(0, 200, 10)), ["supports"] * 10 + ["refutes"] * 10)))
    assert points[3].low > 0 > points[-3].high
    assert all(-1 <= p.low <= p.level <= p.high <= 1 for p in points)
    assert [p.observations for p in points] == [1] * 20


def test_a_long_gap_is_uncertain_in_the_middle() -> None:
    days = [*range(10), *range(190, 200)]
    points = only(trend(table(days, ["supports"] * 10 + ["refutes"] * 10), every=5))
    width = {(p.date.start - dt.date(2024, 1, 1)).days: p.high - p.low for p in points}
    assert width[100] > 1.5 * max(width[5], width[195])
    assert {p.observations for p in points if 10 < (p.date.start.month - 1) * 30 < 150} == {0}


def test_unsure_probabilities_say_less_than_sure_ones() -> None:
    days = [f"2024-{m:02}-05" for m in range(1, 13)]
    sure = [row(f"d{d}", d, p=(0.96, 0.02, 0.02), text=d * 8) for d in days]
    unsure = [row(f"d{d}", d, p=(0.5, 0.25, 0.25), text=d * 8) for d in days]
    narrow, wide = (only(trend(rows))[6] for rows in (sure, unsure))
    assert narrow.level > wide.level
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_an_audit_of_the_labels_widens_and_corrects() -> None:
    labels = (["supports"] * 4 + ["neutral"]) * 6
    rows = table(list(range(0, 300, 10)), list(labels))
    bare = only(trend(rows))[15]
    # One in five who supports is labelled neutral: these labels are what constant support gives.
    audited = only(trend(rows, confusion=[[80, 20, 0], [0, 100, 0], [0, 20, 80]]))[15]
    assert bare.high < 0.99
    assert audited.level > bare.level + 0.05


def test_of_stance_rows_an_audit_replaces_their_own_probabilities() -> None:
    days = [f"2024-{m:02}-05" for m in range(1, 13)]
    matrix = [[80, 20, 0], [0, 100, 0], [0, 20, 80]]
    rows = [row(f"d{d}", d, p=(0.5, 0.25, 0.25), text=d * 8) for d in days]
    bare = [
        {"holder": r.holder, "claim": "ferry", "date": str(r.date), "label": r.stance} for r in rows
    ]
    audited, labelled = (only(trend(t, confusion=matrix)) for t in (rows, bare))
    assert np.allclose([p.level for p in audited], [p.level for p in labelled])


def test_scores_of_any_scale_keep_it() -> None:
    rng = np.random.default_rng(0)
    values = 50 + 10 * np.linspace(0, 1, 40) + rng.normal(0, 1, 40)
    points = only(trend(table(list(range(40)), values.tolist(), "score")))
    assert abs(points[0].level - 50) < 2 and abs(points[-1].level - 60) < 2
    assert all(p.high - p.low < 5 for p in points)


@pytest.mark.parametrize("points", [8, 40])
def test_intervals_hold_the_true_level(points: int) -> None:
    rng = np.random.default_rng(points)
    held = []
    for _ in range(40):
        level = np.linspace(*rng.uniform(-0.8, 0.8, 2), points)
        days = np.cumsum(1 + rng.exponential(10, points).astype(int)).tolist()
        values: list[object] = [
            "supports" if rng.random() < (1 + mu) / 2 else "refutes" for mu in level
        ]
        seen = only(trend(table(days, values)))
        held += [p.low <= mu <= p.high for p, mu in zip(seen, level, strict=True)]
    assert np.mean(held) >= 0.9


def test_short_series_and_nonsense() -> None:
    assert trend(table([0, 1], ["supports", "refutes"])) == []
    same = only(trend(table([0, 1, 2], [0.4, 0.4, 0.4], "score")))
    assert same[1].level == pytest.approx(0.4, abs=0.01)
    with pytest.raises(UsageError, match="every is 0"):
        trend([], every=0)
    with pytest.raises(UsageError, match="3 × 3"):
        trend([], confusion=[[1, 2], [3, 4]])


def test_the_unit_of_time_is_nothing_to_the_level() -> None:
    rng = np.random.default_rng(0)
    values, logs, unit = of_scores(rng.standard_normal(12))
    gaps = rng.integers(1, 30, 11).astype(float)
    in_days, in_hours = smooth(logs, values, gaps, unit), smooth(logs, values, 24 * gaps, unit)
    assert np.allclose(in_days, in_hours)
