"""Asks what to import: the format is recognised by what lies there, and says which files belong to it."""

from __future__ import annotations

from pathlib import Path
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
    from msdn_core.importers.recognise import Recognised

_TYPING_MS = 250
_OWN = {
    "images": "A folder of images",
    "checkpoint": "A published checkpoint of MSDN (.pth), for the open project",
    "project": "A project of this program",
}
"""What can be opened besides ``FORMATS``."""
_RECIPES = (("by the number of attributes", ""), ("CUB", "cub"), ("SUN", "sun"), ("AWA2", "awa2"))


class ImportDialog(QDialog):
    """``asked`` hands an ``ImportRequest`` on."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, has_project: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("importDialog")
        self.setWindowTitle("Import")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(640)
        self._has_project = has_project
        self.source = PathRow("importSource", "a data set's folder, or a file", takes=("folder", "file"))
        self.format = make_combo_box(name="importFormat")
        self.format.setPlaceholderText("recognised by what lies there")
        for name, entry in FORMATS.items():
            self.format.addItem(entry.text[0].upper() + entry.text[1:], name)
        for name, words in _OWN.items():
            self.format.addItem(words, name)
        self.format.setCurrentIndex(-1)
        self.note = ElidedLabel(name="importNote")
        self.note.setProperty("look", "muted")
        self.options = {
            IMAGES: PathRow("importImages", "the folder of the photographs (may be left out)", takes=("folder",)),
            SPLITS: PathRow("importSplits", "att_splits.mat (may be left out)", takes=("file",)),
            WORD_VECTORS: PathRow(
                "importWords", "a vector an attribute, or GloVe or word2vec (may be left out)", takes=("file",)
            ),
        }
        self.recipe = make_combo_box(name="importRecipe")
        for words, name in _RECIPES:
            self.recipe.addItem(words, name)
        self._fault = make_label(name="importFault", wrap=True)
        self._recogniser = Recogniser(self)
        self._typing = make_timer(self, _TYPING_MS, single_shot=True)
        self._compose()
        self._typing.timeout.connect(self._recognise)
        self._recogniser.recognised.connect(self._take)
        self.source.edit.textChanged.connect(self._source_changed)
        self.format.currentIndexChanged.connect(self._format_changed)
        for row in self.options.values():
            row.edit.textChanged.connect(self._fault.hide)
        self._format_changed()

    def show_source(self, path: Path) -> None:
        """Starts with a path, e.g. one that was dropped on the window."""
        self.source.set_path(path)
        self._typing.stop()
        self._recognise()

    def _compose(self) -> None:
        self._form = form = Form()
        form.add("From", self.source)
        form.add("It is", self.format)
        form.add("", self.note)
        form.add("Photographs", self.options[IMAGES])
        form.add("Splits", self.options[SPLITS])
        form.add("Word vectors", self.options[WORD_VECTORS])
        form.add("Recipe", self.recipe)
        self._fault.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setObjectName("importStart")
        self.start.setProperty("look", "primary")
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING * 2, SPACING * 2, SPACING * 2, SPACING * 2)
        column.setSpacing(SPACING * 2)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(self._fault)
        column.addWidget(buttons)

    # What the source is

    def _source_changed(self) -> None:
        self._fault.hide()
        self.note.setText("")
        self.start.setEnabled(False)
        self._typing.start()

    def _recognise(self) -> None:
        path = self.source.path()
        if path is None:
            self._put_format(None)
        elif not path.exists():
            self._put_format(None)
            self.note.setText(f"There is nothing at {path}.")
        else:
            self.note.setText("Looking at what lies there …")
            self._recogniser.ask(path)

    def _take(self, path: Path, found: Recognised | None) -> None:
        if path != self.source.path():
            return
        self._put_format(found.format if found is not None else None)
        if found is None:
            self.note.setText("This is no format that is known; choose what it is, if you know.")
            return
        self.note.setText("Recognised by what lies there; choose another one if it is not that.")
        if found.splits is not None and self.options[SPLITS].path() is None:
            self.options[SPLITS].set_path(found.splits)

    def _put_format(self, name: str | None) -> None:
        with QSignalBlocker(self.format):
            self.format.setCurrentIndex(self.format.findData(name) if name is not None else -1)
        self._format_changed()

    def _format_changed(self) -> None:
        name = self.format.currentData()
        offered = FORMATS[name].options if name in FORMATS else ()
        for option, row in self.options.items():
            self._form.show_row(row, option in offered)
        self._form.show_row(self.recipe, name == "checkpoint")
        self._fault.hide()
        ready = name is not None and self.source.path() is not None
        if name == "checkpoint" and not self._has_project:
            ready = False
            self.note.setText("A checkpoint belongs to a project: open or import its data set first.")
        self.start.setEnabled(ready)

    def _ask(self) -> None:
        source, name = self.source.path(), self.format.currentData()
        if source is None or not source.exists():
            self._refuse(f"There is nothing at {source}; choose another folder or file.")
            return
        options: dict[str, str] = {}
        for option in FORMATS[name].options if name in FORMATS else ():
            path = self.options[option].path()
            if path is None:
                continue
            if not path.exists():
                self._refuse(f"There is nothing at {path}; choose another one, or leave it out.")
                return
            options[option] = str(path)
        if name == "checkpoint" and self.recipe.currentData():
            options["recipe"] = self.recipe.currentData()
        self.asked.emit(ImportRequest(name, source, options))
        self.accept()

    def _refuse(self, sentence: str) -> None:
        self._fault.setText(sentence)
        self._fault.show()
