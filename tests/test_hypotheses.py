"""A claim is asked in its own words, an idiom in plain ones, a target as sentences for it."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from stance import NLI
from stance.contexts import score_candidates
from stance.hypotheses import AGAINST, FOR, hypotheses, is_target, score_worded
from stance.types import Candidate, Claim, Document, Passage


class Told:
    """Gives what it was told for a hypothesis, neutral else; keeps what it was asked."""

    def __init__(self, known: dict[str, tuple[float, float, float]]) -> None:
        self.known, self.asked = known, list[tuple[str, str]]()

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        self.asked += pairs
        return np.array([self.known.get(h, (0.0, 1.0, 0.0)) for _, h in pairs], np.float32)


def _worded(template: str) -> str:
    text = template.format(x="wind farms")
    return text[:1].upper() + text[1:]


@pytest.mark.parametrize("claim", ["Nuclear power", "closing the border", "Ukraine’s NATO bid"])
def test_a_thing_is_a_target(claim: str) -> None:
    assert is_target(claim)
    assert [flip for _, flip in hypotheses(claim)] == [False] * len(FOR) + [True] * len(AGAINST)


@pytest.mark.parametrize(
    "claim",
    [
        "The plan breaks international law.",  # a verb that is no known one, but a full stop
        "The dam is safe",
        "Selm should answer with a duty of its own",
        "",
        "Moscow should accept the deal.",  # read as it stands, whether city or government
        "Paris will host the Olympics.",
        "Minister under fire over late trains in the north of the country",  # a long headline
    ],
)
def test_a_sentence_is_asked_as_it_stands(claim: str) -> None:
    assert not is_target(claim)
    assert hypotheses(claim) == [(claim, False)]


def test_answers_against_a_target_are_turned_round() -> None:
    said = {_worded(t): (0.0, 0.2, 0.8) for t in AGAINST}
    said |= {_worded(t): (0.6, 0.4, 0.0) for t in FOR}
    scores = score_worded(Told(said), [("Ann said: They feed us.", "wind farms")])
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [[0.7, 0.3, 0.0]], atol=1e-6)


def test_an_idiom_is_asked_in_plain_words() -> None:
    claim = "The ball is in Oslo's court."
    model = Told({"It is up to the Norwegian government to act next.": (0.8, 0.2, 0.0)})
    pairs = [("a", "It rains."), ("b", claim), ("c", "It rains.")]
    np.testing.assert_allclose(score_worded(model, pairs)[:, 0], [0, 0.8, 0], atol=1e-6)
    assert len(model.asked) == len(pairs)


def test_a_pair_that_could_not_be_scored_stays_so() -> None:
    model = Told({"We should support wind farms.": (np.nan, np.nan, np.nan)})
    assert np.isnan(score_worded(model, [("x", "wind farms")])).all()


def test_no_pairs_no_scores() -> None:
    assert score_worded(Told({}), []).shape == (0, 3)


def test_a_target_gets_a_stance_from_real_weights() -> None:
    nli = NLI.from_pretrained("small")
    told = ["The city toll is right and must come.", "The city toll is a terrible mistake."]
    candidates = [
        Candidate(Passage(str(i), 0, len(t), t, "Ann Lee", "speaker"), "c", 1.0)
        for i, t in enumerate(told)
    ]
    documents = [Document(str(i), t, "Post") for i, t in enumerate(told)]
    for_it, against = score_candidates(
        nli, documents, candidates, [Claim("c", "city toll")], context=False
    )
    assert for_it[0] > 0.5 > for_it[2]
    assert against[2] > 0.5 > against[0]
