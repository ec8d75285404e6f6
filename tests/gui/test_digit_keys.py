"""Digits work as keys on keyboards that need Shift for them: the key that bears the 2 does what 2 does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from annotate_kit import NO, classes, shown_workspace
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from small_birds import CLASSES

from msdn_gui.actions.digit_keys import digit_event
from msdn_gui.shell.settings.key_recorder import KeyRecorder

if TYPE_CHECKING:
    from msdn_gui.annotate.workspace import AnnotateWorkspace

FRENCH, CZECH = "&é\"'(-è_çà", "+ěščřžýáíé"
SHIFT, CTRL, ALT = (getattr(Qt.KeyboardModifier, f"{name}Modifier") for name in ("Shift", "Control", "Alt"))


def event_of(
    symbol: str,
    code: int = 0,
    modifiers: Qt.KeyboardModifier = NO,
    virtual: int = 0,
    kind: QEvent.Type = QEvent.Type.KeyPress,
) -> QKeyEvent:
    """Return what a keyboard sends for an unshifted key: the symbol's key in capitals, and its place."""
    key = ord(symbol.upper())
    return QKeyEvent(kind, key, modifiers, code, virtual, 0, symbol)


def press(target: QWidget, symbol: str, code: int = 0, modifiers: Qt.KeyboardModifier = NO) -> None:
    QApplication.sendEvent(target, event_of(symbol, code, modifiers))
    QApplication.processEvents()


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    return shown_workspace(session, services, qtbot)


@pytest.mark.parametrize("layout", [FRENCH, CZECH, "١٢٣"], ids=["French", "Czech", "Arabic"])
def test_the_key_of_a_digit_labels_without_shift(workspace, session, layout: str) -> None:
    press(workspace.queue.view, layout[1], 11)
    assert classes(session)[0] == CLASSES[1]
    press(workspace.queue.view, layout[2], 12)
    assert classes(session)[1] == CLASSES[2]


def test_a_key_without_a_place_is_known_by_its_symbol(workspace, session) -> None:
    press(workspace.queue.view, "é")
    assert classes(session)[0] == CLASSES[1]
    press(workspace.queue.view, "à")
    assert classes(session)[1] is None


def test_the_number_pad_works(workspace, session, qtbot) -> None:
    qtbot.keyClick(workspace.queue.view, Qt.Key.Key_2, Qt.KeyboardModifier.KeypadModifier)
    assert classes(session)[0] == CLASSES[1]


def test_a_text_field_gets_the_symbol(workspace, session) -> None:
    before, search = classes(session), workspace.labels.search
    search.setFocus()
    for place, symbol in enumerate(FRENCH):
        press(search, symbol, 10 + place)
    assert search.text() == FRENCH
    assert classes(session) == before


def test_keys_that_are_not_the_digits_own_do_nothing(workspace, session) -> None:
    before = classes(session)
    press(workspace.queue.view, "-", 20)
    press(workspace.queue.view, "é", 30)
    press(workspace.queue.view, "~", 11, CTRL | ALT)
    press(workspace.queue.view, "É", 11, SHIFT)
    assert classes(session) == before


def test_digits_with_ctrl_show_the_workspaces(window, qtbot) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    press(QApplication.focusWidget() or window, "'", 13, CTRL)
    assert window.workspaces["train"].isVisible()
    # The way of a key from the system.
    QApplication.sendEvent(window.windowHandle(), event_of("&", 10, CTRL))
    assert window.workspaces["explore"].isVisible()


def test_a_key_is_recorded_as_its_digit(application, qtbot) -> None:  # noqa: ARG001
    recorder = KeyRecorder()
    qtbot.addWidget(recorder)
    with qtbot.waitSignal(recorder.recorded) as recorded:
        QApplication.sendEvent(recorder, event_of("é", 11))
        QApplication.sendEvent(recorder, event_of("é", 11, kind=QEvent.Type.KeyRelease))
    assert recorded.args[0].toString() == "2"


@pytest.mark.parametrize(
    ("platform", "codes", "virtual"),
    [
        ("xcb", range(10, 20), False),
        ("wayland", range(10, 20), False),
        ("windows", range(2, 12), False),
        ("cocoa", (0x12, 0x13, 0x14, 0x15, 0x17, 0x16, 0x1A, 0x1C, 0x19, 0x1D), True),
    ],
)
def test_the_places_of_the_digits_on_each_system(monkeypatch, platform: str, codes, virtual: bool) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    digits = []
    for code, symbol in zip(codes, FRENCH, strict=True):
        event = event_of(symbol, 1, virtual=code) if virtual else event_of(symbol, code)
        made = digit_event(event, QEvent.Type.KeyPress)
        digits.append(made.text())
    assert "".join(digits) == "1234567890"
