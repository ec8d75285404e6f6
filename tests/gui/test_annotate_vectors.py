"""Accept class vectors that follow from judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from annotate_kit import key, press, shown_workspace
from PySide6.QtCore import Qt
from small_birds import CLASSES, VECTORS

from msdn_core.project import Project

if TYPE_CHECKING:
    from msdn_gui.annotate.workspace import AnnotateWorkspace

K = Qt.Key


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    """“crown::red” is judged present, definitely, in image 0 and absent, guessing, in image 3, both Red waders."""
    made = shown_workspace(session, services, qtbot)
    session.selection.set_attribute(0)
    key(made, qtbot, K.Key_F7, K.Key_P)
    session.selection.set_image(session.document.images[3])
    key(made, qtbot, K.Key_2, K.Key_A)
    key(made, qtbot, K.Key_F9)
    qtbot.waitUntil(lambda: "class" in made.vectors.state.text())
    return made


def kept(session) -> np.ndarray:
    with Project.open(session.document.project.path, read_only=True) as project:
        return project.table().vectors


def test_changes_are_shown_and_nothing_is_saved(workspace, session) -> None:
    vectors = workspace.vectors
    assert vectors.classes.rows == [], "the default minimum is three images"
    vectors.minimum.setValue(2)
    assert vectors.classes.rows == [(CLASSES[0], "2", "1", "0.25")]
    assert vectors.values.rows == [("crown: red", "1.00", "0.75", "2")]
    assert "1 of 3 class vectors would change" in vectors.state.text()
    assert np.array_equal(kept(session), VECTORS)


def test_an_accepted_vector_is_saved_used_and_undone(workspace, session, qtbot) -> None:
    workspace.vectors.minimum.setValue(1)
    press(workspace, qtbot, "annotate.accept_vector_button")
    expected = VECTORS.copy()
    expected[0, 0] = 0.75
    np.testing.assert_allclose(kept(session), expected)
    np.testing.assert_allclose(session.document.table.vectors, expected)
    qtbot.waitUntil(lambda: not workspace.vectors.classes.rows)
    assert workspace.undo_stack.undoText() == f"Set the vector of {CLASSES[0]} from judgements"
    workspace.undo_stack.undo()
    assert np.array_equal(kept(session), VECTORS)
    qtbot.waitUntil(lambda: len(workspace.vectors.classes.rows) == 1)


def test_all_vectors_are_accepted_in_one_step_and_a_new_judgement_is_shown_at_once(workspace, session, qtbot) -> None:
    vectors = workspace.vectors
    vectors.minimum.setValue(1)
    key(workspace, qtbot, K.Key_F7)
    session.selection.set_image(session.document.images[1])
    key(workspace, qtbot, K.Key_4, K.Key_P)
    key(workspace, qtbot, K.Key_F9)
    qtbot.waitUntil(lambda: [row[0] for row in vectors.classes.rows] == [CLASSES[0], CLASSES[1]])
    key(workspace, qtbot, K.Key_T, modifier=Qt.KeyboardModifier.ShiftModifier)
    np.testing.assert_allclose(kept(session)[:, 0], [0.75, 1.0, 0.0])
    qtbot.waitUntil(lambda: "match the judgements" in vectors.state.text())
    with qtbot.waitSignal(session.messages.posted) as posted:
        key(workspace, qtbot, K.Key_T)
    assert posted.args == ["info", vectors.state.text()]
    workspace.undo_stack.undo()
    assert np.array_equal(kept(session), VECTORS)
