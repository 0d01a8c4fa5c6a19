"""The training loop: token-budget batches, bf16 where the device has it, resumable after a kill.

The order of batches is a function of the recipe alone, so a step number and the random state
are enough to go on from a checkpoint. Works the same on a CPU and on a GPU; nothing in a step
waits for a GPU, which is asked for its loss only where that is reported or a checkpoint written.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stance.errors import ModelError
from stance.inference.attention import fused_attention
from stance.inference.backends import has_bf16
from stance.inference.engine import to_device
from stance.training.recipe import Settings

Ids = np.ndarray[Any, np.dtype[np.int32]]
Loss = Callable[[torch.Tensor, Sequence[int]], torch.Tensor]
"""Logits of a batch and its row numbers to a scalar; heads with other labels bring their own."""
REPORT_SECONDS = 30.0
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of all examples, with labels; ``segments`` are token type ids or empty."""

    ids: list[Ids]
    segments: list[Ids]
    labels: list[int]


def encode(
    tokenizer: Any, pairs: Sequence[tuple[str, str]], labels: list[int], limit: int
) -> Encoded:
    """Tokenise (premise, hypothesis) pairs, cut to ``limit`` tokens where the longer side ends."""
    ids: list[Ids] = []
    segments: list[Ids] = []
    for start in range(0, len(pairs), 8192):
        chunk = pairs[start : start + 8192]
        out = tokenizer(
            [p for p, _ in chunk],
            [h for _, h in chunk],
            truncation="longest_first",
            max_length=limit,
        )
        ids += [np.array(row, dtype=np.int32) for row in out["input_ids"]]
        if "token_type_ids" in out:
            segments += [np.array(row, dtype=np.int32) for row in out["token_type_ids"]]
    return Encoded(ids, segments, labels)


def batches(lengths: Sequence[int], settings: Settings, seed: int) -> list[list[int]]:
    """Row numbers of every batch of every epoch.

    Rows are shuffled, sorted by length inside windows, cut where ``batch_tokens`` padded tokens
    are reached, and the batches of a window shuffled again.
    """
    rng = random.Random(seed)
    plan: list[list[int]] = []
    for _ in range(settings.epochs):
        order = list(range(len(lengths)))
        rng.shuffle(order)
        for start in range(0, len(order), settings.window):
            rows = sorted(order[start : start + settings.window], key=lambda i: lengths[i])
            cut: list[list[int]] = []
            current: list[int] = []
            for row in rows:
                if current and lengths[row] * (len(current) + 1) > settings.batch_tokens:
                    cut.append(current)
                    current = []
                current.append(row)
            cut.append(current)
            rng.shuffle(cut)
            plan += cut
    return plan


def rate(step: int, steps: int, settings: Settings) -> float:
    """The share of the learning rate at a step: up, level, down."""
    warm = max(1, int(steps * settings.warmup))
    fall = max(1, int(steps * settings.cooldown))
    return min(1.0, (step + 1) / warm, (steps - step) / fall)


def collate(data: Encoded, rows: Sequence[int], pad: int, device: torch.device) -> dict[str, Any]:
    """One padded batch on the device."""
    width = max(len(data.ids[i]) for i in rows)
    ids = np.full((len(rows), width), pad, dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    kinds = np.zeros((len(rows), width), dtype=np.int64)
    for at, i in enumerate(rows):
        size = len(data.ids[i])
        ids[at, :size], mask[at, :size] = data.ids[i], 1
        if data.segments:
            kinds[at, :size] = data.segments[i]
    batch = {"input_ids": ids, "attention_mask": mask}
    if data.segments:
        batch["token_type_ids"] = kinds
    return {name: to_device(array, device) for name, array in batch.items()}


def dtype_name(device: torch.device, dtype: str = "auto") -> str:
    """``auto`` as what it means on a device: bfloat16 where that multiplies it, float32 elsewhere,
    where bf16 would be emulated.
    """
    if dtype != "auto":
        return dtype
    return "bfloat16" if has_bf16(device) else "float32"


def autocast(device: torch.device, dtype: str = "auto") -> torch.autocast:
    """The dtype of a recipe's settings as a context; float32 is none at all."""
    name = dtype_name(device, dtype)
    return torch.autocast(device.type, getattr(torch, name), enabled=name != "float32")


def fit(
    model: Any,
    data: Encoded,
    settings: Settings,
    *,
    seed: int,
    pad: int,
    folder: Path,
    log: Callable[[str], None],
    loss_of: Loss | None = None,
) -> None:
    """Train ``model`` in place. A checkpoint in ``folder`` is taken up where it stands.

    The last one stays, so that a kill before the weights are written loses nothing: whoever has
    written them calls :func:`forget`.
    """
    device = next(model.parameters()).device
    torch.manual_seed(seed)
    _freeze(model.base_model, settings)
    decay: list[torch.nn.Parameter] = []
    plain: list[torch.nn.Parameter] = []
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            (plain if weight.ndim < 2 or "LayerNorm" in name else decay).append(weight)
    optimizer = torch.optim.AdamW(
        [
            {"params": decay, "weight_decay": settings.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ],
        lr=settings.lr,
        fused=True,
    )
    plan = batches([len(row) for row in data.ids], settings, seed)
    plan = plan[: settings.steps]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: rate(step, len(plan), settings)
    )
    file = folder / CHECKPOINT
    first = _resume(file, model, optimizer, schedule)
    if first:
        log(f"going on at step {first} of {len(plan)}")
    judge = loss_of or class_loss(data.labels, settings.label_smoothing)
    computing = autocast(device, settings.dtype)
    watch = _Watch(first, len(plan), device, log)
    saved = time.monotonic()
    model.train()
    for step in range(first, len(plan)):
        rows = plan[step]
        with computing, fused_attention(device):
            loss = judge(model(**collate(data, rows, pad, device)).logits.float(), rows)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        watch.saw(loss.detach(), norm, rows, sum(len(data.ids[i]) for i in rows))
        if watch.due() or step + 1 == len(plan):
            watch.report()
        if time.monotonic() - saved > settings.checkpoint_minutes * 60:
            watch.report()
            _save(file, model, optimizer, schedule, step + 1)
            saved = time.monotonic()
    model.eval()
    if first < len(plan):
        _save(file, model, optimizer, schedule, len(plan))


def forget(folder: Path) -> None:
    """Remove the checkpoint of a run whose weights are written."""
    (folder / CHECKPOINT).unlink(missing_ok=True)


class _Watch:
    """The loss of the steps since it was last reported, kept on the device until then."""

    def __init__(
        self, first: int, steps: int, device: torch.device, log: Callable[[str], None]
    ) -> None:
        self.first, self.step, self.steps, self.log = first, first, steps, log
        self.total, self.norms = torch.zeros(2, device=device)
        self.started = self.reported = time.monotonic()
        self.rows = self.tokens = 0

    def saw(self, loss: torch.Tensor, norm: torch.Tensor, rows: Sequence[int], tokens: int) -> None:
        self.total = self.total + loss * len(rows)
        self.norms = self.norms + norm
        self.step, self.rows, self.tokens = (
            self.step + 1,
            self.rows + len(rows),
            self.tokens + tokens,
        )

    def due(self) -> bool:
        return time.monotonic() - self.reported > REPORT_SECONDS

    def report(self) -> None:
        """Say how it goes. Raises ModelError where a loss or a gradient was no number: what was
        learned since the last report is then worth nothing, and no checkpoint may hold it.
        """
        if not self.rows:
            return
        total, norms = torch.stack([self.total, self.norms]).tolist()
        if not (math.isfinite(total) and math.isfinite(norms)):
            raise ModelError(
                f"loss {total} and gradients {norms} before step {self.step}; lower lr, and start "
                "from the last checkpoint with the same command"
            )
        self.reported = time.monotonic()
        passed = self.reported - self.started
        left = passed / (self.step - self.first) * (self.steps - self.step)
        self.log(
            f"step {self.step}/{self.steps} loss {total / self.rows:.4f} "
            f"{self.tokens / passed:.0f} tokens/s, {left / 60:.1f} min left"
        )
        self.total, self.norms = self.total * 0, self.norms * 0
        self.rows = 0


def _freeze(encoder: Any, settings: Settings) -> None:
    """Keep the embeddings and the lowest layers as they are, where the settings say so.

    Raises ModelError for an encoder that has them elsewhere than BERT.
    """
    if settings.freeze_embeddings:
        if not hasattr(encoder, "embeddings"):
            raise ModelError(
                f"the embeddings of {type(encoder).__name__} cannot be frozen; set "
                "freeze_embeddings = false"
            )
        encoder.embeddings.requires_grad_(False)
    if settings.freeze_layers:
        layers = getattr(getattr(encoder, "encoder", None), "layer", None)
        if layers is None:
            raise ModelError(
                f"single layers of {type(encoder).__name__} cannot be frozen; set "
                "freeze_layers = 0, or start from BERT, RoBERTa, MPNet, DeBERTa or ELECTRA"
            )
        for layer in layers[: settings.freeze_layers]:
            layer.requires_grad_(False)
        # Relative positions (MPNet, DeBERTa) enter every layer: their gradient alone would lead
        # back through the frozen ones: with half of them frozen a fifth of a step's operations.
        for name, part in encoder.encoder.named_children():
            if name != "layer":
                part.requires_grad_(False)


def class_loss(labels: Sequence[int], smoothing: float) -> Loss:
    """Cross entropy of one label per row."""
    targets = np.asarray(labels, dtype=np.int64)

    def loss(logits: torch.Tensor, rows: Sequence[int]) -> torch.Tensor:
        gold = to_device(targets[list(rows)], logits.device)
        return torch.nn.functional.cross_entropy(logits, gold, label_smoothing=smoothing)

    return loss


def _save(file: Path, model: Any, optimizer: Any, schedule: Any, step: int) -> None:
    """Write beside and replace, so that a kill leaves the older checkpoint whole."""
    part = file.with_suffix(".part")
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "random": torch.get_rng_state(),
        "step": step,
    }
    if torch.cuda.is_available():
        state["random_cuda"] = torch.cuda.get_rng_state_all()
    torch.save(state, part)
    part.replace(file)


def _resume(file: Path, model: Any, optimizer: Any, schedule: Any) -> int:
    if not file.is_file():
        return 0
    state = torch.load(file, weights_only=True, map_location="cpu")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    torch.set_rng_state(state["random"])
    if "random_cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["random_cuda"])
    return int(state["step"])


@torch.inference_mode()
def logits(model: Any, data: Encoded, pad: int, batch_tokens: int = 4096) -> np.ndarray[Any, Any]:
    """Logits of all rows, in order, float32 ``(n, labels)``; for evaluation during training."""
    device = next(model.parameters()).device
    settings = Settings(batch_tokens=batch_tokens, window=1 << 30)
    plan = batches([len(row) for row in data.ids], settings, 0)
    out = np.zeros((len(data.ids), model.config.num_labels), dtype=np.float32)
    model.eval()
    with autocast(device), fused_attention(device):
        found = [model(**collate(data, rows, pad, device)).logits.float() for rows in plan]
    for rows, values in zip(plan, found, strict=True):
        out[rows] = values.cpu().numpy()
    return out


def write_json(path: Path, content: object) -> None:
    """Indented, sorted by nothing, ends with a newline."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
