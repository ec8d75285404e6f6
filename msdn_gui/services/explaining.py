"""Explaining images in a process of its own: the newest request wins, and a dead worker is replaced."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from msdn_core.domain.explanation import Explanation
from msdn_gui.services import explain_worker

_Key = tuple[str, int, int, str, int, int]
MAIN_LANE = ""
"""Whose newest request goes first: that of the chosen image."""
_MOST_WORDS = 100_000
_GAVE_UP = (
    "The process that explains images ended twice while it looked at this one ({how}); choose another image or "
    "checkpoint, or press F5 to ask once more."
)
_AHEAD = -1
"""The number of a request that nobody waits for."""


class ExplainPhase(StrEnum):
    """What the explainer is doing."""

    IDLE = "idle"
    STARTING = "starting"
    WORKING = "working"
    FAILED = "failed"


@dataclass(frozen=True)
class ExplainState:
    """What the explainer is doing, with a sentence for the place where the maps will stand."""

    phase: ExplainPhase = ExplainPhase.IDLE
    text: str = ""


class ExplainerService(QObject):
    """Asks the worker process; every answer carries the number of its request, and stale ones are dropped."""

    answered = Signal(int, object)
    """Request number, Explanation."""
    failed = Signal(int, str)
    """Request number, sentence."""
    started = Signal()
    """The worker has loaded what it needs for a first answer."""
    died = Signal(str, str)
    """The worker's process ended by itself and another one was started: a sentence, and what is known of it."""
    _done = Signal(object, int, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        explain: Callable[[str, str], Explanation | str] = explain_worker.explain,
        warm_up: Callable[[str | None], None] = explain_worker.warm_up,
        threads: int | None = None,
        kept: int = 64,
    ) -> None:
        """``explain`` and ``warm_up`` run in the worker; ``kept`` answers are remembered."""
        super().__init__(parent)
        self._explain = explain
        self._warm_up = warm_up
        # One thread is left to the window.
        self._threads = threads or max(1, min(4, (os.cpu_count() or 2) - 1))
        self._kept = kept
        self._cache: OrderedDict[_Key, Explanation] = OrderedDict()
        self._pool: ProcessPoolExecutor | None = None
        self._warm = False
        self._number = 0
        self._running: int | None = None
        self._wanted: dict[str, tuple[int, str, str]] = {}
        """The newest request of each lane: number, checkpoint, image. What answers another one is dropped."""
        self._waiting: list[str] = []
        """The lanes whose newest request has not begun."""
        self._checkpoint = ""
        self._retried = 0
        self._last_words: _LastWords | None = None
        self._ahead: dict[str, list[tuple[str, str]]] = {}
        self._closed = False
        # Futures end on a thread of the pool; the signal carries them to the window's.
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_warm(self) -> bool:
        """Whether the worker has loaded torch."""
        return self._warm

    @property
    def worker_id(self) -> int | None:
        """The worker's process id while there is one."""
        return next((process.pid for process in _processes(self._pool)), None)

    def prewarm(self, checkpoint: Path | None) -> None:
        """Starts the worker, which loads torch and the checkpoint's backbone meanwhile."""
        self._submit(0, self._warm_up, str(checkpoint) if checkpoint else None)

    def request(self, checkpoint: Path, image: Path, lane: str = MAIN_LANE) -> int:
        """Asks for an explanation; the answer comes by signal, later, with the number that is returned.

        A newer request takes the place of one of its lane that has not begun; the main lane goes first.
        """
        self._number += 1
        number = self._number
        self._forget(lane)
        self._wanted[lane] = (number, str(checkpoint), str(image))
        known = self._cache.get(_key(checkpoint, image))
        if known is not None:
            self._done.emit(self._pool, number, known)
            return number
        self._checkpoint = str(checkpoint)
        self._waiting.append(lane)
        self._ahead.pop(lane, None)
        if self._running is None:
            self._next()
        return number

    def look_ahead(self, checkpoint: Path, images: Sequence[Path], lane: str = MAIN_LANE) -> None:
        """Explains these images too while nothing else is asked for; the answers are remembered and not told."""
        unknown = [(str(checkpoint), str(path)) for path in images if not self.knows(checkpoint, path)]
        self._ahead[lane] = unknown
        if self._running is None:
            self._next()

    def knows(self, checkpoint: Path, image: Path) -> bool:
        """Whether the answer is remembered, so that it comes without the worker."""
        return _key(checkpoint, image) in self._cache

    def keep(self, count: int) -> None:
        """Remembers at most so many answers, at least one; those that were wanted last."""
        self._kept = max(1, count)
        while len(self._cache) > self._kept:
            self._cache.popitem(last=False)

    def cancel(self, lane: str = MAIN_LANE) -> None:
        """What was asked for in a lane is not wanted any more."""
        self._forget(lane)
        self._ahead.pop(lane, None)

    def close(self) -> None:
        """Ends the worker at once and waits until its process is gone."""
        self._closed = True
        self._waiting = []
        self._ahead = {}
        self._end_pool()

    def _forget(self, lane: str) -> None:
        self._wanted.pop(lane, None)
        self._waiting = [other for other in self._waiting if other != lane]

    def _lane_of(self, number: int | None) -> str | None:
        """The lane that wants this answer."""
        return next((lane for lane, (wanted, *_) in self._wanted.items() if wanted == number), None)

    def _next(self) -> None:
        if self._closed:
            return
        if self._waiting:
            lane = MAIN_LANE if MAIN_LANE in self._waiting else self._waiting[0]
            self._waiting.remove(lane)
            number, checkpoint, image = self._wanted[lane]
        elif ahead := next(filter(None, self._ahead.values()), None):
            number, (checkpoint, image) = _AHEAD, ahead.pop(0)
        else:
            return
        self._running = number
        self._submit(number, _keyed, self._explain, checkpoint, image)

    def _submit(self, number: int, function: Callable[..., Any], *arguments: Any) -> None:
        if self._closed:
            return
        try:
            pool = self._pool = self._pool or self._new_pool()
            future = pool.submit(function, *arguments)
        except (BrokenProcessPool, OSError, RuntimeError) as fault:
            self._done.emit(self._pool, number, fault)
            return
        future.add_done_callback(lambda ended: self._hand_over(pool, number, ended))

    def _new_pool(self) -> ProcessPoolExecutor:
        self._warm = False
        self._last_words = _LastWords()
        return ProcessPoolExecutor(
            max_workers=1,
            # Not forked: Qt's threads and handles would come along.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=explain_worker.start,
            initargs=(self._threads, self._last_words.name),
        )

    def _hand_over(self, pool: ProcessPoolExecutor, number: int, future: Future[Any]) -> None:
        """On the pool's thread."""
        if self._closed or future.cancelled():
            return
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._done.emit(pool, number, future.exception() or future.result())

    def _take(self, pool: object, number: int, outcome: object) -> None:
        if self._closed:
            return
        if isinstance(outcome, BrokenProcessPool):
            self._worker_died(pool)
            return
        if number == 0:
            self._warm = not isinstance(outcome, BaseException)
            self.started.emit()
            return
        if isinstance(outcome, tuple):
            key, outcome = outcome
            self._running = None
            self._warm = True
            if key is not None and isinstance(outcome, Explanation):
                self._remember(key, outcome)
        elif isinstance(outcome, BaseException):
            self._running = None
        if self._lane_of(number) is not None:
            if isinstance(outcome, Explanation):
                self.answered.emit(number, outcome)
            else:
                self.failed.emit(number, _sentence(outcome))
        if self._running is None:
            self._next()

    def _worker_died(self, pool: object) -> None:
        if pool is not self._pool:
            return  # Told already by another of its requests.
        # What ended first may be another request of the same worker, e.g. the one that warms it up.
        number, self._running = self._running, None
        was_warm = self._warm
        how, details = self._end_pool()
        self.died.emit(
            f"The process that explains images ended unexpectedly ({how}); another one was started.", details
        )
        lane = self._lane_of(number)
        if number is not None and lane is not None:
            if self._retried != number:
                self._retried = number
                self._waiting.append(lane)
            else:
                self.failed.emit(number, _GAVE_UP.format(how=how))
        if not self._waiting and not any(self._ahead.values()) and was_warm and self._checkpoint:
            self.prewarm(Path(self._checkpoint))
        self._next()

    def _remember(self, key: _Key, explanation: Explanation) -> None:
        self._cache[key] = explanation
        self._cache.move_to_end(key)
        self.keep(self._kept)

    def _end_pool(self) -> tuple[str, str]:
        """Ends the worker; how it had ended before, in words, and what it wrote when it crashed."""
        pool, self._pool = self._pool, None
        words, self._last_words = self._last_words, None
        self._warm = False
        status = None
        if pool is not None:
            workers = _processes(pool)
            for worker in workers:
                worker.kill()
            pool.shutdown(wait=True, cancel_futures=True)
            # Known for sure once the pool's own thread has waited for them.
            status = next((worker.exitcode for worker in workers), None)
        return _how(status), words.take() if words is not None else ""


class _LastWords:
    """A file that the worker writes into when native code crashes; read and taken away with the worker."""

    def __init__(self) -> None:
        handle, self.name = tempfile.mkstemp(prefix="msdn-explainer-", suffix=".txt")
        self._file = os.fdopen(handle, "rb")

    def take(self) -> str:
        """What stands there; nothing is left of it."""
        with self._file as file:
            text = file.read(_MOST_WORDS).decode("utf-8", "replace")
        with contextlib.suppress(OSError):
            Path(self.name).unlink(missing_ok=True)
        return text


def _how(status: int | None) -> str:
    if status == -9:
        return "it was killed, as systems do when memory runs out"
    if status is not None and status < 0:
        with contextlib.suppress(ValueError):
            return f"it crashed: {signal.strsignal(-status) or signal.Signals(-status).name}"
    return "with no word" if status is None else f"with status {status}"


def _processes(pool: ProcessPoolExecutor | None) -> list[Any]:
    # The pool names no other way to its workers before Python 3.14.
    return list((getattr(pool, "_processes", None) or {}).values())


def _keyed(
    explain: Callable[[str, str], Explanation | str], checkpoint: str, image: str
) -> tuple[_Key | None, Explanation | str]:
    """In the worker: the answer, and what it is an answer about (its files as they were before)."""
    key = _key(Path(checkpoint), Path(image))
    return key, explain(checkpoint, image)


def _key(checkpoint: Path, image: Path) -> _Key | None:
    try:
        a, b = checkpoint.stat(), image.stat()
    except OSError:
        return None
    return (str(checkpoint), a.st_mtime_ns, a.st_size, str(image), b.st_mtime_ns, b.st_size)


def _sentence(outcome: object) -> str:
    if isinstance(outcome, BaseException):
        text = str(outcome).strip().split("\n")[0]
        return f"This image could not be explained ({type(outcome).__name__}: {text}); press F5 to ask once more."
    return str(outcome)
