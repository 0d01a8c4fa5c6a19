"""A still chart of timelines for notebooks: plain SVG, no script, no library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from stance.reporting.phrases import long_date, shorten, visible
from stance.types import Timeline, TimelinePoint

_WIDTH, _LEFT, _RIGHT, _ROW, _HEAD = 760, 200, 100, 58, 26
_COLOURS = {"supports": "#0b66a8", "refutes": "#bd4708", "neutral": "#6d737e"}
_MARKS = {"supports": "M0-6 5.5 4.5H-5.5Z", "refutes": "M0 6-5.5-4.5H5.5Z"}
_ROUND = "M0-5a5 5 0 1 0 .001 0Z"


@dataclass(frozen=True, slots=True)
class Chart:
    """An SVG that a notebook shows by itself; ``str()`` gives its text for a file."""

    svg: str

    def _repr_html_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg


def plot_timelines(timelines: Sequence[Timeline]) -> Chart:
    """Draw timelines, one row each under their claim: support above the line, interval as a bar.

    Colours and shapes are those of the report; the text of a mark is its tooltip. Points that are
    ``unrelated`` are not drawn.

    >>> from datetime import date
    >>> from stance.types import Date
    >>> point = TimelinePoint(Date(date(2024, 5, 2)), ("d1",), "supports", 0.8, 0.6, 0.9)
    >>> line = Timeline("A. Clerk", "speaker", "c1", "The road is open.", (point,))
    >>> chart = plot_timelines([line])
    >>> chart.svg.startswith("<svg") and "A. Clerk" in str(chart)
    True
    """
    order = list(dict.fromkeys(line.claim for line in timelines))
    rows = [
        (line, [p for p in line.points if p.stance != "unrelated"])
        for line in sorted(timelines, key=lambda line: order.index(line.claim))
    ]
    days = [point.date.start for _, points in rows for point in points]
    if not days:
        return Chart(_svg(_HEAD, _text(0, 17, "No dated stance to draw.", "#6d737e")))
    first, last = min(days), max(days)
    body: list[str] = []
    claim: str | None = None
    top = 0
    for line, points in rows:
        if line.claim != claim:
            claim = line.claim
            body.append(_text(0, top + 17, shorten(visible(claim), 100), "currentColor", bold=True))
            top += _HEAD
        body.append(
            f'<g transform="translate(0,{top})">{"".join(_row(line, points, first, last))}</g>'
        )
        top += _ROW
    body.append(_text(_LEFT, top + 16, long_date(first.isoformat()), "#6d737e"))
    end = long_date(last.isoformat())
    body.append(_text(_WIDTH - _RIGHT, top + 16, end, "#6d737e", anchor="end"))
    return Chart(_svg(top + 24, "".join(body)))


def _row(line: Timeline, points: list[TimelinePoint], first: date, last: date) -> Iterator[str]:
    middle = _ROW / 2
    yield _text(0, middle + 4, shorten(visible(line.holder), 26), "currentColor")
    yield (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{middle}" y2="{middle}" stroke="#b9bec7"/>'
    )
    places = [(_x(point.date.start, first, last), _y(point.score)) for point in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{path}" fill="none" stroke="#8a909b" stroke-opacity=".6"/>'
    for point, (x, y) in zip(points, places, strict=True):
        colour = _COLOURS[point.stance]
        label = f"{point.date}: {point.stance}, score {point.score:+.2f}"
        yield (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(point.low):.1f}" y2="{_y(point.high):.1f}" '
            f'stroke="{colour}" stroke-opacity=".38" stroke-width="5" stroke-linecap="round"/>'
            f'<path d="{_MARKS.get(point.stance, _ROUND)}" transform="translate({x:.1f},{y:.1f})" '
            f'fill="{colour}"><title>{escape(label)}</title></path>'
        )
    if points:
        word = points[-1].stance
        yield _text(_WIDTH - _RIGHT + 14, middle + 4, word, _COLOURS[word])


def _x(day: date, first: date, last: date) -> float:
    room = _WIDTH - _RIGHT - _LEFT - 16
    share = (day - first).days / (last - first).days if last > first else 0.5
    return _LEFT + 8 + room * share


def _y(score: float) -> float:
    return _ROW / 2 - score * (_ROW / 2 - 8)


def _text(
    x: float, y: float, text: str, colour: str, *, bold: bool = False, anchor: str = "start"
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(text)}</text>"
    )


def _svg(height: int, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Stances over time" '
        f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'font-family="system-ui, sans-serif" font-size="13">{body}</svg>'
    )
