"""What the attributes are worth: their AUC by sub-net, and where the maps point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from msdn_core.runs.evaluations import Row
from msdn_gui.evaluate.page import Shown
from msdn_gui.evaluate.words import percent, points
from msdn_gui.theme import SPACING, small_font
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.ordered_table import BAR_ROLE, OrderedTable
from msdn_gui.widgets.table_delegates import BarDelegate, TextDelegate

_NAME = 0


class MeasureTable(OrderedTable):
    """One row a thing that was measured, from a table that ``evaluate`` wrote; shares in per cent."""

    def __init__(self, name: str, measures: Sequence[tuple[str, str, str, str]], counts: str, counted: str) -> None:
        """``measures`` are (field, heading, tip, colour); ``counts`` is the field of the number of images."""
        self._key, self._fields = name, (*(field for field, *_ in measures), counts)
        self._colours = tuple(colour for *_, colour in measures)
        self.headings = (name.capitalize(), *(heading for _, heading, _, _ in measures), "Difference", counted)
        self.heading_tips = (
            "",
            *(tip for _, _, tip, _ in measures),
            f"What the other run gains in {measures[0][1]}, in per cent points",
            "Test images that it was measured on",
        )
        self.numeric = frozenset(range(1, len(self.headings)))
        super().__init__(1, Qt.SortOrder.AscendingOrder)
        self._names: list[str] = []
        self._values: NDArray[np.float64] = np.zeros((0, len(self.headings)))
        self._difference = len(measures) + 1

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
        self._values = values
        self.set_items(list(self._names))

    def name_of(self, item: int) -> str:
        """What a row is about."""
        return self._names[item]

    def sort_key(self, column: int) -> NDArray[Any]:
        if column != _NAME:
            return self._values[:, column]
        rank = {name: place for place, name in enumerate(sorted(set(self._names), key=str.lower))}
        return np.array([rank[name] for name in self._names])

    def cell(self, item: int, column: int, role: int) -> Any:
        if column == _NAME:
            return self._names[item] if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None
        value = float(self._values[item, column])
        if role == BAR_ROLE and column < self._difference and not np.isnan(value):
            return (0.0, min(max(value, 0.0), 1.0), self._colours[column - 1])
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if np.isnan(value):
            return "–"
        if column == len(self.headings) - 1:
            return f"{value:,.0f}"
        return points(value) if column == self._difference else percent(value)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")


class _Panel(QWidget):
    def __init__(self, heading: str, model: MeasureTable, name: str, width: int) -> None:
        super().__init__()
        self.model = model
        columns = model.columnCount()
        self.table = ItemTable(model, name, widths=dict.fromkeys(range(1, columns), width))
        self.table.setAccessibleName(heading)
        self.table.setItemDelegateForColumn(_NAME, TextDelegate(self.table))
        for column in range(1, columns):
            self.table.setItemDelegateForColumn(column, BarDelegate(self.table))
        self.heading = QLabel(heading)
        self.heading.setProperty("look", "heading")
        self.facts = QLabel(objectName=f"{name}_facts", wordWrap=True)
        self.facts.setProperty("look", "muted")
        self.facts.setFont(small_font())
        self.search = QLineEdit(objectName=f"{name}_search", placeholderText="Search", clearButtonEnabled=True)
        self.search.textChanged.connect(model.search)
        head = QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.setSpacing(SPACING // 2)
        for widget in (self.heading, self.facts, self.search):
            head.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)

    def show_rows(self, rows: list[Row], other: list[Row] | None) -> None:
        self.model.show_rows(rows, other)
        self.table.setColumnHidden(self.model.difference, other is None)


class AttributesPage(QWidget):
    """Attributes at the left, parts at the right; of two runs the differences."""

    title = "Attributes and parts"
    chosen = Signal(int)
    """The place of an attribute that was chosen, which is then chosen everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: dict[str, int] = {}
        self.attributes = _Panel(
            "How well attributes are told",
            MeasureTable(
                "attribute",
                (
                    ("auc_fused", "AUC", "Area under the ROC curve of the fused attribute score", "accent"),
                    ("auc_av", "A→V", "The same of attribute → visual alone", "av"),
                    ("auc_va", "V→A", "The same of visual → attribute alone", "va"),
                ),
                "images_with",
                "Images",
            ),
            "attribute_measures",
            78,
        )
        self.parts = _Panel(
            "Where the maps point",
            MeasureTable(
                "part",
                (
                    ("pointing_av", "Points A→V", "Share of maps whose peak lies on the part", "av"),
                    ("pointing_va", "Points V→A", "Share of maps whose peak lies on the part", "va"),
                    ("pcp_usual_av", "PCP A→V", "Parts found, APN's PCP with the usual box", "av"),
                    ("pcp_usual_va", "PCP V→A", "Parts found, APN's PCP with the usual box", "va"),
                ),
                "images",
                "Images",
            ),
            "part_measures",
            90,
        )
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(self.attributes)
        split.addWidget(self.parts)
        split.setSizes([470, 500])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.attributes.table.chosen.connect(
            lambda item: self.chosen.emit(self._columns.get(self.attributes.model.name_of(item), -1))
        )

    def show_runs(self, shown: Shown) -> None:
        """Shows what was measured of one run, or of two."""
        run, other = shown.run, shown.other
        self._columns = {attribute.full_name: place for place, attribute in enumerate(run.table.attributes)}
        self.attributes.show_rows(run.kept.attributes, other.kept.attributes if other is not None else None)
        self.parts.show_rows(run.kept.parts, other.kept.parts if other is not None else None)
        truth = {str(row.get("truth") or "") for row in run.kept.attributes} - {""}
        against = f" Measured against {' and '.join(sorted(truth))}." if truth else ""
        self.attributes.facts.setText(f"50 is chance, 100 tells all apart. The weakest first.{against}")
        jsd, overlap = run.kept.measures.jsd, run.kept.measures.overlap
        agreed = ""
        if not np.isnan(overlap).all():
            agreed = f" Both maps share {percent(float(np.nanmean(overlap)))} per cent; "
            agreed += f"the sub-nets' divergence is {float(np.nanmean(jsd)):.3f} nats."
        known = "Shares of test images, in per cent." if run.kept.parts else "No places of parts are known here."
        self.parts.facts.setText(known + agreed)
