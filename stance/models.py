"""Finding models: name → card → a folder of verified weights.

A name is looked up in this order: a shipped model (``default``, ``small``, ``base``,
``cascade``), a folder on disk, a known model of the hub (:mod:`stance.registry`), a hub id with a
revision (``org/name@revision``). Only the last two may use the network, and only because they
were asked for by name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.errors import ModelError
from stance.packing import (
    files_sha256,
    is_packed,
    packed_sha256,
    unpack,
    weight_counts,
    weight_files,
)
from stance.registry import KnownModel, known_model, known_models

DEFAULT = "base"
CARD = "card.json"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model that can be loaded. ``card`` is its card.json (empty for a foreign model).

    ``sha256`` is the checksum of the weights; ``path`` is a folder that
    ``AutoModelForSequenceClassification`` and ``AutoTokenizer`` load; ``languages`` are ISO 639
    codes, empty where unknown. Of a model that is only listed, ``path`` is where it is shipped.
    ``parts`` are the two models of a cascade, the fast one first; ``path`` is then the second's.
    """

    name: str
    path: Path
    sha256: str
    card: Mapping[str, Any]
    languages: tuple[str, ...]
    parts: tuple[ModelRef, ...] = ()


def data_folder(kind: str) -> Path:
    """The folder of the packaged ``models`` or ``seeds``: in an installed wheel or in a checkout.

    >>> (data_folder("seeds") / "documents.jsonl").is_file()
    True
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "_data" / kind, here.parent / kind):
        if folder.is_dir():
            return folder
    raise ModelError(
        f"the packaged folder '{kind}' is missing from {here}; reinstall stance-tracker"
    )


def list_models() -> list[ModelRef]:
    """The shipped models, the default first; nothing is unpacked."""
    found = [
        _from_folder(folder, folder.name, verify=False)
        for folder in sorted(data_folder("models").iterdir())
        if _is_model(folder)
    ]
    return sorted(found, key=lambda ref: (ref.name != DEFAULT, ref.name))


def model_rows() -> list[dict[str, object]]:
    """What ``stance models`` prints: shipped models first, then the known ones of the hub.

    ``parameters_m`` are millions, ``size_mb`` is what is stored or fetched; ``labels`` are the
    outputs in their order in the weights (scores are always supports, neutral, refutes). A cascade
    counts both its models, and has the labels of the second; ``revision`` begins the commit, or
    the checksum of shipped weights; ``where`` is ``shipped`` or the hub id.

    >>> [row["where"] for row in model_rows() if row["name"] == "base"]
    ['shipped, default']
    """
    rows: list[dict[str, object]] = []
    for ref in list_models():
        folders = [part.path for part in ref.parts] or [ref.path]
        files = [file for folder in folders for file in folder.glob("*.safetensors")]
        values = sum(sum(weight_counts(folder).values()) for folder in folders)
        rows.append(
            {
                "name": ref.name,
                "parameters_m": round(values / 1e6) or None,
                "size_mb": round(sum(file.stat().st_size for file in files) / 1e6) or None,
                "languages": " ".join(ref.languages),
                "licence": ref.card.get("licence"),
                "labels": " ".join(_labels(ref.path)),
                "revision": ref.sha256[:12],
                "where": "shipped, default" if ref.name == DEFAULT else "shipped",
            }
        )
    for model in known_models():
        rows.append(
            {
                "name": model.name,
                "parameters_m": model.parameters,
                "size_mb": model.megabytes,
                "languages": " ".join(model.languages),
                "licence": model.licence,
                "labels": " ".join(model.labels),
                "revision": model.revision[:12],
                "where": model.hub,
            }
        )
    return rows


def find_model(name: str | Path = "default") -> ModelRef:
    """Resolve a name, a folder or ``org/name@revision``, and verify the weights' checksum.

    Packed weights are unpacked into the user's cache first. Raises ModelError where nothing of
    that name exists, where a shipped file is damaged, or where an unknown hub id has no revision
    (a moving model would make two runs differ unseen).
    """
    text = str(name)
    shipped = data_folder("models") / (DEFAULT if text == "default" else text)
    if "/" not in text and _is_model(shipped):
        return _from_folder(shipped, shipped.name, verify=True)
    if text and Path(name).is_dir():
        return _from_folder(Path(name), Path(name).name, verify=True)
    if (known := known_model(text)) is not None:
        return _from_hub(known.hub, known.revision, known)
    if text.count("/") == 1 and not text.startswith((".", "/", "~")):
        return _from_hub(*_with_revision(text))
    names = ", ".join(ref.name for ref in list_models())
    raise ModelError(
        f"no model '{text}'; shipped are: {names}; known on the hub: "
        f"{', '.join(model.name for model in known_models())}; or give a folder, or a hub id as "
        "org/name@revision"
    )


def loadable(folder: Path) -> Path:
    """A folder that transformers loads: the same, or where its packed weights lie unpacked.

    Raises ModelError for a damaged shard and for a cache that cannot be written.
    """
    if not is_packed(folder):
        return folder
    from stance.inference.cache import cache_folder

    return unpack(folder, cache_folder())


def weights_sha256(folder: Path) -> str:
    """SHA-256 of the pair head's weights as they are loaded: unpacked, where they lie packed."""
    return packed_sha256(folder) if is_packed(folder) else files_sha256(weight_files(folder))


def _is_model(folder: Path) -> bool:
    return (folder / "config.json").is_file() or "cascade" in _card(folder)


def _with_revision(text: str) -> tuple[str, str]:
    repo, _, revision = text.partition("@")
    if not revision:
        raise ModelError(
            f"the hub model '{repo}' needs a pinned revision: {repo}@<commit>, so that two runs "
            "use the same weights"
        )
    return repo, revision


def _from_hub(repo: str, revision: str, known: KnownModel | None = None) -> ModelRef:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = Path(
            snapshot_download(
                repo,
                revision=revision,
                allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model"],
                ignore_patterns=["*/*"],
            )
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(
            f"cannot fetch {repo} at {revision}: {reason}; check the id and the network, or fetch "
            "it elsewhere and give its folder"
        ) from error
    # a snapshot's folder is named by its commit: what a branch or a tag stood for goes on record
    ref = _from_folder(folder, f"{repo}@{folder.name}", verify=True)
    if known is None:
        return ref
    labels = _labels(folder)
    if labels != known.labels:
        raise ModelError(
            f"the labels of {ref.name} are {list(labels)}, the registry says "
            f"{list(known.labels)}; report this, and give another model meanwhile"
        )
    return ModelRef(ref.name, ref.path, ref.sha256, ref.card, known.languages)


def _labels(folder: Path) -> tuple[str, ...]:
    """The labels of a config in the order of the outputs, in small letters."""
    try:
        names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
        return tuple(str(names[key]).lower() for key in sorted(names, key=int))
    except (OSError, ValueError, KeyError, AttributeError):
        return ()


def _from_folder(folder: Path, name: str, *, verify: bool) -> ModelRef:
    card = _card(folder)
    if "cascade" in card:
        return _cascade(folder, name, card, verify=verify)
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} holds no model: config.json is missing")
    stated = str(card.get("sha256", ""))
    path = folder
    if verify or not stated:
        actual = weights_sha256(folder)
        if stated and actual != stated:
            raise ModelError(
                f"the weights in {folder} have checksum {actual[:12]}…, their card says "
                f"{stated[:12]}…; the file is damaged or was changed: reinstall it"
            )
        stated = actual
    if verify:
        path = loadable(folder)
    return ModelRef(name, path, stated, card, tuple(card.get("languages", ())))


def _card(folder: Path) -> dict[str, Any]:
    """A folder's card.json, {} without one."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValueError as error:
        raise ModelError(f"{folder / CARD} is not valid JSON: {error}; reinstall it") from None
    if not isinstance(card, dict):
        raise ModelError(f"{folder / CARD} holds no JSON object; reinstall it")
    return card


def _cascade(folder: Path, name: str, card: Mapping[str, Any], *, verify: bool) -> ModelRef:
    """Two models that a card joins; see :mod:`stance.inference.cascade`.

    The threshold holds for the probabilities it was fitted on, so checksums and calibrations are
    part of the card.
    How stances and verdicts are decided is the strong model's, whose answers these are.
    """
    try:
        members = [str(card["cascade"][key]) for key in ("first", "second")]
        fitted = [str(value) for value in card["cascade"]["sha256"]]
        calibrated = list(card["cascade"]["calibration"])
        threshold = float(card["cascade"]["threshold"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the cascade in {folder / CARD} lacks first, second, sha256, calibration or threshold "
            f"({error!r}); fit it again"
        ) from None
    parts = []
    for member in members:
        beside = (folder / member).resolve()
        if not _is_model(beside):
            raise ModelError(
                f"the cascade '{name}' needs the model {member}, which is not in {beside.parent}; "
                "use another --model"
            )
        parts.append(_from_folder(beside, beside.name, verify=verify))
    held = [part.card.get("calibration") for part in parts]
    if [part.sha256 for part in parts] != fitted or held != calibrated:
        raise ModelError(
            f"the cascade '{name}' was fitted for other weights, or another calibration, of "
            f"{' and '.join(members)}; fit its threshold again"
        )
    made_of = [*fitted, json.dumps(calibrated, sort_keys=True), repr(threshold)]
    digest = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    languages = tuple(code for code in parts[0].languages if code in parts[1].languages)
    tuned = {key: parts[1].card[key] for key in ("stance", "verify") if key in parts[1].card}
    return ModelRef(name, parts[1].path, digest, tuned | dict(card), languages, tuple(parts))
