"""Asks what to export, of which run, and to which file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QVBoxLayout,
    QWidget,
)

from msdn_core.exporters.kinds import KINDS
from msdn_gui.look.theme import SPACING
from msdn_gui.services.locations import file_name
from msdn_gui.widgets.build import make_combo_box, make_label
from msdn_gui.widgets.form import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.session.checkpoints import CheckpointChoice

_NO_RUN = "There are no runs to export yet; train one first."
_SPLITS = (("Test images", "test"), ("Training images", "train"), ("All images", "all"))


@dataclass(frozen=True)
class ExportRequest:
    """What to write to which file; ``options`` are those of the command line."""

    kind: str
    file: Path
    options: tuple[str, ...] = ()


class ExportDialog(QDialog):
    """``asked`` emits an ``ExportRequest``."""

    asked = Signal(object)

    def __init__(
        self,
        project: str,
        checkpoints: Sequence[CheckpointChoice],
        current: Path | None,
        parent: QWidget | None = None,
        *,
        runs: Sequence[str] = (),
    ) -> None:
        """``current`` is the checkpoint in use; ``runs`` are the names of all runs of the project."""
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self._project = project
        self.kind = make_combo_box(name="exportKind")
        for name, kind in KINDS.items():
            self.kind.addItem(kind.text[0].upper() + kind.text[1:], name)
        self.run = make_combo_box(name="exportRun")
        for choice in checkpoints:
            self.run.addItem(choice.label, str(choice.path))
        self.run.setCurrentIndex(max(0, self.run.findData(str(current))))
        self.runs = make_combo_box(name="exportRuns")
        self.runs.addItem("All runs", "")
        for name in runs:
            self.runs.addItem(name, name)
        self.split = make_combo_box(name="exportSplit")
        for text, name in _SPLITS:
            self.split.addItem(text, name)
        self._note = make_label(name="exportNote", wrap=True)
        self._note.setProperty("look", "muted")
        self._form = Form()
        rows = (
            ("Content", self.kind),
            ("Run", self.run),
            ("Runs", self.runs),
            ("Images", self.split),
            ("", self._note),
        )
        for label, widget in rows:
            self._form.add(label, widget)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.addButton("Save as …", QDialogButtonBox.ButtonRole.ActionRole)
        self.save.setObjectName("exportSave")
        self.save.setProperty("look", "primary")
        self.save.clicked.connect(self._ask_for_file)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING * 2, SPACING * 2, SPACING * 2, SPACING * 2)
        column.setSpacing(SPACING * 2)
        column.addLayout(self._form)
        column.addStretch(1)
        column.addWidget(buttons)
        self.kind.currentIndexChanged.connect(self._on_kind_changed)
        self._on_kind_changed()

    def accept_file(self, file: Path) -> None:
        """Emit the request with a file, and close the dialog."""
        name = self.kind.currentData()
        kind = KINDS[name]
        if kind.suffixes and file.suffix.lower() not in kind.suffixes:
            file = file.with_name(file.name + kind.suffixes[0])
        options: list[str] = []
        if kind.of_run:
            options += ["--run", self.run.currentData()]
        if kind.of_runs and self.runs.currentData():
            options += ["--run", self.runs.currentData()]
        if kind.of_images:
            options += ["--split", self.split.currentData()]
        self.asked.emit(ExportRequest(name, file, tuple(options)))
        self.accept()

    def _on_kind_changed(self) -> None:
        kind = KINDS[self.kind.currentData()]
        self._form.show_row(self.run, kind.of_run)
        self._form.show_row(self.runs, kind.of_runs)
        self._form.show_row(self.split, kind.of_images)
        missing = (kind.of_run and self.run.count() == 0) or (kind.of_runs and self.runs.count() == 1)
        self._note.setText(_NO_RUN if missing else "")
        self._form.show_row(self._note, missing)
        self.save.setEnabled(not missing)

    def _ask_for_file(self) -> None:
        name = self.kind.currentData()
        suffixes = KINDS[name].suffixes
        if not suffixes:
            self._ask_for_folder()
            return
        filters = ";;".join(f"{suffix[1:].upper()} (*{suffix})" for suffix in suffixes)
        dialog = QFileDialog(self, "Export", file_name(f"{self._project} {name}", suffixes[0]), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffixes[0][1:])
        dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix(text.split("*.")[1].rstrip(")")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda text: self.accept_file(Path(text)))
        dialog.open()

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, "Export to a folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda text: self.accept_file(Path(text)))
        dialog.open()
