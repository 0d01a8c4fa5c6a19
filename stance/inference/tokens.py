"""Each unique string is tokenised once; pairs are put together from the pieces with numpy.

What surrounds the pieces ([CLS], [SEP], </s></s>, …) is asked of the tokenizer, never assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import ModelError

IntArray = NDArray[np.int64]

TOKENIZE_BATCH = 1024
"""Strings per call: the tokenizer's records take a hundred bytes a token until they are dropped."""
TOKENIZE_CHARACTERS = 1_000_000
"""Characters after which a call ends sooner; a longer string has one to itself."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Strings of token ids in one array: string ``i`` is ``flat[starts[i]:starts[i + 1]]``."""

    flat: NDArray[np.int32]
    starts: IntArray

    @property
    def lengths(self) -> IntArray:
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class Template:
    """Special tokens around a pair: ``prefix + text + middle + claim + suffix``.

    ``types`` are the token type ids of these five segments.
    """

    prefix: tuple[int, ...]
    middle: tuple[int, ...]
    suffix: tuple[int, ...]
    types: tuple[int, int, int, int, int]

    @property
    def size(self) -> int:
        return len(self.prefix) + len(self.middle) + len(self.suffix)


def fast_tokenizer(tokenizer: Any) -> Any:
    """The Rust tokenizer inside, a copy with truncation and padding off."""
    inner = getattr(tokenizer, "backend_tokenizer", None)
    if inner is None:
        raise ModelError(
            f"the tokenizer {type(tokenizer).__name__} has no fast version (tokenizer.json); "
            "convert it with transformers.convert_slow_tokenizer and save it beside the weights"
        )
    copy = type(inner).from_str(inner.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


def read_template(inner: Any) -> Template:
    """Ask a fast tokenizer what it puts around and between two sequences.

    Raises ModelError where it does more than add special tokens, or mixes token types inside a
    segment: ids built from the pieces would then differ from its own.
    """
    first = inner.encode("a", add_special_tokens=False)
    second = inner.encode("b c", add_special_tokens=False)
    pair = inner.encode("a", "b c", add_special_tokens=True)
    owner = [-1 if mark is None else mark for mark in pair.sequence_ids]
    at, bt = owner.index(0), owner.index(1)
    a_end, b_end = at + len(first.ids), bt + len(second.ids)
    cuts = (slice(0, at), slice(at, a_end), slice(a_end, bt), slice(bt, b_end), slice(b_end, None))
    ids = [pair.ids[cut] for cut in cuts]
    types = [set(pair.type_ids[cut]) for cut in cuts]
    if ids[1] != first.ids or ids[3] != second.ids or any(len(kind) > 1 for kind in types):
        raise ModelError(
            "the tokenizer changes a pair's pieces when it joins them; "
            "this model cannot be run from pieces tokenised once"
        )
    kinds = [kind.pop() if kind else 0 for kind in types]
    return Template(
        tuple(ids[0]),
        tuple(ids[2]),
        tuple(ids[4]),
        (kinds[0], kinds[1], kinds[2], kinds[3], kinds[4]),
    )


def tokenize(inner: Any, strings: Sequence[str]) -> Ragged:
    """Token ids without special tokens; runs on all cores and lets other threads run."""
    pieces: list[NDArray[np.int32]] = []
    lengths = np.zeros(len(strings) + 1, dtype=np.int64)
    for start, end in _calls(strings):
        part = list(strings[start:end])
        for i, encoding in enumerate(inner.encode_batch_fast(part, add_special_tokens=False)):
            ids = np.asarray(encoding.ids, dtype=np.int32)
            pieces.append(ids)
            lengths[start + i + 1] = len(ids)
    flat = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int32)
    return Ragged(flat, np.cumsum(lengths))


def _calls(strings: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each call to the tokenizer begins and ends."""
    start = characters = 0
    for i, string in enumerate(strings):
        if i > start and (
            i - start == TOKENIZE_BATCH or characters + len(string) > TOKENIZE_CHARACTERS
        ):
            yield start, i
            start, characters = i, 0
        characters += len(string)
    if strings:
        yield start, len(strings)


def gather(pool: NDArray[np.int32], starts: IntArray, lengths: IntArray) -> NDArray[np.int32]:
    """Slices ``pool[starts[i]:starts[i] + lengths[i]]``, one after the other.

    >>> gather(np.arange(9, dtype=np.int32), np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return pool[np.repeat(starts - (ends - lengths), lengths) + np.arange(total)]
