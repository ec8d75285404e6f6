"""The seen-unseen curve: U over S at every gamma, with a readout under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from msdn_core.number_text import percent
from msdn_core.runs.evaluated_run import BEST, GAMMAS, TRAINED, VALIDATED, EvaluatedRun
from msdn_gui.actions.bind import ActionSet
from msdn_gui.evaluate.actions import CURVE_ACTIONS
from msdn_gui.evaluate.build import make_note
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.plotting import quiet_plot, recolour_plot

if TYPE_CHECKING:
    from msdn_core.domain.metrics import SeenUnseenCurve

_SYMBOLS = {TRAINED: "s", VALIDATED: "o", BEST: "t"}
_SIGNS = {TRAINED: "■", VALIDATED: "●", BEST: "▼"}


class CurvePlot(QWidget):
    """The curves of one or two runs; the point nearest to the mouse is read out, and Ctrl+C copies the readout."""

    readout_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("curve")
        self._runs: tuple[EvaluatedRun, ...] = ()
        self._plot = quiet_plot(self)
        self._item = self._plot.getPlotItem()
        self._make_items()
        heading = QLabel("Seen-unseen curve")
        heading.setProperty("look", "heading")
        self.readout = make_note("curve_readout")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.readout.setMinimumHeight(34)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        layout.setSpacing(2)
        layout.addWidget(heading)
        layout.addWidget(self.readout)
        layout.addWidget(self._plot, 1)
        ActionSet(self, CURVE_ACTIONS, {"evaluate.copy_readout": self._copy_readout})
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._plot.scene().sigMouseMoved.connect(self._on_mouse_moved)
        theme().changed.connect(self.recolour)
        self.recolour()

    def _make_items(self) -> None:
        self._item.setLabel("bottom", "S ● seen, percent")
        self._item.setLabel("left", "U ◆ unseen, percent")
        self._item.vb.setLimits(xMin=-4, xMax=104, yMin=-4, yMax=104)
        self._lines = [self._item.plot() for _ in range(2)]
        self._marks = [pg.ScatterPlotItem(size=10) for _ in range(2)]
        self._cursor = pg.ScatterPlotItem(size=13, symbol="o")
        for item in (*self._marks, self._cursor):
            self._item.addItem(item)

    @property
    def plot(self) -> pg.PlotWidget:
        """The plot widget."""
        return self._plot

    def show_runs(self, *runs: EvaluatedRun) -> None:
        """Draw the curves of one or two runs."""
        self._runs = runs
        for place, (line, marks) in enumerate(zip(self._lines, self._marks, strict=True)):
            curve = runs[place].curve if place < len(runs) else None
            if curve is None:
                line.setData([], [])
                marks.setData([])
                continue
            line.setData(100 * curve.seen, 100 * curve.unseen)
            rows = [(choice, row) for choice in GAMMAS if (row := runs[place].row(choice)) is not None]
            marks.setData(
                [
                    {"pos": (100 * row["S"], 100 * row["U"]), "symbol": _SYMBOLS[choice]}
                    for choice, row in rows
                    if row["S"] is not None and row["U"] is not None
                ]
            )
        self._item.vb.autoRange()
        self._cursor.setData([])
        self._show_areas()

    def read_out(self, seen: float, unseen: float) -> None:
        """Read out the point of a curve that is nearest to a position, given in percent."""
        width, height = self._item.vb.viewPixelSize()
        nearest: tuple[float, EvaluatedRun, SeenUnseenCurve, int] | None = None
        for run in self._runs:
            if run.curve is None:
                continue
            distance = np.hypot(
                (100 * run.curve.seen - seen) / (width or 1), (100 * run.curve.unseen - unseen) / (height or 1)
            )
            stretch = int(distance.argmin())
            if nearest is None or distance[stretch] < nearest[0]:
                nearest = (float(distance[stretch]), run, run.curve, stretch)
        if nearest is None:
            return
        _, run, curve, stretch = nearest
        s, u, h = float(curve.seen[stretch]), float(curve.unseen[stretch]), float(curve.harmonic[stretch])
        self._cursor.setData([{"pos": (100 * s, 100 * u)}])
        name = f"{run.name}: " if len(self._runs) > 1 else ""
        gamma = f"{curve.gamma_of(stretch):.3f}".replace("-", "−")
        self._set_readout(f"{name}gamma {gamma}   U {percent(u)}   S {percent(s)}   H {percent(h)}")

    def recolour(self) -> None:
        """Apply the theme's colours."""
        colours = theme().colours
        recolour_plot(self._plot)
        for line, marks, colour, dash in zip(
            self._lines, self._marks, ("accent", "warning"), ((), (6, 4)), strict=True
        ):
            pen = pg.mkPen(QColor(getattr(colours, colour)), width=2)
            if dash:
                pen.setDashPattern(list(dash))
            line.setPen(pen)
            marks.setPen(pg.mkPen(colours.panel))
            marks.setBrush(pg.mkBrush(getattr(colours, colour)))
        self._cursor.setPen(pg.mkPen(colours.text, width=2))
        self._cursor.setBrush(pg.mkBrush(None))

    def _copy_readout(self) -> None:
        QGuiApplication.clipboard().setText(self.readout.text())

    def _set_readout(self, text: str) -> None:
        self.readout.setText(text)
        self.readout_changed.emit(text)

    def _show_areas(self) -> None:
        """Show the areas and the meaning of the symbols while no point is read out."""
        if not any(run.curve is not None for run in self._runs):
            self._set_readout("A curve needs test images of both seen and unseen classes." if self._runs else "")
            return
        signs = ",  ".join(f"{sign} {GAMMAS[choice]}" for choice, sign in _SIGNS.items() if self._runs[0].row(choice))
        areas = "   ".join(
            f"{run.name + ': ' if len(self._runs) > 1 else ''}AUSUC {percent(run.curve.area)}"
            for run in self._runs
            if run.curve is not None
        )
        self._set_readout(f"{areas}\n{signs}")

    def _on_mouse_moved(self, place: QPointF) -> None:
        if self._item.vb.sceneBoundingRect().contains(place):
            point = self._item.vb.mapSceneToView(place)
            self.read_out(point.x(), point.y())

    def leaveEvent(self, event: QEvent) -> None:
        self._cursor.setData([])
        self._show_areas()
        super().leaveEvent(event)
