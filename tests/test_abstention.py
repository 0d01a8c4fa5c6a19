"""Every reason not to answer is reached, and only where it should be."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from stance import NLI
from stance.abstention import cover
from stance.evidence import as_meant
from stance.matching import match
from stance.negation import negate
from stance.stances import decide, mirror_pairs_for, pairs_for
from stance.types import Attribution, Candidate, Claim, Date, Document, Passage, Stance

DATE = Date(dt.date(2024, 3, 8))
CLAIM = Claim("c", "The ferry to Holm will run in winter.")
REASONS = {
    "mirror-inconsistent",
    "prior-driven",
    "split-evidence",
    "too-short",
    "language",
    "low-confidence",
}
YES, NO, UNSURE = (0.94, 0.05, 0.01), (0.01, 0.05, 0.94), (0.5, 0.46, 0.04)


def report(text: str, name: str = "d") -> Document:
    return Document(name, text, "The Holm Post", DATE)


def quoted(text: str, document: Document, holder: str = "Ida Strand", polarity: str = "asserts"):  # type: ignore[no-untyped-def]
    start = document.text.index(text)
    attribution = Attribution(
        document.id, "direct", holder, "speaker", None, None, None, "said", None, None, (), 1.0,
        polarity=polarity,  # type: ignore[arg-type]
    )  # fmt: skip
    return Passage(
        document.id, start, start + len(text), text, holder, "speaker",
        premise=f"{holder} said: {text}", attribution=attribution,
    )  # fmt: skip


def decided(
    document: Document,
    passages: list[Passage],
    scores: list[tuple[float, float, float]],
    mirror: list[tuple[float, float, float]] | None = None,
    coverage: float = 0.5,
) -> Stance:
    candidates = [Candidate(p, CLAIM.id, 0.9) for p in passages]
    rows = decide(
        [document],
        [CLAIM],
        candidates,
        np.array(scores, np.float32),
        mirror_scores=None if mirror is None else np.array(mirror, np.float32),
        coverage=coverage,
    )
    return next(r for r in rows if r.holder_type == "speaker")


TEXT = "“The boat goes every day of the year,” Ida Strand said. “In January it stays in port.”"


def test_a_text_said_to_support_a_claim_and_its_opposite_is_mirror_inconsistent() -> None:
    document = report(TEXT)
    said = quoted("The boat goes every day of the year,", document)
    row = decided(document, [said], [YES], [(0.7, 0.2, 0.1)])
    assert row.reason == "mirror-inconsistent"


def test_an_answer_that_the_negation_does_not_move_is_prior_driven() -> None:
    document = report(TEXT)
    said = quoted("The boat goes every day of the year,", document)
    assert decided(document, [said], [YES], [YES]).reason == "prior-driven"


def test_a_text_that_refutes_the_opposite_passes_the_mirror() -> None:
    document = report(TEXT)
    said = quoted("The boat goes every day of the year,", document)
    row = decided(document, [said], [YES], [NO], coverage=1.0)
    assert (row.status, row.reason, row.stance) == ("ok", None, "supports")


def test_a_denial_passes_the_mirror_as_well() -> None:
    document = report("Ida Strand denied that the boat will run in winter.")
    said = quoted("the boat will run in winter.", document, polarity="denies")
    # The model reads the bare clause: it supports the claim and refutes its opposite.
    row = decided(document, [said], [YES], [NO], coverage=1.0)
    assert (row.stance, row.reason) == ("refutes", None)


def test_who_says_both_has_split_evidence() -> None:
    document = report(TEXT)
    said = [
        quoted("The boat goes every day of the year,", document),
        quoted("In January it stays in port.", document),
    ]
    row = decided(document, said, [YES, NO], coverage=1.0)
    assert row.reason == "split-evidence"
    assert {e.text for e in row.evidence} == {p.text for p in said}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("   \n", "too-short"),
        ("Паром в Холм будет ходить и зимой, сообщила компания.", "language"),
        (
            "Die Fähre nach Holm fährt auch im Winter, teilte die Reederei am Freitag mit.",
            "language",
        ),
    ],
)
def test_what_cannot_be_read_abstains_at_full_coverage(text: str, reason: str) -> None:
    (row,) = decide([report(text)], [CLAIM], [], np.zeros((0, 3), np.float32))
    assert (row.status, row.stance, row.reason) == ("abstain", None, reason)


def test_the_riskiest_go_first_and_the_mirror_makes_rows_riskier() -> None:
    sure, torn = report(TEXT, "sure"), report(TEXT, "torn")
    said = [quoted("The boat goes every day of the year,", d) for d in (sure, torn)]
    rows = decide(
        [sure, torn],
        [CLAIM],
        [Candidate(p, "c", 0.9) for p in said],
        np.array([UNSURE, YES], np.float32),
        mirror_scores=np.array([NO, YES], np.float32),
    )
    kept = {r.doc_id: r for r in cover([r for r in rows if r.holder_type == "speaker"], 0.5)}
    assert kept["sure"].status == "ok"
    assert (kept["torn"].status, kept["torn"].reason) == ("abstain", "prior-driven")


def test_a_row_that_fails_the_mirror_goes_before_a_less_confident_one() -> None:
    faint, torn = report(TEXT, "faint"), report(TEXT, "torn")
    said = [quoted("The boat goes every day of the year,", d) for d in (faint, torn)]
    rows = decide(
        [faint, torn],
        [CLAIM],
        [Candidate(p, "c", 0.9) for p in said],
        np.array([(0.36, 0.6, 0.04), YES], np.float32),
        mirror_scores=np.array([NO, YES], np.float32),
    )
    speakers = [r for r in rows if r.holder_type == "speaker"]
    assert {r.doc_id: r.confidence for r in speakers}["faint"] < speakers[1].confidence
    kept = {r.doc_id: r.status for r in cover(speakers, 0.5)}
    assert kept == {"faint": "ok", "torn": "abstain"}


def test_of_split_evidence_that_fails_the_mirror_the_mirror_is_the_reason() -> None:
    document = report(TEXT)
    said = [
        quoted("The boat goes every day of the year,", document),
        quoted("In January it stays in port.", document),
    ]
    row = decided(document, said, [YES, NO], [YES, NO], coverage=1.0)
    assert row.reason == "prior-driven"


def test_pairs_without_a_negation_are_left_to_the_scores() -> None:
    claim = Claim("c", "Nobody in Holm owns a boat.")
    assert negate(claim.text) is None
    document = report(TEXT)
    candidates = [Candidate(quoted("In January it stays in port.", document), "c", 0.9)]
    assert mirror_pairs_for(candidates, [claim]) == [None]
    blank = np.full((1, 3), np.nan, np.float32)
    assert np.isnan(as_meant(candidates, blank)).all()
    rows = decide([document], [claim], candidates, np.array([YES], np.float32), mirror_scores=blank)
    assert {r.reason for r in rows} == {None}


def test_the_shipped_model_on_text_gives_reasons_that_are_known() -> None:
    nli = NLI.from_pretrained("default")
    texts = {
        "for": "“The ferry to Holm will run all winter,” Ida Strand said on Friday.",
        "against": "“No ferry will run to Holm this winter,” Ida Strand said on Friday.",
        "both": "“The ferry will run this winter. It will not run at all,” Ida Strand said.",
        "beside": "“Winter is long on Holm and the ferry is old,” Ida Strand said on Friday.",
    }
    documents = [report(text, name) for name, text in texts.items()]
    said = [quoted(d.text[1 : d.text.index("”")], d) for d in documents]
    candidates = match(said, [CLAIM], threshold=0.0)
    scores = nli.score(pairs_for(candidates, [CLAIM]))
    mirror = nli.score([pair for pair in mirror_pairs_for(candidates, [CLAIM]) if pair])
    rows = decide(documents, [CLAIM], candidates, scores, mirror_scores=mirror, coverage=0.5)
    speakers = {r.doc_id: r for r in rows if r.holder_type == "speaker"}
    assert {r.reason for r in rows} - {None} <= REASONS
    assert sum(r.status == "abstain" for r in rows) > 0
    assert speakers["for"].stance in ("supports", None)
    assert speakers["against"].stance in ("refutes", None)
