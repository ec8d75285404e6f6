"""Explanation of an image as in the window: from the request to the explainer process to its answer."""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from benchmarks.features import draw
from benchmarks.measuring import Row, fastest
from msdn_core.resources import resource
from msdn_gui.services.explaining import ExplainerService

TIMEOUT_MS = 120_000


def rows(quick: bool = False) -> list[Row]:
    """Measure a new image and a cached one, with the shipped Lite0 checkpoint at 224 pixels."""
    application = QCoreApplication.instance() or QCoreApplication([])
    checkpoint = resource("aviary", "demo-01", "checkpoints", "best.safetensors")
    service = ExplainerService()

    def explain(image: Path) -> None:
        loop = QEventLoop()
        service.answered.connect(loop.quit)
        service.failed.connect(loop.quit)
        QTimer.singleShot(TIMEOUT_MS, loop, lambda: loop.exit(1))
        service.request(checkpoint, image)
        if loop.exec() == 1:
            raise SystemExit("The explainer did not answer within two minutes.")

    rounds = 3 if quick else 20
    try:
        with tempfile.TemporaryDirectory() as folder:
            files = draw(Path(folder), rounds + 1)
            new = itertools.cycle(files)
            seconds = fastest(
                {"new": lambda: explain(next(new)), "cached": lambda: explain(files[0])},
                rounds,
                clock=time.perf_counter,
            )
    finally:
        service.close()
        application.processEvents()
    what = "a 500 × 375 JPEG, including the communication with the process"
    return [
        Row("explain a new image, Lite0 at 224, backbone loaded", seconds["new"] * 1e3, "ms", 60, False, what),
        Row("explain it again, from the cache", seconds["cached"] * 1e3, "ms", 3, False, what),
    ]
