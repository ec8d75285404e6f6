"""The attributes of the selected image, with the columns of ``COLUMNS``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Signal

from msdn_core.domain.display_names import attribute_text
from msdn_core.domain.evidence import MapKind
from msdn_gui.explore.attributes.columns import (
    COLUMNS,
    AttributeData,
    Column,
    NumberColumn,
    column_number,
    heading_of,
    tip_of,
)
from msdn_gui.look.theme import text_font
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE, OrderedTable, bar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_gui.widgets.index import Index


class AttributeModel(OrderedTable):
    """One row per attribute; unknown numbers are empty cells and sort last."""

    overridden = Signal(int, float)
    """An attribute's column in the class table, and the score that a person typed in place of the model's."""

    def __init__(self, columns: Sequence[Column] = COLUMNS) -> None:
        super().__init__(column_number("av", columns), Qt.SortOrder.DescendingOrder)
        self.columns = tuple(columns)
        self.attribute_data = AttributeData()
        self.numeric = frozenset(index for index, column in enumerate(columns) if column.is_numeric)
        self._numbers: dict[int, NDArray[np.float64] | None] = {}
        self._texts_of: dict[int, Sequence[str]] = {}
        self._reach: dict[int, tuple[float, float]] = {}
        self._update_headings()
        self._update_values()

    def column_number(self, name: str) -> int:
        """Return the number of a column by its name."""
        return column_number(name, self.columns)

    def is_shown(self, column: int) -> bool:
        """Return whether a column has anything to show."""
        return self.columns[column].is_shown(self.attribute_data)

    # Data

    def set_table(self, table: ClassTable) -> None:
        """Show the attributes of a class table; scores stay if their number is the same."""
        if table.attributes == self.attribute_data.attributes:
            return
        self.attribute_data = replace(self.attribute_data, attributes=table.attributes)
        self._update_values()
        names = [attribute.full_name for attribute in table.attributes]
        self.set_items([f"{name} {attribute_text(name)}" for name in names])

    def set_scores(
        self,
        av: NDArray[np.floating] | None,
        va: NDArray[np.floating] | None,
        *,
        of_regions: MapKind | None = None,
    ) -> None:
        """Show (K,) attribute scores of both sub-nets; None while unknown, or if there is no such sub-net.

        ``of_regions``: they are of the selected regions; shares of attention, from 0 to 1, are shown in percent.
        """
        scale = 100 if of_regions is MapKind.ATTENTION else 1
        self._change(
            scores_av=None if av is None else scale * av,
            scores_va=None if va is None else scale * va,
            of_regions=of_regions,
        )

    def set_pooled(self, scores: NDArray[np.floating] | None) -> None:
        """Show (K,) attribute scores of the global branch; None without one."""
        self._change(scores_pooled=scores)

    def set_fused(self, scores: NDArray[np.floating] | None, overrides: Mapping[int, float]) -> None:
        """Show (K,) fused attribute scores as the network computed them, and the overrides of some."""
        self._change(fused=scores, overrides=dict(overrides))

    def set_hits(self, hits: NDArray[np.int8] | None) -> None:
        """Show (K, 2) results of the pointing game as ``attribute_hits`` returns them, None without known parts."""
        self._change(hits=hits)

    def set_class(self, name: str, values: NDArray[np.floating] | None) -> None:
        """Show (K,) values of a class, in the units in which they were given."""
        self._change(class_name=name, class_values=values)

    def _change(self, **changes: Any) -> None:
        before = self.attribute_data.of_regions
        self.attribute_data = replace(self.attribute_data, **changes)
        if self.attribute_data.of_regions != before:
            self._update_headings()
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
        self._update_values()
        self.rearrange()

    def _update_headings(self) -> None:
        self.headings = tuple(heading_of(column, self.attribute_data) for column in self.columns)
        self.heading_tips = tuple(tip_of(column, self.attribute_data) for column in self.columns)

    def _update_values(self) -> None:
        data, count = self.attribute_data, len(self.attribute_data.attributes)
        for index, column in enumerate(self.columns):
            if not isinstance(column, NumberColumn):
                self._texts_of[index] = column.values(data)
                continue
            found = column.values(data)
            known = None if found is None or len(found) != count else np.asarray(found, dtype=np.float64)
            self._numbers[index] = known
            if known is not None:
                self._reach[index] = (float(known.min()), float(known.max())) if count else (0.0, 0.0)

    # Cells

    def sort_key(self, column: int) -> NDArray[Any]:
        described = self.columns[column]
        if isinstance(described, NumberColumn):
            numbers = self._numbers[column]
            return np.zeros(len(self.attribute_data.attributes)) if numbers is None else numbers
        if described.sort is not None:
            return described.sort(self.attribute_data)
        texts = [text.lower() for text in self._texts_of[column]]
        ranks = {text: rank for rank, text in enumerate(sorted(set(texts)))}
        return np.array([ranks[text] for text in texts])

    def cell(self, item: int, column: int, role: int) -> Any:
        described = self.columns[column]
        if isinstance(described, NumberColumn):
            return self._number_cell(described, item, column, role)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts_of[column][item] or None
        if role == Qt.ItemDataRole.ToolTipRole:
            if described.cell_tip is not None:
                return described.cell_tip(self.attribute_data, item) or None
            return self._item_tip(item)
        return None

    def row_text(self, row: int) -> str:
        """Return a row as text to copy, with raw names, its cells separated by tabs."""
        item, cells = self.item_at(row), []
        for index, column in enumerate(self.columns):
            if isinstance(column, NumberColumn) or column.raw is None:
                cells.append(str(self.index(row, index).data() or ""))
            else:
                cells.append(column.raw(self.attribute_data)[item])
        return "\t".join(cells)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags, column = super().flags(index), self.columns[index.column()]
        is_editable = isinstance(column, NumberColumn) and column.editable
        return (
            flags | Qt.ItemFlag.ItemIsEditable if is_editable and self._numbers[index.column()] is not None else flags
        )

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        self.overridden.emit(self.item_at(index.row()), float(value))
        return True

    def _number_cell(self, described: NumberColumn, item: int, column: int, role: int) -> Any:
        numbers, data = self._numbers[column], self.attribute_data
        if numbers is None:
            return None
        value, reach = float(numbers[item]), self._reach[column]
        sign = described.sign(data, item)
        if role == Qt.ItemDataRole.DisplayRole:
            return described.text(value, max(map(abs, reach))) + sign
        if role == Qt.ItemDataRole.EditRole:
            return f"{value:.6g}"
        if role == Qt.ItemDataRole.FontRole and sign:
            return text_font(bold=True)
        if role == BAR_ROLE:
            return (*bar(value, *reach), described.colour)
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [data.attributes[item].full_name, f"{described.label_of(data)}: {value:.6g}"]
            return "\n".join(line for line in (*lines, described.cell_tip(data, item)) if line)
        return None

    def _item_tip(self, item: int) -> str:
        """Return an attribute's raw name and all its numbers."""
        lines = [self.attribute_data.attributes[item].full_name]
        for index, column in enumerate(self.columns):
            numbers = self._numbers.get(index)
            if isinstance(column, NumberColumn) and numbers is not None:
                lines.append(f"{column.label_of(self.attribute_data)}: {numbers[item]:.6g}")
        return "\n".join(lines)
