"""Anybody's table: what counts as a score, as a name, and as a row that cannot be used."""

import json
import math

import pytest

from stance.changes import find_shifts, shifts
from stance.decomposition import decompose
from stance.errors import InputError, UsageError
from stance.series import scored_rows, series_of_rows, stance_rows
from stance.trends import trend


def table(*columns, **more):
    """Rows of one holder, day by day, of columns such as ``("score", [1, 2])``."""
    days = len(columns[0][1])
    return [
        {
            "holder": "Ann",
            "claim": "c",
            "date": f"2024-{1 + i // 28:02}-{1 + i % 28:02}",
            **{name: values[i] for name, values in columns},
            **more,
        }
        for i in range(days)
    ]


FLIP = ["supports"] * 10 + ["refutes"] * 10


def test_a_classifiers_confidence_is_not_the_side_it_takes():
    sure = [0.9 + i / 250 for i in range(20)]
    mixed = table(("label", FLIP), ("score", sure))
    for read in (find_shifts, trend, stance_rows, lambda rows: decompose(rows, "2024-01-11")):
        with pytest.raises(UsageError, match=r"10 of 10 rows labelled refutes .* column 'score'"):
            read(mixed)
    renamed = [{**one, "score": None, "confidence": one["score"]} for one in mixed]
    assert [one.kind for one in shifts(renamed)] == ["reversal"]


@pytest.mark.parametrize(
    ("label", "score"),
    [
        (["refutes"] * 6, [0.9] * 6),  # one side alone
        (["supports"] * 5 + ["neutral"] * 3, [0.9] * 8),
        (["supports"] * 30 + ["refutes"] * 2, [0.99] * 32),  # most of the rows follow
        (FLIP, [95, 91, 99, 97, 92] * 4),  # in per cent
        (FLIP, [1] * 10 + [5] * 10),  # a scale that runs the other way
        (FLIP, [7] * 20),
    ],
)
def test_scores_that_do_not_follow_their_labels_are_refused(label, score):
    with pytest.raises(UsageError, match="do not follow the labels"):
        series_of_rows(table(("label", label), ("score", score)))


@pytest.mark.parametrize(
    ("label", "score"),
    [
        (FLIP, [0.4] * 10 + [-0.2] * 10),
        (FLIP, [0.8] * 10 + [-0.8] * 8 + [0.3, 0.1]),  # a slip or two
        (["pro", "neutral", "con"], [0.2, 0.5, -0.2]),
        (FLIP, [4, 5] * 5 + [1, 2] * 5),  # grades of 1 to 5
        (["supports", "neutral"] * 4, [5, 3] * 4),  # nothing to tell apart
        (["taxes"] * 4, [0.9] * 4),  # no label of a side
        ([None] * 4, [0.9] * 4),
    ],
)
def test_scores_beside_labels_that_they_follow_are_kept(label, score):
    (one,) = series_of_rows(table(("label", label), ("score", score)))
    assert one.scores == tuple(score)


def test_what_is_beside_the_claim_is_no_answer_whatever_its_score():
    rows = table(("label", ["supports", "unrelated", "nan"]), ("score", [0.9, 0.97, 0.8]))
    assert [row.score for row in scored_rows(rows)] == [0.9, 0.8]


def test_probabilities_count_before_the_label():
    (row,) = scored_rows(table(("label", ["neutral"]), p_supports=0.6, p_refutes=0.1))
    assert row.score == pytest.approx(0.5)


@pytest.mark.parametrize("labels", [[1, 2, 3, 4, 5], ["1", "0", "2.0"], [0.5]])
def test_grades_are_no_labels(labels):
    problems = []
    with pytest.raises(UsageError, match="call a column of grades 'score'"):
        series_of_rows(table(("label", labels)), report=problems.append)
    assert not problems  # not one row after the other


def test_numbers_that_are_labels_are_read():
    (one,) = series_of_rows(table(("label", [1, 0.0, "-1", "+1", -1.0])))
    assert one.scores == (1, 0, -1, 1, -1)


def test_numbers_too_large_are_problems_of_their_rows(tmp_path):
    lines = [json.dumps(one) for one in table(("score", [1.0, 10**400, 2.0]))]
    path = tmp_path / "huge.jsonl"
    path.write_text("\n".join(lines) + "\n")
    problems = []
    (one,) = series_of_rows(path, report=problems.append)
    assert one.scores == (1.0, 2.0)
    assert [(p.row, p.field) for p in problems] == [(2, "score")]
    same_day = [{**one, "date": "2024-01-01"} for one in table(("score", ["1.7e308"] * 3))]
    for rows in (same_day, table(("score", ["-1e101"])), table(("score", [math.inf]))):
        with pytest.raises(InputError, match=r"beyond 1e\+100"):
            find_shifts(rows)
    (one,) = series_of_rows([{**row, "score": 1e100} for row in same_day])
    assert one.scores == pytest.approx((1e100,))


def test_spaces_around_a_name_are_no_part_of_it():
    rows = table(("score", [1.0] * 6), source="Post", affiliation="Board")
    for i, one in enumerate(rows):
        one.update({k: f" {one[k]}\t" for k in ("holder", "claim", "source") if i % 2})
    for by, name in (("holder", "Ann"), ("source", "Post"), ("affiliation", "Board")):
        assert [(s.holder, s.claim_id, len(s.scores)) for s in series_of_rows(rows, by=by)] == [
            (name, "c", 6)
        ]


def test_a_number_made_a_float_by_gaps_is_one_name():
    rows = table(("holder", [1, 1.0, 2.5, "1"]), ("score", [0.0] * 4))
    assert [(s.holder, len(s.scores)) for s in series_of_rows(rows)] == [("1", 3), ("2.5", 1)]
    (version,) = series_of_rows(table(("holder", ["GPT 4.0"]), score=0.5))
    assert version.holder == "GPT 4.0"


def test_rows_without_a_source_are_not_unnamed():
    rows = table(("source", ["Post", "", None, " "]), score=1.0)
    found = find_shifts([*rows, {**rows[0], "holder": ""}], by="source")
    assert {why: n for why, n in found.left_out.items() if n} == {
        "without a source": 3,
        "unnamed": 1,
    }
    assert "3 without a source" in str(found)
