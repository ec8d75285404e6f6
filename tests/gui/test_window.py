"""The window: what it shows, how it is closed, and that selections are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton, QWidget
from small_birds import draw_bird, write_checkpoint

from msdn_core.project import NewImage, Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunState, RunStatus, current_process
from msdn_gui.look.theme import theme
from msdn_gui.session.table_commands import AddClasses
from msdn_gui.shell.dialogs.close_question import CloseQuestion
from msdn_gui.shell.frame.dropping import dropped_folder
from msdn_gui.shell.window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def texts(menu: QMenu) -> list[str]:
    return [action.text().replace("&", "") for action in menu.actions() if action.text()]


def test_the_window_shows_the_project_and_the_checkpoint(window) -> None:
    assert "Small birds" in window.windowTitle()
    assert "Small birds" in window.top_bar.project_button.text()
    assert "small-01" in window.top_bar.checkpoint_button.text()
    assert window.findChild(QLabel, "facts").text() == "6 images · 3 classes (1 unseen) · 6 attributes"


def test_the_start_screen_is_shown_without_a_project(empty_session, services) -> None:
    window = MainWindow(empty_session, services)
    try:
        window.show_workspace("explore")
        window.show()
        titles = [label.text() for label in window.findChildren(QLabel, "startTitle") if label.isVisible()]
        assert titles == ["MSDN Explorer"]
        assert window.settled()
    finally:
        window.close_for_good()


def test_images_with_borrowed_classes_lead_to_defining_classes(window, session, tmp_path, qtbot) -> None:
    """Unavailable actions are disabled and say what to do first."""
    with Project.create(tmp_path / "photos") as made:
        draw_bird(tmp_path / "a.jpg", 0)
        made.add_images(made.add_image_root(tmp_path), [NewImage("a.jpg")])
    session.open_project(tmp_path / "photos")
    borrowed = window.findChild(QToolButton, "borrowed")
    assert not borrowed.isVisible()
    session.inference.set_checkpoint(write_checkpoint(tmp_path / "some.safetensors"))
    window.show_workspace("train")
    (new_run,) = [one for one in window.stack.currentWidget().actions() if one.objectName() == "train.new_run"]
    assert not new_run.isEnabled()
    assert "Define attributes in Classes" in new_run.toolTip()
    window.show_workspace("evaluate")
    new = window.findChild(QPushButton, "new_ablation")
    assert not new.isEnabled()
    assert "Define attributes in Classes" in new.toolTip()
    qtbot.mouseClick(borrowed, Qt.MouseButton.LeftButton)
    assert window.current == "classes"


class Shown(QObject):
    """Records which widgets are shown as separate windows."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(watched.objectName())
        return False


def test_making_a_workspace_shows_no_separate_window(window, qapp) -> None:
    """It would flash on the screen and take the focus from the window."""
    shown = Shown()
    qapp.installEventFilter(shown)
    for name in ("classes", "annotate", "train", "evaluate"):
        window.show_workspace(name)
        qapp.processEvents()
    qapp.removeEventFilter(shown)
    assert shown.names == []


def test_an_error_message_stays_until_it_is_closed(window, session, qtbot) -> None:
    session.messages.error("The disk is full; make room.")
    assert window.message_bar.isVisible()
    assert window.message_bar.text == "The disk is full; make room."
    qtbot.mouseClick(window.message_bar.findChild(object, "messageClose"), Qt.MouseButton.LeftButton)
    assert not window.message_bar.isVisible()


def test_the_checkpoint_menu_offers_the_runs_and_refuses_an_unfit_checkpoint(window, session, tmp_path) -> None:
    run = RunDirectory.create(session.document.project.path, "mine", {"recipe": "demo"})
    write_checkpoint(run.checkpoint_path("best"), run="mine")
    menu = window.top_bar.checkpoint_button.menu()
    menu.aboutToShow.emit()
    assert "mine" in texts(menu)
    next(action for action in menu.actions() if action.text() == "mine").trigger()
    assert session.inference.checkpoint.run == "mine"
    other = write_checkpoint(tmp_path / "x" / "best.safetensors", attributes=tuple("abcdef"), run="stranger")
    session.inference.set_checkpoint(other)
    assert session.inference.checkpoint.run == "mine"
    assert "stranger" in window.message_bar.text


def test_the_menu_of_a_workspace_is_parted_into_groups(window) -> None:
    window.show_workspace("train")
    menu = next(action.menu() for action in window.menuBar().actions() if action.text() == "Train")
    shown = ["-" if action.isSeparator() else action.objectName() for action in menu.actions()]
    assert shown[:4] == ["train.new_run", "-", "train.pause", "train.stop"]


def test_all_actions_have_a_hint_and_unique_keys(window) -> None:
    actions = [action for menu in window.menuBar().findChildren(QMenu) for action in menu.actions()]
    named = [action for action in actions if action.objectName()]
    assert named
    keys = [sequence.toString() for action in set(actions) for sequence in action.shortcuts()]
    assert sorted(keys) == sorted(set(keys))


def test_an_image_can_be_explained_again_as_soon_as_there_is_a_checkpoint(window, session, checkpoint_file) -> None:
    session.inference.set_checkpoint(None)
    session.selection.set_image(session.document.images[0])
    assert not window.commands["shell.explain_again"].isEnabled()
    session.inference.set_checkpoint(checkpoint_file)
    assert window.commands["shell.explain_again"].isEnabled()


def test_stepping_through_images(window, session) -> None:
    session.selection.set_image(session.document.images[0])
    window.commands["shell.next_image"].trigger()
    assert session.selection.image == session.document.images[1]
    window.commands["shell.previous_image"].trigger()
    window.commands["shell.previous_image"].trigger()
    assert session.selection.image == session.document.images[0]


def test_a_dropped_folder_of_images_is_opened_in_one_step(window, session, qtbot, tmp_path, home) -> None:
    photos = tmp_path / "holiday"
    photos.mkdir()
    draw_bird(photos / "a.jpg", 0)
    draw_bird(photos / "b.jpg", 1)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(photos))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignal(session.document.project_changed, timeout=30_000, check_params_cb=lambda p: p is not None):
        window.dropEvent(event)
    assert sorted(record.name for record in session.document.images) == ["a.jpg", "b.jpg"]
    assert session.document.project.path.is_relative_to(home)
    assert session.selection.image is not None


def test_only_images_and_projects_can_be_dropped(tmp_path) -> None:
    taken = {}
    for name in ("notes.txt", "a.JPG", "project.sqlite"):
        (tmp_path / name).write_bytes(b"")
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        taken[name] = dropped_folder(mime)
    assert taken == {"notes.txt": None, "a.JPG": tmp_path, "project.sqlite": tmp_path}


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", ["projectButton", "smooth", "ranking", "gamma", "rail-explore", "gallery_query"])
def test_the_focus_is_visible(window, session, qtbot, mode, name) -> None:
    theme().set_mode(mode)
    session.selection.set_image(session.document.images[0])
    session.selection.set_class(session.document.table.classes[0])
    qtbot.waitUntil(window.settled, timeout=10_000)
    widget = window.findChild(QWidget, name)
    window.message_bar.show_message("info", "x")
    window.message_bar.findChild(QWidget, "messageClose").setFocus(Qt.FocusReason.TabFocusReason)
    without = widget.grab().toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert widget.hasFocus()
    assert widget.grab().toImage() != without


def test_a_project_that_cannot_be_opened_is_reported_and_the_open_one_stays(window, session, tmp_path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "project.sqlite").write_bytes(b"no database")
    before = session.document.project
    window.opening.open_path(bad)
    assert session.document.project is before
    assert window.message_bar.level == "error"


def test_the_checkpoint_of_a_project_is_restored(window, session, tmp_path) -> None:
    Project.create(tmp_path / "other").close()
    path = session.document.project.path
    second = write_checkpoint(tmp_path / "second" / "best.safetensors", run="second")
    session.inference.set_checkpoint(second)
    window.opening.open_path(tmp_path / "other")
    window.opening.open_path(path)
    assert session.inference.checkpoint.run == "second"


def test_the_theme_changes_at_once(window) -> None:
    light = window.palette().window().color().lightness()
    window.commands["shell.theme_dark"].trigger()
    assert window.palette().window().color().lightness() < light
    assert theme().dark
    window.commands["shell.theme_light"].trigger()
    assert window.palette().window().color().lightness() == light


def running(project: Path) -> RunDirectory:
    run = RunDirectory.create(project, "long", {"recipe": "demo"})
    pid, started = current_process()
    run.write_status(RunStatus(RunState.RUNNING, pid=pid, process_started=started, step=3, steps=10))
    return run


@pytest.fixture
def close_with_run(window, session, services, qtbot) -> Callable[[str], RunDirectory]:
    def close(button: str) -> RunDirectory:
        run = running(session.document.project.path)
        qtbot.waitUntil(lambda: services.run_monitor.active() == ["long"])
        window.close()
        assert window.isVisible()
        question = window.findChild(CloseQuestion)
        assert "long" in question.text()
        getattr(question, button).click()
        return run

    return close


def test_the_chip_shows_a_run_and_opens_its_workspace(window, session, qtbot) -> None:
    running(session.document.project.path)
    qtbot.waitUntil(lambda: "Training long" in window.chip.text)
    assert "3 of 10" in window.chip.text


def test_closing_can_leave_a_run_running(window, close_with_run) -> None:
    run = close_with_run("leave")
    assert not window.isVisible()
    assert run.read_commands()[0] == []


def test_closing_can_stop_and_keep_a_run(window, close_with_run) -> None:
    run = close_with_run("stop")
    assert not window.isVisible()
    assert [command.command for command in run.read_commands()[0]] == ["stop"]


def test_closing_can_be_cancelled_during_a_run(window, close_with_run) -> None:
    run = close_with_run("stay")
    assert window.isVisible()
    assert run.read_commands()[0] == []


def test_the_chip_shows_a_job_and_cancels_it(window, services, qtbot) -> None:
    code = (
        'import json, time; print(json.dumps({"progress": {"stage": "features", "done": 30, "total": 1500, '
        '"remaining_s": 75}}), flush=True); time.sleep(60)'
    )
    services.jobs.start("Extracting features", ["-c", code])
    qtbot.waitUntil(lambda: window.chip.text == "Extracting features · 30 of 1,500 · 1:15 left", timeout=10_000)
    qtbot.mouseClick(window.chip.findChild(object, "chipCancel"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not services.jobs.running and window.chip.text == "", timeout=10_000)


def test_the_facts_follow_the_classes(window, session) -> None:
    assert "3 classes (1 unseen)" in window.findChild(QLabel, "facts").text()
    session.edits.add_classes({"New bird": session.document.table.vectors[0]})
    assert "4 classes (2 unseen)" in window.findChild(QLabel, "facts").text()
    path = session.document.project.path
    assert window.services.settings.remembered(path).classes == 4


def test_undo_says_what_it_undoes_and_why_it_cannot(window, session) -> None:
    undo = window.commands["shell.undo"]
    window.show_workspace("classes")
    assert not undo.isEnabled()
    assert undo.toolTip().startswith("There is nothing to undo.")
    window.workspaces["classes"].undo_stack.push(AddClasses(session, {"New bird": session.document.table.vectors[0]}))
    assert undo.isEnabled()
    assert undo.text().startswith("&Undo add ")
    assert "as long as the project is open" in undo.toolTip()
    undo.trigger()
    assert "New bird" not in session.document.table.classes
    window.show_workspace("evaluate")
    assert not undo.isEnabled()
