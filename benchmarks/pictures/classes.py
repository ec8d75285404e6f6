"""The guide's pictures of Classes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QPlainTextEdit, QSpinBox, QTreeWidget

from benchmarks.pictures.stage import Picture, Stage
from msdn_gui.classes.workspace import ClassesWorkspace


def _what_if(stage: Stage) -> None:
    stage.act("classes.what_if")


def _described(stage: Stage) -> None:
    """A new class from a description, with the attributes found in it."""
    _begin(stage, "Blue-crowned fisher", "A description")
    stage.type(
        stage.find(QPlainTextEdit, "class_text"),
        "A small bird with a blue crown and a long bill, grey wings with stripes, and no crest",
    )


def _blended(stage: Stage) -> None:
    """A new class as a blend of two others."""
    _begin(stage, "Hybrid shrike", "A blend of classes")
    for number, (name, weight) in enumerate((("Hook-billed shrike", 70), ("Masked crested wren", 30)), 1):
        line = stage.find(QLineEdit, f"blend_class_{number}")
        line.clear()
        stage.type(line, name)
        line.completer().popup().hide()
        stage.find(QSpinBox, f"blend_weight_{number}").setValue(weight)


def _attribute(stage: Stage) -> None:
    """A new attribute, and its consequences for the checkpoint."""
    stage.act("classes.new_attribute")


def _sheet(stage: Stage) -> None:
    """A sheet with two changed values and a new class, row by row."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "birds of the north.csv"
        stage.act("classes.export_sheet")
        _choose(stage, file)
        stage.wait(file.exists)
        lines = file.read_text(encoding="utf-8").splitlines()
        first = lines[1].replace(",1.0,", ",0.5,", 2)
        added = "Northern gannet" + lines[4][lines[4].index(",") :]
        file.write_text("\n".join((lines[0], first, *lines[2:], added)), encoding="utf-8")
        stage.act("classes.import_sheet")
        _choose(stage, file)
        stage.wait(lambda: stage.find(ClassesWorkspace).findChild(QTreeWidget, "comparison_rows").isVisible())
    stage.window.message_bar.hide()
    rows = stage.find(QTreeWidget, "comparison_rows")
    rows.expandItem(rows.topLevelItem(0))
    rows.expandItem(rows.topLevelItem(1))


def _define_attributes(stage: Stage) -> None:
    """A project of photographs, and a list of attributes for it."""
    stage.open_photographs()
    stage.act("classes.define_attributes")
    text = stage.find(QPlainTextEdit, "attribute_list")
    text.setPlainText("crown: red, blue, black\nwing: plain, striped, spotted\ntail: short, long, forked\ncrested")


def _begin(stage: Stage, name: str, start: str) -> None:
    stage.act("classes.new")
    stage.type(stage.find(QLineEdit, "new_class_name"), name)
    kind = stage.find(QComboBox, "new_class_kind")
    kind.setCurrentText(start)


def _choose(stage: Stage, file: Path) -> None:
    dialog = stage.find(QFileDialog, "sheet_dialog")
    dialog.fileSelected.emit(str(file))
    dialog.close()
    stage.settle()


PICTURES = (
    Picture("classes-what-if", "classes", _what_if),
    Picture("classes-new", "classes", _described),
    Picture("classes-blend", "classes", _blended),
    Picture("classes-attribute", "classes", _attribute),
    Picture("classes-sheet", "classes", _sheet),
    Picture("classes-define-attributes", "classes", _define_attributes),
)
