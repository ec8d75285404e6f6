"""The embedding: colours, the lasso, t-SNE in the background, and opening images in Explore."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from evaluate_kit import LEFT, compare, drag, grabbed, open_page, opened, pick
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.runs.embeddings import StoredEmbedding, embedding_file, write_embedding
from msdn_core.runs.evaluations import evaluation_folder, read_evaluation
from msdn_core.runs.listing import list_runs
from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.evaluate.embedding.embedding_page import EmbeddingPage
    from msdn_gui.evaluate.workspace import EvaluateWorkspace


@pytest.fixture
def workspace(two_seeds: Path, tmp_path: Path, empty_session, services, qtbot) -> EvaluateWorkspace:
    made = opened(shutil.copytree(two_seeds, tmp_path / "made"), empty_session, services, qtbot)
    open_page(qtbot, made, "Embedding")
    return made


@pytest.fixture
def page(workspace: EvaluateWorkspace) -> EmbeddingPage:
    return workspace.results.embedding


def measured(workspace: EvaluateWorkspace):
    return workspace.run


def all_places(workspace: EvaluateWorkspace) -> list[QPoint]:
    count = len(measured(workspace).labels)
    return [workspace.results.embedding.plot.position_of(place).toPoint() for place in range(count)]


def test_the_lasso_selects_images_and_a_click_opens_one_in_explore(workspace, empty_session, page, qtbot) -> None:
    run, places, view = measured(workspace), all_places(workspace), page.plot.plot.viewport()
    assert "Checkpoint selected on" in page.facts.text()
    middle = view.width() // 2
    left = [place for place, at in enumerate(places) if at.x() < middle]
    assert 0 < len(left) < len(places)
    corners = [QPoint(2, 2), QPoint(middle, 2), QPoint(middle, view.height() - 3), QPoint(2, view.height() - 3)]
    drag(view, corners, Qt.KeyboardModifier.ShiftModifier)
    ids = run.evaluation.predictions.image_ids
    found = {one.record.id for one in page.images.grid.results.results}
    near_the_line = {int(ids[place]) for place, at in enumerate(places) if abs(at.x() - middle) <= 2}
    assert found - near_the_line == {int(ids[place]) for place in left} - near_the_line
    assert page.images.title.text().startswith(f"{len(found):,} images, ")

    grid = page.images.grid
    with qtbot.waitSignal(empty_session.navigation.explore_requested, timeout=5_000):
        qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(grid.results.index(0)).center())
    assert empty_session.selection.image.id == grid.results.results[0].record.id
    assert empty_session.selection.rival is not None
    assert empty_session.selection.rival != empty_session.selection.class_name

    QTest.keyClick(page.plot.plot, Qt.Key.Key_Escape)
    assert not page.images.grid.results.results
    moved = all_places(workspace)[0]
    drag(view, [view.rect().center(), view.rect().center() + QPoint(60, 0)], Qt.KeyboardModifier.NoModifier)
    assert all_places(workspace)[0].x() - moved.x() == pytest.approx(60, abs=12), "without Shift, dragging pans"
    qtbot.mouseClick(page.lasso, LEFT)
    drag(view, corners, Qt.KeyboardModifier.NoModifier)
    assert page.images.grid.results.results


def test_colours_match_the_legend(workspace, empty_session, page) -> None:
    run, gamma = measured(workspace), measured(workspace).gamma("trained")
    right = run.predictions(gamma) == run.labels
    colours, names = theme().colours, [attribute_text(one) for one in run.table.attributes]

    def share_of(colour: str) -> int:
        ink = np.array(colours.q(colour).getRgb()[:3])
        return int((grabbed(page.plot.plot) == ink).all(axis=2).sum())

    pick(page.colouring, "Colour by correctness")
    assert f"correct: {int(right.sum()):,} " in page.legend.text()
    assert f"misclassified: {int((~right).sum()):,}" in page.legend.text()
    assert share_of("error") > 0
    pick(page.colouring, "Colour by seen and unseen")
    assert share_of("error") == 0
    assert share_of("seen") > 0
    assert share_of("unseen") > 0
    assert not page.attribute.isVisible()
    before = grabbed(page.plot.plot)
    pick(page.colouring, "Colour by attribute score")
    assert page.attribute.isVisible()
    empty_session.selection.set_attribute(3)
    assert page.attribute.currentText() == names[3], "the selection of other workspaces is followed"
    assert page.legend.text().startswith(names[3])
    assert (grabbed(page.plot.plot) != before).any()


def test_mouse_and_keys_mark_an_image(workspace, empty_session, page, qtbot) -> None:
    run, view = measured(workspace), page.plot.plot.viewport()
    qtbot.mouseMove(view, page.plot.position_of(7).toPoint())
    qtbot.waitUntil(page.plot.hint.isVisible, timeout=5_000)
    own = class_text(run.table.classes[run.labels[7]])
    assert own in page.plot.hint.text.text()
    qtbot.waitUntil(lambda: not page.plot.hint.picture.pixmap().isNull(), timeout=5_000)

    qtbot.mouseClick(view, LEFT, pos=page.plot.class_position_of(2).toPoint())
    assert empty_session.selection.class_name == run.table.classes[2]
    assert {one.record.class_name for one in page.images.grid.results.results} == {run.table.classes[2]}

    page.plot.plot.setFocus()
    seen: list[int] = []
    page.plot.pointed.connect(seen.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down):
        QTest.keyClick(page.plot.plot, key)
    assert len({place for place in seen if place >= 0}) > 1
    with qtbot.waitSignal(empty_session.navigation.explore_requested, timeout=5_000):
        QTest.keyClick(page.plot.plot, Qt.Key.Key_Return)
    assert empty_session.selection.image.id == int(run.evaluation.predictions.image_ids[seen[-1]])

    for _ in range(8):
        QTest.keyClick(page.plot.plot, Qt.Key.Key_Plus)
    QTest.keyClick(page.plot.plot, Qt.Key.Key_V)
    few = len(page.images.grid.results.results)
    assert 0 < few < len(run.labels)
    QTest.keyClick(page.plot.plot, Qt.Key.Key_0)
    QTest.keyClick(page.plot.plot, Qt.Key.Key_V)
    assert len(page.images.grid.results.results) == len(run.labels)


def test_t_sne_is_computed_in_the_background_cancelled_and_stored(workspace, page, qtbot) -> None:
    pick(page.layouts, "t-SNE")
    assert "has not been computed" in page.facts.text()
    before = all_places(workspace)
    qtbot.mouseClick(page.make, LEFT)
    assert page.bar.isVisible()
    qtbot.mouseClick(page.cancel, LEFT)
    qtbot.waitUntil(page.make.isVisible, timeout=10_000)
    assert all_places(workspace) == before
    qtbot.mouseClick(page.make, LEFT)
    qtbot.waitUntil(lambda: page.facts.text().startswith("t-SNE, perplexity"), timeout=60_000)
    assert all_places(workspace) != before
    assert not page.make.isVisible()

    pick(page.sources, "Scores of A→V")
    qtbot.waitUntil(workspace.settled, timeout=5_000)
    assert page.make.isVisible(), "it was computed from other scores"
    pick(page.sources, "Fused scores")
    qtbot.waitUntil(lambda: page.facts.text().startswith("t-SNE, perplexity"), timeout=5_000)


def test_a_t_sne_of_an_earlier_evaluation_is_not_shown(two_seeds, tmp_path, empty_session, services, qtbot) -> None:
    project = shutil.copytree(two_seeds, tmp_path / "made")
    for run in list_runs(project):
        folder = evaluation_folder(run)
        kept = read_evaluation(folder).predictions
        places = [np.zeros((len(of), 2), np.float32) for of in (kept.image_ids, kept.classes)]
        write_embedding(embedding_file(folder, "fused"), StoredEmbedding(*places, "0" * 16, 30.0, 0, 1.0))
    workspace = opened(project, empty_session, services, qtbot)
    open_page(qtbot, workspace, "Embedding")
    pick(workspace.results.embedding.layouts, "t-SNE")
    assert workspace.results.embedding.facts.text().startswith("The stored t-SNE belongs to an earlier evaluation.")
    assert workspace.results.embedding.make.isVisible()
    assert len({(place.x(), place.y()) for place in all_places(workspace)}) > 1, "principal components are shown"


def test_each_of_two_runs_has_its_plane(workspace, page, qtbot) -> None:
    assert not page.runs.isVisible()
    compare(qtbot, workspace)
    first = all_places(workspace)
    pick(page.runs, f"Run {workspace.other.name}")
    qtbot.waitUntil(workspace.settled, timeout=5_000)
    assert all_places(workspace) != first
    pick(page.runs, f"Run {measured(workspace).name}")
    qtbot.waitUntil(workspace.settled, timeout=5_000)
    assert all_places(workspace) == first


def test_as_many_points_as_images_of_cub_are_painted_in_a_frame(qtbot) -> None:
    import pyqtgraph as pg

    from msdn_gui.evaluate.embedding.point_cloud import PointCloud

    plot, cloud = pg.PlotWidget(), PointCloud()
    qtbot.addWidget(plot)
    plot.resize(900, 600)
    plot.addItem(cloud)
    rng = np.random.default_rng(0)
    cloud.set_points(rng.normal(size=(11_788, 2)))
    colours = rng.integers(0, 255, (11_788, 3)).astype(np.uint8)
    shapes = rng.integers(0, 3, 11_788).astype(np.uint8)
    took = []
    for turn in range(12):
        start = time.thread_time()
        cloud.set_style(np.roll(colours, turn, axis=0), shapes)
        plot.getPlotItem().vb.scaleBy((0.98, 0.98))
        plot.grab()
        took.append(time.thread_time() - start)
    assert np.median(took) < 0.04, "a frame, on a machine with other work"
