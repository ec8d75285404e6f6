"""Going from image to image and from project to project costs nothing that stays."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from trials import run, script

from msdn_core.demo.aviary import create_demo, draw_missing
from msdn_core.project import Project

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = 40
FLAT = 1.05


def draw_some(path: Path) -> Path:
    create_demo(path)
    draw_missing(path, stop=iter([False] * IMAGES + [True]).__next__)
    with Project.open(path) as project:
        # So that opening it does not draw the others.
        project.set_meta("aviary_seed", "")
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="handles are counted in another way elsewhere")
@pytest.mark.parametrize(
    ("images", "projects"), [(40, 6), pytest.param(1000, 200, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_memory_stays_flat_and_nothing_is_left(tmp_path: Path, images: int, projects: int) -> None:
    folders = [draw_some(tmp_path / name) for name in ("one", "two")]
    before, after = map(json.loads, run(script("switching.py", *folders, images, projects)).splitlines()[-2:])
    print(before, after, sep="\n")
    for name, value in after.items():
        if name.endswith("MiB"):
            assert value <= FLAT * before[name], f"{name}: {before[name]:.0f} → {value:.0f}"
        else:
            assert value <= before[name], f"{name}: {before[name]} → {value}"
