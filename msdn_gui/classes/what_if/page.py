"""What if: the sliders of the selected class beside the images of the collection that fit it best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from msdn_gui.classes.class_names import class_texts
from msdn_gui.classes.class_pickers import make_class_combo
from msdn_gui.classes.what_if.search_panel import SearchPanel
from msdn_gui.classes.what_if.slider_model import SliderModel
from msdn_gui.classes.what_if.slider_view import SliderView
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_column, make_line_edit, make_row
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from msdn_gui.services import Services
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange


class WhatIf(QWidget):
    """Sends moved sliders; the workspace makes edits of them, and this page shows the edited table."""

    moved = Signal(str, int, float, int)
    """The class, the table's column, the new value, and the number of the gesture."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("what_if")
        self._session = session
        self.classes, self._class_line = make_class_combo("what_if_class", "Class")
        self.filter = make_line_edit(
            name="slider_filter", placeholder="Filter attributes", clearable=True, accessible="Filter attributes"
        )
        self.sliders = SliderView(SliderModel())
        self.search = SearchPanel(session, services)
        self._names: tuple[str, ...] = ()
        self._compose()
        self._refresher = Refresher(self, self._refresh, self._apply_change)
        self._refresher.is_stale = True
        self.sliders.moved.connect(self._on_slider_moved)
        self.sliders.attribute_selected.connect(session.selection.set_attribute)
        self.classes.activated.connect(lambda place: session.selection.set_class(self._names[place]))
        self._class_line.editingFinished.connect(self._show_class_name)
        self.filter.textChanged.connect(self._on_filter_changed)
        self.filter.returnPressed.connect(lambda: self.sliders.setFocus(Qt.FocusReason.OtherFocusReason))
        session.document.table_changed.connect(self._refresher.on_table_changed)
        session.document.project_changed.connect(self._refresher.request)
        session.selection.class_changed.connect(self._refresher.request)
        session.selection.attribute_changed.connect(self.sliders.show_column)

    def _compose(self) -> None:
        left = QWidget()
        left.setProperty("look", "panel")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = make_column(make_column(self.classes, self.filter, spacing=SPACING, margin=SPACING), spacing=0)
        column.addWidget(self.sliders, 1)
        left.setLayout(column)
        columns = parted("what_if_columns", BESIDE, left, self.search, sizes=[360, 560])
        columns.setStretchFactor(1, 1)
        self.setLayout(make_row(columns))

    def _apply_change(self, change: TableChange) -> bool:
        """Move the sliders of the values that changed."""
        if not change.is_values_only:
            return False
        self._show_sliders()
        return True

    def _refresh(self, *_: object) -> None:
        session, table = self._session, self._session.document.table
        if table.classes != self._names:
            self._names = table.classes
            self.classes.clear()
            self.classes.addItems(class_texts(table.classes))
        self._show_class_name()
        self._show_sliders()
        self.sliders.show_column(session.selection.attribute)

    def _show_sliders(self) -> None:
        session, project = self._session, self._session.document.project
        editable = project is not None and not project.read_only and not session.document.table_is_borrowed
        self.sliders.items.show_class(session.document.table, session.selection.class_name, editable=editable)

    def _show_class_name(self) -> None:
        row = self._session.document.table.class_index.get(self._session.selection.class_name or "", -1)
        self.classes.setCurrentIndex(row)
        self._class_line.setCursorPosition(0)

    def _on_slider_moved(self, column: int, value: float, gesture: int) -> None:
        if self._session.selection.class_name is not None:
            self.moved.emit(self._session.selection.class_name, column, value, gesture)

    def _on_filter_changed(self, text: str) -> None:
        self.sliders.items.filter(text)
        self.sliders.show_column(self._session.selection.attribute)
