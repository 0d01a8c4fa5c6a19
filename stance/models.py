"""The registry of models: name → card → a folder of verified weights.

A name is looked up in this order: a shipped model (``default``, ``small``), a folder on disk, a
hub id with a pinned revision (``org/name@revision``). Only the last may use the network, and
only because it was asked for by name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from stance.errors import ModelError

DEFAULT = "small"
CARD = "card.json"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model that can be loaded. ``card`` is its card.json (empty for a foreign model).

    ``sha256`` is the checksum of the weights; ``path`` is a folder that
    ``AutoModelForSequenceClassification`` and ``AutoTokenizer`` load; ``languages`` are ISO 639
    codes, empty where unknown.
    """

    name: str
    path: Path
    sha256: str
    card: Mapping[str, Any]
    languages: tuple[str, ...]


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
    """The shipped models, the default first, without reading their weights."""
    found = [
        _from_folder(folder, folder.name, verify=False)
        for folder in sorted(data_folder("models").iterdir())
        if (folder / "config.json").is_file()
    ]
    return sorted(found, key=lambda ref: (ref.name != DEFAULT, ref.name))


def find_model(name: str | Path = "default") -> ModelRef:
    """Resolve a name, a folder or ``org/name@revision``, and verify the weights' checksum.

    Raises ModelError where nothing of that name exists, where a shipped file is damaged, or
    where a hub id has no revision (a moving model would make two runs differ unseen).
    """
    text = str(name)
    shipped = data_folder("models") / (DEFAULT if text == "default" else text)
    if "/" not in text and (shipped / "config.json").is_file():
        return _from_folder(shipped, shipped.name, verify=True)
    if Path(name).is_dir():
        return _from_folder(Path(name), Path(name).name, verify=True)
    if text.count("/") == 1 and not text.startswith((".", "/", "~")):
        return _from_hub(text)
    known = ", ".join(ref.name for ref in list_models())
    raise ModelError(
        f"no model '{text}'; shipped are: {known}; or give a folder, "
        "or a hub id as org/name@revision"
    )


def _from_hub(text: str) -> ModelRef:
    repo, _, revision = text.partition("@")
    if not revision:
        raise ModelError(
            f"the hub model '{repo}' needs a pinned revision: {repo}@<commit>, so that two runs "
            "use the same weights"
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            repo,
            revision=revision,
            allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model"],
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(f"cannot fetch {repo} at {revision}: {error}") from error
    ref = _from_folder(Path(folder), text, verify=False)
    return ModelRef(text, ref.path, weights_sha256(ref.path), ref.card, ref.languages)


def _from_folder(folder: Path, name: str, *, verify: bool) -> ModelRef:
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} holds no model: config.json is missing")
    card: dict[str, Any] = {}
    if (folder / CARD).is_file():
        try:
            card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        except ValueError as error:
            raise ModelError(f"{folder / CARD} is not valid JSON: {error}; reinstall it") from None
    stated = str(card.get("sha256", ""))
    if verify or not stated:
        actual = weights_sha256(folder)
        if stated and actual != stated:
            raise ModelError(
                f"the weights in {folder} have checksum {actual[:12]}…, their card says "
                f"{stated[:12]}…; the file is damaged or was changed: reinstall it"
            )
        stated = actual
    return ModelRef(name, folder, stated, card, tuple(card.get("languages", ())))


def weights_sha256(folder: Path) -> str:
    """SHA-256 over the safetensors files of a folder, in order of name.

    Pickled weights (``pytorch_model.bin``) are refused: reading them can run code.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        if list(folder.glob("*.bin")):
            raise ModelError(
                f"{folder} has only pickled weights, which can run code when read; "
                "convert them to safetensors first"
            )
        raise ModelError(f"{folder} holds no weights (*.safetensors)")
    stamp = tuple((str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files)
    return _digest(stamp)


@lru_cache(maxsize=16)
def _digest(stamp: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for file, _, _ in stamp:
        with Path(file).open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
