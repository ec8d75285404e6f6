"""The lock that a process holds while it has a project open for changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from filelock import Timeout

from msdn_core.atomic import write_remedy
from msdn_core.links import has_second_name, is_link
from msdn_core.locks import hold_lock
from msdn_core.project.connection import PROJECT_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import FileLock

_LOCK_FILE = "project.lock"
_READ_ONLY = "its folder is read-only; to change the project, copy it to a writable folder."
HELD = "another window or command has it open for changes; close it there, then open it here again."


def hold_write_lock(folder: Path) -> tuple[FileLock | None, str]:
    """Return a write lock, which the system releases when this process ends; or why there is none."""
    for name in (_LOCK_FILE, PROJECT_FILE):
        if is_link(folder / name):
            return None, f"its file {name} is a link, which may lead anywhere; replace the link by the file itself."
        if has_second_name(folder / name):
            return None, f"its file {name} has a second name (it is a hard link); replace it by a copy."
    try:
        lock = hold_lock(folder / _LOCK_FILE)
    except Timeout:
        return None, HELD
    except PermissionError:
        return None, _READ_ONLY
    except OSError as error:
        return None, f"its lock file cannot be written ({error.strerror or error}); {write_remedy(error)}."
    if not os.access(folder, os.W_OK):
        # The lock file existed already; SQLite still needs to make its log beside the database.
        lock.release()
        return None, _READ_ONLY
    file = folder / PROJECT_FILE
    try:
        if file.exists():
            with file.open("r+b"):
                pass
    except OSError:
        lock.release()
        return None, f"the file {PROJECT_FILE} is write-protected; to change the project, remove the protection."
    return lock, ""
