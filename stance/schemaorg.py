"""Claims in the words of schema.org: JSON-LD out, fact-checkers' ClaimReview feeds in.

A ``Claim`` node says where a claim appeared; a ``ClaimReview`` says that somebody judged it. The
second is an editor's act: it is written only with a rating that a person gives, never from a
verdict of this library. Terms: https://schema.org/Claim, https://schema.org/ClaimReview.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from stance.claims import claim_id
from stance.compound import split_claim
from stance.dates import parse_date
from stance.errors import InputError, UsageError
from stance.readers import read_claims
from stance.rows import existing, read_rows
from stance.types import Claim, ClaimMember, Date, Document
from stance.utterances import is_unnamed
from stance.verification import Verdict
from stance.weighing import COUNTS
from stance.writers import write_text

Node = dict[str, object]
CONTEXT = "https://schema.org"


def claim_node(
    claim: Claim, documents: Iterable[Document], appearances: Sequence[ClaimMember] | None = None
) -> Node:
    """A schema.org ``Claim`` with the documents it appears in, earliest first.

    ``appearances`` are places where the claim is made; the claim's own ``members`` by default, see
    :func:`appearances_in` for those a verdict found. A document is one appearance however often it
    makes the claim. ``firstAppearance`` is the earliest that is dated, of those that are given.
    ``author`` is who made it first, where the claim knows.

    >>> doc = Document("d1", "It rains.", "Herald", url="https://example.org/1")
    >>> claim = Claim("c1", "It rains.", members=(ClaimMember("d1", 0, 9, "It rains.", "Herald"),))
    >>> claim_node(claim, [doc])["appearance"][0]["url"]
    'https://example.org/1'
    """
    by_id = {d.id: d for d in documents}
    members = claim.members if appearances is None else appearances
    found = [by_id[key] for key in dict.fromkeys(m.doc_id for m in members) if key in by_id]
    dated = sorted((d for d in found if d.date), key=lambda d: (str(d.date), d.id))
    works = [_work(d) for d in [*dated, *(d for d in found if not d.date)]]
    node: Node = {
        "@context": CONTEXT,
        "@type": "Claim",
        "identifier": claim.id,
        "text": claim.text,
        # A holder may be a person, a ministry or a country; the name alone is never wrong.
        "author": {"name": claim.first_holder} if claim.first_holder else None,
        "appearance": works,
        "firstAppearance": works[0] if dated else None,
    }
    return _stated(node)


def _work(document: Document) -> Node:
    return _stated(
        {
            "@type": "CreativeWork",
            "identifier": document.id,
            "url": document.url,
            "name": document.title,
            "datePublished": str(document.date) if document.date else None,
            "inLanguage": document.lang,
            "publisher": {"@type": "Organization", "name": document.source},
        }
    )


def _stated(node: Node) -> Node:
    return {key: value for key, value in node.items() if value not in (None, [])}


def appearances_in(verdict: Verdict) -> list[ClaimMember]:
    """The passages of a verdict's evidence that make the claim themselves.

    The evidence of a compound claim is that of its parts; a passage makes the whole claim where it
    is shown as support of each.

    >>> appearances_in(Verdict("c", "It rains.", None, "not enough evidence", 0, 0, ()))
    []
    """
    made = Counter(
        ClaimMember(row.doc_id, row.start, row.end, row.text, row.holder)
        for row in verdict.evidence
        if row.p_supports >= COUNTS and row.p_supports > row.p_refutes
    )
    parts = len(split_claim(verdict.claim))
    return [member for member, times in made.items() if times >= parts]


def review_node(
    claim: Node,
    *,
    rating: str,
    author: str,
    url: str,
    date: object = None,
    rating_value: float | None = None,
    best_rating: float | None = None,
    worst_rating: float | None = None,
) -> Node:
    """A schema.org ``ClaimReview`` of a node of :func:`claim_node`, with the reviewer's rating.

    ``rating`` is the reviewer's own word for it ("Mostly true"); there is no default, and a verdict
    is not one. ``url`` is where the review is published.

    Raises:
        UsageError: no rating, author or address; a value that is not finite or outside its scale.

    >>> node = claim_node(Claim("c1", "It rains."), [])
    >>> review = review_node(node, rating="True", author="Desk", url="https://example.org/r")
    >>> review["reviewRating"]
    {'@type': 'Rating', 'alternateName': 'True'}
    """
    for name, value in (("rating", rating), ("author", author), ("url", url)):
        if not value.strip():
            raise UsageError(f"review_node: {name} is empty; a review states who rated it and how")
    low, high = worst_rating, best_rating
    for name, number in zip(_SCALE, (rating_value, high, low), strict=True):
        if number is not None and not -math.inf < number < math.inf:
            raise UsageError(f"review_node: {name} is {number}; give a finite number")
    outside = rating_value is not None and (
        (low is not None and rating_value < low) or (high is not None and rating_value > high)
    )
    if outside:
        raise UsageError(
            f"review_node: rating_value is {rating_value}; its scale is {low} to {high}"
        )
    scale: Node = {"ratingValue": rating_value, "bestRating": high, "worstRating": low}
    return _stated(
        {
            "@context": CONTEXT,
            "@type": "ClaimReview",
            "claimReviewed": claim["text"],
            "itemReviewed": {k: v for k, v in claim.items() if k != "@context"},
            "reviewRating": _stated({"@type": "Rating", "alternateName": rating, **scale}),
            "author": {"@type": "Organization", "name": author},
            "datePublished": str(parse_date(date)) if date is not None else None,
            "url": url,
        }
    )


def verdict_nodes(
    verdicts: Iterable[Verdict],
    documents: Sequence[Document],
    ratings: object = None,
    claims: Iterable[Claim] = (),
) -> list[Node]:
    """A ``Claim`` for each claim of some verdicts, or a ``ClaimReview`` where a person rated it.

    The appearances are the passages of the evidence that make the claim; the verdicts themselves
    are not told. ``author`` is the ``first_holder`` that ``claims`` state (a feed's reviewers may),
    else who speaks in the earliest dated appearance.
    ``ratings`` is a table with ``claim_id`` or ``claim``, and ``rating``, ``author``, ``url``
    (optional: ``date``, ``rating_value``, ``best_rating``, ``worst_rating``): the editor's
    judgements, see :func:`review_node`. Rows without a rating are left alone.

    Raises:
        UsageError: a rated claim that is none of these; a rating without its author or address.
    """
    latest = {v.claim_id: v for v in verdicts}  # of a history the last day's, which knows most
    stated = {claim.id: claim.first_holder for claim in claims}
    nodes: dict[str, Node] = {}
    for key, v in latest.items():
        author = stated.get(key) or _first_holder(v)
        claim = Claim(key, v.claim, first_holder=author)
        nodes[key] = claim_node(claim, documents, appearances_in(v))
    by_text = {v.claim: key for key, v in latest.items()}
    found = dict(nodes)
    for row in read_rows(ratings) if ratings is not None else ():
        key = str(row.get("claim_id") or by_text.get(str(row.get("claim")), row.get("claim")))
        if not row.get("rating"):
            continue
        if key not in nodes:
            raise UsageError(f"the claim '{key}' is rated and is not among the claims verified")
        found[key] = review_node(
            nodes[key],
            rating=str(row["rating"]),
            author=str(row.get("author") or ""),
            url=str(row.get("url") or ""),
            date=row.get("date") or None,
            **{name: _scale(row, name) for name in _SCALE},
        )
    return list(found.values())


def _first_holder(verdict: Verdict) -> str | None:
    """Who makes the claim in the document that is its ``firstAppearance``; None if unnamed."""
    made = {(m.doc_id, m.start, m.holder) for m in appearances_in(verdict)}
    dated = [
        (str(row.date), row.doc_id, row.start, row.holder)
        for row in verdict.evidence
        if row.date and (row.doc_id, row.start, row.holder) in made
    ]
    first = min(dated)[3] if dated else None
    return None if first is None or is_unnamed(first) else first


_SCALE = ("rating_value", "best_rating", "worst_rating")


def _scale(row: Mapping[str, object], name: str) -> float | None:
    value = row.get(name)
    if value in (None, ""):
        return None
    try:
        return float(str(value))
    except ValueError:
        raise UsageError(f"{name} is {value!r}; give a number") from None


def write_jsonld(nodes: Iterable[Node], path: str | Path, *, overwrite: bool = True) -> None:
    """Write nodes as one JSON-LD document with a ``@graph``, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
        UsageError: ``overwrite`` is False and the file holds something else.
    """
    bare = [{k: v for k, v in node.items() if k != "@context"} for node in nodes]
    text = json.dumps({"@context": CONTEXT, "@graph": bare}, ensure_ascii=False, indent=2)
    write_text(text + "\n", path, overwrite=overwrite)


def check_jsonld(path: str | Path, verdicts: Iterable[Verdict]) -> None:
    """Refuse, before the work, a file that cannot be what the nodes of some verdicts give.

    Whether what a file of the same claims says of them is the same shows when it is written.

    Raises:
        UsageError: the file exists and is not JSON-LD of these claims.
    """
    if not Path(path).is_file():
        return
    try:
        graph = json.loads(Path(path).read_text(encoding="utf-8"))["@graph"]
        nodes = [node.get("itemReviewed", node) for node in graph]
        held = {(node["identifier"], node["text"]) for node in nodes}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        held = set()
    if held != {(v.claim_id, v.claim) for v in verdicts}:
        raise UsageError(
            f"{path} exists and holds something else; choose another output, or --overwrite"
        )


def read_claim_reviews(source: str | Path | Mapping[str, object] | Sequence[object]) -> list[Claim]:
    """The claims that a ClaimReview feed is about; whoever rated them, and how, is left behind.

    ``source`` is a .json file (a review, a list, a ``DataFeed``, a ``@graph``), a .jsonl file of
    such, or the parsed JSON. Reviews are found at any depth. Claims of equal wording are one, with
    the id :func:`stance.claims.claim_id` gives it. ``first_date`` and ``first_holder`` come from
    ``itemReviewed`` where it states them. ``stance.readers.load_claims`` reads the same files, and
    lists the reviews it has to leave out.

    Raises:
        InputError: a file that is no JSON; a review without ``claimReviewed``; no review at all.

    >>> feed = [{"@type": "ClaimReview", "claimReviewed": "It rains."}]
    >>> [claim.text for claim in read_claim_reviews(feed)]
    ['It rains.']
    """
    file = str(source) if isinstance(source, str | Path) else None
    reviews = list(reviews_in(source)) if file is None else feed_reviews(file)
    if not reviews:
        raise InputError("holds no ClaimReview; give a feed or a page's JSON-LD")
    try:
        return read_claims(reviews)
    except InputError as error:
        raise InputError(error.message, file=file, row=error.row, field=error.field) from None


def feed_reviews(path: str | Path) -> list[Mapping[str, object]]:
    """The reviews of a file, at least one; raises InputError where it is not JSON or holds none."""
    found = list(reviews_in(_json(Path(path))))
    if not found:
        raise InputError("holds no ClaimReview; give a feed or a page's JSON-LD", file=str(path))
    return found


def _json(path: Path) -> object:
    if path.suffix.lower() == ".jsonl":
        return list(read_rows(path))
    try:
        return json.loads(existing(path).read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"is not JSON ({error}); write UTF-8 JSON", file=str(path)) from error


def reviews_in(data: object) -> Iterator[Mapping[str, object]]:
    """Every ClaimReview inside parsed JSON, in document order; nothing inside one is another."""
    stack = [data]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            if "ClaimReview" in _types(node):
                yield node
            else:
                stack.extend(reversed(list(node.values())))
        elif isinstance(node, Sequence) and not isinstance(node, str | bytes):
            stack.extend(reversed(node))


def _types(node: Mapping[str, object]) -> set[str]:
    """Types of a node, written with a namespace or without."""
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return {name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)}


def reviewed_claim(text: str, review: Mapping[str, object]) -> Claim:
    """A claim in the words of a review, with what the reviewer says of its origin."""
    item = review.get("itemReviewed")
    about: Mapping[str, object] = item if isinstance(item, Mapping) else {}
    return Claim(
        claim_id(text),
        text,
        first_date=_date(about.get("datePublished")),
        first_holder=_name(about.get("author")),
    )


def _date(value: object) -> Date | None:
    """A stated date, None where there is none that can be read: feeds hold every kind."""
    try:
        return parse_date(value)
    except InputError:
        return None


def _name(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get("name")
    return value.strip() or None if isinstance(value, str) else None
