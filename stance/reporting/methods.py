"""The methods box: what run.json records, the telling part by name and the rest as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stance.reporting.phrases import shorten, visible

_FACTS = (
    ("Model", ("model.name", "model.model", "model")),
    ("Revision", ("model.revision",)),
    ("Weights, SHA-256", ("model.sha256", "model_sha256", "sha256")),
    ("Calibration", ("calibration.name", "calibration", "model.calibration")),
    ("Device", ("device.name", "device", "device.type")),
    ("Backend", ("backend.name", "backend")),
    ("Number type", ("dtype",)),
    ("stance", ("versions.stance", "versions.stance-tracker", "version")),
    ("PyTorch", ("versions.torch",)),
    ("Transformers", ("versions.transformers",)),
    ("Python", ("versions.python",)),
    ("Threads", ("model.threads", "threads")),
    ("Longest input, tokens", ("model.max_length",)),
    ("Pairs scored", ("counts.pairs", "counts.scored", "counts.unique_pairs")),
    ("Shifts", ("shift_tests.summary",)),
    ("Command", ("command",)),
)
_LONGEST = 400  # characters of one value; run.json itself has the whole


def facts(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The settings a reader asks for first, those of them that run.json has.

    >>> facts({"device": "cpu", "model": {"name": "default"}})
    [('Model', 'default'), ('Device', 'cpu')]
    """
    flat = dict(flatten(run))
    found = []
    for label, keys in _FACTS:
        value = next((flat[key] for key in keys if flat.get(key)), None)
        if value:
            found.append((label, value))
    laps = run.get("seconds")
    if isinstance(laps, Mapping):
        spent = [lap for lap in laps.values() if isinstance(lap, int | float)]
        found.append(("Seconds", f"{sum(spent):.1f}"))
    return found


def flatten(run: Mapping[str, Any], skip: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Every value of run.json under its dotted name, as text.

    >>> flatten({"counts": {"claims": 2}, "argv": ["a", "b"]})
    [('counts.claims', '2'), ('argv', 'a b')]
    """
    rest = {key: value for key, value in run.items() if key not in skip}
    return [(visible(name), shorten(visible(text), _LONGEST)) for name, text in _leaves(rest, "")]


def _leaves(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{name}.{number}")
    elif isinstance(value, list):
        yield name, " ".join(map(str, value))
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    elif value is not None:
        yield name, str(value)
