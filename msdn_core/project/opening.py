"""Opens a project's database: write access, refusal of foreign files, and migration of older versions."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING

from msdn_core.atomic import remove_partial_files, replacing
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.file_names import is_reserved
from msdn_core.file_systems import sqlite_uri
from msdn_core.project.column_types import refuse_wrong_types
from msdn_core.project.companions import refuse_foreign_companions
from msdn_core.project.connection import PROJECT_FILE, Database, fault
from msdn_core.project.records import require_text
from msdn_core.project.schema import APPLICATION_ID, MIGRATIONS, statements
from msdn_core.project.write_lock import HELD, hold_write_lock
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC = b"SQLite format 3\x00"
_BUSY_SECONDS = 10.0
_POLL_SECONDS = 0.05
_MOST_BYTES = 64 * 1024 * 1024
"""The largest value in the database: a class semantic vector of eight million attributes."""


def create_database(folder: Path) -> Database:
    """Create an empty project file in ``folder``, which is created if missing.

    The file appears complete: a crash leaves either a project, or none and partial files of other names.

    Raises
    ------
    ProjectError
        If there is already a project, another process is creating one, or the folder cannot be written.
    """
    require_text(folder)
    file = folder / PROJECT_FILE
    if is_reserved(folder.name):
        raise ProjectError(f"Windows does not allow the folder name {folder.name}; choose another name for {folder}.")
    refuse_foreign_companions(file)
    _refuse_existing(file)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(
            f"The project {folder} cannot be created ({error.strerror or error}); choose a writable folder."
        ) from error
    lock, reason = hold_write_lock(folder)
    if lock is None:
        # By now the other process may have created it.
        _refuse_existing(file)
        raise ProjectError(f"The project {folder} cannot be created: {reason}")
    try:
        _refuse_existing(file)
        remove_partial_files(folder)
        with replacing(file) as temporary:
            _connect_for_writing(temporary).close()
        return Database(_connect_for_writing(file), file, lock)
    except BaseException as error:
        lock.release()
        if isinstance(error, MsdnError) and not isinstance(error, ProjectError):
            raise ProjectError(f"The project {folder} cannot be created: {error}") from error
        raise


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise ProjectError(f"There is already a project at {file.parent}; open it, or choose another folder.")


def open_database(folder: Path, *, read_only: bool = False) -> Database:
    """Open the database of the project in ``folder``, for writing if possible, otherwise for reading.

    Raises
    ------
    ProjectError
        If there is none, or it belongs to another program, is damaged, was written by a newer version, or has files
        beside it that this program did not write; all files are left unchanged.
    """
    file = folder / PROJECT_FILE
    version = _version_in_header(file)
    refuse_foreign_companions(file)
    if read_only and 0 < version < len(MIGRATIONS):
        # A file of an older version is migrated first, as the window does.
        open_database(folder).close()
        version = _version_in_header(file)
    lock, reason = (None, "read-only access was requested.") if read_only else hold_write_lock(folder)
    if lock is not None:
        try:
            return Database(_connect_for_writing(file), file, lock)
        except _NoLogError as error:
            lock.release()
            reason = str(error)
        except BaseException:
            lock.release()
            raise
    _refuse_older(file, reason)
    connection, stale = _connect_for_reading(file)
    return Database(connection, file, None, reason + stale)


def _refuse_older(file: Path, reason: str) -> None:
    """Raise ProjectError if a file that cannot be changed has an older version; wait for a process that changes it."""
    end = time.monotonic() + _BUSY_SECONDS
    while (version := _version_in_header(file)) < len(MIGRATIONS):
        if reason == HELD and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
        elif version == 0:
            raise ProjectError(
                f"The project {file.parent} is empty because its creation was interrupted or is not complete; open it "
                f"for writing to complete it, which is not possible now: {reason}"
            )
        else:
            raise ProjectError(
                f"The project {file.parent} is of an older version and must be opened for writing once, "
                f"which is not possible now: {reason}"
            )


def _version_in_header(file: Path) -> int:
    """Return the file's version, read without SQLite, so that a refused file is not changed in any way."""
    folder = file.parent
    hint = "check the path, or create a project by importing images or with the demo command."
    if not folder.is_dir():
        raise ProjectError(f"There is no folder {folder}; {hint}")
    if not file.is_file():
        raise ProjectError(f"There is no project in the folder {folder} (no {PROJECT_FILE} in it); {hint}")
    try:
        with open_regular(file) as stream:
            header = stream.read(100)
    except OSError as error:
        raise ProjectError(
            f"The project file {file} cannot be read ({error.strerror or error}); ask its owner for access."
        ) from error
    if not header:
        return 0
    if not header.startswith(_MAGIC) or len(header) < 100:
        raise ProjectError(f"The file {file} is not a project's database; replace it with a backup copy.")
    version, application = int.from_bytes(header[60:64], "big"), int.from_bytes(header[68:72], "big")
    if application != APPLICATION_ID:
        raise ProjectError(f"The file {file} is the database of another program; choose another folder.")
    _refuse_newer(version, file)
    return version


def _refuse_newer(version: int, file: Path) -> None:
    if version > len(MIGRATIONS):
        raise ProjectError(
            f"The project {file.parent} was written by a newer version of this program (format {version}; this version "
            f"supports formats up to {len(MIGRATIONS)}) and was not changed; install the newer version to open it."
        )


class _NoLogError(ProjectError):
    """The database cannot use a log; the text says why it is read-only."""


def _connect_for_writing(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        _distrust(connection)
        _refuse_newer(connection.execute("PRAGMA user_version").fetchone()[0], file)
        _refuse_foreign_schema(connection, file)
        refuse_wrong_types(connection, file)
        connection.execute("PRAGMA foreign_keys = ON")
        _use_log(connection)
        migrate(connection, file)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error | UnicodeError):
            raise fault(error, file) from error
        raise
    return connection


def _use_log(connection: sqlite3.Connection) -> None:
    """Commit to a log, which survives the end of the process, before anything is written.

    No rollback journal is ever written to disk, also not for this change, since a journal is refused when a project is
    opened. Raises _NoLogError if the file system does not support a log.
    """
    # A file that has a log already keeps it: leaving this mode would need to be alone, without any reader.
    is_logged = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    if not is_logged:
        connection.execute("PRAGMA journal_mode = MEMORY")
    if not is_logged and connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise _NoLogError(
            "its file system does not support the database's log (-wal), without which a crash would damage it; copy "
            "the project to a local disk."
        )
    connection.execute("PRAGMA synchronous = NORMAL")


def _connect_for_reading(file: Path) -> tuple[sqlite3.Connection, str]:
    """Return a connection that sees others' commits, or, in a read-only folder, one for an unchanging file.

    In a folder without write access SQLite cannot read its log: a log left by a killed window is mentioned in the text.
    """
    uri = sqlite_uri(file.resolve())
    for options in ("?mode=ro", "?mode=ro&immutable=1"):
        connection = sqlite3.connect(uri + options, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            _distrust(connection)
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            _refuse_newer(connection.execute("PRAGMA user_version").fetchone()[0], file)
            _refuse_foreign_schema(connection, file)
            refuse_wrong_types(connection, file)
            log = file.with_name(f"{PROJECT_FILE}-wal")
            unread = "immutable" in options and log.is_file() and log.stat().st_size > 0
            return connection, f" The latest changes, in {log.name}, cannot be shown there." if unread else ""
        except (sqlite3.Error, UnicodeError) as error:
            connection.close()
            last = error
        except BaseException:
            connection.close()
            raise
    raise fault(last, file) from last


def _distrust(connection: sqlite3.Connection) -> None:
    """Restrict what an untrusted file can do: its schema has no effects outside it, and no value fills the memory."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")


def _refuse_foreign_schema(connection: sqlite3.Connection, file: Path) -> None:
    """Raise ProjectError unless the file has exactly the tables and indexes that this program creates.

    Views and triggers of an untrusted file would run when the program reads or writes.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    foreign = _schema(connection) ^ _schema_of(MIGRATIONS[:version])
    if foreign:
        name = min(name for _, name, _ in foreign)
        raise ProjectError(
            f"The project file {file} was made or changed by another program (“{name[:80]}” differs), so it was not "
            "opened; replace it with a backup copy."
        )


def _schema(connection: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    """Return kind, name and definition of everything in the schema, without comments and extra white space."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    return frozenset(
        (str(kind), str(name), " ".join(re.sub(r"--[^\n]*", "", str(sql or "")).split()))
        for kind, name, sql in rows
        if kind not in ("table", "index") or not str(name).startswith("sqlite_")
    )


@lru_cache
def _schema_of(migrations: tuple[str, ...]) -> frozenset[tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in migrations:
            for statement in statements(script):
                connection.execute(statement)
        return _schema(connection)


def migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Migrate a file to the present version in one transaction; after an error it is unchanged."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    _refuse_newer(version, file)
    if version == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for script in MIGRATIONS[version:]:
            for statement in statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    # Opening reads the version from the header of the file itself.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
