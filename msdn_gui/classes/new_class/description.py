"""A new class from a description in words."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.describing import find_attributes
from msdn_gui.classes.new_class.starts import column_of
from msdn_gui.widgets.build import named


class Description(QWidget):
    """A free text; the attributes that are found in it are proposed, and a person confirms them."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._table = ClassTable.empty()
        self._decided: dict[int, Qt.CheckState] = {}
        """What the person ticked or not, by column; it stays while the text goes on."""
        self.text = named(QPlainTextEdit(), "class_text")
        self.text.setPlaceholderText("e.g. A small bird with a blue crown, grey wings with stripes, no crest")
        self.text.setAccessibleName("Description of the class")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(88)
        self.found = named(QListWidget(), "found_attributes")
        self.found.setAccessibleName("Attributes found in the description")
        self.found.setFixedHeight(168)
        self.found.setStyleSheet("QListWidget::item { padding: 2px 0; }")
        column_of(self, self.text, self.found)
        self.text.textChanged.connect(self._search)
        self.found.itemChanged.connect(self._take_decision)

    def begin(self, table: ClassTable, source: str | None) -> None:  # noqa: ARG002
        self._table = table
        self._decided.clear()
        self.text.clear()
        self._search()

    def vector(self) -> FloatArray | None:
        columns = [
            item.data(Qt.ItemDataRole.UserRole)
            for item in map(self.found.item, range(self.found.count()))
            if item.checkState() is Qt.CheckState.Checked
        ]
        if not columns:
            return None
        values = np.zeros(len(self._table.attributes))
        values[columns] = self._table.value_range[1]
        return values

    def fault(self) -> str:
        if self.vector() is not None:
            return ""
        if not self.text.toPlainText().strip():
            return "Describe the class in words: parts, colours, patterns."
        return (
            "Tick the attributes that the class has." if self.found.count() else "No attribute was found in the text."
        )

    def _take_decision(self, item: QListWidgetItem) -> None:
        self._decided[item.data(Qt.ItemDataRole.UserRole)] = item.checkState()
        self.changed.emit()

    def _search(self) -> None:
        self.found.blockSignals(True)
        self.found.clear()
        attributes = self._table.attributes
        for one in sorted(find_attributes(self.text.toPlainText(), attributes), key=lambda one: not one.is_sure):
            item = QListWidgetItem(attributes[one.column].full_name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            by_itself = Qt.CheckState.Checked if one.is_sure else Qt.CheckState.Unchecked
            item.setCheckState(self._decided.get(one.column, by_itself))
            item.setData(Qt.ItemDataRole.UserRole, one.column)
            item.setToolTip(
                f"Found by “{' '.join(one.words)}”" + ("" if one.is_sure else "; of which part is not said")
            )
            self.found.addItem(item)
        self.found.blockSignals(False)
        self.changed.emit()
