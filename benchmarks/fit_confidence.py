"""Count how often every rule and verb of the reporting grammar is right on PolNeAR-train.

``python -m benchmarks confidence`` writes ``stance/data/rule_precision.csv``, which
:func:`stance.speech.precision.precision` reads.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from benchmarks.quality_attribution import document, read_polnear
from stance.attribution import Tagged
from stance.furniture import lines
from stance.speech.extraction import find
from stance.speech.interviews import TURN
from stance.speech.precision import TABLE
from stance.speech.rules import CITED, RELAYED
from stance.training.tokens import confirmed

UNJUDGED = (RELAYED, CITED, TURN)
"""Rules that PolNeAR's annotation cannot judge: it names one speaker for words and not who is said
to have relayed them, and most turns of printed interviews it leaves unmarked (42 of 67)."""
ROOT = Path(__file__).parents[1]
FEWEST = 4
"""Finds of a verb under which its own row would say nothing."""


def run(data: Path) -> Path:
    """Write the table from the training articles below ``data``."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in read_polnear(data, "train"):
        article = document(row)
        for found in find(article, lines(article)):
            if found.rule in UNJUDGED:
                continue
            right = confirmed(row, Tagged(found.source, found.cue, found.content, 0.5))
            base = found.rule.partition("+")[0]
            for key in (
                [(found.rule, ""), (base, found.lemma)] if found.lemma else [(found.rule, "")]
            ):
                counts[key][0] += 1
                counts[key][1] += right
    path = ROOT / "stance" / TABLE
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(("rule", "lemma", "count", "right"))
        for (rule, lemma), (n, right) in sorted(counts.items()):
            if not lemma or n >= FEWEST:
                rows.writerow((rule, lemma, n, right))
    return path
