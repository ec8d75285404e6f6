"""The settings: each change is visible at once, wherever it was made."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLabel, QLineEdit, QPushButton, QSpinBox, QTabWidget

from msdn_gui.look.theme import theme

CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def settings(window, qtbot) -> QDialog:
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    dialog = window.findChild(QDialog, "settings_dialog")
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def choose(qtbot, dialog: QDialog, name: str, text: str) -> None:
    """Select an item with the keyboard."""
    box = dialog.findChild(QComboBox, name)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    while box.currentText() != text:
        before = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, f"there is no {text}"


def test_another_theme_applies_at_once_and_the_menu_shows_it(settings, window, qtbot) -> None:
    choose(qtbot, settings, "settings_theme", "Dark")
    assert theme().dark
    assert window.findChild(object, "shell.theme_dark").isChecked()
    window.findChild(object, "shell.theme_light").trigger()
    assert settings.findChild(QComboBox, "settings_theme").currentText() == "Light"
    assert not theme().dark


def test_a_larger_text_size_applies_everywhere_and_can_be_reset(settings, window, qtbot) -> None:
    labels = [window.findChild(QLabel, "facts"), window.top_bar.project_button, window.message_bar, window.rail]
    before = [one.font().pointSizeF() for one in labels]
    choose(qtbot, settings, "settings_text_scale", "125%")
    assert [one.font().pointSizeF() for one in labels] == pytest.approx([1.25 * size for size in before])
    choose(qtbot, settings, "settings_text_scale", "100%")
    assert [one.font().pointSizeF() for one in labels] == pytest.approx(before)


def test_settings_of_maps_are_shared_with_explore(settings, window, qtbot) -> None:
    controls = window.workspaces["explore"].maps.controls
    shown = []
    controls.changed.connect(shown.append)
    settings.findChild(QTabWidget).setCurrentIndex(1)
    choose(qtbot, settings, "settings_colour_map", "Magma")
    qtbot.keyClick(settings.findChild(QCheckBox, "settings_smooth"), Qt.Key.Key_Space)
    assert (shown[-1].colours, shown[-1].smooth) == ("magma", False)
    qtbot.keyClick(settings.findChild(QCheckBox, "settings_truth"), Qt.Key.Key_Space)
    assert not shown[-1].truth
    assert controls.display == shown[-1]
    controls.opacity.setValue(20)
    assert settings.findChild(object, "settings_opacity").value() == 20
    assert controls.display.colours == "magma"


def test_limits_of_memory_apply_at_once(settings, services, qtbot) -> None:
    settings.findChild(QTabWidget).setCurrentIndex(1)
    count = settings.findChild(QSpinBox, "settings_explanations_kept")
    count.setFocus()
    count.selectAll()
    qtbot.keyClicks(count, "16")
    assert services.settings.value.explanations_kept == 64
    qtbot.keyClick(count, Qt.Key.Key_Return)
    assert services.explainer.kept == 16
    assert settings.isVisible()


def test_the_annotator_is_the_same_in_settings_and_annotate(settings, window, qtbot) -> None:
    window.show_workspace("annotate")
    line = settings.findChild(QLineEdit, "settings_annotator")
    settings.activateWindow()
    line.setFocus()
    qtbot.keyClicks(line, "Ada")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.findChild(QLineEdit, "annotator").text() == "Ada"


def test_reset_restores_the_defaults(settings, services, qtbot) -> None:
    choose(qtbot, settings, "settings_theme", "Dark")
    qtbot.mouseClick(settings.findChild(QPushButton, "settings_defaults"), LEFT)
    assert services.settings.value.theme == "system"
    assert not settings.findChild(QPushButton, "settings_defaults").isEnabled()


@pytest.mark.parametrize("name", ["evaluate", "train", "classes", "annotate"])
def test_the_first_workspace_has_the_focus(session, services, name, qtbot) -> None:
    from msdn_gui.shell.window import MainWindow

    services.run_monitor.set_project(session.document.project.path)
    made = MainWindow(session, services)
    made.show_workspace(name)
    made.show()
    qtbot.waitExposed(made)
    try:
        qtbot.waitUntil(lambda: made.workspaces[name].isAncestorOf(made.focusWidget()))
    finally:
        made.close_for_good()
