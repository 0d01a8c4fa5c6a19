"""Every family's scores against transformers itself, and token ids against the tokenizer itself."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_models import OTHERS, PACKED, WORDS, tiny_model, tiny_pairs, tiny_tokenizer

from stance.errors import ModelError, UsageError
from stance.inference import NLI
from stance.inference.attention import run_attention
from stance.inference.backends import Choice, candidates, cpu_has_bf16, make_forward
from stance.inference.plan import Batch, assemble
from stance.inference.tokens import fast_tokenizer, read_template

FAMILIES = PACKED + OTHERS
has_openvino = importlib.util.find_spec("openvino") is not None


@cache
def folder(family: str) -> Path:
    return tiny_model(Path(mkdtemp()), family)


@cache
def reference(family: str) -> tuple[Any, Any]:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    path = folder(family)
    return (
        AutoModelForSequenceClassification.from_pretrained(path, dtype=torch.float32).eval(),
        AutoTokenizer.from_pretrained(path),
    )


def plain(family: str, pairs: list[tuple[str, str]]) -> np.ndarray:
    """One pair at a time through transformers; columns supports, neutral, refutes."""
    model, tokenizer = reference(family)
    rows = []
    for text, claim in pairs:
        inputs = tokenizer(text, claim, truncation="only_first", max_length=96, return_tensors="pt")
        with torch.inference_mode():
            rows.append(model(**inputs).logits[0].softmax(-1)[[1, 2, 0]].numpy())
    return np.stack(rows)


@pytest.mark.parametrize("family", FAMILIES)
def test_default_fp32_equals_transformers(family: str) -> None:
    pairs = tiny_pairs(60, longest=9)
    nli = NLI.from_pretrained(folder(family), device="cpu", dtype="fp32", batch_tokens=300)
    assert np.abs(nli.score(pairs) - plain(family, pairs)).max() < 1e-5


@pytest.mark.parametrize("family", PACKED)
@pytest.mark.parametrize("backend", ["torch", "onednn", "transformers", "openvino"])
def test_every_backend_agrees(
    family: str, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "openvino" and not has_openvino:
        pytest.skip("the extra [cpu] is not installed")
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path))
    pairs = tiny_pairs(40, longest=9)
    try:
        nli = NLI.from_pretrained(
            folder(family), device="cpu", dtype="fp32", backend=backend, batch_tokens=300
        )
    except UsageError:
        pytest.skip(f"{backend} does not run on this machine")
    assert np.abs(nli.score(pairs) - plain(family, pairs)).max() < 1e-5


@pytest.mark.skipif(not cpu_has_bf16(), reason="this processor has no bf16 of its own")
@pytest.mark.parametrize("family", ["bert", "mpnet"])
def test_bf16_stays_near_fp32(family: str) -> None:
    pairs = tiny_pairs(60, longest=9)
    exact = plain(family, pairs)
    scores = NLI.from_pretrained(
        folder(family), device="cpu", backend="transformers", dtype="bf16"
    ).score(pairs)
    assert 0 < np.abs(scores - exact).max() < 0.1


@pytest.mark.parametrize("family", [name for name in PACKED if name != "modernbert"])
def test_fp16_stays_near_fp32(family: str) -> None:
    """On whatever device is here; only CUDA is offered it as a way of its own."""
    pairs = tiny_pairs(60, longest=9)
    exact = plain(family, pairs)
    nli = NLI.from_pretrained(folder(family))
    way = Choice("torch", "fp16")
    if nli.device != "cpu":
        nli = NLI.from_pretrained(folder(family), backend="torch", dtype="fp16")
    nli._ways, nli._forwards = [way], {way: make_forward(nli._source, way)}
    assert 0 < np.abs(nli.score(pairs) - exact).max() < 0.02


@pytest.mark.parametrize("kind", ["plain", "bias", "band"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@settings(deadline=None, max_examples=25)
@given(lengths=st.lists(st.integers(1, 70), min_size=1, max_size=6), rest=st.integers(0, 40))
def test_attention_sees_its_own_pair_alone(
    kind: str, dtype: torch.dtype, lengths: list[int], rest: int
) -> None:
    heads, width, tokens = 2, 32, sum(lengths)
    generator = torch.Generator().manual_seed(tokens)
    qkv = torch.randn(tokens + rest, 3 * heads * width, generator=generator)
    qkv[tokens:] *= 30  # what is read on into must not count
    longest = max(lengths)
    at = torch.arange(longest)
    bias = {
        "plain": None,
        "bias": torch.randn(heads, longest, longest, generator=generator).to(dtype),
        "band": ((at[:, None] - at[None, :]).abs() <= 3)[None],
    }[kind]
    batch = Batch(np.zeros(tokens, np.int64), np.zeros(tokens, np.int64), np.array(lengths))
    out = run_attention(batch, heads, bias, qkv.to(dtype))(qkv.to(dtype))
    assert not out[tokens:].any()
    start = 0
    for length in lengths:
        q, k, v = qkv[start : start + length].view(length, 3, heads, width).permute(1, 2, 0, 3)
        mask = None if bias is None else bias[:, :length, :length]
        mask = mask if mask is None or mask.dtype == torch.bool else mask.float()
        alone = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        alone = alone.transpose(0, 1).reshape(length, -1)
        near = 1e-5 if dtype == torch.float32 else 0.05
        assert (out[start : start + length].float() - alone).abs().max() < near
        start += length


def test_fp16_is_a_way_on_cuda_alone() -> None:
    source = NLI.from_pretrained(folder("bert"), device="cpu")._source
    on_cuda = replace(source, device=torch.device("cuda"))
    assert candidates(on_cuda, "auto", "fp16") == [Choice("torch", "fp16")]
    with pytest.raises(UsageError, match="cannot run bert on cpu"):
        candidates(source, "auto", "fp16")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("family", FAMILIES)
def test_cuda_agrees_with_the_cpu(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cuda.matmul, "allow_tf32", False)
    pairs = tiny_pairs(200, longest=9)
    exact = plain(family, pairs)
    fp32 = NLI.from_pretrained(folder(family), device="cuda", dtype="fp32").score(pairs)
    bf16 = NLI.from_pretrained(folder(family), device="cuda", dtype="bf16").score(pairs)
    assert np.abs(fp32 - exact).max() < 1e-5
    # random weights, ten times as large as trained ones, lose more in bf16: ELECTRA's 0.117
    assert np.abs(bf16 - exact).max() < 0.15


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(WORDS) | st.text(max_size=5), min_size=1, max_size=8),
            st.lists(st.sampled_from(WORDS), min_size=1, max_size=5),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_assembled_ids_are_the_tokenizers_own(
    family: str, rows: list[tuple[list[str], list[str]]]
) -> None:
    nli = _tokens_only(family)
    pairs = [(" ".join(text), " ".join(claim)) for text, claim in rows]
    plan = nli.plan(pairs)
    _, tokenizer = reference(family)
    for row, (text, claim) in enumerate(pairs):
        if row in plan.errors:
            continue
        units = np.flatnonzero(plan.pair_of == plan.row_pair[row])
        if len(units) > 1:
            continue
        batch = assemble(plan, units)
        expected = tokenizer(text, claim, return_token_type_ids=True)
        assert batch.ids.tolist() == expected["input_ids"]
        if family in ("bert", "electra", "deberta-v2"):
            assert batch.types.tolist() == expected["token_type_ids"]


@cache
def _tokens_only(family: str) -> NLI:
    return NLI.from_pretrained(folder(family), device="cpu")


def test_templates_are_read_from_the_tokenizer() -> None:
    bert = read_template(fast_tokenizer(tiny_tokenizer("bert")))
    roberta = read_template(fast_tokenizer(tiny_tokenizer("roberta")))
    assert (len(bert.prefix), len(bert.middle), len(bert.suffix)) == (1, 1, 1)
    assert bert.types == (0, 0, 0, 1, 1)
    assert (len(roberta.prefix), len(roberta.middle), len(roberta.suffix)) == (1, 2, 1)
    assert roberta.types == (0, 0, 0, 0, 0)


def test_a_checkpoint_without_a_head_is_refused(tmp_path: Path) -> None:
    from transformers import AutoModel, AutoModelForSequenceClassification

    path = tiny_model(tmp_path, "bert")
    config = AutoModelForSequenceClassification.from_pretrained(path).config
    AutoModel.from_pretrained(path).save_pretrained(path)
    config.save_pretrained(path)
    with pytest.raises(ModelError, match="lack classifier"):
        NLI.from_pretrained(path, device="cpu").score([("a text", "a claim")])
