"""Which of two runs a page looks at: the first, the second, or what lies between both."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from msdn_gui.evaluate.runs.page import Shown

FIRST, SECOND, DIFFERENCE = "first", "second", "difference"


class RunChoice(QComboBox):
    """Hidden while there is one run; the first one is chosen then."""

    def __init__(self, name: str, *between: tuple[str, str]) -> None:
        """``between`` are choices of both runs: what is chosen, and its words, with ``{first}`` and ``{second}``."""
        super().__init__(objectName=name)
        self.setAccessibleName("Which run is shown")
        self._between = between
        self._names: tuple[str, ...] = ()
        self.hide()

    @property
    def choice(self) -> str:
        """``FIRST``, ``SECOND``, or one of those of both."""
        return str(self.currentData() or FIRST)

    def show_runs(self, shown: Shown) -> None:
        """Offers the runs that are shown; the choice stays where there are two."""
        names = (shown.run.name, shown.other.name) if shown.other is not None else ()
        if names == self._names:
            return
        self._names, chosen = names, self.choice
        with QSignalBlocker(self):
            self.clear()
            if names:
                for name, data in zip(names, (FIRST, SECOND), strict=True):
                    self.addItem(f"Run {name}", data)
                for data, words in self._between:
                    self.addItem(words.format(first=names[0], second=names[1]), data)
                self.setCurrentIndex(max(0, self.findData(chosen)))
        self.setVisible(bool(names))

    def of(self, shown: Shown) -> Shown:
        """The chosen run first; the other one beside it."""
        return shown.turned() if self.choice == SECOND else shown
