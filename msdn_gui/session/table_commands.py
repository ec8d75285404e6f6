"""Undoable edits of the class table, the same ones for every workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import ProjectError
from msdn_gui.session.undo import ProjectEdit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QUndoCommand

    from msdn_core.domain.attributes import Attribute, ClassTable, FloatArray
    from msdn_core.project import RemovedClass
    from msdn_gui.session.session import Session

_GESTURE_ID = 1
"""Qt's number of the kind of commands that may be merged into one."""


class TableEdit(ProjectEdit):
    """An edit that applies only as long as the project has the attributes that it was made for."""

    changes_attributes = False

    def __init__(self, session: Session, text: str) -> None:
        super().__init__(session.messages, text)
        self.session = session
        self._fingerprint = session.document.table.attribute_fingerprint

    @property
    def table(self) -> ClassTable:
        """The document's class table as it is now."""
        return self.session.document.table

    def check(self) -> None:
        """Raise ProjectError if the project has other attributes than after this edit was last made or reverted."""
        if self.table.attribute_fingerprint != self._fingerprint:
            raise ProjectError("The attributes of this project have since changed.")

    def redo(self) -> None:
        """Make the edit, first or again."""
        super().redo()
        if self.changes_attributes:
            self._fingerprint = self.table.attribute_fingerprint

    def undo(self) -> None:
        """Revert the edit."""
        super().undo()
        if self.changes_attributes:
            self._fingerprint = self.table.attribute_fingerprint


class SetCells(TableEdit):
    """Gives cells of the table other values."""

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
        """Take (N,) rows and columns of the present table, each cell once, and their (N,) new values.

        Edits of the same cells in one ``gesture``, such as the moves of a slider, become one step to undo.
        """
        super().__init__(session, text)
        self._gesture = gesture
        table = self.table
        # Faster than numpy.unique, whose first call imports a package for masked arrays.
        touched = np.flatnonzero(np.bincount(rows))
        self._which = np.searchsorted(touched, rows)
        # Classes by name: their rows may be others when this is undone.
        self._names = tuple(table.classes[row] for row in touched.tolist())
        self._columns = columns
        self._before: FloatArray = table.vectors[rows, columns]
        self._after = values

    @classmethod
    def of_vectors(cls, session: Session, text: str, vectors: Mapping[str, FloatArray]) -> SetCells | None:
        """Return the edit that gives classes other (K,) vectors; None if they have them already."""
        table = session.document.table
        touched = np.array([table.class_index[name] for name in vectors], dtype=np.intp)
        after = np.array(list(vectors.values()), dtype=np.float64)
        which, columns = np.nonzero(after != table.vectors[touched])
        return cls(session, text, touched[which], columns, after[which, columns]) if len(which) else None

    def id(self) -> int:
        """Return Qt's number for commands that may be merged."""
        return _GESTURE_ID if self._gesture >= 0 else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over a later value of the same gesture."""
        if not isinstance(other, SetCells) or other._gesture != self._gesture or other.isObsolete():
            return False
        if other._names != self._names or not np.array_equal(other._columns, self._columns):
            return False
        self._after = other._after
        self.setText(other.text())
        # A slider that came back to where it began has changed nothing.
        self.setObsolete(bool((self._after == self._before).all()))
        return True

    def apply(self) -> None:
        """Set the new values."""
        self._set(self._before, self._after)

    def revert(self) -> None:
        """Set the values from before."""
        self._set(self._after, self._before)

    def _set(self, expected: FloatArray, values: FloatArray) -> None:
        table = self.table
        missing = next((name for name in self._names if name not in table.class_index), None)
        if missing is not None:
            raise ProjectError(f"The class “{missing}” no longer exists.")
        touched = np.array([table.class_index[name] for name in self._names], dtype=np.intp)
        vectors = table.vectors[touched]
        changed = np.flatnonzero(vectors[self._which, self._columns] != expected)
        if len(changed):
            name = self._names[self._which[changed[0]]]
            attribute = table.attributes[self._columns[changed[0]]].full_name
            raise ProjectError(f"“{attribute}” of “{name}” has since been changed elsewhere.")
        vectors[self._which, self._columns] = values
        self.session.edits.set_vectors(dict(zip(self._names, vectors, strict=True)), self._columns.tolist())
        if self.was_done:
            # Undo and redo show what they changed.
            self.session.selection.set_class(self._names[self._which[0]])
            self.session.selection.set_attribute(int(self._columns[0]))


class AddClasses(TableEdit):
    """Adds classes."""

    def __init__(
        self,
        session: Session,
        vectors: Mapping[str, FloatArray],
        *,
        seen: bool = False,
        descriptions: Mapping[str, str] | None = None,
    ) -> None:
        """Take (K,) vectors by class name."""
        name = next(iter(vectors))
        super().__init__(session, f"Add class {name}" if len(vectors) == 1 else f"Add {len(vectors):,} classes")
        self._vectors, self._seen, self._descriptions = vectors, seen, descriptions
        self._removed: list[RemovedClass] = []

    def apply(self) -> None:
        """Add the classes; again with what they had when they were removed."""
        if self._removed:
            self.session.edits.restore_classes(self._removed)
        else:
            self.session.edits.add_classes(self._vectors, seen=self._seen, descriptions=self._descriptions)
        if len(self._vectors) == 1:
            self.session.selection.set_class(next(iter(self._vectors)))

    def revert(self) -> None:
        """Remove the classes, and remember what was added to them since."""
        self._removed = self.session.edits.remove_classes(list(self._vectors))


class RemoveClasses(TableEdit):
    """Removes classes; undone, they are in their rows again, with their images."""

    def __init__(self, session: Session, names: Sequence[str]) -> None:
        """Take names in the order of the table."""
        super().__init__(session, f"Remove class {names[0]}" if len(names) == 1 else f"Remove {len(names):,} classes")
        self._names = names
        self._removed: list[RemovedClass] = []

    def apply(self) -> None:
        """Remove the classes."""
        self._removed = self.session.edits.remove_classes(self._names)

    def revert(self) -> None:
        """Restore them."""
        self.session.edits.restore_classes(self._removed)
        self.session.selection.set_class(self._names[0])


class RenameClass(TableEdit):
    """Renames a class."""

    def __init__(self, session: Session, old: str, new: str) -> None:
        super().__init__(session, f"Rename {old} to {new}")
        self._old, self._new = old, new

    def apply(self) -> None:
        """Give it the new name."""
        self.session.edits.rename_class(self._old, self._new)

    def revert(self) -> None:
        """Give it the old name."""
        self.session.edits.rename_class(self._new, self._old)


class DescribeClass(TableEdit):
    """Changes the description of a class."""

    def __init__(self, session: Session, name: str, before: str, after: str) -> None:
        super().__init__(session, f"Describe {name}")
        self._name, self._before, self._after = name, before, after

    def apply(self) -> None:
        """Set the new text."""
        self._set(self._before, self._after)

    def revert(self) -> None:
        """Set the old text."""
        self._set(self._after, self._before)

    def _set(self, expected: str, text: str) -> None:
        if self.session.document.require_project().class_description(self._name) != expected:
            raise ProjectError(f"The description of “{self._name}” has since been changed elsewhere.")
        self.session.edits.describe_class(self._name, text)


class AddAttribute(TableEdit):
    """Adds an attribute, 0 for every class."""

    changes_attributes = True

    def __init__(self, session: Session, attribute: Attribute) -> None:
        super().__init__(session, f"Add attribute {attribute.full_name}")
        self._attribute = attribute
        self._values: dict[str, float] = {}

    def apply(self) -> None:
        """Add it; again with the values it had when it was removed."""
        edits = self.session.edits
        edits.append_attribute(self._attribute)
        table = self.table
        column = len(table.attributes) - 1
        vectors = {name: table.vectors[table.class_index[name]] for name in self._values if name in table.class_index}
        if vectors:
            edits.set_vectors(
                {name: np.append(vector[:column], self._values[name]) for name, vector in vectors.items()}, [column]
            )
        self.session.selection.set_attribute(column)

    def revert(self) -> None:
        """Remove it, and remember its values."""
        table = self.table
        self._values = {
            name: value for name, value in zip(table.classes, table.vectors[:, -1].tolist(), strict=True) if value
        }
        self.session.edits.remove_last_attribute()


class RenameAttributes(TableEdit):
    """Gives attributes other names or groups."""

    changes_attributes = True

    def __init__(self, session: Session, text: str, attributes: Mapping[int, Attribute]) -> None:
        """Take the new attributes by column."""
        super().__init__(session, text)
        self._before = {column: self.table.attributes[column] for column in attributes}
        self._after = attributes

    def apply(self) -> None:
        """Give them the new names."""
        self.session.edits.rename_attributes(self._after)

    def revert(self) -> None:
        """Give them the old names."""
        self.session.edits.rename_attributes(self._before)


class DefineTable(TableEdit):
    """Gives a project its first attributes, with classes."""

    changes_attributes = True

    def __init__(
        self,
        session: Session,
        table: ClassTable,
        descriptions: Mapping[str, str],
        group_parts: Mapping[str, Sequence[str]],
    ) -> None:
        classes = f"{len(table.classes):,} classes with " if table.classes else ""
        super().__init__(session, f"Define {classes}{len(table.attributes):,} attributes")
        self._defined, self._descriptions, self._group_parts = table, descriptions, group_parts
        self._new_classes: list[str] = []

    def apply(self) -> None:
        """Define the table; again with the values it had when it was removed."""
        existing = self.session.document.require_project().table().class_index
        self._new_classes = [name for name in self._defined.classes if name not in existing]
        self.session.edits.define_table(self._defined, self._descriptions, self._group_parts)

    def revert(self) -> None:
        """Remove the attributes and the classes that came with them, and remember their values."""
        project = self.session.document.require_project()
        table = project.table()
        descriptions = {name: project.class_description(name) for name in table.classes}
        self.session.edits.undefine_table(self._new_classes)
        self._defined = table
        self._descriptions = {name: text for name, text in descriptions.items() if text}
