"""Rows have the contract's columns, files are whole or absent, and what is written reads back."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import InputError, OutputError, UsageError
from stance.readers import read, read_rows
from stance.records import columns
from stance.types import (
    Attribution,
    Candidate,
    Claim,
    ClaimMember,
    Date,
    DetectedClaim,
    Document,
    Evidence,
    Passage,
    Shift,
    Span,
    Stance,
    Timeline,
    TimelinePoint,
)
from stance.writers import arrow_schema, read_records, record, to_arrow, write

DAY = Date(dt.date(2024, 5, 2))
MONTH = Date(dt.date(2024, 6, 1), "month")
EVIDENCE = (Evidence(0, 9, "The dam h", 0.12345678, 0.5),)
ATTRIBUTION = Attribution(
    *("a", "direct", "Ana Ruiz", "speaker", None, 5, 13, "said", 14, 18),
    *((Span(19, 24, "“It h"),), 0.9, "quote"),
    polarity="denies",
)
DETECTED = DetectedClaim("a", 0, 9, "The dam h", "Ana Ruiz", "speaker", "It h", "c1", 0.7, "ok")
CANDIDATE = Candidate(Passage("a", 0, 9, "The dam h", "Ana Ruiz", "speaker"), "c1", 0.5)
CLAIM = Claim(
    "c1", "It holds.", "detected", (ClaimMember("a", 0, 9, "The dam h", "Ana Ruiz"),), MONTH, "Ana"
)
STANCE = Stance(
    *("a", "The Ledger", DAY, "Ana Ruiz", "speaker", "Town", "c1", "It holds.", "supports"),
    *(0.6, 0.1, 0.2, 0.1, 0.8, True, "ok", None, MONTH, EVIDENCE),
)
ABSTAIN = dataclasses.replace(
    STANCE, stance=None, status="abstain", reason="language", evidence=(), date=None
)
POINTS = (TimelinePoint(DAY, ("a", "b"), "supports", 0.5, 0.25, 0.75),)
TIMELINE = Timeline("Ana Ruiz", "speaker", "c1", "It holds.", POINTS)
SHIFT = Shift(
    *("Ana Ruiz", "speaker", "c1", "It holds.", "supports", "refutes", DAY, MONTH, "a", "b"),
    *(-1.2, "pairwise", 0.9, None, None, "reversal", EVIDENCE, ()),
)
CONTRACT = {
    "attributions": (
        ATTRIBUTION,
        "doc_id kind holder holder_type affiliation holder_start holder_end cue cue_start cue_end"
        " content confidence",
    ),
    "detected": (
        DETECTED,
        "doc_id start end text holder holder_type canonical claim_id checkworthiness status",
    ),
    "matches": (CANDIDATE, "doc_id start end text holder claim_id score"),
    "claims": (CLAIM, "claim_id claim origin members first_date first_holder"),
    "stances": (
        STANCE,
        "doc_id source date holder holder_type affiliation claim_id claim stance p_supports"
        " p_refutes p_neutral p_unrelated confidence conditional status reason statement_date"
        " evidence",
    ),
    "timelines": (TIMELINE, "holder holder_type claim_id claim points"),
    "shifts": (
        SHIFT,
        "holder holder_type claim_id claim stance_from stance_to date_before date_after doc_before"
        " doc_after delta basis probability p_value q_value kind evidence_before evidence_after",
    ),
}


@pytest.mark.parametrize("kind", CONTRACT)
def test_columns_of_the_contract(kind: str) -> None:
    item, names = CONTRACT[kind]
    row = record(item)
    assert list(row) == names.split()
    assert json.loads(json.dumps(row)) == row


def test_values_are_plain() -> None:
    row = record(STANCE)
    assert (row["date"], row["statement_date"]) == ("2024-05-02", "2024-06")
    assert row["evidence"] == [
        {"start": 0, "end": 9, "text": "The dam h", "p_supports": 0.123457, "p_refutes": 0.5}
    ]
    assert record(TIMELINE)["points"] == [
        {
            "date": "2024-05-02",
            "doc_ids": ["a", "b"],
            "stance": "supports",
            "score": 0.5,
            "low": 0.25,
            "high": 0.75,
        }
    ]
    assert str(record(dataclasses.replace(SHIFT, delta=-0.0))["delta"]) == "0.0"
    assert record(dataclasses.replace(SHIFT, p_value=float("nan")))["p_value"] is None
    assert record({"lat": 12.123456789, "when": DAY}) == {"lat": 12.123456789, "when": "2024-05-02"}


def test_documents_read_back_from_their_records() -> None:
    document = Document("a", "Rain.", "The Ledger", MONTH, extra={"desk": "west"})
    assert read([record(document)]) == [document]


def test_numpy_values_become_numbers() -> None:
    np = pytest.importorskip("numpy")
    row = record({"p": np.float32(0.5), "n": np.int64(3), "v": np.array([1.0, 2.0]), "b": np.True_})
    assert json.dumps(row) == '{"p": 0.5, "n": 3, "v": [1.0, 2.0], "b": true}'


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
@pytest.mark.parametrize("kind", [k for k in CONTRACT if k != "matches"])
def test_records_read_back(tmp_path: Path, kind: str, suffix: str) -> None:
    item = CONTRACT[kind][0]
    items = [item, ABSTAIN] if kind == "stances" else [item, item]
    path = tmp_path / f"rows.{suffix}"
    assert write(items, path, kind=kind) == 2
    found = read_records(path, type(item))
    assert [record(back) for back in found] == [record(one) for one in items]
    write([], path, kind=kind)
    assert read_records(path, type(item)) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stance": "agrees"}, "field 'stance': 'agrees' is none of supports, refutes"),
        ({"date": "March"}, "field 'date': 'March' is not an ISO 8601 date"),
        ({"confidence": "high"}, "field 'confidence': 'high' is a str"),
        ({"conditional": 1}, "field 'conditional': 1 is a int"),
        ({"evidence": [{"start": 0}]}, "field 'evidence': field 'end': the column is missing"),
        ({"holder": None}, "field 'holder': None is a NoneType"),
        ({"doc_id": ...}, "field 'doc_id': the column is missing"),
    ],
)
def test_damaged_records_are_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    row = {k: v for k, v in {**record(STANCE), **change}.items() if v is not ...}
    path = tmp_path / "stances.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in (record(STANCE), row)))
    with pytest.raises(InputError) as caught:
        read_records(path, Stance)
    assert f"{path}, row 2, {message}" in str(caught.value)


@pytest.mark.parametrize("kind", CONTRACT)
def test_an_empty_output_has_its_columns(tmp_path: Path, kind: str) -> None:
    names = CONTRACT[kind][1].split()
    for suffix in ("jsonl", "csv", "parquet", "table"):
        assert write([], tmp_path / f"{kind}.{suffix}", kind=kind) == 0
    assert (tmp_path / f"{kind}.jsonl").read_bytes() == b""
    assert (tmp_path / f"{kind}.csv").read_text().strip().split(",") == names
    parquet = pytest.importorskip("pyarrow.parquet")
    assert parquet.read_schema(tmp_path / f"{kind}.parquet").names == names


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)


@given(st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS}), min_size=1, max_size=5))
@settings(deadline=None)
def test_csv_reads_back(rows: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(rows, Path(folder) / "rows.csv")
        with (Path(folder) / "rows.csv").open(encoding="utf-8", newline="") as stream:
            found = list(csv.DictReader(stream, strict=True))
        expected = [{name: _as_csv(row[name]) for name in rows[0]} for row in rows]
        assert found == expected
        assert list(read_rows(Path(folder) / "rows.csv")) == expected


def _as_csv(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str) or value[:1] not in tuple("=+-@\t\r") or not value:
        return str(value)
    try:
        float(value)
        return (
            value if value.isascii() and value[-1].isdigit() and "_" not in value else f"'{value}"
        )
    except ValueError:
        return f"'{value}"


def test_formulas_are_disarmed_and_numbers_kept(tmp_path: Path) -> None:
    dangerous = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]
    harmless = ["-5", "+4.5e-3", "- no", "a=b", "", "5"]
    rows = [{"text": text, "score": -0.5} for text in [*dangerous, *harmless]]
    write(rows, tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(newline="") as stream:
        cells = [(row["text"], row["score"]) for row in csv.DictReader(stream)]
    expected = [f"'{text}" for text in dangerous] + ["-5", "+4.5e-3", "'- no", "a=b", "", "5"]
    assert cells == [(text, "-0.5") for text in expected]


def test_csv_nests_json(tmp_path: Path) -> None:
    write([STANCE, ABSTAIN], tmp_path / "rows.csv")
    first, second = read_rows(tmp_path / "rows.csv")
    assert json.loads(str(first["evidence"])) == record(STANCE)["evidence"]
    assert (first["conditional"], second["stance"], second["date"]) == ("true", "", "")


def test_parquet_of_many_mappings(tmp_path: Path) -> None:
    rows = [{"text": f"row {n}", "label": None, "n": n} for n in range(20_000)]
    assert write(iter(rows), tmp_path / "rows.parquet") == 20_000
    assert list(read_rows(tmp_path / "rows.parquet")) == rows
    with pytest.raises(OutputError, match=r"write \.jsonl"):
        write([*rows[:9000], {"text": "x", "label": None, "n": "y"}], tmp_path / "rows.parquet")
    assert list(read_rows(tmp_path / "rows.parquet")) == rows


def test_columns_that_come_late_are_not_lost(tmp_path: Path) -> None:
    rows = [{"a": 1}, {"a": 2, "b": 3}]
    with pytest.raises(OutputError, match="column 'b'"):
        write(rows, tmp_path / "rows.csv")
    assert not list(tmp_path.iterdir())
    write(rows, tmp_path / "rows.jsonl")
    assert list(read_rows(tmp_path / "rows.jsonl")) == rows


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "table"])
def test_nothing_is_left_of_a_failed_write(tmp_path: Path, suffix: str) -> None:
    def rows() -> Iterator[dict[str, int]]:
        yield {"n": 1}
        raise KeyboardInterrupt

    path = tmp_path / f"rows.{suffix}"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        write(rows(), path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_targets(tmp_path: Path) -> None:
    write([STANCE], tmp_path / "new" / "folder" / "rows.jsonl")
    assert (tmp_path / "new" / "folder" / "rows.jsonl").exists()
    write([STANCE], tmp_path / "rows.txt", format="csv")
    assert (tmp_path / "rows.txt").read_text().startswith("doc_id,")
    with pytest.raises(UsageError, match=r"the suffix of .*rows\.txt"):
        write([STANCE], tmp_path / "rows.txt")
    with pytest.raises(UsageError, match="format 'xlsx' is none of jsonl, csv"):
        write([STANCE], None, format="xlsx")
    with pytest.raises(UsageError, match="'stance' are unknown"):
        write([STANCE], None, kind="stance")
    with pytest.raises(OutputError, match="cannot write"):
        write([STANCE], tmp_path, format="csv")
    with pytest.raises(OutputError, match="cannot write"):
        write([STANCE], tmp_path / "rows.txt" / "rows.csv")


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet", ".table"])
def test_another_output_is_not_overwritten_unasked(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"rows{suffix}"
    write([{"a": 1}], out)
    before = out.stat().st_mtime_ns, out.read_bytes()
    write([{"a": 1}], out, overwrite=False)
    with pytest.raises(UsageError, match=r"holds something else; .*--overwrite"):
        write([{"a": 2}], out, overwrite=False)
    assert (out.stat().st_mtime_ns, out.read_bytes()) == before
    write([{"a": 2}], out)
    assert out.read_bytes() != before[1] and list(tmp_path.iterdir()) == [out]


def test_a_table_shows_nested_rows_as_their_values(tmp_path: Path) -> None:
    write([{"points": [{"date": "2024-01-03", "level": 0.5}]}], tmp_path / "p.table")
    assert "2024-01-03 0.500" in (tmp_path / "p.table").read_text(encoding="utf-8")


def test_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write([STANCE])
    write([STANCE], "-", format="csv")
    out = capsysbinary.readouterr().out.decode()
    first, header, *_ = out.splitlines()
    assert json.loads(first) == record(STANCE)
    assert header.startswith("doc_id,source")
    write([STANCE], None, format="parquet")
    parquet = pytest.importorskip("pyarrow.parquet")
    found = parquet.read_table(io.BytesIO(capsysbinary.readouterr().out)).to_pylist()
    assert found == [record(STANCE)]


def test_a_table_shows_short_lines_and_no_escape_sequences(tmp_path: Path) -> None:
    write([{"text": "\x1b[31mred\nline " + "long " * 50, "p": 0.123456}], tmp_path / "t.table")
    text = (tmp_path / "t.table").read_text()
    assert "\x1b" not in text and "0.123" in text and "…" in text
    assert max(map(len, text.splitlines())) < 80
    assert "[bold]" in _table_of("[bold]x", tmp_path)


def _table_of(text: str, folder: Path) -> str:
    write([{"text": text}], folder / "t.table")
    return (folder / "t.table").read_text()


def test_a_reader_that_stops_is_no_error() -> None:
    code = "from stance.writers import write; write({'n': n} for n in range(200_000))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline() == b'{"n": 0}\n'
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_lone_surrogates_do_not_stop_an_output(tmp_path: Path) -> None:
    rows = [{"text": "a\ud800b"}]
    write(rows, tmp_path / "rows.jsonl")
    write(rows, tmp_path / "rows.csv")
    assert json.loads((tmp_path / "rows.jsonl").read_bytes()) == rows[0]
    assert (tmp_path / "rows.csv").read_bytes() == b"text\r\na\\ud800b\r\n"
    with pytest.raises(OutputError):
        write(rows, tmp_path / "rows.parquet")


def test_an_arrow_table_has_the_types_of_the_files_and_is_shared() -> None:
    pa = pytest.importorskip("pyarrow")
    table = to_arrow([STANCE, ABSTAIN])
    assert table.schema == arrow_schema(Stance) and table.num_rows == 2
    assert table.to_pylist() == [record(STANCE), record(ABSTAIN)]
    assert to_arrow([], kind="shifts").column_names == list(columns(Shift))
    many = to_arrow({"n": n, "text": "x"} for n in range(20_000))
    assert many.num_rows == 20_000 and many.schema.field("n").type == pa.int64()
    with pytest.raises(OutputError, match=r"write \.jsonl"):
        to_arrow([{"a": "x"}, {"a": [1]}])
    datasets = pytest.importorskip("datasets")
    numbers = datasets.Dataset(many).data.column("n").chunks[0].buffers()[1]
    assert numbers.address == many.column("n").chunks[0].buffers()[1].address
