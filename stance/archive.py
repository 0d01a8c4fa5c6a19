"""Documents as evidence: only what was published by a day, searched, and read one by one.

A later document can change nothing here: it is left out before any statistic is computed. Each
document is read alone, so what it says and who says it does not depend on its neighbours either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stance.attribution import attribute, passages
from stance.deeds import deeds
from stance.errors import InputError, UsageError
from stance.lexical import tokens
from stance.store import Store
from stance.text import language_of, paragraphs
from stance.types import Date, Document, Passage
from stance.utterances import last_day
from stance.vectors import embed
from stance.windows import windows

Points = np.ndarray[Any, np.dtype[np.float32]]

LANGUAGES = ("en",)
"""Languages the shipped models read; documents in others hold no evidence for them."""
VECTOR_SHARE = 0.5
"""Share of the cosine in nearness; .4 to .6 are best on the Climate-FEVER claims that were trained
on, and .5 on FM2 (``benchmarks quality --task verify`` has it beside either alone)."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Documents that may not be used as of a day, by reason."""

    undated: int = 0
    later: int = 0


class Archive:
    """The documents known by a day, with a search index over their paragraphs.

    A document is admitted when the last day its date can mean is not after the last day ``as_of``
    can mean: "2023-03" counts as 31 March. An undated document cannot be shown to be early enough
    and is left out. Without ``as_of`` every document is admitted, undated ones too.

    The index (BM25 by ``bm25s``, and a static vector per paragraph) is built at the first search
    and covers admitted documents only.
    With a ``store`` the words and vectors of documents and their passages are kept there, and a
    document that it knows is neither split nor read again.

    Raises:
        InputError: two documents with one id.

    >>> import datetime as dt
    >>> doc = Document("d", "The dam is safe.", "Herald", Date(dt.date(2023, 5, 1), "month"))
    >>> Archive([doc], as_of=Date(dt.date(2023, 5, 30))).left_out
    LeftOut(undated=0, later=1)
    """

    def __init__(
        self,
        documents: Iterable[Document],
        as_of: Date | None = None,
        *,
        store: Store | None = None,
        _read: dict[str, tuple[Document, list[Passage]]] | None = None,
    ) -> None:
        found = list(documents)
        twice = [key for key, times in Counter(d.id for d in found).items() if times > 1]
        if twice:
            message = f"'{twice[0]}' is the id of two documents; give every document its own"
            raise InputError(message, field="id")
        self.as_of = as_of
        self.store = store
        self.documents: Sequence[Document] = [d for d in found if _admitted(d, as_of)]
        undated = sum(d.date is None for d in found) if as_of else 0
        self.left_out = LeftOut(undated, len(found) - len(self.documents) - undated)
        self._read = {} if _read is None else _read

    def until(self, as_of: Date) -> Archive:
        """The part of this archive known by an earlier day; readings are shared, and what the
        whole leaves out is counted here too.

        Raises:
            UsageError: the day is after the archive's own.

        >>> import datetime as dt
        >>> Archive([], None).until(Date(dt.date(2023, 1, 1))).documents
        []
        """
        if self.as_of is not None and last_day(as_of) > last_day(self.as_of):
            raise UsageError(
                f"this archive ends at {self.as_of} and cannot speak as of {as_of}; "
                "make one of all documents"
            )
        part = Archive(self.documents, as_of, store=self.store, _read=self._read)
        left, more = self.left_out, part.left_out
        part.left_out = LeftOut(left.undated + more.undated, left.later + more.later)
        return part

    def near(self, text: str, k: int) -> list[Document]:
        """The ``k`` documents with the paragraphs nearest to ``text``, best first; fewer if fewer
        are like it at all. Archives of at most ``k`` documents are returned whole, in order.

        Nearness is half words (BM25, as a share of the best paragraph's), half meaning (cosine of
        :func:`stance.vectors.embed`).
        """
        return self._opened(self._nearest(text, k))

    def _nearest(self, text: str, k: int) -> Sequence[Document]:
        """What :meth:`near` gives, before any of them is read."""
        if len(self.documents) <= k:
            return self.documents
        index, homes, points = self._index
        known = [w for w in sorted(set(tokens(text))) if w in index.vocab_dict]
        score = VECTOR_SHARE * np.maximum(points @ embed([text])[0], 0.0)
        if known:
            words = index.get_scores(known)
            score += (1 - VECTOR_SHARE) * words / max(float(words.max()), 1e-9)
        best = np.zeros(len(self.documents), np.float32)
        np.maximum.at(best, homes, score)
        order = np.argsort(-best, kind="stable")[:k]
        return [self.documents[i] for i in order.tolist() if best[i] > 0]

    @property
    def unread(self) -> int:
        """Of the documents opened so far, how many hold no evidence: models do not read their
        language.

        >>> archive = Archive([Document("d", "Миссия готова.", "Herald")])
        >>> archive.passages(archive.documents[0]), archive.unread
        ([], 1)
        """
        empty = [d for d, found in self._read.values() if not found]
        return sum(not _readable(d) for d in empty if _admitted(d, self.as_of))

    def names(self) -> set[str]:
        """The sources of all documents, and the holders in those opened so far.

        >>> sorted(Archive([Document("d", "Rain.", "Herald")]).names())
        ['Herald']
        """
        read = [p for d, found in self._read.values() if _admitted(d, self.as_of) for p in found]
        return {d.source for d in self.documents} | {passage.holder for passage in read}

    def passages(self, document: Document) -> list[Passage]:
        """One document cut by voices, in windows of a length models read; empty where unreadable.

        Names are resolved within the document alone, so an answer as of a day never depends on
        what was published after it.
        """
        known = self._read.get(document.id)
        if known is None or known[0] != document:
            known = self._read[document.id] = (document, _passages(document))
        return known[1]

    def _opened(self, documents: Sequence[Document]) -> list[Document]:
        """Documents that are about to be read: what the store knows of them is taken at once."""
        new = [d for d in documents if self._read.get(d.id, (None,))[0] != d]
        if self.store is not None and new:
            from stance.store.readings import kept_passages

            found = kept_passages(self.store, new, _passages)
            self._read.update((d.id, (d, p)) for d, p in zip(new, found, strict=True))
        return list(documents)

    def dates(self) -> list[Date]:
        """The days by which something new was known, in order.

        >>> import datetime as dt
        >>> Archive([Document("d", "Rain.", "s", Date(dt.date(2023, 2, 1), "month"))]).dates()
        [Date(start=datetime.date(2023, 2, 28), precision='day')]
        """
        return [Date(day) for day in sorted({last_day(d.date) for d in self.documents if d.date})]

    @cached_property
    def _index(self) -> tuple[Any, np.ndarray[Any, np.dtype[np.intp]], Points]:
        """BM25 over paragraphs, and the document number and the vector of each."""
        import bm25s

        index = bm25s.BM25(k1=0.6, b=0.4)  # as stance.lexical, which says why
        if self.store is not None:
            from stance.store.readings import kept_terms

            kept = kept_terms(self.store, self.documents, _words, _placed)
            whole = (kept.rows, kept.words) if kept.rows else [[""]]
            index.index(whole, show_progress=False)
            return index, kept.homes, kept.points.astype(np.float32)
        split = [_words(document) for document in self.documents]
        index.index([row for rows in split for row in rows] or [[""]], show_progress=False)
        homes = np.repeat(np.arange(len(split)), [len(rows) for rows in split])
        return index, homes, np.concatenate(_placed(self.documents)).astype(np.float32)


def _placed(documents: Sequence[Document]) -> list[np.ndarray[Any, np.dtype[np.float16]]]:
    """The vectors of the paragraphs of each document, ``(paragraphs, 128)``; half precision, with
    a store or without, so that both find the same."""
    texts = [[part.text for part in paragraphs(one.text)] or [""] for one in documents]
    points = embed([text for one in texts for text in one]).astype(np.float16)
    return np.split(points, np.cumsum([len(one) for one in texts])[:-1])


def _words(document: Document) -> list[list[str]]:
    """The words of each paragraph; one empty word where there is none, or no paragraph."""
    return [tokens(paragraph.text) or [""] for paragraph in paragraphs(document.text)] or [[""]]


def _readable(document: Document) -> bool:
    code = language_of(document.lang, document.text)
    return code is None or code in LANGUAGES


def _passages(document: Document) -> list[Passage]:
    if not _readable(document):
        return []
    said = attribute([document])
    known = passages(document, said)
    return windows(sorted([*known, *deeds(document, said, known)], key=lambda p: p.start))


def _admitted(document: Document, as_of: Date | None) -> bool:
    if as_of is None:
        return True
    return document.date is not None and last_day(document.date) <= last_day(as_of)


def as_archive(documents: Iterable[Document] | Archive, as_of: Date | None = None) -> Archive:
    """``documents`` as an :class:`Archive` as of a day; one that is so already is kept."""
    if not isinstance(documents, Archive):
        return Archive(documents, as_of)
    return documents if as_of is None or as_of == documents.as_of else documents.until(as_of)
