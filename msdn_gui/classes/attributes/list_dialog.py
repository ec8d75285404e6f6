"""The first attributes of a project, written down as a list; classes are described by them afterwards."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from msdn_core.domain.attribute_list import parse_attribute_list
from msdn_core.errors import MsdnError
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_label, named

_EXAMPLE = "crown: red, blue, black\nwing: plain, striped, spotted\ntail: short, long, forked\ncrested"


class AttributeListDialog(QDialog):
    """What is written is read as it is typed; what cannot be read is said with its line."""

    written = Signal(tuple)
    """The ``Attribute``s of the list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("attribute_list_dialog")
        self.setWindowTitle("Attributes of this project")
        self.resize(520, 420)
        self.text = named(QPlainTextEdit(), "attribute_list")
        self.text.setAccessibleName("Attributes, a line a group")
        self.text.setPlaceholderText(_EXAMPLE)
        self.text.setTabChangesFocus(True)
        self.said = make_label(name="attribute_list_said", wrap=True)
        ask = make_label(
            "What can be seen in these images and tells their classes apart? A line a group, and behind its colon "
            "what it can be.",
            wrap=True,
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.define = buttons.addButton("Define attributes", QDialogButtonBox.ButtonRole.AcceptRole)
        self.define.setObjectName("define_attributes")
        self.define.setProperty("look", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING * 2, SPACING * 2, SPACING * 2, SPACING * 2)
        column.setSpacing(SPACING)
        column.addWidget(ask)
        column.addWidget(self.text, 1)
        column.addWidget(self.said)
        column.addWidget(buttons)
        self.text.textChanged.connect(self._read)
        buttons.rejected.connect(self.reject)
        self.define.clicked.connect(self._take)
        self._read()

    def _read(self) -> None:
        fault, attributes = "", ()
        try:
            attributes = parse_attribute_list(self.text.toPlainText())
        except MsdnError as error:
            fault = str(error)
        groups = len({one.group for one in attributes if one.group})
        count = f"{len(attributes):,} attribute{'' if len(attributes) == 1 else 's'}"
        self.said.setText(fault or f"{count} in {groups:,} group{'' if groups == 1 else 's'}. More can be added later.")
        self.said.setStyleSheet(f"color: {theme().colours.error};" if fault else "")
        self.define.setEnabled(bool(attributes))

    def _take(self) -> None:
        self.written.emit(parse_attribute_list(self.text.toPlainText()))
        self.accept()
