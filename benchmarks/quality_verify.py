"""Claim verification: pairs, verdicts, search, honest dates and conflicts.

``run(nli, data, seeds)`` gives one dictionary of figures: what ``python -m benchmarks quality
--task verify`` prints. Sets with a training part are cut by claim with the hash that keeps the
same claims out of the shipped weights' training (:func:`stance.training.sources.held_out`).
Speed has a file of its own, :mod:`benchmarks.verify_speed`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

from benchmarks.verify_sets import VERDICT, Row, by_claim, gold_verdict, load, sources
from stance.archive import Archive
from stance.bounds import in_amount
from stance.compound import split_claim
from stance.evidence import corrected
from stance.lexical import tokens
from stance.readers import read, read_claims
from stance.training.metrics import intervals
from stance.types import LABELS, Candidate, Claim, Date, Document, Passage
from stance.utterances import last_day
from stance.vectors import embed
from stance.verification import THRESHOLD, fitted_weights, history, verify
from stance.weighing import ECHO, misread_negation

PAIR_SETS = {
    "FM2": "fm2-dev",
    "HealthVer": "healthver-dev",
    "COVID-Fact": "covidfact-dev",
    "FEVER-style": "fever_nli-dev_2way",
    "Climate-FEVER": "climate_fever-all",
    "EQUATE, numbers": "equate_stresstest-test",
}
POOLS = ("FM2", "HealthVer", "COVID-Fact", "FEVER-style")
ROWS, CLAIMS, DAYS = 800, 120, 3
"""At most so many pairs of a set and claims of a pool, and every third day for honest dates: about
ten minutes on two cores with the small model."""
AT = 5
Search = Callable[[str], list[int]]


def run(nli: Any, data_dir: Path, seeds_dir: Path, quick: bool = False) -> dict[str, Any]:
    """All figures of one model; ``nli`` has ``score(pairs) -> (n, 3)``, best one that keeps."""
    part = 10 if quick else 1
    rows, claims = ROWS // part, CLAIMS // part
    return {
        "caps": {"rows": rows, "claims": claims, "every_day": DAYS * part},
        "fitted": fitted(nli),
        "pairs": [row for name in PAIR_SETS for row in pairs(nli, data_dir, name, rows)],
        "verdicts": climate_verdicts(nli, data_dir, claims),
        "search": [row for name in POOLS for row in pooled(nli, data_dir, name, claims)],
        "dates": later_documents(nli, seeds_dir, DAYS * part),
        **conflicts(nli, seeds_dir),
    }


def fitted(nli: Any) -> dict[str, Any]:
    """What the model's card says of verification, with the defaults where it says nothing."""
    card = nli.ref.card.get("verify", {})
    return {"threshold": THRESHOLD, "echo": ECHO, **asdict(fitted_weights(nli)), **card}


# --- a claim beside its evidence ---------------------------------------------------------------


def pairs(nli: Any, data_dir: Path, name: str, most: int) -> list[dict[str, Any]]:
    """Labels of pairs with gold evidence: the model alone, and with what the text says plainly.

    Sets without neutral rows are also read as two labels (the likelier side), since a model that
    may answer neutral is judged for caution there.
    """
    sample = load(data_dir, PAIR_SETS[name])[:most]
    gold = [row["label"] for row in sample]
    claims = [row["hypothesis"] for row in sample]
    asked = [(r["premise"], r["hypothesis"]) for r in sample]
    told = [(in_amount(text, claim), claim) for text, claim in asked]
    raw, read_in_full = (np.asarray(nli.score(rows), np.float64) for rows in (asked, told))
    facts = {"set": name, "rows": len(sample), "majority": _share(gold)}
    out = []
    for reading, scores in (("model", raw), ("corrected", _corrected(sample, read_in_full))):
        said = [LABELS[i] for i in scores.argmax(1)]
        out.append({**facts, "reading": reading, **_figures(gold, said, claims)})
        if "neutral" not in gold:
            sided = ["supports" if s > r else "refutes" for s, _, r in scores]
            out.append({**facts, "reading": f"{reading}, two-way", **_figures(gold, sided, claims)})
    return out


def _share(gold: Sequence[str]) -> float:
    return round(max(Counter(gold).values()) / len(gold), 3)


def _corrected(sample: Sequence[Row], raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores after what differs and is negated, as :func:`stance.verification.verify` has them."""
    scores = raw.copy()
    for i, row in enumerate(sample):
        if scores[i, 0] > scores[i, 2] and misread_negation(row["premise"], row["hypothesis"]):
            scores[i] = scores[i, ::-1]
    claims = {str(i): Claim(str(i), row["hypothesis"]) for i, row in enumerate(sample)}
    told = [Candidate(_passage(i, row["premise"]), str(i), 1.0) for i, row in enumerate(sample)]
    return corrected(told, claims, scores, {})[0]


def _passage(number: int, text: str) -> Passage:
    return Passage(str(number), 0, len(text), text, f"s{number}", "outlet", premise=text)


def _figures(
    gold: Sequence[str], said: Sequence[str], groups: Sequence[str] | None = None
) -> dict[str, Any]:
    """Accuracy and macro-F1 over the labels that gold has, with 95 % bootstraps over claims."""
    labels = sorted(set(gold))
    names = [*labels, *sorted(set(said) - set(labels))]
    number = {word: i for i, word in enumerate(names)}
    spans = intervals([number[w] for w in gold], [number[w] for w in said], groups)
    return {
        "accuracy": round(float(accuracy_score(gold, said)), 3),
        "accuracy_95": list(spans["accuracy"]),
        "macro_f1": round(float(f1_score(gold, said, labels=labels, average="macro")), 3),
        "macro_f1_95": list(spans["macro_f1"]),
    }


# --- a claim beside several sources ------------------------------------------------------------


def climate_verdicts(nli: Any, data_dir: Path, most: int) -> dict[str, Any]:
    """Climate-FEVER: five sentences per claim, some of them against each other; four verdicts.

    Each sentence is a document of its own source. Gold by the rule of the set: both sides among
    the sentences is conflicting, one side is that verdict, none is not enough evidence.
    """
    claims = by_claim(load(data_dir, PAIR_SETS["Climate-FEVER"]))[:most]
    gold = [gold_verdict(found) for _, found in claims]
    said = [verify(text, sources(found), scorer=nli)[0].verdict for text, found in claims]
    return {
        "set": "Climate-FEVER",
        "claims": len(claims),
        "majority": _share(gold),
        **_figures(gold, said),
        "gold": dict(Counter(gold)),
        "said": dict(Counter(said)),
    }


# --- search over the pooled evidence of a set --------------------------------------------------


class _Searched(Archive):
    """An archive whose search is another."""

    search: Search

    def near(self, text: str, k: int) -> list[Document]:
        return [self.documents[i] for i in self.search(text)[:k]]


def pooled(nli: Any, data_dir: Path, name: str, most: int) -> list[dict[str, Any]]:
    """Recall of gold evidence among all evidence of the set, and verdicts from what is found.

    ``BM25`` and ``vectors`` alone and ``both`` (what :class:`Archive` does) judge by the five
    documents found; ``verify`` is the whole flow at its defaults, which reads fifty. The last row
    asks again with a claim's own evidence taken away: its accuracy is the share of "not enough
    evidence". A claim whose pairs have several labels is left out.
    """
    found = load(data_dir, PAIR_SETS[name])
    texts = list(dict.fromkeys(row["premise"] for row in found))
    documents = [Document(str(i), text, f"source {i}") for i, text in enumerate(texts)]
    number = {text: i for i, text in enumerate(texts)}
    claims = [c for c in by_claim(found) if len({r["label"] for r in c[1]}) == 1][:most]
    asked = [Claim(str(i), text) for i, (text, _) in enumerate(claims)]
    wanted = [{number[row["premise"]] for row in group} for _, group in claims]
    gold = [VERDICT[group[0]["label"]] for _, group in claims]
    archive = Archive(documents)
    searches: dict[str, Search] = {
        "BM25": _by_words(texts),
        "vectors": _by_vectors(texts),
        "both": lambda text: [int(d.id) for d in archive.near(text, AT)],
    }
    facts = {"set": name, "claims": len(claims), "passages": len(texts)}
    out = []
    for kind, search in searches.items():
        searched = _Searched(documents)
        searched.search = search
        said = [v.verdict for v in verify(asked, searched, scorer=nli, k=AT)]
        recall = _recall([search(claim.text)[:AT] for claim in asked], wanted)
        out.append({**facts, "search": kind, "recall_at_5": recall, **_figures(gold, said)})
    verdicts = verify(asked, archive, scorer=nli)
    shown = [[int(row.doc_id) for row in v.evidence][:AT] for v in verdicts]
    said = [v.verdict for v in verdicts]
    recall = _recall(shown, wanted)
    out.append({**facts, "search": "verify", "recall_at_5": recall, **_figures(gold, said)})
    without = _Without(documents)
    without.taken = {
        part: {str(i) for i in own}
        for claim, own in zip(asked, wanted, strict=True)
        for part in (claim.text, *split_claim(claim.text))
    }
    empty = [v.verdict for v in verify(asked, without, scorer=nli)]
    nothing = ["not enough evidence"] * len(asked)
    blank = {"macro_f1": None, "macro_f1_95": None}
    out.append({**facts, "search": "verify, evidence removed", **_figures(nothing, empty), **blank})
    return out


class _Without(Archive):
    """An archive in which a claim does not find its own evidence."""

    taken: dict[str, set[str]]

    def near(self, text: str, k: int) -> list[Document]:
        own = self.taken[text]
        return [d for d in super().near(text, k + len(own)) if d.id not in own][:k]


def _by_words(texts: Sequence[str]) -> Search:
    index = bm25s.BM25(k1=0.6, b=0.4)
    index.index([tokens(text) or [""] for text in texts], show_progress=False)

    def search(text: str) -> list[int]:
        known = [w for w in sorted(set(tokens(text))) if w in index.vocab_dict]
        scores = index.get_scores(known) if known else np.zeros(len(texts))
        return [i for i in np.argsort(-scores, kind="stable").tolist() if scores[i] > 0]

    return search


def _by_vectors(texts: Sequence[str]) -> Search:
    table = embed(texts)
    return lambda text: np.argsort(-(table @ embed([text])[0]), kind="stable").tolist()


def _recall(hits: Sequence[Sequence[int]], wanted: Sequence[set[int]]) -> float:
    """Share of a claim's evidence among the hits, of what five hits can hold, over claims."""
    parts = [len(set(h) & w) / min(len(w), AT) for h, w in zip(hits, wanted, strict=True)]
    return round(float(np.mean(parts)), 3)


# --- the seed corpus ---------------------------------------------------------------------------


def later_documents(nli: Any, seeds_dir: Path, every: int) -> dict[str, int]:
    """Verdicts of every claim as of some days, with later documents in the corpus and without."""
    documents, claims = read(seeds_dir), read_claims(seeds_dir / "claims.jsonl")
    days = sorted({last_day(d.date) for d in documents if d.date})[::every]
    archive = Archive(documents)
    changed = 0
    for day in days:
        known = [d for d in documents if d.date and last_day(d.date) <= day]
        one = verify(claims, archive, scorer=nli, as_of=Date(day))
        other = verify(claims, known, scorer=nli, as_of=Date(day))
        changed += sum(a != b for a, b in zip(one, other, strict=True))
    moved = [history(claim, archive, scorer=nli) for claim in claims]
    turns = sum(a.verdict != b.verdict for h in moved for a, b in pairwise(h))
    return {"verdicts": len(days) * len(claims), "changed_by_later": changed, "turns": turns}


def conflicts(nli: Any, seeds_dir: Path) -> dict[str, Any]:
    """Claims of the seed corpus on which holders are on both sides: are they called conflicting?

    Gold is the stance rows: a claim that some support and some refute is conflicting, others are
    the one side there is. Thirteen claims, so a figure to read beside its table.
    """
    documents, claims = read(seeds_dir), read_claims(seeds_dir / "claims.jsonl")
    sides: defaultdict[str, set[str]] = defaultdict(set)
    for row in _jsonl(seeds_dir / "gold" / "stances.jsonl"):
        sides[row["claim_id"]].add(row["stance"])
    gold = [gold_verdict([{"label": s} for s in sides[claim.id]]) for claim in claims]
    said = [v.verdict for v in verify(claims, documents, scorer=nli)]
    table = [
        {"claim": c.text, "gold": g, "said": s} for c, g, s in zip(claims, gold, said, strict=True)
    ]
    is_conflict, called = (np.array([v == "conflicting evidence" for v in x]) for x in (gold, said))
    summary = {
        "claims": len(claims),
        "conflicting": int(is_conflict.sum()),
        "called_conflicting": int(called.sum()),
        "both": int((is_conflict & called).sum()),
        "accuracy": round(float(accuracy_score(gold, said)), 3),
    }
    return {"conflicts": summary, "conflict_table": table}


def _jsonl(path: Path) -> list[Row]:
    import json

    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
