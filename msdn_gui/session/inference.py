"""The checkpoint that images are viewed with, and what it computes for the selected one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from msdn_core.domain.image_prediction import ImagePrediction
from msdn_core.errors import MsdnError
from msdn_gui.session.checkpoints import (
    Checkpoint,
    CheckpointChoice,
    first_that_fits,
    load_checkpoint,
    project_checkpoints,
    shipped_checkpoints,
)
from msdn_gui.session.collection import CollectionScores
from msdn_gui.session.explanation_requester import ExplanationRequester

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.explanation import Explanation
    from msdn_core.project import ImageRecord
    from msdn_gui.services.explaining import ExplainerService, ExplainState
    from msdn_gui.session.document import Document
    from msdn_gui.session.messages import Messages
    from msdn_gui.session.selection import Selection


class Inference(QObject):
    """Checkpoint, gamma, and the explanation of the selected image; everything behind the network is numpy."""

    checkpoint_changed = Signal(object)
    """Checkpoint or None."""
    gamma_changed = Signal(float)
    explanation_changed = Signal(object)
    """Explanation, or None once the old one is out of date."""
    explaining_changed = Signal(object)
    """ExplainState."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        messages: Messages,
        explainer: ExplainerService | None = None,
        parent: QObject | None = None,
        *,
        shipped_checkpoints: Callable[[], list[CheckpointChoice]] = shipped_checkpoints,
    ) -> None:
        """``explainer`` may be left out; then no explanation is requested.

        ``shipped_checkpoints`` lists the checkpoints that come with the program.
        """
        super().__init__(parent)
        self._document, self._selection, self._messages = document, selection, messages
        self.checkpoint: Checkpoint | None = None
        self.gamma = 0.0
        self._shipped_checkpoints = shipped_checkpoints
        self.explainer = explainer
        self._requester = ExplanationRequester(explainer, self)
        self._requester.state_changed.connect(self.explaining_changed)
        self._requester.explained.connect(self.explanation_changed)
        self.collection = CollectionScores(self)
        """Attribute scores of all images by the selected checkpoint, once they have been computed."""
        self.collection.scoring_failed.connect(messages.error)
        selection.image_changed.connect(self.explain_again)

    # The checkpoint

    def set_checkpoint(self, path: Path | None, label: str = "") -> None:
        """Select a checkpoint file; if it does not fit the project, the old one stays and a message says why."""
        if path is None:
            self.use_checkpoint(None)
            return
        try:
            checkpoint = load_checkpoint(Path(path), label)
            if self._document.own_table.attributes:
                checkpoint.header.check_attributes(self._document.own_table)
        except MsdnError as error:
            self._messages.error(str(error))
            return
        self.use_checkpoint(checkpoint)

    def use_checkpoint(self, checkpoint: Checkpoint | None) -> None:
        """Select a checkpoint that is loaded and fits the project, or none."""
        if checkpoint is None and self.checkpoint is None:
            return
        # An explanation by the old one may have another number of attributes.
        self._requester.request(None, None)
        self.checkpoint = checkpoint
        self._document.borrow_table(checkpoint.header.table() if checkpoint is not None else None)
        if checkpoint is not None:
            self.set_gamma(checkpoint.header.gamma)
        project = self._document.project
        self.collection.show(project.path if project is not None else None, checkpoint)
        self.checkpoint_changed.emit(checkpoint)
        self.explain_again()

    def drop_unfit_checkpoint(self, attributes: tuple[str, ...]) -> None:
        """Select no checkpoint if the selected one has other attributes than these full names."""
        if self.checkpoint is not None and self.checkpoint.header.attributes != attributes:
            self.use_checkpoint(None)

    def use_first_fitting_checkpoint(self) -> None:
        """Select the newest checkpoint that fits the project's attributes, or none."""
        self.use_checkpoint(first_that_fits(self.checkpoints(), self._attribute_names()))

    def fits(self, path: Path) -> bool:
        """Return whether a file contains a checkpoint with the project's attributes."""
        return first_that_fits([CheckpointChoice(path, "", "")], self._attribute_names()) is not None

    def checkpoints(self) -> list[CheckpointChoice]:
        """Return the checkpoints to choose from: those of the project's runs, and those that come with the program."""
        project = self._document.project
        own = project_checkpoints(project.path) if project is not None else []
        return [*own, *self._shipped_checkpoints()]

    def set_gamma(self, gamma: float) -> None:
        """Set what calibrated stacking subtracts from the scores of seen classes."""
        if gamma != self.gamma:
            self.gamma = gamma
            self.gamma_changed.emit(gamma)

    def wait(self) -> None:
        """Wait until no scores are being read."""
        self.collection.show(None, None)
        self.collection.wait()

    # The explanation

    @property
    def explanation(self) -> Explanation | None:
        """What the network computed for the selected image; None while it is being computed."""
        return self._requester.explanation

    @property
    def explaining(self) -> ExplainState:
        """The state of the explanation."""
        return self._requester.state

    def explain_again(self) -> None:
        """Request the selected image's explanation, again if there is one."""
        checkpoint = self.checkpoint.path if self.checkpoint is not None else None
        image = self._selection.image
        self._requester.request(checkpoint, image.path if image is not None else None)

    def prefetch(self, records: Sequence[ImageRecord]) -> None:
        """Compute explanations of images that may be selected next while nothing else is requested."""
        self._requester.prefetch([record.path for record in records])

    # What follows in numpy

    def fused_scores(self) -> NDArray[np.floating] | None:
        """Return (K,) attribute scores, fused as the checkpoint specifies; None while there are none."""
        return None if self.explanation is None else _fused(self.explanation, self.checkpoint)

    def prediction(self) -> ImagePrediction | None:
        """Return the selected image's prediction; None while there are no scores that fit the table."""
        return self.prediction_of(self.explanation, self.checkpoint)

    def prediction_of(self, explanation: Explanation | None, checkpoint: Checkpoint | None) -> ImagePrediction | None:
        """Return the prediction of an explanation by any checkpoint, at that checkpoint's own gamma."""
        fused = _fused(explanation, checkpoint) if explanation is not None else None
        table = self._document.table
        if fused is None or checkpoint is None or fused.shape[0] != len(table.attributes):
            return None
        is_selected = self.checkpoint is not None and checkpoint.path == self.checkpoint.path
        gamma = self.gamma if is_selected else checkpoint.header.gamma
        return ImagePrediction(fused, table, gamma, checkpoint.header.clip_negative)

    def class_ranking(self) -> tuple[NDArray[np.intp], NDArray[np.floating]] | None:
        """Return rows of the table from the best class to the worst, and (M,) calibrated scores in table order."""
        prediction = self.prediction()
        return None if prediction is None else prediction.ranking()

    def collection_scores(self, name: str | None) -> NDArray[np.float64] | None:
        """Return (N,) scores of a class in each image of ``collection``, uncalibrated; None while there are none."""
        found, table = self.collection.collection, self._document.table
        row = table.class_index.get(name, -1) if name is not None else -1
        if found is None or row < 0 or found.fused.shape[1] != len(table.attributes):
            return None
        clip = self.checkpoint is not None and self.checkpoint.header.clip_negative
        return found.scores.of(np.maximum(table.vectors[row], 0.0) if clip else table.vectors[row])

    def _attribute_names(self) -> tuple[str, ...]:
        return tuple(attribute.full_name for attribute in self._document.own_table.attributes)


def _fused(explanation: Explanation, checkpoint: Checkpoint | None) -> NDArray[np.floating] | None:
    if checkpoint is None:
        return None
    return explanation.scores
