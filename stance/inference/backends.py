"""The ways to run a forward on this machine, and how each is made."""

from __future__ import annotations

import functools
import logging
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from stance.errors import ModelError, UsageError
from stance.inference import modernbert, native, openvino
from stance.inference.attention import fused_attention
from stance.inference.encoders import PackedForward, read_encoder, supported
from stance.inference.engine import Forward, to_device
from stance.inference.linears import onednn_linear, onednn_works, torch_linear
from stance.inference.plan import Batch, pad

OfHidden = Callable[[torch.Tensor], torch.Tensor]
"""A head: of hidden states, first tokens or all, to its outputs."""
BACKENDS = ("torch", "onednn", "native", "openvino", "transformers")
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_ALIASES = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16", "half": "fp16"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A backend and the dtype it computes in; ``str()`` is ``backend-dtype``."""

    backend: str
    dtype: str

    def __str__(self) -> str:
        return f"{self.backend}-{self.dtype}"

    @property
    def calibrated(self) -> bool:
        """Whether it is made for the user's own pairs, and must be made again for a resumed run."""
        return self.backend == "openvino" and self.dtype == "int8"


@dataclass(frozen=True, slots=True)
class Source:
    """A model on disk, ready to be loaded in any way."""

    path: Path
    sha256: str
    config: Any
    pad_id: int
    device: torch.device

    @property
    def typed(self) -> bool:
        """Whether the model tells text from claim by token types."""
        return int(getattr(self.config, "type_vocab_size", 0) or 0) > 1


def packed(choice: Choice) -> bool:
    """Whether a way lays pairs end to end and computes no padding; of a cascade the first's.

    >>> packed(Choice("openvino", "fp32")), packed(Choice("onednn+openvino", "fp32+fp32"))
    (False, True)
    """
    return choice.backend.partition("+")[0] in ("torch", "onednn", "native")


def candidates(source: Source, backend: str, dtype: str) -> list[Choice]:
    """What may run here under the asked-for backend and dtype, the exact reference first.

    The first is the best fp32 way known without measuring, unless fp32 is ruled out. int8 is in
    only when asked for. Raises UsageError where nothing fits.
    """
    dtype = _ALIASES.get(dtype, dtype)
    if backend not in ("auto", *BACKENDS):
        raise UsageError(f"no backend '{backend}'; give auto, {', '.join(BACKENDS)}")
    if dtype not in ("auto", "int8", *DTYPES):
        raise UsageError(f"no dtype '{dtype}'; give auto, fp32, bf16, fp16 or int8")
    ways = [
        choice
        for choice in _possible(source)
        if backend in ("auto", choice.backend)
        and (dtype == choice.dtype or (dtype == "auto" and choice.dtype != "int8"))
    ]
    if backend == "auto":  # measuring what another way beats everywhere would only take time
        best = {choice.dtype: choice.backend for choice in reversed(ways)}
        ways = [c for c in ways if c.backend in (best[c.dtype], "native", "openvino")]
    if not ways:
        raise UsageError(
            f"backend '{backend}' with dtype '{dtype}' cannot run {source.config.model_type} on "
            f"{source.device.type} here; possible: {', '.join(map(str, _possible(source)))}"
        )
    return ways


def _possible(source: Source) -> list[Choice]:
    cpu = source.device.type == "cpu"
    own = supported(source.config) or (cpu and modernbert.supported(source.config))
    # Its local attention leaves padding nothing to look at, and OpenVINO makes that NaN.
    vino = cpu and openvino.installed() and source.config.model_type != "modernbert"
    half = "bf16" if source.device.type != "mps" else "fp16"
    fast_half = not cpu or cpu_has_bf16()
    ways = []
    for dtype in ("fp32", half):
        if dtype != "fp32" and not fast_half:
            continue
        compiled = cpu and _compiled(source.config, dtype)
        if compiled and dtype != "fp32":
            ways.append(Choice("native", dtype))
        if own and cpu and onednn_works(DTYPES[dtype]):
            ways.append(Choice("onednn", dtype))
        if own:
            ways.append(Choice("torch", dtype))
        ways.append(Choice("transformers", dtype))
        if compiled and dtype == "fp32":  # not the first: others are measured against that
            ways.append(Choice("native", dtype))
        if vino:
            ways.append(Choice("openvino", dtype))
    if source.device.type == "cuda" and own:
        ways.append(Choice("torch", "fp16"))
    if cpu and _compiled(source.config, "int8"):
        ways.append(Choice("native", "int8"))
    if vino:
        ways.append(Choice("openvino", "int8"))
    return ways


def _compiled(config: Any, dtype: str) -> bool:
    """Whether a forward compiled on this machine computes a model in a dtype."""
    return supported(config) and native.fits(config) and native.computes(dtype)


@functools.cache
def cpu_has_bf16() -> bool:
    """Whether the processor gains by bf16: emulated, it is slower than fp32.

    AVX-512's own products count on AMD alone: an Intel core whose tiles (AMX) are switched off has
    the instruction, and multiplies bf16 at half the speed of fp32. Told by the maker and not by
    timing, so that a loaded machine gives the same answer as an idle one. An ARM core has it where
    Linux lists the feature ``bf16``; torch does not tell.
    """
    if _supports("amx_tile") or "bf16" in _maker().split():
        return True
    return _supports("avx512_bf16") and "AuthenticAMD" in _maker()


def _supports(name: str) -> bool:
    return bool(getattr(torch.cpu, f"_is_{name}_supported", lambda: False)())


def _maker() -> str:
    """What the system says of the processor: its maker and its features among the rest."""
    info = Path("/proc/cpuinfo")
    return info.read_text("utf-8", "replace") if info.is_file() else platform.processor()


def has_bf16(device: torch.device) -> bool:
    """Whether a device gains by bf16, so that training in it is the faster way."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and cpu_has_bf16()


def make_forward(source: Source, choice: Choice, sample: Sequence[Batch] = ()) -> Forward:
    """Load the weights and make a forward. ``sample`` calibrates int8 and is not read otherwise."""
    if choice.backend == "openvino":
        return openvino.OpenVINOForward(
            lambda: load_module(source),
            source.sha256[:32],
            choice.dtype,
            half=cpu_has_bf16(),
            typed=source.typed,
            pad_id=source.pad_id,
            sample=sample,
        )
    model = load_module(source)
    if choice.backend == "native":
        return native.NativeForward(model, choice.dtype)
    dtype = DTYPES[choice.dtype]
    if choice.backend == "transformers":
        return TransformersForward(model.to(source.device, dtype), source)
    make_linear = onednn_linear if choice.backend == "onednn" else torch_linear
    if modernbert.supported(source.config):
        return modernbert.ModernBertForward(model, dtype, make_linear)
    return PackedForward(read_encoder(model, dtype, source.device, make_linear))


def packed_with_head(
    model: Any,
    device: torch.device,
    kind: str,
    head: Callable[[Any, torch.device], OfHidden],
) -> PackedForward | native.NativeForward:
    """A packed forward with another head than the pair head's, which ``head`` makes of the model:
    on a CPU compiled or through oneDNN where it has them; in bf16 where the device gains by it.

    Raises ModelError, which names the head by ``kind``, for a family that has no packed forward.
    """
    if not supported(model.config):
        raise ModelError(
            f"a {model.config.model_type} model cannot carry {kind} head; give an encoder of the "
            "BERT, RoBERTa or MPNet family"
        )
    half = device.type == "cuda" or (device.type == "cpu" and cpu_has_bf16())
    dtype = torch.bfloat16 if half else torch.float32
    if half and device.type == "cpu" and _compiled(model.config, "bf16"):
        return native.NativeForward(model, "bf16", head(model, device))
    make = onednn_linear if device.type == "cpu" and onednn_works(dtype) else torch_linear
    return PackedForward(read_encoder(model, dtype, device, make, head(model, device)))


class TransformersForward:
    """Any sequence classifier, through transformers itself, on batches padded to their longest."""

    def __init__(self, model: Any, source: Source) -> None:
        self.model, self.source = model, source

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> torch.Tensor:
        arrays = pad(batch, self.source.pad_id)
        ids, mask, types = (to_device(array, self.source.device) for array in arrays)
        extra = {"token_type_ids": types} if self.source.typed else {}
        with fused_attention(self.source.device):
            logits: torch.Tensor = self.model(input_ids=ids, attention_mask=mask, **extra).logits
        return logits.float()


@contextmanager
def quiet_loading() -> Iterator[None]:
    """No progress bars and no reports on weights from transformers: callers check those."""
    from transformers.utils import logging as hub_logging

    level, bars = hub_logging.get_verbosity(), hub_logging.is_progress_bar_enabled()
    hub_logging.set_verbosity(logging.ERROR)
    hub_logging.disable_progress_bar()
    try:
        yield
    finally:
        hub_logging.set_verbosity(level)
        if bars:
            hub_logging.enable_progress_bar()


def load_module(source: Source) -> Any:
    """The transformers module in fp32, on the CPU. Raises ModelError for an untrained head."""
    from safetensors import SafetensorError
    from transformers import AutoModelForSequenceClassification

    try:
        with quiet_loading():
            model, report = AutoModelForSequenceClassification.from_pretrained(
                source.path,
                dtype=torch.float32,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"cannot load the weights in {source.path}: {error}") from error
    if missing := sorted(report["missing_keys"]):
        raise ModelError(
            f"the weights in {source.path} lack {', '.join(missing[:3])}: "
            "this is no trained 3-way classifier; fine-tune it first (stance train)"
        )
    return model.eval()
