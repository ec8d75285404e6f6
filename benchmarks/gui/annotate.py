"""Annotate with CUB's 11,788 images × 312 attributes: the cost of keys and bulk operations.

    python -m benchmarks.gui.annotate

A frame at 60 Hz is 16.7 ms. "Thread" is the longest time for which the window's thread is busy, painting included;
"clock" is the time until the result is shown. The data set judges every second attribute of every image.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QUndoGroup
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.gui.browsing import Watch, print_costs
from benchmarks.gui.search import make_project
from msdn_core.project import Project
from msdn_gui.annotate.queue.orders import ORDER_TEXTS, Order
from msdn_gui.annotate.workspace import AnnotateWorkspace
from msdn_gui.look.theme import install
from msdn_gui.services import Services
from msdn_gui.services.explaining import ExplainerService
from msdn_gui.services.jobs import Jobs
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.session.collection import CollectionPhase

IMAGES, CLASSES = 11_788, 200
KEYS = 60


def judge_half(path: Path) -> None:
    """Add judgements of the data set for every second attribute of every image."""
    draw = np.random.default_rng(1)
    with Project.open(path) as project:
        ids = [image.id for image in project.images()]
        attributes = len(project.table().attributes)
        present = draw.integers(0, 2, (len(ids), attributes)).astype(np.int8)
        present[:, ::2] = -1
        project.set_many_image_attributes(ids, present, np.where(present >= 0, 3, 0).astype(np.int8))


def press_keys(workspace: AnnotateWorkspace, watch: Watch, what: str, key: Qt.Key) -> None:
    """Print the cost of a key that annotates and selects the next image or attribute."""
    costs = [watch.until(lambda: QTest.keyClick(workspace.queue.view, key), lambda: True)[1] for _ in range(KEYS)]
    p95 = statistics.quantiles(costs, n=20)[-1]
    print(f"{what:44} median {statistics.median(costs):5.1f}   p95 {p95:5.1f}   worst {max(costs):6.1f}", flush=True)


def run_steps(session: Session, workspace: AnnotateWorkspace, checkpoint: Path) -> None:
    """Go through a typical session, and print a line for each step."""
    watch, queue, bulk = Watch(workspace), workspace.queue, workspace.bulk
    session.inference.set_checkpoint(checkpoint)
    watch.until(lambda: None, lambda: session.inference.collection.phase is CollectionPhase.READY)
    queue.view.setFocus()
    press_keys(workspace, watch, "label by digit, next image", Qt.Key.Key_3)
    press_keys(workspace, watch, "check, next image", Qt.Key.Key_C)
    QTest.keyClick(workspace, Qt.Key.Key_F7)
    session.selection.set_attribute(5)
    watch.until(lambda: None, lambda: bool(queue.model.verdicts))
    press_keys(workspace, watch, "judge an attribute, next image", Qt.Key.Key_P)
    QTest.keyClick(queue.view, Qt.Key.Key_K)
    press_keys(workspace, watch, "judge an attribute, next attribute", Qt.Key.Key_P)
    for order in list(Order)[1:]:
        place = queue.order.findData(order.value)
        finished: list[None] = []
        queue.model.modelReset.connect(lambda finished=finished: finished.append(None))
        print_costs(
            ORDER_TEXTS[order], *watch.until(lambda p=place: queue.order.setCurrentIndex(p), lambda f=finished: bool(f))
        )
    session.selection.set_attribute(8)
    print_costs(
        "suggestions for one attribute in all images",
        *watch.until(bulk.suggest, bulk.panel.isVisible),
    )
    count, done = len(bulk.panel.model.ticked()), workspace.undo_stack.count()
    accept = bulk.panel.accept_button.click
    print_costs(f"accept {count:,} suggestions", *watch.until(accept, lambda: workspace.undo_stack.count() > done))
    print_costs("undo them", *watch.until(workspace.undo_stack.undo, lambda: True))
    QTest.keyClick(workspace, Qt.Key.Key_F6)
    print_costs("similar images", *watch.until(bulk.copy_class, bulk.panel.isVisible))


def main() -> None:
    """Create the project, go through the steps, and print their costs."""
    application = QApplication([])
    install(application, "light")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MSDN_EXPLORER_HOME"] = str(folder / "home")
        path, checkpoint = make_project(folder, IMAGES, CLASSES)
        judge_half(path)
        services = Services(
            ExplainerService(), Thumbnails(), Jobs(), RunMonitor(), SettingsStore(is_kept=False), QUndoGroup()
        )
        session = Session()
        workspace = AnnotateWorkspace(session, services)
        workspace.resize(1208, 640)
        workspace.show()
        watch = Watch(workspace)
        opened = watch.until(lambda: session.open_project(path), lambda: workspace.queue.model.rowCount() == IMAGES)
        print_costs("open", *opened)
        run_steps(session, workspace, checkpoint)
        session.close_project()
        for service in (services.jobs, services.run_monitor, services.thumbnails, services.explainer):
            service.close()


if __name__ == "__main__":
    main()
