"""One picture of the window in the middle of a person's work, for the guide.

    python -m benchmarks.gui.shots explore-finding FILE --project DIR [--theme dark] [--size 1280x800]

Each name of ``SHOTS`` does something in the window; the picture is taken once all of it is there, pop-ups included.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from msdn_gui.program import Program
from msdn_gui.services.collection import CollectionPhase
from msdn_gui.window import MainWindow

_WAIT_S = 60


def wait(done: Callable[[], bool]) -> None:
    """Until something holds; SystemExit where it never does."""
    end = time.monotonic() + _WAIT_S
    while not done():
        if time.monotonic() > end:
            raise SystemExit(f"The window did not settle within {_WAIT_S} s.")
        QTest.qWait(30)


def finding(window: MainWindow) -> None:
    """A query, its counts, and what can be narrowed down further."""
    wait(lambda: window.session.collection.phase is CollectionPhase.READY)
    gallery = window.workspaces["explore"].gallery
    gallery.query.setText("wrong split:test")
    gallery.order.setCurrentIndex(gallery.order.findText("Model unsure"))
    gallery.open_facets()
    wait(lambda: gallery.is_settled and gallery.facets.model.rowCount() > 0)


SHOTS = {"explore-finding": finding}


def main() -> None:
    """Opens the project, does what the shot shows, and takes the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shot", choices=SHOTS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--theme", default="light")
    parser.add_argument("--size", default="1280x800")
    words = parser.parse_args()
    width, height = map(int, words.size.split("x"))
    program = Program(
        project=words.project, workspace="explore", theme=words.theme, size=(width, height), screenshot=words.file
    )
    try:
        program.window.show()
        program.start()
        wait(lambda: program.session.explanation is not None and program.window.settled())
        SHOTS[words.shot](program.window)
        wait(program.window.settled)
        QTest.qWait(300)
        picture = program.window.grab()
        painter = QPainter(picture)
        for popup in QApplication.topLevelWidgets():
            if popup.isVisible() and popup is not program.window:
                painter.drawPixmap(program.window.mapFromGlobal(popup.pos()), popup.grab())
                popup.hide()
        painter.end()
        picture.save(str(words.file))
    finally:
        program.close()


if __name__ == "__main__":
    main()
