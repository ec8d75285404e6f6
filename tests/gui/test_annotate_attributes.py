"""Judge one attribute in many images or all attributes of one image, and accept the model's suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from annotate_kit import CTRL, SHIFT, click_image, key, press, shown_workspace
from PySide6.QtCore import Qt
from small_birds import ATTRIBUTES

from msdn_core.domain.annotation import Certainty
from msdn_core.domain.suggestions import strengths
from msdn_core.project import Project
from msdn_gui.annotate.attributes.judgement_model import JUDGEMENT, NAME, SUGGESTED_ROLE
from msdn_gui.annotate.queue.queue_model import VERDICT_ROLE

if TYPE_CHECKING:
    from msdn_gui.annotate.workspace import AnnotateWorkspace

K = Qt.Key
STRIPED = 2


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    made = shown_workspace(session, services, qtbot)
    key(made, qtbot, K.Key_F7)
    qtbot.waitUntil(lambda: session.inference.explanation is not None)
    session.selection.set_attribute(STRIPED)
    return made


def saved(session, image: int) -> dict[int, tuple[bool, Certainty]]:
    """Return the saved judgements of an image by attribute."""
    with Project.open(session.document.project.path, read_only=True) as kept:
        found = kept.annotations.judgements(session.document.images[image].id)
    return {at.attribute: (one.present, one.certainty) for at, one in found.items()}


def row(workspace, column: int, field: int = JUDGEMENT) -> object:
    index = workspace.attributes.model.index_of(column)
    return index.siblingAtColumn(field).data()


def click_attribute(workspace, qtbot, column: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    tree = workspace.attributes.tree
    place = tree.visualRect(workspace.attributes.model.index_of(column)).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_one_attribute_is_judged_in_many_images_by_single_keys(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_P, K.Key_3, K.Key_A, K.Key_N)
    assert session.selection.image == session.document.images[3]
    assert [saved(session, n) for n in range(4)] == [
        {STRIPED: (True, Certainty.DEFINITELY)},
        {STRIPED: (False, Certainty.PROBABLY)},
        {STRIPED: (False, Certainty.NOT_VISIBLE)},
        {},
    ]
    model = workspace.queue.model
    verdicts = [(1, 4), (0, 3), (0, 1), None]
    qtbot.waitUntil(lambda: [model.index(n).data(VERDICT_ROLE) for n in range(4)] == verdicts)


def test_the_list_filters_images_whose_attribute_is_not_judged(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_P, K.Key_A)
    kind = workspace.queue.kind
    kind.setCurrentIndex(kind.findData("unjudged"))
    qtbot.waitUntil(lambda: workspace.queue.model.rowCount() == 4)
    session.selection.set_attribute(0)
    qtbot.waitUntil(lambda: workspace.queue.model.rowCount() == 6)


def test_all_attributes_of_one_image_are_judged_by_group(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_K)
    session.selection.set_attribute(0)
    key(workspace, qtbot, K.Key_P, K.Key_A, K.Key_2, K.Key_P)
    assert session.selection.image == session.document.images[0]
    assert session.selection.attribute == 3
    assert [row(workspace, column) for column in range(4)] == [
        "Present, definitely",
        "Absent, definitely",
        "Present, guessing",
        None,
    ]
    groups = [workspace.attributes.model.index(n, JUDGEMENT).data() for n in range(3)]
    assert groups == ["2 of 2", "1 of 2", "0 of 2"]
    assert row(workspace, STRIPED, NAME) == ATTRIBUTES[STRIPED].name


def test_the_last_attribute_is_followed_by_the_first_of_the_next_image(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_K)
    session.selection.set_attribute(len(ATTRIBUTES) - 1)
    key(workspace, qtbot, K.Key_P)
    assert (session.selection.image, session.selection.attribute) == (session.document.images[1], 0)
    key(workspace, qtbot, K.Key_A)
    assert saved(session, 1) == {0: (False, Certainty.DEFINITELY)}


def test_the_longest_judgement_is_not_clipped(workspace, qtbot) -> None:
    key(workspace, qtbot, K.Key_P)
    tree = workspace.attributes.tree
    width = tree.columnWidth(JUDGEMENT) - 18 - 2 * 6
    assert tree.fontMetrics().horizontalAdvance(row(workspace, STRIPED)) <= width


def test_a_group_is_judged_in_several_images_in_one_step(workspace, session, qtbot) -> None:
    click_image(workspace, qtbot, 0)
    click_image(workspace, qtbot, 2, SHIFT)
    tree = workspace.attributes.tree
    place = tree.visualRect(workspace.attributes.model.index(0, NAME)).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    press(workspace, qtbot, "annotate.not_visible_button")
    hidden = (False, Certainty.NOT_VISIBLE)
    assert [saved(session, n) for n in range(4)] == [{0: hidden, 1: hidden}] * 3 + [{}]
    workspace.undo_stack.undo()
    assert [saved(session, n) for n in range(3)] == [{}] * 3
    workspace.undo_stack.redo()
    assert saved(session, 2) == {0: hidden, 1: hidden}


def test_a_withdrawn_judgement_shows_that_of_the_data_set_again(workspace, session, qtbot) -> None:
    image = session.document.images[0].id
    present = np.array([-1, -1, 0, -1, -1, -1], np.int8)
    session.document.project.set_image_attributes(image, present, (present + 1).astype(np.int8) * 3)
    key(workspace, qtbot, K.Key_M, K.Key_P)
    assert row(workspace, STRIPED) == "Present, definitely"
    key(workspace, qtbot, K.Key_Delete)
    assert saved(session, 0) == {}
    assert row(workspace, STRIPED) == "Absent, probably"


def test_nothing_is_saved_until_a_suggestion_is_accepted(workspace, session, qtbot) -> None:
    model = workspace.attributes.model
    strength = strengths(session.inference.fused_scores())
    workspace.attributes.threshold.setValue(0.0)
    expected = [column for column in (-strength).argsort().tolist() if strength[column] >= 0]
    assert model.suggested_columns() == expected
    assert workspace.attributes.state.text() == f"{len(expected)} suggested"
    assert saved(session, 0) == {}
    strongest = expected[0]
    assert model.index_of(strongest).data(SUGGESTED_ROLE)
    key(workspace, qtbot, K.Key_Y)
    assert saved(session, 0) == {strongest: (True, Certainty.DEFINITELY)}
    kept = session.document.project.annotations.judgements(session.document.images[0].id)
    assert [one.suggested_by for one in kept.values()] == [session.inference.checkpoint.label]
    assert session.selection.image == session.document.images[0]
    assert session.selection.attribute == expected[1], "the next suggestion is selected"
    key(workspace, qtbot, K.Key_X)
    assert saved(session, 0)[expected[1]] == (False, Certainty.DEFINITELY)
    assert model.suggested_columns() == expected[2:]


def test_all_suggestions_above_the_threshold_are_accepted_and_undone_together(workspace, session, qtbot) -> None:
    workspace.attributes.threshold.setValue(-0.5)
    expected = set(workspace.attributes.model.suggested_columns())
    assert len(expected) > 2
    press(workspace, qtbot, "annotate.accept_all_button")
    assert set(saved(session, 0)) == expected
    assert workspace.attributes.state.text() == "No suggestions left"
    workspace.undo_stack.undo()
    assert saved(session, 0) == {}
    assert set(workspace.attributes.model.suggested_columns()) == expected


def test_attributes_are_searched_and_selected_by_keyboard(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_Slash)
    qtbot.keyClicks(workspace.attributes.search, "crest no")
    qtbot.keyClick(workspace.attributes.search, K.Key_Return)
    assert ATTRIBUTES[session.selection.attribute].full_name == "crest::no"
    workspace.attributes.search.clear()
    key(workspace, qtbot, K.Key_Up, modifier=CTRL)
    assert ATTRIBUTES[session.selection.attribute].full_name == "crest::yes"
    click_attribute(workspace, qtbot, 1)
    assert session.selection.attribute == 1


def test_digits_set_the_certainty_or_the_class_depending_on_the_tab(workspace, session, qtbot) -> None:
    before = [image.class_name for image in session.document.images]
    key(workspace, qtbot, K.Key_2)
    assert [image.class_name for image in session.document.images] == before
    key(workspace, qtbot, K.Key_F6, K.Key_2)
    assert session.document.images[0].class_name == session.document.table.classes[1]
    assert saved(session, 0) == {}
