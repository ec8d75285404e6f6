"""A line in a menu that names what follows; Qt's own sections are not drawn in this style."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu


def menu_heading(menu: QMenu, text: str) -> None:
    """Adds the line, below a separator where something stands above."""
    if menu.actions():
        menu.addSeparator()
    menu.addAction(text).setEnabled(False)
