"""Shared by the tests of Evaluate: two barely trained, evaluated runs, and functions that operate the workspace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))
from typing import TYPE_CHECKING

from small_run import make_project

from msdn_gui.evaluate.workspace import EvaluateWorkspace

if TYPE_CHECKING:
    from collections.abc import Sequence

LEFT = Qt.MouseButton.LeftButton
ROOT = Path(__file__).parents[2]
SMALL = ("backbone=by-hand", "steps=8", "evaluate_every=4", "batch_size=16", "threads=1", "device=cpu")


_COMMANDS = """
import json, sys
from msdn_core.cli.main import main
for words in json.loads(sys.argv[1]):
    if status := main(words):
        sys.exit(status)
"""


def engine(*commands: Sequence[object]) -> None:
    """Run commands in one other process, so that torch is loaded once and not into this process."""
    words = json.dumps([list(map(str, command)) for command in commands])
    subprocess.run([sys.executable, "-c", _COMMANDS, words], check=True, cwd=ROOT, capture_output=True)


def measured_seeds(folder: Path) -> Path:
    """Return a project with two evaluated seeds of one configuration, barely trained so that there are errors."""
    project = make_project(folder / "made")
    training = [("train", project, "--name", f"seed-{seed}", "--set", *SMALL, f"seed={seed}") for seed in (0, 1)]
    engine(*training, *(("evaluate", project, "--run", f"seed-{seed}", "--keep") for seed in (0, 1)))
    return project


def opened(project: Path, session, services, qtbot) -> EvaluateWorkspace:
    """Return the workspace of a project, with the results of a run on the screen."""
    session.open_project(project)
    services.run_monitor.set_project(project)
    made = EvaluateWorkspace(session, services)
    made.resize(1208, 640)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: len(made.evaluations.entries) == 2 and made.settled(), timeout=20_000)
    return made


def open_page(qtbot, workspace: EvaluateWorkspace, title: str) -> None:
    """Click a tab."""
    bar = workspace.results.tabs.tabBar()
    place = next(place for place in range(bar.count()) if bar.tabText(place) == title)
    qtbot.mouseClick(bar, LEFT, pos=bar.tabRect(place).center())
    qtbot.waitUntil(workspace.settled, timeout=10_000)


def compare(qtbot, workspace: EvaluateWorkspace) -> None:
    """Compare the first run with the second."""
    workspace.results.header.compare.setFocus()
    QTest.keyClick(workspace.results.header.compare, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: workspace.other is not None and workspace.settled(), timeout=10_000)


def pick(box: QComboBox, text: str) -> None:
    """Select an item of a combo box by arrow keys."""
    box.setFocus()
    for _ in range(box.count()):
        QTest.keyClick(box, Qt.Key.Key_Up)
    while box.currentText() != text:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, f"no entry “{text}”"


def drag(widget: QWidget, corners: list[QPoint], modifiers: Qt.KeyboardModifier) -> None:
    """Drag with the left button along some points; like a real one, each move event has the modifiers."""
    QTest.mousePress(widget, LEFT, modifiers, corners[0])
    for corner in corners[1:]:
        place = QPointF(corner)
        on_screen = QPointF(widget.mapToGlobal(corner))
        move = QMouseEvent(QEvent.Type.MouseMove, place, on_screen, Qt.MouseButton.NoButton, LEFT, modifiers)
        QApplication.sendEvent(widget, move)
        QTest.qWait(10)
    QTest.mouseRelease(widget, LEFT, modifiers, corners[-1])


def grabbed(widget: QWidget) -> np.ndarray:
    """Return the (H, W, 3) pixels of a widget: red, green and blue."""
    image = widget.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
