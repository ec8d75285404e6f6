"""Saving the report of a run, or of two: the file is chosen in a dialog, written by a job, and opened when done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_gui.services.locations import file_name
from msdn_gui.session.messages import Level

if TYPE_CHECKING:
    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.services import Services
    from msdn_gui.session import Session


class ReportWriter:
    """Asks for a file and lets the command ``report`` write it."""

    def __init__(self, session: Session, services: Services, owner: QWidget) -> None:
        self._session, self._jobs, self._owner = session, services.jobs, owner

    def ask(self, run: EvaluatedRun, other: EvaluatedRun | None) -> None:
        """Ask where to save the report of a run, or of two."""
        project = self._session.document.project
        if project is None:
            return
        names = f"{run.name} and {other.name}" if other is not None else run.name
        dialog = QFileDialog(self._owner, f"Save report of {names}", str(project.path.parent))
        dialog.setObjectName("report_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("HTML (*.html)")
        dialog.setDefaultSuffix("html")
        dialog.selectFile(file_name(f"{project.name} {names}", ".html"))
        dialog.fileSelected.connect(lambda text: self._write(run, other, Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, run: EvaluatedRun, other: EvaluatedRun | None, file: Path) -> None:
        project = self._session.document.project
        if project is None:
            return
        # The command uses the same checkpoint of each run as this workspace; the kinds may differ.
        words: list[str | Path] = ["report", project.path, run.name, "--out", file]
        if other is not None:
            words += ["--beside", other.name]
        job = self._jobs.engine(f"Writing the report of {run.name}", *words, workspace="evaluate")
        job.finished.connect(self._on_report_written)
        job.failed.connect(self._session.messages.error)

    def _on_report_written(self, result: dict[str, Any]) -> None:
        file, findings = str(result["file"]), [str(sentence) for sentence in result["findings"]]
        is_opened = QDesktopServices.openUrl(QUrl.fromLocalFile(file))
        saved = f"Saved the report to {file}." if is_opened else f"Saved the report to {file}. Open it in a browser."
        self._session.messages.post(Level.WARNING if findings else Level.INFO, " ".join([saved, *findings]))
