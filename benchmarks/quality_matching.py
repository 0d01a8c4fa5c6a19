"""Does the matcher find what bears on a claim, and only that; words alone and with vectors.

*CheckThat! 2020 task 2*: tweets against 10,375 verified claims, mean reciprocal rank within five.
Claims in the collection twice but for their quotation marks count once. *Emergent*: headlines
against every claim that is tracked there; the area under the curve of their own claim against the
three others that match best. *Seed corpus*: speakers' gold rows with a candidate, from gold
attributions, so that nothing is lost before. *Blocking*: what the blocks by entity and by story
leave away where 21 stories stand in one corpus, and where each stands alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import seed_gold
from stance import vectors
from stance.errors import ModelError
from stance.evidence import bearing
from stance.matching import ELSEWHERE, OUTSIDE, THRESHOLD, Embed, deciding, match
from stance.training.sources import held_out, read_rows
from stance.types import Candidate, Claim, Passage

QUERIES = 40
"""Tweets asked in a quick run."""
BLOCKS = (
    (0.0, 0.0),
    (OUTSIDE, 0.0),
    (1.0, 0.0),
    (0.0, ELSEWHERE),
    (OUTSIDE, ELSEWHERE),
    (1.0, 1.0),
)
"""Values of ``outside`` and ``elsewhere`` measured."""


def run(data: Path, seeds: Path, *, quick: bool = False) -> dict[str, Any]:
    """``ranking``, ``competition`` and ``seeds``: a row per system each; ``blocking``."""
    systems: dict[str, Embed | None] = {"words": None, "words + vectors": vectors.embed}
    full = None if quick else pooled_encoder()
    if full is not None:
        systems["words + sentence encoder"] = full
    return {
        "ranking": [{"system": n, **ranking(data, e, quick)} for n, e in systems.items()],
        "competition": [{"system": n, **competition(data, e)} for n, e in systems.items()],
        "seeds": [{"system": n, **recall(seeds, e)} for n, e in systems.items()],
        "blocking": blocking(seeds),
    }


def pooled_encoder() -> Embed | None:
    """The encoder that the vectors come from, texts run through it whole; None if not installed."""
    try:
        from sentence_transformers import SentenceTransformer

        from stance.training import encoder_path
        from stance.training.vectors import INIT

        model = SentenceTransformer(encoder_path(INIT), device="cpu")
    except (ImportError, ModelError):
        return None

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(model.encode(list(texts), show_progress_bar=False), np.float32)

    return embed


def ranking(data: Path, embed: Embed | None, quick: bool = False) -> dict[str, Any]:
    """MAP@5 with an interval over tweets, and recall at the matcher's threshold."""
    folder = data / "matching"
    tweets = list(read_rows(folder / "checkthat2020_task2-dev.jsonl.gz"))
    tweets = tweets[:QUERIES] if quick else tweets
    first: dict[str, str] = {}
    shelf = []
    same: dict[str, str] = {}
    for row in read_rows(folder / "checkthat2020_task2_claims-all.jsonl.gz"):
        key = " ".join(re.findall(r"\w+", row["text"].casefold()))
        name = same[str(row["id"])] = first.setdefault(key, str(row["id"]))
        if name == str(row["id"]):
            shelf.append(_whole(name, f"{row['text']} {row['title']}"))
    asked = [Claim(str(i), _plain(r["text"])) for i, r in enumerate(tweets)]
    ranked: defaultdict[str, list[str]] = defaultdict(list)
    kept: set[tuple[str, str]] = set()
    for c in match(shelf, asked, threshold=0.0, outside=0.0, elsewhere=0.0, k=100, embed=embed):
        ranked[c.claim_id].append(c.passage.doc_id)
        if c.score >= THRESHOLD:
            kept.add((c.claim_id, c.passage.doc_id))
    wanted = [same[str(r["claim_id"])] for r in tweets]
    gains = np.array([_reciprocal(ranked[str(i)][:5], w) for i, w in enumerate(wanted)])
    return {
        "queries": len(tweets),
        "map_at_5": round(float(gains.mean()), 3),
        "map_at_5_95": _interval(gains, lambda rows: float(rows.mean())),
        "recall_at_threshold": round(
            float(np.mean([(str(i), w) in kept for i, w in enumerate(wanted)])), 3
        ),
    }


def _reciprocal(ranked: Sequence[str], wanted: str) -> float:
    return 1 / (ranked.index(wanted) + 1) if wanted in ranked else 0.0


def _plain(tweet: str) -> str:
    return re.sub(r"https?\S+|pic\.twitter\S+", "", tweet)


def _interval(
    rows: NDArray[np.float64], measure: Callable[[NDArray[np.float64]], float]
) -> list[float]:
    rng = np.random.default_rng(0)
    draws = [measure(rows[rng.integers(0, len(rows), len(rows))]) for _ in range(500)]
    return [round(float(x), 3) for x in np.quantile(draws, (0.025, 0.975))]


def _whole(name: str, text: str) -> Passage:
    return Passage(name, 0, len(text), text, name, "speaker", premise=text)


def competition(data: Path, embed: Embed | None) -> dict[str, Any]:
    """Area under the curve: own claim against the three others nearest, by score and by bearing."""
    from sklearn.metrics import roc_auc_score

    groups = emergent_candidates(data, embed, others=3)
    scores = np.array([c.score for c, _, _ in groups])
    bears = np.array([b for _, b, _ in groups])
    own = np.array([o for *_, o in groups])
    return {
        "pairs": len(groups),
        "auc": round(float(roc_auc_score(own, scores)), 3),
        "auc_in_competition": round(float(roc_auc_score(own, bears)), 3),
    }


def emergent_candidates(
    data: Path, embed: Embed | None = vectors.embed, others: int = 2
) -> list[tuple[Candidate, float, bool]]:
    """(candidate, how it bears, whether headline and claim belong together).

    Held-out headlines, each with its own claim and with the others that match it best: what is
    easily taken for related.
    """
    found = list(read_rows(data / "stance" / "emergent-train.jsonl.gz"))
    heads = [r for r in found if held_out(r["target"])]
    asked = [Claim(t, t) for t in sorted({r["target"] for r in found})]
    parts = [_whole(str(i), r["text"]) for i, r in enumerate(heads)]
    candidates = match(
        parts, asked, threshold=0.0, outside=0.0, elsewhere=0.0, k=len(parts), embed=embed
    )
    taken: defaultdict[str, int] = defaultdict(int)
    out = []
    pairs = zip(candidates, bearing(candidates).tolist(), strict=True)
    for c, bears in sorted(pairs, key=lambda pair: -pair[0].score):
        own = heads[int(c.passage.doc_id)]["target"] == c.claim_id
        taken[c.passage.doc_id] += not own
        if own or taken[c.passage.doc_id] <= others:
            out.append((c, bears, own))
    return out


def recall(seeds: Path, embed: Embed | None) -> dict[str, Any]:
    """Named speakers' gold rows that have a candidate, and the pairs that this costs."""
    gold = seed_gold.load(seeds)
    found = match(seed_gold.gold_passages(gold), gold.claims, embed=embed)
    have = {(c.passage.doc_id, c.passage.holder, c.claim_id) for c in found}
    wanted = {
        (r["doc_id"], r["holder"], r["claim_id"])
        for r in gold.stances
        if r["holder_type"] == "speaker" and not r["holder"].startswith("unnamed ")
    }
    return {
        "rows": len(wanted),
        "recall": round(len(wanted & have) / len(wanted), 3),
        "pairs": len(found),
    }


def blocking(seeds: Path) -> list[dict[str, Any]]:
    """Pairs that are left for a model, and speakers' sides that have one, by the lowest scores kept
    in documents without any of the claim's names and in those of other stories (1: none at all).

    All corpora with gold, each alone and all as one; sides are those whose evidence is a candidate.
    """
    found = [seed_gold.load(seeds), *seed_gold.all_stories()]
    golds = [seed_gold.apart(gold, n) for n, gold in enumerate(found)]
    said = [seed_gold.found_passages(gold) for gold in golds]
    whole = seed_gold.together(golds)
    out = []
    for outside, elsewhere in BLOCKS:
        limits = {"outside": outside, "elsewhere": elsewhere}
        alone = [
            c
            for own, gold in zip(said, golds, strict=True)
            for c in deciding(match(own, gold.claims, **limits))
        ]
        together = deciding(match([p for own in said for p in own], whole.claims, **limits))
        out.append(
            limits
            | {
                "pairs_alone": len(alone),
                "sides_alone": _sides(alone, whole.stances),
                "pairs_together": len(together),
                "sides_together": _sides(together, whole.stances),
            }
        )
    return out


def _sides(found: Sequence[Candidate], rows: Sequence[dict[str, Any]]) -> int:
    """Speakers' sides of a gold whose evidence stands in a candidate."""
    near: defaultdict[tuple[str, str], list[Passage]] = defaultdict(list)
    for c in found:
        near[c.passage.doc_id, c.claim_id].append(c.passage)
    return sum(
        row["holder_type"] == "speaker"
        and row["stance"] in ("supports", "refutes")
        and any(
            p.start < span["end"] and span["start"] < p.end
            for p in near[row["doc_id"], row["claim_id"]]
            for span in row["evidence"]
        )
        for row in rows
    )
