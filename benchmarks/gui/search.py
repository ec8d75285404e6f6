"""Zero-shot search while a slider moves: milliseconds of the window's thread per move, all updates included.

    python -m benchmarks.gui.search

A frame at 60 Hz is 16.7 ms. CUB's collection is 11,788 images × 312 attributes, with 200 classes. Each move
commits the edit to the project, ranks the classes again in the selected image and in all images, and paints.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtGui import QUndoGroup
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from safetensors.numpy import save_file

from benchmarks.gui.classes import ATTRIBUTES, large_table
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.scoring import Fusion
from msdn_core.project import NewImage, Project
from msdn_core.runs.attribute_scores import AttributeScores, checkpoint_digest, scores_file, write_attribute_scores
from msdn_core.runs.header import VECTORS_KEY, CheckpointHeader
from msdn_gui.classes.workspace import ClassesWorkspace
from msdn_gui.look.theme import install
from msdn_gui.services import Services
from msdn_gui.services.explaining import ExplainerService
from msdn_gui.services.jobs import Jobs
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.session.collection import CollectionPhase

MOVES = 60


def make_project(folder: Path, images: int, classes: int) -> tuple[Path, Path]:
    """Create a project of that many classes and images without files, and a checkpoint with scores of all images."""
    whole = large_table()
    table = ClassTable(whole.attributes, whole.classes[:classes], whole.vectors[:classes], whole.seen[:classes])
    path = folder / f"of {images}"
    (folder / "pictures").mkdir(exist_ok=True)
    with Project.create(path) as project:
        project.define_classes(table)
        root = project.add_image_root(folder / "pictures")
        project.add_images(
            root, [NewImage(f"{n:06}.jpg", table.classes[n % classes], Split.NONE) for n in range(images)]
        )
        ids = np.array([record.id for record in project.images()], dtype=np.int64)
    names = tuple(attribute.full_name for attribute in table.attributes)
    header = CheckpointHeader(
        names, table.classes, table.vectors, table.seen, Fusion(0.9, 0.1), 2.0, {"name": "none"}, 8, run="bench"
    )
    checkpoint = folder / f"{images}" / "best.safetensors"
    checkpoint.parent.mkdir()
    save_file({VECTORS_KEY: header.class_vectors}, checkpoint, metadata=header.to_metadata())
    scores = np.random.default_rng(0).normal(size=(images, ATTRIBUTES)).astype(np.float32)
    found = AttributeScores(ids, scores, scores, np.zeros_like(scores), np.array(names), checkpoint_digest(checkpoint))
    write_attribute_scores(scores_file(path, "bench", "best"), found)
    return path, checkpoint


def measure(folder: Path, services: Services, images: int, classes: int) -> None:
    """Print the cost of moving a slider."""
    path, checkpoint = make_project(folder, images, classes)
    session = Session()
    session.open_project(path)
    workspace = ClassesWorkspace(session, services)
    workspace.resize(1208, 640)
    workspace.show()
    session.inference.set_checkpoint(checkpoint)
    session.selection.set_class(session.document.table.classes[3])
    workspace.show_what_if(True)
    while session.inference.collection.phase is not CollectionPhase.READY or len(session.document.images) < images:
        QTest.qWait(20)
    QTest.qWait(500)
    costs, walls = [], []
    for number in range(MOVES):
        started, wall = time.thread_time(), time.perf_counter()
        workspace.what_if.sliders.moved.emit(5, float(number % 50), 1)
        QApplication.processEvents()
        QApplication.sendEvent(workspace, QEvent(QEvent.Type.UpdateRequest))
        costs.append(1000 * (time.thread_time() - started))
        walls.append(1000 * (time.perf_counter() - wall))
    p95 = statistics.quantiles(costs, n=20)[-1]
    print(
        f"{images:7,} images, {classes:5,} classes   median {statistics.median(costs):6.1f}   p95 {p95:6.1f}   "
        f"elapsed: median {statistics.median(walls):6.1f}"
    )
    session.close_project()
    workspace.deleteLater()


def main() -> None:
    """Measure three sizes of collections."""
    application = QApplication([])
    install(application, "light")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MSDN_EXPLORER_HOME"] = folder
        services = Services(
            ExplainerService(), Thumbnails(), Jobs(), RunMonitor(), SettingsStore(is_kept=False), QUndoGroup()
        )
        for images, classes in ((1_500, 50), (11_788, 200), (100_000, 200)):
            measure(Path(folder), services, images, classes)
        for service in (services.jobs, services.run_monitor, services.thumbnails, services.explainer):
            service.close()


if __name__ == "__main__":
    main()
