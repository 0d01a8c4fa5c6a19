"""The methods box: what run.json records, the telling part by name and the rest as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stance.reporting.phrases import shorten, visible

_FACTS = (
    ("Model", ("model.name", "model.model", "model")),
    ("Revision", ("model.revision",)),
    ("Weights, SHA-256", ("model.sha256", "model_sha256", "sha256")),
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
    [('Model', 'default'), ('Calibration', 'none: ...'), ('Device', 'cpu')]
    """
    flat = dict(flatten(run))
    found = []
    for label, keys in _FACTS:
        value = next((flat[key] for key in keys if flat.get(key)), None)
        if value:
            found.append((label, value))
        if label == "Weights, SHA-256" and isinstance(model := run.get("model"), Mapping):
            found.append(("Calibration", visible(_calibration(model.get("calibration")))))
    laps = run.get("seconds")
    if isinstance(laps, Mapping):
        spent = [lap for lap in laps.values() if isinstance(lap, int | float)]
        found.append(("Seconds", f"{sum(spent):.1f}"))
    return found


def untested(run: Mapping[str, Any]) -> list[str]:
    """What this run could not or did not test, in sentences.

    >>> untested({"shift_tests": {"too_short": 3, "series_tested": 1}, "counts": {"undated": 1}})[0]
    '3 of 4 series have too few dated points for a test of the whole series; ...'
    """
    tests, counts = _mapping(run, "shift_tests"), _mapping(run, "counts")
    found = []
    if short := _number(tests, "too_short"):
        found.append(
            f"{short} of {short + _number(tests, 'series_tested')} series have too few dated "
            "points for a test of the whole series; their changes rest on two dates alone."
        )
    if undated := _number(counts, "undated"):
        found.append(f"{undated} undated documents have stances and are on no timeline.")
    if unread := _mapping(run, "abstentions").get("language"):
        found.append(f"{unread} readings are of text in a language that the model does not read.")
    if _mapping(run, "settings").get("coverage") == 1.0:
        found.append("No reading was withheld for being unsure (coverage 1.0).")
    model = _mapping(run, "model")
    if model and not model.get("calibration"):
        found.append(
            "The model’s probabilities are as it gives them: nothing says they are calibrated."
        )
    elif model:
        found.append(
            "The probabilities were calibrated on the data sets named, not on your documents."
        )
    return found


def _calibration(value: object) -> str:
    if not isinstance(value, Mapping):
        return "none: the probabilities are the model’s own"
    if "temperature" not in value:  # of a cascade: one for each of its models
        return "; ".join(f"{name}: {_calibration(inner)}" for name, inner in value.items())
    text = f"temperature {value['temperature']}"
    if isinstance(bias := value.get("bias"), list):
        text += f", biases {', '.join(map(str, bias))} (supports, neutral, refutes)"
    if isinstance(sets := value.get("fitted_on"), list):
        text += f"; fitted on {'; '.join(map(str, sets))}"
    return shorten(text, _LONGEST)


def _mapping(run: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = run.get(name)
    return value if isinstance(value, Mapping) else {}


def _number(values: Mapping[str, Any], name: str) -> int:
    value = values.get(name)
    return value if isinstance(value, int) else 0


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
