"""Dev sets of the user's own: data sets of the hub or a local folder, by name.

``NAME``, ``NAME:SPLIT`` or ``NAME:CONFIG:SPLIT``; the split is ``validation`` or ``test`` unless
given. Columns and labels are recognised by their usual names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.quality_pair_sets import DevSet
from stance.errors import InputError
from stance.training.sources import Example, label_of

TEXTS = ("premise", "text", "sentence1", "evidence", "context", "passage", "tweet", "sentence")
CLAIMS = ("hypothesis", "claim", "target", "sentence2", "topic", "statement")
LABELS = ("label", "stance", "gold_label", "labels")
SPLITS = ("validation", "dev", "validation_matched", "test", "train")
FAVOUR = "I am in favor of {}."


def load(spec: str, most: int | None = None) -> DevSet:
    """The rows of a data set as a dev set without a training half.

    A target of a few words without a verb ("wind farms") becomes a claim in its favour. Raises
    InputError where it cannot be had (no network, no such set), where no column or no label has a
    known name, and where labels are bare numbers, whose order nobody can know.
    """
    name, config, split = _parts(spec)
    rows = _table(name, config, split)
    text, claim, label = (
        _column(spec, rows.column_names, names, what)
        for names, what in ((TEXTS, "text"), (CLAIMS, "claim"), (LABELS, "label"))
    )
    names = getattr(rows.features[label], "names", None)
    if most is not None and len(rows) > most:
        rows = rows.shuffle(seed=7).select(range(most))
    examples, unknown = [], set()
    for row in rows:
        said = _label(row[label], names)
        number = None if said is None else label_of(said)
        if said is not None and number is None:
            unknown.add(said)
        elif number is not None and row[text] and row[claim]:
            examples.append(Example(row[text], _claim(row[claim], claim), number, row[claim]))
    if unknown:
        raise InputError(
            f"labels {sorted(unknown)} are not known; supports, neutral and refutes have names "
            "like entailment, favor, neutral, none, contradiction, against",
            file=spec,
            field=label,
        )
    if len({example.label for example in examples}) < 2:
        raise InputError("fewer than two labels among its rows", file=spec, field=label)
    two_way = not any(example.label == 1 for example in examples)
    return DevSet(spec, examples, two_way, stance=False, seen=False)


def _parts(spec: str) -> tuple[str, str | None, str | None]:
    name, *rest = spec.split(":")
    if len(rest) > 2:
        raise InputError("give NAME, NAME:SPLIT or NAME:CONFIG:SPLIT", file=spec)
    return name, rest[0] if len(rest) == 2 else None, rest[-1] if rest else None


def _table(name: str, config: str | None, split: str | None) -> Any:
    import datasets

    try:
        found = datasets.load_dataset(name, name=config)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        raise InputError(
            f"cannot load this data set: {error}; check its name and the network, or give the "
            "folder of a copy",
            file=name,
        ) from error
    wanted = [split] if split else [s for s in SPLITS if s in found]
    if not wanted or wanted[0] not in found:
        raise InputError(f"no split '{split}'; there are: {', '.join(found)}", file=name)
    return found[wanted[0]]


def _column(spec: str, columns: Sequence[str], names: Sequence[str], what: str) -> str:
    for name in names:
        if name in columns:
            return name
    raise InputError(
        f"no column for the {what} among {list(columns)}; known are {', '.join(names)}", file=spec
    )


def _label(value: Any, names: Sequence[str] | None) -> str | None:
    """The label's name; None for a row without one (-1 or empty, as data sets mark them)."""
    if value is None or value == "" or value == -1 or value == "-":
        return None
    if names is not None and isinstance(value, int):
        return str(names[value])
    if isinstance(value, int) or str(value).isdigit():
        raise InputError(
            f"labels are numbers without names ({value}); give a set whose labels are named"
        )
    return str(value)


def _claim(text: str, column: str) -> str:
    if column in ("target", "topic") and len(text.split()) <= 4:
        return FAVOUR.format(text.strip().rstrip("."))
    return text
