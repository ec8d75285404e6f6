"""The rows of the facet list: values by which images can be filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QFont, QGuiApplication

from msdn_core.domain.display_names import class_text
from msdn_core.domain.text_search import search_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.domain.query import Term
    from msdn_core.domain.query_matching import Facet
    from msdn_gui.widgets.index import Index

_TEXTS = {
    "checked": "Checked",
    "flagged": "Flagged",
    "unreviewed": "Not reviewed",
    "unlabelled": "No class",
    "-wrong": "Correct",
    "wrong": "Wrong",
}


class FacetModel(QAbstractTableModel):
    """A heading per group, and below it a row per value: its name and the number of images."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[str | Facet] = []

    def show_facets(self, facets: Sequence[Facet]) -> None:
        """Show facets; if only their counts changed, only those are updated."""
        rows: list[str | Facet] = []
        for before, facet in zip([None, *facets], facets, strict=False):
            if before is None or before.group != facet.group:
                rows.append(facet.group)
            rows.append(facet)
        if [_key(row) for row in rows] == [_key(row) for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def term_at(self, row: int) -> Term | None:
        """Return the term in a row, None for a heading."""
        facet = self._rows[row] if 0 <= row < len(self._rows) else ""
        return None if isinstance(facet, str) else facet.term

    def row_of(self, term: Term | None) -> int:
        """Return the row of a term, −1 if there is none."""
        return next((row for row in range(len(self._rows)) if term is not None and self.term_at(row) == term), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 2

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_heading = self.term_at(index.row()) is None
        return Qt.ItemFlag.ItemIsEnabled if is_heading else super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, is_name = self._rows[index.row()], index.column() == 0
        if isinstance(row, str):
            if role == Qt.ItemDataRole.DisplayRole and is_name:
                return row
            if role == Qt.ItemDataRole.FontRole:
                font = QFont(QGuiApplication.font())
                font.setBold(True)
                return font
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return facet_text(row) if is_name else f"{row.count:,}"
        if role == Qt.ItemDataRole.CheckStateRole and is_name:
            return Qt.CheckState.Checked if row.is_chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and not is_name:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{facet_text(row)}, {row.count:,} images"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.term}\n{row.count:,} images"
        return None

    def match(
        self,
        start: Index,
        role: int,
        value: Any,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap,
    ) -> list[QModelIndex]:
        """Find typed letters at the start of a name, without regard to case, accents and Unicode form."""
        if role != Qt.ItemDataRole.DisplayRole or not flags & Qt.MatchFlag.MatchStartsWith:
            return super().match(start, role, value, hits, flags)
        typed, first = search_text(str(value)), start.row()
        rows = (*range(first, len(self._rows)), *(range(first) if flags & Qt.MatchFlag.MatchWrap else ()))
        found = [row for row in rows if search_text(str(self.index(row, start.column()).data())).startswith(typed)]
        return [self.index(row, start.column()) for row in (found[:hits] if hits >= 0 else found)]


def facet_text(facet: Facet) -> str:
    """Return the name of a value for display."""
    known = _TEXTS.get(str(facet.term))
    if known is not None:
        return known
    value = facet.term.values[0]
    return value.capitalize() if facet.term.key == "split" else class_text(value)


def _key(row: str | Facet) -> object:
    return row if isinstance(row, str) else row.term
