"""schema.org: claims with their appearances, reviews only by a person, feeds as claims."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.dates import parse_date
from stance.errors import InputError, UsageError
from stance.records import record
from stance.schemaorg import (
    appearances_in,
    claim_node,
    read_claim_reviews,
    review_node,
    verdict_nodes,
    write_jsonld,
)
from stance.types import Claim, ClaimMember, Document
from stance.verification import Verdict, VerdictEvidence

TEXT = "The old bridge is safe."


def document(key: str, date: str | None, url: str | None = None) -> Document:
    return Document(key, TEXT, f"Paper {key}", parse_date(date) if date else None, url=url)


DOCUMENTS = [
    document("late", "2023-04-01"),
    document("undated", None),
    document("early", "2023-02", "https://example.org/early"),
]
MEMBERS = tuple(ClaimMember(d.id, 0, len(TEXT), TEXT, d.source) for d in DOCUMENTS)
CLAIM = Claim("c1", TEXT, "detected", (*MEMBERS, MEMBERS[0]), first_holder="Ann Lee")


def test_a_claim_lists_each_document_once_earliest_first() -> None:
    node = claim_node(CLAIM, DOCUMENTS)
    works = node["appearance"]
    assert isinstance(works, list)
    assert [work["identifier"] for work in works] == ["early", "late", "undated"]
    assert node["firstAppearance"] == works[0]
    assert works[0]["datePublished"] == "2023-02" and "datePublished" not in works[2]
    assert works[0]["publisher"] == {"@type": "Organization", "name": "Paper early"}
    assert (node["@type"], node["text"], node["author"]) == ("Claim", TEXT, {"name": "Ann Lee"})


def test_nothing_is_stated_that_is_not_known() -> None:
    node = claim_node(Claim("c1", TEXT), DOCUMENTS)
    assert set(node) == {"@context", "@type", "identifier", "text"}
    undated = claim_node(Claim("c1", TEXT, members=MEMBERS[1:2]), DOCUMENTS)
    assert "firstAppearance" not in undated


def verdict() -> Verdict:
    day = parse_date("2023-02")
    rows = [
        VerdictEvidence(key, f"Paper {key}", day, f"Paper {key}", 0, 23, TEXT, *strengths)
        for key, *strengths in (("early", 0.8, 0.1), ("early", 0.1, 0.8), ("late", 0.1, 0.02))
    ]
    return Verdict("c1", TEXT, day, "conflicting evidence", 0.5, 0.5, tuple(rows))


def test_appearances_are_passages_that_make_the_claim() -> None:
    found = appearances_in(verdict())
    assert [member.doc_id for member in found] == ["early"]
    works = claim_node(Claim("c1", TEXT), DOCUMENTS, found)["appearance"]
    assert isinstance(works, list) and len(works) == 1


def test_only_what_supports_every_part_is_an_appearance_of_a_compound_claim() -> None:
    claim = "The old bridge was closed in 2020 and the new bridge was opened in 2023."
    part, whole = "The old bridge was closed in 2020.", claim
    rows = [
        VerdictEvidence(key, f"Paper {key}", parse_date(day), holder, 0, len(text), text, *sides)
        for key, day, holder, text, *sides in (
            ("early", "2023-02", "Ann Lee", part, 0.9, 0.0),
            ("late", "2023-04-01", "Ida Brandt", whole, 0.9, 0.0),
            ("late", "2023-04-01", "Ida Brandt", whole, 0.7, 0.1),
        )
    ]
    told = Verdict("c1", claim, None, "supported", 0.7, 0.0, tuple(rows))
    assert [member.doc_id for member in appearances_in(told)] == ["late"]
    (node,) = verdict_nodes([told], DOCUMENTS)
    assert node["firstAppearance"]["identifier"] == "late"  # type: ignore[index]
    assert node["author"] == {"name": "Ida Brandt"}
    (node,) = verdict_nodes([replace(told, evidence=tuple(rows[:1]))], DOCUMENTS)
    assert not {"appearance", "firstAppearance", "author"} & set(node)


def test_verdicts_fit_their_schema() -> None:
    path = Path(__file__).parents[1] / "docs" / "schemas" / "verdicts.schema.json"
    if not path.exists():
        pytest.skip("docs/ is not beside the tests")
    jsonschema.validate(record(verdict()), json.loads(path.read_text(encoding="utf-8")))


def test_a_review_needs_a_rating_by_somebody() -> None:
    node = claim_node(CLAIM, DOCUMENTS)
    review = review_node(
        node, rating="Mostly true", author="Desk", url="https://example.org/r", rating_value=4,
        best_rating=5, worst_rating=1, date="2023-05-01",
    )  # fmt: skip
    assert review["claimReviewed"] == TEXT
    assert review["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "Mostly true",
        "ratingValue": 4,
        "bestRating": 5,
        "worstRating": 1,
    }
    for missing in ({"rating": " "}, {"author": ""}, {"url": ""}):
        given_ = {"rating": "True", "author": "Desk", "url": "https://example.org/r"} | missing
        with pytest.raises(UsageError, match=next(iter(missing))):
            review_node(node, **given_)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="6"):
        review_node(node, rating="x", author="y", url="z", rating_value=6, best_rating=5)
    for name in ("rating_value", "best_rating", "worst_rating"):
        for value in ("nan", "inf"):
            scale = {name: float(value)}
            with pytest.raises(UsageError, match=f"{name} is {value}"):
                review_node(node, rating="x", author="y", url="z", **scale)  # type: ignore[arg-type]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    node = claim_node(CLAIM, DOCUMENTS)
    review = review_node(node, rating="True", author="Desk", url="https://example.org/r")
    path = tmp_path / "feed.json"
    write_jsonld([node, review], path)
    graph = json.loads(path.read_text(encoding="utf-8"))
    assert graph["@context"] == "https://schema.org" and len(graph["@graph"]) == 2
    (claim,) = read_claim_reviews(path)
    assert (claim.text, claim.first_holder) == (TEXT, "Ann Lee")


REVIEW = {
    "@type": "ClaimReview",
    "claimReviewed": " Bread was cheaper. ",
    "reviewRating": {"alternateName": "False"},
    "itemReviewed": {
        "@type": "Claim",
        "datePublished": "2023-05-02T10:00:00Z",
        "author": [{"@type": "Person", "name": "Ida Brandt"}],
    },
}


@pytest.mark.parametrize(
    "feed",
    [
        REVIEW,
        [REVIEW, REVIEW],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, REVIEW]},
        {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}]},
        REVIEW | {"@type": ["Review", "https://schema.org/ClaimReview"]},
        REVIEW | {"@type": "schema:ClaimReview"},
    ],
)
def test_feeds_of_every_shape(feed: dict[str, object]) -> None:
    (claim,) = read_claim_reviews(feed)
    assert (claim.text, str(claim.first_date)) == ("Bread was cheaper.", "2023-05-02")
    assert claim.first_holder == "Ida Brandt"


@pytest.mark.parametrize(
    "item", [None, "x", [], {"author": 3}, {"author": []}, {"datePublished": "last May"}]
)
def test_an_origin_that_cannot_be_read_is_unknown(item: object) -> None:
    (claim,) = read_claim_reviews([REVIEW | {"itemReviewed": item}])
    assert claim.first_date is None and claim.first_holder is None


def test_feeds_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    with pytest.raises(InputError, match=r"feed\.json"):
        read_claim_reviews(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not JSON"):
        read_claim_reviews(path)
    with pytest.raises(InputError, match="no ClaimReview"):
        read_claim_reviews({"@type": "WebPage"})
    with pytest.raises(InputError, match="row 2, field 'claimReviewed'"):
        read_claim_reviews([REVIEW, {"@type": "ClaimReview"}])
    lines = tmp_path / "feed.jsonl"
    lines.write_text(f"{json.dumps(REVIEW)}\n", encoding="utf-8")
    assert len(read_claim_reviews(lines)) == 1


def test_the_author_of_a_claim_is_who_made_it_first_where_known() -> None:
    told = verdict()  # "Paper early" makes it, "Paper late" does not
    (node,) = verdict_nodes([told], DOCUMENTS)
    assert node["author"] == {"name": "Paper early"}
    (node,) = verdict_nodes([told], DOCUMENTS, claims=[CLAIM])
    assert node["author"] == {"name": "Ann Lee"}
    row = VerdictEvidence("early", "Paper", parse_date("2023"), "unnamed aide", 0, 23, TEXT, 0.8, 0)
    (node,) = verdict_nodes([Verdict("c1", TEXT, None, "supported", 0.8, 0, (row,))], DOCUMENTS)
    assert "author" not in node


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@type", "claimReviewed", "x"]), inner)
        | st.just({"@type": "ClaimReview", "claimReviewed": "It rains."})
    ),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=4))
def test_any_json_is_read_or_refused(data: list[object]) -> None:
    try:
        claims = read_claim_reviews(data)
    except InputError:
        return
    assert claims and all(claim.text.strip() for claim in claims)


def test_verdicts_become_reviews_only_where_a_person_rated_them() -> None:
    row = VerdictEvidence("late", "Paper late", None, "Paper late", 0, len(TEXT), TEXT, 0.9, 0.05)
    told = [
        Verdict("c1", TEXT, None, "supported", 0.9, 0.0, (row,)),
        Verdict("c2", "It rains.", None, "not enough evidence", 0.0, 0.0, ()),
    ]
    first, second = verdict_nodes(told, DOCUMENTS)
    assert (first["@type"], second["@type"]) == ("Claim", "Claim")
    assert "author" not in first  # of an undated appearance nobody knows whether it is the first
    assert first["firstAppearance"]["identifier"] == "late"  # type: ignore[index]
    rating = {"claim_id": "c2", "rating": "False", "author": "Desk", "url": "https://a.example/2"}
    scale = {"rating_value": "1", "best_rating": "5", "worst_rating": "1"}
    first, second = verdict_nodes(told, DOCUMENTS, [rating | scale, {"claim_id": "c1"}])
    assert (first["@type"], second["@type"]) == ("Claim", "ClaimReview")
    assert second["reviewRating"]["ratingValue"] == 1.0  # type: ignore[index]
    assert "supported" not in json.dumps([first, second])
    with pytest.raises(UsageError, match="c9"):
        verdict_nodes(told, DOCUMENTS, [rating | {"claim_id": "c9"}])
    with pytest.raises(UsageError, match="author"):
        verdict_nodes(told, DOCUMENTS, [rating | {"author": ""}])
    with pytest.raises(UsageError, match="rating_value"):
        verdict_nodes(told, DOCUMENTS, [rating | {"rating_value": "high"}])
    with pytest.raises(UsageError, match="rating_value is nan"):
        verdict_nodes(told, DOCUMENTS, [rating | {"rating_value": "nan"}])
