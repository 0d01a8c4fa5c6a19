"""Tables in the docs from the JSON of the runs: ``python -m benchmarks tables``.

A page marks a place with ``<!-- table: FILE KEY [COLUMN ...] -->`` and ``<!-- end -->``. FILE is a
JSON file below the project's folder, KEY a dotted path to a list of rows (``.`` for the whole
file) or to a single value. What stands between is replaced, so no figure is ever typed by hand; a
test checks it. A file that is not there yet, or has no such key, leaves a word instead, and so does
the picture of ``<!-- image: FILE TEXT -->``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"(<!-- table: (\S+) (\S+)((?: \S+)*) -->\n).*?(<!-- end -->)", re.DOTALL)
_IMAGE = re.compile(r"(<!-- image: (\S+) (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def refresh(page: Path) -> str:
    """The page with every table made anew."""

    def filled(match: re.Match[str]) -> str:
        missing = f"{match[1]}Not measured yet.\n{match[5]}"
        if not (ROOT / match[2]).is_file():
            return missing
        content = json.loads((ROOT / match[2]).read_text(encoding="utf-8"))
        try:
            rows = _rows(content, match[3])
        except KeyError:  # the suite has learned to measure it since its last run
            return missing
        table = markdown(rows, match[4].split())
        return f"{match[1]}{table}{_source(match[2], content)}{match[5]}"

    def shown(match: re.Match[str]) -> str:
        file = page.parent / match[2]
        return f"{match[1]}{f'![{match[3]}]({match[2]})' if file.is_file() else ''}\n{match[4]}"

    return _IMAGE.sub(shown, _BLOCK.sub(filled, page.read_text(encoding="utf-8")))


def _rows(content: Any, key: str) -> Sequence[Mapping[str, Any]]:
    for part in [] if key == "." else key.split("."):
        content = content[int(part)] if isinstance(content, list) else content[part]
    if isinstance(content, Mapping):
        nested = all(isinstance(value, Mapping) for value in content.values())
        if nested:
            return [{"": name, **value} for name, value in content.items()]
        return [{"": name, "value": value} for name, value in content.items()]
    return list(content) if isinstance(content, list) else [{key.rpartition(".")[2]: content}]


def markdown(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """A Markdown table; ``columns`` all of the first row's if empty.

    >>> print(markdown([{"set": "a", "f1": 0.5}], []))
    | set | f1 |
    |---|---|
    | a | 0.5 |
    <BLANKLINE>
    """
    if not rows:
        return ""
    names = list(columns) or list(rows[0])
    lines = [
        f"| {' | '.join(name.replace('_', ' ') for name in names)} |",
        "|---" * len(names) + "|",
    ]
    lines += [f"| {' | '.join(_cell(row.get(name)) for name in names)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) >= 100 or value == int(value) else f"{value:.3f}"
    if isinstance(value, list):
        return " – ".join(_cell(part) for part in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(part)}" for name, part in value.items())
    return str(value)


def _source(file: str, content: Any) -> str:
    if not isinstance(content, Mapping) or "machine" not in content:
        return f"\nFrom `{file}`.\n"
    machine, versions = content["machine"], content["versions"]
    used = ", ".join(f"{name} {number}" for name, number in versions.items())
    return (
        f"\nFrom `{file}`, {content['date']}; {machine['cpu']}{_instructions(machine)}, "
        f"{machine['cores']} cores, Python {machine['python']}; {used}.\n"
    )


def _instructions(machine: Mapping[str, Any]) -> str:
    """What the processor computes with; older results do not say."""
    if "instructions" not in machine:
        return ""
    return f" ({machine['instructions']}, {'with' if machine['bf16'] else 'without'} bf16)"


def pages() -> list[Path]:
    """Every page that may hold a table."""
    return [
        ROOT / "README.md",
        *sorted(ROOT.glob("docs/**/*.md")),
        *sorted(ROOT.glob("models/**/*.md")),
    ]
