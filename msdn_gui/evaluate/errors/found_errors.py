"""Test images with what they were taken for, worst first; a click asks in Explore why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.scoring import calibrated
from msdn_core.project import ImageRecord
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_label
from msdn_gui.widgets.images.result_grid import ResultGrid
from msdn_gui.widgets.images.result_model import RESULT_ROLE, ImageResult, ResultModel

if TYPE_CHECKING:
    from msdn_gui.services import Services

SHOWN = 500
"""How many images stand there at most."""


class FoundErrors(QWidget):
    """The images of a cell of the confusion matrix, or all that were taken for another class."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._shown: Shown | None = None
        self._places: dict[int, int] = {}
        self._of_project: list[ImageRecord] | None = None
        self._records: dict[int, ImageRecord] = {}
        self.grid = ResultGrid(ResultModel(services.thumbnails), "found_errors", "Images")
        self.title = make_label(name="found_title", wrap=True)
        self.title.setProperty("look", "heading")
        self.hint = make_label(name="found_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        self.hint.setFont(small_font())
        head = QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.setSpacing(2)
        head.addWidget(self.title)
        head.addWidget(self.hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.grid, 1)
        self.grid.clicked.connect(self._ask)
        self.grid.activated.connect(self._ask)

    def show_images(self, shown: Shown, places: NDArray[np.intp], title: str) -> None:
        """Shows the test images at these places of the run's predictions, the worst errors first."""
        self._shown = shown
        run, gamma = shown.run, shown.gamma
        leads, taken, classes = run.margins(gamma), run.predictions(gamma), run.table.classes
        order = places[np.argsort(-leads[places], kind="stable")]
        ids, records = run.evaluation.predictions.image_ids, self._known()
        self._places, found, gone = {}, [], 0
        for place in order[:SHOWN].tolist():
            number = int(ids[place])
            record = records.get(number)
            if record is None:
                gone += 1
                continue
            self._places[number] = place
            right = taken[place] == run.labels[place]
            caption = "" if right else f"+{leads[place]:.2f}"
            words = (
                "told rightly" if right else f"taken for {classes[taken[place]]}, which scores {leads[place]:.3f} more"
            )
            if shown.other is not None:
                words += self._by_other(shown, number)
            found.append(ImageResult(record, caption, words, bool(right)))
        self.grid.results.set_results(found)
        self.title.setText(title)
        said = ["Worst first: by how much the wrong class scores more. A click asks in Explore why." if found else ""]
        said += [f"The first {SHOWN:,} of {len(order):,} are shown."] if len(order) > SHOWN else []
        said += [f"{gone:,} are no longer in the project."] if gone else []
        self.hint.setText(" ".join(said))

    def _by_other(self, shown: Shown, number: int) -> str:
        """What the other run takes an image for."""
        other = shown.other
        there = np.flatnonzero(other.evaluation.predictions.image_ids == number) if other is not None else ()
        if other is None or not len(there):
            return ""
        taken, own = other.predictions(shown.other_gamma)[there[0]], other.labels[there[0]]
        return f"\n{other.name}: " + ("told rightly" if taken == own else f"taken for {other.table.classes[taken]}")

    def _known(self) -> dict[int, ImageRecord]:
        if self._of_project is not self._session.document.images:
            self._of_project = self._session.document.images
            self._records = {record.id: record for record in self._of_project}
        return self._records

    def path_of(self, shown: Shown, place: int) -> Path | None:
        """The file of one of the test images; None where it is no longer in the project."""
        record = self._known().get(int(shown.run.evaluation.predictions.image_ids[place]))
        return record.path if record is not None else None

    def ask(self, shown: Shown, place: int) -> None:
        """Goes to Explore with one of the test images, and asks why it is not taken for another class."""
        run, session = shown.run, self._session
        record = self._known().get(int(run.evaluation.predictions.image_ids[place]))
        if record is None:
            return
        checkpoint = run.checkpoint
        if checkpoint is not None and (
            session.inference.checkpoint is None or session.inference.checkpoint.path != checkpoint
        ):
            session.inference.set_checkpoint(checkpoint)
        if session.inference.checkpoint is not None and session.inference.checkpoint.path == checkpoint:
            session.inference.set_gamma(shown.gamma)
        classes, taken, rival = run.table.classes, int(run.predictions(shown.gamma)[place]), int(run.labels[place])
        if taken == rival and len(classes) > 1:
            # It was told rightly: the question is why not the next best class.
            scores = calibrated(run.scores[place], run.table.seen, shown.gamma)
            rival = next(row for row in np.argsort(-scores, kind="stable").tolist() if row != taken)
        session.navigation.show_why_not(record, classes[taken], classes[rival])

    def _ask(self, index: QModelIndex) -> None:
        place = self._places.get(index.data(RESULT_ROLE).record.id)
        if place is not None and self._shown is not None:
            self.ask(self._shown, place)
