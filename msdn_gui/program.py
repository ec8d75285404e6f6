"""The running program: its services, its window, and its shutdown."""

from __future__ import annotations

import ctypes
import locale
import logging
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QObject, QTimer
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QApplication

from msdn_core.errors import CheckpointError
from msdn_gui.look.theme import install
from msdn_gui.services import Services
from msdn_gui.services.explaining import ExplainerService
from msdn_gui.services.fault_log import log_to_file
from msdn_gui.services.jobs import Jobs
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.services.starts import StartNote, collect_unfinished
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.session.checkpoints import load_checkpoint, shipped_checkpoints
from msdn_gui.shell.factories import load_modules
from msdn_gui.shell.faults import FaultWatch
from msdn_gui.shell.screenshot import Screenshot
from msdn_gui.shell.window import MainWindow
from msdn_gui.shortcut import APPLICATION_ID
from msdn_gui.signals import SignalWatcher
from msdn_gui.timers import make_timer

_LOAD_OTHERS_MS = 1500


class Program:
    """Created once; ``run`` shows the window and returns the exit status."""

    def __init__(
        self,
        *,
        project: Path | None = None,
        workspace: str | None = None,
        theme: str | None = None,
        size: tuple[int, int] | None = None,
        screenshot: Path | None = None,
    ) -> None:
        existing = QApplication.instance()
        self.application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
        self.application.setApplicationName("MSDN Explorer")
        use_one_form_of_numbers()
        self.application.setDesktopFileName(APPLICATION_ID)
        if sys.platform == "win32":
            # Without it, the taskbar groups the window with all programs that Python runs, under Python's icon.
            ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APPLICATION_ID)
        # Before the note is written, which a signal would leave behind.
        self._signals = SignalWatcher(self.application)
        self._handler = log_to_file()
        # A start that only takes a screenshot leaves no note and reports no other starts.
        self._unfinished = collect_unfinished() if screenshot is None else []
        self._note = StartNote.begin() if screenshot is None else None
        self.faults = FaultWatch()
        settings = SettingsStore(is_kept=screenshot is None)
        self.explainer = ExplainerService()
        # Torch takes seconds to load, so the worker starts before the window is made.
        self.explainer.prewarm(_likely_checkpoint(settings, project))
        install(self.application, theme or settings.value.theme, settings.value.text_scale)
        self.services = Services(self.explainer, Thumbnails(), Jobs(), RunMonitor(), settings, QUndoGroup())
        self.session = Session(self.explainer)
        self.window = MainWindow(self.session, self.services)
        self.faults.reported.connect(self.window.message_bar.show_fault)
        self.explainer.died.connect(self.faults.report)
        self.window.restore()
        if size is not None:
            self.window.resize(*size)
        self._project = project
        self._workspace = workspace or settings.value.workspace
        self._screenshot = screenshot
        self._ended = False
        self.window.opening.expect()
        self.window.show_workspace(self._workspace)

    def run(self) -> int:
        """Run the event loop, then shut down."""
        shot = None
        if self._screenshot is not None:
            shot = Screenshot(self.window, self._screenshot)
            shot.done.connect(self.application.exit)
        try:
            self.window.show()
            QTimer.singleShot(0, self.window, self.start)
            return 0 if self._signals.received else self.application.exec()
        finally:
            self.close()

    def start(self) -> None:
        """Open the project of this start; the window is already visible."""
        self.faults.report_unfinished(self._unfinished)
        kept = self.services.settings.value
        is_first = self._project is None and not kept.recent_projects and not kept.tour_offered
        self.window.opening.open_first(self._project)
        if is_first and self._screenshot is None:
            self.window.tour.offer()
        # The thread is kept as an attribute because the connection does not keep it alive.
        self._loader = threading.Thread(target=load_modules, name="load workspaces", daemon=True)
        self._loading = make_timer(self.window, _LOAD_OTHERS_MS, single_shot=True)
        self._loading.timeout.connect(self._loader.start)
        self._loading.start()

    def close(self) -> None:
        """End everything that was started."""
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
        ended: tuple[QObject, ...] = (
            self.session,
            self.services.undo_group,
            self.services.settings,
            self.services.thumbnails,
            self.services.jobs,
            self.services.run_monitor,
            self.explainer,
        )
        for one in ended:
            one.deleteLater()
        self.faults.close()
        self.faults.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()
        if self._note is not None:
            self._note.end()
        self._signals.close()


def use_one_form_of_numbers() -> None:
    """Show and read numbers in one form in every locale; Qt has set that of the system for C libraries, too."""
    locale.setlocale(locale.LC_NUMERIC, "C")
    QLocale.setDefault(QLocale.c())


def _likely_checkpoint(settings: SettingsStore, project: Path | None) -> Path | None:
    """Return the checkpoint that will probably explain the first image, without opening a project."""
    kept = settings.value.checkpoints.get(str(project.absolute()) if project else settings.value.last_project)
    candidates = [Path(kept)] if kept else []
    candidates += [choice.path for choice in shipped_checkpoints()]
    for path in candidates:
        try:
            return load_checkpoint(path).path
        except CheckpointError:
            continue
    return None
