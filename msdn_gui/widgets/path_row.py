"""A field for a path, with buttons that ask for a folder or a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_line_edit


class PathRow(QWidget):
    """``takes`` says what can be chosen: ``folder``, ``file``, or both."""

    def __init__(self, name: str, hint: str, *, takes: tuple[str, ...]) -> None:
        super().__init__()
        self.setObjectName(name)
        self._hint = hint
        self.edit = make_line_edit(placeholder=hint, name=f"{name}Edit")
        self.setFocusProxy(self.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self.edit, 1)
        for kind in takes:
            button = QPushButton(f"{kind.capitalize()} …" if len(takes) > 1 else "Choose …")
            button.clicked.connect(lambda _checked=False, kind=kind: self._choose(kind))
            row.addWidget(button)

    def path(self) -> Path | None:
        """Return the path; None if the field is empty."""
        text = self.edit.text().strip()
        return Path(text).expanduser().absolute() if text else None

    def set_path(self, path: Path | None) -> None:
        """Set the path, or clear the field."""
        self.edit.setText(str(path) if path is not None else "")

    def _choose(self, kind: str) -> None:
        dialog = QFileDialog(self, f"Choose: {self._hint.removesuffix(' (optional)')}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory if kind == "folder" else QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.edit.setText)
        dialog.open()
