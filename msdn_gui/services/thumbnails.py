"""Thumbnails: decoded scaled in a pool, the newest request first, kept in memory and on disk within bounds."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThread, QThreadPool, Signal
from PySide6.QtGui import QImage, QImageReader

from msdn_core.errors import MsdnError
from msdn_gui.services.background import attempted
from msdn_gui.services.locations import thumbnail_folder
from msdn_gui.timers import make_timer

SIDE = 160
_KEPT = 1000
_WAITING = 400
_DISK_FILES = 20000
_LOOK_AGAIN_MS = 500
_LOOK_AGAIN = 64


class Thumbnails(QObject):
    """Small pictures of images by their path."""

    ready = Signal(object)
    """The path whose thumbnail is there now (a null QImage where the image cannot be opened)."""
    _loaded = Signal(object, object, bool)

    def __init__(
        self, parent: QObject | None = None, *, folder: Path | None = None, threads: int | None = None
    ) -> None:
        super().__init__(parent)
        self._kept = _KEPT
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
        self._loaded.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._look_again = make_timer(self, _LOOK_AGAIN_MS)
        self._look_again.timeout.connect(self._retry_missing)

    def get(self, path: Path) -> QImage | None:
        """The thumbnail, at most 160 pixels a side; None while it is made (``ready`` follows); null if broken."""
        image = self._images.get(path)
        if image is not None:
            self._images.move_to_end(path)
            return image
        if path in self._asked or path in self._missing or self._closed:
            return None
        self._asked.add(path)
        with self._lock:
            self._waiting.append(path)
            # What was asked for long ago has been scrolled away: it is asked for again when it is seen again.
            dropped = self._waiting[:-_WAITING]
            del self._waiting[:-_WAITING]
        self._asked.difference_update(dropped)
        self._pool.start(_Load(self))
        return None

    def forget(self, path: Path) -> None:
        """Drops one thumbnail, whose image has changed."""
        self._images.pop(path, None)

    def keep(self, count: int) -> None:
        """Keeps at most so many in memory, at least one; those that were seen last."""
        self._kept = max(1, count)
        while len(self._images) > self._kept:
            self._images.popitem(last=False)

    def settled(self) -> bool:
        """Whether nothing is being made."""
        return not self._asked

    @property
    def waits_for_files(self) -> bool:
        """Whether images were asked for whose files are not there (yet)."""
        return bool(self._missing)

    def close(self) -> None:
        """Drops what waits, and waits for what is being decoded."""
        self._closed = True
        self._look_again.stop()
        with self._lock:
            self._waiting.clear()
        self._pool.clear()
        self._pool.waitForDone()

    def _work(self) -> None:
        """On a thread of the pool: the newest waiting one."""
        with self._lock:
            if not self._waiting:
                return
            path = self._waiting.pop()
        image, exists = attempted(lambda: _load(path, self._folder))[0] or (QImage(), True)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._loaded.emit(path, image, exists)

    def _take(self, path: Path, image: QImage, exists: bool) -> None:
        self._asked.discard(path)
        if self._closed:
            return
        if not exists:
            self._missing[path] = None
            self._look_again.start()
            self.ready.emit(path)
            return
        self._images[path] = image
        self.keep(self._kept)
        self.ready.emit(path)

    def _retry_missing(self) -> None:
        """Files that were not there: the aviary is drawn while it is looked at."""
        for path in list(reversed(self._missing))[:_LOOK_AGAIN]:
            if path.exists():
                del self._missing[path]
                self.get(path)
        if not self._missing:
            self._look_again.stop()


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
    name = f"{path}\n{state.st_mtime_ns}\n{state.st_size}\n{SIDE}"
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    kept = folder / digest[:2] / f"{digest}.png"
    if kept.is_file():
        image = QImageReader(str(kept)).read()
        if not image.isNull():
            return image.convertToFormat(QImage.Format.Format_RGB32), True
    image = _decode(path)
    if not image.isNull():
        _keep(image, kept)
    return image, True


def _decode(path: Path) -> QImage:
    from msdn_core.vision.images import open_image

    try:
        picture = open_image(path, max_side=SIDE)
    except MsdnError:
        return QImage()
    data = picture.tobytes()
    image = QImage(data, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888)
    # Another buffer, so that nothing hangs on ``data``; and the format that is painted without a conversion.
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _keep(image: QImage, kept: Path) -> None:
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        started = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        if image.save(str(started), "PNG"):
            Path(started).replace(kept)
        _tidy(kept.parent)


def _tidy(part: Path) -> None:
    """Keeps the folder within its bound: in one of its 256 parts, the files not written lately go."""
    bound = _DISK_FILES // 256
    with os.scandir(part) as scan:
        files = [entry for entry in scan if entry.is_file()]
    if len(files) <= 2 * bound:
        return
    files.sort(key=lambda entry: entry.stat().st_mtime)
    for entry in files[: len(files) - bound]:
        Path(entry.path).unlink(missing_ok=True)
