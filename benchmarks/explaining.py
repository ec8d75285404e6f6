"""Explaining an image as the window does: asked of the explainer's process, until the answer is there."""

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

PATIENCE_MS = 120_000


def rows(quick: bool = False) -> list[Row]:
    """Milliseconds for an image that was never seen, by the shipped Lite0 checkpoint at 224, and for one that was."""
    application = QCoreApplication.instance() or QCoreApplication([])
    checkpoint = resource("aviary", "demo-01", "checkpoints", "best.safetensors")
    service = ExplainerService()

    def ask(image: Path) -> None:
        loop = QEventLoop()
        service.answered.connect(loop.quit)
        service.failed.connect(loop.quit)
        QTimer.singleShot(PATIENCE_MS, loop, lambda: loop.exit(1))
        service.request(checkpoint, image)
        if loop.exec() == 1:
            raise SystemExit("The explainer gave no answer within two minutes.")

    rounds = 3 if quick else 20
    try:
        with tempfile.TemporaryDirectory() as folder:
            files = draw(Path(folder), rounds + 1)
            new = itertools.cycle(files)
            seconds = fastest(
                {"new": lambda: ask(next(new)), "known": lambda: ask(files[0])}, rounds, clock=time.perf_counter
            )
    finally:
        service.close()
        application.processEvents()
    what = "a 500 × 375 JPEG, worker and wire included"
    return [
        Row("explaining a new image, Lite0 at 224, warm", seconds["new"] * 1e3, "ms", 60, False, what),
        Row("explaining it again, from the cache", seconds["known"] * 1e3, "ms", 3, False, what),
    ]
