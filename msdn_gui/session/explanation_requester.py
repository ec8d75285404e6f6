"""Requests the explanation of one image by one checkpoint at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_gui.services.explaining import MAIN_LANE, ExplainPhase, ExplainState
from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.domain.explanation import Explanation
    from msdn_gui.services.explaining import ExplainerService

_MISSING_MS = 200
_PATIENCE = 15


class ExplanationRequester(QObject):
    """Requests explanations, reports the state of the newest request, and ignores answers to older ones."""

    state_changed = Signal(object)
    """ExplainState."""
    explained = Signal(object)
    """Explanation, or None once the old one is out of date."""

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
        self._missing = make_timer(self, _MISSING_MS)
        self._missing.timeout.connect(self._check_image)
        self._waited = 0
        if explainer is not None:
            explainer.answered.connect(self._on_answered)
            explainer.failed.connect(self._on_failed)
            explainer.started.connect(self._on_worker_started)

    def request(self, checkpoint: Path | None, image: Path | None) -> None:
        """Request an explanation in place of the last one; None for either cancels the request."""
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
            self._set_state(ExplainPhase.IDLE)
        elif not image.exists():
            # The aviary is drawn while it is being viewed: the file may exist in a moment.
            self._explainer.cancel(self._lane)
            self._waited = 0
            self._missing.start()
            self._set_state(ExplainPhase.WORKING, "Waiting for the image file …")
        else:
            if self._explainer.is_warm:
                self._set_state(ExplainPhase.WORKING, "Computing attention …")
            else:
                self._set_state(ExplainPhase.STARTING, "Loading the network …")
            self._request = self._explainer.request(checkpoint, image, self._lane)

    def prefetch(self, images: Sequence[Path]) -> None:
        """Compute explanations of images that may be requested next."""
        if self._explainer is not None and self._checkpoint is not None:
            self._explainer.prefetch(self._checkpoint, [path for path in images if path.exists()], self._lane)

    def _check_image(self) -> None:
        self._waited += 1
        if self._image is None or self._image.exists():
            self.request(self._checkpoint, self._image)
        elif self._waited == _PATIENCE:
            self._set_state(
                ExplainPhase.FAILED, f"{self._image} does not exist; it will be explained as soon as it does."
            )

    def _on_answered(self, number: int, explanation: Explanation) -> None:
        if number == self._request:
            self.explanation = explanation
            self._set_state(ExplainPhase.IDLE)
            self.explained.emit(explanation)

    def _on_failed(self, number: int, sentence: str) -> None:
        if number == self._request:
            self._set_state(ExplainPhase.FAILED, sentence)

    def _on_worker_started(self) -> None:
        if self.state.phase is ExplainPhase.STARTING:
            self._set_state(ExplainPhase.WORKING, "Computing attention …")

    def _set_state(self, phase: ExplainPhase, text: str = "") -> None:
        state = ExplainState(phase, text)
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
