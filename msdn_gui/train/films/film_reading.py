"""Reads a run's film and its images on another thread, repeatedly while the run adds frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from msdn_core.errors import MsdnError
from msdn_core.runs.film import Film, read_film
from msdn_gui.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PICTURE_SIDE = 420
"""Side of the kept square that the network saw, in pixels: larger than it is ever shown."""


@dataclass(frozen=True)
class _Read:
    run: Path
    film: Film | None


class FilmReading(QObject):
    """Reads one run at a time."""

    read = Signal(object)
    """The run's ``Film``, or None if it has none yet."""
    pictures_read = Signal(object)
    """Each image's square by number; images that cannot be opened are left out."""
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._run: Path | None = None
        self._busy = self._stale = False
        self._films, self._pictures = Background(self), Background(self)
        self._films.done.connect(self._on_read)
        self._films.failed.connect(self._fail)
        self._pictures.done.connect(self.pictures_read)

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return self._busy

    def set_run(self, run: Path | None) -> None:
        """Set the run that the next ``refresh`` reads."""
        self._films.cancel()
        self._pictures.cancel()
        self._run, self._busy, self._stale = run, False, False

    def refresh(self) -> None:
        """Read the film; if it is being read, read it once more afterwards."""
        if self._run is None:
            return
        if self._busy:
            self._stale = True
            return
        self._busy, run = True, self._run
        self._films.start(lambda: _Read(run, read_film(run)))

    def read_pictures(self, paths: Mapping[int, Path]) -> None:
        """Read the squares of images by number; ``pictures_read`` follows."""
        self._pictures.start(lambda: {number: found for number, path in paths.items() if (found := _square(path))})

    def _on_read(self, answer: _Read) -> None:
        self._busy = False
        self.read.emit(answer.film)
        self._again()

    def _fail(self, sentence: str) -> None:
        self._busy = False
        self.failed.emit(sentence)

    def _again(self) -> None:
        if self._stale:
            self._stale = False
            self.refresh()


def _square(path: Path) -> QImage | None:
    """Return the square that the network sees of an image; None if it cannot be opened."""
    from msdn_core.vision.images import open_image
    from msdn_core.vision.transform import viewed_box

    try:
        picture = open_image(path, min_side=PICTURE_SIDE)
    except MsdnError:
        return None
    box = viewed_box(*picture.size)
    cut = (box.x, box.y, box.x + box.width, box.y + box.height)
    pixels = picture.resize((PICTURE_SIDE, PICTURE_SIDE), box=cut).convert("RGBA").tobytes()
    side = PICTURE_SIDE
    return QImage(pixels, side, side, 4 * side, QImage.Format.Format_RGBA8888).convertToFormat(
        QImage.Format.Format_RGB32
    )
