"""Explore's gallery over 100,000 images: opening, scrolling, queries and orders, and what they cost the window.

    python -m benchmarks.gui.browsing

A frame at 60 Hz is 16.7 ms. "Clock" is until the answer stands in the list; "thread" is the longest that the window's
thread was at work in one go meanwhile, painting included. Few real pictures stand for many: their folder has 500 names.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from typing import TYPE_CHECKING

import numpy as np
import psutil
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QApplication
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
    """100,000 rows over 200 pictures, a fifth of them reviewed, and a checkpoint that has scored them all."""
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
        said = Review(ReviewState.CHECKED, "", "somebody", "2026-01-01T00:00:00Z")
        project.annotations.put_reviews(dict.fromkeys(ids[::5].tolist(), said))
    attributes = tuple(attribute.full_name for attribute in table.attributes)
    header = CheckpointHeader(
        attributes, names, table.vectors, table.seen, Fusion(0.9, 0.1), 2.0, {"name": "none"}, 8, run="bench"
    )
    checkpoint = folder / "best.safetensors"
    save_file({VECTORS_KEY: header.class_vectors}, checkpoint, metadata=header.to_metadata())
    scores = draw.normal(size=(2, len(ids), ATTRIBUTES)).astype(np.float32)
    found = AttributeScores(ids, *scores, np.array(attributes), checkpoint_digest(checkpoint))
    write_attribute_scores(scores_file(path, "bench", "best"), found)
    return path, checkpoint


class Watch:
    """Lets events be handled one round after another, and notes how long each round takes."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    def until(self, begin: Callable[[], object], done: Callable[[], bool]) -> tuple[float, float]:
        """Milliseconds by the clock until ``done``, and of the longest round, by the thread's own time."""
        started, longest = time.perf_counter(), self._round(begin)
        while not done():
            longest = max(longest, self._round(lambda: time.sleep(0.0005)))
        longest = max(longest, self._round(lambda: None))
        return 1000 * (time.perf_counter() - started), longest

    def _round(self, do: Callable[[], object]) -> float:
        begun = time.thread_time()
        do()
        QApplication.processEvents()
        QApplication.sendEvent(self._gallery, QEvent(QEvent.Type.UpdateRequest))
        return 1000 * (time.thread_time() - begun)


def say(what: str, clock: float, thread: float) -> None:
    """One line."""
    print(f"{what:44} clock {clock:7.1f}   thread {thread:6.1f}", flush=True)


def resident() -> float:
    """Megabytes that this process holds."""
    return psutil.Process().memory_info().rss / 2**20


def scroll(gallery: Gallery, watch: Watch, step: int, frames: int) -> None:
    """Prints what frames cost while one scrolls, thumbnails arriving meanwhile."""
    bar, costs = gallery.view.verticalScrollBar(), []
    for _ in range(frames):
        costs.append(watch._round(lambda: bar.setValue(bar.value() + step)))
        time.sleep(0.004)
    p95 = statistics.quantiles(costs, n=20)[-1]
    print(
        f"{f'scroll {frames} frames of {step} pixels':44} p95 {p95:6.1f}   worst {max(costs):6.1f}   "
        f"process {resident():6.0f} MB",
        flush=True,
    )


def work(session: Session, gallery: Gallery, path: Path, checkpoint: Path) -> None:
    """What a person does, each with a line."""
    watch = Watch(gallery)
    count = FOLDERS * PICTURES
    before = resident()
    listed: list[float] = []
    session.document.images_changed.connect(lambda: listed.append(time.perf_counter()))
    session.open_project(path)
    _, worst = watch.until(lambda: None, lambda: gallery.model.rowCount() == count and bool(gallery.grab()))
    shown = 1000 * (time.perf_counter() - listed[-1])
    say("open, from the listing to the first picture", shown, worst)
    _, rest = watch.until(lambda: None, lambda: gallery.view.verticalScrollBar().maximum() > 90 * count / 3)
    say("laid out to its end", 1000 * (time.perf_counter() - listed[-1]), rest)
    print(f"{'the project takes':44} {resident() - before:6.0f} MB")
    scroll(gallery, watch, 60, 200)
    scroll(gallery, watch, 5000, 200)
    session.inference.set_checkpoint(checkpoint)
    watch.until(lambda: None, lambda: session.inference.collection.phase is CollectionPhase.READY)
    for query in QUERIES:
        for again in ("", " (again)"):
            gallery.query.set_query("")
            watch.until(lambda: None, lambda: gallery.is_settled)
            put = lambda query=query: gallery.query.set_query(query)  # noqa: E731
            say(query + again, *watch.until(put, lambda: gallery.is_settled))
    gallery.query.set_query("")
    session.selection.set_class(session.document.table.classes[3])
    session.selection.set_attribute(5)
    for order in Order:
        for turned in (False, True):
            sort = lambda order=order, turned=turned: gallery.browsing.sort(order, is_reversed=turned)  # noqa: E731
            say(f"sort: {order.value}{' (turned)' * turned}", *watch.until(sort, lambda: gallery.is_settled))
    gallery.browsing.sort(Order.PROJECT, is_reversed=False)
    say("facets", *watch.until(gallery.open_facets, lambda: gallery.is_settled))
    gallery.facets.hide()
    gallery.query.set_query("predicted:003")
    watch.until(lambda: None, lambda: gallery.is_settled)
    edit = lambda: session.edits.set_values([(session.document.table.classes[3], 5, 12.0)])  # noqa: E731
    say("a class vector is edited, predictions follow", *watch.until(edit, lambda: gallery.is_settled))
    gallery.query.set_query("")
    some = session.document.images[77].id
    say(
        "an image is labelled anew",
        *watch.until(lambda: session.document.refresh_images([some]), lambda: gallery.is_settled),
    )
    listed.clear()
    rename = lambda: session.edits.rename_class(session.document.table.classes[9], "Renamed")  # noqa: E731
    say("a class is renamed", *watch.until(rename, lambda: bool(listed) and gallery.is_settled))
    say("the next image", *watch.until(lambda: session.selection.step_image(1), lambda: True))
    print(f"{'the process takes':44} {resident():6.0f} MB, 500 of them scores: two sub-nets', and fused in two layouts")


def main() -> None:
    """Makes the project, works, prints."""
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
        work(session, gallery, path, checkpoint)
        session.close_project()
        for service in (services.jobs, services.run_monitor, services.thumbnails, services.explainer):
            service.close()


if __name__ == "__main__":
    main()
