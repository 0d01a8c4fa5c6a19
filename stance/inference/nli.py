"""The model object: owns weights and tokenizer, scores pairs, texts × claims, and streams."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from stance.errors import InputError, ModelError, UsageError
from stance.inference.backends import TransformersForward
from stance.inference.engine import run_plan
from stance.inference.heads import Head, probabilities, read_head
from stance.inference.plan import make_plan, merge_windows
from stance.inference.rows import Columns, intern_rows, refusal
from stance.inference.tokens import fast_tokenizer, read_template, tokenize

Scores = NDArray[np.float32]
Status = Literal["ok", "error"]

WINDOW_ROWS = 32_768
"""Rows planned at once: enough to sort and deduplicate well, a bounded amount of memory."""


class NLI:
    """A 3-way natural language inference model that scores (text, claim) pairs.

    >>> nli = NLI.from_pretrained("default")  # doctest: +SKIP
    >>> nli.score([("We will not pay, said the minister.", "The minister pays.")])  # doctest: +SKIP
    array([[0.01, 0.05, 0.94]], dtype=float32)
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        head: Head,
        *,
        path: Path,
        ref: Any,
        batch_tokens: int,
        max_length: int,
    ) -> None:
        self.path = path
        self.ref = ref
        self.max_length = max_length
        self.batch_tokens = batch_tokens
        self._head = head
        self._inner = fast_tokenizer(tokenizer)
        self._template = read_template(self._inner)
        self._forward = TransformersForward(model, tokenizer.pad_token_id or 0)

    @classmethod
    def from_pretrained(
        cls,
        name_or_path: str | Path = "default",
        *,
        device: str = "auto",
        dtype: str = "auto",
        backend: str = "auto",
        batch_tokens: int | str = "auto",
        max_length: int | None = None,
        two_way: bool = False,
    ) -> NLI:
        """Load a model by registry name, folder, or hub id with a pinned revision (``id@rev``).

        Raises ModelError where the weights are missing or the head is not a 3-way NLI head.
        """
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        path, ref, card = _find(name_or_path)
        model = AutoModelForSequenceClassification.from_pretrained(path, dtype=torch.float32).eval()
        tokenizer = AutoTokenizer.from_pretrained(path)
        head = read_head(model.config.id2label, card, two_way=two_way)
        return cls(
            model,
            tokenizer,
            head,
            path=path,
            ref=ref,
            batch_tokens=4096 if batch_tokens == "auto" else int(batch_tokens),
            max_length=_max_length(model.config, tokenizer, max_length),
        )

    def score(
        self, pairs: Iterable[tuple[str, str]], *, errors: Literal["raise", "nan"] = "raise"
    ) -> Scores:
        """Probabilities of (text, claim) pairs: float32 (n, 3), supports, neutral, refutes.

        Text entails, leaves open, or contradicts the claim. Each unique pair is computed once.
        A row that cannot be scored raises InputError with its number, or is NaN with
        ``errors="nan"``.
        """
        parts = list(self.stream(pairs, errors=errors))
        return np.stack(parts) if parts else np.zeros((0, 3), dtype=np.float32)

    def stream(
        self, pairs: Iterable[tuple[str, str]], *, errors: Literal["raise", "nan"] = "raise"
    ) -> Iterator[Scores]:
        """One (3,) row per pair, in order, in memory that does not grow with their number."""
        rows = iter(pairs)
        done = 0
        while window := list(itertools.islice(rows, WINDOW_ROWS)):
            probs, reasons, _ = self._score_columns(intern_rows(window))
            if reasons and errors == "raise":
                row = min(reasons)
                raise InputError(
                    f"{reasons[row]}; fix the row, or ask for errors='nan'", row=done + row + 1
                )
            done += len(window)
            yield from probs

    def score_rows(self, pairs: Iterable[object]) -> tuple[Scores, list[Status], list[str | None]]:
        """Like :meth:`score` for rows of any kind: probabilities, status and a word on each row.

        A row that cannot be scored has status ``error``, NaN probabilities and the reason. A long
        text read in overlapping windows is ``ok``, and its word says in how many.
        """
        probs, reasons, windows = self._score_columns(intern_rows(pairs))
        status: list[Status] = ["error" if row in reasons else "ok" for row in range(len(probs))]
        words = [
            reasons.get(row) or (window_note(int(count)) if count > 1 else None)
            for row, count in enumerate(windows)
        ]
        return probs, status, words

    def matrix(self, texts: Sequence[str], claims: Sequence[str]) -> Scores:
        """Every text against every claim: float32 (texts, claims, 3). No pair of strings is made.

        Raises InputError with the number of the first text or claim that cannot be scored.
        """
        for name, strings in (("text", texts), ("claim", claims)):
            for row, value in enumerate(strings):
                if (reason := refusal(value, name)) is not None:
                    raise InputError(reason, row=row + 1, field=name)
        unique_texts, text_of = _intern(texts)
        unique_claims, claim_of = _intern(claims)
        out = np.empty((len(texts), len(claims), 3), dtype=np.float32)
        block = max(1, WINDOW_ROWS // max(1, len(claims)))
        for start in range(0, len(texts), block):
            rows = text_of[start : start + block]
            used, local = np.unique(rows, return_inverse=True)
            columns = Columns(
                [unique_texts[i] for i in used],
                unique_claims,
                np.repeat(local, len(claims)),
                np.tile(claim_of, len(rows)),
                {},
            )
            probs, reasons, _ = self._score_columns(columns)
            for row, reason in sorted(reasons.items())[:1]:
                raise InputError(reason, row=start + row // len(claims) + 1, field="text")
            out[start : start + block] = probs.reshape(len(rows), len(claims), 3)
        return out

    def info(self) -> dict[str, object]:
        """What scored: for run.json and a run's manifest."""
        return {
            "model": getattr(self.ref, "name", str(self.path)),
            "sha256": getattr(self.ref, "sha256", None) or weights_sha256(self.path),
            "backend": "transformers",
            "dtype": "fp32",
            "device": "cpu",
            "threads": torch.get_num_threads(),
            "batch_tokens": self.batch_tokens,
            "max_length": self.max_length,
        }

    def _score_columns(self, columns: Columns) -> tuple[Scores, dict[int, str], NDArray[np.int64]]:
        plan = make_plan(
            columns,
            tokenize(self._inner, columns.texts),
            tokenize(self._inner, columns.claims),
            self._template,
            self.max_length,
        )
        logits = run_plan(plan, self._forward, self.batch_tokens)
        pairs = merge_windows(probabilities(logits, self._head), plan)
        rows = np.full((len(columns), 3), np.nan, dtype=np.float32)
        windows = np.zeros(len(columns), dtype=np.int64)
        good = np.flatnonzero(plan.row_pair >= 0)
        rows[good] = pairs[plan.row_pair[good]]
        windows[good] = plan.windows[plan.row_pair[good]]
        reasons = dict(plan.errors)
        for row in good[np.isnan(rows[good]).any(axis=1)]:
            rows[row] = np.nan
            reasons[int(row)] = "the model gave no finite score for this pair"
        return rows, reasons, windows


def window_note(count: int) -> str:
    """The word on a row whose text was longer than the model reads at once."""
    return f"long text, read in {count} overlapping windows"


def weights_sha256(path: Path) -> str:
    """SHA-256 over the weight files of a model folder, in the order of their names."""
    digest = hashlib.sha256()
    for file in sorted(path.glob("*.safetensors")) + sorted(path.glob("*.bin")):
        with file.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _intern(strings: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    number: dict[str, int] = {}
    of = np.asarray([number.setdefault(s, len(number)) for s in strings], dtype=np.int64)
    return list(number), of


def _find(name_or_path: str | Path) -> tuple[Path, Any, Mapping[str, object]]:
    """Folder, registry entry (None for a bare folder) and card of a model."""
    folder = Path(name_or_path).expanduser()
    if (folder / "config.json").is_file():
        return folder, None, _read_card(folder)
    try:
        from stance.models import find_model
    except ImportError as error:
        raise ModelError(f"no model folder at '{name_or_path}'") from error
    ref = find_model(str(name_or_path))
    return ref.path, ref, ref.card


def _read_card(folder: Path) -> Mapping[str, object]:
    import json

    file = folder / "card.json"
    if not file.is_file():
        return {}
    card: Mapping[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return card


def _max_length(config: Any, tokenizer: Any, asked: int | None) -> int:
    """The model's longest input: what its positions and its tokenizer both allow."""
    positions = int(getattr(config, "max_position_embeddings", 0) or 0)
    if positions <= 0:  # relative positions only
        positions = 512
    elif config.model_type in {"roberta", "xlm-roberta", "camembert", "mpnet"}:
        positions -= int(config.pad_token_id) + 1  # their positions start after the padding index
    limit = min(positions, int(min(tokenizer.model_max_length, 1 << 30)))
    if asked is None:
        return limit
    if not 16 <= asked <= limit:
        raise UsageError(f"max_length is {asked}; this model takes 16 to {limit} tokens")
    return asked
