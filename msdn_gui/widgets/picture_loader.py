"""Opens the chosen image off the window's thread; the newest request wins."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage

from msdn_core.errors import MsdnError

MAX_SIDE = 1600
"""Longer images are shown reduced: more pixels than a screen has are of no use."""
_SMALLEST = 240
_KEPT = 6
_AHEAD = -1
"""The number of a request that nobody waits for."""
_Key = tuple[Path, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image to show, and the size in pixels of the upright original."""

    path: Path
    levels: tuple[QImage, ...]
    """Copies of it, the first at most ``MAX_SIDE`` long, each half as long as the one before."""
    width: int
    height: int


class PictureLoader(QObject):
    """Loads one picture at a time; answers to superseded requests are dropped."""

    loaded = Signal(object)
    """A ``Picture``."""
    failed = Signal(str)
    """A sentence that says why the image cannot be shown."""
    _answered = Signal(int, object, str)
    _read = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # A pool of its own ends with this object: no image is read after the window is gone.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._newest = 0
        self._known: OrderedDict[_Key, Picture] = OrderedDict()
        self._answered.connect(self._take)
        self._read.connect(self._remember)

    def load(self, path: Path) -> None:
        """Start reading; ``loaded`` or ``failed`` follows unless another request comes first."""
        self.cancel()
        known = self._known.get(_key(path))
        if known is not None:
            self.loaded.emit(known)
        else:
            self._pool.start(_Reading(self, self._newest, path))

    def look_ahead(self, paths: Sequence[Path]) -> None:
        """Read these too; they are shown at once when they are asked for."""
        for path in paths:
            if not self.knows(path):
                self._pool.start(_Reading(self, _AHEAD, path))

    def knows(self, path: Path) -> bool:
        """Whether the picture, as its file is now, would be there at once."""
        return _key(path) in self._known

    def cancel(self) -> None:
        """Drop what is being read."""
        self._newest += 1
        self._pool.clear()

    def _remember(self, key: _Key, picture: Picture) -> None:
        self._known[key] = picture
        self._known.move_to_end(key)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def _take(self, number: int, picture: Picture | None, fault: str) -> None:
        if number != self._newest:
            return
        if picture is None:
            self.failed.emit(fault)
        else:
            self.loaded.emit(picture)


class _Reading(QRunnable):
    def __init__(self, loader: PictureLoader, number: int, path: Path) -> None:
        super().__init__()
        self._loader, self._number, self._path = loader, number, path

    def run(self) -> None:
        picture, fault, key = None, "", _key(self._path)
        try:
            picture = read_picture(self._path)
        except MsdnError as error:
            fault = str(error)
        except Exception as error:  # whatever a strange file does, the window has to say something
            fault = f"{self._path.name} cannot be shown ({error}); choose another image."
        with contextlib.suppress(RuntimeError):  # The window is gone.
            if picture is not None:
                self._loader._read.emit(key, picture)
            self._loader._answered.emit(self._number, picture, fault)


def _key(path: Path) -> _Key:
    """Tells a file from what it was before it was changed."""
    try:
        state = path.stat()
    except (OSError, ValueError):  # The second: no file can be called so.
        return path, 0, 0
    return path, state.st_mtime_ns, state.st_size


def read_picture(path: Path) -> Picture:
    """The image at ``path``, upright and at most ``MAX_SIDE`` pixels long; ImageError where it cannot be opened."""
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
