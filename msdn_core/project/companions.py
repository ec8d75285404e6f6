"""Checks the files that SQLite keeps beside a database, before SQLite opens any of them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from msdn_core.errors import ProjectError
from msdn_core.links import is_link

if TYPE_CHECKING:
    from pathlib import Path


def refuse_foreign_companions(file: Path) -> None:
    """Raise ProjectError if SQLite would follow a file beside the database ``file`` out of its folder.

    A log (``-wal``, ``-shm``) has pages only and is recovered after a crash, unless it is a link or no plain file. A
    rollback journal changes the database when it is opened, and can name another file, the super-journal, which SQLite
    deletes. This program always uses a log and creates projects under another name, so no crash of it leaves a rollback
    journal: each one is refused, unless it is empty.
    """
    # SQLite looks beside the target of a link.
    database = file.resolve() if is_link(file) else file
    journal, log, index = (database.with_name(f"{database.name}-{kind}") for kind in ("journal", "wal", "shm"))
    for path in (journal, log, index):
        try:
            state = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise ProjectError(
                f"The file {path} cannot be read ({error.strerror or error}), so the project was not opened; ask its "
                "owner for access."
            ) from error
        if is_link(path) or not stat.S_ISREG(state.st_mode) or state.st_nlink > 1:
            raise ProjectError(
                f"The project {file.parent} was not opened because the file {path.name} beside its database is a link "
                "or not a plain file and may lead anywhere; move it away, or replace it by a plain copy."
            )
    if _has_content(journal):
        raise ProjectError(
            f"The project {file.parent} was not opened because the file {journal.name} beside its database was not "
            "written by this program, and opening it could change the project and delete other files; move it away and "
            "open the project again, or restore a backup copy."
        )


def _has_content(path: Path) -> bool:
    try:
        return path.lstat().st_size > 0
    except FileNotFoundError:
        return False
