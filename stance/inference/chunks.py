"""A table as chunks of rows and the pairs to score in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from stance.errors import InputError, UsageError
from stance.inference.inputs import rows_in
from stance.inference.parts import OUTPUTS, Row, renamed
from stance.rows import Problem, numbered_rows

CHUNK_CHARACTERS = 4_000_000
"""A chunk ends at the row that brings its texts to so many characters, each input row counted once:
a chunk of long reports takes no more memory than one of sentences, and is as soon saved."""


@dataclass(slots=True)
class Chunk:
    """Rows to write and the pairs to score; an exception in place of a pair is its error."""

    number: int
    rows: list[Row] = field(default_factory=list)
    pairs: list[object] = field(default_factory=list)


def taken_names(claims: object) -> tuple[str, ...]:
    """The columns that the output adds."""
    return OUTPUTS if claims is None else ("claim_id", "claim", *OUTPUTS)


def read_chunks(
    source: object,
    text_col: str,
    claim_col: str,
    claims: list[tuple[str, str]] | None,
    chunk_rows: int,
) -> Iterator[Chunk]:
    """Rows and pairs of a table in chunks of ``chunk_rows`` pairs, in order; fewer of long texts.

    A row that lacks a needed column is an error of its own. Raises UsageError where no row of the
    first chunk has it.
    """
    needed = [text_col] if claims is not None else [text_col, claim_col]
    taken = taken_names(claims)
    seen: set[str] = set()
    chunk = Chunk(0)
    problems: list[Problem] = []
    characters = 0

    def add(row: Row, pair: object) -> Iterator[Chunk]:
        nonlocal chunk, characters
        chunk.rows.append(row)
        chunk.pairs.append(pair)
        if len(chunk.pairs) == chunk_rows or characters >= CHUNK_CHARACTERS:
            yield finished()
            chunk, characters = Chunk(chunk.number + 1), 0

    def finished() -> Chunk:
        absent = [name for name in needed if name not in seen]
        if chunk.number == 0 and seen and absent:
            raise UsageError(
                f"no column '{absent[0]}' in the input; it has {', '.join(sorted(seen))}; "
                "name the columns with --text-col and --claim-col, or give claims with --claims"
            )
        return chunk

    def broken() -> Iterator[Chunk]:
        for problem in problems:
            if problem.row is not None:  # an empty file is no row
                yield from add({}, problem.error())
        problems.clear()

    for _, row in numbered_rows(rows_in(source), problems.append):
        yield from broken()
        if chunk.number == 0:
            seen.update(row)
        characters += sum(len(v) for n in needed if isinstance(v := row.get(n), str))
        lacking = next((name for name in needed if name not in row), None)
        kept = renamed(row, taken)
        for claim in claims if claims is not None else [None]:
            own: Row = kept if claim is None else kept | {"claim_id": claim[0], "claim": claim[1]}
            if lacking is not None:
                yield from add(own, InputError(f"the row has no field '{lacking}'"))
            else:
                yield from add(own, (row[text_col], row[claim_col] if claim is None else claim[1]))
    yield from broken()
    if chunk.pairs:
        yield finished()
