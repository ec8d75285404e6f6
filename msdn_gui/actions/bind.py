"""QActions from a table of specs: made once, bound by id to the methods of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from msdn_gui.actions.digit_keys import watch_digit_keys
from msdn_gui.look.icons import bind_icon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

    from msdn_gui.actions.spec import ActionSpec

_REASON = "reason"
"""Property of a disabled action: why it is."""
_SEPARATOR = "separator"
"""Property of an action that begins a group of its menu."""
_STANDARD = "std:"
PAGE = Qt.ShortcutContext.WidgetWithChildrenShortcut
"""Keys work within the owner and its children."""


class ActionSet:
    """The actions of one table by id, in its order, e.g. ``actions["explore.compare"]``."""

    def __init__(
        self,
        owner: QWidget,
        specs: Iterable[ActionSpec],
        handlers: Mapping[str, Callable[[], object]] | None = None,
        *,
        context: Qt.ShortcutContext = PAGE,
    ) -> None:
        """Make the actions of a table; keys work within ``owner``.

        ``handlers`` maps ids to methods; an action without one is connected by whoever owns it.
        """
        self.specs = {spec.id: spec for spec in specs}
        watch_digit_keys(owner)
        self._actions = {spec.id: make_action(owner, spec, context=context) for spec in self.specs.values()}
        self.bind(handlers or {})

    def bind(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Connect actions, by id, to methods."""
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(lambda _checked=False, handler=handler: handler())

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def in_menu(self) -> list[QAction]:
        """Return the actions that are in the workspace's menu, in the order of the table."""
        return [self._actions[spec.id] for spec in self.specs.values() if spec.in_menu]


def make_action(owner: QWidget, spec: ActionSpec, *, context: Qt.ShortcutContext = PAGE) -> QAction:
    """Make the action of a spec and add it to its owner."""
    action = QAction(spec.text, owner)
    action.setObjectName(spec.id)
    action.setShortcutContext(context)
    action.setStatusTip(spec.hint)
    action.setCheckable(spec.checkable)
    action.setChecked(spec.checked)
    action.setProperty(_SEPARATOR, spec.separator)
    if spec.role:
        action.setMenuRole(QAction.MenuRole[f"{spec.role}Role"])
    set_keys(action, key_sequences(spec.keys))
    if spec.icon:
        bind_icon(action, spec.icon)
    owner.addAction(action)
    return action


def key_sequences(keys: str) -> list[QKeySequence]:
    """Return the key sequences of a spec's or a setting's text, without those that are empty."""
    if keys.startswith(_STANDARD):
        return [QKeySequence(QKeySequence.StandardKey[keys.removeprefix(_STANDARD)])]
    return [one for one in QKeySequence.listFromString(keys) if not one.isEmpty()]


def keys_text(keys: Iterable[QKeySequence]) -> str:
    """Return keys as they are shown, e.g. “Del or Backspace”."""
    return " or ".join(one.toString(QKeySequence.SequenceFormat.NativeText) for one in keys)


def set_keys(action: QAction, keys: list[QKeySequence]) -> None:
    """Give an action its keys; its tooltip shows them."""
    action.setShortcuts(keys)
    _update_tip(action)


def set_reason(action: QAction, reason: str = "") -> None:
    """Enable an action, or disable it with the sentence that says why; the tooltip shows it."""
    if action.isEnabled() is not bool(reason) and (action.property(_REASON) or "") == reason:
        return
    action.setEnabled(not reason)
    action.setProperty(_REASON, reason)
    _update_tip(action)


def reason_of(action: QAction) -> str:
    """Return why an action is disabled; empty if it is not, or if no reason was given."""
    return "" if action.isEnabled() else str(action.property(_REASON) or "")


def add_to_menu(menu: QMenu, actions: Iterable[QAction]) -> None:
    """Add actions to a menu, with a separator above each that begins a group."""
    for action in actions:
        if action.property(_SEPARATOR) and not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(action)


def plain_text(action: QAction) -> str:
    """Return an action's text without the sign of the menu's letter."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


def follow_keys(action: QAction, update: Callable[[str], object]) -> None:
    """Call ``update`` with an action's keys as “ (Ctrl+F)”, or with nothing, now and whenever they change."""

    def changed() -> None:
        keys = keys_text(action.shortcuts())
        update(f" ({keys})" if keys else "")

    action.changed.connect(changed)
    changed()


def bind_button(button: QAbstractButton, action: QAction, tip: str = "") -> None:
    """Let a button with its own text trigger an action and be available with it.

    Its tooltip is why the action is disabled, else ``tip`` or the hint, with the keys. A button that shows the
    action's own text or icon takes ``setDefaultAction`` instead.
    """

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        text = reason_of(action) or tip or action.statusTip() or plain_text(action)
        keys = keys_text(action.shortcuts())
        button.setToolTip(f"{text} ({keys})" if keys else text)

    button.clicked.connect(lambda: action.trigger())
    action.changed.connect(follow)
    follow()


def _update_tip(action: QAction) -> None:
    text = reason_of(action) or action.statusTip() or plain_text(action).removesuffix(" …")
    keys = keys_text(action.shortcuts())
    action.setToolTip(f"{text} ({keys})" if keys else text)
