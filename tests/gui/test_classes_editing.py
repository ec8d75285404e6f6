"""Cells of the class table are edited as in a spreadsheet, by mouse, keyboard and clipboard."""

from __future__ import annotations

import numpy as np
import pytest
from classes_kit import (
    CTRL,
    KEY,
    LEFT,
    action,
    choose_block,
    click_cell,
    clipboard,
    editor,
    place,
    set_clipboard,
    shown_workspace,
    type_in_cell,
)
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel
from small_birds import VECTORS

from msdn_core.project import Project


@pytest.fixture
def workspace(session, services, qtbot):
    return shown_workspace(session, services, qtbot)


@pytest.fixture
def messages(session):
    said: list[str] = []
    session.messages.posted.connect(lambda _, sentence: said.append(sentence))
    return said


def fault(workspace) -> str:
    return workspace.findChild(QLabel, "value_fault").text()


def test_a_typed_number_is_saved_and_undone(workspace, session, services, qtbot) -> None:
    line = type_in_cell(workspace, qtbot, 1, 2, "0.25")
    qtbot.keyClick(line, KEY.Key_Return)
    assert session.document.table.vectors[1, 2] == 0.25
    assert workspace.view.currentIndex().row() == 2
    services.undo_group.setActiveStack(workspace.undo_stack)
    assert services.undo_group.activeStack().undoText() == "Set wing pattern: striped of Striped heron to 0.25"
    services.undo_group.undo() if hasattr(services.undo_group, "undo") else workspace.undo_stack.undo()
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    workspace.undo_stack.redo()
    path = session.document.project.path
    session.close_project()
    with Project.open(path) as project:
        assert project.table().vectors[1, 2] == 0.25


def test_tab_goes_on_to_the_next_cell_and_escape_leaves_the_value(workspace, session, qtbot) -> None:
    qtbot.keyClick(type_in_cell(workspace, qtbot, 0, 0, "0.5"), KEY.Key_Tab)
    qtbot.waitUntil(lambda: workspace.view.currentIndex().column() == 1 and editor(workspace) is not None)
    qtbot.keyClicks(editor(workspace), "0.75")
    qtbot.keyClick(editor(workspace), KEY.Key_Escape)
    assert session.document.table.vectors[0, :2].tolist() == [0.5, 0.0]


@pytest.mark.parametrize(("text", "why"), [("red", "not a number"), ("nan", "finite"), ("7", "from 0 to 1")])
def test_what_is_no_value_is_told_while_it_is_typed_and_not_taken(workspace, session, qtbot, text, why) -> None:
    line = type_in_cell(workspace, qtbot, 0, 0, text)
    assert why in fault(workspace)
    qtbot.keyClick(line, KEY.Key_Return)
    qtbot.keyClick(line, KEY.Key_Tab)
    assert editor(workspace) is line
    assert line.text() == text
    qtbot.keyClick(line, KEY.Key_Backspace, CTRL)
    line.clear()
    qtbot.keyClicks(line, "0.5")
    assert fault(workspace) == ""
    qtbot.keyClick(line, KEY.Key_Return)
    assert session.document.table.vectors[0, 0] == 0.5


def test_a_wrong_text_that_is_left_by_a_click_is_told_and_the_value_stays(workspace, session, qtbot, messages) -> None:
    type_in_cell(workspace, qtbot, 0, 0, "red")
    click_cell(workspace, qtbot, 2, 2)
    qtbot.waitUntil(lambda: editor(workspace) is None)
    assert "“red” is not a number" in messages[-1]
    assert session.document.table.vectors[0, 0] == 1.0
    assert workspace.undo_stack.count() == 0


def test_all_chosen_cells_get_a_number_in_one_step(workspace, session, qtbot) -> None:
    choose_block(workspace, qtbot, (0, 1), (2, 2))
    qtbot.keyClick(workspace.view, "1")
    qtbot.keyClick(editor(workspace), KEY.Key_Return, CTRL)
    assert (session.document.table.vectors[:, 1:3] == 1).all()
    qtbot.keyClick(workspace.view, KEY.Key_Delete)
    assert (session.document.table.vectors[:, 1:3] == 0).all()
    qtbot.mouseClick(workspace.table.value_bar.line, LEFT)
    qtbot.keyClick(workspace.table.value_bar.line, KEY.Key_A, CTRL)
    qtbot.keyClicks(workspace.table.value_bar.line, "0,5")
    qtbot.keyClick(workspace.table.value_bar.line, KEY.Key_Return)
    assert (session.document.table.vectors[:, 1:3] == 0.5).all()
    for _ in range(3):
        workspace.undo_stack.undo()
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)


def test_the_value_line_shows_the_exact_value_and_refuses_what_is_none(workspace, session, qtbot) -> None:
    session.edits.set_values([("Red wader", 0, 1 / 3)])
    click_cell(workspace, qtbot, 0, 0)
    line = workspace.table.value_bar.line
    assert line.text() == repr(1 / 3)
    assert workspace.table.value_bar.where.text() == "crown: red · Red wader"
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "much")
    qtbot.keyClick(line, KEY.Key_Return)
    assert "“much” is not a number" in fault(workspace)
    assert session.document.table.vectors[0, 0] == 1 / 3


def test_a_block_is_copied_and_pasted(workspace, session, qtbot) -> None:
    choose_block(workspace, qtbot, (0, 2), (1, 3))
    qtbot.keyClick(workspace.view, KEY.Key_C, CTRL)
    assert clipboard() == "0.1\t0.9\n1\t0"
    click_cell(workspace, qtbot, 1, 0)
    qtbot.keyClick(workspace.view, KEY.Key_V, CTRL)
    np.testing.assert_array_equal(session.document.table.vectors[1:, :2], [[0.1, 0.9], [1, 0]])
    assert int(workspace.view.selected_cells().sum()) == 4
    workspace.undo_stack.undo()
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    action(workspace, "copy_with_names").trigger()
    assert clipboard().startswith("\tcrown::")


def test_a_block_that_does_not_fit_is_explained_and_changes_nothing(workspace, session, qtbot, messages) -> None:
    click_cell(workspace, qtbot, 2, 5)
    set_clipboard("0.1\t0.2\n0.3\t0.4")
    qtbot.keyClick(workspace.view, KEY.Key_V, CTRL)
    assert "2 × 2 cells" in messages[-1]
    assert "room for only 1 cell" in messages[-1]
    set_clipboard("0.1\tred")
    click_cell(workspace, qtbot, 0, 0)
    qtbot.keyClick(workspace.view, KEY.Key_V, CTRL)
    assert "column 2" in messages[-1]
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    assert workspace.undo_stack.count() == 0


def test_one_number_of_the_clipboard_goes_into_all_selected_cells(workspace, session, qtbot) -> None:
    set_clipboard("0.7\n")
    choose_block(workspace, qtbot, (0, 0), (2, 1))
    qtbot.keyClick(workspace.view, KEY.Key_V, CTRL)
    assert (session.document.table.vectors[:, :2] == 0.7).all()


def test_what_a_filter_hides_is_not_pasted_into(workspace, session, qtbot) -> None:
    qtbot.keyClicks(workspace.table.class_filter, "er")
    qtbot.keyClicks(workspace.table.attribute_filter, "yes")
    workspace.table.class_filter.clear()
    qtbot.keyClicks(workspace.table.class_filter, "seen wader")
    click_cell(workspace, qtbot, 0, 0)
    set_clipboard("0.7")
    qtbot.keyClick(workspace.view, KEY.Key_V, CTRL)
    changed = np.argwhere(session.document.table.vectors != VECTORS)
    assert changed.tolist() == [[0, 4]]


def test_filling_down_takes_the_first_chosen_row_or_the_row_above(workspace, session, qtbot, messages) -> None:
    choose_block(workspace, qtbot, (0, 0), (2, 1))
    qtbot.keyClick(workspace.view, KEY.Key_D, CTRL)
    assert session.document.table.vectors[:, :2].tolist() == [[1, 0]] * 3
    click_cell(workspace, qtbot, 1, 3)
    qtbot.keyClick(workspace.view, KEY.Key_D, CTRL)
    assert session.document.table.vectors[1, 3] == 0.9
    click_cell(workspace, qtbot, 0, 3)
    qtbot.keyClick(workspace.view, KEY.Key_D, CTRL)
    assert "no row above" in messages[-1]


def test_cutting_copies_and_sets_to_zero(workspace, session, qtbot) -> None:
    click_cell(workspace, qtbot, 0, 3)
    qtbot.keyClick(workspace.view, KEY.Key_X, CTRL)
    assert clipboard() == "0.9"
    assert session.document.table.vectors[0, 3] == 0


def test_a_group_a_class_and_an_attribute_are_chosen_in_the_headers(workspace, session, qtbot) -> None:
    view = workspace.view
    inside = view.attributes.sectionViewportPosition(3) + 5
    qtbot.mouseClick(view.attributes.viewport(), LEFT, pos=QPoint(inside, 8))
    assert np.flatnonzero(view.selected_cells().any(axis=0)).tolist() == [2, 3]
    qtbot.mouseClick(view.classes.viewport(), LEFT, pos=QPoint(60, place(workspace, 1, 0).y()))
    assert view.selected_classes() == ["Striped heron"]
    assert session.selection.class_name == "Striped heron"
    qtbot.keyClick(view, KEY.Key_Space, CTRL)
    assert view.selected_cells().all()


def test_an_edit_that_was_overtaken_from_elsewhere_says_so_and_leaves_the_stack(
    workspace, session, qtbot, messages
) -> None:
    qtbot.keyClick(type_in_cell(workspace, qtbot, 0, 0, "0.5"), KEY.Key_Return)
    qtbot.keyClick(type_in_cell(workspace, qtbot, 1, 1, "0.5"), KEY.Key_Return)
    session.edits.set_values([("Striped heron", 1, 0.125)])
    workspace.undo_stack.undo()
    assert "can no longer be undone" in messages[-1]
    assert "changed elsewhere" in messages[-1]
    assert session.document.table.vectors[1, 1] == 0.125
    workspace.undo_stack.undo()
    assert session.document.table.vectors[0, 0] == 1.0
    workspace.undo_stack.redo()
    assert session.document.table.vectors[0, 0] == 0.5
    assert not workspace.undo_stack.canRedo()


def test_what_spreadsheets_copy_along_is_no_part_of_a_pasted_block(workspace, session, qtbot, messages) -> None:
    click_cell(workspace, qtbot, 0, 0)
    set_clipboard("0,7\t−0,0\t\r\n1\t\u00a00,5\t\r\n\r\n\t\t\r\n")
    qtbot.keyClick(workspace.view, KEY.Key_V, CTRL)
    assert session.document.table.vectors[:2, :2].tolist() == [[0.7, 0], [1, 0.5]]
    workspace.undo_stack.undo()
    set_clipboard("1,000\t0\n")
    qtbot.keyClick(workspace.view, KEY.Key_V, CTRL)
    assert "row 1, column 1" in messages[-1]
    assert "write 1000 or 1.0000" in messages[-1]
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    set_clipboard("1,000\t0,5\n")
    qtbot.keyClick(workspace.view, KEY.Key_V, CTRL)
    assert session.document.table.vectors[0, :2].tolist() == [1, 0.5]
    assert "1 number has a decimal comma" in messages[-1]
