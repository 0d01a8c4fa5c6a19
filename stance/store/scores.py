"""Scores of (text, claim) pairs, by digests of both and of what scored them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stance.store.digests import SIZE, digest
from stance.store.strings import storable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stance.inference import NLI
    from stance.store.file import Store

_DETAILS = ("weights", "tokenizer", "head", "backend", "dtype", "max_length")
_SAME_PAIR = "s.scorer = ? AND s.text = k.text AND s.claim = k.claim"


class Remembering:
    """A model that asks a store before it computes: what the stages that score are given.

    >>> Remembering(nli, Store("run.duckdb")).score(pairs)  # doctest: +SKIP
    """

    def __init__(self, nli: NLI, store: Store) -> None:
        self.nli = nli
        self.store = store

    def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
        """``(n, 3)``: supports, neutral, refutes."""
        return self.nli.score(pairs, store=self.store)


def get(
    connection: Any, scorer: Mapping[str, object], keys: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Probabilities (n, 3) by key, NaN rows where a key is unknown."""
    import numpy as np

    probs = np.full((len(keys), 3), np.nan, np.float32)
    number = _number(connection, scorer)
    if number is None or not len(keys):
        return probs
    connection.register("keys", _key_table(keys))
    found = connection.execute(
        "SELECT k.n, s.p_supports, s.p_neutral, s.p_refutes FROM keys k JOIN scores s ON "
        + _SAME_PAIR,
        [number],
    ).fetchnumpy()
    for column, name in enumerate(("p_supports", "p_neutral", "p_refutes")):
        probs[found["n"], column] = found[name]
    return probs


def put(
    connection: Any,
    scorer: Mapping[str, object],
    keys: NDArray[np.uint8],
    probs: NDArray[np.float32],
) -> int:
    """Add the pairs that are not there yet; returns how many."""
    import numpy as np

    if not len(keys):
        return 0
    number = _number(connection, scorer)
    if number is None:
        number = _added(connection, scorer)
    rows = _key_table(keys)
    for column, name in enumerate(("p_supports", "p_neutral", "p_refutes")):
        rows = rows.append_column(name, [np.ascontiguousarray(probs[:, column], np.float32)])
    connection.register("keys", rows)
    added = connection.execute(
        f"INSERT INTO scores SELECT {number}, text, claim, p_supports, p_neutral, p_refutes "
        f"FROM keys k WHERE NOT EXISTS (SELECT 1 FROM scores s WHERE {_SAME_PAIR})",
        [number],
    ).fetchall()
    return int(added[0][0])


def _key_table(keys: NDArray[np.uint8]) -> Any:
    import numpy as np
    import pyarrow as pa

    def column(part: NDArray[np.uint8]) -> Any:
        data = pa.py_buffer(np.ascontiguousarray(part))
        return pa.FixedSizeBinaryArray.from_buffers(pa.binary(SIZE), len(part), [None, data])

    number = pa.array(np.arange(len(keys), dtype=np.int64))
    return pa.table({"n": number, "text": column(keys[:, :SIZE]), "claim": column(keys[:, SIZE:])})


def _name(scorer: Mapping[str, object]) -> bytes:
    return digest(json.dumps(dict(scorer), sort_keys=True))


def _number(connection: Any, scorer: Mapping[str, object]) -> int | None:
    query = "SELECT scorer FROM scorers WHERE digest = ?"
    found = connection.execute(query, [_name(scorer)]).fetchall()
    return int(found[0][0]) if found else None


def _added(connection: Any, scorer: Mapping[str, object]) -> int:
    next_number = "SELECT coalesce(max(scorer), 0) + 1 FROM scorers"
    ((number,),) = connection.execute(next_number).fetchall()
    details = [scorer.get(name) for name in _DETAILS]
    details = [storable(value) if isinstance(value, str) else value for value in details]
    marks = ", ".join("?" * (2 + len(details)))
    connection.execute(f"INSERT INTO scorers VALUES ({marks})", [number, _name(scorer), *details])
    return int(number)
