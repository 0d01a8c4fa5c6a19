"""What an attacker would try: code in weights, ids that are paths, formulas, secrets in logs."""

from __future__ import annotations

import ast
import csv
import json
import re
import socket
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tiny_models import tiny_model

import stance
from stance.errors import ModelError, OutputError, StanceError, UsageError
from stance.inference import NLI
from stance.readers import load, load_claims
from stance.redaction import redacted
from stance.resume import working_folder
from stance.scoring import score_file
from stance.tracking import FILES, track
from stance.writers import write

ROOT = Path(__file__).parents[1]
CODE = sorted(
    path
    for folder in ("stance", "docs", ".ci")
    for path in (ROOT / folder).rglob("*.py")
    if "vendor" not in path.parts
)
# Ray carries chunks between its own workers as bytes; none of them is read from a file.
PICKLES = {"raydata.py"}
ESCAPES = [
    "../../escaped",
    "/tmp/stance-escaped",
    "a/../../b",
    "C:\\evil",
    "x" * 5_000,
    "CON",
    "name\nwith\nlines",
    ".",
    "..",
]


@pytest.fixture(scope="module")
def nli(tmp_path_factory: pytest.TempPathFactory) -> NLI:
    return NLI.from_pretrained(tiny_model(tmp_path_factory.mktemp("model"), "bert"))


def _calls(path: Path) -> list[tuple[str, ast.Call]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(ast.unparse(n.func), n) for n in ast.walk(tree) if isinstance(n, ast.Call)]


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_runs_code_that_came_with_data(path: Path) -> None:
    for name, call in _calls(path):
        options = {k.arg: ast.unparse(k.value) for k in call.keywords}
        assert name not in {"eval", "exec", "os.system", "yaml.load", "marshal.loads"}
        assert not name.startswith(("pickle.", "joblib.", "dill.")) or path.name in PICKLES
        assert options.get("shell") != "True" and options.get("allow_pickle") != "True"
        assert options.get("trust_remote_code", "False") == "False"
        if name == "torch.load":
            assert options.get("weights_only") == "True"


def test_a_model_that_brings_code_is_refused(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", "bert")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "evil.Config"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(ModelError):
        NLI.from_pretrained(folder)
    assert not (tmp_path / "ran").exists()


def test_a_file_that_only_calls_itself_safetensors_is_refused(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", "bert")
    (folder / "model.safetensors").write_bytes(b"\x80\x04\x95cos\nsystem\n" * 100)
    with pytest.raises(StanceError):
        NLI.from_pretrained(folder).score([("It is on.", "It is on.")])


@pytest.mark.parametrize("name", ESCAPES)
def test_ids_and_names_never_become_paths(tmp_path: Path, nli: NLI, name: str) -> None:
    row = {"id": name, "source": name, "title": name, "url": name, "date": "2024-01-05"}
    row["text"] = "“The road is open,” Ana Ruiz said."
    claims = [{"id": name, "text": "The road is open."}]
    track([row], claims, out=tmp_path / "deep" / "er" / "out", model=nli)
    made = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    names = [*(f"{f}.jsonl" for f in FILES), "report.html", "run.json"]
    assert made == {f"deep/er/out/{n}" for n in names}
    assert not Path("/tmp/stance-escaped").exists()


def test_metadata_cannot_reach_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("The road is open.")
    (folder / "metadata.csv").write_text("file,id\n../secret.txt,x\n/etc/passwd,y\na.txt,a\n")
    loaded = load(folder)
    assert [d.text for d in loaded.documents] == ["The road is open."]
    assert len(loaded.problems) == 2


@pytest.mark.parametrize("name", ["a\0b", "x" * 5_000, "/proc/nothing/out"])
def test_an_output_that_cannot_be_is_one_clear_error(tmp_path: Path, name: str) -> None:
    with pytest.raises((OutputError, UsageError)), working_folder(tmp_path / name / "out"):
        pass


@given(st.text(max_size=40), st.text(min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_no_cell_of_csv_is_a_formula(value: str, name: str) -> None:
    import io
    from contextlib import redirect_stdout

    screen = io.StringIO()
    with redirect_stdout(screen):
        write([{name: value, "n": -1.5}], None, format="csv")
    for row in csv.reader(io.StringIO(screen.getvalue(), newline="")):
        for cell in row:
            number = re.fullmatch(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?", cell, re.ASCII)
            assert not re.match(r"[=+\-@\t\r]", cell) or number


def test_scored_csv_holds_no_formula_either(tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "model", "bert")
    evil = "=HYPERLINK(1)"
    rows = [{"text": evil, "claim": "@SUM(1)", "+more": evil}]
    (tmp_path / "in.jsonl").write_text(json.dumps(rows[0]) + "\n")
    score_file(tmp_path / "in.jsonl", tmp_path / "out.csv", model=model)
    with (tmp_path / "out.csv").open(newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]


def test_secrets_never_reach_the_output(
    tmp_path: Path, nli: NLI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_0123456789abcdefghij")
    monkeypatch.setenv("MY_API_KEY", "correct-horse-battery")
    command = (
        "stance track https://me:hunter2@files.example/x --address http://u:pw99@h:1 "
        "--model org/name@main --note hf_0123456789abcdefghij correct-horse-battery "
        "https://h.example/x?token=abc123&sig=zyx987 --api-key=qwertyui"
    )
    row = {"text": "“It is on,” Ana Ruiz said.", "url": "https://me:hunter2@h/x", "date": "2024"}
    track([row], ["It is on."], out=tmp_path / "out", model=nli, command=command)
    written = (tmp_path / "out" / "run.json").read_text()
    for secret in ("hunter2", "pw99", "hf_0123", "battery", "abc123", "zyx987", "qwertyui"):
        assert secret not in written
    assert "org/name@main" in written


@given(st.text())
def test_redaction_leaves_prose_alone(text: str) -> None:
    if "://" not in text and "--" not in text and "=" not in text:
        assert redacted({"a": [text]}) == {"a": [text]}


@pytest.mark.parametrize(
    "prose",
    [
        "The secret talks ended without a token gesture.",
        "stance track docs --model org/name@abc -o out",
        "Write to a@b.example; the password policy is public.",
    ],
)
def test_words_that_sound_secret_are_kept(prose: str) -> None:
    assert redacted(prose) == prose


def test_the_tests_themselves_reach_no_network() -> None:
    with pytest.raises(OSError, match="reached for"):
        socket.socket().connect(("192.0.2.1", 80))
    with pytest.raises(OSError, match="asked for the address"):
        socket.getaddrinfo("example.org", 443)


PATHS = {".", "..", "/", "//", "./", "~"}
"""Short texts that name a folder: a list of them is a list of paths."""

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters(exclude_categories=[])).filter(lambda text: text not in PATHS)
    | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
_NAMES = st.sampled_from(["id", "text", "source", "date", "title", "url", "lang", "other"])


@given(st.lists(st.dictionaries(_NAMES, _VALUES, max_size=5) | _VALUES, max_size=6))
@example([""])
@settings(max_examples=80, deadline=None)
def test_every_row_is_a_document_or_a_problem(rows: list[object]) -> None:
    loaded = load(rows)
    assert len(loaded.documents) + len(loaded.problems) == len(rows)
    assert all(str(problem) for problem in loaded.problems)
    claims, problems = load_claims(rows)
    assert len(claims) + len(problems) == len(rows)


@given(st.binary(max_size=200), st.sampled_from(["jsonl", "csv", "txt", "md", "parquet"]))
@settings(max_examples=80, deadline=None)
def test_noise_in_a_file_is_read_or_reported(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("noise") / f"noise.{suffix}"
    path.write_bytes(data)
    try:
        loaded = load(path)
    except StanceError as error:
        assert "noise" in str(error)
    else:
        header_only = suffix == "csv" and not loaded.problems
        assert loaded.documents or loaded.problems or header_only
        assert stance.attribute(loaded.documents) is not None


def test_a_passage_that_cannot_be_scored_abstains(tmp_path: Path, nli: NLI) -> None:
    long = "The road is " + "very " * 300 + "open."
    row = {"text": "“The road is open,” Ana Ruiz said.", "date": "2024-01-05"}
    found = track([row], [long, "The road is open."], model=nli)
    reasons = {r.reason for r in found.stances if r.claim == long and r.status == "abstain"}
    speakers = [r for r in found.stances if r.claim == long and r.holder_type == "speaker"]
    assert reasons <= {"not-scored"} and all(r.status == "abstain" for r in speakers)
    assert {r.status for r in found.stances if r.claim != long} == {"ok"}


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path, nli: NLI) -> None:
    row = {"text": "“It is on,” Ana Ruiz said.", "date": "2024-01-05"}
    with (
        working_folder(tmp_path / "out"),
        pytest.raises(UsageError, match="another process is writing"),
    ):
        track([row], ["It is on."], out=tmp_path / "out", model=nli)


def test_kept_scores_are_taken_and_give_the_same_bytes(
    tmp_path: Path, nli: NLI, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"id": str(n), "text": f"“Road {n} is open,” Ana Ruiz said.", "date": f"20{10 + n}"}
        for n in range(12)
    ]
    monkeypatch.setattr("stance.resume.WINDOW", 4)
    track(rows, ["The road is open."], out=tmp_path / "whole", model=nli)

    seen: list[int] = []
    original = NLI.score_windows

    def stops(self: NLI, windows, *args, **more):  # type: ignore[no-untyped-def]
        for scored in original(self, windows, *args, **more):
            seen.append(len(scored.probs))
            if len(seen) == 3:
                raise KeyboardInterrupt
            yield scored

    monkeypatch.setattr(NLI, "score_windows", stops)
    with pytest.raises(KeyboardInterrupt):
        track(rows, ["The road is open."], out=tmp_path / "out", model=nli)
    assert not (tmp_path / "out").exists()
    seen[:] = [0] * 10
    track(rows, ["The road is open."], out=tmp_path / "out", model=nli)
    assert sum(seen) < 12, "two windows of four were known"
    for name in FILES:
        one, two = ((tmp_path / o / f"{name}.jsonl").read_bytes() for o in ("whole", "out"))
        assert one == two
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]
