"""One choice of class and attribute: the table's current cell is the session's."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from msdn_gui.classes.table.view import ClassTableView
from msdn_gui.session import Session


class SharedChoice(QObject):
    """What a person chooses in the table is chosen everywhere, and what is chosen elsewhere is shown in the table."""

    moved = Signal()
    """Another cell may be the current one."""

    def __init__(self, session: Session, view: ClassTableView) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._busy = False
        session.selection.class_changed.connect(self.follow)
        session.selection.attribute_changed.connect(self.follow)
        view.chosen.connect(self._choose)
        view.items.modelReset.connect(self.follow)

    def follow(self, *_: object) -> None:
        """Shows the chosen class and attribute, where the filters leave them in."""
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

    def choose_first(self) -> None:
        """Where no class was chosen yet, chooses the image's class, or what the image is taken for."""
        session, table = self._session, self._session.document.table
        if session.selection.class_name is not None or not table.classes:
            return
        name = session.selection.image.class_name if session.selection.image is not None else None
        ranking = session.inference.class_ranking()
        best = table.classes[int(ranking[0][0]) if ranking is not None else 0]
        session.selection.set_class(name if name in table.class_index else best)

    def _choose(self) -> None:
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
