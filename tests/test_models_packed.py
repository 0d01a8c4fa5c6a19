"""Packed weights: what int8 costs, one checksum everywhere, damage refused, processes at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load_file, save_file
from tiny_models import tiny_model, tiny_pairs

from stance.errors import ModelError
from stance.inference import NLI
from stance.models import find_model, weights_sha256
from stance.packing import LIST, WHOLE, pack, unpack


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose matrices are large enough to be stored as int8."""
    folder = tmp_path_factory.mktemp("plain")
    tiny_model(folder, "mpnet", hidden_size=256, intermediate_size=512)
    model = load_file(folder / WHOLE)
    calm = {name: (part * 0.05 if part.ndim == 2 else part) for name, part in model.items()}
    save_file(calm, folder / WHOLE, metadata={"format": "pt"})
    (folder / "card.json").write_text(json.dumps({"languages": ["en"]}))
    return folder


@pytest.fixture
def packed(plain: Path, tmp_path: Path) -> Path:
    return pack(plain, tmp_path / "packed", shard_bytes=1_000_000)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_packed_model_scores_as_the_plain_one_and_loads_with_transformers(
    plain: Path, packed: Path, cache: Path
) -> None:
    from transformers import AutoModelForSequenceClassification

    pairs = tiny_pairs(40, longest=9)
    nli = NLI.from_pretrained(packed, device="cpu", dtype="fp32")
    exact = NLI.from_pretrained(plain, device="cpu", dtype="fp32").score(pairs)
    delta = np.abs(nli.score(pairs) - exact)
    assert 0 < delta.max() < 0.02
    assert nli.path.parent == cache / "models" and nli.ref.languages == ("en",)
    module, report = AutoModelForSequenceClassification.from_pretrained(
        nli.path, dtype=torch.float32, output_loading_info=True
    )
    assert not report["missing_keys"] and not report["unexpected_keys"]
    assert module.config.id2label[1] == "entailment"


def test_shards_are_small_and_the_list_says_what_they_are(packed: Path, cache: Path) -> None:
    shards = sorted(packed.glob("*.safetensors"))
    assert len(shards) > 1 and max(f.stat().st_size for f in shards) < 1_010_000
    listed = json.loads((packed / LIST).read_text())
    assert [entry["file"] for entry in listed["shards"]] == [f.name for f in shards]
    ref = find_model(packed)
    assert ref.sha256 == weights_sha256(packed) == listed["unpacked"]["sha256"]
    assert (ref.path / WHOLE).stat().st_size == listed["unpacked"]["bytes"]
    stored = {name: part for shard in shards for name, part in load_file(shard).items()}
    assert stored["classifier.dense.weight"].dtype == np.float16
    assert stored["mpnet.embeddings.word_embeddings.weight"].dtype == np.int8
    assert stored["mpnet.embeddings.position_embeddings.weight"].dtype == np.float16
    assert stored["mpnet.embeddings.LayerNorm.weight"].dtype == np.float16


@settings(max_examples=20, deadline=None)
@given(hnp.arrays(np.float32, (256, 256), elements=st.floats(-8, 8, width=32), fill=st.just(0.0)))
def test_no_weight_moves_by_more_than_half_a_step(
    tmp_path_factory: pytest.TempPathFactory, weights: np.ndarray
) -> None:
    folder = tmp_path_factory.mktemp("one")
    (folder / "in").mkdir()
    save_file({"layer.weight": weights, "layer.bias": weights[0]}, folder / "in" / WHOLE)
    back = load_file(unpack(pack(folder / "in", folder / "out"), folder) / WHOLE)
    step = np.abs(weights).max(axis=1, keepdims=True) / 127
    off = np.abs(back["layer.weight"].astype(np.float32) - weights)
    assert (off <= step * 0.5 + np.abs(weights) * 2**-10 + 4e-6).all(), "4e-6 is lost in fp16"
    assert np.array_equal(back["layer.bias"], weights[0].astype(np.float16))


def test_unpacking_gives_the_same_bytes_and_the_same_place_each_time(
    packed: Path, tmp_path: Path
) -> None:
    first, other = unpack(packed, tmp_path / "a"), unpack(packed, tmp_path / "b")
    assert (first / WHOLE).read_bytes() == (other / WHOLE).read_bytes()
    stamp = (first / WHOLE).stat().st_mtime_ns
    assert unpack(packed, tmp_path / "a") == first
    assert (first / WHOLE).stat().st_mtime_ns == stamp
    card = packed / "card.json"
    card.write_text(json.dumps({"calibration": {"temperature": 2.0}}))
    assert unpack(packed, tmp_path / "a") != first, "another card is another model"


def test_shards_below_what_was_trained_keep_their_bytes(plain: Path, tmp_path: Path) -> None:
    first = pack(plain, tmp_path / "first", shard_bytes=600_000, frozen_layers=2)
    trained = tmp_path / "trained"
    shutil.copytree(plain, trained)
    weights = load_file(plain / WHOLE)
    rng = np.random.default_rng(0)
    moved = {
        name: weight + rng.normal(0, 0.01, weight.shape).astype(weight.dtype)
        for name, weight in weights.items()
        if ".layer.2." in name or name.startswith("classifier") or "relative" in name
    }
    # another order in the file, and half the weights in fp16 already: nothing of it shows
    save_file(dict(reversed((weights | moved).items())), trained / WHOLE)
    again = pack(trained, tmp_path / "again", shard_bytes=600_000, frozen_layers=2)
    shards = [sorted(folder.glob("*.safetensors")) for folder in (first, again)]
    assert [f.name for f in shards[0]] == [f.name for f in shards[1]]
    same = [a.read_bytes() == b.read_bytes() for a, b in zip(*shards, strict=True)]
    names = [set(load_file(file)) for file in shards[0]]
    frozen = [not any(".layer.2." in n or n.startswith("classifier") for n in s) for s in names]
    assert same == frozen and sum(frozen) >= 2 and not all(frozen)
    below = set().union(*(s for s, kept in zip(names, frozen, strict=True) if kept))
    assert {n for n in below if n in moved} == set()
    assert below >= {n for n in weights if "embeddings" in n or ".layer.1." in n}


def test_packing_what_was_unpacked_gives_the_same_shards(packed: Path, tmp_path: Path) -> None:
    again = pack(unpack(packed, tmp_path / "cache"), tmp_path / "again", shard_bytes=1_000_000)
    for file in packed.glob("*.safetensors"):
        assert (again / file.name).read_bytes() == file.read_bytes()
    assert (again / LIST).read_text() == (packed / LIST).read_text()


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_flip, r"damaged or was changed"),
        (lambda file: file.write_bytes(file.read_bytes()[:5000]), r"5000 bytes.*cut or replaced"),
        (lambda file: file.unlink(), r"is missing"),
    ],
)
def test_a_damaged_shard_is_refused_by_name(
    packed: Path, cache: Path, damage: Callable[[Path], object], said: str
) -> None:
    shard = sorted(packed.glob("*.safetensors"))[1]
    damage(shard)
    with pytest.raises(ModelError, match=rf"{shard.name}.*{said}.*reinstall"):
        find_model(packed)
    assert not list(cache.rglob(WHOLE))


@pytest.mark.parametrize("name", [WHOLE, "config.json"])
def test_a_damaged_file_in_the_cache_is_made_again(packed: Path, cache: Path, name: str) -> None:
    held = find_model(packed).path / name
    whole = held.read_bytes()
    held.write_bytes(whole[:-7])
    assert (find_model(packed).path / name).read_bytes() == whole


def test_shards_that_agree_with_their_list_but_not_with_the_card_are_refused(
    packed: Path, cache: Path
) -> None:
    (packed / "card.json").write_text(json.dumps({"sha256": "0" * 64}))
    with pytest.raises(ModelError, match="checksum"):
        find_model(packed)


@pytest.mark.parametrize("text", ["{", "{}", '{"unpacked": {"file": "../x"}, "shards": []}'])
def test_a_list_that_cannot_be_read_is_an_error_not_a_traceback(packed: Path, text: str) -> None:
    (packed / LIST).write_text(text)
    with pytest.raises(ModelError, match=r"weights\.json"):
        find_model(packed)


def test_a_cache_that_cannot_be_written_is_named(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="STANCE_CACHE"):
        find_model(packed)


def test_processes_may_unpack_at_once_and_drafts_of_the_dead_go(packed: Path, cache: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom stance.packing import unpack\n"
        "while not Path(sys.argv[3]).exists(): time.sleep(0.001)\n"
        "print(unpack(Path(sys.argv[1]), Path(sys.argv[2])))"
    )
    place = unpack(packed, cache)
    (place / WHOLE).unlink()
    dead = place / f".{WHOLE}.0123"
    dead.write_bytes(b"half")
    os.utime(dead, (0, 0))
    go = cache / "go"
    command = [sys.executable, "-c", code, str(packed), str(cache), str(go)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    go.touch()
    said = {process.communicate()[0].strip() for process in running}
    assert said == {str(place)} and all(process.returncode == 0 for process in running)
    assert weights_sha256(place) == weights_sha256(packed)
    assert not list(place.glob(".*"))


def test_what_cannot_be_packed_is_refused(plain: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="into itself"):
        pack(plain, plain)
    with pytest.raises(ModelError, match="no weights"):
        pack(tmp_path, tmp_path / "out")
    for name, part, said in (
        ("nan", np.full((2, 2), np.nan, np.float32), "values that fp16 cannot"),
        ("double", np.ones((2, 2)), "is F64"),
    ):
        (tmp_path / name).mkdir()
        save_file({"layer.weight": part}, tmp_path / name / WHOLE)
        with pytest.raises(ModelError, match=said):
            pack(tmp_path / name, tmp_path / "out")


def test_other_heads_beside_the_weights_come_along(plain: Path, tmp_path: Path) -> None:
    head = plain / "token.safetensors"
    save_file({"w": np.ones(3, np.float32)}, head)
    try:
        before = weights_sha256(plain)
        place = unpack(pack(plain, tmp_path / "packed"), tmp_path / "cache")
        assert (place / head.name).read_bytes() == head.read_bytes()
        assert weights_sha256(place) == weights_sha256(tmp_path / "packed") != before
    finally:
        head.unlink()
    assert weights_sha256(plain) == before, "another head does not change the pair head's checksum"
