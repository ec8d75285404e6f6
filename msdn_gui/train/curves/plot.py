"""One plot of several live curves, with a legend that switches them and the values under the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.train.curves.series import Series
from msdn_gui.widgets.build import make_check_box
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.plotting import quiet_plot, recolour_plot

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTHING = Series()
_FAINT = 70
"""Alpha of the spread behind a line, of 255."""


@dataclass(frozen=True)
class Curve:
    """Name, colour and dash of a curve."""

    key: str
    label: str
    colour: str
    """Name of a colour of the theme."""
    dash: tuple[float, ...] = ()
    width: float = 1.6
    shown: bool = True
    rare: bool = False
    """Whether most runs lack it; the legend names it only if there are values."""


class Plot(QWidget):
    """Curves over steps; nothing is drawn while the plot is hidden."""

    hovered = Signal(float)
    """The step under the mouse; NaN when it leaves."""

    def __init__(self, title: str, curves: Sequence[Curve], *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.curves = {curve.key: curve for curve in curves}
        self.series: dict[str, Series] = {curve.key: Series() for curve in curves}
        self.logarithmic = False
        self._widget = quiet_plot(self)
        self._item = self._widget.getPlotItem()
        self._item.setLabel("bottom", "step")
        for side in ("bottom", "left"):
            self._item.getAxis(side).setStyle(maxTickLevel=0)
        self._item.vb.setMouseEnabled(x=True, y=False)
        self._item.vb.enableAutoRange(x=True, y=True)
        self._item.vb.setAutoVisible(y=True)
        self.smoothing = 0.0
        # Thin and without dashes: a thick dashed line through thousands of extremes takes seconds to paint.
        self._spreads = {key: self._item.plot() for key in self.curves}
        self._lines = {key: self._item.plot() for key in self.curves}
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self._item.addItem(self._cursor, ignoreBounds=True)
        self.readout = ElidedLabel(name=f"{name}_readout")
        self.readout.setProperty("look", "muted")
        self.readout.setFont(small_font())
        self.readout.setMinimumHeight(18)
        self._heading = QLabel(title)
        self._heading.setProperty("look", "heading")
        self._has_legend = True
        self._switches: dict[str, QCheckBox] = {}
        head = QHBoxLayout()
        head.setSpacing(SPACING + 4)
        head.addWidget(self._heading)
        head.addStretch(1)
        for curve in curves:
            switch = make_check_box(curve.label, name=f"{name}_{curve.key}")
            switch.setFont(small_font())
            switch.setChecked(curve.shown)
            if curve.rare:
                # Said of the others too, it would show each as a window of its own: none has a parent yet.
                switch.hide()
            switch.toggled.connect(self._switched)
            self._switches[curve.key] = switch
            head.addWidget(switch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.readout)
        layout.addWidget(self._widget, 1)
        self._widget.scene().sigMouseMoved.connect(self._mouse_moved)
        self._item.vb.sigXRangeChanged.connect(self._range_changed)
        theme().changed.connect(self.recolour)
        self.recolour()

    @property
    def view(self) -> pg.ViewBox:
        """Return the view box."""
        return self._item.vb

    def follow(self, other: Plot) -> None:
        """Show the same steps as another plot."""
        self._follows = True
        self._item.vb.setXLink(other.view)
        self._show_all()

    _follows = False

    def _show_all(self) -> None:
        self._item.vb.enableAutoRange(y=True)
        self._item.vb.enableAutoRange(x=not self._follows)

    def clear(self) -> None:
        """Remove all points."""
        for key in self.series:
            self.series[key] = Series()
        self._show_all()
        self._cursor.hide()
        self._show_last_values()
        self.redraw()

    def set_logarithmic(self, on: bool) -> None:
        """Use a logarithmic or a linear axis."""
        self.logarithmic = on
        self._item.setLogMode(y=on)
        self.redraw()

    def show_only(self, key: str) -> None:
        """Show one curve alone, with its label as the title: the curves have no common unit."""
        self._heading.setText(self.curves[key].label)
        self._has_legend = False
        for other, switch in self._switches.items():
            switch.setChecked(other == key)
            switch.setHidden(True)

    def set_smoothing(self, share: float) -> None:
        """Set the share of all points, from 0 to 1, that each value averages."""
        self.smoothing = share
        self.redraw()

    def show_whole(self) -> None:
        """Show all steps, and those to come."""
        self._show_all()
        self.redraw()

    def zoom(self, by: float) -> None:
        """Show ``by`` times as many steps around the middle of those shown."""
        self._item.vb.scaleBy(x=by)

    def redraw(self) -> None:
        """Draw the points between the steps shown."""
        low, high = self._item.vb.viewRange()[0]
        auto = self._item.vb.autoRangeEnabled()[0]
        for key, line in self._lines.items():
            if self._has_legend:
                self._switches[key].setHidden(self.curves[key].rare and not len(self.series[key]))
            series = self.series[key] if self._switches[key].isChecked() else _NOTHING
            drawn = series.drawn(-np.inf if auto else low, np.inf if auto else high, self.smoothing)
            for item, points in ((line, drawn.line), (self._spreads[key], drawn.spread)):
                if not len(points) and item.xData is None:
                    continue
                # A loss of 0, as the l2 term's at the very start, has no place on a logarithmic axis.
                values = np.where(points[:, 1] > 0, points[:, 1], np.nan) if self.logarithmic else points[:, 1]
                item.setData(points[:, 0], values, connect="finite")

    def drawn(self, key: str) -> int:
        """Return how many points of a curve are drawn."""
        shown = self._lines[key].getData()[0]
        return 0 if shown is None else len(shown)

    def show_cursor(self, step: float) -> None:
        """Show a line at a step, and every curve's value there."""
        if not np.isfinite(step):
            self._cursor.hide()
            self._show_last_values()
            return
        near = [(key, found) for key, s in self.series.items() if (found := s.nearest(step)) is not None]
        if not near:
            return
        at = min((found[0] for _, found in near), key=lambda found: abs(found - step))
        self._cursor.setPos(at)
        self._cursor.show()
        self._show_values(f"step {at:,.0f}", {key: found[1] for key, found in near})

    def show_last_values(self) -> None:
        """Show the newest values unless the mouse is over a step."""
        if not self._cursor.isVisible():
            self._show_last_values()

    def recolour(self) -> None:
        """Follow the theme."""
        colours = theme().colours
        recolour_plot(self._widget)
        self._cursor.setPen(pg.mkPen(colours.muted, style=Qt.PenStyle.DashLine))
        for key, curve in self.curves.items():
            pen = pg.mkPen(QColor(getattr(colours, curve.colour)), width=curve.width)
            if curve.dash:
                pen.setDashPattern(list(curve.dash))
            self._lines[key].setPen(pen)
            faint = QColor(getattr(colours, curve.colour))
            faint.setAlpha(_FAINT)
            self._spreads[key].setPen(pg.mkPen(faint, width=1))
            self._switches[key].setStyleSheet(f"color: {getattr(colours, curve.colour)};")

    def _range_changed(self) -> None:
        """Redraw for other steps, unless all of them are shown anyway."""
        if not self._item.vb.autoRangeEnabled()[0] and not self.isHidden():
            self.redraw()

    def _switched(self) -> None:
        self.redraw()
        self.show_last_values()

    def _show_last_values(self) -> None:
        last = {key: value for key, s in self.series.items() if (value := s.last()) is not None}
        shown = any(self._switches[key].isChecked() for key in last)
        self._show_values("now", last) if shown else self.readout.setText("")

    def _show_values(self, start: str, values: dict[str, float]) -> None:
        parts = [f"{self.curves[k].label} {v:.4g}" for k, v in values.items() if self._switches[k].isChecked()]
        self.readout.setText("   ".join([start, *parts]))

    def _mouse_moved(self, place: QPointF) -> None:
        inside = self._item.vb.sceneBoundingRect().contains(place)
        self.hovered.emit(float(self._item.vb.mapSceneToView(place).x()) if inside else float("nan"))

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(float("nan"))
        super().leaveEvent(event)
