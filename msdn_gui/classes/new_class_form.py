"""A new class: its name, and what its vector begins as."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from msdn_core.domain.attributes import ClassTable
from msdn_gui.classes.editing import name_fault
from msdn_gui.theme import SPACING, theme
from msdn_gui.widgets.mark import mark_pixmap

_EMPTY = "Empty: every value is 0"


class NewClassForm(QWidget):
    """Stands in the side panel; Enter adds the class, Escape leaves."""

    asked = Signal(str, object)
    """The name, and the class whose vector is taken over, or None."""
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("new_class_form")
        self._table = ClassTable.empty()
        self.name = QLineEdit(objectName="new_class_name", placeholderText="e.g. Blue-crested heron")
        self.source = QComboBox(objectName="new_class_source")
        self.source.setEditable(True)
        self.source.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.source.setMinimumContentsLength(12)
        completer = self.source.completer()
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.fault = QLabel(objectName="new_class_fault", wordWrap=True)
        self.hint = QLabel(objectName="new_class_hint", wordWrap=True)
        self.hint.setProperty("look", "muted")
        self.add = QPushButton("Add class", objectName="add_class")
        self.add.setProperty("look", "primary")
        cancel = QPushButton("Cancel", objectName="cancel_new_class")
        title, name_label, source_label = QLabel("New class"), QLabel("&Name"), QLabel("&Starts as")
        title.setProperty("look", "heading")
        name_label.setBuddy(self.name)
        source_label.setBuddy(self.source)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(title)
        layout.addSpacing(SPACING // 2)
        for widget in (name_label, self.name, self.fault):
            layout.addWidget(widget)
        layout.addSpacing(SPACING // 2)
        for widget in (source_label, self.source, self.hint):
            layout.addWidget(widget)
        layout.addSpacing(SPACING)
        layout.addLayout(buttons)
        layout.addStretch(1)
        self.name.textChanged.connect(self._check)
        self.source.currentTextChanged.connect(self._check)
        self.name.returnPressed.connect(self._ask)
        self.source.lineEdit().returnPressed.connect(self._ask)
        self.add.clicked.connect(self._ask)
        cancel.clicked.connect(self.left)
        theme().changed.connect(self._recolour)
        self._recolour()

    def begin(self, table: ClassTable, source: str | None) -> None:
        """Start over with this table's classes to start from; ``source`` is proposed."""
        self._table = table
        self.source.clear()
        self.source.addItem(_EMPTY, None)
        signs = [QIcon(mark_pixmap(mark)) for mark in ("unseen", "seen")]
        for name, seen in zip(table.classes, table.seen.tolist(), strict=True):
            self.source.addItem(signs[seen], name, name)
        self.source.setCurrentIndex(self.source.findData(source) if source is not None else 0)
        self.source.lineEdit().setCursorPosition(0)
        self.name.setText(self._proposed(source) if source is not None else "")
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    def set_table(self, table: ClassTable) -> None:
        """The table has changed while the form stands there; a new set of names is checked against."""
        self._table = table
        self._check()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _proposed(self, source: str) -> str:
        taken, number = self._table.class_index, 2
        while f"{source} {number}" in taken:
            number += 1
        return f"{source} {number}"

    def _source(self) -> tuple[bool, str | None]:
        """Whether a known start is chosen, and the class it stands for."""
        place = self.source.findText(self.source.currentText(), Qt.MatchFlag.MatchFixedString)
        if place < 0:
            return False, None
        name = self.source.itemData(place)
        return name is None or name in self._table.class_index, name

    def _fault(self) -> str:
        fault = name_fault(self._table, self.name.text())
        if not fault and not self._source()[0]:
            fault = "There is no such class to start from; choose one of the list."
        return fault

    def _check(self, *_: object) -> None:
        fault = self._fault()
        # A form that has just been opened does not begin with a reproach.
        self.fault.setText(fault if self.name.text() else "")
        self.fault.setVisible(bool(self.fault.text()))
        self.add.setEnabled(not fault)
        _, source = self._source()
        if source is None:
            self.hint.setText("It is unseen. With all values 0 it scores 0 for every image until you fill some in.")
        else:
            self.hint.setText(
                f"It is unseen, and has the vector of {source} at first; until you change a value, no image can tell "
                "the two apart."
            )

    def _recolour(self) -> None:
        self.fault.setStyleSheet(f"color: {theme().colours.error};")

    def _ask(self) -> None:
        if not self._fault():
            self.asked.emit(self.name.text().strip(), self._source()[1])
