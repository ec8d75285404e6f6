"""What the vector of a new class can begin as; here: nothing, or another class."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QCompleter, QVBoxLayout, QWidget

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_combo_box
from msdn_gui.widgets.mark import mark_pixmap

EMPTY = "Empty: every value is 0"


class Start(Protocol):
    """A way to a vector; ``changed`` tells that it is another one now."""

    def begin(self, table: ClassTable, source: str | None) -> None:
        """Start over."""

    def vector(self) -> FloatArray | None:
        """(K,) what the class would begin as; None while there is nothing to begin with."""

    def fault(self) -> str:
        """Why there is no vector."""


class OtherClass(QWidget):
    """Zeros, or the vector of another class."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._table = ClassTable.empty()
        self.source = make_combo_box(name="new_class_source")
        self.source.setAccessibleName("Starts as")
        self.source.setEditable(True)
        self.source.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.source.setMinimumContentsLength(12)
        completer = self.source.completer()
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        column_of(self, self.source)
        self.source.currentTextChanged.connect(self.changed)

    def begin(self, table: ClassTable, source: str | None) -> None:
        self._table = table
        self.source.clear()
        self.source.addItem(EMPTY, None)
        signs = [QIcon(mark_pixmap(mark)) for mark in ("unseen", "seen")]
        for name, seen in zip(table.classes, table.seen.tolist(), strict=True):
            self.source.addItem(signs[seen], name, name)
        self.source.setCurrentIndex(self.source.findData(source) if source is not None else 0)
        self.source.lineEdit().setCursorPosition(0)

    def vector(self) -> FloatArray | None:
        place = self.source.findText(self.source.currentText(), Qt.MatchFlag.MatchFixedString)
        if place < 0:
            return None
        name = self.source.itemData(place)
        row = self._table.class_index.get(name, -1)
        if name is None:
            return np.zeros(len(self._table.attributes))
        return self._table.vectors[row] if row >= 0 else None

    def fault(self) -> str:
        return "" if self.vector() is not None else "There is no such class to start from; choose one of the list."


def column_of(widget: QWidget, *children: QWidget) -> QVBoxLayout:
    """Lays children out in a widget, one below the other."""
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACING // 2)
    for child in children:
        layout.addWidget(child)
    return layout
