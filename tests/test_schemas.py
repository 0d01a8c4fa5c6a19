"""The published JSON Schemas say what the library writes: same columns, same order, real rows."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stance.dates import parse_date
from stance.records import columns
from stance.types import (
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
from stance.writers import record

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
        Claim("c2", "It.", "detected", (ClaimMember("a", 0, 3, "The", "Ruiz"),), MONTH, "Ruiz"),
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
    assert damaged("claims", members=[{"doc_id": "a"}])
    assert damaged("verdicts", verdict="true")


def test_scored_pairs() -> None:
    check = validator("scores")
    good = {"label": "supports", "p_supports": 0.8, "p_refutes": 0.1, "p_neutral": 0.1}
    check.validate({"text": "x", "claim": "y", **good, "status": "ok", "error": None})
    empty = dict.fromkeys(good)
    check.validate({**empty, "status": "error", "error": "the text is empty"})
    assert not check.is_valid({**good, "status": "error", "error": "x"})
    assert not check.is_valid({**empty, "status": "ok", "error": None})


def test_run() -> None:
    run = {
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
    check.validate(run)
    for name in run:
        assert not check.is_valid({key: value for key, value in run.items() if key != name})
    assert not check.is_valid({**run, "counts": {"documents": 2}})
