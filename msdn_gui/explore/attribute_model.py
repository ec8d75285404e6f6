"""The attributes of the current image with both sub-nets' scores and what the chosen class wants."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_gui.widgets.ordered_table import BAR_ROLE, OrderedTable, bar, number

GROUP, NAME, AV, VA, WANTED = range(5)


def _tips(av: str, va: str) -> tuple[str, ...]:
    wanted = "The chosen class's value for the attribute, as it was given"
    return "The group that the attribute belongs to", "The attribute's name", av, va, wanted


_REGION_HEADINGS = ("Group", "Attribute", "A→V %", "V→A %", "Wanted")
_REGION_TIPS = _tips(
    "The share of the attribute's attention that lies in the chosen regions, attribute→visual",
    "What of the chosen regions' attention the attribute gets, visual→attribute",
)


class AttributeModel(OrderedTable):
    """One row an attribute; unknown numbers are empty cells and sort last."""

    headings = ("Group", "Attribute", "A→V", "V→A", "Wanted")
    heading_tips = _tips(
        "How strongly the attribute→visual sub-net finds the attribute in this image",
        "How strongly the visual→attribute sub-net finds the attribute in this image",
    )
    numeric = frozenset((AV, VA, WANTED))

    def __init__(self) -> None:
        super().__init__(AV, Qt.SortOrder.DescendingOrder)
        self._attributes: tuple[Attribute, ...] = ()
        self._numbers: dict[int, NDArray[np.float64] | None] = {AV: None, VA: None, WANTED: None}
        self._reach: dict[int, tuple[float, float]] = {}
        self._class_name = ""

    def set_table(self, table: ClassTable) -> None:
        """Show this table's attributes; scores stay if they are as many."""
        if table.attributes == self._attributes:
            return
        self._attributes = table.attributes
        for column, values in self._numbers.items():
            if values is not None and len(values) != len(table.attributes):
                self._numbers[column] = None
        self.set_items([attribute.full_name for attribute in table.attributes])

    def set_scores(
        self, av: NDArray[np.floating] | None, va: NDArray[np.floating] | None, *, of_regions: bool = False
    ) -> None:
        """(K,) attribute scores of both sub-nets, or None while they are not known, or where there is no such sub-net.

        ``of_regions``: what some regions speak for instead, from 0 to 1; shown in per cent.
        """
        headings = _REGION_HEADINGS if of_regions else type(self).headings
        if headings != self.headings:
            self.headings, self.heading_tips = headings, _REGION_TIPS if of_regions else type(self).heading_tips
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, AV, VA)
        scale = 100 if of_regions else 1
        self._set(AV, None if av is None else scale * av)
        self._set(VA, None if va is None else scale * va)
        self.rearrange()

    def set_wanted(self, class_name: str, values: NDArray[np.floating] | None) -> None:
        """(K,) values of the chosen class, in the units they were given in."""
        self._class_name = class_name
        self._set(WANTED, values)
        self.rearrange()

    def _set(self, column: int, values: NDArray[np.floating] | None) -> None:
        if values is None or len(values) != len(self._attributes):
            self._numbers[column] = None
            return
        self._numbers[column] = np.asarray(values, dtype=np.float64)
        self._reach[column] = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)

    def sort_key(self, column: int) -> NDArray[Any]:
        if column in self._numbers:
            values = self._numbers[column]
            return np.zeros(len(self._attributes)) if values is None else values
        if column == GROUP:
            groups = sorted({attribute.group.lower() for attribute in self._attributes})
            return np.array([groups.index(attribute.group.lower()) for attribute in self._attributes])
        names = [attribute.name.lower() for attribute in self._attributes]
        ranked = {name: rank for rank, name in enumerate(sorted(set(names)))}
        return np.array([ranked[name] for name in names])

    def cell(self, item: int, column: int, role: int) -> Any:
        attribute = self._attributes[item]
        if column in self._numbers:
            values = self._numbers[column]
            if values is None:
                return None
            value = float(values[item])
            if role == Qt.ItemDataRole.DisplayRole:
                return number(value, max(map(abs, self._reach[column])))
            if role == BAR_ROLE:
                return (*bar(value, *self._reach[column]), {AV: "av", VA: "va", WANTED: "muted"}[column])
            if role == Qt.ItemDataRole.ToolTipRole:
                return f"{attribute.full_name}\n{self._tip(column)}: {value:.6g}"
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return attribute.name if column == NAME else attribute.group
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [attribute.full_name]
            for other in (AV, VA, WANTED):
                values = self._numbers[other]
                if values is not None:
                    lines.append(f"{self._tip(other)}: {values[item]:.6g}")
            return "\n".join(lines)
        return None

    def _tip(self, column: int) -> str:
        return f"Wanted by {self._class_name}" if column == WANTED else self.headings[column]
