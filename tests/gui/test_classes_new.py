"""New classes: a blend of others, the mean of example images, and what is found in a description."""

from __future__ import annotations

import numpy as np
import pytest
from classes_kit import CTRL, KEY, LEFT, scored_session, shown_workspace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPlainTextEdit, QPushButton
from small_birds import ATTRIBUTES, CLASSES, SEEN, VECTORS

from msdn_core.project import Project


@pytest.fixture
def workspace(session, services, qtbot):
    return shown_workspace(session, services, qtbot)


def begin(workspace, qtbot, name: str, kind: int) -> None:
    """Open the form by its key, name the class, and choose with the arrow keys what it starts as."""
    qtbot.keyClick(workspace, KEY.Key_N, CTRL)
    qtbot.keyClicks(workspace.form.name, name)
    for _ in range(kind):
        qtbot.keyClick(workspace.form.kind, KEY.Key_Down)


def hint(workspace) -> str:
    return workspace.findChild(QLabel, "new_class_hint").text()


def add(workspace, qtbot) -> None:
    qtbot.mouseClick(workspace.findChild(QPushButton, "add_class"), LEFT)


def test_a_blend_of_classes_has_their_mean_by_weight(workspace, session, qtbot) -> None:
    begin(workspace, qtbot, "Hybrid", 1)
    blend = workspace.form.blend
    assert not workspace.form.add.isEnabled()
    blend.lines[0][0].clear()
    qtbot.keyClicks(blend.lines[0][0], "Red wader")
    qtbot.keyClicks(blend.lines[1][0], "Blue-crested tern")
    blend.lines[0][1].selectAll()
    qtbot.keyClicks(blend.lines[0][1], "75")
    blend.lines[1][1].selectAll()
    qtbot.keyClicks(blend.lines[1][1], "25")
    assert "Nearest class: Red wader" in hint(workspace)
    add(workspace, qtbot)
    np.testing.assert_allclose(session.document.table.vectors[3], 0.75 * VECTORS[0] + 0.25 * VECTORS[2])
    assert session.selection.class_name == "Hybrid"
    workspace.undo_stack.undo()
    assert session.document.table.classes == CLASSES


def test_an_unknown_class_in_a_blend_is_named_and_nothing_is_added(workspace, session, qtbot) -> None:
    begin(workspace, qtbot, "Hybrid", 1)
    line = workspace.form.blend.lines[0][0]
    line.clear()
    qtbot.keyClicks(line, "Penguin")
    assert "no class “Penguin”" in hint(workspace)
    assert not workspace.form.add.isEnabled()
    assert session.document.table.classes == CLASSES


def test_example_images_give_their_mean_scores_with_how_much_they_differ(workspace, session, qtbot) -> None:
    scores = np.tile(VECTORS, (2, 1)) * 5 + np.random.default_rng(0).normal(0, 0.1, (6, 6))
    begin(workspace, qtbot, "Seen once", 2)
    assert "have not been scored" in hint(workspace)
    scored_session(session, qtbot, scores)
    assert "add it here" in hint(workspace)
    button = workspace.findChild(QPushButton, "add_example")
    for place in (2, 5):
        session.selection.set_image(session.document.images[place])
        qtbot.mouseClick(button, LEFT)
        assert not button.isEnabled()
    scores_text = workspace.findChild(QLabel, "example_scores").text()
    assert " ± " in scores_text
    assert "crest: yes" in scores_text
    add(workspace, qtbot)
    found = session.document.table.vectors[3]
    assert (found >= 0).all()
    assert (found <= 1).all()
    cosine = found @ VECTORS.T / np.linalg.norm(found) / np.linalg.norm(VECTORS, axis=1)
    assert cosine.argmax() == 2
    assert cosine[2] > 0.9


def test_an_example_can_be_taken_out_again(workspace, session, qtbot) -> None:
    scored_session(session, qtbot, np.tile(VECTORS, (2, 1)))
    begin(workspace, qtbot, "Seen once", 2)
    session.selection.set_image(session.document.images[0])
    qtbot.mouseClick(workspace.findChild(QPushButton, "add_example"), LEFT)
    assert workspace.form.add.isEnabled()
    qtbot.mouseClick(workspace.findChild(QPushButton, "remove_example"), LEFT)
    assert not workspace.form.add.isEnabled()


def test_a_description_proposes_attributes_and_is_kept_with_the_class(workspace, session, qtbot) -> None:
    begin(workspace, qtbot, "Described", 3)
    assert not workspace.form.add.isEnabled()
    qtbot.keyClicks(workspace.form.text.text, "A crimson cap, streaked wings, and a blue tuft")
    found = workspace.findChild(QListWidget, "found_attributes")
    shown = {found.item(row).text(): found.item(row) for row in range(found.count())}
    ticked = {name for name, item in shown.items() if item.checkState() is Qt.CheckState.Checked}
    assert ticked == {"crown: red", "wing pattern: striped", "crest: yes"}
    # Of what part the blue is, the words do not say to a program.
    assert set(shown) - ticked == {"crown: blue"}
    # The person says no to one of them.
    found.setCurrentItem(shown["crest: yes"])
    qtbot.keyClick(found, KEY.Key_Space)
    assert shown["crest: yes"].checkState() is Qt.CheckState.Unchecked
    add(workspace, qtbot)
    expected = [float(attribute.full_name in ("crown::red", "wing pattern::striped")) for attribute in ATTRIBUTES]
    assert session.document.table.vectors[3].tolist() == expected
    assert "crimson cap" in workspace.findChild(QPlainTextEdit, "class_description").toPlainText()
    workspace.undo_stack.undo()
    workspace.undo_stack.redo()
    path = session.document.project.path
    session.close_project()
    with Project.open(path) as project:
        assert project.class_description("Described").startswith("A crimson cap")
        assert project.table().seen.tolist() == [*SEEN.tolist(), False]
