"""Context: what a statement says beside it counts by half; history that is newer counts."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stance.attribution import attribute, passages
from stance.clausewise import clauses, own_clause
from stance.contexts import contexts, reacts, reading, score_candidates, score_mirrors
from stance.inference import NLI
from stance.stances import decide, tuning
from stance.types import Attribution, Candidate, Claim, Date, Document, Passage

TEXT = (
    "Mill To Close\n\nThe mill at Esk loses money every month, its owners say.\n\n"
    "It cannot go on like this, Ann Lee told the council."
)
CLAIM = Claim("c", "The mill should close.")
YES, MAYBE, NO = (0.95, 0.04, 0.01), (0.12, 0.86, 0.02), (0.01, 0.04, 0.95)
OPEN = (0.0, 1.0, 0.0)
BESIDE = "say. Ann Lee"
"""Where the context ends and the statement begins."""


def day(text: str) -> Date:
    return Date(dt.date.fromisoformat(text))


def passage(doc: str = "d", start: int = 0, **fields: object) -> Passage:
    at = TEXT.index("It cannot")
    told = Attribution(
        doc, "indirect", "Ann Lee", "speaker", None, None, None, "told", None, None, (), 0.9,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip
    return Passage(
        doc, at, at + 25, TEXT[at : at + 25], "Ann Lee", "speaker",
        premise="Ann Lee said that it cannot go on.", attribution=told,
    )  # fmt: skip


class Recorder:
    """Answers by what the text holds, and remembers what it was asked."""

    def __init__(self, answers: dict[str, tuple[float, float, float]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []

    @property
    def in_its_words(self) -> list[tuple[str, str]]:
        """What was asked in a claim's own wording."""
        return [pair for pair in self.asked if " agrees that " not in pair[1]]

    def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
        self.asked += pairs
        found = [next(v for k, v in self.answers.items() if k in text) for text, _ in pairs]
        return np.array(found, np.float32).reshape(-1, 3)


def test_the_negation_is_read_as_the_claim_is() -> None:
    claims = [CLAIM, Claim("n", "Nobody knows."), Claim("b", "The ball is in Oslo's court.")]
    pairs = [Candidate(passage(), claim.id, 0.9) for claim in claims]
    model = Recorder({BESIDE: NO, "Mill To Close": OPEN, "": (0.1, 0.3, 0.6)})
    document = Document("d", TEXT, "Post")
    scores = score_mirrors(model, [document], pairs, claims, context=True)
    assert np.isnan(scores[1]).all()
    assert scores[0].tolist() == pytest.approx(
        (0.85 * np.array([0.055, 0.17, 0.775]) + 0.15 * np.array([0.1, 0.3, 0.6])).tolist()
    )
    asked = {hypothesis for _, hypothesis in model.in_its_words}
    assert asked == {
        "The mill should not close.",
        "It is not up to the Norwegian government to act next.",
    }


def test_context_is_the_headline_and_the_sentence_before() -> None:
    document = Document("d", TEXT, "Post")
    assert contexts([document], [passage()]) == [
        "Mill To Close. The mill at Esk loses money every month, its owners say."
    ]
    titled = Document("d", TEXT, "Post", title="Is it over?")
    assert contexts([titled], [passage()])[0].startswith("Is it over? The mill")


def test_what_cannot_take_a_side_with_any_context_is_scored_once() -> None:
    documents = [Document("d", TEXT, "Post")]
    for candidate in (
        Candidate(passage(), "c", 0.02),  # too far from the claim
        Candidate(replace(passage(), holder="Post", holder_type="outlet"), "c", 1.0),
    ):
        model = Recorder({"": MAYBE})
        score_candidates(model, documents, [candidate], [CLAIM], context=True)
        assert len(model.asked) == 1


def test_what_is_clear_alone_is_scored_once() -> None:
    model = Recorder({"": YES})
    documents = [Document("d", TEXT, "Post")]
    candidates = [Candidate(passage(), "c", 1.0)]
    scores = score_candidates(model, documents, candidates, [CLAIM], context=True)
    assert len(model.asked) == 1
    assert scores == pytest.approx(np.array([YES]))


def test_what_a_statement_says_beside_its_context_counts_by_half() -> None:
    model = Recorder({BESIDE: YES, "Mill To Close": OPEN, "": MAYBE})
    documents = [Document("d", TEXT, "Post")]
    scores = score_candidates(
        model, documents, [Candidate(passage(), "c", 1.0)], [CLAIM], context=True
    )
    assert [text.count("Mill") for text, _ in model.in_its_words] == [0, 1, 1]
    told = (np.array(YES) + np.array(MAYBE)) / 2
    (second,) = set(model.asked) - set(model.in_its_words)
    words = "Ann Lee agrees that the mill should close."
    assert second == ("Ann Lee said that it cannot go on.", words)
    assert scores[0] == pytest.approx(0.85 * told + 0.15 * np.array(MAYBE))


def test_a_second_wording_is_asked_of_speakers_and_of_sentences_alone() -> None:
    documents = [Document("d", TEXT, "Post", title="Mill")]
    target = Claim("t", "mill closure")
    outlet = replace(passage(), holder="Post", holder_type="outlet")
    for claim, said, asked in (
        (CLAIM, passage(), True),
        (CLAIM, outlet, False),
        (target, passage(), False),
    ):
        model = Recorder({"": MAYBE})
        candidates = [Candidate(said, claim.id, 1.0)]
        score_candidates(model, documents, candidates, [claim], context=True, outlet_side=0.2)
        assert (model.asked != model.in_its_words) == asked


def test_a_side_that_the_context_takes_by_itself_is_not_the_speakers() -> None:
    model = Recorder({BESIDE: YES, "Mill To Close": YES, "": MAYBE})
    documents = [Document("d", TEXT, "Post")]
    scores = score_candidates(
        model, documents, [Candidate(passage(), "c", 1.0)], [CLAIM], context=True
    )
    assert scores[0][0] < 0.15
    assert scores[0].sum() == pytest.approx(1)


def test_a_pair_that_fails_with_its_context_keeps_its_own_score() -> None:
    model = Recorder({"Mill To Close": (np.nan, np.nan, np.nan), "": MAYBE})
    documents = [Document("d", TEXT, "Post")]
    scores = score_candidates(
        model, documents, [Candidate(passage(), "c", 1.0)], [CLAIM], context=True
    )
    assert scores[0] == pytest.approx(MAYBE)


NUMBER = Claim("n", "They will send 200 monitors to the border in May.")


@pytest.mark.parametrize(
    ("said", "stance", "asked"),
    [
        ("we will send 100 monitors to the border in May", "refutes", 0),
        ("we will send two hundred monitors to the border in May", "supports", 1),
        ("in June we will send 200 monitors to the border", "refutes", 0),
        ("we will not send 100 monitors to the border in May", "neutral", 1),
        ("we will send 100 monitors", "refutes", 1),  # what the model sees decides
    ],
)
def test_another_number_in_the_claims_own_words_needs_no_model(
    said: str, stance: str, asked: int
) -> None:
    document = Document("d", f"Ann Lee told reporters that {said}.", "Post", day("2024-04-02"))
    at = document.text.index(said)
    told = replace(passage(), doc_id="d", start=at, end=at + len(said), text=said, premise=said)
    model = Recorder({"": YES})
    candidates = [Candidate(told, "n", 0.9)]
    scores = score_candidates(model, [document], candidates, [NUMBER])
    assert len(model.asked) == asked
    rows = decide([document], [NUMBER], candidates, scores)
    assert [r.stance for r in rows if r.holder_type == "speaker"] == [stance]


def test_denying_another_number_is_not_settled_without_a_model() -> None:
    said = "they will send 100 monitors to the border in May"
    denied = replace(passage(polarity="denies"), text=said, premise=f"Ann Lee denied that {said}.")
    model = Recorder({"": YES})
    documents = [Document("d", TEXT, "Post")]
    candidates = [Candidate(denied, "n", 0.9)]
    scores = score_candidates(model, documents, candidates, [NUMBER])
    assert len(model.asked) == 1
    (row,) = [
        r for r in decide(documents, [NUMBER], candidates, scores) if r.holder_type == "speaker"
    ]
    assert row.stance == "neutral"


def test_without_context_nothing_more_is_asked() -> None:
    model = Recorder({"": MAYBE})
    documents = [Document("d", TEXT, "Post")]
    score_candidates(model, documents, [Candidate(passage(), "c", 1.0)], [CLAIM])
    assert len(model.asked) == 1


def test_a_card_says_how_its_model_is_read() -> None:
    card = {"stance": {"context": False, "side": 0.4, "relevance": [0, 1, 2]}}
    assert (reading(card), reading({})) == ({**card["stance"]}, {})
    assert tuning(card) == {"side": 0.4, "relevance": [0, 1, 2]}


@pytest.mark.parametrize(
    ("statement", "cue", "before", "stance"),
    [
        ("2024-03-20", "said", "2024-01-05", "supports"),  # newer than the point of January
        ("2023-11-20", "said", "2024-01-05", "unrelated"),  # older: history
        ("2023-11-20", "said", None, "unrelated"),  # nothing to be newer than
        (None, "had said", None, "supports"),  # the pluperfect of a story told today
        (None, "had previously said", None, "unrelated"),
        (None, "said", None, "unrelated"),  # "back then": no date, and long ago
    ],
)
def test_background_counts_only_where_it_is_news_of_its_holder(
    statement: str | None, cue: str, before: str | None, stance: str
) -> None:
    documents = [Document("new", TEXT, "Post", day("2024-05-01"))]
    fields = {"background": True, "statement_date": day(statement) if statement else None}
    old = passage("new", **fields)
    assert old.attribution is not None
    told = Attribution(**{f: getattr(old.attribution, f) for f in old.attribution.__slots__}
                       | {"cue": cue})  # fmt: skip
    found = [Passage(**{f: getattr(old, f) for f in old.__slots__} | {"attribution": told})]
    scores = [YES]
    if before:
        documents.insert(0, Document("old", TEXT, "Post", day(before)))
        found.append(passage("old"))
        scores.append(NO)
    candidates = [Candidate(p, "c", 0.9) for p in found]
    rows = decide(documents, [CLAIM], candidates, np.array(scores, np.float32))
    row = next(r for r in rows if r.holder_type == "speaker" and r.doc_id == "new")
    assert row.stance == stance


def test_news_goes_before_what_is_told_as_background() -> None:
    documents = [Document("d", TEXT, "Post", day("2024-05-01"))]
    old = passage("d", background=True)
    assert old.attribution is not None
    candidates = [Candidate(passage("d"), "c", 0.9), Candidate(old, "c", 0.9)]
    rows = decide(documents, [CLAIM], candidates, np.array([NO, YES], np.float32))
    assert next(r for r in rows if r.holder_type == "speaker").stance == "refutes"


def test_an_outlet_that_relays_a_side_is_neutral_even_where_the_side_is_faint() -> None:
    documents = [Document("d", TEXT, "Post", day("2024-05-01"))]
    candidates = [Candidate(passage("d"), "c", 0.5)]
    rows = decide(documents, [CLAIM], candidates, np.array([YES], np.float32), side=0.2)
    stances = {r.holder_type: r.stance for r in rows}
    assert stances == {"speaker": "supports", "outlet": "neutral"}


def test_what_hardly_takes_a_side_alone_is_not_asked_again() -> None:
    model = Recorder({"": (0.02, 0.96, 0.02)})
    documents = [Document("d", TEXT, "Post")]
    score_candidates(model, documents, [Candidate(passage(), "c", 1.0)], [CLAIM], context=True)
    assert len(model.asked) == 1


REPORT = (
    "Parliament Rejects Ban On Trawling\n\nThe vote was close. Ann Lee condemned the vote. "
    "Bo Chan welcomed the vote of Monday on the coast. Kim said the vote was late."
)


def test_whoever_takes_a_side_on_the_event_is_read_behind_the_headline() -> None:
    document = Document("d", REPORT, "Post")
    said = [p for p in passages(document, attribute([document])) if p.kind == "body"]
    said = [p for p in said if p.attribution]
    assert [(p.holder, reacts(p)) for p in said] == [
        ("Ann Lee", True),
        ("Bo Chan", False),
        ("Kim", False),
    ]
    claim = Claim("c", "Trawling should be banned.")
    head = "Parliament Rejects Ban On Trawling."
    behind = f"{head} Ann Lee condemned the vote."
    model = Recorder({behind: OPEN, head: NO, "": OPEN})
    pairs = [Candidate(p, "c", 0.5) for p in said[:1]]
    scores = score_candidates(model, [document], pairs, [claim], context=True)
    assert model.in_its_words[1:] == [(behind, claim.text), (head, claim.text)]
    # who condemns what refutes that it should be is half for it, however little the model sees
    assert scores[0].tolist() == pytest.approx([0.475, 0.52, 0.005])
    fact = Claim("c", "Parliament has voted.")
    assert score_candidates(model, [document], pairs, [fact], context=True)[0, 1] == 1
    before = len(model.asked)
    score_candidates(model, [document], pairs, [claim])
    assert len(model.asked) == before + 1, "a model that gains nothing by context is asked once"


def test_what_a_reaction_is_to_is_understood() -> None:
    text = "Parliament rejects ban on trawling\n\nThe fishermen's union welcomed the vote."
    document = Document("d", text, "Post")
    (said,) = (p for p in passages(document, attribute([document])) if "union" in p.holder)
    claims = [Claim("c", "Trawling should be banned."), Claim("n", "Fish is expensive.")]
    pairs = [Candidate(said, c.id, 0.5) for c in claims]
    scores = score_candidates(NLI.from_pretrained("base"), [document], pairs, claims, context=True)
    assert scores[0].argmax() == 2 and scores[1].argmax() == 1


SAID = "“We made progress on many points, and I believe a deal is near; nobody has left.”"


@pytest.mark.parametrize(
    ("text", "claim", "asked"),
    [
        (SAID, "A deal on the dam is near.", "Ann Lee said that a deal is near."),
        (SAID, "Many points saw progress.", "Ann Lee said that We made progress on many points."),
        (SAID, "It rains in Basel.", None),  # no clause is about it
        ("A deal is near.", "A deal on the dam is near.", None),  # one clause is the statement
        ("The deal and the dam and all that", "A deal on the dam is near.", None),
        ("A deal is near. Too early to say when.", "A deal is near.", None),
    ],
)
def test_the_clause_that_a_claim_is_about(text: str, claim: str, asked: str | None) -> None:
    assert own_clause(Passage("d", 0, len(text), text, "Ann Lee", "speaker"), claim) == asked


@given(st.text(alphabet="aeis .,;:“”-and but will be", max_size=80))
def test_clauses_keep_the_order_of_their_words(text: str) -> None:
    words = [w for part in clauses(text) for w in re.findall(r"\w+", part)]
    rest = iter(re.findall(r"\w+", text))
    assert all(w in rest for w in words)
