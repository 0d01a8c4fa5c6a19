"""``kill -9`` at random moments and full disks: the same command has to finish the job."""

from __future__ import annotations

import contextlib
import math
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.reliability_jobs import Job, content, rows_of, start


def undisturbed(job: Job, folder: Path) -> tuple[dict[str, bytes], list[str], float]:
    """The bytes and rows of a run that nothing happens to, and its seconds."""
    out = folder / f"whole-{job.name}{job.suffix}"
    start(["--version"], folder / "finish.log").join()  # everything is imported by now
    began = time.perf_counter()
    _finish(job, out, folder)
    seconds = time.perf_counter() - began
    return content(job, out), rows_of(job, out), seconds


def kills(
    job: Job, folder: Path, count: int, *, seed: int = 0, minutes: float = math.inf
) -> dict[str, Any]:
    """Kill the job ``count`` times, one to six times before it may finish; compare each output.

    Moments are drawn evenly over the seconds of an undisturbed run. A process that has ended
    before its moment counts for nothing. After ``minutes`` no further job is begun.
    """
    whole, rows, seconds = undisturbed(job, folder)
    rng = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    moments: list[float] = []
    jobs = identical = lost = doubled = attempts = 0
    while len(moments) < count and time.monotonic() < end:
        jobs += 1
        place = folder / f"{job.name}-{jobs}"
        place.mkdir()
        out = place / f"out{job.suffix}"
        for _ in range(min(rng.randint(1, 6), count - len(moments))):
            attempts += 1
            moment = rng.uniform(0, seconds)
            process = start(job.command(out), folder / "killed.log")
            process.join(moment)
            if process.is_alive():
                process.kill()
                moments.append(round(moment, 2))
            process.join()
        _finish(job, out, folder)
        identical += content(job, out) == whole
        got = rows_of(job, out)
        lost += len(set(rows) - set(got))
        doubled += len(got) - len(set(got))
        _only_output(place, out)
        shutil.rmtree(place)
    return {
        "job": f"stance {job.name}",
        "rows": len(rows),
        "seconds_undisturbed": round(seconds, 1),
        "kills": len(moments),
        "jobs": jobs,
        "byte_identical": identical,
        "rows_lost": lost,
        "rows_doubled": doubled,
        "attempts": attempts,
        "moments": sorted(moments),
    }


def full_disk(job: Job, folder: Path, shares: tuple[float, ...]) -> dict[str, Any]:
    """Run the job where only a share of the room it needs is left, then give it the room.

    A small tmpfs where this process may mount one; else a limit on the size of a file, which the
    system answers in the same place with another word ("File too large").
    """
    whole, _, _ = undisturbed(job, folder)
    largest = max(map(len, whole.values()))
    way = "tmpfs" if _may_mount(folder) else "file size limit"
    clear = untouched = identical = 0
    messages: set[str] = set()
    for number, share in enumerate(shares):
        place = folder / f"full-{job.name}-{number}"
        place.mkdir()
        room = int(largest * share)
        with _small(place, room) if way == "tmpfs" else contextlib.nullcontext():
            out, log = place / f"out{job.suffix}", folder / "full.log"
            process = start(job.command(out), log, None if way == "tmpfs" else room)
            process.join()
            said = log.read_text(encoding="utf-8").strip()
            messages.add(said.rsplit(": ", 1)[-1])
            reason = "No space left on device" in said or "File too large" in said
            clear += process.exitcode == 1 and reason and said.count("\n") == 0
            finished = out / "run.json" if job.name == "track" else out
            untouched += not finished.exists()
            if way == "tmpfs":
                _mount("-o", "remount,size=1g", str(place))
            _finish(job, out, folder)
            identical += content(job, out) == whole
            _only_output(place, out)
    return {
        "job": f"stance {job.name}",
        "way": way,
        "largest_file_bytes": largest,
        "room_shares": list(shares),
        "runs": len(shares),
        "clear_error": clear,
        "no_output_left": untouched,
        "byte_identical_after": identical,
        "said": sorted(messages),
    }


def _finish(job: Job, out: Path, folder: Path) -> None:
    log = folder / "finish.log"
    process = start(job.command(out), log)
    process.join()
    if process.exitcode:
        raise SystemExit(f"stance {job.name} failed: {log.read_text(encoding='utf-8')}")


def _only_output(place: Path, out: Path) -> None:
    """Nothing stays beside a finished output but the manifest of ``stance score``."""
    known = {out.name, f"{out.name}.stance-run"}
    strays = [entry.name for entry in place.iterdir() if entry.name not in known]
    if strays:
        raise SystemExit(f"left behind beside {out.name}: {strays}")


@contextlib.contextmanager
def _small(place: Path, room: int) -> Iterator[None]:
    _mount("-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(place))
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _may_mount(folder: Path) -> bool:
    if os.geteuid() or not shutil.which("mount"):
        return False
    place = folder / "mount"
    place.mkdir(exist_ok=True)
    try:
        with _small(place, 4096):
            return True
    except subprocess.CalledProcessError:
        return False


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
