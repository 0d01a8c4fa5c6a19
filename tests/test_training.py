"""Recipes, sources, rule-made pairs, the loop and calibration, on tiny data and a tiny encoder."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import tiny_model, word_encoder

from stance.errors import InputError, ModelError, UsageError
from stance.training import (
    encoder_path,
    loop,
    new_model,
    read_recipe,
    save,
    sources,
    stories,
    synthetic,
    terms,
    train,
    wording,
)
from stance.training.calibration import fit_scaling
from stance.training.metrics import calibration_error, macro_f1, metric
from stance.training.recipe import Settings, Source
from stance.training.sources import held_out

RECIPE = """
name = "tiny"
seed = 3
[train]
epochs = {epochs}
lr = 5e-3
batch_tokens = 256
max_length = 48
freeze_embeddings = false
dtype = "float32"
[[source]]
kind = "positions"
count = 12
[[source]]
kind = "pairs"
file = "own.csv"
[[dev]]
name = "positions"
kind = "positions"
count = 30
calibrate = true
"""


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer BERT with a word-level vocabulary of what the rules can say."""
    rows = synthetic.positions(60, random.Random(0))
    folder = tmp_path_factory.mktemp("encoder")
    return word_encoder(folder, (p + " " + h for p, h, _ in rows), layers=2, pairs=True)


def write_recipe(folder: Path, epochs: int = 1) -> Path:
    (folder / "own.csv").write_text(
        "text,claim,label\nThe road is open.,The road is open.,supports\n"
        "The road is shut.,The road is open.,refutes\n"
    )
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(epochs=epochs))
    return path


def test_training_makes_a_folder_that_transformers_loads_and_find_model_verifies(
    encoder: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from stance.models import find_model

    out = train(read_recipe(write_recipe(tmp_path)), tmp_path, tmp_path / "out", init=str(encoder))
    model = AutoModelForSequenceClassification.from_pretrained(out)
    assert model.config.id2label == {0: "entailment", 1: "neutral", 2: "contradiction"}
    assert AutoTokenizer.from_pretrained(out)("a", "b")["input_ids"]
    ref = find_model(out)
    assert ref.sha256 == ref.card["sha256"]
    assert ref.card["calibration"]["temperature"] > 0
    figures = json.loads((out / "eval.json").read_text())
    assert figures[0]["set"] == "positions"
    assert 0 < figures[0]["rows"] < 90
    assert not (out / "checkpoint.pt").exists()


def test_a_run_that_was_killed_ends_as_if_it_had_not_been(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file

    recipe = read_recipe(write_recipe(tmp_path, epochs=2))
    whole = train(recipe, tmp_path, tmp_path / "whole", init=str(encoder))

    real = loop.collate
    calls = 0

    def killed(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    eager = Settings(**{**_fields(recipe.train), "checkpoint_minutes": 0.0})
    often = type(recipe)(**{**_fields(recipe), "train": eager})
    monkeypatch.setattr(loop, "collate", killed)
    with pytest.raises(KeyboardInterrupt):
        train(often, tmp_path, tmp_path / "cut", init=str(encoder))
    monkeypatch.setattr(loop, "collate", real)
    cut = train(often, tmp_path, tmp_path / "cut", init=str(encoder))
    assert "going on at step 4" in (cut / "train.log").read_text()
    a, b = (load_file(folder / "model.safetensors") for folder in (whole, cut))
    assert all(np.array_equal(a[name].numpy(), b[name].numpy()) for name in a)


def test_a_run_that_ends_before_its_weights_are_written_is_not_lost(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import safetensors.torch

    recipe = read_recipe(write_recipe(tmp_path))
    real = safetensors.torch.save_file

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(OSError, match="No space"):
        train(recipe, tmp_path, tmp_path / "out", init=str(encoder))
    monkeypatch.setattr(safetensors.torch, "save_file", real)
    out = train(recipe, tmp_path, tmp_path / "out", init=str(encoder))
    told = re.search(r"going on at step (\d+) of (\d+)", (out / "train.log").read_text())
    assert told and told[1] == told[2]
    assert not list(out.rglob("checkpoint.pt"))


@pytest.mark.parametrize("family", ["bert", "mpnet", "deberta-v2"])
def test_no_gradient_goes_back_through_frozen_layers(family: str, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    folder = tiny_model(tmp_path, family, num_labels=3)
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    seen: list[bool] = []

    def watch(_layer: object, _given: object, made: torch.Tensor | tuple[torch.Tensor]) -> None:
        seen.append((made[0] if isinstance(made, tuple) else made).requires_grad)

    for layer in model.base_model.encoder.layer[:2]:
        layer.register_forward_hook(watch)
    loop._freeze(model.base_model, Settings(freeze_embeddings=True, freeze_layers=1))
    model(input_ids=torch.tensor([[0, 5, 6, 2]]))
    assert seen == [False, True]


SOUP = """
name = "soup"
seed = 3
seeds = [4, 9]
[train]
lr = 5e-3
batch_tokens = 256
max_length = 48
checkpoint_minutes = 0.0
dropout = 0.0
freeze_layers = 1
[distil]
teacher = "{teacher}"
weight = 0.6
[[source]]
kind = "positions"
count = 8
[[unlabelled]]
kind = "pairs"
file = "own.jsonl"
[[dev]]
kind = "positions"
count = 10
"""


@pytest.fixture(scope="module")
def teacher(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("teacher")
    return train(read_recipe(write_recipe(folder)), folder, folder / "out", init=str(encoder))


def soup_recipe(folder: Path, teacher: Path, **changes: str) -> Path:
    rows = [{"text": f"The road to town {n} is open.", "claim": "Roads are open."} for n in "abc"]
    (folder / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = SOUP.format(teacher=teacher)
    for old, new in changes.items():
        text = re.sub(rf"(?m)^{old} = .*$", f"{old} = {new}" if new else "", text)
    path = folder / "soup.toml"
    path.write_text(text)
    return path


def test_a_soup_is_the_exact_mean_of_its_runs_and_goes_on_where_it_was_killed(
    encoder: Path, teacher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.numpy import load_file

    recipe = read_recipe(soup_recipe(tmp_path, teacher))
    runs: list[dict[str, np.ndarray]] = []

    def watched(model: object, *rest: object) -> None:
        runs.append(_copy(model))
        save(model, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("stance.training.save", watched)
    for seed in (4, 9):
        alone = read_recipe(soup_recipe(tmp_path, teacher, seeds=f"[{seed}]"))
        train(alone, tmp_path, tmp_path / f"alone{seed}", init=str(encoder))
    monkeypatch.undo()
    real, steps = loop.collate, 0

    def killed(*args: object) -> object:
        nonlocal steps
        steps += 1
        if steps in (3, 9):
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "collate", killed)
    out = tmp_path / "out"
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train(recipe, tmp_path, out, init=str(encoder))
    monkeypatch.setattr(loop, "collate", real)
    train(recipe, tmp_path, out, init=str(encoder))
    said = (out / "train.log").read_text()
    assert said.count("going on at step 2") == 1 and "seed 4 was finished before" in said
    assert said.count(" labelled ") == 1, "soft labels are computed once"
    found = load_file(out / "model.safetensors")
    for name, weight in found.items():
        mean = np.mean([run[name].astype(np.float64) for run in runs], axis=0)
        assert np.array_equal(weight, mean.astype(np.float32).astype(np.float16)), name
    assert not np.array_equal(runs[0]["classifier.weight"], runs[1]["classifier.weight"])
    kept = load_file(encoder / "model.safetensors")["embeddings.word_embeddings.weight"]
    assert np.array_equal(found["bert.embeddings.word_embeddings.weight"], kept.astype(np.float16))
    assert json.loads((out / "card.json").read_text())["seeds"] == [4, 9]
    assert not (out / "runs").exists()


def _copy(model: object) -> dict[str, np.ndarray]:
    return {name: w.numpy().copy() for name, w in model.state_dict().items()}  # type: ignore[attr-defined]


DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
    ),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("family", ["bert", "mpnet", "modernbert"])
def test_every_family_learns_where_it_is_told_to(family: str, device: str, tmp_path: Path) -> None:
    tiny_model(tmp_path / "start", family, num_hidden_layers=2)
    rows = [
        {"text": f"The minister said rain {n}.", "claim": "Rain is expected.", "label": label}
        for n in range(8)
        for label in ("supports", "neutral", "refutes")
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "recipe.toml").write_text(
        "[train]\nlr = 1e-3\nbatch_tokens = 128\nmax_length = 48\nfreeze_embeddings = true\n"
        "[[source]]\nkind = 'pairs'\nfile = 'rows.jsonl'\n"
        "[[dev]]\nkind = 'pairs'\nfile = 'rows.jsonl'\n"
    )
    out = train(
        read_recipe(tmp_path / "recipe.toml"),
        tmp_path,
        tmp_path / "out",
        init=str(tmp_path / "start"),
        device=device,
    )
    said = (out / "train.log").read_text()
    assert "24 pairs" in said and device in said
    assert json.loads((out / "eval.json").read_text())[0]["rows"] == 24
    assert "calibration" not in json.loads((out / "card.json").read_text())


@pytest.mark.parametrize(("family", "fused"), [("bert", "sdpa"), ("mpnet", "eager")])
def test_attention_is_fused_on_a_gpu_where_the_class_has_it(
    family: str, fused: str, encoder: Path, tmp_path: Path
) -> None:
    start = str(tiny_model(tmp_path / "start", family))
    recipe = read_recipe(write_recipe(tmp_path))
    ways = [
        new_model(start, recipe, 0, torch.device(name))[0].config._attn_implementation
        for name in ("cpu", "meta")  # which is no CPU and needs no GPU
    ]
    assert ways == ["eager", fused]


def test_bf16_is_for_processors_that_multiply_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from stance.inference import backends

    cpu = torch.device("cpu")
    for has, name in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(backends, "cpu_has_bf16", lambda has=has: has)
        assert loop.dtype_name(cpu) == name
        with loop.autocast(cpu):
            assert torch.is_autocast_enabled("cpu") == has
    assert loop.dtype_name(cpu, "bfloat16") == "bfloat16", "asked for is asked for"


@pytest.mark.parametrize(
    ("has", "maker", "gains"),
    [
        ({"avx512_bf16"}, "GenuineIntel", False),  # its tiles are switched off
        ({"avx512_bf16", "amx_tile"}, "GenuineIntel", True),
        ({"avx512_bf16"}, "AuthenticAMD", True),
        (set(), "AuthenticAMD", False),
    ],
)
def test_the_instruction_alone_is_no_gain(
    monkeypatch: pytest.MonkeyPatch, has: set[str], maker: str, gains: bool
) -> None:
    from stance.inference import backends

    monkeypatch.setattr(backends, "_supports", lambda name: name in has)
    monkeypatch.setattr(backends, "_maker", lambda: f"vendor_id : {maker}")
    assert backends.cpu_has_bf16.__wrapped__() is gains


def test_a_finished_model_is_left_as_it_is_and_another_one_is_not_overwritten(
    encoder: Path, tmp_path: Path
) -> None:
    path, out = write_recipe(tmp_path), tmp_path / "out"
    train(read_recipe(path), tmp_path, out, init=str(encoder))
    stamp = (out / "model.safetensors").stat().st_mtime_ns
    lines: list[str] = []
    train(read_recipe(path), tmp_path, out, init=str(encoder), log=lines.append)
    assert "nothing to do" in lines[-1]
    assert (out / "model.safetensors").stat().st_mtime_ns == stamp
    with (tmp_path / "own.csv").open("a") as stream:
        stream.write("The road is closed.,The road is open.,refutes\n")
    with pytest.raises(UsageError, match="not made by this recipe"):
        train(read_recipe(path), tmp_path, out, init=str(encoder))
    with pytest.raises(UsageError, match="holds a model"):
        train(read_recipe(path), tmp_path, encoder, init=str(encoder))
    assert (out / "model.safetensors").stat().st_mtime_ns == stamp
    train(read_recipe(path), tmp_path, out, init=str(encoder), overwrite=True)
    assert (out / "model.safetensors").stat().st_mtime_ns > stamp


def test_a_packed_model_that_is_overwritten_leaves_no_weights_behind(
    encoder: Path, tmp_path: Path
) -> None:
    from stance.models import find_model
    from stance.packing import is_packed, pack

    path, out = write_recipe(tmp_path), tmp_path / "packed"
    pack(train(read_recipe(path), tmp_path, tmp_path / "first", init=str(encoder)), out)
    (out / "sentences.json").write_text("{}")  # a head that stood on the old weights
    first = find_model(out).sha256
    with (tmp_path / "own.csv").open("a") as stream:
        stream.write("The road is closed.,The road is open.,refutes\n")
    train(read_recipe(path), tmp_path, out, init=str(encoder), overwrite=True)
    assert not is_packed(out) and not (out / "sentences.json").exists()
    assert find_model(out).sha256 == find_model(out).card["sha256"] != first
    with pytest.raises(UsageError, match="the model to start from"):
        train(read_recipe(path), tmp_path, out, init=str(out), overwrite=True)
    assert (out / "model.safetensors").is_file()


def test_another_teacher_or_other_dev_rows_make_another_model(
    encoder: Path, tmp_path: Path
) -> None:
    path, teacher, out = write_recipe(tmp_path), tmp_path / "teacher", tmp_path / "out"
    train(read_recipe(path), tmp_path, teacher, init=str(encoder))
    plain = path.read_text()
    path.write_text(
        plain.replace("[[source]]", f'[distil]\nteacher = "{teacher}"\n\n[[source]]', 1)
    )
    recipe = read_recipe(path)
    card = json.loads((train(recipe, tmp_path, out, init=str(encoder)) / "card.json").read_text())
    told = json.loads((teacher / "card.json").read_text())
    assert card["teacher_sha256"] == told["sha256"]
    told["calibration"]["temperature"] *= 2
    (teacher / "card.json").write_text(json.dumps(told))
    with pytest.raises(UsageError, match="not made by this recipe"):
        train(recipe, tmp_path, out, init=str(encoder))


def test_no_run_is_begun_that_would_end_too_late(tmp_path: Path) -> None:
    import time

    from stance.training.runs import mean_weights, train_runs

    lines: list[str] = []

    def one(seed: int, folder: Path) -> dict[str, torch.Tensor]:
        time.sleep(0.05)
        return {"w": torch.full((2,), float(seed)), "n": torch.tensor([seed])}

    until = time.monotonic() + 0.08
    files = train_runs([1, 2, 3], one, tmp_path, log=lines.append, until=until)
    assert [file.stem for file in files] == ["1"] and "no time for the run with seed 2" in lines[-1]
    files = train_runs([1, 2, 3], one, tmp_path, log=lines.append)
    assert mean_weights(files)["w"].tolist() == [2.0, 2.0]


def test_a_student_learns_what_its_teacher_says_where_there_is_no_label(
    encoder: Path, tmp_path: Path
) -> None:
    from stance.training.recipe import Distil
    from stance.training.teacher import distilled_loss

    soft = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], dtype=np.float32)
    own = distilled_loss([0, -1], soft, Distil("t", temperature=1.0, weight=0.25), 0.0)
    logits = torch.tensor(np.log(soft), requires_grad=True)
    exact = 0.75 * -np.log(0.7) / 2  # at the teacher's own answer only the label is left to pay
    assert own(logits, [0, 1]).item() == pytest.approx(exact, abs=1e-5)
    for heat in (1.0, 4.0):
        alone = distilled_loss([-1], soft[1:], Distil("t", temperature=heat), 0.0)
        student = torch.zeros(1, 3, requires_grad=True)
        optimizer = torch.optim.SGD([student], lr=1.0)
        for _ in range(400):
            optimizer.zero_grad()
            alone(student, [0]).backward()
            optimizer.step()
        assert torch.softmax(student, -1)[0].tolist() == pytest.approx(soft[1].tolist(), abs=0.01)


def test_a_pair_model_with_another_order_of_labels_goes_on_from_what_it_knows(
    encoder: Path, teacher: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForSequenceClassification

    from stance.inference import NLI

    turned = tmp_path / "turned"
    shutil.copytree(teacher, turned, ignore=shutil.ignore_patterns("card.json"))
    model = AutoModelForSequenceClassification.from_pretrained(teacher, dtype=torch.float32)
    with torch.no_grad():
        for part in model.classifier.parameters():
            part.copy_(part[[2, 0, 1]].clone())
    names = ("contradiction", "entailment", "neutral")
    model.config.id2label = dict(enumerate(names))
    model.config.label2id = {name: i for i, name in enumerate(names)}
    model.save_pretrained(turned)
    recipes = [soup_recipe(tmp_path, teacher, seeds="[1]", lr="1e-9")]
    pairs = [(row[0], row[1]) for row in synthetic.positions(6, random.Random(2))]
    scores = [
        NLI.from_pretrained(
            train(read_recipe(recipes[0]), tmp_path, tmp_path / name, init=str(start)),
            device="cpu",
            dtype="fp32",
        ).score(pairs)
        for name, start in (("a", teacher), ("b", turned))
    ]
    assert np.abs(scores[0] - scores[1]).max() < 1e-3, "as good a start, whatever the order"
    figures = [json.loads((tmp_path / n / "eval.json").read_text())[0]["accuracy"] for n in "ab"]
    assert figures[0] == figures[1]


def test_a_loss_that_is_no_number_ends_the_run_and_reaches_no_checkpoint(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def broken(labels: object, smoothing: float) -> object:
        calls = iter(range(100))
        return lambda logits, rows: logits.sum() * (0.0 if next(calls) < 3 else torch.nan)

    recipe = read_recipe(write_recipe(tmp_path))
    eager = Settings(**{**_fields(recipe.train), "checkpoint_minutes": 0.0})
    often = type(recipe)(**{**_fields(recipe), "train": eager})
    monkeypatch.setattr(loop, "class_loss", broken)
    with pytest.raises(ModelError, match="lower lr"):
        train(often, tmp_path, tmp_path / "out", init=str(encoder))
    (file,) = (tmp_path / "out").rglob("checkpoint.pt")
    state = torch.load(file, weights_only=True)
    assert state["step"] == 3
    assert all(bool(part.isfinite().all()) for part in state["model"].values())


def _fields(row: object) -> dict[str, object]:
    import dataclasses

    return {f.name: getattr(row, f.name) for f in dataclasses.fields(row)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name = 'x'", "[[source]]"),
        ("[[source]]\nfile='a'", "kind"),
        ("[train]\nspeed = 3\n[[source]]\nkind='pairs'", "speed"),
        ("colour = 1\n[[source]]\nkind='pairs'", "colour"),
        ("= 3", "TOML"),
        ("[[source]]\nkind='pairs'\nrepeat='two'", "field 'source 1': repeat = 'two' is no int"),
        ("[[source]]\nkind='pairs'\n[[dev]]\nfile='x'", "field 'dev 1': 'kind' is missing"),
        ("[[source]]\nkind='pairs'\nlabels=3", "field 'source 1': unknown settings ['labels']"),
        ("[train]\nepochs=true\n[[source]]\nkind='pairs'", "field 'train': epochs = True is no"),
        ("[train]\ndtype='int4'\n[[source]]\nkind='pairs'", "no dtype 'int4'"),
        ("[distil]\nweight=0.5\n[[source]]\nkind='pairs'", "field 'distil': 'teacher' is missing"),
        ("[distil]\nteacher='base'\nweight=2\n[[source]]\nkind='pairs'", "weight lies in"),
        ("[[source]]\nkind='pairs'\n[[unlabelled]]\nkind='passages'", "add [distil]"),
        ("seeds=[1, 1]\n[[source]]\nkind='pairs'", "two equal seeds"),
        ("seeds=3\n[[source]]\nkind='pairs'", "a list of whole numbers"),
        ("[source]\nkind='pairs'", "write [[source]]"),
    ],
)
def test_a_recipe_with_a_mistake_says_which(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(named)):
        read_recipe(path)


def test_sources_that_cannot_be_read_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl"):
        sources.load(Source("pairs", "nowhere.jsonl"), tmp_path, 0)
    with pytest.raises(InputError, match="unknown kind of source 'tables'"):
        sources.load(Source("tables"), tmp_path, 0)
    good = '{"text": "It rained.", "claim": "It was wet.", "label": "supports"}'
    for name, second, said in (
        ("broken.jsonl", "{oops", "broken.jsonl, row 2: .*JSON"),
        ("empty.jsonl", '{"text": " ", "claim": "It was wet.", "label": 0}', "row 2, field 'text'"),
        ("bare.jsonl", '{"text": "It rained.", "label": 0}', "row 2, field 'claim'"),
        ("typo.jsonl", good.replace("supports", "suports"), "row 2, field 'label': 'suports' is"),
    ):
        (tmp_path / name).write_text(f"{good}\n{second}\n")
        with pytest.raises(InputError, match=said):
            sources.load(Source("pairs", name), tmp_path, 0)
    for kind, said in (("story", "row 1, field 'attributions'"), ("graded", "row 1: .*to float")):
        with pytest.raises(InputError, match=said):
            sources.load(Source(kind, "typo.jsonl"), tmp_path, 0)


def test_an_encoder_that_is_nowhere_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match="pip install no-such-encoder"):
        encoder_path("no-such-encoder")


def test_an_encoder_of_the_hub_is_taken_at_the_revision_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="pinned revision: org/tiny@<commit>"):
        encoder_path("org/tiny")
    commit = "0123456789abcdef0123456789abcdef01234567"
    cache = tmp_path / "hub"
    kept = cache / "models--org--tiny"
    word_encoder(kept / "snapshots" / commit, ["rain"], layers=1, pairs=True)
    (kept / "refs").mkdir()
    (kept / "refs" / "v1").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub._snapshot_download.constants.HF_HUB_CACHE", str(cache))
    assert encoder_path("org/tiny@v1") == str(kept / "snapshots" / commit)
    (tmp_path / "recipe.toml").write_text(RECIPE.format(epochs=1))
    (tmp_path / "own.csv").write_text("text,claim,label\nIt rains.,Rain falls.,supports\n")
    recipe = replace(read_recipe(tmp_path / "recipe.toml"), dev=())
    out = train(recipe, tmp_path, tmp_path / "out", init="org/tiny@v1")
    card = json.loads((out / "card.json").read_text())
    assert card["init"] == f"org/tiny@{commit}", "what a tag stood for"
    assert not {"licence", "languages"} & set(card), "nobody said what they are"


def test_a_card_says_what_the_recipe_or_the_card_it_starts_from_says(tmp_path: Path) -> None:
    start = tiny_model(tmp_path / "start", "bert")
    (start / "card.json").write_text('{"licence": "MIT", "languages": ["de", "fr"]}')
    (tmp_path / "recipe.toml").write_text(RECIPE.format(epochs=1))
    plain = replace(read_recipe(tmp_path / "recipe.toml"), init=str(start))
    assert terms(plain) == {"licence": "MIT", "languages": ["de", "fr"]}
    (tmp_path / "recipe.toml").write_text('licence = "CC0"\n' + RECIPE.format(epochs=1))
    own = replace(read_recipe(tmp_path / "recipe.toml"), init=str(start))
    assert terms(own) == {"licence": "CC0", "languages": ["de", "fr"]}


@pytest.mark.parametrize(
    ("family", "settings", "says"),
    [
        ("modernbert", {"freeze_layers": 1}, "freeze_layers = 0"),
        ("distilbert", {"freeze_layers": 1}, "freeze_layers = 0"),
        ("gpt2", {"freeze_embeddings": True}, "freeze_embeddings = false"),
    ],
)
def test_what_cannot_be_frozen_says_what_to_set(
    family: str, settings: dict[str, Any], says: str
) -> None:
    from transformers import AutoConfig, AutoModel

    size = {"vocab_size": 60, "hidden_size": 32, "num_attention_heads": 2, "num_hidden_layers": 2}
    if family == "modernbert":
        size |= {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2, "cls_token_id": 2,
                 "sep_token_id": 1}  # fmt: skip
    encoder = AutoModel.from_config(AutoConfig.for_model(family, **size))
    with pytest.raises(ModelError, match=says):
        loop._freeze(encoder, replace(Settings(freeze_embeddings=False), **settings))


def test_halves_never_share_a_claim(tmp_path: Path) -> None:
    rows = [
        {
            "premise": f"Report {i} on case {i % 40}.",
            "hypothesis": f"Case {i % 40} is closed.",
            "label": ("entailment", "neutral", "contradiction")[i % 3],
        }
        for i in range(400)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    source = Source("pairs", "rows.jsonl", options={"holdout": True})
    halves = [sources.load(source, tmp_path, 0, half) for half in ("train", "dev")]
    claims = [{row.hypothesis for row in half} for half in halves]
    assert claims[0] and claims[1] and not claims[0] & claims[1]
    assert sum(map(len, halves)) == 400


def test_halves_cut_by_text_never_share_a_sentence_whoever_speaks_it(tmp_path: Path) -> None:
    rows = [
        {"text": f"Sentence {i} stands here.", "target": f"Claim {j}.", "label": "agree"}
        for i in range(200)
        for j in range(2)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    plain = Source("pairs", "rows.jsonl", options={"holdout": "text"})
    wrapped = Source("pairs", "rows.jsonl", repeat=2, options={"holdout": "text", "spoken": 0.5})
    train_half = sources.load(wrapped, tmp_path, 0, "train")
    dev_half = sources.load(plain, tmp_path, 0, "dev")
    numbers = [
        {re.search(r"entence (\d+)", row.premise)[1] for row in half}  # type: ignore[index]
        for half in (train_half, dev_half)
    ]
    assert numbers[0] and numbers[1] and not numbers[0] & numbers[1]


def test_development_rows_bring_evidence_that_training_has_not_seen(tmp_path: Path) -> None:
    plans = ("reopen before Christmas", "carry passengers free", "replace every bus")
    rows = [
        {
            # two claims in three share their evidence with the next one; words cut from it differ
            "premise": f"Article {i - (i % 3 == 2)}. " + "It was a long day of talk. " * 30,
            "hypothesis": f"Tramway {i} of Orvenia{i // 30} will {plans[i % 3]}.",
            "label": ("entailment", "contradiction")[i % 2],
        }
        for i in range(3000)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    options = {"holdout": True, "words": 20, "topic_neutrals": 300}
    plain = Source("pairs", "rows.jsonl", options=options)
    spoken = Source("pairs", "rows.jsonl", options={**options, "spoken": 0.5})
    train_half = sources.load(spoken, tmp_path, 0, "train")
    dev_half = sources.load(plain, tmp_path, 0, "dev")
    texts, claims = (
        [{getattr(row, field) for row in half} for half in (train_half, dev_half)]
        for field in ("text", "hypothesis")
    )
    assert not texts[0] & texts[1] and not claims[0] & claims[1]
    for half, known in zip((train_half, dev_half), texts, strict=True):
        made = [row for row in half if row.label == 1]
        assert len(made) > 50 and {row.text for row in made} <= known, "made within each half"
    assert sum(row.label == 0 for row in dev_half) > 40


def test_a_set_of_few_texts_keeps_its_new_claims(tmp_path: Path) -> None:
    rows = [
        {"text": f"Body {i % 5}.", "target": f"Headline {i}", "label": "agree"} for i in range(500)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    source = Source("pairs", "rows.jsonl", options={"holdout": True})
    found = sources.load(source, tmp_path, 0, "dev")
    assert len(found) == sum(held_out(row["target"]) for row in rows) > 20


def test_reported_claims_keep_to_their_half_negated_or_not(tmp_path: Path) -> None:
    claims = [f"The harbour of port {i} is open." for i in range(900)]
    (tmp_path / "rows.jsonl").write_text(
        "".join(json.dumps({"hypothesis": claim}) + "\n" for claim in claims)
    )
    source = Source("reported", "rows.jsonl", options={"holdout": True})
    numbers = [
        {
            number
            for row in sources.load(source, tmp_path, 0, half)
            for number in re.findall(r"port (\d+)", f"{row.premise} {row.hypothesis}")
        }
        for half in ("train", "dev")
    ]
    assert len(numbers[1]) > 50 and not numbers[0] & numbers[1]
    assert any("not open" in row.hypothesis for row in sources.load(source, tmp_path, 0, "dev"))


def test_a_story_gives_every_claim_its_report_its_denial_and_anothers_words() -> None:
    text = (
        "Mayor Anna Berg said that the harbour tunnel will open in March. "
        "Union leader Carl Dunn told reporters that the harbour tunnel has cost the town its "
        "savings. Experts denied that the harbour tunnel is safe for heavy lorries."
    )

    def row(source: str, cue: str, content: str) -> dict[str, list[dict[str, object]]]:
        def span(part: str) -> list[dict[str, object]]:
            at = text.index(part)
            return [{"start": at, "end": at + len(part), "text": part}]

        return {"source": span(source), "cue": span(cue), "content": span(content)}

    article = {
        "text": text,
        "attributions": [
            row("Mayor Anna Berg", "said", "that the harbour tunnel will open in March"),
            row(
                "Union leader Carl Dunn",
                "told",
                "that the harbour tunnel has cost the town its savings",
            ),
            row("Experts", "denied", "that the harbour tunnel is safe for heavy lorries"),
        ],
    }
    rows = stories.rows_of([article], random.Random(1), claims=10)
    opens = [row for row in rows if row[1] == "The harbour tunnel will open in March."]
    assert sorted(label for _, _, label in opens) == [0, 1, 2]
    by_label = {label: premise for premise, _, label in opens}
    assert "will open in March" in by_label[0]
    assert "Dunn" in by_label[1] and "March" not in by_label[1]
    assert not [claim for _, claim, _ in rows if "lorries" in claim], "a denial is no claim"


def test_a_run_cut_short_keeps_its_order_and_cools_down() -> None:

    settings = Settings(batch_tokens=64, window=32, warmup=0.1, cooldown=0.5)
    rates = [loop.rate(step, 40, settings) for step in range(40)]
    assert rates[0] < rates[3] == 1.0 == rates[20] and rates[-1] < 0.06
    assert rates[20:] == sorted(rates[20:], reverse=True)


@pytest.mark.parametrize("number", ["0", "1", "2", 0, 2])
def test_a_bare_number_is_no_label(tmp_path: Path, number: object) -> None:
    (tmp_path / "own.csv").write_text(f"text,claim,label\nIt is open.,It is open.,{number}\n")
    with pytest.raises(InputError, match="another order in every set"):
        sources.load(Source("pairs", "own.csv"), tmp_path, 0)


def test_rows_whose_text_training_knows_are_left_out_of_a_set_apart(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,claim,label\n“It is open”; he said.,A.,supports\n")
    (tmp_path / "dev.csv").write_text(
        'text,claim,label\n"""It is open"", he said",B.,supports\nIt is shut.,B.,refutes\n'
    )
    source = Source("pairs", "dev.csv", options={"apart": "train.csv", "spoken": 1.0})
    (row,) = sources.load(source, tmp_path, 0)
    assert row.text == "It is shut."


def test_topic_neutrals_ask_claims_also_where_texts_are_the_keys() -> None:
    made = [
        sources.Example(f"The {city} tramway will reopen, officials say.", claim, 0, city)
        for city, claim in (
            ("Orvenia", "The Orvenia tramway will reopen."),
            ("Tamarin", "The Tamarin tramway will carry passengers."),
            ("Lowmere", "The Lowmere tramway needs money."),
        )
    ]
    found = sources.topic_neutrals(made, 3, random.Random(0))
    assert {row.hypothesis for row in found} <= {e.hypothesis for e in made}
    assert all(row.key in row.hypothesis and row.key not in row.premise for row in found) and found


def test_topic_neutrals_take_evidence_of_another_claim_on_the_topic() -> None:
    claims = [
        f"The {city} tramway will {plan}."
        for city, plan in (
            ("Orvenia", "reopen before Christmas"),
            ("Tamarin", "carry passengers free"),
            ("Lowmere", "need fresh subsidies"),
            ("Halvard", "replace every bus"),
        )
    ]
    made = [sources.Example(f"Officials agree: {claim}", claim, 0, claim) for claim in claims]
    found = sources.topic_neutrals(made, 4, random.Random(0))
    assert len(found) == 4
    for row in found:
        assert row.label == 1
        assert (row.premise, row.hypothesis) not in {(e.premise, e.hypothesis) for e in made}


_DRAWN = """
import random, sys
from stance.training.sources import Example, topic_neutrals
claims = [f"The {thing} of {town} {verb} twice" for thing in ("bridge", "school", "harbour")
          for town in ("Ardle", "Corrin", "Velden") for verb in ("opened", "closed")]
made = [Example(f"Evidence {i}.", claim, 0, claim, "") for i, claim in enumerate(claims)]
for found in topic_neutrals(made, 40, random.Random(0)):
    print(found.premise, found.hypothesis)
"""


def test_topic_neutrals_are_the_same_in_every_process() -> None:
    """Else a run that was killed would find other pairs, and start anew."""
    told = [
        subprocess.run(
            [sys.executable, "-c", _DRAWN],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert len(told[0].splitlines()) == 40 and len(set(told)) == 1


@given(st.integers(0, 10_000))
def test_rule_made_claims_carry_every_label_equally(seed: int) -> None:
    rng = random.Random(seed)
    for rows in (
        synthetic.positions(8, rng),
        synthetic.reported_speech(["The bridge is safe.", "Tamarin will pay."], rng),
    ):
        by_claim = defaultdict(Counter)
        for premise, claim, label, *_ in rows:
            assert premise.strip() and "{" not in premise + claim
            assert premise[0] == premise[0].upper()
            by_claim[claim][label] += 1
        for labels in by_claim.values():
            assert labels[0] == labels[1] == labels[2]


def test_evaluation_verbs_are_never_trained_on() -> None:
    trained = {frame for frames in synthetic.REPORTS.values() for frame in frames}
    unseen = {frame for frames in synthetic._UNSEEN.values() for frame in frames}
    assert not trained & unseen


@given(st.integers(0, 10_000))
def test_a_changed_number_is_another_number(seed: int) -> None:
    premise, claim = "In 2014 it cost 1,250 crowns, or 3.5 a head.", "It cost 1,250 crowns in 2014."
    changed = synthetic.change_number(premise, claim, random.Random(seed))
    if changed is not None:
        for new, old in zip(changed, (premise, claim), strict=True):
            assert new != old
            assert re.sub(r"[\d,.]", "", new) == re.sub(r"[\d,.]", "", old)


def test_a_claim_with_a_number_is_refuted_as_often_as_it_is_supported(tmp_path: Path) -> None:
    rows = [
        {"premise": f"The bridge of town {i} cost {i + 30} million.", "label": "supports",
         "claim": f"A bridge cost {i + 30} million."}
        for i in range(60)
    ]  # fmt: skip
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    for most in (None, 20):
        found = sources.load(Source("numbers", "rows.jsonl", per_label=most), tmp_path, 0)
        by_claim, by_premise = defaultdict(Counter), defaultdict(Counter)
        for row in found:
            by_claim[row.hypothesis][row.label] += 1
            by_premise[row.premise][row.label] += 1
            agree = re.findall(r"\d+ m", row.premise) == re.findall(r"\d+ m", row.hypothesis)
            assert row.label == (0 if agree else 2)
        assert len(found) == 40 if most else len(found) > 100
        assert all(count[0] == count[2] > 0 for count in by_claim.values())
        assert all(count[0] == count[2] > 0 for count in by_premise.values())


@given(st.text(max_size=400), st.text(max_size=60), st.integers(1, 40))
def test_a_window_is_part_of_its_text(text: str, claim: str, words: int) -> None:
    part = wording.window(text, claim, words)
    assert len(part.split()) <= max(words, len(text.split()) if len(text.split()) <= words else 0)
    assert set(part.split()) <= set(text.split())


def test_calibration_finds_a_known_temperature_and_bias() -> None:
    rng = np.random.default_rng(5)
    true = rng.normal(0, 2, (20_000, 3))
    p = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    labels = (p.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1)
    temperature, bias = fit_scaling(2.0 * (true - np.array([0.6, 0.0, -0.6])), labels)
    assert temperature == pytest.approx(2.0, rel=0.05)
    assert bias == pytest.approx((0.6, 0.0, -0.6), abs=0.08)


def test_metrics_agree_with_a_reference_and_need_no_network() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    p = rng.dirichlet((1, 1, 1), 500)
    labels = rng.integers(0, 3, 500)
    guesses = p.argmax(axis=1)
    assert macro_f1(labels, guesses) == pytest.approx(
        sklearn.f1_score(labels, guesses, average="macro")
    )
    found = metric().compute(predictions=p, references=labels)
    assert found["accuracy"] == pytest.approx(sklearn.accuracy_score(labels, guesses))
    assert found["macro_f1"] == pytest.approx(macro_f1(labels, guesses))
    assert 0 <= calibration_error(p, labels) <= 1
