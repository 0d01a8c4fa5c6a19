"""Gold stances from gold evidence: the pair head alone, nothing to be found.

Of the seed corpus, the reports and the stories. Each gold row names its evidence. The passages that
hold it, in the row's own voice, are worded by the library's premise builder, scored against the
claim and averaged; once more in the mean with their score beside headline and sentence before, as
the library reads where a model's card says so. ``bare`` scores the evidence as it stands, without
who said it; ``decided`` is the library's own decision from the same passages, with its rules for
denials, numbers and conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import seed_gold
from benchmarks.quality_pair_probes import Score
from stance.contexts import contexts, reading, score_candidates
from stance.stances import decide, pairs_for, tuning
from stance.training.metrics import intervals, macro_f1
from stance.types import Candidate, Passage

LABELS = ("supports", "neutral", "refutes")


def run(
    score: Score, corpora: Mapping[str, seed_gold.Gold], card: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One row of figures for each corpus and way of reading the evidence; ``card`` is the model's,
    which says how the library decides by it."""
    return [
        {"corpus": name, **row}
        for name, gold in corpora.items()
        for row in _readings(score, gold, card)
    ]


def _readings(score: Score, gold: seed_gold.Gold, card: Mapping[str, Any]) -> list[dict[str, Any]]:
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
    around = contexts(gold.documents, [c.passage for group in candidates for c in group])
    beside = [(i, (f"{x} {p}", c)) for x, (i, (p, c)) in zip(around, told, strict=True)]
    bare = [(i, (e["text"], claims[row["claim_id"]])) for i, row in enumerate(rows)
            for e in row["evidence"]]  # fmt: skip
    ways: dict[str, Callable[[], NDArray[np.int64]]] = {
        "premise as the library words it": lambda: _averaged(score, told, len(rows)),
        "the same, and beside its context": lambda: _averaged(score, told + beside, len(rows)),
        "bare evidence": lambda: _averaged(score, bare, len(rows)),
        "decided by the library": lambda: _decided(score, gold, rows, candidates, card),
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
    card: Mapping[str, Any],
) -> NDArray[np.int64]:
    """What the library makes of them; a row it finds unrelated or leaves open counts as neutral."""
    unique = list(dict.fromkeys(c for group in candidates for c in group))
    scorer = SimpleNamespace(score=lambda pairs: score(pairs, False))
    scores = score_candidates(scorer, gold.documents, unique, gold.claims, **reading(card))
    said = {
        (r.doc_id, r.holder, r.claim_id): r.stance
        for r in decide(gold.documents, gold.claims, unique, scores, **tuning(card))
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
