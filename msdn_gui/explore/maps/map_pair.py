"""One image twice, each with a sub-net's map of an attribute; or once, with a divider between both maps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from msdn_gui.explore.maps.map_side import MapSide, Shown
from msdn_gui.explore.maps.map_subject import MapSubject
from msdn_gui.explore.picture.truth import Truth
from msdn_gui.look.theme import AV_LABEL, AV_NAME, SPACING, VA_LABEL, VA_NAME
from msdn_gui.widgets.build import without_margins
from msdn_gui.widgets.maps.picture_loader import Picture, PictureLoader
from msdn_gui.widgets.tables.ordered_table import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.domain.explanation import Explanation
    from msdn_core.project import ImageRecord
    from msdn_gui.explore.picture.map_view import MapView, Viewport
    from msdn_gui.widgets.maps.map_controls import Display


class MapPair(QWidget):
    """Reads an image, and shows the maps it is given on it."""

    picture_changed = Signal()
    """The image was read, or cannot be shown."""

    def __init__(self, prefix: str = "") -> None:
        """``prefix`` distinguishes the object names of two pairs."""
        super().__init__()
        self.picture: Picture | None = None
        """The image on the screen, None while it is read."""
        self.error = ""
        """Why the image cannot be shown, as a sentence."""
        self.is_missing = False
        """Whether that is because its file does not exist; it may appear."""
        self._record: ImageRecord | None = None
        self.av = MapSide("av", AV_LABEL, AV_NAME, self, prefix)
        self.va = MapSide("va", VA_LABEL, VA_NAME, self, prefix)
        self.sides = {"av": self.av, "va": self.va}
        self._subject = MapSubject()
        self._is_stacked = False
        self._grid = without_margins(QGridLayout(self))
        self._grid.setHorizontalSpacing(SPACING * 3 // 2)
        self._grid.setVerticalSpacing(SPACING // 2)
        self.loader = PictureLoader(self)
        self.loader.loaded.connect(self._on_loaded)
        self.loader.failed.connect(self._on_failed)
        self._arrange()

    @property
    def views(self) -> tuple[MapView, ...]:
        """The visible views: one if the maps share an image."""
        return (self.av.view,) if self.av.view.divider is not None else (self.av.view, self.va.view)

    # Layout

    def wipe(self, divider: float | None) -> None:
        """Show both maps on one image, divided at this fraction of its width; None: each on its own image."""
        self.va.draw_on(*((self.av.view, 1) if divider is not None else (self.va.view, 0)))
        self.av.view.set_divider(divider)
        self._arrange()

    def set_divider(self, share: float) -> None:
        """Move the divider."""
        self.av.view.set_divider(share)

    def show_viewport(self, viewport: Viewport) -> None:
        """Zoom and pan the image."""
        for side in self.sides.values():
            side.view.show_viewport(viewport)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_stacked != self._should_stack():
            self._arrange()

    def _should_stack(self) -> bool:
        """Return whether the images are larger one above the other than side by side."""
        frame = self.av.head.sizeHint().height() + self.av.foot.sizeHint().height() + 2 * SPACING
        beside = min(self.width() / 2, self.height() - frame)
        above = min(self.width(), self.height() / 2 - frame)
        return self.av.view.divider is None and above > beside

    def _arrange(self) -> None:
        stacked = self._is_stacked = self._should_stack()
        wiped = self.av.view.divider is not None
        while self._grid.takeAt(0) is not None:
            pass
        for index, side in enumerate(self.sides.values()):
            row, column = (3 * index, 0) if stacked else (0, index)
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
        """Read an image and show it."""
        self._record, self.picture, self.error = record, None, ""
        self.loader.cancel()
        if record is None:
            self._clear()
        else:
            self.loader.load(record.path)

    def try_again(self) -> None:
        """Read the image again if it could not be shown; its file may have changed."""
        if self.error and self._record is not None:
            self.error = ""
            self.loader.load(self._record.path)

    def prefetch(self, paths: Sequence[Path]) -> None:
        """Read images that may be shown next while nothing else is requested."""
        self.loader.prefetch(paths)

    def _on_loaded(self, picture: Picture) -> None:
        self.picture, self.error = picture, ""
        # Both sides share the pixmaps; nothing is copied.
        levels = tuple(map(QPixmap.fromImage, picture.levels))
        for side in self.sides.values():
            side.view.show_picture(levels, picture.width, picture.height)
        self.picture_changed.emit()

    def _on_failed(self, sentence: str) -> None:
        self.error = sentence
        self.is_missing = self._record is not None and not self._record.path.exists()
        self._clear()
        self.picture_changed.emit()

    def _clear(self) -> None:
        for side in self.sides.values():
            side.view.clear_picture()

    # The maps

    def show_maps(
        self,
        explanation: Explanation | None,
        attribute: int,
        truth: Truth,
        display: Display,
        subject: MapSubject | None = None,
    ) -> None:
        """Show the maps of an attribute or of a class, with their scores.

        There are none without an explanation or before the image is read. ``subject`` is what they show, the
        attention of the attribute by default.
        """
        subject = self._subject = MapSubject() if subject is None else subject
        ready = explanation is not None and self.picture is not None and subject.is_known
        if explanation is not None and not subject.kind.is_of_class:
            ready = ready and 0 <= attribute < len(explanation.scores_av)
        place = 0 if subject.kind.is_of_class else attribute
        for name, side in self.sides.items():
            if explanation is None or not ready or subject.absence(explanation, name):
                side.show_map(None, display)
                side.show_score("")
                continue
            stack = subject.stack(explanation, name)
            side.show_map(Shown(stack, place, explanation.viewed, explanation.image_size), display)
            if subject.kind.is_signed:
                total = float(stack[place].sum(dtype=float))
                weight = explanation.fusion.av if name == "av" else explanation.fusion.va
                side.show_score(
                    f"sum {number(total, abs(total))}",
                    f"The map sums to {total:.6g}; its weight in the fused score is {weight:g}"
                    + subject.pooled_note(explanation, attribute),
                )
            else:
                scores = explanation.scores_av if name == "av" else explanation.scores_va
                score = float(scores[attribute])
                side.show_score(number(score, abs(score)), f"Score {score:.6g}")
        # A class has no part of its own that its map could hit.
        self.show_truth(replace(truth, attribute_points=(), is_counted=False) if subject.kind.is_of_class else truth)

    def show_truth(self, truth: Truth) -> None:
        """Draw known boxes and parts, and show whether each map is a hit."""
        for side in self.sides.values():
            side.show_truth(truth if self.picture is not None else Truth())

    def show_notice(self, text: str, explanation: Explanation | None, *, is_error: bool = False) -> None:
        """Show a text in place of the maps; if it is empty, which sub-net the network does not have."""
        for name, side in self.sides.items():
            absence = self._subject.absence(explanation, name) if explanation is not None else ""
            side.show_notice(text or absence, is_error=is_error)

    def is_complete(self, explanation: Explanation | None) -> bool:
        """Return whether there is a map from every sub-net that the network has."""
        return explanation is not None and all(
            side.value_range is not None or self._subject.absence(explanation, name) or not self._subject.is_known
            for name, side in self.sides.items()
        )

    def set_focused(self, subnet: str) -> None:
        """Mark the sub-net in focus, ``av`` or ``va``."""
        for name, side in self.sides.items():
            side.set_focused(name == subnet)

    def outline_regions(self, rectangles: Sequence[QRectF]) -> None:
        """Draw an outline around selected regions."""
        for side in self.sides.values():
            side.view.marks.outline_regions(rectangles if self.picture is not None else [])

    def point_at(self, share: tuple[float, float] | None, under_mouse: MapView | None) -> None:
        """Show the values at these fractions of width and height, and mark the point in the other views."""
        for side in self.sides.values():
            size = side.view.size_in_pixels
            point = (share[0] * size[0], share[1] * size[1]) if share is not None and size is not None else None
            side.show_value_at(point)
            side.view.marks.aim = None if side.view is under_mouse else point
            side.view.redraw_marks()
