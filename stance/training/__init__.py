"""Recipes that made the shipped weights, and fine-tuning on your own labels.

>>> from stance.training.recipe import read_recipe   # doctest: +SKIP
>>> train(read_recipe("models/small/recipe.toml"), data="data", out="out/small")  # doctest: +SKIP
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.errors import InputError, ModelError, UsageError
from stance.training.recipe import Recipe, read_recipe

if TYPE_CHECKING:
    import torch

    from stance.training.sources import Example

__all__ = ["read_recipe", "train"]

LABELS = ("entailment", "neutral", "contradiction")
Log = Callable[[str], None]


def train(
    recipe: Recipe,
    data: str | Path,
    out: str | Path,
    *,
    init: str | None = None,
    device: str = "cpu",
    minutes: float | None = None,
    overwrite: bool = False,
    log: Log | None = None,
) -> Path:
    """Make a pair model (entailment, neutral, contradiction) by a recipe.

    ``init`` (or the recipe's) is a folder, a shipped model, an installed package that carries
    weights, or ``org/name@revision`` of the hub. Progress goes to ``out/train.log`` and to ``log``;
    a run that was killed goes on from its checkpoint, and a finished one is left as it is. Of a
    recipe with several ``seeds``, no run is started that would not end within ``minutes``. Returns
    the folder, which ``AutoModelForSequenceClassification`` loads. Raises InputError for data that
    cannot be read, ModelError for an encoder that cannot be found or frozen as the recipe says,
    UsageError where ``out`` holds another model (unless ``overwrite``).
    """
    from stance.inference.options import device_name, pick_device
    from stance.models import find_model
    from stance.training import evaluation, loop, runs, teacher

    began = time.monotonic()
    where = pick_device(device)
    named = init or recipe.init
    start = encoder_path(named)
    if _on_hub(named):  # a snapshot's folder is named by its commit
        named = f"{named.partition('@')[0]}@{Path(start).name}"
    recipe = replace(recipe, init=named)
    out, data = Path(out), Path(data)
    out.mkdir(parents=True, exist_ok=True)
    say = _logger(out / "train.log", log)
    examples = mix(recipe, data, say)
    sets = evaluation.dev_sets(recipe, data)
    pairs = [(row.premise, row.hypothesis) for row in examples]
    taught_by = teacher.identity(recipe.distil) if recipe.distil else ""
    stamp = _stamp(replace(recipe, text="", name="", dev=()), start, examples, taught_by)
    held = _rows_digest([row for rows in sets.values() for row in rows])
    made_from = hashlib.sha256(f"{stamp}{recipe.name}{recipe.dev}{held}".encode()).hexdigest()[:32]
    kept = out / "runs"
    if finished(out, made_from, kept, start, overwrite=overwrite):
        say(f"{out} was made by this recipe from these data; nothing to do")
        return out
    soft = None
    if recipe.distil:
        known = recipe.distil
        soft = teacher.soft_labels(
            known.teacher, pairs, out / "soft", device=device, dtype=known.dtype, log=say
        )
    model, tokenizer, order = new_model(start, recipe, recipe.seed, where)
    labels = [order[row.label] if row.label >= 0 else row.label for row in examples]
    encoded = loop.encode(tokenizer, pairs, labels, recipe.train.max_length)
    dtype = loop.dtype_name(where, recipe.train.dtype)
    say(f"{len(pairs)} pairs, {sum(map(len, encoded.ids))} tokens; {device_name(where)}, {dtype}")
    loss_of = None
    if recipe.distil and soft is not None:
        columns = [order.index(i) for i in range(3)]  # the teacher's, as this head has them
        loss_of = teacher.distilled_loss(
            labels, soft[:, columns], recipe.distil, recipe.train.label_smoothing
        )

    def one(seed: int, folder: Path) -> dict[str, torch.Tensor]:
        model, _, _ = new_model(start, recipe, seed, where)
        loop.fit(
            model,
            encoded,
            recipe.train,
            seed=seed,
            pad=tokenizer.pad_token_id,
            folder=folder,
            log=say,
            loss_of=loss_of,
        )
        state: dict[str, torch.Tensor] = model.state_dict()
        return state

    files = runs.train_runs(
        recipe.seeds or (recipe.seed,),
        one,
        kept / stamp,
        log=say,
        until=None if minutes is None else began + 60 * minutes,
    )
    model.load_state_dict(runs.mean_weights(files))
    save(model, tokenizer, out)
    more = {"seeds": [int(file.stem) for file in files], "made_from": made_from}
    if recipe.distil:
        more["teacher_sha256"] = find_model(recipe.distil.teacher).sha256
    finish(recipe, data, out, device=device, sets=sets, more=more, log=say)
    shutil.rmtree(kept, ignore_errors=True)
    return out


def mix(recipe: Recipe, data: Path, log: Log) -> list[Example]:
    """All pairs of a recipe in the order its seed gives, those for the teacher alone among them."""
    from stance.training import sources

    examples = []
    for source in (*recipe.sources, *recipe.unlabelled):
        rows = sources.load(source, data, recipe.seed)
        counts = Counter(LABELS[row.label] if row.label >= 0 else "unlabelled" for row in rows)
        log(f"{source.file or source.kind} [{source.kind}]: {dict(sorted(counts.items()))}")
        examples += rows
    if not examples:
        raise InputError("the recipe's sources hold no pair; check --data and the files")
    random.Random(recipe.seed).shuffle(examples)
    return examples


def new_model(
    start: str, recipe: Recipe, seed: int, device: torch.device
) -> tuple[Any, Any, tuple[int, ...]]:
    """Encoder and head to train, the tokenizer, and which output is which of our labels.

    A checkpoint that is a 3-way pair model already keeps its head and the order of its labels;
    any other gets a new head, drawn with the seed.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    from stance.inference.backends import quiet_loading
    from stance.inference.heads import read_head

    config = AutoConfig.from_pretrained(start)
    try:
        order = read_head(config.id2label, {}).order
    except ModelError:
        order = (0, 1, 2)
        config.num_labels = 3
        config.id2label = dict(enumerate(LABELS))
        config.label2id = {name: i for i, name in enumerate(LABELS)}
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
        if hasattr(config, name):
            setattr(config, name, recipe.train.dropout)
    torch.manual_seed(seed)
    with quiet_loading():
        model: Any = AutoModelForSequenceClassification.from_pretrained(
            start,
            config=config,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,
            # On a CPU the fused attention's backward pass takes a third of a step, the plain one's
            # a tenth. On a GPU transformers takes the fused one, where the class has it: MPNet
            # has not.
            attn_implementation="eager" if device.type == "cpu" else None,
        )
    return model.to(device), AutoTokenizer.from_pretrained(start), order


def finish(
    recipe: Recipe,
    data: str | Path,
    out: Path,
    *,
    device: str = "cpu",
    sets: Mapping[str, Sequence[Example]] | None = None,
    more: Mapping[str, Any] | None = None,
    log: Log = print,
) -> Path:
    """Calibrate and measure the model in ``out`` on the recipe's dev sets; write its card.

    ``card.json`` has the checksum, the calibration that scoring uses, and what ``more`` says;
    ``eval.json`` the figures on the half of the dev rows that the calibration has not seen.
    ``sets`` are the dev rows, where they have been read already. Licence and languages are those
    of the recipe, or of the card of the model it starts from; else the card has none.
    """
    from stance.inference.options import pick_device
    from stance.models import CARD, loadable, weights_sha256
    from stance.training import evaluation
    from stance.training.loop import write_json

    (out / "recipe.toml").write_text(recipe.text, encoding="utf-8")
    if sets is None:
        sets = evaluation.dev_sets(recipe, Path(data))
    calibration, figures = evaluation.calibrate_and_measure(
        recipe, sets, loadable(out), pick_device(device), log
    )
    card: dict[str, Any] = {
        "name": recipe.name,
        "head": "pair",
        "init": recipe.init,
        **terms(recipe),
        "sha256": weights_sha256(out),
    }
    if calibration:
        card["calibration"] = calibration
    if figures:
        write_json(out / "eval.json", figures)
    write_json(out / CARD, card | dict(more or {}))
    return out


def terms(recipe: Recipe) -> dict[str, Any]:
    """Licence and languages for the card of a model made by ``recipe``, as far as they are known.

    >>> from stance.training.recipe import Settings
    >>> terms(Recipe("mine", "no-such-encoder", 0, Settings(), (), (), "", languages=("de",)))
    {'languages': ['de']}
    """
    from stance.models import find_model

    try:
        ref = find_model(recipe.init)
        told = {"licence": ref.card.get("licence"), "languages": list(ref.languages)}
    except ModelError:  # a package, a folder that has moved since
        told = {}
    told |= {"licence": recipe.licence} if recipe.licence else {}
    told |= {"languages": list(recipe.languages)} if recipe.languages else {}
    return {key: value for key, value in told.items() if value}


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """Write fp16 safetensors, config and tokenizer."""
    import torch

    from stance.inference.backends import quiet_loading

    with quiet_loading():
        model.to(torch.float16).save_pretrained(out)
    tokenizer.save_pretrained(out)


def encoder_path(init: str) -> str:
    """The folder of an encoder: a given one, that of a shipped model, of a package, or of the hub.

    A hub id is ``org/name@revision`` and is fetched. Raises ModelError where there is no such
    encoder, or where a hub id has no revision.
    """
    if not init:
        raise ModelError("no encoder to start from; set 'init' in the recipe or give --init")
    from stance.models import data_folder, find_model, loadable

    if Path(init).is_dir():
        return str(loadable(Path(init)))
    if init == "default" or (data_folder("models") / init / "config.json").is_file():
        return str(find_model(init).path)
    if "/" not in init:
        spec = importlib.util.find_spec(init.replace("-", "_"))
        if spec is None or spec.origin is None:
            raise ModelError(
                f"the encoder '{init}' is no folder, no shipped model and no installed package; "
                f"install it (pip install {init}) or give --init a folder or org/name@revision"
            )
        found = sorted(Path(spec.origin).parent.rglob("config.json"), key=lambda p: len(p.parts))
        for config in found:
            if list(config.parent.glob("*.safetensors")) + list(config.parent.glob("*.bin")):
                return str(config.parent)
        raise ModelError(f"the package '{init}' carries no weights")
    return str(find_model(init).path)


def _on_hub(init: str) -> bool:
    return "/" in init and not Path(init).is_dir()


def _stamp(recipe: Recipe, start: str, examples: Sequence[Example], taught_by: str) -> str:
    """A checksum of what decides a run's weights: settings, encoder, teacher, pairs in order."""
    from stance.packing import files_sha256, weight_files

    encoder = files_sha256(weight_files(Path(start))) if Path(start).is_dir() else start
    told = f"{recipe}{encoder}{taught_by}{_rows_digest(examples)}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _rows_digest(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for row in examples:
        digest.update(json.dumps((row.premise, row.hypothesis, row.label)).encode())
    return digest.hexdigest()


def finished(out: Path, made_from: str, kept: Path, start: str, *, overwrite: bool) -> bool:
    """Whether ``out`` is this very model already; of any head, with its runs in ``kept``.

    Raises UsageError where it is another one. With ``overwrite`` that one is removed, unless it is
    the model to ``start`` from.
    """
    from stance.models import CARD
    from stance.packing import LIST

    if (out / CARD).is_file():
        card = json.loads((out / CARD).read_text(encoding="utf-8"))
        if card.get("made_from") == made_from:
            return True
    elif kept.is_dir() or not (out / "config.json").is_file():
        return False
    if not overwrite:
        raise UsageError(
            f"{out} holds a model that was not made by this recipe from these data; give another "
            "folder, or --overwrite"
        )
    if Path(start).resolve() == out.resolve():
        raise UsageError(f"{out} is the model to start from; give another folder to write")
    for name in (CARD, LIST, "eval.json", "sentences.json", "*.safetensors"):
        for file in out.glob(name):
            file.unlink()
    return False


def _logger(path: Path, more: Log | None) -> Log:
    """Lines to a file with the time, and to ``more`` as they are."""

    def log(line: str) -> None:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")
        if more:
            more(line)

    return log
