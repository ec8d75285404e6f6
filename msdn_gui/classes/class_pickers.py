"""A combo box of classes that can be searched by any part of their names."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

from msdn_gui.widgets.build import make_combo_box, make_line_edit


def make_class_combo(name: str, accessible: str) -> tuple[QComboBox, QLineEdit]:
    """Return an editable combo box without items, and its line."""
    combo, line = make_combo_box(name=name, accessible=accessible), make_line_edit()
    combo.setEditable(True)
    combo.setLineEdit(line)
    combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    completer = QCompleter(combo.model(), combo)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    combo.setCompleter(completer)
    return combo, line


def add_class_completer(line: QLineEdit, names: QStringListModel) -> None:
    """Complete names of classes in a line, by any part of them."""
    completer = QCompleter(names, line)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    line.setCompleter(completer)
