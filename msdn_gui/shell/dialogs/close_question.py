"""Closing while a run goes on: the one question the window asks in a box, for work could be lost."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from msdn_core.errors import MsdnError
from msdn_core.runs.queue import hold_queue
from msdn_gui.services.runs import RunMonitor

_log = logging.getLogger(__name__)


class Answer(StrEnum):
    """What shall become of the runs."""

    LEAVE = "leave it running"
    STOP = "stop and keep"
    STAY = "do not close"


class CloseQuestion(QMessageBox):
    """Leave the runs running, stop and keep them, or do not close."""

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
            f"Left running, {'it shows' if one else 'they show'} again at the next start. Stopped, what was learned "
            f"is kept and training can be resumed."
        )
        self.leave = self.addButton(f"Leave {it} running", QMessageBox.ButtonRole.AcceptRole)
        self.stop = self.addButton("Stop and keep", QMessageBox.ButtonRole.DestructiveRole)
        self.stay = self.addButton("Do not close", QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.leave)
        self.setEscapeButton(self.stay)
        self.finished.connect(self._answer)

    def _answer(self, _result: int) -> None:
        clicked = self.clickedButton()
        answer = Answer.LEAVE if clicked is self.leave else Answer.STOP if clicked is self.stop else Answer.STAY
        self.answered.emit(answer)
        self.deleteLater()


def stop_and_keep(monitor: RunMonitor, runs: Sequence[str]) -> list[str]:
    """Tells runs to stop; a run saves its state and ends by itself. The sentences of what could not be told.

    Those that wait keep waiting: otherwise the next one would begin.
    """
    faults = []
    for directory in monitor.runs:
        if directory.name in runs:
            try:
                if monitor.waiting.names:
                    hold_queue(directory.project_path, True)
                directory.send("stop")
            except (MsdnError, OSError) as fault:
                _log.warning("run %s could not be told to stop: %s", directory.name, fault)
                faults.append(f"Run “{directory.name}” could not be told to stop ({fault}); stop it in a shell.")
    return faults
