"""The seen-unseen curve: U over S for every gamma, read out under the mouse."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from msdn_core.number_text import percent
from msdn_core.runs.evaluated_run import BEST, GAMMAS, TRAINED, VALIDATED, EvaluatedRun
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.widgets.action import belongs_to, make_action
from msdn_gui.widgets.build import make_label
from msdn_gui.widgets.plotting import quiet_plot, recolour_plot

_SYMBOLS = {TRAINED: "s", VALIDATED: "o", BEST: "t"}
_SIGNS = {TRAINED: "■", VALIDATED: "●", BEST: "▼"}


class CurvePlot(QWidget):
    """One or two runs' curves; what lies nearest to the mouse is read out, and Ctrl+C copies it."""

    read_out = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("curve")
        self._runs: tuple[EvaluatedRun, ...] = ()
        self._plot = quiet_plot(self)
        self._item = self._plot.getPlotItem()
        self._item.setLabel("bottom", "S ● seen, per cent")
        self._item.setLabel("left", "U ◆ unseen, per cent")
        self._item.vb.setLimits(xMin=-4, xMax=104, yMin=-4, yMax=104)
        self._lines = [self._item.plot() for _ in range(2)]
        self._marks = [pg.ScatterPlotItem(size=10) for _ in range(2)]
        self._cursor = pg.ScatterPlotItem(size=13, symbol="o")
        for item in (*self._marks, self._cursor):
            self._item.addItem(item)
        heading = QLabel("Seen-unseen curve")
        heading.setProperty("look", "heading")
        self.readout = make_label(name="curve_readout", wrap=True)
        self.readout.setProperty("look", "muted")
        self.readout.setFont(small_font())
        self.readout.setMinimumHeight(34)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        layout.setSpacing(2)
        layout.addWidget(heading)
        layout.addWidget(self.readout)
        layout.addWidget(self._plot, 1)
        copy = make_action(
            self,
            "evaluate_copy_readout",
            "Copy the read-out",
            QKeySequence.StandardKey.Copy,
            lambda: QGuiApplication.clipboard().setText(self.readout.text()),
        )
        belongs_to(copy, "Curve")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._plot.scene().sigMouseMoved.connect(self._mouse_moved)
        theme().changed.connect(self.recolour)
        self.recolour()

    @property
    def plot(self) -> pg.PlotWidget:
        """What is drawn on."""
        return self._plot

    def show_runs(self, *runs: EvaluatedRun) -> None:
        """Draws one or two runs' curves."""
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
        self._say_nothing()

    def at(self, seen: float, unseen: float) -> None:
        """Reads out what lies nearest to a place, given in per cent."""
        width, height = self._item.vb.viewPixelSize()
        best: tuple[float, int, int] | None = None
        for place, run in enumerate(self._runs):
            if run.curve is None:
                continue
            distance = np.hypot(
                (100 * run.curve.seen - seen) / (width or 1), (100 * run.curve.unseen - unseen) / (height or 1)
            )
            stretch = int(distance.argmin())
            if best is None or distance[stretch] < best[0]:
                best = (float(distance[stretch]), place, stretch)
        if best is None:
            return
        _, place, stretch = best
        curve = self._runs[place].curve
        s, u, h = float(curve.seen[stretch]), float(curve.unseen[stretch]), float(curve.harmonic[stretch])
        self._cursor.setData([{"pos": (100 * s, 100 * u)}])
        name = f"{self._runs[place].name}: " if len(self._runs) > 1 else ""
        gamma = f"{curve.gamma_of(stretch):.3f}".replace("-", "−")
        self._say(f"{name}gamma {gamma}   U {percent(u)}   S {percent(s)}   H {percent(h)}")

    def recolour(self) -> None:
        """Follows the theme."""
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

    def _say(self, text: str) -> None:
        self.readout.setText(text)
        self.read_out.emit(text)

    def _say_nothing(self) -> None:
        if not any(run.curve is not None for run in self._runs):
            self._say("There is a curve where seen and unseen classes both have test images." if self._runs else "")
            return
        signs = ",  ".join(f"{sign} {GAMMAS[choice]}" for choice, sign in _SIGNS.items() if self._runs[0].row(choice))
        areas = "   ".join(
            f"{run.name + ': ' if len(self._runs) > 1 else ''}area {percent(run.curve.area)}"
            for run in self._runs
            if run.curve is not None
        )
        self._say(f"{areas}\n{signs}")

    def _mouse_moved(self, place: QPointF) -> None:
        if self._item.vb.sceneBoundingRect().contains(place):
            found = self._item.vb.mapSceneToView(place)
            self.at(found.x(), found.y())

    def leaveEvent(self, event: object) -> None:
        self._cursor.setData([])
        self._say_nothing()
        super().leaveEvent(event)
