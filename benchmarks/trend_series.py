"""Levels of known course, and stances and scores seen of them, for the coverage of trends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.shift_series import Floats
from stance.trends import log_likelihood, of_scores

Level = Callable[[np.random.Generator, Floats], Floats]
Observed = Callable[[np.random.Generator, Floats], tuple[Floats, Floats, float]]

_CONFUSION = np.array([[0.8, 0.15, 0.05], [0.1, 0.8, 0.1], [0.05, 0.15, 0.8]])


def levels() -> dict[str, Level]:
    """Courses of the mean stance over time in [0, 1]: name → (rng, times) → levels in [−1, 1]."""

    def constant(rng: np.random.Generator, when: Floats) -> Floats:
        return np.full(len(when), rng.uniform(-0.95, 0.95))

    def drift(rng: np.random.Generator, when: Floats) -> Floats:
        first, last = rng.uniform(-0.9, 0.9, 2)
        return np.asarray(first + (last - first) * when)

    def walk(rng: np.random.Generator, when: Floats) -> Floats:
        steps = 2 * np.sqrt(np.diff(when)) * rng.standard_normal(len(when) - 1)
        return np.tanh(np.cumsum(np.concatenate([[rng.standard_normal()], steps])) / 2)

    def wave(rng: np.random.Generator, when: Floats) -> Floats:
        return np.asarray(0.7 * np.sin(2 * np.pi * (when + rng.random())))

    def flip(rng: np.random.Generator, when: Floats) -> Floats:
        return np.where(when < rng.uniform(0.3, 0.7), 0.8, -0.8)

    return {"constant": constant, "drift": drift, "walk": walk, "wave": wave, "flip": flip}


def observations() -> dict[str, Observed]:
    """Ways of seeing a level: name → what :func:`stance.trends.smooth` needs."""

    def stances(rng: np.random.Generator, true: Floats) -> NDArray[np.intp]:
        neutral = 0.3 * (1 - np.abs(true))
        draw = rng.random(len(true))
        return np.where(draw < neutral, 1, np.where(draw < (1 + neutral + true) / 2, 0, 2))

    def probabilities(rng: np.random.Generator, true: Floats) -> tuple[Floats, Floats, float]:
        # Gaussian logits around the true stance: the exact posterior is known, hence calibrated.
        logits = 1.2 * rng.standard_normal((len(true), 3))
        logits[np.arange(len(true)), stances(rng, true)] += 2
        return log_likelihood(np.exp(2 * logits / 1.2**2))

    def labels(rng: np.random.Generator, true: Floats) -> tuple[Floats, Floats, float]:
        seen = [rng.choice(3, p=_CONFUSION[k]) for k in stances(rng, true)]
        return log_likelihood(np.eye(3)[seen], _CONFUSION)

    def scores(rng: np.random.Generator, true: Floats) -> tuple[Floats, Floats, float]:
        return of_scores(true + rng.normal(0, 0.5, len(true)))

    return {"probabilities": probabilities, "audited labels": labels, "scores": scores}
