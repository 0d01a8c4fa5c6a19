"""The same findings in a terminal: who stood where on which date, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stance.reporting.findings import by_certainty
from stance.reporting.levels import Behind
from stance.reporting.payload import build_payload
from stance.reporting.phrases import count, shorten, visible
from stance.reporting.results import Results, Row, load_results
from stance.reporting.summary import paragraph

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_LOOK = {"supports": ("▲", "blue"), "refutes": ("▼", "red"), "neutral": ("●", "bright_black")}
_DATE_WIDTH, _NAME_WIDTH = 13, 28  # characters, a date column and the holder's
_POINT_WIDTH = 20  # "2024-05-02 ▲ +0.42" and what parts it from the next
_HOLDERS, _SHIFTS = 12, 15  # rows of a table; the page has them all
_FIRST, _LAST = 2, 5  # points of a long series


def print_summary(folder: Path | str, console: Console | None = None) -> None:
    """Print holders × dates for each claim, then the shifts, from the output folder of a run.

    Dates stand in columns where they fit the console's width; else each holder's row lists them.
    Long tables and series are cut and say so: a terminal is for a look, the page has everything.
    Raises :class:`~stance.errors.InputError` where a file is missing or broken.
    """
    from rich.console import Console

    console = console or Console()
    results = load_results(Path(folder))
    _print_head(results, console)
    for claim in results.claims:
        _print_claim(claim, results, console)
    _print_shifts(results, console)
    _print_both_sides(results, console)


def _print_head(results: Results, console: Console) -> None:
    from rich.text import Text

    if not results.claims:
        return
    payload = build_payload(results, behind=Behind({}, []))
    console.print(Text(paragraph(payload)), "", sep="\n")
    names = {"supports": "supports", "neutral": "takes no side", "refutes": "refutes"}
    legend = Text("  ").join(
        Text(f"{_LOOK[stance][0]} {name}", style=_LOOK[stance][1]) for stance, name in names.items()
    )
    scale = Text("The number is p(supports) − p(refutes), from −1 to +1.", style="dim")
    console.print(legend, scale, "", sep="\n")


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
    lines.sort(key=lambda item: _order(*item))
    for line, points in lines[:_HOLDERS]:
        name = Text(visible(line["holder"]))
        if line["holder_type"] == "outlet":
            name.append(" (outlet)", style="dim")
        if columns:
            at = {point["date"]: point for point in points}
            cells = [_mark(at[date]) if date in at else Text("") for date in dates]
        else:
            cells = [_listed(points, console.width)]
        table.add_row(name, *cells)
    console.print(title, table, sep="\n")
    _say_more(len(lines) - _HOLDERS, "holder", console)
    console.print("")


def _say_more(left: int, noun: str, console: Console) -> None:
    from rich.text import Text

    if left > 0:
        console.print(Text(f"and {count(left, f'more {noun}')}, in report.html", style="dim"))


def _print_shifts(results: Results, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    if not results.shifts:
        console.print(Text("No change of position was found.", style="bold"))
        return
    table = Table(title="Changes of position", title_justify="left", title_style="bold", box=None)
    for heading in ("holder", "claim", "before", "after", "how sure"):
        table.add_column(heading, overflow="fold")
    for row in sorted(results.shifts, key=by_certainty)[:_SHIFTS]:
        table.add_row(
            Text(visible(row["holder"])),
            Text(shorten(visible(row.get("claim") or row["claim_id"]), 60)),
            _side(row.get("stance_from"), row["date_before"]),
            _side(row.get("stance_to"), row["date_after"]),
            _certainty(row),
        )
    console.print(table)
    _say_more(len(results.shifts) - _SHIFTS, "change", console)


def _print_both_sides(results: Results, console: Console) -> None:
    from rich.text import Text

    found = results.run.get("counts", {}).get("contradictions")
    if found:
        said = f"{count(found, 'contradiction')} of one holder in one document or on one day"
        console.print(Text(f"{said[0].upper()}{said[1:]}: report.html has the passages."))


def _spoken(line: Row) -> list[Row]:
    return [point for point in line["points"] if point.get("stance") in _LOOK]


def _order(line: Row, points: list[Row]) -> tuple[bool, int, str]:
    silent = all(point["stance"] == "neutral" for point in points)
    return silent, -len(points), str(line["holder"])


def _mark(point: Row) -> Text:
    from rich.text import Text

    sign, colour = _LOOK[point["stance"]]
    return Text(f"{sign} {point['score']:+.2f}", style=colour)


def _listed(points: Sequence[Row], width: int) -> Text:
    """Dated marks in lines of whole points: a line that broke inside one could not be read."""
    from rich.text import Text

    marks = [Text(f"{visible(point['date'])} ").append_text(_mark(point)) for point in points]
    hidden = len(marks) - _FIRST - _LAST
    if hidden > 1:
        marks[_FIRST:-_LAST] = [Text(f"… {hidden} more …", style="dim")]
    room = max(1, (width - _NAME_WIDTH - 2) // _POINT_WIDTH)
    lines = [Text("  ").join(marks[at : at + room]) for at in range(0, len(marks), room)]
    return Text("\n").join(lines)


def _side(stance: str | None, date: str) -> Text:
    from rich.text import Text

    sign, colour = _LOOK.get(stance or "", ("–", ""))
    return Text(f"{sign} {stance or 'none'}", style=colour).append(f"\n{visible(date)}", "dim")


def _certainty(row: Row) -> str:
    if row.get("basis") == "test" and row.get("p_value") is not None:
        q_value = row.get("q_value")
        return f"p {row['p_value']:.3g}" + (f"\nq {q_value:.3g}" if q_value is not None else "")
    return f"{row['probability']:.2f}" if row.get("probability") is not None else "–"
