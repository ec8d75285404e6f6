"""All actions in one list, the window's and those of workspaces that were never shown, with the keys of each."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from msdn_core.resources import resource
from msdn_gui.services.settings import SettingsStore
from msdn_gui.shell.workspaces import ENTRIES
from msdn_gui.widgets.action import part_of, plain_text, sequences, set_keys

_log = logging.getLogger(__name__)
ACTIONS_FILE = resource("actions.json")
"""The workspaces' actions, made by ``python -m tools.actions``: a workspace is made when it is first shown."""
_TITLES = {entry.name: entry.title for entry in ENTRIES}


@dataclass(frozen=True)
class Listed:
    """What is known of an action without the action."""

    name: str
    text: str
    keys: str = ""
    """As the program gives them, in Qt's portable words, parted by “; ”."""
    hint: str = ""
    workspace: str = ""
    """The workspace that it belongs to; empty for the window's own."""
    part: str = ""
    """Where its keys hold within the workspace: a tab, a table; empty for all of it."""
    menu: str = ""
    """The menu of one that is the window's own."""

    @property
    def place(self) -> str:
        """Where it is found, e.g. “Annotate › Places”."""
        if not self.workspace:
            return self.menu
        title = _TITLES[self.workspace]
        return f"{title} › {self.part}" if self.part else title

    def may_clash_with(self, other: Listed) -> bool:
        """Whether there is a place where the keys of both hold."""
        if not self.workspace or not other.workspace:
            return True
        return self.workspace == other.workspace and (not self.part or not other.part or self.part == other.part)


class ActionList(QObject):
    """Knows every action, and gives those that are made the keys that the user chose."""

    changed = Signal()
    """Keys are others now."""

    def __init__(self, settings: SettingsStore, menu_bar: QMenuBar) -> None:
        super().__init__(menu_bar)
        self._settings = settings
        self._chosen: Mapping[str, str] = settings.value.shortcuts
        self._made: dict[str, QAction] = {}
        own = [one for menu in _menus(menu_bar) for one in _named(menu.actions())]
        self._rows = {one.name: one for one in [*(_of_window(action) for action in own), *read_listed()]}
        self._adopt(own)
        settings.changed.connect(self._follow)

    @property
    def rows(self) -> list[Listed]:
        """All of them, in the order of the menus and workspaces."""
        return list(self._rows.values())

    def adopt(self, name: str, workspace: QWidget) -> None:
        """Takes in the actions of a workspace that was just made."""
        made = actions_of(name, workspace)
        for action in made:
            listed = listed_of(name, action)
            self._rows[listed.name] = listed
        self._adopt(made)

    def action(self, name: str) -> QAction | None:
        """The action of that name; None while its workspace was never shown."""
        return self._made.get(name)

    # Keys

    def keys(self, name: str) -> list[QKeySequence]:
        """The keys of an action as they are now."""
        return sequences(self._chosen.get(name, self._rows[name].keys))

    def is_changed(self, name: str) -> bool:
        """Whether its keys are others than the program gives it."""
        return self.keys(name) != sequences(self._rows[name].keys)

    def clashes(self, name: str, keys: Iterable[QKeySequence]) -> list[Listed]:
        """The other actions that would be done by these keys in the same place.

        Those that the program itself lets share keys, such as tabs' actions, hold in different places.
        """
        wanted, asked = set(keys), self._rows[name]
        return [
            other
            for other in self._rows.values()
            if other.name != name and asked.may_clash_with(other) and wanted & set(self.keys(other.name))
        ]

    def assign(self, name: str, keys: Iterable[QKeySequence]) -> None:
        """Gives an action these keys, and takes each of them from whoever has it in the same place."""
        wanted = list(keys)
        left = {
            other.name: [one for one in self.keys(other.name) if one not in wanted]
            for other in self.clashes(name, wanted)
        }
        self._choose({**left, name: wanted})

    def reset(self, name: str) -> None:
        """Gives an action the program's keys back, and takes them from whoever has them now."""
        self.assign(name, sequences(self._rows[name].keys))

    def reset_all(self) -> None:
        """Gives all actions the program's keys back."""
        self._settings.change(shortcuts={})

    # Inside

    def _choose(self, keys: Mapping[str, list[QKeySequence]]) -> None:
        kept = dict(self._chosen)
        for name, wanted in keys.items():
            kept.pop(name, None)
            if wanted != sequences(self._rows[name].keys):
                kept[name] = QKeySequence.listToString(wanted)
        self._settings.change(shortcuts=kept)

    def _follow(self) -> None:
        if self._settings.value.shortcuts != self._chosen:
            self._chosen = self._settings.value.shortcuts
            for name, action in self._made.items():
                self._give_keys(name, action)
            self.changed.emit()

    def _adopt(self, actions: Iterable[QAction]) -> None:
        for action in actions:
            name = action.objectName()
            self._made[name] = action
            action.destroyed.connect(lambda _=None, name=name: self._made.pop(name, None))
            if name in self._chosen:
                self._give_keys(name, action)

    def _give_keys(self, name: str, action: QAction) -> None:
        keys = self.keys(name)
        if action.shortcuts() != keys:
            set_keys(action, keys)


def actions_of(name: str, workspace: QWidget) -> list[QAction]:
    """All actions of a workspace: those whose names begin with its own."""
    return [one for one in workspace.findChildren(QAction) if one.objectName().startswith(f"{name}_")]


def listed_of(workspace: str, action: QAction) -> Listed:
    """What is known of a workspace's action, while its keys are still the program's."""
    keys = QKeySequence.listToString(action.shortcuts())
    return Listed(action.objectName(), plain_text(action), keys, action.statusTip(), workspace, part_of(action))


def read_listed() -> list[Listed]:
    """The workspaces' actions as the file says; none where it is damaged, and each is listed once it is made."""
    try:
        return [Listed(**one) for one in json.loads(ACTIONS_FILE.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as fault:
        _log.warning("%s cannot be read: %s", ACTIONS_FILE, fault)
        return []


def write_listed(rows: Iterable[Listed]) -> str:
    """The text of the file: one action a line."""
    lines = [json.dumps({k: v for k, v in asdict(one).items() if v}, ensure_ascii=False) for one in rows]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _of_window(action: QAction) -> Listed:
    menus = [one for one in action.associatedObjects() if isinstance(one, QMenu)]
    menu = menus[0].title().replace("&", "") if menus else ""
    keys = QKeySequence.listToString(action.shortcuts())
    return Listed(action.objectName(), plain_text(action), keys, action.statusTip(), menu=menu)


def _menus(bar: QMenuBar) -> list[QMenu]:
    """The menus of a bar and those within them, in their order."""
    found: list[QMenu] = []
    waiting = [action.menu() for action in bar.actions()]
    while waiting:
        menu = waiting.pop(0)
        found.append(menu)
        waiting = [action.menu() for action in menu.actions() if action.menu() is not None] + waiting
    return found


def _named(actions: Iterable[QAction]) -> list[QAction]:
    return [action for action in actions if action.objectName() and action.menu() is None]
