"""Explore's gallery with 100,000 images: the costs of opening, scrolling, queries and sorting.

    python -m benchmarks.gui.browsing

A frame at 60 Hz is 16.7 ms. "Thread" is the longest time for which the window's thread is busy, painting included;
"clock" is the time until the result is shown. The images are 200 files, reached through 500 links to their folder.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from typing import TYPE_CHECKING

import numpy as np
import psutil
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QApplication, QWidget
from safetensors.numpy import save_file

from benchmarks.gui.classes import large_table
from msdn_core.domain.annotation import Review, ReviewState, Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.scoring import Fusion
from msdn_core.project import NewImage, Project
from msdn_core.runs.attribute_scores import AttributeScores, checkpoint_digest, scores_file, write_attribute_scores
from msdn_core.runs.header import VECTORS_KEY, CheckpointHeader
from msdn_gui.explore.finding.gallery import Gallery
from msdn_gui.explore.finding.orders import Order
from msdn_gui.look.theme import install
from msdn_gui.services import Services
from msdn_gui.services.explaining import ExplainerService
from msdn_gui.services.jobs import Jobs
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.session.collection import CollectionPhase

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDERS, PICTURES, CLASSES, ATTRIBUTES = 500, 200, 200, 312
QUERIES = (
    "bird",
    "bird_137",
    "class:017",
    "split:test -class:01",
    "wrong",
    'score:"group 0::value 5">0.5 -wrong',
    "checked",
)


def make_project(folder: Path) -> tuple[Path, Path]:
    """Create a project of 100,000 images, a fifth of them reviewed, and a checkpoint with scores of all of them."""
    draw = np.random.default_rng(0)
    pictures = folder / "pictures"
    (pictures / "all").mkdir(parents=True)
    for number in range(PICTURES):
        pixels = draw.integers(0, 255, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((500, 375)).save(pictures / "all" / f"bird_{number:03}.jpg")
    for number in range(FOLDERS):
        (pictures / f"{number:03}").symlink_to("all", target_is_directory=True)
    whole = large_table()
    names = tuple(f"{row:03}.Some_kind_of_bird" for row in range(CLASSES))
    table = ClassTable(whole.attributes, names, whole.vectors[:CLASSES], whole.seen[:CLASSES])
    splits = list(Split)
    images = [
        NewImage(f"{row:03}/bird_{column:03}.jpg", names[column], splits[(row + column) % 4])
        for row in range(FOLDERS)
        for column in range(PICTURES)
    ]
    path = folder / "project"
    with Project.create(path) as project:
        project.define_classes(table)
        project.add_images(project.add_image_root(pictures), images)
        ids = np.array([record.id for record in project.images()], dtype=np.int64)
        review = Review(ReviewState.CHECKED, "", "annotator", "2026-01-01T00:00:00Z")
        project.annotations.put_reviews(dict.fromkeys(ids[::5].tolist(), review))
    attributes = tuple(attribute.full_name for attribute in table.attributes)
    header = CheckpointHeader(
        attributes, names, table.vectors, table.seen, Fusion(0.9, 0.1), 2.0, {"name": "none"}, 8, run="bench"
    )
    checkpoint = folder / "best.safetensors"
    save_file({VECTORS_KEY: header.class_vectors}, checkpoint, metadata=header.to_metadata())
    av, va = draw.normal(size=(2, len(ids), ATTRIBUTES)).astype(np.float32)
    found = AttributeScores(ids, av, va, np.zeros_like(av), np.array(attributes), checkpoint_digest(checkpoint))
    write_attribute_scores(scores_file(path, "bench", "best"), found)
    return path, checkpoint


class Watch:
    """Process events in rounds, and measure how long each round takes."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    def until(self, begin: Callable[[], object], done: Callable[[], bool]) -> tuple[float, float]:
        """Return the elapsed milliseconds until ``done``, and the thread time of the longest round."""
        started, longest = time.perf_counter(), self.measure_round(begin)
        while not done():
            longest = max(longest, self.measure_round(lambda: time.sleep(0.0005)))
        longest = max(longest, self.measure_round(lambda: None))
        return 1000 * (time.perf_counter() - started), longest

    def measure_round(self, do: Callable[[], object]) -> float:
        begun = time.thread_time()
        do()
        QApplication.processEvents()
        QApplication.sendEvent(self._widget, QEvent(QEvent.Type.UpdateRequest))
        return 1000 * (time.thread_time() - begun)


def print_costs(what: str, clock: float, thread: float) -> None:
    """Print one line."""
    print(f"{what:44} clock {clock:7.1f}   thread {thread:6.1f}", flush=True)


def resident() -> float:
    """Return the resident memory of this process in MB."""
    return float(psutil.Process().memory_info().rss) / 2**20


def scroll(gallery: Gallery, watch: Watch, step: int, frames: int) -> None:
    """Print the cost of frames while scrolling, with thumbnails arriving."""
    bar, costs = gallery.view.verticalScrollBar(), []
    for _ in range(frames):
        costs.append(watch.measure_round(lambda: bar.setValue(bar.value() + step)))
        time.sleep(0.004)
    p95 = statistics.quantiles(costs, n=20)[-1]
    print(
        f"{f'scroll {frames} frames of {step} pixels':44} p95 {p95:6.1f}   worst {max(costs):6.1f}   "
        f"process {resident():6.0f} MB",
        flush=True,
    )


def run_steps(session: Session, gallery: Gallery, path: Path, checkpoint: Path) -> None:
    """Go through a typical session, and print a line for each step."""
    watch = Watch(gallery)
    count = FOLDERS * PICTURES
    before = resident()
    listed: list[float] = []
    session.document.images_changed.connect(lambda: listed.append(time.perf_counter()))
    session.open_project(path)
    _, worst = watch.until(lambda: None, lambda: gallery.model.rowCount() == count and bool(gallery.grab()))
    shown = 1000 * (time.perf_counter() - listed[-1])
    print_costs("open, from the listing to the first picture", shown, worst)
    _, rest = watch.until(lambda: None, lambda: gallery.view.verticalScrollBar().maximum() > 90 * count / 3)
    print_costs("layout complete", 1000 * (time.perf_counter() - listed[-1]), rest)
    print(f"{'memory of the project':44} {resident() - before:6.0f} MB")
    scroll(gallery, watch, 60, 200)
    scroll(gallery, watch, 5000, 200)
    session.inference.set_checkpoint(checkpoint)
    watch.until(lambda: None, lambda: session.inference.collection.phase is CollectionPhase.READY)
    for query in QUERIES:
        for again in ("", " (again)"):
            gallery.query.set_query("")
            watch.until(lambda: None, lambda: gallery.is_settled)
            search = lambda query=query: gallery.query.set_query(query)  # noqa: E731
            print_costs(query + again, *watch.until(search, lambda: gallery.is_settled))
    gallery.query.set_query("")
    session.selection.set_class(session.document.table.classes[3])
    session.selection.set_attribute(5)
    for order in Order:
        for is_reversed in (False, True):
            sort = partial(gallery.browsing.sort, order, is_reversed=is_reversed)
            print_costs(
                f"sort: {order.value}{' (reversed)' * is_reversed}", *watch.until(sort, lambda: gallery.is_settled)
            )
    gallery.browsing.sort(Order.PROJECT, is_reversed=False)
    print_costs("facets", *watch.until(gallery.open_facets, lambda: gallery.is_settled))
    gallery.facets.hide()
    gallery.query.set_query("predicted:003")
    watch.until(lambda: None, lambda: gallery.is_settled)
    edit = lambda: session.edits.set_values([(session.document.table.classes[3], 5, 12.0)])  # noqa: E731
    print_costs("edit a class vector, update predictions", *watch.until(edit, lambda: gallery.is_settled))
    gallery.query.set_query("")
    some = session.document.images[77].id
    print_costs(
        "reload one image",
        *watch.until(lambda: session.document.refresh_images([some]), lambda: gallery.is_settled),
    )
    listed.clear()
    rename = lambda: session.edits.rename_class(session.document.table.classes[9], "Renamed")  # noqa: E731
    print_costs("rename a class", *watch.until(rename, lambda: bool(listed) and gallery.is_settled))
    print_costs("next image", *watch.until(lambda: session.selection.step_image(1), lambda: True))
    print(
        f"{'memory of the process':44} {resident():6.0f} MB, of which 500 MB are scores "
        "(two sub-nets, and fused scores in two layouts)"
    )


def main() -> None:
    """Create the project, go through the steps, and print their costs."""
    application = QApplication([])
    install(application, "light")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MSDN_EXPLORER_HOME"] = str(folder / "home")
        path, checkpoint = make_project(folder)
        services = Services(
            ExplainerService(), Thumbnails(), Jobs(), RunMonitor(), SettingsStore(is_kept=False), QUndoGroup()
        )
        session = Session()
        gallery = Gallery(session, services)
        gallery.resize(296, 640)
        gallery.show()
        QApplication.processEvents()
        run_steps(session, gallery, path, checkpoint)
        session.close_project()
        for service in (services.jobs, services.run_monitor, services.thumbnails, services.explainer):
            service.close()


if __name__ == "__main__":
    main()
