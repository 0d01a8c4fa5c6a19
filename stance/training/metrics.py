"""Accuracy, macro-F1 and calibration error of a 3-way head, as one offline metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


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
