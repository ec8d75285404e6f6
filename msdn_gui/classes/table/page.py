"""The table with the bars above it, and the filters in its corner."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from msdn_gui.classes.table.find_bar import FindBar
from msdn_gui.classes.table.model import ClassTableModel
from msdn_gui.classes.table.name_editor import NameEditor
from msdn_gui.classes.table.value_bar import ValueBar
from msdn_gui.classes.table.view import ClassTableView
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_column, make_label, make_line_edit


class TablePage(QWidget):
    """Classes by attributes, filtered by the two lines where the headers meet."""

    counts_changed = Signal()
    """The filters show other classes or attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.model = ClassTableModel()
        self.view = ClassTableView(self.model)
        self.names = NameEditor(self.view)
        self.value_bar = ValueBar(self.view)
        self.find_bar = FindBar(self.view)
        self.class_filter = _filter("class_filter", "Filter classes", "Words of a name, or “seen” or “unseen”")
        self.attribute_filter = _filter("attribute_filter", "Filter attributes", "Words of a group or an attribute")
        self.hint = make_label(parent=self.view.viewport(), name="classes_hint")
        self.hint.setProperty("look", "muted")
        corner = make_column(spacing=SPACING // 2)
        corner.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        corner.addStretch(1)
        corner.addWidget(self.attribute_filter)
        corner.addWidget(self.class_filter)
        self.view.corner.setLayout(corner)
        column = make_column(self.value_bar, self.find_bar, spacing=0)
        column.addWidget(self.view, 1)
        self.setLayout(column)
        self.view.values.fault_changed.connect(self.value_bar.show_fault)
        self.names.fault_changed.connect(self.value_bar.show_fault)
        self.class_filter.textChanged.connect(self.model.filter_classes)
        self.attribute_filter.textChanged.connect(self.model.filter_attributes)
        for line in (self.class_filter, self.attribute_filter):
            line.returnPressed.connect(lambda: self.view.setFocus(Qt.FocusReason.OtherFocusReason))
        for changed in (self.model.modelReset, self.model.rowsInserted, self.model.rowsRemoved):
            changed.connect(self._on_counts_changed)

    def rename_current(self) -> None:
        """Edit the current class's name in place."""
        index = self.view.currentIndex()
        if index.row() >= 0:
            self.view.scrollTo(index)
            self.names.begin(index.row())

    def clear_filters(self) -> None:
        """Show all classes and attributes."""
        self.class_filter.clear()
        self.attribute_filter.clear()

    def update_hint(self) -> None:
        """Show why the table is empty, if it is."""
        model, text = self.model, ""
        if not model.table.classes:
            text = (
                "There are no classes yet. Add one, or label images in Annotate:\n"
                "Label by folder creates all classes at once."
            )
        elif not model.rowCount():
            text = "No matching classes; clear the class filter."
        elif not model.columnCount():
            text = "No matching attributes; clear the attribute filter."
        self.hint.setText(text)
        self.hint.setVisible(bool(text))
        self.hint.adjustSize()
        self.hint.move(SPACING, SPACING)

    def _on_counts_changed(self, *_: object) -> None:
        self.update_hint()
        self.counts_changed.emit()


def _filter(name: str, placeholder: str, hint: str) -> QLineEdit:
    line = make_line_edit(name=name, placeholder=placeholder, clearable=True)
    line.setAccessibleName(placeholder)
    line.setToolTip(hint)
    return line
