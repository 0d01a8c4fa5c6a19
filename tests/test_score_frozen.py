"""What a run of ``score_file`` holds still: the model, all that belongs to it, and the choice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_models import tiny_model, tiny_pairs

from stance.errors import UsageError
from stance.inference import placement
from stance.inference import run as run_module
from stance.inference.run import MANIFEST, Run, open_run
from stance.scoring import score_file


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "model", "bert")


def write_table(path: Path, pairs: list[tuple[str, str]]) -> Path:
    rows = [{"text": text, "claim": claim} for text, claim in pairs]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


class Killed(BaseException):
    """What ends a process that nothing in it may catch."""


def killed_after(monkeypatch: pytest.MonkeyPatch, parts: int, **call: Any) -> None:
    """Call ``score_file`` and let it end once so many parts are on the disk."""
    save = Run.save_part

    def save_part(self: Run, number: int, *rest: Any) -> None:
        if len(self.numbers()) == parts:
            raise Killed
        save(self, number, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Run, "save_part", save_part)
        with pytest.raises(Killed):
            score_file(**call)


@pytest.mark.parametrize(
    ("file", "named", "change"),
    [
        ("card.json", "calibration", lambda card: card | {"calibration": {"temperature": 2.0}}),
        ("tokenizer.json", "tokenizer_sha256", lambda held: held | {"normalizer": None}),
        ("config.json", "config_sha256", lambda held: held | {"layer_norm_eps": 1e-3}),
    ],
)
def test_another_calibration_tokenizer_or_config_is_another_command(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch, file: str, named: str, change: Any
) -> None:
    source = write_table(tmp_path / "in.jsonl", tiny_pairs(9, longest=9))
    (model / "card.json").write_text(json.dumps({"calibration": {"temperature": 1.5}}))
    done, cut = (
        {"source": source, "out": tmp_path / name, "model": model, "chunk_rows": 3}
        for name in ("done.jsonl", "cut.jsonl")
    )
    score_file(**done)
    killed_after(monkeypatch, 1, **cut)
    before = (model / file).read_bytes()
    (model / file).write_text(json.dumps(change(json.loads(before))))
    for call in (done, cut):
        with pytest.raises(UsageError, match=f"its {named} was .* now .*--overwrite"):
            score_file(**call)
    (model / file).write_bytes(before)
    assert score_file(**done)["unchanged"] is True
    assert score_file(**cut)["parts_found"] == 1
    assert (tmp_path / "cut.jsonl").read_bytes() == (tmp_path / "done.jsonl").read_bytes()


def test_versions_are_on_record_and_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.jsonl"
    run = open_run(out, {"a": 1}, overwrite=False)
    run.save(frozen={})
    run.close()
    open_run(out, {"a": 1}, overwrite=False).close()
    monkeypatch.setattr(run_module, "_versions", lambda: {"torch": "99"})
    run = open_run(out, {"a": 1}, overwrite=False)
    run.close()
    first, then = json.loads((run.folder / MANIFEST).read_text())["versions"]
    assert {"stance", "torch", "transformers"} <= set(first) and then == {"torch": "99"}


def test_a_mistyped_option_is_in_nobodys_way(tmp_path: Path, model: Path) -> None:
    source = write_table(tmp_path / "in.jsonl", tiny_pairs(4, longest=9))
    out = tmp_path / "out.jsonl"
    with pytest.raises(UsageError, match="no column 'body'"):
        score_file(source, out, text_col="body", model=model)
    assert score_file(source, out, model=model)["rows"] == 4
    with pytest.raises(UsageError, match="another command"):
        score_file(source, out, text_col="body", model=model)


def test_a_run_that_is_finished_while_another_waits_stays_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    first = open_run(out, {"a": 1}, overwrite=False)
    take = run_module.take

    def late(lock: Any, path: Path) -> None:
        out.write_bytes(b"x")
        first.save(frozen={})
        first.finish({"rows": 1})
        first.close()
        take(lock, path)

    monkeypatch.setattr(run_module, "take", late)
    second = open_run(out, {"a": 1}, overwrite=False)
    assert second.finished and second.state["summary"] == {"rows": 1}
    second.close()


def test_int8_is_calibrated_on_the_first_chunk_that_can_be_scored(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nncf")
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path / "cache"))
    bad = [("", "a claim"), ("rain " * 200, "rain " * 90), ("a text", "")]
    source = write_table(tmp_path / "in.jsonl", [*bad, *bad, *tiny_pairs(9, longest=9)])
    whole, cut = (
        {"source": source, "out": tmp_path / name, "model": model}
        | {"chunk_rows": 3, "dtype": "int8", "device": "cpu"}
        for name in ("whole.jsonl", "cut.jsonl")
    )
    summary = score_file(**whole)
    assert (summary["rows"], summary["errors"], summary["dtype"]) == (15, 6, "int8")
    assert len(summary["trials"]) == 2, "its agreement with fp32 was measured"
    killed_after(monkeypatch, 3, **cut)

    def again(*_: Any) -> None:
        raise AssertionError("the choice is frozen")

    monkeypatch.setattr(placement, "freeze", again)
    assert score_file(**cut)["parts_found"] == 3
    assert (tmp_path / "cut.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_int8_without_a_row_that_can_be_scored(
    tmp_path: Path, model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("nncf")
    source = write_table(tmp_path / "in.jsonl", [("", "a claim")] * 5)
    call: dict[str, Any] = {"model": model, "dtype": "int8", "device": "cpu", "chunk_rows": 2}
    assert score_file(source, tmp_path / "out.jsonl", **call)["errors"] == 5
    assert score_file(source, **call)["errors"] == 5, "to standard output"
