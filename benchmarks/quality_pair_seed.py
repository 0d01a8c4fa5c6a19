"""The seed corpus' gold stances from gold evidence: the pair head alone, nothing to be found.

Each gold row names its evidence. The passages that hold it, in the row's own voice, are worded by
the library's premise builder, scored against the claim and averaged. ``bare`` scores the evidence
as it stands, without who said it; ``decided`` is the library's own decision from the same passages,
with its rules for denials, numbers and conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import seed_gold
from benchmarks.quality_pair_probes import Score
from stance.stances import decide, pairs_for
from stance.training.metrics import intervals, macro_f1
from stance.types import Candidate, Passage

LABELS = ("supports", "neutral", "refutes")


def run(score: Score, gold: seed_gold.Gold) -> list[dict[str, Any]]:
    """One row of figures for each way of reading the evidence."""
    rows = [row for row in gold.stances if row["stance"] in LABELS and row["evidence"]]
    labels = [LABELS.index(row["stance"]) for row in rows]
    documents = [row["doc_id"] for row in rows]
    claims = {claim.id: claim.text for claim in gold.claims}
    passages = seed_gold.gold_passages(gold)
    candidates = [_candidates(row, passages) for row in rows]
    told = [
        (i, pair)
        for i, c in enumerate(candidates)
        for pair in pairs_for(c, gold.claims, gold.documents)
    ]
    bare = [(i, (e["text"], claims[row["claim_id"]])) for i, row in enumerate(rows)
            for e in row["evidence"]]  # fmt: skip
    ways: dict[str, Callable[[], NDArray[np.int64]]] = {
        "premise as the library words it": lambda: _averaged(score, told, len(rows)),
        "bare evidence": lambda: _averaged(score, bare, len(rows)),
        "decided by the library": lambda: _decided(score, gold, rows, candidates),
    }
    common = max(set(labels), key=labels.count)
    found = [_figures("majority class", labels, [common] * len(labels), documents)]
    return found + [_figures(name, labels, way().tolist(), documents) for name, way in ways.items()]


def _candidates(row: dict[str, Any], passages: Sequence[Passage]) -> list[Candidate]:
    """The passages of the row's holder that hold its evidence, or else the evidence itself."""
    found = []
    for span in row["evidence"]:
        own = [
            p
            for p in passages
            if p.doc_id == row["doc_id"]
            and p.holder == row["holder"]
            and p.start < span["end"]
            and span["start"] < p.end
        ]
        found += own or [
            Passage(row["doc_id"], span["start"], span["end"], span["text"], row["holder"],
                    row["holder_type"], row["affiliation"])
        ]  # fmt: skip
    return [Candidate(p, row["claim_id"], 1.0) for p in dict.fromkeys(found)]


def _averaged(
    score: Score, pairs: Sequence[tuple[int, tuple[str, str]]], count: int
) -> NDArray[np.int64]:
    """The label of each row by the mean over its pairs."""
    probs = score([pair for _, pair in pairs], False)
    sums = np.zeros((count, 3))
    np.add.at(sums, [i for i, _ in pairs], probs)
    return np.asarray(sums.argmax(axis=1))


def _decided(
    score: Score,
    gold: seed_gold.Gold,
    rows: Sequence[dict[str, Any]],
    candidates: Sequence[list[Candidate]],
) -> NDArray[np.int64]:
    """What the library makes of them; a row it finds unrelated or leaves open counts as neutral."""
    unique = list(dict.fromkeys(c for group in candidates for c in group))
    scores = score(pairs_for(unique, gold.claims, gold.documents), False)
    said = {
        (r.doc_id, r.holder, r.claim_id): r.stance
        for r in decide(gold.documents, gold.claims, unique, scores)
    }
    names = [said.get((r["doc_id"], r["holder"], r["claim_id"])) for r in rows]
    return np.array([LABELS.index(n) if n in LABELS else 1 for n in names])


def _figures(
    name: str, labels: Sequence[int], said: Sequence[int], documents: Sequence[str]
) -> dict[str, Any]:
    wide = intervals(labels, said, documents)
    return {
        "reading": name,
        "rows": len(labels),
        "accuracy": round(float(np.mean(np.asarray(labels) == np.asarray(said))), 3),
        "macro_f1": round(macro_f1(labels, said), 3),
        "macro_f1_95": wide["macro_f1"],
        "said": {n: round(said.count(i) / len(said), 3) for i, n in enumerate(LABELS)},
    }
