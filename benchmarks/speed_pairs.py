"""Pairs to time on: sentences of the packaged seed corpus, put together to wanted lengths."""

from __future__ import annotations

import json
import random

from stance.models import data_folder
from stance.text import sentences

Pair = tuple[str, str]
# Words of the text: real (text, claim) pairs of news, debates and encyclopedias have about this
# spread (17/66/248 tokens minimum, median, maximum with their claims).
MIXED, SHORT, LONG = (5, 150), (4, 20), (100, 330)


def seed_sentences() -> list[str]:
    """Sentences of the seed corpus, in order."""
    lines = (data_folder("seeds") / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    return [span.text for line in lines for span in sentences(json.loads(line)["text"])]


def make_pairs(
    count: int, words: tuple[int, int] = MIXED, *, seed: int = 0, duplicates: float = 0.0
) -> list[Pair]:
    """Distinct pairs with log-normal text lengths inside ``words``, and a share of repeats."""
    rng = random.Random(seed)
    pool = seed_sentences()
    low, high = words
    middle = (low * high) ** 0.5
    pairs: list[Pair] = []
    for number in range(count):
        if pairs and rng.random() < duplicates:
            pairs.append(rng.choice(pairs))
            continue
        wanted = min(high, max(low, round(rng.lognormvariate(0.0, 0.6) * middle)))
        text: list[str] = []
        at = rng.randrange(len(pool))
        while len(text) < wanted:
            text += pool[at % len(pool)].split()
            at += 1
        claim = " ".join(rng.choice(pool).split()[: rng.randint(5, 14)])
        pairs.append((f"{number}: {' '.join(text[:wanted])}", claim))
    return pairs
