"""``score_file``: formats, order, bad rows, and runs that are killed and taken up again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_models import tiny_model, tiny_pairs

from stance.errors import InputError, UsageError
from stance.inference import NLI
from stance.inference import chunks as chunks_module
from stance.scoring import score_file

ADDED = ["label", "p_supports", "p_refutes", "p_neutral", "status", "error"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model"), "bert")


def write_jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def table(count: int) -> list[dict[str, Any]]:
    pairs = tiny_pairs(count, longest=9)
    return [{"id": i, "text": text, "claim": claim} for i, (text, claim) in enumerate(pairs)]


def test_rows_keep_their_order_and_columns(tmp_path: Path, model: Path) -> None:
    rows = table(50)
    source = write_jsonl(tmp_path / "in.jsonl", rows)
    summary = score_file(source, tmp_path / "out.jsonl", model=model, chunk_rows=16)
    got = read_jsonl(tmp_path / "out.jsonl")
    assert [{k: row[k] for k in ("id", "text", "claim")} for row in got] == rows
    assert list(got[0]) == ["id", "text", "claim", *ADDED]
    expected = NLI.from_pretrained(model).score([(r["text"], r["claim"]) for r in rows])
    for row, probs in zip(got, expected, strict=True):
        values = [row["p_supports"], row["p_neutral"], row["p_refutes"]]
        assert values == pytest.approx(probs.tolist(), abs=2e-6)
        assert all(round(value, 6) == value for value in values)
        assert row["label"] == ("supports", "neutral", "refutes")[int(probs.argmax())]
        assert (row["status"], row["error"]) == ("ok", None)
    assert summary["rows"] == 50 and summary["parts"] == 4


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("target", ["csv", "parquet", "jsonl"])
def test_every_format_to_every_format(tmp_path: Path, model: Path, kind: str, target: str) -> None:
    rows = table(20)
    source = tmp_path / f"in.{kind}"
    if kind == "jsonl":
        write_jsonl(source, rows)
    elif kind == "csv":
        with source.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        pq.write_table(pa.Table.from_pylist(rows), source)
    out = tmp_path / f"out.{target}"
    score_file(source, out, model=model, chunk_rows=8)
    if target == "jsonl":
        got = read_jsonl(out)
    elif target == "csv":
        with out.open(newline="") as stream:
            got = list(csv.DictReader(stream))
    else:
        got = pq.read_table(out).to_pylist()
    assert [row["text"] for row in got] == [row["text"] for row in rows]
    assert list(got[0]) == ["id", "text", "claim", *ADDED]
    assert {row["status"] for row in got} == {"ok"}


def test_parquet_types_are_kept(tmp_path: Path, model: Path) -> None:
    rows = [row | {"day": dt.date(2022, 10, 1), "label": b"x"} for row in table(5)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    score_file(tmp_path / "in.parquet", tmp_path / "out.parquet", model=model, chunk_rows=2)
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.field("day").type == pa.date32()
    assert schema.field("input_label").type == pa.binary()
    assert schema.field("p_supports").type == pa.float64()


def test_poisoned_rows_cost_only_themselves(tmp_path: Path, model: Path) -> None:
    good = {"text": "It rained on the coast.", "claim": "It rained."}
    bad: list[tuple[dict[str, Any], str]] = [
        (good | {"text": ""}, "the text is empty"),
        (good | {"text": " \n"}, "the text is empty"),
        (good | {"text": None}, "the text is not a string but NoneType"),
        (good | {"claim": 7}, "the claim is not a string but int"),
        (good | {"text": ["a"]}, "the text is not a string but list"),
        (good | {"text": "a\0b"}, "NUL"),
        (good | {"claim": "a\ud800"}, "lone surrogate"),
        (good | {"text": "word " * 2_000_000}, "10,000,000 characters"),
        (good | {"claim": "word " * 200}, "leaves no room for the text"),
        ({"claim": "no text"}, "no field 'text'"),
    ]
    lines = [json.dumps(good)]
    for row, _ in bad:
        lines += [json.dumps(row), json.dumps(good)]
    lines += ["{broken", json.dumps(good)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    summary = score_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl", model=model)
    got = read_jsonl(tmp_path / "out.jsonl")
    assert len(got) == len(lines) and summary["errors"] == len(bad) + 1
    assert len({row["p_supports"] for row in got[::2]}) == 1
    for row, (_, reason) in zip(got[1::2], [*bad, ({}, "is not JSON")], strict=True):
        assert row["status"] == "error" and row["label"] is None and row["p_neutral"] is None
        assert reason in row["error"]


def test_columns_named_like_outputs_are_renamed(tmp_path: Path, model: Path) -> None:
    rows = [row | {"label": "mine", "input_label": "also mine", "error": 3} for row in table(2)]
    source = write_jsonl(tmp_path / "in.jsonl", rows)
    score_file(source, tmp_path / "out.jsonl", model=model)
    got = read_jsonl(tmp_path / "out.jsonl")[0]
    assert got["input_label"] == "also mine" and got["input_input_label"] == "mine"
    assert got["input_error"] == 3 and got["status"] == "ok"


def test_every_text_against_every_claim(tmp_path: Path, model: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", table(3))
    (tmp_path / "claims.txt").write_text("It rained.\nThe mission is ready.\n")
    score_file(source, tmp_path / "out.jsonl", claims=tmp_path / "claims.txt", model=model)
    got = read_jsonl(tmp_path / "out.jsonl")
    assert [row["id"] for row in got] == [0, 0, 1, 1, 2, 2]
    assert [row["claim"] for row in got[:2]] == ["It rained.", "The mission is ready."]
    assert "input_claim" in got[0] and got[0]["claim_id"] == "c1"


def test_long_texts_say_so(tmp_path: Path, model: Path) -> None:
    row = {"text": "the border is quiet " * 60, "claim": "it is quiet"}
    source = write_jsonl(tmp_path / "in.jsonl", [row])
    score_file(source, tmp_path / "out.jsonl", model=model)
    got = read_jsonl(tmp_path / "out.jsonl")[0]
    assert got["status"] == "ok" and "overlapping windows" in got["error"]


def test_finished_output_is_left_alone(tmp_path: Path, model: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", table(10))
    out = tmp_path / "out.jsonl"
    score_file(source, out, model=model)
    before = (out.stat().st_mtime_ns, out.read_bytes())
    assert score_file(source, out, model=model)["unchanged"] is True
    assert (out.stat().st_mtime_ns, out.read_bytes()) == before
    with pytest.raises(UsageError, match="--overwrite"):
        score_file(source, out, model=model, chunk_rows=3)
    write_jsonl(source, table(11))
    with pytest.raises(UsageError, match="source_sha256"):
        score_file(source, out, model=model)
    assert score_file(source, out, model=model, overwrite=True)["rows"] == 11


def test_a_foreign_file_is_not_overwritten(tmp_path: Path, model: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", table(2))
    out = tmp_path / "out.jsonl"
    out.write_text("mine")
    with pytest.raises(UsageError, match="not what this command wrote"):
        score_file(source, out, model=model)
    assert out.read_text() == "mine"


def test_usage_errors_name_the_column(tmp_path: Path, model: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", table(2))
    with pytest.raises(UsageError, match=r"no column 'body'.*claim, id, text"):
        score_file(source, tmp_path / "out.jsonl", text_col="body", model=model)
    with pytest.raises(InputError, match="no such file"):
        score_file(tmp_path / "none.jsonl", tmp_path / "o.jsonl", model=model)
    with pytest.raises(UsageError, match="format"):
        score_file(source, tmp_path / "out.xlsx", model=model)


@pytest.mark.parametrize("target", ["csv", "parquet", "jsonl"])
def test_empty_input_gives_an_empty_output(tmp_path: Path, model: Path, target: str) -> None:
    (tmp_path / "in.jsonl").write_text("")
    score_file(tmp_path / "in.jsonl", tmp_path / f"out.{target}", model=model)
    assert (tmp_path / f"out.{target}").is_file()


@pytest.mark.parametrize("target", ["csv", "parquet"])
def test_no_rows_still_have_the_columns_of_the_input(
    tmp_path: Path, model: Path, target: str
) -> None:
    (tmp_path / "in.csv").write_text("text,claim,label\n")
    score_file(tmp_path / "in.csv", tmp_path / f"out.{target}", model=model)
    if target == "csv":
        names = (tmp_path / "out.csv").read_text().rstrip().split(",")
    else:
        names = pq.read_schema(tmp_path / "out.parquet").names
    assert names == ["text", "claim", "input_label", *ADDED]


@pytest.mark.parametrize("chunk_rows", [2, 100])
def test_values_that_do_not_go_together_become_text_in_parquet(
    tmp_path: Path, model: Path, chunk_rows: int
) -> None:
    mixed: list[Any] = [7, True, "seven", None, {"a": [1]}, 0.5]
    rows = [row | {"note": note} for row, note in zip(table(6), mixed, strict=True)]
    rows[1]["text"] = 5
    source = write_jsonl(tmp_path / "in.jsonl", rows)
    score_file(source, tmp_path / "out.parquet", model=model, chunk_rows=chunk_rows)
    got = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["note"] for row in got] == ["7", "true", "seven", None, '{"a": [1]}', "0.5"]
    assert got[1]["text"] == "5" and [row["status"] for row in got].count("error") == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(0, 30), min_size=1, max_size=20),
    claims=st.integers(0, 3),
    chunk_rows=st.integers(1, 12),
)
def test_long_texts_make_shorter_chunks_and_lose_nothing(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int], claims: int, chunk_rows: int
) -> None:
    monkeypatch.setattr(chunks_module, "CHUNK_CHARACTERS", 40)
    rows = [{"text": "x" * size, "claim": "c"} for size in sizes]
    listed = [(str(i), f"claim {i}") for i in range(claims)] or None
    found = list(chunks_module.read_chunks(rows, "text", "claim", listed, chunk_rows))
    assert [chunk.number for chunk in found] == list(range(len(found)))
    each = max(1, claims)
    assert [pair[0] for chunk in found for pair in chunk.pairs] == [  # type: ignore[index]
        row["text"] for row in rows for _ in range(each)
    ]
    for chunk in found:
        assert len(chunk.rows) == len(chunk.pairs) <= chunk_rows
        if each == 1:  # without its last row a chunk is below the limit
            before = chunk.rows[:-1]
            assert sum(len(row["text"]) + (listed is None) for row in before) < 40


def test_standard_input_is_known_again(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given(rows: list[Any]) -> None:
        stdin = io.TextIOWrapper(io.BytesIO("".join(f"{json.dumps(r)}\n" for r in rows).encode()))
        monkeypatch.setattr(sys, "stdin", stdin)

    given([*table(3), [1]])
    assert score_file("-", tmp_path / "out.jsonl", model=model)["rows"] == 4
    assert read_jsonl(tmp_path / "out.jsonl")[3]["error"].startswith("<stdin>, row 4: ")
    given([*table(3), [1]])
    assert score_file("-", tmp_path / "out.jsonl", model=model)["unchanged"]
    given(table(2))
    with pytest.raises(UsageError, match="another command"):
        score_file("-", tmp_path / "out.jsonl", model=model)


def test_plan_counts_without_scoring(tmp_path: Path, model: Path) -> None:
    rows = table(20)
    source = write_jsonl(tmp_path / "in.jsonl", rows + rows + [{"text": "", "claim": "x"}])
    plan = score_file(source, tmp_path / "out.jsonl", model=model, plan_only=True)
    assert plan["rows"] == 41 and plan["unique_pairs"] == 20 and plan["errors"] == 1
    assert plan["tokens"] > 0 and plan["estimated_seconds"] >= 0
    assert not (tmp_path / "out.jsonl").exists()
    by_chunk = score_file(source, model=model, plan_only=True, chunk_rows=20)
    assert by_chunk["unique_pairs"] == 40, "a run computes them again in its second chunk"


def test_plan_estimates_padding_and_memory(tmp_path: Path, model: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", table(200))

    def plan(**options: Any) -> dict[str, Any]:
        return score_file(source, model=model, device="cpu", plan_only=True, **options)

    padded = plan(backend="transformers", dtype="fp32", batch_tokens=500)
    assert 0 < padded["padding"] < padded["padding_in_input_order"]
    assert plan(backend="torch", dtype="fp32", batch_tokens=500)["padding"] == 0
    # a token takes some 3 kB of a layer of this model, whatever this process takes itself
    larger = plan(backend="torch", dtype="fp32", batch_tokens=200_500)["peak_memory_mb"]
    assert 300 < larger - padded["peak_memory_mb"] < 1000
    assert padded["device_memory_mb"] is None


_SCRIPT = "import sys; from stance.scoring import score_file; score_file(*sys.argv[1:3],"


@pytest.mark.parametrize(
    ("target", "parts", "overwrite"), [("jsonl", 1, True), ("csv", 3, False), ("parquet", 2, True)]
)
def test_killed_and_taken_up_again(
    tmp_path: Path, model: Path, target: str, parts: int, overwrite: bool
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", table(1500))
    whole, out = tmp_path / f"whole.{target}", tmp_path / f"out.{target}"
    score_file(source, whole, model=model, chunk_rows=100)
    if overwrite:
        out.write_text("of nobody known")
    code = f"{_SCRIPT} model={str(model)!r}, chunk_rows=100, overwrite={overwrite})"
    child = subprocess.Popen([sys.executable, "-c", code, str(source), str(out)])
    folder = tmp_path / f"out.{target}.stance-run"
    deadline = time.monotonic() + 120
    while len(list(folder.glob("part-*"))) < parts and child.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    if not out.exists() or out.read_bytes() != whole.read_bytes():
        summary = score_file(source, out, model=model, chunk_rows=100, overwrite=overwrite)
        assert summary["parts_found"] >= parts and summary["rows"] == 1500
        now = 1500 - 100 * summary["parts_found"]
        assert summary["rows_per_second"] * summary["seconds"] == pytest.approx(now, rel=0.1)
    assert out.read_bytes() == whole.read_bytes()


def test_drafts_of_a_killed_process_are_removed(tmp_path: Path, model: Path) -> None:
    source, out = write_jsonl(tmp_path / "in.jsonl", table(3)), tmp_path / "out.jsonl"
    folder = tmp_path / "out.jsonl.stance-run"
    folder.mkdir()
    for name in (".part-000000.99999", ".out.jsonl.99999"):
        (folder / name).write_text("half of a")
    mine = tmp_path / ".out.jsonl.99999"  # beside the output it may be anybody's
    mine.write_text("kept")
    score_file(source, out, model=model)
    assert sorted(f.name for f in folder.iterdir()) == ["lock", "manifest.json"]
    assert mine.read_text() == "kept"


def test_overwriting_goes_on_with_what_is_unfinished_alone(tmp_path: Path) -> None:
    from stance.inference.run import open_run

    out = tmp_path / "out.jsonl"
    for finish, parts in ((False, []), (True, [0]), (False, [])):
        run = open_run(out, {"a": 1}, overwrite=True)
        assert run.numbers() == parts
        run.save_part(0, b"x", {})
        if finish:
            out.write_bytes(b"x")
            run.finish({})
        run.close()
    again = open_run(out, {"a": 2}, overwrite=True)
    assert again.numbers() == [], "another command's parts are no use"
    again.close()


def test_a_damaged_manifest_is_named_and_gives_way_to_overwrite(tmp_path: Path) -> None:
    from stance.inference.run import MANIFEST, open_run

    out = tmp_path / "out.jsonl"
    run = open_run(out, {"a": 1}, overwrite=False)
    run.close()
    (run.folder / MANIFEST).write_text('{"command": {"a"')
    with pytest.raises(UsageError, match=r"cannot be read.*--overwrite"):
        open_run(out, {"a": 1}, overwrite=False)
    again = open_run(out, {"a": 1}, overwrite=True)
    assert not again.finished
    again.close()


def test_rows_are_counted_before_they_are_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stance.inference.inputs import identity, told_apart

    (tmp_path / "in.csv").write_text('text,claim\n"two\nlines",a\nb,c\ntoo,many,cells\n')
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n{"text": "b"}')
    assert identity(tmp_path / "in.csv")[1] == 3
    assert identity(tmp_path / "in.jsonl")[1] == 2
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}\n{}\n{}")))
    with told_apart("-") as (_, rows):
        assert rows == 3 and len(sys.stdin.read().split()) == 3


def test_the_bar_rates_what_is_done_now(monkeypatch: pytest.MonkeyPatch) -> None:
    from stance.inference.jobs import Counts
    from stance.scoring import _progress

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", screen)
    found = Counts(rows=1_000_000, tokens=50_000_000)
    with _progress(False, 2_000_000, found) as advance:
        time.sleep(0.1)
        advance(found + Counts(rows=10, tokens=100))
    rates = re.findall(r"([\d,]+) rows/s, ([\d,]+) tokens/s", screen.getvalue())
    assert "1,000,010 rows" in screen.getvalue()
    rows, tokens = (int(number.replace(",", "")) for number in rates[-1])
    assert rows <= 100 and tokens <= 1_000


def test_parts_are_written_behind_the_computing_in_order() -> None:
    from stance.inference.jobs import behind

    written: list[int] = []
    ahead: list[int] = []

    def write(number: int) -> None:
        time.sleep(0.01)
        written.append(number)

    def numbers() -> Any:
        for number in range(12):
            ahead.append(number - len(written))
            yield number

    behind(numbers(), write)
    assert written == list(range(12))
    assert 1 < max(ahead) <= 4, "one is written, two wait, one is made"


def test_what_was_computed_is_written_whatever_happens() -> None:
    from stance.inference.jobs import behind

    written: list[int] = []

    def write(number: int) -> None:
        time.sleep(0.01)
        if number == 4:
            raise OSError("disk full")
        written.append(number)

    def interrupted() -> Any:
        yield from range(3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        behind(interrupted(), write)
    assert written == [0, 1, 2]
    with pytest.raises(OSError, match="disk full"):
        behind(range(100), write)
    assert len(written) < 12, "it stops soon after"


def test_two_writers_of_one_output(tmp_path: Path, model: Path) -> None:
    from stance.inference.run import open_run

    run = open_run(tmp_path / "out.jsonl", {"a": 1}, overwrite=False)
    with pytest.raises(UsageError, match="another process"):
        open_run(tmp_path / "out.jsonl", {"a": 1}, overwrite=False)
    run.close()
    open_run(tmp_path / "out.jsonl", {"a": 1}, overwrite=False).close()


def test_standard_output(
    tmp_path: Path, model: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", table(3))
    summary = score_file(source, model=model)
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [0, 1, 2]
    assert summary["rows"] == 3
