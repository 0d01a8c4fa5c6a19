"""Quality and speed of attribution on PolNeAR (Newell, Margolin and Ruths, LREC 2018).

Content and holder spans are scored on the development articles, which no rule was written on; the
precision of every rule comes from the training articles and is what
:data:`stance.attribution.CONFIDENCE` holds. Word tokens and punctuation marks count alike.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stance.attribution import attribute
from stance.dates import parse_date
from stance.types import Attribution, Document
from stance.voice import passages

Range = tuple[int, int]

_TOKEN = re.compile(r"\w+|[^\w\s]")
_QUOTE = re.compile(r"[“”\"«»]|''|``")


def run(data_dir: str | Path, *, rules_from: str = "train") -> dict[str, Any]:
    """All figures, from ``claims/polnear-*.jsonl.gz`` below ``data_dir``.

    ``content_tokens``, ``content_exact``, ``holder_exact`` and ``holder_overlap`` hold precision,
    recall and F1; ``recall_by_kind`` the share of gold content tokens found in direct, mixed and
    indirect attributions; ``rules`` the count and precision of every rule on ``rules_from``.
    """
    folder = Path(data_dir) / "claims"
    rows = _read(folder / "polnear-dev.jsonl.gz")
    documents = [_document(row) for row in rows]
    attribute(documents[:2])
    start = time.process_time()
    found = attribute(documents)
    middle = time.process_time()
    grouped = _by_document(found)
    for document in documents:
        passages(document, grouped.get(document.id, []))
    end = time.process_time()
    return {
        **_spans(rows, grouped),
        "articles": len(rows),
        "attributions": len(found),
        "attribute_articles_per_second": round(len(rows) / (middle - start), 1),
        "passages_articles_per_second": round(len(rows) / (end - middle), 1),
        "rules": _rules(_read(folder / f"polnear-{rules_from}.jsonl.gz")),
    }


def _read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _document(row: Mapping[str, Any]) -> Document:
    return Document(row["id"], row["text"], row["source"], parse_date(row["date"]), row["title"])


def _by_document(found: Iterable[Attribution]) -> dict[str, list[Attribution]]:
    grouped: dict[str, list[Attribution]] = defaultdict(list)
    for attribution in found:
        grouped[attribution.doc_id].append(attribution)
    return dict(grouped)


def _gold(row: Mapping[str, Any], part: str) -> list[list[Range]]:
    return [
        [(s["start"], s["end"]) for s in attribution.get(part, [])]
        for attribution in row["attributions"]
    ]


def _inside(spans: Iterable[Range], length: int) -> bytearray:
    marked = bytearray(length)
    for a, b in spans:
        marked[a:b] = b"\1" * (b - a)
    return marked


def _scores(hits: int, found: int, gold: int) -> dict[str, float]:
    precision, recall = hits / max(found, 1), hits / max(gold, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def _spans(
    rows: Sequence[Mapping[str, Any]], grouped: Mapping[str, list[Attribution]]
) -> dict[str, Any]:
    tokens, exact, holders = [0, 0, 0], [0, 0, 0], [0, 0, 0]
    near = [0, 0, 0, 0]
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        text = row["text"]
        said = grouped.get(row["id"], [])
        contents = [[(s.start, s.end) for s in a.content] for a in said]
        sources = {(a.holder_start, a.holder_end) for a in said if a.holder_start is not None}
        gold = [spans for spans in _gold(row, "content") if spans]
        gold_sources = {span for spans in _gold(row, "source") for span in spans}
        mine = _inside((s for spans in contents for s in spans), len(text))
        theirs = _inside((s for spans in gold for s in spans), len(text))
        for match in _TOKEN.finditer(text):
            a, b = mine[match.start()], theirs[match.start()]
            tokens[0] += a & b
            tokens[1] += a
            tokens[2] += b
        hulls = {(min(spans)[0], max(spans)[1]) for spans in gold}
        found = {(min(spans)[0], max(spans)[1]) for spans in contents}
        exact = [x + y for x, y in zip(exact, _count(hulls, found), strict=True)]
        holders = [x + y for x, y in zip(holders, _count(gold_sources, sources), strict=True)]
        near = [x + y for x, y in zip(near, _touching(gold_sources, sources), strict=True)]
        for spans in gold:
            kind = _kind(text, spans)
            for start, stop in spans:
                for match in _TOKEN.finditer(text, start, stop):
                    kinds[kind][0] += mine[match.start()]
                    kinds[kind][1] += 1
    overlap_precision, overlap_recall = near[0] / max(near[1], 1), near[2] / max(near[3], 1)
    return {
        "content_tokens": _scores(*tokens),
        "content_exact": _scores(*exact),
        "holder_exact": _scores(*holders),
        "holder_overlap": {
            "precision": round(overlap_precision, 4),
            "recall": round(overlap_recall, 4),
        },
        "recall_by_kind": {kind: round(hit / n, 4) for kind, (hit, n) in sorted(kinds.items())},
    }


def _count(gold: set[Range], found: set[Any]) -> list[int]:
    return [len(gold & found), len(found), len(gold)]


def _touching(gold: set[Range], found: set[Any]) -> list[int]:
    def touched(span: Range, others: Iterable[Range]) -> bool:
        return any(a < span[1] and span[0] < b for a, b in others)

    return [
        sum(touched(span, gold) for span in found),
        len(found),
        sum(touched(span, found) for span in gold),
        len(gold),
    ]


def _kind(text: str, spans: Sequence[Range]) -> str:
    whole = " ".join(text[a:b] for a, b in spans)
    if not _QUOTE.search(whole):
        return "indirect"
    return "direct" if _QUOTE.match(text[slice(*spans[0])]) else "mixed"


def _rules(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Per rule: how often it fires, and how often over half its characters are gold content."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    grouped = _by_document(attribute([_document(row) for row in rows]))
    for row in rows:
        gold = _inside((s for spans in _gold(row, "content") for s in spans), len(row["text"]))
        for attribution in grouped.get(row["id"], []):
            size = sum(s.end - s.start for s in attribution.content)
            hits = sum(sum(gold[s.start : s.end]) for s in attribution.content)
            counts[attribution.reason][0] += 1
            counts[attribution.reason][1] += 2 * hits > size
    return {
        rule: {"count": n, "precision": round(hit / n, 3)}
        for rule, (n, hit) in sorted(counts.items(), key=lambda item: -item[1][0])
    }
