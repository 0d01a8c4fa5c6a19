"""Every source gives the same documents; every bad row is named, counted and skipped or fatal."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stance.errors import InputError, MissingExtraError, StanceError, UsageError
from stance.readers import Problem, load, load_claims, read, read_claims, read_rows
from stance.types import Claim, Document
from stance.verbs import as_claims, as_documents

SHARED = Path(__file__).parents[2] / "shared" / "seeds"
ROWS = [
    {"id": "a", "text": "The dam holds.", "source": "The Ledger", "date": "2024-05-02", "n": 1},
    {"id": "b", "text": " The dam leaks.\n", "source": "Valley Post", "date": "2024-06", "n": 2},
]


def jsonl(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def said(problems: list[Problem]) -> list[str]:
    return [str(problem).rpartition("/")[2] for problem in problems]


def check(documents: list[Document]) -> None:
    assert [d.id for d in documents] == ["a", "b"]
    assert [d.text for d in documents] == [str(row["text"]) for row in ROWS]
    assert [d.source for d in documents] == ["The Ledger", "Valley Post"]
    assert [str(d.date) for d in documents] == ["2024-05-02", "2024-06"]
    assert [int(str(d.extra["n"])) for d in documents] == [1, 2]


def test_files_and_objects_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    pd, pl, pa = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    frame = pd.DataFrame(ROWS)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    frame.to_parquet(tmp_path / "rows.parquet")
    jsonl(tmp_path / "rows.jsonl", *ROWS)
    for name in ("rows.csv", "rows.parquet", "rows.jsonl"):
        check(read(tmp_path / name))
        check(read(str(tmp_path / name)))
    table = pa.Table.from_pylist(ROWS)
    for source in (frame, pl.DataFrame(ROWS), pl.LazyFrame(ROWS), table, datasets.Dataset(table)):
        check(read(source))
    for batches in (table.to_batches()[0], table.to_reader()):
        check(read(batches))
    check(read(frame.set_index("id")))  # a named index is a column, not a count of rows
    check(read(ROWS))
    check(read(iter(ROWS)))
    check(read(read(ROWS)))
    stdin = SimpleNamespace(buffer=io.BytesIO((tmp_path / "rows.jsonl").read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    check(read("-"))


def test_missing_cells_of_a_frame_are_missing_fields() -> None:
    pd = pytest.importorskip("pandas")
    rows = {"text": ["x", "y"], "date": pd.to_datetime(["2022-01-02", None]), "title": [None, "T"]}
    first, second = read(pd.DataFrame(rows))
    assert (str(first.date), first.title, second.date, second.title) == (
        "2022-01-02",
        None,
        None,
        "T",
    )


def test_defaults_for_what_is_not_stated(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "wire.jsonl", {"text": "x"}, {"text": "y", "id": 7, "date": ""})
    documents = read(path)
    assert [(d.id, d.source, d.date) for d in documents] == [
        ("wire:1", "wire:1", None),
        ("7", "7", None),
    ]
    (tmp_path / "note.txt").write_text("It rained.")
    assert read(tmp_path / "note.txt") == [Document("note", "It rained.", "note")]


def test_text_is_kept_to_the_character(tmp_path: Path) -> None:
    text = " date 2022-10-12 It rained.\r\n\r\n“Hard,” he said. \n"
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (document,) = read(tmp_path / "a.txt")
    assert document.text == text
    assert str(document.date) == "2022-10-12"
    assert str(read([{"text": text}])[0].date) == "2022-10-12"
    assert str(read([{"text": text, "date": "2023"}])[0].date) == "2023"


def test_front_matter_becomes_fields(tmp_path: Path) -> None:
    text = (
        "---\ntitle: Rain: a report\nsource: 'The Ledger'\ndate: 2022-10\nDesk: west\n---\nRain.\n"
    )
    (tmp_path / "rain.md").write_text(text)
    (document,) = read(tmp_path / "rain.md")
    assert document.text == text
    assert (document.title, document.source, str(document.date)) == (
        "Rain: a report",
        "The Ledger",
        "2022-10",
    )
    assert document.extra == {"desk": "west"}


def test_corpus_folder(tmp_path: Path) -> None:
    jsonl(tmp_path / "documents.jsonl", *ROWS)
    jsonl(tmp_path / "claims.jsonl", {"text": "The dam is safe."})
    (tmp_path / "README.md").write_text("not a document")
    loaded = load(tmp_path)
    check(loaded.documents)
    assert loaded.claims_path == tmp_path / "claims.jsonl"
    assert load(tmp_path / "documents.jsonl").claims_path is None
    (tmp_path / "documents.csv").write_text("text\nx\n")
    with pytest.raises(InputError, match=r"documents\.csv, documents\.jsonl"):
        load(tmp_path)


def test_the_claims_asked_about_a_folder_are_no_document_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("It rained.")
    claims = tmp_path / "claims.txt"
    claims.write_text("It rained.")
    assert [d.id for d in load(tmp_path, claims=str(claims)).documents] == ["a"]
    loaded = load(tmp_path)
    assert [d.id for d in loaded.documents] == ["a"] and loaded.claims_path == claims


def test_the_report_of_an_earlier_run_is_no_article(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The dam leaks.")
    for name in ("run", "own"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.html").write_text(
            "<html><body><p>The dam leaks, the wall is old, the report says.</p></body></html>"
        )
    (tmp_path / "run" / "run.json").write_text("{}")
    assert [d.id for d in read(tmp_path)] == ["a", "own/report"]


def test_several_paths_are_one_corpus(tmp_path: Path) -> None:
    first, second, claims = (tmp_path / n for n in ("a.txt", "b.jsonl", "claims.txt"))
    first.write_text("The dam is safe.")
    second.write_text('{"id": "x", "text": "It is old."}\n{"id": "a", "text": "Again."}\n')
    claims.write_text("The dam is safe.")
    loaded = load([str(first), str(second), str(claims)], claims=str(claims))
    assert [d.id for d in loaded.documents] == ["a", "x"]
    assert [p.message for p in loaded.problems] == [
        "'a' is already the id of " + str(first) + "; give every row its own"
    ]
    with pytest.raises(InputError, match="no such file"):
        load([first, tmp_path / "none.txt"])


@pytest.mark.parametrize(
    ("name", "text", "day"),
    [
        ("2024-03-01-reuters.txt", "Rain fell.", "2024-03-01"),
        ("reuters_20240301.md", "Rain fell.", "2024-03-01"),
        ("reuters 2024.03.01.txt", "date 2024-03-02 Rain fell.", "2024-03-02"),
        ("2024-03-01-to-2024-03-04.txt", "Rain fell.", "None"),
        ("2024-13-01.txt", "Rain fell.", "None"),
        ("id-120240301.txt", "Rain fell.", "None"),
    ],
)
def test_a_file_that_states_no_date_has_that_of_its_name(
    tmp_path: Path, name: str, text: str, day: str
) -> None:
    (tmp_path / name).write_text(text)
    assert [str(d.date) for d in read(tmp_path)] == [day]
    assert [str(d.date) for d in read(tmp_path / name)] == [day]


def test_folder_of_texts_with_metadata(tmp_path: Path) -> None:
    (tmp_path / "post").mkdir()
    (tmp_path / "a.txt").write_text("The dam holds.")
    (tmp_path / "post" / "b.txt").write_text("date 2024-07-01 The dam leaks.")
    (tmp_path / ".hidden.txt").write_text("x")
    (tmp_path / "metadata.csv").write_text(
        "file,id,source,date,title\na.txt,first,The Ledger,2024-05,\ngone.txt,,,,\n"
    )
    loaded = load(tmp_path)
    assert [(d.id, d.source, str(d.date)) for d in loaded.documents] == [
        ("first", "The Ledger", "2024-05"),
        ("post/b", "post/b", "2024-07-01"),
    ]
    assert said(loaded.problems) == [
        "metadata.csv, row 3, field 'file': 'gone.txt' is not a text in this folder;"
        " give its path inside it"
    ]
    assert loaded.claims_path is None


def test_a_bad_date_in_the_metadata_is_blamed_on_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The dam holds.")
    (tmp_path / "metadata.csv").write_text("file,date\na.txt,March\n")
    (problem,) = load(tmp_path).problems
    assert (problem.file, problem.row, problem.field) == (str(tmp_path / "metadata.csv"), 2, "date")


BAD_LINES = [
    (b'{"text": "x"', None, "is not JSON"),
    (b'{"text": "caf\xe9"}', None, "byte 0xe9 at position 53 is not UTF-8"),
    (b"[1, 2]", None, "not an object"),
    (b"[" * 100_000, None, "nested too deeply"),
    (b"1" * 5000, None, "is not JSON"),
    (b"{}", "text", "no text (its fields: none)"),
    (b'{"body": "x"}', "text", "no text (its fields: 'body')"),
    (b'{"text": "  "}', "text", "no text"),
    (b'{"text": null}', "text", "no text"),
    (b'{"text": 5}', "text", "5 (int) is not text"),
    (b'{"text": "a\\u0000b"}', "text", "has NUL at character 1"),
    (b'{"text": "a\\ud800b"}', "text", "has the lone surrogate U+D800 at character 1"),
    (b'{"text": "x", "date": "March"}', "date", "'March' is not an ISO 8601 date"),
    (b'{"text": "x", "date": 1665532800}', "date", "is not a date"),
    (b'{"text": "x", "date": [2022]}', "date", "is not a date"),
    (b'{"text": "x", "source": {"n": 1}}', "source", "is not plain text"),
    (b'{"text": "x", "title": "\\ud800"}', "title", "is not plain text"),
    (b'{"text": "date 2022-13-01 Rain."}', "date", "month must be in 1..12"),
    (b'{"text": "x", "id": "a"}', "id", "'a' is already the id of row 1"),
]


@pytest.mark.parametrize(("line", "field", "message"), BAD_LINES)
def test_bad_json_rows(tmp_path: Path, line: bytes, field: str | None, message: str) -> None:
    good = b'{"id": "a", "text": "The dam holds, it was said."}'[:42] + b'"}'
    path = jsonl(tmp_path / "rows.jsonl", good, line, {"id": "z", "text": "Last."})
    loaded = load(path)
    assert [d.id for d in loaded.documents] == ["a", "z"]
    (problem,) = loaded.problems
    assert (problem.file, problem.row, problem.field) == (str(path), 2, field)
    assert message.replace("53", str(len(good) + 1 + line.find(b"\xe9"))) in problem.message
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == str(problem)


def test_bad_csv_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(
        b"id,text,date\n1,fine,2022\n"
        b'2,"bro"ken,2022\n'
        b"3,too,many,cells\n"
        b"4\n"
        b"5,caf\xe9,2022\n"
        b"6,x,2022-13\n"
        b'7,"two\nlines",\n'
        b"8,after,March\n"
        b'9,"never closed,2022\n10,x,2022\n'
    )
    loaded = load(path)
    assert [(d.id, d.text) for d in loaded.documents] == [("1", "fine"), ("7", "two\nlines")]
    assert [(p.row, p.field) for p in loaded.problems] == [
        *((3, None), (4, None), (5, None), (6, "text"), (7, "date"), (10, "date"), (11, None))
    ]
    messages = [p.message for p in loaded.problems]
    assert "quotation marks gone wrong" in messages[0]
    assert "has 4 cells where the header has 3" in messages[1]
    assert f"byte 0xe9 at position {path.read_bytes().index(0xE9)} is not UTF-8" in messages[3]
    assert "lost to row 12" in messages[-1]


def test_csv_with_semicolons_and_a_long_cell(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    long = "word, " * 200_000
    path.write_text(f'﻿id;text\r\n1;"{long}"\r\n', newline="")
    (document,) = read(path)
    assert (document.id, document.text) == ("1", long)


def test_csv_header_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,text\nx,y\n")
    with pytest.raises(InputError, match="column 'text' appears twice"):
        load(path)


def test_ten_megabyte_line(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "big.jsonl", {"text": "It rained. " * 1_000_000})
    assert len(read(path)[0].text) == 11_000_000


def test_bad_texts_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Fine.")
    (tmp_path / "b.txt").write_bytes(b"caf\xe9")
    (tmp_path / "c.txt").write_bytes("Sixteen bits.".encode("utf-16"))
    (tmp_path / "d.txt").write_bytes(b"")
    (tmp_path / "e.txt").write_bytes(b"a\0b")
    loaded = load(tmp_path)
    assert [d.id for d in loaded.documents] == ["a"]
    assert said(loaded.problems) == [
        "b.txt: byte 0xe9 at position 3 is not UTF-8; save the file as UTF-8",
        "c.txt: is UTF-16, not UTF-8; save it as UTF-8",
        "d.txt: the file is empty",
        "e.txt, field 'text': has NUL at character 1; remove it or decode the text anew",
    ]


def test_sources_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nonsense PAR1")
    for source, said_ in [
        (tmp_path / "gone.jsonl", "gone.jsonl: no such file"),
        ("x" * 5000, "not a path"),
        ("a\0b", "no such file|not a path"),
        (tmp_path / "a.pdf", r"a\.pdf: holds no documents .* \.jsonl, .*\.txt, \.md, \.html"),
        (tmp_path / "bad.parquet", "not a readable Parquet file"),
        (tmp_path, "holds no documents.jsonl"),
    ]:
        with pytest.raises(InputError, match=said_):
            load(source)
    with pytest.raises(InputError, match="is a folder, not a table"):
        load_claims(tmp_path)
    with pytest.raises(UsageError, match="no path was given"):
        load("")  # Path("") is the working directory: nobody asked for that
    for thing in (5, None, {"text": "x"}, {"train": ROWS}):
        with pytest.raises(UsageError, match="one split of a dataset"):
            load(thing)
    assert said(load(["x"]).problems) == ["row 1: is a str, not a mapping with named fields"]
    with pytest.raises(UsageError, match="'skip' or 'fail'"):
        load(ROWS, on_error="ignore")  # type: ignore[arg-type]


def test_a_column_that_stands_twice_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    pd, pa, pq = (pytest.importorskip(n) for n in ("pandas", "pyarrow", "pyarrow.parquet"))
    (tmp_path / "twice.csv").write_text("id,text,text\na,one,two\n")
    table = pa.table([["a"], ["one"], ["two"]], names=["id", "text", "text"])
    pq.write_table(table, tmp_path / "twice.parquet")
    frame = pd.DataFrame([["a", "one", "two"]], columns=["id", "text", "text"])
    for source in (tmp_path / "twice.csv", tmp_path / "twice.parquet", table, frame):
        with pytest.raises(InputError, match="column 'text' appears twice"):
            load(source)


def test_records_are_checked_like_rows() -> None:
    good = Document("a", "It rains.", "Post")
    assert read(good) == read([good]) == as_documents(good) == [good]
    for bad in (Document("b", "", "Post"), Document("c", "a\0b", "Post"), good):
        with pytest.raises(InputError, match="row 2"):
            as_documents([good, bad])
    with pytest.raises(InputError, match="row 1, field 'text'"):
        as_claims([Claim("c1", " ")])


def test_a_bare_string_is_a_claim_unless_it_names_a_table(tmp_path: Path) -> None:
    (tmp_path / "claims.csv").write_text("text\nIt rains.\n")
    assert as_claims(str(tmp_path / "claims.csv"))[0].text == "It rains."
    for text in ("It rains.", "It costs 3.5 million.", "It is on example.org"):
        assert [claim.text for claim in as_claims(text)] == [text]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".txt", ".md"])
def test_empty_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"none{suffix}"
    path.write_bytes(b"")
    loaded = load(path)
    assert (loaded.documents, said(loaded.problems)) == ([], [f"none{suffix}: the file is empty"])
    with pytest.raises(InputError, match="the file is empty"):
        read(path)


PAGE = """<html><head><title>Dam holds</title><meta property="og:site_name" content="The Ledger">
<meta property="article:published_time" content="2024-05-02T09:00:00Z"></head><body><nav>Home</nav>
<article><p>The dam above the town holds, Mayor Ana Ruiz said on Thursday after engineers had
looked at every part of it.</p><p>“It is safe,” Ruiz told reporters who had gathered there.</p>
</article><footer>Sign up for our newsletter</footer></body></html>"""


def test_html(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    (tmp_path / "dam.html").write_text(PAGE)
    for source in (tmp_path, tmp_path / "dam.html"):
        (document,) = read(source)
        assert (document.id, document.source, str(document.date)) == (
            "dam",
            "The Ledger",
            "2024-05-02",
        )
        assert "“It is safe,” Ruiz told" in document.text and "newsletter" not in document.text
    (tmp_path / "none.html").write_text("<html></html>")
    assert "none.html: no main text was found" in said(load(tmp_path).problems)[0]


def test_html_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    (tmp_path / "dam.html").write_text(PAGE)
    (tmp_path / "rain.txt").write_text("It rained.")
    with pytest.raises(MissingExtraError, match=r"stance-tracker\[html\]"):
        load(tmp_path / "dam.html")
    loaded = load(tmp_path)
    assert [d.id for d in loaded.documents] == ["rain"]
    assert r"stance-tracker[html]" in str(loaded.problems[0])


def test_a_missing_extra_crosses_processes_with_its_message() -> None:
    import pickle

    error = MissingExtraError("ray", "ray", "Scoring on Ray")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_claims(tmp_path: Path) -> None:
    (tmp_path / "claims.txt").write_text("﻿The dam is safe.\n\nThe dam is old.\n")
    (tmp_path / "claims.csv").write_text("text\nThe dam is safe.\nThe dam is old.\n")
    jsonl(tmp_path / "claims.jsonl", {"text": "The dam is safe."}, {"text": "The dam is old."})
    expected = [Claim("c1", "The dam is safe."), Claim("c2", "The dam is old.")]
    for name in ("claims.txt", "claims.csv", "claims.jsonl"):
        assert read_claims(tmp_path / name) == expected
    assert read_claims([claim.text for claim in expected]) == expected
    assert read_claims(expected) == expected
    own = jsonl(tmp_path / "own.jsonl", {"claim_id": "dam", "claim": "It holds.", "members": []})
    assert read_claims(own) == [Claim("dam", "It holds.")]


def test_bad_claims(tmp_path: Path) -> None:
    rows = [{"id": "x", "text": "It holds."}, {"id": "x", "text": "It leaks."}, {"text": 3}]
    claims, problems = load_claims(rows)
    assert [claim.id for claim in claims] == ["x"]
    assert [(p.row, p.field) for p in problems] == [(2, "id"), (3, "text")]
    with pytest.raises(InputError, match="row 2, field 'id'"):
        read_claims(rows)
    (tmp_path / "claims.txt").write_bytes(b"It holds.\ncaf\xe9\n")
    with pytest.raises(InputError, match=r"claims\.txt, row 2: byte 0xe9 at position 13"):
        read_claims(tmp_path / "claims.txt")
    (tmp_path / "claims.txt").write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        read_claims(tmp_path / "claims.txt")


def test_rows_stream(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "rows.jsonl", {"n": 1}, b"broken", {"n": 2})
    rows = read_rows(path)
    assert next(rows) == {"n": 1}
    with pytest.raises(InputError, match="row 2"):
        next(rows)
    problems: list[Problem] = []
    assert list(read_rows(path, report=problems.append)) == [{"n": 1}, {"n": 2}]
    assert len(problems) == 1


LINES = st.sampled_from(
    [
        b'{"text": "x"}',
        b'{"text": "\xff"}',
        b"{",
        b"a,b",
        b'"a',
        b'"a"b,c',
        b"text,date",
        b"\0",
        b"---",
        b"date: x",
        b"<html><p>x",
        b"date 2022-99-99 x",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"",
        b"PAR1",
        b"x\rtext",
        b'"',
        b",",
        b'{"text": "x", "date": NaN}',
        b"1e999",
        b"\xc3",
    ]
)
BYTES = st.one_of(st.binary(max_size=200), st.lists(LINES, max_size=8).map(b"\n".join))


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet", ".txt", ".md", ".html"])
@given(content=BYTES)
@example(content=b"text\n" + b"x" * 1000)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_or_explained(suffix: str, content: bytes) -> None:
    if suffix == ".html":
        pytest.importorskip("trafilatura", exc_type=ImportError)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(content)
        for source in (path, Path(folder)):
            try:
                loaded = load(source)
            except StanceError as error:
                assert "file" in str(error) or folder in str(error)
            else:
                assert loaded.documents or loaded.problems or suffix == ".csv"
        with contextlib.suppress(StanceError):
            load_claims(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the raw articles beside the checkout")
def test_real_articles() -> None:
    loaded = load(SHARED)
    assert not loaded.problems
    assert [str(d.date) for d in loaded.documents] == ["2022-10-12"] * 3 + [
        "2023-04-05",
        "2023-03-29",
    ]
    for document in loaded.documents:
        raw = (SHARED / f"{document.id}.txt").read_bytes()
        assert document.text.encode() == raw
        assert document.source != document.id


def test_files_of_one_name_in_several_folders_are_all_read(tmp_path: Path) -> None:
    for folder in ("reuters", "ledger"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "2024-03-05.txt").write_text(f"It rained, says {folder}.")
        (tmp_path / folder / "rows.csv").write_text("text\nIt rained.\n")
    folders = [tmp_path / "reuters", tmp_path / "ledger"]
    first, second = read(folders)
    assert (first.id, second.id) == ("2024-03-05", "ledger/2024-03-05")
    assert second.source == second.id and str(second.date) == "2024-03-05"
    assert [d.id for d in read([f / "rows.csv" for f in folders])] == ["rows:2", "ledger/rows:2"]
    (tmp_path / "ledger" / "2024-03-05.md").write_text("It was dry.")
    assert [d.id for d in read(tmp_path / "ledger")] == ["2024-03-05", "2024-03-05.txt"]
    twice = load([tmp_path / "reuters", tmp_path / "reuters" / "2024-03-05.txt"])
    assert len(twice.documents) == 1 and "already the id" in said(twice.problems)[0]


def test_what_a_folder_holds_besides_texts_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("It rained.")
    for name in ("wire.jsonl", "notes.docx", "b.pdf", "c.pdf", "picture.png", ".hidden.pdf"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "metadata.csv").write_text("file,source\na.txt,Post\n")
    saved = tmp_path / "Dam_files"
    saved.mkdir()
    (saved / "ad.html").write_text("<p>Buy the best filters.</p>")
    (tmp_path / "Dam.html").write_text(PAGE)
    loaded = load(tmp_path)
    assert [d.id for d in loaded.documents] == ["Dam", "a"] and not loaded.problems
    assert (loaded.note() or "").startswith("not read: 2 .pdf, 1 .docx, 1 .jsonl; give")
    assert load(tmp_path / "a.txt").note() is None
    (tmp_path / "run.json").write_text("{}")  # a run that was written among the articles
    (tmp_path / "stances.jsonl").write_text("")
    again = load(tmp_path)
    assert [d.id for d in again.documents] == ["Dam", "a"] and ".jsonl" not in str(again.note())
    assert [d.id for d in read(saved)] == ["ad"]  # asked for by its path


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta name="date" content="03/05/2024">', None),
        ('<meta name="date" content="25/05/2024">', "2024-05-25"),
        ('<meta property="article:modified_time" content="2025-06-01T10:00:00Z">', None),
        ('<script type="application/ld+json">{"dateModified":"2025-07-01"}</script>', None),
        ('<meta property="article:published_time" content="2025-06-01T10:00:00Z">', "2025-06-01"),
        ('<meta name="date" content="March 5, 2024">', "2024-03-05"),
    ],
)
def test_a_page_has_the_day_that_it_states(tmp_path: Path, head: str, date: str | None) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    body = PAGE.partition("<article>")[2]
    (tmp_path / "dam.html").write_text(f"<html><head>{head}</head><body><article>{body}")
    (document,) = read(tmp_path)
    assert (str(document.date) if document.date else None) == date


def test_quotations_that_a_page_makes_with_tags_have_marks(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    (tmp_path / "dam.html").write_text(
        "<html><body><article><h1>A row</h1><p>The council of Valmere spoke for hours about the"
        " dam and what it costs.</p><p><q>It is <b>safe</b>,</q> Ana Ruiz said.</p>"
        '<blockquote class="twitter-tweet"><p>It leaks. Badly.</p>&mdash; Tomas Lind (@tlind)'
        ' <a href="x">March 6, 2024</a></blockquote><blockquote>Nobody will pay.<footer>Bo Chan,'
        " mayor</footer></blockquote><blockquote><p>“It holds.”</p></blockquote></article>"
    )
    lines = read(tmp_path)[0].text.splitlines()
    assert lines[2:] == [
        "“It is safe,” Ana Ruiz said.",
        "“It leaks. Badly.”",
        "— Tomas Lind (@tlind) March 6, 2024",
        "“Nobody will pay.”",
        "— Bo Chan, mayor",
        "“It holds.”",
    ]


def test_a_fragment_of_a_page_is_read(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    (tmp_path / "a.html").write_text("<p>Mayor Ana Ruiz said that the dam holds.</p>")
    assert read(tmp_path)[0].text == "Mayor Ana Ruiz said that the dam holds."


def test_fields_are_known_by_any_case_and_whole_numbers_are_ids() -> None:
    rows = [{"id": 2.0, "Text": "no", "text": "It rained.", "Source": "Post", "DATE": "2024-03-05"}]
    (document,) = read(rows)
    assert (document.id, document.source, str(document.date)) == ("2", "Post", "2024-03-05")
    assert document.extra == {"Text": "no"}


def test_front_matter_is_not_a_transcript() -> None:
    (stated,) = read([{"text": "---\ndate: 2024-03-05 # published\nsource: Post\n---\nIt rained."}])
    assert (str(stated.date), stated.source) == ("2024-03-05", "Post")
    (spoken,) = read([{"text": "---\nRUIZ: The plant opens.\nLIND: No.\n---\nMore."}])
    assert not spoken.extra
    (dated,) = read([{"text": "Date: 2024-03-05\nIt rained."}])
    assert str(dated.date) == "2024-03-05"


def test_detected_claims_are_read_in_their_own_words_once(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(
        "claim_id,text,canonical\nk1,“It will open”,The plant will open.\n"
        "k1,It opens,The plant opens.\nk2,It costs 5,The plant costs 5.\n"
    )
    claims = read_claims(path)
    assert [(c.id, c.text) for c in claims] == [
        ("k1", "The plant will open."),
        ("k2", "The plant costs 5."),
    ]


def test_claims_listed_in_a_text(tmp_path: Path) -> None:
    path = tmp_path / "claims.txt"
    path.write_text("# mine\n1. The dam holds.\n- It is safe.\n3 people died.\n#MeToo is over.\n")
    assert [c.text for c in read_claims(path)] == [
        "The dam holds.",
        "It is safe.",
        "3 people died.",
        "#MeToo is over.",
    ]


def test_made_ids_of_claims_leave_the_stated_ones_alone() -> None:
    claims = read_claims([{"text": "It rained."}, {"id": "c1", "text": "It was dry."}])
    assert [c.id for c in claims] == ["c1-2", "c1"]


def test_csv_as_spreadsheets_write_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nid;text;place, time\n1;It rained, today;Oslo\n2;Dry\n")
    loaded = load(path)
    assert [d.text for d in loaded.documents] == ["It rained, today"]
    assert said(loaded.problems)[0].startswith("a.csv, row 4: has 2 cells")
