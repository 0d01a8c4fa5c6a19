"""The picture of the speed suite: pairs per second of every way, drawn from the kept JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.results import FOLDER

DOCS = Path(__file__).parents[1] / "docs" / "img"
_OURS, _THEIRS, _INK = "#1b6ca8", "#b8bec6", "#222222"


def draw_all() -> list[Path]:
    """One SVG beside the docs for every measured run of mixed lengths; needs matplotlib."""
    drawn = []
    for file in sorted(FOLDER.glob("speed_*_mixed.json")):
        target = DOCS / f"{file.stem}.svg"
        _draw(json.loads(file.read_text(encoding="utf-8")), target)
        drawn.append(target)
    return drawn


def _draw(content: dict[str, Any], target: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = target.stem  # the same figures give the same file
    from matplotlib import pyplot

    rows = sorted(content["figures"]["rows"], key=lambda row: row["pairs_per_second"])
    figure, axes = pyplot.subplots(figsize=(8, 0.36 * len(rows) + 1.1), layout="constrained")
    colours = [_OURS if row["way"].startswith("stance") else _THEIRS for row in rows]
    bars = axes.barh([row["way"] for row in rows], [r["pairs_per_second"] for r in rows], 0.7,
                     color=colours)  # fmt: skip
    labels = [f"{row['pairs_per_second']:g}" + _times(row.get("x_pipeline")) for row in rows]
    axes.bar_label(bars, labels, padding=4, fontsize=8, color=_INK)
    axes.margins(x=0.16)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    axes.tick_params(axis="y", left=False)
    machine = content["machine"]
    threads = f"{content['threads']} thread{'s' * (content['threads'] != 1)}"
    on = threads if content["device"] == "cpu" else content["device"]
    axes.set_title(
        f"Pairs a second, mixed lengths, model {content['model']}\n{machine['cpu']}, {on}",
        loc="left",
        fontsize=9,
        color=_INK,
    )
    target.parent.mkdir(exist_ok=True)
    figure.savefig(target, metadata={"Date": None})
    pyplot.close(figure)


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"  ({ratio:g}×)"
