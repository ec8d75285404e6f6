"""A new class from a description in words."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPlainTextEdit

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.describing import find_attributes
from msdn_core.domain.display_names import attribute_text
from msdn_gui.classes.new_class.starts import Start
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_column, named

_COLUMN_ROLE = Qt.ItemDataRole.UserRole


class Description(Start):
    """A free text; attributes found in it are suggested, and a person confirms them."""

    def __init__(self) -> None:
        super().__init__()
        self._table = ClassTable.empty()
        self._decided: dict[int, Qt.CheckState] = {}
        """What the person checked or unchecked, by column; kept while the text changes."""
        self.text = named(QPlainTextEdit(), "class_text")
        self.text.setPlaceholderText("e.g. A small bird with a blue crown, grey wings with stripes, no crest")
        self.text.setAccessibleName("Description of the class")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(88)
        self.found = named(QListWidget(), "found_attributes")
        self.found.setAccessibleName("Attributes found in the description")
        self.found.setFixedHeight(168)
        self.found.setStyleSheet("QListWidget::item { padding: 2px 0; }")
        self.setLayout(make_column(self.text, self.found, spacing=SPACING // 2))
        self.text.textChanged.connect(self._search)
        self.found.itemChanged.connect(self._on_item_changed)

    def begin(self, table: ClassTable, source: str | None) -> None:  # noqa: ARG002
        """Start with an empty text."""
        self._table = table
        self._decided.clear()
        self.text.clear()
        self._search()

    def vector(self) -> FloatArray | None:
        """Return the highest value for each checked attribute, and 0 for the others."""
        columns = [
            item.data(_COLUMN_ROLE)
            for item in map(self.found.item, range(self.found.count()))
            if item.checkState() is Qt.CheckState.Checked
        ]
        if not columns:
            return None
        values = np.zeros(len(self._table.attributes))
        values[columns] = self._table.value_range[1]
        return values

    def fault(self) -> str:
        """Return what is missing."""
        if self.vector() is not None:
            return ""
        if not self.text.toPlainText().strip():
            return "Describe the class in words: parts, colours, patterns."
        return "Check the attributes of the class." if self.found.count() else "The text contains no known attribute."

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        self._decided[item.data(_COLUMN_ROLE)] = item.checkState()
        self.changed.emit()

    def _search(self) -> None:
        self.found.blockSignals(True)
        self.found.clear()
        attributes = self._table.attributes
        for one in sorted(find_attributes(self.text.toPlainText(), attributes), key=lambda one: not one.is_sure):
            item = QListWidgetItem(attribute_text(attributes[one.column]))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            suggested = Qt.CheckState.Checked if one.is_sure else Qt.CheckState.Unchecked
            item.setCheckState(self._decided.get(one.column, suggested))
            item.setData(_COLUMN_ROLE, one.column)
            unsure = "" if one.is_sure else "; the text does not name the part"
            item.setToolTip(f"{attributes[one.column].full_name}\nFound by “{' '.join(one.words)}”{unsure}")
            self.found.addItem(item)
        self.found.blockSignals(False)
        self.changed.emit()
