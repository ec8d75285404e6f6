"""Draw, move and resize boxes and points by mouse and keyboard, in whole pixels within the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from annotate_kit import key, press, shown_workspace
from PySide6.QtCore import QPoint, QPointF, Qt
from small_birds import ATTRIBUTES

from msdn_core.domain.annotation import Box
from msdn_core.project import Project

if TYPE_CHECKING:
    from msdn_gui.annotate.workspace import AnnotateWorkspace

K = Qt.Key
LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    made = shown_workspace(session, services, qtbot)
    key(made, qtbot, K.Key_F8)
    return made


def on_screen(workspace, x: float, y: float) -> QPoint:
    return workspace.canvas.mapFromScene(QPointF(x, y))


def drag(workspace, qtbot, start: tuple[float, float], *through: tuple[float, float]) -> None:
    port = workspace.canvas.viewport()
    qtbot.mousePress(port, LEFT, pos=on_screen(workspace, *start))
    for place in through:
        qtbot.mouseMove(port, on_screen(workspace, *place))
    qtbot.mouseRelease(port, LEFT, pos=on_screen(workspace, *through[-1]))


def kept(session, image: int = 0) -> list[tuple[str, Box]]:
    """Return the saved marks of an image."""
    with Project.open(session.document.project.path, read_only=True) as project:
        return [
            (mark.subject, mark.place) for mark in project.annotations.marks(session.document.images[image].id).values()
        ]


def near(box: Box, x: float, y: float, width: float, height: float) -> bool:
    given = (box.x, box.y, box.width, box.height)
    assert all(value == round(value) for value in given), "whole pixels"
    # A pixel of the screen is less than a pixel of this small image.
    return all(abs(one - other) <= 1 for one, other in zip(given, (x, y, width, height), strict=True))


def test_a_box_is_drawn_moved_and_resized_and_each_step_undone(workspace, session, qtbot) -> None:
    workspace.marks.subject.setCurrentIndex(workspace.marks.subject.findData("wing"))
    drag(workspace, qtbot, (40, 50), (60, 60), (100, 90))
    ((subject, box),) = kept(session)
    assert subject == "wing"
    assert near(box, 40, 50, 60, 40)
    key(workspace, qtbot, K.Key_V)
    drag(workspace, qtbot, (70, 70), (75, 75), (80, 90))
    moved = kept(session)[0][1]
    assert near(moved, 50, 70, 60, 40)
    corner = (moved.x + moved.width, moved.y + moved.height)
    drag(workspace, qtbot, corner, (130, 130))
    assert near(kept(session)[0][1], 50, 70, 80, 60)
    for expected in (moved, box):
        workspace.undo_stack.undo()
        assert kept(session) == [("wing", expected)]
    workspace.undo_stack.undo()
    assert kept(session) == []
    workspace.undo_stack.redo()
    assert kept(session) == [("wing", box)]
    assert workspace.marks.list.count() == 1


def test_marks_are_clipped_at_the_edge_of_the_image(workspace, session, qtbot) -> None:
    drag(workspace, qtbot, (200, 150), (300, 400))
    assert near(kept(session)[0][1], 200, 150, 40, 30)
    key(workspace, qtbot, K.Key_V)
    drag(workspace, qtbot, (220, 165), (100, 165), (-500, 165))
    assert near(kept(session)[0][1], 0, 150, 40, 30)


def test_a_click_draws_a_point_but_no_box(workspace, session, qtbot) -> None:
    port = workspace.canvas.viewport()
    qtbot.mouseClick(port, LEFT, pos=on_screen(workspace, 30, 40))
    assert kept(session) == []
    key(workspace, qtbot, K.Key_O)
    qtbot.mouseClick(port, LEFT, pos=on_screen(workspace, 30, 40))
    ((subject, box),) = kept(session)
    assert subject == ""
    assert near(box, 30, 40, 0, 0)
    assert (box.width, box.height) == (0, 0)


def test_a_box_is_added_moved_resized_and_removed_by_keyboard(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_N)
    assert kept(session) == [("", Box(60, 45, 120, 90))]
    canvas = workspace.canvas
    qtbot.waitUntil(canvas.hasFocus)
    qtbot.keyClick(canvas, K.Key_Left)
    qtbot.keyClick(canvas, K.Key_Down)
    qtbot.keyClick(canvas, K.Key_Right, SHIFT)
    assert kept(session) == [("", Box(59, 46, 121, 90))]
    places = workspace.marks
    place = places.subject.findData(ATTRIBUTES[2].group)
    assert place > 0, "a mark can show an attribute group"
    qtbot.keyClick(places.subject, K.Key_End)
    assert kept(session)[0][0] == places.subject.itemData(places.subject.count() - 1)
    press(workspace, qtbot, "annotate.remove_mark_button")
    assert kept(session) == []
    assert places.hint.isVisible()
    workspace.undo_stack.undo()
    assert len(kept(session)) == 1


def test_marks_belong_to_their_image_and_are_drawn_on_their_tab_only(workspace, session, qtbot) -> None:
    drag(workspace, qtbot, (40, 50), (100, 90))
    key(workspace, qtbot, K.Key_F6)
    drag(workspace, qtbot, (10, 10), (100, 90))
    assert len(kept(session)) == 1
    key(workspace, qtbot, K.Key_F8)
    assert workspace.marks.list.count() == 1
    key(workspace, qtbot, K.Key_Right, modifier=Qt.KeyboardModifier.ControlModifier)
    assert session.selection.image == session.document.images[1]
    assert workspace.marks.list.count() == 0
    assert kept(session, 1) == []
