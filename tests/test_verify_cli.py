"""``stance verify`` and ``stance trend`` as a user meets them: options, history, JSON-LD."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stance.cli import app
from stance.errors import UsageError

EVIDENCE = [
    ("a", "Herald", "2024-01-05", "The dam was closed on Monday after inspectors found cracks."),
    ("b", "Courier", "2024-02-05", "The dam was closed, and the lake is empty."),
    ("c", "Courier", "2024-03-05", "“The dam was never closed,” Ana Ruiz said."),
]


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.jsonl"
    rows = [dict(zip(("id", "source", "date", "text"), row, strict=True)) for row in EVIDENCE]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def rows(*args: object) -> list[dict[str, Any]]:
    done = CliRunner().invoke(app, [str(arg) for arg in args])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(*args: object) -> str:
    done = CliRunner().invoke(app, [str(arg) for arg in args])
    assert isinstance(done.exception, UsageError)
    return str(done.exception)


def test_history_parts_voices_and_weights(evidence: Path, tmp_path: Path) -> None:
    asked = ("verify", "The dam was closed.", "--evidence", evidence, "-q")
    days = rows(*asked, "--history")
    assert [row["as_of"] for row in days] == ["2024-01-05", "2024-02-05", "2024-03-05"]
    assert days[0]["verdict"] == "supported"
    holders = {
        one["holder"] for row in rows(*asked, "--voices", "outlet") for one in row["evidence"]
    }
    assert "Ana Ruiz" not in holders
    weights = tmp_path / "weights.json"
    weights.write_text('{"Herald": 0, "Courier": 0, "Ana Ruiz": 0}')
    assert rows(*asked, "--source-weights", weights)[0]["verdict"] == "not enough evidence"
    compound = "The dam was built in 2020 and closed in 2024."
    pieces = rows("verify", compound, "--evidence", evidence, "-q", "--parts")
    assert [row["claim_id"] for row in pieces] == ["c1", "c1/1", "c1/2"]


def test_claim_reviews_in_and_out(evidence: Path, tmp_path: Path) -> None:
    feed, out, ratings = (tmp_path / name for name in ("feed.json", "out.jsonld", "ratings.csv"))
    reviews = [
        {"@type": "ClaimReview", "claimReviewed": text}
        for text in ("The dam was closed.", "The lake is full.")
    ]
    feed.write_text(json.dumps({"@graph": reviews}))
    ratings.write_text(
        "claim,rating,author,url\nThe dam was closed.,True,Desk,https://a.example/r\n"
    )
    asked = ("verify", "--claims", feed, "--evidence", evidence, "-q")
    found = rows(*asked, "--jsonld", out, "--ratings", ratings)
    assert [row["claim"] for row in found] == ["The dam was closed.", "The lake is full."]
    review, claim = json.loads(out.read_text())["@graph"]
    assert (review["@type"], review["reviewRating"]["alternateName"]) == ("ClaimReview", "True")
    assert review["itemReviewed"]["firstAppearance"]["publisher"]["name"] == "Herald"
    assert claim["@type"] == "Claim" and "reviewRating" not in claim


def test_mistakes_are_named(evidence: Path, tmp_path: Path) -> None:
    asked = ("verify", "The dam was closed.", "--evidence", evidence)
    assert "--jsonld" in refused(*asked, "--ratings", tmp_path / "r.csv")
    assert "one at a time" in refused(*asked, "--parts", "--history")
    bad = tmp_path / "weights.json"
    bad.write_text('{"Herald": "much"}')
    assert "weight" in refused(*asked, "--source-weights", bad)


def test_trend_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    lines = [f"A,c,2024-{m:02}-01,{'favor' if m < 7 else 'against'}" for m in range(1, 13)]
    path.write_text("\n".join(["holder,claim,date,label", *lines]) + "\n")
    (line,) = rows("trend", path, "--format", "jsonl")
    assert line["holder"] == "A" and len(line["points"]) == 12
    first, last = line["points"][1], line["points"][-2]
    assert first["low"] <= first["level"] <= first["high"] and first["level"] > 0 > last["level"]
    (finer,) = rows("trend", path, "--every", 7, "--format", "jsonl")
    assert len(finer["points"]) > 40
