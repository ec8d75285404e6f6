"""The form of a new class: its name, what its vector starts from, and what is unusual about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.closeness import SAME_DIRECTION
from msdn_core.domain.display_names import class_text
from msdn_gui.classes.class_names import name_fault
from msdn_gui.classes.new_class.blend import Blend
from msdn_gui.classes.new_class.description import Description
from msdn_gui.classes.new_class.examples import Examples
from msdn_gui.classes.new_class.starts import OtherClass, Start
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_button, make_column, make_combo_box, make_label, make_line_edit, make_row

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.session import Session


class NewClassForm(QWidget):
    """Shown in the side panel; Enter adds the class, Escape cancels."""

    submitted = Signal(str, object, str)
    """The name, the (K,) vector and the description."""
    cancelled = Signal()

    def __init__(self, session: Session, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("new_class_form")
        self._table = ClassTable.empty()
        self.name = make_line_edit(name="new_class_name", placeholder="e.g. Blue-crested heron")
        self.other, self.blend = OtherClass(), Blend()
        self.examples, self.text = Examples(session, thumbnails), Description()
        self.starts: tuple[Start, ...] = (self.other, self.blend, self.examples, self.text)
        self.kind = make_combo_box(name="new_class_kind")
        self.kind.addItems(["Zeros, or another class", "A blend of classes", "Example images", "A description"])
        self.fault = make_label(name="new_class_fault", wrap=True)
        self.hint = make_label(name="new_class_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        self.add = make_button("Add class", name="add_class")
        self.add.setProperty("look", "primary")
        self._pages = QStackedWidget()
        self._start_pages: list[QWidget] = []
        for start in self.starts:
            page, column = QWidget(), make_column(start)
            column.addStretch(1)
            page.setLayout(column)
            self._pages.addWidget(page)
            self._start_pages.append(page)
            start.changed.connect(self._check)
        self._compose()
        self.name.textChanged.connect(self._check)
        self.kind.currentIndexChanged.connect(self._show_start)
        self.name.returnPressed.connect(self._submit)
        self.other.source_line.returnPressed.connect(self._submit)
        self.add.clicked.connect(self._submit)
        theme().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show_start()

    def _compose(self) -> None:
        title, name_label, kind_label = QLabel("New class"), QLabel("&Name"), QLabel("&Start from")
        title.setProperty("look", "heading")
        name_label.setBuddy(self.name)
        kind_label.setBuddy(self.kind)
        cancel = make_button("Cancel", name="cancel_new_class")
        cancel.clicked.connect(self.cancelled)
        buttons = make_row(spacing=SPACING)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.add)
        column = make_column(title, spacing=SPACING // 2, margin=SPACING)
        column.addSpacing(SPACING // 2)
        column.addWidget(name_label)
        column.addWidget(self.name)
        column.addSpacing(SPACING // 2)
        for widget in (kind_label, self.kind, self._pages, self.fault, self.hint):
            column.addWidget(widget)
        column.addSpacing(SPACING)
        column.addLayout(buttons)
        column.addStretch(1)
        self.setLayout(column)

    def begin(self, table: ClassTable, source: str | None) -> None:
        """Start over with the classes of a table; ``source`` is the suggested one to start from."""
        self._table = table
        for start in self.starts:
            start.begin(table, source)
        self.kind.setCurrentIndex(0)
        self.name.setText(self._suggested_name(source) if source is not None else "")
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    def set_table(self, table: ClassTable) -> None:
        """Check the name against a changed table."""
        self._table = table
        if self.isVisible():
            self._check()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Cancel by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    @property
    def _start(self) -> Start:
        return self.starts[self.kind.currentIndex()]

    def _suggested_name(self, source: str) -> str:
        existing, number = self._table.class_index, 2
        while f"{source} {number}" in existing:
            number += 1
        return f"{source} {number}"

    def _show_start(self, *_: object) -> None:
        self._pages.setCurrentIndex(self.kind.currentIndex())
        # A stack is as high as its highest page, unless the hidden pages are ignored.
        for page in self._start_pages:
            policy = page.sizePolicy()
            is_shown = page is self._pages.currentWidget()
            policy.setVerticalPolicy(policy.Policy.Preferred if is_shown else policy.Policy.Ignored)
            page.setSizePolicy(policy)
        self._check()

    def _check(self, *_: object) -> None:
        if not self._table.attributes:
            return
        name, start = name_fault(self._table, self.name.text()), self._start.fault()
        # An empty form does not start with an error.
        self.fault.setText(name if self.name.text() else "")
        self.fault.setVisible(bool(self.fault.text()))
        vector = self._start.vector()
        self.add.setEnabled(not name and not start and vector is not None)
        self.hint.setText(self._hint_text(vector) if vector is not None else start)

    def _hint_text(self, vector: FloatArray) -> str:
        """Return what a person should know about the class before adding it."""
        if not vector.any():
            return "The class will be unseen. With all values 0 it scores 0 for every image until you set some."
        if not self._table.classes:
            return "The class will be unseen."
        cosines = self._table.unit_vectors() @ (vector / np.linalg.norm(vector))
        nearest = int(cosines.argmax())
        name = class_text(self._table.classes[nearest])
        if cosines[nearest] >= SAME_DIRECTION:
            return (
                f"The class will be unseen, with the same vector as {name}: until you change a value, the network "
                "cannot tell them apart."
            )
        return f"The class will be unseen. Nearest class: {name}, cosine {cosines[nearest]:.3f}."

    def _on_theme_changed(self) -> None:
        self.fault.setStyleSheet(f"color: {theme().colours.error};")

    def _submit(self) -> None:
        vector = self._start.vector()
        if self.add.isEnabled() and vector is not None:
            description = self.text.text.toPlainText().strip() if self._start is self.text else ""
            self.submitted.emit(self.name.text().strip(), vector.copy(), description)
