"""One self-contained HTML file: the data, our script and the chart library, nothing fetched."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from stance.reporting.levels import look_behind
from stance.reporting.payload import build_payload
from stance.reporting.results import load_results
from stance.reporting.summary import headline, paragraph
from stance.types import Document
from stance.writers import write_text

_LIMIT = 2_000_000  # bytes of the whole page
_QUOTES = ((600, 3), (200, 1), (80, 1), (300, 0))  # characters and quotations a stance
_LIBRARIES = ("vendor/d3.min.js", "vendor/plot.min.js")
_SCRIPTS = (
    "data",
    "card",
    "chart",
    "matrix",
    "claims",
    "shifts",
    "conflicts",
    "groups",
    "coverage",
    "main",
)
# Observable Plot puts this style sheet into each chart; the policy has to know it by its hash.
_PLOT_STYLE = """:where(.stance-plot) {
  --plot-background: white;
  display: block;
  height: auto;
  height: intrinsic;
  max-width: 100%;
}
:where(.stance-plot text),
:where(.stance-plot tspan) {
  white-space: pre;
}"""


def render(
    folder: Path | str,
    *,
    documents: Sequence[Document] | None = None,
    out: Path | str | None = None,
    overwrite: bool = True,
) -> Path:
    """Write the report of a run as one HTML file and return its path.

    Reads ``claims``, ``stances``, ``timelines``, ``shifts``, ``attributions`` (``.jsonl``) and
    ``run.json`` in ``folder``; writes ``folder/report.html`` unless ``out`` names another file,
    which is replaced only with ``overwrite``.
    ``documents`` adds titles and addresses that run.json does not list. The same files give the
    same bytes.

    Raises:
        InputError: a file is missing or broken.
        OutputError: the page cannot be written.
        UsageError: ``out`` holds something else and ``overwrite`` is False.
    """
    folder = Path(folder)
    target = Path(out) if out is not None else folder / "report.html"
    results = load_results(folder)
    behind = look_behind(results.stances)
    for chars, most in _QUOTES:
        page = _page(
            build_payload(
                results, documents, quote_chars=chars, quotes_per_stance=most, behind=behind
            )
        )
        if len(page) <= _LIMIT:
            break
    write_text(page.decode(), target, overwrite=overwrite or out is None)
    return target


def _page(payload: dict[str, Any]) -> bytes:
    """The page for one payload; the data is packed with gzip only where it would be too large."""
    data = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    page = _fill(payload, data.replace("<", "\\u003c"), "json")
    if len(page) <= _LIMIT:
        return page
    packed = base64.b64encode(gzip.compress(data.encode(), mtime=0)).decode()
    return _fill(payload, json.dumps(packed), "gzip")


def _fill(payload: dict[str, Any], data: str, encoding: str) -> bytes:
    libraries = [_asset(name) for name in _LIBRARIES]
    script = "\n".join(_asset(f"assets/{name}.js") for name in _SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}\n}})();'
    style = _asset("assets/report.css")
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(_hash(text) for text in (*libraries, script))}",
            f"style-src {_hash(style)} {_hash(_PLOT_STYLE)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    page = Template(_asset("assets/page.html")).substitute(
        policy=policy,
        title=escape(headline(payload)),
        summary=escape(paragraph(payload)),
        style=style,
        data=data,
        encoding=encoding,
        d3=libraries[0],
        plot=libraries[1],
        script=script,
        licences=_asset("vendor/LICENSES.txt"),
    )
    return page.encode()


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _asset(name: str) -> str:
    return (files("stance.reporting") / name).read_text(encoding="utf-8")
