"""The sentence head: half an encoder, two regressions, and weights that must match."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_models import tiny_model

from stance.checkworthiness import (
    FEATURES,
    OUTPUTS,
    checkworthiness,
    coefficients,
    facts,
    features,
    finite_verb,
    takes_position,
)
from stance.claims import detect
from stance.errors import ModelError
from stance.inference.sentences import FILE, HalfEncoder, SentenceHead
from stance.models import ModelRef, find_model, list_models, weights_sha256
from stance.training.checkworthiness import held_out, regression
from stance.types import Document, Passage

TEXTS = ["Wages fell by 3 percent in 2019.", "I hope you like it.", "Thank you.", "", "Why?"] * 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with a head that only looks at states."""
    made = tiny_model(tmp_path_factory.mktemp("tiny") / "m", "mpnet")
    rng = np.random.default_rng(0)
    card = {
        name: {
            "intercept": 0.5,
            "features": dict.fromkeys(FEATURES, 0.0),
            "states": rng.normal(size=32).tolist(),
        }
        for name in OUTPUTS
    }
    (made / FILE).write_text(json.dumps({"encoder": weights_sha256(made), **card}))
    return made


def test_facts_have_a_column_for_each_output() -> None:
    found = facts(TEXTS)
    assert found.shape == (25, 2) and ((found > 0) & (found < 1)).all()
    assert (found[0] > found[1]).all()
    assert facts([]).shape == (0, 2)


def test_half_of_the_layers_are_run_and_padding_changes_nothing(folder: Path) -> None:
    encoder = HalfEncoder(folder)
    assert len(encoder.body.encoder.layer) == 1  # of three
    together, alone = encoder(TEXTS), np.concatenate([encoder([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=0.02)
    assert encoder([]).shape == (0, 32)


def test_a_head_rates_for_detection(folder: Path) -> None:
    head = SentenceHead.load(folder)
    found = head.facts(TEXTS)
    assert found.shape == (25, 2) and ((found > 0) & (found < 1)).all()
    rated = head(TEXTS)
    np.testing.assert_allclose(rated, checkworthiness(TEXTS, found))
    assert (rated[2::5] == 0).all()  # thanks are nothing to check, whatever the head says
    text = "Wages fell by 3 percent in 2019."
    doc, said = Document("d", text, "The Post"), Passage("d", 0, len(text), text, "Ann", "speaker")
    assert [c.text for c in detect([doc], [said], checkworthiness=head, threshold=0.0)] == [text]


@pytest.mark.parametrize("ref", list_models(), ids=lambda ref: ref.name)
def test_shipped_heads_belong_to_the_shipped_weights(ref: ModelRef) -> None:
    file = ref.path / FILE
    if ref.parts or not file.is_file():
        pytest.skip("no sentence head of its own")
    assert json.loads(file.read_text())["encoder"] == ref.sha256


def test_a_head_for_other_weights_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tiny_model(tmp_path / "other", "mpnet", seed=1)
    with pytest.raises(ModelError, match="no sentence head"):
        SentenceHead.load(other)
    (other / FILE).write_text((folder / FILE).read_text())
    with pytest.raises(ModelError, match="fitted on weights"):
        SentenceHead.load(other)


def test_detection_computes_where_the_model_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stance import detect as detect_verb
    from stance.inference import NLI, sentences, tagger
    from stance.inference.options import pick_device

    asked: list[str] = []

    def recorded(name: str) -> object:
        asked.append(name)
        return pick_device("cpu")

    for module in (sentences, tagger):
        monkeypatch.setattr(module, "pick_device", recorded)
    monkeypatch.setattr(NLI, "device", "cuda:7")
    tagger._kept.cache_clear()
    nli = NLI.from_pretrained(tiny_model(tmp_path, "bert"), device="cpu")
    detect_verb([{"id": "a", "text": "“We will close the dam,” Ana Ruiz said."}], model=nli)
    tagger._kept.cache_clear()
    assert sorted(asked) == ["cuda:7", "cuda:7"]


def test_a_fitted_regression_gives_the_probabilities_of_its_rows_back() -> None:
    rng = np.random.default_rng(1)
    surface, states = features(TEXTS * 20), rng.normal(5, 9, size=(500, 4))
    labels = (states[:, 0] > 5).astype(int).tolist()
    fitted = regression(surface, labels, states)
    weights, intercepts = coefficients(dict.fromkeys(OUTPUTS, fitted))
    logits = states @ np.array(fitted["states"]) + surface @ weights[0] + intercepts[0]
    assert np.mean((logits > 0) == np.array(labels)) > 0.95
    assert fitted == regression(surface, labels, states)


def test_the_hash_leaves_a_fifth_out_whatever_case_and_blanks() -> None:
    assert held_out(" Wages FELL ") == held_out("wages fell")
    assert 150 < sum(held_out(f"sentence {i}") for i in range(1000)) < 250


def test_a_model_without_a_sentence_head_is_served_by_that_of_small() -> None:
    base, small = (SentenceHead.beside(find_model(name)) for name in ("base", "small"))
    said = ["Unemployment fell to 4 per cent in 2019.", "Thank you all for coming tonight."]
    assert base(said).tolist() == small(said).tolist()
    assert base(said)[0] > 0.5 > base(said)[1]


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("It's ready to deploy", "'s"),
        ("They’re ready to sign", "’re"),
        ("That's not right", "'s"),
        ("We'll sign", "'ll"),
        ("the envoy who’s due in Oslo", "’s"),
        ("Ann's house", None),
        ("the board’s new plan", None),
        ("the lawyers’ ready answer", None),
    ],
)
def test_a_contraction_behind_a_pronoun_is_a_verb(text: str, verb: str | None) -> None:
    found = finite_verb(text)
    assert (found and found[0]) == verb
    assert (checkworthiness([text])[0] > 0) == (verb is not None)


@pytest.mark.parametrize("short", ["It's ready to deploy.", "They’re ready to sign."])
def test_a_contracted_readiness_is_a_position(short: str) -> None:
    assert takes_position(short)
    assert checkworthiness([short])[0] > 0.5


@pytest.mark.parametrize(
    ("headline", "says"),
    [
        ("Armenia to sign by March", True),
        ("Norway and Denmark to sign treaty", True),
        ("UK not to join new court", True),
        ("The Norwegian government to raise tax", True),
        ("EU To Ban Old Cars", True),
        ("Right to repair", False),
        ("Plan to build homes by March", False),
        ("Norway to Sweden by ferry", False),
        ("UK to a new start", False),
        ("How to vote", False),
    ],
)
def test_a_headline_says_who_is_to_do_what(headline: str, says: bool) -> None:
    assert (checkworthiness([headline])[0] > 0.5) == says


def test_a_headline_infinitive_is_detected() -> None:
    text = "Armenia to sign treaty by March\n\nNo comment came from Yerevan."
    passage = Passage("d", 0, 31, text[:31], "The Post", "outlet", kind="headline")
    found = detect([Document("d", text, "The Post")], [passage])
    assert [c.text for c in found] == [text[:31]]
