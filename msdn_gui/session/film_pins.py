"""The pairs of image and attribute that are pinned for the films of future runs, kept in the open project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.errors import MsdnError
from msdn_core.runs.pins import Pin, read_pins, write_pins

if TYPE_CHECKING:
    from msdn_gui.session.document import Document
    from msdn_gui.session.messages import Messages
    from msdn_gui.session.selection import Selection


class FilmPins(QObject):
    """Pairs that Explore pins and Train unpins."""

    changed = Signal()
    """Other pairs are pinned, or another pair is selected."""

    def __init__(
        self, document: Document, selection: Selection, messages: Messages, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._selection, self._messages = document, selection, messages
        self.pins: tuple[Pin, ...] = ()
        document.project_changed.connect(self._on_project_changed)
        selection.image_changed.connect(self.changed)
        selection.attribute_changed.connect(self.changed)

    @property
    def selected(self) -> Pin | None:
        """The selected image with the selected attribute; None if either is missing."""
        image, column, table = self._selection.image, self._selection.attribute, self._document.table
        if image is None or self._document.project is None or not 0 <= column < len(table.attributes):
            return None
        return Pin(image.id, table.attributes[column].full_name)

    def set_pinned(self, pin: Pin, pinned: bool) -> None:
        """Pin a pair or unpin it, and post a message."""
        if pinned == (pin in self.pins):
            return
        pins = (*self.pins, pin) if pinned else tuple(other for other in self.pins if other != pin)
        try:
            write_pins(self._document.require_project(), pins)
        except MsdnError as error:
            self._messages.error(str(error))
        else:
            self.pins = pins
            self._messages.info(_pinned_text(len(pins)))
        self.changed.emit()

    def _on_project_changed(self) -> None:
        try:
            project = self._document.project
            self.pins = read_pins(project) if project is not None else ()
        except MsdnError:
            self.pins = ()
        self.changed.emit()


def _pinned_text(count: int) -> str:
    if not count:
        return "No pairs are pinned: the next run selects the pairs to film."
    return "1 pair is pinned for the next run." if count == 1 else f"{count} pairs are pinned for the next run."
