"""The published JSON Schemas say what the library writes: same columns, same order, real rows."""

from __future__ import annotations

import copy
import csv
import itertools
import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from stance.audit import AuditRow
from stance.changes import find_shifts
from stance.cli import app
from stance.dates import parse_date
from stance.pairwise import kind_of
from stance.records import columns
from stance.trends import Trend, TrendPoint
from stance.types import (
    LABELS,
    Attribution,
    Candidate,
    Claim,
    ClaimMember,
    DetectedClaim,
    Evidence,
    Passage,
    Shift,
    Span,
    Stance,
    Timeline,
    TimelinePoint,
)
from stance.verification import Verdict, VerdictEvidence
from stance.writers import record, write
from tests.test_audit import corpus

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
TYPES = {
    "attributions": Attribution,
    "detected": DetectedClaim,
    "matches": Candidate,
    "claims": Claim,
    "stances": Stance,
    "timelines": Timeline,
    "shifts": Shift,
    "verdicts": Verdict,
    "trends": Trend,
    "audit": AuditRow,
}
DAY, MONTH = parse_date("2024-05-02"), parse_date("2024-06")
EVIDENCE = (Evidence(0, 9, "The dam h", 0.9, 0.02),)
STANCE = Stance(
    *("a", "The Ledger", DAY, "Ana Ruiz", "speaker", None, "c1", "It holds.", "supports"),
    *(0.7, 0.1, 0.1, 0.1, 0.7, False, "ok", None, None, EVIDENCE),
)
SHIFT = Shift(
    *("Ana Ruiz", "speaker", "c1", "It holds.", "supports", "refutes", DAY, MONTH, "a", "b"),
    *(-1.2, "pairwise", 0.9, None, None, "reversal", EVIDENCE, EVIDENCE),
)
ROWS: dict[str, list[object]] = {
    "attributions": [
        Attribution(
            *("a", "direct", "Ana Ruiz", "speaker", None, 5, 13, "said", 14, 18),
            *((Span(19, 24, "“It h"),), 0.9, "quote"),
        ),
        Attribution("a", "mixed", "Ana", "speaker", "Town", *[None] * 5, (Span(0, 1, "I"),), 0.5),
    ],
    "detected": [
        DetectedClaim("a", 0, 9, "The dam h", "Ruiz", "speaker", "It holds.", "c1", 0.7, "ok")
    ],
    "matches": [Candidate(Passage("a", 0, 9, "The dam h", "Ruiz", "speaker"), "c1", 0.5)],
    "claims": [
        Claim("c1", "It holds."),
        Claim(
            "c2", "It.", "detected", (ClaimMember("a", 0, 3, "The", "Ruiz", "b"),), MONTH, "Ruiz"
        ),
    ],
    "stances": [STANCE],
    "timelines": [
        Timeline(
            *("Ana Ruiz", "speaker", "c1", "It holds."),
            (TimelinePoint(MONTH, ("a", "b"), "neutral", 0.0, -0.25, 0.25),),
        )
    ],
    "shifts": [SHIFT],
    "verdicts": [
        Verdict("c1", "It holds.", None, "not enough evidence", 0.0, 0.0, ()),
        Verdict(
            *("c1", "It holds.", DAY, "supported", 0.9, 0.05),
            (VerdictEvidence("a", "The Ledger", MONTH, "Ruiz", 0, 9, "The dam h", 0.9, 0.05),),
        ),
    ],
    "trends": [
        Trend("Ana Ruiz", "speaker", "c1", "It holds.", (TrendPoint(DAY, -0.2, -0.5, 0.1, 0),))
    ],
    "audit": [
        AuditRow("share", "*", "2024-Q2", "supports", 0.4, 0.3, 0.5, 0.35, 0.2, 0.5, 12, 30),
        AuditRow(
            *("trend", "c1", "", "score", 0.0, -math.inf, math.inf, -1.5, -4.0, 1.0, 12, None)
        ),
    ],
}


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return found


def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema(name))


def test_every_contract_has_a_schema() -> None:
    names = {path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir()}
    assert names == {*TYPES, "scores", "run"}
    for name in names:
        jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", TYPES)
def test_columns_stand_in_the_schema_in_order(name: str) -> None:
    found = schema(name)
    assert tuple(found["properties"]) == columns(TYPES[name])
    assert set(found["required"]) == set(found["properties"])
    assert found["additionalProperties"] is False


@pytest.mark.parametrize("name", TYPES)
def test_records_are_valid_and_damage_is_not(name: str) -> None:
    check = validator(name)
    for item in ROWS[name]:
        row = record(item)
        check.validate(row)
        for column in schema(name)["required"]:
            assert not check.is_valid({k: v for k, v in row.items() if k != column})
            assert not check.is_valid({**row, column: {"unexpected": True}})
        assert not check.is_valid({**row, "unexpected": 1})


def damaged(name: str, **changes: object) -> bool:
    row = copy.deepcopy(record(ROWS[name][0]))
    return not validator(name).is_valid({**row, **changes})


def test_what_the_schemas_rule_out() -> None:
    assert damaged("stances", stance="agrees")
    assert damaged("stances", stance=None)
    assert damaged("stances", status="abstain")
    assert not damaged("stances", status="abstain", stance=None, reason="language")
    assert damaged("stances", p_supports=1.2)
    assert damaged("stances", date="2024-13")
    assert damaged("stances", date="2 May 2024")
    assert damaged("shifts", basis="test")
    assert not damaged("shifts", basis="test", probability=None, p_value=0.01, q_value=0.02)
    assert damaged("shifts", date_before=None)
    assert damaged("shifts", kind="change")
    assert damaged("trends", points=[])
    assert damaged("audit", stance="score")
    assert damaged("audit", naive_low=None)
    assert damaged("audit", high=1.2)
    assert damaged("audit", period="spring")
    assert damaged("claims", members=[{"doc_id": "a"}])
    assert damaged("verdicts", verdict="true")


def test_every_kind_of_change_is_listed() -> None:
    listed = set(schema("shifts")["properties"]["kind"]["enum"])
    pairs = [pair for pair in itertools.product(LABELS, LABELS) if pair[0] != pair[1]]
    found = {kind_of(*pair, sided=sided) for pair in pairs for sided in (False, True)}
    for sign in (-1, 1):
        scores = [sign * (month // 15 + month % 3 / 9) * 9 for month in range(30)]
        rows = [
            {"holder": "A", "claim": "c", "date": f"{2020 + m // 12}-{m % 12 + 1:02}", "score": s}
            for m, s in enumerate(scores)
        ]
        for shift in find_shifts(rows).shifts:
            validator("shifts").validate(record(shift))
            found.add(shift.kind)
    assert found == listed - {"drift", "genre"}


def test_trend_and_audit_write_what_their_schemas_say(tmp_path: Path) -> None:
    stances, truth = corpus(120, 3)
    write(stances, tmp_path / "stances.jsonl")
    run("trend", str(tmp_path), "--by", "claim", "--every", "20", "-o", str(tmp_path / "t.jsonl"))
    run("audit", str(tmp_path), "-n", "60", "-o", str(tmp_path / "sample.csv"))
    with (tmp_path / "sample.csv").open(newline="", encoding="utf-8") as stream:
        sample = list(csv.DictReader(stream))
    assert f"`{', '.join(sample[0])}`" in (SCHEMAS.parent / "formats.md").read_text("utf-8")
    labelled = [{**row, "label": truth[row["doc_id"]]} for row in sample]
    write(labelled, tmp_path / "labelled.csv")
    for period in ("month", "quarter", "year"):
        out = tmp_path / f"{period}.jsonl"
        labels = str(tmp_path / "labelled.csv")
        run("audit", str(tmp_path), "--labels", labels, "--period", period, "-o", str(out))
    for name, file in (("trends", "t"), *(("audit", p) for p in ("month", "quarter", "year"))):
        rows = [json.loads(line) for line in (tmp_path / f"{file}.jsonl").open(encoding="utf-8")]
        assert rows
        for row in rows:
            validator(name).validate(row)


def run(*arguments: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output


def test_scored_pairs() -> None:
    check = validator("scores")
    good = {"label": "supports", "p_supports": 0.8, "p_refutes": 0.1, "p_neutral": 0.1}
    check.validate({"text": "x", "claim": "y", **good, "status": "ok", "error": None})
    empty = dict.fromkeys(good)
    check.validate({**empty, "status": "error", "error": "the text is empty"})
    assert not check.is_valid({**good, "status": "error", "error": "x"})
    assert not check.is_valid({**empty, "status": "ok", "error": None})


def test_run() -> None:
    info = {
        "versions": {"stance": "0.1.0", "python": "3.11.7"},
        "command": None,
        "model": {"model": "small", "sha256": "0" * 64},
        "device": "cpu",
        "dtype": "float32",
        "backend": "torch",
        "counts": {"documents": 2, "skipped_rows": 0},
        "abstentions": {"language": 1},
        "seconds": {"score": 1.5},
    }
    check = validator("run")
    check.validate(info)
    for name in info:
        assert not check.is_valid({key: value for key, value in info.items() if key != name})
    assert not check.is_valid({**info, "counts": {"documents": 2}})
