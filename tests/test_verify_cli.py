"""``stance verify`` and ``stance trend`` as a user meets them: options, history, JSON-LD."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_models import tiny_model
from typer.testing import CliRunner

import stance
from stance.archive import Archive
from stance.cli import app
from stance.dates import parse_date
from stance.errors import InputError, UsageError
from stance.inference import NLI
from stance.store import Store
from stance.types import Document

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
    for weight in ('"much"', "true", "null", "NaN", "1e308", "9" * 400):
        bad.write_text(f'{{"Herald": {weight}}}')
        assert "the weight of 'Herald'" in refused(*asked, "--source-weights", bad)
    bad.write_text('{"a":' * 100_000)
    assert "nested too deeply" in refused(*asked, "--source-weights", bad)
    bad.write_text("[1]")
    assert "one JSON object" in refused(*asked, "--source-weights", bad)


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


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model: what is tested here is what is read, counted and written around it."""
    return tiny_model(tmp_path_factory.mktemp("model"), "bert")


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in records))
    return path


def told(*args: object) -> str:
    done = CliRunner().invoke(app, [str(arg) for arg in args])
    assert done.exit_code == 0, done.output
    return done.stderr


def test_a_history_is_recorded_and_counts_what_it_leaves_out(tiny: Path, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    text = "The dam was closed on Monday."
    dated = {"id": "a", "text": text, "date": "2024-01-05"}
    undated = {"id": "b", "text": text}
    foreign = {"id": "c", "text": text, "date": "2024-01-05", "lang": "hy"}
    docs, kept = lines(tmp_path / "e.jsonl", dated, undated, foreign), tmp_path / "s.duckdb"
    asked = ("verify", "The dam was closed.", "--evidence", docs, "--model", tiny, "--history")
    said = told(*asked, "--store", kept)
    assert "0 later and 1 undated" in said and "not read: 1 document" in said
    assert len(rows(*asked, "-q", "--store", kept)) == 1
    runs = Store(kept).runs()
    assert [run["status"] for run in runs] == ["done", "done"]
    left = {name: runs[1]["counts"][name] for name in ("undated", "later", "unread", "claims")}
    assert left == {"undated": 1, "later": 0, "unread": 1, "claims": 1}
    assert runs[1]["settings"]["by_day"] is True
    nothing = lines(tmp_path / "u.jsonl", undated)
    (row,) = rows("verify", "x", "--evidence", nothing, "--model", tiny, "--history", "-q")
    assert (row["as_of"], row["verdict"]) == (None, "not enough evidence")
    told(
        "verify", "x", "--evidence", docs, "--model", tiny, "--as-of", "2024-01-04", "--store", kept
    )
    assert {k: Store(kept).runs()[2]["counts"][k] for k in ("undated", "later")} == {
        "undated": 1,
        "later": 2,
    }


def test_python_takes_a_path_of_claims_and_a_day_by_day_history(tiny: Path, tmp_path: Path) -> None:
    path = lines(tmp_path / "claims.jsonl", {"id": "dam", "text": "The dam was closed."})
    nli = NLI.from_pretrained(tiny, device="cpu")
    docs = [{"id": d, "text": "The dam was closed.", "date": d} for d in ("2024-01", "2024-02")]
    (row,) = stance.verify(str(path), docs, model=nli)
    assert (row.claim_id, row.claim) == ("dam", "The dam was closed.")
    days = stance.verify(str(path), docs, model=nli, by_day=True)
    assert [str(row.as_of) for row in days] == ["2024-01-31", "2024-02-29"]
    with pytest.raises(UsageError, match="one at a time"):
        stance.verify(str(path), docs, model=nli, by_day=True, parts=True)
    with pytest.raises(UsageError, match="no claim"):
        stance.verify([], docs, model=nli)


def test_an_archive_asked_for_an_earlier_day_counts_what_it_leaves_out(
    tiny: Path, tmp_path: Path
) -> None:
    pytest.importorskip("duckdb")
    text, days = "The dam was closed.", ["2024-01-05", "2024-02-05", "2024-03-05"]
    documents = [Document(day, text, "Herald", parse_date(day)) for day in days]
    archive = Archive([*documents, Document("u", text, "Herald")], parse_date("2024-02-28"))
    nli, kept, said = NLI.from_pretrained(tiny, device="cpu"), tmp_path / "s.duckdb", []
    stance.verify(text, archive, as_of="2024-01-31", model=nli, store=kept, log=said.append)
    assert "left out: 2 later and 1 undated documents" in said
    counts = Store(kept).runs()[0]["counts"]
    assert {k: counts[k] for k in ("documents", "undated", "later")} == {
        "documents": 1,
        "undated": 1,
        "later": 2,
    }


def test_weights_of_names_that_nobody_has_are_told(tiny: Path, tmp_path: Path) -> None:
    quoted = "“The dam was closed,” Ana Ruiz said."
    docs = lines(tmp_path / "e.jsonl", {"id": "a", "text": quoted, "source": "Herald"})
    weights = tmp_path / "weights.json"
    asked = ("verify", "The dam was closed.", "--evidence", docs, "--model", tiny)
    weights.write_text('{"herald": 2, "Ana Ruiz": 1, "Hearld": 0, "Ben Orth": 0}')
    said = told(*asked, "--source-weights", weights)
    assert "weights not used" in said and "'Hearld', 'Ben Orth'" in said
    assert "'herald'" not in said and "Ana Ruiz" not in said
    weights.write_text('{"Herald": 2}')
    assert "not used" not in told(*asked, "--source-weights", weights, "--history")


@pytest.mark.parametrize("name", ["feed.json", "feed.jsonld", "feed.jsonl"])
def test_feeds_are_read_wherever_claims_are(name: str, tiny: Path, tmp_path: Path) -> None:
    good = {
        "@type": "ClaimReview",
        "claimReviewed": "The dam was closed.",
        "itemReviewed": {"author": {"name": "Ida Brandt"}},
        "text": "We looked into it.",
    }
    feed = [good, {"@type": "ClaimReview", "claimReviewed": " "}, good]
    path = tmp_path / name
    path.write_text(
        "".join(json.dumps(row) + "\n" for row in feed)
        if name.endswith("l")
        else json.dumps({"@graph": feed})
    )
    docs = lines(tmp_path / "e.jsonl", {"id": "a", "text": "The dam was closed.", "source": "H"})
    out = tmp_path / "out.jsonld"
    asked = ("verify", "--claims", path, "--evidence", docs, "--model", tiny, "--jsonld", out)
    assert "row 2, field 'claimReviewed'" in told(*asked, "-o", tmp_path / "v.jsonl")
    (row,) = [json.loads(line) for line in (tmp_path / "v.jsonl").read_text().splitlines()]
    assert row["claim"] == "The dam was closed."
    (node,) = json.loads(out.read_text())["@graph"]
    assert node["author"] == {"name": "Ida Brandt"}
    strict = CliRunner().invoke(app, [*map(str, asked), "--on-error", "fail"])
    assert isinstance(strict.exception, InputError) and "row 2" in str(strict.exception)
    (match,) = rows("match", docs, "--claims", path, "-q")
    assert match["claim_id"] == row["claim_id"]
    (claim,) = stance.read_claims(str(path), on_error="skip")
    assert claim.first_holder == "Ida Brandt"


def test_outputs_and_ratings_are_checked_before_the_model_loads(tiny: Path, tmp_path: Path) -> None:
    docs = lines(tmp_path / "e.jsonl", {"id": "a", "text": "The dam was closed."})
    out, rows_out = tmp_path / "out.jsonld", tmp_path / "v.jsonl"
    asked = ("verify", "The dam was closed.", "--evidence", docs, "--jsonld", out, "-o", rows_out)
    nowhere = ("--model", tmp_path / "none")  # whatever is refused here is refused before it
    ratings = tmp_path / "r.csv"
    ratings.write_text("claim,rating,author,url\nThe dam was shut.,True,Desk,https://a.example/r\n")
    assert "The dam was shut." in refused(*asked, *nowhere, "--ratings", ratings)
    for held in ("[" * 100_000, "mine"):
        out.write_text(held)
        assert "--overwrite" in refused(*asked, *nowhere)
    assert out.read_text() == "mine" and not rows_out.exists()
    model = ("--model", tiny, "-q")
    assert rows(*asked, *model, "--overwrite") == []
    written = out.read_bytes()
    assert rows(*asked, *model) == [] and out.read_bytes() == written  # the same command again
    changed = json.loads(written)
    changed["@graph"][0]["author"] = {"name": "Ida Brandt"}
    out.write_text(json.dumps(changed))
    assert "--overwrite" in refused(*asked, *model)  # of these claims, and something else
    assert json.loads(out.read_text()) == changed
    assert sorted(path.name for path in tmp_path.iterdir() if "part" in path.name) == []
