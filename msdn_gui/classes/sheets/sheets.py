"""Class tables in and out: a sheet is read, compared with the table, and taken where a person says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.table_changes import ClassChange, Comparison, compare
from msdn_core.importers.sheets import ClassSheet, read_class_sheet
from msdn_gui.classes.editing import Editing
from msdn_gui.classes.sheets.comparison_panel import ComparisonPanel
from msdn_gui.services.background import Background
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
        self._defining: ClassSheet | None = None
        self._work = Background(self)
        self._work.done.connect(self._show_sheet)
        self._work.failed.connect(lambda sentence: session.messages.error(sentence))
        self.panel.taken.connect(self._take)
        self.panel.left.connect(self.left)

    def ask_for_sheet(self) -> None:
        """Asks for a file to read classes from."""
        self._ask("Import classes from a sheet", self._read, saving=False)

    def ask_for_target(self) -> None:
        """Asks for a file to write the classes into."""
        self._ask("Export classes", self._export, saving=True)

    def compare_with_checkpoint(self) -> None:
        """Shows the table beside the one that the chosen checkpoint was trained with."""
        session = self._session
        if session.inference.checkpoint is None:
            session.messages.warning("There is no checkpoint to compare the classes with; choose one above.")
            return
        self._defining = None
        header = session.inference.checkpoint.header
        other = header.table()
        comparison = compare(session.document.table, other.attributes, other.classes, other.vectors)
        title = f"The classes here, and those that {session.inference.checkpoint.label} was trained with"
        self.panel.show_comparison(title, session.document.table, comparison, editable=self._editable())
        self.shown.emit()

    def _read(self, path: Path) -> None:
        """Reads and compares on another thread; a project without attributes is compared with a table of none."""
        session = self._session
        table = (
            None
            if session.document.table_is_borrowed or not session.document.table.attributes
            else session.document.table
        )

        def work() -> tuple[Path, ClassSheet, ClassTable | None, Comparison]:
            sheet = read_class_sheet(path)
            base = _without_classes(sheet) if table is None else table
            return path, sheet, table, compare(base, sheet.attributes, sheet.classes, sheet.vectors)

        self._work.start(work)

    def _show_sheet(self, found: tuple[Path, ClassSheet, ClassTable | None, Comparison]) -> None:
        path, sheet, table, comparison = found
        editable = self._writable()
        if table is None:
            title = f"{path.name} describes classes by {len(sheet.attributes):,} attributes; this project has none yet"
            self._defining = sheet
            self.panel.show_comparison(title, _without_classes(sheet), comparison, editable=editable)
        else:
            self._defining = None
            title = f"The classes here, and those of {path.name}"
            self.panel.show_comparison(title, table, comparison, editable=editable and self._editable())
        self.shown.emit()

    def _take(self, changes: list[ClassChange]) -> None:
        if self._defining is not None:
            self._editing.define(self._defining, [change.name for change in changes])
        else:
            self._editing.take(changes)
        self.left.emit()

    def _export(self, path: Path) -> None:
        project = self._session.document.project
        if project is None:
            return
        job = self._jobs.engine("Exporting classes", "export", "classes", project.path, path, workspace="classes")
        job.failed.connect(lambda sentence: self._session.messages.error(sentence))
        job.finished.connect(lambda _: self._session.messages.info(f"The classes were written to {path}."))

    def _writable(self) -> bool:
        project = self._session.document.project
        return project is not None and not project.read_only

    def _editable(self) -> bool:
        return self._writable() and not self._session.document.table_is_borrowed

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


def _without_classes(sheet: ClassSheet) -> ClassTable:
    return ClassTable(sheet.attributes, (), np.zeros((0, len(sheet.attributes))), np.zeros(0, dtype=np.bool_))
