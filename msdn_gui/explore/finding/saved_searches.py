"""Searches under a name, kept in the project: they speak of its classes and attributes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtGui import QUndoCommand, QUndoStack
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from msdn_core.errors import MsdnError
from msdn_gui.explore.finding.orders import Order
from msdn_gui.session import Session
from msdn_gui.widgets.build import named
from msdn_gui.widgets.menu_heading import menu_heading

KEY = "saved_searches"


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched, and how it was sorted."""

    query: str
    order: Order = Order.PROJECT
    is_reversed: bool = False


class SavedSearches:
    """The menu of saved searches: each is chosen, saved and deleted there; saving and deleting can be undone."""

    def __init__(
        self, session: Session, parent: QWidget, current: Callable[[], Search], choose: Callable[[Search], None]
    ) -> None:
        """``current`` gives the search that stands in the window; ``choose`` puts another one there."""
        self._session, self._parent, self._current, self._choose = session, parent, current, choose
        self.undo_stack = QUndoStack(parent)
        # Steps of another project cannot be undone in this one.
        session.document.project_changed.connect(lambda _: self.undo_stack.clear())

    def all(self) -> dict[str, Search]:
        """By name, in the order in which they were saved."""
        project = self._session.document.project
        try:
            content = json.loads((project.meta(KEY) if project is not None else None) or "{}")
        except (ValueError, RecursionError):
            return {}
        found = {}
        for name, search in content.items() if isinstance(content, dict) else ():
            if isinstance(search, dict) and isinstance(search.get("query"), str):
                known = {order.value: order for order in Order}
                order = known.get(str(search.get("order")), Order.PROJECT)
                found[name] = Search(search["query"], order, search.get("reversed") is True)
        return found

    def open_menu(self, place: QPoint) -> None:
        """Shows them at a place of the screen."""
        menu = named(QMenu(self._parent), "saved_searches")
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        saved, current = self.all(), self._current()
        if saved:
            menu_heading(menu, "Saved searches")
        for name, search in saved.items():
            action = menu.addAction(_shown(name))
            action.setToolTip(search.query)
            action.setCheckable(True)
            action.setChecked(search == current)
            action.triggered.connect(lambda _checked=False, search=search: self._choose(search))
        if saved:
            menu.addSeparator()
        keep = menu.addAction("Save this search …")
        keep.setEnabled(self._is_writable and bool(current.query or current.order is not Order.PROJECT))
        keep.triggered.connect(lambda: self.ask_for_name())
        if saved:
            delete = menu.addMenu("Delete")
            delete.setEnabled(self._is_writable)
            for name in saved:
                delete.addAction(_shown(name)).triggered.connect(lambda _checked=False, name=name: self.delete(name))
        menu.popup(place)

    def ask_for_name(self) -> None:
        """Keeps the search that stands in the window under a name that is asked for."""
        search = self._current()
        dialog = named(QInputDialog(self._parent), "search_name")
        dialog.setWindowTitle("Save this search")
        dialog.setLabelText("Name")
        dialog.setTextValue(search.query)
        dialog.finished.connect(dialog.deleteLater)
        dialog.textValueSelected.connect(lambda name: self.save(name, search))
        dialog.open()

    def save(self, name: str, search: Search) -> None:
        """Keeps a search; one of the same name is replaced."""
        if name.strip():
            self._do(f"save search “{name.strip()}”", {**self.all(), name.strip(): search})

    def delete(self, name: str) -> None:
        """Forgets a search, until that is undone."""
        self._do(f"delete search “{name}”", {other: one for other, one in self.all().items() if other != name})

    def _do(self, text: str, after: dict[str, Search]) -> None:
        self.undo_stack.push(_Change(text, self._write, self.all(), after))

    @property
    def _is_writable(self) -> bool:
        project = self._session.document.project
        return project is not None and not project.read_only

    def _write(self, searches: dict[str, Search]) -> None:
        content = {
            name: {"query": one.query, "order": one.order.value, "reversed": one.is_reversed}
            for name, one in searches.items()
        }
        try:
            self._session.document.require_project().set_meta(KEY, json.dumps(content, ensure_ascii=False))
        except MsdnError as fault:
            self._session.messages.error(str(fault))


class _Change(QUndoCommand):
    """Other saved searches than before."""

    def __init__(
        self,
        text: str,
        write: Callable[[dict[str, Search]], None],
        before: dict[str, Search],
        after: dict[str, Search],
    ) -> None:
        super().__init__(text)
        self._write, self._before, self._after = write, before, after

    def redo(self) -> None:
        self._write(self._after)

    def undo(self) -> None:
        self._write(self._before)


def _shown(name: str) -> str:
    # A single ampersand would underline a letter.
    return name.replace("&", "&&")
