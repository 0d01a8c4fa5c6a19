"""What is left open: words that take no side, the state that says of which claim, and the rows."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import WORDS, tiny_model, tiny_pairs

from stance.attribution import attribute, passages
from stance.contexts import reading, score_candidates
from stance.dates import parse_date
from stance.errors import ModelError, UsageError
from stance.evidence import judge
from stance.inference import NLI, backends
from stance.inference.backends import cpu_has_bf16
from stance.inference.openness import FILE, OpenHead, PairStates
from stance.inference.plan import assemble
from stance.inference.tagger import TokenHead
from stance.leftopen import asked_pairs, beside, left_open, shares_of_best
from stance.lexical import tokens
from stance.matching import deciding, match
from stance.models import ModelRef, find_model, list_models, weights_sha256
from stance.refusals import LONGEST, grams, refusing, weighed
from stance.silence import claim_shares, takes_no_side
from stance.stances import decide, tuning
from stance.training import openness as training
from stance.types import Attribution, Candidate, Claim, Date, Document, Passage, Stance

HERE = Path(__file__).parents[1]
YES, MAYBE, NO = (0.95, 0.04, 0.01), (0.02, 0.96, 0.02), (0.01, 0.04, 0.95)

REFUSALS = (
    "The minister said she would rather not speculate about the verdict.",
    "I have not seen the figures, so I cannot tell you if they add up.",
    "Whether the dam was to blame, the engineer would not be drawn.",
    "“Ask me once the inspectors have been,” the headmaster said.",
    "He shrugged and said that he had no opinion on the merger.",
    "It is not for me to judge whether the referee was bribed.",
    "The union will decide on Friday which candidate, if any, it backs.",
    "We are still waiting for the laboratory results before we say anything about the cause.",
    "The company neither confirmed nor denied that it had been hacked.",
    "There are good arguments on both sides, and I am keeping an open mind.",
    "Mayor Ann Lee said she would wait for the auditors' report before saying who was to blame.",
    "Her lawyer declined to discuss what the witness had told the court.",
    "The bishop laughed and changed the subject when he was asked about the sale.",
    "That question is one for the coroner, the police chief told reporters.",
    "We do not know yet how the fire began.",
)
SIDED = (
    "The minister said she would not speculate any longer: the verdict was wrong.",
    "I have seen the figures, and they do not add up.",
    "The dam was to blame, the engineer said, and nobody else.",
    "“The inspectors have been, and they found nothing,” the headmaster said.",
    "He said that the merger would cost a thousand jobs.",
    "I know the referee, and he was never bribed.",
    "The union decided on Friday that it backs Marta Klein.",
    "The laboratory results show that the water was poisoned.",
    "The company denied that it had been hacked.",
    "There is only one good argument here, and it is for building the bridge.",
    "Mayor Ann Lee said the contractor was to blame for the cost.",
    "Her lawyer told the court that the witness had lied.",
    "The bishop said that the sale was a disgrace.",
    "The police chief told reporters that the driver had been drunk.",
    "We now know how the fire began: somebody lit it.",
    "I cannot imagine a worse plan than this one.",
    "We cannot wait any longer, the ferry must be replaced.",
    "I would not say it if it were not true: the test was rigged.",
)

texts = st.text("abcdeIVXYZ '.,5890-“”\n", max_size=60)
rarities = st.dictionaries(st.sampled_from("a b c ab a0 0 a_b b_a".split()), st.floats(0.1, 9.0))


def test_grams_are_runs_of_one_to_four_words_with_numbers_alike() -> None:
    found = grams("It costs 5 or 700 crowns.")
    assert {"it", "it costs", "costs 0 or 0", "0 or 0 crowns"} <= found
    assert max(len(gram.split()) for gram in found) == LONGEST
    assert len(found) == 17  # 6 + 5 + 4 + 3 runs, of which "0" stands twice
    assert grams(" … ") == set()


@given(texts)
def test_case_and_the_kind_of_apostrophe_change_no_gram(text: str) -> None:
    found = grams(text)
    assert grams(text.swapcase()) == found == grams(text.upper())
    assert grams(text.replace("'", "’")) == found
    if found:
        assert found == grams(f"“{text}”!")


def test_a_contraction_is_one_word_by_either_apostrophe() -> None:
    assert "i can't say" in grams("I can’t say.") == grams("i CAN'T say")


@given(texts, rarities)
def test_what_is_weighed_has_length_one_or_nothing(text: str, rarity: dict[str, float]) -> None:
    known = {gram.replace("_", " "): value for gram, value in rarity.items()}
    found = weighed(text, known)
    assert set(found) == grams(text) & set(known)
    if found:
        assert np.linalg.norm(list(found.values())) == pytest.approx(1.0)
        scale = {found[gram] / known[gram] for gram in found}
        assert max(scale) == pytest.approx(min(scale))


def test_fresh_refusals_are_told_from_look_alikes_that_take_a_side() -> None:
    """Written before they were asked; the wordings of silence.py know two of those missed."""
    yes, no = refusing(REFUSALS), refusing(SIDED)
    assert (yes > 0).sum() >= 11
    assert (no < 0).sum() >= 17
    assert np.mean([a > b for a, b in product(yes, no)]) > 0.95
    assert sum(a > 0 or takes_no_side(t) for a, t in zip(yes, REFUSALS, strict=True)) >= 13


def test_of_several_sentences_the_one_that_refuses_most_counts() -> None:
    both = f"{SIDED[1]} {REFUSALS[5]}"
    apart = refusing([SIDED[1], REFUSALS[5]])
    assert refusing([both]).tolist() == [apart.max()] != [apart.min()]
    assert refusing([]).shape == (0,)
    assert np.isfinite(refusing(["", " ", "東京"])).all()


def test_the_shipped_words_are_what_the_committed_sentences_give() -> None:
    made = training.fit_words()
    kept = json.loads((training.DATA / training.WORDS).read_text("utf-8"))
    assert {key: made[key] for key in ("source", "rows")} == {
        key: kept[key] for key in ("source", "rows")
    }
    assert made["intercept"] == pytest.approx(kept["intercept"], abs=0.02)
    both = sorted(made["grams"].keys() & kept["grams"].keys())
    assert len(both) > 0.99 * max(len(made["grams"]), len(kept["grams"]))
    ours, theirs = (np.array([card["grams"][gram] for gram in both]) for card in (made, kept))
    np.testing.assert_allclose(ours, theirs, atol=0.02)  # another BLAS moves the last digits


def rows(name: str) -> list[dict[str, Any]]:
    text = (files("stance") / "data" / name).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_the_sentences_are_no_two_alike_and_of_both_kinds() -> None:
    found = rows("refusals.jsonl")
    assert all(row["text"].strip() and row["label"] in (0, 1) for row in found)
    assert len({" ".join(row["text"].casefold().split()) for row in found}) == len(found)
    assert 0.4 < np.mean([row["label"] for row in found]) < 0.6


def test_the_articles_have_ids_of_their_own_and_spans_that_say_something() -> None:
    found = rows("open.jsonl")
    assert len({row["id"] for row in found}) == len(found) == len({row["text"] for row in found})
    for row in found:
        assert parse_date(row["date"]) and row["title"].strip() and row["source"].strip()
        assert row["open"], row["id"]
        for span in (*row["open"], *row["sides"]):
            assert 0 <= span["start"] < span["end"] <= len(row["text"]), row["id"]
            said = row["text"][span["start"] : span["end"]]
            assert said == said.strip() and len(said.split()) > 1, (row["id"], said)


def test_the_claims_that_are_left_open_or_sided_on_exist() -> None:
    for row in rows("open.jsonl"):
        claims = {claim["id"]: claim["text"] for claim in row["claims"]}
        assert len(claims) == len(row["claims"]) and all(map(str.strip, claims.values())), row["id"]
        assert {c for span in row["open"] for c in span["claims"]} <= claims.keys(), row["id"]
        assert {span["claim"] for span in row["sides"]} <= claims.keys(), row["id"]
        assert {span["stance"] for span in row["sides"]} <= {"supports", "refutes"}, row["id"]


def test_no_statement_leaves_open_what_it_takes_a_side_on() -> None:
    for row in rows("open.jsonl"):
        for left, side in product(row["open"], row["sides"]):
            apart = left["end"] <= side["start"] or side["end"] <= left["start"]
            assert apart or side["claim"] not in left["claims"], (row["id"], side["holder"])


def runs(found: Sequence[str]) -> set[tuple[str, ...]]:
    """Every eight words in a row of each text."""
    words = [re.findall(r"\w+", text.casefold()) for text in found]
    return {run for row in words for run in zip(*(row[i:] for i in range(8)), strict=False)}


def learned() -> set[tuple[str, ...]]:
    """The runs of all that is fitted to."""
    told = [row["text"] for name in ("open.jsonl", "refusals.jsonl") for row in rows(name)]
    claims = [claim["text"] for row in rows("open.jsonl") for claim in row["claims"]]
    return runs([*told, *claims, *(row["title"] for row in rows("open.jsonl"))])


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("seeds", 2),
        ("benchmarks/stories/*", 24),
        ("benchmarks/reports/*", 16),
        ("benchmarks/dispatches/*", 24),
    ],
)
def test_nothing_that_judges_is_learned_from(pattern: str, count: int) -> None:
    """No run of eight words of its documents or claims stands in an article or a sentence, but
    for stock phrases: "said he would not be drawn on whether"."""
    names = ("documents.jsonl", "claims.jsonl")
    judging = [
        file for home in HERE.glob(pattern) for name in names if (file := home / name).exists()
    ]
    assert len(judging) >= count
    lines = [line for file in judging for line in file.read_text("utf-8").splitlines()]
    ours = learned()
    assert len(ours) > 30_000
    shared = {" ".join(run) for run in ours & runs([json.loads(line)["text"] for line in lines])}
    assert not {run for run in shared if len(tokens(run)) > 3}


FAMILIES = ("mpnet", "bert")
PAIRS = tiny_pairs(24, longest=9)
LONG = (" ".join(WORDS * 3), "ready to leave")


@cache
def folder(family: str) -> Path:
    return tiny_model(Path(mkdtemp()), family)


@cache
def exact(family: str) -> PairStates:
    """States in fp32, whatever this processor has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backends, "cpu_has_bf16", lambda: False)
        return PairStates(find_model(folder(family)))


class Theirs:
    """What the last layer of transformers' own module is given."""

    def __init__(self, family: str) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(folder(family))
        self.model = AutoModelForSequenceClassification.from_pretrained(
            folder(family), dtype=torch.float32
        ).eval()
        last = [m for m in self.model.modules() if isinstance(m, torch.nn.Linear)][-1]
        assert last.out_features == 3
        last.register_forward_pre_hook(lambda _, args: self.seen.append(args[0].numpy().copy()))

    @torch.inference_mode()
    def __call__(self, inputs: Sequence[dict[str, torch.Tensor]]) -> np.ndarray:
        self.seen: list[np.ndarray] = []
        for one in inputs:
            self.model(**one)
        return np.concatenate(self.seen)

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        return self([self.tokenizer(*pair, return_tensors="pt") for pair in pairs])


@pytest.mark.parametrize("family", FAMILIES)
def test_states_are_what_transformers_gives_its_last_layer(family: str) -> None:
    found = exact(family)(PAIRS)
    assert found.shape == (24, 32) and found.std(axis=0).mean() > 0.1
    np.testing.assert_allclose(found, Theirs(family).pairs(PAIRS), atol=1e-4)


@pytest.mark.skipif(not cpu_has_bf16(), reason="this processor has no bf16 of its own")
@pytest.mark.parametrize("family", FAMILIES)
def test_states_in_bf16_are_near(family: str) -> None:
    off = np.abs(PairStates(find_model(folder(family)))(PAIRS) - exact(family)(PAIRS))
    assert 0 < off.mean() < 0.05


@pytest.mark.parametrize("family", FAMILIES)
def test_what_else_is_read_changes_no_state(family: str) -> None:
    states = exact(family)
    together = states([*PAIRS, LONG, *PAIRS[:3]])
    alone = np.concatenate([states([pair]) for pair in (*PAIRS, LONG, *PAIRS[:3])])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(states(PAIRS[::-1]), together[:24][::-1], atol=1e-5)
    assert (together[25:] == together[:3]).all()
    assert states([]).shape == (0, 32)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_long_text_has_the_mean_of_its_windows(family: str) -> None:
    states = exact(family)
    plan = states.nli.plan([LONG])
    windows = [assemble(plan, np.array([unit])) for unit in range(len(plan.lengths))]
    assert len(windows) > 2
    inputs = [
        {"input_ids": torch.tensor(window.ids[None].astype(np.int64))}
        | ({"token_type_ids": torch.tensor(window.types[None].astype(np.int64))}
           if family == "bert" else {})
        for window in windows
    ]  # fmt: skip
    whole = Theirs(family)(inputs).mean(axis=0)
    np.testing.assert_allclose(states([PAIRS[0], LONG])[1], whole, atol=1e-4)


def test_a_pair_that_cannot_be_read_is_zeros_beside_others() -> None:
    states = exact("mpnet")
    found = states([PAIRS[0], ("", "a claim"), PAIRS[1], ("a text", "")])
    assert (found[[1, 3]] == 0).all()
    np.testing.assert_allclose(found[[0, 2]], states(PAIRS[:2]), atol=1e-5)


def test_where_no_pair_can_be_read_all_are_zeros() -> None:
    assert exact("mpnet")([("", "a claim")]).tolist() == [[0.0] * 32]


def test_a_family_without_packed_states_is_refused() -> None:
    other = find_model(folder("modernbert"))
    with pytest.raises(ModelError, match="modernbert model cannot carry an open head"):
        PairStates(other)


@pytest.fixture(scope="module")
def headed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with a head of random coefficients."""
    made = tiny_model(tmp_path_factory.mktemp("tiny") / "m", "mpnet")
    column = np.random.default_rng(0).normal(size=32).tolist()
    card = {"intercept": -0.5, "beside": [0.25, 2.0], "states": column}
    (made / FILE).write_text(json.dumps({"encoder": weights_sha256(made), **card}))
    return made


@pytest.fixture(scope="module")
def base() -> OpenHead:
    return OpenHead.beside(find_model("cascade"))  # its strong member is base


@pytest.mark.parametrize("ref", [r for r in list_models() if not r.parts], ids=lambda r: r.name)
def test_shipped_heads_belong_to_the_shipped_weights(ref: ModelRef) -> None:
    card = json.loads((ref.path / FILE).read_text())
    assert card["encoder"] == ref.sha256
    config = json.loads((ref.path / "config.json").read_text())
    assert len(card["states"]) == config["hidden_size"]
    assert len(card["beside"]) == beside(np.zeros(1), np.zeros(1)).shape[1]
    assert np.isfinite([card["intercept"], *card["states"], *card["beside"]]).all()
    assert min(card["beside"]) > 0  # who refuses, and stands in the claim's words, leaves it open


def test_a_head_is_a_logistic_rule_over_state_and_words(headed: Path) -> None:
    head = OpenHead.load(headed)
    others = np.random.default_rng(1).normal(size=(24, 2))
    found = head(PAIRS, others)
    assert found.shape == (24,) and ((found > 0) & (found < 1)).all()
    wanted = head.states(PAIRS) @ np.array(head.card["states"]) + others @ [0.25, 2.0] - 0.5
    np.testing.assert_allclose(np.log(found / (1 - found)), wanted, atol=1e-6)
    assert (head(PAIRS, others + np.array([0.0, 1.0])) > found).all()
    assert head([], np.zeros((0, 2))).shape == (0,)


def test_a_model_without_a_head_and_a_head_for_other_weights_are_refused(
    headed: Path, tmp_path: Path
) -> None:
    other = tiny_model(tmp_path / "other", "mpnet", seed=1)
    with pytest.raises(ModelError, match=r"'other' has no open head \(open\.json\); make one with"):
        OpenHead.load(other)
    (other / FILE).write_text((headed / FILE).read_text())
    theirs, ours = weights_sha256(headed)[:12], weights_sha256(other)[:12]
    with pytest.raises(ModelError, match=f"fitted on weights {theirs}….*model has {ours}…"):
        OpenHead.load(other)


def test_a_cascade_is_served_by_its_strong_member_and_others_by_small(base: OpenHead) -> None:
    assert base.card["encoder"] == find_model("base").sha256
    small = OpenHead.beside(find_model(folder("bert")))
    assert small.card["encoder"] == find_model("small").sha256
    assert OpenHead.beside(find_model("small")).card == small.card


def test_shipped_heads_tell_who_waits_from_who_blames(base: OpenHead) -> None:
    told = [
        f"Mayor Ann Lee said {words}."
        for words in ("she would wait for the audit before saying who was to blame",
                      "the council was to blame")
    ]  # fmt: skip
    claim = "The council is to blame for the cost of the bridge."
    asked = [(f"Bridge costs twice as much. {words}", claim) for words in told]
    others = beside(refusing(told), np.ones(2))
    left, sided = base(asked, others)
    assert left > 0.5 > sided
    left, sided = OpenHead.beside(find_model("small"))(asked, others)
    assert left > sided


TEXT = (
    "Mill at Esk loses money\n\nThe mill may close, its owners say. Ann Lee, of the union, said "
    "she would wait for the accounts. The weather was fine."
)
DOCUMENT = Document("d", TEXT, "The Post", Date(dt.date(2024, 5, 1)))
CLAIMS = [
    Claim("close", "The mill at Esk will close."),
    Claim("loses", "The mill at Esk loses money."),
    Claim("sky", "Comets are made of ice."),
]


def said(text: str = "she would wait for the accounts", **changes: Any) -> Passage:
    start = TEXT.index(text)
    told = Attribution(
        "d", "indirect", "Ann Lee", "speaker", None, None, None, "said", None, None, (), 0.9
    )
    named = {"holder": "Ann Lee", "holder_type": "speaker", "attribution": told} | changes
    return Passage(
        "d", start, start + len(text), text, premise=f"Ann Lee said {text}.", **named
    )  # fmt: skip


def outlet() -> Passage:
    return said("The weather was fine", holder="The Post", holder_type="outlet", attribution=None)


class Recorder:
    """A head that gives the same answers each time, and remembers what it was asked."""

    def __init__(self, *answers: float) -> None:
        self.answers = answers
        self.pairs: list[tuple[str, str]] = []
        self.others: np.ndarray | None = None

    def __call__(self, pairs: Sequence[tuple[str, str]], others: np.ndarray) -> np.ndarray:
        self.pairs, self.others = [*self.pairs, *pairs], others
        return np.array(self.answers[: len(pairs)])


def opened(
    head: Recorder, candidates: Sequence[Candidate], *scores: Sequence[float]
) -> list[float]:
    rated = np.array(scores, np.float32).reshape(-1, 3)
    return left_open(head, [DOCUMENT], candidates, CLAIMS, rated).tolist()


def test_only_speakers_without_a_side_are_asked_about_their_documents_matter() -> None:
    candidates = [
        Candidate(outlet(), "close", 0.9),
        Candidate(said(), "close", 0.9),  # a clear side
        Candidate(said(), "loses", 0.9),
        Candidate(said(), "sky", 0.9, about=0.05),  # a document of something else
        Candidate(said(), "sky", 0.9),
    ]
    head = Recorder(0.75, 0.25)
    assert opened(head, candidates, MAYBE, NO, MAYBE, MAYBE, MAYBE) == [0, 0, 0.75, 0, 0.25]
    assert [claim for _, claim in head.pairs] == [CLAIMS[1].text, CLAIMS[2].text]


def test_what_could_not_be_scored_is_not_asked() -> None:
    head = Recorder(0.75)
    candidates = [Candidate(said(), claim.id, 0.9) for claim in CLAIMS[:2]]
    assert opened(head, candidates, [np.nan] * 3, MAYBE) == [0, 0.75]
    assert len(head.pairs) == 1
    found = decide(
        [DOCUMENT], CLAIMS[:2], candidates, np.array([[np.nan] * 3, MAYBE]),
        left_open=np.array([0, 0.75]),
    )  # fmt: skip
    told = {r.claim_id: (r.status, r.stance) for r in found if r.holder_type == "speaker"}
    assert told == {"close": ("abstain", None), "loses": ("ok", "neutral")}


@pytest.mark.parametrize(
    ("candidates", "scores"),
    [
        ([], []),
        ([Candidate(outlet(), "close", 0.9)], [MAYBE]),
        ([Candidate(said(), "close", 0.9)], [YES]),
        ([Candidate(said(), "close", 0.9)], [NO]),
    ],
)
def test_where_nobody_is_to_be_asked_the_head_is_not(candidates: list, scores: list) -> None:
    head = Recorder(0.75)
    assert opened(head, candidates, *scores) == [0.0] * len(candidates)
    assert head.others is None


def test_a_statement_is_asked_behind_its_headline_and_the_sentence_before() -> None:
    candidates = [Candidate(said(), claim.id, 0.9) for claim in CLAIMS[:2]]
    wanted = (
        "Mill at Esk loses money. The mill may close, its owners say. "
        "Ann Lee said she would wait for the accounts."
    )
    pairs = asked_pairs([DOCUMENT], candidates, CLAIMS)
    assert pairs == [(wanted, claim.text) for claim in CLAIMS[:2]]
    head = Recorder(0.5, 0.5)
    opened(head, candidates, MAYBE, MAYBE)
    assert head.pairs == pairs


def test_beside_the_state_are_the_words_and_the_share() -> None:
    candidates = [Candidate(said(), claim.id, 0.9) for claim in CLAIMS]
    head = Recorder(0.5, 0.5)
    opened(head, candidates, YES, MAYBE, MAYBE)  # the best claim is a side, and still the best
    assert head.others is not None
    words, shares = head.others.T
    assert words.tolist() == refusing([said().text] * 2).tolist()
    assert shares.tolist() == shares_of_best([DOCUMENT], candidates, CLAIMS)[1:].tolist()
    assert words[0] > 0 and 1 > shares[0] > shares[1] == 0


def test_a_share_is_one_of_the_best_claims_at_its_place() -> None:
    """The sentence before tells of closing, where the statement's own names none of the claims."""
    candidates = [Candidate(said(), claim.id, 0.9) for claim in CLAIMS]
    close, loses, sky = shares_of_best([DOCUMENT], candidates, CLAIMS)
    assert close == 1 > loses > sky == 0
    other = Candidate(said("The mill may close"), "loses", 0.9)
    among = shares_of_best([DOCUMENT], [*candidates, other], CLAIMS)
    assert among.tolist() == [close, loses, sky, 1.0]
    nothing = [Candidate(said(), "sky", 0.9)]
    assert shares_of_best([DOCUMENT], nothing, CLAIMS).tolist() == [0]
    assert shares_of_best([DOCUMENT], [], CLAIMS).shape == (0,)


def test_the_share_of_a_claim_is_without_the_speakers_own_name() -> None:
    text = "Sudan would wait for the outcome."
    asked = {
        "harm": Claim("harm", "The dam harms Sudan."),
        "end": Claim("end", "The outcome is fair."),
        "name": Claim("name", "Sudan"),
    }

    def shares(holder: str, documents: dict[str, Document]) -> list[float]:
        passage = Passage("d", 0, len(text), text, holder, "speaker")
        pairs = [Candidate(passage, key, 0.1) for key in asked]
        return claim_shares(pairs, asked, documents).tolist()

    home = {"d": Document("d", text, "Post")}
    theirs, others = shares("Sudan", home), shares("Egypt", home)
    assert theirs[0] == 0 < others[0]
    assert theirs[1] == others[1] > 0
    assert theirs[2] == others[2] == 1  # a claim of nothing else keeps it
    assert shares("Sudan", {}) == theirs  # a document that is not at hand: the words alone


CLAIM = CLAIMS[0]


def decided(*found: Sequence[float], score: float = 0.5, **options: Any) -> dict[str, Stance]:
    candidates = [Candidate(said(), "close", score) for _ in found]
    scores = np.array(found, np.float32).reshape(-1, 3)
    return {r.holder_type: r for r in decide([DOCUMENT], [CLAIM], candidates, scores, **options)}


@pytest.mark.parametrize(
    ("value", "stance"), [(0.95, "neutral"), (0.6, "neutral"), (0.4, "unrelated"), (0, "unrelated")]
)
def test_who_leaves_a_claim_open_is_neutral_on_it(value: float, stance: str) -> None:
    assert decided(MAYBE, left_open=np.array([value]))["speaker"].stance == stance
    assert decided(MAYBE)["speaker"].stance == "unrelated"


def test_the_outlet_tells_of_what_its_speaker_leaves_open() -> None:
    apart, told = (decided(MAYBE, score=0.1, left_open=np.array([v])) for v in (0.0, 0.95))
    assert [row["outlet"].stance for row in (apart, told)] == ["unrelated", "neutral"]


@pytest.mark.parametrize(("scores", "stance"), [(YES, "supports"), (NO, "refutes")])
def test_a_clear_side_stands(scores: Sequence[float], stance: str) -> None:
    row = decided(scores, score=0.9, left_open=np.array([1.0]))["speaker"]
    assert (row.stance, row.reason) == (stance, None)


def test_the_strongest_statement_of_a_speaker_leaves_open() -> None:
    assert decided(MAYBE, MAYBE, left_open=np.array([0.1, 0.9]))["speaker"].stance == "neutral"


def test_nothing_learned_takes_away_what_the_words_say() -> None:
    text = "Asked whether the mill at Esk would close, Ann Lee said it was too early to say."
    start = text.index("it was")
    dodge = Passage("d", start, len(text) - 1, text[start:-1], "Ann Lee", "speaker")
    pairs, scores = [Candidate(dodge, "close", 0.3)], np.array([MAYBE])
    home = {"d": Document("d", text, "Post")}
    known = {CLAIM.id: CLAIM}
    sure, unsure, none = (
        judge(pairs, known, scores, documents=home, left_open=value).speaks[0]
        for value in (np.array([0.99]), np.array([0.0]), None)
    )
    assert 0.5 < unsure == none < sure == 0.99
    found = decide(list(home.values()), [CLAIM], pairs, scores, left_open=np.zeros(1))
    assert [r.stance for r in found if r.holder_type == "speaker"] == ["neutral"]


@settings(deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=4),
    st.floats(0, 1),
)
def test_what_is_left_open_moves_no_side(raw: list[tuple[float, ...]], score: float) -> None:
    values = np.array(raw)
    scores = values[:, :3] + 1e-6
    scores /= scores.sum(axis=1, keepdims=True)
    candidates = [Candidate(said(), "close", score) for _ in raw]
    plain = decide([DOCUMENT], [CLAIM], candidates, scores)
    told = decide([DOCUMENT], [CLAIM], candidates, scores, left_open=values[:, 3])
    assert decide([DOCUMENT], [CLAIM], candidates, scores, left_open=np.zeros(len(raw))) == plain
    for before, after in zip(plain, told, strict=True):
        assert (after.p_supports, after.p_refutes) == (before.p_supports, before.p_refutes)
        assert after.p_neutral >= before.p_neutral - 1e-12
        total = after.p_supports + after.p_refutes + after.p_neutral + after.p_unrelated
        assert total == pytest.approx(1.0)
        assert after.stance == before.stance or before.stance == "unrelated"


@pytest.mark.parametrize("wrong", [np.zeros(0), np.zeros(2), np.zeros((1, 1)), 0.5])
def test_values_that_do_not_fit_the_candidates_are_refused(wrong: Any) -> None:
    with pytest.raises(UsageError, match=r"left_open has shape .* for 1 candidates; give one"):
        decided(MAYBE, left_open=wrong)


@pytest.fixture
def some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Six of the articles alone, and a tiny model."""
    lines = (training.DATA / "open.jsonl").read_text("utf-8").splitlines()[:6]
    (tmp_path / "open.jsonl").write_text("\n".join(lines), "utf-8")
    monkeypatch.setattr(training, "DATA", tmp_path)
    return tiny_model(tmp_path / "tiny", "mpnet")


def test_a_head_is_fitted_to_articles_and_belongs_to_its_model(some: Path) -> None:
    found = list(training.articles())
    assert len(found) == 6
    for article in found:
        assert len(article.candidates) == len(article.labels) == len(article.weights)
        for c in article.candidates:
            assert c.passage.holder_type == "speaker"
            assert article.document.text[c.passage.start : c.passage.end] == c.passage.text
    labels = np.array([label for article in found for label in article.labels])
    assert 6 < labels.sum() < len(labels) / 2
    card = training.fit_head(some)
    assert card["encoder"] == weights_sha256(some) and card["rows"] == len(labels)
    (some / FILE).write_text(json.dumps(card))
    head, said_open = OpenHead.load(some), []
    for article in found:
        asked = asked_pairs([article.document], article.candidates, article.claims)
        words = refusing([c.passage.text for c in article.candidates])
        shares = shares_of_best([article.document], article.candidates, article.claims)
        said_open += head(asked, beside(words, shares)).tolist()
    rated = np.array(said_open)
    assert np.mean([a > b for a, b in product(rated[labels == 1], rated[labels == 0])]) > 0.8


def test_a_row_is_labelled_by_the_spans_that_it_touches() -> None:
    row = {
        "open": [
            {"start": 10, "end": 20, "claims": ["a", "b"]},
            {"start": 40, "end": 50, "claims": []},
        ],
        "sides": [{"start": 25, "end": 35, "claim": "a"}],
    }

    def told(start: int, end: int, claim: str = "a") -> tuple[int, float]:
        passage = Passage("d", start, end, "x" * (end - start), "Ann", "speaker")
        return training._told(row, Candidate(passage, claim, 0.5))

    assert told(5, 12) == told(19, 30, "b") == (1, 1.0)
    assert told(10, 20, "c") == told(40, 45) == told(26, 30) == (0, 1.0)
    assert told(20, 25) == told(0, 10) == told(60, 70) == (0, training.UNTOLD)


def test_the_rule_weighs_what_tells_and_not_what_does_not() -> None:
    rng = np.random.default_rng(2)
    count = 400
    labels = np.arange(count) % 2
    states, others = rng.normal(3, 5, size=(count, 6)), rng.normal(size=(count, 2))
    states[:, 0] += 12 * labels
    others[:, 1] += 2 * labels
    weights, groups = np.ones(count), np.arange(count) // 8
    card = training._weighed(states, others, labels, weights, groups)
    logits = states @ np.array(card["states"]) + others @ card["beside"] + card["intercept"]
    assert np.mean((logits > 0) == labels) > 0.9
    assert np.argmax(np.abs(card["states"])) == 0
    assert card["beside"][1] > 3 * abs(card["beside"][0])
    assert card == training._weighed(states, others, labels, weights, groups)


def test_a_row_of_no_weight_teaches_nothing() -> None:
    rng = np.random.default_rng(3)
    labels = np.arange(200) % 2
    states = rng.normal(size=(200, 3))
    states[:, 0] += 3 * labels
    wrong = np.where(np.arange(200) < 150, 1 - labels, labels)
    weights = np.where(wrong == labels, 1.0, 1e-6)
    others, groups = rng.normal(size=(200, 2)), np.arange(200)
    heard, unheard = (
        (
            training._regression(states, wrong, counted)[0][0],
            training._weighed(states, others, wrong, counted, groups)["states"][0],
        )
        for counted in (np.ones(200), weights)
    )
    assert max(heard) < 0 < min(unheard)


def test_where_a_state_starts_to_count_from_is_nothing_to_the_regression() -> None:
    states = np.random.default_rng(4).normal(size=(100, 3))
    labels, weights = (states[:, 1] > 0.3).astype(int), np.ones(100)
    wide = states * [1, 5, 0.2] + [7, -20, 3]
    logits = []
    for x in (states, wide):
        column, intercept = training._regression(x, labels, weights)
        logits.append(x @ column + intercept)
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-3)
    assert logits[0].std() > 0.1


def test_a_mayor_who_waits_for_the_auditors_is_neutral_on_who_is_to_blame(base: OpenHead) -> None:
    text = (
        "The bridge over the Esk has cost twice what was planned.\n\nMayor Ann Lee said she would "
        "wait for the auditors' report before saying who was to blame for the cost. The "
        "contractor, Bo Ek, said the council had changed the plans four times.\n\n"
        "The bridge opens to cars in May, a spokeswoman for the county said."
    )
    document = Document("d", text, "The Post", title="Bridge over the Esk costs twice as much")
    claims = [
        Claim("blame", "The council is to blame for the cost of the bridge."),
        Claim("opening", "The bridge will open in May."),
    ]
    voices = passages(document, attribute([document], tagger=TokenHead.beside()))
    candidates = deciding(match(voices, claims))
    nli = NLI.from_pretrained("base", device="cpu", dtype="fp32")
    scores = score_candidates(nli, [document], candidates, claims, **reading(nli.ref.card))
    open_ = left_open(base, [document], candidates, claims, scores)
    by_holder = {(c.passage.holder, c.claim_id): v for c, v in zip(candidates, open_, strict=True)}
    assert by_holder["Ann Lee", "blame"] > 0.5 > by_holder["Ann Lee", "opening"]
    found = decide([document], claims, candidates, scores, left_open=open_, **tuning(nli.ref.card))
    stances = {(r.holder, r.claim_id): r.stance for r in found}
    assert stances["Ann Lee", "blame"] == "neutral"
    assert stances["Ann Lee", "opening"] == "unrelated"
    county = [s for (who, claim), s in stances.items() if "county" in who and claim == "opening"]
    assert county == ["supports"]
