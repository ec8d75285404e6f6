"""The end of a run's log, read as it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFontDatabase, QHideEvent, QShowEvent
from PySide6.QtWidgets import QPlainTextEdit

from msdn_core.safe_files import open_regular
from msdn_gui.look.theme import SMALL_POINTS
from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from pathlib import Path

_LINES = 2000
_AT_ONCE = 64 * 1024
_POLL_MS = 500


class LogView(QPlainTextEdit):
    """The last lines of a file; follows its end unless the person has scrolled up."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("run_log")
        self.setReadOnly(True)
        self.setMaximumBlockCount(_LINES)
        self.setPlaceholderText("The output of the run's process appears here.")
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(SMALL_POINTS)
        self.setFont(font)
        self._path: Path | None = None
        self._offset = 0
        self._timer = make_timer(self, _POLL_MS)
        self._timer.timeout.connect(self.read)

    def follow(self, path: Path | None) -> None:
        """Show another file."""
        self.clear()
        self._path, self._offset = path, 0
        self.read()

    def read(self) -> None:
        """Append what is new; of a long file, only its end."""
        if self._path is None or not self.isVisible():
            return
        try:
            size = self._path.stat().st_size
            if size < self._offset:
                self.clear()
                self._offset = 0
            start = max(self._offset, size - _AT_ONCE)
            if size == self._offset:
                return
            with open_regular(self._path) as file:
                file.seek(start)
                content = file.read(_AT_ONCE)
        except OSError:
            return
        self._offset = start + len(content)
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        self.appendPlainText(content.decode("utf-8", "replace").rstrip("\n"))
        if at_end:
            bar.setValue(bar.maximum())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.read()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


def last_lines(path: Path, count: int = 6) -> str:
    """Return the last lines of a log."""
    try:
        with open_regular(path) as file:
            file.seek(max(0, path.stat().st_size - 4096))
            lines = file.read(4096).decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return "\n".join([line for line in lines if line.strip()][-count:])
