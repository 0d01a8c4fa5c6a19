"""Attribution against gold, beside its peers in the same run, and how fast each is.

*PolNeAR-dev* (Newell, Margolin and Ruths, LREC 2018; 84 articles of seven outlets, from which no
rule about spans was written; the wordings and holders' names found in 54 of them were read when
rules for those were mended): spans of contents and holders; word tokens and punctuation marks
count alike.
*Seed corpus*: the resolved holder of contents that were found, by where the name stands, for which
no public gold exists. *Raw articles*: every quotation of five real reports, with its speaker.
*Formats*: whose every statement of forty invented texts is that are no plain reports.
*Confidence*: what share of rows is right per stated confidence, on PolNeAR-train, where the rules
were counted (``python -m benchmarks confidence``), on dev, both where a name stands in the holder
span, since PolNeAR does not say whom a pronoun means; and on the seed corpus, where it counts; of
rules and token head together, but on train of the rules alone, which were counted there.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import attribution_figures as figures
from benchmarks import seed_gold
from benchmarks.attribution_formats import statements
from benchmarks.attribution_systems import Said, System, peers, systems
from stance.attribution import attribute
from stance.dates import parse_date
from stance.errors import ModelError
from stance.types import Document
from stance.voice import passages

if TYPE_CHECKING:
    from stance.inference.tagger import TokenHead

# Offset of the first character of every quotation and its speaker, read by hand: the marks of
# 36 quotations before the comment form, one of them without its opening mark.
_LAVROV, _MIRZOYAN, _GALUZIN = "Sergei Lavrov", "Ararat Mirzoyan", "Mikhail Galuzin"
_ZAKHAROVA, _ZAS = "Maria Zakharova", "Imangali Tasmagambetov"
RAW: dict[str, dict[int, str]] = {
    "000": dict.fromkeys((729, 975, 1142), _LAVROV),
    "001": {
        **dict.fromkeys((310, 919, 1213, 1353, 1412, 1706), _LAVROV),
        **dict.fromkeys((2021, 2166, 2359), _MIRZOYAN),
    },
    "002": {
        **dict.fromkeys((981, 1121, 1180, 3607, 3774), _LAVROV),
        **dict.fromkeys((1886, 2031, 2224), _MIRZOYAN),
        3123: "Russian Foreign Ministry",
    },
    "003": {
        **dict.fromkeys((200, 493, 669), _ZAKHAROVA),
        1333: "unnamed senior CSTO official",
        1380: "Yuri Shuvalov",
        **dict.fromkeys((1945, 2126, 2175, 2499), _ZAS),
    },
    "004": dict.fromkeys((208, 1462, 1691, 1935, 2060, 2209), _GALUZIN),
}


def run(
    data: str | Path, seeds: str | Path, raw: str | Path, *, quick: bool = False
) -> dict[str, Any]:
    """All figures. ``data`` is the folder of the dev data, ``seeds`` the seed corpus, ``raw`` the
    folder of the five real articles (skipped where it is missing). ``quick`` leaves out the peers
    and the training articles."""
    head = None if quick else token_head()
    found = systems(head)
    if quick:
        found = {"rules": found["rules"]}
    dev = read_polnear(Path(data), "dev")
    documents = [document(row) for row in dev]
    gold = seed_gold.load(Path(seeds))
    articles = read_raw(Path(raw))
    polnear, kinds, seed_rows, quotations, speed = [], [], [], [], []
    for name, system in found.items():
        system(documents[:2])
        said, clock = _timed(system, documents)
        polnear.append({"system": name, **figures.spans(dev, said)})
        kinds += [{"system": name, **row} for row in figures.by_kind(dev, said)]
        told = system(gold.documents)
        seed_rows += [{"system": name, **row} for row in figures.by_distance(gold, told)]
        if articles:
            quotations.append({"system": name, **figures.quotations(articles, system, RAW)})
        speed.append({"system": name, **clock})
    results: dict[str, Any] = {
        "articles": len(dev),
        "peers": peers(),
        "polnear": polnear,
        "polnear_by_kind": kinds,
        "seeds": seed_rows,
        "raw_quotations": quotations,
        "speed": [*speed, _passages_speed(documents)],
        "speed_note": "one process; per second of wall clock and of CPU time, with its load",
        "load": round(os.getloadavg()[0], 2),
    }
    if not quick:
        results["formats"] = statements(head)
        train = read_polnear(Path(data), "train")
        judged = figures.judged(train, attribute([document(row) for row in train]))
        results["rules"] = figures.by_rule(judged)
        texts = {row["id"]: row["text"] for row in train}
        results["confidence_train"] = figures.reliability(figures.named(judged, texts))
    judged = figures.judged(dev, attribute(documents, tagger=head))
    texts = {row["id"]: row["text"] for row in dev}
    results["confidence_dev"] = figures.reliability(figures.named(judged, texts))
    judged = figures.judged_on_gold(gold, attribute(gold.documents, tagger=head))
    results["confidence_seeds"] = figures.reliability(judged)
    return results


def token_head() -> TokenHead | None:
    """The shipped token head, if there is one."""
    from stance.inference.tagger import TokenHead

    try:
        return TokenHead.load()
    except ModelError:
        return None


def read_polnear(data: Path, half: str) -> list[dict[str, Any]]:
    """The annotated articles of one half."""
    path = data / "claims" / f"polnear-{half}.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def document(row: Mapping[str, Any]) -> Document:
    """An annotated article as a document."""
    return Document(row["id"], row["text"], row["source"], parse_date(row["date"]), row["title"])


def read_raw(folder: Path) -> list[Document]:
    """The real articles, in the order of their file; none where the folder is missing."""
    listing = folder / "metadata.csv"
    if not listing.is_file():
        return []
    with listing.open(encoding="utf-8") as rows:
        return [
            Document(
                row["id"][:3],
                (folder / row["file"]).read_text(encoding="utf-8"),
                row["source"],
                parse_date(row["date"]),
                row["title"] or None,
            )
            for row in csv.DictReader(rows)
        ]


def _timed(system: System, documents: Sequence[Document]) -> tuple[list[Said], dict[str, float]]:
    """What a system says, and its speed: the median of three rounds."""
    walls, cpus = [], []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        said = system(documents)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return said, _rates(len(documents), median(walls), median(cpus))


def _rates(articles: int, wall: float, cpu: float) -> dict[str, float]:
    return {
        "articles_per_second": round(articles / wall, 1),
        "per_cpu_second": round(articles / cpu, 1),
    }


def _passages_speed(documents: Sequence[Document]) -> dict[str, Any]:
    found = attribute(documents)
    wall, cpu = time.perf_counter(), time.process_time()
    for one in documents:
        passages(one, [a for a in found if a.doc_id == one.id])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"system": "passages", **_rates(len(documents), wall, cpu)}
