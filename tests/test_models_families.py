"""Families of the registry: which way they run, and ModernBERT's packed forward in detail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_models import WORDS, tiny_model, tiny_pairs

from stance.errors import UsageError
from stance.inference import NLI
from stance.inference.backends import Source, candidates


def _first_way(folder: Path, device: str = "cpu") -> str:
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder)
    source = Source(folder, "0", config, 1, torch.device(device))
    return candidates(source, "auto", "fp32")[0].backend


def test_families_run_packed_where_there_is_a_packed_forward(tmp_path: Path) -> None:
    """DeBERTa-v2 and families nobody thought of go through transformers itself."""
    modern = tiny_model(tmp_path / "modern", "modernbert")
    assert _first_way(modern) in ("onednn", "torch")
    assert _first_way(modern, "cuda") == "transformers"
    for family in ("deberta-v2", "electra"):
        assert _first_way(tiny_model(tmp_path / family, family)) == "transformers"
    with pytest.raises(UsageError, match="cannot run modernbert"):
        NLI.from_pretrained(modern, device="cpu", backend="openvino")


@pytest.mark.parametrize(
    "changes",
    [
        {"classifier_pooling": "cls"},
        {"classifier_pooling": "mean", "local_attention": 4},
        {"local_attention": 4, "global_attn_every_n_layers": 2},
        {"attention_bias": True, "mlp_bias": True, "norm_bias": True, "classifier_bias": True},
        {"hidden_activation": "relu", "classifier_activation": "gelu_new"},
    ],
)
@pytest.mark.parametrize("backend", ["torch", "onednn"])
def test_modernbert_equals_transformers(
    tmp_path: Path, changes: dict[str, Any], backend: str
) -> None:
    folder = tiny_model(tmp_path, "modernbert", **changes)
    pairs = [*tiny_pairs(30, longest=9), (" ".join(WORDS[:20]), WORDS[0])]
    exact = NLI.from_pretrained(folder, device="cpu", dtype="fp32", backend="transformers")
    try:
        packed = NLI.from_pretrained(
            folder, device="cpu", dtype="fp32", backend=backend, batch_tokens=300
        )
    except UsageError:
        pytest.skip(f"{backend} does not run on this machine")
    scores = packed.score(pairs)
    assert np.abs(scores - exact.score(pairs)).max() < 1e-5
    assert np.ptp(scores, axis=0).max() > 0.1, "the scores are not all the same"
