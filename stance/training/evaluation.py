"""A finished model on its dev sets: calibration on one half of the rows, figures on the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import InputError
from stance.inference.heads import Head, probabilities, read_head
from stance.training import loop, sources
from stance.training.calibration import fit_scaling
from stance.training.metrics import metric
from stance.training.recipe import Recipe
from stance.training.sources import Example

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float64]
Row = dict[str, Any]


def dev_sets(recipe: Recipe, data: Path) -> dict[str, list[Example]]:
    """The dev rows by the name of their set, in the recipe's order."""
    found = {}
    for source in recipe.dev:
        half = "dev" if source.options.get("holdout") else "train"
        name = str(source.options.get("name", source.file or source.kind))
        found[name] = sources.load(source, data, recipe.seed, half)
        if len(found[name]) < 2:
            raise InputError(
                f"the dev set '{name}' has {len(found[name])} rows; its claims may all be on the "
                "training side of the cut",
                file=source.file,
            )
        halves = {first_half(row) for row in found[name]}
        if source.options.get("calibrate") and len(halves) < 2:
            raise InputError(
                f"the dev set '{name}' cannot both calibrate and measure: its claims fall on one "
                "side of the cut between the two; give it more claims, or leave out 'calibrate'",
                file=source.file,
            )
    return found


def calibrate_and_measure(
    recipe: Recipe,
    sets: Mapping[str, Sequence[Example]],
    folder: Path,
    device: torch.device,
    log: Callable[[str], None],
) -> tuple[dict[str, Any] | None, list[Row]]:
    """Calibration for the card and one row of figures per set of :func:`dev_sets`.

    (None, []) without dev sets; no calibration where none of them is marked ``calibrate``. A set
    so marked is measured on the half that the calibration has not seen, another one whole.
    """
    if not sets:
        return None, []
    flags = {str(s.options.get("name", s.file or s.kind)): s.options for s in recipe.dev}
    outputs = _logits(folder, sets, recipe.train.max_length, device)
    x, y, w = [], [], []
    for name, rows in sets.items():
        if flags[name].get("calibrate"):
            first = [i for i, row in enumerate(rows) if first_half(row)]
            x.append(outputs[name][first])
            y += [rows[i].label for i in first]
            w += [1 / max(1, len(first))] * len(first)
    calibration: dict[str, Any] | None = None
    head = Head((0, 1, 2))
    if x:
        temperature, bias = fit_scaling(np.concatenate(x), y, w)
        calibration = {
            "temperature": round(temperature, 4),
            "bias": [round(b, 4) for b in bias],
            "fitted_on": [name for name in sets if flags[name].get("calibrate")],
        }
        head = Head((0, 1, 2), calibration["temperature"], tuple(calibration["bias"]))
    figures = []
    for name, rows in sets.items():
        seen = bool(flags[name].get("calibrate"))
        second = [i for i, row in enumerate(rows) if not (seen and first_half(row))]
        figures.append(
            measure(
                name,
                [rows[i].label for i in second],
                outputs[name][second],
                head,
                two_way=bool(flags[name].get("two_way")),
            )
        )
        log(f"{name}: {figures[-1]}")
    return calibration, figures


def measure(
    name: str, labels: Sequence[int], logits: Floats, head: Head, *, two_way: bool = False
) -> Row:
    """Accuracy, macro-F1 and ECE of one set, before and after calibration.

    ``two_way`` sets know no neutral: there the larger of supports and refutes is the answer.
    """
    plain = probabilities(logits.astype(np.float32), Head((0, 1, 2)))
    ours = probabilities(logits.astype(np.float32), head)
    if two_way:
        plain, ours = (without_neutral(p) for p in (plain, ours))
    guesses = ours.argmax(axis=1)
    figures = metric().compute(predictions=ours, references=labels)
    _, counts = np.unique(np.asarray(labels), return_counts=True)
    return {
        "set": name,
        "rows": len(labels),
        "two_way": two_way,
        "majority": round(float(counts.max() / counts.sum()), 3),
        "accuracy": round(figures["accuracy"], 3),
        "macro_f1": round(figures["macro_f1"], 3),
        "ece_before": round(metric().compute(predictions=plain, references=labels)["ece"], 3),
        "ece": round(figures["ece"], 3),
        "said": {
            name: round(float(np.mean(guesses == i)), 3)
            for i, name in enumerate(("supports", "neutral", "refutes"))
        },
    }


def without_neutral(p: Floats) -> Floats:
    """Probabilities ``(n, 3)`` of sets that know two labels: neutral out, the rest to sum 1."""
    out = p.copy()
    out[:, 1] = 0.0
    result: Floats = out / out.sum(axis=1, keepdims=True)
    return result


def first_half(row: Example) -> bool:
    """Whether a dev row is for calibration; figures come from the others."""
    return sources.held_out(f"half/{row.key}", 0.5)


def _logits(
    folder: Path, sets: Mapping[str, Sequence[Example]], limit: int, device: torch.device
) -> dict[str, Floats]:
    """Logits ``(n, 3)`` per set of the model in ``folder``, in our order of labels."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from stance.inference.backends import quiet_loading

    with quiet_loading():
        model = AutoModelForSequenceClassification.from_pretrained(
            folder,
            dtype=torch.float32,
            attn_implementation="eager" if device.type == "cpu" else None,
        ).to(device)
    order = list(read_head(model.config.id2label, {}).order)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    found = {}
    for name, rows in sets.items():
        pairs = [(row.premise, row.hypothesis) for row in rows]
        encoded = loop.encode(tokenizer, pairs, [row.label for row in rows], limit)
        values = loop.logits(model, encoded, tokenizer.pad_token_id)
        found[name] = values[:, order].astype(np.float64)
    return found
