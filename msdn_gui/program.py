"""The running program: its services, its window, and the one way in which all of it ends."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QApplication

from msdn_core.errors import CheckpointError
from msdn_gui.services import Services
from msdn_gui.services.checkpoints import load_checkpoint, shipped_checkpoints
from msdn_gui.services.explaining import ExplainerService
from msdn_gui.services.jobs import Jobs
from msdn_gui.services.locations import data_home
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.shell.screenshot import Screenshot
from msdn_gui.shell.window import MainWindow
from msdn_gui.shell.workspaces import load_modules
from msdn_gui.signals import end_on_signals
from msdn_gui.theme import install

_log = logging.getLogger("msdn_gui")
_LOAD_OTHERS_MS = 1500


class Program:
    """Made once; ``run`` shows the window and returns the process's status."""

    def __init__(
        self,
        *,
        project: Path | None = None,
        workspace: str | None = None,
        theme: str | None = None,
        size: tuple[int, int] | None = None,
        screenshot: Path | None = None,
    ) -> None:
        self.application = QApplication.instance() or QApplication(sys.argv[:1])
        self.application.setApplicationName("MSDN Explorer")
        self.application.setDesktopFileName("msdn-explorer")
        self._handler = _log_to_file()
        settings = SettingsStore(is_kept=screenshot is None)
        self.explainer = ExplainerService()
        # Torch takes seconds to load: the worker begins before the window is made.
        self.explainer.prewarm(_likely_checkpoint(settings, project))
        install(self.application, theme or settings.value.theme)
        self.services = Services(self.explainer, Thumbnails(), Jobs(), RunMonitor(), settings, QUndoGroup())
        self.session = Session(self.explainer)
        self.window = MainWindow(self.session, self.services)
        self.window.restore()
        if size is not None:
            self.window.resize(*size)
        self._project = project
        self._workspace = workspace or settings.value.workspace
        self._screenshot = screenshot
        self._ended = False
        self._old_hook = sys.excepthook
        sys.excepthook = self._show_fault
        self.window.opening.expect()
        self.window.show_workspace(self._workspace)

    def run(self) -> int:
        """The event loop, then the one shutdown."""
        signals = end_on_signals(self.application)
        shot = None
        if self._screenshot is not None:
            shot = Screenshot(self.window, self._screenshot)
            shot.done.connect(self.application.exit)
        try:
            self.window.show()
            QTimer.singleShot(0, self.window, self.start)
            return self.application.exec()
        finally:
            signals.close()
            self.close()

    def start(self) -> None:
        """Opens what this start is about; the window is there already."""
        kept = self.services.settings.value
        is_first = self._project is None and not kept.recent_projects and not kept.tour_offered
        self.window.opening.open_first(self._project)
        if is_first and self._screenshot is None:
            self.window.tour.offer()
        self._loading = QTimer(self.window, singleShot=True, interval=_LOAD_OTHERS_MS)
        self._loading.timeout.connect(threading.Thread(target=load_modules, name="loads workspaces", daemon=True).start)
        self._loading.start()

    def close(self) -> None:
        """Ends everything that was started here; nothing is left behind."""
        if self._ended:
            return
        self._ended = True
        self.services.run_monitor.close()
        self.services.jobs.close()
        self.services.thumbnails.close()
        self.explainer.close()
        self.window.close_for_good()
        self.session.close_project()
        self.services.settings.write()
        for one in (self.session, self.services.undo_group, self.services.settings, self.services.thumbnails):
            one.deleteLater()
        for one in (self.services.jobs, self.services.run_monitor, self.explainer):
            one.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        sys.excepthook = self._old_hook
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()

    def _show_fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A fault of the program itself: it is said in the window, and stands in the log."""
        if issubclass(kind, KeyboardInterrupt):
            self.application.quit()
            return
        _log.error("%s", "".join(traceback.format_exception(kind, error, trace)))
        self._old_hook(kind, error, trace)
        self.session.message.emit(
            "error", f"Something went wrong in the program ({kind.__name__}: {error}); details are in {log_file()}."
        )


def log_file() -> Path:
    """Where faults are written down."""
    return data_home() / "log.txt"


def _log_to_file() -> logging.Handler:
    handler = logging.handlers.RotatingFileHandler(
        log_file(), maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    return handler


def _likely_checkpoint(settings: SettingsStore, project: Path | None) -> Path | None:
    """The checkpoint that the first image will be looked at through, as far as can be told without opening."""
    kept = settings.value.checkpoints.get(str(project.absolute()) if project else settings.value.last_project)
    candidates = [Path(kept)] if kept else []
    candidates += [choice.path for choice in shipped_checkpoints()]
    for path in candidates:
        try:
            return load_checkpoint(path).path
        except CheckpointError:
            continue
    return None
