"""How well attributes are predicted, and how far both sub-nets agree on attributes and classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from msdn_core.number_text import percent
from msdn_core.runs.figure_text import selection_text
from msdn_core.runs.noise import MeasureNoise, measure_noise
from msdn_core.runs.trained_on import value_at
from msdn_gui.evaluate.measures.measure_panel import MeasurePanel
from msdn_gui.evaluate.measures.measure_table import Measure, MeasureTable
from msdn_gui.services.background import Background
from msdn_gui.widgets.build import make_row
from msdn_gui.widgets.parted import ABOVE, BESIDE, parted

if TYPE_CHECKING:
    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.evaluate.runs.run_selection import RunSelection

_AUCS = (
    Measure("auc_fused", "AUC", "Area under the ROC curve of the fused attribute score", "accent"),
    Measure("auc_av", "A→V", "Area under the ROC curve of attribute → visual alone", "av"),
    Measure("auc_va", "V→A", "Area under the ROC curve of visual → attribute alone", "va"),
)
_AGREEMENT = (
    Measure(
        "map_overlap",
        "Shared",
        "Overlap of the maps of both sub-nets: 100 if they attend to the same regions with the same weights",
        "positive",
    ),
    Measure(
        "jsd",
        "JSD",
        "Jensen-Shannon divergence of the class distributions of both sub-nets, in nats: 0 if they are the same",
        "negative",
        full=float(np.log(2)),  # Two distributions diverge by ln 2 nats at most.
    ),
)
_RELIABILITY = (
    Measure(
        "auc_unseen", "Unseen", "Area under the ROC curve of the fused score on images of unseen classes", "accent"
    ),
    Measure("pointing_av", "A→V", "Pointing game: share of A→V maps whose peak is at the attribute's part", "av"),
    Measure("pointing_va", "V→A", "Pointing game: share of V→A maps whose peak is at the attribute's part", "va"),
    Measure(
        "score_correlation",
        "Same",
        "Correlation of both sub-nets' scores over the test images: 1 if they say the same",
        "positive",
        full=1.0,
    ),
    Measure(
        "fall",
        "Fall",
        "Fall of the score without the tenth of the regions with the most evidence, in standard deviations of the "
        "score; about 0 if it does not depend on them",
        "negative",
        full=3.0,
    ),
)


class AttributesPage(QWidget):
    """Attributes on the left, agreement of the sub-nets on the right; of two runs also the differences."""

    title = "Attributes"
    attribute_selected = Signal(int)
    """The column of an attribute."""
    class_selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._columns: dict[str, int] = {}
        self._run: EvaluatedRun | None = None
        self.attributes = MeasurePanel(
            "Attribute prediction",
            MeasureTable("attribute", _AUCS, "images_with", "Images"),
            "attribute_measures",
            72,
        )
        self.agreement = MeasurePanel(
            "Agreement of the sub-nets by class",
            MeasureTable("class", _AGREEMENT, "images", "Images"),
            "agreement_measures",
            76,
        )
        self.attribute_agreement = MeasurePanel(
            "Agreement of the sub-nets by attribute",
            MeasureTable("attribute", _AGREEMENT, "images_with", "Images", noise_is_known=False),
            "attribute_agreement_measures",
            76,
        )
        self.reliability = MeasurePanel(
            "Reliability by attribute",
            MeasureTable("attribute", _RELIABILITY, "images_with", "Images", noise_is_known=False),
            "reliability_measures",
            76,
        )
        self.is_computing = False
        """Whether it is being computed which differences are within noise."""
        self._background = Background(self)
        self._background.done.connect(self._set_noise)
        self._background.failed.connect(lambda _: self._set_noise(None))
        right = parted("evaluate_agreement", ABOVE, self.agreement, self.attribute_agreement, sizes=[280, 280])
        left = parted("evaluate_reliability", ABOVE, self.attributes, self.reliability, sizes=[280, 280])
        self.setLayout(make_row(parted("evaluate_attributes", BESIDE, left, right, sizes=[570, 400])))
        for panel in (self.attributes, self.reliability, self.attribute_agreement):
            panel.table.chosen.connect(
                lambda item, model=panel.model: self.attribute_selected.emit(self._columns.get(model.name_of(item), -1))
            )
        self.agreement.table.chosen.connect(lambda item: self.class_selected.emit(self.agreement.model.name_of(item)))

    def show_runs(self, selection: RunSelection) -> None:
        """Show the measurements of one run, or of two."""
        run, other = selection.run, selection.other
        self._columns = {attribute.full_name: column for column, attribute in enumerate(run.table.attributes)}
        self._run = run
        self._background.cancel()
        self.is_computing = other is not None
        if other is not None:
            self._background.start(lambda: measure_noise(run, other))
        theirs = other.evaluation if other is not None else None
        for panel in (self.attributes, self.reliability, self.attribute_agreement):
            panel.show_rows(run.evaluation.attributes, theirs.attributes if theirs is not None else None)
        # Evaluations of earlier versions do not hold it.
        self.reliability.setVisible(any("fall" in row for row in run.evaluation.attributes))
        self.agreement.show_rows(run.evaluation.classes, theirs.classes if theirs is not None else None)
        self._update_facts(run)

    def _update_facts(self, run: EvaluatedRun) -> None:
        truth = {str(row.get("truth") or "") for row in run.evaluation.attributes} - {""}
        reference = f" Reference: {' and '.join(sorted(truth))}." if truth else ""
        self.attributes.facts.setText(
            f"50 is chance, 100 is perfect separation.{reference} {selection_text(run).capitalize()}."
        )
        jsd, overlap = run.evaluation.measures.jsd, run.evaluation.measures.overlap
        if np.isnan(overlap).all():
            self.agreement.facts.setText("This run has only one sub-net, so there is no agreement to measure.")
        else:
            self.agreement.facts.setText(
                f"Over all images, both maps share {percent(float(np.nanmean(overlap)))} percent, and the class "
                f"distributions diverge by {float(np.nanmean(jsd)):.3f} nats."
            )
        random = value_at(run.figures, "attributes", "fall_random")
        self.reliability.facts.setText(
            "A→V and V→A are the pointing game; Fall is without the regions with the most evidence"
            + (f", {random:.3f} without random ones." if isinstance(random, float) else ".")
        )
        self.attribute_agreement.facts.setText("Measured on the test images whose class has the attribute.")

    def _set_noise(self, noise: MeasureNoise | None) -> None:
        self.is_computing = False
        if noise is None or self._run is None:
            return
        attributes = [attribute.full_name for attribute in self._run.table.attributes]
        for panel, names, within in (
            (self.attributes, attributes, noise.attributes),
            (self.agreement, list(self._run.table.classes), noise.classes),
        ):
            panel.model.set_noise(dict(zip(names, within.tolist(), strict=True)))
