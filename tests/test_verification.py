"""Verdicts: honest dates, independence, voices, deterministic corrections, compound claims."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tiny_models import tiny_model

from stance.archive import Archive, LeftOut
from stance.compound import split_claim
from stance.errors import InputError, UsageError
from stance.inference import NLI
from stance.lexical import tokens
from stance.store import Store
from stance.store.scores import Remembering
from stance.strength import Weights
from stance.types import Claim, Date, Document, Passage
from stance.verdicts import label
from stance.verification import (
    THRESHOLD,
    VERDICTS,
    Verdict,
    _Once,
    _strengths,
    fitted_weights,
    history,
    unanswered,
    verify,
)
from stance.weighing import (
    COUNTS,
    ECHO,
    Witness,
    about_itself,
    misread_negation,
    pool,
    witnesses,
)


class Overlap:
    """Reads a claim as told where all its words stand, and as contradicted beside "collapsed".

    A deterministic stand-in for a model: what is tested here is everything around the model.
    """

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []

    def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
        self.pairs += pairs
        return np.array([self._row(*pair) for pair in pairs], np.float32).reshape(-1, 3)

    def _row(self, premise: str, hypothesis: str) -> tuple[float, float, float]:
        wanted, said = set(tokens(hypothesis)), set(tokens(premise))
        share = len(wanted & said) / max(len(wanted), 1)
        if share >= 0.5 and "collapsed" in premise:
            return 0.02, 0.08, 0.9
        return (0.9, 0.08, 0.02) if share >= 0.8 else (0.05, 0.93, 0.02)


def doc(key: str, text: str, date: str | None, source: str = "") -> dict[str, object]:
    row: dict[str, object] = {"id": key, "text": text, "source": source or f"Paper {key}"}
    return row | ({"date": date} if date else {})


CLAIM = "The Rossa dam holds the lake."
FOR = "The Rossa dam holds the lake, engineers found after a week of tests."
AGAINST = "The Rossa dam collapsed at night and the lake is gone."


def one(claim: str, documents: object, **options: object) -> Verdict:
    return verify(claim, documents, scorer=Overlap(), **options)[0]  # type: ignore[arg-type]


def test_four_verdicts() -> None:
    told, denied = doc("a", FOR, "2023-01-05"), doc("b", AGAINST, "2023-01-06")
    other = doc("c", "Bread was cheaper this summer.", "2023-01-07")
    assert one(CLAIM, [told]).verdict == "supported"
    assert one(CLAIM, [denied]).verdict == "refuted"
    assert one(CLAIM, [told, denied]).verdict == "conflicting evidence"
    assert one(CLAIM, [other]).verdict == "not enough evidence"
    assert one(CLAIM, []) == Verdict("c1", CLAIM, None, "not enough evidence", 0.0, 0.0, ())


def test_evidence_is_verbatim_and_dated() -> None:
    texts = {"a": f"\n  Rossa, Monday.\n\n{FOR}\n", "b": AGAINST}
    verdict = one(CLAIM, [doc("a", texts["a"], "2023-01-05"), doc("b", texts["b"], "2023-01-06")])
    assert {row.doc_id for row in verdict.evidence} == {"a", "b"}
    for row in verdict.evidence:
        assert texts[row.doc_id][row.start : row.end] == row.text
        assert (row.source, str(row.date)[:7]) == (f"Paper {row.doc_id}", "2023-01")
    assert 0 <= verdict.p_supported + verdict.p_refuted <= 1


@pytest.mark.parametrize(
    ("published", "as_of", "admitted"),
    [
        ("2023-03-15", "2023-03-15", True),
        ("2023-03-16", "2023-03-15", False),
        ("2023-03", "2023-03-30", False),
        ("2023-03", "2023-03-31", True),
        ("2023-03", "2023-03", True),
        ("2023", "2023-12-30", False),
        ("2023", "2023-12-31", True),
        ("2024-02", "2024-02-28", False),
        (None, "2030-01-01", False),
        (None, None, True),
    ],
)
def test_a_document_counts_from_the_last_day_its_date_can_mean(
    published: str | None, as_of: str | None, admitted: bool
) -> None:
    verdict = one(CLAIM, [doc("a", FOR, published)], as_of=as_of)
    assert verdict.verdict == ("supported" if admitted else "not enough evidence")


def test_left_out_documents_are_counted() -> None:
    days = [Date(dt.date(2023, 1, 1)), Date(dt.date(2023, 2, 1)), None]
    documents = [Document(str(i), FOR, "Paper", day) for i, day in enumerate(days)]
    archive = Archive(documents, Date(dt.date(2023, 1, 31)))
    assert archive.left_out == LeftOut(undated=1, later=1)
    assert Archive(documents).left_out == LeftOut()
    earlier = Date(dt.date(2022, 12, 31))
    for part in (archive.until(earlier), Archive(documents).until(earlier)):
        assert part.left_out == Archive(documents, earlier).left_out == LeftOut(undated=1, later=2)


def test_documents_of_one_id_are_refused() -> None:
    with pytest.raises(InputError, match="'a' is the id of two documents"):
        Archive([Document("a", FOR, "Herald"), Document("a", AGAINST, "Courier")])
    with pytest.raises(InputError, match="'a'"):
        one(CLAIM, [Document("a", FOR, "Herald"), Document("a", AGAINST, "Courier")])


def test_the_last_month_of_the_calendar_is_a_date_like_others() -> None:
    end = [doc("a", FOR + " It said so this month.", "9999-12")]
    assert one(CLAIM, end, as_of="9999-12").verdict == "supported"
    assert one(CLAIM, end, as_of="9999-12-30").verdict == "not enough evidence"
    assert [str(row.as_of) for row in history(CLAIM, end, scorer=Overlap())] == ["9999-12-31"]


def test_an_archive_cannot_be_asked_beyond_its_own_day() -> None:
    archive = Archive([], Date(dt.date(2023, 1, 31)))
    with pytest.raises(UsageError, match="2023-01-31"):
        one(CLAIM, archive, as_of="2023-02-01")


SENTENCES = st.sampled_from(
    [
        FOR,
        AGAINST,
        "“The Rossa dam holds the lake,” Mayor Ida Brandt said.",
        "Ida Brandt denied that the Rossa dam holds the lake.",
        "The Rossa Dam Board (RDB) met and the dam holds, it was said.",
        "The lake feeds three rivers and a mill.",
        "Bread was cheaper this summer.",
    ]
)
DATES = st.one_of(
    st.none(),
    st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31)).map(Date),
    st.integers(1, 12).map(lambda month: Date(dt.date(2023, month, 1), "month")),
    st.just(Date(dt.date(2023, 1, 1), "year")),
)
DOCUMENTS = st.lists(
    st.tuples(st.lists(SENTENCES, min_size=1, max_size=3), DATES, st.integers(0, 3)), max_size=6
)


@given(DOCUMENTS, st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31)), st.sampled_from([1, 50]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_later_document_never_changes_an_earlier_verdict(
    rows: list[tuple[list[str], Date | None, int]], day: dt.date, k: int
) -> None:
    """With ``k=1`` the search index decides which document is read; it must not see later ones."""
    documents = [
        Document(str(i), "\n\n".join(texts), f"Paper {source}", date)
        for i, (texts, date, source) in enumerate(rows)
    ]
    as_of = Date(day)
    early = list(Archive(documents, as_of).documents)
    whole = verify(CLAIM, Archive(documents, as_of), scorer=Overlap(), k=k)
    assert whole == verify(CLAIM, Archive(early, as_of), scorer=Overlap(), k=k)
    assert whole == verify(CLAIM, Archive(documents).until(as_of), scorer=Overlap(), k=k)


def test_later_documents_do_not_move_the_word_statistics() -> None:
    """A flood of later stories makes the claim's words common; the early search must not notice."""
    early = [doc(f"e{i}", f"The mill at Rossa closed on day {i}.", "2023-01-02") for i in range(60)]
    early.append(doc("hit", FOR, "2023-01-03"))
    later = [doc(f"l{i}", f"{FOR} Day {i}.", "2023-06-01") for i in range(60)]
    before = one(CLAIM, early, as_of="2023-02-01", k=5)
    assert before == one(CLAIM, early + later, as_of="2023-02-01", k=5)
    assert before.verdict == "supported" and before.evidence[0].doc_id == "hit"


def test_one_wire_story_in_ten_outlets_is_one_witness() -> None:
    wire = [doc(str(i), FOR, f"2023-01-{i + 10}") for i in range(10)]
    lone = one(CLAIM, wire[:1])
    assert one(CLAIM, wire).p_supported == pytest.approx(lone.p_supported, abs=0.02)
    assert [row.doc_id for row in one(CLAIM, wire).evidence] == ["0"]  # who had it first
    own_words = "Inspectors agree: the lake is safe, for the Rossa dam holds the lake back."
    second = one(CLAIM, [wire[0], doc("x", own_words, "2023-01-20")])
    assert 1 - second.p_supported < 0.5 * (1 - lone.p_supported)  # what is left in doubt
    assert len(second.evidence) == 2


def test_spokespersons_of_one_institution_are_one_witness() -> None:
    said = "“The Rossa dam holds the lake{},” said {}, a spokesman for the Lisk water board."
    two = [
        doc("a", said.format("", "Tom Vale"), "2023-01-05"),
        doc("b", said.format(" and will do so for years to come", "Ben Orth"), "2023-01-06"),
    ]
    assert one(CLAIM, two).p_supported == pytest.approx(one(CLAIM, two[:1]).p_supported, abs=0.03)


def test_what_the_subject_says_about_itself_is_no_evidence() -> None:
    praise = doc("a", "“Corvane keeps its prices low,” Corvane said in a statement.", "2023-01-05")
    claim = "Corvane keeps its prices low."
    assert one(claim, [praise]).verdict == "not enough evidence"
    other = doc("b", "“Corvane keeps its prices low,” Anna Lee said.", "2023-01-05")
    assert one(claim, [other]).verdict == "supported"


@pytest.mark.parametrize(
    ("holder", "affiliation", "claim", "itself"),
    [
        ("Ann Lee", None, "Lee took the money.", True),
        ("Tom Vale", "Corvane", "The pumps of Corvane are safe.", True),
        ("Denmark", None, "Danish monitors reached the border.", True),
        ("Denmark", None, "Denmark wants more monitors.", False),
        ("Corvane", None, "Corvane is said to be bankrupt.", True),
        ("Ann Lee", None, "The council paid Ann Lee.", False),
        ("Ann Lee", None, "The Leeward dam broke.", False),
        ("Ann Lee", None, "Mayor Lee’s plan was rejected.", True),
        ("Ann Lee", None, "Bruce Lee took the money.", False),
        ("Denmark", None, "The NATO mission to Denmark is ready.", False),
        ("NATO", None, "The NATO mission to Denmark is ready.", True),
        ("Denmark", None, "In Denmark, the NATO mission is ready.", False),
        ("NATO", None, "In Denmark the NATO mission is ready.", True),
        ("Norway", None, "Denmark and Norway sent monitors.", True),
        ("Denmark", None, "The attack by Denmark was legal.", True),
        ("United Nations", None, "The nation's economy grew.", False),
        ("United Nations", None, "The United Nations was warned.", True),
        ("North Korea", None, "South Korea is at fault.", False),
        ("Council for Trade", None, "The Council for Trade was closed.", True),
        ("Corvane Corporation", None, "Corvane's pump is safe.", True),
        ("Tom Vale", "Corvane, Inc.", "Corvane's pump is safe.", True),
        ("Apple Inc", None, "The apple is healthy.", False),
        ("CSTO", None, "The Collective Security Treaty Organization is ready.", True),
        ("Collective Security Treaty Organization", None, "CSTO's mission is ready.", True),
        ("CSTO", None, "The mission to the Collective Security Treaty Organization is on.", False),
        ("United Nations", None, "The UN was warned.", True),
        ("AL", None, "Ann Lee was warned.", False),
        ("Ministry of Health", None, "The health ministry was warned.", True),
        ("Health Ministry", None, "The Ministry of Health was warned.", True),
        ("Ministry of Health", None, "The transport ministry was warned.", False),
        ("Bank of Denmark", None, "A Danish bank was warned.", False),
        ("Ann Lee", None, "Ann Lee innocent of fraud", True),
        ("Lee", None, "Ann Lee innocent of fraud", False),
        ("Denmark", None, "Denmark against the mission", False),
        ("Denmark", None, "More monitors for Denmark", False),
    ],
)
def test_about_itself(holder: str, affiliation: str | None, claim: str, itself: bool) -> None:
    passage = Passage("d", 0, 1, "x", holder, "speaker", affiliation)
    assert about_itself(passage, claim) is itself


@pytest.mark.parametrize(
    ("source", "claim", "itself"),
    [
        ("Corvane", "Corvane's pump is safe.", True),
        ("Corvane", "The pump of Corvane is safe.", True),
        ("Herald", "Corvane's pump is safe.", False),
        ("The Sun", "The sun is hot.", False),
        ("Corvane Inc", "Corvane's pump is safe.", True),
        ("Ministry of Health", "The health ministry is closed.", True),
        ("Daily News", "The daily news is bad.", False),
        ("d", "The d pump is safe.", False),  # no source was given: it is the document's id
    ],
)
def test_an_outlet_may_be_what_the_claim_is_about(source: str, claim: str, itself: bool) -> None:
    assert about_itself(Passage("d", 0, 1, "x", source, "outlet"), claim) is itself
    told = [doc("d", claim, "2023-01-05", source)]
    assert (one(claim, told).verdict == "not enough evidence") is itself


def test_voices() -> None:
    quoted = doc("a", "“The Rossa dam holds the lake,” an official said.", "2023-01-05")
    named = doc("b", "“The Rossa dam holds the lake,” Ida Brandt said.", "2023-01-05")
    told = doc("c", "The Rossa dam holds the lake.", "2023-01-05")
    expected = {"any": [1, 1, 1], "named": [0, 1, 1], "outlet": [0, 0, 1]}
    for voices, row in expected.items():
        found = [
            one(CLAIM, [d], voices=voices).verdict == "supported" for d in (quoted, named, told)
        ]
        assert found == [bool(x) for x in row], voices


def test_source_weights() -> None:
    documents = [doc("a", FOR, "2023-01-05"), doc("b", AGAINST, "2023-01-06")]
    trusted = one(CLAIM, documents, source_weights={"paper B": 0})
    assert trusted.verdict == "supported"
    assert {row.doc_id for row in trusted.evidence} == {"a"}
    plain, heavy = (
        one(CLAIM, documents[:1]),
        one(CLAIM, documents[:1], source_weights={"Paper a": 3}),
    )
    assert heavy.p_supported > plain.p_supported
    with pytest.raises(UsageError, match="-1"):
        one(CLAIM, documents, source_weights={"Paper a": -1})


@pytest.mark.parametrize("weight", ["2", None, True, float("nan"), 1e308, 10**400])
def test_a_weight_that_is_no_usable_number_is_refused_by_name(weight: object) -> None:
    with pytest.raises(UsageError, match="Paper a"):
        one(CLAIM, [], source_weights={"Paper a": weight})


def test_what_weighs_nothing_has_no_part_in_a_witness_that_it_shares() -> None:
    quoted = "“The Rossa dam holds the lake,” said Tom Vale, a spokesman for the Lisk water board."
    doubt = "“The Rossa dam is old, and the lake is high,” said Ben Orth, who speaks for the board."
    documents = {
        key: Document(key, text, f"Paper {key}") for key, text in (("a", quoted), ("b", doubt))
    }
    passages = [
        Passage("a", 0, len(quoted), quoted, "Tom Vale", "speaker", "Lisk water board"),
        Passage("b", 0, len(doubt), doubt, "Ben Orth", "speaker", "Lisk water board"),
    ]
    supports, refutes = np.array([0.9, 0.4]), np.array([0.0, 0.5])
    weights = {"Paper a": 0.0, "Ben Orth": 2.0}
    (board,) = witnesses(passages, documents, supports, refutes, weights)
    assert board == Witness(0.4, 0.5, 2.0, 1, 1)
    (nobody,) = witnesses(passages, documents, supports, refutes, {"Paper a": 0, "Paper b": 0})
    assert nobody.weight == 0


def test_a_source_that_weighs_nothing_is_not_shown_for_what_others_copied_from_it() -> None:
    story = [doc("a", FOR, "2023-01-05"), doc("b", FOR, "2023-01-06")]
    assert [row.doc_id for row in one(CLAIM, story).evidence] == ["a"]
    copied = one(CLAIM, story, source_weights={"Paper a": 0})
    assert [row.doc_id for row in copied.evidence] == ["b"] and copied.verdict == "supported"


def test_numbers_and_dates_are_compared_without_the_model() -> None:
    claim = "The Rossa dam holds 300 tonnes of water."
    same = doc("a", "The Rossa dam holds 300 tonnes of water.", "2023-01-05")
    less = doc("b", "The Rossa dam holds 200 tonnes of water.", "2023-01-05")
    assert one(claim, [same]).verdict == "supported"
    assert one(claim, [less]).verdict == "refuted"
    opened = doc("c", "The Rossa dam opened on 4 March 2021.", "2023-01-05")
    assert one("The Rossa dam opened on 4 May 2021.", [opened]).verdict == "refuted"


def test_a_number_beside_a_negation_is_no_misread_negation() -> None:
    cost, claim = "The old bridge will cost $8m.", "The old bridge will not cost $5m."
    assert not misread_negation(cost, claim)
    assert misread_negation(cost, claim.replace("5", "8"))
    told = [doc("a", cost, "2023-01-05")]
    assert verify(claim, told, scorer=Contrary((0.93, 0.05, 0.02)))[0].verdict == "supported"


def test_negation_is_read_without_the_model() -> None:
    against = doc("a", "The Rossa dam is not safe.", "2023-01-05")
    assert one("The Rossa dam is safe.", [against]).verdict == "refuted"
    denied = doc("b", "Ida Brandt denied that the Rossa dam is not safe.", "2023-01-05")
    assert one("The Rossa dam is safe.", [denied]).verdict != "refuted"


@given(st.sampled_from(["is", "was", "will be"]), st.sampled_from(["safe", "open", "old", "empty"]))
def test_misread_negation_is_symmetric(verb: str, word: str) -> None:
    plain, not_so = f"The dam at Rossa {verb} {word}.", f"The dam at Rossa {verb} not {word}."
    not_so = not_so.replace("will be not", "will not be")
    assert misread_negation(plain, not_so) and misread_negation(not_so, plain)
    assert not misread_negation(plain, plain) and not misread_negation(not_so, not_so)


def test_compound_claims() -> None:
    claim = "The Rossa dam feeds the lake and the Lisk mill makes paper."
    mill = doc("m", "The Lisk mill makes paper, as it did a century ago.", "2023-01-05")
    rows = verify(
        [Claim("x", claim)],
        [doc("a", "The Rossa dam feeds the lake.", "2023-01-05"), mill],
        scorer=Overlap(),
        parts=True,
    )
    assert [(r.claim_id, r.verdict) for r in rows] == [
        ("x", "supported"),
        ("x/1", "supported"),
        ("x/2", "supported"),
    ]
    assert {e.doc_id for e in rows[0].evidence} == {"a", "m"}
    assert rows[0].p_supported == min(r.p_supported for r in rows[1:])
    assert one(claim, [doc("a", AGAINST, "2023-01-05"), mill]).verdict == "refuted"
    assert [r.claim_id for r in unanswered([Claim("x", claim)], parts=True)] == ["x", "x/1", "x/2"]
    assert one(claim, [mill]).verdict == "not enough evidence"


def test_what_is_only_near_to_a_part_is_no_evidence_once_the_claim_is_decided() -> None:
    claim = "The Rossa dam holds the lake and the Lisk mill makes paper."
    told = [doc("a", AGAINST, None), doc("m", "The Lisk mill was painted in the spring.", None)]
    rows = verify(claim, told, scorer=Overlap(), parts=True)
    assert [r.verdict for r in rows] == ["refuted", "refuted", "not enough evidence"]
    assert [e.doc_id for e in rows[2].evidence] == ["m"]
    assert [e.doc_id for e in rows[0].evidence] == ["a"]


@pytest.mark.parametrize(
    ("claim", "parts"),
    [
        ("The mill opened in 1990 and closed in 2010.", 2),
        ("The bridge is safe but it needs repairs.", 2),
        ("The vaccine reduces deaths and prevents infection.", 2),
        ("Denmark and Norway sent monitors.", 1),
        ("The talks between Denmark and Norway collapsed.", 1),
        ("The drug is safe and effective.", 1),
        ("If prices rise and wages fall, people lose.", 1),
        ("Officials said the dam leaks and the mayor knew.", 1),
        ("Denmark believes Norway and Sweden will pay.", 1),
        ("“Bread and games,” he said and left.", 1),
        ("and", 1),
        ("", 1),
    ],
)
def test_split_claim(claim: str, parts: int) -> None:
    assert len(split_claim(claim)) == parts


def test_a_text_is_no_claim_to_split() -> None:
    clause = "the plant was built in 2020 and closed in 2023"
    assert len(split_claim("; ".join([clause] * 3))) == 6
    long = "; ".join([clause] * 100)
    assert split_claim(long) == [long]


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from("the dam is and but ; , not it was May fell B".split())).map(
        " ".join
    )
)
def test_split_claim_takes_any_text(text: str) -> None:
    parts = split_claim(text)
    assert parts and (len(parts) > 1 or parts == [text])
    known = set(re.findall(r"\w+", text.casefold()))
    assert all(set(re.findall(r"\w+", part.casefold())) <= known for part in parts)


def test_a_verdict_does_not_depend_on_the_other_claims() -> None:
    documents = [doc("a", FOR, "2023-01-05"), doc("b", "The RDB met at the dam.", "2023-01-06")]
    others = ["The Rossa Dam Board (RDB) met.", "Bread was cheaper.", CLAIM]
    alone = verify([CLAIM], documents, scorer=Overlap())[0]
    together = verify(others, documents, scorer=Overlap())[2]
    assert (alone.verdict, alone.p_supported, alone.evidence) == (
        together.verdict,
        together.p_supported,
        together.evidence,
    )


def test_history() -> None:
    scorer = Overlap()
    documents = [
        doc("late", AGAINST, "2023-04-01"),
        doc("early", FOR, "2023-02"),
        doc("undated", AGAINST, None),
        doc("noise", "Bread was cheaper this summer.", "2023-01-01"),
    ]
    told = history(CLAIM, documents, scorer=scorer)
    assert [(str(v.as_of), v.verdict) for v in told] == [
        ("2023-01-01", "not enough evidence"),
        ("2023-02-28", "supported"),
        ("2023-04-01", "conflicting evidence"),
    ]
    assert len(set(scorer.pairs)) == len(scorer.pairs)
    assert told[:2] == history(CLAIM, documents, scorer=Overlap(), as_of="2023-03")
    for verdict in told:
        assert verdict == one(CLAIM, documents, as_of=verdict.as_of)


def test_a_history_without_a_dated_document_is_one_row() -> None:
    undated = [doc("a", FOR, None), doc("b", AGAINST, None)]
    (row,) = history(CLAIM, undated, scorer=Overlap())
    assert row == Verdict("c1", CLAIM, None, "not enough evidence", 0.0, 0.0, ())
    (row,) = history(CLAIM, [doc("a", FOR, "2024-01-01")], scorer=Overlap(), as_of="2023-03")
    assert (str(row.as_of), row.verdict) == ("2023-03", "not enough evidence")


def test_a_language_the_model_does_not_read_holds_no_evidence() -> None:
    row = doc("a", FOR, "2023-01-05") | {"lang": "hy"}
    assert one(CLAIM, [row]).verdict == "not enough evidence"


@pytest.mark.parametrize("lang", ["EN", "en_US", "en-GB", " ", None])
def test_english_by_any_code_is_read(lang: str | None) -> None:
    row = doc("a", FOR, "2023-01-05") | {"lang": lang}
    assert one(CLAIM, [row]).verdict == "supported"


def test_documents_in_other_languages_are_counted() -> None:
    rows = [("a", "hy", FOR), ("b", "EN", FOR), ("c", None, "Миссия готова к отправке сегодня.")]
    archive = Archive([Document(key, text, "Paper", lang=lang) for key, lang, text in rows])
    assert archive.unread == 0  # none was opened yet
    assert one(CLAIM, archive).verdict == "supported"
    assert archive.unread == 2


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 4)), max_size=6))
def test_pool_grows_with_every_witness(rows: list[tuple[float, float]]) -> None:
    strengths, weights = [s for s, _ in rows], [w for _, w in rows]
    total = pool(strengths, weights)
    assert 0 <= total <= 1
    more = pool([*strengths, 0.4], [*weights, 1.0])
    assert more >= total - 1e-12
    assert total >= max((s for s, w in rows if w >= 1 and s >= COUNTS), default=0.0) - 1e-6
    assert pool([0.29] * 50, [1.0] * 50) == 0


@pytest.mark.parametrize(
    "options", [{"voices": "loud"}, {"k": 0}, {"threshold": 0.0}, {"threshold": 1.5}]
)
def test_options_out_of_range(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        one(CLAIM, [], **options)


def test_mistakes_are_named() -> None:
    with pytest.raises(InputError, match="date"):
        one(CLAIM, [], as_of="last week")

    class Broken:
        def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
            return np.full((len(pairs), 3), np.nan, np.float32)

    with pytest.raises(UsageError, match="scorer"):
        verify(CLAIM, [doc("a", FOR, None)], scorer=Broken())


FITTED = {"matched": [-1.0, 2.0, 3.0], "covered": [-4.0, 5.0, 6.0], "threshold": 0.7}


def test_what_is_fitted_for_a_model_is_used_with_a_store_and_without(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", "bert")
    (folder / "card.json").write_text(json.dumps({"verify": FITTED}))
    nli = NLI.from_pretrained(folder, device="cpu")
    kept = Remembering(nli, Store(tmp_path / "s.duckdb"))
    for scorer in (nli, kept, _Once(nli), _Once(kept)):
        assert fitted_weights(scorer) == Weights((-1.0, 2.0, 3.0), (-4.0, 5.0, 6.0))
        assert _strengths(scorer, None, None) == (0.7, ECHO)
    documents = [doc("a", FOR, "2023-01-05"), doc("b", AGAINST, "2023-01-06")]
    assert verify(CLAIM, documents, scorer=nli) == verify(CLAIM, documents, scorer=kept)


@pytest.mark.parametrize(
    "card",
    [
        {"covered": 3.0, "supports": [-3.0, 0.9]},
        {"covered": [1.0, 2.0], "matched": "high", "threshold": [0.5], "echo": None},
        {"covered": [1.0, "a", 2.0], "matched": {"x": 1}},
        3.0,
    ],
)
def test_a_card_of_another_shape_gives_the_defaults(card: object, tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", "bert")
    (folder / "card.json").write_text(json.dumps({"verify": card}))
    nli = NLI.from_pretrained(folder, device="cpu")
    assert fitted_weights(nli) == Weights()
    assert _strengths(nli, None, None) == (THRESHOLD, ECHO)


def test_a_year_that_a_passage_leaves_out_is_its_documents() -> None:
    claim = "The Rossa dam collapsed in March 2023."
    told = "The Rossa dam collapsed in March, engineers said in a report on the winter."
    row = one(claim, [doc("a", told, "2023-05-02")]).evidence[0]
    assert row.text in told and "2023" not in row.text
    read = Overlap()
    verify(claim, [doc("a", told, "2023-05-02")], scorer=read)
    assert any("March 2023" in premise for premise, _ in read.pairs)
    later = [doc("a", told, "2023-05-02")]
    sure = Contrary((0.93, 0.05, 0.02))
    found = [
        verify(claim.replace("2023", year), later, scorer=sure)[0] for year in ("2023", "2021")
    ]
    assert [v.verdict for v in found] == ["supported", "refuted"]


def test_the_four_words() -> None:
    assert VERDICTS == ("supported", "refuted", "not enough evidence", "conflicting evidence")


class Contrary:
    """Sure that everything contradicts everything, as pair models are of what has no relation."""

    def __init__(self, sides: tuple[float, float, float] = (0.02, 0.05, 0.93)) -> None:
        self.sides = sides

    def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
        return np.tile(np.array(self.sides, np.float32), (len(pairs), 1))


TOWN = [
    doc("a", "The ferry at Halm stops at nine. Mayor Ida Brandt wants a later boat.", "2024-02-01"),
    doc("b", "Bread prices rose by a tenth in Halm this spring, bakers say.", "2024-03-01"),
    doc("c", "“We have heard that before,” Tom Vale said of the harbour plan.", "2024-04-01"),
]


@pytest.mark.parametrize(
    "claim",
    [
        "Lisbon is the capital of Portugal.",
        "Inflation in Canada fell to 3 per cent in 2021.",
        "Ida Brandt was arrested.",
        "The harbour plan is paid for by a Swiss bank.",
        "Cats cannot taste sugar.",
    ],
)
@pytest.mark.parametrize("sides", [(0.02, 0.05, 0.93), (0.93, 0.05, 0.02)])
def test_a_claim_that_nothing_bears_on_has_not_enough_evidence(
    claim: str, sides: tuple[float, float, float]
) -> None:
    """However sure the model is of sentences about something else."""
    assert verify(claim, TOWN, scorer=Contrary(sides))[0].verdict == "not enough evidence"


def test_what_bears_on_a_claim_is_still_believed() -> None:
    claim = "Bread prices in Halm rose this spring."
    assert verify(claim, TOWN, scorer=Contrary())[0].verdict == "refuted"
    assert verify(claim, TOWN, scorer=Contrary((0.93, 0.05, 0.02)))[0].verdict == "supported"


def test_a_deed_told_in_a_reporting_sentence_is_evidence() -> None:
    told = doc("a", "Mayor Ida Brandt presented her plan and urged a quick vote.", "2024-02-01")
    verdict = one("Ida Brandt presented her plan.", [told])
    assert verdict.verdict == "supported"
    assert verdict.evidence[0].holder == "Paper a"


def test_what_somebody_declared_is_told_by_their_own_words() -> None:
    told = doc("a", "Governor Ida Brandt declared that Halm is closed to trucks.", "2024-02-01")
    assert one("Brandt declared that Halm is closed to trucks.", [told]).verdict == "supported"


def test_shares_votes_and_measures_are_compared() -> None:
    share = doc("a", "The Rossa dam was closed on three days out of five.", "2023-01-05")
    vote = doc("b", "The Rossa council voted 31 to 28 for the dam.", "2023-01-05")
    deep = doc("c", "The Rossa dam has a basin 20 feet deep.", "2023-01-05")
    assert one("The Rossa dam was closed on 60 per cent of days.", [share]).verdict != "refuted"
    sure = Contrary((0.93, 0.05, 0.02))
    for votes, verdict in (("31 to 28", "supported"), ("35 to 24", "refuted")):
        claim = f"The Rossa council voted {votes} for the dam."
        assert verify(claim, [vote], scorer=sure)[0].verdict == verdict
    assert one("The Rossa dam has a basin 6 metres deep.", [deep]).verdict != "refuted"
    assert one("The Rossa dam has a basin 20 metres deep.", [deep]).verdict == "refuted"


def test_a_model_that_cannot_convert_units_is_not_believed() -> None:
    deep = [doc("c", "The Rossa dam has a basin 20 feet deep.", "2023-01-05")]
    claims = [f"The Rossa dam has a basin {deep} metres deep." for deep in (6, 20)]
    found = [v.verdict for v in verify(claims, deep, scorer=Contrary())]
    assert found == ["not enough evidence", "refuted"]


@pytest.mark.parametrize(
    ("said", "claim", "verdict"),
    [
        ("is not 6 metres deep", "is 20 feet deep", "refuted"),
        ("is 20 feet deep", "is not 6 metres deep", "refuted"),
        ("is not 20 feet deep", "is not 6 metres deep", "not enough evidence"),
        ("is 20 feet deep. No question", "is 6 metres deep", "not enough evidence"),
    ],
)
def test_other_units_do_not_hide_a_negation(said: str, claim: str, verdict: str) -> None:
    told = [doc("c", f"“The basin of the Rossa dam {said},” Ida Brandt said.", "2023-01-05")]
    asked = f"The basin of the Rossa dam {claim}."
    assert verify(asked, told, scorer=Contrary())[0].verdict == verdict


def test_one_faint_voice_against_clear_ones_is_no_conflict() -> None:
    assert label(0.97, 0.6, 0.5) == "supported" and label(0.6, 0.97, 0.5) == "refuted"
    assert label(0.95, 0.9, 0.5) == "conflicting evidence"
    assert label(0.4, 0.45, 0.5) == "not enough evidence"


def test_what_comes_nearest_is_shown_where_it_decides_nothing() -> None:
    near = doc("a", "The Rossa dam was full in spring, and the lake behind it calm.", "2023-01-05")
    far = doc("b", "Bread was cheaper this summer.", "2023-01-05")
    unsure = Contrary((0.3, 0.5, 0.2))
    claim = "The Rossa dam holds the lake through the spring floods."
    verdict = verify(claim, [near, far], scorer=unsure)[0]
    assert verdict.verdict == "not enough evidence" and verdict.p_supported == 0
    (row,) = verdict.evidence
    assert row.doc_id == "a" and max(row.p_supports, row.p_refutes) < COUNTS
    weights = {"Paper a": 0.0}
    assert not verify(claim, [near, far], scorer=unsure, source_weights=weights)[0].evidence
    decided = one(CLAIM, [doc("c", FOR, None), near])
    assert decided.verdict == "supported" and [r.doc_id for r in decided.evidence] == ["c"]


def test_at_most_five_of_the_nearest_are_shown_each_by_another_voice() -> None:
    endings = [
        "where anglers sat all day",
        "and the valley road was dry",
        "as pilots saw from above",
        "behind a fence of new steel",
        "but nobody measured how much",
        "while sheep grazed on its slope",
        "which the ministry owns",
    ]
    told = [
        doc(f"{source}{n}", f"The Rossa dam rose over the lake, {ending}.", None, source)
        for n, ending in enumerate(endings)
        for source in (f"Paper {n}", "Copier")
    ]
    verdict = verify(CLAIM, told, scorer=Contrary((0.2, 0.7, 0.1)))[0]
    assert verdict.verdict == "not enough evidence"
    assert len({row.source for row in verdict.evidence}) == len(verdict.evidence) == 5
    assert len({row.text for row in verdict.evidence}) == 5


def test_many_claims_are_scored_in_one_call() -> None:
    class Counting(Overlap):
        calls = 0

        def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
            self.calls += 1
            return super().score(pairs)

    scorer = Counting()
    assert (
        len(verify([CLAIM, "Bread was cheaper."] * 10, [doc("a", FOR, None)], scorer=scorer)) == 20
    )
    assert scorer.calls == 1
