"""Shared helpers for the tests of Annotate."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from msdn_core.runs.attribute_scores import AttributeScores, checkpoint_digest, scores_file, write_attribute_scores
from msdn_gui.annotate.queue.queue_model import REVIEW_ROLE
from msdn_gui.annotate.workspace import AnnotateWorkspace

LEFT = Qt.MouseButton.LeftButton
NO = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def shown_workspace(session, services, qtbot) -> AnnotateWorkspace:
    made = AnnotateWorkspace(session, services)
    qtbot.addWidget(made)
    made.resize(1208, 640)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.queue.view.setFocus()
    qtbot.waitUntil(made.settled, timeout=10_000)
    return made


def key(workspace: QWidget, qtbot, *keys: Qt.Key, modifier: Qt.KeyboardModifier = NO) -> None:
    for pressed in keys:
        qtbot.keyClick(workspace.queue.view, pressed, modifier)


def click_image(workspace: AnnotateWorkspace, qtbot, row: int, modifier: Qt.KeyboardModifier = NO) -> None:
    view = workspace.queue.view
    place = view.visualRect(view.model().index(row)).center()
    qtbot.mouseClick(view.viewport(), LEFT, modifier, place)


def press(workspace: AnnotateWorkspace, qtbot, name: str) -> None:
    button = workspace.findChild(QPushButton, name)
    assert button.isVisible()
    qtbot.mouseClick(button, LEFT)


def states(workspace: AnnotateWorkspace) -> list[str]:
    model = workspace.queue.model
    return [model.index(row).data(REVIEW_ROLE) for row in range(model.rowCount())]


def classes(session) -> list[str | None]:
    return [image.class_name for image in session.document.images]


def keep_scores(session, ids: np.ndarray, av: np.ndarray, va: np.ndarray) -> AttributeScores:
    """Save the checkpoint's scores of some images as the engine does, so that the window computes none."""
    checkpoint = session.inference.checkpoint
    made = AttributeScores(
        ids,
        av,
        va,
        np.zeros_like(av),
        np.array(checkpoint.header.attributes, dtype=np.str_),
        checkpoint_digest(checkpoint.path),
    )
    write_attribute_scores(scores_file(session.document.project.path, checkpoint.run, checkpoint.path.stem), made)
    session.inference.collection.look_again()
    return made
