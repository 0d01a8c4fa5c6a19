"""Are the shifts real? False alarms, power, dates, false discoveries, intervals, speed.

Simulated series of known truth (:mod:`benchmarks.shift_series`), the Turing change point data set
and poll series where ``data_dir`` has them, and the textbook alternatives in the same run.
"""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import ruptures
from numpy.typing import NDArray

from benchmarks import seed_gold
from benchmarks.shift_gold import gold_table, share_that_changes
from benchmarks.shift_series import Floats, brief_mix, changes, changing_mix, labels, nulls
from benchmarks.trend_series import levels, observations
from stance.audit import OUTCOMES, audit_estimate, draw_sample
from stance.changepoints import level_test, plan
from stance.changes import MIN_POINTS, find_shifts, series_tests
from stance.decomposition import decompose
from stance.models import data_folder
from stance.pairwise import difference
from stance.segments import detectable, locate
from stance.series import Series, series_of_rows
from stance.timelines import score_interval
from stance.trends import smooth
from stance.types import Date, Stance

ALPHA = 0.05
PUBLISHED_SERIES = 37
PUBLISHED_WITHOUT = "uk_coal_employ"  # values are missing, and most of these methods give no result
PUBLISHED = {  # van den Burg & Williams 2020, default settings, univariate series: covering, F1
    "BINSEG": (0.706, 0.744),
    "AMOC": (0.702, 0.704),
    "PELT": (0.689, 0.710),
    "BOCPD": (0.636, 0.690),
    "no change points": (0.583, 0.669),
}


def run(quick: bool = False, data_dir: str | Path | None = None) -> dict[str, Any]:
    """Run everything: about eleven minutes on two cores; ``quick`` under two, on fewer series."""
    count = 200 if quick else 1_000
    lengths = (5, 12, 24, 60) if quick else (5, 8, 12, 23, 24, 40, 100, 400)
    gold = seed_gold.load(data_folder("seeds"))
    parts: dict[str, Callable[[], Any]] = {
        "speed": lambda: speed(1_000 if quick else 10_000),
        "speed_table": lambda: speed_table(200 if quick else 10_000),
        "false_alarms": lambda: [
            *false_alarms(count, lengths),
            *mix_alarms(60 if quick else count),
        ],
        "power": lambda: power(count, lengths),
        "false_discoveries": lambda: false_discoveries(2 if quick else 20),
        "intervals": lambda: intervals(quick),
        "trends": lambda: trends(20 if quick else 1000),
        "pairwise": lambda: pairwise(500 if quick else 5_000),
        "gold_pairs_that_change": lambda: share_that_changes(gold),
        "gold": lambda: gold_table(gold, 5 if quick else 100),
    }
    folder = Path(data_dir) / "series" if data_dir else None
    if folder and (folder / "tcpd-all.jsonl.gz").exists():
        parts["tcpd"] = lambda: tcpd(folder / "tcpd-all.jsonl.gz")
    if folder and (folder / "covid_approval_polls-all.jsonl.gz").exists():
        parts["polls"] = lambda: polls(folder)
    result: dict[str, Any] = {"series_per_cell": count}
    seconds: dict[str, dict[str, float]] = {}
    for name, part in parts.items():
        started, cpu = time.perf_counter(), time.process_time()
        result[name] = part()
        wall = time.perf_counter() - started
        seconds[name] = {"wall": round(wall, 1), "cpu": round(time.process_time() - cpu, 1)}
        print(f"{name}: {wall:.0f} s", file=sys.stderr, flush=True)
    result["false_alarms_largest"] = largest(result["false_alarms"])
    result["power_by_points"] = by_points(result["power"])
    result["seconds_by_part"] = seconds
    result["seconds"] = round(sum(part["wall"] for part in seconds.values()), 1)
    return result


def false_alarms(count: int, lengths: Sequence[int]) -> list[dict[str, Any]]:
    """Share of unchanged series called changed at 0.05, beside PELT with BIC and plain CUSUM."""
    rows: list[dict[str, Any]] = []
    for name, (shortest, make) in nulls().items():
        for n in lengths:
            if n >= shortest:
                values = make(np.random.default_rng(n), n, count)
                rows.append({"null": name, "points": n, "series": count, **_rates(values)})
    return rows


def largest(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each null the largest rate of each method over the lengths, and at which length ours."""
    found = []
    methods = ("stance", "pelt_bic", "cusum", "holders_ignored")
    for name, group in itertools.groupby(rows, key=lambda row: row["null"]):
        mine = list(group)
        worst = max(mine, key=lambda row: row["stance"])
        known = {key: [row[key] for row in mine if key in row] for key in methods}
        rates = {key: max(values, default=None) for key, values in known.items()}
        shortest, longest = mine[0]["points"], mine[-1]["points"]
        lengths = str(longest) if shortest == longest else f"{shortest} to {longest}"
        found.append({"null": name, "points": lengths, **rates, "stance_at": worst["points"]})
    return found


def by_points(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each change the share found by length, and what CUSUM and PELT find of 24 and 100."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row["change"], {"change": row["change"]})[str(row["points"])] = row[
            "stance"
        ]
    for row in rows:
        if row["points"] in (24, 100):
            found[row["change"]] |= {
                f"{key}_{row['points']}": row[key] for key in ("cusum", "pelt_bic")
            }
    return list(found.values())


def called_changed(values: Floats) -> NDArray[np.bool_]:
    """Which series the library calls changed, each tested alone; short ones it does not test."""
    if len(values) < MIN_POINTS:
        tests, _ = series_tests([_series(f"h{i}", column) for i, column in enumerate(values.T)])
        told = {test.holder for test in tests}
        return np.array([f"h{i}" in told for i in range(values.shape[1])])
    return np.asarray(level_test(values, alpha=ALPHA, family=1).p <= ALPHA)


def _rates(values: Floats) -> dict[str, float]:
    return {
        "stance": round(float(called_changed(values).mean()), 4),
        "pelt_bic": round(float(np.mean([bool(pelt(column)) for column in values.T])), 4),
        "cusum": round(float(np.mean(cusum(values))), 4),
    }


def pelt(column: Floats) -> list[int]:
    """PELT's optimum for the least-squares cost with the BIC penalty σ² log n (σ² from steps)."""
    noise = max(float(np.diff(column).var()) / 2, 1e-9)
    finder = ruptures.KernelCPD(kernel="linear", min_size=2).fit(column[:, None])
    return [int(k) for k in finder.predict(pen=noise * np.log(len(column)))[:-1]]


def cusum(values: Floats) -> NDArray[np.bool_]:
    """The textbook test: largest cumulated deviation against Kolmogorov's 5 % bound, 1.358."""
    rest = values - values.mean(axis=0)
    spread = np.maximum(values.std(axis=0), 1e-9)
    reach = np.abs(np.cumsum(rest, axis=0)).max(axis=0) / (spread * np.sqrt(len(values)))
    return np.asarray(reach > 1.358)


def mix_alarms(count: int) -> list[dict[str, Any]]:
    """Groups whose members never change while the mix does: tested as one series of a claim.

    The other methods, and the same test in ``holders_ignored``, know only the scores.
    """
    rows = []
    for name, n, make, memory in (
        ("mix of holders changes, 20 rows", 20, changing_mix, 0.0),
        ("mix of holders changes, 60 rows", 60, changing_mix, 0.0),
        ("mix of holders changes, AR(1) 0.5 within", 150, changing_mix, 0.5),
        ("mix of holders heard 2 or 3 times", 100, brief_mix, 0.0),
        ("mix of holders heard 2 or 3 times, AR(1) 0.5", 100, brief_mix, 0.5),
    ):
        rng = np.random.default_rng(n)
        hits, pooled = 0, np.empty((n, count))
        for i in range(count):
            mix = make(rng, n, 0.5, memory)
            tests, _ = series_tests(series_of_rows(mix, by="claim"), alpha=ALPHA)
            hits += int(tests[0].p_value <= ALPHA)
            pooled[:, i] = [row["score"] for row in mix]
        rates = _rates(pooled)
        ignored, rates["stance"] = rates["stance"], round(hits / count, 4)
        rows.append(
            {"null": name, "points": n, "series": count, **rates, "holders_ignored": ignored}
        )
    return rows


def power(count: int, lengths: Sequence[int]) -> list[dict[str, Any]]:
    """Share of changed series found at 0.05, and how far off the date is (in points)."""
    rows: list[dict[str, Any]] = []
    for name, (make, place) in changes().items():
        for n in lengths:
            values = make(np.random.default_rng(1000 + n), n, count)
            found = called_changed(values)
            cell: dict[str, Any] = {
                "change": name,
                "points": n,
                "series": count,
                "stance": round(float(found.mean()), 3),
                "pelt_bic": round(float(np.mean([bool(pelt(c)) for c in values.T])), 3),
                "cusum": round(float(np.mean(cusum(values))), 3),
            }
            single = not name.startswith(("slow", "there"))
            if single and found.sum() >= 20:
                layout, truth = plan(n, lagged=False), round(n * place)
                at = np.array([locate(column, layout) for column in values.T[found]])
                cell["median_date_error"] = float(np.median(np.abs(at[:, 1] - truth)))
                inside = (at[:, 0] <= truth) & (truth <= at[:, 2])
                cell["date_interval_coverage"] = round(float(inside.mean()), 3)
                cell["date_interval_points"] = float(np.median(at[:, 2] - at[:, 0] + 1))
            rows.append(cell)
    return rows


def false_discoveries(rounds: int) -> dict[str, Any]:
    """500 series of 40 points with 25 % label noise, a tenth of them changed: how many are found,
    and the share of wrong ones among those reported.
    """
    wrong, found = [], []
    for seed in range(rounds):
        rng = np.random.default_rng(seed)
        truth = np.ones((40, 500))
        truth[20:, :50] = -1
        series = [_series(f"h{i}", c) for i, c in enumerate(labels(rng, truth, 0.25).T)]
        tests, _ = series_tests(series, alpha=ALPHA, seed=seed)
        hits = [test for test in tests if test.shifts]
        wrong.append(sum(int(test.holder[1:]) >= 50 for test in hits) / max(len(hits), 1))
        found.append(sum(int(test.holder[1:]) < 50 for test in hits) / 50)
    return {
        "false_discovery_rate": round(float(np.mean(wrong)), 4),
        "found": round(float(np.mean(found)), 4),
        "rounds": rounds,
    }


def _series(name: str, scores: Sequence[float] | Floats) -> Series:
    dates = tuple(Date(dt.date(2020, 1, 1) + dt.timedelta(days=d)) for d in range(len(scores)))
    blank = (None,) * len(scores)
    scores = tuple(map(float, scores))
    return Series(
        name, "speaker", "c", "c", dates, scores, (name,) * len(scores), blank, ((),) * len(scores)
    )


def intervals(quick: bool) -> dict[str, float]:
    """Share of 95 % intervals that hold the truth."""
    rng = np.random.default_rng(0)
    points = 500 if quick else 4_000
    held = 0
    for _ in range(points):
        size = int(rng.integers(1, 6))
        table = rng.dirichlet([0.6, 0.4, 0.4], size)
        truth = np.mean([1 - rng.choice(3, p=row) for row in table])
        low, high = score_interval(table)
        held += int(low - 1e-9 <= truth <= high + 1e-9)
    rounds = 40 if quick else 400
    split = np.mean([_decomposed(rng, seed) for seed in range(rounds)], axis=0)
    audited = np.mean([_audited(rng, seed) for seed in range(rounds // 4)], axis=0)
    names = ("decomposition_total", "decomposition_within", "decomposition_between")
    named = dict(zip(names, split, strict=True))
    named |= zip(
        ("audit_shares", "naive_shares", "audit_trend", "naive_trend"), audited, strict=True
    )
    named["timeline_points"] = held / points
    return {name: round(float(value), 3) for name, value in named.items()}


def _decomposed(rng: np.random.Generator, seed: int) -> list[bool]:
    mix = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
    before, shift = np.linspace(-0.7, 0.5, 5), 0.3
    rows = []
    for month, share, rate in ((1, mix, before), (2, mix[::-1], before + shift)):
        for who in rng.choice(5, size=40, p=share):
            score = 1 if rng.random() < (1 + rate[who]) / 2 else -1
            day = int(rng.integers(1, 29))
            rows.append(
                {
                    "holder": f"h{who}",
                    "claim": "c",
                    "date": f"2024-0{month}-{day:02}",
                    "score": score,
                }
            )
    within = float((shift * (mix + mix[::-1]) / 2).sum())
    between = float(((mix[::-1] - mix) * (before + shift / 2)).sum())
    found = decompose(rows, "2024-02-01", seed=seed, draws=500)
    parts = (found.total, found.within, found.between)
    truths = (within + between, within, between)
    return [part.low <= truth <= part.high for part, truth in zip(parts, truths, strict=True)]


def _audited(rng: np.random.Generator, seed: int) -> list[float]:
    """Coverage for a model biased towards refutes, 100 labels of 1,000 rows."""
    rows, truth = [], []
    for i in range(1_000):
        when = float(rng.random())
        mine = int(rng.choice(4, p=[0.3 + 0.2 * (when - 0.5), 0.4, 0.2 - 0.2 * (when - 0.5), 0.1]))
        raw = np.exp(rng.standard_normal(4) + 1.5 * (np.arange(4) == mine)) * [1, 1, 3, 1]
        s, n, r, u = (raw / raw.sum()).tolist()
        date = Date(dt.date(2022, 1, 1) + dt.timedelta(days=int(700 * when)))
        guess: Any = OUTCOMES[int(raw.argmax())]
        rows.append(
            Stance(f"d{i}", "s", date, "h", "speaker", None, "c", "C", guess, s, r, n, u,
                   max(s, n, r, u), False, "ok", None, None, ())
        )  # fmt: skip
        truth.append(OUTCOMES[mine])
    sample = draw_sample(rows, 100, seed=seed)
    for row in sample:
        row["label"] = truth[int(row["doc_id"][1:])]
    related = [(t, row) for t, row in zip(truth, rows, strict=True) if t != "unrelated"]
    years = np.array([row.date.start.toordinal() / 365.25 for _, row in related if row.date])
    score = np.array([1.0 - OUTCOMES.index(t) for t, _ in related])
    slope = float(np.polyfit(years - years.mean(), score, 1)[0])
    share = {c: sum(t == c for t, _ in related) / len(related) for c in OUTCOMES[:3]}
    held: dict[str, list[bool]] = {"share": [], "trend": [], "naive share": [], "naive trend": []}
    for one in audit_estimate(rows, sample):
        if one.claim_id == "*":
            true = share.get(one.stance, slope)
            held[one.measure].append(one.low <= true <= one.high)
            held[f"naive {one.measure}"].append(one.naive_low <= true <= one.naive_high)
    order = ("share", "naive share", "trend", "naive trend")
    return [float(np.mean(held[name])) for name in order]


def trends(count: int) -> dict[str, Any]:
    """Share of days whose 95 % interval holds the true level, and how wide the intervals are.

    ``count`` series each at irregular dates (half as many of 80): stances by their calibrated,
    unsure probabilities; labels of which a fifth is wrong, audited; scores with Gaussian noise.
    """
    table: dict[str, dict[str, float]] = {}
    for (name, level), (kind, observe) in itertools.product(
        levels().items(), observations().items()
    ):
        cell = table.setdefault(f"{name}, {kind}", {"series": count})
        for n in (8, 24, 80):
            rng = np.random.default_rng(n)
            held, width = [], []
            for _ in range(count if n < 80 else count // 2):
                gaps = 1.0 + rng.exponential(10.0, n - 1).round()
                true = level(rng, np.concatenate([[0.0], np.cumsum(gaps)]) / gaps.sum())
                values, logs, unit = observe(rng, true)
                _, low, high = smooth(logs, values, gaps, unit)
                held.append(float(np.mean((low <= true) & (true <= high))))
                width.append(float(np.mean(high - low)))
            cell[str(n)] = round(float(np.mean(held)), 3)
            cell[f"width_{n}"] = round(float(np.mean(width)), 2)
    return table


def pairwise(count: int) -> dict[str, Any]:
    """Pairs of points with calibrated probabilities: what is reported at each threshold."""
    rng = np.random.default_rng(0)
    likelihood, changed = [], []
    for _ in range(count):
        first: int = int(rng.integers(3))
        second = first if rng.random() < 0.5 else (first + int(rng.integers(1, 3))) % 3
        logits = 1.2 * rng.standard_normal((2, 3))
        # Gaussian scores around the true class: the exact posterior is known, hence calibrated.
        logits[0, first] += 2
        logits[1, second] += 2
        weight = np.exp(2 * logits / 1.2**2)
        likelihood.append(weight / weight.sum(axis=1, keepdims=True))
        changed.append(first != second)
    probability = np.array([1 - np.trace(difference(pair)[0]) for pair in likelihood])
    truth = np.array(changed)
    table = {}
    for threshold in (0.5, 0.6, 0.75, 0.9):
        said = probability >= threshold
        table[str(threshold)] = {
            "precision": round(float(truth[said].mean()), 3),
            "mean_probability": round(float(probability[said].mean()), 3),
            "recall": round(float(said[truth].mean()), 3),
            "false_alarms": round(float(said[~truth].mean()), 3),
        }
    return table


def speed(count: int) -> dict[str, Any]:
    """Seconds to test ``count`` series of 100 points, a tenth of them changed."""
    values = np.random.default_rng(0).standard_normal((100, count))
    values[50:, : count // 10] += 1.5
    started, cpu = time.perf_counter(), time.process_time()
    found = level_test(values, alpha=ALPHA)
    return {
        "series": count,
        "points": 100,
        "wall_seconds": round(time.perf_counter() - started, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "permutations_per_series": round(float(found.permutations.mean()), 1),
        "detectable_sd": round(detectable(100, 1.0, 0.0, ALPHA), 2),
    }


def speed_table(count: int) -> dict[str, Any]:
    """Seconds of ``find_shifts`` on a CSV file of ``count`` series of 100 points, a tenth of them
    changed: reading, tests, places of change and what would have been seen.
    """
    rng = np.random.default_rng(0)
    days = [str(dt.date(2024, 1, 1) + dt.timedelta(days=d)) for d in range(100)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("holder,claim,date,score\n")
            for i in range(count):
                values = rng.standard_normal(100)
                values[50:] += 1.5 * (i < count // 10)
                file.writelines(
                    f"h{i},c,{day},{v:.4f}\n" for day, v in zip(days, values, strict=True)
                )
        started, cpu = time.perf_counter(), time.process_time()
        found = find_shifts(path)
        return {
            "series": count,
            "points": 100,
            "wall_seconds": round(time.perf_counter() - started, 2),
            "cpu_seconds": round(time.process_time() - cpu, 2),
            "changed": sum(bool(test.shifts) for test in found.tests),
        }


def tcpd(path: Path) -> dict[str, Any]:
    """Covering and F1 (margin 5) on the univariate series of the Turing change point data set.

    Those at hand of the 37 that the published means are over.
    """
    found: dict[str, dict[str, float]] = {}
    for row in _rows(path):
        if row["n_dim"] > 1 or row["name"] == PUBLISHED_WITHOUT:
            continue
        raw = np.array(next(iter(row["series"].values())), dtype=float)
        known = np.isfinite(raw)
        scores = np.interp(np.arange(len(raw)), np.flatnonzero(known), raw[known])
        tests, _ = series_tests([_series(row["name"], scores)], alpha=ALPHA)
        first = dt.date(2020, 1, 1)
        mine = [  # a drift has no point of change
            (date.start - first).days
            for test in tests
            for date, shift in zip(test.dates, test.shifts, strict=True)
            if shift.kind != "drift"
        ]
        marks = [[int(k) for k in one] for one in row["annotations"].values()]
        found[row["name"]] = {
            "found": len(mine),
            "covering": round(covering(marks, mine, len(raw)), 3),
            "f1": round(f_measure(marks, mine), 3),
            "pelt_covering": round(covering(marks, pelt(scores), len(raw)), 3),
            "pelt_f1": round(f_measure(marks, pelt(scores)), 3),
            "none_covering": round(covering(marks, [], len(raw)), 3),
            "none_f1": round(f_measure(marks, []), 3),
        }
    keys = ("covering", "f1", "pelt_covering", "pelt_f1", "none_covering", "none_f1")
    mean = {k: round(float(np.mean([one[k] for one in found.values()])), 3) for k in keys}
    return {
        "mean": mean,
        "comparison": _comparison(mean, len(found)),
        "series": found,
    }


def _comparison(mean: dict[str, float], series: int) -> list[dict[str, Any]]:
    """This library, PELT with BIC and no change points, run here, and the methods as published."""
    rows: list[tuple[str, float, float, str, int]] = [
        ("stance", mean["covering"], mean["f1"], "here", series),
        ("PELT, BIC", mean["pelt_covering"], mean["pelt_f1"], "here", series),
        ("no change points", mean["none_covering"], mean["none_f1"], "here", series),
    ]
    rows += [(name, *two, "published", PUBLISHED_SERIES) for name, two in PUBLISHED.items()]
    names = ("method", "covering", "f1", "run", "series")
    return [dict(zip(names, row, strict=True)) for row in sorted(rows, key=lambda row: -row[1])]


def covering(marks: Sequence[Sequence[int]], found: Sequence[int], n: int) -> float:
    """Mean over annotators of the weighted best overlap of each of their segments with ours."""
    mine = _segments(found, n)
    per_annotator = []
    for one in marks:
        total = 0.0
        for a, b in _segments(one, n):
            best = max(max(min(b, d) - max(a, c), 0) / (max(b, d) - min(a, c)) for c, d in mine)
            total += (b - a) * best
        per_annotator.append(total / n)
    return float(np.mean(per_annotator))


def _segments(points: Sequence[int], n: int) -> list[tuple[int, int]]:
    edges = [0, *sorted({k for k in points if 0 < k < n}), n]
    return list(itertools.pairwise(edges))


def f_measure(marks: Sequence[Sequence[int]], found: Sequence[int], margin: int = 5) -> float:
    """F1 with precision against anyone's mark and recall per annotator; the start counts."""
    mine = {0, *found}
    union = {0, *(k for one in marks for k in one)}
    precision = len(_matched(union, mine, margin)) / len(mine)
    recall = np.mean([len(_matched({0, *one}, mine, margin)) / len({0, *one}) for one in marks])
    return float(2 * precision * recall / (precision + recall))


def _matched(truth: set[int], found: set[int], margin: int) -> set[int]:
    """Marks that have a found point of their own within the margin."""
    free, matched = set(found), set()
    for mark in sorted(truth):
        near = [k for k in free if abs(k - mark) <= margin]
        if near:
            free.discard(min(near, key=lambda k: abs(k - mark)))
            matched.add(mark)
    return matched


def polls(folder: Path) -> dict[str, Any]:
    """Approval polls per pollster and party: how many series are long enough, and change."""
    rows = [
        {
            "holder": f"{row['source']} / {row['party']}",
            "claim": row["target"],
            "date": row["date"],
            "score": (row["approve"] - row["disapprove"]) / 100,
        }
        for row in _rows(folder / "covid_approval_polls-all.jsonl.gz")
        if row.get("approve") is not None and row.get("disapprove") is not None
    ]
    tests, too_short = series_tests(series_of_rows(rows))
    changed = [test for test in tests if test.shifts]
    examples = [
        f"{one.holder}, {one.claim}: {one.date_before} to {one.date_after}, {one.delta:+.2f}"
        for test in sorted(changed, key=lambda test: -test.points)[:8]
        for one in test.shifts
    ]
    return {
        "rows": len(rows),
        "tested": len(tests),
        "too_short": too_short,
        "changed": len(changed),
        "largest_series": examples,
    }


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    folders = [word for word in sys.argv[1:] if not word.startswith("-")]
    found = run("--quick" in sys.argv, folders[0] if folders else None)
    print(json.dumps(found, indent=1, ensure_ascii=False))
