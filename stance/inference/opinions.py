"""From token probabilities to attributions: what the token head sees, alone and beside rules."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.attribution import Tagged
from stance.speech.tags import is_function_word

Range = tuple[int, int]
Floats = NDArray[np.float32]

_REACH = 200  # characters between a content and the cue or holder it is tied to
_GAP = 12  # characters between two contents that are one


def combined(
    text: str,
    offsets: NDArray[np.int64],
    probs: Floats,
    found: Sequence[Tagged],
    weigh: Mapping[str, Any],
) -> tuple[list[float], list[Tagged]]:
    """Rules and head as one: the finds' new probabilities, 0 to drop one, and what is added.

    A find that the head doubts stays where the head reads it as told inside another's words, for
    there it knows one speaker alone.
    """
    own = [
        (one, _sigmoid(_dot(weigh["head"], features(offsets, probs, one))))
        for one in decode(text, offsets, probs)
    ]
    own = [(one, sure) for one, sure in own if sure >= weigh["add_from"]]
    kept = []
    for rule in found:
        sure = _sigmoid(_dot(weigh["rule"], features(offsets, probs, rule)))
        if rule.probability >= _PLAIN and _is_nested(offsets, probs, rule):
            sure = max(sure, rule.probability)
        kept.append(sure if sure >= weigh["drop_below"] else 0.0)
    taken = np.zeros(len(text), dtype=bool)
    for rule, sure in zip(found, kept, strict=True):
        for a, b in rule.content if sure else ():
            taken[a:b] = True
    free = [
        replace(one, probability=sure)
        for one, sure in own
        if all(taken[a:b].mean() <= weigh["most_taken"] for a, b in one.content)
    ]
    return kept, free


_PLAIN = 0.7  # confidence of a rule from which an inner speaker is not doubted
_INSIDE = 0.5  # probability from which a cue or a holder counts as part of what is said


def _is_nested(offsets: NDArray[np.int64], probs: Floats, one: Tagged) -> bool:
    """Whether the head takes holder and cue of a find for words of another's content."""
    inside = [
        1 - float(probs[first:last, 2, 0].mean())
        for a, b in (span for span in (one.holder, one.cue) if span is not None)
        for first, last in [np.searchsorted(offsets[:, 0], (a, b))]
        if last > first
    ]
    return len(inside) == 2 and min(inside) > _INSIDE


def features(offsets: NDArray[np.int64], probs: Floats, one: Tagged) -> list[float]:
    """What is known of an attribution: a constant, the rule's log odds (0 without a rule), and how
    far the head takes its content, cue and holder for such (mean log odds, 0 where it has none).
    """
    prior = math.log(one.probability / (1 - one.probability)) if 0 < one.probability < 1 else 0.0
    spans = (one.content, (one.cue,) if one.cue else (), (one.holder,) if one.holder else ())
    roles = zip((2, 1, 0), spans, strict=True)
    return [1.0, prior, *(_support(offsets, probs, role, part) for role, part in roles)]


def _support(offsets: NDArray[np.int64], probs: Floats, role: int, spans: Sequence[Range]) -> float:
    inside: list[float] = []
    for a, b in spans:
        first, last = np.searchsorted(offsets[:, 0], (a, b))
        inside += (1 - probs[first:last, role, 0]).tolist()
    if not inside:
        return 0.0
    p = min(0.995, max(0.005, sum(inside) / len(inside)))
    return math.log(p / (1 - p))


def decode(text: str, offsets: NDArray[np.int64], probs: Floats) -> list[Tagged]:
    """Attributions in what the head sees alone: every content with its nearest cue and holder.

    Contents on both sides of one cue are one attribution; a content without a cue counts where a
    holder is near. ``probability`` is the mean over the content's tokens.
    """
    first = _first_tokens(text, offsets)
    holders, cues, contents = (_spans(text, offsets, probs[:, k], first) for k in range(3))
    contents = [span for span in _bridged(text, contents, [*holders, *cues]) if _says(text, span)]
    by_cue: dict[Range | None, list[tuple[Range, float]]] = {}
    alone: list[Tagged] = []
    for span, sure in contents:
        cue = _nearest(text, span, cues)
        if cue is not None:
            by_cue.setdefault(cue, []).append((span, sure))
        elif (holder := _nearest(text, span, holders)) is not None:
            alone.append(Tagged(holder, None, (span,), sure))
    told = [
        Tagged(
            _nearest(text, cue, holders) if cue else None,
            cue,
            tuple(span for span, _ in group),
            sum(sure for _, sure in group) / len(group),
        )
        for cue, group in by_cue.items()
    ]
    return sorted([*alone, *told], key=lambda one: one.content[0])


def _spans(
    text: str, offsets: NDArray[np.int64], probs: Floats, first: NDArray[np.int64]
) -> list[tuple[Range, float]]:
    """Spans of whole words of one role with the mean probability of their tokens; ``first`` is the
    first token of each one's word."""
    found: list[tuple[Range, float]] = []
    begin = -1
    inside = probs[first, 0] < 0.5
    starts = inside & (probs[:, 1] > probs[:, 2]) & (first == np.arange(len(first)))
    for k in range(len(offsets) + 1):
        ends = k == len(offsets) or not inside[k] or starts[k]
        if begin >= 0 and (ends or "\n" in text[offsets[k - 1][1] : offsets[k][0]]):
            mean = float(1 - probs[begin:k, 0].mean())
            found.append(((int(offsets[begin][0]), int(offsets[k - 1][1])), mean))
            begin = -1
        if k < len(offsets) and inside[k] and begin < 0:
            begin = k
    return found


def _first_tokens(text: str, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first token of each token's word: what a word is, its first token says."""
    out = np.arange(len(offsets))
    for k in range(1, len(offsets)):
        (_, before), (here, _) = offsets[k - 1], offsets[k]
        if before == here > 0 and text[here - 1].isalnum() and text[here].isalnum():
            out[k] = out[k - 1]
    return out


def _bridged(
    text: str,
    contents: Sequence[tuple[Range, float]],
    others: Sequence[tuple[Range, float]],
) -> list[tuple[Range, float]]:
    """Contents with a few unclear words between them as one, where no cue or holder stands."""
    out: list[tuple[Range, float]] = []
    for (a, b), sure in contents:
        if out and a - out[-1][0][1] <= _GAP:
            (first, last), before = out[-1]
            clear = not any(c < a and last < d for (c, d), _ in others)
            if clear and "\n" not in text[last:a]:
                out[-1] = ((first, b), min(before, sure))
                continue
        out.append(((a, b), sure))
    return out


def _says(text: str, content: tuple[Range, float]) -> bool:
    """Whether there is a word in it that means something by itself."""
    return any(not is_function_word(word) for word in re.findall(r"\w+", text[slice(*content[0])]))


def _nearest(text: str, span: Range, others: Sequence[tuple[Range, float]]) -> Range | None:
    """The nearest of ``others`` that does not overlap ``span``, within reach and the paragraph."""
    best: tuple[int, Range] | None = None
    for (a, b), _ in others:
        if a < span[1] and span[0] < b:
            continue
        gap = (b, span[0]) if b <= span[0] else (span[1], a)
        size = gap[1] - gap[0]
        if size <= _REACH and "\n" not in text[slice(*gap)] and (best is None or size < best[0]):
            best = (size, (a, b))
    return best[1] if best else None


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(w * v for w, v in zip(weights, values, strict=True))


def _sigmoid(x: float) -> float:
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, x)))), 4)
