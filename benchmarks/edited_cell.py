"""One edited cell of the class table, from the key that commits it to the repaint of the visible page.

The window is open with all five workspaces made, Classes shown, and a project of CUB's size: 200 classes,
312 attributes, 11,788 images with attribute scores by a checkpoint.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import Row

_IMAGES, _CLASSES = 11_788, 200
_EDITS = 60


def rows(quick: bool = False) -> list[Row]:
    """Return the milliseconds from the key press to the repaint, including the commit to the project database."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MSDN_EXPLORER_HOME"] = folder
        costs = _measure(Path(folder), 100 if quick else _IMAGES, 20 if quick else _CLASSES, 4 if quick else _EDITS)
    p95 = statistics.quantiles(costs, n=20)[-1]
    detail = f"median of {len(costs)}, 95th percentile {p95:.1f} ms; all workspaces open, Classes shown"
    return [Row("one edited cell, from the key to the repaint", statistics.median(costs), "ms", 4, False, detail)]


def _measure(folder: Path, images: int, classes: int, edits: int) -> list[float]:
    from PySide6.QtCore import QEvent, Qt
    from PySide6.QtGui import QUndoGroup
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QLineEdit

    from benchmarks.gui.search import make_project
    from msdn_gui.look.theme import install
    from msdn_gui.services import Services
    from msdn_gui.services.explaining import ExplainerService
    from msdn_gui.services.jobs import Jobs
    from msdn_gui.services.runs import RunMonitor
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.session import Session
    from msdn_gui.session.collection import CollectionPhase
    from msdn_gui.shell.window import MainWindow

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    install(application, "light")
    services = Services(
        ExplainerService(), Thumbnails(), Jobs(), RunMonitor(), SettingsStore(is_kept=False), QUndoGroup()
    )
    path, checkpoint = make_project(folder, images, classes)
    session = Session()
    window = MainWindow(session, services)
    window.resize(1440, 900)
    window.show()
    session.open_project(path)
    session.inference.set_checkpoint(checkpoint)
    for name in ("explore", "annotate", "train", "evaluate", "classes"):
        window.show_workspace(name)
        QTest.qWait(200)
    while session.inference.collection.phase is not CollectionPhase.READY or len(session.document.images) < images:
        QTest.qWait(20)
    QTest.qWait(1000)
    view = window.workspaces["classes"].view
    costs = []
    for number in range(edits):
        view.setCurrentIndex(view.model().index(number % 8, 2 + number % 5))
        QTest.keyClick(view, Qt.Key.Key_F2)
        editor = view.findChild(QLineEdit, "value_editor")
        editor.setText(f"{number % 7 + 0.25:g}")
        QApplication.processEvents()
        begun = time.perf_counter()
        QTest.keyClick(editor, Qt.Key.Key_Return)
        QApplication.processEvents()
        QApplication.sendEvent(window, QEvent(QEvent.Type.UpdateRequest))
        costs.append(1000 * (time.perf_counter() - begun))
        QTest.qWait(30)
    window.close_for_good()
    session.close_project()
    for service in (services.jobs, services.run_monitor, services.thumbnails, services.explainer):
        service.close()
    return costs
