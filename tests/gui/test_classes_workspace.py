"""Classes as a whole: new classes, what follows what, tables that cannot be edited, and large ones."""

from __future__ import annotations

import time

import numpy as np
import pytest
from classes_kit import CTRL, KEY, LEFT, action, choose_block, click_cell, place, shown_workspace, type_in_cell
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMenu, QToolButton
from small_birds import VECTORS
from test_classes_models import big_table

from msdn_core.project import Project, RemovedClass
from msdn_gui.session import Session
from msdn_gui.shell.window import MainWindow


@pytest.fixture
def workspace(session, services, qtbot):
    return shown_workspace(session, services, qtbot)


@pytest.fixture
def messages(session):
    said: list[str] = []
    session.messages.posted.connect(lambda _, sentence: said.append(sentence))
    return said


def text(workspace, name: str) -> str:
    label = workspace.findChild(QLabel, name)
    return label.text() if label.isVisible() else ""


def add_class(workspace, qtbot, name: str, source: str = "") -> None:
    action(workspace, "new").trigger()
    qtbot.keyClicks(workspace.form.name, name)
    if source:
        workspace.form.other.source.lineEdit().selectAll()
        qtbot.keyClicks(workspace.form.other.source.lineEdit(), source)
    qtbot.keyClick(workspace.form.name, KEY.Key_Return)


def test_a_new_class_is_unseen_saved_and_ranked_at_once_without_the_network(
    workspace, session, explained, fake_explainer, qtbot
) -> None:
    explained(0)
    asked = len(fake_explainer.requests)
    add_class(workspace, qtbot, "Crested newcomer")
    assert session.selection.class_name == "Crested newcomer"
    assert not session.document.table.seen[3]
    assert text(workspace, "class_rank").endswith("of 4")
    assert "All values are 0" in text(workspace, "class_warning")
    before = text(workspace, "class_score")
    qtbot.keyClick(type_in_cell(workspace, qtbot, 3, 4, "1"), KEY.Key_Return)
    click_cell(workspace, qtbot, 3, 4)
    assert text(workspace, "class_score") != before
    assert text(workspace, "class_warning") == ""
    order, scores = session.inference.class_ranking()
    rank = order.tolist().index(3) + 1
    assert text(workspace, "class_rank") == f"Rank {rank} of 4"
    assert text(workspace, "class_score") == f"Score {scores[3]:.3f}".replace("-", "−")
    assert len(fake_explainer.requests) == asked
    path = session.document.project.path
    session.close_project()
    with Project.open(path) as project:
        assert project.table().vectors[3].tolist() == [0, 0, 0, 0, 1, 0]


def test_a_class_made_from_another_one_is_warned_of_until_it_differs(workspace, session, qtbot) -> None:
    add_class(workspace, qtbot, "Second wader", "red wader")
    np.testing.assert_array_equal(session.document.table.vectors[3], VECTORS[0])
    assert "same direction as that of Red wader" in text(workspace, "class_warning")
    assert workspace.panel.nearest.items.index(0).data() == "● Red wader 1.000"
    qtbot.keyClick(type_in_cell(workspace, qtbot, 3, 1, "1"), KEY.Key_Return)
    click_cell(workspace, qtbot, 3, 1)
    assert text(workspace, "class_warning") == ""


def test_the_form_tells_a_name_that_is_taken_and_proposes_one(workspace, session, qtbot) -> None:
    click_cell(workspace, qtbot, 1, 0)
    action(workspace, "duplicate").trigger()
    form = workspace.form
    assert form.name.text() == "Striped heron 2"
    form.name.clear()
    qtbot.keyClicks(form.name, "Red wader")
    assert "already" in text(workspace, "new_class_fault")
    assert not form.add.isEnabled()
    qtbot.keyClick(form.name, KEY.Key_Return)
    assert len(session.document.table.classes) == 3
    qtbot.keyClick(form.name, KEY.Key_Escape)
    assert not form.isVisible()


def test_a_new_class_that_a_filter_would_hide_is_shown(workspace, qtbot) -> None:
    qtbot.keyClicks(workspace.table.class_filter, "heron")
    add_class(workspace, qtbot, "Newcomer")
    assert workspace.table.class_filter.text() == ""
    assert workspace.view.currentIndex().row() == 3


def test_adding_renaming_and_removing_are_undone_and_done_again(workspace, session, qtbot) -> None:
    images = [(record.class_name, record.split) for record in session.document.images]
    add_class(workspace, qtbot, "Newcomer")
    header = workspace.view.classes.viewport()
    qtbot.mouseDClick(header, LEFT, pos=QPoint(60, place(workspace, 1, 0).y()))
    assert workspace.table.names.isVisible()
    qtbot.keyClicks(workspace.table.names, "Red wader")
    assert "already" in text(workspace, "value_fault")
    qtbot.keyClick(workspace.table.names, KEY.Key_Return)
    assert workspace.table.names.isVisible()
    workspace.table.names.clear()
    qtbot.keyClicks(workspace.table.names, "Banded heron")
    qtbot.keyClick(workspace.table.names, KEY.Key_Return)
    assert session.document.table.classes == ("Red wader", "Banded heron", "Blue-crested tern", "Newcomer")
    choose_block(workspace, qtbot, (0, 0), (1, 0))
    action(workspace, "remove").trigger()
    assert session.document.table.classes == ("Blue-crested tern", "Newcomer")
    stack = workspace.undo_stack
    assert stack.undoText() == "Remove 2 classes"
    while stack.canUndo():
        stack.undo()
    assert session.document.table.classes == ("Red wader", "Striped heron", "Blue-crested tern")
    assert [(record.class_name, record.split) for record in session.document.images] == images
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    while stack.canRedo():
        stack.redo()
    assert session.document.table.classes == ("Blue-crested tern", "Newcomer")


def test_a_name_that_was_taken_meanwhile_ends_the_undo_in_words(workspace, session, qtbot, messages) -> None:
    click_cell(workspace, qtbot, 0, 0)
    workspace.editing.rename_class("Red wader", "Crimson wader")
    session.edits.add_classes({"Red wader": np.ones(6)})
    workspace.undo_stack.undo()
    assert "“Rename Red wader to Crimson wader” can no longer be undone" in messages[-1]
    assert workspace.undo_stack.count() == 0
    assert "Crimson wader" in session.document.table.classes


def test_an_edit_keeps_the_place_and_the_choice(workspace, session, qtbot) -> None:
    click_cell(workspace, qtbot, 2, 3)
    session.edits.set_values([("Red wader", 0, 0.5)])
    session.edits.restore_classes([RemovedClass("Newcomer", 0, np.ones(6), False, "", ())])
    assert (workspace.view.currentIndex().row(), workspace.view.currentIndex().column()) == (3, 3)
    assert workspace.view.selected_classes() == ["Blue-crested tern"]
    assert session.selection.class_name == "Blue-crested tern"


def test_what_is_chosen_is_chosen_everywhere(workspace, session, qtbot) -> None:
    click_cell(workspace, qtbot, 1, 4)
    assert (session.selection.class_name, session.selection.attribute) == ("Striped heron", 4)
    session.selection.set_class("Blue-crested tern")
    session.selection.set_attribute(2)
    current = workspace.view.currentIndex()
    assert (current.row(), current.column()) == (2, 2)
    assert text(workspace, "class_title") == "Blue-crested tern"
    assert "Unseen" in text(workspace, "class_facts")
    assert "2 images" in text(workspace, "class_facts")
    nearest = workspace.panel.nearest
    qtbot.mouseClick(nearest.viewport(), LEFT, pos=nearest.visualRect(nearest.items.index(0)).center())
    assert session.selection.class_name == "Striped heron"


def test_filters_say_what_they_leave_and_what_to_do_where_it_is_nothing(workspace, qtbot) -> None:
    qtbot.keyClicks(workspace.table.attribute_filter, "crown")
    assert text(workspace, "classes_counts") == "3 classes × 2 of 6 attributes"
    qtbot.keyClicks(workspace.table.class_filter, "penguin")
    assert "clear the class filter" in text(workspace, "classes_hint")


def test_the_context_menu_offers_what_can_be_done(workspace) -> None:
    workspace.view.customContextMenuRequested.emit(place(workspace, 2, 1))
    menu = workspace.findChild(QMenu)
    texts = [one.text() for one in menu.actions() if one.text()]
    assert {"Copy", "Paste", "Fill down", "Set to 0", "Rename class", "Remove classes"} <= set(texts)
    assert workspace.view.currentIndex().row() == 2
    menu.close()


def test_every_control_has_a_name_and_a_hint(workspace) -> None:
    buttons = [one for one in workspace.findChildren(QToolButton) if one.objectName().startswith("tool_")]
    assert len(buttons) == 10
    assert all(one.accessibleName() and one.toolTip() for one in buttons)
    for widget in (
        workspace.view,
        workspace.table.class_filter,
        workspace.table.attribute_filter,
        workspace.table.value_bar.line,
    ):
        assert widget.accessibleName()


def test_borrowed_classes_are_read_only_until_they_are_taken_over(
    empty_session: Session, services, checkpoint_file, tmp_path, qtbot
) -> None:
    Project.create(tmp_path / "mine").close()
    empty_session.open_project(tmp_path / "mine")
    empty_session.inference.set_checkpoint(checkpoint_file)
    workspace = shown_workspace(empty_session, services, qtbot)
    assert "belong to the checkpoint" in text(workspace, "classes_notice")
    click_cell(workspace, qtbot, 0, 0)
    qtbot.keyClick(workspace.view, "1")
    qtbot.keyClick(workspace.view, KEY.Key_Delete)
    assert empty_session.document.table.vectors[0, 0] == 1.0
    assert not action(workspace, "new").isEnabled()
    assert action(workspace, "copy").isEnabled()
    qtbot.mouseClick(workspace.notice.adopt, LEFT)
    assert text(workspace, "classes_notice") == ""
    qtbot.keyClick(type_in_cell(workspace, qtbot, 0, 0, "0.5"), KEY.Key_Return)
    assert empty_session.document.project.table().vectors[0, 0] == 0.5


def test_a_project_for_reading_only_says_why_nothing_can_be_edited(session, services, qtbot) -> None:
    second = Session()
    try:
        second.open_project(session.document.project.path)
        workspace = shown_workspace(second, services, qtbot)
        assert second.document.project.read_only_reason in text(workspace, "classes_notice")
        assert not workspace.model.flags(workspace.model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
        assert not action(workspace, "new").isEnabled()
        assert not workspace.notice.adopt.isVisible()
    finally:
        second.close_project()
        second.deleteLater()


def test_without_a_table_the_place_says_how_to_get_one(empty_session, services, tmp_path, qtbot) -> None:
    Project.create(tmp_path / "mine").close()
    empty_session.open_project(tmp_path / "mine")
    workspace = shown_workspace(empty_session, services, qtbot)
    assert text(workspace, "emptyTitle") == "No classes yet"
    assert not action(workspace, "new").isEnabled()


def test_another_project_starts_with_an_empty_undo_stack(workspace, session, tmp_path, qtbot) -> None:
    qtbot.keyClick(type_in_cell(workspace, qtbot, 0, 0, "0.5"), KEY.Key_Return)
    Project.create(tmp_path / "other").close()
    session.open_project(tmp_path / "other")
    assert workspace.undo_stack.count() == 0


def test_a_large_table_is_scrolled_filtered_and_edited_within_a_few_frames(
    empty_session, services, tmp_path, qtbot
) -> None:
    with Project.create(tmp_path / "large") as project:
        project.define_classes(big_table())
    empty_session.open_project(tmp_path / "large")
    workspace = shown_workspace(empty_session, services, qtbot)
    view = workspace.view
    down, right = view.verticalScrollBar(), view.horizontalScrollBar()

    def cost(do) -> float:
        """Milliseconds of this thread's own work, whatever else the machine does; the better of two."""
        costs = []
        for _ in range(2):
            begun = time.thread_time()
            do()
            view.viewport().repaint()
            costs.append(1000 * (time.thread_time() - begun))
        return min(costs)

    assert cost(lambda: down.setValue(down.value() + 5000)) < 150
    assert cost(lambda: right.setValue(right.value() + 3000)) < 150
    click_cell(workspace, qtbot, view.rowAt(50), view.columnAt(50))
    assert cost(lambda: workspace.editing.set_selected(time.thread_time() % 1)) < 150
    assert cost(lambda: workspace.table.class_filter.setText(workspace.table.class_filter.text() + "9")) < 150
    assert cost(lambda: workspace.table.attribute_filter.setText("group 28")) < 150
    assert workspace.undo_stack.count() == 2


def test_the_windows_own_undo_works_on_the_table_and_no_two_actions_share_keys(session, services, qtbot) -> None:
    window = MainWindow(session, services)
    try:
        window.show_workspace("classes")
        window.show()
        window.activateWindow()
        workspace = window.workspaces["classes"]
        qtbot.waitUntil(workspace.view.hasFocus)
        qtbot.keyClick(type_in_cell(workspace, qtbot, 0, 0, "0.5"), KEY.Key_Return)
        assert session.document.table.vectors[0, 0] == 0.5
        qtbot.keyClick(workspace.view, KEY.Key_Z, CTRL)
        assert session.document.table.vectors[0, 0] == 1.0
        actions = {one for menu in window.menuBar().findChildren(QMenu) for one in menu.actions()}
        keys = [sequence.toString() for one in actions for sequence in one.shortcuts()]
        assert sorted(keys) == sorted(set(keys))
    finally:
        window.close_for_good()


def test_a_long_count_gives_way_before_a_buttons_words_do(workspace) -> None:
    toolbar = workspace.toolbar
    toolbar.counts.setText("100 of 1,000 classes × 200 of 312 attributes")
    least = toolbar.layout().minimumSize().width()
    assert least < 628, "what the least window leaves beside the chosen class"
    toolbar.setFixedWidth(least)
    toolbar.layout().activate()
    for button in toolbar.findChildren(QToolButton):
        assert button.width() >= button.sizeHint().width()
