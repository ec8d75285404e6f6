"""A real window that goes from image to image and from project to project; prints what it holds, as JSON lines.

    python switching.py PROJECT PROJECT IMAGES PROJECTS

The first line is written when all that is kept is full, the second after as many switches as were asked for. Both
are told in even numbers of projects, so that the same one is open.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from pathlib import Path

if __name__ == "__main__":
    import msdn_gui.app as app

    folders, images, projects = [Path(word) for word in sys.argv[1:3]], int(sys.argv[3]), int(sys.argv[4])
    program = app._make(app.build_parser().parse_args([str(folders[0])]))

    import psutil
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    from msdn_gui.services.explaining import ExplainPhase

    session, window = program.session, program.window
    window.show()
    program.start()

    def turn(until: float) -> None:
        QCoreApplication.processEvents()
        time.sleep(until)

    def settle(within: float = 150.0) -> None:
        """Waits until nothing is under way."""
        end, calm = time.monotonic() + within, 0
        while calm < 5 and time.monotonic() < end:
            turn(0.02)
            busy = session.inference.explaining.phase in (ExplainPhase.STARTING, ExplainPhase.WORKING)
            calm = 0 if busy or not window.settled() else calm + 1
        assert calm >= 5, "it never came to rest"

    def held() -> dict[str, float]:
        """The least of a few looks: what is about to end, a timer of a moment, is not held."""
        settle()
        looks = []
        for _ in range(8):
            looks.append(look())
            for _ in range(15):
                turn(0.02)
        return {name: min(one[name] for one in looks) for name in looks[0]}

    def look() -> dict[str, float]:
        for _ in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            gc.collect()
        own = psutil.Process()
        worker = psutil.Process(program.explainer.worker_id)
        timers = [one for one in gc.get_objects() if issubclass(type(one), QTimer) and isValid(one) and one.isActive()]
        return {
            "window MiB": own.memory_info().rss / 2**20,
            "explainer MiB": worker.memory_info().rss / 2**20,
            "threads": own.num_threads(),
            "Python threads": threading.active_count(),
            "explainer threads": worker.num_threads(),
            "handles": own.num_fds(),
            "explainer handles": worker.num_fds(),
            "processes": len(own.children(recursive=True)),
            "timers": len(timers),
            "windows": len([one for one in QApplication.topLevelWidgets() if isValid(one)]),
        }

    def switch_images(count: int) -> None:
        there = [record for record in session.document.images if record.path.exists()]
        for number in range(count):
            session.selection.set_image(there[number % len(there)])
            session.selection.set_attribute(number % len(session.document.table.attributes))
            # Most are left before they are explained, as when a key is held down.
            turn(0.005)
            if number % 16 == 15:
                settle()

    def switch_projects(count: int) -> None:
        for number in range(count):
            window.opening.open_project(folders[(number + 1) % 2])
            turn(0.02)
            if number % 8 == 7:
                settle()

    settle()
    for name in ("classes", "train", "evaluate", "annotate", "explore"):
        window.show_workspace(name)
        settle()
    # A first pass fills what is kept: thumbnails, pictures, explanations, and the allocator's own pools.
    for passed in ((40, 6), (images, projects)):
        switch_images(passed[0])
        switch_projects(passed[1])
        print(json.dumps(held()), flush=True)
    program.close()
