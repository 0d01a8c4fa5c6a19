"""The whole flow on the seed corpus and on raw articles, with the shipped weights."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stance import NLI, contradictions, find_shifts, track, verify
from stance.cli import app
from stance.errors import UsageError
from stance.models import data_folder
from stance.tracking import FILES, Tracking

ROOT = Path(__file__).parents[1]
RAW = ROOT.parent / "shared" / "seeds"
CLAIMS = [
    {"id": "ready", "text": "The CSTO is ready to deploy a monitoring mission to Armenia."},
    {"id": "ball", "text": "The ball is in Yerevan's court."},
]
needs_raw = pytest.mark.skipif(not RAW.is_dir(), reason="the raw articles are not beside the tree")


@pytest.fixture(scope="module")
def nli() -> NLI:
    return NLI.from_pretrained("default")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tracking, Path]:
    """What is written, not how right it is: with the fast model."""
    out = tmp_path_factory.mktemp("runs") / "seeds"
    return track(data_folder("seeds"), out=out, model="small"), out


@pytest.fixture(scope="module")
def raw(nli: NLI) -> Tracking:
    return track(RAW, CLAIMS, model=nli)


@needs_raw
def test_real_articles_leave_the_year_out(nli: NLI) -> None:
    """They say "in September" and "the September 13-14 hostilities"."""
    found = verify("Azerbaijan attacked Armenia in September 2022.", RAW, model=nli)[0]
    assert found.verdict == "supported" and len(found.evidence) > 1
    found = verify("Azerbaijan attacked Armenia in September 2020.", RAW, model=nli)[0]
    assert found.verdict != "supported"


def _rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", FILES)
def test_every_row_written_fits_its_schema(seeds: tuple[Tracking, Path], name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    _, out = seeds
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text())
    check = jsonschema.Draft202012Validator(schema)
    rows = _rows(out / f"{name}.jsonl")
    assert rows
    for row in rows:
        check.validate(row)


def test_run_json_fits_its_schema_and_says_what_ran(seeds: tuple[Tracking, Path]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    _, out = seeds
    run = json.loads((out / "run.json").read_text())
    schema = json.loads((ROOT / "docs" / "schemas" / "run.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(run)
    assert len(run["model"]["sha256"]) == 64
    assert run["counts"]["documents"] == len(_rows(data_folder("seeds") / "documents.jsonl"))


def test_a_holder_on_both_sides_of_a_day_is_counted_and_no_shift() -> None:
    said = "“The ferry to Holm will {}run in winter,” Ida Strand said on Friday."
    documents = [
        {"id": name, "source": name, "date": "2024-03-08", "text": said.format(word)}
        for name, word in (("Post", ""), ("Echo", "not "))
    ]
    lines: list[str] = []
    claims = ["The ferry to Holm will run in winter."]
    found = track(documents, claims, model="small", rules_alone=True, log=lines.append)
    (both,) = contradictions(found.stances)
    assert (both.holder, both.doc_supports, both.doc_refutes) == ("Ida Strand", "Post", "Echo")
    assert (found.run["counts"]["contradictions"], found.shifts) == (1, [])
    assert any(line.startswith("1 contradiction of one holder") for line in lines)


def test_the_shifts_of_a_run_come_out_of_its_folder_again(
    seeds: tuple[Tracking, Path], tmp_path: Path
) -> None:
    found, out = seeds
    assert found.shifts
    for table in (out, out / "stances.jsonl", found.stances):
        genres = {d["id"]: d["genre"] for d in found.run["documents"] if d["genre"]}
        again = find_shifts(table, genres=genres if table is found.stances else None)
        assert list(again.shifts) == found.shifts
    assert {"editorial"} == set(genres.values())
    told = CliRunner().invoke(app, ["shifts", str(out), "-o", str(tmp_path / "shifts.jsonl")])
    assert told.exit_code == 0, told.output
    assert (tmp_path / "shifts.jsonl").read_bytes() == (out / "shifts.jsonl").read_bytes()


def test_offsets_reproduce_the_text_everywhere(seeds: tuple[Tracking, Path]) -> None:
    found, _ = seeds
    texts = {d.id: d.text for d in found.documents}
    for row in found.stances:
        for span in row.evidence:
            assert texts[row.doc_id][span.start : span.end] == span.text
    for attribution in found.attributions:
        for content in attribution.content:
            assert texts[attribution.doc_id][content.start : content.end] == content.text
    for claim in found.claims:
        for member in claim.members:
            assert texts[member.doc_id][member.start : member.end] == member.text


def test_every_outlet_has_a_row_for_every_claim_and_probabilities_sum_to_one(
    seeds: tuple[Tracking, Path],
) -> None:
    found, _ = seeds
    outlets = {(r.doc_id, r.claim_id) for r in found.stances if r.holder_type == "outlet"}
    assert outlets == {(d.id, c.id) for d in found.documents for c in found.claims}
    for row in found.stances:
        total = row.p_supports + row.p_refutes + row.p_neutral + row.p_unrelated
        assert total == pytest.approx(1.0, abs=1e-5)
        assert (row.stance is None) == (row.status == "abstain")


def test_no_evidence_comes_from_page_furniture(seeds: tuple[Tracking, Path]) -> None:
    found, _ = seeds
    furniture = [
        (row["doc_id"], row["start"], row["end"])
        for row in _rows(data_folder("seeds") / "gold" / "furniture.jsonl")
        if row.get("kind") != "caption"
    ]
    assert furniture
    for attribution in found.attributions:
        for span in attribution.content:
            for doc_id, start, end in furniture:
                inside = start <= span.start and span.end <= end  # type: ignore[operator]
                assert not (attribution.doc_id == doc_id and inside)


def test_a_finished_run_is_left_alone_and_another_one_is_refused(
    seeds: tuple[Tracking, Path],
) -> None:
    _, out = seeds
    before = {f.name: f.stat().st_mtime_ns for f in out.iterdir()}
    again = track(data_folder("seeds"), out=out, model="small")
    assert {f.name: f.stat().st_mtime_ns for f in out.iterdir()} == before
    assert len(again.stances) == len(seeds[0].stances)
    with pytest.raises(UsageError, match="--overwrite"):
        track(data_folder("seeds"), CLAIMS, out=out, model="small")


@pytest.mark.parametrize(("setting", "said"), [({"coverage": 0.0}, "coverage"), ({}, "is a file")])
def test_what_cannot_work_is_said_before_the_model_is_loaded(
    tmp_path: Path, setting: dict[str, Any], said: str
) -> None:
    (tmp_path / "out").write_text("mine")
    out = None if setting else tmp_path / "out"
    with pytest.raises(UsageError, match=said):
        track([{"text": "It rains."}], ["It rains."], out=out, model="no-such-model", **setting)


def test_a_folder_of_other_things_is_never_written_into(nli: NLI, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        track([{"text": "It rains."}], ["It rains."], out=tmp_path, model=nli)
    assert [f.name for f in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_same_input_gives_the_same_bytes(nli: NLI, tmp_path: Path) -> None:
    documents = [
        {
            "id": "a",
            "text": "“We will pay,” Ana Ruiz said.",
            "source": "Post",
            "date": "2024-01-02",
        },
        {
            "id": "b",
            "text": "Ana Ruiz denied that she will pay.",
            "source": "Post",
            "date": "2024-03-02",
        },
    ]
    for name in ("one", "two"):
        track(documents, ["Ana Ruiz will pay."], out=tmp_path / name, model=nli)
    for name in FILES:
        one, two = ((tmp_path / n / f"{name}.jsonl").read_bytes() for n in ("one", "two"))
        assert one == two


def test_documents_without_a_date_get_stances_but_no_timeline(nli: NLI) -> None:
    found = track([{"text": "“The dam is safe,” Ana Ruiz said."}], ["The dam is safe."], model=nli)
    assert [r.holder for r in found.stances if r.holder_type == "speaker"] == ["Ana Ruiz"]
    assert not found.timelines
    assert found.run["counts"]["undated"] == 1


def test_nothing_at_all_still_writes_every_file(nli: NLI, tmp_path: Path) -> None:
    documents = [{"text": "Rain fell on the hills of Orvenia.", "date": "2024-01-01"}]
    found = track(documents, ["The bank will raise rates."], out=tmp_path / "out", model=nli)
    assert not found.shifts
    for name in FILES:
        assert (tmp_path / "out" / f"{name}.jsonl").is_file()
    assert (tmp_path / "out" / "report.html").stat().st_size > 1000


def test_text_in_another_language_abstains(nli: NLI) -> None:
    text = "Die Brücke ist sicher, sagte die Bürgermeisterin am Mittwoch vor der Presse in Wien."
    found = track([{"text": text, "date": "2024-01-01"}], ["The bridge is safe."], model=nli)
    assert {(r.status, r.reason, r.stance) for r in found.stances} == {
        ("abstain", "language", None)
    }


@needs_raw
@pytest.mark.parametrize(
    ("holder", "claim", "date", "documents"),
    [
        ("Sergei Lavrov", "ready", "2022-10-12", 3),
        ("Mikhail Galuzin", "ready", "2023-03-29", 1),
        ("Yuri Shuvalov", "ready", "2023-04-05", 1),
        ("Maria Zakharova", "ball", "2023-04-05", 1),
    ],
)
def test_officials_of_the_raw_articles_support_what_they_said(
    raw: Tracking, holder: str, claim: str, date: str, documents: int
) -> None:
    rows = [
        r for r in raw.stances if r.holder == holder and r.claim_id == claim and str(r.date) == date
    ]
    assert [r.stance for r in rows] == ["supports"] * documents


@needs_raw
def test_three_reports_of_one_day_are_no_shift(raw: Tracking) -> None:
    assert not [s for s in raw.shifts if str(s.date_before) == str(s.date_after)]
    for line in raw.timelines:
        assert len({p.date for p in line.points}) == len(line.points)


@needs_raw
def test_page_furniture_of_the_raw_articles_says_nothing(raw: Tracking) -> None:
    furniture = (
        "Leave a Reply",
        "You May Also Like",
        "Your email address",
        "Vorodan",
        "Cafesjian",
        "Sarkisian",
        "Sign Up",
        "Մատչելիության",
    )
    for attribution in raw.attributions:
        assert not [s for s in attribution.content for f in furniture if f in s.text]
    for row in raw.stances:
        assert not [e for e in row.evidence for f in furniture if f in e.text]


@needs_raw
def test_evidence_of_the_raw_articles_is_verbatim(raw: Tracking) -> None:
    with (RAW / "metadata.csv").open(encoding="utf-8") as stream:
        files = {row["id"]: row["file"] for row in csv.DictReader(stream)}
    for row in raw.stances:
        text = (RAW / files[row.doc_id]).read_bytes().decode("utf-8")
        for span in row.evidence:
            assert text[span.start : span.end] == span.text


def test_a_wrong_seed_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UsageError, match="seed is -1; give 0 or a whole number above"):
        track("no such folder", model="no such model", seed=-1)


def test_lower_coverage_abstains_on_the_riskiest_rows_and_says_why(nli: NLI) -> None:
    documents = [
        {
            "id": "a",
            "text": "“The dam is safe,” Ana Ruiz said. Bo Lund declined to say whether the"
            " dam is safe. “Perhaps it is,” said Cy Dahl.",
            "date": "2024-01-01",
        }
    ]
    full = track(documents, ["The dam is safe."], model=nli)
    part = track(documents, ["The dam is safe."], model=nli, coverage=0.5)
    assert not [r for r in full.stances if r.status == "abstain"]
    silent = [r for r in part.stances if r.status == "abstain"]
    assert silent and all(r.reason and r.stance is None for r in silent)
