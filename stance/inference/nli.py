"""The model object: owns weights and tokenizer, scores pairs, texts × claims, and streams."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from stance.errors import InputError, ModelError
from stance.inference.backends import Choice, Source, candidates, make_forward
from stance.inference.engine import Forward, run_plan
from stance.inference.heads import Head, probabilities, read_head
from stance.inference.intern import Columns, intern_rows, intern_strings
from stance.inference.options import batch_budget, device_name, longest_input, pick_device
from stance.inference.plan import Plan, assemble, make_plan, merge_windows
from stance.inference.probe import Outcome, cache_key, measure, recall, remember, sample_units
from stance.inference.tokens import IntArray, Ragged, fast_tokenizer, read_template, tokenize
from stance.models import ModelRef, find_model
from stance.packing import weight_counts
from stance.store import Store, as_store
from stance.store.digests import pair_keys

Scores = NDArray[np.float32]
Status = Literal["ok", "error"]
OnError = Literal["raise", "nan"]

WINDOW_ROWS = 32_768
"""Rows planned at once: enough to sort and deduplicate well, a bounded amount of memory."""

PROBE_FROM = 50_000
"""Tokens of a first window under which measuring would take longer than it could save, for a
model of MiniLM-L6's size; a larger one is measured from proportionally fewer."""

BYTES = {"fp32": 4, "bf16": 2, "fp16": 2, "int8": 1}
"""Bytes of a weight by dtype."""

CALIBRATION_TOKENS = 20_000
"""Tokens of the user's own pairs that int8 is calibrated on: about 300 pairs."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A scored window: ``probs`` (rows, 3), NaN where ``errors`` has the row's reason.

    ``windows`` is in how many overlapping parts a row's text was read; ``pairs`` and ``tokens``
    are what was computed for the whole window, without the ``known`` pairs of a store.
    """

    probs: Scores
    errors: dict[int, str]
    windows: NDArray[np.int64]
    pairs: int
    tokens: int
    known: int = 0

    def word(self, row: int) -> str | None:
        """What there is to say about a row: why it failed, or that its text was long."""
        if row in self.errors:
            return self.errors[row]
        if self.windows[row] > 1:
            return f"long text, read in {self.windows[row]} overlapping windows"
        return None


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes: ``loading`` is the fp32 module that weights are read from, on the CPU; ``weights`` and
    a full ``batch`` lie on the device.
    """

    loading: int
    weights: int
    batch: int


class NLI:
    """A 3-way natural language inference model that scores (text, claim) pairs.

    Text entails, leaves open, or contradicts the claim: supports, neutral, refutes. Made by
    :meth:`from_pretrained`; weights are read when first needed.

    >>> nli = NLI.from_pretrained("default")  # doctest: +SKIP
    >>> nli.score([("We will not pay, said the minister.", "The minister pays.")])  # doctest: +SKIP
    array([[0.01, 0.05, 0.94]], dtype=float32)
    """

    def __init__(
        self,
        ref: ModelRef,
        source: Source,
        tokenizer: Any,
        head: Head,
        ways: Sequence[Choice],
        *,
        batch_tokens: int,
        max_length: int,
    ) -> None:
        self.ref = ref
        self.path = ref.path
        self.max_length = max_length
        self.batch_tokens = batch_tokens
        self._source = source
        self._head = head
        self._ways = list(ways)
        self._inner = fast_tokenizer(tokenizer)
        self._template = read_template(self._inner)
        if "token_type_ids" not in tokenizer.model_input_names:  # the model is never shown them
            self._template = dataclasses.replace(self._template, types=(0, 0, 0, 0, 0))
        self._forwards: dict[Choice, Forward] = {}
        self._outcome: Outcome | None = None
        self._calibrated_on: str | None = None

    @classmethod
    def from_pretrained(
        cls,
        name_or_path: str | Path | ModelRef = "default",
        *,
        device: str = "auto",
        dtype: str = "auto",
        backend: str = "auto",
        batch_tokens: int | str = "auto",
        max_length: int | None = None,
        two_way: bool = False,
    ) -> NLI:
        """Load a model by registry name, folder, or hub id with a pinned revision (``id@rev``).

        ``device``: auto, cpu, cuda, cuda:N, mps. ``dtype``: auto, fp32, bf16, fp16, int8.
        ``backend``: auto, torch, onednn, native, openvino, transformers. With ``auto`` long inputs
        are scored by the fastest way that a probe on the first pairs finds to agree with fp32;
        short ones by fp32. ``batch_tokens`` counts tokens, not pairs. ``max_length`` lowers the
        longest input; texts beyond it are read in overlapping windows. ``two_way`` accepts a head
        that knows no contradiction; its p_refutes is 0. A cascade takes ``backend`` and ``dtype``
        for both its models, or one for each as ``first+second``.

        Raises ModelError where the weights are missing or the head is not a 3-way NLI head,
        UsageError for options this machine or model has not.
        """
        from transformers import AutoConfig, AutoTokenizer

        ref = name_or_path if isinstance(name_or_path, ModelRef) else find_model(name_or_path)
        if ref.parts:
            from stance.inference.cascade import load_cascade

            return load_cascade(
                ref,
                device=device,
                dtype=dtype,
                backend=backend,
                batch_tokens=batch_tokens,
                max_length=max_length,
                two_way=two_way,
            )
        try:
            config = AutoConfig.from_pretrained(
                ref.path, local_files_only=True, trust_remote_code=False
            )
            tokenizer = AutoTokenizer.from_pretrained(
                ref.path, local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"cannot read the model in {ref.path}: {error}") from error
        target = pick_device(device)
        source = Source(ref.path, ref.sha256, config, int(tokenizer.pad_token_id or 0), target)
        return cls(
            ref,
            source,
            tokenizer,
            read_head(config.id2label, ref.card, two_way=two_way),
            candidates(source, backend, dtype),
            batch_tokens=batch_budget(batch_tokens, target),
            max_length=longest_input(config, tokenizer, max_length),
        )

    @property
    def source(self) -> Source:
        """Where the weights are, and what they are."""
        return self._source

    @property
    def device(self) -> str:
        """What the model computes on: cpu, cuda, cuda:N or mps."""
        return str(self._source.device)

    def score(
        self,
        pairs: Iterable[tuple[str, str]],
        *,
        errors: OnError = "raise",
        store: Store | str | Path | None = None,
    ) -> Scores:
        """Probabilities of (text, claim) pairs: float32 (n, 3), supports, neutral, refutes.

        Each unique pair of a window of 32,768 rows is computed once. A row that cannot be scored
        raises InputError with its number, or is NaN with ``errors="nan"``. With a ``store`` (a
        :class:`stance.Store` or its path) known pairs of any window are looked up and new ones
        kept.
        """
        parts = list(self._checked(pairs, errors, as_store(store)))
        return np.concatenate(parts) if parts else np.zeros((0, 3), dtype=np.float32)

    def stream(
        self, pairs: Iterable[tuple[str, str]], *, errors: OnError = "raise"
    ) -> Iterator[Scores]:
        """One (3,) row per pair, in order, in memory that does not grow with their number.

        Pairs are read in windows of 32,768, the next while one is computed: of a source that never
        ends the first row comes when two windows have been read.
        """
        for probs in self._checked(pairs, errors):
            yield from probs

    def score_rows(
        self, pairs: Iterable[object], *, store: Store | None = None
    ) -> tuple[Scores, list[Status], list[str | None]]:
        """Like :meth:`score` for rows of any kind: probabilities, status and a word on each row.

        A row that cannot be scored has status ``error``, NaN probabilities and the reason. A long
        text read in overlapping windows is ``ok``, and its word says in how many.
        """
        rows = iter(pairs)
        parts: list[Scores] = []
        status: list[Status] = []
        words: list[str | None] = []
        windows = iter(lambda: list(itertools.islice(rows, WINDOW_ROWS)), [])
        for scored in self.score_windows(windows, store=store):
            parts.append(scored.probs)
            for row in range(len(scored.probs)):
                status.append("error" if row in scored.errors else "ok")
                words.append(scored.word(row))
        scores = np.concatenate(parts) if parts else np.zeros((0, 3), dtype=np.float32)
        return scores, status, words

    def matrix(self, texts: Sequence[str], claims: Sequence[str]) -> Scores:
        """Every text against every claim: float32 (texts, claims, 3). No pair of strings is made.

        Raises InputError with the number of the first text or claim that cannot be scored.
        """
        unique_texts, text_of = intern_strings(texts, "text")
        unique_claims, claim_of = intern_strings(claims, "claim")
        out = np.empty((len(texts), len(claims), 3), dtype=np.float32)
        wide = max(1, min(len(claims), WINDOW_ROWS))
        choice: Choice | None = None
        for left in range(0, len(claims), wide):
            across, local_claim = np.unique(claim_of[left : left + wide], return_inverse=True)
            some_claims = [unique_claims[i] for i in across]
            claim_ids = tokenize(self._inner, some_claims)
            high = WINDOW_ROWS // len(local_claim)
            for top in range(0, len(texts), high):
                used, local = np.unique(text_of[top : top + high], return_inverse=True)
                columns = Columns(
                    [unique_texts[i] for i in used],
                    some_claims,
                    np.repeat(local, len(local_claim)),
                    np.tile(local_claim, len(local)),
                    {},
                )
                plan = self._plan(columns, claim_ids)
                choice = choice or self.choose(plan)
                scored = self._run(plan, choice, columns)
                for row in sorted(scored.errors)[:1]:
                    word = scored.errors[row]
                    field = "claim" if "the claim" in word else "text"
                    at = (top + row // len(local_claim), left + row % len(local_claim))
                    raise InputError(word, row=at[field == "claim"] + 1, field=field)
                block = scored.probs.reshape(len(local), len(local_claim), 3)
                out[top : top + high, left : left + wide] = block
        return out

    def plan(self, pairs: Iterable[object]) -> Plan:
        """The plan of some rows, unscored: unique pairs, lengths, windows, refused rows."""
        return self._plan(intern_rows(pairs))

    def choose(self, plan: Plan) -> Choice:
        """The backend and dtype for an input, by the plan of its first window.

        Short inputs take the exact first way; longer ones the fastest that agrees with it,
        measured once and remembered. OpenVINO's int8 is calibrated on the plan's own pairs.
        """
        first = self._ways[0]
        if first.dtype == "int8":
            if first not in self._forwards:
                self._outcome = Outcome(first)
                if len(plan.lengths):
                    self.calibrate(plan)
                    self._outcome = self._measure([first], plan, self._exact("auto"))
            return first
        work = int(plan.lengths.sum()) * _size(self._source.config)
        if len(self._ways) == 1 or work < PROBE_FROM:
            self._outcome = Outcome(first)
        else:
            reference = None if first.dtype == "fp32" else self._exact("auto")
            tried = self._ways if reference is None else [reference, *self._ways]
            key = cache_key(self._source, tried)
            known = recall(key)
            if known is None or known.choice not in self._ways:
                known = self._measure(self._ways, plan, reference)
                remember(key, known)
                self._forwards = {known.choice: self._forward(known.choice)}
            self._outcome = known
        return self._outcome.choice

    def calibrate(self, plan: Plan) -> None:
        """Calibrate OpenVINO's int8 on a plan's own pairs, without measuring what it costs."""
        if not len(plan.lengths) or not self._ways[0].calibrated:
            return
        units = sample_units(plan.lengths, CALIBRATION_TOKENS)
        sample = [assemble(plan, units[i : i + 1]) for i in range(len(units))]
        digest = hashlib.sha256()
        for batch in sample:
            digest.update(batch.lengths.tobytes() + batch.ids.tobytes())
        self._calibrated_on = digest.hexdigest()
        self._forwards[self._ways[0]] = make_forward(self._source, self._ways[0], sample)

    def speed(self, plan: Plan) -> float:
        """Real tokens per second on this machine, as measured on a sample of a plan."""
        choice = self.choose(plan)
        known = self._outcome.trials if self._outcome else ()
        trials = known or self._measure([choice], plan).trials
        return next(t.tokens_per_second for t in trials if t.choice == str(choice))

    def footprint(self, choice: Choice) -> Footprint:
        """Memory that the model takes when it computes in a way, estimated from its sizes."""
        config = self._source.config
        hidden, inner, heads = (
            int(getattr(config, name, 0) or 0)
            for name in ("hidden_size", "intermediate_size", "num_attention_heads")
        )
        values = sum(weight_counts(self.path).values())
        size = BYTES[choice.dtype]
        # A layer's states, queries, keys and values; its inner states twice; attention weights.
        token = 8 * hidden + 2 * inner + heads * self.max_length
        return Footprint(4 * values, size * values, max(2, size) * token * self.batch_tokens)

    def score_windows(
        self,
        windows: Iterable[Sequence[object]],
        choice: Choice | None = None,
        store: Store | None = None,
    ) -> Iterator[Scored]:
        """Window after window of rows; the next is tokenised while this one is computed.

        Unless ``choice`` is given, the first window with a row that can be scored decides how all
        are: :meth:`choose`.
        """
        with ThreadPoolExecutor(1) as pool:
            coming: Future[tuple[Columns, Plan]] | None = None
            for window in itertools.chain(windows, [None]):
                planned = None if window is None else pool.submit(self._prepared, window)
                if coming is not None:
                    columns, plan = coming.result()
                    if choice is None and len(plan.lengths):
                        choice = self.choose(plan)
                    yield self._run(plan, choice or self._ways[0], columns, store)
                coming = planned

    def info(self) -> dict[str, object]:
        """What scores, for run.json: model, checksum, calibration, device, way, trials."""
        choice = self._outcome.choice if self._outcome else self._ways[0]
        trials = self._outcome.trials if self._outcome else ()
        return {
            "model": self.ref.name,
            "sha256": self.ref.sha256,
            "calibration": self.ref.card.get("calibration"),
            "device": device_name(self._source.device),
            "backend": choice.backend,
            "dtype": choice.dtype,
            "threads": torch.get_num_threads(),
            "batch_tokens": self.batch_tokens,
            "max_length": self.max_length,
            "torch": torch.__version__,
            "trials": [
                {
                    "way": trial.choice,
                    "tokens_per_second": trial.tokens_per_second,
                    "max_delta": trial.max_delta,
                    "label_agreement": trial.label_agreement,
                    "accepted": trial.accepted,
                    "reason": trial.reason,
                }
                for trial in trials
            ],
        }

    def _checked(
        self, pairs: Iterable[object], errors: OnError, store: Store | None = None
    ) -> Iterator[Scores]:
        """Probabilities by window; raises for the first refused row unless it may be NaN."""
        rows = iter(pairs)
        done = 0
        windows = iter(lambda: list(itertools.islice(rows, WINDOW_ROWS)), [])
        for scored in self.score_windows(windows, store=store):
            if scored.errors and errors == "raise":
                row = min(scored.errors)
                raise InputError(
                    f"{scored.errors[row]}; fix the row, or ask for errors='nan'",
                    row=done + row + 1,
                )
            done += len(scored.probs)
            yield scored.probs

    def _prepared(self, rows: Iterable[object]) -> tuple[Columns, Plan]:
        columns = intern_rows(rows)
        return columns, self._plan(columns)

    def _plan(self, columns: Columns, claims: Ragged | None = None) -> Plan:
        texts = tokenize(self._inner, columns.texts)
        if claims is None:
            claims = tokenize(self._inner, columns.claims)
        return make_plan(columns, texts, claims, self._template, self.max_length)

    def _run(
        self, plan: Plan, choice: Choice, columns: Columns, store: Store | None = None
    ) -> Scored:
        units = np.arange(len(plan.lengths))
        if store is None:
            pairs = self._compute(plan, choice, None)
        else:
            scorer = self._scorer(choice)
            keys = pair_keys(columns.texts, columns.claims, plan.pair_text, plan.pair_claim)
            pairs = store.get(scorer, keys).astype(np.float64)
            new = np.flatnonzero(np.isnan(pairs[:, 0]) & (plan.windows > 0))
            units = np.flatnonzero(np.isin(plan.pair_of, new))
            if len(new):
                pairs[new] = self._compute(plan, choice, units)[new]
                whole = new[np.isfinite(pairs[new]).all(axis=1)]
                store.put(scorer, keys[whole], pairs[whole].astype(np.float32))
        probs = np.full((len(plan.row_pair), 3), np.nan, dtype=np.float32)
        windows = np.zeros(len(probs), dtype=np.int64)
        good = np.flatnonzero(plan.row_pair >= 0)
        probs[good] = pairs[plan.row_pair[good]]
        windows[good] = plan.windows[plan.row_pair[good]]
        errors = dict(plan.errors)
        for row in good[np.isnan(probs[good]).any(axis=1)]:
            probs[row] = np.nan
            errors[int(row)] = "the model gave no finite score for this pair"
        computed = len(np.unique(plan.pair_of[units]))
        known = int((plan.windows > 0).sum()) - computed
        tokens = int(plan.lengths[units].sum())
        return Scored(probs, errors, windows, computed, tokens, known)

    def _compute(self, plan: Plan, choice: Choice, wanted: IntArray | None) -> NDArray[np.float64]:
        if not len(plan.lengths):  # nor is there anything that int8 could be calibrated on
            return np.full((len(plan.windows), 3), np.nan)
        logits = run_plan(plan, self._forward(choice), self.batch_tokens, wanted)
        return merge_windows(probabilities(logits, self._head), plan)

    def _scorer(self, choice: Choice) -> dict[str, object]:
        """Everything but the pair that a score depends on."""
        scorer: dict[str, object] = {
            "weights": self.ref.sha256,
            "tokenizer": hashlib.sha256(self._inner.to_str().encode()).hexdigest(),
            "head": repr(self._head),
            "backend": choice.backend,
            "dtype": choice.dtype,
            "max_length": self.max_length,
        }
        if choice.dtype == "int8":
            scorer["calibrated_on"] = self._calibrated_on
        return scorer

    def _forward(self, choice: Choice) -> Forward:
        if choice not in self._forwards:
            self._forwards[choice] = make_forward(self._source, choice)
        return self._forwards[choice]

    def _measure(
        self, ways: Sequence[Choice], plan: Plan, reference: Choice | None = None
    ) -> Outcome:
        return measure(
            ways,
            self._forward,
            lambda logits: probabilities(logits, self._head),
            plan,
            self.batch_tokens,
            reference,
        )

    def _exact(self, backend: str) -> Choice:
        """What other ways are compared with: fp32, also where it was not asked for."""
        return candidates(self._source, backend, "fp32")[0]


def _size(config: Any) -> float:
    """Multiplications per token, as a multiple of MiniLM-L6's."""
    layers, hidden = (getattr(config, name, 0) for name in ("num_hidden_layers", "hidden_size"))
    return max(1.0, layers * hidden**2 / (6 * 384**2))
