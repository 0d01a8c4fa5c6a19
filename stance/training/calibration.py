"""Temperature and bias on development data: softmax(logits / t + b), as the card stores them.

Guo et al. 2017 (arXiv:1706.04599). The bias matters here as much as the temperature: the mix of
labels in training is not the mix in news.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def fit_scaling(
    logits: Floats, labels: Sequence[int], weights: Sequence[float] | None = None
) -> tuple[float, tuple[float, float, float]]:
    """Temperature and bias (summing to 0) that minimise the weighted log loss.

    ``logits`` is ``(n, 3)``. Deterministic: L-BFGS from temperature 1 and no bias.

    >>> rng = np.random.default_rng(0)
    >>> y = rng.integers(0, 3, 4000)
    >>> sharp = 3.0 * (np.eye(3)[y] + rng.normal(0, 1, (4000, 3)))
    >>> t, b = fit_scaling(sharp, y)
    >>> 2.5 < t < 3.5
    True
    """
    import torch

    x = torch.tensor(np.asarray(logits), dtype=torch.float64)
    y = torch.tensor(np.asarray(labels), dtype=torch.int64)
    w = torch.ones(len(y), dtype=torch.float64)
    if weights is not None:
        w = torch.tensor(np.asarray(weights), dtype=torch.float64)
    log_t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_t, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        losses = torch.nn.functional.cross_entropy(x / log_t.exp() + bias, y, reduction="none")
        loss = (losses * w).sum() / w.sum() + 1e-4 * bias.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    centred = (bias - bias.mean()).detach().tolist()
    return float(log_t.detach().exp()), (centred[0], centred[1], centred[2])
