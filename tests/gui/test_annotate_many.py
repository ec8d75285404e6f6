"""Annotate many images in one step after checking them, and the most informative ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from annotate_kit import LEFT, SHIFT, classes, click_image, keep_scores, key, press, shown_workspace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QPushButton
from small_birds import ATTRIBUTES, CLASSES

from msdn_core.domain.annotation import Certainty
from msdn_core.domain.expected_change import answer_probabilities, class_beliefs, expected_change
from msdn_core.domain.suggestions import strengths
from msdn_core.project import JudgementKey, Project

if TYPE_CHECKING:
    from msdn_gui.annotate.workspace import AnnotateWorkspace

K = Qt.Key
STRIPED = 2


@pytest.fixture
def scores(session) -> np.ndarray:
    """Return (6, 6) scores in which images of one class (0 and 3, 1 and 4, 2 and 5) are similar."""
    draw = np.random.default_rng(2)
    own = draw.normal(size=(3, len(ATTRIBUTES)))
    own[1, STRIPED] = 3.0
    values = np.concatenate([own, own + draw.normal(0, 0.1, own.shape)]).astype(np.float32)
    keep_scores(session, np.array([image.id for image in session.document.images]), values, values)
    return values


@pytest.fixture
def workspace(session, services, qtbot, scores) -> AnnotateWorkspace:  # noqa: ARG001
    made = shown_workspace(session, services, qtbot)
    qtbot.waitUntil(
        lambda: session.inference.collection.collection is not None and session.inference.explanation is not None
    )
    return made


def kept(session) -> dict[JudgementKey, object]:
    """Return the saved judgements of all images."""
    with Project.open(session.document.project.path, read_only=True) as project:
        return {
            at: one for image in session.document.images for at, one in project.annotations.judgements(image.id).items()
        }


def candidates(workspace) -> list[int]:
    return [one.record.id for one in workspace.bulk.panel.model.candidates]


def ticked(workspace) -> list[int]:
    return [one.record.id for one in workspace.bulk.panel.model.ticked()]


def accept(workspace) -> QPushButton:
    return workspace.findChild(QPushButton, "accept_candidates")


def click_candidate(workspace, qtbot, row: int) -> None:
    grid = workspace.bulk.panel.grid
    qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(grid.model().index(row)).center())


def test_suggestions_for_an_attribute_are_checked_and_accepted_in_one_step(workspace, session, qtbot, scores) -> None:
    key(workspace, qtbot, K.Key_F7)
    session.selection.set_attribute(STRIPED)
    workspace.attributes.threshold.setValue(0.0)
    strength = strengths(scores)[:, STRIPED]
    expected = [session.document.images[row].id for row in np.argsort(-strength) if strength[row] >= 0]
    assert len(expected) >= 2
    key(workspace, qtbot, K.Key_S)
    qtbot.waitUntil(workspace.bulk.panel.isVisible)
    assert candidates(workspace) == expected
    assert workspace.findChild(QLabel, "candidates_count").text() == f"{len(expected)} of {len(expected)} ticked"
    assert kept(session) == {}
    click_candidate(workspace, qtbot, 1)
    assert ticked(workspace) == [expected[0], *expected[2:]]
    key(workspace, qtbot, K.Key_3)
    count = "1 image" if len(expected) == 2 else f"{len(expected) - 1} images"
    assert accept(workspace).text() == f"Judge as present, probably, in {count}  (Return)"
    qtbot.keyClick(workspace.bulk.panel.grid, K.Key_Return)
    saved = kept(session)
    assert {at.image_id for at in saved} == {expected[0], *expected[2:]}
    assert {(at.attribute, one.present, one.certainty, one.suggested_by) for at, one in saved.items()} == {
        (STRIPED, True, Certainty.PROBABLY, session.inference.checkpoint.label)
    }
    assert workspace.picture.isVisible()
    workspace.undo_stack.undo()
    assert kept(session) == {}


def test_all_attributes_of_the_selected_images_are_suggested_together(workspace, session, qtbot, scores) -> None:
    key(workspace, qtbot, K.Key_F7)
    workspace.attributes.threshold.setValue(0.5)
    click_image(workspace, qtbot, 1)
    click_image(workspace, qtbot, 2, SHIFT)
    press(workspace, qtbot, "annotate.suggest_many_button")
    qtbot.waitUntil(workspace.bulk.panel.isVisible)
    rows, columns = np.nonzero(strengths(scores)[1:3] >= 0.5)
    assert sorted(candidates(workspace)) == [session.document.images[1].id, session.document.images[2].id]
    qtbot.mouseClick(accept(workspace), LEFT)
    expected = {(session.document.images[row + 1].id, column) for row, column in zip(rows, columns, strict=True)}
    assert {(at.image_id, at.attribute) for at in kept(session)} == expected
    assert workspace.undo_stack.count() == 1


def test_a_class_is_applied_to_similar_images_without_those_of_another_class(workspace, session, qtbot) -> None:
    workspace.annotations.label([session.document.images[3]], None)
    workspace.annotations.label([session.document.images[0]], CLASSES[1])
    before = workspace.undo_stack.count()
    key(workspace, qtbot, K.Key_E)
    qtbot.waitUntil(workspace.bulk.panel.isVisible)
    panel = workspace.bulk.panel
    assert candidates(workspace)[0] == session.document.images[3].id, "the most similar one comes first"
    assert ticked(workspace) == [session.document.images[3].id]
    others = {one.record.id: one.note for one in panel.model.candidates[1:]}
    assert others == {session.document.images[n].id: f"now {CLASSES[2]}" for n in (2, 5)}
    limit = workspace.findChild(QDoubleSpinBox, "candidates_limit")
    limit.setValue(1.0)
    assert ticked(workspace) == []
    assert not accept(workspace).isEnabled()
    limit.setValue(0.8)
    qtbot.keyClick(panel.grid, K.Key_Right)
    qtbot.keyClick(panel.grid, K.Key_Space)
    assert ticked(workspace) == [one.record.id for one in panel.model.candidates[:2]]
    qtbot.keyClick(panel.grid, K.Key_Space)
    qtbot.keyClick(panel.grid, K.Key_Return)
    assert classes(session)[3] == CLASSES[1]
    assert workspace.undo_stack.count() == before + 1
    workspace.undo_stack.undo()
    assert classes(session)[3] is None


def test_a_judgement_is_applied_to_similar_images_with_its_source(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_F7, K.Key_M)
    session.selection.set_attribute(STRIPED)
    workspace.annotations.judge([session.document.images[4]], [STRIPED], False, Certainty.DEFINITELY)
    session.selection.set_image(session.document.images[1])
    key(workspace, qtbot, K.Key_E)
    assert not workspace.bulk.panel.isVisible(), "there is no judgement to apply"
    key(workspace, qtbot, K.Key_P, K.Key_E)
    qtbot.waitUntil(workspace.bulk.panel.isVisible)
    assert session.document.images[4].id not in candidates(workspace), "images that have been judged are left out"
    press(workspace, qtbot, "tick_none")
    click_candidate(workspace, qtbot, 0)
    (image_id,) = ticked(workspace)
    key(workspace, qtbot, K.Key_2)
    qtbot.mouseClick(accept(workspace), LEFT)
    (one,) = [one for at, one in kept(session).items() if at.image_id == image_id]
    assert (one.present, one.certainty) == (True, Certainty.GUESSING)
    assert one.suggested_by == f"{session.inference.checkpoint.label}, like {session.document.images[1].name}"


def test_escape_and_another_image_cancel_and_save_nothing(workspace, session, qtbot) -> None:
    panel = workspace.bulk.panel
    for leave in (lambda: qtbot.keyClick(panel.grid, K.Key_Escape), lambda: click_image(workspace, qtbot, 1)):
        key(workspace, qtbot, K.Key_E)
        qtbot.waitUntil(panel.isVisible)
        leave()
        assert workspace.picture.isVisible()
        assert workspace.queue.view.hasFocus()
    assert not workspace.undo_stack.canUndo()
    assert kept(session) == {}


def test_images_are_sorted_by_the_expected_change(workspace, session, qtbot, scores) -> None:
    store, table = session.document.project.annotations, session.document.table
    session.selection.set_attribute(STRIPED)

    def changes() -> np.ndarray:
        present, _ = store.effective_judgements([image.id for image in session.document.images])
        chances = answer_probabilities(table.vectors, 1.0)
        unit = table.vectors / np.linalg.norm(table.vectors, axis=1, keepdims=True)
        beliefs = class_beliefs(scores @ unit.T - session.inference.gamma * table.seen, chances, present)
        return expected_change(beliefs, chances, present)

    def shown() -> list[int]:
        return [record.id for record in workspace.queue.model.shown_records()]

    box, ids = workspace.queue.order, np.array([image.id for image in session.document.images])
    box.setCurrentIndex(box.findData("expected change"))
    qtbot.waitUntil(lambda: shown() == ids[np.argsort(-changes().max(axis=1), kind="stable")].tolist())
    box.setCurrentIndex(box.findData("attribute change"))
    first = ids[np.argsort(-changes()[:, STRIPED], kind="stable")].tolist()
    qtbot.waitUntil(lambda: shown() == first)
    key(workspace, qtbot, K.Key_F7, K.Key_P, K.Key_R)
    assert changes()[list(ids).index(first[0]), STRIPED] == 0
    qtbot.waitUntil(lambda: shown() == ids[np.argsort(-changes()[:, STRIPED], kind="stable")].tolist())
    assert shown()[-1] == first[0], "what has been judged is no longer informative"


def test_the_most_informative_attribute_is_selected_by_a_key(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_F7, K.Key_K, K.Key_G)
    first = session.selection.attribute
    assert "information about the class" in workspace.attributes.state.text()
    key(workspace, qtbot, K.Key_A, K.Key_G)
    assert session.selection.attribute != first, "what has been judged is no longer informative"
