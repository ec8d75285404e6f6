"""A table of what was measured of attributes, parts or classes, and the gain of another run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt

from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.number_text import percent, points
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE, OrderedTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from msdn_core.runs.evaluations import Row

NAME = 0
_NAME_TEXTS: dict[str, Callable[[str], str]] = {"attribute": attribute_text, "class": class_text, "part": str}
"""How names are shown, by the field that holds them."""
_THINGS = {"attribute": "attributes", "class": "classes", "part": "parts"}


@dataclass(frozen=True, slots=True)
class Measure:
    """A column."""

    field: str
    """Its name in the table that ``evaluate`` wrote."""
    heading: str
    tip: str
    colour: str
    full: float | None = None
    """The value of a full bar; None for shares, which are in percent."""


class MeasureTable(OrderedTable):
    """One row per attribute, part or class, from a table that ``evaluate`` wrote; shares are in percent."""

    def __init__(
        self, name: str, measures: Sequence[Measure], counts: str, counted: str, *, noise_is_known: bool = True
    ) -> None:
        """``counts`` is the field with the number of images; ``counted`` is its heading."""
        self._key, self._measures = name, tuple(measures)
        self._fields = (*(measure.field for measure in measures), counts)
        self._text_of = _NAME_TEXTS[name]
        self.things = _THINGS[name]
        """The plural of what the rows are."""
        sign = "≈ is within noise" if noise_is_known else "noise is not estimated"
        self.headings = (name.capitalize(), *(measure.heading for measure in measures), "Difference", counted)
        self.heading_tips = (
            "",
            *(measure.tip for measure in measures),
            f"Gain of the other run in {measures[0].heading}, in percentage points; {sign}",
            "Number of test images measured",
        )
        self.numeric = frozenset(range(1, len(self.headings)))
        super().__init__(1, Qt.SortOrder.AscendingOrder)
        self._names: list[str] = []
        self._values: NDArray[np.float64] = np.zeros((0, len(self.headings)))
        self._difference = len(measures) + 1
        self._noise: dict[str, bool] = {}

    @property
    def difference(self) -> int:
        """The column of the difference from another run."""
        return self._difference

    def show_rows(self, rows: list[Row], other: list[Row] | None) -> None:
        """Show the rows of a run, and the gain of another."""
        kept = [row for row in rows if row.get(self._key)]
        self._names = [str(row[self._key]) for row in kept]
        values = np.full((len(kept), len(self.headings)), np.nan)
        for item, row in enumerate(kept):
            numbers = [_number(row.get(field)) for field in self._fields]
            values[item, 1 : self._difference] = numbers[:-1]
            values[item, -1] = numbers[-1]
        if other is not None:
            theirs = {str(row.get(self._key)): _number(row.get(self._fields[0])) for row in other}
            values[:, self._difference] = [theirs.get(name, np.nan) for name in self._names] - values[:, 1]
        self._values, self._noise = values, {}
        self.set_items([f"{name} {self._text_of(name)}" for name in self._names])

    def set_noise(self, within: dict[str, bool]) -> None:
        """Set which differences are within noise, by name."""
        self._noise = within
        self.rearrange()

    def item_of(self, name: str) -> int:
        """Return the item of a name; −1 if it is not listed."""
        return self._names.index(name) if name in self._names else -1

    def name_of(self, item: int) -> str:
        """Return the raw name of an item."""
        return self._names[item]

    def sort_key(self, column: int) -> NDArray[Any]:
        if column != NAME:
            return self._values[:, column]
        texts = [self._text_of(name) for name in self._names]
        ranks = {text: rank for rank, text in enumerate(sorted(set(texts), key=str.lower))}
        return np.array([ranks[text] for text in texts])

    def cell(self, item: int, column: int, role: int) -> Any:
        name = self._names[item]
        if column == NAME:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._text_of(name)
            return name if role == Qt.ItemDataRole.ToolTipRole else None
        value = float(self._values[item, column])
        measure = self._measures[column - 1] if column < self._difference else None
        if role == BAR_ROLE and measure is not None and not np.isnan(value):
            share = value if measure.full is None else value / measure.full
            return (0.0, min(max(float(share), 0.0), 1.0), measure.colour)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if np.isnan(value):
            return "–"
        if column == len(self.headings) - 1:
            return f"{value:,.0f}"
        if measure is not None:
            return percent(value) if measure.full is None else f"{value:.3f}"
        return f"{'≈ ' if self._noise.get(name) else ''}{points(value)}"


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")
