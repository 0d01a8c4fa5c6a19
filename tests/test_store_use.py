"""What the store saves: pairs that are scored, documents that are read, and none by mistake."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torch
from tiny_models import tiny_model
from typer.testing import CliRunner

from stance import Archive, Store, score, track, verify
from stance.archive import _passages, _placed, _words
from stance.cli import app
from stance.dates import parse_date
from stance.errors import OutputError, UsageError
from stance.inference import NLI
from stance.inference.plan import Batch
from stance.records import record
from stance.scoring import score_file
from stance.store import schema
from stance.store.readings import kept_passages, kept_terms
from stance.types import Document

duckdb = pytest.importorskip("duckdb")

CLAIMS = [{"id": "dam", "text": "The dam leaks."}, {"id": "toll", "text": "The toll will rise."}]
NAMES = ("Ana Ruiz", "Ben Okafor", "Carla Lindt", "Dov Amir")


def article(number: int) -> dict[str, Any]:
    name, other = NAMES[number % 4], NAMES[(number + 1) % 4]
    return {
        "id": f"d{number}",
        "source": ("Herald", "Ledger")[number % 2],
        "date": f"2024-0{1 + number % 6}-1{number % 9}",
        "text": f"“The dam leaks in {number} places,” {name} said on Monday.\n\n{other} denied "
        f"that the dam leaks. The toll on bridge {number} will rise, {name} told reporters.",
    }


class Counting:
    """A forward that counts the pairs it is sent."""

    def __init__(self) -> None:
        self.pairs = 0

    def __call__(self, batch: Batch) -> torch.Tensor:
        self.pairs += len(batch.lengths)
        lengths = torch.from_numpy(batch.lengths).float()
        return torch.stack([lengths % 5, -lengths % 3, torch.zeros_like(lengths)], dim=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model"), "bert")


@pytest.fixture
def nli(folder: Path) -> NLI:
    nli = NLI.from_pretrained(folder, device="cpu")
    nli._ways = nli._ways[:1]
    return nli


@pytest.fixture
def forward(nli: NLI) -> Counting:
    counting = Counting()
    nli._forwards[nli._ways[0]] = counting
    return counting


def outputs(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*.jsonl")}


def test_only_the_pairs_of_new_documents_are_scored(
    nli: NLI, forward: Counting, tmp_path: Path
) -> None:
    store = tmp_path / "run.duckdb"
    old, new = [article(n) for n in range(6)], [article(n) for n in range(6, 8)]
    track(old, CLAIMS, tmp_path / "1", model=nli, store=store)
    first = forward.pairs
    track(old, CLAIMS, tmp_path / "2", model=nli, store=store)
    assert first > 0 and forward.pairs == first
    assert outputs(tmp_path / "2") == outputs(tmp_path / "1")

    track([*old, *new], CLAIMS, tmp_path / "3", model=nli, store=store)
    added = forward.pairs - first
    plain = Counting()
    nli._forwards[nli._ways[0]] = plain
    track([*old, *new], CLAIMS, tmp_path / "4", model=nli)
    assert 0 < added < plain.pairs / 2
    assert outputs(tmp_path / "3") == outputs(tmp_path / "4")

    runs = Store(store).runs()
    assert [r["counts"]["pairs_new"] for r in runs] == [first, 0, added]
    assert [r["counts"]["documents"] for r in runs] == [6, 6, 8]
    assert {r["status"] for r in runs} == {"done"}


def test_ten_documents_more_than_ten_thousand_cost_ten(
    nli: NLI, forward: Counting, tmp_path: Path
) -> None:
    """Two claims each; through ``track`` at this size see benchmarks/reliability_store.py."""
    store = Store(tmp_path / "run.duckdb")
    texts = [f"Gate {n} of the dam leaks, {NAMES[n % 4]} said." for n in range(10_010)]
    pairs = [(text, claim["text"]) for text in texts for claim in CLAIMS]
    old = nli.score(pairs[:-20], store=store)
    assert forward.pairs == 20_000
    both = nli.score(pairs, store=store)
    assert forward.pairs == 20_020
    assert np.array_equal(both[:-20], old)


def test_a_finished_output_is_no_run(nli: NLI, forward: Counting, tmp_path: Path) -> None:
    for _ in range(2):
        track([article(0)], CLAIMS, tmp_path / "out", model=nli, store=tmp_path / "run.duckdb")
    assert len(Store(tmp_path / "run.duckdb").runs()) == 1


def test_warm_bytes_are_cold_bytes_for_a_real_model(nli: NLI, tmp_path: Path) -> None:
    pairs = [(article(n)["text"], claim["text"]) for n in range(5) for claim in CLAIMS]
    store = tmp_path / "run.duckdb"
    cold = nli.score(pairs, store=store)
    assert nli.score(pairs[::-1], store=store)[::-1].tobytes() == cold.tobytes()
    assert cold.tobytes() == nli.score(pairs).tobytes()
    rows = score(pairs, model=nli, store=store)
    assert [row["p_supports"] for row in rows] == [round(float(p), 6) for p in cold[:, 0]]


def test_score_files_share_what_they_know(folder: Path, tmp_path: Path) -> None:
    rows = [{"text": article(n)["text"], "claim": CLAIMS[n % 2]["text"]} for n in range(6)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    store = tmp_path / "run.duckdb"

    def run(out: str, **options: Any) -> dict[str, Any]:
        return score_file(
            *(tmp_path / "in.jsonl", tmp_path / out),
            **{"model": folder, "device": "cpu", "quiet": True, "chunk_rows": 4, **options},
        )

    cold, warm = run("cold.jsonl", store=store), run("warm.jsonl", store=store)
    run("plain.jsonl")
    assert (cold["computed_pairs"], cold["known_pairs"]) == (6, 0)
    assert (warm["computed_pairs"], warm["known_pairs"], warm["tokens"]) == (0, 6, 0)
    texts = [(tmp_path / f"{n}.jsonl").read_bytes() for n in ("cold", "warm", "plain")]
    assert texts[0] == texts[1] == texts[2]
    assert [r["counts"]["pairs_new"] for r in Store(store).runs()] == [6, 0]
    with pytest.raises(UsageError, match="leave away --store or --engine ray"):
        run("ray.jsonl", store=store, engine="ray")


def test_verify_with_a_store_says_the_same(nli: NLI, forward: Counting, tmp_path: Path) -> None:
    articles = [article(n) for n in range(60)]
    plain = verify("The dam leaks.", articles, model=nli, as_of="2024-05")
    first = forward.pairs
    for _ in range(2):
        kept = verify("The dam leaks.", articles, model=nli, as_of="2024-05", store=tmp_path / "s")
        assert kept == plain
    assert forward.pairs == 2 * first
    runs = Store(tmp_path / "s").runs()
    assert [run["settings"]["as_of"] for run in runs] == ["2024-05", "2024-05"]
    assert [run["counts"]["pairs_new"] for run in runs] == [first, 0]


def read(articles: list[dict[str, Any]]) -> list[Document]:
    return [
        Document(a["id"], a["text"], a["source"], parse_date(a["date"]), extra={"n": i})
        for i, a in enumerate(articles)
    ]


def never(document: Document) -> NoReturn:
    raise AssertionError(f"{document.id} is known and was read again")


def test_only_new_and_changed_documents_are_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "run.duckdb")
    old = read([article(n) for n in range(5)])
    assert kept_passages(store, old, _passages) == [_passages(d) for d in old]
    terms = kept_terms(store, old, _words, _placed)
    assert kept_passages(store, old[::-1], never) == [_passages(d) for d in old[::-1]]
    again = kept_terms(Store(store.path), old, never, _placed)
    assert (again.rows, again.words) == (terms.rows, terms.words)
    assert np.array_equal(again.points, np.concatenate(_placed(old)))
    seen: list[str] = []
    changed = [*old[:2], replace(old[2], text="The toll rose.", lang="en"), *old[3:]]
    placed: list[str] = []
    kept_terms(
        store,
        changed,
        lambda d: seen.append(d.id) or _words(d),  # type: ignore[func-returns-value]
        lambda some: placed.extend(d.id for d in some) or _placed(some),  # type: ignore[func-returns-value]
    )
    assert seen == placed == ["d2"]


def test_kept_words_are_the_words(tmp_path: Path) -> None:
    odd = [Document("o", "\ud800 x\0y\n\n—\n\nÄrzte Москва", "s"), Document("e", "", "s")]
    documents = [*read([article(n) for n in range(4)]), *odd]
    for _ in range(2):
        terms = kept_terms(Store(tmp_path / "run.duckdb"), documents, _words, _placed)
        word = {number: word for word, number in terms.words.items()}
        split = [[word[n] for n in row] for row in terms.rows]
        assert split == [row for d in documents for row in _words(d)]
        sizes = [len(_words(d)) for d in documents]
        assert terms.homes.tolist() == np.repeat(np.arange(len(documents)), sizes).tolist()


def test_an_archive_finds_the_same_with_a_store(tmp_path: Path) -> None:
    documents = read([article(n) for n in range(40)])
    plain = Archive(documents)
    store = Store(tmp_path / "run.duckdb")
    for archive in (Archive(documents, store=store), Archive(documents, store=store)):
        for claim in ("The toll on bridge 7 will rise.", "Lindt said it leaks.", "zebra"):
            assert archive.near(claim, 5) == plain.near(claim, 5)
        day = parse_date("2024-03")
        assert archive.until(day).near("bridge 8", 3) == plain.until(day).near("bridge 8", 3)
        found = archive.near("The dam leaks.", 3)
        assert [archive.passages(d) for d in found] == [plain.passages(d) for d in found]


def test_a_new_reader_reads_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "run.duckdb")
    documents = read([article(0)]) * 2
    kept_passages(store, documents, _passages)
    monkeypatch.setattr("stance.store.readings.reader", lambda: b"other code")
    assert kept_passages(store, documents, lambda d: []) == [[], []]
    assert kept_passages(store, documents, never) == [[], []]
    with store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM readings").fetchall() == [(1,)]


VERSION_1 = """
CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
INSERT INTO meta VALUES ('schema', '1');
CREATE TABLE scorers (scorer INTEGER PRIMARY KEY, digest BLOB NOT NULL, weights VARCHAR,
    tokenizer VARCHAR, head VARCHAR, backend VARCHAR, dtype VARCHAR, max_length INTEGER);
CREATE TABLE scores (scorer INTEGER NOT NULL, text BLOB NOT NULL, claim BLOB NOT NULL,
    p_supports FLOAT NOT NULL, p_neutral FLOAT NOT NULL, p_refutes FLOAT NOT NULL);
INSERT INTO scorers (scorer, digest, weights) VALUES (1, unhex('{scorer}'), 'w');
INSERT INTO scores VALUES (1, unhex('{text}'), unhex('{claim}'), 0.125, 0.25, 0.625);
CREATE TABLE runs (run_id INTEGER PRIMARY KEY, verb VARCHAR NOT NULL, status VARCHAR NOT NULL,
    started TIMESTAMP NOT NULL, ended TIMESTAMP, seconds DOUBLE, command VARCHAR,
    settings VARCHAR, model VARCHAR, versions VARCHAR, counts VARCHAR, error VARCHAR,
    host VARCHAR, pid INTEGER);
INSERT INTO runs (run_id, verb, status, started, counts)
    VALUES (1, 'track', 'done', '2026-11-22 04:00:00', '{{"documents": 2}}');
"""


def version_1(path: Path) -> Path:
    """A store as the first version made it, with the tables that the test needs."""
    from stance.store.digests import digest

    connection = duckdb.connect(str(path))
    connection.execute(
        VERSION_1.format(
            scorer=digest(json.dumps({"weights": "w"})).hex(),
            text=digest("It drips.").hex(),
            claim=digest("It leaks.").hex(),
        )
    )
    connection.close()
    return path


def test_a_store_of_version_1_is_brought_up_to_date(tmp_path: Path) -> None:
    from stance.store.digests import pair_keys

    store = Store(version_1(tmp_path / "old.duckdb"))
    zero = np.zeros(1, np.int64)
    found = store.get({"weights": "w"}, pair_keys(["It drips."], ["It leaks."], zero, zero))
    assert found.tolist() == [[0.125, 0.25, 0.625]]
    assert store.runs()[0]["counts"] == {"documents": 2}
    document = read([article(0)])
    assert kept_passages(store, document, _passages) == kept_passages(store, document, never)
    with Store(store.path).reading() as connection:
        assert schema.version_of(connection, store.path) == schema.VERSION


def test_a_migration_that_fails_leaves_the_old_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = version_1(tmp_path / "old.duckdb")
    with monkeypatch.context() as patch:
        broken = f"{schema.MIGRATIONS[1]}; SELECT no_such_function()"
        patch.setattr(schema, "MIGRATIONS", {**schema.MIGRATIONS, 1: broken})
        with pytest.raises(OutputError):
            Store(path)
    assert Store(path).runs()[0]["run_id"] == 1


def test_runs_on_the_command_line(nli: NLI, forward: Counting, tmp_path: Path) -> None:
    store = tmp_path / "run.duckdb"
    track([article(0)], CLAIMS, model=nli, store=store, seed=3, command="stance track x")
    run = CliRunner().invoke

    rows = run(app, ["runs", str(store), "--format", "jsonl"]).stdout.splitlines()
    row = json.loads(rows[0])
    assert (row["run_id"], row["verb"], row["settings"]["seed"]) == (1, "track", 3)
    assert row["documents"] == 1 and row["pairs_new"] == forward.pairs
    assert row["sha256"] == nli.ref.sha256 and row["command"] == "stance track x"
    table = run(app, ["runs", str(store)]).stdout
    assert "track" in table and nli.ref.sha256[:12] in table
    one = run(app, ["runs", str(store), "1", "--format", "csv"]).stdout
    assert '""seed"": 3' in one
    assert "settings.seed" in run(app, ["runs", str(store), "1"]).stdout
    for suffix in ("parquet", "csv", "jsonl"):
        done = run(app, ["runs", str(store), "-o", str(tmp_path / f"runs.{suffix}")])
        assert done.exit_code == 0 and (tmp_path / f"runs.{suffix}").stat().st_size
    assert isinstance(run(app, ["runs", str(store), "9"]).exception, UsageError)


def test_a_passage_in_the_store_is_a_passage(nli: NLI, forward: Counting, tmp_path: Path) -> None:
    found = track([article(n) for n in range(3)], CLAIMS, model=nli, store=tmp_path / "s.duckdb")
    texts = {d.id: d.text for d in found.documents}
    with Store(tmp_path / "s.duckdb").reading() as connection:
        rows = connection.execute(
            "SELECT d.doc_id, p.start, p.end, p.text FROM passages p JOIN documents d"
            " USING (document)"
        ).fetchall()
        stances = connection.execute("SELECT doc_id, holder, p_supports FROM stances").fetchall()
    assert rows and all(texts[doc][start:end] == text for doc, start, end, text in rows)
    plain = [record(row) for row in found.stances]
    assert stances == [(r["doc_id"], r["holder"], r["p_supports"]) for r in plain]
