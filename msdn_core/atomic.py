"""Writes files completely or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError
from msdn_core.links import is_link

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REPLACE_TRIES = 20
# The names made by `replacing`, and by safetensors beside the file that it writes.
_PARTIAL = re.compile(r"\..+-\d+-[0-9a-f]{8}\.part(\..*)?|\.tmp[A-Za-z0-9]{6}")
_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)


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

    The temporary file keeps the suffix, since some libraries choose the format by it.

    Raises
    ------
    MsdnError
        As ``write_atomic``. Other errors of the block pass through, and the old file is unchanged.
    """
    temporary = path.with_name(f".{path.stem}-{os.getpid()}-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        yield temporary
        # "r+b", since Windows flushes only files that are open for writing.
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        _replace(temporary, path)
    except OSError as error:
        raise MsdnError(_sentence(error, path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_partial_files(folder: Path) -> None:
    """Remove the temporary files of killed processes; no other process may be writing to the folder."""
    if is_link(folder):
        return
    with suppress(OSError):
        for path in folder.iterdir():
            if _PARTIAL.fullmatch(path.name) and path.is_file():
                path.unlink(missing_ok=True)


def _replace(temporary: Path, path: Path) -> None:
    """Replace a file; on Windows, retry while a reader has the old file open."""
    for _ in range(_REPLACE_TRIES if os.name == "nt" else 0):
        try:
            temporary.replace(path)
            return
        except PermissionError:
            time.sleep(0.01)
    temporary.replace(path)


def _sentence(error: OSError, path: Path) -> str:
    if error.errno in _FULL:
        return f"The disk is full, so {path} was not written; free some space and try again."
    if not path.parent.is_dir():
        return f"There is no folder {path.parent} for {path.name}; create it, or choose another."
    reason = error.strerror or str(error)
    return f"The file {path} cannot be written ({reason}); check that its folder exists and is writable."
