"""Choose a backend by measurement on the user's own pairs, once per machine and model."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from stance.errors import StanceError
from stance.inference.backends import Choice, Source
from stance.inference.cache import cache_folder
from stance.inference.engine import Forward, run_groups
from stance.inference.plan import Plan, batches
from stance.inference.tokens import IntArray

MAX_DELTA = 0.02
"""A candidate's probabilities may differ from fp32 by this much at most."""

EXACT_DELTA = 1e-5
"""What is computed in fp32 may differ from the reference, which is also in fp32, by this much."""

MARGIN = 0.04
"""Where fp32's first and second probability are further apart, the label must not change."""

SAMPLE_TOKENS = 3_000
"""A second of fp32 for a MiniLM-L6 on one Zen 4 core."""

LEAST_TOKENS = 1_000
"""The sample of a model that is slower than that: enough pairs to see labels change."""

CLOSE, FINALISTS, ROUNDS = 2.5, 3, 2
"""Ways within this factor of the fastest are timed again, so many of them, in so many turns."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured of one candidate: real tokens per second, agreement with fp32.

    ``max_delta`` is None where it could not run; ``reason`` then says why.
    """

    choice: str
    tokens_per_second: float
    max_delta: float | None
    label_agreement: float
    accepted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The chosen way, and the trials behind it (none where nothing had to be measured)."""

    choice: Choice
    trials: tuple[Trial, ...] = ()


def sample_units(lengths: IntArray, tokens: int = SAMPLE_TOKENS) -> IntArray:
    """Units spread evenly over the lengths, about ``tokens`` tokens in all.

    >>> sample_units(np.array([5, 1, 9, 3]), 9).tolist()
    [1, 0]
    """
    order = np.argsort(lengths, kind="stable")
    count = int(np.clip(tokens / max(1.0, float(lengths.mean())), 2, len(order)))
    return order[np.linspace(0, len(order), count, endpoint=False).astype(np.int64)]


def agreement(
    probs: NDArray[np.float64], exact: NDArray[np.float64], most: float = MAX_DELTA
) -> tuple[float, float, bool]:
    """Largest difference, share of equal labels, and whether both bars are kept."""
    delta = float(np.abs(probs - exact).max())
    same = probs.argmax(axis=1) == exact.argmax(axis=1)
    top = np.sort(exact, axis=1)
    clear = top[:, -1] - top[:, -2] > MARGIN
    return delta, float(same.mean()), bool(delta <= most and same[clear].all())


def measure(
    ways: Sequence[Choice],
    make: Callable[[Choice], Forward],
    to_probs: Callable[[NDArray[np.float32]], NDArray[np.float64]],
    plan: Plan,
    tokens: int,
    reference: Choice | None = None,
) -> Outcome:
    """Time every way on a sample of the plan; the fastest that agrees with the reference wins.

    The reference is the first of ``ways``, unless one is given that is none of them: that one is
    measured first and cannot win. Where no way agrees the first of ``ways`` is taken. Batches that
    do not fit in memory are made smaller, as in a run. A way that cannot run here is recorded with
    the reason and passed over.
    """
    sample = _sample(plan, LEAST_TOKENS // 2, tokens)
    tried = list(ways) if reference is None else [reference, *ways]
    _, seconds = _timed(make(tried[0]), plan, sample, tokens)
    # About a second of the reference; on a GPU a full batch, as a small one only measures how
    # fast kernels are launched.
    speed = _tokens(plan, sample) / seconds
    sample = _sample(plan, int(np.clip(speed, LEAST_TOKENS, max(SAMPLE_TOKENS, tokens))), tokens)
    exact: NDArray[np.float64] | None = None
    known: NDArray[np.bool_] = np.zeros(0, dtype=bool)
    trials: list[Trial] = []
    for choice in tried:
        try:
            logits, seconds = _timed(make(choice), plan, sample, tokens)
        except (RuntimeError, MemoryError, StanceError, ImportError) as error:
            trials.append(Trial(str(choice), 0.0, None, 0.0, False, str(error)[:200]))
            if exact is None:
                raise
            continue
        probs = to_probs(logits)
        if exact is None:
            # a pair that does not fit in memory even alone has no score to agree with
            known = np.asarray(np.isfinite(probs).all(axis=1))
            exact = probs[known]
        speed = round(_tokens(plan, sample) / seconds, 1)
        most = EXACT_DELTA if choice.dtype == tried[0].dtype == "fp32" else MAX_DELTA
        trials.append(_judged(str(choice), speed, probs[known], exact, most))
    names = {str(choice) for choice in ways}
    agreeing = [t for t in trials if t.accepted and t.choice in names]
    if not agreeing:
        return Outcome(ways[0], tuple(trials))
    best = _retried(agreeing, make, plan, sample, tokens)
    trials = [best.get(trial.choice, trial) for trial in trials]
    fastest = max(
        (t for t in trials if t.accepted and t.choice in names),
        key=lambda trial: (trial.tokens_per_second, trial.choice),
    )
    return Outcome(Choice(*fastest.choice.split("-")), tuple(trials))


def _judged(
    name: str, speed: float, probs: NDArray[np.float64], exact: NDArray[np.float64], most: float
) -> Trial:
    """A trial of a way that ran: does it agree with the reference, to within ``most``?"""
    if not np.isfinite(probs).all():
        return Trial(name, speed, None, 0.0, False, "pairs of the sample have no finite score")
    if not len(exact):
        return Trial(name, speed, None, 0.0, False, "the reference has no finite score")
    return Trial(name, speed, *agreement(probs, exact, most))


def _retried(
    trials: Sequence[Trial],
    make: Callable[[Choice], Forward],
    plan: Plan,
    sample: Sequence[IntArray],
    limit: int,
) -> dict[str, Trial]:
    """The fastest few, timed again in turns: another program's burst hits one way and not the
    next, and a choice is kept for good.
    """
    top = max(trial.tokens_per_second for trial in trials)
    close = [t for t in trials if t.tokens_per_second * CLOSE >= top]
    if len(close) < 2:
        return {}
    close = sorted(close, key=lambda t: -t.tokens_per_second)[:FINALISTS]
    tokens = _tokens(plan, sample)
    forwards = {t.choice: make(Choice(*t.choice.split("-"))) for t in close}
    least = {t.choice: tokens / t.tokens_per_second for t in close}
    for _ in range(ROUNDS):
        for name, forward in forwards.items():
            least[name] = min(least[name], _timed(forward, plan, sample, limit, 1)[1])
    return {
        t.choice: replace(t, tokens_per_second=round(tokens / least[t.choice], 1)) for t in close
    }


def _sample(plan: Plan, size: int, tokens: int) -> list[IntArray]:
    """About ``size`` tokens of units, in the batches of a run."""
    units = sample_units(plan.lengths, size)
    return [units[part] for part in batches(plan.lengths[units], tokens)]


def _tokens(plan: Plan, sample: Sequence[IntArray]) -> float:
    return float(sum(plan.lengths[units].sum() for units in sample))


def _timed(
    forward: Forward, plan: Plan, sample: Sequence[IntArray], limit: int, repeats: int = 2
) -> tuple[NDArray[np.float32], float]:
    """Logits of a sample and its time after a warm-up that builds kernels: the fastest repeat.

    The warm-up also finds how large a batch may be, so no repeat runs out of memory.
    """
    seconds: list[float] = []
    while len(seconds) < 1 + repeats and sum(seconds[1:]) < 1:
        start = time.perf_counter()
        logits, limit = run_groups(plan, forward, sample, limit)
        seconds.append(time.perf_counter() - start)
    return logits[np.concatenate(sample)], min(seconds[1:])


def cache_key(source: Source, ways: Sequence[Choice]) -> str:
    """What a choice depends on: machine, threads, versions, model, and what was measured."""
    machine = platform.processor() or platform.machine()
    with suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as info:
        machine = next((line for line in info if line.startswith("model name")), machine)
    if source.device.type == "cuda":
        machine += torch.cuda.get_device_name(source.device)
    parts = [
        machine,
        str(torch.get_num_threads()),
        torch.__version__,
        source.sha256,
        *map(str, ways),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def recall(key: str) -> Outcome | None:
    """A choice made before, or None."""
    try:
        held = json.loads((cache_folder() / "probe" / f"{key}.json").read_text(encoding="utf-8"))
        trials = tuple(Trial(**trial) for trial in held["trials"])
        return Outcome(Choice(held["backend"], held["dtype"]), trials)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(key: str, outcome: Outcome) -> None:
    """Keep a choice; a folder that cannot be written only costs the next run a probe."""
    record = asdict(outcome.choice) | {"trials": [asdict(trial) for trial in outcome.trials]}
    with suppress(OSError):
        folder = cache_folder() / "probe"
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{key}.{os.getpid()}"
        draft.write_text(json.dumps(record, indent=1), encoding="utf-8")
        draft.replace(folder / f"{key}.json")
