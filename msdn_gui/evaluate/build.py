"""Builders that several pages of Evaluate share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import small_font
from msdn_gui.widgets.build import make_combo_box, make_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel


def follow_action(button: QAbstractButton, action: QAction, icon: str = "") -> None:
    """Let a button trigger an action; it is enabled with the action, and its tooltip says why it is not."""
    button.clicked.connect(lambda: action.trigger())
    if icon:
        bind_icon(button, icon)

    def update() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(update)
    update()


def make_choice(name: str, accessible: str, choices: Mapping[str, str]) -> QComboBox:
    """Return a combo box; ``choices`` maps the data of its items to their texts."""
    made = make_combo_box(name=name, accessible=accessible)
    for data, text in choices.items():
        made.addItem(text, data)
    return made


def make_note(name: str) -> QLabel:
    """Return a label for facts and hints in small, muted print, whose text can be selected."""
    made = make_label(name=name, wrap=True)
    made.setProperty("look", "muted")
    made.setFont(small_font())
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
