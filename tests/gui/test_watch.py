"""The watch itself: it finds a block and says where."""

from __future__ import annotations

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


def test_a_loop_that_turns_is_not_blamed(qtbot) -> None:
    with LoopWatch() as watch:
        qtbot.wait(300)
    assert watch.longest_ms < 150, watch.report()
