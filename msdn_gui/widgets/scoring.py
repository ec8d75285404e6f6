"""Stands where what all images' scores say will: what is missing, the button that makes it, and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from msdn_gui.services.collection import CollectionPhase
from msdn_gui.session import Session
from msdn_gui.theme import SPACING

if TYPE_CHECKING:
    from msdn_gui.services import Services

_STAGES = {"features": "Looking at the images", "scores": "Scoring the images"}
_LINE = 380


class Scoring(QWidget):
    """Starts the engine's ``score``, and shows it also where another workspace has started it."""

    def __init__(self, session: Session, services: Services, workspace: str, use: str, *, line: int = _LINE) -> None:
        """``use`` says what the scores are good for here; ``line`` is how many pixels the text is wide at most."""
        super().__init__()
        self.setObjectName("scoring")
        self._session, self._jobs, self._workspace, self._use, self._line = session, services.jobs, workspace, use, line
        self.title = QLabel(objectName="scoring_title", alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.title.setProperty("look", "heading")
        self.title.setFixedWidth(line)
        self.text = QLabel(objectName="scoring_text", alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.text.setProperty("look", "muted")
        self.text.setFixedWidth(line)
        self.bar = QProgressBar(objectName="scoring_progress", textVisible=False)
        self.bar.setFixedWidth(line)
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
        session.collection.scoring_changed.connect(self.refresh)
        session.images_changed.connect(self.refresh)
        self.refresh()

    def begin(self) -> None:
        """Starts to score all images by the chosen checkpoint."""
        self._session.collection.score(self._jobs, self._workspace)

    def refresh(self) -> None:
        """Say what holds now."""
        session, job = self._session, self._session.collection.job
        phase = session.collection.phase
        self.bar.setVisible(job is not None)
        self.cancel.setVisible(job is not None)
        self.start.setVisible(job is None and phase is CollectionPhase.MISSING and bool(session.images))
        if job is not None:
            # A maximum of 0 is Qt's way to say that nobody knows.
            self.bar.setRange(0, job.total)
            self.bar.setValue(job.done)
            title = f"{_STAGES.get(job.stage, 'Starting')} …"
            self._say(title, f"{job.done:,} of {job.total:,} images" if job.total else "This takes a few seconds.")
            return
        if phase is CollectionPhase.LOADING:
            title, text = "Reading the scores …", ""
        elif session.checkpoint is None:
            title, text = "No checkpoint is chosen", "Choose one above, or train a run: its scores are asked for here."
        elif not session.images:
            title, text = "No images yet", "Import images (File menu) to have them scored."
        else:
            title = "These images were not scored by this checkpoint yet"
            text = f"Each goes through the network once. {self._use}"
        fault = session.collection.scoring_fault or session.collection.fault
        self._say(title, fault or text)

    def _say(self, title: str, text: str) -> None:
        for label, words in ((self.title, title), (self.text, text)):
            label.setText(words)
            # A wrapped label in a centred column is given no height of its own.
            label.setFixedHeight(max(label.heightForWidth(self._line), 0))

    def _cancel(self) -> None:
        job = self._session.collection.job
        if job is not None:
            job.cancel()
