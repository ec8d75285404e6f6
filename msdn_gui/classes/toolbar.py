"""The row of buttons above the table, and how much of the table is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from msdn_gui.actions.bind import plain_text
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_row, make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

    from msdn_gui.classes.binding import ClassActions
    from msdn_gui.classes.table.model import ClassTableModel


class Toolbar(QWidget):
    """Buttons of actions on the left; on the right, how many classes and attributes the filters leave."""

    def __init__(self, actions: ClassActions, stack: QUndoStack, model: ClassTableModel) -> None:
        super().__init__()
        self._model = model
        undo, redo = stack.createUndoAction(self), stack.createRedoAction(self)
        for action, name in ((undo, "undo"), (redo, "redo")):
            bind_icon(action, name)
        with_text = (actions["classes.new"], actions["classes.what_if"])
        row = make_row(spacing=2)
        row.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        for group in (
            [actions[f"classes.{name}"] for name in ("new", "duplicate", "rename", "remove")],
            [undo, redo],
            [actions["classes.paste"], actions["classes.fill_down"]],
            [actions["classes.heat"], actions["classes.what_if"]],
        ):
            for action in group:
                button = make_tool_button(name=f"tool_{(action.objectName() or action.text()).replace('.', '_')}")
                button.setDefaultAction(action)
                button.setIconSize(QSize(18, 18))
                button.setAccessibleName(plain_text(action).removesuffix(" …"))
                if action in with_text:
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                    # In a narrow window the counts shrink first.
                    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
                row.addWidget(button)
            row.addSpacing(SPACING)
        row.addStretch(1)
        self.counts = ElidedLabel(name="classes_counts")
        self.counts.setProperty("look", "muted")
        row.addWidget(self.counts)
        self.setLayout(row)

    def update_counts(self) -> None:
        """Show how many classes and attributes are shown, of how many."""
        model, table, parts = self._model, self._model.table, []
        for shown, count, noun in (
            (model.rowCount(), len(table.classes), "classes"),
            (model.columnCount(), len(table.attributes), "attributes"),
        ):
            parts.append(f"{count:,} {noun}" if shown == count else f"{shown:,} of {count:,} {noun}")
        self.counts.setText(" × ".join(parts))
