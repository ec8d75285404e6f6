"""Which names a class can have."""

from __future__ import annotations

from msdn_core.domain.attributes import ClassTable


def name_fault(table: ClassTable, name: str, old: str | None = None) -> str:
    """Return why a class, now called ``old``, cannot have a name; empty if it can."""
    if not name.strip():
        return "Enter a name for the class."
    if name.strip() != old and name.strip() in table.class_index:
        return f"The class “{name.strip()}” already exists; enter another name."
    return ""
