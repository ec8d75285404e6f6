"""A connection to a project's database: queries, transactions, and errors as sentences."""

from __future__ import annotations

import inspect
import sqlite3
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from msdn_core.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from filelock import FileLock

PROJECT_FILE = "project.sqlite"
Store = TypeVar("Store")
_INVALID_CONTENT = (TypeError, ValueError, KeyError, IndexError, OverflowError, AttributeError)
_OUTER = ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
_INNER = ("SAVEPOINT inner_change", "RELEASE inner_change", "ROLLBACK TO inner_change")


class Database:
    """A connection to a project's file, made by ``open_database`` for one thread."""

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
        """Return all rows of a query."""
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except (sqlite3.Error, UnicodeError) as error:
            raise fault(error, self.file) from error

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first column of the first row, or None."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit all changes of the block when it ends, or none of them if it raises or the process is killed.

        A transaction within another one can be rolled back alone and is committed with the outer one.
        """
        if self.read_only:
            raise ProjectError(
                f"The project {self.file.parent} is read-only, so nothing was changed: {self.read_only_reason}"
            )
        inner = self.connection.in_transaction
        begin, commit, roll_back = _INNER if inner else _OUTER
        try:
            self.connection.execute(begin)
            yield self.connection
            self.connection.execute(commit)
        except BaseException as error:
            # A full disk may have ended the transaction already.
            if self.connection.in_transaction:
                self.connection.execute(roll_back)
            if isinstance(error, sqlite3.Error | UnicodeError):
                raise fault(error, self.file) from error
            raise

    def close(self) -> None:
        """Close the file and release the write lock; closing twice is fine."""
        self.connection.close()
        if self._lock is not None:
            self._lock.release()


def translate_errors(store: type[Store]) -> type[Store]:
    """Make all public methods of a class that reads a project raise ProjectError for invalid content.

    SQLite stores any kind of value in any column: a damaged file may have a text where a number is expected.
    """
    for name, method in list(vars(store).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(store, name, _translated(method))
    return store


def _translated(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def translated(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return method(self, *arguments, **options)
        except _INVALID_CONTENT as error:
            raise ProjectError(
                f"The project file {self._database.file} has invalid content ({type(error).__name__}: {error}); "
                "replace it with a backup copy."
            ) from error

    return translated


def fault(error: sqlite3.Error | UnicodeError, file: Path) -> ProjectError:
    """Return an error of SQLite as a sentence with what to do."""
    if isinstance(error, UnicodeEncodeError):
        return ProjectError(
            f"The text {error.object[:40]!a} contains half a character (a lone surrogate) and cannot be stored in "
            f"{file}; correct the text."
        )
    if isinstance(error, UnicodeDecodeError):
        # SQLite's message names a damaged entry, whose bytes are no text; Python then cannot read the message.
        return ProjectError(
            f"The project file {file} is damaged (its contents are not text in UTF-8); replace it with a backup copy."
        )
    message = str(error)
    if "is full" in message or "disk I/O" in message:
        return ProjectError(
            f"The disk of {file} is full or failing ({message}), so this change was not saved; all earlier ones are "
            "saved; free some space and try again."
        )
    if "locked" in message:
        return ProjectError(f"The project file {file} is in use by another program; try again in a moment.")
    if "readonly" in message:
        return ProjectError(
            f"The project file {file} is write-protected, so nothing was changed; remove the protection and try again."
        )
    if "not a database" in message or "malformed" in message:
        return ProjectError(f"The project file {file} is damaged ({message}); replace it with a backup copy.")
    return ProjectError(f"The project file {file} cannot be used ({message}); replace it with a backup copy.")
