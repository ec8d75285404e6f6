"""Importing and exporting class sheets: a sheet is read, compared with the table, and imported on request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.table_changes import ClassChange, Comparison, compare
from msdn_core.importers.findings import Findings
from msdn_core.importers.sheets import ClassSheet, read_class_sheet
from msdn_gui.classes.sheets.comparison_panel import ComparisonPanel
from msdn_gui.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_gui.classes.editing import Editing
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_FILTER = "Class sheets (*.csv *.tsv *.json);;All files (*)"
_EXPORT_FILTER = "Class sheets (*.csv *.json)"


class Sheets(QObject):
    """Owns the comparison panel; the workspace shows and hides it."""

    opened = Signal()
    """The panel has a comparison to show."""
    closed = Signal()
    """The panel is no longer needed."""

    def __init__(self, session: Session, services: Services, editing: Editing, owner: QWidget) -> None:
        super().__init__(owner)
        self._session, self._jobs, self._editing, self._owner = session, services.jobs, editing, owner
        self.panel = ComparisonPanel()
        self._defining: ClassSheet | None = None
        """The compared sheet, if it would define the attributes of the project."""
        self._work = Background(self)
        self._work.done.connect(self._on_sheet_read)
        self._work.failed.connect(lambda sentence: session.messages.error(sentence))
        self.panel.import_requested.connect(self._import)
        self.panel.closed.connect(self.closed)

    def import_sheet(self) -> None:
        """Ask for a file, and compare it with the table."""
        self._choose_file("Import class sheet", self._read, saving=False)

    def export_sheet(self) -> None:
        """Ask for a file, and save the classes to it."""
        self._choose_file("Export class sheet", self._export, saving=True)

    def compare_with_checkpoint(self) -> None:
        """Compare the table with the one that the selected checkpoint was trained with."""
        session, checkpoint = self._session, self._session.inference.checkpoint
        if checkpoint is None:
            session.messages.warning("No checkpoint is selected; select one above to compare the classes with it.")
            return
        self._defining = None
        other = checkpoint.header.table()
        comparison = compare(session.document.table, other.attributes, other.classes, other.vectors)
        title = f"Classes of this project and of the checkpoint {checkpoint.label}"
        self.panel.show_comparison(
            title, "Checkpoint", session.document.table, comparison, editable=self._is_editable()
        )
        self.opened.emit()

    def _read(self, path: Path) -> None:
        """Read and compare on another thread; a project without attributes is compared with an empty table."""
        document = self._session.document
        table = None if document.table_is_borrowed or not document.table.attributes else document.table

        def work() -> tuple[Path, ClassSheet, ClassTable | None, Comparison, tuple[str, ...]]:
            findings = Findings()
            sheet = read_class_sheet(path, findings)
            base = _without_classes(sheet) if table is None else table
            comparison = compare(base, sheet.attributes, sheet.classes, sheet.vectors)
            return path, sheet, table, comparison, findings.sentences()

        self._work.start(work)

    def _on_sheet_read(self, found: tuple[Path, ClassSheet, ClassTable | None, Comparison, tuple[str, ...]]) -> None:
        path, sheet, table, comparison, findings = found
        if findings:
            self._session.messages.warning(" ".join(findings))
        if table is None:
            self._defining = sheet
            title = f"{path.name} defines {len(sheet.attributes):,} attributes; this project has none yet"
            base, editable = _without_classes(sheet), self._is_writable()
        else:
            self._defining = None
            title = f"Classes of this project and of {path.name}"
            base, editable = table, self._is_editable()
        self.panel.show_comparison(title, "Sheet", base, comparison, editable=editable)
        self.opened.emit()

    def _import(self, changes: list[ClassChange]) -> None:
        if self._defining is not None:
            self._editing.define(self._defining, [change.name for change in changes])
        else:
            self._editing.import_changes(changes)
        self.closed.emit()

    def _export(self, path: Path) -> None:
        project = self._session.document.project
        if project is None:
            return
        job = self._jobs.engine("Exporting classes", "export", "classes", project.path, path, workspace="classes")
        job.failed.connect(lambda sentence: self._session.messages.error(sentence))
        job.finished.connect(lambda _: self._session.messages.info(f"The classes were saved to {path}."))

    def _is_writable(self) -> bool:
        project = self._session.document.project
        return project is not None and not project.read_only

    def _is_editable(self) -> bool:
        return self._is_writable() and not self._session.document.table_is_borrowed

    def _choose_file(self, title: str, use: Callable[[Path], None], *, saving: bool) -> None:
        dialog = QFileDialog(self._owner, title)
        dialog.setObjectName("sheet_dialog")
        dialog.setNameFilters((_EXPORT_FILTER if saving else _FILTER).split(";;"))
        if saving:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("csv")
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda text: use(Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _without_classes(sheet: ClassSheet) -> ClassTable:
    return ClassTable(sheet.attributes, (), np.zeros((0, len(sheet.attributes))), np.zeros(0, dtype=np.bool_))
