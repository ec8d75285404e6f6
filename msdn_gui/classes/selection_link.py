"""Links the table's current cell with the selected class and attribute of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from msdn_gui.classes.table.view import ClassTableView
    from msdn_gui.session import Session


class SelectionLink(QObject):
    """What a person selects in the table is selected everywhere, and the table shows what is selected elsewhere."""

    moved = Signal()
    """The current cell may have changed."""

    def __init__(self, session: Session, view: ClassTableView, page: QWidget) -> None:
        """``page`` is what is hidden when the table is not shown."""
        super().__init__(view)
        self._session, self._view = session, view
        self._busy = False
        self._refresher = Refresher(page, self.update_view)
        session.selection.class_changed.connect(self._refresher.request)
        session.selection.attribute_changed.connect(self._refresher.request)
        view.cells_selected.connect(self._update_session)
        view.items.modelReset.connect(self.update_view)

    def update_view(self) -> None:
        """Select the cell of the selected class and attribute, if the filters show them."""
        if self._busy:
            return
        session, items = self._session, self._view.items
        self._busy = True
        try:
            row, column = items.row_of(session.selection.class_name), items.column_of(session.selection.attribute)
            if row >= 0 or column >= 0:
                self._view.show_cell(row, column)
        finally:
            self._busy = False
        self.moved.emit()

    def select_first(self) -> None:
        """If no class is selected yet, select the image's class, or the one that is predicted for it."""
        session, table = self._session, self._session.document.table
        if session.selection.class_name is not None or not table.classes:
            return
        name = session.selection.image.class_name if session.selection.image is not None else None
        ranking = session.inference.class_ranking()
        best = table.classes[int(ranking[0][0]) if ranking is not None else 0]
        session.selection.set_class(name if name in table.class_index else best)

    def _update_session(self) -> None:
        current, session, items = self._view.currentIndex(), self._session, self._view.items
        if self._busy or not current.isValid():
            return
        self._busy = True
        try:
            session.selection.set_class(items.class_at(current.row()))
            session.selection.set_attribute(items.attribute_at(current.row(), current.column()))
        finally:
            self._busy = False
        self.moved.emit()
