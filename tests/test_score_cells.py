"""``score_file`` and odd cells: each comes out as something, and costs only itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tiny_models import tiny_model, tiny_pairs

from stance.errors import UsageError
from stance.scoring import score_file


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model"), "bert")


def table(notes: list[Any]) -> list[dict[str, Any]]:
    pairs = tiny_pairs(len(notes), longest=9)
    return [{"text": t, "claim": c, "note": n} for (t, c), n in zip(pairs, notes, strict=True)]


def write_jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("first", [{"id": 1}, {"claim": "It rained."}, {}])
def test_a_first_row_without_the_columns_costs_itself(
    tmp_path: Path, model: Path, first: dict[str, Any]
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", [first, *table([1, 2, 3])])
    summary = score_file(source, tmp_path / "out.jsonl", model=model)
    assert (summary["rows"], summary["errors"]) == (4, 1)
    row = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert row["status"] == "error" and "no field 'text'" in row["error"]
    with pytest.raises(UsageError, match="no column 'body'"):
        score_file(source, tmp_path / "o.jsonl", text_col="body", model=model, chunk_rows=2)


def deep(value: Any, levels: int) -> Any:
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("chunk_rows", [1, 100])
@pytest.mark.parametrize(
    "notes",
    [
        [2**63, 1, None],
        [[2**70], {"a": 2**63}],
        [{}, {}],
        [{"a": {}}, 1],
        [[{}], "x"],
        [{"a": "\ud800"}, {"\ud800": 1}],
        [2**60 + 1, 0.5],
        [[1, "a"], [True]],
        [{"a": 1}, {"a": "b"}],
        [deep(1, 200), deep(1, 900), []],
    ],
    ids=lambda notes: repr(notes)[:20],
)
def test_any_json_value_comes_out_of_parquet(
    tmp_path: Path, model: Path, notes: list[Any], chunk_rows: int
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", table(notes))
    out = tmp_path / "out.parquet"
    score_file(source, out, model=model, chunk_rows=chunk_rows)
    got = pq.read_table(out).to_pylist()
    assert [row["status"] for row in got] == ["ok"] * len(notes)
    for row, note in zip(got, notes, strict=True):
        cell = row["note"]
        as_text = isinstance(cell, str) and not isinstance(note, str)
        assert (json.loads(cell) if as_text else cell) == note


def test_any_json_name_comes_out_of_parquet(tmp_path: Path, model: Path) -> None:
    rows = [row | {"\ud800": 1, "": 2, "a.b": 3} for row in table([0, 0.5])]
    source = write_jsonl(tmp_path / "in.jsonl", rows)
    score_file(source, tmp_path / "out.parquet", model=model, chunk_rows=1)
    got = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [got[1][name] for name in ("\\ud800", "", "a.b")] == [1, 2, 3]


def test_a_cell_that_is_no_number_is_null(tmp_path: Path, model: Path) -> None:
    nan, inf = float("nan"), float("inf")
    rows = table([1.5, nan, inf, [nan, {"a": nan}]])
    score_file(rows, tmp_path / "out.jsonl", model=model)

    def no_json(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    got = [json.loads(line, parse_constant=no_json)["note"] for line in lines]
    assert got == [1.5, None, "Infinity", [None, {"a": None}]]
    for target, notes in (("text", ["a", nan]), ("number", [1.5, nan])):
        out = tmp_path / f"{target}.parquet"
        score_file(table(notes), out, model=model)
        assert pq.read_table(out)["note"].to_pylist() == [notes[0], None]
