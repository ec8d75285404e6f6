"""Lists the actions: ``resources/actions.json``, which the window reads, and the guide's page of keys.

Run it after an action was added, renamed or given other keys::

    python -m tools.actions
"""

from __future__ import annotations

import os
import tempfile
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEYS_PAGE = ROOT / "docs" / "guide" / "keys.md"
_HEAD = """# Keys

All actions, as `python -m tools.actions` writes them. *Keyboard shortcuts …* in the menu Edit changes any of them.
Where a part of a workspace is named, its keys hold there alone.
"""


def main() -> None:
    """Makes a window with all workspaces in a home of its own, and writes what they offer."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["MSDN_EXPLORER_HOME"] = home
        own, listed = _look()
    from msdn_gui.shell.action_list import ACTIONS_FILE, write_listed

    ACTIONS_FILE.write_text(write_listed(listed), encoding="utf-8")
    KEYS_PAGE.write_text(keys_page([*own, *listed]), encoding="utf-8")
    print(ACTIONS_FILE, KEYS_PAGE, sep="\n")


def keys_page(rows: list) -> str:
    """The guide's page: a table a menu, and a table a workspace."""
    parts = [_HEAD]
    for heading, group in groupby(rows, key=lambda row: row.place.split(" › ")[0]):
        lines = [f"\n## {heading}\n", "| Action | Keys | Where |", "|---|---|---|"]
        lines += [f"| {row.text.removesuffix(' …')} | {_keys(row.keys)} | {row.part} |" for row in group]
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def _keys(keys: str) -> str:
    return " or ".join(f"`{one}`" for one in keys.split("; ") if one)


def _look() -> tuple[list, list]:
    from msdn_gui.program import Program
    from msdn_gui.shell.action_list import actions_of, listed_of
    from msdn_gui.shell.workspaces import ENTRIES

    program = Program()
    listed = []
    for entry in ENTRIES:
        workspace = entry.make(program.session, program.services)
        rows = [listed_of(entry.name, action) for action in actions_of(entry.name, workspace)]
        listed += sorted(rows, key=lambda row: row.part)
        workspace.deleteLater()
    own = [row for row in program.window.action_list.rows if not row.workspace]
    program.close()
    return own, listed


if __name__ == "__main__":
    main()
