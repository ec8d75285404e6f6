"""How plots look in every workspace: quiet axes in the theme's colours, and no menu of the library's own."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from msdn_gui.theme import small_font, theme

_AXIS_WIDTH = 52


def quiet_plot(owner: QWidget, room: pg.ViewBox | None = None) -> pg.PlotWidget:
    """A plot without buttons and menus, with a faint grid; ``owner`` is the widget that it is a part of.

    ``room`` is what the plot is drawn in, where it shall take the mouse in another way.
    """
    made = pg.PlotWidget(viewBox=room)
    item = made.getPlotItem()
    item.setMenuEnabled(False)
    # pyqtgraph makes this menu in any case, without a parent: it would outlive the plot.
    # It stays a window of its own: as a plain child it would be shown within the plot.
    item.ctrlMenu.setParent(owner, item.ctrlMenu.windowFlags())
    item.hideButtons()
    item.showGrid(x=True, y=True, alpha=0.15)
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
