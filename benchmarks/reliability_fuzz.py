"""Rows and files that nobody would write on purpose: each is scored or reported, none ends a run.

Everything is drawn from one seed. Rows go through ``stance score`` and ``stance track``, files
through the readers, each in a process of its own whose memory is watched.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.reliability_jobs import CLAIMS, PEOPLE, start

Row = dict[str, object]
_MARKS = "\u202e\u202d\u2066\u2069\u200b\u200d\u200e\ufeff\u00ad\u2028\u2029\x85\x0b\x0c\x1b\x07"
_HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt;<!--]]>"
_DATES = (
    "2022-10-12",
    "2022-10",
    "2022",
    "2022-10-12T10:00:00Z",
    "12/10/2022",
    "10.12.2022",
    "2022-13-01",
    "2022-02-30",
    "0000-00-00",
    "9999-12-31",
    "99999-01-01",
    "-0044-03-15",
    "yesterday",
    "12 October 2022",
    "１２-10-2022",
    "2022–10–12",
    "1665532800",
    "",
    " ",
    "NaT",
    "=1+1",
)


def sentence(rng: random.Random, number: int) -> str:
    """An honest sentence, so that most rows have something to score."""
    claim = rng.choice(CLAIMS)[:-1]
    return f"“{claim},” {rng.choice(PEOPLE)} said on Monday in town {number}."


def hostile_text(rng: random.Random, number: int) -> str:
    """A sentence with something in it."""
    text = sentence(rng, number)
    at = rng.randrange(len(text))
    makers: list[Callable[[], str]] = [
        lambda: "\0",
        lambda: chr(rng.randrange(0xD800, 0xE000)),
        lambda: "".join(rng.choices(_MARKS, k=rng.randint(1, 40))),
        lambda: "\u0301" * rng.randint(1, 2_000),
        lambda: _HTML * rng.randint(1, 20),
        lambda: "<div>" * rng.randint(1, 2_000),
        lambda: rng.choice("“\"'«‘([{") * rng.randint(1, 2_000),
        lambda: "a" * rng.randint(1_000, 20_000),
        lambda: "said that " * rng.randint(1, 500),
        lambda: rng.choice(["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1"]),
        lambda: chr(rng.randrange(0x10FFFF)) if rng.random() < 0.5 else "😀👩‍👩‍👧",
        lambda: "\n\n" * rng.randint(1, 500),
        lambda: "",
    ]
    insert = rng.choice(makers)
    return rng.choice([text[:at] + insert() + text[at:], insert(), insert() + text])


def hostile_value(rng: random.Random, number: int) -> object:
    """What may stand where a text should."""
    plain: list[object] = [None, "", " \n", 7, -1.5, float("nan"), float("inf"), 10**400, True]
    nested: list[object] = [[], ["a"], {}, {"a": {"b": [None]}}, _nested(rng.randint(1, 200))]
    if rng.random() < 0.7:
        return hostile_text(rng, number)
    return rng.choice(plain + nested)


def _nested(depth: int) -> object:
    value: object = "deep"
    for _ in range(depth):
        value = [value]
    return value


def json_line(rng: random.Random, row: Row) -> bytes:
    """A row as a line of JSON, or as something near it."""
    line = json.dumps(row, ensure_ascii=rng.random() < 0.5)
    data = line.encode("utf-8", "surrogatepass").replace(b"\n", b" ")
    kind = rng.random()
    if kind < 0.75:
        return data
    if kind < 0.8:
        return data[: rng.randrange(1, len(data))]
    if kind < 0.85:
        at = rng.randrange(len(data))
        return data[:at] + bytes(rng.choices(range(128, 256), k=3)) + data[at:]
    if kind < 0.9:
        return rng.choice([b"[" * 100_000, b"[1, 2]", b"null", b"7" * 5_000, b'"text"', b"{}"])
    if kind < 0.95:
        return rng.choice([b"\xff\xfe{\x00}\x00", b"{'text': 'a'}", b'{"text": NaN}', b"\0", b"}"])
    return data.replace(b'"text"', b'"claim"')


def score_rows(folder: Path, count: int, rng: random.Random) -> dict[str, Any]:
    """Hostile lines through ``stance score``: as many rows come out as went in."""
    lines = [
        json_line(
            rng,
            {
                "id": n,
                "text": hostile_value(rng, n),
                "claim": hostile_value(rng, n) if rng.random() < 0.3 else rng.choice(CLAIMS),
            },
        )
        for n in range(count)
    ]
    lines[count // 2] = json.dumps({"text": "word " * 2_000_000, "claim": CLAIMS[0]}).encode()
    lines[0] = json.dumps({"id": 0, "text": sentence(rng, 0), "claim": CLAIMS[0]}).encode()
    source, out = folder / "fuzz.jsonl", folder / "fuzz-scored.jsonl"
    source.write_bytes(b"\n".join(lines) + b"\n")
    figures = _command(folder, "score", str(source), "-o", str(out))
    got = [json.loads(line) for line in out.read_bytes().split(b"\n")[:-1]]
    silent = [r for r in got if r["status"] == "error" and not r["error"]]
    return {
        "what": "rows of JSON Lines through `stance score`",
        "given": sum(bool(line.strip()) for line in lines),
        "scored": sum(r["status"] == "ok" for r in got),
        "reported": sum(r["status"] == "error" for r in got) - len(silent),
        **figures,
    }


def track_rows(folder: Path, count: int, rng: random.Random) -> dict[str, Any]:
    """Hostile documents through ``stance track``: each is a document or a skipped row."""
    rows = []
    for n in range(count):
        row: Row = {"id": str(n), "text": hostile_value(rng, n), "date": _date(rng)}
        for name in ("source", "title", "url", "lang", "id"):
            if rng.random() < 0.1:
                row[name] = hostile_value(rng, n)
        rows.append(json_line(rng, row))
    source, out = folder / "fuzz-documents.jsonl", folder / "fuzz-tracked"
    source.write_bytes(b"\n".join(rows) + b"\n")
    claims = folder / "fuzz-claims.txt"
    claims.write_text("\n".join(CLAIMS[:3]) + "\n", encoding="utf-8")
    figures = _command(folder, "track", str(source), "--claims", str(claims), "-o", str(out))
    counts = json.loads((out / "run.json").read_text(encoding="utf-8"))["counts"]
    return {
        "what": "rows of JSON Lines through `stance track`",
        "given": sum(bool(row.strip()) for row in rows),
        "scored": counts["documents"],
        "reported": counts["skipped_rows"],
        **figures,
    }


def _date(rng: random.Random) -> object:
    if rng.random() < 0.5:  # what is hostile is elsewhere, and has to come through the whole flow
        return f"2022-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    others = [7, 2022, None, 1e9, True, [2022, 10, 12], {"year": 2022}, "\u202e2022-10-12"]
    return rng.choice(_DATES) if rng.random() < 0.7 else rng.choice(others)


def csv_files(folder: Path, count: int, rng: random.Random) -> dict[str, Any]:
    """Tables with quotation marks gone wrong: every line is in a row or in a problem."""
    return _files(folder / "csv", count, rng, _broken_csv, ".csv")


def other_files(folder: Path, count: int, rng: random.Random) -> dict[str, Any]:
    """Texts, pages, tables and plain noise under every suffix."""
    return _files(folder / "files", count, rng, _any_bytes, "")


def _broken_csv(rng: random.Random, number: int) -> tuple[str, bytes]:
    lines = ["id,text,date"]
    for n in range(rng.randint(1, 12)):
        text = sentence(rng, n).replace('"', '""')
        cell = rng.choice([f'"{text}"', f'"{text}', f'{text}"', text, f'"{text}"x', 'a"b"c', ""])
        lines.append(f"{n},{cell},{rng.choice(_DATES)}{rng.choice(['', '', '', ',extra'])}")
    data = rng.choice(["\n", "\r\n", "\r"]).join(lines).encode()
    if rng.random() < 0.2:
        at = rng.randrange(len(data))
        data = data[:at] + rng.choice([b"\0", b"\xff", b"\xed\xa0\x80"]) + data[at:]
    return ".csv", data


def _any_bytes(rng: random.Random, number: int) -> tuple[str, bytes]:
    suffix = rng.choice([".txt", ".md", ".html", ".jsonl", ".csv", ".parquet"])
    if suffix == ".parquet" and rng.random() < 0.8:
        return suffix, _parquet(rng, number)
    text = hostile_text(rng, number)
    makers: list[Callable[[], bytes]] = [
        lambda: text.encode("utf-8", "surrogatepass"),
        lambda: text.encode("utf-16", "surrogatepass"),
        lambda: text.encode("cp1251", "replace"),
        lambda: rng.randbytes(rng.randint(0, 5_000)),
        lambda: b"---\ntitle: x\ndate: " + rng.choice(_DATES).encode() + b"\n---\n" + b"It is on.",
        lambda: b"<html><body>" + b"<div><p>" * rng.randint(1, 30_000) + b"The road is open.",
        lambda: b"<!DOCTYPE a [<!ENTITY b '" + b"c" * 99 + b"'>]><a>" + b"&b;" * 20_000,
        lambda: b"\x1f\x8b\x08" + rng.randbytes(100),
        lambda: b"PK\x03\x04" + rng.randbytes(100),
    ]
    return suffix, rng.choice(makers)()


def _parquet(rng: random.Random, number: int) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: list[Any] = [
        pa.array([1, 2, 3]),
        pa.array([b"\xff\xfe", b"a", None]),
        pa.array([[1], [2, 3], None]),
        pa.array([dt.datetime(2022, 10, 12), None, dt.datetime(1, 1, 1)]),
        pa.array([{"a": 1}, {"a": None}, None]),
        pa.array(["The road is open.", "", None]),
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array([True, None, False]),
        pa.array([1e300, float("nan"), None]),
        pa.array([2**62, -(2**62), 0], pa.timestamp("us")),
    ]
    names = ("text", "date", "id", "source")[: rng.randint(1, 4)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({name: rng.choice(columns) for name in names}), sink)
    data = bytes(sink.getvalue().to_pybytes())
    return data if rng.random() < 0.7 else data[: rng.randrange(len(data))]


def _files(
    folder: Path,
    count: int,
    rng: random.Random,
    make: Callable[[random.Random, int], tuple[str, bytes]],
    suffix: str,
) -> dict[str, Any]:
    from stance.errors import StanceError
    from stance.readers import load

    folder.mkdir()
    outcome: Counter[str] = Counter()
    slowest = 0.0
    for number in range(count):
        kind, data = make(rng, number)
        path = folder / f"{number}{kind}"
        path.write_bytes(data)
        began = time.perf_counter()
        try:
            loaded = load(path)
            bare_header = kind == ".csv" and not loaded.problems  # an empty table is no mistake
            outcome["read" if loaded.documents or bare_header else "reported"] += 1
            if not loaded.documents and not loaded.problems and not bare_header:
                outcome["silent"] += 1
        except StanceError as error:
            outcome["reported"] += bool(str(error))
        slowest = max(slowest, time.perf_counter() - began)
        path.unlink()
    return {
        "what": f"files{' of ' + suffix if suffix else ', six suffixes'} through the reader",
        "given": count,
        "scored": outcome["read"],
        "reported": outcome["reported"] - outcome["silent"],
        "crashes": 0,  # another exception would have ended this run
        "peak_mb": _resident_mb(os.getpid()),
        "slowest_seconds": round(slowest, 2),
    }


def _command(folder: Path, *arguments: str) -> dict[str, Any]:
    """Run a command on the tiny model; its exit code and most memory."""
    log = folder / "fuzz.log"
    model = ("--model", str(folder / "model"), "--backend", "torch", "--dtype", "fp32")
    process = start([*arguments, *model, "--quiet"], log)
    peak = 0
    while process.is_alive():
        process.join(0.1)
        peak = max(peak, _resident_mb(process.pid))
    said = log.read_text(encoding="utf-8", errors="replace")
    if process.exitcode:
        raise SystemExit(f"stance {arguments[0]} ended with {process.exitcode}: {said[-2_000:]}")
    return {"crashes": said.count("Traceback"), "peak_mb": peak}


def _resident_mb(pid: int | None) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(x.split()[1]) // 1024 for x in lines if x.startswith("VmHWM")), 0)


def _apart(folder: Path, tables: int, others: int, rng: random.Random) -> list[dict[str, Any]]:
    """The readers' part in a process of its own: the most memory is then theirs alone."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_readers, folder, tables, others, rng).result()


def _readers(folder: Path, tables: int, others: int, rng: random.Random) -> list[dict[str, Any]]:
    return [csv_files(folder, tables, rng), other_files(folder, others, rng)]


def fuzz(folder: Path, count: int, *, seed: int = 0) -> list[dict[str, Any]]:
    """``count`` rows and files: half rows to score, a fifth documents to track, the rest files."""
    rng = random.Random(seed)
    idle = score_rows(folder, 8, rng)["peak_mb"]
    (folder / "fuzz-scored.jsonl").unlink()
    (folder / "fuzz-scored.jsonl.stance-run" / "manifest.json").unlink()
    parts = [
        score_rows(folder, count // 2, rng),
        track_rows(folder, count // 5, rng),
        *_apart(folder, count // 10, count - count // 2 - count // 5 - count // 10, rng),
    ]
    for part in parts:
        part["unaccounted"] = part["given"] - part["scored"] - part["reported"]
        part["idle_mb"] = idle
    return parts
