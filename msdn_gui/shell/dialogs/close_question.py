"""The question on closing while runs are training: the only modal question, because work could be lost."""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from msdn_core.errors import MsdnError
from msdn_core.runs.queue import hold_queue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.services.runs import RunMonitor

_log = logging.getLogger(__name__)


class Answer(StrEnum):
    """What happens to the runs."""

    LEAVE = "leave running"
    STOP = "stop and keep"
    STAY = "do not close"


class CloseQuestion(QMessageBox):
    """Leave the runs running, stop and keep them, or do not close the window."""

    answered = Signal(object)

    def __init__(self, runs: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("closeQuestion")
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle("Close MSDN Explorer")
        one = len(runs) == 1
        self.setText(f"Run “{runs[0]}” is still training." if one else f"{len(runs)} runs are still training.")
        it = "it" if one else "them"
        self.setInformativeText(
            f"If you leave {it} running, {'it appears' if one else 'they appear'} again at the next start. If you stop "
            f"{it}, the progress is kept and you can resume training."
        )
        self.leave = self.addButton(f"Leave {it} running", QMessageBox.ButtonRole.AcceptRole)
        self.stop = self.addButton("Stop and keep", QMessageBox.ButtonRole.DestructiveRole)
        self.stay = self.addButton("Do not close", QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.leave)
        self.setEscapeButton(self.stay)
        self.finished.connect(self._on_finished)

    def _on_finished(self, _result: int) -> None:
        clicked = self.clickedButton()
        answer = Answer.LEAVE if clicked is self.leave else Answer.STOP if clicked is self.stop else Answer.STAY
        self.answered.emit(answer)
        self.deleteLater()


def stop_and_keep(monitor: RunMonitor, runs: Sequence[str]) -> list[str]:
    """Ask runs to stop, which save their state and end; return a sentence for each that could not be asked.

    The queue is held, because otherwise the next run would start.
    """
    errors = []
    for directory in monitor.runs:
        if directory.name in runs:
            try:
                if monitor.waiting.names:
                    hold_queue(directory.project_path, True)
                directory.send("stop")
            except (MsdnError, OSError) as error:
                _log.warning("Run %s could not be stopped: %s", directory.name, error)
                errors.append(f"Run “{directory.name}” could not be stopped ({error}); stop it on the command line.")
    return errors
