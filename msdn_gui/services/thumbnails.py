"""Thumbnails: decoded by a pool, the newest request first, and cached in memory and on disk within limits."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRunnable, Qt, QThread, QThreadPool, Signal
from PySide6.QtGui import QImage, QImageReader, QImageWriter

from msdn_core.errors import MsdnError
from msdn_gui.services.background import attempted
from msdn_gui.services.locations import thumbnail_folder
from msdn_gui.timers import make_timer

SIDE = 160
_CACHE_SIZE = 1000
_WAITING = 400
_DISK_FILES = 20000
_DECODER = 2
"""Counted up when pictures are shown in another way, so that thumbnails on disk are made again."""
_RETRY_MS = 500
_RETRY = 64


class Thumbnails(QObject):
    """Thumbnails of images by path."""

    ready = Signal(object)
    """The path whose thumbnail is ready; it is a null QImage if the image cannot be opened."""
    _loaded = Signal(object, object, bool)

    def __init__(
        self, parent: QObject | None = None, *, folder: Path | None = None, threads: int | None = None
    ) -> None:
        super().__init__(parent)
        self._cache_size = _CACHE_SIZE
        self._folder = folder or thumbnail_folder()
        self._images: OrderedDict[Path, QImage] = OrderedDict()
        self._asked: set[Path] = set()
        self._missing: OrderedDict[Path, None] = OrderedDict()
        self._waiting: list[Path] = []
        self._lock = threading.Lock()
        self._closed = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads or max(1, min(4, (os.cpu_count() or 2) - 1)))
        self._pool.setThreadPriority(QThread.Priority.LowPriority)
        self._loaded.connect(self._on_loaded, Qt.ConnectionType.QueuedConnection)
        self._retry = make_timer(self, _RETRY_MS)
        self._retry.timeout.connect(self._retry_missing)

    def get(self, path: Path) -> QImage | None:
        """Return a thumbnail, at most 160 pixels a side; None while it is made (``ready`` follows); null if broken."""
        image = self._images.get(path)
        if image is not None:
            self._images.move_to_end(path)
            return image
        if path in self._asked or path in self._missing or self._closed:
            return None
        self._asked.add(path)
        with self._lock:
            self._waiting.append(path)
            # Old requests have been scrolled away; they are requested again when they are visible again.
            dropped = self._waiting[:-_WAITING]
            del self._waiting[:-_WAITING]
        self._asked.difference_update(dropped)
        self._pool.start(_Load(self))
        return None

    def forget(self, path: Path) -> None:
        """Drop the thumbnail of an image that changed."""
        self._images.pop(path, None)

    def set_cache_size(self, count: int) -> None:
        """Keep at most so many in memory, at least one: those that were used last."""
        self._cache_size = max(1, count)
        while len(self._images) > self._cache_size:
            self._images.popitem(last=False)

    def settled(self) -> bool:
        """Return whether no thumbnail is being made."""
        return not self._asked

    @property
    def waits_for_files(self) -> bool:
        """Whether the files of some requested images do not exist yet."""
        return bool(self._missing)

    def close(self) -> None:
        """Drop waiting requests, and wait for those that are being decoded."""
        self._closed = True
        self._retry.stop()
        with self._lock:
            self._waiting.clear()
        self._pool.clear()
        self._pool.waitForDone()

    def _work(self) -> None:
        """Load the newest waiting thumbnail; runs on a thread of the pool."""
        with self._lock:
            if not self._waiting:
                return
            path = self._waiting.pop()
        image, exists = attempted(lambda: _load(path, self._folder))[0] or (QImage(), True)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._loaded.emit(path, image, exists)

    def _on_loaded(self, path: Path, image: QImage, exists: bool) -> None:
        self._asked.discard(path)
        if self._closed:
            return
        if not exists:
            self._missing[path] = None
            self._retry.start()
            self.ready.emit(path)
            return
        self._images[path] = image
        self.set_cache_size(self._cache_size)
        self.ready.emit(path)

    def _retry_missing(self) -> None:
        """Load files that did not exist before: the aviary is drawn while it is open."""
        for path in list(reversed(self._missing))[:_RETRY]:
            if path.exists():
                del self._missing[path]
                self.get(path)
        if not self._missing:
            self._retry.stop()


class _Load(QRunnable):
    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails

    def run(self) -> None:
        self._thumbnails._work()


def _load(path: Path, folder: Path) -> tuple[QImage, bool]:
    try:
        state = path.stat()
    except OSError:
        return QImage(), False
    name = f"{path}\n{state.st_mtime_ns}\n{state.st_size}\n{SIDE}\n{_DECODER}"
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    kept = folder / digest[:2] / f"{digest}.png"
    if kept.is_file():
        image = QImageReader(str(kept)).read()
        if not image.isNull():
            return image.convertToFormat(QImage.Format.Format_RGB32), True
    image = _decode(path)
    if not image.isNull():
        _store(image, kept)
    return image, True


def _decode(path: Path) -> QImage:
    from msdn_core.vision.images import open_image

    try:
        picture = open_image(path, max_side=SIDE)
    except MsdnError:
        return QImage()
    data = picture.tobytes()
    image = QImage(data, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888)
    # A copy, because ``data`` is freed, in the format that is painted without conversion.
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _store(image: QImage, kept: Path) -> None:
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        started = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        if QImageWriter(str(started), QByteArray(b"PNG")).write(image):
            Path(started).replace(kept)
        _remove_old(kept.parent)


def _remove_old(part: Path) -> None:
    """Limit the folder: remove the oldest files of one of its 256 parts."""
    limit = _DISK_FILES // 256
    with os.scandir(part) as scan:
        files = [entry for entry in scan if entry.is_file()]
    if len(files) <= 2 * limit:
        return
    files.sort(key=lambda entry: entry.stat().st_mtime)
    for entry in files[: len(files) - limit]:
        Path(entry.path).unlink(missing_ok=True)
