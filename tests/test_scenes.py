"""The invented scenes that teach a model what news says: whole, balanced, and no test material."""

import json
import random
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from stance.lexical import tokens
from stance.negation import negate
from stance.training import scenes, sources
from stance.training.recipe import Source

STORIES = Path(__file__).parents[1] / "benchmarks" / "stories"
REPORTS = STORIES.with_name("reports")
FEWEST_OWN = 4
"""Content words of a run that is more than a stock phrase: "that it was too early to say whether"
has three."""
DISPATCHES = STORIES.with_name("dispatches")
HALVES = ("train", "dev")


@pytest.mark.parametrize("half", HALVES)
def test_every_pair_has_a_label(half: str) -> None:
    for scene in scenes.read(half):
        assert len(scene["labels"]) == len(scene["statements"]), scene["id"]
        assert {len(row) for row in scene["labels"]} == {len(scene["claims"])}, scene["id"]
        assert set("".join(scene["labels"])) <= set("SNR"), scene["id"]
        kinds = {statement["kind"] for statement in scene["statements"]}
        assert kinds <= {"direct", "indirect", "mixed", "outlet"}, scene["id"]


def test_no_claim_gives_its_label_away() -> None:
    """Among claims that some statement takes a side on, either side is about as common."""
    letters = Counter("".join(row for s in scenes.read() for row in s["labels"]))
    assert 0.8 < letters["S"] / letters["R"] < 1.25
    both = [
        {"S", "R"} <= {row[i] for row in scene["labels"]}
        for scene in scenes.read()
        for i in range(len(scene["claims"]))
    ]
    assert sum(both) / len(both) > 0.6


def test_halves_share_nothing() -> None:
    train, dev = ({c for s in scenes.read(h) for c in s["claims"]} for h in HALVES)
    assert not dev & train
    assert len(scenes.read("dev")) >= 10


def test_rows_are_worded_as_the_library_words_passages() -> None:
    made = list(scenes.rows(random.Random(1)))
    assert made == list(scenes.rows(random.Random(1)))  # a recipe's seed gives the same mix
    told = {
        f"{t['holder']} said: {t['text'].strip()}"
        for s in scenes.read()
        for t in s["statements"]
        if t["kind"] == "direct"
    }
    premises = {premise for premise, *_ in made}
    assert any(premise in told for premise in premises)  # alone
    assert any(p != t and p.endswith(t) for p in premises for t in told)  # beside what it is about
    assert {label for _, _, label, _ in made} == {0, 1, 2}


def test_a_claim_that_is_turned_round_takes_the_side_with_it() -> None:
    """Who was for it is against the opposite; what takes no side takes none of the opposite."""
    sides = {
        (claim, label)
        for claim, label in (
            (claim.rstrip("."), "SNR".index(letter))
            for scene in scenes.read()
            for letters in scene["labels"]
            for claim, letter in zip(scene["claims"], letters, strict=True)
        )
    }
    known = {claim for claim, _ in sides}
    turned = 0
    for _, claim, label, _ in scenes.rows(random.Random(1), turned=1.0):
        asked = claim.rstrip(".")
        if asked in known:  # no rule negates it
            assert (asked, label) in sides
            continue
        back = str(negate(claim)).rstrip(".")
        if back in known:
            turned += 1
            assert (back, 2 - label) in sides
    assert turned > 1000


def test_a_recipe_reads_them() -> None:
    train = sources.load(Source("scenes"), Path(), 3)
    dev = sources.load(Source("scenes", options={"half": "dev"}), Path(), 3)
    assert len(train) > len(dev) > 50
    assert not {e.key for e in train} & {e.key for e in dev}


def test_nothing_that_judges_is_trained_on() -> None:
    """No run of eight words of the seed corpus, the stories or their claims stands in a scene."""
    text = (files("stance") / "data" / "scenes.jsonl").read_text("utf-8")
    ours = _runs(" ".join(_strings(json.loads(f"[{','.join(text.splitlines())}]"))))
    names = ("*/documents.jsonl", "*/claims.jsonl")
    judged = [
        file
        for home in (STORIES, REPORTS, DISPATCHES)
        for name in names
        for file in home.glob(name)
    ]
    judged += [STORIES.parents[1] / "seeds" / name for name in ("documents.jsonl", "claims.jsonl")]
    assert len(judged) > 40
    for file in judged:
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        shared = ours & _runs(" ".join(row["text"] for row in rows))
        assert not [run for run in shared if len(tokens(" ".join(run))) >= FEWEST_OWN], file


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in _strings(item)]


def _runs(text: str, size: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return set(zip(*(words[i:] for i in range(size)), strict=False))
