"""Shown where the scores of all images are needed, until there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_gui.session.collection import CollectionPhase
from msdn_gui.widgets.notices.job_notice import JobNotice

if TYPE_CHECKING:
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_STAGES = {"features": "Extracting features", "scores": "Scoring images"}


class Scoring(JobNotice):
    """Starts the command ``score``, and shows its progress also if another workspace started it."""

    def __init__(self, session: Session, services: Services, workspace: str, use: str, *, line: int = 380) -> None:
        """``use`` says what the scores are used for; ``line`` is the maximum width of the text in pixels."""
        super().__init__("scoring", "Score all images", "score_images", _STAGES, line)
        self._session, self._jobs, self._workspace, self._use = session, services.jobs, workspace, use
        self.start.clicked.connect(self.begin)
        session.inference.collection.changed.connect(self.refresh)
        session.inference.collection.scoring_changed.connect(self.refresh)
        session.document.images_changed.connect(self.refresh)
        self.refresh()

    def begin(self) -> None:
        """Score all images with the checkpoint in use."""
        self._session.inference.collection.score(self._jobs, self._workspace)

    def refresh(self) -> None:
        """Show the present state."""
        session, job = self._session, self._session.inference.collection.job
        phase = session.inference.collection.phase
        if job is not None:
            self.show_job(job, "This takes a few seconds.")
            return
        if phase is CollectionPhase.LOADING:
            title, text = "Reading the scores …", ""
        elif session.inference.checkpoint is None:
            title, text = "No checkpoint selected", "Select a checkpoint in the top bar, or train a run."
        elif not session.document.images:
            title, text = "No images yet", "Import images (File → Import) to score them."
        else:
            title = "This checkpoint has not scored the images yet"
            text = f"Scoring runs the network on each image once. {self._use}"
        error = session.inference.collection.scoring_fault or session.inference.collection.fault
        self.show_missing(
            title, error or text, can_start=phase is CollectionPhase.MISSING and bool(session.document.images)
        )
