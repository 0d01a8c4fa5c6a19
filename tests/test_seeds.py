"""The seed corpus is gold: every span reproduces, every label resolves, every shift is backed."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]
ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
RAW = ROOT.parent / "shared" / "seeds"
SIDES = {"supports", "refutes"}


def rows(name: str) -> list[Row]:
    lines = (SEEDS / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


DOCUMENTS = {row["id"]: row for row in rows("documents.jsonl")}
CLAIMS = {row["id"]: row for row in rows("claims.jsonl")}
ATTRIBUTIONS = rows("gold/attributions.jsonl")
STANCES = rows("gold/stances.jsonl")
SHIFTS = rows("gold/shifts.jsonl")
CONSTANTS = rows("gold/constants.jsonl")
FURNITURE = rows("gold/furniture.jsonl")


def overlaps(a: Row, b: Row) -> bool:
    return bool(a["start"] < b["end"] and b["start"] < a["end"])


def named_series() -> dict[tuple[str, str, str], list[tuple[str, set[str], list[str]]]]:
    """(holder, type, claim) -> dated points (date, stances, documents); a day is one point."""
    days: dict[tuple[str, str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in STANCES:
        if not row["holder"].startswith("unnamed "):
            key = row["holder"], row["holder_type"], row["claim_id"]
            days[key][DOCUMENTS[row["doc_id"]]["date"]].append(row)
    return {
        key: [
            (date, {row["stance"] for row in told}, [row["doc_id"] for row in told])
            for date, told in sorted(by_date.items())
        ]
        for key, by_date in days.items()
    }


def test_documents_are_dated_unique_and_sourced() -> None:
    assert len(DOCUMENTS) == len(rows("documents.jsonl")) == 26
    assert len(CLAIMS) == len(rows("claims.jsonl"))
    for row in DOCUMENTS.values():
        assert dt.date.fromisoformat(row["date"]).isoformat() == row["date"]
        assert row["text"].strip() and row["source"] and row["title"]
        assert 100 <= len(row["text"].split()) <= 350


def test_every_span_reproduces_its_text() -> None:
    for row in [*ATTRIBUTIONS, *STANCES, *FURNITURE]:
        text = DOCUMENTS[row["doc_id"]]["text"]
        for span in row.get("content", []) + row.get("evidence", []) + [row] * ("start" in row):
            assert 0 <= span["start"] < span["end"]
            assert text[span["start"] : span["end"]] == span["text"] == span["text"].strip()
        if row.get("cue") is not None:
            assert text[row["cue_start"] : row["cue_end"]] == row["cue"]
        if row.get("holder_start") is not None:
            mention = text[row["holder_start"] : row["holder_end"]]
            assert mention and mention == mention.strip()


def test_attribution_kinds_follow_the_quotation_marks() -> None:
    for row in ATTRIBUTIONS:
        opened = [span["text"][0] in '"“«‘' for span in row["content"]]
        quoted = [bool(re.search('["“”«»‘]', span["text"])) for span in row["content"]]
        assert row["content"] and row["holder_type"] == "speaker"
        assert (row["holder_start"] is None) == (row["holder_end"] is None)
        assert row["kind"] in {"direct", "indirect", "mixed"}
        if row["kind"] == "direct":
            assert all(opened), row
        else:
            assert any(quoted) == (row["kind"] == "mixed"), row


def test_stance_rows_are_unique_and_in_vocabulary() -> None:
    seen = set()
    for row in STANCES:
        assert row["doc_id"] in DOCUMENTS and row["claim_id"] in CLAIMS
        assert row["stance"] in SIDES | {"neutral"}
        assert row["holder_type"] in {"speaker", "outlet"}
        assert not (row["conditional"] and row["stance"] == "neutral")
        seen.add((row["doc_id"], row["holder"], row["claim_id"]))
    assert len(seen) == len(STANCES)


def test_one_holder_has_one_affiliation() -> None:
    found: dict[str, set[str | None]] = defaultdict(set)
    for row in [*ATTRIBUTIONS, *STANCES]:
        found[row["holder"]].add(row["affiliation"])
    assert {holder for holder, names in found.items() if len(names) > 1} == set()


def test_a_speakers_evidence_is_the_speakers_and_an_outlets_is_its_own() -> None:
    contents: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for row in ATTRIBUTIONS:
        contents[row["doc_id"]] += [(row["holder"], span) for span in row["content"]]
    for row in STANCES:
        told = contents[row["doc_id"]]
        for span in row["evidence"]:
            holders = {holder for holder, content in told if overlaps(span, content)}
            if row["holder_type"] == "speaker":
                assert row["holder"] in holders, row
            else:
                assert not holders, row


def test_outlets_speak_for_themselves_or_relay() -> None:
    told = {(row["doc_id"], row["claim_id"]) for row in STANCES}
    by_outlet = [row for row in STANCES if row["holder_type"] == "outlet"]
    assert {(row["doc_id"], row["claim_id"]) for row in by_outlet} == told
    for row in by_outlet:
        assert row["holder"] == DOCUMENTS[row["doc_id"]]["source"]
        assert bool(row["evidence"]) == (row["stance"] in SIDES)


def test_no_furniture_in_the_gold() -> None:
    assert {row["doc_id"] for row in FURNITURE} >= {"csto-massispost-2022-10-12"}
    spans = [
        (row["doc_id"], span)
        for row in [*ATTRIBUTIONS, *STANCES]
        for span in row.get("content", []) + row.get("evidence", [])
    ]
    for piece in FURNITURE:
        assert not any(doc == piece["doc_id"] and overlaps(piece, span) for doc, span in spans)


def test_reports_of_one_day_agree() -> None:
    for key, points in named_series().items():
        assert all(len(stances) == 1 for _, stances, _ in points), key


def test_shifts_are_exactly_the_changes_between_consecutive_dates() -> None:
    gold = {
        (row["holder"], row["holder_type"], row["claim_id"], row["doc_before"], row["doc_after"]): (
            row["stance_from"],
            row["stance_to"],
        )
        for row in SHIFTS
    }
    found = {}
    for key, points in named_series().items():
        for (_, before, docs_before), (_, after, docs_after) in itertools.pairwise(points):
            if before != after:
                found[*key, docs_before[0], docs_after[0]] = (*before, *after)
    assert gold == found
    assert len(SHIFTS) >= 5


def test_shift_kinds_say_what_happened() -> None:
    for row in SHIFTS:
        pair = {row["stance_from"], row["stance_to"]}
        if row["kind"] == "reversal":
            assert pair == SIDES
        elif row["kind"] == "softening":
            assert row["stance_to"] == "neutral"
        else:
            assert row["kind"] in {"hardening", "emergence", "genre"}
            assert row["stance_from"] == "neutral"
        assert (row["kind"] == "genre") == (row["holder_type"] == "outlet")


def test_constants_are_the_named_holders_who_never_change() -> None:
    gold = {
        (row["holder"], row["holder_type"], row["claim_id"]): (row["stance"], row["doc_ids"])
        for row in CONSTANTS
    }
    found = {}
    for key, points in named_series().items():
        stances = set().union(*(stances for _, stances, _ in points))
        if len(points) >= 3 and len(stances) == 1:
            found[key] = (*stances, [doc for _, _, docs in points for doc in docs])
    assert gold == found
    assert len(CONSTANTS) >= 6


@pytest.mark.parametrize(
    ("holder", "claim", "dates"),
    [
        ("Sergei Lavrov", "csto-ready", ["2022-10-12"]),
        ("Mikhail Galuzin", "csto-ready", ["2023-03-29"]),
        ("Yuri Shuvalov", "csto-ready", ["2023-04-05"]),
        ("Maria Zakharova", "yerevan-court", ["2023-04-05"]),
    ],
)
def test_the_example_that_must_always_work(holder: str, claim: str, dates: list[str]) -> None:
    points = named_series()[holder, "speaker", claim]
    assert [date for date, _, _ in points] == dates
    assert all(stances == {"supports"} for _, stances, _ in points)


@pytest.mark.skipif(not RAW.is_dir(), reason="the raw reports are not part of the project")
def test_the_retold_reports_share_no_run_of_words_with_the_raw_ones() -> None:
    length = 8

    def runs(words: list[str]) -> set[tuple[str, ...]]:
        return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}

    raw: set[tuple[str, ...]] = set()
    for path in RAW.glob("*.txt"):
        raw |= runs(re.findall(r"\w+", path.read_text(encoding="utf-8").lower()))
    assert raw
    for name, row in DOCUMENTS.items():
        for stretch in re.split(r"“[^”]*”", row["text"].lower()):
            assert not runs(re.findall(r"\w+", stretch)) & raw, name


@pytest.mark.parametrize("home", ["stories", "reports", "dispatches"])
def test_the_storylines_that_judge_are_whole(home: str) -> None:
    from benchmarks import seed_gold

    golds = seed_gold.stories(Path(seed_gold.__file__).parent / home)
    assert len(golds) >= 8
    for gold in golds:
        texts = {document.id: document for document in gold.documents}
        claims = {claim.id for claim in gold.claims}
        seen = Counter((r["doc_id"], r["holder"], r["claim_id"]) for r in gold.stances)
        assert max(seen.values()) == 1, seen.most_common(1)
        for row in gold.stances:
            document = texts[row["doc_id"]]
            assert row["claim_id"] in claims and row["stance"] in SIDES | {"neutral"}
            if row["holder_type"] == "outlet":
                assert row["holder"] == document.source
            for span in row["evidence"]:
                assert document.text[span["start"] : span["end"]] == span["text"], row
        for shift in gold.shifts:
            before, after = (texts[shift[key]] for key in ("doc_before", "doc_after"))
            assert before.date and after.date and before.date < after.date, shift


def test_the_statements_in_other_forms_of_text_stand_there() -> None:
    from benchmarks.attribution_formats import FOLDER

    for folder in (path for path in FOLDER.iterdir() if path.is_dir()):
        texts = {row["id"]: row["text"] for row in _lines(folder / "documents.jsonl")}
        claims = {row["id"] for row in _lines(folder / "claims.jsonl")}
        for row in _lines(folder / "statements.jsonl"):
            assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"], row
        for row in _lines(folder / "stances.jsonl"):
            assert row["doc_id"] in texts and row["claim_id"] in claims
            assert row["stance"] in SIDES | {"neutral"}


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
