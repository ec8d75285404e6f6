"""Class names: which ones are allowed, and how they are shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msdn_core.domain.display_names import class_text
from msdn_core.domain.name_spellings import as_known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.domain.attributes import ClassTable


def name_fault(table: ClassTable, name: str, old: str | None = None) -> str:
    """Return why a class, now called ``old``, cannot have a name; empty if it can."""
    if not name.strip():
        return "Enter a name for the class."
    if name.strip() != old and as_known(name.strip(), table.classes) in table.class_index.keys() - {old}:
        return f"The class “{name.strip()}” already exists; enter another name."
    return ""


def class_texts(classes: Sequence[str]) -> list[str]:
    """Return the names of all classes for display, each a different one: raw where two would look the same."""
    texts = [class_text(name) for name in classes]
    counts = Counter(texts)
    return [text if counts[text] == 1 else name for text, name in zip(texts, classes, strict=True)]
