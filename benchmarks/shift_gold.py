"""The gold of the seed corpus as if a model had found it: what the shift logic makes of it.

With perfect stances whatever is missed or flagged is a fault of the logic. With a share of wrong
labels it shows what a model of that quality can give, however its probabilities are calibrated.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.seed_gold import Gold, changes
from stance.timelines import build_timelines
from stance.types import LABELS, Evidence, Label, Stance
from stance.utterances import is_unnamed


def gold_table(gold: Gold, rounds: int) -> list[dict[str, Any]]:
    """Shifts found and constants flagged where every row has the same probability of its label.

    Without errors once, and with labels wrong as often as the probability says, ``rounds`` times.
    """
    table = []
    for probability in (0.6, 0.65, 0.7, 0.8, 0.9, 0.97):
        for errors in (False, True):
            draws = range(rounds if errors else 1)
            rngs = [np.random.default_rng(seed) if errors else None for seed in draws]
            found = [changes(found_stances(gold, probability, rng), gold) for rng in rngs]
            means = {key: round(float(np.mean([one[key] for one in found])), 2) for key in found[0]}
            table.append({"probability": probability, "labels wrong": errors, **means})
    return table


def share_that_changes(gold: Gold) -> float:
    """Of the consecutive points of named holders, the share between which the gold has a shift."""
    lines = build_timelines(found_stances(gold, 0.9))
    pairs = sum(len(line.points) - 1 for line in lines if not is_unnamed(line.holder))
    return round(len(gold.shifts) / pairs, 3)


def found_stances(
    gold: Gold, probability: float, rng: np.random.Generator | None = None
) -> list[Stance]:
    """Gold rows with ``probability`` on their label; with ``rng`` on a wrong one in due share."""
    documents = {d.id: d for d in gold.documents}
    claims = {c.id: c.text for c in gold.claims}
    rows = []
    for want in gold.stances:
        label: Label = want["stance"]
        if label not in LABELS:
            continue
        if rng is not None and rng.random() > probability:
            label = LABELS[(LABELS.index(label) + int(rng.integers(1, 3))) % 3]
        p = {one: probability if one == label else (1 - probability) / 2 for one in LABELS}
        document = documents[want["doc_id"]]
        rows.append(
            Stance(
                document.id,
                document.source,
                document.date,
                want["holder"],
                want["holder_type"],
                want["affiliation"],
                want["claim_id"],
                claims[want["claim_id"]],
                label,
                p["supports"],
                p["refutes"],
                p["neutral"],
                0.0,
                probability,
                bool(want.get("conditional")),
                "ok",
                None,
                None,
                tuple(
                    Evidence(e["start"], e["end"], e["text"], p["supports"], p["refutes"])
                    for e in want.get("evidence", [])
                ),
            )
        )
    return rows
