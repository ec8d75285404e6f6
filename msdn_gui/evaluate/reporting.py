"""The report of the shown run, or of both: asked for by a button, written in the background, opened when it is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_gui.services.locations import file_name
from msdn_gui.session import Session
from msdn_gui.session.messages import Level

if TYPE_CHECKING:
    from msdn_gui.services import Services


class Reporting:
    """Asks for a file, and has the engine's ``report`` write it."""

    def __init__(self, session: Session, services: Services, owner: QWidget) -> None:
        self._session, self._jobs, self._owner = session, services.jobs, owner

    def ask(self, run: EvaluatedRun, other: EvaluatedRun | None) -> None:
        """Asks where the report of one run shall be, or of two side by side."""
        project = self._session.document.project
        if project is None:
            return
        beside = f" beside {other.name}" if other is not None else ""
        dialog = QFileDialog(self._owner, f"Report of {run.name}{beside}", str(project.path.parent))
        dialog.setObjectName("report_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("HTML (*.html)")
        dialog.setDefaultSuffix("html")
        dialog.selectFile(file_name(f"{project.name} {run.name}{beside}", ".html"))
        dialog.fileSelected.connect(lambda text: self._write(run, other, Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, run: EvaluatedRun, other: EvaluatedRun | None, file: Path) -> None:
        project = self._session.document.project
        if project is None:
            return
        # The engine takes of each run the checkpoint that is shown here, which need not be of one kind for both.
        words: list[str | Path] = ["report", project.path, run.name, "--out", file]
        if other is not None:
            words += ["--beside", other.name]
        job = self._jobs.engine(f"Writing the report of {run.name}", *words, workspace="evaluate")
        job.finished.connect(self._open)
        job.failed.connect(lambda sentence: self._session.messages.error(sentence))

    def _open(self, result: dict[str, Any]) -> None:
        file, findings = str(result["file"]), [str(sentence) for sentence in result["findings"]]
        opened = QDesktopServices.openUrl(QUrl.fromLocalFile(file))
        said = [f"The report is in {file}."] if opened else [f"The report is in {file}; open it with a browser."]
        self._session.messages.post(Level.WARNING if findings else Level.INFO, " ".join([*said, *findings]))
