"""Edits of the class table that are made while annotating, as undo commands."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from msdn_core.domain.attributes import FloatArray
from msdn_core.errors import MsdnError
from msdn_gui.session import Session


class AddClass(QUndoCommand):
    """One more class; seen, for images that are annotated may be trained on."""

    def __init__(self, session: Session, name: str, vector: FloatArray) -> None:
        super().__init__(f"adding the class {name}")
        self._session, self._name, self._vector = session, name, vector

    def redo(self) -> None:
        try:
            self._session.add_class(self._name, self._vector, seen=True)
        except MsdnError as fault:
            self.setObsolete(True)
            self._session.message.emit("error", str(fault))

    def undo(self) -> None:
        try:
            self._session.remove_class(self._name)
        except MsdnError as fault:
            self.setObsolete(True)
            self._session.message.emit("error", str(fault))
