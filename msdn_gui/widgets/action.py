"""An action with its keys: workspaces make theirs here, so that keys can be looked up, shown and changed in one way."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from msdn_gui.icons import bind_icon

PAGE = Qt.ShortcutContext.WidgetWithChildrenShortcut
_WHY_NOT = "why_not"
_PART = "part"


def make_action(
    owner: QWidget,
    name: str,
    text: str,
    keys: str | QKeySequence.StandardKey = "",
    do: Callable[[], object] | None = None,
    *,
    hint: str = "",
    sign: str = "",
    context: Qt.ShortcutContext = PAGE,
    on: bool | None = None,
) -> QAction:
    """One action whose keys hold within ``owner`` alone.

    ``name`` begins with the workspace's and stays: what a user made of the keys is kept under it. ``keys`` may be
    several, as ``"Del; Backspace"``. ``on`` makes it one that is on or off. A letter typed into a line stays a letter.
    """
    action = QAction(text, owner, objectName=name)
    action.setShortcutContext(context)
    action.setStatusTip(hint)
    set_keys(action, sequences(keys))
    if on is not None:
        action.setCheckable(True)
        action.setChecked(on)
    if do is not None:
        action.triggered.connect(lambda: do())
    if sign:
        bind_icon(action, sign)
    owner.addAction(action)
    return action


def sequences(keys: str | QKeySequence.StandardKey) -> list[QKeySequence]:
    """The keys that a text names, parted by “; ”, or this system's for a standard one; without those that are none."""
    if isinstance(keys, QKeySequence.StandardKey):
        return [QKeySequence(keys)]
    return [one for one in QKeySequence.listFromString(keys) if not one.isEmpty()]


def keys_text(keys: Iterable[QKeySequence]) -> str:
    """Keys as they are shown, e.g. “Del or Backspace”."""
    return " or ".join(one.toString(QKeySequence.SequenceFormat.NativeText) for one in keys)


def plain_text(action: QAction) -> str:
    """An action's text without the sign of its menu's letter."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


def set_keys(action: QAction, keys: list[QKeySequence]) -> None:
    """Gives an action its keys; its tooltip says them."""
    action.setShortcuts(keys)
    _tell(action)


def allow(action: QAction, why_not: str = "") -> None:
    """Enables an action, or disables it with the sentence that says why; its tooltip says it too."""
    action.setEnabled(not why_not)
    action.setProperty(_WHY_NOT, why_not)
    _tell(action)


def why_not(action: QAction) -> str:
    """Why an action is disabled; empty where it is not, or where nobody said."""
    return "" if action.isEnabled() else str(action.property(_WHY_NOT) or "")


def tell_keys(action: QAction, tell: Callable[[str], object]) -> None:
    """Hands on an action's keys as “ (Ctrl+F)”, or as nothing, now and whenever they change."""

    def told() -> None:
        keys = keys_text(action.shortcuts())
        tell(f" ({keys})" if keys else "")

    action.changed.connect(told)
    told()


def belongs_to(action: QAction, part: str) -> None:
    """Says that an action's keys hold in one part of its workspace alone: a tab, a table, a plot."""
    action.setProperty(_PART, part)


def part_of(action: QAction) -> str:
    """What ``belongs_to`` said; empty for the whole workspace."""
    return str(action.property(_PART) or "")


def _tell(action: QAction) -> None:
    said = why_not(action) or action.statusTip() or plain_text(action).removesuffix(" …")
    keys = keys_text(action.shortcuts())
    action.setToolTip(f"{said} ({keys})" if keys else said)
