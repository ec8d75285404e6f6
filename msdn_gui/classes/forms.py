"""The forms of classes and attributes: what opens them, and the edits that they submit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_gui.classes.attributes.facts import attribute_facts
from msdn_gui.classes.attributes.list_dialog import AttributeListDialog

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from msdn_core.domain.attributes import Attribute, FloatArray
    from msdn_gui.classes.editing import Editing
    from msdn_gui.classes.side_panel import SidePanel
    from msdn_gui.classes.table.page import TablePage
    from msdn_gui.session import Session


class Forms(QObject):
    """Opens the forms in the side panel, and closes them once they are submitted or cancelled."""

    closed = Signal()
    """The selected class is shown again."""

    def __init__(self, session: Session, editing: Editing, side: SidePanel, table: TablePage, owner: QWidget) -> None:
        super().__init__(owner)
        self._session, self._editing, self._side, self._table, self._owner = session, editing, side, table, owner
        side.form.submitted.connect(self._on_class_submitted)
        side.attribute_form.submitted.connect(self._on_attribute_submitted)
        side.attribute_form.group_submitted.connect(self._on_group_submitted)
        side.cancelled.connect(self.close)

    def new_class(self) -> None:
        """Show the form of a new class."""
        self._side.show_new_class_form(None)

    def duplicate_class(self) -> None:
        """Show the form of a new class that starts from the current one."""
        row = self._table.view.currentIndex().row()
        self._side.show_new_class_form(self._table.model.class_at(row) if row >= 0 else None)

    def new_attribute(self) -> None:
        """Show the form of a new attribute."""
        self._side.show_attribute_form(attribute_facts(self._session), -1)

    def rename_attribute(self) -> None:
        """Show the form that renames the selected attribute."""
        column = self._session.selection.attribute
        if column >= 0:
            self._side.show_attribute_form(attribute_facts(self._session), column)

    def rename_group(self) -> None:
        """Show the form that renames the group of the selected attribute."""
        column = self._session.selection.attribute
        if column >= 0:
            group = self._session.document.table.attributes[column].group
            self._side.show_group_form(attribute_facts(self._session), group)

    def define_attributes(self) -> None:
        """Show the dialog that defines the first attributes of the project."""
        dialog = AttributeListDialog(self._owner)
        dialog.defined.connect(self._editing.define_attributes)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def close(self) -> None:
        """Show the selected class in place of a form."""
        self._side.show_class()
        self.closed.emit()

    def _on_class_submitted(self, name: str, vector: FloatArray, description: str) -> None:
        self._editing.add_class(name, vector, description)
        if name not in self._session.document.table.class_index:
            return
        if self._table.model.row_of(name) < 0:
            self._table.class_filter.clear()
        self._table.view.show_cell(self._table.model.row_of(name), 0)
        self.close()

    def _on_attribute_submitted(self, column: int, attribute: Attribute) -> None:
        if column < 0:
            self._table.attribute_filter.clear()
            self._editing.add_attribute(attribute)
        else:
            self._editing.rename_attribute(column, attribute)
        self.close()

    def _on_group_submitted(self, group: str, name: str) -> None:
        self._editing.rename_group(group, name)
        self.close()
