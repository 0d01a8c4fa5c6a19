"""Soft labels: what a teacher makes of every training pair, and the loss that learns from it.

The teacher's probabilities are the calibrated ones that users get, so a student inherits its
calibration. They are computed once and kept by checksum, part by part: a run that was killed, and
every further run on the same pairs, reads them again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance.inference.engine import to_device
from stance.training.loop import Loss
from stance.training.recipe import Distil

Floats = NDArray[np.float32]
PART = 16_384
"""Pairs that are scored and kept together: what a kill can cost."""


def soft_labels(
    teacher: str,
    pairs: Sequence[tuple[str, str]],
    folder: Path,
    *,
    device: str = "cpu",
    dtype: str = "auto",
    log: Callable[[str], None] = print,
) -> Floats:
    """The teacher's probabilities of all pairs, ``(n, 3)``: supports, neutral, refutes.

    They lie in ``folder`` as one .npy for each part of the pairs, named by the checksum of the
    teacher and these pairs. Raises ModelError for a teacher that cannot be found, InputError for a
    pair that cannot be scored.
    """
    from stance.inference import NLI
    from stance.models import find_model

    name = find_model(teacher).name
    made_by = _made_by(teacher, dtype)
    model: NLI | None = None
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for start in range(0, len(pairs), PART):
        part = pairs[start : start + PART]
        file = folder / f"{_checksum(made_by, part)}.npy"
        if not file.is_file():
            model = model or NLI.from_pretrained(teacher, device=device, dtype=dtype)
            draft = file.with_suffix(f".{os.getpid()}.part")
            with draft.open("wb") as stream:
                np.save(stream, model.score(part))
            draft.replace(file)
            log(f"{name} labelled {start + len(part)} of {len(pairs)} pairs")
        parts.append(np.load(file))
    return np.concatenate(parts) if parts else np.zeros((0, 3), dtype=np.float32)


def identity(distil: Distil) -> str:
    """What a student learns from: the teacher's weights and calibration, and what it computes in.

    Raises ModelError for a teacher that cannot be found.
    """
    return json.dumps(_made_by(distil.teacher, distil.dtype), sort_keys=True)


def _made_by(teacher: str, dtype: str) -> list[Any]:
    from stance.models import find_model

    ref = find_model(teacher)
    return [ref.sha256, ref.card.get("calibration"), dtype]


def distilled_loss(labels: Sequence[int], soft: Floats, distil: Distil, smoothing: float) -> Loss:
    """Cross entropy of the labels and divergence from the teacher, mixed as the recipe says.

    ``labels`` below 0 are none: such a row has the teacher alone. The divergence is scaled by the
    square of the temperature, which keeps its gradients as large as those of the labels.
    """
    gold = np.asarray(labels, dtype=np.int64)
    heat, weight = distil.temperature, distil.weight

    def loss(logits: torch.Tensor, rows: Sequence[int]) -> torch.Tensor:
        index = list(rows)
        target = to_device(gold[index], logits.device)
        taught = to_device(soft[index], logits.device)
        wanted = torch.softmax(taught.clamp_min(1e-7).log() / heat, dim=-1)
        said = torch.log_softmax(logits / heat, dim=-1)
        apart = (wanted * (wanted.log() - said)).sum(-1) * heat**2
        own = torch.nn.functional.cross_entropy(
            logits, target.clamp_min(0), label_smoothing=smoothing, reduction="none"
        )
        share = torch.where(target < 0, 1.0, weight)
        return (share * apart + (1 - share) * own).mean()

    return loss


def _checksum(made_by: Sequence[Any], pairs: Sequence[tuple[str, str]]) -> str:
    digest = hashlib.sha256(json.dumps(made_by, sort_keys=True).encode())
    for pair in pairs:
        digest.update(json.dumps(pair).encode())
    return digest.hexdigest()[:32]
