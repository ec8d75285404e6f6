"""Stands where the best images will: what is missing, the button that makes it, and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from msdn_gui.services.collection import CollectionPhase
from msdn_gui.services.jobs import Job
from msdn_gui.session import Session
from msdn_gui.theme import SPACING

if TYPE_CHECKING:
    from msdn_gui.services import Services

_STAGES = {"features": "Looking at the images", "scores": "Scoring the images"}
_LINE = 380


class Scoring(QWidget):
    """Starts the engine's ``score`` and hands its end to the session, which reads what was written."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("scoring")
        self._session, self._jobs = session, services.jobs
        self._job: Job | None = None
        self._fault = ""
        self.title = QLabel(objectName="scoring_title", alignment=Qt.AlignmentFlag.AlignCenter)
        self.title.setProperty("look", "heading")
        self.text = QLabel(objectName="scoring_text", alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.text.setProperty("look", "muted")
        self.text.setFixedWidth(_LINE)
        self.bar = QProgressBar(objectName="scoring_progress", textVisible=False)
        self.bar.setFixedWidth(_LINE)
        self.start = QPushButton("Score all images", objectName="score_images")
        self.start.setProperty("look", "primary")
        self.cancel = QPushButton("Cancel", objectName="cancel_scoring")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACING, SPACING, 2 * SPACING, SPACING)
        column.setSpacing(SPACING)
        column.addStretch(1)
        for widget in (self.title, self.text, self.bar):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addStretch(2)
        self.start.clicked.connect(self.begin)
        self.cancel.clicked.connect(self._cancel)
        session.collection.changed.connect(self.refresh)
        session.images_changed.connect(self.refresh)
        self.refresh()

    def begin(self) -> None:
        """Starts to score all images by the chosen checkpoint."""
        project, checkpoint = self._session.project, self._session.checkpoint
        if project is None or checkpoint is None or self._job is not None:
            return
        self._fault = ""
        self._job = job = self._jobs.engine(
            "Scoring all images", "score", project.path, "--run", checkpoint.path, workspace="classes"
        )
        job.progress.connect(lambda *_: self.refresh())
        job.failed.connect(self._take_fault)
        job.ended.connect(self._take_end)
        self.refresh()

    def refresh(self) -> None:
        """Say what holds now."""
        session, job = self._session, self._job
        phase = session.collection.phase
        self.bar.setVisible(job is not None)
        self.cancel.setVisible(job is not None)
        self.start.setVisible(job is None and phase is CollectionPhase.MISSING and bool(session.images))
        if job is not None:
            # A maximum of 0 is Qt's way to say that nobody knows.
            self.bar.setRange(0, job.total)
            self.bar.setValue(job.done)
            self.title.setText(f"{_STAGES.get(job.stage, 'Starting')} …")
            self._say(f"{job.done:,} of {job.total:,} images" if job.total else "This takes a few seconds.")
            return
        if phase is CollectionPhase.LOADING:
            title, text = "Reading the scores …", ""
        elif session.checkpoint is None:
            title, text = "No checkpoint is chosen", "Choose one above, or train a run, to search the collection by it."
        elif not session.images:
            title, text = "No images yet", "Import images (File menu) to search them by the class that you describe."
        else:
            title = "These images were not scored by this checkpoint yet"
            text = (
                "Each goes through the network once. From then on the images that fit a class best stand here, and "
                "move as you change its attributes, whether anyone has labelled them or not."
            )
        fault = self._fault or session.collection.fault
        self.title.setText(title)
        self._say(fault or text)

    def _say(self, text: str) -> None:
        self.text.setText(text)
        # A wrapped label in a centred column is given no height of its own.
        self.text.setFixedHeight(max(self.text.heightForWidth(_LINE), 0))

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _take_fault(self, sentence: str) -> None:
        self._fault = sentence
        self._session.message.emit("error", sentence)

    def _take_end(self) -> None:
        self._job = None
        self._session.collection.look_again()
