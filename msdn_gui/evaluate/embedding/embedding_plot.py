"""The plane of an embedding: images as points, classes as marks; hover, lasso, zoom and pan, and keys for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.embedding import Plane
from msdn_gui.evaluate.embedding.embedding_look import Look
from msdn_gui.evaluate.embedding.lasso import LassoBox, encircled
from msdn_gui.evaluate.embedding.point_cloud import RADIUS, PointCloud
from msdn_gui.evaluate.errors.image_hint import ImageHint
from msdn_gui.evaluate.overview.class_marks import REACH, ClassMarks
from msdn_gui.look.theme import theme
from msdn_gui.widgets.action import belongs_to, make_action
from msdn_gui.widgets.plotting import add_zoom_keys, quiet_plot, recolour_plot

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable
    from msdn_gui.services.thumbnails import Thumbnails

_NEAR = 9.0
"""Pixels within which the mouse is at a point."""
_PART = "Embedding"
_STEPS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, 1), "Down": (0, -1)}


class EmbeddingPlot(QWidget):
    """Places in ``places_in`` and the signals are of the test images, in the order of the run's predictions."""

    pointed = Signal(int)
    """The image under the mouse or the keys, −1 for none."""
    chosen = Signal(int)
    """An image was clicked."""
    asked = Signal(int)
    """An image shall be looked at in Explore."""
    class_chosen = Signal(int)
    """A class's row."""
    selected = Signal(object)
    """(n,) images within the lasso, or in sight; None: the selection was taken away."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("embedding_plot")
        self._images: NDArray[np.float64] = np.zeros((0, 2))
        self._classes: NDArray[np.float64] = np.zeros((0, 2))
        self._current = -1
        self.room = LassoBox()
        self.plot = quiet_plot(self, viewBox=self.room)
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plot.setAccessibleName("Images and classes in the space of attributes; arrow keys go from image to image")
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
        self.room.thrown.connect(self._thrown)
        self.plot.scene().sigMouseMoved.connect(self._moved)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        theme().changed.connect(self._recolour)
        self._recolour()

    def show_classes(self, table: ClassTable) -> None:
        """M classes; their places follow by ``show_plane``."""
        self._marks.set_classes(table.classes, table.seen)

    def show_plane(self, plane: Plane) -> None:
        """Puts images and classes where they lie, all of them in sight."""
        self._images, self._classes = plane.images.astype(np.float64), plane.classes.astype(np.float64)
        self._points.set_places(plane.images)
        self._marks.set_places(plane.classes)
        self.point_at(-1)
        self.room.autoRange(padding=0.05)

    def show_look(self, look: Look) -> None:
        """Colours and shapes."""
        self._points.set_look(look.colours, look.shapes)
        self._marks.set_colours(look.class_colours)

    def choose_class(self, row: int) -> None:
        """Lets one class's mark stand out, −1 for none."""
        self._marks.choose(row)

    def select(self, places: NDArray[np.intp] | None) -> None:
        """Lets all other images step back; None: none of them."""
        faint = None
        if places is not None:
            faint = np.ones(len(self._images), np.bool_)
            faint[places] = False
        self._points.set_faint(faint)

    def point_at(self, place: int) -> None:
        """Rings an image, −1 for none."""
        self._current = place
        self._ring.setData(pos=self._images[[place]] if place >= 0 else np.zeros((0, 2)))
        if place < 0:
            self.hint.hide()
        self.pointed.emit(place)

    def place_in(self, place: int) -> QPointF:
        """Where an image stands, in the coordinates of the plot widget."""
        return self._in_widget(self._images[place])

    def class_place_in(self, row: int) -> QPointF:
        """Where a class stands, in the coordinates of the plot widget."""
        return self._in_widget(self._classes[row])

    def nearest(self, place: int, count: int) -> NDArray[np.intp]:
        """(count,) images that lie nearest to an image in the plane, itself first."""
        distance = np.linalg.norm(self._images - self._images[place], axis=1)
        distance[place] = -1.0
        return np.argsort(distance, kind="stable")[:count]

    # Inside

    def _make_actions(self) -> None:
        def make(word: str, text: str, keys: str, do: Callable[[], object] | None, **more: Any) -> QAction:
            action = make_action(self.plot, f"evaluate_embedding_{word}", text, keys, do, **more)
            belongs_to(action, _PART)
            return action

        hint = "Drag around images to see them; or drag with Shift held"
        self.lasso = make("lasso", "Lasso", "S", None, hint=hint, on=False)
        self.lasso.toggled.connect(self._set_lasso)
        self.in_sight = make("in_sight", "Show the images in sight", "V", self._select_in_sight)
        self.clear = make("clear", "Take the selection away", "Esc", lambda: self.selected.emit(None))
        make("ask", "Look at this image in Explore", "Return; Enter", self._ask)
        add_zoom_keys(
            self.plot,
            "evaluate_embedding",
            _PART,
            lambda: QPointF(*self._images[self._current]) if self._current >= 0 else None,
        )
        for keys, (right, up) in _STEPS.items():
            way = keys.lower()
            make(f"image_{way}", f"Image {way}", keys, partial(self._step, right, up))
            make(f"move_{way}", f"Move {way}", f"Shift+{keys}", partial(self._pan, right, up))

    def _set_lasso(self, on: bool) -> None:
        self.room.is_lasso = on
        self.plot.viewport().setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def _pan(self, right: int, up: int) -> None:
        seen = self.room.viewRect()
        self.room.translateBy(x=right * seen.width() / 8, y=up * seen.height() / 8)

    def _step(self, right: int, up: int) -> None:
        """The nearest image on that side; of none yet, the one nearest to the middle."""
        if not len(self._images):
            return
        if self._current < 0:
            middle = self.room.viewRect().center()
            away = np.hypot(self._images[:, 0] - middle.x(), self._images[:, 1] - middle.y())
        else:
            off = self._images - self._images[self._current]
            along, aside = off @ (right, up), np.abs(off @ (up, right))
            away = np.where((along > 0) & (aside <= along), np.hypot(along, aside), np.inf)
        place = int(away.argmin())
        if np.isfinite(away[place]):
            self._point_at_with_hint(place)
            if not self.room.viewRect().contains(QPointF(*self._images[place])):
                self._pan(right, up)

    def _ask(self) -> None:
        if self._current >= 0:
            self.asked.emit(self._current)

    def _select_in_sight(self) -> None:
        seen = self.room.viewRect()
        x, y = self._images[:, 0], self._images[:, 1]
        inside = (x >= seen.left()) & (x <= seen.right()) & (y >= seen.top()) & (y <= seen.bottom())
        self.selected.emit(np.flatnonzero(inside))

    def _thrown(self, corners: NDArray[np.float64]) -> None:
        self.selected.emit(np.flatnonzero(encircled(corners, self._images)))

    def _found(self, scene_place: QPointF, places: NDArray[np.float64], near: float) -> int:
        """The one of some places that the mouse is at, −1 where it is at none."""
        if not len(places) or not self.room.sceneBoundingRect().contains(scene_place):
            return -1
        here = self.room.mapSceneToView(scene_place)
        width, height = self.room.viewPixelSize()
        away = np.hypot((places[:, 0] - here.x()) / width, (places[:, 1] - here.y()) / height)
        place = int(away.argmin())
        return place if away[place] <= near else -1

    def _moved(self, scene_place: QPointF) -> None:
        place = self._found(scene_place, self._images, _NEAR)
        if place != self._current:
            self._point_at_with_hint(place)

    def _clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.plot.setFocus()
        row = self._found(event.scenePos(), self._classes, REACH)
        place = self._found(event.scenePos(), self._images, _NEAR)
        if row >= 0:
            self.class_chosen.emit(row)
        elif place >= 0:
            self.chosen.emit(place)

    def _point_at_with_hint(self, place: int) -> None:
        self.point_at(place)
        if place >= 0:
            self.hint.stand_beside(self.place_in(place).toPoint(), round(RADIUS) + 8)

    def _in_widget(self, place: NDArray[np.float64]) -> QPointF:
        return QPointF(self.plot.mapFromScene(self.room.mapViewToScene(QPointF(*place))))

    def _recolour(self) -> None:
        recolour_plot(self.plot)
        colours = theme().colours
        self._ring.setPen(pg.mkPen(colours.q("text"), width=2))
        self._ring.setBrush(pg.mkBrush(None))
        self.room.set_pen(pg.mkPen(colours.q("accent"), width=1.5))

    def leaveEvent(self, event: object) -> None:
        self.hint.hide()
        super().leaveEvent(event)
