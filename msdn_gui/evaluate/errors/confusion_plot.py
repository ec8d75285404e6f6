"""The plot of a confusion matrix: wheel and drag zoom and pan, a click or the arrow keys select a cell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_gui.actions.bind import ActionSet
from msdn_gui.evaluate.actions import CONFUSION_ACTIONS, CONFUSION_ZOOM
from msdn_gui.evaluate.errors.class_axis import ClassAxis
from msdn_gui.look.theme import small_font, theme
from msdn_gui.widgets.plotting import bind_zoom, quiet_plot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable

_STEPS = {
    "evaluate.cell_left": (0, -1),
    "evaluate.cell_right": (0, 1),
    "evaluate.cell_up": (-1, 0),
    "evaluate.cell_down": (1, 0),
}
"""Rows down and columns to the right, by action."""
Cell = tuple[int, int]


class ConfusionPlot(QWidget):
    """Shows a matrix; cells are (row, column) in the order that is shown."""

    selected = Signal(object)
    """The selected cell; None after another matrix was shown."""
    pointed = Signal(object)
    """The cell under the mouse; None outside the matrix."""

    def __init__(self) -> None:
        super().__init__()
        self._shape = (0, 0)
        self._is_difference = False
        self.cell: Cell | None = None
        """The selected cell."""
        self.rows, self.columns = ClassAxis("left"), ClassAxis("bottom")
        self.plot = quiet_plot(self, axisItems={"left": self.rows, "bottom": self.columns})
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plot.setAccessibleName("Confusion matrix. Arrow keys select a cell, plus and minus zoom")
        self._item = self.plot.getPlotItem()
        self._item.invertY(True)
        self._item.setAspectLocked(True)
        self._item.showGrid(x=False, y=False)
        self._item.setLabel("bottom", "predicted as")
        self._item.setLabel("left", "true class")
        self._image = pg.ImageItem(axisOrder="row-major")
        self._frame = pg.PlotDataItem(connect="finite")
        self._item.addItem(self._image)
        self._item.addItem(self._frame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        bind_zoom(self.plot, CONFUSION_ZOOM, self._centre)
        ActionSet(self, CONFUSION_ACTIONS, {name: partial(self._step, *step) for name, step in _STEPS.items()})
        self.plot.scene().sigMouseMoved.connect(lambda place: self.pointed.emit(self._cell_of(place)))
        self.plot.scene().sigMouseClicked.connect(self._on_clicked)
        theme().changed.connect(self._recolour)
        self._recolour()

    def show_matrix(
        self,
        values: NDArray[np.float64],
        table: ClassTable,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        *,
        is_difference: bool,
    ) -> None:
        """Show (R, C) shares, or differences of shares; ``rows`` and ``columns`` are rows of the class table."""
        self._shape, self._is_difference = values.shape, is_difference
        for axis, shown in ((self.rows, rows), (self.columns, columns)):
            axis.set_classes(tuple(table.classes[row] for row in shown.tolist()), table.seen[shown])
        # The square root keeps a single error in thirty visible.
        drawn = np.sign(values) * np.sqrt(np.abs(values))
        reach = max(float(np.abs(drawn).max(initial=0.0)), 1e-6)
        self._image.setImage(drawn, levels=(-reach if is_difference else 0.0, reach))
        self._recolour()
        self.select(None)

    def show_all(self) -> None:
        """Show the whole matrix."""
        self._item.autoRange()

    def select(self, cell: Cell | None) -> None:
        """Select a cell and frame it; None selects none."""
        self.cell = cell
        if cell is None:
            self._frame.setData([], [])
        else:
            x, y = np.array([0, 1, 1, 0, 0]) + cell[1], np.array([0, 0, 1, 1, 0]) + cell[0]
            self._frame.setData(x.astype(float), y.astype(float))
        self.selected.emit(cell)

    def position_of(self, cell: Cell) -> QPointF:
        """Return the centre of a cell in the coordinates of the plot widget."""
        place = self._item.vb.mapViewToScene(QPointF(cell[1] + 0.5, cell[0] + 0.5))
        return QPointF(self.plot.mapFromScene(place))

    def _centre(self) -> QPointF | None:
        return QPointF(self.cell[1] + 0.5, self.cell[0] + 0.5) if self.cell is not None else None

    def _recolour(self) -> None:
        colours = theme().colours
        self.plot.setBackground(colours.panel)
        for axis in (self.rows, self.columns):
            axis.setPen(colours.line)
            axis.setTextPen(colours.muted)
            axis.setTickFont(small_font())
        # A difference has the colours of the two curves: the run with the larger share.
        ends = ("accent", "panel", "warning") if self._is_difference else ("panel", "accent")
        ramp = pg.ColorMap(np.linspace(0.0, 1.0, len(ends)), [colours.q(end) for end in ends])
        self._image.setLookupTable(ramp.getLookupTable(nPts=255))
        self._frame.setPen(pg.mkPen(colours.q("text"), width=1.5))

    def _cell_of(self, scene_place: QPointF) -> Cell | None:
        if not self._item.vb.sceneBoundingRect().contains(scene_place):
            return None
        place = self._item.vb.mapSceneToView(scene_place)
        row, column = int(np.floor(place.y())), int(np.floor(place.x()))
        return (row, column) if 0 <= row < self._shape[0] and 0 <= column < self._shape[1] else None

    def _on_clicked(self, event: Any) -> None:
        cell = self._cell_of(event.scenePos())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.select(cell)

    def _step(self, down: int, right: int) -> None:
        if not min(self._shape):
            return
        row, column = self.cell if self.cell is not None else (0, 0)
        self.select((min(max(row + down, 0), self._shape[0] - 1), min(max(column + right, 0), self._shape[1] - 1)))
        view = self._item.vb
        if not view.viewRect().contains(self._centre()):
            view.translateBy(x=right * view.viewRect().width() / 2, y=down * view.viewRect().height() / 2)
