"""``score_file`` by several processes, on Ray, and from the hub: the same bytes as by one."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_models import tiny_model, tiny_pairs

from stance.errors import InputError, MissingExtraError, StanceError, UsageError
from stance.inference.inputs import HubTable, parse_hub
from stance.scoring import score_file

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="the extra [ray] is not installed"
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model"), "bert")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("input") / "in.jsonl"
    rows: list[Any] = [{"text": t, "claim": c} for t, c in tiny_pairs(900, longest=9)]
    rows[500] = {"text": "", "claim": "a poisoned row goes the same way"}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n")
    return path


@pytest.fixture(scope="module")
def by_one(source: Path, model: Path) -> bytes:
    out = source.with_name("whole.jsonl")
    score_file(source, out, model=model, chunk_rows=60, device="cpu")
    return out.read_bytes()


def in_parallel(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def children() -> list[int]:
    """Processes this one has started that hold a model."""
    import multiprocessing

    return [child.pid for child in multiprocessing.active_children() if child.pid is not None]


def actors() -> list[Any]:
    """Processes of Ray that hold a model and were started from this one."""
    psutil = pytest.importorskip("psutil")
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "".join(process.cmdline()).startswith("ray::MapWorker"):
                found.append(process)
    return found


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_two_processes_write_what_one_writes(
    tmp_path: Path, source: Path, model: Path, by_one: bytes
) -> None:
    """A killed process ends the run with a word; the same call goes on to the same bytes."""
    out = tmp_path / "out.jsonl"
    folder = tmp_path / "out.jsonl.stance-run"
    options: dict[str, Any] = {"model": model, "chunk_rows": 60, "devices": ("cpu", "cpu")}
    errors: list[BaseException] = []

    def run() -> None:
        try:
            score_file(source, out, **options)
        except StanceError as error:
            errors.append(error)

    thread = in_parallel(run)
    wait_for(lambda: len(list(folder.glob("part-*"))) >= 2 and len(children()) == 2)
    os.kill(children()[0], signal.SIGKILL)
    thread.join(timeout=240)
    assert "exit code -9" in str(errors[0]) and not out.exists() and not children()
    summary = score_file(source, out, **options)
    assert summary["parts_found"] in range(2, 16) and summary["rows"] == 901
    assert out.read_bytes() == by_one


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two CUDA devices")
def test_all_cuda_devices_are_used(tmp_path: Path, source: Path, model: Path) -> None:
    one = score_file(source, tmp_path / "a.jsonl", model=model, device="cuda:0", chunk_rows=60)
    both = score_file(source, tmp_path / "b.jsonl", model=model, device="cuda", chunk_rows=60)
    assert one["rows"] == both["rows"]
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_devices_that_do_not_go_together_are_refused(tmp_path: Path, source: Path) -> None:
    out = tmp_path / "out.jsonl"
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"devices": ("cpu", "cuda:99")}, "'cuda:99' is not here"),
        ({"engine": "spark"}, "no engine 'spark'"),
        ({"address": "auto"}, "is for --engine ray"),
        ({"engine": "ray", "devices": ("cpu", "cpu")}, "leave --devices away"),
    ]
    for options, message in wrong:
        with pytest.raises(UsageError, match=message):
            score_file(source, out, **options)
    with pytest.raises(UsageError, match="reads the input twice"):
        score_file(iter([{"text": "a", "claim": "b"}]), out, engine="ray")


def test_rows_that_cannot_be_handed_over_are_named(tmp_path: Path, model: Path) -> None:
    rows = [{"text": t, "claim": c, "lock": threading.Lock()} for t, c in tiny_pairs(9, longest=9)]
    options: dict[str, Any] = {"model": model, "chunk_rows": 3}
    with pytest.raises(UsageError, match=r"cannot be handed .*cannot pickle.*--devices away"):
        score_file(rows, tmp_path / "out.jsonl", devices=("cpu", "cpu"), **options)
    assert not children()
    assert score_file(rows, tmp_path / "one.jsonl", device="cpu", **options)["rows"] == 9


def test_a_path_means_the_same_wherever_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stance.inference.chunks import read_chunks
    from stance.inference.raydata import from_here

    (tmp_path / "in.jsonl").write_text('{"text": "a", "claim": "b"}\n{broken\n')
    monkeypatch.chdir(tmp_path)
    chunks = from_here(lambda: read_chunks("in.jsonl", "text", "claim", None, 10))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (chunk,) = chunks()
    assert chunk.rows[0] == {"text": "a", "claim": "b"} and Path.cwd() == elsewhere
    assert str(chunk.pairs[1]).startswith("in.jsonl, row 2: "), "the same words as by one process"


def test_the_command_line_passes_them_on(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from stance.cli import main

    command = ["stance", "score", str(source), "-o", str(tmp_path / "out.jsonl")]
    for more, said in (
        (["--devices", "cpu, cuda:99"], "'cuda:99' is not here"),
        (["--engine", "ray", "--devices", "cpu"], "leave --devices away"),
        (["--address", "auto"], "is for --engine ray"),
    ):
        monkeypatch.setattr("sys.argv", command + more)
        with pytest.raises(SystemExit) as exit:
            main()
        assert exit.value.code == 2 and said in capsys.readouterr().err


def test_without_ray_the_extra_is_named(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ray" else find(name)
    )
    with pytest.raises(MissingExtraError, match=r"stance-tracker\[ray\]"):
        score_file(source, tmp_path / "out.jsonl", engine="ray")


@needs_ray
def test_ray_writes_what_one_process_writes_though_an_actor_is_killed(
    tmp_path: Path, source: Path, model: Path, by_one: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    except Exception as error:
        if "timed out during startup" not in str(error):
            raise
        ray.shutdown()
        pytest.skip("Ray did not start within its 30 seconds: this machine is too busy")
    try:
        out = tmp_path / "out.jsonl"
        folder = tmp_path / "out.jsonl.stance-run"
        options: dict[str, Any] = {"model": model, "chunk_rows": 60, "device": "cpu"}
        done: list[Any] = []
        thread = in_parallel(lambda: done.append(score_file(source, out, engine="ray", **options)))
        wait_for(lambda: list(folder.glob("part-*")) or done)
        victims = actors()
        assert len(victims) == 2 or done
        if not done:
            victims[0].kill()
        thread.join(timeout=400)
        assert done and done[0]["rows"] == 901 and done[0]["errors"] == 2
        assert out.read_bytes() == by_one
    finally:
        ray.shutdown()


def dataset_folder(root: Path) -> Path:
    """A data set as one downloads it: data files, one for each split."""
    folder = root / "acme" / "pairs"
    folder.mkdir(parents=True)
    for split, count in (("train", 30), ("test", 20)):
        rows = [{"id": i, "text": t, "claim": c} for i, (t, c) in enumerate(tiny_pairs(count))]
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_a_split_of_a_data_set_is_streamed(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = dataset_folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    options: dict[str, Any] = {"model": model, "chunk_rows": 8, "device": "cpu"}
    summary = score_file("hf://acme/pairs/test", "out.jsonl", **options)
    assert summary["rows"] == 20 and summary["parts"] == 3
    score_file(folder / "test.jsonl", "plain.jsonl", **options)
    assert Path("out.jsonl").read_bytes() == Path("plain.jsonl").read_bytes()
    assert score_file("hf://acme/pairs/test", "out.jsonl", **options)["unchanged"] is True
    with (folder / "test.jsonl").open("a") as stream:
        stream.write('{"id": 20, "text": "a", "claim": "b"}\n')
    with pytest.raises(UsageError, match="source_sha256"):
        score_file("hf://acme/pairs/test", "out.jsonl", **options)
    with pytest.raises(UsageError, match="more than one split; name one of train, test"):
        score_file("hf://acme/pairs", "other.jsonl", **options)
    with pytest.raises(UsageError, match="no split 'dev'"):
        score_file("hf://acme/pairs/dev", "other.jsonl", **options)


def test_hub_addresses() -> None:
    assert parse_hub("hf://a/b") == HubTable("a/b", None, None, "")
    assert parse_hub("hf://a/b@v1.0/big/train") == HubTable("a/b", "v1.0", "big", "train")
    for wrong in ("hf://b", "hf://a/b/c/d/e", "hf://a/b@", "hf:///b/c"):
        with pytest.raises(UsageError, match="no data set of the hub"):
            parse_hub(wrong)


def test_offline_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="hf download acme/none --repo-type dataset"):
        score_file("hf://acme/none/train", "out.jsonl")
