"""The whole way of a shipped model on tiny ones: mix, training, packing, heads, cascade."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest
from tiny_models import word_encoder

from stance.errors import InputError, ModelError
from stance.inference import NLI
from stance.inference.sentences import SentenceHead
from stance.models import find_model
from stance.training import make, mix, read_recipe, synthetic
from stance.training.evaluation import dev_sets

RECIPE = """
name = "tiny"
seed = 3
seeds = [1, 2]
[train]
lr = 5e-3
batch_tokens = 256
max_length = 48
freeze_layers = 1
[distil]
teacher = "none yet"
[[source]]
kind = "positions"
count = 10
[[unlabelled]]
kind = "passages"
file = "articles.jsonl"
count = 20
[[dev]]
name = "made by rule"
kind = "positions"
count = 20
calibrate = true
[[dev]]
name = "own"
kind = "pairs"
file = "dev.csv"
holdout = "text"
two_way = true
"""

UNTAUGHT = (
    RECIPE[: RECIPE.index("[distil]")]
    + RECIPE[RECIPE.index("[[source]]") : RECIPE.index("[[unlabelled]]")]
    + RECIPE[RECIPE.index("[[dev]]") :]
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rng = random.Random(0)
    places = ["harbour", "tramway", "library", "reservoir", "stadium", "orchard"]
    articles = [
        {
            "text": " ".join(
                f"The {p} in the old town will {rng.choice(['open', 'close'])} on day {n} of May."
                for n in range(6)
            ),
            "target": f"The {p} will open in May.",
        }
        for p in places
    ]
    (tmp_path / "articles.jsonl").write_text("".join(json.dumps(a) + "\n" for a in articles))
    lines = [f"Report {n} has it.,The {places[n % 6]} is open.,supports" for n in range(90)]
    lines += [f"Report {n} denies it.,The {places[n % 6]} is open.,refutes" for n in range(90)]
    (tmp_path / "dev.csv").write_text("text,claim,label\n" + "\n".join(lines) + "\n")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    (tmp_path / "claims").mkdir()
    for name in ("claimbuster-train", "claimbuster-kfold_25ncs", "policlaim-train_silver_bronze"):
        said = [
            {
                "text": f"The {p} cost {n}0 crowns." if n % 2 else f"I love the {p}, {n}!",
                "label": n % 2,
            }
            for n in range(20)
            for p in places
        ]
        with gzip.open(tmp_path / "claims" / f"{name}.jsonl.gz", "wt") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in said)
    return tmp_path


def small_encoder(folder: Path, layers: int = 2) -> Path:
    said = [p + " " + h for p, h, _ in synthetic.positions(60, random.Random(0))]
    return word_encoder(folder, said, layers=layers, pairs=True)


def test_a_prepared_mix_holds_the_very_pairs_and_its_recipe_trains_alike(home: Path) -> None:
    path = make.prepare_mix(home / "recipe.toml", home, home / "mix", log=lambda line: None)
    first, second = read_recipe(home / "recipe.toml"), read_recipe(path)
    quiet = [mix(recipe, folder, lambda line: None) for recipe, folder in (
        (first, home), (second, home / "mix"))]  # fmt: skip
    rows = [sorted((e.premise, e.hypothesis, e.label, e.key) for e in found) for found in quiet]
    assert rows[0] == rows[1]
    assert {e.label for e in quiet[1]} == {-1, 0, 1, 2}
    held = [dev_sets(first, home), dev_sets(second, home / "mix")]
    assert list(held[0]) == list(held[1])
    for name in held[0]:
        assert sorted(map(repr, held[0][name])) == sorted(map(repr, held[1][name]))
    assert [s.options.get("two_way") for s in second.dev] == [None, True]
    before = {f.name: f.read_bytes() for f in (home / "mix").iterdir()}
    make.prepare_mix(home / "recipe.toml", home, home / "mix", log=lambda line: None)
    assert before == {f.name: f.read_bytes() for f in (home / "mix").iterdir()}


def test_settings_below_a_source_are_refused_where_a_mix_is_prepared(home: Path) -> None:
    moved = RECIPE.replace("[train]\nlr = 5e-3\n", "") + "\n[train]\nlr = 5e-3\n"
    (home / "recipe.toml").write_text(moved.replace("batch_tokens = 256\nmax_length = 48\n", "")
                                      .replace("freeze_layers = 1\n", ""))  # fmt: skip
    with pytest.raises(InputError, match="above the first"):
        make.prepare_mix(home / "recipe.toml", home, home / "mix", log=lambda line: None)


def test_teacher_student_heads_and_cascade_in_three_commands(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANCE_CACHE", str(home / "cache"))
    encoder = small_encoder(home / "encoder")
    lines: list[str] = []
    (home / "base.toml").write_text(UNTAUGHT)
    strong = make.make_model(
        home / "base.toml", home, home / "base", init=str(encoder), device="cpu", log=lines.append
    )
    path = make.prepare_mix(home / "recipe.toml", home, home / "mix", log=lines.append)
    settings = {"init": str(encoder), "teacher": str(strong), "device": "cpu", "log": lines.append}
    quick = make.make_model(path, home / "mix", home / "small", **settings)  # type: ignore[arg-type]
    assert any("labelled 50 of 50" in line for line in lines)
    card = find_model(quick).card
    assert card["seeds"] == [1, 2] and card["calibration"]["fitted_on"] == ["made by rule"]
    assert (quick / "recipe.toml").read_text() == RECIPE, "the recipe that names the real files"
    assert {row["set"] for row in json.loads((quick / "eval.json").read_text())} == {
        "made by rule", "own"}  # fmt: skip
    count = len(lines)
    assert make.make_model(path, home / "mix", home / "small", **settings) == quick  # type: ignore[arg-type]
    assert "nothing to do" in lines[-2] and "packed before" in lines[-1] and count < len(lines)
    both = make.fit_heads(quick, home, home / "mix", strong, device="cpu", log=lines.append)
    pairs = [(p, h) for p, h, _ in synthetic.positions(12, random.Random(8))]
    scores = [
        NLI.from_pretrained(m, device="cpu", dtype="fp32").score(pairs) for m in (both, strong)
    ]
    assert (scores[0].argmax(1) == scores[1].argmax(1)).mean() > 0.9
    worth = SentenceHead.load(quick).facts(
        ["The orchard cost 90 crowns.", "I love the orchard, 4!"]
    )
    assert worth[0, 0] > worth[1, 0] and np.isfinite(worth).all()


def test_the_mean_of_a_model_and_its_next_stage_lies_between_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file

    from stance.models import loadable, weights_sha256

    monkeypatch.setenv("STANCE_CACHE", str(home / "cache"))
    encoder = small_encoder(home / "encoder")
    stage = home / "stage.toml"
    stage.write_text(UNTAUGHT.replace("seeds = [1, 2]\n", ""))
    quiet = {"device": "cpu", "log": lambda line: None}
    first = make.make_model(stage, home, home / "one", init=str(encoder), **quiet)  # type: ignore[arg-type]
    again = home / "again.toml"
    again.write_text(stage.read_text().replace("seed = 3", "seed = 4"))
    second = make.make_model(again, home, home / "two", init=str(first), **quiet)  # type: ignore[arg-type]
    both = make.mean_model(str(first), str(second), again, home, home / "mean", **quiet)  # type: ignore[arg-type]
    a, b, got = (
        load_file(loadable(folder) / "model.safetensors") for folder in (first, second, both)
    )
    for name, value in got.items():
        wanted = (a[name].double() + b[name].double()) / 2
        scale = float(wanted.abs().max()) or 1.0
        assert np.allclose(value.double(), wanted, atol=scale / 100), name  # int8 and fp16
    assert any(not np.array_equal(a[name], b[name]) for name in a)
    card = find_model(both).card
    assert card["mean_of"] == [weights_sha256(first), weights_sha256(second)]
    assert card["calibration"]["fitted_on"] == ["made by rule"]
    wide = small_encoder(home / "wide", layers=3)
    with pytest.raises(ModelError, match="differ in bert"):
        make.mean_model(str(wide), str(second), again, home, home / "no", **quiet)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["base", "small"])
def test_the_next_recipes_use_no_row_that_may_not_shape_weights_and_are_no_models(
    name: str,
) -> None:
    import re

    from stance.models import list_models

    recipe = read_recipe(Path(make.__file__).parent / "recipes" / f"{name}.toml")
    barred = re.compile(r"seesaw|control|_news-|scifact|semeval|emergent|checkthat|healthver|fm2")
    files = [s.file for s in (*recipe.sources, *recipe.unlabelled) if "dse_news" not in s.file]
    assert not [file for file in files if barred.search(file)]
    assert recipe.seeds and recipe.train.freeze_embeddings
    assert recipe.train.freeze_layers == {"base": 4, "small": 0}[name]
    shipped = Path(__file__).parents[1] / "models" / name / "recipe.toml"
    assert read_recipe(shipped).dev == recipe.dev or name == "small"
    assert "recipes" not in {ref.name for ref in list_models()}


@pytest.mark.parametrize("stage", ["scenes", "reports", "more", "wide", "wider"])
def test_later_stages_start_from_base_and_leave_most_of_it_alone(stage: str) -> None:
    recipe = read_recipe(Path(__file__).parents[1] / "models" / "base" / f"{stage}.toml")
    assert (recipe.init, recipe.train.freeze_layers) == ("base", 6)
    taught = {c for s in recipe.sources if s.kind == "scenes" for c in s.options["series"]}
    held = {c for s in recipe.dev if s.kind == "scenes" for c in s.options["series"]}
    assert taught == held
    assert recipe.dev[0].options["half"] == "dev"
