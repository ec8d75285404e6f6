"""Buttons that stand for an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_gui.look.icons import bind_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QAbstractButton


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
