# ruff: noqa: E501 -- the tables of sentences read better unbroken
"""Invented runs for the report's tests: a small story, a large one, a hostile and an empty one."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

Row = dict[str, Any]

DREDGE = "Kestrel Bay harbour should be dredged before winter."
LAWFUL = "The dredging contract was awarded lawfully."
CLAIMS = {"dredge": DREDGE, "lawful": LAWFUL}

# document, date, source, title
DOCUMENTS = [
    ("k01", "2024-02-06", "Bay Courier", "Port asks town for dredging money"),
    ("k02", "2024-02-06", "Harbour Wire", "Silt closes second berth"),
    ("k03", "2024-02-27", "Northern Ledger", "Fishers warn of a lost season"),
    ("k04", "2024-03-19", "Bay Courier", "Ministry: study first"),
    ("k05", "2024-04-09", "Northern Ledger", "Town hall split on the harbour"),
    ("k06", "2024-05-14", "Harbour Wire", "Contract signed at midnight"),
    ("k07", "2024-05-15", "Bay Courier", "Who won the harbour contract"),
    ("k08", "2024-06-20", "Northern Ledger", "Auditor opens the books"),
    ("k09", "2024-07-30", "Harbour Wire", "Seagrass survey changes minds"),
    ("k10", "2024-07-30", "Bay Courier", "Mayor steps back from dredging plan"),
    ("k11", "2024-09-03", "Northern Ledger", "Editorial: stop the dredgers"),
    ("k12", "2024-10-08", "Bay Courier", "Ministry now backs the works"),
]
OUTLETS = ("Bay Courier", "Harbour Wire", "Northern Ledger")
AFFILIATIONS = {
    "Ida Lindqvist": "mayor of Kestrel Bay",
    "Tomas Aalto": "Fishers' Union",
    "Rhea Okafor": "Ministry of Transport",
    "Pavel Dorn": "Dorn & Sons",
    "Audit Office": "",
    "Sunniva Hall": "Seagrass Trust",
}
# document, holder, claim, stance, score, quotation; "?" after a stance marks a condition
SAID = [
    ("k01", "Ida Lindqvist", "dredge", "supports", 0.93, "“If we wait for spring there will be no harbour left to wait for,” the mayor said."),
    ("k02", "Ida Lindqvist", "dredge", "supports", 0.88, "Mayor Lindqvist said that the works “have to begin before the first storm”."),
    ("k02", "Harbour Wire", "dredge", "neutral", 0.06, "Silt has closed the second of four berths, the port authority reported on Tuesday."),
    ("k03", "Tomas Aalto", "dredge", "supports", 0.9, "“Every week of silt costs us a week of fish,” said Aalto, who speaks for 140 boats."),
    ("k04", "Rhea Okafor", "dredge", "refutes", -0.71, "Okafor told reporters the ministry “will not pay for a dredger before there is a study”."),
    ("k04", "Bay Courier", "dredge", "neutral", 0.02, "The ministry and the town disagree about the order of things."),
    ("k05", "Sunniva Hall", "dredge", "refutes", -0.86, "“You cannot dredge a seagrass meadow and call it maintenance,” Hall said."),
    ("k05", "Ida Lindqvist", "dredge", "supports", 0.64, "The mayor repeated that she wants the channel cleared “this year”."),
    ("k05", "Northern Ledger", "dredge", "neutral", -0.1, "Both sides left the hall convinced that they had won the evening."),
    ("k06", "Pavel Dorn", "lawful", "supports", 0.95, "“Three bids, one notary, no secrets,” said Pavel Dorn, whose firm won."),
    ("k06", "Harbour Wire", "lawful", "neutral", -0.2, "The contract was signed shortly before midnight in the presence of a notary."),
    ("k07", "Ida Lindqvist", "lawful", "supports", 0.82, "Lindqvist called the tender “as clean as any we have held”."),
    ("k07", "Bay Courier", "lawful", "refutes", -0.58, "The tender was open for four days; the law asks for thirty."),
    ("k08", "Audit Office", "lawful", "neutral", -0.12, "The Audit Office would not say whether it expects to find fault."),
    ("k08", "Ida Lindqvist", "lawful", "supports", 0.48, "The mayor said she had “no reason to doubt” the award."),
    ("k09", "Tomas Aalto", "dredge", "supports?", 0.52, "Aalto said the union still wants the works, “provided the nursery grounds are fenced off”."),
    ("k09", "Sunniva Hall", "dredge", "refutes", -0.91, "“The survey says what we said,” Hall told the wire: “not this winter.”"),
    ("k09", "Ida Lindqvist", "dredge", "supports", 0.31, "A statement from her office in the morning still named October as the start of the works."),
    ("k10", "Ida Lindqvist", "dredge", "refutes", -0.79, "“I was wrong about the hurry,” Lindqvist said. “The dredgers can wait until we have read the survey.”"),
    ("k11", "Northern Ledger", "dredge", "refutes", -0.89, "The dredgers should stay where they are until the meadow is mapped."),
    ("k11", "Northern Ledger", "lawful", "refutes", -0.66, "A tender of four days is not a tender."),
    ("k12", "Rhea Okafor", "dredge", "supports", 0.77, "“The study is in and the money is there; we would start tomorrow,” Okafor said."),
    ("k12", "Audit Office", "lawful", "refutes", -0.87, "The Audit Office found that the award “breached the rule on open periods”."),
    ("k12", "Ida Lindqvist", "dredge", "refutes", -0.72, "The mayor has kept her distance: “Not before the meadow is mapped.”"),
]  # fmt: skip
SHIFTS = [
    ("Rhea Okafor", "dredge", "k04", "k12", 0.96),
    ("Ida Lindqvist", "dredge", "k05", "k10", 0.98),
    ("Audit Office", "lawful", "k08", "k12", 0.81),
]


def story(folder: Path) -> Path:
    """Twelve reports on a harbour: two turns, one same-day conflict, two abstentions."""
    dates = {doc_id: date for doc_id, date, _, _ in DOCUMENTS}
    sources = {doc_id: source for doc_id, _, source, _ in DOCUMENTS}
    stances = [
        _stance(doc, who, claim, label, score, text, dates, sources)
        for doc, who, claim, label, score, text in SAID
    ]
    spoken = {(row["doc_id"], row["holder"], row["claim_id"]) for row in stances}
    for doc_id, date, source, _ in DOCUMENTS:
        for claim in CLAIMS:
            if (doc_id, source, claim) not in spoken:
                stances.append(_silent(doc_id, date, source, claim))
    for doc_id in ("k03", "k08"):
        stances.append(
            _silent(doc_id, dates[doc_id], sources[doc_id], "lawful")
            | {"holder": "Ida Lindqvist", "holder_type": "speaker", "stance": None, "status": "abstain", "reason": "language"}
        )  # fmt: skip
    at = {(row["doc_id"], row["holder"], row["claim_id"]): row for row in stances}
    shifts = [
        _shift(at[before, who, claim], at[after, who, claim], sure)
        for who, claim, before, after, sure in SHIFTS
    ]
    shifts[2] |= {"basis": "test", "probability": None, "p_value": 0.0041, "q_value": 0.0123}
    documents = [
        {"id": i, "date": d, "source": s, "title": t, "url": f"https://news.example/{i}-kestrel"}
        for i, d, s, t in DOCUMENTS
    ]
    return write(folder, CLAIMS, stances, shifts, documents)


def large(folder: Path, *, every_holder_everywhere: bool = False, seed: int = 1) -> Path:
    """Ten claims, twenty holders (five outlets), two hundred documents over two years.

    Each outlet has a row for each of its documents and each claim, three speakers of a document
    speak to three claims each; or all twenty holders speak everywhere, which no corpus does.
    """
    rng = random.Random(seed)
    words = (
        "harbour money works survey ministry season vote channel letter council plan court".split()
    )
    claims = {f"c{n}": f"Statement number {n} about the {words[n]} is settled." for n in range(10)}
    outlets = [f"Outlet {n}" for n in range(5)]
    speakers = [f"{rng.choice('ABCDEF')}. Speaker{n}" for n in range(15)]
    dates, sources, stances = {}, {}, []
    for number in range(200):
        doc_id = f"doc-{number:03}"
        dates[doc_id] = f"{2022 + number // 100}-{1 + number % 100 // 9:02}-{1 + number % 28:02}"
        sources[doc_id] = outlets[number % 5]
        everyone = [(who, claim) for who in outlets + speakers for claim in claims]
        some = [(who, c) for who in rng.sample(speakers, 3) for c in rng.sample(sorted(claims), 3)]
        own = [(sources[doc_id], claim) for claim in claims]
        for who, claim in everyone if every_holder_everywhere else own + some:
            label, centre = rng.choice([("supports", 0.7), ("refutes", -0.7), ("neutral", 0.0)])
            if who in outlets and rng.random() < 0.6 and not every_holder_everywhere:
                stances.append(_silent(doc_id, dates[doc_id], who, claim))
                continue
            text = " ".join(rng.choice(words) for _ in range(rng.randint(15, 45))).capitalize()
            score = centre + rng.uniform(-0.25, 0.25)
            row = _stance(doc_id, who, claim, label, score, text, dates, sources, claims)
            row["holder_type"] = "outlet" if who in outlets else "speaker"
            stances.append(row)
    documents = [
        {"id": i, "date": dates[i], "source": sources[i], "title": f"Report {i}", "url": f"https://news.example/{i}"}
        for i in dates
    ]  # fmt: skip
    pairs: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in stances:
        pairs[row["holder"], row["claim_id"]].append(row)
    shifts = [
        _shift(before, after, 0.9)
        for rows in pairs.values()
        for before, after in pairwise(rows)
        if {before["stance"], after["stance"]} == {"supports", "refutes"}
    ][:60]
    return write(folder, claims, stances, shifts, documents)


def drift(folder: Path) -> Path:
    """Thirty months of one claim: Vera Holm turns slowly from opposition to support, Otto Brandt
    opposes it in the first half and falls silent, Lena Moe is for it in the second half only; once
    Holm says both in one report."""
    rng = random.Random(3)
    words = "quay tide crane ballast pilot berth ledger vote bond survey tariff ferry".split()
    dates, sources, stances = {}, {}, []
    for month in range(30):
        doc_id = f"m{month:02}"
        dates[doc_id] = f"{2022 + month // 12}-{1 + month % 12:02}-10"
        sources[doc_id] = OUTLETS[month % 3]
        turned = "refutes" if month < 12 else "supports"
        said = [("Vera Holm", turned, max(min((month - 11.5) / 8, 0.93), -0.93))]
        said += [("Otto Brandt", "refutes", -0.9)] if month < 15 and month % 2 else []
        said += [("Lena Moe", "supports", 0.9)] if month >= 15 and month % 2 else []
        for who, label, score in said:
            text = f"{who} on the harbour: " + " ".join(rng.sample(words, 8)) + "."
            row = _stance(doc_id, who, "dredge", label, score, text, dates, sources)
            stances.append(row)
    both = next(row for row in stances if row["doc_id"] == "m20")
    turned = {
        "start": 90,
        "end": 120,
        "text": "But not before the survey.",
        "p_supports": 0.04,
        "p_refutes": 0.91,
    }
    both["evidence"].append(turned)
    documents = [
        {"id": i, "date": dates[i], "source": sources[i], "title": i, "url": None} for i in dates
    ]
    return write(folder, {"dredge": DREDGE}, stances, [], documents)


def empty(folder: Path) -> Path:
    """A run that found nothing at all."""
    return write(folder, {}, [], [], [])


def hostile(folder: Path, poison: str, case: Callable[[Path], Path] = story) -> Path:
    """The story (or another case) with ``poison`` in every field a document or a user can fill."""
    case(folder)
    free = {"doc_id", "source", "holder", "affiliation", "claim", "claim_id", "text", "title", "id"}
    free |= {"reason", "kind", "url", "doc_before", "doc_after", "command", "name", "origin"}

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: spoil(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [spoil(item, "doc_id" if key == "doc_ids" else key) for item in value]
        if key == "url":
            return f"javascript:{poison}"
        return f"{value}{poison}" if isinstance(value, str) and key in free else value

    for path in folder.glob("*.json*"):
        rows = [spoil(json.loads(line)) for line in path.read_text().split("\n") if line]
        path.write_text("\n".join(json.dumps(row) for row in rows))
    return folder


def write(
    folder: Path,
    claims: dict[str, str],
    stances: list[Row],
    shifts: list[Row],
    documents: list[Row],
) -> Path:
    """The files of ``stance track`` for these rows; timelines follow from the stances."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: dict[tuple[str, str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in stances:
        if row["stance"] in ("supports", "refutes", "neutral"):
            lines[row["holder"], row["holder_type"], row["claim_id"]][row["date"]].append(row)
    timelines = [
        {"holder": who, "holder_type": kind, "claim_id": c, "claim": claims[c], "points": _points(days)}
        for (who, kind, c), days in lines.items()
    ]  # fmt: skip
    dated = sorted((row for row in stances if row["stance"] == "supports"), key=lambda r: r["date"])
    listed = [
        {"claim_id": c, "claim": text, "origin": "given", "members": [],
         "first_date": next((r["date"] for r in dated if r["claim_id"] == c), None),
         "first_holder": next((r["holder"] for r in dated if r["claim_id"] == c), None)}
        for c, text in claims.items()
    ]  # fmt: skip
    attributions = [{"doc_id": row["doc_id"], "kind": "direct"} for row in stances[:9]]
    tables = {"claims": listed, "stances": stances, "timelines": timelines, "shifts": shifts}
    for name, rows in (tables | {"attributions": attributions}).items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = {
        "command": ["stance", "track", "documents.jsonl", "-o", "out"],
        "versions": {"stance": "0.1.0", "python": "3.11.2", "torch": "2.13.0", "transformers": "5.23.0"},
        "model": {"name": "default", "sha256": "3f1c" * 16, "revision": None},
        "device": "cpu", "dtype": "bfloat16", "backend": "torch",
        "counts": {"documents": len(documents), "claims": len(claims), "pairs": len(stances)},
        "seconds": {"read": 0.4, "score": 9.8, "decide": 1.2}, "skipped": [],
        "documents": documents,
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run))
    return folder


def _stance(
    doc_id: str, who: str, claim: str, label: str, score: float, text: str,
    dates: dict[str, str], sources: dict[str, str], claims: dict[str, str] = CLAIMS,
) -> Row:  # fmt: skip
    name = label.rstrip("?")
    supports, refutes = max(score, 0.02), max(-score, 0.02)
    rest = max(1 - supports - refutes, 0)
    return {
        "doc_id": doc_id, "source": sources[doc_id], "date": dates[doc_id], "holder": who,
        "holder_type": "outlet" if who in OUTLETS else "speaker",
        "affiliation": AFFILIATIONS.get(who) or None, "claim_id": claim, "claim": claims[claim],
        "stance": name, "p_supports": supports, "p_refutes": refutes, "p_neutral": rest * 0.8,
        "p_unrelated": rest * 0.2, "confidence": 0.8, "conditional": label.endswith("?"),
        "status": "ok", "reason": None, "statement_date": None,
        "evidence": [{"start": 0, "end": len(text), "text": text, "p_supports": supports, "p_refutes": refutes}],
    }  # fmt: skip


def _silent(doc_id: str, date: str, source: str, claim: str) -> Row:
    return {
        "doc_id": doc_id, "source": source, "date": date, "holder": source, "holder_type": "outlet",
        "affiliation": None, "claim_id": claim, "claim": CLAIMS.get(claim, claim),
        "stance": "unrelated", "p_supports": 0.01, "p_refutes": 0.01, "p_neutral": 0.05,
        "p_unrelated": 0.93, "confidence": 0.93, "conditional": False, "status": "ok",
        "reason": None, "statement_date": None, "evidence": [],
    }  # fmt: skip


def _points(days: dict[str, list[Row]]) -> list[Row]:
    points = []
    for date, rows in sorted(days.items()):
        score = sum(row["p_supports"] - row["p_refutes"] for row in rows) / len(rows)
        strongest = max(rows, key=lambda row: abs(row["p_supports"] - row["p_refutes"]))
        width = 0.08 + 0.3 * (1 - abs(score))
        points.append(
            {"date": date, "doc_ids": [row["doc_id"] for row in rows], "stance": strongest["stance"],
             "score": score, "low": max(-1, score - width), "high": min(1, score + width)}
        )  # fmt: skip
    return points


def _shift(before: Row, after: Row, sure: float) -> Row:
    return {
        "holder": before["holder"], "holder_type": before["holder_type"],
        "claim_id": before["claim_id"], "claim": before["claim"],
        "stance_from": before["stance"], "stance_to": after["stance"],
        "date_before": before["date"], "date_after": after["date"],
        "doc_before": before["doc_id"], "doc_after": after["doc_id"],
        "delta": after["p_supports"] - after["p_refutes"] - before["p_supports"] + before["p_refutes"],
        "basis": "pairwise", "probability": sure, "p_value": None, "q_value": None, "kind": "reversal",
        "evidence_before": before["evidence"], "evidence_after": after["evidence"],
    }  # fmt: skip
