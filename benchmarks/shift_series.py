"""Series of known truth for the shifts benchmark: what changed, when, and how noisily it was seen.

Every function returns an array of shape (n points, series), time first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Maker = Callable[[np.random.Generator, int, int], Floats]


def autoregressive(rng: np.random.Generator, n: int, count: int, memory: float) -> Floats:
    """Stationary AR(1) noise of variance 1."""
    noise = rng.standard_normal((n + 100, count)) * np.sqrt(1 - memory**2)
    for t in range(1, len(noise)):
        noise[t] += memory * noise[t - 1]
    return np.asarray(noise[100:])


def irregular(rng: np.random.Generator, n: int, count: int, memory: float) -> Floats:
    """An Ornstein–Uhlenbeck process seen at irregular dates; ``memory`` is over the mean gap."""
    gaps = rng.exponential(1.0, (n, count))
    noise = rng.standard_normal((n, count))
    for t in range(1, n):
        kept = memory ** gaps[t]
        noise[t] = kept * noise[t - 1] + np.sqrt(1 - kept**2) * noise[t]
    return noise


def labels(rng: np.random.Generator, truth: NDArray[np.float64], noise: float) -> Floats:
    """True stances (−1, 0, 1) with a share ``noise`` replaced by one of the other two."""
    other = (truth + 1 + rng.integers(1, 3, truth.shape)) % 3 - 1
    return np.where(rng.random(truth.shape) < noise, other, truth)


def nulls() -> dict[str, tuple[int, Maker]]:
    """Series in which nothing changes: name → (shortest length that makes the promise, maker).

    Under eight points the promise is that nothing is told.
    """

    def constant(noise: float) -> Maker:
        return lambda rng, n, count: labels(rng, np.ones((n, count)), noise)

    def undecided(rng: np.random.Generator, n: int, count: int) -> Floats:
        return rng.choice([-1.0, 0.0, 1.0], size=(n, count), p=[0.2, 0.5, 0.3])

    return {
        "constant stance, 10 % label noise": (5, constant(0.1)),
        "constant stance, 20 % label noise": (5, constant(0.2)),
        "constant stance, 30 % label noise": (5, constant(0.3)),
        "mixed stances, no order": (5, undecided),
        "scores, white noise": (5, lambda r, n, c: r.standard_normal((n, c))),
        "scores, heavy tails (t, 3 df)": (5, lambda r, n, c: r.standard_t(3, (n, c))),
        "scores, AR(1) 0.3": (24, lambda r, n, c: autoregressive(r, n, c, 0.3)),
        "scores, AR(1) 0.6": (24, lambda r, n, c: autoregressive(r, n, c, 0.6)),
        "scores, AR(1) 0.8": (24, lambda r, n, c: autoregressive(r, n, c, 0.8)),
        "scores, irregular dates, memory 0.6": (24, lambda r, n, c: irregular(r, n, c, 0.6)),
        "labels cut from AR(1) 0.6": (24, _sticky),
    }


def _sticky(rng: np.random.Generator, n: int, count: int) -> Floats:
    hidden = autoregressive(rng, n, count, 0.6)
    return (hidden > 0.4).astype(float) - (hidden < -0.8)


def changes() -> dict[str, tuple[Maker, float]]:
    """Series that change: name → (maker, place of the change as a share of the length)."""

    def flip(noise: float, place: float) -> tuple[Maker, float]:
        def make(rng: np.random.Generator, n: int, count: int) -> Floats:
            truth = np.where(np.arange(n) < round(n * place), 1.0, -1.0)
            return labels(rng, np.repeat(truth[:, None], count, axis=1), noise)

        return make, place

    def step(
        size: float,
        memory: float = 0.0,
        noise: Callable[[np.random.Generator, int, int, float], Floats] = autoregressive,
    ) -> tuple[Maker, float]:
        def make(rng: np.random.Generator, n: int, count: int) -> Floats:
            return noise(rng, n, count, memory) + size * (np.arange(n) >= n // 2)[:, None]

        return make, 0.5

    def softening(rng: np.random.Generator, n: int, count: int) -> Floats:
        truth = np.where(np.arange(n) < n // 2, 1.0, 0.0)
        return labels(rng, np.repeat(truth[:, None], count, axis=1), 0.2)

    def bump(rng: np.random.Generator, n: int, count: int) -> Floats:
        inside = (np.arange(n) >= n // 3) & (np.arange(n) < 2 * n // 3)
        return labels(rng, np.repeat(np.where(inside, -1.0, 1.0)[:, None], count, axis=1), 0.2)

    def drift(rng: np.random.Generator, n: int, count: int) -> Floats:
        return rng.standard_normal((n, count)) + 2 * np.linspace(0, 1, n)[:, None]

    return {
        "flip, 10 % label noise": flip(0.1, 0.5),
        "flip, 20 % label noise": flip(0.2, 0.5),
        "flip, 30 % label noise": flip(0.3, 0.5),
        "flip at a quarter, 20 % label noise": flip(0.2, 0.25),
        "supports to neutral, 20 % label noise": (softening, 0.5),
        "step of 0.5 sd": step(0.5),
        "step of 1 sd": step(1.0),
        "step of 2 sd": step(2.0),
        "step of 2 sd, AR(1) 0.5": step(2.0, 0.5),
        "step of 2 sd, irregular dates, memory 0.5": step(2.0, 0.5, irregular),
        "there and back, 20 % label noise": (bump, 1 / 3),
        "slow drift of 2 sd": (drift, 0.5),
    }


def brief_mix(
    rng: np.random.Generator, n: int, noise: float, memory: float
) -> list[dict[str, object]]:
    """Rows of a table: people who never change, as many heard twice as three times, in a span each
    of their own; those who refute are mostly heard later. ``n`` is a multiple of five.
    """
    rows: list[dict[str, object]] = []
    for who in range(2 * n // 5):
        level, times = rng.uniform(-0.9, 0.9), 2 + who % 2
        days = np.sort(rng.choice(200, times, replace=False)) + int(150 * (1 - level))
        seen = level + noise * autoregressive(rng, times, 1, memory)[:, 0]
        for day, score in zip(days.tolist(), seen.tolist(), strict=True):
            date = np.datetime64("2024-01-01") + np.timedelta64(day, "D")
            rows.append({"holder": f"h{who}", "claim": "c", "date": str(date), "score": score})
    return sorted(rows, key=lambda row: str(row["date"]))


def changing_mix(
    rng: np.random.Generator, n: int, noise: float, memory: float
) -> list[dict[str, object]]:
    """Rows of a table: six holders who never change, heard in changing proportions."""
    level = np.array([0.9, 0.7, 0.2, -0.1, -0.6, -0.9])
    early, late = np.array([8, 6, 3, 2, 1, 1.0]), np.array([1, 1, 2, 3, 6, 8.0])
    rows: list[dict[str, object]] = []
    past = rng.standard_normal(len(level))
    for day in range(n):
        share = early + (late - early) * (day / n)
        who = int(rng.choice(len(level), p=share / share.sum()))
        past[who] = memory * past[who] + np.sqrt(1 - memory**2) * rng.standard_normal()
        date = np.datetime64("2024-01-01") + np.timedelta64(day, "D")
        score = level[who] + noise * past[who]
        rows.append({"holder": f"h{who}", "claim": "c", "date": str(date), "score": float(score)})
    return rows
