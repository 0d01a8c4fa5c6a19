"""Documents as evidence: only what was published by a day, searched, and read one by one.

A later document can change nothing here: it is left out before any statistic is computed. Each
document is read alone, so what it says and who says it does not depend on its neighbours either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stance.attribution import attribute, passages
from stance.errors import UsageError
from stance.matching import tokens, windows
from stance.text import language, paragraphs
from stance.types import Date, Document, Passage
from stance.utterances import last_day

LANGUAGES = ("en",)
"""Languages the shipped models read; documents in others hold no evidence for them."""


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

    The index (BM25 by ``bm25s``) is built at the first search and covers admitted documents only.

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
        _read: dict[str, tuple[Document, list[Passage]]] | None = None,
    ) -> None:
        found = list(documents)
        self.as_of = as_of
        self.documents: Sequence[Document] = [d for d in found if _admitted(d, as_of)]
        undated = sum(d.date is None for d in found) if as_of else 0
        self.left_out = LeftOut(undated, len(found) - len(self.documents) - undated)
        self._read = {} if _read is None else _read

    def until(self, as_of: Date) -> Archive:
        """The part of this archive known by an earlier day; readings are shared.

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
        return Archive(self.documents, as_of, _read=self._read)

    def near(self, text: str, k: int) -> list[Document]:
        """The ``k`` documents with the paragraphs nearest to ``text``, best first; fewer if fewer
        share a word with it. Archives of at most ``k`` documents are returned whole, in order.
        """
        if len(self.documents) <= k:
            return list(self.documents)
        index, homes = self._index
        known = [w for w in sorted(set(tokens(text))) if w in index.vocab_dict]
        if not known:
            return []
        best = np.zeros(len(self.documents), np.float32)
        np.maximum.at(best, homes, index.get_scores(known))
        order = np.argsort(-best, kind="stable")[:k]
        return [self.documents[i] for i in order.tolist() if best[i] > 0]

    def passages(self, document: Document) -> list[Passage]:
        """One document cut by voices, in windows of a length models read; empty where unreadable.

        Names are resolved within the document alone, so an answer as of a day never depends on
        what was published after it.
        """
        known = self._read.get(document.id)
        if known is None or known[0] != document:
            found: list[Passage] = []
            if (document.lang or language(document.text) or "en").split("-")[0] in LANGUAGES:
                found = windows(passages(document, attribute([document])))
            known = self._read[document.id] = (document, found)
        return known[1]

    def dates(self) -> list[Date]:
        """The days by which something new was known, in order.

        >>> import datetime as dt
        >>> Archive([Document("d", "Rain.", "s", Date(dt.date(2023, 2, 1), "month"))]).dates()
        [Date(start=datetime.date(2023, 2, 28), precision='day')]
        """
        return [Date(day) for day in sorted({last_day(d.date) for d in self.documents if d.date})]

    @cached_property
    def _index(self) -> tuple[Any, np.ndarray[Any, np.dtype[np.intp]]]:
        """BM25 over paragraphs, and the document number of each."""
        import bm25s

        rows: list[list[str]] = []
        homes: list[int] = []
        for number, document in enumerate(self.documents):
            for paragraph in paragraphs(document.text):
                rows.append(tokens(paragraph.text) or [""])
                homes.append(number)
        index = bm25s.BM25(k1=0.6, b=0.4)  # as stance.matching, which says why
        index.index(rows or [[""]], show_progress=False)
        return index, np.array(homes, np.intp)


def _admitted(document: Document, as_of: Date | None) -> bool:
    if as_of is None:
        return True
    return document.date is not None and last_day(document.date) <= last_day(as_of)


def as_archive(documents: Iterable[Document] | Archive, as_of: Date | None = None) -> Archive:
    """``documents`` as an :class:`Archive` as of a day; one that is so already is kept."""
    if not isinstance(documents, Archive):
        return Archive(documents, as_of)
    return documents if as_of is None or as_of == documents.as_of else documents.until(as_of)
