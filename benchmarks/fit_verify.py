"""Fit when a side of a claim counts, for one model: ``python -m benchmarks.fit_verify MODEL``.

On Climate-FEVER's claims that were trained on; the defaults stay unless something is better by more
than a standard error, because the model has seen those claims. What the held-out claims say of both
is printed and kept beside the numbers in the model's card, where ``stance verify`` reads them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from benchmarks.quality_verify import (
    Row,
    Sides,
    by_claim,
    fit,
    gold_verdict,
    load,
    pooled_verdict,
    side_strengths,
)
from stance.models import CARD
from stance.verification import THRESHOLD, VERDICTS
from stance.weighing import ECHO

MOST = 600
DEFAULTS = (THRESHOLD, ECHO)


def fitted(nli: Any, data_dir: Path, most: int = MOST) -> dict[str, Any]:
    """``threshold`` and ``echo`` for a card, and what they gain on trained and held-out claims."""
    sides, gold = _measured(nli, by_claim(load(data_dir, "climate_fever-all", unseen=False))[:most])
    best = fit(sides, gold)
    gains = _gains(sides, gold, best)
    chosen = best if gains.mean() > gains.std() else DEFAULTS
    fresh, fresh_gold = _measured(nli, by_claim(load(data_dir, "climate_fever-all")))
    return {
        "threshold": chosen[0],
        "echo": chosen[1],
        "fitted_on": f"{len(gold)} claims of Climate-FEVER",
        "gain": round(float(gains.mean()), 4),
        "gain_standard_error": round(float(gains.std()), 4),
        "held_out_macro_f1": round(_quality(fresh, fresh_gold, chosen), 4),
        "held_out_macro_f1_defaults": round(_quality(fresh, fresh_gold, DEFAULTS), 4),
    }


def _measured(nli: Any, claims: list[tuple[str, list[Row]]]) -> tuple[list[Sides], list[str]]:
    return side_strengths(nli, claims), [gold_verdict(found) for _, found in claims]


def _gains(
    sides: list[Sides], gold: list[str], setting: tuple[float, float], draws: int = 200
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Bootstrap over claims of what a setting gains on the defaults."""
    rng = np.random.default_rng(0)
    told = [np.array([pooled_verdict(one, *s) for one in sides]) for s in (setting, DEFAULTS)]
    truth = np.array(gold)
    picks = rng.integers(len(truth), size=(draws, len(truth)))
    return np.array([_f1(truth[i], told[0][i]) - _f1(truth[i], told[1][i]) for i in picks])


def _quality(sides: list[Sides], gold: list[str], setting: tuple[float, float]) -> float:
    return _f1(gold, [pooled_verdict(one, *setting) for one in sides])


def _f1(gold: Any, said: Any) -> float:
    return float(f1_score(gold, said, labels=list(VERDICTS), average="macro", zero_division=0))


def main(model: str) -> None:
    """Fit, print, and write ``verify`` into the model's card."""
    from benchmarks.__main__ import DATA
    from stance import NLI

    nli = NLI.from_pretrained(model)
    found = fitted(nli, DATA)
    path = nli.ref.path / CARD
    card = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    text = json.dumps(card | {"verify": found}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "default")
