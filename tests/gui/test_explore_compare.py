"""Two images, two attributes or two checkpoints side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from explore_kit import action, choose_image, click_row, shown_workspace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton
from small_birds import ATTRIBUTES, CLASSES, make_explanation, write_checkpoint

from msdn_core.domain.display_names import attribute_text
from msdn_gui.explore.maps.compare_bar import CompareBar

if TYPE_CHECKING:
    from msdn_gui.explore.workspace import ExploreWorkspace

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    made = shown_workspace(session, services, qtbot)
    choose_image(made, qtbot, 0)
    return made


@pytest.fixture
def other_checkpoint(tmp_path):
    return write_checkpoint(tmp_path / "checkpoints" / "later.safetensors", run="small-02", gamma=0.1)


def begin(workspace, qtbot) -> CompareBar:
    qtbot.mouseClick(workspace.findChild(QToolButton, "compare"), LEFT)
    qtbot.waitUntil(workspace.settled)
    bar = workspace.findChild(CompareBar)
    assert bar.isVisible()
    return bar


def settle(workspace, qtbot) -> None:
    qtbot.waitUntil(lambda: workspace.settled() and workspace.maps.held.is_complete)


def heat(pair, name: str) -> np.ndarray:
    return pair.sides[name].view.heat.image


def test_the_held_image_stays_beside_the_next_one(workspace, session, qtbot) -> None:
    score, pixels = workspace.maps.av.score.text(), workspace.maps.av.view.heat.image.copy()
    bar = begin(workspace, qtbot)
    assert bar.text.text().startswith("Both sides are the same")
    choose_image(workspace, qtbot, 4)
    settle(workspace, qtbot)
    first, second = (session.document.images[place] for place in (0, 4))
    assert bar.text.text() == f"Two images: {first.name} and {second.name}"
    held, chosen = workspace.maps.held, workspace.maps.selected
    assert held.pair.picture.path == first.path
    assert chosen.pair.picture.path == second.path
    assert held.pair.av.score.text() == score
    assert np.array_equal(heat(held.pair, "av"), pixels)
    assert not np.array_equal(heat(chosen.pair, "av"), pixels)
    assert first.name in held.caption.text()
    order, scores = session.inference.prediction().ranking()
    best = session.document.table.classes[int(order[0])]
    assert chosen.caption.text().startswith(f"{best} {scores.max():.2f} · {second.name}")


def test_two_attributes_of_one_image(workspace, session, fake_explainer, qtbot) -> None:
    before = session.selection.attribute
    bar = begin(workspace, qtbot)
    asked = len(fake_explainer.requests)
    click_row(qtbot, workspace.attributes.table, 3)
    names = [attribute_text(ATTRIBUTES[column]) for column in (before, session.selection.attribute)]
    assert bar.text.text() == f"Two attributes: {names[0]} and {names[1]}"
    settle(workspace, qtbot)
    assert len(fake_explainer.requests) == asked, "one explanation serves both sides"
    maps = session.inference.explanation.attention_va
    for pair, column in ((workspace.maps.held.pair, before), (workspace.maps.pair, session.selection.attribute)):
        assert pair.va.value_range == (float(maps[column].min()), float(maps[column].max()))


def test_two_checkpoints_on_one_image_after_another(
    workspace, session, fake_explainer, other_checkpoint, qtbot
) -> None:
    bar = begin(workspace, qtbot)
    qtbot.mouseClick(bar.boxes["image"], LEFT, pos=QPoint(8, bar.boxes["image"].height() // 2))
    qtbot.keyClick(bar.boxes["attribute"], Qt.Key.Key_Space)
    session.inference.set_checkpoint(other_checkpoint)
    settle(workspace, qtbot)
    assert bar.text.text() == "Two checkpoints: small-01 and small-02"
    session.inference.set_checkpoint(other_checkpoint)
    assert bar.text.text() == "Two checkpoints: small-01 and small-02", "the same checkpoint, selected again"
    choose_image(workspace, qtbot, 3)
    settle(workspace, qtbot)
    session.selection.set_attribute(2)
    name = session.selection.image.name
    of_held, of_chosen = make_explanation(sum(name.encode())), make_explanation(sum(f"{name}later".encode()))
    assert workspace.maps.held.pair.av.score.text() == f"{of_held.scores_av[2]:.2f}".replace("-", "−")
    assert workspace.maps.av.score.text() == f"{of_chosen.scores_av[2]:.2f}".replace("-", "−")
    held = workspace.maps.comparison.checkpoint.path
    assert fake_explainer.ahead_in["compared"] == [(held, path) for _, path in fake_explainer.ahead], (
        "both are prefetched"
    )
    assert {request.lane for request in fake_explainer.requests} == {"", "compared"}
    reading = session.inference.prediction_of(of_held, workspace.maps.comparison.checkpoint)
    assert reading.gamma == 0.5, "each at the gamma of its own checkpoint"
    assert session.inference.gamma == 0.1
    best = session.document.table.classes[int(reading.ranking()[0][0])]
    assert workspace.maps.held.caption.text().startswith(best)
    assert workspace.maps.held.caption.text().endswith("small-01")


def test_keys_swap_the_sides_and_end_the_comparison(workspace, session, other_checkpoint, qtbot) -> None:
    qtbot.keyClick(workspace.maps.av.view, Qt.Key.Key_C)
    bar = workspace.findChild(CompareBar)
    assert bar.isVisible()
    choose_image(workspace, qtbot, 2)
    session.selection.set_attribute(5)
    session.inference.set_checkpoint(other_checkpoint)
    settle(workspace, qtbot)
    left, right = workspace.maps.held.caption.text(), workspace.maps.selected.caption.text()
    qtbot.keyClick(workspace.maps.av.view, Qt.Key.Key_X)
    settle(workspace, qtbot)
    assert (session.selection.image, session.inference.checkpoint.label) == (session.document.images[0], "small-01")
    assert workspace.maps.held.caption.text() == right
    assert workspace.maps.selected.caption.text() == left
    assert bar.text.text().startswith(
        f"Two images: {session.document.images[2].name} and {session.document.images[0].name}; two "
    )
    qtbot.keyClick(workspace.maps.held.pair.av.view, Qt.Key.Key_C)
    assert not bar.isVisible()
    assert not workspace.maps.held.isVisible()
    assert workspace.maps.attribute_title.isVisible()
    assert session.selection.image == session.document.images[0], "the selection stays"


def test_zoom_pointer_overlay_and_divider_apply_to_both_sides(workspace, session, qtbot) -> None:
    begin(workspace, qtbot)
    choose_image(workspace, qtbot, 1)
    settle(workspace, qtbot)
    held, chosen = workspace.maps.held.pair, workspace.maps.pair
    view = held.va.view
    middle = QPointF(view.viewport().rect().center())
    wheel = QWheelEvent(
        middle, view.viewport().mapToGlobal(middle), QPoint(), QPoint(0, 480), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), wheel)
    assert view.visible_part.zoom > 1.2
    for side in (*held.sides.values(), *chosen.sides.values()):
        assert np.allclose(side.view.box.viewRange(), view.box.viewRange(), atol=1)
    position = view.mapFromScene(view.box.mapViewToScene(QPointF(120, 90)))
    qtbot.mouseMove(view.viewport(), position)
    qtbot.waitUntil(lambda: chosen.av.view.marks.aim is not None)
    assert chosen.av.view.marks.aim == pytest.approx((120, 90), abs=2)
    assert view.marks.aim is None, "the pointer itself is there"
    value = session.inference.explanation.attention_va[session.selection.attribute, 3, 3]
    assert chosen.va.readout.toolTip().startswith(f"{value:.3f}"[:4])
    qtbot.keyPress(view, Qt.Key.Key_Space)
    assert not chosen.av.view.heat.isVisible()
    assert not view.heat.isVisible()
    qtbot.keyRelease(view, Qt.Key.Key_Space)
    action(workspace, "explore.divider_left").trigger()
    assert held.av.view.divider == chosen.av.view.divider == pytest.approx(0.45)
    assert not held.va.view.isVisible()
    qtbot.keyClick(chosen.av.view, Qt.Key.Key_T)
    assert workspace.maps.pairs.focused == "va"


def test_a_failure_on_the_left_is_shown_there(workspace, session, fake_explainer, other_checkpoint, qtbot) -> None:
    bar = begin(workspace, qtbot)
    qtbot.keyClick(bar.boxes["image"], Qt.Key.Key_Space)
    session.inference.set_checkpoint(other_checkpoint)
    settle(workspace, qtbot)
    fake_explainer.answers_by_itself = False
    session.selection.set_image(session.document.images[5])
    asked = {request.lane: request.number for request in fake_explainer.requests}
    fake_explainer.answer(asked[""])
    fake_explainer.failed.emit(asked["compared"], "The checkpoint cannot be read.")
    qtbot.waitUntil(workspace.settled)
    assert workspace.maps.held.pair.av.notice.text() == "The checkpoint cannot be read."
    assert workspace.maps.av.notice.isHidden()
    assert workspace.maps.av.value_range is not None


def test_a_comparison_ends_with_its_project(workspace, session, qtbot) -> None:
    bar = begin(workspace, qtbot)
    session.close_project()
    assert not bar.isVisible()
    assert workspace.maps.comparison.image is None


def test_an_edited_class_updates_the_predictions_of_both_sides(workspace, session, qtbot) -> None:
    begin(workspace, qtbot)
    session.selection.set_image(session.document.images[1])
    settle(workspace, qtbot)
    captions = (workspace.maps.held.caption, workspace.maps.selected.caption)
    before = [caption.text() for caption in captions]
    session.edits.set_vectors({name: -session.document.table.vectors[row] for row, name in enumerate(CLASSES)})
    assert all(caption.text() != old for caption, old in zip(captions, before, strict=True))
