"""Playing a film: milliseconds of the window's thread per frame, painting included.

    python -m benchmarks.gui.film

Targets: 16.7 ms per frame with six watched pairs, and 40 ms, the interval between frames, with as many as possible.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.film import FilmedPin, FilmHeader, FilmWriter
from msdn_core.runs.pins import MOST_PINS
from msdn_gui.look.theme import install
from msdn_gui.services.settings import SettingsStore
from msdn_gui.session import Session
from msdn_gui.train.films.film_view import FilmView

FRAMES, SIDE = 100, 14


def make_film(run: RunDirectory, pins: int) -> None:
    """Write a film with random maps of CUB's size, for images that do not exist."""
    header = FilmHeader(tuple(FilmedPin(n, f"{n}.jpg", f"group::{n}") for n in range(pins)), (SIDE, SIDE))
    writer, draw = FilmWriter(run.path, header), np.random.default_rng(0)
    ranges = np.broadcast_to(np.array([0, 1], np.float32), (pins, 2, 2))
    for number in range(FRAMES):
        maps = draw.random((pins, 2, SIDE * SIDE), dtype=np.float32)
        writer.add(10 * number, 0, draw.random((pins, 2), dtype=np.float32), maps, ranges, key=number % 10 == 0)


def main() -> None:
    """Measure films of six pairs and of the largest number of pairs."""
    application = QApplication([])
    install(application, "light")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MSDN_EXPLORER_HOME"] = folder
        session = Session()
        for pins, target in ((6, 16.7), (MOST_PINS, 40.0)):
            run = RunDirectory.create(Path(folder), f"of {pins}", {})
            make_film(run, pins)
            view = FilmView(session, SettingsStore(is_kept=False))
            view.resize(1000, 1000)
            view.show()
            view.show_run(run, alive=False)
            while not view.cards or not view.settled():
                QTest.qWait(20)
            costs = []
            for frame in range(FRAMES):
                started = time.thread_time()
                view.transport.slider.setValue(frame)
                QApplication.processEvents()
                costs.append(1000 * (time.thread_time() - started))
            p95 = statistics.quantiles(costs, n=20)[-1]
            verdict = "met" if p95 <= target else "MISSED"
            print(f"{pins:3} pairs   median {statistics.median(costs):6.1f} ms   p95 {p95:6.1f} ms   {verdict}")
            view.deleteLater()


if __name__ == "__main__":
    main()
