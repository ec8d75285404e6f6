"""Labels and fields in two columns, whose rows can be hidden.

A QFormLayout gives labels too little width while a row with a longer label is hidden.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from msdn_gui.look.theme import SPACING


class Form(QGridLayout):
    """Fields take the space beside the labels."""

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalSpacing(SPACING * 2)
        self.setVerticalSpacing(SPACING)
        self.setColumnStretch(1, 1)
        self._labels: dict[QWidget, QLabel] = {}

    def add(self, text: str, field: QWidget) -> None:
        """Add a row."""
        label = QLabel(text)
        label.setBuddy(field)
        self._labels[field] = label
        row = self.rowCount()
        self.addWidget(label, row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(field, row, 1)

    def show_row(self, field: QWidget, shown: bool) -> None:
        """Show or hide a field with its label."""
        field.setVisible(shown)
        self._labels[field].setVisible(shown)
