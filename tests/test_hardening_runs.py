"""The reliability suite in small: killed, starved and fuzzed, with the real command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills and limits of Linux")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sys.path.insert(0, str(ROOT))
    from benchmarks.reliability_jobs import tiny_model

    tiny_model(tmp_path / "model")
    return tmp_path


@pytest.mark.parametrize("verb", ["score", "track"])
def test_a_killed_job_ends_in_the_same_bytes(folder: Path, verb: str) -> None:
    from benchmarks.reliability_jobs import JOBS
    from benchmarks.reliability_kills import kills

    figures = kills(JOBS[verb](folder, 500), folder, 1)
    assert figures["kills"] == 1 and figures["byte_identical"] == figures["jobs"]
    assert figures["rows_lost"] == figures["rows_doubled"] == 0


@pytest.mark.parametrize("verb", ["score", "track"])
def test_a_full_disk_is_one_line_and_can_be_gone_on_from(folder: Path, verb: str) -> None:
    from benchmarks.reliability_jobs import JOBS
    from benchmarks.reliability_kills import full_disk

    figures = full_disk(JOBS[verb](folder, 200), folder, (0.3,))
    whole = {figures[k] for k in ("clear_error", "no_output_left", "byte_identical_after")}
    assert whole == {1}, figures["said"]


def test_hostile_rows_and_files_are_scored_or_reported(folder: Path) -> None:
    from benchmarks.reliability_fuzz import fuzz

    for part in fuzz(folder, 80, seed=3):
        assert part["unaccounted"] == part["crashes"] == 0, part["what"]
        assert part["peak_mb"] < 2_000
