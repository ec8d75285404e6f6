"""A project that has only photographs gets its own attributes, defined as a list in the window."""

from __future__ import annotations

import pytest
from classes_kit import LEFT, action, shown_workspace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton
from small_birds import write_checkpoint

from msdn_core.domain.annotation import ImageLabel, Split
from msdn_core.project import NewImage, Project


@pytest.fixture
def photographs(session, tmp_path):
    """An open project with two images, without labels."""
    with Project.create(tmp_path / "photographs", name="Photographs") as project:
        project.add_images(project.add_image_root(tmp_path), [NewImage("a.jpg"), NewImage("b.jpg")])
    session.open_project(tmp_path / "photographs")
    return session


@pytest.fixture
def workspace(photographs, services, qtbot):
    return shown_workspace(photographs, services, qtbot)


def write(workspace, qtbot, text: str) -> None:
    action(workspace, "define_attributes").trigger()
    qtbot.waitUntil(lambda: workspace.findChild(QDialog, "attribute_list_dialog") is not None)
    type_lines(workspace, qtbot, text)


def type_lines(workspace, qtbot, text: str) -> None:
    for line in text.split("\n"):
        qtbot.keyClicks(workspace.findChild(QPlainTextEdit, "attribute_list"), line)
        qtbot.keyClick(workspace.findChild(QPlainTextEdit, "attribute_list"), Qt.Key.Key_Return)


def status(workspace) -> str:
    return workspace.findChild(QLabel, "attribute_list_status").text()


def take(workspace, qtbot) -> None:
    qtbot.mouseClick(workspace.findChild(QPushButton, "define_attributes"), LEFT)


def names(session) -> list[str]:
    return [attribute.full_name for attribute in session.document.table.attributes]


def test_attributes_are_written_down_a_line_a_group_and_a_class_can_be_made_then(workspace, photographs, qtbot) -> None:
    write(workspace, qtbot, "crown: red, blue\nwing:plain\n\ncrested")
    assert "4 attributes in 2 groups" in status(workspace)
    take(workspace, qtbot)
    assert names(photographs) == ["crown::red", "crown::blue", "wing::plain", "crested"]
    assert not action(workspace, "define_attributes").isEnabled()
    action(workspace, "new").trigger()
    qtbot.keyClicks(workspace.form.name, "Kite")
    qtbot.mouseClick(workspace.findChild(QPushButton, "add_class"), LEFT)
    assert photographs.document.table.classes == ("Kite",)
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    assert not names(photographs)
    assert action(workspace, "define_attributes").isEnabled()


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_defined(workspace, photographs, qtbot) -> None:
    write(workspace, qtbot, "crown: red\ncrown: red")
    assert "Line 2" in status(workspace)
    assert "twice" in status(workspace)
    assert not workspace.findChild(QPushButton, "define_attributes").isEnabled()
    assert not names(photographs)


def test_classes_that_were_said_of_images_before_keep_their_images(workspace, photographs, qtbot) -> None:
    project = photographs.document.project
    project.add_class("Heron", [], seen=True)
    label = ImageLabel("Heron", Split.TRAIN, "me", "")
    project.annotations.put_labels({photographs.document.images[0].id: label})
    write(workspace, qtbot, "crown: red")
    take(workspace, qtbot)
    assert photographs.document.table.classes == ("Heron",)
    assert bool(photographs.document.table.seen[0])
    assert project.images()[0].class_name == "Heron"
    workspace.undo_stack.undo()
    assert project.table().classes == ("Heron",)
    assert project.images()[0].class_name == "Heron"


def test_they_take_the_place_of_a_checkpoints(photographs, services, qtbot, tmp_path) -> None:
    photographs.inference.set_checkpoint(write_checkpoint(tmp_path / "some.safetensors"))
    assert photographs.document.table_is_borrowed
    workspace = shown_workspace(photographs, services, qtbot)
    qtbot.mouseClick(workspace.findChild(QPushButton, "notice_define"), LEFT)
    qtbot.waitUntil(lambda: workspace.findChild(QDialog, "attribute_list_dialog") is not None)
    type_lines(workspace, qtbot, "crown: red")
    take(workspace, qtbot)
    assert names(photographs) == ["crown::red"]
    assert not photographs.document.table_is_borrowed
