"""A packed forward compiled on this machine from ``native.c``, for x86 with AVX-512 and its bf16.

The compiler is the system's own (``$CC``, else ``cc``); what it makes is kept in the cache folder,
by source, compiler and processor. Without a compiler or the instructions :func:`computes` is
False, and other ways are taken. On tiles (AMX) fp32 values are computed as sums of bf16 parts, as
in Henry, Tang and Heinecke, "Leveraging the bfloat16 artificial intelligence datatype for
higher-precision computations" (ARITH 2019); without tiles there is bf16 alone.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import logging
import os
import platform
import shlex
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance.inference.cache import cache_folder
from stance.inference.encoders import Encoder, Norm, read_encoder
from stance.inference.linears import Activation
from stance.inference.plan import Batch

log = logging.getLogger(__name__)

_ACTIVATIONS = {"none": 0, "gelu": 1, "gelu_tanh": 2, "relu": 3}
_PANEL, _STEP = 32, 64  # as in native.c: outputs of a panel, bytes of inputs in a step
_SLICE = 512
_FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-shared", "-fPIC")


def _all(names: str, kind: type) -> list[tuple[str, type]]:
    return [(name, kind) for name in names.split()]


class _Dense(ctypes.Structure):
    _fields_ = _all("weight bias scale", ctypes.c_void_p) + _all("inputs parts", ctypes.c_int32)


class _Norm(ctypes.Structure):
    _fields_ = _all("weight bias", ctypes.c_void_p)


class _Layer(ctypes.Structure):
    _fields_ = _all("qkv out up down", _Dense) + _all("attention_norm norm", _Norm)


class _Model(ctypes.Structure):
    _fields_ = [
        *_all("words positions types", ctypes.c_void_p),
        ("norm", _Norm),
        ("layers", ctypes.POINTER(_Layer)),
        ("position_bias", ctypes.c_void_p),
        ("eps", ctypes.c_float),
        *_all("hidden inner slice heads count activation longest int8 parts", ctypes.c_int32),
    ]


class _Batch(ctypes.Structure):
    _fields_ = _all("ids types starts groups out", ctypes.c_void_p) + _all(
        "count first_only next", ctypes.c_int32
    )


@dataclass(frozen=True, slots=True)
class Packed:
    """A dense layer's weights in the order in which ``native.c`` reads them."""

    weight: torch.Tensor
    bias: torch.Tensor
    scale: torch.Tensor
    inputs: int
    activation: Activation


def pack(weight: torch.Tensor, bias: torch.Tensor, activation: Activation, dtype: str) -> Packed:
    """Pack a dense layer (outputs, inputs) in int8, in bf16, or for fp32 in the bf16 parts that sum
    to it: two where they were stored in fp16, otherwise three.
    """
    outputs, inputs = weight.shape
    scale = torch.ones(outputs)
    if dtype == "int8":
        scale = weight.abs().amax(1).clamp_min(1e-12) / 127
        parts = [(weight / scale[:, None]).round().to(torch.int8)]
    else:
        parts = [weight.to(torch.bfloat16)]
        while dtype == "fp32" and len(parts) < 3:
            rest = weight - sum(part.float() for part in parts)
            if len(parts) == 2 and not rest.any():
                break
            parts.append(rest.to(torch.bfloat16))
    each = 4 // parts[0].element_size()
    tiles = [
        part.view(outputs // _PANEL, 2, 16, -1, 16, each).permute(0, 3, 1, 4, 2, 5)
        for part in parts
    ]
    packed = torch.stack(tiles, 2).contiguous()
    return Packed(packed, bias.contiguous(), scale, inputs, activation)


def fits(config: Any) -> bool:
    """Whether widths are what the kernels can cut: heads in steps of 32, layers in steps of 64."""
    hidden, heads = int(config.hidden_size), int(config.num_attention_heads)
    return (
        hidden % 64 == 0
        and hidden % heads == 0
        and hidden // heads % 32 == 0
        and _slice(int(config.intermediate_size)) > 0
    )


def _slice(inner: int) -> int:
    """How much of the inner layer is held at once: its largest part of at most 512."""
    return max((n for n in range(64, _SLICE + 1, 64) if inner % n == 0), default=0)


class NativeForward:
    """Logits of a packed batch through ``native.c``: fp32 (as parts in bf16), bf16 or int8.

    >>> import torch
    >>> from transformers import BertConfig, BertForSequenceClassification
    >>> tiny = BertConfig(hidden_size=64, num_attention_heads=2, num_hidden_layers=1,
    ...     intermediate_size=128, num_labels=3)
    >>> if computes("bf16"):
    ...     forward = NativeForward(BertForSequenceClassification(tiny).eval(), "bf16")
    ...     batch = Batch(np.array([5, 6, 7], np.int32), np.zeros(3, np.int32), np.array([2, 1]))
    ...     assert forward(batch).shape == (2, 3)
    """

    def __init__(
        self,
        model: Any,
        dtype: str,
        head: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ) -> None:
        loaded = library()
        assert loaded is not None, "no compiled forward on this machine"
        self.library = loaded
        make = functools.partial(pack, dtype=dtype)
        with torch.inference_mode():
            self.encoder: Encoder[Packed] = read_encoder(
                model, torch.float32, torch.device("cpu"), make, head
            )
        self._model = _model(self.encoder, int(model.config.intermediate_size), dtype)

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> torch.Tensor:
        return self.encoder.head(self.states(batch, first_only=True))

    @torch.inference_mode()
    def of_tokens(self, batch: Batch) -> torch.Tensor:
        """What the head makes of every token: (tokens, outputs), in batch order."""
        return self.encoder.head(self.states(batch, first_only=False))

    def states(self, batch: Batch, *, first_only: bool) -> torch.Tensor:
        """Last hidden states in fp32: of the pairs' first tokens, or of all. A pair's do not depend
        on what else is in the batch, to the last bit.
        """
        self._check(batch)
        tokens, pairs = len(batch.ids), len(batch.lengths)
        starts = np.concatenate([[0], np.cumsum(batch.lengths)]).astype(np.int32)
        groups = np.flatnonzero(np.diff(starts[:-1] // self.library.group_tokens(), prepend=-1))
        groups = np.append(groups, pairs).astype(np.int32)
        ids, types = (np.ascontiguousarray(a, dtype=np.int32) for a in (batch.ids, batch.types))
        out = torch.empty(pairs if first_only else tokens, self._model.hidden)
        work = _Batch(
            *(array.ctypes.data for array in (ids, types, starts, groups)),
            out=out.data_ptr(),
            count=len(groups) - 1,
            first_only=first_only,
            next=0,
        )
        rows, longest = int(np.diff(starts[groups]).max()), int(batch.lengths.max())

        def run() -> int:  # ctypes lets go of Python's lock, so that these are threads indeed
            model = ctypes.byref(self._model)
            return int(self.library.forward(model, ctypes.byref(work), rows, longest))

        threads = min(torch.get_num_threads(), work.count)
        others = [_threads().submit(run) for _ in range(threads - 1)]
        try:
            short = run()
        finally:  # whatever ends this call, nobody may still be writing to its arrays
            short_elsewhere = [other.result() for other in others]
        if short or any(short_elsewhere):
            raise MemoryError(f"no memory for a batch of {tokens} tokens")
        return out

    def _check(self, batch: Batch) -> None:
        """The compiled code reads tables without looking: a wrong index must not get there."""
        tables: list[tuple[NDArray[Any], torch.Tensor]] = [
            (batch.ids, self.encoder.words),
            (batch.lengths - 1, self.encoder.positions),
        ]
        if self.encoder.types is not None:
            tables.append((batch.types, self.encoder.types))
        for indices, table in tables:
            if not 0 <= int(indices.min()) <= int(indices.max()) < len(table):
                raise IndexError(
                    f"indices from {indices.min()} to {indices.max()} in a table of {len(table)} "
                    "embeddings: tokenizer and weights do not fit together"
                )


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), "stance-native")


if hasattr(os, "register_at_fork"):  # a forked process has the pool's memory, but not its threads
    os.register_at_fork(after_in_child=_threads.cache_clear)


def _model(encoder: Encoder[Packed], inner: int, dtype: str) -> _Model:
    """Pointers into an encoder's tensors, which must outlive them."""

    def norm(of: Norm) -> _Norm:
        return _Norm(of[0].data_ptr(), of[1].data_ptr())

    def dense(of: Packed) -> _Dense:
        return _Dense(
            of.weight.data_ptr(),
            of.bias.data_ptr(),
            of.scale.data_ptr(),
            of.inputs,
            of.weight.shape[2],
        )

    layers = (_Layer * len(encoder.blocks))(
        *(
            _Layer(
                dense(block.qkv),
                dense(block.out),
                dense(block.up),
                dense(block.down),
                norm(block.attention_norm),
                norm(block.norm),
            )
            for block in encoder.blocks
        )
    )
    return _Model(
        words=encoder.words.data_ptr(),
        positions=encoder.positions.data_ptr(),
        types=None if encoder.types is None else encoder.types.data_ptr(),
        norm=norm(encoder.norm),
        layers=layers,
        position_bias=None if encoder.position_bias is None else encoder.position_bias.data_ptr(),
        eps=encoder.norm[2],
        hidden=encoder.words.shape[1],
        inner=inner,
        slice=_slice(inner),
        heads=encoder.heads,
        count=len(encoder.blocks),
        activation=_ACTIVATIONS[encoder.blocks[0].up.activation],
        longest=0 if encoder.position_bias is None else encoder.position_bias.shape[1],
        int8=dtype == "int8",
        parts=3 if dtype == "fp32" else 1,
    )


def computes(dtype: str) -> bool:
    """Whether there is a compiled forward here that computes in a dtype: fp32, bf16 or int8."""
    loaded = library()
    return loaded is not None and (dtype == "bf16" or bool(loaded.has_tiles()))


@functools.cache
def library() -> ctypes.CDLL | None:
    """The compiled forward, or None where this machine cannot have one."""
    asked = shlex.split(os.environ.get("CC", "")) or ["cc"]
    if platform.system() != "Linux" or platform.machine() != "x86_64" or not shutil.which(asked[0]):
        return None
    source = Path(__file__).with_name("native.c")
    try:
        about = _output([*asked, "-march=native", "-E", "-v", "-x", "c", os.devnull])
        key = hashlib.sha256(source.read_bytes() + about + repr(_FLAGS).encode()).hexdigest()
        target = cache_folder() / "native" / f"{key[:32]}.so"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_suffix(f".{os.getpid()}")
            _output([*asked, *_FLAGS, "-o", str(draft), str(source), "-lm"])
            draft.replace(target)
        loaded = ctypes.CDLL(str(target))
    except (OSError, subprocess.SubprocessError) as error:
        log.debug("no compiled forward: %s", error)
        return None
    return loaded if loaded.ready() else None


def _output(command: list[str]) -> bytes:
    """What a compiler says: its output and its complaints."""
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return done.stdout + done.stderr
