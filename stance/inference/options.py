"""What a caller may ask for, checked: device, batch size, longest input."""

from __future__ import annotations

from typing import Any

import torch

from stance.errors import UsageError

BATCH_TOKENS = {"cpu": 2_048, "mps": 16_384, "cuda": 65_536}
"""Tokens a batch by device. On a CPU 1,024 to 4,096 are equally fast; the rest is not measured."""


def pick_device(name: str) -> torch.device:
    """``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps`` as a device that is there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
        if name == "cpu" and torch.backends.mps.is_available():
            name = "mps"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UsageError(f"no device '{name}'; give auto, cpu, cuda, cuda:N or mps") from None
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise UsageError(
            f"device '{name}' is not here: {torch.cuda.device_count()} CUDA devices; "
            "give auto or cpu, or see `stance doctor`"
        )
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device 'mps' is not here; give auto or cpu")
    if device.type not in ("cpu", "cuda", "mps"):
        raise UsageError(f"no device '{name}'; give auto, cpu, cuda, cuda:N or mps")
    return device


def batch_budget(asked: int | str, device: torch.device) -> int:
    """Tokens a batch: a number above 0, or what suits the device."""
    if asked == "auto":
        return BATCH_TOKENS[device.type]
    try:
        tokens = int(asked)
    except ValueError:
        tokens = 0
    if tokens < 1:
        raise UsageError(f"batch_tokens is {asked!r}; give a number of tokens above 0, or auto")
    return tokens


def current_threads() -> int:
    """Threads that torch computes with on a CPU."""
    return torch.get_num_threads()


def device_name(device: torch.device) -> str:
    """The device, with the card's name where it has one."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)


def longest_input(config: Any, tokenizer: Any, asked: int | None) -> int:
    """The model's longest input: what its positions and its tokenizer both allow."""
    positions = int(getattr(config, "max_position_embeddings", 0) or 512)
    if config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        positions -= int(config.pad_token_id) + 1  # positions start after the padding index
    limit = min(positions, int(min(tokenizer.model_max_length, 1 << 30)))
    if asked is None:
        return limit
    if not 16 <= asked <= limit:
        raise UsageError(f"max_length is {asked}; this model takes 16 to {limit} tokens")
    return asked
