"""Every Python string in a column of valid UTF-8, and back.

A lone surrogate, which broken JSON can bring, has no place in UTF-8. It is written as a private
character of plane 16 that stands for it, and such a character itself, should one ever occur, is
written with a mark before it. All other strings stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_MARK, _FIRST = 0x10F7FF, 0x10F800  # the 2,048 characters from _FIRST on stand for surrogates
_ODD = re.compile(f"[\ud800-\udfff{chr(_MARK)}-\U0010ffff]")
_WRITTEN = re.compile(f"{chr(_MARK)}([{chr(_MARK)}-\U0010ffff])|([{chr(_FIRST)}-\U0010ffff])")


def storable(text: str) -> str:
    r"""A string that can be encoded as UTF-8; :func:`restored` gives the first one back.

    >>> storable("fine\0 \u202e"), storable("\ud800").encode()
    ('fine\x00 \u202e', b'\xf4\x8f\xa0\x80')
    """
    return text if text.isascii() else _ODD.sub(_escaped, text)


def restored(text: str) -> str:
    r"""The string that :func:`storable` was given.

    >>> restored(storable("a\ud800\U0010f800")) == "a\ud800\U0010f800"
    True
    """
    return text if text.isascii() else _WRITTEN.sub(_plain, text)


def storable_row(value: object) -> object:
    """A row of JSON values with every string in it storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {key: storable_row(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [storable_row(inner) for inner in value]
    return value


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(_FIRST + code - 0xD800) if code < 0xE000 else chr(_MARK) + match[0]


def _plain(match: re.Match[str]) -> str:
    return match[1] or chr(0xD800 + ord(match[2]) - _FIRST)
