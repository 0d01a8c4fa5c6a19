"""The picture of the stance suite: how often the surest rows are wrong, from the kept JSON."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.results import FOLDER

TARGET = Path(__file__).parents[1] / "docs" / "img" / "risk_coverage.svg"
_COLOURS = {"as found": "#1b6ca8", "from the gold": "#8a8f98"}


def draw(source: Path = FOLDER / "quality_stance.json", target: Path = TARGET) -> Path | None:
    """One SVG beside the docs, None where nothing is measured yet; needs matplotlib."""
    if not source.is_file():
        return None
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = target.stem  # the same figures give the same file
    from matplotlib import pyplot

    curves = json.loads(source.read_text(encoding="utf-8"))["figures"]["risk_coverage"]
    figure, axes = pyplot.subplots(figsize=(6, 3.2), layout="constrained")
    for name, points in curves.items():
        axes.plot(
            [p["coverage"] for p in points],
            [p["risk"] for p in points],
            color=_COLOURS.get(name),
            label=f"attributions {name}",
        )
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="share of rows answered", ylabel="share wrong")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    target.parent.mkdir(exist_ok=True)
    figure.savefig(target, metadata={"Date": None})
    pyplot.close(figure)
    return target
