"""About: the packages that the program uses, and the system."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QTableView, QTabWidget

from msdn_core import __version__
from msdn_gui.shell.dialogs.libraries import Library, licence_text, used_libraries
from msdn_gui.shell.window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def window(empty_session, services) -> Iterator[MainWindow]:
    made = MainWindow(empty_session, services)
    made.show()
    yield made
    made.close_for_good()
    QApplication.processEvents()


def test_every_package_has_its_licence_and_its_text(window, qtbot) -> None:
    window.commands["shell.about"].trigger()
    pages = window.findChild(QTabWidget, "aboutPages")
    pages.setCurrentIndex(1)
    table, text = window.findChild(QTableView, "libraries"), window.findChild(QPlainTextEdit, "licenceText")
    qtbot.waitUntil(lambda: "Qt for Python" in text.toPlainText(), timeout=10_000)  # That is NOTICE.
    assert "MIT License" in text.toPlainText()
    rows = {table.model().index(row, 0).data(): row for row in range(table.model().rowCount())}
    assert {"numpy", "torch", "PySide6_Essentials", "pyqtgraph", "shiboken6"} <= set(rows)
    assert "BSD" in table.model().index(rows["numpy"], 2).data()
    table.setFocus()
    table.selectRow(rows["numpy"])
    qtbot.waitUntil(lambda: "NumPy Developers" in text.toPlainText(), timeout=5000)
    pages.parent().reject()


def test_a_package_without_a_licence_text_says_so(tmp_path) -> None:
    assert "home page" in licence_text(Library("bare", "1", "MIT"))
    assert "cannot be read" in licence_text(Library("gone", "1", "MIT", (tmp_path / "LICENSE",)))
    huge = tmp_path / "huge.txt"
    huge.write_text("x" * 1_000_000, encoding="utf-8")
    assert len(licence_text(Library("huge", "1", "MIT", (huge,)))) < 500_000


def test_listed_packages_are_installed_and_listed_once() -> None:
    names = [library.name for library in used_libraries()]
    assert names[0] == "MSDN Explorer"
    assert len(names) == len(set(names))
    assert not {"pytest", "ruff"} & set(names)


def test_system_information_is_copied_at_once_and_the_device_follows(window, services, qtbot, monkeypatch) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR_ROUNDING_POLICY", "PassThrough")
    monkeypatch.setattr(Path, "home", lambda: Path(os.environ["MSDN_EXPLORER_HOME"]).parent)
    window.commands["shell.about"].trigger()
    window.findChild(QTabWidget, "aboutPages").setCurrentIndex(2)
    qtbot.mouseClick(window.findChild(QPushButton, "copySystem"), Qt.MouseButton.LeftButton)
    window.findChild(QTabWidget, "aboutPages").parent().reject()
    rows = dict(line.partition(": ")[::2] for line in QApplication.clipboard().text().splitlines())
    assert rows["MSDN Explorer"] == __version__
    assert "scaling" in rows["Screen 1"]
    assert rows["torch"][0].isdigit()
    assert rows["Data folder"] == "~/home"
    assert rows["QT_SCALE_FACTOR_ROUNDING_POLICY"] == "PassThrough"
    job = services.jobs.running[0]
    job.finished.emit({"system": {"device": "cuda (a card)"}, "findings": ["Something is missing."]})
    assert QApplication.clipboard().text().endswith("Device: cuda (a card)\n! Something is missing.")
    # What was copied since then is left alone.
    QApplication.clipboard().setText("mine")
    job.finished.emit({"system": {"device": "cpu"}, "findings": []})
    assert QApplication.clipboard().text() == "mine"
    job.cancel()
    qtbot.waitUntil(lambda: not services.jobs.running, timeout=10_000)
