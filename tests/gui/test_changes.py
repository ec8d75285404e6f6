"""Typed changes: what they name, what the selection makes of them, and pages that catch up when they are shown."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QTabWidget, QWidget

from msdn_core.domain.attributes import Attribute
from msdn_core.project import NewImage
from msdn_gui.session import Session
from msdn_gui.session.changes import ChangeKind, Origin, TableChange
from msdn_gui.session.messages import Level
from msdn_gui.session.table_commands import AddAttribute, AddClasses, RemoveClasses, RenameClass, SetCells
from msdn_gui.widgets.refresh import Refresher


@pytest.fixture
def changes(session: Session) -> list[TableChange]:
    """The changes that are sent while a test runs."""
    sent: list[TableChange] = []
    session.document.table_changed.connect(sent.append)
    return sent


def test_an_edited_cell_is_sent_once_with_its_row_and_column(session: Session, changes) -> None:
    SetCells(session, "Set", np.array([1]), np.array([4]), np.array([0.75])).redo()
    (change,) = changes
    assert (change.kind, change.rows, change.columns) == (ChangeKind.VALUES, (1,), (4,))
    assert change.origin is Origin.EDIT
    assert change.touches_row(1)
    assert not change.touches_row(0)
    assert change.touches_column(4)
    assert not change.touches_column(3)


def test_classes_and_attributes_are_changes_of_their_own_kind(session: Session, changes) -> None:
    AddClasses(session, {"Newcomer": np.zeros(6)}).redo()
    RenameClass(session, "Newcomer", "Newer").redo()
    RemoveClasses(session, ["Newer"]).redo()
    AddAttribute(session, Attribute("crest", "long")).redo()
    assert [change.kind for change in changes] == [ChangeKind.CLASSES] * 3 + [ChangeKind.ATTRIBUTES]
    assert [change.rows for change in changes[:3]] == [(3,), (3,), ()]
    assert changes[3].columns == (6,)


def test_what_another_process_committed_names_its_origin(session: Session) -> None:
    reader = Session()
    try:
        reader.open_project(session.document.project.path)
        sent: list[TableChange] = []
        reader.document.table_changed.connect(sent.append)
        session.edits.set_values([("Red wader", 0, 0.125)])
        reader.document.check_for_changes()
        assert [change.origin for change in sent] == [Origin.OTHER_PROCESS]
        assert reader.document.table.vectors[0, 0] == 0.125
    finally:
        reader.close_project()
        reader.deleteLater()


def test_the_order_that_explore_shows_ends_with_another_number_of_images(session: Session) -> None:
    shown = np.array([2, 0])
    session.selection.browsed = shown
    session.document.set_images(list(session.document.images))
    assert session.selection.browsed is shown, "as many images as before: their places are the same"
    session.document.set_images(session.document.images[:-1])
    assert session.selection.browsed is None


def test_images_that_are_added_end_the_order_too(session: Session, tmp_path) -> None:
    session.selection.browsed = np.array([1])
    project = session.document.project
    project.add_images(project.add_image_root(tmp_path), [NewImage("new.jpg")])
    session.document.reload_images()
    assert session.selection.browsed is None


def test_the_selected_attribute_is_deselected_when_it_is_removed(session: Session) -> None:
    edit = AddAttribute(session, Attribute("crest", "long"))
    edit.redo()
    last = len(session.document.table.attributes) - 1
    assert session.selection.attribute == last
    edit.undo()
    assert session.selection.attribute == -1
    session.selection.set_attribute(last - 1)
    AddClasses(session, {"Newcomer": np.zeros(last)}).redo()
    assert session.selection.attribute == last - 1, "the last attribute that is left stays selected"


def test_an_attribute_comes_back_with_its_values(session: Session) -> None:
    edit = AddAttribute(session, Attribute("crest", "long"))
    edit.redo()
    SetCells(session, "Set", np.array([1]), np.array([6]), np.array([0.5])).redo()
    edit.undo()
    edit.redo()
    assert session.document.table.vectors[:, 6].tolist() == [0, 0.5, 0]


def test_undo_never_overwrites_what_was_changed_elsewhere_since(session: Session) -> None:
    posted: list[tuple[Level, str]] = []
    session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    edit = SetCells(session, "Set", np.array([1]), np.array([4]), np.array([0.75]))
    edit.redo()
    session.edits.set_values([(session.document.table.classes[1], 4, 0.25)])
    edit.undo()
    assert session.document.table.vectors[1, 4] == 0.25
    assert edit.isObsolete()
    assert [level for level, _ in posted] == [Level.WARNING]
    assert "has since been changed elsewhere" in posted[0][1]


def test_a_hidden_page_catches_up_once_when_it_is_shown(qtbot) -> None:
    tabs, page, other = QTabWidget(), QLabel(), QWidget()
    qtbot.addWidget(tabs)
    tabs.addTab(other, "Other")
    tabs.addTab(page, "Page")
    refreshed: list[int] = []
    refresher = Refresher(page, lambda: refreshed.append(1))
    with qtbot.waitExposed(tabs):
        tabs.show()
    for _ in range(3):
        refresher.on_table_changed(TableChange())
    assert refresher.is_stale
    assert not refreshed
    tabs.setCurrentWidget(page)
    assert not refresher.is_stale
    assert refreshed == [1]
    refresher.on_table_changed(TableChange())
    assert refreshed == [1, 1]


def test_a_visible_page_updates_what_a_change_names_or_everything(qtbot) -> None:
    page = QLabel()
    qtbot.addWidget(page)
    page.show()
    seen: list[object] = []

    def apply_change(change: TableChange) -> bool:
        if change.is_values_only:
            seen.append(change.rows)
        return change.is_values_only

    refresher = Refresher(page, lambda: seen.append("all"), apply_change)
    refresher.on_table_changed(TableChange(ChangeKind.VALUES, (2,), (0,)))
    refresher.on_table_changed(TableChange(ChangeKind.CLASSES))
    assert seen == [(2,), "all"]
