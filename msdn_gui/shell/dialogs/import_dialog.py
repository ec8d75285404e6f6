"""Asks what to import: the format is recognised from the source, and says which other files it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from msdn_core.importers.formats import FORMATS, IMAGES, SPLITS, WORD_VECTORS
from msdn_gui.look.theme import SPACING
from msdn_gui.services.recogniser import Recogniser
from msdn_gui.shell.opening import ImportRequest
from msdn_gui.timers import make_timer
from msdn_gui.widgets.build import make_combo_box, make_label
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.form import Form
from msdn_gui.widgets.path_row import PathRow

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.importers.recognise import Recognised

_TYPING_MS = 250
_OTHER_SOURCES = {
    "images": "Folder of images",
    "checkpoint": "Published MSDN checkpoint (.pth), for the open project",
    "project": "MSDN Explorer project",
}
"""What can be opened besides ``FORMATS``."""
_RECIPES = (("By number of attributes", ""), ("CUB", "cub"), ("SUN", "sun"), ("AWA2", "awa2"))


class ImportDialog(QDialog):
    """``asked`` emits an ``ImportRequest``."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, has_project: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("importDialog")
        self.setWindowTitle("Import")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(640)
        self._has_project = has_project
        self.source = PathRow("importSource", "Folder or file of a data set", takes=("folder", "file"))
        self.format = make_combo_box(name="importFormat")
        self.format.setPlaceholderText("Recognised from the source")
        for name, entry in FORMATS.items():
            self.format.addItem(entry.text[0].upper() + entry.text[1:], name)
        for name, text in _OTHER_SOURCES.items():
            self.format.addItem(text, name)
        self.format.setCurrentIndex(-1)
        self.note = ElidedLabel(name="importNote")
        self.note.setProperty("look", "muted")
        self.options = {
            IMAGES: PathRow("importImages", "Folder of images (optional)", takes=("folder",)),
            SPLITS: PathRow("importSplits", "att_splits.mat (optional)", takes=("file",)),
            WORD_VECTORS: PathRow(
                "importWords", "One vector per attribute, or GloVe or word2vec (optional)", takes=("file",)
            ),
        }
        self.recipe = make_combo_box(name="importRecipe")
        for text, name in _RECIPES:
            self.recipe.addItem(text, name)
        self._error = make_label(name="importFault", wrap=True)
        self._recogniser = Recogniser(self)
        self._typing = make_timer(self, _TYPING_MS, single_shot=True)
        self._compose()
        self._typing.timeout.connect(self._recognise)
        self._recogniser.recognised.connect(self._on_recognised)
        self.source.edit.textChanged.connect(self._on_source_changed)
        self.format.currentIndexChanged.connect(self._on_format_changed)
        for row in self.options.values():
            row.edit.textChanged.connect(self._error.hide)
        self._on_format_changed()

    def show_source(self, path: Path) -> None:
        """Fill in a path, e.g. one that was dropped on the window."""
        self.source.set_path(path)
        self._typing.stop()
        self._recognise()

    def _compose(self) -> None:
        self._form = form = Form()
        form.add("Source", self.source)
        form.add("Format", self.format)
        form.add("", self.note)
        form.add("Images", self.options[IMAGES])
        form.add("Splits", self.options[SPLITS])
        form.add("Word vectors", self.options[WORD_VECTORS])
        form.add("Recipe", self.recipe)
        self._error.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setObjectName("importStart")
        self.start.setProperty("look", "primary")
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING * 2, SPACING * 2, SPACING * 2, SPACING * 2)
        column.setSpacing(SPACING * 2)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(self._error)
        column.addWidget(buttons)

    # Recognising

    def _on_source_changed(self) -> None:
        self._error.hide()
        self.note.setText("")
        self.start.setEnabled(False)
        self._typing.start()

    def _recognise(self) -> None:
        path = self.source.path()
        if path is None:
            self._set_format(None)
        elif not path.exists():
            self._set_format(None)
            self.note.setText(f"{path} does not exist.")
        else:
            self.note.setText("Recognising …")
            self._recogniser.ask(path)

    def _on_recognised(self, path: Path, found: Recognised | None) -> None:
        if path != self.source.path():
            return
        self._set_format(found.format if found is not None else None)
        if found is None:
            self.note.setText("The format was not recognised; select it if you know it.")
            return
        self.note.setText("Recognised from the source; select another format if this is wrong.")
        if found.splits is not None and self.options[SPLITS].path() is None:
            self.options[SPLITS].set_path(found.splits)

    def _set_format(self, name: str | None) -> None:
        with QSignalBlocker(self.format):
            self.format.setCurrentIndex(self.format.findData(name) if name is not None else -1)
        self._on_format_changed()

    def _on_format_changed(self) -> None:
        name = self.format.currentData()
        offered = FORMATS[name].options if name in FORMATS else ()
        for option, row in self.options.items():
            self._form.show_row(row, option in offered)
        self._form.show_row(self.recipe, name == "checkpoint")
        self._error.hide()
        ready = name is not None and self.source.path() is not None
        if name == "checkpoint" and not self._has_project:
            ready = False
            self.note.setText("A checkpoint is imported into a project: open or import its data set first.")
        self.start.setEnabled(ready)

    def _accept(self) -> None:
        source, name = self.source.path(), self.format.currentData()
        if source is None or not source.exists():
            self._refuse(f"{source} does not exist; choose another folder or file.")
            return
        options: dict[str, str] = {}
        for option in FORMATS[name].options if name in FORMATS else ():
            path = self.options[option].path()
            if path is None:
                continue
            if not path.exists():
                self._refuse(f"{path} does not exist; choose another file, or clear the field.")
                return
            options[option] = str(path.absolute())
        if name == "checkpoint" and self.recipe.currentData():
            options["recipe"] = self.recipe.currentData()
        self.asked.emit(ImportRequest(name, source, options))
        self.accept()

    def _refuse(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.show()
