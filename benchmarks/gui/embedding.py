"""Interaction with the embedding: milliseconds of the window's thread, painting included.

    python -m benchmarks.gui.embedding [--tsne]

A frame at 60 Hz is 16.7 ms. CUB's collection is 11,788 images × 312 attributes with 200 classes, of which 4,731 images
are the test split. ``--tsne`` also times t-SNE of both sizes, which the window runs in a separate process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QUndoGroup
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.gui.classes import large_table
from benchmarks.gui.search import make_project
from msdn_core.domain.attributes import ClassTable
from msdn_core.evaluation.tsne import tsne
from msdn_core.runs.embeddings import embedding_space
from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_core.runs.evaluations import StoredEvaluation
from msdn_core.runs.image_measures import ImageMeasures
from msdn_core.runs.predictions import Predictions
from msdn_gui.evaluate.embedding.embedding_page import EmbeddingPage
from msdn_gui.evaluate.runs.run_selection import RunSelection
from msdn_gui.look.theme import install
from msdn_gui.services import Services
from msdn_gui.services.explaining import ExplainerService
from msdn_gui.services.jobs import Jobs
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (4_731, 11_788)
CLASSES = 200
TURNS = 40


def random_run(images: int) -> EvaluatedRun:
    """Return a run over that many images, whose scores scatter around the vector of their class."""
    whole = large_table()
    table = ClassTable(whole.attributes, whole.classes[:CLASSES], whole.vectors[:CLASSES], whole.seen[:CLASSES])
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, images)
    unit = table.unit_vectors()
    scores = (20 * unit[labels] + rng.normal(size=(images, len(table.attributes)))).astype(np.float32)
    ids = np.arange(1, images + 1)
    found = Predictions(
        scores_av=scores, scores_va=scores, scores_pooled=0 * scores, labels=labels,
        splits=np.array(["test_seen"] * images), image_ids=ids,
        image_names=np.array([f"{n:06}.jpg" for n in range(images)]), classes=np.array(table.classes), seen=table.seen,
        class_vectors=table.vectors, attributes=np.array([attribute.full_name for attribute in table.attributes]),
        fusion=np.array([0.9, 0.1]), gamma=0.5, clip_negative=False, run="bench", variant="official", sub_nets="both",
        selected_on="validation",
    )  # fmt: skip
    zeros, empty = np.zeros(images, np.float32), np.zeros((images, 0), np.float32)
    marks = np.zeros(scores.shape, np.int8)
    measures = ImageMeasures(ids, zeros, zeros, marks, marks, marks, np.zeros(0, "U1"), np.zeros(0, bool), *[empty] * 4)
    return EvaluatedRun.of("bench", "best", StoredEvaluation({"gamma": 0.5}, [], [], [], found, measures))


def cost(do: Callable[[int], object], page: EmbeddingPage) -> str:
    """Return the median and 95th percentile of an operation's cost, painting included."""
    costs = []
    for turn in range(TURNS):
        started = time.thread_time()
        do(turn)
        page.plot.grab()
        costs.append(1000 * (time.thread_time() - started))
    return f"median {statistics.median(costs):6.1f}   p95 {statistics.quantiles(costs, n=20)[-1]:6.1f}"


def measure(folder: Path, services: Services, images: int) -> None:
    """Print the cost of each gesture."""
    session = Session()
    session.open_project(make_project(folder, images, CLASSES)[0])
    while len(session.document.images) < images:
        QTest.qWait(20)
    run = random_run(images)
    page = EmbeddingPage(session, services)
    page.resize(1208, 640)
    page.show()
    started = time.perf_counter()
    page.show_runs(RunSelection(run))
    while page.is_reading:
        QTest.qWait(5)
    print(f"{images:,} images, {CLASSES} classes: principal components after {time.perf_counter() - started:.2f} s")
    view, plot = page.plot.view, page.plot
    rng = np.random.default_rng(1)
    corners = np.array([(-0.4, -0.4), (0.4, -0.4), (0.4, 0.4), (-0.4, 0.4)])
    for name, do in (
        ("zoom", lambda turn: view.scaleBy((0.99, 0.99) if turn % 2 else (1.01, 1.01))),
        ("pan", lambda turn: view.translateBy(x=0.01 if turn % 2 else -0.01)),
        ("hover", lambda _: plot.point_at(int(rng.integers(0, images)))),
        ("change the colouring", lambda turn: page.colouring.setCurrentIndex(2 * (turn % 2))),
        ("lasso, including its gallery", lambda _: view.closed.emit(corners * rng.uniform(0.5, 1.0))),
    ):
        print(f"  {name:38}{cost(do, page)}")
    session.close_project()
    page.deleteLater()


def main() -> None:
    """Measure both sizes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gui.embedding", description=__doc__)
    parser.add_argument("--tsne", action="store_true", help="also time t-SNE, which takes a minute or more")
    arguments = parser.parse_args()
    application = QApplication([])
    install(application, "light")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MSDN_EXPLORER_HOME"] = folder
        services = Services(
            ExplainerService(), Thumbnails(), Jobs(), RunMonitor(), SettingsStore(is_kept=False), QUndoGroup()
        )
        for images in SIZES:
            measure(Path(folder), services, images)
        for service in (services.jobs, services.run_monitor, services.thumbnails, services.explainer):
            service.close()
    for images in SIZES if arguments.tsne else ():
        started = time.perf_counter()
        made = tsne(embedding_space(random_run(images).evaluation.predictions, "fused"), "")
        print(f"t-SNE of {len(made.images):,} images: {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
