"""Finding models: names, folders, damaged or foreign weights, the hub and only when asked."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from stance.errors import ModelError
from stance.inference.heads import read_head
from stance.models import data_folder, find_model, list_models, model_rows
from stance.registry import known_model, known_models


def test_default_is_shipped_verified_and_says_what_it_reads() -> None:
    ref = find_model("default")
    assert ref.sha256 == ref.card["sha256"]
    assert ref.languages == ("en",)
    assert (data_folder("models") / ref.name / "card.json").is_file()
    assert next(m.name for m in list_models()) == ref.name


def test_shipped_files_stay_under_the_size_limits() -> None:
    sizes = [f.stat().st_size for f in data_folder("models").rglob("*") if f.is_file()]
    assert max(sizes) < 50e6
    assert sum(sizes) < 200e6


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_model("small").path, tmp_path / "copy"))


def test_a_changed_byte_in_the_weights_is_refused(copy: Path) -> None:
    file = copy / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    with pytest.raises(ModelError, match="damaged or was changed"):
        find_model(copy)


def test_truncated_weights_are_refused(copy: Path) -> None:
    file = copy / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelError, match="checksum"):
        find_model(copy)


def test_pickled_weights_are_refused(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    (copy / "card.json").unlink()
    with pytest.raises(ModelError, match="convert them to safetensors"):
        find_model(copy)


def test_a_folder_without_a_card_is_a_foreign_model(copy: Path) -> None:
    (copy / "card.json").unlink()
    ref = find_model(copy)
    assert ref.card == {}
    assert ref.languages == ()
    assert ref.sha256 == find_model("small").sha256


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-such-model", "shipped are.*deberta-v3-large"),
        ("some-org/some-model", "pinned revision"),
        ("/nowhere/at/all", "shipped are"),
    ],
)
def test_what_is_not_there_is_named_without_looking_on_a_network(name: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        find_model(name)


def test_a_card_that_is_not_json_is_an_error_not_a_traceback(copy: Path) -> None:
    (copy / "card.json").write_text("{")
    with pytest.raises(ModelError, match=r"card\.json"):
        find_model(copy)


def test_cards_agree_with_their_recipes() -> None:
    for ref in list_models():
        folder = data_folder("models") / ref.name
        assert (folder / "README.md").is_file()
        if not ref.parts:
            assert (folder / "recipe.toml").is_file()
            assert json.loads((folder / "eval.json").read_text())


def test_the_shipped_cascade_joins_the_shipped_models() -> None:
    ref = find_model("cascade")
    assert [part.name for part in ref.parts] == ["small", "base"]
    assert ref.languages == ("en",) and ref.card["licence"] == "Apache-2.0"
    fitted = ref.card["cascade"]
    assert 0 < fitted["threshold"] <= 1 and fitted["agreement"] >= 0.99
    assert ref.card["stance"] == find_model("base").card["stance"]
    row = next(row for row in model_rows() if row["name"] == "cascade")
    assert row["parameters_m"] == 132


def test_every_known_model_is_pinned_and_has_three_named_outputs() -> None:
    for model in known_models():
        assert re.fullmatch(r"[0-9a-f]{40}", model.revision)
        assert model.hub.count("/") == 1 and model.licence and model.languages
        assert sorted(read_head(dict(enumerate(model.labels)), {}).order) == [0, 1, 2]
        assert model.megabytes > 2 * model.parameters * 0.95, "fp16 is two bytes a parameter"
        assert known_model(model.hub) is model
    families = {model.name.split("-v3")[0].split("-")[0] for model in known_models()}
    assert {"deberta", "modernbert", "mdeberta"} <= families
    names = [ref.name for ref in list_models()] + [model.name for model in known_models()]
    assert len(set(names)) == len(names)


def test_the_listing_has_shipped_models_first_and_every_fact() -> None:
    rows = model_rows()
    assert rows[0]["name"] == "base" and rows[0]["parameters_m"] == 109
    facts = ("name", "parameters_m", "size_mb", "languages", "licence", "labels", "revision")
    assert list(rows[0]) == [*facts, "where"]
    known = {model.name: " ".join(model.labels) for model in known_models()}
    for row in rows:
        own = json.loads((data_folder("models") / "small" / "config.json").read_text())["id2label"]
        assert row["labels"] == known.get(str(row["name"]), " ".join(own.values()))
    hub = [row for row in rows if "/" in str(row["where"])]
    assert len(hub) == len(known_models()) and all(all(row.values()) for row in hub)


def test_two_way_heads_are_for_those_who_ask(tmp_path: Path) -> None:
    from tiny_models import tiny_model
    from typer.testing import CliRunner

    from stance.cli import app

    labels = {0: "not_entailment", 1: "entailment"}
    model = tiny_model(
        tmp_path / "model",
        "bert",
        num_labels=2,
        id2label=labels,
        label2id={name: i for i, name in labels.items()},
    )
    docs = tmp_path / "docs.jsonl"
    docs.write_text(
        json.dumps({"id": "a", "date": "2024-05-02", "text": "The dam is safe. The dam leaks."})
        + "\n"
    )
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps({"text": "The dam is safe.", "claim": "The dam leaks."}) + "\n")
    claims = tmp_path / "claims.txt"
    claims.write_text("The dam is safe.\n")
    verbs = (
        ["score", str(pairs)],
        ["track", str(docs), "--claims", str(claims), "-o", str(tmp_path / "out")],
        ["verify", "The dam is safe.", "--evidence", str(docs)],
    )
    for verb in verbs:
        asked = [*verb, "--model", str(model), "--device", "cpu", "--quiet"]
        refused = CliRunner().invoke(app, asked)
        assert isinstance(refused.exception, ModelError), verb
        assert "--two-way" in str(refused.exception)
        done = CliRunner().invoke(app, [*asked, "--two-way"])
        assert done.exit_code == 0, (verb, done.exception)
    rows = (tmp_path / "out" / "stances.jsonl").read_text().splitlines()
    assert rows and all(json.loads(row)["stance"] != "refutes" for row in rows)
