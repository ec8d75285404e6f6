"""Notes and tags of one run, saved in its directory as they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QWidget

from msdn_core.runs.notes import Notes, clean_tags, read_notes
from msdn_gui.look.theme import SPACING
from msdn_gui.timers import make_timer
from msdn_gui.widgets.build import make_line_edit, named

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from msdn_core.runs.directory import RunDirectory

_WRITE_AFTER_MS = 600


class NotesView(QWidget):
    """Sends the notes a moment after the last key, and when another run is shown."""

    written = Signal(object, object)
    """RunDirectory and its new Notes."""

    def __init__(self) -> None:
        super().__init__()
        self._run: RunDirectory | None = None
        self._timer = make_timer(self, _WRITE_AFTER_MS, single_shot=True)
        self._timer.timeout.connect(self.send)
        self.tags = make_line_edit(name="run_tags", placeholder="baseline, thesis, broken …")
        self.text = named(QPlainTextEdit(), "run_notes")
        self.text.setPlaceholderText("Purpose and outcome of this run")
        layout = QGridLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        for row, (words, widget) in enumerate((("Tags", self.tags), ("Notes", self.text))):
            label = QLabel(words)
            label.setBuddy(widget)
            label.setContentsMargins(0, SPACING // 2, 0, 0)
            layout.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            layout.addWidget(widget, row, 1)
        layout.setRowStretch(1, 1)
        self.tags.textEdited.connect(lambda _: self._timer.start())
        self.text.textChanged.connect(self._timer.start)

    def show_run(self, run: RunDirectory, *, read_only: bool) -> None:
        """Show the notes of a run."""
        self.send()
        notes = read_notes(run.path)
        with QSignalBlocker(self.text):
            self.text.setPlainText(notes.text)
        self.tags.setText(", ".join(notes.tags))
        for widget in (self.tags, self.text):
            widget.setReadOnly(read_only)
        self._run = run

    def send(self) -> None:
        """Send notes that were changed and not sent yet."""
        waited = self._timer.isActive() or self.sender() is self._timer
        self._timer.stop()
        if waited and self._run is not None and not self.text.isReadOnly():
            self.written.emit(self._run, Notes(self.text.toPlainText(), clean_tags(self.tags.text().split(","))))

    def hideEvent(self, event: QHideEvent) -> None:
        """Send the last changes now."""
        super().hideEvent(event)
        self.send()
