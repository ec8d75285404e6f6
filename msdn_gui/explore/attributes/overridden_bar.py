"""The number of overridden scores, with a button that removes them and a box that keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from msdn_gui.actions.bind import bind_button
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_check_box, make_row

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from msdn_gui.explore.attributes.overrides import Overrides


class OverriddenBar(QWidget):
    """Visible while a score is overridden."""

    def __init__(self, overrides: Overrides) -> None:
        super().__init__()
        self._overrides = overrides
        self.remove = make_button(name="remove_overrides")
        bind_icon(self.remove, "undo")
        self.keep = make_check_box("Keep", name="keep_overrides")
        self.keep.setToolTip("Keep the overrides when another image is selected")
        self.setLayout(make_row(self.remove, self.keep, spacing=SPACING))
        self.keep.toggled.connect(self._on_keep_toggled)
        overrides.changed.connect(self._update)
        self._update()

    def use_action(self, action: QAction) -> None:
        """Bind the button to the action that removes all overrides."""
        bind_button(self.remove, action, "Remove all overrides")

    def _on_keep_toggled(self, is_kept: bool) -> None:
        self._overrides.is_kept = is_kept

    def _update(self) -> None:
        count = len(self._overrides.values)
        self.setVisible(count > 0)
        self.remove.setText(f"{count} overridden")
        if not count:
            self.keep.setChecked(False)
