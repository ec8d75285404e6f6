"""Two compared runs: their confusions and the difference, their errors, parts and agreement."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from evaluate_kit import LEFT, compare, grabbed, open_page, opened, pick
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from msdn_core.domain.metrics import confusion
from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.evaluate.workspace import EvaluateWorkspace


@pytest.fixture
def workspace(two_seeds: Path, tmp_path: Path, empty_session, services, qtbot) -> EvaluateWorkspace:
    made = opened(shutil.copytree(two_seeds, tmp_path / "made"), empty_session, services, qtbot)
    compare(qtbot, made)
    return made


def counted(run) -> np.ndarray:
    return confusion(run.labels, run.predictions(run.gamma("trained")), len(run.table.classes))


def test_the_confusion_of_either_run_and_their_difference(workspace, qtbot) -> None:
    open_page(qtbot, workspace, "Confusion")
    run, other, page = workspace.run, workspace.other, workspace.results.confusion
    names, mine, theirs = run.table.classes, counted(run), counted(other)
    own, taken_for = np.unravel_index(np.argmax(mine - theirs), mine.shape)
    assert mine[own, taken_for] > theirs[own, taken_for]
    total = int(run.images_of_class[own])

    def click_cell() -> int:
        place = page.cell_at(names[own], names[taken_for]).toPoint()
        qtbot.mouseClick(page.plot.plot.viewport(), LEFT, pos=place)
        return len(page.images.grid.results.results)

    assert page.runs.currentText() == f"Run {run.name}"
    assert click_cell() == mine[own, taken_for]
    pick(page.runs, f"Run {other.name}")
    assert click_cell() == theirs[own, taken_for]
    pick(page.runs, f"{other.name} minus {run.name}")
    labels = run.labels == own
    differ = (run.predictions(run.gamma("trained")) == taken_for) != (
        other.predictions(other.gamma("trained")) == taken_for
    )
    assert click_cell() == int((labels & differ).sum()), "the images that are in the cell of one run only"
    said = page.readout.text()
    assert f"{mine[own, taken_for]} of {total} by {run.name}" in said
    assert f"{theirs[own, taken_for]} of {total} by {other.name}" in said
    colours = theme().colours
    picture = grabbed(page.plot.plot)
    blue, yellow = (np.array(colours.q(name).getRgb()[:3]) for name in ("accent", "warning"))
    assert (picture == blue).all(axis=2).any() or (picture == yellow).all(axis=2).any()


def test_errors_of_both_runs_and_of_one_only(workspace, empty_session, qtbot) -> None:
    open_page(qtbot, workspace, "Errors")
    run, other, page = workspace.run, workspace.other, workspace.results.errors
    assert np.array_equal(run.evaluation.predictions.image_ids, other.evaluation.predictions.image_ids)
    first, second = (one.predictions(one.gamma("trained")) != one.labels for one in (run, other))
    ids = run.evaluation.predictions.image_ids
    for words, wrong in (
        (f"Run {other.name}", second),
        ("Errors of both runs", first & second),
        (f"Errors of {run.name} only", first & ~second),
        (f"Errors of {other.name} only", second & ~first),
    ):
        pick(page.runs, words)
        assert {one.record.id for one in page.images.grid.results.results} == set(ids[wrong].tolist())
        assert sum(count for *_, count in page.model.pairs) == int(wrong.sum())
    assert (second & ~first).any(), "otherwise the test is void"
    grid = page.images.grid
    assert f"{run.name}: predicted correctly" in grid.results.results[0].description
    with qtbot.waitSignal(empty_session.navigation.explore_requested, timeout=5_000):
        qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(grid.results.index(0)).center())
    assert empty_session.inference.checkpoint.path == other.checkpoint, (
        "the checkpoint of the run with the error is used"
    )

    workspace.results.header.compare.setFocus()
    QTest.keyClick(workspace.results.header.compare, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: not page.runs.isVisible(), timeout=5_000)
    assert {one.record.id for one in page.images.grid.results.results} == set(ids[first].tolist())


def test_class_names_are_shown_once_the_cells_are_large_enough(workspace, qtbot) -> None:
    open_page(qtbot, workspace, "Confusion")
    run, page = workspace.run, workspace.results.confusion
    pick(page.order, "By name")
    plot = page.plot.plot
    plot.setFocus()
    for _ in range(6):
        QTest.keyClick(plot, Qt.Key.Key_Minus)
    assert page.plot.rows.visible_names() == ()
    qtbot.waitUntil(lambda: page.plot.rows.width() < 60 and page.plot.columns.height() < 60, timeout=5_000)
    before = grabbed(plot)
    for _ in range(20):
        QTest.keyClick(plot, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: page.plot.rows.width() > 100 and page.plot.columns.height() > 100, timeout=5_000)
    names = page.plot.rows.visible_names()
    assert 0 < len(names) < len(run.table.classes)
    assert set(names) <= set(run.table.classes)
    assert list(names) == sorted(names)
    assert (grabbed(plot)[:, 30:140] != before[:, 30:140]).any()
    QTest.keyClick(plot, Qt.Key.Key_0)
    for _ in range(6):
        QTest.keyClick(plot, Qt.Key.Key_Minus)
    qtbot.waitUntil(lambda: page.plot.rows.width() < 60, timeout=5_000)


def test_a_part_shows_the_hits_and_misses_of_either_run(workspace, empty_session, qtbot) -> None:
    open_page(qtbot, workspace, "Parts")
    run, other, page = workspace.run, workspace.other, workspace.results.parts
    table, model = page.parts.table, page.parts.model
    assert model.rowCount() == len(run.evaluation.parts) == 4
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(model.index(0, 0)).center())
    part = model.name_of(model.item_at(0))
    column = run.evaluation.measures.parts.tolist().index(part)
    ids = run.evaluation.predictions.image_ids

    def wanted(one, field: str, hits: bool) -> set[int]:
        found = getattr(one.evaluation.measures, field)[:, column]
        return set(ids[~np.isnan(found) & ((found > 0.5) == hits)].tolist())

    def listed() -> set[int]:
        return {one.record.id for one in page.grid.results.results}

    everything = wanted(run, "pcp_usual_av", True) | wanted(run, "pcp_usual_av", False)
    assert listed() == everything
    assert page.name.text() == f"{part}: hit in {len(wanted(run, 'pcp_usual_av', True))} of {len(everything)} images"
    assert not page.grid.results.results[0].is_ticked, "misses first"
    for measure, field in (("V→A, strict box", "pcp_strict_va"), ("A→V, usual box", "pcp_usual_av")):
        pick(page.measure, measure)
        for kind, hits in (("Hits", True), ("Misses", False)):
            pick(page.kind, kind)
            assert listed() == wanted(run, field, hits)
    pick(page.runs, f"Run {other.name}")
    qtbot.waitUntil(workspace.settled, timeout=5_000)
    assert listed() == wanted(other, "pcp_usual_av", False)
    grid = page.grid
    with qtbot.waitSignal(empty_session.navigation.explore_requested, timeout=5_000):
        qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(grid.results.index(0)).center())
    assert empty_session.selection.image.id in listed()
    assert empty_session.inference.checkpoint.path == other.checkpoint
    group = empty_session.document.table.attributes[empty_session.selection.attribute].group
    assert part in empty_session.document.project.group_parts()[group], "Explore shows a map of the part"


def test_the_agreement_of_the_sub_nets_by_class_and_by_attribute(workspace, empty_session, qtbot) -> None:
    open_page(qtbot, workspace, "Attributes")
    run, page = workspace.run, workspace.results.attributes
    for panel, rows, key in (
        (page.agreement, run.evaluation.classes, "class"),
        (page.attribute_agreement, run.evaluation.attributes, "attribute"),
    ):
        model = panel.model
        cells = {
            model.name_of(model.item_at(row)): (model.index(row, 1).data(), model.index(row, 2).data())
            for row in range(model.rowCount())
        }
        assert cells == {row[key]: (f"{100 * row['map_overlap']:.1f}", f"{row['jsd']:.3f}") for row in rows}
    model, table = page.agreement.model, page.agreement.table
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(model.index(1, 0)).center())
    assert empty_session.selection.class_name == model.name_of(model.item_at(1))
    model, table = page.attribute_agreement.model, page.attribute_agreement.table
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(model.index(1, 0)).center())
    assert empty_session.document.table.attributes[empty_session.selection.attribute].full_name == model.name_of(
        model.item_at(1)
    )
