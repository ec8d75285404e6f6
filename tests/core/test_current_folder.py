"""The current folder may hold a stranger's modules: nothing that the program starts imports them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hostile_folder import LIBRARIES, imported, make_hostile_folder, not_loaded_by
from PIL import Image

from msdn_core.child_environment import PROGRAM_FOLDER, child_environment
from msdn_core.project import Project
from msdn_core.recipes.config import RECIPES
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import launch_queue, launch_training
from msdn_core.runs.queue import enqueue
from msdn_core.runs.status import RunState

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def make_run(folder: Path) -> RunDirectory:
    """A run that fails as soon as its trainer has loaded torch, because its project has no classes."""
    Project.create(folder).close()
    return RunDirectory.create(folder, "one", RECIPES["demo"].to_json())


@pytest.mark.parametrize("starter", ["python -m msdn_core", "torchrun"])
def test_the_command_line_drops_the_current_folder_and_keeps_relative_paths(tmp_path: Path, starter: str) -> None:
    folder = make_hostile_folder(tmp_path / "photographs", LIBRARIES)
    Image.new("RGB", (8, 8)).save(folder / "bird.png")
    extra = tmp_path / "extra"
    extra.mkdir()
    command = [sys.executable, "-m", "msdn_core", "import", "images", ".", "../birds"]
    if starter == "torchrun":
        # torchrun is the person's command; its script, like -P, does not look into the current folder itself.
        make_run(tmp_path / "birds")
        words = ["train", "../birds", "--run-directory", "../birds/runs/one"]
        ranks = ["-P", "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "msdn_core"]
        command = [sys.executable, *ranks, *words]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(extra)])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert imported(folder) == ""
    if starter == "torchrun":
        # Both ranks have imported torch to find one another; then the first one registers itself.
        assert RunDirectory(tmp_path / "birds" / "runs" / "one").status().pid > 0, done.stderr
        return
    assert done.returncode == 0, done.stderr
    with Project.open(tmp_path / "birds") as project:
        assert [image.name for image in project.images()] == ["bird.png"]


@pytest.mark.parametrize("way", ["python -m msdn_core", "msdn", "main.py"])
@pytest.mark.parametrize("paths", ["", os.pathsep, "." + os.pathsep])
def test_after_python_itself_nothing_is_imported_from_the_current_folder(tmp_path: Path, way: str, paths: str) -> None:
    (tmp_path / "empty").mkdir()
    loaded = "import re, sys\nprint(*sys.modules)\n"
    environment = {**os.environ, "PYTHONPATH": paths + str(tmp_path / "bin") + os.pathsep + str(ROOT)}
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "loaded.py").write_text(loaded, encoding="utf-8")
    # As pip writes it.
    script = tmp_path / "bin" / "msdn"
    script.write_text("import re, sys\nfrom msdn_core.__main__ import main\nsys.exit(main())\n", encoding="utf-8")
    starters = {
        "python -m msdn_core": (["-m", "loaded"], ["-m", "msdn_core", "--version"]),
        "msdn": ([str(tmp_path / "bin" / "loaded.py")], [str(script), "--version"]),
        "main.py": ([str(tmp_path / "bin" / "loaded.py")], [str(ROOT / "main.py"), "--help"]),
    }
    probe, words = starters[way]
    names = not_loaded_by([sys.executable, *probe], environment, tmp_path / "empty")
    assert {"json", "typing", "argparse", "numpy"} <= set(names)
    folder = make_hostile_folder(tmp_path / "photographs", names)
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, timeout=60, check=False
    )
    assert imported(folder) == ""
    assert done.returncode == 0, done.stderr


def test_modules_in_pythonpath_are_still_found(tmp_path: Path) -> None:
    folder = make_hostile_folder(tmp_path / "chosen", ("numpy",))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    command = [sys.executable, "-m", "msdn_core", "import", "images", ".", "birds"]
    subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert imported(folder).split() == ["numpy"]


def test_a_checkout_runs_from_its_own_folder_and_from_its_parent(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for command, folder in ((["-m", "msdn_core"], ROOT), ([str(ROOT / "msdn_core")], tmp_path)):
        done = subprocess.run(
            [sys.executable, *command, "--version"], cwd=folder, env=environment, capture_output=True, timeout=60
        )
        assert done.returncode == 0, done.stderr


def test_a_run_imports_nothing_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "birds")
    folder = make_hostile_folder(tmp_path / "photographs")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", "")
    launch_training(RunDirectory(Path("..") / "birds" / "runs" / run.name))
    # The trainer has imported everything when it says why it fails.
    until(lambda: run.log_path.exists() and "has no classes" in run.log_path.read_text(encoding="utf-8"))
    until(lambda: run.status().state is RunState.FAILED)
    assert imported(folder) == ""


def test_the_queue_imports_nothing_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "birds")
    run.write_status(replace(run.status(), state=RunState.STOPPED))
    enqueue(run)
    folder = make_hostile_folder(tmp_path / "photographs")
    monkeypatch.chdir(folder)
    launch_queue(Path("..") / "birds")
    # The trainer has imported everything when it says why it fails.
    until(lambda: run.log_path.exists() and "has no classes" in run.log_path.read_text(encoding="utf-8"))
    until(lambda: run.status().state is RunState.FAILED)
    assert imported(folder) == ""


def test_a_child_gets_the_safe_path_and_the_given_folders_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["lib", "", ".", "./", str(ROOT)]))
    found = child_environment()
    assert found["PYTHONSAFEPATH"] == "1"
    assert found["PYTHONPATH"].split(os.pathsep) == [str(PROGRAM_FOLDER), str(tmp_path / "lib"), str(ROOT)]
