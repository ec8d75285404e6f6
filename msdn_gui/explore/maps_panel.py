"""The chosen image twice, under the map of the chosen attribute from each sub-net."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from msdn_core.domain.annotation import PartPoint
from msdn_core.errors import MsdnError
from msdn_core.project import ImageRecord
from msdn_gui.explore.map_side import MapSide, Shown
from msdn_gui.explore.region_choice import RegionChoice
from msdn_gui.session import ExplainPhase, ExplainState, Session
from msdn_gui.theme import AV_LABEL, AV_NAME, SPACING, VA_LABEL, VA_NAME, theme
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.map_controls import Display, MapControls
from msdn_gui.widgets.ordered_table import number
from msdn_gui.widgets.picture_loader import Picture, PictureLoader

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.services import Services


class MapsPanel(QWidget):
    """Both sides with one zoom, one mouse and one way of showing."""

    subnet_focused = Signal(str)
    """``av`` or ``va``: the sub-net whose picture was clicked."""
    shown = Signal()
    """An image or its maps came, or are shown in another way."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._picture: Picture | None = None
        self._picture_fault = ""
        self._picture_missing = False
        self._parts: tuple[PartPoint, ...] = ()
        self.av = MapSide("av", AV_LABEL, AV_NAME)
        self.va = MapSide("va", VA_LABEL, VA_NAME)
        self.sides = {"av": self.av, "va": self.va}
        self.focused = "av"
        self.regions = RegionChoice(self)
        self.controls = MapControls(services.settings)
        self.attribute_title = ElidedLabel(name="attribute_title")
        self.attribute_title.setProperty("look", "heading")
        self.title = ElidedLabel(name="image_title", middle=True)
        self.title.setProperty("look", "muted")
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._loader = PictureLoader(self)
        self.pin = QToolButton(objectName="pin_for_films")
        self.pin.setAutoRaise(True)
        self.pin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)

        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(SPACING * 2)
        top.addWidget(self.attribute_title)
        top.addWidget(self.pin)
        top.addWidget(self.title, 1)
        pair = QHBoxLayout()
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(SPACING * 3 // 2)
        pair.addWidget(self.av, 1)
        pair.addWidget(self.va, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(top)
        layout.addLayout(pair, 1)
        layout.addWidget(self.controls)

        self.va.view.box.setXLink(self.av.view.box)
        self.va.view.box.setYLink(self.av.view.box)
        for name, side in self.sides.items():
            side.view.hovered.connect(self._hover)
            side.view.pressed.connect(lambda name=name: self.focus_subnet(name))
            side.view.tab_pressed.connect(self.swap_subnet)
            side.view.clicked.connect(self.regions.click)
            side.view.swept.connect(self.regions.sweep)
            side.view.double_clicked.connect(self.regions.clear)
            side.view.double_clicked.connect(self.show_whole)
            for other in self.sides.values():
                side.view.zoomed.connect(other.view.keep_zoom)
        self.controls.changed.connect(self._show_maps)
        self._loader.loaded.connect(self._show_picture)
        self._loader.failed.connect(self._say_picture_fault)
        services.thumbnails.ready.connect(self._file_appeared)
        session.image_changed.connect(self._take_image)
        session.images_changed.connect(lambda: self._tell_title(session.image))
        session.attribute_changed.connect(self._show_maps)
        session.explanation_changed.connect(self.regions.follow)
        session.explanation_changed.connect(self._show_maps)
        self.regions.changed.connect(self._mark_regions)
        session.explaining_changed.connect(self._take_state)
        session.checkpoint_changed.connect(self._say_state)
        session.table_changed.connect(self._show_maps)
        theme().changed.connect(self._say_state)
        self.av.set_focused(True)
        self.regions.follow(session.explanation)
        self._take_image(session.image)

    @property
    def display(self) -> Display:
        """How the maps are shown."""
        return self.controls.display

    @property
    def picture(self) -> Picture | None:
        """The image on the screen, None while it is read."""
        return self._picture

    @property
    def picture_failed(self) -> bool:
        """Whether the chosen image's file is there and cannot be shown; one that is missing may come."""
        return bool(self._picture_fault) and not self._picture_missing

    @property
    def complete(self) -> bool:
        """Whether there is a map from every sub-net that the network has."""
        explanation = self._session.explanation
        return explanation is not None and all(
            side.value_range is not None or explanation.sub_nets.absence(name) for name, side in self.sides.items()
        )

    def focus_subnet(self, name: str) -> None:
        """Put a sub-net in focus: attributes are ranked by its scores."""
        if name != self.focused:
            self.focused = name
            for other, side in self.sides.items():
                side.set_focused(other == name)
            self.subnet_focused.emit(name)

    def swap_subnet(self) -> None:
        """Put the other sub-net in focus."""
        self.focus_subnet("va" if self.focused == "av" else "av")

    def show_whole(self) -> None:
        """Zoom out to the whole image, on both sides."""
        for side in self.sides.values():
            side.view.show_whole()

    def look_ahead(self, records: Sequence[ImageRecord]) -> None:
        """Read these images too, while nothing else is asked for."""
        self._loader.look_ahead([record.path for record in records])

    def pair_picture(self) -> QPixmap:
        """Both sides as they are on the screen, side by side with their names and scales."""
        left, right = self.av.grab(), self.va.grab()
        ratio = left.devicePixelRatio()
        gap = round(SPACING * ratio)
        pixmap = QPixmap(left.width() + right.width() + 3 * gap, max(left.height(), right.height()) + 2 * gap)
        pixmap.fill(theme().colours.q("window"))
        painter = QPainter(pixmap)
        left.setDevicePixelRatio(1)
        right.setDevicePixelRatio(1)
        painter.drawPixmap(gap, gap, left)
        painter.drawPixmap(left.width() + 2 * gap, gap, right)
        painter.end()
        return pixmap

    # The image

    def _take_image(self, record: ImageRecord | None) -> None:
        self._picture, self._picture_fault, self._parts = None, "", ()
        self._loader.cancel()
        self._tell_title(record)
        if record is None:
            for side in self.sides.values():
                side.view.clear_picture()
        else:
            self._parts = self._parts_of(record)
            self._loader.load(record.path)
        self._show_maps()

    def _tell_title(self, record: ImageRecord | None) -> None:
        name = "" if record is None else record.name.rsplit("/", 1)[-1]
        words = "No image chosen" if record is None else f"{name}, {record.class_name or 'no class'}"
        self.title.setText(words)
        self.title.setToolTip("" if record is None else str(record.path))

    def _show_picture(self, picture: Picture) -> None:
        self._picture, self._picture_fault = picture, ""
        # The same pixmaps for both sides: they are shared, not copied.
        levels = tuple(map(QPixmap.fromImage, picture.levels))
        for side in self.sides.values():
            side.view.show_picture(levels, picture.width, picture.height)
        self._show_maps()

    def _say_picture_fault(self, sentence: str) -> None:
        self._picture_fault = sentence
        self._picture_missing = self._session.image is not None and not self._session.image.path.exists()
        for side in self.sides.values():
            side.view.clear_picture()
        self._say_state()

    def _file_appeared(self, path: Path) -> None:
        record = self._session.image
        if self._picture_fault and record is not None and record.path == path and path.exists():
            self._picture_fault = ""
            self._loader.load(path)

    def _take_state(self, state: ExplainState) -> None:
        record = self._session.image
        if self._picture_fault and record is not None and state.phase is not ExplainPhase.FAILED:
            self._picture_fault = ""  # The file was not there, and is being looked at now.
            self._loader.load(record.path)
        self._say_state()

    def _parts_of(self, record: ImageRecord) -> tuple[PartPoint, ...]:
        try:
            return self._session.project.parts(record.id) if self._session.project is not None else ()
        except MsdnError:
            return ()  # A mark that is missing is no reason to show no image.

    # The maps

    def _show_maps(self, *_: object) -> None:
        explanation, attribute = self._session.explanation, self._session.attribute
        display = self.display
        attributes = self._session.table.attributes
        self.attribute_title.setText(attributes[attribute].full_name if 0 <= attribute < len(attributes) else "")
        # The map waits for its image: it would lie over the image before.
        ready = explanation is not None and self._picture is not None and 0 <= attribute < len(explanation.scores_av)
        truth = self._true_places(attribute)
        points = truth if display.parts else []
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
            side.show_truth(truth)
            side.view.mark_parts(points if self._picture is not None else [])
        self._mark_regions()
        self._say_state()
        self.shown.emit()

    def _mark_regions(self) -> None:
        rectangles = self.regions.rectangles() if self._picture is not None else []
        for side in self.sides.values():
            side.view.mark_regions(rectangles)

    def _true_places(self, attribute: int) -> list[tuple[float, float]]:
        session = self._session
        if not self._parts or session.project is None or not 0 <= attribute < len(session.table.attributes):
            return []
        try:
            names = session.project.group_parts().get(session.table.attributes[attribute].group, ())
        except MsdnError:
            return []
        return [(part.x, part.y) for part in self._parts if part.visible and part.part in names]

    def _say_state(self, *_: object) -> None:
        text, fault = self._state_words()
        explanation = self._session.explanation
        for name, side in self.sides.items():
            absence = explanation.sub_nets.absence(name) if explanation is not None else ""
            side.show_notice(text or absence, fault=fault)

    def _state_words(self) -> tuple[str, bool]:
        session = self._session
        state = session.explaining
        if session.image is None:
            return ("Choose an image on the left." if session.images else ""), False
        if self._picture_fault and state.phase is not ExplainPhase.FAILED:
            return self._picture_fault, True
        if state.phase is ExplainPhase.FAILED:
            return state.text, True
        if state.phase in (ExplainPhase.STARTING, ExplainPhase.WORKING):
            return state.text or "Looking …", False
        if session.checkpoint is None:
            return "There is no checkpoint to look through. Train one in Train, or choose one at the top.", False
        if session.explanation is not None and session.attribute < 0:
            return "Choose an attribute below.", False
        return "", False

    def _hover(self, point: tuple[float, float] | None) -> None:
        for side in self.sides.values():
            side.show_value_at(point)
