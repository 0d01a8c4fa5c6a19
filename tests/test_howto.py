"""The how-to pages and the notebook do what they say: every block runs, in order, offline."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app

ROOT = Path(__file__).parents[1]
HOWTO = ROOT / "docs" / "howto"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _blocks(page: Path) -> list[tuple[str, str]]:
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


RUNNABLE = [
    page
    for page in sorted(HOWTO.glob("*.md"))
    if any(kind in ("python", "sh") for kind, _ in _blocks(page))
]


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda p: p.stem)
def test_every_block_of_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "howto"}
    for kind, code in _blocks(page):
        if kind == "python":
            exec(compile(code, str(page), "exec"), names)
        elif kind == "sh":
            for line in code.splitlines():
                done = CliRunner().invoke(app, shlex.split(line)[1:])
                assert done.exit_code == 0, f"{line}: {done.output}{done.exception}"


def test_recipes_of_the_pages_can_be_read(tmp_path: Path) -> None:
    from stance.training import read_recipe

    [(_, text)] = [b for b in _blocks(HOWTO / "fine-tune.md") if b[0] == "toml"]
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    assert read_recipe(tmp_path / "recipe.toml").name == "mine"


@pytest.mark.parametrize("page", sorted(HOWTO.glob("*.md")), ids=lambda p: p.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_notebook_holds_no_output() -> None:
    cells = json.loads((ROOT / "docs" / "tutorial.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code and all(c["outputs"] == [] and c["execution_count"] is None for c in code)


def test_the_notebook_runs(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat", reason="needs nbclient, nbformat and ipykernel")
    nbclient = pytest.importorskip("nbclient", reason="needs nbclient, nbformat and ipykernel")
    pytest.importorskip("ipykernel", reason="needs nbclient, nbformat and ipykernel")
    notebook = nbformat.read(ROOT / "docs" / "tutorial.ipynb", as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    shown = json.dumps(notebook)
    assert "<svg" in shown and "Traceback" not in shown
