"""How plots look in every workspace: quiet axes in the theme's colours, and no menu of the library's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsItem, QWidget

from msdn_gui.look.theme import small_font, theme
from msdn_gui.widgets.action import belongs_to, make_action

_AXIS_WIDTH = 52


def quiet_plot(owner: QWidget, **parts: Any) -> pg.PlotWidget:
    """A plot without buttons and menus, with a faint grid; ``owner`` is the widget that it is a part of.

    ``parts`` are those of pyqtgraph's own that others stand in for: ``viewBox``, ``axisItems``.
    """
    made = pg.PlotWidget(**parts)
    item = made.getPlotItem()
    item.setMenuEnabled(False)
    # pyqtgraph makes this menu in any case, without a parent: it would outlive the plot.
    # It stays a window of its own: as a plain child it would be shown within the plot.
    item.ctrlMenu.setParent(owner, item.ctrlMenu.windowFlags())
    item.hideButtons()
    item.showGrid(x=True, y=True, alpha=0.15)
    for side in ("bottom", "left"):
        # An axis with its grid takes longer to paint than a curve: it is painted when its range is another one.
        item.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
    return made


def add_zoom_keys(plot: pg.PlotWidget, name: str, part: str, centre: Callable[[], QPointF | None]) -> None:
    """Plus and minus zoom about a centre (None: the middle of what is in sight), 0 shows all; also in its menu.

    ``name`` begins the actions' names, ``part`` is where the keys hold.
    """
    room = plot.getPlotItem().vb

    def make(word: str, text: str, keys: str, sign: str, do: Callable[[], None]) -> None:
        belongs_to(make_action(plot, f"{name}_{word}", text, keys, do, sign=sign), part)

    def zoom(by: float) -> None:
        place = centre()
        room.scaleBy((by, by), center=pg.Point(place) if place is not None else None)

    make("in", "Zoom in", "+; =", "zoom-in", lambda: zoom(0.8))
    make("out", "Zoom out", "-", "zoom-out", lambda: zoom(1.25))
    make("fit", "Show all", "0", "fit", lambda: room.autoRange(padding=0.05))
    plot.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def recolour_plot(plot: pg.PlotWidget) -> None:
    """Follows the theme."""
    colours = theme().colours
    plot.setBackground(colours.panel)
    for side in ("bottom", "left"):
        axis = plot.getPlotItem().getAxis(side)
        axis.setPen(colours.line)
        axis.setTextPen(colours.muted)
        axis.setTickFont(small_font())
    plot.getPlotItem().getAxis("left").setWidth(_AXIS_WIDTH)
