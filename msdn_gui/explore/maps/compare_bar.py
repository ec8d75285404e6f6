"""What differs between the sides of a comparison, what is held on the left, and how to swap or end it."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from msdn_gui.explore.maps.comparison import PARTS, Comparison
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.build import make_check_box, make_label, make_row, make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel


class CompareBar(QWidget):
    """A line above the maps, visible during a comparison; its owner binds the buttons to actions."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self._comparison = comparison
        self.text = ElidedLabel(name="compare_text", middle=True)
        self.text.setProperty("look", "heading")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.boxes = {part: make_check_box(part.capitalize(), name=f"hold_{part}") for part in PARTS}
        self.swap = _button("compare_swap", "swap", "Swap sides")
        self.leave = _button("compare_leave", "close", "End comparison")
        label = make_label("Held:")
        label.setFont(small_font())
        label.setProperty("look", "muted")
        row = make_row(self.text, label, *self.boxes.values(), self.swap, self.leave, spacing=SPACING)
        row.setStretchFactor(self.text, 1)
        self.setLayout(row)
        for part, box in self.boxes.items():
            box.setFont(small_font())
            box.setAccessibleName(f"Hold the {part} on the left")
            box.setToolTip(f"Keep the {part} of the left side; clear the box to let it follow the selection")
            box.toggled.connect(lambda is_held, part=part: comparison.hold(part, is_held))
        comparison.changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        self.setVisible(self._comparison.is_on)
        if self._comparison.is_on:
            self.text.setText(self._comparison.difference())
            for part, box in self.boxes.items():
                box.setChecked(self._comparison.holds(part))


def _button(name: str, icon: str, text: str) -> QToolButton:
    button = make_tool_button(name=name, accessible=text)
    bind_icon(button, icon, "muted")
    return button
