"""An image under the mouse in a plot: its thumbnail and what is said of it, beside the point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.build import make_label

if TYPE_CHECKING:
    from msdn_gui.services.thumbnails import Thumbnails

_SIDE = 112


class ImageHint(QFrame):
    """Lies over a plot and lets the mouse through."""

    def __init__(self, plot: QWidget, thumbnails: Thumbnails) -> None:
        super().__init__(plot)
        self.setObjectName("image_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setProperty("look", "panel")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._thumbnails = thumbnails
        self._path: Path | None = None
        self.picture = make_label(name="hint_picture", alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(QSize(_SIDE, _SIDE))
        self.words = make_label(name="hint_words", wrap=True, alignment=Qt.AlignmentFlag.AlignTop)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setFont(small_font())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        layout.setSpacing(2)
        layout.addWidget(self.picture)
        layout.addWidget(self.words)
        self.setFixedWidth(_SIDE + SPACING + 2)
        thumbnails.ready.connect(self._ready)
        self.hide()

    def show_image(self, path: Path | None, words: str) -> None:
        """What stands there; without a path there is no picture."""
        self._path = path
        self.words.setText(words)
        self.picture.setVisible(path is not None)
        self._draw()

    def stand_beside(self, place: QPoint, away: int) -> None:
        """Stands beside a place in the plot, within it."""
        self.adjustSize()
        room, size = self.parentWidget().size(), self.size()
        x = place.x() + away if place.x() + away + size.width() <= room.width() else place.x() - away - size.width()
        y = min(max(place.y() - size.height() // 2, 0), max(room.height() - size.height(), 0))
        self.move(max(x, 0), y)
        self.show()
        self.raise_()

    def _ready(self, path: Path) -> None:
        if path == self._path:
            self._draw()

    def _draw(self) -> None:
        image = self._thumbnails.get(self._path) if self._path is not None else None
        if image is None or image.isNull():
            self.picture.clear()
            return
        self.picture.setPixmap(
            QPixmap.fromImage(image).scaled(
                _SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        )
