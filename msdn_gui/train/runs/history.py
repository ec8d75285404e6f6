"""Actions on runs that have ended, and on runs of other folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_core.errors import MsdnError
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.listing import runs_in
from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.train.runs.commands import DeleteRun, ReorderQueue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.runs.directory import RunDirectory
    from msdn_gui.services.runs import RunMonitor
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session import Session
    from msdn_gui.train.form.starting import Starter

HISTORY_ACTIONS = ("train.duplicate", "train.queue", "train.delete", "train.watch_folder", "train.unwatch_folder")


class History(QObject):
    """Acts on the selected run."""

    duplicate_requested = Signal(object)
    """TrainConfig of a run, for a new one."""

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
                "train.duplicate": self._duplicate,
                "train.queue": self._requeue,
                "train.delete": self._delete,
                "train.watch_folder": self._choose_folder,
                "train.unwatch_folder": self._unwatch_folder,
            }
        )
        self.set_run(None)

    def set_run(self, name: str | None) -> None:
        """Set the selected run."""
        self._name = name
        status = self._monitor.status(name) if name is not None else None
        is_own = status is not None and not self._monitor.is_elsewhere(str(name))
        state = status.state if status is not None and is_own else None
        for action, is_possible, reason in (
            ("train.duplicate", status is not None, "Select a run first."),
            ("train.queue", state is not None and state.resumable, "Select a run of this project that can be resumed."),
            ("train.delete", state is not None and not state.alive, "Select a run of this project that has ended."),
            ("train.watch_folder", self._session.document.project is not None, "Open a project first."),
            ("train.unwatch_folder", status is not None and not is_own, "Select a run of another folder."),
        ):
            set_reason(self._actions[action], "" if is_possible else reason)

    # Folders

    def folders(self) -> tuple[Path, ...]:
        """Return the other folders whose runs are listed with the open project's."""
        project = self._session.document.project
        text = self._settings.value.run_folders.get(str(project.path), "") if project is not None else ""
        return tuple(Path(line) for line in text.split("\n") if line)

    def watch_folders(self) -> None:
        """List the runs of the watched folders, after another project was opened."""
        self._visiting = ()
        self._monitor.set_folders(self.folders())

    def add_folder(self, folder: Path) -> None:
        """List the runs of another folder from now on; they are read only."""
        if not runs_in(folder):
            self._session.messages.warning(f"{folder} contains no runs yet; they will be listed here.")
        if folder not in self.folders():
            self._set_folders((*self.folders(), folder))

    def visit(self, run: RunDirectory) -> str:
        """Return the key of a run here; one of another folder is listed until another project is opened."""
        project = self._session.document.project
        if project is not None and run.path.parent == project.path / "runs":
            return run.name
        if str(run.path) not in self._monitor.names:
            self._visiting = (*self._visiting, run.path)
            self._monitor.set_folders((*self.folders(), *self._visiting))
        return str(run.path)

    # Inside

    def arrange(self, names: Sequence[str]) -> None:
        """Reorder the queued runs; can be undone."""
        self.stack.push(ReorderQueue(self._session.messages, self._set_order, self._monitor.waiting.names, names))

    def _set_order(self, names: Sequence[str]) -> None:
        project = self._session.document.project
        if project is not None:
            self._monitor.expect_order([name for name in names if name in self._monitor.waiting.names])
            self._starter.arrange(project.path, names)

    def _run(self) -> RunDirectory | None:
        return self._monitor.directory(self._name) if self._name is not None else None

    def _duplicate(self) -> None:
        run = self._run()
        if run is not None:
            try:
                self.duplicate_requested.emit(TrainConfig.from_json(run.config()))
            except MsdnError as error:
                self._session.messages.error(str(error))

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
                f"The checkpoint of “{run.name}” is in use; select another checkpoint before you delete the run."
            )
            return
        self.stack.push(
            DeleteRun(self._session.messages, self._starter, run, lambda trash: self._on_deleted(run.name, trash))
        )

    def _on_deleted(self, name: str, trash: Path) -> None:
        self._monitor.poll()
        self._session.messages.info(f"Run “{name}” was moved to {trash}; Undo restores it.")

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self._widget, "Watch another folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda text: self.add_folder(Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _unwatch_folder(self) -> None:
        run = self._run()
        if run is not None:
            self._visiting = tuple(path for path in self._visiting if path != run.path)
            places = (run.path, run.path.parent, run.path.parent.parent)
            self._set_folders(tuple(folder for folder in self.folders() if folder not in places))

    def _set_folders(self, folders: Sequence[Path]) -> None:
        project = self._session.document.project
        if project is not None:
            kept = {**self._settings.value.run_folders, str(project.path): "\n".join(map(str, folders))}
            self._settings.change(run_folders=kept)
            self._monitor.set_folders((*folders, *self._visiting))
