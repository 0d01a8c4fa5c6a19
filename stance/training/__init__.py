"""Recipes that made the shipped weights, and fine-tuning on your own labels.

>>> from stance.training.recipe import read_recipe   # doctest: +SKIP
>>> train(read_recipe("models/small/recipe.toml"), data="data", out="out/small")  # doctest: +SKIP
"""

from __future__ import annotations

import importlib.util
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stance.errors import ModelError
from stance.training.recipe import Recipe, read_recipe

__all__ = ["read_recipe", "train"]

ID2LABEL = {0: "entailment", 1: "neutral", 2: "contradiction"}


def train(
    recipe: Recipe,
    data: str | Path,
    out: str | Path,
    *,
    init: str | None = None,
    device: str = "cpu",
    log: Callable[[str], None] | None = None,
) -> Path:
    """Make a pair model (entailment, neutral, contradiction) by a recipe.

    ``init`` (or the recipe's) is a folder, an installed package that carries weights, or a hub
    id. Progress goes to ``out/train.log``; a run that was killed goes on from its checkpoint.
    Returns the folder, which ``AutoModelForSequenceClassification`` loads. Raises InputError for
    data that cannot be read, ModelError for an encoder that cannot be found.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    from stance.training import loop, sources

    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    say = log or _file_log(out / "train.log")
    examples = []
    for source in recipe.sources:
        rows = sources.load(source, Path(data), recipe.seed)
        counts = Counter(ID2LABEL[row.label] for row in rows)
        say(f"{source.file or source.kind} [{source.kind}]: {dict(sorted(counts.items()))}")
        examples += rows
    random.Random(recipe.seed).shuffle(examples)
    start = encoder_path(init or recipe.init)
    tokenizer: Any = AutoTokenizer.from_pretrained(start)
    torch.manual_seed(recipe.seed)
    config = AutoConfig.from_pretrained(
        start, num_labels=3, id2label=ID2LABEL, label2id={name: i for i, name in ID2LABEL.items()}
    )
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
        if hasattr(config, name):
            setattr(config, name, recipe.train.dropout)
    model: Any = AutoModelForSequenceClassification.from_pretrained(
        start,
        config=config,
        dtype=torch.float32,
        ignore_mismatched_sizes=True,
        # the fused attention's backward pass takes a third of a step on a CPU; eager a tenth
        attn_implementation="eager" if device == "cpu" else "sdpa",
    ).to(device)
    encoded = loop.encode(
        tokenizer,
        [(row.premise, row.hypothesis) for row in examples],
        [row.label for row in examples],
        recipe.train.max_length,
    )
    say(f"{len(examples)} examples, {sum(map(len, encoded.ids))} tokens")
    loop.fit(
        model,
        encoded,
        recipe.train,
        seed=recipe.seed,
        pad=tokenizer.pad_token_id,
        folder=out,
        log=say,
    )
    save(model, tokenizer, out)
    return finish(recipe, data, out, log=say)


def finish(
    recipe: Recipe, data: str | Path, out: Path, *, log: Callable[[str], None] = print
) -> Path:
    """Calibrate and measure the model in ``out`` on the recipe's dev sets; write its card.

    ``card.json`` has the checksum and the calibration that scoring uses, ``eval.json`` the
    figures on the half of the dev rows that the calibration has not seen.
    """
    from stance.models import CARD, loadable, weights_sha256
    from stance.training.evaluation import calibrate_and_measure
    from stance.training.loop import write_json

    (out / "recipe.toml").write_text(recipe.text, encoding="utf-8")
    calibration, figures = calibrate_and_measure(recipe, Path(data), loadable(out), log)
    card: dict[str, Any] = {
        "name": recipe.name,
        "head": "pair",
        "init": recipe.init,
        "licence": "Apache-2.0",
        "languages": ["en"],
        "sha256": weights_sha256(out),
    }
    if calibration:
        card["calibration"] = calibration
        write_json(out / "eval.json", figures)
    write_json(out / CARD, card)
    return out


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """Write fp16 safetensors, config and tokenizer."""
    import torch

    model.to(torch.float16).save_pretrained(out)
    tokenizer.save_pretrained(out)


def encoder_path(init: str) -> str:
    """Where the encoder's files are: a folder, inside an installed package, or a hub id as given.

    >>> encoder_path("some-org/some-encoder")
    'some-org/some-encoder'
    """
    if not init:
        raise ModelError("no encoder to start from; set 'init' in the recipe or give --init")
    if Path(init).is_dir():
        return init
    if "/" not in init:
        spec = importlib.util.find_spec(init.replace("-", "_"))
        if spec is None or spec.origin is None:
            raise ModelError(
                f"the encoder '{init}' is neither a folder nor an installed package; "
                f"install it (pip install {init}) or give --init a folder or a hub id"
            )
        found = sorted(Path(spec.origin).parent.rglob("config.json"), key=lambda p: len(p.parts))
        for config in found:
            if list(config.parent.glob("*.safetensors")) + list(config.parent.glob("*.bin")):
                return str(config.parent)
        raise ModelError(f"the package '{init}' carries no weights")
    return init


def _file_log(path: Path) -> Callable[[str], None]:
    def log(line: str) -> None:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")

    return log
