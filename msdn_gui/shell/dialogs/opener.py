"""Opens the window's dialogs, and passes on what they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_gui.services.recogniser import Recogniser
from msdn_gui.shell.dialogs.export_dialog import ExportDialog, ExportRequest
from msdn_gui.shell.dialogs.import_dialog import ImportDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.importers.recognise import Recognised
    from msdn_gui.services import Services
    from msdn_gui.session import Session
    from msdn_gui.shell.opening import Opening


class DialogOpener(QObject):
    """Asks for what to open, to import and to export."""

    def __init__(self, window: QWidget, session: Session, services: Services, opening: Opening) -> None:
        super().__init__(window)
        self._window, self._session, self._services, self._opening = window, session, services, opening
        self._recogniser = Recogniser(self)
        self._recogniser.recognised.connect(self._on_dropped_recognised)

    def ask_for_project(self) -> None:
        """Ask for a project folder and open it."""
        self._ask("Open a project folder", QFileDialog.FileMode.Directory, "", self._opening.open_path)

    def ask_for_images(self) -> None:
        """Ask for a folder of images and open it."""
        self._ask("Open a folder of images", QFileDialog.FileMode.Directory, "", self._opening.open_path)

    def ask_for_checkpoint(self) -> None:
        """Ask for a checkpoint file and use it."""
        name_filter = "Checkpoints (*.safetensors)"
        self._ask("Open a checkpoint", QFileDialog.FileMode.ExistingFile, name_filter, self._opening.open_checkpoint)

    def open_dropped(self, path: Path) -> None:
        """Open an image folder or a project at once; show the import dialog for a data set."""
        self._recogniser.ask(path)

    def ask_for_import(self, path: Path | None = None) -> None:
        """Show the import dialog, with a path if one is given."""
        dialog = ImportDialog(self._window, has_project=self._session.document.project is not None)
        dialog.asked.connect(self._opening.import_data)
        if path is not None:
            dialog.show_source(path)
        dialog.open()

    def ask_for_export(self) -> None:
        """Show the export dialog."""
        project, inference = self._session.document.project, self._session.inference
        if project is None:
            return
        current = inference.checkpoint.path if inference.checkpoint is not None else None
        runs = [run.name for run in self._services.run_monitor.runs]
        dialog = ExportDialog(project.name, inference.checkpoints(), current, self._window, runs=runs)
        dialog.asked.connect(self._on_export_asked)
        dialog.open()

    # Inside

    def _on_dropped_recognised(self, path: Path, found: Recognised | None) -> None:
        if found is None or found.format in ("images", "project"):
            self._opening.open_path(path if path.is_dir() else path.parent)
        else:
            self.ask_for_import(path)

    def _on_export_asked(self, request: ExportRequest) -> None:
        project = self._session.document.project
        if project is None:
            return
        job = self._services.jobs.engine(
            f"Exporting {request.kind}", "export", request.kind, project.path, request.file, *request.options
        )
        job.finished.connect(lambda result: self._on_exported(request, result))
        job.failed.connect(self._session.messages.error)

    def _on_exported(self, request: ExportRequest, result: dict[str, Any]) -> None:
        findings = [str(finding) for finding in result.get("findings", [])]
        self._session.messages.info(" ".join([f"Exported to {request.file}.", *findings]))

    def _ask(self, title: str, mode: QFileDialog.FileMode, name_filter: str, accept: Callable[[Path], object]) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName("fileDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        if name_filter:
            dialog.setNameFilter(name_filter)
        dialog.fileSelected.connect(lambda text: accept(Path(text)))
        dialog.open()
