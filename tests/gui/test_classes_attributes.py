"""Adding, renaming and regrouping attributes, with the consequences for checkpoints; describing classes."""

from __future__ import annotations

import numpy as np
import pytest
from classes_kit import CTRL, KEY, LEFT, action, click_cell, shown_workspace, type_in_cell
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPlainTextEdit, QPushButton
from small_birds import ATTRIBUTES, VECTORS

from msdn_core.domain.attributes import Attribute
from msdn_core.errors import ProjectError
from msdn_core.project import Project


@pytest.fixture
def workspace(session, services, qtbot):
    return shown_workspace(session, services, qtbot)


def consequences(workspace) -> str:
    return workspace.findChild(QLabel, "attribute_consequences").text()


def name_line(workspace) -> QLineEdit:
    return workspace.findChild(QLineEdit, "attribute_name")


@pytest.fixture
def own_checkpoint(session, checkpoint_file, monkeypatch):
    """The project has a checkpoint that was trained on its attributes."""
    from msdn_gui.session.checkpoints import CheckpointChoice

    choices = [CheckpointChoice(checkpoint_file, "small-01", "This project's runs")]
    monkeypatch.setattr(session.inference, "checkpoints", lambda: choices)


@pytest.mark.usefixtures("own_checkpoint")
def test_a_new_attribute_says_what_it_means_is_filled_in_and_goes_again(workspace, session, qtbot) -> None:
    action(workspace, "new_attribute").trigger()
    assert "The checkpoint small-01 was trained with the present attributes" in consequences(workspace)
    assert "no word vector" in consequences(workspace)
    workspace.attribute_form.group.setCurrentText("tail")
    qtbot.keyClicks(name_line(workspace), "forked")
    qtbot.keyClick(name_line(workspace), KEY.Key_Return)
    assert session.document.table.attributes == (*ATTRIBUTES, Attribute("tail", "forked"))
    assert session.document.table.vectors[:, 6].tolist() == [0, 0, 0]
    assert session.inference.checkpoint is None
    assert workspace.model.columnCount() == 7
    qtbot.keyClick(type_in_cell(workspace, qtbot, 1, 6, "0.5"), KEY.Key_Return)
    assert session.document.table.vectors[1, 6] == 0.5
    path = session.document.project.path
    with Project.open(path, read_only=True) as project:
        np.testing.assert_array_equal(project.table().vectors, session.document.table.vectors)
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    assert session.document.table.attributes == ATTRIBUTES
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    assert session.inference.checkpoint is not None
    workspace.undo_stack.redo()
    workspace.undo_stack.redo()
    assert session.document.table.vectors[1, 6] == 0.5


@pytest.mark.usefixtures("own_checkpoint")
def test_an_attribute_is_regrouped_and_renamed_and_keeps_its_values(workspace, session, qtbot) -> None:
    click_cell(workspace, qtbot, 0, 2)
    action(workspace, "rename_attribute").trigger()
    assert "small-01" in consequences(workspace)
    line = name_line(workspace)
    assert line.text() == "striped"
    line.selectAll()
    qtbot.keyClicks(line, "plain")
    assert "already exists" in workspace.findChild(QLabel, "attribute_fault").text()
    line.selectAll()
    qtbot.keyClicks(line, "barred")
    workspace.attribute_form.group.setCurrentText("wing")
    qtbot.mouseClick(workspace.findChild(QPushButton, "submit_attribute"), LEFT)
    assert session.document.table.attributes[2] == Attribute("wing", "barred")
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    assert session.document.project.group_parts()["wing"] == ("wing",)
    assert session.inference.checkpoint is None
    workspace.undo_stack.undo()
    assert session.document.table.attributes == ATTRIBUTES
    assert session.inference.checkpoint is not None


@pytest.mark.usefixtures("own_checkpoint")
def test_a_whole_group_is_renamed_in_one_step_or_goes_into_another(workspace, session, qtbot) -> None:
    click_cell(workspace, qtbot, 0, 2)
    action(workspace, "rename_group").trigger()
    assert "small-01" in consequences(workspace)
    assert not name_line(workspace).isVisible()
    line = workspace.attribute_form.group.lineEdit()
    assert line.text() == "wing pattern"
    line.selectAll()
    qtbot.keyClicks(line, "a::b")
    assert "Two colons" in workspace.findChild(QLabel, "attribute_fault").text()
    line.selectAll()
    qtbot.keyClicks(line, "crown")
    qtbot.keyClick(line, KEY.Key_Return)
    into = [Attribute("crown", name) for name in ("red", "blue", "striped", "plain")]
    assert list(session.document.table.attributes) == [*into, *ATTRIBUTES[4:]]
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    assert workspace.undo_stack.undoText() == "Rename group wing pattern to crown"
    workspace.undo_stack.undo()
    assert session.document.table.attributes == ATTRIBUTES
    assert session.inference.checkpoint is not None
    with Project.open(session.document.project.path, read_only=True) as project:
        assert project.table().attributes == ATTRIBUTES


def test_groups_with_an_attribute_of_one_name_cannot_become_one(workspace, session, qtbot) -> None:
    session.edits.append_attribute(Attribute("crown", "plain"))
    click_cell(workspace, qtbot, 0, 2)
    action(workspace, "rename_group").trigger()
    workspace.attribute_form.group.setCurrentText("crown")
    assert "“crown::plain” already exists" in workspace.findChild(QLabel, "attribute_fault").text()
    assert not workspace.findChild(QPushButton, "submit_attribute").isEnabled()


def test_escape_leaves_the_attributes_as_they_are(workspace, session, qtbot) -> None:
    workspace.view.attributes.customContextMenuRequested.emit(workspace.view.attributes.rect().center())
    menu = next(one for one in workspace.findChildren(QMenu) if one.isVisible())
    assert "New attribute …" in [one.text() for one in menu.actions()]
    menu.close()
    action(workspace, "new_attribute").trigger()
    qtbot.keyClicks(name_line(workspace), "odd")
    qtbot.keyClick(name_line(workspace), KEY.Key_Escape)
    assert session.document.table.attributes == ATTRIBUTES
    assert workspace.panel.isVisible()


def test_judgements_of_images_and_word_vectors_stay_beside_a_new_attribute(session) -> None:
    project = session.document.project
    project.define_classes(session.document.table, word_vectors=np.ones((6, 4), np.float32), word_vector_source="file")
    number = session.document.images[0].id
    project.set_image_attributes(number, np.array([1, 0, -1, 1, 0, 1], np.int8), np.array([4, 3, 0, 2, 1, 4], np.int8))
    project.append_attribute(Attribute("tail", "forked"), np.full(4, 2.0))
    present, certainty = project.image_attributes(number)
    assert present.tolist() == [1, 0, -1, 1, 0, 1, -1]
    assert certainty.tolist() == [4, 3, 0, 2, 1, 4, 0]
    assert project.word_vectors()[6].tolist() == [2.0] * 4
    with pytest.raises(ProjectError, match="already"):
        project.append_attribute(Attribute("crown", "red"))
    with pytest.raises(ProjectError, match="needs a name"):
        project.rename_attribute(0, Attribute("crown", " "))
    project.remove_last_attribute()
    assert project.image_attributes(number)[0].tolist() == [1, 0, -1, 1, 0, 1]
    np.testing.assert_array_equal(project.table().vectors, VECTORS)


def test_a_description_is_typed_in_the_panel_kept_and_undone(workspace, session, qtbot) -> None:
    click_cell(workspace, qtbot, 1, 0)
    text = workspace.findChild(QPlainTextEdit, "class_description")
    text.setFocus()
    qtbot.keyClicks(text, "Lives by the water")
    qtbot.keyClick(text, KEY.Key_Return, CTRL)
    assert session.document.project.class_description("Striped heron") == "Lives by the water"
    qtbot.keyClicks(text, "XX")
    qtbot.keyClick(text, KEY.Key_Escape)
    assert text.toPlainText() == "Lives by the water"
    text.moveCursor(text.textCursor().MoveOperation.End)
    qtbot.keyClicks(text, ", alone")
    click_cell(workspace, qtbot, 0, 0)
    assert session.document.project.class_description("Striped heron") == "Lives by the water, alone"
    assert session.document.project.class_description("Red wader") == ""
    assert text.toPlainText() == ""
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    assert session.document.project.class_description("Striped heron") == ""
