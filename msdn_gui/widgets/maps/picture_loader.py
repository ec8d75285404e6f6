"""Opens the selected image on another thread; the newest request wins."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage

from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SIDE = 1600
"""Larger images are scaled down to this side: a screen has no more pixels."""
_SMALLEST = 240
_CACHE_SIZE = 6
_AHEAD = -1
"""The number of a prefetch, which nobody waits for."""
_Key = tuple[Path, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image to show, and the size in pixels of the upright original."""

    path: Path
    levels: tuple[QImage, ...]
    """Copies, the first with sides of at most ``MAX_SIDE``, each half as large as the one before."""
    width: int
    height: int


class PictureLoader(QObject):
    """Loads one picture at a time; answers to superseded requests are dropped."""

    loaded = Signal(object)
    """Picture."""
    failed = Signal(str)
    """A sentence that says why the image cannot be shown."""
    _answered = Signal(int, object, str)
    _read = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Its own pool ends with this object, so no image is read after the window closed.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._newest = 0
        self._cache: OrderedDict[_Key, Picture] = OrderedDict()
        self._answered.connect(self._on_answered)
        self._read.connect(self._on_read)

    def load(self, path: Path) -> None:
        """Start reading; ``loaded`` or ``failed`` follows unless another request comes first."""
        self.cancel()
        cached = self._cache.get(_key(path))
        if cached is not None:
            self.loaded.emit(cached)
        else:
            self._pool.start(_Reading(self, self._newest, path))

    def prefetch(self, paths: Sequence[Path]) -> None:
        """Read these too, so that they are shown at once when they are requested."""
        for path in paths:
            if not self.knows(path):
                self._pool.start(_Reading(self, _AHEAD, path))

    def knows(self, path: Path) -> bool:
        """Return whether the present version of a picture is in the cache."""
        return _key(path) in self._cache

    def cancel(self) -> None:
        """Drop what is being read."""
        self._newest += 1
        self._pool.clear()

    def _on_read(self, key: _Key, picture: Picture) -> None:
        self._cache[key] = picture
        self._cache.move_to_end(key)
        while len(self._cache) > _CACHE_SIZE:
            self._cache.popitem(last=False)

    def _on_answered(self, number: int, picture: Picture | None, error_text: str) -> None:
        if number != self._newest:
            return
        if picture is None:
            self.failed.emit(error_text)
        else:
            self.loaded.emit(picture)


class _Reading(QRunnable):
    def __init__(self, loader: PictureLoader, number: int, path: Path) -> None:
        super().__init__()
        self._loader, self._number, self._path = loader, number, path

    def run(self) -> None:
        picture, error_text, key = None, "", _key(self._path)
        try:
            picture = read_picture(self._path)
        except MsdnError as error:
            error_text = str(error)
        except Exception as error:  # Whatever a damaged file does, the window has to say something.
            error_text = f"{self._path.name} cannot be shown ({error}); choose another image."
        with contextlib.suppress(RuntimeError):  # The window is gone.
            if picture is not None:
                self._loader._read.emit(key, picture)
            self._loader._answered.emit(self._number, picture, error_text)


def _key(path: Path) -> _Key:
    """Return a key that changes with the file."""
    try:
        state = path.stat()
    except (OSError, ValueError):  # ValueError: not a possible file name.
        return path, 0, 0
    return path, state.st_mtime_ns, state.st_size


def read_picture(path: Path) -> Picture:
    """Read an image, upright and scaled to at most ``MAX_SIDE``; raise ImageError if it cannot be opened."""
    from msdn_core.vision.images import image_size, open_image

    width, height = image_size(path)
    pixels = open_image(path, max_side=MAX_SIDE).convert("RGBA")
    image = QImage(pixels.tobytes(), pixels.width, pixels.height, pixels.width * 4, QImage.Format.Format_RGBA8888)
    # The conversion copies, so the picture does not depend on Pillow's buffer.
    levels = [image.convertToFormat(QImage.Format.Format_RGB32)]
    while min(levels[-1].width(), levels[-1].height()) > _SMALLEST:
        half = levels[-1].size() / 2
        levels.append(
            levels[-1].scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
    return Picture(path, tuple(levels), width, height)
