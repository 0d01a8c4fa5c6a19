"""What a checkpoint's outputs mean: label order from its config, temperature from its card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import ModelError
from stance.models import ModelRef

_STARTS = {0: ("entail", "support"), 1: ("neutral",), 2: ("contradict", "refut")}
_NOT = ("not_", "not-", "not ", "non")


def fitted_card(ref: ModelRef, file: str, kind: str, command: str) -> dict[str, Any]:
    """The coefficients in ``file`` beside a model's weights, of a head that is not the pair head.

    Raises ModelError, which names the head by ``kind`` and the ``command`` that fits it, where
    there is none, or where it was fitted on other weights.
    """
    path = ref.path / file
    if not path.is_file():
        raise ModelError(
            f"the model '{ref.name}' has no {kind} head ({file}); make one with "
            f"python -m {command} {ref.path}"
        )
    card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if card["encoder"] != ref.sha256:
        raise ModelError(
            f"{path} was fitted on weights {card['encoder'][:12]}…, the model has "
            f"{ref.sha256[:12]}…; fit it again with python -m {command} {ref.path}"
        )
    return card


@dataclass(frozen=True, slots=True)
class Head:
    """How logits become (supports, neutral, refutes).

    ``order[i]`` is the logit of our column ``i``; a two-way head has only (entailed, not).
    """

    order: tuple[int, ...]
    temperature: float = 1.0
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)


def read_head(
    id2label: Mapping[int, str], card: Mapping[str, object], *, two_way: bool = False
) -> Head:
    """Read the label order from a config's ``id2label`` and the calibration from a card.

    Raises ModelError for names that do not say which is which, and for a two-way head unless
    ``two_way``: entailed-or-not cannot tell refutes from unrelated. A two-way head whose other
    label is contradiction knows no neutral and is always refused.

    >>> read_head({0: "contradiction", 1: "entailment", 2: "neutral"}, {}).order
    (1, 2, 0)
    """
    names = [str(id2label[i]).lower() for i in sorted(id2label)]
    if len(names) == 2:
        return _two_way(names, two_way)
    order = []
    for starts in _STARTS.values():
        found = [i for i, name in enumerate(names) if name.startswith(starts)]
        if len(found) != 1 or len(names) != 3:
            raise ModelError(
                f"the model's labels are {names}, which is not a 3-way NLI head; set id2label in "
                "config.json to entailment, neutral and contradiction in the order of its outputs"
            )
        order.append(found[0])
    temperature, bias = _calibration(card)
    return Head(tuple(order), temperature, bias)


def _two_way(names: list[str], allowed: bool) -> Head:
    negative = [i for i, name in enumerate(names) if name.startswith((*_NOT, *_STARTS[1]))]
    positive = [i for i, name in enumerate(names) if name.startswith(_STARTS[0])]
    if len(positive) != 1 or negative != [1 - positive[0]]:
        raise ModelError(
            f"the model's labels are {names}: neither a 3-way NLI head nor entailed or not; choose "
            "a 3-way NLI model, or set id2label in config.json to entailment and not_entailment, "
            "where that is what its outputs mean"
        )
    if not allowed:
        raise ModelError(
            f"the model's labels are {names}: a two-way head cannot tell refutes from unrelated; "
            "choose a 3-way NLI model, or ask for --two-way (two_way=True) and read p_neutral as "
            "'not entailed'"
        )
    return Head((positive[0], negative[0]))


def _calibration(card: Mapping[str, object]) -> tuple[float, tuple[float, float, float]]:
    values = card.get("calibration")
    if not isinstance(values, Mapping):
        return 1.0, (0.0, 0.0, 0.0)
    temperature = float(values.get("temperature", 1.0))
    bias = [float(value) for value in values.get("bias", (0.0, 0.0, 0.0))]
    if temperature <= 0 or len(bias) != 3:
        raise ModelError(
            f"the card's calibration is {dict(values)}; it needs a temperature above 0 "
            "and three biases (supports, neutral, refutes)"
        )
    return temperature, (bias[0], bias[1], bias[2])


def probabilities(logits: NDArray[np.float32], head: Head) -> NDArray[np.float64]:
    """Calibrated softmax over (n, labels) logits: (n, 3) in the order supports, neutral, refutes.

    Rows with a NaN or infinite logit are NaN. A two-way head gives p_refutes = 0.
    """
    ours = logits[:, list(head.order)].astype(np.float64)
    ours[~np.isfinite(ours).all(axis=1)] = np.nan
    if ours.shape[1] == 3:
        ours = ours / head.temperature + np.asarray(head.bias)
    else:
        ours = np.concatenate([ours, np.full((len(ours), 1), -np.inf)], axis=1)
    if not len(ours):
        return ours
    ours -= ours.max(axis=1, keepdims=True)
    exp = np.exp(ours)
    probs: NDArray[np.float64] = exp / exp.sum(axis=1, keepdims=True)
    return probs
