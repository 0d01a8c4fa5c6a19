"""The compiled forward against torch's: every dtype, and both kernels of its products."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import tiny_model, tiny_pairs

from stance.inference import NLI, native
from stance.inference.encoders import PackedForward, read_encoder
from stance.inference.linears import torch_linear
from stance.inference.native import NativeForward
from stance.inference.plan import Batch

pytestmark = pytest.mark.skipif(
    not native.computes("bf16"), reason="no compiler here, or a processor without AVX-512 bf16"
)
tiles = pytest.mark.skipif(not native.computes("fp32"), reason="a processor without tiles")
NEAR = {"fp32": 2e-5, "bf16": 0.05, "int8": 0.25}


def model(family: str, **sizes: Any) -> Any:
    from transformers import AutoConfig, AutoModelForSequenceClassification

    sizes = {"hidden_size": 128, "num_attention_heads": 4, "intermediate_size": 192} | sizes
    config = AutoConfig.for_model(
        family, num_hidden_layers=2, num_labels=3, vocab_size=60, pad_token_id=1, **sizes
    )
    torch.manual_seed(3)
    made = AutoModelForSequenceClassification.from_config(config).eval()
    with torch.no_grad():  # fresh weights are so small that softmax and GELU are nearly linear
        for parameter in made.parameters():
            parameter.mul_(3 if parameter.dim() > 1 else 1)
    return made


def exact(made: Any) -> PackedForward:
    return PackedForward(read_encoder(made, torch.float32, torch.device("cpu"), torch_linear))


def batch(lengths: list[int], seed: int = 0) -> Batch:
    rng = np.random.default_rng(seed)
    tokens = sum(lengths)
    types = rng.integers(0, 2, tokens, dtype=np.int32)
    return Batch(rng.integers(2, 60, tokens, dtype=np.int32), types, np.array(lengths))


CASES = [
    ("bert", {}),
    ("bert", {"hidden_act": "gelu_new", "num_attention_heads": 2}),
    ("bert", {"hidden_act": "relu", "intermediate_size": 1088}),
    ("mpnet", {}),
    ("roberta", {"type_vocab_size": 2}),
]


@pytest.mark.parametrize(
    "dtype", ["bf16", *(pytest.param(d, marks=tiles) for d in ("fp32", "int8"))]
)
@pytest.mark.parametrize(("family", "sizes"), CASES)
def test_logits_and_token_states_are_those_of_the_exact_forward(
    family: str, sizes: dict[str, Any], dtype: str
) -> None:
    made = model(family, **sizes)
    ours, theirs = NativeForward(made, dtype), exact(made)
    # several groups, each length around a multiple of the blocks, one token alone
    given = batch([300, 65, 64, 33, 32, 31, 17, 16, 15, 1])
    scale = float(theirs.of_tokens(given).std())
    assert scale > 0.05
    for mine, known in (
        (ours(given), theirs(given)),
        (ours.of_tokens(given), theirs.of_tokens(given)),
    ):
        assert mine.shape == known.shape
        assert float((mine - known).abs().max()) < NEAR[dtype] * max(1, scale) * 4


@settings(deadline=None, max_examples=30)
@given(lengths=st.lists(st.integers(1, 90), min_size=1, max_size=12), seed=st.integers(0, 9))
def test_a_pair_has_the_same_bits_in_any_company(lengths: list[int], seed: int) -> None:
    forward = _forward()
    together = batch(lengths, seed)
    ends = np.cumsum(lengths)
    alone = [
        forward.states(
            Batch(together.ids[end - n : end], together.types[end - n : end], np.array([n])),
            first_only=True,
        )
        for end, n in zip(ends, lengths, strict=True)
    ]
    assert torch.equal(forward.states(together, first_only=True), torch.cat(alone))


_kept: list[NativeForward] = []


def _forward() -> NativeForward:
    if not _kept:
        _kept.append(NativeForward(model("bert"), "bf16"))
    return _kept[0]


@tiles
def test_fp32_weights_that_were_fp16_need_two_parts() -> None:
    made = model("bert")
    assert native.NativeForward(made, "fp32").encoder.blocks[0].qkv.weight.shape[2] == 3
    rounded = made.half().float()
    ours = NativeForward(rounded, "fp32")
    assert ours.encoder.blocks[0].qkv.weight.shape[2] == 2
    given = batch([40, 9])
    assert float((ours(given) - exact(rounded)(given)).abs().max()) < NEAR["fp32"]


@tiles
def test_fp32_scores_of_the_shipped_model_are_those_of_onednn() -> None:
    pairs = tiny_pairs(60, longest=60)
    scores = [
        NLI.from_pretrained("small", device="cpu", dtype="fp32", backend=backend).score(pairs)
        for backend in ("native", "torch")
    ]
    assert np.abs(scores[0] - scores[1]).max() < 1e-5


def test_a_token_that_the_model_has_not_is_refused() -> None:
    forward = _forward()
    wrong = batch([4])
    wrong.ids[2] = 60
    with pytest.raises(IndexError, match="table of 60"):
        forward(wrong)
    with pytest.raises(IndexError, match="table of 512"):
        forward(batch([513]))


def _answer(queue: Any) -> None:
    queue.put(_forward().states(batch([200, 200, 200]), first_only=True).numpy())


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.skipif(torch.get_num_threads() < 2, reason="one thread alone")
def test_a_forked_process_starts_threads_of_its_own() -> None:
    known = _forward().states(batch([200, 200, 200]), first_only=True)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_answer, args=(queue,), daemon=True)
    child.start()
    assert np.array_equal(queue.get(timeout=60), known.numpy())
    child.join(60)


@pytest.fixture
def compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path))
    native.library.cache_clear()
    yield monkeypatch
    native.library.cache_clear()


def test_without_tiles_bf16_is_computed_by_vectors(compiler: pytest.MonkeyPatch) -> None:
    off = "-mno-amx-tile -mno-amx-bf16 -mno-amx-int8"
    compiler.setenv("CC", f"{shutil.which('cc')} {off}")
    assert native.computes("bf16")
    assert not native.computes("fp32")
    assert not native.computes("int8")
    for family in ("bert", "mpnet"):
        made = model(family)
        given = batch([70, 40, 16, 3])
        difference = NativeForward(made, "bf16")(given) - exact(made)(given)
        assert float(difference.abs().max()) < NEAR["bf16"]


@pytest.mark.parametrize("cc", ["no-such-compiler", "false"])
def test_without_a_compiler_other_ways_are_taken(
    cc: str, compiler: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiler.setenv("CC", cc)
    assert not native.computes("bf16")
    folder = tiny_model(tmp_path / "model", "bert", hidden_size=64, num_attention_heads=2)
    nli = NLI.from_pretrained(folder, device="cpu")
    assert "native" not in {way.backend for way in nli._ways}


def test_a_cache_that_cannot_be_written_costs_the_compiled_forward_alone(
    compiler: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    compiler.setenv("STANCE_CACHE", str(tmp_path / "file"))
    assert native.library() is None


def test_widths_that_the_kernels_cannot_cut_are_left_to_others() -> None:
    assert native.fits(model("bert").config)
    assert not native.fits(model("bert", num_attention_heads=8).config)  # 16 wide
    assert not native.fits(model("bert", hidden_size=96, num_attention_heads=3).config)
    assert not native.fits(model("bert", intermediate_size=200).config)
