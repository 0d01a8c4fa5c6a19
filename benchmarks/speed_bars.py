"""What is asked of speed on two CPU cores, beside what the scenarios last reached.

Every row says on which processor and when: scenarios are kept one by one, so that they may be of
different machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from benchmarks import results

AGREE = 0.995
"""Share of labels that has to be fp32's where a ratio is claimed."""
Figures = dict[str, Any]
Read = Callable[[Figures], float]


def _best(column: str, *dtypes: str, way: str = "", agree: float = AGREE) -> Read:
    """The most that ways of ours have in a column, of those in ``dtypes`` that agree with fp32."""

    def read(figures: Figures) -> float:
        return max(
            float(row[column])
            for row in figures["rows"]
            if row["way"].startswith("stance")
            and way in row["way"]
            and row["way"].endswith(tuple(f"({dtype})" for dtype in dtypes))
            and row["label_agreement"] >= agree
            and row[column] is not None
        )

    return read


def _least_by_hand(figures: Figures) -> float:
    """Our best against the best by hand, in the dtype where that is least."""
    known = []
    for dtype in ("fp32", "bf16", "int8"):
        with suppress(ValueError):  # nothing by hand in this dtype
            known.append(_best("x_by_hand", dtype, agree=0)(figures))
    return min(known)


BARS: Sequence[tuple[str, str, float, bool, Read]] = (
    ("× pipeline (32)", "mixed", 10, True, _best("x_pipeline", "fp32", "bf16")),
    ("× CrossEncoder", "mixed", 5, True, _best("x_cross_encoder", "fp32", "bf16")),
    (
        "× CrossEncoder, torch alone",
        "mixed",
        4,
        True,
        _best("x_cross_encoder", "fp32", "bf16", way="torch alone"),
    ),
    ("× CrossEncoder, int8", "mixed", 6.5, True, _best("x_cross_encoder", "int8", agree=0)),
    ("× CrossEncoder, exact fp32", "mixed", 2.7, True, _best("x_cross_encoder", "fp32")),
    ("× best by hand, worst dtype", "mixed", 0.97, True, _least_by_hand),
    ("share of the bf16 limit", "mixed", 0.65, True, _best("fraction_of_limit", "bf16")),
    ("× zero-shot, matrix", "matrix", 12, True, _best("x_zero_shot", "fp32", "bf16")),
    ("× cold, from the store", "warm-cache", 50, True, lambda f: float(f["x_cold"])),
    ("growth exponent", "growth", 1.05, False, lambda f: float(f["exponent"])),
    (
        "MB above the model, 1e6 rows",
        "growth",
        1500,
        False,
        lambda f: float(f["rows"][-1]["mb_above"]),
    ),
    ("× one process, two", "processes", 1.8, True, lambda f: float(f["x_one"])),
)
"""Name, scenario, what is asked, whether at least that, and how it is read."""


def bars(stem: str) -> list[dict[str, Any]]:
    """One row per bar; ``stem`` is what the scenarios' files begin with (``speed_cpu_small``)."""
    rows = []
    for name, scenario, asked, least, read in BARS:
        try:
            kept = results.load(f"{stem}_{scenario}")
            reached = read(kept["figures"])
        except (FileNotFoundError, ValueError, KeyError):
            continue
        rows.append(
            {
                "bar": name,
                "asked": f"{'≥' if least else '≤'} {asked}",
                "reached": round(reached, 3),
                "met": reached >= asked if least else reached <= asked,
                "processor": kept["machine"]["cpu"],
                "date": kept["date"],
            }
        )
    return rows
