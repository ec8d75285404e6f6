"""What differs between left and right, what is held at the left, and the ways to turn round and to leave."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from msdn_gui.explore.maps.comparison import PARTS, Comparison
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.build import make_check_box, make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel


class CompareBar(QWidget):
    """Stands above the pictures while two things are compared."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self._comparison = comparison
        self.words = ElidedLabel(name="compare_words", middle=True)
        self.words.setProperty("look", "heading")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.boxes = {part: make_check_box(part.capitalize(), name=f"hold_{part}") for part in PARTS}
        self.swap = _button("compare_swap", "swap", "Swap the sides: choose what stands at the left")
        self.leave = _button("compare_leave", "close", "Compare no longer")
        held = QLabel("Held left:")
        held.setFont(small_font())
        held.setProperty("look", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self.words, 1)
        row.addWidget(held)
        for part, box in self.boxes.items():
            box.setFont(small_font())
            box.setAccessibleName(f"Hold the {part} at the left")
            box.setToolTip(f"On: the left side keeps its {part}; off: it follows the {part} that is chosen")
            box.toggled.connect(lambda on, part=part: comparison.hold(part, on))
            row.addWidget(box)
        row.addWidget(self.swap)
        row.addWidget(self.leave)
        self.swap.clicked.connect(comparison.swap)
        self.leave.clicked.connect(comparison.end)
        comparison.changed.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        self.setVisible(self._comparison.is_on)
        if self._comparison.is_on:
            self.words.setText(self._comparison.difference())
            for part, box in self.boxes.items():
                box.setChecked(self._comparison.holds(part))


def _button(name: str, icon: str, tip: str) -> QToolButton:
    button = make_tool_button(name=name, tip=tip, accessible=tip)
    bind_icon(button, icon, "muted")
    return button
