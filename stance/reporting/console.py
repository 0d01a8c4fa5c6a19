"""The same findings in a terminal: who stood where on which date, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from stance.reporting.phrases import shorten, visible
from stance.reporting.results import Results, Row, load_results

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_LOOK = {"supports": ("▲", "blue"), "refutes": ("▼", "red"), "neutral": ("●", "bright_black")}
_DATE_WIDTH, _NAME_WIDTH = 13, 28  # characters, a date column and the holder's


def print_summary(folder: Path | str, console: Console | None = None) -> None:
    """Print holders × dates for each claim, then the shifts, from the output folder of a run.

    Dates stand in columns where they fit the console's width; else each holder's row lists them.
    Raises :class:`~stance.errors.InputError` where a file is missing or broken.
    """
    from rich.console import Console

    console = console or Console()
    results = load_results(Path(folder))
    for claim in results.claims:
        _print_claim(claim, results, console)
    _print_shifts(results, console)


def _print_claim(claim: Row, results: Results, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    lines = [
        (line, points)
        for line in results.timelines
        if line["claim_id"] == claim["claim_id"] and (points := _spoken(line))
    ]
    title = Text(visible(claim["claim"]), style="bold")
    if not lines:
        console.print(
            title, Text("No one takes it up on a dated document.\n", style="dim"), sep="\n"
        )
        return
    dates = sorted({point["date"] for _, points in lines for point in points})
    columns = len(dates) * (_DATE_WIDTH + 2) + _NAME_WIDTH <= console.width
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("holder", max_width=_NAME_WIDTH)
    for date in dates if columns else ("stances",):
        table.add_column(visible(date), no_wrap=columns)
    for line, points in sorted(lines, key=lambda item: _order(*item)):
        name = Text(visible(line["holder"]))
        if line["holder_type"] == "outlet":
            name.append(" (outlet)", style="dim")
        if columns:
            at = {point["date"]: point for point in points}
            cells = [_mark(at[date]) if date in at else Text("") for date in dates]
        else:
            cells = [Text("  ").join(_dated(points))]
        table.add_row(name, *cells)
    console.print(title, table, "", sep="\n")


def _print_shifts(results: Results, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    if not results.shifts:
        console.print(Text("No change of position was found.", style="bold"))
        return
    table = Table(title="Changes of position", title_justify="left", title_style="bold", box=None)
    for heading in ("holder", "claim", "before", "after", "how sure"):
        table.add_column(heading, overflow="fold")
    for row in results.shifts:
        table.add_row(
            Text(visible(row["holder"])),
            Text(shorten(visible(row.get("claim") or row["claim_id"]), 60)),
            _side(row.get("stance_from"), row["date_before"]),
            _side(row.get("stance_to"), row["date_after"]),
            _certainty(row),
        )
    console.print(table)


def _spoken(line: Row) -> list[Row]:
    return [point for point in line["points"] if point.get("stance") in _LOOK]


def _order(line: Row, points: list[Row]) -> tuple[bool, int, str]:
    silent = all(point["stance"] == "neutral" for point in points)
    return silent, -len(points), str(line["holder"])


def _mark(point: Row) -> Text:
    from rich.text import Text

    sign, colour = _LOOK[point["stance"]]
    return Text(f"{sign} {point['score']:+.2f}", style=colour)


def _dated(points: Iterable[Row]) -> list[Text]:
    from rich.text import Text

    return [Text(f"{visible(point['date'])} ").append_text(_mark(point)) for point in points]


def _side(stance: str | None, date: str) -> Text:
    from rich.text import Text

    sign, colour = _LOOK.get(stance or "", ("–", ""))
    return Text(f"{sign} {stance or 'none'}", style=colour).append(f"\n{visible(date)}", "dim")


def _certainty(row: Row) -> str:
    if row.get("basis") == "test" and row.get("p_value") is not None:
        q_value = row.get("q_value")
        return f"p {row['p_value']:.3g}" + (f"\nq {q_value:.3g}" if q_value is not None else "")
    return f"{row['probability']:.2f}" if row.get("probability") is not None else "–"
