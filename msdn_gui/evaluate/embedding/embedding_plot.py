"""The plot of an embedding: images as points and classes as marks, with hints, a lasso, zoom and pan."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.display_names import class_text
from msdn_gui.actions.bind import ActionSet
from msdn_gui.evaluate.actions import EMBEDDING_ACTIONS, EMBEDDING_ZOOM
from msdn_gui.evaluate.embedding.class_marks import REACH, ClassMarks
from msdn_gui.evaluate.embedding.image_hint import ImageHint
from msdn_gui.evaluate.embedding.lasso import LassoBox, is_inside
from msdn_gui.evaluate.embedding.point_cloud import RADIUS, PointCloud
from msdn_gui.look.theme import theme
from msdn_gui.widgets.plotting import bind_zoom, quiet_plot, recolour_plot

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.domain.embedding import Plane
    from msdn_gui.evaluate.embedding.colouring import PlaneStyle
    from msdn_gui.services.thumbnails import Thumbnails

_NEAR = 9.0
"""Pixels within which the mouse points at an image."""
_STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}
"""Units to the right and up, by direction."""


class EmbeddingPlot(QWidget):
    """Shows test images and classes; images are numbered in the order of the run's predictions."""

    pointed = Signal(int)
    """The image under the mouse, or reached by keys; −1 for none."""
    image_clicked = Signal(int)
    open_requested = Signal(int)
    """An image to open in Explore."""
    class_clicked = Signal(int)
    """The row of a class."""
    selected = Signal(object)
    """The (n,) images in the lasso, or the visible ones; None if the selection was cleared."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("embedding_plot")
        self._images: NDArray[np.float64] = np.zeros((0, 2))
        self._classes: NDArray[np.float64] = np.zeros((0, 2))
        self._current = -1
        self.view = LassoBox()
        self.plot = quiet_plot(self, viewBox=self.view)
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plot.setAccessibleName(
            "Images and classes in the space of attributes. Arrow keys mark an image, Enter opens it"
        )
        item = self.plot.getPlotItem()
        item.setAspectLocked(True)
        item.showGrid(x=False, y=False)
        for side in ("bottom", "left"):
            item.hideAxis(side)
        self._points, self._marks, self._ring = PointCloud(), ClassMarks(), pg.ScatterPlotItem(size=15, symbol="o")
        for part in (self._points, self._marks, self._ring):
            item.addItem(part, ignoreBounds=part is self._ring)
        self.hint = ImageHint(self.plot, thumbnails)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self._make_actions()
        self.view.closed.connect(self._on_lasso_closed)
        self.plot.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.plot.scene().sigMouseClicked.connect(self._on_clicked)
        theme().changed.connect(self._recolour)
        self._recolour()

    def show_classes(self, table: ClassTable) -> None:
        """Set the M classes; ``show_plane`` sets their points."""
        self._marks.set_classes(tuple(map(class_text, table.classes)), table.seen)

    def show_plane(self, plane: Plane) -> None:
        """Set the points of images and classes, and show all of them."""
        self._images, self._classes = plane.images.astype(np.float64), plane.classes.astype(np.float64)
        self._points.set_points(plane.images)
        self._marks.set_points(plane.classes)
        self.point_at(-1)
        self.view.autoRange(padding=0.05)

    def show_style(self, style: PlaneStyle) -> None:
        """Set colours and shapes."""
        self._points.set_style(style.colours, style.shapes)
        self._marks.set_colours(style.class_colours)

    def select_class(self, row: int) -> None:
        """Emphasise one class, −1 for none."""
        self._marks.select(row)

    def select(self, places: NDArray[np.intp] | None) -> None:
        """Draw all other images faintly; None: none of them."""
        faint = None
        if places is not None:
            faint = np.ones(len(self._images), np.bool_)
            faint[places] = False
        self._points.set_faint(faint)

    def point_at(self, place: int) -> None:
        """Mark an image with a ring, −1 for none."""
        self._current = place
        self._ring.setData(pos=self._images[[place]] if place >= 0 else np.zeros((0, 2)))
        if place < 0:
            self.hint.hide()
        self.pointed.emit(place)

    def position_of(self, place: int) -> QPointF:
        """Return the point of an image in the coordinates of the plot widget."""
        return self._in_widget(self._images[place])

    def class_position_of(self, row: int) -> QPointF:
        """Return the point of a class in the coordinates of the plot widget."""
        return self._in_widget(self._classes[row])

    def nearest(self, place: int, count: int) -> NDArray[np.intp]:
        """Return the ``count`` images nearest to an image in the plane, itself first."""
        distance = np.linalg.norm(self._images - self._images[place], axis=1)
        distance[place] = -1.0
        return np.argsort(distance, kind="stable")[:count]

    # Inside

    def _make_actions(self) -> None:
        bind_zoom(self.plot, EMBEDDING_ZOOM, self._current_place)
        handlers: dict[str, Callable[[], object]] = {
            "evaluate.select_visible": self._select_visible,
            "evaluate.clear_selection": lambda: self.selected.emit(None),
            "evaluate.explore_image": self._open_current,
        }
        for direction, (right, up) in _STEPS.items():
            handlers[f"evaluate.image_{direction}"] = partial(self._step, right, up)
            handlers[f"evaluate.move_{direction}"] = partial(self._pan, right, up)
        self.actions_by_id = ActionSet(self.plot, EMBEDDING_ACTIONS, handlers)
        self.actions_by_id["evaluate.lasso"].toggled.connect(self._on_lasso_toggled)

    def _current_place(self) -> QPointF | None:
        return QPointF(*self._images[self._current]) if self._current >= 0 else None

    def _on_lasso_toggled(self, on: bool) -> None:
        self.view.is_lasso = on
        self.plot.viewport().setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def _pan(self, right: int, up: int) -> None:
        visible = self.view.viewRect()
        self.view.translateBy(x=right * visible.width() / 8, y=up * visible.height() / 8)

    def _step(self, right: int, up: int) -> None:
        """Mark the nearest image in a direction, or the one nearest to the centre if none is marked."""
        if not len(self._images):
            return
        if self._current < 0:
            centre = self.view.viewRect().center()
            distance = np.hypot(self._images[:, 0] - centre.x(), self._images[:, 1] - centre.y())
        else:
            offset = self._images - self._images[self._current]
            along, aside = offset @ (right, up), np.abs(offset @ (up, right))
            distance = np.where((along > 0) & (aside <= along), np.hypot(along, aside), np.inf)
        place = int(distance.argmin())
        if np.isfinite(distance[place]):
            self._point_at_with_hint(place)
            if not self.view.viewRect().contains(QPointF(*self._images[place])):
                self._pan(right, up)

    def _open_current(self) -> None:
        if self._current >= 0:
            self.open_requested.emit(self._current)

    def _select_visible(self) -> None:
        visible = self.view.viewRect()
        x, y = self._images[:, 0], self._images[:, 1]
        inside = (x >= visible.left()) & (x <= visible.right()) & (y >= visible.top()) & (y <= visible.bottom())
        self.selected.emit(np.flatnonzero(inside))

    def _on_lasso_closed(self, corners: NDArray[np.float64]) -> None:
        self.selected.emit(np.flatnonzero(is_inside(corners, self._images)))

    def _nearest_to(self, scene_place: QPointF, points: NDArray[np.float64], limit: float) -> int:
        """Return the point nearest to the mouse; −1 if it is further than ``limit`` pixels."""
        if not len(points) or not self.view.sceneBoundingRect().contains(scene_place):
            return -1
        here = self.view.mapSceneToView(scene_place)
        width, height = self.view.viewPixelSize()
        distance = np.hypot((points[:, 0] - here.x()) / width, (points[:, 1] - here.y()) / height)
        place = int(distance.argmin())
        return place if distance[place] <= limit else -1

    def _on_mouse_moved(self, scene_place: QPointF) -> None:
        place = self._nearest_to(scene_place, self._images, _NEAR)
        if place != self._current:
            self._point_at_with_hint(place)

    def _on_clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.plot.setFocus()
        row = self._nearest_to(event.scenePos(), self._classes, REACH)
        place = self._nearest_to(event.scenePos(), self._images, _NEAR)
        if row >= 0:
            self.class_clicked.emit(row)
        elif place >= 0:
            self.image_clicked.emit(place)

    def _point_at_with_hint(self, place: int) -> None:
        self.point_at(place)
        if place >= 0:
            self.hint.show_beside(self.position_of(place).toPoint(), round(RADIUS) + 8)

    def _in_widget(self, place: NDArray[np.float64]) -> QPointF:
        return QPointF(self.plot.mapFromScene(self.view.mapViewToScene(QPointF(*place))))

    def _recolour(self) -> None:
        recolour_plot(self.plot)
        colours = theme().colours
        self._ring.setPen(pg.mkPen(colours.q("text"), width=2))
        self._ring.setBrush(pg.mkBrush(None))
        self.view.set_pen(pg.mkPen(colours.q("accent"), width=1.5))

    def leaveEvent(self, event: QEvent) -> None:
        self.hint.hide()
        super().leaveEvent(event)
