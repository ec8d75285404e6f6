"""The public names of msdn_core: complete, documented, and fast to import."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import msdn_core
from msdn_core import RECIPES, RunDirectory, evaluate, run_training
from tests.core import small_run


def test_the_import_alone_loads_neither_torch_nor_numpy():
    words = "import msdn_core, sys; sys.exit(any(name in sys.modules for name in ('torch', 'numpy', 'timm')))"
    assert subprocess.run([sys.executable, "-c", words], timeout=60).returncode == 0


def test_every_name_is_completed_and_documented():
    assert set(msdn_core.__all__) <= set(dir(msdn_core))
    for name in msdn_core.__all__:
        assert inspect.getdoc(getattr(msdn_core, name)), name


def test_type_checkers_see_the_public_names():
    tree = ast.parse(Path(msdn_core.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert seen == msdn_core._HOMES


def test_a_notebook_trains_and_measures_as_the_command_line_does(tmp_path):
    project = small_run.make_project(tmp_path / "project")
    config = RECIPES["demo"].with_settings(["backbone=by-hand", "steps=60", "learning_rate=0.001", "device=cpu"])
    run = RunDirectory.create(project, "first", config.to_json())
    assert run_training(run) == "finished"
    found = evaluate(project, run.checkpoint("best"))
    assert found["H"] == run.status().figures["H"] > 0.5
