"""What a person does to the class table; each deed is one step of the undo stack."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication, QUndoStack

from msdn_core.domain.attributes import Attribute, BoolArray, ClassTable, FloatArray
from msdn_core.domain.table_changes import ChangeKind, ClassChange
from msdn_core.errors import MsdnError
from msdn_core.importers.sheets import ClassSheet
from msdn_gui.classes.attributes.form import AttributeFacts
from msdn_gui.classes.table.blocks import BlockError, block_text, fitted, parse_block, rectangle, sized
from msdn_gui.classes.table.numbers import short
from msdn_gui.classes.table.view import ClassTableView
from msdn_gui.session import Session
from msdn_gui.session.checkpoints import load_checkpoint
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

_ACROSS, _FULL_NAME = Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole


class Editing(QObject):
    """Works on the cells that are chosen in the view; what cannot be done is said in one sentence."""

    def __init__(self, session: Session, view: ClassTableView) -> None:
        super().__init__(view)
        self._session, self._view, self._model = session, view, view.items
        self.stack = QUndoStack(self)
        self._model.edited.connect(lambda row, column, value: self.set_cell(row, column, value))
        self._model.refused.connect(lambda sentence: self._session.messages.warning(sentence))
        view.values.fill_asked.connect(self.set_chosen)

    # Cells

    def set_cell(self, row: int, column: int, value: float) -> None:
        """One cell gets a value."""
        self._set(np.array([row]), np.array([column]), np.array([[value]]))

    def slide(self, name: str, column: int, value: float, gesture: int) -> None:
        """An attribute of a class gets a value; all values of one gesture are one step to undo."""
        table = self._session.document.table
        text = f"Set {table.attributes[column].full_name} of {name} to {short(value)}"
        where = np.array([table.class_index[name]]), np.array([column])
        self.stack.push(SetCells(self._session, text, *where, np.array([value]), gesture=gesture))

    def set_chosen(self, value: float) -> None:
        """All chosen cells get one value."""
        rows, columns = np.nonzero(self._view.chosen_cells())
        if len(rows):
            self._push(rows, columns, np.full(len(rows), value))

    def replace(self, cells: BoolArray, value: float) -> int:
        """The cells of an (m, k) mask of those that are shown get a value; says how many."""
        rows, columns = np.nonzero(cells)
        if len(rows):
            self._push(rows, columns, np.full(len(rows), value), f"Replace by {short(value)} in {len(rows):,} cells")
        return len(rows)

    def fill_down(self) -> None:
        """The first chosen row goes into the others; where one row is chosen, the row above goes into it."""
        try:
            rows, columns = rectangle(self._view.chosen_cells())
            if len(rows) == 1 and rows[0] == 0:
                raise BlockError("There is no row above the first one to fill down from.")
        except BlockError as fault:
            self._refuse(fault)
            return
        source = rows[0] if len(rows) > 1 else rows[0] - 1
        target = rows[1:] if len(rows) > 1 else rows
        values = self._model.values(np.array([source]), columns)
        self._set(target, columns, np.repeat(values, len(target), axis=0), "Fill down")

    def copy(self, *, with_names: bool = False) -> bool:
        """The chosen block goes to the clipboard as a spreadsheet takes it."""
        try:
            rows, columns = rectangle(self._view.chosen_cells())
        except BlockError as fault:
            self._refuse(fault)
            return False
        model, names = self._model, ((), ())
        if with_names:
            names = (
                [model.class_at(row) for row in rows.tolist()],
                [str(model.headerData(column, _ACROSS, _FULL_NAME)) for column in columns.tolist()],
            )
        QGuiApplication.clipboard().setText(block_text(model.values(rows, columns), *names))
        return True

    def cut(self) -> None:
        """The chosen block goes to the clipboard, and its cells become 0."""
        if self.copy():
            self.set_chosen(0.0)

    def paste(self) -> None:
        """The clipboard's block goes into the chosen cells, or begins at the one chosen cell; all of it or nothing."""
        model = self._model
        size = model.rowCount(), model.columnCount()
        try:
            rows, columns = rectangle(self._view.chosen_cells())
            block = parse_block(QGuiApplication.clipboard().text(), model.table.value_range, size)
            rows, columns, values = fitted(block, rows, columns, size)
        except BlockError as fault:
            self._refuse(fault)
            return
        self._set(rows, columns, values, f"Paste {sized(*values.shape)}")
        self._view.choose_block(rows, columns)

    def _set(self, rows: NDArray[np.intp], columns: NDArray[np.intp], values: FloatArray, text: str = "") -> None:
        across, along = np.meshgrid(columns, rows)
        self._push(along.ravel(), across.ravel(), values.ravel(), text)

    def _push(self, rows: NDArray[np.intp], columns: NDArray[np.intp], values: FloatArray, text: str = "") -> None:
        """Values for cells of the view; those that have them already are left out."""
        model = self._model
        if model.editable and model.folded_columns()[columns].any():
            group = model.group_at(int(columns[model.folded_columns()[columns]][0]))
            self._refuse(BlockError(f"“{group}” is folded, and nothing was changed; unfold it first (Ctrl+G)."))
            return
        rows, columns = model.rows[rows], model.columns[columns]
        others = model.table.vectors[rows, columns] != values
        if not model.editable or not others.any():
            return
        rows, columns, values = rows[others], columns[others], values[others]
        if not text:
            attribute = model.table.attributes[columns[0]].full_name
            where = f"{attribute} of {model.table.classes[rows[0]]}" if len(rows) == 1 else f"{len(rows):,} cells"
            to = f" to {short(values[0])}" if (values == values[0]).all() else ""
            text = f"Set {where}{to}"
        self.stack.push(SetCells(self._session, text, rows, columns, values))

    # Classes

    def add_class(self, name: str, vector: FloatArray, description: str = "") -> None:
        """A new class with a vector (K,)."""
        self.stack.push(AddClasses(self._session, {name.strip(): vector}, descriptions={name.strip(): description}))

    def take(self, changes: Sequence[ClassChange]) -> None:
        """Takes what another version of the table says of these classes, in one step."""
        table = self._session.document.table
        changed = [one for one in changes if one.kind is ChangeKind.CHANGED and one.name in table.class_index]
        new = [one for one in changes if one.kind is ChangeKind.NEW]
        if not changed and not new:
            return
        self.stack.beginMacro(f"Take {len(changed) + len(new):,} classes of another table")
        if changed:
            rows = np.concatenate([np.full(len(one.columns), table.class_index[one.name]) for one in changed])
            columns = np.concatenate([one.columns for one in changed])
            values = np.concatenate([one.after for one in changed])
            self.stack.push(SetCells(self._session, "Take values", rows, columns, values))
        if new:
            vectors = np.zeros((len(new), len(table.attributes)))
            for vector, one in zip(vectors, new, strict=True):
                vector[one.columns] = one.after
            self.stack.push(AddClasses(self._session, dict(zip([one.name for one in new], vectors, strict=True))))
        self.stack.endMacro()

    def describe_class(self, name: str, before: str, after: str) -> None:
        """Another text with a class."""
        if before != after:
            self.stack.push(DescribeClass(self._session, name, before, after))

    def attribute_facts(self) -> AttributeFacts:
        """What a change of the attributes is about."""
        session = self._session
        names = tuple(attribute.full_name for attribute in session.document.table.attributes)
        fitting = []
        for choice in session.inference.checkpoints():
            with contextlib.suppress(MsdnError):
                if load_checkpoint(choice.path, choice.label).header.attributes == names:
                    fitting.append(choice.label)
        source = session.document.project.word_vector_source() if session.document.project is not None else ""
        return AttributeFacts(session.document.table, tuple(fitting), source)

    def add_attribute(self, attribute: Attribute) -> None:
        """One more attribute, 0 for every class."""
        self.stack.push(AddAttribute(self._session, attribute))

    def rename_attribute(self, column: int, attribute: Attribute) -> None:
        """Another name or group for an attribute."""
        if attribute != self._session.document.table.attributes[column]:
            old = self._session.document.table.attributes[column].full_name
            text = f"Rename {old} to {attribute.full_name}"
            self.stack.push(RenameAttributes(self._session, text, {column: attribute}))

    def rename_group(self, group: str, name: str) -> None:
        """Another name for a group; one that is there already takes the attributes in."""
        if name != group:
            table = self._session.document.table
            renamed = {column: Attribute(name, table.attributes[column].name) for column in table.groups[group]}
            text = f"Rename group {group} to {name}" if group else f"Group attributes as {name}"
            self.stack.push(RenameAttributes(self._session, text, renamed))

    def define(self, sheet: ClassSheet, names: Sequence[str]) -> None:
        """The attributes of a sheet, and some of its classes, for a project that has none; seen where it says so."""
        rows = [row for row, name in enumerate(sheet.classes) if name in set(names)]
        classes = tuple(sheet.classes[row] for row in rows)
        seen = np.array([sheet.seen.get(name, False) for name in classes], dtype=np.bool_)
        table = ClassTable(sheet.attributes, classes, sheet.vectors[rows], seen)
        texts = {name: sheet.descriptions[name] for name in classes if name in sheet.descriptions}
        self.stack.push(DefineTable(self._session, table, texts, sheet.group_parts))

    def define_attributes(self, attributes: tuple[Attribute, ...]) -> None:
        """Attributes for a project that has none, and no class yet."""
        table = ClassTable(attributes, (), np.zeros((0, len(attributes))), np.zeros(0, dtype=np.bool_))
        self.stack.push(DefineTable(self._session, table, {}, {}))

    def rename_class(self, old: str, new: str) -> None:
        """Another name for a class."""
        if new.strip() != old:
            self.stack.push(RenameClass(self._session, old, new.strip()))

    def remove_classes(self, names: list[str]) -> None:
        """Takes classes out, in one step."""
        # In the table's order, whatever the view's is.
        names = sorted(names, key=self._session.document.table.class_index.__getitem__)
        if names:
            self.stack.push(RemoveClasses(self._session, names))
        gone = [name for name in names if name not in self._session.document.table.class_index]
        if gone:
            what = f"“{gone[0]}” was" if len(gone) == 1 else f"{len(gone)} classes were"
            self._session.messages.info(f"{what} removed from the table; Undo brings back all that was in it.")

    def _refuse(self, fault: MsdnError) -> None:
        self._session.messages.warning(str(fault))
