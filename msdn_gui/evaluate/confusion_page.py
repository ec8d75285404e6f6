"""The confusion matrix: what the images of each class were taken for, and behind every cell its images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from msdn_core.domain.metrics import confusion
from msdn_core.domain.seriation import by_similarity
from msdn_gui.evaluate.found_errors import FoundErrors
from msdn_gui.evaluate.page import Shown
from msdn_gui.session import Session
from msdn_gui.theme import SPACING, small_font, theme
from msdn_gui.widgets.plotting import quiet_plot, recolour_plot

if TYPE_CHECKING:
    from msdn_gui.services import Services

_ORDERS = ("Like classes together", "By name", "Seen, then unseen")
_STEPS = {"Left": (0, -1), "Right": (0, 1), "Up": (-1, 0), "Down": (1, 0)}


class ConfusionPage(QWidget):
    """Rows are classes that have test images, columns all classes; wheel and drag zoom and pan."""

    title = "Confusion"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._shown: Shown | None = None
        self._rows: NDArray[np.intp] = np.zeros(0, np.intp)
        self._columns: NDArray[np.intp] = np.zeros(0, np.intp)
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.cell: tuple[int, int] | None = None
        """Row and column of the chosen cell, in the order that is shown."""
        self.order = QComboBox(objectName="confusion_order")
        self.order.addItems(_ORDERS)
        self.order.setAccessibleName("Order of the classes")
        self.errors_only = QCheckBox("Errors only", objectName="errors_only")
        self.errors_only.setToolTip("Leave out what was told rightly, so that the rest is seen better")
        self.readout = QLabel(objectName="confusion_readout", wordWrap=True)
        self.readout.setProperty("look", "muted")
        self.readout.setFont(small_font())
        self.readout.setMinimumHeight(34)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.plot = quiet_plot(self)
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plot.setAccessibleName("Confusion matrix; arrow keys go from cell to cell")
        self._item = self.plot.getPlotItem()
        self._item.invertY(True)
        self._item.setAspectLocked(True)
        self._item.showGrid(x=False, y=False)
        self._item.setLabel("bottom", "taken for")
        self._item.setLabel("left", "class")
        for side in ("bottom", "left"):
            self._item.getAxis(side).setStyle(showValues=False)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._frame = pg.PlotDataItem(connect="finite")
        self._item.addItem(self._image)
        self._item.addItem(self._frame)
        self.images = FoundErrors(session, services)
        self._compose()
        for keys, (down, right) in _STEPS.items():
            step = QAction(f"Cell {keys.lower()}", self.plot, objectName=f"cell_{keys.lower()}")
            step.setShortcut(keys)
            step.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            step.triggered.connect(lambda _=False, by=(down, right): self._step(*by))
            self.plot.addAction(step)
        self.order.currentIndexChanged.connect(self._draw)
        self.errors_only.toggled.connect(self._draw)
        self.plot.scene().sigMouseMoved.connect(self._mouse_moved)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        theme().changed.connect(self._recolour)
        self._recolour()

    def _compose(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.addWidget(self.order)
        head.addWidget(self.errors_only)
        head.addStretch(1)
        words = QHBoxLayout()
        words.setContentsMargins(SPACING, 0, SPACING, 0)
        words.addWidget(self.readout)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING // 2)
        column.addLayout(head)
        column.addLayout(words)
        column.addWidget(self.plot, 1)
        split = QSplitter(Qt.Orientation.Horizontal, objectName="evaluate_confusion")
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.images)
        split.setSizes([560, 400])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def show_runs(self, shown: Shown) -> None:
        """Shows what the first run takes for what."""
        before = self._shown
        if before is not None and (shown.run, shown.gamma) == (before.run, before.gamma):
            return
        self._shown = shown
        self._draw()
        self._item.autoRange()

    def cell_at(self, own: str, taken_for: str) -> QPointF:
        """Where a cell stands, in the coordinates of the plot widget."""
        assert self._shown is not None
        index = self._shown.run.table.class_index
        row = int(np.flatnonzero(self._rows == index[own])[0])
        column = int(np.flatnonzero(self._columns == index[taken_for])[0])
        place = self._item.vb.mapViewToScene(QPointF(column + 0.5, row + 0.5))
        return QPointF(self.plot.mapFromScene(place))

    def _draw(self, *_: object) -> None:
        shown = self._shown
        if shown is None:
            return
        run = shown.run
        order = self._ordered()
        self._counts = confusion(run.labels, run.predictions(shown.gamma), len(run.table.classes))
        self._rows, self._columns = order[run.images_of_class[order] > 0], order
        counts = self._counts[np.ix_(self._rows, self._columns)].astype(np.float64)
        share = counts / counts.sum(axis=1, keepdims=True)
        if self.errors_only.isChecked():
            share[self._rows[:, None] == self._columns[None, :]] = 0.0
        # A single error in thirty shall still be seen: the scale is that of square roots.
        self._image.setImage(np.sqrt(share), levels=(0.0, max(float(np.sqrt(share.max(initial=0.0))), 1e-6)))
        self._choose(None)

    def _ordered(self) -> NDArray[np.intp]:
        assert self._shown is not None
        table = self._shown.run.table
        if self.order.currentIndex() == 0:
            return by_similarity(table.vectors)
        names = np.argsort(np.array([name.lower() for name in table.classes]), kind="stable")
        if self.order.currentIndex() == 1:
            return names
        return names[np.argsort(~table.seen[names], kind="stable")]

    def _recolour(self) -> None:
        recolour_plot(self.plot)
        for side in ("bottom", "left"):
            self._item.getAxis(side).setWidth(28) if side == "left" else self._item.getAxis(side).setHeight(28)
        colours = theme().colours
        ramp = pg.ColorMap([0.0, 1.0], [colours.q("panel"), colours.q("accent")])
        self._image.setLookupTable(ramp.getLookupTable(nPts=256))
        self._frame.setPen(pg.mkPen(colours.q("text"), width=1.5))

    def _cell_of(self, scene_place: QPointF) -> tuple[int, int] | None:
        place = self._item.vb.mapSceneToView(scene_place)
        row, column = int(np.floor(place.y())), int(np.floor(place.x()))
        return (row, column) if 0 <= row < len(self._rows) and 0 <= column < len(self._columns) else None

    def _mouse_moved(self, place: QPointF) -> None:
        cell = self._cell_of(place)
        self._say(cell if cell is not None else self.cell)

    def _clicked(self, event: object) -> None:
        cell = self._cell_of(event.scenePos())
        if cell is not None:
            self._choose(cell)

    def _step(self, down: int, right: int) -> None:
        if not len(self._rows):
            return
        row, column = self.cell if self.cell is not None else (0, 0)
        self._choose(
            (min(max(row + down, 0), len(self._rows) - 1), min(max(column + right, 0), len(self._columns) - 1))
        )

    def _choose(self, cell: tuple[int, int] | None) -> None:
        self.cell = cell
        self._say(cell)
        shown = self._shown
        if shown is None:
            return
        run, taken = shown.run, shown.run.predictions(shown.gamma)
        if cell is None:
            self._frame.setData([], [])
            self.images.show_images(shown, np.zeros(0, np.intp), "Choose a cell to see its images")
            return
        row, column = cell
        x, y = np.array([0, 1, 1, 0, 0]) + column, np.array([0, 0, 1, 1, 0]) + row
        self._frame.setData(x.astype(float), y.astype(float))
        own, other = int(self._rows[row]), int(self._columns[column])
        places = np.flatnonzero((run.labels == own) & (taken == other))
        self.images.show_images(shown, places, self._words(own, other))

    def _say(self, cell: tuple[int, int] | None) -> None:
        if cell is None:
            self.readout.setText("Rows: what the images show. Columns: what they were taken for. A click shows them.")
        else:
            own, other = int(self._rows[cell[0]]), int(self._columns[cell[1]])
            self.readout.setText(self._words(own, other))

    def _words(self, own: int, other: int) -> str:
        assert self._shown is not None
        run = self._shown.run
        classes, count, total = run.table.classes, int(self._counts[own, other]), int(run.images_of_class[own])
        if own == other:
            return f"{classes[own]} told rightly: {count:,} of {total:,}"
        return f"{classes[own]} taken for {classes[other]}: {count:,} of {total:,}"
