"""Figures of the attribution benchmark: spans, kinds, resolved holders, reliability."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.attribution_systems import Range, Said, System, ours
from benchmarks.seed_gold import Gold
from stance.naming.names import fold
from stance.naming.places import actor
from stance.text import sentences
from stance.types import Attribution, Document

_TOKEN = re.compile(r"\w+|[^\w\s]")
_QUOTE = re.compile(r"[“”\"«»]|''|``")
FOUND = 0.5
"""Shared characters over all characters of two contents from which one counts as found."""


def spans(rows: Sequence[Mapping[str, Any]], said: Sequence[Said]) -> dict[str, float]:
    """Precision, recall and F1 of content tokens; F1 of whole contents and of holder spans."""
    tokens, exact, holders, near = [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0, 0]
    by_document = _grouped(said)
    for row in rows:
        own = by_document.get(row["id"], [])
        gold = [content for content, _ in _gold(row)]
        gold_holders = {span for _, source in _gold(row) for span in source}
        found_holders = {one.span for one in own if one.span is not None}
        _add(tokens, _token_counts(row["text"], gold, [one.content for one in own]))
        _add(exact, _set_counts({_hull(c) for c in gold}, {_hull(one.content) for one in own}))
        _add(holders, _set_counts(gold_holders, found_holders))
        _add(near, _touching(gold_holders, found_holders))
    precision, recall, f1 = _scores(*tokens)
    hold = _scores(*holders)
    return {
        "content_precision": precision,
        "content_recall": recall,
        "content_f1": f1,
        "content_exact_f1": _scores(*exact)[2],
        "holder_precision": hold[0],
        "holder_recall": hold[1],
        "holder_f1": hold[2],
        "holder_touched_precision": round(near[0] / max(1, near[1]), 4),
        "holder_touched_recall": round(near[2] / max(1, near[3]), 4),
    }


def by_kind(rows: Sequence[Mapping[str, Any]], said: Sequence[Said]) -> list[dict[str, Any]]:
    """For direct, mixed and indirect speech: recall of gold tokens and holders, and the precision
    of what was found of that kind."""
    counts: dict[str, list[int]] = {k: [0] * 8 for k in ("direct", "mixed", "indirect")}
    by_document = _grouped(said)
    for row in rows:
        text = row["text"]
        own = by_document.get(row["id"], [])
        gold = _gold(row)
        mine = _inside((s for one in own for s in one.content), len(text))
        theirs = _inside((s for content, _ in gold for s in content), len(text))
        my_holders = {one.span for one in own if one.span}
        their_holders = {span for _, source in gold for span in source}
        for content, source in gold:
            c = counts[_kind(text, content)]
            hits = [mine[m] for m in _token_starts(text, content)]
            _add(c, [sum(hits), len(hits), 0, 0, len(my_holders & set(source)), len(source), 0, 0])
        for one in own:
            c = counts[_kind(text, one.content)]
            hits = [theirs[m] for m in _token_starts(text, one.content)]
            held = int(one.span in their_holders)
            _add(c, [0, 0, sum(hits), len(hits), 0, 0, held, int(one.span is not None)])
    table = []
    for kind, (hit, gold_n, right, mine_n, held, holders, true, named) in counts.items():
        figures: dict[str, Any] = {"kind": kind}
        for part, scores in (
            ("content", (right / max(1, mine_n), hit / max(1, gold_n))),
            ("holder", (true / max(1, named), held / max(1, holders))),
        ):
            precision, recall = scores
            f1 = 2 * precision * recall / max(precision + recall, 1e-9)
            names = (f"{part}_precision", f"{part}_recall", f"{part}_f1")
            figures.update(zip(names, (round(x, 4) for x in (precision, recall, f1)), strict=True))
        table.append(figures)
    return table


def by_distance(gold: Gold, said: Sequence[Said]) -> list[dict[str, Any]]:
    """Share of gold contents found, and of those with the right holder, by where the name is."""
    texts = {d.id: d.text for d in gold.documents}
    by_document = _grouped(said)
    counts: dict[str, list[int]] = {
        where: [0, 0, 0] for where in ("same sentence", "other sentence", "unnamed", "all")
    }
    for row in gold.attributions:
        content = tuple((s["start"], s["end"]) for s in row["content"])
        own = by_document.get(row["doc_id"], [])
        near = [(overlap(one.content, content), _right(one, row)) for one in own]
        size, good = max(near, default=(0.0, False))  # a speaker and who relays him share words
        found, right = size >= FOUND, size >= FOUND and good
        for where in (distance(texts[row["doc_id"]], row), "all"):
            _add(counts[where], [1, found, right])
    return [
        {
            "name_in": where,
            "contents": n,
            "found": round(hit / max(1, n), 4),
            "holder_right_of_found": round(good / max(1, hit), 4),
            "holder_right_of_all": round(good / max(1, n), 4),
        }
        for where, (n, hit, good) in counts.items()
    ]


def distance(text: str, row: Mapping[str, Any]) -> str:
    """Whether the name of a gold row's holder stands in a sentence that its report touches."""
    if row["holder"].startswith("unnamed "):
        return "unnamed"
    cue = [(row["holder_start"], row["holder_end"]), (row["cue_start"], row["cue_end"])]
    content = [(s["start"], s["end"]) for s in row["content"]]
    points = [span for span in cue if span[0] is not None] or content[:1]
    here = [
        s.text
        for s in sentences(text)
        if any(a < s.end and s.start < b for a, b in [*points, content[0]])
    ]
    words = [w for s in here for w in re.findall(r"[\w.’-]+", s)]
    return "same sentence" if _names(words, row["holder"]) else "other sentence"


def _names(words: Sequence[str], holder: str) -> bool:
    """Whether words name a holder: the last word of its name, its initials, or its seat."""
    plain = [re.sub(r"[’']s?$", "", w) for w in words]
    initials = "".join(w[0] for w in holder.split() if w[0].isupper())
    last = fold(holder.split()[-1])
    return any(
        fold(w) == last or w.replace(".", "") == initials or actor(w) == holder for w in plain
    )


def _right(said: Said, row: Mapping[str, Any]) -> bool:
    """Unnamed people are compared by span, ours by name, a peer's by the words it gives."""
    if row["holder"].startswith("unnamed "):
        span, start = said.span, row["holder_start"]
        return span is not None and start is not None and _meet(span, (start, row["holder_end"]))
    if said.resolved:
        return bool(said.holder == row["holder"])
    return _names(said.holder.split(), row["holder"])


def quotations(
    articles: Sequence[Document], system: System, gold: Mapping[str, Mapping[int, str]]
) -> dict[str, Any]:
    """How many of the hand-read quotations are found, and with the right speaker."""
    by_document = _grouped(system(articles))
    found = right = 0
    for doc_id, speakers in gold.items():
        for at, speaker in speakers.items():
            here = [
                one
                for one in by_document.get(doc_id, [])
                if any(a <= at + 2 and at + 3 <= b for a, b in one.content)
            ]
            found += bool(here)
            row = {"holder": speaker, "holder_start": None}
            unnamed = speaker.startswith("unnamed ")
            right += any(o.holder == speaker if unnamed else _right(o, row) for o in here)
    n = sum(map(len, gold.values()))
    return {"quotations": n, "found": found, "speaker_right": right}


Judged = tuple[Attribution, bool, bool]


def judged_on_gold(gold: Gold, found: Sequence[Attribution]) -> list[Judged]:
    """Attributions of the seed corpus: content in the gold, and content with the right holder."""
    rows = defaultdict(list)
    for row in gold.attributions:
        rows[row["doc_id"]].append((tuple((s["start"], s["end"]) for s in row["content"]), row))
    verdicts: list[Judged] = []
    for one, said in zip(found, ours(found), strict=True):
        near = [
            (overlap(said.content, content), _right(said, row)) for content, row in rows[one.doc_id]
        ]
        size, right = max(near, default=(0.0, False))
        verdicts.append((one, size >= FOUND, size >= FOUND and right))
    return verdicts


def named(found: Sequence[Judged], texts: Mapping[str, str]) -> list[Judged]:
    """Those whose holder's own name stands in the holder span, where spans can judge them."""
    kept = []
    for one in found:
        a = one[0]
        words = "" if a.holder_start is None else texts[a.doc_id][a.holder_start : a.holder_end]
        if fold(a.holder.split()[-1]) in {fold(w) for w in re.findall(r"[\w.-]+", words)}:
            kept.append(one)
    return kept


def judged(rows: Sequence[Mapping[str, Any]], said: Sequence[Attribution]) -> list[Judged]:
    """Every attribution with two verdicts: over half its content is gold content, and it is of
    one attribution whose holder its own holder touches (or it names none)."""
    texts = {row["id"]: row for row in rows}
    gold = {row["id"]: _gold(row) for row in rows}
    marked = {
        row["id"]: _inside((s for c, _ in gold[row["id"]] for s in c), len(row["text"]))
        for row in rows
    }
    found: list[Judged] = []
    for one in said:
        if one.doc_id not in texts:
            continue
        mine = tuple((s.start, s.end) for s in one.content)
        size = sum(b - a for a, b in mine)
        content = 2 * sum(sum(marked[one.doc_id][a:b]) for a, b in mine) > size
        held = one.holder_start is None
        if one.holder_start is not None and one.holder_end is not None:
            span = (one.holder_start, one.holder_end)
            held = any(
                _meet(span, source)
                for theirs, sources in gold[one.doc_id]
                if any(_meet(a, b) for a in mine for b in theirs)
                for source in sources
            )
        found.append((one, content, content and held))
    return found


def by_rule(found: Sequence[Judged]) -> list[dict[str, Any]]:
    """Per rule: how often it fires, and how often content, and content and holder, are right."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one, content, both in found:
        _add(counts[one.reason], [1, content, both])
    return [
        {"rule": r, "count": n, "content_right": round(c / n, 3), "right": round(b / n, 3)}
        for r, (n, c, b) in sorted(counts.items(), key=lambda item: -item[1][0])
    ]


def reliability(found: Sequence[Judged]) -> list[dict[str, Any]]:
    """Stated confidence against the share of rows that are right, in ten equal steps."""
    bins: dict[int, list[float]] = defaultdict(lambda: [0, 0.0, 0])
    for one, _, both in found:
        _add(bins[min(9, int(one.confidence * 10))], [1, one.confidence, both])
    return [
        {
            "confidence": f"{at / 10:.1f} to {(at + 1) / 10:.1f}",
            "rows": n,
            "stated": round(stated / n, 3),
            "right": round(right / n, 3),
        }
        for at, (n, stated, right) in sorted(bins.items())
    ]


def overlap(one: Sequence[Range], two: Sequence[Range]) -> float:
    """Shared characters over the characters of both."""
    first = {k for a, b in one for k in range(a, b)}
    second = {k for a, b in two for k in range(a, b)}
    return len(first & second) / max(1, len(first | second))


def _grouped(said: Iterable[Said]) -> dict[str, list[Said]]:
    grouped: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        grouped[one.doc_id].append(one)
    return dict(grouped)


def _gold(row: Mapping[str, Any]) -> list[tuple[tuple[Range, ...], tuple[Range, ...]]]:
    """Content and holder spans of every annotated attribution that has a content."""
    pairs = []
    for one in row["attributions"]:
        content = tuple((s["start"], s["end"]) for s in one.get("content", []))
        source = tuple((s["start"], s["end"]) for s in one.get("source", []))
        if content:
            pairs.append((content, source))
    return pairs


def _inside(marks: Iterable[Range], length: int) -> bytearray:
    marked = bytearray(length)
    for a, b in marks:
        marked[a:b] = b"\1" * (b - a)
    return marked


def _token_starts(text: str, content: Sequence[Range]) -> list[int]:
    return [m.start() for a, b in content for m in _TOKEN.finditer(text, a, b)]


def _token_counts(
    text: str, gold: Sequence[Sequence[Range]], found: Sequence[Sequence[Range]]
) -> list[int]:
    mine = _inside((s for content in found for s in content), len(text))
    theirs = _inside((s for content in gold for s in content), len(text))
    starts = [m.start() for m in _TOKEN.finditer(text)]
    return [
        sum(mine[k] & theirs[k] for k in starts),
        sum(mine[k] for k in starts),
        sum(theirs[k] for k in starts),
    ]


def _hull(content: Sequence[Range]) -> Range:
    return min(content)[0], max(content)[1]


def _set_counts(gold: set[Range], found: set[Range]) -> list[int]:
    return [len(gold & found), len(found), len(gold)]


def _meet(one: Range, two: Range) -> bool:
    return one[0] < two[1] and two[0] < one[1]


def _touching(gold: set[Range], found: set[Range]) -> list[int]:
    return [
        sum(any(_meet(span, other) for other in gold) for span in found),
        len(found),
        sum(any(_meet(span, other) for other in found) for span in gold),
        len(gold),
    ]


def _add(totals: list[Any], counts: Sequence[float]) -> None:
    for k, count in enumerate(counts):
        totals[k] += count


def _scores(hits: int, found: int, gold: int) -> tuple[float, float, float]:
    precision, recall = hits / max(found, 1), hits / max(gold, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return round(precision, 4), round(recall, 4), round(f1, 4)


def _kind(text: str, content: Sequence[Range]) -> str:
    whole = " ".join(text[a:b] for a, b in content)
    if not _QUOTE.search(whole):
        return "indirect"
    return "direct" if _QUOTE.match(text[slice(*content[0])]) else "mixed"
