"""A heading in a menu; the style does not draw the text of Qt's own sections."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu


def menu_heading(menu: QMenu, text: str) -> None:
    """Add the heading, below a separator if it is not the first item."""
    if menu.actions():
        menu.addSeparator()
    menu.addAction(text).setEnabled(False)
