"""Fusion with plain text: names come from strangers, and Qt would show those with tags as rich text."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QProxyStyle, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPalette


class PlainStyle(QProxyStyle):
    """Labels and tooltips show plain text unless they were set to another format."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    @overload
    def polish(self, application: QApplication, /) -> None: ...
    @overload
    def polish(self, widget: QWidget, /) -> None: ...
    @overload
    def polish(self, palette: QPalette | Qt.GlobalColor | QColor, /) -> None: ...
    def polish(self, target: QApplication | QWidget | QPalette | Qt.GlobalColor | QColor, /) -> None:
        """Prepare a widget before it is first shown."""
        if isinstance(target, QLabel) and target.textFormat() is Qt.TextFormat.AutoText:
            target.setTextFormat(Qt.TextFormat.PlainText)
        super().polish(target)
