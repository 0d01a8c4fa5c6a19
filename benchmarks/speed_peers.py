"""What one would use instead: each peer is a function from pairs to (n, 3) probabilities.

fp32 is asked for everywhere it is not said otherwise: a checkpoint stored in fp16 would run in fp16
on a CPU, many times slower, and flatter us.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance.inference.heads import read_head

Probs = NDArray[np.float64]
Peer = Callable[[list[tuple[str, str]]], Probs]


def _loaded(
    path: Path, dtype: torch.dtype = torch.float32, **options: Any
) -> tuple[Any, Any, list[int]]:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(path, dtype=dtype, **options).eval()
    order = list(read_head(model.config.id2label, {}).order)
    return model, AutoTokenizer.from_pretrained(path), order


def _softmax(logits: NDArray[np.float32], order: list[int]) -> Probs:
    exp = np.exp(logits - logits.max(axis=1, keepdims=True)).astype(np.float64)
    return (exp / exp.sum(axis=1, keepdims=True))[:, order]


def pipeline(path: Path, device: str, batch: int, dtype: torch.dtype = torch.float32) -> Peer:
    """``transformers.pipeline("text-classification")``."""
    from transformers import pipeline as make

    model, tokenizer, order = _loaded(path, dtype)
    names = [model.config.id2label[i] for i in order]
    pipe = make("text-classification", model=model, tokenizer=tokenizer, device=device)

    def score(pairs: list[tuple[str, str]]) -> Probs:
        rows = [{"text": text, "text_pair": claim} for text, claim in pairs]
        options = {"top_k": None, "truncation": "only_first", "max_length": 512}
        out = pipe(rows, batch_size=batch, **options)
        scores = [{item["label"]: item["score"] for item in row} for row in out]
        return np.array([[row[name] for name in names] for row in scores])

    return score


def cross_encoder(
    path: Path, device: str, export: str | None = None, dtype: torch.dtype = torch.float32
) -> Peer:
    """``sentence_transformers.CrossEncoder.predict`` with its defaults.

    With ``export`` (onnx, openvino) its forward runs the exported graph, as its own backends do;
    those need optimum-onnx and optimum-intel, which ask for an older transformers.
    """
    from sentence_transformers import CrossEncoder
    from transformers.modeling_outputs import SequenceClassifierOutput

    order = _loaded(path)[2]
    model = CrossEncoder(str(path), device=device, max_length=512, model_kwargs={"dtype": dtype})
    if export is not None:
        run = onnx_session(path) if export == "onnx" else openvino_model(path, "fp32")

        def forward(**inputs: Any) -> Any:
            arrays = {name: np.asarray(inputs[name]) for name in _names(model.tokenizer)}
            return SequenceClassifierOutput(logits=torch.from_numpy(run(arrays).copy()))

        model[0].model.forward = forward

    def score(pairs: list[tuple[str, str]]) -> Probs:
        options: dict[str, Any] = {"show_progress_bar": False, "convert_to_numpy": True}
        logits = model.predict(pairs, activation_fn=torch.nn.Identity(), **options)
        return _softmax(np.asarray(logits, dtype=np.float32), order)

    return score


Run = Callable[[dict[str, Any]], NDArray[np.float32]]


def _sorted_loop(tokenizer: Any, order: list[int], run: Run, batch: int = 32) -> Peer:
    """Tokenise all, sort by tokens, batches of 32 padded to their longest: what one writes."""

    def score(pairs: list[tuple[str, str]]) -> Probs:
        texts, claims = [p[0] for p in pairs], [p[1] for p in pairs]
        ids = tokenizer(texts, claims, truncation="only_first", max_length=512)
        by_length = sorted(range(len(pairs)), key=lambda i: -len(ids["input_ids"][i]))
        out = np.empty((len(pairs), 3), dtype=np.float32)
        for start in range(0, len(pairs), batch):
            rows = by_length[start : start + batch]
            part = {name: [ids[name][i] for i in rows] for name in ids}
            out[rows] = run(tokenizer.pad(part, return_tensors="np"))
        return _softmax(out, order)

    return score


def sorted_loop(path: Path, device: str, dtype: torch.dtype = torch.float32) -> Peer:
    """A plain torch loop over sorted batches."""
    model, tokenizer, order = _loaded(path, dtype)
    model = model.to(device)

    def run(inputs: dict[str, Any]) -> NDArray[np.float32]:
        tensors = {k: torch.from_numpy(np.asarray(v)).to(device) for k, v in inputs.items()}
        with torch.inference_mode():
            return model(**tensors).logits.float().cpu().numpy()

    return _sorted_loop(tokenizer, order, run)


class _Positional(torch.nn.Module):
    def __init__(self, model: Any, names: list[str]) -> None:
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        return self.model(**dict(zip(self.names, tensors, strict=True))).logits


def _example(names: list[str]) -> tuple[torch.Tensor, ...]:
    tensors = [torch.ones(2, 9, dtype=torch.int64) for _ in names]
    tensors[names.index("attention_mask")][1, 5:] = 0
    return tuple(tensors)


def _names(tokenizer: Any) -> list[str]:
    return list(tokenizer.model_input_names)


def openvino_model(path: Path, dtype: str) -> Run:
    """The checkpoint converted and compiled by OpenVINO."""
    import openvino as ov

    model, tokenizer, _ = _loaded(path)
    names = _names(tokenizer)
    converted = ov.convert_model(_Positional(model, names), example_input=_example(names))
    compiled = ov.Core().compile_model(
        converted,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[dtype],
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "ENABLE_CPU_PINNING": False,
        },
    )
    return lambda inputs: compiled([inputs[name] for name in names])[0]  # type: ignore[no-any-return]


def onnx_session(path: Path, *, int8: bool = False) -> Run:
    """The checkpoint exported to ONNX Runtime; int8 is its dynamic quantization."""
    import onnxruntime as ort

    model, tokenizer, _ = _loaded(path, attn_implementation="eager")
    names = _names(tokenizer)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        torch.onnx.export(
            _Positional(model, names),
            _example(names),
            str(file),
            dynamo=False,
            input_names=names,
            dynamic_axes={name: {0: "pairs", 1: "tokens"} for name in names},
        )
        if int8:
            from onnxruntime.quantization import quantize_dynamic

            quantize_dynamic(file, file := file.with_name("int8.onnx"))
        options = ort.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, {n: inputs[n].astype(np.int64) for n in names})[0]  # type: ignore[no-any-return]


def by_hand(path: Path, run: Run) -> Peer:
    """A runtime driven as one would by hand: sorted batches of 32."""
    from transformers import AutoConfig, AutoTokenizer

    order = list(read_head(AutoConfig.from_pretrained(path).id2label, {}).order)
    return _sorted_loop(AutoTokenizer.from_pretrained(path), order, run)


def zero_shot(path: Path, device: str) -> Callable[[list[str], list[str]], object]:
    """``transformers.pipeline("zero-shot-classification")`` over texts and claims."""
    from transformers import pipeline as make

    model, tokenizer, _ = _loaded(path)
    pipe = make("zero-shot-classification", model=model, tokenizer=tokenizer, device=device)
    return lambda texts, claims: pipe(
        texts, claims, hypothesis_template="{}", multi_label=True, batch_size=32
    )
