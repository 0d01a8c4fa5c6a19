"""The command line as a user meets it: exit codes, streams, files, and no traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import stance
from stance.cli import app
from stance.errors import UsageError
from stance.writers import write

ENV = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}
DOCS = [
    {"id": "a", "source": "Post", "date": "2024-01-05", "text": "“We will pay,” Ana Ruiz said."},
    {
        "id": "b",
        "source": "Post",
        "date": "2024-03-05",
        "text": "“We will not pay,” Ana Ruiz said.",
    },
]
CLAIM = "Ana Ruiz will pay."


def run(*args: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stance", *map(str, args)],
        input=stdin,
        capture_output=True,
        text=True,
        env=ENV,
        timeout=300,
    )


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    path = tmp_path / "docs.jsonl"
    path.write_text("".join(json.dumps(d) + "\n" for d in DOCS))
    return path


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.txt"
    path.write_text(CLAIM + "\n")
    return path


def test_version_and_help_answer() -> None:
    assert run("--version").stdout.strip() == f"stance {stance.__version__}"
    shown = run("--help").stdout
    for verb in (
        "attribute",
        "detect",
        "match",
        "score",
        "track",
        "shifts",
        "audit",
        "verify",
        "demo",
        "report",
        "models",
        "train",
        "doctor",
    ):
        assert verb in shown


VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
# what an example needs that a test has not: training, and a base model on a whole corpus
SLOW = {"train", "demo"}


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb_answers_with_options_and_examples(verb: str) -> None:
    done = CliRunner().invoke(app, [verb, "--help"])
    assert done.exit_code == 0, done.output
    assert "Options:" in done.output and "\n    stance " + verb in done.output
    first = (VERBS[verb].help or "").partition(".")[0]
    assert len(first) < 64, "stance --help would cut it off"


def test_the_examples_in_the_help_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, docs: Path, claims: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    docs.rename("news.jsonl")
    Path("articles").mkdir()
    for row in DOCS:
        Path("articles", f"{row['id']}.txt").write_text(f"date {row['date']}\n\n{row['text']}")
    Path("pairs.csv").write_text(f"text,claim\nShe will pay.,{CLAIM}\n")
    Path("posts.csv").write_text("body\nShe will pay.\n")
    days = [f"2024-{m:02}-{d:02}" for m in range(1, 7) for d in (3, 17)]
    rows = [f"Ana,pays,{d},{'supports' if d < '2024-04' else 'refutes'}" for d in days]
    Path("labels.csv").write_text("holder,claim,date,label\n" + "\n".join(rows) + "\n")
    first = ["track", "news.jsonl", "--claims", "claims.txt", "-o", "run", "--model", "small"]
    assert CliRunner().invoke(app, [*first, "--store", "kept.duckdb"]).exit_code == 0
    assert CliRunner().invoke(app, ["audit", "run", "-n", "4", "-o", "s.csv"]).exit_code == 0
    header, *drawn = Path("s.csv").read_text().splitlines()
    Path("labelled.csv").write_text("\n".join([header, *(f"{row}supports" for row in drawn)]))
    for name, verb in VERBS.items():
        lines = [line.strip() for line in (verb.epilog or "").splitlines() if "stance " in line]
        assert lines, name
        for line in [] if name in SLOW else lines:
            small = any("--model" in param.opts for param in verb.params)
            args = [*shlex.split(line)[1:], *(["--model", "small"] if small else [])]
            done = CliRunner().invoke(app, args)
            assert done.exit_code == 0, f"{line}: {done.output}{done.exception}"


def test_track_reads_standard_input(claims: Path, tmp_path: Path) -> None:
    stdin = "".join(json.dumps(d) + "\n" for d in DOCS)
    out = tmp_path / "out"
    done = run("track", "-", "--claims", claims, "-o", out, "--model", "small", stdin=stdin)
    assert done.returncode == 0, done.stderr
    assert "read 2 documents, 0 rows skipped" in done.stderr
    assert json.loads((out / "run.json").read_text())["counts"]["documents"] == 2


def test_a_corpus_brings_its_claims_to_every_verb(docs: Path, claims: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    docs.rename(corpus / "documents.jsonl")
    alone = CliRunner().invoke(app, ["match", str(corpus)])
    assert isinstance(alone.exception, UsageError) and "--claims" in str(alone.exception)
    claims.rename(corpus / "claims.txt")
    done = CliRunner().invoke(app, ["match", str(corpus)])
    assert done.exit_code == 0 and '"claim_id": "c1"' in done.output
    done = CliRunner().invoke(app, ["verify", "--evidence", str(corpus), "--model", "small"])
    assert done.exit_code == 0 and json.loads(done.output)["claim"] == CLAIM


def test_an_output_is_left_as_it_is_or_refused(docs: Path, tmp_path: Path) -> None:
    out = tmp_path / "who.csv"
    ask = ["attribute", docs, "--rules-alone", "-o", out]
    assert run(*ask).returncode == 0
    before = out.stat().st_mtime_ns
    assert run(*ask).returncode == 0 and out.stat().st_mtime_ns == before
    text = docs.read_text()
    clash = run("attribute", docs, "--rules-alone", "-o", docs)  # the input itself
    assert clash.returncode == 2 and "--overwrite" in clash.stderr
    assert docs.read_text() == text
    docs.write_text(json.dumps(DOCS[0]) + "\n")
    assert run(*ask).returncode == 2
    assert run(*ask, "--overwrite").returncode == 0 and len(out.read_text().splitlines()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_is_one_line_and_130(tmp_path: Path) -> None:
    # a pipe that nobody fills: the command is surely reading when the signal comes
    command = [sys.executable, "-c", _READING, "attribute", "-", "--rules-alone"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = subprocess.Popen(command, env=ENV, **pipes)  # type: ignore[call-overload]
    assert child.stdout.readline() == b"reading\n"
    child.send_signal(signal.SIGINT)
    out, said = child.communicate(timeout=120)
    assert (child.returncode, out) == (130, b""), said
    assert said.decode().startswith("stance: interrupted") and len(said.splitlines()) == 1


_READING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import stance.readers, stance.verbs
load = stance.readers.load
def telling(*args, **more):
    print("reading", flush=True)
    return load(*args, **more)
stance.readers.load = telling
from stance.cli import main
main()
"""


def test_output_that_cannot_be_written_is_one_line(docs: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "stance", "attribute", str(docs), "--rules-alone"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=ENV,
        )
    assert done.returncode == 1 and "No space left" in done.stderr
    assert "Traceback" not in done.stderr, done.stderr


def test_data_on_standard_output_and_the_rest_on_standard_error(docs: Path) -> None:
    done = run("attribute", docs)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(r["doc_id"], r["holder"], r["cue"]) for r in rows] == [
        ("a", "Ana Ruiz", "said"),
        ("b", "Ana Ruiz", "said"),
    ]
    assert list(rows[0]) == [
        "doc_id",
        "kind",
        "holder",
        "holder_type",
        "affiliation",
        "holder_start",
        "holder_end",
        "cue",
        "cue_start",
        "cue_end",
        "content",
        "confidence",
    ]


def test_a_dash_reads_json_lines_and_format_csv_is_csv(claims: Path) -> None:
    stdin = "".join(json.dumps(d) + "\n" for d in DOCS)
    done = run("match", "-", "--claims", claims, "--format", "csv", stdin=stdin)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {r["doc_id"] for r in rows} == {"a", "b"}
    assert list(rows[0]) == ["doc_id", "start", "end", "text", "holder", "claim_id", "score"]


def test_bad_rows_are_named_counted_and_skipped_or_fatal(docs: Path) -> None:
    with docs.open("a") as stream:
        stream.write('{"id": "c", "date": "March", "text": "It rains."}\n{broken\n{"id": "d"}\n')
    done = run("attribute", docs)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    for part in ("row 3", "'date'", "March", "row 4", "row 5", "'text'"):
        assert part in done.stderr
    done = run("attribute", docs, "--on-error", "fail")
    assert done.returncode == 1
    assert "row 3" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("attribute", "nowhere.jsonl"), 1, "nowhere.jsonl"),
        (("attribute", "DOCS", "--format", "xlsx"), 2, "xlsx"),
        (("track", "DOCS"), 2, "--out"),
        (("track", "DOCS", "-o", "OUT", "--model", "no-such-model"), 1, "no-such-model"),
        (("track", "DOCS", "-o", "OUT", "--coverage", "3"), 2, "coverage"),
        (("nonsense",), 2, "nonsense"),
        (("report", "nowhere"), 1, "nowhere"),
        (("train", "nowhere.toml", "-o", "OUT"), 1, "nowhere.toml"),
        (("detect", "DOCS", "-o", "found.xlsx"), 2, "xlsx"),
        (("attribute", ""), 2, "no path"),
        (("attribute", "DOCS", ""), 2, "no path"),
        (("match", "-", "--claims", "-"), 2, "cannot both be standard input"),
        (("verify", "It rains.", "--evidence", "DOCS", "--as-of", "March"), 2, "--as-of: 'March'"),
        (("verify", "", "--evidence", "DOCS"), 2, "the claim is empty"),
        (("verify", "--evidence", "DOCS"), 2, "--claims FILE"),
    ],
)
def test_a_mistake_is_one_message_and_never_a_traceback(
    docs: Path, tmp_path: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    places = {"DOCS": docs, "OUT": tmp_path / "out"}
    done = run(*[places.get(a, a) for a in args])
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_track_writes_every_file_prints_tables_and_exits_3_on_a_shift(
    docs: Path, claims: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = run("track", docs, "--claims", claims, "-o", out, "--fail-on-shift")
    assert done.returncode == 3, done.stderr
    assert {f.name for f in out.iterdir()} == {
        "attributions.jsonl",
        "claims.jsonl",
        "stances.jsonl",
        "timelines.jsonl",
        "shifts.jsonl",
        "report.html",
        "run.json",
    }
    assert "Ana Ruiz" in done.stdout and "2024-03-05" in done.stdout
    shift = json.loads((out / "shifts.jsonl").read_text().splitlines()[0])
    assert (shift["stance_from"], shift["stance_to"]) == ("supports", "refutes")
    again = run("track", docs, "--claims", claims, "-o", out)
    assert again.returncode == 0 and "nothing to do" in again.stderr
    claims.write_text("It will snow.\n")
    other = run("track", docs, "--claims", claims, "-o", out)
    assert other.returncode == 2 and "--overwrite" in other.stderr


def test_report_again_gives_the_same_page(docs: Path, claims: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("track", docs, "--claims", claims, "-o", out, "--quiet").returncode == 0
    page = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    assert run("report", out).returncode == 0
    assert (out / "report.html").read_bytes() == page
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    assert run("report", out, "-o", notes).returncode == 2 and notes.read_text() == "mine"
    assert run("report", out, "-o", notes, "--overwrite").returncode == 0
    assert notes.read_bytes() == page


def test_doctor_says_that_scoring_works() -> None:
    done = run("doctor", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    rows = {row["check"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows["scoring"]["ok"] and len(rows["sha256"]["value"]) == 64


def test_models_are_listed() -> None:
    rows = [json.loads(line) for line in run("models", "--format", "jsonl").stdout.splitlines()]
    assert rows[0]["name"] == "base" and rows[0]["where"] == "shipped, default"


def test_shifts_reads_anyones_labels(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    rows = ["holder,claim,date,label"]
    rows += [
        f"Ana Ruiz,pays,2024-{m:02}-{d:02},{'supports' if m < 4 else 'refutes'}"
        for m in range(1, 7)
        for d in (3, 17)
    ]
    table.write_text("\n".join(rows) + "\n")
    done = run("shifts", table, "--fail-on-shift")
    assert done.returncode == 3, done.stderr
    shift = json.loads(done.stdout.splitlines()[0])
    assert shift["basis"] == "test" and shift["q_value"] <= 0.05
    # labels count as noisy: the interval holds the change and may be a point wider
    assert "2024-03-03" <= shift["date_before"] <= "2024-03-17"
    assert "2024-04-03" <= shift["date_after"] <= "2024-04-17"
    assert "1 series tested" in done.stderr


def test_a_table_without_a_usable_row_does_not_go_unnoticed(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    for row in ("", 'A,c,2024-01-01,"0,5"\n', "A,c,2024-01-01,\n"):
        table.write_text(f"holder,claim,date,score\n{row}")
        done = run("shifts", table)
        assert (done.returncode, done.stdout) == (0, "") and "no row could be used" in done.stderr
        done = run("shifts", table, "--fail-on-shift")
        assert done.returncode == 1 and f"{table}: no row could be used" in done.stderr
    table.write_text("holder,claim,date,score\nA,c,2024-01-01,0.5\n")
    done = run("shifts", table, "--fail-on-shift")
    assert done.returncode == 0 and "no row could be used" not in done.stderr


def test_no_seed_width_or_path_ends_in_a_traceback(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("holder,claim,date,score\nA,c,2024-01-01,0.5\n")
    for command in (["shifts", table, "--seed", "-1"], ["shifts", ""], ["trend", ""]):
        done = run(*command)
        assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr


def test_an_audit_counts_what_shifts_and_trend_take(tmp_path: Path) -> None:
    from tests.test_timelines import row

    days = [f"2024-{m:02}-05" for m in range(1, 13)]
    chances = [(0.8, 0.1, 0.1) if m < 6 else (0.1, 0.1, 0.8) for m in range(12)]
    rows = [
        row(f"d{m}", day, p=p, text=f"{day} " * 9)
        for m, (day, p) in enumerate(zip(days, chances, strict=True))
    ]
    (tmp_path / "run").mkdir()
    write(rows, tmp_path / "run" / "stances.jsonl", kind="stances")
    labels = [{"doc_id": r.doc_id, "holder": r.holder, "claim_id": r.claim_id, "label": r.stance}
              for r in rows]  # fmt: skip
    write(labels, tmp_path / "labels.csv")
    matrix, labelled = tmp_path / "matrix.json", ("--labels", tmp_path / "labels.csv")
    assert run("audit", tmp_path / "run", "--confusion", matrix).returncode == 2
    done = run("audit", tmp_path / "run", *labelled, "--confusion", matrix)
    assert done.returncode == 0, done.stderr
    assert json.loads(matrix.read_text()) == [[6, 0, 0], [0, 0, 0], [0, 0, 6]]
    given = ("shifts", tmp_path / "run")
    plain, surer = run(*given), run(*given, "--confusion", matrix)
    first, second = (
        [row for line in one.stdout.splitlines() if (row := json.loads(line))["probability"]]
        for one in (plain, surer)
    )
    assert first[0]["basis"] == "pairwise" and first[0]["probability"] != second[0]["probability"]
    assert run("trend", tmp_path / "run", "--confusion", matrix).returncode == 0
    matrix.write_text('{"a": 1}')
    wrong = run(*given, "--confusion", matrix)
    assert wrong.returncode == 2 and "3 × 3 counts" in wrong.stderr


def test_shifts_tells_what_unchanged_series_would_have_shown(tmp_path: Path) -> None:
    table = tmp_path / "scores.csv"
    rows = [f"A,c,2024-01-{d:02},{d * d % 7}" for d in range(1, 20)]
    table.write_text("\n".join(["holder,claim,date,score", *rows]) + "\n")
    done = run("shifts", table)
    assert "unchanged: A, c: 19 points would show a change of" in done.stderr


def test_score_keeps_rows_and_columns(tmp_path: Path) -> None:
    table = tmp_path / "pairs.csv"
    table.write_text(
        'text,claim,label\n"The dam leaks, she said.",The dam leaks.,mine\n,The dam.,x\n'
    )
    done = run("score", table, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["status"] for r in rows] == ["ok", "error"]
    assert rows[0]["input_label"] == "mine" and rows[0]["label"] == "supports"
    assert rows[1]["label"] is None and rows[1]["error"]


def test_verify_gives_a_verdict_with_evidence(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence.jsonl"
    evidence.write_text(
        json.dumps(
            {
                "id": "e",
                "source": "Post",
                "date": "2024-01-05",
                "text": "The dam was closed on Monday after inspectors found cracks.",
            }
        )
        + "\n"
    )
    done = run("verify", "The dam was closed.", "--evidence", evidence, "--as-of", "2024-02-01")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout.splitlines()[0])
    assert row["verdict"] == "supported"
    assert row["evidence"][0]["doc_id"] == "e"
    earlier = run("verify", "The dam was closed.", "--evidence", evidence, "--as-of", "2023-02-01")
    assert json.loads(earlier.stdout.splitlines()[0])["verdict"] == "not enough evidence"
