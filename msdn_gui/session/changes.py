"""Typed changes of the class table, sent once with ``Document.table_changed``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ChangeKind(Enum):
    """What kind of facts changed."""

    VALUES = "values"
    """Cells of the table have other values; classes and attributes are the same."""
    CLASSES = "classes"
    """Classes were added, removed, renamed or made seen or unseen; attributes are the same."""
    ATTRIBUTES = "attributes"
    """Attributes were added, removed or renamed."""
    TABLE = "table"
    """Another table: a project was opened or closed, or a checkpoint's table is borrowed."""


class Origin(Enum):
    """Who began a change."""

    EDIT = "edit"
    """An edit in this window, its undo or redo."""
    SESSION = "session"
    """Opening or closing a project, or selecting a checkpoint."""
    OTHER_PROCESS = "other process"
    """Another program committed to the same project."""


@dataclass(frozen=True, slots=True)
class TableChange:
    """A change of the class table.

    ``rows`` and ``columns`` are those of the new table, in ascending order; None means that any may have changed.
    """

    kind: ChangeKind = ChangeKind.TABLE
    rows: tuple[int, ...] | None = None
    columns: tuple[int, ...] | None = None
    origin: Origin = Origin.EDIT

    @property
    def is_values_only(self) -> bool:
        """Whether classes and attributes are the same as before."""
        return self.kind is ChangeKind.VALUES

    def touches_row(self, row: int) -> bool:
        """Return whether the class in a row of the new table may have changed."""
        return self.rows is None or row in self.rows

    def touches_column(self, column: int) -> bool:
        """Return whether the attribute in a column of the new table may have changed."""
        return self.columns is None or column in self.columns
