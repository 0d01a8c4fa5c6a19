"""Packed forwards of the encoder families: no padding, tokens of all pairs in one long row.

Weights are read out of the loaded transformers module; its own forward is the reference the tests
compare with. Families: BERT (MiniLM, …), RoBERTa, XLM-R, CamemBERT, MPNet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from stance.inference.attention import run_attention, varlen_attention, varlen_works
from stance.inference.engine import to_device
from stance.inference.linears import Activation, Linear
from stance.inference.plan import Batch

Norm = tuple[torch.Tensor, torch.Tensor, float]
Dense = TypeVar("Dense")
"""What a dense layer becomes: a function, or weights packed for a compiled forward."""

ACTIVATIONS: dict[str, Activation] = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
}
_ROBERTAS = ("roberta", "xlm-roberta", "camembert")


@dataclass(frozen=True, slots=True)
class Block(Generic[Dense]):
    """One layer; ``qkv`` gives query, key and value side by side."""

    qkv: Dense
    out: Dense
    attention_norm: Norm
    up: Dense
    down: Dense
    norm: Norm


@dataclass(frozen=True, slots=True)
class Encoder(Generic[Dense]):
    """Everything a packed forward reads. ``head`` stays in fp32: it is small and decides.

    ``position_bias`` is MPNet's, (heads, longest, longest), None elsewhere.
    """

    words: torch.Tensor
    positions: torch.Tensor
    types: torch.Tensor | None
    norm: Norm
    blocks: tuple[Block[Dense], ...]
    heads: int
    head: Callable[[torch.Tensor], torch.Tensor]
    position_bias: torch.Tensor | None


def supported(config: Any) -> bool:
    """Whether a config's family has a packed forward."""
    return (
        config.model_type in ("bert", "mpnet", *_ROBERTAS)
        and getattr(config, "hidden_act", None) in ACTIVATIONS
        and getattr(config, "position_embedding_type", "absolute") == "absolute"
        and not getattr(config, "is_decoder", False)
    )


def read_encoder(
    model: Any,
    dtype: torch.dtype,
    device: torch.device,
    make_linear: Callable[[torch.Tensor, torch.Tensor, Activation], Dense],
    head: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> Encoder[Dense]:
    """Read a classifier's weights; the module itself is not changed.

    ``make_linear`` is given weight, bias and activation of each dense layer. ``head`` takes the
    place of a sequence classifier's own. Raises KeyError for a family that :func:`supported`
    refuses.
    """
    config = model.config
    body = model.base_model
    activation = ACTIVATIONS[config.hidden_act]

    def to(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.detach().to(device, dtype)

    def linear(*modules: Any, activation: Activation = "none") -> Dense:
        weight = torch.cat([to(module.weight) for module in modules])
        return make_linear(weight, torch.cat([to(m.bias) for m in modules]), activation)

    def norm(module: Any) -> Norm:
        return to(module.weight), to(module.bias), module.eps

    def block(layer: Any) -> Block[Dense]:
        if config.model_type == "mpnet":
            inner = layer.attention.attn
            attention = (inner.q, inner.k, inner.v), inner.o, layer.attention.LayerNorm
        else:
            inner, after = layer.attention.self, layer.attention.output
            attention = (inner.query, inner.key, inner.value), after.dense, after.LayerNorm
        return Block(
            qkv=linear(*attention[0]),
            out=linear(attention[1]),
            attention_norm=norm(attention[2]),
            up=linear(layer.intermediate.dense, activation=activation),
            down=linear(layer.output.dense),
            norm=norm(layer.output.LayerNorm),
        )

    embeddings = body.embeddings
    first = 0
    if config.model_type in (*_ROBERTAS, "mpnet"):
        first = embeddings.padding_idx + 1  # positions before it belong to padding
    bias = None
    types = None
    if config.model_type == "mpnet":
        longest = torch.empty(1, config.max_position_embeddings - first, 1)
        bias = to(body.encoder.compute_position_bias(longest.to(model.device))[0]).contiguous()
    else:
        types = to(embeddings.token_type_embeddings.weight)
    return Encoder(
        words=to(embeddings.word_embeddings.weight),
        positions=to(embeddings.position_embeddings.weight[first:]),
        types=types,
        norm=norm(embeddings.LayerNorm),
        blocks=tuple(block(layer) for layer in body.encoder.layer),
        heads=config.num_attention_heads,
        head=head or _head(model, device),
        position_bias=bias,
    )


def _head(model: Any, device: torch.device) -> Callable[[torch.Tensor], torch.Tensor]:
    """First-token features to logits, by BERT's classifier or RoBERTa's last projection."""
    out = model.classifier if model.config.model_type == "bert" else model.classifier.out_proj
    state = last_state(model, device)
    weight, bias = (part.detach().to(device, torch.float32) for part in (out.weight, out.bias))
    return lambda first: F.linear(state(first), weight, bias)


def last_state(model: Any, device: torch.device) -> Callable[[torch.Tensor], torch.Tensor]:
    """First-token features to what the last layer reads, by BERT's pooler or RoBERTa's kind of
    head."""
    bert = model.config.model_type == "bert"
    dense = model.base_model.pooler.dense if bert else model.classifier.dense
    weight, bias = (part.detach().to(device, torch.float32) for part in (dense.weight, dense.bias))
    return lambda first: torch.tanh(F.linear(first.float(), weight, bias))


class PackedForward:
    """Logits of a packed batch, on any device and in any dtype."""

    def __init__(self, encoder: Encoder[Linear]) -> None:
        self.encoder = encoder
        words = encoder.words
        self.varlen = encoder.position_bias is None and varlen_works(
            words.device, words.dtype, words.shape[1] // encoder.heads
        )

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> torch.Tensor:
        pairs = len(batch.lengths)
        first = np.zeros(padded_rows(pairs), dtype=np.int64)
        first[:pairs] = np.cumsum(batch.lengths) - batch.lengths
        wanted = to_device(first, self.encoder.words.device)
        return self.encoder.head(self._hidden(batch, wanted)[:pairs])

    @torch.inference_mode()
    def of_tokens(self, batch: Batch) -> torch.Tensor:
        """What the head makes of every token: (tokens, outputs), in batch order."""
        return self.encoder.head(self._hidden(batch)[: len(batch.ids)])

    def _hidden(self, batch: Batch, wanted: torch.Tensor | None = None) -> torch.Tensor:
        """Hidden states of all rows, or of the ``wanted`` ones: after its attention, the last layer
        then computes nothing else."""
        encoder, tokens = self.encoder, len(batch.ids)
        device = encoder.words.device
        starts = np.cumsum(batch.lengths) - batch.lengths
        rows = padded_rows(tokens)
        packed = np.zeros((3, rows), dtype=np.int64)
        packed[0, :tokens] = batch.ids
        packed[1, :tokens] = np.arange(tokens) - np.repeat(starts, batch.lengths)
        packed[2, :tokens] = batch.types
        ids, positions, types = to_device(packed, device)
        hidden = F.embedding(ids, encoder.words).add_(F.embedding(positions, encoder.positions))
        if encoder.types is not None:
            hidden.add_(F.embedding(types, encoder.types))
        hidden = _norm(hidden, encoder.norm)
        if self.varlen:
            tail = [tokens, rows] if rows > tokens else [tokens]
            ends = to_device(np.concatenate([starts, tail]).astype(np.int32), device)
            attend = varlen_attention(batch, encoder.heads, ends)
        else:
            attend = run_attention(batch, encoder.heads, encoder.position_bias, hidden)
        for block in encoder.blocks:
            mixed = attend(block.qkv(hidden, None))
            if wanted is not None and block is encoder.blocks[-1]:
                mixed, hidden = mixed.index_select(0, wanted), hidden.index_select(0, wanted)
            hidden = _norm(block.out(mixed, hidden), block.attention_norm)
            hidden = _norm(block.down(block.up(hidden, None), hidden), block.norm)
        return hidden


def padded_rows(tokens: int) -> int:
    """Tokens rounded up, so that few row counts occur.

    Memory grows with every new row count that oneDNN meets, whatever the capacity of its primitive
    cache (probably its compiled code): measured, 400 different batches of a MiniLM layer in fp32
    took 4.6 GB and, rounded, 70 MB.
    """
    step = 16 if tokens <= 128 else 64 if tokens <= 1024 else 128
    return -(-tokens // step) * step


def _norm(x: torch.Tensor, norm: Norm) -> torch.Tensor:
    return F.layer_norm(x, (x.shape[-1],), norm[0], norm[1], norm[2])
