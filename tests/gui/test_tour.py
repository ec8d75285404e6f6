"""The guided tour: it points at the real window, blocks nothing, and continues where it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget

from msdn_gui.look.theme import theme
from msdn_gui.shell.tour.coach_mark import beside
from msdn_gui.shell.tour.steps import STEPS
from msdn_gui.shell.window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(session, services, qtbot) -> Iterator[MainWindow]:
    """A window on the small project, marked as the aviary."""
    session.document.project.set_meta("aviary_seed", "1")
    made = MainWindow(session, services)
    made.resize(1280, 720)
    made.show_workspace("train")
    made.show()
    session.selection.set_image(session.document.images[0])
    qtbot.waitUntil(made.settled)
    yield made
    made.close_for_good()
    QApplication.processEvents()


def text(window: MainWindow, name: str) -> str:
    return window.findChild(QLabel, name).text()


def mark(window: MainWindow) -> QWidget:
    return window.findChild(QWidget, "coachMark")


def click(qtbot, window: MainWindow, name: str) -> None:
    qtbot.mouseClick(window.findChild(QAbstractButton, name), LEFT)


def place_of(window: MainWindow, name: str) -> QRect:
    widget = window.findChild(QWidget, name)
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def ring(window: MainWindow) -> QRect | None:
    found = window.findChild(QWidget, "tourRing")
    return found.geometry() if found.isVisible() else None


def test_the_tour_works_by_keyboard_and_starts_again_after_its_end(window, qtbot) -> None:
    window.commands["shell.tour"].trigger()
    for number, step in enumerate(STEPS, 1):
        assert text(window, "coachCount") == f"{number} of {len(STEPS)}"
        assert window.current == step.workspace
        assert window.rect().contains(mark(window).geometry())
        target = place_of(window, step.targets[0])
        if window.findChild(QWidget, step.targets[0]).isVisible():
            assert ring(window).contains(target & window.rect())
            assert not mark(window).geometry().adjusted(12, 12, -12, -12).contains(target.center())
        QApplication.processEvents()
        assert window.findChild(QPushButton, "coachOnward").hasFocus()
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert not mark(window).isVisible()
    assert ring(window) is None
    window.commands["shell.tour"].trigger()
    assert text(window, "coachCount") == f"1 of {len(STEPS)}"
    click(qtbot, window, "coachOnward")
    click(qtbot, window, "coachBack")
    assert text(window, "coachCount") == f"1 of {len(STEPS)}"
    assert not window.findChild(QWidget, "coachBack").isVisible()


def test_the_tour_blocks_nothing_and_notices_what_was_tried(window, session, qtbot) -> None:
    window.commands["shell.tour"].trigger()
    gallery = window.findChild(QWidget, "gallery")
    at = gallery.mapTo(window, gallery.visualRect(gallery.model().index(2)).center())
    # Whatever lies under the mouse gets the click: the ring does not.
    hit = window.childAt(at)
    qtbot.mouseClick(hit, LEFT, pos=hit.mapFrom(window, at))
    assert session.selection.image == session.document.images[2]
    assert text(window, "coachNote") == "✓ Well done."


def test_escape_ends_the_tour_and_the_menu_continues_it(window, services, qtbot) -> None:
    window.commands["shell.tour"].trigger()
    click(qtbot, window, "coachOnward")
    gallery = window.findChild(QWidget, "gallery")
    gallery.setFocus()
    qtbot.keyClick(gallery, Qt.Key.Key_Escape)
    assert not mark(window).isVisible()
    window.show_workspace("train")
    window.commands["shell.tour"].trigger()
    assert text(window, "coachTitle") == STEPS[1].title
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not mark(window).isVisible()
    assert services.settings.value.tour_step == 1


def test_the_tour_follows_window_theme_and_workspace(window, session, qtbot) -> None:
    window.commands["shell.tour"].trigger()
    click(qtbot, window, "coachOnward")
    window.resize(1000, 640)
    QApplication.processEvents()
    assert ring(window).contains(place_of(window, "attributes"))
    assert window.rect().contains(mark(window).geometry())
    light = mark(window).grab().toImage().pixelColor(18, 60).lightness()
    theme().set_mode("dark")
    assert mark(window).grab().toImage().pixelColor(18, 60).lightness() < light
    click(qtbot, window, "rail-train")
    assert ring(window) is None
    assert mark(window).isVisible()
    assert "Explore" in window.findChild(QPushButton, "coachOnward").text()
    click(qtbot, window, "coachOnward")
    assert window.current == "explore"
    assert text(window, "coachTitle") == STEPS[1].title
    assert ring(window) is not None
    session.close_project()
    assert ring(window) is None


def test_the_tour_keeps_another_project_open_until_the_aviary_is_requested(window, session, qtbot, monkeypatch) -> None:
    session.document.project.set_meta("aviary_seed", "")
    asked = []
    monkeypatch.setattr(window.opening, "open_aviary", asked.append)
    window.commands["shell.tour"].trigger()
    assert "aviary" in text(window, "coachTitle")
    click(qtbot, window, "coachLeave")
    assert not mark(window).isVisible()
    assert asked == []
    window.commands["shell.tour"].trigger()
    click(qtbot, window, "coachOnward")
    assert len(asked) == 1
    session.document.project.set_meta("aviary_seed", "1")
    path = session.document.project.path
    session.close_project()
    session.open_project(path)
    assert text(window, "coachTitle") == STEPS[0].title


@pytest.mark.parametrize(
    "target",
    [QRect(0, 100, 200, 600), QRect(300, 20, 60, 30), QRect(900, 80, 300, 600), QRect(200, 600, 800, 110)],
    ids=["at the left", "a button above", "at the right", "below"],
)
def test_the_note_is_beside_its_target(target) -> None:
    size, room = QSize(340, 200), QRect(0, 0, 1200, 720)
    place, tip = beside(target, size, room)
    assert room.contains(QRect(place, size))
    assert not QRect(place, size).intersects(target)
    assert target.adjusted(-5, -5, 5, 5).contains(tip)
