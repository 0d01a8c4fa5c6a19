"""Which passages bear on which claim: recall first, no model needed.

A passage matches by its own words (BM25 over stems, character n-grams for names and inflections,
static vectors for other words of the same meaning) or by its place: words of the same holder next
to a passage that matches count too, because "Both countries are ready for it" names nothing and
still speaks of the claim before it.

Blocked by entity and by story, document by document: where a document has none of the claim's
names, or tells another story, its passages must match better to be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance import vectors
from stance.errors import UsageError
from stance.lexical import Floats, acronyms, bm25, grams, name_tokens, shortened
from stance.topicality import topicality
from stance.types import Candidate, Claim, Passage
from stance.windows import windows

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

THRESHOLD = 0.06
"""Lowest score kept. At .1 a third of what speakers say of the claims of ``benchmarks/stories`` in
other words is lost, at .06 a tenth; ``benchmarks quality --task matching`` gives the recall."""
OUTSIDE = 0.08
"""Lowest score kept in a document that has none of the claim's names. With 21 invented stories in
one corpus it leaves away 39 of 100 pairs, nearly all with another story's claim, and 7 of 581 of
the sides that speakers take; .1 leaves away 57 and 15, and costs the stories .01 of macro-F1."""
ABOUT = 0.25
"""Topicality of a document (:mod:`stance.topicality`) below which it tells another story than the
claim's, and :data:`ELSEWHERE` holds."""
ELSEWHERE = 0.2
"""Lowest score kept in such a document. With 21 invented stories in one corpus it leaves away 70 of
the 100 pairs that are left, and 5 of 5,157 that are not of another story."""
OUTLET_NEAR = 0.25
"""Score below which nothing that an outlet says in its own voice can be its stance."""
TOP_K = 2000
"""Most passages kept per claim by their own words, before neighbours join."""
PAIR_BUDGET = 200_000
"""Passage × claim pairs up to which everything cheap is tried on every pair: character n-grams,
and the whole document as context. Beyond it, only on the best by words."""
GRAM_WEIGHT = 0.25
"""Share of character overlap in the score of the words, the rest is BM25."""
VECTOR_WEIGHT = 0.25
"""Share of the cosine in a score, the rest is words. On CheckThat! 2020 task 2 (train) .1 to .2 is
best, on Emergent's claims more is better still: ``benchmarks quality --task matching``."""
REACH = 400
"""Characters between two passages that still stand together: about one paragraph."""
SAME_HOLDER, OTHER_HOLDER, SAME_DOCUMENT = 0.6, 0.4, 0.3
"""What is left of a score when it is lent to a neighbour, or anywhere within the document: as low
as recall on the seed corpus allows (100 of 102 speaker rows; a third more keeps all, and costs a
fifth more pairs)."""


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Passages standing together: indices ``a`` before ``b``, and the share each lends."""

    a: NDArray[np.intp]
    b: NDArray[np.intp]
    share: Floats


def _neighbours(passages: Sequence[Passage]) -> list[_Neighbours]:
    """Who stands near whom; one list per distance, so that no index repeats within one."""
    order = sorted(range(len(passages)), key=lambda i: (passages[i].doc_id, passages[i].start))
    found = []
    for step in (1, 2, 3):
        rows = []
        for i, j in zip(order, order[step:], strict=False):
            left, right = passages[i], passages[j]
            same = left.holder == right.holder
            together = left.doc_id == right.doc_id and right.start - left.end <= REACH
            if together and (same or step == 1):
                rows.append((i, j, SAME_HOLDER if same else OTHER_HOLDER))
        if rows:
            a, b, share = zip(*rows, strict=True)
            found.append(_Neighbours(np.array(a), np.array(b), np.array(share, np.float32)))
    return found


def _lend(scores: Floats, neighbours: Sequence[_Neighbours]) -> Floats:
    """Raise each passage to what its neighbours lend it; lent scores are not lent on."""
    out = scores.copy()
    for near in neighbours:
        out[near.a] = np.maximum(out[near.a], near.share * scores[near.b])
        out[near.b] = np.maximum(out[near.b], near.share * scores[near.a])
    return out


def match(
    passages: Sequence[Passage],
    claims: Sequence[Claim],
    *,
    threshold: float = THRESHOLD,
    outside: float = OUTSIDE,
    elsewhere: float = ELSEWHERE,
    k: int = TOP_K,
    embed: Embed | None = vectors.embed,
) -> list[Candidate]:
    """Pair each claim with the passages that may bear on it, best first within a claim.

    ``embed`` maps n texts to an ``(n, d)`` array, by default :func:`stance.vectors.embed`; None
    leaves it to the words alone. ``threshold`` is the lowest score kept, ``outside`` that in a
    document of whose passages and holders none has a name that the claim has (0: no such block);
    a claim without a name blocks nothing. ``elsewhere`` is the lowest score kept in a document that
    tells another story (0: no such block). ``k`` bounds the passages kept per claim by their own
    words (their neighbours are added to that). Cost is one sparse lookup and one matrix product
    per claim, so a million passages are fine. BM25 by the package ``bm25s`` (Lù 2024,
    arXiv:2407.03618).

    Raises:
        UsageError: ``threshold``, ``outside`` or ``elsewhere`` not in [0, 1], or ``k`` below 1.

    >>> from stance.types import Claim, Passage
    >>> text = "Denmark is ready to send monitors."
    >>> passage = Passage("d", 0, len(text), text, "Ann Lee", "speaker")
    >>> [c.claim_id for c in match([passage], [Claim("c", "Denmark will send monitors.")])]
    ['c']
    """
    bounds = {"threshold": threshold, "outside": outside, "elsewhere": elsewhere}
    for name, value in bounds.items():
        if not 0 <= value <= 1:
            raise UsageError(f"match: {name} is {value}; give a number from 0 to 1")
    if k < 1:
        raise UsageError(f"match: k is {k}; give 1 or more passages per claim")
    if not passages or not claims:
        return []
    passages = windows(passages)
    asked_texts = [c.text for c in claims]
    asked = " ".join(asked_texts)
    spoken = [_with_holder(p, asked) for p in passages]
    names = _names([*spoken, *asked_texts], asked)
    corpus, queries = shortened(spoken, names), shortened(asked_texts, names)
    points, targets = _points(embed, spoken, corpus), _points(embed, asked_texts, queries)
    neighbours = _neighbours(passages)
    small = len(passages) * len(claims) <= PAIR_BUDGET
    homes = _document_numbers(passages)
    told = _documents(names, passages, corpus, homes)
    named = _named(name_tokens(asked_texts, names), told)
    abouts = topicality(told, queries)
    found = []
    rows = zip(claims, bm25(queries, corpus), named, abouts, strict=True)
    for number, (claim, words, inside, about) in enumerate(rows):
        own = _with_grams(words, queries[number], corpus, len(words) if small else k)
        if points is not None and targets is not None:
            cosine = np.maximum(points @ targets[number], 0.0)
            own = (1 - VECTOR_WEIGHT) * own + VECTOR_WEIGHT * cosine
        own = _only_top(own, k)
        scores = _lend(own, neighbours)
        if small:
            scores = np.maximum(scores, SAME_DOCUMENT * _best_of_document(own, homes))
        least = np.maximum(np.where(inside, 0, outside), np.where(about < ABOUT, elsewhere, 0))
        scores = np.where(scores >= least[homes], scores, 0.0)
        keep = _best(scores, threshold)
        found += [Candidate(passages[i], claim.id, x, float(about[homes[i]])) for i, x in keep]
    return found


def deciding(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those of the candidates that can decide a stance: worth the model's time.

    What speakers say counts from :data:`THRESHOLD` on. An outlet's own sentence has to be near the
    claim (:data:`OUTLET_NEAR`), or it is part of the story and no position.

    >>> from stance.types import Passage
    >>> own = Passage("d", 0, 9, "It rained", "The Post", "outlet")
    >>> [c.score for c in deciding([Candidate(own, "c", 0.2), Candidate(own, "c", 0.5)])]
    [0.5]
    """
    return [c for c in candidates if c.passage.holder_type == "speaker" or c.score >= OUTLET_NEAR]


def _names(texts: Sequence[str], asked: str) -> dict[str, str]:
    """Long names and their acronyms; a name that no claim uses, long or short, cannot help."""
    return {
        name: acronym
        for name, acronym in acronyms(texts).items()
        if acronym in asked or name in asked.casefold()
    }


def _documents(
    names: dict[str, str],
    passages: Sequence[Passage],
    corpus: Sequence[Sequence[str]],
    homes: NDArray[np.intp],
) -> list[list[str]]:
    """The tokens of each document: of its passages, and of who speaks in it."""
    holders = list(dict.fromkeys(p.holder for p in passages))
    told = dict(zip(holders, shortened(holders, names), strict=True))
    documents: list[list[str]] = [[] for _ in range(int(homes.max()) + 1)]
    speaking: list[set[str]] = [set() for _ in documents]
    for passage, row, home in zip(passages, corpus, homes.tolist(), strict=True):
        documents[home] += row
        speaking[home].add(passage.holder)
    for words, holders_here in zip(documents, speaking, strict=True):
        words += [token for holder in sorted(holders_here) for token in told[holder]]
    return documents


def _named(
    wanted: Sequence[Sequence[str]], documents: Sequence[Sequence[str]]
) -> Iterator[NDArray[np.bool_]]:
    """By claim, the documents that have one of its names; all of them for a claim without one."""
    tokens = {token for row in wanted for token in row}
    held = [tokens.intersection(words) for words in documents]
    for row in wanted:
        yield np.array([not row or not here.isdisjoint(row) for here in held], bool)


def _with_holder(passage: Passage, asked: str) -> str:
    """The passage's words and those they point at, with its speaker's name where a claim has it:
    "we" is who speaks."""
    words = f"{passage.text} {passage.answers}" if passage.answers else passage.text
    named = passage.holder_type == "speaker" and passage.holder in asked
    return f"{words} {passage.holder}" if named else words


def _document_numbers(passages: Sequence[Passage]) -> NDArray[np.intp]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(p.doc_id, len(numbers)) for p in passages], np.intp)


def _best_of_document(scores: Floats, homes: NDArray[np.intp]) -> Floats:
    best = np.zeros(int(homes.max()) + 1, np.float32)
    np.maximum.at(best, homes, scores)
    return best[homes]


def _points(
    embed: Embed | None, texts: Sequence[str], words: Sequence[Sequence[str]]
) -> Floats | None:
    """Vectors of length 1; zeros for a text without content words, which is near to nothing."""
    if embed is None:
        return None
    rows = np.where(np.array([bool(w) for w in words])[:, None], embed(texts), 0.0)
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norm, 1e-12), np.float32)


def _with_grams(scores: Floats, query: list[str], corpus: list[list[str]], most: int) -> Floats:
    """Mix in character overlap, for the ``most`` best passages only."""
    out = (1 - GRAM_WEIGHT) * scores
    wanted = grams(query)
    if not wanted:
        return out
    best = np.arange(len(scores))
    if len(scores) > most:
        best = np.argpartition(-scores, most)[:most]
    for i in best.tolist():
        out[i] += GRAM_WEIGHT * len(wanted & grams(corpus[i])) / len(wanted)
    return out


def _only_top(scores: Floats, k: int) -> Floats:
    if len(scores) <= k:
        return scores
    out = np.zeros_like(scores)
    best = np.argpartition(-scores, k)[:k]
    out[best] = scores[best]
    return out


def _best(scores: Floats, threshold: float) -> list[tuple[int, float]]:
    kept = np.flatnonzero(scores >= max(threshold, 1e-9))
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    return [(int(i), float(min(scores[i], 1.0))) for i in kept]
