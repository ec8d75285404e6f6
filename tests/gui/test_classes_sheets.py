"""Class sheets are compared row by row before anything changes, imported in one step, and exported unchanged."""

from __future__ import annotations

import numpy as np
import pytest
from classes_kit import LEFT, action, shown_workspace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QTreeWidget
from small_birds import ATTRIBUTES, CLASSES, SEEN, VECTORS, write_checkpoint
from watch import LoopWatch

from msdn_core.domain.annotation import ImageLabel, Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.table_changes import ChangeKind, compare
from msdn_core.importers.findings import Findings
from msdn_core.importers.sheets import read_class_sheet
from msdn_core.project import NewImage, Project
from msdn_gui.session.changes import TableChange

TABLE = ClassTable(ATTRIBUTES, CLASSES, VECTORS, SEEN)
NAMES = [attribute.full_name for attribute in ATTRIBUTES]


@pytest.fixture
def workspace(session, services, qtbot):
    return shown_workspace(session, services, qtbot)


@pytest.fixture
def messages(session):
    said: list[str] = []
    session.messages.posted.connect(lambda _, sentence: said.append(sentence))
    return said


def choose_file(workspace, qtbot, name: str, path) -> None:
    action(workspace, name).trigger()
    dialog = workspace.findChild(QFileDialog, "sheet_dialog")
    qtbot.waitUntil(dialog.isVisible)
    dialog.fileSelected.emit(str(path))
    dialog.close()


def lines(workspace) -> dict[str, str]:
    tree = workspace.findChild(QTreeWidget, "comparison_rows")
    found = map(tree.topLevelItem, range(tree.topLevelItemCount()))
    return {line.text(0): line.text(3) for line in found}


def sheet(tmp_path, text: str):
    path = tmp_path / "classes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sheet_is_shown_row_by_row_and_what_is_ticked_is_taken_in_one_step(
    workspace, session, qtbot, tmp_path
) -> None:
    head = ",".join(["class", *NAMES[:5], "tail::long"])
    path = sheet(
        tmp_path, f"{head}\nRed wader,0.5,0,0.1,0.9,0,1\nBlack kite,0,0,1,0,1,1\nBlue-crested tern,0,1,7,1,1,0\n"
    )
    choose_file(workspace, qtbot, "import_sheet", path)
    tree = workspace.findChild(QTreeWidget, "comparison_rows")
    qtbot.waitUntil(tree.isVisible)
    assert lines(workspace) == {
        "Blue-crested tern": "Cannot be imported: "
        "7 for wing pattern: striped is outside the range of this table, 0 to 1",
        "Black kite": "New class",
        "Red wader": "1 value changed",
        "Striped heron": "Only in this project; stays unchanged",
    }
    summary = workspace.findChild(QLabel, "comparison_summary").text()
    assert "tail: long" in summary
    assert "crest: no" in summary
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)
    # Its values unfold below a class.
    red = next(item for item in map(tree.topLevelItem, range(4)) if item.text(0) == "Red wader")
    tree.expandItem(red)
    assert [red.child(0).text(section) for section in range(3)] == ["crown: red", "1", "0.5"]
    qtbot.mouseClick(workspace.findChild(QPushButton, "import_changes"), LEFT)
    assert session.document.table.classes == (*CLASSES, "Black kite")
    assert session.document.table.vectors[0].tolist() == [0.5, 0, 0.1, 0.9, 0, 1]
    assert session.document.table.vectors[3].tolist() == [0, 0, 1, 0, 1, 0]
    assert workspace.view.isVisible()
    assert workspace.undo_stack.count() == 1
    workspace.undo_stack.undo()
    assert session.document.table.classes == CLASSES
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)


def test_a_class_that_is_not_ticked_stays_as_it_is(workspace, session, qtbot, tmp_path) -> None:
    path = sheet(tmp_path, "class;crown::red\nRed wader;0,25\nStriped heron;0,75\n")
    choose_file(workspace, qtbot, "import_sheet", path)
    tree = workspace.findChild(QTreeWidget, "comparison_rows")
    qtbot.waitUntil(tree.isVisible)
    tree.topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    button = workspace.findChild(QPushButton, "import_changes")
    assert button.text() == "Import 1 class"
    qtbot.mouseClick(button, LEFT)
    assert session.document.table.vectors[:2, 0].tolist() == [1, 0.75]


@pytest.mark.parametrize(
    ("text", "said"),
    [("class,crown::red\nRed wader,many\n", "line 2"), ("", "no attribute"), ("class,a\nx,1\nx,2\n", "a second time")],
)
def test_a_sheet_that_makes_no_sense_changes_nothing_and_is_explained(
    workspace, session, qtbot, tmp_path, messages, text, said
) -> None:
    choose_file(workspace, qtbot, "import_sheet", sheet(tmp_path, text))
    qtbot.waitUntil(lambda: bool(messages))
    assert said in messages[0]
    assert workspace.view.isVisible()
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)


def test_what_was_assumed_of_a_sheet_is_shown(workspace, qtbot, tmp_path, messages) -> None:
    path = tmp_path / "Classes.CSV"
    path.write_bytes(f"{NAMES[0]};Class\r\n0,5;Wüstenläufer\r\n\r\n;;\r\n".encode("cp1252"))
    choose_file(workspace, qtbot, "import_sheet", path)
    qtbot.waitUntil(workspace.findChild(QTreeWidget, "comparison_rows").isVisible)
    assert "Wüstenläufer" in lines(workspace)
    assert "was read as Windows-1252 (cp1252)" in messages[-1]
    choose_file(workspace, qtbot, "import_sheet", tmp_path / "classes.xlsx")
    qtbot.waitUntil(lambda: "is a workbook; save its sheet as CSV" in messages[-1])


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_what_is_exported_comes_back_the_same(workspace, session, qtbot, tmp_path, messages, suffix) -> None:
    session.edits.set_values([("Red wader", 2, 0.1 + 0.2)])
    path = tmp_path / f"out.{suffix}"
    choose_file(workspace, qtbot, "export_sheet", path)
    qtbot.waitUntil(lambda: bool(messages), timeout=30_000)
    assert str(path) in messages[0]
    found = read_class_sheet(path, Findings())
    comparison = compare(session.document.table, found.attributes, found.classes, found.vectors)
    assert [change.kind for change in comparison.changes] == [ChangeKind.SAME] * 3


@pytest.fixture
def bare(empty_session, services, qtbot, tmp_path):
    """The workspace over a project that has images and no classes."""
    with Project.create(tmp_path / "Bare") as project:
        project.add_images(project.add_image_root(tmp_path / "images"), [NewImage("one.jpg")])
    empty_session.open_project(tmp_path / "Bare")
    return shown_workspace(empty_session, services, qtbot)


def test_a_sheet_gives_an_empty_project_its_attributes_and_classes(bare, empty_session, qtbot, tmp_path) -> None:
    offered = {one.text(): one for one in bare.empty.findChildren(QPushButton) if one.isVisible()}
    button = offered["Import class sheet"]
    path = sheet(
        tmp_path, "class;seen;description;crest::yes;crest::no\nKite;no;Hovers;0;100\nGull;yes;;25;75\nTern;no;;1;2\n"
    )
    qtbot.mouseClick(button, LEFT)
    dialog = bare.findChild(QFileDialog, "sheet_dialog")
    dialog.fileSelected.emit(str(path))
    dialog.close()
    tree = bare.findChild(QTreeWidget, "comparison_rows")
    qtbot.waitUntil(tree.isVisible)
    assert lines(bare) == {"Kite": "New class", "Gull": "New class", "Tern": "New class"}
    assert "2 attributes" in bare.findChild(QLabel, "comparison_title").text()
    tree.topLevelItem(2).setCheckState(0, Qt.CheckState.Unchecked)
    qtbot.mouseClick(bare.findChild(QPushButton, "import_changes"), LEFT)
    assert bare.view.isVisible()
    with Project.open(empty_session.document.project.path, read_only=True) as project:
        table = project.table()
        assert [one.full_name for one in table.attributes] == ["crest::yes", "crest::no"]
        assert (table.classes, table.seen.tolist()) == (("Kite", "Gull"), [False, True])
        assert table.vectors.tolist() == [[0, 100], [25, 75]]
        assert project.class_description("Kite") == "Hovers"
        assert project.word_vectors() is not None
    bare.undo_stack.undo()
    assert bare.empty.isVisible()
    assert empty_session.document.table.attributes == ()
    bare.undo_stack.redo()
    assert empty_session.document.table.classes == ("Kite", "Gull")


def test_what_was_said_since_keeps_a_first_table_from_being_undone(bare, empty_session, qtbot, tmp_path) -> None:
    said: list[str] = []
    empty_session.messages.posted.connect(lambda _, sentence: said.append(sentence))
    choose_file(bare, qtbot, "import_sheet", sheet(tmp_path, "class,seen,a\nKite,yes,1\n"))
    qtbot.waitUntil(bare.findChild(QTreeWidget, "comparison_rows").isVisible)
    qtbot.mouseClick(bare.findChild(QPushButton, "import_changes"), LEFT)
    project = empty_session.document.project
    image = project.images()[0].id
    project.annotations.put_labels({image: ImageLabel("Kite", Split.TRAIN, "Ann", "2026-01-01")})
    bare.undo_stack.undo()
    assert "Images have been labelled" in said[-1]
    assert project.table().classes == ("Kite",)


def test_a_thousand_classes_are_read_and_compared_beside_the_window(workspace, session, qtbot, tmp_path) -> None:
    path = tmp_path / "large.csv"
    names = [f"group {n // 8}::value {n}" for n in range(100)]
    rows = "".join(f"Class {n},{','.join(['0.5'] * 100)}\n" for n in range(1000))
    path.write_text(f"class,{','.join(names)}\n{rows}")
    classes = tuple(f"Class {n}" for n in range(1000))
    attributes = tuple(map(Attribute.parse, names))
    session.document.project.define_classes(
        ClassTable(attributes, classes, np.zeros((1000, 100)), np.zeros(1000, bool))
    )
    session.document.set_table(session.document.project.table(), TableChange())
    with LoopWatch() as watch:
        choose_file(workspace, qtbot, "import_sheet", path)
        qtbot.waitUntil(workspace.findChild(QTreeWidget, "comparison_rows").isVisible, timeout=20_000)
    assert len(lines(workspace)) == 1000
    assert watch.longest_ms < 250, watch.report()


def test_the_table_is_compared_with_what_the_checkpoint_was_trained_with(workspace, session, qtbot, tmp_path) -> None:
    vectors = VECTORS.copy()
    vectors[1, 3] = 0.5
    session.inference.set_checkpoint(write_checkpoint(tmp_path / "other" / "best.safetensors", class_vectors=vectors))
    action(workspace, "compare").trigger()
    assert lines(workspace)["Striped heron"] == "1 value changed"
    assert lines(workspace)["Red wader"] == "Unchanged"
    qtbot.mouseClick(workspace.findChild(QPushButton, "close_comparison"), LEFT)
    assert workspace.view.isVisible()
    np.testing.assert_array_equal(session.document.table.vectors, VECTORS)


def test_attributes_are_joined_by_name_in_any_order() -> None:
    order = [3, 0, 5, 1, 4, 2]
    same = compare(TABLE, [ATTRIBUTES[place] for place in order], CLASSES[::-1], VECTORS[::-1, order])
    assert {change.kind for change in same.changes} == {ChangeKind.SAME}
    nothing = compare(TABLE, [Attribute("tail", "long")], ["Red wader", "Other"], np.ones((2, 1)))
    assert [change.kind for change in nothing.changes] == [
        ChangeKind.SAME, ChangeKind.NEW, ChangeKind.MISSING, ChangeKind.MISSING
    ]  # fmt: skip
    assert nothing.unknown_attributes == ("tail::long",)
    assert len(nothing.missing_attributes) == 6
