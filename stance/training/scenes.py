"""Invented news scenes: what several holders say of several claims, with a label for every pair.

Written for this project, since public sets lack what news asks of a model: statements that share
no word with the claim, that are understood only beside headline and lead, that take no side, and
others on the same story that leave a claim open. Some are sets of evidence: findings, records and
reports beside claims of fact. ``scenes.jsonl`` beside the package's data:

    {"id", "half", "headline", "lead", "statements": [{"holder", "text", "kind"}], "claims": [...],
     "labels": ["SNRN", ...]}

``labels`` has a word per statement and a letter per claim: S supports, N neutral, R refutes.
``half`` is ``train`` or ``dev``. The letter of an id names the series: ``n`` to ``v`` are plain
reports, whose claims lie close to each other, ``I``, ``O``, ``Y`` and ``Z`` the prose of agencies;
the others are more oblique.
``kind`` is ``direct`` (the quoted words alone), ``indirect``, ``mixed`` or ``outlet`` (its own).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from stance.negation import negate

_LETTERS = {"S": 0, "N": 1, "R": 2}
_PRONOUN = re.compile(r"^(?:She|He)\b")
_QUOTES = re.compile(r"[“”\"]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
ALONE = 0.35
"""Share of pairs that are given once more without headline and lead."""
NEUTRALS = 0.45
"""Share of the neutral pairs that is kept: of a story's claims a statement leaves most open."""


def read(half: str = "train") -> list[dict[str, Any]]:
    """The scenes of one half (``train``, ``dev``), as they stand in the file.

    >>> sorted(read()[0])
    ['claims', 'half', 'headline', 'id', 'labels', 'lead', 'statements']
    """
    text = (files("stance") / "data" / "scenes.jsonl").read_text("utf-8")
    return [scene for line in text.splitlines() if (scene := json.loads(line))["half"] == half]


def rows(
    rng: random.Random,
    half: str = "train",
    *,
    series: str = "",
    share: float = 1.0,
    turned: float = 0.0,
) -> Iterator[tuple[str, str, int, str]]:
    """``(premise, claim, label, scene)``: statements as the library words them, beside headline and
    lead, some alone as well.

    Of all scenes, or of those whose id begins with a letter of ``series``; ``share`` of them. In
    the share ``turned`` of the pairs the claim is negated, where a rule can, and the side with it.

    >>> premise, claim, label, scene = next(rows(random.Random(0)))
    >>> label in (0, 1, 2)
    True
    """
    for scene in read(half):
        if series and scene["id"][0] not in series:
            continue
        if share < 1 and rng.random() > share:
            continue
        head = _stopped(scene["headline"])
        for statement, letters in zip(scene["statements"], scene["labels"], strict=True):
            words = _worded(statement, rng)
            lead = scene["lead"].strip()
            if rng.random() < 0.5:
                lead = _SENTENCE.split(lead)[-1]
            for claim, letter in zip(scene["claims"], letters, strict=True):
                if letter == "N" and rng.random() > NEUTRALS:
                    continue
                label, asked = _LETTERS[letter], _stopped(claim)
                if turned and rng.random() < turned and (opposite := negate(asked)):
                    label, asked = _LETTERS["R"] - label, opposite
                yield f"{head} {lead} {words}", asked, label, scene["id"]
                if rng.random() < ALONE:
                    yield words, asked, label, scene["id"]


def _worded(statement: dict[str, str], rng: random.Random) -> str:
    """As the premise of a passage: a quotation after its speaker, a report mostly with a name."""
    text, holder = statement["text"].strip(), statement["holder"]
    if statement["kind"] == "direct":
        return f"{holder} said: {text}"
    if rng.random() < 0.7:
        text = _PRONOUN.sub(holder, text)
    return _QUOTES.sub("", text) if rng.random() < 0.7 else text


def _stopped(text: str) -> str:
    text = text.strip()
    return text if text[-1] in ".!?" else f"{text}."
