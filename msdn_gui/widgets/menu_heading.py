"""A heading in a menu; the style does not draw the text of Qt's own sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu


def menu_heading(menu: QMenu, text: str) -> None:
    """Add the heading, below a separator if it is not the first item."""
    if menu.actions():
        menu.addSeparator()
    menu.addAction(text).setEnabled(False)
