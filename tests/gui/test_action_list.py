"""The list of actions, which stands for workspaces that were never shown."""

from __future__ import annotations

from PySide6.QtGui import QAction

from msdn_gui.shell.action_list import actions_of, listed_of, read_listed
from msdn_gui.shell.workspaces import ENTRIES, NAMES
from tools.actions import KEYS_PAGE, keys_page


def test_the_kept_list_is_what_the_workspaces_offer(empty_session, services, window, qtbot) -> None:
    made = []
    for entry in ENTRIES:
        workspace = entry.make(empty_session, services)
        qtbot.addWidget(workspace)
        rows = [listed_of(entry.name, action) for action in actions_of(entry.name, workspace)]
        made += sorted(rows, key=lambda row: row.part)
    assert read_listed() == made, "Run python -m tools.actions"
    own = [row for row in window.action_list.rows if not row.workspace]
    assert KEYS_PAGE.read_text(encoding="utf-8") == keys_page([*own, *made]), "Run python -m tools.actions"


def test_every_action_that_has_keys_is_in_the_list(window) -> None:
    for name in NAMES:
        window.show_workspace(name)
    listed = {row.name for row in window.action_list.rows}
    unlisted = [a.objectName() or a.text() for a in window.findChildren(QAction) if a.shortcuts()]
    assert [name for name in unlisted if name not in listed and not name.startswith("_q_")] == []


def test_no_two_actions_have_the_same_keys_in_one_place(window) -> None:
    rows = window.action_list
    clashing = [(row.name, [c.name for c in rows.clashes(row.name, rows.keys(row.name))]) for row in rows.rows]
    assert [pair for pair in clashing if pair[1]] == []
