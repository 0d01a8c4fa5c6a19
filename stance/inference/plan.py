"""The arithmetic of a run: unique pairs, windows over long texts, batches by tokens.

A plan is a function of the input (and of the batch size asked for) alone. Nothing that was measured
goes into it, so that a run taken up again makes the same batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.inference.intern import Columns
from stance.inference.tokens import IntArray, Ragged, Template, gather

OVERLAP = 4
"""Neighbouring windows over a long text share a fourth of their length."""

LENGTH_STEP = 8
"""Padded lengths are multiples of this, so that few shapes occur and their kernels are reused."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Unique pairs as units of work. A unit is one forward's row: a pair, or a window of one.

    ``pool`` holds all token ids; five segments (``seg_starts``, ``seg_lengths``: units × 5) make
    a unit. ``pair_of`` says whose window a unit is; ``row_pair`` maps the rows of the input to
    pairs, -1 where ``errors`` has the reason. ``windows`` counts the units of each pair.
    """

    pool: NDArray[np.int32]
    seg_starts: IntArray
    seg_lengths: IntArray
    types: tuple[int, int, int, int, int]
    lengths: IntArray
    pair_of: IntArray
    windows: IntArray
    row_pair: IntArray
    pair_text: IntArray
    pair_claim: IntArray
    errors: dict[int, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs laid end to end without padding, longest first: ``lengths`` says where each ends."""

    ids: NDArray[np.int32]
    types: NDArray[np.int32]
    lengths: IntArray


def make_plan(
    columns: Columns, texts: Ragged, claims: Ragged, template: Template, max_length: int
) -> Plan:
    """Plan the scoring of interned rows.

    The text is cut, never the claim: a text too long for the room beside its claim is read in
    overlapping windows. A claim that leaves less than half of ``max_length`` to a text that
    does not fit is refused.
    """
    errors = dict(columns.errors)
    good = np.flatnonzero(columns.text_of >= 0)
    n_claims = max(1, len(columns.claims))
    key = columns.text_of[good] * n_claims + columns.claim_of[good]
    unique, inverse = np.unique(key, return_inverse=True)
    pair_text, pair_claim = unique // n_claims, unique % n_claims
    row_pair = np.full(len(columns), -1, dtype=np.int64)
    row_pair[good] = inverse

    text_len, claim_len = texts.lengths[pair_text], claims.lengths[pair_claim]
    room = max_length - template.size - claim_len
    no_tokens = (text_len == 0) | (claim_len == 0)
    too_long = (text_len > room) & (2 * (template.size + claim_len) > max_length)
    refused = no_tokens | too_long
    for row in np.flatnonzero(np.isin(row_pair, np.flatnonzero(refused))):
        pair = row_pair[row]
        errors[int(row)] = (
            "the tokenizer finds no tokens in the " + ("text" if text_len[pair] == 0 else "claim")
            if no_tokens[pair]
            else f"the claim has {claim_len[pair]} tokens, which leaves no room for the text "
            f"in the model's {max_length}"
        )
        row_pair[row] = -1

    stride = np.maximum(1, room - room // OVERLAP)
    extra = np.maximum(0, text_len - room)
    windows = np.where(refused, 0, 1 + -(-extra // stride))
    pair_of = np.repeat(np.arange(len(unique)), windows)
    nth = np.arange(len(pair_of)) - np.repeat(np.cumsum(windows) - windows, windows)
    # The last window is moved back to end with the text, so no window is short of context.
    offset = np.minimum(nth * stride[pair_of], extra[pair_of])
    unit_len = np.minimum(text_len, room)[pair_of]

    specials = np.asarray(template.prefix + template.middle + template.suffix, dtype=np.int32)
    pool = np.concatenate([texts.flat, claims.flat, specials])
    base = len(texts.flat) + len(claims.flat)
    sizes = (len(template.prefix), len(template.middle), len(template.suffix))
    seg_starts = np.empty((len(pair_of), 5), dtype=np.int64)
    seg_lengths = np.empty((len(pair_of), 5), dtype=np.int64)
    for column, nth_special in ((0, 0), (2, 1), (4, 2)):
        seg_starts[:, column] = base + sum(sizes[:nth_special])
        seg_lengths[:, column] = sizes[nth_special]
    seg_starts[:, 1] = texts.starts[:-1][pair_text[pair_of]] + offset
    seg_lengths[:, 1] = unit_len
    seg_starts[:, 3] = len(texts.flat) + claims.starts[:-1][pair_claim[pair_of]]
    seg_lengths[:, 3] = claim_len[pair_of]
    return Plan(
        pool,
        seg_starts,
        seg_lengths,
        template.types,
        seg_lengths.sum(axis=1),
        pair_of,
        windows,
        row_pair,
        pair_text,
        pair_claim,
        errors,
    )


def batches(lengths: IntArray, tokens: int) -> Iterator[IntArray]:
    """Units, longest first, in batches of at most ``tokens`` tokens counted with their padding.

    A unit longer than ``tokens`` is a batch of its own.

    >>> [batch.tolist() for batch in batches(np.array([3, 9, 4, 8]), 16)]
    [[1], [3, 2], [0]]
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        padded = -(-int(lengths[order[start]]) // LENGTH_STEP) * LENGTH_STEP
        end = start + max(1, tokens // padded)
        yield order[start:end]
        start = end


def padded_tokens(lengths: IntArray, tokens: int) -> int:
    """Tokens of all :func:`batches` as rectangles, padding included.

    >>> padded_tokens(np.array([3, 9, 4, 8]), 16)
    40
    """
    step = LENGTH_STEP
    return sum(
        -(-int(lengths[units[0]]) // step) * step * len(units) for units in batches(lengths, tokens)
    )


def assemble(plan: Plan, units: IntArray) -> Batch:
    """Token ids and token types of some units, from the pieces tokenised once."""
    starts, lengths = plan.seg_starts[units].ravel(), plan.seg_lengths[units].ravel()
    types = np.repeat(np.tile(np.asarray(plan.types, dtype=np.int32), len(units)), lengths)
    return Batch(gather(plan.pool, starts, lengths), types, plan.lengths[units])


def pad(
    batch: Batch, pad_id: int, step: int = LENGTH_STEP
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Ids, mask and token types as rectangles (pairs, longest), rounded up to ``step`` columns.

    >>> pad(Batch(np.array([7, 8, 9]), np.array([0, 1, 0]), np.array([2, 1])), 0, 1)[0].tolist()
    [[7, 8], [9, 0]]
    """
    width = -(-int(batch.lengths.max()) // step) * step
    mask = np.arange(width) < batch.lengths[:, None]
    ids = np.full(mask.shape, pad_id, dtype=np.int64)
    types = np.zeros(mask.shape, dtype=np.int64)
    ids[mask] = batch.ids
    types[mask] = batch.types
    return ids, mask.astype(np.int64), types


def merge_windows(probs: NDArray[np.float64], plan: Plan) -> NDArray[np.float64]:
    """Unit probabilities (units, 3) to pair probabilities (pairs, 3).

    Evidence anywhere in a long text counts: the highest p_supports, the highest p_refutes and the
    lowest p_neutral of its windows, brought back to sum 1. A pair without units is NaN.
    """
    merged = np.full((len(plan.windows), 3), np.nan)
    has = np.flatnonzero(plan.windows)
    if len(has):
        first = (np.cumsum(plan.windows) - plan.windows)[has]
        merged[has, 0] = np.maximum.reduceat(probs[:, 0], first)
        merged[has, 1] = np.minimum.reduceat(probs[:, 1], first)
        merged[has, 2] = np.maximum.reduceat(probs[:, 2], first)
        long = has[plan.windows[has] > 1]
        merged[long] /= merged[long].sum(axis=1, keepdims=True)
    return merged
