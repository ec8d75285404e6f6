"""Writes files completely or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError
from msdn_core.file_names import is_reserved
from msdn_core.links import is_link

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOVE_TRIES = 20
_LONGEST_ON_WINDOWS = 259
# The names made by `replacing`, and by safetensors beside the file that it writes.
_PARTIAL = re.compile(r"\..+-\d+-[0-9a-f]{8}\.part(\..*)?|\.tmp[A-Za-z0-9]{6}")
_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
_DENIED = (errno.EACCES, errno.EPERM)
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
# As Rust's libraries end their messages, for example that of safetensors.
_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write a file so that readers see either the old file or the new one.

    Parameters
    ----------
    path
        The file.
    content
        Bytes, or a text, which is written as UTF-8 with ``\\n`` line ends.

    Raises
    ------
    MsdnError
        If the disk is full or the folder cannot be written; the old file is unchanged.
    """
    try:
        data = content.encode("utf-8") if isinstance(content, str) else content
    except UnicodeEncodeError as error:
        raise MsdnError(
            f"The file {path} was not written: its text contains half a character (a lone surrogate) after "
            f"{error.object[max(0, error.start - 20) : error.start]!a}; correct the text."
        ) from error
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces ``path`` when the block ends without an error.

    The temporary file keeps the suffix, since some libraries choose the format by it. It exists already, is empty, and
    has the permissions that this process gives to new files; they are kept if a library replaces it by another one.

    Raises
    ------
    MsdnError
        As ``write_atomic``, and if Windows reserves the file's name. Other errors of the block pass through, and the
        old file is unchanged.
    """
    if is_reserved(path.name):
        raise MsdnError(f"Windows does not allow the file name {path.name}, so {path} was not written; choose another.")
    temporary = path.with_name(f".{path.stem}-{os.getpid()}-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        with temporary.open("xb") as created:
            mode = stat.S_IMODE(os.fstat(created.fileno()).st_mode)
        yield temporary
        # safetensors makes its files readable by their owner only.
        if stat.S_IMODE(temporary.stat().st_mode) != mode:
            temporary.chmod(mode)
        # "r+b", since Windows flushes only files that are open for writing.
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        move(temporary, path)
    except OSError as error:
        raise MsdnError(_sentence(error, path)) from error
    finally:
        # On a disk that became read-only this fails as well; the first error is the one to report.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def overwrite(path: Path, content: str) -> None:
    """Overwrite a small file in place, which mostly works on a full disk too, since it needs no further room.

    A reader may see a part of it: only for the last words of a process that cannot write atomically. Raises OSError.
    """
    data = content.encode("utf-8")
    with path.open("r+b", buffering=0) as file:
        if file.write(data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        file.truncate()
        os.fsync(file.fileno())


def write_remedy(fault: BaseException) -> str:
    """Return what to do about an error of writing, as a clause that follows a semicolon."""
    number = _system_error(fault)
    if number in _FULL or number == errno.EFBIG:
        return "free disk space"
    if number == errno.EROFS:
        return "copy the project to a disk that is not read-only"
    if number in _DENIED:
        return "make the folder writable"
    if number in _NO_LOCKS:
        return "copy the project to a disk with file locks, for example a local one"
    return "check the disk"


def _system_error(fault: BaseException | None) -> int | None:
    """Return the number of the system's error that caused a fault, if known."""
    while fault is not None:
        if isinstance(fault, OSError) and fault.errno is not None:
            return fault.errno
        if found := _SYSTEM_ERROR.search(str(fault)):
            return int(found[1])
        fault = fault.__cause__
    return None


def remove_partial_files(folder: Path) -> None:
    """Remove the temporary files of killed processes; no other process may be writing to the folder."""
    if is_link(folder):
        return
    with suppress(OSError):
        for path in folder.iterdir():
            if _PARTIAL.fullmatch(path.name) and path.is_file():
                path.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Rename a file or folder; a file replaces an existing one. Raises OSError.

    On Windows this fails while somebody reads the file, or one in the folder, so it is tried again for a moment.
    """
    for _ in range(_MOVE_TRIES if sys.platform == "win32" else 0):
        try:
            source.replace(target)
            return
        except PermissionError:
            time.sleep(0.01)
    source.replace(target)


def _sentence(error: OSError, path: Path) -> str:
    if error.errno in _FULL:
        return f"The disk is full, so {path} was not written; free some space and try again."
    if not path.parent.is_dir():
        return f"There is no folder {path.parent} for {path.name}; create it, or choose another."
    if sys.platform == "win32" and len(str(path)) > _LONGEST_ON_WINDOWS:
        return f"The path {path} is too long for Windows; move the project to a folder with a shorter path."
    return f"The file {path} cannot be written ({error.strerror or error}); {write_remedy(error)}."
