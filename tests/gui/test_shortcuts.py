"""Keys are looked up and changed as a person does, and work at once, also in workspaces that are made later."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QTreeWidget, QTreeWidgetItem
from small_birds import CLASSES

from msdn_gui.services.settings import SettingsStore

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


class Page:
    """The page of keys as a person sees and uses it."""

    def __init__(self, window, qtbot) -> None:
        self.window, self.qtbot = window, qtbot
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(window, K.Key_K, CTRL | Qt.KeyboardModifier.AltModifier)
        self.dialog = window.findChild(QDialog, "settings_dialog")
        qtbot.waitUntil(self.dialog.isVisible)
        self.tree = self.dialog.findChild(QTreeWidget, "shortcuts_tree")
        self.filter = self.dialog.findChild(QLineEdit, "shortcuts_filter")
        self.words = self.dialog.findChild(QLabel, "shortcuts_words")

    def close(self) -> None:
        self.dialog.close()
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)

    def button(self, name: str) -> QPushButton:
        return self.dialog.findChild(QPushButton, f"shortcuts_{name}")

    def rows(self) -> list[QTreeWidgetItem]:
        groups = [self.tree.topLevelItem(place) for place in range(self.tree.topLevelItemCount())]
        rows = [group.child(number) for group in groups for number in range(group.childCount()) if not group.isHidden()]
        return [row for row in rows if not row.isHidden()]

    def choose(self, text: str, group: str) -> QTreeWidgetItem:
        row = next(row for row in self.rows() if row.text(0) == text and row.parent().text(0) == group)
        self.tree.setCurrentItem(row)
        return row

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = CTRL) -> None:
        """Return on the chosen row, and then the keys."""
        self.tree.setFocus()
        self.qtbot.keyClick(self.tree, K.Key_Return)
        self.qtbot.keyClick(QApplication.focusWidget(), key, modifier)
        QApplication.processEvents()

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.button(name), LEFT)


@pytest.fixture
def page(window, qtbot) -> Page:
    return Page(window, qtbot)


def test_new_keys_work_at_once_instead_of_the_old_ones(page, window, session, qtbot) -> None:
    row = page.choose("Next image", "View")
    page.press(K.Key_J)
    assert row.text(1) == "Ctrl+J"
    assert row.font(1).bold()
    page.close()
    session.selection.set_image(session.document.images[0])
    qtbot.keyClick(window, K.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert session.selection.image == session.document.images[0]
    qtbot.keyClick(window, K.Key_J, CTRL)
    assert session.selection.image == session.document.images[1]


def test_keys_of_a_workspace_that_was_not_made_work_when_it_is(page, window, qtbot) -> None:
    assert "classes" not in window.workspaces
    page.choose("What if", "Classes")
    page.press(K.Key_J)
    page.close()
    window.show_workspace("classes")
    classes = window.workspaces["classes"]
    qtbot.keyClick(classes.view, K.Key_J, CTRL)
    assert classes.what_if.isVisible()
    assert window.findChild(QAction, "classes.what_if").toolTip().endswith("(Ctrl+J)")


def test_used_keys_are_reported_and_can_be_reassigned_or_kept(page) -> None:
    row = page.choose("New class", "Classes")
    other = next(one for one in page.rows() if one.text(0) == "Filter classes")
    page.press(K.Key_F)
    assert page.words.text() == "Ctrl+F is already used by “Filter classes” (Classes)."
    page.click("keep")
    assert (row.text(1), other.text(1)) == ("Ctrl+N", "Ctrl+F")
    page.choose("New class", "Classes")
    page.press(K.Key_F)
    page.click("take")
    assert (row.text(1), other.text(1)) == ("Ctrl+F", "")
    page.choose("Filter classes", "Classes")
    page.click("reset")
    assert (row.text(1), other.text(1)) == ("", "Ctrl+F")


def test_keys_of_the_window_clash_with_those_of_all_workspaces(page) -> None:
    page.choose("Explain the image again", "Run")
    page.press(K.Key_N)
    assert "“New class” (Classes)" in page.words.text()
    assert "“New run” (Train)" in page.words.text()
    page.click("keep")
    row = page.choose("Search images", "Explore")
    page.press(K.Key_N)
    assert not page.button("take").isVisible()
    assert row.text(1) == "Ctrl+N"


def test_keys_are_removed_reset_and_all_reset(page, services) -> None:
    row = page.choose("Export", "File")
    page.click("none")
    assert row.text(1) == ""
    page.click("reset")
    assert row.text(1) == "Ctrl+Shift+E"
    page.press(K.Key_J)
    page.choose("Search images", "Explore")
    page.press(K.Key_M)
    page.click("reset_all")
    assert row.text(1) == "Ctrl+Shift+E"
    assert not services.settings.value.shortcuts
    assert not page.button("reset_all").isEnabled()


def test_esc_leaves_the_keys_as_they_are(page) -> None:
    row = page.choose("Export", "File")
    page.press(K.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert row.text(1) == "Ctrl+Shift+E"
    assert page.tree.itemWidget(row, 1) is None
    assert page.dialog.isVisible()


def test_the_filter_finds_names_places_and_keys(page, qtbot) -> None:
    for typed, found in (("new cl", "New class"), ("ctrl+shift+e", "Export"), ("annotate marks box", "Box")):
        page.filter.clear()
        qtbot.keyClicks(page.filter, typed)
        assert page.rows()[0].text(0) == found


def test_changed_keys_are_remembered_and_a_damaged_file_loses_only_them(page, services, tmp_path) -> None:
    page.choose("Export", "File")
    page.press(K.Key_J)
    services.settings.write()
    assert SettingsStore(services.settings.path).value.shortcuts == {"shell.export": "Ctrl+J"}
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({"shortcuts": ["x"], "theme": "dark"}), encoding="utf-8")
    assert SettingsStore(broken).value.shortcuts == {}


def test_a_digit_key_selects_the_class_of_that_rank(window, session, explained, qtbot) -> None:
    explained(1)
    view = window.workspaces["explore"].gallery.view
    view.setFocus()
    ranking = session.inference.class_ranking()[0]
    qtbot.keyClick(view, K.Key_2)
    assert session.selection.class_name == CLASSES[int(ranking[1])]
