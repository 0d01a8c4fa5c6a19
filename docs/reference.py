"""Write docs/python.md and docs/cli.md from the code: ``python docs/reference.py``.

A test runs it with ``--check``, so that the pages can never lag behind.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any

import typer

import stance
from stance.cli import app

HERE = Path(__file__).parent
GROUPS = {
    "The flow": ("read", "load", "read_claims", "attribute", "passages", "detect", "match", "score",
                 "track", "Tracking", "build_timelines", "shifts", "find_shifts",
                 "contradictions", "trend", "decompose",
                 "verify", "history", "Archive", "read_claim_reviews",
                 "draw_sample", "audit_estimate"),
    "Models": ("NLI", "find_model", "list_models"),
    "Output": ("Store", "record", "to_arrow", "write", "render", "plot_timelines"),
    "Records": ("Document", "Attribution", "Passage", "Claim", "ClaimMember", "DetectedClaim",
                "Candidate", "Stance", "Evidence", "Timeline", "TimelinePoint", "Trend",
                "TrendPoint", "Shift", "Contradiction", "Verdict", "Span", "Date"),
    "Errors": ("StanceError", "InputError", "UsageError", "ModelError", "OutputError",
               "MissingExtraError"),
}  # fmt: skip


def python_page() -> str:
    """Every public name with its signature and docstring."""
    listed = {name for names in GROUPS.values() for name in names}
    missing = set(stance.__all__) - listed - {"__version__"}
    if missing:
        raise SystemExit(f"add {sorted(missing)} to a group of docs/reference.py")
    out = ["# Python reference\n\nMade from the code by `docs/reference.py`; edit the docstrings."]
    for title, names in GROUPS.items():
        out.append(f"## {title}")
        out += [_entry(name, getattr(stance, name)) for name in names]
    return "\n\n".join(out) + "\n"


def _entry(name: str, thing: Any) -> str:
    parts = [f"### `stance.{name}`", f"```python\n{_signature(name, thing)}\n```", _text(thing)]
    if inspect.isclass(thing) and not issubclass(thing, Exception):
        for method, value in vars(thing).items():
            plain = getattr(value, "__func__", value)
            if not method.startswith("_") and inspect.isfunction(plain):
                parts += [f"#### `{name}.{method}`", _text(plain)]
    return "\n\n".join(parts)


def _signature(name: str, thing: Any) -> str:
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return f"class {name}({', '.join(base.__name__ for base in thing.__bases__)})"
    signature = inspect.signature(thing)
    whole = _plain(f"{name}{signature}")
    if len(whole) <= 90:
        return whole
    parts, keyword_only = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            parts.append("*")
        parts.append(_plain(str(parameter)))
    tail = _plain(str(signature.replace(parameters=[])))[2:]
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){tail}"


def _plain(text: str) -> str:
    return re.sub(r"<function .*? at 0x[0-9a-f]+>|<factory>", "...", text.replace("'", ""))


def _text(thing: Any) -> str:
    """The docstring as Markdown: roles become code, examples become blocks."""
    text = inspect.getdoc(thing) or ""
    text = re.sub(r":[a-z]+:`~?([^`]+)`", lambda m: f"`{m[1]}`", text).replace("``", "`")
    text = re.sub(r"  # doctest: \+\w+", "", text)
    return re.sub(
        r"(?m)((?:^>>> .*\n?)(?:^(?!$).*\n?)*)", lambda m: f"```pycon\n{m[1].rstrip()}\n```\n", text
    )


def cli_page() -> str:
    """Every verb with its arguments and options."""
    command: Any = typer.main.get_command(app)
    out = [
        "# Command line\n\nMade from the code by `docs/reference.py`; edit `stance/cli.py`.\n\n"
        "Data goes to standard output or `-o`, everything else to standard error. Exit codes: "
        "0 done, 1 failure, 2 usage, 3 a shift was found under `--fail-on-shift`, "
        "130 interrupted. The files are described in [formats](formats.md)."
    ]
    for name, verb in command.commands.items():
        rows = ["| | default | |", "|---|---|---|"]
        for param in verb.params:
            if param.name == "help":
                continue
            option = param.param_type_name == "option"
            names = ", ".join(f"`{o}`" for o in param.opts) if option else f"`{param.metavar}`"
            default = getattr(param.default, "value", param.default)
            unset = default is None or default is False or default == "" or callable(default)
            shown = "" if unset else f"`{default}`"
            needed = "required" if param.required else shown
            rows.append(f"| {names} | {needed} | {param.help or ''} |")
        examples = [line.strip() for line in (verb.epilog or "").splitlines()[2:]]
        shown = "```sh\n" + "\n".join(examples) + "\n```"
        out += [f"## `stance {name}`", (verb.help or "").strip(), shown, "\n".join(rows)]
    return "\n\n".join(out) + "\n"


def main() -> None:
    """Write both pages, or with ``--check`` fail where one would change."""
    pages = {"python.md": python_page(), "cli.md": cli_page()}
    for name, text in pages.items():
        path = HERE / name
        if "--check" in sys.argv and path.read_text(encoding="utf-8") != text:
            raise SystemExit(f"docs/{name} is not up to date; run: python docs/reference.py")
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
