"""Digit keys of keyboards on which digits need Shift, such as French and Czech ones.

There the key that bears the 2 sends “é” or “ě”, which no shortcut has. The key is known by its place on the keyboard,
and does what the digit does.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

_DIGITS = range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)
_MAC_KEYS = {0x12: 1, 0x13: 2, 0x14: 3, 0x15: 4, 0x17: 5, 0x16: 6, 0x1A: 7, 0x1C: 8, 0x19: 9, 0x1D: 0}
_SYMBOLS = {
    **dict(zip('&é"(è_çà', (1, 2, 3, 5, 7, 8, 9, 0), strict=True)),
    **dict(zip("ěščřžýáí", range(2, 10), strict=True)),
}
"""Unshifted symbols that digit keys alone have, for events that do not name the key's place."""
_SHIFTED = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.GroupSwitchModifier
_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def digit_event(event: QKeyEvent, kind: QEvent.Type) -> QKeyEvent | None:
    """Return an event with the digit that the pressed key bears; None for any other key, and if it sends the digit."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() in _DIGITS or modifiers & _SHIFTED or modifiers & _ALT_GR == _ALT_GR:
        return None
    digit = _digit_at(event)
    if digit is None:
        return None
    return QKeyEvent(kind, Qt.Key.Key_0 + digit, modifiers, str(digit), event.isAutoRepeat())


def watch_digit_keys(owner: QWidget) -> None:
    """Let the digit keys trigger the actions of a widget on every keyboard, as its shortcuts do."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return
    watch = application.findChild(_FocusWatch, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if watch is None:
        watch = _FocusWatch(application)
    owner.installEventFilter(watch.keys)


class _DigitKeys(QObject):
    """Turns key presses of the watched widgets into the actions of their digits."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not isinstance(watched, QWidget) or QApplication.activePopupWidget() is not None:
            return False
        typed = digit_event(event, QEvent.Type.ShortcutOverride)
        if typed is None:
            return False
        keys = QKeySequence(QKeyCombination(typed.modifiers(), Qt.Key(typed.key())))
        action = _action_of(watched, keys)
        if action is None:
            return False
        # A field that wants a digit for itself also wants what the key sends instead.
        typed.ignore()
        QCoreApplication.sendEvent(watched, typed)
        if typed.isAccepted():
            return False
        if action.autoRepeat() or not event.isAutoRepeat():
            action.trigger()
        event.accept()
        return True


class _FocusWatch(QObject):
    """Watches the widget with the focus, and the owners of actions, to which other widgets pass keys on.

    A filter of the whole application would see every event, also those of widgets that are being made or destroyed.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.keys = _DigitKeys(self)
        self._focus_keys = _DigitKeys(self)
        self._focused: QWidget | None = None
        application.focusChanged.connect(self._on_focus_changed)
        self._on_focus_changed()

    def _on_focus_changed(self) -> None:
        if self._focused is not None and isValid(self._focused):
            self._focused.removeEventFilter(self._focus_keys)
        self._focused = QApplication.focusWidget()
        if self._focused is not None:
            self._focused.installEventFilter(self._focus_keys)


def _action_of(widget: QWidget, keys: QKeySequence) -> QAction | None:
    """Return the enabled action of a widget, or of one around it in its window, that has keys."""
    around: QWidget | None = widget
    while around is not None:
        for action in around.actions():
            reaches = around is widget or action.shortcutContext() != Qt.ShortcutContext.WidgetShortcut
            if reaches and action.isEnabled() and keys in action.shortcuts():
                return action
        around = None if around.isWindow() else around.parentWidget()
    return None


def _digit_at(event: QKeyEvent) -> int | None:
    """Return the digit that a key bears, by its place; without a place, by the symbol that it sends."""
    platform, code = QGuiApplication.platformName(), event.nativeScanCode()
    if platform == "cocoa":
        return _MAC_KEYS.get(event.nativeVirtualKey())
    if code:
        # The places of 1 to 9 and 0 in a row, as Windows counts them, and as X11 and Wayland do.
        place = code - (2 if platform == "windows" else 10)
        return (place + 1) % 10 if 0 <= place < 10 else None
    letter = event.text()[:1].lower() or (chr(event.key()).lower() if event.key() < 0x10000 else "")
    return _SYMBOLS.get(letter, unicodedata.digit(letter, None) if letter else None)
