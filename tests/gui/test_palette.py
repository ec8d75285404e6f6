"""The command palette: what it finds, in which order, and that Return runs it in any workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QListView, QWidget
from small_birds import CLASSES

from msdn_core.project import Project
from msdn_gui.look.theme import theme
from msdn_gui.shell.palette.fuzzy import match

if TYPE_CHECKING:
    from collections.abc import Callable

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


class Hands:
    """The palette as a person sees and uses it."""

    def __init__(self, window, qtbot) -> None:
        self.window, self.qtbot = window, qtbot
        self.line = window.findChild(QLineEdit, "palette_line")
        self.list = window.findChild(QListView, "palette_list")

    def open(self, typed: str = "") -> None:
        self.qtbot.keyClick(self.window, K.Key_K, CTRL)
        self.qtbot.waitUntil(self.line.isVisible)
        self.qtbot.keyClicks(self.line, typed)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(self.line, key)

    def rows(self) -> list[str]:
        model = self.list.model()
        role = Qt.ItemDataRole.AccessibleTextRole
        return [model.index(row).data(role) for row in range(model.rowCount())]

    def chosen(self) -> str:
        return self.list.currentIndex().data()


@pytest.fixture
def palette(window, qtbot) -> Hands:
    return Hands(window, qtbot)


def test_a_few_letters_and_return_run_an_action(palette) -> None:
    palette.open("theme dark")
    assert palette.rows()[0] == "Dark, Theme"
    palette.press(K.Key_Return)
    assert theme().dark
    assert not palette.line.isVisible()


def test_an_action_of_a_workspace_that_was_not_made_shows_it_first(palette, window) -> None:
    assert "classes" not in window.workspaces
    palette.open("new class")
    assert palette.rows()[0] == "New class, Classes, Ctrl+N"
    palette.press(K.Key_Return)
    assert window.current == "classes"
    assert window.findChild(QWidget, "classes").form.isVisible()


def test_an_action_of_a_tab_shows_the_tab_first(palette, window) -> None:
    palette.open("point annotate")
    assert palette.rows()[0] == "Point, Annotate › Marks, O"
    palette.press(K.Key_Return)
    assert window.workspaces["annotate"].tabs.currentWidget() is window.workspaces["annotate"].marks
    assert window.findChild(QAction, "annotate.tool_point").isChecked()


def test_an_unavailable_action_of_another_workspace_shows_it_and_says_why(palette, window) -> None:
    palette.open("stop and keep")
    palette.press(K.Key_Return)
    assert window.current == "train"
    assert window.message_bar.text == "“Stop and keep” is not available now. Select a run first."


def test_an_unavailable_action_is_grey_says_why_and_is_skipped(palette, session) -> None:
    session.inference.set_checkpoint(None)
    palette.open("again")
    rows = palette.rows()
    grey = rows.index("Explain the image again, Run, F5, Select an image and a checkpoint first.")
    index = palette.list.model().index(grey)
    assert not index.flags() & Qt.ItemFlag.ItemIsEnabled
    for _ in rows:
        palette.press(K.Key_Down)
        assert palette.list.currentIndex() != index


def test_recently_used_actions_come_first(palette, settings_of) -> None:
    for typed in ("sub-net in focus", "smooth"):
        palette.open(typed)
        palette.press(K.Key_Return)
    palette.open()
    assert palette.rows()[0].startswith("Smooth maps")
    assert palette.rows()[1].startswith("Switch sub-net in focus")
    assert settings_of().recent_actions == ("action:explore.smooth", "action:explore.switch_subnet")


def test_classes_attributes_and_images_are_found_by_name(palette, session, qtbot) -> None:
    palette.open("tern")
    assert palette.rows()[0] == f"{CLASSES[2]}, Unseen class"
    palette.press(K.Key_Return)
    assert session.selection.class_name == CLASSES[2]
    palette.open("crest yes")
    palette.press(K.Key_Return)
    assert session.document.table.attributes[session.selection.attribute].full_name == "crest::yes"
    name = session.document.images[4].name
    palette.open(name.split(".")[0].replace("_", " "))
    qtbot.waitUntil(lambda: f"{name}, Image" in palette.rows())
    while palette.chosen() != name:
        palette.press(K.Key_Down)
    palette.press(K.Key_Return)
    assert session.selection.image == session.document.images[4]


def test_a_recent_project_is_opened(palette, window, session, tmp_path) -> None:
    small, other = session.document.project.path, tmp_path / "Other birds"
    Project.create(other).close()
    for path in (other, small, other):
        window.opening.open_path(path)
    palette.open("small birds")
    assert palette.rows()[0].startswith("Small birds, Recent project")
    palette.press(K.Key_Return)
    assert session.document.project.path == small


def test_a_click_runs_and_esc_or_a_click_elsewhere_closes(palette, window, qtbot) -> None:
    before = window.workspaces["explore"].gallery.view
    before.setFocus()
    palette.open("annotate")
    row = palette.list.visualRect(palette.list.model().index(0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert window.current == "annotate"
    window.show_workspace("explore")
    before.setFocus()
    palette.open("x")
    palette.press(K.Key_Escape)
    assert not palette.line.isVisible()
    assert before.hasFocus()
    palette.open()
    qtbot.mouseClick(window.findChild(QWidget, "class_search"), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert not palette.line.isVisible()


def test_the_palette_says_if_nothing_matches(palette, window) -> None:
    palette.open("qqqq")
    assert window.findChild(QWidget, "palette_none").isVisible()
    assert not palette.list.isVisible()


def test_without_a_project_actions_of_workspaces_are_grey(palette, session) -> None:
    session.close_project()
    palette.open("new class")
    assert palette.rows()[0] == "New class, Classes, Ctrl+N, Open a project first."
    assert not palette.list.currentIndex().isValid() or palette.chosen() != "New class"


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("op", "Open project", "Stop and keep"),
        ("project open", "Open project", "New project that is open for all to see"),
        ("sm", "Save maps", "Prisms"),
        ("grebe", "Horned_Grebe", "Green bee-eater"),
    ],
)
def test_better_matches_score_higher(typed, better, worse) -> None:
    scores = [found.score if found else -1.0 for found in (match(typed, better), match(typed, worse))]
    assert scores[0] > scores[1]


def test_a_missing_letter_is_no_match_and_typed_letters_are_marked() -> None:
    assert match("xyz", "Export") is None
    found = match("nc", "New class")
    assert sorted(found.places) == [0, 4]


@pytest.fixture
def settings_of(services) -> Callable[[], object]:
    return lambda: services.settings.value
