"""The recipes that are shipped: what they may and may not be made of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stance.training import read_recipe
from stance.training.recipe import Recipe

ROOT = Path(__file__).parents[1]


def of_barred_rows(recipe: Recipe) -> list[str]:
    """Files whose rows may not shape weights; a teacher's are those of its own recipes."""
    barred = re.compile(r"seesaw|control|_news-|scifact|semeval|emergent|checkthat|healthver|fm2")
    shaping = (*recipe.sources, *recipe.unlabelled)
    return [s.file for s in shaping if "dse_news" not in s.file and barred.search(s.file)]


@pytest.mark.parametrize(
    "path",
    [
        str(file.relative_to(ROOT))
        for folder in ("models", "stance/training/recipes")
        for file in sorted((ROOT / folder).rglob("*.toml"))
    ],
)
def test_the_shipped_recipes_use_no_row_that_may_not_shape_weights(path: str) -> None:
    recipe = read_recipe(ROOT / path)
    assert not of_barred_rows(recipe)
    if recipe.distil:
        assert (ROOT / "models" / recipe.distil.teacher / "recipe.toml").is_file()


def test_barred_rows_are_found_wherever_a_recipe_names_them(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    kinds = "".join(
        f'[[{part}]]\nkind = "pairs"\nfile = "{part}-scifact.jsonl"\n'
        for part in ("source", "unlabelled", "dev")
    )
    file.write_text(f'[distil]\nteacher = "base"\n{kinds}')
    found = of_barred_rows(read_recipe(file))
    assert found == ["source-scifact.jsonl", "unlabelled-scifact.jsonl"], "dev rows may be any"
