"""Defining the first attributes of a project as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QWidget

from msdn_core.domain.attribute_list import parse_attribute_list
from msdn_core.errors import MsdnError
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_column, make_label, named

if TYPE_CHECKING:
    from msdn_core.domain.attributes import Attribute

_EXAMPLE = "crown: red, blue, black\nwing: plain, striped, spotted\ntail: short, long, forked\ncrested"


class AttributeListDialog(QDialog):
    """The list is checked as it is typed; an error names its line."""

    defined = Signal(tuple)
    """The ``Attribute``s of the list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("attribute_list_dialog")
        self.setWindowTitle("Define attributes")
        self.resize(520, 420)
        self.text = named(QPlainTextEdit(), "attribute_list")
        self.text.setAccessibleName("Attributes, one group per line")
        self.text.setPlaceholderText(_EXAMPLE)
        self.text.setTabChangesFocus(True)
        self.status = make_label(name="attribute_list_status", wrap=True)
        explanation = make_label(
            "Which visible properties distinguish your classes? Write one group per line: name, colon, values.",
            wrap=True,
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.define = named(
            buttons.addButton("Define attributes", QDialogButtonBox.ButtonRole.AcceptRole), "define_attributes"
        )
        self.define.setProperty("look", "primary")
        column = make_column(explanation, spacing=SPACING, margin=SPACING * 2)
        column.addWidget(self.text, 1)
        column.addWidget(self.status)
        column.addWidget(buttons)
        self.setLayout(column)
        self.text.textChanged.connect(self._check)
        buttons.rejected.connect(self.reject)
        self.define.clicked.connect(self._define)
        self._check()

    def _check(self) -> None:
        fault = ""
        attributes: tuple[Attribute, ...] = ()
        try:
            attributes = parse_attribute_list(self.text.toPlainText())
        except MsdnError as error:
            fault = str(error)
        groups = len({one.group for one in attributes if one.group})
        count = f"{len(attributes):,} attribute{'' if len(attributes) == 1 else 's'}"
        text = f"{count} in {groups:,} group{'' if groups == 1 else 's'}. You can add more later."
        self.status.setText(fault or text)
        self.status.setStyleSheet(f"color: {theme().colours.error};" if fault else "")
        self.define.setEnabled(bool(attributes))

    def _define(self) -> None:
        self.defined.emit(parse_attribute_list(self.text.toPlainText()))
        self.accept()
