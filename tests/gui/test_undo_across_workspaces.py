"""Undo in Annotate keeps what was edited elsewhere since: in Classes, or by another annotator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from annotate_kit import key, press
from classes_kit import type_in_cell
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QToolButton
from small_birds import CLASSES, VECTORS

from msdn_core.domain.annotation import Box, Certainty, ImageLabel, Judgement, Mark, Review, ReviewState, Split
from msdn_core.domain.attributes import Attribute
from msdn_core.project import JudgementKey, Project
from msdn_gui.session.messages import Level

K = Qt.Key
LEFT = Qt.MouseButton.LeftButton
OWL = "Grey owl"


@pytest.fixture
def posted(session) -> list[tuple[Level, str]]:
    messages: list[tuple[Level, str]] = []
    session.messages.posted.connect(lambda level, text: messages.append((level, text)))
    return messages


@pytest.fixture
def annotate(window, qtbot):
    """The Annotate workspace of a shown window."""
    window.show_workspace("classes")
    window.show_workspace("annotate")
    workspace = window.workspaces["annotate"]
    qtbot.waitUntil(workspace.settled, timeout=10_000)
    return workspace


def undo(window, qtbot, name: str = "annotate_undo") -> None:
    window.show_workspace("annotate")
    button = window.workspaces["annotate"].findChild(QToolButton, name)
    assert button.isEnabled()
    qtbot.mouseClick(button, LEFT)


def edit_cell(window, qtbot, row: int, column: int, text: str) -> None:
    """Type a value into a cell of the class table in Classes."""
    window.show_workspace("classes")
    workspace = window.workspaces["classes"]
    qtbot.waitUntil(workspace.settled, timeout=10_000)
    qtbot.keyClick(type_in_cell(workspace, qtbot, row, column, text), K.Key_Return)


def describe(window, qtbot, class_name: str, text: str) -> None:
    """Type a description in the class panel of Classes."""
    window.session.selection.set_class(class_name)
    editor = window.workspaces["classes"].findChild(QPlainTextEdit, "class_description")
    editor.setFocus()
    qtbot.keyClicks(editor, text)
    window.workspaces["classes"].view.setFocus()


def kept_vectors(session) -> np.ndarray:
    with Project.open(session.document.project.path, read_only=True) as project:
        return project.table().vectors


def test_a_class_made_in_annotate_and_edited_in_classes_is_complete_again(window, annotate, session, qtbot) -> None:
    before = [image.class_name for image in session.document.images]
    qtbot.keyClicks(annotate.labels.search, OWL)
    press(annotate, qtbot, "label_add")
    assert session.document.images[0].class_name == OWL
    edit_cell(window, qtbot, 3, 2, "0.75")
    describe(window, qtbot, OWL, "Hunts at night")
    project = session.document.project
    assert project.class_description(OWL) == "Hunts at night"
    # Somebody else labels another image with it.
    last = session.document.images[5].id
    project.annotations.put_labels({last: ImageLabel(OWL, Split.TRAIN, "Ann", "2026-01-01T00:00:00.000+00:00")})
    session.document.refresh_images([last])

    undo(window, qtbot)
    assert session.document.table.classes == CLASSES
    assert [image.class_name for image in session.document.images] == [*before[:5], None]
    undo(window, qtbot, "annotate_redo")
    assert session.document.table.classes == (*CLASSES, OWL)
    np.testing.assert_array_equal(kept_vectors(session)[3], [0, 0, 0.75, 0, 0, 0])
    np.testing.assert_array_equal(session.document.table.vectors[3], [0, 0, 0.75, 0, 0, 0])
    assert project.class_description(OWL) == "Hunts at night"
    assert [image.class_name for image in session.document.images] == [OWL, *before[1:5], OWL]


@pytest.fixture
def accepted(window, annotate, session, qtbot) -> int:
    """Red waders were judged to have no red crown, and their vector was accepted; returns the column."""
    session.selection.set_attribute(0)
    key(annotate, qtbot, K.Key_F7, K.Key_A, K.Key_F9)
    qtbot.waitUntil(lambda: "class" in annotate.vectors.state.text())
    annotate.vectors.minimum.setValue(1)
    qtbot.waitUntil(lambda: len(annotate.vectors.classes.rows) == 1)
    key(annotate, qtbot, K.Key_T)
    assert kept_vectors(session)[0, 0] == 0
    assert window.current == "annotate"
    return 0


def test_undo_of_accepted_vectors_keeps_a_later_edit_of_another_cell(window, accepted, session, qtbot) -> None:
    edit_cell(window, qtbot, 0, 3, "0.25")
    undo(window, qtbot)
    expected = VECTORS.copy()
    expected[0, 3] = 0.25
    assert accepted == 0
    np.testing.assert_array_equal(kept_vectors(session), expected)
    np.testing.assert_array_equal(session.document.table.vectors, expected)


def test_undo_of_accepted_vectors_refuses_if_one_of_the_cells_was_edited(
    window, accepted, session, qtbot, posted
) -> None:
    edit_cell(window, qtbot, 0, accepted, "0.5")
    before = kept_vectors(session)
    undo(window, qtbot)
    level, text = posted[-1]
    assert level is Level.WARNING
    assert "can no longer be undone" in text
    assert "has since been changed elsewhere" in text
    np.testing.assert_array_equal(kept_vectors(session), before)
    assert kept_vectors(session)[0, accepted] == 0.5


def test_undo_keeps_a_judgement_that_was_changed_elsewhere(annotate, window, session, qtbot, posted) -> None:
    session.selection.set_attribute(0)
    key(annotate, qtbot, K.Key_F7, K.Key_M, K.Key_P)
    at = JudgementKey(session.document.images[0].id, 0, annotate.annotations.annotator)
    store = session.document.project.annotations
    changed = Judgement(False, Certainty.GUESSING, "2030-01-01T00:00:00.000+00:00")
    store.put_judgements({at: changed})
    undo(window, qtbot)
    assert store.read_judgements([at]) == {at: changed}
    assert posted[-1][0] is Level.WARNING
    assert f"in {session.document.images[0].name} has since been changed elsewhere" in posted[-1][1]
    assert not annotate.undo_stack.canUndo(), "what can no longer be undone leaves the history"


def test_redo_keeps_a_judgement_that_was_made_elsewhere(annotate, window, session, qtbot, posted) -> None:
    session.selection.set_attribute(0)
    key(annotate, qtbot, K.Key_F7, K.Key_M, K.Key_P)
    undo(window, qtbot)
    at = JudgementKey(session.document.images[0].id, 0, annotate.annotations.annotator)
    store = session.document.project.annotations
    made = Judgement(False, Certainty.GUESSING, "2030-01-01T00:00:00.000+00:00")
    store.put_judgements({at: made})
    undo(window, qtbot, "annotate_redo")
    assert store.read_judgements([at]) == {at: made}
    assert "can no longer be redone" in posted[-1][1]


def test_undo_keeps_labels_reviews_and_marks_that_were_changed_elsewhere(
    annotate, window, session, qtbot, posted
) -> None:
    image = session.document.images[0]
    store, time = session.document.project.annotations, "2030-01-01T00:00:00.000+00:00"
    label = ImageLabel(CLASSES[2], Split.TEST_UNSEEN, "Ann", time)
    review = Review(ReviewState.FLAGGED, "cut off", "Ann", time)

    annotate.annotations.label([image], CLASSES[1])
    store.put_labels({image.id: label})
    undo(window, qtbot)
    assert store.read_labels([image.id]) == {image.id: label}

    annotate.annotations.review([image], ReviewState.CHECKED)
    store.put_reviews({image.id: review})
    undo(window, qtbot)
    assert store.read_reviews([image.id]) == {image.id: review}

    number = annotate.annotations.mark(image, "crown", Box(10, 10, 20, 20))
    moved = replace(store.read_marks([number])[number], place=Box(30, 30, 20, 20), annotator="Ann", at=time)
    assert isinstance(moved, Mark)
    store.put_marks({number: moved})
    undo(window, qtbot)
    assert store.read_marks([number]) == {number: moved}
    assert len(posted) == 3
    assert all("has since been changed elsewhere" in text for _, text in posted)


def test_undo_of_a_new_class_refuses_as_a_whole_if_its_label_was_changed(
    annotate, window, session, qtbot, posted
) -> None:
    qtbot.keyClicks(annotate.labels.search, OWL)
    press(annotate, qtbot, "label_add")
    image = session.document.images[0].id
    store = session.document.project.annotations
    store.put_labels({image: ImageLabel(CLASSES[1], Split.TRAIN, "Ann", "2030-01-01T00:00:00.000+00:00")})
    undo(window, qtbot)
    assert OWL in session.document.table.classes
    assert store.label(image).class_name == CLASSES[1]
    assert "has since been changed elsewhere" in posted[-1][1]


def test_a_label_is_undone_although_its_class_was_renamed(annotate, window, session, qtbot, posted) -> None:
    before = session.document.images[0].class_name
    annotate.annotations.label([session.document.images[0]], CLASSES[1])
    session.edits.rename_class(CLASSES[1], "Bittern")
    undo(window, qtbot)
    assert session.document.images[0].class_name == before
    assert posted == []


def test_a_judgement_is_not_made_again_of_another_attribute(annotate, window, session, qtbot, posted) -> None:
    session.edits.append_attribute(Attribute("tail", "long"))
    column = len(session.document.table.attributes) - 1
    annotate.annotations.judge([session.document.images[0]], [column], True, Certainty.DEFINITELY)
    undo(window, qtbot)
    session.edits.remove_last_attribute()
    session.edits.append_attribute(Attribute("tail", "short"))
    undo(window, qtbot, "annotate_redo")
    assert session.document.project.annotations.judgements(session.document.images[0].id) == {}
    assert "have since changed" in posted[-1][1]


def test_a_new_class_is_not_added_if_its_image_cannot_be_labelled(annotate, session, posted) -> None:
    gone = replace(session.document.images[0], id=999)
    annotate.annotations.label_new([gone], OWL, np.zeros(VECTORS.shape[1]))
    assert session.document.table.classes == CLASSES
    assert kept_vectors(session).shape == VECTORS.shape
    assert posted[-1][0] is Level.ERROR
    assert not annotate.undo_stack.canUndo()
