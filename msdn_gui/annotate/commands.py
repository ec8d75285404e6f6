"""Edits of the class table that are made while annotating, as undo commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtGui import QUndoCommand

from msdn_core.domain.attributes import FloatArray
from msdn_core.errors import MsdnError
from msdn_gui.session import Session


class _TableEdit(QUndoCommand):
    """An edit that cannot be made is said in the window and leaves nothing to undo."""

    def __init__(self, session: Session, text: str) -> None:
        super().__init__(text)
        self.session = session

    def attempt(self, edit: Callable[[], object]) -> None:
        """Make the edit, or say why not."""
        try:
            edit()
        except MsdnError as fault:
            self.setObsolete(True)
            self.session.message.emit("error", str(fault))


class AddClasses(_TableEdit):
    """Classes more, with nothing known of them yet; seen, for images that are annotated may be trained on."""

    def __init__(self, session: Session, names: Sequence[str]) -> None:
        super().__init__(session, f"adding {f'the class {names[0]}' if len(names) == 1 else f'{len(names)} classes'}")
        self._names = names

    def redo(self) -> None:
        # Where the table is a checkpoint's the edit is refused, and says so.
        nothing = np.zeros(len(self.session.table.attributes))
        self.attempt(lambda: self.session.edits.add_classes(dict.fromkeys(self._names, nothing), seen=True))

    def undo(self) -> None:
        self.attempt(lambda: self.session.edits.remove_classes(self._names))


class SetVectors(_TableEdit):
    """Other vectors for some classes."""

    def __init__(self, session: Session, vectors: Mapping[str, FloatArray]) -> None:
        count = len(vectors)
        what = f"the vector of {next(iter(vectors))}" if count == 1 else f"the vectors of {count} classes"
        super().__init__(session, f"taking over {what}")
        table = session.table
        self._after = vectors
        self._before = {name: table.vectors[table.class_index[name]].copy() for name in vectors}

    def redo(self) -> None:
        self.attempt(lambda: self.session.edits.set_vectors(self._after))

    def undo(self) -> None:
        self.attempt(lambda: self.session.edits.set_vectors(self._before))
