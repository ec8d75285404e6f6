"""Shared helpers for the tests of Classes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from msdn_core.runs.attribute_scores import AttributeScores, checkpoint_digest, scores_file, write_attribute_scores
from msdn_gui.classes.what_if.slider_view import track_of
from msdn_gui.classes.workspace import ClassesWorkspace

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


def shown_workspace(session, services, qtbot) -> ClassesWorkspace:
    made = ClassesWorkspace(session, services)
    qtbot.addWidget(made)
    made.resize(1208, 640)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.settled() and QApplication.activeWindow() is made, timeout=10_000)
    if session.document.table.attributes:
        qtbot.waitUntil(made.view.hasFocus)
    return made


def place(workspace, row: int, column: int):
    return workspace.view.visualRect(workspace.model.index(row, column)).center()


def click_cell(workspace, qtbot, row: int, column: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(workspace.view.viewport(), LEFT, modifier, pos=place(workspace, row, column))


def choose_block(workspace, qtbot, first: tuple[int, int], last: tuple[int, int]) -> None:
    click_cell(workspace, qtbot, *first)
    click_cell(workspace, qtbot, *last, SHIFT)


def editor(workspace) -> QLineEdit | None:
    """Return the open editor of a cell."""
    found = [line for line in workspace.view.findChildren(QLineEdit, "value_editor") if line.isVisible()]
    return found[-1] if found else None


def type_in_cell(workspace, qtbot, row: int, column: int, text: str) -> QLineEdit:
    """Select a cell and type as in a spreadsheet: the first key opens the editor."""
    click_cell(workspace, qtbot, row, column)
    qtbot.keyClick(workspace.view, text[0])
    line = editor(workspace)
    qtbot.keyClicks(line, text[1:])
    return line


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def set_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def action(workspace, name: str):
    return next(one for one in workspace.actions() if one.objectName() == f"classes.{name}")


def write_scores(session, fused_like: np.ndarray) -> None:
    """Write scores of all images as the engine's ``score`` does, with the same values for both sub-nets."""
    path = scores_file(
        session.document.project.path, session.inference.checkpoint.run, session.inference.checkpoint.path.stem
    )
    names = np.array([attribute.full_name for attribute in session.document.table.attributes])
    ids = np.array([record.id for record in session.document.images], dtype=np.int64)
    scores = np.asarray(fused_like, dtype=np.float32)
    digest = checkpoint_digest(session.inference.checkpoint.path)
    write_attribute_scores(path, AttributeScores(ids, scores, scores, np.zeros_like(scores), names, digest))


def scored_session(session, qtbot, fused_like: np.ndarray) -> None:
    """Write scores of all images, and wait until the session has read them."""
    write_scores(session, fused_like)
    session.inference.collection.look_again()
    qtbot.waitUntil(lambda: session.inference.collection.collection is not None)


def show_what_if(workspace, qtbot) -> None:
    qtbot.keyClick(workspace, KEY.Key_L, CTRL)
    qtbot.waitUntil(lambda: workspace.what_if.isVisible() and workspace.what_if.search.settled())


def slider_place(workspace, column: int, share: float) -> QPoint:
    """Return the position of an attribute's slider handle at a share of its range."""
    view = workspace.what_if.sliders
    track = track_of(view.visualRect(view.items.index(view.items.row_of(column))))
    return QPoint(round(track.left() + share * track.width()), round(track.center().y()))


def drag_slider(workspace, qtbot, column: int, shares: list[float]) -> None:
    """Press at the first share, move over the others, and release."""
    port = workspace.what_if.sliders.viewport()
    qtbot.mousePress(port, LEFT, pos=slider_place(workspace, column, shares[0]))
    for share in shares[1:]:
        qtbot.mouseMove(port, slider_place(workspace, column, share))
    qtbot.mouseRelease(port, LEFT, pos=slider_place(workspace, column, shares[-1]))


def best_names(workspace) -> list[str]:
    """Return the images found by the search, best first."""
    model = workspace.what_if.search.view.results
    return [model.index(row).data() for row in range(model.rowCount())]
