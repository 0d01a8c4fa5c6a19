"""The same words in several documents: one utterance, surer than each of its copies.

Outlets carry one statement with small differences (a synonym from translation, a cut at the end).
Candidates share a run of words, near copies are told by rapidfuzz's partial ratio; the copies then
vote on who said it and how sure that is. A statement of a wire text that several outlets print is
made once (:func:`reprints`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from stance.types import Attribution, ClaimMember, Date

SHINGLE_WORDS = 4
"""Copies must share a run of this many words to be compared at all."""
SAME_WORDING = 88.0
"""Partial ratio (0–100) of two contents from which they count as copies of one utterance."""
SHORTEST = 6
"""Words below which a content is too common a phrase to be recognised."""
REPRINT_DAYS = 3
"""Days between two documents over which equal words are one text; later they are said again."""
_CROWD = 64


def utterance_ids(attributions: Sequence[Attribution]) -> list[int]:
    """One number per attribution; near-identical quotations of several documents share theirs.

    Numbers are positions of the first copy. Indirect speech and short quotations stand alone.

    >>> from stance.attribution import attribute
    >>> from stance.types import Document
    >>> said = "“We will keep the ferry running all winter,” Anna Lee said."
    >>> told = "Lee said: “We will keep the ferry running all the winter.”"
    >>> utterance_ids(attribute([Document("a", said, "A"), Document("b", told, "B")]))
    [0, 0]
    """
    parent = list(range(len(attributions)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    plain = [_plain(a) for a in attributions]
    for one, two in _candidates(attributions, plain):
        first, second = root(one), root(two)
        if first != second and fuzz.partial_ratio(plain[one], plain[two]) >= SAME_WORDING:
            parent[max(first, second)] = min(first, second)
    return [root(k) for k in range(len(attributions))]


@dataclass(frozen=True, slots=True)
class Printed:
    """A statement as one document has it; ``voice`` is its speaker, "" where an outlet says it."""

    doc_id: str
    text: str
    voice: str
    date: Date | None


def reprints(statements: Sequence[Printed]) -> list[int]:
    """For each statement the place of the one that it is a copy of, its own where it is none.

    A copy has nearly the words of an earlier statement of the same speaker, or of another outlet,
    in another document at most :data:`REPRINT_DAYS` away. Of copies the first by date is the
    original. Equal words of fewer than :data:`SHORTEST` are copies for one speaker alone: two
    outlets come to them by themselves.

    >>> told = "The harbour board will close the eastern dock in May."
    >>> reprints([Printed("a", told, "", None), Printed("b", told, "", None)])
    [0, 0]
    >>> reprints([Printed("a", told, "Ann Lee", None), Printed("b", told, "Bo Ek", None)])
    [0, 1]
    """
    plain = [_words(s.text) for s in statements]
    originals: defaultdict[str, list[int]] = defaultdict(list)
    found = list(range(len(statements)))
    for k in sorted(found, key=lambda k: _order(statements[k].date)):
        one = statements[k]
        for original in originals[one.voice]:
            other = statements[original]
            elsewhere = other.doc_id != one.doc_id and _near(one, other)
            if elsewhere and _one_wording(plain[k], plain[original], named=bool(one.voice)):
                found[k] = original
                break
        else:
            originals[one.voice].append(k)
    return found


def members(
    said: Sequence[ClaimMember], spoken: Sequence[bool], dates: Sequence[Date | None]
) -> tuple[ClaimMember, ...]:
    """The members of a claim, each copy with the document of the statement that it reprints.

    ``spoken`` says of each whether it is a speaker's, ``dates`` when its document appeared.

    >>> told = "The harbour board will close the eastern dock in May."
    >>> both = [ClaimMember(doc, 0, len(told), told, "Ann Lee") for doc in "ab"]
    >>> [m.copy_of for m in members(both, [True, True], [None, None])]
    [None, 'a']
    """
    printed = [
        Printed(m.doc_id, m.text, m.holder if voice else "", date)
        for m, voice, date in zip(said, spoken, dates, strict=True)
    ]
    return tuple(
        m if source == i else replace(m, copy_of=said[source].doc_id)
        for i, (m, source) in enumerate(zip(said, reprints(printed), strict=True))
    )


def _order(date: Date | None) -> tuple[bool, dt.date]:
    return (True, dt.date.max) if date is None else (False, date.start)


def _near(one: Printed, other: Printed) -> bool:
    if one.date is None or other.date is None:
        return True
    return abs((one.date.start - other.date.start).days) <= REPRINT_DAYS


def _one_wording(a: str, b: str, *, named: bool) -> bool:
    if min(len(a.split()), len(b.split())) < SHORTEST:
        return named and a == b
    return fuzz.partial_ratio(a, b) >= SAME_WORDING


def vote(attributions: Sequence[Attribution]) -> list[Attribution]:
    """Let copies of one quotation settle who said it, and raise the confidence they agree on.

    A copy whose own holder is less sure than the others' takes theirs ("he said" in one outlet,
    the name in another); agreeing copies are independent witnesses of equal weight.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for index, utterance in enumerate(utterance_ids(attributions)):
        groups[utterance].append(index)
    settled = list(attributions)
    for members in groups.values():
        if len({attributions[k].doc_id for k in members}) < 2:
            continue
        doubt: dict[str, float] = {}
        for k in members:
            a = attributions[k]
            doubt[a.holder] = doubt.get(a.holder, 1.0) * (1.0 - a.confidence)
        winner = min(doubt, key=lambda holder: doubt[holder])
        model = next(attributions[k] for k in members if attributions[k].holder == winner)
        for k in members:
            a = attributions[k]
            sure = round(min(0.999, 1.0 - doubt[winner]), 3)
            if a.holder == winner:
                settled[k] = replace(a, confidence=sure)
            elif a.confidence < 0.8 and a.holder_type == "speaker":
                settled[k] = replace(
                    a,
                    holder=winner,
                    holder_type=model.holder_type,
                    affiliation=model.affiliation,
                    confidence=round(sure * 0.9, 3),
                )
    return settled


def _plain(attribution: Attribution) -> str:
    return _words(" ".join(span.text for span in attribution.content))


def _words(text: str) -> str:
    return re.sub(r"[^\w\s]+", "", text).casefold()


def _candidates(
    attributions: Sequence[Attribution], plain: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Pairs of quotations from different documents that share a run of words."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for k, attribution in enumerate(attributions):
        words = plain[k].split()
        if attribution.kind != "direct" or len(words) < SHORTEST:
            continue
        seen: set[int] = set()
        for start in range(len(words) - SHINGLE_WORDS + 1):
            bucket = places[tuple(words[start : start + SHINGLE_WORDS])]
            for other in bucket:
                if other not in seen and attributions[other].doc_id != attribution.doc_id:
                    seen.add(other)
                    yield other, k
            if len(bucket) < _CROWD:
                bucket.append(k)
