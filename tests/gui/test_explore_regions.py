"""Selecting regions shows which attributes they show, in both sub-nets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from explore_kit import AV, NAME, VA, shown_workspace
from PySide6.QtCore import QPoint, QPointF, Qt
from small_birds import ATTRIBUTES

if TYPE_CHECKING:
    from msdn_gui.explore.workspace import ExploreWorkspace

LEFT = Qt.MouseButton.LeftButton
SIDE = 180 / 7
"""Pixels of a region: the network viewed the middle square of a 240×180 image."""


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    return shown_workspace(session, services, qtbot)


def place(workspace, row: float, column: float) -> QPoint:
    view = workspace.maps.av.view
    return view.mapFromScene(view.box.mapViewToScene(QPointF(30 + (column + 0.5) * SIDE, (row + 0.5) * SIDE)))


def click(qtbot, workspace, row: int, column: int, keys=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(workspace.maps.av.view.viewport(), LEFT, keys, place(workspace, row, column))


def shown(workspace, column: int) -> list[str]:
    model = workspace.attributes.model
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_clicking_a_region_ranks_the_attributes_it_shows(workspace, session, qtbot) -> None:
    click(qtbot, workspace, 2, 5)
    assert workspace.attributes.title.text() == "Attributes of 1 region"
    shares = session.inference.explanation.attention_av[:, 2, 5]
    order = np.argsort(-shares, kind="stable")
    assert shown(workspace, NAME) == [ATTRIBUTES[k].name for k in order]
    assert shown(workspace, AV) == [f"{100 * shares[k]:.2f}" for k in order]
    assert shown(workspace, VA) == [f"{100 * session.inference.explanation.attention_va[k, 2, 5]:.2f}" for k in order]
    assert workspace.attributes.model.headerData(VA, Qt.Orientation.Horizontal) == "V→A %"
    for side in workspace.maps.sides.values():
        outline = side.view.marks.region_outline
        assert (outline.x(), outline.y()) == pytest.approx((30 + 5 * SIDE, 2 * SIDE))
        assert outline.width() == pytest.approx(SIDE)


def test_ctrl_selects_several_regions_and_clears_them(workspace, session, qtbot) -> None:
    ctrl = Qt.KeyboardModifier.ControlModifier
    click(qtbot, workspace, 1, 1)
    click(qtbot, workspace, 3, 4, ctrl)
    assert workspace.attributes.title.text() == "Attributes of 2 regions"
    both = session.inference.explanation.attention_av[:, [1, 3], [1, 4]].sum(axis=1)
    assert shown(workspace, AV)[0] == f"{100 * both.max():.2f}"
    click(qtbot, workspace, 1, 1, ctrl)
    assert workspace.attributes.title.text() == "Attributes of 1 region"
    click(qtbot, workspace, 3, 4)
    assert workspace.attributes.title.text() == "Attributes", "a second click clears the selection"


def test_shift_drag_selects_a_rectangle_and_escape_clears_it(workspace, session, qtbot) -> None:
    viewport = workspace.maps.av.view.viewport()
    before = workspace.maps.av.view.box.viewRange()
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(viewport, LEFT, shift, place(workspace, 1, 2))
    qtbot.mouseMove(viewport, place(workspace, 2, 3))
    qtbot.mouseMove(viewport, place(workspace, 2, 4))
    qtbot.mouseRelease(viewport, LEFT, shift, place(workspace, 2, 4))
    assert workspace.attributes.title.text() == "Attributes of 6 regions"
    assert workspace.maps.av.view.box.viewRange() == before, "the picture was panned instead"
    av = session.inference.explanation.attention_av[:, 1:3, 2:5].sum(axis=(1, 2))
    va = session.inference.explanation.attention_va[:, 1:3, 2:5].mean(axis=(1, 2))
    best = int(np.argmax(av))
    assert (shown(workspace, AV)[0], shown(workspace, VA)[0]) == (f"{100 * av[best]:.2f}", f"{100 * va[best]:.2f}")
    workspace.activateWindow()
    workspace.maps.av.view.setFocus()
    qtbot.waitUntil(workspace.maps.av.view.hasFocus)
    qtbot.keyClick(workspace.maps.av.view, Qt.Key.Key_Escape)
    assert workspace.attributes.title.text() == "Attributes"
    assert workspace.maps.va.view.marks.region_outline.isEmpty()


def test_another_image_starts_without_regions_and_another_attribute_keeps_them(workspace, session, qtbot) -> None:
    click(qtbot, workspace, 2, 2)
    session.selection.set_attribute((session.selection.attribute + 1) % len(ATTRIBUTES))
    assert workspace.attributes.title.text() == "Attributes of 1 region"
    assert not workspace.maps.av.view.marks.region_outline.isEmpty()
    session.selection.set_image(session.document.images[4])
    qtbot.waitUntil(workspace.settled)
    assert workspace.attributes.title.text() == "Attributes"
    assert not workspace.attributes.leave_regions.isVisible()


def test_a_double_click_shows_the_whole_image_and_selects_nothing(workspace, qtbot) -> None:
    click(qtbot, workspace, 2, 2)
    qtbot.mouseDClick(workspace.maps.av.view.viewport(), LEFT, pos=place(workspace, 2, 2))
    assert workspace.attributes.title.text() == "Attributes"
