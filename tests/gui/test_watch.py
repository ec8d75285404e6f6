"""The watch of the event loop: it finds a block and says where."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from PySide6.QtCore import QTimer
from watch import LoopWatch


def test_a_block_is_measured_and_its_place_is_named(qtbot) -> None:
    def dawdle() -> None:
        time.sleep(0.25)

    with LoopWatch() as watch:
        qtbot.wait(50)
        QTimer.singleShot(0, dawdle)
        qtbot.wait(100)
    assert 200 < watch.longest_ms < 2000
    assert "dawdle" in watch.report()


def test_a_running_event_loop_is_not_reported(qtbot) -> None:
    with LoopWatch() as watch:
        qtbot.wait(300)
    assert watch.longest_ms < 150, watch.report()


def test_a_sleep_is_a_block_and_a_busy_core_is_not(qtbot) -> None:
    # More that compute than there are cores: each gets its turn late.
    words = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(words) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        with LoopWatch() as watch:
            qtbot.wait(300)
            QTimer.singleShot(0, lambda: time.sleep(0.12))
            qtbot.wait(200)
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert 100 < watch.longest_ms < 250, watch.report()
