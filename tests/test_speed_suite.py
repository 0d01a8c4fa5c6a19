"""The speed suite's own arithmetic: padding, ratios, fair shares, pages without results."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import speed  # noqa: E402
from benchmarks.speed_pairs import LONG, MIXED, SHORT, make_pairs  # noqa: E402
from benchmarks.speed_ways import (  # noqa: E402
    Way,
    by_budget,
    by_characters,
    by_tokens,
    in_order,
    padding,
)
from benchmarks.tables import refresh  # noqa: E402


def way(groups: object) -> Way:
    return Way("a way", "fp32", lambda: lambda pairs: np.zeros((len(pairs), 3)), groups)  # type: ignore[arg-type]


def test_padding_is_the_share_of_computed_tokens_that_are_none() -> None:
    lengths = np.array([10, 90] * 32)
    pairs = [("x" * n, "y") for n in lengths]
    assert padding(way(None), lengths, pairs) == 0
    assert padding(way(in_order), lengths, pairs) == pytest.approx(40 / 90)
    assert padding(way(by_tokens), lengths, pairs) == 0
    assert padding(way(by_characters), lengths, pairs) == 0
    # our rectangles are rounded up to 16 and 96 columns, and no batch mixes the two by much
    assert 0 < padding(way(by_budget), lengths, pairs) < 0.3


@pytest.mark.parametrize("groups", [in_order, by_tokens, by_characters, by_budget])
def test_every_pair_is_in_one_group(groups: object) -> None:
    pairs = make_pairs(70)
    lengths = np.array([len(text.split()) for text, _ in pairs])
    grouped = np.concatenate(list(groups(lengths, pairs)))  # type: ignore[operator]
    assert sorted(grouped.tolist()) == list(range(70))


def test_ratios_are_taken_round_by_round() -> None:
    times = {"ours": [1.0, 2.0, 4.0], "a": [3.0, 8.0, 4.0], "b": [9.0, 4.0, 8.0]}
    assert speed._ratio(times, "ours", ["a"]) == 3.0
    assert speed._ratio(times, "ours", ["a", "b"]) == 2.0  # of 3/1, 4/2, 4/4: the best each round
    assert speed._ratio(times, "ours", ["missing"]) is None


def test_pairs_are_distinct_and_as_long_as_wanted() -> None:
    for words in (SHORT, MIXED, LONG):
        pairs = make_pairs(200, words)
        assert len(set(pairs)) == 200
        assert all(words[0] <= len(text.split()) - 1 <= words[1] for text, _ in pairs)
    assert make_pairs(50, seed=3) == make_pairs(50, seed=3) != make_pairs(50, seed=4)
    repeated = make_pairs(1_000, duplicates=0.3)
    assert 0.65 < len(set(repeated)) / 1_000 < 0.75


def test_the_matrix_takes_what_runs_here_and_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tiny_models import tiny_model

    from stance.inference import backends, openvino

    bench = speed.Bench(tiny_model(tmp_path, "bert"), "cpu", True, False, {})
    monkeypatch.setattr(openvino, "installed", lambda: False)
    for bf16, end in ((True, "(bf16)"), (False, "(fp32)")):
        monkeypatch.setattr(backends, "cpu_has_bf16", lambda has=bf16: has)
        name, nli = speed._fastest(bench)
        assert name == f"stance, torch alone {end}"
        assert nli.matrix(["It rained."], ["It was wet."]).shape == (1, 1, 3)
        assert f"({nli.info()['dtype']})" == end


def test_a_single_value_is_a_table_of_its_own(tmp_path: Path) -> None:
    page, result = tmp_path / "page.md", tmp_path / "result.json"
    result.write_text(json.dumps({"figures": {"exponent": 0.5, "rows": []}}))
    page.write_text(f"<!-- table: {result} figures.exponent -->\n<!-- end -->\n")
    assert "| exponent |\n|---|\n| 0.500 |\n" in refresh(page)


def test_rows_of_the_shifts_suite_become_tables_of_a_page() -> None:
    from benchmarks.shifts import by_points, false_alarms, largest, mix_alarms, power, speed_table

    rows = [*false_alarms(20, (5, 8, 24)), *mix_alarms(2)]
    table = {row["null"]: row for row in largest(rows)}
    assert table["scores, white noise"]["points"] == "5 to 24"
    assert all(row["stance"] == 0 for row in rows if row["points"] == 5)  # nothing is told of them
    assert table["scores, AR(1) 0.6"]["points"] == "24"  # shorter ones promise nothing
    for name, row in table.items():
        assert row["stance"] == max(r["stance"] for r in rows if r["null"] == name)
        assert (row["holders_ignored"] is None) == (not name.startswith("mix of"))
    found = by_points(power(20, (12, 24)))
    assert list(found[0]) == ["change", "12", "24", "cusum_24", "pelt_bic_24"]
    assert speed_table(20)["changed"] == 2


def test_a_page_without_results_says_so(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- table: benchmarks/results/none.json figures a -->\nold\n<!-- end -->\n"
        "<!-- image: img/none.svg A picture -->\nold\n<!-- end -->\n"
    )
    text = refresh(page)
    assert "Not measured yet." in text and "old" not in text and "![" not in text
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "none.svg").write_text("<svg/>")
    assert "![A picture](img/none.svg)" in refresh(page)


def test_a_result_says_what_the_processor_computes_with(tmp_path: Path) -> None:
    from benchmarks.results import machine

    found = machine()
    assert found["instructions"] and isinstance(found["bf16"], bool)
    page, result = tmp_path / "page.md", tmp_path / "result.json"
    page.write_text(f"<!-- table: {result} figures -->\n<!-- end -->\n")
    for bf16, words in ((True, "(AVX512, with bf16)"), (False, "(AVX512, without bf16)")):
        known = found | {"cpu": "Some CPU", "instructions": "AVX512", "bf16": bf16}
        content = {"date": "2024-05-02", "versions": {}, "figures": [{"pairs": 1}]}
        result.write_text(json.dumps(content | {"machine": known}))
        assert f"Some CPU {words}, {found['cores']} cores" in refresh(page)
    older = {name: found[name] for name in ("cpu", "cores", "python")}
    result.write_text(json.dumps(content | {"machine": older}))
    assert f"{found['cpu']}, {found['cores']} cores" in refresh(page)
