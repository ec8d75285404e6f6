"""The picture of a confusion matrix: wheel and drag zoom and pan, a click or the arrow keys choose a cell."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.attributes import ClassTable
from msdn_gui.evaluate.errors.class_axis import ClassAxis
from msdn_gui.look.theme import small_font, theme
from msdn_gui.widgets.action import belongs_to, make_action
from msdn_gui.widgets.plotting import add_zoom_keys, quiet_plot

_PART = "Confusion matrix"
_STEPS = {"Left": (0, -1), "Right": (0, 1), "Up": (-1, 0), "Down": (1, 0)}
Cell = tuple[int, int]


class ConfusionPlot(QWidget):
    """Cells are (row, column) in the order that is shown."""

    chosen = Signal(object)
    """The chosen cell; None where another matrix was shown."""
    pointed = Signal(object)
    """The cell under the mouse, None where it is over none."""

    def __init__(self) -> None:
        super().__init__()
        self._shape = (0, 0)
        self._two = False
        self.cell: Cell | None = None
        """The chosen cell."""
        self.rows, self.columns = ClassAxis("left"), ClassAxis("bottom")
        self.plot = quiet_plot(self, axisItems={"left": self.rows, "bottom": self.columns})
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plot.setAccessibleName("Confusion matrix; arrow keys go from cell to cell, plus and minus zoom")
        self._item = self.plot.getPlotItem()
        self._item.invertY(True)
        self._item.setAspectLocked(True)
        self._item.showGrid(x=False, y=False)
        self._item.setLabel("bottom", "taken for")
        self._item.setLabel("left", "class")
        self._image = pg.ImageItem(axisOrder="row-major")
        self._frame = pg.PlotDataItem(connect="finite")
        self._item.addItem(self._image)
        self._item.addItem(self._frame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        add_zoom_keys(self.plot, "evaluate_confusion", _PART, self._middle)
        for keys, (down, right) in _STEPS.items():
            way = keys.lower()
            step = make_action(self, f"evaluate_cell_{way}", f"Cell {way}", keys, partial(self._step, down, right))
            belongs_to(step, _PART)
        self.plot.scene().sigMouseMoved.connect(lambda place: self.pointed.emit(self._cell_of(place)))
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        theme().changed.connect(self._recolour)
        self._recolour()

    def show_matrix(
        self,
        values: NDArray[np.float64],
        table: ClassTable,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        *,
        two: bool,
    ) -> None:
        """(R, C) shares, or with ``two`` differences of shares, of class rows of the table."""
        self._shape, self._two = values.shape, two
        for axis, shown in ((self.rows, rows), (self.columns, columns)):
            axis.set_classes(tuple(table.classes[row] for row in shown.tolist()), table.seen[shown])
        # A single error in thirty shall still be seen: the scale is that of square roots.
        drawn = np.sign(values) * np.sqrt(np.abs(values))
        reach = max(float(np.abs(drawn).max(initial=0.0)), 1e-6)
        self._image.setImage(drawn, levels=(-reach if two else 0.0, reach))
        self._recolour()
        self.choose(None)

    def show_all(self) -> None:
        """The whole matrix."""
        self._item.autoRange()

    def choose(self, cell: Cell | None) -> None:
        """Frames a cell and tells of it, None for none."""
        self.cell = cell
        if cell is None:
            self._frame.setData([], [])
        else:
            x, y = np.array([0, 1, 1, 0, 0]) + cell[1], np.array([0, 0, 1, 1, 0]) + cell[0]
            self._frame.setData(x.astype(float), y.astype(float))
        self.chosen.emit(cell)

    def place_of(self, cell: Cell) -> QPointF:
        """Where a cell stands, in the coordinates of the plot widget."""
        place = self._item.vb.mapViewToScene(QPointF(cell[1] + 0.5, cell[0] + 0.5))
        return QPointF(self.plot.mapFromScene(place))

    def _middle(self) -> QPointF | None:
        return QPointF(self.cell[1] + 0.5, self.cell[0] + 0.5) if self.cell is not None else None

    def _recolour(self) -> None:
        colours = theme().colours
        self.plot.setBackground(colours.panel)
        for axis in (self.rows, self.columns):
            axis.setPen(colours.line)
            axis.setTextPen(colours.muted)
            axis.setTickFont(small_font())
        # Of two runs in the colours that their curves have: what the first has more, and what the second has.
        ends = ("accent", "panel", "warning") if self._two else ("panel", "accent")
        ramp = pg.ColorMap(np.linspace(0.0, 1.0, len(ends)), [colours.q(end) for end in ends])
        self._image.setLookupTable(ramp.getLookupTable(nPts=255))
        self._frame.setPen(pg.mkPen(colours.q("text"), width=1.5))

    def _cell_of(self, scene_place: QPointF) -> Cell | None:
        if not self._item.vb.sceneBoundingRect().contains(scene_place):
            return None
        place = self._item.vb.mapSceneToView(scene_place)
        row, column = int(np.floor(place.y())), int(np.floor(place.x()))
        return (row, column) if 0 <= row < self._shape[0] and 0 <= column < self._shape[1] else None

    def _clicked(self, event: Any) -> None:
        cell = self._cell_of(event.scenePos())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(cell)

    def _step(self, down: int, right: int) -> None:
        if not min(self._shape):
            return
        row, column = self.cell if self.cell is not None else (0, 0)
        self.choose((min(max(row + down, 0), self._shape[0] - 1), min(max(column + right, 0), self._shape[1] - 1)))
        middle, view = self._middle(), self._item.vb
        if not view.viewRect().contains(middle):
            view.translateBy(x=right * view.viewRect().width() / 2, y=down * view.viewRect().height() / 2)
