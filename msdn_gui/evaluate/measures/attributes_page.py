"""What the attributes are worth: their AUC by sub-net, and how far both sub-nets agree on attributes and classes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.number_text import percent
from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_core.runs.figure_text import selection_text
from msdn_core.runs.noise import MeasureNoise, measure_noise
from msdn_gui.evaluate.measures.measure_panel import MeasurePanel
from msdn_gui.evaluate.measures.measure_table import Measure, MeasureTable
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.services.background import Background
from msdn_gui.widgets.parted import ABOVE, BESIDE, parted

_AGREE = (
    Measure(
        "map_overlap",
        "Shared",
        "What the maps of both sub-nets share: 100 where they look at the same regions with the same weights",
        "positive",
    ),
    Measure(
        "jsd",
        "JSD",
        "Jensen-Shannon divergence, in nats, of what both sub-nets say of the classes: 0 where they say the same",
        "negative",
        in_nats=True,
    ),
)


class AttributesPage(QWidget):
    """Attributes at the left, the agreement on attributes and classes at the right; of two runs the differences."""

    title = "Attributes"
    chosen = Signal(int)
    """The place of an attribute that was chosen, which is then chosen everywhere."""
    class_chosen = Signal(str)
    """A class that was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: dict[str, int] = {}
        self._run: EvaluatedRun | None = None
        self.attributes = MeasurePanel(
            "How well attributes are told",
            MeasureTable(
                "attribute",
                (
                    Measure("auc_fused", "AUC", "Area under the ROC curve of the fused attribute score", "accent"),
                    Measure("auc_av", "A→V", "The same of attribute → visual alone", "av"),
                    Measure("auc_va", "V→A", "The same of visual → attribute alone", "va"),
                ),
                "images_with",
                "Images",
            ),
            "attribute_measures",
            72,
        )
        self.agreement = MeasurePanel(
            "Where the sub-nets agree: classes",
            MeasureTable("class", _AGREE, "images", "Images"),
            "agreement_measures",
            76,
        )
        self.attribute_agreement = MeasurePanel(
            "Where the sub-nets agree: attributes",
            MeasureTable("attribute", _AGREE, "images_with", "Images", noise_is_known=False),
            "attribute_agreement_measures",
            76,
        )
        self.is_drawing = False
        """Whether it is being found out what is noise."""
        self._draws = Background(self)
        self._draws.done.connect(self._take_noise)
        self._draws.failed.connect(lambda _: self._take_noise(None))
        right = parted("evaluate_agreement", ABOVE, self.agreement, self.attribute_agreement, sizes=[280, 280])
        split = parted("evaluate_attributes", BESIDE, self.attributes, right, sizes=[490, 480])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        for panel in (self.attributes, self.attribute_agreement):
            panel.table.chosen.connect(
                lambda item, model=panel.model: self.chosen.emit(self._columns.get(model.name_of(item), -1))
            )
        self.agreement.table.chosen.connect(lambda item: self.class_chosen.emit(self.agreement.model.name_of(item)))

    def show_runs(self, shown: Shown) -> None:
        """Shows what was measured of one run, or of two."""
        run, other = shown.run, shown.other
        self._columns = {attribute.full_name: place for place, attribute in enumerate(run.table.attributes)}
        self._run = run
        self._draws.cancel()
        self.is_drawing = other is not None
        if other is not None:
            self._draws.start(lambda: measure_noise(run, other))
        for panel, table in (
            (self.attributes, "attributes"),
            (self.agreement, "classes"),
            (self.attribute_agreement, "attributes"),
        ):
            panel.show_rows(
                getattr(run.evaluation, table), getattr(other.evaluation, table) if other is not None else None
            )
        truth = {str(row.get("truth") or "") for row in run.evaluation.attributes} - {""}
        against = f" Measured against {' and '.join(sorted(truth))}." if truth else ""
        said = f"50 is chance, 100 tells all apart. The weakest first.{against}"
        self.attributes.facts.setText(f"{said} {selection_text(run).capitalize()}.")
        jsd, overlap = run.evaluation.measures.jsd, run.evaluation.measures.overlap
        agreed = "There are not two sub-nets that could agree."
        if not np.isnan(overlap).all():
            agreed = f"Both maps share {percent(float(np.nanmean(overlap)))} per cent over all images; "
            agreed += f"what both say of the classes diverges by {float(np.nanmean(jsd)):.3f} nats."
        self.agreement.facts.setText(agreed)
        self.attribute_agreement.facts.setText("Over the test images whose class has the attribute.")

    def _take_noise(self, noise: MeasureNoise | None) -> None:
        self.is_drawing = False
        if noise is None or self._run is None:
            return
        attributes = [attribute.full_name for attribute in self._run.table.attributes]
        for panel, names, within in (
            (self.attributes, attributes, noise.attributes),
            (self.agreement, list(self._run.table.classes), noise.classes),
        ):
            panel.model.set_noise(dict(zip(names, within.tolist(), strict=True)))
