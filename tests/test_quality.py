"""The quality suites: sets nobody trained on, floors, probes, resuming, sets by name."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tiny_models import tiny_model

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import (
    packing_loss,
    quality_cascade,
    quality_hub,
    quality_pair,
    quality_pair_probes,
    quality_pair_seed,
    quality_stance,
    seed_gold,
    tables,
)
from benchmarks import quality_pair_sets as sets
from benchmarks.quality_pair_floors import counted_words, floors
from benchmarks.quality_pair_sets import DevSet
from stance.errors import InputError
from stance.models import data_folder
from stance.training import read_recipe
from stance.training.metrics import intervals
from stance.training.recipe import Recipe, Settings, Source
from stance.training.sources import Example, held_out
from stance.types import Claim, Date, Document, Evidence, Passage, Stance

Pairs = Sequence[tuple[str, str]]


def by_words(pairs: Pairs, two_way: bool) -> NDArray[np.float64]:
    """A reader of both sides: "not" in one of them refutes, another animal is neutral."""
    out = np.full((len(pairs), 3), 0.05)
    for i, (text, claim) in enumerate(pairs):
        same = set(text.split()) & {"cats", "dogs", "sheep"} & set(claim.split())
        label = 1 if not same else 2 if ("not" in text) != ("not" in claim) else 0
        out[i, label] = 0.9
    if two_way:
        out[:, 1] = 0
    return out / out.sum(axis=1, keepdims=True)


def by_text_alone(pairs: Pairs, two_way: bool) -> NDArray[np.float64]:
    return np.array([[0.1, 0.1, 0.8] if "not" in text else [0.8, 0.1, 0.1] for text, _ in pairs])


def animals(count: int = 60, two_way: bool = False) -> DevSet:
    rows = []
    for i in range(count):
        kind = ("cats", "dogs", "sheep")[i % 3]
        other = ("cats", "dogs", "sheep")[(i + 1) % 3]
        label = (0, 2)[i % 2] if two_way else i % 4 // 2 * 2 if i % 4 != 1 else 1
        text = f"number {i} says the {kind if label != 1 else other} are "
        rows.append(
            Example(text + ("not " if label == 2 else "") + "here",
                    f"the {kind} are here", label, kind)
        )  # fmt: skip
    return DevSet("animals", rows, two_way, stance=False, seen=False)


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)


def recipe(*trained: Source) -> Recipe:
    return Recipe("r", "", 1, Settings(), trained, (), "")


def test_only_the_unseen_side_of_a_cut_is_measured_and_the_other_feeds_the_floor(
    tmp_path: Path,
) -> None:
    claims = [f"the price of item {i} rose" for i in range(120)]
    rows = [{"text": "It rose.", "target": c, "label": ("for", "against")[i % 2]}
            for i, c in enumerate(claims)]  # fmt: skip
    write(tmp_path / "stance" / "gwsd-train.jsonl.gz", rows)
    source = Source("pairs", "stance/gwsd-train.jsonl.gz", options={"holdout": True, "name": "G"})
    dev = sets.load(source, recipe(source), tmp_path)
    train = sets.train_half(source, recipe(source), tmp_path)
    assert {r.key for r in dev.rows}.isdisjoint(r.key for r in train)
    assert len(dev.rows) + len(train) == len(rows)
    assert dev.stance and not dev.seen


def test_a_set_that_the_model_trains_on_by_another_cut_is_marked(tmp_path: Path) -> None:
    rows = [{"text": f"t {i}", "target": "c", "label": ("for", "against")[i % 2]}
            for i in range(300)]  # fmt: skip
    write(tmp_path / "x.jsonl.gz", rows)
    dev = Source("pairs", "x.jsonl.gz", options={"holdout": "text", "name": "X"})
    assert not sets.load(dev, recipe(dev), tmp_path).seen
    assert sets.load(dev, recipe(Source("pairs", "x.jsonl.gz")), tmp_path).seen


def test_the_last_stage_is_measured_and_what_any_stage_trained_on_is_marked(tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "tiny", "bert")
    stage = (
        'name = "tiny"\n[[source]]\nkind = "pairs"\nfile = "{trained}.jsonl"\n'
        '[[dev]]\nname = "{dev}"\nkind = "pairs"\nfile = "x.jsonl"\n{options}'
    )
    cut = 'calibrate = true\nholdout = "text"\n'
    for name, values in {
        "recipe": ("x", "first", cut), "later": ("y", "second", cut), "again": ("z", "third", "")
    }.items():  # fmt: skip
        told = dict(zip(("trained", "dev", "options"), values, strict=True))
        (model / f"{name}.toml").write_text(stage.format(**told))
    (model / "card.json").write_text('{"calibration": {"fitted_on": ["second"]}}')
    own = sets.recipe_of(str(model))
    assert [sets.name_of(source) for source in own.dev] == ["second"]
    rows = [{"text": f"t {i}", "target": "c", "label": ("for", "against")[i % 2]}
            for i in range(300)]  # fmt: skip
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert sets.load(own.dev[0], own, tmp_path).seen, "the first stage trained on it, uncut"
    (model / "card.json").unlink()
    assert [sets.name_of(source) for source in sets.recipe_of(str(model)).dev] == ["first"]


@pytest.mark.parametrize("name", ["base", "small"])
def test_one_recipe_of_a_shipped_model_has_the_sets_its_calibration_was_fitted_on(
    name: str,
) -> None:
    folder = data_folder("models") / name
    fitted = json.loads((folder / "card.json").read_text())["calibration"]["fitted_on"]
    stages = [read_recipe(file) for file in folder.glob("*.toml")]
    (last,) = (stage for stage in stages if sets._calibrating(stage) == fitted)
    assert [sets.name_of(s) for s in last.dev] == [
        row["set"] for row in json.loads((folder / "eval.json").read_text())
    ]


def test_the_floor_of_a_dev_file_learns_from_the_training_file_beside_it(tmp_path: Path) -> None:
    for name, count in (("pet-dev", 6), ("pet-train", 30), ("other-train", 9)):
        write(tmp_path / "nli" / f"{name}.jsonl.gz",
              [{"premise": f"p{i}", "hypothesis": name, "label": "neutral"}
               for i in range(count)])  # fmt: skip
    for options in ({}, {"apart": "nli/pet-train.jsonl.gz"}):
        dev = Source("pairs", "nli/pet-dev.jsonl.gz", options=options)
        found = sets.train_half(dev, recipe(), tmp_path)
        assert {row.hypothesis for row in found} == {"pet-train"}
    assert not sets.train_half(Source("pairs", "nli/other-train.jsonl.gz"), recipe(), tmp_path)


def test_the_extra_sets_stand_beside_those_of_the_recipe_once() -> None:
    own = Source("pairs", "a", options={"name": "GWSD"})
    names = [
        sets.name_of(s) for s in sets.dev_sources(Recipe("r", "", 1, Settings(), (), (own,), ""))
    ]
    assert names.count("GWSD") == 1 and "negation SNLI" in names


def test_the_floor_learns_what_words_give_away_and_no_more() -> None:
    rows = [Example(f"{'good' if i % 2 else 'bad'} thing {i}", "it works", 2 - i % 2 * 2, str(i))
            for i in range(80)]  # fmt: skip
    assert (counted_words(rows[:60], rows[60:]) == [r.label for r in rows[60:]]).all()
    dev = DevSet("d", rows[60:], True, stance=False, seen=False)
    found = floors(dev, rows[:60])
    assert found["majority"] == 0.5 and found["tfidf_accuracy"] == 1.0
    assert floors(DevSet("d", rows, True, stance=False, seen=False), [])["tfidf_learned_from"]


def test_a_reader_of_both_sides_passes_the_probes_and_one_of_texts_alone_does_not() -> None:
    good = quality_pair_probes.shortcuts(by_words, animals(), 60)
    assert abs(good["over_chance"]) < 0.2
    assert good["over_majority"] <= 0
    leaky = quality_pair_probes.shortcuts(by_text_alone, animals(two_way=True), 60)
    low, high = leaky["over_chance_95"]
    assert leaky["over_chance"] > 0.3 and 0 < low <= leaky["over_chance"] <= high


def test_shuffled_claims_are_about_something_else_and_missing_where_there_is_one_claim() -> None:
    rows = animals().rows
    claims = quality_pair_probes._others(rows)
    assert claims is not None
    assert all(row.key not in claim for row, claim in zip(rows, claims, strict=True))
    one = DevSet("one", [Example("a", "c", i % 2, "c") for i in range(9)], False, False, False)
    assert quality_pair_probes.shortcuts(by_words, one, 9)["over_chance"] is None


def test_consistency_counts_mirrored_answers(tmp_path: Path) -> None:
    found = {
        row["probe"]: row
        for row in quality_pair_probes.consistency(by_words, [animals()], tmp_path, 60)
    }
    assert found["claim and its negation"]["consistent"] == 1.0
    stubborn = quality_pair_probes.consistency(by_text_alone, [animals()], tmp_path, 60)
    assert stubborn[0]["of_sides"] == 0.0


def test_the_cascade_is_measured_on_rows_its_threshold_was_not_fitted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"text": f"Text {i}.", "target": f"Claim {i}.", "label": ("for", "against")[i % 2]}
            for i in range(80)]  # fmt: skip
    write(tmp_path / "x.jsonl.gz", rows)
    plain = Source("pairs", "x.jsonl.gz", options={"name": "X"})  # no calibration saw it
    own = replace(recipe(plain), dev=(plain,))
    monkeypatch.setattr(quality_cascade, "recipe_of", lambda model: own)
    found = quality_cascade._sets(tmp_path, 150)["X"]
    fitted = {f"Claim {i}." for i in range(80) if held_out(f"half/Claim {i}.", 0.5)}
    assert len(found) == 80 - len(fitted) > 20
    assert not fitted & {claim for _, claim in found}


def test_what_packing_costs_is_nothing_for_the_same_weights_and_something_for_shards(
    tmp_path: Path,
) -> None:
    from stance.packing import pack

    rows = [{"text": f"The minister said rain {i}.", "target": f"Rain {i} is expected.",
             "label": ("for", "against", "neutral")[i % 3]} for i in range(40)]  # fmt: skip
    write(tmp_path / "x.jsonl.gz", rows)
    trained = tiny_model(tmp_path / "trained", "bert", max_position_embeddings=514)
    (trained / "recipe.toml").write_text(
        'name = "tiny"\n[[source]]\nkind = "positions"\n[[dev]]\nname = "X"\nkind = "pairs"\n'
        'file = "x.jsonl.gz"\n'
    )
    packed = pack(trained, tmp_path / "packed")
    (packed / "card.json").write_text('{"calibration": {"temperature": 1.5}}')
    said: list[str] = []
    (same,), (row,) = (
        packing_loss.run(trained, other, tmp_path, log=said.append) for other in (trained, packed)
    )
    assert (same["max_dp"], same["agreement"]) == (0, 1)
    assert 0 < row["mean_dp"] <= row["max_dp"] < 0.02, "the packed one's calibration is for both"
    assert row["rows"] == 40 and any("GWSD: left out" in line for line in said)


def test_intervals_are_wider_where_rows_depend_on_each_other() -> None:
    gold = [0, 1] * 300
    said = [g if i // 20 % 3 else 1 - g for i, g in enumerate(gold)]
    (low, high), (a, b) = (
        intervals(gold, said, g)["macro_f1"] for g in (None, [str(i // 20) for i in range(600)])
    )
    assert a < low < high < b


def test_what_was_measured_is_kept_until_its_key_changes(tmp_path: Path) -> None:
    made = []

    def make() -> int:
        made.append(1)
        return len(made)

    path = tmp_path / "a" / "b.json"
    values = [quality_pair._kept(path, key, make, "x", lambda line: None) for key in (1, 1, 2)]
    assert values == [1, 1, 2]


@pytest.fixture()
def unkept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny model with nothing measured of it, and no work over gold evidence."""
    monkeypatch.setattr(quality_pair, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(quality_pair.quality_pair_seed, "run", lambda *_: [
        {"reading": "premise", "rows": 1, "macro_f1": 0.5}])  # fmt: skip
    return measurable(tmp_path / "tiny")


def measurable(folder: Path) -> Path:
    """A tiny model that gold claims fit into, with a recipe that names no dev set."""
    model = tiny_model(folder, "bert", max_position_embeddings=514)
    (model / "recipe.toml").write_text('[[source]]\nkind = "positions"\n')
    return model


def kept_parts(model: Path, data: Path, own: Sequence[DevSet] = ()) -> list[str]:
    said: list[str] = []
    quality_pair.measure(str(model), data, data_folder("seeds"), 12, own, said.append)
    return [line.removesuffix(": kept") for line in said if line.endswith(": kept")]


def test_other_rows_of_the_same_name_and_number_are_measured_anew(
    tmp_path: Path, unkept: Path
) -> None:
    data = tmp_path / "data"

    def measured(labels: Sequence[str], data: Path = data) -> list[str]:
        write(data / "stance" / "gwsd-train.jsonl.gz",
              [{"text": f"It rose {i} times.", "target": "Prices rise.", "label": labels[i % 3]}
               for i in range(400)])  # fmt: skip
        return kept_parts(unkept, data)

    first, corrected = ("agree", "disagree", "neutral"), ("disagree", "agree", "neutral")
    whole = ["tiny: GWSD", "floors: GWSD", "tiny: GWSD probes", "tiny: consistency"]
    assert not measured(first) and measured(first) == [*whole, "tiny: gold evidence"]
    assert measured(corrected) == ["tiny: gold evidence"], "the same file, corrected"
    assert measured(corrected, tmp_path / "copy") == [*whole, "tiny: gold evidence"]


def test_other_rows_of_a_set_by_name_are_measured_anew(tmp_path: Path, unkept: Path) -> None:
    dev = animals(30)
    other = replace(dev, rows=[replace(row, label=2 - row.label) for row in dev.rows])
    found = [kept_parts(unkept, tmp_path / "none", [own]) for own in (dev, dev, other)]
    assert found == [[], ["tiny: animals", "floors: animals", "tiny: animals probes"], []]


def test_gold_evidence_is_read_anew_where_reports_or_the_library_changed(
    tmp_path: Path, unkept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality_pair.sets, "dev_sources", lambda recipe: [])
    monkeypatch.setattr(quality_pair.probes, "consistency", lambda *_: [])
    reports, package = tmp_path / "reports", tmp_path / "package"
    shutil.copytree(seed_gold.REPORTS, reports)
    monkeypatch.setattr(quality_pair.seed_gold, "REPORTS", reports)
    package.mkdir()
    monkeypatch.setattr(quality_pair, "PACKAGE", package)

    def kept() -> bool:
        return "tiny: gold evidence" in kept_parts(unkept, tmp_path)

    assert [kept(), kept()] == [False, True]
    gold = next(reports.rglob("stances.jsonl"))
    gold.write_text("".join(gold.read_text(encoding="utf-8").splitlines(keepends=True)[1:]))
    assert [kept(), kept()] == [False, True]
    (package / "quantities.py").write_text("x = 1\n")
    assert [kept(), kept()] == [False, True]


def test_floors_have_intervals_and_rows_beside_them() -> None:
    rows = [
        {"set": name, "rows": 50, "stance": True, "seen": False, "macro_f1": 0.5,
         "macro_f1_95": [0.4, 0.6], "accuracy": 0.9, "accuracy_95": [0.8, 0.95], "ece": 0.1,
         "over_tfidf": 0.1 * i}
        for i, name in enumerate(("SNLI", "HealthVer", "X", "Y"))
    ]  # fmt: skip
    shortcuts = [{"rows": 20, "over_chance": over, "over_chance_95": [over - 0.1, over + 0.2],
                  "over_majority": None} for over in (0.1, 0.3)]  # fmt: skip
    seed = [{"reading": "premise", "rows": 9, "macro_f1": 0.7, "macro_f1_95": [0.5, 0.9]}]
    found = quality_pair.floors({"sets": rows, "probes": shortcuts, "seed": seed}, base=True)
    told = {r["floor"]: (r["reached"], r["reached_95"], r["rows"], r["met"]) for r in found}
    assert told["SNLI, accuracy"] == (0.9, [0.8, 0.95], 50, True)
    assert told["stance sets, mean macro-f1 of 4 unseen"] == (0.5, [0.45, 0.55], 200, False)
    assert told["calibration error, mean over sets"] == (0.1, None, 200, False)
    assert told["shuffled target over chance, worst"] == (0.3, [0.2, 0.5], 20, False)
    assert told["hypothesis only over majority, worst"] == (None, None, 0, False)
    assert told["MNLI matched, accuracy"] == (None, None, 0, False)
    assert told["seed corpus from gold evidence, macro-f1"] == (0.7, [0.5, 0.9], 9, True)


def test_gold_evidence_is_read_in_the_holders_voice() -> None:
    seen: list[tuple[str, str]] = []

    def score(pairs: Pairs, two_way: bool) -> NDArray[np.float64]:
        seen.extend(pairs)
        return np.tile([0.5, 0.3, 0.2], (len(pairs), 1))

    gold = seed_gold.load(data_folder("seeds"))
    found = {row["reading"]: row for row in quality_pair_seed.run(score, {"x": gold}, {})}
    assert found["premise as the library words it"]["said"]["supports"] == 1.0
    assert found["majority class"]["rows"] == found["bare evidence"]["rows"] > 100
    assert any(" said" in text for text, _ in seen)
    titles = {d.title for d in gold.documents if d.title}
    assert any(text.startswith(tuple(titles)) for text, _ in seen), "some beside their headline"


def test_a_whole_run_says_what_was_asked_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality_pair, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(quality_pair.seed_gold, "gold_passages", lambda gold: [])
    write(tmp_path / "data" / "stance" / "gwsd-train.jsonl.gz",
          [{"text": f"It rose {i} times, they said.", "target": "Prices rise.",
            "label": ("agree", "disagree", "neutral")[i % 3]} for i in range(400)])  # fmt: skip
    model = measurable(tmp_path / "tiny")
    said: list[str] = []
    first, second = (
        quality_pair.run([str(model)], tmp_path / "data", data_folder("seeds"), rows=12,
                         log=said.append)
        for _ in range(2)
    )  # fmt: skip
    assert first == second
    assert [row["set"] for row in first["sets"]] == ["GWSD"]
    assert any("left out" in line for line in said) and any(": kept" in line for line in said)
    asked = {row["floor"]: row for row in first["floors"]}
    assert not asked["SNLI, accuracy"]["met"]  # not measured is not met
    assert any("mean macro-f1" in floor for floor in asked)
    (model_facts,) = first["models"].values()
    assert len(model_facts["sha256"]) == 64


@pytest.fixture()
def local_set(tmp_path: Path) -> Path:
    """A data set as the hub keeps one: label names in its features."""
    import datasets

    features = datasets.Features(
        {
            "premise": datasets.Value("string"),
            "hypothesis": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["contradiction", "entailment", "neutral"]),
        }
    )
    rows = {"premise": ["a", "b", "c", "d"], "hypothesis": list("wxyz"), "label": [0, 1, 2, -1]}
    folder = tmp_path / "own"
    folder.mkdir()
    datasets.Dataset.from_dict(rows, features=features).to_parquet(folder / "test.parquet")
    return folder


def test_a_hub_set_is_read_by_the_names_of_its_columns_and_labels(local_set: Path) -> None:
    dev = quality_hub.load(str(local_set))
    assert [row.label for row in dev.rows] == [2, 0, 1]  # by name, not by number; -1 is no label
    assert not dev.two_way


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"text": "a", "claim": "b", "label": "mauve"}], "mauve"),
        ([{"text": "a", "claim": "b", "label": 1}], "numbers without names"),
        ([{"body": "a", "claim": "b", "label": "for"}], "no column for the text"),
        ([{"text": "a", "claim": "b", "label": "for"}] * 2, "fewer than two labels"),
    ],
)
def test_a_hub_set_that_cannot_be_read_says_why(
    tmp_path: Path, rows: list[dict[str, Any]], says: str
) -> None:
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    with pytest.raises(InputError, match=says):
        quality_hub.load(str(tmp_path))


def test_a_missing_hub_set_is_an_error_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match="check its name and the network"):
        quality_hub.load("/no/such/folder")


def test_bare_targets_become_claims() -> None:
    assert quality_hub._claim("wind farms", "target") == "I am in favor of wind farms."
    assert quality_hub._claim("Wind farms are ugly", "claim") == "Wind farms are ugly"


def test_without_the_sentence_encoder_its_row_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import quality_matching

    monkeypatch.setitem(sys.modules, "sentence_transformers", None)  # as if not installed
    assert quality_matching.pooled_encoder() is None


class Reader:
    """A model whose answers are those of ``answer(premise, hypothesis)``, with a card."""

    def __init__(self, answer: Any, **card: Any) -> None:
        self.answer, self.asked = answer, []  # type: ignore[var-annotated]
        self.ref = SimpleNamespace(card={"stance": card})

    def score(self, pairs: Pairs) -> NDArray[np.float32]:
        self.asked += pairs
        return np.array([self.answer(*pair) for pair in pairs], np.float32).reshape(-1, 3)


FERRY = "The ferry to Holm will run in winter."
TELLERS = ("Ida Strand", "Bo Ek", "Ann Lee")


def ferry(sides: Sequence[str]) -> tuple[seed_gold.Gold, list[Passage]]:
    """A document of one day for each side, and one gold row of a speaker of its own in each."""
    day = Date(dt.date(2024, 3, 8))
    documents = [Document(f"d{i}", FERRY, f"Post {i}", day) for i in range(len(sides))]
    rows = [
        {"doc_id": d.id, "holder": TELLERS[i], "holder_type": "speaker", "claim_id": "c",
         "stance": side, "evidence": []}
        for i, (d, side) in enumerate(zip(documents, sides, strict=True))
    ]  # fmt: skip
    texts = [
        Passage(d.id, 0, len(FERRY), FERRY, TELLERS[i], "speaker",
                premise=f"{TELLERS[i]} said: {FERRY}")
        for i, d in enumerate(documents)
    ]  # fmt: skip
    return seed_gold.Gold(documents, [Claim("c", FERRY)], rows, [], [], []), texts


def test_the_curve_leaves_out_what_coverage_leaves_out() -> None:
    def answer(premise: str, claim: str) -> tuple[float, float, float]:
        if premise.startswith("Ida"):  # surest of all, of the claim and of its opposite
            return 0.97, 0.02, 0.01
        return (0.05, 0.1, 0.85) if "not" in claim else (0.6, 0.35, 0.05)

    gold, texts = ferry(["refutes", "supports", "supports"])
    rows = seed_gold.run_flow(Reader(answer), gold, texts)
    told = {r.holder: r for r in rows if r.holder_type == "speaker"}
    assert {r.stance for r in told.values()} == {"supports"}
    assert told["Ida Strand"].reason == "prior-driven"
    speakers = list(told.values())
    curve = seed_gold.evaluate(speakers, gold)["risk_coverage"]
    assert [point["risk"] for point in curve] == [0, 0, pytest.approx(1 / 3, abs=1e-3)]


def said(doc: str, holder: str, stance: Any = "supports", at: int = 0) -> Stance:
    evidence = (Evidence(at, at + 5, FERRY[at : at + 5], 0.9, 0.05),)
    return Stance(
        doc, "Post", Date(dt.date(2024, 3, 8)), holder, "speaker", None, "c", FERRY, stance,
        0.9, 0.0, 0.1, 0.0, 0.9, False, "ok", None, None, evidence,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "agree"),
    [
        (["supports"] * 3, True),
        (["neutral"] * 3, True),
        (["supports", "supports", "refutes"], False),
        (["supports"], False),
        (["supports", "supports", "unrelated"], False),
        (["supports", "supports", None], False),
        ([], False),
    ],
)
def test_outlets_agree_only_where_each_of_them_has_a_row(
    rows: list[str | None], agree: bool
) -> None:
    gold, _ = ferry(["supports"] * 3)
    for row in gold.stances:
        row["holder"] = "Ida Strand"
    found = [said(f"d{i}", "Ida Strand", label) for i, label in enumerate(rows)]
    assert seed_gold.evaluate(found, gold)["summary"]["outlets_agree_on_a_day"] == agree
    assert seed_gold.evaluate(found, gold)["days_agreed"] == (int(agree), 1)


@pytest.mark.parametrize(
    ("holder", "owner", "foreign"),
    [
        ("Bo Ek", "unnamed official", True),
        ("Post", "unnamed official", True),
        ("unnamed aide", "unnamed official", False),  # descriptions may differ
        ("unnamed ferry", "Port Authority", False),  # by the gold's own mention, "The ferry"
        ("unnamed aide", "Port Authority", True),
        ("Bo Ek", "Bo Ek", False),
        ("Bo Ek", "Ann Lee", True),
    ],
)
def test_words_of_somebody_unnamed_are_not_a_names_evidence(
    holder: str, owner: str, foreign: bool
) -> None:
    gold, _ = ferry(["supports"])
    told = {"doc_id": "d0", "holder": owner, "holder_start": 0, "holder_end": 9,
            "content": [{"start": 10, "end": 30}]}  # fmt: skip
    gold.attributions.append(told)
    row = said("d0", holder, at=12)
    found = seed_gold.evaluate([row], gold)
    assert found["summary"]["evidence_of_others"] == int(foreign)


def test_the_floors_of_the_flow_say_whether_they_are_met() -> None:
    summary = {"macro_f1": 0.66, "evidence_of_others": 1}
    lines = quality_stance.floors({"summary": summary, "days_agreed": (2, 3)})
    assert [(x["asked"], x["reached"], x["met"]) for x in lines] == [
        ("≥ 0.65", 0.66, True),
        ("all 3", 2, False),
        ("0", 1, False),
    ]


def test_articles_are_read_as_the_flow_reads_them(tmp_path: Path) -> None:
    things = ("ferry mill bridge harbour school library market prison railway tunnel dam airport "
              "clinic forest museum theatre stadium tram brewery lighthouse").split()  # fmt: skip
    heads = [f"new {thing} near {i}{thing}ton" for thing in things for i in "ABCDE"]
    heads = list({head.split()[1]: head for head in heads if held_out(head)}.values())[:4]
    rows = [{"text": f"All hail the {head}.", "target": head, "label": label}
            for head, label in zip(heads, quality_stance.FNC, strict=True)]  # fmt: skip
    write(tmp_path / "stance" / "fnc1-train.jsonl.gz", rows)

    def answer(premise: str, claim: str) -> tuple[float, float, float]:
        return (0.0, 0.1, 0.9) if "oppose" in claim else (0.9, 0.1, 0.0)

    by_card = [Reader(answer), Reader(answer, side=0.999)]
    found = [quality_stance.articles(reader, tmp_path, 4) for reader in by_card]
    assert found[0]["by_label"]["supports"] > 0
    assert found[1]["by_label"]["supports"] == 0, "the card's threshold"
    asked = {claim for _, claim in by_card[0].asked}
    assert f"We should oppose {heads[0]}." in asked, "a bare headline in the library's wording"


def test_a_table_of_what_no_run_has_measured_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROOT", tmp_path)
    (tmp_path / "run.json").write_text('{"figures": {"sets": []}}')
    page = tmp_path / "page.md"
    page.write_text("<!-- table: run.json figures.floors -->\n<!-- end -->\n")
    assert "Not measured yet." in tables.refresh(page)
