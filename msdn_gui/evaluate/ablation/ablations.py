"""The project's ablations: listed, read, started, stopped; files and runs are looked at on a thread of a pool."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from msdn_core.errors import MsdnError
from msdn_core.recipes.ablation import Ablation, Cell, list_ablations, read_ablation
from msdn_core.recipes.ablation_report import Report, collect_results, write_report
from msdn_core.recipes.enqueuing import queue_ablation, stop_ablation
from msdn_core.runs.launch import launch_queue
from msdn_core.runs.queue import read_order
from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.services.background import Background
from msdn_gui.services.runs import RunMonitor
from msdn_gui.session import Session


@dataclass(frozen=True)
class Standing:
    """How an ablation stands."""

    report: Report
    cells: tuple[tuple[Cell, RunStatus | None], ...]
    """Its runs with their status; None of one that was not begun."""
    held: bool = False
    """Whether the queue is held, so that no waiting run is taken."""

    @property
    def ablation(self) -> Ablation:
        """What was asked for."""
        return self.report.ablation

    def count(self, is_so: Callable[[RunState], bool]) -> int:
        """How many of its runs are in such a state."""
        return sum(status is not None and is_so(status.state) for _, status in self.cells)

    @property
    def is_going(self) -> bool:
        """Whether a run is at work, or waits for its turn."""
        return self.count(lambda state: state.alive or state is RunState.QUEUED) > 0

    @property
    def is_done(self) -> bool:
        """Whether all runs are finished."""
        return self.count(lambda state: state is RunState.FINISHED) == len(self.cells)


class Ablations(QObject):
    """Follows the project's ablations, and the chosen one's runs."""

    listed = Signal()
    """``names`` were read again."""
    read = Signal(object)
    """The chosen ablation's ``Standing``; None where it cannot be read, which ``fault`` then says."""
    started = Signal(str)
    """The name of an ablation whose runs wait for their turn now."""
    failed = Signal(str)
    """Why something could not be done, in a sentence."""

    def __init__(
        self, session: Session, monitor: RunMonitor, parent: QObject, *, queue_command: Sequence[str] | None = None
    ) -> None:
        """``queue_command`` takes the place of the queue's process in tests."""
        super().__init__(parent)
        self.names: list[str] = []
        self.chosen: str | None = None
        self.fault = ""
        self.is_reading = False
        self._session, self._queue_command = session, queue_command
        self._written: dict[tuple[Path, str], int] = {}
        self._reads, self._does, self._writes = (Background(self) for _ in range(3))
        self._reads.done.connect(self._take)
        for work in (self._does, self._writes):
            work.done.connect(lambda then: then())
            work.failed.connect(self.failed)
        monitor.run_list_changed.connect(self.look)
        monitor.status_changed.connect(self._look_at_run)
        monitor.waiting_changed.connect(self.look)
        session.document.project_changed.connect(self._start_over)

    def choose(self, name: str | None) -> None:
        """Reads this one from now on; ``read`` follows."""
        self.chosen = name
        self.look()

    def look(self) -> None:
        """Looks again which ablations there are, and how the chosen one stands."""
        project, name = self._session.document.project, self.chosen
        if project is None:
            return
        path = project.path
        self.is_reading = True
        self._reads.start(lambda: (list_ablations(path), *self._look_at(path, name)))

    def start(self, ablation: Ablation) -> None:
        """Lets its runs that are not finished wait for their turn, and sees to it that they are taken."""

        def work() -> Callable[[], None]:
            queue_ablation(ablation)
            if not read_order(ablation.project).held:
                launch_queue(ablation.project, command=self._queue_command)
            return lambda: self._say_started(ablation)

        self._does.start(work)

    def stop(self, ablation: Ablation) -> None:
        """Stops the run at work, which keeps its checkpoint, and takes those that wait out of the queue."""

        def work() -> Callable[[], None]:
            stop_ablation(ablation)
            return self.look

        self._does.start(work)

    def write(self, file: Path, content: Callable[[], str]) -> None:
        """Writes a table or picture to a file."""
        from msdn_core.atomic import write_atomic

        def work() -> Callable[[], None]:
            write_atomic(file, content())
            return lambda: self._session.messages.info(f"{file} is written.")

        self._writes.start(work)

    def _look_at(self, project: Path, name: str | None) -> tuple[Standing | None, str]:
        if name is None:
            return None, ""
        try:
            ablation = read_ablation(project, name)
            report = collect_results(ablation)
        except MsdnError as fault:
            return None, str(fault)
        if report.finished and self._written.get((project, name)) != report.finished:
            # The tables of its folder are filled as runs end, as `ablate` does in a shell.
            with contextlib.suppress(MsdnError):
                write_report(report, ablation.folder)
                self._written[project, name] = report.finished
        cells = tuple((cell, cell.run.status() if cell.state is not None else None) for cell in ablation.cells())
        return Standing(report, cells, read_order(project).held), ""

    def _take(self, answer: tuple[list[str], Standing | None, str]) -> None:
        self.is_reading = False
        names, standing, self.fault = answer
        changed, self.names = names != self.names, names
        if changed:
            self.listed.emit()
        if self.chosen is not None:
            self.read.emit(standing)

    def _look_at_run(self, run: str, _status: object) -> None:
        if self.chosen is not None and run.startswith(f"{self.chosen}-"):
            self.look()

    def _say_started(self, ablation: Ablation) -> None:
        project = self._session.document.project
        # Another project may have been opened meanwhile.
        if project is not None and project.path == ablation.project:
            self.started.emit(ablation.name)
            self.look()

    def _start_over(self, _project: object) -> None:
        self._reads.cancel()
        self.names, self.chosen, self.fault, self.is_reading = [], None, "", False
        self.listed.emit()
        self.look()
