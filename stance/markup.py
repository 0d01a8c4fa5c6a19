"""Markdown in a text: read past, sign for sign, so that offsets stay those of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from stance.types import Document, Span

_SIGNS = re.compile(
    r"!\[[^\]\n]*\]\([^()\s]*\)"  # a picture
    r"|\[(?=[^\]\n]+\]\([^()\s]+(?:\s\"[^\"\n]*\")?\))"  # a link, up to its words
    r"|(?<=[^\s\[])\]\([^()\s]+(?:\s\"[^\"\n]*\")?\)"  # and behind them
    r"|(?<![*\w])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?![*\w])|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)"
    r"|^[ \t]*(?:\#{1,6}|>)(?=[ \t])",
    re.MULTILINE,
)
_HINT = re.compile(r"\]\(|\*\*|__|\*\S|^[ \t]*[#>]", re.MULTILINE)


def unmarked(document: Document) -> Document:
    """The document with blanks for the signs of Markdown; the same object where it has none.

    >>> unmarked(Document("d", "**Ana Ruiz** [said](https://x.org) so.", "Post")).text
    '  Ana Ruiz    said                so.'
    """
    if not _HINT.search(document.text):
        return document
    text = _SIGNS.sub(lambda sign: " " * len(sign[0]), document.text)
    return document if text == document.text else replace(document, text=text)


def as_written(spans: Iterable[Span], text: str) -> Iterator[Span]:
    """Spans with the words that stand at their place in ``text``."""
    return (replace(span, text=text[span.start : span.end]) for span in spans)
