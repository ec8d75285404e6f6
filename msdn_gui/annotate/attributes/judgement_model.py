"""All attributes of an image in their groups: what is said of each, and what the model would say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from msdn_core.domain.annotation import Judgement
from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.suggestions import suggested
from msdn_core.project import JudgementKey
from msdn_gui.annotate.queue.queue_model import verdict_word

NAME, SAID, MODEL = range(3)
SIGN_ROLE = Qt.ItemDataRole.UserRole + 1
"""The sign of ``signs`` that stands before a cell's text."""
QUIET_ROLE = Qt.ItemDataRole.UserRole + 2
"""Whether a cell is drawn in the quiet colour."""
SUGGESTED_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether the model suggests the row's attribute."""
Index = QModelIndex | QPersistentModelIndex
CERTAINTY_WORDS = {1: "not visible", 2: "guessing", 3: "probably", 4: "definitely"}
_HEADINGS = ("Attribute", "Said", "Model")
_TIPS = (
    "The attributes in their groups",
    "The last word of a person, or else the data set's (in grey)",
    "The model's attribute score, in standard deviations above the image's mean; a dot marks a suggestion",
)


class JudgementModel(QAbstractItemModel):
    """Groups with their attributes below them; an item of an attribute has its group's number + 1 as internal id."""

    refreshed = Signal()
    """Cells are others now. A view paints what it shows; told by ``dataChanged`` it would visit all of them."""

    def __init__(self) -> None:
        super().__init__()
        self._table = ClassTable.empty()
        self._groups: list[tuple[str, tuple[int, ...]]] = []
        self._place: dict[int, tuple[int, int]] = {}
        self._clear()

    def _clear(self) -> None:
        count = len(self._table.attributes)
        self.present: NDArray[np.int8] = np.full(count, -1, np.int8)
        self._certainty: NDArray[np.int8] = np.zeros(count, np.int8)
        self._said: Mapping[JudgementKey, Judgement] = {}
        self._strength: FloatArray | None = None
        self._suggested = np.zeros(count, dtype=np.bool_)
        self._threshold = 1.0

    def set_table(self, table: ClassTable) -> bool:
        """Show this table's attributes; whether they are others than before."""
        if table.attributes == self._table.attributes:
            return False
        self.beginResetModel()
        self._table = table
        self._groups = list(table.groups.items())
        self._place = {
            column: (group, row)
            for group, (_, columns) in enumerate(self._groups)
            for row, column in enumerate(columns)
        }
        self._clear()
        self.endResetModel()
        return True

    def set_judgements(
        self, present: NDArray[np.int8], certainty: NDArray[np.int8], said: Mapping[JudgementKey, Judgement]
    ) -> None:
        """(K,) what is in force of the image, and all that people said."""
        self.present, self._certainty, self._said = present, certainty, said
        self._suggest()

    def set_strength(self, strength: FloatArray | None, threshold: float) -> None:
        """(K,) what the model thinks, None while it is not known, and from where on it suggests."""
        self._strength = strength if strength is not None and len(strength) == len(self.present) else None
        self._threshold = threshold
        self._suggest()

    def suggested_columns(self) -> list[int]:
        """The attributes that the model suggests as present and nobody has judged, the strongest first."""
        if self._strength is None:
            return []
        columns = np.flatnonzero(self._suggested)
        return [int(column) for column in columns[np.argsort(-self._strength[columns], kind="stable")]]

    def verdict(self, column: int) -> tuple[int, int] | None:
        """(presence, certainty) in force of an attribute; None where nobody judged it."""
        said = int(self.present[column]), int(self._certainty[column])
        return said if said[0] >= 0 else None

    def columns_of(self, index: Index) -> tuple[int, ...]:
        """The attributes that a row stands for: one, or all of a group."""
        if not index.isValid():
            return ()
        if not index.internalId():
            return self._groups[index.row()][1]
        return (self._groups[index.internalId() - 1][1][index.row()],)

    def index_of(self, column: int) -> QModelIndex:
        """Where an attribute stands; an invalid index where there is none."""
        if column not in self._place:
            return QModelIndex()
        group, row = self._place[column]
        return self.createIndex(row, NAME, group + 1)

    # Qt's interface

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Index) -> QModelIndex:
        group = index.internalId() if index.isValid() else 0
        return self.createIndex(group - 1, NAME, 0) if group else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._groups)
        return 0 if parent.internalId() or parent.column() else len(self._groups[parent.row()][1])

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: ARG002, B008
        return len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            return {Qt.ItemDataRole.DisplayRole: _HEADINGS, Qt.ItemDataRole.ToolTipRole: _TIPS}.get(
                role, (None,) * len(_HEADINGS)
            )[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
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
            return self._table.attributes[column].name
        if index.column() == SAID:
            return self._said_data(column, role)
        if index.column() == MODEL and role == Qt.ItemDataRole.DisplayRole and self._strength is not None:
            return f"{self._strength[column]:+.1f}".replace("-", "−")
        return None

    def _group_data(self, index: Index, role: int) -> Any:
        name, columns = self._groups[index.row()]
        if role == Qt.ItemDataRole.DisplayRole and index.column() == NAME:
            return name or "Attributes"
        if role == Qt.ItemDataRole.DisplayRole and index.column() == SAID:
            return f"{int((self.present[list(columns)] >= 0).sum())} of {len(columns)}"
        if role == QUIET_ROLE:
            return index.column() == SAID
        return None

    def _said_data(self, column: int, role: int) -> Any:
        verdict = self.verdict(column)
        word = verdict_word(verdict)
        if role == SIGN_ROLE:
            return word
        if role == QUIET_ROLE:
            return not any(key.attribute == column for key in self._said)
        if role == Qt.ItemDataRole.DisplayRole and verdict is not None:
            sure = CERTAINTY_WORDS.get(verdict[1], "")
            return word.capitalize() if sure in ("", word) else f"{word.capitalize()}, {sure}"
        return None

    def _tip(self, column: int) -> str:
        lines = [self._table.attributes[column].full_name]
        for key, said in self._said.items():
            if key.attribute == column:
                word = verdict_word((int(said.present), int(said.certainty)))
                how = f", as {said.suggested_by} suggested" if said.suggested_by else ""
                sure = CERTAINTY_WORDS[said.certainty]
                sure = "" if sure == word else f", {sure}"
                lines.append(f"{key.annotator}: {word}{sure}{how} ({said.at[:16].replace('T', ' ')})")
        if len(lines) == 1 and self.present[column] >= 0:
            lines.append("The data set's own judgement")
        return "\n".join(lines)

    def _suggest(self) -> None:
        if self._strength is not None:
            self._suggested = suggested(self._strength, self.present, self._threshold)
        else:
            self._suggested = np.zeros(len(self.present), dtype=np.bool_)
        self.refreshed.emit()
