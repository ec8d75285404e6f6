"""Edits of the class table by a person; each is one step of the undo stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication, QUndoStack

from msdn_core.domain.attributes import Attribute, BoolArray, ClassTable, FloatArray
from msdn_core.domain.display_names import attribute_text, class_text, group_text
from msdn_core.domain.table_changes import ChangeKind, ClassChange
from msdn_core.importers.findings import Findings
from msdn_gui.classes.values.blocks import BlockError, block_text, fitted, parse_block, rectangle, sized
from msdn_gui.classes.values.numbers import short
from msdn_gui.session.table_commands import (
    AddAttribute,
    AddClasses,
    DefineTable,
    DescribeClass,
    RemoveClasses,
    RenameAttributes,
    RenameClass,
    SetCells,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.errors import MsdnError
    from msdn_core.importers.sheets import ClassSheet
    from msdn_gui.classes.table.view import ClassTableView
    from msdn_gui.session import Session

_ACROSS, _RAW_NAME = Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole


class Editing(QObject):
    """Edits the cells that are selected in the view; posts a message if an edit is not possible."""

    def __init__(self, session: Session, view: ClassTableView) -> None:
        super().__init__(view)
        self._session, self._view, self._model = session, view, view.items
        self.stack = QUndoStack(self)
        self._model.edited.connect(lambda row, column, value: self.set_cell(row, column, value))
        self._model.refused.connect(lambda sentence: self._session.messages.warning(sentence))
        view.values.fill_requested.connect(self.set_selected)

    # Cells

    def set_cell(self, row: int, column: int, value: float) -> None:
        """Set a cell of the view."""
        model = self._model
        if not model.editable or model.is_folded(column):
            return
        name, attribute = model.class_at(row), model.attribute_at(row, column)
        text = f"Set {attribute_text(model.table.attributes[attribute])} of {class_text(name)} to {short(value)}"
        self._set_one(model.table.class_index[name], attribute, value, text)

    def slide(self, name: str, column: int, value: float, gesture: int) -> None:
        """Set an attribute of a class; all values of one gesture are one step to undo."""
        table = self._session.document.table
        text = f"Set {attribute_text(table.attributes[column])} of {class_text(name)} to {short(value)}"
        self._set_one(table.class_index[name], column, value, text, gesture=gesture)

    def set_selected(self, value: float) -> None:
        """Set all selected cells."""
        rows, columns = np.nonzero(self._view.selected_cells())
        if len(rows):
            self._push(rows, columns, np.full(len(rows), value))

    def replace(self, cells: BoolArray, value: float) -> None:
        """Set the cells of an (m, k) mask of the shown ones."""
        rows, columns = np.nonzero(cells)
        if len(rows):
            self._push(rows, columns, np.full(len(rows), value), f"Replace {len(rows):,} values with {short(value)}")

    def fill_down(self) -> None:
        """Copy the first selected row into the others; if one row is selected, copy the row above into it."""
        try:
            rows, columns = rectangle(self._view.selected_cells())
            if len(rows) == 1 and rows[0] == 0:
                raise BlockError("There is no row above the first one to copy from; select more rows.")
        except BlockError as error:
            self._refuse(error)
            return
        source = rows[0] if len(rows) > 1 else rows[0] - 1
        target = rows[1:] if len(rows) > 1 else rows
        values = self._model.values(np.array([source]), columns)
        self._push_block(target, columns, np.repeat(values, len(target), axis=0), "Fill down")

    def copy(self, *, with_names: bool = False) -> bool:
        """Copy the selected block as a spreadsheet takes it; return False if that is not possible."""
        try:
            rows, columns = rectangle(self._view.selected_cells())
        except BlockError as error:
            self._refuse(error)
            return False
        model = self._model
        classes: list[str] = []
        attributes: list[str] = []
        if with_names:
            classes = [model.class_at(row) for row in rows.tolist()]
            attributes = [str(model.headerData(column, _ACROSS, _RAW_NAME)) for column in columns.tolist()]
        QGuiApplication.clipboard().setText(block_text(model.values(rows, columns), classes, attributes))
        return True

    def cut(self) -> None:
        """Copy the selected block, and set its cells to 0."""
        if self.copy():
            self.set_selected(0.0)

    def paste(self) -> None:
        """Paste a block into the selected cells, or from the one selected cell on: all of it or nothing."""
        model = self._model
        size = model.rowCount(), model.columnCount()
        findings = Findings()
        try:
            rows, columns = rectangle(self._view.selected_cells())
            block = parse_block(QGuiApplication.clipboard().text(), model.table.value_range, size, findings)
            rows, columns, values = fitted(block, rows, columns, size)
        except BlockError as error:
            self._refuse(error)
            return
        self._push_block(rows, columns, values, f"Paste {sized(*values.shape)}")
        if findings.sentences():
            self._session.messages.info(" ".join(findings.sentences()))
        self._view.select_block(rows, columns)

    def _set_one(self, row: int, column: int, value: float, text: str, *, gesture: int = -1) -> None:
        place = np.array([row], dtype=np.intp), np.array([column], dtype=np.intp)
        self.stack.push(SetCells(self._session, text, *place, np.array([value]), gesture=gesture))

    def _push_block(self, rows: NDArray[np.intp], columns: NDArray[np.intp], values: FloatArray, text: str) -> None:
        across, along = np.meshgrid(columns, rows)
        self._push(along.ravel(), across.ravel(), values.ravel(), text)

    def _push(self, rows: NDArray[np.intp], columns: NDArray[np.intp], values: FloatArray, text: str = "") -> None:
        """Set cells of the view, except those that have the value already."""
        model = self._model
        folded = model.folded_columns()[columns]
        if model.editable and folded.any():
            group = group_text(model.group_at(int(columns[folded][0])))
            self._refuse(BlockError(f"Nothing was changed: the group “{group}” is folded; unfold it first."))
            return
        rows, columns = model.rows[rows], model.columns[columns]
        differs = model.table.vectors[rows, columns] != values
        if not model.editable or not differs.any():
            return
        rows, columns, values = rows[differs], columns[differs], values[differs]
        if not text:
            where = f"{len(rows):,} cells"
            if len(rows) == 1:
                attribute = attribute_text(model.table.attributes[columns[0]])
                where = f"{attribute} of {class_text(model.table.classes[rows[0]])}"
            to = f" to {short(float(values[0]))}" if (values == values[0]).all() else ""
            text = f"Set {where}{to}"
        self.stack.push(SetCells(self._session, text, rows, columns, values))

    # Classes

    def add_class(self, name: str, vector: FloatArray, description: str = "") -> None:
        """Add a class with a (K,) vector."""
        self.stack.push(AddClasses(self._session, {name.strip(): vector}, descriptions={name.strip(): description}))

    def import_changes(self, changes: Sequence[ClassChange]) -> None:
        """Apply what another version of the table has for these classes, in one step."""
        table = self._session.document.table
        changed = [one for one in changes if one.kind is ChangeKind.CHANGED and one.name in table.class_index]
        new = [one for one in changes if one.kind is ChangeKind.NEW]
        count = len(changed) + len(new)
        if not count:
            return
        self.stack.beginMacro(f"Import {count:,} class{'' if count == 1 else 'es'}")
        if changed:
            rows = np.concatenate([np.full(len(one.columns), table.class_index[one.name]) for one in changed])
            columns = np.concatenate([one.columns for one in changed])
            values = np.concatenate([one.after for one in changed])
            self.stack.push(SetCells(self._session, "Import values", rows, columns, values))
        if new:
            vectors = np.zeros((len(new), len(table.attributes)))
            for vector, one in zip(vectors, new, strict=True):
                vector[one.columns] = one.after
            self.stack.push(AddClasses(self._session, dict(zip([one.name for one in new], vectors, strict=True))))
        self.stack.endMacro()

    def describe_class(self, name: str, before: str, after: str) -> None:
        """Change the description of a class."""
        if before != after:
            self.stack.push(DescribeClass(self._session, name, before, after))

    def rename_class(self, old: str, new: str) -> None:
        """Rename a class."""
        if new.strip() != old:
            self.stack.push(RenameClass(self._session, old, new.strip()))

    def remove_classes(self, names: list[str]) -> None:
        """Remove classes, in one step."""
        # In the table's order, whatever the view's is.
        names = sorted(names, key=self._session.document.table.class_index.__getitem__)
        if names:
            self.stack.push(RemoveClasses(self._session, names))
        removed = [name for name in names if name not in self._session.document.table.class_index]
        if removed:
            what = f"“{class_text(removed[0])}” was" if len(removed) == 1 else f"{len(removed)} classes were"
            self._session.messages.info(f"{what} removed from the table; undo restores everything it contained.")

    # Attributes

    def add_attribute(self, attribute: Attribute) -> None:
        """Add an attribute, 0 for every class."""
        self.stack.push(AddAttribute(self._session, attribute))

    def rename_attribute(self, column: int, attribute: Attribute) -> None:
        """Change the name or the group of an attribute."""
        old = self._session.document.table.attributes[column]
        if attribute != old:
            text = f"Rename {attribute_text(old)} to {attribute_text(attribute)}"
            self.stack.push(RenameAttributes(self._session, text, {column: attribute}))

    def rename_group(self, group: str, name: str) -> None:
        """Rename a group; if the name is that of another group, the two are merged."""
        if name != group:
            table = self._session.document.table
            renamed = {column: Attribute(name, table.attributes[column].name) for column in table.groups[group]}
            new = group_text(name)
            text = f"Rename group {group_text(group)} to {new}" if group else f"Group attributes as {new}"
            self.stack.push(RenameAttributes(self._session, text, renamed))

    def define(self, sheet: ClassSheet, names: Sequence[str]) -> None:
        """Give a project without attributes those of a sheet, and some of its classes; seen if the sheet says so."""
        rows = [row for row, name in enumerate(sheet.classes) if name in set(names)]
        classes = tuple(sheet.classes[row] for row in rows)
        seen = np.array([sheet.seen.get(name, False) for name in classes], dtype=np.bool_)
        table = ClassTable(sheet.attributes, classes, sheet.vectors[rows], seen)
        texts = {name: sheet.descriptions[name] for name in classes if name in sheet.descriptions}
        self.stack.push(DefineTable(self._session, table, texts, sheet.group_parts))

    def define_attributes(self, attributes: tuple[Attribute, ...]) -> None:
        """Give a project without attributes its first ones."""
        table = ClassTable(attributes, (), np.zeros((0, len(attributes))), np.zeros(0, dtype=np.bool_))
        self.stack.push(DefineTable(self._session, table, {}, {}))

    def _refuse(self, error: MsdnError) -> None:
        self._session.messages.warning(str(error))
