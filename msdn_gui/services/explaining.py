"""Explains images in another process: the newest request wins, and a process that died is replaced."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from msdn_core.child_environment import child_environment_set
from msdn_core.domain.explanation import Explanation
from msdn_core.exit_status import describe_exit
from msdn_gui.services import explain_worker
from msdn_gui.services.answer_keys import AnswerKey, answer_key, explain_with_key
from msdn_gui.services.worker_exit import CrashFile, worker_processes
from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAIN_LANE = ""
"""The lane whose newest request goes first: that of the selected image."""
_GAVE_UP = (
    "The process that explains images ended {times} on this image ({how}); select another image or checkpoint, or "
    "press F5 to try again."
)
_PATIENCE_MS = 30_000
"""An image takes seconds at most on a busy machine; until the worker is warm it also loads torch."""
_PATIENCE_COLD_MS = 180_000
_HUNG = "it took longer than {seconds} seconds with an image"
_AHEAD = -1
"""The number of a prefetch, which nobody waits for."""


class ExplainPhase(StrEnum):
    """What the explainer is doing."""

    IDLE = "idle"
    STARTING = "starting"
    WORKING = "working"
    FAILED = "failed"


@dataclass(frozen=True)
class ExplainState:
    """What the explainer is doing, with a sentence to show in place of the maps."""

    phase: ExplainPhase = ExplainPhase.IDLE
    text: str = ""


class ExplainerService(QObject):
    """Sends requests to the worker process; each answer has its number, and outdated ones are dropped."""

    answered = Signal(int, object)
    """Request number, Explanation."""
    failed = Signal(int, str)
    """Request number, sentence."""
    started = Signal()
    """The worker has loaded what its first answer needs."""
    died = Signal(str, str)
    """The worker process died and another one was started: a sentence, and details."""
    _done = Signal(object, int, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        explain: Callable[[str, str], Explanation | str] = explain_worker.explain,
        warm_up: Callable[[str | None], None] = explain_worker.warm_up,
        threads: int | None = None,
        cache_size: int = 64,
    ) -> None:
        """``explain`` and ``warm_up`` run in the worker."""
        super().__init__(parent)
        self._explain = explain
        self._warm_up = warm_up
        # One thread is left for the window.
        self._threads = threads or max(1, min(4, (os.cpu_count() or 2) - 1))
        self._cache_size = cache_size
        self._cache: OrderedDict[AnswerKey, Explanation] = OrderedDict()
        self._pool: ProcessPoolExecutor | None = None
        self._warm = False
        self._number = 0
        self._running: int | None = None
        self._newest: dict[str, tuple[int, str, str]] = {}
        """The newest request of each lane: number, checkpoint, image. Answers to older ones are dropped."""
        self._waiting: list[str] = []
        """The lanes whose newest request has not been sent."""
        self._checkpoint = ""
        self._retried = 0
        self._crash_file: CrashFile | None = None
        self._ahead: dict[str, list[tuple[str, str]]] = {}
        self._closed = False
        self._patience = make_timer(self, _PATIENCE_MS, single_shot=True)
        self._patience.timeout.connect(self._on_patience_over)
        # Futures end on a thread of the pool; the signal passes them to the window's thread.
        self._done.connect(self._on_done, Qt.ConnectionType.QueuedConnection)

    @property
    def is_warm(self) -> bool:
        """Whether the worker has loaded torch."""
        return self._warm

    @property
    def worker_id(self) -> int | None:
        """The process id of the worker; None if there is none."""
        return next((process.pid for process in worker_processes(self._pool)), None)

    def prewarm(self, checkpoint: Path | None) -> None:
        """Start the worker, which loads torch and the checkpoint's backbone."""
        self._submit(0, self._warm_up, str(checkpoint.absolute()) if checkpoint else None)

    def request(self, checkpoint: Path, image: Path, lane: str = MAIN_LANE) -> int:
        """Request an explanation; a signal with the returned number follows.

        A newer request replaces one of the same lane that has not been sent; the main lane goes first.
        """
        self._number += 1
        number = self._number
        self._drop_request(lane)
        # Absolute, because the worker has a working directory of its own.
        checkpoint, image = checkpoint.absolute(), image.absolute()
        self._newest[lane] = (number, str(checkpoint), str(image))
        known = self._cached(checkpoint, image)
        if known is not None:
            self._done.emit(self._pool, number, known)
            return number
        self._checkpoint = str(checkpoint)
        self._waiting.append(lane)
        self._ahead.pop(lane, None)
        if self._running is None:
            self._send_next()
        return number

    def prefetch(self, checkpoint: Path, images: Sequence[Path], lane: str = MAIN_LANE) -> None:
        """Explain these images while there are no requests; the answers go to the cache only."""
        unknown = [
            (str(checkpoint.absolute()), str(path.absolute())) for path in images if not self.knows(checkpoint, path)
        ]
        self._ahead[lane] = unknown
        if self._running is None:
            self._send_next()

    def knows(self, checkpoint: Path, image: Path) -> bool:
        """Return whether the answer is in the cache."""
        return self._cached(checkpoint, image) is not None

    def _cached(self, checkpoint: Path, image: Path) -> Explanation | None:
        key = answer_key(checkpoint, image)
        return self._cache.get(key) if key is not None else None

    def set_cache_size(self, count: int) -> None:
        """Keep at most so many answers, at least one: those that were used last."""
        self._cache_size = max(1, count)
        while len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)

    def cancel(self, lane: str = MAIN_LANE) -> None:
        """Cancel the request of a lane, and its prefetches."""
        self._drop_request(lane)
        self._ahead.pop(lane, None)

    def close(self) -> None:
        """End the worker at once and wait for its process to end."""
        self._closed = True
        self._waiting = []
        self._ahead = {}
        self._patience.stop()
        self._end_pool()

    def _drop_request(self, lane: str) -> None:
        self._newest.pop(lane, None)
        self._waiting = [other for other in self._waiting if other != lane]

    def _lane_of(self, number: int | None) -> str | None:
        """Return the lane whose newest request has this number."""
        return next((lane for lane, (newest, *_) in self._newest.items() if newest == number), None)

    def _send_next(self) -> None:
        if self._closed:
            return
        if self._waiting:
            lane = MAIN_LANE if MAIN_LANE in self._waiting else self._waiting[0]
            self._waiting.remove(lane)
            number, checkpoint, image = self._newest[lane]
        elif ahead := next(filter(None, self._ahead.values()), None):
            number, (checkpoint, image) = _AHEAD, ahead.pop(0)
        else:
            return
        self._running = number
        self._patience.start(_PATIENCE_MS if self._warm else _PATIENCE_COLD_MS)
        self._submit(number, explain_with_key, self._explain, checkpoint, image)

    def _submit(self, number: int, function: Callable[..., Any], *arguments: Any) -> None:
        if self._closed:
            return
        try:
            # A new pool may start Python's resource tracker, and it starts its own process with the first request.
            with child_environment_set():
                pool = self._pool = self._pool or self._new_pool()
                future = pool.submit(function, *arguments)
        except (BrokenProcessPool, OSError, RuntimeError) as fault:
            self._done.emit(self._pool, number, fault)
            return
        future.add_done_callback(lambda ended: self._on_future_done(pool, number, ended))

    def _new_pool(self) -> ProcessPoolExecutor:
        self._warm = False
        self._crash_file = CrashFile()
        return ProcessPoolExecutor(
            max_workers=1,
            # Forking would copy Qt's threads and handles.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=explain_worker.start,
            initargs=(self._threads, self._crash_file.name),
        )

    def _on_future_done(self, pool: ProcessPoolExecutor, number: int, future: Future[Any]) -> None:
        """Pass a result to the window's thread; runs on the pool's thread."""
        if self._closed or future.cancelled():
            return
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._done.emit(pool, number, future.exception() or future.result())

    def _on_done(self, pool: object, number: int, outcome: object) -> None:
        if self._closed:
            return
        if isinstance(outcome, BrokenProcessPool):
            self._worker_died(pool)
            return
        if number == 0:
            self._warm = not isinstance(outcome, BaseException)
            self.started.emit()
            return
        self._patience.stop()
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
            self._send_next()

    def _on_patience_over(self) -> None:
        """End a worker that hangs in one image while another one is requested."""
        if self._running is None:
            return
        if not self._waiting:
            # Nobody needs another answer: a large image may take its time.
            self._patience.start(_PATIENCE_MS)
            return
        self._retried = self._running  # Not once more.
        seconds = (_PATIENCE_MS if self._warm else _PATIENCE_COLD_MS) // 1000
        self._worker_died(self._pool, _HUNG.format(seconds=seconds))

    def _worker_died(self, pool: object, why: str = "") -> None:
        if pool is not self._pool:
            return  # Another of its requests reported it.
        # Another request of the same worker may end first, e.g. the one that warms it up.
        number, self._running = self._running, None
        was_warm = self._warm
        self._patience.stop()
        how, details = self._end_pool()
        if why:
            how = why
            self.died.emit(f"The process that explains images was ended because {how}, and started again.", details)
        else:
            self.died.emit(
                f"The process that explains images ended unexpectedly ({how}) and was started again.", details
            )
        lane = self._lane_of(number)
        if number is not None and lane is not None:
            if self._retried != number:
                self._retried = number
                self._waiting.append(lane)
            else:
                self.failed.emit(number, _GAVE_UP.format(times="early" if why else "twice", how=how))
        if not self._waiting and not any(self._ahead.values()) and was_warm and self._checkpoint:
            self.prewarm(Path(self._checkpoint))
        self._send_next()

    def _remember(self, key: AnswerKey, explanation: Explanation) -> None:
        self._cache[key] = explanation
        self._cache.move_to_end(key)
        self.set_cache_size(self._cache_size)

    def _end_pool(self) -> tuple[str, str]:
        """End the worker; return how it had ended before, in words, and what it wrote when it crashed."""
        pool, self._pool = self._pool, None
        crash_file, self._crash_file = self._crash_file, None
        self._warm = False
        status = None
        if pool is not None:
            workers = worker_processes(pool)
            for worker in workers:
                worker.kill()
            pool.shutdown(wait=True, cancel_futures=True)
            # The exit status is certain once the pool's own thread has waited for them.
            status = next((worker.exitcode for worker in workers), None)
        return describe_exit(status), crash_file.read_and_remove() if crash_file is not None else ""


def _sentence(outcome: object) -> str:
    if isinstance(outcome, BaseException):
        text = str(outcome).strip().split("\n")[0]
        return f"This image could not be explained ({type(outcome).__name__}: {text}); press F5 to try again."
    return str(outcome)
