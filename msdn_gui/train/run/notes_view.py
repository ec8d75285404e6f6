"""Notes and tags of one run, kept in its directory as they are written."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QWidget

from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.notes import Notes, clean_tags, read_notes
from msdn_gui.look.theme import SPACING
from msdn_gui.timers import make_timer
from msdn_gui.widgets.build import make_line_edit, named

_WRITE_AFTER_MS = 600


class NotesView(QWidget):
    """Handed out a moment after the last key, and when another run is turned to."""

    written = Signal(object, object)
    """A RunDirectory, and the Notes that shall be kept in it."""

    def __init__(self) -> None:
        super().__init__()
        self._run: RunDirectory | None = None
        self._timer = make_timer(self, _WRITE_AFTER_MS, single_shot=True)
        self._timer.timeout.connect(self.hand_out)
        self.tags = make_line_edit(name="run_tags", placeholder="baseline, thesis, broken …")
        self.text = named(QPlainTextEdit(), "run_notes")
        self.text.setPlaceholderText("What this run is for, what came of it.")
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
        """Turns to a run."""
        self.hand_out()
        notes = read_notes(run.path)
        with QSignalBlocker(self.text):
            self.text.setPlainText(notes.text)
        self.tags.setText(", ".join(notes.tags))
        for widget in (self.tags, self.text):
            widget.setReadOnly(read_only)
        self._run = run

    def hand_out(self) -> None:
        """Hands out what was changed and waits for its moment, now."""
        waited = self._timer.isActive() or self.sender() is self._timer
        self._timer.stop()
        if waited and self._run is not None and not self.text.isReadOnly():
            self.written.emit(self._run, Notes(self.text.toPlainText(), clean_tags(self.tags.text().split(","))))

    def hideEvent(self, event: QHideEvent) -> None:
        """What was written last is not left to the timer."""
        super().hideEvent(event)
        self.hand_out()
