"""The cascade: who decides which row, the fitted threshold, resuming to the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tiny_models import tiny_model, tiny_pairs

from stance.errors import InputError, ModelError, UsageError
from stance.inference import NLI
from stance.inference import nli as nli_module
from stance.inference.cascade import Cascade, Fit, fit_threshold, save_cascade
from stance.models import find_model
from stance.store import Store

THRESHOLD = 0.8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two families with tokenizers of their own, joined; the second knows longer texts."""
    home = tmp_path_factory.mktemp("models")
    tiny_model(home / "quick", "bert")
    tiny_model(home / "strong", "mpnet", seed=3)
    cards = {
        "quick": {"languages": ["de", "en"], "stance": {"side": 0.4}},
        "strong": {"languages": ["en", "fr"], "stance": {"side": 0.2, "context": True}},
    }
    for name, card in cards.items():
        (home / name / "card.json").write_text(json.dumps(card))
    fit = Fit(THRESHOLD, agreement=0.99, sent=0.4, pairs=100)
    return save_cascade(home / "both", home / "quick", home / "strong", fit)


@pytest.fixture
def both(folder: Path) -> NLI:
    return NLI.from_pretrained(folder, device="cpu")


@pytest.fixture(scope="module")
def alone(folder: Path) -> tuple[NLI, NLI]:
    quick, strong = (folder.parent / name for name in ("quick", "strong"))
    return NLI.from_pretrained(quick, device="cpu"), NLI.from_pretrained(strong, device="cpu")


def expected(alone: tuple[NLI, NLI], pairs: list[tuple[str, str]]) -> np.ndarray:
    quick, strong = (nli.score(pairs) for nli in alone)
    sure = quick.max(axis=1) >= THRESHOLD
    assert 0.1 < sure.mean() < 0.9, "both models have rows to decide"
    return np.where(sure[:, None], quick, strong)


def test_each_row_is_the_sure_models_or_the_strong_ones(
    both: NLI, alone: tuple[NLI, NLI], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = tiny_pairs(90, longest=9)
    whole = expected(alone, pairs)
    assert np.allclose(both.score(pairs), whole, atol=1e-6)
    monkeypatch.setattr(nli_module, "WINDOW_ROWS", 16)
    assert np.allclose(np.stack(list(both.stream(iter(pairs)))), whole, atol=1e-6)
    assert both.score([]).shape == (0, 3) and list(both.stream([])) == []


def test_bad_rows_stay_in_their_place(both: NLI, alone: tuple[NLI, NLI]) -> None:
    good = tiny_pairs(20, longest=9)
    rows: list[object] = [*good[:7], ("", "a claim"), "no pair", *good[7:]]
    probs, status, words = both.score_rows(rows)
    assert [i for i, state in enumerate(status) if state == "error"] == [7, 8]
    assert words[7] == "the text is empty" and np.isnan(probs[7:9]).all()
    assert np.allclose(np.delete(probs, [7, 8], axis=0), expected(alone, good), atol=1e-6)
    with pytest.raises(InputError, match="row 8: the text is empty"):
        both.score(rows)  # type: ignore[arg-type]


def test_matrix_equals_pairs(both: NLI) -> None:
    texts = [text for text, _ in tiny_pairs(9, longest=9)]
    claims = [claim for _, claim in tiny_pairs(7, seed=1)]
    scores = both.matrix(texts, claims)
    pairs = both.score([(text, claim) for text in texts for claim in claims])
    assert np.allclose(scores.reshape(-1, 3), pairs, atol=1e-6)
    assert both.matrix([], claims).shape == (0, 7, 3)


@pytest.mark.parametrize(("word", "at"), [("the claim has no room", 3), ("no finite score", 2)])
def test_matrix_names_what_the_second_model_cannot_score(
    both: NLI, monkeypatch: pytest.MonkeyPatch, word: str, at: int
) -> None:
    assert isinstance(both, Cascade)
    texts, claims = ["it rained", "it is dry"], ["it rained", "the sun", "a dry sun"]

    def refuse(pairs: list[tuple[str, str]]) -> None:
        raise InputError(word, row=pairs.index((texts[1], claims[2])) + 1, field="text")

    monkeypatch.setattr(both, "threshold", 2.0)  # all go on
    monkeypatch.setattr(both.second, "score", refuse)
    with pytest.raises(InputError, match=f"row {at}, field '{'claim' if at == 3 else 'text'}'"):
        both.matrix(texts, claims)


def test_what_it_is_stands_in_the_record(both: NLI, folder: Path) -> None:
    ref = find_model(folder)
    assert isinstance(both, Cascade) and both.path == folder.parent / "strong"
    assert ref.languages == ("en",) and [part.name for part in ref.parts] == ["quick", "strong"]
    info = both.info()
    assert info["model"] == "both" and info["sha256"] == ref.sha256
    assert [part["sha256"] for part in info["parts"]] == [p.sha256 for p in ref.parts]  # type: ignore[attr-defined]
    assert ref.sha256 not in {part.sha256 for part in ref.parts}
    assert info["threshold"] == THRESHOLD and str(info["dtype"]) == "fp32+fp32"
    plan = both.plan(tiny_pairs(30, longest=9))
    assert both.speed(plan) > 0 and len(plan.row_pair) == 30


def test_sides_are_decided_as_the_strong_model_decides_them(folder: Path) -> None:
    assert find_model(folder).card["stance"] == {"side": 0.2, "context": True}


def test_a_store_keeps_each_models_scores_apart(
    both: NLI, alone: tuple[NLI, NLI], tmp_path: Path
) -> None:
    pairs = tiny_pairs(40, longest=9)
    store = Store(tmp_path / "scores.duckdb")
    strong = alone[1].score(pairs, store=store)
    first = both.score(pairs, store=store)
    assert np.array_equal(both.score(pairs, store=store), first)
    assert np.array_equal(alone[1].score(pairs, store=store), strong)
    assert not np.array_equal(alone[0].score(pairs, store=store), first)
    assert np.allclose(first, expected(alone, pairs), atol=1e-6)


def test_a_killed_run_is_taken_up_and_ends_in_the_same_bytes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stance import scoring

    table = tmp_path / "pairs.jsonl"
    rows = [{"text": text, "claim": claim} for text, claim in tiny_pairs(60, longest=9)]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = {"model": str(folder), "device": "cpu", "chunk_rows": 10, "quiet": True}
    whole = scoring.score_file(str(table), tmp_path / "whole.jsonl", **settings)  # type: ignore[arg-type]
    assert whole["backend"] == "onednn+onednn" or "+" in str(whole["backend"])

    asked = Cascade._asked_again
    calls: list[int] = []

    def killed(self: Cascade, *args: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return asked(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Cascade, "_asked_again", killed)
    with pytest.raises(KeyboardInterrupt):
        scoring.score_file(str(table), tmp_path / "cut.jsonl", **settings)  # type: ignore[arg-type]
    monkeypatch.undo()
    done = scoring.score_file(str(table), tmp_path / "cut.jsonl", **settings)  # type: ignore[arg-type]
    assert done["parts_found"] == 3
    assert (tmp_path / "cut.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_backends_may_be_named_for_each_and_int8_is_for_one_model(folder: Path) -> None:
    nli = NLI.from_pretrained(folder, device="cpu", backend="torch+transformers", dtype="fp32")
    nli.score(tiny_pairs(5, longest=9))
    assert nli.info()["backend"] == "torch+transformers"
    with pytest.raises(UsageError, match="int8"):
        NLI.from_pretrained(folder, device="cpu", dtype="int8")


def test_a_cascade_for_other_weights_is_refused(folder: Path, tmp_path: Path) -> None:
    card = json.loads((folder / "card.json").read_text())
    other = folder.parent / "other"
    other.mkdir()
    for change, said in (
        ({"sha256": ["0" * 64, "1" * 64]}, "fitted for other weights"),
        ({"second": "../nowhere"}, "needs the model ../nowhere"),
        ({"calibration": [{"temperature": 2.0}, None]}, "another calibration"),
        ({"threshold": None}, "lacks first, second, sha256, calibration or threshold"),
    ):
        changed = card | {"cascade": card["cascade"] | change}
        (other / "card.json").write_text(json.dumps(changed))
        with pytest.raises(ModelError, match=said):
            find_model(other)
    (other / "card.json").unlink()
    other.rmdir()
    fit = Fit(0.9, 1.0, 0.5, 10)
    for first in ("small", folder):  # a name, a cascade
        with pytest.raises(UsageError, match="no folder of a single model"):
            save_cascade(tmp_path / "both", first, folder.parent / "strong", fit)


@example(count=231, seed=3486, agreement=0.9)  # the threshold itself, in float32
@given(st.integers(1, 300), st.integers(0, 2**32 - 1), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_the_threshold_is_the_smallest_that_agrees_often_enough(
    count: int, seed: int, agreement: float
) -> None:
    rng = np.random.default_rng(seed)
    first = rng.dirichlet([0.6] * 3, count).astype(np.float32)
    second = np.where(rng.random((count, 1)) < 0.8, first, rng.dirichlet([0.6] * 3, count))
    fit = fit_threshold(first, second, agreement=agreement, log=lambda line: None)

    def agrees(threshold: float) -> float:
        kept = first.max(axis=1) >= threshold
        label = np.where(kept, first.argmax(axis=1), second.argmax(axis=1))
        return float((label == second.argmax(axis=1)).mean())

    assert agrees(fit.threshold) == pytest.approx(fit.agreement)
    assert fit.agreement >= agreement - 1e-9
    assert fit.threshold == 0 or agrees(fit.threshold - 0.0001) < agreement + 1e-9
    assert fit.sent == pytest.approx(float((first.max(axis=1) < fit.threshold).mean()))


def test_a_threshold_needs_scores_of_the_same_pairs() -> None:
    some = np.full((3, 3), 1 / 3)
    for first, second in ((some, some[:2]), (some[:0], some[:0]), (some, some * np.nan)):
        with pytest.raises(UsageError):
            fit_threshold(first, second)
