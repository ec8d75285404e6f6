"""What if: the sliders of the chosen class beside the images of the collection that fit it best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QVBoxLayout, QWidget

from msdn_gui.classes.what_if.search_panel import SearchPanel
from msdn_gui.classes.what_if.slider_model import SliderModel
from msdn_gui.classes.what_if.slider_view import SliderView
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_combo_box, make_line_edit
from msdn_gui.widgets.parted import BESIDE, parted

if TYPE_CHECKING:
    from msdn_gui.services import Services


class WhatIf(QWidget):
    """Moves come out as signals; the workspace makes them edits, and what the session says then is shown."""

    moved = Signal(str, int, float, int)
    """The class, the table's column, the new value, and the number of the gesture."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("what_if")
        self._session = session
        self.classes = make_combo_box(name="what_if_class")
        self.classes.setAccessibleName("Class")
        self.classes.setEditable(True)
        self.classes.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.classes.completer().setFilterMode(Qt.MatchFlag.MatchContains)
        self.classes.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.filter = make_line_edit(name="slider_filter", placeholder="Filter attributes", clearable=True)
        self.filter.setAccessibleName("Filter attributes")
        self.sliders = SliderView(SliderModel())
        self.search = SearchPanel(session, services)
        self._names: tuple[str, ...] = ()
        left = QWidget()
        left.setProperty("look", "panel")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        head.setSpacing(SPACING)
        head.addWidget(self.classes)
        head.addWidget(self.filter)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.sliders, 1)
        columns = parted("what_if_columns", BESIDE, left, self.search, sizes=[360, 560])
        columns.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(columns)
        self.sliders.moved.connect(self._move)
        self.sliders.pointed.connect(session.selection.set_attribute)
        self.classes.activated.connect(lambda place: session.selection.set_class(self.classes.itemText(place)))
        self.classes.lineEdit().editingFinished.connect(self._show_name)
        self.filter.textChanged.connect(self._filter)
        self.filter.returnPressed.connect(lambda: self.sliders.setFocus(Qt.FocusReason.OtherFocusReason))
        session.selection.class_changed.connect(self.refresh)
        session.selection.attribute_changed.connect(self.sliders.show_column)

    def refresh(self, *_: object) -> None:
        """Show the chosen class as it is now."""
        session, table = self._session, self._session.document.table
        project = session.document.project
        editable = project is not None and not project.read_only and not session.document.table_is_borrowed
        if table.classes != self._names:
            self._names = table.classes
            self.classes.clear()
            self.classes.addItems(table.classes)
        self._show_name()
        self.sliders.items.show_class(table, session.selection.class_name, editable=editable)
        self.sliders.show_column(session.selection.attribute)

    def _show_name(self) -> None:
        row = self._session.document.table.class_index.get(self._session.selection.class_name or "", -1)
        self.classes.setCurrentIndex(row)
        self.classes.lineEdit().setCursorPosition(0)

    def _move(self, column: int, value: float, gesture: int) -> None:
        if self._session.selection.class_name is not None:
            self.moved.emit(self._session.selection.class_name, column, value, gesture)

    def _filter(self, text: str) -> None:
        self.sliders.items.filter(text)
        self.sliders.show_column(self._session.selection.attribute)
