"""The verification benchmark and its fit on a handful of invented claims and a fake model."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import fit_verify, quality_verify, verify_speed
from benchmarks.verify_sets import gold_verdict, load
from stance.lexical import tokens
from stance.strength import Weights
from stance.training.sources import held_out

TOWNS = "Halm Rossa Lisk Orrin Velden Marn Tolk Brede Salm Wick".split()
THINGS = {"bridge": "closed", "ferry": "sunk", "mill": "sold", "school": "painted", "dam": "raised"}


class Overlap:
    """Supports where most words are shared, refutes where a "not" stands in one of the two."""

    def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
        return np.array([self._row(*pair) for pair in pairs], np.float32).reshape(-1, 3)

    def _row(self, premise: str, claim: str) -> tuple[float, float, float]:
        wanted = set(tokens(claim))
        if len(wanted & set(tokens(premise))) < 0.9 * len(wanted):
            return 0.05, 0.9, 0.05
        return (0.02, 0.03, 0.95) if ("not" in premise) != ("not" in claim) else (0.95, 0.03, 0.02)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = []
    for town in TOWNS:
        for thing, done in THINGS.items():
            claim = f"The {thing} in {town} was {done}."
            against = len(rows) % 2
            text = f"In spring the {thing} in {town} was {'not ' * against}{done}, it was reported."
            label = "contradiction" if against else "entailment"
            rows.append({"premise": text, "hypothesis": claim, "label": label})
    folder = tmp_path / "nli"
    folder.mkdir()
    for name in ("fm2-dev", "fever_nli-dev_2way", "climate_fever-all", "snli-train_part"):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_pairs_and_search(data: Path) -> None:
    model, corrected = (
        row
        for row in quality_verify.pairs(Overlap(), data, "FM2", 40)
        if "two" not in row["reading"]
    )
    assert model["rows"] == 40 and corrected["macro_f1"] >= model["macro_f1"] == 1
    assert model["macro_f1_95"] == [1, 1]
    found = {row["search"]: row for row in quality_verify.pooled(Overlap(), data, "FM2", 20)}
    assert list(found) == ["BM25", "vectors", "both", "verify", "verify, evidence removed"]
    assert found["both"]["recall_at_5"] == found["BM25"]["recall_at_5"] == 1
    assert found["verify"]["accuracy"] == 1
    assert found["verify, evidence removed"]["accuracy"] > 0.8


def test_held_out_claims_are_those_of_the_recipes(data: Path) -> None:
    unseen, seen = (load(data, "climate_fever-all", unseen=which) for which in (True, False))
    assert unseen and seen and all(held_out(row["hypothesis"]) for row in unseen)
    assert not {row["hypothesis"] for row in unseen} & {row["hypothesis"] for row in seen}


def test_gold_verdicts() -> None:
    rows = {label: {"label": label} for label in ("supports", "neutral", "refutes")}
    assert gold_verdict([rows["supports"], rows["neutral"]]) == "supported"
    assert gold_verdict([rows["supports"], rows["refutes"]]) == "conflicting evidence"
    assert gold_verdict([rows["neutral"]]) == "not enough evidence"


def test_the_fit_asks_with_evidence_and_without(data: Path) -> None:
    asked = fit_verify.ask(Overlap(), data, 30, unseen=False)
    assert len(asked) % 2 == 0 and {one.verdict for one in asked[::2]} <= {"supported", "refuted"}
    assert {one.verdict for one in asked[1::2]} == {"not enough evidence"}
    assert all(set(one.gold) <= {"neutral"} for one in asked[1::2])
    found = fit_verify.fitted(Overlap(), data, 30)
    weights = Weights(tuple(found["matched"]), tuple(found["covered"]))
    assert weights.matched[1] > 0
    assert fit_verify.quality(asked, weights) > 0.9
    assert fit_verify.alarms(asked[1::2], weights) <= fit_verify.ALARMS


def test_speed_has_a_row_per_size(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_speed, "_SETS", ("fm2-dev",))
    (row,) = verify_speed.run(Overlap(), data, [300])
    assert row["passages"] == 300 and row["store_mib"] > 0 and row["memory_mib"] > 0
    assert 0 < row["search_p50_s"] <= row["search_p95_s"]
    assert 0 < row["verify_warm_p50_s"] <= row["verify_warm_p95_s"]
