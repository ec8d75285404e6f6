"""What can be done in Classes, each once: menu, context menu, toolbar and keys are made from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from msdn_gui.look.icons import bind_icon
from msdn_gui.widgets.action import PAGE, allow, belongs_to, make_action

if TYPE_CHECKING:
    from msdn_gui.classes.workspace import ClassesWorkspace

_KEY = QKeySequence.StandardKey
_TABLE = Qt.ShortcutContext.WidgetShortcut


class ClassesActions:
    """Keys of cells hold while the table has the focus, so that lines of text keep theirs."""

    def __init__(self, workspace: ClassesWorkspace) -> None:
        self._workspace = workspace
        editing, view = workspace.editing, workspace.view
        make = self._make
        self.new = make("new_class", "New class …", "Ctrl+N", workspace.ask_for_class, "add", "A class that is unseen")
        self.duplicate = make(
            "duplicate_class",
            "New class from this one …",
            "Ctrl+Shift+N",
            workspace.ask_for_class_like_chosen,
            "duplicate",
            "A class that begins with the vector of the chosen one",
        )
        self.rename = make("rename_class", "Rename class", "Shift+F2", workspace.rename_chosen, "rename")
        self.remove = make(
            "remove_class",
            "Remove classes",
            "Ctrl+Backspace",
            workspace.remove_chosen,
            "remove",
            "Take the chosen classes out; their images stay",
            _TABLE,
        )
        self.cut = make("cut", "Cut", _KEY.Cut, editing.cut, "", "Copy the chosen cells and set them to 0", _TABLE)
        self.copy = make("copy", "Copy", _KEY.Copy, editing.copy, "copy", "Copy the chosen block", _TABLE)
        self.copy_names = make(
            "copy_names",
            "Copy with names",
            "Ctrl+Shift+C",
            lambda: editing.copy(with_names=True),
            "",
            "Copy the chosen block with its classes and attributes",
            _TABLE,
        )
        self.paste = make(
            "paste", "Paste", _KEY.Paste, editing.paste, "paste", "Paste a block, also from a spreadsheet", _TABLE
        )
        self.fill = make(
            "fill_down",
            "Fill down",
            "Ctrl+D",
            editing.fill_down,
            "fill-down",
            "The first chosen row goes into those below it",
            _TABLE,
        )
        self.clear = make(
            "clear_cells",
            "Set to 0",
            # Small keyboards have no other Delete than the second one.
            "Del; Backspace",
            lambda: editing.set_chosen(0.0),
            "",
            "Set the chosen cells to 0",
            _TABLE,
        )
        self.find_class = make("find_class", "Filter classes", "Ctrl+F", workspace.focus_class_filter, "filter")
        self.find_attribute = make(
            "find_attribute", "Filter attributes", "Ctrl+Shift+F", workspace.focus_attribute_filter, "filter"
        )
        self.heat = make("heat", "Heat colours", "Ctrl+Shift+H", None, "heat", "Colour cells by their values")
        self.heat.setCheckable(True)
        self.heat.setChecked(True)
        self.heat.toggled.connect(view.set_heat)
        self.sort = make(
            "sort",
            "Sort by this attribute",
            "Ctrl+R",
            view.sort,
            "sort",
            "Highest first, then lowest first, then the table's own order; or double-click an attribute's name",
            _TABLE,
        )
        self.fold = make("fold", "Fold or unfold the group", "Ctrl+G", view.fold, "", "", _TABLE)
        self.fold_all = make("fold_all", "Fold or unfold all groups", "Ctrl+Shift+G", view.fold_all, "", "", _TABLE)
        self.replace = make(
            "replace", "Find and replace …", "Ctrl+H", workspace.show_find_bar, "search", "Find values and replace them"
        )
        self.add_attribute = make(
            "new_attribute",
            "New attribute …",
            "",
            workspace.ask_for_attribute,
            "",
            "An attribute more; what it means for trained checkpoints is said first",
        )
        self.rename_attribute = make(
            "rename_attribute",
            "Rename or regroup the attribute …",
            "",
            workspace.ask_for_name_of_attribute,
            "",
            "Another name or group for the chosen attribute",
        )
        self.rename_group = make(
            "rename_group",
            "Rename the whole group …",
            "",
            workspace.ask_for_name_of_group,
            "",
            "Another name for the group of the chosen attribute; one that is there already takes its attributes in",
        )
        self.define = make(
            "define_attributes",
            "Own attributes …",
            "",
            workspace.ask_for_attributes,
            "add",
            "Write down the attributes that classes of this project are described by",
        )
        sheets = workspace.sheets
        self.take_sheet = make(
            "import_sheet",
            "Import a sheet …",
            "",
            sheets.ask_for_sheet,
            "import",
            "Compare with a CSV or JSON file first",
        )
        self.write_sheet = make(
            "export_sheet",
            "Export as a sheet …",
            "",
            sheets.ask_for_target,
            "export",
            "Write all classes as CSV or JSON",
        )
        self.compare = make(
            "compare",
            "Compare with the checkpoint",
            "",
            sheets.compare_with_checkpoint,
            "",
            "What is other here than in the table that the chosen checkpoint was trained with",
        )
        self.what_if = make(
            "what_if",
            "What if",
            "Ctrl+L",
            None,
            "sliders",
            "Move the attributes of the chosen class and see which images of the collection fit it",
        )
        self.what_if.setCheckable(True)
        self.what_if.toggled.connect(workspace.show_what_if)
        stack = editing.stack
        self.undo, self.redo = stack.createUndoAction(workspace), stack.createRedoAction(workspace)
        for action, name in ((self.undo, "undo"), (self.redo, "redo")):
            bind_icon(action, name)
        self.changing = (
            self.new,
            self.duplicate,
            self.rename,
            self.remove,
            self.cut,
            self.paste,
            self.fill,
            self.clear,
        )
        """Those that a table for reading only does not offer."""
        self._of_attributes = (self.add_attribute, self.rename_attribute, self.rename_group)
        self._of_classes = (self.duplicate, self.rename, self.remove)
        self._of_cells = (self.cut, self.copy, self.copy_names, self.paste, self.fill, self.clear)
        self.all = (
            self.new,
            *self._of_classes,
            self._separator(),
            *self._of_cells,
            self._separator(),
            *self._of_attributes,
            self.define,
            self._separator(),
            self.find_class,
            self.find_attribute,
            self.replace,
            self._separator(),
            self.sort,
            self.fold,
            self.fold_all,
            self.heat,
            self._separator(),
            self.take_sheet,
            self.write_sheet,
            self.compare,
            self._separator(),
            self.what_if,
        )

    def enable(self, *, there: bool, editable: bool, chosen: bool) -> None:
        """Whether there is a table, it can be edited, and a cell of it is chosen."""
        not_chosen = "" if chosen else "Choose a cell of the table first."
        not_editable = "" if editable else "The table cannot be edited."
        missing = "" if there else "There is no table of classes."
        for action in (*self._of_classes, *self._of_cells):
            allow(action, not_chosen or (not_editable if action in self.changing else ""))
        for action in (self.new, self.add_attribute):
            allow(action, not_editable)
        for action in (self.rename_attribute, self.rename_group):
            allow(action, not_editable or not_chosen)
        allow(self.define, "" if self._workspace.can_define else "The project has attributes of its own already.")
        allow(self.take_sheet, "" if self._workspace.can_define else missing)
        allow(self.write_sheet, missing or ("The table is the checkpoint's." if self._workspace.is_borrowed else ""))
        for action in (self.sort, self.fold):
            allow(action, not_chosen)
        for action in (
            self.find_class,
            self.find_attribute,
            self.heat,
            self.what_if,
            self.replace,
            self.fold_all,
            self.compare,
        ):
            allow(action, missing)

    def attribute_menu(self, parent: QWidget) -> QMenu:
        """The context menu of the attributes' names; gone once it is closed."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.sort, self.fold, self.fold_all])
        menu.addSeparator()
        menu.addActions(self._of_attributes)
        return menu

    def menu(self, parent: QWidget, *, cells: bool) -> QMenu:
        """The context menu of cells, or of the classes' names; gone once it is closed."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if cells:
            menu.addActions(self._of_cells)
            menu.addSeparator()
            menu.addActions([self.sort, self.fold, self.fold_all])
            menu.addSeparator()
        menu.addActions([self.new, *self._of_classes])
        return menu

    def _separator(self) -> QAction:
        line = QAction(self._workspace)
        line.setSeparator(True)
        return line

    def _make(
        self,
        name: str,
        text: str,
        keys: str | QKeySequence.StandardKey,
        do: Callable[[], object] | None,
        sign: str = "",
        hint: str = "",
        context: Qt.ShortcutContext = PAGE,
    ) -> QAction:
        owner = self._workspace.view if context is _TABLE else self._workspace
        action = make_action(owner, f"classes_{name}", text, keys, do, hint=hint, sign=sign, context=context)
        if context is _TABLE:
            belongs_to(action, "Table")
        return action
