"""Training of the token head: holder, cue and content of every token, from annotated articles.

    python -m stance.training.tokens models/small/tokens/recipe.toml out/tokens --data data

A recipe's sources of kind ``attributions`` are articles as JSON Lines: ``id, text, source, date,
title`` and ``attributions``, each with lists of spans ``source``, ``cue`` and ``content`` (so comes
PolNeAR, Newell, Margolin and Ruths, LREC 2018). Nine in ten articles train the head; on the rest
it is put beside the rules, and what each of the two is worth is fitted and kept in its card.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from stance.attribution import Tagged, rule_finds
from stance.dates import parse_date
from stance.errors import InputError, StanceError
from stance.inference.opinions import combined, decode, features
from stance.inference.tagger import ROLES, STATES, TokenHead, windows
from stance.training.metrics import calibration_error
from stance.training.recipe import Recipe, Source, read_recipe
from stance.types import Document

Row = Mapping[str, Any]
Range = tuple[int, int]
Log = Callable[[str], None]
IGNORED = -100
HELD_OUT = 10
"""One article in so many is kept back to fit how rules and head are weighed."""
DROP_BELOW = (0.0, 0.1, 0.2, 0.3)
ADD_FROM = (0.4, 0.5, 0.6, 0.7, 0.8, 1.01)
"""Thresholds that are tried. The rules hold for house styles that no annotated article has, so the
head drops only what it is sure of; below 0.4, what it adds on other topics is mostly scraps."""
_GOLD = {"holder": "source", "cue": "cue", "content": "content"}


def train(
    recipe: Recipe,
    data: str | Path,
    out: str | Path,
    *,
    init: str | None = None,
    device: str = "cpu",
    overwrite: bool = False,
    log: Log = print,
) -> Path:
    """Make a token head by a recipe; a run that was killed goes on from its checkpoint, and a
    finished one is left as it is.

    ``out`` holds the weights as trained, ``out/packed`` what is shipped: int8, card, figures.
    Returns the latter. Raises InputError for a recipe without readable articles, ModelError for
    an encoder that cannot be found, UsageError where ``out`` holds another model (unless
    ``overwrite``).
    """
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    from stance.inference.options import pick_device
    from stance.inference.tokens import fast_tokenizer
    from stance.training import encoder_path, finished, loop

    out, where = Path(out), pick_device(device)
    recipe = replace(recipe, init=init or recipe.init)
    told = articles(recipe.sources, Path(data))
    start = encoder_path(recipe.init)
    made_from, runs = _stamp(recipe, Path(start), told), out / "runs"
    if finished(out, made_from, runs, start, overwrite=overwrite):
        log(f"{out} was made by this recipe from these articles; nothing to do")
        return out / "packed"
    kept = runs / made_from
    kept.mkdir(parents=True, exist_ok=True)
    rows = [row for row in told if not held_out(row)]
    tokenizer: Any = AutoTokenizer.from_pretrained(start)
    torch.manual_seed(recipe.seed)
    names = [f"{role}-{state}" for role in ROLES for state in "OBI"]
    model: Any = AutoModelForTokenClassification.from_pretrained(
        start,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={name: k for k, name in enumerate(names)},
        dtype=torch.float32,
        attn_implementation="eager" if where.type == "cpu" else None,
    ).to(where)
    encoded, targets = encode(rows, fast_tokenizer(tokenizer), recipe.train.max_length)
    log(f"{len(rows)} articles, {len(targets)} windows, {sum(map(len, targets))} tokens")
    loss = torch.nn.CrossEntropyLoss(ignore_index=IGNORED)

    def loss_of(logits: torch.Tensor, batch: Sequence[int]) -> torch.Tensor:
        gold = np.full((*logits.shape[:2], len(ROLES)), IGNORED, dtype=np.int64)
        for at, row in enumerate(batch):
            gold[at, : len(targets[row])] = targets[row]
        flat = torch.from_numpy(gold.reshape(-1)).to(logits.device)
        value: torch.Tensor = loss(logits.reshape(-1, STATES), flat)
        return value

    settings = recipe.train
    pad = int(tokenizer.pad_token_id)
    loop.fit(
        model, encoded, settings, seed=recipe.seed, pad=pad, folder=kept, log=log, loss_of=loss_of
    )
    model.to(torch.float16).save_pretrained(out)
    tokenizer.save_pretrained(out)
    packed = finish(recipe, data, out, more={"made_from": made_from}, log=log)
    shutil.rmtree(runs)
    return packed


def _stamp(recipe: Recipe, start: Path, rows: Sequence[Row]) -> str:
    """A checksum of what a head is made from: settings, encoder and articles."""
    from stance.packing import files_sha256, weight_files

    encoder = files_sha256(weight_files(start))
    told = f"{replace(recipe, text='', dev=())}{encoder}{json.dumps(rows)}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def finish(
    recipe: Recipe,
    data: str | Path,
    out: Path,
    *,
    more: Mapping[str, Any] | None = None,
    log: Log = print,
) -> Path:
    """Pack a trained head and weigh it against the rules, on what users run: the packed weights.

    The cards say what ``more`` says; that of ``out`` is written last, as a sign that all is there.
    """
    from stance.models import CARD, weights_sha256
    from stance.packing import pack
    from stance.training import terms
    from stance.training.loop import write_json

    (out / "recipe.toml").write_text(recipe.text, encoding="utf-8")
    card: dict[str, Any] = {
        "name": recipe.name,
        "head": "tokens",
        "init": recipe.init,
        **terms(recipe),
        "window": recipe.train.max_length,
    }
    packed = pack(out, out / "packed")
    card["sha256"] = weights_sha256(packed)
    write_json(packed / CARD, card)
    apart = [row for row in articles(recipe.sources, Path(data)) if held_out(row)]
    weighed, figures = weigh(apart, TokenHead.load(packed))
    card |= dict(more or {})
    write_json(packed / CARD, card | {"combine": weighed})
    write_json(packed / "eval.json", figures)
    write_json(out / CARD, card)
    log(f"rules and head on {len(apart)} articles kept back: {json.dumps(figures)}")
    return packed


def articles(sources: Sequence[Source], data: Path) -> list[dict[str, Any]]:
    """The annotated articles of a recipe's sources, at most ``per_label`` of each."""
    found: list[dict[str, Any]] = []
    for source in sources:
        path = data / source.file
        if not path.is_file():
            raise InputError("no such file; give its folder as --data", file=str(path))
        raw = path.read_bytes()
        plain = gzip.decompress(raw) if path.suffix == ".gz" else raw
        rows = [json.loads(line) for line in plain.splitlines() if line]
        found += rows[: source.per_label]
    return found


def held_out(row: Row) -> bool:
    """Whether an article is kept back from training, by a hash of its id."""
    digest = hashlib.sha256(str(row["id"]).encode()).digest()
    return int.from_bytes(digest[:4], "big") % HELD_OUT == 0


def encode(rows: Sequence[Row], tokenizer: Any, limit: int) -> tuple[Any, list[NDArray[np.int64]]]:
    """Windows of all articles as the loop reads them, and (tokens, roles) states of each."""
    from stance.training.loop import Encoded

    ids, types, targets = [], [], []
    for row in rows:
        marks = states(row)
        for window in windows(str(row["text"]), tokenizer, limit):
            ids.append(window.ids)
            types.append(window.types)
            targets.append(token_states(marks, window.offsets))
    return Encoded(ids, types, [0] * len(ids)), targets


def states(row: Row) -> NDArray[np.int8]:
    """For every character and role: outside 0, begins 1, continues 2. Inner spans win."""
    marks = np.zeros((len(row["text"]), len(ROLES)), dtype=np.int8)
    for k, role in enumerate(ROLES):
        spans = [s for one in row["attributions"] for s in one.get(_GOLD[role], [])]
        for span in sorted(spans, key=lambda s: s["start"] - s["end"]):
            marks[span["start"] : span["end"], k] = 2
            marks[span["start"], k] = 1
    return marks


def token_states(marks: NDArray[np.int8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """States of the tokens at character ``offsets``; special tokens are ignored by the loss."""
    found = np.full((len(offsets), len(ROLES)), IGNORED, dtype=np.int64)
    real = offsets[:, 0] >= 0
    found[real] = marks[offsets[real, 0]]
    return found


def confirmed(row: Row, one: Tagged) -> bool:
    """Whether gold agrees: over half the content is gold content, and an attribution it meets has
    a holder that its own holder touches, where it names one."""
    size = sum(b - a for a, b in one.content)
    gold = [
        ([(s["start"], s["end"]) for s in g.get("content", [])], g.get("source", []))
        for g in row["attributions"]
    ]
    marked = np.zeros(len(row["text"]), dtype=bool)
    for content, _ in gold:
        for a, b in content:
            marked[a:b] = True
    if 2 * sum(int(marked[a:b].sum()) for a, b in one.content) <= size:
        return False
    if one.holder is None:
        return True
    return any(
        s["start"] < one.holder[1] and one.holder[0] < s["end"]
        for content, sources in gold
        if any(a < d and c < b for a, b in one.content for c, d in content)
        for s in sources
    )


def weigh(rows: Sequence[Row], head: TokenHead) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a find of the rules and one of the head alone is worth; from where to drop and to add.

    Two logistic regressions over :func:`stance.inference.tagger.features`; the thresholds are
    those with the best F1 of content characters. Returns the weights and the figures; among these
    the calibration error of the head's states, for each role over all tokens.
    """
    from sklearn.linear_model import LogisticRegression

    ruled: list[tuple[list[float], bool]] = []
    headed: list[tuple[list[float], bool]] = []
    cases = []
    told_states, true_states = [], []
    for row in rows:
        text = str(row["text"])
        date = parse_date(str(row["date"])) if row.get("date") else None
        document = Document(str(row["id"]), text, str(row["source"]), date, row.get("title"))
        offsets, probs = head.probabilities(text)
        told_states.append(probs)
        true_states.append(token_states(states(row), offsets))
        finds = rule_finds(document)
        for table, told in ((ruled, finds), (headed, decode(text, offsets, probs))):
            table += [(features(offsets, probs, one), confirmed(row, one)) for one in told]
        theirs = np.zeros(len(text), dtype=bool)
        for attribution in row["attributions"]:
            _mark(theirs, [(s["start"], s["end"]) for s in attribution.get("content", [])])
        cases.append((text, offsets, probs, finds, theirs))
    weights = {}
    for name, table in (("rule", ruled), ("head", headed)):
        x, y = [t for t, _ in table], [ok for _, ok in table]
        if len(set(y)) < 2:
            weights[name] = [0.0, 1.0, 0.0, 0.0, 0.0] if name == "rule" else [-9.0] + [0.0] * 4
            continue
        model = LogisticRegression(fit_intercept=False, C=10.0, max_iter=1000).fit(x, y)
        weights[name] = [round(float(w), 4) for w in model.coef_[0]]
    chosen, figures = _best_thresholds(cases, weights)
    if not rows:
        return chosen, figures
    likely, true = np.concatenate(told_states), np.concatenate(true_states)
    errors = {
        f"{role}_ece": round(calibration_error(likely[:, k], true[:, k].tolist()), 4)
        for k, role in enumerate(ROLES)
    }
    return chosen, figures | errors


def _best_thresholds(
    cases: Sequence[Any], weights: Mapping[str, list[float]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    best: tuple[float, dict[str, Any], dict[str, Any]] | None = None
    for drop in DROP_BELOW:
        for add in ADD_FROM:
            for most in (0.1, 0.3):
                chosen = {**weights, "drop_below": drop, "add_from": add, "most_taken": most}
                figures = _content_f1(cases, chosen)
                if best is None or figures["content_f1"] > best[0]:
                    best = (figures["content_f1"], chosen, figures)
    assert best is not None
    alone = {**weights, "drop_below": 0.0, "add_from": 1.01, "most_taken": 0.1}
    rules = _content_f1(cases, alone)["content_f1"]
    return best[1], {**best[2], "rules_alone_f1": rules}


def _content_f1(cases: Sequence[Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    hits = found = gold = 0
    for text, offsets, probs, ruled, theirs in cases:
        sure, added = combined(text, offsets, probs, ruled, chosen)
        mine = np.zeros(len(text), dtype=bool)
        for one in [rule for rule, p in zip(ruled, sure, strict=True) if p] + added:
            _mark(mine, one.content)
        hits += int((mine & theirs).sum())
        found, gold = found + int(mine.sum()), gold + int(theirs.sum())
    precision, recall = hits / max(1, found), hits / max(1, gold)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {
        "articles": len(cases),
        "content_precision": round(precision, 4),
        "content_recall": round(recall, 4),
        "content_f1": round(f1, 4),
    }


def _mark(marks: NDArray[np.bool_], spans: Iterable[Range]) -> None:
    for a, b in spans:
        marks[a:b] = True


def main(
    recipe: Annotated[Path, typer.Argument(help="recipe.toml of a token head.")],
    out: Annotated[Path, typer.Argument(help="Folder of checkpoint and weights.")],
    data: Annotated[Path, typer.Option("--data", help="Folder of the recipe's files.")] = Path(),
    init: Annotated[str | None, typer.Option("--init", help="Encoder to start from.")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda[:N] or mps.")] = "auto",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace another model in the folder.")
    ] = False,
) -> None:
    """Train a token head; goes on where a killed run stopped."""
    try:
        train(
            read_recipe(recipe),
            data,
            out,
            init=init,
            device=device,
            overwrite=overwrite,
            log=typer.echo,
        )
    except StanceError as error:
        typer.echo(f"tokens: {error}", err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
