"""Annotations to files and from files: judgements in CUB's form, boxes and points as COCO or in sheets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_core.exporters.coco import write_coco
from msdn_core.exporters.judgement_files import write_judgements
from msdn_core.importers.judgement_files import judgements_from_files
from msdn_core.importers.marks import marks_from_file
from msdn_core.project import Project
from msdn_core.project.annotations import timestamp
from msdn_gui.annotate.actions import ActionMaker
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.services.background import Background
from msdn_gui.session import Session
from msdn_gui.session.messages import Level

_COCO, _MARKS = "COCO files (*.json)", "COCO files and sheets (*.json *.csv)"


class Exchange(QObject):
    """Files are read and written on another thread; what comes in is one edit, which can be undone."""

    def __init__(self, parent: QWidget, session: Session, annotations: Annotations, maker: ActionMaker) -> None:
        super().__init__(parent)
        self._window, self._session, self._annotations = parent, session, annotations
        self._writing, self._reading = Background(self), Background(self)
        self.actions: list[QAction] = [
            maker.make("write_judgements", "Write your judgements as CUB's text files …", "", self._write_judgements),
            maker.make(
                "read_judgements", "Read somebody's judgements from CUB's text files …", "", self._read_judgements
            ),
            maker.make("write_coco", "Write boxes and points as COCO …", "", self._write_coco),
            maker.make("read_coco", "Read boxes and points from COCO or a sheet …", "", self._read_coco),
        ]
        self._writing.done.connect(lambda sentence: session.messages.info(sentence))
        self._reading.done.connect(self._take)
        for work in (self._writing, self._reading):
            work.failed.connect(lambda sentence: session.messages.error(sentence))

    # Out

    def _write_judgements(self) -> None:
        who = self._annotations.annotator

        def write(project: Project, folder: Path) -> str:
            return f"Wrote {write_judgements(project, who, folder):,} judgements of {who} into {folder}."

        self._ask("A folder for the judgements", QFileDialog.FileMode.Directory, self._writer(write))

    def _write_coco(self) -> None:
        def write(project: Project, path: Path) -> str:
            return f"Wrote {write_coco(project, path):,} boxes and points to {path}."

        self._ask("Write boxes and points", QFileDialog.FileMode.AnyFile, self._writer(write))

    def _writer(self, write: Callable[[Project, Path], str]) -> Callable[[Path], None]:
        return lambda path: self._work(self._writing, lambda project: write(project, path))

    # In

    def _read_judgements(self) -> None:
        def read(folder: Path) -> None:
            # The files do not say whose they are; their folder's name does, and Agreement shows it.
            who = folder.name or "files"
            self._work(
                self._reading,
                lambda project: ("judgements", who, *judgements_from_files(folder, project, who, timestamp())),
            )

        self._ask("A folder with somebody's judgements", QFileDialog.FileMode.Directory, read)

    def _read_coco(self) -> None:
        who = self._annotations.annotator

        def read(path: Path) -> None:
            self._work(
                self._reading, lambda project: ("marks", path.name, *marks_from_file(path, project, who, timestamp()))
            )

        self._ask("Read boxes and points", QFileDialog.FileMode.ExistingFile, read)

    def _take(self, found: tuple[str, str, object, tuple[str, ...]]) -> None:
        kind, source, what, findings = found
        room = self._annotations.room
        if room is None:
            return
        if kind == "marks" and isinstance(what, list):
            what = dict(enumerate(what, start=room.next_mark()))
        if not isinstance(what, dict):
            return
        self._annotations.put(kind, what, f"reading {len(what):,} {kind} of {source}")
        text = " ".join([f"Read {len(what):,} {kind} of {source}.", *findings])
        self._session.messages.post(Level.WARNING if findings else Level.INFO, text)

    # Inside

    def _work(self, background: Background, work: Callable[[Project], object]) -> None:
        """Has work done with a connection of its own to the open project."""
        if self._session.document.project is None:
            return
        path = self._session.document.project.path

        def run() -> object:
            with Project.open(path, read_only=True) as project:
                return work(project)

        background.start(run)

    def _ask(self, title: str, mode: QFileDialog.FileMode, take: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName("annotationFiles")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        if mode is not QFileDialog.FileMode.Directory:
            dialog.setNameFilter(_COCO if mode is QFileDialog.FileMode.AnyFile else _MARKS)
            dialog.setDefaultSuffix("json")
        if mode is QFileDialog.FileMode.AnyFile:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda text: take(Path(text)))
        dialog.open()
