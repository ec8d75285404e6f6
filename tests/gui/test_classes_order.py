"""Sorting and folding leave the values of the table unchanged; values are found and replaced."""

from __future__ import annotations

import numpy as np
import pytest
from classes_kit import (
    CTRL,
    KEY,
    LEFT,
    SHIFT,
    choose_block,
    click_cell,
    clipboard,
    editor,
    shown_workspace,
    type_in_cell,
)
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from small_birds import CLASSES, VECTORS

from msdn_core.project import Project
from msdn_gui.classes.table.find_bar import matching
from msdn_gui.classes.values.numbers import CellError


@pytest.fixture
def workspace(session, services, qtbot):
    return shown_workspace(session, services, qtbot)


def rows(workspace) -> list[str]:
    return [workspace.model.class_at(row) for row in range(workspace.model.rowCount())]


def columns(workspace) -> list[str]:
    model, role = workspace.model, Qt.ItemDataRole.ToolTipRole
    return [model.headerData(column, Qt.Orientation.Horizontal, role) for column in range(model.columnCount())]


def status(workspace) -> str:
    return workspace.findChild(QLabel, "find_status").text()


def test_an_attributes_name_sorts_the_classes_and_the_table_stays_as_it_is(workspace, session, qtbot) -> None:
    header = workspace.view.attributes
    place = QPoint(header.sectionViewportPosition(1) + 10, header.height() - 20)
    qtbot.mouseDClick(header.viewport(), LEFT, pos=place)
    assert rows(workspace) == ["Blue-crested tern", "Striped heron", "Red wader"]
    qtbot.keyClick(workspace.view, KEY.Key_R, CTRL)
    assert rows(workspace) == ["Red wader", "Striped heron", "Blue-crested tern"]
    qtbot.keyClick(workspace.view, KEY.Key_R, CTRL)
    assert rows(workspace) == list(CLASSES)
    assert session.document.table.classes == CLASSES
    assert workspace.undo_stack.count() == 0


def test_in_a_sorted_table_edits_undo_and_classes_that_come_and_go_hit_the_right_rows(
    workspace, session, qtbot
) -> None:
    click_cell(workspace, qtbot, 0, 1)
    qtbot.keyClick(workspace.view, KEY.Key_R, CTRL)
    assert rows(workspace)[0] == "Blue-crested tern"
    qtbot.keyClick(type_in_cell(workspace, qtbot, 0, 1, "0"), KEY.Key_Return)
    assert session.document.table.vectors[2, 1] == 0
    # The row stays where it is while its value changes.
    assert rows(workspace)[0] == "Blue-crested tern"
    workspace.undo_stack.undo()
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    assert session.selection.class_name == "Blue-crested tern"
    assert workspace.view.currentIndex().row() == 0
    session.edits.rename_class("Blue-crested tern", "Azure tern")
    session.edits.add_classes({"Newcomer": np.ones(6)})
    assert rows(workspace) == ["Azure tern", "Striped heron", "Red wader", "Newcomer"]
    choose_block(workspace, qtbot, (0, 0), (2, 0))
    qtbot.keyClick(workspace.view, KEY.Key_Backspace, CTRL)
    assert rows(workspace) == ["Newcomer"]
    workspace.undo_stack.undo()
    assert session.document.table.classes == ("Red wader", "Striped heron", "Azure tern", "Newcomer")
    assert rows(workspace) == ["Azure tern", "Striped heron", "Red wader", "Newcomer"]
    assert workspace.model.row_of("Red wader") == 2


def test_a_group_folds_to_one_column_of_its_highest_values_and_back(workspace, session, qtbot) -> None:
    header = workspace.view.attributes
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(header.sectionViewportPosition(2) + 6, 8))
    folded = "wing pattern (2 folded)"
    assert columns(workspace) == ["crown::red", "crown::blue", folded, "crest::yes", "crest::no"]
    shown = [float(workspace.model.index(row, 2).data()) for row in range(3)]
    assert shown == VECTORS[:, 2:4].max(axis=1).tolist()
    click_cell(workspace, qtbot, 0, 2)
    assert session.selection.attribute == 3, "of the first class the second attribute of the group is the highest"
    click_cell(workspace, qtbot, 1, 2)
    assert session.selection.attribute == 2
    assert workspace.table.value_bar.where.text() == "Highest: wing pattern: striped · Striped heron"
    qtbot.keyClick(workspace.view, KEY.Key_G, CTRL | SHIFT)
    assert columns(workspace) == ["crown (2 folded)", folded, "crest (2 folded)"]
    qtbot.keyClicks(workspace.table.attribute_filter, "plain")
    assert columns(workspace) == ["wing pattern::plain"]
    workspace.table.attribute_filter.clear()
    click_cell(workspace, qtbot, 0, 0)
    qtbot.keyClick(workspace.view, KEY.Key_G, CTRL)
    assert columns(workspace) == ["crown::red", "crown::blue", folded, "crest (2 folded)"]
    qtbot.keyClick(workspace.view, KEY.Key_G, CTRL | SHIFT)
    qtbot.keyClick(workspace.view, KEY.Key_G, CTRL | SHIFT)
    assert len(columns(workspace)) == 6


def test_a_folded_group_is_sorted_and_copied_by_what_it_shows_and_never_edited(workspace, session, qtbot) -> None:
    messages: list[str] = []
    session.messages.posted.connect(lambda _, sentence: messages.append(sentence))
    click_cell(workspace, qtbot, 0, 2)
    qtbot.keyClick(workspace.view, KEY.Key_G, CTRL)
    qtbot.keyClick(workspace.view, KEY.Key_R, CTRL)
    assert rows(workspace) == ["Striped heron", "Red wader", "Blue-crested tern"]
    qtbot.keyClick(workspace.view, KEY.Key_G, CTRL)
    click_cell(workspace, qtbot, 0, 2)
    qtbot.keyClick(workspace.view, KEY.Key_G, CTRL)
    qtbot.keyClick(workspace.view, KEY.Key_5)
    assert editor(workspace) is None
    qtbot.keyClick(workspace.view, KEY.Key_Delete)
    choose_block(workspace, qtbot, (0, 1), (2, 2))
    qtbot.keyClick(workspace.view, KEY.Key_D, CTRL)
    assert messages == ["Nothing was changed: the group “wing pattern” is folded; unfold it first."] * 2
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    qtbot.keyClick(workspace.view, KEY.Key_C, CTRL | SHIFT)
    assert clipboard().split("\n")[0] == "\tcrown::blue\twing pattern (2 folded)"


def test_all_values_that_are_found_are_replaced_in_one_step(workspace, session, qtbot) -> None:
    qtbot.keyClick(workspace, KEY.Key_F, CTRL | Qt.KeyboardModifier.AltModifier)
    bar = workspace.table.find_bar
    qtbot.keyClicks(bar.query, "<0.2")
    assert status(workspace) == f"{int((VECTORS < 0.2).sum())} matches in the shown cells"
    qtbot.keyClicks(bar.value, "0.25")
    qtbot.keyClick(bar.value, KEY.Key_Return)
    np.testing.assert_array_equal(session.document.table.vectors, np.where(VECTORS < 0.2, 0.25, VECTORS))
    assert status(workspace).startswith("No matches")
    assert workspace.undo_stack.count() == 1
    workspace.undo_stack.undo()
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    workspace.undo_stack.redo()
    path = session.document.project.path
    session.close_project()
    with Project.open(path) as project:
        assert (project.table().vectors >= 0.2).all()


def test_a_chosen_block_bounds_the_search_and_the_next_match_is_gone_to(workspace, session, qtbot) -> None:
    qtbot.keyClick(workspace, KEY.Key_F, CTRL | Qt.KeyboardModifier.AltModifier)
    bar = workspace.table.find_bar
    qtbot.keyClicks(bar.query, "1")
    places = [(int(row), int(column)) for row, column in np.argwhere(VECTORS == 1)]
    click_cell(workspace, qtbot, 0, 1)
    for row, column in [*places[1:], places[0]]:
        bar.query.setFocus()
        qtbot.keyClick(bar.query, KEY.Key_Return)
        current = workspace.view.currentIndex()
        assert (current.row(), current.column()) == (row, column)
    choose_block(workspace, qtbot, (1, 0), (2, 2))
    assert status(workspace) == "2 matches in the selected cells"
    qtbot.keyClicks(bar.value, "0")
    qtbot.mouseClick(bar.all, LEFT)
    expected = VECTORS.copy()
    expected[1:, :3][expected[1:, :3] == 1] = 0
    np.testing.assert_array_equal(session.document.table.vectors, expected)


def test_what_cannot_be_looked_for_or_put_in_is_said_while_it_is_typed(workspace, session, qtbot) -> None:
    qtbot.keyClick(workspace, KEY.Key_F, CTRL | Qt.KeyboardModifier.AltModifier)
    bar = workspace.table.find_bar
    qtbot.keyClicks(bar.query, ">many")
    assert "“many” is not a number" in status(workspace)
    assert not bar.all.isEnabled()
    bar.query.clear()
    qtbot.keyClicks(bar.query, ">0")
    qtbot.keyClicks(bar.value, "7")
    assert "out of range" in status(workspace)
    qtbot.keyClick(bar.value, KEY.Key_Return)
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    qtbot.keyClick(bar.value, KEY.Key_Escape)
    assert not bar.isVisible()


def test_a_number_finds_what_is_shown_as_it() -> None:
    values = np.array([[83.33, 83.3333, 83.2, 0.0, 100.0]])
    for asked, found in {
        "83.3": [True, True, False, False, False],
        "0": [False, False, False, True, False],
        "≥83,3": [True, True, False, False, True],
        "1 .. 83.25": [False, False, True, False, False],
    }.items():
        assert matching(values, asked, (0.0, 100.0)).tolist() == [found], asked
    for asked in ("x", "1..", "<", "..", "200"):
        with pytest.raises(CellError):
            matching(values, asked, (0.0, 100.0))
