"""Evaluate: evaluating a run, comparing runs, and opening errors in Explore."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from evaluate_kit import LEFT, open_page, opened
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QRadioButton, QStackedWidget, QWidget

from msdn_core.domain.annotation import ImageLabel, Split
from msdn_core.domain.display_names import class_text
from msdn_core.domain.metrics import attribute_auc, figures
from msdn_core.domain.metrics.bootstrap import drawn_weights
from msdn_core.domain.metrics.seeds import difference_of_means
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.evaluations import evaluation_folder, read_evaluation
from msdn_core.runs.listing import find_run
from msdn_core.runs.noise import AUC_DRAWS
from msdn_gui.evaluate.runs.run_selection import RunSelection
from msdn_gui.evaluate.workspace import EvaluateWorkspace
from msdn_gui.session.changes import ChangeKind, TableChange

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def trained(two_seeds: Path, tmp_path: Path) -> Path:
    """Return a project with two seeds, of which the second has been evaluated."""
    project = shutil.copytree(two_seeds, tmp_path / "made")
    shutil.rmtree(project / "runs" / "seed-0" / "evaluation")
    return project


@pytest.fixture
def workspace(trained: Path, empty_session, services, qtbot) -> EvaluateWorkspace:
    return opened(trained, empty_session, services, qtbot)


def shown(model, row: int) -> str:
    return model.index(row, model.difference).data()


def within_noise(run, other, column: int) -> bool:
    """Return whether the AUCs of an attribute differ only by noise, computed on each resampling."""
    truth, gains = run.evaluation.measures.truth[:, [column]], []
    for weights in drawn_weights(run.labels)[:AUC_DRAWS]:
        rows = np.repeat(np.arange(len(weights)), weights.astype(int))
        first, second = (attribute_auc(one.fused[rows][:, [column]], truth[rows])[0] for one in (run, other))
        gains.append(second - first)
    low, high = np.nanquantile(gains, [0.025, 0.975])
    return bool(low <= 0 <= high)


def shown_run(workspace: EvaluateWorkspace):
    return workspace.run


def test_a_run_is_evaluated_and_compared_with_another_seed(workspace, qtbot, trained) -> None:
    measured, new = (find_run(trained, f"seed-{seed}") for seed in (1, 0))
    assert workspace.results.header.name.text().startswith(measured.name), (
        "an evaluation from the command line is found"
    )
    kept = read_evaluation(evaluation_folder(measured, "best"))
    assert workspace.results.overview.figures.label("trained", "run", "H").text() == f"{100 * kept.figures['H']:.1f}"

    row = workspace.run_model.row_of(new.name)
    qtbot.mouseClick(
        workspace.run_list.viewport(), LEFT, pos=workspace.run_list.visualRect(workspace.run_model.index(row)).center()
    )
    assert workspace.notice.isVisible()
    assert "has not been evaluated" in workspace.notice.title.text()
    qtbot.mouseClick(workspace.notice.start, LEFT)
    qtbot.waitUntil(lambda: shown_run(workspace) is not None and workspace.settled(), timeout=90_000)
    assert shown_run(workspace).name == new.name

    assert "2 seeds of this configuration" in workspace.results.overview.figures.facts.text()
    workspace.results.header.compare.setFocus()
    QTest.keyClick(workspace.results.header.compare, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: workspace.other is not None and workspace.settled(), timeout=10_000)
    panel = workspace.results.overview.figures
    gained = panel.label("trained", "difference", "H")
    wanted = 100 * (kept.figures["H"] - shown_run(workspace).figures["H"])
    assert float(gained.text().replace("≈ ", "").replace("−", "-")) == pytest.approx(wanted, abs=0.051)
    assert "of the resamplings" in gained.toolTip()
    assert ("within noise" in gained.toolTip()) == gained.text().startswith("≈")

    open_page(qtbot, workspace, "Attributes")
    model = workspace.results.attributes.attributes.model
    signs = {model.name_of(model.item_at(row)): shown(model, row).startswith("≈") for row in range(model.rowCount())}
    mine, theirs = shown_run(workspace), workspace.other
    names = [attribute.full_name for attribute in mine.table.attributes]
    assert signs == {name: within_noise(mine, theirs, column) for column, name in enumerate(names)}


def test_a_run_of_the_same_name_in_another_project_is_not_shown_as_running(
    workspace, trained, empty_session, services, qtbot, tmp_path
) -> None:
    other = shutil.copytree(trained, tmp_path / "other")

    def choose_new() -> None:
        index = workspace.run_model.index(workspace.run_model.row_of("seed-0"))
        qtbot.mouseClick(workspace.run_list.viewport(), LEFT, pos=workspace.run_list.visualRect(index).center())

    choose_new()
    qtbot.mouseClick(workspace.notice.start, LEFT)
    assert workspace.notice.is_running("seed-0")
    empty_session.open_project(other)
    services.run_monitor.set_project(other)
    qtbot.waitUntil(lambda: len(workspace.evaluations.entries) == 2 and workspace.settled(), timeout=10_000)
    choose_new()
    assert workspace.notice.start.isVisible()
    assert not workspace.notice.cancel.isVisible()
    assert not workspace.notice.is_running("seed-0")


def test_a_project_without_test_images_shows_how_to_get_some(trained, empty_session, services, qtbot) -> None:
    shutil.rmtree(trained / "runs" / "seed-0")
    shutil.rmtree(trained / "runs" / "seed-1" / "evaluation")
    RunDirectory.create(trained, "fresh", {"recipe": "demo"})
    with Project.open(trained) as project:
        project.annotations.put_labels(
            {image.id: ImageLabel(image.class_name, Split.TRAIN) for image in project.images()}
        )
    workspace = opened(trained, empty_session, services, qtbot)
    assert workspace.run_list.currentIndex().data() == "seed-1", "the newer run has no checkpoint"
    assert workspace.findChild(QLabel, "evaluating_title").text() == "No test images"
    assert "Keep a fifth for testing" in workspace.findChild(QLabel, "evaluating_text").text()
    assert not workspace.findChild(QPushButton, "evaluate_run").isVisible()


def test_another_gamma_is_shown_on_all_pages(workspace, qtbot) -> None:
    run, panel = shown_run(workspace), workspace.results.overview.figures
    best = panel.findChild(QRadioButton, "gamma_best")
    qtbot.mouseClick(best, LEFT)
    gamma = run.gamma("best")
    open_page(qtbot, workspace, "Errors")
    wrong = int((run.predictions(gamma) != run.labels).sum())
    assert workspace.results.errors.images.title.text().startswith(f"{wrong:,} of {len(run.labels):,} ")
    # The figure is what the metric gives at that gamma.
    wanted = figures(run.scores, run.labels, run.table.seen, gamma)
    assert panel.label("best", "run", "H").text() == f"{100 * wanted.H:.1f}"


def test_an_error_is_opened_in_explore_with_its_rival(workspace, empty_session, qtbot) -> None:
    run = shown_run(workspace)
    open_page(qtbot, workspace, "Errors")
    own, other, count = workspace.results.errors.model.pairs[0]
    assert count == max(pair[2] for pair in workspace.results.errors.model.pairs)
    table = workspace.results.errors.table
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(0, 0)).center())
    grid = workspace.results.errors.images.grid
    assert len(grid.results.results) == count
    leads = [float(one.caption) for one in grid.results.results]
    assert leads == sorted(leads, reverse=True)
    assert min(leads) >= 0

    with qtbot.waitSignal(empty_session.navigation.explore_requested, timeout=5_000):
        qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(grid.results.index(0)).center())
    classes = run.table.classes
    assert empty_session.selection.image.class_name == classes[own]
    assert (empty_session.selection.class_name, empty_session.selection.rival) == (classes[other], classes[own])
    assert empty_session.inference.checkpoint.path == run.checkpoint


def test_a_cell_of_the_matrix_shows_its_images(workspace, qtbot) -> None:
    run = shown_run(workspace)
    open_page(qtbot, workspace, "Confusion")
    own, other, count = workspace.results.errors.model.pairs[0] if workspace.results.errors.model.pairs else _worst(run)
    names, page = run.table.classes, workspace.results.confusion
    for order in range(page.order.count()):
        page.order.setCurrentIndex(order)
        qtbot.mouseClick(page.plot.plot.viewport(), LEFT, pos=page.cell_at(names[own], names[other]).toPoint())
        qtbot.waitUntil(lambda: page.cell is not None, timeout=5_000)
        assert page.readout.text().startswith(
            f"{class_text(names[own])} predicted as {class_text(names[other])}: {count} of "
        )
        assert {one.record.class_name for one in page.images.grid.results.results} == {names[own]}
        assert len(page.images.grid.results.results) == count
    page.plot.plot.setFocus()
    before = page.cell
    QTest.keyClick(page.plot.plot, Qt.Key.Key_Down if before[0] == 0 else Qt.Key.Key_Up)
    assert page.cell == (before[0] + (1 if before[0] == 0 else -1), before[1])


def _worst(run) -> tuple[int, int, int]:
    taken = run.predictions(run.gamma("trained"))
    pairs, counts = np.unique(np.stack([run.labels, taken], axis=1)[taken != run.labels], axis=0, return_counts=True)
    place = int(counts.argmax())
    return int(pairs[place, 0]), int(pairs[place, 1]), int(counts[place])


def test_attributes_are_sorted_by_what_was_measured(workspace, empty_session, qtbot) -> None:
    run, page = shown_run(workspace), workspace.results.attributes
    open_page(qtbot, workspace, "Attributes")
    model = page.attributes.model
    shown = [model.name_of(model.item_at(row)) for row in range(model.rowCount())]
    areas = {row["attribute"]: row["auc_fused"] for row in run.evaluation.attributes}
    assert [areas[name] for name in shown] == sorted(areas.values()), "lowest first"
    qtbot.mouseClick(
        page.attributes.table.viewport(), LEFT, pos=page.attributes.table.visualRect(model.index(2, 0)).center()
    )
    assert empty_session.document.table.attributes[empty_session.selection.attribute].full_name == shown[2]


def test_the_reliability_of_attributes_is_shown_if_it_was_measured(workspace, qtbot) -> None:
    run, page = shown_run(workspace), workspace.results.attributes
    open_page(qtbot, workspace, "Attributes")
    model, rows = page.reliability.model, {row["attribute"]: row for row in run.evaluation.attributes}
    falls = model.headings.index("Fall")
    for row in range(model.rowCount()):
        measured = rows[model.name_of(model.item_at(row))]["fall"]
        assert model.index(row, falls).data() == ("–" if measured is None else f"{measured:.3f}")
    assert not page.reliability.isHidden()
    earlier = [{key: value for key, value in row.items() if key != "fall"} for row in rows.values()]
    old = replace(run, evaluation=replace(run.evaluation, attributes=earlier))
    page.show_runs(RunSelection(old))
    assert page.reliability.isHidden(), "evaluated by an earlier version"


def test_an_edited_vector_makes_the_results_out_of_date(workspace, empty_session, qtbot) -> None:
    assert not workspace.results.header.stale.isVisible()
    empty_session.document.set_table(empty_session.document.table.with_values([0], [0], [0.5]), TableChange())
    qtbot.waitUntil(lambda: workspace.results.header.stale.isVisible(), timeout=10_000)
    assert "The vectors of 1 class have changed." in workspace.results.header.stale.text()


def test_two_configurations_are_compared_over_their_seeds(workspace) -> None:
    panel, run = workspace.results.overview.figures, shown_run(workspace)
    mine = [{**run.figures, "H": value} for value in (0.40, 0.42, 0.41)]
    theirs = [{**run.figures, "H": value} for value in (0.60, 0.63)]
    panel.show_runs(run, run, mine, theirs)
    interval = difference_of_means([0.40, 0.42, 0.41], [0.60, 0.63])
    said = f"H +{100 * interval.low:.1f} to +{100 * interval.high:.1f} (more than noise)"
    assert said in panel.facts.text()
    assert "H 41.0 ± 1.0" in panel.facts.text()
    assert "U 0.0 to 0.0 (within noise)" in panel.facts.text()
    panel.show_runs(run, run, mine, theirs[:1])
    assert "Gain of the second configuration" not in panel.facts.text()


def test_a_hidden_workspace_reads_nothing_until_it_is_shown(trained, empty_session, services, qtbot) -> None:
    workspace = opened(trained, empty_session, services, qtbot)
    other, stack = QWidget(), QStackedWidget()
    qtbot.addWidget(stack)
    stack.addWidget(workspace)
    stack.addWidget(other)
    stack.setCurrentWidget(other)
    stack.show()
    qtbot.waitUntil(other.isVisible, timeout=5_000)
    loaded: list[str] = []
    workspace.evaluations.loaded.connect(lambda name, *_: loaded.append(name))
    document = empty_session.document
    document.set_table(document.table.with_values([0], [0], [0.5]), TableChange(ChangeKind.VALUES, (0,), (0,)))
    qtbot.wait(200)
    assert loaded == []
    assert workspace.settled()
    stack.setCurrentWidget(workspace)
    qtbot.waitUntil(lambda: workspace.results.header.stale.isVisible(), timeout=10_000)
    assert "out of date" in workspace.results.header.stale.text()
    # The stack would delete the workspace, which qtbot closes.
    workspace.setParent(None)


def test_a_run_is_opened_in_explore_with_its_checkpoint(workspace, trained, empty_session, qtbot) -> None:
    with qtbot.waitSignal(empty_session.navigation.explore_requested, timeout=5_000):
        QTest.keyClick(workspace, Qt.Key.Key_L)
    assert empty_session.inference.checkpoint.path == find_run(trained, "seed-1").checkpoint("best")


def test_the_part_of_an_action_is_shown(workspace) -> None:
    workspace.show_part("Embedding")
    assert workspace.results.embedding.isVisible()
    assert workspace.hides_part("Overview")
    assert not workspace.hides_part("Embedding")
    assert not workspace.hides_part("Ablation"), "there is none to show"


def test_a_project_without_runs_leads_to_train(session, services, qtbot) -> None:
    services.run_monitor.set_project(session.document.project.path)
    workspace = EvaluateWorkspace(session, services)
    qtbot.addWidget(workspace)
    workspace.show()
    qtbot.waitUntil(workspace.empty.isVisible, timeout=10_000)
    (button,) = workspace.empty.findChildren(QPushButton)
    with qtbot.waitSignal(session.navigation.run_requested, timeout=5_000):
        qtbot.mouseClick(button, LEFT)
