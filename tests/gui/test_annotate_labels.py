"""Label and review images by keyboard and mouse, and undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from annotate_kit import CTRL, LEFT, SHIFT, classes, click_image, key, press, shown_workspace, states
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QToolButton
from small_birds import CLASSES, VECTORS, draw_bird

from msdn_core.domain.annotation import ReviewState, Split
from msdn_core.project import PROJECT_FILE, NewImage, Project
from msdn_gui.session.messages import Level
from msdn_gui.shell.window import MainWindow

if TYPE_CHECKING:
    from msdn_gui.annotate.workspace import AnnotateWorkspace

K = Qt.Key


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    return shown_workspace(session, services, qtbot)


def test_a_digit_labels_the_image_and_selects_the_next(workspace, session, qtbot) -> None:
    before = classes(session)
    key(workspace, qtbot, K.Key_2, K.Key_3)
    assert classes(session) == [CLASSES[1], CLASSES[2], *before[2:]]
    assert session.selection.image == session.document.images[2]
    key(workspace, qtbot, K.Key_M, K.Key_1)
    assert session.selection.image == session.document.images[2], "M switches advancing off"
    assert session.document.images[2].class_name == CLASSES[0]
    # The file itself holds annotator and time.
    with Project.open(session.document.project.path, read_only=True) as kept:
        label = kept.annotations.label(session.document.images[0].id)
        assert (label.class_name, label.split, label.annotator) == (
            CLASSES[1],
            Split.TRAIN,
            workspace.annotations.annotator,
        )
        assert label.at.startswith("20")
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    assert classes(session) == before


def test_the_split_follows_the_label(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_3, K.Key_0)
    assert [image.split for image in session.document.images[:2]] == [Split.TEST_UNSEEN, Split.NONE]
    assert session.document.images[1].class_name is None


def test_several_selected_images_are_labelled_in_one_step(workspace, session, qtbot) -> None:
    before = classes(session)
    click_image(workspace, qtbot, 0)
    click_image(workspace, qtbot, 3, SHIFT)
    assert "4 images selected" in workspace.queue.count.text()
    press(workspace, qtbot, "annotate.class_1_button")
    assert classes(session)[:4] == [CLASSES[0]] * 4
    assert session.selection.image == session.document.images[4]
    workspace.undo_stack.undo()
    assert classes(session) == before
    assert not workspace.undo_stack.canUndo()


def test_buttons_show_their_keys_and_the_assigned_class(workspace, session) -> None:
    labels = workspace.labels
    assert [button.key for button in labels.buttons] == list("123456789")
    assert [button.text() for button in labels.buttons[:4]] == [
        f"● {CLASSES[0]}",
        f"● {CLASSES[1]}",
        f"◆ {CLASSES[2]}",
        "–",
    ]
    given = [button.property("look") == "primary" for button in labels.buttons]
    assert given[:3] == [name == session.selection.image.class_name for name in CLASSES]
    assert not any(given[3:])


def test_a_class_is_searched_by_name_and_assigned_by_return(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_Slash)
    qtbot.keyClicks(workspace.labels.search, "crested 1")
    assert session.document.images[0].class_name == CLASSES[0], "a digit typed into the search field labels nothing"
    qtbot.keyClick(workspace.labels.search, K.Key_Backspace)
    qtbot.keyClick(workspace.labels.search, K.Key_Return)
    assert session.document.images[0].class_name == CLASSES[2]


def test_an_unknown_name_adds_a_class_and_one_undo_removes_it(workspace, session, qtbot) -> None:
    before = classes(session)
    qtbot.keyClicks(workspace.labels.search, "Grey owl")
    press(workspace, qtbot, "label_add")
    assert session.document.images[0].class_name == "Grey owl"
    assert session.document.images[0].split is Split.TRAIN
    assert session.document.table.classes[-1] == "Grey owl"
    assert bool(session.document.table.seen[-1])
    workspace.undo_stack.undo()
    assert session.document.table.classes == CLASSES
    assert classes(session) == before
    workspace.undo_stack.redo()
    assert session.document.images[0].class_name == "Grey owl"


def test_a_class_stays_on_its_digit(workspace, session, services, qtbot) -> None:
    lines = workspace.labels.list
    place = lines.visualRect(lines.model().index(2, 0)).center()
    QApplication.sendEvent(
        lines.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, lines.viewport().mapToGlobal(place))
    )
    menu = lines.findChild(QMenu, "digit_menu")
    menu.actions()[6].trigger()
    menu.close()
    assert workspace.labels.buttons[6].text() == f"◆ {CLASSES[2]}"
    key(workspace, qtbot, K.Key_7)
    assert session.document.images[0].class_name == CLASSES[2]
    again = shown_workspace(session, services, qtbot)
    assert again.labels.buttons[6].text() == f"◆ {CLASSES[2]}"


def test_the_models_best_classes_are_put_on_the_digits(workspace, session, explained, qtbot) -> None:
    explained(1)
    best = session.document.table.classes[int(session.inference.class_ranking()[0][0])]
    key(workspace, qtbot, K.Key_L)
    assert workspace.labels.buttons[0].text().endswith(best)
    key(workspace, qtbot, K.Key_1)
    assert session.document.images[1].class_name == best


def test_images_are_checked_flagged_with_a_note_and_cleared(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_C)
    assert session.selection.image == session.document.images[1]
    key(workspace, qtbot, K.Key_F)
    note = workspace.findChild(QLineEdit, "review_note")
    qtbot.waitUntil(note.hasFocus)
    qtbot.keyClicks(note, "two birds, cut off")
    qtbot.keyClick(note, K.Key_Return)
    assert workspace.queue.view.hasFocus()
    assert states(workspace)[:3] == ["checked", "flagged", "unseen"]
    assert "1 checked · 1 flagged" in workspace.queue.count.text()
    with Project.open(session.document.project.path, read_only=True) as kept:
        review = kept.annotations.review(session.document.images[1].id)
    assert (review.state, review.note) == (ReviewState.FLAGGED, "two birds, cut off")
    press(workspace, qtbot, "annotate.not_reviewed_button")
    assert states(workspace)[1] == "unseen"
    workspace.undo_stack.undo()
    assert note.text() == ""
    click_image(workspace, qtbot, 1)
    assert note.text() == "two birds, cut off"


def test_a_note_is_saved_when_another_image_is_selected(workspace, session, qtbot) -> None:
    key(workspace, qtbot, K.Key_F)
    note = workspace.findChild(QLineEdit, "review_note")
    qtbot.waitUntil(note.hasFocus)
    qtbot.keyClicks(note, "blurred")
    qtbot.keyClick(note, K.Key_Right, CTRL)
    click_image(workspace, qtbot, 3)
    store = session.document.project.annotations
    assert store.review(session.document.images[0].id).note == "blurred"
    assert set(store.reviews()) == {session.document.images[0].id}


def test_finished_images_leave_the_list_only_on_request(workspace, qtbot) -> None:
    kind = workspace.queue.kind
    kind.setCurrentIndex(kind.findData("unseen"))
    key(workspace, qtbot, K.Key_C, K.Key_C)
    assert workspace.queue.model.rowCount() == 6, "rows do not move while a person works"
    key(workspace, qtbot, K.Key_R)
    assert workspace.queue.model.rowCount() == 4
    assert "4 of 6 images" in workspace.queue.count.text()
    kind.setCurrentIndex(kind.findData("flagged"))
    assert workspace.queue.empty.isVisible()
    assert "No images match" in workspace.queue.empty.text()


def test_undo_buttons_name_the_edit(workspace, session, qtbot) -> None:
    undo = workspace.findChild(QToolButton, "annotate_undo")
    assert not undo.isEnabled()
    key(workspace, qtbot, K.Key_2)
    assert undo.toolTip() == f"Undo: Label 1 image as {CLASSES[1]} (edits in Annotate only)"
    qtbot.mouseClick(undo, LEFT)
    assert session.document.images[0].class_name == CLASSES[0]
    redo = workspace.findChild(QToolButton, "annotate_redo")
    qtbot.mouseClick(redo, LEFT)
    assert session.document.images[0].class_name == CLASSES[1]


def test_an_edit_that_fails_posts_a_message_and_leaves_nothing_to_undo(workspace, session, qtbot) -> None:
    path = session.document.project.path
    session.close_project()
    with Project.open(path):
        session.open_project(path)
        assert session.document.project.read_only
        session.selection.set_image(session.document.images[0])
        with qtbot.waitSignal(session.messages.posted, check_params_cb=lambda level, _: level is Level.ERROR) as posted:
            key(workspace, qtbot, K.Key_2)
        assert "read-only" in posted.args[1]
        with qtbot.waitSignal(session.messages.posted, check_params_cb=lambda level, _: level is Level.ERROR):
            qtbot.keyClicks(workspace.labels.search, "Grey owl")
            qtbot.keyClick(workspace.labels.search, K.Key_Return)
        assert not workspace.undo_stack.canUndo()
        assert session.document.images[0].class_name == CLASSES[0]


def test_an_edit_fails_once_the_project_file_is_gone(workspace, session, qtbot) -> None:
    file = session.document.project.path / PROJECT_FILE
    file.rename(file.with_suffix(".away"))
    with qtbot.waitSignal(session.messages.posted, check_params_cb=lambda level, _: level is Level.ERROR) as posted:
        key(workspace, qtbot, K.Key_2)
    assert "nothing can be saved" in posted.args[1]
    assert session.document.images[0].class_name == CLASSES[0]
    file.with_suffix(".away").rename(file)


def test_the_checkpoints_classes_are_copied_into_the_project_first(
    empty_session, checkpoint_file, services, tmp_path, qtbot
) -> None:
    with Project.create(tmp_path / "photos") as made:
        draw_bird(tmp_path / "a.jpg", 0)
        made.add_images(made.add_image_root(tmp_path), [NewImage("a.jpg")])
    empty_session.open_project(tmp_path / "photos")
    empty_session.inference.set_checkpoint(checkpoint_file)
    workspace = shown_workspace(empty_session, services, qtbot)
    with qtbot.waitSignal(empty_session.messages.posted) as posted:
        key(workspace, qtbot, K.Key_1)
    kind, sentence = posted.args
    assert kind == "info"
    assert "Copy them into the project" in sentence
    press(workspace, qtbot, "annotate_adopt")
    assert not workspace.findChild(QPushButton, "annotate_adopt").isVisible()
    key(workspace, qtbot, K.Key_1)
    assert empty_session.document.images[0].class_name == CLASSES[0]


def test_undo_applies_to_the_visible_workspace_only(session, services, qtbot) -> None:
    window = MainWindow(session, services)
    try:
        window.show_workspace("annotate")
        with qtbot.waitExposed(window):
            window.show()
        workspace = window.workspaces["annotate"]
        workspace.queue.view.setFocus()
        key(workspace, qtbot, K.Key_2)
        edit = next(menu for menu in window.menuBar().findChildren(QMenu) if menu.title() == "&Edit")
        undo = edit.actions()[0]
        assert undo.text() == f"&Undo label 1 image as {CLASSES[1]}"
        window.show_workspace("explore")
        assert not undo.isEnabled()
        window.show_workspace("annotate")
        undo.trigger()
        assert session.document.images[0].class_name == CLASSES[0]
    finally:
        window.close_for_good()


def test_the_first_class_of_a_project_is_added_by_its_name(empty_session, services, tmp_path, qtbot) -> None:
    with Project.create(tmp_path / "photos") as made:
        draw_bird(tmp_path / "a.jpg", 0)
        made.add_images(made.add_image_root(tmp_path), [NewImage("a.jpg")])
    empty_session.open_project(tmp_path / "photos")
    workspace = shown_workspace(empty_session, services, qtbot)
    assert "no classes yet" in workspace.labels.hint.text()
    qtbot.keyClicks(workspace.labels.search, "Wader")
    qtbot.keyClick(workspace.labels.search, K.Key_Return)
    assert empty_session.document.images[0].class_name == "Wader"
    assert workspace.labels.buttons[0].text() == "● Wader"


def test_a_hidden_workspace_updates_when_it_is_shown(window, session, qtbot) -> None:
    window.show_workspace("annotate")
    labels = window.workspaces["annotate"].labels
    qtbot.waitUntil(labels.isVisible)
    window.show_workspace("classes")
    session.edits.add_classes({"Grey owl": VECTORS[0]})
    assert labels.list.model().rowCount() == len(CLASSES), "a hidden panel does no work"
    window.show_workspace("annotate")
    assert labels.list.model().rowCount() == len(CLASSES) + 1
    assert labels.buttons[3].text() == "◆ Grey owl"
