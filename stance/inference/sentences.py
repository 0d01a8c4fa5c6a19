"""The sentence head: how much a sentence is worth checking, from the pair head's own encoder.

Half of the encoder's layers are run over a sentence, the mean of its tokens is taken, and two
logistic regressions read it beside the surface features of :mod:`stance.checkworthiness`. The
encoder is left as the pair head needs it, so the head costs that one nothing; its coefficients are
``sentences.json`` beside the weights, and belong to these weights alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance.checkworthiness import OUTPUTS, checkworthiness, coefficients, features
from stance.errors import ModelError
from stance.inference.backends import cpu_has_bf16, quiet_loading
from stance.inference.heads import fitted_card
from stance.inference.options import pick_device
from stance.models import ModelRef, find_model

Floats = NDArray[np.float64]

FILE = "sentences.json"
LIMIT = 96
"""Tokens read of a sentence; longer ones are cut."""
_BATCH = 4096  # tokens of a batch, padding included


class HalfEncoder:
    """The first half of the layers of a model's encoder, as a function from texts to vectors."""

    def __init__(self, folder: Path, *, device: str = "cpu") -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        try:
            with quiet_loading():
                whole: Any = AutoModelForSequenceClassification.from_pretrained(
                    folder, dtype=torch.float32, local_files_only=True
                )
                self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(f"cannot load the encoder in {folder}: {error}") from error
        body = whole.base_model
        layers = getattr(getattr(body, "encoder", None), "layer", None)
        if layers is None:
            raise ModelError(
                f"{folder} is a {whole.config.model_type} model; sentence heads are made for "
                "encoders with a list of layers (BERT, RoBERTa, MPNet)"
            )
        body.encoder.layer = layers[: len(layers) // 2]
        self.body = body.to(pick_device(device)).eval()

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> Floats:
        """Mean of the token states, ``(n, hidden size)``."""
        out = np.zeros((len(texts), self.body.config.hidden_size))
        if not texts:
            return out
        ids = self.tokenizer(list(texts), truncation=True, max_length=LIMIT)["input_ids"]
        order = sorted(range(len(ids)), key=lambda i: (len(ids[i]), i))
        device = next(self.body.parameters()).device
        half = device.type == "cpu" and cpu_has_bf16()
        while order:
            # from the longest: all others of the batch fit its width
            size = max(1, _BATCH // len(ids[order[-1]]))
            rows, order = order[-size:], order[:-size]
            padded = self.tokenizer.pad(
                {"input_ids": [ids[i] for i in rows]}, return_tensors="pt"
            ).to(device)
            mask = padded["attention_mask"]
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                states = self.body(
                    input_ids=padded["input_ids"], attention_mask=mask
                ).last_hidden_state
            weight = mask[..., None].float()
            out[rows] = ((states.float() * weight).sum(1) / weight.sum(1)).cpu().numpy()
        return out


class SentenceHead:
    """A model's sentence head; give it to :func:`stance.claims.detect` as ``checkworthiness``.

    >>> head = SentenceHead.load("small")  # doctest: +SKIP
    >>> head(["Unemployment fell to 4 per cent in 2019."]).round(1)  # doctest: +SKIP
    array([0.9])
    """

    def __init__(self, encoder: HalfEncoder, card: Mapping[str, Any]) -> None:
        self.encoder, self.card = encoder, card
        self._features, self._intercepts = coefficients(card)
        self._states = np.array([card[name]["states"] for name in OUTPUTS])

    @classmethod
    def load(cls, model: str | Path = "default", *, device: str = "cpu") -> SentenceHead:
        """The head beside a model's weights, of a cascade beside those of its fast member.

        Raises ModelError where there is none, or where it was fitted on other weights.
        """
        ref = find_model(model)
        ref = ref.parts[0] if ref.parts else ref
        card = fitted_card(ref, FILE, "sentence", "stance.training.checkworthiness DATA")
        return cls(HalfEncoder(ref.path, device=device), card)

    @classmethod
    def beside(cls, ref: ModelRef, *, device: str = "cpu") -> SentenceHead:
        """The head of a pair model, or that of ``small`` where it has none of its own."""
        own = ref.parts[0] if ref.parts else ref
        return cls.load(own.path if (own.path / FILE).is_file() else "small", device=device)

    def facts(self, texts: Sequence[str]) -> Floats:
        """Probabilities ``(n, 2)``, columns as in :data:`stance.checkworthiness.OUTPUTS`."""
        logits = (
            self.encoder(texts) @ self._states.T
            + features(texts) @ self._features.T
            + self._intercepts
        )
        return np.asarray(1 / (1 + np.exp(-logits)))

    def __call__(self, texts: Sequence[str], /) -> Floats:
        """Probability that each sentence is worth following: facts as the head sees them, and
        positions by rule.
        """
        return checkworthiness(texts, self.facts(texts))
