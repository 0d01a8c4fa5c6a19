"""The same quotation in several documents: one utterance, surer than each of its copies.

Outlets carry one statement with small differences (a synonym from translation, a cut at the end).
Candidates share a run of words, near copies are told by rapidfuzz's partial ratio; the copies then
vote on who said it and how sure that is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from stance.types import Attribution

SHINGLE_WORDS = 4
"""Copies must share a run of this many words to be compared at all."""
SAME_WORDING = 88.0
"""Partial ratio (0–100) of two contents from which they count as copies of one utterance."""
SHORTEST = 6
"""Words below which a content is too common a phrase to be recognised."""
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
    words = " ".join(span.text for span in attribution.content)
    return re.sub(r"[^\w\s]+", "", words).casefold()


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
