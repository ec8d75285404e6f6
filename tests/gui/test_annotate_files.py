"""Annotations go to files and come from files by the workspace's menu; what comes in is undone in one step."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotate_kit import key, shown_workspace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from msdn_gui.annotate.workspace import AnnotateWorkspace

K = Qt.Key


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    return shown_workspace(session, services, qtbot)


def choose(workspace, qtbot, name: str, path: Path) -> None:
    """Use a menu action and answer its dialogue; waits for what the window says."""
    action = next(one for one in workspace.actions() if one.objectName() == f"annotate.{name}")
    action.trigger()
    dialog = workspace.findChild(QFileDialog, "annotationFiles")
    with qtbot.waitSignal(workspace._session.messages.posted):
        dialog.fileSelected.emit(str(path))
        dialog.close()


def test_judgements_go_to_another_annotators_project_and_back_under_their_name(
    workspace, session, qtbot, tmp_path
) -> None:
    session.selection.set_attribute(0)
    key(workspace, qtbot, K.Key_F7, K.Key_P, K.Key_N)
    folder = tmp_path / "Eve"
    choose(workspace, qtbot, "export_judgements", folder)
    labels = (folder / "image_attribute_labels.txt").read_text()
    ids = [image.id for image in session.document.images]
    assert labels == f"{ids[0]} 1 1 4 0\n{ids[1]} 1 0 1 0\n"
    choose(workspace, qtbot, "import_judgements", folder)
    room = session.document.project.annotations
    assert {(at.image_id, one.present) for at, one in room.judgements_by("Eve").items()} == {
        (ids[0], True),
        (ids[1], False),
    }
    assert workspace.undo_stack.undoText() == "Import 2 judgements from Eve"
    workspace.undo_stack.undo()
    assert room.judgements_by("Eve") == {}
    assert len(room.judgements_by(workspace.annotations.annotator)) == 2


def test_boxes_come_back_from_the_file_that_they_went_to(workspace, session, qtbot, tmp_path) -> None:
    key(workspace, qtbot, K.Key_F8, K.Key_N)
    room = session.document.project.annotations
    (mark,) = room.all_marks().values()
    choose(workspace, qtbot, "export_marks", tmp_path / "boxes.json")
    workspace.undo_stack.undo()
    assert room.all_marks() == {}
    choose(workspace, qtbot, "import_marks", tmp_path / "boxes.json")
    assert list(room.all_marks().values()) == [mark]
    assert workspace.marks.list.count() == 1


def test_boxes_come_from_a_sheet_of_images_too(workspace, session, qtbot, tmp_path) -> None:
    sheet = tmp_path / "annotations.csv"
    sheet.write_text(f"image,mark 1 of,mark 1 x,mark 1 y\n{session.document.images[0].name},crown,12,7\n")
    key(workspace, qtbot, K.Key_F8)
    choose(workspace, qtbot, "import_marks", sheet)
    assert workspace.marks.list.item(0).text() == "crown – point at 12, 7"
    workspace.undo_stack.undo()
    assert session.document.project.annotations.all_marks() == {}


def test_a_file_that_is_none_is_refused_in_a_sentence(workspace, session, qtbot, tmp_path) -> None:
    (tmp_path / "odd.json").write_text("no JSON")
    said = []
    session.messages.posted.connect(lambda level, text: said.append((level, text)))
    choose(workspace, qtbot, "import_marks", tmp_path / "odd.json")
    assert said[-1][0] == "error"
    assert "choose a COCO file" in said[-1][1]
    assert not workspace.undo_stack.canUndo()
    assert workspace.findChild(QLineEdit, "annotator").text() == ""
