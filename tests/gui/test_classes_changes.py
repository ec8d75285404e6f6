"""Edited values reach only the cells that changed; hidden pages catch up; names are shown readably."""

from __future__ import annotations

import numpy as np
import pytest
from classes_kit import CTRL, KEY, click_cell, show_what_if, shown_workspace, type_in_cell
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QStackedWidget, QWidget
from small_birds import ATTRIBUTES, CLASSES, SEEN, VECTORS

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project import Project
from msdn_gui.classes.class_names import class_texts
from msdn_gui.classes.table.model import ClassTableModel
from msdn_gui.classes.workspace import ClassesWorkspace
from msdn_gui.session.changes import ChangeKind, TableChange

TABLE = ClassTable(ATTRIBUTES, CLASSES, VECTORS, SEEN)


@pytest.fixture
def workspace(session, services, qtbot):
    return shown_workspace(session, services, qtbot)


@pytest.fixture
def cub_like(empty_session, services, qtbot, tmp_path):
    """The workspace over a project with names as CUB writes them."""
    attributes = (Attribute("has_crown_color", "red"), Attribute("has_bill_shape", "curved_(up_or_down)"))
    names = ("001.Black_footed_Albatross", "002.Laysan_Albatross")
    with Project.create(tmp_path / "birds") as project:
        project.define_classes(ClassTable(attributes, names, np.array([[1.92307692308, 0], [0, 50]]), np.array([1, 0])))
    empty_session.open_project(tmp_path / "birds")
    return shown_workspace(empty_session, services, qtbot)


class PaintedArea(QObject):
    """The largest part of a widget that was painted, in pixels."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.pixels = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.pixels = max(self.pixels, event.rect().width() * event.rect().height())
        return False


def changed_cells(model: ClassTableModel) -> list[tuple[int, int, int, int]]:
    found: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda a, b: found.append((a.row(), a.column(), b.row(), b.column())))
    model.modelReset.connect(lambda: found.append((0, 0, -1, -1)))
    return found


def test_an_edited_cell_changes_one_cell_of_the_model_and_repaints_little(workspace, session, qtbot) -> None:
    line = type_in_cell(workspace, qtbot, 1, 2, "0.25")
    cells, area = changed_cells(workspace.model), PaintedArea(workspace.view.viewport())
    qtbot.wait(50)
    area.pixels = 0
    qtbot.keyClick(line, KEY.Key_Return)
    qtbot.waitUntil(lambda: area.pixels > 0)
    assert cells == [(1, 2, 1, 2)]
    assert session.document.table.vectors[1, 2] == 0.25
    assert area.pixels < 160 * 80, "the cell, the one below it and the editor"


def test_values_of_other_places_are_found_in_a_sorted_filtered_and_folded_table() -> None:
    model = ClassTableModel()
    model.set_table(TABLE)
    model.sort_by(1)
    model.fold(frozenset({"wing pattern"}))
    cells = changed_cells(model)
    edited = TABLE.with_values([2], [3], [0.5])
    model.set_values(edited, TableChange(ChangeKind.VALUES, (2,), (3,)))
    assert cells == [(0, 2, 0, 2)], "the folded group of the class that is sorted to the top"
    model.set_values(edited.with_values([0], [0], [0.75]), TableChange(ChangeKind.VALUES, None, None))
    assert cells[1:] == [(2, 0, 2, 0)]


def test_another_range_of_values_is_reported_because_all_colours_change(qtbot) -> None:
    model = ClassTableModel()
    model.set_table(TABLE)
    with qtbot.waitSignal(model.range_changed):
        model.set_values(TABLE.with_values([0], [0], [-1.0]), TableChange(ChangeKind.VALUES, (0,), (0,)))


def test_a_hidden_workspace_does_nothing_until_it_is_shown_again(session, services, qtbot) -> None:
    workspace = ClassesWorkspace(session, services)
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    for page in (workspace, QWidget()):
        stack.addWidget(page)
    stack.show()
    qtbot.waitUntil(workspace.settled)
    stack.setCurrentIndex(1)
    shown = workspace.model.table
    session.edits.set_values([("Red wader", 0, 0.5)])
    session.edits.rename_class("Red wader", "Crimson wader")
    session.selection.set_class("Crimson wader")
    assert workspace.model.table is shown
    stack.setCurrentIndex(0)
    assert workspace.model.table is session.document.table
    assert workspace.model.class_at(0) == "Crimson wader"
    assert workspace.view.currentIndex().row() == 0
    assert workspace.findChild(QLabel, "class_title").text() == "Crimson wader"


def test_names_are_shown_readably_and_stay_raw_where_they_are_used(cub_like, empty_session, qtbot) -> None:
    model, tip = cub_like.model, Qt.ItemDataRole.ToolTipRole
    assert model.headerData(0, Qt.Orientation.Vertical) == "● Black footed Albatross"
    assert "001.Black_footed_Albatross" in model.headerData(0, Qt.Orientation.Vertical, tip)
    assert model.headerData(1, Qt.Orientation.Horizontal) == "curved (up or down)"
    assert model.headerData(0, Qt.Orientation.Horizontal, tip) == "has_crown_color::red"
    click_cell(cub_like, qtbot, 0, 0)
    assert model.index(0, 0).data() == "1.92"
    assert cub_like.table.value_bar.line.text() == "1.92307692308"
    assert cub_like.table.value_bar.where.text() == "crown color: red · Black footed Albatross"
    title = cub_like.findChild(QLabel, "class_title")
    assert (title.text(), title.toolTip()) == ("Black footed Albatross", "001.Black_footed_Albatross")
    qtbot.keyClicks(cub_like.table.attribute_filter, "crown color")
    qtbot.keyClicks(cub_like.table.class_filter, "laysan albatross")
    assert (model.rowCount(), model.columnCount()) == (1, 1)
    cub_like.table.clear_filters()
    show_what_if(cub_like, qtbot)
    chooser = cub_like.findChild(QComboBox, "what_if_class")
    assert chooser.currentText() == "Black footed Albatross"
    chooser.setCurrentIndex(1)
    chooser.activated.emit(1)
    assert empty_session.selection.class_name == "002.Laysan_Albatross"
    qtbot.keyClick(cub_like, KEY.Key_N, CTRL)
    cub_like.form.other.source_line.setText("laysan albatross")
    assert cub_like.form.other.vector().tolist() == [0, 50]


def test_two_classes_that_would_look_the_same_are_shown_by_their_raw_names() -> None:
    assert class_texts(["001.Ani", "002.Ani", "003.Red_wader"]) == ["001.Ani", "002.Ani", "Red wader"]
