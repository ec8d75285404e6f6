"""Test images with their predictions, worst errors first; a click opens one in Explore with the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.display_names import class_text
from msdn_core.domain.scoring import calibrated
from msdn_gui.evaluate.build import make_note
from msdn_gui.evaluate.runs.checkpoint_use import use_checkpoint
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_column, make_label, without_margins
from msdn_gui.widgets.images.result_grid import ResultGrid
from msdn_gui.widgets.images.result_model import RESULT_ROLE, ImageResult, ResultModel

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from PySide6.QtCore import QModelIndex

    from msdn_core.project import ImageRecord
    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.evaluate.runs.run_selection import RunSelection
    from msdn_gui.services import Services
    from msdn_gui.session import Session

MAX_IMAGES = 500


class ErrorImages(QWidget):
    """The images of a cell of the confusion matrix, of a selection, or all errors."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self.selection: RunSelection | None = None
        """The run, or runs, whose images are shown."""
        self._positions: dict[int, int] = {}
        self._project_images: list[ImageRecord] | None = None
        self._records: dict[int, ImageRecord] = {}
        self.grid = ResultGrid(ResultModel(services.thumbnails), "found_errors", "Images")
        self.title = make_label(name="found_title", wrap=True)
        self.title.setProperty("look", "heading")
        self.hint = make_note("found_hint")
        head = make_column(self.title, self.hint, spacing=2)
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        layout = without_margins(QVBoxLayout(self), SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.grid, 1)
        self.grid.clicked.connect(self._on_image_clicked)
        self.grid.activated.connect(self._on_image_clicked)

    def show_images(self, selection: RunSelection, positions: NDArray[np.intp], title: str) -> None:
        """Show the test images at some positions of the run's predictions, worst errors first."""
        self.selection = selection
        run, gamma = selection.run, selection.gamma
        leads = run.margins(gamma)
        order = positions[np.argsort(-leads[positions], kind="stable")]
        ids, records = run.evaluation.predictions.image_ids, self._known_records()
        self._positions, results, missing = {}, [], 0
        for position in order[:MAX_IMAGES].tolist():
            record = records.get(int(ids[position]))
            if record is None:
                missing += 1
                continue
            self._positions[record.id] = position
            is_correct = bool(run.predictions(gamma)[position] == run.labels[position])
            caption = "" if is_correct else f"+{leads[position]:.2f}"
            text = prediction_text(run, gamma, position)
            if not is_correct:
                text += f", which scores {leads[position]:.3f} higher"
            if selection.other is not None:
                text += _other_text(selection.other, selection.other_gamma, record.id)
            results.append(ImageResult(record, caption, text, is_correct))
        self.grid.results.set_results(results)
        self.title.setText(title)
        hints = []
        if results:
            hints.append("Worst first, by the lead of the wrong class. Click an image to see the reasons in Explore.")
        if len(order) > MAX_IMAGES:
            hints.append(f"The first {MAX_IMAGES:,} of {len(order):,} are shown.")
        if missing:
            hints.append(f"{missing:,} are no longer in the project.")
        self.hint.setText(" ".join(hints))

    def path_of(self, selection: RunSelection, position: int) -> Path | None:
        """Return the file of a test image; None if it is no longer in the project."""
        record = self._known_records().get(int(selection.run.evaluation.predictions.image_ids[position]))
        return record.path if record is not None else None

    def open_in_explore(self, selection: RunSelection, position: int) -> None:
        """Open a test image in Explore, and compare its prediction with its true class."""
        run, session = selection.run, self._session
        record = self._known_records().get(int(run.evaluation.predictions.image_ids[position]))
        if record is None:
            return
        if run.checkpoint is not None and use_checkpoint(session, run.checkpoint):
            session.inference.set_gamma(selection.gamma)
        classes = run.table.classes
        predicted, rival = int(run.predictions(selection.gamma)[position]), int(run.labels[position])
        if predicted == rival and len(classes) > 1:
            # A correct prediction is compared with the class at rank 2.
            scores = calibrated(run.scores[position], run.table.seen, selection.gamma)
            rival = next(row for row in np.argsort(-scores, kind="stable").tolist() if row != predicted)
        session.navigation.show_why_not(record, classes[predicted], classes[rival])

    def _known_records(self) -> dict[int, ImageRecord]:
        if self._project_images is not self._session.document.images:
            self._project_images = self._session.document.images
            self._records = {record.id: record for record in self._project_images}
        return self._records

    def _on_image_clicked(self, index: QModelIndex) -> None:
        position = self._positions.get(index.data(RESULT_ROLE).record.id)
        if position is not None and self.selection is not None:
            self.open_in_explore(self.selection, position)


def prediction_text(run: EvaluatedRun, gamma: float, position: int) -> str:
    """Return whether a test image is predicted correctly, or as what."""
    predicted = run.predictions(gamma)[position]
    if predicted == run.labels[position]:
        return "Predicted correctly"
    return f"Predicted as {class_text(run.table.classes[predicted])}"


def _other_text(other: EvaluatedRun, gamma: float, image_id: int) -> str:
    positions = np.flatnonzero(other.evaluation.predictions.image_ids == image_id)
    if not len(positions):
        return ""
    text = prediction_text(other, gamma, int(positions[0]))
    return f"\n{other.name}: {text[0].lower()}{text[1:]}"
