"""The jobs that the reliability suite kills and starves: input made on the spot, the real command.

The model is the shipped one's architecture at a twentieth of its size with random weights: what is
tested is everything around the model, and 20,000 rows have to take seconds, not hours.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import resource
import signal
import sys
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

PEOPLE = ("Ana Ruiz", "Bo Lund", "Cy Dahl", "Dora Penn", "Emil Voss", "Fay Okoro")
CLAIMS = (
    "The dam is safe.",
    "The plant will open in May.",
    "The bridge should be closed.",
    "The tax will rise.",
    "The road is open.",
    "The mayor will resign.",
    "The harbour should be dredged.",
    "The school needs a new roof.",
    "The water is clean.",
    "The contract was awarded lawfully.",
)


@dataclass(frozen=True, slots=True)
class Job:
    """A command with ``OUT`` where its output goes; ``rows`` is how many it must write."""

    name: str
    arguments: tuple[str, ...]
    suffix: str
    rows: int

    def command(self, out: Path) -> list[str]:
        return [str(out) if a == "OUT" else a for a in self.arguments]


def tiny_model(folder: Path) -> Path:
    """A random model with the shipped tokenizer."""
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    from stance.models import find_model

    shipped = find_model("small").path  # of the default only the shape would stay
    config = AutoConfig.from_pretrained(shipped, local_files_only=True)
    for name, value in {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }.items():
        setattr(config, name, value)
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_config(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(0.0, 0.3)  # or every row would be scored alike
        model.classifier.weight.mul_(3)  # scores far apart, so that holders change sides
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(shipped, local_files_only=True).save_pretrained(folder)
    return folder


def score_job(folder: Path, rows: int) -> Job:
    """``stance score`` on ``rows`` different pairs."""
    rng = random.Random(1)
    source = folder / "pairs.jsonl"
    with source.open("w", encoding="utf-8") as stream:
        for number in range(rows):
            text = f"In town {number}, {rng.choice(PEOPLE)} said: {rng.choice(CLAIMS)}"
            row = {"id": number, "text": text, "claim": rng.choice(CLAIMS)}
            stream.write(json.dumps(row) + "\n")
    fixed = ("--backend", "torch", "--dtype", "fp32", "--quiet")
    arguments = ("score", str(source), "-o", "OUT", "--model", str(folder / "model"), *fixed)
    return Job("score", arguments, ".jsonl", rows)


def track_job(folder: Path, rows: int) -> Job:
    """``stance track``: an outlet has a row for every document and claim, speakers add some."""
    rng = random.Random(2)
    source, claims = folder / "documents.jsonl", folder / "claims.txt"
    claims.write_text("\n".join(CLAIMS) + "\n", encoding="utf-8")
    documents = -(-rows // (len(CLAIMS) + 4))  # about four rows of speakers a document
    with source.open("w", encoding="utf-8") as stream:
        for number in range(documents):
            said, denied = rng.choice(CLAIMS), rng.choice(CLAIMS)
            year = 2015 + number % 9
            sides = (PEOPLE[:3], PEOPLE[3:])[:: 1 if year < 2019 else -1]  # all turn in 2019
            text = (
                f"“{said[:-1]},” {rng.choice(sides[0])} said on Monday in town {number}. "
                f"{rng.choice(sides[1])} denied that {denied[0].lower()}{denied[1:]}"
            )
            row = {
                "id": f"d{number}",
                "text": text,
                "source": rng.choice(["The Post", "The Ledger"]),
                "date": f"{year}-{1 + number % 12:02}-{1 + number % 28:02}",
            }
            stream.write(json.dumps(row) + "\n")
    fixed = ("--backend", "torch", "--dtype", "fp32", "--quiet")
    given = ("track", str(source), "--claims", str(claims), "-o", "OUT")
    return Job("track", (*given, "--model", str(folder / "model"), *fixed), "", documents * 10)


JOBS = {"score": score_job, "track": track_job}

_PRELOADED = [
    "torch",
    "transformers",
    "stance.cli",
    "stance.inference",
    "stance.inference.parts",
    "stance.scoring",
    "stance.tracking",
    "stance.reporting",
]


def start(arguments: list[str], log: Path, file_limit: int | None = None) -> BaseProcess:
    """The command line in a process of its own, its messages in ``log``.

    It is forked from one that has imported everything, so that a kill at a random moment meets
    the job and not the import of torch.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    process = context.Process(target=_command, args=(arguments, str(log), file_limit))
    process.start()
    return process


def _command(arguments: list[str], log: str, file_limit: int | None) -> None:
    from stance.cli import main

    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    if file_limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    sys.argv = ["stance", *arguments]
    main()


def content(job: Job, out: Path) -> dict[str, bytes]:
    """What the output is compared by. Seconds differ between any two runs, so run.json is taken
    without them, and the report is made anew from that."""
    if out.is_file():
        return {"": out.read_bytes()}
    from stance.reporting import render

    files = {f.name: f.read_bytes() for f in sorted(out.iterdir())}
    run = json.loads(files["run.json"])
    run["seconds"] = {}
    run["command"] = run["command"].replace(str(out), "OUT")
    whole = files["run.json"]
    (out / "run.json").write_text(json.dumps(run), encoding="utf-8")
    files["report.html"] = render(out).read_bytes()
    (out / "run.json").write_bytes(whole)
    return files | {"run.json": json.dumps(run).encode()}


def rows_of(job: Job, out: Path) -> list[str]:
    """What tells each row of the output from every other."""
    if job.name == "score":
        lines = out.read_text(encoding="utf-8").splitlines()
        return [str(json.loads(line)["id"]) for line in lines]
    lines = (out / "stances.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    keys = ("doc_id", "holder", "holder_type", "claim_id")
    return [json.dumps([json.loads(line)[k] for k in keys]) for line in lines]
