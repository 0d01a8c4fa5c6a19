"""Weights small enough to ship: int8 shards in the package, fp16 safetensors in the cache.

A packed model is an ordinary model folder whose ``model.safetensors`` is replaced by shards and
``weights.json``. Matrices are int8 with an fp16 scale for every 128 values of a row: on MPNet one
scale a row moves the weights by 1.3 % of their size, which outliers decide, and this by 0.8 %, for
1.6 MB more of 113. Vectors, positions and the classifier stay fp16. Packing unpacked weights again
gives the same shards. On first use the shards become
one fp16 file in the user's cache, byte for byte the same on every machine, so that one checksum
holds for all of them.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import ModelError

LIST = "weights.json"
WHOLE = "model.safetensors"
SHARD_BYTES = 48_000_000
"""Largest shard: code hosts and their mirrors refuse or warn of files from 50 MB on."""

_KEPT = ("classifier", "pooler", "score", "head", "pre_classifier")
_GROUP = 128
_SMALL = 1 << 16  # values under which int8 saves nothing worth its error
_LARGEST = 65_504.0  # of fp16
_SCALE = ":scale"
_ROWS = 4_096  # rows turned to fp16 at once: bounds memory, not the result
_COPIED = (".json", ".txt", ".model", ".toml", ".md", ".safetensors", ".npz")
_NAMES = {"float16": "F16", "int64": "I64", "int32": "I32", "bool": "BOOL", "uint8": "U8"}
_SHARDS = "weights-*-of-*.safetensors"
_UNPACKING = threading.Lock()


def pack(
    folder: str | Path,
    out: str | Path,
    *,
    shard_bytes: int = SHARD_BYTES,
    frozen_layers: int | None = None,
) -> Path:
    """Write the model in ``folder`` to ``out`` with its weights as int8 shards.

    Weights lie from the embeddings up, layer by layer, head last. ``frozen_layers`` is what the
    recipe's ``freeze_layers`` says: a shard ends behind the last weight that training left as it
    was, so that the shards up to there are the same bytes whatever was trained above them.

    Config, tokenizer, card, other heads and the like are copied. Calibrate and measure after
    packing, on the folder that :func:`stance.models.loadable` gives: those are the weights that
    users run. Returns ``out``. Raises ModelError where there are no fp16 or fp32 safetensors to
    read, or ``out`` is the same folder.

    >>> pack("out/base", "models/base")  # doctest: +SKIP
    PosixPath('models/base')
    """
    folder, out = Path(folder), Path(out)
    sources = weight_files(folder)
    if out.resolve() == folder.resolve():
        raise ModelError(f"cannot pack {folder} into itself; give another folder")
    out.mkdir(parents=True, exist_ok=True)
    for old in (out / WHOLE, *out.glob(_SHARDS)):
        old.unlink(missing_ok=True)
    end = (1, -1 if frozen_layers is None else frozen_layers)
    shards: list[dict[str, NDArray[Any]]] = [{}]
    size, below = 0, True
    for name, tensor in _tensors(sources, "F16", "F32", *_NAMES.values(), key=place):
        stored = _stored(name, tensor)
        more = sum(part.nbytes for part in stored.values())
        leaving = below and frozen_layers is not None and place(name) >= end
        if shards[-1] and (leaving or size + more > shard_bytes):
            shards.append({})
            size = 0
        below = below and not leaving
        shards[-1].update(stored)
        size += more
    from safetensors.numpy import save_file

    files = [out / f"weights-{i}-of-{len(shards)}.safetensors" for i in range(1, len(shards) + 1)]
    for file, part in zip(files, shards, strict=True):
        save_file(part, file)
    for file in _companions(folder, sources):
        shutil.copyfile(file, out / file.name)
    digest = _Digest()
    _write_whole_model(files, digest)
    listed = {
        "unpacked": {"file": WHOLE, "bytes": digest.size, "sha256": digest.hexdigest()},
        "shards": [
            {"file": file.name, "bytes": file.stat().st_size, "sha256": files_sha256([file])}
            for file in files
        ],
    }
    (out / LIST).write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    return out


def is_packed(folder: Path) -> bool:
    """Whether a model folder holds its weights as shards."""
    return (folder / LIST).is_file()


def packed_sha256(folder: Path) -> str:
    """SHA-256 of the unpacked weights, as the folder's list states it; nothing is unpacked."""
    return str(_read_list(folder)["unpacked"]["sha256"])


def unpack(folder: Path, cache: Path) -> Path:
    """A folder under ``cache`` with the unpacked model, made where it is not there yet.

    The same files give the same folder; what is in it is checked against the package each time
    and made again where it differs. Every file appears whole under its name, so several processes
    may do this at once. Raises ModelError for a shard that is missing, cut or changed, and for a
    cache that cannot be written.
    """
    listed = _read_list(folder)
    companions = _companions(folder, sorted(folder.glob(_SHARDS)))
    key = hashlib.sha256((folder / LIST).read_bytes())
    for file in companions:
        key.update(file.name.encode() + b"\0" + file.read_bytes())
    out = cache / "models" / f"{folder.name}-{key.hexdigest()[:16]}"
    whole, wanted = out / WHOLE, listed["unpacked"]
    with _UNPACKING:
        try:
            out.mkdir(parents=True, exist_ok=True)
            for file in companions:
                held = out / file.name
                if not held.is_file() or held.read_bytes() != file.read_bytes():
                    _put(held, lambda stream, file=file: stream.write(file.read_bytes()))  # type: ignore[misc]
            if not _is(whole, wanted):
                shards = [_checked_shard(folder, entry) for entry in listed["shards"]]
                _put(whole, lambda stream: _write_whole_model(shards, stream))
        except OSError as error:
            raise ModelError(
                f"cannot unpack the model '{folder.name}' into {out}: {error.strerror or error}; "
                f"it needs {wanted['bytes'] / 1e6:.0f} MB: make room there, or name another "
                "folder in the environment variable STANCE_CACHE"
            ) from error
        if not _is(whole, wanted):
            raise ModelError(
                f"the weights unpacked from {folder} have checksum {files_sha256([whole])[:12]}…, "
                f"{LIST} says {str(wanted['sha256'])[:12]}…; reinstall the model"
            )
    return out


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder's pair head, in order of name; not its other heads'.

    Pickled weights (``pytorch_model.bin``) are refused: reading them can run code.
    """
    found = sorted(folder.glob("*.safetensors"))
    if not found:
        if list(folder.glob("*.bin")):
            raise ModelError(
                f"{folder} has only pickled weights, which can run code when read; "
                "convert them to safetensors first"
            )
        raise ModelError(
            f"{folder} holds no weights (*.safetensors; pickled ones are never fetched, because "
            "reading them can run code)"
        )
    if folder / WHOLE in found:
        return [folder / WHOLE]
    return [file for file in found if file.name.startswith("model-")] or found


def weight_counts(folder: Path) -> dict[str, int]:
    """How many values each weight of a model has, packed or not; reads headers alone."""
    from safetensors import safe_open

    files = sorted(folder.glob(_SHARDS)) if is_packed(folder) else weight_files(folder)
    found = {}
    for file in files:
        with safe_open(file, "np") as opened:
            for name in opened.keys():  # noqa: SIM118 - this object is no mapping
                if not name.endswith(_SCALE):
                    found[name] = math.prod(opened.get_slice(name).get_shape())
    return found


def files_sha256(files: Sequence[Path]) -> str:
    """SHA-256 over files, one after the other; read once while their sizes and times stay."""
    return _sha256(tuple((str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files))


@lru_cache(maxsize=32)
def _sha256(stamp: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for file, _, _ in stamp:
        with Path(file).open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def place(name: str) -> tuple[int, int, str]:
    """Where a weight lies among all: embeddings, then layer after layer, then everything else.

    >>> sorted(["classifier.bias", "a.layer.10.w", "a.layer.2.w", "a.embeddings.w"], key=place)
    ['a.embeddings.w', 'a.layer.2.w', 'a.layer.10.w', 'classifier.bias']
    """
    parts = name.split(".")
    if "embeddings" in parts:
        return (0, 0, name)
    layer = next(
        (int(b) for a, b in pairwise(parts) if a in ("layer", "layers") and b.isdigit()), -1
    )
    return (1, layer, name) if layer >= 0 else (2, 0, name)


def _tensors(
    files: Sequence[Path], *kinds: str, key: Callable[[str], Any] = str
) -> Iterator[tuple[str, NDArray[Any]]]:
    """All tensors, sorted by a key of their names. Raises ModelError for a dtype that is none of
    ``kinds``.
    """
    from safetensors import SafetensorError, safe_open

    with ExitStack() as stack:
        where: dict[str, Any] = {}
        for file in files:
            try:
                opened = stack.enter_context(safe_open(file, "np"))
            except (SafetensorError, OSError) as error:
                raise ModelError(f"cannot read {file}: {error}") from error
            where.update(dict.fromkeys(opened.keys(), opened))
        for name in sorted(where, key=key):
            kind = where[name].get_slice(name).get_dtype()
            if kind not in kinds:
                raise ModelError(f"the tensor '{name}' is {kind}; save the model in fp16 or fp32")
            yield name, where[name].get_tensor(name)


def _stored(name: str, tensor: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """A tensor as it lies in a shard: int8 and scales, or fp16, or as it is."""
    if tensor.dtype.kind != "f":
        return {name: tensor}
    if not (np.abs(tensor) <= _LARGEST).all():
        raise ModelError(f"the tensor '{name}' holds values that fp16 cannot: train again")
    kept = name.startswith(_KEPT) or ".pooler." in name or "position" in name
    if kept or tensor.ndim != 2 or tensor.size < _SMALL:
        return {name: tensor.astype(np.float16)}
    width = _GROUP if tensor.shape[1] % _GROUP == 0 else tensor.shape[1]
    groups = tensor.astype(np.float32).reshape(len(tensor), -1, width)
    scale = (np.abs(groups).max(axis=2) / 127).astype(np.float16)
    # as it comes back from the unpacked largest value, so that packing again changes nothing
    scale = ((scale.astype(np.float32) * 127).astype(np.float16) / np.float32(127)).astype(
        np.float16
    )
    divisor = np.where(scale > 0, scale, 1).astype(np.float32)[:, :, None]
    steps = np.clip(np.rint(groups / divisor), -127, 127)
    return {name: steps.astype(np.int8).reshape(tensor.shape), name + _SCALE: scale}


def _write_whole_model(shards: Sequence[Path], stream: IO[bytes] | _Digest) -> None:
    """The unpacked safetensors file.

    Written here and not by the library, because its bytes carry a checksum and must not change
    with the library's version: sorted names, compact header padded to eight bytes.
    """
    parts = dict(_tensors(shards, "F16", "F32", "I8", *_NAMES.values()))
    scales = {name: parts.pop(name) for name in list(parts) if name.endswith(_SCALE)}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, part in parts.items():
        kind = np.dtype(np.float16) if name + _SCALE in scales else part.dtype
        end = at + part.size * kind.itemsize
        header[name] = {
            "dtype": _NAMES[kind.name],
            "shape": list(part.shape),
            "data_offsets": [at, end],
        }
        at = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    stream.write(len(text).to_bytes(8, "little") + text)
    for name, part in parts.items():
        scale = scales.get(name + _SCALE)
        if scale is None:
            stream.write(np.ascontiguousarray(part).tobytes())
            continue
        for first in range(0, len(part), _ROWS):
            steps = part[first : first + _ROWS].reshape(
                -1, scale.shape[1], part.shape[1] // scale.shape[1]
            )
            size = scale[first : first + _ROWS, :, None].astype(np.float32)
            stream.write((steps * size).astype("<f2").tobytes())


class _Digest:
    """A stream that keeps a checksum and a length, and no bytes."""

    def __init__(self) -> None:
        self._digest, self.size = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _read_list(folder: Path) -> dict[str, Any]:
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        for entry in (listed["unpacked"], *listed["shards"]):
            if not (isinstance(entry["bytes"], int) and isinstance(entry["sha256"], str)):
                raise TypeError("bytes and sha256 must be a number and a string")
            if Path(entry["file"]).name != entry["file"]:
                raise ValueError(f"'{entry['file']}' is not a plain file name")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"cannot read {folder / LIST}: {error!r}; reinstall the model") from error
    return dict(listed)


def _companions(folder: Path, weights: Sequence[Path]) -> list[Path]:
    """What belongs to a model beside its weights: config, tokenizer, card, figures, other heads."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.is_file() and file.suffix in _COPIED and file.name != LIST and file not in weights
    )


def _checked_shard(folder: Path, entry: dict[str, Any]) -> Path:
    file = folder / str(entry["file"])
    if not file.is_file():
        raise ModelError(f"the shard {file} is missing; reinstall the model")
    if (size := file.stat().st_size) != entry["bytes"]:
        raise ModelError(
            f"the shard {file} has {size} bytes, {LIST} says {entry['bytes']}; it was cut or "
            "replaced: reinstall the model"
        )
    if (actual := files_sha256([file])) != entry["sha256"]:
        raise ModelError(
            f"the shard {file} has checksum {actual[:12]}…, {LIST} says "
            f"{entry['sha256'][:12]}…; it is damaged or was changed: reinstall the model"
        )
    return file


def _is(file: Path, entry: dict[str, Any]) -> bool:
    """Whether a file is the listed one."""
    if not file.is_file() or file.stat().st_size != entry["bytes"]:
        return False
    return files_sha256([file]) == str(entry["sha256"])


def _put(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """A file that takes its name when it is whole and on the disk; drafts of the dead go."""
    for old in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > 3600:
                old.unlink()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
