"""Claims, matching and stances on development data and on the seed corpus.

``run(nli, data, seeds)`` gives one dictionary of figures: what ``python -m benchmarks quality``
prints for the tasks claims, matching and stance. Nothing here trains; single sets of pairs are
measured with the model itself (``models/*/eval.json``), here it is the stages around it.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import seed_gold
from stance.checkworthiness import checkworthiness
from stance.claims import same_claims
from stance.matching import THRESHOLD, match
from stance.stances import decide, pairs_for
from stance.text import sentences
from stance.training.checkworthiness import held_out as unseen_sentence
from stance.training.sources import held_out
from stance.types import Claim, Document, Passage

ARTICLES = 160
"""FNC-1 articles measured; some twenty pairs each."""


def run(nli: Any, data_dir: Path, seeds_dir: Path) -> dict[str, Any]:
    """All figures; ``nli`` has ``score(pairs) -> (n, 3)``."""
    return {
        "claims": claims(data_dir),
        "matching": matching(nli, data_dir),
        "articles": articles(nli, data_dir),
        "seeds": end_to_end(nli, seeds_dir),
    }


def rows(path: Path) -> list[dict[str, Any]]:
    """A ``.jsonl.gz`` file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def end_to_end(nli: Any, seeds_dir: Path) -> dict[str, Any]:
    """The seed corpus, with attributions as found and as in the gold."""
    gold = seed_gold.load(seeds_dir)
    found = seed_gold.run_flow(nli, gold, seed_gold.found_passages(gold))
    given = seed_gold.run_flow(nli, gold, seed_gold.gold_passages(gold))
    return {
        "flow": seed_gold.evaluate(found, gold),
        "gold_attributions": seed_gold.evaluate(given, gold),
    }


def claims(data_dir: Path) -> dict[str, Any]:
    """Check-worthiness on sentences that its coefficients have not seen."""
    folder = data_dir / "claims"
    trained = {_key(r) for r in rows(folder / "claimbuster-train.jsonl.gz")}
    figures = {}
    for name in ("claimbuster-train", "claimbuster-kfold_25ncs", "policlaim-train_gold"):
        kept = [
            r
            for r in rows(folder / f"{name}.jsonl.gz")
            if unseen_sentence(r["text"]) or ("kfold" in name and _key(r) not in trained)
        ]
        labels = np.array([int(r["label"]) for r in kept])
        p = checkworthiness([r["text"] for r in kept])
        figures[name] = _binary(labels, p)
    return figures


def _key(row: dict[str, Any]) -> str:
    return str(row["text"]).strip().casefold()


def _binary(labels: NDArray[np.int64], p: NDArray[np.float64]) -> dict[str, float]:
    from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

    bins = np.minimum((p * 10).astype(int), 9)
    gaps = [
        abs(p[bins == b].mean() - labels[bins == b].mean()) * np.mean(bins == b)
        for b in np.unique(bins)
    ]
    return {
        "rows": len(labels),
        "positive": round(float(labels.mean()), 3),
        "roc_auc": round(float(roc_auc_score(labels, p)), 3),
        "average_precision": round(float(average_precision_score(labels, p)), 3),
        "f1_at_half": round(float(f1_score(labels, p >= 0.5)), 3),
        "calibration_error": round(float(sum(gaps)), 3),
    }


def matching(nli: Any, data_dir: Path) -> dict[str, Any]:
    """MAP@5 of tweets against 10,375 verified claims; paraphrase votes; recall at the threshold."""
    folder = data_dir / "matching"
    tweets = rows(folder / "checkthat2020_task2-dev.jsonl.gz")
    verified = rows(folder / "checkthat2020_task2_claims-all.jsonl.gz")
    shelf = [_whole(r["id"], f"{r['text']} {r['title']}") for r in verified]
    asked = [Claim(str(i), _plain(r["text"])) for i, r in enumerate(tweets)]
    ranked: dict[str, list[str]] = {}
    kept: dict[str, set[str]] = {}
    for c in match(shelf, asked, threshold=0.0, k=100):
        ranked.setdefault(c.claim_id, []).append(c.passage.doc_id)
        if c.score >= THRESHOLD:
            kept.setdefault(c.claim_id, set()).add(c.passage.doc_id)
    wanted = [str(r["claim_id"]) for r in tweets]
    ranks = [ranked.get(str(i), [])[:5] for i in range(len(tweets))]
    found = [w in kept.get(str(i), set()) for i, w in enumerate(wanted)]
    return {
        "checkthat2020_map_at_5": round(
            float(np.mean([_reciprocal(r, w) for r, w in zip(ranks, wanted, strict=True)])), 3
        ),
        "checkthat2020_recall_at_threshold": round(float(np.mean(found)), 3),
        "perspectrum_paraphrase": paraphrases(nli, folder),
    }


def _reciprocal(ranked: Sequence[str], wanted: str) -> float:
    return 1 / (ranked.index(wanted) + 1) if wanted in ranked else 0.0


def _plain(tweet: str) -> str:
    return re.sub(r"https?\S+|pic\.twitter\S+", "", tweet)


def _whole(name: str, text: str, start: int = 0, holder: str = "") -> Passage:
    return Passage(name, start, start + len(text), text, holder or name, "speaker", premise=text)


def paraphrases(nli: Any, folder: Path, pairs: int = 600) -> dict[str, float]:
    """F1 of "same claim" against crowd votes, by words alone and by entailment both ways."""
    sample = [
        r
        for r in rows(folder / "perspectrum_paraphrase-all.jsonl.gz")
        if zlib.crc32((r["text"] + r["text2"]).encode()) % 9 == 0
    ][:pairs]
    gold = np.array([r["label"] == "paraphrase" for r in sample])
    out = {"rows": len(sample), "all_yes": _pair_f1(gold, np.ones(len(gold), bool))}
    for name, scorer in (("by_words", None), ("by_entailment", nli)):
        said = [len(same_claims([r["text"], r["text2"]], scorer)) == 1 for r in sample]
        out[name] = _pair_f1(gold, np.array(said))
        out[f"{name}_precision"] = (
            round(float(gold[np.array(said)].mean()), 3) if any(said) else 0.0
        )
    return out


def _pair_f1(gold: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    total = gold.sum() + said.sum()
    return round(float(2 * (gold & said).sum() / total), 3) if total else 0.0


FNC = {"agree": "supports", "disagree": "refutes", "discuss": "neutral", "unrelated": "unrelated"}


def fnc_articles(data_dir: Path, wanted: int = ARTICLES) -> list[dict[str, Any]]:
    """FNC-1 articles whose headline no recipe trains on, as many of each label."""
    kept = [r for r in rows(data_dir / "stance" / "fnc1-train.jsonl.gz") if held_out(r["target"])]
    kept.sort(key=lambda r: zlib.crc32((r["target"] + r["text"]).encode()))
    return [
        r for label in FNC for r in [r for r in kept if r["label"] == label][: wanted // len(FNC)]
    ]


def article_candidates(sample: Sequence[dict[str, Any]]) -> tuple[list[Any], list[Any], list[Any]]:
    """Documents, claims, and the candidates of each document with its own claim."""
    documents = [Document(f"d{i}", r["text"], "paper") for i, r in enumerate(sample)]
    asked = [Claim(f"d{i}", r["target"]) for i, r in enumerate(sample)]
    parts = [_whole(d.id, s.text, s.start, "article") for d in documents for s in sentences(d.text)]
    candidates = [c for c in match(parts, asked) if c.passage.doc_id == c.claim_id]
    return documents, asked, candidates


def articles(nli: Any, data_dir: Path) -> dict[str, Any]:
    """FNC-1 in two stages: is the article about the headline at all, and which side does it take.

    Every sentence of an article is taken as its one holder's words.
    """
    sample = fnc_articles(data_dir)
    documents, asked, candidates = article_candidates(sample)
    scores = nli.score(pairs_for(candidates, asked))
    said = {
        r.doc_id: r.stance
        for r in decide(documents, asked, candidates, scores)
        if r.holder_type == "speaker" and r.doc_id == r.claim_id
    }
    gold = [FNC[r["label"]] for r in sample]
    found = [str(said.get(d.id, "unrelated")) for d in documents]
    related = [(g == "unrelated", f == "unrelated") for g, f in zip(gold, found, strict=True)]
    return {
        "rows": len(sample),
        "macro_f1": round(float(np.mean([_label_f1(gold, found, x) for x in FNC.values()])), 3),
        "by_label": {x: round(_label_f1(gold, found, x), 3) for x in FNC.values()},
        "related_accuracy": round(float(np.mean([g == f for g, f in related])), 3),
    }


def fit_relevance(nli: Any, data_dir: Path) -> dict[str, tuple[float, ...]]:
    """The constants of :mod:`stance.evidence`: does a passage bear on a claim at all?

    Emergent headlines whose claims no recipe trains on, each with its own claim and with the two
    others that match it best: what is easily taken for related. That leaves one pair in three
    related, about what the matcher hands on.
    """
    from sklearn.linear_model import LogisticRegression

    pairs = _emergent(data_dir)
    scores = nli.score([(text, claim) for text, claim, _, _ in pairs])
    x = np.column_stack([[score for _, _, score, _ in pairs], 1 - scores[:, 1]])
    y = np.array([related for *_, related in pairs])
    fitted = {}
    for name, columns in (("RELEVANCE", [0, 1]), ("TOPIC", [0])):
        model = LogisticRegression(C=10.0).fit(x[:, columns], y)
        fitted[name] = tuple(round(float(v), 2) for v in (*model.intercept_, *model.coef_[0]))
    return fitted


def _emergent(data_dir: Path) -> list[tuple[str, str, float, bool]]:
    """(headline, claim, match score, whether they belong together)."""
    data = rows(data_dir / "stance" / "emergent-train.jsonl.gz")
    heads = [r for r in data if held_out(r["target"])]
    asked = [Claim(t, t) for t in sorted({r["target"] for r in data})]
    parts = [_whole(str(i), r["text"]) for i, r in enumerate(heads)]
    found: list[tuple[str, str, float, bool]] = []
    others: Counter[str] = Counter()
    for c in sorted(match(parts, asked, threshold=0.0, k=len(parts)), key=lambda c: -c.score):
        own = heads[int(c.passage.doc_id)]["target"] == c.claim_id
        others[c.passage.doc_id] += not own
        if own or others[c.passage.doc_id] <= 2:
            found.append((c.passage.text, c.claim_id, c.score, own))
    return found


def _label_f1(gold: Sequence[str], found: Sequence[str], label: str) -> float:
    hit = sum(g == f == label for g, f in zip(gold, found, strict=True))
    total = gold.count(label) + found.count(label)
    return 2 * hit / total if total else 0.0
