"""What NLI promises beyond parity: order, deduplication, windows, labels, memory, choice."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tiny_models import tiny_model, tiny_pairs

from stance.errors import InputError, ModelError, UsageError
from stance.inference import NLI, backends
from stance.inference import nli as nli_module
from stance.inference.backends import Choice, make_forward
from stance.inference.engine import run_plan
from stance.inference.heads import Head, probabilities, read_head
from stance.inference.plan import LENGTH_STEP, Batch, Plan, batches
from stance.inference.probe import MAX_DELTA, agreement, measure, recall, sample_units
from stance.store import Store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model"), "bert")


@pytest.fixture
def nli(folder: Path) -> NLI:
    return NLI.from_pretrained(folder, device="cpu")


class Counting:
    """A forward that counts pairs and answers with each pair's length."""

    def __init__(self) -> None:
        self.pairs = 0
        self.batches: list[Batch] = []

    def __call__(self, batch: Batch) -> torch.Tensor:
        self.pairs += len(batch.lengths)
        self.batches.append(batch)
        lengths = torch.from_numpy(batch.lengths).float()
        return torch.stack([lengths, -lengths, torch.zeros_like(lengths)], dim=1)


def with_forward(nli: NLI, forward: Any) -> NLI:
    nli._forwards[nli._ways[0]] = forward
    nli._ways = nli._ways[:1]
    return nli


def test_scores_come_in_input_order_whatever_the_windows(
    nli: NLI, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = tiny_pairs(70, longest=9)
    whole = nli.score(pairs)
    monkeypatch.setattr(nli_module, "WINDOW_ROWS", 16)
    assert np.allclose(nli.score(iter(pairs)), whole, atol=1e-6)
    assert np.allclose(np.stack(list(nli.stream(pairs))), whole, atol=1e-6)
    assert whole.shape == (70, 3) and whole.dtype == np.float32
    assert np.allclose(whole.sum(axis=1), 1, atol=1e-6)
    assert nli.score([]).shape == (0, 3)


def test_same_input_same_bytes(nli: NLI) -> None:
    pairs = tiny_pairs(50, longest=9)
    assert nli.score(pairs).tobytes() == nli.score(pairs).tobytes()


def test_every_unique_pair_is_computed_once(nli: NLI) -> None:
    forward = Counting()
    pairs = tiny_pairs(10, longest=9)
    with_forward(nli, forward).score(pairs * 3 + pairs[:4])
    assert forward.pairs == 10


def test_known_pairs_are_looked_up(nli: NLI, tmp_path: Path) -> None:
    forward = Counting()
    pairs = tiny_pairs(10, longest=9)
    store = tmp_path / "run.duckdb"
    cold = with_forward(nli, forward).score([*pairs[:6], pairs[0]], store=store)
    warm = nli.score([*pairs, pairs[0]], store=store)
    assert forward.pairs == 10
    assert np.array_equal(warm[:6], cold[:6]) and np.array_equal(warm[10], warm[0])
    assert np.array_equal(warm, nli.score([*pairs, pairs[0]]))


def test_matrix_equals_pairs(nli: NLI, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for text, _ in tiny_pairs(7, longest=9)] + ["it rained", "it rained"]
    claims = [claim for _, claim in tiny_pairs(5, seed=1)] + ["it rained"]
    monkeypatch.setattr(nli_module, "WINDOW_ROWS", 20)
    scores = nli.matrix(texts, claims)
    assert scores.shape == (9, 6, 3)
    pairs = nli.score([(text, claim) for text in texts for claim in claims])
    assert np.allclose(scores.reshape(-1, 3), pairs, atol=1e-6)
    with pytest.raises(InputError, match="row 2, field 'claim': the claim is empty"):
        nli.matrix(["a"], ["b", ""])
    assert nli.matrix([], claims).shape == (0, 6, 3)


def test_matrix_tokenises_a_claim_once_and_keeps_to_the_window(
    nli: NLI, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [text for text, _ in tiny_pairs(6, longest=9)]
    claims = [f"{claim} {i}" for i, (_, claim) in enumerate(tiny_pairs(25, seed=1))]
    whole = nli.matrix(texts, claims)
    seen: list[str] = []
    rows: list[int] = []
    tokenize, run = nli_module.tokenize, NLI._run

    def counted(inner: Any, strings: Any) -> Any:
        seen.extend(strings)
        return tokenize(inner, strings)

    def measured(self: NLI, plan: Plan, *rest: Any) -> Any:
        rows.append(len(plan.row_pair))
        return run(self, plan, *rest)

    monkeypatch.setattr(nli_module, "tokenize", counted)
    monkeypatch.setattr(NLI, "_run", measured)
    for window in (10, 60):  # less than a text's claims, and more
        monkeypatch.setattr(nli_module, "WINDOW_ROWS", window)
        seen.clear()
        rows.clear()
        assert np.allclose(nli.matrix(texts, claims), whole, atol=1e-6)
        assert [seen.count(claim) for claim in claims] == [1] * len(claims)
        assert max(rows) <= window and sum(rows) == whole[..., 0].size


def test_matrix_names_what_it_cannot_score(nli: NLI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nli_module, "WINDOW_ROWS", 2)
    long_text, long_claim = "rain " * 200, "rain " * 80
    with pytest.raises(InputError, match=r"row 3, field 'claim': the claim has .* leaves no room"):
        nli.matrix(["it rained", long_text], ["it rained", "it is dry", long_claim])

    def broken(batch: Batch) -> torch.Tensor:
        return torch.full((len(batch.lengths), 3), torch.nan)

    with pytest.raises(InputError, match="row 1, field 'text': the model gave no finite score"):
        with_forward(nli, broken).matrix(["it rained"], ["it is dry"])


@pytest.mark.parametrize(("strings", "characters"), [(3, 1_000_000), (1024, 12), (1024, 1)])
def test_tokens_do_not_depend_on_how_many_are_read_at_once(
    nli: NLI, monkeypatch: pytest.MonkeyPatch, strings: int, characters: int
) -> None:
    from stance.inference import tokens

    texts = [text for text, _ in tiny_pairs(20, longest=9)] + ["", "x" * 50, ""]
    inner = nli._inner
    whole = tokens.tokenize(inner, texts)
    monkeypatch.setattr(tokens, "TOKENIZE_BATCH", strings)
    monkeypatch.setattr(tokens, "TOKENIZE_CHARACTERS", characters)
    parts = tokens.tokenize(inner, texts)
    assert parts.flat.tolist() == whole.flat.tolist()
    assert parts.starts.tolist() == whole.starts.tolist()


def test_bad_rows_are_named_or_nan(nli: NLI) -> None:
    rows: list[Any] = [("a text", "a claim"), ("", "a claim"), "no pair", ("a text", None)]
    with pytest.raises(InputError, match="row 2: the text is empty"):
        nli.score(rows)
    scores = nli.score(rows, errors="nan")
    assert np.isnan(scores).any(axis=1).tolist() == [False, True, True, True]
    probs, status, words = nli.score_rows(rows)
    assert status == ["ok", "error", "error", "error"]
    assert words[0] is None and words[3] == "the claim is not a string but NoneType"
    assert np.isnan(probs[1:]).all()


def test_nan_logits_are_an_error_row(nli: NLI) -> None:
    def broken(batch: Batch) -> torch.Tensor:
        return torch.full((len(batch.lengths), 3), torch.nan)

    probs, status, words = with_forward(nli, broken).score_rows([("a text", "a claim")])
    assert status == ["error"] and np.isnan(probs).all()
    assert words == ["the model gave no finite score for this pair"]


def test_out_of_memory_halves_the_batch_and_goes_on(nli: NLI) -> None:
    sizes: list[int] = []

    def tight(batch: Batch) -> torch.Tensor:
        sizes.append(int(batch.lengths.sum()))
        if sizes[-1] > 200:
            raise torch.OutOfMemoryError("no room")
        return Counting()(batch)

    plan = nli.plan(tiny_pairs(60, longest=9))
    expected = run_plan(plan, Counting(), 4000)
    got = run_plan(plan, tight, 4000)
    assert np.array_equal(got, expected)
    assert sum(size > 200 for size in sizes) <= 4, "the lower limit is remembered"


@pytest.mark.parametrize(
    "words",
    [
        "CUDA error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "MPS backend out of memory (MPS allocated: 5.99 GB)",
        "Exception from src/inference/src/cpp/core.cpp:104: std::bad_alloc",
        "[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory",
    ],
)
def test_memory_runs_out_in_many_words(nli: NLI, words: str) -> None:
    def tight(batch: Batch) -> torch.Tensor:
        if batch.lengths.sum() > 200:
            raise RuntimeError(words)
        return Counting()(batch)

    plan = nli.plan(tiny_pairs(60, longest=9))
    assert np.array_equal(run_plan(plan, tight, 4000), run_plan(plan, Counting(), 4000))


def test_another_runtime_error_is_raised(nli: NLI) -> None:
    def broken(batch: Batch) -> torch.Tensor:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    with pytest.raises(RuntimeError, match="illegal memory access"):
        run_plan(nli.plan(tiny_pairs(3, longest=9)), broken, 4000)


@pytest.mark.parametrize("error", [TypeError, ValueError, AttributeError, RuntimeError])
def test_another_torchs_varlen_kernel_is_not_used(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    from torch.nn.attention import varlen

    from stance.inference.attention import varlen_works

    def other(*_: Any) -> None:
        raise error("varlen_attn() wants other arguments")

    zeros, tensor = torch.zeros, torch.tensor
    monkeypatch.setattr(torch, "zeros", lambda *size, **_: zeros(*size))
    monkeypatch.setattr(torch, "tensor", lambda values, **_: tensor(values))
    monkeypatch.setattr(varlen, "varlen_attn", other)
    assert varlen_works(torch.device("cuda"), torch.bfloat16) is False
    monkeypatch.setattr(varlen, "varlen_attn", lambda *_: None)
    assert varlen_works(torch.device("cuda"), torch.bfloat16) is True


@pytest.mark.parametrize(
    ("features", "gains"),
    [("fp asimd bf16 i8mm", True), ("fp asimd i8mm", False), ("avx512_bf16 amx_bf16", False)],
)
def test_arm_processors_are_known_by_their_features(
    monkeypatch: pytest.MonkeyPatch, features: str, gains: bool
) -> None:
    monkeypatch.setattr(backends, "_supports", lambda name: False)
    monkeypatch.setattr(backends, "_maker", lambda: f"processor : 0\nFeatures : {features}\n")
    assert backends.cpu_has_bf16.__wrapped__() is gains


def test_a_pair_that_never_fits_is_nan_alone(nli: NLI) -> None:
    plan = nli.plan(tiny_pairs(20, longest=9))
    longest = int(plan.lengths.max())

    def tight(batch: Batch) -> torch.Tensor:
        if batch.lengths.max() == longest:
            raise MemoryError
        return Counting()(batch)

    logits = run_plan(plan, tight, 4000)
    assert np.array_equal(np.isnan(logits).all(axis=1), plan.lengths == longest)


def test_long_texts_are_read_whole_in_windows(nli: NLI) -> None:
    forward = Counting()
    words = [f"rain{i}" for i in range(300)]
    plan = nli.plan([(" ".join(words), "it rained"), ("short", "it rained")])
    run_plan(plan, forward, 4000)
    assert plan.windows[plan.row_pair[0]] > 1 and plan.windows[plan.row_pair[1]] == 1
    assert plan.lengths.max() <= nli.max_length
    whole = nli._inner.encode(" ".join(words), add_special_tokens=False).ids
    seen: set[int] = set()
    for start, length in zip(plan.seg_starts[:, 1], plan.seg_lengths[:, 1], strict=True):
        if plan.pool[start] in whole or length > 5:
            seen.update(range(start, start + length))
    assert len(seen) >= len(whole), "every token of the text is in some window"
    _, status, notes = nli.score_rows([(" ".join(words), "it rained")])
    assert status == ["ok"] and notes[0] is not None and "overlapping windows" in notes[0]


def test_windows_keep_the_strongest_evidence(nli: NLI) -> None:
    from stance.inference.plan import merge_windows

    plan = nli.plan([("quiet " * 120, "it is quiet")])
    count = int(plan.windows[0])
    assert count >= 2
    probs = np.tile([0.1, 0.8, 0.1], (count, 1))
    probs[1] = [0.9, 0.05, 0.05]
    merged = merge_windows(probs, plan)
    assert merged[0].argmax() == 0 and merged[0].sum() == pytest.approx(1.0)


@given(hnp.arrays(np.int64, st.integers(1, 60), elements=st.integers(1, 512)), st.integers(1, 4000))
def test_batches_hold_every_unit_once_within_the_budget(lengths: Any, tokens: int) -> None:
    parts = list(batches(lengths, tokens))
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(lengths)))
    for part in parts:
        widest = -(-int(lengths[part].max()) // LENGTH_STEP) * LENGTH_STEP
        assert len(part) == 1 or widest * len(part) <= tokens


def test_label_order_is_read_never_assumed() -> None:
    assert read_head({0: "SUPPORTS", 1: "REFUTES", 2: "NEUTRAL"}, {}).order == (0, 2, 1)
    assert read_head({0: "neutral", 1: "contradiction", 2: "entailment"}, {}).order == (2, 0, 1)
    with pytest.raises(ModelError, match="label_0"):
        read_head({0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, {})
    with pytest.raises(ModelError, match="two-way head cannot tell refutes"):
        read_head({0: "entailment", 1: "not_entailment"}, {})
    two = read_head({0: "not_entailment", 1: "entailment"}, {}, two_way=True)
    probs = probabilities(np.array([[0.0, 2.0]], dtype=np.float32), two)
    assert probs[0, 0] > 0.8 and probs[0, 2] == 0 and probs.sum() == pytest.approx(1)
    assert read_head({0: "neutral", 1: "entailment"}, {}, two_way=True).order == (1, 0)


@pytest.mark.parametrize(
    "names", [("entailment", "contradiction"), ("oppose", "support"), ("positive", "negative")]
)
@pytest.mark.parametrize("two_way", [False, True])
def test_two_labels_that_are_not_entailed_or_not_are_refused(
    names: tuple[str, str], two_way: bool
) -> None:
    """What opposes a claim would count as bearing nothing on it."""
    with pytest.raises(ModelError, match="neither a 3-way NLI head nor entailed or not"):
        read_head(dict(enumerate(names)), {}, two_way=two_way)


def test_calibration_is_read_from_the_card(tmp_path: Path) -> None:
    card = {"calibration": {"temperature": 2.0, "bias": [0.0, 1.0, 0.0]}}
    head = read_head({0: "contradiction", 1: "entailment", 2: "neutral"}, card)
    logits = np.array([[1.0, 2.0, 0.0]], dtype=np.float32)
    expected = np.exp([1.0, 1.0, 0.5])
    assert probabilities(logits, head)[0] == pytest.approx(expected / expected.sum())
    path = tiny_model(tmp_path, "bert")
    pairs = tiny_pairs(5, longest=9)
    before = NLI.from_pretrained(path).score(pairs)
    (path / "card.json").write_text(json.dumps({"calibration": {"temperature": 5.0}}))
    after = NLI.from_pretrained(path).score(pairs)
    assert (after.max(axis=1) < before.max(axis=1)).all()
    with pytest.raises(ModelError, match="temperature"):
        read_head(
            {0: "contradiction", 1: "entailment", 2: "neutral"}, {"calibration": {"temperature": 0}}
        )


def test_options_that_cannot_be_are_refused(folder: Path) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"device": "tpu"}, "no device 'tpu'"),
        ({"device": "cuda:99"}, "is not here"),
        ({"dtype": "fp8"}, "no dtype 'fp8'"),
        ({"backend": "jax"}, "no backend 'jax'"),
        ({"batch_tokens": "many"}, "batch_tokens is 'many'"),
        ({"batch_tokens": 0}, "batch_tokens is 0"),
        ({"max_length": 4000}, "max_length is 4000"),
    ]
    for options, message in wrong:
        with pytest.raises(UsageError, match=message):
            NLI.from_pretrained(folder, **options)


EXACT = Choice("exact", "fp32")
OFF, FLIP, FAST, BROKEN = (Choice(name, "bf16") for name in ("off", "flip", "fast", "broken"))


def test_only_what_agrees_is_chosen_and_the_choice_is_kept(
    nli: NLI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stance.inference.probe import remember

    monkeypatch.setenv("STANCE_CACHE", str(tmp_path))
    plan = nli.plan(tiny_pairs(40, longest=9))

    def make(choice: Choice) -> Any:
        def forward(batch: Batch) -> torch.Tensor:
            if choice == BROKEN:
                raise RuntimeError("this processor cannot")
            time.sleep({EXACT: 0.1, FAST: 0.01}.get(choice, 0.0))
            logits = torch.zeros(len(batch.lengths), 3)
            logits[:, 0] = {EXACT: 1.0, FAST: 1.01, OFF: 1.2}.get(choice, -1.0)
            return logits

        return forward

    head = Head((0, 1, 2))
    outcome = measure(
        [EXACT, OFF, FLIP, FAST, BROKEN], make, lambda x: probabilities(x, head), plan, 500
    )
    assert outcome.choice == FAST
    by_name = {trial.choice: trial for trial in outcome.trials}
    assert not by_name["off-bf16"].accepted and (by_name["off-bf16"].max_delta or 0) > MAX_DELTA
    assert by_name["flip-bf16"].label_agreement == 0.0
    assert by_name["broken-bf16"].reason == "this processor cannot"
    remember("key", outcome)
    kept = recall("key")
    assert kept is not None and kept.choice == FAST and len(kept.trials) == 5
    assert recall("other") is None


def answering(first: dict[Choice, float], *, most: int = 10**9, never: int = 0) -> Any:
    """Ways that answer with one logit each; out of memory above ``most`` tokens, or for a length.

    ``FAST`` is faster than the others.
    """

    def make(choice: Choice) -> Any:
        def forward(batch: Batch) -> torch.Tensor:
            if batch.lengths.sum() > most or batch.lengths.max() == never:
                raise torch.OutOfMemoryError("no room")
            time.sleep(0.001 if choice == FAST else 0.02)
            logits = torch.zeros(len(batch.lengths), 3)
            logits[:, 0] = first[choice]
            return logits

        return forward

    return make


def test_the_probe_halves_what_does_not_fit_and_goes_on(nli: NLI) -> None:
    plan = nli.plan(tiny_pairs(60, longest=9))
    head = Head((0, 1, 2))
    longest = int(plan.lengths.max())
    for limits in ({"most": 200}, {"most": 200, "never": longest}):
        make = answering({EXACT: 1.0, FAST: 1.01, OFF: 1.2}, **limits)
        outcome = measure([EXACT, OFF, FAST], make, lambda x: probabilities(x, head), plan, 4000)
        assert outcome.choice == FAST
        assert [trial.accepted for trial in outcome.trials] == [True, False, True]
    make = answering({EXACT: 1.0, FAST: 1.0}, most=0)
    outcome = measure([EXACT, FAST], make, lambda x: probabilities(x, head), plan, 4000)
    assert outcome.choice == EXACT and "no finite score" in outcome.trials[0].reason


def test_a_device_that_is_short_of_memory_gets_its_scores_all_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole of ``--dtype auto``, with real forwards: the probe, then the run."""
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path))
    monkeypatch.setattr(nli_module, "PROBE_FROM", 100)
    pairs = tiny_pairs(60, longest=9)
    nli = NLI.from_pretrained(folder, device="cpu", batch_tokens=4000)
    if len(nli._ways) == 1:
        pytest.skip("one way only on this machine")
    raised: list[int] = []

    def tight(forward: Any) -> Any:
        def run(batch: Batch) -> torch.Tensor:
            if batch.lengths.sum() > 200:
                raised.append(int(batch.lengths.sum()))
                raise torch.OutOfMemoryError("no room")
            return forward(batch)

        return run

    nli._forwards = {way: tight(make_forward(nli._source, way)) for way in nli._ways}
    scores = nli.score(pairs)
    assert raised and nli.info()["trials"]
    exact = NLI.from_pretrained(folder, device="cpu", dtype="fp32").score(pairs)
    assert np.abs(scores - exact).max() < 2 * MAX_DELTA


def test_a_reference_that_was_not_asked_for_measures_and_never_wins(nli: NLI) -> None:
    plan = nli.plan(tiny_pairs(40, longest=9))
    head = Head((0, 1, 2))
    make = answering({EXACT: 1.0, OFF: 1.2, FLIP: 1.01})
    arguments: Any = (make, lambda x: probabilities(x, head), plan, 500)
    outcome = measure([OFF, FLIP], *arguments, reference=EXACT)
    assert outcome.choice == FLIP
    assert [trial.choice for trial in outcome.trials] == ["exact-fp32", "off-bf16", "flip-bf16"]
    assert (outcome.trials[1].max_delta or 0) > MAX_DELTA
    outcome = measure([OFF], *arguments, reference=EXACT)
    assert outcome.choice == OFF and not outcome.trials[1].accepted, "asked for, so it is taken"


def test_another_way_in_fp32_has_to_be_exact(nli: NLI) -> None:
    plan = nli.plan(tiny_pairs(40, longest=9))
    head = Head((0, 1, 2))
    near, far = (Choice(name, "fp32") for name in ("near", "far"))
    make = answering({EXACT: 1.0, near: 1.00001, far: 1.001})
    outcome = measure([EXACT, near, far], make, lambda x: probabilities(x, head), plan, 500)
    assert [trial.accepted for trial in outcome.trials] == [True, True, False]


def test_bf16_is_compared_with_fp32(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path))
    monkeypatch.setattr(nli_module, "PROBE_FROM", 100)
    monkeypatch.setattr(backends, "cpu_has_bf16", lambda: True)  # emulated, it is only slower
    nli = NLI.from_pretrained(folder, device="cpu", dtype="bf16")
    if len(nli._ways) == 1:
        pytest.skip("one way only on this machine")
    nli.score(tiny_pairs(60, longest=9))
    info: Any = nli.info()
    assert info["dtype"] == "bf16"
    assert [trial["way"].split("-")[1] for trial in info["trials"]] == ["fp32", "bf16", "bf16"]
    assert info["trials"][1]["max_delta"] > 0


def test_int8_scores_are_kept_by_what_they_were_calibrated_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nncf")
    from stance.inference.jobs import Job

    monkeypatch.setenv("STANCE_CACHE", str(tmp_path))
    store = Store(tmp_path / "run.duckdb")
    pairs = tiny_pairs(12, longest=9)

    def known(nli: NLI) -> int:
        return next(nli.score_windows([pairs], nli._ways[0], store)).known

    def calibrated(sample: list[tuple[str, str]]) -> NLI:
        nli = NLI.from_pretrained(folder, device="cpu", dtype="int8")
        nli.choose(nli.plan(sample))
        assert nli._outcome is not None and len(nli._outcome.trials) == 2
        return nli

    assert known(calibrated(pairs)) == 0
    job = Job(str(folder), "openvino", "int8", "auto", None, False, 1, "jsonl", sample=pairs)
    loaded = job.load("cpu")
    assert loaded._outcome is None, "a run that goes on calibrates and measures nothing again"
    assert known(loaded) == 12
    assert known(calibrated(tiny_pairs(12, seed=1, longest=9))) == 0


def test_a_flip_counts_only_where_fp32_is_sure() -> None:
    sure = np.array([[0.6, 0.3, 0.1]])
    close = np.array([[0.41, 0.40, 0.19]])
    assert agreement(close[:, [1, 0, 2]], close)[2]
    assert not agreement(np.array([[0.4, 0.5, 0.1]]), sure)[2]


def test_long_inputs_are_measured_once_short_ones_never(
    nli: NLI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path))
    pairs = tiny_pairs(60, longest=9)
    nli.score(pairs)
    assert nli.info()["dtype"] == "fp32" and not list(tmp_path.glob("probe/*"))
    if len(nli._ways) == 1:
        pytest.skip("one way only on this machine")
    monkeypatch.setattr(nli_module, "PROBE_FROM", 100)
    nli.score(pairs)
    kept = list(tmp_path.glob("probe/*.json"))
    assert len(kept) == 1 and nli.info()["trials"]
    stamp = kept[0].stat().st_mtime_ns
    nli.score(pairs)
    assert kept[0].stat().st_mtime_ns == stamp


def test_the_sample_covers_all_lengths() -> None:
    lengths = np.repeat([4, 40, 400], 50)
    chosen = lengths[sample_units(lengths, 3000)]
    assert set(chosen) == {4, 40, 400} and chosen.sum() < 6000


def test_import_of_plan_parts_needs_no_weights(nli: NLI) -> None:
    plan = nli.plan(tiny_pairs(3, longest=9))
    assert isinstance(plan, Plan) and not nli._forwards
