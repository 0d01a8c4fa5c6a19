"""Matching: recall by words, by names, by place; limits; offsets of windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import UsageError
from stance.lexical import acronyms, name_tokens, tokens
from stance.matching import match
from stance.topicality import topicality
from stance.types import Claim, Passage
from stance.windows import windows


def passage(text: str, doc: str = "d", start: int = 0, holder: str = "Ann Lee") -> Passage:
    return Passage(doc, start, start + len(text), text, holder, "speaker", premise=text)


def story(*texts: str, doc: str = "d", holders: tuple[str, ...] = ()) -> list[Passage]:
    made, start = [], 0
    for number, text in enumerate(texts):
        made.append(passage(text, doc, start, holders[number] if holders else "Ann Lee"))
        start += len(text) + 1
    return made


FILLER = [passage(f"The weather in town {i} was fine and dry.", f"f{i}") for i in range(30)]
CLAIM = Claim("ready", "The Baltic Rail Board is ready to send inspectors to Denmark.")


def ids(found: list, claim: str = "ready") -> list[tuple[str, int]]:
    return [(c.passage.doc_id, c.passage.start) for c in found if c.claim_id == claim]


def test_inflections_meet_in_the_stem() -> None:
    assert tokens("inspection readiness") == tokens("inspecting ready")[:1] + tokens("ready")


def test_adjective_and_capital_name_the_country() -> None:
    assert tokens("Danish") == tokens("Copenhagen") == tokens("Denmark")


def test_an_acronym_matches_the_name_it_was_defined_for() -> None:
    rows = [passage("The Baltic Rail Board (BRB) met.", "a"), passage("BRB will go.", "b")]
    found = match([*FILLER, *rows], [CLAIM])
    assert {"a", "b"} <= {doc for doc, _ in ids(found)}


def test_acronyms_by_initials_need_the_acronym_in_the_texts() -> None:
    assert acronyms(["The Baltic Rail Board met.", "The BRB left."]) == {"baltic rail board": "BRB"}
    assert acronyms(["The Baltic Rail Board met."]) == {}


def test_words_that_name_nothing_match_through_their_neighbour() -> None:
    rows = story("The Board is ready to send inspectors to Denmark.", "All of us are ready for it.")
    found = match([*FILLER, *rows], [CLAIM])
    assert ("d", rows[1].start) in ids(found)
    own, lent = found[0], next(c for c in found if c.passage.start == rows[1].start)
    assert own.passage == rows[0]
    assert own.score > lent.score


def test_a_foreign_document_lends_nothing() -> None:
    rows = story("The Board is ready to send inspectors to Denmark.")
    other = passage("Whatever they like.", "other")
    assert "other" not in {doc for doc, _ in ids(match([*FILLER, *rows, other], [CLAIM]))}


def test_best_first_scores_within_bounds_and_unrelated_left_out() -> None:
    rows = story("The Baltic Rail Board is ready to send inspectors to Denmark.", "Danish rails.")
    found = match([*FILLER, *rows], [CLAIM])
    scores = [c.score for c in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < s <= 1 for s in scores)
    assert not {doc for doc, _ in ids(found)} & {p.doc_id for p in FILLER}


def test_k_bounds_the_passages_per_claim() -> None:
    rows = [passage(f"Inspectors of board {i} are ready.", f"d{i}") for i in range(50)]
    assert len(match(rows, [CLAIM], k=5, threshold=0.0)) == 5


def test_embeddings_find_what_words_do_not() -> None:
    rows = [passage("Experts may leave at any hour.", "x"), *FILLER]

    def embed(texts):  # type: ignore[no-untyped-def]
        return np.array(
            [[1.0, 0.0] if "xperts" in t or "Board" in t else [0.0, 1.0] for t in texts]
        )

    assert "x" not in {doc for doc, _ in ids(match(rows, [CLAIM], embed=None))}
    assert ids(match(rows, [CLAIM], embed=embed))[0][0] == "x"


def test_nothing_in_nothing_out() -> None:
    assert match([], [CLAIM]) == []
    assert match(FILLER, []) == []
    assert match([passage("…")], [Claim("c", "?")]) == []


@pytest.mark.parametrize("wrong", [{"threshold": 2.0}, {"threshold": -0.1}, {"k": 0}])
def test_impossible_limits_are_refused(wrong: dict) -> None:
    with pytest.raises(UsageError):
        match(FILLER, [CLAIM], **wrong)


@given(
    st.lists(st.sampled_from(["Go on.", "It rained in Oslo!", "Nobody—none—came?", "x " * 40])),
    st.integers(0, 50),
)
def test_windows_keep_offsets_and_lose_no_word(parts: list[str], start: int) -> None:
    text = " ".join(parts).strip()
    if not text:
        return
    document = "-" * start + text
    whole = Passage("d", start, start + len(text), text, "A", "speaker", premise=f"A said: {text}")
    cut = windows([whole], max_words=6)
    assert all(document[w.start : w.end] == w.text for w in cut)
    assert " ".join(w.text for w in cut).split() == text.split()
    assert all(w.text in w.premise for w in cut)


def test_what_someone_says_of_themselves_meets_a_claim_that_names_them() -> None:
    texts = ("We will pay,", "We will not pay,", "The weather was fine,")
    said = [
        Passage(f"d{i}", 0, len(text), text, holder, "speaker")
        for i, (text, holder) in enumerate(
            zip(texts, ("Ana Ruiz", "Ana Ruiz", "Bo Lund"), strict=True)
        )
    ]
    found = match(said, [Claim("c", "Ana Ruiz will pay.")])
    assert {c.passage.text for c in found} == set(texts[:2])


TOLL = Claim("toll", "The toll on the Kestrel Bridge should rise.")
ELSEWHERE = story("The toll will be higher next year.", "It rained on the ferry.", doc="else")


def test_a_document_without_the_claims_names_must_match_better() -> None:
    at_home = story("Kestrel Bridge was busy.", ELSEWHERE[0].text, doc="home")
    rows = [*FILLER, *at_home, *ELSEWHERE]
    faint = {(c.passage.doc_id, c.passage.text): c.score for c in match(rows, [TOLL], outside=0.0)}
    far, near = faint["else", ELSEWHERE[0].text], faint["home", ELSEWHERE[0].text]
    assert near >= far > 0.06
    between = (far + 1) / 2
    kept = {(c.passage.doc_id, c.passage.text) for c in match(rows, [TOLL], outside=between)}
    assert ("home", ELSEWHERE[0].text) in kept  # its document names the bridge
    assert ("else", ELSEWHERE[0].text) not in kept
    own = {(c.passage.doc_id, c.passage.text) for c in match(rows, [TOLL], outside=far * 0.99)}
    assert ("else", ELSEWHERE[0].text) in own  # the block is no wall


def test_a_speakers_name_and_an_acronym_are_names_of_a_document() -> None:
    about = Claim("c", "Ann Lee and the Baltic Rail Board agree on fees.")
    for text, holder in (("The fees are fine.", "Ann Lee"), ("BRB has fees.", "Jo Poe")):
        rows = [passage("The Baltic Rail Board (BRB) met.", "a"), passage(text, "b", holder=holder)]
        found = match([*FILLER, *rows], [about], outside=1.0)
        assert "b" in {doc for doc, _ in ids(found, "c")}, text


def test_a_claim_without_a_name_blocks_nothing() -> None:
    asked = [Claim("c", "Tolls should be higher in May.")]
    assert name_tokens([asked[0].text], {}) == [[]]
    assert match(ELSEWHERE, asked, outside=1.0) == match(ELSEWHERE, asked, outside=0.0) != []


@pytest.mark.parametrize("bound", ["outside", "elsewhere"])
@pytest.mark.parametrize("value", [-0.1, 1.5])
def test_the_block_wants_a_score(bound: str, value: float) -> None:
    with pytest.raises(UsageError, match=bound):
        match(FILLER, [CLAIM], **{bound: value})


DAM = [
    *story("The Orrin dam is unsafe.", "Engineers from Basel found cracks in its wall.", doc="dam"),
    *story("Engineers from Basel will seal the cracks.", "Its wall will hold.", doc="repair"),
]
PRICES = story("The price of bread is hard to predict.", "Bakers in Turin shrugged.", doc="bread")
UNSAFE = Claim("c", "The dam at Orrin is unsafe.")


def test_a_document_of_the_same_story_is_about_a_claim_it_has_no_word_of() -> None:
    texts = [" ".join(p.text for p in DAM[:2]), " ".join(p.text for p in DAM[2:]), PRICES[0].text]
    (told,) = topicality([tokens(text) for text in texts], [tokens(UNSAFE.text)])
    assert told[0] == 1
    assert told[1] > 0.5 > told[2]


def test_a_document_of_another_story_must_match_better() -> None:
    words = "crack seal engineer basel wall orrin dam permit inspector report summer lake".split()
    asked = Claim("c", f"The {' '.join(words)} price rose.")
    rows = [*story(f"The {' '.join(words)} fell.", doc="own"), *PRICES]
    free = {
        c.passage.doc_id for c in match(rows, [asked], threshold=0.01, outside=0.0, elsewhere=0.0)
    }
    kept = {c.passage.doc_id for c in match(rows, [asked], threshold=0.01, outside=0.0)}
    assert (free, kept) == ({"own", "bread"}, {"own"})


def test_the_only_article_is_about_every_claim() -> None:
    only = story("Levies on exhaust gases will be raised.", "Drivers will pay.", doc="only")
    for text in ("A carbon tax makes petrol dearer for drivers.", "Inflation fell in Spain."):
        assert {c.about for c in match(only, [Claim("c", text)], threshold=0.0)} <= {0.5, 1.0}


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), min_size=1, max_size=8),
    st.lists(st.sampled_from("abcdefghxyz"), max_size=5),
)
def test_topicality_is_a_share_and_does_not_depend_on_order(
    documents: list[list[str]], claim: list[str]
) -> None:
    (told,) = topicality(documents, [claim])
    assert told.shape == (len(documents),)
    assert ((told >= 0) & (told <= 1)).all()
    assert told.max() >= 0.5
    if not set(claim) - {w for row in documents for w in row}:
        full = [set(claim) <= set(row) for row in documents]
        assert (told[full] == 1).all()
    (back,) = topicality([row[::-1] for row in documents], [claim[::-1]])
    np.testing.assert_allclose(told, back, atol=1e-6)
