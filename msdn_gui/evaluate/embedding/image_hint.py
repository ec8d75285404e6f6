"""The thumbnail and a text about the image under the mouse in a plot, beside its point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.build import make_label

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.services.thumbnails import Thumbnails

_SIDE = 112


class ImageHint(QFrame):
    """Covers part of a plot and passes mouse events through to it."""

    def __init__(self, plot: QWidget, thumbnails: Thumbnails) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setObjectName("image_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setProperty("look", "panel")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._thumbnails = thumbnails
        self._path: Path | None = None
        self.picture = make_label(name="hint_picture", alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(QSize(_SIDE, _SIDE))
        self.text = make_label(name="hint_words", wrap=True, alignment=Qt.AlignmentFlag.AlignTop)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setFont(small_font())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        layout.setSpacing(2)
        layout.addWidget(self.picture)
        layout.addWidget(self.text)
        self.setFixedWidth(_SIDE + SPACING + 2)
        thumbnails.ready.connect(self._on_thumbnail_ready)
        self.hide()

    def show_image(self, path: Path | None, text: str) -> None:
        """Set the image and the text; without a path there is no picture."""
        self._path = path
        self.text.setText(text)
        self.picture.setVisible(path is not None)
        self._update_picture()

    def show_beside(self, place: QPoint, distance: int) -> None:
        """Show the hint beside a point of the plot, within the plot."""
        self.adjustSize()
        area, size = self._plot.size(), self.size()
        x = place.x() + distance
        if x + size.width() > area.width():
            x = place.x() - distance - size.width()
        y = min(max(place.y() - size.height() // 2, 0), max(area.height() - size.height(), 0))
        self.move(max(x, 0), y)
        self.show()
        self.raise_()

    def _on_thumbnail_ready(self, path: Path) -> None:
        if path == self._path:
            self._update_picture()

    def _update_picture(self) -> None:
        image = self._thumbnails.get(self._path) if self._path is not None else None
        if image is None or image.isNull():
            self.picture.clear()
            return
        self.picture.setPixmap(
            QPixmap.fromImage(image).scaled(
                _SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        )
