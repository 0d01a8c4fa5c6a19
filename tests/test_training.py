"""Recipes, sources, rule-made pairs, the loop and calibration, on tiny data and a tiny encoder."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import word_encoder

from stance.errors import InputError, ModelError
from stance.training import encoder_path, read_recipe, sources, stories, synthetic, train, wording
from stance.training.calibration import fit_scaling
from stance.training.metrics import calibration_error, macro_f1, metric
from stance.training.recipe import Settings, Source

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

    from stance.training import loop

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
    (tmp_path / "broken.jsonl").write_text('{"a": 1}\n{oops\n')
    with pytest.raises(InputError, match="row 2"):
        sources.load(Source("pairs", "broken.jsonl"), tmp_path, 0)


def test_an_encoder_that_is_nowhere_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match="pip install no-such-encoder"):
        encoder_path("no-such-encoder")


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
    from stance.training import loop

    settings = Settings(batch_tokens=64, window=32, warmup=0.1, cooldown=0.5)
    rates = [loop.rate(step, 40, settings) for step in range(40)]
    assert rates[0] < rates[3] == 1.0 == rates[20] and rates[-1] < 0.06
    assert rates[20:] == sorted(rates[20:], reverse=True)


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


@given(st.integers(0, 10_000))
def test_rule_made_claims_carry_every_label_equally(seed: int) -> None:
    rng = random.Random(seed)
    for rows in (
        synthetic.positions(8, rng),
        synthetic.reported_speech(["The bridge is safe.", "Tamarin will pay."], rng),
    ):
        by_claim = defaultdict(Counter)
        for premise, claim, label in rows:
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
        assert changed != claim
        assert re.sub(r"[\d,.]", "", changed) == re.sub(r"[\d,.]", "", claim)


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


@pytest.mark.parametrize("name", ["small", "base"])
def test_the_shipped_recipes_use_no_row_that_may_not_shape_weights(name: str) -> None:
    from stance.models import data_folder

    recipe = read_recipe(data_folder("models") / name / "recipe.toml")
    barred = re.compile(r"seesaw|control|_news-|scifact|semeval|emergent|checkthat|healthver|fm2")
    assert not [
        s.file for s in recipe.sources if "dse_news" not in s.file and barred.search(s.file)
    ]
