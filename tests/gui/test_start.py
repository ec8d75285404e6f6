"""The start screen: recent projects, ways to open others, and what a start shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QPushButton, QWidget
from small_birds import write_checkpoint

from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_gui.look.theme import theme
from msdn_gui.shell.window import MainWindow
from msdn_gui.start.mosaic import places
from msdn_gui.start.page import StartPage
from msdn_gui.start.recent_model import opened_when
from msdn_gui.start.recent_view import RecentView

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(session, services) -> Iterator[MainWindow]:
    """A window with the small project; others were open before it, and one of them no longer exists."""
    services.settings.remember_project(session.document.project.path.parent / "gone")
    made = MainWindow(session, services)
    made.resize(1280, 720)
    made.show_workspace("explore")
    services.settings.remember_project(session.document.project.path)
    made.show()
    yield made
    made.close_for_good()
    QApplication.processEvents()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other"
    Project.create(path, name="Other birds").close()
    return path


def recents(window: MainWindow) -> RecentView:
    return window.findChild(RecentView)


def told(window: MainWindow) -> list[str]:
    """Return what a screen reader says for each card."""
    model = recents(window).model()
    return [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]


def click_card(qtbot, view: RecentView, row: int, at: QPoint | None = None) -> None:
    qtbot.mouseClick(view.viewport(), LEFT, pos=at or view.visualRect(view.model().index(row)).center())


def is_at_start(window: MainWindow) -> bool:
    return window.findChild(StartPage).isVisible()


def test_recent_projects_show_their_contents_and_missing_ones(window, session, qtbot) -> None:
    qtbot.mouseClick(window.findChild(QAbstractButton, "rail-start"), LEFT)
    assert is_at_start(window)
    qtbot.waitUntil(lambda: "Not found" in told(window)[1])
    assert told(window)[0].startswith("Small birds, 6 images · 3 classes (1 unseen), Open now")
    assert told(window)[1].startswith("gone, Not found")
    assert session.document.project is not None
    qtbot.mouseClick(window.findChild(QAbstractButton, "rail-explore"), LEFT)
    assert not is_at_start(window)


def test_a_click_or_enter_opens_a_project(window, session, services, qtbot, other) -> None:
    small = session.document.project.path
    window.opening.open_path(other)
    window.commands["shell.start"].trigger()
    view = recents(window)
    click_card(qtbot, view, 1)
    assert session.document.project.path == small
    assert not is_at_start(window)
    window.commands["shell.start"].trigger()
    view.setCurrentIndex(view.model().index(1))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert session.document.project.name == "Other birds"
    assert services.settings.value.recent_projects[:2] == (str(other), str(small))
    # The one that is open already is gone back to.
    window.commands["shell.start"].trigger()
    click_card(qtbot, view, 0)
    assert session.document.project.name == "Other birds"
    assert not is_at_start(window)


def test_a_missing_project_is_reported_and_the_start_screen_stays(window, session, qtbot) -> None:
    window.commands["shell.start"].trigger()
    before = session.document.project
    click_card(qtbot, recents(window), 1)
    assert window.message_bar.level == "error"
    assert session.document.project is before
    assert is_at_start(window)


def test_a_folder_whose_project_is_gone_is_not_made_a_project_of_images(window, session, services, qtbot) -> None:
    (session.document.project.path.parent / "gone").mkdir()
    window.commands["shell.start"].trigger()
    click_card(qtbot, recents(window), 1)
    assert "no project in the folder" in window.message_bar.text
    assert not services.jobs.running


def test_a_project_is_removed_from_the_list_and_restored_by_undo(window, services, qtbot) -> None:
    window.commands["shell.start"].trigger()
    view, recent = recents(window), services.settings.value.recent_projects
    assert not window.findChild(QPushButton, "undoRemoval").isVisible()
    click_card(qtbot, view, 0, view.cross_of(view.model().index(0)).center())
    assert services.settings.value.recent_projects == recent[1:]
    assert "Small birds" in window.findChild(QLabel, "removedRecent").text()
    assert Project.is_project(Path(recent[0]))
    view.setCurrentIndex(view.model().index(0))
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert services.settings.value.recent_projects == ()
    assert window.findChild(QLabel, "noRecents").isVisible()
    qtbot.mouseClick(window.findChild(QPushButton, "undoRemoval"), LEFT)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert services.settings.value.recent_projects == recent


def test_closing_a_project_shows_the_start_screen(window, session, qtbot) -> None:
    path = session.document.project.path
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert session.document.project is None
    assert is_at_start(window)
    assert not window.commands["shell.close_project"].isEnabled()
    with Project.open(path) as project:
        assert not project.read_only
    # A workspace without a project has nothing to show.
    qtbot.mouseClick(window.findChild(QAbstractButton, "rail-train"), LEFT)
    assert is_at_start(window)
    # The next start does not open what was closed.
    window.opening.expect()
    window.opening.open_first(None)
    assert session.document.project is None
    assert is_at_start(window)
    click_card(qtbot, recents(window), 0)
    assert session.document.project.path == path


def test_a_start_without_its_last_project_reports_it_and_offers_others(window, session, services) -> None:
    session.close_project()
    services.settings.change(last_project=str(Path("/nowhere/lost")))
    window.opening.expect()
    window.opening.open_first(None)
    assert is_at_start(window)
    assert "lost" in window.message_bar.text


def test_a_checkpoint_opens_the_project_of_its_run(window, session, qtbot, tmp_path) -> None:
    run = RunDirectory.create(session.document.project.path, "mine", {"recipe": "demo"})
    file = write_checkpoint(run.checkpoint_path("best"), run="mine")
    path = session.document.project.path
    session.close_project()
    qtbot.mouseClick(window.findChild(QAbstractButton, "start_shell.open_checkpoint"), LEFT)
    window.findChild(QFileDialog).fileSelected.emit(str(file))
    window.findChild(QFileDialog).close()
    assert session.document.project.path == path
    assert session.inference.checkpoint.run == "mine"
    session.close_project()
    stray = write_checkpoint(tmp_path / "stray" / "best.safetensors")
    window.opening.open_checkpoint(stray)
    assert session.document.project is None
    assert "open a project or images first" in window.message_bar.text


def test_the_drop_area_responds_to_a_drag(window, tmp_path) -> None:
    window.commands["shell.start"].trigger()
    zone = window.findChild(QWidget, "dropZone")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    quiet = zone.grab().toImage()
    no_keys = Qt.KeyboardModifier.NoModifier
    window.dragEnterEvent(QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, LEFT, no_keys))
    assert zone.grab().toImage() != quiet
    window.dragLeaveEvent(QDragLeaveEvent())
    assert zone.grab().toImage() == quiet


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_focus_is_visible(window, qtbot, mode) -> None:
    theme().set_mode(mode)
    window.commands["shell.start"].trigger()
    qtbot.waitUntil(window.settled)
    for name in ("start_shell.open_project", "recentProjects"):
        widget = window.findChild(QWidget, name)
        window.top_bar.project_button.setFocus()
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(widget, Qt.Key.Key_Right if name == "recentProjects" else Qt.Key.Key_Shift)
        assert widget.grab().toImage() != without


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_mosaic_fills_its_picture_without_overlap(count) -> None:
    found = places(count, 200, 100)
    assert len(found) == count
    assert not any(a.intersects(b) for a in found for b in found if a is not b)
    covered = sum(place.width() * place.height() for place in found)
    assert 0.94 * 200 * 100 < covered <= 200 * 100


def test_the_date_of_opening_is_worded() -> None:
    now = datetime(2026, 3, 10, 12, 0).astimezone()
    said = [opened_when((now - timedelta(days=days)).isoformat(), now) for days in (0, 1, 3, 30, -2)]
    assert said == ["Today, 12:00", "Yesterday, 12:00", "3 days ago", "8 February 2026", "12 March 2026"]
    assert opened_when("rubbish") == opened_when("") == ""
