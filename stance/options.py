"""The options that verbs of the command line share: one name, one meaning, one line of help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How rows are written."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    table = "table"


class Engine(StrEnum):
    """What runs the processes of a large scoring run."""

    local = "local"
    ray = "ray"


class OnError(StrEnum):
    """What a row that cannot be read does."""

    skip = "skip"
    fail = "fail"


class By(StrEnum):
    """What a series belongs to."""

    holder = "holder"
    affiliation = "affiliation"
    source = "source"
    claim = "claim"


class Period(StrEnum):
    """What shares are told by."""

    month = "month"
    quarter = "quarter"
    year = "year"


class Voices(StrEnum):
    """Who may speak as evidence."""

    any = "any"
    outlet = "outlet"
    named = "named"


Docs = Annotated[
    list[str],
    typer.Argument(
        metavar="DOCS...",
        help="Folders, or files: .jsonl .csv .parquet .txt .md .html; - for JSON Lines on "
        "standard input.",
    ),
]
Claims = Annotated[
    str | None,
    typer.Option(
        "--claims", help="File with the claims (text, id). Default: claims.* of the folder."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("-o", "--out", help="File to write, format by suffix. Default: standard output."),
]
OutDir = Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")]
Fmt = Annotated[
    Format | None,
    typer.Option("--format", help="Format of the rows written. Default: by suffix, else jsonl."),
]
TableFmt = Annotated[Format, typer.Option("--format", help="Format of the rows written.")]
Errors = Annotated[OnError, typer.Option("--on-error", help="Bad rows: skip and count, or fail.")]
Aliases = Annotated[Path | None, typer.Option("--aliases", help="JSON file {alias: holder}.")]
Model = Annotated[
    str,
    typer.Option("--model", help="Name (stance models), folder, or hub id as org/name@revision."),
]
RulesAlone = Annotated[
    bool, typer.Option("--rules-alone", help="Find who says what without the token head; fast.")
]
TwoWay = Annotated[
    bool, typer.Option("--two-way", help="Accept a head that knows no contradiction.")
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:N or mps.")]
Dtype = Annotated[str, typer.Option("--dtype", help="auto, fp32, bf16, fp16 or int8.")]
Backend = Annotated[str, typer.Option("--backend", help="auto, torch, onednn, native or openvino.")]
BatchTokens = Annotated[str, typer.Option("--batch-tokens", help="auto, or tokens per batch.")]
Confusion = Annotated[
    Path | None,
    typer.Option("--confusion", help="JSON of stance audit: what the labels are worth."),
]
Coverage = Annotated[float, typer.Option("--coverage", help="Share of rows answered, up to 1.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random.")]
Store = Annotated[
    Path | None, typer.Option("--store", help="DuckDB file that keeps scores and runs.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace another run's output.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]
Table = Annotated[
    str,
    typer.Argument(
        metavar="TABLE",
        help="Table with holder, claim or claim_id, date, and label, score or p_*; a folder of "
        "stance track; - for JSON Lines on standard input.",
    ),
]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Output folder of stance track.")]
FailOnShift = Annotated[bool, typer.Option("--fail-on-shift", help="Exit 3 if there is a shift.")]
