"""A new attribute, or another name for one or for a group; what that means for what was trained is said beside it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_button, make_combo_box, make_label, make_line_edit


@dataclass(frozen=True, eq=False)
class AttributeFacts:
    """What a change of the attributes is about."""

    table: ClassTable
    checkpoints: tuple[str, ...]
    """Those that were trained on the attributes as they are."""
    word_vector_source: str


class AttributeForm(QWidget):
    """Stands in the side panel; Enter does it, Escape leaves."""

    asked = Signal(int, object)
    """The column, −1 for a new attribute, and the ``Attribute``."""
    group_asked = Signal(str, str)
    """A group and its new name."""
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("attribute_form")
        self._facts = AttributeFacts(ClassTable.empty(), (), "")
        self._column = -1
        self._group: str | None = None
        """The group that is renamed as a whole; None where an attribute is meant."""
        self.title = QLabel()
        self.title.setProperty("look", "heading")
        self.group = make_combo_box(name="attribute_group")
        self.group.setEditable(True)
        self.group.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.group.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.name = make_line_edit(name="attribute_name", placeholder="e.g. striped")
        self.fault = make_label(name="attribute_fault", wrap=True)
        self.meaning = make_label(name="attribute_meaning", wrap=True)
        self.meaning.setTextFormat(Qt.TextFormat.PlainText)
        self.do = make_button(name="put_attribute")
        self.do.setProperty("look", "primary")
        cancel = make_button("Cancel", name="cancel_attribute")
        group_label, self._name_label = QLabel("&Group"), QLabel("&Name")
        group_label.setBuddy(self.group)
        self._name_label.setBuddy(self.name)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.do)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        for widget in (self.title, group_label, self.group, self._name_label, self.name, self.fault):
            layout.addWidget(widget)
        layout.addSpacing(SPACING)
        layout.addWidget(self.meaning)
        layout.addSpacing(SPACING)
        layout.addLayout(buttons)
        layout.addStretch(1)
        self.group.currentTextChanged.connect(self._check)
        self.name.textChanged.connect(self._check)
        self.name.returnPressed.connect(self._ask)
        self.group.lineEdit().returnPressed.connect(self._ask)
        self.do.clicked.connect(self._ask)
        cancel.clicked.connect(self.left)
        theme().changed.connect(self._recolour)
        self._recolour()

    def begin(self, facts: AttributeFacts, column: int) -> None:
        """Start over, with a new attribute (−1) or with that of a column."""
        self._start(facts, column, None)
        attributes = facts.table.attributes
        old = attributes[column] if column >= 0 else None
        self.title.setText("New attribute" if old is None else f"Rename or regroup {old.full_name}")
        self.title.setWordWrap(True)
        self.do.setText("Add attribute" if old is None else "Rename attribute")
        self.group.setCurrentText(old.group if old is not None else attributes[-1].group if attributes else "")
        self.name.setText(old.name if old is not None else "")
        self.meaning.setText(_meaning(facts, is_new=old is None))
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    def begin_group(self, facts: AttributeFacts, group: str) -> None:
        """Start over, with the name of a whole group."""
        self._start(facts, -1, group)
        count = len(facts.table.groups[group])
        self.title.setText(f"Rename the group {group}" if group else f"A group for the {count} attributes without one")
        self.title.setWordWrap(True)
        self.do.setText(f"Rename group ({count} attribute{'' if count == 1 else 's'})")
        self.group.setCurrentText(group)
        self.meaning.setText(_meaning(facts, is_new=False))
        self.group.lineEdit().selectAll()
        self.group.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    def _start(self, facts: AttributeFacts, column: int, group: str | None) -> None:
        self._facts, self._column, self._group = facts, column, group
        for widget in (self._name_label, self.name):
            widget.setVisible(group is None)
        self.group.clear()
        self.group.addItems([group for group in facts.table.groups if group])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _attribute(self) -> Attribute:
        return Attribute(self.group.currentText().strip(), self.name.text().strip())

    def _fault(self) -> str:
        if self._group is not None:
            return self._group_fault(self._group)
        attribute = self._attribute()
        if not attribute.name:
            return "An attribute needs a name."
        if "::" in attribute.name or "::" in attribute.group:
            return "Two colons part the group from the name; leave them out here."
        names = [one.full_name for one in self._facts.table.attributes]
        if attribute.full_name in names and names.index(attribute.full_name) != self._column:
            return f"There is an attribute “{attribute.full_name}” already; choose another name."
        return ""

    def _group_fault(self, group: str) -> str:
        name, table = self.group.currentText().strip(), self._facts.table
        if not name:
            return "A group needs a name."
        if "::" in name:
            return "Two colons part the group from the name; leave them out here."
        there = {table.attributes[column].name for column in table.groups.get(name, ())} if name != group else set()
        twice = [one for column in table.groups[group] if (one := table.attributes[column].name) in there]
        return f"There is an attribute “{name}::{twice[0]}” already; choose another name." if twice else ""

    def _check(self, *_: object) -> None:
        fault = self._fault()
        self.fault.setText(fault if self.name.text() or self._group is not None else "")
        self.fault.setVisible(bool(self.fault.text()))
        self.do.setEnabled(not fault)

    def _recolour(self) -> None:
        self.fault.setStyleSheet(f"color: {theme().colours.error};")

    def _ask(self) -> None:
        # Return in the line of a combo box comes twice: to the line, and to the box around it.
        if not self.do.isEnabled():
            return
        self.do.setEnabled(False)
        if self._group is not None:
            self.group_asked.emit(self._group, self.group.currentText().strip())
        else:
            self.asked.emit(self._column, self._attribute())


def _meaning(facts: AttributeFacts, *, is_new: bool) -> str:
    """What follows, in words."""
    parts = []
    names = facts.checkpoints
    if names:
        others = f"{len(names) - 1} other checkpoint{'' if len(names) == 2 else 's'}"
        who = names[0] if len(names) == 1 else f"{names[0]} and {others}"
        was = "was" if len(names) == 1 else "were"
        parts.append(
            f"{who} {was} trained on the attributes as they are, and cannot look at this project afterwards, until you "
            "undo this or train a new run."
        )
    else:
        parts.append("No checkpoint here was trained on these attributes, so none is lost.")
    if is_new:
        parts.append("Every class begins with 0 for it; fill in its column.")
        if facts.word_vector_source == "hashed":
            parts.append("Its word vector is made from its name, and a run has to be trained before it can be seen.")
        else:
            parts.append(
                "It has no word vector yet: until you import word vectors that know it, a new run takes hashed ones "
                "for all attributes."
            )
    else:
        parts.append("Its values and its word vector stay.")
    return "\n\n".join(parts)
