"""How many attribute scores are overridden, and the ways out of it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from msdn_gui.explore.attributes.overrides import Overrides
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_check_box


class OverriddenBar(QWidget):
    """To be seen while any is."""

    def __init__(self, overrides: Overrides) -> None:
        super().__init__()
        self._overrides = overrides
        self.take_back = make_button(name="take_overrides_back")
        bind_icon(self.take_back, "undo")
        self.keep = make_check_box("Keep", name="keep_overrides")
        self.keep.setToolTip("Keep the overridden scores for the next images too; else they go with the image")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self.take_back)
        row.addWidget(self.keep)
        self.take_back.clicked.connect(overrides.clear)
        self.keep.toggled.connect(self._keep)
        overrides.changed.connect(self._tell)
        self._tell()

    def _keep(self, keeps: bool) -> None:
        self._overrides.keeps = keeps

    def _tell(self) -> None:
        count = len(self._overrides.values)
        self.setVisible(count > 0)
        self.take_back.setText(f"{count} overridden")
        if not count:
            self.keep.setChecked(False)
