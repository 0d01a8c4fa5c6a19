"""Two models as one: the fast one decides where it is sure, the strong one scores the rest.

Sure is a calibrated probability of the likeliest label above a threshold, fitted so that the
cascade says what the strong model alone would say on at least 99 of 100 pairs. A cascade is a
folder with a card that names two model folders beside it; see :func:`save_cascade`.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import InputError, UsageError
from stance.inference.backends import Choice
from stance.inference.nli import NLI, Footprint, Scored, Scores
from stance.inference.plan import Plan
from stance.models import CARD, ModelRef, find_model
from stance.store import Store

AGREEMENT = 0.99
"""Share of pairs on which the cascade must say what the strong model says."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted threshold, and what it does on the pairs it was fitted on.

    ``agreement`` is the share of pairs labelled as by the second model, ``sent`` the share that
    the second model has to score.
    """

    threshold: float
    agreement: float
    sent: float
    pairs: int

    def __str__(self) -> str:
        return (
            f"threshold {self.threshold:.4f}: {self.agreement:.2%} of {self.pairs:,} pairs are "
            f"labelled as by the second model alone, which scores {self.sent:.1%} of them"
        )


def fit_threshold(
    first: NDArray[np.floating[Any]],
    second: NDArray[np.floating[Any]],
    *,
    agreement: float = AGREEMENT,
    log: Callable[[str], None] = print,
) -> Fit:
    """The smallest threshold at which the cascade agrees with the second model often enough.

    ``first`` and ``second`` are calibrated probabilities (n, 3) of the same development pairs.
    Thresholds are multiples of 0.0001; above 1 the first model decides nothing. Raises UsageError
    for arrays that do not belong together.

    >>> sure, unsure = [0.9, 0.1, 0.0], [0.4, 0.3, 0.3]
    >>> fit = fit_threshold(np.array([sure, sure, unsure]), np.array([sure, sure, [0, 1, 0]]))
    threshold 0.4001: 100.00% of 3 pairs are labelled as by the second model alone, which scores \
33.3% of them
    """
    if first.shape != second.shape or first.ndim != 2 or not len(first):
        raise UsageError(
            f"probabilities of {first.shape} and {second.shape}; give both models' scores of the "
            "same pairs, at least one"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise UsageError("a pair has no score; leave pairs out that either model cannot score")
    sure = first.max(axis=1)
    other = first.argmax(axis=1) != second.argmax(axis=1)
    allowed = int((1 - agreement) * len(sure) + 1e-9)
    # Of the pairs that differ, all but the surest `allowed` must be sent.
    differing = np.sort(sure[other])[::-1]
    threshold = 0.0
    if len(differing) > allowed:
        threshold = float(np.floor(float(differing[allowed]) * 10_000) + 1) / 10_000
        if differing[allowed] >= threshold:  # equal in float32, in which pairs are compared
            threshold = round(threshold + 0.0001, 4)
    kept = sure >= threshold
    fit = Fit(
        threshold=threshold,
        agreement=float(1 - (kept & other).mean()),
        sent=float(1 - kept.mean()),
        pairs=len(sure),
    )
    log(str(fit))
    return fit


def save_cascade(out: str | Path, first: str | Path, second: str | Path, fit: Fit) -> Path:
    """Write the card of a cascade of two model folders; returns ``out``.

    The folders are remembered relative to ``out``, so that the three move together, and by the
    checksums of their weights and their calibrations, for which alone the threshold holds. Raises
    UsageError where one of them is no folder of a model, or a cascade itself.

    >>> save_cascade("models/cascade", "models/small", "models/base", fit)  # doctest: +SKIP
    """
    out = Path(out)
    refs = [find_model(first), find_model(second)]
    for given, ref in zip((first, second), refs, strict=True):
        if not Path(given).is_dir() or ref.parts:
            raise UsageError(f"{given} is no folder of a single model; give the folders of two")
    card = {
        "name": out.name,
        "head": "pair",
        "licence": refs[1].card.get("licence"),
        "cascade": {
            "first": os.path.relpath(first, out),
            "second": os.path.relpath(second, out),
            "sha256": [ref.sha256 for ref in refs],
            "calibration": [ref.card.get("calibration") for ref in refs],
            "threshold": fit.threshold,
            "agreement": round(fit.agreement, 4),
            "sent": round(fit.sent, 4),
            "pairs": fit.pairs,
        },
    }
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(card, indent=2, ensure_ascii=False)
    (out / CARD).write_text(text + "\n", encoding="utf-8")
    return out


@dataclass(frozen=True, slots=True)
class CascadePlan(Plan):
    """The first model's plan of some rows, and the second's in case it had to score them all."""

    second: Plan


class Cascade(NLI):
    """An :class:`NLI` that asks its second model where its first is not sure.

    What a store keeps are the scores of each model under its own name: they serve the cascade and
    the models alone. Made by :meth:`NLI.from_pretrained`.
    """

    def __init__(self, ref: ModelRef, first: NLI, second: NLI) -> None:
        self.ref = ref
        self.path = ref.path
        self.max_length = min(first.max_length, second.max_length)
        self.batch_tokens = first.batch_tokens
        self.first, self.second = first, second
        card = ref.card["cascade"]
        self.threshold = float(card["threshold"])
        self._usual = float(card.get("sent", 1.0))

    def matrix(self, texts: Sequence[str], claims: Sequence[str]) -> Scores:
        """Every text against every claim: float32 (texts, claims, 3); see :meth:`NLI.matrix`."""
        out = self.first.matrix(texts, claims)
        at = np.argwhere(out.max(axis=2) < self.threshold)
        if len(at):
            try:
                out[tuple(at.T)] = self.second.score([(texts[i], claims[j]) for i, j in at])
            except InputError as error:
                field = "claim" if "the claim" in error.message else "text"
                row = int(at[(error.row or 1) - 1][int(field == "claim")]) + 1
                raise InputError(error.message, row=row, field=field) from error
        return out

    def plan(self, pairs: Iterable[object]) -> CascadePlan:
        """Both models' plans of some rows; its own fields are the first's."""
        rows = list(pairs)
        first = self.first.plan(rows)
        fields = {f.name: getattr(first, f.name) for f in dataclasses.fields(first)}
        return CascadePlan(**fields, second=self.second.plan(rows))

    def choose(self, plan: Plan) -> Choice:
        """Both models' ways for an input, joined by ``+``: the first's, then the second's."""
        other = plan.second if isinstance(plan, CascadePlan) else plan
        return _joined(self.first.choose(plan), self.second.choose(other))

    def speed(self, plan: Plan) -> float:
        """Tokens per second, if the second model has as much to do as when it was fitted."""
        other = plan.second if isinstance(plan, CascadePlan) else plan
        return 1 / (1 / self.first.speed(plan) + self._usual / self.second.speed(other))

    @property
    def device(self) -> str:
        """What both models compute on: cpu, cuda, cuda:N or mps."""
        return self.first.device

    def footprint(self, choice: Choice) -> Footprint:
        """Memory of both models and of the larger batch; see :meth:`NLI.footprint`."""
        first, second = _parted(choice)
        a, b = self.first.footprint(first), self.second.footprint(second)
        return Footprint(max(a.loading, b.loading), a.weights + b.weights, max(a.batch, b.batch))

    def score_windows(
        self,
        windows: Iterable[Sequence[object]],
        choice: Choice | None = None,
        store: Store | None = None,
    ) -> Iterator[Scored]:
        """Window after window of rows; see :meth:`NLI.score_windows`."""
        coming = iter(windows)
        if choice is None:
            for window in itertools.islice(coming, 1):
                choice = self.choose(self.plan(window))
                coming = itertools.chain([window], coming)
        if choice is None:
            return
        first, second = _parted(choice)
        waiting: deque[Sequence[object]] = deque()

        def seen() -> Iterator[Sequence[object]]:
            for window in coming:
                waiting.append(window)
                yield window

        for scored in self.first.score_windows(seen(), first, store):
            yield self._asked_again(waiting.popleft(), scored, second, store)

    def info(self) -> dict[str, object]:
        """What scores, for run.json: both models, what each runs on, and the threshold."""
        infos = (self.first.info(), self.second.info())
        shared = {key: infos[0][key] for key in ("device", "threads", "batch_tokens", "torch")}
        return {
            "model": self.ref.name,
            "sha256": self.ref.sha256,
            "calibration": {str(info["model"]): info["calibration"] for info in infos},
            **shared,
            "backend": "+".join(str(info["backend"]) for info in infos),
            "dtype": "+".join(str(info["dtype"]) for info in infos),
            "max_length": self.max_length,
            "trials": [{"model": i["model"], **t} for i in infos for t in i["trials"]],  # type: ignore[attr-defined]
            "threshold": self.threshold,
            "parts": [{"model": info["model"], "sha256": info["sha256"]} for info in infos],
        }

    def _asked_again(
        self, window: Sequence[object], scored: Scored, choice: Choice, store: Store | None
    ) -> Scored:
        """A window with the second model's answer wherever the first is not sure."""
        # a row without a score is NaN, which is under no threshold
        unsure = np.flatnonzero(scored.probs.max(axis=1, initial=0.0) < self.threshold)
        if not len(unsure):
            return scored
        rows = [window[row] for row in unsure.tolist()]
        (again,) = self.second.score_windows([rows], choice, store)
        probs, windows = scored.probs.copy(), scored.windows.copy()
        probs[unsure], windows[unsure] = again.probs, again.windows
        errors = scored.errors | {int(unsure[row]): word for row, word in again.errors.items()}
        counts = {
            field.name: getattr(scored, field.name) + getattr(again, field.name)
            for field in dataclasses.fields(Scored)
            if field.name not in ("probs", "errors", "windows")
        }
        return Scored(probs, errors, windows, **counts)


def load_cascade(ref: ModelRef, *, backend: str, dtype: str, **settings: Any) -> Cascade:
    """Load both models of a cascade.

    ``backend`` and ``dtype`` are for both, or one for each as ``first+second``. Raises UsageError
    for int8, whose loss is measured against one model at a time.
    """
    if "int8" in dtype:
        raise UsageError(
            f"dtype '{dtype}' with the cascade '{ref.name}'; give int8 to one of its models alone: "
            f"--model {ref.parts[1].name} --dtype int8"
        )
    first, second = (
        NLI.from_pretrained(part, backend=way, dtype=kind, **settings)
        for part, way, kind in zip(ref.parts, _pair(backend), _pair(dtype), strict=True)
    )
    return Cascade(ref, first, second)


def _pair(value: str) -> tuple[str, str]:
    first, plus, second = value.partition("+")
    return first, second if plus else first


def _joined(first: Choice, second: Choice) -> Choice:
    return Choice(f"{first.backend}+{second.backend}", f"{first.dtype}+{second.dtype}")


def _parted(choice: Choice) -> tuple[Choice, Choice]:
    backends, dtypes = _pair(choice.backend), _pair(choice.dtype)
    return Choice(backends[0], dtypes[0]), Choice(backends[1], dtypes[1])
