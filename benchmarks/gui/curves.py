"""Train's curves with a million points: milliseconds of the window's thread per update, painting included.

    python -m benchmarks.gui.curves

The run has a million reported steps, each with seven loss terms, and an evaluation every thousand steps.
Target: at most 30 ms per update, at any zoom and smoothing.
"""

from __future__ import annotations

import os
import statistics
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from msdn_core.runs.events import Evaluated, Event, StepDone
from msdn_gui.look.theme import install
from msdn_gui.train.curves.curves import Curves

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS, LUMP, UPDATES = 1_000_000, 500, 40
TERMS = ("total", "ce_av", "ce_va", "calibration_av", "calibration_va", "jsd", "l2")


def events(first: int, count: int, draw: np.random.Generator) -> list[Event]:
    """Return the events of some steps of a run."""
    made: list[Event] = []
    noise = draw.gamma(2.0, 0.5, size=(count, len(TERMS)))
    for place in range(count):
        step = first + place
        losses = {name: float(value) / (1 + step / 1e5) for name, value in zip(TERMS, noise[place], strict=True)}
        made.append(
            StepDone(step=step, steps=POINTS, epoch=0, losses=losses, learning_rate=1e-4, images_per_second=900.0,
                     remaining_s=0.0)
        )  # fmt: skip
        if step % 1000 == 0:
            figures = {name: float(draw.random()) for name in ("czsl", "U", "S", "H")}
            made.append(Evaluated(step=step, epoch=0, on="validation", figures=figures))
    return made


def cost(curves: Curves, do: Callable[[int], object]) -> tuple[float, float]:
    """Return the median and 95th percentile of this thread's milliseconds per update, painting included."""
    costs = []
    for number in range(UPDATES):
        started = time.thread_time()
        do(number)
        curves.redraw()
        QApplication.processEvents()
        costs.append(1000 * (time.thread_time() - started))
    return statistics.median(costs), statistics.quantiles(costs, n=20)[-1]


def main() -> None:
    """Fill the curves, then measure each kind of update."""
    application = QApplication([])
    install(application, "light")
    curves = Curves()
    curves.resize(1000, 560)
    curves.show()
    draw = np.random.default_rng(0)
    started = time.thread_time()
    for name in TERMS:
        series, values = curves.losses.series[name], draw.gamma(2.0, 0.5, POINTS) / (1 + np.arange(POINTS) / 1e5)
        for step, value in enumerate(values.tolist(), 1):
            series.append(step, value)
    print(f"{POINTS:,} points of each of {len(TERMS)} terms, added in {time.thread_time() - started:.1f} s")
    QTest.qWait(300)
    more = [events(POINTS + 1 + number * 4, 4, draw) for number in range(6 * UPDATES)]
    lump = [events(POINTS + 10_000 * (1 + number), LUMP, draw) for number in range(UPDATES)]

    def add_smoothed(number: int) -> None:
        curves.smoothing.setValue(40)
        curves.add_events(more[UPDATES + number])

    updates: dict[str, Callable[[int], object]] = {
        "four new steps, all visible": lambda number: curves.add_events(more[number]),
        "four new steps, smoothed": add_smoothed,
        "mouse moves over the curves": lambda number: curves.losses.show_cursor(number * POINTS / UPDATES),
        "zoom in and out": lambda number: curves.zoom(0.5 if number < UPDATES // 2 else 2.0),
        "500 new steps at once": lambda number: curves.add_events(lump[number]),
    }
    for name, do in updates.items():
        median, p95 = cost(curves, do)
        print(f"{name:34} median {median:6.1f} ms   p95 {p95:6.1f} ms   {'met' if p95 <= 30 else 'MISSED'}")
    curves.deleteLater()


if __name__ == "__main__":
    main()
