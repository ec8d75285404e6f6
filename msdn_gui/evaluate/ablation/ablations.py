"""The project's ablations: listing, reading, starting and stopping them; files are read on another thread."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.atomic import write_atomic
from msdn_core.errors import MsdnError
from msdn_core.recipes.ablation import Ablation, Cell, list_ablations, read_ablation
from msdn_core.recipes.ablation_report import Report, collect_results, write_report
from msdn_core.recipes.enqueuing import queue_ablation, stop_ablation
from msdn_core.runs.launch import launch_queue
from msdn_core.runs.queue import read_order
from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from msdn_gui.services.runs import RunMonitor
    from msdn_gui.session import Session


@dataclass(frozen=True)
class AblationProgress:
    """The progress of an ablation."""

    report: Report
    cells: tuple[tuple[Cell, RunStatus | None], ...]
    """Its runs with their status; None for a run that has not been created."""
    is_held: bool = False
    """Whether the queue is held, so that no queued run starts."""

    @property
    def ablation(self) -> Ablation:
        """The ablation itself."""
        return self.report.ablation

    def count(self, matches: Callable[[RunState], bool]) -> int:
        """Return how many of its runs are in a state that matches."""
        return sum(status is not None and matches(status.state) for _, status in self.cells)

    @property
    def is_active(self) -> bool:
        """Whether a run is running or queued."""
        return self.count(lambda state: state.alive or state is RunState.QUEUED) > 0

    @property
    def is_done(self) -> bool:
        """Whether all runs are finished."""
        return self.count(lambda state: state is RunState.FINISHED) == len(self.cells)


class Ablations(QObject):
    """Follows the project's ablations, and the runs of the selected one."""

    listed = Signal()
    """``names`` changed."""
    read = Signal(object)
    """The ``AblationProgress`` of the selected ablation; None if it cannot be read, for the reason in ``fault``."""
    started = Signal(str)
    """The name of an ablation whose runs have been queued."""
    failed = Signal(str)
    """Why an action failed, in a sentence."""

    def __init__(
        self, session: Session, monitor: RunMonitor, parent: QObject, *, queue_command: Sequence[str] | None = None
    ) -> None:
        """``queue_command`` replaces the command that starts the queue, in tests."""
        super().__init__(parent)
        self.names: list[str] = []
        self.selected: str | None = None
        self.fault = ""
        self.is_reading = False
        self._session, self._queue_command = session, queue_command
        self._written: dict[tuple[Path, str], int] = {}
        self._reader, self._control, self._writer = (Background(self) for _ in range(3))
        self._reader.done.connect(self._on_read)
        for work in (self._control, self._writer):
            work.done.connect(lambda finish: finish())
            work.failed.connect(self.failed)
        monitor.run_list_changed.connect(self.refresh)
        monitor.status_changed.connect(self._on_run_changed)
        monitor.waiting_changed.connect(self.refresh)
        session.document.project_changed.connect(self._on_project_changed)

    def select(self, name: str | None) -> None:
        """Select an ablation to follow; ``read`` follows."""
        self.selected = name
        self.refresh()

    def refresh(self) -> None:
        """Read again which ablations exist, and the progress of the selected one."""
        project, name = self._session.document.project, self.selected
        if project is None:
            return
        path = project.path
        self.is_reading = True
        self._reader.start(lambda: (list_ablations(path), *self._read_progress(path, name)))

    def start(self, ablation: Ablation) -> None:
        """Queue the unfinished runs of an ablation, and start the queue."""

        def work() -> Callable[[], None]:
            queue_ablation(ablation)
            if not read_order(ablation.project).held:
                launch_queue(ablation.project, command=self._queue_command)
            return lambda: self._on_started(ablation)

        self._control.start(work)

    def stop(self, ablation: Ablation) -> None:
        """Stop the running run, which keeps its checkpoint, and remove the queued ones from the queue."""

        def work() -> Callable[[], None]:
            stop_ablation(ablation)
            return self.refresh

        self._control.start(work)

    def write(self, file: Path, content: Callable[[], str]) -> None:
        """Write a table or picture to a file."""

        def work() -> Callable[[], None]:
            write_atomic(file, content())
            return lambda: self._session.messages.info(f"Saved {file}.")

        self._writer.start(work)

    def _read_progress(self, project: Path, name: str | None) -> tuple[AblationProgress | None, str]:
        if name is None:
            return None, ""
        try:
            ablation = read_ablation(project, name)
            report = collect_results(ablation)
        except MsdnError as fault:
            return None, str(fault)
        if report.finished and self._written.get((project, name)) != report.finished:
            # The tables in its folder fill as runs finish, as with `ablate` on the command line.
            with contextlib.suppress(MsdnError):
                write_report(report, ablation.folder)
                self._written[project, name] = report.finished
        cells = tuple((cell, cell.run.status() if cell.state is not None else None) for cell in ablation.cells())
        return AblationProgress(report, cells, read_order(project).held), ""

    def _on_read(self, answer: tuple[list[str], AblationProgress | None, str]) -> None:
        self.is_reading = False
        names, progress, self.fault = answer
        changed, self.names = names != self.names, names
        if changed:
            self.listed.emit()
        if self.selected is not None:
            self.read.emit(progress)

    def _on_run_changed(self, run: str, _status: object) -> None:
        if self.selected is not None and run.startswith(f"{self.selected}-"):
            self.refresh()

    def _on_started(self, ablation: Ablation) -> None:
        project = self._session.document.project
        # Another project may have been opened meanwhile.
        if project is not None and project.path == ablation.project:
            self.started.emit(ablation.name)
            self.refresh()

    def _on_project_changed(self, _project: object) -> None:
        self._reader.cancel()
        self.names, self.selected, self.fault, self.is_reading = [], None, "", False
        self.listed.emit()
        self.refresh()
