"""The pairs of image and attribute that are pinned for the films of coming runs, kept in the open project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.errors import MsdnError
from msdn_core.runs.pins import Pin, read_pins, write_pins

if TYPE_CHECKING:
    from msdn_gui.session import Session


class FilmPins(QObject):
    """What Explore pins and Train's films unpin; one list for all workspaces."""

    changed = Signal()
    """Other pairs are pinned, or another one is chosen."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.pins: tuple[Pin, ...] = ()
        session.project_changed.connect(self._read)
        session.image_changed.connect(self.changed)
        session.attribute_changed.connect(self.changed)

    @property
    def chosen(self) -> Pin | None:
        """The chosen image with the chosen attribute; None where one of them is not."""
        image, column, table = self._session.image, self._session.attribute, self._session.table
        if image is None or self._session.project is None or not 0 <= column < len(table.attributes):
            return None
        return Pin(image.id, table.attributes[column].full_name)

    def set_pinned(self, pin: Pin, pinned: bool) -> None:
        """Pins a pair, or takes it off; said in the window, also where it cannot be done."""
        if pinned == (pin in self.pins):
            return
        pins = (*self.pins, pin) if pinned else tuple(other for other in self.pins if other != pin)
        try:
            write_pins(self._session.present_project(), pins)
        except MsdnError as fault:
            self._session.message.emit("error", str(fault))
        else:
            self.pins = pins
            self._session.message.emit("info", _said(len(pins)))
        self.changed.emit()

    def _read(self) -> None:
        try:
            self.pins = read_pins(self._session.project) if self._session.project is not None else ()
        except MsdnError:
            self.pins = ()
        self.changed.emit()


def _said(count: int) -> str:
    if not count:
        return "No pair is pinned: the next run films telling pairs of its own choice."
    return "One pair is pinned: the next run films it." if count == 1 else f"{count} pairs are pinned for the next run."
