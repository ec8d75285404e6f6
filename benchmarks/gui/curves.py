"""Train's curves over a million points: milliseconds of the window's thread an update, painting included.

    python -m benchmarks.gui.curves

A run of a million reported steps, each with the seven loss terms of both branches, and an evaluation every thousand.
Asked: at most 30 ms an update, whatever is in sight and however smooth.
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

POINTS, AT_ONCE, UPDATES = 1_000_000, 500, 40
TERMS = ("total", "ce_av", "ce_va", "calibration_av", "calibration_va", "jsd", "l2")


def events(first: int, count: int, draw: np.random.Generator) -> list[Event]:
    """What a run tells of some steps."""
    told: list[Event] = []
    noise = draw.gamma(2.0, 0.5, size=(count, len(TERMS)))
    for place in range(count):
        step = first + place
        losses = {name: float(value) / (1 + step / 1e5) for name, value in zip(TERMS, noise[place], strict=True)}
        told.append(
            StepDone(step=step, steps=POINTS, epoch=0, losses=losses, learning_rate=1e-4, images_per_second=900.0,
                     remaining_s=0.0)
        )  # fmt: skip
        if step % 1000 == 0:
            figures = {name: float(draw.random()) for name in ("czsl", "U", "S", "H")}
            told.append(Evaluated(step=step, epoch=0, on="validation", figures=figures))
    return told


def cost(curves: Curves, do: Callable[[int], object]) -> tuple[float, float]:
    """Median and 95th percentile of the milliseconds of this thread for something done, drawn and painted."""
    costs = []
    for number in range(UPDATES):
        begun = time.thread_time()
        do(number)
        curves.redraw()
        QApplication.processEvents()
        costs.append(1000 * (time.thread_time() - begun))
    return statistics.median(costs), statistics.quantiles(costs, n=20)[-1]


def main() -> None:
    """Fills the curves, then updates them in each way that a person looks at them."""
    application = QApplication([])
    install(application, "light")
    curves = Curves()
    curves.resize(1000, 560)
    curves.show()
    draw = np.random.default_rng(0)
    begun = time.thread_time()
    for name in TERMS:
        series, values = curves.losses.series[name], draw.gamma(2.0, 0.5, POINTS) / (1 + np.arange(POINTS) / 1e5)
        for step, value in enumerate(values.tolist(), 1):
            series.append(step, value)
    print(f"{POINTS:,} points of each of {len(TERMS)} terms, taken in {time.thread_time() - begun:.1f} s")
    QTest.qWait(300)
    more = [events(POINTS + 1 + number * 4, 4, draw) for number in range(6 * UPDATES)]
    lump = [events(POINTS + 10_000 * (1 + number), AT_ONCE, draw) for number in range(UPDATES)]
    ways: dict[str, Callable[[int], object]] = {
        "four steps come, all in sight": lambda number: curves.add_events(more[number]),
        "the same, smoothed": lambda number: (curves.smoothing.setValue(40), curves.add_events(more[UPDATES + number])),
        "the mouse moves over them": lambda number: curves.losses.show_cursor(number * POINTS / UPDATES),
        "zoomed in and out": lambda number: curves.zoom(0.5 if number < UPDATES // 2 else 2.0),
        "500 steps come at once": lambda number: curves.add_events(lump[number]),
    }
    for name, do in ways.items():
        median, p95 = cost(curves, do)
        print(f"{name:34} median {median:6.1f} ms   p95 {p95:6.1f} ms   {'met' if p95 <= 30 else 'MISSED'}")
    curves.deleteLater()


if __name__ == "__main__":
    main()
