"""Trends: real time counts, the model's errors count, intervals hold the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stance.cli import app
from stance.errors import UsageError
from stance.trends import Trend, TrendPoint, find_trends, of_scores, smooth, trend
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


def crowd(
    rng: np.random.Generator, days: int, each: int, values: Callable[[int], Sequence[object]]
) -> list[dict[str, object]]:
    """``each`` people a day, nobody twice, with what ``values`` says of the day."""
    first = dt.date(2024, 1, 1)
    return [
        {"holder": f"H{day}.{i}", "claim": "c", "date": str(first + dt.timedelta(days=day))}
        | {"label" if isinstance(value, str) else "score": value}
        for day in range(days)
        for i, value in enumerate(values(day))
    ]


def test_many_rows_a_day_that_no_kind_of_noise_explains_still_have_a_level() -> None:
    rng = np.random.default_rng(0)

    def labels(day: int) -> list[str]:
        neutral = (0.05, 0.9)[day % 2]
        sides = (1 - neutral) / 2
        return rng.choice(["for", "neutral", "against"], 2000, p=[sides, neutral, sides]).tolist()

    points = only(trend(crowd(rng, 4, 2000, labels), by="claim"))
    assert all(-0.1 < p.low < p.level < p.high < 0.1 for p in points)


MANY = {
    "400 scores a day": (6, 400, lambda rng, mu, n: mu + rng.standard_normal(n)),
    "400 labels a day": (6, 400, lambda rng, mu, n: rng.random(n) < (1 + mu) / 2),
    "300 heavy-tailed scores": (300, 1, lambda rng, mu, n: mu + rng.standard_t(2, n)),
    "1000 scores": (1000, 1, lambda rng, mu, n: mu + rng.standard_normal(n)),
}


@pytest.mark.parametrize("cell", MANY)
def test_intervals_hold_the_level_however_much_is_observed(cell: str) -> None:
    days, each, draw = MANY[cell]
    rng = np.random.default_rng(1)
    held, widths = [], []
    for _ in range(3 if days > 500 else 8):
        true = rng.uniform(-0.5, 0.5)

        def values(day: int, true: float = true) -> list[object]:
            seen = draw(rng, true, each)
            return [("against", "for")[int(x)] if seen.dtype == bool else float(x) for x in seen]

        points = only(trend(crowd(rng, days, each, values), by="claim"))
        assert all(p.low < p.level < p.high for p in points)
        held += [p.low <= true <= p.high for p in points]
        widths += [p.high - p.low for p in points]
    assert np.mean(held) >= 0.93
    # Of the slowest walk: a few times what a constant level would leave open.
    assert np.median(widths) < 4 * (2 * 1.96 / np.sqrt(days * each)) * (2 if "heavy" in cell else 1)


def test_intervals_hold_a_moving_level_of_many_rows() -> None:
    rng = np.random.default_rng(2)
    held = []
    for _ in range(10):
        level = np.cumsum(rng.normal(0, 0.5, 8))
        rows = crowd(
            rng, 8, 100, lambda day, level=level: (level[day] + rng.normal(0, 1, 100)).tolist()
        )
        points = only(trend(rows, by="claim"))
        held += [p.low <= mu <= p.high for p, mu in zip(points, level, strict=True)]
    assert np.mean(held) >= 0.9


@pytest.mark.parametrize("slip", [-999.0, 30.0, 1e90])
def test_one_slip_among_the_scores_hardly_moves_the_level(slip: float) -> None:
    values = np.random.default_rng(3).normal(0.5, 0.1, 200)
    values[50] = slip
    points = only(trend(table(list(range(200)), values.tolist(), "score")))
    assert all(0.4 < p.level < 0.6 and 0 < p.high - p.low < 0.2 for p in points)


@pytest.mark.parametrize(("unit", "offset"), [(1e-10, 0), (1e6, 0), (1, 1e6), (1e90, 0)])
def test_unit_and_offset_of_scores_mean_nothing(unit: float, offset: float) -> None:
    values = np.random.default_rng(4).normal(0, 1, 30)
    plain, other = (
        only(trend(table(list(range(30)), scores.tolist(), "score")))
        for scores in (values, unit * values + offset)
    )
    for one, two in zip(plain, other, strict=True):
        for a, b in ((one.level, two.level), (one.low, two.low), (one.high, two.high)):
            assert (b - offset) / unit == pytest.approx(a, abs=1e-6)


def test_what_has_no_trend_is_counted() -> None:
    rows = table([0, 1, 2, 3], ["for"] * 4)
    rows += [{**one, "holder": "B"} for one in rows[:2]]
    rows += [{**rows[0], **gap} for gap in ({"holder": ""}, {"date": ""}, {"label": ""})]
    found = find_trends(rows)
    told = "1 series smoothed, 1 under three days\nrows in no series: "
    assert str(found).startswith(told)
    assert {k: n for k, n in found.left_out.items() if n} == dict.fromkeys(
        ("unnamed", "undated", "unlabelled"), 1
    )
    stances = [row(f"d{d}", f"2024-01-0{d}", text=str(d) * 60) for d in range(1, 5)]
    stances.append(replace(stances[0], holder="", doc_id="nobody"))
    stances.append(replace(stances[0], date=None, doc_id="undated"))
    found = find_trends(stances)
    assert (len(found.trends), found.too_short) == (1, 0)
    assert {k: n for k, n in found.left_out.items() if n} == {"unnamed": 1, "undated": 1}


def told(path: Path, *rows: str) -> str:
    path.write_text("\n".join(["holder,claim,date,label", *rows]) + "\n")
    done = CliRunner().invoke(app, ["trend", str(path), "--format", "jsonl"])
    assert done.exit_code == 0 and not done.stdout
    return done.stderr


def test_the_command_says_what_it_did_not_smooth(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    short = told(path, "A,c,2024-01-01,for", "A,c,2024-01-02,for", ",c,2024-01-03,for")
    assert "0 series smoothed, 1 under three days" in short
    assert "rows in no series: 1 unnamed" in short
    assert "no row could be used, so nothing was smoothed" in told(
        path, "A,c,,for", "A,c,2024,what"
    )


def test_a_matrix_is_of_labels() -> None:
    matrix = [[80, 15, 5], [10, 80, 10], [5, 15, 80]]
    scores = table(list(range(12)), [1, -1] * 6, "score")
    chances = [{**one, "p_supports": 0.55, "p_neutral": 0.4, "p_refutes": 0.05} for one in scores]
    for rows in (scores, [{**one, "score": None} for one in chances]):
        with pytest.raises(UsageError, match="row 1 has no label"):
            trend(rows, confusion=matrix)
    bare = table(list(range(12)), ["supports"] * 12)
    both = [{**a, "label": b["label"]} for a, b in zip(chances, bare, strict=True)]
    assert trend(both, confusion=matrix) == trend(bare, confusion=matrix)


def test_a_slip_in_a_date_is_named_where_every_day_would_be_a_point() -> None:
    rows = [*table([0, 1, 2], ["for"] * 3), {**table([0], ["for"])[0], "date": "0224-01-01"}]
    with pytest.raises(UsageError, match=r"from 0224-01-01 to 2024-01-03.* 657,440 points"):
        trend(rows, every=1)
    assert len(only(trend(rows, every=3650))) == 184
