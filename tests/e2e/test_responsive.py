"""The window never blocks: a training run and an extraction go on beside it, and it is used meanwhile."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import psutil
import pytest

sys.path.append(str(Path(__file__).parents[1] / "gui"))

from typing import TYPE_CHECKING

from watch import LoopWatch

from msdn_core.demo.aviary import create_demo, draw_missing
from msdn_core.project import Project
from msdn_core.recipes.config import from_settings
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import launch_training
from msdn_core.runs.status import RunState
from msdn_gui.look.theme import theme
from msdn_gui.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

ENOUGH = 160
MOST_MS, ROUNDS = 100, 3


def draw_some(path: Path) -> None:
    """An aviary of which the first images are drawn; the others are no files, which an extraction passes over."""
    create_demo(path)
    draw_missing(path, stop=iter([False] * ENOUGH + [True]).__next__)
    with Project.open(path) as project:
        # So that opening it does not draw the others.
        project.set_meta("aviary_seed", "")


@pytest.fixture
def busy_program(tmp_path: Path, qapp, qtbot) -> Iterator[Program]:  # noqa: ARG001
    draw_some(tmp_path / "shown")
    shutil.copytree(tmp_path / "shown", tmp_path / "other")
    program = Program(size=(1280, 720), theme="light", project=tmp_path / "shown")
    program.window.show()
    program.start()
    qtbot.waitUntil(lambda: program.session.inference.explanation is not None, timeout=90_000)
    run = RunDirectory.create(tmp_path / "shown", "long", from_settings("demo", ["size=64", "steps=1000000"]).to_json())
    pid = launch_training(run)
    monitor = program.services.run_monitor
    qtbot.waitUntil(
        lambda: monitor.status("long") is not None and monitor.status("long").state is RunState.RUNNING, timeout=120_000
    )
    yield program
    if psutil.pid_exists(pid):
        psutil.Process(pid).kill()
    program.close()
    theme().set_mode("light")


def test_no_block_of_the_event_loop_over_100_ms(busy_program: Program, tmp_path: Path, qtbot) -> None:
    session, window, jobs = busy_program.session, busy_program.window, busy_program.services.jobs
    there = [record for record in session.document.images[:ENOUGH] if record.path.exists()]
    job = jobs.engine("Extracting features", "features", tmp_path / "other", "--background", workspace="train")
    qtbot.waitUntil(lambda: job.done > 0, timeout=120_000)
    session.selection.set_image(there[1])
    qtbot.waitUntil(lambda: session.inference.explanation is not None, timeout=60_000)

    reports = []
    for turn in range(ROUNDS):
        with LoopWatch() as watch:
            for place in range(2, 10):
                session.selection.set_image(there[place + 8 * turn])
                qtbot.wait(60)
                session.selection.set_attribute(place)
                session.inference.set_gamma(place / 5)
                qtbot.wait(60)
                session.edits.set_values([(session.document.table.classes[place], place, 0.5 + 0.1 * turn)])
                qtbot.wait(150)
            qtbot.waitUntil(lambda: session.inference.explanation is not None, timeout=60_000)
            gallery = window.workspaces["explore"].gallery.view
            for step in range(10):
                gallery.verticalScrollBar().setValue(step * gallery.verticalScrollBar().maximum() // 60)
                qtbot.wait(60)
        assert jobs.find("features") is job or job.result is not None
        reports.append(watch.report())
        # What blocks the window does so in each round; a disk or a lock that somebody else keeps busy does not.
        if watch.longest_ms < MOST_MS:
            return
    pytest.fail("\n".join(reports))
