"""Files that are either the old one or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msdn_core.errors import MsdnError

_REPLACE_TRIES = 20
# Ours, and what safetensors writes beside the file that it was given.
_HALF = re.compile(r"\..+-\d+-[0-9a-f]{8}\.part(\..*)?|\.tmp[A-Za-z0-9]{6}")
_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)


def write_atomic(path: Path, content: bytes | str) -> None:
    """Put ``content`` at ``path`` (text as UTF-8 with ``\\n`` line ends): a reader sees the old file or the new one.

    Raises:
        MsdnError: where the disk is full or the folder cannot be written; the old file is whole then.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside ``path`` for a library to write to; it takes the place of ``path`` when the block ends well.

    The temporary file keeps the suffix, since some libraries choose a format by it.

    Raises:
        MsdnError: as in ``write_atomic``; other errors of the block go through, and the old file is whole.
    """
    temporary = path.with_name(f".{path.stem}-{os.getpid()}-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        yield temporary
        # "r+b", since Windows flushes only what is open for writing.
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        _replace(temporary, path)
    except OSError as error:
        raise MsdnError(_sentence(error, path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_partial_files(folder: Path) -> None:
    """Removes what killed processes had begun to write in a folder; for who alone writes there now."""
    with suppress(OSError):
        for path in folder.iterdir():
            if _HALF.fullmatch(path.name) and path.is_file():
                path.unlink(missing_ok=True)


def _replace(temporary: Path, path: Path) -> None:
    """``os.replace``, patient with Windows, where a reader may hold the old file open for a moment."""
    for _ in range(_REPLACE_TRIES if os.name == "nt" else 0):
        try:
            temporary.replace(path)
            return
        except PermissionError:
            time.sleep(0.01)
    temporary.replace(path)


def _sentence(error: OSError, path: Path) -> str:
    if error.errno in _FULL:
        return f"The disk is full: {path} was not written and is as it was; free some space and try again."
    if not path.parent.is_dir():
        return f"There is no folder {path.parent} to write {path.name} into; make it, or choose another."
    reason = error.strerror or str(error)
    return f"The file {path} cannot be written ({reason}); check that its folder exists and may be written to."
