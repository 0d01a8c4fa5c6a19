"""The docs say what the code does: generated pages are fresh, and shown code runs."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def test_the_reference_pages_are_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_table_is_what_the_runs_measured() -> None:
    sys.path.insert(0, str(ROOT))
    from benchmarks.tables import pages, refresh

    for page in pages():
        assert refresh(page) == page.read_text(encoding="utf-8"), (
            f"{page.name}: run python -m benchmarks tables"
        )


def test_the_readme_example_prints_what_it_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code, said = re.search(r"```python\n(.*?)```\s+```text\n(.*?)```", readme, re.DOTALL).groups()  # type: ignore[union-attr]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.split() == said.split()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    others = {"quality-models.md", "dependencies.md"}  # linked by quality and by CONTRIBUTING
    for page in ROOT.glob("docs/*.md"):
        assert page.name in others or f"](docs/{page.name})" in readme, page.name


def test_the_tour_names_every_module() -> None:
    tour = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for file in (ROOT / "stance").rglob("*.py"):
        folder = file.parent.name
        inside = re.search(rf"^`{folder}/`: .*", tour, re.MULTILINE)
        where = inside[0] if inside and folder != "stance" else tour
        assert file.name.startswith("__") or f"`{file.name}`" in where, file


def test_loading_a_module_never_leads_back_to_it() -> None:
    imports: dict[str, set[str]] = defaultdict(set)
    for file in (ROOT / "stance").rglob("*.py"):
        module = file.relative_to(ROOT).with_suffix("").parts
        for name in _loaded(ast.parse(file.read_text(encoding="utf-8"))):
            imports[module[1]].add(name)
    graph = {module: found - {module} for module, found in imports.items()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError


def _loaded(node: ast.AST) -> Iterator[str]:
    """Files and folders of the package that are imported when the module is, not by its functions
    or for the type checker alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom) and (child.module or "").startswith("stance"):
            yield from child.module.split(".")[1:2] or [alias.name for alias in child.names]
        elif isinstance(child, ast.ClassDef | ast.Try) or (
            isinstance(child, ast.If) and ast.unparse(child.test) != "TYPE_CHECKING"
        ):
            yield from _loaded(child)
