"""A run's report from Evaluate: a button, a file, and the browser opens it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import evaluate_kit
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton

if TYPE_CHECKING:
    from msdn_gui.evaluate.workspace import EvaluateWorkspace

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(monkeypatch) -> list[Path]:
    """What was handed to the system's browser."""
    files: list[Path] = []

    def note(url):
        files.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr("msdn_gui.evaluate.reporting.QDesktopServices.openUrl", note)
    return files


@pytest.fixture
def workspace(two_seeds, tmp_path, empty_session, services, qtbot) -> EvaluateWorkspace:
    made = evaluate_kit.opened(shutil.copytree(two_seeds, tmp_path / "made"), empty_session, services, qtbot)
    button = made.findChild(QPushButton, "report")
    qtbot.waitUntil(lambda: button.isEnabled() and button.isVisible(), timeout=20_000)
    return made


def choose_file(qtbot, workspace: EvaluateWorkspace, file: Path) -> None:
    dialog = workspace.findChild(QFileDialog, "report_dialog")
    qtbot.waitUntil(dialog.isVisible)
    dialog.fileSelected.emit(str(file))
    dialog.close()


def test_a_report_of_two_runs_is_written_in_the_background_and_opened(workspace, qtbot, opened, tmp_path) -> None:
    workspace.header.compare.setFocus()
    QTest.keyClick(workspace.header.compare, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: workspace.header.compare.currentData() is not None and workspace.settled(), timeout=10_000)
    qtbot.mouseClick(workspace.findChild(QPushButton, "report"), LEFT)
    file = tmp_path / "both.html"
    choose_file(qtbot, workspace, file)
    qtbot.waitUntil(lambda: opened == [file], timeout=60_000)
    text = file.read_text(encoding="utf-8")
    assert "seed-1 compared with seed-0" in text
    assert "difference" in text
    assert "data:image/jpeg" in text


def test_a_report_that_cannot_be_written_is_said(workspace, empty_session, qtbot, opened, tmp_path) -> None:
    said: list[tuple[str, str]] = []
    empty_session.messages.posted.connect(lambda *words: said.append(words))
    QTest.keyClick(workspace, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    choose_file(qtbot, workspace, tmp_path / "not there" / "one.html")
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    assert said[0][0] == "error"
    assert "not there" in said[0][1]
    assert opened == []
