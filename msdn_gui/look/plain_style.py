"""Fusion, under which a text is what it is: names come from strangers, and Qt takes those with tags for rich text."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QProxyStyle


class PlainStyle(QProxyStyle):
    """Labels and tooltips show plain text, unless they were told to show another one."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def polish(self, what: QObject) -> object:
        """Each widget comes here once, before it is first shown."""
        if isinstance(what, QLabel) and what.textFormat() is Qt.TextFormat.AutoText:
            what.setTextFormat(Qt.TextFormat.PlainText)
        return super().polish(what)
