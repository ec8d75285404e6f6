"""Runs and ablations are not written through links, which an untrusted project may have."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from msdn_core.cli.main import main
from msdn_core.errors import MsdnError
from msdn_core.project import Project
from msdn_core.recipes.ablation import Ablation
from msdn_core.recipes.ablation_report import collect_results, write_report
from msdn_core.recipes.config import RECIPES
from msdn_core.runs.directory import RunDirectory

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links take a privilege there")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    Project.create(tmp_path / "made").close()
    return tmp_path / "made"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("linked", ["ablations", "ablations/mine"])
def test_an_ablation_is_not_written_through_a_link(project, outside, linked) -> None:
    place = project / linked
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(outside)
    ablation = Ablation(project, "mine", RECIPES["demo"], ("full",), 1)
    for write in (ablation.write_plan, lambda: write_report(collect_results(ablation), ablation.folder)):
        with pytest.raises(MsdnError, match="is a link"):
            write()
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("words", [("embed", "--run", "one"), ("evaluate", "--run", "one", "--keep")])
def test_an_evaluation_is_not_written_through_a_link(project, outside, words, capsys) -> None:
    run = RunDirectory.create(project, "one", RECIPES["demo"].to_json())
    (run.path / "evaluation").symlink_to(outside)
    command, *rest = words
    assert main([command, str(project), *rest]) == 1
    assert "is a link" in capsys.readouterr().err
    assert list(outside.iterdir()) == []
