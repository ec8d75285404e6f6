"""Measure the longest time for which the event loop was blocked, and what blocked it.

Time in which the thread was ready but other processes had the cores is subtracted where the system counts it (Linux
does). Work, sleep, file access and locks are all counted.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Self

from PySide6.QtCore import QObject, Qt, QTimer

if TYPE_CHECKING:
    from types import TracebackType

_TICK_MS = 5
_SAMPLE_S = 0.04


class LoopWatch(QObject):
    """Measures the longest time for which the event loop handled no event.

    ::

        with LoopWatch() as watch:
            ...                       # keep the loop running: qtbot.wait(…), qtbot.waitUntil(…)
        assert watch.longest_ms < 100, watch.report()
    """

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self._stacks: list[tuple[float, str]] = []
        self._last = self._waited = 0.0
        self._waiting = _RunQueue()
        # Not as keywords: under a Turkish locale, PySide6 finds no property that begins with an i.
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, args=(threading.get_ident(),), daemon=True)

    def __enter__(self) -> Self:
        self._last, self._waited = time.perf_counter(), self._waiting.seconds()
        self._timer.start()
        self._sampler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tick()
        self._timer.stop()
        self._over.set()
        self._sampler.join()
        self._waiting.close()
        self.deleteLater()

    def report(self) -> str:
        """Return the longest block, and the stacks sampled during the longest ones."""
        seen = "\n".join(f"after {ms:.0f} ms in:\n{stack}" for ms, stack in sorted(self._stacks, reverse=True)[:3])
        return f"the event loop was blocked for {self.longest_ms:.0f} ms\n{seen}"

    def _tick(self) -> None:
        now, waited = time.perf_counter(), self._waiting.seconds()
        self.longest_ms = max(self.longest_ms, 1000 * (now - self._last - (waited - self._waited)) - _TICK_MS)
        self._last, self._waited = now, waited

    def _sample(self, thread: int) -> None:
        while not self._over.wait(_SAMPLE_S / 2):
            blocked = time.perf_counter() - self._last
            frame = sys._current_frames().get(thread)
            if blocked > _SAMPLE_S and frame is not None:
                self._stacks.append((1000 * blocked, "".join(traceback.format_stack(frame, limit=12))))
                del self._stacks[:-50]
            # A reference to the frame would keep its locals, perhaps a painter, alive after the function returns.
            del frame


class _RunQueue:
    """The time this thread was ready to run but had no core; always 0 where the system does not count it."""

    def __init__(self) -> None:
        self._file = -1
        with contextlib.suppress(OSError):
            self._file = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)

    def seconds(self) -> float:
        return int(os.pread(self._file, 100, 0).split()[1]) / 1e9 if self._file >= 0 else 0.0

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
