"""What a change of the attributes affects."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError
from msdn_gui.session.checkpoints import load_checkpoint

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable
    from msdn_gui.session import Session


@dataclass(frozen=True, eq=False)
class AttributeFacts:
    """The class table, and what depends on its attributes."""

    table: ClassTable
    checkpoints: tuple[str, ...]
    """Labels of the checkpoints that were trained with these attributes."""
    word_vector_source: str


def attribute_facts(session: Session) -> AttributeFacts:
    """Return what a change of the attributes of the open project would affect."""
    table, project = session.document.table, session.document.project
    names = tuple(attribute.full_name for attribute in table.attributes)
    fitting = []
    for choice in session.inference.checkpoints():
        with contextlib.suppress(MsdnError):
            if load_checkpoint(choice.path, choice.label).header.attributes == names:
                fitting.append(choice.label)
    return AttributeFacts(table, tuple(fitting), project.word_vector_source() if project is not None else "")
