"""Within or between: the parts add up, mean what they say, and their intervals hold the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.decomposition import decompose
from stance.errors import UsageError
from stance.writers import write
from tests.test_timelines import row


def observations(spec):
    """(holder, month, score) → rows of a table."""
    return [
        {"holder": h, "claim": "c", "date": f"2024-{m:02}-{i % 28 + 1:02}", "score": s}
        for i, (h, m, s) in enumerate(spec)
    ]


def test_the_same_people_changing_is_all_within():
    rows = observations([(h, m, s) for h in "AB" for m, s in ((1, 1.0), (2, -1.0))])
    found = decompose(rows, "2024-02-01")
    assert found.within.value == pytest.approx(-2) == found.total.value
    assert found.between.value == pytest.approx(0)


def test_other_people_speaking_is_all_between():
    rows = observations([("A", 1, 1.0)] * 6 + [("B", 1, -1.0)] * 2 + [("A", 2, 1.0)] * 2)
    rows += observations([("B", 2, -1.0)] * 6)
    found = decompose(rows, "2024-02-01")
    assert found.within.value == pytest.approx(0)
    assert found.between.value == pytest.approx(-1) == found.total.value
    assert {cell.cell: (cell.count_before, cell.count_after) for cell in found.cells} == {
        ("A",): (6, 2),
        ("B",): (2, 6),
    }


def test_a_newcomer_has_no_change_of_its_own():
    rows = observations([("A", 1, 0.5)] * 3 + [("A", 2, 0.5), ("C", 2, -1.0), ("C", 2, -0.5)])
    found = decompose(rows, "2024-02-01")
    assert found.within.value == pytest.approx(0)
    newcomer = next(cell for cell in found.cells if cell.cell == ("C",))
    assert newcomer.score_before is None and newcomer.between < 0


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from([1, 2]), st.floats(-1, 1)),
        min_size=4,
        max_size=30,
    ).filter(lambda spec: {m for _, m, _ in spec} == {1, 2})
)
def test_parts_and_cells_add_up_to_the_change(spec):
    found = decompose(observations(spec), "2024-02-01", draws=20)
    change = found.after - found.before
    assert found.total.value == pytest.approx(change, abs=1e-9)
    assert found.within.value + found.between.value == pytest.approx(change, abs=1e-9)
    cells = sum(cell.within + cell.between for cell in found.cells)
    assert cells == pytest.approx(change, abs=1e-9)


def test_intervals_hold_the_truth_in_nineteen_of_twenty():
    rng = np.random.default_rng(0)
    mix, rate = np.array([0.5, 0.3, 0.2]), np.array([-0.5, 0.0, 0.5])
    truth = (0.3, float(((mix[::-1] - mix) * (rate + 0.15)).sum()))
    held = np.zeros(2)
    for seed in range(120):
        spec = [
            ("ABC"[h], month, 1.0 if rng.random() < (1 + r[h]) / 2 else -1.0)
            for month, share, r in ((1, mix, rate), (2, mix[::-1], rate + 0.3))
            for h in rng.choice(3, size=30, p=share)
        ]
        found = decompose(observations(spec), "2024-02-01", seed=seed, draws=300)
        parts = (found.within, found.between)
        held += [p.low <= t <= p.high for p, t in zip(parts, truth, strict=True)]
    assert (held / 120 >= 0.9).all()


def test_unsure_stances_widen_the_intervals():
    def interval(p):
        rows = [
            row(f"d{i}", f"2024-{1 + i % 2:02}-{i + 1:02}", p=p, text=f"word{i} " * 9)
            for i in range(20)
        ]
        total = decompose(rows, "2024-02-01").total
        return total.high - total.low

    assert interval((0.5, 0.3, 0.2)) > 1.5 * interval((0.96, 0.02, 0.02))


def test_spans_and_cells_can_be_chosen():
    rows = [
        {**one, "source": s}
        for s in "xy"
        for one in observations([("A", m, m / 10) for m in range(1, 7)])
    ]
    spans = {"before": ("2024-01-01", "2024-02-28"), "after": ("2024-05-01", "2024-06-30")}
    found = decompose(rows, **spans, by=("holder", "source"))
    assert [cell.cell for cell in found.cells] == [("A", "x"), ("A", "y")]
    assert found.total.value == pytest.approx(0.4)


def test_what_cannot_be_split_is_refused():
    rows = observations([("A", 1, 1.0)])
    with pytest.raises(UsageError, match="nothing dated after"):
        decompose(rows, "2024-02-01")
    with pytest.raises(UsageError, match="either a split day"):
        decompose(rows)
    with pytest.raises(UsageError, match="cannot split by"):
        decompose(rows, "2024-02-01", by="party")  # type: ignore[arg-type]


def test_copies_in_a_file_are_no_observations_of_their_own(tmp_path):
    rows = [
        row(f"{outlet}-{m}", f"2024-0{m}-0{k}", p=p, text=f"month {m} " * 9)
        for m, p in ((1, (0.9, 0.05, 0.05)), (2, (0.05, 0.05, 0.9)))
        for k, outlet in enumerate(("north", "south", "east"), start=1)
    ]
    write(rows, tmp_path / "stances.jsonl", kind="stances")
    wanted = decompose(rows, "2024-02-01")
    assert wanted.cells[0].count_before == 1
    assert decompose(str(tmp_path / "stances.jsonl"), "2024-02-01") == wanted


def test_probabilities_of_a_table_widen_the_intervals():
    def width(p):
        rows = [
            {**one, "score": None, **dict(zip(("p_supports", "p_neutral", "p_refutes"), p))}  # noqa: B905
            for one in observations([("A", 1 + i % 2, 0.0) for i in range(20)])
        ]
        total = decompose(rows, "2024-02-01").total
        return total.high - total.low

    assert width((0.5, 0.3, 0.2)) > 1.5 * width((0.96, 0.02, 0.02)) > 0


def test_cells_heard_once_are_not_certain():
    pair = [
        row("d0", "2024-01-01", p=(0.6, 0.1, 0.3)),
        row("d1", "2024-02-01", p=(0.3, 0.1, 0.6), text="Other words, a month on. " * 3),
    ]
    found = decompose(pair, "2024-02-01")
    assert found.total.value == pytest.approx(-0.6)
    assert found.total.low < -1.5 and found.total.high > 0.3
    several = observations([(h, 1, s) for h, s in zip("ABCD", (1, 0.5, 0, 1), strict=True)])
    several += observations([(h, 2, s) for h, s in zip("ABCD", (0, -1, 0, 0.5), strict=True)])
    total = decompose(several, "2024-02-01").total
    assert 0.3 < total.high - total.low < 4
    bare = decompose(observations([("A", 1, 1.0), ("A", 2, -1.0)]), "2024-02-01").total
    assert (bare.value, bare.low, bare.high) == (-2, -np.inf, np.inf)


def test_the_last_day_of_a_span_is_all_of_its_year():
    rows = [
        {"holder": "A", "claim": "c", "date": f"{year}-{m:02}-15", "score": m / 12}
        for year in (2023, 2024)
        for m in range(1, 13)
    ]
    found = decompose(rows, before=("2023", "2023"), after=("2024", "2024-06"))
    assert [(c.count_before, c.count_after) for c in found.cells] == [(12, 6)]


def test_unnamed_people_are_not_taken_for_one_who_changed():
    rows = observations([("unnamed official", 1, 1.0)] * 4 + [("unnamed official", 2, -1.0)] * 4)
    found = decompose(rows, "2024-02-01")
    assert (found.within.value, found.between.value) == (0, -2)
    assert [cell.cell for cell in found.cells] == [("unnamed official",)] * 2


def test_people_without_an_affiliation_are_not_one_affiliation():
    rows = [{**one, "affiliation": ""} for one in observations([("A", 1, 1.0), ("B", 2, -1.0)] * 3)]
    found = decompose(rows, "2024-02-01", by="affiliation")
    assert {cell.cell for cell in found.cells} == {("A",), ("B",)}
    assert found.within.value == 0


def test_a_month_around_the_split_is_on_neither_side():
    rows = [
        {"holder": "A", "claim": "c", "date": date, "score": score}
        for date, score in (("2024-01", 1.0), ("2024-02", -1.0), ("2024", -1.0), ("2024-03", 0.0))
    ]
    found = decompose(rows, "2024-02-15", draws=10)
    assert (found.before, found.after) == (1.0, 0.0)
    spans = {"before": ("2024-01", "2024-02-28"), "after": ("2024-02-29", "2024-12-30")}
    found = decompose(rows, **spans, draws=10)
    assert (found.before, found.after) == (1.0, 0.0)


def test_a_row_given_nine_times_counts_once():
    rows = [
        {"holder": h, "claim": "c", "date": f"2024-0{m}-01", "score": s}
        for h, m, s in [("A", 1, 1), ("B", 1, -1), ("A", 2, 1), ("B", 2, -1)]
    ]
    repeated = decompose([*rows, *[rows[3]] * 8], "2024-02-01")
    assert repeated == decompose(rows, "2024-02-01") and repeated.total.value == 0


def test_what_different_people_say_of_a_day_is_not_averaged():
    nobody = {"holder": "unnamed official", "claim": "c"}
    rows = [
        {**nobody, "date": f"2024-0{m}-01", "score": m, "doc_id": f"d{i}"}
        for m in (1, 2)
        for i in range(3)
    ]
    assert decompose(rows, "2024-02-01").cells[0].count_before == 3
    sources = [{**one, "holder": "A", "source": one["doc_id"]} for one in rows]
    assert len(decompose(sources, "2024-02-01", by="source").cells) == 3
    with pytest.raises(UsageError, match="seed"):
        decompose(rows, "2024-02-01", seed=-1)


def test_equal_answers_are_not_certainty():
    def flip(holders, answers, before=1.0, after=-1.0):
        spec = [(f"H{i % holders}", 1, before) for i in range(holders * answers)]
        spec += [(f"H{i % holders}", 2, after) for i in range(holders * answers)]
        found = decompose(observations(spec), "2024-02-01")
        assert found.total.value == pytest.approx(after - before)
        return found.total.high - found.total.low

    assert 0.5 < flip(3, 2) < 2.5
    assert flip(3, 2) > flip(3, 4) > flip(3, 8) > 0.1  # but the more of them, the surer
    assert flip(4, 1) > 0.5  # everyone heard once, all alike
    assert flip(3, 2, 0.94, 0.94) > 0.5  # equal but for rounding
    assert flip(3, 2, 5.0, 1.0) == pytest.approx(2 * flip(3, 2), rel=0.01)  # the unit is no matter
    assert flip(3, 2, 5.0, 5.0) == np.inf  # on a scale that nobody knows


def test_an_answer_that_deviates_does_not_shorten_the_interval():
    spec = [(h, m, 1.0 if h < "C" else -1.0) for h in "ABCD" for m in (1, 2) for _ in range(5)]
    sure = decompose(observations(spec), "2024-02-01").within
    spec[0] = ("A", 1, -1.0)
    unsure = decompose(observations(spec), "2024-02-01").within
    assert 0 < sure.high - sure.low < unsure.high - unsure.low


def test_equal_answers_of_many_hold_the_truth():
    """One answer in fifty deviates, so that often none does; the change is then not -2."""
    rng = np.random.default_rng(0)
    held = 0
    for seed in range(60):
        spec = [
            (f"H{h}", m, sign if rng.random() < 0.98 else -sign)
            for m, sign in ((1, 1.0), (2, -1.0))
            for h in range(6)
            for _ in range(4)
        ]
        total = decompose(observations(spec), "2024-02-01", seed=seed, draws=200).total
        held += total.low <= -1.92 <= total.high
    assert held >= 55


def test_spans_that_cannot_be_meant_are_refused():
    rows = observations([("A", m, 1.0) for m in (1, 1, 2, 2)])
    january, february = ("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29")
    assert decompose(rows, before=list(january), after=list(february)).total.value == 0
    for before, after, wrong in (
        ("2024-01", "2024-02", "give two dates"),
        (("2024-01",), february, "give two dates"),
        (january[::-1], february, "earlier date first"),
        (("2024-01-01", "2024-02-02"), ("2024-01-02", "2024-02-28"), "has to end before"),
        (("2024-01", "2024-02"), ("2024-02", "2024-03"), "has to end before"),
        (february, january, "has to end before"),
    ):
        with pytest.raises(UsageError, match=wrong):
            decompose(rows, before=before, after=after)


@pytest.mark.parametrize("draws", [-1, 0, 1])
def test_too_few_draws_are_refused(draws):
    with pytest.raises(UsageError, match="draws"):
        decompose(observations([("A", 1, 1.0), ("A", 2, 0.0)]), "2024-02-01", draws=draws)


def test_rows_without_a_holder_are_not_one_person_who_changed():
    rows = observations([("", 1, 1.0)] * 4 + [("", 2, -1.0)] * 4)
    found = decompose(rows, "2024-02-01")
    assert (found.within.value, found.between.value) == (0, -2)
