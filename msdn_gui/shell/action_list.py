"""All actions with their keys, those of workspaces that have not been made included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from msdn_gui.actions.bind import key_sequences, set_keys
from msdn_gui.shell.action_tables import ALL_ACTIONS, current_ids, may_clash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from PySide6.QtWidgets import QWidget

    from msdn_gui.actions.spec import ActionSpec
    from msdn_gui.services.settings import SettingsStore

ACTION_PREFIX = "action:"
"""What the key of an action begins with in the setting ``recent_actions``."""


class ActionList(QObject):
    """Knows every action, and gives the keys that the user chose to those that exist."""

    changed = Signal()
    """Keys of actions changed."""

    def __init__(self, settings: SettingsStore, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self._specs = {spec.id: spec for spec in ALL_ACTIONS}
        self._actions: dict[str, QAction] = {}
        _migrate(settings, current_ids(self._specs.values()))
        self._chosen: Mapping[str, str] = settings.value.shortcuts
        settings.changed.connect(self._on_settings_changed)

    @property
    def specs(self) -> list[ActionSpec]:
        """All actions, in the order of menus and workspaces."""
        return list(self._specs.values())

    def adopt(self, owner: QWidget) -> None:
        """Add the actions of a window or workspace that was just made."""
        for action in owner.findChildren(QAction):
            name = action.objectName()
            if name in self._specs:
                self._actions[name] = action
                action.destroyed.connect(lambda _=None, name=name: self._actions.pop(name, None))
                if name in self._chosen:
                    self._apply_keys(name, action)

    def action(self, name: str) -> QAction | None:
        """Return the action of an id; None while its workspace has not been made."""
        return self._actions.get(name)

    # Keys

    def keys(self, name: str) -> list[QKeySequence]:
        """Return the present keys of an action."""
        chosen = self._chosen.get(name)
        return self._default_keys(name) if chosen is None else key_sequences(chosen)

    def is_changed(self, name: str) -> bool:
        """Return whether an action has other keys than by default."""
        return self.keys(name) != self._default_keys(name)

    def clashes(self, name: str, keys: Iterable[QKeySequence]) -> list[ActionSpec]:
        """Return the other actions that these keys would trigger in the same place.

        Actions that share keys by default, such as those of different tabs, work in different places.
        """
        given, asked = set(keys), self._specs[name]
        return [
            other
            for other in self._specs.values()
            if other.id != name and may_clash(asked, other) and given & set(self.keys(other.id))
        ]

    def assign(self, name: str, keys: Iterable[QKeySequence]) -> None:
        """Give an action these keys, and take each of them from other actions that have it in the same place."""
        given = list(keys)
        rest = {
            other.id: [one for one in self.keys(other.id) if one not in given] for other in self.clashes(name, given)
        }
        self._choose({**rest, name: given})

    def reset(self, name: str) -> None:
        """Give an action its default keys, and take them from other actions that have them now."""
        self.assign(name, self._default_keys(name))

    def reset_all(self) -> None:
        """Give all actions their default keys."""
        self._settings.change(shortcuts={})

    # Inside

    def _default_keys(self, name: str) -> list[QKeySequence]:
        return key_sequences(self._specs[name].keys)

    def _choose(self, keys: Mapping[str, list[QKeySequence]]) -> None:
        chosen = dict(self._chosen)
        for name, given in keys.items():
            chosen.pop(name, None)
            if given != self._default_keys(name):
                chosen[name] = QKeySequence.listToString(given)
        self._settings.change(shortcuts=chosen)

    def _on_settings_changed(self) -> None:
        if self._settings.value.shortcuts != self._chosen:
            self._chosen = self._settings.value.shortcuts
            for name, action in self._actions.items():
                self._apply_keys(name, action)
            self.changed.emit()

    def _apply_keys(self, name: str, action: QAction) -> None:
        keys = self.keys(name)
        if action.shortcuts() != keys:
            set_keys(action, keys)


def _migrate(settings: SettingsStore, ids: Mapping[str, str]) -> None:
    """Move what the settings of earlier versions keep under former ids of actions to the present ids."""
    value = settings.value
    shortcuts = {ids[name]: keys for name, keys in value.shortcuts.items() if name in ids}
    shortcuts |= {name: keys for name, keys in value.shortcuts.items() if name not in ids}
    recent = tuple(dict.fromkeys(_present_key(key, ids) for key in value.recent_actions))
    if shortcuts != value.shortcuts or recent != tuple(value.recent_actions):
        settings.change(shortcuts=shortcuts, recent_actions=recent)


def _present_key(key: str, ids: Mapping[str, str]) -> str:
    name = key.removeprefix(ACTION_PREFIX)
    return f"{ACTION_PREFIX}{ids[name]}" if key != name and name in ids else key
