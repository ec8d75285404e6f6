"""How plots look in every workspace: quiet axes in the theme's colours, and no menu of the library's own."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QGraphicsItem, QWidget

from msdn_gui.theme import small_font, theme

_AXIS_WIDTH = 52


def quiet_plot(owner: QWidget) -> pg.PlotWidget:
    """A plot without buttons and menus, with a faint grid; ``owner`` is the widget that it is a part of."""
    made = pg.PlotWidget()
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
