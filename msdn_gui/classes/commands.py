"""What can be undone: each edit of the class table as one command, which is on disk as soon as it is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QUndoCommand

from msdn_core.domain.attributes import Attribute, ClassTable, FloatArray
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.project import RemovedClass
from msdn_gui.session import Session


class Edit(QUndoCommand):
    """An edit through the session; where it cannot be done any more it says so once and leaves the stack."""

    def __init__(self, session: Session, text: str) -> None:
        super().__init__(text)
        self._session = session
        self._attributes = session.table.attribute_fingerprint
        self._was_done = False

    def do(self) -> None:
        """Make the change (MsdnError where it cannot be made)."""
        raise NotImplementedError

    def take_back(self) -> None:
        """Make it unmade."""
        raise NotImplementedError

    def redo(self) -> None:
        if self.isObsolete():
            return
        try:
            self._check_attributes()
            self.do()
        except MsdnError as fault:
            self._give_up(fault, "done again")
        self._was_done = True

    def undo(self) -> None:
        if self.isObsolete():
            return
        try:
            self._check_attributes()
            self.take_back()
        except MsdnError as fault:
            self._give_up(fault, "undone")

    def _check_attributes(self) -> None:
        if self._session.table.attribute_fingerprint != self._attributes:
            raise ProjectError("The attributes of this project have become others since.")

    def _give_up(self, fault: MsdnError, verb: str) -> None:
        self.setObsolete(True)
        if self._was_done:
            self._session.message.emit("warning", f"“{self.text()}” can no longer be {verb}: {fault}")
        else:
            self._session.message.emit("error", str(fault))


_SLIDE = 1
"""Qt's number of the kind of commands that may become one."""


class SetValues(Edit):
    """Cells of any number and place get values; what they had comes back."""

    def __init__(
        self,
        session: Session,
        text: str,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        values: FloatArray,
        *,
        gesture: int = -1,
    ) -> None:
        """(N,) rows and columns of the session's table, and the (N,) values that they shall have.

        Edits of the same cells in one ``gesture``, as the many moves of a slider are, become one step to undo.
        """
        super().__init__(session, text)
        self._gesture = gesture
        table = session.table
        # numpy's own ``unique`` loads a package for masked arrays, three frames long, at its first call.
        found = np.flatnonzero(np.bincount(rows))
        self._which = np.searchsorted(found, rows)
        # By name: rows may be others when this is undone.
        self._names = tuple(table.classes[row] for row in found.tolist())
        self._columns = columns
        self._before: FloatArray = table.vectors[rows, columns]
        self._after = values

    def id(self) -> int:
        return _SLIDE if self._gesture >= 0 else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, SetValues) or other._gesture != self._gesture or other.isObsolete():
            return False
        if other._names != self._names or not np.array_equal(other._columns, self._columns):
            return False
        self._after = other._after
        self.setText(other.text())
        # A slider that came back to where it began has changed nothing.
        self.setObsolete(bool((self._after == self._before).all()))
        return True

    def do(self) -> None:
        self._put(self._before, self._after)

    def take_back(self) -> None:
        self._put(self._after, self._before)

    def _put(self, expected: FloatArray, values: FloatArray) -> None:
        table = self._session.table
        gone = next((name for name in self._names if name not in table.class_index), None)
        if gone is not None:
            raise ProjectError(f"There is no class “{gone}” any more.")
        touched = np.array([table.class_index[name] for name in self._names], dtype=np.intp)
        vectors = table.vectors[touched]
        others = np.flatnonzero(vectors[self._which, self._columns] != expected)
        if len(others):
            name = self._names[self._which[others[0]]]
            attribute = table.attributes[self._columns[others[0]]].full_name
            raise ProjectError(f"“{attribute}” of “{name}” was changed elsewhere since.")
        vectors[self._which, self._columns] = values
        self._session.edits.set_vectors(dict(zip(self._names, vectors, strict=True)))
        if self._was_done:
            # What is undone, or done again, is shown.
            self._session.set_class(self._names[self._which[0]])
            self._session.set_attribute(int(self._columns[0]))


class AddClass(Edit):
    """A new class, which is unseen."""

    def __init__(self, session: Session, name: str, vector: FloatArray, description: str = "") -> None:
        super().__init__(session, f"New class {name}")
        self._name = name
        self._description = description
        self._vector = vector
        self._removed: RemovedClass | None = None

    def do(self) -> None:
        if self._removed is None:
            self._session.edits.add_class(self._name, self._vector, description=self._description)
        else:
            self._session.edits.restore_class(self._removed)
        self._session.set_class(self._name)

    def take_back(self) -> None:
        self._removed = self._session.edits.remove_class(self._name)


class AddClasses(Edit):
    """Any number of new classes, which are unseen."""

    def __init__(self, session: Session, vectors: Mapping[str, FloatArray]) -> None:
        super().__init__(session, f"{len(vectors):,} new classes")
        self._vectors = vectors
        self._removed: list[RemovedClass] = []

    def do(self) -> None:
        if self._removed:
            self._session.edits.restore_classes(self._removed)
        else:
            self._session.edits.add_classes(self._vectors)

    def take_back(self) -> None:
        self._removed = self._session.edits.remove_classes(list(self._vectors))


class RemoveClasses(Edit):
    """Classes less, given in the table's order; they come back in their rows, with their images."""

    def __init__(self, session: Session, names: Sequence[str]) -> None:
        super().__init__(session, f"Remove class {names[0]}" if len(names) == 1 else f"Remove {len(names)} classes")
        self._names = names
        self._removed: list[RemovedClass] = []

    def do(self) -> None:
        self._removed = self._session.edits.remove_classes(self._names)

    def take_back(self) -> None:
        self._session.edits.restore_classes(self._removed)
        self._session.set_class(self._names[0])


class DescribeClass(Edit):
    """Another text with a class."""

    def __init__(self, session: Session, name: str, before: str, after: str) -> None:
        super().__init__(session, f"Describe {name}")
        self._name, self._before, self._after = name, before, after

    def do(self) -> None:
        self._session.edits.describe_class(self._name, self._after)

    def take_back(self) -> None:
        self._session.edits.describe_class(self._name, self._before)


class _AttributeEdit(Edit):
    """Makes the attributes others, and so looks at those of now, not at those of before."""

    def redo(self) -> None:
        super().redo()
        self._attributes = self._session.table.attribute_fingerprint

    def undo(self) -> None:
        super().undo()
        self._attributes = self._session.table.attribute_fingerprint


class AddAttribute(_AttributeEdit):
    """A new attribute, 0 for every class."""

    def __init__(self, session: Session, attribute: Attribute) -> None:
        super().__init__(session, f"New attribute {attribute.full_name}")
        self._attribute = attribute

    def do(self) -> None:
        self._session.edits.append_attribute(self._attribute)
        self._session.set_attribute(len(self._session.table.attributes) - 1)

    def take_back(self) -> None:
        self._session.edits.remove_last_attribute()


class RenameAttribute(_AttributeEdit):
    """Another name or group for an attribute."""

    def __init__(self, session: Session, column: int, attribute: Attribute) -> None:
        self._old = session.table.attributes[column]
        super().__init__(session, f"Rename {self._old.full_name} to {attribute.full_name}")
        self._column, self._new = column, attribute

    def do(self) -> None:
        self._session.edits.rename_attribute(self._column, self._new)

    def take_back(self) -> None:
        self._session.edits.rename_attribute(self._column, self._old)


class RenameGroup(_AttributeEdit):
    """Another group for all attributes of one."""

    def __init__(self, session: Session, group: str, name: str) -> None:
        super().__init__(session, f"Rename the group {group} to {name}" if group else f"Group attributes as {name}")
        attributes = session.table.attributes
        self._before = {column: attributes[column] for column in session.table.groups[group]}
        self._after = {column: Attribute(name, one.name) for column, one in self._before.items()}

    def do(self) -> None:
        self._session.edits.rename_attributes(self._after)

    def take_back(self) -> None:
        self._session.edits.rename_attributes(self._before)


class DefineTable(_AttributeEdit):
    """The first attributes and classes of a project."""

    def __init__(
        self,
        session: Session,
        table: ClassTable,
        descriptions: Mapping[str, str],
        group_parts: Mapping[str, Sequence[str]],
    ) -> None:
        classes = f"{len(table.classes):,} classes by " if table.classes else ""
        super().__init__(session, f"{classes}{len(table.attributes):,} attributes")
        self._table, self._descriptions, self._group_parts = table, descriptions, group_parts

        self._new: Collection[str] = ()

    def do(self) -> None:
        self._new = self._table.class_index.keys() - self._session.present_project().table().class_index.keys()
        self._session.edits.define_table(self._table, self._descriptions, self._group_parts)

    def take_back(self) -> None:
        self._session.edits.undefine_table(self._new)


class RenameClass(Edit):
    """Another name for a class."""

    def __init__(self, session: Session, old: str, new: str) -> None:
        super().__init__(session, f"Rename {old} to {new}")
        self._old = old
        self._new = new

    def do(self) -> None:
        self._session.edits.rename_class(self._old, self._new)

    def take_back(self) -> None:
        self._session.edits.rename_class(self._new, self._old)
