"""A packed forward for ModernBERT on the CPU: rotary positions, local attention, gated layers.

Warner et al. 2024 (arXiv:2412.13663). As in :mod:`stance.inference.encoders`, weights are read
out of the loaded transformers module, whose own forward is what the tests compare with; on other
devices that forward runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from stance.inference.attention import BF16_STEP, run_attention
from stance.inference.encoders import ACTIVATIONS, padded_rows
from stance.inference.linears import Linear, MakeLinear, activate
from stance.inference.plan import Batch

Norm = tuple[torch.Tensor, torch.Tensor | None, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. ``norm`` is None in the first; ``kind`` names its attention and its rotation."""

    kind: str
    norm: Norm | None
    qkv: Linear
    out: Linear
    gated_norm: Norm
    up: Linear
    gate: Linear
    down: Linear


def supported(config: Any) -> bool:
    """Whether a config is a ModernBERT of the kinds this forward computes."""
    return (
        config.model_type == "modernbert"
        and hasattr(config, "layer_types")  # as transformers reads every config from 5.0 on
        and config.hidden_activation in ACTIVATIONS
        and config.classifier_activation in ACTIVATIONS
        and config.classifier_pooling in ("cls", "mean")
        and all(rope["rope_type"] == "default" for rope in config.rope_parameters.values())
    )


class ModernBertForward:
    """Logits of a packed batch, on the CPU."""

    def __init__(self, model: Any, dtype: torch.dtype, make_linear: MakeLinear) -> None:
        config, body = model.config, model.model
        activation = ACTIVATIONS[config.hidden_activation]

        def norm(module: Any, dtype: torch.dtype = dtype) -> Norm:
            bias = None if module.bias is None else module.bias.detach().to(dtype)
            return module.weight.detach().to(dtype), bias, module.eps

        def linear(module: Any, half: int | None = None, act: Any = "none") -> Linear:
            rows = slice(None)
            if half is not None:  # the gated layer's two inputs lie in one matrix
                rows = slice(half * config.intermediate_size, (half + 1) * config.intermediate_size)
            bias = None if module.bias is None else module.bias.detach()[rows].to(dtype)
            return make_linear(module.weight.detach()[rows].to(dtype), bias, act)

        self.heads, self.window = config.num_attention_heads, int(config.sliding_window)
        self.words = body.embeddings.tok_embeddings.weight.detach().to(dtype)
        self.norm, self.last_norm = norm(body.embeddings.norm), norm(body.final_norm)
        self.layers = [
            Layer(
                kind=config.layer_types[number],
                norm=norm(layer.attn_norm) if number else None,
                qkv=linear(layer.attn.Wqkv),
                out=linear(layer.attn.Wo),
                gated_norm=norm(layer.mlp_norm),
                up=linear(layer.mlp.Wi, 0, activation),
                gate=linear(layer.mlp.Wi, 1),
                down=linear(layer.mlp.Wo),
            )
            for number, layer in enumerate(body.layers)
        ]
        self.angles = {
            kind: _angles(config, float(config.rope_parameters[kind]["rope_theta"]))
            for kind in set(config.layer_types)
        }
        self.mean = config.classifier_pooling == "mean"
        # the head stays in fp32: it is small and decides
        dense, last = model.head.dense, model.classifier
        head_norm = norm(model.head.norm, torch.float32)
        head_activation = ACTIVATIONS[config.classifier_activation]
        first = dense.weight.detach().float()
        first_bias = None if dense.bias is None else dense.bias.detach().float()

        def head(pooled: torch.Tensor) -> torch.Tensor:
            hidden = activate(F.linear(pooled, first, first_bias), head_activation)
            return F.linear(
                _normed(hidden, head_norm), last.weight.detach().float(), last.bias.detach().float()
            )

        self.head = head

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> torch.Tensor:
        tokens = len(batch.ids)
        starts = np.cumsum(batch.lengths) - batch.lengths
        rows = padded_rows(tokens)
        ids, positions = torch.zeros(2, rows, dtype=torch.int64)
        ids[:tokens] = torch.from_numpy(batch.ids)
        positions[:tokens] = torch.from_numpy(np.arange(tokens) - np.repeat(starts, batch.lengths))
        hidden = _normed(F.embedding(ids, self.words), self.norm)
        attend = {
            "full_attention": run_attention(batch, self.heads, None, hidden),
            "sliding_attention": run_attention(batch, self.heads, self._band(batch), hidden),
        }
        turns = {
            kind: (table[positions].cos(), table[positions].sin())
            for kind, table in self.angles.items()
        }
        for layer in self.layers:
            inner = hidden if layer.norm is None else _normed(hidden, layer.norm)
            qkv = self._turned(layer.qkv(inner, None), *turns[layer.kind])
            hidden = layer.out(attend[layer.kind](qkv), hidden)
            inner = _normed(hidden, layer.gated_norm)
            hidden = layer.down(layer.up(inner, None) * layer.gate(inner, None), hidden)
        hidden = _normed(hidden, self.last_norm)
        if not self.mean:
            return self.head(hidden[torch.from_numpy(starts)].float())
        owner = torch.from_numpy(np.repeat(np.arange(len(starts)), batch.lengths))
        summed = hidden.new_zeros(len(starts), hidden.shape[1], dtype=torch.float32)
        summed.index_add_(0, owner, hidden[:tokens].float())
        return self.head(summed / torch.from_numpy(batch.lengths)[:, None])

    def _band(self, batch: Batch) -> torch.Tensor | None:
        """Who may look at whom in a local layer, (1, longest, longest); None where all may."""
        longest = int(batch.lengths.max())
        if longest <= self.window + 1:
            return None
        at = torch.arange(-(-longest // BF16_STEP) * BF16_STEP)
        return ((at[:, None] - at[None, :]).abs() <= self.window)[None]

    def _turned(self, qkv: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        """Queries and keys turned by their positions, in place; values as they are."""
        both = qkv.view(len(qkv), 3, self.heads, -1)[:, :2]
        cos, sin = cos[:, None, None], sin[:, None, None]
        left, right = both.float().chunk(2, dim=-1)
        both.copy_(torch.cat((left * cos - right * sin, right * cos + left * sin), dim=-1))
        return qkv


def _angles(config: Any, theta: float) -> torch.Tensor:
    """How far each pair of dimensions turns at each position: (positions, half a head's width)."""
    width = config.hidden_size // config.num_attention_heads
    steps = 1.0 / theta ** (torch.arange(0, width, 2, dtype=torch.float32) / width)
    positions = torch.arange(config.max_position_embeddings, dtype=torch.float32)
    return torch.outer(positions, steps)


def _normed(x: torch.Tensor, norm: Norm) -> torch.Tensor:
    return F.layer_norm(x, (x.shape[-1],), *norm)
