"""Names for strings: equal strings have equal digests, in every run and on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZE = 16
"""Bytes of a digest: at 128 bits nobody finds two texts with one digest, not even on purpose."""


def digest(text: str) -> bytes:
    """BLAKE2b of a string's UTF-8 bytes, 16 bytes; a lone surrogate counts as three of its own.

    >>> digest("It rains.").hex()
    '60f20c018b2f558250acc50db122d51e'
    """
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()


def pair_keys(
    texts: Sequence[str],
    claims: Sequence[str],
    text_of: NDArray[np.int64],
    claim_of: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Keys of the pairs ``(texts[text_of[i]], claims[claim_of[i]])``: uint8 (n, 32).

    The digest of the text, then that of the claim. Every string is read once, however many pairs
    it is in.

    >>> import numpy as np
    >>> pair_keys(["a", "b"], ["c"], np.array([0, 1, 0]), np.array([0, 0, 0])).shape
    (3, 32)
    """
    import numpy as np

    return np.concatenate([_table(texts)[text_of], _table(claims)[claim_of]], axis=1)


def _table(strings: Sequence[str]) -> NDArray[np.uint8]:
    import numpy as np

    joined = b"".join(map(digest, strings))
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, SIZE)
