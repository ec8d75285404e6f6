"""What can be done with a run that is over, or that another folder holds: actions, and what they do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_core.errors import MsdnError
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.listing import runs_in
from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.session import Session
from msdn_gui.train.form.starting import Starter
from msdn_gui.train.runs.commands import ArrangeQueue, DeleteRun

HISTORY_ACTIONS = ("train.duplicate", "train.queue", "train.delete", "train.watch_folder", "train.unwatch_folder")


class History(QObject):
    """Acts on the run that is in sight."""

    again_asked = Signal(object)
    """The settings of a run, for another one."""

    def __init__(
        self,
        widget: QWidget,
        session: Session,
        monitor: RunMonitor,
        settings: SettingsStore,
        starter: Starter,
        actions: ActionSet,
    ) -> None:
        super().__init__(widget)
        self._widget, self._session, self._monitor = widget, session, monitor
        self._settings, self._starter = settings, starter
        self._name: str | None = None
        self._visiting: tuple[Path, ...] = ()
        self.stack = QUndoStack(self)
        self._actions = actions
        actions.bind(
            {
                "train.duplicate": self._again,
                "train.queue": self._requeue,
                "train.delete": self._delete,
                "train.watch_folder": self._ask_for_folder,
                "train.unwatch_folder": self._forget,
            }
        )
        self.set_run(None)

    def set_run(self, name: str | None) -> None:
        """The run in sight, by what it goes by."""
        self._name = name
        status = self._monitor.status(name) if name is not None else None
        own = status is not None and not self._monitor.is_elsewhere(str(name))
        for name, is_possible, reason in (
            ("train.duplicate", status is not None, "Select a run first."),
            ("train.queue", own and status.state.resumable, "Select a run of this project that can be resumed."),
            ("train.delete", own and not status.state.alive, "Select a run of this project that has ended."),
            ("train.watch_folder", self._session.document.project is not None, "Open a project first."),
            ("train.unwatch_folder", status is not None and not own, "Select a run of another folder."),
        ):
            set_reason(self._actions[name], "" if is_possible else reason)

    # Folders

    def folders(self) -> tuple[Path, ...]:
        """Other folders whose runs are watched beside the open project's."""
        project = self._session.document.project
        text = self._settings.value.run_folders.get(str(project.path), "") if project is not None else ""
        return tuple(Path(line) for line in text.split("\n") if line)

    def watch_folders(self) -> None:
        """Watches them, after another project was opened."""
        self._visiting = ()
        self._monitor.set_folders(self.folders())

    def add_folder(self, folder: Path) -> None:
        """Watches the runs of another folder from now on; they are only looked at."""
        if not runs_in(folder):
            self._session.messages.warning(f"There are no runs in {folder} yet; they will show when there are.")
        if folder not in self.folders():
            self._keep((*self.folders(), folder))

    def visit(self, run: RunDirectory) -> str:
        """What a run goes by here; one of another folder is watched until another project is opened."""
        project = self._session.document.project
        if project is not None and run.path.parent == project.path / "runs":
            return run.name
        if str(run.path) not in self._monitor.names:
            self._visiting = (*self._visiting, run.path)
            self._monitor.set_folders((*self.folders(), *self._visiting))
        return str(run.path)

    # Inside

    def arrange(self, names: Sequence[str]) -> None:
        """Another order of the waiting runs, which can be undone."""
        self.stack.push(ArrangeQueue(self._put_order, self._monitor.waiting.names, names))

    def _put_order(self, names: Sequence[str]) -> None:
        project = self._session.document.project
        if project is not None:
            self._monitor.expect_order([name for name in names if name in self._monitor.waiting.names])
            self._starter.arrange(project.path, names)

    def _run(self) -> RunDirectory | None:
        return self._monitor.directory(self._name) if self._name is not None else None

    def _again(self) -> None:
        run = self._run()
        if run is not None:
            try:
                self.again_asked.emit(TrainConfig.from_json(run.config()))
            except MsdnError as fault:
                self._session.messages.error(str(fault))

    def _requeue(self) -> None:
        run = self._run()
        if run is not None:
            self._starter.queue_again(run)

    def _delete(self) -> None:
        run, checkpoint = self._run(), self._session.inference.checkpoint
        if run is None:
            return
        if checkpoint is not None and run.path in checkpoint.path.parents:
            self._session.messages.warning(
                f"Images are looked at through “{run.name}” now; choose another checkpoint, then delete it."
            )
            return
        self.stack.push(DeleteRun(self._starter, run, lambda place: self._say_deleted(run.name, place)))

    def _say_deleted(self, name: str, place: Path) -> None:
        self._monitor.poll()
        self._session.messages.info(f"Run “{name}” lies in {place}; Undo brings it back.")

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self._widget, "Watch the runs of another folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda text: self.add_folder(Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _forget(self) -> None:
        run = self._run()
        if run is not None:
            self._visiting = tuple(path for path in self._visiting if path != run.path)
            places = (run.path, run.path.parent, run.path.parent.parent)
            self._keep(tuple(folder for folder in self.folders() if folder not in places))

    def _keep(self, folders: Sequence[Path]) -> None:
        project = self._session.document.project
        if project is not None:
            kept = {**self._settings.value.run_folders, str(project.path): "\n".join(map(str, folders))}
            self._settings.change(run_folders=kept)
            self._monitor.set_folders((*folders, *self._visiting))
