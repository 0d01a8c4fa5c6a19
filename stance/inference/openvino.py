"""OpenVINO on the CPU: converted from the torch module itself, kept in the cache folder.

fp32 and bf16 are one file and a compile-time hint. int8 is quantised by NNCF (SmoothQuant, static)
on pairs of the user's own; what lies between its products is bf16 where the processor gains by it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from stance.errors import MissingExtraError
from stance.inference.cache import cache_folder
from stance.inference.plan import Batch, pad


def installed() -> bool:
    """Whether the extra [cpu] is there."""
    return importlib.util.find_spec("openvino") is not None


class OpenVINOForward:
    """Logits of batches padded to their longest, through a compiled OpenVINO model.

    ``load`` gives the torch module when nothing is cached under ``key`` yet; ``sample`` are the
    pairs int8 is calibrated on, ``half`` says that the processor gains by bf16. Raises
    MissingExtraError without the extra [cpu].
    """

    def __init__(
        self,
        load: Callable[[], Any],
        key: str,
        dtype: str,
        *,
        half: bool,
        typed: bool,
        pad_id: int,
        sample: Sequence[Batch] = (),
    ) -> None:
        if not installed():
            raise MissingExtraError("openvino", "cpu", "--backend openvino")
        import openvino as ov

        self.pad_id, self.typed = pad_id, typed
        core = ov.Core()
        model = _cached(core, f"{key}-{version('openvino')}", lambda: _convert(load(), typed))
        if dtype == "int8":
            model = _quantised(core, model, key, [self._inputs(batch) for batch in sample])
        self._compiled = core.compile_model(
            model,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": "bf16" if half and dtype != "fp32" else "f32",
                "INFERENCE_NUM_THREADS": torch.get_num_threads(),
                "NUM_STREAMS": 1,
                # Pinned, two processes would share one core while another stands idle.
                "ENABLE_CPU_PINNING": False,
            },
        )

    def __call__(self, batch: Batch) -> torch.Tensor:
        return torch.from_numpy(self._compiled(self._inputs(batch))[0].copy())

    def _inputs(self, batch: Batch) -> list[Any]:
        ids, mask, types = pad(batch, self.pad_id)
        return [ids, mask, types] if self.typed else [ids, mask]


class _Logits(torch.nn.Module):
    """Positional inputs, one output: what a converter traces."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor | None = None
    ) -> torch.Tensor:
        extra = {} if types is None else {"token_type_ids": types}
        logits: torch.Tensor = self.model(input_ids=ids, attention_mask=mask, **extra).logits
        return logits


def _convert(model: Any, typed: bool) -> Any:
    import openvino as ov

    example = [torch.ones(2, 9, dtype=torch.int64) for _ in range(3 if typed else 2)]
    example[1][1, 5:] = 0  # a mask that masks, or the tracer may drop it
    with warnings.catch_warnings():  # the tracer warns of shape checks that hold for every input
        warnings.simplefilter("ignore")
        return ov.convert_model(_Logits(model), example_input=tuple(example))


def _quantised(core: Any, model: Any, key: str, sample: list[list[Any]]) -> Any:
    if importlib.util.find_spec("nncf") is None:
        raise MissingExtraError("nncf", "cpu", "--dtype int8")
    logging.getLogger("nncf").setLevel(logging.WARNING)
    import nncf

    digest = hashlib.sha256(key.encode())
    for inputs in sample:
        digest.update(inputs[0].tobytes())
    name = f"{digest.hexdigest()[:32]}-int8-{nncf.__version__}"

    def quantise() -> Any:
        with redirect_stdout(sys.stderr):  # its progress bars would end up among the data
            return nncf.quantize(
                model,
                nncf.Dataset(sample),
                model_type=nncf.ModelType.TRANSFORMER,
                subset_size=len(sample),
            )

    return _cached(core, name, quantise)


def _cached(core: Any, name: str, make: Callable[[], Any]) -> Any:
    """A model file from the cache folder, made once; in memory where nothing can be written."""
    import openvino as ov

    folder = cache_folder() / "openvino"
    file = folder / f"{name}.xml"
    if file.is_file() and file.with_suffix(".bin").is_file():
        with suppress(RuntimeError):  # damaged: make it again
            return core.read_model(file)
    model = make()
    with suppress(OSError, RuntimeError):
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{name}.{os.getpid()}.xml"
        ov.save_model(model, draft, compress_to_fp16=False)
        # The weights first: a reader takes the pair as complete once the .xml is there.
        Path.replace(draft.with_suffix(".bin"), file.with_suffix(".bin"))
        Path.replace(draft, file)
    return model
