"""Checks the files that SQLite keeps beside a database, before SQLite opens any of them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from msdn_core.errors import ProjectError
from msdn_core.links import is_link

if TYPE_CHECKING:
    from pathlib import Path

_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_MOST_JOURNAL_BYTES = 256 * 1024
"""A journal of this program has one header and at most one page, of up to 64 KiB each."""


def refuse_foreign_companions(file: Path) -> None:
    """Raise ProjectError if SQLite would follow a file beside the database ``file`` out of its folder.

    A log (``-wal``, ``-shm``) has pages only and is recovered after a crash, unless it is a link or no plain file. A
    rollback journal can name another file, the super-journal, which SQLite deletes. This program uses a log and leaves
    a rollback journal only if it crashes while it creates a project; every other one is refused.
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
    if not _is_own_journal(journal, database):
        raise ProjectError(
            f"The project {file.parent} was not opened because the file {journal.name} beside its database was not "
            "written by this program and may delete other files; move it away and open the project again, or restore "
            "a backup copy."
        )


def _is_own_journal(journal: Path, database: Path) -> bool:
    """Return whether there is no rollback journal, or one that this program may have left when it created the project.

    Such a journal names no super-journal and describes a database of no more pages than there are now. Until it is
    written to disk, its first bytes are zero, and SQLite ignores it.
    """
    try:
        with journal.open("rb") as stream:
            content = stream.read(_MOST_JOURNAL_BYTES + 1)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    if len(content) > _MOST_JOURNAL_BYTES or content.endswith(_JOURNAL_MAGIC):
        return False
    if not content or content.startswith(b"\x00"):
        return True
    if not content.startswith(_JOURNAL_MAGIC) or len(content) < 28:
        return False
    pages, page_bytes = int.from_bytes(content[16:20], "big"), int.from_bytes(content[24:28], "big")
    try:
        return pages * page_bytes <= database.stat().st_size
    except OSError:
        return pages == 0
