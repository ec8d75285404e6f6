"""The program's own icons: SVG drawn in ``currentColor``, coloured by the theme and sharp on any screen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from msdn_core.resources import resource
from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QAbstractButton

_SIZES = (16, 20, 24, 32, 40, 48, 64)


def icon_path(name: str) -> Path:
    """The SVG file of an icon."""
    return resource("icons", f"{name}.svg")


def icon(name: str, colour: str = "text") -> QIcon:
    """The icon in a colour of the theme as it is now; ``bind_icon`` follows the theme when it changes."""
    colours = theme().colours
    return _coloured(name, getattr(colours, colour), colours.disabled)


def bind_icon(target: QAction | QAbstractButton, name: str, colour: str = "text") -> None:
    """Set the icon of an action or a button, and set it again when the theme changes."""
    for old in target.findChildren(_Binding, options=Qt.FindChildOption.FindDirectChildrenOnly):
        old.deleteLater()
    _Binding(target, name, colour)


def icon_pixmap(name: str, size: int, colour: str = "text", ratio: float = 1.0) -> QPixmap:
    """An icon as a picture of ``size`` logical pixels."""
    pixmap = _drawn(name, getattr(theme().colours, colour), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


class _Binding(QObject):
    def __init__(self, target: QAction | QAbstractButton, name: str, colour: str) -> None:
        super().__init__(target)
        self._target = target
        self._name = name
        self._colour = colour
        theme().changed.connect(self._apply)
        self._apply()

    def _apply(self) -> None:
        self._target.setIcon(icon(self._name, self._colour))


@lru_cache(maxsize=256)
def _coloured(name: str, colour: str, disabled: str) -> QIcon:
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_drawn(name, colour, size))
        made.addPixmap(_drawn(name, disabled, size), QIcon.Mode.Disabled)
    return made


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return icon_path(name).read_text(encoding="utf-8")


def _drawn(name: str, colour: str, size: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter)
    painter.end()
    return pixmap
