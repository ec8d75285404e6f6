"""The pictures of the guide: each is made by a function of ``benchmarks.pictures`` and shown."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from benchmarks.pictures.__main__ import MODULES

ROOT = Path(__file__).parents[2]
_PICTURE = re.compile(r"pictures/([\w-]+)\.webp")
_MAX_BYTES = 4_000_000


def shown(*pages: Path) -> set[str]:
    return {name for page in pages for name in _PICTURE.findall(page.read_text(encoding="utf-8"))}


def made(module: str) -> list[str]:
    return [one.name for one in import_module(f"benchmarks.pictures.{module}").PICTURES]


def test_every_picture_of_the_guide_has_a_function_and_is_shown() -> None:
    names = [name for module in MODULES for name in made(module)]
    assert len(set(names)) == len(names)
    pages = {page.stem: shown(page) for page in sorted((ROOT / "docs" / "guide").glob("*.md"))}
    every = set().union(*pages.values(), shown(ROOT / "README.md"))
    assert every - set(names) == set()
    # Each workspace's whole window is made in both themes, for whoever wants the other one.
    assert set(names) - set(made("overview")) - every == set()


def test_every_page_of_the_guide_is_listed_and_every_workspace_has_one() -> None:
    guide = ROOT / "docs" / "guide"
    listed = set(re.findall(r"\((\w+)\.md\)", (guide / "README.md").read_text(encoding="utf-8")))
    assert listed == {page.stem for page in guide.glob("*.md")} - {"README"}
    assert {"explore", "classes", "annotate", "train", "evaluate"} <= listed


def test_the_pages_with_their_pictures_are_small() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "docs").rglob("*") if file.is_file()) < _MAX_BYTES
