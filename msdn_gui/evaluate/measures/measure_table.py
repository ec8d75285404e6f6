"""A table of what was measured of attributes, parts or classes, in per cent, with what another run gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from msdn_core.number_text import percent, points
from msdn_core.runs.evaluations import Row
from msdn_gui.widgets.ordered_table import BAR_ROLE, OrderedTable

NAME = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """A column."""

    field: str
    """Its name in the table that ``evaluate`` wrote."""
    heading: str
    tip: str
    colour: str
    in_nats: bool = False
    """Whether it is a divergence in nats, and not a share."""


class MeasureTable(OrderedTable):
    """One row a thing that was measured, from a table that ``evaluate`` wrote; shares in per cent."""

    def __init__(
        self, name: str, measures: Sequence[Measure], counts: str, counted: str, *, noise_is_known: bool = True
    ) -> None:
        """``counts`` is the field of the number of images; without noise, differences are never told from it."""
        self._key, self._measures = name, tuple(measures)
        self._fields = (*(measure.field for measure in measures), counts)
        sign = "≈ where that is within noise" if noise_is_known else "what of it is noise is not known"
        self.headings = (name.capitalize(), *(measure.heading for measure in measures), "Difference", counted)
        self.heading_tips = (
            "",
            *(measure.tip for measure in measures),
            f"What the other run gains in {measures[0].heading}, in per cent points; {sign}",
            "Test images that it was measured on",
        )
        self.numeric = frozenset(range(1, len(self.headings)))
        super().__init__(1, Qt.SortOrder.AscendingOrder)
        self._names: list[str] = []
        self._values: NDArray[np.float64] = np.zeros((0, len(self.headings)))
        self._difference = len(measures) + 1
        self._noise: dict[str, bool] = {}

    @property
    def difference(self) -> int:
        """The column of the difference to another run."""
        return self._difference

    def show_rows(self, rows: list[Row], other: list[Row] | None) -> None:
        """Shows a run's rows, and what another run gains."""
        kept = [row for row in rows if row.get(self._key)]
        self._names = [str(row[self._key]) for row in kept]
        values = np.full((len(kept), len(self.headings)), np.nan)
        for place, row in enumerate(kept):
            found = [_number(row.get(field)) for field in self._fields]
            values[place, 1 : self._difference] = found[:-1]
            values[place, -1] = found[-1]
        if other is not None:
            theirs = {str(row.get(self._key)): _number(row.get(self._fields[0])) for row in other}
            values[:, self._difference] = [theirs.get(name, np.nan) for name in self._names] - values[:, 1]
        self._values, self._noise = values, {}
        self.set_items(list(self._names))

    def set_noise(self, within: dict[str, bool]) -> None:
        """Which differences lie within noise, by name."""
        self._noise = within
        self.rearrange()

    def item_of(self, name: str) -> int:
        """The item of a name, −1 where it is not listed."""
        return self._names.index(name) if name in self._names else -1

    def name_of(self, item: int) -> str:
        """What a row is about."""
        return self._names[item]

    def sort_key(self, column: int) -> NDArray[Any]:
        if column != NAME:
            return self._values[:, column]
        rank = {name: place for place, name in enumerate(sorted(set(self._names), key=str.lower))}
        return np.array([rank[name] for name in self._names])

    def cell(self, item: int, column: int, role: int) -> Any:
        if column == NAME:
            return self._names[item] if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None
        value = float(self._values[item, column])
        measure = self._measures[column - 1] if column < self._difference else None
        if role == BAR_ROLE and measure is not None and not np.isnan(value):
            # Two distributions diverge by ln 2 nats at most.
            share = value / np.log(2) if measure.in_nats else value
            return (0.0, min(max(float(share), 0.0), 1.0), measure.colour)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if np.isnan(value):
            return "–"
        if column == len(self.headings) - 1:
            return f"{value:,.0f}"
        if measure is not None:
            return f"{value:.3f}" if measure.in_nats else percent(value)
        return f"{'≈ ' if self._noise.get(self._names[item]) else ''}{points(value)}"


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")
