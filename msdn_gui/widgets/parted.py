"""Splitters: widgets beside or above one another, with a line between them that can be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from msdn_gui.widgets.build import named

if TYPE_CHECKING:
    from collections.abc import Sequence

BESIDE, ABOVE = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


def parted(name: str, orientation: Qt.Orientation, *widgets: QWidget, sizes: Sequence[int] = ()) -> QSplitter:
    """Return a splitter, ``BESIDE`` or ``ABOVE``; its position is remembered under the name."""
    made = named(QSplitter(orientation), name)
    made.setHandleWidth(1)
    made.setChildrenCollapsible(False)
    for widget in widgets:
        made.addWidget(widget)
    if sizes:
        made.setSizes(list(sizes))
    return made
