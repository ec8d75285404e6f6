"""The row of buttons above the table, and how much of the table is shown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from msdn_gui.classes.actions import ClassesActions
from msdn_gui.classes.table.model import ClassTableModel
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel


class Toolbar(QWidget):
    """Made of actions; it says at the right what the filters leave."""

    def __init__(self, actions: ClassesActions, model: ClassTableModel) -> None:
        super().__init__()
        self._model = model
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        row.setSpacing(2)
        for group in (
            (actions.new, actions.duplicate, actions.rename, actions.remove),
            (actions.undo, actions.redo),
            (actions.paste, actions.fill),
            (actions.heat, actions.what_if),
        ):
            for action in group:
                button = make_tool_button(name=f"tool_{action.objectName() or action.text()}")
                button.setDefaultAction(action)
                button.setIconSize(QSize(18, 18))
                button.setAccessibleName(action.text().removesuffix(" …"))
                if action in (actions.new, actions.what_if):
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                    # In a narrow window it is the count that gives way.
                    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
                row.addWidget(button)
            row.addSpacing(SPACING)
        row.addStretch(1)
        self.counts = ElidedLabel(name="classes_counts")
        self.counts.setProperty("look", "muted")
        row.addWidget(self.counts)

    def show_counts(self) -> None:
        """Say how many classes and attributes are shown, of how many."""
        model, table, parts = self._model, self._model.table, []
        for shown, count, word in (
            (model.rowCount(), len(table.classes), "classes"),
            (model.columnCount(), len(table.attributes), "attributes"),
        ):
            parts.append(f"{count:,} {word}" if shown == count else f"{shown:,} of {count:,} {word}")
        self.counts.setText(" × ".join(parts))
