"""The whole program, through ``main``: the first launch, an explanation, a new class, a short training run, its end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton

from msdn_core.project import Project
from msdn_core.recipes.config import from_settings
from msdn_core.runs.listing import find_run
from msdn_core.runs.status import RunState
from msdn_gui.program import Program
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.services.locations import HOME_VARIABLE, aviary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def program(qapp) -> Iterator[Program]:  # noqa: ARG001
    threads = set(threading.enumerate())
    made = Program(size=(1280, 720), theme="light")
    made.window.show()
    made.start()
    yield made
    workers = [psutil.Process(made.explainer.worker_id)] if made.explainer.worker_id else []
    made.close()
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert alive == []
    assert [t for t in threading.enumerate() if t not in threads and not t.daemon] == []


def test_a_first_session(program: Program, qtbot) -> None:
    session, window = program.session, program.window
    began = time.monotonic()
    qtbot.waitUntil(lambda: session.document.project is not None, timeout=30_000)
    assert session.document.project.path == aviary_folder()
    assert (
        len(session.document.images),
        len(session.document.table.classes),
        len(session.document.table.attributes),
    ) == (1500, 50, 34)

    # The tour is offered, once.
    qtbot.mouseClick(window.findChild(QPushButton, "coachLeave"), Qt.MouseButton.LeftButton)
    assert not window.tour.is_shown
    assert program.services.settings.value.tour_offered

    # The first pair of heatmaps: within 5 s where nothing else goes on; a busy machine is given more.
    qtbot.waitUntil(lambda: session.inference.explanation is not None, timeout=60_000)
    waited = time.monotonic() - began
    assert waited < 60, f"{waited:.1f} s from the window to the first heatmaps"
    qtbot.waitUntil(window.settled, timeout=60_000)
    assert (
        session.inference.explanation.attention_av.shape
        == session.inference.explanation.attention_va.shape
        == (34, 7, 7)
    )
    np.testing.assert_allclose(session.inference.explanation.attention_av.sum((1, 2)), 1, atol=1e-4)
    order, _ = session.inference.class_ranking()
    true = session.document.table.class_index[session.selection.image.class_name]
    assert true in order[:5]

    # A class without photographs, made of the true one: it is unseen and ranks beside it at once.
    asked: list[object] = []
    session.inference.explaining_changed.connect(asked.append)
    session.edits.add_classes({"Aunt Ada's babbler": session.document.table.vectors[true]})
    order, scores = session.inference.class_ranking()
    assert not session.document.table.seen[-1]
    assert scores[-1] == pytest.approx(scores[true] + session.inference.gamma * session.document.table.seen[true])
    assert not asked, "the network is not asked again"
    session.inference.explaining_changed.disconnect(asked.append)

    # A short training run on small pictures, started and stopped where a person does it.
    qtbot.waitUntil(lambda: program.services.jobs.find("demo") is None, timeout=120_000)
    window.show_workspace("train")
    train = window.workspaces["train"]
    train.ask_for_run()
    train.form.fill(from_settings("demo", ["size=64", "steps=100000", "evaluate_every=50"]))
    train.form.name.setText("short")
    qtbot.mouseClick(train.form.start, Qt.MouseButton.LeftButton)
    monitor = program.services.run_monitor
    qtbot.waitUntil(lambda: monitor.status("short") is not None and monitor.status("short").step > 60, timeout=150_000)
    assert "short" in window.chip.text
    qtbot.mouseClick(train.view.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: monitor.status("short").state is RunState.STOPPED, timeout=60_000)
    qtbot.waitUntil(lambda: window.chip.text == "", timeout=10_000)
    run = find_run(session.document.project.path, "short")

    # Its checkpoint can be looked through.
    qtbot.mouseClick(train.view.look, Qt.MouseButton.LeftButton)
    assert session.inference.checkpoint.run == "short"
    assert session.inference.checkpoint.path in (run.checkpoint("best"), run.checkpoint("last"))
    qtbot.waitUntil(lambda: session.inference.explanation is not None, timeout=60_000)
    assert session.inference.explaining.phase is ExplainPhase.IDLE
    assert session.inference.explanation.attention_av.shape == (34, 2, 2)


def test_the_first_launch_makes_a_picture_with_both_heatmaps(home: Path, tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    ended = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--screenshot", str(tmp_path / "shot.png"), "--size", "1280x720"],
        env={**kept, HOME_VARIABLE: str(home)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    picture = QImage(str(tmp_path / "shot.png"))
    assert (picture.width(), picture.height()) == (1280, 720)
    # Both colour bars run from dark violet to yellow: pixels of that yellow stand at the left and at the right.
    yellow = [
        x
        for y in range(100, 460, 2)
        for x in range(280, 960, 2)
        if picture.pixelColor(x, y).red() > 220 > 90 > picture.pixelColor(x, y).blue()
        and picture.pixelColor(x, y).green() > 200
    ]
    assert min(yellow) < 600 < max(yellow)
    with Project.open(home / "projects" / "Aviary") as project:
        assert not project.read_only
