"""Combo boxes to type in, and names of classes that are found by any part of them."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

from msdn_gui.widgets.build import make_combo_box


def make_editable_combo(name: str, accessible: str) -> tuple[QComboBox, QLineEdit]:
    """Return a combo box that takes any text, without items, and its line."""
    combo = make_combo_box(name=name, accessible=accessible)
    combo.setEditable(True)
    combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    line = combo.lineEdit()
    assert line is not None, "an editable combo box has a line"
    return combo, line


def make_class_combo(name: str, accessible: str) -> tuple[QComboBox, QLineEdit]:
    """Return an editable combo box for classes, without items, and its line."""
    combo, line = make_editable_combo(name, accessible)
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
