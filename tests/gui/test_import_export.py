"""Import and export through the window: the format is recognised, and the engine does the work."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from small_birds import ATTRIBUTES, CLASSES, draw_bird

from msdn_core.importers.formats import IMAGES, SPLITS, WORD_VECTORS
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Evaluated
from msdn_gui.shell.dialogs.export_dialog import ExportDialog
from msdn_gui.shell.dialogs.import_dialog import ImportDialog
from msdn_gui.shell.window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEFT = Qt.MouseButton.LeftButton
ENGINE = 60_000


@pytest.fixture
def window(session, services) -> Iterator[MainWindow]:
    made = MainWindow(session, services)
    made.resize(1280, 720)
    made.show_workspace("explore")
    made.show()
    yield made
    made.close_for_good()
    QApplication.processEvents()


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """Write folders of classes beside a sheet of their attributes; return the folder."""
    folder = tmp_path / "My birds"
    for name in CLASSES[:2]:
        (folder / name).mkdir(parents=True)
        for number in range(3):
            draw_bird(folder / name / f"{number}.jpg", number)
    (folder / "classes.csv").write_text(
        "class,crown::red,crown::blue,crest::yes\nRed wader,1,0,0\nStriped heron,0.2,0.7,1\n", encoding="utf-8"
    )
    return folder


def import_dialog(qtbot, window, path: Path | None = None) -> ImportDialog:
    window.commands["shell.import"].trigger()
    dialog = window.findChild(ImportDialog)
    qtbot.waitUntil(dialog.isVisible)
    if path is not None:
        dialog.source.edit.setFocus()
        qtbot.keyClicks(dialog.source.edit, str(path))
    return dialog


def is_shown(dialog: ImportDialog, option: str) -> bool:
    return dialog.options[option].isVisible()


def test_a_data_set_is_recognised_imported_and_opened(window, session, qtbot, data_set) -> None:
    dialog = import_dialog(qtbot, window, data_set)
    qtbot.waitUntil(lambda: dialog.format.currentData() == "folder", timeout=10_000)
    assert is_shown(dialog, IMAGES)
    assert is_shown(dialog, WORD_VECTORS)
    assert not dialog.recipe.isVisible()
    qtbot.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: session.document.project.name == "My birds", timeout=ENGINE)
    assert session.document.table.classes == CLASSES[:2]
    assert len(session.document.images) == 6


def test_a_dropped_data_set_opens_the_import_dialog(window, qtbot, data_set) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(data_set))])
    actions, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), actions, mime, LEFT, keys))
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is not None, timeout=10_000)
    dialog = window.findChild(ImportDialog)
    qtbot.waitUntil(lambda: dialog.format.currentData() == "folder", timeout=10_000)
    assert dialog.start.isEnabled()


def test_an_unknown_format_is_reported_and_can_be_selected(window, qtbot, tmp_path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "read me.txt").write_text("nothing", encoding="utf-8")
    dialog = import_dialog(qtbot, window, tmp_path / "notes")
    note = dialog.findChild(QLabel, "importNote")
    qtbot.waitUntil(lambda: "was not recognised" in note.text(), timeout=10_000)
    assert not dialog.start.isEnabled()
    dialog.format.setCurrentIndex(dialog.format.findData("xlsa17"))
    assert dialog.start.isEnabled()
    assert is_shown(dialog, IMAGES)
    assert not is_shown(dialog, SPLITS)
    dialog.source.edit.setText(str(tmp_path / "nowhere"))
    qtbot.waitUntil(lambda: "does not exist" in note.text(), timeout=10_000)
    assert not dialog.start.isEnabled()


def test_a_missing_file_is_refused_in_the_dialog(window, qtbot, data_set) -> None:
    dialog = import_dialog(qtbot, window, data_set)
    qtbot.waitUntil(lambda: dialog.format.currentData() == "folder", timeout=10_000)
    qtbot.keyClicks(dialog.options[WORD_VECTORS].edit, str(data_set / "glove.txt"))
    qtbot.mouseClick(dialog.start, LEFT)
    fault = dialog.findChild(QLabel, "importFault")
    assert fault.isVisible()
    assert "glove.txt" in fault.text()
    assert dialog.isVisible()


def test_an_error_of_the_import_is_shown_in_the_window(window, session, qtbot, data_set) -> None:
    (data_set / "classes.csv").write_text("class,crown::red\nRed wader,much\n", encoding="utf-8")
    before = session.document.project.path
    dialog = import_dialog(qtbot, window, data_set)
    qtbot.waitUntil(lambda: dialog.format.currentData() == "folder", timeout=10_000)
    qtbot.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: "classes.csv" in window.message_bar.text, timeout=ENGINE)
    assert session.document.project.path == before, "the open project stays"


def test_the_class_table_is_exported(window, qtbot, tmp_path) -> None:
    window.commands["shell.export"].trigger()
    dialog = window.findChild(ExportDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.kind.setCurrentIndex(dialog.kind.findData("classes"))
    assert not dialog.run.isVisible()
    dialog.accept_file(tmp_path / "table")
    qtbot.waitUntil(lambda: "Exported to" in window.message_bar.text, timeout=ENGINE)
    with (tmp_path / "table.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == list(CLASSES)
    assert all(attribute.full_name in rows[0] for attribute in ATTRIBUTES)


def test_exports_of_runs_offer_the_runs(window, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(window.session.inference, "checkpoints", list)
    window.commands["shell.export"].trigger()
    dialog = window.findChild(ExportDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.kind.setCurrentIndex(dialog.kind.findData("predictions"))
    assert dialog.run.isVisible()
    assert "no runs to export yet" in dialog.findChild(QLabel, "exportNote").text()
    assert not dialog.findChild(QPushButton, "exportSave").isEnabled()


def test_curves_are_exported_for_tensorboard(window, session, services, qtbot, tmp_path) -> None:
    pytest.importorskip("tensorboardX")
    for name in ("first", "second"):
        run = RunDirectory.create(session.document.project.path, name, {"recipe": "demo"})
        run.append(Evaluated(step=10, epoch=1, on="validation", figures={"H": 0.5}))
    services.run_monitor.set_project(session.document.project.path)
    qtbot.waitUntil(lambda: len(services.run_monitor.runs) == 2, timeout=5_000)
    window.commands["shell.export"].trigger()
    dialog = window.findChild(ExportDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.kind.setCurrentIndex(dialog.kind.findData("tensorboard"))
    assert dialog.runs.isVisible()
    assert not dialog.run.isVisible()
    while dialog.runs.currentText() != "first":
        qtbot.keyClick(dialog.runs, Qt.Key.Key_Down)
    dialog.accept_file(tmp_path / "board")
    qtbot.waitUntil(lambda: "Exported to" in window.message_bar.text, timeout=ENGINE)
    assert [path.parent.name for path in (tmp_path / "board").rglob("events.out.tfevents.*")] == ["first"]
