"""Stands where what all images' scores say will, until there are such scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_gui.session import Session
from msdn_gui.session.collection import CollectionPhase
from msdn_gui.widgets.job_notice import JobNotice

if TYPE_CHECKING:
    from msdn_gui.services import Services

_STAGES = {"features": "Looking at the images", "scores": "Scoring the images"}


class Scoring(JobNotice):
    """Starts the engine's ``score``, and shows it also where another workspace has started it."""

    def __init__(self, session: Session, services: Services, workspace: str, use: str, *, line: int = 380) -> None:
        """``use`` says what the scores are good for here; ``line`` is how many pixels the text is wide at most."""
        super().__init__("scoring", "Score all images", "score_images", _STAGES, line)
        self._session, self._jobs, self._workspace, self._use = session, services.jobs, workspace, use
        self.start.clicked.connect(self.begin)
        session.inference.collection.changed.connect(self.refresh)
        session.inference.collection.scoring_changed.connect(self.refresh)
        session.document.images_changed.connect(self.refresh)
        self.refresh()

    def begin(self) -> None:
        """Starts to score all images by the chosen checkpoint."""
        self._session.inference.collection.score(self._jobs, self._workspace)

    def refresh(self) -> None:
        """Say what holds now."""
        session, job = self._session, self._session.inference.collection.job
        phase = session.inference.collection.phase
        if job is not None:
            self.show_job(job, "This takes a few seconds.")
            return
        if phase is CollectionPhase.LOADING:
            title, text = "Reading the scores …", ""
        elif session.inference.checkpoint is None:
            title, text = "No checkpoint is chosen", "Choose one above, or train a run: its scores are asked for here."
        elif not session.document.images:
            title, text = "No images yet", "Import images (File menu) to have them scored."
        else:
            title = "These images were not scored by this checkpoint yet"
            text = f"Each goes through the network once. {self._use}"
        fault = session.inference.collection.scoring_fault or session.inference.collection.fault
        self.show_missing(
            title, fault or text, can_start=phase is CollectionPhase.MISSING and bool(session.document.images)
        )
