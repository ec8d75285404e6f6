"""Export and import annotations by the menu; an import is one step to undo."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from annotate_kit import key, shown_workspace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.annotate.workspace import AnnotateWorkspace

K = Qt.Key


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    return shown_workspace(session, services, qtbot)


def choose(workspace, session, qtbot, name: str, path: Path) -> None:
    """Trigger a menu action, answer its dialogue, and wait for the message."""
    action = next(one for one in workspace.actions() if one.objectName() == f"annotate.{name}")
    action.trigger()
    dialog = workspace.findChild(QFileDialog, "annotationFiles")
    with qtbot.waitSignal(session.messages.posted):
        dialog.fileSelected.emit(str(path))
        dialog.close()


def test_exported_judgements_are_imported_under_another_annotators_name(workspace, session, qtbot, tmp_path) -> None:
    session.selection.set_attribute(0)
    key(workspace, qtbot, K.Key_F7, K.Key_P, K.Key_N)
    folder = tmp_path / "Eve"
    choose(workspace, session, qtbot, "export_judgements", folder)
    labels = (folder / "image_attribute_labels.txt").read_text()
    ids = [image.id for image in session.document.images]
    assert labels == f"{ids[0]} 1 1 4 0\n{ids[1]} 1 0 1 0\n"
    choose(workspace, session, qtbot, "import_judgements", folder)
    store = session.document.project.annotations
    assert {(at.image_id, one.present) for at, one in store.judgements_by("Eve").items()} == {
        (ids[0], True),
        (ids[1], False),
    }
    assert workspace.undo_stack.undoText() == "Import 2 judgements from Eve"
    workspace.undo_stack.undo()
    assert store.judgements_by("Eve") == {}
    assert len(store.judgements_by(workspace.annotations.annotator)) == 2


def test_exported_boxes_are_imported_again(workspace, session, qtbot, tmp_path) -> None:
    key(workspace, qtbot, K.Key_F8, K.Key_N)
    store = session.document.project.annotations
    (mark,) = store.all_marks().values()
    choose(workspace, session, qtbot, "export_marks", tmp_path / "boxes.json")
    workspace.undo_stack.undo()
    assert store.all_marks() == {}
    choose(workspace, session, qtbot, "import_marks", tmp_path / "boxes.json")
    assert list(store.all_marks().values()) == [mark]
    assert workspace.marks.list.count() == 1


def test_marks_are_imported_from_a_sheet(workspace, session, qtbot, tmp_path) -> None:
    sheet = tmp_path / "annotations.csv"
    sheet.write_text(f"image,mark 1 of,mark 1 x,mark 1 y\n{session.document.images[0].name},crown,12,7\n")
    key(workspace, qtbot, K.Key_F8)
    choose(workspace, session, qtbot, "import_marks", sheet)
    assert workspace.marks.list.item(0).text() == "crown – point at 12, 7"
    workspace.undo_stack.undo()
    assert session.document.project.annotations.all_marks() == {}


def test_what_a_coco_file_loses_is_said_with_its_numbers(workspace, session, qtbot, tmp_path) -> None:
    box = {"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}
    outline = box | {"segmentation": [[1, 2, 4, 2, 4, 6]]}
    content = {
        "images": [{"id": 1, "file_name": session.document.images[0].name}],
        "categories": [{"id": 1, "name": "object"}],
        "annotations": [box, outline, box | {"bbox": [-9, -9, 3, 4]}, box | {"bbox": [-1, 0, 3, 4]}],
    }
    (tmp_path / "other.json").write_text(json.dumps(content))
    posted = []
    session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    choose(workspace, session, qtbot, "import_marks", tmp_path / "other.json")
    level, text = posted[-1]
    assert level == "warning"
    for sentence in (
        "Imported 3 boxes from other.json.",
        "1 outline left out",
        "1 box left out, wholly outside of the picture",
        "other.json has 5 boxes, points and outlines in all: 2 read unchanged, 1 changed, 2 left out.",
    ):
        assert sentence in text
    # Marks that the project has are not doubled.
    choose(workspace, session, qtbot, "export_marks", tmp_path / "own.json")
    choose(workspace, session, qtbot, "import_marks", tmp_path / "own.json")
    assert "Imported no boxes or points from own.json. 3 boxes and points left out" in posted[-1][1]


def test_a_file_that_is_not_coco_is_refused_in_a_sentence(workspace, session, qtbot, tmp_path) -> None:
    (tmp_path / "odd.json").write_text("no JSON")
    posted = []
    session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    choose(workspace, session, qtbot, "import_marks", tmp_path / "odd.json")
    assert posted[-1][0] == "error"
    assert "choose a COCO file" in posted[-1][1]
    assert not workspace.undo_stack.canUndo()
    assert workspace.findChild(QLineEdit, "annotator").text() == ""
