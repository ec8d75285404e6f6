"""Shown where the results of a job will be: what is missing, a button that starts the job, and its progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_label, make_progress_bar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msdn_gui.services.jobs import Job


class JobNotice(QWidget):
    """A title and a text, above the button that starts the job, or its progress and the button that cancels it."""

    def __init__(self, name: str, start: str, start_name: str, stages: Mapping[str, str], line: int) -> None:
        """``stages`` are the texts of the job's stages; ``line`` is the maximum width of the text in pixels."""
        super().__init__()
        self.setObjectName(name)
        self._stages, self._line = stages, line
        self._job: Job | None = None
        self.title, self.text = self._make_text(f"{name}_title", "heading"), self._make_text(f"{name}_text", "muted")
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
        self.cancel.clicked.connect(self._on_cancel_clicked)

    def _on_cancel_clicked(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def show_job(self, job: Job, beginning: str) -> None:
        """Show the progress of a job; ``beginning`` while it is unknown."""
        self._show(job, can_start=False)
        # With a maximum of 0, Qt shows that the progress is unknown.
        self.bar.setRange(0, job.total)
        self.bar.setValue(job.done)
        title = f"{self._stages.get(job.stage, 'Starting')} …"
        self._set_texts(title, f"{job.done:,} of {job.total:,} images" if job.total else beginning)

    def show_missing(self, title: str, text: str, *, can_start: bool) -> None:
        """Show what is missing while no job runs."""
        self._show(None, can_start=can_start)
        self._set_texts(title, text)

    def _show(self, job: Job | None, *, can_start: bool) -> None:
        self._job = job
        self.bar.setVisible(job is not None)
        self.cancel.setVisible(job is not None)
        self.start.setVisible(can_start)

    def _set_texts(self, title: str, text: str) -> None:
        for label, shown in ((self.title, title), (self.text, text)):
            label.setText(shown)
            # A layout gives a wrapped label in a centred column no height.
            label.setFixedHeight(max(label.heightForWidth(self._line), 0))

    def _make_text(self, name: str, look: str) -> QLabel:
        label = make_label(name=name, alignment=Qt.AlignmentFlag.AlignCenter, wrap=True)
        label.setProperty("look", look)
        label.setFixedWidth(self._line)
        return label
