"""Accuracy, macro-F1 and calibration error of a head, with intervals, as one offline metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
FEWEST_GROUPS = 20
"""With fewer groups than this, a bootstrap of whole groups says little."""


def macro_f1(labels: Sequence[int], guesses: Sequence[int]) -> float:
    """Mean F1 over the labels that occur in the gold; a label never guessed counts 0.

    >>> macro_f1([0, 0, 2, 2], [0, 0, 2, 1])
    0.8333333333333333
    """
    gold, said = np.asarray(labels), np.asarray(guesses)
    scores = []
    for label in np.unique(gold):
        hit = np.sum((gold == label) & (said == label))
        scores.append(2 * hit / (np.sum(gold == label) + np.sum(said == label)))
    return float(np.mean(scores))


def intervals(
    labels: Sequence[int],
    guesses: Sequence[int],
    groups: Sequence[str] | None = None,
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """95 % percentile bootstrap of ``accuracy`` and ``macro_f1``.

    Whole groups are drawn where there are at least :data:`FEWEST_GROUPS` of them, since rows on one
    claim or from one speech are right and wrong together; else single rows.

    >>> intervals([0, 1] * 50, [0, 1] * 45 + [1, 0] * 5)["accuracy"]
    (0.84, 0.95)
    """
    gold, said = np.asarray(labels), np.asarray(guesses)
    size = int(max(gold.max(), said.max())) + 1
    each = np.arange(len(gold))
    names, group = np.unique(each if groups is None else groups, return_inverse=True)
    if len(names) < FEWEST_GROUPS:
        names, group = each, each
    cells = np.zeros((len(names), size * size))
    np.add.at(cells, (group, gold * size + said), 1)
    rng = np.random.default_rng(seed)
    even = np.full(len(names), 1 / len(names))
    # a hundred rounds at a time: thousands of groups times all rounds would be a lot of memory
    parts = [rng.multinomial(len(names), even, 100) @ cells for _ in range(-(-rounds // 100))]
    tables = np.concatenate(parts)[:rounds].reshape(-1, size, size)
    hits = np.diagonal(tables, axis1=1, axis2=2)
    totals = tables.sum(axis=1) + tables.sum(axis=2)
    with np.errstate(invalid="ignore"):  # a label that a draw has lost
        scores = np.nanmean((2 * hits / totals)[:, np.unique(gold)], axis=1)
    measures = {"accuracy": hits.sum(axis=1) / tables.sum(axis=(1, 2)), "macro_f1": scores}
    return {
        name: (round(float(low), 3), round(float(high), 3))
        for name, values in measures.items()
        for low, high in [np.quantile(values, (0.025, 0.975))]
    }


def calibration_error(probabilities: Floats, labels: Sequence[int], bins: int = 15) -> float:
    """Expected calibration error of the top label, equal-width bins (Guo et al. 2017, §2).

    ``probabilities`` is ``(n, k)``. 0 is perfect.

    >>> calibration_error(np.array([[0.8, 0.2]] * 5), [0, 0, 0, 0, 1])
    0.0
    """
    top = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == np.asarray(labels)
    which = np.minimum((top * bins).astype(int), bins - 1)
    gaps = [
        np.abs(np.mean(top[which == b]) - np.mean(right[which == b])) * np.mean(which == b)
        for b in np.unique(which)
    ]
    return round(float(np.sum(gaps)), 12)


def metric() -> Any:
    """The three together as a local ``evaluate`` metric: nothing is looked up on a hub.

    ``metric().compute(predictions=(n, 3) probabilities, references=labels)`` gives ``accuracy``,
    ``macro_f1`` and ``ece``.
    """
    import datasets
    import evaluate

    class NLIMetric(evaluate.Metric):  # type: ignore[misc]
        def _info(self) -> Any:
            return evaluate.MetricInfo(
                description="Accuracy, macro-F1 and expected calibration error of NLI heads.",
                citation="Guo et al. 2017, arXiv:1706.04599 (calibration error)",
                inputs_description="predictions: probabilities per label; references: labels",
                features=datasets.Features(
                    {
                        "predictions": datasets.Sequence(datasets.Value("float32")),
                        "references": datasets.Value("int64"),
                    }
                ),
            )

        def _compute(self, predictions: Any, references: Any) -> dict[str, float]:
            probabilities = np.asarray(predictions)
            guesses = probabilities.argmax(axis=1)
            return {
                "accuracy": float(np.mean(guesses == np.asarray(references))),
                "macro_f1": macro_f1(references, guesses.tolist()),
                "ece": calibration_error(probabilities, references),
            }

    return NLIMetric()
