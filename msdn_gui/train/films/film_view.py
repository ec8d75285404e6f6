"""The film of one run: the attention of a few pairs at the step that the slider shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from msdn_gui.look.theme import SPACING
from msdn_gui.train.films.film_card import AROUND, FilmCard
from msdn_gui.train.films.film_reading import FilmReading
from msdn_gui.train.films.film_transport import FilmTransport
from msdn_gui.widgets.build import named
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.maps.map_controls import Display, MapControls
from msdn_gui.widgets.notices.empty_state import EmptyState

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QResizeEvent, QShowEvent

    from msdn_core.project import ImageRecord
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.film import Film, FilmedPin
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session import Session

_SMALLEST, _LARGEST = 132, 360
"""Pixels a side of one map."""
_NONE = (
    "No film",
    "This run has no film. Runs record the attention of a few pairs of image and attribute while they train. Pin pairs "
    "with “Pin for films” in Explore, or let the run select them.",
)
_WAITING = (
    "The film starts with the first step",
    "The attention maps of a few images appear here and change while the run trains.",
)


class FilmView(QWidget):
    """``show_run`` shows a run, ``refresh`` reads new frames; nothing is read while the view is hidden."""

    explore_requested = Signal(object, str)
    """``ImageRecord`` and attribute name to show in Explore."""

    def __init__(self, session: Session, settings: SettingsStore) -> None:
        super().__init__()
        self.setObjectName("film")
        self._session = session
        self._film: Film | None = None
        self._known = True
        self.cards: list[FilmCard] = []
        self.reading = FilmReading(self)
        self.transport = FilmTransport()
        self.controls = MapControls(settings, over_one_image=False)
        self.source = ElidedLabel(name="film_source")
        self.source.setProperty("look", "muted")
        self._grid_place = QWidget()
        self._grid_place.setProperty("look", "panel")
        self._grid = QGridLayout(self._grid_place)
        self._grid.setContentsMargins(0, SPACING // 2, 0, SPACING)
        self._grid.setHorizontalSpacing(3 * SPACING)
        self._grid.setVerticalSpacing(2 * SPACING)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._scroll = named(QScrollArea(), "film_scroll")
        self._scroll.setWidget(self._grid_place)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = QHBoxLayout()
        head.setSpacing(2 * SPACING)
        head.addWidget(self.source, 1)
        head.addWidget(self.controls, 2)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addLayout(head)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.transport)
        self._page, self._empty = page, EmptyState("film", *_NONE)
        self._blank = QWidget()
        self._stack = QStackedWidget()
        for widget in (self._blank, self._empty, page):
            self._stack.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self.transport.make_shortcuts(self)
        self.transport.frame_changed.connect(lambda _: self._show_frame())
        self.controls.changed.connect(lambda _: self._show_frame())
        self._scroll.verticalScrollBar().valueChanged.connect(lambda _: self._show_frame())
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(lambda sentence: self._show_empty("The film cannot be shown", sentence))
        self.reading.pictures_read.connect(self._on_pictures_read)

    def show_run(self, run: RunDirectory, *, alive: bool) -> None:
        """Show a run; ``alive`` means that frames may still come."""
        self.reading.set_run(run.path)
        self._film, self._known, self._alive = None, False, alive
        self.transport.pause()
        self._clear()
        self._stack.setCurrentWidget(self._blank)
        if self.isVisible():
            self.reading.refresh()

    def refresh(self, *, alive: bool) -> None:
        """Read new frames."""
        self._alive = alive
        if self.isVisible():
            self.reading.refresh()

    def settled(self) -> bool:
        """Return whether the film is on the screen."""
        return not self.isVisible() or (self._known and not self.reading.busy and not self._waits_for_pictures)

    @property
    def display(self) -> Display:
        """The display settings of the maps."""
        return self.controls.display

    # Inside

    _alive = False
    _waits_for_pictures = False

    def _on_read(self, film: Film | None) -> None:
        self._known = True
        if film is None or not len(film.frames):
            self._show_empty(*(_WAITING if self._alive else _NONE))
            return
        before, self._film = self._film, film
        anew = before is None or before.header != film.header
        if anew:
            self._make_cards(film)
        else:
            for card in self.cards:
                card.set_film(film)
        count = len(film.header.pins)
        self.source.setText(f"{count} {'pair' if count == 1 else 'pairs'}, {film.header.source}")
        self._stack.setCurrentWidget(self._page)
        self.transport.show_film(film, anew=anew)
        if anew:
            self._arrange()

    def _make_cards(self, film: Film) -> None:
        self._clear()
        records = [self._record(pin) for pin in film.header.pins]
        for place, record in enumerate(records):
            card = FilmCard(film, place, (record.class_name or "") if record is not None else "")
            card.frame_requested.connect(self.transport.go_to)
            card.explore_requested.connect(lambda card=card: self._request_explore(card))
            card.menu_requested.connect(lambda point, card=card: self._open_menu(card, point))
            self.cards.append(card)
        paths = {place: record.path for place, record in enumerate(records) if record is not None}
        self._waits_for_pictures = True
        self.reading.read_pictures(paths)

    def _on_pictures_read(self, pictures: dict[int, QImage]) -> None:
        self._waits_for_pictures = False
        for place, card in enumerate(self.cards):
            card.show_picture(pictures.get(place))

    def _clear(self) -> None:
        self._waits_for_pictures = False
        for card in self.cards:
            self._grid.removeWidget(card)
            card.deleteLater()
        self.cards = []

    def _record(self, pin: FilmedPin) -> ImageRecord | None:
        """Return the image in the open project, or None: the film may belong to another project."""
        return next((r for r in self._session.document.images if r.id == pin.image_id and r.name == pin.image), None)

    def _show_empty(self, title: str, text: str) -> None:
        self._known = True
        self._empty.set_text(title, text)
        self._stack.setCurrentWidget(self._empty)

    def _show_frame(self) -> None:
        """Draw the frame on the visible cards; others are drawn when they are scrolled to."""
        if self._film is None or not self.cards:
            return
        frame, display = min(self.transport.frame, len(self._film.frames) - 1), self.display
        for card in self.cards:
            if not card.visibleRegion().isEmpty() or not card.isVisible():
                card.show_frame(frame, display)

    def _arrange(self) -> None:
        """Arrange the cards in as many columns as give the largest maps."""
        if not self.cards:
            return
        count, gap = len(self.cards), 3 * SPACING
        room = self._scroll.viewport()
        bar = self._scroll.verticalScrollBar().sizeHint().width()

        def side(columns: int) -> int:
            width = (room.width() - bar - (columns - 1) * gap) // columns
            return min(_LARGEST, (width - SPACING) // 2)

        def fits(columns: int) -> bool:
            rows = -(-count // columns)
            return rows * (side(columns) + AROUND + 2 * SPACING) <= room.height()

        possible = [columns for columns in range(1, count + 1) if side(columns) >= _SMALLEST] or [1]
        columns = next((columns for columns in possible if fits(columns)), possible[-1])
        for place, card in enumerate(self.cards):
            card.set_picture_side(max(40, side(columns)))
            self._grid.addWidget(card, place // columns, place % columns)
        self._show_frame()
        # Which cards are visible is known once they are laid out.
        QTimer.singleShot(0, self, self._show_frame)

    def _request_explore(self, card: FilmCard) -> None:
        record = self._record(card.pin)
        if record is not None:
            self.explore_requested.emit(record, card.pin.attribute)

    def _open_menu(self, card: FilmCard, point: QPoint) -> None:
        menu = named(QMenu(self), "film_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show = menu.addAction("Show in Explore")
        show.triggered.connect(lambda: self._request_explore(card))
        pinned = menu.addAction("Pin for films")
        pinned.setCheckable(True)
        pinned.setChecked(card.pin.pin in self._session.film_pins.pins)
        pinned.toggled.connect(lambda on: self._session.film_pins.set_pinned(card.pin.pin, on))
        for action in (show, pinned):
            action.setEnabled(self._record(card.pin) is not None)
        menu.popup(point)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.reading.refresh()
        # Keep the focus of someone who moves over the tabs by keyboard.
        if not isinstance(QApplication.focusWidget(), QTabBar):
            self.transport.slider.setFocus(Qt.FocusReason.OtherFocusReason)
