"""The open head: whether a statement leaves a claim open, from the pair head's own last state.

"She would wait for the auditors" is neutral on whether the mayor knew, and says nothing of what the
bridge costs; a pair head calls both neutral. Its last state, before the three labels, tells them
apart: one linear rule reads it beside the statement's words. The encoder is left as the pair head
needs it; the coefficients are ``open.json`` beside the weights, and belong to these weights alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.inference.backends import load_module, packed_with_head
from stance.inference.encoders import last_state
from stance.inference.engine import run_plan
from stance.inference.heads import fitted_card
from stance.inference.nli import NLI
from stance.models import ModelRef, find_model

Floats = NDArray[np.float64]

FILE = "open.json"
WINDOW = 4_096
"""Pairs whose states are held at once: 25 MB of them."""


class PairStates:
    """The state that a pair head's last layer reads, as a function from pairs to vectors.

    A long text is read in windows as by the pair head itself, and has the mean of their states.
    """

    def __init__(self, ref: ModelRef, *, device: str = "cpu") -> None:
        self.nli = NLI.from_pretrained(ref, device=device, backend="torch", dtype="fp32")
        source = self.nli.source
        self.size = int(source.config.hidden_size)
        self.forward = packed_with_head(load_module(source), source.device, "an open", last_state)

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """``(n, hidden size)``; zeros for a pair that cannot be read."""
        out = np.zeros((len(pairs), self.size))
        if not pairs:
            return out
        plan = self.nli.plan(pairs)
        states = run_plan(plan, self.forward, self.nli.batch_tokens).astype(np.float64)
        if states.shape[1] != self.size:  # nothing could be read
            return out
        sums = np.zeros((len(plan.windows), self.size))
        np.add.at(sums, plan.pair_of, states)
        read = plan.row_pair >= 0
        out[read] = (sums / plan.windows[:, None])[plan.row_pair[read]]
        return np.nan_to_num(out)


class OpenHead:
    """A model's open head, for :func:`stance.leftopen.left_open`.

    >>> head = OpenHead.load("base")  # doctest: +SKIP
    >>> told = "Bridge delayed. Ann Lee said she would not say who was to blame for the delay."
    >>> pairs = [(told, "The builder is to blame for the delay."), (told, "The bridge is safe.")]
    >>> blame, safe = head(pairs, np.array([[2.0, 1.0], [2.0, 0.2]]))  # doctest: +SKIP
    >>> bool(blame > 0.5 > safe)  # doctest: +SKIP
    True
    """

    def __init__(self, states: PairStates, card: Mapping[str, Any]) -> None:
        self.states, self.card = states, card
        self._column, self._beside = np.array(card["states"]), np.array(card["beside"])

    @classmethod
    def load(cls, model: str | Path = "default", *, device: str = "cpu") -> OpenHead:
        """The head beside a model's weights, of a cascade beside those of its strong member.

        Raises ModelError where there is none, or where it was fitted on other weights.
        """
        ref = find_model(model)
        ref = ref.parts[-1] if ref.parts else ref
        card = fitted_card(ref, FILE, "open", "stance.training.openness")
        return cls(PairStates(ref, device=device), card)

    @classmethod
    def beside(cls, ref: ModelRef, *, device: str = "cpu") -> OpenHead:
        """The head of a pair model, or that of ``small`` where it has none of its own."""
        own = ref.parts[-1] if ref.parts else ref
        return _kept(own.path if (own.path / FILE).is_file() else "small", device)

    def __call__(self, pairs: Sequence[tuple[str, str]], others: Floats) -> Floats:
        """Probability that each statement leaves its claim open, ``(n,)``; ``others`` are the
        columns of :func:`stance.leftopen.beside`."""
        parts = [pairs[i : i + WINDOW] for i in range(0, len(pairs), WINDOW)]
        read = np.concatenate([np.zeros(0), *(self.states(part) @ self._column for part in parts)])
        logits = read + others @ self._beside + self.card["intercept"]
        return np.asarray(1 / (1 + np.exp(-logits)))


@lru_cache(maxsize=2)
def _kept(model: str | Path, device: str) -> OpenHead:
    """A head that calls in one process share: reading the weights takes longer than an article."""
    return OpenHead.load(model, device=device)
