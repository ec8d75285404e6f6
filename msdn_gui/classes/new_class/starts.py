"""What the vector of a new class can start from; here: nothing, or another class."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.name_matching import match_words
from msdn_gui.classes.class_names import class_texts
from msdn_gui.classes.class_pickers import make_class_combo
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_column
from msdn_gui.widgets.mark import mark_pixmap

EMPTY = "Empty: all values are 0"


class Start(QWidget):
    """A way to get the vector of a new class."""

    changed = Signal()
    """The vector is another one."""

    def begin(self, table: ClassTable, source: str | None) -> None:
        """Start over; ``source`` is the class to start from, if any."""
        raise NotImplementedError

    def vector(self) -> FloatArray | None:
        """Return the (K,) vector of the class; None if there is none yet."""
        raise NotImplementedError

    def fault(self) -> str:
        """Return why there is no vector; empty if there is one."""
        raise NotImplementedError


class OtherClass(Start):
    """Zeros, or the vector of another class."""

    def __init__(self) -> None:
        super().__init__()
        self._table = ClassTable.empty()
        self.source, self.source_line = make_class_combo("new_class_source", "Starts from")
        self.source.setMinimumContentsLength(12)
        self.setLayout(make_column(self.source, spacing=SPACING // 2))
        self.source.currentTextChanged.connect(self.changed)

    def begin(self, table: ClassTable, source: str | None) -> None:
        """List the classes of a table."""
        self._table = table
        self.source.clear()
        self.source.addItem(EMPTY, None)
        signs = [QIcon(mark_pixmap(mark)) for mark in ("unseen", "seen")]
        for name, text, seen in zip(table.classes, class_texts(table.classes), table.seen.tolist(), strict=True):
            self.source.addItem(signs[seen], text, name)
        self.source.setCurrentIndex(self.source.findData(source) if source is not None else 0)
        self.source_line.setCursorPosition(0)

    def vector(self) -> FloatArray | None:
        """Return zeros, or the vector of the selected class."""
        place = self._place()
        if place < 0:
            return None
        name = self.source.itemData(place)
        if name is None:
            return np.zeros(len(self._table.attributes))
        row = self._table.class_index.get(name, -1)
        return self._table.vectors[row] if row >= 0 else None

    def fault(self) -> str:
        """Return that the typed text is not a class, if so."""
        return "" if self.vector() is not None else "No class has this name; select one from the list."

    def _place(self) -> int:
        text = self.source.currentText()
        count = self.source.count()
        for names in (
            [self.source.itemText(place) for place in range(count)],
            [self.source.itemData(place) or "" for place in range(count)],
        ):
            if text in (matched := match_words([text], names).matched):
                return matched[text]
        return -1
