"""One image twice, under the map of one attribute from each sub-net; or once, with a divider between both maps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from msdn_core.domain.explanation import Explanation
from msdn_core.project import ImageRecord
from msdn_gui.explore.maps.map_side import MapSide, Shown
from msdn_gui.explore.picture.map_view import MapView, Place
from msdn_gui.explore.picture.truth import Truth
from msdn_gui.look.theme import AV_LABEL, AV_NAME, SPACING, VA_LABEL, VA_NAME
from msdn_gui.widgets.map_controls import Display
from msdn_gui.widgets.ordered_table import number
from msdn_gui.widgets.picture_loader import Picture, PictureLoader


class MapPair(QWidget):
    """Shows what it is given, of an image that it reads itself."""

    picture_changed = Signal()
    """The image came, or why it cannot be shown."""

    def __init__(self, prefix: str = "") -> None:
        """``prefix`` tells the object names of two pairs apart."""
        super().__init__()
        self.picture: Picture | None = None
        """The image on the screen, None while it is read."""
        self.fault = ""
        """Why the image cannot be shown, in a sentence."""
        self.is_missing = False
        """Whether that is because its file was not there; it may come."""
        self._record: ImageRecord | None = None
        self.av = MapSide("av", AV_LABEL, AV_NAME, self, prefix)
        self.va = MapSide("va", VA_LABEL, VA_NAME, self, prefix)
        self.sides = {"av": self.av, "va": self.va}
        self._is_stacked = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACING * 3 // 2)
        self._grid.setVerticalSpacing(SPACING // 2)
        self.loader = PictureLoader(self)
        self.loader.loaded.connect(self._show_picture)
        self.loader.failed.connect(self._take_fault)
        self._arrange()

    @property
    def views(self) -> tuple[MapView, ...]:
        """The views that are shown: one where the sub-nets are parted by a divider."""
        return (self.av.view,) if self.av.view.divider is not None else (self.av.view, self.va.view)

    # How it is arranged

    def wipe(self, divider: float | None) -> None:
        """Show both maps on one image, parted at this share of its width; None: each on an image of its own."""
        self.va.draw_on(*((self.av.view, 1) if divider is not None else (self.va.view, 0)))
        self.av.view.divide(divider)
        self._arrange()

    def divide(self, share: float) -> None:
        """Move the divider."""
        self.av.view.divide(share)

    def show_place(self, place: Place) -> None:
        """Zoom and pan to a place of the image."""
        for side in self.sides.values():
            side.view.show_place(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_stacked != self._stacks():
            self._arrange()

    def _stacks(self) -> bool:
        """Whether images are larger one above the other than side by side."""
        frame = self.av.head.sizeHint().height() + self.av.foot.sizeHint().height() + 2 * SPACING
        beside = min(self.width() / 2, self.height() - frame)
        above = min(self.width(), self.height() / 2 - frame)
        return self.av.view.divider is None and above > beside

    def _arrange(self) -> None:
        stacked = self._is_stacked = self._stacks()
        wiped = self.av.view.divider is not None
        while self._grid.takeAt(0) is not None:
            pass
        for place, side in enumerate(self.sides.values()):
            row, column = (3 * place, 0) if stacked else (0, place)
            self._grid.addWidget(side.head, row, column)
            if not wiped:
                self._grid.addWidget(side.view, row + 1, column)
            self._grid.addWidget(side.foot, row + 2, column)
        if wiped:
            self._grid.addWidget(self.av.view, 1, 0, 1, 2)
        self.va.view.setVisible(not wiped)
        for row in (1, 4):
            self._grid.setRowStretch(row, int(row == 1 or stacked))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, int(not stacked))

    # The image

    def show_image(self, record: ImageRecord | None) -> None:
        """Read this image and show it."""
        self._record, self.picture, self.fault = record, None, ""
        self.loader.cancel()
        if record is None:
            self._clear()
        else:
            self.loader.load(record.path)

    def try_again(self) -> None:
        """The image's file could not be shown; it may be another one now."""
        if self.fault and self._record is not None:
            self.fault = ""
            self.loader.load(self._record.path)

    def look_ahead(self, paths: Sequence[Path]) -> None:
        """Read these images too, while nothing else is asked for."""
        self.loader.look_ahead(paths)

    def _show_picture(self, picture: Picture) -> None:
        self.picture, self.fault = picture, ""
        # The same pixmaps for both sides: they are shared, not copied.
        levels = tuple(map(QPixmap.fromImage, picture.levels))
        for side in self.sides.values():
            side.view.show_picture(levels, picture.width, picture.height)
        self.picture_changed.emit()

    def _take_fault(self, sentence: str) -> None:
        self.fault = sentence
        self.is_missing = self._record is not None and not self._record.path.exists()
        self._clear()
        self.picture_changed.emit()

    def _clear(self) -> None:
        for side in self.sides.values():
            side.view.clear_picture()

    # The maps

    def show_maps(self, explanation: Explanation | None, attribute: int, truth: Truth, display: Display) -> None:
        """Show an attribute's maps and scores; none where there is no explanation, or no image yet to lie over."""
        ready = explanation is not None and self.picture is not None and 0 <= attribute < len(explanation.scores_av)
        for name, side in self.sides.items():
            if explanation is None or not ready or explanation.sub_nets.absence(name):
                side.show_map(None, display)
                side.show_score("")
            else:
                stack = explanation.attention_av if name == "av" else explanation.attention_va
                scores = explanation.scores_av if name == "av" else explanation.scores_va
                side.show_map(Shown(stack, attribute, explanation.viewed, explanation.image_size), display)
                score = float(scores[attribute])
                side.show_score(number(score, abs(score)), f"Score {score:.6g}")
            side.show_truth(truth if self.picture is not None else Truth())

    def say(self, text: str, explanation: Explanation | None, *, fault: bool = False) -> None:
        """Say something in the maps' place, or else which sub-net the network does not have."""
        for name, side in self.sides.items():
            absence = explanation.sub_nets.absence(name) if explanation is not None else ""
            side.show_notice(text or absence, fault=fault)

    def is_complete(self, explanation: Explanation | None) -> bool:
        """Whether there is a map from every sub-net that the network has."""
        return explanation is not None and all(
            side.value_range is not None or explanation.sub_nets.absence(name) for name, side in self.sides.items()
        )

    def set_focused(self, subnet: str) -> None:
        """Mark the sub-net in focus."""
        for name, side in self.sides.items():
            side.set_focused(name == subnet)

    def outline_regions(self, rectangles: Sequence[QRectF]) -> None:
        """An outline around chosen regions."""
        for side in self.sides.values():
            side.view.marks.outline_regions(rectangles if self.picture is not None else [])

    def point_at(self, share: tuple[float, float] | None, under_mouse: MapView | None) -> None:
        """The mouse is at these shares of width and height: say the values, and mark the place in the other views."""
        for side in self.sides.values():
            size = side.view.size_in_pixels
            point = (share[0] * size[0], share[1] * size[1]) if share is not None and size is not None else None
            side.show_value_at(point)
            side.view.marks.aim = None if side.view is under_mouse else point
            side.view.redraw_marks()
