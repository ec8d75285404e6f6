"""The form of a new attribute, or of another name for one or for a group, with the consequences for checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.display_names import attribute_text, group_text
from msdn_core.domain.name_spellings import as_known
from msdn_gui.classes.attributes.facts import AttributeFacts
from msdn_gui.classes.class_pickers import make_editable_combo
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_button, make_column, make_label, make_line_edit, make_row

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_COLONS = "Two colons separate the group from the name in files; remove them here."


class AttributeForm(QWidget):
    """Shown in the side panel; Enter submits, Escape cancels."""

    submitted = Signal(int, object)
    """The column, −1 for a new attribute, and the ``Attribute``."""
    group_submitted = Signal(str, str)
    """A group and its new name."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("attribute_form")
        self._facts = AttributeFacts(ClassTable.empty(), (), "")
        self._column = -1
        self._group: str | None = None
        """The group that is renamed; None if the form is about one attribute."""
        self.title = make_label(wrap=True)
        self.title.setProperty("look", "heading")
        self.group, self.group_line = make_editable_combo("attribute_group", "Group")
        self.name = make_line_edit(name="attribute_name", placeholder="e.g. striped")
        self.fault = make_label(name="attribute_fault", wrap=True)
        self.consequences = make_label(name="attribute_consequences", wrap=True, text_format=Qt.TextFormat.PlainText)
        self.submit = make_button(name="submit_attribute")
        self.submit.setProperty("look", "primary")
        self._name_label = QLabel("&Name")
        self._compose()
        self.group.currentTextChanged.connect(self._check)
        self.name.textChanged.connect(self._check)
        self.name.returnPressed.connect(self._submit)
        self.group_line.returnPressed.connect(self._submit)
        self.submit.clicked.connect(self._submit)
        theme().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _compose(self) -> None:
        cancel = make_button("Cancel", name="cancel_attribute")
        cancel.clicked.connect(self.cancelled)
        group_label = QLabel("&Group")
        group_label.setBuddy(self.group)
        self._name_label.setBuddy(self.name)
        buttons = make_row(spacing=SPACING)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.submit)
        column = make_column(
            self.title,
            group_label,
            self.group,
            self._name_label,
            self.name,
            self.fault,
            spacing=SPACING // 2,
            margin=SPACING,
        )
        column.addSpacing(SPACING)
        column.addWidget(self.consequences)
        column.addSpacing(SPACING)
        column.addLayout(buttons)
        column.addStretch(1)
        self.setLayout(column)

    def begin(self, facts: AttributeFacts, column: int) -> None:
        """Start over with a new attribute (−1) or with that of a column."""
        self._start(facts, column, None)
        attributes = facts.table.attributes
        old = attributes[column] if column >= 0 else None
        self.title.setText("New attribute" if old is None else f"Rename or regroup “{attribute_text(old)}”")
        self.submit.setText("Add attribute" if old is None else "Rename attribute")
        self.group.setCurrentText(old.group if old is not None else attributes[-1].group if attributes else "")
        self.name.setText(old.name if old is not None else "")
        self.consequences.setText(_consequences(facts, is_new=old is None))
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    def begin_group(self, facts: AttributeFacts, group: str) -> None:
        """Start over with the name of a group."""
        self._start(facts, -1, group)
        count = len(facts.table.groups[group])
        attributes = f"{count} attribute{'' if count == 1 else 's'}"
        self.title.setText(
            f"Rename group “{group_text(group)}” ({attributes})" if group else f"Group {attributes} without a group"
        )
        self.submit.setText("Rename group")
        self.group.setCurrentText(group)
        self.consequences.setText(_consequences(facts, is_new=False))
        self.group_line.selectAll()
        self.group.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    def _start(self, facts: AttributeFacts, column: int, group: str | None) -> None:
        self._facts, self._column, self._group = facts, column, group
        for widget in (self._name_label, self.name):
            widget.setVisible(group is None)
        self.group.clear()
        self.group.addItems([group for group in facts.table.groups if group])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Cancel by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _attribute(self) -> Attribute:
        group = as_known(self.group.currentText().strip(), self._facts.table.groups)
        name = self.name.text().strip()
        known = (one.name for one in self._facts.table.attributes if one.group == group)
        return Attribute(group, as_known(name, known))

    def _fault(self) -> str:
        if self._group is not None:
            return self._group_fault(self._group)
        attribute = self._attribute()
        if not attribute.name:
            return "Enter a name for the attribute."
        if "::" in attribute.name or "::" in attribute.group:
            return _COLONS
        names = [one.full_name for one in self._facts.table.attributes]
        if attribute.full_name in names and names.index(attribute.full_name) != self._column:
            return f"The attribute “{attribute.full_name}” already exists; enter another name."
        return ""

    def _group_fault(self, group: str) -> str:
        name, table = self.group.currentText().strip(), self._facts.table
        if not name:
            return "Enter a name for the group."
        if "::" in name:
            return _COLONS
        merged = {table.attributes[column].name for column in table.groups.get(name, ())} if name != group else set()
        twice = [one for column in table.groups[group] if (one := table.attributes[column].name) in merged]
        return f"The attribute “{name}::{twice[0]}” already exists; enter another name." if twice else ""

    def _check(self, *_: object) -> None:
        fault = self._fault()
        # An empty form does not start with an error.
        self.fault.setText(fault if self.name.text() or self._group is not None else "")
        self.fault.setVisible(bool(self.fault.text()))
        self.submit.setEnabled(not fault)

    def _on_theme_changed(self) -> None:
        self.fault.setStyleSheet(f"color: {theme().colours.error};")

    def _submit(self) -> None:
        # Return in the line of a combo box arrives twice: at the line, and at the box around it.
        if not self.submit.isEnabled():
            return
        self.submit.setEnabled(False)
        if self._group is not None:
            self.group_submitted.emit(self._group, self.group.currentText().strip())
        else:
            self.submitted.emit(self._column, self._attribute())


def _consequences(facts: AttributeFacts, *, is_new: bool) -> str:
    names, parts = facts.checkpoints, []
    if len(names) == 1:
        parts.append(
            f"The checkpoint {names[0]} was trained with the present attributes. It cannot be used with this project "
            "afterwards, unless you undo this change or train a new run."
        )
    elif names:
        others = f"{len(names) - 1} other checkpoint{'' if len(names) == 2 else 's'}"
        parts.append(
            f"{names[0]} and {others} were trained with the present attributes. They cannot be used with this project "
            "afterwards, unless you undo this change or train a new run."
        )
    else:
        parts.append("No checkpoint was trained with these attributes, so none is affected.")
    if not is_new:
        parts.append("Values and word vectors do not change.")
        return "\n\n".join(parts)
    parts.append("The new attribute is 0 for every class; fill in its column.")
    if facts.word_vector_source == "hashed":
        parts.append("Its word vector is computed from its name. Train a run to see it in images.")
    else:
        parts.append(
            "It has no word vector yet: until you import word vectors that contain it, new runs use hashed vectors "
            "for all attributes."
        )
    return "\n\n".join(parts)
