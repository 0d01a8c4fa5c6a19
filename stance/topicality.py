"""Which documents tell of a claim's matter: a folder of news holds many stories, a claim is of one.

A passage of another story can match a claim by a word or two ("prices will rise"), and an
entailment model takes a side on what merely sounds alike. Whether the document is about the claim
at all shows in how many of the claim's words it has, anywhere, or a document has that tells the
same story: pseudo-relevance feedback (Rocchio 1971; Lavrenko & Croft 2001) on whole documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.lexical import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

UNLIKE, ALIKE = 0.08, 0.16
"""TF-IDF cosines of two documents that tell different stories, and the same one. Of the invented
articles 19 in 20 pairs of other stories reach .09 at most, and of the same story .15 at least."""
BEST = 5
"""Documents with most of a claim's words from which others of their story are known."""
LEAST = 0.5
"""What the document with most of a claim's words counts at least. Where no document has many, the
claim is in other words than all of them, and they are compared with each other alone."""


def topicality(
    documents: Sequence[Iterable[str]], claims: Iterable[Sequence[str]]
) -> Iterator[Floats]:
    """How far each document tells of each claim, ``(n,)`` in [0, 1] per claim, in their order.

    Both are tokens, as :func:`stance.lexical.tokens` makes them. A claim without any is told
    everywhere. Cost is a few rows of one sparse product per claim.

    >>> dam, toll = "dam leak wall engineer ruiz", "toll bridg rise ferri lee"
    >>> told = "ruiz wall crack engineer"
    >>> rows = topicality([dam.split(), toll.split(), told.split()], [["dam", "leak"]])
    >>> next(rows).round(1).tolist()
    [1.0, 0.0, 1.0]
    """
    counts = [Counter(words) for words in documents]
    vocabulary: dict[str, int] = {}
    for row in counts:
        for word in row:
            vocabulary.setdefault(word, len(vocabulary))
    weighted = _weighted(counts, vocabulary)
    having = (weighted > 0).astype(np.float32).tocsc()
    for claim in claims:
        words = set(claim)
        known = [vocabulary[w] for w in words if w in vocabulary]
        if not known:  # of nothing that is told here, or of nothing at all
            yield np.ones(len(counts), np.float32)
            continue
        share = np.asarray(having[:, known].sum(axis=1), np.float32).ravel() / len(words)
        best = np.argsort(-share, kind="stable")[:BEST]
        told = np.maximum(share, (share[best, None] * _same_story(weighted, best)).max(axis=0))
        most = float(told.max())
        yield told * np.float32(LEAST / most) if most < LEAST else told


def _same_story(weighted: csr_array, best: NDArray[np.intp]) -> Floats:
    """How surely each document tells the story of each of ``best``, ``(len(best), n)``."""
    cosines = (weighted[best] @ weighted.T).toarray()
    return np.asarray(np.clip((cosines - UNLIKE) / (ALIKE - UNLIKE), 0, 1), np.float32)


def _weighted(counts: Sequence[Mapping[str, int]], vocabulary: Mapping[str, int]) -> csr_array:
    """TF-IDF of documents, rows of length 1, with logarithms of the counts."""
    from scipy.sparse import csr_array, diags_array

    columns = np.array([vocabulary[w] for row in counts for w in row], np.int64)
    ends = np.cumsum([0, *(len(row) for row in counts)])
    often = 1 + np.log(np.array([n for row in counts for n in row.values()], np.float32))
    seen = np.bincount(columns, minlength=len(vocabulary))
    rarity = (np.log((1 + len(counts)) / (1 + seen)) + 1).astype(np.float32)
    matrix = csr_array((often * rarity[columns], columns, ends), (len(counts), len(vocabulary)))
    norms = np.sqrt((matrix * matrix).sum(axis=1))
    return csr_array(diags_array(1 / np.maximum(norms, 1e-9)).astype(np.float32) @ matrix)
