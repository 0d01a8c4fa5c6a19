"""The store: what is kept comes back the same, whoever writes, whatever breaks."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.errors import InputError, MissingExtraError, OutputError, UsageError
from stance.records import columns
from stance.store import Store, as_store, schema
from stance.store.digests import digest, pair_keys
from stance.store.results import documents, keep_results
from stance.store.runs import Entry, listing, recorded
from stance.store.strings import restored, storable
from stance.types import Claim, Document, Evidence, Passage, Stance

duckdb = pytest.importorskip("duckdb")

SCORER = {"weights": "w", "backend": "torch", "dtype": "fp32", "max_length": 128}
FEW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = itertools.count(1)
ODD = st.text(st.characters() | st.sampled_from("\0\u202e\ud800\udfff\U0010f7ff\U0010f800"))


def keys(*pairs: tuple[str, str]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    numbers = np.arange(len(pairs))
    return pair_keys([t for t, _ in pairs], [c for _, c in pairs], numbers, numbers)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "run.duckdb")


def count(store: Store, table: str) -> int:
    with store.reading() as connection:
        ((found,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(found)


@given(ODD)
def test_any_string_can_be_stored_and_comes_back(text: str) -> None:
    stored = storable(text)
    stored.encode("utf-8")
    assert restored(stored) == text


@given(ODD, ODD)
def test_strings_differ_in_storage_and_digest_where_they_differ(one: str, other: str) -> None:
    assert (storable(one) == storable(other)) == (one == other) == (digest(one) == digest(other))


@given(st.lists(st.tuples(ODD, ODD), max_size=6, unique=True))
@FEW
def test_scores_come_back_as_they_were_put(store: Store, pairs: list[tuple[str, str]]) -> None:
    scorer = {**SCORER, "example": next(NUMBERS)}
    probs = np.random.default_rng(len(pairs)).random((len(pairs), 3), dtype=np.float32)
    store.put(scorer, keys(*pairs), probs)
    found = store.get(scorer, keys(*pairs, ("never", "seen")))
    assert found[:-1].tobytes() == probs.tobytes()
    assert np.isnan(found[-1]).all()


def test_a_known_pair_keeps_its_first_score(store: Store) -> None:
    first, second = np.full((1, 3), 0.25, np.float32), np.full((1, 3), 0.5, np.float32)
    store.put(SCORER, keys(("a", "b")), first)
    store.put(SCORER, keys(("a", "b"), ("b", "a")), np.concatenate([second, second]))
    assert store.get(SCORER, keys(("a", "b"), ("b", "a")))[:, 0].tolist() == [0.25, 0.5]
    assert (count(store, "scores"), store.new, store.known) == (2, 2, 2)


@pytest.mark.parametrize("change", [{"weights": "v"}, {"dtype": "bf16"}, {"max_length": 64}])
def test_another_scorer_never_gets_these_scores(store: Store, change: dict[str, object]) -> None:
    store.put(SCORER, keys(("a", "b")), np.ones((1, 3), np.float32))
    assert np.isnan(store.get(SCORER | change, keys(("a", "b")))).all()


@given(ODD, ODD, st.none() | ODD, st.dictionaries(ODD, ODD, max_size=2))
@FEW
def test_documents_come_back(
    store: Store, text: str, name: str, title: str | None, extra: dict[str, str]
) -> None:
    run = next(NUMBERS)
    put = [Document(name, text, name, title=title, extra=extra)]
    keep_results(Entry(store, run), put, [], [], [])
    assert documents(store, run) == put
    assert put[0] in documents(store)


def results(holder: str = "Ann Lee") -> tuple[Any, ...]:
    """A document, its passage, a claim and a stance on it, with odd strings in them."""
    document = Document("d", "“It \0 leaks,” \u202eAnn Lee said \ud800.", "Herald")
    passage = Passage("d", 1, 10, document.text[1:10], holder, "speaker", premise="Ann: It leaks")
    claim = Claim("c", "The dam leaks \ud800")
    row = Stance(
        *("d", "Herald", None, holder, "speaker", None, "c", claim.text, "supports"),
        *(0.7, 0.1, 0.1, 0.1, 0.7, False, "ok", None, None),
        (Evidence(1, 10, document.text[1:10], 0.7, 0.1),),
    )
    return [document], [passage], [claim], [row]


def test_results_join_to_the_scores_of_what_the_model_read(store: Store) -> None:
    keep_results(Entry(store, 1), *results())
    pair = keys(("Ann: It leaks", "The dam leaks \ud800"))
    store.put(SCORER, pair, np.full((1, 3), 0.5, np.float32))
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT p.holder, s.p_supports, t.evidence[1].text FROM scores s"
            " JOIN passages p ON p.premise = s.text JOIN claims c ON c.digest = s.claim"
            " JOIN documents d USING (document) JOIN stances t USING (doc_id, claim_id)"
        ).fetchall()
    assert rows == [("Ann Lee", 0.5, "It \0 leaks,"[:9])]


def test_unchanged_documents_are_kept_once_and_passages_as_last_read(store: Store) -> None:
    for run, holder in enumerate(("Ann Lee", "Ann Lee", "Ann Lee-Ruiz"), 1):
        keep_results(Entry(store, run), *results(holder))
    with store.reading() as connection:
        holders = connection.execute("SELECT holder FROM passages").fetchall()
        runs = connection.execute("SELECT run_id, holder FROM stances ORDER BY 1").fetchall()
    assert holders == [("Ann Lee-Ruiz",)]
    assert runs == [(1, "Ann Lee"), (2, "Ann Lee"), (3, "Ann Lee-Ruiz")]
    assert (count(store, "documents"), count(store, "run_documents")) == (1, 3)


@pytest.mark.parametrize(("table", "kind"), [("claims", Claim), ("stances", Stance)])
def test_tables_have_the_columns_of_the_files(store: Store, table: str, kind: type) -> None:
    with store.reading() as connection:
        found = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    assert [name for name in found if name not in ("run_id", "digest")] == list(columns(kind))


def test_runs_are_recorded_with_how_they_ended(store: Store) -> None:
    with recorded(store, "track", command="stance track x", settings={"seed": 1}) as entry:
        entry.model, entry.counts = {"model": "small", "sha256": "0" * 64}, {"documents": 2}
        store.put(SCORER, keys(("a", "b")), np.ones((1, 3), np.float32))
    for error in (ValueError("no \ud800"), KeyboardInterrupt()):
        with pytest.raises(type(error)), recorded(store, "score"):
            raise error
    rows = store.runs()
    assert [row["status"] for row in rows] == ["done", "failed", "interrupted"]
    assert rows[0]["counts"] == {"documents": 2, "pairs_known": 0, "pairs_new": 1}
    assert rows[0]["settings"] == {"seed": 1} and rows[0]["versions"]["duckdb"]
    assert rows[1]["error"] == "ValueError: no \ud800"
    assert listing(rows)[0]["sha256"] == "0" * 64
    assert {"field": "model.model", "value": "small"} in listing(rows, 1, "table")
    with pytest.raises(UsageError, match="holds no run 9; it holds runs up to 3"):
        listing(rows, 9)


def test_secrets_do_not_reach_the_file(store: Store) -> None:
    command = "stance track x --api-key hunter2hunter2"
    with recorded(store, "track", command=command, settings={"model": "https://a:pw@b.example"}):
        pass
    assert b"hunter2" not in store.path.read_bytes() and b"a:pw" not in store.path.read_bytes()


KILLED = """
import os, sys, numpy as np
from stance.store import Store
from stance.store.runs import recorded
store = Store(sys.argv[1])
with recorded(store, "track"):
    store.put({"weights": "w"}, np.zeros((1, 32), np.uint8), np.ones((1, 3), np.float32))
    with store.writing() as connection:
        connection.execute("INSERT INTO scores SELECT 1, 'x', 'y', 0, 0, 0 FROM range(300000)")
        print("ready", flush=True)
        sys.stdin.read()
"""


def started(code: str, path: Path, *more: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_kill_in_the_middle_leaves_what_was_committed(tmp_path: Path) -> None:
    process = started(KILLED, tmp_path / "run.duckdb")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    store = Store(tmp_path / "run.duckdb")
    assert count(store, "scores") == 1
    assert store.get({"weights": "w"}, np.zeros((1, 32), np.uint8)).tolist() == [[1.0, 1.0, 1.0]]
    assert [row["status"] for row in store.runs()] == ["stopped"]
    store.put(SCORER, keys(("a", "b")), np.ones((1, 3), np.float32))
    assert count(store, "scores") == 2


HELD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""


def test_whoever_finds_the_file_taken_says_by_whom_and_gives_up(tmp_path: Path) -> None:
    path = Store(tmp_path / "run.duckdb").path
    process = started(HELD, path)
    told: list[str] = []
    try:
        with pytest.raises(OutputError, match=rf"in use by .*PID {process.pid}.*close it there"):
            Store(path, wait=1.3, log=told.append)
    finally:
        process.communicate()
    assert len(told) == 1 and f"PID {process.pid}" in told[0]


READER = """
import sys, stance
print("ready", flush=True)
try:
    print(stance.Store(sys.argv[1], read_only=True, wait=float(sys.argv[2])).runs())
except stance.OutputError as error:
    print(error)
"""


def test_several_readers_fail_clearly_while_one_writes_and_read_when_it_is_done(
    tmp_path: Path,
) -> None:
    path = Store(tmp_path / "run.duckdb").path
    writer = started(HELD, path)
    readers = [started(READER, path, "0.5") for _ in range(3)]
    said = [reader.communicate()[0] for reader in readers]
    assert all(f"PID {writer.pid}" in text and "close it there" in text for text in said)
    patient = [started(READER, path, "60") for _ in range(3)]
    writer.communicate()
    assert [reader.communicate()[0] for reader in patient] == ["[]\n"] * 3


def test_whoever_finds_the_file_taken_waits_for_it(tmp_path: Path) -> None:
    path = Store(tmp_path / "run.duckdb").path
    process = started(HELD, path)
    timer = threading.Timer(0.5, process.communicate)
    timer.start()
    assert Store(path, wait=60).runs() == []
    timer.join()


def test_a_run_does_not_hold_the_file_while_it_computes(store: Store) -> None:
    with recorded(store, "track"):
        code = "import sys, stance; print(stance.Store(sys.argv[1], read_only=True, wait=0).runs())"
        done = subprocess.run(
            [sys.executable, "-c", code, str(store.path)], capture_output=True, text=True
        )
    assert "'status': 'running'" in done.stdout, done.stderr


def test_threads_take_turns(store: Store) -> None:
    def work(number: int) -> None:
        for step in range(3):
            pair = keys((f"{number} {step}", "c"), ("shared", "c"))
            Store(store.path).put(SCORER, pair, np.ones((2, 3), np.float32))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(store, "scores") == 13


def test_other_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    for name, content in (("notes.txt", b"dear diary"), ("half.duckdb", b"\0" * 8 + b"DUC")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UsageError, match="is not a DuckDB file"):
            Store(tmp_path / name)
        assert (tmp_path / name).read_bytes() == content
    duckdb.connect(str(tmp_path / "other.duckdb")).execute("CREATE TABLE t (a INTEGER)").close()
    with pytest.raises(UsageError, match="no store of stance"):
        Store(tmp_path / "other.duckdb")
    with pytest.raises(UsageError, match="is a folder"):
        Store(tmp_path)
    with pytest.raises(InputError, match="no such store"):
        Store(tmp_path / "missing.duckdb", read_only=True)
    assert not (tmp_path / "missing.duckdb").exists()


def test_an_empty_file_and_a_new_folder_become_a_store(tmp_path: Path) -> None:
    (tmp_path / "empty.duckdb").touch()
    assert Store(tmp_path / "empty.duckdb").runs() == []
    assert Store(tmp_path / "new" / "run.duckdb").runs() == []
    assert sorted(p.name for p in tmp_path.rglob("*.duckdb*")) == ["empty.duckdb", "run.duckdb"]


def test_a_damaged_file_is_an_error_that_names_it(store: Store) -> None:
    content = bytearray(store.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    store.path.write_bytes(content)
    with pytest.raises(OutputError, match=r"run\.duckdb"):
        Store(store.path)


def test_a_later_version_is_not_touched(store: Store) -> None:
    with store.writing() as connection:
        connection.execute("UPDATE meta SET value = '99'")
    with pytest.raises(OutputError, match="schema 99, this one knows"):
        Store(store.path)


def test_only_a_store_needs_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; sys.modules['duckdb'] = None\n"
        "import stance.tracking, stance.verbs, stance.scoring\n"
        "assert stance.store.as_store(None) is None\n"
        "print('fine')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "fine\n", done.stderr
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"stance-tracker\[store\]"):
        as_store(tmp_path / "run.duckdb")


def test_a_run_of_a_dead_process_is_stopped_one_of_a_live_one_is_running(store: Store) -> None:
    with store.writing() as connection:
        for pid in (os.getpid(), dead_pid()):
            connection.execute(
                "INSERT INTO runs (run_id, verb, status, started, host, pid) SELECT"
                " coalesce(max(run_id), 0) + 1, 'track', 'running', now()::TIMESTAMP, ?, ?"
                " FROM runs",
                [__import__("platform").node(), pid],
            )
    assert [row["status"] for row in store.runs()] == ["running", "stopped"]


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_full_disk_is_an_error_and_loses_nothing(store: Store) -> None:
    """A limit on the size of files stands in for the disk."""
    import resource

    store.put(SCORER, keys(("a", "b")), np.ones((1, 3), np.float32))
    numbers = np.random.default_rng(0).integers(0, 256, (200_000, 32), dtype=np.uint8)
    probs = np.random.default_rng(1).random((200_000, 3), dtype=np.float32)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (store.path.stat().st_size + 4096, before[1]))
        with pytest.raises(OutputError, match=r"cannot write the store .*run.duckdb.*free space"):
            store.put(SCORER, numbers, probs)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    again = Store(store.path)
    assert count(again, "scores") in (1, 200_001)
    again.put(SCORER, numbers, probs)
    assert count(again, "scores") == 200_001
    assert again.get(SCORER, numbers).tobytes() == probs.tobytes()


def test_a_warm_look_up_of_many_pairs_is_fast(store: Store) -> None:
    numbers = np.random.default_rng(0).integers(0, 256, (20_000, 32), dtype=np.uint8)
    probs = np.random.default_rng(1).random((20_000, 3), dtype=np.float32)
    store.put(SCORER, numbers, probs)
    start = time.process_time()
    assert store.get(SCORER, numbers).tobytes() == probs.tobytes()
    assert time.process_time() - start < 20_000 / 10_000  # a CPU scores some hundred a second


def test_the_version_is_written_down(store: Store) -> None:
    with store.reading() as connection:
        assert schema.version_of(connection, store.path) == schema.VERSION
