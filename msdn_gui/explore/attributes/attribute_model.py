"""The attributes of the current image with both sub-nets' scores and what the chosen class wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_gui.look.theme import text_font
from msdn_gui.widgets.ordered_table import BAR_ROLE, Index, OrderedTable, bar, number

GROUP, NAME, AV, VA, HIT, FUSED, WANTED = range(7)


OVERRIDDEN_SIGN = "*"
"""Stands behind a number that a person put there, or that follows from one."""
_COLOURS = {AV: "av", VA: "va", FUSED: "accent", WANTED: "muted"}


def _tips(av: str, va: str) -> tuple[str, ...]:
    hit = (
        "Whether each sub-net's map peaks where the attribute truly is, A→V before V→A; said where the image's class "
        "has the attribute and its part is to be seen"
    )
    fused = (
        "The score that classes are judged by: both sub-nets' scores, weighed as the checkpoint says. "
        "F2 or a double click overrides it, Delete takes that back"
    )
    wanted = "The chosen class's value for the attribute, as it was given"
    return "The group that the attribute belongs to", "The attribute's name", av, va, hit, fused, wanted


_REGION_HEADINGS = ("Group", "Attribute", "A→V %", "V→A %", "Hit", "Fused", "Wanted")
_REGION_TIPS = _tips(
    "The share of the attribute's attention that lies in the chosen regions, attribute→visual",
    "What of the chosen regions' attention the attribute gets, visual→attribute",
)


class AttributeModel(OrderedTable):
    """One row an attribute; unknown numbers are empty cells and sort last."""

    headings = ("Group", "Attribute", "A→V", "V→A", "Hit", "Fused", "Wanted")
    heading_tips = _tips(
        "How strongly the attribute→visual sub-net finds the attribute in this image",
        "How strongly the visual→attribute sub-net finds the attribute in this image",
    )
    numeric = frozenset((AV, VA, HIT, FUSED, WANTED))
    overridden = Signal(int, float)
    """An attribute's column, and the score that a person put in the place of its own."""

    def __init__(self) -> None:
        super().__init__(AV, Qt.SortOrder.DescendingOrder)
        self._attributes: tuple[Attribute, ...] = ()
        self._numbers: dict[int, NDArray[np.float64] | None] = dict.fromkeys(_COLOURS)
        self._reach: dict[int, tuple[float, float]] = {}
        self._class_name = ""
        self._hits: NDArray[np.int8] = np.zeros((0, 2), dtype=np.int8)
        self._network: NDArray[np.float64] | None = None
        self._overridden: dict[int, float] = {}

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

    def set_fused(self, values: NDArray[np.floating] | None, overridden: Mapping[int, float]) -> None:
        """(K,) scores as the network gives them, fused, and those that stand in the place of some."""
        self._network = None if values is None else np.asarray(values, dtype=np.float64)
        self._overridden = dict(overridden)
        shown = None if values is None else np.array(values, dtype=np.float64)
        if shown is not None and len(shown) == len(self._attributes):
            shown[list(overridden)] = list(overridden.values())
        self._set(FUSED, shown)
        self.rearrange()

    def set_hits(self, hits: NDArray[np.int8]) -> None:
        """(K, 2) A→V and V→A: 1 a hit, 0 a miss, −1 where neither can be said; as ``attribute_hits`` gives them."""
        self._hits = hits
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
        if column == HIT:
            return (
                self._hits.sum(axis=1) if len(self._hits) == len(self._attributes) else np.zeros(len(self._attributes))
            )
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
            overridden = column == FUSED and item in self._overridden
            if role == Qt.ItemDataRole.DisplayRole:
                return number(value, max(map(abs, self._reach[column]))) + (OVERRIDDEN_SIGN if overridden else "")
            if role == Qt.ItemDataRole.EditRole:
                return f"{value:.6g}"
            if role == Qt.ItemDataRole.FontRole and overridden:
                return text_font(bold=True)
            if role == BAR_ROLE:
                return (*bar(value, *self._reach[column]), _COLOURS[column])
            if role == Qt.ItemDataRole.ToolTipRole:
                words = f"{attribute.full_name}\n{self._tip(column)}: {value:.6g}"
                own = (
                    f"\nOverridden; the network says {self._network[item]:.6g}. Delete takes it back"
                    if overridden
                    else ""
                )
                return words + own
            return None
        if column == HIT:
            return self._hit_cell(item, role)
        if role == Qt.ItemDataRole.DisplayRole:
            return attribute.name if column == NAME else attribute.group
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [attribute.full_name]
            for other in _COLOURS:
                values = self._numbers[other]
                if values is not None:
                    lines.append(f"{self._tip(other)}: {values[item]:.6g}")
            return "\n".join(lines)
        return None

    def _hit_cell(self, item: int, role: int) -> str | None:
        av, va = self._hits[item].tolist() if item < len(self._hits) else (-1, -1)
        if av < 0 and va < 0:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join({1: "✓", 0: "✗", -1: "–"}[hit] for hit in (av, va))
        if role == Qt.ItemDataRole.ToolTipRole:
            words = {1: "hit", 0: "miss", -1: "no such sub-net"}
            return f"{self._attributes[item].full_name}\nA→V: {words[av]}, V→A: {words[va]}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        known = index.column() == FUSED and self._numbers[FUSED] is not None
        return flags | Qt.ItemFlag.ItemIsEditable if known else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() != FUSED:
            return False
        self.overridden.emit(self.item_at(index.row()), float(value))
        return True

    def _tip(self, column: int) -> str:
        return f"Wanted by {self._class_name}" if column == WANTED else self.headings[column]
