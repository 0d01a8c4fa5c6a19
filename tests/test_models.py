"""Finding models: names, folders, damaged or foreign weights, and never the network unasked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stance.errors import ModelError
from stance.models import data_folder, find_model, list_models


def test_default_is_shipped_verified_and_says_what_it_reads() -> None:
    ref = find_model("default")
    assert ref.sha256 == ref.card["sha256"]
    assert ref.languages == ("en",)
    assert ref.path.parent == data_folder("models")
    assert next(m.name for m in list_models()) == ref.name


def test_shipped_files_stay_under_the_size_limits() -> None:
    sizes = [f.stat().st_size for f in data_folder("models").rglob("*") if f.is_file()]
    assert max(sizes) < 50e6
    assert sum(sizes) < 200e6


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_model("default").path, tmp_path / "copy"))


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
    assert ref.sha256 == find_model("default").sha256


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-such-model", "shipped are"),
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
        assert (ref.path / "recipe.toml").is_file()
        assert (ref.path / "README.md").is_file()
        assert json.loads((ref.path / "eval.json").read_text())
