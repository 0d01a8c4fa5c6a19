"""The ways to run a forward: each takes a packed :class:`Batch` and gives its logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance.inference.plan import LENGTH_STEP, Batch


def pad(
    batch: Batch, pad_id: int, step: int = LENGTH_STEP
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Ids, token types and mask as rectangles (pairs, longest), rounded up to ``step`` columns.

    >>> pad(Batch(np.array([7, 8, 9]), np.array([0, 1, 0]), np.array([2, 1])), 0, 1)[0].tolist()
    [[7, 8], [9, 0]]
    """
    width = -(-int(batch.lengths.max()) // step) * step
    mask = np.arange(width) < batch.lengths[:, None]
    ids = np.full(mask.shape, pad_id, dtype=np.int64)
    types = np.zeros(mask.shape, dtype=np.int64)
    ids[mask] = batch.ids
    types[mask] = batch.types
    return ids, types, mask.astype(np.int64)


class TransformersForward:
    """Any sequence classifier, through transformers itself, on batches padded to their longest."""

    def __init__(self, model: Any, pad_id: int) -> None:
        self.model, self.pad_id = model, pad_id
        # Encoders without token types (MPNet, most DeBERTas) refuse or ignore them.
        self.typed = getattr(model.config, "type_vocab_size", 0) > 1

    def __call__(self, batch: Batch) -> torch.Tensor:
        ids, types, mask = (torch.from_numpy(a) for a in pad(batch, self.pad_id))
        device = self.model.device
        inputs = {"input_ids": ids.to(device), "attention_mask": mask.to(device)}
        if self.typed:
            inputs["token_type_ids"] = types.to(device)
        with torch.inference_mode():
            logits: torch.Tensor = self.model(**inputs).logits
        return logits.float()
