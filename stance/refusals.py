"""How likely a sentence leaves a question open, by its words: "I will wait for the report".

A logistic regression on one to four words in a row, fitted by
``python -m stance.training.openness`` on invented sentences (``data/refusals.jsonl``). The wordings
of :mod:`stance.silence` are surer where one of them stands; this knows many more, and says how sure
it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from stance.text import sentences

Floats = NDArray[np.float64]

LONGEST = 4
"""Words in a row that count as one feature."""
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")


def grams(text: str) -> set[str]:
    """Runs of one to four words, in lower case; every number is ``0``.

    >>> sorted(grams("I can’t say 5."), key=len)[-1]
    "i can't say 0"
    """
    found = _WORD.findall(text.casefold().replace("’", "'"))
    words = ["0" if word.isdigit() else word for word in found]
    return {
        " ".join(words[i : i + size])
        for size in range(1, LONGEST + 1)
        for i in range(len(words) - size + 1)
    }


def weighed(text: str, rarity: Mapping[str, float]) -> dict[str, float]:
    """The grams of a text that ``rarity`` knows, weighed by it, at length 1."""
    known = {gram: rarity[gram] for gram in sorted(grams(text) & rarity.keys())}
    length = float(np.sqrt(sum(value * value for value in known.values()))) or 1.0
    return {gram: value / length for gram, value in known.items()}


@lru_cache(maxsize=1)
def _fitted() -> tuple[dict[str, float], dict[str, float], float]:
    """Rarity and weight of every gram, and the intercept."""
    card = json.loads((files("stance") / "data" / "refusals.json").read_text("utf-8"))
    rarity = {gram: row[0] for gram, row in card["grams"].items()}
    weights = {gram: row[1] for gram, row in card["grams"].items()}
    return rarity, weights, float(card["intercept"])


def refusing(texts: Sequence[str]) -> Floats:
    """Log odds that a text takes no side, ``(n,)``: of its sentences the one that says so most.

    >>> yes, no = refusing(["He would not be drawn on the date.", "The dam is safe."])
    >>> bool(yes > 0 > no)
    True
    """
    return np.array([max(map(_log_odds, _parts(text))) for text in texts], np.float64)


def _parts(text: str) -> list[str]:
    return [span.text for span in sentences(text)] or [text]


@lru_cache(maxsize=65536)
def _log_odds(sentence: str) -> float:
    rarity, weights, intercept = _fitted()
    return intercept + sum(
        value * weights[gram] for gram, value in weighed(sentence, rarity).items()
    )
