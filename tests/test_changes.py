"""Shifts: found where they are, quiet where nothing changed, honest about what was tested."""

import csv
import datetime as dt
import io
import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance import contradictions
from stance.changepoints import Plan, explained, level_test, plan
from stance.changes import find_shifts, series_tests, shifts
from stance.errors import InputError, UsageError
from stance.pairwise import difference, genre_of, pairwise_shifts
from stance.records import record
from stance.segments import locate
from stance.series import series_of_rows
from stance.stancerows import read_stances
from stance.timelines import build_timelines
from stance.trends import trend
from stance.types import Date, Evidence
from stance.writers import write
from tests.test_timelines import row

SUPPORTS, NEUTRAL, REFUTES = (0.85, 0.1, 0.05), (0.1, 0.8, 0.1), (0.05, 0.1, 0.85)


def timeline(*stances, holder="Ina Holm", **other):
    words = ["ferry", "harbour", "budget", "winter", "council", "voters", "island", "bridge"]
    return [
        row(f"d{i}", f"2024-{i + 1:02}-05", p=p, holder=holder, text=f"{words[i]} " * 12, **other)
        for i, p in enumerate(stances)
    ]


def table(scores, holder="A", start="2024-01-01", step=1):
    first = dt.date.fromisoformat(start)
    return [
        {
            "holder": holder,
            "claim": "c",
            "date": str(first + dt.timedelta(days=step * i)),
            "score": float(s),
        }
        for i, s in enumerate(scores)
    ]


# pairwise


def test_kinds_follow_the_history():
    found = shifts(timeline(NEUTRAL, SUPPORTS, NEUTRAL, REFUTES, SUPPORTS))
    assert [s.kind for s in found] == ["emergence", "softening", "hardening", "reversal"]
    assert all(s.basis == "pairwise" and s.p_value is None and s.probability > 0.5 for s in found)
    assert found[0].evidence_before[0].text.startswith("ferry")
    assert found[0].doc_after == "d1"


def test_constant_holders_are_left_alone_even_where_the_model_is_unsure():
    unsure = (0.5, 0.3, 0.2)
    assert shifts(timeline(unsure, SUPPORTS, unsure, unsure)) == []


def test_no_evidence_no_shift():
    rows = timeline(SUPPORTS, REFUTES)
    bare = [row("d0", "2024-01-05", p=SUPPORTS, text=""), rows[1]]
    assert shifts(bare) == []


def test_an_outlet_that_relayed_and_now_speaks_for_itself_changes_genre():
    outlet = {"holder": "The Ferryman", "holder_type": "outlet"}
    rows = [
        row("d0", "2024-01-05", p=NEUTRAL, text="", **outlet),
        row("d1", "2024-02-05", p=REFUTES, **outlet),
    ]
    lines = build_timelines(rows)
    assert [s.kind for s in pairwise_shifts(lines, rows)] == ["genre"]
    both = {"d0": "report", "d1": "report"}
    assert [s.kind for s in pairwise_shifts(lines, rows, genres=both)] == ["emergence"]


def test_a_dropped_condition_is_told_only_on_request():
    rows = timeline(SUPPORTS, SUPPORTS)
    rows[0] = row("d0", "2024-01-05", p=SUPPORTS, text="ferry " * 12, conditional=True)
    lines = build_timelines(rows)
    assert pairwise_shifts(lines, rows) == []
    found = pairwise_shifts(lines, rows, conditions=True)
    assert [(s.kind, s.stance_from, s.stance_to) for s in found] == [
        ("hardening", "supports", "supports")
    ]


def test_dates_that_overlap_cannot_be_ordered():
    rows = [
        row("d0", Date(dt.date(2024, 1, 1), "month"), p=SUPPORTS),
        row("d1", "2024-01-20", p=REFUTES, text="z" * 60),
    ]
    assert shifts(rows) == []


def test_unnamed_people_never_shift():
    assert shifts(timeline(SUPPORTS, REFUTES, holder="unnamed official")) == []


def test_reports_of_one_day_that_disagree_are_a_contradiction_not_a_shift():
    rows = [
        row("d0", "2024-01-05", p=SUPPORTS),
        row("d1", "2024-01-05", p=REFUTES, text="other words " * 6),
    ]
    assert shifts(rows) == []
    (found,) = contradictions(rows)
    assert (found.doc_supports, found.doc_refutes) == ("d0", "d1")
    assert found.probability == pytest.approx(0.85**2)


def test_evidence_for_and_against_in_one_document_is_a_contradiction():
    spans = (Evidence(0, 3, "Yes", 0.9, 0.05), Evidence(5, 7, "No", 0.1, 0.8))
    both = row("d0", None, p=SUPPORTS, evidence=spans)
    hardly = row("d1", None, p=SUPPORTS, evidence=(spans[0], replace(spans[1], p_refutes=0.4)))
    (found,) = contradictions([both, hardly])
    assert (found.doc_supports, found.doc_refutes) == ("d0", "d0")
    assert (found.evidence_supports, found.evidence_refutes) == (spans[:1], spans[1:])
    assert found.probability == pytest.approx(0.72)
    assert contradictions([both], threshold=0.8) == []


def test_rows_unsure_of_their_side_contradict_each_other_and_a_namesake_does_not():
    rows = [
        row("d0", "2024-01-05", p=(0.4, 0.35, 0.25)),
        row("d1", "2024-01-05", p=REFUTES, text="other words " * 6),
        row("d2", "2024-01-06", p=SUPPORTS, holder="Post"),
        row("d3", "2024-01-06", p=REFUTES, holder="Post", holder_type="outlet"),
    ]
    (found,) = contradictions(rows)
    assert (found.doc_supports, found.doc_refutes) == ("d0", "d1")


def test_two_points_follow_the_formula_in_the_docs():
    p, q = np.array([0.7, 0.2, 0.1]), np.array([0.2, 0.3, 0.5])
    same = float(p @ q)
    joint = difference([p, q])[0]
    assert joint.sum() == pytest.approx(1)
    assert 1 - np.trace(joint) == pytest.approx((1 - same) / (1 + same))


def test_pairwise_probabilities_are_calibrated():
    rng = np.random.default_rng(1)
    probability, truth = [], []
    for _ in range(3000):
        first = rng.integers(3)
        second = first if rng.random() < 0.5 else (first + rng.integers(1, 3)) % 3
        seen = 1.2 * rng.standard_normal((2, 3))
        seen[0, first] += 2
        seen[1, second] += 2
        probability.append(1 - np.trace(difference(np.exp(2 * seen / 1.2**2))[0]))
        truth.append(first != second)
    probability, truth = np.array(probability), np.array(truth)
    for low, high in ((0, 0.3), (0.3, 0.6), (0.6, 1)):
        inside = (probability >= low) & (probability < high)
        assert truth[inside].mean() == pytest.approx(probability[inside].mean(), abs=0.05)


@pytest.mark.parametrize("path", [Path("seeds/gold")])
def test_gold_shifts_follow_from_gold_stances(path):
    from stance.dates import parse_date
    from stance.types import Evidence

    if not path.exists():
        pytest.skip("runs in a checkout with the seed corpus")
    read = lambda p: [json.loads(line) for line in p.read_text("utf-8").splitlines()]  # noqa: E731
    docs = {d["id"]: d for d in read(path.parent / "documents.jsonl")}
    rows = []
    for g in read(path / "stances.jsonl"):
        if g["stance"] == "unrelated":
            continue
        p = {"supports": 0.15, "neutral": 0.15, "refutes": 0.15, g["stance"]: 0.7}
        spans = tuple(
            Evidence(e["start"], e["end"], e["text"], p["supports"], p["refutes"])
            for e in g.get("evidence", [])
        )
        made = row(
            g["doc_id"], parse_date(docs[g["doc_id"]]["date"]), holder=g["holder"],
            p=(p["supports"], p["neutral"], p["refutes"]), holder_type=g["holder_type"],
            claim_id=g["claim_id"], evidence=spans, conditional=bool(g.get("conditional")),
        )  # fmt: skip
        rows.append(made)
    fields = ("holder", "claim_id", "stance_from", "stance_to", "doc_before", "doc_after", "kind")
    found = {tuple(getattr(s, f) for f in fields) for s in shifts(rows)}
    assert found == {tuple(g[f] for f in fields) for g in read(path / "shifts.jsonl")}


@pytest.mark.parametrize(
    ("march", "day", "told"),
    [
        # all that is sure: the month differs from the day before it, and from the day after it
        (REFUTES, SUPPORTS, [("2024-01-20", "2024-03"), ("2024-03", "2024-05-02")]),
        # the day within the month says the same, and is told by itself
        (REFUTES, REFUTES, [("2024-01-20", "2024-03-15"), ("2024-03-15", "2024-05-02")]),
        # of a month and a day in it neither is first: no shift between them
        (SUPPORTS, REFUTES, [("2024-01-20", "2024-03-15"), ("2024-03-15", "2024-05-02")]),
        (SUPPORTS, SUPPORTS, []),
    ],
)
def test_a_month_is_compared_with_what_is_surely_before_and_after_it(march, day, told):
    month = Date(dt.date(2024, 3, 1), "month")
    dates = [
        ("2024-01-20", SUPPORTS),
        (month, march),
        ("2024-03-15", day),
        ("2024-05-02", SUPPORTS),
    ]
    rows = [
        row(f"d{i}", when, p=p, text=f"{'zyxw'[i] * 9} " * 6) for i, (when, p) in enumerate(dates)
    ]
    assert [(str(s.date_before), str(s.date_after)) for s in shifts(rows)] == told
    assert shifts(rows[::-1]) == shifts(rows)


def test_two_documents_of_a_month_do_not_contradict_each_other():
    month = Date(dt.date(2024, 3, 1), "month")
    rows = [
        row("d0", month, p=SUPPORTS),
        row("d1", month, p=REFUTES, text="other words " * 6),
    ]
    assert contradictions(rows) == []


# test


def test_points_around_others_have_no_place_in_a_series():
    days = table(np.repeat([1.0, -1.0], 10), step=7)
    year = [{**days[0], "date": "2024", "score": -1.0}]
    found = find_shifts(days + year)
    assert found.shifts == find_shifts(days).shifts != ()
    assert found.left_out["dated too coarsely to be before or after others"] == 1
    months = [
        {**days[0], "date": f"2024-{m:02}", "score": s} for m, s in enumerate([1] * 6 + [-1] * 6, 1)
    ]
    (shift,) = find_shifts(months + days[:1]).shifts  # one day does not cost a month its place
    assert str(shift.date_before) < "2024-07" <= str(shift.date_after)


@pytest.mark.parametrize("n", [16, 40])
@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 999), step=st.sampled_from([1, 7, 30]), unit=st.sampled_from([1e-5, 3, 1e6])
)
def test_places_and_p_hang_on_no_unit_of_time_or_score(n, seed, step, unit):
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal(n) + 2.5 * (np.arange(n) >= n // 2) + 5
    (here,) = find_shifts(table(scores)).tests
    (there,) = find_shifts(table(scores * unit, start="2020-02-03", step=step)).tests
    assert there.p_value == pytest.approx(here.p_value, rel=0.02)
    assert len(there.shifts) == len(here.shifts)

    def places(test, start, step):
        first = dt.date.fromisoformat(start)
        dates = [*test.dates, *(d for s in test.shifts for d in (s.date_before, s.date_after))]
        return [(date.start - first).days / step for date in dates]

    assert places(there, "2020-02-03", step) == places(here, "2024-01-01", 1)
    for a, b in zip(here.shifts, there.shifts, strict=True):
        assert (b.kind, b.delta) == (a.kind, pytest.approx(a.delta * unit))


def test_series_of_one_table_are_read_alike():
    """Eight clean answers may still hold a wrong one: whatever a label looks like in its series."""
    clean = table(np.repeat([0.97, -0.97], 4), "clean")
    rng = np.random.default_rng(0)
    scores = np.repeat([0.5, 0.1], 20) + rng.normal(0, 0.15, 40)
    numbers = [one for h in range(3) for one in table(scores.clip(-1, 1), f"h{h}")]

    def width(rows):
        (test,) = [t for t in find_shifts(rows, alpha=0.5).tests if t.holder == "clean"]
        (shift,) = test.shifts
        return (shift.date_after.start - shift.date_before.start).days

    assert width(clean) > width(clean + numbers)  # numbers without any noise leave no doubt
    labels = [one for h in range(3) for one in table(np.tile([1.0, 1, -1], 8), f"h{h}")]
    assert width(clean + labels) == width(clean)


def test_a_flip_is_found_with_its_date_and_its_kind():
    rng = np.random.default_rng(3)
    truth = np.where(np.arange(40) < 25, 0.8, -0.6) + 0.2 * rng.standard_normal(40)
    (found,) = shifts(table(np.clip(truth, -1, 1), step=7))
    assert (found.basis, found.kind) == ("test", "reversal")
    assert found.date_before.start <= dt.date(2024, 6, 24) <= found.date_after.start
    assert found.delta == pytest.approx(-1.4, abs=0.2)
    assert found.p_value <= found.q_value <= 0.05
    assert found.probability is None


def test_there_and_back_gives_two_shifts():
    rng = np.random.default_rng(0)
    scores = np.repeat([0.6, -0.6, 0.6], 40) + 0.5 * rng.standard_normal(120)
    found = shifts(table(scores.clip(-1, 1)))
    assert [s.stance_to for s in found] == ["refutes", "supports"]


def test_a_slow_rise_is_a_drift():
    rng = np.random.default_rng(0)
    scores = np.linspace(-0.9, 0.9, 60) + 0.25 * rng.standard_normal(60)
    assert "drift" in {s.kind for s in shifts(table(scores.clip(-1, 1)))}


def test_real_time_decides_what_is_a_drift():
    """Steady decline over real time looks like a jump when dates are crowded before and after."""
    days = [*range(20), *range(180, 200)]
    rng = np.random.default_rng(0)
    rows = [
        {"holder": "A", "claim": "c", "date": str(dt.date(2024, 1, 1) + dt.timedelta(days=d)),
         "score": 50 - 0.2 * d + 2 * rng.standard_normal()}
        for d in days
    ]  # fmt: skip
    (found,) = shifts(rows)
    assert found.kind == "drift" and found.stance_from is None


def test_short_series_are_counted_not_tested():
    found = find_shifts(table([1, 1, 1, -1, -1, -1, -1]))
    assert (len(found.tests), found.too_short, found.shifts) == (0, 1, ())
    with pytest.raises(UsageError, match="min_points"):
        shifts(table([1] * 9), min_points=4)


def test_no_evidence_is_an_answer_with_what_could_have_been_seen():
    rng = np.random.default_rng(0)
    (test,) = find_shifts(table(rng.standard_normal(50))).tests
    assert not test.shifts and 0.8 < test.detectable < 4
    assert "no evidence of a shift" in str(find_shifts(table(rng.standard_normal(50))))


@pytest.mark.parametrize(
    ("n", "memory"),
    [(16, 0), (20, 0), (24, 0), (24, 0.5), (40, 0), (40, 0.5), (100, 0), (100, 0.5)],
)
def test_what_is_called_detectable_is_detected_in_four_cases_of_five(n, memory):
    from stance.segments import detectable

    noise = np.random.default_rng(n).standard_normal((n + 50, 400))
    for t in range(1, n + 50):
        noise[t] += memory * noise[t - 1]
    values = noise[50:]
    spread = float(np.sqrt(values.var(axis=0, ddof=1).mean()))
    values[n // 2 :] += detectable(n, spread, memory, 0.05)
    assert (level_test(values, family=1).p <= 0.05).mean() == pytest.approx(0.8, abs=0.1)


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("n", [24, 60])
def test_false_alarms_with_memory(n, memory):
    rng = np.random.default_rng(n)
    noise = rng.standard_normal((n + 50, 400))
    for t in range(1, n + 50):
        noise[t] += memory * noise[t - 1]
    assert (level_test(noise[50:], family=1).p <= 0.05).mean() <= 0.085  # 5 % + 3 s.e.


@pytest.mark.parametrize("n", [8, 12, 20, 40])
def test_false_alarms_with_label_noise(n):
    rng = np.random.default_rng(n)
    labels = np.where(rng.random((n, 400)) < 0.25, rng.integers(-1, 1, (n, 400)), 1.0)
    assert (level_test(labels, family=1).p <= 0.05).mean() <= 0.085


def test_a_changing_mix_of_unchanging_people_is_no_shift():
    hits = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rows = []
        for day in range(60):
            who = rng.random() < 0.1 + 0.8 * day / 60
            rows += table([(-0.7 if who else 0.7) + 0.2 * rng.standard_normal()], f"h{int(who)}")
            rows[-1]["date"] = str(dt.date(2024, 1, 1) + dt.timedelta(days=day))
        (test,) = series_tests(series_of_rows(rows, by="claim"))[0]
        hits += test.p_value <= 0.05
    assert hits <= 6


def test_a_group_whose_members_all_change_is_a_shift():
    rng = np.random.default_rng(0)
    rows = [
        one
        for h in range(4)
        for one in table(np.repeat([0.6, -0.6], 10) + 0.3 * rng.standard_normal(20), f"h{h}")
    ]
    found = shifts(rows, by="claim")
    assert [s.holder for s in found] == ["*"]
    assert found[0].delta == pytest.approx(-1.2, abs=0.3)


@pytest.mark.parametrize(
    ("members", "times"),
    [
        (9, (2, 2)),
        (11, (2, 2)),
        (12, (2, 2)),
        (20, (2, 2)),
        (11, (2, 3)),
        (20, (3, 3)),
        (12, (4, 4)),
    ],
)
def test_a_group_of_people_heard_twice_is_compared_however_large_it_is(members, times):
    """With a lag nobody's first answer is, as it has no past."""

    def group(change):
        return [
            {
                "holder": f"h{i}",
                "claim": "c",
                "date": f"2024-0{1 + j}-{1 + i:02}",
                "score": 0.1 * (i % 3) + (0.8 if j == 0 else 0.8 - change),
            }
            for i in range(members)
            for j in range(times[i % 2])
        ]

    once = [{**one, "holder": f"once {i}"} for i, one in enumerate(group(1.6)[:6])]
    assert find_shifts([*group(1.6), *once], by="claim").shifts
    (found,) = find_shifts(group(1.6), by="claim").shifts
    assert found.stance_from != found.stance_to == "refutes"
    assert found.date_before.start.month == 1
    assert not find_shifts(group(0), by="claim").shifts


def test_a_mix_of_people_heard_briefly_is_no_shift_even_if_they_remember():
    from benchmarks.shift_series import brief_mix

    rng, hits = np.random.default_rng(0), 0
    for _ in range(60):
        rows = brief_mix(rng, 60, 0.5, 0.8)
        hits += series_tests(series_of_rows(rows, by="claim"))[0][0].p_value <= 0.05
    assert hits <= 8


def test_what_could_not_be_seen_at_all_is_told_so():
    """Between −1 and 1 there is no change of more than 2."""
    noise = np.repeat(np.random.default_rng(1).uniform(-1, 1, 12), 2)
    (test,) = find_shifts(table(noise)).tests
    assert test.detectable == float("inf")
    assert "not even the largest change" in find_shifts(table(noise)).unchanged()[0]
    assert np.isfinite(find_shifts(table(noise * 10)).tests[0].detectable)


def test_q_values_grow_with_the_number_of_series_tested():
    rng = np.random.default_rng(0)
    flip = table(np.repeat([1.0, -1.0], 6) * (rng.random(12) > 0.1))
    alone = find_shifts(flip).tests[0]
    crowd = [one for h in range(60) for one in table(rng.standard_normal(12), f"h{h}")]
    among = next(t for t in find_shifts(flip + crowd).tests if t.holder == "A")
    assert among.q_value > alone.q_value
    assert among.p_value == pytest.approx(alone.p_value, abs=0.01)


def test_among_many_series_the_changed_ones_are_found():
    """Blocks of a changed series must not hide its change: p has to get far below 1 / m."""
    rng = np.random.default_rng(0)
    rows = []
    for h in range(200):
        truth = np.where(np.arange(40) < 20, 1.0, -1.0 if h < 20 else 1.0)
        rows += table(np.where(rng.random(40) < 0.15, 0.0, truth), f"h{h}")
    changed = {test.holder for test in find_shifts(rows).tests if test.shifts}
    right = {f"h{h}" for h in range(20)}
    assert len(changed & right) >= 15
    assert len(changed - right) <= 3


def test_results_repeat_and_do_not_hang_on_row_order():
    rng = np.random.default_rng(0)
    rows = table(rng.standard_normal(30) + 2 * (np.arange(30) > 12))
    shuffled = [rows[i] for i in rng.permutation(30)]
    assert shifts(rows, seed=5) == shifts(rows, seed=5) == shifts(shuffled, seed=5)


def test_the_statistic_is_the_explained_variance_of_the_best_split():
    rng = np.random.default_rng(0)
    values = rng.standard_normal(15)
    layout = plan(15)
    share = explained(values[:, None].copy(), layout)[: len(layout.splits), 0]
    for k, got in zip(layout.splits, share, strict=True):
        fitted = np.where(np.arange(15) < k, values[:k].mean(), values[k:].mean())
        assert got == pytest.approx(fitted.var() / values.var(), abs=1e-6)


def test_with_a_past_the_statistic_is_a_partial_r_squared():
    rng = np.random.default_rng(0)
    values = rng.standard_normal(30)
    layout: Plan = plan(30)
    share = explained(values[:, None].copy(), layout)[: len(layout.splits), 0]
    y, lag = values[1:], np.column_stack([np.ones(29), values[:-1]])
    rss0 = np.linalg.lstsq(lag, y, rcond=None)[1][0]
    for k, got in list(zip(layout.splits, share, strict=True))[::5]:
        step = (np.arange(1, 30) >= k).astype(float)
        rss1 = np.linalg.lstsq(np.column_stack([lag, step]), y, rcond=None)[1][0]
        assert got == pytest.approx(1 - rss1 / rss0, abs=1e-6)


def test_points_of_one_date_are_not_split():
    assert plan(8, times=[0, 1, 1, 1, 2, 3, 4, 5]).splits.tolist() == [4, 5, 6]


@pytest.mark.parametrize("points", [8, 12, 24])
def test_the_interval_of_a_date_holds_it_however_clean_a_short_series_looks(points):
    rng = np.random.default_rng(points)
    truth = np.where(np.arange(points) < points // 2, 1.0, -1.0)
    held = []
    for _ in range(400):
        wrong = rng.random(points) < 0.2
        seen = np.where(wrong, rng.choice([-1.0, 0.0, 1.0], points), truth)
        first, best, last = locate(seen, plan(points, lagged=False))
        assert first <= best <= last
        held.append(first <= points // 2 <= last)
    assert np.mean(held) >= 0.93


def test_small_differences_on_the_stance_scale_are_not_taken_for_labels():
    rng = np.random.default_rng(0)
    scores = np.repeat([0.1, 0.3], 15) + rng.normal(0, 0.03, 30)
    assert locate(scores, plan(30, lagged=False)) == (15, 15, 15)


def test_long_blocks_leave_enough_orders_to_reject_a_clean_flip():
    flip = np.repeat([1.0, -1.0], 12)[:, None]
    assert level_test(flip, family=1).p[0] <= 0.05


# tables


def test_a_csv_of_who_what_when_label_is_enough(tmp_path):
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["holder", "claim", "date", "label"])
        for day in range(1, 21):
            writer.writerow(["A", "c", f"2024-01-{day:02}", "favor" if day < 11 else "Against"])
        writer.writerow(["A", "c", "", "favor"])
        writer.writerow(["A", "c", "2024-02-01", "unrelated"])
    (found,) = shifts(str(path))
    assert (found.stance_from, found.stance_to) == ("supports", "refutes")
    assert (str(found.date_before), str(found.date_after)) == ("2024-01-09", "2024-01-12")


def test_bad_rows_are_named_or_skipped(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "holder,claim,date,score\nA,c,2024-01-01,0.5\nA,c,March,0.5\nA,c,2024-01-03,x\n"
    )
    with pytest.raises(InputError, match=r"row 3, field 'date'"):
        shifts(path)
    problems = []
    assert shifts(path, report=problems.append) == []
    assert [(p.row, p.field) for p in problems] == [(3, "date"), (4, "score")]
    with pytest.raises(UsageError, match="no column 'score' or"):
        shifts([{"holder": "A", "claim": "c", "date": "2024-01-01"}])
    with pytest.raises(InputError, match="'maybe' is unknown"):
        shifts([{"holder": "A", "claim": "c", "date": "2024-01-01", "label": "maybe"}])


def test_rows_in_no_series_are_counted():
    rows = table(range(9))
    rows += [
        {"holder": "A", "claim": "c", "date": None, "score": 1.0},
        {"holder": "A", "claim": "c", "date": "2024-02-01", "score": float("nan")},
        {"holder": float("nan"), "claim": "c", "date": "2024-02-01", "score": 1.0},
        {"holder": " ", "claim": "c", "date": "2024-02-01", "score": 1.0},
    ]
    found = find_shifts(rows)
    assert dict(found.left_out) == {"undated": 1, "unlabelled": 1, "unnamed": 2}
    assert len(found.tests) == 1 and "2 unnamed" in str(found)
    undated = find_shifts([row("d0", None, p=SUPPORTS)])
    assert undated.left_out["undated"] == 1 and "1 undated" in str(undated)


def test_frames_are_tables():
    pandas = pytest.importorskip("pandas")
    rows = table(np.repeat([1.0, -1.0], 8))
    assert shifts(pandas.DataFrame(rows)) == shifts(rows)


def test_a_stances_file_is_read_back_with_its_evidence(tmp_path):
    rows = timeline(SUPPORTS, REFUTES)
    path = tmp_path / "stances.jsonl"
    lines = [json.dumps({**asdict(r), "date": str(r.date)}) for r in rows]
    path.write_text("\n".join(lines) + "\n")
    assert read_stances(path) == rows
    assert shifts(path) == shifts(rows) != []


def test_timelines_are_tested_by_their_scores():
    days = [f"2024-{m:02}-{d:02}" for m in (1, 2) for d in range(1, 21)]
    rows = [
        row(f"d{i}", day, p=SUPPORTS if i < 20 else REFUTES, text=f"{i} {day} " * 8)
        for i, day in enumerate(days)
    ]
    found = shifts(build_timelines(rows))
    assert {s.basis for s in found} == {"test"}


def test_timelines_of_groups_do_not_say_who_changed():
    """Ana supports, then Odd refutes: nobody changed, and only the stances know it."""
    first = dt.date(2024, 1, 1)
    rows = [
        row(f"d{i}", str(first + dt.timedelta(days=7 * i)), holder=("Ana", "Odd")[i > 9],
            p=(SUPPORTS, REFUTES)[i > 9], text=f"{i} word " * 9, source="Post", affiliation="Board")
        for i in range(20)
    ]  # fmt: skip
    for by in ("claim", "source", "affiliation"):
        assert not find_shifts(rows, by=by).shifts
        lines = build_timelines(rows, by=by)
        with pytest.raises(UsageError, match=f"give the stances .* by='{by}'"):
            find_shifts(lines)
        with pytest.raises(UsageError, match="build timelines by holder"):
            pairwise_shifts(lines, rows)
    with pytest.raises(UsageError, match="cannot be grouped"):
        find_shifts(build_timelines(rows), by="affiliation")
    whole = replace(build_timelines(rows, by="claim")[0], by="holder")  # as one made by hand
    with pytest.raises(UsageError, match="by='claim'"):
        find_shifts([whole])


def test_two_members_of_a_party_who_disagree_are_no_shift_of_the_party():
    party = {"affiliation": "Harbour Party"}
    ana = [row("d0", "2024-01-05", p=SUPPORTS, holder="Ana", text="ferry " * 12, **party)]
    odd = [row("d1", "2024-02-05", p=REFUTES, holder="Odd", text="winter " * 12, **party)]
    assert shifts(ana + odd, by="affiliation") == []
    nameless = [replace(odd[0], doc_id="d0", holder="unnamed official")]
    assert shifts(ana + odd + nameless, by="affiliation") == []
    later = row("d2", "2024-03-05", p=REFUTES, holder="Ana", text="island " * 12, **party)
    (found,) = shifts([*ana, *odd, *nameless, later], by="affiliation")
    assert (found.holder, found.kind, found.basis) == ("Ana", "reversal", "pairwise")
    assert found == shifts([*ana, *odd, later])[0]  # what unnamed people say is no evidence of it
    house = [
        row(f"h{i}", f"2024-0{i + 1}-05", p=p, holder="Harbour Party", text=f"{i} word " * 9)
        for i, p in enumerate((SUPPORTS, REFUTES))
    ]
    assert [s.holder for s in shifts([*odd, *house], by="affiliation")] == ["Harbour Party"]


def test_a_document_counts_at_one_point():
    """A report repeats what was said the day before and adds what was said on its own day: what it
    adds is no evidence of the day before."""
    words = ["budget winter ", "council voters ", "island bridge ", "salt road "]
    rows = [
        row("d0", "2024-01-05", p=SUPPORTS, text="ferry harbour " * 8),
        row("d1", "2024-01-06", p=SUPPORTS, text="ferry harbour " * 8),
        *(
            row(f"d{i}", "2024-01-06", p=REFUTES, text=text * 8)
            for i, text in enumerate(words, start=1)
        ),
    ]
    (line,) = build_timelines(rows)
    assert [point.doc_ids[:2] for point in line.points] == [("d0", "d1"), ("d1", "d2")]
    (found,) = shifts(rows)
    assert (found.doc_before, found.stance_to) == ("d0", "refutes")


def test_what_labels_are_worth_enters_the_probability_of_a_pair():
    rows = timeline(SUPPORTS, REFUTES)
    plain, sharp = shifts(rows)[0], shifts(rows, confusion=np.eye(3) * 1000)[0]
    assert sharp.probability > 0.99 > plain.probability
    assert shifts(rows, confusion=np.ones((3, 3))) == []  # labels that say nothing
    days = [{**one, "label": "pro"} for one in table(range(9))]
    with pytest.raises(UsageError, match="stance rows"):
        find_shifts([{k: v for k, v in one.items() if k != "score"} for one in days],
                    confusion=np.eye(3))  # fmt: skip


def test_every_unchanged_series_is_told_with_what_it_would_have_shown():
    rng = np.random.default_rng(0)
    noise = [one for h in range(3) for one in table(rng.standard_normal(20 + h), f"h{h}")]
    found = find_shifts([*noise, *table([0.7] * 9, "still"), *table([1.0] * 8 + [-1.0] * 8)])
    lines = found.unchanged()
    quiet = {test.holder: test.detectable for test in found.tests if not test.shifts}
    assert len(lines) == 4 and lines[-1] == "unchanged: still, c: 9 points, all alike"
    assert f"would show a change of {quiet['h0']:.2f}" in "".join(lines)
    assert found.unchanged(most=1)[1:] == ["unchanged: 3 others"]


def test_the_folder_of_a_run_knows_which_documents_are_opinion(tmp_path):
    outlet = {"holder": "The Ferryman", "holder_type": "outlet"}
    rows = [
        row("d0", "2024-01-05", p=NEUTRAL, **outlet),
        row("d1", "2024-02-05", p=REFUTES, text="other words " * 6, **outlet),
    ]
    write(rows, tmp_path / "stances.jsonl", kind="stances")
    assert [s.kind for s in shifts(tmp_path)] == ["genre"]
    for other in ("[]", "not JSON", '{"documents": [{"id": "d0"}]}'):
        (tmp_path / "run.json").write_text(other)
        assert [s.kind for s in shifts(tmp_path)] == ["genre"]
    both = [{"id": "d0", "genre": "editorial"}, {"id": "d1", "genre": "editorial"}]
    (tmp_path / "run.json").write_text(json.dumps({"documents": both}))
    assert [s.kind for s in shifts(tmp_path)] == ["emergence"]
    assert shifts(tmp_path) == shifts(str(tmp_path)) == shifts(tmp_path / "stances.jsonl")


def test_titles_tell_opinion_from_news():
    assert genre_of("Op-ed: stop it") == "editorial"
    assert genre_of("Leader of the island party resigns") == "report"
    assert genre_of("Harbour closed", url="https://x.example/opinion/12") == "editorial"


# what once went wrong


def test_a_claim_on_which_everyone_is_heard_once_is_not_tested():
    """Everyone is compared with themselves, and cannot be; the q of others does not suffer."""
    once = [one for i in range(24) for one in table([i % 2], f"H{i}", f"2024-01-{i + 1:02}")]
    found = find_shifts(once, by="claim")
    assert (found.tests, found.too_short) == ((), 1)
    assert "1 not tested" in str(found)
    flip = [{**one, "claim": "d"} for one in table([1.0] * 8 + [-1.0] * 8)]
    together, alone = find_shifts([*once, *flip], by="claim"), find_shifts(flip, by="claim")
    assert [one.q_value for one in together.tests] == [one.q_value for one in alone.tests]


def reprinted(p=SUPPORTS, utterances=4, start=0):
    """Every utterance in three outlets on following days: one observation each."""
    words = ["ferry", "harbour", "budget", "winter", "council", "voters", "island", "bridge"]
    return [
        row(f"{outlet}-{i}", f"2024-{i + 1:02}-{5 + k:02}", p=p, text=f"{words[i]} " * 12)
        for i in range(start, start + utterances)
        for k, outlet in enumerate(("north", "south", "east"))
    ]


def readings(rows, folder, monkeypatch):
    """The same stance rows in every form that a table can have."""
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    for suffix in ("csv", "parquet", "jsonl"):
        write(rows, folder / f"rows.{suffix}", kind="stances")
        yield suffix, folder / f"rows.{suffix}"
    plain = [record(one) for one in rows]
    yield "generator", iter(plain)
    yield "arrow", pyarrow.Table.from_pylist(plain)
    yield "reader", pyarrow.Table.from_pylist(plain).to_reader()
    yield "pandas", pandas.DataFrame(plain)
    yield "pandas of parquet", pandas.read_parquet(folder / "rows.parquet")
    stream = io.TextIOWrapper(io.BytesIO((folder / "rows.jsonl").read_bytes()))
    monkeypatch.setattr("sys.stdin", stream)
    yield "stdin", "-"


def test_stance_rows_are_known_in_every_form(tmp_path, monkeypatch):
    rows = [*reprinted(SUPPORTS), *reprinted(REFUTES, start=4)]
    rows[3] = replace(rows[3], conditional=True, affiliation="Harbour Board")
    rows.append(row("late", "2024-11-01", stance=None, status="abstain", reason="language"))
    wanted = find_shifts(rows)
    assert {s.basis for s in wanted.shifts} == {"pairwise", "test"}
    assert wanted.tests[0].points == 8 and wanted.left_out["abstained"] == 1
    for name, form in readings(rows, tmp_path, monkeypatch):
        found = find_shifts(form)
        assert found.left_out == wanted.left_out, name
        assert [asdict(s) for s in found.shifts] == [asdict(s) for s in wanted.shifts], name
    assert read_stances(tmp_path / "rows.csv") == read_stances(tmp_path / "rows.jsonl")


def test_problems_of_standard_input_keep_their_rows(monkeypatch):
    lines = '{"holder": "A", "claim": "c", "date": "2024-01-01", "score": 1}\n\nnonsense\n'
    lines += '{"holder": "A", "claim": "c", "date": "March", "score": 1}\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    problems = []
    find_shifts("-", report=problems.append)
    assert [(p.file, p.row) for p in problems] == [("<stdin>", 3), ("<stdin>", 4)]


def test_rows_that_abstain_are_no_zeros_in_anybodys_table():
    chances = {"p_supports": 0.0, "p_refutes": 0.0, "p_neutral": 0.0}
    rows = [
        {**one, "score": None, **chances, "label": None, "status": "abstain"} for one in table([0])
    ]
    rows += [{**one, "score": None, **chances, "label": None, "status": "ok"} for one in table([0])]
    rows += [{**rows[-1], "p_supports": "nan", "p_neutral": 1.0}]
    found = find_shifts(rows)
    assert dict(found.left_out) == {"abstained": 1, "unlabelled": 2}


def test_stances_without_probabilities_are_as_sure_as_their_label():
    chances = dict.fromkeys(("p_supports", "p_refutes", "p_neutral", "p_unrelated"))
    bare = [{**record(one), **chances} for one in timeline(SUPPORTS, NEUTRAL, REFUTES)]
    rows = read_stances(bare)
    assert [one.p_supports - one.p_refutes for one in rows] == [1, 0, -1]
    assert all(np.isfinite(point.level) for point in trend(bare)[0].points)
    for wrong in ({"p_supports": 0.5}, dict.fromkeys(chances, 0.0)):
        with pytest.raises(InputError, match="p_supports, p_refutes and p_neutral"):
            read_stances([{**bare[0], **wrong}])


def test_a_label_alone_is_no_evidence_of_how_sure_a_pair_is():
    chances = dict.fromkeys(("p_supports", "p_refutes", "p_neutral", "p_unrelated"))
    sure = [record(one) for one in timeline(SUPPORTS, REFUTES)]
    bare = [{**one, **chances} for one in sure]
    assert len(shifts(sure)) == 1 and not shifts(bare) and not shifts([sure[0], bare[1]])
    audited = np.array([[80, 15, 5], [10, 80, 10], [5, 15, 80]])
    assert [s.kind for s in shifts(bare, confusion=audited)] == ["reversal"]
    many = [{**record(one), **chances} for one in timeline(*[SUPPORTS] * 4, *[REFUTES] * 4)]
    assert {s.basis for s in shifts(many)} == {"test"}


def test_one_probability_is_no_score():
    rows = [{**one, "p_supports": 0.9} for one in table(range(9))]
    with pytest.raises(UsageError, match="'p_refutes'"):
        shifts([{k: v for k, v in one.items() if k != "score"} for one in rows])


def test_no_path_is_not_this_folder(tmp_path, monkeypatch):
    write(timeline(SUPPORTS, REFUTES), tmp_path / "stances.jsonl", kind="stances")
    monkeypatch.chdir(tmp_path)
    assert len(shifts(".")) == 1
    with pytest.raises(UsageError, match="no path was given"):
        shifts("")


def test_rows_without_a_holder_are_not_one_person():
    flip = table(np.repeat([1.0, -1.0], 10), holder="")
    for by in ("claim", "source", "affiliation"):
        found = find_shifts([{**one, "source": "s", "affiliation": "P"} for one in flip], by=by)
        assert not found.tests and found.left_out["unnamed"] == 20


def test_a_threshold_is_a_probability_whatever_the_table():
    for items in (table(range(9)), timeline(SUPPORTS, REFUTES)):
        with pytest.raises(UsageError, match="threshold is 60"):
            find_shifts(items, threshold=60)


def test_a_seed_below_zero_is_refused():
    with pytest.raises(UsageError, match="seed"):
        find_shifts(table(range(9)), seed=-1)
    with pytest.raises(UsageError, match="seed"):
        level_test(np.ones((9, 1)), seed=-1)


def test_probabilities_are_no_percent():
    percent = {"score": None, "p_supports": 85, "p_refutes": 5}
    with pytest.raises(InputError, match="between 0 and 1"):
        shifts([{**one, **percent} for one in table([0])])
    with pytest.raises(InputError, match="between 0 and 1"):
        read_stances([{**record(one), "p_supports": 85} for one in timeline(SUPPORTS)])


@pytest.mark.parametrize("by", ["claim", "source"])
def test_unnamed_people_are_not_compared_with_each_other(by):
    first = dt.date(2024, 1, 1)

    def rows(holder):
        return [
            row(f"{holder}-{i}", str(first + dt.timedelta(days=7 * i)), holder=holder,
                p=(SUPPORTS, REFUTES)[i > 9], text=f"{i} {holder} " * 9, source="Post")
            for i in range(20)
        ]  # fmt: skip

    tables = [[{**record(one), "evidence": ()} for one in rows("unnamed official")]]
    tables.append([{k: v for k, v in one.items() if k != "evidence"} for one in tables[0]])
    tables.append([{k: v for k, v in one.items() if k != "doc_id"} for one in tables[1]])
    for unnamed in (rows("unnamed official"), *tables):
        found = find_shifts(unnamed, by=by)
        assert not found.shifts and not found.tests and found.too_short == 1
    named = rows("Ina Holm")
    assert find_shifts(named, by=by).tests[0].shifts
    # nor do they hide a person who changed, by what they would add to her memory
    assert find_shifts([*named, *rows("unnamed official")], by=by).tests[0].shifts


def test_two_unnamed_people_of_a_day_do_not_contradict_each_other():
    rows = [
        row("d0", "2024-01-05", p=SUPPORTS, holder="unnamed official"),
        row("d1", "2024-01-05", p=REFUTES, holder="unnamed official", text="other words " * 6),
    ]
    assert contradictions(rows) == []


def test_what_is_detectable_holds_for_a_series_tested_alone():
    rng = np.random.default_rng(0)
    found = find_shifts(table(rng.standard_normal(50)))
    assert "tested alone" in str(found)
    rows = [one for i in range(24) for one in table([i % 2], f"H{i}", f"2024-01-{i + 1:02}")]
    assert "tested alone" not in str(find_shifts(rows, by="claim"))
    assert "tested alone" not in str(find_shifts(table([0.7] * 30)))


def test_kinds_of_the_test_are_those_of_the_docs():
    noise = 0.4 * np.random.default_rng(0).standard_normal(120)
    back = find_shifts(table((np.repeat([0.8, 0.0, 0.8], 40) + noise).clip(-1, 1)))
    assert [s.kind for s in back.shifts] == ["softening", "hardening"]
    rise = find_shifts(table(np.repeat([-0.2, 0.2], 20) + noise[:40] / 4))
    assert [(s.kind, s.stance_from, s.stance_to) for s in rise.shifts] == [
        ("increase", "neutral", "neutral")
    ]


def test_the_scale_is_that_of_the_table_not_of_one_series():
    low = table(np.repeat([0.0, 1.0], 10))
    (alone,) = shifts(low)
    assert (alone.stance_from, alone.kind) == ("neutral", "emergence")
    likert = low + table(np.tile([3.0, 5.0], 10), "B")
    (found,) = [s for s in shifts(likert) if s.holder == "A"]
    assert (found.stance_from, found.stance_to, found.kind) == (None, None, "increase")


def test_rows_without_a_claim_are_counted_and_in_no_series():
    found = find_shifts([{**one, "claim": ""} for one in table(range(9))])
    assert dict(found.left_out) == {"without a claim": 9} and not found.tests


def test_labels_that_a_spreadsheet_made_numbers_are_known():
    labels = ["1.0"] * 8 + ["-1.0"] * 8
    rows = [
        {**one, "score": None, "label": label}
        for one, label in zip(table(range(16)), labels, strict=True)
    ]
    (found,) = shifts(rows)
    assert found.kind == "reversal"


def test_many_utterances_of_one_day_are_not_split():
    days = ["2024-01-05"] * 6 + ["2024-02-05"] * 6
    rows = [
        row(f"d{i}", day, p=SUPPORTS if i < 6 else REFUTES, text=f"{i} {day} " * 8)
        for i, day in enumerate(days)
    ]
    names = {(one.doc_id, one.holder): one.doc_id for one in rows}
    (found,) = [s for s in find_shifts(rows, utterances=names).shifts if s.basis == "test"]
    assert (str(found.date_before), str(found.date_after)) == ("2024-01-05", "2024-02-05")
    mixed = [replace(one, date=rows[0].date) for one in rows]
    assert not find_shifts(mixed, utterances=names).shifts
    with pytest.raises(UsageError, match="share one date"):
        locate(np.repeat([1.0, -1.0], 4), plan(8, times=[0] * 8))


@pytest.mark.parametrize("n", [24, 30, 60, 150])
def test_clean_levels_are_found_however_long_they_last(n):
    """An AR(1) takes clean levels for memory; less noise must not mean less power."""
    for levels in ((1.0, 0.0, -1.0), (1.0, -1.0, 1.0)):
        assert len(shifts(table(np.repeat(levels, n // 3)))) == 2
    assert [s.kind for s in shifts(table(np.arange(n) / n))] == ["drift"]


def test_power_falls_with_noise():
    def found(noise: float) -> int:
        rng = np.random.default_rng(3)
        count = 0
        for _ in range(20):
            scores = np.repeat([1.0, 0.0, -1.0], 20)
            wrong = rng.random(60) < noise
            scores[wrong] = rng.choice([-1.0, 0.0, 1.0], wrong.sum())
            count += bool(shifts(table(scores)))
        return count

    assert found(0.0) == 20 and found(0.05) >= 17 > found(0.5)


def test_what_a_group_would_show_is_found_in_most_cases():
    """Members heard once compare nothing; everyone's own level costs a degree of freedom."""

    def group(seed: int, size: float):
        rng = np.random.default_rng(seed)
        rows = [(d, f"once {d}", rng.standard_normal()) for d in rng.permutation(200)[:20].tolist()]
        for who in range(10):
            for late in (0, 1):
                day = int(rng.integers(100)) + 100 * late
                rows.append((day, f"twice {who}", rng.standard_normal() + size * late))
        start = dt.date(2020, 1, 1)
        return [
            {"holder": h, "claim": "c", "date": str(start + dt.timedelta(d)), "score": x}
            for d, h, x in sorted(rows)
        ]

    seen = float(
        np.median([find_shifts(group(s, 0.0), by="claim").tests[0].detectable for s in range(9)])
    )
    hits = [bool(find_shifts(group(50 + s, seen), by="claim").shifts) for s in range(20)]
    assert sum(hits) >= 10
    few = find_shifts([r for r in group(1, 0.0) if r["holder"] < "twice 3"], by="claim")
    assert few.tests[0].detectable == math.inf
