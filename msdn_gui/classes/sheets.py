"""Class tables in and out: a sheet is read, compared with the table, and taken where a person says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_core.domain.table_changes import compare
from msdn_core.importers.sheets import ClassSheet
from msdn_gui.classes.comparison_panel import ComparisonPanel
from msdn_gui.classes.editing import Editing
from msdn_gui.classes.sheet_reader import SheetReader
from msdn_gui.session import Session

if TYPE_CHECKING:
    from msdn_gui.services import Services

_FILTER = "Sheets (*.csv *.json)"


class Sheets(QObject):
    """Shows its panel by ``shown`` and takes it away by ``left``."""

    shown = Signal()
    left = Signal()

    def __init__(self, session: Session, services: Services, editing: Editing, owner: QWidget) -> None:
        super().__init__(owner)
        self._session, self._jobs, self._editing, self._owner = session, services.jobs, editing, owner
        self.panel = ComparisonPanel()
        self._reader = SheetReader(self)
        self._reader.read.connect(self._compare_sheet)
        self._reader.failed.connect(lambda sentence: session.message.emit("error", sentence))
        self.panel.taken.connect(self._take)
        self.panel.left.connect(self.left)

    def ask_for_sheet(self) -> None:
        """Asks for a file to read classes from."""
        self._ask("Import classes from a sheet", self._reader.begin, saving=False)

    def ask_for_target(self) -> None:
        """Asks for a file to write the classes into."""
        self._ask("Export classes", self._export, saving=True)

    def compare_with_checkpoint(self) -> None:
        """Shows the table beside the one that the chosen checkpoint was trained with."""
        session = self._session
        if session.checkpoint is None:
            session.message.emit("warning", "There is no checkpoint to compare the classes with; choose one above.")
            return
        header = session.checkpoint.header
        other = header.table()
        comparison = compare(session.table, other.attributes, other.classes, other.vectors)
        title = f"The classes here, and those that {session.checkpoint.label} was trained with"
        self.panel.show_comparison(title, session.table, comparison, editable=self._editable())
        self.shown.emit()

    def _compare_sheet(self, path: Path, sheet: ClassSheet) -> None:
        table = self._session.table
        comparison = compare(table, sheet.attributes, sheet.classes, sheet.vectors)
        title = f"The classes here, and those of {path.name}"
        self.panel.show_comparison(title, table, comparison, editable=self._editable())
        self.shown.emit()

    def _take(self, changes: list) -> None:
        self._editing.take(changes)
        self.left.emit()

    def _export(self, path: Path) -> None:
        project = self._session.project
        if project is None:
            return
        job = self._jobs.engine("Exporting classes", "export", "classes", project.path, path, workspace="classes")
        job.failed.connect(lambda sentence: self._session.message.emit("error", sentence))
        job.finished.connect(lambda _: self._session.message.emit("info", f"The classes were written to {path}."))

    def _editable(self) -> bool:
        project = self._session.project
        return project is not None and not project.read_only and not self._session.table_is_borrowed

    def _ask(self, title: str, take: Callable[[Path], None], *, saving: bool) -> None:
        dialog = QFileDialog(self._owner, title)
        dialog.setObjectName("sheet_dialog")
        dialog.setNameFilter(_FILTER)
        if saving:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("csv")
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda text: take(Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
