"""A model that keeps its scores in a file: a run that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance import NLI
from stance.models import ModelRef
from stance.store import Store

STORE = Path(__file__).parents[1] / "out" / "benchmark-scores.duckdb"


@dataclass(frozen=True, slots=True)
class Kept:
    """``score`` of ``nli``, computed once per pair and model."""

    nli: NLI
    store: Store | Path = STORE

    @property
    def ref(self) -> ModelRef:
        """The model's card and folder, as of ``nli``."""
        return self.nli.ref

    @property
    def device(self) -> str:
        """What ``nli`` computes on."""
        return self.nli.device

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """``(n, 3)``: supports, neutral, refutes."""
        return self.nli.score(pairs, store=self.store)
