"""The look of plots in all workspaces: axes in the theme's colours, without pyqtgraph's menus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsItem, QWidget

from msdn_gui.actions.bind import ActionSet
from msdn_gui.look.theme import small_font, theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from msdn_gui.actions.spec import ActionSpec

_AXIS_WIDTH = 52


def quiet_plot(owner: QWidget, **parts: Any) -> pg.PlotWidget:
    """Return a plot without buttons and menus, with a faint grid; ``owner`` is the widget that contains it.

    ``parts`` replace parts of pyqtgraph: ``viewBox``, ``axisItems``.
    """
    made = pg.PlotWidget(**parts)
    item = made.getPlotItem()
    item.setMenuEnabled(False)
    # pyqtgraph always makes this menu, without a parent, so that it would outlive the plot.
    # It keeps its window flags, because a plain child would be shown inside the plot.
    item.ctrlMenu.setParent(owner, item.ctrlMenu.windowFlags())
    item.hideButtons()
    item.showGrid(x=True, y=True, alpha=0.15)
    for side in ("bottom", "left"):
        # An axis with its grid takes longer to paint than a curve, so it is painted only if its range changed.
        item.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
    return made


def bind_zoom(plot: pg.PlotWidget, specs: Sequence[ActionSpec], centre: Callable[[], QPointF | None]) -> None:
    """Make the actions of ``zoom_actions`` for a plot and put them in its context menu.

    Zooming keeps the position that ``centre`` returns; None keeps the middle of the view.
    """
    view = plot.getPlotItem().vb

    def zoom(factor: float) -> None:
        place = centre()
        view.scaleBy((factor, factor), center=pg.Point(place) if place is not None else None)

    enlarge, reduce, show_all = (spec.id for spec in specs)
    handlers: dict[str, Callable[[], object]] = {
        enlarge: lambda: zoom(0.8),
        reduce: lambda: zoom(1.25),
        show_all: lambda: view.autoRange(padding=0.05),
    }
    ActionSet(plot, specs, handlers)
    plot.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def recolour_plot(plot: pg.PlotWidget) -> None:
    """Apply the theme's colours."""
    colours = theme().colours
    plot.setBackground(colours.panel)
    for side in ("bottom", "left"):
        axis = plot.getPlotItem().getAxis(side)
        axis.setPen(colours.line)
        axis.setTextPen(colours.muted)
        axis.setTickFont(small_font())
    plot.getPlotItem().getAxis("left").setWidth(_AXIS_WIDTH)
