"""Saving the report of a run: it is written in the background and opened in the browser."""

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
    """Return the list of files that are opened in the browser."""
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


def select_file(qtbot, workspace: EvaluateWorkspace, file: Path) -> None:
    dialog = workspace.findChild(QFileDialog, "report_dialog")
    qtbot.waitUntil(dialog.isVisible)
    dialog.fileSelected.emit(str(file))
    dialog.close()


def test_a_report_of_two_runs_is_written_in_the_background_and_opened(workspace, qtbot, opened, tmp_path) -> None:
    workspace.results.header.compare.setFocus()
    QTest.keyClick(workspace.results.header.compare, Qt.Key.Key_Down)
    qtbot.waitUntil(
        lambda: workspace.results.header.compare.currentData() is not None and workspace.settled(), timeout=10_000
    )
    qtbot.mouseClick(workspace.findChild(QPushButton, "report"), LEFT)
    file = tmp_path / "both.html"
    select_file(qtbot, workspace, file)
    qtbot.waitUntil(lambda: opened == [file], timeout=60_000)
    text = file.read_text(encoding="utf-8")
    assert "seed-1 compared with seed-0" in text
    assert "difference" in text
    assert "data:image/jpeg" in text


def test_a_report_that_cannot_be_written_is_reported(workspace, empty_session, qtbot, opened, tmp_path) -> None:
    posted: list[tuple[str, str]] = []
    empty_session.messages.posted.connect(lambda *words: posted.append(words))
    QTest.keyClick(workspace, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    select_file(qtbot, workspace, tmp_path / "not there" / "one.html")
    qtbot.waitUntil(lambda: bool(posted), timeout=60_000)
    assert posted[0][0] == "error"
    assert "not there" in posted[0][1]
    assert opened == []
