"""The one explanation that is wanted now: of an image through a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from msdn_core.domain.explanation import Explanation
from msdn_gui.services.explaining import MAIN_LANE, ExplainPhase, ExplainState

if TYPE_CHECKING:
    from msdn_gui.services.explaining import ExplainerService

_MISSING_MS = 200
_PATIENCE = 15


class Looking(QObject):
    """Asks for an explanation, says how it stands, and drops what is not wanted any more."""

    state_changed = Signal(object)
    """ExplainState."""
    explained = Signal(object)
    """Explanation, or None once the old one does not hold any more."""

    def __init__(
        self, explainer: ExplainerService | None, parent: QObject | None = None, lane: str = MAIN_LANE
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self.state = ExplainState()
        self.explanation: Explanation | None = None
        self._explainer = explainer
        self._request = 0
        self._checkpoint: Path | None = None
        self._image: Path | None = None
        self._missing = QTimer(self, interval=_MISSING_MS)
        self._missing.timeout.connect(self._look_for_image)
        self._waited = 0
        if explainer is not None:
            explainer.answered.connect(self._take_answer)
            explainer.failed.connect(self._take_failure)
            explainer.started.connect(self._worker_started)

    def look(self, checkpoint: Path | None, image: Path | None) -> None:
        """Wants this image through this checkpoint from now on; nothing, where one of them is None."""
        self._checkpoint, self._image = checkpoint, image
        self._missing.stop()
        self._request = 0
        if self.explanation is not None:
            self.explanation = None
            self.explained.emit(None)
        if self._explainer is None:
            return
        if checkpoint is None or image is None:
            self._explainer.cancel(self._lane)
            self._put(ExplainPhase.IDLE)
        elif not image.exists():
            # The aviary is drawn while it is looked at: the file may be there in a moment.
            self._explainer.cancel(self._lane)
            self._waited = 0
            self._missing.start()
            self._put(ExplainPhase.WORKING, "Waiting for the image's file …")
        else:
            if self._explainer.is_warm:
                self._put(ExplainPhase.WORKING, "Looking at the image …")
            else:
                self._put(ExplainPhase.STARTING, "Loading the network …")
            self._request = self._explainer.request(checkpoint, image, self._lane)

    def look_ahead(self, images: Sequence[Path]) -> None:
        """These images may be wanted next."""
        if self._explainer is not None and self._checkpoint is not None:
            self._explainer.look_ahead(self._checkpoint, [path for path in images if path.exists()], self._lane)

    def _look_for_image(self) -> None:
        self._waited += 1
        if self._image is None or self._image.exists():
            self.look(self._checkpoint, self._image)
        elif self._waited == _PATIENCE:
            self._put(ExplainPhase.FAILED, f"There is no file {self._image}; it is looked at as soon as it is there.")

    def _take_answer(self, number: int, explanation: Explanation) -> None:
        if number == self._request:
            self.explanation = explanation
            self._put(ExplainPhase.IDLE)
            self.explained.emit(explanation)

    def _take_failure(self, number: int, sentence: str) -> None:
        if number == self._request:
            self._put(ExplainPhase.FAILED, sentence)

    def _worker_started(self) -> None:
        if self.state.phase is ExplainPhase.STARTING:
            self._put(ExplainPhase.WORKING, "Looking at the image …")

    def _put(self, phase: ExplainPhase, text: str = "") -> None:
        state = ExplainState(phase, text)
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
