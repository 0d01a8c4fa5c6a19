"""Passages cut to the length that a model reads well, between sentences, offsets kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stance.text import sentences
from stance.types import Passage

MAX_WORDS = 90
"""Longer passages are matched and scored in windows of whole sentences up to this length."""


def windows(passages: Sequence[Passage], max_words: int = MAX_WORDS) -> list[Passage]:
    """Passages of at most ``max_words`` words: longer ones cut between sentences.

    The speaker and cue around a passage in its premise stay around each window of it.

    >>> from stance.types import Passage
    >>> p = Passage("d", 10, 29, "It is on. We agree.", "Ann", "speaker", premise="Ann said: It is \
on. We agree.")
    >>> [(w.start, w.text, w.premise) for w in windows([p], 3)]
    [(10, 'It is on.', 'Ann said: It is on.'), (20, 'We agree.', 'Ann said: We agree.')]
    """
    out = []
    for passage in passages:
        if len(passage.text.split()) <= max_words:
            out.append(passage)
            continue
        for start, end in _sentence_groups(passage.text, max_words):
            text = passage.text[start:end]
            out.append(
                replace(
                    passage,
                    start=passage.start + start,
                    end=passage.start + end,
                    text=text,
                    premise=_window_premise(passage, text),
                )
            )
    return out


def _sentence_groups(text: str, max_words: int) -> list[tuple[int, int]]:
    """Runs of sentences as long as they fit; a longer sentence stands alone, uncut."""
    groups: list[tuple[int, int]] = []
    room = 0
    for s in sentences(text):
        words = len(s.text.split())
        if groups and words <= room:
            groups[-1] = (groups[-1][0], s.end)
            room -= words
        else:
            groups.append((s.start, s.end))
            room = max_words - words
    return groups


def _window_premise(passage: Passage, text: str) -> str:
    if passage.text in passage.premise:
        return passage.premise.replace(passage.text, text, 1)
    return f"{passage.holder} said: {text}" if passage.holder_type == "speaker" else text
