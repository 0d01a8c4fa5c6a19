"""Models of the Hugging Face hub that are known to score stance, pinned: names for ``--model``.

The facts are data, ``stance/data/models.toml``. Nothing here loads weights or uses a network.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "models.toml"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the hub. ``parameters`` are millions; ``labels`` is the order of its outputs.

    ``revision`` is the commit that is fetched; ``languages`` are ISO 639 codes.
    """

    name: str
    hub: str
    revision: str
    licence: str
    languages: tuple[str, ...]
    parameters: int
    megabytes: int
    labels: tuple[str, ...]


@cache
def known_models() -> tuple[KnownModel, ...]:
    """All known models, in the order of the file.

    >>> [model.parameters for model in known_models() if model.name == "deberta-v3-large"]
    [435]
    """
    tables = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return tuple(
        KnownModel(
            name=name,
            hub=row["hub"],
            revision=row["revision"],
            licence=row["licence"],
            languages=tuple(row["languages"]),
            parameters=row["parameters"],
            megabytes=row["megabytes"],
            labels=tuple(row["labels"]),
        )
        for name, row in tables.items()
    )


def known_model(text: str) -> KnownModel | None:
    """A known model by its name, or by its hub id without a revision.

    >>> known_model("modernbert-base") is known_model("tasksource/ModernBERT-base-nli")
    True
    >>> known_model("tasksource/ModernBERT-base-nli@main") is None
    True
    """
    return next((model for model in known_models() if text in (model.name, model.hub)), None)
