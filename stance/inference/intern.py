"""From rows of any shape to unique strings: every bad row is named, and costs only itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.errors import InputError

MAX_CHARS = 200_000
"""Longer strings are refused before they are tokenised: 10 MB of text would cost minutes."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Two interned columns: row ``i`` is ``(texts[text_of[i]], claims[claim_of[i]])``.

    ``text_of`` and ``claim_of`` are -1 where ``errors`` has a reason for the row.
    """

    texts: list[str]
    claims: list[str]
    text_of: NDArray[np.int64]
    claim_of: NDArray[np.int64]
    errors: dict[int, str]

    def __len__(self) -> int:
        return len(self.text_of)


def refusal(value: object, name: str = "text") -> str | None:
    """Why a value cannot be scored, or None.

    >>> refusal("Ready."), refusal(" "), refusal(3, "claim")
    (None, 'the text is empty', 'the claim is not a string but int')
    """
    if not isinstance(value, str):
        return f"the {name} is not a string but {type(value).__name__}"
    if len(value) > MAX_CHARS:
        return (
            f"the {name} has {len(value):,} characters, over the limit of {MAX_CHARS:,}: "
            "split it into passages"
        )
    if not value or value.isspace():
        return f"the {name} is empty"
    if (at := value.find("\0")) >= 0:
        return f"the {name} holds a NUL character at offset {at}"
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            return f"the {name} holds a lone surrogate at offset {error.start}"
    return None


class _Interner:
    """Gives every distinct string a number, and every refused value -1 and a reason."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.strings: list[str] = []
        self.reasons: dict[str, str] = {}
        self._number: dict[str, int] = {}

    def number(self, value: object) -> int:
        if not isinstance(value, str):
            return -1
        known = self._number.get(value)
        if known is not None:
            return known
        if (reason := refusal(value, self.name)) is not None:
            self.reasons[value] = reason
            self._number[value] = -1
            return -1
        self._number[value] = len(self.strings)
        self.strings.append(value)
        return self._number[value]

    def reason(self, value: object) -> str:
        known = self.reasons.get(value) if isinstance(value, str) else None
        return known or refusal(value, self.name) or ""


def intern_rows(pairs: Iterable[object]) -> Columns:
    """Intern ``(text, claim)`` rows in one pass. An exception in place of a row is its error.

    >>> columns = intern_rows([("a", "x"), ("b", "x"), ("a", "x"), ("", "x"), None])
    >>> columns.texts, columns.claims, columns.text_of.tolist(), columns.claim_of.tolist()
    (['a', 'b'], ['x'], [0, 1, 0, -1, -1], [0, 0, 0, -1, -1])
    >>> columns.errors
    {3: 'the text is empty', 4: 'the row is not a (text, claim) pair but NoneType'}
    """
    text, claim = _Interner("text"), _Interner("claim")
    text_of: list[int] = []
    claim_of: list[int] = []
    errors: dict[int, str] = {}
    for row, pair in enumerate(pairs):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            kind = f"the row is not a (text, claim) pair but {type(pair).__name__}"
            errors[row] = str(pair) if isinstance(pair, Exception) else kind
            number, other = -1, -1
        else:
            number, other = text.number(pair[0]), claim.number(pair[1])
            if number < 0:
                errors[row] = text.reason(pair[0])
            elif other < 0:
                errors[row] = claim.reason(pair[1])
            if number < 0 or other < 0:
                number, other = -1, -1
        text_of.append(number)
        claim_of.append(other)
    return Columns(
        text.strings,
        claim.strings,
        np.asarray(text_of, dtype=np.int64),
        np.asarray(claim_of, dtype=np.int64),
        errors,
    )


def intern_strings(strings: Sequence[str], name: str) -> tuple[list[str], NDArray[np.int64]]:
    """Unique strings and each value's number; raises InputError for the first that is refused."""
    interner = _Interner(name)
    numbers = [interner.number(value) for value in strings]
    if -1 in numbers:
        row = numbers.index(-1)
        raise InputError(interner.reason(strings[row]), row=row + 1, field=name)
    return interner.strings, np.asarray(numbers, dtype=np.int64)
