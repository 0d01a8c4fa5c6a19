"""The report as a file: what it holds, how large it is, what it refuses."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
import report_cases
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from stance import contradictions
from stance.errors import InputError, OutputError
from stance.reporting import plot_timelines, print_summary, render
from stance.reporting.payload import LABELS, build_payload
from stance.reporting.phrases import visible, web_address
from stance.reporting.results import load_results
from stance.stancerows import read_stances
from stance.types import Date, Document, Timeline, TimelinePoint

POISON = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`${a}\u202e\x00\ud800"


class Page(HTMLParser):
    """The elements of a page, and the text of each script and style."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.blocks.append((tag, dict(attrs), ""))

    def handle_data(self, data):
        if self.cdata_elem:
            tag, attrs, text = self.blocks[-1]
            self.blocks[-1] = tag, attrs, text + data

    def data(self) -> dict:
        _, attrs, text = next(block for block in self.blocks if block[1].get("id") == "data")
        if attrs["data-encoding"] == "gzip":
            return json.loads(gzip.decompress(base64.b64decode(json.loads(text))))
        return json.loads(text)


def page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture
def story(tmp_path):
    return report_cases.story(tmp_path / "run")


def test_one_file_that_names_nothing_to_fetch(story):
    target = render(story)
    assert target == story / "report.html"
    assert [p.name for p in story.iterdir() if p.name.startswith(".")] == []
    for tag, attributes in page(target).tags:
        assert tag not in {"iframe", "object", "embed", "base", "form", "img", "source"}
        assert "src" not in attributes
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        if tag == "link":
            assert attributes["href"] == "data:,"


def test_the_policy_forbids_the_network_and_allows_only_our_scripts(story):
    found = page(render(story))
    policy = next(a["content"] for t, a in found.tags if t == "meta" and "http-equiv" in a)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy and "http" not in policy
    for kind, directive in (("script", "script-src"), ("style", "style-src")):
        run = [text for tag, a, text in found.blocks if tag == kind and "type" not in a]
        assert run
        for text in run:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in rules[directive]


def test_the_vendored_libraries_are_the_ones_the_licence_file_names():
    vendor = files("stance.reporting") / "vendor"
    licences = (vendor / "LICENSES.txt").read_text()
    for name in ("d3.min.js", "plot.min.js"):
        text = (vendor / name).read_bytes()
        assert hashlib.sha256(text).hexdigest() in licences
        assert b"</script" not in text.lower() and b"\r" not in text


def test_title_and_summary_in_words(story):
    text = render(story).read_text()
    assert "<title>Who stands where on two claims</title>" in text
    assert (
        "12 documents from three sources, dated 6 February 2024 to 8 October 2024, were read "
        "for two claims. Six speakers and three outlets take them up 24 times: "
        "10 in support, 9 against and 5 without taking a side. Three changes of position were "
        "found, the clearest of them these: " in text
    )
    assert "Ida Lindqvist moved from support to opposition on" in text


def test_every_stance_point_and_shift_is_in_the_data(story):
    data = page(render(story)).data()
    results = load_results(story)
    spoken = [r for r in results.stances if r["stance"] in LABELS[:3]]
    assert len(data["stances"]) == len(spoken) == len(report_cases.SAID)
    assert sum(len(points) for _, _, points, _ in data["series"]) == sum(
        len(row["points"]) for row in results.timelines
    )
    for row, packed in zip(spoken, data["stances"], strict=True):
        document, holder, claim, label, p, _, _, quotes = packed
        assert data["documents"][document]["id"] == row["doc_id"]
        assert data["holders"][holder]["name"] == row["holder"]
        assert data["claims"][claim]["text"] == row["claim"]
        assert LABELS[label] == row["stance"]
        assert p == pytest.approx([row[f"p_{name}"] for name in LABELS], abs=0.0051)
        assert [data["quotes"][q] for q in quotes] == [e["text"] for e in row["evidence"]]
    tested = next(s for s in data["shifts"] if s["basis"] == "test")
    assert (tested["p"], tested["q"], tested["probability"]) == (0.0041, 0.0123, None)


def test_findings_of_one_day_and_first_positions(story):
    data = page(render(story)).data()
    name = lambda number: data["holders"][number]["name"]  # noqa: E731
    assert [(name(h), day, len(rows)) for _, h, day, rows in data["conflicts"]] == [
        ("Ida Lindqvist", "2024-07-30", 2)
    ]
    assert [day for _, day, _ in data["opposite"]] == [
        "2024-04-09", "2024-05-15", "2024-07-30", "2024-10-08",
    ]  # fmt: skip
    first = [(day, name(holder), LABELS[side]) for day, holder, side, _ in data["first"][0]]
    assert first[0] == ("2024-02-06", "Ida Lindqvist", "supports")
    assert ("2024-03-19", "Rhea Okafor", "refutes") in first
    assert data["coverage"]["abstentions"][0][:2] == ["language", 2]
    assert [sum(counts) for counts in data["coverage"]["claims"]] == [24, 19]


def test_a_long_series_has_its_level_and_the_group_its_parts(tmp_path):
    data = page(render(report_cases.drift(tmp_path))).data()
    name = lambda number: data["holders"][number]["name"]  # noqa: E731
    levels = {name(holder): level for holder, _, _, level in data["series"]}
    first, *_, last = levels["Vera Holm"]
    assert first[1] < -0.5 < 0.5 < last[1]
    assert all(low <= mean <= high for _, mean, low, high, _ in levels["Vera Holm"])
    (split,) = data["splits"]
    assert split["type"] == "speaker" and split["day"] == "2023-04-10"
    total, within, between = (split[part][0] for part in ("change", "within", "between"))
    assert total == pytest.approx(split["means"][1] - split["means"][0], abs=0.011)
    assert total == pytest.approx(within + between, abs=0.011)
    assert within > 0.5 and between > 0.3, "Holm turned, and Moe is heard in place of Brandt"
    assert (split["both"], split["holders"]) == (1, 3)
    assert name(split["cells"][0][0]) == "Vera Holm"


def test_short_series_have_no_level_and_small_groups_no_parts(story):
    data = page(render(story)).data()
    assert not any(level for *_, level in data["series"])
    assert [(split["type"], sum(split["counts"])) for split in data["splits"]] == [("speaker", 10)]


def test_both_sides_in_one_document_are_listed_with_their_passages(tmp_path):
    data = page(render(report_cases.drift(tmp_path))).data()
    ((number, made, denied),) = data["contradictions"]
    row = data["stances"][number]
    assert data["documents"][row[0]]["id"] == "m20"
    assert data["quotes"][denied[0]] == "But not before the survey." and denied[1:] == [0.04, 0.91]
    assert made[1] > 0.5 > made[2]


@pytest.mark.parametrize("case", [report_cases.story, report_cases.drift])
def test_the_page_lists_the_contradictions_of_the_library(tmp_path, case):
    folder = case(tmp_path)
    found = contradictions(read_stances(folder / "stances.jsonl"))
    data = page(render(folder)).data()
    rows = [(number, number) for number, *_ in data["contradictions"]]
    rows += [tuple(numbers) for *_, numbers in data["conflicts"]]
    document = lambda number: data["documents"][data["stances"][number][0]]["id"]  # noqa: E731
    assert {tuple(map(document, pair)) for pair in rows} == {
        (one.doc_supports, one.doc_refutes) for one in found
    }
    assert len(rows) == len(found) == 1


def test_the_terminal_counts_contradictions(story, capsys):
    run = json.loads((story / "run.json").read_text())
    run["counts"]["contradictions"] = 2
    (story / "run.json").write_text(json.dumps(run))
    print_summary(story, Console(width=120))
    assert "Two contradictions of one holder" in capsys.readouterr().out


def test_under_two_megabytes_at_the_promised_size(tmp_path):
    target = render(report_cases.large(tmp_path / "run"))
    data = page(target).data()
    assert (len(data["claims"]), len(data["holders"]), len(data["documents"])) == (10, 20, 200)
    assert target.stat().st_size < 2_000_000
    assert data["quoteChars"] == 600, "quotations need not be cut at this size"


def test_a_page_that_would_be_too_large_is_packed_then_quotes_less(story, monkeypatch):
    plain = render(story)
    whole, size = page(plain).data(), plain.stat().st_size
    monkeypatch.setattr("stance.reporting.page._LIMIT", size - 1)
    packed = render(story)
    assert packed.stat().st_size < size
    assert page(packed).data() == whole
    monkeypatch.setattr("stance.reporting.page._LIMIT", 1)
    data = page(render(story)).data()
    assert len(data["stances"]) == len(whole["stances"])
    assert all(not stance[-1] for stance in data["stances"])
    assert all(all(shift["evidence"]) for shift in data["shifts"]), "shifts keep their evidence"


def test_same_files_same_bytes(story, tmp_path):
    assert render(story).read_bytes() == render(story, out=tmp_path / "b.html").read_bytes()


@pytest.mark.parametrize("poison", [POISON, "<!--", "]]>", "&lt;b&gt;", "$d3 ${d3} $$"])
def test_hostile_text_stays_text(tmp_path, poison):
    clean = page(render(report_cases.story(tmp_path / "a")))
    found = page(render(report_cases.hostile(tmp_path / "b", poison)))
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in clean.tags]
    data = found.data()
    assert all("url" not in document for document in data["documents"])
    assert any(visible(poison).strip() in quote for quote in data["quotes"])
    assert data["holders"][0]["name"].endswith(visible(poison))


@given(st.text())
def test_visible_leaves_nothing_that_hides_or_cannot_be_written(text):
    shown = visible(text)
    shown.encode()
    assert not re.search("[\x00-\x08\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


@given(st.sampled_from(["http", "https", "javascript", "data", "", "vbscript"]), st.text())
def test_only_web_addresses_pass(scheme, rest):
    address = web_address(f"{scheme}:{rest}")
    assert address is None or re.match(r"https?://[^\s/\\]", address)


@pytest.mark.parametrize("value", ["java\nscript:x", "https://a b", "https://", 7, None, "//x.y"])
def test_what_is_no_address(value):
    assert web_address(value) is None


def test_an_empty_run_has_a_page(tmp_path):
    text = render(report_cases.empty(tmp_path / "run")).read_text()
    assert "No one in them takes up any of the claims. No change of position was found." in text


def test_documents_add_titles_and_addresses(story):
    run = json.loads((story / "run.json").read_text())
    del run["documents"]
    (story / "run.json").write_text(json.dumps(run))
    bare = page(render(story)).data()
    assert all("title" not in document for document in bare["documents"])
    url = "https://news.example/k01"
    given_ = [Document("k01", "text", "Bay Courier", title="Dredging money", url=url)]
    entry = page(render(story, documents=given_)).data()["documents"][0]
    assert (entry["title"], entry["url"], entry["date"]) == ("Dredging money", url, "2024-02-06")


def test_places_of_a_claim_are_counted_without_reprints(story):
    path = story / "claims.jsonl"
    first, *others = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    place = {"doc_id": "a", "start": 0, "end": 3, "text": "The", "holder": "Ana Ruiz"}
    first["members"] = [place, {**place, "doc_id": "b", "copy_of": "a"}]
    path.write_text("\n".join(map(json.dumps, [first, *others])) + "\n", "utf-8")
    shown = build_payload(load_results(story))["claims"]
    assert [c["members"] for c in shown if c["id"] == first["claim_id"]] == [1]


def test_long_quotations_are_cut_at_a_word(story):
    payload = build_payload(load_results(story), quote_chars=30)
    assert all(len(quote) <= 32 for quote in payload["quotes"])
    assert "“If we wait for spring there …" in payload["quotes"]


def test_skipped_rows_are_shown(story):
    run = json.loads((story / "run.json").read_text())
    run["skipped"] = ["documents.csv, row 3, field 'date': 'March' is no date"]
    (story / "run.json").write_text(json.dumps(run))
    assert page(render(story)).data()["coverage"]["skipped"] == run["skipped"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("stances.jsonl", None, "the file is missing"),
        ("shifts.jsonl", "{", "not valid JSON"),
        ("claims.jsonl", "[]", "a JSON object is needed, found list"),
        ("timelines.jsonl", '{"holder": "A"}', "field 'holder_type'"),
        ("run.json", '{"seconds": NaN}', "NaN is not a number"),
    ],
)
def test_broken_files_are_named(story, name, content, says):
    (story / name).unlink()
    if content is not None:
        (story / name).write_text(content)
    with pytest.raises(InputError) as caught:
        render(story)
    assert name in str(caught.value) and says in str(caught.value)
    assert not (story / "report.html").exists()


def test_a_page_that_cannot_be_written_is_a_clear_error(story, tmp_path):
    with pytest.raises(OutputError, match="cannot write"):
        (tmp_path / "file").write_text("")
        render(story, out=tmp_path / "file" / "report.html")


def printed(folder: Path, width: int) -> str:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_summary(folder, console)
    return console.file.getvalue()


def test_terminal_summary_has_dates_in_columns_where_they_fit(story):
    wide = printed(story, 200)
    head = next(line for line in wide.splitlines() if line.startswith("holder"))
    assert head.split()[1:] == sorted(head.split()[1:]) and "2024-10-08" in head
    row = next(line for line in wide.splitlines() if line.startswith("Rhea Okafor"))
    assert "▼ -0.69" in row and "▲ +0.75" in row
    assert "Changes of position" in wide and "0.98" in wide and "q 0.0123" in wide
    narrow = printed(story, 60)
    assert "2024-03-19 ▼ -0.69" in narrow
    assert all(len(line) <= 60 for line in narrow.splitlines())


def test_terminal_summary_is_a_look_and_says_what_it_leaves_out(tmp_path):
    text = printed(report_cases.large(tmp_path / "run"), 100)
    assert text.startswith("200 documents from five sources")
    assert "▲ supports  ● takes no side  ▼ refutes" in text
    assert "and eight more holders, in report.html" in text and "more …" in text
    assert len(text.splitlines()) < 450
    assert not [line for line in text.splitlines() if line.rstrip().endswith(("▲", "●", "▼"))]


def test_terminal_summary_shows_no_escape_sequences(tmp_path):
    text = printed(report_cases.hostile(tmp_path / "run", "\x1b[31m[bold]x[/bold]\x9b"), 200)
    assert "\x1b" not in text and "\x9b" not in text
    assert "[U+001B]" in text and "[bold]" in text


def test_terminal_summary_of_nothing(tmp_path):
    assert printed(report_cases.empty(tmp_path / "run"), 80).strip() == (
        "No change of position was found."
    )


def test_notebook_chart_is_well_formed_and_inert():
    from xml.etree import ElementTree

    points = tuple(
        TimelinePoint(Date(date(2024, month, 1)), ("d",), stance, score, score - 0.1, score + 0.1)
        for month, stance, score in [
            (1, "supports", 0.8),
            (4, "unrelated", 0),
            (9, "refutes", -0.6),
        ]
    )
    lines = [Timeline(f"A <b>{POISON}", "speaker", "c", f"Claim {POISON}", points)] * 2
    chart = plot_timelines(lines)
    root = ElementTree.fromstring(chart._repr_html_())
    marks = [node for node in root.iter() if node.tag.endswith("}path")]
    assert len(marks) == 4
    assert not [node for node in root.iter() if node.tag.endswith(("}script", "}img", "}b"))]
    assert "No dated stance" in str(plot_timelines([]))
