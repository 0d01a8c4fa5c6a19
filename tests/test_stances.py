"""Deciding: polarity, history, conditions, conflict, the outlet's voice, abstention."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import UsageError
from stance.signals import conditional, only_asks, own_voice
from stance.silence import takes_no_side, undecided
from stance.stances import decide, mirror_pairs_for, pairs_for
from stance.types import Attribution, Candidate, Claim, Date, Document, Passage, Stance

YES, MAYBE, NO = (0.95, 0.04, 0.01), (0.02, 0.96, 0.02), (0.01, 0.04, 0.95)
CLAIM = Claim("c", "The harbour will close in 2025.")
TEXT = "The harbour will close, Ann Lee of the port said. It is the end of an era, and a late one."


def document(text: str = TEXT, name: str = "d", **fields: object) -> Document:
    return Document(name, text, "The Post", Date(dt.date(2024, 5, 1)), **fields)  # type: ignore[arg-type]


def said(
    text: str = "The harbour will close",
    *,
    holder: str = "Ann Lee",
    doc: str = "d",
    start: int = 0,
    **fields: object,
) -> Passage:
    attribution = Attribution(
        doc, "indirect", holder, "speaker", "Port of Esk", None, None, "said", None, None, (), 0.9,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip
    return Passage(
        doc, start, start + len(text), text, holder, "speaker", "Port of Esk",
        premise=f"{holder} said: {text}", attribution=attribution,
    )  # fmt: skip


def told(text: str, kind: str = "body", start: int = 0) -> Passage:
    return Passage(
        "d", start, start + len(text), text, "The Post", "outlet", kind=kind, premise=text
    )  # type: ignore[arg-type]


def rows(*found: tuple[Passage, tuple[float, float, float]], score: float = 0.9, **options: object):  # type: ignore[no-untyped-def]
    candidates = [Candidate(p, "c", score) for p, _ in found]
    scores = np.array([s for _, s in found], np.float32).reshape(-1, 3)
    return decide([document()], [CLAIM], candidates, scores, **options)  # type: ignore[arg-type]


def speaker(found: list[Stance]) -> Stance:
    return next(r for r in found if r.holder_type == "speaker")


def outlet(found: list[Stance]) -> Stance:
    return next(r for r in found if r.holder_type == "outlet")


@pytest.mark.parametrize(
    ("scores", "label"), [(YES, "supports"), (NO, "refutes"), (MAYBE, "neutral")]
)
def test_a_speaker_takes_the_side_the_model_sees(scores, label) -> None:  # type: ignore[no-untyped-def]
    row = speaker(rows((said(), scores)))
    assert (row.stance, row.status, row.affiliation) == (label, "ok", "Port of Esk")


def test_relaying_is_neutral_for_the_outlet_without_evidence() -> None:
    row = outlet(rows((said(), YES)))
    assert (row.stance, row.evidence, row.source) == ("neutral", (), "The Post")


def test_a_document_without_a_matching_passage_is_unrelated_for_its_outlet_alone() -> None:
    found = rows()
    assert [(r.holder, r.stance) for r in found] == [("The Post", "unrelated")]


def test_a_weak_match_the_model_sees_nothing_in_is_unrelated() -> None:
    assert speaker(rows((said(), MAYBE), score=0.1)).stance == "unrelated"


def test_denied_clause_is_scored_bare_and_flipped() -> None:
    denial = said("that the harbour will close", polarity="denies")
    assert pairs_for([Candidate(denial, "c", 1.0)], [CLAIM])[0][0] == "the harbour will close"
    assert speaker(rows((denial, YES))).stance == "refutes"


def test_a_rejected_noun_phrase_keeps_its_cue_and_is_not_flipped() -> None:
    rejection = said("the closure of the harbour", polarity="denies")
    assert pairs_for([Candidate(rejection, "c", 1.0)], [CLAIM])[0][0] == rejection.premise
    assert speaker(rows((rejection, NO))).stance == "refutes"


def test_no_comment_is_neutral_whatever_the_words() -> None:
    assert speaker(rows((said(polarity="declines"), YES))).stance == "neutral"


def test_history_sets_no_stance() -> None:
    row = speaker(rows((said(background=True), YES)))
    assert (row.stance, row.evidence) == ("unrelated", ())


def test_history_beside_news_is_not_evidence() -> None:
    old = said(background=True)
    new = said("It stays open", start=30)
    row = speaker(rows((old, YES), (new, NO)))
    assert row.stance == "refutes"
    assert [e.start for e in row.evidence] == [30]


def test_an_agency_that_carries_words_has_no_stance() -> None:
    relay = said("Bo Ek told reporters that the harbour will close", holder="Esk News Agency")
    assert speaker(rows((relay, YES))).stance == "unrelated"


@pytest.mark.parametrize(
    "words",
    [
        "We said from the start that the harbour would close",
        "Esk told us that the harbour would close, and it will",
        "The harbour which Esk has asked for will close",
        "The law says that we need a dredger first. The harbour will close",
        "The council was told in March that the harbour would close",
        "In May I told you to wait. Now the harbour will close",
    ],
)
def test_what_speakers_say_of_themselves_or_add_is_theirs(words: str) -> None:
    assert speaker(rows((said(words), YES))).stance == "supports"


def test_a_question_in_an_interview_takes_no_side() -> None:
    asked = said("Will the harbour close?", reason="turn of X")
    assert speaker(rows((asked, YES))).stance == "neutral"
    assert speaker(rows((said("Will the harbour close?"), YES))).stance == "supports"


def test_a_bound_leaves_an_amount_on_its_side_open() -> None:
    claim = "The port will send 27 observers."
    assert on(claim, said("The port will send at least 20 observers"), NO).stance == "neutral"
    assert on(claim, said("The port will send at least 40 observers"), NO).stance == "refutes"


def test_another_year_is_no_support() -> None:
    row = speaker(rows((said("The harbour will close in 2031"), YES)))
    assert row.stance == "refutes"


def on(claim: str, passage: Passage, scores=YES, **options: object) -> Stance:  # type: ignore[no-untyped-def]
    """The speaker's row on another claim, from one passage."""
    given = {k: np.array([v], np.float32) for k, v in options.items()}
    found = decide(
        [document()], [Claim("c", claim)], [Candidate(passage, "c", 0.9)], np.array([scores]),
        **given,  # type: ignore[arg-type]
    )  # fmt: skip
    return speaker(found)


SENDS_200 = "The port will send 200 observers."


@pytest.mark.parametrize("scores", [YES, NO])
def test_to_deny_one_number_says_nothing_of_another(scores) -> None:  # type: ignore[no-untyped-def]
    other = said("that the port would send 100 observers", polarity="denies")
    assert on(SENDS_200, other, scores).stance == "neutral"
    same = said("that the port would send 200 observers", polarity="denies")
    assert on(SENDS_200, same).stance == "refutes"


def test_another_number_does_not_refute_a_claim_that_denies_one() -> None:
    costs = said("The port will cost $8m")
    assert on("The port will not cost $5m.", costs).stance == "supports"
    assert on("The port will cost $5m.", costs).stance == "refutes"


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("The port will not send 100 observers", "neutral"),
        ("The port will send no more than 100 observers", "refutes"),
        ("The port sent 100 observers", "refutes"),
    ],
)
def test_another_number_with_a_negation_only_takes_support_away(text: str, stance: str) -> None:
    assert on(SENDS_200, said(text)).stance == stance


@pytest.mark.parametrize(
    ("text", "claim", "stance"),
    [
        ("The port closed in March", "The port closed in March 2023.", "refutes"),
        ("The port closed in March", "The port closed in March 2024.", "supports"),
        ("The port closes by March", "The port closes in March 2025.", "supports"),
        ("The port has closed, we heard on Tuesday", "The port closed in 2023.", "supports"),
    ],
)
def test_a_date_without_its_year_is_of_its_documents(text: str, claim: str, stance: str) -> None:
    assert on(claim, said(text)).stance == stance


def test_condition_is_kept_as_a_flag() -> None:
    found = rows((said("The harbour will close, provided that the council agrees"), YES))
    assert speaker(found).conditional
    assert not speaker(rows((said(), YES))).conditional


def test_a_condition_in_any_passage_on_the_rows_side_is_kept_and_shown() -> None:
    bound = said("It will close if the council agrees", start=30)
    assert speaker(rows((said(), YES), (bound, (0.8, 0.15, 0.05)))).conditional
    against = said("It stays open if the council pays", start=30)
    several = [(said(f"The harbour will close, reason {i}", start=i * 50), YES) for i in range(3)]
    assert not speaker(rows(*several, (against, (0.1, 0.2, 0.7)))).conditional
    late = said("It will close once parliament votes", start=300)
    row = speaker(rows(*several, (late, (0.8, 0.15, 0.05))))
    assert row.conditional
    assert [e.text for e in row.evidence][3:] == [late.text]


def test_both_sides_in_one_document_show() -> None:
    row = speaker(rows((said(), YES), (said("It will not close", start=30), NO)))
    assert row.reason == "split-evidence"
    assert row.p_supports == pytest.approx(row.p_refutes, abs=0.1)
    assert [e.start for e in row.evidence] == [0, 30]


def test_evidence_is_best_first_and_verbatim() -> None:
    first, second = said(), said("It is the end of an era", start=TEXT.index("It is"))
    row = speaker(rows((second, (0.6, 0.3, 0.1)), (first, YES)))
    assert [e.start for e in row.evidence] == [first.start, second.start]
    assert all(TEXT[e.start : e.end] == e.text for e in row.evidence)


def test_an_outlet_needs_more_than_a_speaker() -> None:
    hunch = (0.7, 0.2, 0.1)
    assert outlet(rows((told("The harbour will close."), hunch))).stance == "neutral"
    assert speaker(rows((said(), hunch))).stance == "supports"


def test_a_headline_that_asserts_is_the_outlets_stance() -> None:
    row = outlet(rows((told("Harbour to close for good", "headline"), YES)))
    assert row.stance == "supports"
    assert row.evidence


@pytest.mark.parametrize(
    "text",
    [
        "The harbour will close, officials said.",
        "According to the port, the harbour will close.",
        "The “closure” is certain.",
        "The port announced the closure.",
    ],
)
def test_reports_and_quotations_are_not_the_outlets_voice(text: str) -> None:
    assert not own_voice(told(text))


def test_captions_are_not_the_outlets_voice() -> None:
    assert not own_voice(told("The harbour closes.", "caption"))


def test_unread_language_and_empty_text_abstain_for_the_outlet_alone() -> None:
    docs = [
        document("Порт закроют в следующем году, сказала министр.", "ru"),
        document("Der Hafen wird nächstes Jahr geschlossen.", "de", lang="de-AT"),
        document("  ", "empty"),
    ]
    passage = said(doc="ru")
    found = decide(docs, [CLAIM], [Candidate(passage, "c", 0.9)], np.array([YES]))
    assert [(r.doc_id, r.holder_type, r.stance, r.status, r.reason) for r in found] == [
        ("ru", "outlet", None, "abstain", "language"),
        ("de", "outlet", None, "abstain", "language"),
        ("empty", "outlet", None, "abstain", "too-short"),
    ]


@pytest.mark.parametrize("lang", ["en_US", "EN-gb", " "])
def test_english_by_any_code_is_judged(lang: str) -> None:
    (row,) = decide([document("The harbour closes.", lang=lang)], [CLAIM], [], np.zeros((0, 3)))
    assert row.status == "ok"


def test_rows_for_every_outlet_document_and_claim_in_order() -> None:
    docs = [document(name="a"), document(name="b")]
    claims = [Claim("x", "One."), Claim("y", "Two.")]
    found = decide(docs, claims, [], np.zeros((0, 3)))
    assert [(r.doc_id, r.claim_id) for r in found] == [
        ("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"),
    ]  # fmt: skip


def test_mirror_that_agrees_lowers_confidence_and_goes_first() -> None:
    found = [(said(), YES), (said(holder="Bo Ek", start=30), YES)]
    mirror = np.array([YES, NO])
    plain = rows(*found)
    checked = rows(*found, mirror_scores=mirror)
    by_name = {r.holder: r for r in checked}
    assert by_name["Ann Lee"].confidence < by_name["Bo Ek"].confidence
    assert all(r.status == "ok" for r in checked)
    assert [r.stance for r in plain] == [r.stance for r in checked]
    covered = rows(*found, mirror_scores=mirror, coverage=0.6)
    dropped = [r for r in covered if r.status == "abstain"]
    assert [(r.holder, r.stance, r.reason) for r in dropped] == [("Ann Lee", None, "prior-driven")]


def test_a_side_that_a_number_sets_is_not_for_the_mirror_to_confirm() -> None:
    row = on(SENDS_200, said("The port will send 100 observers"), mirror_scores=NO)
    assert (row.stance, row.reason) == ("refutes", None)


def test_a_passage_that_does_not_decide_is_not_mirrored_in_its_place() -> None:
    found = [(said("The harbour will close in 2031"), YES), (said(start=60), (0.3, 0.3, 0.4))]
    row = speaker(rows(*found, mirror_scores=np.array([NO, NO])))
    assert row.stance == "refutes"
    assert row.reason not in ("prior-driven", "mirror-inconsistent")


def test_mirror_pairs_are_none_where_no_rule_negates() -> None:
    claims = [CLAIM, Claim("e", "Nobody knows.")]
    pairs = mirror_pairs_for([Candidate(said(), "c", 1.0), Candidate(said(), "e", 1.0)], claims)
    assert pairs[0] == (
        "Ann Lee said: The harbour will close",
        "The harbour will not close in 2025.",
    )
    assert pairs[1] is None


@pytest.mark.parametrize(
    ("claim", "mirror"),
    [
        (
            "The ball is in Oslo's court.",
            "It is not up to the Norwegian government to act next.",
        ),
        ("carbon tax", "Carbon tax should not be supported."),
    ],
)
def test_the_mirror_negates_the_wording_that_the_claim_is_asked_in(claim, mirror) -> None:  # type: ignore[no-untyped-def]
    (pair,) = mirror_pairs_for([Candidate(said(), "m", 1.0)], [Claim("m", claim)])
    assert pair is not None and pair[1] == mirror


@pytest.mark.parametrize(
    "unused",
    [
        said(background=True, start=60),
        said("Bo Ek told reporters that the harbour will close", start=60),
        said("The harbour was painted", start=60),
    ],
)
def test_only_what_a_row_is_read_from_is_mirrored(unused: Passage) -> None:
    candidates = [Candidate(said(), "c", 0.9), Candidate(unused, "c", 0.9)]
    if unused.text.endswith("painted"):  # hardly bears on the claim
        candidates[1] = Candidate(unused, "c", 0.1)
    scores = np.array([(0.9, 0.08, 0.02), YES], np.float32)
    mirrors = np.array([NO, YES], np.float32)
    found = decide([document()], [CLAIM], candidates, scores, mirror_scores=mirrors)
    assert (speaker(found).stance, speaker(found).reason) == ("supports", None)


def test_coverage_never_touches_unrelated_rows() -> None:
    found = rows((said(), YES), coverage=0.5)
    assert sum(r.status == "abstain" for r in found) == 1
    assert all(r.status == "ok" for r in rows(coverage=0.01))


@pytest.mark.parametrize("options", [{"coverage": 0.0}, {"coverage": 1.5}])
def test_impossible_coverage_is_refused(options: dict) -> None:
    with pytest.raises(UsageError, match="coverage"):
        rows((said(), YES), **options)


def test_scores_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="shape"):
        decide([document()], [CLAIM], [Candidate(said(), "c", 1.0)], np.zeros((2, 3)))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), max_size=6),
    st.floats(0, 1),
)
def test_probabilities_sum_to_one(raw: list[tuple[float, float, float]], score: float) -> None:
    scores = np.array(raw, np.float64).reshape(-1, 3) + 1e-6
    scores /= scores.sum(axis=1, keepdims=True)
    candidates = [Candidate(said(start=i), "c", score) for i in range(len(raw))]
    for row in decide([document()], [CLAIM], candidates, scores):
        total = row.p_supports + row.p_refutes + row.p_neutral + row.p_unrelated
        assert total == pytest.approx(1.0)
        assert min(row.p_supports, row.p_refutes, row.p_neutral, row.p_unrelated) >= 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We go only if they ask.", True),
        ("We will sign as long as it is fair.", True),
        ("As soon as you have time, we will approve it.", True),
        ("This requires the approval of parliament.", True),
        ("Once the council votes, we can start.", True),
        ("They asked if we would go.", False),
        ("We went there once again.", False),
        ("It was once a mill.", False),
        ("We will go.", False),
        ("It looks as if we go.", False),
        ("If anything, it will rise.", False),
        ("If anything changes, we go.", True),
        ("We read the pending bill.", False),
        ("Two cases are pending before the court.", False),
        ("We will sign, pending the outcome of the talks.", True),
        ("The sale is agreed, pending approval.", True),
        ("We support the ban until 2030.", False),
        ("It stays shut until the end of May.", False),
        ("It stays shut until next week.", False),
        ("We wait until parliament votes.", True),
        ("We will not sign until 60 per cent agree.", True),
        ("It stays shut until 2030 unless they pay.", True),
        ("It required a decision.", False),
        ("It required a decision of the council before it could go ahead.", True),
        ("The mission is ready, this requires the decision of Yerevan.", True),
        ("We will sign once aid is paid.", True),
    ],
)
def test_conditions(text: str, expected: bool) -> None:
    assert conditional(text) is expected


def test_one_contrary_passage_does_not_undo_several() -> None:
    several = [(said(f"The harbour will close, reason {i}"), YES) for i in range(3)]
    (row,) = [
        r for r in rows(*several, (said("There are difficulties"), NO)) if r.holder == "Ann Lee"
    ]
    assert row.stance == "supports"
    assert row.p_refutes > 0.1


@pytest.mark.parametrize(
    "text",
    [
        "I can neither confirm nor deny a leak while the inquiry is running.",
        "We do not comment on schedules",
        "Whether the dam holds was for her an open question.",
        "it was not for engineers to decide",
        "he had no proof one way or the other",
        "whether it was safe they could not say.",
        "The board had no word of its own on the date",
        "She has taken no position.",
        "I have not taken a side on the limit, and I will not take one.",
        "I do not know. I was a judge for years and I do not guess.",
        "It may come to that and it may not.",
        "His office had yet to form a view on the final cost.",
        "it was for the commission to establish",
        "He would neither bless the union nor forbid it",
        "it was too early to speak of a cause",
        "she was the wrong person to ask",
        "Until then I have no recommendation, neither one way nor the other.",
        "I cannot confirm that rods were moved in January and I cannot rule it out.",
        "It is open. Ask me in October.",
        "How people pay to drive over it is no business of mine.",
    ],
)
def test_words_that_take_no_side(text: str) -> None:
    assert takes_no_side(text)


@pytest.mark.parametrize(
    "text",
    [
        "He did not say that the plan was wrong.",
        "They do not know the law.",
        "We cannot discuss peace with a knife on the table.",
        "It is too early to say what it costs, but the dam is safe.",
        "We will not confirm the judge.",
        "We will neither sign the pact nor talk about it.",
        "The door is open for the observers.",
        "He may not vote, and he may appeal.",
        "The road has no view over the lake, she said, and should be moved.",
        "It is for peace to last.",
    ],
)
def test_words_that_only_sound_like_it(text: str) -> None:
    assert not takes_no_side(text)


def test_a_refusal_to_answer_is_neutral_on_what_stands_around_it() -> None:
    asked = told("The harbour will close in 2025, papers show.")
    dodge = said("I can neither confirm nor deny it.", start=50)
    candidates = [Candidate(asked, "c", 0.8), Candidate(dodge, "c", 0.12)]
    found = decide([document()], [CLAIM], candidates, np.array([MAYBE, YES], np.float32))
    assert speaker(found).stance == "neutral"


def test_a_refusal_is_about_the_claim_that_it_was_asked_about() -> None:
    """Of several claims on one story, the others stay unrelated."""
    text = (
        "The ferry was overloaded, Ann Lee said. Asked whether the harbour would close in 2025, "
        "she said it was too early to say."
    )
    start = text.index("it was too early")
    dodge = Passage("d", start, len(text), text[start:], "Ann Lee", "speaker")
    claims = [CLAIM, Claim("o", "The ferry was overloaded."), Claim("p", "Drivers should pay.")]
    candidates = [Candidate(dodge, claim.id, 0.1) for claim in claims]
    scores = np.array([MAYBE] * 3, np.float32)
    found = decide([Document("d", text, "Post")], claims, candidates, scores)
    sides = {r.claim_id: r.stance for r in found if r.holder_type == "speaker"}
    assert sides == {"c": "neutral", "o": "unrelated", "p": "unrelated"}


def test_a_refusal_in_another_story_is_about_nothing_of_this_one() -> None:
    text = "Asked about the price of the dam, Ann Lee said it was too early to say."
    dodge = Passage(
        "d", text.index("it was"), len(text), "it was too early to say", "Ann Lee", "speaker"
    )
    claims = [
        Claim("a", "The price of the dam is fair."),
        Claim("b", "The price of Tessarin is fair."),
    ]
    pairs = [Candidate(dodge, claim.id, 0.2) for claim in claims]
    found = decide([Document("d", text, "Post")], claims, pairs, np.array([MAYBE] * 2))
    sides = {r.claim_id: r.stance for r in found if r.holder_type == "speaker"}
    assert sides == {"a": "neutral", "b": "unrelated"}


def test_a_speaker_near_a_claim_without_a_side_is_not_neutral_on_it() -> None:
    """Neutral is who says that no side is taken; the outlet, which tells of it, speaks of it."""
    near = said("The harbour has a new crane.")
    found = decide([document()], [CLAIM], [Candidate(near, "c", 0.5)], np.array([MAYBE]))
    assert speaker(found).stance == "unrelated"
    assert next(r for r in found if r.holder_type == "outlet").stance == "neutral"


def test_a_side_taken_in_plain_words_stands_beside_what_is_left_open() -> None:
    clear = said("I am in no doubt that the harbour will close. How soon, I do not know.")
    assert speaker(rows((clear, YES))).stance == "supports"


@pytest.mark.parametrize(
    ("words", "stance"),
    [
        ("The court threw out the plan for the harbour.", "neutral"),
        ("Should the harbour then close?", "neutral"),
        ("It is time to close the harbour.", "supports"),
    ],
)
def test_what_an_outlet_tells_takes_no_side_on_what_should_be(words: str, stance: str) -> None:
    wish = Claim("c", "The harbour should be closed.")
    found = decide([document()], [wish], [Candidate(told(words), "c", 0.9)], np.array([YES]))
    assert [r.stance for r in found] == [stance]


def test_an_open_mind_is_about_nothing_that_opens() -> None:
    text = "Lee once backed the pier. “I have an open mind,” she said."
    start = text.index("I have")
    mind = Passage("d", start, start + 19, "I have an open mind", "Lee", "speaker")
    claims = [Claim("pier", "The pier should be built."), Claim("y", "It will open in 2027.")]
    pairs = [Candidate(mind, c.id, 0.15) for c in claims]
    found = decide([Document("d", text, "Post")], claims, pairs, np.array([MAYBE] * 2))
    sides = {r.claim_id: r.stance for r in found if r.holder_type == "speaker"}
    assert sides == {"pier": "neutral", "y": "unrelated"}


def test_a_passage_bears_on_the_claim_that_it_matches_best() -> None:
    other = Claim("o", "The harbour is beautiful.")
    passage = said("The harbour is a beautiful place.")
    candidates = [Candidate(passage, "c", 0.25), Candidate(passage, "o", 0.9)]
    found = decide([document()], [CLAIM, other], candidates, np.array([YES, YES], np.float32))
    alone = decide([document()], [CLAIM], candidates[:1], np.array([YES], np.float32))
    told_of = {r.claim_id: r for r in found if r.holder_type == "speaker"}
    assert told_of["o"].stance == "supports"
    assert told_of["c"].p_supports < speaker(alone).p_supports


def test_said_before_its_subject_relays_as_well() -> None:
    agency = said("said Yuri Lund, who speaks for the port.", holder="Northline")
    assert speaker(rows((agency, YES))).stance == "unrelated"


def test_a_statement_counts_for_the_claim_it_is_surest_of() -> None:
    """ "The price is fair" leans towards paying it; that is not what was said."""
    claims = [Claim("fair", "The price is fair."), Claim("pay", "The fund should pay.")]
    said = Passage("d", 0, 17, "The price is fair", "Ann Lee", "speaker")
    document = Document("d", "The price is fair, Ann Lee said.", "Post")
    pairs = [Candidate(said, claim.id, 0.9) for claim in claims]
    scores = np.array([[0.95, 0.05, 0.0], [0.4, 0.6, 0.0]])
    rows = decide([document], claims, pairs, scores)
    stance = {(r.holder, r.claim_id): r.stance for r in rows}
    assert stance["Ann Lee", "fair"] == "supports"
    assert stance["Ann Lee", "pay"] != "supports"
    alone = decide([document], claims[1:], pairs[1:], scores[1:])
    assert {(r.holder, r.claim_id): r.stance for r in alone}["Ann Lee", "pay"] == "supports"


@pytest.mark.parametrize(
    ("cue", "content", "claim", "wish"),
    [
        (
            "asked",
            "Oslo and the bloc for military help within hours",
            "The bloc did not help.",
            True,
        ),
        ("have asked", "to search their fields for shells", "The shells came from the east.", True),
        ("asked", "Oslo and the bloc for military help", "The bloc should help.", False),
        ("asked", "Oslo for monitors", "The government asked for monitors.", False),
        ("asked", "that the bloc be told it had done nothing for us", "The bloc helped.", False),
        ("said", "the bloc for one had not come", "The bloc helped.", False),
        ("Asked", "about the bloc", "The bloc helped.", False),
        ("was asked", "for a comment", "The bloc helped.", False),
    ],
)
def test_who_asks_for_something_says_nothing_of_whether_it_comes(
    cue: str, content: str, claim: str, wish: bool
) -> None:
    passage = replace(said(content), attribution=replace(said().attribution, cue=cue))  # type: ignore[type-var]
    assert only_asks(passage, claim) is wish
    found = decide(
        [document()],
        [Claim("c", claim)],
        [Candidate(passage, "c", 0.9)],
        np.array([NO], np.float32),
    )
    assert speaker(found).stance == ("neutral" if wish else "refutes")


def test_a_refusal_that_names_its_question_is_about_no_other_claim() -> None:
    text = "The dam at Karsk leaks. Karsk would not say whether it had hired divers from abroad."
    start = text.index("whether")
    told = Passage("d", start, len(text) - 1, text[start:-1], "Karsk", "speaker")
    told = replace(told, text="Karsk would not say " + told.text)
    asked = {
        "hold": Claim("hold", "The dam at Karsk is safe."),
        "dive": Claim("dive", "Divers from Karsk are few."),
    }
    pairs = [Candidate(told, key, 0.2) for key in asked]
    found = undecided(pairs, asked, {"d": Document("d", text, "Post")})
    assert found[0] == 0.0 < found[1]


def test_the_name_of_who_refuses_says_nothing_of_what_about() -> None:
    text = "Sudan did not comment on the outcome."
    said = Passage("d", 0, len(text), text, "Sudan", "speaker")
    asked = {
        "harm": Claim("harm", "The dam harms Sudan."),
        "end": Claim("end", "The outcome is fair."),
    }
    found = undecided(
        [Candidate(said, k, 0.1) for k in asked], asked, {"d": Document("d", text, "P")}
    )
    assert found[0] < 0.5 < found[1]
