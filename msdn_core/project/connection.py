"""One connection to a project's database: queries, transactions, and errors in words."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

from msdn_core.errors import ProjectError

PROJECT_FILE = "project.sqlite"
Store = TypeVar("Store")
_SENSELESS = (TypeError, ValueError, KeyError, IndexError, OverflowError, AttributeError)
_OUTER = ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
_INNER = ("SAVEPOINT inner_change", "RELEASE inner_change", "ROLLBACK TO inner_change")


class Database:
    """One connection to one project's file; made by ``open_database``, for one thread."""

    def __init__(self, connection: sqlite3.Connection, file: Path, lock: FileLock | None, reason: str = "") -> None:
        self.connection = connection
        self.file = file
        self.read_only_reason = reason
        self._lock = lock

    @property
    def read_only(self) -> bool:
        """Whether changes are refused."""
        return self._lock is None

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise fault(error, self.file) from error

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block's changes or none of them; committed, and safe from a killed process, when it ends.

        One within another is a part of it: it can be undone alone, and is committed with the outer one.
        """
        if self.read_only:
            raise ProjectError(
                f"The project {self.file.parent} is open for reading only, so nothing was changed: "
                f"{self.read_only_reason}"
            )
        inner = self.connection.in_transaction
        begin, commit, back = _INNER if inner else _OUTER
        try:
            self.connection.execute(begin)
            yield self.connection
            self.connection.execute(commit)
        except BaseException as error:
            # A full disk may have ended the transaction already.
            if self.connection.in_transaction:
                self.connection.execute(back)
            if isinstance(error, sqlite3.Error):
                raise fault(error, self.file) from error
            raise

    def close(self) -> None:
        """Give the file and the right to write back; closing twice is fine."""
        self.connection.close()
        if self._lock is not None:
            self._lock.release()


def translate_errors(store: type[Store]) -> type[Store]:
    """A class that reads a project, all of whose public methods turn what a damaged file leads to into a ProjectError.

    SQLite keeps any kind of value in any column: a stranger's file may hold a text where a number is expected.
    """
    for name, method in list(vars(store).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(store, name, _translated(method))
    return store


def _translated(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def worded(self: Any, *given: Any, **named: Any) -> Any:
        try:
            return method(self, *given, **named)
        except _SENSELESS as error:
            raise ProjectError(
                f"The project file {self._database.file} holds what makes no sense ({type(error).__name__}: {error}); "
                "put a copy from a backup in its place."
            ) from error

    return worded


def fault(error: sqlite3.Error, file: Path) -> ProjectError:
    """What SQLite says, as a sentence that says what to do."""
    said = str(error)
    if "is full" in said or "disk I/O" in said:
        return ProjectError(
            f"The disk that holds {file} is full or fails ({said}): this change was not saved and all earlier ones "
            "are; free some space and try again."
        )
    if "locked" in said:
        return ProjectError(f"The project file {file} is in use by another program; try again in a moment.")
    if "readonly" in said:
        return ProjectError(f"The project file {file} is write-protected; nothing was changed.")
    if "not a database" in said or "malformed" in said:
        return ProjectError(f"The project file {file} is damaged ({said}); put a copy from a backup in its place.")
    return ProjectError(f"The project file {file} cannot be used as asked ({said}).")
