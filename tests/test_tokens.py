"""The token head: windows, decoding, training on a tiny encoder, and its place beside the rules."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import word_encoder

import stance
from stance.attribution import Opinion, Reading, Tagged, attribute, rule_finds
from stance.errors import InputError, ModelError, UsageError
from stance.inference.opinions import decode, features
from stance.inference.tagger import ROLES, TokenHead, windows
from stance.training import read_recipe
from stance.training import tokens as training
from stance.types import Document

TEXTS = [
    "Mayor Anna Lee said on Monday that the old dam leaks. The dam was built in 1931.",
    "“The bridge will open in May,” Bo Chan told reporters.\n\nThe bridge is long.",
    "Critics fear that the harbour will close. Bo Chan denied it.\n\nRain fell.",
    "According to Anna Lee, the bridge is safe. The council met on Monday.",
]


def gold(text: str) -> dict[str, object]:
    """An annotated article whose annotations are what the rules find."""
    found = rule_finds(Document("d", text, "Herald"))

    def span(a: int, b: int) -> dict[str, object]:
        return {"start": a, "end": b, "text": text[a:b]}

    rows = [
        {
            "source": [span(*f.holder)] if f.holder else [],
            "cue": [span(*f.cue)] if f.cue else [],
            "content": [span(*s) for s in f.content],
        }
        for f in found
    ]
    return {"text": text, "attributions": rows, "source": "Herald", "date": "2024-05-10"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A one-layer BERT with a word-level vocabulary, a recipe, and 24 annotated articles."""
    home = tmp_path_factory.mktemp("tokens")
    word_encoder(home / "encoder", TEXTS, layers=1, pairs=False)
    articles = [{**gold(TEXTS[k % 4]), "id": f"a{k}", "title": "News"} for k in range(24)]
    lines = "".join(json.dumps(article) + "\n" for article in articles)
    (home / "articles.jsonl").write_text(lines, encoding="utf-8")
    (home / "recipe.toml").write_text(
        f'name = "tiny"\ninit = "{home / "encoder"}"\n[train]\nepochs = 30\nlr = 5e-3\n'
        'batch_tokens = 128\nmax_length = 24\nfreeze_embeddings = false\ndtype = "float32"\n'
        '[[source]]\nkind = "attributions"\nfile = "articles.jsonl"\n',
        encoding="utf-8",
    )
    return home


@pytest.fixture(scope="module")
def packed(home: Path) -> Path:
    """The tiny head, trained and packed."""
    recipe = read_recipe(home / "recipe.toml")
    return training.train(recipe, home, home / "out", log=lambda _: None)


def test_a_trained_head_finds_what_it_was_taught(packed: Path) -> None:
    head = TokenHead.load(packed)
    found = decode(TEXTS[0], *head.probabilities(TEXTS[0]))
    said = [TEXTS[0][a:b] for one in found for a, b in one.content]
    assert "that the old dam leaks" in said
    assert [TEXTS[0][slice(*one.holder)] for one in found if one.holder] == ["Mayor Anna Lee"]


def test_the_shipped_head_is_weighed_against_the_rules(packed: Path) -> None:
    weights = json.loads((packed / "card.json").read_text(encoding="utf-8"))["combine"]
    assert len(weights["rule"]) == len(weights["head"]) == 5
    figures = json.loads((packed / "eval.json").read_text(encoding="utf-8"))
    assert figures["content_f1"] >= figures["rules_alone_f1"]
    assert all(0 <= figures[f"{role}_ece"] < 1 for role in ROLES)
    document = Document("d", TEXTS[0], "Herald")
    (row,) = attribute([document], tagger=TokenHead.load(packed))
    assert row.reason.startswith("X said that; token head")


def test_a_missing_or_foreign_head_says_what_to_do(tmp_path: Path, home: Path) -> None:
    with pytest.raises(ModelError, match="no model"):
        TokenHead.load(tmp_path / "none")
    with pytest.raises(InputError, match="--data"):
        training.train(read_recipe(home / "recipe.toml"), tmp_path, tmp_path / "out")


def test_a_finished_head_is_left_alone_and_another_models_folder_is_refused(
    home: Path, packed: Path, tmp_path: Path
) -> None:
    recipe, said = read_recipe(home / "recipe.toml"), []
    before = (packed / "card.json").read_bytes()
    assert not (home / "out" / "runs").exists(), "no checkpoint is left over"
    assert training.train(recipe, home, home / "out", log=said.append) == packed
    assert "nothing to do" in said[-1] and (packed / "card.json").read_bytes() == before
    out = tmp_path / "out"
    shutil.copytree(home / "out", out)
    other = replace(recipe, seed=recipe.seed + 1, train=replace(recipe.train, epochs=1))
    with pytest.raises(UsageError, match="--overwrite"):
        training.train(other, home, out)
    with pytest.raises(UsageError, match="the model to start from"):
        training.train(other, home, out, init=str(out), overwrite=True)
    training.train(other, home, out, overwrite=True, log=said.append)
    cards = [json.loads((p / "card.json").read_text()) for p in (out, out / "packed", packed)]
    assert cards[0]["made_from"] == cards[1]["made_from"] != cards[2]["made_from"]


def test_a_killed_run_goes_on_only_by_its_own_recipe_and_articles(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, said = read_recipe(home / "recipe.toml"), []
    recipe = replace(recipe, train=replace(recipe.train, epochs=1))
    finish = training.finish

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        training.train(recipe, home, tmp_path / "out")
    monkeypatch.setattr(training, "finish", finish)
    data = tmp_path / "data"
    data.mkdir()
    lines = (home / "articles.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (data / "articles.jsonl").write_text("".join(lines[:-1]), encoding="utf-8")
    for folder, seed, goes_on in ((data, 0, False), (home, 1, False), (home, 0, True)):
        out = tmp_path / f"{folder.name}{seed}"
        shutil.copytree(tmp_path / "out", out)
        training.train(replace(recipe, seed=recipe.seed + seed), folder, out, log=said.append)
        assert any("going on at step" in line for line in said) == goes_on


def test_the_command_trains_on_the_device_it_is_told_and_errs_in_a_line(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        training.main(home / "recipe.toml", tmp_path / "out", home, device="abacus")
    assert "no device 'abacus'" in capsys.readouterr().err


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=" \n.,“”…—abcXYé09’", max_size=300), st.integers(4, 12))
def test_windows_hold_every_token_once_in_order(text: str, limit: int) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    inner = Tokenizer(models.WordLevel({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    cut = windows(text, inner, limit)
    offsets = [tuple(pair) for w in cut for pair in w.offsets.tolist() if pair[0] >= 0]
    assert all(len(w.ids) <= limit for w in cut)
    assert "".join(text[a:b] for a, b in offsets) == "".join(text.split())
    assert offsets == sorted(offsets)


def test_states_and_confirmation() -> None:
    row = gold(TEXTS[0])
    marks = training.states(row)
    begin = TEXTS[0].index("that the old")
    assert marks[begin, 2] == 1 and marks[begin + 1, 2] == 2 and marks[begin - 1, 2] == 0
    end = TEXTS[0].index(". The dam")
    assert training.confirmed(row, Tagged((6, 14), None, ((begin, end),), 0.5))
    assert not training.confirmed(row, Tagged((end, end + 5), None, ((begin, end),), 0.5))
    assert not training.confirmed(row, Tagged(None, None, ((end, len(TEXTS[0])),), 0.5))


def test_contents_around_one_cue_are_one_attribution() -> None:
    text = "The dam, Lee said, is old."
    offsets = np.array([(m.start(), m.end()) for m in re.finditer(r"\w+|[^\w\s]", text)])
    probs = np.zeros((len(offsets), 3, 3), dtype=np.float32)
    probs[:, :, 0] = 1
    for role, positions in ((2, (0, 1)), (2, (6, 7)), (0, (3,)), (1, (4,))):
        for nth, k in enumerate(positions):
            probs[k, role] = (0.1, 0.8, 0.1) if nth == 0 else (0.1, 0.1, 0.8)
    (one,) = decode(text, offsets, probs)
    assert [text[a:b] for a, b in one.content] == ["The dam", "is old"]
    assert one.holder and text[slice(*one.holder)] == "Lee"
    told = features(offsets, probs, one)
    assert told[0] == 1 and all(t > 2 for t in told[2:])


def test_the_shipped_head_stands_beside_the_rules() -> None:
    text = "Signe Okafor, a doctor, counts “eleven children who have passed the age limit”."
    with_head = stance.attribute([{"text": text}])
    alone = stance.attribute([{"text": text}], model=None)
    assert [row.holder for row in with_head] == ["Signe Okafor"]
    assert [row.reason for row in with_head] == ["token head"]
    assert not [row for row in alone if "token head" in row.reason]


def test_the_head_reads_no_furniture_and_no_plain_quotation() -> None:
    text = "“It leaks,” Mayor Anna Lee said.\n\nThe dam was built by Lee in 1931.\n\nLeave a Reply"
    read: list[str] = []

    def tagger(readings: Sequence[Reading]) -> list[Opinion]:
        read.extend(r.text[a:b] for r in readings for a, b in r.parts)
        return [([one.probability for one in r.found], []) for r in readings]

    attribute([Document("d", text, "Herald")], tagger=tagger)
    assert read == ["The dam was built by Lee in 1931."]


def test_a_packed_forward_gives_what_transformers_gives(packed: Path) -> None:
    head = TokenHead.load(packed)
    (window,) = windows(TEXTS[0], head.tokenizer, 64)
    ids, types = (torch.from_numpy(a.astype(np.int64))[None] for a in (window.ids, window.types))
    with torch.inference_mode():
        logits = head.model(input_ids=ids, token_type_ids=types).logits.reshape(-1, 3, 3)
    theirs = logits.softmax(-1).numpy()[window.offsets[:, 0] >= 0]
    head.limit = 64
    assert np.abs(head.probabilities(TEXTS[0])[1] - theirs).max() < 0.05


_WORDS = st.sampled_from(
    ["“", "”", "’", "«", " ", ", ", ". ", "\n", "said", "Anna Lee", "that", "who", "leaks", "dam",
     "Tass reported", "citing two officials", "\u200b", "\ud800", "😀", "according to"]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(_WORDS, max_size=40).map(" ".join))
def test_no_text_raises_with_a_head_beside_the_rules(text: str) -> None:
    head = TokenHead.beside()
    for row in attribute([Document("d", text, "Herald")], tagger=head):
        assert 0 < row.confidence <= 1
        assert all(text[s.start : s.end] == s.text for s in row.content)
