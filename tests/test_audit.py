"""Audit: a blind stratified sample, and estimates that hold whatever the model does."""

import csv
import datetime as dt

import numpy as np
import pytest

from stance.audit import OUTCOMES, audit_estimate, confusion_matrix, draw_sample
from stance.errors import InputError, UsageError
from stance.types import Date, Stance
from stance.writers import write
from tests.test_timelines import row


def corpus(size, bias, seed=0):
    """Rows of a model that leans to refutes by ``bias``, and what each row really is."""
    rng = np.random.default_rng(seed)
    rows, truth = [], {}
    for i in range(size):
        when = int(rng.integers(0, 24))
        lean = 0.3 * (when / 24 - 0.5)
        mine = int(rng.choice(4, p=[0.35 + lean, 0.3, 0.25 - lean, 0.1]))
        raw = np.exp(rng.standard_normal(4) + 1.5 * (np.arange(4) == mine)) * [1, 1, bias, 1]
        s, n, r, _ = (raw / raw.sum()).tolist()
        best = OUTCOMES[int(raw.argmax())]
        date = f"{2022 + when // 12}-{when % 12 + 1:02}-15"
        rows.append(row(f"d{i}", date, p=(s, n, r), stance=best, claim_id=f"c{i % 2}"))
        truth[f"d{i}"] = OUTCOMES[mine]
    return rows, truth


def label(sample, truth):
    return [{**one, "label": truth[one["doc_id"]]} for one in sample]


def test_the_sample_is_blind_repeatable_and_covers_every_stratum():
    rows, _ = corpus(300, 2)
    sample = draw_sample(rows, 40, seed=1)
    assert len(sample) == 40 == len({one["doc_id"] for one in sample})
    assert sample == draw_sample(rows, 40, seed=1) != draw_sample(rows, 40, seed=2)
    assert not {"stance", "p_supports", "confidence"} & set(sample[0])
    everyone = {one["stratum"] for one in draw_sample(rows, 300)}
    assert {one["stratum"] for one in sample} == everyone


def test_no_more_rows_than_there_are():
    rows, _ = corpus(12, 1)
    assert len(draw_sample(rows, 100)) == 12


def test_a_biased_model_is_corrected():
    inside, wrong = [], []
    for seed in range(30):
        rows, truth = corpus(300, 4, seed)
        related = [t for t in truth.values() if t != "unrelated"]
        share = related.count("refutes") / len(related)
        found = audit_estimate(rows, label(draw_sample(rows, 60, seed), truth))
        line = next(r for r in found if r.claim_id == "*" and r.stance == "refutes")
        inside.append(line.low <= share <= line.high)
        wrong.append(line.naive_low <= share <= line.naive_high)
    assert np.mean(inside) >= 0.9 and np.mean(wrong) <= 0.1


def test_the_confusion_matrix_is_that_of_all_rows_and_as_sure_as_its_labels():
    """Doubtful rows are drawn more often than sure ones; the rates have to be those of all rows."""
    from stance.timelines import label_rates

    rows, truth = corpus(4000, 3)
    drawn = label(draw_sample(rows, 800), truth)
    found, whole = np.array(confusion_matrix(rows, drawn)), np.zeros((3, 3))
    for one in rows:
        cell = OUTCOMES.index(truth[one.doc_id]), OUTCOMES.index(one.stance)
        if max(cell) < 3:
            whole[cell] += 1
    assert label_rates(found) == pytest.approx(label_rates(whole), abs=0.06)
    given = {one.doc_id: one.stance for one in rows}
    used = sum("unrelated" not in (one["label"], given[one["doc_id"]]) for one in drawn)
    assert found.sum() == pytest.approx(used, abs=0.01)
    with pytest.raises(UsageError, match="bears on its claim"):
        confusion_matrix(rows, [{**one, "label": "unrelated"} for one in drawn])


def test_labels_of_every_row_leave_no_doubt():
    rows, truth = corpus(60, 3)
    found = audit_estimate(rows, label(draw_sample(rows, 60), truth))
    related = [t for t in truth.values() if t != "unrelated"]
    for line in found:
        if line.claim_id == "*" and line.measure == "share":
            assert line.corrected == pytest.approx(related.count(line.stance) / len(related))
            assert line.high - line.low == pytest.approx(0, abs=1e-9)
            assert line.more_labels == 0


def test_more_labels_are_asked_for_a_narrower_interval():
    rows, truth = corpus(2000, 2)
    labels = label(draw_sample(rows, 80), truth)

    def needed(width):
        found = audit_estimate(rows, labels, width=width)
        return next(r for r in found if r.claim_id == "*" and r.stance == "refutes").more_labels

    assert needed(0.9) == 0 < needed(0.1) < needed(0.05)


def test_lines_per_claim_and_period_and_a_trend(tmp_path):
    rows, truth = corpus(400, 2)
    path = tmp_path / "labels.csv"
    sample = label(draw_sample(rows, 120), truth)
    sample[0]["label"] = ""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, sample[0])
        writer.writeheader()
        writer.writerows(sample)
    found = audit_estimate(rows, path, period="year")
    assert {r.claim_id for r in found} == {"*", "c0", "c1"}
    assert {"", "2022", "2023"} == {r.period for r in found}
    assert sum(r.measure == "trend" for r in found) == 3
    assert found[0].labelled == 119
    for line in found:
        assert line.low <= line.corrected <= line.high


def test_bad_labels_are_refused():
    rows, truth = corpus(50, 1)
    sample = label(draw_sample(rows, 10), truth)
    with pytest.raises(InputError, match="'perhaps' is unknown"):
        audit_estimate(rows, [{**sample[0], "label": "perhaps"}])
    with pytest.raises(InputError, match="not among the stances"):
        audit_estimate(rows, [{**sample[0], "doc_id": "elsewhere"}])
    with pytest.raises(UsageError, match="fewer than two"):
        audit_estimate(rows, [{**one, "label": ""} for one in sample])
    with pytest.raises(UsageError, match="no decided stances"):
        draw_sample([], 10)


def test_rows_left_empty_in_a_frame_are_not_labelled():
    pandas = pytest.importorskip("pandas")
    rows, truth = corpus(100, 2)
    sample = label(draw_sample(rows, 40), truth)
    half = [{**one, "label": one["label"] if i % 2 else None} for i, one in enumerate(sample)]
    wanted = audit_estimate(rows, [one for one in half if one["label"]])
    assert wanted[0].labelled == 20
    for empty in (None, float("nan"), pandas.NA, "", "nan", "null", "abstain"):
        frame = pandas.DataFrame([{**one, "label": one["label"] or empty} for one in half])
        assert audit_estimate(rows, frame) == wanted


def test_errors_of_labels_name_file_and_row(tmp_path):
    rows, truth = corpus(50, 1)
    sample = label(draw_sample(rows, 10), truth)
    write([*sample[:3], {**sample[3], "label": "perhaps"}], tmp_path / "labels.csv")
    with pytest.raises(InputError, match=r"labels.csv, row 5, field 'label'"):
        audit_estimate(rows, tmp_path / "labels.csv")


def test_a_row_has_one_hand_label():
    rows, truth = corpus(50, 1)
    sample = label(draw_sample(rows, 10), truth)
    assert audit_estimate(rows, [*sample, sample[0]]) == audit_estimate(rows, sample)
    other = "refutes" if sample[0]["label"] != "refutes" else "supports"
    with pytest.raises(InputError, match="labelled both"):
        audit_estimate(rows, [*sample, {**sample[0], "label": other}])


def test_an_outlet_and_a_speaker_of_one_name_have_labels_of_their_own():
    rows = [
        row(f"d{i}", "2024-01-05", holder="The Post", holder_type=kind)
        for i in range(10)
        for kind in ("speaker", "outlet")
    ]
    given = {"speaker": "supports", "outlet": "refutes"}
    sample = [{**one, "label": given[one["holder_type"]]} for one in draw_sample(rows, 20)]
    shares = {one.stance: one.corrected for one in audit_estimate(rows, sample)}
    assert [shares[one] for one in ("supports", "refutes")] == pytest.approx([0.5, 0.5])


def test_a_year_is_in_none_of_its_months():
    rows = [row(f"d{i}", Date(dt.date(2024, 1, 1), "year")) for i in range(12)]
    rows += [row(f"e{i}", Date(dt.date(2024, 3, 1), "month")) for i in range(12)]
    sample = [{**one, "label": "supports"} for one in draw_sample(rows, 24)]

    def periods(period):
        return {one.period for one in audit_estimate(rows, sample, period=period)}

    assert periods("month") == {"", "2024-03"}
    assert periods("quarter") == {"", "2024-Q1"}
    assert periods("year") == {"", "2024"}


def test_a_width_or_seed_that_is_none_is_refused():
    rows, truth = corpus(50, 1)
    with pytest.raises(UsageError, match="width"):
        audit_estimate(rows, label(draw_sample(rows, 10), truth), width=float("nan"))
    with pytest.raises(UsageError, match="seed"):
        draw_sample(rows, 10, seed=-1)


@pytest.mark.parametrize("n", [2, 5, 40])
def test_a_sample_has_as_many_rows_as_asked(n: int) -> None:
    day = Date(dt.date(2024, 1, 1))
    rows = [
        Stance(
            f"d{i}", "Post", day, "Ana Ruiz", "speaker", None, "c", "It is safe.",
            ("supports", "refutes", "neutral", "unrelated")[i % 4], *p, 0.5, False, "ok", None,
            None, (),
        )
        for i in range(60)
        for p in [((0.4, 0.2, 0.2, 0.2), (0.97, 0.01, 0.01, 0.01))[i % 8 // 4]]
    ]  # fmt: skip
    assert len(draw_sample(rows, n)) == n


def test_the_sample_is_found_again_behind_the_guard_against_formulas(tmp_path):
    rows = [
        row(f"@d{i}", "2024-01-05", holder="@MFA_Russia", claim_id=f"={i % 3}") for i in range(20)
    ]
    sample = [{**one, "label": "1.0"} for one in draw_sample(rows, 10)]
    write(sample, tmp_path / "sample.csv")
    assert "'@MFA_Russia" in (tmp_path / "sample.csv").read_text()
    assert audit_estimate(rows, tmp_path / "sample.csv")[0].labelled == 10


def test_of_nothing_no_share_is_known():
    rows, truth = corpus(400, 2)
    sample = label(draw_sample(rows, 120), truth)
    beside = [{**one, "label": "unrelated"} if one["claim_id"] == "c1" else one for one in sample]
    assert sum(one["claim_id"] == "c1" for one in sample) >= 10
    assert {one.claim_id for one in audit_estimate(rows, beside)} == {"*", "c0"}
    everything = label(draw_sample(rows, 400), truth)
    for none in (sample, everything):  # of all rows labelled, too, totals are 0 but for rounding
        with pytest.raises(UsageError, match="bear on their claim"):
            audit_estimate(rows, [{**one, "label": "unrelated"} for one in none])


def test_of_related_rows_of_one_day_no_trend_is_known():
    rows, truth = corpus(300, 2)
    day = rows[0].date
    sample = [
        {**one, "label": truth[one["doc_id"]] if one["date"] == str(day) else "unrelated"}
        for one in draw_sample(rows, 300)
    ]
    assert {one.measure for one in audit_estimate(rows, sample)} == {"share"}
