"""Combo boxes to type in, and names of classes that are found by any part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QIdentityProxyModel, QObject, QStringListModel, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

from msdn_core.domain.text_search import search_text
from msdn_gui.widgets.build import make_combo_box

if TYPE_CHECKING:
    from msdn_gui.widgets.index import Index

_SEARCH_ROLE = Qt.ItemDataRole.UserRole + 17


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
    combo.setCompleter(NameCompleter(combo.model(), combo))
    return combo, line


def add_class_completer(line: QLineEdit, names: QStringListModel) -> None:
    """Complete names of classes in a line, by any part of them."""
    line.setCompleter(NameCompleter(names, line))


class NameCompleter(QCompleter):
    """Completes names by any part of them, without regard to case, accents and the Unicode form of letters."""

    def __init__(self, names: QAbstractItemModel, parent: QObject) -> None:
        super().__init__(parent)
        self._searched = _SearchedNames(self)
        self._searched.setSourceModel(names)
        self.setModel(self._searched)
        self.setCompletionRole(_SEARCH_ROLE)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def splitPath(self, path: str) -> list[str]:
        """Return what is typed as the names are compared with it."""
        return [search_text(path)]

    def pathFromIndex(self, index: Index) -> str:
        """Return the name to put into the line."""
        return str(index.data(Qt.ItemDataRole.EditRole) or "")


class _SearchedNames(QIdentityProxyModel):
    """Adds to each name the text that a search compares."""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == _SEARCH_ROLE:
            return search_text(str(super().data(index, Qt.ItemDataRole.DisplayRole) or ""))
        return super().data(index, role)
