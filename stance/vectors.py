"""Static word vectors: texts as points, by a table look-up and a mean, without running a model.

One vector per word piece, distilled from a sentence encoder by :mod:`stance.training.vectors`
(the recipe of model2vec, Tulkens and van Dongen 2024, github.com/MinishLab/model2vec; the tensors
have the names that model2vec gives them; its loader also wants a config.json, which here would
make the folder a pair model). A text is the mean of its pieces. They see that "delay"
is near "slip"; they see no order and no negation, so they find passages and decide nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.errors import ModelError
from stance.models import data_folder, weights_sha256

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]

FOLDER = "vectors"
_AT_ONCE = 4096  # texts; bounds the memory for their pieces to some tens of MB


def embed(texts: Sequence[str]) -> Floats:
    """Vectors of length 1, ``(len(texts), 128)``; a text without a known word gives zeros.

    Raises:
        ModelError: the packaged vectors are missing or damaged.

    >>> late, postponed, sheep = embed(
    ...     ["The opening was delayed.", "The start was postponed.", "Sheep eat grass."])
    >>> bool(late @ postponed > late @ sheep)
    True
    """
    rows = _sums(texts)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def _sums(texts: Sequence[str]) -> Floats:
    """The sum of the vectors of each text's pieces: the mean but for its length."""
    tokenizer, table = _load()
    out = np.zeros((len(texts), table.shape[1]), np.float32)
    for start in range(0, len(texts), _AT_ONCE):
        part = [_encodable(text) for text in texts[start : start + _AT_ONCE]]
        rows = [row.ids for row in tokenizer.encode_batch_fast(part, add_special_tokens=False)]
        filled = [i for i, row in enumerate(rows) if row]
        if not filled:
            continue
        pieces = table[np.concatenate([rows[i] for i in filled])]
        begins = np.cumsum([0, *(len(rows[i]) for i in filled[:-1])])
        out[start + np.array(filled)] = np.add.reduceat(pieces, begins, axis=0)
    return out


def _encodable(text: str) -> str:
    """The text with a question mark for each lone surrogate, which a tokenizer refuses."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def by_word(words: Sequence[str]) -> tuple[Floats, Floats]:
    """A vector of length 1 for each word, ``(n, 128)``, and its weight, ``(n,)``: rare words more.

    >>> points, weight = by_word(["dam", "the"])
    >>> points.shape, bool(weight[0] > weight[1])
    ((2, 128), True)
    """
    rows = _sums(words)
    length = np.linalg.norm(rows, axis=1)
    return np.asarray(rows / np.maximum(length, 1e-12)[:, None]), np.asarray(length)


@lru_cache(maxsize=1)
def _load() -> tuple[Tokenizer, Floats]:
    """The tokenizer and the table, one float row per piece."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = data_folder("models") / FOLDER
    if not (folder / "card.json").is_file():
        raise ModelError(f"the word vectors are missing from {folder}; reinstall stance-tracker")
    stated = json.loads((folder / "card.json").read_text(encoding="utf-8"))["sha256"]
    if weights_sha256(folder) != stated:
        raise ModelError(f"the word vectors in {folder} are damaged; reinstall stance-tracker")
    stored = load_file(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, stored["embeddings"].astype(np.float32) * stored["weights"][:, None]
