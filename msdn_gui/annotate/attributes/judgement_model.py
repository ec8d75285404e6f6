"""All attributes of an image in their groups: the judgement of each, and the model's score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt, Signal

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.display_names import group_text, value_text
from msdn_core.domain.suggestions import suggested
from msdn_gui.annotate.wording import certain_verdict_text, time_text, verdict_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Judgement
    from msdn_core.project import JudgementKey
    from msdn_gui.widgets.index import Index

NAME, JUDGEMENT, MODEL = range(3)
SIGN_ROLE = Qt.ItemDataRole.UserRole + 1
"""The sign of ``signs`` before a cell's text."""
MUTED_ROLE = Qt.ItemDataRole.UserRole + 2
"""Whether a cell is drawn in the muted colour."""
SUGGESTED_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether the model suggests the row's attribute."""
_HEADINGS = ("Attribute", "Judgement", "Model")
_TIPS = (
    "Attributes by group",
    "The latest judgement by a person, or else the data set's (in grey)",
    "The model's attribute score in standard deviations above the image's mean; a dot marks a suggestion",
)


class JudgementModel(QAbstractItemModel):
    """Groups with their attributes below them; an attribute's internal id is its group's number + 1."""

    refreshed = Signal()
    """All cells may have changed. A view repaints what it shows; with ``dataChanged`` it would visit every cell."""

    def __init__(self) -> None:
        super().__init__()
        self._table = ClassTable.empty()
        self._groups: list[tuple[str, tuple[int, ...]]] = []
        self._position: dict[int, tuple[int, int]] = {}
        self._clear()

    def _clear(self) -> None:
        count = len(self._table.attributes)
        self.present: NDArray[np.int8] = np.full(count, -1, np.int8)
        self._certainty: NDArray[np.int8] = np.zeros(count, np.int8)
        self._judgements: Mapping[JudgementKey, Judgement] = {}
        self._strength: FloatArray | None = None
        self._suggested = np.zeros(count, dtype=np.bool_)
        self._threshold = 1.0

    def set_table(self, table: ClassTable) -> bool:
        """Show this table's attributes; return whether they differ from those before."""
        if table.attributes == self._table.attributes:
            return False
        self.beginResetModel()
        self._table = table
        self._groups = list(table.groups.items())
        self._position = {
            column: (group, row)
            for group, (_, columns) in enumerate(self._groups)
            for row, column in enumerate(columns)
        }
        self._clear()
        self.endResetModel()
        return True

    def set_judgements(
        self, present: NDArray[np.int8], certainty: NDArray[np.int8], judgements: Mapping[JudgementKey, Judgement]
    ) -> None:
        """Show (K,) effective judgements of the image, and all judgements by people."""
        self.present, self._certainty, self._judgements = present, certainty, judgements
        self._update_suggestions()

    def set_strength(self, strength: FloatArray | None, threshold: float) -> None:
        """Show (K,) the model's strengths, None while they are unknown, and suggest those from a threshold."""
        self._strength = strength if strength is not None and len(strength) == len(self.present) else None
        self._threshold = threshold
        self._update_suggestions()

    def suggested_columns(self) -> list[int]:
        """Return the attributes that the model suggests and nobody has judged, the strongest first."""
        if self._strength is None:
            return []
        columns = np.flatnonzero(self._suggested)
        return [int(column) for column in columns[np.argsort(-self._strength[columns], kind="stable")]]

    def verdict(self, column: int) -> tuple[int, int] | None:
        """Return the effective (presence, certainty) of an attribute; None if nobody has judged it."""
        verdict = int(self.present[column]), int(self._certainty[column])
        return verdict if verdict[0] >= 0 else None

    def columns_of(self, index: Index) -> tuple[int, ...]:
        """Return the attributes of a row: one, or all of a group."""
        if not index.isValid():
            return ()
        if not index.internalId():
            return self._groups[index.row()][1]
        return (self._groups[index.internalId() - 1][1][index.row()],)

    def index_of(self, column: int) -> QModelIndex:
        """Return the index of an attribute, an invalid one if it does not exist."""
        if column not in self._position:
            return QModelIndex()
        group, row = self._position[column]
        return self.createIndex(row, NAME, group + 1)

    # Qt's interface

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Return the index of a group, or of an attribute in a group."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    @overload
    def parent(self) -> QObject: ...
    @overload
    def parent(self, child: Index, /) -> QModelIndex: ...
    def parent(self, *children: Index) -> QObject | QModelIndex | None:
        """Return the index of an attribute's group; without an argument, the parent object."""
        if not children:
            return super().parent()
        (child,) = children
        group = child.internalId() if child.isValid() else 0
        return self.createIndex(group - 1, NAME, 0) if group else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of groups, or of attributes in a group."""
        if not parent.isValid():
            return len(self._groups)
        return 0 if parent.internalId() or parent.column() else len(self._groups[parent.row()][1])

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: ARG002, B008
        """Return the number of columns."""
        return len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the heading of a column and its tooltip."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADINGS[section]
            if role == Qt.ItemDataRole.ToolTipRole:
                return _TIPS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return texts, sign and state of a cell."""
        if not index.isValid():
            return None
        if not index.internalId():
            return self._group_data(index, role)
        (column,) = self.columns_of(index)
        if role == SUGGESTED_ROLE:
            return bool(self._suggested[column])
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(column)
        if index.column() == NAME and role == Qt.ItemDataRole.DisplayRole:
            return value_text(self._table.attributes[column])
        if index.column() == JUDGEMENT:
            return self._judgement_data(column, role)
        if index.column() == MODEL and role == Qt.ItemDataRole.DisplayRole and self._strength is not None:
            return f"{self._strength[column]:+.1f}".replace("-", "−")
        return None

    def _group_data(self, index: Index, role: int) -> Any:
        name, columns = self._groups[index.row()]
        if role == Qt.ItemDataRole.DisplayRole and index.column() == NAME:
            return group_text(name) if name else "Attributes"
        if role == Qt.ItemDataRole.DisplayRole and index.column() == JUDGEMENT:
            return f"{int((self.present[list(columns)] >= 0).sum())} of {len(columns)}"
        if role == Qt.ItemDataRole.ToolTipRole and name:
            return name
        if role == MUTED_ROLE:
            return index.column() == JUDGEMENT
        return None

    def _judgement_data(self, column: int, role: int) -> Any:
        verdict = self.verdict(column)
        if role == SIGN_ROLE:
            return verdict_text(verdict)
        if role == MUTED_ROLE:
            return not any(key.attribute == column for key in self._judgements)
        if role == Qt.ItemDataRole.DisplayRole and verdict is not None:
            return certain_verdict_text(verdict).capitalize()
        return None

    def _tip(self, column: int) -> str:
        lines = [self._table.attributes[column].full_name]
        for key, judgement in self._judgements.items():
            if key.attribute == column:
                verdict = certain_verdict_text((int(judgement.present), int(judgement.certainty)))
                source = f", suggested by {judgement.suggested_by}" if judgement.suggested_by else ""
                lines.append(f"{key.annotator}: {verdict}{source} ({time_text(judgement.at)})")
        if len(lines) == 1 and self.present[column] >= 0:
            lines.append("Judgement of the data set")
        return "\n".join(lines)

    def _update_suggestions(self) -> None:
        if self._strength is not None:
            self._suggested = suggested(self._strength, self.present, self._threshold)
        else:
            self._suggested = np.zeros(len(self.present), dtype=np.bool_)
        self.refreshed.emit()
