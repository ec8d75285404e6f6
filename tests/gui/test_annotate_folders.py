"""Label photographs by the folders they were sorted into, after a person has checked them."""

from __future__ import annotations

import numpy as np
import pytest
from annotate_kit import LEFT, classes, key, press, shown_workspace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QTreeWidget

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project import NewImage, Project

NAMES = ("004.Groove_billed_Ani/a.jpg", "004.Groove_billed_Ani/b.jpg", "bobolinks/c.jpg", "odds/d.jpg", "e.jpg")
TABLE = ClassTable((Attribute("crown", "red"),), ("Bobolinks",), np.ones((1, 1)), np.zeros(1, dtype=np.bool_))


@pytest.fixture
def workspace(session, services, tmp_path, qtbot):
    with Project.create(tmp_path / "sorted", name="Sorted") as project:
        project.define_classes(TABLE)
        project.add_images(project.add_image_root(tmp_path), [NewImage(name) for name in NAMES])
    session.open_project(tmp_path / "sorted")
    made = shown_workspace(session, services, qtbot)
    key(made, qtbot, Qt.Key.Key_B)
    qtbot.waitUntil(tree(made).isVisible)
    return made


def tree(workspace) -> QTreeWidget:
    return workspace.findChild(QTreeWidget, "folder_rows")


def line(workspace, folder: str):
    found = [tree(workspace).topLevelItem(row) for row in range(tree(workspace).topLevelItemCount())]
    return next(one for one in found if one.text(0) == folder)


def click(workspace, qtbot, folder: str, column: int, *, twice: bool = False) -> None:
    view = tree(workspace)
    place = view.visualItemRect(line(workspace, folder)).center()
    place.setX(view.columnViewportPosition(column) + 12)
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    if twice:
        qtbot.mouseDClick(view.viewport(), LEFT, pos=place)


def test_ticked_folders_become_classes_and_one_undo_reverts_all(workspace, session, qtbot) -> None:
    assert [line(workspace, name).text(1) for name in ("004.Groove_billed_Ani", "bobolinks", "odds")] == [
        "Groove billed Ani",
        "Bobolinks",
        "odds",
    ]
    assert line(workspace, "bobolinks").text(3) == ""
    assert line(workspace, "odds").text(3) == "New class"
    click(workspace, qtbot, "odds", 0)
    assert classes(session) == [None] * 5, "nothing is saved before"
    press(workspace, qtbot, "accept_folders")
    assert classes(session) == ["Groove billed Ani", "Groove billed Ani", "Bobolinks", None, None]
    assert session.document.table.classes == ("Bobolinks", "Groove billed Ani")
    assert session.document.images[0].split is Split.TRAIN, "a new class is seen: its images may be trained on"
    assert not tree(workspace).isVisible()
    workspace.undo_stack.undo()
    assert classes(session) == [None] * 5
    assert session.document.table.classes == ("Bobolinks",)


def test_a_folder_is_renamed_to_an_existing_class(workspace, session, qtbot) -> None:
    click(workspace, qtbot, "odds", 1, twice=True)
    editor = tree(workspace).findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Bobolinks")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: line(workspace, "odds").text(1) == "Bobolinks")
    qtbot.keyClick(tree(workspace), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert classes(session) == ["Groove billed Ani", "Groove billed Ani", "Bobolinks", "Bobolinks", None]


@pytest.mark.parametrize("holds_out", [True, False])
def test_every_fifth_image_of_a_class_is_kept_for_testing_unless_unticked(
    session, services, tmp_path, qtbot, holds_out
) -> None:
    with Project.create(tmp_path / "gulls", name="Gulls") as project:
        project.define_classes(TABLE)
        project.add_images(project.add_image_root(tmp_path), [NewImage(f"gulls/{n}.jpg") for n in range(6)])
    session.open_project(tmp_path / "gulls")
    workspace = shown_workspace(session, services, qtbot)
    key(workspace, qtbot, Qt.Key.Key_B)
    box = workspace.findChild(QCheckBox, "hold_out")
    if not holds_out:
        qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    press(workspace, qtbot, "accept_folders")
    fifth = Split.TEST_SEEN if holds_out else Split.TRAIN
    assert [image.split for image in session.document.images] == [*[Split.TRAIN] * 4, fifth, Split.TRAIN]
    hold_out = next(action for action in workspace.actions() if action.objectName() == "annotate.hold_out")
    with qtbot.waitSignal(session.messages.posted) as posted:
        hold_out.trigger()
    assert ("already" in posted.args[1]) is holds_out
    assert session.document.images[4].split is Split.TEST_SEEN
    assert session.document.images[4].class_name == "gulls"
    workspace.undo_stack.undo()
    assert session.document.images[4].split is (Split.NONE if holds_out else Split.TRAIN)


def test_escape_cancels_and_saves_nothing(workspace, session, qtbot) -> None:
    qtbot.keyClick(tree(workspace), Qt.Key.Key_Escape)
    assert not tree(workspace).isVisible()
    assert classes(session) == [None] * 5
    assert not workspace.undo_stack.canUndo()
