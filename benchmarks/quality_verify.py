"""Claim verification: pairs, verdicts, search, speed, honest dates and conflicts.

``run(nli, data, seeds)`` gives one dictionary of figures: what ``python -m benchmarks quality
--task verify`` prints. Sets with a training part are cut by claim with the hash that keeps the
same claims out of the shipped weights' training (:func:`stance.training.sources.held_out`).
"""

from __future__ import annotations

import pickle
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

from stance.archive import Archive
from stance.evidence import judge
from stance.lexical import tokens
from stance.matching import match
from stance.readers import read, read_claims
from stance.training.sources import held_out
from stance.training.sources import read_rows as rows
from stance.types import LABELS, Candidate, Claim, Date, Document, Passage
from stance.utterances import last_day
from stance.vectors import embed
from stance.verification import VERDICTS, history, judged, verify
from stance.weighing import misread_negation, pool

PAIR_SETS = ("fm2-dev", "healthver-dev", "covidfact-dev", "fever_nli-dev_2way", "climate_fever-all")
POOLS = ("fm2-dev", "healthver-dev", "covidfact-dev")
CUT = frozenset({"fever_nli-dev_2way", "climate_fever-all"})
"""Sets of which a part was trained on; only held-out claims are measured."""
SIZES = (1_000, 10_000, 100_000)
AT = 5
_GOLD = {"entailment": "supports", "neutral": "neutral", "contradiction": "refutes"}
_VERDICT = {"supports": "supported", "refutes": "refuted", "neutral": "not enough evidence"}

Row = dict[str, Any]
Search = Callable[[str], list[int]]


def run(nli: Any, data_dir: Path, seeds_dir: Path, quick: bool = False) -> dict[str, Any]:
    """All figures of one model, an :class:`stance.NLI`."""
    most = 100 if quick else 400
    return {
        "pairs": {name: pairs(nli, data_dir, name, 4 * most) for name in PAIR_SETS},
        "verdicts": climate_verdicts(nli, data_dir, most),
        "pooled": {name: pooled(nli, data_dir, name, most) for name in POOLS},
        "latency": latency(nli, data_dir, SIZES[: 2 if quick else 3]),
        "dates": later_documents(nli, seeds_dir, 6 if quick else 2),
        "conflicts": conflicts(nli, seeds_dir),
    }


def load(data_dir: Path, name: str, *, unseen: bool = True) -> list[Row]:
    """Rows of a set with our labels, in an order that is random and the same everywhere."""
    found = [
        {**row, "label": _GOLD[row["label"]]}
        for row in rows(data_dir / "nli" / f"{name}.jsonl.gz")
        if row["label"] in _GOLD and row["premise"] != "sentence1"  # a header left in as a row
    ]
    if name in CUT:
        found = [row for row in found if held_out(row["hypothesis"]) == unseen]
    return sorted(found, key=lambda r: zlib.crc32((r["hypothesis"] + r["premise"]).encode()))


# --- a claim beside its evidence ---------------------------------------------------------------


def pairs(nli: Any, data_dir: Path, name: str, most: int) -> dict[str, float]:
    """Labels of pairs with gold evidence: the model alone, and with what the text says plainly.

    Sets without neutral rows are also read as two labels (the likelier side), since a model that
    may answer neutral is judged for caution there.
    """
    sample = load(data_dir, name)[:most]
    gold = [row["label"] for row in sample]
    raw = np.asarray(nli.score([(r["premise"], r["hypothesis"]) for r in sample]), np.float64)
    fixed = _corrected(sample, raw)
    out = {"n": len(sample), "majority": max(Counter(gold).values()) / len(gold)}
    for kind, scores in (("model", raw), ("verify", fixed)):
        out |= _figures(gold, [LABELS[i] for i in scores.argmax(1)], f"{kind}_")
        if "neutral" not in gold:
            sided = ["supports" if s > r else "refutes" for s, _, r in scores]
            out |= _figures(gold, sided, f"{kind}_two_")
    return out


def _corrected(sample: Sequence[Row], raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores after numbers, dates and negation, as :func:`stance.verification.verify` has them."""
    scores = raw.copy()
    for i, row in enumerate(sample):
        if scores[i, 0] > scores[i, 2] and misread_negation(row["premise"], row["hypothesis"]):
            scores[i] = scores[i, ::-1]
    claims = {str(i): Claim(str(i), row["hypothesis"]) for i, row in enumerate(sample)}
    told = [Candidate(_passage(i, row["premise"]), str(i), 1.0) for i, row in enumerate(sample)]
    return judge(told, claims, scores).scores


def _passage(number: int, text: str) -> Passage:
    return Passage(str(number), 0, len(text), text, f"s{number}", "outlet", premise=text)


def _figures(gold: Sequence[str], said: Sequence[str], prefix: str = "") -> dict[str, float]:
    labels = sorted(set(gold))
    return {
        f"{prefix}accuracy": float(accuracy_score(gold, said)),
        f"{prefix}macro_f1": float(f1_score(gold, said, labels=labels, average="macro")),
    }


# --- a claim beside several sources ------------------------------------------------------------


def climate_verdicts(nli: Any, data_dir: Path, most: int) -> dict[str, Any]:
    """Climate-FEVER: five sentences per claim, some of them against each other; four verdicts.

    Each sentence is a document of its own source. Gold by the rule of the set: both sides among
    the sentences is conflicting, one side is that verdict, none is not enough evidence. ``card``
    is what :mod:`benchmarks.fit_verify` wrote into the model's card, empty where nothing.
    """
    claims = by_claim(load(data_dir, "climate_fever-all"))[:most]
    gold = [gold_verdict(found) for _, found in claims]
    said = [verify(text, _sources(found), scorer=nli)[0].verdict for text, found in claims]
    return {
        "n": len(claims),
        "gold": dict(Counter(gold)),
        "said": dict(Counter(said)),
        "majority": max(Counter(gold).values()) / len(gold),
        **_figures(gold, said, "verdict_"),
        "card": dict(nli.ref.card.get("verify", {})),
    }


def by_claim(found: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in found:
        groups[row["hypothesis"]].append(row)
    return sorted(groups.items(), key=lambda item: zlib.crc32(item[0].encode()))


def gold_verdict(found: Sequence[Row]) -> str:
    sides = {row["label"] for row in found} - {"neutral"}
    if len(sides) == 2:
        return "conflicting evidence"
    return _VERDICT[sides.pop()] if sides else "not enough evidence"


def _sources(found: Sequence[Row]) -> list[Document]:
    return [Document(str(i), row["premise"], f"source {i}") for i, row in enumerate(found)]


Sides = tuple[NDArray[np.float64], NDArray[np.float64]]


def side_strengths(nli: Any, claims: Sequence[tuple[str, list[Row]]]) -> list[Sides]:
    """Strengths for and against of each claim's sentences, as verify() weighs them."""
    sides = []
    for text, found in claims:
        told = [_passage(i, row["premise"]) for i, row in enumerate(found)]
        near = match(told, [claim := Claim("c", text)])
        strength = judged(claim, near, nli) if near else np.zeros((0, 3))
        sides.append((strength[:, 0], strength[:, 2]))
    return sides


def pooled_verdict(sides: Sides, threshold: float, echo: float) -> str:
    for_it, against = (pool(s.tolist(), [1.0] * len(s), echo) >= threshold for s in sides)
    if for_it and against:
        return "conflicting evidence"
    return "supported" if for_it else "refuted" if against else "not enough evidence"


def fit(sides: Sequence[Sides], gold: Sequence[str]) -> tuple[float, float]:
    """Threshold and echo with the best macro-F1; the simplest of equals."""
    grid = [(t / 20, e) for e in (0.0, 0.25, 0.5, 0.75, 1.0) for t in range(6, 20)]

    def quality(setting: tuple[float, float]) -> float:
        said = [pooled_verdict(pair, *setting) for pair in sides]
        return float(f1_score(gold, said, labels=list(VERDICTS), average="macro", zero_division=0))

    return max(grid, key=lambda setting: round(quality(setting), 4))


# --- search over the pooled evidence of a set --------------------------------------------------


class _Searched(Archive):
    """An archive whose search is another."""

    search: Search

    def near(self, text: str, k: int) -> list[Document]:
        return [self.documents[i] for i in self.search(text)[:k]]


def pooled(nli: Any, data_dir: Path, name: str, most: int) -> dict[str, Any]:
    """Recall of gold evidence among all evidence of the set, and verdicts from what is found.

    ``words`` (BM25), ``vectors`` (static ones) and ``both`` (what :class:`Archive` does) judge by
    the five passages found; ``verify`` is the whole flow at its defaults, which reads fifty. A
    claim whose pairs have several labels is left out.
    """
    found = load(data_dir, name)
    texts = list(dict.fromkeys(row["premise"] for row in found))
    documents = [Document(str(i), text, f"source {i}") for i, text in enumerate(texts)]
    number = {text: i for i, text in enumerate(texts)}
    claims = [c for c in by_claim(found) if len({r["label"] for r in c[1]}) == 1][:most]
    wanted = [{number[row["premise"]] for row in group} for _, group in claims]
    gold = [_VERDICT[group[0]["label"]] for _, group in claims]
    archive = Archive(documents)
    searches: dict[str, Search] = {
        "words": _by_words(texts),
        "vectors": _by_vectors(texts),
        "both": lambda text: [int(d.id) for d in archive.near(text, AT)],
    }
    out: dict[str, Any] = {"n": len(claims), "passages": len(texts)}
    for kind, search in searches.items():
        searched = _Searched(documents)
        searched.search = search
        said = [verify(text, searched, scorer=nli, k=AT)[0].verdict for text, _ in claims]
        out[f"{kind}_recall_at_5"] = _recall([search(text)[:AT] for text, _ in claims], wanted)
        out |= _figures(gold, said, f"{kind}_")
    verdicts = [verify(text, archive, scorer=nli)[0] for text, _ in claims]
    shown = [[int(row.doc_id) for row in v.evidence][:AT] for v in verdicts]
    out["verify_evidence_recall_at_5"] = _recall(shown, wanted)
    return out | _figures(gold, [v.verdict for v in verdicts], "verify_")


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
    return float(np.mean(parts))


# --- speed -------------------------------------------------------------------------------------


def latency(nli: Any, data_dir: Path, sizes: Sequence[int], claims: int = 20) -> dict[str, Any]:
    """Seconds per claim over corpora of news-like paragraphs, and what the index costs.

    Corpora are paragraphs of three premises of NLI sets, five to a document: no real articles, but
    real sentences. ``search`` is the index alone, ``verify`` the whole flow with the model.
    """
    asked = [text for text, _ in by_claim(load(data_dir, "fm2-dev"))[:claims]]
    sentences = _sentences(data_dir, 3 * max(sizes))
    out: dict[str, Any] = {"claims": len(asked)}
    for size in sizes:
        archive = Archive(_corpus(sentences, size))
        started = time.perf_counter()
        archive.near("warm", 1)
        built = time.perf_counter() - started
        search = _seconds(lambda text, a=archive: a.near(text, 50), asked)  # type: ignore[misc]
        whole = _seconds(lambda text, a=archive: verify(text, a, scorer=nli), asked)  # type: ignore[misc]
        out[str(size)] = {
            "index_build_s": round(built, 2),
            "index_mib": round(len(pickle.dumps((archive._index, archive._points))) / 2**20, 1),
            **{f"search_{k}": v for k, v in search.items()},
            **{f"verify_{k}": v for k, v in whole.items()},
        }
    return out


def _sentences(data_dir: Path, most: int) -> list[str]:
    found: dict[str, None] = {}
    for name in (
        "fm2-dev",
        "healthver-dev",
        "climate_fever-all",
        "mnli-train_part",
        "snli-train_part",
    ):
        for row in rows(data_dir / "nli" / f"{name}.jsonl.gz"):
            found[row["premise"]] = None
        if len(found) >= most:
            break
    return list(found)[:most]


def _corpus(sentences: Sequence[str], size: int) -> list[Document]:
    """``size`` paragraphs; where sentences run out they come again in other company."""
    n = len(sentences)
    paragraphs = [
        " ".join(sentences[(i + step * (1 + 3 * i // n)) % n] for step in range(3))
        for i in range(0, 3 * size, 3)
    ]
    groups = [paragraphs[i : i + 5] for i in range(0, size, 5)]
    return [Document(str(i), "\n\n".join(g), f"outlet {i % 40}") for i, g in enumerate(groups)]


def _seconds(act: Callable[[str], object], texts: Sequence[str]) -> dict[str, float]:
    spent = []
    for text in texts:
        started = time.perf_counter()
        act(text)
        spent.append(time.perf_counter() - started)
    p50, p95 = np.percentile(spent, [50, 95])
    return {"p50_s": round(float(p50), 4), "p95_s": round(float(p95), 4)}


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
    table = {c.id: [g, s] for c, g, s in zip(claims, gold, said, strict=True)}
    is_conflict, called = (np.array([v == "conflicting evidence" for v in x]) for x in (gold, said))
    return {
        "claims": len(claims),
        "conflicting": int(is_conflict.sum()),
        "called_conflicting": int(called.sum()),
        "hit": int((is_conflict & called).sum()),
        "accuracy": float(accuracy_score(gold, said)),
        "table": table,
    }


def _jsonl(path: Path) -> list[Row]:
    import json

    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
