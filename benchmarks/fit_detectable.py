"""What it costs to allow for memory: the table ``PRICE`` of :mod:`stance.segments`.

Run by hand: ``python -m benchmarks.fit_detectable``. Steps in the middle of an AR(1) are tested by
the library's own test; the size found in four cases of five, in standard deviations as the series
themselves show them, is told as a multiple of what plain permutation needs. tests/test_changes.py
holds the library to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import norm

from benchmarks.shift_series import autoregressive
from stance.changepoints import level_test
from stance.segments import PRICE_LENGTHS, PRICE_MEMORIES, plainly_detectable

ALPHA, POWER = 0.05, 0.8
MOST = 12.0
"""The largest multiple tried."""


def price(n: int, memory: float) -> float:
    """The multiple found in four cases of five: a look at all sizes, then a close one."""
    rough = _fitted(n, memory, np.linspace(0.0, np.log(MOST), 100))
    return round(float(np.exp(_fitted(n, memory, rough + np.linspace(-0.3, 0.3, 600)))), 2)


def _fitted(n: int, memory: float, logs: NDArray[np.float64]) -> float:
    """Where the share found reaches four in five: a probit line over the logarithm of the size."""
    values = autoregressive(np.random.default_rng(n), n, len(logs), memory)
    values /= np.sqrt(values.var(axis=0, ddof=1).mean())
    values[n // 2 :] += plainly_detectable(n, ALPHA) * np.exp(logs)
    sign = np.where(level_test(values, alpha=ALPHA, family=1).p <= ALPHA, 1, -1)

    def misfit(line: NDArray[np.float64]) -> float:
        return -float(norm.logcdf(sign * line[1] * (logs - line[0])).sum())

    best = minimize(misfit, [logs.mean(), 1.0], method="Nelder-Mead").x
    return float(best[0] + norm.ppf(POWER) / best[1])


if __name__ == "__main__":
    for n in PRICE_LENGTHS:
        print(n, [price(n, memory) for memory in PRICE_MEMORIES], flush=True)
