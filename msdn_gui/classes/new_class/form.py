"""A new class: its name, what its vector begins as, and what is odd about that, before it is added."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.closeness import SAME_DIRECTION
from msdn_gui.classes.class_names import name_fault
from msdn_gui.classes.new_class.blend import Blend
from msdn_gui.classes.new_class.description import Description
from msdn_gui.classes.new_class.examples import Examples
from msdn_gui.classes.new_class.starts import OtherClass, Start
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_button, make_combo_box, make_label, make_line_edit


class NewClassForm(QWidget):
    """Stands in the side panel; Enter adds the class, Escape leaves."""

    asked = Signal(str, object, str)
    """The name, the (K,) vector and the description."""
    left = Signal()

    def __init__(self, session: Session, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("new_class_form")
        self._table = ClassTable.empty()
        self.name = make_line_edit(name="new_class_name", placeholder="e.g. Blue-crested heron")
        self.other, self.blend, self.examples, self.text = (
            OtherClass(),
            Blend(),
            Examples(session, thumbnails),
            Description(),
        )
        self.starts: tuple[Start, ...] = (self.other, self.blend, self.examples, self.text)
        self.kind = make_combo_box(name="new_class_kind")
        self.kind.addItems(["Nothing, or another class", "A blend of classes", "Example images", "A description"])
        self._pages = QStackedWidget()
        for start in self.starts:
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(start)
            column.addStretch(1)
            self._pages.addWidget(page)
            start.changed.connect(self._check)
        self.fault = make_label(name="new_class_fault", wrap=True)
        self.hint = make_label(name="new_class_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        self.add = make_button("Add class", name="add_class")
        self.add.setProperty("look", "primary")
        cancel = make_button("Cancel", name="cancel_new_class")
        title, name_label, kind_label = QLabel("New class"), QLabel("&Name"), QLabel("&Starts as")
        title.setProperty("look", "heading")
        name_label.setBuddy(self.name)
        kind_label.setBuddy(self.kind)
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
        layout.addWidget(name_label)
        layout.addWidget(self.name)
        layout.addSpacing(SPACING // 2)
        for widget in (kind_label, self.kind, self._pages, self.fault, self.hint):
            layout.addWidget(widget)
        layout.addSpacing(SPACING)
        layout.addLayout(buttons)
        layout.addStretch(1)
        self.name.textChanged.connect(self._check)
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.name.returnPressed.connect(self._ask)
        self.other.source.lineEdit().returnPressed.connect(self._ask)
        self.add.clicked.connect(self._ask)
        cancel.clicked.connect(self.left)
        theme().changed.connect(self._recolour)
        self._recolour()
        self._show_kind()

    def begin(self, table: ClassTable, source: str | None) -> None:
        """Start over with this table's classes to start from; ``source`` is proposed."""
        self._table = table
        for start in self.starts:
            start.begin(table, source)
        self.kind.setCurrentIndex(0)
        self.name.setText(self._proposed(source) if source is not None else "")
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    def set_table(self, table: ClassTable) -> None:
        """The table has changed while the form stands there; a new set of names is checked against."""
        self._table = table
        if self.isVisible():
            self._check()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    @property
    def _start(self) -> Start:
        return self.starts[self.kind.currentIndex()]

    def _proposed(self, source: str) -> str:
        taken, number = self._table.class_index, 2
        while f"{source} {number}" in taken:
            number += 1
        return f"{source} {number}"

    def _show_kind(self, *_: object) -> None:
        self._pages.setCurrentIndex(self.kind.currentIndex())
        # A stack is as high as its highest page; the others leave no hole.
        for place in range(self._pages.count()):
            policy = self._pages.widget(place).sizePolicy()
            is_shown = place == self.kind.currentIndex()
            policy.setVerticalPolicy(policy.Policy.Preferred if is_shown else policy.Policy.Ignored)
            self._pages.widget(place).setSizePolicy(policy)
        self._check()

    def _check(self, *_: object) -> None:
        if not self._table.attributes:
            return
        name, start = name_fault(self._table, self.name.text()), self._start.fault()
        # A form that has just been opened does not begin with a reproach.
        self.fault.setText(name if self.name.text() else "")
        self.fault.setVisible(bool(self.fault.text()))
        vector = self._start.vector()
        self.add.setEnabled(not name and not start and vector is not None)
        self.hint.setText(self._oddity(vector) if vector is not None else start)

    def _oddity(self, vector: FloatArray) -> str:
        """Where the class would stand among the others."""
        if not vector.any():
            return "It is unseen. With all values 0 it scores 0 for every image until you fill some in."
        if not self._table.classes:
            return "It is unseen."
        cosines = self._table.unit_vectors() @ (vector / np.linalg.norm(vector))
        nearest = int(cosines.argmax())
        name = self._table.classes[nearest]
        if cosines[nearest] >= SAME_DIRECTION:
            return (
                f"It is unseen, and has the vector of {name} at first; until you change a value, no image can tell "
                "the two apart."
            )
        return f"It is unseen. Nearest class: {name}, cosine {cosines[nearest]:.3f}."

    def _recolour(self) -> None:
        self.fault.setStyleSheet(f"color: {theme().colours.error};")

    def _ask(self) -> None:
        vector = self._start.vector()
        if self.add.isEnabled() and vector is not None:
            text = self.text.text.toPlainText().strip() if self._start is self.text else ""
            self.asked.emit(self.name.text().strip(), vector.copy(), text)
