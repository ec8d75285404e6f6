"""Checks that a stranger's database holds in each column the kind of value that the column is declared for.

SQLite stores any kind of value in any column. Bytes in the place of a name would pass unseen through every query and
fail only where the name is written, shown or compared.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from msdn_core.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {"TEXT": ("text",), "INTEGER": ("integer",), "REAL": ("real", "integer"), "BLOB": ("blob",)}


def refuse_wrong_types(connection: sqlite3.Connection, file: Path) -> None:
    """Raise ProjectError if a value is not of the type of its column, or infinite.

    The schema is known to be this program's. A table that is too damaged to be searched is left to later queries.
    """
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        # The name is quoted, though only this program's tables are accepted: SQLite's own statistics may be there, too.
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        wrong = {name: _wrong(name, kind, bool(required)) for _, name, kind, required, *_ in columns if kind in _KINDS}
        if not wrong:
            continue
        with suppress(sqlite3.DatabaseError):
            # One pass over the table, and a second one only to name the column.
            if connection.execute(f'SELECT 1 FROM "{table}" WHERE {" OR ".join(wrong.values())} LIMIT 1').fetchall():
                column = next(
                    name
                    for name, condition in wrong.items()
                    if connection.execute(f'SELECT 1 FROM "{table}" WHERE {condition} LIMIT 1').fetchall()
                )
                raise ProjectError(
                    f"The project file {file} is damaged (a value of the wrong type, or an infinite number, in column "
                    f"“{column}” of table “{table}”); replace it with a backup copy."
                )


def _wrong(column: str, kind: str, required: bool) -> str:
    """Return the condition under which a value of a column is wrong; repeated comparisons are faster than IN."""
    allowed = (*_KINDS[kind], *(() if required else ("null",)))
    other = "(" + " AND ".join(f"typeof({column}) <> '{name}'" for name in allowed) + ")"
    # SQLite has no word for infinity.
    return f"{other} OR abs({column}) = 9e999" if kind == "REAL" else other
