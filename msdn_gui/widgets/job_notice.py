"""Stands where what a job makes will: what is missing, the button that makes it, and how far that is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_gui.look.theme import SPACING
from msdn_gui.services.jobs import Job
from msdn_gui.widgets.build import make_button, make_label, make_progress_bar


class JobNotice(QWidget):
    """A title and a text, and below them the button that starts, or a bar with the button that cancels."""

    def __init__(self, name: str, start: str, start_name: str, stages: Mapping[str, str], line: int) -> None:
        """``stages`` says the job's stages in words; ``line`` is how many pixels the text is wide at most."""
        super().__init__()
        self.setObjectName(name)
        self._stages, self._line = stages, line
        self._job: Job | None = None
        self.title, self.text = self._words(f"{name}_title", "heading"), self._words(f"{name}_text", "muted")
        self.bar = make_progress_bar(name=f"{name}_progress")
        self.bar.setFixedWidth(line)
        self.start = make_button(start, name=start_name)
        self.start.setProperty("look", "primary")
        self.cancel = make_button("Cancel", name=f"cancel_{name}")
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
        self._show(None, can_start=False)
        self.cancel.clicked.connect(lambda: self._job is not None and self._job.cancel())

    def show_job(self, job: Job, beginning: str) -> None:
        """Says how far a job is; ``beginning`` while it does not know itself."""
        self._show(job, can_start=False)
        # A maximum of 0 is Qt's way to say that nobody knows.
        self.bar.setRange(0, job.total)
        self.bar.setValue(job.done)
        title = f"{self._stages.get(job.stage, 'Starting')} …"
        self._say(title, f"{job.done:,} of {job.total:,} images" if job.total else beginning)

    def show_missing(self, title: str, text: str, *, can_start: bool) -> None:
        """Says what is not there, while nothing goes on."""
        self._show(None, can_start=can_start)
        self._say(title, text)

    def _show(self, job: Job | None, *, can_start: bool) -> None:
        self._job = job
        self.bar.setVisible(job is not None)
        self.cancel.setVisible(job is not None)
        self.start.setVisible(can_start)

    def _say(self, title: str, text: str) -> None:
        for label, words in ((self.title, title), (self.text, text)):
            label.setText(words)
            # A wrapped label in a centred column is given no height of its own.
            label.setFixedHeight(max(label.heightForWidth(self._line), 0))

    def _words(self, name: str, look: str) -> QLabel:
        label = make_label(name=name, alignment=Qt.AlignmentFlag.AlignCenter, wrap=True)
        label.setProperty("look", look)
        label.setFixedWidth(self._line)
        return label
