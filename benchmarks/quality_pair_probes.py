"""Probes of a pair head: does it read both sides, and does it stay with what it said?"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality_pair_sets import DevSet, groups
from stance.negation import negate
from stance.training.metrics import intervals
from stance.training.sources import NEUTRAL, REFUTES, SUPPORTS, Example, read_rows
from stance.training.wording import lower_first

Score = Callable[[Sequence[tuple[str, str]], bool], NDArray[np.float64]]
"""Pairs, and whether neutral is left out: probabilities (n, 3)."""

VOTES = Path("matching") / "perspectrum_paraphrase-all.jsonl.gz"
EMPTY = "."
"""An empty premise; a model reads no empty text."""


def shortcuts(score: Score, dev: DevSet, most: int) -> dict[str, Any]:
    """What is left of the accuracy without the text, and with the claim of another row.

    ``over_majority`` is how far the claims alone beat the majority class. Under ``shuffled`` each
    text keeps its label and gets the claim of a row about something else; chance is what guesses of
    the same mix would score, and ``over_chance`` what the texts alone give away. It is missing
    where all rows are about one claim.
    """
    rows = _sample(dev.rows, most)
    gold = np.array([row.label for row in rows])
    blank = score([(EMPTY, row.hypothesis) for row in rows], dev.two_way).argmax(axis=1)
    majority = float(np.bincount(gold).max() / len(gold))
    found = {
        "set": dev.name,
        "rows": len(rows),
        "majority": round(majority, 3),
        "hypothesis_only": round(float(np.mean(blank == gold)), 3),
        "over_majority": round(float(np.mean(blank == gold)) - majority, 3),
        "over_majority_95": _over(majority, gold, blank, rows),
        "chance": None,
        "shuffled": None,
        "over_chance": None,
        "over_chance_95": None,
    }
    claims = _others(rows)
    if claims is None:
        return found
    mixed = score(
        [(row.premise, claim) for row, claim in zip(rows, claims, strict=True)], dev.two_way
    ).argmax(axis=1)
    said, real = (np.bincount(v, minlength=3) / len(rows) for v in (mixed, gold))
    right, chance = float(np.mean(mixed == gold)), float(said @ real)
    return found | {
        "chance": round(chance, 3),
        "shuffled": round(right, 3),
        "over_chance": round(right - chance, 3),
        "over_chance_95": _over(chance, gold, mixed, rows),
    }


def _over(
    level: float, gold: NDArray[np.int64], said: NDArray[np.int64], rows: Sequence[Example]
) -> list[float]:
    """The interval of how far the accuracy lies over a level that is taken as given."""
    wide = intervals(gold.tolist(), said.tolist(), groups(rows))["accuracy"]
    return [round(end - level, 3) for end in wide]


def _sample(rows: Sequence[Example], most: int) -> list[Example]:
    return random.Random(7).sample(list(rows), min(most, len(rows)))


def _others(rows: Sequence[Example]) -> list[str] | None:
    """For every row the claim of a row with another key, each used about once."""
    order = list(range(len(rows)))
    random.Random(11).shuffle(order)
    keys = [row.key for row in rows]
    if len({row.hypothesis for row in rows}) < 2 or len(set(keys)) < 2:
        return None
    claims = []
    for place, _ in enumerate(rows):
        turn = next(
            i for i in range(len(rows)) if keys[order[(place + i) % len(rows)]] != keys[place]
        )
        claims.append(rows[order[(place + turn) % len(rows)]].hypothesis)
    return claims


def _true(claim: str) -> str:
    return f"It is true that {lower_first(claim)}"


def _untrue(claim: str) -> str:
    return f"It is not true that {lower_first(claim)}"


REWORDED: tuple[tuple[str, Callable[[str], str | None], bool], ...] = (
    ("claim and its negation", negate, True),
    ("“It is true that …”", _true, False),
    ("“It is not true that …”", _untrue, True),
)
"""What a claim is put beside, and whether the answer to it should be the opposite one."""


def consistency(
    score: Score, sets: Sequence[DevSet], data: Path, most: int
) -> list[dict[str, Any]]:
    """Claims beside their negation, claims in other words, texts in other words.

    ``consistent`` is the share of pairs whose two answers go together; ``of_sides`` the share
    among those where the first answer takes a side, since a model that always says neutral
    contradicts itself never.
    """
    rows = [row for dev in sets if not dev.two_way for row in _sample(dev.rows, most)]
    rows = _sample(rows, 4 * most)
    plain = score([(row.premise, row.hypothesis) for row in rows], False).argmax(axis=1)
    found = []
    for name, reword, mirror in REWORDED:
        other = [(i, text) for i, row in enumerate(rows) if (text := reword(row.hypothesis))]
        if other:
            second = score([(rows[i].premise, text) for i, text in other], False).argmax(axis=1)
            first = plain[[i for i, _ in other]]
            found.append(_agreement(name, first, _mirrored(second) if mirror else second))
    votes = data / VOTES
    if votes.is_file():
        found += _paraphrases(score, votes, 2 * most)
    return found


def _paraphrases(score: Score, votes: Path, most: int) -> list[dict[str, Any]]:
    """Two statements on one claim: voted paraphrases, and beside them those voted none."""
    rows = sorted(read_rows(votes), key=lambda r: zlib.crc32(json.dumps(r).encode()))
    found = []
    for label, name in (("paraphrase", "paraphrased text"), ("not_paraphrase", "another text")):
        kept = [row for row in rows if row["label"] == label][:most]
        pairs = [(row[text], row["claim"]) for text in ("text", "text2") for row in kept]
        labels = score(pairs, False).argmax(axis=1)
        first, second = labels[: len(kept)], labels[len(kept) :]
        found.append(_agreement(name, first, second))
    return found


def _mirrored(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(labels == NEUTRAL, NEUTRAL, SUPPORTS + REFUTES - labels)


def _agreement(name: str, first: NDArray[np.int64], second: NDArray[np.int64]) -> dict[str, Any]:
    sides = first != NEUTRAL
    return {
        "probe": name,
        "pairs": len(first),
        "consistent": round(float(np.mean(first == second)), 3),
        "sides": int(sides.sum()),
        "of_sides": round(float(np.mean((first == second)[sides])), 3) if sides.any() else None,
    }
