"""Actions made one by one; superseded by ``msdn_gui.actions``, and removed once every workspace has its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from msdn_gui.actions.bind import PAGE, key_sequences, keys_text, plain_text, set_keys
from msdn_gui.actions.bind import follow_keys as tell_keys
from msdn_gui.actions.bind import reason_of as why_not
from msdn_gui.actions.bind import set_reason as allow
from msdn_gui.look.icons import bind_icon
from msdn_gui.widgets.build import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QWidget

__all__ = [
    "PAGE",
    "allow",
    "belongs_to",
    "keys_text",
    "make_action",
    "part_of",
    "plain_text",
    "sequences",
    "set_keys",
    "tell_keys",
    "why_not",
]

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
    """Make one action whose keys work within ``owner``."""
    action = named(QAction(text, owner), name)
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
    """Return the key sequences of a text or a standard key."""
    return [QKeySequence(keys)] if isinstance(keys, QKeySequence.StandardKey) else key_sequences(keys)


def belongs_to(action: QAction, part: str) -> None:
    """Note the part of its workspace where an action's keys work."""
    action.setProperty(_PART, part)


def part_of(action: QAction) -> str:
    """Return what ``belongs_to`` noted; empty for the whole workspace."""
    return str(action.property(_PART) or "")
