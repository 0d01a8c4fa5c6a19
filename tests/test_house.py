"""The rules of the house: light imports, who may import whom, public names that are documented."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import stance

ROOT = Path(stance.__file__).parent
GROUND = {"types", "errors", "text", "dates"}
TORCH_ROOMS = {"inference", "training"}


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_import_stance_is_light() -> None:
    code = "import sys, stance, json; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(_python(code)))
    assert not loaded & {"torch", "transformers", "pandas", "polars", "datasets", "numpy", "typer"}


def test_help_loads_no_heavy_package() -> None:
    code = (
        "import sys, json\nfrom typer.testing import CliRunner\nfrom stance.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = set(json.loads(_python(code)))
    assert not loaded & {"torch", "transformers", "pandas", "datasets", "numpy", "pyarrow"}


def _imports(path: Path, *, top_level: bool) -> set[str]:
    """Modules a file imports: everywhere, or when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level else list(ast.walk(tree))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_imports_the_command_line_and_only_some_rooms_torch(path: Path) -> None:
    name = path.relative_to(ROOT).parts[0].removesuffix(".py")
    everywhere = _imports(path, top_level=False)
    if name != "__main__":
        assert not {m for m in everywhere if m.startswith("stance.cli")}
    if name not in TORCH_ROOMS | {"models", "doctor"}:
        assert not {m for m in everywhere if m.split(".")[0] in {"torch", "transformers"}}
    if name in GROUND:
        loaded = _imports(path, top_level=True)  # Timeline.plot imports the chart when asked
        ours = {m.split(".")[1] for m in loaded if m.startswith("stance.")}
        assert ours <= {"types", "errors", "almanac"}


# What a room may import besides itself: its interior is nobody's business but its door's.
ROOMS = {
    "speech": {"types", "errors", "almanac", "text", "furniture"},
    "naming": {"types", "errors", "almanac", "text", "gazetteer", "speech"},
}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    for path in sorted((ROOT / room).glob("*.py")):
        everywhere = _imports(path, top_level=False)
        ours = {m.split(".")[1] for m in everywhere if m.startswith("stance.")}
        assert ours <= ROOMS[room] | {room}, path.name


def test_no_public_function_has_the_name_of_a_submodule() -> None:
    modules = {module.name for module in pkgutil.iter_modules([str(ROOT)])}
    assert not modules & set(stance.__all__)


@pytest.mark.parametrize("name", stance.__all__)
def test_every_public_name_loads_has_a_docstring_and_stands_in_the_docs(name: str) -> None:
    thing = getattr(stance, name)
    if name == "__version__":
        return
    assert (thing.__doc__ or "").strip()
    docs = "".join(
        page.read_text(encoding="utf-8")
        for page in [ROOT.parent / "README.md", *(ROOT.parent / "docs").glob("*.md")]
    )
    assert re.search(rf"\b{name}\b", docs), f"{name} is in no page of docs/"


MODULES = sorted(
    ".".join(("stance", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for path in FILES
    if path.name not in {"__main__.py", "cli.py"}
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
