"""Widgets beside or above one another, with a line between them that can be dragged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from msdn_gui.widgets.build import named

BESIDE, ABOVE = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


def parted(name: str, how: Qt.Orientation, *widgets: QWidget, sizes: Sequence[int] = ()) -> QSplitter:
    """``how`` is ``BESIDE`` or ``ABOVE``; where the line is dragged to is kept under the name."""
    made = named(QSplitter(how), name)
    made.setHandleWidth(1)
    made.setChildrenCollapsible(False)
    for widget in widgets:
        made.addWidget(widget)
    if sizes:
        made.setSizes(list(sizes))
    return made
