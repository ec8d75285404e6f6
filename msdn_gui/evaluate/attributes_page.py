"""What the attributes are worth: their AUC by sub-net, where the maps point, and how far both sub-nets agree."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from msdn_core.runs.evaluations import Row
from msdn_core.runs.figure_words import percent
from msdn_core.runs.noise import MeasureNoise, measure_noise
from msdn_core.runs.tested_run import TestedRun
from msdn_gui.evaluate.measure_table import NAME, MeasureTable
from msdn_gui.evaluate.page import Shown
from msdn_gui.services.background import Background
from msdn_gui.theme import SPACING, small_font
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.table_delegates import BarDelegate, TextDelegate

_BESIDE = 2
"""How many measures stand beside a difference."""
_SHARED = "What the maps of both sub-nets share: 100 where they look at the same regions with the same weights"


class _Panel(QWidget):
    def __init__(self, heading: str, model: MeasureTable, name: str, width: int) -> None:
        super().__init__()
        self.model = model
        columns = model.columnCount()
        widths = {**dict.fromkeys(range(1, model.difference), width), model.difference: 92, model.difference + 1: 66}
        self.table = ItemTable(model, name, widths=widths)
        self.table.setAccessibleName(heading)
        self.table.setItemDelegateForColumn(NAME, TextDelegate(self.table))
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
        # Beside another run there is room for the names only if the less important measures make it.
        for column in range(_BESIDE + 1, self.model.difference):
            self.table.setColumnHidden(column, other is not None)


class AttributesPage(QWidget):
    """Attributes at the left, parts and the agreement on classes at the right; of two runs the differences."""

    title = "Attributes and parts"
    chosen = Signal(int)
    """The place of an attribute that was chosen, which is then chosen everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: dict[str, int] = {}
        self._run: TestedRun | None = None
        self.attributes = _Panel(
            "How well attributes are told",
            MeasureTable(
                "attribute",
                (
                    ("auc_fused", "AUC", "Area under the ROC curve of the fused attribute score", "accent"),
                    ("auc_av", "A→V", "The same of attribute → visual alone", "av"),
                    ("auc_va", "V→A", "The same of visual → attribute alone", "va"),
                    ("map_overlap", "Shared", _SHARED, "positive"),
                ),
                "images_with",
                "Images",
            ),
            "attribute_measures",
            66,
        )
        self.parts = _Panel(
            "Where the maps point",
            MeasureTable(
                "part",
                (
                    ("pcp_usual_av", "PCP A→V", "Parts found, APN's PCP with the usual box", "av"),
                    ("pcp_usual_va", "PCP V→A", "Parts found, APN's PCP with the usual box", "va"),
                    ("pointing_av", "Points A→V", "Share of maps whose peak lies on the part", "av"),
                    ("pointing_va", "Points V→A", "Share of maps whose peak lies on the part", "va"),
                ),
                "images",
                "Images",
            ),
            "part_measures",
            90,
        )
        self.agreement = _Panel(
            "Where the sub-nets agree",
            MeasureTable("class", (("map_overlap", "Shared", _SHARED, "positive"),), "images", "Images"),
            "agreement_measures",
            90,
        )
        self.is_drawing = False
        """Whether it is being found out what is noise."""
        self._draws = Background(self)
        self._draws.done.connect(self._take_noise)
        right = _split("evaluate_parts", Qt.Orientation.Vertical, self.parts, self.agreement, [280, 280])
        split = _split("evaluate_attributes", Qt.Orientation.Horizontal, self.attributes, right, [470, 500])
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
        self._run = run
        self._draws.cancel()
        self.is_drawing = other is not None
        if other is not None:
            self._draws.start(lambda: measure_noise(run, other))
        for panel, table in ((self.attributes, "attributes"), (self.parts, "parts"), (self.agreement, "classes")):
            panel.show_rows(getattr(run.kept, table), getattr(other.kept, table) if other is not None else None)
        truth = {str(row.get("truth") or "") for row in run.kept.attributes} - {""}
        against = f" Measured against {' and '.join(sorted(truth))}." if truth else ""
        self.attributes.facts.setText(f"50 is chance, 100 tells all apart. The weakest first.{against}")
        jsd, overlap = run.kept.measures.jsd, run.kept.measures.overlap
        agreed = "There are not two sub-nets that could agree."
        if not np.isnan(overlap).all():
            agreed = f"Both maps share {percent(float(np.nanmean(overlap)))} per cent over all images; "
            agreed += f"what both say of the classes diverges by {float(np.nanmean(jsd)):.3f} nats."
        self.agreement.facts.setText(agreed)
        self.parts.facts.setText(
            "Shares of test images, in per cent." if run.kept.parts else "No places of parts are known here."
        )

    def _take_noise(self, noise: MeasureNoise | None) -> None:
        self.is_drawing = False
        if noise is None or self._run is None:
            return
        found = self._run.kept
        attributes = [attribute.full_name for attribute in self._run.table.attributes]
        for panel, names, within in (
            (self.attributes, attributes, noise.attributes),
            (self.parts, found.measures.parts.tolist(), noise.parts),
            (self.agreement, list(self._run.table.classes), noise.classes),
        ):
            panel.model.set_noise(dict(zip(names, within.tolist(), strict=True)))


def _split(name: str, orientation: Qt.Orientation, first: QWidget, second: QWidget, sizes: list[int]) -> QSplitter:
    made = QSplitter(orientation, objectName=name)
    made.setHandleWidth(1)
    made.setChildrenCollapsible(False)
    made.addWidget(first)
    made.addWidget(second)
    made.setSizes(sizes)
    return made
