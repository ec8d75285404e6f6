"""One pair of a film: names, and for each sub-net the map, its scale and the score over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.runs.film import SIDES, Film, FilmedPin
from msdn_gui.look.theme import AV_LABEL, SPACING, VA_LABEL, small_font, text_font, theme
from msdn_gui.train.films.film_picture import FilmPicture
from msdn_gui.train.films.score_line import ScoreLine
from msdn_gui.widgets.build import make_label
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.maps.colour_bar import ColourBar
from msdn_gui.widgets.tables.ordered_table import number

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from msdn_gui.widgets.maps.map_controls import Display

_LABELS = {"av": AV_LABEL, "va": VA_LABEL}
AROUND = 118
"""Pixels of a card's height besides its pictures."""


class _Side:
    """The widgets of a sub-net."""

    def __init__(self, side: str, words: str) -> None:
        self.name = side
        self.label = QLabel(_LABELS[side])
        self.label.setFont(small_font())
        self.score = make_label(name=f"film_{side}_score")
        self.score.setFont(small_font())
        self.picture = FilmPicture()
        self.picture.setObjectName(f"film_{side}_picture")
        self.picture.setAccessibleName(f"{_LABELS[side]} map of {words}")
        self.bar = ColourBar()
        self.bar.setFont(small_font())
        self.line = ScoreLine(side)
        self.line.setObjectName(f"film_{side}_line")
        self.line.setAccessibleName(f"{_LABELS[side]} score of {words}")

    def recolour(self) -> None:
        self.label.setStyleSheet(f"color: {getattr(theme().colours, self.name)}; font-weight: 600;")


class FilmCard(QWidget):
    """Shows one pair of a film frame by frame."""

    frame_requested = Signal(int)
    """Frame that was clicked in a line of scores."""
    explore_requested = Signal()
    """Show the pair in Explore."""
    menu_requested = Signal(object)
    """Where on the screen the right button was pressed."""

    def __init__(self, film: Film, place: int, class_name: str) -> None:
        """``place`` is the pair's index in the film; ``class_name`` is empty if it is not known."""
        super().__init__()
        self.setObjectName("film_card")
        self.pin: FilmedPin = film.header.pins[place]
        self._film, self._place = film, place
        words = f"{self.pin.attribute} in {self.pin.image}"
        self.title = ElidedLabel(self.pin.attribute, name="film_attribute", middle=True)
        self.title.setFont(text_font(bold=True))
        self.title.setToolTip(self.pin.attribute)
        file = self.pin.image.rsplit("/", 1)[-1]
        self.image = ElidedLabel(f"{class_name} · {file}" if class_name else file, name="film_image", middle=True)
        self.image.setFont(small_font())
        self.image.setProperty("look", "muted")
        self.image.setToolTip(self.pin.image)
        self.sides = [_Side(side, words) for side in SIDES]
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACING)
        grid.setVerticalSpacing(2)
        for column, side in enumerate(self.sides):
            head = QHBoxLayout()
            head.addWidget(side.label)
            head.addStretch(1)
            head.addWidget(side.score)
            grid.addLayout(head, 0, column)
            for row, widget in enumerate((side.picture, side.bar, side.line), start=1):
                grid.addWidget(widget, row, column)
            side.line.frame_requested.connect(self.frame_requested)
            side.picture.double_clicked.connect(self.explore_requested)
            absence = film.header.sub_nets.absence(side.name)
            if absence:
                side.picture.show_notice(absence)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.title)
        layout.addWidget(self.image)
        layout.addLayout(grid)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda point: self.menu_requested.emit(self.mapToGlobal(point)))
        theme().changed.connect(self._recolour)
        self._recolour()
        self.set_film(film)

    def set_film(self, film: Film) -> None:
        """Show a film of the same pairs with more frames."""
        self._film = film
        scores = film.scores(self._place)
        for place, side in enumerate(self.sides):
            if not film.header.sub_nets.absence(side.name):
                side.line.show_scores(scores[:, place])

    def show_picture(self, picture: QImage | None) -> None:
        """Show what the network saw of the image."""
        for side in self.sides:
            side.picture.show_picture(picture)

    def set_picture_side(self, pixels: int) -> None:
        """Set the size of the two squares."""
        for side in self.sides:
            side.picture.setFixedSize(pixels, pixels)
            for widget in (side.bar, side.line):
                widget.setFixedWidth(pixels)
        width = 2 * pixels + SPACING
        self.title.setFixedWidth(width)
        self.image.setFixedWidth(width)

    def show_frame(self, frame: int, display: Display) -> None:
        """Show a frame."""
        film = self._film
        for place, side in enumerate(self.sides):
            if film.header.sub_nets.absence(side.name):
                continue
            span = film.value_range(frame, self._place, place, display.policy)
            side.picture.show_map(film.map(frame, self._place, place), span, display)
            side.bar.show_range(span, display.colours, display.policy.value)
            score = float(film.scores(self._place)[frame, place])
            side.score.setText(number(score, abs(score)))
            side.line.show_frame(frame)

    def _recolour(self) -> None:
        for side in self.sides:
            side.recolour()
