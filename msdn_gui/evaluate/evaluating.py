"""Stands where a run's figures will: what they need, the button that makes them, and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from msdn_core.domain.annotation import Split
from msdn_gui.evaluate.evaluations import RunEntry
from msdn_gui.services.jobs import Job
from msdn_gui.session import Session
from msdn_gui.theme import SPACING

if TYPE_CHECKING:
    from msdn_gui.services import Services

_STAGES = {"features": "Looking at the images", "maps": "Looking closely at the maps"}
_LINE = 420
_TESTS = (Split.TEST_SEEN, Split.TEST_UNSEEN)


class Evaluating(QWidget):
    """Runs the engine's ``evaluate`` on one run after another's button; each is cancelled by itself."""

    done = Signal(str)
    """A run whose evaluation ended, well or not."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("evaluating")
        self._session, self._jobs = session, services.jobs
        self._running: dict[str, Job] = {}
        self._faults: dict[str, str] = {}
        self._entry: RunEntry | None = None
        self.title = QLabel(objectName="evaluating_title", alignment=Qt.AlignmentFlag.AlignCenter)
        self.title.setProperty("look", "heading")
        self.text = QLabel(objectName="evaluating_text", alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.text.setProperty("look", "muted")
        self.text.setFixedWidth(_LINE)
        self.bar = QProgressBar(objectName="evaluating_progress", textVisible=False)
        self.bar.setFixedWidth(_LINE)
        self.start = QPushButton("Evaluate", objectName="evaluate_run")
        self.start.setProperty("look", "primary")
        self.cancel = QPushButton("Cancel", objectName="cancel_evaluating")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(SPACING)
        column.addStretch(1)
        for widget in (self.title, self.text, self.bar):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addStretch(2)
        self.start.clicked.connect(lambda: self._entry is not None and self.begin(self._entry))
        self.cancel.clicked.connect(self._cancel)
        session.project_changed.connect(lambda _: self._faults.clear())
        session.images_changed.connect(self._refresh)

    def is_running(self, name: str) -> bool:
        """Whether a run is being evaluated."""
        return name in self._running

    def show_entry(self, entry: RunEntry | None, fault: str = "") -> None:
        """Says what this run lacks."""
        self._entry = entry
        if fault and entry is not None:
            self._faults[entry.name] = fault
        self._refresh()

    def begin(self, entry: RunEntry) -> None:
        """Starts to evaluate a run; its evaluation is kept beside it."""
        project = self._session.project
        if project is None or entry.kind is None or entry.name in self._running:
            return
        self._faults.pop(entry.name, None)
        job = self._jobs.engine(
            f"Evaluating {entry.name}",
            "evaluate",
            project.path,
            "--run",
            entry.name,
            "--checkpoint",
            entry.kind,
            "--keep",
            workspace="evaluate",
        )
        self._running[entry.name] = job
        job.progress.connect(lambda *_: self._refresh())
        job.failed.connect(lambda sentence: self._take_fault(entry.name, sentence))
        job.ended.connect(lambda: self._take_end(entry.name))
        self._refresh()

    def _refresh(self) -> None:
        entry = self._entry
        job = self._running.get(entry.name) if entry is not None else None
        self.bar.setVisible(job is not None)
        self.cancel.setVisible(job is not None)
        self.start.setVisible(job is None and entry is not None and entry.kind is not None)
        if entry is None:
            return
        if job is not None:
            # A maximum of 0 is Qt's way to say that nobody knows.
            self.bar.setRange(0, job.total)
            self.bar.setValue(job.done)
            self.title.setText(f"{_STAGES.get(job.stage, 'Starting')} …")
            self._say(f"{job.done:,} of {job.total:,} images" if job.total else "The network is being loaded.")
        elif entry.kind is None:
            self.title.setText(f"{entry.name} has no checkpoint yet")
            self._say("A run can be evaluated from its first checkpoint on; see in Train how far it is.")
        elif self._lacks_tests():
            self.start.hide()
            self.title.setText("There are no test images")
            self._say(
                "A run is measured on images that it was not trained on. Keep a fifth for testing, in the menu of "
                "Annotate, and train anew."
            )
        else:
            self.title.setText(f"{entry.name} was not evaluated yet")
            self._say(
                self._faults.get(entry.name)
                or "Its checkpoint goes once over the test images, and once more over their maps. What was measured is "
                "kept with the run."
            )

    def _lacks_tests(self) -> bool:
        """Whether no image is for testing; while images are still being read, the engine would say so."""
        images = self._session.images
        return bool(images) and not any(image.split in _TESTS for image in images)

    def _say(self, text: str) -> None:
        self.text.setText(text)
        # A wrapped label in a centred column is given no height of its own.
        self.text.setFixedHeight(max(self.text.heightForWidth(_LINE), 0))

    def _cancel(self) -> None:
        if self._entry is not None and self._entry.name in self._running:
            self._running[self._entry.name].cancel()

    def _take_fault(self, name: str, sentence: str) -> None:
        self._faults[name] = sentence
        self._session.message.emit("error", sentence)

    def _take_end(self, name: str) -> None:
        del self._running[name]
        self._refresh()
        self.done.emit(name)
