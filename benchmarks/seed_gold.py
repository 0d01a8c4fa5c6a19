"""The whole flow against a gold: of the seed corpus, and of the stories thresholds are chosen by.

attribution → passages → matching → scores → stances → shifts, claims given, with an error table by
cause. On the seed corpus twice: with the attributions that the flow finds, and with the gold ones,
so that one sees which stage loses what.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.abstention import answered, surety
from stance.attribution import attribute, passages
from stance.changes import shifts
from stance.contexts import reading, score_candidates, score_mirrors
from stance.dates import parse_date
from stance.inference.openness import OpenHead
from stance.inference.tagger import TokenHead
from stance.leftopen import left_open
from stance.matching import deciding, match
from stance.models import ModelRef
from stance.speech.cues import CUES
from stance.stances import decide, tuning
from stance.types import (
    Attribution,
    Candidate,
    Claim,
    Date,
    Document,
    Passage,
    Shift,
    Span,
    Stance,
)
from stance.utterances import is_unnamed

Key = tuple[str, str, str]
SIDES = ("supports", "refutes", "neutral")
STORIES = Path(__file__).parent / "stories"
"""Twelve invented stories with gold, to choose thresholds by; nothing is trained on them."""
REPORTS = Path(__file__).parent / "reports"
"""Eight storylines of plain reports with gold, to judge by: nothing is chosen on them."""
DISPATCHES = Path(__file__).parent / "dispatches"
"""Twelve storylines in plain news prose, half of them to judge by and never read."""
READ = frozenset(
    "un-withdrawal steelworks gas-transit points-deduction food-recall offshore-wind".split()
)
"""The dispatches whose errors were read, so that they judge no longer."""


@dataclass(frozen=True, slots=True)
class Gold:
    documents: list[Document]
    claims: list[Claim]
    stances: list[dict[str, Any]]
    attributions: list[dict[str, Any]]
    shifts: list[dict[str, Any]]
    constants: list[dict[str, Any]]


def load(folder: Path) -> Gold:
    """A corpus and its gold, which stands beside it or in a folder ``gold``.

    The stories have no gold attributions: nothing can be told of whose words evidence is.
    """
    gold = folder / "gold" if (folder / "gold").is_dir() else folder
    documents = [
        Document(r["id"], r["text"], r["source"], parse_date(r["date"]), r.get("title"))
        for r in _rows(folder / "documents.jsonl")
    ]
    claims = [Claim(r["id"], r["text"]) for r in _rows(folder / "claims.jsonl")]
    names = ("stances", "attributions", "shifts", "constants")
    files = [gold / f"{name}.jsonl" for name in names]
    return Gold(documents, claims, *(_rows(file) if file.is_file() else [] for file in files))


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def stories(folder: Path = STORIES) -> list[Gold]:
    """The invented stories, each a corpus of its own."""
    return [load(file.parent) for file in sorted(folder.glob("*/documents.jsonl"))]


def together(golds: Sequence[Gold]) -> Gold:
    """Several corpora as one, to be judged together; each is run alone."""
    parts = [[x for gold in golds for x in getattr(gold, f.name)] for f in fields(Gold)]
    return Gold(*parts)


def dispatches(*, read: bool) -> list[Gold]:
    """The dispatches that were read to make rules, or those that were not."""
    files = sorted(DISPATCHES.glob("*/documents.jsonl"))
    return [load(file.parent) for file in files if (file.parent.name in READ) == read]


def all_stories() -> list[Gold]:
    """The invented stories and the plain reports."""
    return [gold for home in (STORIES, REPORTS) for gold in stories(home)]


def apart(gold: Gold, number: int) -> Gold:
    """The same gold with ids of documents and claims that no other corpus has."""
    return replace(
        gold,
        documents=[replace(d, id=f"{number}/{d.id}") for d in gold.documents],
        claims=[replace(c, id=f"{number}/{c.id}") for c in gold.claims],
        stances=[
            row | {name: f"{number}/{row[name]}" for name in ("doc_id", "claim_id")}
            for row in gold.stances
        ],
    )


def found_passages(gold: Gold) -> list[Passage]:
    """What the attribution stage makes of the documents, rules and token head as in ``track``."""
    attributions = attribute(gold.documents, tagger=TokenHead.beside())
    return [p for d in gold.documents for p in passages(d, attributions)]


def gold_passages(gold: Gold) -> list[Passage]:
    """Passages by the gold attributions; polarity comes from the cue lexicon, as in the flow."""
    attributions = [_attribution(row) for row in gold.attributions]
    return [p for d in gold.documents for p in passages(d, attributions)]


def _attribution(row: dict[str, Any]) -> Attribution:
    words = [w for w in (row["cue"] or "").casefold().split() if w in CUES]
    return Attribution(
        doc_id=row["doc_id"],
        kind=row["kind"],
        holder=row["holder"],
        holder_type=row["holder_type"],
        affiliation=row["affiliation"],
        holder_start=row["holder_start"],
        holder_end=row["holder_end"],
        cue=row["cue"],
        cue_start=row["cue_start"],
        cue_end=row["cue_end"],
        content=tuple(Span(**span) for span in row["content"]),
        confidence=1.0,
        polarity=CUES[words[-1]].polarity if words else "asserts",
        background=row["background"],
    )


def run_flow(
    nli: Any, gold: Gold, texts: Sequence[Passage], *, context: bool | None = None
) -> list[Stance]:
    """Match, score and decide, with the mirror test that ``--coverage`` goes by; ``context``
    against what the model's card says of it."""
    candidates = match(texts, gold.claims)
    return decided(nli, gold.documents, gold.claims, candidates, context=context, mirror=True)


def decided(
    nli: Any,
    documents: Sequence[Document],
    claims: Sequence[Claim],
    candidates: Sequence[Candidate],
    *,
    context: bool | None = None,
    mirror: bool = False,
) -> list[Stance]:
    """Stances from matched candidates as ``track`` makes them, every row answered."""
    card = nli.ref.card
    read = reading(card) | ({} if context is None else {"context": context})
    asked = deciding(candidates)
    scores = score_candidates(nli, documents, asked, claims, **read)
    mirrors = score_mirrors(nli, documents, asked, claims, **read) if mirror else None
    known = isinstance(nli.ref, ModelRef)  # a scorer that has no weights has no head either
    head = OpenHead.beside(nli.ref, device=nli.device) if known else None
    open_ = left_open(head, documents, asked, claims, scores) if head else None
    return decide(
        documents, claims, asked, scores, mirror_scores=mirrors, left_open=open_, **tuning(card)
    )


def evaluate(rows: Sequence[Stance], gold: Gold, seed: int = 0) -> dict[str, Any]:
    """``summary`` with intervals from a bootstrap over documents, the promises among its columns;
    ``errors`` by cause, ``confusions`` of the wrong sides, the points of ``risk_coverage``, and of
    how many days the outlets agree (``days_agreed``: how many, of how many)."""
    pairs = aligned(rows, gold)
    speakers = [p for p in pairs if p.kind == "speaker"]
    causes = Counter(_cause(p) for p in pairs)
    foreign, told = _foreign_evidence(rows, gold)
    days = _one_day(rows, gold)
    return {
        "summary": {
            **_with_interval("macro_f1", pairs, seed),
            **_with_interval("speakers_macro_f1", speakers, seed),
            **{label: round(_f1(pairs, label), 3) for label in SIDES},
            "outlets_agree_on_a_day": days[0] == days[1],
            "evidence_of_others": len(foreign),
            "evidence_of_acts": len(told),
            "risk_at_90": _risk_at(pairs, 0.9),
            **changes(rows, gold),
        },
        "errors": dict(causes.most_common()),
        "confusions": dict(
            Counter(
                f"{p.gold} as {p.found}" for p in pairs if _cause(p).startswith("wrong stance")
            ).most_common()
        ),
        "days_agreed": days,
        "evidence_not_the_holders": foreign,
        "evidence_of_acts": told,
        "risk_coverage": _risk_coverage(pairs),
        "by_probability": _by_probability(speakers),
    }


def changes(rows: Sequence[Stance], gold: Gold) -> dict[str, int]:
    """How many shifts the gold has, how many are reported, how many of those are its own (holder,
    claim, both stances, within the gold's two dates), and constant holders to whom one is given."""
    found = shifts(list(rows))
    days = {d.id: d.date for d in gold.documents}
    own = sum(any(_is(x, want, days) for x in found) for want in gold.shifts)
    still = {(c["holder"], c["claim_id"]) for c in gold.constants}
    return {
        "gold_shifts": len(gold.shifts),
        "shifts_reported": len(found),
        "shifts_right": own,
        "constants_flagged": len(still & {(x.holder, x.claim_id) for x in found}),
    }


def _is(found: Shift, want: Mapping[str, Any], days: Mapping[str, Date | None]) -> bool:
    same = all(
        getattr(found, k) == want[k] for k in ("holder", "claim_id", "stance_from", "stance_to")
    )
    first, last = days[want["doc_before"]], days[want["doc_after"]]
    if not same or first is None or last is None:
        return False
    return found.date_before.start <= last.start and first.start <= found.date_after.start


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold row and the row found for it; either may be missing (``unrelated``)."""

    doc_id: str
    kind: str
    gold: str
    found: str
    surety: tuple[bool, float]
    holder_elsewhere: bool
    side: float = 0.0
    """Probability of the side that the row takes, of whichever is likelier."""


def aligned(rows: Sequence[Stance], gold: Gold) -> list[Pair]:
    left = {(r.doc_id, r.holder, r.claim_id): r for r in rows}
    pairs = []
    for want in gold.stances:
        row = left.pop((want["doc_id"], want["holder"], want["claim_id"]), None)
        if row is None and want["holder"].startswith("unnamed "):
            row = _unnamed(left, want)
        pairs.append(_pair(want["doc_id"], want["holder_type"], want["stance"], row, rows, want))
    extra = [r for r in left.values() if r.stance not in (None, "unrelated")]
    return pairs + [
        Pair(r.doc_id, r.holder_type, "unrelated", str(r.stance), surety(r), False, _sided(r))
        for r in extra
    ]


def _sided(row: Stance) -> float:
    return max(row.p_supports, row.p_refutes)


def _pair(
    doc_id: str,
    kind: str,
    label: str,
    row: Stance | None,
    rows: Sequence[Stance],
    want: Mapping[str, Any],
) -> Pair:
    found = str(row.stance) if row is not None and row.stance else "unrelated"
    elsewhere = found == "unrelated" and any(
        r.doc_id == doc_id and r.claim_id == want["claim_id"] and _overlap(r, want) for r in rows
    )
    sure, side = (surety(row), _sided(row)) if row else ((False, 0.0), 0.0)
    return Pair(doc_id, kind, label, found, sure, elsewhere, side)


def _overlap(row: Stance, want: Mapping[str, Any]) -> bool:
    return any(
        e.start < span["end"] and span["start"] < e.end
        for e in row.evidence
        for span in want["evidence"]
    )


def _unnamed(left: dict[Key, Stance], want: Mapping[str, Any]) -> Stance | None:
    """Unnamed people are compared by span: descriptions may be worded differently."""
    for key, row in left.items():
        same = row.doc_id == want["doc_id"] and row.claim_id == want["claim_id"]
        if same and row.holder.startswith("unnamed ") and _overlap(row, want):
            return left.pop(key)
    return None


def _cause(pair: Pair) -> str:
    if pair.gold == pair.found:
        return "right"
    if pair.kind == "outlet":
        sided = pair.found in ("supports", "refutes")
        return "wrong document voice" if sided else "outlet: speaks of it or not"
    if pair.gold == "unrelated":
        return "said too much"
    if pair.found == "unrelated":
        return "wrong holder" if pair.holder_elsewhere else "not found"
    return "wrong stance"


def _f1(pairs: Sequence[Pair], label: str) -> float:
    hit = sum(p.gold == label == p.found for p in pairs)
    total = sum(p.gold == label for p in pairs) + sum(p.found == label for p in pairs)
    return 2 * hit / total if total else 0.0


def macro_f1(pairs: Sequence[Pair]) -> float:
    """Mean F1 over supports, refutes and neutral; unrelated is only ever a mistake."""
    return float(np.mean([_f1(pairs, label) for label in SIDES]))


def _with_interval(
    name: str, pairs: Sequence[Pair], seed: int, rounds: int = 500
) -> dict[str, float | list[float]]:
    """Macro-F1 with a 95 % bootstrap interval; whole documents are drawn, rows depend."""
    rng = np.random.default_rng(seed)
    by_document: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_document.setdefault(pair.doc_id, []).append(pair)
    groups = list(by_document.values())
    draws = [
        macro_f1([p for i in rng.integers(0, len(groups), len(groups)) for p in groups[i]])
        for _ in range(rounds if groups else 0)
    ]
    low, high = np.quantile(draws, (0.025, 0.975)) if draws else (0.0, 0.0)
    return {
        name: round(macro_f1(pairs), 3),
        f"{name}_95": [round(float(low), 3), round(float(high), 3)],
    }


def _foreign_evidence(rows: Sequence[Stance], gold: Gold) -> tuple[list[str], list[str]]:
    """Rows whose evidence stands, by the gold, in somebody else's words and not in their own; and
    rows of speakers whose evidence is nobody's words there: an act that the outlet tells of them.

    Whom the flow left without a name is compared by the words of the gold's own mention, as people
    without a name are: "unnamed ministry" is whom the text there calls "the ministry". Two such
    descriptions may be of one person; a name or an outlet is never somebody unnamed.
    """
    texts = {d.id: d.text for d in gold.documents}
    wrong: list[str] = []
    outside: list[str] = []
    for row in rows:
        spans = [
            (s["start"], s["end"], a["holder"], _called(texts[row.doc_id], a))
            for a in gold.attributions
            if a["doc_id"] == row.doc_id
            for s in a["content"]
        ]
        for e in row.evidence:
            here = [(h, called) for a, b, h, called in spans if e.start < b and a < e.end]
            owners = {h for h, _ in here}
            if not owners and spans and row.holder_type == "speaker":
                outside.append(f"{row.doc_id} {row.claim_id}: {row.holder}")
            if not owners or row.holder in owners | {called for _, called in here}:
                continue
            if not (is_unnamed(row.holder) and any(map(is_unnamed, owners))):
                wrong.append(f"{row.doc_id} {row.claim_id}: {row.holder} for {sorted(owners)}")
    return wrong, outside


def _called(text: str, attribution: Mapping[str, Any]) -> str:
    """The holder by the gold's mention of it, as one without a name would be called."""
    if attribution["holder_start"] is None:
        return ""
    words = text[attribution["holder_start"] : attribution["holder_end"]]
    return "unnamed " + re.sub(r"^(?:[Tt]he|[Aa]n?)\s", "", words)


def _one_day(rows: Sequence[Stance], gold: Gold) -> tuple[int, int]:
    """Of the named speakers who have one gold stance on a claim over several documents of a day:
    how many have one stance in the rows of all these documents, and how many there are."""
    days = {d.id: str(d.date) for d in gold.documents}
    want: dict[Key, dict[str, str]] = {}
    for r in gold.stances:
        if r["holder_type"] == "speaker" and not is_unnamed(r["holder"]):
            key = days[r["doc_id"]], r["holder"], r["claim_id"]
            want.setdefault(key, {})[r["doc_id"]] = r["stance"]
    said = {(r.doc_id, r.holder, r.claim_id): r.stance for r in rows if r.stance != "unrelated"}
    several = [key for key, by_doc in want.items() if len(by_doc) > 1 == len(set(by_doc.values()))]
    found = [{said.get((doc, *key[1:])) for doc in want[key]} for key in several]
    return sum(len(labels) == 1 and None not in labels for labels in found), len(several)


def _by_surety(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """1 where a row is wrong, of the rows that say something, in the order of ``--coverage``: the
    surest first."""
    said = sorted((p for p in pairs if p.found in SIDES), key=lambda p: p.surety, reverse=True)
    return np.array([p.gold != p.found for p in said], np.float64)


def _risk_coverage(pairs: Sequence[Pair]) -> list[dict[str, float]]:
    """Share of wrong answers among the surest rows, for every number of rows answered."""
    wrong = _by_surety(pairs)
    risks = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    return [
        {"coverage": round((i + 1) / len(wrong), 4), "risk": round(float(risk), 4)}
        for i, risk in enumerate(risks)
    ]


def _by_probability(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """How many of the sides that speakers are given are right, by their probability; ``untold``
    are those where the gold has no row."""
    found = []
    for low, high in itertools.pairwise((0.0, 0.3, 0.5, 0.7, 1.01)):
        taken = [p for p in pairs if p.found in SIDES[:2] and low <= p.side < high]
        shares = [
            round(sum(hit) / len(taken), 3) if taken else None
            for hit in (
                [p.gold == p.found for p in taken],
                [p.gold == "unrelated" for p in taken],
            )
        ]
        found.append({"from": low, "sides": len(taken), "right": shares[0], "untold": shares[1]})
    return found


def _risk_at(pairs: Sequence[Pair], coverage: float) -> float | None:
    wrong = _by_surety(pairs)
    kept = wrong[: answered(len(wrong), coverage)]
    return round(float(kept.mean()), 3) if len(wrong) else None
