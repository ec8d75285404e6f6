"""Annotations in files: judgements as CUB text files, boxes and points as COCO or in CSV and JSON sheets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_core.domain.wording import counted
from msdn_core.exporters.coco import write_coco
from msdn_core.exporters.judgement_files import write_judgements
from msdn_core.importers.judgement_files import judgements_from_files
from msdn_core.importers.mark_counts import marks_text
from msdn_core.importers.marks import marks_from_file, without_present
from msdn_core.project import JudgementKey, Project
from msdn_core.project.annotations import timestamp
from msdn_gui.services.background import Background
from msdn_gui.session.messages import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from msdn_core.domain.annotation import Judgement, Mark
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.session import Session

_COCO, _MARKS = "COCO files (*.json)", "COCO files and sheets (*.json *.csv *.tsv)"


@dataclass(frozen=True)
class _ReadFile:
    """What a file or folder contains."""

    source: str
    what: str
    """The number and kind of what was read."""
    judgements: Mapping[JudgementKey, Judgement]
    marks: Sequence[Mark]
    findings: tuple[str, ...]


class Exchange(QObject):
    """Exports and imports annotations on another thread; an import is one step to undo."""

    def __init__(self, parent: QWidget, session: Session, annotations: Annotations) -> None:
        super().__init__(parent)
        self._window, self._session, self._annotations = parent, session, annotations
        self._writing, self._reading = Background(self), Background(self)
        self._writing.done.connect(lambda sentence: session.messages.info(sentence))
        self._reading.done.connect(self._on_read)
        for work in (self._writing, self._reading):
            work.failed.connect(lambda sentence: session.messages.error(sentence))

    # Export

    def export_judgements(self) -> None:
        """Ask for a folder, and write the annotator's judgements there as CUB text files."""
        annotator = self._annotations.annotator

        def write(project: Project, folder: Path) -> str:
            return f"Exported {write_judgements(project, annotator, folder):,} judgements by {annotator} to {folder}."

        self._ask("Export judgements to a folder", QFileDialog.FileMode.Directory, self._writer(write))

    def export_marks(self) -> None:
        """Ask for a file, and write all marks there as COCO."""

        def write(project: Project, path: Path) -> str:
            report = write_coco(project, path)
            text = f"Exported {report.counts['boxes and points']:,} boxes and points to {path}."
            return " ".join([text, *report.findings])

        self._ask("Export boxes and points", QFileDialog.FileMode.AnyFile, self._writer(write))

    def _writer(self, write: Callable[[Project, Path], str]) -> Callable[[Path], None]:
        return lambda path: self._work(self._writing, lambda project: write(project, path))

    # Import

    def import_judgements(self) -> None:
        """Ask for a folder with CUB text files, and import its judgements under the folder's name."""

        def read(folder: Path) -> None:
            # The files do not contain a name; the folder's is shown in Agreement.
            annotator = folder.name or "files"
            self._work(self._reading, lambda project: _read_judgements(folder, project, annotator))

        self._ask("Import judgements from a folder", QFileDialog.FileMode.Directory, read)

    def import_marks(self) -> None:
        """Ask for a COCO file or a sheet, and import its boxes and points."""
        annotator = self._annotations.annotator

        def read(path: Path) -> None:
            self._work(self._reading, lambda project: _read_marks(path, project, annotator))

        self._ask("Import boxes and points", QFileDialog.FileMode.ExistingFile, read)

    def _on_read(self, file: _ReadFile) -> None:
        if self._annotations.store is None:
            return
        what = f"{file.what} from {file.source}"
        self._annotations.put_judgements(file.judgements, f"Import {what}")
        self._annotations.add_marks(file.marks, f"Import {what}")
        level = Level.WARNING if file.findings else Level.INFO
        self._session.messages.post(level, " ".join([f"Imported {what}.", *file.findings]))

    # Inside

    def _work(self, background: Background, work: Callable[[Project], object]) -> None:
        """Do work on another thread with its own connection to the open project."""
        if self._session.document.project is None:
            return
        path = self._session.document.project.path

        def run() -> object:
            with Project.open(path, read_only=True) as project:
                return work(project)

        background.start(run)

    def _ask(self, title: str, mode: QFileDialog.FileMode, then: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName("annotationFiles")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        if mode is not QFileDialog.FileMode.Directory:
            dialog.setNameFilter(_COCO if mode is QFileDialog.FileMode.AnyFile else _MARKS)
            dialog.setDefaultSuffix("json")
        if mode is QFileDialog.FileMode.AnyFile:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda text: then(Path(text)))
        dialog.open()


def _read_judgements(folder: Path, project: Project, annotator: str) -> _ReadFile:
    judgements, findings = judgements_from_files(folder, project, annotator, timestamp())
    return _ReadFile(annotator, counted(len(judgements), "judgement", "judgements"), judgements, (), findings)


def _read_marks(path: Path, project: Project, annotator: str) -> _ReadFile:
    read, findings = marks_from_file(path, project, annotator, timestamp())
    marks, repeated = without_present(read, project)
    return _ReadFile(path.name, marks_text(marks), {}, marks, (*findings, *repeated))
