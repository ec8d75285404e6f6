"""The tables of actions: they are what the workspaces offer, and no two actions have the same keys in one place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction

from msdn_gui.look.icons import icon_path
from msdn_gui.services.settings import SettingsStore
from msdn_gui.shell.action_list import ActionList
from msdn_gui.shell.action_tables import ALL_ACTIONS, workspace_of
from msdn_gui.shell.actions import ACTIONS
from msdn_gui.shell.factories import make_workspace
from msdn_gui.shell.workspaces import NAMES
from tools.keys import KEYS_PAGE, keys_page

FIRST_VERSION = Path(__file__).parent / "first_version"


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize("name", NAMES)
def test_a_workspace_makes_each_action_of_its_table_once(empty_session, services, qtbot, name) -> None:
    workspace = make_workspace(name, empty_session, services)
    qtbot.addWidget(workspace)
    listed = {spec.id: spec for spec in ALL_ACTIONS if spec.workspace == name}
    made = [action for action in workspace.findChildren(QAction) if action.objectName() in listed]
    assert sorted(action.objectName() for action in made) == sorted(listed)


def test_the_window_makes_each_action_of_its_table_once(window) -> None:
    made = [action.objectName() for action in window.findChildren(QAction)]
    assert sorted(name for name in made if name.startswith("shell.")) == sorted(spec.id for spec in ACTIONS)


def test_ids_are_unique_and_stable_and_icons_exist() -> None:
    ids = [spec.id for spec in ALL_ACTIONS]
    assert len(set(ids)) == len(ids)
    former = [name for spec in ALL_ACTIONS for name in spec.former_ids]
    assert len(set(former)) == len(former)
    assert not set(former) & set(ids)
    assert [spec.icon for spec in ALL_ACTIONS if spec.icon and not icon_path(spec.icon).is_file()] == []


def test_texts_are_in_sentence_case_and_hints_are_phrases() -> None:
    for spec in ALL_ACTIONS:
        assert spec.plain_text[0].isupper() or not spec.plain_text[0].isalpha(), spec.id
        assert not spec.hint.endswith("."), spec.id


def test_the_tables_are_read_without_qt() -> None:
    script = (
        "import sys\n"
        "import msdn_gui.shell.action_tables\n"
        "print([name for name in sys.modules if name.startswith('PySide6')])\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "[]"


def test_the_page_of_keys_is_up_to_date() -> None:
    assert KEYS_PAGE.read_text(encoding="utf-8") == keys_page(), "Run python -m tools.keys"


def test_every_action_that_has_keys_is_in_a_table(window) -> None:
    for name in NAMES:
        window.show_workspace(name)
    listed = {spec.id for spec in ALL_ACTIONS}
    with_keys = [a.objectName() or a.text() for a in window.findChildren(QAction) if a.shortcuts()]
    assert [name for name in with_keys if name not in listed and not name.startswith("_q_")] == []


def test_no_two_actions_have_the_same_keys_in_one_place(window) -> None:
    actions = window.action_list
    clashes = {spec.id: [one.id for one in actions.clashes(spec.id, actions.keys(spec.id))] for spec in actions.specs}
    assert {name: others for name, others in clashes.items() if others} == {}


@pytest.mark.usefixtures("application")
def test_keys_and_recent_actions_of_the_first_version_are_kept(tmp_path) -> None:
    """The file was written by commit 444e6b9, where actions had ids made of their texts."""
    file = tmp_path / "settings.json"
    shutil.copy(FIRST_VERSION / "settings.json", file)
    settings = SettingsStore(file)
    before = settings.value
    present = {former: spec.id for spec in ALL_ACTIONS for former in spec.former_ids}
    actions = ActionList(settings, settings)
    kept = {present[name]: keys for name, keys in before.shortcuts.items()}
    assert settings.value == replace(
        before, shortcuts=kept, recent_actions=tuple(_present_key(key, present) for key in before.recent_actions)
    )
    assert (before.theme, before.annotator, before.projects["/birds"].class_name) == ("dark", "Ada", "Tern")
    assert [keys.toString() for keys in actions.keys("shell.export")] == ["Ctrl+J"]
    assert [keys.toString() for keys in actions.keys("classes.what_if")] == ["Ctrl+L"]
    assert actions.keys("shell.keys") == []
    assert settings.value.recent_actions[1:3] == ("project:/birds", "action:shell.start")
    settings.write()
    assert SettingsStore(file).value == settings.value


def _present_key(key: str, present: dict[str, str]) -> str:
    kind, _, name = key.partition(":")
    return f"action:{present[name]}" if kind == "action" else key


def test_every_action_of_the_first_version_has_a_successor() -> None:
    """The list has the ids of all actions of commit 444e6b9."""
    known = {name for spec in ALL_ACTIONS for name in (spec.id, *spec.former_ids)}
    first = (FIRST_VERSION / "actions.txt").read_text(encoding="utf-8").split("\n")
    assert [name for name in first if name and name not in known] == []
    assert {workspace_of(spec) for spec in ALL_ACTIONS} == {"", *NAMES}
