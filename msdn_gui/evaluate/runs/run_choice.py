"""The choice between two compared runs: the first, the second, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

if TYPE_CHECKING:
    from msdn_gui.evaluate.runs.run_selection import RunSelection

FIRST, SECOND, DIFFERENCE = "first", "second", "difference"


class RunChoice(QComboBox):
    """Hidden while only one run is shown, which is then selected."""

    def __init__(self, name: str, *for_both: tuple[str, str]) -> None:
        """``for_both`` are choices that concern both runs: value and text, with ``{first}`` and ``{second}``."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("Run")
        self._for_both = for_both
        self._names: tuple[str, ...] = ()
        self.hide()

    @property
    def choice(self) -> str:
        """``FIRST``, ``SECOND``, or a choice that concerns both."""
        return str(self.currentData() or FIRST)

    def show_runs(self, selection: RunSelection) -> None:
        """Offer the runs of a selection; the choice stays."""
        names = (selection.run.name, selection.other.name) if selection.other is not None else ()
        if names == self._names:
            return
        self._names, choice = names, self.choice
        with QSignalBlocker(self):
            self.clear()
            if names:
                for name, data in zip(names, (FIRST, SECOND), strict=True):
                    self.addItem(f"Run {name}", data)
                for data, text in self._for_both:
                    self.addItem(text.format(first=names[0], second=names[1]), data)
                self.setCurrentIndex(max(0, self.findData(choice)))
        self.setVisible(bool(names))

    def apply(self, selection: RunSelection) -> RunSelection:
        """Return the selection with the chosen run first."""
        return selection.swapped() if self.choice == SECOND else selection
