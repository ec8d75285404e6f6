"""Watches the event loop: how long was it blocked at worst, and by what."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from types import TracebackType
from typing import Self

from PySide6.QtCore import QObject, Qt, QTimer

_TICK_MS = 5
_LOOK_S = 0.04


class LoopWatch(QObject):
    """Measures the longest time in which the event loop took no turn.

    ::

        with LoopWatch() as watch:
            ...                       # turn the loop meanwhile: qtbot.wait(…), qtbot.waitUntil(…)
        assert watch.longest_ms < 100, watch.report()
    """

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self._stacks: list[tuple[float, str]] = []
        self._last = 0.0
        self._timer = QTimer(self, interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, args=(threading.get_ident(),), daemon=True)

    def __enter__(self) -> Self:
        self._last = time.perf_counter()
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
        self.deleteLater()

    def report(self) -> str:
        """The worst block, and where the window's thread was seen during long ones."""
        seen = "\n".join(f"after {ms:.0f} ms in:\n{stack}" for ms, stack in sorted(self._stacks, reverse=True)[:3])
        return f"the event loop was blocked for {self.longest_ms:.0f} ms\n{seen}"

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, 1000 * (now - self._last) - _TICK_MS)
        self._last = now

    def _sample(self, thread: int) -> None:
        while not self._over.wait(_LOOK_S / 2):
            blocked = time.perf_counter() - self._last
            frame = sys._current_frames().get(thread)
            if blocked > _LOOK_S and frame is not None:
                self._stacks.append((1000 * blocked, "".join(traceback.format_stack(frame, limit=12))))
                del self._stacks[:-50]
            # A frame that is held keeps its locals, a painter perhaps, alive after its function has returned.
            del frame
