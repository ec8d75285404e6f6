"""Asks where CUB-200-2011 and what belongs to it lie."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from msdn_gui.theme import SPACING


class CubDialog(QDialog):
    """Folder, split file and word vectors; ``accepted_paths`` hands them on."""

    accepted_paths = Signal(object, object, object)
    """Folder (Path), att_splits.mat (Path or None), word vectors (Path or None)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cubDialog")
        self.setWindowTitle("Import CUB-200-2011")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self.folder = _PathRow("cubFolder", "the folder with images.txt in it", folder=True)
        self.splits = _PathRow("cubSplits", "att_splits.mat (may be left out)")
        self.words = _PathRow("cubWords", "a .pkl or .npy file (may be left out)")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        form.setHorizontalSpacing(SPACING * 2)
        form.setVerticalSpacing(SPACING)
        form.addRow("Data set", self.folder)
        form.addRow("Splits", self.splits)
        form.addRow("Word vectors", self.words)
        self._fault = QLabel(objectName="cubFault")
        self._fault.setWordWrap(True)
        self._fault.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setProperty("look", "primary")
        buttons.accepted.connect(self._check)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING * 2, SPACING * 2, SPACING * 2, SPACING * 2)
        column.setSpacing(SPACING * 2)
        column.addLayout(form)
        column.addWidget(self._fault)
        column.addWidget(buttons)
        for row in (self.folder, self.splits, self.words):
            row.edit.textChanged.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self._fault.hide()
        self.start.setEnabled(self.folder.path() is not None)

    def _refuse(self, sentence: str) -> None:
        self._fault.setText(sentence)
        self._fault.show()

    def _check(self) -> None:
        folder = self.folder.path()
        if folder is None or not (folder / "images.txt").is_file():
            self._refuse("There is no images.txt in that folder; choose the one called CUB_200_2011.")
            return
        for row in (self.splits, self.words):
            path = row.path()
            if path is not None and not path.is_file():
                self._refuse(f"There is no file {path}; choose another one or leave it out.")
                return
        self.accepted_paths.emit(folder, self.splits.path(), self.words.path())
        self.accept()


class _PathRow(QWidget):
    def __init__(self, name: str, hint: str, *, folder: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self._hint = hint
        self._folder = folder
        self.edit = QLineEdit(placeholderText=hint, objectName=f"{name}Edit")
        button = QPushButton("Choose …")
        button.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self.edit, 1)
        row.addWidget(button)

    def path(self) -> Path | None:
        text = self.edit.text().strip()
        return Path(text).expanduser().absolute() if text else None

    def _choose(self) -> None:
        dialog = QFileDialog(self, f"Choose {self._hint.removesuffix(' (may be left out)')}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory if self._folder else QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.edit.setText)
        dialog.open()
