"""Jump to an image by its number in the list, or by a part of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from msdn_gui.session import Session

if TYPE_CHECKING:
    from msdn_gui.widgets.images.image_view import ImageListView


class JumpBar(QLineEdit):
    """Hidden until it is asked for; Return jumps, and to the next image of that name when pressed again."""

    def __init__(self, session: Session, view: ImageListView) -> None:
        super().__init__(objectName="jump", placeholderText="Number or name")
        self.setAccessibleName("Jump to an image")
        self._session, self._view = session, view
        self.hide()
        self.returnPressed.connect(self._jump)

    def open(self) -> None:
        """Wait for a number or a name."""
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        """Esc belongs to this line while it is open, whatever it does elsewhere."""
        if event.type() is QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        super().keyPressEvent(event)

    def _jump(self) -> None:
        text, images = self.text().strip(), self._view.images
        count = images.rowCount()
        if not text:
            return
        if text.isdecimal():
            if 1 <= int(text) <= count:
                self._session.selection.set_image(images.record_at(int(text) - 1))
            else:
                self._session.messages.info(f"There are {count:,} images in the list, so no number {text}.")
            return
        start, part = self._view.currentIndex().row() + 1, text.lower()
        for row in (*range(start, count), *range(start)):
            if part in images.record_at(row).name.lower():
                self._session.selection.set_image(images.record_at(row))
                return
        hidden = next((record for record in self._session.document.images if part in record.name.lower()), None)
        if hidden is None:
            self._session.messages.info(f"No image has “{text}” in its name.")
        else:
            self._session.selection.set_image(hidden)
            self._session.messages.info(f"{hidden.name} is not among the images that the search leaves.")
