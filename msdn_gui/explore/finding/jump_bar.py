"""Go to an image by its number in the list, or by a part of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from msdn_core.domain.text_search import search_text

if TYPE_CHECKING:
    from msdn_gui.session import Session
    from msdn_gui.widgets.images.image_view import ImageListView


class JumpBar(QLineEdit):
    """Hidden until opened; Return goes to the image, and again to the next one with that name."""

    def __init__(self, session: Session, view: ImageListView) -> None:
        super().__init__()
        self.setObjectName("jump")
        self.setPlaceholderText("Number or name")
        self.setAccessibleName("Go to image")
        self._session, self._view = session, view
        self.hide()
        self.returnPressed.connect(self._go)

    def open(self) -> None:
        """Show the line and focus it."""
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        """Take Esc from the workspace's action while the line is open."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        super().keyPressEvent(event)

    def _go(self) -> None:
        text, images = self.text().strip(), self._view.images
        count = images.rowCount()
        if not text:
            return
        if text.isdecimal():
            if 1 <= int(text) <= count:
                self._session.selection.set_image(images.record_at(int(text) - 1))
            else:
                self._session.messages.info(f"The list has {count:,} images; there is no number {text}.")
            return
        start, part = self._view.currentIndex().row() + 1, search_text(text)
        for row in (*range(start, count), *range(start)):
            if part in search_text(images.record_at(row).name):
                self._session.selection.set_image(images.record_at(row))
                return
        hidden = next((record for record in self._session.document.images if part in search_text(record.name)), None)
        if hidden is None:
            self._session.messages.info(f"No image name contains “{text}”.")
        else:
            self._session.selection.set_image(hidden)
            self._session.messages.info(f"{hidden.name} does not match the search, so it is not in the list.")
