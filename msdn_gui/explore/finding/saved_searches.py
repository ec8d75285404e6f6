"""Searches saved under a name in the project, whose classes and attributes they name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from msdn_core.safe_files import parse_json
from msdn_gui.explore.finding.orders import Order
from msdn_gui.session.undo import ValuesEdit
from msdn_gui.widgets.build import named
from msdn_gui.widgets.menu_heading import menu_heading

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from PySide6.QtCore import QPoint

    from msdn_core.project import Project
    from msdn_gui.session import Session
    from msdn_gui.session.document import Document
    from msdn_gui.session.messages import Messages

KEY = "saved_searches"


@dataclass(frozen=True, slots=True)
class Search:
    """A query and an order."""

    query: str
    order: Order = Order.PROJECT
    is_reversed: bool = False


class SavedSearches:
    """The menu of saved searches, where searches are selected, saved and deleted; the last two can be undone."""

    def __init__(
        self, session: Session, parent: QWidget, current: Callable[[], Search], choose: Callable[[Search], None]
    ) -> None:
        """``current`` returns the search in the window; ``choose`` shows another one."""
        self._session, self._parent, self._current, self._choose = session, parent, current, choose
        self.undo_stack = QUndoStack(parent)
        # Edits of another project cannot be undone in this one.
        session.document.project_changed.connect(lambda _: self.undo_stack.clear())

    def all(self) -> dict[str, Search]:
        """Return the saved searches by name, in the order in which they were saved."""
        project = self._session.document.project
        return {} if project is None else read_searches(project)

    def open_menu(self, place: QPoint) -> None:
        """Show the menu at a point of the screen."""
        menu = named(QMenu(self._parent), "saved_searches")
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        saved, current = self.all(), self._current()
        if saved:
            menu_heading(menu, "Saved searches")
        for name, search in saved.items():
            action = menu.addAction(_menu_text(name))
            action.setToolTip(search.query)
            action.setCheckable(True)
            action.setChecked(search == current)
            action.triggered.connect(lambda _checked=False, search=search: self._choose(search))
        if saved:
            menu.addSeparator()
        save = menu.addAction("Save this search …")
        save.setEnabled(self._is_writable and bool(current.query or current.order is not Order.PROJECT))
        save.triggered.connect(lambda: self.ask_for_name())
        if saved:
            delete = menu.addMenu("Delete search")
            delete.setEnabled(self._is_writable)
            for name in saved:
                action = delete.addAction(_menu_text(name))
                action.triggered.connect(lambda _checked=False, name=name: self.delete(name))
        menu.popup(place)

    def ask_for_name(self) -> None:
        """Ask for a name, and save the search in the window under it."""
        search = self._current()
        dialog = named(QInputDialog(self._parent), "search_name")
        dialog.setWindowTitle("Save search")
        dialog.setLabelText("Name")
        dialog.setTextValue(search.query)
        dialog.finished.connect(dialog.deleteLater)
        dialog.textValueSelected.connect(lambda name: self.save(name, search))
        dialog.open()

    def save(self, name: str, search: Search) -> None:
        """Save a search; one of the same name is replaced."""
        name = name.strip()
        if name:
            self._edit(f"save search “{name}”", {name: search})

    def delete(self, name: str) -> None:
        """Delete a search."""
        self._edit(f"delete search “{name}”", {name: None})

    def _edit(self, text: str, searches: Mapping[str, Search | None]) -> None:
        self.undo_stack.push(_EditSearches(self._session.document, self._session.messages, text, searches))

    @property
    def _is_writable(self) -> bool:
        project = self._session.document.project
        return project is not None and not project.read_only


class _EditSearches(ValuesEdit[str, Search | None]):
    """Saves or deletes searches by name; None for a search that does not exist."""

    def __init__(
        self, document: Document, messages: Messages, text: str, searches: Mapping[str, Search | None]
    ) -> None:
        super().__init__(messages, text, searches)
        self._document = document
        self._names: list[str] = []
        """The order of the names before the edit, for undo."""

    def read(self, keys: Collection[str]) -> dict[str, Search | None]:
        searches = read_searches(self._document.require_project())
        self._names = self._names or list(searches)
        return {name: searches.get(name) for name in keys}

    def write(self, values: Mapping[str, Search | None]) -> None:
        project = self._document.require_project()
        changed = {**read_searches(project), **values}
        known = [name for name in self._names if name in changed]
        names = dict.fromkeys([*known, *changed])
        write_searches(project, {name: one for name in names if (one := changed[name]) is not None})

    def describe(self, key: str) -> str:
        return f"The search “{key}”"


def read_searches(project: Project) -> dict[str, Search]:
    """Return a project's saved searches by name; damaged ones are left out."""
    try:
        content = parse_json(project.meta(KEY) or "{}")
    except ValueError:
        return {}
    known = {order.value: order for order in Order}
    found = {}
    for name, search in content.items() if isinstance(content, dict) else ():
        if isinstance(search, dict) and isinstance(search.get("query"), str):
            order = known.get(str(search.get("order")), Order.PROJECT)
            found[name] = Search(search["query"], order, search.get("reversed") is True)
    return found


def write_searches(project: Project, searches: Mapping[str, Search]) -> None:
    """Store a project's saved searches; raise ProjectError if that fails."""
    content = {
        name: {"query": one.query, "order": one.order.value, "reversed": one.is_reversed}
        for name, one in searches.items()
    }
    project.set_meta(KEY, json.dumps(content, ensure_ascii=False))


def _menu_text(name: str) -> str:
    # A single ampersand would underline a letter.
    return name.replace("&", "&&")
