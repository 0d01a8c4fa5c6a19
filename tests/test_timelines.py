"""Timelines: what counts as one observation, and what a point's interval promises."""

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import InputError, UsageError
from stance.timelines import build_timelines, label_posterior, left_out, score_interval
from stance.types import Date, Evidence, Stance
from stance.utterances import in_order, last_day, observations, same_wording
from stance.writers import write

QUOTE = "We will keep the ferry running through the winter, whatever it costs the county."


def row(doc, day, *, holder="Ina Holm", p=(0.8, 0.1, 0.05), text=QUOTE, **other):
    supports, neutral, refutes = p
    unrelated = 1 - sum(p)
    date = day if isinstance(day, Date) or day is None else Date(dt.date.fromisoformat(day))
    best = ("supports", "neutral", "refutes")[int(np.argmax(p))]
    values = {
        "doc_id": doc, "source": doc.split("-")[0], "date": date, "holder": holder,
        "holder_type": "speaker", "affiliation": None, "claim_id": "ferry",
        "claim": "The ferry keeps running.", "stance": best, "p_supports": supports,
        "p_refutes": refutes, "p_neutral": neutral, "p_unrelated": unrelated,
        "confidence": max(p), "conditional": False, "status": "ok", "reason": None,
        "statement_date": None,
        "evidence": (Evidence(0, len(text), text, supports, refutes),) if text else (),
    }  # fmt: skip
    return Stance(**{**values, **other})


def test_three_outlets_of_one_day_are_one_point():
    lines = build_timelines([row(f"{o}-1", "2024-01-05") for o in ("north", "south", "east")])
    assert len(lines) == 1
    assert lines[0].points[0].doc_ids == ("north-1", "south-1", "east-1")
    assert lines[0].points[0].score == pytest.approx(0.75)


def test_a_reprint_two_days_later_is_the_same_utterance_but_new_words_are_not():
    again = f"“{QUOTE[:-1]},” she said on Friday."
    rows = [
        row("north-1", "2024-01-05"),
        row("south-2", "2024-01-07", text=again),
        row(
            "east-3", "2024-01-07", text="Asked again, she said that nothing had been decided yet."
        ),
        row("west-4", "2024-02-07", text=again),
    ]
    points = build_timelines(rows)[0].points
    assert [p.doc_ids for p in points] == [("north-1", "south-2"), ("east-3",), ("west-4",)]
    assert str(points[0].date) == "2024-01-05"


def test_the_same_words_by_another_holder_are_another_observation():
    rows = [row("north-1", "2024-01-05"), row("south-1", "2024-01-06", holder="Odd Vik")]
    assert len(build_timelines(rows)) == 2
    everyone = build_timelines(rows, by="claim")
    assert [p.doc_ids for p in everyone[0].points] == [("north-1",), ("south-1",)]


def test_a_wire_story_of_several_outlets_counts_once_in_all_coverage():
    text = "The ferry will keep running this winter, although the county has no money for it."
    rows = [
        row(f"{o}-1", f"2024-01-0{d}", holder=o, holder_type="outlet", text=text)
        for d, o in enumerate(("north", "south", "east"), start=1)
    ]
    assert len(build_timelines(rows)) == 3
    assert len(build_timelines(rows, by="claim")[0].points) == 1


def test_known_utterances_override_wording():
    rows = [row("north-1", "2024-01-05"), row("south-1", "2024-03-05", text="Something else.")]
    ids = {("north-1", "Ina Holm"): "u1", ("south-1", "Ina Holm"): "u1"}
    assert len(build_timelines(rows, utterances=ids)[0].points) == 1


def test_grouping_by_affiliation_joins_an_office_and_its_people_but_nobody_unnamed():
    rows = [
        row("a-1", "2024-01-05", affiliation="Harbour Board"),
        row("b-1", "2024-02-05", holder="Harbour Board", text="x" * 50),
        row("c-1", "2024-03-05", holder="unnamed official", affiliation="Harbour Board"),
    ]
    lines = build_timelines(rows, by="affiliation")
    assert [(line.holder, len(line.points)) for line in lines] == [("Harbour Board", 2)]


def test_what_is_left_out_is_counted():
    rows = [
        row("a", None),
        row("b", "2024-01-01", stance="unrelated"),
        row("c", "2024-01-01", stance=None, status="abstain", reason="language"),
    ]
    assert build_timelines(rows) == []
    assert left_out(rows) == {"abstained": 1, "unrelated": 1, "undated": 1}


def test_a_month_is_a_point_of_its_own():
    month = Date(dt.date(2024, 1, 1), "month")
    points = build_timelines([row("a", month), row("b", "2024-01-20", text="y" * 50)])[0].points
    assert [str(p.date) for p in points] == ["2024-01", "2024-01-20"]
    assert last_day(month) == dt.date(2024, 1, 31)
    assert last_day(Date(dt.date(2023, 1, 1), "year")) == dt.date(2023, 12, 31)


def test_timelines_of_a_file_and_of_any_table(tmp_path):
    rows = [row("a-1", "2024-01-05"), row("b-1", "2024-02-05", p=(0.05, 0.1, 0.85))]
    write(rows, tmp_path / "stances.jsonl", kind="stances")
    wanted = build_timelines(rows)
    assert build_timelines(tmp_path / "stances.jsonl") == wanted == build_timelines(tmp_path)
    assert (
        build_timelines(iter(rows)) == wanted == build_timelines({1: rows[0], 2: rows[1]}.values())
    )
    labels = [
        {"holder": "Ina Holm", "claim": "ferry", "date": "2024-01-05", "label": "favor"},
        {"holder": "Ina Holm", "claim": "ferry", "date": "2024-02-05", "label": "against"},
        {"holder": "Ina Holm", "claim": "ferry", "date": "2024-02-05", "label": "unrelated"},
    ]
    write(labels, tmp_path / "labels.csv")
    for source in (labels, iter(labels), tmp_path / "labels.csv"):
        (line,) = build_timelines(source)
        assert [(p.stance, p.score, p.low, p.high) for p in line.points] == [
            ("supports", 1, 1, 1), ("refutes", -1, -1, -1)
        ]  # fmt: skip
    assert line.points[0].doc_ids == ("row 2",)  # the header is row 1
    chances = {"p_supports": 0.6, "p_refutes": 0.1, "doc_id": "x", "label": None}
    (point,) = build_timelines([{**labels[0], **chances}])[0].points
    assert (point.doc_ids, point.stance, point.low) == (("x",), "supports", -1)
    assert point.score == pytest.approx(0.5)
    with pytest.raises(UsageError, match="row 1 has a score"):
        build_timelines([{**labels[0], "label": None, "score": 0.4}])
    with pytest.raises(InputError, match="'perhaps' is unknown"):
        build_timelines([{**labels[0], "label": "perhaps"}])
    with pytest.raises(UsageError, match="no column 'affiliation'"):
        build_timelines(labels, by="affiliation")


def test_an_audit_of_the_labels_enters_the_points():
    matrix = np.array([[80, 15, 5], [10, 80, 10], [5, 15, 80]])
    label = {"holder": "Ina Holm", "claim": "ferry", "date": "2024-01-05", "label": "supports"}
    for source in ([label], [row("a-1", "2024-01-05", p=(0.6, 0.3, 0.1))]):
        (point,) = build_timelines(source, confusion=matrix)[0].points
        chances = label_posterior("supports", matrix)
        assert point.score == pytest.approx(chances[0] - chances[2])
        assert (point.low, point.high) == score_interval([chances])
    with pytest.raises(UsageError, match="3 × 3 counts"):
        build_timelines([label], confusion=[[1, 2], [3, 4]])


def test_unknown_grouping_is_refused():
    with pytest.raises(UsageError, match="choose one of holder"):
        build_timelines([], by="party")  # type: ignore[arg-type]


probabilities = st.lists(
    st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda p: tuple(x / sum(p) for x in p)),
    min_size=1,
    max_size=5,
)


@given(probabilities)
def test_the_interval_holds_95_percent_of_the_exact_posterior(table):
    low, high = score_interval(table)
    inside = 0.0
    for draw in itertools.product(range(3), repeat=len(table)):
        chance = np.prod([table[i][k] for i, k in enumerate(draw)])
        mean = np.mean([1 - k for k in draw])
        inside += chance * (low - 1e-9 <= mean <= high + 1e-9)
    assert inside >= 0.95 - 1e-9


@given(probabilities)
def test_a_point_lies_in_its_interval(table):
    rows = [row(f"d{i}", "2024-01-05", p=p, holder=f"h{i}") for i, p in enumerate(table)]
    point = build_timelines(rows, by="claim")[0].points[0]
    assert -1 <= point.low <= point.score <= point.high <= 1


def test_a_confusion_matrix_says_what_a_label_is_worth():
    useless = np.ones((3, 3)) * 50
    assert label_posterior("supports", useless) == pytest.approx([1 / 3] * 3)
    sharp = np.eye(3) * 1000
    assert label_posterior("refutes", sharp)[2] > 0.99


def test_short_phrases_are_copies_only_when_equal():
    assert same_wording("No comment.", "no comment")
    assert not same_wording("No comment.", "No comment was made on the budget for next year.")


MARCH = Date(dt.date(2024, 3, 1), "month")


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.lists(
        st.builds(
            lambda day, precision: Date(
                day.replace(
                    **{"day": {"day": 1}, "month": {"day": 1}, "year": {"day": 1, "month": 1}}[
                        precision
                    ]
                )
                if precision != "day"
                else day,
                precision,
            ),
            st.dates(dt.date(2023, 11, 1), dt.date(2024, 3, 31)),
            st.sampled_from(["day", "day", "month", "year"]),
        ),
        max_size=12,
    )
)
def test_dates_in_order_lie_apart_and_as_many_are_kept_as_can_be(dates):
    def sure(chosen):
        spans = sorted({(d.start, last_day(d)) for d in chosen})
        return all(a[1] < b[0] for a, b in itertools.pairwise(spans))

    kept = in_order(dates)
    assert sure([dates[i] for i in kept])
    most = max(
        len(chosen)
        for size in range(len(set(dates)) + 1)
        for kinds in itertools.combinations(set(dates), size)
        if sure(chosen := [d for d in dates if d in kinds])
    )
    assert len(kept) == most


def test_a_copy_in_a_month_is_dated_by_the_day_on_which_it_was_surely_said():
    rows = [row("north-1", MARCH), row("south-1", "2024-03-20", text=f"“{QUOTE}”")]
    (point,) = build_timelines(rows)[0].points
    assert str(point.date) == "2024-03-20" and point.doc_ids == ("south-1", "north-1")
    apart = [*rows, row("east-1", "2024-03-28", text=QUOTE)]
    assert [str(p.date) for p in build_timelines(apart)[0].points] == ["2024-03-20", "2024-03-28"]


def test_the_unnamed_of_two_documents_are_one_only_in_the_same_words():
    other = "The council has not decided, and nobody can say when it will decide on the ferry."
    texts = {"north-1": QUOTE, "south-1": other, "east-1": f"“{QUOTE}”"}
    rows = [
        row(doc, "2024-01-05", holder="unnamed official", text=text) for doc, text in texts.items()
    ]
    seen = observations(rows, by="claim")["*", "ferry"]
    assert [[r.doc_id for r in one.rows] for one in seen] == [["north-1", "east-1"], ["south-1"]]
    (line,) = build_timelines(rows)
    assert [p.doc_ids for p in line.points] == [("north-1", "east-1"), ("south-1",)]
    named = [row(doc, "2024-01-05", text=text) for doc, text in texts.items()]
    assert len(observations(named, by="claim")["*", "ferry"]) == 1
