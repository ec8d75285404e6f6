"""The actions of Classes bound to methods, and the menus made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.classes.actions import ACTIONS, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

CLASS_ACTIONS = ("classes.duplicate", "classes.rename", "classes.remove")
ATTRIBUTE_ACTIONS = ("classes.new_attribute", "classes.rename_attribute", "classes.rename_group")
CELL_ACTIONS = (
    "classes.cut",
    "classes.copy",
    "classes.copy_with_names",
    "classes.paste",
    "classes.fill_down",
    "classes.clear",
)
VIEW_ACTIONS = ("classes.sort", "classes.fold", "classes.fold_all")
_READING = ("classes.copy", "classes.copy_with_names")
"""Those of the cell actions that also work on a table that cannot be edited."""
_NEED_TABLE = (
    "classes.filter_classes",
    "classes.filter_attributes",
    "classes.heat",
    "classes.what_if",
    "classes.replace",
    "classes.fold_all",
    "classes.compare",
)


@dataclass(frozen=True)
class TableState:
    """What decides which actions are possible: empty texts, or why something is not."""

    no_table: str = ""
    no_edit: str = ""
    no_define: str = ""
    no_adopt: str = ""
    is_borrowed: bool = False
    has_selection: bool = False


class ClassActions:
    """Makes all actions of Classes; those of the table work while it has the focus."""

    def __init__(self, workspace: QWidget, table: QWidget, handlers: Mapping[str, Callable[[], object]]) -> None:
        self._sets = tuple(
            ActionSet(
                owner,
                specs,
                {spec.id: handlers[spec.id] for spec in specs if spec.id in handlers},
                context=context,
            )
            for owner, specs, context in (
                (
                    workspace,
                    [spec for spec in ACTIONS if spec.part != TABLE],
                    Qt.ShortcutContext.WidgetWithChildrenShortcut,
                ),
                (table, [spec for spec in ACTIONS if spec.part == TABLE], Qt.ShortcutContext.WidgetShortcut),
            )
        )
        self._menu: list[QAction] = []
        for spec in ACTIONS:
            if spec.separator:
                self._menu.append(_separator(workspace))
            self._menu.append(self[spec.id])
        self._state: TableState | None = None

    def __getitem__(self, name: str) -> QAction:
        return next(one[name] for one in self._sets if name in one.specs)

    def in_menu(self) -> list[QAction]:
        """Return the actions of the workspace's menu, with its separators."""
        return self._menu

    def update(self, state: TableState) -> None:
        """Enable what is possible, and disable the rest with its reason."""
        if state == self._state:
            return
        self._state = state
        no_selection = "" if state.has_selection else "Select a cell of the table first."
        self._set_reason(CLASS_ACTIONS, state.no_edit or no_selection)
        self._set_reason((one for one in CELL_ACTIONS if one not in _READING), state.no_edit or no_selection)
        self._set_reason(_READING, state.no_table or no_selection)
        self._set_reason(("classes.new", "classes.new_attribute"), state.no_edit)
        self._set_reason(("classes.rename_attribute", "classes.rename_group"), state.no_edit or no_selection)
        self._set_reason(("classes.define_attributes",), state.no_define)
        self._set_reason(("classes.adopt",), state.no_adopt)
        self._set_reason(("classes.import_sheet",), "" if not state.no_define else state.no_table)
        borrowed = "These classes belong to the checkpoint; copy them into the project first."
        self._set_reason(("classes.export_sheet",), state.no_table or (borrowed if state.is_borrowed else ""))
        self._set_reason(("classes.sort", "classes.fold"), state.no_table or no_selection)
        self._set_reason(_NEED_TABLE, state.no_table)

    def attribute_menu(self, parent: QWidget) -> QMenu:
        """Return the context menu of attributes; it is deleted when it closes."""
        return self._context_menu(parent, VIEW_ACTIONS, ATTRIBUTE_ACTIONS)

    def cell_menu(self, parent: QWidget) -> QMenu:
        """Return the context menu of cells; it is deleted when it closes."""
        return self._context_menu(parent, CELL_ACTIONS, VIEW_ACTIONS, ("classes.new", *CLASS_ACTIONS))

    def class_menu(self, parent: QWidget) -> QMenu:
        """Return the context menu of classes; it is deleted when it closes."""
        return self._context_menu(parent, ("classes.new", *CLASS_ACTIONS))

    def _context_menu(self, parent: QWidget, *parts: Iterable[str]) -> QMenu:
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, names in enumerate(parts):
            if number:
                menu.addSeparator()
            menu.addActions([self[name] for name in names])
        return menu

    def _set_reason(self, names: Iterable[str], reason: str) -> None:
        for name in names:
            set_reason(self[name], reason)


def _separator(owner: QWidget) -> QAction:
    line = QAction(owner)
    line.setSeparator(True)
    return line
